/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The newest word about a case that came to us counts for what we gave on: so the word travels down a chain of any length, each node
 * saying it to the next, also to one whose TAKE arrives only later.
 */
#include "domain/handover/back.h"

#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "domain/attach/added.h"
#include "domain/bundle/bundle.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/exchange/outbox.h"
#include "domain/handover/sign.h"
#include "domain/loss/settled.h"
#include "domain/referral/deadline.h"

/* One by which the case came to us, and that says whose it is. */
static bool came_and_counts(const struct thread *th)
{
	return th->role == THREAD_RECEIVER && (th->state == HANDOVER_TAKEN || rows_lost(th));
}

enum err back_above(struct turn *t, const struct thread *th, struct epoch *e, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread one;
	struct epoch best = {0, 0}, here = {0, 0};
	bool lost = false;
	struct msg *m;

	*yes = false;
	while (rows_each(t, &th->case_id, &w, &one, &m)) {
		if (!came_and_counts(&one))
			continue;
		w.rc = rows_epoch_of(t, &one, &here);
		if (w.rc != ERR_OK || epoch_compare(here, best) <= 0)
			continue;
		best = here;
		lost = rows_lost(&one);
	}
	if (w.rc == ERR_OK && lost)
		w.rc = rows_epoch_of(t, th, &here);
	if (w.rc != ERR_OK || !lost)
		return w.rc;
	*yes = epoch_compare(best, here) > 0;
	*e = best;
	return ERR_OK;
}

/* In the next tick, and not here: each of them is a log of its own, with its own turn. */
enum err back_wake(struct turn *t, const struct thread *th)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread one;
	struct msg *m;

	while (rows_each(t, &th->case_id, &w, &one, &m)) {
		if (one.role != THREAD_SENDER || one.state > HANDOVER_TAKEN)
			continue;
		w.rc = deadline_timer_set(t, &one, t->wall_ms);
		if (w.rc == ERR_OK)
			w.rc = thread_save(t, &one);
	}
	return w.rc;
}

/* ---- what was written since ---- */

/* When it was taken over here; UINT64_MAX: it was not. */
static enum err taken_ms(struct turn *t, const struct thread *th, uint64_t *ms)
{
	*ms = UINT64_MAX;
	for (uint32_t no = 1; no <= th->my_no; no++) {
		struct log_entry e;
		enum err rc = thread_entry(t, th, true, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (e.type == DOC_TAKE)
			*ms = e.created_ms;
	}
	return ERR_OK;
}

/* When each addition was written that the partner sent behind the bundle, where it goes back to it: of a case that was taken from
 * both, it closed its own copy when we took it over, and has those words no more.  Whoever takes a case back itself still has them. */
static enum err theirs_too(struct turn *t, const struct thread *th, const struct msg *record,
			   struct span *all)
{
	const struct span put = msg_bytes(record, HANDOVER_RECORD_WORDS_PUT);
	struct wr w = arena_wr(t->arena, put.len + 8 * (size_t)th->their_no);

