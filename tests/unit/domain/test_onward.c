/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/onward by itself, and what the desk asks of it: a partner's person goes on, or round in a circle. */
#include "test.h"

#include "base/date.h"
#include "bedcase.h"
#include "domain/care/acts.h"
#include "domain/consent/grant.h"
#include "domain/desk/refer.h"
#include "domain/documents/grantkey.h"
#include "domain/documents/passing.h"
#include "domain/grant/grantdocs.h"
#include "domain/onward/before.h"
#include "domain/onward/hops.h"
#include "domain/onward/passed.h"
#include "domain/onward/rows.h"
#include "domain/onward/target.h"
#include "domain/referral/worklist.h"

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

/* Who has the person under this consent: how many, and the last of them. */
static size_t holders(struct bed *b, const struct id16 *grant, struct id16 *child, uint16_t *peer)
{
	struct store_walk w = {.rc = ERR_OK};
	size_t n = 0;

	while (onward_each(&b->t, grant, &w, child, peer))
		n++;
	assert_int_equal(w.rc, ERR_OK);
	return n;
}

/* The consent as it left, in the first document of its thread. */
static struct msg *left(struct bed *b, const struct id16 *grant)
{
	const struct thread th = bedcase_thread(b, grant);
	const struct document d = bedcase_document(b, &th, true, 1);
	struct msg *body;

	assert_int_equal(document_body(&b->t, &d, &body), ERR_OK);
	return body;
}

static void a_persons_way_is_kept(void **state)
{
	struct bed *b = *state;
	const struct thread theirs = bedcase_consent_came(b, BED_PARTNER, 0x11, 90);
	const struct thread came = bedcase_offer_came(b, &theirs, 0x12);
	struct id16 ours, child;
	struct span parent;
	uint16_t peer = 0;

	assert_int_equal(holders(b, &theirs.id, &child, &peer), 0);
	ours = bedcase_consent(b, &came.case_id, BED_OTHER, 30);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 0); /* nothing went yet */
	(void)bedcase_refer(b, &came.case_id, BED_OTHER);
	(void)bed_turn(b);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 1);
	assert_memory_equal(child.b, ours.b, 16);
	assert_int_equal(peer, BED_OTHER);
	parent = msg_bytes(left(b, &ours), CONSENT_GRANT_PARENT_GRANT);
	assert_int_equal(parent.len, 16);
	assert_memory_equal(parent.p, theirs.id.b, 16);
	assert_int_equal(onward_drop(&b->t, &theirs.id, &child), ERR_OK);
	assert_int_equal(onward_drop(&b->t, &theirs.id, &child), ERR_OK);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 0);
}

/* Our own person goes; and who answers a partner passes nothing on. */
static void nothing_is_kept_of_others(void **state)
{
	struct bed *b = *state;
	const struct id16 mine = bedcase_open(b);
	const struct id16 given = bedcase_consent(b, &mine, BED_OTHER, 30);
	const struct thread theirs = bedcase_consent_came(b, BED_PARTNER, 0x21, 90);
	struct thread came = bedcase_offer_came(b, &theirs, 0x22);
	struct msg *body = msg_new(b->t.arena, MSG_ACT);
	struct id16 child;
	uint16_t peer;

	(void)bedcase_refer(b, &mine, BED_OTHER);
	msg_set_text(b->t.arena, body, ACT_REASON, "appointment");
	msg_set_text(b->t.arena, body, ACT_TEXT, "verzonnen");
	assert_int_equal(acts_sign(&b->t, &came, DOC_ACCEPT, msg_new(b->t.arena, MSG_ACT)), ERR_OK);
	assert_int_equal(acts_sign(&b->t, &came, DOC_NOTE, body), ERR_OK);
	(void)bed_turn(b);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 0);
	assert_int_equal(holders(b, &given, &child, &peer), 0);
	assert_false(msg_has(left(b, &given), CONSENT_GRANT_PARENT_GRANT));
}

