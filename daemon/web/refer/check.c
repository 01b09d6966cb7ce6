/* SPDX-License-Identifier: EUPL-1.2 */
/* The last look: what goes, what does not go, and what core says of it.  It is asked with a dry run each time the page is shown, so
 * that the page is true when somebody comes back to it tomorrow.
 *
 *	core says			how consent was given	the page
 *	it may go			-			the button that sends
 *	consent is missing		said in step 3		the same: it is written down with it
 *	consent is missing		not said		which fields; ask the person, or leave them out
 *	one is open already		-			that one; or a second one all the same
 *	the partner had the person	-			why it is right all the same
 *	anything else			-			what, why, what helps */
#include "web/refer/refer.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/text.h"
#include "client/words/usual.h"
#include "client/words/words.h"
#include "web/cases/parts.h"
#include "web/page.h"

enum { OK = 200, STEP = 5, NAMES = 1024, KINDS = 64 };

/* What core refused it with. */
static bool code_is(const struct refer *r, const char *code)
{
	require(r->tried != NULL);
	return strcmp(msg_text(r->tried, REPLY_CODE), code) == 0;
}

/* Where the agreement itself closes something, asking the person is no use. */
bool refer_lacks_consent(const struct refer *r)
{
	const uint64_t missing = msg_u64(r->tried, REPLY_UNCOVERED);
	const uint64_t may = msg_u64(r->row, PARTNER_ROW_MAY_SEND_CATS);

	return (missing != 0 && (missing & ~may) == 0) || code_is(r, "onward-denied");
}

struct msg *refer_request_of(struct visit *v, bool dry_run)
{
	struct refer *r = refer_of(v);
	struct msg *m = refer_anew(v), *sub = msg_sub(&v->a, m, REQUEST_REFER);

	msg_set_text(&v->a, sub, REFER_NEW_CASE_ID, r->case_id);
	msg_set_text(&v->a, sub, REFER_NEW_PARTNER, r->to);
	msg_set_text(&v->a, sub, REFER_NEW_NEED, r->need);
	if (r->service[0] != '\0')
		msg_set_text(&v->a, sub, REFER_NEW_SERVICE, r->service);
	msg_set_u64(sub, REFER_NEW_URGENCY, r->urgent ? 2 : 1);
	/* nothing chosen is said as "all but what there is": 0 would mean everything */
	if (r->share != 0)
		msg_set_u64(sub, REFER_NEW_SHARE, r->share);
	else
		msg_set_u64(sub, REFER_NEW_WITHOUT, ~UINT64_C(0));
	if (r->again)
		msg_set_u64(sub, REFER_NEW_AGAIN, 1);
	if (r->knowing[0] != '\0')
		msg_set_text(&v->a, sub, REFER_NEW_KNOWING, r->knowing);
	if (dry_run)
		msg_set_u64(sub, REFER_NEW_DRY_RUN, 1);
	return m;
}

/* ---- what goes, and what does not ---- */

static const char *called(struct visit *v, enum list_id list, const char *code)
{
	return words_called(v->lang, msg_text(refer_of(v)->shown, REPLY_COUNTRY), list, code);
}

/* Beside the need, which goes, and may have the same words. */
static const char *of_file(struct visit *v, enum list_id list, const char *code,
			   char noted[WORDS_SHORT])
{
	return words_beside_need(v->lang, called(v, list, code), refer_of(v)->need, noted);
}

/* ", " between them. */
static void add_name(char out[NAMES], const char *name)
{
	const size_t n = strlen(out), comma = n == 0 ? 0 : 2, len = strlen(name);

	if (n + comma + len + 1 > NAMES)
		return; /* all names of fields together are shorter */
	memcpy(out + n, ", ", comma);
	memcpy(out + n + comma, name, len + 1);
}

/* Fields that go with what stands in them, and the names of those that stay. */
static void fill_fields(struct visit *v, struct page_refer_check *p)
{
	struct refer *r = refer_of(v);
	const struct msg *person = msg_get(r->shown, REPLY_PERSON);
	struct page_refer_check_goes *rows = arena_alloc(&v->a, KINDS * sizeof *rows);
	char stays[NAMES] = "", noted[WORDS_SHORT];
	struct msg_field f;

	p->goes = rows;
	for (size_t i = 0; person != NULL && rows != NULL && msg_field_at(person, i, &f); i++) {
		if (!msg_has(person, f.number))
			continue;
		if ((r->share >> f.cat & 1) == 0)
			add_name(stays, of_file(v, LIST_PERSON, f.name, noted));
		else if (p->goes_count < KINDS)
			rows[p->goes_count++] = (struct page_refer_check_goes){
				.name = visit_capital(v, called(v, LIST_PERSON, f.name)),
				.value = parts_value(v, person, f.number)};
	}
	if (stays[0] != '\0')
		p->stays = visit_capital(v, visit_keep(v, stays));
	p->never = list_text(LIST_DIALOGUE, v->lang, "preview-never");
}

/* Names of the categories that no consent covers. */
static const char *categories(struct visit *v, uint64_t cats)
{
	char out[NAMES] = "", noted[WORDS_SHORT];

	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		if ((cats >> bit & 1) != 0)
			add_name(out, of_file(v, LIST_CATEGORIES, msg_cat_name(bit), noted));
	return visit_keep(v, out);
}

/* ---- what core says ---- */

