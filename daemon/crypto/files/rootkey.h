/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rootkey - a federation root's signing key in a file, for an offline machine (proto/PROTOCOL.md 3).
 *
 * Layer:    crypto (base only); used by tools, never by the daemon.
 * Owns:     nothing; one file per root, mode 0600.
 * Threads:  any.
 * Time:     none.
 * Durable:  written and synced whole.
 * Privacy:  whoever reads the file can sign as this root: keep it on a stick, not on a server.
 */
#ifndef KRING_CRYPTO_FILES_ROOTKEY_H
#define KRING_CRYPTO_FILES_ROOTKEY_H

#include "base/err.h"
#include "crypto/verify.h"

/** pass: what the key lies under from now on, by Argon2id; empty: it lies in clear, for its owner alone. */
MUST_CHECK enum err rootkey_create(const char *path, struct span pass, struct id32 *pub);
/** Needs no passphrase. */
MUST_CHECK enum err rootkey_public(const char *path, struct id32 *pub);
/** Sign roster bytes.  pass is not looked at where the key lies in clear.  ERR_STATE: it lies under a passphrase, and none came.
 *  ERR_CRYPTO: another one. */
MUST_CHECK enum err rootkey_sign(const char *path, struct span pass, struct span bytes,
				 uint8_t sig[SIGN_LEN]);

#endif /* KRING_CRYPTO_FILES_ROOTKEY_H */
