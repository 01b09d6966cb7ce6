/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/core/engine.c by itself: what net says of a partner is net's word, and net is the process that may be taken over. */
#include "test.h"

#include "bedengine.h"
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

#define WITH_ENGINE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ENGINE(a_number_of_nobody_is_passed_over),
		WITH_ENGINE(a_partners_number_is_taken),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
