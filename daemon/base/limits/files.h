/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * files - the maxima of files, as chunks of ciphertext (domain/blob); limits.h has all others.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     *_MS milliseconds.
 * Durable:  LIMIT_CHUNK shapes every file that was ever written.
 * Privacy:  none.
 */
#ifndef KRING_BASE_LIMITS_FILES_H
#define KRING_BASE_LIMITS_FILES_H

#include "base/limits.h"

#define LIMIT_CHUNK	      49152u	    /* plain bytes of a chunk; the last one has fewer */
#define LIMIT_FILE	      (50ULL << 20) /* of an attachment */
#define LIMIT_FILE_CHUNKS     1067u
#define LIMIT_BUNDLE	      (4ULL << 20) /* what a case takes along when it is handed over */
#define LIMIT_HANDOVERS	      16u	   /* of a partner, to us, that are not over */
#define LIMIT_BLOBS_PARTNER   (1ULL << 30) /* of one partner: what lies here or was asked for */
#define LIMIT_CHUNKS_ASKED    4u	   /* of a partner at a time */
#define LIMIT_BLOB_SPOILED    3u  /* so often a file is fetched that is not what its name says */
#define LIMIT_BLOBS_OPEN      64u /* files that people are adding, of all of them ... */
#define LIMIT_BLOB_OPEN_MS    86400000u	     /* ... and so long one may take */
#define LIMIT_CASE_FILES      64u	     /* that people added to one case */
#define LIMIT_CASE_FILES_CAME 256u	     /* ... and that partners sent for it */
#define LIMIT_REF_FILES	      64u	     /* that one side sends in a referral */
#define LIMIT_FILE_NAME	      120u	     /* bytes */
#define LIMIT_BUNDLE_FILES    128u	     /* that go along with a case ... */
#define LIMIT_BUNDLE_BYTES    (512ULL << 20) /* ... and of all of them, as they travel */
#define LIMIT_SAVES	      8u	     /* files that browsers are saving, of all ... */
#define LIMIT_SAVES_OWN	      2u	     /* ... and of one session */
#define LIMIT_SAVES_BEGUN                                                                          \
	16u /* of one session: the newest ones go on without another proof of who it is */

static_assert(LIMIT_FILE <= (unsigned long long)LIMIT_CHUNK * LIMIT_FILE_CHUNKS &&
		      LIMIT_FILE > (unsigned long long)LIMIT_CHUNK * (LIMIT_FILE_CHUNKS - 1) &&
		      LIMIT_BUNDLE < LIMIT_FILE,
	      "so many chunks have the largest file");
static_assert(LIMIT_CHUNK <= LIMIT_PB_BYTES && LIMIT_CHUNK + 256 <= LIMIT_RECORD + 512 &&
		      LIMIT_CHUNK + 8192 < LIMIT_CLASS_2,
	      "a chunk fits a request, an item of a backup, and a frame with what each frame says");
static_assert(LIMIT_FILE_CHUNKS * 2 < LIMIT_TURN_ROWS,
	      "a file is looked at and removed in one turn");
static_assert(LIMIT_CHUNKS_ASKED * LIMIT_CLASS_2 < LIMIT_IPC_CREDIT / 16,
	      "what was asked for leaves others their share");
static_assert(LIMIT_CASE_FILES <= LIMIT_BUNDLE_FILES && LIMIT_BUNDLE_FILES <= 256,
	      "the files of most cases go along, and a body has so many elements of a list");
static_assert(LIMIT_FILE * 4 < LIMIT_BLOBS_PARTNER, "a partner may bring several files");

#endif /* KRING_BASE_LIMITS_FILES_H */
