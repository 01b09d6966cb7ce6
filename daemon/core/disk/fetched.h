/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fetched - the one backup that somebody fetches, and its end when nobody asks for its next piece.
 *
 * Layer:    core/disk (joins backup and the loop).
 * Owns:     the backup and a timer.
 * Threads:  core process, event-loop thread only.
 * Time:     the loop's clock; that of the backup is given.
 * Durable:  nothing here.
 * Privacy:  as backup's.
 */
#ifndef KRING_CORE_DISK_FETCHED_H
#define KRING_CORE_DISK_FETCHED_H

#include "core/disk/backup.h"
#include "io/loop.h"

/** Requests for a piece are no longer: others are not parsed twice. */
enum { FETCHED_REQUEST_MAX = 64 };

/** Zeroed: none, and none can begin. */
struct fetched {
	struct backup *now;	 /* NULL: none */
	struct loop_timer *idle; /* runs while there is one, from its last piece on */
};

struct fetched_from {
	struct store *store;
	const struct keyfile *keys;
	const struct backup_files *files; /* read at once */
	uint64_t time_s;
};

/** f stays where it is for as long as the loop. */
MUST_CHECK enum err fetched_create(struct fetched *f, struct loop *loop);
/** Ends the one before.  A failure shows when the first piece is asked for. */
void fetched_begin(struct fetched *f, const struct fetched_from *from);
/** As backup_answer(). */
bool fetched_answer(struct fetched *f, struct store *s, struct arena *a, struct span request,
		    struct span *reply);
/** Without one: nothing. */
void fetched_drop(struct fetched *f);

#endif /* KRING_CORE_DISK_FETCHED_H */
