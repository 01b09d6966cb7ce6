/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One by one, and only what hangs somewhere here too (tree.h): a partner behind us cannot make us hand on whatever it likes.
 * Nothing is noted about what was handed on but the documents themselves, so that a node that lost its state hands on what is
 * missing there, and nothing twice.
 */
#include "domain/grant/upward.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/pack.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/grant/tree.h"
#include "domain/onward/rows.h"

enum {
	ROOM = 4,      /* documents of a turn kept for what else follows */
	LOG_KEPT = 128 /* entries of the log kept for our own word */
};

/* What was handed on before. */
struct handed {
	struct id32 *hash;
	size_t count;
	bool unread; /* one of this very turn: it cannot be read yet */
};

/* By the hash of the document inside: the one around it is ours, and a new one each time. */
static enum err handed_on(struct turn *t, const struct thread *th, struct handed *h)
{
	h->hash = arena_alloc(t->arena, THREAD_LOG_MAX * sizeof *h->hash);
	require(th->my_no <= THREAD_LOG_MAX);
	if (h->hash == NULL)
		return ERR_NOMEM;
	for (uint32_t no = 1; no <= th->my_no; no++) {
		struct log_entry e;
		struct document d;
		struct msg *body;
		enum err rc = thread_entry(t, th, true, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (e.type != DOC_ONWARD_ANSWER)
			continue;
		rc = document_load(t, &e.doc, &d);
		h->unread = h->unread || rc == ERR_NOTFOUND;
		if (rc == ERR_OK)
			rc = document_body(t, &d, &body);
		if (rc == ERR_OK && proof_hash(body, &h->hash[h->count]))
			h->count++;
		if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc;
	}
	return ERR_OK;
}

static bool was(const struct handed *h, const struct id32 *hash)
{
	require(h->count <= THREAD_LOG_MAX);
	for (size_t i = 0; i < h->count; i++)
		if (id32_equal(&h->hash[i], hash))
			return true;
	return false;
}

/* Like our own answer: it names no person, never expires, and nobody can drop it. */
static enum err sign(struct turn *t, struct thread *th, struct msg *body)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id, true};
	struct document_spec spec = thread_next(th, DOC_ONWARD_ANSWER);
	const struct pending_doc *doc;
	enum err rc;

	require(s.p != NULL && th->withdrawn);
	require(msg_kind_of(body) == MSG_ONWARD_ANSWER);
	spec.grant_id = th->id;
	spec.expires_ms = UINT64_MAX;
	rc = consent_pack_body(t, &s, DOC_ONWARD_ANSWER, body, &spec.body, &spec.cats,
			       &spec.grant_id);
	if (rc == ERR_OK)
		rc = document_make(t, &spec, &doc);
	if (rc == ERR_OK)
		rc = thread_append(t, th, true,
				   &(struct log_entry){doc->key, doc->hash, DOC_ONWARD_ANSWER,
						       th->their_no, t->wall_ms, 0});
	if (rc == ERR_OK)
		rc = outbox_put(t, th->peer, &doc->key, &doc->brief);
	if (rc == ERR_OK)
		rc = audit_add(
			t, &(struct audit_entry){.event = AUDIT_SEND,
						 .peer = th->peer,
						 .case_id = &th->case_id,
						 .grant = &th->id,
						 .detail = document_type_name(DOC_ONWARD_ANSWER)});
	return rc == ERR_OK ? answer_owe(t, th->peer) : rc;
}

/* Its document as it came: from the holder itself, or already handed on to us.  NULL: it is longer than anybody would take. */
static enum err body_of(struct turn *t, const struct thread *child, const struct holder *h,
			struct msg **body)
{
	struct log_entry e;
	struct document d;
	enum err rc;

	if (h->no != 0) {
		rc = thread_entry(t, child, false, h->no, &e);
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		return rc == ERR_OK ? document_body(t, &d, body) : rc;
	}
	*body = msg_new(t->arena, MSG_ONWARD_ANSWER);
	rc = *body == NULL ? ERR_NOMEM : told_last(t, child, &e);
	if (rc == ERR_OK)
		rc = document_load(t, &e.doc, &d);
	if (rc == ERR_OK && !proof_fits(&d))
		*body = NULL;
	return rc == ERR_OK && *body != NULL ? proof_put(t, &d, *body) : rc;
}

/* In the order of the tree, so that who hangs them finds each one's place in hand. */
static enum err pass_child(struct turn *t, struct thread *th, const struct thread *child,
			   struct handed *h, bool *more)
{
	struct tree tr;
	enum err rc = tree_of(t, child, &tr);

