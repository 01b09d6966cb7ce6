/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * referral - the page of one referral, sent or received, and a form for each act on it.
 *
 * Layer:    web/referral.
 * Owns:     nothing.
 * Threads:  the loop's.
 * Time:     moments in the local time of this machine.
 * Durable:  nothing.
 * Privacy:  a person and what two workers wrote of them, as core shows it to whoever is signed in.
 *
 * What may be done is core's to say (MayRow); a page has a link for each of it and for nothing else.
 */
#ifndef KRING_WEB_REFERRAL_REFERRAL_H
#define KRING_WEB_REFERRAL_REFERRAL_H

#include "proto/acts.h"
#include "web/visit.h"

/* page_referral.c: /r/REF */
void page_referral_open(struct visit *v);
/** The same page out of a reply to show, as it stands now. */
void referral_show(struct visit *v, struct msg *reply);
/** Ask core for the referral of this address. */
void referral_ask(struct visit *v, visit_told told);
/** A reply to it that has none: 404, or core's words.  True: the visit is over. */
bool referral_missing(struct visit *v, struct msg *reply);

/* page_act.c: /r/REF/ACT */
enum { ACT_FIELDS = 32 };
extern const struct form_field act_fields[ACT_FIELDS];
void page_act_open(struct visit *v);
void page_act_try(struct visit *v);

/* act_post.c */
/** What was typed in the form of that act, as a question to core; tried: only what would follow. */
struct msg *act_request(struct visit *v, const struct act *act, bool tried);

/* task.c: /r/REF/done, /r/REF/erase */
enum { TASK_FIELDS = 2 };
extern const struct form_field task_fields[TASK_FIELDS];
void page_task_open(struct visit *v);
void page_task_try(struct visit *v);

/* letter.c: /r/REF/letter */
void page_letter_open(struct visit *v);

/* history.c */
/** The entries of both sides, in core's order. */
void history_fill(struct visit *v, struct msg *reply, struct page_referral *p);

/* words.c */
/** The page is one of the list in which that referral (ReferralRow) stands. */
void referral_in_menu(struct visit *v, const struct msg *row);
/** Whose move it is as a sign, beside the words and never instead of them.  A tick only where nobody is, and the partner knows it. */
const char *referral_mark(const struct msg *row);
/** Whose move it is and what to heed above it, as the command line says them. */
struct referral_head {
	const char *urgent, *quiet, *safety, *mark, *move;
};
/** Also marks the menu. */
void referral_head(struct visit *v, struct msg *reply, struct referral_head *out);
/** A row of said.psv that begins a line, with the partner and the reference of the row. */
const char *referral_said(struct visit *v, const char *key, const struct msg *row);
/** "wie het is, contactgegevens"; "" for none. */
const char *referral_cats(struct visit *v, const struct msg *reply, uint64_t cats);
/** An act as a person would do it ("aanvaarden"), by the command that does it. */
const char *referral_can(struct visit *v, const char *command);

#endif /* KRING_WEB_REFERRAL_REFERRAL_H */
