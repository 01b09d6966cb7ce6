/* SPDX-License-Identifier: EUPL-1.2 */
/* The innermost document travels and never one around another: its size does not grow with the way, and nobody on the way has to
 * be believed. */
#include "domain/grant/proof.h"

#include "base/check.h"

#include <string.h>

#include "domain/documents/words.h"
#include "domain/membership/noderecord.h"

static_assert(WIRE_DOC_HEAD + 32 + 5 + 32 * 6 + WIRE_SIG <= LIMIT_ONWARD_PROOF,
	      "every document fits");
static_assert(LIMIT_ONWARD_PROOF + LIMIT_ONWARD_SAID + 64 < LIMIT_BODY, "and so does its body");

/* One that is longer than it may be is not handed on: nobody above would take it. */
bool proof_fits(const struct document *d)
{
	return !d->hollow && d->salt != NULL && d->body.len <= LIMIT_ONWARD_SAID;
}

enum err proof_put(struct turn *t, const struct document *d, struct msg *body)
{
	struct wr w = arena_wr(t->arena, LIMIT_ONWARD_PROOF);

	require(d->head.type == DOC_ERASED || d->head.type == DOC_ERASING);
	require(msg_kind_of(body) == MSG_ONWARD_ANSWER);
	require(proof_fits(d));
	wr_put(&w, d->head_bytes.p, d->head_bytes.len);
	wr_put(&w, d->commit.b, sizeof d->commit.b);
	wire_sigblock_put(&w, &d->sig);
	if (w.over)
		return ERR_NOMEM;
	msg_set_bytes(t->arena, body, ONWARD_ANSWER_PROOF, wr_span(&w));
	msg_set_bytes(t->arena, body, ONWARD_ANSWER_SAID, d->body);
	msg_set_bytes(t->arena, body, ONWARD_ANSWER_SALT, span_of(d->salt, 32));
	return ERR_OK;
}

/* Is its form that of a document of this federation that may be handed on? */
static bool formed(const struct turn *t, const struct msg *body, struct proof *out,
		   struct id32 *commit, struct wire_sigblock *sig)
{
	const struct span proof = msg_bytes(body, ONWARD_ANSWER_PROOF);
	struct rd r = rd_of(proof);
	struct span head;

	if (proof.len > LIMIT_ONWARD_PROOF || proof.len < WIRE_DOC_HEAD + 32 ||
	    msg_bytes(body, ONWARD_ANSWER_SAID).len > LIMIT_ONWARD_SAID ||
	    msg_bytes(body, ONWARD_ANSWER_SALT).len != 32)
		return false;
	head = span_of(rd_take(&r, WIRE_DOC_HEAD), WIRE_DOC_HEAD);
	*commit = rd_id32(&r);
	if (wire_sigblock_get(&r, sig) != ERR_OK || !rd_done(&r) ||
	    wire_head_get(head, &out->head) != ERR_OK)
		return false;
	out->hash = document_hash(head, commit);
	return (out->head.type == DOC_ERASED || out->head.type == DOC_ERASING) &&
	       id16_equal(&out->head.fed_id, &t->node->fed_id) &&
	       id16_equal(&out->head.grant_id, &out->head.thread_id);
}

/* Form, body, commitment, signature: in this order, so that what is not even a document costs no signature. */
enum err proof_open(struct turn *t, const struct msg *body, struct proof *out, uint16_t *fault,
		    bool *known)
{
	struct id32 commit, stated, pub;
	struct wire_sigblock sig;
	const struct peer *p;
	enum err rc;

	require(out->last != NULL);
	require(msg_kind_of(body) == MSG_ONWARD_ANSWER);
	*fault = WIRE_VERDICT_MALFORMED;
	*known = true;
	if (!formed(t, body, out, &stated, &sig))
		return ERR_OK;
	rc = words_parse(t, out->head.type, msg_bytes(body, ONWARD_ANSWER_SAID), &out->said);
	if (rc != ERR_OK)
		return rc == ERR_NOMEM ? rc : ERR_OK;
	commit = document_commit(msg_bytes(body, ONWARD_ANSWER_SALT).p,
				 msg_bytes(body, ONWARD_ANSWER_SAID));
	*fault = WIRE_VERDICT_UNPROVEN;
	if (!id32_equal(&commit, &stated))
		return ERR_OK;
	p = state_peer_by_id(t->node, &out->head.sender);
	rc = p == NULL ? ERR_NOTFOUND : noderecord_key(t, p, out->head.key_seq, &pub);
	if (rc == ERR_NOTFOUND) {
		*known = false;
		*fault = WIRE_VERDICT_OK;
		return ERR_OK;
	}
	if (rc == ERR_OK && document_verify(&sig, &out->hash, &pub, out->last))
		*fault = WIRE_VERDICT_OK;
	return rc;
}

/* Two that were handed on are the same answer if head and commitment are. */
bool proof_hash(const struct msg *body, struct id32 *hash)
{
	const struct span proof = msg_bytes(body, ONWARD_ANSWER_PROOF);
	struct id32 commit;

	require(msg_kind_of(body) == MSG_ONWARD_ANSWER);
	if (proof.len < WIRE_DOC_HEAD + sizeof commit.b)
		return false;
	memcpy(commit.b, proof.p + WIRE_DOC_HEAD, sizeof commit.b);
	*hash = document_hash(span_of(proof.p, WIRE_DOC_HEAD), &commit);
	return true;
}
