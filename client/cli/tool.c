/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys and store are never opened by kring itself: offline work is done by kringd's tool, which kring becomes.  The
 * tool takes the same options under the same names, so nothing is translated here; what it prints and its exit code
 * are the command's. */
#include "client/cli/tool.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

enum { PATH_LEN = 4096 };
static_assert(PATH_LEN > 16 + sizeof "/usr/sbin/kringd", "room for the other name");

/* Beside kring in a build directory; else where the package installs it.  Never from PATH: the tool is given keys. */
bool tool_path(char *out)
{
	require(out != NULL);
	ssize_t n = readlink("/proc/self/exe", out, PATH_LEN - 16);
	char *slash;

	if (n <= 0)
		return false;
	out[n] = '\0';
	slash = strrchr(out, '/');
	memcpy(slash + 1, "kringd", 7);
	if (access(out, X_OK) != 0)
		memcpy(out, "/usr/sbin/kringd", 17);
	return true;
}

void tool_language(const struct cli *c)
{
	require(c != NULL && c->lang < LIST_LANGS);
	(void)setenv("KRING_LANG", list_langs[c->lang], 1);
}

/* Returns only when kringd cannot be run. */
int tool_run(const struct cli *c)
{
	char path[PATH_LEN], *argv[2 * CLI_OPTIONS_MAX + 8], name[CLI_OPTIONS_MAX][48];
	size_t k = 0;

	require(c->cmd != NULL && c->cmd->tool != NULL);
	if (!tool_path(path))
		return CLI_NOT_NOW;
	argv[k++] = path;
	argv[k++] = strdup("tool");
	argv[k++] = strdup(c->cmd->tool);
	if (c->cmd->in_dir) {
		argv[k++] = strdup("--dir");
		argv[k++] = strdup(c->dir);
	}
	for (size_t i = 0; i < c->option_count; i++) {
		(void)snprintf(name[i], sizeof name[i], "--%s", c->options[i].name);
		argv[k++] = name[i];
		argv[k++] = strdup(c->options[i].value);
	}
	argv[k] = NULL;
	tool_language(c);
	if (c->json)
		(void)setenv("KRING_JSON", "1", 1);
	(void)execv(path, argv);
	return cli_refuse(c, CLI_NOT_NOW, "cannot-run-kringd", FILL({"path", path, 0}));
}
