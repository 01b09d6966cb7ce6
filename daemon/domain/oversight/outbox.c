/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is owed to whom, and why it is not there yet: the first cause in the order in which one would look for it, with the
 * one thing that helps.  Codes; the client has the words (config/lists).
 */
#include "domain/oversight/outbox.h"

#include "base/check.h"

#include <string.h>

#include "base/endpoint.h"
#include "domain/documents/thread.h"
#include "domain/exchange/clockwatch.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/pair.h"
#include "domain/exchange/prekeys.h"
#include "domain/loss/quarantine.h"
#include "domain/page.h"
#include "domain/people/fits.h"
#include "domain/stream/connect.h"
#include "domain/views/find.h"
#include "domain/views/silence.h"
#include "proto/lists.h"

enum { NOT_TAKEN_MS = 600000 };
static_assert(NOT_TAKEN_MS > LIMIT_SILENT_MS,
	      "a line that is silent is named before what it does not take");

struct cause {
	const char *code, *remedy; /* the client has their text in four languages */
};

/* What keeps it from leaving at all; code NULL: nothing.  In the order in which one cause makes the next ones idle: whoever is
 * removed is sent nothing, whatever its clock says. */
static struct cause held_back(struct turn *t, const struct peer *p, const struct pair *pr,
			      const struct outbox_row *row, const struct id16 *thread)
{
	const struct conn *c = &p->conn;

	if (row->state == OUTBOX_DROPPED)
		return (struct cause){"dropped", "none"};
	if (!p->active)
		return (struct cause){"partner-removed", "drop"};
	if (pr->stopped)
		return (struct cause){"partner-runs-twice", "telephone-partner"};
	if (pr->unconfirmed)
		return (struct cause){"partner-lost-state", "telephone-partner"};
	if (clockwatch_blocks(t, p) && (!connect_alive(t, p) || !prekeys_ready(t, p)))
		return (struct cause){"clock-off", "set-clock"};
	if (row->verdict == WIRE_VERDICT_TOO_MANY)
		return (struct cause){"partner-takes-no-more", "wait-or-telephone"};
	if (row->verdict == WIRE_VERDICT_CANNOT_STORE ||
	    (c->refused == WIRE_REFUSED_CANNOT_STORE && id16_equal(&c->refused_thread, thread)))
		return (struct cause){"partner-cannot-store", "telephone-partner"};
	if (!c->up)
		return (struct cause){p->endpoint[0] == '\0' ? "partner-has-no-address"
							     : "partner-offline",
				      "telephone-partner"};
	if (!prekeys_ready(t, p))
		return (struct cause){"no-prekey", "wait"};
	return (struct cause){NULL, NULL};
}

/* Why is it not there yet, and what helps? */
static struct cause cause_of(struct turn *t, const struct peer *p, const struct pair *pr,
			     const struct outbox_row *row, const struct id16 *thread, bool held)
{
	const struct conn *c = &p->conn;
	struct cause out = held_back(t, p, pr, row, thread);

	if (out.code != NULL)
		return out;
	out = (struct cause){"in-flight", "wait"};
	if (pr->unheard || pr->uncompared || held)
		out = (struct cause){"being-compared", pair_long_apart(pr, t->wall_ms)
							       ? "telephone-partner"
							       : "wait"};
	else if (row->queued_ms + NOT_TAKEN_MS < t->wall_ms &&
		 c->up_ms + NOT_TAKEN_MS < t->wall_ms) /* on a living line, all this time */
		out = (struct cause){"not-taken", "telephone-partner"};
	if (!connect_alive(t, p))
		out.code = "partner-silent";
	if (c->refused != 0 && c->refused != WIRE_REFUSED_CANNOT_STORE)
		out = (struct cause){"partner-refuses", "telephone-partner"};
	if (c->refused == WIRE_REFUSED_BUSY)
		out.code = "partner-full";
	return out;
}

