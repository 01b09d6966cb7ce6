/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/core/engine.c by itself: what net says of a partner is net's word, and net is the process that may be taken over. */
#include "test.h"

#include "base/bytes.h"
#include "bed.h"
#include "core/engine.h"
#include "crypto/secret.h"
#include "proto/wire.h"

struct world {
	struct bed *bed;
	struct keybox *keybox;
	struct engine *engine;
};

static unsigned said; /* to net, about whomever */

static void reply(void *ctx, uint64_t client, struct span bytes)
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
	said++;
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
	said++;
}

static enum err keys(void *ctx, const struct effect *x)
{
	(void)ctx;
	(void)x;
	return ERR_OK;
}

static int setup(void **state)
{
	static struct world w;
	struct keybox_roots roots;
	void *bed;

	assert_int_equal(bed_setup(&bed), 0);
	w.bed = bed;
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
	assert_int_equal(
		engine_create(&w.engine, &(struct engine_parts){.store = w.bed->store,
								.keybox = w.keybox,
								.node = w.bed->node,
								.calls = {.reply = reply,
									  .envelope = to_peer,
									  .members = nothing,
									  .onboard = to_peer,
									  .dial = dial,
									  .keys = keys}}),
		ERR_OK);
	said = 0;
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	void *bed = w->bed;

	engine_free(w->engine); /* and the node with it */
	w->bed->node = NULL;
	keybox_free(w->keybox);
	return bed_teardown(&bed);
}

/* All that net can say of a partner, with this number. */
static void say_all(struct world *w, uint16_t peer)
{
	const struct node_time now = {w->bed->now_ms, w->bed->now_ms};
	static uint8_t bytes[WIRE_ENVELOPE_EXTRA + 1024];
	static const size_t lengths[] = {0, 1, WIRE_PREKEY_LEN, sizeof bytes};
	enum err rc;

	assert_int_equal(engine_peer_up(w->engine, peer, &now), ERR_OK);
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		rc = engine_push_message(w->engine, peer, span_of(bytes, lengths[i]), &now);
		assert_int_equal(rc, lengths[i] == WIRE_PREKEY_LEN ? ERR_OK : ERR_MALFORMED);
	}
	assert_int_equal(engine_turn(w->engine, &now), ERR_OK);
	assert_int_equal(engine_peer_down(w->engine, peer), ERR_OK);
	assert_int_equal(engine_turn(w->engine, &now), ERR_OK);
}

/* Nobody, this node itself, one above the last, and what no federation has. */
static void a_number_of_nobody_is_passed_over(void **state)
{
	static const uint16_t numbers[] = {
		0, BED_SELF, BED_OTHER + 1, KEYBOX_PEERS_MAX, KEYBOX_PEERS_MAX + 1, UINT16_MAX};
	struct world *w = *state;
	const struct node *n = engine_node(w->engine);

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		say_all(w, numbers[i]);
	assert_int_equal(said, 0);
	for (size_t i = 0; i < n->peer_count; i++)
		assert_false(n->peers[i].have_prekey || n->peers[i].conn.up);
}

/* And that of a partner is not: it gets a key of its own, and a word. */
static void a_partners_number_is_taken(void **state)
{
	struct world *w = *state;

	say_all(w, BED_PARTNER);
	assert_true(engine_node(w->engine)->peers[BED_PARTNER - 1].have_prekey);
	assert_false(engine_node(w->engine)->peers[BED_OTHER - 1].have_prekey);
	assert_true(said > 0);
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
