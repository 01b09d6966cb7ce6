/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * roster - the signed, append-only list of members as this node holds it (proto/PROTOCOL.md 3).
 *
 * Layer:    domain/membership (base, proto, store; crypto/hash, verify, identity; evidence).
 * Owns:     tables ROSTER (be64 seq) and PROPOSAL, the forks in PROOF, META row 4 (state of the chain).
 * Threads:  core process, event-loop thread only.
 * Time:     entry times are unix seconds.
 * Durable:  an entry and what it changes commit together.
 * Privacy:  organisations only.
 */
#ifndef KRING_DOMAIN_MEMBERSHIP_ROSTER_H
#define KRING_DOMAIN_MEMBERSHIP_ROSTER_H

#include "domain/membership/members.h"

/** Append one carried entry to the store; one that we have changes nothing.
 *  Errors as chain_check, for a person in t->refusal.  ERR_STALE with *fork: another entry, signed by
 *  the roots, stands in that place; both are kept as proof when *fork was not known before. */
MUST_CHECK enum err roster_apply(struct turn *t, struct span carried, bool *fork);
MUST_CHECK enum err roster_chain(struct turn *t, struct chain *c);
/** Recompute every entry from genesis: at start.  ERR_CORRUPT. */
MUST_CHECK enum err roster_verify(struct turn *t);
/** Fill n's members and its view of the chain. */
MUST_CHECK enum err roster_load(struct turn *t, struct node *n);
/** The carried entry at seq.  ERR_NOTFOUND. */
MUST_CHECK enum err roster_entry(struct turn *t, uint64_t seq, struct span *carried);
/** After each event: where a cosignature came or an entry was applied (t->unsettled), let in whom that lets
 *  in; EFFECT_MEMBERS if any. */
MUST_CHECK enum err roster_settle(struct turn *t);
/** A person looked at this entry, which has to be our newest.  ERR_STATE, ERR_STALE, both said in t->refusal. */
MUST_CHECK enum err roster_cosign(struct turn *t, uint64_t seq);
/** The next entry behind w; false at the end, or when w->rc is an error. */
MUST_CHECK bool roster_each(struct turn *t, struct store_walk *w, struct wire_roster *e);
/** The proof of a fork, if there is one: their entry.  ERR_NOTFOUND. */
MUST_CHECK enum err roster_fork_proof(struct turn *t, uint64_t seq, struct span *theirs);

#endif /* KRING_DOMAIN_MEMBERSHIP_ROSTER_H */
