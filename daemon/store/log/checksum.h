/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * checksum - SipHash-2-4: 64 bits over bytes, under a key of 16.
 *
 * Layer:    store (base only).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing; but records of the log are found by it (FORMAT.md).
 * Privacy:  under a key that is drawn at start it spreads ids that came from outside so that nobody can choose where.
 */
#ifndef KRING_STORE_LOG_CHECKSUM_H
#define KRING_STORE_LOG_CHECKSUM_H

#include "base/bytes.h"

enum { CHECKSUM_KEY = 16 };

uint64_t checksum_of(const uint8_t key[CHECKSUM_KEY], const void *p, size_t len);

#endif /* KRING_STORE_LOG_CHECKSUM_H */