	*all = span_of(NULL, 0);
	if (th->state != HANDOVER_SUPERSEDED)
		return ERR_OK;
	wr_put(&w, put.p, put.len);
	for (uint32_t no = 1; no <= th->their_no; no++) {
		const size_t mark = t->arena->used;
		struct log_entry e;
		struct document d;
		struct msg *body;
		enum err rc = thread_entry(t, th, false, no, &e);

		if (rc == ERR_OK && e.type != DOC_ADDENDUM)
			continue;
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		rc = document_body(t, &d, &body);
		if (rc == ERR_OK)
			wr_u64(&w, msg_u64(body, HANDOVER_ADDENDUM_AT_MS));
		else if (rc != ERR_NOTFOUND)
			return rc; /* not found: it came without its words, which stand in the row once they are put down */
		arena_rewind(t->arena, mark);
	}
	*all = wr_span(&w);
	return w.over ? ERR_NOMEM : ERR_OK;
}

/* Our own words, and those; not what came with the case. */
static bool goes_back(const struct msg *entry, uint64_t since_ms, struct span theirs)
{
	return strcmp(msg_text(entry, CASE_ENTRY_WHAT), "note") == 0 &&
	       !msg_has(entry, CASE_ENTRY_THREAD) &&
	       (msg_u64(entry, CASE_ENTRY_CAME) == 0 ||
		bundle_names_time(theirs, msg_u64(entry, CASE_ENTRY_SAID_MS))) &&
	       msg_u64(entry, CASE_ENTRY_AT_MS) >= since_ms &&
	       msg_text(entry, CASE_ENTRY_TEXT)[0] != '\0';
}

/* What the person's consent does not cover does not go back either: it ends here with the copy. */
static enum err give(struct turn *t, struct thread *th, const struct msg *entry)
{
	struct msg *body = msg_new(t->arena, MSG_HANDOVER_ADDENDUM);
	enum err rc;

	msg_set_text(t->arena, body, HANDOVER_ADDENDUM_TEXT, bundle_words(t, entry));
	msg_set_u64(body, HANDOVER_ADDENDUM_AT_MS,
		    msg_has(entry, CASE_ENTRY_SAID_MS) ? msg_u64(entry, CASE_ENTRY_SAID_MS)
						       : msg_u64(entry, CASE_ENTRY_AT_MS));
	rc = sign_act(t, th, DOC_ADDENDUM, body);
	return rc == ERR_DENIED ? ERR_OK : rc;
}

/* Does the entry of an edit name this field?  Its text is a list: "phone, email". */
static bool names(const char *list, const char *field)
{
	const size_t n = strlen(field);

	require(n > 0);
	for (const char *p = strstr(list, field); p != NULL; p = strstr(p + 1, field))
		if ((p == list || p[-1] == ' ') && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}

/* These fields as they are now, within what the consent lets back. */
static enum err now_are(struct turn *t, const struct thread *th, const char *list,
			struct msg *person)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id, true};
	struct id16 grant = th->grant_id;
	struct consent_view v;
	struct msg_field f;
	struct msg *m;
	enum err rc = casefile_load(t, &th->case_id, &m);

	require(th->role == THREAD_RECEIVER);
	if (rc != ERR_OK || s.p == NULL || !msg_has(m, CASE_RECORD_PERSON))
		return rc;
	msg_copy_fields(person, msg_get(m, CASE_RECORD_PERSON));
	for (size_t i = 0; msg_field_at(person, i, &f); i++)
		if (!names(list, f.name))
			msg_clear(person, f.number);
	if (msg_cats(person) == 0) /* what was written is taken out again by now */
		return ERR_OK;
	rc = consent_for(t, &s, msg_cats(person), &v, &grant);
	if (rc == ERR_OK)
		consent_blank(person, consent_covered(&v, t->wall_ms));
	return rc;
}

/* It replaces nothing at the other end: people there see it beside their own words, and take it over. */
static enum err give_person(struct turn *t, struct thread *th, const struct msg *entry)
{
	struct msg *body = msg_new(t->arena, MSG_HANDOVER_ADDENDUM);
	struct msg *person = msg_new(t->arena, MSG_PERSON);
	enum err rc;

	if (body == NULL || person == NULL)
		return ERR_NOMEM;
	rc = now_are(t, th, msg_text(entry, CASE_ENTRY_TEXT), person);
	if (rc != ERR_OK || msg_cats(person) == 0)
		return rc;
	msg_put_sub(body, HANDOVER_ADDENDUM_PERSON, person);
	msg_set_u64(body, HANDOVER_ADDENDUM_AT_MS, msg_u64(entry, CASE_ENTRY_AT_MS));
	rc = sign_act(t, th, DOC_ADDENDUM, body);
	return rc == ERR_DENIED ? ERR_OK : rc;
}

