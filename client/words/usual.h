/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * usual - which categories are marked at first when a person is referred, the same at a terminal and on a screen.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none: codes of needs and categories.
 */
#ifndef KRING_CLIENT_WORDS_USUAL_H
#define KRING_CLIENT_WORDS_USUAL_H

#include <stdint.h>

/** The bit of a category by its code, which is one of ours. */
uint64_t usual_bit(const char *category);
/** Who it is, how to reach the person, the goals, and what this need itself is about. */
uint64_t usual_cats(const char *need);

#endif /* KRING_CLIENT_WORDS_USUAL_H */
