/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/core/engine.c by itself: what net says of a partner is net's word, and net is the process that may be taken over. */
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bedcase.h"
#include "bedengine.h"
#include "core/pairkeys.h"
#include "crypto/seal.h"
#include "proto/wire.h"

static int setup(void **state)
{
	static struct bedengine b;

	bedengine_open(&b);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	return bedengine_close(*state);
}

/* All that net can say of a partner, with this number. */
static void say_all(struct bedengine *b, uint16_t peer)
{
	const struct node_time now = {b->bed->now_ms, b->bed->now_ms};
	static uint8_t bytes[WIRE_ENVELOPE_EXTRA + 1024];
	static const size_t lengths[] = {0, 1, WIRE_PREKEY_LEN, sizeof bytes};
	enum err rc;

	assert_int_equal(engine_peer_up(b->engine, peer, &now), ERR_OK);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		rc = engine_push_message(b->engine, peer, span_of(bytes, lengths[i]), &now);
		assert_int_equal(rc, lengths[i] == WIRE_PREKEY_LEN ? ERR_OK : ERR_MALFORMED);
	}
	assert_int_equal(engine_turn(b->engine, &now), ERR_OK);
	assert_int_equal(engine_peer_down(b->engine, peer), ERR_OK);
	assert_int_equal(engine_turn(b->engine, &now), ERR_OK);
}

/* Nobody, this node itself, one above the last, and what no federation has. */
static void a_number_of_nobody_is_passed_over(void **state)
{
	static const uint16_t numbers[] = {
		0, BED_SELF, BED_OTHER + 1, KEYBOX_PEERS_MAX, KEYBOX_PEERS_MAX + 1, UINT16_MAX};
	struct bedengine *b = *state;
	const struct node *n = engine_node(b->engine);

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		say_all(b, numbers[i]);
	assert_int_equal(b->said, 0);
	for (size_t i = 0; i < n->peer_count; i++)
		assert_false(n->peers[i].have_prekey || n->peers[i].conn.up);
}

/* And that of a partner is not: it gets a key of its own, and a word. */
static void a_partners_number_is_taken(void **state)
{
	struct bedengine *b = *state;

	say_all(b, BED_PARTNER);
	assert_true(engine_node(b->engine)->peers[BED_PARTNER - 1].have_prekey);
	assert_false(engine_node(b->engine)->peers[BED_OTHER - 1].have_prekey);
	assert_true(b->said > 0);
}

/* ---- PAIR keys ---- */

static struct wire_prekey key_of(const struct bedengine *b)
{
	struct wire_prekey k;

	assert_int_equal(
		wire_prekey_get(span_of(engine_node(b->engine)->peers[BED_PARTNER - 1].prekey,
					WIRE_PREKEY_LEN),
				&k),
		ERR_OK);
	return k;
}

static bool told(const struct bedengine *b)
{
	return !engine_node(b->engine)->peers[BED_PARTNER - 1].prekey_used;
}

/* A frame of the partner, sealed to this key: that it says nothing is seen only after it was opened. */
static void sealed_to(struct bedengine *b, const struct wire_prekey *k)
{
	static const uint8_t zeros[64];
	static uint8_t inner[4096], envelope[WIRE_ENVELOPE_EXTRA + sizeof inner];
	const struct node *n = engine_node(b->engine);
	const struct node_time now = {b->bed->now_ms, b->bed->now_ms};
	const struct wire_envelope env = {.suite = WIRE_SUITE_1,
					  .fed_id = n->fed_id,
					  .recipient = keybox_node_id(b->keybox),
					  .prekey = k->id,
					  .not_after_s = b->bed->now_ms / 1000 + 3600};
	const struct seal_to to = {.envelope = envelope,
				   .inner = inner,
				   .inner_len = sizeof inner,
				   .prekey_pub = k->pub,
				   .recipient = env.recipient,
				   .hedge = zeros,
				   .frame_sig = zeros,
				   .random = zeros};

	wire_envelope_put(&env, envelope);
	assert_int_equal(seal_envelope(&to), ERR_OK);
	assert_int_equal(engine_push_message(b->engine, BED_PARTNER,
					     span_of(envelope, sizeof envelope), &now),
			 ERR_OK);
}

