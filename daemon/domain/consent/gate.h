/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * gate - may this field go there now?  Deny by default.
 *
 * consent_check is the one function that decides whether a field may leave or stay.  It is asked when
 * a document is composed, again when it leaves and again when one arrives, about what holds at that moment.
 * Views show a partner's person within consent_covered, the same intersection.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  reads categories and times; nobody's data.
 */
#ifndef KRING_DOMAIN_CONSENT_GATE_H
#define KRING_DOMAIN_CONSENT_GATE_H

#include "domain/state.h"

/* Categories of proto/options.proto as bits, and those that need a word of their own. */
#define GATE_BIT(c)	 (UINT64_C(1) << (c))
#define GATE_ALL	 (GATE_BIT(20) - 1) /* of a person */
#define GATE_NEEDS	 15
#define GATE_STORY	 16
#define GATE_ATTACHMENTS 17
#define GATE_NATIONAL	 19
#define GATE_MESSAGE	 20 /* words between two workers */

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
	bool holds_cases;	     /* the partner's class allows personal data at all */
};

/** consent_check(view, cats, now): WIRE_VERDICT_OK, or why not.  Pure. */
enum wire_verdict_code consent_check(const struct consent_view *v, uint64_t cats, uint64_t now_ms);
/** The categories that may pass now. */
uint64_t consent_covered(const struct consent_view *v, uint64_t now_ms);
/** Clears every field of a person (borrowed, same arena) outside these categories: the check at reading. */
void consent_blank(struct msg *person, uint64_t cats);
/** What a purpose can need; 0 for an unknown one. */
uint64_t consent_purpose_cats(const char *purpose);
/** "identity, contact": for sentences. */
void consent_names(uint64_t cats, char *out, size_t cap);

#endif /* KRING_DOMAIN_CONSENT_GATE_H */
