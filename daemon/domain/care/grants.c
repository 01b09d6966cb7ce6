/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A person takes back a consent, not a referral.  Everything that rests on it and on nothing else ends in the turn that
 * learns of it, at both ends; what cannot be signed in this turn is owed (owes_end), hidden at once, and signed as soon as
 * the thread may be written.  A word of withdrawal is never lost: the flag of a thread outlives the record of its grant, and
 * is written down again when the document was lost.  Only the unconfirmed word of a partner that came back from a loss waits
 * (GRANTENDS_UNSURE_HOURS): a thief with an old disk must not be able to destroy.
 */
#include "domain/care/grants.h"

#include "base/check.h"
#include "base/date.h"
#include "base/plant.h"
#include "domain/care/acts.h"
#include "domain/consent/bylaw.h"
#include "domain/consent/casefile.h"
#include "domain/consent/pack.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/pair.h"
#include "domain/grant/erasure.h"
#include "domain/grant/grantends.h"
#include "domain/grant/told.h"
#include "domain/loss/compare.h"
#include "domain/loss/settled.h"
#include "domain/onward/passed.h"
#include "domain/onward/rows.h"
#include "domain/referral/deadline.h"
#include "domain/referral/worklist.h"

enum {
	ROOM = 4, /* documents of a turn kept for what else follows */
	WISH_STOP = 1,
	WISH_ERASE = 2
};

/* ---- the end of a grant ---- */

/* Whoever asked for it shows what ended; out NULL: nobody asked. */
static enum err tell(struct turn *t, struct grants_ended *out, const struct id16 *id, bool referral)
{
	struct grants_end *e;

	if (out == NULL)
		return ERR_OK;
	e = arena_keep(t->arena, sizeof *e); /* walks around it rewind */
	if (e == NULL)
		return ERR_NOMEM;
	*e = (struct grants_end){.id = *id, .referral = referral};
	if (out->last == NULL)
		out->first = e;
	else
		out->last->next = e;
	out->last = e;
	return ERR_OK;
}

/* The record keeps when; a word that was waiting for confirmation is settled by it. */
static enum err mark_withdrawn(struct turn *t, const struct consent_scope *s,
			       const struct id16 *grant, struct msg *record, const char *how)
{
	enum err rc;

	require(s->p != NULL);
	require(!msg_has(record, GRANT_RECORD_WITHDRAWN_MS));
	msg_set_u64(record, GRANT_RECORD_WITHDRAWN_MS, t->wall_ms);
	msg_clear(record, GRANT_RECORD_SAID_MS);
	rc = bodies_drop_grant(t, s, grant);
	if (rc == ERR_OK)
		rc = consent_save(t, grant, &s->case_id, record);
	if (rc == ERR_OK)
		rc = casefile_entry(t, &s->case_id,
				    msg_u64(record, GRANT_RECORD_AUTOMATIC) != 0
					    ? "consent-ran-out"
					    : "consent-withdrawn",
				    s->p->org, NULL);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_CONSENT,
								 .peer = s->p->no,
								 .case_id = &s->case_id,
								 .grant = grant,
								 .detail = how})
			    : rc;
}

/* Does anything that its sender said in it still rest on consent?  Where nothing personal was said, all does.  Words between
 * workers go with every consent, and so they carry no referral.  Where a narrower consent took the place of its own, it goes on as
 * long as that one covers what the person needs. */
static enum err rests(struct turn *t, const struct thread *th, const struct consent_view *v,
		      bool *yes)
{
	const bool mine = th->role == THREAD_SENDER;
	const uint32_t last = mine ? th->my_no : th->their_no;
	bool personal = false;

	require(th->kind == THREAD_REFERRAL);
	*yes = false;
	for (uint32_t no = 1; no <= last && !*yes; no++) {
		const size_t mark = t->arena->used;
		struct log_entry e;
		struct document d;
		enum err rc = thread_entry(t, th, mine, no, &e);

		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc == ERR_OK && d.head.cats != 0 && e.type != DOC_MESSAGE) {
			personal = true;
			rc = bodies_stands(t, &d, v, yes);
			if (rc == ERR_OK && !*yes && (v->cats & GATE_BIT(GATE_NEEDS)) != 0)
				rc = consent_carried(t, &d.head.grant_id, yes);
		}
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		arena_rewind(t->arena, mark);
	}
	*yes = *yes || !personal;
	return ERR_OK;
}

