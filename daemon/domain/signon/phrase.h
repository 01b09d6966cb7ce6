/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * phrase - signing in by a passphrase, where the settings allow it: for a demonstration.
 *
 * Layer:    domain/signon (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds of the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  a passphrase goes into one job (signin/words.h), and its hash into the person's row.
 *
 * Each takes two turns: between them it is hashed outside.  A name that nobody has is hashed, too.
 */
#ifndef KRING_DOMAIN_SIGNON_PHRASE_H
#define KRING_DOMAIN_SIGNON_PHRASE_H

#include "domain/signin/passkey.h"

MUST_CHECK enum err admin_login_passphrase(struct turn *t, const struct msg *req,
					   struct msg *reply);
/** The passphrase that goes with a link becomes this person's, in s and in alone.  Explained; or t->elsewhere: it comes again. */
MUST_CHECK enum err phrase_take(struct turn *t, const struct staff *s, const char *text,
				struct signin *in);

#endif /* KRING_DOMAIN_SIGNON_PHRASE_H */
