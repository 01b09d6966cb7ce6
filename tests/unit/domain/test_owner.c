/* SPDX-License-Identifier: EUPL-1.2 */
/* Who holds the pen of a case: the rules of a handover, as far as states and numbers decide them. */
#include "test.h"

#include "domain/owner/owner.h"

enum { GOES = 1, SMWO, GGD };
#define FROM HANDOVER_BY_FROM
#define TO   HANDOVER_BY_TO

static struct owner_thread moved(enum handover_side we, enum handover_state s, uint16_t peer,
				 uint32_t reclaims, uint32_t turns)
{
	return (struct owner_thread){.we = we,
				     .state = s,
				     .dated = true,
				     .epoch = {reclaims, turns},
				     .settled = true,
				     .peer = peer};
}

static struct owner_thread before(enum handover_side we, enum handover_state s, uint16_t peer)
{
	return (struct owner_thread){.we = we, .state = s, .settled = true, .peer = peer};
}

static enum handover_state fold(const struct handover_event *f, size_t nf,
				const struct handover_event *t, size_t nt)
{
	size_t done;
	const enum handover_state s = handover_fold(f, nf, t, nt, NULL, &done);

	assert_int_equal(done, nf + nt);
	return s;
}

static void of_no_handover_the_case_is_ours(void **state)
{
	const struct owner o = owner_fold(NULL, 0);

	(void)state;
	assert_int_equal(o.who, OWNER_US);
	assert_true(owner_writable(&o, false, false));
	assert_false(owner_writable(&o, true, false));
}

/* In every state exactly one of the two holds the pen, or nobody does while the case is on its way. */
static void never_two_of_one_thread(void **state)
{
	(void)state;
	for (enum handover_state s = HANDOVER_NONE; s < HANDOVER_STATE_COUNT; s++) {
		const enum owner_who f = owner_of_thread(FROM, s), t = owner_of_thread(TO, s);

		assert_false(f == OWNER_US && t == OWNER_US);
		assert_int_equal(f == OWNER_US, t == OWNER_THEM);
		assert_int_equal(t == OWNER_US, f == OWNER_THEM);
		assert_int_equal(f == OWNER_NOBODY, t == OWNER_NOBODY);
	}
}

static void while_it_is_on_its_way_nobody_writes(void **state)
{
	static const enum handover_state way[] = {HANDOVER_BUNDLED, HANDOVER_STAGED,
						  HANDOVER_CEDED};

	(void)state;
	for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
		struct owner_thread th = moved(FROM, way[i], SMWO, 0, 1);
		struct owner o;

		th.dated = way[i] == HANDOVER_CEDED;
		o = owner_fold(&th, 1);
		assert_int_equal(o.who, OWNER_NOBODY);
		assert_false(owner_writable(&o, false, false));
	}
}

static void what_came_to_nothing_changes_nothing(void **state)
{
	static const enum handover_state ends[] = {HANDOVER_PROPOSED, HANDOVER_AGREED,
						   HANDOVER_REFUSED, HANDOVER_EXPIRED,
						   HANDOVER_ABORTED};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		for (unsigned side = FROM; side <= TO; side++) {
			struct owner_thread th = before((enum handover_side)side, ends[i], SMWO);

			assert_int_equal(owner_fold(&th, 1).who, OWNER_US);
		}
}

/* Refused after it was ceded: whose it was before, it is again, at both ends. */
static void refused_after_cede_it_is_whose_it_was(void **state)
{
	const struct owner_thread mine[] = {moved(TO, HANDOVER_TAKEN, GOES, 0, 1),
					    moved(FROM, HANDOVER_REFUSED, GGD, 0, 2)};
	const struct owner_thread theirs[] = {moved(FROM, HANDOVER_TAKEN, GGD, 0, 1),
					      moved(TO, HANDOVER_REFUSED, GGD, 0, 2)};

	(void)state;
	assert_int_equal(owner_fold(mine, 2).who, OWNER_US);
	assert_int_equal(owner_fold(theirs, 2).who, OWNER_THEM);
	assert_int_equal(owner_epoch(mine, 2).turns, 2); /* and the next one is a newer one */
}

static void the_newest_epoch_counts(void **state)
{
	/* to SMWO, back from there, and on to the GGD: the order of the rows says nothing */
	struct owner_thread v[] = {moved(FROM, HANDOVER_TAKEN, GGD, 0, 3),
				   moved(FROM, HANDOVER_TAKEN, SMWO, 0, 1),
				   moved(TO, HANDOVER_TAKEN, SMWO, 0, 2)};

	(void)state;
	assert_int_equal(owner_fold(v, 3).who, OWNER_THEM);
	assert_int_equal(owner_fold(v, 3).peer, GGD);
	assert_int_equal(owner_fold(v + 1, 2).who, OWNER_US);
}

