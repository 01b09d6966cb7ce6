/* SPDX-License-Identifier: EUPL-1.2 */
/* The checksum beside a file, for kring, which has no cryptography of its own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "crypto/files/keyfile.h"
#include "tool/cli/digest.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/tool.h"

/* FILE.sha256, as sha256sum -c reads it. */
int tool_digest(struct tool_args *a)
{
	char path[4096], hex[65], line[4096 + 80], next[SAY_LEN];
	const char *base = a->file == NULL ? NULL : strrchr(a->file, '/');
	size_t n;
	enum err rc;
	int error;

	/* a name that leaves no room for ".sha256" behind it is told like one that is not there */
	if (a->file == NULL || strlen(a->file) + 8 > sizeof path ||
	    digest_of(a->file, hex) != ERR_OK)
		return tool_fail(TOOL_NOT_FOUND, "digest-not-written",
				 a->file == NULL ? "--file" : a->file);
	require(strlen(hex) == 64);
	/* sha256sum looks for the file beside the line, so the line has its name alone: both can be taken elsewhere together */
	(void)snprintf(path, sizeof path, "%s.sha256", a->file);
	n = (size_t)snprintf(line, sizeof line, "%s  %s\n", hex, base == NULL ? a->file : base + 1);
	/* whole or not at all: half a line would call every backup damaged */
	require(n < sizeof line);
	rc = keyfile_write_file(path, span_of(line, n));
	if (rc == ERR_OK)
		return 0;
	error = errno; /* words are looked up below */
	(void)say_into(next, "digest-not-written-do", FILL({"path", path, 0}));
	errno = error;
	return tool_fail_err_next("digest-not-written", rc, next);
}
