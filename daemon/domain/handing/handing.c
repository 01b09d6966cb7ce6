/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Four steps move a case, and each is a person's: proposed, agreed to, sent, ceded, taken.  What is asked here binds this node before it
 * signs; the reader never asks it again.  Nothing is ceded before all of it lies at the other end, and nothing is sent while a partner
 * waits here for the person: it would be left without anybody who answers.  What runs elsewhere follows the case (moving/tell.h).
 */
#include "domain/handing/handing.h"

#include <string.h>

#include "base/check.h"
#include "base/limits/files.h"
#include "domain/attach/added.h"
#include "domain/bundle/bundle.h"
#include "domain/consent/casefile.h"
#include "domain/consent/pack.h"
#include "domain/documents/pseudonym.h"
#include "domain/grant/grantdocs.h"
#include "domain/handing/asked.h"
#include "domain/handing/shown.h"
#include "domain/handover/steps.h"
#include "domain/loss/settled.h"
#include "domain/membership/members.h"
#include "domain/moving/runs.h"
#include "domain/moving/tell.h"
#include "domain/referral/calendar.h"
#include "domain/views/find.h"
#include "domain/views/referrals.h"

enum { FOR_OTHERS = 64 /* entries of our log that stay free for acts */ };

/* ---- proposing ---- */

static enum err check_partner(struct turn *t, const struct peer *p)
{
	enum err rc;

	if ((p->classes & WIRE_MEMBER) == 0)
		return turn_refuse_with(t, ERR_DENIED, REFUSAL_PARTNER_HOLDS_NO_CASES,
					say_text("partner", p->org));
	rc = members_stay(t, p);
	if (rc != ERR_OK)
		return rc;
	if (!p->activated || !p->active)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_PARTNER_NOT_YET,
					say_text("partner", p->org));
	if (t->node->pair_check && !p->checked)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_PARTNER_UNCHECKED,
					say_text("partner", p->org));
	return ERR_OK;
}

/* The newest living consent of the person that the case moves there. */
static enum err consent_of(struct turn *t, const struct id16 *case_id, const struct peer *p,
			   struct id16 *grant)
{
	struct store_walk w = {.rc = ERR_OK};
	uint64_t best_ms = 0;
	bool found = false;
	struct id16 id;
	struct msg *m;

	while (consent_each_open(t, case_id, &w, &id, &m)) {
		const struct msg *g = msg_get(m, GRANT_RECORD_GRANT);
		const uint64_t ms = msg_u64(g, CONSENT_GRANT_COLLECTED_MS);

		if (!consent_between(m, p->no, false) ||
		    consent_grant_state(m, t->wall_ms) != CONSENT_LIVING ||
		    strcmp(msg_text(g, CONSENT_GRANT_PURPOSE), "handover") != 0 ||
		    (found && ms < best_ms))
			continue;
		found = true;
		best_ms = ms;
		*grant = id;
	}
	if (w.rc != ERR_OK || found)
		return w.rc;
	return turn_refuse_with(t, ERR_DENIED, REFUSAL_HANDOVER_CONSENT_MISSING,
				say_text("partner", p->org));
}

/* One at a time, of a case of our own that is open. */
static enum err check_case(struct turn *t, const struct id16 *case_id)
{
	struct thread other;
	struct msg *m;
	enum err rc = rows_writable(t, case_id);

