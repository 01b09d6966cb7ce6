/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Codes and values alone: the words of a letter are the client's, in the language of the person.  A letter has of the person only
 * the name and the language, because it is about what others know.
 */
#include "domain/papers/paper.h"

#include "base/check.h"
#include "base/date.h"

#include <string.h>

#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/evidence/audit.h"
#include "domain/handover/rows.h"
#include "domain/page.h"
#include "domain/papers/attached.h"
#include "domain/papers/together.h"
#include "domain/papers/told.h"
#include "domain/referral/calendar.h"
#include "domain/views/cases.h"
#include "domain/views/consentpage.h"
#include "domain/views/consents.h"
#include "domain/views/find.h"
#include "domain/views/newest.h"
#include "domain/views/referrals.h"

/* Every disclosure: a letter that leaves one out is a lie, so what does not fit is refused. */
static enum err all_told(struct turn *t, const struct same *of, const struct id16 *only,
			 struct msg *reply)
{
	struct told told = {.only = only, .most = LIMIT_LIST_ROWS};
	enum err rc = told_rows(t, of, &told, reply);

	view_newest_first(reply, REPLY_DISCLOSURES, DISCLOSURE_ROW_AT_MS, DISCLOSURE_ROW_PARTNER,
			  DISCLOSURE_ROW_GRANT);
	return rc == ERR_OK && told.more ? turn_refuse(t, ERR_LIMIT, REFUSAL_PAPER_TOO_LONG) : rc;
}

static bool named(const struct msg *reply, const char *grant)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++)
		if (strcmp(msg_text(msg_at(reply, REPLY_DISCLOSURES, i), DISCLOSURE_ROW_GRANT),
			   grant) == 0)
			return true;
	return false;
}

/* Of one referral: what was told in it rests on it, and so does what came with it. */
static bool rests_on(const struct thread *th, const struct msg *consent, const char *grant,
		     const struct msg *reply)
{
	return named(reply, grant) ||
	       (th->role == THREAD_RECEIVER && msg_u64(consent, GRANT_RECORD_RECEIVED) != 0 &&
		msg_u64(consent, GRANT_RECORD_PEER) == th->peer);
}

static enum err grants_of(struct turn *t, const struct id16 *case_id, const struct thread *only,
			  struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;

	while (consent_each(t, case_id, &w, &id, &m)) {
		const size_t n = msg_count(reply, REPLY_GRANTS);
		char hex[33];

		bytes_hex(hex, id.b, 16);
		if (only != NULL && !rests_on(only, m, hex, reply))
			continue;
		if (!turn_room(reply, REPLY_GRANTS))
			return turn_refuse(t, ERR_LIMIT, REFUSAL_PAPER_TOO_LONG);
		view_grant_row(t, m, reply);
		w.rc = msg_count(reply, REPLY_GRANTS) == n
			       ? ERR_NOMEM
			       : view_consent_page(t, &id, m, msg_edit(reply, REPLY_GRANTS, n));
	}
	return w.rc;
}

static enum err grants(struct turn *t, const struct same *of, const struct thread *only,
		       struct msg *reply)
{
	enum err rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < of->count; i++)
		rc = grants_of(t, &of->id[i], only, reply);
	view_newest_first(reply, REPLY_GRANTS, GRANT_ROW_GIVEN_MS, GRANT_ROW_PARTNER, GRANT_ROW_ID);
	return rc;
}

/* This node, and each partner that a consent or a disclosure names: whom the person may telephone. */
static enum err telephones(struct turn *t, struct msg *reply)
{
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		bool wanted = p->self;
		struct msg *row;

		for (size_t k = 0; !wanted && k < msg_count(reply, REPLY_GRANTS); k++)
			wanted = strcmp(msg_text(msg_at(reply, REPLY_GRANTS, k), GRANT_ROW_PARTNER),
					p->org) == 0;
		if (!wanted)
			continue;
		row = msg_add(t->arena, reply, REPLY_PARTNERS);
		if (row == NULL)
			return ERR_NOMEM;
		msg_set_text(t->arena, row, PARTNER_ROW_NAME, p->org);
		msg_set_text(t->arena, row, PARTNER_ROW_PHONE, p->phone);
		msg_set_u64(row, PARTNER_ROW_SELF, p->self);
	}
	return ERR_OK;
}

