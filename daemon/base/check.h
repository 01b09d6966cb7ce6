/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * check - what cannot be, and what to do when it is.
 *
 * Layer:    base (includes nothing of ours).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  prints the expression and the place, never a value.
 */
#ifndef KRING_BASE_CHECK_H
#define KRING_BASE_CHECK_H

#include <stddef.h>

/** Logs and aborts; never compiled out. */
_Noreturn void check_failed(const char *expr, const char *file, int line);

/** An invariant of ours.  Never on data from outside. */
#define require(expr) ((expr) ? (void)0 : check_failed(#expr, __FILE__, __LINE__))

/** An invariant of a struct of ours, which a function of its module names when it is broken; NULL: it is sound. */
#define require_sound(flaw)                                                                        \
	do {                                                                                       \
		const char *const flaw_ = (flaw);                                                  \
		if (flaw_ != NULL)                                                                 \
			check_failed(flaw_, __FILE__, __LINE__);                                   \
	} while (0)

#endif /* KRING_BASE_CHECK_H */
