/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Cells of one size in blocks: the first of a row has its numbers, the ones behind it the name.  Nothing ever moves, so nothing is
 * copied to make room, and a walk is one pass over memory.  Ids are found by a table of places (open addressing, at most half
 * full, in the order in which their random parts begin).  What is freed is overwritten.
 *
 * A row says in 64 bits which pairs of letters its name and its telephones have (fold_pairs), so that of very many people a search
 * reads the names of few: one bit of what is looked for that a row lacks, and it cannot fit.
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

enum { CELLS = 2048, TEXT = 59, TABLE_FIRST = 4096 };
enum { CELL_FREE, CELL_ROW, CELL_TEXT };

/* next: a place (number of the cell and one); 0: none.  Both shapes have it, and what they are, in one place. */
union cell {
	struct {
		struct id16 id;
		uint64_t phones[FOLD_PHONES], hash, letters;
		uint32_t national, born;
		uint16_t origin;
		uint8_t flags, kind; /* FLAG_*, CELL_* */
		uint32_t next;
	} row;
	struct {
		char text[TEXT];
		uint8_t kind;
		uint32_t next;
	} part;
};
enum { FLAG_DAMAGED = 1, FLAG_NAMELESS = 2 };
static_assert(offsetof(union cell, row.kind) == offsetof(union cell, part.kind) &&
		      offsetof(union cell, row.next) == offsetof(union cell, part.next),
	      "what a cell is can be read before it is known");

/* Room for the greatest table, and for the one before it while that is copied: names never take it. */
enum { TABLE_ROOM = 6 << 20, BLOCK = CELLS * sizeof(union cell) };
enum { BLOCKS_MAX = (LIMIT_INDEX - TABLE_ROOM) / BLOCK, CELLS_MAX = BLOCKS_MAX * CELLS };
/* Of a partner whose names take less than this, nobody is slow to be found: they are too many together. */
enum { NAMES_LEAST = CELLS_MAX / 64 };
static_assert(sizeof(union cell) == 64,
	      "a row and its name fill whole lines of the processor's cache");
static_assert(BLOCKS_MAX > 1, "one block is not the whole index");
static_assert(2 * CELLS_MAX <= (TABLE_ROOM / 6 * 4) / (int)sizeof(uint32_t),
	      "rows in all cells have a table that is at most half full");

/* Of one partner: cells of names; and whether its names are left out. */
struct share {
	uint32_t names;
	bool out;
};

struct index {
	struct index_memory memory;
	enum index_state state;
	union cell *blocks[BLOCKS_MAX];
	size_t block_count, used; /* cells that were ever taken: places up to here */
	uint32_t free;		  /* the first of those given back */
	uint32_t *table;
	size_t table_len, rows;
	struct index_work work;
	bool over;			  /* the next piece would go beyond LIMIT_INDEX */
	struct share of[LIMIT_PEERS + 1]; /* by origin */
};

static union cell *cell_at(const struct index *x, uint32_t place)
{
	require(place != 0 && place <= x->used);
	return &x->blocks[(place - 1) / CELLS][(place - 1) % CELLS];
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
	for (size_t i = 0; i < x->block_count; i++)
		x->memory.give(x->memory.ctx, x->blocks[i]);
	if (x->table != NULL)
		x->memory.give(x->memory.ctx, x->table);
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
	return x->rows;
}

