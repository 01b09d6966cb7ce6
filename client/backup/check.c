/* SPDX-License-Identifier: EUPL-1.2 */
/* What kring restore --check says without a sheet, and here a good one must be proven to be good: whoever asks is no person who reads
 * what was found, but a program at night. */
#include "client/backup/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "client/backup/folder.h"
#include "client/cli/tool.h"

enum { TOOL_PATH_LEN = 4096 };

static int which(struct cli *c, char *path, size_t cap)
{
	const char *into = cli_option(c, "into");

	if ((into == NULL) != (c->word_count > 0) || cli_option(c, "keep") != NULL)
		return cli_refuse(c, CLI_USAGE, "backup-which", FILL_NONE);
	if (into == NULL) {
		const int n = snprintf(path, cap, "%s", c->words[0]);

		return n >= 0 && (size_t)n < cap
			       ? CLI_DONE
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

/* Behind it the node answers, and --json promises one document: of what the tool says an error alone is passed on. */
static int quietly(char **argv)
{
	const int out = memfd_create("said", MFD_CLOEXEC);
	char said[1024];
	ssize_t n;
	int code;

	if (out < 0)
		return CLI_NOT_NOW;
	code = tool_beside(argv, out);
	if (code != CLI_DONE && lseek(out, 0, SEEK_SET) == 0)
		while ((n = read(out, said, sizeof said)) > 0)
			(void)fwrite(said, 1, (size_t)n, stdout);
	(void)close(out);
	return code;
}

static int by_tool(const struct cli *c, const char *path, const char *node)
{
	char daemon[TOOL_PATH_LEN], verb[] = "tool", name[] = "backup-check";
	char file[] = "--file", of[] = "--node", *copy = strdup(path), *id = strdup(node);
	char *argv[] = {daemon, verb, name, file, copy, of, id, NULL};
	int code;

	require(copy != NULL && id != NULL);
	tool_language(c);
	if (c->json)
		(void)setenv("KRING_JSON", "1", 1);
	code = c->json ? quietly(argv) : tool_beside(argv, -1);
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
