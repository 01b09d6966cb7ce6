/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * onboard - a new partner: invite, handshake, digits compared by phone, proposal (proto/PROTOCOL.md 3a).
 *
 * Layer:    domain/newcomer (base, proto, store; crypto/hash, verify, identity; evidence).
 * Owns:     nothing; rows are invite.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     invites expire by the wall clock.
 * Durable:  every step; a joining survives restarts of either side.
 * Privacy:  organisations only; the invite's secret opens one joining and lies sealed.
 *
 * Commit, then reveal: the newcomer commits to its nonce before it knows ours, so whoever stands in
 * between has one guess at eight digits.
 */
#ifndef KRING_DOMAIN_NEWCOMER_ONBOARD_H
#define KRING_DOMAIN_NEWCOMER_ONBOARD_H

#include "domain/membership/roster.h"

enum { ONBOARD_DIGITS = 8 };

/** What both ends show, computed from the handshake; hash for the roster. */
struct onboard_words {
	struct id32 r_c, r_i, genesis_hash, introducer;
	struct span join;
};
void onboard_digits(const struct onboard_words *w, char digits[ONBOARD_DIGITS + 1],
		    struct id32 *hash);
struct id32 onboard_commit(const struct id32 *r_c, struct span join);
/** Proves knowledge of the invite's secret. */
struct id32 onboard_mac(const struct id16 *secret, struct span join);

/** A message on the onboarding socket; answers are EFFECT_ONBOARD. */
MUST_CHECK enum err onboard_message(struct turn *t, uint16_t line, struct span bytes);
/** Where the onboarding socket listens now: n->onboard, "" for not at all. */
MUST_CHECK enum err onboard_load(struct turn *t, struct node *n);
MUST_CHECK enum err onboard_approved(struct turn *t, const struct id16 *session);

#endif /* KRING_DOMAIN_NEWCOMER_ONBOARD_H */
