/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * handover - the table by which a case moves from one node to another, as data, and the fold over two logs.
 *
 * The node that has the case (FROM) opens the thread; the one that is to have it (TO) answers.  The case moves by two acts, CEDE and
 * TAKE, and nobody writes in it between the bundle and the second of them.  The fold is total and reads event types only, as in a
 * referral: guards bind the author's node before it signs and are never applied again by the reader; an event without a row is a
 * note.  tests/model iterates this table against caselife_handover.py.
 *
 * Layer:    domain/owner (base; proto/acts for document types).
 * Owns:     nothing; pure.
 * Threads:  any.
 * Time:     none.
 * Durable:  numbers of states and types stand in stores and in signed documents: one is added, never changed.
 * Privacy:  heads only: types and numbers.
 */
#ifndef KRING_DOMAIN_OWNER_HANDOVER_H
#define KRING_DOMAIN_OWNER_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/acts.h"

/* clang-format off */
#define HANDOVER_STATES(X)                                                                \
	X(NONE, "none") X(PROPOSED, "proposed") X(AGREED, "agreed") X(BUNDLED, "bundled")  \
	X(STAGED, "staged") X(CEDED, "ceded") X(TAKEN, "taken") X(REFUSED, "refused")      \
	X(EXPIRED, "expired") X(ABORTED, "aborted") X(RECLAIMED, "reclaimed")              \
	X(SUPERSEDED, "superseded")
enum handover_state {
#define HANDOVER_ENUM(name, text) HANDOVER_##name,
	HANDOVER_STATES(HANDOVER_ENUM)
#undef HANDOVER_ENUM
	HANDOVER_STATE_COUNT
};
/* clang-format on */

enum { HANDOVER_TABLE_VERSION = 1 };
/** Of the node that proposed, and of the other one. */
enum handover_side { HANDOVER_BY_FROM = 1, HANDOVER_BY_TO = 2 };

struct handover_row {
	const char *id;	  /* of the row, for messages of tests */
	uint8_t who;	  /* enum handover_side */
	uint16_t type;	  /* of document */
	uint32_t may;	  /* states (1 << state) in which the author's node lets it through */
	uint32_t applies; /* states in which the fold moves */
	uint8_t to;	  /* HANDOVER_STATE_COUNT: stays */
};

extern const struct handover_row handover_table[];
extern const size_t handover_table_len;

const char *handover_state_name(enum handover_state s);
/** Nothing moves it any more but a word of taking back or of another one that took over. */
static inline bool handover_over(enum handover_state s)
{
	return s >= HANDOVER_TAKEN;
}
/** May that side sign this act, as it sees the state? */
bool handover_may(enum handover_state s, enum handover_side who, uint16_t type);
/** The state after this event; *note says that it had no effect. */
enum handover_state handover_step(enum handover_state s, enum handover_side who, uint16_t type,
				  bool *note);

struct handover_event {
	uint16_t type;
	uint32_t seen; /* number of the other log's last event that its author had seen */
};
struct handover_walked {
	enum handover_side who;
	uint32_t no; /* in its log */
	enum handover_state state;
	bool note;
};
/** handover_fold(f, nf, t, nt, steps, &done): causal order, of two that are free the one of TO first.  f, t: the logs of FROM and
 *  TO, nf and nt entries.  steps may be NULL, else holds nf + nt.  Returns the state after all events that are causally complete;
 *  *done is their count. */
enum handover_state handover_fold(const struct handover_event *f, size_t nf,
				  const struct handover_event *t, size_t nt,
				  struct handover_walked *steps, size_t *done);

#endif /* KRING_DOMAIN_OWNER_HANDOVER_H */
