/* SPDX-License-Identifier: EUPL-1.2 */
/* Memory for keys: locked, never swapped, with guard pages around it, and wiped when it is given back. */
#include "crypto/secret.h"

#include <sodium.h>

#include "base/check.h"

enum { STACK_BYTES = 128 * 1024 };

enum err secret_init(void)
{
	return sodium_init() < 0 ? ERR_CRYPTO : ERR_OK;
}

enum err secret_create(struct secret *s, size_t len)
{
	require(len > 0);
	/* Guard pages on both sides: a read past the end ends the process and gives away nothing. */
	s->p = sodium_malloc(len);
	s->len = len;
	if (s->p == NULL)
		return ERR_NOMEM;
	/* sodium_malloc locks too, but does not say whether it could; to lock twice is to lock once */
	s->locked = sodium_mlock(s->p, len) == 0;
	sodium_memzero(s->p, len);
	return ERR_OK;
}

void secret_free(struct secret *s)
{
	if (s == NULL || s->p == NULL)
		return;
	sodium_free(s->p); /* wipes */
	s->p = NULL;
	s->len = 0;
	s->locked = false;
}

void *secret_take(void *ctx, size_t len)
{
	struct secret s;

	(void)ctx;
	require(len > 0);
	if (secret_create(&s, len) != ERR_OK)
		return NULL;
	if (!s.locked)
		secret_free(&s);
	return s.p;
}

void secret_give(void *ctx, void *p)
{
	(void)ctx;
	require(p != NULL);
	sodium_free(p);
}

void secret_wipe(void *p, size_t len)
{
	sodium_memzero(p, len);
}

void secret_wipe_stack(void)
{
	sodium_stackzero(STACK_BYTES);
}
