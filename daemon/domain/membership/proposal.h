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
	uint8_t payload_op;
};

/** Make one; invite may be NULL.  *id for a person to name it. */
MUST_CHECK enum err proposal_make(struct turn *t, uint8_t op, struct span payload,
				  const struct id16 *invite, struct id16 *id);

MUST_CHECK enum err proposal_save(struct turn *t, const struct proposal *p);
MUST_CHECK enum err proposal_read(struct turn *t, const struct store_key *k, struct proposal *p);
/** Another entry took its place: put at the end again, to be signed once more. */
MUST_CHECK enum err proposal_rebase(struct turn *t, const struct chain *c, struct proposal *p,
				    bool *moved);

#endif /* KRING_DOMAIN_MEMBERSHIP_PROPOSAL_H */