/* A consent that the partner gives later covers what goes from then on. */
static void a_later_consent_counts_too(void **state)
{
	struct bed *b = *state;
	const struct thread theirs = bedcase_consent_came(b, BED_PARTNER, 0x31, 90);
	const struct thread came = bedcase_offer_came(b, &theirs, 0x32);
	const struct id16 later = bed_id(0x33);
	struct id16 ours, child;
	struct thread th;
	struct msg *m;
	uint16_t peer;

	ours = bedcase_consent(b, &came.case_id, BED_OTHER, 30);
	th = bedcase_refer(b, &came.case_id, BED_OTHER);
	(void)bed_turn(b);
	assert_int_equal(consent_record(&b->t, &theirs.id, &m), ERR_OK);
	assert_int_equal(grantkey_make(&b->t, &later), ERR_OK);
	assert_int_equal(consent_save(&b->t, &later, &came.case_id, m), ERR_OK);
	assert_int_equal(holders(b, &later, &child, &peer), 0);
	assert_int_equal(passed_on(&b->t, &th.case_id, &ours, BED_OTHER, 1), ERR_OK);
	assert_int_equal(holders(b, &later, &child, &peer), 1);
	assert_int_equal(passed_on(&b->t, &th.case_id, &theirs.id, BED_PARTNER, 1), ERR_OK);
	assert_int_equal(holders(b, &later, &child, &peer),
			 1); /* under a partner's own consent nothing is passed on */
}

/* Given back after a loss, the consent says itself where the person came from. */
static void it_comes_back_with_its_document(void **state)
{
	struct bed *b = *state;
	const struct thread theirs = bedcase_consent_came(b, BED_PARTNER, 0x41, 90);
	const struct thread came = bedcase_offer_came(b, &theirs, 0x42);
	const struct id16 ours = bedcase_consent(b, &came.case_id, BED_OTHER, 30);
	struct thread th;
	struct id16 child;
	uint16_t peer;

	(void)bedcase_refer(b, &came.case_id, BED_OTHER);
	(void)bed_turn(b);
	assert_int_equal(onward_drop(&b->t, &theirs.id, &ours), ERR_OK);
	th = bedcase_thread(b, &ours);
	assert_int_equal(grantdocs_recover(&b->t, &th, left(b, &ours)), ERR_OK);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 1);
	assert_int_equal(peer, BED_OTHER);
}

/* ---- the chain ---- */

static struct hops chain_of(uint8_t salt, const struct id32 *nodes, size_t n)
{
	struct hops h = {.id = bed_id(salt), .salt = bed_id(salt)};

	for (size_t i = 0; i < n; i++)
		hops_add(&h, &nodes[i]);
	return h;
}

static void a_chain_names_nobody_and_knows_everybody(void **state)
{
	struct id32 nodes[PASSING_HANDLERS + 1];
	struct hops one, other;
	struct arena a;
	struct msg *o;

	(void)state;
	assert_int_equal(arena_create(&a, 65536), ERR_OK);
	for (size_t i = 0; i <= PASSING_HANDLERS; i++)
		memset(nodes[i].b, (int)i + 1, sizeof nodes[i].b);
	one = chain_of(1, nodes, 3);
	other = chain_of(2, nodes, 3);
	assert_int_equal(hops_passed(&one), 2);
	assert_true(hops_has(&one, &nodes[0]) && hops_has(&one, &nodes[2]));
	assert_false(hops_has(&one, &nodes[3]));
	for (size_t i = 0; i < 3;
	     i++) { /* the same nodes in another chain are other ids, and no id begins as its node does */
		assert_memory_not_equal(one.handler[i].b, other.handler[i].b, 16);
		assert_memory_not_equal(one.handler[i].b, nodes[i].b, 16);
	}
	o = msg_new(&a, MSG_OFFER);
	assert_int_equal(hops_write(&a, o, &one), ERR_OK);
	assert_int_equal(msg_u64(o, OFFER_HOPS), 2);
	assert_true(hops_read(o, &other));
	assert_int_equal(other.count, 3);
	assert_true(hops_has(&other, &nodes[1]));
	/* of very many the oldest are forgotten, and the offer is one that is taken */
	one = chain_of(1, nodes, PASSING_HANDLERS + 1);
	assert_int_equal(hops_passed(&one), PASSING_HANDLERS - 1);
	assert_false(hops_has(&one, &nodes[0]));
	assert_true(hops_has(&one, &nodes[PASSING_HANDLERS]));
	assert_int_equal(hops_write(&a, msg_new(&a, MSG_OFFER), &one), ERR_OK);
	assert_false(hops_read(msg_new(&a, MSG_OFFER), &other));
	arena_free(&a);
}

