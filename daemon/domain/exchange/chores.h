/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * chores - work over everything that one partner, or one case, has here: what is owed of it.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     META rows 10 | kind u8 | peer u16 | case 16 | part u8: side u8 | case 16 | thread 16, up to where it is done.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  a row with the turn that owes the work, until the turn that ends it; a restart goes on where it was.
 * Privacy:  ids only.
 *
 * Whoever decides (a roster entry, an administrator, a person who takes back a consent) is not kept waiting, whatever a
 * partner sent: the decision holds at once, and what follows from it for each thread follows in slices (slices/slices.h), between
 * which everybody is served.
 */
#ifndef KRING_DOMAIN_EXCHANGE_CHORES_H
#define KRING_DOMAIN_EXCHANGE_CHORES_H

#include "domain/documents/thread.h"

enum chore_kind {
	CHORE_GONE = 1, /* a partner was removed: each open referral with it is work for a person */
	CHORE_BELIEVED, /* its loss of state was confirmed: what it said of consents counts now */
	CHORE_FALL,	/* a consent of a case ended: what rests on nothing any more ends, too */
	CHORE_SWEEP,	/* a case was erased: what its key sealed is removed */
	CHORE_PERSON,	/* the person of a case with very many referrals is put together again */
	CHORE_OUTLIVE, /* a case is being erased: what it owes partners gets another key, then the case goes */
	CHORE_CLOSED, /* a case was closed: its work goes from the lists */
	CHORE_WAITED, /* numbers of a partner began again: what had waited for one before is removed */
	CHORE_REOPENED, /* a case was opened again: its work comes back to the lists */
	CHORE_NUMBERED, /* more documents for a partner are looked at than one turn does (stream/number.h) */
	CHORE_RETAIN, /* once a day: cases that were closed long ago (retain/retain.h) */
	CHORE_NARROW, /* a consent became narrower: what is left of it is said again (narrow/narrow.h) */
	CHORE_LEAVES, /* a partner is removed from a day on: its consents end, so that it can answer until then */
	CHORE_KINDS
};

enum { CHORE_SLICE = 128 }; /* threads that one turn looks at */

struct chore {
	enum chore_kind kind;
	uint16_t peer;	     /* 0: of none */
	struct id16 case_id; /* zero: of none */
	uint8_t part; /* of FALL, how the consent ended (grants.c); of NARROW, which of several; else 0 */
	uint8_t side; /* that GONE is at; of OUTLIVE, 1: whatever its referrals */
	struct id16
		after_case; /* of GONE and RETAIN: done up to here ...; of NARROW: the consent */
	struct id16
		after; /* ... of all: done up to this thread; of WAITED, up to the place in its first half */
	bool over;
};

/** Owed from here on; or how far it went; over: done. */
MUST_CHECK enum err chores_save(struct turn *t, const struct chore *c);
/** How far this one went: kind, peer, case and part say which.  ERR_NOTFOUND: it is not owed. */
MUST_CHECK enum err chores_load(struct turn *t, struct chore *c);
/** The first one that did not fail lately; from here on it is what the turn does (fault.h).  ERR_NOTFOUND: there is none. */
MUST_CHECK enum err chores_first(struct turn *t, struct chore *c);
/** Is there such a one?  Then the next tick is due at once. */
MUST_CHECK enum err chores_any(struct turn *t, bool *yes);
/** Where a walk over THREADCASE of its case goes on. */
struct store_key chores_behind(const struct chore *c);

#endif /* KRING_DOMAIN_EXCHANGE_CHORES_H */
