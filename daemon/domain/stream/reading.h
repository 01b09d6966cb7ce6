/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * reading - one frame while it is read; between receive.c, arrive.c and resync.c.
 *
 * Layer:    domain/stream (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  ids, times and codes only.
 */
#ifndef KRING_DOMAIN_STREAM_READING_H
#define KRING_DOMAIN_STREAM_READING_H

#include "domain/exchange/answer.h"
#include "domain/exchange/pair.h"
#include "domain/stream/portion.h"

/* One frame while it is read. */
struct reading {
	struct turn *t;
	struct peer *p;
	struct conn *c;
	struct pair *pair;
	struct answer *a;
	struct wire_frame_view v;
	struct portion portion; /* what was read of it already */
	struct id32 last_sig;
	uint64_t next_no; /* stream number of the next DOCUMENT part */
	bool stop;	  /* a document was refused: the rest waits */
	enum err why;	  /* the document at hand failed in this event because of it */
	bool numbers;	  /* what the frame counts may be read */
	bool begun;	  /* we began a new incarnation: nothing more in it counts */
};

#endif /* KRING_DOMAIN_STREAM_READING_H */
