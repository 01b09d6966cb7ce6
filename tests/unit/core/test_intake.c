/* SPDX-License-Identifier: EUPL-1.2 */
/* Whose words are read next, and how much of one partner may wait: by numbers, without a clock and without a partner. */
#include "test.h"

#include <string.h>

#include "base/limits.h"
#include "core/intake.h"
#include "io/ipc.h"
#include "roles/shares.h"

static const uint8_t word[8000];

static void put(struct intake *in, uint8_t type, uint16_t peer, size_t len)
{
	const struct intake_item item = {.type = type, .peer = peer, .bytes = span_of(word, len)};

	assert_int_equal(intake_put(in, &item), ERR_OK);
}

/* Serves one item, which takes so long; whose it was, 0: nobody waits. */
static uint16_t serve(struct intake *in, uint64_t us)
{
	struct intake_item *item = intake_next(in);
	uint16_t peer;

	if (item == NULL)
		return 0;
	peer = item->peer;
	intake_spent(in, item->type, peer, us, true);
	intake_done(item);
	intake_settle(in);
	return peer;
}

static void dear_words_make_their_sender_wait(void **state)
{
	struct intake *in;
	unsigned of[4] = {0};

	(void)state;
	assert_int_equal(intake_create(&in), ERR_OK);
	for (int i = 0; i < 100; i++)
		put(in, IPC_MESSAGE, 1, 100);
	for (int i = 0; i < 5; i++)
		assert_int_equal(serve(in, 50000), 1); /* alone it may go on */
	put(in, IPC_MESSAGE, 2, 100);
	assert_int_equal(serve(in, 1000), 2); /* whoever comes is next */
	for (int i = 0; i < 100; i++) {
		put(in, IPC_MESSAGE, 2, 100);
		put(in, IPC_MESSAGE, 3, 100);
	}
	for (int i = 0; i < 100; i++) {
		const uint16_t who = serve(in, 0);

		of[who]++;
		intake_spent(in, IPC_MESSAGE, who, who == 1 ? 50000 : 1000, true);
	}
	assert_true(of[1] <= 2 && of[2] >= 40 && of[3] >= 40);
	intake_free(in);
}

static void who_was_quiet_does_not_rule_afterwards(void **state)
{
	struct intake *in;
	unsigned first = 0;

	(void)state;
	assert_int_equal(intake_create(&in), ERR_OK);
	put(in, IPC_MESSAGE, 1, 100);
	for (int i = 0; i < 1000; i++) { /* an hour in which only one speaks */
		put(in, IPC_MESSAGE, 1, 100);
		assert_int_equal(serve(in, 10000), 1);
	}
	for (int i = 0; i < 100; i++) {
		put(in, IPC_MESSAGE, 2, 100);
		put(in, IPC_MESSAGE, 1, 100);
	}
	for (int i = 0; i < 40; i++)
		first += serve(in, 10000) == 1;
	assert_true(first >= 15 && first <= 25);
	intake_free(in);
}

/* A batch is taken out before anything of it was measured: what it will probably take counts at once. */
static void a_batch_is_shared_too(void **state)
{
	struct intake *in;
	struct intake_item *item;
	unsigned of[3] = {0};

	(void)state;
	assert_int_equal(intake_create(&in), ERR_OK);
	for (int i = 0; i < 50; i++)
		put(in, IPC_MESSAGE, 1, 100);
	put(in, IPC_MESSAGE, 2, 100);
	put(in, IPC_MESSAGE, 2, 100);
	for (int i = 0; i < 6; i++) {
		item = intake_next(in);
		of[item->peer]++;
		intake_done(item);
	}
	intake_settle(in);
	assert_true(of[2] == 2 && of[1] == 4);
	intake_free(in);
}

static void lines_that_come_and_go_are_one_change(void **state)
{
	struct intake *in;
	struct intake_item *item;
	unsigned n = 0;

	(void)state;
	assert_int_equal(intake_create(&in), ERR_OK);
	for (int i = 0; i < 1000; i++) {
		put(in, IPC_PEER_UP, 1, 0);
		put(in, IPC_PEER_DOWN, 1, 0);
	}
	put(in, IPC_PEER_UP, 1, 0);
	put(in, IPC_MESSAGE, 1, 100);
	put(in, IPC_PEER_DOWN, 1, 0);
	while ((item = intake_next(in)) != NULL) {
		n++;
		assert_true(item->type == (n == 2 ? IPC_MESSAGE : IPC_PEER_DOWN));
		assert_true(item->then_up == (n == 1));
		intake_done(item);
		intake_settle(in);
	}
	assert_true(n == 3 && !intake_waits(in));
	intake_free(in);
}

/* A net that was taken over sends what is empty, in turn with lines that come up, and counts no credit. */
static void what_is_empty_takes_room_too(void **state)
{
	const struct intake_item nothing = {.type = IPC_MESSAGE, .peer = 1},
				 up = {.type = IPC_PEER_UP, .peer = 1};
	struct intake *in;
	size_t n = 0;

	(void)state;
	assert_int_equal(intake_create(&in), ERR_OK);
	while (n < 1000000 && intake_put(in, &nothing) == ERR_OK && intake_put(in, &up) == ERR_OK)
		n++;
	assert_true(n < 100000);
	intake_clear(in);
	assert_int_equal(intake_put(in, &nothing), ERR_OK);
	intake_free(in);
}

