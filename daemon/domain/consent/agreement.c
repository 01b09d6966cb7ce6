/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two partners agree once on what they exchange at all, in each direction; a person's consent is asked within that.  No
 * row means no agreement: nothing goes and nothing is kept.  A partner's own agreement stays with it: what it lacks is
 * known here from what it did not take.
 */
#include "domain/consent/agreement.h"

#include "base/check.h"
#include "domain/consent/memory.h"

enum { MISSED = CONSENT_RECEIVE + 1 };

static struct store_key agreement_key(uint16_t peer, enum consent_way way)
{
	struct store_key k = turn_key_u16(peer);

	require(peer != 0);
	require(way == CONSENT_SEND || way == CONSENT_RECEIVE);
	key_u8(&k, (uint8_t)way);
	return k;
}

/* Where it stands what was missed in this way. */
static struct store_key missed_key(uint16_t peer, enum consent_way way)
{
	struct store_key k = turn_key_u16(peer);

	require(peer != 0);
	key_u8(&k, (uint8_t)(MISSED + way));
	return k;
}

enum err consent_agreement(struct turn *t, uint16_t peer, enum consent_way way,
			   struct consent_view *v)
{
	struct msg *m;
	enum err rc;

	if (memory_agreement(t, peer, way, v))
		return ERR_OK;
	rc = consent_agreement_record(t, peer, way, &m);
	v->agreed = rc == ERR_OK;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	v->agreement_cats = msg_u64(m, AGREEMENT_CATS); /* with MESSAGE, unless it was closed */
	v->agreement_until_ms = msg_u64(m, AGREEMENT_UNTIL_MS);
	memory_keep_agreement(t, peer, way, v);
	return ERR_OK;
}

enum err consent_agreement_record(struct turn *t, uint16_t peer, enum consent_way way,
				  struct msg **m)
{
	const struct store_key k = agreement_key(peer, way);

	return turn_get_msg(t, STORE_AGREEMENT, &k, MSG_AGREEMENT, m);
}

static enum err put(struct turn *t, const struct store_key *k, const struct msg *m)
{
	struct span v;
	enum err rc = msg_pack(t->arena, m, &v);

	return rc == ERR_OK ? turn_put(t, STORE_AGREEMENT, k, v) : rc;
}

/* ---- what was missed ---- */

enum err consent_agreement_missed(struct turn *t, uint16_t peer, enum consent_way way,
				  uint64_t *cats)
{
	const struct store_key k = missed_key(peer, way);
	struct msg *m;
	enum err rc = turn_get_msg(t, STORE_AGREEMENT, &k, MSG_AGREEMENT, &m);

	*cats = rc == ERR_OK ? msg_u64(m, AGREEMENT_CATS) : 0;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err consent_agreement_miss(struct turn *t, uint16_t peer, enum consent_way way, uint64_t cats)
{
	const struct store_key k = missed_key(peer, way);
	struct msg *m;
	uint64_t before;
	enum err rc = consent_agreement_missed(t, peer, way, &before);

	cats &= GATE_ALL | GATE_BIT(GATE_MESSAGE); /* of a head that a partner wrote */
	if (rc != ERR_OK || (cats & ~before) == 0)
		return rc;
	m = msg_new(t->arena, MSG_AGREEMENT);
	if (m == NULL)
		return ERR_NOMEM;
	msg_set_u64(m, AGREEMENT_CATS, before | cats);
	msg_set_u64(m, AGREEMENT_SINCE_MS, t->wall_ms);
	return put(t, &k, m);
}

static enum err met(struct turn *t, uint16_t peer, enum consent_way way, uint64_t cats)
{
	const struct store_key k = missed_key(peer, way);
	struct msg *m;
	uint64_t before;
	enum err rc = consent_agreement_missed(t, peer, way, &before);

	if (rc != ERR_OK || (before & cats) == 0)
		return rc;
	if ((before & ~cats) == 0)
		return store_del(t->txn, STORE_AGREEMENT, key_span(&k));
	m = msg_new(t->arena, MSG_AGREEMENT);
	if (m == NULL)
		return ERR_NOMEM;
	msg_set_u64(m, AGREEMENT_CATS, before & ~cats);
	msg_set_u64(m, AGREEMENT_SINCE_MS, t->wall_ms);
	return put(t, &k, m);
}

enum err consent_agreement_receipt(struct turn *t, uint16_t peer, uint64_t cats, uint16_t code)
{
	if (cats == 0)
		return ERR_OK; /* nothing personal: it needs no agreement */
	if (code == WIRE_VERDICT_OK)
		return met(t, peer, CONSENT_SEND, cats);
	return code == WIRE_VERDICT_NO_AGREEMENT || code == WIRE_VERDICT_AGREEMENT ||
			       code == WIRE_VERDICT_AGREEMENT_ENDED
		       ? consent_agreement_miss(t, peer, CONSENT_SEND, cats)
		       : ERR_OK;
}

/* Whoever writes one down has read what was asked for: what is left out is left out on purpose. */
enum err consent_agreement_save(struct turn *t, uint16_t peer, enum consent_way way,
				struct msg *agreement)
{
	const struct store_key k = agreement_key(peer, way);
	enum err rc;

	msg_set_u64(agreement, AGREEMENT_SINCE_MS, t->wall_ms);
	rc = put(t, &k, agreement);
	return rc == ERR_OK && way == CONSENT_RECEIVE ? met(t, peer, way, UINT64_MAX) : rc;
}
