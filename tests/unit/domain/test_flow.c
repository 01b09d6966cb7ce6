/* SPDX-License-Identifier: EUPL-1.2 */
/* The noise is exactly what it says, one person changes at most so much, and so
 * the guarantee of proto/PROTOCOL.md 9 holds: by enumeration, with the code
 * that makes reports. */
#include "test.h"

#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "domain/count/quarter.h"
#include "domain/flow/figures.h"

/* ---- the sampler ---- */

/* Every path of choices: each one is taken, with its probability. */
struct walk {
	uint64_t taken[64], of[64];
	size_t depth, at;
	double p;
	bool cut;
};

enum {
	RARE = FLOW_RARE
}; /* paths rarer than one in so many are cut, and their weight is counted */

static uint64_t walk_below(void *ctx, uint64_t n)
{
	struct walk *w = ctx;

	if (w->cut || w->at == 64) {
		w->cut = true;
		return 0; /* ends both loops of the sampler sooner or later */
	}
	if (w->at == w->depth) {
		w->taken[w->at] = 0;
		w->of[w->at] = n;
		w->depth++;
	}
	w->p /= (double)n;
	if (w->p * (double)RARE < 1)
		w->cut = true;
	return w->taken[w->at++];
}

static bool walk_next(struct walk *w)
{
	while (w->depth > 0 && w->taken[w->depth - 1] + 1 == w->of[w->depth - 1])
		w->depth--;
	if (w->depth > 0)
		w->taken[w->depth - 1]++;
	w->at = 0;
	w->p = 1;
	w->cut = false;
	return w->depth > 0;
}

/* A cut path must still end: what it says then is not used. */
static uint64_t cut_below(void *ctx, uint64_t n)
{
	struct walk *w = ctx;
	static uint64_t turn; /* breaks both while loops: now small, now large */

	if (!w->cut)
		return walk_below(ctx, n);
	return turn++ % 2 == 0 ? n - 1 : 0;
}

static void exponential_choices_are_exact(void **state)
{
	static const uint32_t cases[][2] = {{0, 1}, {1, 1}, {1, 2}, {2, 3}, {1, 5}, {3, 4}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct walk w = {.p = 1};
		const struct noise n = {cut_below, &w};
		double yes = 0, no = 0;

		do {
			const bool got = noise_exp(&n, cases[i][0], cases[i][1]);

			if (!w.cut)
				*(got ? &yes : &no) += w.p;
		} while (walk_next(&w));
		assert_true(yes + no > 0.999);
		assert_true(fabs(yes - exp(-(double)cases[i][0] / cases[i][1])) <=
			    1 - yes - no + 1e-12);
	}
}

static double pmf(uint32_t s, uint32_t t, int64_t y)
{
	const double q = exp(-(double)s / t);

	return (1 - q) / (1 + q) * pow(q, (double)llabs(y));
}

static void small_cases_have_their_probabilities(void **state)
{
	static const uint32_t cases[][2] = {{1, 1}, {2, 1}, {1, 2}, {2, 3}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct walk w = {.p = 1};
		const struct noise n = {cut_below, &w};
		double got[41] = {0}, all = 0;

		do {
			const int64_t y = noise_laplace(&n, cases[i][0], cases[i][1]);

			if (w.cut || y < -20 || y > 20)
				continue;
			got[y + 20] += w.p;
			all += w.p;
		} while (walk_next(&w));
		print_message("discrete Laplace %u/%u: %.4f of all paths walked\n", cases[i][0],
			      cases[i][1], all);
		assert_true(all > FLOW_WALKED);
		for (int64_t y = -20; y <= 20;
		     y++) /* never more than its share; short of it by what was cut */
			assert_true(got[y + 20] <= pmf(cases[i][0], cases[i][1], y) + 1e-12 &&
				    got[y + 20] >= pmf(cases[i][0], cases[i][1], y) - (1 - all));
	}
}

static struct noise seeded(struct noise_seed *s, uint32_t no)
{
	struct id32 seed = {{0}};

