/* SPDX-License-Identifier: EUPL-1.2 */
/* consent/drafts by itself: whose a draft is, how many there may be, and that nothing of it is left when it goes. */
#include "test.h"

#include <stdlib.h>

#include "base/date.h"
#include "bedcase.h"
#include "domain/care/erase.h"
#include "domain/consent/drafts.h"
#include "domain/turn.h"

static const struct id16 anna_id = {{7, 1}}, bart_id = {{7, 2}};
#define ANNA (&anna_id)
#define BART (&bart_id)

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

static struct draft typed(const char *label, const char *body, const struct id16 *case_id)
{
	struct draft d = {.form = "refer", .typed = span_of(body, strlen(body))};

	memcpy(d.label, label, strlen(label) + 1);
	if (case_id != NULL)
		d.case_id = *case_id;
	return d;
}

static size_t count(struct bed *b, const struct id16 *writer)
{
	struct store_walk w = {.rc = ERR_OK};
	struct draft d;
	size_t n = 0;

	while (drafts_each(&b->t, writer, &w, &d))
		n++;
	assert_int_equal(w.rc, ERR_OK);
	return n;
}

static uint64_t rows(struct bed *b, enum store_table table)
{
	return store_count(b->t.txn, table);
}

static void a_draft_is_its_writers_alone(void **state)
{
	struct bed *b = *state;
	struct draft d = typed("A. Verzonnen", "step=3", NULL), back;
	struct id16 id;

	assert_int_equal(drafts_put(&b->t, ANNA, &d), ERR_OK);
	id = d.id;
	assert_false(bytes_zero(id.b, sizeof id.b));
	(void)bed_turn(b);
	assert_int_equal(drafts_get(&b->t, ANNA, &id, &back), ERR_OK);
	assert_string_equal(back.label, "A. Verzonnen");
	assert_string_equal(back.form, "refer");
	assert_int_equal(back.typed.len, 6);
	assert_memory_equal(back.typed.p, "step=3", 6);
	assert_true(bytes_zero(back.case_id.b, 16));
	assert_int_equal(count(b, ANNA), 1);
	/* another user: it is not there, to read, to change and to drop */
	assert_int_equal(count(b, BART), 0);
	assert_int_equal(drafts_get(&b->t, BART, &id, &back), ERR_NOTFOUND);
	assert_int_equal(drafts_drop(&b->t, BART, &id), ERR_NOTFOUND);
	assert_int_equal(drafts_put(&b->t, BART, &d), ERR_NOTFOUND);
	/* the same one again is one */
	b->now_ms += 1000;
	(void)bed_turn(b);
	d = typed("A. Verzonnen", "step=4", NULL);
	d.id = id;
	assert_int_equal(drafts_put(&b->t, ANNA, &d), ERR_OK);
	assert_int_equal(count(b, ANNA), 1);
	assert_int_equal(drafts_get(&b->t, ANNA, &id, &back), ERR_OK);
	assert_memory_equal(back.typed.p, "step=4", 6);
	assert_int_equal(back.saved_ms, b->now_ms);
}

/* About no case: under a key that nothing else has, and that goes with it. */
static void a_dropped_draft_takes_its_key_along(void **state)
{
	struct bed *b = *state;
	const uint64_t keys = rows(b, STORE_CASEKEY), audit = rows(b, STORE_AUDITKEY);
	struct store_key shred = {.len = 0};
	struct draft d = typed("nieuw", "name=B. Verzonnen", NULL);

	key_u8(&shred, STORE_META_SHRED);
	assert_int_equal(drafts_put(&b->t, ANNA, &d), ERR_OK);
	assert_int_equal(rows(b, STORE_CASEKEY), keys + 1);
	assert_false(record_exists(b->t.txn, STORE_META, key_span(&shred)));
	(void)bed_turn(b);
	assert_int_equal(drafts_drop(&b->t, ANNA, &d.id), ERR_OK);
	assert_int_equal(rows(b, STORE_CASEKEY), keys);
	assert_int_equal(rows(b, STORE_AUDITKEY), audit);
	assert_int_equal(rows(b, STORE_DRAFT), 0);
	assert_true(record_exists(b->t.txn, STORE_META, key_span(&shred)));
}

