/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * report - one quarter of this node in figures with noise: made once, kept, and the same for whoever asks.
 *
 * Layer:    domain/flow (base, proto, store; lower rooms).
 * Owns:     tables REPORT (period u32 | peer u16: the body as it travels; ours under our own number) and REPORTED
 *           (period u32 | peer u16: bits of enum report_mark), and the pseudo-case that reports lie under.
 * Threads:  core process, event-loop thread only.
 * Time:     quarters; made fourteen days after one ended, at the earliest.
 * Durable:  with the turn's transaction.  What was published is never computed again.
 * Privacy:  the only way by which a figure leaves this node.  Cap, noise, threshold and rounding come first
 *           (proto/PROTOCOL.md 9); the year's budget is counted from what is in REPORT.
 */
#ifndef KRING_DOMAIN_FLOW_REPORT_H
#define KRING_DOMAIN_FLOW_REPORT_H

#include "domain/exchange/document.h"
#include "domain/flow/count.h"
#include "domain/flow/noise.h"

enum report_mark { REPORT_WENT = 1, REPORT_CONTRADICTS = 2 };

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

/** What would be published for this quarter, with what is known now. */
MUST_CHECK enum err report_draft(struct turn *t, uint32_t quarter, struct report *r);
/** The one of ours or of a partner that is kept.  ERR_NOTFOUND. */
MUST_CHECK enum err report_load(struct turn *t, uint32_t quarter, uint16_t peer, struct report *r);
/** Foreign bytes: every figure is one that these rules can produce, or ERR_MALFORMED with the field. */
MUST_CHECK enum err report_parse(struct turn *t, struct span bytes, struct report *r,
				 struct err_text *why);
/** Keep one that came; the first one of a quarter counts.  peer: its reporter. */
MUST_CHECK enum err report_keep(struct turn *t, uint16_t peer, const struct report *r);
uint8_t report_marks(struct turn *t, uint32_t quarter, uint16_t peer);
/** Thousandths of epsilon that reports of this calendar year told, but for this quarter. */
MUST_CHECK enum err report_spent(struct turn *t, uint32_t quarter, uint32_t *spent);
/** Keys for the pseudo-case that documents of type REPORT lie under. */
MUST_CHECK enum err report_case(struct turn *t, struct id16 *case_id);

/** Make what is due, send what is owed. */
MUST_CHECK enum err report_tick(struct turn *t);
/** The quarter of kring flow publish, made and sent. */
MUST_CHECK enum err report_publish(struct turn *t, uint32_t quarter, struct report *r);

#endif /* KRING_DOMAIN_FLOW_REPORT_H */
