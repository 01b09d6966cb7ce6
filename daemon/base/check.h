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

/** Logs and aborts; never compiled out. */
_Noreturn void check_failed(const char *expr, const char *file, int line);

/** An invariant of ours.  Never on data from outside. */
#define require(expr) ((expr) ? (void)0 : check_failed(#expr, __FILE__, __LINE__))

#endif /* KRING_BASE_CHECK_H */
