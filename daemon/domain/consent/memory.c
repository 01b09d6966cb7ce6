/* SPDX-License-Identifier: EUPL-1.2 */
/* One referral asks several times what a consent says: before it is signed, for what follows, and once more when it leaves, in the
 * same turn.  Each answer is to be that of this moment; so it counts only while no row was written on which it rests, whoever
 * wrote it.  What a caller changes in its copy is its own until it is saved, and then everything is read again. */
#include "domain/consent/memory.h"

#include "base/check.h"

enum { GRANTS = 64, WAYS = 2 };

struct consent_memory {
	uint64_t stamp; /* of the grants */
	size_t count;
	struct {
		struct id16 id;
		const struct msg *record;
	} grants[GRANTS];
	struct {
		bool known;
		uint64_t stamp;
		uint16_t peer;
		struct consent_view v;
	} agreements[WAYS];
};

/* A record, the key that it lies under, and the case without which it is nothing. */
static uint64_t stamp_of(const struct turn *t)
{
	return (uint64_t)store_changes(t->txn, STORE_GRANT) +
	       store_changes(t->txn, STORE_GRANTKEY) + store_changes(t->txn, STORE_SHUT) +
	       store_changes(t->txn, STORE_CASEKEY);
}

static struct consent_memory *memory_of(struct turn *t)
{
	if (t->consents == NULL)
		t->consents = arena_keep(t->arena, sizeof *t->consents);
	return t->consents;
}

static struct msg *copy_of(struct turn *t, const struct msg *record)
{
	struct msg *copy = msg_new(t->arena, MSG_GRANT_RECORD);

	msg_copy_fields(copy, record);
	return copy;
}

struct msg *memory_grant(struct turn *t, const struct id16 *grant)
{
	const struct consent_memory *m = t->consents;

	if (m == NULL || m->stamp != stamp_of(t))
		return NULL;
	for (size_t i = 0; i < m->count; i++)
		if (id16_equal(&m->grants[i].id, grant))
			return copy_of(t, m->grants[i].record);
	return NULL;
}

void memory_keep_grant(struct turn *t, const struct id16 *grant, const struct msg *record)
{
	struct consent_memory *m = memory_of(t);
	struct msg *copy;

	if (m == NULL)
		return; /* the turn fails: turn_whole */
	if (m->stamp != stamp_of(t))
		m->count = 0;
	m->stamp = stamp_of(t);
	if (m->count == GRANTS)
		return;
	copy = copy_of(t, record);
	/* all that lies there by now, what the record points to as well */
	if (copy == NULL || arena_keep(t->arena, 1) == NULL)
		return;
	m->grants[m->count].id = *grant;
	m->grants[m->count++].record = copy;
}

bool memory_agreement(const struct turn *t, uint16_t peer, unsigned way, struct consent_view *v)
{
	const struct consent_memory *m = t->consents;

	require(way < WAYS);
	if (m == NULL || !m->agreements[way].known || m->agreements[way].peer != peer ||
	    m->agreements[way].stamp != store_changes(t->txn, STORE_AGREEMENT))
		return false;
	v->agreed = m->agreements[way].v.agreed;
	v->agreement_cats = m->agreements[way].v.agreement_cats;
	v->agreement_until_ms = m->agreements[way].v.agreement_until_ms;
	return true;
}

void memory_keep_agreement(struct turn *t, uint16_t peer, unsigned way,
			   const struct consent_view *v)
{
	struct consent_memory *m = memory_of(t);

	require(way < WAYS);
	if (m == NULL)
		return;
	m->agreements[way].known = true;
	m->agreements[way].stamp = store_changes(t->txn, STORE_AGREEMENT);
	m->agreements[way].peer = peer;
	m->agreements[way].v = *v;
}
