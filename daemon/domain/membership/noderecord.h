/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * noderecord - what members say of themselves: keys and addresses, signed by themselves.
 *
 * Layer:    domain/membership (base, proto, store; crypto/hash, verify, identity; evidence).
 * Owns:     table NODEREC (peer u16 | key_seq u32), and the conflicts in PROOF.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  organisations and keys.
 */
#ifndef KRING_DOMAIN_MEMBERSHIP_NODERECORD_H
#define KRING_DOMAIN_MEMBERSHIP_NODERECORD_H

#include "domain/state.h"

/** A node record, whoever brought it: *news: something changed.  ERR_CRYPTO, ERR_MALFORMED,
 *  ERR_NOTFOUND (no such member), ERR_STALE (a record between is missing).  Two of one place: both
 *  are kept as proof and the pair is suspended. */
MUST_CHECK enum err noderecord_take(struct turn *t, struct span carried, bool *news);
/** The signing key a member had under this key_seq.  ERR_NOTFOUND. */
MUST_CHECK enum err noderecord_key(struct turn *t, const struct peer *p, uint32_t key_seq,
				   struct id32 *nk_pub);
/** Newest record of a member, as carried. */
MUST_CHECK enum err noderecord_get(struct turn *t, uint16_t peer, uint32_t key_seq,
				   struct span *carried);

/** Did its newest record promise another next key without a rotation, and which? */
MUST_CHECK enum err noderecord_promise(struct turn *t, uint16_t no, bool *said, struct id32 *next);

#endif /* KRING_DOMAIN_MEMBERSHIP_NODERECORD_H */
