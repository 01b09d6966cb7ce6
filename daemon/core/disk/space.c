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

bool space_left(int dir_fd, enum node_disk *disk, uint64_t *left)
{
	struct statfs fs;

	require(disk != NULL && left != NULL);
	if (fstatfs(dir_fd, &fs) != 0)
		return false;
	*disk = NODE_DISK_OK;
	*left = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	if (*left < LIMIT_DISK_PLENTY && fs.f_bavail * 100 < fs.f_blocks * LIMIT_DISK_WARN_PERCENT)
		*disk = NODE_DISK_WARN;
	if (*left < LIMIT_DISK_RESERVE ||
	    (*left < LIMIT_DISK_PLENTY / 2 &&
	     fs.f_bavail * 100 < fs.f_blocks * LIMIT_DISK_STOP_PERCENT))
		*disk = NODE_DISK_STOP;
	return true;
}

void space_watch(struct space_watch *w, int dir_fd, struct node *n, uint64_t mono_ms)
{
	enum node_disk disk;
	uint64_t left;

	require(w != NULL && n != NULL);
	if (mono_ms < w->looked_mono_ms + EVERY_MS || !space_left(dir_fd, &disk, &left))
		return;
	w->looked_mono_ms = mono_ms;
	if (disk != n->disk)
		log_write(disk == NODE_DISK_OK ? LOG_NOTICE : LOG_ERROR, LOG_DISK,
			  "left=%llu stop=%d", (unsigned long long)left, disk == NODE_DISK_STOP);
	node_set_disk(n, disk);
}
