/* SPDX-License-Identifier: EUPL-1.2 */
/* A file that a disk or a stick spoiled is found before it is needed, and without the recovery sheet. */
#include "tool/cli/digest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/disk/infile.h"
#include "crypto/hash.h"

enum err digest_of(const char *path, char hex[65])
{
	enum { CHUNK = 65536 };
	static uint8_t bytes[CHUNK]; /* not on the stack */
	struct hash_sha256 *h = hash_sha256_begin();
	FILE *f = infile_stream(path);
	uint8_t out[32];
	size_t n;
	bool bad = f == NULL || h == NULL;

	require(hex != NULL);
	while (!bad && (n = fread(bytes, 1, sizeof bytes, f)) > 0)
		hash_sha256_add(h, span_of(bytes, n));
	hash_sha256_end(h, out); /* frees it, also after an error */
	/* fread ends at an error as it does at the end of the file: only ferror tells them apart */
	if (f != NULL) {
		bad = ferror(f) != 0;
		bad = fclose(f) != 0 || bad;
	}
	bytes_hex(hex, out, sizeof out);
	return bad ? ERR_IO : ERR_OK;
}

enum err digest_holds(const char *path)
{
	char beside[4096], wanted[65], hex[65];
	FILE *f;
	size_t n = 0;
	enum err rc;

	require(path != NULL);
	if (snprintf(beside, sizeof beside, "%s.sha256", path) >= (int)sizeof beside)
		return ERR_NOTFOUND;
	f = infile_stream(beside);
	if (f != NULL) {
		n = fread(wanted, 1, 64, f);
		(void)fclose(f);
	}
	if (n != 64)
		return ERR_NOTFOUND;
	rc = digest_of(path, hex);
	return rc != ERR_OK ? rc : memcmp(wanted, hex, 64) == 0 ? ERR_OK : ERR_CORRUPT;
}
