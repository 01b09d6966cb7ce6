/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * webline - questions of the process of the screens to core, each with its answer.
 *
 * Layer:    io (base only).
 * Owns:     its line and the questions on their way.
 * Threads:  the loop's.
 * Time:     monotonic: a question waits so long for its answer (LIMIT_QUESTION_MS).
 * Durable:  nothing.
 * Privacy:  answers show people; what was read is wiped.
 *
 * Answers come in any order.  Core may end and begin again: then there is another line, and what was on its way has failed.
 */
#ifndef KRING_IO_HTTP_WEBLINE_H
#define KRING_IO_HTTP_WEBLINE_H

#include "base/bytes.h"
#include "io/loop.h"

struct webline;

/** rc: ERR_OK, and a packed Reply, borrowed; ERR_BUSY: core was too slow; ERR_IO: it is not there. */
typedef void (*webline_done)(void *ctx, enum err rc, struct span reply);

MUST_CHECK enum err webline_create(struct loop *l, struct webline **out);
/** A line to core, which takes the place of the one before.  The descriptor is taken. */
void webline_connect(struct webline *w, int fd);
/** A packed Request; done is called once, later.  ERR_BUSY: too many are on their way; ERR_IO: core is not there. */
MUST_CHECK enum err webline_ask(struct webline *w, struct span request, webline_done done,
				void *ctx);

/** Beside kinds: whoever looks at a page is told with the next word, and not for this one. */
#define WEBLINE_LATER (UINT32_C(1) << 31)
/** Something changed at the node, of these kinds (Change of control.proto; 0: nobody whom core knows of may be told any more); after a new line to core: of all, because nobody knows.
 *  Core says it only while a session asks to be told. */
typedef void (*webline_changed)(void *ctx, uint32_t kinds);
void webline_listen(struct webline *w, webline_changed changed, void *ctx);

#endif /* KRING_IO_HTTP_WEBLINE_H */
