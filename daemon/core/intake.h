/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * intake - what net handed over and nobody looked at yet: one queue a partner, and whose turn it is.
 *
 * Layer:    core.
 * Owns:     copies of the records.
 * Threads:  core process, event-loop thread only.
 * Time:     monotonic, given.
 * Durable:  nothing: what is lost is sent again.
 * Privacy:  sealed envelopes.
 */
#ifndef KRING_CORE_INTAKE_H
#define KRING_CORE_INTAKE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

struct intake;

/* Of net's types (io/ipc.h) those that are about a partner, or a newcomer's line. */
struct intake_item {
	uint8_t type;
	uint16_t peer;
	bool then_up; /* of IPC_PEER_DOWN: and came up again */
	struct span bytes;
	uint64_t since_ms; /* when it came */
	uint64_t own_us;   /* out: what else of its partner took, while it waited */
};

MUST_CHECK enum err intake_create(struct intake **out);
void intake_free(struct intake *in);
/** Copied.  ERR_FULL: more than net may hand over.  ERR_NOMEM. */
MUST_CHECK enum err intake_put(struct intake *in, const struct intake_item *item);
/** The next one of whoever took least time until now; free with intake_done.  NULL: nothing waits. */
struct intake_item *intake_next(struct intake *in);
void intake_done(struct intake_item *item);
/** How long one more item of that partner will probably take. */
uint64_t intake_expect_us(const struct intake *in, const struct intake_item *item);
/** What an item of that partner (type as above) took; whole: with this it is done, and the next one is expected to
 *  take about as long. */
void intake_spent(struct intake *in, uint8_t type, uint16_t peer, uint64_t us, bool whole);
/** Everything that was taken out is done: from here on only what was spent counts. */
void intake_settle(struct intake *in);
bool intake_waits(const struct intake *in);
/** The line to net ended: nothing of it is true any more. */
void intake_clear(struct intake *in);

#endif /* KRING_CORE_INTAKE_H */
