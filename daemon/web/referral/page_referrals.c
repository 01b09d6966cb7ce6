/* SPDX-License-Identifier: EUPL-1.2 */
/* What partners referred to us, and what we referred to them.  Whose move it is stands in words on each row; the sign before it says it once more. */
#include "web/page.h"

#include "base/check.h"
#include "client/words/whose.h"
#include "web/referral/referral.h"

enum { ROWS = 50, OK = 200 };

static struct page_referrals_rows row_of(struct visit *v, const struct msg *row)
{
	const struct page_who who = {
		msg_text(row, REFERRAL_ROW_NAME), msg_text(row, REFERRAL_ROW_BIRTH_DATE),
		msg_text(row, REFERRAL_ROW_CASE_ID), msg_u64(row, REFERRAL_ROW_ALIKE) != 0};
	char move[WHOSE_LEN];

	return (struct page_referrals_rows){
		.urgent = page_urgent(v, msg_text(row, REFERRAL_ROW_URGENCY)),
		.who = page_who_text(v, &who),
		.quiet = page_quiet(v, msg_u64(row, REFERRAL_ROW_DO_NOT_CONTACT) != 0),
		.need = visit_capital(
			v, list_text(LIST_NEEDS, v->lang, msg_text(row, REFERRAL_ROW_NEED))),
		.partner = msg_text(row, REFERRAL_ROW_PARTNER),
		.ref = msg_text(row, REFERRAL_ROW_REF),
		.mark = referral_mark(row),
		.late = msg_u64(row, REFERRAL_ROW_OVERDUE) != 0,
		.state = visit_keep(v, whose_move(v->lang, row, move)),
	};
}

/* Those that run: an empty list does not say that nothing ever went. */
static void show(struct visit *v, struct msg *reply, bool received)
{
	const size_t count = msg_count(reply, REPLY_REFERRALS);
	struct page_referrals_rows *rows = arena_alloc(&v->a, (count + 1) * sizeof *rows);
	struct page_referrals p = {.f = &v->f, .rows = rows, .received = received};

	require(v->route->who == ROUTE_SIGNED_IN);
	if (page_refused(v, reply))
		return;
	v->f.title = list_text(LIST_WEB, v->lang, received ? "received" : "sent");
	v->f.at_in = received;
	v->f.live = received ? "inbox" : "sent";
	v->f.at_out = !received;
	for (size_t i = 0; rows != NULL && i < count; i++)
		rows[p.rows_count++] = row_of(v, msg_at(reply, REPLY_REFERRALS, i));
	p.next = msg_text(reply, REPLY_NEXT);
	p.updated = page_updated(v);
	page_referrals(&v->page, v->lang, &p);
	visit_show(v, OK);
}

static void told_received(struct visit *v, struct msg *reply)
{
	show(v, reply, true);
}

static void told_sent(struct visit *v, struct msg *reply)
{
	show(v, reply, false);
}

/* A page of so many, from where the one before ended. */
static void ask(struct visit *v, unsigned field, visit_told told)
{
	struct msg *m = visit_request(v), *list = msg_sub(&v->a, m, field);

	msg_set_u64(list, LIST_ASK_LIMIT, ROWS);
	if (form_value(&v->form, "after")[0] != '\0')
		msg_set_text(&v->a, list, LIST_ASK_AFTER, form_value(&v->form, "after"));
	visit_ask(v, m, told);
}

void page_received_open(struct visit *v)
{
	ask(v, REQUEST_INBOX, told_received);
}

void page_sent_open(struct visit *v)
{
	ask(v, REQUEST_SENT, told_sent);
}