/* What a partner's daemon may write into these fields, whatever it is. */
static void a_chain_that_does_not_fit_itself_is_malformed(void **state)
{
	static const struct {
		bool id, salt;
		uint32_t handlers, hops;
		const char *field; /* NULL: sound */
	} rows[] = {
		{false, false, 0, 0, NULL},	      {true, true, 1, 0, NULL},
		{true, true, 16, 15, NULL},	      {true, false, 1, 0, "chain_salt"},
		{false, true, 0, 0, "chain_salt"},    {true, true, 0, 0, "handled_by"},
		{false, false, 1, 0, "handled_by"},   {true, true, 17, 16, "handled_by"},
		{true, true, 200, 199, "handled_by"}, {true, true, 3, 0, "hops"},
		{true, true, 3, 3, "hops"},	      {false, false, 0, 1, "hops"},
		{true, true, 1, UINT32_MAX, "hops"},  {false, false, 0, UINT32_MAX, "hops"},
	};
	struct arena a;

	(void)state;
	assert_int_equal(arena_create(&a, 1 << 20), ERR_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct msg *o = msg_new(&a, MSG_OFFER);
		const struct id16 some = bed_id(7);
		const char *field = NULL;

		if (rows[i].id)
			msg_set_bytes(&a, o, OFFER_CHAIN_ID, span_of(some.b, 16));
		if (rows[i].salt)
			msg_set_bytes(&a, o, OFFER_CHAIN_SALT, span_of(some.b, 16));
		for (uint32_t k = 0; k < rows[i].handlers; k++)
			msg_add_bytes(&a, o, OFFER_HANDLED_BY, span_of(some.b, 16));
		msg_set_u64(o, OFFER_HOPS, rows[i].hops);
		assert_int_equal(passing_sound(o, &field), rows[i].field == NULL);
		if (rows[i].field != NULL)
			assert_string_equal(field, rows[i].field);
	}
	arena_free(&a);
}

static void a_redirect_names_a_few_members(void **state)
{
	struct msg *body, *other;
	const char *field = NULL;
	const struct id32 one = {{1}};
	struct arena a;

	(void)state;
	assert_int_equal(arena_create(&a, 65536), ERR_OK);
	body = msg_new(&a, MSG_ACT);
	other = msg_new(&a, MSG_ASK);
	for (unsigned i = 0; i < PASSING_TARGETS; i++)
		msg_add_bytes(&a, body, ACT_TARGET_IDS, span_of(one.b, 32));
	assert_true(passing_sound(body, &field) && passing_sound(other, &field));
	msg_add_bytes(&a, body, ACT_TARGET_IDS, span_of(one.b, 32));
	assert_false(passing_sound(body, &field));
	assert_string_equal(field, "targets");
	arena_free(&a);
}

/* ---- referred on ---- */

/* A partner's referral, with the chain that it says; its consent lets itself be passed on, or not. */
static struct thread came_along(struct bed *b, uint8_t first, const struct hops *chain, bool onward)
{
	struct thread consent = bedcase_consent_came(b, BED_PARTNER, first, 90);
	struct thread th = {.id = bed_id((uint8_t)(first + 1)),
			    .peer = BED_PARTNER,
			    .kind = THREAD_REFERRAL,
			    .role = THREAD_RECEIVER};
	struct msg *o = msg_new(b->t.arena, MSG_OFFER), *m;

