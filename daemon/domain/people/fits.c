/* SPDX-License-Identifier: EUPL-1.2 */
/* One rule for all that is named by a part of its id: cases, documents, invites, proposals.  Two that fit are refused with
 * both ids and never guessed: the second one is the wrong person's. */
#include "domain/people/fits.h"

#include <assert.h>
#include <string.h>

#include "base/check.h"

enum { HEX = 32, TIME_DIGITS = 12 };
static_assert(HEX == 2 * sizeof(struct id16) && TIME_DIGITS + FITS_TYPED_MIN < HEX,
	      "the part behind the time is long enough to be typed");

/* A digit may be copied from where capitals are used. */
static bool begins(const char *hex, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const char c = text[i];

		if (hex[i] != (c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c))
			return false;
	}
	return true;
}

/* Of very many ids nearly all differ in the first two digits that are typed: those are looked at before all are written out. */
static bool may_begin(const struct id16 *id, const char *text)
{
	char hex[3];

	bytes_hex(hex, id->b + TIME_DIGITS / 2, 1);
	return begins(hex, text, 2);
}

/* Fewer than four digits fit something by chance, and a whole id was copied: it is not tried as a beginning. */
bool fits_id(const struct id16 *id, const char *text)
{
	require(id != NULL && text != NULL);
	const size_t len = strlen(text);
	char hex[HEX + 1];

	if (len != HEX && (len < FITS_TYPED_MIN || !may_begin(id, text)))
		return false;
	bytes_hex(hex, id->b, sizeof id->b);
	/* What begins with the time fits all that was made in the same hour, so it is never tried as a beginning;
	 * a partner that wants two ids to be mistaken for each other finds that both are named. */
	if (len == HEX)
		return begins(hex, text, len);
	return len <= HEX - TIME_DIGITS && begins(hex + TIME_DIGITS, text, len);
}

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

bool fits_first(const char *text, uint8_t first[2])
{
	int d[FITS_TYPED_MIN];

	require(text != NULL);
	static_assert(FITS_TYPED_MIN == 4, "as many digits as two bytes");
	for (size_t i = 0; i < FITS_TYPED_MIN; i++) {
		d[i] = digit(text[i]); /* -1 at its end, too */
		if (d[i] < 0)
			return false;
	}
	first[0] = (uint8_t)(d[0] << 4 | d[1]);
	first[1] = (uint8_t)(d[2] << 4 | d[3]);
	return true;
}

/* The fifth one is counted as all further ones are, and stands as three dots: a sentence has an end. */
void fits_try(struct fits *f, const struct id16 *id, const char *text)
{
	require(f != NULL);
	size_t n = strlen(f->ids);

	if (!fits_id(id, text))
		return;
	/* The first one is only of use when no second one comes: whoever asks looks at count before. */
	if (f->count++ == 0)
		f->first = *id;
	if (f->count > FITS_SHOWN + 1)
		return;
	require(n + (f->count > FITS_SHOWN ? 6 : 2 + HEX + 1) <= sizeof f->ids);
	if (f->count > 1) {
		memcpy(f->ids + n, ", ", 2);
		n += 2;
	}
	if (f->count > FITS_SHOWN)
		memcpy(f->ids + n, "...", 4);
	else
		bytes_hex(f->ids + n, id->b, sizeof id->b);
}
