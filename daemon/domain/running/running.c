/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rows and work in blocks, each with a list of what was given back; nothing ever moves.  Rows are found by a table of places (open
 * addressing, at most half full).  A partner chooses the ids of its threads, and could choose such as fall into one another; so a
 * place comes of the case as well, whose id is drawn here and told to nobody.
 */
#include "domain/running/running.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"

enum { ROWS = 256, WORKS = 512, TABLE_FIRST = 1024 };
/* Half a million rows: who has more of them open looks into the store, as with too little memory. */
enum { BLOCKS = 2048 };
enum { FLAG_USED = 1, FLAG_STALE = 2, FLAG_UNSURE = 4 };

/* work, next_*: places (a number and one; 0: none).  A row may be in both lists: it was read in a turn that is not committed yet, and
 * written again in the same one. */
struct entry {
	struct running_row row;
	uint32_t work, next_stale,
		next_unsure; /* next_stale of one that was given back: the next such one */
	uint8_t flags;
};
struct work_entry {
	struct running_work work;
	uint32_t next;
};

struct running {
	struct index_memory memory;
	struct entry *rows[BLOCKS];
	struct work_entry *works[BLOCKS];
	uint32_t row_used, row_free, work_used, work_free;
	uint32_t *table;
	size_t table_len, count, damaged;
	uint32_t stale, stale_last,
		unsure; /* first to be looked at again, and the last; those for another time */
	struct running_fill fill;
	bool whole, gave_up;
};

enum err running_create(struct running **out, const struct index_memory *memory)
{
	struct running *x = calloc(1, sizeof *x);

	require(memory->take != NULL && memory->give != NULL);
	if (x == NULL)
		return ERR_NOMEM;
	x->memory = *memory;
	*out = x;
	return ERR_OK;
}

/* Blocks are taken one behind the other, so the first that is missing ends them. */
static void empty(struct running *x)
{
	for (size_t i = 0; i < BLOCKS && x->rows[i] != NULL; i++)
		x->memory.give(x->memory.ctx, x->rows[i]);
	for (size_t i = 0; i < BLOCKS && x->works[i] != NULL; i++)
		x->memory.give(x->memory.ctx, x->works[i]);
	if (x->table != NULL)
		x->memory.give(x->memory.ctx, x->table);
	*x = (struct running){.memory = x->memory};
}

/* With the keys of the node: nothing in it is a person, but it says how much there is to do. */
void running_free(struct running *x)
{
	if (x == NULL)
		return;
	empty(x);
	free(x);
}

void running_give_up(struct running *x)
{
	empty(x);
	x->gave_up = true;
}

struct running_fill *running_fill(struct running *x)
{
	return &x->fill;
}

bool running_gave_up(const struct running *x)
{
	return x->gave_up;
}

void running_whole(struct running *x)
{
	x->whole = !x->gave_up;
}

bool running_is_whole(const struct running *x)
{
	return x->whole;
}

bool running_damaged(const struct running *x)
{
	return x->damaged != 0;
}

size_t running_count(const struct running *x)
{
	return x->count;
}

static struct entry *entry_at(const struct running *x, uint32_t place)
{
	require(place != 0 && place <= x->row_used);
	return &x->rows[(place - 1) / ROWS][(place - 1) % ROWS];
}

static struct work_entry *work_at(const struct running *x, uint32_t place)
{
	require(place != 0 && place <= x->work_used);
	return &x->works[(place - 1) / WORKS][(place - 1) % WORKS];
}

/* ---- where a row is ---- */

/* A sum of products of what the partner chose with what nobody outside knows (the random part of the case). */
static size_t slot_of(const struct running *x, const struct id16 *case_id,
		      const struct id16 *thread)
{
	uint64_t sum = 0;

	require(x->table_len != 0);
	for (size_t i = 0; i < sizeof thread->b; i += 8)
		sum += ((uint64_t)be32_get(thread->b + i) + be32_get(case_id->b + 8)) *
		       ((uint64_t)be32_get(thread->b + i + 4) + be32_get(case_id->b + 12) +
			be16_get(case_id->b + 6) + i);
	return (size_t)((sum ^ sum >> 32) * UINT64_C(0x9e3779b97f4a7c15) >> 24) &
	       (x->table_len - 1);
}

