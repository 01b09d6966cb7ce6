/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Lists are pages: a walk offers rows by rank, the page keeps the best, and only those are opened.  A row that cannot be opened
 * is named in the reply, and the list goes on.
 */
#include "domain/page.h"

#include "base/check.h"

#include <string.h>

#include "domain/documents/thread.h"
#include "domain/membership/names.h"

enum err page_limit(struct turn *t, uint64_t asked, size_t *limit)
{
	*limit = asked == 0 ? LIMIT_LIST_ROWS : (size_t)asked;
	if (asked <= LIMIT_LIST_ROWS)
		return ERR_OK;
	return turn_refuse_with(t, ERR_LIMIT, REFUSAL_PAGE_TOO_LONG,
				say_number("most", LIMIT_LIST_ROWS));
}
static_assert(LIMIT_LIST_ROWS == 500, "the sentence above names it");

/* Memory for the whole page at once: page_offer cannot fail, so a walk needs no case for it. */
static enum err room_for(struct turn *t, struct page *p)
{
	p->items = arena_keep(t->arena, (p->limit + 1) * sizeof *p->items);
	if (p->items == NULL)
		return ERR_NOMEM;
	if (p->part_count == 0)
		return ERR_OK;
	p->parts = arena_keep(t->arena, p->part_count * sizeof *p->parts);
	return p->parts == NULL ? ERR_NOMEM : ERR_OK;
}

/* The bytes of this process's own page_rest: its struct, its rows, its partners. */
static enum err take_up(struct turn *t, struct page *p)
{
	const uint8_t *from = t->left.p;
	size_t items;
	enum err rc;

	require(t->left.len >= sizeof *p);
	memcpy(p, from, sizeof *p);
	items = p->count * sizeof *p->items;
	require(t->left.len == sizeof *p + items + p->part_count * sizeof *p->parts);
	rc = room_for(t, p);
	if (rc != ERR_OK)
		return rc;
	memcpy(p->items, from + sizeof *p, items);
	if (p->part_count != 0)
		memcpy(p->parts, from + sizeof *p + items, p->part_count * sizeof *p->parts);
	return ERR_OK;
}

enum err page_begin(struct turn *t, struct page *p, uint64_t asked)
{
	enum err rc;

	if (t->left.len != 0)
		return take_up(t, p);
	memset(p, 0, sizeof *p);
	rc = page_limit(t, asked, &p->limit);
	return rc == ERR_OK ? room_for(t, p) : rc;
}

enum err page_rest(struct turn *t, struct page *p)
{
	const size_t items = p->count * sizeof *p->items, parts = p->part_count * sizeof *p->parts;
	uint8_t *to = arena_keep(t->arena, sizeof *p + items + parts);

	require(p->count <= p->limit && (p->parts == NULL) == (p->part_count == 0));
	if (to == NULL)
		return ERR_NOMEM;
	p->begun = true;
	memcpy(to, p, sizeof *p);
	memcpy(to + sizeof *p, p->items, items);
	if (parts != 0)
		memcpy(to + sizeof *p + items, p->parts, parts);
	return turn_again(t, span_of(to, sizeof *p + items + parts));
}

void page_after(struct page *p, uint64_t rank, struct span key)
{
	require(p->total == 0); /* a row that was offered before would be shown again */
	p->behind = true;
	p->after = (struct page_item){.rank = rank};
	key_put(&p->after.key, key.p, key.len);
}

/* By rank, then key, then length of key: no two rows are equal, so that a page can go on behind any of them. */
static bool before(const struct page_item *x, const struct page_item *y)
{
	const size_t n = x->key.len < y->key.len ? x->key.len : y->key.len;
	const int c = memcmp(x->key.b, y->key.b, n);

	if (x->rank != y->rank)
		return x->rank < y->rank;
	return c != 0 ? c < 0 : x->key.len < y->key.len;
}

