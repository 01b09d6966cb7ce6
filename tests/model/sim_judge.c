/* SPDX-License-Identifier: EUPL-1.2 */
/* The judge, at rest: none lost, none twice, both logs equal, no state without a timer, no field at a
 * partner outside consent, agreement and purpose. */
#include <stdlib.h>

#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/consent/origin.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/quota.h"
#include "domain/referral/fold.h"
#include "domain/views/referrals.h"
#include "sim.h"

enum {
	BIT_IDENTITY = 1 << 0,
	BIT_NEEDS = 1 << 15,
	META_SUBJECT = 8 /* as consent/casefile.c has it */,
	BROUGHT = 16, /* a name of a case that its partner brought ... */
	ALSO = 17     /* ... or of another one's, which went to that partner */
};

void sim_view_open(struct sim *s, struct sim_view *v, struct sim_node *n)
{
	const struct node_time now = {s->now_ms, s->now_ms};

	v->n = n;
	v->t = (struct turn){.arena = &n->arena, .fx = &v->fx};
	effects_init(&v->fx);
	node_turn_begin(n->node, &v->t, &now);
	require(store_begin(n->store, false, &v->t.txn) == ERR_OK);
}

void sim_view_alone(struct sim *s, struct sim_view *v, struct sim_node *n)
{
	sim_view_open(s, v, n);
	store_abort(v->t.txn);
	require(store_begin(n->store, true, &v->t.txn) == ERR_OK);
}

void sim_view_close(struct sim_view *v)
{
	store_abort(v->t.txn);
	arena_reset(v->t.arena);
}

void sim_view_beside(struct sim *s, struct sim_view *v, struct sim_node *n)
{
	sim_view_open(s, v, n);
	v->t.arena = &s->look;
}

/* Every entry I wrote is the same entry in the other's copy, and no more. */
static void compare_logs(struct sim *s, struct sim_view *me, const struct thread *mine,
			 struct sim_view *you, const struct thread *yours)
{
	if (mine->my_no != yours->their_no) {
		sim_fail(s, "logs differ in length: %u signed, %u at the partner", mine->my_no,
			 yours->their_no);
		return;
	}
	for (uint32_t no = 1; no <= mine->my_no; no++) {
		struct log_entry a, b;

		if (thread_entry(&me->t, mine, true, no, &a) != ERR_OK ||
		    thread_entry(&you->t, yours, false, no, &b) != ERR_OK ||
		    !id32_equal(&a.hash, &b.hash))
			sim_fail(s, "entry %u differs between the two logs", no);
	}
}

static bool has_case(struct sim_view *v, const struct thread *th)
{
	const struct store_key k = turn_key_id(&th->case_id);

	return record_exists(v->t.txn, STORE_CASES, key_span(&k));
}

static void check_timer(struct sim *s, struct sim_view *v, const struct thread *th)
{
	struct store_key k = turn_key_u64(th->timer_ms);
	struct span val;

	if (th->kind != THREAD_REFERRAL || referral_terminal((enum referral_state)th->state) ||
	    !has_case(v, th))
		return; /* what is erased waits for nothing */
	key_put(&k, th->id.b, 16);
	key_u8(&k, 0);
	if (th->due_ms == 0 || th->timer_ms == 0 ||
	    store_get(v->t.txn, STORE_TIMER, key_span(&k), &val) != ERR_OK)
		sim_fail(s, "node %d: state %s without a timer", v->n->no,
			 referral_state_name((enum referral_state)th->state));
}

/* No doubled number: the same act twice in a row in one log is what a broken dedupe leaves. */
static void check_once(struct sim *s, struct sim_view *v, const struct thread *th)
{
	for (uint32_t no = 2; no <= th->their_no; no++) {
		struct log_entry a, b;

		if (thread_entry(&v->t, th, false, no - 1, &a) == ERR_OK &&
		    thread_entry(&v->t, th, false, no, &b) == ERR_OK &&
		    id16_equal(&a.doc.msg, &b.doc.msg))
			sim_fail(s, "node %d applied a document twice", v->n->no);
	}
}

/* What the consents of this person to us ever covered together: each lets pass what it and the others cover when
 * it passes. */
