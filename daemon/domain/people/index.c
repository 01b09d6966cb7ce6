/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rows and names lie apart, each in blocks.  Of a row, what says whether it can be meant stands in arrays of its own, so that a search
 * among very many reads a few bytes of each, one behind the other, and the rest of a row only where it may fit.  Nothing ever moves, so
 * nothing is copied to make room.  Ids are found by a table of places (open addressing, at most half full, in the order in which their
 * random parts begin).  What is freed is overwritten.
 *
 * A row says in 64 bits which pairs of letters its name has, and in as many which pairs of digits its telephones have (fold_pairs), so
 * that of very many people a search reads the names of few: one bit of what is looked for that a row lacks, and it cannot fit.
 *
 * When it is full, the partner whose names take most gives them up: its people are looked up in the store from then on, and nobody
 * else's.  So one that brings very many, or very long names, makes looking for its own people slow.
 */
#include "domain/people/index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"

enum { ROWS = 1024, TEXTS = 1024, TEXT = 28, TABLE_FIRST = 4096 };
enum { FLAG_USED = 1, FLAG_DAMAGED = 2, FLAG_NAMELESS = 4 };
/* In what two people may be alike, in the order in which it is looked for. */
enum { LIKE_NATIONAL, LIKE_PHONE, LIKE_NAME = LIKE_PHONE + FOLD_PHONES, LIKES };
static_assert(LIKES == 4, "a link has two bits for what it is by");

/* What is read of those alone that may be meant. */
struct row {
	struct id16 id;
	uint64_t phones[FOLD_PHONES];
	uint64_t hash;
	uint32_t national;
	uint32_t name; /* its first cell, 0: none; of a row given back the next such one */
	uint16_t origin;
};

/* What is read of everybody stands first; an array for each, so that a walk over one of them leaves the others alone. */
struct rows {
	uint64_t letters[ROWS], digits[ROWS];
	uint32_t born[ROWS];
	uint16_t behind[ROWS]; /* how its id goes on behind the time */
	uint8_t flags[ROWS];   /* FLAG_*; 0: free */
	struct row row[ROWS];
	/* In a list of each, with those whose value falls into one bucket: a place and in what (link_of), 0: none. */
	uint32_t next[LIKES][ROWS], before[LIKES][ROWS];
};

/* A name goes on in the next cell: most have one or two.  next: the number of a cell and one; 0: none. */
struct cell {
	char text[TEXT];
	uint32_t next;
};

/* Room for the greatest table, and for the one before it while that is copied; for rows; and names have the rest, so that neither
 * takes what another one needs. */
enum { TABLE_ROOM = 6 << 20, ROWS_ROOM = 24 << 20 };
enum { ROW_BLOCKS = ROWS_ROOM / sizeof(struct rows), ROWS_MAX = ROW_BLOCKS * ROWS };
enum { TEXT_BLOCK = TEXTS * sizeof(struct cell) };
enum {
	TEXT_BLOCKS = (LIMIT_INDEX - TABLE_ROOM - ROWS_ROOM) / TEXT_BLOCK,
	TEXTS_MAX = TEXT_BLOCKS * TEXTS
};
/* Of a partner whose names take less than this, nobody is slow to be found: they are too many together. */
enum { NAMES_LEAST = TEXTS_MAX / 64 };
static_assert(sizeof(struct cell) == 32, "two cells fill a line of the processor's cache");
static_assert(ROW_BLOCKS > 1 && TEXT_BLOCKS > 1, "one block is not the whole index");
static_assert(
	2 * ROWS_MAX <= (TABLE_ROOM / 3) / (int)sizeof(uint32_t),
	"as many rows as there may be have a table that is at most half full, and as many buckets");

/* Of one partner: cells of names; and whether its names are left out. */
struct share {
	uint32_t names;
	bool out;
};

/* Blocks of one kind, taken one at a time and kept until the index is emptied: places up to `used` were ever taken, and the first of those given back is `free` (a place is a number and one). */
struct pool {
	size_t blocks, used;
	uint32_t free;
};

struct index {
	struct index_memory memory;
	enum index_state state;
	struct rows *rows[ROW_BLOCKS];
	struct cell *texts[TEXT_BLOCKS];
	struct pool row_pool, text_pool;
	uint32_t *table, *buckets; /* as many of one as of the other */
	size_t table_len, count;
	struct index_work work;
	bool over;			  /* the next piece would go beyond LIMIT_INDEX */
	struct share of[LIMIT_PEERS + 1]; /* by origin */
};

