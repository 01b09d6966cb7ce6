/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * figures - what people see of reports: cells, sums, shares, trends; and a node's own exact figures.
 *
 * Layer:    domain/flow (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     quarters.
 * Durable:  nothing is written but by figures_publish.
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

/* control commands */
MUST_CHECK enum err figures_show(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err figures_publish(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_FLOW_FIGURES_H */
