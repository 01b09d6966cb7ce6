/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * fdpass - descriptors handed from the supervisor to core; its end is the supervisor's life line.
 *
 * Layer:    io (base only).
 * Owns:     the receiving end.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_IO_FDPASS_H
#define KRING_IO_FDPASS_H

#include "io/loop.h"

/** Instead of a pid: the descriptor is the file of settings, which somebody asked to read again. */
enum { FDPASS_SETTINGS = 0 };
/** ... or they do not hold, and those before stay: the descriptor says nothing. */
#define FDPASS_REFUSED (UINT32_MAX - 1)
/** ... or core's end of its line with the process of the screens; to that process: its own end. */
#define FDPASS_SCREENS UINT32_MAX

struct fdpass_calls {
	void (*fd)(void *ctx, int fd,
		   uint32_t pid); /* taken; pid: of the process at its other end */
	void (*gone)(void *ctx);
	void *ctx;
};

MUST_CHECK enum err fdpass_listen(struct loop *l, int fd, const struct fdpass_calls *calls);
/** From the supervisor, which has no loop. */
MUST_CHECK enum err fdpass_send(int over, int fd, uint32_t pid);

#endif /* KRING_IO_FDPASS_H */
