/* SPDX-License-Identifier: EUPL-1.2 */
/* What two partners exchange at all, as somebody writes it down.  The work that asked for it goes with it. */
#include "domain/admin/agree.h"

#include "base/check.h"

#include <string.h>

#include "base/date.h"
#include "domain/consent/bylaw.h"
#include "domain/evidence/audit.h"
#include "domain/referral/calendar.h"
#include "domain/referral/worklist.h"
#include "domain/views/find.h"

static_assert(LIMIT_AGREEMENT_DAYS / 365 == 10, "the refusal of admin_agree says ten years");

/* Who names a date means the whole day, where this node is; 0 stays 0. */
static uint64_t whole_day(const struct turn *t, uint64_t ms)
{
	const char *here = t->node->country;

	return ms == 0 ? 0 : calendar_end(here, calendar_day(here, ms));
}

/* Of a worklist of very many rows some in each turn; the agreement holds from the first one on. */
static enum err work_done(struct turn *t, uint16_t peer)
{
	struct store_key at = {.len = 0}, *left = arena_keep(t->arena, sizeof *left);
	bool over;
	enum err rc;

	require(t->left.len == 0 || t->left.len == sizeof at);
	if (left == NULL)
		return ERR_NOMEM;
	if (t->left.len != 0)
		memcpy(&at, t->left.p, sizeof at);
	rc = worklist_agreed(t, peer, &at, &over);
	*left = at;
	return rc == ERR_OK && !over ? turn_again(t, span_of(left, sizeof *left)) : rc;
}

/* What is not named is closed: an agreement is written whole, never added to, so that what holds is what was last
 * read and signed. */
enum err admin_agree(struct turn *t, const struct msg *req, struct msg *reply)
{
	const enum consent_way way = msg_u64(req, PARTNER_AGREE_RECEIVE) != 0 ? CONSENT_RECEIVE
									      : CONSENT_SEND;
	const uint64_t until = whole_day(t, msg_u64(req, PARTNER_AGREE_UNTIL_MS));
	struct msg *m = msg_new(t->arena, MSG_AGREEMENT), *row;
	struct peer *p;
	enum err rc = find_partner(t, msg_text(req, PARTNER_AGREE_PARTNER), &p);

	if (rc != ERR_OK)
		return rc;
	if (t->left.len != 0) /* it holds, and the work that asked for it goes */
		return work_done(t, p->no);
	if (!msg_has(req, PARTNER_AGREE_CATS))
		return turn_refuse(t, ERR_INVAL, REFUSAL_AGREEMENT_SHARE_MISSING);
	if ((msg_u64(req, PARTNER_AGREE_CATS) & ~(GATE_ALL | GATE_BIT(GATE_MESSAGE))) != 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_CATEGORY_UNKNOWN);
	if (until != 0 &&
	    (until <= t->wall_ms || until > t->wall_ms + (uint64_t)LIMIT_AGREEMENT_DAYS * DAY_MS))
		return turn_refuse(t, ERR_INVAL,
				   until <= t->wall_ms ? REFUSAL_AGREEMENT_UNTIL_PAST
						       : REFUSAL_AGREEMENT_UNTIL_FAR);
	/* words between workers belong to every agreement; who does not want them says so */
	msg_set_u64(m, AGREEMENT_CATS,
		    (msg_u64(req, PARTNER_AGREE_CATS) | GATE_BIT(GATE_MESSAGE)) &
			    ~msg_u64(req, PARTNER_AGREE_WITHOUT));
	msg_set_text(t->arena, m, AGREEMENT_PURPOSE, msg_text(req, PARTNER_AGREE_PURPOSE));
	msg_set_u64(m, AGREEMENT_UNTIL_MS, until);
	rc = bylaw_agree(t, req, m);
	if (rc != ERR_OK)
		return rc;
	row = msg_add(t->arena, reply, REPLY_PARTNERS);
	msg_set_text(t->arena, row, PARTNER_ROW_NAME, p->org);
	msg_set_u64(row,
		    way == CONSENT_SEND ? PARTNER_ROW_MAY_SEND_CATS : PARTNER_ROW_MAY_RECEIVE_CATS,
		    msg_u64(m, AGREEMENT_CATS));
	rc = consent_agreement_save(t, p->no, way, m);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_AGREEMENT,
							.peer = p->no,
							.detail = way == CONSENT_SEND ? "send"
										      : "receive"});
	return rc == ERR_OK && way == CONSENT_RECEIVE ? work_done(t, p->no) : rc;
}
