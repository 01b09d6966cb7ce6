/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * offer - what an offer says about its own referral.
 *
 * Layer:    domain/referral (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  codes and numbers; nothing of the person.
 */
#ifndef KRING_DOMAIN_REFERRAL_OFFER_H
#define KRING_DOMAIN_REFERRAL_OFFER_H

#include "domain/documents/thread.h"

/** Need, urgency and term of an offer, and how often the person was passed on, for its thread. */
void offer_read(struct thread *th, const struct msg *body);

#endif /* KRING_DOMAIN_REFERRAL_OFFER_H */
