/* SPDX-License-Identifier: EUPL-1.2 */
/* The rows of states agree with themselves: what a stranger who adds a state might forget. */
#include "test.h"

#include "domain/referral/states.h"
#include "proto/acts.h"

static bool works(enum referral_state s, enum referral_actor side)
{
	return state_work(s, side) != WORK_KIND_COUNT;
}

/* Whose move it is finds that on its worklist, and nobody is waited for where nobody has to do anything. */
static void who_moves_has_work(void **state)
{
	(void)state;
	for (enum referral_state s = REFERRAL_OFFERED; s < REFERRAL_CLOSED; s++) {
		const struct state_row *row = state_row(s);
		const enum referral_actor next = (enum referral_actor)row->next;

		assert_true(next == REFERRAL_BY_SENDER || next == REFERRAL_BY_RECEIVER);
		assert_true(works(s, next));
		assert_false(works(s, next == REFERRAL_BY_SENDER ? REFERRAL_BY_RECEIVER
								 : REFERRAL_BY_SENDER));
	}
	for (enum referral_state s = REFERRAL_CLOSED; s < REFERRAL_STATE_COUNT; s++)
		assert_int_equal(state_row(s)->next, 0);
}

/* No wait is without an end, and what ends it is an act that the sender's node may sign there. */
static void every_wait_ends_by_an_act_of_the_table(void **state)
{
	(void)state;
	for (enum referral_state s = REFERRAL_DRAFT; s < REFERRAL_STATE_COUNT; s++) {
		const struct state_row *row = state_row(s);
		const bool waits = s != REFERRAL_DRAFT && !referral_terminal(s);

		assert_int_equal(row->fires != 0, waits);
		assert_int_equal(row->term != STATE_FOREVER && row->term != STATE_KEEPING &&
					 row->term != STATE_FOLLOWED,
				 waits);
		assert_int_equal(row->reason[0] != '\0', waits);
		if (waits)
			assert_true(referral_may(s, REFERRAL_BY_SENDER, row->fires));
		if (row->fires == DOC_ESCALATE)
			assert_true(referral_may(s, REFERRAL_BY_SENDER, DOC_WITHDRAW));
	}
}

/* An answer is what the state it leads to counts as; no end is counted of what was never accepted. */
static void what_is_open_counts_as_nothing(void **state)
{
	(void)state;
	for (enum referral_state s = REFERRAL_DRAFT; s < REFERRAL_STATE_COUNT; s++)
		assert_int_equal(state_row(s)->answer == STATE_OPEN,
				 s == REFERRAL_DRAFT || s == REFERRAL_OFFERED ||
					 s == REFERRAL_NEEDS_INFO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_moves_has_work),
		cmocka_unit_test(every_wait_ends_by_an_act_of_the_table),
		cmocka_unit_test(what_is_open_counts_as_nothing),
	};

	return cmocka_run_group_tests_name("states", tests, NULL, NULL);
}
