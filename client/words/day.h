/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * day - a day as people write it: 30-06-2027, 30/06, 30 juni, morgen, vrijdag, over 2 weken.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     days since 1970-01-01; today is the caller's, for one that runs over midnight asks once.
 * Durable:  nothing.
 * Privacy:  reads what was typed, keeps nothing of it.
 */
#ifndef KRING_CLIENT_WORDS_DAY_H
#define KRING_CLIENT_WORDS_DAY_H

#include "base/date.h"
#include "proto/lists.h"

enum day_fault {
	DAY_OK,
	DAY_UNKNOWN, /* no day, in none of our languages */
	DAY_NONE,    /* 30-02-2027 */
	DAY_WEEKDAY, /* not on that day of the week */
	DAY_YEAR,    /* the year has two digits: 05-06-07 is read in three ways */
	DAY_TO_COME, /* nobody is born tomorrow */
};

/** The day of the machine's own clock, where whoever reads is. */
int64_t day_today(void);
/** Day before month before year, or 2027-06-30.  Without a year: the next one that comes, today included; a day of the week:
 *  the next one, today not included.  Words of lang, and the longer ones of our other languages. */
enum day_fault day_read(const char *text, enum list_lang lang, int64_t today, int64_t *day);
/** A birthday, of which the year or the month may be all that is known: out is 1980-01-31, 1980-01 or 1980. */
enum day_fault day_birth(const char *text, enum list_lang lang, int64_t today, char out[DATE_TEXT]);
/** What is wrong, for a person; "" for DAY_OK. */
const char *day_fault_text(enum day_fault fault, enum list_lang lang);

#endif /* KRING_CLIENT_WORDS_DAY_H */
