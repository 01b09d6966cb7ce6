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
	const char *words;   /* positional arguments, for help and counting: "CASE" */
	const char *options; /* "to= need= again": with = takes a value */
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
	char *words[CLI_WORDS_MAX];
	size_t word_count;
	struct {
		const char *name, *value;
	} options[CLI_OPTIONS_MAX];
	size_t option_count;
};

extern const struct command cli_commands[];
extern const size_t cli_command_count;

/** NULL when not given; flags read as "". */
const char *cli_option(const struct cli *c, const char *name);
/** The i-th value of an option given several times, NULL past the last. */
const char *cli_option_at(const struct cli *c, const char *name, size_t i);
int cli_fail(int code, const char *what, const char *why, const char *remedy);
/** "identity,contact" -> bits; false names the unknown one on stderr. */
bool cli_categories(const char *text, uint64_t *cats);
/** YYYY-MM-DD, end of that day -> ms. */
bool cli_date(const char *text, uint64_t *ms);
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
void out_json(const struct msg *m);
void out_reply(struct cli *c, const struct msg *reply);

#endif /* KRING_CLIENT_CLI_H */
