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
 * a document is composed, again when it leaves and again when one arrives.  Views show a partner's
 * person within consent_covered, the same intersection.
 * consent_pack_body is the only way to turn a body into bytes (tests/lint/check_gate.py).
 */
#ifndef KRING_DOMAIN_CARE_CONSENT_H
#define KRING_DOMAIN_CARE_CONSENT_H

#include "domain/exchange/document.h"

/** Everything a decision depends on. */
struct consent_view {
	bool granted;
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

MUST_CHECK enum err consent_load(struct turn *t, const struct peer *p, const struct id16 *grant,
				 enum consent_way way, struct consent_view *v);
/** The newest grant of this case to this partner that holds now; ERR_NOTFOUND. */
MUST_CHECK enum err consent_find(struct turn *t, const struct id16 *case_id, uint16_t peer,
				 struct id16 *grant, struct msg **record);
/** consent_pack_body(t, p, grant, type, body, &out, &cats): checked, then packed.  ERR_DENIED names the
 *  categories in t->refusal; ERR_INVAL: a text outside every category that is no code of its list (words.h). */
MUST_CHECK enum err consent_pack_body(struct turn *t, const struct peer *p,
				      const struct id16 *grant, uint16_t type,
				      const struct msg *body, struct span *out, uint64_t *cats);
/** The grant's own document, if it did not leave yet: queued before what needs it. */
MUST_CHECK enum err consent_send(struct turn *t, const struct peer *p, const struct id16 *grant);
/** A partner's grant arrived: keep it.  *verdict: MALFORMED when it is not a grant to us. */
MUST_CHECK enum err consent_receive(struct turn *t, const struct peer *p, const struct wire_doc *d,
				    struct id16 *case_id, uint16_t *verdict);

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
MUST_CHECK enum err consent_recover(struct turn *t, const struct peer *p, const struct id16 *grant,
				    const struct id16 *case_id, struct msg *g);

#endif /* KRING_DOMAIN_CARE_CONSENT_H */