static uint64_t given(struct sim_view *v, const struct thread *th)
{
	const struct store_key prefix = turn_key_id(&th->case_id);
	struct store_walk w = {.rc = ERR_OK};
	uint64_t cats = 0;

	while (store_each(v->t.txn, STORE_GRANTCASE, key_span(&prefix), &w)) {
		struct consent_view cv;
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, 16);
		require(consent_load(&v->t, state_peer(v->n->node, th->peer), &id, CONSENT_RECEIVE,
				     &cv) == ERR_OK);
		cats |= cv.cats & cv.purpose_cats;
	}
	return cats;
}

/* What the other side's bodies hold must lie within grant, both agreements and purpose. */
static void check_scope(struct sim *s, struct sim_view *v, const struct thread *th)
{
	const int from = th->peer - 1, to = v->n->no;

	for (uint32_t no = 1; no <= th->their_no; no++) {
		struct log_entry e;
		struct document d;
		struct msg *body;
		uint64_t cats;

		if (thread_entry(&v->t, th, false, no, &e) != ERR_OK ||
		    document_load(&v->t, &e.doc, &d) != ERR_OK) {
			sim_fail(s, "node %d lost a document", to);
			return;
		}
		s->hollow += d.hollow;
		if (document_body(&v->t, &d, &body) != ERR_OK)
			continue;
		cats = msg_cats(body);
		if (e.type == DOC_MESSAGE)
			cats &= ~(uint64_t)SIM_MESSAGE; /* sim_words.c */
		if (cats != 0 &&
		    (cats & ~(given(v, th) & s->send_cats[from][to] & s->take_cats[to][from])) != 0)
			sim_fail(s, "node %d holds fields %llx outside consent", to,
				 (unsigned long long)cats);
	}
}

/* Did whoever collected this consent write down that it was taken back? */
static bool taken_back(struct sim_view *v, const struct id16 *grant)
{
	const struct store_key k = turn_key_id(grant);
	struct msg *g;

	return turn_get_msg(&v->t, STORE_GRANT, &k, MSG_GRANT_RECORD, &g) == ERR_OK &&
	       msg_u64(g, GRANT_RECORD_WITHDRAWN_MS) != 0;
}

/* A person said so of this referral; what follows from the end of another consent says nothing of this one's. */
static bool revoked_by_hand(struct sim_view *v, const struct thread *th, bool mine, uint32_t *seen)
{
	for (uint32_t no = 1; no <= (mine ? th->my_no : th->their_no); no++) {
		struct log_entry e;
		struct document d;
		struct msg *body;

		*seen = UINT32_MAX;
		if (thread_entry(&v->t, th, mine, no, &e) != ERR_OK || e.type != DOC_REVOKE ||
		    document_load(&v->t, &e.doc, &d) != ERR_OK ||
		    document_body(&v->t, &d, &body) != ERR_OK || msg_u64(body, ACT_AUTOMATIC) != 0)
			continue;
		*seen = mine ? no : e.seen_no;
		return true;
	}
	return false;
}

/* The person took back a consent, not one referral under it: at both ends. */
static void check_revoked(struct sim *s, struct sim_view *v, const struct thread *th,
			  struct sim_view *other)
{
	uint32_t seen;

	if (!revoked_by_hand(v, th, true, &seen) && !revoked_by_hand(v, th, false, &seen))
		return;
	for (uint32_t no = 1; no <= th->my_no && no <= seen; no++) {
		struct sim_view *const ends[] = {v, other};
		struct log_entry e;
		struct document d;

		if (thread_entry(&v->t, th, true, no, &e) != ERR_OK ||
		    document_load(&v->t, &e.doc, &d) != ERR_OK || d.head.cats == 0)
			continue;
		for (size_t k = 0; k < 2; k++) {
			struct msg *g;

			if (consent_record(&ends[k]->t, &d.head.grant_id, &g) == ERR_OK &&
			    consent_grant_state(g, v->t.wall_ms) == CONSENT_LIVING)
				sim_fail(s, "node %d: after a revoke the consent lives",
					 ends[k]->n->no);
		}
	}
}

/* What the partner's living consents let this node see of the case. */
static uint64_t covered(struct sim_view *v, const struct thread *th, bool *ended)
{
	const struct store_key prefix = turn_key_id(&th->case_id);
	struct store_walk w = {.rc = ERR_OK};
	uint64_t cats = 0;
	bool only =
		true; /* nothing that merely ran out: what it let in stays a week longer, unseen */

	*ended = false;
	while (store_each(v->t.txn, STORE_GRANTCASE, key_span(&prefix), &w)) {
		struct consent_view cv;
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, 16);
		require(consent_load(&v->t, state_peer(v->n->node, th->peer), &id, CONSENT_RECEIVE,
				     &cv) == ERR_OK);
		cats |= consent_covered(&cv, v->t.wall_ms);
		*ended = *ended || cv.withdrawn_ms != 0;
		only = only && (!cv.granted || cv.withdrawn_ms != 0);
	}
	*ended = *ended && only;
	return cats;
}

