/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/consent/casefile.h"

#include <string.h>

#include "base/plant.h"
#include "base/text.h"
#include "domain/consent/grant.h"
#include "domain/consent/ledger.h"
#include "domain/desk/typed.h"
#include "domain/evidence/audit.h"
#include "domain/membership/names.h"
#include "domain/page.h"
#include "domain/referral/worklist.h"
#include "domain/views/referrals.h"

enum { RANDOM_AT = 6, SHORT_LEN = 8, META_SUBJECT = 8 };

void cases_short(const struct id16 *id, char out[9])
{
	bytes_hex(out, id->b + RANDOM_AT, SHORT_LEN / 2);
}

static bool short_fits(const uint8_t *id, const char *text)
{
	char hex[21];

	bytes_hex(hex, id + RANDOM_AT, 10);
	return strlen(text) >= 4 && strncmp(hex, text, strlen(text)) == 0;
}

enum err cases_find(struct turn *t, const char *text, struct id16 *id)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	size_t hits = 0;
	enum err rc;

	if (bytes_unhex(id->b, 16, text)) {
		const struct store_key k = turn_key_id(id);

		if (record_exists(t->txn, STORE_CASES, key_span(&k)))
			return ERR_OK;
		return turn_refuse(t, ERR_NOTFOUND, "no such case", "", "see: kring case list");
	}
	while ((rc = store_next_prefix(t->txn, STORE_CASES, span_of(NULL, 0), &at, &row)) == ERR_OK)
		if (row.key.len == 16 && short_fits(row.key.p, text) && hits++ == 0)
			memcpy(id->b, row.key.p, 16);
	if (rc != ERR_NOTFOUND)
		return rc;
	if (hits == 1)
		return ERR_OK;
	return turn_refuse(t, ERR_NOTFOUND, hits == 0 ? "no such case" : "several cases fit",
			   hits == 0 ? "" : "the beginning of the id is shared",
			   hits == 0 ? "see: kring case list" : "type more of the id");
}

enum err cases_partner(struct turn *t, const char *name, struct peer **p)
{
	return names_partner(t, name, p);
}

enum err cases_load(struct turn *t, const struct id16 *id, struct msg **record)
{
	const struct store_key k = turn_key_id(id);

	return turn_get_msg(t, STORE_CASES, &k, MSG_CASE_RECORD, record);
}

enum err cases_save(struct turn *t, const struct id16 *id, struct msg *record)
{
	const struct store_key k = turn_key_id(id);
	struct span v;
	enum err rc;

	msg_set_u64(record, CASE_RECORD_VERSION, msg_u64(record, CASE_RECORD_VERSION) + 1);
	rc = msg_pack(t->arena, record, &v);
	return rc == ERR_OK ? turn_put_case(t, STORE_CASES, &k, RECORD_CASE, id, v) : rc;
}

static enum err put_entry(struct turn *t, const struct id16 *id, struct msg *m)
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

enum err cases_entry(struct turn *t, const struct id16 *id, const char *what, const char *text,
		     const struct id16 *thread)
{
	struct msg *m = msg_new(t->arena, MSG_CASE_ENTRY);

	msg_set_text(t->arena, m, CASE_ENTRY_WHAT, what);
	if (text != NULL && text[0] != '\0')
		msg_set_text(t->arena, m, CASE_ENTRY_TEXT, text);
	if (thread != NULL)
		msg_set_bytes(t->arena, m, CASE_ENTRY_THREAD, span_of(thread->b, 16));
	return put_entry(t, id, m);
}

static enum err create(struct turn *t, struct id16 *id, struct msg *record)
{
	enum err rc;

	*id = turn_id(t);
	rc = record_case_keys(t->txn, id);
	msg_set_u64(record, CASE_RECORD_CREATED_MS, t->wall_ms);
	if (rc == ERR_OK)
		rc = cases_save(t, id, record);
	return rc;
}

/* A name that we gave and one that the partner gave are two things, though their bytes were the same: else a
 * partner that gives ours back would write in our file. */
static struct store_key subject_key(const struct peer *p, const struct id16 *subject, bool theirs)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_SUBJECT);
	key_u16(&k, p->no);
	key_put(&k, subject->b, 16);
	if (!theirs)
		key_u8(&k, 1);
	return k;
}

