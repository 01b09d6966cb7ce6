/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/held.c: who gives way when all rows are taken. */
#include "test.h"

#include "domain/held.h"

enum { HONEST = 1, FIRST = 2, CAUSES = HELD_SHUT_OUT + 1, MANY = 8 };

static bool noted(const struct held *h, uint16_t peer)
{
	for (size_t i = 0; i < h->count; i++)
		if (h->row[i].peer == peer)
			return true;
	return false;
}

/* Each of them finds every way there is, again and again; whom somebody has to telephone first was noted once, before all of them. */
static void whoever_has_most_rows_gives_way(void **state)
{
	struct held h = {.count = 0};

	(void)state;
	held_note(&h, HONEST, HELD_FLOOD, 1, 1000);
	for (uint64_t turn = 0; turn < 3; turn++)
		for (unsigned peer = FIRST; peer < FIRST + MANY; peer++)
			for (int cause = 0; cause < CAUSES; cause++)
				held_note(&h, (uint16_t)peer, (enum held_cause)cause, 1,
					  2000 + turn);
	assert_int_equal(h.count, HELD_MAX);
	assert_true(noted(&h, HONEST));
	for (unsigned peer = FIRST; peer < FIRST + MANY; peer++)
		assert_true(noted(&h, (uint16_t)peer));
}

static void what_is_over_is_not_shown(void **state)
{
	const struct held_row flood = {.cause = HELD_FLOOD, .last_ms = 1000},
			      shut = {.cause = HELD_SHUT_OUT, .last_ms = 1000};

	(void)state;
	assert_true(held_shown(&flood, true, 1000 + HELD_SHOWN_MS));
	assert_false(held_shown(&flood, true, 1001 + HELD_SHOWN_MS));
	assert_true(held_shown(&shut, false, 1000 + HELD_SHOWN_MS));
	assert_false(held_shown(&shut, true, 1000)); /* it lets us in by now */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(whoever_has_most_rows_gives_way),
					   cmocka_unit_test(what_is_over_is_not_shown)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