/* It ends now; what cannot be signed in this turn is owed, and counts already. */
static enum err revoke(struct turn *t, struct thread *th)
{
	bool may;
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	require(!bodies_ended(th));
	rc = settled_writable(t, th, &may);
	if (rc != ERR_OK)
		return rc;
	if (may && t->doc_count + ROOM < LIMIT_BURST && th->my_no < THREAD_LOG_MAX)
		return acts_automatic(t, th, DOC_REVOKE, "consent-withdrawn");
	th->hidden = th->owes_end = true;
	rc = deadline_timer_set(t, th, t->wall_ms);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* How a consent ended: by our word (what rested on it is revoked); by the partner's (its REVOKEs come with it); by time. */
enum follow { FOLLOW_REVOKE, FOLLOW_HEAR, FOLLOW_EXPIRED, FOLLOW_RECEIVED = 4 };
static_assert(FOLLOW_EXPIRED < FOLLOW_RECEIVED, "the side is a bit of its own in chore.part");

/* One referral: does it still rest on something?  As its receiver, what of it is not covered any more goes; the messages of both
 * sides go at both ends. */
static enum err fall_one(struct turn *t, struct thread *th, const struct consent_view *v,
			 enum follow how, struct grants_ended *out)
{
	bool stays = true;
	enum err rc = ERR_OK;

	/* what a partner began without an offer is no referral yet, and nobody can revoke it */
	if (how != FOLLOW_EXPIRED && !bodies_ended(th) && th->state != REFERRAL_DRAFT &&
	    !th->owes_end)
		rc = rests(t, th, v, &stays);
	if (rc == ERR_OK && !stays && how == FOLLOW_REVOKE)
		rc = revoke(t, th);
	if (rc == ERR_OK && !stays)
		rc = tell(t, out, &th->id, true);
	if (rc != ERR_OK)
		return rc;
	return bodies_hollow_uncovered(
		t, th, v, how == FOLLOW_EXPIRED ? WIRE_VERDICT_EXPIRED : WIRE_VERDICT_WITHDRAWN);
}

/* What rests on nothing any more, from after c->after on: a slice of it.  Since no consent covers it, nobody is shown it
 * meanwhile, and it does not leave. */
static enum err fall_slice(struct turn *t, struct chore *c, struct grants_ended *out)
{
	const struct consent_scope s = {state_peer(t->node, c->peer), c->case_id,
					(c->part & FOLLOW_RECEIVED) != 0};
	const enum follow how = (enum follow)(c->part & ~(unsigned)FOLLOW_RECEIVED);
	struct bodies_walk w = bodies_walk_of(&s);
	struct consent_view v;
	struct thread th;
	unsigned n = 0;
	enum err rc;

	require(s.p != NULL);
	rc = consent_living(t, &s, s.received ? CONSENT_RECEIVE : CONSENT_SEND, &v);
	if (!bytes_zero(c->after.b, sizeof c->after.b))
		w.rows.at = chores_behind(c);
	w.rows.rc = rc;
	while (n < CHORE_SLICE && bodies_each(t, &w, &th)) {
		const size_t mark = t->arena->used;

		n++;
		c->after = th.id;
		w.rows.rc = fall_one(t, &th, &v, how, out);
		arena_rewind(t->arena, mark);
	}
	if (w.rows.rc != ERR_OK || n == CHORE_SLICE)
		return w.rows.rc;
	c->over = true;
	rc = s.received ? bodies_person(t, &s.case_id) : ERR_OK;
	return rc == ERR_OK ? grantends_changed(t, s.p, &s.case_id, s.received) : rc;
}

enum err grants_fall(struct turn *t, struct chore *c)
{
	require(c->kind == CHORE_FALL);
	if (state_peer(t->node, c->peer) == NULL || turn_case_erased(t, &c->case_id)) {
		c->over = true; /* nobody is left, and nothing */
		return ERR_OK;
	}
	return fall_slice(t, c, NULL);
}

/* The first slice at once: mostly that is all. */
static enum err fall_out(struct turn *t, const struct consent_scope *s, enum follow how,
			 struct grants_ended *out)
{
	struct chore c = {.kind = CHORE_FALL,
			  .peer = s->p->no,
			  .case_id = s->case_id,
			  .part = (uint8_t)((unsigned)how | (s->received ? FOLLOW_RECEIVED : 0u))};
	enum err rc = fall_slice(t, &c, out);

