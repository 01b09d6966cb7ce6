/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * pending - acts that one person asked for and a second one has not confirmed yet.
 *
 * Layer:    domain/staff (base, proto, store; turn.h).
 * Owns:     table PENDING.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ids and codes of the request; it names cases by their ids alone.
 *
 * For LIMIT_PENDING_MS somebody else may confirm it.  Whoever is the only one with that right may confirm alone after that
 * time, and for as long again.  A row is of one life of this node: after a loss of state nobody knows whether it was done.
 */
#ifndef KRING_DOMAIN_STAFF_PENDING_H
#define KRING_DOMAIN_STAFF_PENDING_H

#include "domain/staff/rights.h"
#include "domain/turn.h"

struct pending {
	struct id16 id;	   /* zeros: a new one */
	struct id16 asker; /* of the table STAFF; zeros: root, or the node's own user */
	struct id16 about; /* a case, or a person of STAFF; zeros: neither */
	uint64_t at_ms;
	uint32_t incarnation;
	/* packed, with whole ids; borrowed from the turn; empty: it is damaged */
	struct span request;
};

enum pending_stage {
	PENDING_OPEN,	/* whoever asks may confirm it */
	PENDING_ALONE,	/* ... and is the only one who could */
	PENDING_OWN,	/* who asked does not confirm: others can */
	PENDING_EARLY,	/* nobody else can, and it is too early to do it alone */
	PENDING_LATE,	/* nobody confirmed it in time */
	PENDING_BEFORE, /* it is of another life of this node */
	PENDING_LEFT,	/* who asked has that right no longer */
	PENDING_ROOT,	/* root asked it, and somebody has that right under a name by now */
	PENDING_NOBODY	/* who confirms must be named here: root is nobody's second person */
};

/** Kept under a new id.  ERR_FULL: this asker, or all, have as many as one may.  The same again is the same one. */
MUST_CHECK enum err pending_put(struct turn *t, struct pending *p);
MUST_CHECK enum err pending_get(struct turn *t, const struct id16 *id, struct pending *p);
MUST_CHECK enum err pending_drop(struct turn *t, const struct id16 *id);
/** The next one, oldest first.  False at the end, or when w->rc is an error.  One that is damaged has no request: nobody knows who asked it. */
MUST_CHECK bool pending_each(struct turn *t, struct store_walk *w, struct pending *p);
/** How this one stands for whoever asks in this turn, if the command takes these roles. */
enum pending_stage pending_stage(const struct turn *t, const struct rights *r,
				 const struct pending *p, uint8_t roles, uint32_t incarnation);
/** Those that nobody can confirm any more. */
MUST_CHECK enum err pending_let_go(struct turn *t);

#endif /* KRING_DOMAIN_STAFF_PENDING_H */
