/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * arrive - a partner's document: stored, passed over, or refused.
 *
 * Layer:    domain/stream (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction; so are its number and verdict.
 * Privacy:  sees documents; decides nothing about fields (hooks do).
 */
#ifndef KRING_DOMAIN_STREAM_ARRIVE_H
#define KRING_DOMAIN_STREAM_ARRIVE_H

#include "domain/documents/document.h"
#include "domain/stream/reading.h"

/** A DOCUMENT part. */
MUST_CHECK enum err arrive_document(struct reading *r, struct span bytes);
/** The same when nothing can be written: one that we do not have is refused as BUSY, and the rest of the frame waits. */
void arrive_busy(struct reading *r, struct span bytes);
/** What we said of a document that we hold already. */
uint16_t arrive_verdict(struct reading *r, const struct document *d);

#endif /* KRING_DOMAIN_STREAM_ARRIVE_H */
