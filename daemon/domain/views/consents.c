/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Consents as people look at them: a row names the partner, the purpose, the categories and the last day, never the person.
 * The last day is a day of this node's place: a consent that ends at midnight ends with the day before.
 */
#include "domain/views/consents.h"

#include "base/check.h"

#include <string.h>

#include "domain/care/grants.h"
#include "domain/consent/bylaw.h"
#include "domain/documents/dates.h"
#include "domain/page.h"
#include "domain/referral/calendar.h"
#include "domain/views/caserow.h"
#include "domain/views/consentpage.h"
#include "domain/views/find.h"
#include "domain/views/newest.h"
#include "domain/views/referrals.h"

/* The state is computed at this moment, never stored: a consent ends by the clock alone. */
const char *view_grant_state(struct turn *t, const struct msg *m)
{
	const struct peer *p = state_peer(t->node, (uint16_t)msg_u64(m, GRANT_RECORD_PEER));
	static const char *const states[] = {[CONSENT_LIVING] = "living",
					     [CONSENT_NOT_YET] = "not-yet",
					     [CONSENT_ENDED] = "ended",
					     [CONSENT_WITHDRAWN] = "withdrawn"};
	enum consent_state state = consent_grant_state(m, t->wall_ms);

	static_assert(sizeof states / sizeof states[0] == CONSENT_WITHDRAWN + 1,
		      "each state has a word");
	/* with one that was removed nothing is shared any more, whatever the person said; what ran out nobody took back */
	if (((p == NULL || p->removed) && state <= CONSENT_NOT_YET) ||
	    msg_u64(m, GRANT_RECORD_AUTOMATIC) != 0)
		state = CONSENT_ENDED;
	return states[state];
}

void view_grant_row(struct turn *t, const struct msg *m, struct msg *reply)
{
	const struct msg *g = msg_get(m, GRANT_RECORD_GRANT);
	const struct peer *p = state_peer(t->node, (uint16_t)msg_u64(m, GRANT_RECORD_PEER));
	const struct span id = msg_bytes(g, CONSENT_GRANT_GRANT_ID);
	struct msg *row = msg_add(t->arena, reply, REPLY_GRANTS);
	char hex[33] = "", day[DATE_TEXT];

	if (id.len == 16)
		bytes_hex(hex, id.p, 16);
	msg_set_text(t->arena, row, GRANT_ROW_ID, hex);
	msg_set_text(t->arena, row, GRANT_ROW_PARTNER, p == NULL ? "" : p->org);
	msg_set_text(t->arena, row, GRANT_ROW_PURPOSE, msg_text(g, CONSENT_GRANT_PURPOSE));
	msg_set_u64(row, GRANT_ROW_CATS, msg_u64(g, CONSENT_GRANT_CATS));
	if (msg_u64(g, CONSENT_GRANT_EXPIRES_MS) != 0) {
		const char *here = t->node->country;

		/* the end is the first moment that is not covered: just before it is the last day */
		date_text(calendar_day(here, msg_u64(g, CONSENT_GRANT_EXPIRES_MS) - 1), day);
		msg_set_text(t->arena, row, GRANT_ROW_LAST_DAY, day);
	}
	msg_set_u64(row, GRANT_ROW_EXPIRES_MS, msg_u64(g, CONSENT_GRANT_EXPIRES_MS));
	msg_set_text(t->arena, row, GRANT_ROW_HOW, msg_text(g, CONSENT_GRANT_HOW));
	msg_set_text(t->arena, row, GRANT_ROW_GIVEN_BY, msg_text(g, CONSENT_GRANT_GIVEN_BY));
	msg_set_text(t->arena, row, GRANT_ROW_ONWARD, msg_text(g, CONSENT_GRANT_ONWARD));
	msg_set_u64(row, GRANT_ROW_GIVEN_MS,
		    dates_past(t->wall_ms, msg_u64(g, CONSENT_GRANT_COLLECTED_MS)));
	msg_set_u64(row, GRANT_ROW_RECEIVED, msg_u64(m, GRANT_RECORD_RECEIVED));
	msg_set_u64(row, GRANT_ROW_SENT, msg_u64(m, GRANT_RECORD_SENT));
	bytes_hex(hex, msg_bytes(m, GRANT_RECORD_CASE_ID).p,
		  msg_bytes(m, GRANT_RECORD_CASE_ID).len == 16 ? 16 : 0);
	msg_set_text(t->arena, row, GRANT_ROW_CASE_ID, hex);
	msg_set_text(t->arena, row, GRANT_ROW_STATE, view_grant_state(t, m));
	if (msg_has(m, GRANT_RECORD_WITHDRAWN_MS))
		msg_set_u64(row, GRANT_ROW_WITHDRAWN_MS, msg_u64(m, GRANT_RECORD_WITHDRAWN_MS));
	if (msg_bytes(m, GRANT_RECORD_SUCCESSOR).len == 16) {
		bytes_hex(hex, msg_bytes(m, GRANT_RECORD_SUCCESSOR).p, 16);
		msg_set_text(t->arena, row, GRANT_ROW_SUCCESSOR, hex);
	}
}

