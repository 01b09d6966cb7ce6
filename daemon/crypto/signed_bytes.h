/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * signed_bytes - label | 0x00 | parts, as signed and verified.
 *
 * Layer:    crypto (base only).
 * Owns:     a heap copy when the parts are long.
 * Threads:  any
 * Time:     none
 * Durable:  nothing
 * Privacy:  wiped by nothing: what is signed is not secret, and bodies enter as commitments.
 */
#ifndef KRING_CRYPTO_SIGNED_BYTES_H
#define KRING_CRYPTO_SIGNED_BYTES_H

#include "base/bytes.h"
#include "crypto/sign_label.h"

struct signed_bytes {
	uint8_t small[512];
	uint8_t *p; /* small, or malloc'ed */
	size_t len;
};

/** False when memory is short.  Free with signed_bytes_free. */
bool signed_bytes_make(struct signed_bytes *sb, enum sign_label label, const struct span *parts,
		       size_t n);
void signed_bytes_free(struct signed_bytes *sb);

#endif /* KRING_CRYPTO_SIGNED_BYTES_H */
