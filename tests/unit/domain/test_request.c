/* SPDX-License-Identifier: EUPL-1.2 */
/* The receiver of a referral asks for the case: when a question waits, who answers it, and what a partner that keeps to no rule gains. */
#include "test.h"

#include "base/limits/cases.h"
#include "bedcase.h"
#include "domain/care/acts.h"
#include "domain/exchange/quota.h"
#include "domain/handing/asked.h"
#include "domain/referral/referral.h"
#include "domain/referral/request.h"
#include "domain/referral/worklist.h"
#include "domain/views/may.h"

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

static struct thread sent(struct bed *b)
{
	const struct id16 case_id = bedcase_open(b);
	struct thread th;

	(void)bedcase_consent(b, &case_id, BED_PARTNER, 90);
	th = bedcase_refer(b, &case_id, BED_PARTNER);
	(void)bed_turn(b);
	return bedcase_thread(b, &th.id);
}

static struct msg *because(struct bed *b, const char *reason)
{
	struct msg *m = msg_new(b->t.arena, MSG_ACT);

	msg_set_text(b->t.arena, m, ACT_REASON, reason);
	return m;
}

static enum may may(struct bed *b, const struct thread *th, uint16_t type)
{
	enum may out;

	assert_int_equal(may_do(&b->t, th, act_of(type), &out), ERR_OK);
	return out;
}

/* One that a partner sent, and that was accepted here. */
static struct thread came(struct bed *b)
{
	const struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x21, 90);
	struct thread th = bedcase_offer_came(b, &consent, 0x22);

	assert_int_equal(may(b, &th, DOC_REQUEST), MAY_OTHER_STATE);
	assert_int_equal(acts_sign(&b->t, &th, DOC_ACCEPT, because(b, "place-now")), ERR_OK);
	(void)bed_turn(b);
	return bedcase_thread(b, &th.id);
}

/* The number of the question that waits; 0: none. */
static uint32_t waits(struct bed *b, const struct thread *th)
{
	struct request r;

	assert_int_equal(request_read(&b->t, th, &r), ERR_OK);
	return r.no;
}

static bool work(struct bed *b, const struct thread *th)
{
	const struct store_key k = worklist_key(th, WORK_REQUESTED);
	struct msg *m;
	const enum err rc = worklist_get(&b->t, &k, &m);

	assert_true(rc == ERR_OK || rc == ERR_NOTFOUND);
	return rc == ERR_OK;
}

static void asked(struct bed *b, struct thread *th)
{
	bedcase_came(b, th, DOC_REQUEST, &th->grant_id, because(b, "person-asks"));
	*th = bedcase_thread(b, &th->id);
}

static void the_table_lets_the_receiver_ask_and_the_sender_answer(void **state)
{
	(void)state;
	for (enum referral_state s = REFERRAL_DRAFT; s < REFERRAL_STATE_COUNT; s++) {
		const bool living = s != REFERRAL_DRAFT && !referral_terminal(s);
		bool note;

		assert_int_equal(referral_may(s, REFERRAL_BY_RECEIVER, DOC_REQUEST),
				 s == REFERRAL_ACCEPTED || s == REFERRAL_ON_HOLD ||
					 s == REFERRAL_ACTIVE);
		assert_int_equal(referral_may(s, REFERRAL_BY_SENDER, DOC_REQUEST_ANSWER), living);
		assert_false(referral_may(s, REFERRAL_BY_SENDER, DOC_REQUEST));
		assert_false(referral_may(s, REFERRAL_BY_RECEIVER, DOC_REQUEST_ANSWER));
		assert_int_equal(referral_step(s, REFERRAL_BY_RECEIVER, DOC_REQUEST, &note), s);
		assert_int_equal(note, !living);
	}
}

