/* SPDX-License-Identifier: EUPL-1.2 */
/* Tools speak to people; kring --json promises one document.  Lines are kept and put into an array at the end, so that no
 * tool needs two ways to say what it did.  One that talks while it waits (join) is not kept: its digits are read aloud. */
#include "tool/cli/said.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "tool/cli/fail.h"

static_assert(STDOUT_FILENO == 1, "descriptors 0 to 2 are always open (daemon/base/stdfd.c)");

/* Standard output becomes a file in memory; what it was before is what is returned. */
int said_begin(void)
{
	const int fd = memfd_create("said", MFD_CLOEXEC);
	int kept;

	if (fd < 0)
		return -1;
	(void)fflush(stdout);
	kept = dup(STDOUT_FILENO);
	if (kept >= 0 && dup2(fd, STDOUT_FILENO) != STDOUT_FILENO) {
		(void)close(kept);
		kept = -1;
	}
	(void)close(fd);
	require(kept != STDOUT_FILENO);
	return kept;
}

/* The object with which the text ends; NULL: it has none.  Every one of ours begins a line. */
static const char *object_in(const char *text)
{
	const char *at = text;

	require(text != NULL);
	while (at != NULL && at[0] != '{') {
		at = strchr(at, '\n');
		at = at == NULL ? NULL : at + 1;
	}
	return at != NULL && at[0] == '{' ? at : NULL;
}

/* Each line is one text: what belongs together in it, a person sees together. */
static void print_said(char *text)
{
	char *save = NULL;
	bool first = true;

	require(text != NULL);
	/* an error ends what was said before it: the object alone is the answer */
	if (object_in(text) != NULL) {
		(void)fputs(object_in(text), stdout);
		return;
	}
	/* laid out as kring lays out its own documents, so that both look alike in a file */
	(void)fputs("{\n  \"said\": [", stdout);
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		(void)fputs(first ? "\n    " : ",\n    ", stdout);
		tool_json_text(line);
		first = false;
	}
	(void)fputs(first ? "]\n}\n" : "\n  ]\n}\n", stdout);
}

/* Also after a tool that failed: its error is in the file.  Where there is no memory to read the file, nothing is printed;
 * the exit code still says how the tool ended. */
void said_end(int kept)
{
	char *text = MAP_FAILED;
	off_t len = -1;
	int page;

	if (kept < 0)
		return;
	require(kept != STDOUT_FILENO);
	/* what the tool keeps back belongs to the page, too */
	(void)fflush(stdout);
	/* from here on what is printed is seen again */
	page = dup(STDOUT_FILENO);
	(void)dup2(kept, STDOUT_FILENO);
	(void)close(kept);
	if (page >= 0 && write(page, "", 1) == 1) /* it is read as a text */
		len = lseek(page, 0, SEEK_END);
	if (len > 0)
		text = mmap(NULL, (size_t)len, PROT_READ | PROT_WRITE, MAP_PRIVATE, page, 0);
	if (text != MAP_FAILED) {
		require(text[len - 1] == '\0');
		print_said(text);
		(void)munmap(text, (size_t)len);
	}
	if (page >= 0)
		(void)close(page);
}