enum err cases_of_subject(struct turn *t, const struct peer *p, const struct id16 *subject,
			  bool theirs, struct id16 *id)
{
	const struct store_key k = subject_key(p, subject, theirs);
	struct span v;
	enum err rc = turn_get(t, STORE_META, &k, &v);

	if (rc == ERR_OK && v.len != 16)
		return ERR_CORRUPT;
	if (rc != ERR_OK)
		return rc;
	memcpy(id->b, v.p, 16);
	return turn_case_erased(t, id) && !planted(PLANT_NAME_KEPT)
		       ? ERR_NOTFOUND
		       : ERR_OK; /* the same person again is a new case */
}

/* Its record tells the name; a restore has the rows of an erased case and not its key, so all are looked at. */
enum err cases_forget_subject(struct turn *t, const struct id16 *id)
{
	struct store_key at = {.len = 0}, prefix = {.len = 0};
	struct store_row row;
	struct msg *m;
	enum err rc = cases_load(t, id, &m);

	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	if (rc == ERR_OK && msg_bytes(m, CASE_RECORD_SUBJECT_REF).len != 16)
		return ERR_OK; /* ours: no partner has a name for it here */
	key_u8(&prefix, META_SUBJECT);
	while ((rc = store_next_prefix(t->txn, STORE_META, key_span(&prefix), &at, &row)) ==
	       ERR_OK) {
		const size_t mark = t->arena->used;
		struct store_key k = {.len = 0};
		struct span v;

		key_put(&k, row.key.p, row.key.len);
		rc = turn_get(t, STORE_META, &k, &v);
		if (rc == ERR_OK && v.len == 16 && memcmp(v.p, id->b, 16) == 0)
			rc = store_del(t->txn, STORE_META, key_span(&k));
		if (rc != ERR_OK)
			return rc;
		arena_rewind(t->arena, mark);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err cases_open(struct turn *t, const struct peer *p, const struct id16 *subject, bool theirs,
		    struct id16 *id)
{
	const struct store_key k = subject_key(p, subject, theirs);
	struct msg *m = msg_new(t->arena, MSG_CASE_RECORD);
	enum err rc;

	if (theirs)
		msg_set_u64(m, CASE_RECORD_THEIRS, 1);
	msg_set_bytes(t->arena, m, CASE_RECORD_SUBJECT_REF, span_of(subject->b, 16));
	rc = create(t, id, m);
	return rc == ERR_OK ? turn_put(t, STORE_META, &k, span_of(id->b, 16)) : rc;
}

enum err cases_receive(struct turn *t, const struct peer *p, const struct id16 *subject,
		       struct id16 *id)
{
	enum err rc = cases_of_subject(t, p, subject, true, id);

	return rc == ERR_NOTFOUND ? cases_open(t, p, subject, true, id) : rc;
}

enum err cases_amend(struct turn *t, const struct id16 *id, const struct msg *person)
{
	struct msg *m;
	enum err rc;

	if (person == NULL)
		return ERR_OK;
	rc = cases_load(t, id, &m);
	if (rc != ERR_OK)
		return rc;
	msg_copy_fields(msg_sub(t->arena, m, CASE_RECORD_PERSON), person);
	msg_drop_empty(m);
	return cases_save(t, id, m);
}

/* What could never be sent, or not be kept, is refused by its name when it is typed. */
static enum err fields_fit(struct turn *t, const struct msg *person)
{
	struct err_text what;
	struct msg_field f;

	for (size_t i = 0; person != NULL && msg_field_at(person, i, &f); i++) {
		const char *text = f.type == MSG_TYPE_TEXT ? msg_text(person, f.number) : "";

		if (text[0] != '\0' && text_blank(text)) {
			(void)err_explain(&what, ERR_INVAL, "%s says nothing", f.name);
			return turn_refuse(t, ERR_INVAL, what.text, "nobody could see it",
					   "leave it out; an empty text takes away what was there");
		}
		if (strlen(text) > LIMIT_FIELD) {
			(void)err_explain(&what, ERR_LIMIT, "%s is longer than %u bytes", f.name,
					  LIMIT_FIELD);
			return turn_refuse(t, ERR_LIMIT, what.text,
					   "a document to a partner could not carry it",
					   "shorten it, or keep the rest as a note");
		}
	}
	return ERR_OK;
}

static enum err too_much(struct turn *t, enum err rc)
{
	return rc != ERR_LIMIT ? rc
			       : turn_refuse(t, rc, "all texts of this case together are too long",
					     "a case holds 48 KiB",
					     "shorten them, or keep the rest as notes");
}

enum err cases_hear(struct turn *t, const struct id16 *id, const struct msg *person)
{
	struct msg *m;
	enum err rc;

	if (person == NULL)
		return ERR_OK;
	rc = cases_load(t, id, &m);
	if (rc != ERR_OK)
		return rc;
	msg_copy_fields(msg_sub(t->arena, m, CASE_RECORD_TOLD), person);
	rc = cases_save(t, id, m);
	return rc == ERR_LIMIT ? ERR_OK
			       : rc; /* more than a case holds: its body is still in the history */
}

enum err cases_tell(struct turn *t, const struct id16 *id, const struct msg *person)
{
	struct msg *m;
	enum err rc = cases_load(t, id, &m);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* erased */
	msg_clear(m, CASE_RECORD_TOLD);
	if (msg_cats(person) != 0)
		msg_put_sub(m, CASE_RECORD_TOLD, person);
	rc = cases_save(t, id, m);
	if (rc != ERR_LIMIT)
		return rc;
	msg_clear(m, CASE_RECORD_TOLD); /* more than a case holds */
	return cases_save(t, id, m);
}

enum err cases_person(struct turn *t, const struct id16 *id, const struct msg *record,
		      struct msg **person)
{
	struct msg *out = msg_new(t->arena, MSG_PERSON);
	const bool theirs = msg_u64(record, CASE_RECORD_THEIRS) != 0;
	uint64_t cats;
	enum err rc;

	*person = out;
	if (out == NULL)
		return ERR_NOMEM;
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

enum err cases_new(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct msg *person = msg_get(req, CASE_NEW_PERSON);
	struct msg *m = msg_new(t->arena, MSG_CASE_RECORD);
	struct id16 id;
	char hex[33];
	enum err rc;

	if (msg_text(person, PERSON_NAME)[0] == '\0')
		return turn_refuse(t, ERR_INVAL, "a case needs a name", "",
				   "kring case new --name NAME, or answer the prompt");
	rc = fields_fit(t, person);
	if (rc == ERR_OK)
		rc = typed_person(t, person);
	if (rc != ERR_OK)
		return rc;
	msg_put_sub(m, CASE_RECORD_PERSON, person);
	msg_drop_empty(m);
	rc = too_much(t, create(t, &id, m));
	if (rc == ERR_OK)
		rc = cases_entry(t, &id, "case-opened", NULL, NULL);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){
					  .event = AUDIT_CREATE, .case_id = &id, .detail = "case"});
	bytes_hex(hex, id.b, 16);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	msg_set_u64(reply, REPLY_CURRENT, msg_u64(m, CASE_RECORD_VERSION));
	return rc;
}

/* Case-insensitive for ASCII; that is what a search box needs at least. */
static bool contains(const char *hay, const char *needle)
{
	const size_t n = strlen(needle);

	for (; n > 0 && *hay != '\0'; hay++) {
		size_t i = 0;

		while (i < n && hay[i] != '\0' &&
		       ((hay[i] ^ needle[i]) == 0 ||
			((hay[i] ^ needle[i]) == 0x20 &&
			 ((hay[i] | 0x20) >= 'a' && (hay[i] | 0x20) <= 'z'))))
			i++;
		if (i == n)
			return true;
	}
	return n == 0;
}

static void case_row(struct turn *t, const struct id16 *id, const struct msg *m,
		     const struct msg *person, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_CASES);
	char hex[33];

