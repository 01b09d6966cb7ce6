/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * recall - rows of threads and entries of their logs that this turn has read or written, as long as they are still so.
 *
 * Layer:    domain/documents (base, store; lower rooms).
 * Owns:     t->recalls, in the turn's memory.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing; forgotten with the turn, and with any change to their tables that thread.c did not make itself.
 * Privacy:  the need of a person, for the length of a turn; forgotten when the key of any case changes.
 *
 * Only for writers: what a snapshot shows never changes, and is read once by whoever walks over it.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_RECALL_H
#define KRING_DOMAIN_DOCUMENTS_RECALL_H

#include "domain/turn.h"

/** Structs of thread.c, which knows their fields; it asks for room for the larger one. */
enum recall_of { RECALL_THREAD, RECALL_ENTRY, RECALL_TABLES };
enum { RECALL_MAX = 512 };

/** no: of an entry, which one of both logs; of a thread 0. */
struct recall_place {
	enum recall_of of;
	uint32_t no;
	struct id16 thread;
};

/** A copy of so many bytes.  False: not read yet, or something has changed since. */
bool recall_get(const struct turn *t, const struct recall_place *at, void *out, size_t len);
/** As its row was read; wrote: as its row was written just now. */
void recall_keep(struct turn *t, const struct recall_place *at, const void *p, size_t len,
		 bool wrote);

#endif /* KRING_DOMAIN_DOCUMENTS_RECALL_H */
