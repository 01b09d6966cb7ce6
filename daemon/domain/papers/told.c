/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The ledger says what left; the document says in which referral, the outbox whether it is there, the consent on which ground and
 * until when.  A row that is damaged is named, and the others are given: the person is owed all that can be said.
 */
#include "domain/papers/told.h"

#include "base/check.h"

#include <string.h>

#include "base/date.h"
#include "domain/consent/grant.h"
#include "domain/consent/ledger.h"
#include "domain/documents/document.h"
#include "domain/grant/erasure.h"
#include "domain/page.h"
#include "domain/referral/calendar.h"
#include "domain/referral/referral.h"
#include "domain/views/consents.h"
#include "domain/views/history.h"

/* One consent, while its rows are made. */
struct ground {
	struct id16 id;
	char hex[33], day[DATE_TEXT];
	const char *purpose, *state;
	bool let_go; /* withdrawn, and the partner says that it erased it ... */
	bool kept;   /* ... or that a law makes it keep it */
};

static enum err ground_of(struct turn *t, const struct id16 *id, struct ground *g)
{
	struct erasure_told said;
	struct thread th;
	struct msg *m;
	enum err rc = consent_record(t, id, &m);

	*g = (struct ground){.id = *id, .purpose = "", .state = ""};
	bytes_hex(g->hex, id->b, 16);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	g->purpose = msg_text(msg_get(m, GRANT_RECORD_GRANT), CONSENT_GRANT_PURPOSE);
	g->state = view_grant_state(t, m);
	if (consent_until(m) != 0)
		date_text(calendar_day(t->node->country, consent_until(m) - 1), g->day);
	rc = thread_load(t, id, &th);
	if (rc == ERR_OK && th.kind == THREAD_CONSENT && th.withdrawn) {
		rc = erasure_told(t, &th, &said);
		g->kept = rc == ERR_OK && said.outcome == ERASURE_RESTRICTED;
		g->let_go = rc == ERR_OK && said.type == DOC_ERASED && !g->kept;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* What came of its referral.  Whoever gets the word of a mistake lets go in the turn that brings it, so its receipt says so; what a
 * person took back is gone once the partner answers that, which it does after it shredded it. */
static enum err referral_row(struct turn *t, const struct thread *th, struct msg *row)
{
	char ref[THREAD_REF_LEN + 1];
	const char *delivery = "";
	struct log_entry last;
	uint64_t stored;
	enum err rc = ERR_OK;

	thread_reference(t, &th->id, ref);
	msg_set_text(t->arena, row, DISCLOSURE_ROW_REF, ref);
	if (th->state == REFERRAL_REVOKED)
		msg_set_text(t->arena, row, DISCLOSURE_ROW_TAKEN_BACK, "revoked");
	if (th->state != REFERRAL_ERROR)
		return ERR_OK;
	msg_set_text(t->arena, row, DISCLOSURE_ROW_TAKEN_BACK, "mistake");
	if (th->my_no != 0)
		rc = thread_entry(t, th, true, th->my_no, &last);
	if (rc == ERR_OK && th->my_no != 0)
		rc = view_delivery(t, &last.doc, &delivery, &stored);
	/* older than the outbox is kept: it arrived; whatever the verdict, the act itself was taken */
	if (rc == ERR_OK &&
	    (delivery[0] == '\0' || (stored != 0 && strcmp(delivery, "lost-act") != 0)))
		msg_set_u64(row, DISCLOSURE_ROW_LET_GO, 1);
	return rc;
}

/* What the document itself still says; a ledger row outlives it. */
static enum err document_row(struct turn *t, const struct doc_key *key, struct msg *row)
{
	struct document d;
	struct thread th;
	const char *delivery;
	uint64_t stored;
	enum err rc = document_load(t, key, &d);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	if (d.hollow)
		msg_set_u64(row, DISCLOSURE_ROW_HOLLOW, 1);
	rc = thread_load(t, &d.head.thread_id, &th);
	if (rc == ERR_OK && th.kind == THREAD_REFERRAL)
		rc = referral_row(t, &th, row);
	if (rc == ERR_OK || rc == ERR_NOTFOUND)
		rc = view_delivery(t, key, &delivery, &stored);
	if (rc != ERR_OK)
		return rc;
	msg_set_text(t->arena, row, DISCLOSURE_ROW_DELIVERY, delivery);
	if (stored != 0)
		msg_set_u64(row, DISCLOSURE_ROW_STORED_MS, stored);
	return ERR_OK;
}

/* Is that document of this referral?  One that is gone is of none. */
static enum err is_of(struct turn *t, const struct doc_key *key, const struct id16 *only, bool *yes)
{
	struct document d;
	enum err rc;

	*yes = only == NULL;
	if (*yes)
		return ERR_OK;
	rc = document_load(t, key, &d);
	*yes = rc == ERR_OK && id16_equal(&d.head.thread_id, only);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err put_row(struct turn *t, const struct ground *g, const struct ledger_row *r,
			const struct doc_key *key, struct msg *reply)
{
	const struct peer *p = state_peer(t->node, r->peer);
	struct msg *row = msg_add(t->arena, reply, REPLY_DISCLOSURES);
	enum err rc;

	if (row == NULL)
		return ERR_NOMEM;
	msg_set_text(t->arena, row, DISCLOSURE_ROW_PARTNER, p == NULL ? "" : p->org);
	msg_set_u64(row, DISCLOSURE_ROW_AT_MS, r->at_ms);
	msg_set_u64(row, DISCLOSURE_ROW_CATS, r->cats);
	msg_set_text(t->arena, row, DISCLOSURE_ROW_BASIS, "consent");
	msg_set_text(t->arena, row, DISCLOSURE_ROW_GRANT, g->hex);
	msg_set_text(t->arena, row, DISCLOSURE_ROW_ACT, document_type_name(r->type));
	msg_set_text(t->arena, row, DISCLOSURE_ROW_PURPOSE, g->purpose);
	msg_set_text(t->arena, row, DISCLOSURE_ROW_STATE, g->state);
	if (g->day[0] != '\0')
		msg_set_text(t->arena, row, DISCLOSURE_ROW_LAST_DAY, g->day);
	rc = document_row(t, key, row);
	/* its referral may go on, under a narrower consent */
	if (rc == ERR_OK && r->cats != 0 && strcmp(g->state, "withdrawn") == 0 &&
	    msg_text(row, DISCLOSURE_ROW_TAKEN_BACK)[0] == '\0')
		msg_set_text(t->arena, row, DISCLOSURE_ROW_TAKEN_BACK, "revoked");
	/* a mistake was let go of all the same */
	if (rc == ERR_OK && r->cats != 0 &&
	    strcmp(msg_text(row, DISCLOSURE_ROW_TAKEN_BACK), "revoked") == 0 &&
	    (g->let_go || g->kept))
		msg_set_u64(row, g->kept ? DISCLOSURE_ROW_KEPT : DISCLOSURE_ROW_LET_GO, 1);
	return rc;
}

static enum err of_grant(struct turn *t, const struct ground *g, struct told *told, uint64_t *seen,
			 struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct ledger_row row;
	enum err damage;

	while (!told->more && ledger_each(t, &g->id, &w, &row, &damage)) {
		struct doc_key key = {.sender = 0};
		bool of = false;

		if (damage == ERR_OK) {
			memcpy(key.msg.b, w.row.key.p + 16, 16);
			/* one that says no more of which referral it was may be of this one */
			damage = is_of(t, &key, told->only, &of);
		}
		if (page_damaged(t, damage, STORE_LEDGER, w.row.key, reply))
			continue;
		if (damage != ERR_OK)
			return damage;
		if (!of || (*seen)++ < told->skip)
			continue;
		told->more = msg_count(reply, REPLY_DISCLOSURES) == told->most;
		if (!told->more)
			w.rc = put_row(t, g, &row, &key, reply);
	}
	return w.rc;
}

static enum err of_case(struct turn *t, const struct id16 *case_id, struct told *told,
			uint64_t *seen, struct msg *reply)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.rc = ERR_OK};

	while (!told->more && store_each(t->txn, STORE_GRANTCASE, key_span(&prefix), &w)) {
		struct id16 id;
		struct ground g;

		memcpy(id.b, w.row.key.p + 16, 16);
		w.rc = ground_of(t, &id, &g);
		if (w.rc == ERR_OK)
			w.rc = of_grant(t, &g, told, seen, reply);
	}
	return w.rc;
}

enum err told_rows(struct turn *t, const struct same *of, struct told *told, struct msg *reply)
{
	enum err rc = ERR_OK;
	uint64_t seen = 0;

	require(told->most > 0 && told->most <= LIMIT_LIST_ROWS && !told->more);
	for (size_t i = 0; rc == ERR_OK && i < of->count; i++)
		rc = of_case(t, &of->id[i], told, &seen, reply);
	told->skip = told->more ? seen - 1 : seen;
	return rc;
}