static void a_question_waits_until_it_is_answered(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);
	const uint64_t due = th.due_ms;

	assert_int_equal(may(b, &th, DOC_REQUEST_ANSWER), MAY_UNASKED);
	asked(b, &th);
	assert_int_equal(waits(b, &th), 1);
	assert_int_equal(th.due_ms, due);
	assert_true(work(b, &th));
	assert_int_equal(may(b, &th, DOC_REQUEST_ANSWER), MAY_DO);
	assert_int_equal(may(b, &th, DOC_REQUEST), MAY_OTHER_SIDE);
	assert_int_equal(acts_sign(&b->t, &th, DOC_REQUEST_ANSWER, because(b, "goes-on-here")),
			 ERR_OK);
	assert_int_equal(waits(b, &th), 0);
	assert_false(work(b, &th));
	assert_int_equal(may(b, &th, DOC_REQUEST_ANSWER), MAY_UNASKED);
	asked(b, &th);
	assert_int_equal(waits(b, &th), 2);
	assert_true(work(b, &th));
}

/* It had read the first question and not the second. */
static void an_answer_that_crossed_answers_the_older_one(void **state)
{
	struct bed *b = *state;
	struct thread th = came(b);

	assert_int_equal(acts_sign(&b->t, &th, DOC_REQUEST, because(b, "person-asks")), ERR_OK);
	assert_int_equal(may(b, &th, DOC_REQUEST), MAY_ASKED);
	assert_int_equal(acts_sign(&b->t, &th, DOC_REQUEST, because(b, "other")), ERR_OK);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	bedcase_crossed(b, &th, DOC_REQUEST_ANSWER, &th.grant_id, because(b, "goes-on-here"), 2);
	assert_int_equal(waits(b, &th), 3);
	bedcase_crossed(b, &th, DOC_REQUEST_ANSWER, &th.grant_id, because(b, "goes-on-here"), 3);
	assert_int_equal(waits(b, &th), 0);
	assert_int_equal(may(b, &th, DOC_REQUEST), MAY_DO);
}

/* A partner asks as often as its log has room: one thing to do, and our own people ask three times. */
static void asking_without_end_is_one_thing_to_do(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b), own = came(b);
	const struct store_key prefix = turn_key_ids(&th.case_id, &th.id);
	struct store_walk w = {.rc = ERR_OK};
	unsigned rows = 0;

	for (unsigned i = 0; i < 20; i++) {
		asked(b, &th);
		(void)bed_turn(b);
	}
	while (store_each(b->t.txn, STORE_WORK, key_span(&prefix), &w))
		rows += w.row.key.p[w.row.key.len - 1] == WORK_REQUESTED;
	assert_int_equal(rows, 1);
	assert_int_equal(acts_sign(&b->t, &th, DOC_REQUEST_ANSWER, because(b, "person-stays")),
			 ERR_OK);
	assert_int_equal(waits(b, &th), 0);
	for (uint32_t i = 1; i <= LIMIT_REQUESTS; i++) {
		assert_int_equal(may(b, &own, DOC_REQUEST), MAY_DO);
		assert_int_equal(acts_sign(&b->t, &own, DOC_REQUEST, because(b, "person-asks")),
				 ERR_OK);
		(void)bed_turn(b);
		own = bedcase_thread(b, &own.id);
		bedcase_came(b, &own, DOC_REQUEST_ANSWER, &own.grant_id, because(b, "other"));
	}
	assert_int_equal(may(b, &own, DOC_REQUEST), MAY_NO_ROOM);
}

static uint64_t counted(struct bed *b)
{
	struct pair *pr;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	assert_true(pr->over == 0 || pr->over_what == QUOTA_CASE);
	return pr->over;
}

/* Three times people answer; what comes behind that is refused once, counted, and nobody's work. */
static void who_asks_too_often_is_refused_and_counted(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);
	const char *reason;
	uint32_t said;

	for (uint32_t i = 1; i <= LIMIT_REQUESTS; i++) {
		asked(b, &th);
		assert_true(work(b, &th));
		assert_int_equal(
			acts_sign(&b->t, &th, DOC_REQUEST_ANSWER, because(b, "goes-on-here")),
			ERR_OK);
		(void)bed_turn(b);
		th = bedcase_thread(b, &th.id);
	}
	assert_int_equal(counted(b), 0);
	said = th.my_no;
	asked(b, &th);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(bedcase_said(b, &th.id, &reason), DOC_REQUEST_ANSWER);
	assert_string_equal(reason, "asked-often");
	assert_int_equal(th.my_no, said + 1);
	assert_int_equal(waits(b, &th), 0);
	assert_false(work(b, &th));
	assert_int_equal(counted(b), 1);
	for (unsigned i = 0; i < 20; i++) {
		asked(b, &th);
		(void)bed_turn(b);
	}
	assert_int_equal(bedcase_thread(b, &th.id).my_no, said + 1);
	assert_false(work(b, &th));
	assert_int_equal(counted(b), 21);
}

