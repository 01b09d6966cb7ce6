/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * space - how much the disk has left.
 *
 * Layer:    core/disk.
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     monotonic milliseconds, given.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_CORE_DISK_SPACE_H
#define KRING_CORE_DISK_SPACE_H

#include "domain/state.h"

/** Of the file system of this directory; bytes left into *left, and into *need from how many on it is better than *disk (of one that
 *  is well: below how many it is not).  False: it cannot be asked. */
bool space_left(int dir_fd, enum node_disk *disk, uint64_t *left, uint64_t *need);

struct space_watch {
	uint64_t looked_mono_ms; /* monotonic; 0: not yet */
};

/** At most once a second: the node goes by what is left, and the log says when that changes.  A directory that cannot be asked
 *  changes nothing. */
void space_watch(struct space_watch *w, int dir_fd, struct node *n, uint64_t mono_ms);

#endif /* KRING_CORE_DISK_SPACE_H */