	be32_put(seed.b, no);
	return noise_of_seed(s, &seed);
}

static void many_draws_fit_the_distribution(void **state)
{
	static const uint32_t shares[] = {1000, 500, 250};
	enum { DRAWS = 200000, REACH = 60, BINS = 2 * REACH + 1 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct noise_seed source;
		const struct noise n = seeded(&source, (uint32_t)i);
		static double seen[BINS];
		double chi = 0, degrees = -1;

		memset(seen, 0, sizeof seen);
		for (int d = 0; d < DRAWS; d++) {
			int64_t y = noise_laplace(&n, shares[i], 2000);

			y = y < -REACH ? -REACH : y > REACH ? REACH : y;
			seen[y + REACH]++;
		}
		for (int64_t y = -REACH + 1; y < REACH; y++) {
			const double want = (double)DRAWS * pmf(shares[i], 2000, y);

			if (want < 10)
				continue;
			chi += (seen[y + REACH] - want) * (seen[y + REACH] - want) / want;
			degrees++;
		}
		/* four standard deviations of chi-square; the seeds are fixed, so this is
     * no lottery */
		assert_true(chi < degrees + 4 * sqrt(2 * degrees));
	}
}

static void the_same_seed_gives_the_same_noise(void **state)
{
	struct noise_seed a, b, c;
	const struct noise x = seeded(&a, 7), y = seeded(&b, 7), z = seeded(&c, 8);
	int same = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		const int64_t v = noise_laplace(&x, 1, 9);

		assert_int_equal(v, noise_laplace(&y, 1, 9));
		same += v == noise_laplace(&z, 1, 9);
	}
	assert_true(same < 200);
}

static void no_cell_below_the_threshold_is_ever_shown(void **state)
{
	struct noise_seed source;
	const struct noise n = seeded(&source, 1);

	(void)state;
	for (uint32_t k = 5; k <= 15; k++)
		for (int i = 0; i < 20000; i++) {
			const uint32_t v = report_cell((uint32_t)i % 30, noise_laplace(&n, 1, 4),
						       k);

			assert_true(v == 0 || (v >= k && v % 5 == 0));
		}
	assert_int_equal(report_cell(4, 0, 5), 0);
	assert_int_equal(report_cell(5, 0, 5), 5);
	assert_int_equal(report_cell(11, 0, 10), 10);
	assert_int_equal(report_cell(3, -9, 5), 0);
	assert_int_equal(report_cell(70000, 0, 5), 65535);
}

/* ---- one person ---- */

enum { KINDS = 6 };
/* Events of every sort: sent and received, with and without a need, and an end.
 */
static const struct count_event kinds[KINDS] = {
	{.peer = 1, .cell = 0, .word = COUNT_NOTHING, .reason = COUNT_NOTHING},
	{.peer = 1, .cell = 4, .word = COUNT_NOTHING, .reason = COUNT_NOTHING},
	{.peer = 1, .cell = 7, .word = COUNT_ACCEPTED_1, .reason = COUNT_NOTHING},
	{.peer = 2, .cell = 8, .word = COUNT_DECLINED_2, .need = 3, .reason = COUNT_NO_CAPACITY},
	{.peer = 1,
	 .cell = COUNT_NOTHING,
	 .word = COUNT_NOTHING,
	 .reason = COUNT_NOTHING,
	 .end = COUNT_HELPED},
	{.peer = 2,
	 .cell = COUNT_NOTHING,
	 .word = COUNT_NOTHING,
	 .reason = COUNT_NOTHING,
	 .end = COUNT_REVOKED},
};

/* Of somebody who takes back what was agreed on: before an answer, at either
 * side, and behind one. */
