/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * space - how much the disk has left.
 *
 * Layer:    core/disk.
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_CORE_DISK_SPACE_H
#define KRING_CORE_DISK_SPACE_H

#include "domain/state.h"

/** Of the file system of this directory; bytes left into *left.  False: it cannot be asked. */
bool space_left(int dir_fd, enum node_disk *disk, uint64_t *left);

#endif /* KRING_CORE_DISK_SPACE_H */