	return rc == ERR_OK && !c.over ? chores_save(t, &c) : rc;
}

/* Of a consent that became narrower the one that takes its place; of one that ran out that nobody asked for its end.  Of one that
 * went with its case nobody knows either. */
static enum err name_why(struct turn *t, const struct thread *th, struct msg *body)
{
	struct msg *record;
	enum err rc = consent_record(t, &th->id, &record);

	if (rc == ERR_OK && msg_has(record, GRANT_RECORD_SUCCESSOR))
		msg_set_bytes(t->arena, body, WITHDRAWAL_SUCCESSOR,
			      msg_bytes(record, GRANT_RECORD_SUCCESSOR));
	if (rc == ERR_OK && msg_u64(record, GRANT_RECORD_AUTOMATIC) != 0)
		msg_set_u64(body, WITHDRAWAL_AUTOMATIC, 1);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* A withdrawal asks for erasure, not only for an end. */
static enum err sign(struct turn *t, struct thread *th)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id,
					th->role == THREAD_RECEIVER};
	struct document_spec spec = thread_next(th, DOC_WITHDRAWAL);
	struct msg *body = msg_new(t->arena, MSG_WITHDRAWAL);
	const struct pending_doc *doc;
	enum err rc;

	require(th->kind == THREAD_CONSENT);
	require(th->withdrawn);
	if (s.p == NULL || body == NULL)
		return ERR_NOMEM;
	spec.grant_id = th->id;
	spec.expires_ms = UINT64_MAX;
	msg_set_u64(body, WITHDRAWAL_EFFECTIVE_MS, t->wall_ms);
	msg_set_u64(body, WITHDRAWAL_WISH, WISH_ERASE);
	rc = name_why(t, th, body);
	if (rc != ERR_OK)
		return rc;
	rc = consent_pack_body(t, &s, DOC_WITHDRAWAL, body, &spec.body, &spec.cats, &spec.grant_id);
	if (rc != ERR_OK)
		return rc;
	rc = document_make(t, &spec, &doc);
	if (rc != ERR_OK)
		return rc;
	rc = thread_append(t, th, true,
			   &(struct log_entry){doc->key, doc->hash, DOC_WITHDRAWAL, th->their_no,
					       t->wall_ms, 0});
	if (rc != ERR_OK)
		return rc;
	rc = outbox_put(t, th->peer, &doc->key, &doc->brief);
	if (rc != ERR_OK)
		return rc;
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_SEND,
						.peer = th->peer,
						.case_id = &th->case_id,
						.grant = &th->id,
						.detail = "consent-withdrawal"});
	if (rc == ERR_OK)
		rc = answer_owe(t, th->peer);
	if (rc != ERR_OK)
		return rc;
	return th->role == THREAD_SENDER ? erasure_await(t, th) : erasure_owe(t, th);
}

/* A case that knows of nothing but what was passed on goes with it, and its key; behind this turn, which signs what its partners hear. */
static enum err goes_too(struct turn *t, const struct thread *th)
{
	bool yes;
	enum err rc;

	require(th->kind == THREAD_CONSENT);
	if (th->role != THREAD_SENDER || turn_case_erased(t, &th->case_id))
		return ERR_OK;
	rc = passed_alone(t, &th->case_id, &yes);
	return rc == ERR_OK && yes ? chores_save(t, &(struct chore){.kind = CHORE_OUTLIVE,
								    .case_id = th->case_id,
								    .side = 1})
				   : rc;
}

static enum err pass_on(struct turn *t, const struct consent_scope *s, const struct id16 *grant);

/* The document in the grant's own thread; one that never left has none.  Whoever took the person from us under it hears so, too. */
enum err grants_record(struct turn *t, const struct consent_scope *s, const struct id16 *grant)
{
	struct thread th;
	bool may;
	enum err rc = thread_load(t, grant, &th);