	bytes_hex(hex, id->b, 16);
	msg_set_text(t->arena, row, CASE_ROW_ID, hex);
	msg_set_text(t->arena, row, CASE_ROW_NAME, turn_short(t, msg_text(person, PERSON_NAME)));
	msg_set_u64(row, CASE_ROW_CREATED_MS, msg_u64(m, CASE_RECORD_CREATED_MS));
	msg_set_u64(row, CASE_ROW_CLOSED, msg_u64(m, CASE_RECORD_CLOSED));
	msg_set_u64(row, CASE_ROW_THEIRS, msg_u64(m, CASE_RECORD_THEIRS));
}

/* The newest case below this id, as a list may show it. */
static enum err next_case(struct turn *t, struct id16 *id, struct msg **m, struct msg **person)
{
	struct store_row row;
	enum err rc = store_seek_back(t->txn, STORE_CASES, span_of(id->b, 16), &row);

	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 16)
		return ERR_STATE; /* no way to go on */
	memcpy(id->b, row.key.p, 16);
	rc = cases_load(t, id, m);
	return rc == ERR_OK ? cases_person(t, id, *m, person) : rc;
}

/* Ids begin with the time.  Without a word to look for only the rows that are shown are opened. */
static enum err list_cases(struct turn *t, const char *text, const struct id16 *after,
			   struct page *p, struct msg *reply)
{
	struct id16 id;
	enum err rc = ERR_OK;

