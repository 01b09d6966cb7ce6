/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One person's file.  Our own words and a partner's stand beside each other and never over each other: whoever looks sees
 * ours, with theirs where we have none, as far as their consents reach.  A partner names its person by a pseudonym; the
 * same bytes given by us and by a partner are two names, or a partner could write in a file of ours.
 */
#include "domain/consent/casefile.h"

#include "base/check.h"

#include <string.h>

#include "base/plant.h"
#include "domain/consent/alone.h"
#include "domain/consent/bylaw.h"
#include "domain/consent/grant.h"
#include "domain/consent/origin.h"
#include "domain/documents/pseudonym.h"
#include "domain/people/known.h"
#include "domain/told.h"

enum {
	RANDOM_AT = 6,
	SHORT_LEN = 8,
	META_SUBJECT = 8,
	META_NAMES = 13,
	BROUGHT = 16, /* a name leads to the case that its partner brought, or that we named ... */
	ALSO = BROUGHT + 1 /* ... or to one that another partner brought, and counts for that one */
};

void casefile_short(const struct id16 *id, char out[9])
{
	bytes_hex(out, id->b + RANDOM_AT, SHORT_LEN / 2);
}

enum err casefile_load(struct turn *t, const struct id16 *id, struct msg **record)
{
	const struct store_key k = turn_key_id(id);

	enum err rc = turn_get_msg(t, STORE_CASES, &k, MSG_CASE_RECORD, record);

	return rc == ERR_OK ? told_open(t, id, *record) : rc;
}

enum err casefile_not_closed(struct turn *t, const struct id16 *id)
{
	struct msg *m;
	const enum err rc = casefile_load(t, id, &m);

	return rc == ERR_OK && msg_u64(m, CASE_RECORD_CLOSED) != 0
		       ? turn_refuse(t, ERR_STATE, REFUSAL_CASE_CLOSED)
		       : rc;
}

/* The version grows with every save: that is what two colleagues compare. */
enum err casefile_save(struct turn *t, const struct id16 *id, struct msg *record)
{
	const struct store_key k = turn_key_id(id);
	struct msg *kept = msg_new(t->arena, MSG_CASE_RECORD);
	struct span v;
	enum err rc;

	if (kept == NULL)
		return ERR_NOMEM;
	msg_set_u64(record, CASE_RECORD_VERSION, msg_u64(record, CASE_RECORD_VERSION) + 1);
	msg_copy_fields(kept, record);
	rc = told_seal(t, id, kept);
	if (rc == ERR_OK)
		rc = msg_pack(t->arena, kept, &v);
	if (rc == ERR_OK)
		rc = turn_put_case(t, STORE_CASES, &k, RECORD_CASE, id, v);
	return rc == ERR_OK ? known_put(t, id, record) : rc;
}

/* Numbered within the case; an erased case has no timeline to write in. */
enum err casefile_put_entry(struct turn *t, const struct id16 *id, struct msg *m)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_key k = prefix;
	struct store_row row;
	struct span v;
	uint64_t seq = 1;
	enum err rc;

	if (turn_case_erased(t, id))
		return ERR_OK; /* it has no timeline any more */
	rc = store_last_prefix(t->txn, STORE_CASELOG, key_span(&prefix), &row);
	if (rc == ERR_OK && row.key.len == 24)
		seq = be64_get(row.key.p + 16) + 1;
	else if (rc != ERR_NOTFOUND)
		return rc == ERR_OK ? ERR_CORRUPT : rc;
	key_u64(&k, seq);
	msg_set_u64(m, CASE_ENTRY_AT_MS, t->wall_ms);
	rc = msg_pack(t->arena, m, &v);
	return rc == ERR_OK ? turn_put_case(t, STORE_CASELOG, &k, RECORD_CASE, id, v) : rc;
}