	if (rc == ERR_OK)
		rc = casefile_not_closed(t, case_id);
	if (rc == ERR_OK)
		rc = casefile_load(t, case_id, &m);
	if (rc != ERR_OK)
		return rc;
	if (msg_u64(m, CASE_RECORD_THEIRS) != 0)
		return turn_refuse(t, ERR_DENIED, REFUSAL_HANDOVER_NOT_OURS);
	rc = rows_open(t, case_id, &other);
	if (rc == ERR_OK) {
		char ref[THREAD_REF_LEN + 1];

		thread_reference(t, &other.id, ref);
		return turn_refuse_with(t, ERR_EXISTS, REFUSAL_HANDOVER_THERE,
					say_text("ref", ref));
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err make_thread(struct turn *t, const struct id16 *case_id, const struct peer *p,
			    struct thread *th)
{
	th->case_id = *case_id;
	th->peer = p->no;
	th->kind = THREAD_HANDOVER;
	th->role = THREAD_SENDER;
	th->table_version = HANDOVER_TABLE_VERSION;
	th->urgency = 1;
	th->birth = turn_id(t);
	th->created_ms = th->changed_ms = t->wall_ms;
	return pseudonym_thread(t, case_id, p, &th->birth, &th->id);
}

static enum err check_date(struct turn *t, uint64_t date_ms)
{
	const char *here = t->node->country;
	const int64_t today = calendar_day(here, t->wall_ms), day = calendar_day(here, date_ms);

	if (date_ms != 0 && day < today)
		return turn_refuse(t, ERR_INVAL, REFUSAL_DATE_TOO_EARLY);
	if (date_ms != 0 && day > today + LIMIT_DATE_DAYS)
		return turn_refuse(t, ERR_INVAL, REFUSAL_DATE_TOO_FAR);
	return ERR_OK;
}

/* Its own body is read from the next turn on; until when an answer is waited for is said in this one. */
static enum err keep_day(struct turn *t, const struct thread *th, uint64_t takeover_ms)
{
	struct msg *record;
	enum err rc = rows_load(t, th, &record);

	if (rc != ERR_OK || takeover_ms == 0)
		return rc;
	msg_set_u64(record, HANDOVER_RECORD_TAKEOVER_MS, takeover_ms);
	return rows_save(t, th, record);
}

enum err handing_propose(struct turn *t, const struct msg *req, struct msg *reply)
{
	const uint64_t date_ms = msg_u64(req, HANDOVER_NEW_DATE_MS);
	struct msg *body = msg_new(t->arena, MSG_HANDOVER_PROPOSE);
	struct thread th = {.state = HANDOVER_NONE}, asked;
	struct id16 case_id, subject;
	struct request r = {.no = 0};
	struct peer *p;
	enum err rc = find_case(t, msg_text(req, HANDOVER_NEW_CASE_ID), &case_id);

	if (rc == ERR_OK) /* before what was typed beside it */
		rc = check_case(t, &case_id);
	if (rc == ERR_OK)
		rc = find_partner(t, msg_text(req, HANDOVER_NEW_PARTNER), &p);
	if (rc == ERR_OK)
		rc = check_partner(t, p);
	if (rc == ERR_OK)
		rc = check_date(t, date_ms);
	if (rc == ERR_OK)
		rc = consent_of(t, &case_id, p, &th.grant_id);
	if (rc == ERR_OK)
		rc = make_thread(t, &case_id, p, &th);
	if (rc == ERR_OK)
		rc = casefile_subject(t, &case_id, NULL, p, &subject);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(body, HANDOVER_PROPOSE_WHAT, 1);
	msg_set_u64(body, HANDOVER_PROPOSE_PERSONS, 1);
	msg_set_u64(body, HANDOVER_PROPOSE_TAKEOVER_MS,
		    date_ms == 0 ? 0 : calendar_noon(t->node->country, date_ms));
	msg_set_bytes(t->arena, body, HANDOVER_PROPOSE_SUBJECT_REF, span_of(subject.b, 16));
	rc = keep_day(t, &th, msg_u64(body, HANDOVER_PROPOSE_TAKEOVER_MS));
	if (rc == ERR_OK)
		rc = asked_find(t, &case_id, p->no, &asked, &r);
	if (rc == ERR_OK && r.no != 0)
		msg_set_bytes(t->arena, body, HANDOVER_PROPOSE_ANSWERS, span_of(r.doc.msg.b, 16));
	/* the consent first: what follows it on the stream rests on it */
	if (rc == ERR_OK)
		rc = grantdocs_send(t, p, &case_id);
	if (rc == ERR_OK)
		rc = steps_sign(t, &th, DOC_PROPOSE, body);
	if (rc == ERR_OK && r.no != 0)
		rc = asked_answer(t, &asked, "handover-proposed");
	return rc == ERR_OK ? shown_row(t, &th, reply) : rc;
}

/* ---- the acts that follow ---- */

/* The case came here by this one, and what ran elsewhere then may wait. */
static enum err waits(struct turn *t, const struct thread *th, const struct msg *record, bool *yes)
{
	*yes = false;
	return th->role == THREAD_RECEIVER && th->state == HANDOVER_TAKEN
		       ? runs_wait(t, &th->case_id, record, yes)
		       : ERR_OK;
}

static enum err any_waits(struct turn *t, const struct id16 *case_id, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread th;
	struct msg *m;

	*yes = false;
	while (!*yes && rows_each(t, case_id, &w, &th, &m))
		w.rc = waits(t, &th, m, yes);
	return w.rc;
}

static enum err send(struct turn *t, struct thread *th, const struct msg *req)
{
	struct msg *content, *record, *body;
	const uint64_t without = msg_u64(req, HANDOVER_STEP_WITHOUT);
	bool ready, wait;
	enum err rc = tell_ready(t, &th->case_id, &ready);

	if (rc == ERR_OK)
		rc = any_waits(t, &th->case_id, &wait);
	if (rc == ERR_OK && !ready)
		return turn_refuse(t, ERR_STATE, REFUSAL_HANDOVER_REFERRALS);
	if (rc == ERR_OK && wait)
		return turn_refuse(t, ERR_STATE, REFUSAL_HANDOVER_RUNS);
	if (rc == ERR_OK)
		rc = rows_load(t, th, &record);
	if (rc == ERR_OK)
		rc = bundle_content(t, &th->case_id, without,
				    msg_u64(req, HANDOVER_STEP_NOTES) != 0, &content);
	if (rc == ERR_OK)
		rc = tell_list(t, &th->case_id, th->peer, without, content);
	if (rc == ERR_FULL)
		return turn_refuse_with(t, rc, REFUSAL_HANDOVER_FILES,
					say_number("most", LIMIT_BUNDLE_FILES),
					say_number("size", LIMIT_BUNDLE_BYTES >> 20));
	if (rc == ERR_OK)
		rc = bundle_write(t, th, content, record, &body);
	if (rc == ERR_LIMIT)
		return turn_refuse_with(t, rc, REFUSAL_TOO_LARGE,
					say_number("most", LIMIT_BUNDLE >> 20));
	if (rc == ERR_OK)
		rc = rows_save(t, th, record);
	return rc == ERR_OK ? steps_sign(t, th, DOC_BUNDLE, body) : rc;
}

static enum err cede(struct turn *t, struct thread *th)
{
	struct msg *record, *body = msg_new(t->arena, MSG_HANDOVER_CEDE);
	struct epoch e;
	enum err rc = rows_load(t, th, &record);

	if (rc == ERR_OK)
		rc = rows_epoch(t, &th->case_id, &e);
	if (rc != ERR_OK)
		return rc;
	if (msg_bytes(record, HANDOVER_RECORD_BKEY).len != 32)
		return turn_refuse(t, ERR_STATE, REFUSAL_BLOB_MISSING);
	e = epoch_ceded(e);
	msg_set_bytes(t->arena, body, HANDOVER_CEDE_BKEY, msg_bytes(record, HANDOVER_RECORD_BKEY));
	msg_set_u64(body, HANDOVER_CEDE_RECLAIMS, e.reclaims);
	msg_set_u64(body, HANDOVER_CEDE_TURNS, e.turns);
	return steps_sign(t, th, DOC_CEDE, body);
}

static enum err with_code(struct turn *t, struct thread *th, uint16_t type, const struct msg *req)
{
	struct msg *body = msg_new(t->arena, MSG_ACT);

	if (msg_text(req, HANDOVER_STEP_REASON)[0] != '\0')
		msg_set_text(t->arena, body, ACT_REASON, msg_text(req, HANDOVER_STEP_REASON));
	return steps_sign(t, th, type, body);
}

static enum err silent(struct turn *t, const struct thread *th)
{
	return shown_silent(t, th) ? ERR_OK
				   : turn_refuse_with(t, ERR_STATE, REFUSAL_RECLAIM_TOO_EARLY,
						      say_moment("when", shown_theirs_ms(t, th)));
}

/* The epoch stands in the row at once: nobody may be left to say that it arrived. */
static enum err reclaim(struct turn *t, struct thread *th, const struct msg *req)
{
	const char *reason = msg_text(req, HANDOVER_STEP_REASON);
	const bool two = !bytes_zero(t->on_behalf.b, sizeof t->on_behalf.b);
	struct msg *record, *body = msg_new(t->arena, MSG_HANDOVER_RECLAIM);
	struct epoch e;
	enum err rc = silent(t, th);

	if (rc == ERR_OK)
		rc = rows_load(t, th, &record);
	if (rc == ERR_OK)
		rc = rows_epoch(t, &th->case_id, &e);
	if (rc != ERR_OK)
		return rc;
	e = epoch_reclaimed(e);
	rows_date(record, e.reclaims, e.turns);
	rc = rows_save(t, th, record);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(body, HANDOVER_RECLAIM_RECLAIMS, e.reclaims);
	msg_set_u64(body, HANDOVER_RECLAIM_TURNS, e.turns);
	msg_set_text(t->arena, body, HANDOVER_RECLAIM_REASON,
		     reason[0] == '\0' ? "no-answer" : reason);
	msg_set_bytes(t->arena, body, HANDOVER_RECLAIM_APPROVER,
		      span_of(two ? t->on_behalf.b : t->staff.b, 16));
	if (two)
		msg_set_bytes(t->arena, body, HANDOVER_RECLAIM_SECOND, span_of(t->staff.b, 16));
	return steps_sign(t, th, DOC_RECLAIM, body);
}

/* What comes may be more than a case holds, by itself or beside what was written here before. */
static enum err take(struct turn *t, struct thread *th)
{
	const enum err rc = steps_take(t, th);

	return rc != ERR_LIMIT ? rc
			       : turn_refuse_with(t, rc, REFUSAL_HANDOVER_NO_ROOM,
						  say_number("most", LIMIT_RECORD / 1024));
}

static enum err run(struct turn *t, struct thread *th, uint16_t type, const struct msg *req)
{
	switch (type) {
	case DOC_BUNDLE:
		return send(t, th, req);
	case DOC_CEDE:
		return cede(t, th);
	case DOC_TAKE:
		return take(t, th);
	case DOC_RECLAIM:
		return reclaim(t, th, req);
	default:
		return with_code(t, th, type, req);
	}
}

/* A rule ends the handover soon after the person takes it back.  Until that comes nobody's hand moves it on either: the key of a file that
 * lies there sealed is all that still held it back. */
static enum err consented(struct turn *t, const struct thread *th)
{
	struct msg *record;
	bool gone = false;
	enum err rc = consent_gone(t, &th->grant_id, &gone);

	if (rc == ERR_OK && !gone && th->role == THREAD_SENDER) {
		rc = consent_record(t, &th->grant_id, &record);
		gone = rc == ERR_NOTFOUND ||
		       (rc == ERR_OK && consent_grant_state(record, t->wall_ms) != CONSENT_LIVING);
	}
	return gone ? turn_refuse(t, ERR_DENIED, REFUSAL_HANDOVER_CONSENT_OVER) : rc;
}

/* Not by this side, not now, or not before both ends were compared. */
static enum err allowed(struct turn *t, const struct thread *th, const struct shown_step *s)
{
	const struct peer *p = state_peer(t->node, th->peer);
	bool writable;
	enum err rc;

	if (p == NULL || turn_case_erased(t, &th->case_id))
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_HANDOVER_UNKNOWN);
	if (!handover_may((enum handover_state)th->state, rows_side(th), s->type))
		return turn_refuse_with(
			t, ERR_STATE, REFUSAL_HANDOVER_NOT_NOW,
			say_code("state", LIST_STATES,
				 handover_state_name((enum handover_state)th->state)));
	rc = settled_writable(t, th, &writable);
	if (rc != ERR_OK)
		return rc;
	return writable ? ERR_OK : turn_refuse(t, ERR_BUSY, REFUSAL_BEING_COMPARED);
}

/* What ran elsewhere and does not go on: somebody asked the person, or told whoever worked there. */
static enum err followed(struct turn *t, struct thread *th, struct msg *reply)
{
	struct msg *record;
	bool wait = false;
	enum err rc = rows_load(t, th, &record);

