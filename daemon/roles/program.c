/* SPDX-License-Identifier: EUPL-1.2 */
/* A descriptor is kept and not a path: what lies under the path tomorrow is another version, and two versions of one node never
 * meet.  The other programs are looked for beside the one that runs and nowhere else: PATH is somebody else's, and they are
 * given keys. */
#include "roles/program.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/check.h"

enum { NAME_ROOM = 16 }; /* of the kernel: longer names are cut off */

enum err program_open(int *fd, const char *part, struct err_text *why)
{
	char path[PATH_MAX] = "/proc/self/exe";
	ssize_t n;

	require(fd != NULL && part != NULL && strlen(part) < NAME_ROOM);
	/* A name of our own: /proc/self/exe is the very file, also when another one lies in its place by now. */
	if (part[0] != '\0') {
		n = readlink("/proc/self/exe", path, sizeof path - 1 - NAME_ROOM);
		if (n <= 0)
			return cause_set(why, ERR_IO, "file",
					 FILL({"path", "/proc/self/exe", 0},
					      {"error", cause_errno(errno), 0}));
		(void)snprintf(path + n, NAME_ROOM + 1, "-%s", part);
	}
	*fd = open(path, O_PATH | O_CLOEXEC);
	if (*fd >= 0 && faccessat(*fd, "", X_OK, AT_EMPTY_PATH) == 0)
		return ERR_OK;
	return cause_set(why, ERR_IO, "file",
			 FILL({"path", path, 0}, {"error", cause_errno(errno), 0}));
}

void program_become(int fd, char **argv)
{
	require(fd >= 0 && argv != NULL);
	(void)fexecve(fd, argv, environ);
}

bool program_is(const char *role, const char *here)
{
	char name[NAME_ROOM];

	require(role != NULL && here != NULL);
	if (strcmp(role, here) != 0)
		return false;
	(void)snprintf(name, sizeof name, "kringd-%s", here);
	(void)prctl(PR_SET_NAME, name);
	return true;
}
