/* SPDX-License-Identifier: EUPL-1.2 */
/* A page is a row here, its template in tpl/, and a function that asks core and fills the template's struct.  A row says nothing of
 * rights: core has the one table of those. */
#include "web/site.h"

#include "base/limits_screens.h"
#include "web/again.h"
#include "web/cases/cases.h"
#include "web/events.h"
#include "web/files/files.h"
#include "web/handover/handover.h"
#include "web/page.h"
#include "web/papers/papers.h"
#include "web/refer/refer.h"
#include "web/referral/referral.h"
#include "web/second/second.h"
#include "web/signin/signin.h"

static const struct form_field paging[] = {{"after", FORM_CODE, 80, false}};
static const struct form_field refused[] = {{"e", FORM_CODE, 40, false}};
static const struct form_field came_back[] = {AGAIN_FIELD};
#define KEPT_FIELD                                                                                 \
	{                                                                                          \
		"f", FORM_CODE, KEPT_ID, false                                                     \
	} /* what somebody typed before the session ended */
static const struct form_field login_at[] = {{"e", FORM_CODE, 40, false}, KEPT_FIELD};
static const struct form_field login[] = {
	KEPT_FIELD,
	{"name", FORM_LINE, 800, true},
	{"phrase", FORM_SECRET, LIMIT_PASSPHRASE * 4, true},
};
static const struct form_field login_proof[] = {KEPT_FIELD, SIGNIN_PROOF_FIELDS};
static const struct form_field begin[] = {{"link", FORM_LINE, 300, false}};
static const struct form_field first_with[] = {{"e", FORM_CODE, 40, false},
					       {"with", FORM_CODE, 10, false}};
static const struct form_field first[] = {
	{"link", FORM_LINE, 300, true},
	{"phrase", FORM_SECRET, LIMIT_PASSPHRASE * 4, false},
	SIGNIN_NEW_FIELDS,
};
static const struct form_field made[] = {SIGNIN_NEW_FIELDS};
static const struct form_field language[] = {{"lang", FORM_CODE, 2, true}};
static const struct form_field again[] = {{"to", FORM_LINE, 200, false},
					  {"e", FORM_CODE, 40, false}};
static const struct form_field again_proof[] = {{"to", FORM_LINE, 200, false}, SIGNIN_PROOF_FIELDS};

static const struct form_field find[] = {{"q", FORM_LINE, LIMIT_SOUGHT, true}};
static const struct form_field back[] = {AGAIN_FIELD};
static const struct form_field consent[] = {AGAIN_FIELD, {"to", FORM_LINE, 250, false}};
static const struct form_field events[] = {{"n", FORM_NUMBER, 20, false}};
static const struct form_field whole[] = {AGAIN_FIELD, {"all", FORM_NUMBER, 1, false}};
static const struct form_field leafing[] = {AGAIN_FIELD, {"after", FORM_CODE, 80, false}};

#define FIELDS(table) table, sizeof(table) / sizeof(table)[0]
#define NO_FIELDS     NULL, 0

/* clang-format off */
/* A referral in five steps: whoever stops presses another button of the same form. */
#define STOP {"stop", FORM_NUMBER, 1, false}
#define TICK(name) {name, FORM_NUMBER, 1, false}
static const struct form_field start[] = {{"to", FORM_LINE, 250, false}, {"need", FORM_CODE, 40, false}};
static const struct form_field need[] = {{"need", FORM_CODE, 40, false}, {"urgency", FORM_CODE, 8, false}, STOP};
static const struct form_field partner[] = {{"to", FORM_LINE, 250, false}, STOP};
static const struct form_field share[] = {
	TICK("identity"), TICK("contact"), TICK("household"), TICK("children"), TICK("income-debt"), TICK("housing"),
	TICK("work-education"), TICK("health"), TICK("mental-health"), TICK("addiction"), TICK("safety"), TICK("justice"),
	TICK("origin"), TICK("conviction"), TICK("scores"), TICK("needs"), TICK("story"), TICK("attachments"), TICK("rights"),
	{"how", FORM_CODE, 16, false}, {"witness", FORM_LINE, 250, false}, {"given-by", FORM_CODE, 20, false},
	{"day", FORM_NUMBER, 2, false}, {"month", FORM_NUMBER, 2, false}, {"year", FORM_NUMBER, 4, false}, STOP,
};
static const struct form_field message[] = {{"text", FORM_LINES, 2300, false}, STOP};
static const struct form_field check[] = {STOP};
static const struct form_field knowing[] = {{"knowing", FORM_LINE, 400, false}};

