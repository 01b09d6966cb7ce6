/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * clock - wall and monotonic time, read in core/, roles/ and tool/ and handed down as numbers.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     clock_wall_ms is milliseconds since 1970; clock_mono_ms never goes back.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_BASE_CLOCK_H
#define KRING_BASE_CLOCK_H

#include <stdint.h>

uint64_t clock_wall_ms(void);
uint64_t clock_mono_ms(void);
/** For measurements. */
uint64_t clock_mono_ns(void);

#endif /* KRING_BASE_CLOCK_H */
