/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What both sides wrote, oldest first.  Codes are shown in the reader's language, free words as they came.  Beside an entry stands what one
 * has to know before one relies on it, the first of these that is so:
 *
 *	it was corrected later	another entry says it better
 *	it cannot be read here	its consent is over, or it came without its content
 *	it is not there yet	of our own: the partner knows nothing of it
 *	it wrote itself		a term ran out, and nobody pressed a button
 *
 * The number of an entry is its address on the page: who answers one, or corrects it, means it by that.
 */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/reason.h"
#include "client/words/words.h"
#include "web/referral/referral.h"

enum { PARTS = 16, SHORT = 96, LINE = 512 };

/* The rows of more are filled in one by one; what has no room is left out, which no entry of ours reaches. */
struct parts {
	struct visit *v;
	struct page_referral_log_more rows[PARTS];
	size_t count;
};

/* One line: a name and what it stands for, or the latter alone; nothing where there is nothing. */
static void add(struct parts *p, const char *label, const char *value)
{
	char line[LINE];

	require(p->count <= PARTS && label != NULL && value != NULL);
	if (value[0] == '\0' || p->count == PARTS)
		return;
	(void)snprintf(line, sizeof line, "%s%s%s", label,
		       label[0] == '\0' ? "" : words_colon(p->v->lang), value);
	p->rows[p->count++].part = visit_capital(p->v, line);
}

/* "outside" is a place whose name came as a message, under the person's consent: it stands in its own list. */
static void add_places(struct parts *p, const struct msg *r)
{
	const char *label = list_text(LIST_UI, p->v->lang, "better-place");
	const char *alternative = msg_text(r, LOG_ROW_ALTERNATIVE);

	if (strcmp(alternative, "none") == 0)
		add(p, label, list_text(LIST_UI, p->v->lang, "nobody"));
	else if (strcmp(alternative, "outside") != 0)
		add(p, label, alternative);
	for (size_t i = 0; i < msg_count(r, LOG_ROW_TARGETS); i++)
		if (strcmp(msg_text_at(r, LOG_ROW_TARGETS, i), "outside") != 0)
			add(p, label, msg_text_at(r, LOG_ROW_TARGETS, i));
	for (size_t i = 0; i < msg_count(r, LOG_ROW_OUTSIDE); i++)
		add(p, label, msg_text_at(r, LOG_ROW_OUTSIDE, i));
}

/* How to reach the person, as it was told: nothing of another category gets into a message (domain/documents/message.c). */
static void add_person(struct parts *p, const struct msg *reply, const struct msg *person)
{
	struct msg_field f;

	for (size_t i = 0; person != NULL && msg_field_at(person, i, &f); i++)
		if (f.type == MSG_TYPE_TEXT)
			add(p,
			    words_called(p->v->lang, msg_text(reply, REPLY_COUNTRY), LIST_PERSON,
					 f.name),
			    msg_text(person, f.number));
}

/* What an act may carry besides its reason; each part only when it is there. */
static void add_more(struct parts *p, const struct msg *reply, const struct msg *r)
{
	struct visit *v = p->v;
	char day[WORDS_SHORT], number[SHORT] = "";

	require(msg_kind_of(r) == MSG_LOG_ROW);
	add_places(p, r);
	if (msg_has(r, LOG_ROW_DATE_MS))
		add(p, list_text(LIST_UI, v->lang, "on"),
		    words_day_of(v->lang, msg_u64(r, LOG_ROW_DATE_MS), day));
	add(p, "", msg_text(r, LOG_ROW_PLACE));
	add_person(p, reply, msg_get(r, LOG_ROW_PERSON));
	if (msg_has(r, LOG_ROW_ANSWERS))
		(void)snprintf(number, sizeof number, "%llu",
			       (unsigned long long)msg_u64(r, LOG_ROW_ANSWERS));
	add(p, list_text(LIST_UI, v->lang, "answers-entry"), number);
	if (msg_u64(r, LOG_ROW_CATS) != 0)
		add(p, list_text(LIST_WEB, v->lang, "along"),
		    referral_cats(v, reply, msg_u64(r, LOG_ROW_CATS)));
	add(p, "", msg_text(r, LOG_ROW_SERVICE));
	if (strcmp(msg_text(r, LOG_ROW_URGENCY), "urgent") == 0)
		add(p, "", list_text(LIST_UI, v->lang, "urgent"));
}

/* What is to be known of the entry itself, in brackets: at most one of them is so. */
static const char *aside_of(struct visit *v, const struct msg *r)
{
	const char *key = NULL;

	if (msg_u64(r, LOG_ROW_CORRECTED) != 0)
		key = "corrected";
	else if (msg_u64(r, LOG_ROW_HOLLOW) != 0)
		key = "content-not-shared";
	else if (msg_has(r, LOG_ROW_DELIVERY) &&
		 strcmp(msg_text(r, LOG_ROW_DELIVERY), "stored") != 0)
		key = "not-yet-delivered";
	else if (msg_u64(r, LOG_ROW_AUTOMATIC) != 0)
		key = "automatic";
	return key == NULL ? NULL : list_text(LIST_UI, v->lang, key);
}

/* What was taken back because it was taken back says so once. */
static const char *why_of(struct visit *v, const struct msg *r)
{
	const bool same = strcmp(msg_text(r, LOG_ROW_ACT), "revoke") == 0 &&
			  strcmp(msg_text(r, LOG_ROW_REASON), "consent-withdrawn") == 0;

	return same ? "" : reason_words(v->lang, r);
}

/* Sides are called by their organisations: "we" is read by two people, and means another one at each end. */
static struct page_referral_log entry_of(struct visit *v, struct msg *reply, const struct msg *r)
{
	const struct msg *row = msg_at(reply, REPLY_REFERRALS, 0);
	const bool sender = strcmp(msg_text(r, LOG_ROW_SIDE), "sender") == 0;
	const bool ours = sender == (msg_u64(row, REFERRAL_ROW_MINE) != 0);
	struct parts *p = arena_alloc(&v->a, sizeof *p);
	char when[WORDS_SHORT], id[SHORT];

	(void)snprintf(id, sizeof id, "%c%llu", sender ? 's' : 'r',
		       (unsigned long long)msg_u64(r, LOG_ROW_NO));
	if (p != NULL) {
		p->v = v;
		add_more(p, reply, r);
	}
	return (struct page_referral_log){
		.id = visit_keep(v, id),
		.when = visit_keep(v, words_moment(v->lang, msg_u64(r, LOG_ROW_CREATED_MS), when)),
		.by = visit_keep(v, ours ? msg_text(reply, REPLY_OWN_ORG)
					 : msg_text(row, REFERRAL_ROW_PARTNER)),
		.what = visit_capital(v, list_text(LIST_ACTS, v->lang, msg_text(r, LOG_ROW_ACT))),
		.why = why_of(v, r),
		.aside = aside_of(v, r),
		.text = msg_text(r, LOG_ROW_TEXT),
		.more = p == NULL ? NULL : p->rows,
		.more_count = p == NULL ? 0 : p->count,
		.proof = msg_text(r, LOG_ROW_HASH),
	};
}

void history_fill(struct visit *v, struct msg *reply, struct page_referral *p)
{
	const size_t count = msg_count(reply, REPLY_LOG);
	struct page_referral_log *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);

	require(msg_count(reply, REPLY_REFERRALS) == 1);
	p->log = rows;
	for (size_t i = 0; rows != NULL && i < count; i++)
		rows[p->log_count++] = entry_of(v, reply, msg_at(reply, REPLY_LOG, i));
}
