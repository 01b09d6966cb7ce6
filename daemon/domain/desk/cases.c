/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What people do with a case.  Two colleagues at one case: whoever saves second is shown what the first one changed, and
 * decides.  Nothing is taken that could never be sent or kept.  A case closes when nobody waits for an answer any more, and
 * is erased only when no referral runs and none of our own ends still needs the partner's word.
 */
#include "domain/desk/cases.h"

#include "base/check.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "domain/care/erase.h"
#include "domain/consent/casefile.h"
#include "domain/desk/typed.h"
#include "domain/documents/thread.h"
#include "domain/evidence/audit.h"
#include "domain/handing/handing.h"
#include "domain/handover/steps.h"
#include "domain/loss/quarantine.h"
#include "domain/near/near.h"
#include "domain/oversight/first.h"
#include "domain/papers/told.h"
#include "domain/people/known.h"
#include "domain/referral/worklist.h"
#include "domain/retain/retain.h"
#include "domain/slices/slices.h"
#include "domain/staff/worker.h"
#include "domain/views/cases.h"
#include "domain/views/find.h"
#include "domain/views/referrals.h"

/* What could never be sent, or not be kept, is refused by its name when it is typed. */
static enum err fields_fit(struct turn *t, const struct msg *person)
{
	struct msg_field f;

	for (size_t i = 0; person != NULL && msg_field_at(person, i, &f); i++) {
		const char *text = f.type == MSG_TYPE_TEXT ? msg_text(person, f.number) : "";

		if (text[0] != '\0' && text_blank(text))
			return turn_refuse_with(t, ERR_INVAL, REFUSAL_FIELD_BLANK,
						say_code("field", LIST_PERSON, f.name));
		if (strlen(text) > LIMIT_FIELD)
			return turn_refuse_with(t, ERR_LIMIT, REFUSAL_FIELD_TOO_LONG,
						say_code("field", LIST_PERSON, f.name),
						say_number("most", LIMIT_FIELD));
	}
	return ERR_OK;
}

/* Each text fits by itself (fields_fit); together they lie in one record of the store, which has a limit of its own. */
static enum err too_much(struct turn *t, enum err rc)
{
	return rc != ERR_LIMIT ? rc
			       : turn_refuse_with(t, rc, REFUSAL_CASE_TOO_LONG,
						  say_number("most", LIMIT_RECORD / 1024));
}

/* A note stays here, as long as the case does; what a partner should read is an act. */
enum err desk_case_note(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	bool passed = false;
	enum err rc = find_case(t, msg_text(req, CASE_NOTE_ID), &id);

	if (rc == ERR_OK && text_blank(msg_text(req, CASE_NOTE_TEXT)))
		return turn_refuse(t, ERR_INVAL, REFUSAL_NOTE_EMPTY);
	if (rc == ERR_OK)
		rc = handing_note(t, &id, msg_text(req, CASE_NOTE_TEXT), reply, &passed);
	if (rc == ERR_OK && !passed)
		rc = casefile_not_closed(t, &id);
	if (rc == ERR_OK && !passed)
		rc = casefile_entry(t, &id, "note", msg_text(req, CASE_NOTE_TEXT), NULL);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_CHANGE,
								 .case_id = &id,
								 .detail = "note"})
			    : rc;
}

/* What colleagues did with a case since somebody looked. */
struct since {
	struct err_text fields; /* that they changed, with blanks between them */
	uint64_t at_ms;		/* of the last of it */
	bool closed, reopened;	/* the last of it was that */
};

