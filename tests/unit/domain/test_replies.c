/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/asker/replies.c: an answer is kept for a day, and a turn writes one row of when those that it gave go. */
#include "test.h"

#include "base/date.h"
#include "bed.h"
#include "domain/asker/replies.h"

enum { TURNS = 20 }; /* more than are forgotten at once */

static struct store_key key_of(const struct bed *b, uint8_t first)
{
	const struct id16 id = bed_id(first);
	struct store_key k = {.len = 0};

	replies_key(&b->t, span_of(id.b, sizeof id.b), 1000, &k);
	return k;
}

static void answer(struct bed *b, uint8_t first)
{
	const struct store_key k = key_of(b, first);
	struct msg *m = msg_new(b->t.arena, MSG_REPLY);
	struct span packed;

	msg_set_text(b->t.arena, m, REPLY_ID, "it");
	assert_int_equal(msg_pack(b->t.arena, m, &packed), ERR_OK);
	assert_int_equal(replies_keep(&b->t, &k, packed), ERR_OK);
}

static bool known(struct bed *b, uint8_t first)
{
	const struct store_key k = key_of(b, first);
	struct msg *m;

	assert_int_equal(replies_find(&b->t, &k, &m), ERR_OK);
	return m != NULL;
}

static void turn_over(struct bed *b)
{
	assert_int_equal(replies_settle(&b->t), ERR_OK);
	(void)bed_turn(b);
}

static void a_turn_writes_one_row_for_all_that_it_answered(void **state)
{
	struct bed *b = *state;

	for (uint8_t i = 1; i <= 5; i++)
		answer(b, (uint8_t)i);
	turn_over(b);
	assert_int_equal(store_count(b->t.txn, STORE_REQUEST), 5);
	assert_int_equal(store_count(b->t.txn, STORE_REQUESTAGE), 1);
	assert_true(known(b, 1) && known(b, 5) && !known(b, 6));
	turn_over(b); /* nothing was asked */
	assert_int_equal(store_count(b->t.txn, STORE_REQUESTAGE), 1);
	answer(b, 6); /* at the same moment */
	turn_over(b);
	assert_int_equal(store_count(b->t.txn, STORE_REQUESTAGE), 2);
}

static void all_of_a_turn_is_forgotten_after_its_day_and_none_before(void **state)
{
	struct bed *b = *state;
	const struct store_key gone = key_of(b, 2);

	for (uint8_t i = 1; i <= 3; i++)
		answer(b, (uint8_t)i);
	turn_over(b);
	b->now_ms += DAY_MS / 2;
	(void)bed_turn(b);
	answer(b, 4);
	turn_over(b);
	b->now_ms += LIMIT_REQUEST_DAYS * DAY_MS - DAY_MS / 2 - 1;
	(void)bed_turn(b);
	assert_int_equal(replies_forget(&b->t), ERR_OK);
	assert_int_equal(store_count(b->t.txn, STORE_REQUEST), 4);
	assert_int_equal(store_del(b->t.txn, STORE_REQUEST, key_span(&gone)), ERR_OK);
	b->now_ms++;
	(void)bed_turn(b);
	assert_int_equal(replies_forget(&b->t), ERR_OK);
	assert_int_equal(store_count(b->t.txn, STORE_REQUEST), 1);
	assert_int_equal(store_count(b->t.txn, STORE_REQUESTAGE), 1);
	assert_true(known(b, 4));
}

static void a_busy_day_is_forgotten_a_few_turns_at_a_time(void **state)
{
	struct bed *b = *state;
	unsigned ticks = 0;

	for (unsigned i = 1; i <= TURNS; i++) {
		answer(b, (uint8_t)i);
		turn_over(b);
	}
	b->now_ms += LIMIT_REQUEST_DAYS * DAY_MS;
	(void)bed_turn(b);
	for (; store_count(b->t.txn, STORE_REQUESTAGE) > 0; ticks++)
		assert_int_equal(replies_forget(&b->t), ERR_OK);
	assert_int_equal(ticks, 2);
	assert_int_equal(store_count(b->t.txn, STORE_REQUEST), 0);
}

static void a_row_that_is_no_list_of_requests_is_damage(void **state)
{
	struct bed *b = *state;
	const struct store_key k = key_of(b, 1);
	struct store_key age = turn_key_u64(b->now_ms);

	key_put(&age, k.b, k.len);
	assert_int_equal(turn_put(&b->t, STORE_REQUESTAGE, &age, span_of(k.b, 7)), ERR_OK);
	b->now_ms += LIMIT_REQUEST_DAYS * DAY_MS;
	(void)bed_turn(b);
	assert_int_equal(replies_forget(&b->t), ERR_CORRUPT);
}

#define ON_THE_BED(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_THE_BED(a_turn_writes_one_row_for_all_that_it_answered),
		ON_THE_BED(all_of_a_turn_is_forgotten_after_its_day_and_none_before),
		ON_THE_BED(a_busy_day_is_forgotten_a_few_turns_at_a_time),
		ON_THE_BED(a_row_that_is_no_list_of_requests_is_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
