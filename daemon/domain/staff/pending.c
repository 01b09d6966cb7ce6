/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is kept is the request itself, with whole ids in the place of what was typed: it means the same a day later.
 */
#include "domain/staff/pending.h"

#include <string.h>

#include "base/check.h"

static_assert(LIMIT_PENDING_OWN < LIMIT_PENDING, "nobody's acts keep out all others'");

static enum err read_row(struct turn *t, const struct id16 *id, struct pending *p)
{
	const struct store_key k = turn_key_id(id);
	struct msg *m;
	struct span asker, about;
	enum err rc = turn_get_msg(t, STORE_PENDING, &k, MSG_PENDING_RECORD, &m);

	if (rc != ERR_OK)
		return rc;
	asker = msg_bytes(m, PENDING_RECORD_ASKER);
	about = msg_bytes(m, PENDING_RECORD_ABOUT);
	*p = (struct pending){.id = *id,
			      .at_ms = msg_u64(m, PENDING_RECORD_AT_MS),
			      .incarnation = (uint32_t)msg_u64(m, PENDING_RECORD_INCARNATION),
			      .request = msg_bytes(m, PENDING_RECORD_REQUEST)};
	if (asker.len != sizeof p->asker.b || about.len != sizeof p->about.b)
		return ERR_CORRUPT;
	memcpy(p->asker.b, asker.p, asker.len);
	memcpy(p->about.b, about.p, about.len);
	return ERR_OK;
}

/* One that cannot be read is confirmed by nobody, and hides no other; when it was asked its id says, too, so that it goes as others do. */
static struct pending unread(const struct id16 *id)
{
	return (struct pending){.id = *id,
				.at_ms = (uint64_t)be16_get(id->b) << 32 | be32_get(id->b + 2)};
}

bool pending_each(struct turn *t, struct store_walk *w, struct pending *p)
{
	struct id16 id;

	w->key_len = sizeof id.b;
	if (store_each(t->txn, STORE_PENDING, span_of(NULL, 0), w)) {
		memcpy(id.b, w->row.key.p, sizeof id.b);
		w->rc = read_row(t, &id, p);
		if (w->rc == ERR_CORRUPT) {
			*p = unread(&id);
			w->rc = ERR_OK;
		}
		return w->rc == ERR_OK;
	}
	return false;
}

static bool same(const struct pending *a, const struct pending *b)
{
	return id16_equal(&a->asker, &b->asker) && a->incarnation == b->incarnation &&
	       a->request.len == b->request.len &&
	       memcmp(a->request.p, b->request.p, a->request.len) == 0;
}

enum err pending_put(struct turn *t, struct pending *p)
{
	struct msg *m = msg_new(t->arena, MSG_PENDING_RECORD);
	struct store_walk w = {.rc = ERR_OK};
	struct store_key k;
	struct pending one;
	struct span v;
	size_t all = 0, own = 0;
	enum err rc;

	require(p->request.len > 0);
	while (pending_each(t, &w, &one)) {
		if (same(&one, p) && one.at_ms + LIMIT_PENDING_MS > t->wall_ms) {
			*p = one;
			return ERR_OK;
		}
		all++;
		own += one.request.len > 0 && id16_equal(&one.asker, &p->asker);
	}
	if (w.rc != ERR_OK)
		return w.rc;
	if (all >= LIMIT_PENDING || own >= LIMIT_PENDING_OWN)
		return ERR_FULL;
	p->id = turn_id(t);
	p->at_ms = t->wall_ms;
	msg_set_bytes(t->arena, m, PENDING_RECORD_REQUEST, p->request);
	msg_set_bytes(t->arena, m, PENDING_RECORD_ASKER, span_of(p->asker.b, sizeof p->asker.b));
	msg_set_bytes(t->arena, m, PENDING_RECORD_ABOUT, span_of(p->about.b, sizeof p->about.b));
	msg_set_u64(m, PENDING_RECORD_AT_MS, p->at_ms);
	msg_set_u64(m, PENDING_RECORD_INCARNATION, p->incarnation);
	rc = msg_pack(t->arena, m, &v);
	k = turn_key_id(&p->id);
	return rc == ERR_OK ? turn_put(t, STORE_PENDING, &k, v) : rc;
}

enum err pending_get(struct turn *t, const struct id16 *id, struct pending *p)
{
	return read_row(t, id, p);
}

enum err pending_drop(struct turn *t, const struct id16 *id)
{
	return store_del(t->txn, STORE_PENDING, span_of(id->b, sizeof id->b));
}

/* Root is whoever has its password, so one person could ask as root and confirm under a name: what root asks is done by root alone,
 * after a day, and by nobody where somebody has that right under a name.
 *
 *	who confirms	others could	age		stage
 *	of root's: anybody	yes	-		root
 *	another		-		to 24 h		open
 *	another		-		later		late
 *	who asked	yes		-		own
 *	who asked	no		to 24 h		early
 *	who asked	no		to 48 h		alone
 *	who asked	no		later		late */
enum pending_stage pending_stage(const struct turn *t, const struct rights *r,
				 const struct pending *p, uint8_t roles, uint32_t incarnation)
{
	const bool own = id16_equal(&t->staff, &p->asker);
	const uint64_t age = t->wall_ms > p->at_ms ? t->wall_ms - p->at_ms : 0;
	static const struct id16 none = {{0}};

	if (p->incarnation != incarnation)
		return PENDING_BEFORE;
	if (id16_equal(&none, &p->asker) && rights_others(r, &none, roles, t->wall_ms) > 0)
		return PENDING_ROOT;
	if (own && rights_others(r, &p->asker, roles, t->wall_ms) > 0)
		return PENDING_OWN;
	if (age > (own ? 2ULL : 1ULL) * LIMIT_PENDING_MS)
		return PENDING_LATE;
	if (own)
		return age < LIMIT_PENDING_MS ? PENDING_EARLY : PENDING_ALONE;
	if (id16_equal(&t->staff, &none))
		return PENDING_NOBODY;
	return rights_holds(r, &p->asker, roles, t->wall_ms) ? PENDING_OPEN : PENDING_LEFT;
}

enum err pending_let_go(struct turn *t)
{
	struct store_walk w = {.rc = ERR_OK};
	struct pending p;

	while (pending_each(t, &w, &p))
		if (p.at_ms + 2ULL * LIMIT_PENDING_MS < t->wall_ms)
			w.rc = pending_drop(t, &p.id);
	return w.rc;
}
