/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * paircheck - two members compare, by voice, that they mean each other (proto/PROTOCOL.md 3a).
 *
 * Layer:    domain/membership (base, proto, store; crypto/hash; evidence).
 * Owns:     nothing; the outcome stands in members.h's row.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction, and in the audit log.
 * Privacy:  organisations and public keys.
 *
 * Both ends derive the same 32 digits from both node ids and both signing keys. The one with the smaller
 * node id reads the first half aloud and types the second, which its own screen does not show; the other
 * the reverse: nobody can agree by pressing a key. There is no commitment as in onboarding, so each half
 * is too long to be found by trying node ids.
 */
#ifndef KRING_DOMAIN_MEMBERSHIP_PAIRCHECK_H
#define KRING_DOMAIN_MEMBERSHIP_PAIRCHECK_H

#include "domain/state.h"

enum { PAIRCHECK_TEXT = 20 };
struct paircheck {
	char read[PAIRCHECK_TEXT], hear[PAIRCHECK_TEXT]; /* "1234 5678 9012 3456" */
};

/** What this end reads aloud, and what it hears when the other end has the same keys; never shown. */
MUST_CHECK enum err paircheck_digits(struct turn *t, const struct peer *p, struct paircheck *out);
/** Somebody typed what they heard.  *same: the partner is checked from now on; else nothing changes, and the attempt is in
 *  the audit log. */
MUST_CHECK enum err paircheck_heard(struct turn *t, struct peer *p, const struct paircheck *check,
				    const char *typed, bool *same);
/** Spaces and hyphens do not count: people read digits in groups. */
bool paircheck_same_digits(const char *typed, const char *ours);

#endif /* KRING_DOMAIN_MEMBERSHIP_PAIRCHECK_H */
