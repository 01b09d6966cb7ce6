/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * calendar - working days, and where a day begins: by the rules of config/holidays.
 *
 * A place is a country of config/holidays, or one of its regions: "NL", "BE-VLG", "UK-SCT".  Its days begin at
 * midnight of its own clock, summer time included (the rule that EU and UK have had since 1996).  A place that
 * is not known counts Monday to Friday by Central European time: calendar_known() is asked before anybody
 * relies on it.
 *
 * Layer:    domain/referral (base, proto).
 * Owns:     nothing; pure.
 * Threads:  any.
 * Time:     wall-clock milliseconds in; an end is the last millisecond that belongs to it.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_REFERRAL_CALENDAR_H
#define KRING_DOMAIN_REFERRAL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/date.h"

/** Is there a calendar for this place? */
bool calendar_known(const char *place);
/** The day of this moment there, since 1970-01-01. */
int64_t calendar_day(const char *place, uint64_t ms);
/** The last millisecond of that day there. */
uint64_t calendar_end(const char *place, int64_t day);
/** That day as documents name one: noon of it in UTC, which is the same day in every country. */
uint64_t calendar_noon(const char *place, uint64_t ms);
bool calendar_is_working(const char *place, int64_t day);
/** End of the days-th working day after the day of from_ms; 0: of that day itself. */
uint64_t calendar_add(const char *place, uint64_t from_ms, uint32_t days);
/** The same, every day counted. */
uint64_t calendar_add_all(const char *place, uint64_t from_ms, uint32_t days);
/** Working days from the day of a (not counted) to the day of b (counted); 0 when b is not later. */
uint32_t calendar_between(const char *place, uint64_t a_ms, uint64_t b_ms);

#endif /* KRING_DOMAIN_REFERRAL_CALENDAR_H */
