/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * thread - a referral or consent between two nodes: two append-only logs and one row of state.
 *
 * Layer:    domain/documents (base, proto, store; crypto/hash; lower rooms).
 * Owns:     tables THREAD, THREADLOG, THREADCASE, THREADREF, THREADPEER (peer u16 | thread 16).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, codes and times; sealed under the node-wide key.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_THREAD_H
#define KRING_DOMAIN_DOCUMENTS_THREAD_H

#include "domain/documents/document.h"
#include "proto/acts.h"

/* enum thread_kind: proto/acts.h */
enum thread_side { THREAD_SENDER = 0, THREAD_RECEIVER = 1 }; /* of the first document */
enum { THREAD_REF_LEN = 24, THREAD_LOG_MAX = 512, THREAD_FITS_MAX = 4 };

/** One thread with one partner.  my_no and their_no count the entries of our log and theirs, the hashes are of the
 *  last ones.  When it is stored:
 *   their_seen <= my_no       a partner's document says how far it had read our log, never further than that goes
 *   their_no <= THREAD_LOG_MAX
 *   a consent owes_end only when it is withdrawn: a withdrawal that nobody spoke is never signed
 *   meet_no <= THREAD_LOG_MAX, unread <= their_no, hops < PASSING_HANDLERS
 *   my_no == 0 only without my_hash, their_no == 0 only without their_hash
 *   kind and role are of the enums above, peer is a member's number */
struct thread {
	struct id16 id, case_id, grant_id;
	struct id16
		birth; /* of a new one: id of its first document, which its own is derived from; not kept */
	uint16_t peer;
	uint8_t kind, role; /* role: which side we are */
	uint8_t state, table_version, urgency;
	bool hidden;	  /* revoked or entered in error: the payload is not shown */
	bool provisional; /* our own end, not yet confirmed by the receiver's log */
	bool escalated;
	bool owes_end; /* withdrawn here, but not yet in our log: a REVOKE, of a consent its WITHDRAWAL,
			  signed when the log is whole */
	bool withdrawn; /* of a consent: the person took it back; this outlives the grant's own row */
	uint32_t era;	/* of the pair, when this thread was last the same at both ends */
	uint32_t my_no, their_no, their_seen;
	struct id32 my_hash, their_hash;
	uint64_t created_ms, stored_ms; /* stored: at the receiver, 0 unknown */
	uint64_t changed_ms; /* last change of state or NOTE, when it came to be known here */
	uint64_t due_ms;     /* until when the state may wait, inclusive; 0: it does not */
	uint64_t timer_ms;   /* when the timer looks next; 0 never */
	uint64_t deliver_ms; /* what we said last should be there by then; 0: it is */
	uint64_t review_ms;
	uint64_t
		since_ms; /* ... and as its author dated it: both ends count a term from there (terms.h) */
	uint32_t term_days, pause_days; /* working days */
	uint64_t
		meet_ms; /* an appointment that a message names, the newest of both logs; 0: none */
	uint32_t meet_no; /* ... its place in our log, or theirs ... */
	bool meet_ours;	  /* ... which */
	uint32_t
		unread; /* place in their log of the newest message that nobody looked at here; 0: none */
	uint64_t
		handled; /* kinds of work that a person did by hand in this state, a bit each (referral/work.h) */
	uint8_t hops; /* how often the person was passed on before, as its offer says */
	struct id16
		continues; /* the referral whose case moved, and which goes on here; zero: none */
	char need[41];
};

struct log_entry {
	struct doc_key doc;
	struct id32 hash;
	uint16_t type;
	uint32_t seen_no;
	uint64_t created_ms; /* as its author's clock said */
	uint64_t kept_ms;    /* when it came to lie here; set by thread_append */
};

/** The rule above that th breaks, for require_sound(); NULL: none. */
const char *thread_flaw(const struct thread *th);
/** ERR_CORRUPT: not what thread_save wrote, or it breaks a rule. */
MUST_CHECK enum err thread_load(struct turn *t, const struct id16 *id, struct thread *th);
MUST_CHECK enum err thread_save(struct turn *t, const struct thread *th);
/** First save: also the indexes by case and by the reference that people read out. */
MUST_CHECK enum err thread_create(struct turn *t, const struct thread *th);
/** Append to our log or theirs; advances th's number and hash. */
MUST_CHECK enum err thread_append(struct turn *t, struct thread *th, bool mine,
				  const struct log_entry *e);
/** Our next document of this thread, behind all that both logs hold; the caller adds when it expires and what it says. */
struct document_spec thread_next(const struct thread *th, uint16_t type);
MUST_CHECK enum err thread_entry(struct turn *t, const struct thread *th, bool mine, uint32_t no,
				 struct log_entry *e);
/** Take everything from number no on out of our log or theirs; the documents themselves stay. */
MUST_CHECK enum err thread_truncate(struct turn *t, struct thread *th, bool mine, uint32_t no);
/** The first thread with this peer after *id.  ERR_NOTFOUND: no more. */
MUST_CHECK enum err thread_next_of_peer(struct turn *t, uint16_t peer, struct id16 *id);
/** 8 Crockford base-32 characters and a check character, from the thread id; same at both ends.  While another one here begins
 *  with the same, three groups of four more, which tell them apart and can be typed as well. */
void thread_reference(struct turn *t, const struct id16 *id, char out[THREAD_REF_LEN + 1]);

/** What fits a text, the first few of it. */
struct thread_fits {
	size_t count; /* may be more than are named */
	struct id16 id[THREAD_FITS_MAX];
};
/** By whole id, reference, or a unique prefix of it (>= 4 characters).  ERR_NOTFOUND: none, or fits->count fit. */
MUST_CHECK enum err thread_find(struct turn *t, const char *text, struct thread *th,
				struct thread_fits *fits);

#endif /* KRING_DOMAIN_DOCUMENTS_THREAD_H */
