/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of erasures at two partners: all of it goes there, in pages, and all of it comes back.  The bed is both ends. */
#include "test.h"

#include "bed.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/pair.h"
#include "domain/loss/compare.h"
#include "domain/news/deposit.h"
#include "domain/news/erased.h"

enum { MANY = 2500, PAGE = 1000, MOST_PARTS = 8 };

static struct peer *partner(struct bed *b)
{
	return &b->node->peers[BED_PARTNER - 1];
}

static struct heads_cursor *cursor(struct bed *b)
{
	return &partner(b)->conn.heads;
}

static struct id16 nth(unsigned i)
{
	struct id16 id = {{0}};

	be32_put(id.b + 4, i + 1);
	return id;
}

static void put_erased(struct bed *b, unsigned i, uint64_t when_ms)
{
	const struct id16 id = nth(i);
	const struct store_key k = turn_key_id(&id);
	uint8_t at[DEPOSIT_ERASED_ROW];

	be64_put(at, when_ms);
	be64_put(at + 8, when_ms);
	assert_int_equal(turn_put(&b->t, STORE_ERASED, &k, span_of(at, sizeof at)), ERR_OK);
}

/* A keeper is there, and its clock says so much. */
static void keeper_says(struct bed *b, uint64_t ms)
{
	struct pair *pr;

	state_conn(b->node, partner(b))->up = true;
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->last_frame_ms = ms;
	pr->last_heard_ms = ms;
	partner(b)->heard_ms = ms;
}

/* So many cases were erased just now. */
static void erase(struct bed *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		put_erased(b, i, b->now_ms);
		if (i % 500 == 499)
			(void)bed_turn(b);
	}
	assert_int_equal(deposit_changed(&b->t), ERR_OK);
	(void)bed_turn(b);
}

static struct answer *answering(struct bed *b)
{
	struct answer *a = answer_of(&b->t, BED_PARTNER);

	assert_non_null(a);
	return a;
}

/* The ledger parts of an answer, taken out of it. */
static unsigned take_parts(struct wr *from, uint16_t *count, struct span out[MOST_PARTS])
{
	struct rd r = rd_of(wr_span(from));
	struct wire_part p;
	unsigned n = 0;

	while (wire_part_next(&r, &p))
		if (p.type == WIRE_PART_LEDGER) {
			assert_true(n < MOST_PARTS);
			out[n++] = p.bytes;
		}
	*count = 0;
	return n;
}

/* The page that goes to the partner now; nothing: it has all. */
static struct span next_page(struct bed *b)
{
	struct wr parts = arena_wr(b->t.arena, LIMIT_CLASS_2);
	struct span out[MOST_PARTS];
	uint16_t count = 0;

	assert_int_equal(deposit_introduce(&b->t, partner(b), &parts, &count), ERR_OK);
	assert_int_equal(take_parts(&parts, &count, out), parts.len > 0);
	return parts.len > 0 ? out[0] : span_of(NULL, 0);
}

/* What is said to the page, and by whom: the bed says it to itself.  Is there an answer? */
static bool say(struct bed *b, struct span part, struct span *answer)
{
	struct answer *a = answering(b);
	struct span out[MOST_PARTS];
	unsigned n;

	assert_int_equal(deposit_part(&b->t, partner(b), a, part), ERR_OK);
	n = a->part_count == 0 ? 0 : take_parts(&a->parts, &a->part_count, out);
	assert_true(n <= 1);
	if (n == 1)
		*answer = arena_copy(b->t.arena, out[0]);
	b->t.answers = NULL;
	return n == 1;
}

/* All pages go, each behind the receipt of the one before; how many they were. */
static unsigned deposit_all(struct bed *b)
{
	struct span page, receipt;
	unsigned n = 0;

	for (page = next_page(b); page.len > 0; page = next_page(b), n++) {
		assert_true(say(b, page, &receipt));
		assert_false(say(b, receipt, &page));
		(void)bed_turn(b);
	}
	return n;
}

static unsigned came_back[MANY + 1];

static enum err erased_again(struct turn *t, const struct id16 *id)
{
	(void)t;
	came_back[be32_get(id->b + 4) - 1]++;
	return ERR_OK;
}

/* The disk is lost with the list beside it; this partner was not heard since. */
static struct pair *lose(struct bed *b)
{
	const struct store_key all = {.len = 0};
	struct pair *pr;

	memset(came_back, 0, sizeof came_back);
	b->hooks.erased = erased_again;
	assert_int_equal(turn_drop_prefix(&b->t, STORE_ERASED, &all), ERR_OK);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->unheard = true;
	*cursor(b) = (struct heads_cursor){.differs = false};
	return pr;
}

static struct span given_back(struct bed *b, uint8_t page)
{
	struct wr parts = arena_wr(b->t.arena, LIMIT_CLASS_2);
	struct span out[MOST_PARTS];
	uint16_t count = 0;

	assert_int_equal(deposit_return(&b->t, partner(b), page, &parts, &count), ERR_OK);
	assert_int_equal(take_parts(&parts, &count, out), parts.len > 0);
	return parts.len > 0 ? out[0] : span_of(NULL, 0);
}

