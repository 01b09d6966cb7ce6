/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * hooks - what the rooms above do with documents.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  in the turn of whoever calls.
 * Privacy:  care and flow look at bodies behind these; exchange, loss and stream do not.
 */
#ifndef KRING_DOMAIN_EXCHANGE_HOOKS_H
#define KRING_DOMAIN_EXCHANGE_HOOKS_H

#include "domain/exchange/thread.h"

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
	enum err (*settled)(struct turn *t, struct thread *th);
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

#endif /* KRING_DOMAIN_EXCHANGE_HOOKS_H */
