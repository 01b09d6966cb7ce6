/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fold - how names, telephone numbers and birth dates are compared, however they were typed.
 *
 * Layer:    domain/people (base).  The one home of utf8proc: tables of Unicode as a pure function, without files or state.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing; a folded form is never stored and never shown.
 * Privacy:  what is folded still names a person.
 */
#ifndef KRING_DOMAIN_PEOPLE_FOLD_H
#define KRING_DOMAIN_PEOPLE_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FOLD_MAX = 240,	  /* bytes of a folded name: what is behind them is not looked for */
	FOLD_PHONES = 2,  /* numbers of one field that are found */
	FOLD_DIGITS = 18, /* of one number */
	FOLD_NUMBER = 21  /* of one, written out */
};

/** Words with one blank between them: no capitals, accents, apostrophes or signs; "ij" for y, "ss" for the sharp s.  A script
 *  without those stays as it is.  Returns the length; out is a text. */
size_t fold_name(char out[FOLD_MAX + 1], const char *name);
/** Is this word of a folded name one that people leave out: van, de, 't, el, ben? */
bool fold_particle(const char *word, size_t len);
/** The same for two names that people would take for one: the order of words, such small words and doubled letters make no
 *  difference.  0: no name. */
uint64_t fold_hash(const char *folded);
/** The digits of each number in a text, as they are within their country: 0113-1, +31 113 1 and 0031-113-1 are one.  The rest
 *  of out is 0. */
void fold_phones(uint64_t out[FOLD_PHONES], const char *text);
/** A number as text, without zeros before it; 0: none.  Returns the length. */
size_t fold_number(char out[FOLD_NUMBER], uint64_t number);
/** Which two letters stand side by side, blanks left out, as bits of a hash: of a part of a text the bits are among those of the
 *  whole.  A text of one letter has none. */
uint64_t fold_pairs(const char *text, size_t len);
/** The same of a telephone number as it is written out; 0: none. */
uint64_t fold_number_pairs(uint64_t number);
/** As 20260131, with 0 for the month or day that nobody knows; 0: no such date. */
uint32_t fold_birth(const char *date);
/** May both be the birth date of one person?  What is not known may be. */
bool fold_birth_fits(uint32_t a, uint32_t b);

#endif /* KRING_DOMAIN_PEOPLE_FOLD_H */