static struct rows *block_at(const struct index *x, uint32_t place)
{
	require(place != 0 && place <= x->row_pool.used);
	return x->rows[(place - 1) / ROWS];
}

static size_t in_block(uint32_t place)
{
	return (place - 1) % ROWS;
}

static struct row *row_at(const struct index *x, uint32_t place)
{
	return &block_at(x, place)->row[in_block(place)];
}

static struct cell *cell_at(const struct index *x, uint32_t place)
{
	require(place != 0 && place <= x->text_pool.used);
	return &x->texts[(place - 1) / TEXTS][(place - 1) % TEXTS];
}

enum err index_create(struct index **out, const struct index_memory *memory)
{
	struct index *x = calloc(1, sizeof *x);

	require(memory->take != NULL && memory->give != NULL);
	if (x == NULL)
		return ERR_NOMEM;
	x->memory = *memory;
	*out = x;
	return ERR_OK;
}

static void empty(struct index *x)
{
	for (size_t i = 0; i < x->row_pool.blocks; i++)
		x->memory.give(x->memory.ctx, x->rows[i]);
	for (size_t i = 0; i < x->text_pool.blocks; i++)
		x->memory.give(x->memory.ctx, x->texts[i]);
	if (x->table != NULL) {
		x->memory.give(x->memory.ctx, x->table);
		x->memory.give(x->memory.ctx, x->buckets);
	}
	*x = (struct index){.memory = x->memory, .state = x->state, .work = x->work};
}

void index_free(struct index *x)
{
	if (x == NULL)
		return;
	empty(x);
	free(x);
}

void index_give_up(struct index *x, enum index_state why)
{
	empty(x);
	x->state = why;
}

static bool gave_up(const struct index *x)
{
	return x->state != INDEX_FILLS && x->state != INDEX_WHOLE;
}

enum index_state index_state(const struct index *x)
{
	return x->state;
}

void index_whole(struct index *x)
{
	if (!gave_up(x))
		x->state = INDEX_WHOLE;
}

size_t index_count(const struct index *x)
{
	return x->count;
}

size_t index_bytes(const struct index *x)
{
	return x->row_pool.blocks * sizeof(struct rows) + x->text_pool.blocks * TEXT_BLOCK +
	       x->table_len * (sizeof *x->table + sizeof *x->buckets);
}

/* ---- where a case is ---- */

/* By its random part, which nobody outside chooses; in the order of what it begins with, so that a part that was typed leads to a
 * few slots that stand side by side. */
static size_t slot_at(const struct index *x, uint64_t random)
{
	require(x->table_len >= TABLE_FIRST);
	return (size_t)(random >> 32) / (size_t)((UINT64_C(1) << 32) / x->table_len);
}

static size_t slot_of(const struct index *x, const struct id16 *id)
{
	return slot_at(x, be64_get(id->b + INDEX_BEHIND_TIME));
}

static bool is_at(const struct index *x, uint32_t place, const struct id16 *id)
{
	return memcmp(row_at(x, place)->id.b, id->b, sizeof id->b) == 0;
}

/* The slot that names this case, or the free one where it would stand. */
static size_t find(const struct index *x, const struct id16 *id)
{
	size_t at = slot_of(x, id);

	while (x->table[at] != 0 && !is_at(x, x->table[at], id))
		at = (at + 1) & (x->table_len - 1);
	return at;
}

/* NULL: no memory that stays out of the swap. */
static void *more(struct index *x, size_t len)
{
	require(index_bytes(x) + len <= LIMIT_INDEX); /* the blocks leave room for each table */
	return x->memory.take(x->memory.ctx, len);
}

/* ---- who is alike ----
 *
 * Each case that is opened asks for near doubles, so that has to cost the same however many people there are.  Whoever has a value that
 * falls into one bucket stands in its list, both ways: of very many with one name each can be taken out without a walk.
 */

static uint32_t link_of(uint32_t place, unsigned like)
{
	return place << 2 | like;
}

static uint32_t *next_of(const struct index *x, uint32_t link)
{
	return &block_at(x, link >> 2)->next[link & 3][in_block(link >> 2)];
}

