/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * grant - the consents of a person: what they are, which hold now, what they cover together.
 *
 *
 * How a consent ends, and what follows from it: care/grants.h.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     tables GRANT, GRANTCASE, GRANTOPEN.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  grants name a person by pairwise pseudonym only.  Our own lie under the case key; a partner's under its own
 *           (documents/grantkey.h), and once that is gone a stub is left that says between whom, until when, and that it is over.
 */
#ifndef KRING_DOMAIN_CONSENT_GRANT_H
#define KRING_DOMAIN_CONSENT_GRANT_H

#include "domain/consent/agreement.h"
#include "domain/documents/thread.h"

/** Between whom: one person and one partner, and which of the two collected the consent. */
struct consent_scope {
	const struct peer *p;
	struct id16 case_id;
	bool received; /* collected by the partner */
};

/** Of one grant's record. */
enum consent_state { CONSENT_LIVING, CONSENT_NOT_YET, CONSENT_ENDED, CONSENT_WITHDRAWN };
enum consent_state consent_grant_state(const struct msg *record, uint64_t now_ms);
/** What it covers within its purpose, were it living. */
uint64_t consent_grant_cats(const struct msg *record);
bool consent_between(const struct msg *record, uint16_t peer, bool received);

/** What one grant alone covers; of none, or of another partner's, granted is false. */
MUST_CHECK enum err consent_load(struct turn *t, const struct peer *p, const struct id16 *grant,
				 enum consent_way way, struct consent_view *v);
/** consent_living(t, scope, way, &view): what the grants that hold now cover together, each within its own
 *  purpose, and our agreement in this way.  No thread is bound to the grant that it began under: a renewal or a
 *  wider grant serves what runs already, and a withdrawn one counts for nothing from then on. */
MUST_CHECK enum err consent_living(struct turn *t, const struct consent_scope *s,
				   enum consent_way way, struct consent_view *v);
/** The same for something that we send, and which grant a document with these categories names: the newest living one that
 *  covers all of it, else the newest that covers some of it; where there is none *grant stays as it was. */
MUST_CHECK enum err consent_for(struct turn *t, const struct consent_scope *s, uint64_t cats,
				struct consent_view *v, struct id16 *grant);
/** The categories of a partner's person that may be looked at, found or passed on now: what the living grants
 *  cover that partners collected and sent us, within our agreements with them. */
MUST_CHECK enum err consent_received_cats(struct turn *t, const struct id16 *case_id,
					  uint64_t *cats);
/** Was it withdrawn (or does a partner say so)?  What names it is hollow from then on, whatever else holds. */
MUST_CHECK enum err consent_gone(struct turn *t, const struct id16 *grant, bool *yes);
/** Does a narrower one that took its place hold, directly or after others? */
MUST_CHECK enum err consent_carried(struct turn *t, const struct id16 *grant, bool *yes);
/** ERR_NOTFOUND: never here, or erased with its case.  Of one whose key a restore withheld: the stub, said to be withdrawn. */
MUST_CHECK enum err consent_record(struct turn *t, const struct id16 *grant, struct msg **record);
/** A partner's whose key is gone is cut down to its stub, here and in record. */
MUST_CHECK enum err consent_save(struct turn *t, const struct id16 *id, const struct id16 *case_id,
				 struct msg *record);
/** As store_each, over the grants of a case, of either side. */
MUST_CHECK bool consent_each(struct turn *t, const struct id16 *case_id, struct store_walk *w,
			     struct id16 *grant, struct msg **record);
/** The same, over those that are not withdrawn: they hold, will, or ran out a short while ago. */
MUST_CHECK bool consent_each_open(struct turn *t, const struct id16 *case_id, struct store_walk *w,
				  struct id16 *grant, struct msg **record);
/** *full: of what this partner collected about this person so much is open that it must first end one (LIMIT_OPEN_GRANTS). */
MUST_CHECK enum err consent_room(struct turn *t, const struct peer *p, const struct id16 *case_id,
				 bool *full);

/** Did its document leave?  So did that of one whose thread came back after a loss, even without its content. */
bool consent_sent(struct turn *t, const struct id16 *grant, const struct msg *record);
/** When a grant runs out, milliseconds. */
uint64_t consent_until(const struct msg *record);
/** *erased: this document rests on a consent whose case (then *case_id) was erased. */
MUST_CHECK enum err consent_erased_with(struct turn *t, const struct peer *p,
					const struct wire_head *h, struct id16 *case_id,
					bool *erased);

#endif /* KRING_DOMAIN_CONSENT_GRANT_H */