/* As much as an honest net may hand over finds room: its credit in the smallest messages, a line that changes before each,
 * and one message of the largest kind of every partner. */
static void what_net_may_hand_over_finds_room(void **state)
{
	static const uint8_t large[LIMIT_ZMTP_MESSAGE];
	struct intake *in;

	(void)state;
	assert_int_equal(intake_create(&in), ERR_OK);
	for (size_t i = 0; i < LIMIT_IPC_CREDIT / IPC_CHARGE_MIN; i++) {
		put(in, IPC_PEER_DOWN, 1, 0);
		put(in, IPC_MESSAGE, 1, 100);
	}
	for (uint16_t p = 1; p <= LIMIT_PEERS; p++) {
		const struct intake_item one = {
			.type = IPC_MESSAGE, .peer = p, .bytes = span_of(large, sizeof large)};

		put(in, IPC_PEER_UP, p, 0);
		assert_int_equal(intake_put(in, &one), ERR_OK);
		put(in, IPC_PEER_DOWN, p, 0);
	}
	intake_free(in);
}

/* What waited because of others is told from what waited for its own partner's words. */
static void who_waits_for_itself_is_known(void **state)
{
	struct intake *in;
	struct intake_item *item;

	(void)state;
	assert_int_equal(intake_create(&in), ERR_OK);
	for (uint16_t p = 1; p <= 400; p++) /* all come back at once */
		put(in, IPC_MESSAGE, p, 100);
	put(in, IPC_MESSAGE, 7, 100);
	while ((item = intake_next(in)) != NULL) {
		const uint16_t peer = item->peer;

		assert_true(item->own_us <= (peer == 7 ? 5000 : 0));
		intake_spent(in, IPC_MESSAGE, peer, 5000, true);
		intake_done(item);
		intake_settle(in);
	}
	for (int i = 0; i < 10; i++)
		put(in, IPC_MESSAGE, 9, 100);
	for (uint64_t i = 0; i < 10; i++) {
		item = intake_next(in);
		assert_int_equal(item->own_us, i * 50000);
		intake_spent(in, IPC_MESSAGE, 9, 50000, true);
		intake_done(item);
		intake_settle(in);
	}
	intake_free(in);
}

static void a_flood_leaves_room_for_all_others(void **state)
{
	static struct shares s;
	uint64_t flood = 0;

	(void)state;
	memset(&s, 0, sizeof s);
	while (shares_take(&s, 1, 8000))
		flood += 8000;
	assert_true(flood <= LIMIT_IPC_CREDIT / 2 + 8000 && flood >= LIMIT_IPC_CREDIT / 4);
	for (uint16_t p = 2; p <= 30; p++) /* floods as well, each of them */
		while (shares_take(&s, p, 8000))
			;
	assert_true(shares_take(&s, 31, LIMIT_ZMTP_MESSAGE));
	for (uint16_t p = 32; p <= LIMIT_PEERS; p++)
		assert_true(shares_take(&s, p, LIMIT_ZMTP_MESSAGE)); /* one message always */
	shares_back(&s, 1, UINT32_MAX); /* more than it had: nobody else's */
	assert_int_equal(s.of[1], 0);
	assert_true(s.unread > 0);
	shares_back(&s, UINT16_MAX, 1);
	while (shares_take(&s, 1, 100)) /* small ones cost as well */
		flood = s.of[1];
	assert_true(flood % IPC_CHARGE_MIN == 0);
}

/* After a power cut all come back with a window of documents each; then one floods. */
static void all_at_once_is_no_flood(void **state)
{
	static struct shares s;
	unsigned refused = 0;

	(void)state;
	memset(&s, 0, sizeof s);
	for (size_t sent = 0; sent < LIMIT_WINDOW * LIMIT_BODY; sent += LIMIT_CLASS_1)
		for (uint16_t p = 1; p <= 400; p++) {
			if (shares_take(&s, p, LIMIT_CLASS_1))
				continue;
			assert_int_equal(shares_cause(&s, p), IPC_CAUSE_CROWD);
			refused++;
		}
	assert_true(refused > 0);
	memset(&s, 0, sizeof s);
	for (unsigned i = 0; i + 1 < LIMIT_WINDOW; i++) /* as much as an honest one has under way */
		assert_true(shares_take(&s, 1, LIMIT_BODY));
	assert_int_equal(shares_cause(&s, 1), IPC_CAUSE_CROWD);
	memset(&s, 0, sizeof s);
	assert_true(shares_take(&s, 2, LIMIT_CLASS_1));
	while (shares_take(&s, 1, LIMIT_CLASS_0))
		;
	assert_int_equal(shares_cause(&s, 1), IPC_CAUSE_SHARE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dear_words_make_their_sender_wait),
		cmocka_unit_test(who_was_quiet_does_not_rule_afterwards),
		cmocka_unit_test(a_batch_is_shared_too),
		cmocka_unit_test(lines_that_come_and_go_are_one_change),
		cmocka_unit_test(what_is_empty_takes_room_too),
		cmocka_unit_test(what_net_may_hand_over_finds_room),
		cmocka_unit_test(who_waits_for_itself_is_known),
		cmocka_unit_test(a_flood_leaves_room_for_all_others),
		cmocka_unit_test(all_at_once_is_no_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
