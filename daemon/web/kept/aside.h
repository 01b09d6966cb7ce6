/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * aside - what somebody typed, for a while, under a number that nobody can guess.
 *
 * Layer:    web (base, crypto/hash).
 * Owns:     copies of what is kept; they are wiped when they go.
 * Threads:  the loop's.
 * Time:     none: the oldest gives way.
 * Durable:  nothing; it is gone with the process.
 * Privacy:  holds what people type of people, in memory alone, for whoever typed it alone.
 *
 * A form is answered with another address, so that a browser keeps nothing of it.  What the next page needs of it lies here; the
 * address holds its number.
 */
#ifndef KRING_WEB_KEPT_ASIDE_H
#define KRING_WEB_KEPT_ASIDE_H

#include "base/bytes.h"
#include "base/err.h"
#include "web/cookie.h"

enum { ASIDE_NO = 16 };

struct aside;
/** ERR_NOMEM. */
MUST_CHECK enum err aside_create(struct aside **out);
void aside_free(struct aside *k);
/** Of whoever has that token, for that path; no: the number, in digits of an address.  ERR_LIMIT: too long; ERR_NOMEM. */
MUST_CHECK enum err aside_put(struct aside *k, const uint8_t token[COOKIE_TOKEN], const char *path,
			      struct span bytes, char no[ASIDE_NO + 1]);
/** no NULL: whichever there is for that path.  Borrowed until the next aside_put; p NULL: there is none of that number, of this person, for that path. */
struct span aside_get(const struct aside *k, const uint8_t token[COOKIE_TOKEN], const char *path,
		      const char *no);
/** Whoever signs out takes along what was typed. */
void aside_forget(struct aside *k, const uint8_t token[COOKIE_TOKEN]);

#endif /* KRING_WEB_KEPT_ASIDE_H */
