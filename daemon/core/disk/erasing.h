/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * erasing - what follows outside the store when cases were erased: the ledger, then the shred, also when there is no room; and the look at
 * all keys behind a start.
 *
 * Layer:    core/disk (joins shred, the ledger and the loop).
 * Owns:     struct erasing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall_ms, mono_ms, supplied.
 * Durable:  ledger and keyroot; that a shred waits stands in the store.
 * Privacy:  ids of cases, never logged.
 *
 * A disk or a store without room keeps neither from starting: ERR_FULL leaves everything readable as it was, is said in the
 * log and in kring status, and is tried again every hour.  A case is shredded only when the ledger has it.
 */
#ifndef KRING_CORE_DISK_ERASING_H
#define KRING_CORE_DISK_ERASING_H

#include "core/disk/shred.h"
#include "domain/node.h"
#include "io/loop.h"

struct erasing {
	struct store *store;	  /* borrowed */
	struct keyfile *keys;	  /* borrowed */
	struct erasures *ledger;  /* borrowed */
	bool untold;		  /* the ledger lacks some of what the store erased */
	uint64_t waits_ms;	  /* wall clock: since when one waits that found no room; 0 */
	uint64_t after_mono_ms;	  /* the next batch of the night, at the earliest */
	uint64_t damaged;	  /* keys that open nothing, as the last look found them */
	struct loop_timer *timer; /* of the look at them behind a start */
	struct shred_look look;
	struct node *node; /* borrowed; is told what it found */
};

/** What a crash kept from the ledger or broke off is finished. */
MUST_CHECK enum err erasing_start(struct erasing *e, uint64_t wall_ms);
/** For the ledger. */
MUST_CHECK enum err erasing_add(struct erasing *e, const struct id16 *case_id);
/** Shreds at once.  ERR_FULL: later. */
MUST_CHECK enum err erasing_now(struct erasing *e, uint64_t wall_ms);
/** Behind a start all keys are looked at, a slice at a time while people are heard, and the node is told how many are damaged. */
void erasing_look(struct erasing *e, struct loop *loop, struct node *node);
/** Is it time for those of the day, or for one that found no room? */
bool erasing_due(struct erasing *e, uint64_t mono_ms);

#endif /* KRING_CORE_DISK_ERASING_H */
