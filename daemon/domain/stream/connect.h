/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * stream - frames between two nodes: numbers, receipts, incarnations, resync (SECURITY.md 5.4, 5.6).
 *
 * Layer:    domain/exchange (base, proto, store; crypto/hash, verify; lower rooms).
 * Owns:     the connections in struct peer; durable state is outbox.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     questions run on mono_ms.
 * Durable:  receipts state only what this transaction stores; frames leave after its commit.
 * Privacy:  sees documents; decides nothing about fields (hooks do).
 *
 * tests/model/stream_model.py is the executable form of these rules.  State rides along in every
 * frame and never by itself causes one; one question is outstanding per connection, and only its
 * answer rewinds.
 */
#ifndef KRING_DOMAIN_EXCHANGE_STREAM_H
#define KRING_DOMAIN_EXCHANGE_STREAM_H

#include "domain/exchange/outbox.h"
#include "domain/exchange/threadlog.h"

/** What the room above does with documents. */
struct exchange_hooks {
	/* Whose case is it, and may the body stay?  th is the thread, or new with my_no = their_no = 0.
	 * Sets th->case_id (and the rest of a new thread) and *verdict. */
	enum err (*judge)(struct turn *t, const struct peer *p, const struct wire_doc *d,
			  struct thread *th, uint16_t *verdict);
	/* It is stored and in its log: fold, inbox, answers. */
	enum err (*stored)(struct turn *t, const struct peer *p, struct thread *th,
			   const struct doc_key *key, uint16_t verdict);
	/* About to leave: 0, or the reason to send it hollow (re-checked at transmission). */
	enum err (*leaving)(struct turn *t, const struct peer *p, const struct document *d,
			    uint16_t *reason);
	/* A thread of ours was found the same at both ends again: what was put off may be done now. */
	enum err (*echoed)(struct turn *t, struct thread *th);
	/* A thread we had forgotten comes back with our own first document: whose case is it?  Sets
	 * th->case_id and the rest. */
	enum err (*recovered)(struct turn *t, const struct peer *p, const struct wire_doc *d,
			      struct thread *th);
	/* A document of ours came back and is in its log. */
	enum err (*returned)(struct turn *t, const struct peer *p, struct thread *th,
			     const struct doc_key *key);
	/* A case is about to be erased, and its keys with it: what has to be known of it later is taken down now. */
	enum err (*erasing)(struct turn *t, const struct id16 *case_id);
	/* A partner kept the word for us that this case was erased: a backup brought it back. */
	enum err (*erased)(struct turn *t, const struct id16 *case_id);
	/* A partner's answer says that this thread is hidden there, or withdrawn (echo.h).  Saves th. */
	enum err (*flagged)(struct turn *t, struct thread *th, uint8_t flags);
	/* An administrator telephoned: this partner's loss of state is true, and its words count. */
	enum err (*confirmed)(struct turn *t, uint16_t peer);
	/* A document became a lost act. */
	enum err (*shelved)(struct turn *t, struct thread *th, const struct doc_key *key,
			    uint16_t type);
	/* The partner's disk has it. */
	enum err (*receipted)(struct turn *t, const struct peer *p, const struct document *d,
			      const struct wire_verdict *v);
};

MUST_CHECK enum err stream_up(struct turn *t, struct peer *p);
MUST_CHECK enum err stream_down(struct turn *t, struct peer *p);
/** At start: who is owed something. */
MUST_CHECK enum err stream_load(struct turn *t);
/** Was it heard, and does it still answer? */
bool stream_connected(const struct turn *t, const struct peer *p);
/** Its line gave an answer: nothing is waited for but what is still under way. */
void stream_answered(const struct turn *t, const struct pair *pr, struct conn *c);
MUST_CHECK enum err stream_prekey(struct turn *t, struct peer *p, struct span record);
/** An envelope for a prekey we no longer hold: tell the sender, with a fresh one. */
MUST_CHECK enum err stream_unopened(struct turn *t, struct peer *p, struct span prekey_id);
/** An opened frame.  Foreign misbehaviour is counted, not an error. */
MUST_CHECK enum err stream_frame(struct turn *t, struct peer *p, struct span inner);
MUST_CHECK enum err stream_tick(struct turn *t, struct peer *p);
/** Something was written for this peer in this turn. */
MUST_CHECK enum err stream_owe(struct turn *t, uint16_t peer);
/** At the end of the turn, after signing: number what may go and emit EFFECT_FRAMEs. */
MUST_CHECK enum err stream_speak(struct turn *t);
/** Is our clock confirmed: by a partner heard lately, or by an administrator? */
MUST_CHECK enum err stream_clock_agreed(struct turn *t, uint16_t peer, bool *agreed);
/** Is there anything to say or to ask?  Drives the timer. */
bool stream_pending(const struct pair *p, const struct conn *c);
/** Monotonic time of the next question, UINT64_MAX none. */
uint64_t stream_next_mono_ms(const struct node *n);

#endif /* KRING_DOMAIN_EXCHANGE_STREAM_H */
