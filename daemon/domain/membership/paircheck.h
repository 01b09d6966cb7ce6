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

#include "domain/turn.h"

/** Spaces and hyphens do not count: people read digits in groups. */
bool paircheck_same_digits(const char *typed, const char *ours);
/** The command `kring partner check`: without digits it answers what to read aloud.  ERR_DENIED: other
 *  digits; nothing changes, and the attempt is in the audit log. */
MUST_CHECK enum err paircheck_command(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_MEMBERSHIP_PAIRCHECK_H */
