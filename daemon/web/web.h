/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * web - the process of the screens: browsers on one side, core on the other, and nothing of its own.
 *
 * Layer:    web.
 * Owns:     its loop; no key, no store, no session, no rule.
 * Threads:  one process, one thread.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  what it shows passes through its memory.
 */
#ifndef KRING_WEB_WEB_H
#define KRING_WEB_WEB_H

#include "roles/roles.h"

/** Runs until it is told to stop, or the supervisor is gone; the exit code (roles.h). */
int web_main(const struct role_options *opt);

#endif /* KRING_WEB_WEB_H */
