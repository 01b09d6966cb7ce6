/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * text - is this sequence of bytes a text we let in?
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  prints what it is asked to, and nothing else.
 */
#ifndef KRING_BASE_TEXT_H
#define KRING_BASE_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/err.h"

/** What a text may be.  proto/options.proto says which one a field is; a name, a place, an address are always a line. */
enum text_class {
	TEXT_LINE,  /* one row of a list: no line feed, no tab */
	TEXT_LINES, /* a story: both pass */
	TEXT_CODE   /* letters, digits, - _ . */
};

/** NULL: s is strict UTF-8 of this class, without NUL and control characters, without characters that nobody sees or that
 *  turn the writing direction (a name must read as it is stored, and no row may look like two).  Else what is wrong, to be
 *  read behind the field's name; at (may be NULL): the byte where it begins. */
const char *text_fault(enum text_class class, struct span s, size_t *at);
/** text_fault() of TEXT_LINES finds nothing. */
bool text_valid(struct span s);
/** On a person's screen: what no line may hold (a byte of no character, what ends the line, turns it round or is not seen)
 *  is a question mark.  For names of files and what was typed: nothing else that a person reads was let in. */
void text_print(FILE *f, const char *s);
/** Stable code: a-z 0-9 and single inner hyphens, 1..40 bytes. */
bool text_code(const char *s);

/** Nothing that anybody could see: empty, or blanks of any kind and width.  Empty is absent. */
bool text_blank(const char *s);
/** A blank of any kind and width at the start of s: its length in bytes; 0: there is none. */
size_t text_blank_len(const char *s);
/** The character at p, of at most left bytes (not 0): its length, 0 when the bytes are no UTF-8 in its shortest form. */
size_t text_next(const uint8_t *p, size_t left, uint32_t *out);

/** What an organisation or a federation may be called, so that no two names look alike by accident: one line in words with single
 *  blanks, no word that mixes scripts, no letter that only looks like another one.  NULL, or a row of errors.psv; *at: the
 *  character (a number of Unicode), 0 when it is none. */
const char *text_name_fault(const char *name, uint32_t *at);
/** As text_slug(), and with letters of Greek and Cyrillic for the Latin ones they look like: equal for two names that a reader
 *  takes for each other. */
bool text_name_looks(char *out, size_t cap, const char *name);
/** Digits, + ( ) / . - and blanks, and at the end an extension ("x12", "toestel 12", "poste 12", "Durchwahl 12").  As above;
 *  empty is no fault. */
const char *text_phone_fault(const char *phone, uint32_t *at);

/** Letters to change, add or leave out between two words; TEXT_FAR when one is longer than 64 bytes. */
enum { TEXT_FAR = 99 };
unsigned text_distance(const char *a, const char *b);

/** text_slug(out, cap, s): what people type for a name: lower-case letters and digits, one hyphen for all
 *  between them, Latin letters without their accents ("Één Thuis": een-thuis).  Never longer than s.  Empty for a
 *  name in another script; false, and empty, when it does not fit. */
bool text_slug(char *out, size_t cap, const char *s);

/** printf into out, with a NUL; what does not fit is cut. */
void text_format(char *out, size_t cap, const char *fmt, ...) PRINTF_LIKE(3, 4);

/** Short texts in fixed layouts: len u8 | bytes. */
void text_put(struct wr *w, const char *s);
/** Into out with a NUL; r->bad when longer than cap - 1, or not one line. */
void text_get(struct rd *r, char *out, size_t cap);

#endif /* KRING_BASE_TEXT_H */
