/* SPDX-License-Identifier: EUPL-1.2 */
/* Opened without waiting, and read like any other file: of a pipe the system then waits while somebody writes, and says that it is
 * at its end when nobody does. */
#include "base/disk/infile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/check.h"

int infile_open(const char *path)
{
	int fd, flags, no;

	require(path != NULL);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -1;
	flags = fcntl(fd, F_GETFL);
	if (flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0)
		return fd;
	no = errno;
	(void)close(fd);
	errno = no;
	return -1;
}

FILE *infile_stream(const char *path)
{
	const int fd = infile_open(path);
	FILE *f;
	int no;

	require(path[0] != '\0' || fd < 0);
	if (fd < 0)
		return NULL;
	f = fdopen(fd, "r");
	if (f != NULL)
		return f;
	no = errno;
	(void)close(fd);
	errno = no;
	return NULL;
}
