/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * outbox - what is owed to whom, and why it is not there yet.
 *
 * Layer:    domain/oversight (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  types, references and times; nobody's data.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_OUTBOX_H
#define KRING_DOMAIN_OVERSIGHT_OUTBOX_H

#include "domain/exchange/outbox.h"

MUST_CHECK enum err view_outbox_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err view_outbox_why(struct turn *t, const struct msg *req, struct msg *reply);

/** One OutboxRow of this document into reply. */
MUST_CHECK enum err view_outbox_row(struct turn *t, const struct peer *p, uint64_t place,
				    const struct outbox_row *row, struct msg *reply);
/** By full document id, or a unique prefix of its random part; *p: whom it is for.  Refuses for a person. */
MUST_CHECK enum err view_find_owed(struct turn *t, const char *text, struct peer **p,
				   uint64_t *place, struct outbox_row *row);

#endif /* KRING_DOMAIN_OVERSIGHT_OUTBOX_H */
