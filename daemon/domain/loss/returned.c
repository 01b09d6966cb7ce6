/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/loss/returned.h"

#include "domain/exchange/hooks.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/proof.h"
#include "domain/loss/settled.h"

/* Our own documents from this number on lose their place, and so does whatever had seen them. */
static enum err displace(struct turn *t, struct thread *th, uint32_t no)
{
	uint32_t first = th->their_no + 1;
	struct log_entry e;
	enum err rc = ERR_OK;

	for (uint32_t i = no; i <= th->my_no && rc == ERR_OK; i++) {
		rc = thread_entry(t, th, true, i, &e);
		if (rc == ERR_OK)
			rc = outbox_mark(t, &e.doc.msg, OUTBOX_SHELVED);
		if (rc == ERR_OK)
			rc = settled_shelve(t, th, &e.doc, e.type);
	}
	for (uint32_t i = 1; i <= th->their_no && rc == ERR_OK; i++) {
		rc = thread_entry(t, th, false, i, &e);
		if (rc != ERR_OK || e.seen_no < no)
			continue;
		first = first > th->their_no ? i : first;
		rc = settled_shelve(t, th, &e.doc, e.type);
	}
	if (rc == ERR_OK)
		rc = thread_truncate(t, th, true, no);
	if (rc == ERR_OK)
		rc = thread_truncate(t, th, false, first);
	if (rc == ERR_OK)
		rc = thread_save(t, th);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* Would this document of theirs be the next of its log? */
static enum err is_next(struct turn *t, const struct thread *th, const struct wire_head *h,
			bool *yes)
{
	struct log_entry e;
	enum err rc;

	*yes = h->thread_no == th->their_no + 1 && id32_equal(&h->prev_hash, &th->their_hash) &&
	       h->seen_no >= th->their_seen && h->seen_no <= th->my_no;
	if (!*yes || h->seen_no == 0)
		return ERR_OK;
	rc = thread_entry(t, th, true, h->seen_no, &e);
	*yes = rc == ERR_OK && id32_equal(&e.hash, &h->seen_hash);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* The one on the shelf whose place is free again, of their latest life. */
static enum err next_back(struct turn *t, const struct thread *th, struct document *best,
			  bool *found)
{
	const struct store_key prefix = turn_key_id(&th->id);
	struct store_key at = {.len = 0};
	struct store_row row;
	enum err rc;

	*found = false;
	while ((rc = store_next_prefix(t->txn, STORE_SHELF, key_span(&prefix), &at, &row)) ==
	       ERR_OK) {
		struct doc_key key;
		struct document d;
		bool yes;

		if (row.key.len != 34)
			return ERR_CORRUPT;
		memcpy(key.msg.b, row.key.p + 16, 16);
		key.sender = be16_get(row.key.p + 32);
		if (key.sender != th->peer)
			continue;
		rc = document_load(t, &key, &d);
		if (rc == ERR_OK)
			rc = is_next(t, th, &d.head, &yes);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (yes && (!*found || d.head.origin_inc > best->head.origin_inc))
			*best = d;
		*found = *found || yes;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err returned_unshelve(struct turn *t, const struct peer *p, struct thread *th)
{
	for (;;) {
		struct document d;
		struct store_key k;
		bool found;
		enum err rc = next_back(t, th, &d, &found);

		if (rc != ERR_OK || !found)
			return rc;
		k = turn_key_ids(&th->id, &d.key.msg);
		key_u16(&k, d.key.sender);
		rc = store_del(t->txn, STORE_SHELF, key_span(&k));
		if (rc == ERR_OK)
			rc = thread_append(t, th, false,
					   &(struct log_entry){d.key, d.hash, d.head.type,
							       d.head.seen_no, d.head.created_ms,
							       0});
		if (rc == ERR_OK)
			rc = t->node->hooks->stored(t, p, th, &d.key,
						    d.hollow ? d.reason : WIRE_VERDICT_OK);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
}

/* What is in the log is no lost act. */
static enum err off_shelf(struct turn *t, const struct thread *th, const struct doc_key *key)
{
	struct store_key k = turn_key_ids(&th->id, &key->msg);
	enum err rc;

	key_u16(&k, key->sender);
	rc = store_del(t->txn, STORE_SHELF, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err join_log(struct turn *t, const struct peer *p, const struct wire_doc *d,
			 const struct id32 *hash, struct thread *th)
{
	const struct doc_key key = {d->head.msg_id, 0};
	const struct log_entry e = {key, *hash, d->head.type, d->head.seen_no, d->head.created_ms,
				    0};
	const bool fresh = th->my_no + th->their_no == 0;
	struct outbox_row row;
	uint64_t place;
	uint16_t peer;
	enum err rc = fresh ? t->node->hooks->recovered(t, p, d, th) : ERR_OK;

	if (rc == ERR_OK && fresh)
		rc = thread_create(t, th);
	if (rc == ERR_OK && !document_known(t, &key))
		rc = document_keep(t, &key, d, &th->case_id,
				   d->form == WIRE_HOLLOW ? WIRE_VERDICT_HOLLOW : WIRE_VERDICT_OK);
	if (rc == ERR_OK)
		rc = thread_append(t, th, true, &e);
	if (rc != ERR_OK)
		return rc;
	rc = outbox_find(t, &key.msg, &peer, &place, &row);
	if (rc == ERR_NOTFOUND)
		rc = outbox_put(t, p->no, &key);
	if (rc == ERR_OK) /* it is there: their copy is where this one came from */
		rc = outbox_mark(t, &key.msg, OUTBOX_STORED);
	if (rc == ERR_OK)
		rc = off_shelf(t, th, &key);
	if (rc == ERR_OK)
		rc = t->node->hooks->returned(t, p, th, &key);
	return rc == ERR_OK ? returned_unshelve(t, p, th)
			    : rc; /* what had seen it may come back too */
}

enum err returned_document(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a,
			   struct span bytes, bool *forgot)
{
	struct heads_cursor *h = &state_conn(t->node, state_peer(t->node, p->no))->heads;
	struct log_entry e;
	struct wire_doc d;
	struct doc_key key = {.sender = 0};
	struct thread th;
	struct id32 hash;
	bool ours;
	enum err rc = wire_doc_get(bytes, &d);

	(void)a;
	*forgot = false;
	if (rc != ERR_OK)
		return ERR_OK;
	rc = proof_own_document(t, p, &d, &hash, &ours);
	if (rc != ERR_OK || !ours)
		return rc;
	key.msg = d.head.msg_id;
	rc = thread_load(t, &d.head.thread_id, &th);
	if (rc == ERR_NOTFOUND) {
		th = (struct thread){.id = d.head.thread_id, .peer = p->no};
		rc = settled_birth(t, &th, false);
	}
	if (rc != ERR_OK || th.peer != p->no)
		return rc;
	if (d.head.thread_no <= th.my_no) {
		rc = thread_entry(t, &th, true, d.head.thread_no, &e);
		if (rc != ERR_OK || id32_equal(&e.hash, &hash))
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
	/* Signed in this very life, and we never saw it: another roll-back, after this life began. */
	*forgot = d.head.origin_inc == t->node->inc.no && !document_known(t, &key);
	if (*forgot || !pr->uncompared)
		return ERR_OK;
	if (d.head.thread_no <= th.my_no) {
		rc = displace(t, &th, d.head.thread_no);
		if (rc != ERR_OK)
			return rc;
		h->progress = true;
	}
	if (d.head.thread_no != th.my_no + 1 || !id32_equal(&d.head.prev_hash, &th.my_hash))
		return ERR_OK;
	if (d.head.seen_no != 0) { /* what it had seen must be in hand: their stream brings it */
		if (d.head.seen_no > th.their_no)
			return ERR_OK;
		rc = thread_entry(t, &th, false, d.head.seen_no, &e);
		if (rc != ERR_OK || !id32_equal(&e.hash, &d.head.seen_hash))
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
	h->progress = true;
	return join_log(t, p, &d, &hash, &th);
}
