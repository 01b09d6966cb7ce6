/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/core/control/going.c by itself: who is next, and that nothing of a client overtakes what it asked before. */
#include "test.h"

#include "core/control/going.h"

static void add(struct going *g, uint64_t client, const char *what)
{
	const struct event ev = {
		.type = EVENT_REQUEST, .client = client, .bytes = span_of(what, strlen(what))};

	assert_int_equal(going_add(g, &ev, span_of(NULL, 0), false), ERR_OK);
}

/* The next one is this, and had left that. */
static void next(struct going *g, uint64_t client, const char *what, const char *left)
{
	struct event ev;

	assert_true(going_next(g, &ev));
	assert_int_equal(ev.client, client);
	assert_int_equal(ev.bytes.len, strlen(what));
	assert_memory_equal(ev.bytes.p, what, strlen(what));
	assert_int_equal(ev.so_far.len, strlen(left));
	assert_memory_equal(ev.so_far.p, left, strlen(left));
}

static void leave(struct going *g, const char *left)
{
	assert_int_equal(going_leave(g, span_of(left, strlen(left)), false), ERR_OK);
}

static void clients_take_turns_and_keep_their_order(void **state)
{
	struct going *g;

	(void)state;
	assert_int_equal(going_create(&g), ERR_OK);
	assert_false(going_any(g));
	add(g, 1, "long");
	add(g, 1, "behind it");
	add(g, 2, "other");
	next(g, 1, "long", "");
	leave(g, "half");
	next(g, 2, "other", "");
	leave(g, "a bit");
	next(g, 1, "long", "half"); /* and not what was asked behind it */
	assert_true(going_has(g, 1));
	going_over(g);
	next(g, 1, "behind it", "");
	going_over(g);
	assert_false(going_has(g, 1));
	next(g, 2, "other", "a bit");
	add(g, 3, "new"); /* while the last one has its turn */
	going_over(g);
	next(g, 3, "new", "");
	going_over(g);
	assert_false(going_any(g));
	going_free(g);
}

static bool only(void *ctx, uint64_t client)
{
	return client == *(const uint64_t *)ctx;
}

static void of_who_hung_up_nothing_stays_but_what_is_owed(void **state)
{
	const struct event ev = {
		.type = EVENT_REQUEST, .client = 1, .bytes = span_of("withdraw", 8)};
	uint64_t here = 2;
	struct going *g;

	(void)state;
	assert_int_equal(going_create(&g), ERR_OK);
	add(g, 1, "list");
	assert_int_equal(going_add(g, &ev, span_of("rest", 4), true), ERR_OK);
	add(g, 2, "of another");
	add(g, 1, "behind it");
	going_forget(g, only, &here);
	add(g, 2, "the last one"); /* behind what is left */
	next(g, 1, "withdraw", "rest");
	going_over(g);
	next(g, 2, "of another", "");
	going_over(g);
	next(g, 2, "the last one", "");
	leave(g, "half");
	here = 3;
	going_forget(g, only, &here);
	assert_false(going_any(g));
	add(g, 3, "new");
	next(g, 3, "new", "");
	going_over(g);
	going_free(g);
}

static void there_are_at_most_as_many_as_clients_may_ask(void **state)
{
	const struct event ev = {.type = EVENT_REQUEST, .client = 1};
	struct going *g;
	enum err rc = ERR_OK;
	unsigned n = 0;

	(void)state;
	assert_int_equal(going_create(&g), ERR_OK);
	while (rc == ERR_OK && n < 10000) {
		rc = going_add(g, &ev, span_of(NULL, 0), false);
		n += rc == ERR_OK;
	}
	assert_int_equal(rc, ERR_FULL);
	assert_int_equal(n, (LIMIT_CLIENTS + LIMIT_WATCHERS) * LIMIT_CLIENT_AHEAD);
	going_free(g);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_take_turns_and_keep_their_order),
		cmocka_unit_test(of_who_hung_up_nothing_stays_but_what_is_owed),
		cmocka_unit_test(there_are_at_most_as_many_as_clients_may_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
