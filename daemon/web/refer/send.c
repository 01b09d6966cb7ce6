/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is sent, one request behind the other, because core knows no "all or none" over them:
 *
 *	1  a dry run, which says whether anything but a consent is in the way
 *	2  the consent that the person gave, when one is missing
 *	3  the referral, under a request id of the draft: two windows of it, or two clicks, are one referral
 *	4  the message
 *	5  the draft goes
 *
 * Whatever refuses leads back to the page that says why, with everything that was typed.
 */
#include "web/refer/refer.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/usual.h"
#include "client/words/whose.h"
#include "client/words/words.h"
#include "proto/acts.h"
#include "web/again.h"
#include "web/page.h"

enum { OK = 200, NOT_FOUND = 404, ADDRESS = 160, REQUEST_OF_REFERRAL = 1, REQUEST_OF_MESSAGE = 2 };

/* ---- afterwards ---- */

/* The address holds the reference and nothing else of it. */
static void go_sent(struct visit *v)
{
	struct refer *r = refer_of(v);
	char to[ADDRESS];

	require(r->ref[0] != '\0');
	(void)snprintf(to, sizeof to, "/refer/%.60s/sent%s%.40s", r->ref,
		       r->wrong == NULL ? "" : "?e=", r->wrong == NULL ? "" : r->wrong);
	visit_go(v, to);
}

/* It may be gone already: another window had the same idea. */
static void told_dropped(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	go_sent(v);
}

/* It did its work; what was sent stands in the referral. */
static void drop(struct visit *v)
{
	struct msg *m = refer_anew(v), *sub = msg_sub(&v->a, m, REQUEST_DRAFT_DROP);

	msg_set_text(&v->a, sub, BY_ID_ID, refer_of(v)->id);
	visit_ask(v, m, told_dropped);
}

/* The referral is on its way whatever became of the words beside it, so that is said there. */
static void told_message(struct visit *v, struct msg *reply)
{
	require(refer_of(v)->ref[0] != '\0');
	refer_of(v)->wrong = msg_text(reply, REPLY_ERROR)[0] == '\0' ? NULL : "message-left";
	drop(v);
}

/* After the referral, whose reference it names. */
static void ask_message(struct visit *v)
{
	struct refer *r = refer_of(v);
	struct msg *m = visit_request(v), *sub = msg_sub(&v->a, m, REQUEST_ACT);

	refer_request(v, m, REQUEST_OF_MESSAGE);
	msg_set_text(&v->a, sub, ACT_NEW_REF, r->ref);
	msg_set_u64(sub, ACT_NEW_TYPE, DOC_MESSAGE);
	msg_set_text(&v->a, sub, ACT_NEW_TEXT, r->text);
	visit_ask(v, m, told_message);
}

/* ---- the referral ---- */

static void told_sent(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);

	if (msg_text(reply, REPLY_ERROR)[0] != '\0') {
		refer_no(v, reply, "check");
		return;
	}
	r->ref = msg_text(reply, REPLY_ID);
	if (r->text[0] != '\0')
		ask_message(v);
	else
		drop(v);
}

/* Core looks at everything once more: between the page and the button somebody may have withdrawn a consent. */
static void ask_send(struct visit *v)
{
	struct msg *m = refer_request_of(v, false);

	refer_request(v, m, REQUEST_OF_REFERRAL);
	visit_ask(v, m, told_sent);
}

/* Refused: what was typed of it is asked again where it was asked. */
static void told_consent(struct visit *v, struct msg *reply)
{
	require(refer_consents(refer_of(v)));
	if (msg_text(reply, REPLY_ERROR)[0] != '\0')
		refer_no(v, reply, "share");
	else
		ask_send(v);
}

/* In the language in which it was read aloud (share.c). */
static const char *notice_language(const struct visit *v)
{
	const char *lang = msg_text(msg_get(refer_of(v)->shown, REPLY_PERSON), PERSON_LANGUAGE);

	return list_langs[visit_speaks(v, lang)];
}

