/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * roles - the processes of one node: supervisor and core are one program, net and web one each (program.h).
 *
 * Layer:    roles.
 * Owns:     nothing.
 * Threads:  one per process when these are called.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  see each role.
 *
 * Descriptors of a role: 3 is core's end of the socketpair with net (or net's end with core);
 * 4 is core's line to the supervisor, on which it gets a new socketpair when net was restarted.
 * Of web 3 is the socket where browsers come in, and 4 its line to the supervisor, on which it gets its end of a line to core.
 */
#ifndef KRING_ROLES_ROLES_H
#define KRING_ROLES_ROLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROLES_FD_PEER = 3, ROLES_FD_SUPERVISOR = 4 };
/** Exit codes of sysexits.h; EX_CONFIG is not retried. */
enum { ROLES_OK = 0, ROLES_FAILED = 70, ROLES_TRY_AGAIN = 75, ROLES_CONFIG = 78 };
/** core gave its keys away (kring lock): it starts again and waits for a person. */
enum { ROLES_LOCKED = 79 };

struct role_options {
	const char *role; /* "": the supervisor */
	const char *dir, *config, *passphrase_file;
	bool locked;		/* core: wait for kring unlock, whatever key file there is */
	long staff_group;	/* core: whose the socket is; -1: nobody's but ours */
	bool no_zap;		/* kringd_dev only */
	int64_t clock_offset_s; /* kringd_dev only */
	/* kringd_dev only: the same, in a file that a test writes while we run */
	const char *clock_file;
	const volatile int64_t *clock_shared;
};

/** Seconds to add to the wall clock; 0 but in kringd_dev. */
static inline int64_t roles_clock_offset_s(const struct role_options *opt)
{
	return opt->clock_shared != NULL ? *opt->clock_shared : opt->clock_offset_s;
}

int supervisor_main(const struct role_options *opt, const char *self);
int net_main(const struct role_options *opt);

#endif /* KRING_ROLES_ROLES_H */
