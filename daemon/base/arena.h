/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * arena - bounded memory for one turn; reset wipes what was used.
 *
 * Layer:    base.
 * Owns:     one block, allocated at creation.
 * Threads:  the owner's only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  holds personal data between resets; wiped by arena_reset and arena_free.
 */
#ifndef KRING_BASE_ARENA_H
#define KRING_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct arena {
	uint8_t *base;
	size_t used, cap;
	size_t floor; /* below it nothing is given back before the reset */
	bool failed;  /* a request did not fit; stays set until reset */
};

MUST_CHECK enum err arena_create(struct arena *a, size_t cap);
void arena_free(struct arena *a);
void arena_reset(struct arena *a);
/** arena_rewind(a, mark): give back what was taken since a->used was mark, and wipe it.  For walks over many
 *  rows; nothing made since may be looked at again, but for what arena_keep made and what lies before that.  A
 *  request that did not fit stays failed. */
void arena_rewind(struct arena *a, size_t mark);
/** Zeroed, 16-byte aligned; NULL when the bound is reached. */
MUST_CHECK void *arena_alloc(struct arena *a, size_t n);
/** As arena_alloc, for what lives until the reset although a walk around it rewinds. */
MUST_CHECK void *arena_keep(struct arena *a, size_t n);
/** NULL on NULL or when full. */
MUST_CHECK char *arena_text(struct arena *a, const char *s);
/** A copy; p is NULL when full. */
MUST_CHECK struct span arena_copy(struct arena *a, struct span s);
/** A writer with cap bytes of the arena (cap 0 when full, so every write sets over). */
struct wr arena_wr(struct arena *a, size_t cap);

#endif /* KRING_BASE_ARENA_H */
