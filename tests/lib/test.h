/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * test - cmocka and the headers it wants before itself.
 *
 * Layer:    tests.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_TESTS_TEST_H
#define KRING_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#endif /* KRING_TESTS_TEST_H */
