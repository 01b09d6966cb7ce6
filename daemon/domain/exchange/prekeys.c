/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/exchange/prekeys.h"

#include "crypto/verify.h"

enum { LIFE_S = 9 * 86400 };

static bool acceptable(const struct turn *t, const struct peer *p, const struct wire_prekey *k)
{
	const uint64_t now_s = t->wall_ms / 1000;

	return id16_equal(&k->fed_id, &t->node->fed_id) && id32_equal(&k->node, &p->node_id) &&
	       k->key_seq == p->key_seq && k->kind == WIRE_PREKEY_EPOCH &&
	       bytes_zero(k->peer.b, 32) && k->not_after_s <= k->time_s + LIFE_S &&
	       k->time_s <= now_s + LIMIT_CLOCK_SKEW_S;
}

enum err prekeys_take(struct turn *t, const struct peer *p, struct span record, bool *fresh)
{
	const struct store_key key = turn_key_u16(p->no);
	struct wire_prekey k, old;
	struct span part, v;
	enum err rc = wire_prekey_get(record, &k);

	*fresh = false;
	if (rc != ERR_OK)
		return rc;
	part = span_of(record.p, WIRE_PREKEY_SIGNED);
	if (!acceptable(t, p, &k) || !verify_sig(SIGN_PREKEY, &part, 1, &p->nk_pub, k.sig))
		return ERR_CRYPTO;
	rc = turn_get(t, STORE_PEERKEY, &key, &v);
	if (rc == ERR_OK && wire_prekey_get(v, &old) == ERR_OK && old.key_seq == k.key_seq &&
	    old.time_s >= k.time_s)
		return ERR_OK; /* newest is highest (key_seq, time), never latest not_after */
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	*fresh = true;
	return turn_put(t, STORE_PEERKEY, &key, record);
}

enum err prekeys_of(struct turn *t, const struct peer *p, struct wire_prekey *out)
{
	const struct store_key key = turn_key_u16(p->no);
	struct span v;
	enum err rc = turn_get(t, STORE_PEERKEY, &key, &v);

	if (rc != ERR_OK)
		return rc;
	if (wire_prekey_get(v, out) != ERR_OK)
		return ERR_CORRUPT;
	if (out->key_seq != p->key_seq || out->not_after_s <= t->wall_ms / 1000)
		return ERR_NOTFOUND;
	return ERR_OK;
}
