/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * figures - sums and shares out of published cells, each with the range in which the truth lies.
 *
 * Layer:    domain/flow (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     quarters.
 * Durable:  nothing.
 * Privacy:  sums and shares come out of published cells only, so they tell nothing that those do not.
 */
#ifndef KRING_DOMAIN_FLOW_FIGURES_H
#define KRING_DOMAIN_FLOW_FIGURES_H

#include "domain/flow/report.h"

/** A sum of published cells, and where the truth is 95 times in 100: cells that were too small count as nothing
 *  and some that are nothing were published, so the range is wider than the noise, to both sides. */
struct figures_sum {
	uint64_t v;
	uint64_t low_milli, high_milli; /* what suppression may have added, or taken away */
	uint64_t variance_milli;
	size_t cells;
};
void figures_add(struct figures_sum *s, const uint32_t *cells, size_t n,
		 const struct sum_terms *of);
uint64_t figures_low(const struct figures_sum *s);
uint64_t figures_high(const struct figures_sum *s);

/** All reports of a quarter, added up. */
struct figures_sums {
	struct figures_sum words[COUNT_WORDS], ends[COUNT_ENDS], unmet[COUNT_NEEDS];
	size_t reports;
};
void figures_sum_report(struct figures_sums *s, const struct report *r);

/** One figure: a count, or a part in percent of part and rest. */
struct figure {
	const char *code; /* config/lists/figures.psv */
	struct figures_sum part, rest;
	bool percent;
};
enum { FIGURES_COUNT = 8 };
/** The list of figures, but for those of each need. */
void figures_of(const struct figures_sums *s, struct figure out[FIGURES_COUNT]);

struct figures_value {
	uint32_t v, low, high, of; /* of: what a percentage is of; 0 for a count */
};
struct figures_value figures_value(const struct figure *f);
/** Did anybody publish what it comes from? */
bool figures_there(const struct figure *f);
/** Is it worth saying?  A count that may be nothing, or a share that may be any, is not. */
bool figures_sure(const struct figure *f, const struct figures_value *v);
/** By more than this two reports of the same referrals differ, and it is not the noise. */
uint32_t figures_apart(const struct report_terms *terms);

#endif /* KRING_DOMAIN_FLOW_FIGURES_H */
