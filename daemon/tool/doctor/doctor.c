/* SPDX-License-Identifier: EUPL-1.2 */
/* What can be looked at from outside a node: its settings, its files and whose they are, the disk, the clock, address and port.
 * Nothing is opened with a key and nothing is written, so that it may run beside kringd and instead of it. */
#include "tool/doctor/tools.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/endpoint.h"
#include "core/disk/space.h"
#include "crypto/files/keyfile.h"
#include "roles/causes.h"
#include "roles/config.h"
#include "roles/nodefiles.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/doctor/port.h"
#include "tool/doctor/row.h"

/* A file that was written later than now: clocks of two machines that share one differ less. */
enum { AHEAD_S = 120, PATH_LEN = CONFIG_PATH_MAX + 300, MODE_OTHERS = 077 };
static_assert(AHEAD_S > 60, "what a leap or a file server makes is no fault");

/* ---- settings ---- */

static void setting(void *ctx, const struct config_fault *f)
{
	const struct config *c = ctx;
	char what[CAUSES_LEN], remedy[CAUSES_LEN];

	row_print("critical", "config", f->line == 0 ? "config-file" : "config-line",
		  FILL({"path", c->path, 0}, {"line", NULL, f->line},
		       {"what", causes_text(say_lang(), &f->what, what), 0},
		       {"remedy", causes_text(say_lang(), &f->remedy, remedy), 0}));
}

/* False: nothing is said about an address that may be another one when the file is mended. */
static bool settings(const struct tool_args *a, struct config *c)
{
	if (config_check(c, a->dir, NULL, setting, c) != ERR_OK)
		return false;
	row_print("ok", "config", "config-ok", FILL({"path", c->path, 0}));
	return true;
}

/* ---- files ----
 * Tools that root ran, a copy made by hand, an editor: each leaves an owner or a mode behind that kringd stumbles over at its
 * next start, days later.  So they are looked at one by one, and one of each kind is named. */

/* As people know him; a number where this machine has no name for it. */
static const char *user(uid_t uid, char out[32])
{
	const struct passwd *p = getpwuid(uid);

	require(out != NULL);
	if (p != NULL)
		(void)snprintf(out, 32, "%.31s", p->pw_name);
	else
		(void)snprintf(out, 32, "%u", (unsigned)uid);
	return out;
}

struct files {
	const struct stat *dir;
	bool other_owner, open, future; /* one of each is named: what helps is for all of them */
};

/* Of one file, path for a person.  Its time is looked at as well: a clock that was put back is behind what it wrote before. */
static void one_file(struct files *f, const char *dir, const char *path, const struct stat *sb)
{
	char owner[32], wanted[32];

	require(f->dir != NULL);
	if (sb->st_uid != f->dir->st_uid && !f->other_owner) {
		f->other_owner = true;
		row_print("critical", "files", "other-owner",
			  FILL({"path", path, 0}, {"dir", dir, 0},
			       {"owner", user(sb->st_uid, owner), 0},
			       {"user", user(f->dir->st_uid, wanted), 0}));
	}
	if (S_ISREG(sb->st_mode) && (sb->st_mode & MODE_OTHERS) != 0 && !f->open) {
		f->open = true;
		row_print("critical", "files", "open-to-others",
			  FILL({"path", path, 0}, {"dir", dir, 0}));
	}
	if (sb->st_mtime > time(NULL) + AHEAD_S && !f->future) {
		f->future = true;
		row_print("critical", "clock", "clock-behind", FILL({"path", path, 0}));
	}
}

/* Links lead out of the directory and sockets are nobody's data: both are passed over. */
static void files_in(struct files *f, const char *dir, const char *in, unsigned depth)
{
	char path[PATH_LEN];
	struct dirent *e;
	struct stat sb;
	DIR *d = opendir(in);

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    fstatat(dirfd(d), e->d_name, &sb, AT_SYMLINK_NOFOLLOW) != 0 ||
		    S_ISLNK(sb.st_mode) || S_ISSOCK(sb.st_mode) ||
		    !nodefiles_path(path, sizeof path, in, e->d_name))
			continue;
		one_file(f, dir, path, &sb);
		if (S_ISDIR(sb.st_mode) && depth > 0)
			files_in(f, dir, path, depth - 1);
	}
	if (d != NULL)
		(void)closedir(d);
}

/* False: nothing of the node can be looked at. */
static bool files(const char *dir)
{
	struct files f = {.dir = NULL};
	struct err_text why = {""};
	char text[CAUSES_LEN], you[32];
	struct stat sb;
	enum err rc;

	if (stat(dir, &sb) == 0 && access(dir, R_OK | X_OK) != 0) {
		row_print("warning", "files", "dir-closed",
			  FILL({"dir", dir, 0}, {"user", user(geteuid(), you), 0}));
		return false;
	}
	rc = nodefiles_check(dir, &why);
	if (rc != ERR_OK) {
		row_print("critical", "files", "node-files",
			  FILL({"what", causes_text(say_lang(), &why, text), 0}));
		return rc == ERR_CORRUPT || rc == ERR_IO; /* part of a node is there */
	}
	if (stat(dir, &sb) != 0)
		return false;
	f.dir = &sb;
	if ((sb.st_mode & MODE_OTHERS) != 0) {
		f.open = true;
		row_print("critical", "files", "open-to-others",
			  FILL({"path", dir, 0}, {"dir", dir, 0}));
	}
	files_in(&f, dir, dir, 1);
	if (!f.other_owner && !f.open)
		row_print("ok", "files", "files-ok",
			  FILL({"dir", dir, 0}, {"user", user(sb.st_uid, you), 0}));
	if (!f.future)
		row_print("ok", "clock", "clock-ok", FILL_NONE);
	return true;
}