	assert_int_equal(consent_record(&b->t, &consent.id, &m), ERR_OK);
	msg_set_text(b->t.arena, msg_sub(b->t.arena, m, GRANT_RECORD_GRANT), CONSENT_GRANT_ONWARD,
		     onward ? "member" : "none");
	assert_int_equal(consent_save(&b->t, &consent.id, &consent.case_id, m), ERR_OK);
	msg_set_text(b->t.arena, o, OFFER_NEED, "income-debt");
	msg_set_text(b->t.arena, msg_sub(b->t.arena, o, OFFER_PERSON), PERSON_NAME, "Verzonnen");
	if (chain != NULL)
		assert_int_equal(hops_write(b->t.arena, o, chain), ERR_OK);
	bedcase_came(b, &th, DOC_OFFER, &consent.id, o);
	assert_memory_equal(th.case_id.b, consent.case_id.b, 16);
	return th;
}

/* The code of the refusal, "" when it went; knowing: why all the same, or "". */
static const char *refer(struct bed *b, const struct id16 *case_id, const char *to,
			 const char *knowing, bool dry_run)
{
	struct msg *req = msg_new(b->t.arena, MSG_REFER_NEW);
	char hex[33];

	bytes_hex(hex, case_id->b, 16);
	msg_set_text(b->t.arena, req, REFER_NEW_CASE_ID, hex);
	msg_set_text(b->t.arena, req, REFER_NEW_PARTNER, to);
	msg_set_text(b->t.arena, req, REFER_NEW_NEED, "income-debt");
	msg_set_text(b->t.arena, req, REFER_NEW_KNOWING, knowing);
	msg_set_u64(req, REFER_NEW_URGENCY, 1);
	msg_set_u64(req, REFER_NEW_AGAIN, 1);
	msg_set_u64(req, REFER_NEW_DRY_RUN, dry_run);
	return desk_refer(&b->t, req, msg_new(b->t.arena, MSG_REPLY)) == ERR_OK
		       ? ""
		       : list_refusal_codes[b->t.refusal.code];
}

/* The newest referral of ours in this case. */
static struct thread newest(struct bed *b, const struct id16 *case_id)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = 32};
	struct thread out = {.kind = 0};

	while (store_each(b->t.txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		struct thread th;
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, 16);
		th = bedcase_thread(b, &id);
		if (th.kind == THREAD_REFERRAL && th.role == THREAD_SENDER &&
		    (out.kind == 0 || th.created_ms >= out.created_ms))
			out = th;
	}
	assert_int_equal(w.rc, ERR_OK);
	assert_int_equal(out.kind, THREAD_REFERRAL);
	return out;
}

static struct hops said(struct bed *b, const struct thread *th)
{
	const struct document d = bedcase_document(b, th, true, 1);
	struct msg *body;
	struct hops h;

	assert_int_equal(document_body(&b->t, &d, &body), ERR_OK);
	assert_true(hops_read(body, &h));
	return h;
}

