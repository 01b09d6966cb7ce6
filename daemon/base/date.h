/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * date - days of the calendar: numbers, weekdays, and the text 2026-11-27.
 *
 * Layer:    base.
 * Owns:     nothing; pure.
 * Threads:  any.
 * Time:     a day is the number of days since 1970-01-01; time zones are not known here.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_BASE_DATE_H
#define KRING_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

enum { DATE_TEXT = 11, DATE_YEAR_MIN = 1970, DATE_YEAR_MAX = 9999 };
/** Of a day that no clock was changed in: what terms and limits count in. */
enum { DAY_MS = 86400000 };
enum { DATE_SUNDAY, DATE_MONDAY, DATE_SATURDAY = 6 };

struct date {
	int year, month, day;
};

struct date date_of(int64_t day);
/** The month may have the day or not: 31 April is 1 May. */
int64_t date_day(int year, int month, int day);
/** 0 Sunday ... 6 Saturday. */
int date_weekday(int64_t day);
/** Easter Sunday (Gregorian). */
int64_t date_easter(int year);
/** "2027-01-15", ten characters and nothing else, a day that exists, DATE_YEAR_MIN to DATE_YEAR_MAX. */
bool date_parse(const char *text, int64_t *day);
/** The same, from that year on. */
bool date_read(const char *text, int from_year, int64_t *day);
/** A day outside those years is written as the first or the last of them. */
void date_text(int64_t day, char out[DATE_TEXT]);

#endif /* KRING_BASE_DATE_H */
