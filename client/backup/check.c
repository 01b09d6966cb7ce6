/* SPDX-License-Identifier: EUPL-1.2 */
/* What kring restore --check says without a sheet, and here a good one must be proven to be good: whoever asks is no person who reads
 * what was found, but a program at night. */
#include "client/backup/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "client/backup/folder.h"
#include "client/disk/digest.h"

enum { TOOL_PATH_LEN = 4096 };

/* The tool would wait at a pipe, and has no word for what to do about another name. */
static int unread(const struct cli *c, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat sb;

	if (fd >= 0 && fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode)) {
		(void)close(fd);
		return CLI_DONE;
	}
	if (fd >= 0) {
		errno = S_ISDIR(sb.st_mode) ? EISDIR : EINVAL;
		(void)close(fd);
	}
	return cli_refuse(c, errno == ENOENT ? CLI_NOT_FOUND : CLI_REFUSED, "cannot-read",
			  FILL({"path", path, 0}, {"cause", words_errno(c->lang, errno), 0}));
}

static int which(struct cli *c, char *path, size_t cap)
{
	const char *into = cli_option(c, "into");

	if ((into == NULL) != (c->word_count > 0) || cli_option(c, "keep") != NULL)
		return cli_refuse(c, CLI_USAGE, "backup-which", FILL_NONE);
	if (into == NULL) {
		const int n = snprintf(path, cap, "%s", c->words[0]);

		return n >= 0 && (size_t)n < cap
			       ? unread(c, path)
			       : cli_refuse(c, CLI_USAGE, "name-too-long", FILL_NONE);
	}
	if (!folder_newest(into, path, cap))
		return cli_refuse(
			c, errno == ENOENT ? CLI_NOT_FOUND : CLI_REFUSED, "cannot-read",
			FILL({"path", into, 0}, {"cause", words_errno(c->lang, errno), 0}));
	if (path[0] == '\0')
		return cli_refuse(c, CLI_NOT_FOUND, "backup-none", FILL({"path", into, 0}));
	return CLI_DONE;
}

static int by_tool(const struct cli *c, const char *path, const char *node)
{
	char daemon[TOOL_PATH_LEN], verb[] = "tool", name[] = "backup-check";
	char file[] = "--file", of[] = "--node", *copy = strdup(path), *id = strdup(node);
	char *argv[] = {daemon, verb, name, file, copy, of, id, NULL};
	int code;

	require(copy != NULL && id != NULL);
	code = digest_tool(c, argv);
	free(copy);
	free(id);
	return code;
}

/* One of another node is no reason to be at ease here, so the node is asked first who it is. */
int check_backup(struct cli *c, char *path, size_t cap)
{
	struct msg *sub, *reply;
	int code;

	require(c != NULL && path != NULL);
	code = which(c, path, cap);
	if (code == CLI_DONE)
		code = cli_call(c, cli_request(c, REQUEST_STATUS, &sub), &reply);
	return code != CLI_DONE
		       ? code
		       : by_tool(c, path, msg_text(msg_get(reply, REPLY_STATUS), STATUS_NODE_ID));
}