static const struct count_event taken_back[KINDS] = {
	{.peer = 1, .cell = COUNT_WITHDRAWN, .word = COUNT_NOTHING, .reason = COUNT_NOTHING},
	{.peer = 2,
	 .cell = (int)COUNT_ANSWER_COUNT + COUNT_WITHDRAWN,
	 .word = COUNT_WITHDRAWN_FIRST,
	 .reason = COUNT_NOTHING},
	{.peer = 1,
	 .cell = (int)COUNT_ANSWER_COUNT + COUNT_LATE,
	 .word = COUNT_LATE_ANSWER,
	 .need = 3,
	 .reason = COUNT_OTHER},
	{.peer = 1,
	 .cell = COUNT_NOTHING,
	 .word = COUNT_NOTHING,
	 .reason = COUNT_NOTHING,
	 .end = COUNT_TAKEN_BACK},
	{.peer = 2,
	 .cell = COUNT_NOTHING,
	 .word = COUNT_NOTHING,
	 .reason = COUNT_NOTHING,
	 .end = COUNT_REVOKED},
	{.peer = 1, .cell = COUNT_ACCEPTED, .word = COUNT_NOTHING, .reason = COUNT_NOTHING},
};

static uint32_t sum(const uint32_t *v, size_t n)
{
	uint32_t s = 0;

	for (size_t i = 0; i < n; i++)
		s += v[i];
	return s;
}

/* What one person adds to each table: the distance between two adjacent
 * databases, whatever the rest is. */
static void l1_of(const struct count *c, uint32_t out[WIRE_TABLES])
{
	out[WIRE_TABLE_FLOW] = sum(c->flow[0], 2 * COUNT_CELLS);
	out[WIRE_TABLE_NEEDS] = sum(c->needs[0], COUNT_NEEDS * COUNT_REASONS);
	out[WIRE_TABLE_ANSWERS] = sum(c->words, COUNT_WORDS);
	out[WIRE_TABLE_ENDS] = sum(c->ends, COUNT_ENDS);
	out[WIRE_TABLE_OUTCOMES] = 0;
}

/* The person with this number: up to four events of these kinds, in this order.
 */
static size_t person_of(const struct count_event of[KINDS], unsigned number,
			struct count_event ev[4])
{
	size_t n = 0;

	for (; number > 0 && n < 4; number /= KINDS + 1)
		if (number % (KINDS + 1) != 0) {
			ev[n] = of[number % (KINDS + 1) - 1];
			ev[n].at_ms = 1000 - n; /* the first by time, not by place */
			n++;
		}
	return n;
}

enum { PERSONS = (KINDS + 1) * (KINDS + 1) * (KINDS + 1) * (KINDS + 1) };

/* worst: what any of them changes when two of its events count. */
static void bounded_by_the_cap(const struct count_event of[KINDS], uint32_t worst[WIRE_TABLES])
{
	uint32_t l1[WIRE_TABLES];
	struct arena a;

	memset(worst, 0, WIRE_TABLES * sizeof *worst);
	assert_int_equal(arena_create(&a, 1 << 20), ERR_OK);
	for (unsigned cap = 1; cap <= LIMIT_FLOW_CAP; cap++)
		for (unsigned number = 0; number < PERSONS; number++) {
			struct count_event ev[4];
			struct count c;

			arena_reset(&a);
			assert_int_equal(count_create(&a, 2, &c), ERR_OK);
			count_person(&c, ev, person_of(of, number, ev), cap);
			l1_of(&c, l1);
			for (size_t i = 0; i < WIRE_TABLES; i++) {
				assert_true(l1[i] <= cap);
				worst[i] = cap == 2 && l1[i] > worst[i] ? l1[i] : worst[i];
			}
		}
	arena_free(&a);
}

static void one_person_changes_each_table_by_the_cap_at_most(void **state)
{
	uint32_t worst[WIRE_TABLES];

	(void)state;
	bounded_by_the_cap(taken_back, worst);
	assert_int_equal(worst[WIRE_TABLE_ENDS], 2);
	bounded_by_the_cap(kinds, worst);
	assert_int_equal(worst[WIRE_TABLE_FLOW],
			 2); /* the bound is reached: a smaller one would be untrue */
	assert_int_equal(worst[WIRE_TABLE_NEEDS], 2);
	assert_int_equal(worst[WIRE_TABLE_ANSWERS], 2);
	assert_int_equal(worst[WIRE_TABLE_ENDS], 2);
}

