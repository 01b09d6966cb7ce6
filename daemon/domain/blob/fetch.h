/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fetch - chunks between two nodes: asked for, served, taken (proto/PROTOCOL.md 6a).
 *
 * Layer:    domain/blob (base, proto, store; lower rooms).
 * Owns:     struct fetch of a connection.
 * Threads:  core process, event-loop thread only.
 * Time:     repeated at the pace of the connection's timer.
 * Durable:  a chunk with the turn that takes it; a question is memory, and comes again.
 * Privacy:  ciphertext and ids.
 *
 * Both parts are unnumbered and may be repeated.  A node asks one partner for one file at a time, at most LIMIT_CHUNKS_ASKED
 * chunks, in order; what is not next is passed over and asked for again.  So whatever is lost on the way, whichever side starts
 * anew or comes back from a backup, the file goes on at the first chunk that is missing.
 */
#ifndef KRING_DOMAIN_BLOB_FETCH_H
#define KRING_DOMAIN_BLOB_FETCH_H

#include "domain/blob/blob.h"
#include "domain/exchange/answer.h"

enum { FETCH_PART = 6 + 32 + 4 + 1 }; /* bytes of a question with the head of its part */

/* One part of a frame that was read, with all that is known of its sender. */
struct fetch_from {
	struct turn *t;
	struct peer *p;
	struct conn *c;
	struct pair *pair;
	struct answer *a;
};

/** CHUNK_REQ: noted in the answer, if it may have them (stream/speak.c says them). */
MUST_CHECK enum err fetch_asked(const struct fetch_from *f, struct span bytes);
/** CHUNK: kept when it is the next one of what was asked for. */
MUST_CHECK enum err fetch_chunk(const struct fetch_from *f, struct span bytes);
/** The question as a part, if there is anything to ask.  timer: it comes from the timer, and may begin with the first file
 *  again. */
MUST_CHECK enum err fetch_ask(const struct fetch_from *f, bool timer, struct wr *parts,
			      uint16_t *count);
/** The next part that was asked for, ready-made in the arena; empty: there is none. */
MUST_CHECK enum err fetch_serve(struct turn *t, struct answer *a, struct span *part);

#endif /* KRING_DOMAIN_BLOB_FETCH_H */
