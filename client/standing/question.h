/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * question - the table of questions: when each is asked, what Enter means, and what is wrong with an answer.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     whether an invite has expired, by this machine's clock.
 * Durable:  reads files that answers name.
 * Privacy:  names of people who will work here; secrets only to see that they are there.
 */
#ifndef KRING_CLIENT_STANDING_QUESTION_H
#define KRING_CLIENT_STANDING_QUESTION_H

#include "client/standing/setup.h"

enum question_kind {
	QUESTION_TEXT,
	QUESTION_WORD,	 /* one of words */
	QUESTION_SECRET, /* typed without being seen; an answers file names a file that holds it */
	QUESTION_TOKEN	 /* the same, but seen */
};

struct question {
	const char *key;  /* in an answers file */
	const char *name; /* rows ask-NAME and why-NAME of setup.psv */
	enum question_kind kind;
	const char *words; /* "create|join": rows is-WORD */
	bool may_be_empty;
	bool of_new_node; /* a node that stands there has answered it */
	bool (*asked)(const struct setup *s);
	void (*usual)(const struct setup *s, char out[SETUP_ANSWER]);
	/* NULL, or what is wrong, as a person reads it; it may lie in out */
	const char *(*flaw)(struct setup *s, const char *text, char out[SETUP_SAY]);
};

extern const struct question questions[ASK_COUNT];

/** What Enter means, "" when it means nothing. */
void question_usual(const struct setup *s, enum ask_no no, char out[SETUP_ANSWER]);
/** NULL: text is an answer. */
const char *question_flaw(struct setup *s, enum ask_no no, const char *text, char out[SETUP_SAY]);
/** The i-th word of a question of words; false: past the last. */
bool question_word(enum ask_no no, size_t i, char out[32]);
/** Why that word cannot be chosen here; NULL: it can. */
const char *question_off(const struct setup *s, enum ask_no no, const char *word);

#endif /* KRING_CLIENT_STANDING_QUESTION_H */
