/* SPDX-License-Identifier: EUPL-1.2 */
/* When a line at rest is asked about (daemon/domain/stream/connect.c). */
#include "test.h"

#include "base/bytes.h"
#include "bedcase.h"
#include "domain/blob/rows.h"
#include "domain/exchange/answer.h"
#include "domain/news/spread.h"
#include "domain/node.h"
#include "domain/stream/connect.h"
#include "domain/stream/speak.h"

static uint64_t next(struct bed *b, const struct peer *p, const struct pair *pr, struct conn *c)
{
	assert_int_equal(connect_next_question(&b->t, p, pr, c), ERR_OK);
	return c->ask_mono_ms;
}

/* One moment for all lines at rest, and as soon as ever where something is under way or somebody waits for words of others. */
static void lines_at_rest_are_asked_about_together(void **state)
{
	struct bed *b = *state;
	const struct peer *p = &b->node->peers[BED_PARTNER - 1],
			  *q = &b->node->peers[BED_OTHER - 1];
	struct pair pr = {.yours = {4, {{0xb2}}}};
	struct conn c = {.up = true, .heard = true};
	struct blob file = {.id = {{9}}, .from = BED_PARTNER, .state = BLOB_WAITS};
	uint64_t at;

	assert_int_equal(next(b, p, &pr, &c), b->t.mono_ms + LIMIT_PING_MS);
	node_set_rest(b->node, NODE_REST_MS);
	at = next(b, p, &pr, &c);
	assert_in_range(at, b->t.mono_ms + NODE_REST_MS / 2, b->t.mono_ms + NODE_REST_MS * 3 / 2);
	assert_int_equal(next(b, q, &pr, &c), at);
	b->t.mono_ms = at; /* asked then, and again at that moment of the next time */
	assert_int_equal(next(b, p, &pr, &c), at + NODE_REST_MS);
	b->t.mono_ms = at + 500; /* answered later */
	assert_int_equal(next(b, q, &pr, &c), at + NODE_REST_MS);
	pr.num_last = 1;
	assert_int_equal(next(b, p, &pr, &c), b->t.mono_ms + LIMIT_ASK_MS);
	pr.num_last = 0;
	pr.waiting = 1;
	assert_int_equal(next(b, p, &pr, &c), b->t.mono_ms + LIMIT_PING_MS);
	pr.waiting = 0;
	c.retry_wait_ms = 1;
	assert_int_equal(next(b, p, &pr, &c), b->t.mono_ms + LIMIT_PING_MS);
	c.retry_wait_ms = 0;
	assert_int_equal(next(b, p, &pr, &c), at + NODE_REST_MS);
	assert_int_equal(blob_index(&b->t, &file),
			 ERR_OK); /* for which there may be room by then */
	assert_int_equal(next(b, p, &pr, &c), b->t.mono_ms + LIMIT_PING_MS);
	assert_int_equal(next(b, q, &pr, &c), at + NODE_REST_MS);
	file.state = BLOB_WHOLE;
	assert_int_equal(blob_index(&b->t, &file), ERR_OK);
	assert_int_equal(next(b, p, &pr, &c), at + NODE_REST_MS);
	b->node->peers[BED_OTHER - 1].activated = false;
	assert_int_equal(next(b, p, &pr, &c), b->t.mono_ms + LIMIT_PING_MS);
}

/* However far apart their moments are: in ten times of rest a line is asked about some ten times, by both ends together, and never
 * much later than it should be. */
static void of_two_ends_at_rest_one_asks(void **state)
{
	struct bed *b = *state;
	const uint64_t begin = b->t.mono_ms, end = begin + 10 * (uint64_t)NODE_REST_MS;
	struct answer a = {.reply = true};

	node_set_rest(b->node, NODE_REST_MS);
	for (uint64_t apart = 1000; apart < NODE_REST_MS; apart += NODE_REST_MS / 7) {
		struct pair pr = {.yours = {4, {{0xb2}}}};
		struct conn c[2] = {{.up = true, .heard = true, .ask_mono_ms = begin},
				    {.up = true, .heard = true, .ask_mono_ms = begin + apart}};
		uint64_t last = begin;
		unsigned questions = 0;

		while (last < end) {
			const size_t who = c[0].ask_mono_ms <= c[1].ask_mono_ms ? 0 : 1;
			struct conn *other = &c[1 - who];

			b->t.mono_ms = c[who].ask_mono_ms;
			assert_in_range(b->t.mono_ms, last, last + NODE_REST_MS * 3 / 2);
			last = b->t.mono_ms;
			questions++;
			be64_put(b->node->node_id.b, who == 0 ? apart : 0);
			assert_int_equal(
				connect_was_asked(&b->t, &b->node->peers[0], &pr, other, &a),
				ERR_OK);
			be64_put(b->node->node_id.b, who == 0 ? 0 : apart);
			(void)next(b, &b->node->peers[0], &pr, &c[who]);
		}
		assert_in_range(questions, 7, 12);
	}
}

