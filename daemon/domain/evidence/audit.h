/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * audit - the append-only chain: who did what to which case, when; never content.
 *
 * Layer:    domain/evidence (base, proto, store; turn.h).
 * Owns:     table AUDIT, key be64 seq; META row 1 (head of the chain).
 * Threads:  core process, event-loop thread only.
 * Time:     entry times are wall-clock milliseconds of the turn.
 * Durable:  an entry is on disk with the act it describes, in the same commit.
 * Privacy:  cases appear as commitments; the detail is sealed under the case's audit key.
 */
#ifndef KRING_DOMAIN_EVIDENCE_AUDIT_H
#define KRING_DOMAIN_EVIDENCE_AUDIT_H

#include "domain/turn.h"

/* clang-format off */
#define AUDIT_EVENTS(X)                                                                  \
	X(VIEW, 1, "view") X(SEARCH, 2, "search") X(CREATE, 3, "create") X(CHANGE, 4, "change")      \
	X(SEND, 5, "send") X(RECEIVE, 6, "receive") X(CONSENT, 7, "consent") X(ROSTER, 8, "roster") \
	X(AGREEMENT, 9, "agreement") X(LOG_ACCESS, 10, "log-access") X(TIMER, 11, "timer")          \
	X(DROP, 12, "drop") X(CLOCK, 13, "clock") X(REFUSED, 14, "refused") \
	X(ERASE, 15, "erase") X(LOCK, 16, "lock") X(CHECKPOINT, 17, "checkpoint") \
	X(LOSS, 18, "state-loss") X(BACKUP, 19, "backup") X(REPORT, 20, "report")   \
	X(ROLE, 21, "role") X(SECOND, 22, "second-person") X(EXPORT, 23, "export") \
	X(SIGN_IN, 24, "sign-in") X(BREAK_GLASS, 25, "break-glass") X(ALARM, 26, "alarm")
enum audit_event {
#define AUDIT_ENUM(name, no, text) AUDIT_##name = (no),
	AUDIT_EVENTS(AUDIT_ENUM)
#undef AUDIT_ENUM
};
/* clang-format on */

struct audit_entry {
	enum audit_event event;
	enum err outcome;
	uint16_t peer;		    /* 0: none */
	const struct id16 *case_id; /* NULL: none */
	const struct id16 *grant;   /* NULL: none; of one file that was taken out: that */
	const char *detail;	    /* codes and ids, sealed; "" none */
};

MUST_CHECK enum err audit_add(struct turn *t, const struct audit_entry *e);
/** Asked at every entry while the chain is recomputed; false: somebody holds another hash for it. */
struct audit_check {
	bool (*agrees)(void *ctx, uint64_t seq, const struct id32 *hash);
	void *ctx;
};
/** The entry of a look at a person or at the log.  ERR_FULL, in words, before looks take what answers and erasures need. */
MUST_CHECK enum err audit_look(struct turn *t, const struct audit_entry *e);
/** How far the chain was recomputed; begins as zeros. */
struct audit_walk {
	uint64_t seq; /* the last entry that was read, and what it hashes to */
	struct id32 hash;
	uint64_t last;	  /* up to here, where the log ended when the walk began ... */
	struct id32 want; /* ... with this hash */
	bool begun, over;
};
/** Recomputes the chain, as many entries as one turn looks at: over says whether that was all.  ERR_CORRUPT: at->seq is the first
 *  bad one.  check may be NULL. */
MUST_CHECK enum err audit_verify(struct turn *t, struct audit_walk *at,
				 const struct audit_check *check);
/** With the entries of this turn. */
MUST_CHECK enum err audit_head(struct turn *t, uint64_t *seq, struct id32 *hash);
/** Writes where the log ends, if it grew: once, at the end of the turn, behind its last entry. */
MUST_CHECK enum err audit_settle(struct turn *t);
/** The case is erased: its commitment stands for nobody any more. */
MUST_CHECK enum err audit_forget(struct turn *t, const struct id16 *case_id);
/** One entry as it lies in the chain; spans are borrowed from the turn. */
struct audit_row {
	uint64_t seq, at_ms;
	const char *event; /* as AUDIT_EVENTS has it */
	enum err outcome;
	bool worker;		      /* a person did it; else the machine */
	uint32_t uid;		      /* who stands not in the table STAFF ... */
	struct id16 staff, on_behalf; /* ... else noughts; for whom, or noughts */
	struct id16 commit, case_id;  /* of no case: noughts */
	bool known;		      /* case_id is; false: of none, or erased */
	struct id16 about;	      /* the consent or file that it names; noughts: none */
	uint16_t peer;		      /* 0: none */
	struct span sealed;	      /* the detail */
};
/** ERR_CORRUPT: damaged, or cut out of the chain. */
MUST_CHECK enum err audit_get(struct turn *t, uint64_t seq, struct audit_row *row);
/** The detail in clear, empty when there is none.  False: it went with its case. */
MUST_CHECK bool audit_detail(struct turn *t, const struct audit_row *row, struct span *plain);

#endif /* KRING_DOMAIN_EVIDENCE_AUDIT_H */
