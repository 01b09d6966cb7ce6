/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * wayin - how a colleague gets to sign in at a screen, as commands about the people of this node need it.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds of the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  a link in a reply is a secret; of it only a hash is kept.
 */
#ifndef KRING_DOMAIN_ADMIN_WAYIN_H
#define KRING_DOMAIN_ADMIN_WAYIN_H

#include "domain/staff/staff.h"

/** An address by which this person adds a passkey, into the reply; one that was out before holds no more.  Nothing happens where
 *  nobody signs in at a screen. */
MUST_CHECK enum err wayin_link(struct turn *t, struct staff *s, struct msg *reply);
/** Can this person sign in at a screen already, so that another link takes a second person? */
MUST_CHECK enum err wayin_any(struct turn *t, const struct staff *s, bool *yes);
/** How this person signs in, as the list of people shows it. */
MUST_CHECK enum err wayin_row(struct turn *t, const struct staff *s, struct msg *row);
/** The person left: nothing signs in by it, and every session is over. */
void wayin_end(struct turn *t, struct staff *s);

#endif /* KRING_DOMAIN_ADMIN_WAYIN_H */
