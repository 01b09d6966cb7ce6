/* SPDX-License-Identifier: EUPL-1.2 */
#include "tool/cli/sure.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/check.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"

/* In every language that kring has, whatever it speaks now; as client/commands/sure.c, which has no library with this program. */
static bool yes_typed(void)
{
	static const char *const yes[] = {"j", "ja", "y", "yes", "o", "oui"};
	char line[16];

	if (fgets(line, sizeof line, stdin) == NULL) {
		(void)fputc('\n', stderr);
		return false;
	}
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		if (strcasecmp(line, yes[i]) == 0)
			return true;
	return false;
}

int tool_sure(const struct tool_args *a)
{
	require(a != NULL);
	if (a->yes != NULL)
		return 0;
	if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0)
		return tool_fail(TOOL_USAGE, "needs-yes", "needs-yes-why");
	require(say_lang() < LIST_LANGS);
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s ", list_text(LIST_SAID, say_lang(), "sure-ask"));
	if (yes_typed())
		return 0;
	(void)fprintf(stderr, "%s\n", list_text(LIST_SAID, say_lang(), "sure-nothing-done"));
	return TOOL_RULE;
}