static void who_had_the_person_is_found_before_anything_goes(void **state)
{
	struct bed *b = *state;
	const struct id32 *us = &b->node->node_id;
	const struct id32 far[] = {b->node->peers[BED_OTHER - 1].node_id,
				   b->node->peers[BED_PARTNER - 1].node_id};
	const struct hops chain = chain_of(9, far, 2);
	const struct thread came = came_along(b, 0x51, &chain, false);
	struct thread th;
	struct hops next;

	assert_int_equal(bedcase_thread(b, &came.id).hops, 1);
	(void)bedcase_consent(b, &came.case_id, BED_OTHER, 30);
	(void)bedcase_consent(b, &came.case_id, BED_PARTNER, 30);
	assert_string_equal(refer(b, &came.case_id, "other", "", false), "loop");
	assert_string_equal(refer(b, &came.case_id, "other", "  ", false), "loop");
	assert_string_equal(refer(b, &came.case_id, "partner", "", false), "loop");
	assert_string_equal(refer(b, &came.case_id, "other", "asked for by phone", false), "");
	th = newest(b, &came.case_id);
	assert_int_equal(th.hops, 2);
	(void)bed_turn(b);
	next = said(b, &th);
	assert_memory_equal(next.id.b, chain.id.b, 16);
	assert_memory_equal(next.salt.b, chain.salt.b, 16);
	assert_int_equal(next.count, 3);
	assert_true(hops_has(&next, us));
	/* to whoever it came from it is no circle after two months; to anybody further back it always is */
	b->t.wall_ms += (uint64_t)BEFORE_PING_DAYS * DAY_MS;
	(void)bedcase_consent(b, &came.case_id, BED_OTHER, 30);
	(void)bedcase_consent(b, &came.case_id, BED_PARTNER, 30);
	assert_string_equal(refer(b, &came.case_id, "partner", "", false), "");
	assert_string_equal(refer(b, &came.case_id, "other", "", false), "loop");
}

/* A partner that says nothing of the way, and one that leaves itself out of it. */
static void a_partner_that_hides_is_found_too(void **state)
{
	struct bed *b = *state;
	const struct id32 far = {{0x77}};
	const struct hops chain = chain_of(9, &far, 1);
	const struct thread silent = came_along(b, 0x61, NULL, false);
	const struct thread liar = came_along(b, 0x63, &chain, false);
	struct hops next;

	for (size_t i = 0; i < 2; i++) {
		const struct thread *th = i == 0 ? &silent : &liar;

		(void)bedcase_consent(b, &th->case_id, BED_OTHER, 30);
		(void)bedcase_consent(b, &th->case_id, BED_PARTNER, 30);
		assert_string_equal(refer(b, &th->case_id, "partner", "", false), "loop");
		assert_string_equal(refer(b, &th->case_id, "other", "", false), "");
	}
	(void)bed_turn(b);
	{
		const struct thread th = newest(b, &silent.case_id);

		next = said(b, &th);
	}
	assert_int_equal(next.count, 2);
	assert_true(hops_has(&next, &b->node->peers[BED_PARTNER - 1].node_id));
}

static void our_own_person_begins_a_chain(void **state)
{
	struct bed *b = *state;
	const struct id16 one = bedcase_open(b), two = bedcase_open(b);
	struct thread a, c;
	struct hops x, y;

	(void)bedcase_consent(b, &one, BED_OTHER, 30);
	(void)bedcase_consent(b, &two, BED_OTHER, 30);
	a = bedcase_refer(b, &one, BED_OTHER);
	c = bedcase_refer(b, &two, BED_OTHER);
	(void)bed_turn(b);
	x = said(b, &a);
	y = said(b, &c);
	assert_int_equal(x.count, 1);
	assert_int_equal(a.hops, 0);
	assert_true(hops_has(&x, &b->node->node_id));
	/* two people of one node have nothing in common for who is in both chains but has one salt */
	assert_memory_not_equal(x.id.b, y.id.b, 16);
	assert_memory_not_equal(x.salt.b, y.salt.b, 16);
	assert_memory_not_equal(x.handler[0].b, y.handler[0].b, 16);
}

static size_t consents(struct bed *b, const struct id16 *case_id)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;
	size_t n = 0;

	while (consent_each(&b->t, case_id, &w, &id, &m))
		n++;
	assert_int_equal(w.rc, ERR_OK);
	return n;
}

