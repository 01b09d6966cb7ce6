/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fits - which of several ids a person means by the part that was typed.
 *
 * Layer:    domain/people (base).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  ids alone.
 *
 * An id begins with the time at which it was made, which those of one day share; lists show what comes behind.  Begin with
 * {0}; whoever looks tries every id there is, because only then is it known that no other one fits.
 */
#ifndef KRING_DOMAIN_PEOPLE_FITS_H
#define KRING_DOMAIN_PEOPLE_FITS_H

#include "base/bytes.h"

enum { FITS_SHOWN = 4, FITS_TYPED_MIN = 4, FITS_IDS = FITS_SHOWN * (32 + 2) + 8 };

struct fits {
	size_t count;
	struct id16 first;
	char ids[FITS_IDS]; /* the first FITS_SHOWN of them, whole, for the sentence that refuses */
};

/** Is it this one?  The whole id, or at least FITS_TYPED_MIN digits of the part behind the time; capitals are as good. */
bool fits_id(const struct id16 *id, const char *text);
/** What such an id has behind the time, of a part that may be one. */
bool fits_first(const char *text, uint8_t first[2]);
/** Counts it, if it is. */
void fits_try(struct fits *f, const struct id16 *id, const char *text);

#endif /* KRING_DOMAIN_PEOPLE_FITS_H */
