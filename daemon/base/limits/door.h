/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * door - the limits of one address from which browsers come; beside limits_screens.h.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_BASE_LIMITS_DOOR_H
#define KRING_BASE_LIMITS_DOOR_H

#include "base/limits_screens.h"

#define LIMIT_HTTP_ADDRESS 16u /* lines that say nothing, and questions that wait for core */
#define LIMIT_HTTP_SILENT_MS                                                                       \
	2000u		      /* a line may be so long before its request, however many there are */
#define LIMIT_TRIES	  10u /* sign-ins that fail within ... */
#define LIMIT_TRIES_MS	  60000u
#define LIMIT_TRIES_KNOWN 256u /* addresses that are remembered */

static_assert(LIMIT_TRIES > LIMIT_FAILURES, "one person's mistakes shut nobody else's door");
static_assert(LIMIT_HTTP_SILENT_MS < LIMIT_HTTP_HEAD_MS && LIMIT_HTTP_ADDRESS * 2 < LIMIT_QUESTIONS,
	      "one address alone fills nothing");

#endif /* KRING_BASE_LIMITS_DOOR_H */