/* Each field once, however often it was changed. */
static void add_field(struct err_text *names, const char *field, size_t n)
{
	const struct err_text before = *names;
	const char *at = before.text;

	while (n > 0 && (at = strstr(at, field)) != NULL) {
		if ((at == before.text || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return;
		at += n;
	}
	text_format(names->text, sizeof names->text, "%.400s%s%.60s", before.text,
		    before.text[0] == '\0' ? "" : " ", field);
}

/* The text of such an entry is a list: "phone, email". */
static void add_fields(struct since *s, const char *list)
{
	char field[64];
	size_t n = 0;

	for (const char *p = list; n < sizeof field - 1; p++) {
		if (*p != ',' && *p != ' ' && *p != '\0') {
			field[n++] = *p;
			continue;
		}
		field[n] = '\0';
		if (n > 0)
			add_field(&s->fields, field, n);
		n = 0;
		if (*p == '\0')
			return;
	}
}

/* By the timeline: what is newer than the version that was seen. */
static enum err changed_since(struct turn *t, const struct id16 *id, uint64_t version,
			      struct since *out)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_walk w = {.rc = ERR_OK};
	enum err rc;

	*out = (struct since){.at_ms = t->wall_ms};
	while (store_each(t->txn, STORE_CASELOG, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct store_key k = {.len = 0};
		struct msg *m;

		key_put(&k, w.row.key.p, w.row.key.len);
		rc = turn_get_msg(t, STORE_CASELOG, &k, MSG_CASE_ENTRY, &m);
		if (rc != ERR_OK)
			return rc;
		if (msg_u64(m, CASE_ENTRY_VERSION) > version) {
			const char *what = msg_text(m, CASE_ENTRY_WHAT);

			out->closed = strcmp(what, "case-closed") == 0;
			out->reopened = strcmp(what, "case-reopened") == 0;
			add_fields(out, msg_text(m, CASE_ENTRY_TEXT));
			out->at_ms = msg_u64(m, CASE_ENTRY_AT_MS);
		}
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

/* Two colleagues at one case: the second one looks at what the first one wrote.  expect: version plus one, or 0. */
static enum err still_as_seen(struct turn *t, const struct id16 *id, uint64_t expect)
{
	struct since since;
	struct say who = {.name = NULL};
	uint64_t version;
	struct msg *m;
	enum err rc = rows_writable(t, id);

	if (rc == ERR_OK)
		rc = casefile_load(t, id, &m);
	if (rc != ERR_OK || expect == 0 || msg_u64(m, CASE_RECORD_VERSION) == expect - 1)
		return rc;
	version = msg_u64(m, CASE_RECORD_VERSION);
	rc = changed_since(t, id, expect - 1, &since);
	if (rc == ERR_OK)
		rc = first_who(t, id, since.at_ms, &who);
	if (rc != ERR_OK)
		return rc;
	turn_stale(t, id, version);
	if (since.closed)
		return turn_refuse_with(t, ERR_STALE, REFUSAL_CLOSED_MEANWHILE,
					turn_ago(t, since.at_ms), who,
					say_number("current", version));
	if (since.reopened)
		return turn_refuse_with(t, ERR_STALE, REFUSAL_REOPENED_MEANWHILE,
					turn_ago(t, since.at_ms), who,
					say_number("current", version));
	if (since.fields.text[0] == '\0')
		return turn_refuse_with(t, ERR_STALE, REFUSAL_CHANGED_BY_PARTNER_MEANWHILE,
					say_number("current", version));
	return turn_refuse_with(t, ERR_STALE, REFUSAL_CHANGED_MEANWHILE,
				say_code("fields", LIST_PERSON, since.fields.text),
				turn_ago(t, since.at_ms), who, say_number("current", version));
}

/* Our own words give way: the partner's show again, and go on to do so. */
enum err desk_case_take(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct msg *m, *ours;
	struct msg_field f;
	struct id16 id;
	size_t taken = 0;
	enum err rc = find_case(t, msg_text(req, CASE_TAKE_ID), &id);

	if (rc == ERR_OK)
		rc = still_as_seen(t, &id, msg_u64(req, CASE_TAKE_EXPECT));
	if (rc == ERR_OK)
		rc = casefile_load(t, &id, &m);
	if (rc == ERR_OK)
		rc = view_case_differences(t, &id, m, reply);
	if (rc != ERR_OK)
		return rc;
	ours = msg_sub(t->arena, m, CASE_RECORD_PERSON);
	for (size_t i = 0; msg_has(reply, REPLY_TOLD) && msg_field_at(ours, i, &f); i++)
		for (size_t j = 0; j < msg_count(req, CASE_TAKE_FIELDS); j++)
			if (strcmp(f.name, msg_text_at(req, CASE_TAKE_FIELDS, j)) == 0 &&
			    msg_has(msg_get(reply, REPLY_TOLD), f.number)) {
				struct msg *one = msg_new(t->arena, MSG_PERSON);

				/* this one alone: what was not named stays in our own words */
				msg_copy_fields(one, msg_get(reply, REPLY_TOLD));
				for (size_t k = 0; msg_field_at(one, k, &f); k++)
					if (k != i)
						msg_clear(one, f.number);
				msg_copy_fields(ours, one);
				taken++;
			}
	msg_clear(reply, REPLY_TOLD); /* replies to commands that write are kept for a day */
	/* all that were named or none: a person must not believe that more was taken over */
	if (taken == 0 || taken != msg_count(req, CASE_TAKE_FIELDS))
		return turn_refuse(t, ERR_INVAL, REFUSAL_CASE_TAKE_NOTHING);
	rc = casefile_save(t, &id, m);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_CHANGE,
								 .case_id = &id,
								 .detail = "take"})
			    : rc;
}

/* In the timeline: which fields, never what stood or stands there. */
static enum err edited(struct turn *t, const struct id16 *id, const struct msg *person,
		       uint64_t version, const char *what)
{
	struct msg *m = msg_new(t->arena, MSG_CASE_ENTRY);
	struct err_text names = {""};
	struct msg_field f;

	require(what != NULL && what[0] != '\0');
	for (size_t i = 0; person != NULL && msg_field_at(person, i, &f); i++)
		if (msg_has(person, f.number)) {
			const struct err_text before = names;

			text_format(names.text, sizeof names.text, "%.400s%s%s", before.text,
				    before.text[0] == '\0' ? "" : ", ", f.name);
		}
	msg_set_text(t->arena, m, CASE_ENTRY_WHAT, what);
	if (person != NULL)
		msg_set_text(t->arena, m, CASE_ENTRY_TEXT, names.text);
	msg_set_u64(m, CASE_ENTRY_VERSION, version);
	return casefile_put_entry(t, id, m);
}

/* The same words, or the same name in other letters. */
static bool says_same(const struct msg *a, const struct msg *b, const struct msg_field *f)
{
	char x[FOLD_MAX + 1], y[FOLD_MAX + 1];

	if (f->type != MSG_TYPE_TEXT)
		return msg_u64(a, f->number) == msg_u64(b, f->number);
	if (f->number != PERSON_NAME)
		return strcmp(msg_text(a, f->number), msg_text(b, f->number)) == 0;
	(void)fold_name(x, msg_text(a, f->number));
	(void)fold_name(y, msg_text(b, f->number));
	return fold_hash(x) == fold_hash(y);
}

/* "That is the same one": what is not known of the person yet goes into the case as words of our own.  What the case says
 * otherwise stays, and is named: a person corrects it, or does not.  Nothing of the case goes anywhere by this, and no
 * partner's name leads to another case than before. */
static enum err add_to(struct turn *t, const char *same_as, const struct msg *typed,
		       struct msg *reply)
{
	struct msg *m, *shown, *added = msg_new(t->arena, MSG_PERSON);
	struct msg_field f;
	struct id16 id;
	bool any = false;
	enum err rc = find_case(t, same_as, &id);

	if (rc == ERR_OK)
		rc = rows_writable(t, &id);
	if (rc == ERR_OK)
		rc = casefile_load(t, &id, &m);
	if (rc == ERR_OK)
		rc = casefile_person(t, &id, m, &shown);
	if (rc != ERR_OK)
		return rc;
	msg_copy_fields(added, typed);
	msg_drop_empty(added);
	for (size_t i = 0; msg_field_at(added, i, &f); i++) {
		if (!msg_has(added, f.number))
			continue;
		if (!msg_has(shown, f.number)) {
			any = true;
			continue;
		}
		if (!says_same(added, shown, &f))
			msg_add_text(t->arena, reply, REPLY_KEPT, f.name);
		msg_clear(added, f.number);
	}
	if (any)
		rc = too_much(t, casefile_amend(t, &id, added));
	if (rc == ERR_OK)
		rc = casefile_load(t, &id, &m);
	if (rc == ERR_OK && any)
		rc = edited(t, &id, added, msg_u64(m, CASE_RECORD_VERSION), "case-edited");
	if (rc != ERR_OK)
		return rc;
	view_case_version(t, &id, msg_u64(m, CASE_RECORD_VERSION), reply);
	return audit_add(
		t, &(struct audit_entry){.event = AUDIT_CHANGE, .case_id = &id, .detail = "same"});
}

/* Has it a name, and is each field of its kind? */
static enum err new_person(struct turn *t, const struct msg *person)
{
	enum err rc;

	if (msg_text(person, PERSON_NAME)[0] == '\0')
		return turn_refuse(t, ERR_INVAL, REFUSAL_CASE_NAME_MISSING);
	rc = fields_fit(t, person);
	return rc == ERR_OK ? typed_person(t, person) : rc;
}

/* A name is all that a case needs: people in need are written down before everything is known. */
enum err desk_case_new(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct msg *person = msg_get(req, CASE_NEW_PERSON);
	struct msg *m = msg_new(t->arena, MSG_CASE_RECORD);
	struct index_entry who;
	struct id16 id;
	enum err rc;

	rc = new_person(t, person);
	if (rc != ERR_OK)
		return rc;
	if (msg_text(req, CASE_NEW_SAME_AS)[0] != '\0')
		return add_to(t, msg_text(req, CASE_NEW_SAME_AS), person, reply);
	known_person(&(struct id16){{0}}, 0, person, &who);
	msg_put_sub(m, CASE_RECORD_PERSON, person);
	/* an empty text takes a value away, and a new case has none */
	msg_drop_empty(m);
	rc = too_much(t, casefile_create(t, &id, m));
	if (rc == ERR_OK)
		rc = casefile_entry(t, &id, "case-opened", NULL, NULL);
	if (rc == ERR_OK)
		rc = worker_take(t, &id);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){
					  .event = AUDIT_CREATE, .case_id = &id, .detail = "case"});
	view_case_version(t, &id, msg_u64(m, CASE_RECORD_VERSION), reply);
	/* who only tries it asks case_near, which is written down */
	return rc == ERR_OK && !t->dry_run ? view_near(t, &who, &id, reply) : rc;
}