	memset(&id, 0xff, sizeof id);
	if (text[0] == '\0' && after != NULL)
		id = *after;
	while (text[0] != '\0' || !p->more) {
		const size_t mark = t->arena->used;
		struct msg *m, *person;

		rc = next_case(t, &id, &m, &person);
		if (rc == ERR_CORRUPT)
			arena_rewind(t->arena, mark);
		if (page_damaged(t, rc, STORE_CASES, span_of(id.b, 16), reply))
			continue;
		if (rc != ERR_OK)
			break;
		if (contains(msg_text(person, PERSON_NAME), text) ||
		    contains(msg_text(person, PERSON_PHONE), text)) {
			const bool shown = after == NULL || memcmp(id.b, after->b, 16) < 0;

			p->total++;
			p->more = p->more || (shown && p->count == p->limit);
			if (shown && p->count < p->limit) {
				p->count++;
				case_row(t, &id, m, person, reply);
				continue;
			}
		}
		arena_rewind(t->arena, mark); /* not shown: give the memory back */
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err cases_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *text = msg_text(req, CASE_SEARCH_TEXT),
		   *from = msg_text(req, CASE_SEARCH_AFTER);
	struct page p = {.count = 0};
	struct id16 after;
	char last[9] = "";
	enum err rc = page_limit(t, msg_u64(req, CASE_SEARCH_LIMIT), &p.limit);

	if (rc == ERR_OK && from[0] != '\0')
		rc = cases_find(t, from, &after);
	if (rc == ERR_OK)
		rc = list_cases(t, text, from[0] == '\0' ? NULL : &after, &p, reply);
	if (rc != ERR_OK)
		return rc;
	if (text[0] == '\0')
		p.total = store_count(t->txn, STORE_CASES);
	if (p.count > 0) {
		struct id16 id;

		if (bytes_unhex(id.b, 16,
				msg_text(msg_at(reply, REPLY_CASES, p.count - 1), CASE_ROW_ID)))
			cases_short(&id, last);
	}
	page_end(t, &p, reply, last);
	if (text[0] == '\0')
		return ERR_OK;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_SEARCH, .detail = "case"});
}

/* How many of the oldest entries do not fit: a case of many years still has to open. */
static enum err entries_over(struct turn *t, const struct id16 *id, size_t *over)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_key at = {.len = 0};
	struct store_row row;
	size_t count = 0, bytes = 0;
	enum err rc;

	while ((rc = store_next_prefix(t->txn, STORE_CASELOG, key_span(&prefix), &at, &row)) ==
	       ERR_OK) {
		count++;
		bytes += row.val.len;
	}
	if (rc != ERR_NOTFOUND)
		return rc;
	at.len = 0;
	*over = 0;
	for (; count - *over > LIMIT_LIST_ROWS || bytes > LIMIT_CONTROL / 2; (*over)++) {
		rc = store_next_prefix(t->txn, STORE_CASELOG, key_span(&prefix), &at, &row);
		if (rc != ERR_OK)
			return rc;
		bytes -= row.val.len;
	}
	return ERR_OK;
}

