/* SPDX-License-Identifier: EUPL-1.2 */
#include "tool/tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/stdfd.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "roles/roles.h"

static void json_text(const char *s)
{
	const bool readable = text_valid(span_of(s, strlen(s)));

	(void)putchar('"');
	for (; *s != '\0'; s++)
		if (*s == '"' || *s == '\\')
			(void)printf("\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			(void)printf("\\u%04x", (unsigned)*s);
		else /* a file's name need not be UTF-8 */
			(void)putchar(readable || (unsigned char)*s < 0x80 ? *s : '?');
	(void)putchar('"');
}

/* As kring --json says it: it runs us and shows what we print. */
static void json_error(int code, const char *what, const char *why)
{
	static const char *const names[] = {"",		 "refused", "usage",
					    "not-found", "not-now", "damaged"};

	(void)printf("{\n  \"error\": \"%s\",\n  \"what\": ",
		     names[code > 0 && code <= TOOL_DAMAGED ? code : TOOL_RULE]);
	json_text(what);
	(void)printf(",\n  \"why\": ");
	json_text(why);
	(void)printf(",\n  \"remedy\": \"\"\n}\n");
}

int tool_fail(int code, const char *what, const char *why)
{
	if (getenv("KRING_JSON") != NULL)
		json_error(code, what, why);
	else
		(void)fprintf(stderr, "! %s%s%s\n", what, why[0] == '\0' ? "" : ": ", why);
	return code;
}

static int code_of(enum err rc)
{
	return rc == ERR_CORRUPT || rc == ERR_MALFORMED ? TOOL_DAMAGED
	       : rc == ERR_NOTFOUND			? TOOL_NOT_FOUND
							: TOOL_RULE;
}

int tool_fail_err(const char *what, enum err rc)
{
	return tool_fail(code_of(rc), what, err_text(rc));
}

int tool_fail_why(const char *what, enum err rc, const struct err_text *why)
{
	return tool_fail(code_of(rc), what, why->text[0] == '\0' ? err_text(rc) : why->text);
}

enum { A_FIRST = 256 };
/* clang-format off */
enum arg_no {
#define ARG_ENUM(field, text) ARG_##field,
	TOOL_ARGS(ARG_ENUM)
#undef ARG_ENUM
	ARG_COUNT
};
/* clang-format on */

static int parse(int argc, char **argv, struct tool_args *a)
{
	/* clang-format off */
	static const struct option options[] = {
#define ARG_OPTION(field, text) {text, required_argument, NULL, A_FIRST + ARG_##field},
		TOOL_ARGS(ARG_OPTION)
#undef ARG_OPTION
			{NULL, 0, NULL, 0}};
	const char **slots[ARG_COUNT] = {
#define ARG_SLOT(field, text) &a->field,
		TOOL_ARGS(ARG_SLOT)
#undef ARG_SLOT
	};
	/* clang-format on */
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c < A_FIRST || c >= A_FIRST + ARG_COUNT)
			return TOOL_USAGE;
		*slots[c - A_FIRST] = optarg;
	}
	return optind == argc ? 0 : TOOL_USAGE;
}

/* FILE.sha256, as sha256sum -c reads it. */
int tool_digest(struct tool_args *a)
{
	enum { CHUNK = 65536 };
	static uint8_t bytes[CHUNK];
	struct hash_sha256 *h = hash_sha256_begin();
	char path[4096], hex[65];
	uint8_t out[32];
	const char *base = a->file == NULL ? NULL : strrchr(a->file, '/');
	FILE *f = a->file == NULL ? NULL : fopen(a->file, "re");
	size_t n;
	int bad = f == NULL || h == NULL;

	while (bad == 0 && (n = fread(bytes, 1, sizeof bytes, f)) > 0)
		hash_sha256_add(h, span_of(bytes, n));
	hash_sha256_end(h, out);
	if (f != NULL)
		bad = ferror(f) + fclose(f);
	if (bad != 0 || strlen(a->file) + 8 > sizeof path)
		return tool_fail(TOOL_NOT_FOUND, "digest", a->file == NULL ? "--file" : a->file);
	bytes_hex(hex, out, sizeof out);
	(void)snprintf(path, sizeof path, "%s.sha256", a->file);
	f = fopen(path, "we");
	if (f == NULL || fprintf(f, "%s  %s\n", hex, base == NULL ? a->file : base + 1) < 0 ||
	    fclose(f) != 0)
		return tool_fail(TOOL_RULE, "digest", path);
	return 0;
}

int tool_main(int argc, char **argv)
{
	static const struct {
		const char *verb;
		int (*run)(struct tool_args *a);
	} tools[] = {
		{"node-init", tool_node_init},	   {"fed-create", tool_fed_create},
		{"roster-add", tool_roster_add},   {"roster-propose", tool_roster_propose},
		{"roster-sign", tool_roster_sign}, {"root-sign", tool_root_sign},
		{"digest", tool_digest},	   {"roster-verify", tool_roster_verify},
		{"rotate", tool_rotate},	   {"sheet", tool_sheet},
		{"restore", tool_restore},	   {"join", tool_join},
		{"slot-list", tool_slot_list},	   {"slot-add", tool_slot_add},
		{"slot-remove", tool_slot_remove},
	};
	struct tool_args a = {.dir = NULL};
	const char *verb = argc > 1 ? argv[1] : "";

	(void)umask(0077);
	if (secret_init() != ERR_OK)
		return ROLES_FAILED;
	if (argc < 2 || parse(argc - 1, argv + 1, &a) != 0)
		return tool_fail(TOOL_USAGE, "arguments not understood", "see: kring help");
	for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
		if (strcmp(verb, tools[i].verb) == 0) {
			const int code = tools[i].run(&a);

			if (stdfd_written() || code != 0)
				return code;
			return tool_fail(TOOL_NOT_NOW,
					 "not all that was to be said could be written",
					 strerror(errno));
		}
	return tool_fail(TOOL_USAGE, "no such tool", verb);
}
