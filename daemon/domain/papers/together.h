/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * together - cases here that are of one person: said so, taken back, and shown with one another.
 *
 * Layer:    domain/papers (base, proto, store; lower rooms).
 * Owns:     nothing (people/same.h has the rows).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  each case is shown as far as its own consents reach; nothing is copied from one into the other.
 */
#ifndef KRING_DOMAIN_PAPERS_TOGETHER_H
#define KRING_DOMAIN_PAPERS_TOGETHER_H

#include "domain/people/same.h"

/** The case, and the others of its person that may be looked at: one that moved away is closed. */
MUST_CHECK enum err together_of(struct turn *t, const struct id16 *id, struct same *out);
/** Into REPLY_SAME: the others; of one that moved away its number alone. */
MUST_CHECK enum err together_rows(struct turn *t, const struct id16 *id, struct msg *reply);
/** What somebody typed is a case of the same person as this one.  Refuses for a person. */
MUST_CHECK enum err together_join(struct turn *t, const struct id16 *id, const char *other,
				  struct msg *reply);

/** kring case same CASE OTHER, kring case apart CASE. */
MUST_CHECK enum err together_say(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_PAPERS_TOGETHER_H */
