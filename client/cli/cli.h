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
#ifndef KRING_CLIENT_CLI_H
#define KRING_CLIENT_CLI_H

#include "base/arena.h"
#include "proto/lists.h"
#include "proto/msg.h"

/** Exit codes of CLI.md. */
enum {
	CLI_DONE = 0,
	CLI_REFUSED = 1,
	CLI_USAGE = 2,
	CLI_NOT_FOUND = 3,
	CLI_NOT_NOW = 4,
	CLI_DAMAGED = 5
};
enum { CLI_OPTIONS_MAX = 40, CLI_WORDS_MAX = 8, CLI_IN_DIR = 1000 };

struct cli;

struct command {
	const char *noun, *verb; /* verb NULL: a plain verb */
	int (*run)(struct cli *c);
	const char *
		words; /* "CASE", "PARTNER [DIGITS...]": needed, [may be left out], ... any number */
	const char *
		options; /* "to=NAME target=NAME* phone=LINE? again": with = takes a value of that type (args.c);
			      * behind it * may be given several times, ? may be empty; once and not empty otherwise */
	const char *help, *example;
	unsigned field; /* of Request, for generic commands; 0 otherwise */
	unsigned type;	/* document type, for acts; CLI_IN_DIR: a tool that works in --dir */
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

extern const struct command cli_commands[];
extern const size_t cli_command_count;

/** NULL when not given; flags read as "". */
const char *cli_option(const struct cli *c, const char *name);
/** The i-th value of an option given several times, NULL past the last. */
const char *cli_option_at(const struct cli *c, const char *name, size_t i);
/** What the option's type made of its value (see struct cli); 0 when it was not given. */
uint64_t cli_option_number(const struct cli *c, const char *name);
/** name is copied, value borrowed. */
void cli_add_option(struct cli *c, const char *name, const char *value, uint64_t number);
/** Says it on stderr, or as JSON on stdout; returns code. */
int cli_fail(const struct cli *c, int code, const char *what, const char *why, const char *remedy);
/** "identity,contact" -> bits; false: one of them is unknown. */
bool cli_categories(const char *text, uint64_t *cats);
/** YYYY-MM-DD, a day that exists -> a moment of it; the daemon takes it as the whole day. */
bool cli_date(const char *text, uint64_t *ms);

/* args.c */
/** Fills c from the command line (borrowed); CLI_DONE, or the code after an error was said. */
int cli_parse(struct cli *c, const char **args, size_t count);
/** The next option of a command's table at *at, and its type ("": a flag); false at the end. */
bool cli_spec_next(const char **at, char name[32], char type[32], bool *many, bool *empty);
/** What an option of that type takes, for a person; false: there is no such type. */
bool cli_accepts(const struct command *cmd, const char *type, char *out, size_t cap);
/** A whole number and nothing behind it. */
bool cli_whole(const char *text, uint64_t *number);
/** NULL, or into out why this is no text that the node takes. */
const char *cli_text_fault(struct span s, char out[80]);
/** All of standard input as one text (in the arena); once. */
int cli_stdin(struct cli *c, const char *option, const char **value);
enum list_lang cli_lang(const char *environment);
/** Every command, or those of a topic. */
int cli_help(struct cli *c, const char *topic);

/** The request envelope of this invocation, with the sub-message of its command in *sub. */
struct msg *cli_request(struct cli *c, unsigned field, struct msg **sub);
/** Send, print the reply (JSON or out_reply), return the exit code. */
int cli_finish(struct cli *c, const struct msg *request);
/** Send; errors and JSON are printed, anything else is the caller's to print from *reply. */
int cli_ask(struct cli *c, const struct msg *request, struct msg **reply);
/** As cli_ask, but nothing of the reply is printed, in JSON neither. */
int cli_call(struct cli *c, const struct msg *request, struct msg **reply);
/** kringd lies beside kring, or in the place where packages put it; out holds 4 096 bytes. */
bool cli_daemon_path(char *out);
/** Run kringd's tool with these arguments; replaces the process. */
int cli_tool(const struct cli *c, const char *verb);

/* admin.c */
int admin_roster_import(struct cli *c);
int admin_invite(struct cli *c);
int admin_confirm(struct cli *c);
int admin_partner_check(struct cli *c);
int admin_roster_cosign(struct cli *c);
int admin_address(struct cli *c);
int admin_approve(struct cli *c);
int admin_propose(struct cli *c);
int admin_join(struct cli *c);
int admin_lock(struct cli *c);
int admin_unlock(struct cli *c);
int admin_panic(struct cli *c);
int admin_erase(struct cli *c);
int admin_verify(struct cli *c);
int admin_audit_export(struct cli *c);
int admin_audit_verify(struct cli *c);

/* backup.c */
int backup_take(struct cli *c);
int backup_restore(struct cli *c);

/* flow.c, flow_out.c */
struct flow_word { /* what stands for {name} in a sentence; the last one has no name */
	const char *name, *text;
};
void flow_fill(const struct cli *c, const char *code, const struct flow_word *words, char *out,
	       size_t cap);
/** How close 95 % of a table's figures are to the truth; 0: it was not published. */
uint64_t flow_error(const struct msg *flow, const char *table);
/** A figure of that table below this may be nothing but chance. */
uint64_t flow_floor(const struct msg *flow, const char *table);
int flow_show(struct cli *c);
int flow_publish(struct cli *c);
void flow_tables(const struct cli *c, const struct msg *flow);
void flow_published(const struct cli *c, const struct msg *flow);

/* out.c */
/** At most width characters of s, filled up with blanks. */
void out_cell(const char *s, int width);
/** request (or NULL) says which lists are there though empty. */
void out_json(const struct msg *request, const struct msg *reply);
/** Of kring status: secrets that lie in the node's own directory without need (beside.c). */
void beside_status(const struct cli *c);
/** Names on standard error what a list could not show; CLI_DAMAGED. */
int out_damage(const struct cli *c, const struct msg *reply);
void out_error(int code, const char *what, const char *why, const char *remedy);
void out_commands(void);
/** What `kring status` says of the line: alarms of listening, clocks that differ. */
void out_line_status(const struct cli *c, const struct msg *status);
/** One ClockRow as a sentence. */
void out_clock(const struct cli *c, const struct msg *row, const char *partners);
/** "silent since 14:02; ", or nothing for 0. */
void out_silent(const struct cli *c, uint64_t since_ms);
void out_reply(struct cli *c, const struct msg *reply);

#endif /* KRING_CLIENT_CLI_H */