enum err casefile_entry(struct turn *t, const struct id16 *id, const char *what, const char *text,
			const struct id16 *thread)
{
	struct msg *m = msg_new(t->arena, MSG_CASE_ENTRY);

	require(what != NULL && what[0] != '\0');
	msg_set_text(t->arena, m, CASE_ENTRY_WHAT, what);
	if (text != NULL && text[0] != '\0')
		msg_set_text(t->arena, m, CASE_ENTRY_TEXT, text);
	if (thread != NULL)
		msg_set_bytes(t->arena, m, CASE_ENTRY_THREAD, span_of(thread->b, 16));
	return casefile_put_entry(t, id, m);
}

/* The keys first: nothing of a case is ever written under another key. */
static enum err create(struct turn *t, uint16_t origin, struct id16 *id, struct msg *record)
{
	enum err rc;

	*id = turn_id(t);
	rc = record_case_keys(t->txn, id);
	msg_set_u64(record, CASE_RECORD_CREATED_MS, t->wall_ms);
	if (origin != 0)
		msg_set_u64(record, CASE_RECORD_FROM, origin);
	if (rc == ERR_OK)
		rc = casefile_save(t, id, record);
	return rc == ERR_OK ? origin_put(t, origin, id) : rc;
}

enum err casefile_create(struct turn *t, struct id16 *id, struct msg *record)
{
	return create(t, 0, id, record);
}

/* A name that we gave and one that the partner gave are two things, though their bytes were the same: else a
 * partner that gives ours back would write in our file. */
static struct store_key subject_key(const struct peer *p, const struct id16 *subject, bool theirs)
{
	struct store_key k = {.len = 0};

	require(p->no != 0);
	key_u8(&k, META_SUBJECT);
	key_u16(&k, p->no);
	key_put(&k, subject->b, 16);
	if (!theirs)
		key_u8(&k, 1);
	return k;
}

/* The name of an erased case leads nowhere: the same person again is a new case. */
enum err casefile_of_subject(struct turn *t, const struct peer *p, const struct id16 *subject,
			     bool theirs, struct id16 *id)
{
	const struct store_key k = subject_key(p, subject, theirs);
	struct span v;
	enum err rc = turn_get(t, STORE_META, &k, &v);

	if (rc == ERR_OK && v.len != BROUGHT && v.len != ALSO)
		return ERR_CORRUPT;
	if (rc != ERR_OK)
		return rc;
	memcpy(id->b, v.p, 16);
	return turn_case_erased(t, id) && !planted(PLANT_NAME_KEPT)
		       ? ERR_NOTFOUND
		       : ERR_OK; /* the same person again is a new case */
}

/* Which names lead to a case, one row each: however many people a partner brought, an erasure looks at its own. */
static struct store_key names_key(const struct id16 *id, struct span name)
{
	struct store_key k = {.len = 0};

	require(name.len > 1 && name.p[0] == META_SUBJECT);
	key_u8(&k, META_NAMES);
	key_put(&k, id->b, sizeof id->b);
	key_put(&k, name.p + 1, name.len - 1);
	return k;
}

/* Unless it leads to a later case of the same person by now.  A case that a partner brought counts no more for it. */
static enum err drop_name(struct turn *t, const struct id16 *id, const struct store_key *k)
{
	struct span v;
	bool counts;
	enum err rc = turn_get(t, STORE_META, k, &v);

	if (rc != ERR_OK || v.len < BROUGHT || memcmp(v.p, id->b, 16) != 0)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	counts = k->len == 1 + 2 + 16 && v.len == BROUGHT;
	rc = store_del(t->txn, STORE_META, key_span(k));
	return rc == ERR_OK && counts ? quota_case(t, be16_get(k->b + 1), false) : rc;
}

/* Not by its record: a restore has the rows of an erased case and not its key. */
enum err casefile_forget_subject(struct turn *t, const struct id16 *id)
{
	enum { HEAD = 1 + 16 };
	struct store_walk w = {.rc = ERR_OK};
	struct store_key prefix = {.len = 0};

