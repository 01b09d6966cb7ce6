/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of erased cases lies beside the store, so that an old backup brings none of them back.  A disk that is lost
 * whole takes that list along.  So two partners keep a copy, sealed under a key that is in every backup and that they do
 * not have.  After a loss it comes back before anything else of a thread, and what it names is erased before any of it
 * can leave.
 *
 * The list goes in pages, one a frame, each after the receipt of the one before.  A keeper has the last whole list until
 * a newer one is whole, too: a disk may be lost between two pages. */
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
	NEXT = 3,
	HEAD = 1 + 4 + 1 + 1,
	PAGE_IDS = 1000,
	SEALED_MAX = PAGE_IDS * 16 + RECORD_SEAL_EXTRA,
	LIST_ROW = 4 + 8,
	PROGRESS_ROW = 4 + 1 + 1 + 16,
	SET_PREFIX = 2 + 4 + 1,
	SET_KEY = SET_PREFIX + 1,
	KEEP_MS_DAYS = LIMIT_RETAIN_DAYS + 5 /* older backups than the retention are not restored */
};

static_assert(HEAD + SEALED_MAX < LIMIT_CLASS_2 / 2, "it fits a frame beside what is given back");
static_assert(2 * LIMIT_DEPOSIT_PAGES <= UINT8_MAX,
	      "a whole list and most of a newer one are counted in one byte");

/* Our list, as it is now.  Since when is part of it: so its pages are parts of the same list, however long they take. */
struct deposit {
	uint32_t version; /* 0: nothing was erased yet */
	uint64_t since_ms;
};

/* How far a keeper has it. */
struct progress {
	uint32_t version;
	uint8_t page, pages; /* receipted, of so many; 0: not begun */
	struct id16 after;   /* the last id of what is receipted */
};

static struct store_key version_key(void)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_VERSION);
	return k;
}

