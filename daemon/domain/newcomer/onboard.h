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
 * between has one guess at eight digits.  Every question may be asked again and is answered the same: a line
 * that broke, a process that was killed costs no try.
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

/** A question of a newcomer.  The answer is EFFECT_ONBOARD: the session 16 in which it was asked, zeros when it was in
 *  none, and then what is said on the wire. */
MUST_CHECK enum err onboard_message(struct turn *t, uint16_t line, struct span bytes);
/** The roots let in whom this invite brought. */
MUST_CHECK enum err onboard_approved(struct turn *t, const struct id16 *invite);

#endif /* KRING_DOMAIN_NEWCOMER_ONBOARD_H */
