/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fail - how a tool says that it failed: one sentence, one exit code, as kring shows them.
 *
 * Layer:    tool/cli.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  what and why are shown to whoever ran the tool.
 */
#ifndef KRING_TOOL_CLI_FAIL_H
#define KRING_TOOL_CLI_FAIL_H

#include "base/err.h"

enum { TOOL_RULE = 1, TOOL_USAGE = 2, TOOL_NOT_FOUND = 3, TOOL_NOT_NOW = 4, TOOL_DAMAGED = 5 };

/** On stderr, what and why; with KRING_JSON set, which kring --json does, the same on stdout as an object.  Returns
 *  code. */
int tool_fail(int code, const char *what,
	      const char *why); /* rows of config/lists/tool.psv, or names */
/** A row whose sentence was filled in: what it says, and what helps. */
int tool_fail_do(int code, const char *row_code, const char *what, const char *remedy);
/** The same as tool_fail(), with what to do now: words, on a line of its own. */
int tool_fail_next(int code, const char *what, const char *why, const char *remedy);
/** ERR_IO, ERR_FULL: errno is why, unless it is 0. */
int tool_fail_err(const char *what, enum err rc);
int tool_fail_err_next(const char *what, enum err rc, const char *remedy);
/** why (base/cause.h) tells it better than the error, where it has a cause. */
int tool_fail_why(const char *what, enum err rc, const struct err_text *why);
int tool_fail_cause(int code, const char *what, enum err rc, const struct err_text *why);

/** On stdout, quoted and escaped. */
void tool_json_text(const char *s);

#endif /* KRING_TOOL_CLI_FAIL_H */
