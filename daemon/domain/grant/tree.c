/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Answers come in any order, and some of them twice or corrected.  So none is given its place when it arrives: who wants to know
 * how far a withdrawal went lays all of them out, from the partner downward.  What was refused on arrival stands in the log
 * without its body.
 */
#include "domain/grant/tree.h"

#include "base/check.h"

#include <string.h>

#include "domain/documents/words.h"

/* One answer that was handed on. */
struct answer {
	struct proof p;
	uint32_t no;
	bool hung;
};
struct answers {
	struct answer *list;
	size_t count;
	struct id32 last; /* signature that was checked last */
};

/* Its body may have been refused on arrival, and then it is only counted: whoever sent it was told why. */
static enum err body_of(struct turn *t, const struct log_entry *e, struct document *d,
			struct msg **body)
{
	enum err rc = document_load(t, &e->doc, d);

	require(e->type == DOC_ONWARD_ANSWER);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	*body = NULL;
	rc = document_body(t, d, body);
	return rc == ERR_NOTFOUND ? ERR_OK : rc; /* without one it says nothing */
}

/* Not what came hollow because its author gave it up: that one is nobody's fault. */
static bool refused(const struct document *d)
{
	return d->hollow &&
	       (d->reason == WIRE_VERDICT_MALFORMED ||
		(d->reason >= WIRE_VERDICT_UNPROVEN && d->reason <= WIRE_VERDICT_TOO_DEEP));
}

/* All that prove something.  One whose author this node does not know yet proves nothing today, and counts when the roster or a
 * newer record of that member came: so signatures are checked each time, and not only on arrival. */
static enum err gather(struct turn *t, const struct thread *th, struct answers *a, struct tree *tr)
{
	require(th->their_no <= THREAD_LOG_MAX);
	for (uint32_t no = 1; no <= th->their_no && a->count < LIMIT_HOLDER_ANSWERS; no++) {
		struct answer *one = &a->list[a->count];
		struct log_entry e;
		struct document d;
		struct msg *body;
		uint16_t fault;
		bool known;
		enum err rc = thread_entry(t, th, false, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (e.type != DOC_ONWARD_ANSWER)
			continue;
		rc = body_of(t, &e, &d, &body);
		if (rc == ERR_OK && body == NULL)
			tr->refused += refused(&d);
		if (rc != ERR_OK)
			return rc;
		if (body == NULL)
			continue;
		*one = (struct answer){.p.last = &a->last, .no = no};
		rc = proof_open(t, body, &one->p, &fault, &known);
		if (rc != ERR_OK)
			return rc;
		if (fault == WIRE_VERDICT_OK && known)
			a->count++;
		else
			tr->astray++;
	}
	return ERR_OK;
}

/* What is left over at the end of the list is no id. */
static uint32_t listed(const struct erasure_told *told)
{
	return (uint32_t)(told->children.len / TREE_CHILD);
}

/* The newest answer of the consent with these first bytes, to whom this holder could have given it. */
static const struct answer *answer_for(struct answers *a, const struct holder *h, uint32_t child)
{
	const uint8_t *id = h->told.children.p + (size_t)child * TREE_CHILD;
	const struct answer *best = NULL;

	require(child < listed(&h->told));
	for (size_t i = 0; i < a->count; i++) {
		struct answer *x = &a->list[i];

		if (memcmp(x->p.head.thread_id.b, id, TREE_CHILD) != 0 ||
		    !id32_equal(&x->p.head.recipient, &h->node))
			continue;
		x->hung = true;
		if (best == NULL || x->p.head.thread_no > best->p.head.thread_no)
			best = x;
	}
	return best;
}

/* A circle: a node may have the person twice, but under one consent only once. */
static bool listed_before(const struct tree *tr, const struct id16 *grant)
{
	for (size_t i = 0; i < tr->count; i++)
		if (id16_equal(&tr->list[i].grant, grant))
			return true;
	return false;
}

/* Those behind one holder. */
static void hang(struct answers *a, struct tree *tr, size_t at)
{
	struct holder *h = &tr->list[at];

	require(at < tr->count && tr->count <= LIMIT_HOLDERS);
	require(h->depth >= 1 && h->depth <= LIMIT_ONWARD_DEPTH);
	for (uint32_t child = 0; child < listed(&h->told); child++) {
		const struct answer *x = answer_for(a, h, child);
		struct holder *next = &tr->list[tr->count];

		if (x != NULL && listed_before(tr, &x->p.head.thread_id))
			x = NULL; /* one cannot stand for two */
		if (x == NULL || h->depth == LIMIT_ONWARD_DEPTH || tr->count == LIMIT_HOLDERS) {
			h->missing++;
			h->deeper = h->deeper || h->depth == LIMIT_ONWARD_DEPTH ||
				    tr->count == LIMIT_HOLDERS;
			continue;
		}
		*next = (struct holder){.grant = x->p.head.thread_id,
					.node = x->p.head.sender,
					.depth = h->depth + 1,
					.above = (uint32_t)at,
					.no = x->no,
					.hash = x->p.hash};
		erasure_read(x->p.said, &next->told);
		next->told.type = x->p.head.type;
		next->told.at_ms = x->p.head.created_ms;
		tr->count++;
	}
	/* it says a greater number than it lists */
	if (h->told.onward > listed(&h->told)) {
		h->missing += (uint32_t)(h->told.onward - listed(&h->told));
		h->deeper = h->deeper || h->told.onward > LIMIT_HOLDERS;
	}
}

/* From the partner downward: whoever is behind one that is not in the list yet cannot be in it. */
enum err tree_of(struct turn *t, const struct thread *th, struct tree *out)
{
	const struct peer *p = state_peer(t->node, th->peer);
	struct answers a = {.list = arena_alloc(t->arena, LIMIT_HOLDER_ANSWERS * sizeof *a.list)};
	enum err rc;