static enum err entries(struct turn *t, const struct id16 *id, struct msg *reply)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_key at = {.len = 0};
	struct store_row row;
	size_t over;
	enum err rc = entries_over(t, id, &over);

	if (rc != ERR_OK)
		return rc;
	if (over > 0)
		msg_set_u64(reply, REPLY_TRUNCATED, 1);
	while ((rc = store_next_prefix(t->txn, STORE_CASELOG, key_span(&prefix), &at, &row)) ==
	       ERR_OK) {
		struct store_key k = {.len = 0};
		struct span thread;
		struct msg *m, *out;
		char ref[THREAD_REF_LEN + 1];

		if (over > 0) {
			over--;
			continue;
		}
		key_put(&k, row.key.p, row.key.len);
		rc = turn_get_msg(t, STORE_CASELOG, &k, MSG_CASE_ENTRY, &m);
		if (page_damaged(t, rc, STORE_CASELOG, key_span(&k), reply))
			continue;
		if (rc != ERR_OK)
			return rc;
		out = msg_add(t->arena, reply, REPLY_ENTRIES);
		msg_set_u64(out, ENTRY_ROW_AT_MS, msg_u64(m, CASE_ENTRY_AT_MS));
		msg_set_text(t->arena, out, ENTRY_ROW_WHAT, msg_text(m, CASE_ENTRY_WHAT));
		msg_set_text(t->arena, out, ENTRY_ROW_TEXT, msg_text(m, CASE_ENTRY_TEXT));
		thread = msg_bytes(m, CASE_ENTRY_THREAD);
		if (thread.len == 16) {
			struct id16 tid;

			memcpy(tid.b, thread.p, 16);
			thread_reference(&tid, ref);
			msg_set_text(t->arena, out, ENTRY_ROW_REF, ref);
		}
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* What it is now goes back, so that the same worker may go on. */
static void answer_version(struct turn *t, const struct id16 *id, uint64_t version,
			   struct msg *reply)
{
	char hex[33];

	bytes_hex(hex, id->b, 16);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	msg_set_u64(reply, REPLY_CURRENT, version);
}

static bool same_field(const struct msg *a, const struct msg *b, const struct msg_field *f)
{
	if (f->type == MSG_TYPE_TEXT)
		return strcmp(msg_text(a, f->number), msg_text(b, f->number)) == 0;
	return msg_u64(a, f->number) == msg_u64(b, f->number);
}

/* What a partner says otherwise than our own words: never in their place, but beside them. */
static enum err differences(struct turn *t, const struct id16 *id, const struct msg *m,
			    struct msg *reply)
{
	const struct msg *ours = msg_get(m, CASE_RECORD_PERSON);
	struct msg *told = msg_new(t->arena, MSG_PERSON);
	struct msg_field f;
	uint64_t cats;
	enum err rc = consent_received_cats(t, id, &cats);

	if (rc != ERR_OK || ours == NULL || !msg_has(m, CASE_RECORD_TOLD))
		return rc;
	if (told == NULL)
		return ERR_NOMEM;
	msg_copy_fields(told, msg_get(m, CASE_RECORD_TOLD));
	consent_blank(told, cats);
	for (size_t i = 0; msg_field_at(told, i, &f); i++)
		if (!msg_has(ours, f.number) || same_field(ours, told, &f))
			msg_clear(told, f.number);
	if (msg_cats(told) != 0)
		msg_put_sub(reply, REPLY_TOLD, told);
	return ERR_OK;
}

/* Our own words give way: the partner's show again, and go on to do so. */
enum err cases_take(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct msg *m, *ours;
	struct msg_field f;
	struct id16 id;
	size_t taken = 0;
	enum err rc = cases_find(t, msg_text(req, CASE_TAKE_ID), &id);

	if (rc == ERR_OK)
		rc = cases_load(t, &id, &m);
	if (rc == ERR_OK)
		rc = differences(t, &id, m, reply);
	if (rc != ERR_OK)
		return rc;
	ours = msg_sub(t->arena, m, CASE_RECORD_PERSON);
	for (size_t i = 0; msg_has(reply, REPLY_TOLD) && msg_field_at(ours, i, &f); i++)
		for (size_t j = 0; j < msg_count(req, CASE_TAKE_FIELDS); j++)
			if (strcmp(f.name, msg_text_at(req, CASE_TAKE_FIELDS, j)) == 0 &&
			    msg_has(msg_get(reply, REPLY_TOLD), f.number)) {
				struct msg *one = msg_new(t->arena, MSG_PERSON);

				msg_copy_fields(one, msg_get(reply, REPLY_TOLD));
				for (size_t k = 0; msg_field_at(one, k, &f); k++)
					if (k != i)
						msg_clear(one, f.number);
				msg_copy_fields(ours, one);
				taken++;
			}
	msg_clear(reply, REPLY_TOLD); /* replies to commands that write are kept for a day */
	if (taken == 0 || taken != msg_count(req, CASE_TAKE_FIELDS))
		return turn_refuse(t, ERR_INVAL, "no partner says anything else there",
				   "only a field that a partner tells otherwise can be taken over",
				   "what differs: kring case show CASE");
	rc = cases_save(t, &id, m);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_CHANGE,
								 .case_id = &id,
								 .detail = "take"})
			    : rc;
}