	require(s->p != NULL);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (th.kind != THREAD_CONSENT || th.peer != s->p->no ||
	    (th.role == THREAD_RECEIVER) != s->received)
		return ERR_OK; /* no consent of these two */
	if (th.withdrawn)
		return pass_on(t, s, grant); /* in this very millisecond, before */
	th.withdrawn = true;
	rc = settled_writable(t, &th, &may);
	if (rc == ERR_OK)
		rc = deadline_timer_set(t, &th, 0);
	if (rc == ERR_OK && may && t->doc_count + 1 < LIMIT_BURST) {
		rc = sign(t, &th);
		if (rc == ERR_OK)
			rc = goes_too(t, &th);
	} else if (rc == ERR_OK) {
		th.owes_end = true;
		rc = deadline_timer_set(t, &th, t->wall_ms);
	}
	if (rc == ERR_OK)
		rc = thread_save(t, &th);
	return rc == ERR_OK ? pass_on(t, s, grant) : rc;
}

/* Somebody else has the person under a consent of ours, because this one let it pass: that one ends, too.  Of an erased case
 * only the document is left to be signed. */
static enum err end_child(struct turn *t, const struct id16 *child, uint16_t peer)
{
	struct consent_scope s = {.p = state_peer(t->node, peer)};
	struct msg *m;
	struct thread th;
	enum err rc = thread_load(t, child, &th);

	if (rc != ERR_OK || s.p == NULL || th.kind != THREAD_CONSENT)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* it never left */
	s.case_id = th.case_id;
	if (turn_case_erased(t, &th.case_id))
		return grants_record(t, &s, child);
	rc = consent_record(t, child, &m);
	return rc == ERR_OK && !msg_has(m, GRANT_RECORD_WITHDRAWN_MS) &&
			       consent_between(m, peer, false)
		       ? grants_withdraw(t, &s, child, NULL)
		       : rc;
}

/* In the turn that learns of the end: whoever took it from us hears of it as soon as we did. */
static enum err pass_on(struct turn *t, const struct consent_scope *s, const struct id16 *grant)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 child;
	uint16_t peer;

	while (s->received && onward_each(t, grant, &w, &child, &peer))
		w.rc = end_child(t, &child, peer);
	return w.rc;
}

/* Some grants of one scope end here, by our own word: what rests on them, then their documents. */
enum err grants_withdraw(struct turn *t, const struct consent_scope *s, const struct id16 *only,
			 struct grants_ended *out)
{
	struct store_walk all = {.rc = ERR_OK}, ended = {.rc = ERR_OK};
	size_t mark = t->arena->used; /* a case may have more consents than fit a turn */
	struct id16 id;
	struct msg *m;
	enum err rc;

	require(s->p != NULL);
	while (consent_each(t, &s->case_id, &all, &id, &m)) {
		if (!consent_between(m, s->p->no, s->received) ||
		    msg_has(m, GRANT_RECORD_WITHDRAWN_MS) ||
		    (only != NULL ? !id16_equal(only, &id)
				  : consent_grant_state(m, t->wall_ms) == CONSENT_ENDED)) {
			arena_rewind(t->arena, mark);
			continue;
		}
		rc = mark_withdrawn(t, s, &id, m, "withdrawn");
		all.rc = rc == ERR_OK ? tell(t, out, &id, false) : rc;
		mark = t->arena->used;
	}
	if (all.rc != ERR_OK)
		return all.rc;
	rc = fall_out(t, s, FOLLOW_REVOKE, out);
	if (rc != ERR_OK)
		return rc;
	mark = t->arena->used;
	while (consent_each(t, &s->case_id, &ended, &id, &m)) {
		if (!consent_between(m, s->p->no, s->received) ||
		    msg_u64(m, GRANT_RECORD_WITHDRAWN_MS) != t->wall_ms) {
			arena_rewind(t->arena, mark);
			continue;
		}
		ended.rc = grants_record(t, s, &id);
		mark = t->arena->used;
	}
	return ended.rc;
}

