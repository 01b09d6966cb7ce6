/* SPDX-License-Identifier: EUPL-1.2 */
/* A document is a signed head and a body that can go.  The head commits to the body by a salted hash, so that a body can
 * be erased, or never be sent, while the signature over the head still stands and the order of its thread can still be
 * checked.  Head and body lie apart: the head under the key that outlives its case, the body under the key that is
 * destroyed with it.  All documents of one turn share one signature, over the root of a hash tree: the key is used once
 * per turn, whatever a turn does. */
#include "domain/documents/document.h"

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "domain/documents/grantkey.h"

/* Acts without a person: owed to a partner, whatever becomes of their case. */
static const char answers[16] = "answers";

const char *document_type_name(uint16_t type)
{
	const struct act *a = act_of(type);

	return a == NULL ? "unknown" : a->code;
}

bool document_type_known(uint16_t type)
{
	return act_of(type) != NULL;
}

enum msg_kind document_body_kind(uint16_t type)
{
	const struct act *a = act_of(type);

	require(a != NULL);
	return a->body;
}

static struct store_key key_of(const struct doc_key *k)
{
	struct store_key out = turn_key_id(&k->msg);

	key_u16(&out, k->sender);
	return out;
}

/* Salted: who has the head alone cannot guess a short body. */
struct id32 document_commit(const uint8_t salt[32], struct span body)
{
	struct id32 out;

	hash_parts(HASH_BODYCOMMIT, span_of(salt, 32), &body, 1, out.b, sizeof out.b);
	return out;
}

/* Over head and commitment, not the body: a hollow document has the same hash as the whole one. */
struct id32 document_hash(struct span head_bytes, const struct id32 *commit)
{
	const struct span parts[] = {head_bytes, {commit->b, sizeof commit->b}};
	struct id32 out;

	hash_parts(HASH_DOCHASH, span_of(NULL, 0), parts, 2, out.b, sizeof out.b);
	return out;
}

struct doc_brief document_brief(const struct wire_head *h, const struct id32 *hash)
{
	return (struct doc_brief){.hash = *hash,
				  .thread = h->thread_id,
				  .type = h->type,
				  .thread_no = h->thread_no,
				  .cats = h->cats};
}

bool document_verify(const struct wire_sigblock *sig, const struct id32 *hash,
		     const struct id32 *pub, struct id32 *last)
{
	/* Documents of one turn come together, under one signature: a root that was checked just before is not checked
	 * again (*last).  The mark binds key, root and signature, so that nothing else passes for it. */
	uint8_t count[2];
	struct id32 root, mark;
	struct span parts[3];

	if (!hash_merkle_fold(hash, sig->index, sig->count, sig->path, sig->depth, &root))
		return false;
	be16_put(count, sig->count);
	parts[0] = span_of(count, 2);
	parts[1] = span_of(root.b, sizeof root.b);
	parts[2] = span_of(sig->sig, WIRE_SIG);
	hash_parts(HASH_MEMO, span_of(pub->b, sizeof pub->b), parts, 3, mark.b, sizeof mark.b);
	if (id32_equal(&mark, last))
		return true;
	if (!verify_sig(SIGN_DOC, parts, 2, pub, sig->sig))
		return false;
	*last = mark;
	return true;
}

bool document_answers(uint16_t type)
{
	return type == DOC_WITHDRAWAL || type == DOC_ERASED || type == DOC_ERASING ||
	       type == DOC_ONWARD_ANSWER;
}

/* Under which key a body lies: its consent's, if it goes with that; else its case's.  Codes and numbers that are owed
 * whatever becomes of case and consent lie where no erasure takes them away. */
static enum err body_put(struct turn *t, const struct doc_key *key, uint16_t type,
			 const struct id16 *grant, const struct id16 *case_id, struct span salted)
{
	const struct store_key k = key_of(key);
	struct id16 under = *case_id;
	bool goes = false;
	enum err rc;

	require(salted.len >= 32);
	if (document_answers(type) || turn_case_erased(t, case_id)) {
		rc = turn_stand_in(t, answers, &under);
	} else {
		rc = grantkey_holds(t, key->sender, type, grant, &goes);
		under = goes ? *grant : under;
	}
	return rc == ERR_OK ? turn_put_case(t, STORE_DOCBODY, &k, goes ? RECORD_GRANT : RECORD_CASE,
					    &under, salted)
			    : rc;
}

