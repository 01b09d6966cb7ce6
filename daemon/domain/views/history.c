/* SPDX-License-Identifier: EUPL-1.2 */
/* What an entry says is read from its body, field by field: what one side must give the other reads. */
#include "domain/views/history.h"

#include "base/check.h"

#include <string.h>

#include "domain/attach/attach.h"
#include "domain/care/revoke.h"
#include "domain/documents/dates.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/pair.h"

enum { ENTER_URGENT = 2 };

enum err view_delivery(struct turn *t, const struct doc_key *doc, const char **text,
		       uint64_t *stored_ms)
{
	struct outbox_row row;
	struct pair *pr;
	uint16_t peer;
	uint64_t place;
	const struct peer *p;
	enum err rc;

	require(doc->sender == 0);
	rc = outbox_find(t, &doc->msg, &peer, &place, &row);
	*text = "";
	*stored_ms = 0;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* older than the retention */
	*stored_ms = row.stored_ms;
	rc = pair_get(t, peer, &pr);
	p = state_peer(t->node, peer);
	if (row.state == OUTBOX_STORED)
		*text = row.verdict == WIRE_VERDICT_OK ? "stored" : wire_verdict_text(row.verdict);
	else if (row.state == OUTBOX_DROPPED)
		*text = "dropped";
	else if (row.state == OUTBOX_SHELVED)
		*text = "lost-act";
	else
		*text = p != NULL && p->conn.up && place <= pr->tail ? "handed" : "queued";
	return rc;
}

/* An empty text is left out, so that a client need not tell "nothing" from "not said". */
static void put_text(struct turn *t, struct msg *row, unsigned field, const char *text)
{
	require(text != NULL);
	if (text[0] != '\0')
		msg_set_text(t->arena, row, field, text);
}

static void put_day(struct msg *row, uint64_t heard_ms, uint64_t date_ms)
{
	const uint64_t day_ms = dates_ahead(heard_ms, date_ms);

	if (day_ms != 0)
		msg_set_u64(row, LOG_ROW_DATE_MS, day_ms);
}

/* All that one side must give: what a decline advises, where a redirect points, when a hold is looked at. */
static void act_texts(struct turn *t, uint64_t heard_ms, const struct msg *body, struct msg *row)
{
	put_text(t, row, LOG_ROW_REASON, msg_text(body, ACT_REASON));
	put_text(t, row, LOG_ROW_TEXT, msg_text(body, ACT_TEXT));
	put_text(t, row, LOG_ROW_ALTERNATIVE, msg_text(body, ACT_ALTERNATIVE));
	for (size_t i = 0; i < msg_count(body, ACT_TARGETS); i++)
		msg_add_text(t->arena, row, LOG_ROW_TARGETS, msg_text_at(body, ACT_TARGETS, i));
	for (size_t i = 0; i < msg_count(body, ACT_OUTSIDE); i++)
		msg_add_text(t->arena, row, LOG_ROW_OUTSIDE, msg_text_at(body, ACT_OUTSIDE, i));
	put_day(row, heard_ms, msg_u64(body, ACT_DATE_MS));
	if (msg_u64(body, ACT_AUTOMATIC) != 0)
		msg_set_u64(row, LOG_ROW_AUTOMATIC, 1);
	if (msg_u64(body, ACT_CORRECTS) != 0)
		msg_set_u64(row, LOG_ROW_CORRECTS, msg_u64(body, ACT_CORRECTS));
}

/* The need is what an offer is for, so it stands where other acts have their reason. */
static void offer_texts(struct turn *t, const struct msg *body, struct msg *row)
{
	put_text(t, row, LOG_ROW_REASON, msg_text(body, OFFER_NEED));
	put_text(t, row, LOG_ROW_SERVICE, msg_text(body, OFFER_SERVICE));
	if (msg_has(body, OFFER_URGENCY))
		msg_set_text(t->arena, row, LOG_ROW_URGENCY,
			     msg_u64(body, OFFER_URGENCY) == ENTER_URGENT ? "urgent" : "routine");
	if (msg_has(body, OFFER_TERM_DAYS))
		msg_set_u64(row, LOG_ROW_TERM_DAYS, msg_u64(body, OFFER_TERM_DAYS));
	if (msg_u64(body, OFFER_HOPS) != 0)
		msg_set_u64(row, LOG_ROW_HOPS, msg_u64(body, OFFER_HOPS));
}

