/* SPDX-License-Identifier: EUPL-1.2 */
/* A node is looked for by hashing its id under the chain's salt, so that the
 * list names nobody to who does not have the salt. */
#include "domain/onward/hops.h"

#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"

static struct id16 handler_of(const struct hops *h, const struct id32 *node)
{
	const struct span part = span_of(node->b, sizeof node->b);
	struct id16 out;

	hash_parts(HASH_HANDLER, span_of(h->salt.b, sizeof h->salt.b), &part, 1, out.b,
		   sizeof out.b);
	return out;
}

uint32_t hops_passed(const struct hops *h)
{
	require(h->count <= PASSING_HANDLERS);
	return h->count == 0 ? 0 : (uint32_t)h->count - 1;
}

bool hops_has(const struct hops *h, const struct id32 *node)
{
	const struct id16 one = handler_of(h, node);

	require(h->count <= PASSING_HANDLERS);
	for (size_t i = 0; i < h->count; i++)
		if (id16_equal(&h->handler[i], &one))
			return true;
	return false;
}

void hops_add(struct hops *h, const struct id32 *node)
{
	require(h->count <= PASSING_HANDLERS);
	if (h->count == PASSING_HANDLERS)
		memmove(h->handler, h->handler + 1, --h->count * sizeof h->handler[0]);
	h->handler[h->count++] = handler_of(h, node);
}

bool hops_read(const struct msg *offer, struct hops *h)
{
	const struct span id = msg_bytes(offer, OFFER_CHAIN_ID);
	const struct span salt = msg_bytes(offer, OFFER_CHAIN_SALT);

	*h = (struct hops){.count = 0};
	if (id.len != sizeof h->id.b || salt.len != sizeof h->salt.b)
		return false;
	memcpy(h->id.b, id.p, sizeof h->id.b);
	memcpy(h->salt.b, salt.p, sizeof h->salt.b);
	for (size_t i = 0; i < msg_count(offer, OFFER_HANDLED_BY) && i < PASSING_HANDLERS; i++) {
		const struct span one = msg_bytes_at(offer, OFFER_HANDLED_BY, i);

		if (one.len == sizeof h->handler[0].b)
			memcpy(h->handler[h->count++].b, one.p, one.len);
	}
	return true;
}

/* Half of it would read as a fault of whoever asked. */
enum err hops_write(struct arena *a, struct msg *offer, const struct hops *h)
{
	const char *field;

	require(h->count > 0);
	msg_set_bytes(a, offer, OFFER_CHAIN_ID, span_of(h->id.b, sizeof h->id.b));
	msg_set_bytes(a, offer, OFFER_CHAIN_SALT, span_of(h->salt.b, sizeof h->salt.b));
	msg_set_u64(offer, OFFER_HOPS, hops_passed(h));
	for (size_t i = 0; i < h->count; i++)
		msg_add_bytes(a, offer, OFFER_HANDLED_BY,
			      span_of(h->handler[i].b, sizeof h->handler[i].b));
	return offer != NULL && passing_sound(offer, &field) ? ERR_OK : ERR_NOMEM;
}