/* A document that cannot be opened still has its row, and the remedy for that. */
enum err view_outbox_row(struct turn *t, const struct peer *p, uint64_t place,
			 const struct outbox_row *row, struct msg *reply)
{
	struct msg *m = msg_add(t->arena, reply, REPLY_OUTBOX);
	char hex[33], ref[THREAD_REF_LEN + 1];
	struct cause cause;
	struct document d = {.hollow = true};
	bool held = false;
	struct pair *pr;
	enum err rc = document_load_head(t, &row->doc, &d);
	const bool damaged = rc == ERR_CORRUPT || rc == ERR_NOTFOUND;

	require(place != 0);
	if (damaged) /* the other rows are still worth reading */
		rc = ERR_OK;
	if (rc == ERR_OK)
		rc = pair_get(t, p->no, &pr);
	if (rc == ERR_OK && !damaged)
		rc = quarantine_holds(t, &d.case_id, &held);
	if (rc != ERR_OK)
		return rc;
	cause = damaged ? (struct cause){"damaged-here", "restore"}
			: cause_of(t, p, pr, row, &d.head.thread_id, held);
	bytes_hex(hex, row->doc.msg.b, 16);
	thread_reference(t, &d.head.thread_id, ref);
	msg_set_text(t->arena, m, OUTBOX_ROW_ID, hex);
	msg_set_text(t->arena, m, OUTBOX_ROW_PARTNER, p->org);
	msg_set_text(t->arena, m, OUTBOX_ROW_ACT, document_type_name(d.head.type));
	msg_set_text(t->arena, m, OUTBOX_ROW_REF, ref);
	msg_set_u64(m, OUTBOX_ROW_SINCE_MS, row->queued_ms);
	msg_set_text(t->arena, m, OUTBOX_ROW_STATE,
		     p->conn.up && place <= pr->tail ? "handed" : "queued");
	msg_set_text(t->arena, m, OUTBOX_ROW_CAUSE, cause.code);
	msg_set_text(t->arena, m, OUTBOX_ROW_REMEDY, cause.remedy);
	if (strcmp(cause.code, "clock-off") == 0)
		/* both clocks, so that two people on the phone see which of them is wrong */
		clockwatch_row(t, p, msg_sub(t->arena, m, OUTBOX_ROW_CLOCK));
	return view_silent_since(t, p, m, OUTBOX_ROW_SILENT_SINCE_MS);
}

/* What the partner has stored is owed again when it asks for it after a loss: then its place waits.  A place that waited for
 * numbers of before does not. */
static enum err still_owed(struct turn *t, uint16_t no, uint64_t place,
			   const struct outbox_row *row, bool *yes)
{
	struct pair *pr;
	enum err rc;

	*yes = row->state != OUTBOX_SHELVED;
	if (row->state != OUTBOX_STORED)
		return ERR_OK;
	rc = pair_get(t, no, &pr);
	return rc == ERR_OK ? outbox_waits(t, pr, place, yes) : rc;
}

/* Of one that is damaged the reply says so, and the others are shown. */
static enum err offer(struct turn *t, const struct store_key *k, struct page *page,
		      struct msg *reply)
{
	const uint16_t no = be16_get(k->b);
	const size_t mark = t->arena->used;
	struct outbox_row row;
	const uint64_t place = be64_get(k->b + 2);
	bool owed = false;
	enum err rc = outbox_get(t, no, place, &row);

	if (page_damaged(t, rc, STORE_OUTPLACE, key_span(k), reply))
		return ERR_OK;
	if (rc == ERR_OK)
		rc = still_owed(t, no, place, &row, &owed);
	if (rc == ERR_OK && owed) {
		const struct page_item one = {.rank = PAGE_NEWEST(row.queued_ms),
					      .key = *k,
					      .peer = page_part_of(page, no)};

		page->found += page_wants(page, &one);
		page->left -= page->left != UINT64_MAX;
		page_offer_of(page, &one);
	}
	arena_rewind(t->arena, mark);
	return rc;
}

/* How many rows the walk has to find.  While a loss is being mended each retained one may be owed again: then all are looked at. */
static uint64_t owed_rows(const struct pair *pr)
{
	return pr->off_from < pr->off_to ? UINT64_MAX : pair_owed(pr);
}

/* The row below this place; ERR_NOTFOUND: none of this partner that is kept. */
static enum err row_below(struct turn *t, const struct pair *pr, struct store_key *at)
{
	struct store_row row;
	enum err rc = store_seek_back(t->txn, STORE_OUTPLACE, key_span(at), &row);

	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 2 + 8)
		return ERR_CORRUPT;
	if (be16_get(row.key.p) != pr->peer || be64_get(row.key.p + 2) < pr->kept_from)
		return ERR_NOTFOUND;
	*at = turn_key_u16_u64(pr->peer, be64_get(row.key.p + 2));
	return ERR_OK;
}

/* From the newest place down to the last one that is owed: what was delivered is retained for weeks, and there is very much of it.
 * Behind as many as a page holds the others are only counted.  Rows of one partner that is damaged do not hide the others. */
static enum err outbox_of(struct turn *t, const struct peer *p, struct page *page,
			  struct msg *reply)
{
	const struct store_key prefix = turn_key_u16(p->no);
	struct store_key at = page->at;
	struct pair *pr;
	enum err rc = pair_get(t, p->no, &pr);

