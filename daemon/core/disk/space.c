/* SPDX-License-Identifier: EUPL-1.2 */
/* Before the disk is full intake stops: what is left is for answers, withdrawals and erasure.  A quota is not seen here; the
 * store meets it by itself (daemon/store/lmdb.c). */
#include "core/disk/space.h"

#include <sys/vfs.h>

#include "base/check.h"
#include "base/limits.h"

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