static uint32_t *before_of(const struct index *x, uint32_t link)
{
	return &block_at(x, link >> 2)->before[link & 3][in_block(link >> 2)];
}

/* 0: nothing by which somebody would be alike.  One telephone that stands there twice counts once. */
static uint64_t value_of(const struct index_entry *e, unsigned like)
{
	if (like == LIKE_NATIONAL)
		return e->national;
	if (like == LIKE_NAME)
		return e->hash;
	for (unsigned i = LIKE_PHONE; i < like; i++)
		if (e->phones[i - LIKE_PHONE] == e->phones[like - LIKE_PHONE])
			return 0;
	return e->phones[like - LIKE_PHONE] < INDEX_NUMBER_LEAST ? 0 : e->phones[like - LIKE_PHONE];
}

/* Telephones have one list, wherever they stand. */
static unsigned kind_of(unsigned like)
{
	return like > LIKE_PHONE && like < LIKE_NAME ? LIKE_PHONE : like;
}

static uint32_t *bucket_of(const struct index *x, unsigned like, uint64_t value)
{
	const uint64_t mixed = (value + kind_of(like)) * UINT64_C(0x9e3779b97f4a7c15);

	require(x->buckets != NULL);
	return &x->buckets[(mixed ^ mixed >> 32) & (x->table_len - 1)];
}

static void get_row(const struct rows *b, size_t i, struct index_entry *out)
{
	const struct row *row = &b->row[i];

	out->id = row->id;
	out->origin = row->origin;
	out->damaged = (b->flags[i] & FLAG_DAMAGED) != 0;
	out->nameless = (b->flags[i] & FLAG_NAMELESS) != 0;
	out->letters = b->letters[i];
	out->digits = b->digits[i];
	out->born = b->born[i];
	memcpy(out->phones, row->phones, sizeof out->phones);
	out->national = row->national;
	out->hash = row->hash;
	out->name[0] = '\0';
}

/* In front: the newest of many with one name are found first. */
static void link_in(struct index *x, uint32_t place)
{
	struct index_entry e;

	get_row(block_at(x, place), in_block(place), &e);
	for (unsigned like = 0; like < LIKES; like++) {
		const uint64_t value = value_of(&e, like);
		const uint32_t link = link_of(place, like);
		uint32_t *first;

		*next_of(x, link) = *before_of(x, link) = 0;
		if (value == 0)
			continue;
		first = bucket_of(x, like, value);
		if (*first != 0)
			*before_of(x, *first) = link;
		*next_of(x, link) = *first;
		*first = link;
	}
}

/* As it was linked in, by the same values. */
static void take_out(struct index *x, uint32_t place)
{
	struct index_entry e;

	get_row(block_at(x, place), in_block(place), &e);
	for (unsigned like = 0; like < LIKES; like++) {
		const uint64_t value = value_of(&e, like);
		const uint32_t link = link_of(place, like), next = *next_of(x, link),
			       before = *before_of(x, link);

		if (value == 0)
			continue;
		if (next != 0)
			*before_of(x, next) = before;
		if (before != 0)
			*next_of(x, before) = next;
		else
			*bucket_of(x, like, value) = next;
	}
}

/* In what is this one first alike?  LIKES: in nothing; two values may fall into one bucket by chance.  So whoever has the number and the
 * name of somebody is met by the number, and not once more by the name. */
static unsigned first_like(const struct index_entry *e, const struct index_entry *other)
{
	for (unsigned like = 0; like < LIKES; like++) {
		const uint64_t value = value_of(e, like);

		for (unsigned i = 0; value != 0 && i < LIKES; i++)
			if (kind_of(i) == kind_of(like) && value_of(other, i) == value)
				return like;
	}
	return LIKES;
}

/* Between two calls nothing is put or dropped: it is one question of one turn. */
bool index_alike(struct index *x, const struct index_entry *e, struct index_like *at,
		 struct index_entry *out)
{
	for (; x->table != NULL && at->kind < LIKES; at->kind++, at->begun = false) {
		const uint64_t value = value_of(e, at->kind);

		if (!at->begun)
			at->link = value == 0 ? 0 : *bucket_of(x, at->kind, value);
		at->begun = true;
		while (at->link != 0) {
			const uint32_t place = at->link >> 2;

			at->link = *next_of(x, at->link);
			x->work.rows++;
			get_row(block_at(x, place), in_block(place), out);
			if (first_like(e, out) == at->kind)
				return true;
		}
	}
	return false;
}

