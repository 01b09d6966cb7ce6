/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A person who was written down twice is two halves of a story; one who is taken for another is worse.  So a likeness is shown and
 * never acted upon: people decide.  What the index says is only where to look: each one is opened, and shown if what may be
 * seen of it now is still alike.
 */
#include "domain/near/near.h"

#include <string.h>

#include "base/check.h"
#include "domain/consent/alone.h"
#include "domain/consent/casefile.h"
#include "domain/evidence/audit.h"
#include "domain/people/known.h"
#include "domain/people/same.h"
#include "domain/state.h"

enum { NEAR_MAX = 5, NEAR_TRIED = 32 };
enum { OURS, THEIRS, SIDES };

/* In the order in which they are shown. */
enum likeness { LIKE_NATIONAL, LIKE_PHONE, LIKE_NAME, LIKE_NOT };
static const unsigned fields[] = {[LIKE_NATIONAL] = PERSON_NATIONAL_NUMBER,
				  [LIKE_PHONE] = PERSON_PHONE,
				  [LIKE_NAME] = PERSON_NAME};

static bool same_phone(const struct index_entry *a, const struct index_entry *b)
{
	for (size_t i = 0; i < FOLD_PHONES; i++)
		for (size_t k = 0; k < FOLD_PHONES; k++)
			if (a->phones[i] >= INDEX_NUMBER_LEAST && a->phones[i] == b->phones[k])
				return true;
	return false;
}

static enum likeness likeness(const struct index_entry *a, const struct index_entry *b)
{
	if (a->national != 0 && a->national == b->national)
		return LIKE_NATIONAL;
	if (same_phone(a, b))
		return LIKE_PHONE;
	return a->hash != 0 && a->hash == b->hash && fold_birth_fits(a->born, b->born) ? LIKE_NAME
										       : LIKE_NOT;
}

static const char *field_name(const struct msg *person, unsigned number)
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(person, i, &f); i++)
		if (f.number == number)
			return f.name;
	return "";
}

/* What may be seen of one now; *person is NULL where that is nothing: it is gone, damaged, or waits for its referral. */
static enum err see(struct turn *t, const struct id16 *id, struct msg **m, struct msg **person)
{
	enum err rc = alone_is(t, id) ? ERR_NOTFOUND : casefile_load(t, id, m);

	*person = NULL;
	if (rc == ERR_OK)
		rc = casefile_person(t, id, *m, person);
	return rc == ERR_NOTFOUND || rc == ERR_CORRUPT ? ERR_OK : rc;
}

/* One that may be shown, if it is alike in this way. */
static enum err offer(struct turn *t, const struct index_entry *who, const struct id16 *id,
		      enum likeness in, struct msg *reply)
{
	const size_t mark = t->arena->used;
	struct index_entry shown;
	struct msg *m, *person, *row;
	char hex[33];
	enum err rc = see(t, id, &m, &person);

	require(in < LIKE_NOT);
	if (rc != ERR_OK)
		return rc;
	if (person != NULL)
		known_person(id, 0, person, &shown);
	if (person == NULL || likeness(who, &shown) != in) {
		arena_rewind(t->arena, mark);
		return ERR_OK;
	}
	bytes_hex(hex, id->b, sizeof id->b);
	row = msg_add(t->arena, reply, REPLY_NEAR);
	msg_set_text(t->arena, row, NEAR_ROW_ID, hex);
	msg_set_text(t->arena, row, NEAR_ROW_NAME, turn_short(t, msg_text(person, PERSON_NAME)));
	msg_set_text(t->arena, row, NEAR_ROW_BIRTH_DATE, msg_text(person, PERSON_BIRTH_DATE));
	msg_set_u64(row, NEAR_ROW_THEIRS, msg_u64(m, CASE_RECORD_THEIRS));
	msg_set_u64(row, NEAR_ROW_CLOSED, msg_u64(m, CASE_RECORD_CLOSED));
	msg_set_text(t->arena, row, NEAR_ROW_SAME, field_name(person, fields[in]));
	return ERR_OK;
}

/* Whom to open, by likeness: of very many with one name the newest.  Ours and partners' apart, and ours first: however many of one
 * name a partner brings, and whether or not they may still be shown, they keep nobody of ours out.  Nor anybody of another
 * partner's: where there are too many, the partner that has most of them gives one up. */
struct candidate {
	struct id16 id;
	uint16_t origin;
	uint16_t before; /* newer ones of the same partner that stand here */
};
struct candidates {
	struct candidate one[LIKE_NOT][SIDES][NEAR_TRIED];
	size_t count[LIKE_NOT][SIDES];
};

static uint16_t of_partner(const struct candidate *all, size_t count, uint16_t origin)
{
	uint16_t n = 0;

	for (size_t i = 0; i < count; i++)
		n = (uint16_t)(n + (all[i].origin == origin));
	return n;
}

/* The last one of whoever has most: such a one alone has the most newer ones before it. */
static size_t giving_way(const struct candidate *all, size_t count)
{
	size_t at = 0;

	require(count > 0);
	for (size_t i = 1; i < count; i++)
		if (all[i].before >= all[at].before)
			at = i;
	return at;
}

