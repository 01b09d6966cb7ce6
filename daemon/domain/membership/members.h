/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * members - the standing of every node that was ever let in, and its witnesses.
 *
 * Layer:    domain/membership (base, proto, store; crypto/hash, verify, identity; evidence).
 * Owns:     table WITNESS (peer u16); rows are member.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     *_s unix seconds.
 * Durable:  with the turn's transaction.
 * Privacy:  organisations and keys.
 *
 * Roots let in, suspend and remove; what a node says of itself is noderecord.h's.
 */
#ifndef KRING_DOMAIN_MEMBERSHIP_MEMBERS_H
#define KRING_DOMAIN_MEMBERSHIP_MEMBERS_H

#include "domain/membership/chain.h"
#include "domain/state.h"

/** ERR_EXISTS, ERR_FULL. */
MUST_CHECK enum err members_add(struct turn *t, const struct chain_change *change, uint64_t seq);
/** until_s 0 lifts; UINT64_MAX lasts.  ERR_NOTFOUND. */
MUST_CHECK enum err members_suspend(struct turn *t, const struct id32 *node, uint64_t until_s);
MUST_CHECK enum err members_remove(struct turn *t, const struct id32 *node, uint16_t *peer);
/** It is removed from then on, and answers until then.  ERR_NOTFOUND. */
MUST_CHECK enum err members_leave(struct turn *t, const struct id32 *node, uint64_t from_s,
				  uint16_t *peer);
/** Whoever's day came is removed. */
MUST_CHECK enum err members_tick(struct turn *t);
/** When the next one leaves, in milliseconds; UINT64_MAX: nobody does. */
uint64_t members_next_ms(const struct node *n);
/** Refuses what would begin anything new with a partner that leaves, and names the day. */
MUST_CHECK enum err members_stay(struct turn *t, const struct peer *p);
/** Fill n->peers from the store. */
MUST_CHECK enum err members_load(struct turn *t, struct node *n);

/** A cosignature of our chain: *news when it raised what we had of that member. */
MUST_CHECK enum err members_witness(struct turn *t, struct span bytes, const struct chain *c,
				    bool *news);
/** Our own cosignature, for the tally and for a restart.  ERR_NOTFOUND: no member yet. */
MUST_CHECK enum err members_keep_own_witness(struct turn *t, struct span bytes);
MUST_CHECK enum err members_own_witness(struct turn *t, struct node *n);
/** Let in whoever now has enough witnesses; *changed: somebody was.  Reads each member once. */
MUST_CHECK enum err members_activate(struct turn *t, const struct chain *c, bool *changed);
/** How many cosignatures b members before a new one make necessary. */
unsigned members_witnesses_needed(unsigned b);
/** An administrator compared digits with it (paircheck.h); a recovered identity is confirmed by that. */
MUST_CHECK enum err members_check(struct turn *t, const struct peer *p);
/** Who still has to cosign before p may receive: count wanted, count there, one absent member. */
struct members_wait {
	unsigned wanted, have;
	uint16_t absent; /* peer to phone, 0 none */
};
MUST_CHECK enum err members_waiting(struct turn *t, const struct peer *p, struct members_wait *out);

/** May this member's class take part in documents about people? */
static inline bool members_hold_cases(const struct peer *p)
{
	return p->active && (p->classes & WIRE_MEMBER) != 0;
}

/** ... and in quarterly figures of others? */
static inline bool members_collect(const struct peer *p)
{
	return (p->classes & (WIRE_COORDINATOR | WIRE_OBSERVER | WIRE_EVALUATOR)) != 0;
}

#endif /* KRING_DOMAIN_MEMBERSHIP_MEMBERS_H */