size_t index_bytes(const struct index *x)
{
	return x->block_count * BLOCK + x->table_len * sizeof *x->table;
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
	return memcmp(cell_at(x, place)->row.id.b, id->b, sizeof id->b) == 0;
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

static bool grow_table(struct index *x)
{
	const size_t len = x->table_len == 0 ? TABLE_FIRST : 2 * x->table_len;
	uint32_t *old = x->table, *new = more(x, len * sizeof *new);
	const size_t old_len = x->table_len;

	if (new == NULL)
		return false;
	x->table = new;
	x->table_len = len;
	for (size_t i = 0; i < old_len; i++)
		if (old[i] != 0)
			new[find(x, &cell_at(x, old[i])->row.id)] = old[i];
	if (old != NULL)
		x->memory.give(x->memory.ctx, old);
	return true;
}

/* Those behind it move up, so that none is behind a gap. */
static void free_slot(struct index *x, size_t at)
{
	const size_t mask = x->table_len - 1;
	size_t gap = at;

	for (size_t i = (at + 1) & mask; x->table[i] != 0; i = (i + 1) & mask) {
		const size_t home = slot_of(x, &cell_at(x, x->table[i])->row.id);

		if (((i - home) & mask) < ((i - gap) & mask))
			continue; /* it stands between its home and the gap */
		x->table[gap] = x->table[i];
		gap = i;
	}
	x->table[gap] = 0;
}

/* ---- cells ---- */

/* 0: there is no more. */
static uint32_t take(struct index *x, uint32_t kind)
{
	uint32_t place = x->free;

	if (place != 0) {
		x->free = cell_at(x, place)->part.next;
	} else {
		if (x->used == x->block_count * CELLS) {
			void *block;

			x->over = x->block_count == BLOCKS_MAX;
			block = x->over ? NULL : more(x, BLOCK);
			if (block == NULL)
				return 0;
			x->blocks[x->block_count++] = block;
		}
		place = (uint32_t)++x->used;
	}
	*cell_at(x, place) = (union cell){.row.kind = (uint8_t)kind};
	return place;
}

static void give_back(struct index *x, uint32_t place)
{
	while (place != 0) {
		union cell *c = cell_at(x, place);
		const uint32_t next = c->part.next;

		explicit_bzero(c, sizeof *c);
		c->part.next = x->free;
		x->free = place;
		place = next;
	}
}

/* A number that no partner can have, from a record on disk, is as ours. */
static struct share *share_of(struct index *x, const union cell *row)
{
	const uint16_t origin = row->row.origin;

	require(row->row.kind == CELL_ROW);
	return &x->of[origin <= LIMIT_PEERS ? origin : 0];
}

static void drop_name(struct index *x, union cell *row)
{
	struct share *s = share_of(x, row);

	for (uint32_t place = row->row.next; place != 0; place = cell_at(x, place)->part.next) {
		require(s->names > 0);
		s->names--;
	}
	give_back(x, row->row.next);
	row->row.next = 0;
}

/* Without its last zero when it fills its cells. */
static bool put_name(struct index *x, union cell *row, const char *name)
{
	const size_t len = strlen(name);
	uint32_t *next = &row->row.next;

	for (size_t at = 0; at < len; at += TEXT) {
		const uint32_t place = take(x, CELL_TEXT);
		union cell *c;

		if (place == 0)
			return false;
		c = cell_at(x, place);
		memcpy(c->part.text, name + at, len - at < TEXT ? len - at : TEXT);
		*next = place;
		next = &c->part.next;
		share_of(x, row)->names++;
	}
	return true;
}

/* The partner whose names take most gives up all of them, until the next start: at most once each.  One walk over the cells.
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
	for (uint32_t place = 1; place <= x->used; place++) {
		union cell *c = cell_at(x, place);

		if (c->row.kind != CELL_ROW || c->row.origin != most || c->row.next == 0)
			continue;
		drop_name(x, c);
		c->row.flags |= FLAG_NAMELESS;
	}
	require(x->of[most].names == 0);
	return true;
}

static void get_name(const struct index *x, const union cell *row, char name[FOLD_MAX + 1])
{
	size_t len = 0;

	for (uint32_t place = row->row.next; place != 0; place = cell_at(x, place)->part.next) {
		const char *text = cell_at(x, place)->part.text;
		const size_t n = strnlen(text, TEXT);

		require(len + n <= FOLD_MAX);
		memcpy(name + len, text, n);
		len += n;
	}
	name[len] = '\0';
}

static void get_row(const union cell *c, struct index_entry *out)
{
	out->id = c->row.id;
	out->origin = c->row.origin;
	out->damaged = (c->row.flags & FLAG_DAMAGED) != 0;
	out->nameless = (c->row.flags & FLAG_NAMELESS) != 0;
	out->letters = c->row.letters;
	out->born = c->row.born;
	memcpy(out->phones, c->row.phones, sizeof out->phones);
	out->national = c->row.national;
	out->hash = c->row.hash;
	out->name[0] = '\0';
}

/* ---- rows ---- */

/* Its cell, which stays where it is when a row is written again. */
static uint32_t row_for(struct index *x, const struct id16 *id)
{
	uint32_t place;
	size_t at;

	if (2 * (x->rows + 1) > x->table_len && !grow_table(x))
		return 0;
	at = find(x, id);
	if (x->table[at] != 0) {
		drop_name(x, cell_at(x, x->table[at]));
		return x->table[at];
	}
	place = take(x, CELL_ROW);
	if (place == 0)
		return 0;
	cell_at(x, place)->row.id = *id;
	x->table[at] = place;
	x->rows++;
	return place;
}

/* Whatever stands in it and can be looked for by a part. */
static uint64_t letters_of(const struct index_entry *e)
{
	uint64_t pairs = fold_pairs(e->name, strlen(e->name));

	for (size_t i = 0; i < FOLD_PHONES; i++) {
		char d[FOLD_NUMBER];
		const size_t n = fold_number(d, e->phones[i]);

		pairs |= fold_pairs(d, n);
	}
	return pairs;
}

/* False: there was no room for all of it. */
static bool put(struct index *x, const struct index_entry *e)
{
	uint32_t place;
	union cell *c;

	x->over = false;
	place = row_for(x, &e->id);
	if (place == 0)
		return false;
	c = cell_at(x, place);
	c->row.origin = e->origin;
	c->row.born = e->born;
	memcpy(c->row.phones, e->phones, sizeof e->phones);
	c->row.national = e->national;
	c->row.hash = e->hash;
	c->row.letters = letters_of(e);
	c->row.flags = e->damaged ? FLAG_DAMAGED : 0;
	if (!share_of(x, c)->out || e->name[0] == '\0')
		return put_name(x, c, e->name);
	c->row.flags |= FLAG_NAMELESS;
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
	drop_name(x, cell_at(x, place));
	free_slot(x, at); /* while the rows of all ids can still be read */
	give_back(x, place);
	x->rows--;
}

bool index_get(const struct index *x, const struct id16 *id, struct index_entry *out)
{
	size_t at;

	if (x->table == NULL)
		return false;
	at = find(x, id);
	if (x->table[at] == 0)
		return false;
	get_row(cell_at(x, x->table[at]), out);
	get_name(x, cell_at(x, x->table[at]), out->name);
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
		if (place == 0 ||
		    memcmp(cell_at(x, place)->row.id.b + INDEX_BEHIND_TIME, first, 2) != 0)
			continue;
		*out = cell_at(x, place)->row.id;
		return true;
	}
	return false;
}

