/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * node - the one entry to the domain: an event in, changes in the transaction, effects out.
 *
 * Layer:    domain (base, proto, store; crypto/hash, verify, identity).
 * Owns:     struct node: who we are, partners, connections.
 * Threads:  core process, event-loop thread only.
 * Time:     given with the turn; never read.
 * Durable:  what a step changed is in turn.txn; the caller commits, then releases the effects.
 * Privacy:  personal data pass through the turn's arena and the store, nowhere else.
 *
 * One turn, as core/core.c and the simulator both run it:
 *   node_turn_begin, node_step for each event, node_turn_sign -> document signature -> node_turn_end,
 *   store_commit, node_turn_done, release the effects.  On any error: store_abort, node_turn_abort,
 *   and the events again one by one, so that the culprit alone gets the error.
 */
#ifndef KRING_DOMAIN_NODE_H
#define KRING_DOMAIN_NODE_H

#include "domain/people/index.h"
#include "domain/state.h"

/** What the people of this node ask for beyond product and federation; may change between two turns. */
struct node_settings {
	uint64_t day_documents, day_bytes; /* from one partner; 0: the limits */
	struct node_quota quota;	   /* of one partner; 0: the limits */
	struct node_flow flow;		   /* k or percent 0: the roster's */
	bool pair_check, cosign_manual;
	uint32_t retain_months; /* 0: the limit */
	struct node_web web;	/* idle_ms 0: the limit */
};

struct node_identity {
	struct id16 fed_id;
	struct id32 node_id, nk_pub;
	uint32_t key_seq, incarnation_no;
	struct node_settings settings;
	uint64_t roster_floor; /* highest roster entry ever seen, from outside the database */
	struct node_sheet sheet;
	bool swappable; /* its keys could not be locked in memory */
	struct index_memory
		memory;	  /* for finding people; take NULL: they are looked for in the store */
	uint32_t own_uid; /* the user that this process runs as */
};

struct node_time {
	uint64_t wall_ms, mono_ms;
};

MUST_CHECK enum err node_create(struct node **out, const struct node_identity *who,
				uint64_t mono_ms);
void node_free(struct node *n);
/** Read members and our incarnation from the store; draws the incarnation's id on first use. */
MUST_CHECK enum err node_load(struct node *n, struct turn *t);
/** After EFFECT_MEMBERS. */
MUST_CHECK enum err node_reload(struct node *n, struct turn *t);
/** Our newest EPOCH prekey record, announced in frames. */
void node_set_prekey(struct node *n, const uint8_t record[WIRE_PREKEY_LEN]);

/** Our newest PAIR record for one peer, which every frame to it carries until it was used. */
void node_set_pair_prekey(struct node *n, uint16_t peer, const uint8_t record[WIRE_PREKEY_LEN]);
void node_pair_prekey_used(struct node *n, uint16_t peer);

void node_set_settings(struct node *n, const struct node_settings *s);
/** A file of settings was read again now.  taken: it holds, else those before stay; later: one of it counts from the next start only. */
void node_settings_judged(struct node *n, uint64_t now_ms, bool taken, bool later);
void node_set_disk(struct node *n, enum node_disk disk);
/** Since when (wall clock) a shred waits because it found no room, 0: none does; and how many keys of cases and consents are damaged. */
void node_set_shred(struct node *n, uint64_t since_ms, uint64_t damaged);
/** How many shreds this node's keys went through: partners are told that what they took back is behind one. */
void node_set_epoch(struct node *n, uint32_t epoch);
/** A line at rest (nothing to say and nothing to ask) is asked about once in this time, by one of its ends, and all lines of a
 *  node together: 48 partners then wake it less than once a second.  A partner that is gone is found by TCP's own keepalive
 *  long before; this finds one whose process hangs. */
enum { NODE_REST_MS = 293000 }; /* a prime of seconds: others' words take turns by them */
/** 0, as at first: every line is asked about every LIMIT_PING_MS, by both ends. */
void node_set_rest(struct node *n, uint64_t rest_ms);
/** There was one that no tick saw yet: the next is due at once. */
bool node_shredded(const struct node *n);
/** Whether net listens at this address: 0, or why not (base/endpoint.h). */
void node_set_listening(struct node *n, const char *at, int error, uint64_t wall_ms);

/** Something of this partner was refused, or waited, so often; peer 0: of nobody known. */
void node_held(struct node *n, uint16_t peer, enum held_cause cause, uint64_t count,
	       uint64_t wall_ms);

/** A turn over caller's transaction, arena and effects. */
void node_turn_begin(struct node *n, struct turn *t, const struct node_time *now);
/** ERR_OK, or why the turn must be undone; for EVENT_REQUEST t->refusal says it in words. */
MUST_CHECK enum err node_step(struct turn *t, const struct event *ev);
/** Count 0: nothing to sign. */
void node_turn_sign(const struct turn *t, struct id32 *root, uint16_t *count);
/** sig may be NULL when nothing was to be signed.  Builds the frames. */
MUST_CHECK enum err node_turn_end(struct turn *t, const uint8_t *sig);
void node_turn_done(struct node *n);
void node_turn_abort(struct node *n);
/** The turn of one event alone was undone because of e.  True: run the event again; what failed is left out. */
bool node_turn_failed(struct turn *t, enum err e);
/** The event is done with, well or not. */
void node_event_over(struct node *n);
/** The reply to a request that ended in e; packed in t's arena. */
MUST_CHECK enum err node_error_reply(struct turn *t, enum err e, struct span *out);
/** Is this node still reading what it keeps in memory, people and what is to be done? */
bool node_fills(const struct node *n);
/** The next part of it, in a turn that only reads; busy: others wait.  ERR_IO. */
MUST_CHECK enum err node_fill(struct turn *t, bool busy);
/** When to send EVENT_TICK next. */
MUST_CHECK enum err node_next_tick(struct turn *t, uint64_t *wall_ms, uint64_t *mono_ms);

#endif /* KRING_DOMAIN_NODE_H */
