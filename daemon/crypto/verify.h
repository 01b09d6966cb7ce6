/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * verify - signature checks: the public half (SECURITY.md 2, 12.1).
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

/* clang-format off */
#define SIGN_LABELS(X)                                                      \
	X(DOC, "KRG1.sign.doc") X(FRAME, "KRG1.sign.frame")                 \
	X(NODE, "KRG1.sign.node") X(PREKEY, "KRG1.sign.prekey")             \
	X(ROSTER, "KRG1.sign.roster") X(WITNESS, "KRG1.sign.witness")           \
	X(CHECKPOINT, "KRG1.sign.checkpoint") X(COSIGN, "KRG1.sign.cosign")

enum sign_label {
#define SIGN_ENUM(name, text) SIGN_##name,
	SIGN_LABELS(SIGN_ENUM)
#undef SIGN_ENUM
	SIGN_LABEL_COUNT_
};
/* clang-format on */

enum { SIGN_LEN = 64 };

const char *verify_label(enum sign_label label);
/** verify_sig(label, parts, n, pub, sig): Ed25519 over label | 0x00 | parts. */
bool verify_sig(enum sign_label label, const struct span *parts, size_t n, const struct id32 *pub,
		const uint8_t sig[SIGN_LEN]);

#endif /* KRING_CRYPTO_VERIFY_H */
