/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * foreign - signatures that others make with keys of their own: passkeys (ES256, RS256), by libcrypto.
 *
 * Layer:    crypto (base only); domain may include it.
 * Owns:     nothing.
 * Threads:  any, after foreign_init.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  public keys only.
 *
 * The only module that knows OpenSSL, whose names are some of ours: base/err.h is not seen here. Keys are of two kinds and in one form (DER, as a browser gives it): P-256
 * by its name, and RSA of 2 048 to 4 096 bits with a small exponent, so that no key makes a check dear.
 */
#ifndef KRING_CRYPTO_FOREIGN_H
#define KRING_CRYPTO_FOREIGN_H

#include "base/bytes.h"

/** Once per process, before its sandbox: at first use libcrypto would read openssl.cnf.  False: it cannot be used. */
bool foreign_init(void);
/** Is this SubjectPublicKeyInfo a key of one of the two kinds? */
bool foreign_key(struct span spki);
/** SHA-256 of the message, signed with that key: ES256 in DER, or RS256 (PKCS #1 v1.5). */
bool foreign_holds(struct span spki, struct span message, struct span sig);
/** A key that signs nothing: who has none is told no in the same time as who signed wrongly. */
struct span foreign_nobody(void);

#endif /* KRING_CRYPTO_FOREIGN_H */