static void up(struct bedengine *b)
{
	const struct node_time now = {b->bed->now_ms, b->bed->now_ms};

	assert_int_equal(engine_peer_up(b->engine, BED_PARTNER, &now), ERR_OK);
}

static bool same(const struct wire_prekey *a, const struct wire_prekey *b)
{
	return id16_equal(&a->id, &b->id);
}

static void one_key_serves_for_so_many_frames(void **state)
{
	struct bedengine *b = *state;
	struct wire_prekey first, next;

	up(b);
	first = key_of(b);
	assert_true(told(b));
	for (unsigned i = 1; i < PAIRKEYS_FRAMES; i++) {
		sealed_to(b, &first);
		next = key_of(b);
		assert_true(same(&first, &next));
		assert_false(told(b)); /* they have it */
	}
	sealed_to(b, &first);
	next = key_of(b);
	assert_false(same(&first, &next));
	assert_true(told(b) && next.time_ms > first.time_ms);
}

/* Whoever talks seldom gets a new one with each frame, and what served shortly is old at the next turn. */
static void a_key_that_served_does_not_last(void **state)
{
	struct bedengine *b = *state;
	struct node_time now;
	struct wire_prekey first, second, third;

	up(b);
	first = key_of(b);
	b->bed->now_ms += PAIRKEYS_AGE_MS;
	now = (struct node_time){b->bed->now_ms, b->bed->now_ms};
	assert_int_equal(engine_turn(b->engine, &now), ERR_OK);
	second = key_of(b);
	assert_true(same(&first, &second)); /* nobody used it */
	sealed_to(b, &first);
	second = key_of(b);
	assert_false(same(&first, &second));
	sealed_to(b, &second);
	third = key_of(b);
	assert_true(same(&second, &third));
	b->bed->now_ms += PAIRKEYS_AGE_MS;
	now = (struct node_time){b->bed->now_ms, b->bed->now_ms};
	assert_int_equal(engine_turn(b->engine, &now), ERR_OK);
	third = key_of(b);
	assert_false(same(&second, &third));
	assert_true(told(b));
}

static bool opens(struct bedengine *b, const struct wire_prekey *k)
{
	static uint8_t envelope[WIRE_ENVELOPE_EXTRA + 4096], inner[4096];
	struct keybox_used used;

	return keybox_open(b->keybox, envelope, &k->id, sizeof inner, inner, &used) != ERR_NOTFOUND;
}

/* What is still under way to the one before is opened until the next one serves, and never after. */
static void the_one_before_goes_when_the_newest_serves(void **state)
{
	struct bedengine *b = *state;
	struct wire_prekey first, second;

	up(b);
	first = key_of(b);
	for (unsigned i = 0; i < PAIRKEYS_FRAMES; i++)
		sealed_to(b, &first);
	second = key_of(b);
	sealed_to(b, &first);
	assert_true(opens(b, &first) && opens(b, &second));
	sealed_to(b, &second);
	assert_false(opens(b, &first));
	assert_true(opens(b, &second));
	/* sealed to what is gone: the newest is told again, as a new one */
	sealed_to(b, &first);
	assert_true(told(b));
	assert_true(opens(b, &second));
	assert_int_equal(engine_peer_down(b->engine, BED_PARTNER), ERR_OK);
	assert_false(opens(b, &second));
}

/* ---- what shares a turn ---- */

static uint64_t commits(const struct bed *bed)
{
	struct store_txn *txn;
	uint64_t version;

	assert_int_equal(store_begin(bed->store, false, &txn), ERR_OK);
	version = store_version(txn);
	store_abort(txn);
	return version;
}

static void push_referral(struct bedengine *b, const struct id16 *case_id)
{
	struct arena *a = &b->bed->arena;
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_REFER);
	struct span bytes;
	char hex[33];

	bytes_hex(hex, case_id->b, 16);
	msg_set_u64(req, REQUEST_VERSION, 1);
	msg_set_text(a, m, REFER_NEW_CASE_ID, hex);
	msg_set_text(a, m, REFER_NEW_PARTNER, "partner");
	msg_set_text(a, m, REFER_NEW_NEED, "income-debt");
	msg_set_u64(m, REFER_NEW_URGENCY, 1);
	assert_int_equal(msg_pack(a, req, &bytes), ERR_OK);
	assert_int_equal(
		engine_push(b->engine, &(struct event){.type = EVENT_REQUEST, .bytes = bytes}),
		ERR_OK);
}

