/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rng - random bytes from the kernel.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  what it fills may become a key.
 */
#ifndef KRING_BASE_RNG_H
#define KRING_BASE_RNG_H

#include <stddef.h>

/** Never fails: without kernel randomness the process ends. */
void rng_fill(void *out, size_t n);

#endif /* KRING_BASE_RNG_H */
