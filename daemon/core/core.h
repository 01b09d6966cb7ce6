/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * core - the process with the keys: joins the control socket, net, the store and the domain.
 *
 * Layer:    core.
 * Owns:     the node's stores, keys and lock while it runs.
 * Threads:  one process; the event loop's thread.
 * Time:     the clocks are read here and handed down with each event.
 * Durable:  what the domain wrote, turn by turn.
 * Privacy:  the only process in which contents are readable.
 */
#ifndef KRING_CORE_CORE_H
#define KRING_CORE_CORE_H

#include "roles/roles.h"

/** Runs until it is told to stop; the exit code (roles.h). */
int core_main(const struct role_options *opt);

#endif /* KRING_CORE_CORE_H */
