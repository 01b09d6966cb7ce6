/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * verify - signature checks: the public half (proto/PROTOCOL.md).
 *
 * Layer:    crypto (base only); domain may include it.
 * Owns:     nothing
 * Threads:  any
 * Time:     none
 * Durable:  nothing
 * Privacy:  public keys only.
 */
#ifndef KRING_CRYPTO_VERIFY_H
#define KRING_CRYPTO_VERIFY_H

#include "base/bytes.h"
#include "crypto/sign_label.h"

enum { SIGN_LEN = 64 };

/** verify_sig(label, parts, n, pub, sig): Ed25519 over label | 0x00 | parts. */
bool verify_sig(enum sign_label label, const struct span *parts, size_t n, const struct id32 *pub,
		const uint8_t sig[SIGN_LEN]);

#endif /* KRING_CRYPTO_VERIFY_H */
