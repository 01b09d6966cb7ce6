/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/held.c: who gives way when all rows are taken. */
#include "test.h"

#include "domain/held.h"

enum { HONEST = 1, FIRST = 2, CAUSES = 9, MANY = 8 };

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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(whoever_has_most_rows_gives_way)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
