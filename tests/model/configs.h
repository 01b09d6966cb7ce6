/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * configs - every configuration of a model once, in the order in which it was met.
 *
 * All have one size, and are compared byte by byte with their gaps: whoever makes one begins with a copy of another, or with zeros.
 */
#ifndef KRING_TESTS_MODEL_CONFIGS_H
#define KRING_TESTS_MODEL_CONFIGS_H

#include <stdbool.h>
#include <stddef.h>

/** One that was met before is passed over. */
void configs_visit(const void *c, size_t size);
/** The next one that was not looked at; false: there is none. */
bool configs_next(void *c, size_t size);

#endif /* KRING_TESTS_MODEL_CONFIGS_H */
