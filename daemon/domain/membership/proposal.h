/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * proposal - a roster entry on its way to enough signatures.
 *
 * Layer:    domain/membership (base, proto, store; crypto/hash, verify, identity; evidence).
 * Owns:     table PROPOSAL (id 16).
 * Threads:  core process, event-loop thread only.
 * Time:     entry times are unix seconds.
 * Durable:  with the turn's transaction; the complete entry joins the roster in the same one.
 * Privacy:  organisations only.
 *
 * Roots sign on their own machines; any member's node can hold the proposal.  One that lost its place
 * to another entry is put at the new end and signed again.
 */
#ifndef KRING_DOMAIN_MEMBERSHIP_PROPOSAL_H
#define KRING_DOMAIN_MEMBERSHIP_PROPOSAL_H

#include "domain/membership/roster.h"

struct proposal {
	struct id16 id, invite;
	struct wire_roster e;
	bool came; /* from a partner: it goes when its place is taken, and is not placed again here */
};

/** Make one; invite may be NULL.  *id for a person to name it. */
MUST_CHECK enum err proposal_make(struct turn *t, uint8_t op, struct span payload,
				  const struct id16 *invite, struct id16 *id);

MUST_CHECK enum err proposal_save(struct turn *t, const struct proposal *p);
MUST_CHECK enum err proposal_read(struct turn *t, const struct store_key *k, struct proposal *p);
/** Another entry took its place: put at the end again, to be signed once more. */
MUST_CHECK enum err proposal_rebase(struct turn *t, const struct chain *c, struct proposal *p,
				    bool *moved);
/** The next proposal behind w; false at the end, or when w->rc is an error.  Rows that are damaged are passed over. */
MUST_CHECK bool proposal_each(struct turn *t, struct store_walk *w, struct proposal *p);
/** Entry and signatures as they travel and lie in a file; in the turn's arena. */
MUST_CHECK enum err proposal_carried(struct turn *t, const struct proposal *p, struct span *out);
MUST_CHECK enum err proposal_drop(struct turn *t, const struct proposal *p);
/** e is the same entry, and proposal_signers() held of it: signatures that p lacks are checked and join it, *news of them.
 *  ERR_CRYPTO: one is wrong, and none joined.  p borrows from e. */
MUST_CHECK enum err proposal_join(const struct chain *c, struct proposal *p,
				  const struct wire_roster *e, unsigned *news);
/** Each signature names a root, now or to come, and none twice, and one of the present roots is among them.
 *  ERR_DENIED: no such root, or none of the present ones.  ERR_EXISTS: twice. */
MUST_CHECK enum err proposal_signers(const struct chain *c, const struct wire_roster *e);
/** How many signatures count, of how many that must: of the present roots, and of those that a ROTATE_ROOTS brings in (else 0 of 0).
 *  More than enough count as enough. */
struct proposal_count {
	unsigned present, present_needed, next, next_needed;
};
struct proposal_count proposal_count(const struct chain *c, const struct wire_roster *e);
/** Which root is this, by its key?  WIRE_ROOT_NEW marks one that a ROTATE_ROOTS brings in; -1 none. */
int proposal_root(const struct chain *c, const struct wire_roster *e, const struct id32 *pub);

#endif /* KRING_DOMAIN_MEMBERSHIP_PROPOSAL_H */