	require(child->withdrawn);
	for (size_t i = 0; rc == ERR_OK && i < tr.count && !*more; i++) {
		const struct holder *one = &tr.list[i];
		const struct id32 hash = one->no != 0 ? one->hash : one->told.hash;
		struct msg *body;

		if (one->told.type == 0 || !one->told.whole || was(h, &hash))
			continue;
		*more = t->doc_count + ROOM >= LIMIT_BURST;
		if (*more || th->my_no + LOG_KEPT >= THREAD_LOG_MAX)
			break;
		rc = body_of(t, child, one, &body);
		if (rc == ERR_OK && body != NULL)
			rc = sign(t, th, body);
		if (rc == ERR_OK && body != NULL)
			h->hash[h->count++] = hash;
	}
	return rc;
}

/* The child's own thread, if we are its collector and it ended. */
static enum err child_of(struct turn *t, const struct id16 *child, struct thread *th, bool *yes)
{
	const enum err rc = thread_load(t, child, th);

	*yes = rc == ERR_OK && th->kind == THREAD_CONSENT && th->role == THREAD_SENDER;
	return rc == ERR_NOTFOUND ? ERR_OK : rc; /* it never left */
}

enum err upward_pass(struct turn *t, struct thread *th, bool *more)
{
	struct store_walk w = {.rc = ERR_OK};
	struct handed h = {.count = 0};
	struct id16 id;
	uint16_t peer;
	enum err rc = handed_on(t, th, &h);

	require(th->kind == THREAD_CONSENT && th->role == THREAD_RECEIVER && th->withdrawn);
	*more = h.unread;
	if (rc != ERR_OK || h.unread)
		return rc;
	while (!*more && onward_each(t, &th->id, &w, &id, &peer)) {
		const size_t mark = t->arena->used;
		struct thread child;
		bool yes;

		w.rc = child_of(t, &id, &child, &yes);
		if (w.rc == ERR_OK && yes && child.withdrawn)
			w.rc = pass_child(t, th, &child, &h, more);
		arena_rewind(t->arena, mark);
	}
	return w.rc == ERR_NOTFOUND ? ERR_CORRUPT : w.rc;
}

/* The number says how many there are, also where the list is full: then nobody can call it complete. */
enum err upward_list(struct turn *t, const struct id16 *grant, struct msg *body)
{
	struct store_walk w = {.rc = ERR_OK};
	uint8_t list[LIMIT_HOLDERS * TREE_CHILD];
	struct wr out = wr_of(list, sizeof list);
	struct id16 child;
	uint64_t n = 0;
	uint16_t peer;

	require(msg_kind_of(body) == MSG_ERASED);
	while (onward_each(t, grant, &w, &child, &peer))
		if (n++ < LIMIT_HOLDERS)
			wr_put(&out, child.b, TREE_CHILD);
	msg_set_u64(body, ERASED_ONWARD, n);
	if (n != 0)
		msg_set_bytes(t->arena, body, ERASED_CHILDREN, wr_span(&out));
	return w.rc;
}

static bool lists(const struct erasure_told *told, const struct id16 *child)
{
	require(told->whole);
	for (size_t at = 0; at + TREE_CHILD <= told->children.len; at += TREE_CHILD)
		if (memcmp(told->children.p + at, child->b, TREE_CHILD) == 0)
			return true;
	return false;
}

/* An answer whose body is not here says no number, and a new one would say no more than it did. */
enum err upward_grew(struct turn *t, const struct id16 *grant, const struct erasure_told *told,
		     bool *yes)
{
	const bool full = told->children.len >= (size_t)LIMIT_HOLDERS * TREE_CHILD;
	struct store_walk w = {.rc = ERR_OK};
	struct id16 child;
	uint64_t n = 0;
	uint16_t peer;

	*yes = false;
	while (told->whole && onward_each(t, grant, &w, &child, &peer)) {
		n++;
		*yes = *yes || (!full && !lists(told, &child));
	}
	*yes = *yes || n > told->onward;
	return w.rc;
}

/* A consent that never left has nobody behind it who could answer: then it is never over, and the rows stay. */
enum err upward_over(struct turn *t, const struct id16 *grant, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	bool any = false, all = true;
	struct id16 id;
	uint16_t peer;

	while (all && onward_each(t, grant, &w, &id, &peer)) {
		const size_t mark = t->arena->used;
		struct thread child;
		struct tree tr;
		bool there;

		any = true;
		w.rc = child_of(t, &id, &child, &there);
		if (w.rc == ERR_OK && there)
			w.rc = tree_of(t, &child, &tr);
		all = w.rc == ERR_OK && there && child.withdrawn && tree_whole(&tr);
		arena_rewind(t->arena, mark);
	}
	*yes = any && all;
	return w.rc;
}

enum err upward_forget(struct turn *t, const struct id16 *grant)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 child;
	uint16_t peer;

	while (onward_each(t, grant, &w, &child, &peer))
		w.rc = onward_drop(t, grant, &child);
	return w.rc;
}