/* What was written in the case since it was taken over here. */
static enum err give_entry(struct turn *t, struct thread *th, const struct msg *entry,
			   uint64_t since_ms, struct span theirs)
{
	if (goes_back(entry, since_ms, theirs))
		return give(t, th, entry);
	return strcmp(msg_text(entry, CASE_ENTRY_WHAT), "case-edited") == 0 &&
			       msg_u64(entry, CASE_ENTRY_AT_MS) >= since_ms
		       ? give_person(t, th, entry)
		       : ERR_OK;
}

/* One more, and the documents that a rule may still have to sign in this turn. */
static bool room(const struct turn *t, const struct thread *th)
{
	return t->doc_count + 1 < LIMIT_BURST && th->my_no + 1 < THREAD_LOG_MAX;
}

/* ... and files.  One that the consent does not cover ends here with the copy. */
static enum err give_files(struct turn *t, struct thread *th, struct msg *record, uint64_t since_ms)
{
	struct attachment a;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && room(t, th)) {
		struct msg *body;

		rc = added_since(t, th, record, since_ms, &a);
		if (rc != ERR_OK)
			break;
		body = added_body(t, &a, a.added_ms);
		rc = body == NULL ? ERR_NOMEM : sign_act(t, th, DOC_ADDENDUM, body);
		rc = rc == ERR_DENIED ? added_skip(t, record, &a)
		     : rc == ERR_OK   ? added_lend(t, th, record, &a)
				      : rc;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err back_notes(struct turn *t, struct thread *th, struct msg *record)
{
	const struct store_key prefix = turn_key_id(&th->case_id);
	struct store_walk w = {.key_len = 24};
	uint64_t given = msg_u64(record, HANDOVER_RECORD_GIVEN), since_ms;
	struct span theirs = span_of(NULL, 0);
	enum err rc = taken_ms(t, th, &since_ms);

	require(rows_lost(th));
	if (rc == ERR_OK)
		rc = theirs_too(t, th, record, &theirs);
	if (rc != ERR_OK)
		return rc;
	while (room(t, th) && store_each(t->txn, STORE_CASELOG, key_span(&prefix), &w)) {
		const uint64_t seq = be64_get(w.row.key.p + 16);
		struct store_key k = prefix;
		struct msg *entry;

		if (seq <= given)
			continue;
		key_u64(&k, seq);
		w.rc = turn_get_msg(t, STORE_CASELOG, &k, MSG_CASE_ENTRY, &entry);
		if (w.rc == ERR_OK)
			w.rc = give_entry(t, th, entry, since_ms, theirs);
		given = seq;
	}
	msg_set_u64(record, HANDOVER_RECORD_GIVEN, given);
	return w.rc == ERR_OK ? give_files(t, th, record, since_ms) : w.rc;
}

/* As if it had been changed here: so it goes up like what was. */
static enum err pass_person(struct turn *t, const struct id16 *case_id, const struct msg *person)
{
	struct msg *entry = msg_new(t->arena, MSG_CASE_ENTRY);
	struct err_text list = {""};
	struct msg_field f;
	enum err rc = entry == NULL ? ERR_NOMEM : casefile_amend(t, case_id, person);

	for (size_t i = 0; rc == ERR_OK && msg_field_at(person, i, &f); i++)
		if (msg_has(person, f.number)) {
			const struct err_text before = list;

			text_format(list.text, sizeof list.text, "%.400s%s%s", before.text,
				    before.text[0] == '\0' ? "" : ", ", f.name);
		}
	if (rc != ERR_OK)
		return rc;
	msg_set_text(t->arena, entry, CASE_ENTRY_WHAT, "case-edited");
	msg_set_text(t->arena, entry, CASE_ENTRY_TEXT, list.text);
	return casefile_put_entry(t, case_id, entry);
}

/* Word for word, and as said when it was: the day stands before it where it is read, and whoever gets it twice keeps it once. */
static enum err pass_words(struct turn *t, const struct id16 *case_id, const struct msg *body)
{
	struct msg *entry = msg_new(t->arena, MSG_CASE_ENTRY);

	if (entry == NULL)
		return ERR_NOMEM;
	msg_set_text(t->arena, entry, CASE_ENTRY_WHAT, "note");
	msg_set_text(t->arena, entry, CASE_ENTRY_TEXT, msg_text(body, HANDOVER_ADDENDUM_TEXT));
	if (msg_u64(body, HANDOVER_ADDENDUM_AT_MS) != 0)
		msg_set_u64(entry, CASE_ENTRY_SAID_MS, msg_u64(body, HANDOVER_ADDENDUM_AT_MS));
	return casefile_put_entry(t, case_id, entry);
}

/* Those by which the case was taken from us look at what goes up. */
static enum err wake_lost(struct turn *t, const struct id16 *case_id)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread one;
	struct msg *m;

	while (rows_each(t, case_id, &w, &one, &m)) {
		if (one.role != THREAD_RECEIVER || !rows_lost(&one))
			continue;
		w.rc = deadline_timer_set(t, &one, t->wall_ms);
		if (w.rc == ERR_OK)
			w.rc = thread_save(t, &one);
	}
	return w.rc;
}

