/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * owner - which one node holds the pen of a case, out of all its handovers; the epoch that orders them.
 *
 * Who owns a case is folded and never stored as the truth.  An epoch is a pair: how often the case was reclaimed, and how often
 * it was ceded since.  The first counts more, so that a case that was taken back is newer than every further move of the copy
 * that was taken from.
 *
 * Layer:    domain/owner (base).
 * Owns:     nothing; pure.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  states and numbers.
 */
#ifndef KRING_DOMAIN_OWNER_OWNER_H
#define KRING_DOMAIN_OWNER_OWNER_H

#include "base/bytes.h"
#include "domain/owner/handover.h"

struct epoch {
	uint32_t reclaims, turns;
};

/* A case is not moved more often than this.  What claims it all the same dates nothing: behind the last number there is none that
 * whoever has the case could move it on by. */
enum { EPOCH_MOST = 1 << 20 };

/** Below, equal or above zero: a is older than b, the same, newer. */
int epoch_compare(struct epoch a, struct epoch b);
/** Of a CEDE that is signed now, when e is the newest there was; one more than there can be stays the last. */
struct epoch epoch_ceded(struct epoch e);
/** Of a RECLAIM. */
struct epoch epoch_reclaimed(struct epoch e);

/** One handover of a case, as one of its two nodes sees it. */
struct owner_thread {
	enum handover_side we;
	enum handover_state state;
	bool dated;	    /* a CEDE, RECLAIM or SUPERSEDED is in it ... */
	struct epoch epoch; /* ... the newest */
	uint64_t act_ms;    /* of our own last word by which it went or came; 0: there is none */
	bool settled;	    /* both ends hold the same since our last loss of state */
	uint16_t peer;	    /* the other node */
	struct id16 id;
};

enum owner_who {
	OWNER_US,
	OWNER_THEM,	/* the other node of the thread that counts */
	OWNER_NOBODY,	/* the case is on its way: it was bundled and not taken yet */
	OWNER_ELSEWHERE /* taken from the node that had it, by one that is none of the two */
};

struct owner {
	enum owner_who who;
	uint16_t peer; /* of the thread that counts; 0: none does */
	bool compared; /* every thread of it is settled */
};

/** Somebody else has the case, by one in which it moved; not: it is on its way. */
static inline bool owner_moved(const struct owner *o)
{
	return o->who == OWNER_THEM || o->who == OWNER_ELSEWHERE;
}
/** Of one thread by itself. */
enum owner_who owner_of_thread(enum handover_side we, enum handover_state s);
/** Can it move the case, its epoch, or the pen?  One that was only proposed, refused or aborted cannot, however many there are. */
bool owner_counts(const struct owner_thread *th);
/** Those in which the case went and no body says which number that was, as after a loss of state behind the end of a consent: each
 *  is the next one after all that was done here before. */
void owner_date(struct owner_thread *v, size_t n);
/** owner_fold(threads, n): of n handovers of one case; none: it is ours. */
struct owner owner_fold(const struct owner_thread *v, size_t n);
/** May what is typed here be the file?  held: the case waits in quarantine; released: two persons let it go before. */
bool owner_writable(const struct owner *o, bool held, bool released);
/** The newest epoch of all of them; nothing was ever ceded: {0, 0}. */
struct epoch owner_epoch(const struct owner_thread *v, size_t n);

#endif /* KRING_DOMAIN_OWNER_OWNER_H */
