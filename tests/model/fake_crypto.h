/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fake_crypto - signatures by hash and records in clear, for the simulator alone.
 *
 * Layer:    tests.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  invented data only.  Linked instead of crypto/verify.c; never into kringd.
 */
#ifndef KRING_TESTS_FAKE_CRYPTO_H
#define KRING_TESTS_FAKE_CRYPTO_H

#include "crypto/verify.h"
#include "store/record.h"

void fake_sign(enum sign_label label, const struct span *parts, size_t n, const struct id32 *pub,
	       uint8_t sig[SIGN_LEN]);
void fake_cipher(struct record_cipher *c);

#endif /* KRING_TESTS_FAKE_CRYPTO_H */
