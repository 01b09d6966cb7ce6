/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * screens - core's end of its line with the process of the screens: questions in, answers out.
 *
 * Layer:    core/control (base, io).
 * Owns:     the line, and which questions of it wait.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  answers show people; the line wipes what it wrote.
 *
 * Each question is a client of its own, by a number that no client of the control socket has: so answers come in any order, and
 * what a passphrase is hashed for keeps nobody else waiting.
 */
#ifndef KRING_CORE_CONTROL_SCREENS_H
#define KRING_CORE_CONTROL_SCREENS_H

#include <stdbool.h>

#include "base/bytes.h"
#include "io/loop.h"

struct screens;

/** A question came; it is answered by screens_answer, now or later. */
typedef void (*screens_ask)(void *ctx, uint64_t client, struct span bytes);

MUST_CHECK enum err screens_create(struct loop *l, struct screens **out, screens_ask ask,
				   void *ctx);
/** A line, which takes the place of the one before; the descriptor is taken.  Nobody waits for an answer any more. */
void screens_connect(struct screens *s, int fd);
/** Is this client a question of the screens? */
static inline bool screens_client(uint64_t client)
{
	return client >> 63 != 0;
}
/** ... that somebody still waits for? */
bool screens_waits(const struct screens *s, uint64_t client);
/** A packed Reply; nothing happens when nobody waits. */
void screens_answer(struct screens *s, uint64_t client, struct span bytes);

/** Something changed (bits of Change.kinds; 0: who may be told).  Nothing happens when nobody is there. */
void screens_tell(struct screens *s, uint32_t kinds);

#endif /* KRING_CORE_CONTROL_SCREENS_H */
