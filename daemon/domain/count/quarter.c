/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendar quarters, counted from year 0, in UTC.  The only period there is: whoever may choose periods can subtract two that
 * differ by a day.  UTC, not the node's country: all members of a federation must close the same quarter at the same moment. */
#include "domain/count/quarter.h"
#include "base/date.h"

#include <string.h>

static_assert(QUARTER_TEXT == sizeof "2026Q4", "a year of four digits");
static_assert(LIMIT_FLOW_WAIT_DAYS < 90, "a quarter is reported before the next one ends");

static bool leap(uint32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t days_of(uint32_t quarter)
{
	static const uint8_t days[4] = {90, 91, 92, 92};

	return days[quarter % 4] + (quarter % 4 == 0 && leap(quarter / 4) ? 1u : 0u);
}

uint32_t quarter_of(uint64_t ms)
{
	uint64_t day = ms / DAY_MS;
	uint32_t q = 1970 * 4;

	for (; day >= days_of(q) && q < QUARTER_MAX; q++)
		day -= days_of(q);
	return q;
}

uint64_t quarter_begin_ms(uint32_t quarter)
{
	uint64_t days = 0;

	for (uint32_t q = 1970 * 4; q < quarter; q++)
		days += days_of(q);
	return days * DAY_MS;
}

uint64_t quarter_ready_ms(uint32_t quarter)
{
	return quarter_begin_ms(quarter + 1) + (uint64_t)LIMIT_FLOW_WAIT_DAYS * DAY_MS;
}

void quarter_text(uint32_t quarter, char out[QUARTER_TEXT])
{
	uint32_t year = quarter / 4;

	for (int i = 3; i >= 0; i--, year /= 10)
		out[i] = (char)('0' + year % 10);
	out[4] = 'Q';
	out[5] = (char)('1' + quarter % 4);
	out[6] = '\0';
}

/* These six characters and nothing else: "1/26" would be read as two things by two people. */
enum err quarter_parse(const char *text, uint32_t *quarter)
{
	uint32_t year = 0;

	if (strlen(text) != 6 || (text[4] != 'Q' && text[4] != 'q') || text[5] < '1' ||
	    text[5] > '4')
		return ERR_INVAL;
	for (int i = 0; i < 4; i++) {
		if (text[i] < '0' || text[i] > '9')
			return ERR_INVAL;
		year = year * 10 + (uint32_t)(text[i] - '0');
	}
	*quarter = year * 4 + (uint32_t)(text[5] - '1');
	return *quarter >= QUARTER_MIN && *quarter < QUARTER_MAX ? ERR_OK : ERR_INVAL;
}