static unsigned restore(struct bed *b)
{
	struct span part = given_back(b, 0), wish;
	unsigned n = 1;
	uint8_t page;

	for (; say(b, part, &wish); n++) {
		assert_true(deposit_asked(wish, &page));
		assert_int_equal(page, n);
		part = given_back(b, page);
	}
	return n;
}

static unsigned known(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MANY; i++)
		n += came_back[i] > 0;
	return n;
}

static void all_of_a_long_list_comes_back(void **state)
{
	struct bed *b = *state;

	erase(b, MANY);
	assert_int_equal(deposit_all(b), 3);
	(void)lose(b);
	assert_int_equal(restore(b), 3);
	assert_int_equal(known(), MANY);
}

/* Older backups than the retention are not restored. */
static void what_no_backup_can_bring_back_is_left_out(void **state)
{
	struct bed *b = *state;

	keeper_says(b, b->now_ms);
	for (unsigned i = 0; i < 3; i++)
		put_erased(b, MANY - 1 - i, b->now_ms - 41ull * 86400000);
	erase(b, PAGE);
	assert_int_equal(deposit_all(b), 1);
	(void)lose(b);
	assert_int_equal(restore(b), 1);
	assert_int_equal(known(), PAGE);
}

/* Erased as the desk does it, at this moment. */
static void erase_one(struct bed *b, unsigned i)
{
	const struct id16 id = nth(i);

	assert_int_equal(erased_word(&b->t, &id), ERR_OK);
	(void)bed_turn(b);
}

static void at(struct bed *b, uint64_t now_ms)
{
	b->now_ms = now_ms;
	(void)bed_turn(b);
}

static void lost_and_heard(struct bed *b)
{
	struct pair *pr = lose(b);

	(void)restore(b);
	pr->unheard = false;
}

/* A clock is put forward or back by a year, with a keeper there or with none, and put right again: whatever was erased in
 * the last forty days comes back, whenever the list was made. */
static void a_clock_that_jumps_takes_nothing_off_the_list(void **state)
{
	struct bed *b = *state;
	const uint64_t day = 86400000, right = b->now_ms;
	static const int years[] = {1, -1};

	for (unsigned there = 0; there < 2; there++)
		for (unsigned y = 0; y < 2; y++) {
			const unsigned first = 10 * (2 * there + y);

			keeper_says(b, right);
			erase_one(b, first);
			at(b, years[y] > 0 ? right + 365 * day : right - 365 * day);
			state_conn(b->node, partner(b))->up = there != 0;
			erase_one(b, first + 1);
			(void)deposit_all(b);
			lost_and_heard(b);
			assert_int_equal(came_back[first], 1);
			assert_int_equal(came_back[first + 1], 1);
			put_erased(b, first, right); /* the disk is back */
			put_erased(b, first + 1, right);
			at(b, right);
		}
}

/* What was erased while the clock was wrong is as old as the keepers say, once it is right again. */
static void what_was_erased_at_a_wrong_time_is_on_the_list(void **state)
{
	struct bed *b = *state;
	const uint64_t day = 86400000, right = b->now_ms;

	keeper_says(b, right);
	erase_one(b, 0);
	at(b, right - 365 * day);
	erase_one(b, 1);
	state_conn(b->node, partner(b))->up = false;
	erase_one(b, 2);
	at(b, right + day);
	keeper_says(b, right + day);
	erase_one(b, 3);
	(void)deposit_all(b);
	lost_and_heard(b);
	assert_int_equal(known(), 4);
	/* and after its time it leaves */
	for (unsigned i = 0; i < 4; i++)
		put_erased(b, i, right);
	at(b, right + 41 * day);
	keeper_says(b, right + 41 * day);
	erase_one(b, 4);
	(void)deposit_all(b);
	lost_and_heard(b);
	assert_int_equal(known(), 1);
}

/* A page takes its time, and what is erased meanwhile begins the list again: nothing of either is passed over. */
static void a_list_that_grows_on_its_way_begins_again(void **state)
{
	struct bed *b = *state;
	struct span page, receipt;

	erase(b, MANY - 1);
	page = next_page(b);
	assert_true(say(b, page, &receipt));
	put_erased(b, MANY - 1, b->now_ms);
	assert_int_equal(deposit_changed(&b->t), ERR_OK);
	assert_false(say(b, receipt, &page));
	assert_int_equal(deposit_all(b), 3);
	(void)lose(b);
	assert_int_equal(restore(b), 3);
	assert_int_equal(known(), MANY);
}

/* The disk is lost between two pages: the last whole list is there, and what came of the newer one. */
static void a_list_that_breaks_off_takes_nothing_away(void **state)
{
	struct bed *b = *state;
	struct span receipt;

	erase(b, PAGE);
	assert_int_equal(deposit_all(b), 1);
	for (unsigned i = 0; i < 2; i++) { /* twice: only one unfinished list is kept */
		erase(b, MANY);
		assert_true(say(b, next_page(b), &receipt));
	}
	(void)lose(b);
	assert_int_equal(restore(b), 2);
	assert_int_equal(known(), PAGE);
	for (unsigned i = 0; i < PAGE; i++)
		assert_int_equal(came_back[i], 2);
}

