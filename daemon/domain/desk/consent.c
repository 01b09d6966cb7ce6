/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A consent is written down as the person gave it: what may be shared, with whom, for which purpose, how and until when.  A
 * date means the whole day here.  Spoken consent needs a witness, who travels as a pseudonym.  While something runs under it
 * a new consent leaves at once.
 */
#include "domain/desk/consent.h"

#include "base/check.h"

#include <string.h>

#include "base/date.h"
#include "base/text.h"
#include "domain/care/grants.h"
#include "domain/consent/casefile.h"
#include "domain/documents/grantkey.h"
#include "domain/documents/words.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/clockwatch.h"
#include "domain/grant/grantdocs.h"
#include "domain/handing/shown.h"
#include "domain/handover/rows.h"
#include "domain/membership/members.h"
#include "domain/narrow/narrow.h"
#include "domain/referral/calendar.h"
#include "domain/views/consents.h"
#include "domain/views/find.h"

enum { MONTHS_6_DAYS = 182 };
static_assert(LIMIT_GRANT_DAYS == 366 && MONTHS_6_DAYS < LIMIT_GRANT_DAYS,
	      "twelve months at most, six as a rule");
static_assert((GATE_ALL & GATE_BIT(GATE_MESSAGE)) == 0,
	      "messages are beside the categories of a person");

/* Who names a date means the whole day, where this node is; 0 stays 0. */
static uint64_t whole_day(const struct turn *t, uint64_t ms)
{
	const char *here;

	require(t->node != NULL);
	here = t->node->country;
	return ms == 0 ? 0 : calendar_end(here, calendar_day(here, ms));
}

/* What a consent must say to be one: what is shared, for what, how the person agreed, and for how long. */
static enum err check_give(struct turn *t, const struct msg *req)
{
	const uint64_t until = whole_day(t, msg_u64(req, CONSENT_GIVE_UNTIL_MS));
	const char *how = msg_text(req, CONSENT_GIVE_HOW);

	if (msg_u64(req, CONSENT_GIVE_CATS) == 0 ||
	    (msg_u64(req, CONSENT_GIVE_CATS) & ~GATE_ALL) != 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_CONSENT_SHARE_MISSING);
	if (consent_purpose_cats(msg_text(req, CONSENT_GIVE_PURPOSE)) == 0)
		return turn_refuse_with(
			t, ERR_INVAL, REFUSAL_PURPOSE_UNKNOWN,
			say_code("codes", LIST_CODES, "refer coordinate follow-up evaluate"));
	if (strcmp(how, "oral") != 0 && strcmp(how, "written") != 0 &&
	    strcmp(how, "electronic") != 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_CONSENT_HOW_MISSING);
	if (strcmp(how, "oral") == 0 && text_blank(msg_text(req, CONSENT_GIVE_WITNESS)))
		return turn_refuse(t, ERR_INVAL, REFUSAL_CONSENT_WITNESS_MISSING);
	if (until != 0 &&
	    (until <= t->wall_ms || until > t->wall_ms + (uint64_t)LIMIT_GRANT_DAYS * DAY_MS))
		return turn_refuse(t, ERR_INVAL,
				   until <= t->wall_ms ? REFUSAL_CONSENT_UNTIL_PAST
						       : REFUSAL_CONSENT_UNTIL_FAR);
	return ERR_OK;
}

/* Six months unless the person said otherwise; the legal bases are those under which people agree by their own
 * word. */