/* Did its collector end it because it had run out?  That counts only once it has, by our own clock and our own copy. */
static enum err ran_out(struct turn *t, const struct thread *th, struct msg *record)
{
	const bool over = t->wall_ms >= consent_until(record);
	bool said = false;

	require(th->kind == THREAD_CONSENT);
	for (uint32_t no = 1; over && th->role == THREAD_RECEIVER && no <= th->their_no; no++) {
		struct log_entry e;
		struct document d;
		struct msg *body;
		enum err rc = thread_entry(t, th, false, no, &e);

		if (rc == ERR_OK && e.type != DOC_WITHDRAWAL)
			continue;
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		said = said || (document_body(t, &d, &body) == ERR_OK &&
				msg_u64(body, WITHDRAWAL_AUTOMATIC) != 0);
	}
	if (said)
		msg_set_u64(record, GRANT_RECORD_AUTOMATIC, 1);
	return ERR_OK;
}

/* By the partner's word, or because its unconfirmed word stood long enough. */
static enum err hear(struct turn *t, struct thread *th)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id,
					th->role == THREAD_RECEIVER};
	struct msg *m;
	const enum err found = consent_record(t, &th->id, &m);
	enum err rc = found == ERR_NOTFOUND ? ERR_OK : found;

	require(th->kind == THREAD_CONSENT);
	th->withdrawn = true;
	if (rc == ERR_OK)
		rc = th->role == THREAD_SENDER ? erasure_await(t, th) : erasure_owe(t, th);
	if (rc == ERR_OK)
		rc = thread_save(t, th);
	if (rc == ERR_OK && s.p != NULL)
		rc = pass_on(t, &s, &th->id);
	/* not found: erased with its case, or never a grant; nothing here rests on it */
	if (rc != ERR_OK || found == ERR_NOTFOUND || s.p == NULL ||
	    msg_has(m, GRANT_RECORD_WITHDRAWN_MS))
		return rc;
	rc = ran_out(t, th, m);
	if (rc == ERR_OK)
		rc = mark_withdrawn(t, &s, &th->id, m, "withdrawn-by-partner");
	return rc == ERR_OK ? fall_out(t, &s, s.received ? FOLLOW_HEAR : FOLLOW_REVOKE, NULL) : rc;
}

/* Whose loss of state nobody confirmed might be a thief: nothing is shown or sent, nothing is destroyed yet. */
static enum err hear_unsure(struct turn *t, struct thread *th)
{
	struct msg *m;
	enum err rc = consent_record(t, &th->id, &m);

	require(th->kind == THREAD_CONSENT);
	/* what is over here already needs nobody's word; the answer that is owed of it waits for its own timer */
	if (rc == ERR_NOTFOUND || (rc == ERR_OK && th->withdrawn))
		return thread_save(t, th);
	if (rc == ERR_OK && !msg_has(m, GRANT_RECORD_SAID_MS) &&
	    !msg_has(m, GRANT_RECORD_WITHDRAWN_MS)) {
		msg_set_u64(m, GRANT_RECORD_SAID_MS, t->wall_ms);
		rc = consent_save(t, &th->id, &th->case_id, m);
	}
	return rc == ERR_OK ? grantends_watch(t, th, m) : rc;
}

static enum err told_of(struct turn *t, struct thread *th)
{
	struct pair *pr;
	enum err rc = pair_get(t, th->peer, &pr);

	if (rc != ERR_OK)
		return rc;
	return pr->unconfirmed ? hear_unsure(t, th) : hear(t, th);
}

/* A consent that came back, of which its partner once said that it was withdrawn.  It may have forgotten that since,
 * as we did: it is written down again once the thread is whole. */
static enum err say_again(struct turn *t, struct thread *th)
{
	enum err rc = ERR_OK;

	if (planted(PLANT_NO_STANDING))
		return thread_save(t, th);
	th->owes_end = true;
	if (!turn_case_erased(t, &th->case_id))
		rc = deadline_timer_set(t, th, t->wall_ms);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* It was known to be over before it came: what it let pass on meanwhile ends as if that was heard now.  With its case that is gone. */
static enum err came_back(struct turn *t, struct thread *th)
{
	const bool heard = planted(PLANT_NO_STANDING) || turn_case_erased(t, &th->case_id);
	enum err rc = heard ? ERR_OK : told_of(t, th);