static void the_first_events_count_whatever_their_order(void **state)
{
	struct count_event ev[4];
	struct arena a;
	struct count c;

	(void)state;
	assert_int_equal(arena_create(&a, 1 << 20), ERR_OK);
	assert_int_equal(count_create(&a, 2, &c), ERR_OK);
	for (size_t i = 0; i < 4; i++) {
		ev[i] = kinds[i < 2 ? 0 : 3];
		ev[i].at_ms = 100 - i; /* so the last two in memory are the first in time */
	}
	count_person(&c, ev, 4, 2);
	assert_int_equal(c.flow[0][0], 0);
	assert_int_equal(c.flow[1][8], 2);
	assert_int_equal(c.needs[3][COUNT_NO_CAPACITY], 2);
	arena_free(&a);
}

/* ---- the guarantee ---- */

enum { SHOWN = 60, NOISE_REACH = 900 };

/* Probability of every figure that can be shown for this truth; the last place
 * is everything larger. */
static void shown_of(uint32_t exact, uint32_t s, uint32_t t, uint32_t k, double out[SHOWN])
{
	memset(out, 0, SHOWN * sizeof *out);
	for (int64_t y = -NOISE_REACH; y <= NOISE_REACH; y++) {
		const uint32_t v = report_cell(exact, y, k) / 5;

		out[v < SHOWN ? v : SHOWN - 1] += pmf(s, t, y);
	}
}

/* The largest change of the log-probability of any figure, when a cell's truth
 * goes from a to b. */
static double loss(uint32_t a, uint32_t b, uint32_t s, uint32_t t, uint32_t k)
{
	double p[SHOWN], q[SHOWN], worst = 0;

	if (a == b)
		return 0;
	shown_of(a, s, t, k, p);
	shown_of(b, s, t, k, q);
	for (size_t i = 0; i < SHOWN; i++)
		if (p[i] > 1e-60 || q[i] > 1e-60)
			worst = fmax(worst, fabs(log(p[i]) - log(q[i])));
	return worst;
}

/* The same few changes come again for each person. */
static double known_loss(uint32_t a, uint32_t b, uint32_t s, uint32_t t, uint32_t k)
{
	static struct {
		uint32_t a, b, s, t, k;
		double loss;
	} known[256];
	static size_t n;

	for (size_t i = 0; i < n; i++)
		if (known[i].a == a && known[i].b == b && known[i].s == s && known[i].t == t &&
		    known[i].k == k)
			return known[i].loss;
	assert_true(n < sizeof known / sizeof known[0]);
	known[n].a = a;
	known[n].b = b;
	known[n].s = s;
	known[n].t = t;
	known[n].k = k;
	known[n].loss = loss(a, b, s, t, k);
	return known[n++].loss;
}

/* Over a whole report: cells have independent noise, so the worst figures of
 * all cells together are the worst report.  base: how many others are in each
 * cell. */
static double report_loss(const struct count *c, uint32_t base, const struct wire_policy *p,
			  unsigned cap)
{
	const struct {
		const uint32_t *v;
		size_t n;
		enum wire_table table;
	} tables[] = {{c->flow[0], 2 * COUNT_CELLS, WIRE_TABLE_FLOW},
		      {c->needs[0], COUNT_NEEDS * COUNT_REASONS, WIRE_TABLE_NEEDS},
		      {c->words, COUNT_WORDS, WIRE_TABLE_ANSWERS},
		      {c->ends, COUNT_ENDS, WIRE_TABLE_ENDS}};
	double all = 0;

	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < tables[i].n; j++)
			if (tables[i].v[j] != 0)
				all += known_loss(base, base + tables[i].v[j],
						  p->share[tables[i].table], 1000u * cap, p->k);
	return all;
}

