/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/care/timers.c by itself: which timers ring, which wait, and what a referral's timer does.  In the first half
 * the kinds of the bed ring and only count; in the second it is the product's referral. */
#include "test.h"

#include "base/date.h"
#include "bedcase.h"
#include "domain/care/timers.h"
#include "domain/consent/bodies.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/pair.h"
#include "domain/referral/calendar.h"
#include "domain/referral/deadline.h"
#include "domain/referral/referral.h"

enum {
	UNSURE_MS = 600000,
	CATCH_UP_MS = 3000,
	STARTING_MS = 120000,
	STARTING_UNSURE_MS = 5000,
	LIMIT = 16
};

static unsigned rang;
static enum err rings_with;

/* As every rule does: its timer is gone or moved when it returns. */
static enum err count_it(struct turn *t, struct thread *th)
{
	enum err rc;

	rang++;
	if (rings_with != ERR_OK)
		return rings_with;
	rc = deadline_timer_set(t, th, 0);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

static struct kind_rules ringing, both, silent;
static const struct kind_rules *const kinds[] = {
	[THREAD_REFERRAL] = &ringing, [THREAD_CONSENT] = &both, [THREAD_REPORT] = &silent};

static int setup(void **state)
{
	struct bed *b;

	if (bed_setup(state) != 0)
		return -1;
	b = *state;
	rang = 0;
	rings_with = ERR_OK;
	ringing = (struct kind_rules){.rang = count_it};
	both = (struct kind_rules){.rang = count_it, .both_end = true};
	silent = (struct kind_rules){.rang = NULL};
	bedcase_setup(b);
	b->hooks.kinds = kinds;
	b->node->hooks = &b->hooks;
	return 0;
}

/* A thread of a case that exists, whose timer is due. */
static struct thread due(struct bed *b, uint8_t first, uint8_t kind, uint8_t role)
{
	struct thread th = {
		.id = bed_id(first),
		.case_id = bed_id(first),
		.peer = BED_PARTNER,
		.kind = kind,
		.role = role,
		.state = REFERRAL_OFFERED,
		.created_ms = b->now_ms,
		.changed_ms = b->now_ms,
		.term_days = 5,
	};

	assert_int_equal(record_case_keys(b->t.txn, &th.case_id), ERR_OK);
	assert_int_equal(deadline_timer_set(&b->t, &th, b->t.wall_ms - 10 + first), ERR_OK);
	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	return th;
}

static uint64_t timers(struct bed *b)
{
	return store_count(b->t.txn, STORE_TIMER);
}

static void run(struct bed *b, unsigned expected)
{
	rang = 0;
	assert_int_equal(timers_run(&b->t, LIMIT), ERR_OK);
	assert_int_equal(rang, expected);
}

/* Rings later, at exactly this moment, and is the same otherwise. */
static void assert_later(struct bed *b, const struct thread *th, uint64_t at_ms)
{
	const struct thread now = bedcase_thread(b, &th->id);

	run(b, 0);
	assert_int_equal(now.timer_ms, at_ms);
	assert_int_equal(now.due_ms, th->due_ms);
	assert_int_equal(now.my_no, th->my_no);
}

/* ---- which timers ring ---- */

static void what_is_due_rings_and_nothing_else(void **state)
{
	struct bed *b = *state;
	struct thread later;
	uint64_t next_ms;

	(void)due(b, 1, THREAD_REFERRAL, THREAD_RECEIVER);
	(void)due(b, 10, THREAD_REFERRAL, THREAD_RECEIVER); /* at this very millisecond */
	later = due(b, 11, THREAD_REFERRAL, THREAD_RECEIVER);
	run(b, 2);
	assert_int_equal(timers(b), 1);
	assert_int_equal(timers_next_due(&b->t, &next_ms), ERR_OK);
	assert_int_equal(next_ms, later.timer_ms);
	b->t.wall_ms = later.timer_ms;
	run(b, 1);
	assert_int_equal(timers_next_due(&b->t, &next_ms), ERR_OK);
	assert_true(next_ms == UINT64_MAX);
}

static void a_turn_fires_a_few(void **state)
{
	struct bed *b = *state;

	for (uint8_t i = 1; i <= 9; i++)
		(void)due(b, i, THREAD_REFERRAL, THREAD_RECEIVER);
	assert_int_equal(timers_run(&b->t, 4), ERR_OK);
	assert_int_equal(rang, 4);
	assert_int_equal(timers(b), 5);
	b->t.doc_count = LIMIT_BURST; /* no more than one signature covers */
	assert_int_equal(timers_run(&b->t, 4), ERR_OK);
	assert_int_equal(rang, 4);
	b->t.doc_count = 0;
}

static void a_timer_of_nobody_is_dropped(void **state)
{
	struct bed *b = *state;
	struct thread th = due(b, 1, THREAD_REFERRAL, THREAD_RECEIVER);
	struct store_key gone = turn_key_u64(1), old = turn_key_u64(2);
	const struct id16 nobody = bed_id(0x77);

	key_put(&gone, nobody.b, 16);
	key_u8(&gone, 0);
	key_put(&old, th.id.b, 16);
	key_u8(&old, 0);
	assert_int_equal(turn_put(&b->t, STORE_TIMER, &gone, span_of(gone.b, 1)), ERR_OK);
	assert_int_equal(turn_put(&b->t, STORE_TIMER, &old, span_of(gone.b, 1)), ERR_OK);
	run(b, 1); /* the one that the thread knows, once */
	assert_int_equal(timers(b), 0);

	(void)due(b, 2, THREAD_REPORT, THREAD_RECEIVER); /* a kind that no timer is for */
	run(b, 0);
	assert_int_equal(timers(b), 0);
}

static void an_erased_case_waits_for_nobody(void **state)
{
	struct bed *b = *state;
	struct thread th = due(b, 1, THREAD_REFERRAL, THREAD_RECEIVER);

	th.due_ms = th.deliver_ms = b->now_ms - 1;
	th.owes_end = true;
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(th.case_id.b, 16)), ERR_OK);
	run(b, 0);
	assert_int_equal(timers(b), 0);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(th.timer_ms, 0);
	assert_int_equal(th.due_ms, 0);
	assert_int_equal(th.deliver_ms, 0);
}

