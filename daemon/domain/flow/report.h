/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * report - one quarter of this node in figures with noise, and how it lies in its bytes.
 *
 * Layer:    domain/flow (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     quarters; made fourteen days after one ended, at the earliest.
 * Durable:  nothing; flow/kept.h keeps what was published.
 * Privacy:  the only way by which a figure leaves this node.  Cap, noise, threshold and rounding come first.
 */
#ifndef KRING_DOMAIN_FLOW_REPORT_H
#define KRING_DOMAIN_FLOW_REPORT_H

#include "domain/count/count.h"
#include "domain/documents/document.h"
#include "domain/flow/noise.h"

struct report_terms {
	uint16_t share[WIRE_TABLES]; /* thousandths of epsilon; 0: not published */
	uint8_t cap, k, k_sensitive;
};

struct report {
	uint32_t period;
	const char *refused; /* "" or a code: no figures then */
	struct report_terms terms;
	struct count figures;  /* as published: 0 is too small, or not published */
	const bool *sensitive; /* rows of figures that use k_sensitive */
	struct span bytes;     /* as it travels */
};

/** A cell as it may be shown: 0, or a multiple of LIMIT_FLOW_STEP that is not below k. */
uint32_t report_cell(uint32_t exact, int64_t noise, uint32_t k);
/** Noise, threshold and rounding over a whole report.  possible: rows that exist, whatever happened in them. */
void report_noise(struct count *out, const struct count *exact, const struct report_terms *terms,
		  const bool *possible, const bool *sensitive, const struct noise *n);

/** Foreign bytes: every figure is one that these rules can produce, or ERR_MALFORMED. */
MUST_CHECK enum err report_parse(struct turn *t, struct span bytes, struct report *r);

/** Field of a report's share of the year's budget, by enum wire_table; 0: that table has none. */
extern const unsigned report_share_fields[WIRE_TABLES];
MUST_CHECK enum err report_pack(struct turn *t, struct report *r);

#endif /* KRING_DOMAIN_FLOW_REPORT_H */