	key_u8(&prefix, META_NAMES);
	key_put(&prefix, id->b, sizeof id->b);
	while (store_each(t->txn, STORE_META, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};

		if (w.row.key.len != HEAD + 2 + 16 && w.row.key.len != HEAD + 2 + 16 + 1)
			return ERR_CORRUPT;
		key_u8(&k, META_SUBJECT);
		key_put(&k, w.row.key.p + HEAD, w.row.key.len - HEAD);
		w.rc = drop_name(t, id, &k);
		if (w.rc == ERR_OK && k.len == 1 + 2 + 16)
			w.rc = origin_drop(t, be16_get(k.b + 1), id);
	}
	if (w.rc == ERR_OK)
		w.rc = origin_drop(t, 0, id);
	if (w.rc == ERR_OK)
		w.rc = alone_over(t, id);
	return w.rc == ERR_OK ? turn_drop_prefix(t, STORE_META, &prefix) : w.rc;
}

static enum err put_name(struct turn *t, const struct id16 *id, const struct store_key *k)
{
	const struct store_key back = names_key(id, key_span(k));
	enum err rc = turn_put(t, STORE_META, k, span_of(id->b, 16));

	return rc == ERR_OK ? turn_put(t, STORE_META, &back, span_of(k->b, 1)) : rc;
}

enum err casefile_open(struct turn *t, const struct peer *p, const struct id16 *subject,
		       bool theirs, struct id16 *id)
{
	const struct store_key k = subject_key(p, subject, theirs);
	struct msg *m = msg_new(t->arena, MSG_CASE_RECORD);
	enum err rc;

	/* a case of our own is opened here for one reason alone: it is younger than the backup */
	msg_set_u64(m, theirs ? CASE_RECORD_THEIRS : CASE_RECORD_RETURNED, 1);
	msg_set_bytes(t->arena, m, CASE_RECORD_SUBJECT_REF, span_of(subject->b, 16));
	rc = create(t, theirs ? p->no : 0, id, m);
	if (rc == ERR_OK && theirs)
		rc = quota_case(t, p->no, true);
	return rc == ERR_OK ? put_name(t, id, &k) : rc;
}

enum err casefile_named(struct turn *t, const struct id16 *id, const struct peer *p,
			const struct id16 *subject)
{
	const struct store_key k = subject_key(p, subject, false);
	struct msg *record;
	enum err rc = casefile_load(t, id, &record);

	if (rc != ERR_OK || msg_u64(record, CASE_RECORD_RETURNED) == 0)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* erased */
	return put_name(t, id, &k);
}

/* The key of a case that began again is another one than the partner's name for its person was derived with: whoever is referred
 * there once more must not become a second person.  A thread's own id stands for a name only until one is learned. */
enum err casefile_subject(struct turn *t, const struct id16 *id, const struct msg *record,
			  const struct peer *p, struct id16 *subject)
{
	enum { HEAD = 1 + 16 + 2, OURS = HEAD + 16 + 1 };
	struct store_walk w = {.rc = ERR_OK};
	struct store_key prefix = {.len = 0};
	struct thread th;
	bool any = false, named = false;

	if (record != NULL && msg_u64(record, CASE_RECORD_RETURNED) == 0)
		return pseudonym_subject(t, id, p, subject);
	key_u8(&prefix, META_NAMES);
	key_put(&prefix, id->b, sizeof id->b);
	key_u16(&prefix, p->no);
	while (!named && store_each(t->txn, STORE_META, key_span(&prefix), &w)) {
		if (w.row.key.len != OURS)
			continue;
		memcpy(subject->b, w.row.key.p + HEAD, sizeof subject->b);
		any = true;
		w.rc = thread_load(t, subject, &th);
		named = w.rc == ERR_NOTFOUND;
		w.rc = named ? ERR_OK : w.rc;
	}
	return w.rc != ERR_OK || any ? w.rc : pseudonym_subject(t, id, p, subject);
}

