/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Cases as people look at them.  Without a word to look for only the rows that are shown are opened; a search opens all, and is
 * audited.  A case of many years still opens: its oldest entries are left out, and the reply says so.
 */
#include "domain/views/cases.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/alone.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/evidence/audit.h"
#include "domain/page.h"
#include "domain/views/consents.h"
#include "domain/views/disclosures.h"
#include "domain/views/find.h"
#include "domain/views/referrals.h"

static_assert(LIMIT_RECORD <= LIMIT_CONTROL / 4, "the newest entry of a case always fits its page");

/* Case-insensitive for ASCII; that is what a search box needs at least. */
static bool contains(const char *hay, const char *needle)
{
	const size_t n = strlen(needle);

	require(hay != NULL);
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

/* What a list shows of a case: enough to find the person, nothing of why they came. */
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

/* The newest case below this id, as a list may show it; found: *id is its, so a walk can go on below it, damaged or not. */
static enum err next_case(struct turn *t, struct id16 *id, bool *found, struct msg **m,
			  struct msg **person)
{
	struct store_row row;
	enum err rc = store_seek_back(t->txn, STORE_CASES, span_of(id->b, 16), &row);

	*found = rc == ERR_OK && row.key.len == 16;
	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 16)
		return ERR_CORRUPT;
	memcpy(id->b, row.key.p, 16);
	rc = casefile_load(t, id, m);
	return rc == ERR_OK ? casefile_person(t, id, *m, person) : rc;
}

/* Ids begin with the time.  Without a word to look for only the rows that are shown are opened, and the walk ends with the page;
 * a search goes on to the end, because it says how many fit. */
static enum err list_cases(struct turn *t, const char *text, const struct id16 *after,
			   struct page *p, struct msg *reply)
{
	struct id16 id;
	enum err rc = ERR_OK;

