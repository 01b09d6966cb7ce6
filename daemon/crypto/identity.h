/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * identity - who a node is: its id, its public keys, its printable fingerprint (proto/PROTOCOL.md 2).
 *
 * Layer:    crypto (base only); domain may include it.
 * Owns:     nothing
 * Threads:  any
 * Time:     none
 * Durable:  nothing
 * Privacy:  organisations only, never people.
 */
#ifndef KRING_CRYPTO_IDENTITY_H
#define KRING_CRYPTO_IDENTITY_H

#include "base/bytes.h"

enum { IDENTITY_INCEPTION_LEN = 96, IDENTITY_FINGERPRINT_LEN = 5 * 8 };

/** What is fixed at birth; the node id is its hash and survives every rotation. */
struct inception {
	struct id16 fed_id;
	struct id32 nk_pub;	 /* Ed25519 */
	struct id32 next_digest; /* of the pre-committed next signing key */
	struct id16 org_uuid;
};

void identity_inception_bytes(const struct inception *in, uint8_t out[IDENTITY_INCEPTION_LEN]);
struct id32 identity_node_id(const struct inception *in);
struct id32 identity_next_digest(const struct id32 *next_pub);
/** 8 groups of 4 hexadecimal digits of the node id, NUL-terminated. */
void identity_fingerprint(char out[IDENTITY_FINGERPRINT_LEN], const struct id32 *node_id);

#endif /* KRING_CRYPTO_IDENTITY_H */