static bool name_in_offer(struct sim_view *v, const struct thread *th, bool mine)
{
	struct log_entry e;
	struct document d;
	struct msg *body;

	return (mine ? th->my_no : th->their_no) > 0 &&
	       thread_entry(&v->t, th, mine, 1, &e) == ERR_OK && e.type == DOC_OFFER &&
	       document_load(&v->t, &e.doc, &d) == ERR_OK &&
	       document_body(&v->t, &d, &body) == ERR_OK &&
	       msg_text(msg_get(body, OFFER_PERSON), PERSON_NAME)[0] != '\0';
}

/* What a list shows of a referral, and what its case still holds. */
static void check_shown(struct sim *s, struct sim_view *v, const struct thread *th, uint64_t cats,
			bool ended)
{
	struct msg *reply = msg_new(v->t.arena, MSG_REPLY), *record;
	const struct msg *row;

	require(view_referral_row(&v->t, th, reply, true) == ERR_OK);
	row = msg_at(reply, REPLY_REFERRALS, 0);
	if ((cats & BIT_IDENTITY) == 0 && msg_text(row, REFERRAL_ROW_NAME)[0] != '\0')
		sim_fail(s, "node %d shows the name of a person without consent", v->n->no);
	if ((cats & BIT_NEEDS) == 0 && msg_text(row, REFERRAL_ROW_NEED)[0] != '\0')
		sim_fail(s, "node %d shows the need of a person without consent", v->n->no);
	if (ended && cats == 0 && casefile_load(&v->t, &th->case_id, &record) == ERR_OK &&
	    msg_u64(record, CASE_RECORD_THEIRS) != 0 && msg_has(record, CASE_RECORD_TOLD) &&
	    msg_cats(msg_get(record, CASE_RECORD_TOLD)) != 0)
		sim_fail(s, "node %d: the person of a withdrawn consent is still in the case",
			 v->n->no);
}

/* The receiver's end: what was taken back is gone, and who still has consent is there. */
static void check_person(struct sim *s, struct sim_view *v, const struct thread *th,
			 struct sim_view *sender, const struct thread *theirs)
{
	struct consent_view cv;
	struct msg *reply = msg_new(v->t.arena, MSG_REPLY);
	bool ended;
	uint64_t cats;

	check_revoked(s, sender, theirs, v);
	for (uint32_t no = 1; no <= th->their_no; no++) {
		struct log_entry e;
		struct document d;
		struct msg *body;

		if (thread_entry(&v->t, th, false, no, &e) == ERR_OK &&
		    document_load(&v->t, &e.doc, &d) == ERR_OK && d.head.cats != 0 &&
		    (taken_back(sender, &d.head.grant_id) || taken_back(v, &d.head.grant_id)) &&
		    document_body(&v->t, &d, &body) == ERR_OK)
			sim_fail(s, "node %d can read a body under a withdrawn consent", v->n->no);
	}
	if (!has_case(v, th))
		return;
	cats = covered(v, th, &ended);
	check_shown(s, v, th, cats, ended);
	require(consent_load(&v->t, state_peer(v->n->node, th->peer), &th->grant_id,
			     CONSENT_RECEIVE, &cv) == ERR_OK);
	if (referral_terminal((enum referral_state)th->state) || th->hidden ||
	    (consent_covered(&cv, v->t.wall_ms) & BIT_IDENTITY) == 0 ||
	    !name_in_offer(sender, theirs, true))
		return;
	s->life.present++;
	if (!name_in_offer(v, th, false))
		sim_fail(s, "node %d: a living referral with a living consent lost its person",
			 v->n->no);
	require(view_referral_row(&v->t, th, reply, true) == ERR_OK);
	if (msg_text(msg_at(reply, REPLY_REFERRALS, 0), REFERRAL_ROW_NAME)[0] == '\0')
		sim_fail(s, "node %d: a living referral with a living consent shows no person",
			 v->n->no);
}