/* A name that leads somewhere already stays what it is. */
enum err casefile_also(struct turn *t, const struct peer *p, const struct id16 *subject,
		       const struct id16 *id)
{
	const struct store_key k = subject_key(p, subject, true),
			       back = names_key(id, key_span(&k));
	uint8_t v[ALSO] = {0};
	struct id16 other;
	enum err rc = casefile_of_subject(t, p, subject, true, &other);

	if (rc != ERR_NOTFOUND)
		return rc;
	memcpy(v, id->b, sizeof id->b);
	rc = turn_put(t, STORE_META, &k, span_of(v, sizeof v));
	return rc == ERR_OK ? turn_put(t, STORE_META, &back, span_of(k.b, 1)) : rc;
}

/* One that this partner did not speak of before, if it may bring one more. */
static enum err receive_new(struct turn *t, const struct peer *p, const struct id16 *subject,
			    struct id16 *id, enum quota *over)
{
	enum err rc = quota_new_case(t, p->no, over);

	return rc == ERR_OK && *over == QUOTA_NONE ? casefile_open(t, p, subject, true, id) : rc;
}

enum err casefile_of_document(struct turn *t, const struct peer *p, const struct wire_doc *d,
			      struct span ref, struct id16 *id, enum quota *over)
{
	struct id16 subject = d->head.thread_id;
	struct msg *g;
	enum err rc = bytes_zero(d->head.grant_id.b, 16) ? ERR_NOTFOUND
							 : consent_record(t, &d->head.grant_id, &g);

	/* One that we gave says nothing about what they bring us: our own file is not theirs to write. */
	if (rc == ERR_OK && consent_between(g, p->no, true) &&
	    msg_bytes(g, GRANT_RECORD_CASE_ID).len == 16) {
		memcpy(id->b, msg_bytes(g, GRANT_RECORD_CASE_ID).p, 16);
		return ERR_OK;
	}
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	if (ref.len == 16)
		memcpy(subject.b, ref.p, 16);
	rc = casefile_of_subject(t, p, &subject, true, id);
	return rc == ERR_NOTFOUND ? receive_new(t, p, &subject, id, over) : rc;
}

enum err casefile_receive_consent(struct turn *t, const struct peer *p, const struct id16 *subject,
				  struct id16 *id, enum quota *over)
{
	enum err rc = casefile_of_subject(t, p, subject, true, id);

	if (rc != ERR_NOTFOUND)
		return rc;
	rc = alone_room(t, p->no, over);
	if (rc == ERR_OK && *over == QUOTA_NONE)
		rc = receive_new(t, p, subject, id, over);
	return rc == ERR_OK && *over == QUOTA_NONE ? alone_begin(t, p->no, id) : rc;
}

/* As text, for that is what is kept: do these words say anything that was not there? */
static bool says_more(struct turn *t, const struct msg *words, const struct span *before)
{
	struct span after;

	require(before->len == 0 || before->p != NULL);
	return msg_pack(t->arena, words, &after) != ERR_OK || after.len != before->len ||
	       (after.len != 0 && memcmp(after.p, before->p, after.len) != 0);
}

/* Words about the person, over those that stand in this place of the record; what was emptied on purpose goes.  A partner
 * that refers again says the same again, and then there is nothing to write. */
static enum err put_words(struct turn *t, const struct id16 *id, unsigned field,
			  const struct msg *person)
{
	const bool ours = field == CASE_RECORD_PERSON;
	struct span before = {NULL, 0};
	struct msg *m, *words;
	enum err rc;

	if (person == NULL)
		return ERR_OK;
	rc = casefile_load(t, id, &m);
	if (rc == ERR_OK && !ours && msg_has(m, field))
		rc = msg_pack(t->arena, msg_get(m, field), &before);
	if (rc != ERR_OK)
		return rc;
	words = msg_sub(t->arena, m, field);
	msg_copy_fields(words, person);
	if (ours)
		msg_drop_empty(m);
	else if (before.len != 0 && !says_more(t, words, &before))
		return ERR_OK;
	return casefile_save(t, id, m);
}