static void an_erased_case_takes_its_drafts_along(void **state)
{
	struct bed *b = *state;
	const struct id16 one = bedcase_open(b), two = bedcase_open(b);
	const uint64_t keys = rows(b, STORE_CASEKEY);
	struct draft a = typed("one", "x", &one), c = typed("two", "y", &two),
		     e = typed("one too", "z", &one), intake = typed("new", "w", NULL), back;
	bool gone;

	assert_int_equal(drafts_put(&b->t, ANNA, &a), ERR_OK);
	assert_int_equal(drafts_put(&b->t, ANNA, &c), ERR_OK);
	assert_int_equal(drafts_put(&b->t, BART, &e), ERR_OK);
	assert_int_equal(rows(b, STORE_CASEKEY), keys); /* theirs are the cases' */
	/* an intake that became a case's goes with that from then on */
	assert_int_equal(drafts_put(&b->t, BART, &intake), ERR_OK);
	assert_int_equal(rows(b, STORE_CASEKEY), keys + 1);
	intake.case_id = one;
	assert_int_equal(drafts_put(&b->t, BART, &intake), ERR_OK);
	assert_int_equal(rows(b, STORE_CASEKEY), keys);
	(void)bed_turn(b);
	assert_int_equal(erase_case(&b->t, &one, &gone), ERR_OK);
	assert_true(gone);
	assert_int_equal(drafts_get(&b->t, ANNA, &a.id, &back), ERR_NOTFOUND);
	assert_int_equal(count(b, BART), 0);
	assert_int_equal(count(b, ANNA), 1);
	assert_int_equal(drafts_get(&b->t, ANNA, &c.id, &back), ERR_OK);
	assert_true(id16_equal(&back.case_id, &two));
	/* and nothing more is written about a person who is gone */
	a = typed("one", "again", &one);
	assert_int_equal(drafts_put(&b->t, ANNA, &a), ERR_NOTFOUND);
}

static void drafts_are_bounded(void **state)
{
	struct bed *b = *state;
	char *long_one = calloc(1, LIMIT_DRAFT + 2);
	struct draft d;

	assert_non_null(long_one);
	memset(long_one, 'x', LIMIT_DRAFT + 1);
	d = typed("long", long_one, NULL);
	assert_int_equal(drafts_put(&b->t, ANNA, &d), ERR_LIMIT);
	long_one[LIMIT_DRAFT] = '\0';
	d = typed("just fits", long_one, NULL);
	assert_int_equal(drafts_put(&b->t, ANNA, &d), ERR_OK);
	for (unsigned i = 1; i < LIMIT_DRAFTS; i++) {
		(void)bed_turn(b);
		d = typed("another", "x", NULL);
		assert_int_equal(drafts_put(&b->t, ANNA, &d), ERR_OK);
	}
	d = typed("one too many", "x", NULL);
	assert_int_equal(drafts_put(&b->t, ANNA, &d), ERR_FULL);
	d = typed("another user", "x", NULL);
	assert_int_equal(drafts_put(&b->t, BART, &d), ERR_OK);
	free(long_one);
}

/* Whoever works here no more leaves nothing behind, and takes nobody else's along. */
static void a_person_who_left_leaves_no_draft(void **state)
{
	struct bed *b = *state;
	const struct id16 one = bedcase_open(b), none = {{0}};
	const uint64_t keys = rows(b, STORE_CASEKEY);
	struct draft a = typed("one", "x", &one), c = typed("new", "y", NULL),
		     d = typed("hers", "z", &one);
	const struct id16 user = drafts_writer(&none, 1001), other = drafts_writer(&none, 1002),
			  named = drafts_writer(ANNA, 1001);

	assert_true(id16_equal(&named, ANNA));
	assert_false(id16_equal(&user, &other));
	assert_false(id16_equal(&user, &none));
	assert_int_equal(drafts_put(&b->t, ANNA, &a), ERR_OK);
	assert_int_equal(drafts_put(&b->t, ANNA, &c), ERR_OK);
	assert_int_equal(drafts_put(&b->t, BART, &d), ERR_OK);
	(void)bed_turn(b);
	assert_int_equal(drafts_end(&b->t, ANNA), ERR_OK);
	assert_int_equal(count(b, ANNA), 0);
	assert_int_equal(count(b, BART), 1);
	assert_int_equal(rows(b, STORE_CASEKEY), keys);
}

/* Two weeks after it was saved last, and not a day before. */
static void a_forgotten_draft_is_let_go(void **state)
{
	struct bed *b = *state;
	struct draft old = typed("old", "x", NULL), kept = typed("kept", "x", NULL), back;
	const uint64_t keys = rows(b, STORE_CASEKEY);

	assert_int_equal(drafts_put(&b->t, ANNA, &old), ERR_OK);
	assert_int_equal(drafts_put(&b->t, ANNA, &kept), ERR_OK);
	b->now_ms += 13ull * DAY_MS;
	(void)bed_turn(b);
	assert_int_equal(drafts_let_go(&b->t), ERR_OK);
	assert_int_equal(count(b, ANNA), 2);
	assert_int_equal(drafts_put(&b->t, ANNA, &kept), ERR_OK);
	b->now_ms += 1ull * DAY_MS;
	(void)bed_turn(b);
	assert_int_equal(drafts_let_go(&b->t), ERR_OK);
	assert_int_equal(drafts_get(&b->t, ANNA, &old.id, &back), ERR_NOTFOUND);
	assert_int_equal(drafts_get(&b->t, ANNA, &kept.id, &back), ERR_OK);
	assert_int_equal(rows(b, STORE_CASEKEY), keys + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_draft_is_its_writers_alone, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_dropped_draft_takes_its_key_along, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(an_erased_case_takes_its_drafts_along, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(drafts_are_bounded, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_person_who_left_leaves_no_draft, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_forgotten_draft_is_let_go, setup, bed_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
