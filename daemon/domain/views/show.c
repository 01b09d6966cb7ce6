/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whoever sent a person on asks what the partner knows now, and until when: each of our documents that was taken there, the
 * categories that went with it, and the consent that it rests on.  What must be heeded before anybody picks up the phone is of
 * the case itself at the sender, and of what was disclosed at the receiver.
 */
#include "domain/views/show.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/exchange/outbox.h"
#include "domain/page.h"
#include "domain/referral/referral.h"
#include "domain/views/consents.h"
#include "domain/views/history.h"
#include "domain/views/referrals.h"

/* Was it refused there, or never sent?  Older than the outbox is kept: it was taken.  *gone: with its consent, though the referral
 * goes on under a narrower one. */
static enum err taken(struct turn *t, const struct document *d, const struct doc_key *key,
		      bool *yes, bool *gone)
{
	struct outbox_row row = {.state = OUTBOX_STORED, .verdict = WIRE_VERDICT_OK};
	uint16_t peer;
	uint64_t place;
	enum err rc = outbox_find(t, &key->msg, &peer, &place, &row);

	require(key->sender == 0);
	if (rc == ERR_OK || rc == ERR_NOTFOUND)
		rc = consent_gone(t, &d->head.grant_id, gone);
	*yes = d->head.cats != 0 && row.state != OUTBOX_DROPPED && row.state != OUTBOX_SHELVED &&
	       row.verdict == WIRE_VERDICT_OK;
	*gone = *gone || d->hollow;
	return rc;
}

/* As the disclosure ledger has it. */
static enum err disclosure_row(struct turn *t, const struct thread *th, const struct document *d,
			       const struct log_entry *e, struct msg *reply)
{
	const struct peer *p = state_peer(t->node, th->peer);
	struct msg *row = msg_add(t->arena, reply, REPLY_DISCLOSURES);
	const char *delivery;
	uint64_t stored;
	char hex[33];
	enum err rc = view_delivery(t, &e->doc, &delivery, &stored);

	bytes_hex(hex, d->head.grant_id.b, 16);
	msg_set_text(t->arena, row, DISCLOSURE_ROW_PARTNER, p == NULL ? "" : p->org);
	msg_set_u64(row, DISCLOSURE_ROW_AT_MS, e->created_ms);
	msg_set_u64(row, DISCLOSURE_ROW_CATS, d->head.cats);
	msg_set_text(t->arena, row, DISCLOSURE_ROW_BASIS, "consent");
	msg_set_text(t->arena, row, DISCLOSURE_ROW_GRANT, hex);
	msg_set_text(t->arena, row, DISCLOSURE_ROW_ACT, document_type_name(e->type));
	/* older than the outbox is kept: it arrived */
	msg_set_text(t->arena, row, DISCLOSURE_ROW_DELIVERY,
		     delivery[0] == '\0' ? "stored" : delivery);
	return rc;
}

/* The consent, once however many documents rest on it; one that went with its case has no row. */
static enum err consent_row(struct turn *t, const struct id16 *grant, struct msg *reply)
{
	char hex[33];
	struct msg *m;
	enum err rc;

	bytes_hex(hex, grant->b, 16);
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++)
		if (strcmp(msg_text(msg_at(reply, REPLY_GRANTS, i), GRANT_ROW_ID), hex) == 0)
			return ERR_OK;
	rc = consent_record(t, grant, &m);
	if (rc == ERR_OK)
		view_grant_row(t, m, reply);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Its consent was taken back, and those that hold do not cover all of it: which categories, and since when.  Each stands once, with
 * the newest day. */
static enum err back_row(struct turn *t, const struct document *d, uint64_t living,
			 struct msg *reply)
{
	const uint64_t cats = d->head.cats & ~living;
	struct msg *m, *row = NULL;
	uint64_t at_ms;
	enum err rc = consent_record(t, &d->head.grant_id, &m);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* erased with its case */
	at_ms = msg_u64(m, GRANT_RECORD_WITHDRAWN_MS);
	if (cats == 0 || at_ms == 0)
		return ERR_OK;
	for (size_t i = 0; i < msg_count(reply, REPLY_TAKEN_BACK); i++) {
		struct msg *one = msg_edit(reply, REPLY_TAKEN_BACK, i);

		msg_set_u64(one, DISCLOSURE_ROW_CATS, msg_u64(one, DISCLOSURE_ROW_CATS) & ~cats);
		if (msg_u64(one, DISCLOSURE_ROW_AT_MS) == at_ms)
			row = one;
	}
	if (row == NULL && !turn_room(reply, REPLY_TAKEN_BACK))
		return ERR_OK;
	if (row == NULL)
		row = msg_add(t->arena, reply, REPLY_TAKEN_BACK);
	msg_set_u64(row, DISCLOSURE_ROW_AT_MS, at_ms);
	msg_set_u64(row, DISCLOSURE_ROW_CATS, msg_u64(row, DISCLOSURE_ROW_CATS) | cats);
	return ERR_OK;
}

