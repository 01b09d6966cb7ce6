/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * history - the entries of a referral's two logs as people read them.
 *
 * Layer:    domain/views (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  nothing.
 * Privacy:  of a partner's words only those whose categories may be shown now.
 */
#ifndef KRING_DOMAIN_VIEWS_HISTORY_H
#define KRING_DOMAIN_VIEWS_HISTORY_H

#include "domain/referral/fold.h"

/** Where one of our documents stands: a code of outbox.psv or verdicts.psv, "" when it is older than what is kept of it; and since
 *  when the partner has it, 0: not yet. */
MUST_CHECK enum err view_delivery(struct turn *t, const struct doc_key *doc, const char **text,
				  uint64_t *stored_ms);
/** One LogRow.  cats: of the partner's texts, what may be shown; nothing after its grants ended, nor when hidden. */
MUST_CHECK enum err view_history_row(struct turn *t, const struct thread *th,
				     const struct fold_step *s, uint64_t cats, struct msg *reply);

#endif /* KRING_DOMAIN_VIEWS_HISTORY_H */
