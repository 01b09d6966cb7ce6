/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A draft is what its writer says it is: nothing of it is checked, and nothing is done with it.  What is sent in the end is a
 * request of its own, judged like any other.
 */
#include "domain/desk/draft.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/text.h"
#include "domain/consent/drafts.h"
#include "domain/handover/rows.h"
#include "domain/page.h"
#include "domain/views/find.h"

/* Whose drafts whoever asks has. */
static struct id16 asker(const struct turn *t)
{
	require(t->ev != NULL);
	return drafts_writer(&t->staff, t->ev->uid);
}

/* Another person's draft is answered the same: whether there is one is nobody else's to know. */
static enum err refuse_gone(struct turn *t)
{
	return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_DRAFT_UNKNOWN,
				say_number("days", LIMIT_DRAFT_DAYS));
}

/* The whole id: drafts are chosen from a list, never typed. */
static enum err id_of(struct turn *t, const struct msg *req, unsigned field, struct id16 *id)
{
	/* noughts are what a new one has until it is drawn: nobody's */
	return bytes_unhex(id->b, sizeof id->b, msg_text(req, field)) &&
			       !bytes_zero(id->b, sizeof id->b)
		       ? ERR_OK
		       : refuse_gone(t);
}

/* Into a field of fixed length; false: it does not fit, and nothing is cut. */
static bool take(char *out, size_t cap, const char *text)
{
	const size_t n = strlen(text);

	if (n >= cap)
		return false;
	memcpy(out, text, n + 1);
	return true;
}

/* Each way in which it cannot be kept is told apart: a worker who reads it should know what to do. */
static enum err refuse_put(struct turn *t, enum err rc)
{
	if (rc == ERR_NOTFOUND)
		return refuse_gone(t);
	if (rc == ERR_LIMIT)
		return turn_refuse_with(t, rc, REFUSAL_DRAFT_TOO_LONG,
					say_number("most", LIMIT_DRAFT / 1024));
	if (rc == ERR_FULL && store_failed(t->txn) == ERR_OK)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_DRAFT_TOO_MANY,
					say_number("most", LIMIT_DRAFTS));
	return rc;
}
static_assert(LIMIT_DRAFT / 1024 == 16 && LIMIT_DRAFTS == 20, "the sentences above name them");

/* A new one, or in the place of an older one: the reply says under which id, for the next step. */
enum err desk_draft_put(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *body = msg_text(req, DRAFT_PUT_BODY);
	struct draft d = {.typed = span_of(body, strlen(body))};
	const struct id16 writer = asker(t);
	char hex[33];
	enum err rc = ERR_OK;

	if (!text_code(msg_text(req, DRAFT_PUT_FORM)))
		return turn_refuse(t, ERR_INVAL, REFUSAL_DRAFT_FORM_MISSING);
	if (msg_text(req, DRAFT_PUT_ID)[0] != '\0')
		rc = id_of(t, req, DRAFT_PUT_ID, &d.id);
	if (rc == ERR_OK && msg_text(req, DRAFT_PUT_CASE_ID)[0] != '\0')
		rc = find_case(t, msg_text(req, DRAFT_PUT_CASE_ID), &d.case_id);
	if (rc == ERR_OK)
		rc = rows_readable(t, &d.case_id);
	if (rc != ERR_OK)
		return rc;
	if (!take(d.form, sizeof d.form, msg_text(req, DRAFT_PUT_FORM)) ||
	    !take(d.label, sizeof d.label, msg_text(req, DRAFT_PUT_LABEL)))
		return refuse_put(t, ERR_LIMIT);
	rc = drafts_put(t, &writer, &d);
	if (rc != ERR_OK)
		return refuse_put(t, rc);
	bytes_hex(hex, d.id.b, sizeof d.id.b);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	msg_set_u64(reply, REPLY_EXPIRES_MS, d.saved_ms + (uint64_t)LIMIT_DRAFT_DAYS * DAY_MS);
	return ERR_OK;
}

/* One row of the reply; whole: with what was typed, which a list leaves out, since twenty of them would be a long reply. */
static enum err put_row(struct turn *t, const struct draft *d, bool whole, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_DRAFTS);
	char hex[33];

	if (row == NULL)
		return ERR_NOMEM;
	bytes_hex(hex, d->id.b, sizeof d->id.b);
	msg_set_text(t->arena, row, DRAFT_ROW_ID, hex);
	msg_set_text(t->arena, row, DRAFT_ROW_FORM, d->form);
	msg_set_text(t->arena, row, DRAFT_ROW_LABEL, d->label);
	if (!bytes_zero(d->case_id.b, sizeof d->case_id.b)) {
		bytes_hex(hex, d->case_id.b, sizeof d->case_id.b);
		msg_set_text(t->arena, row, DRAFT_ROW_CASE_ID, hex);
	}
	msg_set_u64(row, DRAFT_ROW_SAVED_MS, d->saved_ms);
	msg_set_u64(row, DRAFT_ROW_UNTIL_MS, d->saved_ms + (uint64_t)LIMIT_DRAFT_DAYS * DAY_MS);
	if (whole && d->typed.len > 0) {
		char *text = arena_alloc(t->arena, d->typed.len + 1);

		if (text == NULL)
			return ERR_NOMEM;
		memcpy(text, d->typed.p, d->typed.len);
		text[d->typed.len] = '\0';
		msg_set_text(t->arena, row, DRAFT_ROW_BODY, text);
	}
	return ERR_OK;
}

/* With what was typed, to go on with it. */
enum err desk_draft_get(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct id16 writer = asker(t);
	struct draft d;
	struct id16 id;
	enum err rc = id_of(t, req, BY_ID_ID, &id);

	if (rc != ERR_OK)
		return rc;
	rc = drafts_get(t, &writer, &id, &d);
	if (rc == ERR_NOTFOUND)
		return refuse_gone(t);
	if (rc == ERR_OK)
		rc = rows_readable(t, &d.case_id);
	return rc == ERR_OK ? put_row(t, &d, true, reply) : rc;
}

/* Sent, or not wanted any more. */
enum err desk_draft_drop(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct id16 writer = asker(t);
	struct id16 id;
	enum err rc = id_of(t, req, BY_ID_ID, &id);

	(void)reply;
	if (rc != ERR_OK)
		return rc;
	rc = drafts_drop(t, &writer, &id);
	return rc == ERR_NOTFOUND ? refuse_gone(t) : rc;
}

/* At most LIMIT_DRAFTS of one writer, so all of them, without their bodies. */
enum err desk_draft_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *form = msg_text(req, DRAFT_ASK_FORM);
	const struct id16 writer = asker(t);
	struct store_walk w = {.rc = ERR_OK};
	struct draft d;

	for (;;) {
		const struct store_key from = w.at;
		uint64_t until_ms = 0;

		if (!drafts_each(t, &writer, &w, &d)) {
			if (page_past(t, &w, &from, STORE_DRAFT, reply))
				continue;
			return w.rc;
		}
		if (form[0] != '\0' && strcmp(form, d.form) != 0)
			continue;
		w.rc = rows_closed(t, &d.case_id, &until_ms, NULL);
		/* its case moved away, or nobody can tell, and a label may name the person */
		if (page_damaged(t, w.rc, STORE_HANDOVER, span_of(d.case_id.b, 16), reply) ||
		    until_ms != 0)
			d.label[0] = '\0';
		if (w.rc == ERR_OK || w.rc == ERR_CORRUPT)
			w.rc = put_row(t, &d, false, reply);
	}
}