/* Not by qsort: for larger arrays glibc asks the system how much memory there is, which the sandbox ends. */
static void put_in(struct page *p, const struct page_item *one)
{
	size_t i = p->count++;

	require(p->count <= p->limit + 1);
	for (; i > 0 && before(one, &p->items[i - 1]); i--)
		p->items[i] = p->items[i - 1];
	p->items[i] = *one;
	if (p->parts != NULL)
		p->parts[one->peer].kept++;
}

/* Which row gives way: of the partner with the most rows here, its last that is not urgent, or its last.  Where all rows
 * are of one, or nothing is shared: the last of all, so that its pages go on in order. */
static size_t loser(const struct page *p)
{
	uint32_t most = 0;
	size_t urgent = p->count;

	require(p->count > 0);
	if (p->parts == NULL)
		return p->count - 1;
	for (size_t i = 0; i < p->count; i++)
		if (p->parts[p->items[i].peer].kept > most)
			most = p->parts[p->items[i].peer].kept;
	if (most == p->count)
		return p->count - 1;
	for (size_t i = p->count; i-- > 0;) {
		if (p->parts[p->items[i].peer].kept != most)
			continue;
		if (!p->items[i].urgent)
			return i;
		if (urgent == p->count)
			urgent = i;
	}
	return urgent;
}

static void leave_out(struct page *p, const struct page_item *one)
{
	if (!p->some_left_out || before(one, &p->left_out))
		p->left_out = *one;
	p->some_left_out = true;
}

static void take_out(struct page *p, size_t at)
{
	const struct page_item one = p->items[at];

	require(at < p->count);
	if (p->parts != NULL)
		p->parts[one.peer].kept--;
	for (p->count--; at < p->count; at++)
		p->items[at] = p->items[at + 1];
	leave_out(p, &one);
}

/* On a full page whose rows are all of its partner, behind the last: it would be put in and taken out again. */
static bool stays_out(const struct page *p, const struct page_item *one)
{
	return p->count == p->limit && p->count > 0 &&
	       (p->parts == NULL || p->parts[one->peer].kept == p->limit) &&
	       !before(one, &p->items[p->count - 1]);
}

bool page_wants(const struct page *p, const struct page_item *one)
{
	return !p->behind || before(&p->after, one);
}

void page_count_of(struct page *p, uint16_t peer, uint64_t n)
{
	require(p->some_left_out && (p->parts == NULL || peer < p->part_count));
	p->total += n;
	if (p->parts != NULL)
		p->parts[peer].offered += (uint32_t)n;
}

void page_offer_of(struct page *p, const struct page_item *one)
{
	require(p->count <= p->limit);
	require(p->parts == NULL || one->peer < p->part_count);
	p->total++;
	if (p->parts != NULL)
		p->parts[one->peer].offered++;
	if (!page_wants(p, one))
		return;
	if (stays_out(p, one)) {
		leave_out(p, one);
		p->more = true;
		return;
	}
	put_in(p, one);
	if (p->count <= p->limit)
		return;
	p->more = true;
	take_out(p, loser(p));
}

void page_offer(struct page *p, uint64_t rank, struct span key)
{
	struct page_item one = {.rank = rank};

	key_put(&one.key, key.p, key.len);
	page_offer_of(p, &one);
}

enum err page_share(struct turn *t, struct page *p)
{
	require(p->total == 0 && !p->behind);
	p->part_count = t->node->peer_count + 1;
	p->parts = arena_keep(t->arena, p->part_count * sizeof *p->parts);
	return p->parts == NULL ? ERR_NOMEM : ERR_OK;
}

size_t page_whole(const struct page *p)
{
	size_t n = 0;

	while (n < p->count && (!p->some_left_out || before(&p->items[n], &p->left_out)))
		n++;
	return n;
}