/* What happened of the things that a life has. */
static void count_life(struct sim *s, struct sim_view *v, const struct thread *th)
{
	const struct store_key k = turn_key_id(&th->case_id);
	const bool here = has_case(v, th);
	uint64_t erased_ms = UINT64_MAX;
	struct span at;

	if (!here && turn_get(&v->t, STORE_ERASED, &k, &at) == ERR_OK)
		erased_ms = be64_get(at.p);
	for (uint32_t no = 1; no <= th->my_no && th->kind == THREAD_REFERRAL; no++) {
		struct log_entry e;

		if (thread_entry(&v->t, th, true, no, &e) != ERR_OK)
			continue;
		s->life.expired += e.type == DOC_EXPIRE || e.type == DOC_WD_TIMEOUT;
		s->life.escalated += e.type == DOC_ESCALATE;
	}
	for (uint32_t no = 1; no <= th->their_no; no++) {
		struct log_entry e;

		s->life.late += thread_entry(&v->t, th, false, no, &e) == ERR_OK &&
				e.kept_ms > erased_ms;
	}
	s->life.forgotten += here && th->kind == THREAD_REFERRAL && th->role == THREAD_RECEIVER &&
			     referral_terminal((enum referral_state)th->state) && th->hidden;
}

static void check_thread(struct sim *s, struct sim_view *v, const struct thread *th)
{
	struct sim_view other;
	struct thread theirs;
	struct fold_step *steps;
	enum referral_state a, b;
	size_t n;

	check_timer(s, v, th);
	check_once(s, v, th);
	check_scope(s, v, th);
	count_life(s, v, th);
	sim_view_open(s, &other, &s->nodes[th->peer - 1]);
	if (thread_load(&other.t, &th->id, &theirs) != ERR_OK) {
		sim_fail(s, "node %d has a thread that its partner %d lacks", v->n->no,
			 th->peer - 1);
	} else {
		compare_logs(s, v, th, &other, &theirs);
		if (th->kind == THREAD_REFERRAL) {
			if (fold_thread(&v->t, th, &steps, &n, &a) != ERR_OK ||
			    n != (size_t)th->my_no + th->their_no)
				sim_fail(s, "node %d cannot fold a thread", v->n->no);
			if (fold_thread(&other.t, &theirs, &steps, &n, &b) != ERR_OK || a != b ||
			    th->state != theirs.state || th->state != a)
				sim_fail(s, "the two ends disagree about a state");
			sim_check_words(s, v, th, &other);
			if (th->role == THREAD_RECEIVER && s->profile.life > 0)
				check_person(s, v, th, &other, &theirs);
		}
	}
	sim_view_close(&other);
}

/* A partner's name for a person leads to a case that is here, or to nothing. */
void sim_check_names(struct sim *s, struct sim_node *n)
{
	const uint8_t kind = META_SUBJECT;
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;

	sim_view_open(s, &v, n);
	while (store_each(v.t.txn, STORE_META, span_of(&kind, 1), &w)) {
		struct record_place place;
		struct store_key k = {.len = 0};
		struct span val;

		require(record_open(v.t.txn, &n->arena, STORE_META, &w.row, &place, &val) ==
				ERR_OK &&
			(val.len == BROUGHT || val.len == ALSO));
		key_put(&k, val.p, 16);
		if (!record_exists(v.t.txn, STORE_CASES, key_span(&k)))
			sim_fail(s, "node %d: a partner's name leads to an erased case", n->no);
	}
	sim_view_close(&v);
}

/* What is counted where it changes, counted again by a walk over everything. */
struct real_counts {
	uint64_t open_ours, open_theirs, threads, cases, alone;
};

static void count_threads(struct sim *s, struct sim_view *v, struct real_counts *real)
{
	struct store_walk w = {.rc = ERR_OK};

	while (store_each(v->t.txn, STORE_THREAD, span_of(NULL, 0), &w)) {
		const size_t mark = v->t.arena->used;
		struct real_counts *c;
		struct thread th;
		struct id16 id;
		bool open;

		memcpy(id.b, w.row.key.p, 16);
		if (thread_load(&v->t, &id, &th) != ERR_OK)
			sim_fail(s, "node %d: a thread cannot be read", v->n->no);
		c = &real[th.peer];
		open = th.kind == THREAD_REFERRAL &&
		       !referral_terminal((enum referral_state)th.state);
		c->open_ours += open && th.role == THREAD_SENDER;
		c->open_theirs += open && th.role == THREAD_RECEIVER;
		c->threads += th.role == THREAD_RECEIVER;
		arena_rewind(v->t.arena, mark);
	}
}

