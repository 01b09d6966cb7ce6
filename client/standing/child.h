/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * child - another command of kring, or a program of the system, run and waited for.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one; the child is another process, and ends when this one does.
 * Time:     as long as the child takes.
 * Durable:  nothing.
 * Privacy:  secrets go over a pipe, never as words: words are seen by every user of the machine.
 */
#ifndef KRING_CLIENT_STANDING_CHILD_H
#define KRING_CLIENT_STANDING_CHILD_H

#include "client/standing/setup.h"

enum child_way {
	CHILD_SHOWN, /* it speaks to the reader itself */
	CHILD_QUIET, /* what it says is shown when it fails, and lies in s->out */
	CHILD_ASKED  /* what it says is for us alone */
};

/** Its exit code when Ctrl-C ended it. */
enum { CHILD_STOPPED = 130 };

enum { CHILD_WORDS = 32 };
struct child {
	const char *word[CHILD_WORDS];
	size_t count;
};
void child_add(struct child *ch, const char *word);
/** --NAME VALUE, when there is a value. */
void child_option(struct child *ch, const char *name, const char *value);

/** kring WORDS on the node of this setup; input goes to its standard input (NULL: there is none, or the reader's own when it is shown).
 *  The exit code. */
int child_kring(struct setup *s, const struct child *ch, enum child_way way, const char *input);
/** The same with --json, for us alone. */
int child_json(struct setup *s, const struct child *ch);
/** A program of the system, by its whole path. */
int child_program(struct setup *s, const struct child *ch, enum child_way way);

#endif /* KRING_CLIENT_STANDING_CHILD_H */