enum err cases_show(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	struct msg *m, *person;
	enum err rc = cases_find(t, msg_text(req, BY_ID_ID), &id);

	if (rc == ERR_OK)
		rc = cases_load(t, &id, &m);
	if (rc == ERR_OK)
		rc = cases_person(t, &id, m, &person);
	if (rc != ERR_OK)
		return rc;
	case_row(t, &id, m, person, reply);
	answer_version(t, &id, msg_u64(m, CASE_RECORD_VERSION), reply);
	if (msg_cats(person) != 0)
		msg_put_sub(reply, REPLY_PERSON, person);
	rc = differences(t, &id, m, reply);
	if (rc == ERR_OK)
		rc = entries(t, &id, reply);
	if (rc == ERR_OK)
		rc = overview_of_case(t, &id, reply);
	if (rc == ERR_OK)
		rc = ledger_list(t, &id, reply);
	if (rc == ERR_OK)
		rc = consent_list(t, req, reply);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_VIEW,
								 .case_id = &id,
								 .detail = "case"})
			    : rc;
}

enum err cases_note(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	enum err rc = cases_find(t, msg_text(req, CASE_NOTE_ID), &id);

	(void)reply;
	if (rc == ERR_OK && text_blank(msg_text(req, CASE_NOTE_TEXT)))
		return turn_refuse(t, ERR_INVAL, "the note is empty", "", "");
	if (rc == ERR_OK)
		rc = cases_entry(t, &id, "note", msg_text(req, CASE_NOTE_TEXT), NULL);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_CHANGE,
								 .case_id = &id,
								 .detail = "note"})
			    : rc;
}

/* Which fields colleagues changed since that version, and when the last of them did. */
static enum err changed_since(struct turn *t, const struct id16 *id, uint64_t version,
			      struct err_text *why)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_key at = {.len = 0};
	struct store_row row;
	struct err_text names = {""}, ago = {""};
	enum err rc;

	while ((rc = store_next_prefix(t->txn, STORE_CASELOG, key_span(&prefix), &at, &row)) ==
	       ERR_OK) {
		const size_t mark = t->arena->used;
		struct store_key k = {.len = 0};
		struct msg *m;

		key_put(&k, row.key.p, row.key.len);
		rc = turn_get_msg(t, STORE_CASELOG, &k, MSG_CASE_ENTRY, &m);
		if (rc != ERR_OK)
			return rc;
		if (msg_u64(m, CASE_ENTRY_VERSION) > version) {
			const struct err_text before = names;

			(void)err_explain(&names, ERR_OK, "%.300s%s%.200s", before.text,
					  before.text[0] == '\0' ? "" : ", ",
					  msg_text(m, CASE_ENTRY_TEXT));
			(void)turn_ago(t, msg_u64(m, CASE_ENTRY_AT_MS), &ago);
		}
		arena_rewind(t->arena, mark);
	}
	if (rc != ERR_NOTFOUND)
		return rc;
	if (names.text[0] == '\0')
		return err_explain(why, ERR_OK, "a partner sent news of the person");
	return err_explain(why, ERR_OK, "changed: %.250s, %s", names.text, ago.text);
}