/* Before it is made.  Nothing is, but somebody looked for a person, and that stays: a dry run would leave no word of it. */
enum err desk_case_near(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct msg *person = msg_get(req, CASE_NEW_PERSON);
	struct index_entry who;
	enum err rc = new_person(t, person);

	if (rc != ERR_OK)
		return rc;
	known_person(&(struct id16){{0}}, 0, person, &who);
	msg_set_u64(reply, REPLY_DRY_RUN, 1);
	return view_near(t, &who, NULL, reply);
}

/* The reply carries the new version, so that the same worker goes on without reading the case again. */
enum err desk_case_edit(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct msg *person = msg_get(req, CASE_EDIT_PERSON);
	struct id16 id;
	struct msg *m = NULL;
	uint64_t version = 0;
	enum err rc = find_case(t, msg_text(req, CASE_EDIT_ID), &id);

	/* nobody mends what was typed, to hear then that it cannot be written at all */
	if (rc == ERR_OK)
		rc = still_as_seen(t, &id, msg_u64(req, CASE_EDIT_EXPECT));
	if (rc == ERR_OK)
		rc = casefile_not_closed(t, &id);
	if (rc == ERR_OK && msg_has(person, PERSON_NAME) &&
	    msg_text(person, PERSON_NAME)[0] == '\0')
		return turn_refuse(t, ERR_INVAL, REFUSAL_CASE_NAME_TAKEN_AWAY);
	if (rc == ERR_OK)
		rc = fields_fit(t, person);
	if (rc == ERR_OK)
		rc = typed_person(t, person);
	if (rc != ERR_OK)
		return rc;
	rc = too_much(t, casefile_amend(t, &id, person));
	if (rc != ERR_OK)
		return rc;
	rc = casefile_load(t, &id, &m);
	if (rc != ERR_OK)
		return rc;
	version = msg_u64(m, CASE_RECORD_VERSION);
	rc = edited(t, &id, person, version, "case-edited");
	view_case_version(t, &id, version, reply);
	if (rc != ERR_OK)
		return rc;
	return audit_add(
		t, &(struct audit_entry){.event = AUDIT_CHANGE, .case_id = &id, .detail = "edit"});
}

