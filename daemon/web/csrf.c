/* SPDX-License-Identifier: EUPL-1.2 */
/* Another site can make a browser send a form, with its cookies, and cannot read a page of ours.  So a form shows something that
 * stands on the page and follows from the cookie: a keyed hash of the path, under a hash of the token.  It says nothing of the token, and is
 * good for this one address. */
#include "web/csrf.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"
#include "crypto/hash.h"

enum { CSRF_BYTES = 16 };

static_assert(CSRF_TEXT == (CSRF_BYTES * 8 + 5) / 6, "its bytes and their text");

/* Nothing is said, where else a path stands: a key is the answer to no path. */
void csrf_key(const uint8_t token[COOKIE_TOKEN], uint8_t key[CSRF_KEY])
{
	const struct span nothing = span_of("", 0);

	hash_parts(HASH_CSRF, span_of(token, COOKIE_TOKEN), &nothing, 1, key, CSRF_KEY);
}

static void make(const uint8_t key[CSRF_KEY], const char *path, char out[CSRF_TEXT + 1])
{
	const struct span part = span_of(path, strlen(path));
	uint8_t hash[HASH_LEN];

	require(path[0] == '/');
	hash_parts(HASH_CSRF, span_of(key, CSRF_KEY), &part, 1, hash, sizeof hash);
	cookie_encode(out, hash, CSRF_BYTES);
}

void csrf_make(const uint8_t token[COOKIE_TOKEN], const char *path, char out[CSRF_TEXT + 1])
{
	uint8_t key[CSRF_KEY];

	csrf_key(token, key);
	make(key, path, out);
	explicit_bzero(key, sizeof key);
}

/* In one time: else it could be guessed byte by byte. */
bool csrf_holds_by(const uint8_t key[CSRF_KEY], const char *path, const char *k)
{
	char want[CSRF_TEXT + 1];

	make(key, path, want);
	return (strlen(k) == CSRF_TEXT || strlen(k) == CSRF_K) &&
	       bytes_equal_ct(want, k, CSRF_TEXT);
}

/* Under no key: it has to be the same after everything was started again.  By the id: a colleague who comes later may have the same name. */
void csrf_whose(const char *id, char out[CSRF_TEXT + 1])
{
	const struct span part = span_of(id, strlen(id));
	uint8_t hash[HASH_LEN];

	require(id[0] != '\0');
	hash_parts(HASH_CSRF, span_of("", 0), &part, 1, hash, sizeof hash);
	cookie_encode(out, hash, CSRF_BYTES);
}

void csrf_page_of(const char *whose, const char *path, char out[CSRF_TEXT + 1])
{
	const struct span parts[] = {span_of(whose, strlen(whose)), span_of(path, strlen(path))};
	uint8_t hash[HASH_LEN];

	require(whose[0] != '\0' && path[0] == '/');
	hash_parts(HASH_CSRF, span_of("", 0), parts, 2, hash, sizeof hash);
	cookie_encode(out, hash, CSRF_BYTES);
}

const char *csrf_says(const char *k)
{
	return strlen(k) == CSRF_K ? k + CSRF_TEXT : "";
}

bool csrf_holds(const uint8_t token[COOKIE_TOKEN], const char *path, const char *k)
{
	uint8_t key[CSRF_KEY];
	bool ok;

	csrf_key(token, key);
	ok = csrf_holds_by(key, path, k);
	explicit_bzero(key, sizeof key);
	return ok;
}

/* Every browser of today says where a form was; one that does not at least says whose page it was on. */
bool csrf_same_site(const char *fetch_site, const char *origin, const char *own)
{
	if (fetch_site != NULL)
		return strcmp(fetch_site, "same-origin") == 0;
	return origin != NULL && own[0] != '\0' && strcmp(origin, own) == 0;
}