static double worst_loss(const struct count_event of[KINDS], const struct wire_policy *p,
			 unsigned counted, unsigned noised)
{
	double worst = 0;
	struct arena a;

	assert_int_equal(arena_create(&a, 1 << 20), ERR_OK);
	for (unsigned number = 0; number < PERSONS;
	     number += number % 7 == 6 ? 1 : 3) /* a third, evenly */
		for (uint32_t base = 0; base <= 8; base += 4) {
			struct count_event ev[4];
			struct count c;

			arena_reset(&a);
			assert_int_equal(count_create(&a, 2, &c), ERR_OK);
			count_person(&c, ev, person_of(of, number, ev), counted);
			worst = fmax(worst, report_loss(&c, base, p, noised));
		}
	arena_free(&a);
	return worst;
}

static void a_whole_report_keeps_the_guarantee(void **state)
{
	const struct wire_policy *p = &wire_policy_default;
	const double epsilon = 2.0;
	double worst = worst_loss(kinds, p, p->cap, p->cap);

	(void)state;
	print_message("a whole report: worst log-ratio %.4f, guaranteed %.1f\n", worst, epsilon);
	assert_true(worst <= epsilon + 1e-9);
	assert_true(worst > 0.8 * epsilon); /* and it is not slack that hides a mistake */
	assert_true(worst_loss(kinds, p, 4, p->cap) > epsilon); /* controls: no cap on events, */
	assert_true(worst_loss(kinds, p, p->cap, 1) >
		    epsilon); /* or noise for one event only: both are found */
}

/* A withdrawal is an event like any other: whether somebody took back what was
 * agreed on is hidden as well as all else.  Whoever was erased behind it stays
 * in the sums, capped, as before (count/tally.c). */
static void withdrawals_among_the_events_keep_the_guarantee(void **state)
{
	const struct wire_policy *p = &wire_policy_default;
	const double epsilon = 2.0, worst = worst_loss(taken_back, p, p->cap, p->cap);

	(void)state;
	print_message("with withdrawals: worst log-ratio %.4f, guaranteed %.1f\n", worst, epsilon);
	assert_true(worst <= epsilon + 1e-9);
	assert_true(worst > 0.8 * epsilon);
	assert_true(worst_loss(taken_back, p, 4, p->cap) > epsilon);
}

/* Three cells, every joint outcome: the sum of worst cells is what the worst
 * report really does. */
static void joint_outcomes_agree_with_the_sum_of_cells(void **state)
{
	const uint32_t a[3] = {4, 0, 7}, b[3] = {5, 1, 7};
	double p[3][SHOWN], q[3][SHOWN], worst = 0, cells = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		shown_of(a[i], 1000, 2000, 5, p[i]);
		shown_of(b[i], 1000, 2000, 5, q[i]);
		cells += loss(a[i], b[i], 1000, 2000, 5);
	}
	for (size_t i = 0; i < 20; i++)
		for (size_t j = 0; j < 20; j++)
			for (size_t l = 0; l < 20; l++)
				if (p[0][i] * p[1][j] * p[2][l] > 0)
					worst = fmax(worst, fabs(log(p[0][i] * p[1][j] * p[2][l]) -
								 log(q[0][i] * q[1][j] * q[2][l])));
	assert_true(fabs(worst - cells) < 1e-6 && worst <= 1.0 + 1e-9);
}

/* Somebody lets in a partner of its own making and refers one person to it: its
 * row has noise like every other, so what it shows is what a row shows to which
 * nobody was ever referred, but for the factor that was agreed on. */
