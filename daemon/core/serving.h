/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * serving - what net hands over, served partner by partner in short slices, so that people are answered between.
 *
 * Layer:    core (joins intake, engine and net's line).
 * Owns:     the intake; what net is owed as credit.
 * Threads:  core process, event-loop thread only.
 * Time:     asked for through the caller's function.
 * Durable:  nothing.
 * Privacy:  sealed envelopes, until the engine opens them.
 */
#ifndef KRING_CORE_SERVING_H
#define KRING_CORE_SERVING_H

#include "core/engine.h"
#include "io/ipc.h"

struct serving;

struct serving_parts {
	struct engine *engine;
	struct node_time (*now)(void *ctx);
	void *ctx;
};

MUST_CHECK enum err serving_create(struct serving **out, const struct serving_parts *parts);
void serving_free(struct serving *s);
/** A record of net's about a partner or a newcomer; others are passed over.  Copied. */
void serving_record(struct serving *s, uint8_t type, uint16_t peer, struct span bytes);
/** Serves for about LIMIT_SLICE_US at most.  *more: somebody still waits; come back after people were heard.
 *  Errors of engine_turn. */
MUST_CHECK enum err serving_slice(struct serving *s, bool *more);
/** What an event of the engine took (engine_calls). */
void serving_spent(struct serving *s, const struct event *ev, uint64_t us);
/** Tells net what was read.  ERR_NOMEM. */
MUST_CHECK enum err serving_credit(struct serving *s, struct ipc *net);
/** The line to net ended, and every connection with it. */
void serving_net_gone(struct serving *s);

#endif /* KRING_CORE_SERVING_H */