/* The rows of a document, and the keys that they lie under. */
static uint64_t stamp_of(const struct turn *t)
{
	static const enum store_table rests_on[] = {STORE_DOCHEAD,  STORE_DOCBODY,  STORE_CASEKEY,
						    STORE_AUDITKEY, STORE_GRANTKEY, STORE_SHUT};
	uint64_t sum = 0;

	for (size_t i = 0; i < sizeof rests_on / sizeof rests_on[0]; i++)
		sum += store_changes(t->txn, rests_on[i]);
	return sum;
}

/* A row that is only added takes nothing from those that were there before. */
static void added(struct turn *t, uint64_t before)
{
	require(stamp_of(t) >= before);
	t->own.made_rows += stamp_of(t) - before;
}

/* Its place in the thread comes with spec; here it gets its id, its salt and its place among this turn's documents.  The
 * body is on disk before the head is signed: what is signed can be sent. */
enum err document_make(struct turn *t, const struct document_spec *spec,
		       const struct pending_doc **out)
{
	struct node *n = t->node;
	const struct peer *p = state_peer(n, spec->peer);
	struct pending_doc *d = arena_keep(t->arena, sizeof *d);
	uint8_t *head = arena_keep(t->arena, WIRE_DOC_HEAD);
	uint8_t *salted = arena_keep(t->arena, 32 + spec->body.len);
	const uint64_t before = stamp_of(t);
	enum err rc;
	struct wire_head h = {
		.fed_id = n->fed_id,
		.msg_id = bytes_zero(spec->msg_id.b, 16) ? turn_id(t) : spec->msg_id,
		.thread_id = spec->thread_id,
		.grant_id = spec->grant_id,
		.sender = n->node_id,
		.prev_hash = spec->prev_hash,
		.seen_hash = spec->seen_hash,
		.key_seq = n->key_seq,
		.thread_no = spec->thread_no,
		.seen_no = spec->seen_no,
		.origin_inc = n->inc.no,
		.type = spec->type,
		.created_ms = t->wall_ms,
		.expires_ms = spec->expires_ms,
		.cats = spec->cats,
		.basis = spec->basis,
		.table_version = spec->table_version,
	};

	require(spec->thread_no >= 1);
	if (d == NULL || head == NULL || p == NULL || salted == NULL)
		return ERR_NOMEM;
	if (spec->body.len > LIMIT_BODY)
		return turn_refuse_with(t, ERR_LIMIT, REFUSAL_DOCUMENT_TOO_LONG,
					say_number("most", LIMIT_BODY / 1024));
	if (t->doc_count == LIMIT_BURST)
		return ERR_BUSY;
	h.recipient = p->node_id;
	wire_head_put(&h, head);
	turn_random(t, salted, 32);
	if (spec->body.len > 0)
		memcpy(salted + 32, spec->body.p, spec->body.len);
	d->key = (struct doc_key){h.msg_id, 0};
	d->case_id = spec->case_id;
	d->head_bytes = span_of(head, WIRE_DOC_HEAD);
	d->salted = span_of(salted, 32 + spec->body.len);
	d->head = h;
	d->commit = document_commit(salted, spec->body);
	d->hash = document_hash(d->head_bytes, &d->commit);
	d->brief = document_brief(&h, &d->hash);
	require(t->docs_last != NULL);
	*t->docs_last = d;
	t->docs_last = &d->next;
	t->doc_count++;
	*out = d;
	if (spec->cats != 0 && turn_case_erased(t, &spec->case_id))
		return turn_refuse(t, ERR_STATE,
				   REFUSAL_CASE_ERASED); /* nothing personal any more */
	if (t->own.made == NULL && t->doc_count == 1)
		t->own.made_stamp = before - t->own.made_rows;
	rc = body_put(t, &d->key, spec->type, &spec->grant_id, &spec->case_id, d->salted);
	added(t, before);
	return rc;
}

static_assert((int)LIMIT_BURST <= (int)HASH_MERKLE_MAX, "one tree holds a burst");

static void hashes_of(const struct turn *t, struct id32 out[LIMIT_BURST])
{
	size_t i = 0;

	for (const struct pending_doc *d = t->docs; d != NULL; d = d->next)
		out[i++] = d->hash;
	require(i == t->doc_count);
}

void document_sign_request(const struct turn *t, struct id32 *root, uint16_t *count)
{
	struct id32 hashes[LIMIT_BURST];

	require(t->doc_count <= LIMIT_BURST);
	*count = (uint16_t)t->doc_count;
	if (t->doc_count == 0)
		return;
	hashes_of(t, hashes);
	*root = hash_merkle_root(hashes, t->doc_count);
}

