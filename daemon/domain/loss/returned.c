/* SPDX-License-Identifier: EUPL-1.2 */
/* What a partner holds of our log wins over what our disk holds: it is signed by us, and others may have acted on it.  So
 * a document that comes back takes its place, and one that we wrote on that place since goes to the shelf of lost acts,
 * together with everything that had read it.  Nothing is thrown away: the shelf is shown to people, who do again what
 * still has to be done.  A document joins only as the next one of its log and when what it had read is in hand: an order
 * that both ends can check, whatever order the network brings. */
#include "domain/loss/returned.h"

#include "base/check.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/proof.h"
#include "domain/loss/settled.h"

/* Our own documents from this number on lose their place, and so does whatever had seen them. */
static enum err displace(struct turn *t, struct thread *th, uint32_t no)
{
	uint32_t first = th->their_no + 1; /* of theirs that had read one of those */
	struct log_entry e;
	enum err rc = ERR_OK;

	require(no >= 1 && no <= th->my_no);

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
		/* their log cannot have a gap: from the first such one on it is cut off */
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

/* The one on the shelf whose place is free again; of several the one of their latest incarnation. */
static enum err next_back(struct turn *t, const struct thread *th, struct document *best,
			  bool *found)
{
	const struct store_key prefix = turn_key_id(&th->id);
	struct store_walk w = {.key_len = 34};
	enum err rc;

	*found = false;
	while (store_each(t->txn, STORE_SHELF, key_span(&prefix), &w)) {
		struct doc_key key;
		struct document d;
		bool yes;

		memcpy(key.msg.b, w.row.key.p + 16, 16);
		key.sender = be16_get(w.row.key.p + 32);
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
	return w.rc;
}

/* Each one that comes back may be what the next one had read: until none fits. */
enum err returned_unshelve(struct turn *t, const struct peer *p, struct thread *th)
{
	require(th->peer == p->no);
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
			rc = hooks_rules(t->node, th)
				     ->stored(t, p, th, &d.key,
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

/* It is stored if we forgot it, it is in its log, its place in the outbox says that the partner has it, and it is no
 * lost act any more. */
static enum err join_log(struct turn *t, const struct peer *p, const struct wire_doc *d,
			 const struct id32 *hash, struct thread *th)
{
	const struct doc_key key = {d->head.msg_id, 0};
	const struct log_entry e = {key, *hash, d->head.type, d->head.seen_no, d->head.created_ms,
				    0};
	const struct doc_brief brief = document_brief(&d->head, hash);
	const bool fresh = th->my_no + th->their_no == 0;
	struct outbox_row row;
	uint64_t place;
	uint16_t peer;
	enum err rc = fresh ? hooks_recovered(t, p, d, th) : ERR_OK;

	require(d->head.thread_no == th->my_no + 1);
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
		rc = outbox_put(t, p->no, &key, &brief);
	if (rc == ERR_OK) /* it is there: their copy is where this one came from */
		rc = outbox_mark(t, &key.msg, OUTBOX_STORED);
	if (rc == ERR_OK)
		rc = off_shelf(t, th, &key);
	if (rc == ERR_OK)
		rc = hooks_rules(t->node, th)->returned(t, p, th, &key);
	return rc == ERR_OK ? returned_unshelve(t, p, th)
			    : rc; /* what had seen it may come back too */
}

/* One document that came back, while it is looked at. */
struct coming {
	struct turn *t;
	const struct peer *p;
	struct wire_doc d;
	struct id32 hash;
	struct thread th; /* as we have it; fresh when we forgot the whole thread */
};

static enum err thread_of(struct coming *c)
{
	enum err rc = thread_load(c->t, &c->d.head.thread_id, &c->th);

	if (rc == ERR_NOTFOUND) {
		c->th = (struct thread){.id = c->d.head.thread_id, .peer = c->p->no};
		rc = settled_birth(c->t, &c->th, false);
	}
	return rc;
}

/* Is it where it belongs already? */
static enum err in_place(const struct coming *c, bool *yes)
{
	struct log_entry e;
	enum err rc;

	*yes = false;
	if (c->d.head.thread_no > c->th.my_no)
		return ERR_OK;
	rc = thread_entry(c->t, &c->th, true, c->d.head.thread_no, &e);
	*yes = rc == ERR_OK && id32_equal(&e.hash, &c->hash);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc; /* what the log counts has to be there */
}

/* A thread that lost all its documents keeps its kind and its side.  What is not so is no document of ours, whatever its signature. */
static bool begins_as_before(const struct coming *c)
{
	if (bytes_zero(c->th.id.b, sizeof c->th.id.b))
		return false; /* names no thread */
	return c->th.kind == 0 || c->th.my_no + c->th.their_no > 0 ||
	       (c->th.role == THREAD_SENDER && c->th.kind == kind_opened_by(c->d.head.type));
}

/* Is it the next of our log, and is in hand what it had read of theirs?  If not, their stream brings that first, and
 * the document comes back again with the next question. */
static enum err may_join(const struct coming *c, bool *yes)
{
	const struct wire_head *h = &c->d.head;
	struct log_entry e;
	enum err rc;

	require(c->th.peer == c->p->no);
	*yes = h->thread_no == c->th.my_no + 1 && id32_equal(&h->prev_hash, &c->th.my_hash) &&
	       h->seen_no <= c->th.their_no && begins_as_before(c);
	if (!*yes || h->seen_no == 0)
		return ERR_OK;
	rc = thread_entry(c->t, &c->th, false, h->seen_no, &e);
	*yes = rc == ERR_OK && id32_equal(&e.hash, &h->seen_hash);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* May it take the place of the one that is there?  One that lost its place since the last loss of either side may not: the
 * partner gave back what took it, and one that holds both could change them about without end. */
static enum err takes_place(struct turn *t, const struct pair *pr, const struct coming *c,
			    bool *yes)
{
	struct store_key k = turn_key_ids(&c->th.id, &c->d.head.msg_id);
	struct span v;
	enum err rc;

	key_u16(&k, 0);
	rc = turn_get(t, STORE_SHELF, &k, &v);
	*yes = rc == ERR_NOTFOUND;
	if (rc != ERR_OK)
		return *yes ? ERR_OK : rc;
	if (v.len != SHELF_LEN)
		return ERR_CORRUPT;
	*yes = be32_get(v.p + SHELF_ERA) != pr->era;
	return ERR_OK;
}

/* Would it join where ours stands, once ours and what had read ours are away?  In a thread that was found the same, what the partner has
 * instead would; what it gave back before that rests on what was there then. */
static enum err would_join(const struct coming *c, bool *yes)
{
	const struct wire_head *h = &c->d.head;
	struct log_entry e = {.hash = {{0}}};
	enum err rc = ERR_OK;

	require(h->thread_no >= 1 && h->thread_no <= c->th.my_no);
	if (h->thread_no > 1)
		rc = thread_entry(c->t, &c->th, true, h->thread_no - 1, &e);
	*yes = rc == ERR_OK && id32_equal(&e.hash, &h->prev_hash) && h->seen_no <= c->th.their_no;
	for (uint32_t i = 1; *yes && i <= h->seen_no; i++) {
		rc = thread_entry(c->t, &c->th, false, i, &e);
		*yes = rc == ERR_OK && e.seen_no < h->thread_no;
	}
	*yes = *yes && (h->seen_no == 0 || id32_equal(&e.hash, &h->seen_hash));
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

enum err returned_document(struct turn *t, const struct peer *p, struct pair *pr, struct span bytes,
			   bool *forgot)
{
	struct heads_cursor *h = &state_conn(t->node, state_peer(t->node, p->no))->heads;
	struct coming c = {.t = t, .p = p};
	struct doc_key key = {.sender = 0};
	bool yes;
	enum err rc;

	*forgot = false;
	if (wire_doc_get(bytes, &c.d) != ERR_OK)
		return ERR_OK; /* nobody has to believe it: it counts for nothing */
	rc = proof_own_document(t, p, &c.d, &c.hash, &yes);
	if (rc != ERR_OK || !yes)
		return rc;
	key.msg = c.d.head.msg_id;
	rc = thread_of(&c);
	if (rc != ERR_OK || c.th.peer != p->no)
		return rc;
	rc = in_place(&c, &yes);
	if (rc != ERR_OK || yes)
		return rc;
	/* Signed in this very incarnation, and we never saw it: another roll-back, after this one began. */
	*forgot = c.d.head.origin_inc == t->node->inc.no && !document_known(t, &key);
	if (*forgot || !pr->uncompared)
		return ERR_OK;
	if (c.d.head.thread_no <= c.th.my_no) {
		yes = true;
		if (settled_is(&c.th, pr))
			rc = would_join(&c, &yes);
		if (rc == ERR_OK && yes)
			rc = takes_place(t, pr, &c, &yes);
		if (rc != ERR_OK || !yes)
			return rc;
		rc = displace(t, &c.th, c.d.head.thread_no);
		if (rc != ERR_OK)
			return rc;
		h->progress = true;
	}
	rc = may_join(&c, &yes);
	if (rc != ERR_OK || !yes)
		return rc;
	h->progress = true;
	return join_log(t, p, &c.d, &c.hash, &c.th);
}
