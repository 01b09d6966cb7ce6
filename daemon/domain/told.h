/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * told - what partners tell of a person, in the record of its case: sealed under a key that goes with each consent.
 *
 * Layer:    domain (base, proto, store).
 * Owns:     rows of GRANTKEY under ids of cases; told_sealed of CaseRecord.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  several consents may have a part in it, so that it lies under none of theirs; when one of them goes, this
 *           key goes too, and what the others still let us hold is put together again under a new one.
 */
#ifndef KRING_DOMAIN_TOLD_H
#define KRING_DOMAIN_TOLD_H

#include "domain/turn.h"

/** CASE_RECORD_TOLD out of its sealed bytes; of one whose key is gone there is none. */
MUST_CHECK enum err told_open(struct turn *t, const struct id16 *case_id, struct msg *record);
/** The other way, before the record is packed: record has no CASE_RECORD_TOLD then.  ERR_LIMIT: too long. */
MUST_CHECK enum err told_seal(struct turn *t, const struct id16 *case_id, struct msg *record);
/** Nothing that was told up to now opens any more. */
MUST_CHECK enum err told_forget(struct turn *t, const struct id16 *case_id);

#endif /* KRING_DOMAIN_TOLD_H */
