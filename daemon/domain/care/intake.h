/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * intake - what happens to documents as they arrive, leave and are receipted.
 *
 * Layer:    domain/care (base, proto, store; lower rooms).
 * Owns:     nothing; the rules are named in care/kinds.c.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  in the transaction that stores the document and its receipt.
 * Privacy:  the receiver's consent check and the sender's re-check at transmission are here.
 */
#ifndef KRING_DOMAIN_CARE_INTAKE_H
#define KRING_DOMAIN_CARE_INTAKE_H

#include "domain/exchange/hooks.h"

/** Rules of exchange/hooks.h. */
MUST_CHECK enum err intake_referral(struct turn *t, const struct peer *p, const struct wire_doc *d,
				    struct thread *th, uint16_t *verdict, enum quota *over);
MUST_CHECK enum err intake_consent(struct turn *t, const struct peer *p, const struct wire_doc *d,
				   struct thread *th, uint16_t *verdict, enum quota *over);
MUST_CHECK enum err intake_stored_referral(struct turn *t, const struct peer *p, struct thread *th,
					   const struct doc_key *key, uint16_t verdict);
MUST_CHECK enum err intake_stored_consent(struct turn *t, const struct peer *p, struct thread *th,
					  const struct doc_key *key, uint16_t verdict);
/** The body of an act, as its lists and its kind allow; NULL when there is none that can be read. */
MUST_CHECK enum err intake_body(struct turn *t, const struct wire_doc *d, uint8_t table_version,
				struct msg **body, uint16_t *verdict);
/** May this body stay, by what holds now? */
MUST_CHECK enum err intake_scope(struct turn *t, const struct peer *p, const struct wire_doc *d,
				 const struct thread *th, const struct msg *body,
				 uint16_t *verdict);
/** That it came: in the audit log and in the case's timeline. */
MUST_CHECK enum err intake_note(struct turn *t, const struct peer *p, const struct thread *th,
				const struct document *d, uint16_t verdict);
/** The partner keeps no more of us: work for whoever waits for it. */
MUST_CHECK enum err intake_not_taken(struct turn *t, struct thread *th, const struct doc_brief *d,
				     uint16_t code);
MUST_CHECK enum err intake_receipted(struct turn *t, struct thread *th, const struct doc_brief *d,
				     const struct wire_verdict *v);
/** Of every kind: what consent and agreement do not cover at this moment leaves hollow. */
MUST_CHECK enum err intake_leaving(struct turn *t, const struct peer *p, const struct document *d,
				   uint16_t *reason);

#endif /* KRING_DOMAIN_CARE_INTAKE_H */