/* Nothing any more once the referral ended for its person: what was there is to be erased. */
static enum err receiver_has(struct turn *t, const struct thread *th, uint64_t living,
			     struct msg *reply)
{
	const bool mine = th->role == THREAD_SENDER;
	const uint32_t count = mine ? th->my_no : th->their_no;

	for (uint32_t no = 1; no <= count && !th->hidden; no++) {
		struct log_entry e;
		struct document d;
		bool yes = true, gone = false;
		enum err rc = thread_entry(t, th, mine, no, &e);

		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc == ERR_OK && mine)
			rc = taken(t, &d, &e.doc, &yes, &gone);
		if (rc == ERR_OK && yes && living != 0 && (gone || !mine))
			rc = back_row(t, &d, living, reply);
		if (rc == ERR_OK && yes && !gone && mine) {
			if (!turn_room(reply, REPLY_DISCLOSURES))
				return ERR_OK;
			rc = disclosure_row(t, th, &d, &e, reply);
			if (rc == ERR_OK)
				rc = consent_row(t, &d.head.grant_id, reply);
		}
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* Why nobody may phone, and what else to heed: a sender has it in the case, shared or not. */
static enum err heed(struct turn *t, const struct thread *th, struct msg *reply)
{
	const struct msg *told = msg_get(reply, REPLY_PERSON);
	struct msg *record, *person = NULL;
	const char *text = msg_text(told, PERSON_SAFETY);
	enum err rc = ERR_OK;

	require(msg_count(reply, REPLY_REFERRALS) == 1);
	if (th->role == THREAD_SENDER) {
		rc = casefile_load(t, &th->case_id, &record);
		if (rc == ERR_OK)
			rc = casefile_person(t, &th->case_id, record, &person);
		if (rc != ERR_OK) /* erased: there is nobody left to protect by it here */
			return rc == ERR_NOTFOUND ? ERR_OK : rc;
		text = msg_text(person, PERSON_SAFETY);
	}
	if (text[0] != '\0')
		msg_set_text(t->arena, reply, REPLY_SAFETY, text);
	return ERR_OK;
}

/* What a later entry of the same log and type replaces is marked, at both ends alike.  A number that fits nothing is a partner's
 * slip: it marks nothing, and is not shown. */
static void mark_corrected(struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_LOG); i++) {
		struct msg *later = msg_edit(reply, REPLY_LOG, i);
		bool fits = false;

		for (size_t j = 0; j < i && msg_has(later, LOG_ROW_CORRECTS); j++) {
			struct msg *old = msg_edit(reply, REPLY_LOG, j);

			if (msg_u64(old, LOG_ROW_NO) == msg_u64(later, LOG_ROW_CORRECTS) &&
			    strcmp(msg_text(old, LOG_ROW_SIDE), msg_text(later, LOG_ROW_SIDE)) ==
				    0 &&
			    strcmp(msg_text(old, LOG_ROW_ACT), msg_text(later, LOG_ROW_ACT)) == 0) {
				msg_set_u64(old, LOG_ROW_CORRECTED, 1);
				fits = true;
			}
		}
		if (!fits)
			msg_clear(later, LOG_ROW_CORRECTS);
	}
}

enum err view_show(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct consent_view v = {.cats = 0};
	struct consent_scope s;
	struct thread th;
	struct id16 id;
	enum err rc = view_referral_show(t, req, reply);

	if (rc != ERR_OK)
		return rc;
	if (msg_count(reply, REPLY_REFERRALS) != 1 ||
	    !bytes_unhex(id.b, 16, msg_text(msg_at(reply, REPLY_REFERRALS, 0), REFERRAL_ROW_ID)))
		return ERR_NOMEM; /* no room for the row */
	mark_corrected(reply);
	rc = thread_load(t, &id, &th);
	if (rc != ERR_OK)
		return rc;
	s = (struct consent_scope){state_peer(t->node, th.peer), th.case_id,
				   th.role == THREAD_RECEIVER};
	/* what ended for its person is gone altogether, and its page says so */
	if (s.p != NULL && th.state != REFERRAL_REVOKED && th.state != REFERRAL_ERROR)
		rc = consent_living(t, &s, s.received ? CONSENT_RECEIVE : CONSENT_SEND, &v);
	if (rc == ERR_OK)
		rc = receiver_has(t, &th, v.cats, reply);
	return rc == ERR_OK ? heed(t, &th, reply) : rc;
}
