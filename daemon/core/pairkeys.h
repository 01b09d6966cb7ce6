/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * pairkeys - when a partner gets a new PAIR key of ours: by what the present one served for, and since when.
 *
 * Layer:    core (domain, crypto, proto).
 * Owns:     how often each partner's newest key served; the keys are the key box's, the records the node's.
 * Threads:  the loop's.
 * Time:     given.
 * Durable:  nothing; keys of a line end with it.
 * Privacy:  the one before is destroyed by the first frame sealed to the newest one.
 */
#ifndef KRING_CORE_PAIRKEYS_H
#define KRING_CORE_PAIRKEYS_H

#include "crypto/keybox.h"
#include "domain/node.h"

enum {
	PAIRKEYS_FRAMES = 64,  /* that one key serves for, at most */
	PAIRKEYS_AGE_MS = 1000 /* of a key that served, when the next is drawn */
};

struct pairkeys;

/** Both borrowed for its life.  ERR_NOMEM. */
MUST_CHECK enum err pairkeys_create(struct pairkeys **out, struct node *n, struct keybox *kb);
void pairkeys_free(struct pairkeys *k);
/** A fresh key, whose record every frame to that partner announces until it was used.  A number that is nobody's is passed over. */
void pairkeys_renew(struct pairkeys *k, uint16_t no, const struct node_time *now);
/** A frame of that partner was opened with the newest one. */
void pairkeys_served(struct pairkeys *k, uint16_t no, const struct node_time *now);
/** Something is sealed to a key that is gone, or the line is asked for one: what served is no answer. */
void pairkeys_asked(struct pairkeys *k, uint16_t no, const struct node_time *now);
/** The connection ended, and its keys with it. */
void pairkeys_drop(struct pairkeys *k, uint16_t no);
/** Before a turn: whoever's key served, and is old enough, gets the next with what is said now. */
void pairkeys_look(struct pairkeys *k, const struct node_time *now);

#endif /* KRING_CORE_PAIRKEYS_H */
