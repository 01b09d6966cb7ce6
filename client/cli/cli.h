/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * cli - one invocation of kring: its options, its command, its output.
 *
 * Layer:    client (base, proto).
 * Owns:     the arena of this invocation.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  prints personal data on the user's terminal; the arena is wiped at the end.
 */
#ifndef KRING_CLIENT_CLI_CLI_H
#define KRING_CLIENT_CLI_CLI_H

#include "client/cli/run.h"
#include "client/words/words.h"
#include "proto/msg.h"

/** A text of a row that may be left out. */
static inline const char *cli_or_none(const char *text)
{
	return text == NULL ? "" : text;
}

/** NULL when not given; flags read as "". */
const char *cli_option(const struct cli *c, const char *name);
/** The i-th value of an option given several times, NULL past the last. */
const char *cli_option_at(const struct cli *c, const char *name, size_t i);
/** What the option's type made of its value (see struct cli); 0 when it was not given. */
uint64_t cli_option_number(const struct cli *c, const char *name);
/** name is copied, value borrowed. */
void cli_add_option(struct cli *c, const char *name, const char *value, uint64_t number);
/** What a field of a person or a category is called, where the node is: a national number has another name in each country. */
const char *cli_called(const struct cli *c, enum list_lang lang, enum list_id list,
		       const char *code);
/** A line of standard error that begins with mark: text, and why when there is one.  Both may hold what was typed. */
void cli_error_line(const struct cli *c, const char *mark, const char *text, const char *why);
/** The error of that name (config/lists/mistakes.psv) with its values, in the reader's language, on stderr or as JSON on stdout;
 *  returns exit.  {example} of the command is among the values. */
int cli_refuse(const struct cli *c, int exit, const char *code, const struct fill *values);

/** The request envelope of this invocation, with the sub-message of its command in *sub. */
struct msg *cli_request(struct cli *c, unsigned field, struct msg **sub);
/** Send; errors and JSON are printed, anything else is the caller's to print from *out. */
int cli_ask(struct cli *c, const struct msg *request, struct msg **out);
/** As cli_ask, but neither the reply nor a refusal is printed: *out has it.  NULL: there was no reply, and that was said. */
int cli_try(struct cli *c, const struct msg *request, struct msg **out);
/** As cli_try, for what the client wants to know and no person is shown: nothing of it counts as seen. */
int cli_look(struct cli *c, const struct msg *request, struct msg **out);
/** The refusal of a reply on stderr; never with --json. */
void cli_refused(const struct cli *c, const struct msg *reply);
/** As cli_ask, but nothing of the reply is printed, in JSON neither. */
int cli_call(struct cli *c, const struct msg *request, struct msg **out);

#endif /* KRING_CLIENT_CLI_CLI_H */