static void without_the_persons_word_nobody_is_passed_on(void **state)
{
	struct bed *b = *state;
	const struct thread came = came_along(b, 0x71, NULL, false);
	const struct thread may = came_along(b, 0x73, NULL, true);
	struct id16 child;
	struct thread th;
	struct msg *g;
	uint16_t peer;

	assert_string_equal(refer(b, &came.case_id, "other", "", false), "onward-denied");
	assert_string_equal(refer(b, &came.case_id, "other", "x", false), "onward-denied");
	assert_int_equal(consents(b, &came.case_id), 1);
	/* the person agreed to it with the partner */
	assert_string_equal(refer(b, &may.case_id, "other", "", true), "");
	assert_true(b->t.dry_run); /* of which nothing is kept */
	b->t.dry_run = false;
	assert_string_equal(refer(b, &may.case_id, "other", "", false), "");
	(void)bed_turn(b);
	th = bedcase_thread(b, &may.id);
	assert_int_equal(holders(b, &th.grant_id, &child, &peer), 1);
	assert_int_equal(peer, BED_OTHER);
	g = left(b, &child);
	assert_string_equal(msg_text(g, CONSENT_GRANT_ONWARD), "none");
	assert_memory_equal(msg_bytes(g, CONSENT_GRANT_PARENT_GRANT).p, th.grant_id.b, 16);
	{
		struct msg *parent;

		assert_int_equal(consent_record(&b->t, &th.grant_id, &parent), ERR_OK);
		assert_int_equal(msg_u64(g, CONSENT_GRANT_EXPIRES_MS), consent_until(parent));
		assert_int_equal(msg_u64(g, CONSENT_GRANT_CATS) & ~consent_grant_cats(parent), 0);
	}
	assert_string_equal(refer(b, &may.case_id, "other", "", false),
			    ""); /* under the same one */
}

/* What the person said to this very partner weighs more than what was said of all. */
static void a_no_to_one_partner_stays_a_no(void **state)
{
	struct bed *b = *state;
	const struct thread may = came_along(b, 0x81, NULL, true);
	const struct id16 ours = bedcase_consent(b, &may.case_id, BED_OTHER, 30);
	struct msg *m;

	assert_int_equal(consent_record(&b->t, &ours, &m), ERR_OK);
	msg_set_u64(m, GRANT_RECORD_WITHDRAWN_MS, b->t.wall_ms);
	assert_int_equal(consent_save(&b->t, &ours, &may.case_id, m), ERR_OK);
	assert_string_equal(refer(b, &may.case_id, "other", "", false), "onward-denied");
	(void)bedcase_consent(b, &may.case_id, BED_OTHER, 30); /* asked again */
	assert_string_equal(refer(b, &may.case_id, "other", "", false), "");
}

/* A redirect names whom it likes: only a member that could have the person becomes a command. */
static void a_redirect_leads_to_a_member_or_to_nobody(void **state)
{
	struct bed *b = *state;
	const struct id16 mine = bedcase_open(b);
	const struct id32 stranger = {{0x55}};
	const struct id32 *ids[] = {&stranger, &b->node->node_id,
				    &b->node->peers[BED_PARTNER - 1].node_id,
				    &b->node->peers[BED_OTHER - 1].node_id};
	struct msg *body;
	const struct peer *p;
	struct thread th;
	struct hops next;
	struct store_key k;
	struct msg *row;

	(void)bedcase_consent(b, &mine, BED_PARTNER, 30);
	(void)bedcase_consent(b, &mine, BED_OTHER, 30);
	th = bedcase_refer(b, &mine, BED_PARTNER);
	(void)bed_turn(b);
	assert_int_equal(target_of(&b->t, &th, &p), ERR_OK);
	assert_null(p);
	body = msg_new(b->t.arena, MSG_ACT);
	for (size_t i = 0; i < 3; i++)
		msg_add_bytes(b->t.arena, body, ACT_TARGET_IDS, span_of(ids[i]->b, 32));
	bedcase_came(b, &th, DOC_REDIRECT, &(struct id16){{0}}, body);
	assert_int_equal(th.state, REFERRAL_REDIRECTED);
	assert_int_equal(target_of(&b->t, &th, &p), ERR_OK);
	assert_null(p);
	k = worklist_key(&th, WORK_REFER_ON);
	assert_int_equal(worklist_get(&b->t, &k, &row), ERR_OK);
	b->t.wall_ms += 1000;
	/* the partner that had the person is in the chain of the next one */
	assert_string_equal(refer(b, &mine, "partner", "", false), "loop");
	assert_string_equal(refer(b, &mine, "other", "", false), "");
	assert_int_equal(worklist_get(&b->t, &k, &row), ERR_NOTFOUND); /* seen to */
	(void)bed_turn(b);
	{
		const struct thread child = newest(b, &mine);
		const struct hops before = said(b, &th);

		next = said(b, &child);
		assert_memory_equal(next.id.b, before.id.b, 16);
	}
	assert_int_equal(next.count, 2);
	assert_true(hops_has(&next, ids[2]));
}