/* No row is all zeros: nothing was erased yet, or nothing of ours is kept there. */
static enum err row_get(struct turn *t, enum store_table table, const struct store_key *k,
			uint8_t *row, size_t len)
{
	struct span s;
	enum err rc = turn_get(t, table, k, &s);

	memset(row, 0, len);
	if (rc == ERR_OK && s.len != len)
		return ERR_CORRUPT;
	if (rc == ERR_OK)
		memcpy(row, s.p, len);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err list_get(struct turn *t, struct deposit *l)
{
	const struct store_key k = version_key();
	uint8_t row[LIST_ROW];
	enum err rc = row_get(t, STORE_META, &k, row, sizeof row);

	*l = (struct deposit){be32_get(row), be64_get(row + 4)};
	return rc;
}

static enum err progress_get(struct turn *t, uint16_t keeper, struct progress *g)
{
	const struct store_key k = turn_key_u16(keeper);
	uint8_t row[PROGRESS_ROW];
	enum err rc = row_get(t, STORE_DEPOSITED, &k, row, sizeof row);

	*g = (struct progress){be32_get(row), row[4], row[5], {{0}}};
	memcpy(g->after.b, row + 6, sizeof g->after.b);
	return rc == ERR_OK && g->page > g->pages ? ERR_CORRUPT : rc;
}

static enum err progress_put(struct turn *t, uint16_t keeper, const struct progress *g)
{
	const struct store_key k = turn_key_u16(keeper);
	uint8_t row[PROGRESS_ROW] = {0};

	require(g->page <= g->pages);
	be32_put(row, g->version);
	row[4] = g->page;
	row[5] = g->pages;
	memcpy(row + 6, g->after.b, sizeof g->after.b);
	return turn_put(t, STORE_DEPOSITED, &k, span_of(row, sizeof row));
}

/* What time it is for those who keep the list, at their last frame; 0: none of them is there. */
static enum err their_clock(struct turn *t, uint64_t *ms)
{
	const struct peer *p;
	size_t at = 0;
	enum err rc = ERR_OK;

	*ms = 0;
	while (rc == ERR_OK && (p = keeper_next(t, &at)) != NULL) {
		struct pair *pr;

		rc = pair_get(t, p->no, &pr);
		if (rc == ERR_OK && pr->last_frame_ms > *ms)
			*ms = pr->last_frame_ms;
	}
	return rc;
}

/* From when on the list is.  A clock that was put forward makes nothing old: it counts only as far as a keeper's goes, and while
 * none is there nothing leaves the list. */
static enum err since_when(struct turn *t, const struct deposit *l, uint64_t *since_ms)
{
	const uint64_t keep_ms = (uint64_t)KEEP_MS_DAYS * DAY_MS;
	uint64_t now_ms;
	enum err rc = their_clock(t, &now_ms);

	*since_ms = l->since_ms;
	if (rc != ERR_OK || now_ms == 0)
		return rc;
	now_ms = now_ms < t->wall_ms ? now_ms : t->wall_ms;
	*since_ms = now_ms > keep_ms ? now_ms - keep_ms : 0;
	return ERR_OK;
}

/* Where our own clock was put back, what is erased now is no older than what a keeper says, nor than the last word of any partner. */
enum err deposit_moment(struct turn *t, uint64_t *ms)
{
	enum err rc = their_clock(t, ms);

	*ms = t->wall_ms > *ms ? t->wall_ms : *ms;
	for (size_t i = 0; i < t->node->peer_count; i++)
		if (t->node->peers[i].heard_ms > *ms)
			*ms = t->node->peers[i].heard_ms;
	return rc;
}

/* A version, so that a keeper that was away gets the newest list and no more. */
enum err deposit_changed(struct turn *t)
{
	const struct store_key k = version_key();
	const struct peer *p;
	uint8_t row[LIST_ROW];
	struct deposit l;
	uint64_t since_ms;
	size_t at = 0;
	enum err rc = list_get(t, &l);

	if (rc == ERR_OK)
		rc = since_when(t, &l, &since_ms);
	if (rc != ERR_OK)
		return rc;
	be32_put(row, l.version + 1);
	be64_put(row + 4, since_ms);
	rc = turn_put(t, STORE_META, &k, span_of(row, sizeof row));
	while (rc == ERR_OK && (p = keeper_next(t, &at)) != NULL) {
		struct answer *a = answer_of(t, p->no);

		if (a == NULL)
			return ERR_NOMEM;
		a->reply = a->deposit = true;
	}
	return rc;
}

/* ---- the list, at its owner ---- */

/* A walk over the ids of a list, in their order, from behind one of them. */
struct ids {
	struct turn *t;
	const struct deposit *list;
	struct store_walk rows;
};

static struct ids ids_of(struct turn *t, const struct deposit *l, const struct id16 *after)
{
	struct ids w = {t, l, {.key_len = sizeof after->b, .at = turn_key_id(after)}};

	key_u8(&w.rows.at, 0); /* behind it */
	return w;
}

/* The next one in w->rows.row.key; what was erased before the list begins is passed over. */
static bool ids_next(struct ids *w)
{
	while (store_each(w->t->txn, STORE_ERASED, span_of(NULL, 0), &w->rows)) {
		const size_t mark = w->t->arena->used;
		struct record_place place;
		struct span when;
		bool in;

		w->rows.rc = record_open(w->t->txn, w->t->arena, STORE_ERASED, &w->rows.row, &place,
					 &when);
		if (w->rows.rc == ERR_OK && when.len != DEPOSIT_ERASED_ROW)
			w->rows.rc = ERR_CORRUPT;
		if (w->rows.rc != ERR_OK)
			return false;
		in = be64_get(when.p + 8) >= w->list->since_ms;
		arena_rewind(w->t->arena, mark);
		if (in)
			return true;
	}
	return false;
}

/* A list without an id is one page, too: it takes the place of the one before. */
static enum err count_pages(struct turn *t, const struct deposit *l, uint8_t *pages)
{
	struct ids w = ids_of(t, l, &(struct id16){{0}});
	size_t n = 0;

	while (n < (size_t)LIMIT_DEPOSIT_PAGES * PAGE_IDS && ids_next(&w))
		n++;
	*pages = (uint8_t)(n == 0 ? 1 : (n + PAGE_IDS - 1) / PAGE_IDS);
	return w.rows.rc;
}

static enum err read_page(struct turn *t, const struct deposit *l, const struct id16 *after,
			  struct wr *out)
{
	struct ids w = ids_of(t, l, after);

	*out = arena_wr(t->arena, (size_t)PAGE_IDS * sizeof after->b);
	if (out->cap == 0)
		return ERR_NOMEM;
	while (out->len < out->cap && ids_next(&w))
		wr_put(out, w.rows.row.key.p, sizeof after->b);
	return w.rows.rc;
}

/* The head of every LEDGER part; how many pages there are only where it carries one. */
struct head {
	uint8_t kind;
	uint32_t version;
	uint8_t page, pages;
};

static void put_head(struct wr *out, const struct head *h)
{
	wr_u8(out, h->kind);
	wr_u32(out, h->version);
	wr_u8(out, h->page);
}

/* A page as a part of the next frame: to be kept for us (KEEP_THIS), or the partner's own, given back (YOURS). */
static enum err put_page(struct turn *t, const struct head *h, struct span sealed, struct wr *parts)
{
	struct wr out = arena_wr(t->arena, HEAD + sealed.len);

	require(h->page < h->pages);
	put_head(&out, h);
	wr_u8(&out, h->pages);
	wr_put(&out, sealed.p, sealed.len);
	if (out.over)
		return ERR_NOMEM;
	wire_part_put(parts, WIRE_PART_LEDGER, wr_span(&out));
	return ERR_OK;
}

/* The whole list again when it changed: it is short, and a difference could be lost on the way. */
enum err deposit_introduce(struct turn *t, const struct peer *p, struct wr *parts, uint16_t *count)
{
	const struct record_place place = {.cls = RECORD_META};
	struct deposit l;
	struct progress g;
	struct pair *pr;
	struct wr ids;
	struct span sealed;
	enum err rc = list_get(t, &l);

	if (rc == ERR_OK)
		rc = progress_get(t, p->no, &g);
	if (rc != ERR_OK || l.version == 0 || !keeper_is(t, p))
		return rc;
	rc = pair_get(t, p->no, &pr);
	if (rc != ERR_OK || pr->unheard)
		return rc; /* what it keeps for us comes back first: ours lacks what we forgot */
	if (g.version != l.version) {
		g = (struct progress){.version = l.version};
		rc = count_pages(t, &l, &g.pages);
		if (rc == ERR_OK)
			rc = progress_put(t, p->no, &g);
	}
	if (rc != ERR_OK || g.page == g.pages)
		return rc;
	rc = read_page(t, &l, &g.after, &ids);
	if (rc == ERR_OK)
		rc = record_detail_seal(t->txn, t->arena, &place, wr_span(&ids), &sealed);
	if (rc == ERR_OK)
		rc = put_page(t, &(struct head){KEEP_THIS, l.version, g.page, g.pages}, sealed,
			      parts);
	*count = (uint16_t)(*count + (rc == ERR_OK));
	return rc;
}

/* Whoever lost its state may have lost the list with it, and a receipt from before says nothing of that. */
enum err deposit_forgotten(struct turn *t, const struct peer *p)
{
	const struct store_key k = turn_key_u16(p->no);
	enum err rc;

	if (t->node->bare) /* its new life is heard again when there is room */
		return ERR_OK;
	rc = store_del(t->txn, STORE_DEPOSITED, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* It has the page that we wait for: the next one follows, unless the list changed meanwhile and begins again. */
static enum err kept(struct turn *t, const struct peer *p, struct answer *a, uint32_t version,
		     uint8_t page)
{
	struct progress g;
	struct deposit l = {.version = 0};
	struct wr ids;
	enum err rc = progress_get(t, p->no, &g);

	if (rc == ERR_OK)
		rc = list_get(t, &l);
	if (rc != ERR_OK || version != l.version || version != g.version || page != g.page ||
	    page >= g.pages)
		return rc;
	rc = read_page(t, &l, &g.after, &ids);
	if (rc != ERR_OK)
		return rc;
	if (ids.len > 0)
		memcpy(g.after.b, ids.p + ids.len - sizeof g.after.b, sizeof g.after.b);
	g.page++;
	if (g.page < g.pages)
		a->reply = a->deposit = true;
	return progress_put(t, p->no, &g);
}

/* ---- at its keeper ---- */

static struct store_key set_prefix(uint16_t owner, uint32_t version, uint8_t pages)
{
	struct store_key k = turn_key_u16(owner);

	key_u32(&k, version);
	key_u8(&k, pages);
	require(k.len == SET_PREFIX);
	return k;
}

static bool have_page(struct turn *t, const struct store_key *set, uint8_t page)
{
	struct store_key k = *set;

	key_u8(&k, page);
	return record_exists(t->txn, STORE_DEPOSIT, key_span(&k));
}

/* Pages come one after the other, so that a list with its last page is whole. */
static bool whole(struct turn *t, const struct store_key *set)
{
	return have_page(t, set, (uint8_t)(set->b[SET_PREFIX - 1] - 1));
}

/* Once a list is whole, no older one is needed; when one begins, none that broke off is. */
static enum err let_go(struct turn *t, uint16_t owner, const struct store_key *now, uint8_t page)
{
	const struct store_key all = turn_key_u16(owner);
	const bool done = whole(t, now);
	struct store_walk w = {.key_len = SET_KEY};

	while ((done || page == 0) && store_each(t->txn, STORE_DEPOSIT, key_span(&all), &w)) {
		struct store_key set = {.len = 0};

		key_put(&set, w.row.key.p, SET_PREFIX);
		if (memcmp(set.b, now->b, SET_PREFIX) != 0 && (done || !whole(t, &set)))
			w.rc = turn_drop_prefix(t, STORE_DEPOSIT, &set);
	}
	return w.rc;
}

static enum err keep(struct turn *t, const struct peer *p, struct answer *a, uint32_t version,
		     struct rd *r)
{
	uint8_t word[HEAD];
	struct wr w = wr_of(word, sizeof word);
	const uint8_t page = rd_u8(r), pages = rd_u8(r);
	const struct store_key set = set_prefix(p->no, version, pages);
	struct store_key k = set;
	enum err rc;

	if (r->bad || page >= pages || pages > LIMIT_DEPOSIT_PAGES || r->left > SEALED_MAX ||
	    !keeper_of(t, p) || (page > 0 && !have_page(t, &set, (uint8_t)(page - 1))))
		return ERR_OK; /* no node of this version sends that: not ours to keep */
	key_u8(&k, page);
	rc = turn_put(t, STORE_DEPOSIT, &k, span_of(r->p, r->left));
	if (rc == ERR_OK)
		rc = let_go(t, p->no, &set, page);
	put_head(&w, &(struct head){KEPT, version, page, 0});
	answer_part(a, WIRE_PART_LEDGER, wr_span(&w));
	a->reply = true;
	return rc;
}

/* With the first question after a loss, before our answer about any thread; then each that is asked for. */
enum err deposit_return(struct turn *t, const struct peer *p, uint8_t page, struct wr *parts,
			uint16_t *count)
{
	const struct store_key all = turn_key_u16(p->no);
	struct store_walk w = {.key_len = SET_KEY};
	struct store_key k = {.len = 0};
	struct span sealed;
	unsigned pages = 0;
	enum err rc;

	while (store_each(t->txn, STORE_DEPOSIT, key_span(&all), &w)) {
		if (pages == 0 || pages == page) {
			k.len = 0;
			key_put(&k, w.row.key.p, w.row.key.len);
		}
		pages++;
	}
	if (w.rc != ERR_OK || pages == 0)
		return w.rc;
	rc = turn_get(t, STORE_DEPOSIT, &k, &sealed);
	if (rc == ERR_OK) /* one that there is not: from the beginning */
		rc = put_page(t, &(struct head){YOURS, 0, page < pages ? page : 0, (uint8_t)pages},
			      sealed, parts);
	*count = (uint16_t)(*count + (rc == ERR_OK));
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* ---- it comes back ---- */

/* Those cases are erased again, before anything of them can leave. */
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

/* In order, each asked for until it came: what the partner says of our threads waits for the last one (compare.c). */
static enum err on_yours(struct turn *t, const struct peer *p, struct answer *a, struct rd *r)
{
	struct heads_cursor *h = &state_conn(t->node, state_peer(t->node, p->no))->heads;
	uint8_t word[HEAD];
	struct wr w = wr_of(word, sizeof word);
	const uint8_t page = rd_u8(r), pages = rd_u8(r);
	enum err rc = ERR_OK;

	if (r->bad || page >= pages)
		return ERR_OK;
	if (h->erased_pages != pages) {
		h->erased_pages = pages;
		h->erased_got = 0;
	}
	if (page == h->erased_got) {
		rc = take_back(t, span_of(r->p, r->left));
		h->erased_got++;
		if (h->erased_got == pages && pages > 1) /* what waited is asked for again */
			a->again = a->reply = true;
	}
	if (rc != ERR_OK || h->erased_got == pages)
		return rc;
	put_head(&w, &(struct head){NEXT, 0, h->erased_got, 0});
	answer_part(a, WIRE_PART_LEDGER, wr_span(&w));
	a->reply = true;
	return ERR_OK;
}

bool deposit_asked(struct span bytes, uint8_t *page)
{
	struct rd r = rd_of(bytes);
	const uint8_t kind = rd_u8(&r);

	(void)rd_u32(&r);
	*page = rd_u8(&r);
	return rd_done(&r) && kind == NEXT;
}

/* A page to keep, a receipt for one of ours, one of ours coming back. */
enum err deposit_part(struct turn *t, const struct peer *p, struct answer *a, struct span bytes)
{
	struct rd r = rd_of(bytes);
	const uint8_t kind = rd_u8(&r);
	const uint32_t version = rd_u32(&r);
	struct pair *pr;
	uint8_t page;
	enum err rc;

	if (r.bad)
		return ERR_OK;
	switch (kind) {
	case KEEP_THIS:
		return keep(t, p, a, version, &r);
	case KEPT:
		page = rd_u8(&r);
		return rd_done(&r) ? kept(t, p, a, version, page) : ERR_OK;
	case YOURS: /* only while we wait for this partner after a loss: else anybody could have cases erased */
		rc = pair_get(t, p->no, &pr);
		return rc == ERR_OK && (t->node->quarantine || pr->unheard) ? on_yours(t, p, a, &r)
									    : rc;
	default:
		return ERR_OK;
	}
}
