/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * paper - what a person may take home: a letter on what was shared, and all that is held.
 *
 * Layer:    domain/papers (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  an audit entry for each reading.
 * Privacy:  within the case; the audit log keeps that it was made.
 */
#ifndef KRING_DOMAIN_PAPERS_PAPER_H
#define KRING_DOMAIN_PAPERS_PAPER_H

#include "domain/documents/thread.h"

/** ById of a case: every disclosure, every consent of it, whom to telephone. */
MUST_CHECK enum err view_case_letter(struct turn *t, const struct msg *req, struct msg *reply);
/** ById of a referral, ours or theirs: the same of that one alone. */
MUST_CHECK enum err view_ref_letter(struct turn *t, const struct msg *req, struct msg *reply);
/** ById of a case: the page of it, with every consent as its document has it.  Who looked is asked by view_who. */
MUST_CHECK enum err view_case_export(struct turn *t, const struct msg *req, struct msg *reply);

/** The day on which a paper is made: it is read without the screen that it came from. */
void paper_day(struct turn *t, struct msg *reply);

#endif /* KRING_DOMAIN_PAPERS_PAPER_H */
