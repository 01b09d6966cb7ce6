/* SPDX-License-Identifier: EUPL-1.2 */
/* One row for each kind and partner, with the time it was last seen: an alarm that repeats does not fill a list.  It stays
 * until an administrator dealt with it, because what it speaks of (a copy of a disk, a lost backup) does not go away by
 * itself. */
#include "domain/loss/alarm.h"

#include "base/check.h"

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

/* The same alarm again moves its time: a list shows each once. */
enum err alarm_set(struct turn *t, enum alarm kind, uint16_t peer)
{
	const struct store_key k = alarm_key((uint8_t)kind, peer);
	const uint64_t pause_ms = LIMIT_ALARM_MIN * UINT64_C(60000);
	struct effect *e;
	struct span v;
	uint8_t row[8];
	enum err rc = turn_get(t, STORE_ALARM, &k, &v);

	require(kind >= ALARM_RESTORED && kind <= ALARM_OFTEN);
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	if (rc == ERR_OK && v.len == sizeof row && be64_get(v.p) <= t->wall_ms &&
	    t->wall_ms < be64_get(v.p) + pause_ms)
		return ERR_OK; /* said already */
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
