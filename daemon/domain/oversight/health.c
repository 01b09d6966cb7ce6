/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * "Nothing is damaged" is said only when every row was read.  That takes longer than one turn may, so it is done a page at a time;
 * a client follows from page to page by the place that the reply names; where none is named everything was looked at.
 */
#include "domain/oversight/health.h"

#include "domain/evidence/health.h"
#include "domain/page.h"

struct showing {
	struct turn *t;
	struct msg *reply;
};

static void show(void *ctx, enum store_table table, struct span key)
{
	const struct showing *s = ctx;

	(void)page_damaged(s->t, ERR_CORRUPT, table, key, s->reply);
}

/* An error is shown as one, and never as a short page: "nothing damaged" has to mean that all was read. */
enum err view_verify(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct showing s = {t, reply};
	struct health_page p = {
		.table = msg_u64(req, VERIFY_ASK_TABLE), .damaged = show, .ctx = &s};
	const struct span after = msg_bytes(req, VERIFY_ASK_AFTER);
	enum err rc;

	if (after.len > sizeof p.at.b)
		return turn_refuse(t, ERR_INVAL, REFUSAL_REQUEST_NOT_UNDERSTOOD);
	key_put(&p.at, after.p, after.len);
	rc = health_page(t, &p);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(reply, REPLY_COUNT, p.count);
	if (p.table < STORE_TABLE_COUNT) {
		msg_set_u64(reply, REPLY_MORE, 1);
		msg_set_u64(reply, REPLY_NEXT_TABLE, p.table);
		msg_set_bytes(t->arena, reply, REPLY_BLOB, key_span(&p.at));
	}
	return ERR_OK;
}