/* So many people are referred for the first time, all at once: how many commits that takes. */
static uint64_t referred(struct bedengine *b, const struct id16 *cases, size_t n)
{
	const struct node_time now = {b->bed->now_ms, b->bed->now_ms};
	const uint64_t before = commits(b->bed);

	b->answered = 0;
	for (size_t i = 0; i < n; i++)
		push_referral(b, &cases[i]);
	assert_int_equal(engine_turn(b->engine, &now), ERR_OK);
	assert_int_equal(b->answered, n);
	assert_int_equal(b->refused, 0);
	return commits(b->bed) - before;
}

/* Each is a consent and what rests on it: one signature does not reach so far, and nobody is told that there was too much. */
static void what_one_signature_does_not_reach_goes_with_the_next(void **state)
{
	enum { PEOPLE = LIMIT_BURST / 2 + 8 };
	struct bedengine *b = *state;
	struct bed *bed = b->bed;
	struct id16 cases[PEOPLE];

	(void)bed_turn(bed);
	bedcase_setup(bed);
	for (size_t i = 0; i < PEOPLE; i++) {
		cases[i] = bedcase_open(bed);
		(void)bedcase_consent(bed, &cases[i], BED_PARTNER, 30);
	}
	(void)bed_turn(bed);
	store_abort(bed->t.txn);
	bed->t.txn = NULL;
	/* two, and one for what the time had made due: not one for each of them */
	assert_true(referred(b, cases, PEOPLE) <= 3);
}

/* ---- what a turn leaves ---- */

enum { DEEP = 48 * 1024, LOOKED = 256 * 1024 };
static const char left[] = "a key that a function far below had in hand";

/* Far below whoever calls it. */
static __attribute__((noinline, no_sanitize_address)) void leave(void)
{
	volatile char deep[DEEP];

	for (size_t i = 0; i < sizeof left; i++)
		deep[i] = left[i];
	assert_int_equal(deep[0], left[0]);
}

/* Of the stack below a frame, as somebody sees it who reads the memory of the process.  A frame and not the address of a variable, which a
 * sanitizer may keep elsewhere. */
static bool lies_below(const void *here)
{
	const uintptr_t top = (uintptr_t)here;
	const int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char *seen = malloc(LOOKED);
	ssize_t n = 0;
	bool found = false;

	assert_true(fd >= 0 && seen != NULL);
	/* page by page: what was never used need not be there */
	for (size_t at = 4096; at <= LOOKED; at += 4096) {
		n = pread(fd, seen + LOOKED - at, 4096, (off_t)(top - at));
		if (n != 4096)
			memset(seen + LOOKED - at, 0, 4096);
	}
	found = memmem(seen, LOOKED, left, sizeof left) != NULL;
	free(seen);
	assert_int_equal(close(fd), 0);
	return found;
}

/* Functions hand keys about in arrays of their own, and none of them wipes what the one below it copied. */
static void a_turn_leaves_nothing_on_the_stack(void **state)
{
	struct bedengine *b = *state;
	struct bed *bed = b->bed;
	struct id16 id;

	leave();
	assert_true(lies_below(__builtin_frame_address(0))); /* it is seen when it is there */
	(void)bed_turn(bed);
	bedcase_setup(bed);
	id = bedcase_open(bed);
	(void)bedcase_consent(bed, &id, BED_PARTNER, 30);
	(void)bed_turn(bed);
	store_abort(bed->t.txn);
	bed->t.txn = NULL;
	b->meanwhile = leave;
	(void)referred(b, &id, 1);
	assert_false(lies_below(__builtin_frame_address(0)));
}

#define WITH_ENGINE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ENGINE(a_number_of_nobody_is_passed_over),
		WITH_ENGINE(a_partners_number_is_taken),
		WITH_ENGINE(one_key_serves_for_so_many_frames),
		WITH_ENGINE(a_key_that_served_does_not_last),
		WITH_ENGINE(the_one_before_goes_when_the_newest_serves),
		WITH_ENGINE(what_one_signature_does_not_reach_goes_with_the_next),
		WITH_ENGINE(a_turn_leaves_nothing_on_the_stack),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