/* Nobody looks for work in a closed case, so none may be left there, and in one that is open none may be missing: of very many
 * rows some in each turn.  The rest is owed with the first of them, whatever becomes of this request. */
static enum err move_work(struct turn *t, enum chore_kind kind, const struct id16 *id,
			  const struct msg *reply)
{
	bool over;
	enum err rc = t->left.len == 0 ? slices_case(t, kind, id, &over)
				       : slices_case_on(t, kind, id, &over);

	require(msg_has(reply, REPLY_CURRENT));
	return rc == ERR_OK && !over ? turn_again(t, arena_copy(t->arena, span_of(id->b, 16))) : rc;
}

/* Whoever is asked or answered in it would be on no list any more. */
static enum err refuse_moving(struct turn *t, const struct id16 *id)
{
	char ref[THREAD_REF_LEN + 1];
	struct thread th;
	enum err rc = rows_open(t, id, &th);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	thread_reference(t, &th.id, ref);
	return turn_refuse_with(t, ERR_STATE, REFUSAL_HANDOVER_THERE, say_text("ref", ref));
}

/* Closing tells nobody and destroys nothing; it takes the case off the lists of those who work. */
enum err desk_case_close(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	struct msg *m;
	bool open;
	enum err rc;

	if (t->left.len == sizeof id.b) { /* it is closed, and its work goes */
		memcpy(id.b, t->left.p, sizeof id.b);
		return move_work(t, CHORE_CLOSED, &id, reply);
	}
	rc = find_case(t, msg_text(req, BY_ID_ID), &id);
	if (rc != ERR_OK)
		return rc;
	rc = still_as_seen(t, &id, msg_u64(req, BY_ID_EXPECT));
	if (rc != ERR_OK)
		return rc;
	rc = quota_any_open(t, &id, &open);
	if (rc == ERR_OK && open)
		return turn_refuse(t, ERR_STATE, REFUSAL_CASE_HAS_REFERRALS);
	if (rc == ERR_OK)
		rc = refuse_moving(t, &id);
	if (rc == ERR_OK)
		rc = casefile_load(t, &id, &m);
	if (rc != ERR_OK)
		return rc;
	rc = retain_close(t, &id, m, msg_u64(req, BY_ID_UNTIL_MS));
	if (rc == ERR_OK)
		rc = casefile_save(t, &id, m);
	if (rc != ERR_OK)
		return rc;
	rc = edited(t, &id, NULL, msg_u64(m, CASE_RECORD_VERSION), "case-closed");
	if (rc != ERR_OK)
		return rc;
	view_case_version(t, &id, msg_u64(m, CASE_RECORD_VERSION), reply);
	rc = audit_add(
		t, &(struct audit_entry){.event = AUDIT_CHANGE, .case_id = &id, .detail = "close"});
	return rc == ERR_OK ? move_work(t, CHORE_CLOSED, &id, reply) : rc;
}