/* ---- which wait ---- */

static void a_thread_that_is_compared_is_left_alone(void **state)
{
	struct bed *b = *state;
	struct thread th = due(b, 1, THREAD_REFERRAL, THREAD_RECEIVER);
	struct pair *pr;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->uncompared = true;
	pr->era = th.era + 1;
	run(b, 0);
	assert_later(b, &th, b->t.wall_ms + UNSURE_MS);
	pr->uncompared = false;
	b->t.wall_ms += UNSURE_MS;
	run(b, 1);
}

/* The sender's timer ends something, and so does either side's of a consent; a receiver's only reminds. */
static void an_unsure_clock_ends_nothing(void **state)
{
	static const struct {
		uint8_t kind, role;
		bool waits;
	} table[] = {
		{THREAD_REFERRAL, THREAD_SENDER, true},
		{THREAD_REFERRAL, THREAD_RECEIVER, false},
		{THREAD_CONSENT, THREAD_SENDER, true},
		{THREAD_CONSENT, THREAD_RECEIVER, true},
	};
	struct bed *b = *state;

	b->node->clock_confirmed = false; /* and the partner was never heard */
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct thread th = due(b, (uint8_t)i, table[i].kind, table[i].role);

		b->t.mono_ms = b->node->start_mono_ms + STARTING_MS - 1;
		run(b, table[i].waits ? 0 : 1);
		if (!table[i].waits)
			continue;
		assert_later(b, &th, b->t.wall_ms + STARTING_UNSURE_MS);
		b->t.wall_ms += STARTING_UNSURE_MS;
		b->t.mono_ms = b->node->start_mono_ms + STARTING_MS;
		run(b, 0);
		assert_later(b, &th, b->t.wall_ms + UNSURE_MS);
		b->node->clock_confirmed = true;
		b->t.wall_ms += UNSURE_MS;
		run(b, 1);
		b->node->clock_confirmed = false;
	}
}

/* While we were away it may have answered, and its answer takes a moment. */
static void a_partner_just_heard_is_let_finish(void **state)
{
	struct bed *b = *state;
	struct peer *p = &b->node->peers[BED_PARTNER - 1];
	const struct thread th = due(b, 1, THREAD_REFERRAL, THREAD_SENDER);

	p->conn.heard_mono_ms = b->t.mono_ms - CATCH_UP_MS + 1;
	run(b, 0);
	assert_later(b, &th, b->t.wall_ms + CATCH_UP_MS);
	b->t.wall_ms += CATCH_UP_MS;
	b->t.mono_ms += 1;
	run(b, 1);

	(void)due(b, 2, THREAD_REFERRAL, THREAD_SENDER);
	p->conn.heard_mono_ms = b->t.mono_ms;
	p->conn.heard = false; /* its line is down: nothing of it is on its way */
	b->node->start_mono_ms = b->t.mono_ms - DAY_MS;
	run(b, 1);
}

