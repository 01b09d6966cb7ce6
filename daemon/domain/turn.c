/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What every room works with: rows read and written under the turn's transaction, effects in order, refusals in words,
 * randomness out of the event's seed.  Nothing here remembers anything beyond the turn.
 */
#include "domain/turn.h"

#include "base/check.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/hash.h"

enum { SHORT_MAX = 120 };
static const char ellipsis[] = "\xe2\x80\xa6";
static_assert(sizeof(struct id16) == 6 + 10, "an id is its time and ten random bytes");

void effects_init(struct effects *fx)
{
	fx->first = NULL;
	fx->last = &fx->first;
}

/* Appended: the process carries them out in the order in which they were asked for. */
struct effect *turn_effect(struct turn *t, enum effect_type type)
{
	struct effect *e = arena_keep(t->arena, sizeof *e);

	require(t->fx != NULL);
	if (e == NULL)
		return NULL;
	e->type = type;
	*t->fx->last = e;
	t->fx->last = &e->next;
	return e;
}

enum err turn_do(struct turn *t, enum effect_type type)
{
	return turn_effect(t, type) == NULL ? ERR_NOMEM : ERR_OK;
}

/* Only noted: the room that removes a partner lies below those that end its referrals, and node_step calls them later. */
static enum err note_peer(struct turn *t, struct turn_peer **list, uint16_t peer)
{
	struct turn_peer *g = arena_keep(t->arena, sizeof *g);

	if (g == NULL)
		return ERR_NOMEM;
	*g = (struct turn_peer){*list, peer};
	*list = g;
	return ERR_OK;
}

enum err turn_gone(struct turn *t, uint16_t peer)
{
	return note_peer(t, &t->gone, peer);
}

enum err turn_leaves(struct turn *t, uint16_t peer)
{
	return note_peer(t, &t->leaving, peer);
}

/* What could not be read was perhaps taken for not there: then the words of a refusal are about something else. */
enum err turn_whole(struct turn *t, enum err rc)
{
	const enum err failed = store_failed(t->txn);

	if (failed != ERR_OK) {
		t->refusal = (struct refused){.uncovered = 0};
		return failed;
	}
	return rc == ERR_OK && t->arena->failed ? ERR_NOMEM : rc;
}

/* From the seed and a count: the same event drawn again gives the same bytes, so a run of the simulator can be repeated. */
void turn_random(struct turn *t, uint8_t *out, size_t len)
{
	hash_seed(&t->seed, t->draws++, out, len);
}

struct id16 turn_id(struct turn *t)
{
	struct id16 id;

	turn_random(t, id.b, sizeof id.b);
	be16_put(id.b, (uint16_t)(t->wall_ms >> 32));
	be32_put(id.b + 2, (uint32_t)t->wall_ms);
	return id;
}

/* Cut between characters and not refused: a long name inside must not take the sentence away. */
static void text_into(char *out, size_t cap, const char *s)
{
	size_t n = strlen(s);

	require(cap > 0);
	if (n >= cap)
		for (n = cap - 1; n > 0 && ((uint8_t)s[n] & 0xc0) == 0x80; n--)
			;
	memcpy(out, s, n);
	out[n] = '\0';
}

enum err turn_refuse(struct turn *t, enum err e, enum refusal code)
{
	return turn_refuse_values(t, e, code,
				  (const struct say[SAY_VALUES]){{.type = SAY_NOTHING}});
}

/* Copied: what a value points to may be gone, or another, when the reply is made. */
enum err turn_refuse_values(struct turn *t, enum err e, enum refusal code,
			    const struct say values[SAY_VALUES])
{
	struct refused *r = &t->refusal;

	require(e != ERR_OK && code > REFUSAL_NONE && code < REFUSAL_COUNT_);
	r->code = code;
	for (size_t i = 0; i < SAY_VALUES; i++) {
		r->values[i] = values[i];
		if (values[i].text == NULL)
			continue;
		text_into(r->text[i], sizeof r->text[i], values[i].text);
		r->values[i].text = r->text[i];
	}
	return e;
}

