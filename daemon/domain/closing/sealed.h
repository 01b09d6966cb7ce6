/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sealed - the two keys that a former owner keeps for the new one: of the bundle, and of the file beside it.
 *
 * Layer:    domain/closing (base, proto, store; crypto/chunks, crypto/keep; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  in the row of the handover, which the caller saves.
 * Privacy:  what was sealed opens with a secret of the new owner alone, which never leaves its node.
 */
#ifndef KRING_DOMAIN_CLOSING_SEALED_H
#define KRING_DOMAIN_CLOSING_SEALED_H

#include "crypto/chunks.h"
#include "crypto/keep.h"
#include "domain/documents/thread.h"

enum { SEALED_KEYS = 2 * CHUNKS_KEY, SEALED_LEN = SEALED_KEYS + KEEP_EXTRA };

/** At the former owner: keys, sealed to whom the row of the handover names.  ERR_NOTFOUND: that is no key, nothing can be kept for it. */
MUST_CHECK enum err sealed_put(struct turn *t, const struct msg *record,
			       const uint8_t keys[SEALED_KEYS], struct msg *body);
/** The public key by which TAKE has things kept for us. */
MUST_CHECK enum err sealed_to(struct turn *t, const struct thread *th, struct id32 *pub);
/** Keys out of what the former owner keeps for us, into the row; there may be none, or other ones. */
MUST_CHECK enum err sealed_open(struct turn *t, const struct thread *th, struct msg *record);

#endif /* KRING_DOMAIN_CLOSING_SEALED_H */