static void a_fake_partner_with_one_client_shows_what_an_empty_row_shows(void **state)
{
	const bool possible[2] = {true, true}, sensitive[2] = {false, true};
	const struct report_terms terms = {
		.share = {1000, 250, 500, 250}, .cap = 2, .k = 5, .k_sensitive = 10};
	double none[SHOWN], one[SHOWN];
	int shown[2] = {0, 0}, sens = 0;
	struct arena a;

	(void)state;
	shown_of(0, 1000, 2000, 5, none);
	shown_of(1, 1000, 2000, 5, one);
	for (size_t i = 0; i < SHOWN; i++)
		assert_true(one[i] <= none[i] * exp(0.5) * (1 + 1e-9) &&
			    none[i] <= one[i] * exp(0.5) * (1 + 1e-9));
	assert_int_equal(arena_create(&a, 1 << 20), ERR_OK);
	for (uint32_t seed = 0; seed < 4000;
	     seed++) { /* and with the code that makes reports: with and without the
                    client */
		struct noise_seed source;
		const struct noise n = seeded(&source, seed);
		struct count exact, out;

		arena_reset(&a);
		assert_int_equal(count_create(&a, 2, &exact), ERR_OK);
		assert_int_equal(count_create(&a, 2, &out), ERR_OK);
		exact.flow[0][COUNT_ACCEPTED] = seed % 2;
		report_noise(&out, &exact, &terms, possible, sensitive, &n);
		shown[seed % 2] += out.flow[0][COUNT_ACCEPTED] != 0;
		sens += out.flow[1][COUNT_ACCEPTED] != 0;
	}
	assert_true(shown[0] > 50 && shown[1] > 50 &&
		    shown[1] < 300);  /* 5 and 8 in 100: either way mostly nothing */
	assert_true(sens < shown[0]); /* a sensitive row hides more */
	arena_free(&a);
}

/* ---- what readers are told ---- */

static void thirty_declines_are_shown_as_about_thirty(void **state)
{
	const uint32_t t = 1000u * wire_policy_default.cap,
		       s = wire_policy_default.share[WIRE_TABLE_NEEDS];
	const uint32_t error = noise_width95(s, t) + LIMIT_FLOW_STEP / 2;
	int within = 0;

	(void)state;
	for (uint32_t seed = 0; seed < 1000; seed++) {
		struct noise_seed source;
		const struct noise n = seeded(&source, seed);
		const uint32_t v = report_cell(30, noise_laplace(&n, s, t), LIMIT_FLOW_K);

		within += v != 0 && v + error >= 30 && v <= 30 + error;
		assert_true(v == 0 || v >= LIMIT_FLOW_K);
	}
	print_message("30 declines: within %u in %d of 1000 draws\n", error, within);
	assert_true(within >= 950);
}

/* On a page of noughts, chance shows one figure or none that reaches the floor.
 */
static void what_is_shown_is_more_than_chance(void **state)
{
	enum { CELLS = 20000, PAGES = 20 };
	const uint32_t floor = noise_floor(1000, 2000, CELLS);
	struct noise_seed source;
	const struct noise n = seeded(&source, 3);
	int reached = 0, nearly = 0;

	(void)state;
	for (int i = 0; i < CELLS * PAGES; i++) {
		const int64_t y = noise_laplace(&n, 1000, 2000);

		reached += y >= (int64_t)floor;
		nearly += y >= (int64_t)floor - 3;
	}
	assert_true(reached <= 2 * PAGES && nearly > PAGES);
	assert_true(noise_floor(1000, 2000, 1) == 1);
}

static void sums_hold_the_truth(void **state)
{
	const uint32_t t = 1000u * wire_policy_default.cap;

	(void)state;
	for (uint32_t most = 1; most <= 40; most += 13)
		for (uint32_t s = 250; s <= 1000; s *= 2) {
			struct sum_terms of;
			int within = 0;

			noise_published(s, t, LIMIT_FLOW_K, report_cell, &of);
			for (uint32_t seed = 0; seed < 400; seed++) {
				struct noise_seed source;
				const struct noise n = seeded(&source, seed * 31 + s + most);
				struct figures_sum total = {.v = 0};
				uint64_t truth = 0;

				for (uint32_t i = 0; i < 60; i++) {
					const uint32_t x = (i * 7 + seed) % most;
					const uint32_t v = report_cell(x, noise_laplace(&n, s, t),
								       LIMIT_FLOW_K);

					truth += x;
					figures_add(&total, &v, 1, &of);
				}
				within += figures_low(&total) <= truth &&
					  truth <= figures_high(&total);
			}
			assert_true(within >= 380); /* 95 in 100 of 400 */
		}
}