static void count_cases(struct sim_view *v, struct real_counts *real)
{
	const uint8_t kind = META_SUBJECT;
	struct store_walk w = {.rc = ERR_OK};

	while (store_each(v->t.txn, STORE_META, span_of(&kind, 1), &w)) {
		struct record_place place;
		struct span val;

		require(record_open(v->t.txn, v->t.arena, STORE_META, &w.row, &place, &val) ==
			ERR_OK);
		/* a name that the partner gave, of a case that it brought */
		if (w.row.key.len == 1 + 2 + 16 && val.len == BROUGHT)
			real[be16_get(w.row.key.p + 1)].cases++;
	}
}

/* Who brought it is known of every case that is here, and of no other. */
static void check_origins(struct sim *s, struct sim_view *v)
{
	uint64_t rows = 0;

	for (int peer = 0; peer <= s->n; peer++) {
		struct id16 id;

		memset(&id, 0xff, sizeof id);
		for (; origin_before(&v->t, (uint16_t)peer, &id) == ERR_OK; rows++)
			if (!record_exists(v->t.txn, STORE_CASES, span_of(id.b, sizeof id.b)))
				sim_fail(s, "node %d: a list has a case that is gone", v->n->no);
	}
	if (rows != store_count(v->t.txn, STORE_CASES))
		sim_fail(s, "node %d: a list lacks a case", v->n->no);
}

/* Whoever waits for a referral has none, and a case that is here. */
static void count_alone(struct sim *s, struct sim_view *v, struct real_counts *real)
{
	struct store_walk w = {.rc = ERR_OK};

	while (store_each(v->t.txn, STORE_ALONE, span_of(NULL, 0), &w)) {
		const struct span id = w.row.key;
		struct store_walk threads = {.rc = ERR_OK};
		struct store_key k = {.len = 0};
		struct span val;

		key_put(&k, id.p, id.len);
		require(turn_get(&v->t, STORE_ALONE, &k, &val) == ERR_OK && val.len == 10);
		real[be16_get(val.p)].alone++;
		if (!record_exists(v->t.txn, STORE_CASES, key_span(&k)))
			sim_fail(s, "node %d: a consent waits in a case that is gone", v->n->no);
		while (store_each(v->t.txn, STORE_THREADCASE, key_span(&k), &threads)) {
			struct id16 tid;
			struct thread th;

			memcpy(tid.b, threads.row.key.p + 16, 16);
			if (thread_load(&v->t, &tid, &th) != ERR_OK || th.kind == THREAD_REFERRAL)
				sim_fail(s, "node %d: a case with a referral is not shown",
					 v->n->no);
		}
	}
}

/* What may hold has to be found, or a person's consent counts for nothing; what is over must not be asked for ever. */
static void check_open_grants(struct sim *s, struct sim_view *v)
{
	const size_t mark = v->t.arena->used;
	struct store_walk w = {.key_len = 32};

	while (store_each(v->t.txn, STORE_GRANTCASE, span_of(NULL, 0), &w)) {
		const bool open = record_exists(v->t.txn, STORE_GRANTOPEN, w.row.key);
		struct id16 id;
		struct msg *m;

		memcpy(id.b, w.row.key.p + 16, 16);
		if (consent_record(&v->t, &id, &m) == ERR_OK &&
		    (open ? msg_has(m, GRANT_RECORD_WITHDRAWN_MS)
			  : consent_grant_state(m, v->t.wall_ms) != CONSENT_WITHDRAWN))
			sim_fail(s, "node %d: a consent is %s those that may hold", v->n->no,
				 open ? "over, and still among" : "not over, and not among");
		arena_rewind(v->t.arena, mark);
	}
}

