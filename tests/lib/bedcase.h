/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * bedcase - cases, consents and referrals on the bed, at either end.
 *
 * Layer:    tests.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     that of the bed.
 * Durable:  with the bed's turn.
 * Privacy:  invented data only.
 *
 * What this node does itself is done by the commands that people use.  What a partner sent is laid where the modules that
 * receive it lay it, since nobody is there to send it.
 */
#ifndef KRING_TESTS_BEDCASE_H
#define KRING_TESTS_BEDCASE_H

#include "bed.h"
#include "domain/documents/thread.h"

/** The node's own rules, an agreement with both partners in both ways, and everybody's clock agrees. */
void bedcase_setup(struct bed *b);
struct id16 bedcase_open(struct bed *b);
/** A consent of this case for a partner, given now, for so many days. */
struct id16 bedcase_consent(struct bed *b, const struct id16 *case_id, uint16_t peer,
			    unsigned days);
/** A referral under the consents there are; they leave with it. */
struct thread bedcase_refer(struct bed *b, const struct id16 *case_id, uint16_t peer);
/** A partner's consent for a person of its own, of so many days, as it came; its thread. */
struct thread bedcase_consent_came(struct bed *b, uint16_t peer, uint8_t first, unsigned days);
/** A partner's referral of the person of that consent, with a personal body that names the consent. */
struct thread bedcase_offer_came(struct bed *b, const struct thread *consent, uint8_t first);
/** The same in a thread that lost its documents. */
void bedcase_offer_again(struct bed *b, const struct thread *consent, struct thread *th);
/** A document of this type came from the thread's partner; th is advanced and saved.  body may be NULL. */
void bedcase_came(struct bed *b, struct thread *th, uint16_t type, const struct id16 *grant,
		  struct msg *body);
/** The same, written when the partner had read only so many entries of ours. */
void bedcase_crossed(struct bed *b, struct thread *th, uint16_t type, const struct id16 *grant,
		     struct msg *body, uint32_t seen_no);
/** A partner proposes to give us a case, under a consent of its own, on that day (0: none was said). */
struct thread bedcase_proposed(struct bed *b, uint64_t day_ms);
/** ... and announced its file, of which no chunk is here. */
struct thread bedcase_bundled(struct bed *b);
/** ... and it was taken over here, at this turn of its epoch; what it brings is not here. */
struct thread bedcase_taken(struct bed *b, uint32_t turns);
/** The document of this place in our log or theirs. */
struct document bedcase_document(struct bed *b, const struct thread *th, bool mine, uint32_t no);
/** The newest act of ours: its type, and its reason in a body of MSG_ACT or MSG_ASK. */
uint16_t bedcase_said(struct bed *b, const struct id16 *thread, const char **reason);
struct thread bedcase_thread(struct bed *b, const struct id16 *id);

#endif /* KRING_TESTS_BEDCASE_H */
