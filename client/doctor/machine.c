/* SPDX-License-Identifier: EUPL-1.2 */
/* Settings are judged by the same table that kringd starts with, and its files by the same code: kringd's tool looks, and says
 * rows of LEVEL, TOPIC, CODE and values with tabs between them.  The words are found here. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "client/cli/tool.h"
#include "client/doctor/look.h"

enum { LINE_MAX_LEN = 8192, VALUES_MAX = 8, PATH_LEN = 4096 };

/* False: this is no row of the tool. */
static bool row(struct findings *f, char *line)
{
	struct fill values[VALUES_MAX + 1] = {{.name = NULL}};
	char *rest = NULL, *level_name = strtok_r(line, "\t\n", &rest);
	char *topic = strtok_r(NULL, "\t\n", &rest), *code = strtok_r(NULL, "\t\n", &rest);
	enum finding_level level;
	size_t n = 0;

	if (code == NULL || !finding_level_of(level_name, &level))
		return false;
	for (char *v; n < VALUES_MAX && (v = strtok_r(NULL, "\t\n", &rest)) != NULL;) {
		char *is = strchr(v, '=');
		uint64_t number = 0;

		if (is == NULL)
			return false;
		*is++ = '\0';
		/* a plural needs the number; any other text stays one */
		for (const char *d = is; *d >= '0' && *d <= '9' && d < is + 18; d++)
			number = number * 10 + (uint64_t)(*d - '0');
		values[n++] = (struct fill){v, strcmp(v, "n") == 0 ? NULL : is, number};
	}
	values[n] = (struct fill){.name = NULL};
	finding_add(f, level, topic, code, values);
	return true;
}

/* In the child; with --json, too, the tool says rows and not a document. */
static void become_tool(const struct cli *c, int out)
{
	char path[PATH_LEN], tool[] = "tool", verb[] = "doctor", dir[] = "--dir";
	char *where = strdup(c->dir), *argv[] = {path, tool, verb, dir, where, NULL};

	(void)unsetenv("KRING_JSON");
	tool_language(c);
	if (where != NULL && dup2(out, STDOUT_FILENO) == STDOUT_FILENO)
		(void)tool_become(path, argv);
	_exit(CLI_NOT_NOW);
}

/* Rows are taken until the line "end": without it the tool did not come to its end. */
void look_machine(struct findings *f, const struct cli *c)
{
	char line[LINE_MAX_LEN];
	int ends[2], status = 0;
	bool whole = false;
	FILE *from;
	pid_t pid;

	require(f != NULL && c != NULL);
	(void)fflush(stdout); /* or the child would print it again */
	if (pipe2(ends, O_CLOEXEC) != 0) {
		finding_add(f, FINDING_WARNING, "node", "tool-silent", FILL_NONE);
		return;
	}
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		become_tool(c, ends[1]);
	}
	(void)close(ends[1]);
	from = fdopen(ends[0], "r");
	while (from != NULL && fgets(line, sizeof line, from) != NULL) {
		whole = strcmp(line, "end\n") == 0;
		if (!whole && !row(f, line))
			break;
	}
	if (from != NULL)
		(void)fclose(from);
	else
		(void)close(ends[0]);
	/* what was not looked at must not look well */
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !whole)
		finding_add(f, FINDING_WARNING, "node", "tool-silent", FILL_NONE);
}