/* Ended and withdrawn ones too: what was shared under them still has to be answered for. */
enum err view_consent_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 case_id, id;
	struct msg *m;
	enum err rc = find_case(t, msg_text(req, BY_ID_ID), &case_id);

	if (rc != ERR_OK)
		return rc;
	for (;;) {
		const size_t at = msg_count(reply, REPLY_GRANTS);
		const struct store_key from = w.at;

		if (!consent_each(t, &case_id, &w, &id, &m)) {
			if (page_past(t, &w, &from, STORE_GRANT, reply))
				continue;
			break;
		}
		if (!turn_room(reply, REPLY_GRANTS))
			break;
		view_grant_row(t, m, reply);
		w.rc = msg_count(reply, REPLY_GRANTS) == at
			       ? ERR_NOMEM
			       : bylaw_row(t, &id, msg_edit(reply, REPLY_GRANTS, at));
	}
	view_newest_first(reply, REPLY_GRANTS, GRANT_ROW_GIVEN_MS, GRANT_ROW_PARTNER, GRANT_ROW_ID);
	return w.rc;
}

/* Whose it is, with all that its document says, and the referrals that would end with it: who asks wants to know what a withdrawal costs. */
enum err view_consent_show(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id, case_id;
	struct bodies_walk w;
	struct thread th;
	struct msg *m;
	enum err rc = find_grant(t, msg_text(req, BY_ID_ID), &id);

	if (rc == ERR_OK)
		rc = consent_record(t, &id, &m);
	if (rc != ERR_OK)
		return rc;
	view_grant_row(t, m, reply);
	if (msg_count(reply, REPLY_GRANTS) == 0)
		return ERR_NOMEM;
	rc = view_consent_page(t, &id, m, msg_edit(reply, REPLY_GRANTS, 0));
	if (rc == ERR_OK)
		rc = bylaw_row(t, &id, msg_edit(reply, REPLY_GRANTS, 0));
	if (rc != ERR_OK)
		return rc;
	if (msg_bytes(m, GRANT_RECORD_CASE_ID).len != 16)
		return ERR_CORRUPT;
	memcpy(case_id.b, msg_bytes(m, GRANT_RECORD_CASE_ID).p, 16);
	rc = caserow_whose(t, &case_id, reply);
	if (rc != ERR_OK)
		return rc;
	w = (struct bodies_walk){state_peer(t->node, (uint16_t)msg_u64(m, GRANT_RECORD_PEER)),
				 &case_id,
				 msg_u64(m, GRANT_RECORD_RECEIVED) != 0 ? THREAD_RECEIVER
									: THREAD_SENDER,
				 {.rc = ERR_OK}};
	/* what has ended already would not end again by a withdrawal */
	while (bodies_each(t, &w, &th) && turn_room(reply, REPLY_REFERRALS))
		if (!bodies_ended(&th))
			w.rows.rc = view_referral_row(t, &th, reply, true);
	return w.rows.rc;
}

/* The rows of what a withdrawal ended: the consents, and the referrals that rested on nothing else. */
enum err view_ended_rows(struct turn *t, const struct grants_ended *ended, struct msg *reply)
{
	require(ended != NULL);
	for (const struct grants_end *e = ended->first; e != NULL; e = e->next) {
		struct thread th;
		struct msg *m;
		enum err rc;

		if (e->referral) {
			rc = thread_load(t, &e->id, &th);
			if (rc == ERR_OK)
				rc = view_referral_row(t, &th, reply, false);
		} else {
			rc = consent_record(t, &e->id, &m);
			if (rc == ERR_OK)
				view_grant_row(t, m, reply);
		}
		/* this very turn wrote them: one that is not there is damage */
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
	return ERR_OK;
}