	return rc == ERR_OK ? say_again(t, th) : rc;
}

/* A ledger knew that it was over.  Whoever holds the person may not: our own word can have gone with the disk before it was there. */
static enum err over_before(struct turn *t, struct thread *th)
{
	enum err rc = hear(t, th);

	return rc == ERR_OK && th->role == THREAD_SENDER ? say_again(t, th) : rc;
}

/* A withdrawal ends it; a consent that comes back although it was withdrawn is withdrawn again, in writing. */
enum err grants_stored(struct turn *t, struct thread *th, uint16_t type)
{
	const struct peer *p = state_peer(t->node, th->peer);
	bool over;
	struct msg *m;
	enum err rc;

	require(th->kind == THREAD_CONSENT);
	if (type == DOC_WITHDRAWAL)
		return told_of(t, th);
	if ((type == DOC_ERASED || type == DOC_ERASING || type == DOC_ONWARD_ANSWER) &&
	    th->role == THREAD_SENDER)
		return erasure_look(t, th);
	if (type == DOC_CONSENT && th->withdrawn)
		return came_back(t, th);
	if (type != DOC_CONSENT || p == NULL)
		return thread_save(t, th);
	rc = passed_is_over(t, th, &over);
	if (rc != ERR_OK || over)
		return rc == ERR_OK ? over_before(t, th) : rc;
	rc = consent_record(t, &th->id, &m);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? thread_save(t, th) : rc;
	rc = grantends_watch(t, th, m);
	return rc == ERR_OK ? grantends_changed(t, p, &th->case_id, th->role == THREAD_RECEIVER)
			    : rc;
}

/* Said without its document: whoever says it may forget it before that document comes. */
static enum err flagged_over(struct turn *t, struct thread *th)
{
	enum err rc = told_of(t, th);

	return rc == ERR_OK && th->withdrawn ? say_again(t, th) : rc;
}

enum err grants_flagged(struct turn *t, struct thread *th, uint8_t flags)
{
	require(th->kind == THREAD_CONSENT);
	return (flags & COMPARE_WITHDRAWN) != 0 && !th->withdrawn ? flagged_over(t, th) : ERR_OK;
}

/* Hidden there is hidden here: the document that says why may never come. */
enum err grants_referral_flagged(struct turn *t, struct thread *th, uint8_t flags)
{
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	if ((flags & COMPARE_HIDDEN) == 0 || th->hidden)
		return ERR_OK;
	th->hidden = true; /* nothing of it is shown or leaves any more */
	rc = thread_save(t, th);
	return rc == ERR_OK && th->role == THREAD_RECEIVER ? bodies_person(t, &th->case_id) : rc;
}

/* Nothing of it is shown from the first moment; who its partner is may not be known yet, when this is an offline restore, and
 * then the timer of its thread writes down the rest. */
enum err grants_erased_before(struct turn *t, const struct id16 *id)
{
	struct thread th;
	enum err rc = thread_load(t, id, &th);

	if (rc != ERR_OK || th.kind != THREAD_CONSENT || turn_case_erased(t, &th.case_id))
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (state_peer(t->node, th.peer) != NULL)
		return over_before(t, &th);
	th.withdrawn = true;
	rc = deadline_timer_set(t, &th, t->wall_ms);
	if (rc == ERR_OK)
		rc = thread_save(t, &th);
	if (rc == ERR_OK && th.role == THREAD_RECEIVER)
		rc = casefile_untell(t, &th.case_id);
	return rc == ERR_OK && th.role == THREAD_RECEIVER ? bodies_person(t, &th.case_id) : rc;
}

/* What waited for a person's word about its partner.  Of a consent that went with its case no record could keep that; its log does, and
 * the answer is owed all the same. */
enum err grants_believe(struct turn *t, const struct id16 *id)
{
	struct thread th;
	struct msg *m;
	bool said = false;
	enum err rc = thread_load(t, id, &th);

