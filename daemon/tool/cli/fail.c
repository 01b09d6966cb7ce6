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

/* As kring --json says it: it runs us and shows what we print. */
static void json_error(int code, const char *what, const char *why, bool seek)
{
	static const char *const names[] = {"",		 "refused", "usage",
					    "not-found", "not-now", "damaged"};

	static_assert(sizeof names / sizeof names[0] == TOOL_DAMAGED + 1, "a name for each code");
	(void)printf("{\n  \"error\": \"%s\",\n  \"code\": \"\",\n  \"what\": ",
		     names[code > 0 && code <= TOOL_DAMAGED ? code : TOOL_RULE]);
	tool_json_text(what);
	(void)printf(",\n  \"why\": ");
	tool_json_text(why);
	(void)printf(",\n  \"remedy\": \"\",\n  \"doctor\": \"%s%s\",\n  \"exit\": %d\n}\n",
		     seek ? "kring " : "", seek ? "doctor" : "", code);
}

/* Returns what it was given, so that a tool says why and ends in one line. */
int tool_fail(int code, const char *what, const char *why)
{
	require(code != 0 && what != NULL && why != NULL);
	const bool seek = what[0] != '\0' && list_code(LIST_SEEK, what, 0) != NULL;

	what = say_word(what);
	why = say_word(why);
	if (getenv("KRING_JSON") != NULL) {
		json_error(code, what, why, seek);
		return code;
	}
	/* Parts of it were typed, or are names of files: they look like no line of ours. */
	(void)fputs("! ", stderr);
	text_print(stderr, what);
	(void)fputs(why[0] == '\0' ? "" : say_word("colon"), stderr);
	text_print(stderr, why);
	(void)fputs("\n", stderr);
	if (seek)
		(void)fprintf(stderr, "  %s\n", list_text(LIST_SEEK, say_lang(), "node"));
	return code;
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
	const int no = rc == ERR_IO || rc == ERR_FULL ? errno : 0;

	return tool_fail(code_of(rc), what, no == 0 ? say_err(rc) : say_errno(no));
}

int tool_fail_why(const char *what, enum err rc, const struct err_text *why)
{
	return tool_fail_cause(code_of(rc), what, rc, why);
}

int tool_fail_cause(int code, const char *what, enum err rc, const struct err_text *why)
{
	char text[CAUSES_LEN];

	require(rc != ERR_OK);
	return tool_fail(code, what,
			 why->text[0] == '\0' ? say_err(rc) : causes_text(say_lang(), why, text));
}
