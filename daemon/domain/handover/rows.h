/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rows - the handovers of a case as they lie here, and who holds its pen by all of them.
 *
 * Layer:    domain/handover (base, proto, store; lower rooms).
 * Owns:     tables HANDOVER (case 16 | thread 16) and HANDING (peer u16 | thread 16: not over).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  a row lies under the key of its case and dies with it: it may hold the key of a bundle.
 */
#ifndef KRING_DOMAIN_HANDOVER_ROWS_H
#define KRING_DOMAIN_HANDOVER_ROWS_H

#include "domain/documents/thread.h"
#include "domain/owner/owner.h"

static inline enum handover_side rows_side(const struct thread *th)
{
	return th->role == THREAD_SENDER ? HANDOVER_BY_FROM : HANDOVER_BY_TO;
}

/** We took the case over, or were to, and it was taken from us again. */
static inline bool rows_lost(const struct thread *th)
{
	return th->role == THREAD_RECEIVER &&
	       (th->state == HANDOVER_RECLAIMED || th->state == HANDOVER_SUPERSEDED);
}

/** What it brought is here, and the word that took it lost its place in the log, as between two lives of a disk: the case is theirs, and
 *  what is here goes when the handover came to nothing. */
static inline bool rows_undone(const struct thread *th, const struct msg *record)
{
	return th->role == THREAD_RECEIVER && msg_u64(record, HANDOVER_RECORD_TAKEN) != 0 &&
	       (th->state < HANDOVER_CEDED || th->state == HANDOVER_REFUSED ||
		th->state == HANDOVER_EXPIRED || th->state == HANDOVER_ABORTED);
}

/** An epoch that was said in this handover; an older one than it has, or one that no case can have, changes nothing. */
void rows_date(struct msg *record, uint64_t reclaims, uint64_t turns);

/** MSG_HANDOVER_RECORD of this thread; an empty one when there is none yet. */
MUST_CHECK enum err rows_load(struct turn *t, const struct thread *th, struct msg **record);
MUST_CHECK enum err rows_save(struct turn *t, const struct thread *th, const struct msg *record);
/** The next handover of this case (NULL: of every case); false at the end, or when w->rc is an error. */
MUST_CHECK bool rows_each(struct turn *t, const struct id16 *case_id, struct store_walk *w,
			  struct thread *th, struct msg **record);

/** May what is typed in a case be the file?  Every command that writes in one asks rows_writable, and that asks this. */
struct case_pen {
	struct owner owner;
	bool given_back; /* as of rows_owner */
	const struct peer *
		waits_for; /* a loss of state was not over: this partner could know that it took the case; NULL */
	bool released; /* ... and somebody did not wait for it */
	bool writes;
};
MUST_CHECK enum err rows_pen(struct turn *t, const struct id16 *case_id, struct case_pen *pen);
/** The epoch of one handover; {0, 0}: the case did not move in it. */
MUST_CHECK enum err rows_epoch_of(struct turn *t, const struct thread *th, struct epoch *e);
/** Of a case, out of all of its handovers; given_back: it is ours, and its content did not come back yet after a loss of state. */
MUST_CHECK enum err rows_owner(struct turn *t, const struct id16 *case_id, struct owner *o,
			       bool *given_back);
/** The newest epoch of a case. */
MUST_CHECK enum err rows_epoch(struct turn *t, const struct id16 *case_id, struct epoch *e);
/** One that is not over, in which we gave the case or are to have it; ERR_NOTFOUND. */
MUST_CHECK enum err rows_open(struct turn *t, const struct id16 *case_id, struct thread *th);
/** The one through which an addition goes to whoever has the case, or is to have it; ERR_NOTFOUND. */
MUST_CHECK enum err rows_way(struct turn *t, const struct id16 *case_id, struct thread *th);
/** Until when what is here of a case that moved away is kept closed; 0: it is open.  by, unless NULL: the handover by which it went. */
MUST_CHECK enum err rows_closed(struct turn *t, const struct id16 *case_id, uint64_t *until_ms,
				struct thread *by);

/** Refuses a person who would write in a case that is not ours to write in. */
MUST_CHECK enum err rows_writable(struct turn *t, const struct id16 *case_id);
/** Refuses to give away, in this handover, a case that another one took or is to have, or may have taken for all that this node
 *  remembers. */
MUST_CHECK enum err rows_gives(struct turn *t, const struct thread *th);
/** Refuses whoever would look into a case that moved away. */
MUST_CHECK enum err rows_readable(struct turn *t, const struct id16 *case_id);
/** Refuses its erasure while a handover of it is not over, or while its new owner may still need what is kept of it. */
MUST_CHECK enum err rows_erasable(struct turn *t, const struct id16 *case_id);

/** The index of those that are not over follows th->state. */
MUST_CHECK enum err rows_index(struct turn *t, const struct thread *th);
/** May this partner begin one more? */
MUST_CHECK enum err rows_room(struct turn *t, uint16_t peer, bool *yes);

#endif /* KRING_DOMAIN_HANDOVER_ROWS_H */