/* ---- where a case is, and how many there may be ---- */

/* Twice as long, and all find their slots and buckets anew. */
static bool grow_table(struct index *x)
{
	const size_t len = x->table_len == 0 ? TABLE_FIRST : 2 * x->table_len;
	uint32_t *old = x->table, *old_buckets = x->buckets, *new = more(x, len * sizeof *new);
	uint32_t *buckets = new == NULL ? NULL : more(x, len * sizeof *buckets);
	const size_t old_len = x->table_len;

	if (buckets == NULL) {
		if (new != NULL)
			x->memory.give(x->memory.ctx, new);
		return false;
	}
	x->table = new;
	x->buckets = buckets;
	x->table_len = len;
	for (size_t i = 0; i < old_len; i++)
		if (old[i] != 0)
			new[find(x, &row_at(x, old[i])->id)] = old[i];
	for (uint32_t place = 1; place <= x->row_pool.used; place++)
		if (block_at(x, place)->flags[in_block(place)] != 0)
			link_in(x, place);
	if (old != NULL) {
		x->memory.give(x->memory.ctx, old);
		x->memory.give(x->memory.ctx, old_buckets);
	}
	return true;
}

/* Those behind it move up, so that none is behind a gap. */
static void free_slot(struct index *x, size_t at)
{
	const size_t mask = x->table_len - 1;
	size_t gap = at;

	for (size_t i = (at + 1) & mask; x->table[i] != 0; i = (i + 1) & mask) {
		const size_t home = slot_of(x, &row_at(x, x->table[i])->id);

		if (((i - home) & mask) < ((i - gap) & mask))
			continue; /* it stands between its home and the gap */
		x->table[gap] = x->table[i];
		gap = i;
	}
	x->table[gap] = 0;
}

/* ---- places ---- */

/* Room for one more block of that kind; NULL: there is no more, and `over` says whose limit it was. */
static void *block(struct index *x, const struct pool *p, size_t most, size_t len)
{
	x->over = p->blocks == most;
	return x->over ? NULL : more(x, len);
}

/* Those given back come first: places stay few, and a walk over them short.  0: there is no more. */
static uint32_t take_row(struct index *x)
{
	struct pool *p = &x->row_pool;
	uint32_t place = p->free;

	if (place != 0) {
		p->free = row_at(x, place)->name;
	} else {
		if (p->used == p->blocks * ROWS) {
			struct rows *b = block(x, p, ROW_BLOCKS, sizeof *b);

			if (b == NULL)
				return 0;
			x->rows[p->blocks++] = b;
		}
		place = (uint32_t)++p->used;
	}
	*row_at(x, place) = (struct row){.name = 0};
	block_at(x, place)->flags[in_block(place)] = FLAG_USED;
	return place;
}

/* As a row is taken; a block has no numbers of its own, a place is counted over all of them. */
static uint32_t take_text(struct index *x)
{
	struct pool *p = &x->text_pool;
	uint32_t place = p->free;

	if (place != 0) {
		p->free = cell_at(x, place)->next;
	} else {
		if (p->used == p->blocks * TEXTS) {
			struct cell *b = block(x, p, TEXT_BLOCKS, TEXT_BLOCK);

			if (b == NULL)
				return 0;
			x->texts[p->blocks++] = b;
		}
		place = (uint32_t)++p->used;
	}
	*cell_at(x, place) = (struct cell){.next = 0};
	return place;
}

/* A number that no partner can have, from a record on disk, is as ours. */
static struct share *share_of(struct index *x, const struct row *row)
{
	return &x->of[row->origin <= LIMIT_PEERS ? row->origin : 0];
}

/* What it had counts no more for its partner, whoever needs the cells next. */
static void drop_name(struct index *x, struct row *row)
{
	struct share *s = share_of(x, row);
	struct pool *p = &x->text_pool;

	while (row->name != 0) {
		const uint32_t place = row->name;
		struct cell *c = cell_at(x, place);

		require(s->names > 0);
		s->names--;
		row->name = c->next;
		explicit_bzero(c, sizeof *c);
		c->next = p->free;
		p->free = place;
	}
}

