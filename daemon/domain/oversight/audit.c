/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reading the audit log is an act that the log records too.  What partners keep of it is handed out and compared here.
 */
#include "domain/oversight/audit.h"

#include "base/check.h"
#include "base/text.h"
#include "domain/evidence/audit.h"
#include "domain/membership/names.h"
#include "domain/news/checkpoint.h"
#include "domain/page.h"
#include "domain/staff/staff.h"
#include "domain/state.h"
#include "domain/views/find.h"

/* The log knows no names: a person is an id that leads to one, also after that person left; who is not named is a number of the
 * system. */
static enum err put_actor(struct turn *t, const struct audit_row *r, struct msg *row)
{
	char actor[STAFF_NAME + 1] = "machine", hex[33];
	enum err rc = ERR_OK;

	if (!bytes_zero(r->staff.b, sizeof r->staff.b)) {
		bytes_hex(hex, r->staff.b, sizeof r->staff.b);
		msg_set_text(t->arena, row, AUDIT_ROW_STAFF, hex);
		rc = staff_name(t, &r->staff, actor);
	} else if (r->worker) {
		memcpy(actor, "uid ", 4);
		bytes_hex(actor + 4,
			  (uint8_t[4]){(uint8_t)(r->uid >> 24), (uint8_t)(r->uid >> 16),
				       (uint8_t)(r->uid >> 8), (uint8_t)r->uid},
			  4);
	}
	msg_set_text(t->arena, row, AUDIT_ROW_ACTOR, actor);
	if (rc != ERR_OK || bytes_zero(r->on_behalf.b, sizeof r->on_behalf.b))
		return rc;
	bytes_hex(hex, r->on_behalf.b, sizeof r->on_behalf.b);
	msg_set_text(t->arena, row, AUDIT_ROW_ON_BEHALF_ID, hex);
	rc = staff_name(t, &r->on_behalf, actor);
	msg_set_text(t->arena, row, AUDIT_ROW_ON_BEHALF, actor);
	return rc;
}

enum err view_audit_row(struct turn *t, const struct audit_row *r, struct msg *reply)
{
	struct span plain;
	const struct peer *p = r->peer == 0 ? NULL : state_peer(t->node, r->peer);
	struct msg *row = msg_add(t->arena, reply, REPLY_AUDIT);
	enum err rc = put_actor(t, r, row);

	msg_set_u64(row, AUDIT_ROW_SEQ, r->seq);
	msg_set_u64(row, AUDIT_ROW_AT_MS, r->at_ms);
	msg_set_text(t->arena, row, AUDIT_ROW_EVENT, r->event);
	msg_set_text(t->arena, row, AUDIT_ROW_OUTCOME, err_text(r->outcome));
	/* of an erased case nobody reads any more with whom it was shared */
	if (p != NULL && r->known)
		msg_set_text(t->arena, row, AUDIT_ROW_PARTNER, p->org);
	if (!audit_detail(t, r, &plain))
		plain = span_of("(erased)", 8);
	if (plain.len > 0) {
		char text[256];
		size_t n = plain.len < sizeof text ? plain.len : sizeof text - 1;

		memcpy(text, plain.p, n);
		text[n] = '\0';
		msg_set_text(t->arena, row, AUDIT_ROW_DETAIL, text);
	}
	return rc;
}

