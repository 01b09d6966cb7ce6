/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sandbox - what a role gives up once its descriptors are open and before any thread exists.
 *
 * Layer:    roles.
 * Owns:     nothing.
 * Threads:  must be called while the process has one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  no core dumps, no tracing by others.
 */
#ifndef KRING_ROLES_SANDBOX_H
#define KRING_ROLES_SANDBOX_H

#include "base/err.h"

enum sandbox_role { SANDBOX_SUPERVISOR, SANDBOX_CORE, SANDBOX_NET };

/** no_new_privs, not dumpable, no core files, bounded descriptors. */
MUST_CHECK enum err sandbox_enter(enum sandbox_role role);

#endif /* KRING_ROLES_SANDBOX_H */
