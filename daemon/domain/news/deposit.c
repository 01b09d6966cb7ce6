/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of erased cases lies beside the store, so that an old backup brings none of them back.  A disk that is lost
 * whole takes that list along.  So two partners keep a copy, sealed under a key that is in every backup and that they do
 * not have.  After a loss it comes back before anything else of a thread, and what it names is erased before any of it
 * can leave. */
#include "domain/news/deposit.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/keeper.h"
#include "domain/exchange/pair.h"

enum {
	META_VERSION = 6,
	KEEP_THIS = 0,
	KEPT = 1,
	YOURS = 2,
	HEAD = 1 + 4,
	IDS_MAX = 1000, /* the newest: older backups than the retention are not restored */
	SEALED_MAX = IDS_MAX * 16 + RECORD_SEAL_EXTRA,
	KEEP_MS_DAYS = LIMIT_RETAIN_DAYS + 5
};

static_assert(HEAD + SEALED_MAX < LIMIT_CLASS_2 / 2, "it fits a frame beside what is given back");

static struct store_key version_key(void)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_VERSION);
	return k;
}

/* No row is 0: nothing was erased yet, or nothing of ours is kept there. */
static enum err number_get(struct turn *t, enum store_table table, const struct store_key *k,
			   uint32_t *v)
{
	struct span s;
	enum err rc = turn_get(t, table, k, &s);

	*v = 0;
	if (rc == ERR_OK && s.len != 4)
		return ERR_CORRUPT;
	if (rc == ERR_OK)
		*v = be32_get(s.p);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err number_put(struct turn *t, enum store_table table, const struct store_key *k,
			   uint32_t v)
{
	uint8_t b[4];

	be32_put(b, v);
	return turn_put(t, table, k, span_of(b, sizeof b));
}

/* A version, so that a keeper that was away gets the newest list and no more. */
enum err deposit_changed(struct turn *t)
{
	const struct store_key k = version_key();
	const struct peer *p;
	uint32_t version;
	size_t at = 0;
	enum err rc = number_get(t, STORE_META, &k, &version);

	if (rc == ERR_OK)
		rc = number_put(t, STORE_META, &k, version + 1);
	while (rc == ERR_OK && (p = keeper_next(t, &at)) != NULL) {
		struct answer *a = answer_of(t, p->no);

		if (a == NULL)
			return ERR_NOMEM;
		a->reply = a->deposit = true;
	}
	return rc;
}

/* Ids of what was erased within the retention; ids begin with the time of birth, so any order will do. */
static enum err list_erased(struct turn *t, struct wr *ids)
{
	const uint64_t keep_ms = (uint64_t)KEEP_MS_DAYS * DAY_MS;
	struct store_walk w = {.key_len = 16};
	enum err rc;

	while (store_each(t->txn, STORE_ERASED, span_of(NULL, 0), &w)) {
		struct record_place place;
		struct span when;

		rc = record_open(t->txn, t->arena, STORE_ERASED, &w.row, &place, &when);
		if (rc != ERR_OK || when.len != 8)
			return rc == ERR_OK ? ERR_CORRUPT : rc;
		if (be64_get(when.p) + keep_ms < t->wall_ms)
			continue;
		if (ids->len + 16 > ids->cap) { /* full: the oldest gives way to the newest */
			memmove(ids->p, ids->p + 16, ids->len - 16);
			ids->len -= 16;
		}
		wr_put(ids, w.row.key.p, 16);
	}
	return w.rc;
}

/* A list as a part of the next frame: to be kept for us (KEEP_THIS), or the partner's own, given back (YOURS). */
static enum err put_ledger(struct turn *t, uint8_t what, uint32_t version, struct span sealed,
			   struct wr *parts, uint16_t *count)
{
	struct wr out = arena_wr(t->arena, HEAD + sealed.len);

	wr_u8(&out, what);
	wr_u32(&out, version);
	wr_put(&out, sealed.p, sealed.len);
	if (out.over)
		return ERR_NOMEM;
	wire_part_put(parts, WIRE_PART_LEDGER, wr_span(&out));
	(*count)++;
	return ERR_OK;
}

/* The whole list again when it changed: it is short, and a difference could be lost on the way. */
enum err deposit_introduce(struct turn *t, const struct peer *p, struct wr *parts, uint16_t *count)
{
	const struct store_key vk = version_key(), pk = turn_key_u16(p->no);
	const struct record_place place = {.cls = RECORD_META};
	uint32_t version, theirs;
	struct wr ids;
	struct span sealed;
	enum err rc = number_get(t, STORE_META, &vk, &version);

	if (rc == ERR_OK)
		rc = number_get(t, STORE_DEPOSITED, &pk, &theirs);
	if (rc != ERR_OK || version == 0 || theirs == version || !keeper_is(t, p))
		return rc;
	ids = arena_wr(t->arena, (size_t)IDS_MAX * 16);
	if (ids.cap == 0) /* list_erased makes room by moving what is there */
		return ERR_NOMEM;
	rc = list_erased(t, &ids);
	if (rc == ERR_OK)
		rc = record_detail_seal(t->txn, t->arena, &place, wr_span(&ids), &sealed);
	if (rc != ERR_OK)
		return rc;
	return put_ledger(t, KEEP_THIS, version, sealed, parts, count);
}

static enum err keep(struct turn *t, const struct peer *p, struct answer *a, uint32_t version,
		     struct span sealed)
{
	const struct store_key k = turn_key_u16(p->no);
	uint8_t word[HEAD] = {KEPT};
	enum err rc;

	if (sealed.len > SEALED_MAX)
		return ERR_OK; /* more than any node of this version sends: not ours to keep */
	rc = turn_put(t, STORE_DEPOSIT, &k, sealed);
	be32_put(word + 1, version);
	answer_part(a, WIRE_PART_LEDGER, span_of(word, sizeof word));
	a->reply = true;
	return rc;
}

/* Ours came back: those cases are erased again, before anything of them can leave. */
static enum err take_back(struct turn *t, struct span sealed)
{
	const struct record_place place = {.cls = RECORD_META};
	struct span ids;
	enum err rc = record_detail_open(t->txn, t->arena, &place, sealed, &ids);

	if (rc != ERR_OK) /* not what we sealed: a partner's mistake, or worse */
		return rc == ERR_NOMEM ? rc : ERR_OK;
	for (size_t at = 0; rc == ERR_OK && at + 16 <= ids.len; at += 16) {
		struct id16 id;

		memcpy(id.b, ids.p + at, 16);
		rc = t->node->hooks->erased(t, &id);
	}
	return rc;
}

/* Three kinds of one part: a list to keep, a receipt for ours, ours coming back. */
enum err deposit_part(struct turn *t, const struct peer *p, struct answer *a, struct span bytes)
{
	const struct store_key k = turn_key_u16(p->no);
	struct rd r = rd_of(bytes);
	const uint8_t kind = rd_u8(&r);
	const uint32_t version = rd_u32(&r);
	struct pair *pr;
	enum err rc;

	if (r.bad)
		return ERR_OK;
	switch (kind) {
	case KEEP_THIS:
		return keep(t, p, a, version, span_of(r.p, r.left));
	case KEPT:
		return number_put(t, STORE_DEPOSITED, &k, version);
	case YOURS: /* only while we wait for this partner after a loss: else anybody could have cases erased */
		rc = pair_get(t, p->no, &pr);
		return rc == ERR_OK && (t->node->quarantine || pr->unheard)
			       ? take_back(t, span_of(r.p, r.left))
			       : rc;
	default:
		return ERR_OK;
	}
}

/* With the first question after a loss, before our answer about any thread. */
enum err deposit_return(struct turn *t, const struct peer *p, struct wr *parts, uint16_t *count)
{
	const struct store_key k = turn_key_u16(p->no);
	struct span sealed;
	enum err rc = turn_get(t, STORE_DEPOSIT, &k, &sealed);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	return put_ledger(t, YOURS, 0, sealed, parts, count);
}
