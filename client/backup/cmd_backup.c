/* SPDX-License-Identifier: EUPL-1.2 */
/* kring backup: pieces of a snapshot, asked for one by one and written to a file that appears whole. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits.h"
#include "client/backup/check.h"
#include "client/backup/folder.h"
#include "client/cli/tool.h"
#include "client/commands/cmd.h"
#include "client/disk/digest.h"
#include "client/disk/newfile.h"
#include "client/print/print.h"

enum { PATH_LEN = 4096, SHOW_EVERY = 512 };

/* The node holds one snapshot while this runs: the pieces belong together although it works on. */
static int pieces(struct cli *c, const struct newfile *f, uint64_t *bytes)
{
	bool more = true;

	for (uint64_t no = 0; more; no++) {
		struct msg *sub, *req, *reply;
		struct span piece;
		int code;

		arena_reset(&c->arena);
		req = cli_request(c, REQUEST_BACKUP_NEXT, &sub);
		msg_set_u64(sub, BACKUP_NEXT_NUMBER, no);
		code = cli_call(c, req, &reply);
		if (code != CLI_DONE)
			return code;
		piece = msg_bytes(reply, REPLY_BLOB);
		more = msg_u64(reply, REPLY_MORE) != 0;
		*bytes += piece.len;
		if (!newfile_add(f, piece))
			return newfile_unwritten(c, f);
		if (no % SHOW_EVERY == 0 && isatty(STDERR_FILENO))
			(void)fprintf(stderr, "\r%llu MiB", (unsigned long long)(*bytes >> 20));
	}
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r");
	return CLI_DONE;
}

/* A new file at path, whole or not at all: an old backup is never written over, because it may be the only one that is whole. */
static int save(struct cli *c, const char *path, uint64_t *bytes)
{
	struct msg *sub, *reply;
	struct newfile f;
	int code = newfile_begin(c, &f, path);

	if (code == CLI_DONE)
		code = cli_call(c, cli_request(c, REQUEST_BACKUP, &sub), &reply);
	if (code == CLI_DONE)
		code = pieces(c, &f, bytes);
	return newfile_end(c, &f, code);
}

/* Asked for no piece: the node remembers the moment, and complains when it was too long ago.  what: BACKUP_NEXT_KEPT, or _CHECKED. */
static int tell(struct cli *c, unsigned what)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_BACKUP_NEXT, &sub);

	msg_set_u64(sub, what, 1);
	return cli_call(c, req, &reply);
}

/* A clock that is wrong would take all of them for old: nothing is removed by it. */
static int thin(struct cli *c, const char *dir, uint64_t days, uint64_t *removed)
{
	const uint64_t now_s = clock_wall_ms() / 1000;
	struct msg *sub, *reply;
	const int code = cli_call(c, cli_request(c, REQUEST_STATUS, &sub), &reply);

	require(days > 0 && days <= LIMIT_RETAIN_DAYS);
	if (code != CLI_DONE)
		return code;
	if (msg_u64(msg_get(reply, REPLY_STATUS), STATUS_CLOCK_OFF_S) != 0)
		return cli_refuse(c, CLI_NOT_NOW, "backup-clock", FILL_NONE);
	if (!folder_thin(dir, now_s - days * 86400, now_s, removed))
		return cli_refuse(
			c, CLI_REFUSED, "cannot-remove",
			FILL({"path", dir, 0}, {"cause", words_errno(c->lang, errno), 0}));
	return CLI_DONE;
}

/* Where to: FILE, or a name of its own in DIR. */
static int whereto(struct cli *c, char path[PATH_LEN])
{
	const char *into = cli_option(c, "into");
	const uint64_t keep = cli_option_number(c, "keep");

	if ((into == NULL) != (c->word_count > 0) ||
	    (cli_option(c, "keep") != NULL &&
	     (into == NULL || keep == 0 || keep > LIMIT_RETAIN_DAYS)))
		return cli_refuse(c, CLI_USAGE, "backup-where",
				  FILL({"days", NULL, LIMIT_RETAIN_DAYS}));
	if (into != NULL && !folder_path(into, clock_wall_ms() / 1000, path, PATH_LEN))
		return cli_refuse(
			c, CLI_REFUSED, "cannot-create",
			FILL({"path", into, 0}, {"cause", words_errno(c->lang, errno), 0}));
	if (into == NULL && snprintf(path, PATH_LEN, "%s", c->words[0]) >= PATH_LEN)
		return cli_refuse(c, CLI_USAGE, "name-too-long", FILL_NONE);
	return CLI_DONE;
}

static int check(struct cli *c)
{
	char path[PATH_LEN];
	int code = check_backup(c, path, sizeof path);

	if (code == CLI_DONE)
		code = tell(c, BACKUP_NEXT_CHECKED);
	if (code != CLI_DONE)
		return code;
	if (c->json)
		(void)printf("{\"checked\": true}\n");
	else
		print_say_line(c, "backup-checked", FILL({"path", path, 0}));
	return CLI_DONE;
}

int cmd_backup(struct cli *c)
{
	const char *into = cli_option(c, "into");
	const uint64_t keep = cli_option_number(c, "keep");
	char path[PATH_LEN];
	uint64_t bytes = 0, removed = 0;
	int code;

	require(c->word_count <= 1);
	if (cli_option(c, "check") != NULL)
		return check(c);
	code = whereto(c, path);
	if (code == CLI_DONE)
		code = save(c, path, &bytes);
	/* before its digest: the backup counts, and that alone may have failed */
	if (code == CLI_DONE)
		code = tell(c, BACKUP_NEXT_KEPT);
	if (code == CLI_DONE)
		code = digest_beside(c, path);
	/* those of before go only when this one is there */
	if (code == CLI_DONE && keep != 0)
		code = thin(c, into, keep, &removed);
	if (code != CLI_DONE)
		return code;
	if (c->json)
		(void)printf("{\"bytes\": %llu, \"removed\": %llu}\n", (unsigned long long)bytes,
			     (unsigned long long)removed);
	if (c->json)
		return CLI_DONE;
	print_say_line(c, "backup-made", FILL({"path", path, 0}, {"n", NULL, bytes}));
	if (removed != 0)
		print_say_line(c, "backup-thinned",
			       FILL({"n", NULL, removed}, {"days", NULL, keep}));
	print_say_line(c, "backup-test", FILL({"path", path, 0}));
	return CLI_DONE;
}

int cmd_restore(struct cli *c)
{
	require(c->word_count > 0);
	cli_add_option(c, "file", c->words[0], 0);
	return tool_run(c);
}