/* Newest first, at most asked (0: a list's worth), older than entry after (0: from the newest on); of one case, or all. */
static enum err list(struct turn *t, struct msg *reply, uint64_t after, uint64_t asked,
		     const struct id16 *case_id)
{
	struct id32 head;
	uint64_t seq;
	size_t limit;
	struct err_text last = {""};
	struct page p = {.count = 0};
	enum err rc = page_limit(t, asked, &limit);

	if (rc == ERR_OK)
		rc = audit_head(t, &p.total, &head);
	if (rc != ERR_OK)
		return rc;
	require(limit <= LIMIT_LIST_ROWS);
	seq = after == 0 || after > p.total ? p.total : after - 1;
	if (t->left.len ==
	    sizeof seq) /* entries of one case among very many: the turn before came to here */
		memcpy(&seq, t->left.p, sizeof seq);
	for (; seq > 0; seq--) {
		const struct store_key k = turn_key_u64(seq);
		const size_t mark = t->arena->used;
		struct audit_row r;

		if (msg_count(reply, REPLY_AUDIT) == limit)
			break;
		if (turn_enough(t))
			return turn_again(t, arena_copy(t->arena, span_of(&seq, sizeof seq)));
		rc = audit_get(t, seq, &r);
		if (page_damaged(t, rc, STORE_AUDIT, key_span(&k), reply))
			continue;
		if (rc != ERR_OK)
			return rc;
		if (case_id == NULL || (r.known && id16_equal(case_id, &r.case_id)))
			rc = view_audit_row(t, &r, reply);
		else
			arena_rewind(t->arena, mark);
		if (rc != ERR_OK)
			return rc;
	}
	p.more = seq > 0;
	text_format(last.text, sizeof last.text, "%llu", (unsigned long long)seq + 1);
	page_end(t, &p, reply, last.text);
	if (case_id != NULL) /* how many are of this case nobody counted */
		msg_clear(reply, REPLY_TOTAL);
	return ERR_OK;
}

/* The entry about the reading comes after the rows, so that a list never shows its own reading. */
enum err view_audit_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *text = msg_text(req, AUDIT_ASK_CASE_ID);
	struct id16 case_id;
	enum err rc = ERR_OK;

	if (text[0] != '\0')
		rc = find_case(t, text, &case_id);
	if (rc == ERR_OK)
		rc = list(t, reply, msg_u64(req, AUDIT_ASK_AFTER), msg_u64(req, AUDIT_ASK_LIMIT),
			  text[0] == '\0' ? NULL : &case_id);
	if (rc != ERR_OK || t->again)
		return rc;
	return audit_look(t, &(struct audit_entry){.event = AUDIT_LOG_ACCESS});
}

/* For a partner that doubts its own log: the file is held against it there. */
enum err view_audit_export(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct peer *p;
	struct span v;
	enum err rc = names_find(t, msg_text(req, BY_ID_ID), &p);

	if (rc != ERR_OK)
		return rc;
	while (checkpoint_each(t, p->no, &w, &v))
		msg_add_bytes(t->arena, reply, REPLY_CHECKPOINTS, v);
	return w.rc;
}

/* Handed in by a person, because a node whose log was rewritten cannot be the one to fetch what contradicts it. */
enum err view_audit_verify(struct turn *t, const struct msg *req, struct msg *reply)
{
	const size_t count = msg_count(req, AUDIT_VERIFY_CHECKPOINTS);
	struct span *held = arena_alloc(t->arena, (count + 1) * sizeof *held);
	struct checkpoint_found *found = arena_alloc(t->arena, sizeof *found);
	enum err rc;

	if (held == NULL || found == NULL)
		return ERR_NOMEM;
	if (t->left.len != 0) { /* the log of a year takes many turns */
		require(t->left.len == sizeof *found);
		memcpy(found, t->left.p, sizeof *found);
	}
	for (size_t i = 0; i < count; i++)
		held[i] = msg_bytes_at(req, AUDIT_VERIFY_CHECKPOINTS, i);
	rc = checkpoint_verify(t, held, count, found);
	if (rc != ERR_OK)
		return rc;
	if (!found->at.over)
		return turn_again(t, span_of(found, sizeof *found));
	msg_set_u64(reply, REPLY_COUNT, found->at.seq);
	msg_set_u64(reply, REPLY_COSIGNED_SEQ, found->cosigned);
	msg_set_u64(reply, REPLY_COSIGNERS, found->cosigners);
	return ERR_OK;
}
