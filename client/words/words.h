/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * words - sentences, days, moments and numbers in the reader's language.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     local time of whoever reads.
 * Durable:  nothing.
 * Privacy:  values may name people; they go where the caller wants them.
 *
 * The sentences of kring stand in config/lists/say.psv, what commands are for in commands.psv, names of arguments in arguments.psv.
 */
#ifndef KRING_CLIENT_WORDS_WORDS_H
#define KRING_CLIENT_WORDS_WORDS_H

#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/fill.h"
#include "proto/lists.h"

enum { WORDS_SHORT = 64, WORDS_LONG = 2048 };

/** How that language counts. */
enum fill_plural words_plural(enum list_lang lang);
/** A row of say.psv as it stands. */
const char *words_of(enum list_lang lang, const char *key);
/** A row of say.psv with its values, and nothing behind it. */
void words_say(enum list_lang lang, FILE *to, const char *key, const struct fill *values);
/** The same into out, which is returned; what does not fit is left out. */
char *words_into(enum list_lang lang, char *out, size_t cap, const char *key,
		 const struct fill *values);

/** What the system said, for example ENOENT, in words. */
const char *words_errno(enum list_lang lang, int number);
/** What stands between a name and its value: ": ", with a blank before it in French. */
const char *words_colon(enum list_lang lang);
/** What stands between two parts of a line: "; ", likewise. */
const char *words_semicolon(enum list_lang lang);
/** What a command is for; verb may be NULL. */
const char *words_help(enum list_lang lang, const char *noun, const char *verb);
/** What an option of that command is for, for a person; "" when there is no row, which a test finds. */
/** What a person typed and what we call it: the same word, large or small letters, with or without accents.  Nothing is no word. */
bool words_same(struct span typed, struct span ours);
const char *words_option(enum list_lang lang, const char *noun, const char *verb, const char *name);
/** What a field of a person or a category is called where the node is ("BE"; "": not known): a national number has another name in
 *  each country. */
const char *words_called(enum list_lang lang, const char *country, enum list_id list,
			 const char *code);
/** The same of what stays where the person is referred for this need: what is on file about it may have the need's own words, and that
 *  need goes.  Then it is called what was written down.  Returns called, or out. */
const char *words_beside_need(enum list_lang lang, const char *called, const char *need,
			      char out[WORDS_SHORT]);
/** Rows of say.psv: that number in each country; NULL behind the last. */
extern const char *const words_national[];
/** "CASE FIELD..." with the names that the reader's language has for them. */
void words_arguments(enum list_lang lang, const char *words, char *out, size_t cap);

/** "2026-11-27" as people write it: vr 27 nov. 2026.  Not a day: as it came, or "-" for nothing. */
char *words_day(enum list_lang lang, const char *text, char out[WORDS_SHORT]);
/** The same without the day of the week: 27 nov. 2026. */
char *words_date(enum list_lang lang, const char *text, char out[WORDS_SHORT]);
/** The day of a moment, by the clock of whoever reads; "-" for 0. */
char *words_day_of(enum list_lang lang, uint64_t ms, char out[WORDS_SHORT]);
/** Day and time of a moment, as wide in every language: 27-11-2026 14:02; "-" for 0. */
char *words_moment(enum list_lang lang, uint64_t ms, char out[WORDS_SHORT]);
/** The time alone when it is today, else the whole moment. */
char *words_clock(enum list_lang lang, uint64_t ms, char out[WORDS_SHORT]);
/** 3 days, 1 hour, 20 minutes: the largest that is not too coarse. */
char *words_length(enum list_lang lang, uint64_t s, char out[WORDS_SHORT]);
/** Thousandths as a decimal number: 0,500. */
char *words_thousandths(enum list_lang lang, uint64_t milli, char out[WORDS_SHORT]);
/** Of a file, as people read it: whole numbers, for nobody decides anything by the digits behind. */
char *words_size(enum list_lang lang, uint64_t bytes, char out[WORDS_SHORT]);

#endif /* KRING_CLIENT_WORDS_WORDS_H */
