/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * setup - a node from nothing to its first partner: what is asked, what was answered, and the steps that follow from it.
 *
 * Layer:    client (base, proto).
 * Owns:     answers and secrets of this invocation; its caller wipes them.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing by itself: each step is a command of kring, or a file that is put in place whole.
 * Privacy:  a passphrase and an invite lie in struct setup, and go to kring's own commands over a pipe.
 *
 * Everything is asked before anything is changed, and the rules of an answer are those of the command that takes it.  A step first
 * looks whether it was done, so that whoever is interrupted types the same line again.
 */
#ifndef KRING_CLIENT_STANDING_SETUP_H
#define KRING_CLIENT_STANDING_SETUP_H

#include "base/fill.h"
#include "client/cli/cli.h"

/** Questions, in the order in which they are asked. */
enum ask_no {
	ASK_HOW,
	ASK_FEDERATION,
	ASK_ROOTS,
	ASK_ROOT_KEYS,
	ASK_INVITE,
	ASK_BACKUP,
	ASK_RECOVERY,
	ASK_ORG,
	ASK_COUNTRY,
	ASK_PHONE,
	ASK_LISTEN,
	ASK_REACHABLE,
	ASK_KEY,
	ASK_KEY_FILE,
	ASK_PASSPHRASE,
	ASK_SHEET,
	ASK_SERVICE,
	ASK_ADMIN,
	ASK_ADMIN_USER,
	ASK_WORKER,
	ASK_WORKER_USER,
	ASK_COUNT
};

enum { SETUP_ANSWER = 1024, SETUP_OUT = 65536, SETUP_PATH = 4096, SETUP_SAY = 2048 };

/** Of the node that the packages run, and where its unit looks for its key. */
#define SETUP_UNIT_DIR	 "/var/lib/kring"
#define SETUP_CREDENTIAL "/etc/kring/kring.key.cred"

struct setup {
	struct cli *c;
	char answer[ASK_COUNT][SETUP_ANSWER];
	bool given[ASK_COUNT];	   /* by a person or a file; else it is the default */
	char secret[SETUP_ANSWER]; /* the passphrase */
	char invite[SETUP_ANSWER]; /* the token */

	char settings[SETUP_PATH]; /* where the node's settings stand; "": not looked yet */
	bool scripted;		   /* by a file: nobody is there to answer */
	char *out;		   /* what the last quiet child said, SETUP_OUT bytes */
	size_t out_len;
};

/** A row of setup.psv. */
static inline const char *setup_of(const struct setup *s, const char *key)
{
	return list_text(LIST_SETUP, s->c->lang, key);
}
/** The answer is that word. */
bool setup_is(const struct setup *s, enum ask_no no, const char *word);
/** A row as a paragraph on standard output. */
void setup_say(const struct setup *s, const char *key, const struct fill *values);
/** The same, further in: below the heading of a step. */
void setup_note(const struct setup *s, const char *key, const struct fill *values);

#endif /* KRING_CLIENT_STANDING_SETUP_H */
