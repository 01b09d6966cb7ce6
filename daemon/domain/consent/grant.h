/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * consent - may this field go there now?  Deny by default.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     tables GRANT, GRANTCASE, AGREEMENT.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  grants name a person by pairwise pseudonym only; they lie under the case key.
 *
 * consent_check is the one function that decides whether a field may leave or stay.  It is asked when
 * a document is composed, again when it leaves and again when one arrives, about what holds at that moment.
 * How a consent ends, and what follows from it: grants.h.  Views show a partner's
 * person within consent_covered, the same intersection.
 * consent_pack_body is the only way to turn a body into bytes (tests/lint/check_gate.py).
 */
#ifndef KRING_DOMAIN_CONSENT_GRANT_H
#define KRING_DOMAIN_CONSENT_GRANT_H

#include "domain/exchange/thread.h"

/** Everything a decision depends on. */
struct consent_view {
	bool granted;
	bool living; /* consent_living: one or more hold now; cats and purpose_cats are of all of those */
	uint64_t cats;	       /* of the grant */
	uint64_t purpose_cats; /* what the grant's purpose can ever need */
	uint64_t from_ms, until_ms, withdrawn_ms;
	bool agreed;
	uint64_t agreement_cats;
	uint64_t agreement_until_ms; /* 0: open-ended */
	bool holds_cases;	     /* the partner's class allows persons at all */
};

enum consent_way { CONSENT_SEND = 0, CONSENT_RECEIVE = 1 };

/** consent_check(view, cats, now): WIRE_VERDICT_OK, or why not.  Pure. */
enum wire_verdict_code consent_check(const struct consent_view *v, uint64_t cats, uint64_t now_ms);
/** The categories that may pass now. */
uint64_t consent_covered(const struct consent_view *v, uint64_t now_ms);
/** Clears every field of a person (borrowed, same arena) outside these categories: the check at reading. */
void consent_blank(struct msg *person, uint64_t cats);
/** What a purpose can need; 0 for an unknown one. */
uint64_t consent_purpose_cats(const char *purpose);

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
/** The categories of a partner's person that may be looked at, found or passed on now: what the living grants
 *  cover that partners collected and sent us, within our agreements with them. */
MUST_CHECK enum err consent_received_cats(struct turn *t, const struct id16 *case_id,
					  uint64_t *cats);
/** Was it withdrawn (or does a partner say so)?  What names it is hollow from then on, whatever else holds. */
MUST_CHECK enum err consent_gone(struct turn *t, const struct id16 *grant, bool *yes);
/** ERR_NOTFOUND: never here, or erased with its case. */
MUST_CHECK enum err consent_record(struct turn *t, const struct id16 *grant, struct msg **record);
MUST_CHECK enum err consent_save(struct turn *t, const struct id16 *id, const struct id16 *case_id,
				 const struct msg *record);
/** The next grant of a case, of either side; *at begins with length 0.  ERR_NOTFOUND: no more. */
MUST_CHECK enum err consent_next(struct turn *t, const struct id16 *case_id, struct store_key *at,
				 struct id16 *grant, struct msg **record);
/** consent_pack_body(t, scope, type, body, &out, &cats, &grant): checked, then packed.  *grant: the newest
 *  living one that covers it; as it was when nothing personal is in the body.  ERR_DENIED names the categories
 *  in t->refusal; ERR_INVAL: a text outside every category that is no code of its list (words.h). */
MUST_CHECK enum err consent_pack_body(struct turn *t, const struct consent_scope *s, uint16_t type,
				      const struct msg *body, struct span *out, uint64_t *cats,
				      struct id16 *grant);
/** Documents of all living grants that did not leave yet: queued before what needs them. */
MUST_CHECK enum err consent_send(struct turn *t, const struct peer *p, const struct id16 *case_id);
/** A partner's grant arrived in its new thread: keep it.  Sets th->case_id.  *verdict: MALFORMED when it is not
 *  a grant to us. */
MUST_CHECK enum err consent_receive(struct turn *t, const struct peer *p, const struct wire_doc *d,
				    struct thread *th, uint16_t *verdict);

/* control commands */
MUST_CHECK enum err consent_give(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err consent_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err consent_agree(struct turn *t, const struct msg *req, struct msg *reply);
/** Categories of our agreement with p, 0 when there is none. */
MUST_CHECK enum err consent_agreement(struct turn *t, uint16_t peer, enum consent_way way,
				      struct consent_view *v);
/** "identity, contact": for sentences. */
void consent_names(uint64_t cats, char *out, size_t cap);

/** A grant of ours that came back with its document after a loss of state. */
MUST_CHECK enum err consent_recover(struct turn *t, const struct thread *th, struct msg *g);
void consent_row(struct turn *t, const struct msg *record, struct msg *reply);

#endif /* KRING_DOMAIN_CONSENT_GRANT_H */