void paper_day(struct turn *t, struct msg *reply)
{
	char day[DATE_TEXT];

	require(reply != NULL);
	date_text(calendar_day(t->node->country, t->wall_ms), day);
	msg_set_text(t->arena, reply, REPLY_DAY, day);
}

/* The person is addressed by name, in the own language. */
static enum err person(struct turn *t, const struct id16 *case_id, struct msg *reply)
{
	struct msg *record, *all, *out = msg_new(t->arena, MSG_PERSON);
	enum err rc = casefile_load(t, case_id, &record);

	if (rc == ERR_OK)
		rc = casefile_person(t, case_id, record, &all);
	if (rc != ERR_OK || out == NULL)
		return rc == ERR_OK ? ERR_NOMEM : rc;
	if (msg_has(all, PERSON_NAME))
		msg_set_text(t->arena, out, PERSON_NAME, msg_text(all, PERSON_NAME));
	if (msg_has(all, PERSON_LANGUAGE))
		msg_set_text(t->arena, out, PERSON_LANGUAGE, msg_text(all, PERSON_LANGUAGE));
	msg_put_sub(reply, REPLY_PERSON, out);
	paper_day(t, reply);
	return ERR_OK;
}

/* Of one referral, or of all that is here of the person. */
static enum err letter(struct turn *t, const struct id16 *case_id, const struct thread *only,
		       struct msg *reply)
{
	struct same of = {.id = {*case_id}, .count = 1};
	enum err rc = person(t, case_id, reply);

	/* of one referral the letter is about that one, whoever else the person is here */
	if (rc == ERR_OK && only == NULL)
		rc = together_of(t, case_id, &of);
	if (rc == ERR_OK)
		rc = all_told(t, &of, only == NULL ? NULL : &only->id, reply);
	if (rc == ERR_OK)
		rc = grants(t, &of, only, reply);
	if (rc == ERR_OK)
		rc = telephones(t, reply);
	if (rc != ERR_OK)
		return rc;
	return audit_look(t, &(struct audit_entry){.event = AUDIT_EXPORT,
						   .case_id = case_id,
						   .detail = "letter"});
}

enum err view_case_letter(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct same of;
	struct id16 id;
	enum err rc = find_case(t, msg_text(req, BY_ID_ID), &id);

	if (rc == ERR_OK)
		rc = rows_readable(t, &id);
	if (rc == ERR_OK)
		rc = together_of(t, &id, &of);
	for (size_t i = 0; rc == ERR_OK && i < of.count; i++)
		rc = view_referrals_of_case(t, &of.id[i], reply);
	return rc == ERR_OK ? letter(t, &id, NULL, reply) : rc;
}

enum err view_ref_letter(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct thread th;
	enum err rc = view_find_referral(t, msg_text(req, BY_ID_ID), REFUSAL_REFERRAL_UNKNOWN, &th);

	if (rc == ERR_OK)
		rc = rows_readable(t, &th.case_id);
	if (rc == ERR_OK)
		rc = view_referral_row(t, &th, reply, true);
	return rc == ERR_OK ? letter(t, &th.case_id, &th, reply) : rc;
}

/* The page of the case is what is held; its short lists of consents and disclosures make room for whole ones. */
enum err view_case_export(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct same of;
	struct id16 id;
	enum err rc = find_case(t, msg_text(req, BY_ID_ID), &id);

	if (rc == ERR_OK)
		rc = rows_readable(t, &id);
	if (rc == ERR_OK)
		rc = view_case_show(t, req, reply);
	if (rc == ERR_OK)
		rc = together_rows(t, &id, reply);
	if (rc == ERR_OK)
		rc = together_of(t, &id, &of);
	if (rc != ERR_OK)
		return rc;
	msg_clear(reply, REPLY_GRANTS);
	msg_clear(reply, REPLY_DISCLOSURES);
	paper_day(t, reply);
	rc = all_told(t, &of, NULL, reply);
	if (rc == ERR_OK)
		rc = grants(t, &of, NULL, reply);
	for (size_t i = 0; rc == ERR_OK && i < of.count; i++)
		rc = attached_rows(t, &of.id[i], reply);
	if (rc == ERR_OK)
		rc = telephones(t, reply);
	if (rc != ERR_OK)
		return rc;
	return audit_look(
		t, &(struct audit_entry){.event = AUDIT_EXPORT, .case_id = &id, .detail = "case"});
}
