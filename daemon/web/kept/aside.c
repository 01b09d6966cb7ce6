/* SPDX-License-Identifier: EUPL-1.2 */
/* A short table that is walked.  The oldest of a person gives way to the next one of that person, the oldest of all when there is no room;
 * so nobody's typing pushes out another's as long as each types little. */
#include "web/kept/aside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits_screens.h"
#include "base/rng.h"
#include "crypto/hash.h"

static_assert(LIMIT_ASIDE_OWN * 8 <= LIMIT_ASIDE && LIMIT_FORM < LIMIT_ASIDE_BYTES / 16,
	      "nobody alone fills it");

enum { ASIDE_PATH = 120 }; /* no address of a form of ours is longer */

struct row {
	struct id32 owner; /* out of the token: whoever reads this memory cannot sign in by it */
	uint64_t age;	   /* counted up; 0: the row is empty */
	char no[ASIDE_NO + 1], path[ASIDE_PATH + 1];
	uint8_t *p;
	size_t len;
};

struct aside {
	struct row rows[LIMIT_ASIDE];
	uint64_t count; /* ever */
	size_t bytes;
};

enum err aside_create(struct aside **out)
{
	*out = calloc(1, sizeof **out);
	return *out == NULL ? ERR_NOMEM : ERR_OK;
}

/* Wiped before it is given back: what people typed must not lie in memory that is free. */
static void let_go(struct aside *k, struct row *r)
{
	require(k->bytes >= r->len);
	k->bytes -= r->len;
	if (r->p != NULL)
		explicit_bzero(r->p, r->len);
	free(r->p);
	*r = (struct row){.age = 0};
}

void aside_free(struct aside *k)
{
	for (size_t i = 0; k != NULL && i < LIMIT_ASIDE; i++)
		let_go(k, &k->rows[i]);
	free(k);
}

/* A keyed hash of the token, so that this table is no list of ways to sign in. */
static struct id32 owner_of(const uint8_t token[COOKIE_TOKEN])
{
	struct id32 key, out;

	static_assert(sizeof key.b == COOKIE_TOKEN, "a token is a key");
	memcpy(key.b, token, sizeof key.b);
	hash_mac(&key, span_of("aside", 5), &out);
	explicit_bzero(&key, sizeof key);
	return out;
}

/* An empty row is of nobody, whatever stands in it. */
static bool is_of(const struct row *r, const struct id32 *owner)
{
	return r->age != 0 && memcmp(r->owner.b, owner->b, sizeof owner->b) == 0;
}

/* Room for so many bytes of that person: an empty row, in the end. */
static struct row *make_room(struct aside *k, const struct id32 *owner, size_t len)
{
	for (;;) {
		struct row *empty = NULL, *oldest = NULL, *own = NULL;
		size_t owned = 0;

		for (size_t i = 0; i < LIMIT_ASIDE; i++) {
			struct row *r = &k->rows[i];

			if (r->age == 0) {
				empty = r;
				continue;
			}
			if (oldest == NULL || r->age < oldest->age)
				oldest = r;
			if (!is_of(r, owner))
				continue;
			owned++;
			if (own == NULL || r->age < own->age)
				own = r;
		}
		if (owned >= LIMIT_ASIDE_OWN)
			let_go(k, own);
		else if (empty != NULL && k->bytes + len <= LIMIT_ASIDE_BYTES)
			return empty;
		else
			let_go(k, oldest);
	}
}

/* The number is drawn and not counted: whoever has one must not find the next one by it. */
enum err aside_put(struct aside *k, const uint8_t token[COOKIE_TOKEN], const char *path,
		   struct span bytes, char no[ASIDE_NO + 1])
{
	static const char digits[] = "0123456789abcdef";
	const struct id32 owner = owner_of(token);
	uint8_t random[ASIDE_NO / 2];
	struct row *r;
	uint8_t *p;

	if (bytes.len > LIMIT_ASIDE_BYTES / 16 || strlen(path) >= sizeof r->path)
		return ERR_LIMIT;
	p = malloc(bytes.len + 1);
	if (p == NULL)
		return ERR_NOMEM;
	r = make_room(k, &owner, bytes.len);
	require(r->age == 0 && r->p == NULL);
	rng_fill(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++) {
		no[2 * i] = digits[random[i] >> 4];
		no[2 * i + 1] = digits[random[i] & 15];
	}
	no[ASIDE_NO] = '\0';
	if (bytes.len > 0)
		memcpy(p, bytes.p, bytes.len);
	*r = (struct row){.owner = owner, .age = ++k->count, .p = p, .len = bytes.len};
	memcpy(r->no, no, sizeof r->no);
	memcpy(r->path, path, strlen(path) + 1);
	k->bytes += bytes.len;
	return ERR_OK;
}

/* Owner and path count as much as the number, so that an address that was copied shows nothing to anybody else. */
struct span aside_get(const struct aside *k, const uint8_t token[COOKIE_TOKEN], const char *path,
		      const char *no)
{
	const struct id32 owner = owner_of(token);

	require(k != NULL && path[0] == '/');
	for (size_t i = 0; i < LIMIT_ASIDE; i++) {
		const struct row *r = &k->rows[i];

		if (is_of(r, &owner) && (no == NULL || strcmp(r->no, no) == 0) &&
		    strcmp(r->path, path) == 0)
			return span_of(r->p, r->len);
	}
	return span_of(NULL, 0);
}

/* All of that session and of no other one of the same person. */
void aside_forget(struct aside *k, const uint8_t token[COOKIE_TOKEN])
{
	const struct id32 owner = owner_of(token);

	for (size_t i = 0; i < LIMIT_ASIDE; i++)
		if (is_of(&k->rows[i], &owner))
			let_go(k, &k->rows[i]);
}
