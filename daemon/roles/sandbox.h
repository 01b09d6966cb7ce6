/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sandbox - what each process may still do: limits, file rules, system calls (daemon/DESIGN.md d).
 *
 * Layer:    roles.
 * Owns:     nothing; cannot be undone.
 * Threads:  before the first thread of libzmq; applies to all that follow.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  what a process was not given at start it cannot get.
 *
 * core keeps the descriptors it has: no socket, no open, no clone; it may write in its own directory.
 * net keeps its line to core and may make sockets; opening any file fails.  web keeps its line to core and the socket where browsers
 * come in, and can make neither a socket nor a thread nor open a file: it reaches nothing else.  A call outside the list ends
 * the process.
 */
#ifndef KRING_ROLES_SANDBOX_H
#define KRING_ROLES_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum sandbox_role { SANDBOX_SUPERVISOR, SANDBOX_CORE, SANDBOX_NET, SANDBOX_WEB };

/** How many descriptors it may have: asked before sandbox_enter. */
size_t sandbox_files(enum sandbox_role role);
/** Before any loop is made: no io_uring, whose requests no system-call filter sees.  libuv of Debian 13
 *  would use one, and falls back to epoll. */
MUST_CHECK enum err sandbox_begin(struct err_text *why);
/** Before sandbox_enter: keeps all memory of this process out of the swap, also what comes later, because a library makes copies
 *  of a key that nobody can find.  false: RLIMIT_MEMLOCK is too small for that; when there is no swap at all it is true. */
MUST_CHECK bool sandbox_lock_memory(void);
/** What core keeps: its directory, and threads that start between the walls around files and the filter of calls. */
struct sandbox_own {
	const char *dir;
	enum err (*threads)(void *ctx);
	void *ctx;
};
/** no_new_privs, not dumpable, no core files, bounded descriptors; for all but the supervisor also Landlock where
 *  the kernel has it, and the allow-list, for every thread.  own: core's; NULL for the others. */
MUST_CHECK enum err sandbox_enter(enum sandbox_role role, const struct sandbox_own *own,
				  struct err_text *why);

#endif /* KRING_ROLES_SANDBOX_H */