	if (rc != ERR_OK || th.kind != THREAD_CONSENT)
		return rc;
	rc = consent_record(t, id, &m);
	if (rc == ERR_OK)
		said = !msg_has(m, GRANT_RECORD_WITHDRAWN_MS) &&
		       (th.withdrawn || msg_has(m, GRANT_RECORD_SAID_MS));
	else if (rc == ERR_NOTFOUND)
		rc = th.withdrawn ? ERR_OK : told_over(t, &th, &said);
	if (rc != ERR_OK || said || !th.withdrawn || th.role == THREAD_SENDER)
		return rc == ERR_OK && said ? hear(t, &th) : rc;
	/* it came as over: nothing of it waited, and those whom it let have the person did */
	return pass_on(t, &(struct consent_scope){.received = true}, id);
}

/* Written down unless a log holds it already: the partner may have been first.  A holder looks again at what it answered: what came back
 * may have taken the place of an answer that said more. */
enum err grants_catch_up(struct turn *t, struct thread *th)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id,
					th->role == THREAD_RECEIVER};
	bool may, there;
	enum err rc;

	require(th->kind == THREAD_CONSENT);
	if (!th->owes_end && !(th->withdrawn && th->role == THREAD_RECEIVER))
		return ERR_OK;
	rc = settled_writable(t, th, &may);
	if (rc != ERR_OK || !may)
		return rc;
	th->owes_end = false;
	rc = deadline_timer_set(t, th, 0);
	if (rc == ERR_OK)
		rc = told_over(t, th, &there);
	if (rc == ERR_OK && (!there || th->role == THREAD_SENDER))
		rc = there ? erasure_await(t, th) : sign(t, th);
	if (rc == ERR_OK)
		rc = th->role == THREAD_RECEIVER ? erasure_say(t, th) : goes_too(t, th);
	if (rc == ERR_OK)
		rc = thread_save(t, th);
	return rc == ERR_OK && !there && s.p != NULL && !turn_case_erased(t, &th->case_id)
		       ? fall_out(t, &s, FOLLOW_REVOKE, NULL)
		       : rc;
}

/* Does a referral run still, or does another consent carry what was said under this one? */
static enum err needed(struct turn *t, const struct consent_scope *s, bool *yes)
{
	const size_t mark = t->arena->used;
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;
	enum err rc = bodies_running(t, s->p, &s->case_id, THREAD_SENDER, yes);

	require(!s->received);
	while (rc == ERR_OK && !*yes && consent_each_open(t, &s->case_id, &w, &id, &m)) {
		*yes = consent_between(m, s->p->no, false) &&
		       consent_grant_state(m, t->wall_ms) <= CONSENT_NOT_YET;
		arena_rewind(t->arena, mark); /* a case may have more of them than fit a turn */
	}
	static_assert(CONSENT_LIVING < CONSENT_NOT_YET && CONSENT_NOT_YET < CONSENT_ENDED, "<=");
	return rc == ERR_OK ? w.rc : rc;
}

/* A consent of ours ran out, and the grace with it.  Nobody has to ask for its end: its holder hears it in writing, and answers
 * when all is erased.  As long as a referral runs a person decides (WORK_CONSENT); the timer looks again the next day. */
static enum err end_by_itself(struct turn *t, struct thread *th, const struct consent_scope *s,
			      struct msg *m)
{
	bool yes;
	enum err rc = needed(t, s, &yes);

	if (rc != ERR_OK || yes)
		return rc;
	msg_set_u64(m, GRANT_RECORD_AUTOMATIC, 1);
	rc = consent_save(t, &th->id, &th->case_id, m);
	if (rc == ERR_OK)
		rc = grants_withdraw(t, s, &th->id, NULL);
	return rc == ERR_OK ? thread_load(t, &th->id, th) : rc;
}

/* The grace is over: what the consent allowed goes here, and then its own end is said. */
static enum err grace_over(struct turn *t, struct thread *th, const struct consent_scope *s,
			   struct msg *m)
{
	enum err rc = fall_out(t, s, FOLLOW_EXPIRED, NULL);

	return rc == ERR_OK && !s->received ? end_by_itself(t, th, s, m) : rc;
}

/* What was kept by law goes on its day, as if the consent had ended now; and that is answered once more. */
static enum err law_over(struct turn *t, struct thread *th, const struct consent_scope *s)
{
	enum err rc = bodies_let_grant_go(t, s, &th->id);

