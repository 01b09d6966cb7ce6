/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * held - partners that take more than their share: what of theirs was refused or had to wait, for kring status.
 *
 * Layer:    domain.
 * Owns:     struct held, in the node's memory.
 * Threads:  core process, event-loop thread only.
 * Time:     wall clock, given.
 * Durable:  nothing: it says how it goes, and begins anew with the process.
 * Privacy:  numbers of partners and counts.
 */
#ifndef KRING_DOMAIN_HELD_H
#define KRING_DOMAIN_HELD_H

#include <stddef.h>
#include <stdint.h>

#include "base/date.h"

/* clang-format off */
#define HELD_CAUSES(X)                                                                          \
	X(CONNECTIONS, "connections") /* it connects again and again; its newest lines are kept */  \
	X(STRANGERS, "strangers")     /* nobody's connections, closed to make room */               \
	X(FLOOD, "flood")	      /* it sent more than waits here for one partner: dropped */   \
	X(CROWD, "crowd")	      /* all sent at once more than waits here: dropped */        \
	X(UNREADABLE, "unreadable")   /* no envelope or frame of this federation: dropped */       \
	X(RECORDS, "records")	      /* it changes its own record again and again */              \
	X(PROPOSALS, "proposals")     /* roster entries to be signed, of which many are refused */     \
	X(SLOWED, "slowed")	      /* what it sends takes long; others go first */               \
	X(CHUNKS, "chunks")	      /* pieces of a file that nobody asked for, or that are not it */ \
	X(SHUT_OUT, "shut-out")	      /* it lets us in no more: who was removed while it was off hears no more than that */
enum held_cause {
#define HELD_ENUM(name, text) HELD_##name,
	HELD_CAUSES(HELD_ENUM)
#undef HELD_ENUM
};
/* clang-format on */

enum { HELD_MAX = 64, HELD_SHOWN_MS = DAY_MS };

struct held_row {
	uint16_t peer; /* 0: nobody known */
	enum held_cause cause;
	uint64_t count;
	uint64_t since_ms, last_ms;
};
struct held {
	struct held_row row[HELD_MAX];
	size_t count;
};

/** So often more.  After a day without it the row begins anew; when all rows are taken one of whoever has most of them goes. */
void held_note(struct held *h, uint16_t peer, enum held_cause cause, uint64_t count,
	       uint64_t wall_ms);
/** Within a day; that a partner does not let us in, until it does. */
bool held_shown(const struct held_row *r, bool connected, uint64_t wall_ms);
/** A code of config/lists/alarms.psv. */
const char *held_cause_name(enum held_cause cause);

#endif /* KRING_DOMAIN_HELD_H */