/* DOCHEAD := head 248 | commitment 32 | hollow u8 | reason u16 | signature block */
static enum err head_put(struct turn *t, const struct document *d)
{
	struct wr w = arena_wr(t->arena, WIRE_DOC_HEAD + 32 + 3 + 5 + 32 * 6 + WIRE_SIG);
	const struct store_key k = key_of(&d->key);

	require(d->head_bytes.len == WIRE_DOC_HEAD && d->sig.sig != NULL);
	wr_put(&w, d->head_bytes.p, d->head_bytes.len);
	wr_put(&w, d->commit.b, sizeof d->commit.b);
	wr_u8(&w, d->hollow);
	wr_u16(&w, d->reason);
	wire_sigblock_put(&w, &d->sig);
	if (w.over)
		return ERR_NOMEM;
	return turn_put_case(t, STORE_DOCHEAD, &k, RECORD_AUDIT, &d->case_id, wr_span(&w));
}

/* Each document carries its path to the signed root, so that it can be checked alone, later, by anybody. */
static enum err sign_one(struct turn *t, struct pending_doc *p, const struct hash_tree *tree,
			 uint16_t index, const uint8_t *sig)
{
	struct id32 path[HASH_MERKLE_DEPTH_MAX];
	struct document d = {.key = p->key,
			     .case_id = p->case_id,
			     .head_bytes = p->head_bytes,
			     .commit = p->commit};
	const size_t depth = hash_merkle_path(tree, index, path);
	uint8_t *kept = arena_keep(t->arena, depth * sizeof path[0] + 1);
	enum err rc;

	if (kept == NULL)
		return ERR_NOMEM;
	memcpy(kept, path, depth * sizeof path[0]);
	p->sig = (struct wire_sigblock){.count = (uint16_t)t->doc_count,
					.index = index,
					.depth = (uint8_t)depth,
					.path = kept,
					.sig = sig};
	d.sig = p->sig;
	rc = head_put(t, &d);
	return rc == ERR_OK ? turn_audit_case(t, &p->case_id) : rc; /* as it is read again */
}

enum err document_signed(struct turn *t, const uint8_t sig[WIRE_SIG])
{
	const uint64_t before = stamp_of(t);
	struct id32 hashes[LIMIT_BURST];
	uint8_t *kept = arena_keep(t->arena, WIRE_SIG);
	struct hash_tree tree;
	uint16_t i = 0;
	enum err rc = ERR_OK;

	if (kept == NULL)
		return ERR_NOMEM;
	memcpy(kept, sig, WIRE_SIG);
	hashes_of(t, hashes);
	if (t->doc_count > 0)
		hash_merkle_tree(hashes, t->doc_count, &tree);
	for (struct pending_doc *p = t->docs; p != NULL && rc == ERR_OK; p = p->next)
		rc = sign_one(t, p, &tree, i++, kept);
	require(rc != ERR_OK || i == t->doc_count); /* what was signed is stored, all of it */
	added(t, before);
	t->own.made = t->docs;
	t->docs = NULL;
	t->docs_last = &t->docs;
	t->doc_count = 0;
	return rc;
}

/* What was made in this turn mostly leaves in it too.  It is at hand as long as none of it, and no key, was changed or taken away since. */
static bool made_now(const struct turn *t, const struct doc_key *key, struct document *d)
{
	const struct pending_doc *p = t->own.made;

	if (key->sender != 0 || stamp_of(t) - t->own.made_rows != t->own.made_stamp)
		return false;
	while (p != NULL && !id16_equal(&p->key.msg, &key->msg))
		p = p->next;
	if (p == NULL)
		return false;
	*d = (struct document){.key = p->key,
			       .case_id = p->case_id,
			       .head_bytes = p->head_bytes,
			       .head = p->head,
			       .commit = p->commit,
			       .hash = p->hash,
			       .sig = p->sig,
			       .salt = p->salted.p,
			       .body = span_of(p->salted.p + 32, p->salted.len - 32)};
	return true;
}

/* What follows from a document is decided in the turn that stores it: it is at hand, and is read from the store only when anything
 * on which it rests was written since.  Its bytes are those of the frame. */