/* Two colleagues at one case: the second one looks at what the first one wrote.  expect: version plus one, or 0. */
static enum err still_as_seen(struct turn *t, const struct id16 *id, uint64_t expect)
{
	struct err_text why = {""};
	struct msg *m;
	enum err rc = cases_load(t, id, &m);

	if (rc != ERR_OK || expect == 0 || msg_u64(m, CASE_RECORD_VERSION) == expect - 1)
		return rc;
	rc = changed_since(t, id, expect - 1, &why);
	if (rc != ERR_OK)
		return rc;
	return turn_stale(t, id, msg_u64(m, CASE_RECORD_VERSION),
			  "somebody changed this case since you looked", why.text);
}

/* In the timeline: which fields, never what stood or stands there. */
static enum err edited(struct turn *t, const struct id16 *id, const struct msg *person,
		       uint64_t version, const char *what)
{
	struct msg *m = msg_new(t->arena, MSG_CASE_ENTRY);
	struct err_text names = {""};
	struct msg_field f;

	for (size_t i = 0; person != NULL && msg_field_at(person, i, &f); i++)
		if (msg_has(person, f.number)) {
			const struct err_text before = names;

			(void)err_explain(&names, ERR_OK, "%.400s%s%s", before.text,
					  before.text[0] == '\0' ? "" : ", ", f.name);
		}
	msg_set_text(t->arena, m, CASE_ENTRY_WHAT, what);
	msg_set_text(t->arena, m, CASE_ENTRY_TEXT, person == NULL ? "closed" : names.text);
	msg_set_u64(m, CASE_ENTRY_VERSION, version);
	return put_entry(t, id, m);
}

enum err cases_edit(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct msg *person = msg_get(req, CASE_EDIT_PERSON);
	struct id16 id;
	struct msg *m = NULL;
	uint64_t version = 0;
	enum err rc = cases_find(t, msg_text(req, CASE_EDIT_ID), &id);

	if (rc == ERR_OK && msg_has(person, PERSON_NAME) &&
	    msg_text(person, PERSON_NAME)[0] == '\0')
		return turn_refuse(t, ERR_INVAL, "a case needs a name", "",
				   "give another one, or leave it as it is");
	if (rc == ERR_OK)
		rc = fields_fit(t, person);
	if (rc == ERR_OK)
		rc = typed_person(t, person);
	if (rc == ERR_OK)
		rc = still_as_seen(t, &id, msg_u64(req, CASE_EDIT_EXPECT));
	if (rc == ERR_OK)
		rc = too_much(t, cases_amend(t, &id, person));
	if (rc == ERR_OK)
		rc = cases_load(t, &id, &m);
	if (rc == ERR_OK) {
		version = msg_u64(m, CASE_RECORD_VERSION);
		rc = edited(t, &id, person, version, "case-edited");
	}
	answer_version(t, &id, version, reply);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_CHANGE,
								 .case_id = &id,
								 .detail = "edit"})
			    : rc;
}

enum err cases_close(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	struct msg *m;
	bool open;
	enum err rc = cases_find(t, msg_text(req, BY_ID_ID), &id);

	if (rc == ERR_OK)
		rc = still_as_seen(t, &id, msg_u64(req, BY_ID_EXPECT));
	if (rc == ERR_OK)
		rc = overview_case_open(t, &id, &open);
	if (rc == ERR_OK && open)
		return turn_refuse(t, ERR_STATE, "this case has open referrals",
				   "somebody is still waiting for an answer",
				   "end them first, see: kring case show");
	if (rc == ERR_OK)
		rc = cases_load(t, &id, &m);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(m, CASE_RECORD_CLOSED, 1);
	rc = cases_save(t, &id, m);
	if (rc == ERR_OK)
		rc = edited(t, &id, NULL, msg_u64(m, CASE_RECORD_VERSION), "case-closed");
	if (rc == ERR_OK)
		rc = worklist_clear_case(t, &id);
	answer_version(t, &id, msg_u64(m, CASE_RECORD_VERSION), reply);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_CHANGE,
								 .case_id = &id,
								 .detail = "close"})
			    : rc;
}