/* Whether a page is kept. */
static bool kept(struct bed *b, uint32_t version, uint8_t page, uint8_t pages, size_t len)
{
	static uint8_t part[7 + 20000];
	struct span receipt;

	memset(part, 0, sizeof part);
	be32_put(part + 1, version);
	part[5] = page;
	part[6] = pages;
	return say(b, span_of(part, 7 + len), &receipt);
}

static void what_nobody_sends_is_not_kept(void **state)
{
	struct bed *b = *state;
	struct peer more[6], *const own = b->node->peers;
	const size_t count = b->node->peer_count;
	bool of_another;

	assert_true(kept(b, 7, 0, 2, 100));
	assert_false(kept(b, 7, 2, 2, 100));
	assert_false(kept(b, 7, 0, 0, 100));
	assert_false(kept(b, 7, 0, LIMIT_DEPOSIT_PAGES + 1, 100));
	assert_false(kept(b, 7, 1, 2, 16041));
	assert_false(kept(b, 8, 1, 2, 100)); /* its beginning is not here */
	assert_true(kept(b, 7, 1, 2, 16040));
	assert_int_equal(store_count(b->t.txn, STORE_DEPOSIT), 2);
	assert_true(kept(b, 9, 0, 3, 100));
	assert_true(kept(b, 10, 0, 3, 100)); /* the other one broke off */
	assert_int_equal(store_count(b->t.txn, STORE_DEPOSIT), 3);
	assert_true(kept(b, 11, 0, 1, 100)); /* whole: no other one is needed */
	assert_int_equal(store_count(b->t.txn, STORE_DEPOSIT), 1);
	/* between it and us stand two others */
	memcpy(more, own, count * sizeof *own);
	for (size_t i = count; i < 6; i++) {
		more[i] = (struct peer){.no = (uint16_t)(i + 1), .active = true};
		more[i].node_id = own[BED_PARTNER - 1].node_id;
		more[i].node_id.b[31] = (uint8_t)(more[i].node_id.b[31] + i);
	}
	b->node->peers = more;
	b->node->peer_count = 6;
	of_another = kept(b, 12, 0, 1, 100);
	b->node->peers = own;
	b->node->peer_count = count;
	assert_false(of_another);
}

/* A node that forgot has a shorter list: it would take the place of the one that it needs. */
static void who_forgot_gives_no_list_before_its_own_came_back(void **state)
{
	struct bed *b = *state;
	struct pair *pr;

	erase(b, 1);
	pr = lose(b);
	assert_int_equal(next_page(b).len, 0);
	pr->unheard = false;
	put_erased(b, 0, b->now_ms);
	assert_true(next_page(b).len > 0);
}

/* What the partner says of our threads ends the wait for it: not before the last page. */
static void no_thread_is_compared_before_the_last_page(void **state)
{
	struct bed *b = *state;
	struct pair *pr;
	struct span wish;
	uint8_t all[34] = {1};

	memset(all + 17, 0xff, 16);
	erase(b, MANY);
	assert_int_equal(deposit_all(b), 3);
	pr = lose(b);
	assert_true(say(b, given_back(b, 0), &wish));
	for (uint8_t page = 1; page < 3; page++) {
		assert_int_equal(compare_heads(&b->t, partner(b), pr, answering(b),
					       span_of(all, sizeof all)),
				 ERR_OK);
		assert_true(pr->unheard);
		assert_true(
			say(b, given_back(b, 0), &wish)); /* asked again, it is answered again */
		(void)say(b, given_back(b, page), &wish);
	}
	assert_int_equal(
		compare_heads(&b->t, partner(b), pr, answering(b), span_of(all, sizeof all)),
		ERR_OK);
	assert_false(pr->unheard);
	assert_int_equal(known(), MANY);
}

/* Only who is waited for may have cases erased. */
static void a_list_that_nobody_waits_for_erases_nothing(void **state)
{
	struct bed *b = *state;
	struct span wish;
	struct pair *pr;

	erase(b, PAGE);
	assert_int_equal(deposit_all(b), 1);
	pr = lose(b);
	pr->unheard = false;
	assert_false(say(b, given_back(b, 0), &wish));
	assert_int_equal(known(), 0);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		EACH(all_of_a_long_list_comes_back),
		EACH(what_no_backup_can_bring_back_is_left_out),
		EACH(a_clock_that_jumps_takes_nothing_off_the_list),
		EACH(what_was_erased_at_a_wrong_time_is_on_the_list),
		EACH(a_list_that_grows_on_its_way_begins_again),
		EACH(a_list_that_breaks_off_takes_nothing_away),
		EACH(what_nobody_sends_is_not_kept),
		EACH(who_forgot_gives_no_list_before_its_own_came_back),
		EACH(no_thread_is_compared_before_the_last_page),
		EACH(a_list_that_nobody_waits_for_erases_nothing),
	};
#undef EACH
	return cmocka_run_group_tests(tests, NULL, NULL);
}
