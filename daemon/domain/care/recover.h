/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * recover - what a loss of state means for cases: threads that come back, lost acts, withdrawals that were
 *           forgotten, cases that wait (proto/PROTOCOL.md 6).
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing; the hooks of exchange that follow a loss.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  what a partner gives back is what we once sent it; it joins the same case again.
 */
#ifndef KRING_DOMAIN_CARE_RECOVER_H
#define KRING_DOMAIN_CARE_RECOVER_H

#include "domain/documents/thread.h"

/** Whose case is it, of a document of ours that came back without its thread?  *case_id: zeros, or what its thread was of before a loss took all
 *  that was in it; that it stays. */
MUST_CHECK enum err recover_case(struct turn *t, const struct peer *p, const struct wire_doc *d,
				 struct id16 *case_id);
/** Rules of exchange/hooks.h, of a referral and of a consent. */
MUST_CHECK enum err recover_referral(struct turn *t, const struct peer *p, const struct wire_doc *d,
				     struct thread *th);
MUST_CHECK enum err recover_consent(struct turn *t, const struct peer *p, const struct wire_doc *d,
				    struct thread *th);
MUST_CHECK enum err recover_returned(struct turn *t, const struct peer *p, struct thread *th,
				     const struct doc_key *key);
MUST_CHECK enum err recover_returned_consent(struct turn *t, const struct peer *p,
					     struct thread *th, const struct doc_key *key);
/** Of any kind: in the timeline and the audit log; a withdrawal stays one. */
MUST_CHECK enum err recover_shelved(struct turn *t, struct thread *th, const struct doc_key *key,
				    uint16_t type);
/** ... and of a referral it is work for a person. */
MUST_CHECK enum err recover_lost_act(struct turn *t, struct thread *th, const struct doc_key *key,
				     uint16_t type);
/** What was put off while a referral was compared: a withdrawal, an answer by rule, its timer. */
MUST_CHECK enum err recover_catch_up(struct turn *t, struct thread *th);

#endif /* KRING_DOMAIN_CARE_RECOVER_H */
