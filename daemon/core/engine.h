/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * engine - turns: events in, one transaction, effects out after its commit.
 *
 * Layer:    core (joins domain, store, keybox; knows no sockets).
 * Owns:     the queue of events, two arenas, the node.
 * Threads:  core process, event-loop thread only.
 * Time:     read by the caller and handed in.
 * Durable:  nothing leaves before store_commit returned; a failed turn leaves no trace.
 * Privacy:  both arenas are wiped after every turn.
 */
#ifndef KRING_CORE_ENGINE_H
#define KRING_CORE_ENGINE_H

#include "crypto/keybox.h"
#include "domain/node.h"
#include "store/store.h"

struct engine;

struct engine_calls {
	void (*reply)(void *ctx, uint64_t client, struct span bytes);
	bool (*here)(void *ctx, uint64_t client); /* false: it hung up */
	void (*envelope)(void *ctx, uint16_t peer,
			 struct span bytes); /* sealed, or a prekey record */
	void (*members)(void *ctx);
	void (*onboard)(void *ctx, uint16_t line, struct span bytes);
	void (*dial)(void *ctx, uint16_t peer, bool silent); /* EFFECT_DIAL */
	/* EFFECT_SHRED, _LOCK, _PANIC, _ADDRESS, _INCARNATION, _ERASED, _BACKUP: for whoever holds the keys */
	enum err (*keys)(void *ctx,
			 const struct effect *x); /* ERR_FULL: not now, it is tried again */
	/* An event of this partner is over: what it took of the turn; NULL: nobody asks. */
	void (*spent)(void *ctx, const struct event *ev, uint64_t us);
	/* A turn was committed that changed rows of these tables (store_touched), and threads of ours or theirs (a bit for
	 * each enum thread_side); NULL: nobody asks. */
	void (*changed)(void *ctx, uint64_t tables, unsigned sides);
	void *ctx;
};

struct engine_parts {
	struct store *store;
	struct keybox *keybox;
	struct node *node; /* taken */
	struct engine_calls calls;
};

MUST_CHECK enum err engine_create(struct engine **out, const struct engine_parts *parts);
void engine_free(struct engine *e);
/** Copied into the queue.  ERR_FULL: over the turn's memory; the sender will ask again. */
MUST_CHECK enum err engine_push(struct engine *e, const struct event *ev);
/** A connection came up: a PAIR key is drawn for it, then EVENT_PEER_UP is pushed. */
MUST_CHECK enum err engine_peer_up(struct engine *e, uint16_t peer, const struct node_time *now);
/** It ended: its keys are gone, then EVENT_PEER_DOWN is pushed. */
MUST_CHECK enum err engine_peer_down(struct engine *e, uint16_t peer);
/** A message from net: opened here, then pushed as frame, prekey or unopened. */
MUST_CHECK enum err engine_push_message(struct engine *e, uint16_t peer, struct span bytes,
					const struct node_time *now);
/** Run what is queued.  ERR_IO or ERR_CORRUPT: stop the process and restart from disk. */
MUST_CHECK enum err engine_turn(struct engine *e, const struct node_time *now);
/** A request is not answered yet and goes on in the next turn: call engine_turn again soon. */
bool engine_goes_on(const struct engine *e);
/** Read members after start or a roster change. */
MUST_CHECK enum err engine_reload(struct engine *e, const struct node_time *now, bool first);
/** When the next EVENT_TICK is due: whichever clock comes first. */
void engine_next(const struct engine *e, uint64_t *wall_ms, uint64_t *mono_ms);
struct node *engine_node(struct engine *e);
/** Sign how far our audit log goes, if it went on since; it leaves with the next turn. */
void engine_checkpoint(struct engine *e);
/** Our newest node record, carried, into buf; empty when we are no member. */
struct span engine_own_record(struct engine *e, uint8_t *buf, size_t cap);

#endif /* KRING_CORE_ENGINE_H */