/* The reference of the open one that is in the way, or "". */
static const char *open_there(const struct refer *r)
{
	static const char *const over[] = {"closed",  "declined", "redirected", "withdrawn",
					   "expired", "revoked",  "error"};

	for (size_t i = 0; i < msg_count(r->shown, REPLY_REFERRALS); i++) {
		const struct msg *row = msg_at(r->shown, REPLY_REFERRALS, i);
		bool open = msg_u64(row, REFERRAL_ROW_MINE) != 0;

		for (size_t k = 0; k < sizeof over / sizeof over[0]; k++)
			open = open && strcmp(msg_text(row, REFERRAL_ROW_STATE), over[k]) != 0;
		if (open &&
		    strcmp(msg_text(row, REFERRAL_ROW_PARTNER),
			   msg_text(r->row, PARTNER_ROW_NAME)) == 0 &&
		    strcmp(msg_text(row, REFERRAL_ROW_NEED), r->need) == 0)
			return msg_text(row, REFERRAL_ROW_REF);
	}
	return "";
}

/* The consent that is written down when it is sent. */
static const char *consent_text(struct visit *v)
{
	struct refer *r = refer_of(v);
	const char *how = strcmp(r->how, "oral") == 0	   ? "how-oral"
			  : strcmp(r->how, "written") == 0 ? "how-written"
							   : "how-electronic";
	char day[WORDS_SHORT], text[WORDS_SHORT] = "";

	require(refer_consents(r));
	if (r->until > 0) {
		date_text(r->until, day);
		(void)words_date(v->lang, day, text);
	}
	return visit_say(v, LIST_WEB, r->until > 0 ? "consent-goes-until" : "consent-goes",
			 FILL({"how", list_text(LIST_WEB, v->lang, how), 0},
			      {"witness", r->witness, 0}, {"day", text, 0}));
}

/* Never a refusal alone: what there is to do about it stands beside it, as a button. */
static void fill_refusal(struct visit *v, struct page_refer_check *p)
{
	struct refer *r = refer_of(v);
	const uint64_t missing = msg_u64(r->tried, REPLY_UNCOVERED);

	visit_wrong(v, r->tried);
	if (missing != 0 && (missing & ~usual_bit("needs")) != 0) {
		p->missing = visit_say(v, LIST_WEB, "check-missing",
				       FILL({"cats", categories(v, missing), 0}));
		p->without = visit_say(
			v, LIST_WEB, "check-without",
			FILL({"cats", categories(v, missing & ~usual_bit("needs")), 0}));
		p->without_k = refer_form_key(v, "without");
	}
	p->asks = refer_lacks_consent(r);
	if (code_is(r, "need-already-referred")) {
		p->open_ref = open_there(r);
		p->again_k = refer_form_key(v, "again");
	}
	if (code_is(r, "loop"))
		p->knowing_k = refer_form_key(v, "knowing");
}

/* By the table above. */
static void show(struct visit *v)
{
	struct refer *r = refer_of(v);
	struct page_refer_check p = {.f = &v->f, .who = r->label, .id = r->id};
	const bool lacks = msg_text(r->tried, REPLY_ERROR)[0] != '\0' && refer_lacks_consent(r);
	const bool refused = msg_text(r->tried, REPLY_ERROR)[0] != '\0' &&
			     !(lacks && refer_consents(r));

	v->f.title = list_text(LIST_WEB, v->lang, "step-check");
	if (r->back && strcmp(v->path.segment[2], "knowing") == 0)
		p.knowing = form_value(&r->typed, "knowing");
	fill_fields(v, &p);
	p.step = refer_step_text(v, STEP);
	p.partner = msg_text(r->row, PARTNER_ROW_NAME);
	p.need = visit_capital(v, refer_need_text(v, v->lang, r->need));
	p.urgent = r->urgent ? list_text(LIST_TODAY, v->lang, "urgent") : NULL;
	p.text = r->text;
	if (lacks && refer_consents(r))
		p.consent = consent_text(v);
	if (refused) {
		fill_refusal(v, &p);
	} else {
		p.send = visit_say(v, LIST_WEB, "check-send", FILL({"partner", p.partner, 0}));
		p.k = refer_form_key(v, "check");
		p.i = visit_once(v);
	}
	refer_wrong(v); /* of an answer to the refusal: before the refusal itself */
	page_refer_check(&v->page, v->lang, &p);
	visit_show(v, OK);
}

/* Refused or not: the page has words for both. */
static void told_tried(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	refer_of(v)->tried = reply;
	show(v);
}

static void told_all(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	visit_ask(v, refer_request_of(v, true), told_tried);
}

void refer_check_open(struct visit *v)
{
	refer_load_all(v, "check", told_all, NULL);
}

/* ---- three answers to what was refused ---- */

/* What nothing covers stays here; that help is needed, and for what, always goes. */
static void told_without(struct visit *v, struct msg *reply)
{
	struct refer *r = refer_of(v);

	r->tried = reply;
	r->share &= ~msg_u64(reply, REPLY_UNCOVERED);
	refer_save(v, "check", NULL);
}

static void told_all_without(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	visit_ask(v, refer_request_of(v, true), told_without);
}

void refer_without_try(struct visit *v)
{
	refer_load_all(v, "check", told_all_without, NULL);
}

/* Only this draft, and only until another partner or another need is chosen. */
static void told_again(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	refer_of(v)->again = true;
	refer_save(v, "check", NULL);
}

void refer_again_try(struct visit *v)
{
	refer_load(v, told_again);
}

static void told_knowing(struct visit *v, struct msg *reply)
{
	const char *text = form_value(&v->form, "knowing");

	require(reply != NULL && v->route->post);
	refer_of(v)->knowing = text_blank(text) ? "" : text;
	refer_save(v, "check", text_blank(text) ? "knowing-missing" : NULL);
}

void refer_knowing_try(struct visit *v)
{
	refer_load(v, told_knowing);
}
