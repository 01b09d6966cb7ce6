/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * told - the answer of a holder to the end of a consent, read out of the consent's thread.
 *
 * Layer:    domain/grant (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, as its author's clock said.
 * Durable:  nothing.
 * Privacy:  codes and numbers only.
 */
#ifndef KRING_DOMAIN_GRANT_TOLD_H
#define KRING_DOMAIN_GRANT_TOLD_H

#include "domain/documents/thread.h"

/** Codes of Erased.outcome. */
enum erasure_outcome { ERASURE_DONE = 1, ERASURE_RESTRICTED, ERASURE_NEVER_HELD };

/** The holder's last answer to the end of this consent. */
struct erasure_told {
	uint16_t type; /* DOC_ERASED, DOC_ERASING; 0: it did not answer yet */
	uint64_t at_ms;
	struct id32 hash; /* of the document */
	bool whole;	  /* what it says is here; else all below is 0 */
	uint64_t outcome, backup_until_ms, bodies, onward; /* 0: it does not say */
	bool own_notes;					   /* it keeps what it wrote itself */
	const char *statute;  /* of one that keeps it: the law that makes it do so ... */
	uint64_t until_ms;    /* ... and until when, as it says */
	struct span children; /* first bytes of the ids of the consents under which it went on */
};
/** Of th, a consent; from the holder's side of it, whichever that is. */
MUST_CHECK enum err erasure_told(struct turn *t, const struct thread *th, struct erasure_told *out);
/** The fields that a body has (MSG_ERASED); type, time and hash are its document's. */
void erasure_read(const struct msg *said, struct erasure_told *out);
/** The last answer whose author knew of the end.  last->type 0: there is none. */
MUST_CHECK enum err told_last(struct turn *t, const struct thread *th, struct log_entry *last);

/** Does a log of this consent, of either side, hold its withdrawal? */
MUST_CHECK enum err told_over(struct turn *t, const struct thread *th, bool *yes);

#endif /* KRING_DOMAIN_GRANT_TOLD_H */
