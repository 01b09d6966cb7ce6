/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * closing - the content of a case goes, and what has to be known of it stays.
 *
 * Layer:    domain/closing (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction; the shred that follows takes it from older copies of the disk.
 * Privacy:  behind it nothing here opens what was known of the person: the key of the case is another one.
 */
#ifndef KRING_DOMAIN_CLOSING_CLOSING_H
#define KRING_DOMAIN_CLOSING_CLOSING_H

#include "domain/turn.h"

/** Person, timeline, words, files, drafts, and the work of referrals that are over.  What was agreed to and told, and codes that name
 *  nobody, stay.  Rows of HANDOVER are the caller's to write again: they lay under the key that went. */
MUST_CHECK enum err closing_drop(struct turn *t, const struct id16 *case_id);

#endif /* KRING_DOMAIN_CLOSING_CLOSING_H */