static void fill_grant(struct turn *t, const struct msg *req, const struct peer *p, struct msg *g)
{
	const uint64_t until = msg_u64(req, CONSENT_GIVE_UNTIL_MS);
	const uint64_t usual = t->wall_ms + (uint64_t)MONTHS_6_DAYS * DAY_MS;
	const char *onward = msg_text(req, CONSENT_GIVE_ONWARD);
	const char *given_by = msg_text(req, CONSENT_GIVE_GIVEN_BY);

	require(!p->self);
	require(g != NULL);
	msg_set_u64(g, CONSENT_GRANT_VERSION, 1);
	msg_set_text(t->arena, g, CONSENT_GRANT_GIVEN_BY, given_by[0] == '\0' ? "self" : given_by);
	msg_set_bytes(t->arena, g, CONSENT_GRANT_COLLECTED_BY, span_of(t->node->node_id.b, 32));
	msg_set_u64(g, CONSENT_GRANT_COLLECTED_MS, t->wall_ms);
	msg_set_bytes(t->arena, g, CONSENT_GRANT_RECIPIENT, span_of(p->node_id.b, 32));
	msg_set_text(t->arena, g, CONSENT_GRANT_ONWARD, onward[0] == '\0' ? "none" : onward);
	msg_set_text(t->arena, g, CONSENT_GRANT_PURPOSE, msg_text(req, CONSENT_GIVE_PURPOSE));
	msg_set_u64(g, CONSENT_GRANT_CATS, msg_u64(req, CONSENT_GIVE_CATS));
	msg_set_text(t->arena, g, CONSENT_GRANT_GDPR_BASIS, "6-1-a");
	msg_set_text(t->arena, g, CONSENT_GRANT_ART9, "2a");
	msg_set_text(t->arena, g, CONSENT_GRANT_SECRECY_BASIS, "consent");
	msg_set_text(t->arena, g, CONSENT_GRANT_HOW, msg_text(req, CONSENT_GIVE_HOW));
	msg_set_text(t->arena, g, CONSENT_GRANT_NOTICE_LANGUAGE,
		     msg_text(req, CONSENT_GIVE_NOTICE_LANGUAGE));
	if (msg_has(req, CONSENT_GIVE_PLACE))
		msg_set_text(t->arena, g, CONSENT_GRANT_PLACE, msg_text(req, CONSENT_GIVE_PLACE));
	if (msg_has(req, CONSENT_GIVE_AGE_BAND))
		msg_set_text(t->arena, g, CONSENT_GRANT_AGE_BAND,
			     msg_text(req, CONSENT_GIVE_AGE_BAND));
	/* by whole_day again: what is kept must be the day that check_give took */
	msg_set_u64(g, CONSENT_GRANT_EXPIRES_MS, whole_day(t, until != 0 ? until : usual));
	msg_set_u64(g, CONSENT_GRANT_VALID_FROM_MS,
		    clockwatch_begins_ms(t, p, msg_u64(g, CONSENT_GRANT_EXPIRES_MS)));
	msg_set_u64(g, CONSENT_GRANT_WITHDRAWAL_EXPLAINED, 1);
}

/* Ids are derived under the case key: whoever holds the case can find its grants and threads again. */
static enum err derive_ids(struct turn *t, const struct id16 *case_id, const struct peer *p,
			   const char *witness, struct msg *g, struct id16 *id)
{
	struct id16 nonce = turn_id(t), subject, who;
	uint8_t in[6 + 32 + 16];
	enum err rc;

	static_assert(sizeof p->node_id.b == 32 && sizeof nonce.b == 16,
		      "the parts fill the input");
	require(witness != NULL);
	/* with a nonce: a second consent for one partner is another grant, and ends by itself */
	memcpy(in, "grant\0", 6);
	memcpy(in + 6, p->node_id.b, 32);
	memcpy(in + 38, nonce.b, 16);
	rc = record_derive(t->txn, case_id, span_of(in, sizeof in), id);
	if (rc == ERR_OK) /* without one: the same person for all grants of this partner */
		rc = casefile_subject(t, case_id, NULL, p, &subject);
	if (rc == ERR_OK) /* the witness travels as a pseudonym */
		rc = record_derive(t->txn, case_id, span_of(witness, strlen(witness)), &who);
	if (rc != ERR_OK)
		return rc;
	msg_set_bytes(t->arena, g, CONSENT_GRANT_GRANT_ID, span_of(id->b, 16));
	msg_set_bytes(t->arena, g, CONSENT_GRANT_SUBJECT_REF, span_of(subject.b, 16));
	if (witness[0] != '\0')
		msg_set_bytes(t->arena, g, CONSENT_GRANT_WITNESS, span_of(who.b, 16));
	return ERR_OK;
}