/* Goes reclaims from SMWO what SMWO had ceded on to the GGD in the meantime. */
static void a_reclaim_is_newer_than_every_further_move(void **state)
{
	const struct epoch ceded = epoch_ceded((struct epoch){0, 0});
	const struct epoch back = epoch_reclaimed(ceded);
	const struct epoch on = epoch_ceded(epoch_ceded(ceded));
	const struct owner_thread smwo[] = {
		moved(TO, HANDOVER_RECLAIMED, GOES, back.reclaims, back.turns),
		moved(FROM, HANDOVER_SUPERSEDED, GGD, back.reclaims, back.turns)};
	const struct owner_thread ggd = moved(TO, HANDOVER_SUPERSEDED, SMWO, back.reclaims,
					      back.turns);

	(void)state;
	assert_int_equal(on.turns, 3);
	assert_true(epoch_compare(back, on) > 0);
	assert_int_equal(owner_fold(smwo, 2).who, OWNER_THEM);
	assert_int_equal(owner_fold(smwo, 2).peer, GOES);
	assert_int_equal(owner_fold(&ggd, 1).who, OWNER_ELSEWHERE);
}

/* A node that forgot the RECLAIM and kept what it passed on of it does not believe the older TAKE. */
static void superseded_outlives_the_word_it_came_from(void **state)
{
	const struct owner_thread v[] = {moved(TO, HANDOVER_TAKEN, GOES, 0, 1),
					 moved(FROM, HANDOVER_SUPERSEDED, GGD, 1, 0)};

	(void)state;
	assert_int_equal(owner_fold(v, 2).who, OWNER_ELSEWHERE);
}

/* Two that claim one epoch cannot both be true. */
static void one_epoch_twice_stops_the_pen(void **state)
{
	const struct owner_thread v[] = {moved(TO, HANDOVER_TAKEN, GOES, 0, 1),
					 moved(TO, HANDOVER_TAKEN, GGD, 0, 1)};
	const struct owner o = owner_fold(v, 2);

	(void)state;
	assert_int_equal(o.who, OWNER_NOBODY);
	assert_false(owner_writable(&o, false, true));
}

/* Words that moved the case came back without their bodies: the order in which they were said here dates them. */
static void what_moved_without_a_date_moved_all_the_same(void **state)
{
	struct owner_thread v[] = {before(FROM, HANDOVER_TAKEN, GGD),
				   moved(TO, HANDOVER_TAKEN, GOES, 0, 1),
				   before(FROM, HANDOVER_PROPOSED, SMWO)};

	(void)state;
	v[0].act_ms = 200;
	v[1].act_ms = 100;
	assert_true(owner_counts(&v[0]));
	owner_date(v, 3);
	assert_int_equal(v[0].epoch.turns, 2);
	assert_false(v[2].dated);
	assert_int_equal(owner_fold(v, 3).who, OWNER_THEM);
	assert_int_equal(owner_fold(v, 3).peer, GGD);
	/* it came back to us after that */
	v[0] = before(FROM, HANDOVER_TAKEN, GGD);
	v[0].act_ms = 50;
	v[1].epoch.turns = 2;
	owner_date(v, 3);
	assert_int_equal(v[0].epoch.turns, 1);
	assert_int_equal(owner_fold(v, 3).who, OWNER_US);
}

/* A word of taking back that came without its body is newer than the move that it takes back. */
static void taken_back_without_a_date_is_not_ours(void **state)
{
	struct owner_thread v[] = {before(TO, HANDOVER_RECLAIMED, GOES)};

	(void)state;
	owner_date(v, 1);
	assert_true(v[0].dated);
	assert_int_equal(v[0].epoch.reclaims, 1);
	assert_int_equal(owner_fold(v, 1).who, OWNER_THEM);
}

static void an_epoch_has_an_end_and_no_overflow(void **state)
{
	const struct epoch last = {UINT32_MAX, UINT32_MAX};

	(void)state;
	assert_int_equal(epoch_compare(epoch_ceded(last), last), 0);
	assert_int_equal(epoch_reclaimed(last).reclaims, UINT32_MAX);
}

/* After a loss of state: not before every handover of it was compared, unless two persons let it go. */
static void nobody_owns_what_was_not_compared(void **state)
{
	struct owner_thread v[] = {moved(TO, HANDOVER_TAKEN, GOES, 0, 1),
				   before(FROM, HANDOVER_PROPOSED, GGD)};
	struct owner o;

	(void)state;
	v[1].settled = false;
	o = owner_fold(v, 2);
	assert_int_equal(o.who, OWNER_US);
	assert_false(o.compared);
	assert_false(owner_writable(&o, false, false));
	assert_true(owner_writable(&o, false, true));
	v[1].settled = true;
	o = owner_fold(v, 2);
	assert_true(owner_writable(&o, false, false));
	assert_false(owner_writable(&o, true, false));
}