/* The person has said it: neither deadline nor clock is waited for, only the comparison. */
static void what_is_owed_waits_for_no_clock(void **state)
{
	struct bed *b = *state;
	struct thread th;

	ringing.retimes = true;
	b->node->clock_confirmed = false;
	th = due(b, 1, THREAD_REFERRAL, THREAD_SENDER);
	th.owes_end = true;
	th.due_ms = b->t.wall_ms + DAY_MS;
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	run(b, 1);
}

/* Undelivered is work for a person; the deadline itself is inclusive. */
static void before_the_deadline_it_looks_again(void **state)
{
	struct bed *b = *state;
	struct thread th;

	ringing.retimes = true;
	th = due(b, 1, THREAD_REFERRAL, THREAD_SENDER);
	th.stored_ms = b->t.wall_ms; /* the term runs from now on */
	th.due_ms = b->t.wall_ms;
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	run(b, 0);
	th = bedcase_thread(b, &th.id);
	assert_true(th.due_ms > b->t.wall_ms);
	assert_int_equal(th.timer_ms, th.due_ms + 1);
	b->t.wall_ms = th.due_ms + 1;
	run(b, 1);

	th = due(b, 2, THREAD_REFERRAL,
		 THREAD_SENDER); /* one that has no deadline has not passed it */
	th.state = REFERRAL_CLOSED;
	th.due_ms = 0;
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	run(b, 0);
	assert_int_equal(bedcase_thread(b, &th.id).timer_ms, 0);
}

/* ---- what fails ---- */

static void one_that_fails_holds_up_no_other(void **state)
{
	struct bed *b = *state;
	uint64_t next_ms;
	const struct thread sick = due(b, 1, THREAD_REFERRAL, THREAD_RECEIVER),
			    well = due(b, 2, THREAD_REFERRAL, THREAD_RECEIVER);

	rings_with = ERR_CORRUPT;
	assert_int_equal(timers_run(&b->t, LIMIT), ERR_CORRUPT);
	assert_int_equal(b->t.doing.part, FAULT_TIMER);
	assert_memory_equal(b->t.doing.id.b, sick.id.b, 16);
	assert_true(fault_note(&b->t, ERR_CORRUPT));
	rings_with = ERR_OK;
	run(b, 1);
	assert_int_equal(bedcase_thread(b, &sick.id).timer_ms, sick.timer_ms);
	assert_int_equal(bedcase_thread(b, &well.id).timer_ms, 0);
	assert_int_equal(timers_next_due(&b->t, &next_ms), ERR_OK);
	assert_true(next_ms == UINT64_MAX); /* the pause is the fault's, not the list's */
	b->node->faults.event++;
	b->t.mono_ms += 2 * UNSURE_MS;
	run(b, 1);
}

/* A rule that went on without what it had no memory for did not do what it is for. */
static void a_rule_without_memory_failed(void **state)
{
	struct bed *b = *state;

	(void)due(b, 1, THREAD_REFERRAL, THREAD_RECEIVER);
	b->arena.failed = true;
	assert_int_equal(timers_run(&b->t, LIMIT), ERR_NOMEM);
}

/* "Not found" out of a rule is damage of its thread; taken for the end of the list it would end all timers. */
static void what_a_rule_does_not_find_is_damage(void **state)
{
	struct bed *b = *state;

	(void)due(b, 1, THREAD_REFERRAL, THREAD_RECEIVER);
	rings_with = ERR_NOTFOUND;
	assert_int_equal(timers_run(&b->t, LIMIT), ERR_CORRUPT);
}

static void a_row_of_another_shape_is_damage(void **state)
{
	struct bed *b = *state;
	const struct store_key k = turn_key_u64(1);
	uint64_t next_ms;

	assert_int_equal(turn_put(&b->t, STORE_TIMER, &k, span_of(k.b, 1)), ERR_OK);
	assert_int_equal(timers_run(&b->t, LIMIT), ERR_CORRUPT);
	assert_int_equal(timers_next_due(&b->t, &next_ms), ERR_CORRUPT);
}