/* The third still waits for people: what comes behind it takes it from nobody's list. */
static void what_is_too_often_hides_no_question(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);

	for (uint32_t i = 0; i <= LIMIT_REQUESTS; i++)
		asked(b, &th);
	(void)bed_turn(b);
	assert_int_equal(waits(b, &th), LIMIT_REQUESTS);
	assert_true(work(b, &th));
	assert_int_equal(counted(b), 1);
}

/* The wrong side asks, or answers what nobody asked: nothing waits, and nothing is answered. */
static void what_the_other_side_may_not_say_counts_for_nothing(void **state)
{
	struct bed *b = *state;
	struct thread ours = sent(b), theirs = came(b);

	bedcase_came(b, &ours, DOC_REQUEST_ANSWER, &ours.grant_id, because(b, "other"));
	bedcase_came(b, &theirs, DOC_REQUEST, &theirs.grant_id, because(b, "person-asks"));
	assert_int_equal(waits(b, &ours), 0);
	assert_int_equal(waits(b, &theirs), 0);
	assert_false(work(b, &ours));
	assert_false(work(b, &theirs));
}

static void what_is_over_waits_for_nothing(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);

	asked(b, &th);
	bedcase_came(b, &th, DOC_DECLINE, &th.grant_id, because(b, "no-capacity"));
	assert_int_equal(th.state, REFERRAL_DECLINED);
	assert_int_equal(waits(b, &th), 0);
	assert_false(work(b, &th));
}

/* A proposal is the yes, of the question of that partner alone. */
static void a_proposal_finds_the_question_that_it_answers(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b), found;
	struct document d;
	struct request r;
	const char *reason;

	asked(b, &th);
	d = bedcase_document(b, &th, false, 1);
	assert_int_equal(asked_find(&b->t, &th.case_id, BED_OTHER, &found, &r), ERR_OK);
	assert_int_equal(r.no, 0);
	assert_int_equal(asked_find(&b->t, &th.case_id, BED_PARTNER, &found, &r), ERR_OK);
	assert_int_equal(r.no, 1);
	assert_memory_equal(r.doc.msg.b, d.key.msg.b, 16);
	assert_memory_equal(found.id.b, th.id.b, 16);
	assert_int_equal(asked_answer(&b->t, &found, "handover-proposed"), ERR_OK);
	assert_int_equal(bedcase_said(b, &th.id, &reason), DOC_REQUEST_ANSWER);
	assert_string_equal(reason, "handover-proposed");
	th = bedcase_thread(b, &th.id);
	assert_false(work(b, &th));
}

/* The person of a partner, referred on: whose case it is, is not here. */
static void who_has_the_person_from_somebody_else_says_so(void **state)
{
	struct bed *b = *state;
	const struct thread theirs = came(b);
	struct thread on;
	const char *reason;

	(void)bedcase_consent(b, &theirs.case_id, BED_OTHER, 30);
	on = bedcase_refer(b, &theirs.case_id, BED_OTHER);
	(void)bed_turn(b);
	on = bedcase_thread(b, &on.id);
	asked(b, &on);
	assert_int_equal(bedcase_said(b, &on.id, &reason), DOC_REQUEST_ANSWER);
	assert_string_equal(reason, "not-ours");
	assert_false(work(b, &on));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_table_lets_the_receiver_ask_and_the_sender_answer),
		TEST(a_question_waits_until_it_is_answered),
		TEST(an_answer_that_crossed_answers_the_older_one),
		TEST(asking_without_end_is_one_thing_to_do),
		TEST(who_asks_too_often_is_refused_and_counted),
		TEST(what_is_too_often_hides_no_question),
		TEST(what_the_other_side_may_not_say_counts_for_nothing),
		TEST(what_is_over_waits_for_nothing),
		TEST(a_proposal_finds_the_question_that_it_answers),
		TEST(who_has_the_person_from_somebody_else_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
