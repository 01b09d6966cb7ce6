/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * resync - verdicts, and ids offered and wanted after numbers began again.
 *
 * Layer:    domain/stream (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_STREAM_RESYNC_H
#define KRING_DOMAIN_STREAM_RESYNC_H

#include "domain/stream/reading.h"

MUST_CHECK enum err resync_verdicts(struct reading *r, struct span bytes);
MUST_CHECK enum err resync_want_verdicts(struct reading *r, struct span bytes);
MUST_CHECK enum err resync_offer(struct reading *r, struct span bytes);
MUST_CHECK enum err resync_want(struct reading *r, struct span bytes);

#endif /* KRING_DOMAIN_STREAM_RESYNC_H */