static void keep(struct candidates *c, const struct index_entry *who, const struct same *known,
		 const struct index_entry *e)
{
	const enum likeness like = likeness(who, e);
	const size_t side = e->origin == 0 ? OURS : THEIRS;
	struct candidate *all;
	size_t *count, at;
	uint16_t own;

	if (like == LIKE_NOT || same_has(known, &e->id))
		return;
	all = c->one[like][side];
	count = &c->count[like][side];
	own = of_partner(all, *count, e->origin);
	if (*count == NEAR_TRIED) {
		at = giving_way(all, *count);
		if (all[at].before <= own)
			return;
		for (--*count; at < *count; at++)
			all[at] = all[at + 1];
	}
	all[(*count)++] = (struct candidate){e->id, e->origin, own};
}

/* However many others there are: whoever has neither name, number nor telephone of that person is not even met. */
static void gather(struct index *x, const struct index_entry *who, const struct same *known,
		   struct candidates *out)
{
	struct index_like at = {.kind = 0};
	struct index_entry e;

	while (index_alike(x, who, &at, &e))
		keep(out, who, known, &e);
}

/* The newest first, so that what was written down today is among them. */
static enum err gather_stored(struct turn *t, const struct index_entry *who,
			      const struct same *known, struct candidates *out)
{
	struct store_key below = {.len = 0};
	struct store_row row;
	enum err rc = ERR_OK;

	while (below.len < sizeof(struct id16))
		key_u8(&below, 0xff);
	while (rc == ERR_OK && !turn_enough(t)) {
		const size_t mark = t->arena->used;
		struct index_entry e;
		struct msg *m, *person;
		struct id16 id;

		rc = store_seek_back(t->txn, STORE_CASES, key_span(&below), &row);
		if (rc != ERR_OK || row.key.len != sizeof id.b)
			break;
		memcpy(id.b, row.key.p, sizeof id.b);
		below = turn_key_id(&id);
		rc = see(t, &id, &m, &person);
		if (rc == ERR_OK && person != NULL) {
			known_person(&id, msg_u64(m, CASE_RECORD_FROM), person, &e);
			keep(out, who, known, &e);
		}
		arena_rewind(t->arena, mark);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Those of one list that may be shown: the newest of each partner, then the second of each, so that one partner does not fill the
 * lines. */
static enum err show_list(struct turn *t, const struct index_entry *who,
			  const struct candidate *all, size_t count, enum likeness in,
			  struct msg *reply)
{
	enum err rc = ERR_OK;

	require(count <= NEAR_TRIED);
	for (size_t round = 0; round < NEAR_TRIED; round++)
		for (size_t i = 0; rc == ERR_OK && i < count; i++)
			if (all[i].before == round && msg_count(reply, REPLY_NEAR) < NEAR_MAX)
				rc = offer(t, who, &all[i].id, in, reply);
	return rc;
}

/* Of one whose consents hide a part, a lesser likeness may be left than the index has. */
static enum err show(struct turn *t, const struct index_entry *who, const struct candidates *c,
		     struct msg *reply)
{
	enum err rc = ERR_OK;

	require(msg_count(reply, REPLY_NEAR) == 0);
	for (int in = LIKE_NATIONAL; in < LIKE_NOT; in++)
		for (int at = 0; at < SIDES * (in + 1); at++) {
			const int side = at / (in + 1), had = at % (in + 1);

			if (rc == ERR_OK)
				rc = show_list(t, who, c->one[had][side], c->count[had][side],
					       (enum likeness)in, reply);
		}
	return rc;
}

enum err view_near(struct turn *t, const struct index_entry *who, const struct id16 *self,
		   struct msg *reply)
{
	struct candidates c = {.count = {{0}}};
	struct same known = {.count = 0}; /* nobody has to be asked about these */
	enum err rc = self == NULL ? ERR_OK : same_of(t, self, &known);

	if (rc == ERR_OK && known_whole(t->node))
		gather(t->node->index, who, &known, &c);
	else if (rc == ERR_OK)
		rc = gather_stored(t, who, &known, &c);
	if (rc == ERR_OK)
		rc = show(t, who, &c, reply);
	if (rc != ERR_OK || msg_count(reply, REPLY_NEAR) == 0)
		return rc;
	/* who only asks takes no room that answers need; whoever accepts the person or opens a case was let in already */
	return (self == NULL ? audit_look : audit_add)(
		t, &(struct audit_entry){.event = AUDIT_SEARCH, .detail = "near"});
}

enum err view_near_case(struct turn *t, const struct id16 *id, struct msg *reply)
{
	struct index_entry who;
	struct msg *m, *person;
	enum err rc = casefile_load(t, id, &m);

	if (rc == ERR_OK)
		rc = casefile_person(t, id, m, &person);
	if (rc != ERR_OK)
		return rc;
	require(person != NULL);
	known_person(id, 0, person, &who);
	return view_near(t, &who, id, reply);
}