enum err casefile_amend(struct turn *t, const struct id16 *id, const struct msg *person)
{
	enum err rc = put_words(t, id, CASE_RECORD_PERSON, person);

	return rc == ERR_OK ? alone_over(t, id) : rc;
}

enum err casefile_hear(struct turn *t, const struct id16 *id, const struct msg *person)
{
	return put_words(t, id, CASE_RECORD_TOLD, person);
}

enum err casefile_back(struct turn *t, const struct id16 *id, const struct msg *person)
{
	return put_words(t, id, CASE_RECORD_BACK, person);
}

/* In place of all that was told before: what went must not stay behind in the file. */
enum err casefile_tell(struct turn *t, const struct id16 *id, const struct msg *person)
{
	struct msg *m;
	enum err rc = casefile_load(t, id, &m);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* erased */
	msg_clear(m, CASE_RECORD_TOLD);
	if (msg_cats(person) != 0)
		msg_put_sub(m, CASE_RECORD_TOLD, person);
	return casefile_save(t, id, m);
}

/* Also out of the index of people: of a case with very many referrals it takes turns until its person is put together again, and what was
 * taken back is in no memory until then. */
enum err casefile_untell(struct turn *t, const struct id16 *id)
{
	struct msg *m;
	enum err rc = told_forget(t, id);

	if (rc == ERR_OK)
		rc = casefile_load(t, id, &m);
	if (rc == ERR_OK)
		rc = known_put(t, id, m);
	return rc == ERR_NOTFOUND ? ERR_OK : rc; /* erased */
}

enum err casefile_person(struct turn *t, const struct id16 *id, const struct msg *record,
			 struct msg **person)
{
	struct msg *out = msg_new(t->arena, MSG_PERSON);
	const bool theirs = msg_u64(record, CASE_RECORD_THEIRS) != 0;
	uint64_t cats;
	enum err rc;

	*person = out;
	if (out == NULL)
		return ERR_NOMEM;
	if (msg_u64(record, CASE_RECORD_MOVED) != 0)
		return ERR_OK; /* another node has it */
	if (theirs && msg_has(record, CASE_RECORD_TOLD))
		msg_copy_fields(out, msg_get(record, CASE_RECORD_TOLD));
	if (msg_has(record, CASE_RECORD_PERSON))
		msg_copy_fields(out, msg_get(record, CASE_RECORD_PERSON));
	if (!theirs)
		return ERR_OK;
	rc = consent_received_cats(t, id, &cats);
	consent_blank(out, cats);
	return rc;
}

/* A row without a name says nothing to whoever reads a list: it says at least why. */
enum err casefile_nameless(struct turn *t, const struct id16 *id, const struct msg *record,
			   const struct msg *person, struct msg *row, unsigned field)
{
	uint64_t cats;
	bool kept = false;
	enum err rc;

	if (msg_text(person, PERSON_NAME)[0] != '\0')
		return ERR_OK;
	/* moved first: what is kept of it is closed, whatever its consents say */
	if (msg_u64(record, CASE_RECORD_MOVED) != 0) {
		msg_set_text(t->arena, row, field, "case-moved");
		return ERR_OK;
	}
	/* of our own people somebody took the name away: nothing to explain */
	if (msg_u64(record, CASE_RECORD_THEIRS) == 0)
		return ERR_OK;
	rc = consent_received_cats(t, id, &cats);
	if (rc == ERR_OK && cats == 0)
		rc = bylaw_in(t, id, NULL, &kept);
	if (rc == ERR_OK)
		msg_set_text(t->arena, row, field,
			     kept	 ? "case-restricted"
			     : cats == 0 ? "case-consent-over"
					 : "case-not-shared");
	return rc;
}