/* What was agreed is written, in the audit log and in the person's file too. */
static enum err keep_given(struct turn *t, const struct id16 *case_id, const struct id16 *id,
			   const struct peer *p, struct msg *m, const char *witness)
{
	enum err rc;

	require(p != NULL && m != NULL);
	require(!p->removed); /* to_whom() */
	msg_set_bytes(t->arena, m, GRANT_RECORD_CASE_ID, span_of(case_id->b, 16));
	msg_set_u64(m, GRANT_RECORD_PEER, p->no);
	rc = grantkey_make(t, id);
	if (rc == ERR_OK)
		rc = consent_save(t, id, case_id, m);
	if (rc != ERR_OK)
		return rc;
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_CONSENT,
						.peer = p->no,
						.case_id = case_id,
						.grant = id,
						.detail = "given"});
	return rc == ERR_OK ? casefile_entry(t, case_id, "consent-given", witness, NULL) : rc;
}

/* A partner that stays: what is told to one that leaves could not be taken back in time, and one that is out gets nothing, so that whoever
 * reads such a consent would believe what is not so. */
static enum err to_whom(struct turn *t, const struct msg *req, struct peer **p)
{
	enum err rc = find_partner(t, msg_text(req, CONSENT_GIVE_PARTNER), p);

	require(rc != ERR_OK || *p != NULL);
	if (rc == ERR_OK && (*p)->removed)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_NOT_COVERED_REMOVED,
					say_text("partner", (*p)->org));
	return rc == ERR_OK ? members_stay(t, *p) : rc;
}

/* The words are checked before anything is written; a renewal goes to the partner at once, because what runs needs
 * it now. */
enum err desk_consent_give(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct msg *m = msg_new(t->arena, MSG_GRANT_RECORD), *g;
	const char *witness = msg_text(req, CONSENT_GIVE_WITNESS);
	struct words_fault fault;
	struct id16 case_id, id;
	struct peer *p;
	char hex[33];
	bool running;
	enum err rc = find_case(t, msg_text(req, CONSENT_GIVE_CASE_ID), &case_id);

	if (rc == ERR_OK)
		rc = rows_writable(t, &case_id);
	if (rc == ERR_OK)
		rc = casefile_not_closed(t, &case_id);
	if (rc != ERR_OK)
		return rc;
	rc = to_whom(t, req, &p);
	if (rc == ERR_OK)
		rc = check_give(t, req);
	if (rc != ERR_OK)
		return rc;
	g = msg_sub(t->arena, m, GRANT_RECORD_GRANT);
	if (g == NULL)
		return ERR_NOMEM;
	fill_grant(t, req, p, g);
	rc = derive_ids(t, &case_id, p, witness, g, &id);
	if (rc != ERR_OK)
		return rc;
	if (!words_check(t, DOC_CONSENT, g, &fault))
		rc = words_refuse(t, &fault);
	if (rc != ERR_OK)
		return rc;
	rc = keep_given(t, &case_id, &id, p, m, witness);
	if (rc != ERR_OK)
		return rc;
	rc = bodies_running(t, p, &case_id, THREAD_SENDER, &running);
	if (rc != ERR_OK)
		return rc;
	if (running) /* a renewal, or more than before: what is going on needs it now */
		rc = grantdocs_send(t, p, &case_id);
	if (rc != ERR_OK)
		return rc;
	if (running)
		rc = answer_owe(t, p->no);
	view_grant_row(t, m, reply); /* what holds now, as it was understood */
	bytes_hex(hex, id.b, 16);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	return rc;
}

/* Whoever asks is answered when it is done. */
static enum err now_too(struct turn *t, const struct msg *req)
{
	struct effect *x;

