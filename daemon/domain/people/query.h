/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * query - what somebody typed to find a person, and how well a person fits it.
 *
 * Layer:    domain/people (base).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  as index.h.
 *
 * One field takes a name, a part of one, a birth date (whole or in part), a telephone number in any form, the number of a case,
 * or a name with a birth date behind it.
 */
#ifndef KRING_DOMAIN_PEOPLE_QUERY_H
#define KRING_DOMAIN_PEOPLE_QUERY_H

#include "domain/people/index.h"

/* How well it fits; the smallest stands first. */
enum query_fit {
	QUERY_EXACT = 1, /* the whole name, birth date, telephone or number */
	QUERY_BEGINS,	 /* each word begins a word of the name */
	QUERY_PART,	 /* it stands in the name, or in a number */
	QUERY_NOT
};

enum { QUERY_WORDS = 12 };

struct query {
	char name[FOLD_MAX + 1], joined[FOLD_MAX + 1]; /* joined: without blanks */
	struct {
		const char *at; /* in name */
		size_t len;
		bool particle;
	} words[QUERY_WORDS];
	size_t word_count, meant; /* meant: words that are no particles */
	char digits[FOLD_NUMBER]; /* of a telephone; "": it is none */
	char born[11];		  /* 1980, 1980-01, 1980-01-31, or half of it; "" */
	char number[21];	  /* of a case, in hexadecimal; "" */
	uint64_t dialled;	  /* digits, as a number */
	bool name_too;		  /* born stands behind a name, and both have to fit */
	uint64_t
		letters; /* whoever lacks one of these (index_entry.letters) does not fit by the name ... */
	uint64_t dialled_pairs; /* ... these of its digits, by a telephone ... */
	struct index_want want; /* and whoever is not wanted does not fit at all */
};

/** Keeps pointers into itself: never copied. */
void query_of(struct query *q, const char *typed);
/** Without its name: can it fit?  It is asked of very many, and mostly says no. */
bool query_may(const struct query *q, const struct index_entry *e);
enum query_fit query_fits(const struct query *q, const struct index_entry *e);

#endif /* KRING_DOMAIN_PEOPLE_QUERY_H */
