/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * login - commands by which a person signs in at a screen, and out again.
 *
 * Layer:    domain/signon (base, proto, store; lower rooms).
 * Owns:     nothing; sessions are signin/session.h's, passkeys signin/passkey.h's.
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
MUST_CHECK enum err admin_login_begin(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_login_passkey(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_login_link(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_login_passphrase(struct turn *t, const struct msg *req,
					   struct msg *reply);
MUST_CHECK enum err admin_logout(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_step_up_begin(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_step_up(struct turn *t, const struct msg *req, struct msg *reply);

/** A challenge into the reply.  in: of this person, whose passkeys go along; NULL: of nobody yet.  ERR_STATE, explained: there are
 *  no screens here. */
MUST_CHECK enum err login_ask(struct turn *t, enum challenge_use use, const struct staff *s,
			      const struct signin *in, struct msg *reply);
/** A passkey (MSG_PASSKEY_NEW) made on such a challenge is this person's from now on.  Explained. */
MUST_CHECK enum err login_take_passkey(struct turn *t, const struct staff *s,
				       const struct msg *made, struct signin *in);
/** An entry of the log about how this person signs in. */
MUST_CHECK enum err login_note(struct turn *t, enum err outcome, const char *detail);

#endif /* KRING_DOMAIN_SIGNON_LOGIN_H */
