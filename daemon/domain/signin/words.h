/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * words - passphrases as people type them, and what has to be worked out of one outside the turn.
 *
 * Layer:    domain/signin (base).
 * Owns:     nothing; every span is borrowed.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  a job holds the passphrase; whoever keeps it wipes it.
 */
#ifndef KRING_DOMAIN_SIGNIN_WORDS_H
#define KRING_DOMAIN_SIGNIN_WORDS_H

#include "base/arena.h"
#include "base/limits_screens.h"

enum { SIGNIN_KEPT = 128, SIGNIN_WORDS = 4, SIGNIN_JOB = 1 + SIGNIN_KEPT + LIMIT_PASSPHRASE };

/* job := make u8 | kept 128, NULs behind it | words.  What comes of it, with a NUL: what is to be kept; of a check what was kept, when the
 * words are right; else "". */
struct signin_job {
	bool make;	  /* else: is it the one that is kept? */
	const char *kept; /* "": nobody's */
	struct span words;
};

/** One blank between words, none around.  Empty: longer than LIMIT_PASSPHRASE, or memory is short. */
struct span signin_words(struct arena *a, const char *text);
/** Four words of two letters and more, not all the same. */
bool signin_words_enough(struct span words);
/** NULL bytes: memory is short. */
struct span signin_job_put(struct arena *a, const struct signin_job *j);
bool signin_job_read(struct span bytes, struct signin_job *j);

#endif /* KRING_DOMAIN_SIGNIN_WORDS_H */
