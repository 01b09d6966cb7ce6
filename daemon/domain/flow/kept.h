/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * kept - reports as they lie here: our own and those that came.
 *
 * Layer:    domain/flow (base, proto, store; lower rooms).
 * Owns:     tables REPORT (period u32 | peer u16: the body as it travels; ours under our own number) and REPORTED
 *           (period u32 | peer u16: bits of enum report_mark), and the pseudo-case that reports lie under.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.  What was published is never computed again.
 * Privacy:  published figures; the year's budget is counted from what is in REPORT.
 */
#ifndef KRING_DOMAIN_FLOW_KEPT_H
#define KRING_DOMAIN_FLOW_KEPT_H

#include "domain/flow/report.h"

enum report_mark { REPORT_WENT = 1, REPORT_CONTRADICTS = 2 };

/** The one of ours or of a partner that is kept.  ERR_NOTFOUND. */
MUST_CHECK enum err kept_load(struct turn *t, uint32_t quarter, uint16_t peer, struct report *r);
/** Keep one that came; the first one of a quarter counts.  peer: its reporter. */
MUST_CHECK enum err kept_put(struct turn *t, uint16_t peer, const struct report *r);
uint8_t kept_marks(struct turn *t, uint32_t quarter, uint16_t peer);
/** Thousandths of epsilon that reports of this calendar year told, but for this quarter. */
MUST_CHECK enum err kept_spent(struct turn *t, uint32_t quarter, uint32_t *spent);
/** Keys for the pseudo-case that documents of type REPORT lie under. */
MUST_CHECK enum err kept_case(struct turn *t, struct id16 *case_id);
struct store_key kept_key(uint32_t quarter, uint16_t peer);
MUST_CHECK enum err kept_mark(struct turn *t, uint32_t quarter, uint16_t peer, enum report_mark m);

#endif /* KRING_DOMAIN_FLOW_KEPT_H */
