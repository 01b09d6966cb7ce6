/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * figures - what people see of reports: cells, sums, shares, trends; and a node's own exact figures.
 *
 * Layer:    domain/oversight (base, proto, store; flow and lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     quarters.
 * Durable:  nothing is written.
 * Privacy:  sums and shares come out of published cells only, so they tell nothing that those do not.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_FIGURES_H
#define KRING_DOMAIN_OVERSIGHT_FIGURES_H

#include "domain/flow/report.h"

MUST_CHECK enum err view_figures(struct turn *t, const struct msg *req, struct msg *reply);

/** The quarter that a request names; absent: when it names none.  Refuses for a person. */
MUST_CHECK enum err view_figures_quarter(struct turn *t, const struct msg *req, uint32_t absent,
					 uint32_t *quarter);
/** The Flow of this quarter in reply, to be filled. */
struct msg *view_figures_of(struct turn *t, struct msg *reply, uint32_t quarter);
/** How sure each table is.  reports: how many there are on the page, so that what one in a thousand cells shows by
 *  chance is not read as a fact. */
void view_figures_terms(struct turn *t, struct msg *flow, const struct report_terms *terms,
			size_t reports);
/** The cells of one report, made by who. */
void view_figures_report(struct turn *t, struct msg *flow, const struct peer *who,
			 const struct report *r);

#endif /* KRING_DOMAIN_OVERSIGHT_FIGURES_H */
