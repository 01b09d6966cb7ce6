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

#include "base/arena.h"
#include "proto/lists.h"
#include "proto/msg.h"

/** Exit codes, the same for every command: scripts rely on them. */
enum {
	CLI_DONE = 0,
	CLI_REFUSED = 1,
	CLI_USAGE = 2,
	CLI_NOT_FOUND = 3,
	CLI_NOT_NOW = 4,
	CLI_DAMAGED = 5
};
enum { CLI_OPTIONS_MAX = 40, CLI_WORDS_MAX = 8 };

struct cli;

/** One row of the table of commands.  What is left out is NULL, 0 or false, and means "none". */
struct command {
	const char *noun, *verb; /* verb NULL: one word is the whole command */
	int (*run)(struct cli *c);
	const char *
		words; /* "CASE", "PARTNER [DIGITS...]": needed, [may be left out], ... any number */
	const char *options; /* "to=NAME target=NAME* phone=LINE? again": see value.h */
	const char *help, *example;
	const char *
		tool; /* verb of kringd's tool: for cmd_tool, and what becomes the tool at its end */
	unsigned field; /* of Request: for cmd_plain, cmd_by_id, cmd_list */
	uint16_t act;	/* enum doc_type: for cmd_act; its options come from proto/acts.h */
	bool in_dir;	/* that tool works on the node in --dir */
};

struct cli {
	const struct command *cmd;
	struct arena arena;
	const char *dir, *socket;
	bool json;
	enum list_lang lang;
	const char *words[CLI_WORDS_MAX];
	size_t word_count;
	struct {
		char name[40];
		const char *value;
		uint64_t
			number; /* of a NUMBER, DATE or CATEGORIES; the place of a code in its list, from 1 */
	} options[CLI_OPTIONS_MAX];
	size_t option_count;
	bool stdin_used, quiet;
	bool answered; /* by help or version: there is nothing to run */
};

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
/** Prints an error on stderr, or as JSON on stdout; returns code. */
int cli_fail(const struct cli *c, int code, const char *what, const char *why, const char *remedy);

/** The request envelope of this invocation, with the sub-message of its command in *sub. */
struct msg *cli_request(struct cli *c, unsigned field, struct msg **sub);
/** Send; errors and JSON are printed, anything else is the caller's to print from *out. */
int cli_ask(struct cli *c, const struct msg *request, struct msg **out);
/** As cli_ask, but nothing of the reply is printed, in JSON neither. */
int cli_call(struct cli *c, const struct msg *request, struct msg **out);

#endif /* KRING_CLIENT_CLI_CLI_H */
