/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * args - what was typed behind kringd tool VERB: every option of every tool.
 *
 * Layer:    tool/cli.
 * Owns:     nothing.
 * Threads:  one; short-lived processes, run by kring, which checks nothing that is checked here.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  secrets come from files or standard input, never from arguments.
 */
#ifndef KRING_TOOL_CLI_ARGS_H
#define KRING_TOOL_CLI_ARGS_H

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
	X(policy, "policy") X(confirm, "confirm") X(verified, "verified") X(date, "date") X(yes, "yes")

struct tool_args {
#define TOOL_FIELD(field, text) const char *field;
	TOOL_ARGS(TOOL_FIELD)
#undef TOOL_FIELD
};
/* clang-format on */

#endif /* KRING_TOOL_CLI_ARGS_H */