	if (rc == ERR_OK)
		rc = waits(t, th, record, &wait);
	if (rc == ERR_OK && !wait)
		return turn_refuse(t, ERR_STATE, REFUSAL_HANDOVER_NOTHING_RUNS);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(record, HANDOVER_RECORD_FOLLOWED, 1);
	rc = rows_save(t, th, record);
	if (rc == ERR_OK)
		rc = casefile_entry(t, &th->case_id, "runs-seen-to", NULL, &th->id);
	if (rc == ERR_OK)
		rc = steps_changed(t, th, "");
	return rc == ERR_OK ? shown_row(t, th, reply) : rc;
}

enum err handing_judge(struct turn *t, const struct msg *req)
{
	const struct shown_step *s = shown_step_of(msg_text(req, HANDOVER_STEP_STEP));
	struct thread th;
	enum err rc = shown_find(t, msg_text(req, HANDOVER_STEP_REF), &th);

	require(s != NULL && s->type == DOC_RECLAIM);
	if (rc == ERR_OK)
		rc = allowed(t, &th, s);
	return rc == ERR_OK ? silent(t, &th) : rc;
}

enum err handing_step(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct shown_step *s = shown_step_of(msg_text(req, HANDOVER_STEP_STEP));
	struct thread th;
	enum err rc = shown_find(t, msg_text(req, HANDOVER_STEP_REF), &th);

	if (rc != ERR_OK)
		return rc;
	if (s == NULL)
		return turn_refuse(t, ERR_INVAL, REFUSAL_ACT_UNKNOWN);
	if (s->type == 0)
		return followed(t, &th, reply);
	rc = allowed(t, &th, s);
	if (rc == ERR_OK && s->type != DOC_REFUSE && s->type != DOC_ABORT && s->type != DOC_RECLAIM)
		rc = consented(t, &th);
	if (rc == ERR_OK && (s->type == DOC_BUNDLE || s->type == DOC_CEDE))
		rc = rows_gives(t, &th);
	if (rc == ERR_OK)
		rc = run(t, &th, s->type, req);
	return rc == ERR_OK ? shown_row(t, &th, reply) : rc;
}

/* ---- additions ---- */

/* The handover through which what is written here goes; *adds false: the case is ours to write in.  Refuses for a person. */
static enum err way_of(struct turn *t, const struct id16 *id, struct thread *th, bool *adds)
{
	struct owner o;
	bool given_back, writable;
	enum err rc = rows_owner(t, id, &o, &given_back);

