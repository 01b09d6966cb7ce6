/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two partners agree once on what they exchange at all, in each direction; a person's consent is asked within that.  No
 * row means no agreement: nothing goes and nothing is kept.
 */
#include "domain/consent/agreement.h"

#include "base/check.h"

static struct store_key agreement_key(uint16_t peer, enum consent_way way)
{
	struct store_key k = turn_key_u16(peer);

	require(peer != 0);
	require(way == CONSENT_SEND || way == CONSENT_RECEIVE);
	key_u8(&k, (uint8_t)way);
	return k;
}

enum err consent_agreement(struct turn *t, uint16_t peer, enum consent_way way,
			   struct consent_view *v)
{
	const struct store_key k = agreement_key(peer, way);
	struct msg *m;
	enum err rc = turn_get_msg(t, STORE_AGREEMENT, &k, MSG_AGREEMENT, &m);

	v->agreed = rc == ERR_OK;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	v->agreement_cats = msg_u64(m, AGREEMENT_CATS); /* with MESSAGE, unless it was closed */
	v->agreement_until_ms = msg_u64(m, AGREEMENT_UNTIL_MS);
	return ERR_OK;
}

enum err consent_agreement_save(struct turn *t, uint16_t peer, enum consent_way way,
				const struct msg *agreement)
{
	const struct store_key k = agreement_key(peer, way);
	struct span v;
	enum err rc = msg_pack(t->arena, agreement, &v);

	return rc == ERR_OK ? turn_put(t, STORE_AGREEMENT, &k, v) : rc;
}