enum err back_stays(struct turn *t, const struct thread *th, bool *more)
{
	bool any = false;
	enum err rc = bundle_stays(t, th, &any);

	for (uint32_t no = th->my_no; rc == ERR_OK && no > 0 && !*more; no--) {
		struct log_entry e;

		rc = thread_entry(t, th, true, no, &e);
		*more = rc == ERR_OK && e.type == DOC_ADDENDUM && !document_known(t, &e.doc);
	}
	if (rc == ERR_NOTFOUND)
		return ERR_CORRUPT;
	return rc == ERR_OK && any ? wake_lost(t, &th->case_id) : rc;
}

enum err back_pass(struct turn *t, const struct thread *th, const struct doc_key *key)
{
	struct document d;
	struct msg *body;
	enum err rc = document_load(t, key, &d);

	require(th->role == THREAD_SENDER);
	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	if (rc == ERR_OK && msg_text(body, HANDOVER_ADDENDUM_TEXT)[0] != '\0')
		rc = pass_words(t, &th->case_id, body);
	if (rc == ERR_OK)
		rc = attach_came(t, th, &d, body);
	if (rc == ERR_OK && msg_get(body, HANDOVER_ADDENDUM_PERSON) != NULL)
		rc = pass_person(t, &th->case_id, msg_get(body, HANDOVER_ADDENDUM_PERSON));
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* it came without its words */
	return wake_lost(t, &th->case_id);
}

/* The last one is stored there; and nobody to whom we gave the case on may still have something that goes up through here. */
enum err back_done(struct turn *t, const struct thread *th, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread one;
	struct outbox_row row;
	struct log_entry e;
	struct msg *m;
	uint64_t place;
	uint16_t peer;
	enum err rc = th->my_no == 0 ? ERR_NOTFOUND : thread_entry(t, th, true, th->my_no, &e);

	if (rc == ERR_OK)
		rc = outbox_find(t, &e.doc.msg, &peer, &place, &row);
	*yes = rc == ERR_NOTFOUND || (rc == ERR_OK && row.state != OUTBOX_OWED);
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	while (*yes && rows_each(t, &th->case_id, &w, &one, &m))
		*yes = one.role != THREAD_SENDER || one.state < HANDOVER_CEDED ||
		       one.state == HANDOVER_REFUSED || one.state == HANDOVER_EXPIRED ||
		       one.state == HANDOVER_ABORTED ||
		       msg_u64(m, HANDOVER_RECORD_CLOSED_UNTIL_MS) < t->wall_ms;
	return w.rc;
}