static const struct route routes[] = {
	{false, "/", ROUTE_SIGNED_IN, FIELDS(leafing), page_today_open},
	{false, "/in", ROUTE_SIGNED_IN, FIELDS(paging), page_received_open},
	{false, "/out", ROUTE_SIGNED_IN, FIELDS(paging), page_sent_open},
	{false, "/cases", ROUTE_SIGNED_IN, FIELDS(paging), page_cases_open},
	{true, "/cases/find", ROUTE_SIGNED_IN, FIELDS(find), page_find_try},
	{false, "/found/N", ROUTE_SIGNED_IN, NO_FIELDS, page_found_open},
	{false, "/found/N/new", ROUTE_SIGNED_IN, FIELDS(back), page_found_new_open},
	{false, "/c/ID", ROUTE_SIGNED_IN, FIELDS(whole), page_case_open},
	{false, "/c/ID/who", ROUTE_SIGNED_IN, FIELDS(leafing), page_who_open},
	{false, "/case/new", ROUTE_SIGNED_IN, FIELDS(back), page_case_new_open},
	{true, "/case/new", ROUTE_SIGNED_IN, FIELDS(cases_person), page_case_new_try},
	{false, "/c/ID/edit", ROUTE_SIGNED_IN, FIELDS(back), page_case_edit_open},
	{true, "/c/ID/edit", ROUTE_SIGNED_IN, FIELDS(cases_person), page_case_edit_try},
	{false, "/c/ID/note", ROUTE_SIGNED_IN, FIELDS(back), page_case_act_open},
	{true, "/c/ID/note", ROUTE_SIGNED_IN, FIELDS(cases_note), page_case_act_try},
	{false, "/c/ID/close", ROUTE_SIGNED_IN, FIELDS(back), page_case_act_open},
	{true, "/c/ID/close", ROUTE_SIGNED_IN, NO_FIELDS, page_case_act_try},
	{false, "/c/ID/reopen", ROUTE_SIGNED_IN, FIELDS(back), page_case_act_open},
	{true, "/c/ID/reopen", ROUTE_SIGNED_IN, NO_FIELDS, page_case_act_try},
	{false, "/c/ID/consent", ROUTE_SIGNED_IN, FIELDS(consent), page_consent_new_open},
	{true, "/c/ID/consent", ROUTE_SIGNED_IN, FIELDS(cases_consent), page_consent_new_try},
	{false, "/consent/ID", ROUTE_SIGNED_IN, FIELDS(back), page_grant_open},
	{false, "/consent/ID/withdraw", ROUTE_SIGNED_IN, FIELDS(back), page_grant_open},
	{true, "/consent/ID/withdraw", ROUTE_SIGNED_IN, NO_FIELDS, page_withdraw_try},
	{false, "/consent/ID/narrow", ROUTE_SIGNED_IN, FIELDS(back), page_narrow_open},
	{true, "/consent/ID/narrow", ROUTE_SIGNED_IN, FIELDS(cases_narrow), page_narrow_try},
	{false, "/consent/ID/receipt", ROUTE_SIGNED_IN, NO_FIELDS, page_receipt_open},
	{false, "/c/ID/files/FILE", ROUTE_SIGNED_IN, NO_FIELDS, files_save_open},
	{false, "/c/ID/withdraw", ROUTE_SIGNED_IN, FIELDS(back), page_all_back_open},
	{true, "/c/ID/withdraw", ROUTE_SIGNED_IN, NO_FIELDS, page_all_back_try},
	{false, "/login", ROUTE_OPEN, FIELDS(login_at), signin_open},
	{true, "/login", ROUTE_OPEN, FIELDS(login), signin_phrase_try},
	{true, "/login/begin", ROUTE_OPEN, FIELDS(begin), signin_begin},
	{true, "/login/passkey", ROUTE_OPEN, FIELDS(login_proof), signin_passkey_try},
	{false, "/login/first", ROUTE_OPEN, FIELDS(first_with), signin_first_open},
	{true, "/login/first", ROUTE_OPEN, FIELDS(first), signin_first_try},
	{true, "/refer/CASE", ROUTE_SIGNED_IN, FIELDS(start), refer_start_try},
	{false, "/refer/CASE/begin", ROUTE_SIGNED_IN, FIELDS(refused), refer_begin_open},
	{false, "/refer/DRAFT/on", ROUTE_SIGNED_IN, NO_FIELDS, refer_open},
	{false, "/refer/DRAFT/need", ROUTE_SIGNED_IN, FIELDS(refused), refer_need_open},
	{true, "/refer/DRAFT/need", ROUTE_SIGNED_IN, FIELDS(need), refer_need_try},
	{false, "/refer/DRAFT/partner", ROUTE_SIGNED_IN, FIELDS(refused), refer_partner_open},
	{true, "/refer/DRAFT/partner", ROUTE_SIGNED_IN, FIELDS(partner), refer_partner_try},
	{false, "/refer/DRAFT/share", ROUTE_SIGNED_IN, FIELDS(refused), refer_share_open},
	{true, "/refer/DRAFT/share", ROUTE_SIGNED_IN, FIELDS(share), refer_share_try},
	{false, "/refer/DRAFT/message", ROUTE_SIGNED_IN, FIELDS(refused), refer_message_open},
	{true, "/refer/DRAFT/message", ROUTE_SIGNED_IN, FIELDS(message), refer_message_try},
	{false, "/refer/DRAFT/check", ROUTE_SIGNED_IN, FIELDS(refused), refer_check_open},
	{true, "/refer/DRAFT/check", ROUTE_SIGNED_IN, FIELDS(check), refer_check_try},
	{true, "/refer/DRAFT/without", ROUTE_SIGNED_IN, NO_FIELDS, refer_without_try},
	{true, "/refer/DRAFT/again", ROUTE_SIGNED_IN, NO_FIELDS, refer_again_try},
	{false, "/refer/DRAFT/knowing", ROUTE_SIGNED_IN, FIELDS(refused), refer_check_open}, /* where its form comes back */
	{true, "/refer/DRAFT/knowing", ROUTE_SIGNED_IN, FIELDS(knowing), refer_knowing_try},
	{true, "/refer/DRAFT/drop", ROUTE_SIGNED_IN, NO_FIELDS, refer_drop_try},
	{false, "/c/CASE/handover", ROUTE_SIGNED_IN, FIELDS(refused), handover_case_open},
	{true, "/c/CASE/handover", ROUTE_SIGNED_IN, FIELDS(handover_propose_fields), handover_case_try},
	{false, "/h/REF", ROUTE_SIGNED_IN, FIELDS(refused), handover_open},
	{true, "/h/REF", ROUTE_SIGNED_IN, FIELDS(handover_step_fields), handover_try},
	{false, "/second", ROUTE_SIGNED_IN, FIELDS(back), second_list_open},
	{false, "/second/ID", ROUTE_SIGNED_IN, FIELDS(back), second_one_open},
	{true, "/second/ID", ROUTE_SIGNED_IN, FIELDS(second_fields), second_one_try},
	{false, "/refer/REF/sent", ROUTE_SIGNED_IN, FIELDS(refused), refer_sent_open},
	{true, "/logout", ROUTE_SIGNED_IN, NO_FIELDS, signin_out_try},
	{false, "/step-up", ROUTE_SIGNED_IN, FIELDS(again), signin_again_open},
	{true, "/step-up/begin", ROUTE_SIGNED_IN, NO_FIELDS, signin_again_begin},
	{true, "/step-up", ROUTE_SIGNED_IN, FIELDS(again_proof), signin_again_try},
	{false, "/me", ROUTE_SIGNED_IN, FIELDS(refused), signin_me_open},
	{false, "/me/add", ROUTE_SIGNED_IN, FIELDS(refused), signin_add_open},
	{true, "/me/begin", ROUTE_SIGNED_IN, NO_FIELDS, signin_add_begin},
	{true, "/me/add", ROUTE_SIGNED_IN, FIELDS(made), signin_add_try},
	{false, "/me/remove/PASSKEY", ROUTE_SIGNED_IN, NO_FIELDS, signin_remove_open},
	{true, "/me/remove/PASSKEY", ROUTE_SIGNED_IN, NO_FIELDS, signin_remove_try},
	{true, "/me/signout", ROUTE_SIGNED_IN, NO_FIELDS, signin_everywhere_try},
	{true, "/me/language", ROUTE_SIGNED_IN, FIELDS(language), signin_language_try},
	{false, "/events", ROUTE_SCRIPT, FIELDS(events), events_open},
	{false, "/still", ROUTE_SIGNED_IN, NO_FIELDS, signin_still},
	{false, "/r/REF", ROUTE_SIGNED_IN, FIELDS(came_back), page_referral_open},
	{false, "/r/REF/letter", ROUTE_SIGNED_IN, NO_FIELDS, page_letter_open},
	{false, "/r/REF/done", ROUTE_SIGNED_IN, FIELDS(back), page_task_open},
	{true, "/r/REF/done", ROUTE_SIGNED_IN, FIELDS(task_fields), page_task_try},
	{false, "/r/REF/erase", ROUTE_SIGNED_IN, FIELDS(back), page_task_open},
	{true, "/r/REF/erase", ROUTE_SIGNED_IN, NO_FIELDS, page_task_try},
	{false, "/r/REF/ACT", ROUTE_SIGNED_IN, FIELDS(came_back), page_act_open},
	{true, "/r/REF/ACT", ROUTE_SIGNED_IN, act_fields, ACT_FIELDS, page_act_try},
	{false, "/healthz", ROUTE_OPEN, NO_FIELDS, signin_healthz_open},
};
/* clang-format on */

const struct route *site_routes(size_t *count)
{
	*count = sizeof routes / sizeof routes[0];
	return routes;
}
