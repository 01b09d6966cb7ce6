/* SPDX-License-Identifier: EUPL-1.2 */
/* Started with a standard descriptor closed, the next file that is opened would be it: the store would receive what was
 * meant for a terminal. */
#include "base/stdfd.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static_assert(STDIN_FILENO == 0 && STDERR_FILENO == 2, "the three are the lowest numbers");

bool stdfd_open(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		/* the lowest free number is the one that was found closed */
		if (fcntl(fd, F_GETFD) < 0 && (errno != EBADF || open("/dev/null", O_RDWR) != fd))
			return false;
	return true;
}

bool stdfd_written(void)
{
	/* stdout keeps bytes back: a full disk or a closed pipe shows only when they are flushed. */
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}