static void remember(struct turn *t, const struct document *d, const struct wire_doc *wd)
{
	if (t->taken == NULL)
		t->taken = arena_keep(t->arena, sizeof *t->taken);
	if (t->taken == NULL)
		return; /* the turn fails: turn_whole */
	*t->taken = *d;
	t->taken->head = wd->head;
	t->taken->hash = document_hash(d->head_bytes, &d->commit);
	t->taken->salt = wd->salt;
	t->taken->body = wd->body;
	t->taken_stamp = stamp_of(t);
}

static bool remembered(const struct turn *t, const struct doc_key *key, struct document *d)
{
	const struct document *last = t->taken;

	if (last == NULL || t->taken_stamp != stamp_of(t) || last->key.sender != key->sender ||
	    !id16_equal(&last->key.msg, &key->msg))
		return false;
	*d = *last;
	return true;
}

/* As it came, byte for byte: the signature is over these bytes, never over a re-encoding. */
enum err document_keep(struct turn *t, const struct doc_key *key, const struct wire_doc *wd,
		       const struct id16 *case_id, uint16_t verdict)
{
	/* the case was erased here meanwhile: the head is kept for its thread, the body is not */
	const bool gone = verdict == WIRE_VERDICT_OK && !document_answers(wd->head.type) &&
			  turn_case_erased(t, case_id);
	struct document d = {
		.key = *key,
		.case_id = *case_id,
		.head_bytes = wd->head_bytes,
		.hollow = wd->form == WIRE_HOLLOW || verdict != WIRE_VERDICT_OK || gone,
		.reason = wd->form == WIRE_HOLLOW ? wd->reason
			  : gone		  ? WIRE_VERDICT_ERASED_HERE
						  : verdict,
		.sig = wd->sig,
	};
	struct wr body;
	enum err rc;

	d.commit = wd->form == WIRE_HOLLOW ? wd->body_commit : document_commit(wd->salt, wd->body);
	rc = head_put(t, &d);
	if (rc != ERR_OK || d.hollow)
		return rc;
	body = arena_wr(t->arena, 32 + wd->body.len);
	wr_put(&body, wd->salt, 32);
	wr_put(&body, wd->body.p, wd->body.len);
	if (body.over)
		return ERR_NOMEM;
	rc = body_put(t, key, wd->head.type, &wd->head.grant_id, case_id, wr_span(&body));
	/* what an erased case is still told lies under other keys than its own */
	if (rc == ERR_OK && !turn_case_erased(t, case_id))
		remember(t, &d, wd);
	return rc;
}

/* A body is gone or whole, never a part: what is too short for its salt is damage. */
static enum err body_load(struct turn *t, struct document *d)
{
	const struct store_key k = key_of(&d->key);
	struct span v;
	enum err rc = turn_get(t, STORE_DOCBODY, &k, &v);

	if (rc ==
	    ERR_NOTFOUND) { /* erased with its case or its consent: the head stays, and is hollow from now on */
		d->hollow = d->gone = true;
		return ERR_OK;
	}
	if (rc != ERR_OK || v.len < 32)
		return rc == ERR_OK ? ERR_CORRUPT : rc;
	d->salt = v.p;
	d->body = span_of(v.p + 32, v.len - 32);
	return ERR_OK;
}

/* The hash is computed again from what lies on disk: a head that was changed there is another document. */
enum err document_load_head(struct turn *t, const struct doc_key *key, struct document *d)
{
	const struct store_key k = key_of(key);
	struct record_place place;
	struct span v;
	struct rd r;
	enum err rc = record_get_place(t->txn, t->arena, STORE_DOCHEAD, key_span(&k), &place, &v);

	if (rc != ERR_OK)
		return rc;
	*d = (struct document){.key = *key, .case_id = place.case_id};
	r = rd_of(v);
	d->head_bytes = span_of(rd_take(&r, WIRE_DOC_HEAD), WIRE_DOC_HEAD);
	d->commit = rd_id32(&r);
	d->hollow = rd_u8(&r) != 0;
	d->reason = rd_u16(&r);
	if (r.bad || wire_sigblock_get(&r, &d->sig) != ERR_OK || !rd_done(&r) ||
	    wire_head_get(d->head_bytes, &d->head) != ERR_OK)
		return ERR_CORRUPT;
	d->hash = document_hash(d->head_bytes, &d->commit);
	return ERR_OK;
}

enum err document_load(struct turn *t, const struct doc_key *key, struct document *d)
{
	enum err rc;

	if (made_now(t, key, d) || remembered(t, key, d))
		return ERR_OK;
	rc = document_load_head(t, key, d);
	return rc != ERR_OK || d->hollow ? rc : body_load(t, d);
}