/* The case at once, and then what was left to do in it. */
enum err desk_case_reopen(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	struct msg *m;
	enum err rc;

	if (t->left.len == sizeof id.b) { /* it is open, and its work comes */
		memcpy(id.b, t->left.p, sizeof id.b);
		return move_work(t, CHORE_REOPENED, &id, reply);
	}
	rc = find_case(t, msg_text(req, BY_ID_ID), &id);
	if (rc == ERR_OK)
		rc = still_as_seen(t, &id, msg_u64(req, BY_ID_EXPECT));
	if (rc == ERR_OK)
		rc = casefile_load(t, &id, &m);
	if (rc != ERR_OK)
		return rc;
	if (msg_u64(m, CASE_RECORD_CLOSED) == 0)
		return turn_refuse(t, ERR_STATE, REFUSAL_CASE_NOT_CLOSED);
	rc = retain_reopen(t, &id, m);
	if (rc == ERR_OK)
		rc = casefile_save(t, &id, m);
	if (rc == ERR_OK)
		rc = edited(t, &id, NULL, msg_u64(m, CASE_RECORD_VERSION), "case-reopened");
	view_case_version(t, &id, msg_u64(m, CASE_RECORD_VERSION), reply);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_CHANGE,
							.case_id = &id,
							.detail = "reopen"});
	return rc == ERR_OK ? move_work(t, CHORE_REOPENED, &id, reply) : rc;
}

/* We ended a referral and its partner did not confirm it: an acceptance may be on its way, and somebody has to
 * hear of it.  Not for ever: a document lives so long, and a partner may be gone for good. */
static bool unconfirmed(const struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);
	const uint64_t until_ms = th->changed_ms + (uint64_t)LIMIT_TTL_DAYS * DAY_MS;

	return th->kind == THREAD_REFERRAL && th->provisional && p != NULL && !p->removed &&
	       t->wall_ms < until_ms;
}

/* Names the partner and the reference: a person has to phone about exactly this one. */
static enum err refuse_unconfirmed(struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);
	char ref[THREAD_REF_LEN + 1];

	require(th->provisional);
	require(p != NULL); /* unconfirmed() asks for a partner that is still one */
	thread_reference(t, &th->id, ref);
	return turn_refuse_with(t, ERR_STATE, REFUSAL_REFERRAL_END_UNCONFIRMED,
				say_text("partner", p->org), say_text("ref", ref));
}

/* A case of very many referrals takes several turns: first all of them are looked at, then it goes. */
struct erasing_case {
	struct id16 id, after;
	bool all; /* were looked at */
};

static enum err leave(struct turn *t, const struct erasing_case *e)
{
	struct erasing_case *left = arena_alloc(t->arena, sizeof *left);

