/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * settled - may this thread be written?  Not before the partner's copy of it was found the same.
 *
 * Layer:    domain/loss (base, proto, store; lower rooms).
 * Owns:     table SHELF (thread 16 | msg 16 | sender u16: lost acts); era of struct thread.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, times and types.
 */
#ifndef KRING_DOMAIN_LOSS_SETTLED_H
#define KRING_DOMAIN_LOSS_SETTLED_H

#include "base/plant.h"
#include "domain/documents/thread.h"
#include "domain/exchange/pair.h"

/* A row of SHELF: when u64, type u16, the era of the pair in which it lost its place u32. */
enum { SHELF_ERA = 8 + 2, SHELF_LEN = SHELF_ERA + 4 };

/** Was this thread found the same since the last loss of state? */
static inline bool settled_is(const struct thread *th, const struct pair *pr)
{
	return !pr->uncompared || th->era == pr->era || planted(PLANT_NO_ECHO);
}
/** May we write in it?  Settled, and what our last document had seen is in hand again. */
MUST_CHECK enum err settled_writable(struct turn *t, const struct thread *th, bool *yes);
/** Before thread_create.  fresh: its id was drawn in this life of ours, so it is settled from birth; one that the
 *  partner opened, or may have from a life that we forgot, is not while the pair is compared. */
MUST_CHECK enum err settled_birth(struct turn *t, struct thread *th, bool fresh);
/** Both, of a thread that we begin. */
MUST_CHECK enum err settled_begin(struct turn *t, struct thread *th, bool fresh);
/** A document of the partner that is none of its log any more: kept, shown, never folded. */
MUST_CHECK enum err settled_shelve(struct turn *t, struct thread *th, const struct doc_key *key,
				   uint16_t type);

#endif /* KRING_DOMAIN_LOSS_SETTLED_H */
