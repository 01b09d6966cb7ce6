/* SPDX-License-Identifier: EUPL-1.2 */
/* Before the disk is full intake stops: what is left is for answers, withdrawals and erasure.  A quota is not seen here; the
 * store meets it by itself (daemon/store/lmdb.c). */
#include "core/disk/space.h"

#include <sys/vfs.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/log/log.h"
#include "domain/node.h"

enum { EVERY_MS = 1000 }; /* a full disk does not fill in less */

/* A share of the disk, and no more than most: a tenth of a large one is no scarcity. */
static uint64_t share(const struct statfs *fs, unsigned percent, uint64_t most)
{
	const uint64_t part = (uint64_t)fs->f_blocks * (uint64_t)fs->f_bsize / 100 * percent;

	require(percent <= 100);
	return part < most ? part : most;
}

bool space_left(int dir_fd, enum node_disk *disk, uint64_t *left, uint64_t *need)
{
	uint64_t warn, stop;
	struct statfs fs;

	require(disk != NULL && left != NULL && need != NULL);
	if (fstatfs(dir_fd, &fs) != 0)
		return false;
	*left = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	warn = share(&fs, LIMIT_DISK_WARN_PERCENT, LIMIT_DISK_PLENTY);
	stop = share(&fs, LIMIT_DISK_STOP_PERCENT, LIMIT_DISK_PLENTY / 2);
	if (stop < LIMIT_DISK_RESERVE)
		stop = LIMIT_DISK_RESERVE;
	*disk = *left < stop ? NODE_DISK_STOP : *left < warn ? NODE_DISK_WARN : NODE_DISK_OK;
	*need = *disk == NODE_DISK_STOP ? stop : warn;
	return true;
}

void space_watch(struct space_watch *w, int dir_fd, struct node *n, uint64_t mono_ms)
{
	enum node_disk disk;
	uint64_t left, need;

	require(w != NULL && n != NULL);
	if (mono_ms < w->looked_mono_ms + EVERY_MS || !space_left(dir_fd, &disk, &left, &need))
		return;
	w->looked_mono_ms = mono_ms;
	if (disk != n->disk)
		log_write(disk == NODE_DISK_OK ? LOG_NOTICE : LOG_ERROR, LOG_DISK,
			  "left=%llu stop=%d", (unsigned long long)left, disk == NODE_DISK_STOP);
	node_set_disk(n, disk);
}
