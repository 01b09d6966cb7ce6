/* SPDX-License-Identifier: EUPL-1.2 */
/* What is odd is not refused: a partner's clock may be wrong, and care does not wait for it. */
#include "domain/documents/dates.h"

#include "base/check.h"
#include "base/date.h"
#include "base/limits.h"

/* 2020-01-01: no node is older. */
static const uint64_t first_ms = UINT64_C(1577836800000);

uint64_t dates_ahead(uint64_t heard_ms, uint64_t date_ms)
{
	const uint64_t back = (uint64_t)LIMIT_RETAIN_DAYS * DAY_MS;
	const uint64_t last = heard_ms + (uint64_t)LIMIT_DATE_DAYS * DAY_MS;

	require(last > heard_ms);
	if (date_ms < heard_ms && heard_ms - date_ms > back)
		return 0;
	return date_ms < last ? date_ms : last;
}

/* A clock that is ahead by less than a day says the same day to nearly everybody. */
uint64_t dates_past(uint64_t heard_ms, uint64_t said_ms)
{
	require(heard_ms < UINT64_MAX - DAY_MS);
	return said_ms < first_ms || said_ms > heard_ms + DAY_MS ? heard_ms : said_ms;
}
