/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * stdfd - descriptors 0, 1 and 2 are always open, and what was printed is known to have arrived.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  first and last thing in main.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  whoever starts a program with one of them closed (cron, some init systems) would have its first
 *           socket or file take that place, and log lines or answers written into it.
 */
#ifndef KRING_BASE_STDFD_H
#define KRING_BASE_STDFD_H

#include <stdbool.h>

/** Those that are closed lead to /dev/null from now on.  False: they cannot (errno). */
bool stdfd_open(void);
/** The last thing before the end: false when some of what was printed to stdout is lost (errno), for example on a
 *  full disk. */
bool stdfd_written(void);

#endif /* KRING_BASE_STDFD_H */
