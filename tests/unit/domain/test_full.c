/* SPDX-License-Identifier: EUPL-1.2 */
/* Stores that are full now and then, in a simulated federation: whatever people do meanwhile, and whatever partners say, no
 * event but a request that takes something new in ends badly, the room that is kept back lasts, and when there is room again
 * everything that waited arrives. */
#include "test.h"

#include <stdio.h>

#include "sim.h"
#include "store/backend.h"

enum { KEPT = 8 << 20, STEPS_FULL = 400, TIMES = 6 };
static const uint64_t plenty = UINT64_MAX / 2;

static uint64_t bytes_in(const struct sim_node *n)
{
	struct store_txn *txn;
	uint64_t left;

	assert_int_equal(store_begin(n->store, true, &txn), ERR_OK);
	left = n->store->ops->left(txn);
	store_abort(txn);
	return n->store->usage.cap + n->store->usage.kept - left;
}

/* From now on nothing more fits but what is kept back. */
static void fill(struct sim_node *n)
{
	n->store->usage.cap = bytes_in(n);
	n->store->usage.kept = KEPT;
}

static void empty(struct sim_node *n)
{
	n->store->usage.cap = plenty;
	n->store->usage.kept = 0;
}

static void some_steps(struct sim *s)
{
	const uint64_t until = s->events + STEPS_FULL;

	while (s->events < until && s->failed[0] == '\0')
		sim_step(s);
}

static void live(uint64_t seed, const struct sim_profile *p)
{
	static struct sim s;
	uint64_t most = 0, refused = 0;

	sim_open(&s, seed, p, false);
	some_steps(&s);
	for (unsigned i = 0; i < TIMES; i++) {
		struct sim_node *n = &s.nodes[i % (unsigned)s.n];
		const uint64_t before = s.refused;
		uint64_t grown;

		fill(n);
		some_steps(&s);
		grown = bytes_in(n) > n->store->usage.cap ? bytes_in(n) - n->store->usage.cap : 0;
		most = grown > most ? grown : most;
		refused += s.refused - before;
		empty(n);
	}
	sim_settle(&s);
	if (s.failed[0] == '\0')
		sim_judge(&s);
	assert_string_equal(s.failed, "");
	(void)printf("full: %llu requests refused, at most %llu bytes of what is kept back\n",
		     (unsigned long long)refused, (unsigned long long)most);
	assert_true(refused > 0 && most > 0 && most < KEPT / 2);
	sim_close(&s);
}

static void full_stores_lose_nothing(void **state)
{
	static const struct sim_profile busy = {.name = "calm", .life = .35, .night = .018};
	static const struct sim_profile lossy = {.name = "lossy",
						 .loss = .1,
						 .dup = .05,
						 .reset = .006,
						 .any_order = true,
						 .life = .15};

	(void)state;
	live(3, &busy);
	live(4, &lossy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_stores_lose_nothing),
	};

	return cmocka_run_group_tests_name("full", tests, NULL, NULL);
}
