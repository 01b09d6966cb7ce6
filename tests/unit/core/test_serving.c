/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/core/serving.c by itself: whose words are said to wait for their own, as kring status shows it. */
#include "test.h"

#include <string.h>

#include "base/bytes.h"
#include "bed.h"
#include "core/serving.h"
#include "crypto/secret.h"
#include "proto/wire.h"

enum { LATE_MS = 1000, DEAR_US = 2000000 };

struct world {
	struct bed *bed;
	struct keybox *keybox;
	struct engine *engine;
	struct serving *serving;
	uint64_t now_ms;
};

static void to_client(void *ctx, uint64_t client, struct span bytes)
{
	(void)ctx;
	(void)client;
	(void)bytes;
}

static void to_peer(void *ctx, uint16_t peer, struct span bytes)
{
	(void)ctx;
	(void)peer;
	(void)bytes;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static void dial(void *ctx, uint16_t peer, bool silent)
{
	(void)ctx;
	(void)peer;
	(void)silent;
}

static enum err keys(void *ctx, const struct effect *x)
{
	(void)ctx;
	(void)x;
	return ERR_OK;
}

static struct node_time now_of(void *ctx)
{
	const struct world *w = ctx;

	return (struct node_time){w->now_ms, w->now_ms};
}

static int setup(void **state)
{
	static struct world w;
	const struct engine_calls calls = {.reply = to_client,
					   .envelope = to_peer,
					   .members = nothing,
					   .onboard = to_peer,
					   .dial = dial,
					   .keys = keys};
	struct engine_parts parts = {.calls = calls};
	struct keybox_roots roots;
	void *bed;

	assert_int_equal(bed_setup(&bed), 0);
	w.bed = bed;
	w.now_ms = w.bed->now_ms;
	store_abort(w.bed->t.txn); /* the engine has its own turns */
	w.bed->t.txn = NULL;
	memset(&roots, 0, sizeof roots); /* and the first key pair of RFC 8032, 7.1 */
	assert_true(bytes_unhex(roots.nk_seed, 32,
				"9d61b19deffd5a60ba844af492ec2cc4"
				"4449c5697b326919703bac031cae7f60"));
	assert_true(bytes_unhex(roots.nk_pub.b, 32,
				"d75a980182b10ab7d54bfed3c964073a"
				"0ee172f3daa62325af021a68f707511a"));
	assert_int_equal(secret_init(), ERR_OK);
	assert_int_equal(keybox_create(&w.keybox, &roots), ERR_OK);
	parts.store = w.bed->store;
	parts.keybox = w.keybox;
	parts.node = w.bed->node;
	assert_int_equal(engine_create(&w.engine, &parts), ERR_OK);
	assert_int_equal(serving_create(&w.serving, &(struct serving_parts){w.engine, now_of, &w}),
			 ERR_OK);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	void *bed = w->bed;

	serving_free(w->serving);
	engine_free(w->engine); /* and the node with it */
	w->bed->node = NULL;
	keybox_free(w->keybox);
	return bed_teardown(&bed);
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
	const struct held *h = &engine_node(w->engine)->held;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_waits_for_its_own_words_is_named, setup,
						teardown),
		cmocka_unit_test_setup_teardown(who_waits_for_others_is_not_named, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_served_in_time_is_not_slow, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_line_that_came_late_is_nobodys_fault, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
