/* SPDX-License-Identifier: EUPL-1.2 */
/* A backup is as old as its name says: the times of a file change when it is copied, and a directory that came back from a
 * backup of its own would be new in whole.  What has another name is somebody else's and stays, in the same directory too.
 * Names are in UTC, so that they sort by age and the hour that comes twice in autumn has two names.
 * Nothing is counted: whoever makes two in a night keeps two, and whoever stopped for a month keeps none that is too old,
 * because partners are promised that older ones are gone. */
#include "client/backup/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"

#define FORM "kring-%Y-%m-%d-%H%M%S"
enum { NAME_LEN = sizeof "kring-2026-11-24-020000" - 1, DAY_S = 86400 };

/* Of one length, whatever the moment: a name is told from another by that. */
static bool name_of(uint64_t at_s, char out[NAME_LEN + 1])
{
	struct tm tm;

	return gmtime_r(&(time_t){(time_t)at_s}, &tm) != NULL &&
	       strftime(out, NAME_LEN + 1, FORM, &tm) == NAME_LEN;
}

/* What a name says; *rest: what stands behind that.  False: it is none of ours. */
static bool moment_of(const char *name, uint64_t *at_s, const char **rest)
{
	struct tm tm = {.tm_isdst = 0};
	char again[NAME_LEN + 1];
	time_t t;

	require(name != NULL);
	*rest = strptime(name, FORM, &tm);
	if (*rest == NULL || *rest - name != NAME_LEN)
		return false;
	t = timegm(&tm);
	*at_s = (uint64_t)t;
	/* 31 February and a field with a blank are read too, and written otherwise */
	return t > 0 && name_of(*at_s, again) && strncmp(name, again, NAME_LEN) == 0;
}

bool folder_path(const char *dir, uint64_t now_s, char *out, size_t cap)
{
	char name[NAME_LEN + 1];
	int n;

	require(dir != NULL && out != NULL);
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return false;
	if (!name_of(now_s, name)) {
		errno = EOVERFLOW;
		return false;
	}
	n = snprintf(out, cap, "%s/%s", dir, name);
	errno = ENAMETOOLONG;
	return n > 0 && (size_t)n < cap;
}

/* As client/disk/newfile.h calls them; of before that, without a number. */
static bool is_part(const char *rest)
{
	const size_t digits = rest[0] == '.' ? strspn(rest + 1, "0123456789") : 0;

	require(rest != NULL);
	return strcmp(rest, ".part") == 0 ||
	       (digits > 0 && strcmp(rest + 1 + digits, ".part") == 0);
}

/* Each name is judged by itself: what a stop in between leaves is removed the next time. */
static bool goes(const char *name, uint64_t before_s, uint64_t now_s, bool *backup)
{
	const char *rest;
	uint64_t at_s;

	if (!moment_of(name, &at_s, &rest))
		return false;
	*backup = rest[0] == '\0';
	if (is_part(rest))
		return at_s + DAY_S < now_s;
	return (*backup || strcmp(rest, ".sha256") == 0) && at_s < before_s;
}

/* a link or a directory of such a name was made by a person, who had a reason */
static bool is_file(DIR *d, const char *name)
{
	struct stat sb;

	return fstatat(dirfd(d), name, &sb, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(sb.st_mode);
}

bool folder_newest(const char *dir, char *out, size_t cap)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	char newest[NAME_LEN + 1] = "";
	uint64_t at_s;
	const char *rest;
	int why, n;

	require(dir != NULL && out != NULL);
	/* names of one form sort by age */
	while (d != NULL && (errno = 0, e = readdir(d)) != NULL)
		if (moment_of(e->d_name, &at_s, &rest) && rest[0] == '\0' &&
		    strcmp(e->d_name, newest) > 0 && is_file(d, e->d_name))
			memcpy(newest, e->d_name, NAME_LEN + 1);
	why = errno;
	if (d != NULL)
		(void)closedir(d);
	n = snprintf(out, cap, "%s%s%s", newest[0] == '\0' ? "" : dir, newest[0] == '\0' ? "" : "/",
		     newest);
	errno = n >= 0 && (size_t)n < cap ? why : ENAMETOOLONG;
	return errno == 0;
}

bool folder_thin(const char *dir, uint64_t before_s, uint64_t now_s, uint64_t *removed)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	bool good = d != NULL, backup = false;
	int why;

	require(before_s < now_s && removed != NULL);
	while (good && (errno = 0, e = readdir(d)) != NULL) {
		if (!goes(e->d_name, before_s, now_s, &backup) || !is_file(d, e->d_name))
			continue;
		good = unlinkat(dirfd(d), e->d_name, 0) == 0;
		*removed += good && backup;
	}
	/* closing must not hide why reading or removing stopped; at the end of the directory it is 0 */
	why = errno;
	if (d != NULL)
		(void)closedir(d);
	errno = why;
	return good && why == 0;
}