/* A person may have been referred there very often: what runs says nothing of the way, and its row is not opened. */
static void what_runs_at_that_partner_is_not_opened(void **state)
{
	struct bed *b = *state;
	const struct id16 mine = bedcase_open(b);
	const struct peer *peers = b->node->peers;
	const uint8_t damaged = 0;
	struct store_key k;
	struct thread th;
	struct hops chain;
	bool circle;

	(void)bedcase_consent(b, &mine, BED_OTHER, 30);
	th = bedcase_refer(b, &mine, BED_OTHER);
	(void)bed_turn(b);
	k = turn_key_id(&th.id);
	assert_int_equal(store_put(b->t.txn, STORE_THREAD, key_span(&k), span_of(&damaged, 1)),
			 ERR_OK);
	assert_int_equal(before_chain(&b->t, &th, &peers[BED_OTHER - 1], &chain, &circle), ERR_OK);
	assert_int_equal(chain.count, 1);
	assert_false(circle);
	/* of another partner's it is not known whether it runs: it is opened, and the damage found */
	assert_int_equal(before_chain(&b->t, &th, &peers[BED_PARTNER - 1], &chain, &circle),
			 ERR_CORRUPT);
}

/* Passed on three times without first contact: somebody has to look today, at both ends. */
static void who_was_passed_on_often_stands_on_the_list(void **state)
{
	struct bed *b = *state;
	struct id32 far[4];
	struct hops chain;
	struct thread th;
	struct store_key k;
	struct msg *row;

	memset(far, 0x31, sizeof far);
	for (size_t n = 3; n <= 4; n++) {
		chain = chain_of(3, far, n);
		th = came_along(b, (uint8_t)(0x90 + 2 * n), &chain, false);
		th = bedcase_thread(b, &th.id);
		k = worklist_key(&th, WORK_PASSED_AROUND);
		assert_int_equal(th.hops, n - 1);
		assert_int_equal(worklist_get(&b->t, &k, &row), n == 3 ? ERR_NOTFOUND : ERR_OK);
	}
	assert_string_equal(msg_text(row, WORK_RECORD_DETAIL), "answer-due");
	assert_int_equal(acts_sign(&b->t, &th, DOC_ACCEPT, msg_new(b->t.arena, MSG_ACT)), ERR_OK);
	assert_int_equal(worklist_get(&b->t, &k, &row), ERR_OK);
	assert_int_equal(acts_sign(&b->t, &th, DOC_START, msg_new(b->t.arena, MSG_ACT)), ERR_OK);
	assert_int_equal(worklist_get(&b->t, &k, &row), ERR_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_persons_way_is_kept, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_kept_of_others, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_later_consent_counts_too, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(it_comes_back_with_its_document, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_chain_names_nobody_and_knows_everybody, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_chain_that_does_not_fit_itself_is_malformed,
						setup, bed_teardown),
		cmocka_unit_test(a_redirect_names_a_few_members),
		cmocka_unit_test_setup_teardown(who_had_the_person_is_found_before_anything_goes,
						setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_partner_that_hides_is_found_too, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(our_own_person_begins_a_chain, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(without_the_persons_word_nobody_is_passed_on, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_no_to_one_partner_stays_a_no, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_runs_at_that_partner_is_not_opened, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_redirect_leads_to_a_member_or_to_nobody, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(who_was_passed_on_often_stands_on_the_list, setup,
						bed_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
