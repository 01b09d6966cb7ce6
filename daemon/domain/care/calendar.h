/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * calendar - working days of NL and BE, from the rules in config/holidays.
 *
 * Layer:    domain/care (base, proto).
 * Owns:     nothing; pure.
 * Threads:  any.
 * Time:     wall-clock milliseconds in; days are Central European days.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_CARE_CALENDAR_H
#define KRING_DOMAIN_CARE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/** Days since 1970-01-01 in Central European time. */
int64_t calendar_day(uint64_t ms);
bool calendar_is_working(const char *country, int64_t day);
/** End of the days-th working day after the day of from_ms. */
uint64_t calendar_add(const char *country, uint64_t from_ms, uint32_t days);
/** Working days from the day of a (not counted) to the day of b (counted); 0 when b is not later. */
uint32_t calendar_between(const char *country, uint64_t a_ms, uint64_t b_ms);

#endif /* KRING_DOMAIN_CARE_CALENDAR_H */