/* What the handler did not say follows from the error itself: a person always reads something. */
static enum refusal code_of_error(enum err e)
{
	switch (e) {
	case ERR_NOMEM:
		return REFUSAL_TOO_MUCH_FOR_ONE_REQUEST;
	case ERR_FULL:
		return REFUSAL_STORE_FULL;
	case ERR_INVAL:
		return REFUSAL_ERROR_INVALID;
	case ERR_MALFORMED:
		return REFUSAL_ERROR_MALFORMED;
	case ERR_LIMIT:
		return REFUSAL_ERROR_LIMIT;
	case ERR_NOTFOUND:
		return REFUSAL_ERROR_NOT_FOUND;
	case ERR_EXISTS:
		return REFUSAL_ERROR_EXISTS;
	case ERR_DENIED:
		return REFUSAL_ERROR_DENIED;
	case ERR_STATE:
		return REFUSAL_ERROR_STATE;
	case ERR_STALE:
		return REFUSAL_ERROR_STALE;
	case ERR_BUSY:
		return REFUSAL_ERROR_BUSY;
	case ERR_CORRUPT:
		return REFUSAL_ERROR_DAMAGED;
	case ERR_CRYPTO:
		return REFUSAL_ERROR_CRYPTO;
	case ERR_OK:
	case ERR_IO:
	case ERR_COUNT_:
		break;
	}
	return REFUSAL_ERROR_IO;
}

void turn_refused_into(struct turn *t, enum err e, struct msg *reply)
{
	const struct refused *r = &t->refusal;

	msg_set_text(t->arena, reply, REPLY_ERROR, turn_error_code(e));
	msg_set_text(t->arena, reply, REPLY_CODE,
		     list_refusal_codes[r->code == REFUSAL_NONE ? code_of_error(e) : r->code]);
	for (size_t i = 0; i < SAY_VALUES; i++)
		say_add(t->arena, reply, REPLY_VALUES, &r->values[i]);
}

bool turn_enough(const struct turn *t)
{
	return store_looked(t->txn) >= LIMIT_TURN_ROWS;
}

enum err turn_again(struct turn *t, struct span leaves)
{
	require(t->ev != NULL && t->ev->type == EVENT_REQUEST);
	if (leaves.p == NULL)
		return ERR_NOMEM;
	t->leaves = leaves;
	t->again = true;
	return ERR_OK;
}

void turn_stale(struct turn *t, const struct id16 *id, uint64_t current)
{
	bytes_hex(t->refusal.id, id->b, sizeof id->b);
	t->refusal.current = current;
}

struct say turn_ago(const struct turn *t, uint64_t at_ms)
{
	return say_seconds("ago", t->wall_ms > at_ms ? (t->wall_ms - at_ms) / 1000 : 0);
}

enum err turn_put(struct turn *t, enum store_table table, const struct store_key *key,
		  struct span plain)
{
	const struct record_place place = {.table = table, .cls = RECORD_META};

	return record_put(t->txn, t->arena, &place, key_span(key), plain);
}

bool turn_case_erased(struct turn *t, const struct id16 *case_id)
{
	return !record_key_exists(t->txn, RECORD_CASE, case_id);
}

enum err turn_stand_in(struct turn *t, const char name[16], struct id16 *case_id)
{
	enum err rc;

	memcpy(case_id->b, name, sizeof case_id->b);
	rc = record_case_keys(t->txn, case_id);
	/* whoever needed it first has made it */
	return rc == ERR_EXISTS ? ERR_OK : rc;
}

enum err turn_audit_case(struct turn *t, struct id16 *case_id)
{
	if (record_key_exists(t->txn, RECORD_AUDIT, case_id))
		return ERR_OK;
	return turn_stand_in(t, "erased cases\0\0\0", case_id);
}

enum err turn_put_case(struct turn *t, enum store_table table, const struct store_key *key,
		       enum record_class cls, const struct id16 *case_id, struct span plain)
{
	struct record_place place = {table, cls, *case_id};
	enum err rc = cls == RECORD_AUDIT ? turn_audit_case(t, &place.case_id) : ERR_OK;

