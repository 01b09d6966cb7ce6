/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/core/serving.c by itself: whose words are said to wait for their own, as kring status shows it. */
#include "test.h"

#include "bedengine.h"
#include "core/serving.h"
#include "proto/wire.h"

enum { LATE_MS = 1000, DEAR_US = 2000000 };

struct world {
	struct bedengine b;
	struct serving *serving;
	uint64_t now_ms;
};

static struct node_time now_of(void *ctx)
{
	const struct world *w = ctx;

	return (struct node_time){w->now_ms, w->now_ms};
}

static int setup(void **state)
{
	static struct world w;

	bedengine_open(&w.b);
	w.now_ms = w.b.bed->now_ms;
	assert_int_equal(
		serving_create(&w.serving, &(struct serving_parts){w.b.engine, now_of, &w}),
		ERR_OK);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	serving_free(w->serving);
	return bedengine_close(&w->b);
}

/* A prekey record of nobody: cheap, and no fault of form. */
static void word(struct world *w, uint16_t peer)
{
	static const uint8_t bytes[WIRE_PREKEY_LEN];

	serving_record(w->serving, IPC_MESSAGE, peer, span_of(bytes, sizeof bytes));
}

/* What an event of this partner took. */
static void was_dear(struct world *w, uint16_t peer)
{
	serving_spent(w->serving, &(struct event){.type = EVENT_FRAME, .peer = peer}, DEAR_US);
}

static void serve_all(struct world *w)
{
	bool more;

	do
		assert_int_equal(serving_slice(w->serving, &more), ERR_OK);
	while (more);
}

static uint64_t slowed(const struct world *w, uint16_t peer)
{
	const struct held *h = &engine_node(w->b.engine)->held;
	uint64_t count = 0;

	for (size_t i = 0; i < h->count; i++)
		if (h->row[i].peer == peer && h->row[i].cause == HELD_SLOWED)
			count += h->row[i].count;
	return count;
}

/* Its own words took two seconds, and what it said then waited for more than one. */
static void who_waits_for_its_own_words_is_named(void **state)
{
	struct world *w = *state;

	word(w, BED_PARTNER);
	was_dear(w, BED_PARTNER);
	w->now_ms += LATE_MS + 1;
	word(w, BED_OTHER);
	serve_all(w);
	assert_int_equal(slowed(w, BED_PARTNER), 1);
	assert_int_equal(slowed(w, BED_OTHER), 0);
	assert_string_equal(held_cause_name(HELD_SLOWED), "slowed");
}

static void what_is_served_in_time_is_not_slow(void **state)
{
	struct world *w = *state;

	word(w, BED_PARTNER);
	was_dear(w, BED_PARTNER);
	w->now_ms += LATE_MS;
	serve_all(w);
	assert_int_equal(slowed(w, BED_PARTNER), 0);
}

/* When all come at once each waits for the others. */
static void who_waits_for_others_is_not_named(void **state)
{
	struct world *w = *state;

	word(w, BED_PARTNER);
	word(w, BED_OTHER);
	was_dear(w, BED_OTHER);
	w->now_ms += LATE_MS + 1;
	serve_all(w);
	assert_int_equal(slowed(w, BED_PARTNER), 0);
	assert_int_equal(slowed(w, BED_OTHER), 1);
}

/* That its line came or went is net's word and not the partner's. */
static void a_line_that_came_late_is_nobodys_fault(void **state)
{
	struct world *w = *state;

	serving_record(w->serving, IPC_PEER_UP, BED_PARTNER, span_of(NULL, 0));
	was_dear(w, BED_PARTNER);
	w->now_ms += LATE_MS + 1;
	serve_all(w);
	assert_int_equal(slowed(w, BED_PARTNER), 0);
}

/* Everybody spoke, newcomers too, and goes on before net was told what was read. */
static void credit_is_owed_to_everybody_at_once(void **state)
{
	struct world *w = *state;

	for (int twice = 0; twice < 2; twice++)
		for (uint16_t p = 0; p <= LIMIT_PEERS; p++)
			word(w, p);
	serve_all(w);
	assert_int_equal(slowed(w, BED_PARTNER), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_waits_for_its_own_words_is_named, setup,
						teardown),
		cmocka_unit_test_setup_teardown(who_waits_for_others_is_not_named, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_served_in_time_is_not_slow, setup,
						teardown),
		cmocka_unit_test_setup_teardown(credit_is_owed_to_everybody_at_once, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_line_that_came_late_is_nobodys_fault, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
