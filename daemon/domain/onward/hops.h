/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * hops - the chain by which a person was passed on: how often, and whether a
 * node had the person before.
 *
 * Layer:    domain/onward (base, proto; crypto/hash).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  nodes stand in it as hashes under the salt of the chain, which
 * travels along it: who is not in the chain learns nothing; who is can try
 * every member.
 *
 * Pure.  Each node that refers the person adds itself, and the sender of a
 * redirected referral also the one that redirected it.
 */
#ifndef KRING_DOMAIN_ONWARD_HOPS_H
#define KRING_DOMAIN_ONWARD_HOPS_H

#include "base/bytes.h"
#include "domain/documents/passing.h"

struct hops {
	struct id16 id, salt;
	struct id16 handler[PASSING_HANDLERS]; /* in the order in which they had the person */
	size_t count;			       /* 0: nobody had */
};

/** How often the person was passed on before the newest of them. */
uint32_t hops_passed(const struct hops *h);
bool hops_has(const struct hops *h, const struct id32 *node);
/** Of more than PASSING_HANDLERS the oldest are forgotten. */
void hops_add(struct hops *h, const struct id32 *node);
/** What an offer says, which passing_sound took; false, and *h without anybody:
 * nothing. */
bool hops_read(const struct msg *offer, struct hops *h);
/** ERR_NOMEM: the offer does not say all of it. */
MUST_CHECK enum err hops_write(struct arena *a, struct msg *offer, const struct hops *h);

#endif /* KRING_DOMAIN_ONWARD_HOPS_H */