	if (msg_u64(req, CONSENT_WITHDRAW_NOW) == 0 || t->dry_run)
		return ERR_OK;
	require(t->ev != NULL);
	x = turn_effect(t, EFFECT_SHRED);
	if (x == NULL)
		return ERR_NOMEM;
	x->client = t->ev->client;
	return ERR_OK;
}

/* Both directions with every partner: what we collected and what partners did. */
static enum err withdraw_all(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct grants_ended ended = {.first = NULL};
	struct id16 case_id;
	enum err rc = find_case(t, msg_text(req, CONSENT_WITHDRAW_ID), &case_id);

	for (size_t i = 0; i < 2 * t->node->peer_count && rc == ERR_OK; i++) {
		const struct peer *p = &t->node->peers[i / 2];
		/* even: what we collected; odd: what the partner did */
		const struct consent_scope s = {p, case_id, i % 2 == 1};

		if (!p->self)
			rc = grants_withdraw(t, &s, NULL, &ended);
	}
	if (rc == ERR_OK)
		rc = now_too(t, req);
	if (rc == ERR_OK)
		rc = view_ended_rows(t, &ended, reply);
	return rc == ERR_OK ? shown_ended(t, &case_id, reply) : rc;
}

/* All of it, or only some of what it covers: then the reply names the consent that takes its place. */
static enum err withdraw_one(struct turn *t, const struct msg *req, const struct consent_scope *s,
			     const struct id16 *id, struct grants_ended *ended, struct msg *reply)
{
	const uint64_t only = msg_u64(req, CONSENT_WITHDRAW_ONLY);
	struct id16 next;
	char hex[33];
	enum err rc;

	if (!msg_has(req, CONSENT_WITHDRAW_ONLY))
		return grants_withdraw(t, s, id, ended);
	rc = narrow_consent(t, s, id, only, &next, ended);
	if (rc != ERR_OK || bytes_zero(next.b, sizeof next.b))
		return rc;
	bytes_hex(hex, next.b, 16);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	return ERR_OK;
}

/* By the consent that the person names, or all of a case at once; a second time is refused, so that nobody
 * believes it did more. */
enum err desk_consent_withdraw(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct grants_ended ended = {.first = NULL};
	struct consent_scope s;
	struct id16 id;
	struct msg *m;
	enum err rc;

	if (msg_u64(req, CONSENT_WITHDRAW_ALL) != 0)
		return msg_has(req, CONSENT_WITHDRAW_ONLY)
			       ? turn_refuse(t, ERR_INVAL, REFUSAL_NARROW_ONE)
			       : withdraw_all(t, req, reply);
	rc = find_grant(t, msg_text(req, CONSENT_WITHDRAW_ID), &id);
	if (rc == ERR_OK)
		rc = consent_record(t, &id, &m);
	if (rc != ERR_OK)
		return rc;
	if (msg_has(m, GRANT_RECORD_WITHDRAWN_MS))
		return turn_refuse(t, ERR_STATE, REFUSAL_CONSENT_WITHDRAWN_ALREADY);
	/* partner and case come from the record: the person names the consent and nothing else */
	s.p = state_peer(t->node, (uint16_t)msg_u64(m, GRANT_RECORD_PEER));
	s.received = msg_u64(m, GRANT_RECORD_RECEIVED) != 0;
	if (s.p == NULL || msg_bytes(m, GRANT_RECORD_CASE_ID).len != 16)
		return ERR_CORRUPT;
	memcpy(s.case_id.b, msg_bytes(m, GRANT_RECORD_CASE_ID).p, 16);
	rc = withdraw_one(t, req, &s, &id, &ended, reply);
	if (rc == ERR_OK)
		rc = now_too(t, req);
	if (rc == ERR_OK)
		rc = view_ended_rows(t, &ended, reply);
	return rc == ERR_OK ? shown_ended(t, &s.case_id, reply) : rc;
}
