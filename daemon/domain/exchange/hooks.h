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

#include "domain/documents/thread.h"
#include "domain/exchange/quota.h"

/**
 * The rules of one kind of thread: what happens when a document of it arrives, leaves, is receipted, or comes back
 * after a loss.  kind is set in th before any of them is called.  Those marked + may be NULL: then th is saved
 * where a caller expects it, and nothing else happens.
 */
struct kind_rules {
	/* Whose case is it, and may the body stay?  th is the thread, or new with my_no = their_no = 0.
	 * Sets th->case_id (and the rest of a new thread) and *verdict; or *over, and then changes nothing: this partner
	 * may not make this node keep more of that. */
	enum err (*judge)(struct turn *t, const struct peer *p, const struct wire_doc *d,
			  struct thread *th, uint16_t *verdict, enum quota *over);
	/* It is stored and in its log: fold, inbox, answers.  Saves th. */
	enum err (*stored)(struct turn *t, const struct peer *p, struct thread *th,
			   const struct doc_key *key, uint16_t verdict);
	/* + The partner's disk has a document of ours. */
	enum err (*receipted)(struct turn *t, struct thread *th, const struct doc_brief *d,
			      const struct wire_verdict *v);
	/* + The partner could not store a document of ours, or keeps no more of us (code): it goes again later. */
	enum err (*not_taken)(struct turn *t, struct thread *th, const struct doc_brief *d,
			      uint16_t code);
	/* A thread we had forgotten comes back with our own first document: whose case is it?  Sets
	 * th->case_id and the rest. */
	enum err (*recovered)(struct turn *t, const struct peer *p, const struct wire_doc *d,
			      struct thread *th);
	/* A document of ours came back and is in its log.  Saves th. */
	enum err (*returned)(struct turn *t, const struct peer *p, struct thread *th,
			     const struct doc_key *key);
	/* + A document became a lost act.  Saves th. */
	enum err (*shelved)(struct turn *t, struct thread *th, const struct doc_key *key,
			    uint16_t type);
	/* + A thread of ours was found the same at both ends again: what was put off may be done now. */
	enum err (*settled)(struct turn *t, struct thread *th);
	/* + A partner's answer says that this thread is hidden there, or withdrawn (loss/compare.h).  Saves th. */
	enum err (*flagged)(struct turn *t, struct thread *th, uint8_t flags);
	/* + Its timer rang, and both ends agree on the thread. */
	enum err (*rang)(struct turn *t, struct thread *th);
	bool retimes;  /* a timer that rings before the deadline only looks again */
	bool both_end; /* either side's timer may end something, not the sender's alone */
};

/* clang-format off */
#define KIND_EXTERN(name, no, rules, first, flags) extern const struct kind_rules kind_##rules;
KINDS(KIND_EXTERN)
#undef KIND_EXTERN
/* clang-format on */

/** What the rooms above do with documents; set when the node is made. */
struct exchange_hooks {
	const struct kind_rules *const
		*kinds; /* by number; kind_count of them, NULL where there is none */
	size_t kind_count;
	/* About to leave: 0, or the reason to send it hollow (re-checked at transmission). */
	enum err (*leaving)(struct turn *t, const struct peer *p, const struct document *d,
			    uint16_t *reason);
	/* A case is about to be erased, and its keys with it: what has to be known of it later is taken down now. */
	enum err (*erasing)(struct turn *t, const struct id16 *case_id);
	/* A partner kept the word for us that this case was erased: a backup brought it back. */
	enum err (*erased)(struct turn *t, const struct id16 *case_id);
	/* May a file that was lent under this consent go to this partner now? */
	enum err (*lends)(struct turn *t, const struct peer *p, const struct id16 *grant,
			  bool *yes);
	/* An administrator confirmed this partner's loss of state by phone: its documents count. */
	enum err (*confirmed)(struct turn *t, uint16_t peer);
};

/** The rules of this thread's kind. */
const struct kind_rules *hooks_rules(const struct node *n, const struct thread *th);
/** Each asks the rules of the thread's kind; of a new thread the document says which that is. */
MUST_CHECK enum err hooks_judge(struct turn *t, const struct peer *p, const struct wire_doc *d,
				struct thread *th, uint16_t *verdict, enum quota *over);
MUST_CHECK enum err hooks_recovered(struct turn *t, const struct peer *p, const struct wire_doc *d,
				    struct thread *th);
MUST_CHECK enum err hooks_receipted(struct turn *t, const struct doc_brief *d,
				    const struct wire_verdict *v);
MUST_CHECK enum err hooks_not_taken(struct turn *t, const struct doc_brief *d, uint16_t code);
MUST_CHECK enum err hooks_shelved(struct turn *t, struct thread *th, const struct doc_key *key,
				  uint16_t type);
MUST_CHECK enum err hooks_settled(struct turn *t, struct thread *th);
MUST_CHECK enum err hooks_flagged(struct turn *t, struct thread *th, uint8_t flags);

#endif /* KRING_DOMAIN_EXCHANGE_HOOKS_H */
