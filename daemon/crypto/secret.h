/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * secret - the only type that may hold a secret: locked, guarded, wiped.
 *
 * Layer:    crypto (base only).
 * Owns:     sodium_malloc'ed pages.
 * Threads:  the owner's only.
 * Time:     none
 * Durable:  nothing
 * Privacy:  wiped on free.
 */
#ifndef KRING_CRYPTO_SECRET_H
#define KRING_CRYPTO_SECRET_H

#include "base/bytes.h"
#include "base/err.h"

struct secret {
	uint8_t *p;
	size_t len;
	bool locked; /* the kernel promised to keep it out of the swap */
};

/** sodium_init, once per process, before the sandbox; ERR_CRYPTO when it fails. */
MUST_CHECK enum err secret_init(void);
/** Zeroed memory, in locked pages where the limit of this process (RLIMIT_MEMLOCK) has room: see locked. */
MUST_CHECK enum err secret_create(struct secret *s, size_t len);
/** Zeroed and locked; NULL: there is none that is.  Given back by secret_give(), which wipes.  ctx is not used: these are for
 *  whoever is handed its memory by functions. */
MUST_CHECK void *secret_take(void *ctx, size_t len);
void secret_give(void *ctx, void *p);
/** Wipes; NULL pointers inside are a no-op. */
void secret_free(struct secret *s);
void secret_wipe(void *p, size_t len);
/** What functions that have returned left on the stack below the caller: a key that was handed about, a state of a stream.  As deep as a turn
 *  goes; what lies deeper stays. */
void secret_wipe_stack(void);

#endif /* KRING_CRYPTO_SECRET_H */
