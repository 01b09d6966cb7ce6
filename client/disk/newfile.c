/* SPDX-License-Identifier: EUPL-1.2 */
/* Half a letter, half a backup or half a roster is worse than none, and nobody sees it by the name.  So what is written has another
 * name until it is whole, one that no second command at the same time has. */
#include "client/disk/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

static int refuse(const struct cli *c, const struct newfile *f, int exit, const char *what)
{
	return cli_refuse(c, exit, what,
			  FILL({"path", f->path, 0}, {"cause", words_errno(c->lang, errno), 0}));
}

/* What lies there already is no matter of the disk: the person chooses another name. */
static int exists(const struct cli *c, const struct newfile *f)
{
	return cli_refuse(c, CLI_REFUSED, "file-exists", FILL({"path", f->path, 0}));
}

int newfile_begin(const struct cli *c, struct newfile *f, const char *path)
{
	struct stat sb;

	require(path != NULL && path[0] != '\0');
	f->fd = -1;
	if (snprintf(f->path, sizeof f->path, "%s", path) >= NEWFILE_PATH ||
	    snprintf(f->part, sizeof f->part, "%s.%ld.part", path, (long)getpid()) >= NEWFILE_PATH)
		return cli_refuse(c, CLI_USAGE, "name-too-long", FILL_NONE);
	/* not opened: a pipe would wait for somebody who writes */
	if (lstat(path, &sb) == 0)
		return exists(c, f);
	f->fd = open(f->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return f->fd >= 0 ? CLI_DONE : refuse(c, f, CLI_REFUSED, "cannot-create");
}

/* A short write is no error: a disk that is nearly full says so only at the next one. */
bool newfile_add(const struct newfile *f, struct span bytes)
{
	require(f->fd >= 0);
	while (bytes.len > 0) {
		const ssize_t n = write(f->fd, bytes.p, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes.p += n;
		bytes.len -= (size_t)n;
	}
	return true;
}

int newfile_unwritten(const struct cli *c, const struct newfile *f)
{
	require(f->path[0] != '\0');
	return refuse(c, f, CLI_NOT_NOW, "cannot-write");
}

/* Not every stick can rename so that nothing is replaced; there a look must do. */
static bool named(const struct newfile *f)
{
	struct stat sb;

	if (renameat2(AT_FDCWD, f->part, AT_FDCWD, f->path, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	if (lstat(f->path, &sb) == 0) {
		errno = EEXIST;
		return false;
	}
	return rename(f->part, f->path) == 0;
}

/* A name that was made lasts only when its directory is on disk too. */
static bool kept(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[NEWFILE_PATH] = ".";
	bool good;
	int fd;

	if (slash != NULL)
		(void)snprintf(dir, (size_t)(slash - path) + 2, "%s", path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	/* one where others may write and nobody looks cannot be opened, and is no reason to say that nothing was written */
	return good || errno == EACCES || errno == EINVAL;
}

int newfile_end(const struct cli *c, struct newfile *f, int code)
{
	if (f->fd < 0)
		return code;
	if (code == CLI_DONE && fsync(f->fd) != 0)
		code = newfile_unwritten(c, f);
	if (close(f->fd) != 0 && code == CLI_DONE)
		code = newfile_unwritten(c, f);
	f->fd = -1;
	if (code == CLI_DONE && !named(f))
		code = errno == EEXIST ? exists(c, f) : newfile_unwritten(c, f);
	else if (code == CLI_DONE && !kept(f->path))
		return newfile_unwritten(c, f);
	if (code != CLI_DONE)
		(void)unlink(f->part);
	return code;
}