	*adds = false;
	if (rc != ERR_OK || o.who == OWNER_US)
		return rc == ERR_OK ? rows_writable(t, id) : rc;
	rc = rows_way(t, id, th);
	if (rc == ERR_NOTFOUND)
		return rows_writable(t, id);
	if (rc == ERR_OK && th->state < HANDOVER_TAKEN)
		rc = consented(t, th);
	if (rc == ERR_OK)
		rc = settled_writable(t, th, &writable);
	if (rc != ERR_OK)
		return rc;
	*adds = true;
	return writable ? ERR_OK : turn_refuse(t, ERR_BUSY, REFUSAL_BEING_COMPARED);
}

enum err handing_note(struct turn *t, const struct id16 *id, const char *text, struct msg *reply,
		      bool *passed)
{
	struct msg *body = msg_new(t->arena, MSG_HANDOVER_ADDENDUM);
	struct thread th;
	enum err rc = way_of(t, id, &th, passed);

	if (rc != ERR_OK || !*passed)
		return rc;
	msg_set_text(t->arena, body, HANDOVER_ADDENDUM_TEXT, text);
	msg_set_u64(body, HANDOVER_ADDENDUM_AT_MS, t->wall_ms);
	rc = steps_sign(t, &th, DOC_ADDENDUM, body);
	return rc == ERR_OK ? shown_row(t, &th, reply) : rc;
}

static enum err room_in(struct turn *t, const struct thread *th, const struct msg *record)
{
	return added_room(record) && th->my_no < THREAD_LOG_MAX - FOR_OTHERS
		       ? ERR_OK
		       : turn_refuse_with(t, ERR_LIMIT, REFUSAL_FILES_MANY,
					  say_number("most", LIMIT_REF_FILES));
}

/* Before the first chunk: nobody waits for all of a large file to hear that it may not go. */
enum err handing_file_may(struct turn *t, const struct id16 *id, const struct attachment *a)
{
	struct consent_scope s = {.case_id = *id};
	struct msg *record, *body;
	struct thread th;
	struct id16 grant;
	struct span packed;
	uint64_t cats;
	bool adds;
	enum err rc = way_of(t, id, &th, &adds);

