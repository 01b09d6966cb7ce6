/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * roster - the signed, append-only list of members (SECURITY.md 3).
 *
 * Layer:    domain/membership (base, proto, store; crypto/hash, verify, identity; evidence).
 * Owns:     tables ROSTER (be64 seq), NODE (peer u16), NODEID (node id 32).
 * Threads:  core process, event-loop thread only; roster_check also in tools.
 * Time:     entry times are unix seconds.
 * Durable:  an entry and the member it adds commit together.
 * Privacy:  organisations only.
 */
#ifndef KRING_DOMAIN_MEMBERSHIP_ROSTER_H
#define KRING_DOMAIN_MEMBERSHIP_ROSTER_H

#include "domain/state.h"

/** Where a chain stands; all zero before genesis. */
struct roster_chain {
	bool begun;
	struct id16 fed_id;
	uint64_t seq; /* of the last entry */
	struct id32 head;
	struct wire_genesis genesis;
};

/** BLAKE2b-256 of the signed bytes; for genesis, with a zero fed_id in place. */
struct id32 roster_hash(const struct wire_roster *e);
/** roster_check(chain, entry, add, why): order, signatures by m roots (genesis: all n), payload.
 *  Advances chain and fills add for ADD_NODE.  ERR_STALE: not the next entry.  ERR_CRYPTO: signatures.
 *  ERR_MALFORMED.  ERR_INVAL: an operation this version does not know ("upgrade needed"). */
MUST_CHECK enum err roster_check(struct roster_chain *chain, const struct wire_roster *e,
				 struct wire_add *add, struct err_text *why);
/** What a node says of itself in ADD_NODE: id is the hash of the inception, record signed by its key. */
MUST_CHECK enum err roster_check_node(const struct wire_add *add, const struct id16 *fed_id,
				      struct wire_node *node, struct err_text *why);

/** Append one carried entry to the store.  Errors as roster_check, for a person in t->refusal. */
MUST_CHECK enum err roster_apply(struct turn *t, struct span carried);
MUST_CHECK enum err roster_load_chain(struct turn *t, struct roster_chain *chain);
/** Fill n->peers, roster_seq and roster_head from the store; *count members. */
MUST_CHECK enum err roster_load_members(struct turn *t, struct node *n);
MUST_CHECK enum err roster_list(struct turn *t, struct msg *reply);
/** May this member's class take part in documents about persons? */
static inline bool roster_holds_cases(const struct peer *p)
{
	return p->active && (p->classes & WIRE_MEMBER) != 0;
}

#endif /* KRING_DOMAIN_MEMBERSHIP_ROSTER_H */
