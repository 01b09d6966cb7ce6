/* SPDX-License-Identifier: EUPL-1.2 */
/* The two clocks, read here and handed down as numbers: below core nobody asks what time it is, so a test and the simulator
 * decide it.  A clock that cannot be read is no error one could go on with. */
#include "base/clock.h"

#include <time.h>

#include "base/check.h"

static uint64_t read_ns(clockid_t id)
{
	struct timespec ts;

	require(clock_gettime(id, &ts) == 0);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t clock_wall_ms(void)
{
	return read_ns(CLOCK_REALTIME) / 1000000u;
}

uint64_t clock_mono_ms(void)
{
	return read_ns(CLOCK_MONOTONIC) / 1000000u;
}

uint64_t clock_mono_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}