	if (rc != ERR_OK || !adds)
		return rc == ERR_OK ? casefile_not_closed(t, id) : rc;
	rc = rows_load(t, &th, &record);
	if (rc == ERR_OK)
		rc = room_in(t, &th, record);
	if (rc != ERR_OK)
		return rc;
	s.p = state_peer(t->node, th.peer);
	s.received = th.role == THREAD_RECEIVER;
	grant = th.grant_id;
	body = added_body(t, a, t->wall_ms);
	if (s.p == NULL)
		return ERR_STATE;
	return consent_pack_body(t, &s, DOC_ADDENDUM, body, &packed, &cats, &grant);
}

/* Lent and named in one turn: what is lent and not named would lie open, and what is named and not lent would be asked for in vain. */
enum err handing_file(struct turn *t, const struct id16 *id, const struct attachment *a,
		      struct msg *reply)
{
	struct msg *record, *body;
	struct thread th;
	bool adds;
	enum err rc = way_of(t, id, &th, &adds);

	require(!a->writing);
	if (rc != ERR_OK || !adds)
		return rc;
	rc = rows_load(t, &th, &record);
	if (rc == ERR_OK)
		rc = room_in(t, &th, record);
	if (rc == ERR_OK)
		rc = added_lend(t, &th, record, a);
	if (rc == ERR_OK)
		rc = rows_save(t, &th, record);
	if (rc != ERR_OK)
		return rc;
	body = added_body(t, a, t->wall_ms);
	rc = body == NULL ? ERR_NOMEM : steps_sign(t, &th, DOC_ADDENDUM, body);
	return rc == ERR_OK ? shown_row(t, &th, reply) : rc;
}