static bool is_at(const struct running *x, uint32_t place, const struct id16 *case_id,
		  const struct id16 *thread)
{
	const struct running_row *r = &entry_at(x, place)->row;

	return id16_equal(&r->thread, thread) && id16_equal(&r->case_id, case_id);
}

/* The slot that names it, or the free one where it would stand. */
static size_t find(const struct running *x, const struct id16 *case_id, const struct id16 *thread)
{
	size_t at = slot_of(x, case_id, thread);

	while (x->table[at] != 0 && !is_at(x, x->table[at], case_id, thread))
		at = (at + 1) & (x->table_len - 1);
	return at;
}

/* Twice as long, and every row finds its slot anew; while it is copied there are two of them. */
static bool grow_table(struct running *x)
{
	const size_t old_len = x->table_len, len = old_len == 0 ? TABLE_FIRST : 2 * old_len;
	uint32_t *old = x->table, *new = x->memory.take(x->memory.ctx, len * sizeof *new);

	if (new == NULL)
		return false;
	x->table = new;
	x->table_len = len;
	for (size_t i = 0; i < old_len; i++)
		if (old[i] != 0) {
			const struct running_row *r = &entry_at(x, old[i])->row;

			new[find(x, &r->case_id, &r->thread)] = old[i];
		}
	if (old != NULL)
		x->memory.give(x->memory.ctx, old);
	return true;
}

/* Those behind it move up, so that none is behind a gap. */
static void free_slot(struct running *x, size_t at)
{
	const size_t mask = x->table_len - 1;
	size_t gap = at;

	for (size_t i = (at + 1) & mask; x->table[i] != 0; i = (i + 1) & mask) {
		const struct running_row *r = &entry_at(x, x->table[i])->row;
		const size_t home = slot_of(x, &r->case_id, &r->thread);

		if (((i - home) & mask) < ((i - gap) & mask))
			continue; /* it stands between its home and the gap */
		x->table[gap] = x->table[i];
		gap = i;
	}
	x->table[gap] = 0;
}

/* ---- places ---- */

/* What was given back is used again first, so that a walk over all places is no longer than the most that there ever were at one time.
 * 0: there is no memory. */
static uint32_t take_row(struct running *x)
{
	const uint32_t place = x->row_free;

	if (place != 0) {
		x->row_free = entry_at(x, place)->next_stale;
		*entry_at(x, place) = (struct entry){.flags = FLAG_USED};
		return place;
	}
	if (x->row_used % ROWS == 0) {
		struct entry *block = x->row_used / ROWS == BLOCKS
					      ? NULL
					      : x->memory.take(x->memory.ctx, ROWS * sizeof *block);

		if (block == NULL)
			return 0;
		x->rows[x->row_used / ROWS] = block;
	}
	x->row_used++;
	*entry_at(x, x->row_used) = (struct entry){.flags = FLAG_USED};
	return x->row_used;
}

/* As a row is taken.  Work has blocks of its own, because most rows that are open have none, and some have several. */
static uint32_t take_work(struct running *x)
{
	const uint32_t place = x->work_free;

	if (place != 0) {
		x->work_free = work_at(x, place)->next;
		return place;
	}
	if (x->work_used % WORKS == 0) {
		struct work_entry *block = x->work_used / WORKS == BLOCKS
						   ? NULL
						   : x->memory.take(x->memory.ctx,
								    WORKS * sizeof *block);

		if (block == NULL)
			return 0;
		x->works[x->work_used / WORKS] = block;
	}
	return ++x->work_used;
}

/* All of a row at once: what changed is read anew, never mended. */
static void drop_work(struct running *x, struct entry *e)
{
	while (e->work != 0) {
		const uint32_t place = e->work;
		struct work_entry *w = work_at(x, place);

		e->work = w->next;
		w->next = x->work_free;
		x->work_free = place;
	}
}

/* In the order in which it was read, which is that of its kinds: of two that press equally the first one is shown. */
static bool put_work(struct running *x, struct entry *e, const struct running_work *work,
		     size_t count)
{
	uint32_t *next = &e->work;

	for (size_t i = 0; i < count; i++) {
		const uint32_t place = take_work(x);

		if (place == 0)
			return false;
		*work_at(x, place) = (struct work_entry){.work = work[i]};
		*next = place;
		next = &work_at(x, place)->next;
	}
	return true;
}

