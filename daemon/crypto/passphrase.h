/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * passphrase - sentences by which people sign in, kept as Argon2id (64 MiB, 2 passes, a salt of its own each).
 *
 * Layer:    crypto (base only).
 * Owns:     nothing.
 * Threads:  any; each call takes a tenth of a second and 64 MiB, so that no loop calls it.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the sentence is the caller's to wipe.
 */
#ifndef KRING_CRYPTO_PASSPHRASE_H
#define KRING_CRYPTO_PASSPHRASE_H

#include "base/bytes.h"
#include "base/err.h"

enum { PASSPHRASE_KEPT = 128 /* with its NUL */ };

/** What is kept of it, with salt and cost.  ERR_NOMEM. */
MUST_CHECK enum err passphrase_make(struct span words, char out[PASSPHRASE_KEPT]);
/** Is this the one?  kept: of passphrase_make; "" is nobody's, and takes as long.  False without memory, too. */
bool passphrase_holds(const char *kept, struct span words);

#endif /* KRING_CRYPTO_PASSPHRASE_H */
