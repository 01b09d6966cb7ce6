/* SPDX-License-Identifier: EUPL-1.2 */
/* To send to several partners is several requests, and a node knows no "all or none" over them.  So everything is tried first
 * (--dry-run), and only when nothing is in the way is the first one sent.  What fails all the same, between two of them, is said
 * with what was done. */
#include "client/dialogue/referral.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"

enum { NOON_MS = 43200000 };

uint64_t referral_known(const struct referral *r)
{
	return r->person == NULL ? 0 : msg_cats(r->person);
}

uint64_t referral_ms(int64_t day)
{
	return day <= 0 ? 0 : (uint64_t)day * DAY_MS + NOON_MS;
}

/* What the referral is for goes along whatever else does, so a consent always covers it. */
static uint64_t needs(void)
{
	unsigned bit = 0;

	while (strcmp(msg_cat_name(bit), "needs") != 0)
		bit++;
	return UINT64_C(1) << bit;
}

static struct msg *offer(struct cli *c, const struct referral *r, const struct referral_to *to,
			 bool dry_run)
{
	struct msg *sub, *req = cli_request(c, REQUEST_REFER, &sub);

	msg_set_text(&c->arena, sub, REFER_NEW_CASE_ID, r->case_id);
	msg_set_text(&c->arena, sub, REFER_NEW_PARTNER, to->typed);
	msg_set_text(&c->arena, sub, REFER_NEW_NEED, r->need);
	if (r->service[0] != '\0')
		msg_set_text(&c->arena, sub, REFER_NEW_SERVICE, r->service);
	msg_set_u64(sub, REFER_NEW_URGENCY, r->urgent ? 2 : 1);
	/* nothing chosen is said as "all but what there is": 0 would mean everything */
	if (to->chosen && to->share != 0)
		msg_set_u64(sub, REFER_NEW_SHARE, to->share);
	else if (to->chosen)
		msg_set_u64(sub, REFER_NEW_WITHOUT, ~UINT64_C(0));
	if (to->again)
		msg_set_u64(sub, REFER_NEW_AGAIN, 1);
	msg_set_text(&c->arena, sub, REFER_NEW_KNOWING, r->knowing);
	if (dry_run)
		msg_set_u64(sub, REFER_NEW_DRY_RUN, 1);
	return req;
}

/* covered stays as it was when something else is in the way. */
static int try_one(struct cli *c, struct referral *r, struct referral_to *to, bool *refused)
{
	struct msg *reply = NULL;
	const int code = cli_try(c, offer(c, r, to, true), &reply);

	*refused = false;
	if (reply == NULL)
		return code;
	to->code = code;
	to->reply = reply;
	to->covered = code == CLI_DONE;
	*refused = code != CLI_DONE && msg_u64(reply, REPLY_UNCOVERED) == 0;
	return code;
}

int referral_check(struct cli *c, struct referral *r, struct referral_to **bad)
{
	require(c != NULL && r != NULL && bad != NULL);
	*bad = NULL;
	for (size_t i = 0; i < r->to_count; i++) {
		bool refused;
		const int code = try_one(c, r, &r->to[i], &refused);

		if (r->to[i].reply == NULL)
			return code;
		if (refused) {
			*bad = &r->to[i];
			return CLI_DONE;
		}
	}
	return CLI_DONE;
}

static int give(struct cli *c, struct referral *r, struct referral_to *to)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CONSENT_GIVE, &sub), *reply = NULL;
	int code;

	msg_set_text(&c->arena, sub, CONSENT_GIVE_CASE_ID, r->case_id);
	msg_set_text(&c->arena, sub, CONSENT_GIVE_PARTNER, to->typed);
	msg_set_text(&c->arena, sub, CONSENT_GIVE_PURPOSE, "refer");
	msg_set_u64(sub, CONSENT_GIVE_CATS, to->share | needs());
	msg_set_text(&c->arena, sub, CONSENT_GIVE_HOW, to->how);
	msg_set_text(&c->arena, sub, CONSENT_GIVE_NOTICE_LANGUAGE, list_langs[r->speaks]);
	if (r->witness[0] != '\0')
		msg_set_text(&c->arena, sub, CONSENT_GIVE_WITNESS, r->witness);
	if (r->given_by[0] != '\0')
		msg_set_text(&c->arena, sub, CONSENT_GIVE_GIVEN_BY, r->given_by);
	if (r->until != 0)
		msg_set_u64(sub, CONSENT_GIVE_UNTIL_MS, referral_ms(r->until));
	code = cli_try(c, req, &reply);
	to->reply = reply;
	if (code == CLI_DONE)
		to->noted = true;
	return code;
}

/* The consents first, for without them nothing that follows may go. */
static int consents(struct cli *c, struct referral *r, struct referral_to **bad)
{
	for (size_t i = 0; i < r->to_count; i++) {
		struct referral_to *to = &r->to[i];
		int code;

		if (to->noted || to->covered || to->how[0] == '\0')
			continue;
		code = give(c, r, to);
		if (code == CLI_DONE)
			continue;
		*bad = to;
		to->part = PART_FAILED;
		return code;
	}
	return CLI_DONE;
}

int referral_send(struct cli *c, struct referral *r, struct referral_to **bad)
{
	int code;

	require(r->to_count > 0);
	code = referral_check(c, r, bad);
	if (code != CLI_DONE || *bad != NULL)
		return code != CLI_DONE ? code : (*bad)->code;
	code = consents(c, r, bad);
	for (size_t i = 0; code == CLI_DONE && i < r->to_count; i++) {
		bool refused;

		*bad = &r->to[i];
		code = try_one(c, r, &r->to[i], &refused);
	}
	for (size_t i = 0; code == CLI_DONE && i < r->to_count; i++) {
		struct msg *reply = NULL;

		*bad = &r->to[i];
		code = cli_try(c, offer(c, r, &r->to[i], false), &reply);
		r->to[i].reply = reply;
		r->to[i].part = code == CLI_DONE ? PART_SENT : PART_FAILED;
	}
	if (code == CLI_DONE)
		*bad = NULL;
	return code;
}
