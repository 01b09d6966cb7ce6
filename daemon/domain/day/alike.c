/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Names are alike when people would take one for the other: capitals, accents, blanks, the order of the words and doubled letters
 * make no difference (Jansen, An; an janssen).  Only rows with a name take part: of whom nothing may be shown, no birth date is.
 */
#include "domain/day/alike.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/casefile.h"
#include "domain/people/fold.h"
#include "domain/people/same.h"

enum { BIRTH_CAP = 16 };

static const unsigned lists[] = {REPLY_WORK, REPLY_REFERRALS};
/* case, name, birth date, alike, same: of each list's rows */
static const unsigned fields[][5] = {
	{WORK_ROW_CASE_ID, WORK_ROW_NAME, WORK_ROW_BIRTH_DATE, WORK_ROW_ALIKE, WORK_ROW_SAME},
	{REFERRAL_ROW_CASE_ID, REFERRAL_ROW_NAME, REFERRAL_ROW_BIRTH_DATE, REFERRAL_ROW_ALIKE,
	 REFERRAL_ROW_SAME}};
enum { CASE_ID, NAME, BIRTH, ALIKE, SAME, LISTS = sizeof lists / sizeof lists[0] };

struct named {
	uint64_t hash;	     /* of the folded name */
	const char *case_id; /* in the reply */
	size_t list, row;
};

/* The rule of near doubles (people/fold.h); a name without letters is alike only to itself. */
static uint64_t name_hash(const char *name)
{
	char folded[FOLD_MAX + 1];

	(void)fold_name(folded, name);
	return fold_hash(folded);
}

/* Of the rows as they stand in the reply: their texts are borrowed from it. */
static size_t names_of(const struct msg *reply, struct named *out)
{
	size_t n = 0;

	for (size_t l = 0; l < LISTS; l++)
		for (size_t i = 0; i < msg_count(reply, lists[l]); i++) {
			const struct msg *row = msg_at(reply, lists[l], i);
			const char *name = msg_text(row, fields[l][NAME]);

			if (name_hash(name) != 0)
				out[n++] = (struct named){name_hash(name),
							  msg_text(row, fields[l][CASE_ID]), l, i};
		}
	return n;
}

/* The same person in two referrals is not two people, nor in two cases of which people said so.  Two names with one hash by chance cost nothing: a birth date more is shown. */
static bool is_alike(const struct named *all, size_t count, size_t at, const struct same *known)
{
	struct id16 id;

	require(at < count);
	for (size_t i = 0; i < count; i++)
		if (all[i].hash == all[at].hash && strcmp(all[i].case_id, all[at].case_id) != 0 &&
		    bytes_unhex(id.b, sizeof id.b, all[i].case_id) && !same_has(known, &id))
			return true;
	return false;
}

/* As far as consent lets the person be seen now; the name stood there under the same category. */
static enum err birth_of(struct turn *t, const char *case_hex, char out[BIRTH_CAP])
{
	const size_t mark = t->arena->used;
	struct msg *record, *person;
	struct id16 id;
	/* a row without its case was made with too little memory */
	enum err rc = bytes_unhex(id.b, sizeof id.b, case_hex) ? ERR_OK : ERR_NOMEM;

	out[0] = '\0';
	if (rc == ERR_OK)
		rc = casefile_load(t, &id, &record);
	if (rc == ERR_OK)
		rc = casefile_person(t, &id, record, &person);
	if (rc == ERR_OK && strlen(msg_text(person, PERSON_BIRTH_DATE)) < BIRTH_CAP)
		memcpy(out, msg_text(person, PERSON_BIRTH_DATE),
		       strlen(msg_text(person, PERSON_BIRTH_DATE)) + 1);
	arena_rewind(t->arena, mark);
	return rc;
}

/* Every row says which other case is of its person; a row without its case is of none. */
static enum err mark(struct turn *t, struct msg *reply)
{
	enum err rc = ERR_OK;

	for (size_t l = 0; l < LISTS; l++)
		for (size_t i = 0; rc == ERR_OK && i < msg_count(reply, lists[l]); i++) {
			struct msg *row = msg_edit(reply, lists[l], i);
			struct id16 id;

			/* also without a name: two cases of one person are worth knowing of either way */
			if (bytes_unhex(id.b, sizeof id.b, msg_text(row, fields[l][CASE_ID])))
				rc = same_mark(t, &id, row, fields[l][SAME]);
		}
	return rc;
}

static enum err known_same(struct turn *t, const char *case_hex, struct same *out)
{
	struct id16 id;

	*out = (struct same){.count = 0};
	return bytes_unhex(id.b, sizeof id.b, case_hex) ? same_of(t, &id, out) : ERR_OK;
}

/* Each row with each other one: a page has at most some hundreds. */
enum err view_alike(struct turn *t, struct msg *reply)
{
	const size_t most = msg_count(reply, REPLY_WORK) + msg_count(reply, REPLY_REFERRALS);
	struct named *all = arena_alloc(t->arena, (most + 1) * sizeof *all);
	size_t count;

	if (all == NULL)
		return ERR_NOMEM;
	count = names_of(reply, all);
	require(count <= most);
	for (size_t i = 0; i < count; i++) {
		const unsigned *f = fields[all[i].list];
		char birth[BIRTH_CAP];
		struct same known;
		struct msg *row;
		enum err rc = known_same(t, all[i].case_id, &known);

		if (rc != ERR_OK)
			return rc;
		if (!is_alike(all, count, i, &known))
			continue;
		rc = birth_of(t, all[i].case_id, birth);
		if (rc != ERR_OK)
			return rc;
		row = msg_edit(reply, lists[all[i].list], all[i].row);
		msg_set_u64(row, f[ALIKE], 1);
		if (birth[0] != '\0')
			msg_set_text(t->arena, row, f[BIRTH], birth);
	}
	return mark(t, reply);
}
