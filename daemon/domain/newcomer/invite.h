/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * invite - rows of invites: how far the joining of a newcomer came.
 *
 * Layer:    domain/newcomer (base, proto, store; lower rooms).
 * Owns:     table INVITE (session 16).
 * Threads:  core process, event-loop thread only.
 * Time:     invites expire by the wall clock.
 * Durable:  with the turn's transaction.
 * Privacy:  organisations only; the invite's secret opens one joining and lies sealed.
 */
#ifndef KRING_DOMAIN_NEWCOMER_INVITE_H
#define KRING_DOMAIN_NEWCOMER_INVITE_H

#include "domain/state.h"

/* How far an invite came; these codes are stored. */
#define INVITE_OPEN	 "open"
#define INVITE_MET	 "met"	     /* a newcomer committed to its random number */
#define INVITE_REVEALED	 "revealed"  /* both sides know the digits */
#define INVITE_CONFIRMED "confirmed" /* a person compared them: the entry waits for the roots */
#define INVITE_APPROVED	 "approved"
#define INVITE_DEAD	 "dead"

MUST_CHECK enum err invite_save(struct turn *t, const struct id16 *session, const struct msg *m);
MUST_CHECK enum err invite_load(struct turn *t, const struct id16 *session, struct msg **m);
/** In order of session; ERR_NOTFOUND past the last.  *m NULL: this one is damaged, and the walk goes on behind it. */
MUST_CHECK enum err invite_any(struct turn *t, struct store_key *at, struct id16 *session,
			       struct msg **m);
/** The same, passing over damaged ones: they open no door. */
MUST_CHECK enum err invite_next(struct turn *t, struct store_key *at, struct id16 *session,
				struct msg **m);
/** Is it at this INVITE_*? */
bool invite_is(const struct msg *m, const char *state);
bool invite_in_time(const struct turn *t, const struct msg *m);
/** May its token still begin a handshake? */
bool invite_usable(const struct turn *t, const struct msg *m);
/** May somebody still ask about it? */
bool invite_alive(const struct turn *t, const struct msg *m);
/** Of our roster: part of what both sides compare.  ERR_NOTFOUND: no roster yet. */
MUST_CHECK enum err invite_genesis(struct turn *t, struct id32 *out);

#endif /* KRING_DOMAIN_NEWCOMER_INVITE_H */