/* The newer bundle stops the pen although the older handover gave it to us. */
static void handing_on_stops_the_pen(void **state)
{
	const struct owner_thread v[] = {moved(TO, HANDOVER_TAKEN, GOES, 0, 1),
					 before(FROM, HANDOVER_BUNDLED, GGD)};

	(void)state;
	assert_int_equal(owner_fold(v, 2).who, OWNER_NOBODY);
}

/* TAKE on its way crosses RECLAIM: both ends fold to the reclaim, whichever they hear first. */
static void reclaim_crossing_take(void **state)
{
	static const struct handover_event f[] = {
		{DOC_PROPOSE, 0}, {DOC_BUNDLE, 1}, {DOC_CEDE, 2}, {DOC_RECLAIM, 2}};
	static const struct handover_event t[] = {{DOC_AGREE, 1}, {DOC_STAGED, 2}, {DOC_TAKE, 3}};

	(void)state;
	assert_int_equal(fold(f, 3, t, 3), HANDOVER_TAKEN);
	assert_int_equal(fold(f, 4, t, 2), HANDOVER_RECLAIMED);
	assert_int_equal(fold(f, 4, t, 3), HANDOVER_RECLAIMED);
	assert_false(handover_may(HANDOVER_TAKEN, FROM, DOC_RECLAIM));
}

/* ABORT crosses STAGED; CEDE was never signed, so the case stays. */
static void abort_crossing_staged(void **state)
{
	static const struct handover_event f[] = {
		{DOC_PROPOSE, 0}, {DOC_BUNDLE, 1}, {DOC_ABORT, 1}};
	static const struct handover_event t[] = {{DOC_AGREE, 1}, {DOC_STAGED, 2}};

	(void)state;
	assert_int_equal(fold(f, 3, t, 2), HANDOVER_ABORTED);
	assert_false(handover_may(HANDOVER_CEDED, FROM, DOC_ABORT));
}

/* REFUSE that crosses CEDE is there first or last, and wins both times: TO never signs TAKE after it. */
static void refuse_crossing_cede(void **state)
{
	static const struct handover_event f[] = {{DOC_PROPOSE, 0}, {DOC_BUNDLE, 1}, {DOC_CEDE, 2}};
	static const struct handover_event t[] = {{DOC_AGREE, 1}, {DOC_STAGED, 2}, {DOC_REFUSE, 2}};

	(void)state;
	assert_int_equal(fold(f, 3, t, 3), HANDOVER_REFUSED);
	assert_false(handover_may(HANDOVER_REFUSED, TO, DOC_TAKE));
	assert_false(handover_may(HANDOVER_TAKEN, TO, DOC_REFUSE));
}

/* No state but an end in which neither side can go on. */
static void somebody_can_always_move(void **state)
{
	(void)state;
	for (enum handover_state s = HANDOVER_NONE; s < HANDOVER_TAKEN; s++) {
		bool any = false, note;

		for (size_t i = 0; i < handover_table_len; i++) {
			const struct handover_row *row = &handover_table[i];

			any = any || ((row->may & 1u << s) != 0 &&
				      handover_step(s, (enum handover_side)row->who, row->type,
						    &note) != s);
		}
		assert_true(any);
	}
	assert_string_equal(handover_state_name(HANDOVER_CEDED), "ceded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_no_handover_the_case_is_ours),
		cmocka_unit_test(never_two_of_one_thread),
		cmocka_unit_test(while_it_is_on_its_way_nobody_writes),
		cmocka_unit_test(what_came_to_nothing_changes_nothing),
		cmocka_unit_test(refused_after_cede_it_is_whose_it_was),
		cmocka_unit_test(the_newest_epoch_counts),
		cmocka_unit_test(a_reclaim_is_newer_than_every_further_move),
		cmocka_unit_test(superseded_outlives_the_word_it_came_from),
		cmocka_unit_test(one_epoch_twice_stops_the_pen),
		cmocka_unit_test(what_moved_without_a_date_moved_all_the_same),
		cmocka_unit_test(taken_back_without_a_date_is_not_ours),
		cmocka_unit_test(an_epoch_has_an_end_and_no_overflow),
		cmocka_unit_test(nobody_owns_what_was_not_compared),
		cmocka_unit_test(handing_on_stops_the_pen),
		cmocka_unit_test(reclaim_crossing_take),
		cmocka_unit_test(abort_crossing_staged),
		cmocka_unit_test(refuse_crossing_cede),
		cmocka_unit_test(somebody_can_always_move),
	};

	return cmocka_run_group_tests_name("owner", tests, NULL, NULL);
}
