/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * casefile - one person's or household's file at this node; its id never leaves.
 *
 * Layer:    domain/consent (base, proto, store; lower rooms).
 * Owns:     tables CASES, CASELOG; META rows 8 | subject ref (which case a partner speaks of).
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  everything under the case's own key; searching decrypts, nothing is indexed on disk.
 */
#ifndef KRING_DOMAIN_CONSENT_CASEFILE_H
#define KRING_DOMAIN_CONSENT_CASEFILE_H

#include "domain/documents/thread.h"
#include "domain/exchange/quota.h"

MUST_CHECK enum err casefile_load(struct turn *t, const struct id16 *id, struct msg **record);
MUST_CHECK enum err casefile_save(struct turn *t, const struct id16 *id, struct msg *record);
/** Refuses a person who would write in a closed case, where nobody looks for it any more. */
MUST_CHECK enum err casefile_not_closed(struct turn *t, const struct id16 *id);
/** Whose case does the first document of a thread speak of?  The grant that its head names knows; else ref, the partner's
 *  pseudonym (16 bytes; empty: its thread) stands for one, opened on first mention.  *over: it may not bring one more, and
 *  *id says nothing. */
MUST_CHECK enum err casefile_of_document(struct turn *t, const struct peer *p,
					 const struct wire_doc *d, struct span ref, struct id16 *id,
					 enum quota *over);
/** The pseudonym alone, of a consent: a case that is opened for it is alone (alone.h) until the referral comes. */
MUST_CHECK enum err casefile_receive_consent(struct turn *t, const struct peer *p,
					     const struct id16 *subject, struct id16 *id,
					     enum quota *over);
/** The case such a name stands for already; theirs: one that the partner gave, else we.  ERR_NOTFOUND. */
MUST_CHECK enum err casefile_of_subject(struct turn *t, const struct peer *p,
					const struct id16 *subject, bool theirs, struct id16 *id);
/** The name of a case's person for p, 16 bytes of what goes out: the one that p knows it by where the case began again after a loss, or
 *  the one that its key derives.  record: of the case, or NULL.  ERR_NOTFOUND: erased. */
MUST_CHECK enum err casefile_subject(struct turn *t, const struct id16 *id,
				     const struct msg *record, const struct peer *p,
				     struct id16 *subject);
/** A case that began again learns the name that we gave p before the loss.  One that has a key of old keeps what it derives. */
MUST_CHECK enum err casefile_named(struct turn *t, const struct id16 *id, const struct peer *p,
				   const struct id16 *subject);
/** Erased: no partner's name leads to it any more. */
MUST_CHECK enum err casefile_forget_subject(struct turn *t, const struct id16 *id);
/** A new case under that name; theirs: a partner's person, shown as far as its grants allow. */
MUST_CHECK enum err casefile_open(struct turn *t, const struct peer *p, const struct id16 *subject,
				  bool theirs, struct id16 *id);
/** p will call the person of this case so: it goes on with what another partner brought. */
MUST_CHECK enum err casefile_also(struct turn *t, const struct peer *p, const struct id16 *subject,
				  const struct id16 *id);
/** Our own words about the person; fields present replace. */
MUST_CHECK enum err casefile_amend(struct turn *t, const struct id16 *id, const struct msg *person);
/** Nothing that was told up to now opens any more, and nobody is found by it: a consent under which it came is gone. */
MUST_CHECK enum err casefile_untell(struct turn *t, const struct id16 *id);
/** A partner's newest words, beside our own; tell: in place of all it said before.  ERR_LIMIT: that is more than a case holds. */
MUST_CHECK enum err casefile_hear(struct turn *t, const struct id16 *id, const struct msg *person);
MUST_CHECK enum err casefile_tell(struct turn *t, const struct id16 *id, const struct msg *person);
/** What was changed elsewhere of the person of a case that we took back: beside our own, and no consent bounds it.  ERR_LIMIT as above. */
MUST_CHECK enum err casefile_back(struct turn *t, const struct id16 *id, const struct msg *person);
/** Into a text of this row why a person who is shown so has no name, as a code of ui.psv: the case was handed over, the consents of whoever
 *  brought it are over, or do not cover the name.  Nothing where there is a name, or where none was ever typed. */
MUST_CHECK enum err casefile_nameless(struct turn *t, const struct id16 *id,
				      const struct msg *record, const struct msg *person,
				      struct msg *row, unsigned field);
/** The person as it may be looked at, found and passed on now: of our own case our words; of one that came
 *  from a partner its words with ours over them, as far as its living grants cover. */
MUST_CHECK enum err casefile_person(struct turn *t, const struct id16 *id, const struct msg *record,
				    struct msg **person);
/** One line of the timeline. thread may be NULL. */
MUST_CHECK enum err casefile_entry(struct turn *t, const struct id16 *id, const char *what,
				   const char *text, const struct id16 *thread);
/** 8 digits of the random part, as people see it. */
void casefile_short(const struct id16 *id, char out[9]);

/** A new case around this record. */
MUST_CHECK enum err casefile_create(struct turn *t, struct id16 *id, struct msg *record);
/** One entry of the timeline that its caller filled; the time is set here. */
MUST_CHECK enum err casefile_put_entry(struct turn *t, const struct id16 *id, struct msg *m);

#endif /* KRING_DOMAIN_CONSENT_CASEFILE_H */
