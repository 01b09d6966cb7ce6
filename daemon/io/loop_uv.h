/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * loop_uv - the uv loop behind struct loop, for io/ alone.
 *
 * Layer:    io, internal.
 * Owns:     nothing.
 * Threads:  as loop.h.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 */
#ifndef KRING_IO_LOOP_UV_H
#define KRING_IO_LOOP_UV_H

#include <uv.h>

struct loop;

uv_loop_t *loop_uv(struct loop *l);

#endif /* KRING_IO_LOOP_UV_H */