static void quarters_are_calendar_quarters(void **state)
{
	char text[QUARTER_TEXT];
	uint32_t q;

	(void)state;
	assert_int_equal(quarter_of(UINT64_C(1795491079) * 1000),
			 2026 * 4 + 3); /* 23 November 2026 */
	assert_int_equal(quarter_begin_ms(2024 * 4 + 1),
			 UINT64_C(1711929600) * 1000); /* 1 April 2024, a leap year */
	assert_int_equal(quarter_of(quarter_begin_ms(2027 * 4) - 1), 2026 * 4 + 3);
	assert_int_equal(quarter_of(quarter_begin_ms(2027 * 4)), 2027 * 4);
	assert_int_equal(quarter_ready_ms(2026 * 4 + 3) - quarter_begin_ms(2027 * 4),
			 UINT64_C(14) * DAY_MS);
	quarter_text(2026 * 4 + 3, text);
	assert_string_equal(text, "2026Q4");
	assert_int_equal(quarter_parse("2026q1", &q), ERR_OK);
	assert_int_equal(q, 2026 * 4);
	assert_int_equal(quarter_parse("2026Q5", &q), ERR_INVAL);
	assert_int_equal(quarter_parse("1999Q1", &q), ERR_INVAL);
	assert_int_equal(quarter_parse("2026Q", &q), ERR_INVAL);
}

static void no_quorum_can_order_more_than_the_floors(void **state)
{
	uint8_t bytes[WIRE_POLICY_LEN];
	struct wire_policy p = wire_policy_default, got;

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct wr w = wr_of(bytes, sizeof bytes);

		p = wire_policy_default;
		p.k = i == 1 ? 4 : p.k;
		p.k_sensitive = i == 2 ? 9 : p.k_sensitive;
		p.cap = i == 3 ? 5 : i == 4 ? 0 : p.cap;
		/* the default asks for a quarter of the year in each quarter, and that is
     * all there is */
		p.year = i == 5 ? 8001 : i == 7 ? 7999 : p.year;
		p.share[WIRE_TABLE_FLOW] = i == 6 ? 1001 : p.share[WIRE_TABLE_FLOW];
		wire_policy_put(&w, &p);
		assert_int_equal(wire_policy_get(wr_span(&w), &got), i == 0 ? ERR_OK : ERR_LIMIT);
	}
	assert_int_equal(wire_policy_get(span_of(bytes, sizeof bytes - 1), &got), ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exponential_choices_are_exact),
		cmocka_unit_test(small_cases_have_their_probabilities),
		cmocka_unit_test(many_draws_fit_the_distribution),
		cmocka_unit_test(the_same_seed_gives_the_same_noise),
		cmocka_unit_test(no_cell_below_the_threshold_is_ever_shown),
		cmocka_unit_test(one_person_changes_each_table_by_the_cap_at_most),
		cmocka_unit_test(the_first_events_count_whatever_their_order),
		cmocka_unit_test(a_whole_report_keeps_the_guarantee),
		cmocka_unit_test(withdrawals_among_the_events_keep_the_guarantee),
		cmocka_unit_test(joint_outcomes_agree_with_the_sum_of_cells),
		cmocka_unit_test(a_fake_partner_with_one_client_shows_what_an_empty_row_shows),
		cmocka_unit_test(thirty_declines_are_shown_as_about_thirty),
		cmocka_unit_test(what_is_shown_is_more_than_chance),
		cmocka_unit_test(sums_hold_the_truth),
		cmocka_unit_test(quarters_are_calendar_quarters),
		cmocka_unit_test(no_quorum_can_order_more_than_the_floors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
