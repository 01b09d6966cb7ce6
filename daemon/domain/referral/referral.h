/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * referral - the table of acts and states (proto/PROTOCOL.md 7) as data, and the fold over two logs.
 *
 * The fold is total and reads event types only: guards bind the author's node before signing and are
 * never re-applied by the reader.  An event without a row is a note.  tests/model iterates this table
 * against referral_model.py.
 *
 * Layer:    domain/referral (base; proto/acts for document types).
 * Owns:     nothing; pure.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  heads only: types and numbers.
 */
#ifndef KRING_DOMAIN_REFERRAL_REFERRAL_H
#define KRING_DOMAIN_REFERRAL_REFERRAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/acts.h"

/* clang-format off */
#define REFERRAL_STATES(X)                                                              \
	X(DRAFT, "draft") X(OFFERED, "offered") X(NEEDS_INFO, "needs-info")              \
	X(ACCEPTED, "accepted") X(ON_HOLD, "on-hold") X(ACTIVE, "active")                \
	X(WITHDRAW_PENDING, "withdraw-pending") X(OUTCOME, "outcome")                    \
	X(REOPEN_PENDING, "reopen-pending")                                             \
	X(CLOSED, "closed") X(DECLINED, "declined") X(REDIRECTED, "redirected")          \
	X(WITHDRAWN, "withdrawn") X(EXPIRED, "expired") X(REVOKED, "revoked") X(ERROR, "error") \
	X(MOVED, "moved")
enum referral_state {
#define REFERRAL_ENUM(name, text) REFERRAL_##name,
	REFERRAL_STATES(REFERRAL_ENUM)
#undef REFERRAL_ENUM
	REFERRAL_STATE_COUNT
};
/* clang-format on */

enum { REFERRAL_TABLE_VERSION = 1 };
enum referral_actor { REFERRAL_BY_SENDER = ACT_BY_SENDER, REFERRAL_BY_RECEIVER = ACT_BY_RECEIVER };

struct transition {
	const char *id;	  /* of the row, for messages of tests */
	uint16_t type;	  /* document type; who signs it is in proto/acts.h */
	uint32_t may;	  /* states (1 << state) in which the author's node lets it through */
	uint32_t applies; /* states in which the fold moves */
	uint8_t to;	  /* REFERRAL_STATE_COUNT: stays */
};

extern const struct transition referral_table[];
extern const size_t referral_table_len;

const char *referral_state_name(enum referral_state s);
static inline bool referral_terminal(enum referral_state s)
{
	return s >= REFERRAL_CLOSED;
}
/** May that side sign this act, as it sees the state? */
bool referral_may(enum referral_state s, enum referral_actor who, uint16_t type);
/** The same, and also where no person may but a rule of this program (a row without states in may). */
bool referral_takes(enum referral_state s, enum referral_actor who, uint16_t type);
/** The state after this event; *note says that it had no effect. */
enum referral_state referral_step(enum referral_state s, enum referral_actor who, uint16_t type,
				  bool *note);

struct fold_event {
	uint16_t type;
	uint32_t seen; /* number of the other log's last event the author had seen */
};
struct fold_step {
	enum referral_actor who;
	uint32_t no; /* in its log */
	enum referral_state state;
	bool note;
	uint16_t type;
};
/** referral_fold(s, ns, r, nr, steps): causal order, ties: receiver first.  steps may be NULL, else
 *  holds ns + nr.  Returns the state after all events that are causally complete; *done their count. */
enum referral_state referral_fold(const struct fold_event *s, size_t ns, const struct fold_event *r,
				  size_t nr, struct fold_step *steps, size_t *done);

#endif /* KRING_DOMAIN_REFERRAL_REFERRAL_H */