	require(th->kind == THREAD_CONSENT && th->role == THREAD_SENDER);
	*out = (struct tree){
		.list = arena_alloc(t->arena, (LIMIT_HOLDERS + 1) * sizeof *out->list)};
	if (a.list == NULL || out->list == NULL)
		return ERR_NOMEM;
	out->list[0] = (struct holder){.grant = th->id, .depth = 1};
	if (p != NULL)
		out->list[0].node = p->node_id;
	out->count = 1;
	rc = erasure_told(t, th, &out->list[0].told);
	if (rc == ERR_OK)
		rc = gather(t, th, &a, out);
	if (rc != ERR_OK)
		return rc;
	for (size_t at = 0; at < out->count; at++)
		hang(&a, out, at);
	for (size_t i = 0; i < a.count; i++)
		out->astray += !a.list[i].hung;
	return ERR_OK;
}

/* Kept by law is not erased: somebody can still open it. */
bool tree_whole(const struct tree *tr)
{
	require(tr->count >= 1);
	for (size_t i = 0; i < tr->count; i++) {
		const struct holder *h = &tr->list[i];

		if (h->told.type != DOC_ERASED || h->missing != 0 ||
		    (h->told.outcome != ERASURE_DONE && h->told.outcome != ERASURE_NEVER_HELD))
			return false;
	}
	return true;
}

bool tree_answered(const struct tree *tr, uint64_t *until_ms)
{
	*until_ms = 0;
	require(tr->count >= 1);
	for (size_t i = 0; i < tr->count; i++) {
		const struct holder *h = &tr->list[i];

		if (h->told.type != DOC_ERASED || h->missing != 0)
			return false;
		if (h->told.outcome == ERASURE_RESTRICTED && h->told.until_ms > *until_ms)
			*until_ms = h->told.until_ms;
	}
	return true;
}

/* One that is there already; and how many there are, without those that were refused. */
static enum err compare(struct turn *t, const struct thread *th, const struct proof *p, bool *again,
			unsigned *count)
{
	struct id32 last = {{0}};

	*again = false;
	*count = 0;
	require(th->their_no <= THREAD_LOG_MAX);
	for (uint32_t no = 1; no <= th->their_no && !*again; no++) {
		const size_t mark = t->arena->used;
		struct proof one = {.last = &last};
		struct log_entry e;
		struct document d;
		struct msg *body = NULL;
		enum err rc = thread_entry(t, th, false, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (e.type == DOC_ONWARD_ANSWER)
			rc = body_of(t, &e, &d, &body);
		if (rc != ERR_OK)
			return rc;
		if (body != NULL) {
			(*count)++;
			*again = proof_hash(body, &one.hash) && id32_equal(&one.hash, &p->hash);
		}
		arena_rewind(t->arena, mark);
	}
	return ERR_OK;
}

/* What can never hang anywhere.  Where a sound one hangs is seen when all are there. */
enum err tree_judge(struct turn *t, const struct thread *th, const struct msg *body,
		    uint16_t *verdict)
{
	struct id32 last = {{0}};
	struct proof p = {.last = &last};
	unsigned count = 0;
	const struct peer *by = state_peer(t->node, th->peer);
	bool known, own, again = false;
	enum err rc = proof_open(t, body, &p, verdict, &known);

	require(th->kind == THREAD_CONSENT);
	if (rc != ERR_OK || *verdict != WIRE_VERDICT_OK)
		return rc;
	/* what it says of itself it says itself, and only whoever was given a person hands answers on */
	own = by != NULL && id32_equal(&p.head.sender, &by->node_id) &&
	      id32_equal(&p.head.recipient, &t->node->node_id);
	if (th->role != THREAD_SENDER || own || id16_equal(&p.head.thread_id, &th->id)) {
		*verdict = WIRE_VERDICT_ASTRAY;
		return ERR_OK;
	}
	rc = compare(t, th, &p, &again, &count);
	if (rc == ERR_OK && again)
		*verdict = WIRE_VERDICT_REPEATED;
	else if (rc == ERR_OK && count >= LIMIT_HOLDER_ANSWERS)
		*verdict = WIRE_VERDICT_TOO_DEEP;
	return rc;
}