/* What, when, where, how to reach the person, and to which of our words it belongs. */
static void message_texts(struct turn *t, uint64_t heard_ms, const struct msg *body,
			  struct msg *row)
{
	put_text(t, row, LOG_ROW_TEXT, msg_text(body, MESSAGE_TEXT));
	put_text(t, row, LOG_ROW_PLACE, msg_text(body, MESSAGE_PLACE));
	put_day(row, heard_ms, msg_u64(body, MESSAGE_DATE_MS));
	if (msg_has(body, MESSAGE_ANSWERS))
		msg_set_u64(row, LOG_ROW_ANSWERS, msg_u64(body, MESSAGE_ANSWERS));
	if (msg_has(body, MESSAGE_PERSON))
		msg_put_sub(row, LOG_ROW_PERSON, msg_get(body, MESSAGE_PERSON));
}

/* Which parts of a person went with it, and nothing of what stands in them. */
static void along(const struct msg *person, struct msg *row)
{
	if (person != NULL && msg_cats(person) != 0)
		msg_set_u64(row, LOG_ROW_CATS, msg_cats(person));
}

/* Everything a body says and no field of the file: what one side must give the other reads. */
static void body_texts(struct turn *t, uint64_t heard_ms, const struct document *d, struct msg *row)
{
	struct msg *body;

	if (document_body(t, d, &body) != ERR_OK)
		return;
	if (msg_kind_of(body) == MSG_ACT) {
		act_texts(t, heard_ms, body, row);
	} else if (msg_kind_of(body) == MSG_ASK) {
		put_text(t, row, LOG_ROW_REASON, msg_text(body, ASK_QUESTION));
		put_text(t, row, LOG_ROW_TEXT, msg_text(body, ASK_TEXT));
	} else if (msg_kind_of(body) == MSG_INFO) {
		put_text(t, row, LOG_ROW_TEXT, msg_text(body, INFO_TEXT));
		along(msg_get(body, INFO_PERSON), row);
		if (msg_has(body, INFO_BLOB)) { /* which file it was */
			char name[LIMIT_FILE_NAME + 1];

			attach_name(msg_text(body, INFO_FILE_NAME), name);
			put_text(t, row, LOG_ROW_TEXT, name);
		}
	} else if (msg_kind_of(body) == MSG_OFFER) {
		offer_texts(t, body, row);
		along(msg_get(body, OFFER_PERSON), row);
	} else if (msg_kind_of(body) == MSG_MESSAGE) {
		message_texts(t, heard_ms, body, row);
	}
}

enum err view_history_row(struct turn *t, const struct thread *th, const struct fold_step *s,
			  uint64_t cats, struct msg *reply)
{
	const bool mine = s->who == fold_our_side(th);
	bool itself = true;
	struct msg *row = msg_add(t->arena, reply, REPLY_LOG);
	struct log_entry e;
	struct document d;
	const char *delivery;
	uint64_t stored;
	char hex[65];
	enum err rc;

	require(s->no >= 1);
	rc = thread_entry(t, th, mine, s->no, &e);
	if (rc == ERR_OK)
		rc = document_load(t, &e.doc, &d);
	if (rc != ERR_OK)
		return rc;
	bytes_hex(hex, e.hash.b, 32);
	msg_set_text(t->arena, row, LOG_ROW_SIDE,
		     s->who == REFERRAL_BY_SENDER ? "sender" : "receiver");
	msg_set_u64(row, LOG_ROW_NO, s->no);
	msg_set_text(t->arena, row, LOG_ROW_ACT, document_type_name(e.type));
	msg_set_u64(row, LOG_ROW_CREATED_MS, dates_past(e.kept_ms, e.created_ms));
	msg_set_text(t->arena, row, LOG_ROW_HASH, hex);
	msg_set_text(t->arena, row, LOG_ROW_STATE, referral_state_name(s->state));
	msg_set_u64(row, LOG_ROW_HOLLOW, d.hollow);
	msg_set_u64(row, LOG_ROW_NOTE, s->note);
	/* all of its categories or none of its words: a text cannot be cut by category */
	if (mine || (d.head.cats & ~cats) == 0)
		body_texts(t, e.kept_ms, &d, row);
	/* signed by the node either way: by itself only where the consent ran out */
	if (e.type == DOC_REVOKE && msg_has(row, LOG_ROW_AUTOMATIC))
		rc = revoke_by_itself(t, th, &itself);
	if (!itself)
		msg_clear(row, LOG_ROW_AUTOMATIC);
	if (rc != ERR_OK || !mine)
		return rc;
	rc = view_delivery(t, &e.doc, &delivery, &stored);
	msg_set_text(t->arena, row, LOG_ROW_DELIVERY, delivery);
	if (stored != 0)
		msg_set_u64(row, LOG_ROW_STORED_MS, stored);
	return rc;
}
