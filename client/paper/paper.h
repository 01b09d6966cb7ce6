/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * paper - what the commands of this room share: the language of a paper, where it goes, and how its parts are said.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  a file of mode 0600, where the user names one.
 * Privacy:  a paper is about one person.
 */
#ifndef KRING_CLIENT_PAPER_PAPER_H
#define KRING_CLIENT_PAPER_PAPER_H

#include "client/paper/sheet.h"

enum { PAPER_LIST = 1024 };

/** --lang, else the person's language where it is one of ours, else the reader's. */
enum list_lang paper_language(const struct cli *c, const struct msg *reply);
/** The sheet of this command, to --html FILE or to the terminal.  False: the file cannot be made, and that was said (*code). */
bool paper_open(struct cli *c, struct sheet *s, enum list_lang lang, int *code);
/** What `from` could not show the paper of `reply` does not have either: its damaged rows, each named once. */
void paper_damage(struct cli *c, struct msg *reply, const struct msg *from);
/** The reply as it is, for programs.  The exit code: CLI_DAMAGED where rows of it could not be read. */
int paper_json(const struct cli *c, const struct msg *req, const struct msg *reply);
/** Ends it, says where a file lies, and what could not be read.  The exit code, as paper_json. */
int paper_close(struct cli *c, struct sheet *s, const struct msg *reply);
/** Categories as a list of words. */
const char *paper_cats(const struct cli *c, enum list_lang lang, uint64_t cats,
		       char out[PAPER_LIST]);
/** Who gives the paper, and when: the first line under its title. */
void paper_from(struct sheet *s, const struct msg *reply);

#endif /* KRING_CLIENT_PAPER_PAPER_H */
