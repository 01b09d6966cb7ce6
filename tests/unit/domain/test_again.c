/* SPDX-License-Identifier: EUPL-1.2 */
/* A thread of which a loss took every document begins a second time: on the side, and of the case, on which it was. */
#include "test.h"

#include "bedcase.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/pair.h"
#include "domain/exchange/quota.h"
#include "domain/loss/returned.h"
#include "domain/stream/arrive.h"
#include "domain/stream/reading.h"

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

/* Everything in it had its place given away. */
static void empty(struct bed *b, struct thread *th)
{
	*th = bedcase_thread(b, &th->id);
	assert_true(th->my_no + th->their_no > 0);
	if (th->my_no > 0)
		assert_int_equal(thread_truncate(&b->t, th, true, 1), ERR_OK);
	if (th->their_no > 0)
		assert_int_equal(thread_truncate(&b->t, th, false, 1), ERR_OK);
	assert_int_equal(thread_save(&b->t, th), ERR_OK);
}

static bool open(struct bed *b, const struct thread *th)
{
	return quota_is_open(&b->t, th->peer, th->role, &(struct quota_place){th->case_id, th->id});
}

/* The first document of a thread, as the partner may sign it; how many the thread has afterwards. */
static uint32_t arrives(struct bed *b, const struct id16 *thread)
{
	struct peer *p = &b->node->peers[BED_PARTNER - 1];
	struct reading r = {.t = &b->t,
			    .p = p,
			    .c = &p->conn,
			    .next_no = 1,
			    .numbers = true,
			    .v = {.head = {.first_seq = 1}}};
	struct wire_head h = bed_head(b, BED_PARTNER, BED_SELF, *thread, 1);
	struct thread th;
	struct id32 hash;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &r.pair), ERR_OK);
	r.next_no = r.pair->got + 1;
	r.pair->yours = (struct incarnation){4, {{0xb2}}};
	r.a = answer_of(&b->t, BED_PARTNER);
	assert_non_null(r.a);
	h.type = DOC_OFFER;
	assert_int_equal(arrive_document(&r, bed_document(b, &h, &hash)), ERR_OK);
	return thread_load(&b->t, thread, &th) == ERR_OK ? th.their_no : 0;
}

static void a_partner_begins_no_thread_of_ours(void **state)
{
	struct bed *b = *state;
	const struct id16 case_id = bedcase_open(b), other = bed_id(0x51), zeros = {{0}};
	struct thread th;

	(void)bedcase_consent(b, &case_id, BED_PARTNER, 100);
	th = bedcase_refer(b, &case_id, BED_PARTNER);
	empty(b, &th);
	assert_true(open(b, &th));
	assert_int_equal(arrives(b, &th.id), 0);
	assert_int_equal(bedcase_thread(b, &th.id).role, THREAD_SENDER);
	assert_int_equal(arrives(b, &other), 1);
	assert_int_equal(bedcase_thread(b, &other).role, THREAD_RECEIVER);
	/* work of a case stands under zeros, and a comparison begins behind them */
	assert_int_equal(arrives(b, &zeros), 0);
}

static void nor_do_we_begin_one_of_theirs(void **state)
{
	struct bed *b = *state;
	struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x41, 100),
		      th = bedcase_offer_came(b, &consent, 0x42);
	struct wire_head h = bed_head(b, BED_SELF, BED_PARTNER, th.id, 1);
	struct id16 zeros = {{0}};
	struct pair *pr;
	struct id32 hash;
	bool forgot;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->uncompared = true;
	b->node->inc.no = 2;
	h.origin_inc = 1;
	h.type = DOC_OFFER;
	empty(b, &th);
	assert_int_equal(returned_document(&b->t, &b->node->peers[BED_PARTNER - 1], pr,
					   bed_document(b, &h, &hash), &forgot),
			 ERR_OK);
	assert_int_equal(bedcase_thread(b, &th.id).my_no, 0);
	h = bed_head(b, BED_SELF, BED_PARTNER, zeros, 1);
	h.origin_inc = 1;
	h.type = DOC_OFFER;
	assert_int_equal(returned_document(&b->t, &b->node->peers[BED_PARTNER - 1], pr,
					   bed_document(b, &h, &hash), &forgot),
			 ERR_OK);
	assert_int_equal(thread_load(&b->t, &zeros, &th), ERR_NOTFOUND);
}

/* Lists would show the one person under the other's name. */
static void it_stays_of_its_case(void **state)
{
	struct bed *b = *state;
	struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x41, 100),
		      other = bedcase_consent_came(b, BED_PARTNER, 0x51, 100),
		      th = bedcase_offer_came(b, &consent, 0x42), again;

	empty(b, &th);
	again = th;
	bedcase_offer_again(b, &other, &again);
	again = bedcase_thread(b, &th.id);
	assert_int_equal(again.their_no, 1);
	assert_memory_equal(&again.case_id, &consent.case_id, sizeof again.case_id);
	/* and a consent itself */
	empty(b, &consent);
	again = consent;
	bedcase_came(b, &again, DOC_CONSENT, &again.id, NULL);
	assert_memory_equal(&again.case_id, &consent.case_id, sizeof again.case_id);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_partner_begins_no_thread_of_ours),
		T(nor_do_we_begin_one_of_theirs),
		T(it_stays_of_its_case),
	};

	return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
