/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a turn writes lies in its arena until the commit: a turn that is undone leaves the index as it was.  Filling goes by id,
 * and writes over what a turn brought before, which is the same.
 */
#include "domain/people/known.h"

#include <string.h>

#include "base/check.h"
#include "domain/state.h"
#include "domain/told.h"

enum { FILL_ROWS = 256 }; /* some milliseconds */

struct known_note {
	struct known_note *next;
	bool gone;
	struct index_entry entry;
};

/* Two of them are the same only by chance, and then a person says no. */
static uint32_t national_hash(const char *number)
{
	uint64_t h = 0xcbf29ce484222325u;
	bool any = false;

	for (const char *s = number; *s != '\0'; s++)
		if (*s >= '0' && *s <= '9') {
			h = (h ^ (uint8_t)*s) * 0x100000001b3u;
			any = true;
		}
	h ^= h >> 32;
	return any ? (uint32_t)h | 1u : 0;
}

static void fill_in(struct index_entry *out, const char *const text[4])
{
	(void)fold_name(out->name, text[0]);
	out->hash = fold_hash(out->name);
	out->born = fold_birth(text[1]);
	fold_phones(out->phones, text[2]);
	out->national = national_hash(text[3]);
}

static const unsigned fields[] = {PERSON_NAME, PERSON_BIRTH_DATE, PERSON_PHONE,
				  PERSON_NATIONAL_NUMBER};

void known_person(const struct id16 *id, uint64_t origin, const struct msg *person,
		  struct index_entry *out)
{
	const char *text[sizeof fields / sizeof fields[0]];

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		text[i] = msg_text(person, fields[i]);
	*out = (struct index_entry){.id = *id, .origin = (uint16_t)origin};
	fill_in(out, text);
}

/* As casefile_person() puts it together, before consents are asked. */
void known_record(const struct id16 *id, const struct msg *record, struct index_entry *out)
{
	/* of a case that was taken over elsewhere nobody is found here any more */
	const bool moved = msg_u64(record, CASE_RECORD_MOVED) != 0;
	const struct msg *ours = moved ? NULL : msg_get(record, CASE_RECORD_PERSON);
	const struct msg *told = !moved && msg_u64(record, CASE_RECORD_THEIRS) != 0
					 ? msg_get(record, CASE_RECORD_TOLD)
					 : NULL;
	const char *text[sizeof fields / sizeof fields[0]];

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		text[i] = ours != NULL && msg_has(ours, fields[i]) ? msg_text(ours, fields[i])
			  : told != NULL			   ? msg_text(told, fields[i])
								   : "";
	*out = (struct index_entry){.id = *id,
				    .origin = (uint16_t)msg_u64(record, CASE_RECORD_FROM)};
	fill_in(out, text);
}

/* ---- kept true ---- */

static struct known_note *note(struct turn *t)
{
	struct known_note *one = arena_keep(t->arena, sizeof *one);

	if (one == NULL)
		return NULL;
	*t->node->notes_last = one;
	t->node->notes_last = &one->next;
	return one;
}

enum err known_put(struct turn *t, const struct id16 *id, const struct msg *record)
{
	struct known_note *one;

	if (t->node->index == NULL)
		return ERR_OK;
	one = note(t);
	if (one == NULL)
		return ERR_NOMEM;
	known_record(id, record, &one->entry);
	return ERR_OK;
}

enum err known_drop(struct turn *t, const struct id16 *id)
{
	struct known_note *one;

	if (t->node->index == NULL)
		return ERR_OK;
	one = note(t);
	if (one == NULL)
		return ERR_NOMEM;
	one->gone = true;
	one->entry.id = *id;
	return ERR_OK;
}

void known_settle(struct node *n)
{
	for (const struct known_note *one = n->notes; one != NULL; one = one->next) {
		require(n->index != NULL);
		if (one->gone)
			index_drop(n->index, &one->entry.id);
		else
			index_put(n->index, &one->entry);
	}
	known_forget(n);
}

void known_forget(struct node *n)
{
	n->notes = NULL;
	n->notes_last = &n->notes;
}

/* ---- filled ---- */

bool known_fills(const struct node *n)
{
	return n->index != NULL && index_state(n->index) == INDEX_FILLS;
}

bool known_whole(const struct node *n)
{
	return n->index != NULL && index_state(n->index) == INDEX_WHOLE;
}

/* One that cannot be read is kept as that; of one whose key is gone nothing is. */
static enum err fill_one(struct turn *t, const struct id16 *id)
{
	const struct store_key k = turn_key_id(id);
	struct index_entry e = {.id = *id, .damaged = true};
	struct msg *m;
	enum err rc = turn_get_msg(t, STORE_CASES, &k, MSG_CASE_RECORD, &m);

	if (rc == ERR_NOTFOUND)
		return ERR_OK;
	if (rc == ERR_OK)
		rc = told_open(t, id, m);
	if (rc == ERR_OK)
		known_record(id, m, &e);
	if (rc == ERR_OK || rc == ERR_CORRUPT)
		index_put(t->node->index, &e);
	return rc == ERR_CORRUPT ? ERR_OK : rc;
}

enum err known_fill(struct turn *t)
{
	struct node *n = t->node;
	struct store_walk w = {.at = turn_key_id(&n->indexed)};
	size_t rows = 0;

	require(known_fills(n));
	key_u8(&w.at, 0); /* behind it */
	while (rows < FILL_ROWS && store_each(t->txn, STORE_CASES, span_of(NULL, 0), &w)) {
		const size_t mark = t->arena->used;

		if (w.row.key.len != sizeof n->indexed.b)
			continue;
		memcpy(n->indexed.b, w.row.key.p, sizeof n->indexed.b);
		w.rc = fill_one(t, &n->indexed);
		arena_rewind(t->arena, mark);
		rows++;
	}
	if (w.rc == ERR_OK && rows < FILL_ROWS)
		index_whole(n->index);
	if (w.rc == ERR_OK || w.rc == ERR_IO)
		return w.rc;
	index_give_up(n->index, INDEX_DAMAGED); /* a search of the store names what is damaged */
	return ERR_OK;
}
