/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * erasures - which cases were erased, beside the store: so that no backup brings one back.
 *
 * Layer:    crypto (base only).
 * Owns:     one descriptor on the file `ledger` of a node's directory, opened before the sandbox.
 * Threads:  core process, event-loop thread only; a tool.
 * Time:     none.
 * Durable:  erasures_add returned ERR_OK means on disk; a torn last entry is written over.
 * Privacy:  case ids, sealed under a key of their own, which backups carry.
 */
#ifndef KRING_CRYPTO_FILES_ERASURES_H
#define KRING_CRYPTO_FILES_ERASURES_H

#include "base/bytes.h"
#include "base/err.h"

enum { ERASURES_ENTRY = 24 + 16 + 16 }; /* nonce | case | tag */

struct erasures;
MUST_CHECK enum err erasures_open(struct erasures **out, const char *dir, const uint8_t key[32]);
void erasures_close(struct erasures *l);
MUST_CHECK enum err erasures_add(struct erasures *l, const struct id16 *case_id);
bool erasures_has(const struct erasures *l, const struct id16 *case_id);
/** The i-th, from 0; NULL past the last. */
const struct id16 *erasures_at(const struct erasures *l, size_t i);

#endif /* KRING_CRYPTO_FILES_ERASURES_H */