	if (left == NULL)
		return ERR_NOMEM;
	*left = *e;
	return turn_again(t, span_of(left, sizeof *left));
}

/* Does a referral of this case still keep it from being erased?  The first one is named; the next one when that is settled, since
 * each is a phone call of its own. */
static enum err all_confirmed(struct turn *t, struct erasing_case *e)
{
	const struct store_key prefix = turn_key_id(&e->id);
	struct store_walk w = {.key_len = 32};

	require(!e->all);
	if (!bytes_zero(e->after.b, sizeof e->after.b)) {
		w.at = turn_key_ids(&e->id, &e->after);
		key_u8(&w.at, 0); /* just above it */
	}
	while (store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct thread th;

		memcpy(e->after.b, w.row.key.p + 16, 16);
		w.rc = thread_load(t, &e->after, &th);
		arena_rewind(t->arena, mark); /* a case may have more of them than fit a turn */
		if (w.rc == ERR_OK && unconfirmed(t, &th))
			w.rc = refuse_unconfirmed(t, &th);
		if (w.rc == ERR_OK && turn_enough(t))
			return leave(t, e);
	}
	e->all = true;
	return w.rc;
}

static enum err refuse_open(struct turn *t)
{
	return turn_refuse(t, ERR_STATE, REFUSAL_CASE_HAS_REFERRALS_ERASE);
}

/* Asked before erase_case, which is most of the work. */
static enum err may_erase(struct turn *t, const struct msg *req, struct erasing_case *e)
{
	bool open;
	enum err rc = ERR_OK;

	if (t->left.len != 0) {
		require(t->left.len == sizeof *e);
		memcpy(e, t->left.p, sizeof *e);
	} else {
		rc = find_case(t, msg_text(req, CASE_ERASE_ID), &e->id);
	}
	if (rc == ERR_OK && !e->all)
		rc = rows_erasable(t, &e->id);
	if (rc == ERR_OK && !e->all) {
		rc = quota_any_open(t, &e->id, &open);
		if (rc == ERR_OK && open)
			rc = refuse_open(t);
		if (rc == ERR_OK)
			rc = all_confirmed(t, e);
	}
	return rc;
}

/* For who asks before it is done: the referrals that go with the case, and the partners that were told of the person and
 * keep what they have. */
static enum err what_goes(struct turn *t, const struct id16 *id, struct msg *reply)
{
	const struct same of = {.id = {*id}, .count = 1};
	struct told told = {.most = LIMIT_LIST_ROWS};
	enum err rc = view_referrals_of_case(t, id, reply);

	require(t->dry_run);
	return rc == ERR_OK ? told_rows(t, &of, &told, reply) : rc;
}

/* Refused while somebody works for the person, or while a partner may just have accepted: the erasure would leave
 * that person waiting. */
enum err desk_case_erase(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct erasing_case e = {.all = false};
	struct effect *x;
	bool gone;
	enum err rc = may_erase(t, req, &e);

	if (rc == ERR_OK && t->dry_run)
		return what_goes(t, &e.id, reply);
	if (rc != ERR_OK || t->again)
		return rc;
	rc = erase_case(t, &e.id, &gone);
	if (rc == ERR_STATE) /* a referral began in the turns between */
		return refuse_open(t);
	if (rc == ERR_OK && !gone)
		return leave(t, &e);
	if (rc != ERR_OK || msg_u64(req, CASE_ERASE_NOW) == 0)
		return rc;
	x = turn_effect(t, EFFECT_SHRED);
	if (x == NULL)
		return ERR_NOMEM;
	require(t->ev != NULL);
	x->client = t->ev->client;
	return ERR_OK;
}

/* Somebody takes the risk knowingly: what a partner still holds of this case may contradict what is done now, and what a partner could
 * still give back of it is not waited for any more. */
enum err desk_case_release(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	bool held, waited = false;
	enum err rc = find_case(t, msg_text(req, BY_ID_ID), &id);

	(void)reply;
	if (rc != ERR_OK)
		return rc;
	rc = quarantine_binds(t, &id, &held);
	if (rc == ERR_OK)
		rc = steps_wait_no_more(t, &id, &waited);
	if (rc != ERR_OK)
		return rc;
	if (!held && !waited)
		return turn_refuse(t, ERR_STATE, REFUSAL_CASE_NOT_HELD);
	rc = audit_add(t, &(struct audit_entry){
				  .event = AUDIT_LOSS, .case_id = &id, .detail = "released"});
	return rc == ERR_OK && held ? quarantine_release(t, &id) : rc;
}