static void check_counts(struct sim *s, struct sim_node *n)
{
	struct real_counts real[SIM_NODES_MAX + 2] = {{0}};
	struct sim_view v;

	sim_view_open(s, &v, n);
	count_threads(s, &v, real);
	count_cases(&v, real);
	count_alone(s, &v, real);
	check_origins(s, &v);
	check_open_grants(s, &v);
	for (int i = 1; i <= s->n; i++) {
		const uint16_t peer = (uint16_t)i;
		const struct real_counts *c = &real[peer];
		struct quota_place at = {.case_id = {{0}}};
		uint64_t rows = 0;
		struct pair *pr;

		require(pair_get(&v.t, peer, &pr) == ERR_OK);
		while (quota_next_open(&v.t, peer, THREAD_RECEIVER, &at) == ERR_OK)
			rows++;
		if (pr->open_theirs != c->open_theirs || pr->open_ours != c->open_ours ||
		    pr->threads != c->threads || pr->cases != c->cases || pr->alone != c->alone ||
		    rows != c->open_theirs)
			sim_fail(s,
				 "node %d miscounts partner %d: open %llu of %llu, ours %llu of "
				 "%llu, "
				 "threads %llu of %llu, cases %llu of %llu, alone %llu of %llu",
				 n->no, peer - 1, (unsigned long long)pr->open_theirs,
				 (unsigned long long)c->open_theirs,
				 (unsigned long long)pr->open_ours,
				 (unsigned long long)c->open_ours, (unsigned long long)pr->threads,
				 (unsigned long long)c->threads, (unsigned long long)pr->cases,
				 (unsigned long long)c->cases, (unsigned long long)pr->alone,
				 (unsigned long long)c->alone);
	}
	sim_view_close(&v);
}

static void check_node(struct sim *s, int i)
{
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;

	sim_view_open(s, &v, &s->nodes[i]);
	while (s->failed[0] == '\0' && store_each(v.t.txn, STORE_THREAD, span_of(NULL, 0), &w)) {
		const size_t mark = v.t.arena->used;
		struct id16 id;
		struct thread th;

		memcpy(id.b, w.row.key.p, 16);
		if (thread_load(&v.t, &id, &th) != ERR_OK)
			sim_fail(s, "node %d: a thread cannot be read", i);
		else
			check_thread(s, &v, &th);
		arena_rewind(v.t.arena, mark);
	}
	w = (struct store_walk){.rc = ERR_OK};
	while (s->failed[0] == '\0' && store_each(v.t.txn, STORE_OUTPLACE, span_of(NULL, 0), &w)) {
		struct outbox_row out;

		if (outbox_get(&v.t, be16_get(w.row.key.p), be64_get(w.row.key.p + 2), &out) !=
			    ERR_OK ||
		    out.state == OUTBOX_OWED)
			sim_fail(s, "node %d: a document without a receipt", i);
	}
	sim_view_close(&v);
}

/* Everything in logs and on shelves now. */
static void gather(struct sim *s, int i, struct sim_set *out)
{
	static const enum store_table tables[] = {STORE_THREADLOG, STORE_SHELF};
	struct sim_view v;

	sim_view_open(s, &v, &s->nodes[i]);
	for (size_t k = 0; k < 2; k++) {
		struct store_walk w = {.rc = ERR_OK};

		while (store_each(v.t.txn, tables[k], span_of(NULL, 0), &w)) {
			struct record_place place;
			struct span val;
			struct id16 id;

			require(record_open(v.t.txn, &v.n->arena, tables[k], &w.row, &place,
					    &val) == ERR_OK);
			memcpy(id.b, k == 0 ? val.p : w.row.key.p + 16, 16);
			if (sim_set_has(&s->kept, 0, &id))
				sim_set_add(out, 0, &id);
			s->shelved += k == 1;
			arena_reset(&v.n->arena);
		}
	}
	sim_view_close(&v);
}

/* What some disk still held when another went must be somewhere at the end. */
static void check_losses(struct sim *s)
{
	struct sim_set here = {.len = 0};

	for (int i = 0; i < s->n; i++)
		gather(s, i, &here);
	for (size_t i = 0; i < s->kept.len; i++)
		if (!sim_set_has(&here, 0, &s->kept.marks[i].id) &&
		    !sim_set_has(&s->lostable, 0, &s->kept.marks[i].id))
			sim_fail(s, "a document is gone although a disk kept it");
	s->lost += s->lostable.len;
	free(here.marks);
}

void sim_judge(struct sim *s)
{
	check_losses(s);
	for (int i = 0; i < s->n && s->failed[0] == '\0'; i++) {
		check_node(s, i);
		sim_check_names(s, &s->nodes[i]);
		sim_check_index(s, &s->nodes[i]);
		check_counts(s, &s->nodes[i]);
	}
	if (s->profile.move > 0 && s->failed[0] == '\0')
		sim_check_moves(s);
}
