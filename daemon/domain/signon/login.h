/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * login - commands by which a person signs in at a screen, and out again.
 *
 * Layer:    domain/signon (base, proto, store; lower rooms).
 * Owns:     META row 18 (when a sign-in failed last); sessions are signin/session.h's, passkeys signin/passkey.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds of the turn.
 * Durable:  with the turn's transaction; sessions live in memory alone.
 * Privacy:  names of workers.  A reply holds a token or a challenge and is never kept.
 *
 * Who is not known, who is known and proves nothing, and for whom the door is shut get one answer.
 */
#ifndef KRING_DOMAIN_SIGNON_LOGIN_H
#define KRING_DOMAIN_SIGNON_LOGIN_H

#include "domain/signin/passkey.h"
#include "domain/signin/session.h"

/* The commands of Request, by their fields. */
MUST_CHECK enum err admin_public_status(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_login_passkey(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_logout(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_step_up_begin(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_step_up(struct turn *t, const struct msg *req, struct msg *reply);

/** ERR_STATE, explained: nobody signs in at a screen here. */
MUST_CHECK enum err login_screens(struct turn *t);
/** A challenge into the reply.  in: of this person, whose passkeys go along; NULL: of nobody yet.  ERR_STATE, explained: there are
 *  no screens here. */
MUST_CHECK enum err login_ask(struct turn *t, enum challenge_use use, const struct staff *s,
			      const struct signin *in, struct msg *reply);
/** A passkey (MSG_PASSKEY_NEW) made on such a challenge is this person's from now on.  Explained. */
MUST_CHECK enum err login_take_passkey(struct turn *t, const struct staff *s,
				       const struct msg *made, struct signin *in);
/** Signed in, under a new token, whatever the browser had before.  as: passkey and how. */
MUST_CHECK enum err login_let_in(struct turn *t, struct staff *s, struct signin *in,
				 const struct session *as, const char *detail, struct msg *reply);
/** Not signed in: the one answer for all.  s NULL: nobody is known by what was given. */
MUST_CHECK enum err login_fail(struct turn *t, const struct staff *s, const char *detail,
			       struct msg *reply);
/** An entry of the log about how this person signs in. */
MUST_CHECK enum err login_note(struct turn *t, enum err outcome, const char *detail);

#endif /* KRING_DOMAIN_SIGNON_LOGIN_H */
