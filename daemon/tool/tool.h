/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tool - offline work that needs keys: making nodes and federations, signing, joining, restoring.
 *
 * Layer:    tool.
 * Owns:     nothing.
 * Threads:  one; short-lived processes, run by kring, which checks nothing that is checked here.
 * Time:     the wall clock, for entry and record times.
 * Durable:  files are written whole and synced.
 * Privacy:  secrets come from files or standard input, never from arguments.
 */
#ifndef KRING_TOOL_TOOL_H
#define KRING_TOOL_TOOL_H

/* Every option of every tool: name of the field, name on the command line. */
/* clang-format off */
#define TOOL_ARGS(X)                                                                            \
	X(dir, "dir") X(org, "org") X(country, "country") X(listen, "listen")                   \
	X(address, "address") X(phone, "phone") X(federation, "federation")                     \
	X(passphrase_file, "passphrase-file") X(name, "name") X(roots, "roots") X(out, "out")   \
	X(roster, "roster") X(join, "join") X(class_name, "class") X(proposal, "proposal")      \
	X(key, "key") X(verified_by, "verified-by") X(op, "op") X(node, "node")                 \
	X(keys, "keys") X(token, "token") X(wait, "wait") X(sheet, "sheet")                     \
	X(recovery, "recovery") X(kind, "kind") X(file, "file") X(number, "number") X(check, "check") \
	X(policy, "policy") X(confirm, "confirm") X(verified, "verified")

struct tool_args {
#define TOOL_FIELD(field, text) const char *field;
	TOOL_ARGS(TOOL_FIELD)
#undef TOOL_FIELD
};
/* clang-format on */

/** kringd tool VERB --OPTION VALUE ...; the exit code. */
int tool_main(int argc, char **argv);

int tool_fed_create(struct tool_args *a);
int tool_roster_add(struct tool_args *a);
int tool_roster_propose(struct tool_args *a);
int tool_roster_sign(struct tool_args *a);
int tool_digest(struct tool_args *a);
int tool_root_sign(struct tool_args *a);
int tool_roster_verify(struct tool_args *a);
int tool_node_init(struct tool_args *a);
int tool_rotate(struct tool_args *a);
int tool_sheet(struct tool_args *a);
int tool_restore(struct tool_args *a);
int tool_slot_list(struct tool_args *a);
int tool_slot_add(struct tool_args *a);
int tool_slot_remove(struct tool_args *a);
int tool_join(struct tool_args *a);
int tool_config_show(struct tool_args *a);
int tool_config_check(struct tool_args *a);
int tool_config_manual(struct tool_args *a);

#endif /* KRING_TOOL_TOOL_H */
