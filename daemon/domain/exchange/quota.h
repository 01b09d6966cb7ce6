/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * quota - how much one partner may make this node keep.
 *
 * Layer:    domain/exchange (base, proto, store; lower rooms).
 * Owns:     the counts in the rows of PAIR (open_*, threads, cases, unstored, over*).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  counts only.
 *
 * Each count is changed where its rows are, in the same turn; nobody walks to know it.  At a limit one document is passed
 * over: its number is used up with verdict too-many, so that what else the partner says goes on, endings above all.  Its
 * sender keeps it, is told, and asks again.
 */
#ifndef KRING_DOMAIN_EXCHANGE_QUOTA_H
#define KRING_DOMAIN_EXCHANGE_QUOTA_H

#include "domain/documents/thread.h"
#include "domain/exchange/pair.h"

/* clang-format off */
#define QUOTAS(X)                                                                        \
	X(OPEN, "open-referrals") /* of a partner: referrals that are not over ... */     \
	X(CASES, "cases")	  /* ... cases that it brought and that are here ... */   \
	X(ALONE, "waiting-consents") /* ... of them, without a referral yet ... */        \
	X(THREADS, "threads")	  /* ... all that it ever began ... */                    \
	X(REPORTS, "reports")	  /* ... of them, reports of figures ... */                \
	X(CASE, "one-case")	  /* ... and what it may add to one case ... */           \
	X(LOST, "lost-acts")	  /* ... or say again of a time before its loss */ \
	X(DAY_DOCUMENTS, "day-documents") /* documents that it sent today ... */             \
	X(DAY_MIB, "day-mib")	  /* ... and MiB of them */                               \
	X(UNSTORED, "unstored")	  /* threads of which a document of theirs was passed over */ \
	X(GONE, "gone")		  /* what it said, after a loss, of threads that we lack */ \
	X(KEYS, "keys")		  /* its signing keys, one after the other */              \
	X(MEMBERS, "members")	  /* of the whole federation */                            \
	X(STORE, "store-mib")	  /* of the whole store, in MiB */ \
	X(BLOBS, "blobs-mib")	  /* of a partner: files, in MiB */ \
	X(HANDOVERS, "handovers")	  /* of a partner: cases on their way to us */
enum quota {
	QUOTA_NONE, /* below every limit */
#define QUOTA_ENUM(name, text) QUOTA_##name,
	QUOTAS(QUOTA_ENUM)
#undef QUOTA_ENUM
};
/* clang-format on */

/** May this partner begin one more thread of this kind? */
MUST_CHECK enum err quota_thread(struct turn *t, uint16_t peer, enum thread_kind kind,
				 enum quota *over);
/** May it bring one more case? */
MUST_CHECK enum err quota_new_case(struct turn *t, uint16_t peer, enum quota *over);
/** May this case get one more thread of this kind? */
MUST_CHECK enum err quota_in_case(struct turn *t, const struct id16 *case_id, enum thread_kind kind,
				  enum quota *over);
/** May one more lost act be kept in this thread? */
MUST_CHECK enum err quota_lost(struct turn *t, const struct id16 *thread, enum quota *over);

/** A thread of theirs began. */
MUST_CHECK enum err quota_began(struct turn *t, const struct thread *th);
/** A case of theirs was opened, or is gone. */
MUST_CHECK enum err quota_case(struct turn *t, uint16_t peer, bool here);
/** The index of open referrals follows th->state: over says whether it is over. */
MUST_CHECK enum err quota_open(struct turn *t, const struct thread *th, bool over);
/** A document was passed over for this limit: kring status says so. */
MUST_CHECK enum err quota_passed_over(struct turn *t, uint16_t peer, enum quota what);

/** A place in the index of open referrals: by case, so that a case is asked without a walk. */
struct quota_place {
	struct id16 case_id, thread;
};
/** The next open referral with this partner in this role after *at; begin with zeros.  ERR_NOTFOUND: no more. */
MUST_CHECK enum err quota_next_open(struct turn *t, uint16_t peer, uint8_t role,
				    struct quota_place *at);
/** Is a referral of this case open with this partner, with us in this role? */
MUST_CHECK enum err quota_open_in(struct turn *t, uint16_t peer, uint8_t role,
				  const struct id16 *case_id, bool *yes);
/** Is this referral itself in the index, with this partner and with us in this role? */
bool quota_is_open(struct turn *t, uint16_t peer, uint8_t role, const struct quota_place *at);
/** Is any referral of this case open, with a partner that was not removed? */
MUST_CHECK enum err quota_any_open(struct turn *t, const struct id16 *case_id, bool *yes);
/** Rows of kring status: what was passed over in the last day, and what is filled to LIMIT_NEAR_PERCENT, of each partner and in whole. */
MUST_CHECK enum err quota_status(struct turn *t, struct msg *status);
/** The limit itself, as it is set here. */
uint64_t quota_limit(const struct node *n, enum quota what);
/** Its code (config/lists/limits.psv). */
const char *quota_code(enum quota what);

#endif /* KRING_DOMAIN_EXCHANGE_QUOTA_H */