/* What lies beside the data that it opens: a sheet that was not put away, a key file although another way unlocks as well. */
static void beside(const char *dir)
{
	uint8_t kinds[KEYFILE_SLOTS_MAX];
	const unsigned n = keyfile_slots(dir, kinds);
	unsigned key = 0;
	bool other = false, found = false;
	char path[PATH_LEN];

	for (unsigned i = 0; i < n; i++) {
		key = kinds[i] == KEYFILE_KEY && key == 0 ? i + 1 : key;
		other = other || kinds[i] == KEYFILE_PASSPHRASE || kinds[i] == KEYFILE_CREDENTIAL;
	}
	if (nodefiles_path(path, sizeof path, dir, "recovery-sheet.txt") &&
	    access(path, F_OK) == 0) {
		found = true;
		row_print("warning", "keys", "sheet-beside", FILL({"path", path, 0}));
	}
	if (nodefiles_path(path, sizeof path, dir, "unlock.key") && access(path, F_OK) == 0 &&
	    other && key != 0) {
		found = true;
		row_print("warning", "keys", "key-beside",
			  FILL({"path", path, 0}, {"dir", dir, 0}, {"slot", NULL, key}));
	}
	if (!found)
		row_print("ok", "keys", "keys-ok", FILL_NONE);
}

/* A node that opens itself with the key in a file runs on without it, and starts locked: that is found out at night, after a power cut. */
static void key_file(const char *dir, const struct config *c)
{
	uint8_t kinds[KEYFILE_SLOTS_MAX];
	const unsigned n = keyfile_slots(dir, kinds);
	const bool whole = c->key_file[0] == '/';
	bool key = false, other = false;
	char path[PATH_LEN];

	require(n <= KEYFILE_SLOTS_MAX);
	for (unsigned i = 0; i < n; i++) {
		key = key || kinds[i] == KEYFILE_KEY;
		other = other || kinds[i] == KEYFILE_CREDENTIAL;
	}
	(void)snprintf(path, sizeof path, "%s%s%s", whole ? "" : dir, whole ? "" : "/",
		       c->key_file);
	if (key && !other && access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
		row_print("warning", "keys", "key-gone", FILL({"path", path, 0}));
}

/* ---- the machine ----
 * What is asked of the kernel needs no right but that of looking; what this user may not see is said as such, never as well. */

/* By the measure that kringd itself stops intake with. */
static void disk(const char *dir)
{
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum node_disk state;
	uint64_t left = 0, need = 0;

	require(dir != NULL);
	if (fd < 0)
		return;
	if (space_left(fd, &state, &left, &need)) {
		const struct fill *values = FILL({"dir", dir, 0}, {"free", NULL, left >> 20},
						 {"need", NULL, (need + (1 << 20) - 1) >> 20});

		if (state == NODE_DISK_OK)
			row_print("ok", "disk", "disk-ok", values);
		else
			row_print(state == NODE_DISK_STOP ? "critical" : "warning", "disk",
				  "disk-room", values);
	}
	(void)close(fd);
}

/* Its processes share one lock; taken here for a moment, it was free. */
static bool runs(const char *dir)
{
	char path[PATH_LEN];
	bool held = false;
	int fd;

	if (!nodefiles_path(path, sizeof path, dir, "lock"))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return false;
	held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	(void)close(fd);
	return held;
}

/* An address that is gone explains a port that nobody has, so it is looked at first. */
static void address_and_port(const struct config *c, bool running)
{
	char port[8], pid[16], owner[32];
	struct port_owner is;
	struct endpoint at;
	const struct fill *values;
	struct stat sb;

	if (c->listen[0] == '\0') {
		row_print("ok", "port", "dials-only", FILL_NONE);
		return;
	}
	if (endpoint_flaw(c->listen, ENDPOINT_LISTEN, &at) != NULL)
		return; /* the settings would not have been taken */
	if (!port_address_here(&at)) {
		row_print("critical", "address", "address-gone", FILL({"listen", c->listen, 0}));
		return;
	}
	port_owner(&at, c->dir, &is);
	(void)snprintf(port, sizeof port, "%u", (unsigned)at.port);
	(void)snprintf(pid, sizeof pid, "%ld", (long)is.pid);
	values = FILL({"listen", c->listen, 0}, {"port", port, 0}, {"name", is.name, 0},
		      {"pid", pid, 0}, {"user", user(is.uid, owner), 0});
	/* a process whose descriptors this user may not see is ours when its user is */
	if (is.taken && is.pid == 0 && running && stat(c->dir, &sb) == 0)
		is.ours = sb.st_uid == is.uid;
	if (is.taken && is.ours)
		row_print("ok", "port", "port-ours", values);
	else if (is.taken)
		row_print("critical", "port", is.pid == 0 ? "port-of-user" : "port-taken", values);
	else
		row_print(running ? "critical" : "ok", "port",
			  running ? "port-not-taken" : "port-free", values);
}

/* Files first: without the right to look at them nothing else here can be known, and a node that is not there has neither a disk
 * nor a port.  The rows go on after one that is wrong: a person mends more than one thing on one visit. */
int tool_doctor(struct tool_args *a)
{
	bool running, there;
	struct config c;

	if (a->dir == NULL)
		return tool_fail(TOOL_USAGE, "needs-dir", "");
	there = files(a->dir);
	running = runs(a->dir);
	if (there) {
		beside(a->dir);
		disk(a->dir);
		if (settings(a, &c)) {
			key_file(a->dir, &c);
			address_and_port(&c, running);
		}
		/* the node's own line has told that it does not answer; this is why */
		if (!running)
			row_print("critical", "node", "not-running", FILL({"dir", a->dir, 0}));
	}
	(void)puts("end");
	return 0;
}