	require(!p->self);
	page->at.len = 0; /* of this partner alone */
	if (page_damaged(t, rc, STORE_PAIR, key_span(&prefix), reply))
		return ERR_OK;
	if (rc != ERR_OK || pr->kept_from == 0)
		return rc;
	if (at.len == 0) {
		at = turn_key_u16_u64(p->no, pr->out_last + 1);
		page->left = owed_rows(pr);
		page->found = 0;
	}
	while (page->left > 0 && (rc = row_below(t, pr, &at)) == ERR_OK) {
		rc = offer(t, &at, page, reply);
		if (rc == ERR_OK && page->found > page->limit && page->left != UINT64_MAX) {
			page_count_of(page, page_part_of(page, p->no), page->left);
			page->left = 0;
		}
		if (rc != ERR_OK || page->left == 0)
			return rc;
		page->at = at;
		if (turn_enough(t))
			return page_rest(t, page);
	}
	page->at.len = 0;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Behind a document and not behind a number: new ones may stand in front of it by now. */
static enum err outbox_after(struct turn *t, const char *id, struct page *page)
{
	struct outbox_row row;
	struct store_key k;
	struct peer *p;
	uint64_t place = 0;
	enum err rc;

	require(page->begun || page->total == 0);
	if (id[0] == '\0' || page->begun)
		return ERR_OK;
	rc = view_find_owed(t, id, &p, &place, &row);
	if (rc != ERR_OK)
		return rc;
	k = turn_key_u16_u64(p->no, place);
	page_after(page, PAGE_NEWEST(row.queued_ms), key_span(&k));
	return ERR_OK;
}

/* By full document id, or a unique prefix of its random part. */
enum err view_find_owed(struct turn *t, const char *text, struct peer **p, uint64_t *place,
			struct outbox_row *row)
{
	struct store_walk w = {.key_len = 16};
	struct fits f = {0};
	struct id16 msg;
	uint16_t peer = 0;
	enum err rc;

	require(p != NULL && place != NULL && row != NULL);
	if (bytes_unhex(msg.b, 16, text)) /* copied: there may be very many, and it is looked up */
		f = (struct fits){.count = 1, .first = msg};
	else
		while (store_each(t->txn, STORE_OUTID, span_of(NULL, 0), &w)) {
			memcpy(msg.b, w.row.key.p, 16);
			fits_try(&f, &msg, text);
		}
	if (w.rc != ERR_OK)
		return w.rc;
	if (f.count > 1)
		return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_DOCUMENT_SEVERAL,
					say_text("ids", f.ids));
	rc = f.count == 1 ? outbox_find(t, &f.first, &peer, place, row) : ERR_NOTFOUND;
	if (rc == ERR_NOTFOUND)
		return turn_refuse(t, rc, REFUSAL_DOCUMENT_UNKNOWN);
	if (rc != ERR_OK)
		return rc;
	*p = state_peer(t->node, peer);
	return *p == NULL ? ERR_CORRUPT : ERR_OK;
}

/* The documents themselves are opened now, and only those of this page; *last as page_end wants it. */
static enum err outbox_rows(struct turn *t, const struct page *page, const char **last,
			    struct msg *reply)
{
	const size_t whole = page_whole(page);
	enum err rc = ERR_OK;

	require(page->count <= page->limit);
	for (size_t i = 0; i < page->count && rc == ERR_OK; i++) {
		const uint16_t no = be16_get(page->items[i].key.b);
		const uint64_t place = be64_get(page->items[i].key.b + 2);
		const struct peer *p = state_peer(t->node, no);
		struct outbox_row row;

		rc = p == NULL ? ERR_CORRUPT : outbox_get(t, no, place, &row);
		if (rc == ERR_OK)
			rc = view_outbox_row(t, p, place, &row, reply);
		if (rc == ERR_OK && i < whole && msg_count(reply, REPLY_OUTBOX) > i)
			*last = msg_text(msg_at(reply, REPLY_OUTBOX, i), OUTBOX_ROW_ID);
	}
	return rc;
}

/* A page of all partners together, the newest first: a cause that one document has, those written just before it mostly have too. */
enum err view_outbox_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct page page;
	const char *last = "";
	uint16_t only;
	enum err rc = page_begin(t, &page, msg_u64(req, LIST_ASK_LIMIT));

	if (rc != ERR_OK)
		return rc;
	rc = outbox_after(t, msg_text(req, LIST_ASK_AFTER), &page);
	if (rc != ERR_OK)
		return rc;
	rc = find_page_of(t, req, &page, &only);
	for (; page.peer < t->node->peer_count && rc == ERR_OK && !t->again; page.peer++)
		if (!t->node->peers[page.peer].self &&
		    (only == 0 || only == t->node->peers[page.peer].no))
			rc = outbox_of(t, &t->node->peers[page.peer], &page, reply);
	if (rc != ERR_OK || t->again)
		return rc;
	rc = outbox_rows(t, &page, &last, reply);
	if (rc == ERR_OK)
		/* behind the time: the part that people type */
		page_end(t, &page, reply, strlen(last) == 32 ? last + 12 : last);
	return rc;
}

/* The row of the list for one document: two answers to one question would be one too many. */
enum err view_outbox_why(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct outbox_row row;
	struct peer *p;
	uint64_t place = 0;
	enum err rc = view_find_owed(t, msg_text(req, BY_ID_ID), &p, &place, &row);

	return rc == ERR_OK ? view_outbox_row(t, p, place, &row, reply) : rc;
}