/* Asked of everybody at each search, so it reads one line of the processor's cache. */
static bool wanted(const union cell *c, const struct index_want *w)
{
	const uint8_t *id = c->row.id.b + INDEX_BEHIND_TIME;

	return c->row.flags != 0 || (c->row.letters & w->letters) == w->letters ||
	       (c->row.born >= w->born_from && c->row.born < w->born_below) ||
	       (w->numbered && id[0] == w->first[0] && id[1] == w->first[1]);
}

/* The newest rows lie at the end, and lists begin with them. */
bool index_each(struct index *x, uint32_t *place, const struct index_want *want,
		struct index_entry *out)
{
	uint32_t at = *place == 0 ? (uint32_t)x->used + 1 : *place;

	while (at > 1) {
		const union cell *c = cell_at(x, --at);

		if (c->row.kind != CELL_ROW)
			continue;
		x->work.rows++;
		if (want != NULL && !wanted(c, want))
			continue;
		get_row(c, out);
		*place = at;
		return true;
	}
	return false;
}

void index_name(struct index *x, uint32_t place, struct index_entry *out)
{
	const union cell *c = cell_at(x, place);

	require(c->row.kind == CELL_ROW && id16_equal(&c->row.id, &out->id));
	x->work.names++;
	get_name(x, c, out->name);
}

struct index_work index_work(const struct index *x)
{
	return x->work;
}
