/* SPDX-License-Identifier: EUPL-1.2 */
/* Half a letter, half a backup or half a roster is worse than none, and nobody sees it by the name.  So what is written has no name until
 * it is whole, and is gone with whoever ends the command before; on a stick that knows no such file it has another name, one that no
 * second command at the same time has. */
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

/* As /proc has it, where a file without a name can be given one. */
static void own_name(const struct newfile *f, char out[32])
{
	require(f->fd >= 0);
	(void)snprintf(out, 32, "/proc/self/fd/%d", f->fd);
}

static void directory_of(const char *path, char dir[NEWFILE_PATH])
{
	const char *slash = strrchr(path, '/');

	(void)snprintf(dir, slash == NULL ? 2 : (size_t)(slash - path) + 2, "%s",
		       slash == NULL ? "." : path);
}

/* -1: this file system has none, or nobody could name it later. */
static int open_unnamed(const struct newfile *f)
{
	char dir[NEWFILE_PATH];

	require(f->path[0] != '\0');
	directory_of(f->path, dir);
	return access("/proc/self/fd", X_OK) == 0
		       ? open(dir, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600)
		       : -1;
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
	f->fd = open_unnamed(f);
	if (f->fd < 0)
		f->fd = open(f->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	else
		f->part[0] = '\0';
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
	char own[32];

	if (f->part[0] == '\0') {
		own_name(f, own);
		return linkat(AT_FDCWD, own, AT_FDCWD, f->path, AT_SYMLINK_FOLLOW) == 0;
	}
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
	char dir[NEWFILE_PATH];
	bool good;
	int fd;

	directory_of(path, dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	/* one where others may write and nobody looks cannot be opened, and is no reason to say that nothing was written */
	return good || errno == EACCES || errno == EINVAL;
}

/* Before it is closed: what has no name is gone then. */
int newfile_end(const struct cli *c, struct newfile *f, int code)
{
	if (f->fd < 0)
		return code;
	if (code == CLI_DONE && fsync(f->fd) != 0)
		code = newfile_unwritten(c, f);
	if (code == CLI_DONE && !named(f))
		code = errno == EEXIST ? exists(c, f) : newfile_unwritten(c, f);
	if (code != CLI_DONE && f->part[0] != '\0')
		(void)unlink(f->part);
	(void)close(f->fd); /* all of it is on the disk, or nobody wants it */
	f->fd = -1;
	return code == CLI_DONE && !kept(f->path) ? newfile_unwritten(c, f) : code;
}
