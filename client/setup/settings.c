/* SPDX-License-Identifier: EUPL-1.2 */
/* The settings are those that the node was made with; what differs is put into them line by line, judged by kring config check, and
 * put in place whole: a fault leaves the ones of before.  The recovery sheet leaves the directory that it opens. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "client/dialogue/talk.h"
#include "client/disk/newfile.h"
#include "client/setup/ask.h"
#include "client/setup/steps.h"
#include "client/standing/child.h"
#include "client/standing/state.h"
#include "client/words/words.h"

enum { TEXT_MOST = 65536 };

/* What the system said of it is the why. */
static int not_written(const struct setup *s, const char *path)
{
	return cli_refuse(s->c, CLI_REFUSED, "cannot-create",
			  FILL({"path", path, 0}, {"cause", words_errno(s->c->lang, errno), 0}));
}

/* As kring node init leaves them: the node's user's alone, in /etc too.  No secret stands in them; still, who runs which node where is
 * nobody else's business.  Its group would not do: systemd gives a service the group of its unit, and not that of its user. */
static bool hand_over(const struct setup *s, int fd)
{
	struct stat sb;

	if (fchmod(fd, 0600) != 0)
		return false;
	return geteuid() != 0 || stat(s->c->dir, &sb) != 0 || fchown(fd, sb.st_uid, sb.st_gid) == 0;
}

/* A new file of that text at path, on the disk before it has its name. */
static int write_part(const struct setup *s, const char *part, const char *text)
{
	const size_t n = strlen(text);
	int fd;
	bool good;

	require(n > 0);
	(void)unlink(part); /* of a setup that was stopped */
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	good = fd >= 0 && write(fd, text, n) == (ssize_t)n && hand_over(s, fd) && fsync(fd) == 0;
	if (fd >= 0)
		(void)close(fd);
	return good ? CLI_DONE : not_written(s, part);
}

/* Judged under another name first: kringd never meets settings that do not hold. */
static int put_in_place(struct setup *s, const char *text)
{
	char part[SETUP_PATH + 8];
	struct child check = {.word = {"config", "check", part}, .count = 3};
	int code;

	require(s->settings[0] != '\0');
	(void)snprintf(part, sizeof part, "%s.part", s->settings);
	code = write_part(s, part, text);
	if (code == CLI_DONE)
		code = child_kring(s, &check, CHILD_QUIET, NULL);
	if (code == CLI_DONE && rename(part, s->settings) != 0)
		code = not_written(s, s->settings);
	if (code != CLI_DONE)
		(void)unlink(part);
	return code;
}

/* The text with that line in place of the one that sets the same; every other line stays as somebody wrote it. */
static bool with_line(const char *text, const char *name, const char *value, char out[TEXT_MOST])
{
	const size_t n = strlen(name);
	size_t len = 0;
	bool put = false;

	require(n > 0);
	while (*text != '\0') {
		const size_t line = strcspn(text, "\n"), whole = line + (text[line] == '\n');
		const bool same = strncmp(text, name, n) == 0 && text[n] == '=';
		const int k = same ? snprintf(out + len, TEXT_MOST - len, "%s=%s\n", name, value)
				   : snprintf(out + len, TEXT_MOST - len, "%.*s", (int)whole, text);

		if (k < 0 || (size_t)k >= TEXT_MOST - len)
			return false;
		len += (size_t)k;
		put = put || same;
		text += whole;
	}
	return put;
}

int settings_key_file(struct setup *s, const char *path)
{
	char text[TEXT_MOST], changed[TEXT_MOST];

	require(s->settings[0] != '\0');
	if (state_read(s->settings, text, sizeof text) < 0)
		return not_written(s, s->settings);
	if (!with_line(text, "KeyFile", path, changed)) {
		setup_note(s, "no-key-line", FILL({"path", s->settings, 0}, {"file", path, 0}));
		return CLI_REFUSED;
	}
	return put_in_place(s, changed);
}

bool settings_there(struct setup *s)
{
	struct stat sb, of;

	return state_settings(s) && stat(s->settings, &sb) == 0 && stat(s->c->dir, &of) == 0 &&
	       (sb.st_mode & 0777) == 0600 && (geteuid() != 0 || sb.st_uid == of.st_uid);
}

/* What is in them stays; whose they are is set right. */
int settings_run(struct setup *s)
{
	char text[TEXT_MOST];

	if (!state_settings(s))
		return CLI_NOT_FOUND;
	if (state_read(s->settings, text, sizeof text) < 0)
		return not_written(s, s->settings);
	return put_in_place(s, text);
}

/* ---- the recovery sheet ---- */

bool sheet_there(struct setup *s)
{
	return setup_is(s, ASK_SHEET, "later") || !state_file(s->c->dir, "recovery-sheet.txt");
}

/* Copied by hand or printed from here, and said so: only then it goes. */
static int show(struct setup *s, const char *path, const char *text)
{
	bool yes = false;

	(void)printf("\n%s\n", text);
	(void)fflush(stdout);
	setup_note(s, "sheet-copied", FILL({"path", path, 0}));
	if (talk_yes(s->c, false, &yes) == TALK_STOP)
		return CHILD_STOPPED;
	if (!yes) {
		setup_note(s, "sheet-stays", FILL({"path", path, 0}));
		return CLI_DONE;
	}
	return unlink(path) == 0 ? CLI_DONE : not_written(s, path);
}

/* Whole at its new place before it goes here. */
static int move(const struct setup *s, const char *path, const char *text)
{
	const char *to = s->answer[ASK_SHEET];
	struct newfile f;
	struct stat sb;
	char before[8192];
	bool same;
	int code;

	/* of a setup that was stopped between the two */
	if (lstat(to, &sb) == 0 && S_ISREG(sb.st_mode) &&
	    state_read(to, before, sizeof before) >= 0) {
		same = strcmp(before, text) == 0;
		explicit_bzero(before, sizeof before);
		if (same)
			return unlink(path) == 0 ? CLI_DONE : not_written(s, path);
	}
	code = newfile_begin(s->c, &f, to);
	if (code == CLI_DONE && !newfile_add(&f, span_of(text, strlen(text))))
		code = newfile_unwritten(s->c, &f);
	code = newfile_end(s->c, &f, code);
	return code != CLI_DONE || unlink(path) == 0 ? code : not_written(s, path);
}

/* Read once, and wiped from here whichever way it goes. */
int sheet_run(struct setup *s)
{
	char path[SETUP_PATH], text[8192];
	int code;

	require(s->answer[ASK_SHEET][0] != '\0');
	if (state_read(state_path(s->c->dir, "recovery-sheet.txt", path), text, sizeof text) < 0)
		return not_written(s, path);
	code = setup_is(s, ASK_SHEET, "show") ? show(s, path, text) : move(s, path, text);
	explicit_bzero(text, sizeof text);
	return code;
}