/* Nothing of it stays but its place: the arrays are cleared too, since a hash of a name or a birth date is about the person as much as
 * the name is. */
static void drop_row(struct index *x, uint32_t place)
{
	struct rows *b = block_at(x, place);
	const size_t i = in_block(place);

	take_out(x, place);
	drop_name(x, &b->row[i]);
	b->letters[i] = b->digits[i] = 0;
	b->born[i] = 0;
	b->behind[i] = 0;
	b->flags[i] = 0;
	explicit_bzero(&b->row[i], sizeof b->row[i]);
	b->row[i].name = x->row_pool.free;
	x->row_pool.free = place;
}

/* Without its last zero when it fills its cells. */
static bool put_name(struct index *x, struct row *row, const char *name)
{
	const size_t len = strlen(name);
	uint32_t *next = &row->name;

	for (size_t at = 0; at < len; at += TEXT) {
		const uint32_t place = take_text(x);
		struct cell *c;

		if (place == 0)
			return false;
		c = cell_at(x, place);
		memcpy(c->text, name + at, len - at < TEXT ? len - at : TEXT);
		*next = place;
		next = &c->next;
		share_of(x, row)->names++;
	}
	return true;
}

/* The partner whose names take most gives up all of them, until the next start: at most once each.  One walk over the rows.
 * False: nobody takes so much. */
static bool names_out(struct index *x)
{
	size_t most = 0;

	for (size_t i = 1; i <= LIMIT_PEERS; i++)
		if (x->of[i].names > x->of[most].names || most == 0)
			most = i;
	if (x->of[most].names < NAMES_LEAST)
		return false;
	require(!x->of[most].out);
	x->of[most].out = true;
	for (uint32_t place = 1; place <= x->row_pool.used; place++) {
		struct rows *b = block_at(x, place);
		const size_t i = in_block(place);

		if (b->flags[i] == 0 || b->row[i].origin != most || b->row[i].name == 0)
			continue;
		drop_name(x, &b->row[i]);
		b->flags[i] |= FLAG_NAMELESS;
	}
	require(x->of[most].names == 0);
	return true;
}

static void get_name(const struct index *x, const struct row *row, char name[FOLD_MAX + 1])
{
	size_t len = 0;

	for (uint32_t place = row->name; place != 0; place = cell_at(x, place)->next) {
		const char *text = cell_at(x, place)->text;
		const size_t n = strnlen(text, TEXT);

		require(len + n <= FOLD_MAX);
		memcpy(name + len, text, n);
		len += n;
	}
	name[len] = '\0';
}

/* ---- rows ---- */

/* Its place, where it stays when it is written again. */
static uint32_t row_for(struct index *x, const struct id16 *id)
{
	uint32_t place;
	size_t at;

	if (2 * (x->count + 1) > x->table_len && !grow_table(x))
		return 0;
	at = find(x, id);
	if (x->table[at] != 0) {
		drop_name(x, row_at(x, x->table[at]));
		return x->table[at];
	}
	place = take_row(x);
	if (place == 0)
		return 0;
	row_at(x, place)->id = *id;
	x->table[at] = place;
	x->count++;
	return place;
}

/* False: there was no room for all of it. */
static bool put(struct index *x, const struct index_entry *e)
{
	uint32_t place;
	struct rows *b;
	struct row *row;
	size_t i;

	x->over = false;
	place = row_for(x, &e->id);
	if (place == 0)
		return false;
	b = block_at(x, place);
	i = in_block(place);
	row = &b->row[i];
	row->origin = e->origin;
	if (row->hash != e->hash || row->national != e->national ||
	    memcmp(row->phones, e->phones, sizeof e->phones) != 0) {
		take_out(x, place);
		memcpy(row->phones, e->phones, sizeof e->phones);
		row->hash = e->hash;
		row->national = e->national;
		link_in(x, place);
	}
	b->letters[i] = fold_pairs(e->name, strlen(e->name));
	b->digits[i] = 0;
	for (size_t n = 0; n < FOLD_PHONES; n++)
		b->digits[i] |= fold_number_pairs(e->phones[n]);
	b->born[i] = e->born;
	b->behind[i] = be16_get(e->id.b + INDEX_BEHIND_TIME);
	b->flags[i] = FLAG_USED | (e->damaged ? FLAG_DAMAGED : 0);
	if (!share_of(x, row)->out || e->name[0] == '\0')
		return put_name(x, row, e->name);
	b->flags[i] |= FLAG_NAMELESS;
	return true;
}

