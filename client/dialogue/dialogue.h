/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * dialogue - a referral and a new case, asked for step by step on a terminal.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     today, by the clock of whoever reads.
 * Durable:  a referral under way is a draft at the node.
 * Privacy:  shows and reads a person's own words; they lie in the invocation's arena, which is wiped.
 *
 * Everything that is asked for can also be said as options (client/commands).  Nothing is sent before the last yes.
 */
#ifndef KRING_CLIENT_DIALOGUE_DIALOGUE_H
#define KRING_CLIENT_DIALOGUE_DIALOGUE_H

#include "client/dialogue/referral.h"
#include "client/dialogue/talk.h"
#include "client/words/words.h"

/** The exit code.  r: what was given already; what is there is not asked again. */
int dialogue_refer(struct cli *c, struct referral *r);
/** A new case; its id into id when one was made (else ""). */
int dialogue_case_new(struct cli *c, char id[64]);

/* partners.c */
/** To whom; those that cannot be referred to are shown with why. */
enum talk dialogue_partners(struct cli *c, struct referral *r);
/** What is known of the partners that r names already, and all others.  The exit code. */
int dialogue_partner_list(struct cli *c, struct referral *r);
/* share.c */
/** What each of them will see. */
enum talk dialogue_share(struct cli *c, struct referral *r);
/** What goes there and what does not, field by field. */
void dialogue_preview(const struct cli *c, const struct referral *r, const struct referral_to *to);
/** A need as people say it: without what its list adds in brackets.  In the invocation's arena. */
const char *dialogue_need(struct cli *c, enum list_lang lang, const char *code);
/* consent.c */
/** Read aloud and answered, for each partner that no living consent covers. */
enum talk dialogue_consent(struct cli *c, struct referral *r);
/* whom.c */
/** Who it is about. */
enum talk dialogue_person(struct cli *c, struct referral *r);
/** The case as the node shows it, into r.  The exit code, when that failed and was said. */
int dialogue_show_case(struct cli *c, struct referral *r);
/** Asks to open the case that was shown again where it is closed; TALK_OK: it is open. */
enum talk dialogue_open_again(struct cli *c, const struct referral *r);
/* rows.c */
/** The rows of a list of cases, at most so many, as people tell them apart; how many. */
size_t dialogue_case_items(struct cli *c, const struct msg *reply, size_t most,
			   struct talk_item *items);
/** Name and birth date, as a heading has it. */
char *dialogue_who(const struct cli *c, const struct msg *person, char *out, size_t cap);

#endif /* KRING_CLIENT_DIALOGUE_DIALOGUE_H */
