/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sums and shares come out of published cells alone, so they tell nothing that the cells do not; each has the range in which
 * the truth lies 95 times in 100, and what a threshold left out is part of that range.  A number that may as well be nothing,
 * and a share whose range is wider than fifty points, are called unsure.
 */
#include "domain/flow/figures.h"

#include "base/check.h"

enum {
	UNSURE_PERCENT = 50,
	ROUNDING_MILLI = 2000 /* of a step of five: (25 - 1) / 12 */
};

/* ---- sums ---- */

/* Errors that only ever go one way add up in full, random ones by their variance: a sum of many cells is surer than each. */
void figures_add(struct figures_sum *s, const uint32_t *cells, size_t n, const struct sum_terms *of)
{
	require(of != NULL);
	for (size_t i = 0; i < n; i++)
		s->v += cells[i];
	s->cells += of->variance_milli == 0 ? 0 : n;
	s->low_milli += n * of->low_milli;
	s->high_milli += n * of->high_milli;
	s->variance_milli += n * of->variance_milli;
}

/* Whole square root. */
static uint64_t root(uint64_t v)
{
	uint64_t r = 0;

	for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1)
		if ((r | bit) * (r | bit) <= v)
			r |= bit;
	return r;
}

uint64_t figures_low(const struct figures_sum *s)
{
	const uint64_t off = s->low_milli + 196 * root(s->variance_milli * 1000) / 100;

	return s->v * 1000 > off ? (s->v * 1000 - off) / 1000 : 0;
}

uint64_t figures_high(const struct figures_sum *s)
{
	return (s->v * 1000 + s->high_milli + 196 * root(s->variance_milli * 1000) / 100 + 999) /
	       1000;
}

static struct figures_sum both(const struct figures_sum *a, const struct figures_sum *b)
{
	return (struct figures_sum){a->v + b->v, a->low_milli + b->low_milli,
				    a->high_milli + b->high_milli,
				    a->variance_milli + b->variance_milli, a->cells + b->cells};
}

/* Where the publisher's rules leave the truth of a cell, whatever it is. */
static struct sum_terms terms_of(const struct report *r, enum wire_table table)
{
	const uint16_t share = r->terms.share[table];
	struct sum_terms out = {.low_milli = 0};

	if (share != 0)
		noise_published(share, 1000u * r->terms.cap, r->terms.k, report_cell, &out);
	return out;
}

void figures_sum_report(struct figures_sums *s, const struct report *r)
{
	const struct count *c = &r->figures;
	const struct sum_terms words = terms_of(r, WIRE_TABLE_ANSWERS);
	const struct sum_terms ends = terms_of(r, WIRE_TABLE_ENDS);
	const struct sum_terms needs = terms_of(r, WIRE_TABLE_NEEDS);

	s->reports++;
	for (size_t i = 0; i < COUNT_WORDS; i++)
		figures_add(&s->words[i], &c->words[i], 1, &words);
	for (size_t i = 0; i < COUNT_ENDS; i++)
		figures_add(&s->ends[i], &c->ends[i], 1, &ends);
	for (size_t i = 0; i < COUNT_NEEDS; i++) /* what nobody could, not what went wrong */
		figures_add(&s->unmet[i], c->needs[i], COUNT_OTHER, &needs);
}

/* ---- figures ---- */

/* A share's range: the least of the part with the most of the rest, and the other way round. */
struct figures_value figures_value(const struct figure *f)
{
	const uint64_t n = f->part.v, o = f->rest.v, all = n + o;
	const uint64_t n_low = figures_low(&f->part), n_high = figures_high(&f->part);
	const uint64_t o_low = figures_low(&f->rest), o_high = figures_high(&f->rest);

	if (!f->percent)
		return (struct figures_value){(uint32_t)n, (uint32_t)n_low, (uint32_t)n_high, 0};
	if (all == 0)
		return (struct figures_value){0, 0, 0, 0};
	return (struct figures_value){
		(uint32_t)((100 * n + all / 2) / all),
		(uint32_t)(n_low == 0 ? 0 : 100 * n_low / (n_low + o_high)),
		(uint32_t)(n_high == 0 ? 0
				       : (100 * n_high + n_high + o_low - 1) / (n_high + o_low)),
		(uint32_t)all};
}

/* A table that nobody published has no sum. */
bool figures_there(const struct figure *f)
{
	return f->percent ? f->part.v + f->rest.v > 0 : f->part.cells > 0;
}

/* Is it worth saying?  A count that may be nothing, or a share that may be any, is not. */
bool figures_sure(const struct figure *f, const struct figures_value *v)
{
	return f->percent ? v->high - v->low <= UNSURE_PERCENT : v->low > 0;
}

static struct figures_sum sum_of(const struct figures_sum *s, size_t from, size_t to)
{
	struct figures_sum out = {.v = 0};

	require(from <= to);
	for (size_t i = from; i <= to; i++)
		out = both(&out, &s[i]);
	return out;
}

/* The list of figures: config/lists/figures.psv has their names. */
void figures_of(const struct figures_sums *s, struct figure out[FIGURES_COUNT])
{
	const struct figures_sum *w = s->words, none = {.v = 0};
	const struct figures_sum yes = sum_of(w, COUNT_ACCEPTED_1, COUNT_ACCEPTED_MORE);
	const struct figures_sum no = sum_of(w, COUNT_DECLINED_2, COUNT_DECLINED_MORE);
	const struct figures_sum not_yes = both(&no, &w[COUNT_PASSED_ON]);
	const struct figures_sum not_passed = both(&yes, &no), answered = both(&yes, &not_yes);
	const struct figures_sum soon_yes = both(&w[COUNT_ACCEPTED_1], &w[COUNT_ACCEPTED_2]);
	const struct figures_sum soon = both(&soon_yes, &w[COUNT_DECLINED_2]);
	const struct figures_sum late_yes = sum_of(w, COUNT_ACCEPTED_5, COUNT_ACCEPTED_MORE);
	const struct figures_sum later = both(&late_yes, &w[COUNT_DECLINED_MORE]);

	out[0] = (struct figure){"received", sum_of(w, COUNT_ACCEPTED_1, COUNT_NO_ANSWER), none,
				 false};
	out[1] = (struct figure){"accepted", yes, not_yes, true};
	out[2] = (struct figure){"redirected", w[COUNT_PASSED_ON], not_passed, true};
	out[3] = (struct figure){"unanswered", w[COUNT_NO_ANSWER], answered, true};
	out[4] = (struct figure){"withdrawn", w[COUNT_WITHDRAWN_FIRST], none, false};
	out[5] = (struct figure){"quick", soon, later, true};
	out[6] = (struct figure){"helped", sum_of(s->ends, COUNT_HELPED, COUNT_PARTLY),
				 sum_of(s->ends, COUNT_NOT_REACHED, COUNT_REVOKED), true};
	out[7] = (struct figure){"revoked", s->ends[COUNT_REVOKED], none, false};
}

/* Further apart than chance puts two figures once in ten thousand. */
uint32_t figures_apart(const struct report_terms *terms)
{
	const uint64_t one = noise_variance_milli(terms->share[WIRE_TABLE_FLOW],
						  1000u * terms->cap) +
			     ROUNDING_MILLI;

	return (uint32_t)(4 * root(2 * one * 1000) / 1000 + 1);
}
