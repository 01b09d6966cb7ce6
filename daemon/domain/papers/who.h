/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * who - who saw what of one person: what went to partners, and who looked here.
 *
 * Layer:    domain/papers (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  an audit entry for each reading.
 * Privacy:  names staff and partners, and categories; no content.
 */
#ifndef KRING_DOMAIN_PAPERS_WHO_H
#define KRING_DOMAIN_PAPERS_WHO_H

#include "domain/documents/thread.h"

/** A page (WhoAsk): first the rows of the ledger, then the entries of the audit log about the case, the newest first. */
MUST_CHECK enum err view_who(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_PAPERS_WHO_H */