/* ---- a referral's timer ---- */

/* An offer of ours in this state, whose term is over and whose timer is due; the conversation before it is left out. */
static struct thread over(struct bed *b, enum referral_state s)
{
	const struct id16 case_id = bedcase_open(b);
	struct thread th;

	b->node->hooks = b->product;
	(void)bedcase_consent(b, &case_id, BED_PARTNER, 90);
	th = bedcase_refer(b, &case_id, BED_PARTNER);
	(void)bed_turn(b);
	th.state = (uint8_t)s;
	th.due_ms = b->t.wall_ms - 1;
	assert_int_equal(deadline_timer_set(&b->t, &th, b->t.wall_ms), ERR_OK);
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	return th;
}

/* The word that did not come, by state.  What was not even delivered has a reason of its own. */
static void the_sender_goes_on_by_the_table(void **state)
{
	static const struct {
		enum referral_state state;
		bool stored;
		uint16_t act;
		const char *reason;
	} table[] = {
		{REFERRAL_OFFERED, false, DOC_EXPIRE, "undeliverable"},
		{REFERRAL_OFFERED, true, DOC_EXPIRE, "no-answer"},
		{REFERRAL_NEEDS_INFO, true, DOC_EXPIRE, "no-answer"},
		{REFERRAL_ACCEPTED, true, DOC_ESCALATE, "no-start"},
		{REFERRAL_ON_HOLD, true, DOC_ESCALATE, "review-passed"},
		{REFERRAL_ACTIVE, true, DOC_ESCALATE, "no-progress"},
		{REFERRAL_WITHDRAW_PENDING, true, DOC_WD_TIMEOUT, "no-answer"},
		{REFERRAL_OUTCOME, true, DOC_ACK, "unacknowledged"},
		{REFERRAL_REOPEN_PENDING, true, DOC_ACK, "unacknowledged"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		void *fresh;
		struct bed *b;
		struct thread th;
		const char *reason;

		assert_int_equal(setup(&fresh), 0);
		b = fresh;
		th = over(b, table[i].state);
		th.stored_ms = table[i].stored ? 1 : 0;
		assert_int_equal(timers_referral(&b->t, &th), ERR_OK);
		if (bedcase_said(b, &th.id, &reason) != table[i].act ||
		    strcmp(reason, table[i].reason) != 0)
			fail_msg("row %zu of the table: %s", i, reason);
		assert_int_equal(bed_teardown(&fresh), 0);
	}
}

/* First it is said, and a shorter term begins; a second silence ends it. */
static void a_second_silence_withdraws(void **state)
{
	struct bed *b = *state;
	struct thread th = over(b, REFERRAL_ACCEPTED);
	const char *reason;

	th.escalated = true;
	assert_int_equal(timers_referral(&b->t, &th), ERR_OK);
	assert_int_equal(bedcase_said(b, &th.id, &reason), DOC_WITHDRAW);
	assert_string_equal(reason, "no-start");
}

static void a_state_that_waits_for_nothing_has_no_timer(void **state)
{
	struct bed *b = *state;
	struct thread th = over(b, REFERRAL_CLOSED);
	const uint32_t said = th.my_no;

	assert_int_equal(timers_referral(&b->t, &th), ERR_OK);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(th.timer_ms, 0);
	assert_int_equal(th.my_no, said);
}

/* The person said it: a REVOKE where one may still be signed, else only the state is looked at. */
static void what_is_owed_comes_first(void **state)
{
	struct bed *b = *state;
	struct thread th = over(b, REFERRAL_OFFERED), closed;
	const char *reason;

	th.owes_end = th.hidden = true;
	assert_int_equal(timers_referral(&b->t, &th), ERR_OK);
	assert_false(th.owes_end);
	assert_int_equal(bedcase_said(b, &th.id, &reason), DOC_REVOKE);
	assert_string_equal(reason, "consent-withdrawn");

	closed = bedcase_thread(b, &th.id); /* revoked: no second one */
	closed.owes_end = true;
	assert_int_equal(timers_referral(&b->t, &closed), ERR_OK);
	closed = bedcase_thread(b, &th.id);
	assert_int_equal(closed.my_no, th.my_no);
	assert_false(closed.owes_end);
}

static void every_timer_that_rings_is_in_the_audit_log(void **state)
{
	struct bed *b = *state;
	struct thread th = over(b, REFERRAL_OFFERED);
	const uint64_t before = b->node->audit_seq;

	assert_int_equal(timers_referral(&b->t, &th), ERR_OK);
	assert_int_equal(b->node->audit_seq, before + 2); /* that it rang, and what was sent */
}

/* A partner's consent and referral, taken in as the product does it. */
static struct thread referred_here(struct bed *b, struct thread *consent)
{
	struct thread th;

	b->node->hooks = b->product;
	*consent = bedcase_consent_came(b, BED_PARTNER, 0x41, 90);
	th = bedcase_offer_came(b, consent, 0x42);
	(void)bed_turn(b);
	return th;
}

/* The receiver's node never ends anything: it looks again tomorrow, and the deadline stays what it was. */
static void the_receiver_only_reminds(void **state)
{
	struct bed *b = *state;
	struct thread consent, th = referred_here(b, &consent);

	b->t.wall_ms = th.due_ms + 1;
	assert_int_equal(timers_run(&b->t, LIMIT), ERR_OK);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(th.state, REFERRAL_OFFERED);
	assert_int_equal(th.my_no, 0);
	assert_int_equal(th.due_ms, b->t.wall_ms - 1);
	assert_int_equal(th.timer_ms, calendar_add(b->node->country, b->t.wall_ms, 1) + 1);
	assert_false(bedcase_document(b, &th, false, 1).hollow);
}

/* Where the calendar ends there is no tomorrow: a timer that stayed in the past would ring for ever. */
static void where_the_calendar_ends_it_waits_all_the_same(void **state)
{
	struct bed *b = *state;
	struct thread th = due(b, 1, THREAD_REFERRAL, THREAD_RECEIVER);

	b->node->hooks = b->product;
	b->t.wall_ms = UINT64_C(9000) * 365 * DAY_MS;
	th.due_ms = 1;
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	assert_int_equal(timers_run(&b->t, LIMIT), ERR_OK);
	assert_int_equal(bedcase_thread(b, &th.id).timer_ms, b->t.wall_ms + UNSURE_MS);
}

/* When it is over the receiver releases what it was shown; the signed head stays. */
static void the_receiver_releases_what_it_was_shown(void **state)
{
	struct bed *b = *state;
	struct thread consent, th = referred_here(b, &consent);

	bedcase_came(b, &th, DOC_WITHDRAW, &consent.id, NULL);
	assert_int_equal(th.state, REFERRAL_WITHDRAWN);
	(void)bed_turn(b);
	assert_true(th.due_ms > b->t.wall_ms);
	b->t.wall_ms = th.due_ms + 1;
	assert_int_equal(timers_run(&b->t, LIMIT), ERR_OK);
	assert_true(bedcase_document(b, &th, false, 1).hollow);
	assert_int_equal(bedcase_thread(b, &th.id).their_no, 2);
}

#define ON_BED(f) cmocka_unit_test_setup_teardown(f, setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BED(what_is_due_rings_and_nothing_else),
		ON_BED(a_turn_fires_a_few),
		ON_BED(a_timer_of_nobody_is_dropped),
		ON_BED(an_erased_case_waits_for_nobody),
		ON_BED(a_thread_that_is_compared_is_left_alone),
		ON_BED(an_unsure_clock_ends_nothing),
		ON_BED(a_partner_just_heard_is_let_finish),
		ON_BED(what_is_owed_waits_for_no_clock),
		ON_BED(before_the_deadline_it_looks_again),
		ON_BED(one_that_fails_holds_up_no_other),
		ON_BED(a_rule_without_memory_failed),
		ON_BED(what_a_rule_does_not_find_is_damage),
		ON_BED(a_row_of_another_shape_is_damage),
		cmocka_unit_test(the_sender_goes_on_by_the_table),
		ON_BED(a_second_silence_withdraws),
		ON_BED(a_state_that_waits_for_nothing_has_no_timer),
		ON_BED(what_is_owed_comes_first),
		ON_BED(every_timer_that_rings_is_in_the_audit_log),
		ON_BED(the_receiver_only_reminds),
		ON_BED(where_the_calendar_ends_it_waits_all_the_same),
		ON_BED(the_receiver_releases_what_it_was_shown),
	};

	return cmocka_run_group_tests_name("timers", tests, NULL, NULL);
}
