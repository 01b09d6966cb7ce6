/* SPDX-License-Identifier: EUPL-1.2 */
/* The files of a node by their names, for everybody who needs one: what is missing or damaged is said in one place and in
 * the same words.  The lock is how a tool and a running node keep out of each other's way. */
#include "roles/nodefiles.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/check.h"

/* In the order in which their presence proves the most. */
static const char *const names[] = {"identity",	  "slots",  "keyroot",	  "record",
				    "main",	  "ledger", "unlock.key", "recovery-sheet.txt",
				    "kring.conf", "roster", "join",	  "joining",
				    "prekeys",	  "lock",   "core.sock"};
enum { NAMES = sizeof names / sizeof names[0], NEEDED = 4, LOCK_TRIES = 50 };

static_assert(NEEDED > 0 && NEEDED <= NAMES, "the needed ones stand first");

bool nodefiles_path(char *out, size_t cap, const char *dir, const char *name)
{
	require(out != NULL && dir != NULL && name != NULL);
	const int n = snprintf(out, cap, "%s/%s", dir, name);

	return n > 0 && (size_t)n < cap;
}

const char *nodefiles_any(const char *dir)
{
	char path[PATH_MAX];
	struct stat sb;

	for (size_t i = 0; i < NAMES; i++)
		if (nodefiles_path(path, PATH_MAX, dir, names[i]) && lstat(path, &sb) == 0)
			return names[i];
	return NULL;
}

enum err nodefiles_explain(struct err_text *why, enum err rc, const char *dir, const char *file,
			   int no)
{
	const char *held = nodefiles_any(dir);
	const bool absolute = file[0] == '/';
	char path[PATH_MAX] = "";
	struct stat sb;

	require(file[0] != '\0');
	(void)snprintf(path, sizeof path, "%s%s%s", absolute ? "" : dir, absolute ? "" : "/", file);
	const struct fill *values = FILL({"path", path, 0}, {"dir", dir, 0},
					 {"error", cause_errno(no), 0});
	/* A file that is missing from an empty directory is another matter than one missing beside
	 * its others. */
	if (no == ENOENT && held == NULL && !absolute)
		return cause_set(why, ERR_NOTFOUND, "node-none", values);
	if (no == EACCES || no == EPERM) {
		/* The owner of the file, or of the directory where the file itself cannot be looked
		 * at. */
		sb.st_uid = 0;
		if (absolute || lstat(path, &sb) != 0)
			(void)stat(absolute ? file : dir, &sb);
		return cause_set(why, ERR_IO, "file-of-other",
				 FILL({"path", path, 0}, {"error", cause_errno(no), 0},
				      {"owner", NULL, sb.st_uid}, {"you", NULL, geteuid()}));
	}
	if (no == ENOENT && absolute)
		return cause_set(why, ERR_IO, "file-none", values);
	if (no != 0 && no != ENOENT)
		return cause_set(why, ERR_IO, "file", values);
	return cause_set(why, no == ENOENT ? ERR_CORRUPT : rc,
			 no == ENOENT ? "file-gone" : "file-damaged", values);
}

/* Opened, looked at, closed: 0 or errno; *size of a regular file, else -1. */
static int look(const char *path, off_t *size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat sb;
	int no = 0;

	*size = -1;
	if (fd < 0)
		return errno;
	if (fstat(fd, &sb) != 0)
		no = errno;
	else if (S_ISREG(sb.st_mode))
		*size = sb.st_size;
	(void)close(fd);
	return no;
}

enum err nodefiles_check(const char *dir, struct err_text *why)
{
	char path[PATH_MAX];
	off_t size;

	for (size_t i = 0; i < NEEDED; i++) {
		int no;

		if (!nodefiles_path(path, PATH_MAX, dir, names[i]))
			return cause_set(why, ERR_LIMIT, "dir-name-long", FILL_NONE);
		no = look(path, &size);
		if (no != 0 || size <= 0)
			return nodefiles_explain(why, ERR_CORRUPT, dir, names[i], no);
	}
	return ERR_OK;
}

/* ---- owners ---- */

static void own_in(int fd, const struct stat *of, unsigned depth)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;

	if (d == NULL) {
		(void)close(fd);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		struct stat sb;
		int sub;

		/* Only what root made, and no file with a second name: a hard link could stand for
		 * a file of somebody else elsewhere. */
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    fstatat(dirfd(d), e->d_name, &sb, AT_SYMLINK_NOFOLLOW) != 0 ||
		    sb.st_uid != geteuid() || (!S_ISDIR(sb.st_mode) && sb.st_nlink != 1))
			continue;
		if (fchownat(dirfd(d), e->d_name, of->st_uid, of->st_gid, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		sub = S_ISDIR(sb.st_mode) && depth > 0
			      ? openat(dirfd(d), e->d_name,
				       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
			      : -1;
		if (sub >= 0)
			/* One level is enough: the two directories of the store lie in the node's
			 * and hold files alone. */
			own_in(sub, of, depth - 1);
	}
	(void)closedir(d);
}

void nodefiles_own(const char *dir)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat sb;

	if (fd < 0)
		return;
	if (geteuid() != 0 || fstat(fd, &sb) != 0 || sb.st_uid == 0)
		(void)close(fd);
	else
		own_in(fd, &sb, 1);
}

int nodefiles_lock(const char *dir)
{
	const struct timespec pause = {0, 100000000};
	char path[PATH_MAX];
	struct stat sb;
	int fd = -1;

	if (nodefiles_path(path, sizeof path, dir, "lock"))
		/* Without O_CLOEXEC: core and net inherit the lock, and it is free when the last of
		 * them has ended. */
		fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (fd >= 0 && geteuid() == 0 && stat(dir, &sb) == 0 &&
	    fchown(fd, sb.st_uid, sb.st_gid) != 0) {
		(void)close(fd);
		return -1;
	}
	for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
		/* Asked again for five seconds: processes of the kringd before may still be ending. */
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		(void)nanosleep(&pause, NULL);
	}
	return -1;
}
