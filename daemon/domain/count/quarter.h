/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * quarter - calendar quarters, the only period there is.
 *
 * Layer:    domain/count (base).  Pure.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     milliseconds since 1970, UTC; a quarter is a number: year * 4 + 0 to 3.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_DOMAIN_COUNT_QUARTER_H
#define KRING_DOMAIN_COUNT_QUARTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"

enum { QUARTER_TEXT = 7, QUARTER_MIN = 2020 * 4, QUARTER_MAX = 2200 * 4 };

uint32_t quarter_of(uint64_t ms);
uint64_t quarter_begin_ms(uint32_t quarter);
/** From when on its report may be made. */
uint64_t quarter_ready_ms(uint32_t quarter);
/** "2026Q4". */
void quarter_text(uint32_t quarter, char out[QUARTER_TEXT]);
MUST_CHECK enum err quarter_parse(const char *text, uint32_t *quarter);

#endif /* KRING_DOMAIN_COUNT_QUARTER_H */
