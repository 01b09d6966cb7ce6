/* SPDX-License-Identifier: EUPL-1.2 */
/* One row for each kind and partner, with the time it was last seen: an alarm that repeats does not fill a list.  It stays
 * until an administrator dealt with it, because what it speaks of (a copy of a disk, a lost backup) does not go away by
 * itself. */
#include "domain/loss/alarm.h"

#include <string.h>

#include "base/check.h"

enum { META_ACK = 21, ACK_LEN = 8 + 4 + 16, CODE_MAX = 32 };

const char *alarm_text(uint8_t kind)
{
	/* clang-format off */
	switch (kind) {
#define ALARM_TEXT(name, no, text) case (no): return (text);
	ALARMS(ALARM_TEXT)
#undef ALARM_TEXT
	default: return "unknown";
	}
	/* clang-format on */
}

static struct store_key alarm_key(uint8_t kind, uint16_t peer)
{
	struct store_key k = {.len = 0};

	key_u8(&k, kind);
	key_u16(&k, peer);
	return k;
}

bool alarm_is(struct turn *t, enum alarm kind, uint16_t peer)
{
	const struct store_key k = alarm_key((uint8_t)kind, peer);

	return record_exists(t->txn, STORE_ALARM, key_span(&k));
}

static struct store_key ack_key(const char *code, uint16_t peer)
{
	struct store_key k = {.len = 0};

	require(code[0] != '\0' && strlen(code) <= CODE_MAX);
	key_u8(&k, META_ACK);
	key_u16(&k, peer);
	key_put(&k, code, strlen(code));
	return k;
}

/* The row stays when the alarm ends: the next one of its kind is later, and so it is not seen.  There are no more of them than kinds and
 * partners, and people write them. */
enum err alarm_ack(struct turn *t, const char *code, uint16_t peer)
{
	const struct store_key k = ack_key(code, peer);
	uint8_t row[ACK_LEN];

	require(t->wall_ms != 0);
	be64_put(row, t->wall_ms);
	be32_put(row + 8, t->ev->uid);
	memcpy(row + 12, t->staff.b, sizeof t->staff.b);
	return turn_put(t, STORE_META, &k, span_of(row, sizeof row));
}

enum err alarm_acked(struct turn *t, const char *code, uint16_t peer, struct alarm_ack *out)
{
	const struct store_key k = ack_key(code, peer);
	struct span v;
	enum err rc = turn_get(t, STORE_META, &k, &v);

	*out = (struct alarm_ack){.at_ms = 0};
	if (rc == ERR_NOTFOUND)
		return ERR_OK; /* nobody saw it */
	if (rc == ERR_OK && v.len != ACK_LEN)
		rc = ERR_CORRUPT;
	if (rc != ERR_OK)
		return rc;
	out->at_ms = be64_get(v.p);
	out->uid = be32_get(v.p + 8);
	memcpy(out->staff.b, v.p + 12, sizeof out->staff.b);
	return ERR_OK;
}

/* Written down already, and not since somebody saw it: what comes back behind that person's back is said again at once. */
static enum err said_already(struct turn *t, enum alarm kind, uint16_t peer, uint64_t then_ms,
			     bool *said)
{
	const uint64_t pause_ms = LIMIT_ALARM_MIN * UINT64_C(60000);
	struct alarm_ack seen;
	const enum err rc = alarm_acked(t, alarm_text((uint8_t)kind), peer, &seen);

	*said = then_ms <= t->wall_ms && t->wall_ms < then_ms + pause_ms && seen.at_ms < then_ms;
	return rc;
}

/* The same alarm again moves its time: a list shows each once. */
enum err alarm_set(struct turn *t, enum alarm kind, uint16_t peer)
{
	const struct store_key k = alarm_key((uint8_t)kind, peer);
	struct effect *e;
	struct span v;
	uint8_t row[8];
	bool said = false;
	enum err rc = turn_get(t, STORE_ALARM, &k, &v);

	require(kind >= ALARM_RESTORED && kind <= ALARM_OLD_KEY);
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	if (rc == ERR_OK && v.len == sizeof row) {
		rc = said_already(t, kind, peer, be64_get(v.p), &said);
		if (rc != ERR_OK || said)
			return rc;
	}
	e = turn_effect(t, EFFECT_ALARM);
	if (e == NULL)
		return ERR_NOMEM;
	e->peer = peer;
	e->client = (uint64_t)kind;
	be64_put(row, t->wall_ms);
	return turn_put(t, STORE_ALARM, &k, span_of(row, sizeof row));
}

enum err alarm_clear(struct turn *t, uint8_t kind, uint16_t peer)
{
	const struct store_key k = alarm_key(kind, peer);
	enum err rc = store_del(t->txn, STORE_ALARM, key_span(&k));

	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}