/* What a person calls it, where there is such a word. */
static void name_of(struct turn *t, enum store_table table, struct span key, struct msg *row)
{
	const bool thread = table == STORE_THREAD || table == STORE_WORK;
	const size_t at = table == STORE_WORK ? 16 : 0;
	char text[33];
	struct id16 id;

	if ((thread || table == STORE_CASES || table == STORE_HANDOVER) && key.len >= at + 16) {
		memcpy(id.b, key.p + at, 16);
		if (thread)
			thread_reference(t, &id, text);
		else
			bytes_hex(text, id.b + 6, 4); /* what it begins with is the time */
		msg_set_text(t->arena, row, DAMAGE_ROW_NAME, text);
	} else if ((table == STORE_PAIR || table == STORE_AGREEMENT || table == STORE_OUTPLACE) &&
		   key.len >= 2) {
		const struct peer *p = state_peer(t->node, be16_get(key.p));

		msg_set_text(t->arena, row, DAMAGE_ROW_NAME, p == NULL ? "" : p->org);
	}
}

/* Only damage: an error of the disk or of memory is never a row that is skipped. */
bool page_damaged(struct turn *t, enum err rc, enum store_table table, struct span key,
		  struct msg *reply)
{
	const size_t count = msg_count(reply, REPLY_DAMAGE);
	char hex[2 * 80 + 1];
	struct msg *row;

	if (rc != ERR_CORRUPT)
		return false;
	bytes_hex(hex, key.p, key.len < 80 ? key.len : 80);
	for (size_t i = 0; i < count; i++) {
		const struct msg *had = msg_at(reply, REPLY_DAMAGE, i);

		if (strcmp(msg_text(had, DAMAGE_ROW_KEY), hex) == 0 &&
		    strcmp(msg_text(had, DAMAGE_ROW_TABLE), key_table_name(table)) == 0)
			return true;
	}
	/* enough are named; this one is passed over all the same */
	if (count >= LIMIT_LIST_ROWS)
		return true;
	row = msg_add(t->arena, reply, REPLY_DAMAGE);
	msg_set_text(t->arena, row, DAMAGE_ROW_TABLE, key_table_name(table));
	msg_set_text(t->arena, row, DAMAGE_ROW_KEY, hex);
	name_of(t, table, key, row);
	return true;
}

/* A table that cannot be walked leaves the walk where it was. */
bool page_past(struct turn *t, struct store_walk *w, const struct store_key *from,
	       enum store_table table, struct msg *reply)
{
	struct span key = w->row.key;

	if (w->at.len == from->len && memcmp(w->at.b, from->b, from->len) == 0)
		return false;
	/* consents are walked by their index, under the case */
	if (table == STORE_GRANT && key.len > sizeof(struct id16))
		key = span_of(key.p + sizeof(struct id16), key.len - sizeof(struct id16));
	if (!page_damaged(t, w->rc, table, key, reply))
		return false;
	w->rc = ERR_OK;
	return true;
}

/* How many rows of which partner are not shown because there are so many of them, and how to see them. */
static void say_left_out(struct turn *t, const struct page *p, struct msg *reply)
{
	for (size_t no = 1; p->parts != NULL && no < p->part_count; no++) {
		const struct peer *peer = state_peer(t->node, (uint16_t)no);
		char typed[NAMES_TYPED_LEN];
		struct msg *row;

		if (peer == NULL || p->parts[no].offered == p->parts[no].kept)
			continue;
		names_typed(t->node, peer, typed);
		row = msg_add(t->arena, reply, REPLY_LEFT_OUT);
		msg_set_text(t->arena, row, LEFT_OUT_ROW_PARTNER, peer->org);
		msg_set_text(t->arena, row, LEFT_OUT_ROW_TYPED, typed);
		msg_set_u64(row, LEFT_OUT_ROW_COUNT, p->parts[no].offered - p->parts[no].kept);
	}
}

/* A next page is named only where rows are left: a client that follows comes to an end. */
void page_end(struct turn *t, const struct page *p, struct msg *reply, const char *last)
{
	require(p->count <= p->limit);
	require(last != NULL);
	msg_set_u64(reply, REPLY_TOTAL, p->total);
	say_left_out(t, p, reply);
	if (!p->more)
		return;
	msg_set_u64(reply, REPLY_TRUNCATED, 1);
	msg_set_text(t->arena, reply, REPLY_NEXT, last);
}
