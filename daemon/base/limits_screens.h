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
#define LIMIT_PAGE	   524288u /* bytes of a page */
#define LIMIT_FORM	   65536u  /* ... and of what a browser sends with a form */
#define LIMIT_URI	   2048u
#define LIMIT_HTTP_LINES   512u /* connections of browsers ... */
#define LIMIT_HTTP_FULL                                                                            \
	448u /* ... from here on the one whose request is awaited longest gives way */
#define LIMIT_HTTP_MEMORY    32768u /* bytes of a request without its body */
#define LIMIT_HTTP_HEAD_MS   10000u /* until a request has come, without its body ... */
#define LIMIT_HTTP_BODY_MS   30000u /* ... until that has ... */
#define LIMIT_HTTP_READ_MS   60000u /* ... and until the browser took what is answered */
#define LIMIT_HTTP_IDLE_S    30u    /* without a byte */
#define LIMIT_QUESTIONS	     64u    /* of the process of the screens to core, at a time */
#define LIMIT_QUESTION_MS    10000u
#define LIMIT_QUESTIONS_CORE 256u /* ... with those that it gave up and core has not answered */
#define LIMIT_FILES_WEB	     640u
#define LIMIT_STREAMS	     64u /* pages that are told of changes while they are looked at, of all ... */
#define LIMIT_STREAMS_OWN    4u /* ... and of one session: the oldest gives way */
#define LIMIT_STREAMS_ASKED  8u /* of which core is asked at a time: pages come first */
#define LIMIT_STREAM_MS	     25000u /* each is heard of at least so often, or nobody is there any more */
#define LIMIT_ASIDE                                                                                \
	512u /* things typed that the process of the screens keeps for the next page, of all ... */
#define LIMIT_ASIDE_OWN	  20u	   /* ... and of one session: the oldest gives way */
#define LIMIT_ASIDE_BYTES 4194304u /* ... together */
#define LIMIT_SOUGHT	  200u	   /* bytes of what somebody looks for */

static_assert(LIMIT_SESSIONS_OWN < LIMIT_SESSIONS && LIMIT_CHALLENGES_OWN < LIMIT_CHALLENGES,
	      "nobody's sessions keep out another's");
static_assert(LIMIT_HTTP_FULL < LIMIT_HTTP_LINES && LIMIT_HTTP_LINES + 64 < LIMIT_FILES_WEB,
	      "every browser has a descriptor, and who comes last finds a place");
static_assert(LIMIT_STREAMS_OWN < LIMIT_STREAMS && LIMIT_STREAMS < LIMIT_HTTP_FULL / 2 &&
		      LIMIT_STREAMS_ASKED < LIMIT_QUESTIONS / 2,
	      "pages that are told of changes leave room for those that are asked for");
static_assert(LIMIT_STREAM_MS < LIMIT_HTTP_IDLE_S * 1000u, "no proxy takes them for silent");
static_assert(LIMIT_QUESTION_MS < LIMIT_HTTP_READ_MS,
	      "a browser still waits when core was too slow");
static_assert(LIMIT_PASSKEYS * (LIMIT_CRED_ID + LIMIT_SPKI + LIMIT_PASSKEY_NAME * 4 + 64) + 2048 <
		      LIMIT_RECORD,
	      "a person's passkeys fit the row");

#endif /* KRING_BASE_LIMITS_SCREENS_H */
