/* SPDX-License-Identifier: EUPL-1.2 */
/* Blocks of rows in order, and a list of the blocks.  A search halves the list of blocks and then one block, and both have the
 * heads of the keys side by side: it touches a few lines of memory, where links from row to row would touch one for each step,
 * and most rows of a busy generation are in no cache. */
#include "store/log/rowlist.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "store/keyorder.h"

enum { BLOCK = 64, PARTS_FIRST = 16 };

struct block {
	uint64_t heads[BLOCK];
	struct row *rows[BLOCK];
};

/* Invariant: 0 < count <= BLOCK; head is that of the first row. */
struct rowlist_part {
	uint64_t head;
	struct block *block;
	size_t count;
};

/* Behind this row, or where it is NULL at the beginning; part and slot are where a row goes that stands there. */
struct place {
	struct row *before;
	size_t part, slot;
};

static int compare(uint64_t row_head, const struct row *r, uint64_t head, struct span key)
{
	return key_order(row_head, r->key, head, key);
}

/* The first slot of this part whose row is not below the key; the first row is. */
static size_t slot_of(const struct rowlist_part *p, uint64_t head, struct span key)
{
	size_t lo = 1, hi = p->count;

	while (lo < hi) {
		const size_t mid = (lo + hi) / 2;

		if (compare(p->block->heads[mid], p->block->rows[mid], head, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Behind the last row that is below the key. */
static struct place find(const struct rowlist *l, uint64_t head, struct span key)
{
	struct place at = {.before = NULL};
	size_t lo = 0, hi = l->count;

	while (lo < hi) {
		const size_t mid = (lo + hi) / 2;
		const struct rowlist_part *p = &l->parts[mid];

		if (compare(p->head, p->block->rows[0], head, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return at;
	at.part = lo - 1;
	at.slot = slot_of(&l->parts[at.part], head, key);
	at.before = l->parts[at.part].block->rows[at.slot - 1];
	return at;
}

/* What is appended in order is not searched for. */
static struct place find_for(const struct rowlist *l, const struct row *r)
{
	const struct rowlist_part *p = l->count == 0 ? NULL : &l->parts[l->count - 1];
	struct row *last = p == NULL ? NULL : p->block->rows[p->count - 1];

	if (last != NULL && compare(last->head, last, r->head, r->key) < 0)
		return (struct place){last, l->count - 1, p->count};
	return find(l, r->head, r->key);
}

/* A new part at this place of the list; NULL: no memory. */
static struct rowlist_part *new_part(struct rowlist *l, size_t at)
{
	struct block *b = malloc(sizeof *b);

	if (b != NULL && l->count == l->cap) {
		const size_t cap = l->cap == 0 ? PARTS_FIRST : l->cap * 2;
		struct rowlist_part *p = realloc(l->parts, cap * sizeof *p);

		if (p == NULL) {
			free(b);
			return NULL;
		}
		l->parts = p;
		l->cap = cap;
	}
	if (b == NULL)
		return NULL;
	memmove(&l->parts[at + 1], &l->parts[at], (l->count - at) * sizeof *l->parts);
	l->count++;
	l->parts[at] = (struct rowlist_part){.block = b};
	return &l->parts[at];
}

/* A full part gives its upper half to a new one; at the end of the list it stays full, and the new one begins behind it. */
static bool make_room(struct rowlist *l, struct place *at)
{
	const bool at_end = at->part + 1 == l->count && at->slot == BLOCK;
	const size_t keep = at_end ? BLOCK : BLOCK / 2;
	struct rowlist_part *p, *q = new_part(l, at->part + 1);

	if (q == NULL)
		return false;
	p = &l->parts[at->part];
	q->count = BLOCK - keep;
	memcpy(q->block->heads, p->block->heads + keep, q->count * sizeof p->block->heads[0]);
	memcpy(q->block->rows, p->block->rows + keep, q->count * sizeof(struct row *));
	q->head = q->count == 0 ? 0 : q->block->heads[0];
	p->count = keep;
	if (at->slot > keep || at_end) {
		at->part++;
		at->slot -= keep;
	}
	return true;
}

bool rowlist_add(struct rowlist *l, struct row *r)
{
	struct place at = find_for(l, r);
	struct rowlist_part *p;

	if (l->count == 0 ? new_part(l, 0) == NULL
			  : l->parts[at.part].count == BLOCK && !make_room(l, &at))
		return false;
	p = &l->parts[at.part];
	require(at.slot <= p->count && p->count < BLOCK);
	memmove(&p->block->heads[at.slot + 1], &p->block->heads[at.slot],
		(p->count - at.slot) * sizeof p->block->heads[0]);
	memmove(&p->block->rows[at.slot + 1], &p->block->rows[at.slot],
		(p->count - at.slot) * sizeof(struct row *));
	p->block->heads[at.slot] = r->head;
	p->block->rows[at.slot] = r;
	p->count++;
	p->head = p->block->heads[0];
	if (at.before == NULL) {
		r->next = l->first;
		l->first = r;
	} else {
		r->next = at.before->next;
		at.before->next = r;
	}
	return true;
}

void rowlist_remove(struct rowlist *l, struct row *r)
{
	struct place at = find(l, r->head, r->key);
	struct rowlist_part *p;

	require(l->count > 0);
	if (at.before == NULL)
		l->first = r->next;
	else
		at.before->next = r->next;
	if (at.slot == l->parts[at.part].count) { /* it is the first of the next part */
		at.part++;
		at.slot = 0;
	}
	require(at.part < l->count);
	p = &l->parts[at.part];
	require(p->block->rows[at.slot] == r);
	p->count--;
	memmove(&p->block->heads[at.slot], &p->block->heads[at.slot + 1],
		(p->count - at.slot) * sizeof p->block->heads[0]);
	memmove(&p->block->rows[at.slot], &p->block->rows[at.slot + 1],
		(p->count - at.slot) * sizeof(struct row *));
	p->head = p->block->heads[0];
	if (p->count > 0)
		return;
	free(p->block);
	l->count--;
	memmove(p, p + 1, (l->count - at.part) * sizeof *p);
}

struct row *rowlist_seek(const struct rowlist *l, struct span from)
{
	const struct place at = find(l, key_head(from), from);

	return at.before == NULL ? l->first : at.before->next;
}

struct row *rowlist_seek_back(const struct rowlist *l, struct span below)
{
	return find(l, key_head(below), below).before;
}

void rowlist_free(struct rowlist *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->parts[i].block);
	free(l->parts);
	*l = (struct rowlist){.first = NULL};
}
