/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * cases - maxima of how long cases are kept, each with its unit.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     months and years.
 * Durable:  nothing.
 * Privacy:  numbers only.
 */
#ifndef KRING_BASE_LIMITS_CASES_H
#define KRING_BASE_LIMITS_CASES_H

#include <assert.h>

#define LIMIT_RETAIN_MONTHS                                                                        \
	120u		     /* after which somebody is asked whether a closed case may be erased */
#define LIMIT_KEEP_YEARS 30u /* until when somebody may say that one is kept */

#define LIMIT_REQUESTS 3u /* times that whoever has a referral asks for the case itself */

/* Laws about files of care say ten to thirty years after the last contact; fifty is more than any of them asks, and a slip of the
 * keyboard beyond that would keep somebody's life on a disk that nobody remembers. */
#define LIMIT_KEEP_MONTHS                                                                          \
	600u /* how long a law may make one keep what a consent no longer covers */
/* Long enough for the letter that asks for it to be named, short enough for a line of the audit log. */
#define LIMIT_OPEN_REASON 500u /* bytes of why it was opened meanwhile */

static_assert(LIMIT_KEEP_YEARS * 12 > LIMIT_RETAIN_MONTHS, "a day that is chosen may be later");

#endif /* KRING_BASE_LIMITS_CASES_H */
