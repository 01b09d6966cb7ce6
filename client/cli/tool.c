/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys and store are never opened by kring itself: offline work is done by kringd's tool, which kring becomes.  The
 * tool takes the same options under the same names, so nothing is translated here; what it prints and its exit code
 * are the command's. */
#include "client/cli/tool.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"

enum { PATH_LEN = 4096, TRIES = 20, TRY_NS = 100000000 };
static_assert(PATH_LEN > 32 + sizeof "/usr/sbin/kringd", "room for the other name");

/* Beside kring in a build directory, or where both were installed (PREFIX/bin and PREFIX/sbin); else where the package installs it.
 * Never from PATH: the tool is given keys. */
bool tool_path(char *out)
{
	require(out != NULL);
	ssize_t n = readlink("/proc/self/exe", out, PATH_LEN - 32);
	char *slash;

	if (n <= 0)
		return false;
	out[n] = '\0';
	slash = strrchr(out, '/');
	memcpy(slash + 1, "kringd", 7);
	if (access(out, X_OK) == 0)
		return true;
	memcpy(slash + 1, "../sbin/kringd", 15);
	if (access(out, X_OK) != 0)
		memcpy(out, "/usr/sbin/kringd", 17);
	return true;
}

void tool_language(const struct cli *c)
{
	require(c != NULL && c->lang < LIST_LANGS);
	(void)setenv("KRING_LANG", list_langs[c->lang], 1);
}

/* A kringd that is just being replaced (by make install, or a build) is missing for a moment, or still written: then it is tried
 * again, for two seconds.  Its place is looked for anew: the other one is not there because this one is not. */
bool tool_become(char *path, char **argv)
{
	const struct timespec wait = {.tv_nsec = TRY_NS};

	require(path != NULL && argv != NULL);
	for (unsigned i = 0; i < TRIES; i++) {
		if (!tool_path(path))
			return false;
		(void)execv(path, argv);
		if (errno != ENOENT && errno != ETXTBSY)
			return true;
		(void)nanosleep(&wait, NULL);
	}
	return true;
}

/* Returns only when kringd cannot be run. */
int tool_run(const struct cli *c)
{
	char path[PATH_LEN], *argv[2 * CLI_OPTIONS_MAX + 8], name[CLI_OPTIONS_MAX][48];
	size_t k = 0;

	require(c->cmd != NULL && c->cmd->tool != NULL);
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
	if (!tool_become(path, argv))
		return CLI_NOT_NOW;
	return cli_refuse(c, CLI_NOT_NOW, "cannot-run-kringd", FILL({"path", path, 0}));
}

/* A tool that a signal ended said nothing: its code is that of one that could not be run, and never that of one that did its work. */
int tool_beside(char **argv, int out)
{
	int status;
	pid_t pid;

	require(argv != NULL && argv[0] != NULL);
	pid = fork();
	if (pid == 0) {
		if (out >= 0 && dup2(out, STDOUT_FILENO) != STDOUT_FILENO)
			_exit(CLI_NOT_NOW);
		(void)tool_become(argv[0], argv);
		_exit(CLI_NOT_NOW);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return CLI_NOT_NOW;
	return WEXITSTATUS(status);
}
