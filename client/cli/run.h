/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * run - what is known of one invocation of kring: the row of its command, its options and words.
 *
 * Layer:    client (base, proto).
 * Owns:     the arena of this invocation.
 * Privacy:  options and words may name people; the arena is wiped at the end.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 */
#ifndef KRING_CLIENT_CLI_RUN_H
#define KRING_CLIENT_CLI_RUN_H

#include "base/arena.h"
#include "proto/lists.h"

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

/** Where help shows a command.  What is typed every day comes first, one line each; of the others the short help shows
 *  the words only. */
enum command_group {
	GROUP_NONE,
	GROUP_DAY,
	GROUP_CASE,
	GROUP_ACT,
	GROUP_PARTNER,
	GROUP_NODE,
	GROUP_KEYS,
	GROUP_FEDERATION,
	GROUP_EVIDENCE,
	GROUP_COUNT
};

/** One row of the table of commands.  What is left out is NULL, 0 or false, and means "none". */
struct command {
	const char *noun, *verb;  /* verb NULL: one word is the whole command */
	enum command_group group; /* every row has one */
	int (*run)(struct cli *c);
	const char *
		words; /* "CASE", "PARTNER [DIGITS...]": needed, [may be left out], ... any number */
	const char *options; /* "to=NAME target=NAME* phone=LINE? again": see value.h */
	const char *example; /* what it is for: config/lists/commands.psv */
	const char *
		tool; /* verb of kringd's tool: for cmd_tool, and what becomes the tool at its end */
	unsigned field; /* of Request: for cmd_plain, cmd_by_id, cmd_list */
	uint16_t act;	/* enum doc_type: for cmd_act; its options come from proto/acts.h */
	bool in_dir;	/* that tool works on the node in --dir */
};

/** Where the packages install a node. */
#define CLI_DIR "/var/lib/kring"

struct cli {
	const struct command *cmd;
	struct arena arena;
	const char *dir, *socket;
	bool json, json_lines; /* the second: a list row by row */
	enum list_lang lang;
	char country[3]; /* of the node, once it has answered; "": not known */
	bool lang_asked; /* by --lang, not by the environment */
	const char *words[CLI_WORDS_MAX];
	size_t word_count;
	struct {
		char name[40];
		const char *value;
		uint64_t
			number; /* of a NUMBER, DATE or CATEGORIES; the place of a code in its list, from 1 */
	} options[CLI_OPTIONS_MAX];
	size_t option_count;
	/* the reader's screen: terminal_look() */
	size_t width, rows;  /* rows 0: nobody knows */
	bool terminal;	     /* standard output is one */
	bool folded;	     /* lines are made to fit it */
	size_t width_errors; /* the same of standard error, which may be another screen */
	bool folded_errors;
	bool colour, colour_errors, paged;
	int page_out; /* standard output, while a page takes its place; 0: none does */
	bool stdin_used, quiet;
	unsigned requests; /* made so far */
	bool answered;	   /* by help or version: there is nothing to run */
	bool bare;	   /* no command was typed */
};

#endif /* KRING_CLIENT_CLI_RUN_H */