/* Under the request id of the page: a consent that is asked for again later is another one. */
static void ask_consent(struct visit *v)
{
	struct refer *r = refer_of(v);
	struct msg *m = visit_request(v), *sub = msg_sub(&v->a, m, REQUEST_CONSENT_GIVE);

	msg_set_text(&v->a, sub, CONSENT_GIVE_CASE_ID, r->case_id);
	msg_set_text(&v->a, sub, CONSENT_GIVE_PARTNER, r->to);
	msg_set_text(&v->a, sub, CONSENT_GIVE_PURPOSE, "refer");
	msg_set_u64(sub, CONSENT_GIVE_CATS, r->share | usual_bit("needs"));
	msg_set_text(&v->a, sub, CONSENT_GIVE_HOW, r->how);
	msg_set_text(&v->a, sub, CONSENT_GIVE_NOTICE_LANGUAGE, notice_language(v));
	if (r->witness[0] != '\0')
		msg_set_text(&v->a, sub, CONSENT_GIVE_WITNESS, r->witness);
	if (r->given_by[0] != '\0')
		msg_set_text(&v->a, sub, CONSENT_GIVE_GIVEN_BY, r->given_by);
	if (r->until > 0)
		msg_set_u64(sub, CONSENT_GIVE_UNTIL_MS, refer_day_ms(r->until));
	visit_ask(v, m, told_consent);
}

/* The page showed the button for the same two answers. */
static void told_tried(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);

	require(reply != NULL);
	r->tried = reply;
	if (msg_text(reply, REPLY_ERROR)[0] == '\0')
		ask_send(v);
	else if (refer_lacks_consent(r) && refer_consents(r))
		ask_consent(v);
	else
		refer_go(v, "check", NULL);
}

static void told_all(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	if (form_value(&v->form, "stop")[0] != '\0')
		again_done(v, "did-draft-keep", "/");
	else
		visit_ask(v, refer_request_of(v, true), told_tried);
}

/* The second of two clicks comes when the draft has gone with the first.  Core remembers what it answered under that id, and to whom;
 * of a draft that was thrown away it knows nothing, and refuses. */
static void told_replayed(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);

	if (msg_u64(reply, REPLY_REPEATED) == 0 || msg_text(reply, REPLY_ID)[0] == '\0') {
		refer_go(v, "check", NULL);
		return;
	}
	r->ref = msg_text(reply, REPLY_ID);
	go_sent(v);
}

static void replay(struct visit *v, struct msg *reply)
{
	struct msg *m = refer_request_of(v, false);

	require(reply != NULL && refer_of(v)->case_id[0] == '\0');
	refer_request(v, m, REQUEST_OF_REFERRAL);
	visit_ask(v, m, told_replayed);
}

void refer_check_try(struct visit *v)
{
	refer_load_all(v, "check", told_all, replay);
}

/* ---- where it is now ---- */

/* It lies there since then; or it waits, and what helps. */
static void fill_where(struct visit *v, const struct msg *row, struct page_refer_sent *p)
{
	const char *partner = msg_text(row, REFERRAL_ROW_PARTNER);
	const bool there = msg_u64(row, REFERRAL_ROW_STORED_MS) != 0;
	char when[WORDS_SHORT], move[WHOSE_LEN];

	require(row != NULL);
	p->mark = there ? "✔" : "○";
	p->where = there ? visit_say(v, LIST_WEB, "sent-there",
				     FILL({"partner", partner, 0},
					  {"time",
					   words_clock(v->lang,
						       msg_u64(row, REFERRAL_ROW_STORED_MS), when),
					   0}))
			 : visit_keep(v, whose_move(v->lang, row, move));
	if (there)
		p->next = visit_keep(v, whose_move(v->lang, row, move));
	p->now = visit_say(v, LIST_WEB, there ? "sent-now" : "sent-now-waiting",
			   FILL({"partner", partner, 0}));
}

/* Asked anew each time: whoever comes back in an hour sees whether it arrived. */
static void told_show(struct visit *v, struct msg *reply)
{
	struct page_refer_sent p = {.f = &v->f};
	const struct msg *row;

	if (page_refused(v, reply))
		return;
	if (msg_count(reply, REPLY_REFERRALS) ==
	    0) { /* of a handover, which has a page of its own */
		visit_notice(v, NOT_FOUND, "missing");
		return;
	}
	row = msg_at(reply, REPLY_REFERRALS, 0);
	v->f.title = list_text(LIST_WEB, v->lang, "sent-title");
	v->f.at_out = true;
	refer_wrong(v);
	fill_where(v, row, &p);
	p.ref = msg_text(row, REFERRAL_ROW_REF);
	p.partner = msg_text(row, REFERRAL_ROW_PARTNER);
	p.who = msg_text(row, REFERRAL_ROW_NAME);
	p.phone = visit_say(v, LIST_WEB, "sent-phone", FILL({"partner", p.partner, 0}));
	page_refer_sent(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void refer_sent_open(struct visit *v)
{
	visit_ask_id(v, REQUEST_SHOW, route_word(v->route, &v->path, "REF"), told_show);
}
