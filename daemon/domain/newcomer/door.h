/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * door - the addresses where newcomers may speak: those of invites that somebody may still ask about.
 *
 * Layer:    domain/newcomer (base, proto, store; lower rooms).
 * Owns:     node.doors; memory only, out of the rows of invites.
 * Threads:  core process, event-loop thread only.
 * Time:     one closes when the last invite there is used, expired or cancelled, by the wall clock.
 * Durable:  nothing.
 * Privacy:  our own addresses.
 */
#ifndef KRING_DOMAIN_NEWCOMER_DOOR_H
#define KRING_DOMAIN_NEWCOMER_DOOR_H

#include "domain/state.h"

/** Read anew, after a start or EFFECT_MEMBERS; what net said of one that stays is kept. */
MUST_CHECK enum err door_load(struct turn *t, struct node *n);
/** NULL: nobody may speak there. */
struct node_door *door_at(struct node *n, const char *at);
/** Is there room for one at this address? */
bool door_room(struct node *n, const char *at);
/** Net listens there, or does not, and counted; of another address: nothing. */
void door_said(struct node *n, const struct node_door *said);
/** Net is gone. */
void door_unsaid(struct node *n);
/** The time came at which one may have closed by itself: said with EFFECT_MEMBERS. */
MUST_CHECK enum err door_tick(struct turn *t);

#endif /* KRING_DOMAIN_NEWCOMER_DOOR_H */
