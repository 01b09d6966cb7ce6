/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/running: what was put last is there, and what changed comes to its turn, also when a turn was undone. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "domain/running/running.h"

static size_t left; /* bytes that may still be taken */

static void *take(void *ctx, size_t len)
{
	(void)ctx;
	if (len > left)
		return NULL;
	left -= len;
	return calloc(1, len);
}

static void give(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

static struct running *fresh(size_t bytes)
{
	struct running *x;

	left = bytes;
	assert_int_equal(running_create(&x, &(struct index_memory){take, give, NULL}), ERR_OK);
	return x;
}

static uint64_t drawn = 7;

static uint64_t draw(uint64_t below)
{
	drawn = drawn * 6364136223846793005u + 1442695040888963407u;
	return (drawn >> 33) % below;
}

enum { IDS = 3000, STEPS = 30000 };

/* Many have one case or one thread. */
static struct id16 id_of(uint64_t i, uint64_t of)
{
	struct id16 id = {{0}};

	be64_put(id.b + 8, i % of);
	return id;
}

static struct running_row row_of(uint64_t i)
{
	return (struct running_row){.case_id = id_of(i, 50), .thread = id_of(i, 2999)};
}

static void look_at_all(struct running *x, const struct running_row *rows, const size_t *work)
{
	struct id16 c, th;

	while (running_stale(x, &c, &th)) {
		struct running_work w[RUNNING_WORK] = {{.kind = 0}};
		size_t i = 0;

		while (!id16_equal(&rows[i].case_id, &c) || !id16_equal(&rows[i].thread, &th))
			i++;
		for (size_t k = 0; k < work[i]; k++)
			w[k] = (struct running_work){.kind = (uint8_t)k, .due_ms = i};
		running_put(x, &rows[i], w, work[i], false);
	}
}

static void what_was_put_last_is_there(void **state)
{
	static struct running_row rows[IDS], one;
	static size_t work[IDS];
	struct running *x = fresh(SIZE_MAX);
	size_t want = 0, have = 0;
	uint32_t place = 0;

	(void)state;
	for (size_t i = 0; i < IDS; i++)
		rows[i] = row_of(i);
	for (unsigned n = 0; n < STEPS; n++) {
		const size_t i = (size_t)draw(IDS);

		rows[i].open = draw(3) == 0;
		rows[i].due_ms = draw(1000);
		work[i] = draw(4) == 0 ? (size_t)draw(5) : 0;
		running_touch(x, &rows[i].case_id, &rows[i].thread);
		if (draw(20) == 0)
			look_at_all(x, rows, work);
	}
	look_at_all(x, rows, work);
	for (size_t i = 0; i < IDS; i++)
		want += rows[i].open || work[i] != 0;
	assert_int_equal(running_count(x), want);
	while (running_each(x, &place, &one)) {
		struct running_work w[RUNNING_WORK];
		size_t i = 0;

		while (!id16_equal(&rows[i].case_id, &one.case_id) ||
		       !id16_equal(&rows[i].thread, &one.thread))
			i++;
		assert_true(one.open == rows[i].open && one.due_ms == rows[i].due_ms);
		assert_int_equal(running_work_of(x, place, w), work[i]);
		for (size_t k = 0; k < work[i]; k++)
			assert_true(w[k].kind == k && w[k].due_ms == i);
		have++;
	}
	assert_int_equal(have, want);
	running_free(x);
}

/* It was read in a turn that may be undone: the next one looks again, and until then nothing goes. */
static void what_was_unsure_is_looked_at_again(void **state)
{
	struct running *x = fresh(SIZE_MAX);
	struct running_row row = row_of(1), other = row_of(2);
	struct id16 c, th;

	(void)state;
	running_touch(x, &row.case_id, &row.thread);
	assert_true(running_stale(x, &c, &th));
	running_put(x, &row, NULL, 0, true);
	assert_false(running_stale(x, &c, &th));
	running_touch(x, &row.case_id, &row.thread); /* written once more in that turn */
	running_touch(x, &other.case_id, &other.thread);
	running_put(x, &row, NULL, 0, true);
	other.open = true;
	running_put(x, &other, NULL, 0, false);
	assert_false(running_stale(x, &c, &th));
	running_turn(x);
	assert_true(running_stale(x, &c, &th));
	assert_true(id16_equal(&th, &row.thread));
	running_put(x, &row, NULL, 0, false);
	assert_false(running_stale(x, &c, &th));
	assert_int_equal(running_count(x), 1);
	running_turn(x);
	assert_false(running_stale(x, &c, &th));
	running_free(x);
}

static void one_that_is_damaged_sends_everybody_to_the_store(void **state)
{
	struct running *x = fresh(SIZE_MAX);
	struct running_row row = row_of(1);

	(void)state;
	row.damaged = true;
	running_touch(x, &row.case_id, &row.thread);
	running_put(x, &row, NULL, 0, false);
	assert_true(running_damaged(x));
	row.damaged = false;
	running_touch(x, &row.case_id, &row.thread);
	running_put(x, &row, NULL, 0, false);
	assert_false(running_damaged(x));
	assert_int_equal(running_count(x), 0);
	running_free(x);
}

static void without_memory_it_has_nothing(void **state)
{
	struct running *x = fresh(256 << 10);
	struct id16 c, th;

	(void)state;
	running_whole(x);
	for (uint64_t i = 0; i < 100000 && !running_gave_up(x); i++) {
		const struct id16 case_id = id_of(i, 7), thread = id_of(i, UINT64_MAX);

		running_touch(x, &case_id, &thread);
	}
	assert_true(running_gave_up(x) && !running_is_whole(x));
	assert_int_equal(running_count(x), 0);
	running_whole(x);
	assert_false(running_is_whole(x));
	assert_false(running_stale(x, &c, &th));
	running_touch(NULL, &c, &th);
	running_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_last_is_there),
		cmocka_unit_test(what_was_unsure_is_looked_at_again),
		cmocka_unit_test(one_that_is_damaged_sends_everybody_to_the_store),
		cmocka_unit_test(without_memory_it_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
