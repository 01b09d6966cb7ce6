/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/disk/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "client/cli/tool.h"

enum { TOOL_PATH_LEN = 4096 };

/* --json promises one document. */
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

int digest_tool(const struct cli *c, char **argv)
{
	require(argv != NULL && argv[0] != NULL);
	tool_language(c);
	if (c->json)
		(void)setenv("KRING_JSON", "1", 1);
	return c->json ? quietly(argv) : tool_beside(argv, -1);
}

int digest_beside(const struct cli *c, const char *path)
{
	char daemon[TOOL_PATH_LEN], verb[] = "tool", name[] = "digest", file[] = "--file";
	char *copy = strdup(path);
	int code;

	require(copy != NULL);
	code = digest_tool(c, (char *[]){daemon, verb, name, file, copy, NULL});
	free(copy);
	return code;
}