	require(cls != RECORD_META);
	return rc == ERR_OK ? record_put(t->txn, t->arena, &place, key_span(key), plain) : rc;
}

enum err turn_get(struct turn *t, enum store_table table, const struct store_key *key,
		  struct span *plain)
{
	return record_get(t->txn, t->arena, table, key_span(key), plain);
}

enum err turn_get_msg(struct turn *t, enum store_table table, const struct store_key *key,
		      enum msg_kind kind, struct msg **out)
{
	struct span plain;
	struct err_text why;
	enum err rc = turn_get(t, table, key, &plain);

	if (rc != ERR_OK)
		return rc;
	rc = msg_parse(t->arena, kind, plain, out, &why);
	/* our own row does not parse: damage; but too little memory stays what it is */
	return rc == ERR_MALFORMED || rc == ERR_LIMIT ? ERR_CORRUPT : rc;
}

struct store_key turn_key_u16(uint16_t v)
{
	struct store_key k = {.len = 0};

	key_u16(&k, v);
	return k;
}

struct store_key turn_key_u64(uint64_t v)
{
	struct store_key k = {.len = 0};

	key_u64(&k, v);
	return k;
}

struct store_key turn_key_id(const struct id16 *id)
{
	struct store_key k = {.len = 0};

	key_put(&k, id->b, sizeof id->b);
	return k;
}

struct store_key turn_key_u16_u64(uint16_t a, uint64_t b)
{
	struct store_key k = turn_key_u16(a);

	key_u64(&k, b);
	return k;
}

struct store_key turn_key_ids(const struct id16 *a, const struct id16 *b)
{
	struct store_key k = turn_key_id(a);

	key_put(&k, b->b, sizeof b->b);
	return k;
}

/* Few, because clients and scripts act by them; the sentences beside them say the rest. */
const char *turn_error_code(enum err e)
{
	switch (e) {
	case ERR_NOTFOUND:
		return "not-found";
	case ERR_INVAL:
	case ERR_MALFORMED:
	case ERR_LIMIT:
		return "usage";
	case ERR_DENIED:
	case ERR_STATE:
	case ERR_STALE:
	case ERR_EXISTS:
	case ERR_CRYPTO:
		return "refused";
	case ERR_CORRUPT:
		return "damaged";
	case ERR_OK:
	case ERR_NOMEM:
	case ERR_FULL:
	case ERR_BUSY:
	case ERR_IO:
	case ERR_COUNT_:
		break;
	}
	return "not-now";
}

const char *turn_short(struct turn *t, const char *text)
{
	size_t n = strlen(text);
	char *out;

	if (n <= SHORT_MAX)
		return text;
	/* back to where a character begins: half of one is no text */
	for (n = SHORT_MAX; ((uint8_t)text[n] & 0xc0) == 0x80; n--)
		;
	out = arena_alloc(t->arena, n + sizeof ellipsis);
	if (out == NULL)
		return ""; /* the packing of the reply fails with it */
	memcpy(out, text, n);
	memcpy(out + n, ellipsis, sizeof ellipsis);
	return out;
}

bool turn_room(struct msg *reply, unsigned field)
{
	if (msg_count(reply, field) < LIMIT_LIST_ROWS)
		return true;
	msg_set_u64(reply, REPLY_TRUNCATED, 1);
	return false;
}

/* The walk goes on by key, so that a row may be deleted under it. */
enum err turn_drop_prefix(struct turn *t, enum store_table table, const struct store_key *prefix)
{
	struct store_walk w = {.rc = ERR_OK};

	while (store_each(t->txn, table, key_span(prefix), &w)) {
		struct store_key k = {.len = 0};

		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = store_del(t->txn, table, key_span(&k));
	}
	return w.rc;
}

enum err turn_as_many(struct turn *t, enum store_table table, const struct store_key *prefix,
		      size_t most, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	size_t n = 0;

	while (n < most && store_each(t->txn, table, key_span(prefix), &w))
		n++;
	*yes = n == most;
	return w.rc;
}