/* ---- what is to be looked at again ---- */

/* Behind the others: each comes to its turn. */
static void queue(struct running *x, uint32_t place)
{
	struct entry *e = entry_at(x, place);

	if ((e->flags & FLAG_STALE) != 0)
		return;
	e->flags |= FLAG_STALE;
	e->next_stale = 0;
	if (x->stale == 0)
		x->stale = place;
	else
		entry_at(x, x->stale_last)->next_stale = place;
	x->stale_last = place;
}

/* Whether the turn before was committed or undone makes no difference here: the store is asked again, and what it says then counts. */
void running_turn(struct running *x)
{
	while (x != NULL && x->unsure != 0) {
		const uint32_t place = x->unsure;
		struct entry *e = entry_at(x, place);

		x->unsure = e->next_unsure;
		e->flags &= (uint8_t)~FLAG_UNSURE;
		queue(x, place);
	}
}

void running_touch(struct running *x, const struct id16 *case_id, const struct id16 *thread)
{
	size_t at;

	if (x == NULL || x->gave_up)
		return;
	if (2 * (x->count + 1) > x->table_len && !grow_table(x)) {
		running_give_up(x);
		return;
	}
	at = find(x, case_id, thread);
	if (x->table[at] == 0) {
		const uint32_t place = take_row(x);

		if (place == 0) {
			running_give_up(x);
			return;
		}
		entry_at(x, place)->row = (struct running_row){.case_id = *case_id,
							       .thread = *thread};
		x->table[at] = place;
		x->count++;
	}
	queue(x, x->table[at]);
}

/* In the order in which they were named: whoever looks at a part of them goes on with the others the next time. */
bool running_stale(const struct running *x, struct id16 *case_id, struct id16 *thread)
{
	if (x->stale == 0)
		return false;
	*case_id = entry_at(x, x->stale)->row.case_id;
	*thread = entry_at(x, x->stale)->row.thread;
	return true;
}

/* Its place is free for another one; whoever walks over all rows meanwhile may meet that one, or miss it, as in the store. */
static void drop_row(struct running *x, uint32_t place)
{
	struct entry *e = entry_at(x, place);

	free_slot(x, find(x, &e->row.case_id, &e->row.thread));
	*e = (struct entry){.next_stale = x->row_free};
	x->row_free = place;
	x->count--;
}

/* Always of the one that running_stale named, so that what was read is of the row as it stands in the list, and not of one that was named
 * meanwhile. */
void running_put(struct running *x, const struct running_row *row, const struct running_work *work,
		 size_t count, bool unsure)
{
	const uint32_t place = x->stale;
	struct entry *e;

	require(place != 0 && is_at(x, place, &row->case_id, &row->thread));
	require(count <= RUNNING_WORK);
	e = entry_at(x, place);
	x->stale = e->next_stale;
	e->flags &= (uint8_t)~FLAG_STALE;
	require(x->damaged >= e->row.damaged);
	x->damaged = x->damaged - e->row.damaged + row->damaged;
	e->row = *row;
	drop_work(x, e);
	if (!put_work(x, e, work, count)) {
		running_give_up(x);
		return;
	}
	if (unsure && (e->flags & FLAG_UNSURE) == 0) {
		e->flags |= FLAG_UNSURE;
		e->next_unsure = x->unsure;
		x->unsure = place;
	}
	if ((e->flags & FLAG_UNSURE) == 0 && !row->open && !row->damaged && count == 0)
		drop_row(x, place);
}

/* ---- lists ---- */

/* By place, which is no order of any list: those that were named last stand at the end, and a page that has them early takes up few of
 * the others. */

bool running_each(const struct running *x, uint32_t *place, struct running_row *out)
{
	uint32_t at = *place == 0 ? x->row_used + 1 : *place;

	while (at > 1) {
		const struct entry *e = entry_at(x, --at);

		if ((e->flags & FLAG_USED) == 0)
			continue;
		*out = e->row;
		*place = at;
		return true;
	}
	return false;
}

size_t running_work_of(const struct running *x, uint32_t place,
		       struct running_work out[RUNNING_WORK])
{
	size_t n = 0;

	for (uint32_t at = entry_at(x, place)->work; at != 0; at = work_at(x, at)->next)
		out[n++] = work_at(x, at)->work;
	require(n <= RUNNING_WORK);
	return n;
}