	require(s->received);
	if (rc == ERR_OK)
		rc = worklist_done(t, th, WORK_KEPT);
	if (rc == ERR_OK)
		rc = erasure_owe(t, th);
	if (rc == ERR_OK)
		rc = thread_save(t, th);
	return rc == ERR_OK ? fall_out(t, s, FOLLOW_HEAR, NULL) : rc;
}

/* Due can be: what a law let this node keep; a withdrawal that is owed; an unconfirmed word that stood long enough; the grace's end. */
enum err grants_timer(struct turn *t, struct thread *th)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id,
					th->role == THREAD_RECEIVER};
	uint64_t until;
	struct msg *m;
	enum err rc;

	require(th->kind == THREAD_CONSENT);
	rc = bylaw_until(t, &th->id, &until);
	if (rc != ERR_OK)
		return rc;
	if (th->withdrawn && s.p != NULL && until != 0 && t->wall_ms >= until)
		return law_over(t, th, &s);
	if (th->owes_end)
		return grants_catch_up(t, th);
	rc = consent_record(t, &th->id, &m);
	if (rc == ERR_OK && s.p != NULL && th->withdrawn && !msg_has(m, GRANT_RECORD_WITHDRAWN_MS))
		return over_before(t, th); /* a restore knew that it was erased */
	if (th->withdrawn)
		return th->role == THREAD_SENDER ? erasure_look(t, th) : erasure_over(t, th);
	if (rc == ERR_NOTFOUND || s.p == NULL) {
		rc = deadline_timer_set(t, th, 0);
		return rc == ERR_OK ? thread_save(t, th) : rc;
	}
	if (rc != ERR_OK)
		return rc;
	if (msg_has(m, GRANT_RECORD_SAID_MS))
		return hear(t, th);
	if (t->wall_ms >= consent_until(m) + (uint64_t)GRANTENDS_GRACE_DAYS * DAY_MS)
		rc = grace_over(t, th, &s, m);
	if (rc == ERR_OK && !th->withdrawn)
		rc = grantends_watch(t, th, m);
	return rc == ERR_OK ? grantends_changed(t, s.p, &th->case_id, s.received) : rc;
}

/* Where a record came back after all, in a case that was begun again.  A partner's head names what it likes: what is no
 * consent of these two in this direction stays. */
static enum err end_record(struct turn *t, const struct consent_scope *of, const struct id16 *grant)
{
	struct consent_scope s = *of;
	struct thread th;
	struct msg *m;
	enum err rc = consent_record(t, grant, &m);

	if (rc == ERR_OK && consent_between(m, of->p->no, of->received) &&
	    !msg_has(m, GRANT_RECORD_WITHDRAWN_MS)) {
		rc = thread_load(t, grant, &th);
		if (rc == ERR_OK) {
			s.case_id = th.case_id;
			rc = mark_withdrawn(t, &s, grant, m, "withdrawn");
		}
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Our records of the consents went with the case; its documents' heads still name them. */
static enum err revoke_erased(struct turn *t, const struct thread *th,
			      const struct consent_scope *s)
{
	require(turn_case_erased(t, &th->case_id));
	for (uint32_t no = 1; no <= (s->received ? th->their_no : th->my_no); no++) {
		struct log_entry e;
		struct document d;
		enum err rc = thread_entry(t, th, !s->received, no, &e);

		if (rc == ERR_OK && e.type == DOC_REVOKE)
			continue; /* of this very turn, or like it: nothing personal is in it */
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc == ERR_OK)
			rc = grants_record(t, s, &d.head.grant_id);
		if (rc == ERR_OK)
			rc = end_record(t, s, &d.head.grant_id);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
	return ERR_OK;
}

/* Said about a referral, meant about the person: all consents between these two end, and what rests on them. */
enum err grants_revoke(struct turn *t, const struct thread *th, struct grants_ended *out)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id,
					th->role == THREAD_RECEIVER};

	if (s.p == NULL || planted(PLANT_GRANT_LIVES))
		return ERR_OK;
	return turn_case_erased(t, &th->case_id) ? revoke_erased(t, th, &s)
						 : grants_withdraw(t, &s, NULL, out);
}