/* ... but what is outstanding is asked again, what waits is asked for, and without a rest both ask. */
static void who_waits_for_an_answer_asks_again(void **state)
{
	struct bed *b = *state;
	const struct peer *p = &b->node->peers[BED_PARTNER - 1];
	struct pair pr = {.yours = {4, {{0xb2}}}};
	const uint64_t now = b->t.mono_ms;
	struct answer a = {.reply = true};
	struct conn c = {.up = true, .heard = true, .ask_mono_ms = now + LIMIT_PING_MS};

	assert_int_equal(connect_was_asked(&b->t, p, &pr, &c, &a), ERR_OK);
	assert_int_equal(c.ask_mono_ms, now + LIMIT_PING_MS);
	node_set_rest(b->node, NODE_REST_MS);
	c.asked = true;
	assert_int_equal(connect_was_asked(&b->t, p, &pr, &c, &a), ERR_OK);
	assert_int_equal(c.ask_mono_ms, now + LIMIT_PING_MS);
	assert_false(a.deposit);
	c.asked = false;
	pr.waiting = 1;
	assert_int_equal(connect_was_asked(&b->t, p, &pr, &c, &a), ERR_OK);
	assert_int_equal(c.ask_mono_ms, now + LIMIT_PING_MS);
	pr.waiting = 0;
	assert_int_equal(connect_was_asked(&b->t, p, &pr, &c, &a), ERR_OK);
	assert_true(c.ask_mono_ms >= now + NODE_REST_MS / 2);
	assert_true(a.deposit); /* what a question of ours would bring goes with the answer */
}

/* The key of the last word ends with the frame after the next one, so that one does not wait for the rest. */
static void who_said_something_asks_once_more_before_it_rests(void **state)
{
	struct bed *b = *state;
	const struct peer *p = &b->node->peers[BED_PARTNER - 1];
	struct pair pr = {.yours = {4, {{0xb2}}}};
	struct conn c = {.up = true, .heard = true, .spoke = true, .ask_mono_ms = b->t.mono_ms + 7};
	struct answer a = {.reply = true};

	node_set_rest(b->node, NODE_REST_MS);
	assert_int_equal(connect_was_asked(&b->t, p, &pr, &c, &a), ERR_OK);
	assert_int_equal(c.ask_mono_ms, b->t.mono_ms + 7);
	pr.num_last = 1; /* not receipted yet */
	assert_int_equal(next(b, p, &pr, &c), b->t.mono_ms + LIMIT_ASK_MS);
	pr.num_last = 0;
	assert_int_equal(next(b, p, &pr, &c), b->t.mono_ms + LIMIT_PING_MS);
	b->t.mono_ms = c.ask_mono_ms;
	assert_true(next(b, p, &pr, &c) >= b->t.mono_ms + NODE_REST_MS / 2);
}

static void a_referral_is_something_said(void **state)
{
	struct bed *b = *state;
	struct peer *p = &b->node->peers[BED_PARTNER - 1];
	struct pair *pr;
	struct id16 case_id;

	bedcase_setup(b);
	case_id = bedcase_open(b);
	(void)bedcase_consent(b, &case_id, BED_PARTNER, 100);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->yours = (struct incarnation){1, {{0xfe}}};
	p->active = p->admitted = true;
	p->conn = (struct conn){
		.up = true, .heard = true, .have_key = true, .key_until_s = UINT64_MAX};
	(void)bedcase_refer(b, &case_id, BED_PARTNER);
	(void)bed_turn(b); /* it is signed */
	assert_int_equal(answer_owe(&b->t, BED_PARTNER), ERR_OK);
	assert_int_equal(speak_all(&b->t), ERR_OK);
	assert_true(p->conn.sent > 0);
	assert_true(p->conn.spoke);
}

/* A frame of the partner, whose roster goes so far, comes now: are we to answer, and when is it asked of itself? */
static bool heard(struct bed *b, uint64_t roster_seq, uint64_t *asks)
{
	struct peer *p = &b->node->peers[BED_PARTNER - 1];
	const struct wire_frame f = {.roster_seq = roster_seq};
	struct answer a = {0};

	assert_int_equal(spread_heard(&b->t, p, &f, &a), ERR_OK);
	*asks = connect_next_mono_ms(b->node);
	return a.reply;
}

/* Two entries within a second, as when two proposals are signed one behind the other: no frame need come behind the second. */
static void who_lacks_entries_that_come_too_soon_asks_once_they_may_come(void **state)
{
	struct bed *b = *state;
	struct conn *c = &b->node->peers[BED_PARTNER - 1].conn;
	const uint64_t begin = 50000, rest = begin + LIMIT_PING_MS;
	uint64_t asks;

	*c = (struct conn){.up = true, .heard = true, .ask_mono_ms = rest};
	b->node->roster_seq = 4;
	b->t.mono_ms = begin;
	assert_true(heard(b, 5, &asks));
	assert_int_equal(asks, rest);
	for (unsigned later = 300; later < 1000;
	     later += 300) { /* however often it is heard meanwhile */
		b->t.mono_ms = begin + later;
		assert_false(heard(b, 6, &asks));
		assert_int_equal(asks, begin + 1000);
	}
	b->t.mono_ms = begin + 1000;
	assert_true(heard(b, 6, &asks));
	assert_int_equal(asks, rest);
	assert_false(heard(b, 4, &asks)); /* it has what we have */
	assert_int_equal(asks, rest);

	assert_false(heard(b, 3, &asks)); /* it lacks some: pushed at once ... */
	assert_int_equal(asks, rest);
	b->t.mono_ms += 10;
	assert_false(heard(
		b, 3,
		&asks)); /* ... and not again, until it had the time to say that it has them */
	assert_int_equal(asks, begin + 2000);
	assert_false(heard(b, 4, &asks));
	assert_int_equal(asks, rest);
	assert_false(heard(b, 3, &asks)); /* who never moves on is asked once */
	assert_int_equal(asks, rest);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		EACH(lines_at_rest_are_asked_about_together),
		EACH(of_two_ends_at_rest_one_asks),
		EACH(who_waits_for_an_answer_asks_again),
		EACH(who_said_something_asks_once_more_before_it_rests),
		EACH(who_lacks_entries_that_come_too_soon_asks_once_they_may_come),
		EACH(a_referral_is_something_said),
	};

	return cmocka_run_group_tests_name("rest", tests, NULL, NULL);
}
