/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * help - what there is to type: on one screen, of one command, or all of it; codes of a list.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_CLIENT_HELP_H
#define KRING_CLIENT_HELP_H

#include "client/cli/cli.h"

enum { HELP_LINE = 96, HELP_TOPICS = 5 };
struct help_topic {
	const char *name;
	enum list_id list;
	const char *use; /* of its rows, as in list_code() */
};
/** Rows of help.psv with the titles of the groups, in the order of enum command_group. */
extern const char *const help_groups[GROUP_COUNT];
/** Lists of codes that help shows by their name. */
extern const struct help_topic help_topics[HELP_TOPICS];

/** noun "": what is typed every day, on one screen; "all": every command; else that command (verb NULL: with every verb), or
 *  a list of codes.  CLI_DONE, or the code after an error was printed. */
int help_show(struct cli *c, const char *noun, const char *verb);
/** Refuses a command that there is none of, and names the nearest: "did you mean: BEFORE NOUN VERB?"; verb may be NULL. */
int help_unknown(const struct cli *c, const char *before, const char *noun, const char *verb);
/** As it is typed, without options: "case show CASE". */
void help_line(const struct cli *c, const struct command *k, char out[HELP_LINE]);
/** The whole table as one JSON document: what the manual, completion and tests are made from.  CLI_DONE. */
int help_json(const struct cli *c);
/** Of this program, as --version prints it. */
int help_version(struct cli *c);
/** kring alone, where no node answers: that, how to reach one, and the commands of every day.  CLI_NOT_NOW. */
int help_alone(struct cli *c);

#endif /* KRING_CLIENT_HELP_H */
