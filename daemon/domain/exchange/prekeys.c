/* SPDX-License-Identifier: EUPL-1.2 */
/* A frame is sealed to a key that the receiver drew for this partner and destroys when a newer one is in use: a disk that
 * is stolen later opens nothing that was sent before.  PAIR keys are of one line and live in memory; an EPOCH key is for
 * when a partner is away and lies in the store.  The newest by its own time counts, never the one that lasts longest. */
#include "domain/exchange/prekeys.h"

#include "base/check.h"
#include "crypto/verify.h"
#include "domain/exchange/clockwatch.h"

enum { LIFE_S = 9 * 86400 };
static_assert(LIFE_S > LIMIT_ENVELOPE_TTL_S, "an envelope never outlives the key it is sealed to");

/* May this time be remembered of them?  Later than ours it was learned while this clock, too, was wrong: kept,
 * it would shut them out until that day comes. */
static bool counts(const struct turn *t, uint64_t time_ms)
{
	return time_ms <= t->wall_ms + (uint64_t)LIMIT_CLOCK_SKEW_S * 1000;
}

/* Theirs, for us, signed: only the time may be wrong. */
static bool authentic(const struct turn *t, const struct peer *p, const struct wire_prekey *k,
		      struct span record)
{
	const bool mine = k->kind == WIRE_PREKEY_PAIR && id32_equal(&k->peer, &t->node->node_id);
	const bool open = k->kind == WIRE_PREKEY_EPOCH && bytes_zero(k->peer.b, 32);
	const struct span part = span_of(record.p, WIRE_PREKEY_SIGNED);

	return id16_equal(&k->fed_id, &t->node->fed_id) && id32_equal(&k->node, &p->node_id) &&
	       k->key_seq == p->key_seq && (mine || open) &&
	       verify_sig(SIGN_PREKEY, &part, 1, &p->nk_pub, k->sig);
}

/* Is it the very key that we seal to? */
static bool taken(const struct peer *p, const struct wire_prekey *k)
{
	const struct conn *c = &p->conn;

	return k->kind == WIRE_PREKEY_PAIR && c->have_key && id16_equal(&k->id, &c->key_id) &&
	       id32_equal(&k->pub, &c->key_pub);
}

static bool timely(const struct turn *t, const struct wire_prekey *k)
{
	return k->not_after_s <= k->time_ms / 1000 + LIFE_S && counts(t, k->time_ms);
}

/* Newest is highest time, never latest not_after; older ones of this peer never count again, whatever
 * connection they come on, so a stolen old key cannot be offered again. */
static enum err take_pair(struct turn *t, struct peer *p, const struct wire_prekey *k, bool *fresh)
{
	struct conn *c = state_conn(t->node, p);
	struct pair *pr;
	enum err rc = pair_get(t, p->no, &pr);

	require(k->kind == WIRE_PREKEY_PAIR);
	if (rc != ERR_OK || (k->time_ms <= pr->their_key_ms && counts(t, pr->their_key_ms)))
		return rc;
	pr->their_key_ms =
		k->time_ms; /* durable: over a restart, too, an older one does not count */
	*fresh = true;
	c->have_key = true;
	c->key_id = k->id;
	c->key_pub = k->pub;
	c->key_until_s = k->not_after_s;
	return ERR_OK;
}

/* Kept for when the partner is away; the newest of its present signing key. */
static enum err take_epoch(struct turn *t, const struct peer *p, const struct wire_prekey *k,
			   struct span record)
{
	const struct store_key key = turn_key_u16(p->no);
	struct wire_prekey old;
	struct span v;
	enum err rc = turn_get(t, STORE_PEERKEY, &key, &v);

	require(k->kind == WIRE_PREKEY_EPOCH);
	if (t->node->bare) /* there is no room, and it is shown again */
		return ERR_OK;
	if (rc == ERR_OK && wire_prekey_get(v, &old) == ERR_OK && old.key_seq == k->key_seq &&
	    old.time_ms >= k->time_ms && counts(t, old.time_ms))
		return ERR_OK;
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	return turn_put(t, STORE_PEERKEY, &key, record);
}

/* Signed by its owner and for us; a time that cannot be is evidence of a wrong clock, and no key. */
enum err prekeys_take(struct turn *t, struct peer *p, struct span record, bool alone, bool *fresh)
{
	struct wire_prekey k;
	enum err rc = wire_prekey_get(record, &k);

	*fresh = false;
	if (rc != ERR_OK)
		return rc;
	/* in every frame until it is used: what was taken is not looked at again */
	if (!alone && taken(p, &k))
		return ERR_OK;
	if (!authentic(t, p, &k, record))
		return ERR_CRYPTO;
	if (alone && k.kind == WIRE_PREKEY_PAIR) /* drawn when the connection came up */
		clockwatch_record(t, state_conn(t->node, p), k.time_ms);
	if (!timely(t, &k))
		return ERR_CRYPTO;
	return k.kind == WIRE_PREKEY_PAIR ? take_pair(t, p, &k, fresh)
					  : take_epoch(t, p, &k, record);
}

bool prekeys_ready(const struct turn *t, const struct peer *p)
{
	return p->conn.have_key && p->conn.key_until_s > t->wall_ms / 1000;
}

bool prekeys_ours_good(const struct turn *t, const struct peer *p)
{
	struct wire_prekey k;

	return !p->have_prekey ||
	       (wire_prekey_get(span_of(p->prekey, WIRE_PREKEY_LEN), &k) == ERR_OK &&
		k.not_after_s > t->wall_ms / 1000);
}
