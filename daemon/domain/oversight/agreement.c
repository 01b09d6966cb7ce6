/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Each side writes down for itself what may go and what may come, so each knows its own half.  What the other half lacks is known
 * from what it did not take.  Who has to act comes with each thing that is missing, and whom to telephone.
 */
#include "domain/oversight/agreement.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "domain/consent/agreement.h"
#include "domain/membership/members.h"
#include "domain/oversight/partners.h"
#include "domain/page.h"
#include "domain/referral/calendar.h"
#include "domain/views/find.h"

/* What a standing keeps from passing, and who ends it. */
static const struct {
	const char *standing, *side;
} sides[] = {
	{"leaving", "roots"},	   {"removed", "roots"},	{"suspended", "roots"},
	{"frozen", "roots"},	   {"waiting", "witness"},	{"unchecked", "us"},
	{"recovered", "us"},	   {"came-back", "us"},		{"conflict", "partner"},
	{"runs-twice", "partner"}, {"not-compared", "partner"},
};

/* who: whom to telephone about it, NULL: nobody. */
static enum err lack(struct turn *t, const char *code, const char *side, uint64_t cats,
		     const struct peer *who, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_LACKS);

	if (row == NULL)
		return ERR_NOMEM;
	msg_set_text(t->arena, row, LACK_ROW_CODE, code);
	msg_set_text(t->arena, row, LACK_ROW_SIDE, side);
	msg_set_u64(row, LACK_ROW_CATS, cats);
	if (who != NULL) {
		msg_set_text(t->arena, row, LACK_ROW_WHO, who->org);
		msg_set_text(t->arena, row, LACK_ROW_PHONE, who->phone);
	}
	return ERR_OK;
}

/* One way: what was agreed, and whether it still holds. */
static enum err way_row(struct turn *t, const struct peer *p, enum consent_way way, uint64_t *cats,
			const char **state, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_AGREEMENTS), *m;
	enum err rc = consent_agreement_record(t, p->no, way, &m);
	char day[DATE_TEXT];
	uint64_t until;

	*cats = 0;
	*state = "none";
	if (row == NULL)
		return ERR_NOMEM;
	if (way == CONSENT_RECEIVE)
		msg_set_u64(row, AGREEMENT_ROW_RECEIVE, 1);
	if (rc == ERR_OK) {
		until = msg_u64(m, AGREEMENT_UNTIL_MS);
		*cats = msg_u64(m, AGREEMENT_CATS);
		*state = until != 0 && t->wall_ms >= until ? "ended" : "holds";
		msg_set_u64(row, AGREEMENT_ROW_CATS, *cats);
		msg_set_text(t->arena, row, AGREEMENT_ROW_PURPOSE, msg_text(m, AGREEMENT_PURPOSE));
		msg_set_u64(row, AGREEMENT_ROW_SINCE_MS, msg_u64(m, AGREEMENT_SINCE_MS));
		if (msg_u64(m, AGREEMENT_KEEP_MONTHS) != 0) {
			msg_set_text(t->arena, row, AGREEMENT_ROW_STATUTE,
				     msg_text(m, AGREEMENT_STATUTE));
			msg_set_u64(row, AGREEMENT_ROW_KEEP_MONTHS,
				    msg_u64(m, AGREEMENT_KEEP_MONTHS));
		}
		if (until != 0) {
			date_text(calendar_day(t->node->country, until - 1), day);
			msg_set_text(t->arena, row, AGREEMENT_ROW_LAST_DAY, day);
		}
	}
	msg_set_text(t->arena, row, AGREEMENT_ROW_STATE, *state);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Ours in this way, and theirs as far as what they did not take shows it. */
static enum err way(struct turn *t, const struct peer *p, enum consent_way w, struct msg *reply)
{
	const bool send = w == CONSENT_SEND;
	const char *state;
	uint64_t cats, missed = 0;
	enum err rc = way_row(t, p, w, &cats, &state, reply);

	require(p->no != 0);
	if (rc == ERR_OK)
		rc = consent_agreement_missed(t, p->no, w, &missed);
	if (rc != ERR_OK)
		return rc;
	if (!send && strcmp(state, "holds") == 0)
		missed &= ~cats;
	if (!send && missed != 0)
		return lack(t, "receive-asked", "us", missed, NULL, reply);
	if (strcmp(state, "none") == 0)
		return lack(t, send ? "send-none" : "receive-none", "us", 0, NULL, reply);
	if (strcmp(state, "ended") == 0)
		return lack(t, send ? "send-ended" : "receive-ended", "us", cats, NULL, reply);
	/* what we do not send any more nobody has to take */
	return send && (missed & cats) != 0
		       ? lack(t, "not-taken", "partner", missed & cats, p, reply)
		       : ERR_OK;
}

/* What keeps everything from passing, whatever was agreed. */
static enum err standing(struct turn *t, const struct peer *p, struct msg *reply)
{
	const char *s = msg_text(msg_at(reply, REPLY_PARTNERS, 0), PARTNER_ROW_STANDING);
	struct members_wait wait = {.absent = 0};
	const struct peer *who = p;
	enum err rc = ERR_OK;

	for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
		if (strcmp(s, sides[i].standing) != 0)
			continue;
		if (strcmp(s, "waiting") == 0) {
			rc = members_waiting(t, p, &wait);
			who = state_peer(t->node, wait.absent);
		}
		return rc == ERR_OK ? lack(t, s, sides[i].side, 0, who, reply) : rc;
	}
	return ERR_OK;
}

enum err view_agreement(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_key k;
	struct peer *p;
	enum err rc = find_partner(t, msg_text(req, BY_ID_ID), &p);

	if (rc != ERR_OK)
		return rc;
	rc = view_partner_row(t, p, reply);
	if (rc == ERR_OK && msg_count(reply, REPLY_PARTNERS) == 0)
		rc = ERR_NOMEM; /* for its row there was no memory */
	if (rc == ERR_OK)
		rc = standing(t, p, reply);
	k = turn_key_u16(p->no);
	for (enum consent_way w = CONSENT_SEND; rc == ERR_OK && w <= CONSENT_RECEIVE; w++) {
		rc = way(t, p, w, reply);
		if (page_damaged(t, rc, STORE_AGREEMENT, key_span(&k), reply))
			rc = ERR_OK;
	}
	return rc;
}
