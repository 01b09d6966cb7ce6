/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * drafts - what somebody began to type and has not sent: a referral step by step, a new case.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     table DRAFT, and the keys of those drafts that are about no case yet.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  a draft is read by who wrote it and by nobody else.  About a case it lies under the case's key and is erased with it;
 *           else under a key of its own, which goes when the draft does.
 *
 * The writer is a person of the table STAFF: a unix user may be another person's next week.  As long as nobody is named it is the
 * unix user, and what was written so is nobody's from the first name on: who it was cannot be known any more.
 * A writer has LIMIT_DRAFTS of them; each is kept for LIMIT_DRAFT_DAYS after it was saved last.
 */
#ifndef KRING_DOMAIN_CONSENT_DRAFTS_H
#define KRING_DOMAIN_CONSENT_DRAFTS_H

#include "domain/turn.h"

enum { DRAFTS_FORM = 40, DRAFTS_LABEL = 200 };

struct draft {
	struct id16 id;	     /* zeros: a new one */
	struct id16 case_id; /* zeros: it is about none yet */
	char form[DRAFTS_FORM + 1];
	char label[DRAFTS_LABEL + 1];
	struct span typed; /* borrowed: of the caller, or in the turn's arena */
	uint64_t saved_ms;
};

/** Whose drafts they are: that person's of STAFF; noughts: nobody's there, so this unix user's. */
struct id16 drafts_writer(const struct id16 *staff, uint32_t uid);
/** Saved under its id, which is drawn for a new one.  ERR_NOTFOUND: this writer has no draft of that id, or its case is erased.
 *  ERR_LIMIT: form, label or text is too long.  ERR_FULL: this writer has as many as one may, or all have. */
MUST_CHECK enum err drafts_put(struct turn *t, const struct id16 *writer, struct draft *d);
/** ERR_NOTFOUND: this writer has none of that id. */
MUST_CHECK enum err drafts_get(struct turn *t, const struct id16 *writer, const struct id16 *id,
			       struct draft *d);
MUST_CHECK enum err drafts_drop(struct turn *t, const struct id16 *writer, const struct id16 *id);
/** The next draft of this writer; walk: zeroed at first.  False at the end, or when walk->rc is an error. */
MUST_CHECK bool drafts_each(struct turn *t, const struct id16 *writer, struct store_walk *walk,
			    struct draft *d);
/** The person works here no more: what that person was typing goes. */
MUST_CHECK enum err drafts_end(struct turn *t, const struct id16 *writer);
/** The case is erased: so is what anybody was typing about it. */
MUST_CHECK enum err drafts_erase(struct turn *t, const struct id16 *case_id);
/** Those that nobody saved for so long. */
MUST_CHECK enum err drafts_let_go(struct turn *t);

#endif /* KRING_DOMAIN_CONSENT_DRAFTS_H */
