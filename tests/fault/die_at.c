/* SPDX-License-Identifier: EUPL-1.2 */
/* LD_PRELOAD: the process ends, or its disk is full, at the n-th write or sync after the trigger.
 * KRING_DIE_FILE names 16 bytes, mapped at start so that the sandbox does not matter:
 * u64 countdown (0: off), u64 what (0: end the process, 1: ENOSPC from then on).  Counted back into it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static volatile uint64_t *box;
static int full;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("KRING_DIE_FILE");
	const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	box = mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (box == MAP_FAILED)
		box = NULL;
	(void)close(fd);
}

/* Nonzero: this call fails. */
static int count(void)
{
	if (box == NULL || (box[0] == 0 && !full))
		return 0;
	if (box[0] > 0 && --box[0] > 0)
		return 0;
	if (!full && box[1] == 0)
		_exit(137);
	full = box[1] == 1; /* until the driver writes another word there */
	errno = ENOSPC;
	return full;
}

#define NEXT(name)                                                                                 \
	static __typeof__(&name) real;                                                             \
	if (real == NULL)                                                                          \
	real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	NEXT(pwrite64);
	return count() ? -1 : real(fd, p, n, at);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	NEXT(pwrite);
	return count() ? -1 : real(fd, p, n, at);
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	NEXT(pwritev);
	return count() ? -1 : real(fd, v, n, at);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	NEXT(writev);
	return count() ? -1 : real(fd, v, n);
}

/* A full disk takes no more bytes, and syncs what it has. */
int fdatasync(int fd)
{
	NEXT(fdatasync);
	(void)count();
	return real(fd);
}
