/* SPDX-License-Identifier: EUPL-1.2 */
/* Another site can make a browser send a form, with its cookies, and cannot read a page of ours.  So a form shows something that
 * stands on the page and follows from the cookie: a keyed hash of the path, under the token.  It says nothing of the token, and is
 * good for this one address. */
#include "web/csrf.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"

enum { CSRF_BYTES = 16 };

static_assert(CSRF_TEXT == (CSRF_BYTES * 8 + 5) / 6, "its bytes and their text");

void csrf_make(const uint8_t token[COOKIE_TOKEN], const char *path, char out[CSRF_TEXT + 1])
{
	const struct span part = span_of(path, strlen(path));
	uint8_t hash[HASH_LEN];

	require(path[0] == '/');
	hash_parts(HASH_CSRF, span_of(token, COOKIE_TOKEN), &part, 1, hash, sizeof hash);
	cookie_encode(out, hash, CSRF_BYTES);
}

/* In one time: else it could be guessed byte by byte. */
bool csrf_holds(const uint8_t token[COOKIE_TOKEN], const char *path, const char *k)
{
	char want[CSRF_TEXT + 1];

	csrf_make(token, path, want);
	return strlen(k) == CSRF_TEXT && bytes_equal_ct(want, k, CSRF_TEXT);
}

/* Every browser of today says where a form was; one that does not at least says whose page it was on. */
bool csrf_same_site(const char *fetch_site, const char *origin, const char *own)
{
	if (fetch_site != NULL)
		return strcmp(fetch_site, "same-origin") == 0;
	return origin != NULL && own[0] != '\0' && strcmp(origin, own) == 0;
}
