/* SPDX-License-Identifier: EUPL-1.2 */
/* The checksum beside a backup, in the form of sha256sum: a file that a disk or a stick spoiled is found before it is
 * needed, and without the recovery sheet. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "crypto/files/keyfile.h"
#include "crypto/hash.h"
#include "tool/cli/fail.h"
#include "tool/tool.h"

/* FILE.sha256, as sha256sum -c reads it. */
int tool_digest(struct tool_args *a)
{
	enum { CHUNK = 65536 };
	static uint8_t bytes[CHUNK]; /* not on the stack */
	struct hash_sha256 *h = hash_sha256_begin();
	char path[4096], hex[65], line[4096 + 80];
	uint8_t out[32];
	const char *base = a->file == NULL ? NULL : strrchr(a->file, '/');
	FILE *f = a->file == NULL ? NULL : fopen(a->file, "re");
	size_t n;
	int bad = f == NULL || h == NULL;

	while (bad == 0 && (n = fread(bytes, 1, sizeof bytes, f)) > 0)
		hash_sha256_add(h, span_of(bytes, n));
	hash_sha256_end(h, out); /* frees it, also after an error */
	if (f != NULL)
		/* fread ends at an error as it does at the end of the file: only ferror tells them
		 * apart. */
		bad = ferror(f) + fclose(f);
	if (bad != 0 || strlen(a->file) + 8 > sizeof path)
		return tool_fail(TOOL_NOT_FOUND, "digest", a->file == NULL ? "--file" : a->file);
	bytes_hex(hex, out, sizeof out);
	(void)snprintf(path, sizeof path, "%s.sha256", a->file);
	n = (size_t)snprintf(line, sizeof line, "%s  %s\n", hex, base == NULL ? a->file : base + 1);
	return n < sizeof line && keyfile_write_file(path, span_of(line, n)) == ERR_OK
		       ? 0
		       : tool_fail(TOOL_RULE, "digest", path);
}