bool document_known(struct turn *t, const struct doc_key *key)
{
	const struct store_key k = key_of(key);

	return record_exists(t->txn, STORE_DOCHEAD, key_span(&k));
}

/* A file that the body named, if it did, opens for nobody any more: whoever keeps its ciphertext hears of it (attach.h). */
static enum err note_file(struct turn *t, const struct document *d)
{
	struct turn_emptied *e;

	if (d->head.type != DOC_INFO && d->head.type != DOC_ADDENDUM)
		return ERR_OK;
	e = arena_keep(t->arena, sizeof *e);
	if (e == NULL)
		return ERR_NOMEM;
	*e = (struct turn_emptied){t->emptied, d->key.msg, d->case_id, d->key.sender};
	t->emptied = e;
	return ERR_OK;
}

/* Its hash does not change: it commits to the body without containing it. */
enum err document_hollow(struct turn *t, const struct doc_key *key, uint16_t reason)
{
	const struct store_key k = key_of(key);
	struct document d;
	enum err rc = document_load(t, key, &d);

	if (rc == ERR_OK && (!d.hollow || d.gone))
		rc = note_file(t, &d);
	if (rc != ERR_OK || (d.hollow && !d.gone))
		return rc;
	d.hollow = true;
	d.reason = reason;
	rc = head_put(t, &d);
	if (rc == ERR_OK)
		rc = store_del(t->txn, STORE_DOCBODY, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc; /* gone before */
}

enum err document_look(struct turn *t, const struct doc_key *key, struct document *d)
{
	const struct pending_doc *p = key->sender == 0 ? t->docs : NULL;

	while (p != NULL && !id16_equal(&p->key.msg, &key->msg))
		p = p->next;
	if (p == NULL)
		return document_load(t, key, d);
	*d = (struct document){.key = p->key,
			       .case_id = p->case_id,
			       .head_bytes = p->head_bytes,
			       .head = p->head,
			       .commit = p->commit,
			       .hash = p->hash};
	return body_load(t,
			 d); /* it has a row already: an end of this turn may have taken it again */
}

/* What an erased case still owes a partner: that it answered, and how, without a word about the person.  Also what was said in this very
 * turn: a term ran out at the tick that erases. */
enum err document_outlive(struct turn *t, const struct doc_key *key)
{
	const struct store_key k = key_of(key);
	struct document d;
	enum err rc = document_look(t, key, &d);

	if (rc != ERR_OK || d.hollow || document_answers(d.head.type))
		return rc; /* the last ones lie there already */
	/* what names categories speaks of a person; what is no act could */
	if (d.head.cats != 0 || !document_type_known(d.head.type) ||
	    document_body_kind(d.head.type) != MSG_ACT)
		return store_del(t->txn, STORE_DOCBODY, key_span(&k));
	return document_stay(t, key);
}

enum err document_stay(struct turn *t, const struct doc_key *key)
{
	const struct store_key k = key_of(key);
	struct id16 under;
	struct span salted;
	enum err rc = turn_get(t, STORE_DOCBODY, &k, &salted);

	if (rc == ERR_OK)
		rc = turn_stand_in(t, answers, &under);
	return rc == ERR_OK ? turn_put_case(t, STORE_DOCBODY, &k, RECORD_CASE, &under, salted) : rc;
}

/* The reason for sending it hollow may be one of this moment (a consent ended) or of old (it came without a body). */
void document_carry(struct wr *w, const struct document *d, uint16_t reason)
{
	const bool hollow = d->hollow || reason != 0 || d->salt == NULL;
	const struct wire_doc wd = {
		.head_bytes = d->head_bytes,
		.form = hollow ? WIRE_HOLLOW : WIRE_WHOLE,
		.reason = reason != 0	   ? reason
			  : d->reason != 0 ? d->reason
					   : WIRE_VERDICT_HOLLOW,
		.body_commit = d->commit,
		.salt = d->salt,
		.body = d->body,
		.sig = d->sig,
	};

	require(d->head_bytes.len == WIRE_DOC_HEAD);
	wire_doc_put(w, &wd);
}

/* Held against its schema again: a row on disk is not trusted more than a frame. */
enum err document_body(struct turn *t, const struct document *d, struct msg **out)
{
	struct err_text why;

	if (d->hollow || d->salt == NULL)
		return ERR_NOTFOUND;
	if (!document_type_known(d->head.type))
		return ERR_INVAL;
	return msg_parse(t->arena, document_body_kind(d->head.type), d->body, out, &why);
}