	require(p->limit > 0);
	memset(&id, 0xff, sizeof id);
	if (text[0] == '\0' && after != NULL)
		id = *after;
	while (text[0] != '\0' || !p->more) {
		const size_t mark = t->arena->used;
		struct msg *m, *person;
		bool found;

		rc = next_case(t, &id, &found, &m, &person);
		if (rc == ERR_CORRUPT)
			arena_rewind(t->arena, mark);
		if (found && page_damaged(t, rc, STORE_CASES, span_of(id.b, 16), reply))
			continue;
		if (rc != ERR_OK)
			break;
		if (!alone_is(t, &id) && (contains(msg_text(person, PERSON_NAME), text) ||
					  contains(msg_text(person, PERSON_PHONE), text))) {
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

/* Searching by name opens every case, so it is audited; leafing through them is not. */
enum err view_case_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *text = msg_text(req, CASE_SEARCH_TEXT),
		   *from = msg_text(req, CASE_SEARCH_AFTER);
	struct page p = {.count = 0};
	struct id16 after;
	char last[9] = "";
	enum err rc = page_limit(t, msg_u64(req, CASE_SEARCH_LIMIT), &p.limit);

	if (rc == ERR_OK && from[0] != '\0')
		rc = find_case(t, from, &after);
	if (rc == ERR_OK)
		rc = list_cases(t, text, from[0] == '\0' ? NULL : &after, &p, reply);
	if (rc != ERR_OK)
		return rc;
	if (text[0] == '\0')
		/* the walk ended with the page: the table itself knows how many there are */
		p.total = store_count(t->txn, STORE_CASES) - store_count(t->txn, STORE_ALONE);
	if (msg_count(reply, REPLY_CASES) > 0) { /* those for which there was memory */
		const size_t at = msg_count(reply, REPLY_CASES) - 1;
		struct id16 id;

		if (bytes_unhex(id.b, 16, msg_text(msg_at(reply, REPLY_CASES, at), CASE_ROW_ID)))
			casefile_short(&id, last);
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
	struct store_walk all = {.rc = ERR_OK}, oldest = {.rc = ERR_OK};
	size_t count = 0, bytes = 0;

	require(over != NULL);
	while (store_each(t->txn, STORE_CASELOG, key_span(&prefix), &all)) {
		count++;
		bytes += all.row.val.len;
	}
	if (all.rc != ERR_OK)
		return all.rc;
	*over = 0;
	/* half of a reply: the other half is for all else on the page of a case */
	while ((count - *over > LIMIT_LIST_ROWS || bytes > LIMIT_CONTROL / 2) &&
	       store_each(t->txn, STORE_CASELOG, key_span(&prefix), &oldest)) {
		(*over)++;
		bytes -= oldest.row.val.len;
	}
	return oldest.rc;
}

/* The newest entries; each stands by itself, so a damaged one is named and the rest shown. */
static enum err entries(struct turn *t, const struct id16 *id, struct msg *reply)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_walk w = {.rc = ERR_OK};
	size_t over;
	enum err rc = entries_over(t, id, &over);

	if (rc != ERR_OK)
		return rc;
	if (over > 0)
		msg_set_u64(reply, REPLY_TRUNCATED, 1);
	while (store_each(t->txn, STORE_CASELOG, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};
		struct span thread;
		struct msg *m, *out;
		char ref[THREAD_REF_LEN + 1];

		if (over > 0) {
			over--;
			continue;
		}
		key_put(&k, w.row.key.p, w.row.key.len);
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
			thread_reference(t, &tid, ref);
			msg_set_text(t->arena, out, ENTRY_ROW_REF, ref);
		}
	}
	return w.rc;
}

/* What it is now goes back, so that the same worker may go on. */
void view_case_version(struct turn *t, const struct id16 *id, uint64_t version, struct msg *reply)
{
	char hex[33];

	bytes_hex(hex, id->b, 16);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	msg_set_u64(reply, REPLY_CURRENT, version);
}

/* A person's fields are texts and numbers; a field of another type would be compared as a number, and never be the same. */
static bool same_field(const struct msg *a, const struct msg *b, const struct msg_field *f)
{
	require(f->number != 0);
	if (f->type == MSG_TYPE_TEXT)
		return strcmp(msg_text(a, f->number), msg_text(b, f->number)) == 0;
	return msg_u64(a, f->number) == msg_u64(b, f->number);
}

/* What a partner says otherwise than our own words: never in their place, but beside them. */
enum err view_case_differences(struct turn *t, const struct id16 *id, const struct msg *m,
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
	/* what a partner told is shown as long as its consent lives, and no longer */
	consent_blank(told, cats);
	for (size_t i = 0; msg_field_at(told, i, &f); i++)
		if (!msg_has(ours, f.number) || same_field(ours, told, &f))
			msg_clear(told, f.number);
	if (msg_cats(told) != 0)
		msg_put_sub(reply, REPLY_TOLD, told);
	return ERR_OK;
}

/* Everything about one person on one page: the file, what partners say otherwise, the timeline, referrals,
 * disclosures, consents. */
enum err view_case_show(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	struct msg *m, *person;
	enum err rc = find_case(t, msg_text(req, BY_ID_ID), &id);

	if (rc != ERR_OK)
		return rc;
	rc = casefile_load(t, &id, &m);
	if (rc != ERR_OK)
		return rc;
	rc = casefile_person(t, &id, m, &person);
	if (rc != ERR_OK)
		return rc;
	case_row(t, &id, m, person, reply);
	view_case_version(t, &id, msg_u64(m, CASE_RECORD_VERSION), reply);
	if (msg_cats(person) != 0)
		msg_put_sub(reply, REPLY_PERSON, person);
	rc = view_case_differences(t, &id, m, reply);
	if (rc != ERR_OK)
		return rc;
	rc = entries(t, &id, reply);
	if (rc != ERR_OK)
		return rc;
	rc = view_referrals_of_case(t, &id, reply);
	if (rc != ERR_OK)
		return rc;
	rc = view_disclosures(t, &id, reply);
	/* the consents last, and then the entry: a page that failed was seen by nobody */
	if (rc != ERR_OK)
		return rc;
	rc = view_consent_list(t, req, reply);
	if (rc != ERR_OK)
		return rc;
	return audit_add(
		t, &(struct audit_entry){.event = AUDIT_VIEW, .case_id = &id, .detail = "case"});
}
