/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * invite - rows of invites: how far the joining of a newcomer came.
 *
 * Layer:    domain/newcomer (base, proto, store; lower rooms).
 * Owns:     table INVITE (id 16).
 * Threads:  core process, event-loop thread only.
 * Time:     invites expire by the wall clock.
 * Durable:  with the turn's transaction.
 * Privacy:  organisations only; the invite's secret opens one joining and lies sealed.
 *
 * Every handshake of an invite has a session and digits of its own (struct InviteTry): whoever has a stolen token
 * cannot take the place of one that was begun before.
 */
#ifndef KRING_DOMAIN_NEWCOMER_INVITE_H
#define KRING_DOMAIN_NEWCOMER_INVITE_H

#include "domain/state.h"

/* How far an invite came: those that are stored ... */
#define INVITE_OPEN "open"
#define INVITE_CONFIRMED                                                                           \
	"confirmed" /* a person compared the digits: the entry waits for the roots */
#define INVITE_APPROVED "approved"
#define INVITE_DEAD	"dead"
/* ... and those that are shown of an open one: */
#define INVITE_MET	"met"	   /* a newcomer committed to its random number */
#define INVITE_REVEALED "revealed" /* both sides know the digits */

MUST_CHECK enum err invite_save(struct turn *t, const struct id16 *id, const struct msg *m);
MUST_CHECK enum err invite_load(struct turn *t, const struct id16 *id, struct msg **m);
/** As store_each, in order of id.  *m NULL: this one is damaged. */
MUST_CHECK bool invite_any(struct turn *t, struct store_walk *w, struct id16 *id, struct msg **m);
/** The same, passing over damaged ones: they open no door. */
MUST_CHECK bool invite_each(struct turn *t, struct store_walk *w, struct id16 *id, struct msg **m);
/** Rows that ended LIMIT_INVITES_KEPT_DAYS ago go. */
MUST_CHECK enum err invite_forget(struct turn *t);
/** Is it stored as this INVITE_*? */
bool invite_is(const struct msg *m, const char *state);
/** How far it came, for people: one of INVITE_*. */
const char *invite_stage(const struct turn *t, const struct msg *m);
bool invite_in_time(const struct turn *t, const struct msg *m);
/** May its token still begin a handshake? */
bool invite_usable(const struct turn *t, const struct msg *m);
/** May somebody still ask about it?  Only then is there a place to ask.  *until_ms (may be NULL): when that ends by itself. */
bool invite_alive(const struct turn *t, const struct msg *m, uint64_t *until_ms);

/** The i-th handshake, i < LIMIT_ONBOARD_ATTEMPTS; NULL: it was not begun. */
struct msg *invite_try(struct turn *t, struct msg *m, size_t i);
/** A further one; only for an invite that is usable. */
struct msg *invite_try_new(struct turn *t, struct msg *m);
/** Does it wait for its digits to be confirmed? */
bool invite_try_waits(const struct msg *m, const struct msg *try);
/** The handshake that has this session and is not over, in an invite that is alive; ERR_NOTFOUND. */
MUST_CHECK enum err invite_session(struct turn *t, const struct id16 *session, struct id16 *id,
				   struct msg **m, struct msg **try);
/** Of our roster: part of what both sides compare.  ERR_NOTFOUND: no roster yet. */
MUST_CHECK enum err invite_genesis(struct turn *t, struct id32 *out);

#endif /* KRING_DOMAIN_NEWCOMER_INVITE_H */
