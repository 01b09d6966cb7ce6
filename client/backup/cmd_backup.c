/* SPDX-License-Identifier: EUPL-1.2 */
/* kring backup: pieces of a snapshot, asked for one by one and written to a file that appears whole.  The file has its
 * name only when the last piece is on disk, so that a name without .part always is a backup; an older one is never
 * overwritten. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "client/cli/tool.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"

enum { PATH_LEN = 4096, SHOW_EVERY = 512 };

/* False: the disk took less than it was given. */
static bool write_all(int fd, struct span s)
{
	while (s.len > 0) {
		const ssize_t n = write(fd, s.p, s.len);

		if (n <= 0)
			return false;
		s.p += n;
		s.len -= (size_t)n;
	}
	return true;
}

/* The node holds one snapshot while this runs: the pieces belong together although it works on. */
static int pieces(struct cli *c, int fd, uint64_t *bytes)
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
		if (!write_all(fd, piece))
			return cli_refuse(c, CLI_REFUSED, "backup-not-written",
					  FILL({"path", c->words[0], 0}));
		if (no % SHOW_EVERY == 0 && isatty(STDERR_FILENO))
			(void)fprintf(stderr, "\r%llu MiB", (unsigned long long)(*bytes >> 20));
	}
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r");
	return CLI_DONE;
}

int cmd_backup(struct cli *c)
{
	struct msg *sub, *reply;
	char part[PATH_LEN + 8], path[PATH_LEN];
	uint64_t bytes = 0;
	int fd, code;

	require(c->word_count > 0);
	if (snprintf(path, sizeof path, "%s", c->words[0]) >= PATH_LEN)
		return cli_refuse(c, CLI_USAGE, "name-too-long", FILL_NONE);
	(void)snprintf(part, sizeof part, "%s.part", path);
	/* an old backup is never overwritten: it may be the only one that is whole */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		(void)close(fd);
		return cli_refuse(c, CLI_REFUSED, "file-exists", FILL({"path", path, 0}));
	}
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return cli_refuse(
			c, CLI_REFUSED, "cannot-create",
			FILL({"path", part, 0}, {"cause", words_errno(c->lang, errno), 0}));
	code = cli_call(c, cli_request(c, REQUEST_BACKUP, &sub), &reply);
	if (code == CLI_DONE)
		code = pieces(c, fd, &bytes);
	/* on disk before it gets its name */
	if (code == CLI_DONE && fsync(fd) != 0)
		code = cli_refuse(c, CLI_REFUSED, "backup-not-written", FILL({"path", path, 0}));
	(void)close(fd);
	if (code == CLI_DONE && rename(part, path) != 0)
		code = cli_refuse(c, CLI_REFUSED, "backup-not-written", FILL({"path", path, 0}));
	if (code != CLI_DONE) {
		(void)unlink(part);
		return code;
	}
	if (c->json)
		(void)printf("{\"bytes\": %llu}\n", (unsigned long long)bytes);
	if (c->json)
		return CLI_DONE;
	print_say_line(c, "backup-made", FILL({"path", path, 0}, {"n", NULL, bytes}));
	print_say_line(c, "backup-test", FILL({"path", path, 0}));
	return CLI_DONE;
}

int cmd_restore(struct cli *c)
{
	require(c->word_count > 0);
	cli_add_option(c, "file", c->words[0], 0);
	return tool_run(c);
}
