/* SPDX-License-Identifier: EUPL-1.2 */
/* The store seals its records with these functions and never sees a key; keybox has the keys and never sees a store. */
#include "core/disk/cipher.h"

#include <assert.h>

#include "base/check.h"

static_assert((int)RECORD_META == (int)KEYBOX_META && (int)RECORD_CASE == (int)KEYBOX_CASE &&
		      (int)RECORD_AUDIT == (int)KEYBOX_AUDIT &&
		      (int)RECORD_GRANT == (int)KEYBOX_GRANT,
	      "the two lists of key classes are one");
static_assert((int)RECORD_WRAPPED_LEN == (int)KEYBOX_WRAPPED_LEN &&
		      (int)RECORD_SEAL_EXTRA == (int)KEYBOX_RECORD_EXTRA,
	      "lengths agree");

static enum err key_new(void *ctx, enum record_class cls, const struct id16 *case_id,
			uint8_t wrapped[RECORD_WRAPPED_LEN])
{
	return keybox_new_wrapped(ctx, (enum keybox_class)cls, case_id, wrapped);
}

static enum err seal(void *ctx, enum record_class cls, const struct id16 *case_id,
		     const uint8_t *wrapped, const struct span io[2], uint8_t *out)
{
	return keybox_record_seal(ctx, (enum keybox_class)cls, case_id, wrapped, io, out);
}

static enum err open_it(void *ctx, enum record_class cls, const struct id16 *case_id,
			const uint8_t *wrapped, const struct span io[2], uint8_t *out)
{
	return keybox_record_open(ctx, (enum keybox_class)cls, case_id, wrapped, io, out);
}

static enum err derive(void *ctx, const struct id16 *case_id, const uint8_t *wrapped,
		       struct span input, struct id16 *out)
{
	return keybox_case_derive(ctx, case_id, wrapped, input, out);
}

static bool holds(void *ctx, enum record_class cls, const struct id16 *case_id)
{
	return keybox_holds(ctx, (enum keybox_class)cls, case_id);
}

static enum err hold(void *ctx, enum record_class cls, const struct id16 *case_id,
		     const uint8_t *wrapped)
{
	return keybox_hold(ctx, (enum keybox_class)cls, case_id, wrapped);
}

static void let_go(void *ctx)
{
	keybox_let_go(ctx);
}

void cipher_fill(struct record_cipher *c, struct keybox *kb)
{
	require(kb != NULL);
	*c = (struct record_cipher){key_new, seal, open_it, derive, kb, holds, hold, let_go};
}
