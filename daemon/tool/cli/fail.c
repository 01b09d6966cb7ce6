/* SPDX-License-Identifier: EUPL-1.2 */
/* One form of failure for all tools: a sentence for people, an object for programs, an exit code for both. */
#include "tool/cli/fail.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "roles/causes.h"
#include "tool/cli/say.h"

void tool_json_text(const char *s)
{
	require(s != NULL);
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

/* What went wrong, in words, and by a word that stays the same in every language; remedy: "", or what helps. */
struct failure {
	const char *code, *what, *why, *remedy;
	bool seek;
};

/* As kring --json says it: it runs us and shows what we print. */
static void json_error(int code, const struct failure *f)
{
	static const char *const names[] = {"",		 "refused", "usage",
					    "not-found", "not-now", "damaged"};

	static_assert(sizeof names / sizeof names[0] == TOOL_DAMAGED + 1, "a name for each code");
	require(f->code != NULL && f->what != NULL && f->why != NULL);
	require(f->remedy != NULL);
	const char *name = names[code > 0 && code <= TOOL_DAMAGED ? code : TOOL_RULE];

	(void)printf("{\n  \"error\": \"%s\",\n  \"code\": \"%s\",\n  \"what\": ", name,
		     f->code[0] == '\0' ? name : f->code);
	tool_json_text(f->what);
	(void)printf(",\n  \"why\": ");
	tool_json_text(f->why);
	(void)printf(",\n  \"remedy\": ");
	tool_json_text(f->remedy);
	(void)printf(",\n  \"doctor\": \"%s%s\",\n  \"exit\": %d\n}\n", f->seek ? "kring " : "",
		     f->seek ? "doctor" : "", code);
}

/* A row, or nothing: what is a name, or words already, is no code. */
static const char *row(const char *code)
{
	require(code != NULL);
	return say_word(code) == code ? "" : code;
}

static int fail(int code, struct failure f)
{
	require(code != 0 && f.what != NULL && f.why != NULL && f.remedy != NULL);
	f.seek = f.what[0] != '\0' && list_code(LIST_SEEK, f.what, 0) != NULL;
	/* what is said of a name or a path is told by why; else what is the rule, and why its circumstance */
	if (f.code[0] == '\0')
		f.code = row(f.what)[0] != '\0' ? f.what : row(f.why);
	f.what = say_word(f.what);
	f.why = say_word(f.why);
	if (getenv("KRING_JSON") != NULL) {
		json_error(code, &f);
		return code;
	}
	/* Parts of it were typed, or are names of files: they look like no line of ours. */
	(void)fputs("! ", stderr);
	text_print(stderr, f.what);
	(void)fputs(f.why[0] == '\0' ? "" : say_word("colon"), stderr);
	text_print(stderr, f.why);
	(void)fputs(f.remedy[0] == '\0' ? "" : "\n  ", stderr);
	text_print(stderr, f.remedy);
	(void)fputs("\n", stderr);
	if (f.seek)
		(void)fprintf(stderr, "  %s\n", list_text(LIST_SEEK, say_lang(), "node"));
	return code;
}

/* Returns what it was given, so that a tool says why and ends in one line. */
int tool_fail(int code, const char *what, const char *why)
{
	return tool_fail_next(code, what, why, "");
}

int tool_fail_next(int code, const char *what, const char *why, const char *remedy)
{
	require(what != NULL && why != NULL);
	return fail(code, (struct failure){.code = "", .what = what, .why = why, .remedy = remedy});
}

int tool_fail_do(int code, const char *row_code, const char *what, const char *remedy)
{
	require(row_code != NULL &&
		row(row_code)[0] != '\0'); /* once filled in it is no code any more */
	return fail(code,
		    (struct failure){.code = row_code, .what = what, .why = "", .remedy = remedy});
}

/* What is damaged and what is not there have codes of their own: a script acts on them differently. */
static int code_of(enum err rc)
{
	require(rc != ERR_OK);
	return rc == ERR_CORRUPT || rc == ERR_MALFORMED ? TOOL_DAMAGED
	       : rc == ERR_NOTFOUND			? TOOL_NOT_FOUND
							: TOOL_RULE;
}

/* For errors that explain themselves: the words are those of the error, and of the system where it refused something: "input/output
 * error" sends whoever has a full disk to buy another one. */
int tool_fail_err(const char *what, enum err rc)
{
	return tool_fail_err_next(what, rc, "");
}

int tool_fail_err_next(const char *what, enum err rc, const char *remedy)
{
	const int no = rc == ERR_IO || rc == ERR_FULL ? errno : 0;

	return tool_fail_next(code_of(rc), what, no == 0 ? say_err(rc) : say_errno(no), remedy);
}

int tool_fail_why(const char *what, enum err rc, const struct err_text *why)
{
	return tool_fail_cause(code_of(rc), what, rc, why);
}

int tool_fail_cause(int code, const char *what, enum err rc, const struct err_text *why)
{
	char text[CAUSES_LEN];

	require(rc != ERR_OK);
	return fail(code, (struct failure){.code = why->text,
					   .what = what,
					   .why = why->text[0] == '\0'
							  ? say_err(rc)
							  : causes_text(say_lang(), why, text),
					   .remedy = ""});
}
