/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * chain - one entry after another: the rules by which a roster grows (proto/PROTOCOL.md 3).
 *
 * Layer:    domain/membership (base, proto; crypto/hash, verify, identity).  Pure: also used by tools.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     entry times are unix seconds, checked against each other and never against a clock.
 * Durable:  nothing; roster.c keeps the state of the chain beside its entries.
 * Privacy:  organisations only.
 */
#ifndef KRING_DOMAIN_MEMBERSHIP_CHAIN_H
#define KRING_DOMAIN_MEMBERSHIP_CHAIN_H

#include "proto/wire_roster.h"

/** Where a chain stands; all zero before genesis. */
struct chain {
	bool begun;
	struct id16 fed_id;
	uint64_t seq; /* of the last entry */
	uint64_t time_s, valid_until_s;
	struct id32 head;
	struct wire_genesis genesis; /* m, n and roots as they are now */
	struct wire_policy policy;   /* of flow figures */
};

/** What an accepted entry asks for. */
struct chain_change {
	struct wire_add add;	   /* ADD_NODE */
	struct wire_node node;	   /* of add */
	struct wire_remove remove; /* REMOVE_NODE, SUSPEND */
	struct wire_policy policy; /* SET_POLICY */
	bool quorum;		   /* SUSPEND: m roots, so that it lasts */
};

enum { CHAIN_VALID_S = 90 * 86400, CHAIN_SUSPEND_S = 14 * 86400, CHAIN_STATE_MAX = 1024 };

/** BLAKE2b-256 of the signed bytes; for genesis, with a zero fed_id in place. */
struct id32 chain_hash(const struct wire_roster *e);
/** Order, signatures by m roots (genesis: all n; SUSPEND: one; ROTATE_ROOTS: m old and m new),
 *  payload.  Advances c and fills change.  ERR_STALE: not the next entry.  ERR_CRYPTO: signatures.
 *  ERR_MALFORMED.  ERR_INVAL: an operation this version does not know ("upgrade needed"). */
MUST_CHECK enum err chain_check(struct chain *c, const struct wire_roster *e,
				struct chain_change *change, struct err_text *why);
/** All that chain_check looks at but signatures: may this entry be the next one, if enough roots sign it?
 *  Errors as chain_check; a chain that has not begun has no next entry, ERR_STALE. */
MUST_CHECK enum err chain_follows(const struct chain *c, const struct wire_roster *e);
/** Did as many roots of c sign e as its operation needs, whatever its place?  For proofs of a fork. */
bool chain_signed(const struct chain *c, const struct wire_roster *e);
/** What ADD_NODE holds of the newcomer: id is the hash of the inception, record signed by its key. */
MUST_CHECK enum err chain_check_node(const struct wire_add *add, const struct id16 *fed_id,
				     struct wire_node *node, struct err_text *why);
void chain_put(struct wr *w, const struct chain *c);
MUST_CHECK enum err chain_get(struct span s, struct chain *c);
const char *chain_op_name(uint8_t op);

#endif /* KRING_DOMAIN_MEMBERSHIP_CHAIN_H */