void index_put(struct index *x, const struct index_entry *e)
{
	if (gave_up(x))
		return;
	while (!put(x, e))
		if (!x->over || !names_out(x)) {
			index_give_up(x, x->over ? INDEX_FULL : INDEX_UNLOCKED);
			return;
		}
}

bool index_names_out(const struct index *x, uint16_t origin)
{
	return origin <= LIMIT_PEERS && x->of[origin].out;
}

void index_drop(struct index *x, const struct id16 *id)
{
	uint32_t place;
	size_t at;

	if (x->table == NULL)
		return;
	at = find(x, id);
	place = x->table[at];
	if (place == 0)
		return;
	free_slot(x, at); /* while the rows of all ids can still be read */
	drop_row(x, place);
	x->count--;
}

bool index_get(const struct index *x, const struct id16 *id, struct index_entry *out)
{
	uint32_t place;

	if (x->table == NULL)
		return false;
	place = x->table[find(x, id)];
	if (place == 0)
		return false;
	get_row(block_at(x, place), in_block(place), out);
	get_name(x, row_at(x, place), out->name);
	return true;
}

/* From the slot where the first of them would stand to the first free one behind the slot of the last. */
bool index_begins(const struct index *x, const uint8_t first[2], uint32_t *at, struct id16 *out)
{
	const uint64_t from = (uint64_t)be16_get(first) << 48;
	size_t home, last;

	if (x->table == NULL)
		return false;
	home = slot_at(x, from);
	last = slot_at(x, from | (UINT64_MAX >> 16)) - home;
	while (*at < x->table_len) {
		const size_t slot = (home + *at) & (x->table_len - 1);
		const uint32_t place = x->table[slot];

		if (place == 0 && *at >= last)
			return false;
		++*at;
		if (place == 0 || memcmp(row_at(x, place)->id.b + INDEX_BEHIND_TIME, first, 2) != 0)
			continue;
		*out = row_at(x, place)->id;
		return true;
	}
	return false;
}

static bool has_all(uint64_t of, uint64_t bits)
{
	return (of & bits) == bits;
}

/* Asked of everybody at each search, in the order of what is asked most: a name is looked for far more often than anything else, and
 * then two arrays are read and no more.  A row without telephones has no digits, and none of them is what it lacks. */
static bool wanted(const struct rows *b, size_t i, const struct index_want *w)
{
	if ((b->flags[i] & (FLAG_DAMAGED | FLAG_NAMELESS)) != 0 ||
	    ((w->ways & INDEX_BY_NAME) != 0 && has_all(b->letters[i], w->letters)))
		return true;
	if ((w->ways & ~(unsigned)INDEX_BY_NAME) == 0)
		return false;
	return ((w->ways & INDEX_BY_PHONE) != 0 && b->digits[i] != 0 &&
		has_all(b->digits[i], w->digits)) ||
	       ((w->ways & INDEX_BY_BIRTH) != 0 && b->born[i] >= w->born_from &&
		b->born[i] < w->born_below) ||
	       ((w->ways & INDEX_BY_NUMBER) != 0 && b->behind[i] == w->behind);
}

/* The newest rows lie at the end, and lists begin with them. */
bool index_each(struct index *x, uint32_t *place, const struct index_want *want,
		struct index_entry *out)
{
	uint32_t at = *place == 0 ? (uint32_t)x->row_pool.used + 1 : *place;

	while (at > 1) {
		const struct rows *b = block_at(x, at - 1);
		const size_t i = in_block(--at);

		if (b->flags[i] == 0)
			continue;
		x->work.rows++;
		if (want != NULL && !wanted(b, i, want))
			continue;
		get_row(b, i, out);
		*place = at;
		return true;
	}
	return false;
}

void index_name(struct index *x, uint32_t place, struct index_entry *out)
{
	const struct row *row = row_at(x, place);

	require(id16_equal(&row->id, &out->id));
	x->work.names++;
	get_name(x, row, out->name);
}

struct index_work index_work(const struct index *x)
{
	return x->work;
}
