/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * limits_screens - the limits of who signs in at a screen; beside limits.h.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_BASE_LIMITS_SCREENS_H
#define KRING_BASE_LIMITS_SCREENS_H

#include <assert.h>

#include "base/limits.h"

#define LIMIT_SESSIONS	     256u /* people signed in at a screen, of all ... */
#define LIMIT_SESSIONS_OWN   8u	  /* ... and of one: the oldest gives way */
#define LIMIT_SESSION_MIN    15u  /* without a page a session ends; a setting may only shorten it */
#define LIMIT_SESSION_MS     36000000u /* ... and after this always */
#define LIMIT_STEP_UP_MS     120000u   /* a proof is fresh so long */
#define LIMIT_CHALLENGE_MS   120000u   /* a challenge may be answered so long, once */
#define LIMIT_CHALLENGES     1024u     /* answered ones that are remembered, of all ... */
#define LIMIT_CHALLENGES_OWN 16u       /* ... and of one */
#define LIMIT_FAILURES	     5u	       /* sign-ins of one person that fail within ... */
#define LIMIT_FAILURES_MS                                                                          \
	900000u /* ... this time: then the door is shut for that person, as long */
#define LIMIT_LINK_MS	   86400000u /* an address by which a person adds a passkey holds so long */
#define LIMIT_PASSKEYS	   8u	     /* of one person */
#define LIMIT_PASSKEY_NAME 60u
#define LIMIT_CRED_ID	   256u /* bytes of what a browser says of a passkey ... */
#define LIMIT_SPKI	   600u /* ... RSA of 4 096 bits has 550 */
#define LIMIT_AUTH_DATA	   1024u
#define LIMIT_CLIENT_DATA  2048u
#define LIMIT_SIGNATURE	   512u
#define LIMIT_ORIGIN	   128u
#define LIMIT_HASHING	   8u /* passphrases that wait to be hashed; one takes a tenth of a second */
#define LIMIT_PASSPHRASE   256u

static_assert(LIMIT_SESSIONS_OWN < LIMIT_SESSIONS && LIMIT_CHALLENGES_OWN < LIMIT_CHALLENGES,
	      "nobody's sessions keep out another's");
static_assert(LIMIT_PASSKEYS * (LIMIT_CRED_ID + LIMIT_SPKI + LIMIT_PASSKEY_NAME * 4 + 64) + 2048 <
		      LIMIT_RECORD,
	      "a person's passkeys fit the row");

#endif /* KRING_BASE_LIMITS_SCREENS_H */
