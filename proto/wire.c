/* SPDX-License-Identifier: EUPL-1.2 */
/* Envelope, prekey, frame and document as bytes.  What holds for every reader here:
 *
 *  - it takes untrusted bytes and answers ERR_OK only when every byte was accounted for: the length of a layout is
 *    exact, reserved bytes are zero, nothing is left over.  Two nodes that accept the same bytes thereby read the
 *    same things in them, and nobody hides anything between two fields;
 *  - it checks layout alone.  Whether a number, a key or a signature is right is for who knows the state: domain
 *    and crypto ask after the bytes are known to be whole;
 *  - it allocates nothing and copies no content: parsed structs borrow from the bytes they were read from.
 *
 * Every writer fills its layout to the last byte, which require() holds against the length in wire.h: a field that
 * is added in one place and forgotten in the other cannot leave this file. */
#include "proto/wire.h"

#include "base/check.h"
#include "base/text.h"

enum { ENVELOPE_VERSION = 1 };

static_assert(WIRE_PREKEY_LEN < WIRE_ENVELOPE_EXTRA + LIMIT_CLASS_0,
	      "the length tells the two apart");
static_assert(LIMIT_CLASS_0 < LIMIT_CLASS_1 && LIMIT_CLASS_1 < LIMIT_CLASS_2, "classes grow");
static_assert(LIMIT_BURST <= 1u << 6, "a path of six hashes reaches every leaf");
static_assert(LIMIT_BODY + WIRE_DOC_HEAD + WIRE_FRAME_EXTRA < LIMIT_CLASS_2,
	      "a document fits a frame");

static const char magic_envelope[4] = {'K', 'R', 'G', 'v'};
static const char magic_prekey[8] = "KRG1pre";
static const char magic_frame[8] = "KRG1frm";
static const char magic_doc[8] = "KRG1doc";

static void put_id16(struct wr *w, const struct id16 *id)
{
	wr_put(w, id->b, sizeof id->b);
}

static void put_id32(struct wr *w, const struct id32 *id)
{
	wr_put(w, id->b, sizeof id->b);
}

/* Each layout begins with its own eight (four) bytes.  They are signed with the rest, so that a signature under one
 * layout can never be shown as one under another, even where labels were forgotten. */
static bool magic_is(struct rd *r, const void *magic, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	return p != NULL && memcmp(p, magic, n) == 0;
}

/* The padded length of a frame.  Three sizes only: an observer learns one of three things about it. */
uint32_t wire_class_len(uint8_t class_no)
{
	static const uint32_t len[WIRE_CLASSES] = {LIMIT_CLASS_0, LIMIT_CLASS_1, LIMIT_CLASS_2};

	return class_no < WIRE_CLASSES ? len[class_no] : 0;
}

void wire_envelope_put(const struct wire_envelope *e, uint8_t head[WIRE_ENVELOPE_HEAD])
{
	struct wr w = wr_of(head, WIRE_ENVELOPE_HEAD);

	wr_put(&w, magic_envelope, sizeof magic_envelope);
	wr_u8(&w, ENVELOPE_VERSION);
	wr_u8(&w, e->suite);
	wr_u8(&w, e->class_no);
	wr_u8(&w, 0);
	put_id16(&w, &e->fed_id);
	put_id32(&w, &e->recipient);
	put_id16(&w, &e->prekey);
	wr_u64(&w, e->not_after_s);
	wr_zero(&w, 32); /* ek: written when sealed */
	require(!w.over && w.len == WIRE_ENVELOPE_HEAD);
}

enum err wire_envelope_get(struct span s, struct wire_envelope *e)
{
	struct rd r = rd_of(s);

	if (!magic_is(&r, magic_envelope, sizeof magic_envelope) || rd_u8(&r) != ENVELOPE_VERSION)
		return ERR_MALFORMED;
	/* A suite or class that this version does not know is refused, never guessed: no downgrade by a byte. */
	e->suite = rd_u8(&r);
	e->class_no = rd_u8(&r);
	e->inner_len = wire_class_len(e->class_no);
	if (rd_u8(&r) != 0 || e->suite != WIRE_SUITE_1 || e->inner_len == 0)
		return ERR_MALFORMED;
	e->fed_id = rd_id16(&r);
	e->recipient = rd_id32(&r);
	e->prekey = rd_id16(&r);
	e->not_after_s = rd_u64(&r);
	return r.bad || s.len != WIRE_ENVELOPE_EXTRA + e->inner_len ? ERR_MALFORMED : ERR_OK;
}

void wire_prekey_put(const struct wire_prekey *p, uint8_t out[WIRE_PREKEY_SIGNED])
{
	struct wr w = wr_of(out, WIRE_PREKEY_SIGNED);

	wr_put(&w, magic_prekey, sizeof magic_prekey);
	put_id16(&w, &p->fed_id);
	put_id32(&w, &p->node);
	wr_u32(&w, p->key_seq);
	put_id32(&w, &p->peer);
	wr_u64(&w, p->time_ms);
	put_id16(&w, &p->id);
	wr_u8(&w, p->kind);
	wr_u8(&w, p->suite);
	wr_u64(&w, p->not_after_s);
	put_id32(&w, &p->pub);
	require(!w.over && w.len == WIRE_PREKEY_SIGNED);
}

/* A message of exactly this length is a prekey record, any other an envelope; so the length decides first. */
enum err wire_prekey_get(struct span s, struct wire_prekey *p)
{
	struct rd r = rd_of(s);

	if (s.len != WIRE_PREKEY_LEN || !magic_is(&r, magic_prekey, sizeof magic_prekey))
		return ERR_MALFORMED;
	p->fed_id = rd_id16(&r);
	p->node = rd_id32(&r);
	p->key_seq = rd_u32(&r);
	p->peer = rd_id32(&r);
	p->time_ms = rd_u64(&r);
	p->id = rd_id16(&r);
	p->kind = rd_u8(&r);
	p->suite = rd_u8(&r);
	p->not_after_s = rd_u64(&r);
	p->pub = rd_id32(&r);
	p->sig = rd_take(&r, WIRE_SIG);
	if (!rd_done(&r) || p->kind > WIRE_PREKEY_PAIR || p->suite != WIRE_SUITE_1)
		return ERR_MALFORMED;
	return ERR_OK;
}

/* ---- frames ---- */

/* Number and random id together: a number alone could be drawn twice by a node that was set back twice. */
static void put_inc(struct wr *w, const struct incarnation *i)
{
	wr_u32(w, i->no);
	put_id16(w, &i->id);
}

static struct incarnation get_inc(struct rd *r)
{
	struct incarnation i;

	i.no = rd_u32(r);
	i.id = rd_id16(r);
	return i;
}

void wire_frame_put(const struct wire_frame *f, uint8_t out[WIRE_FRAME_HEAD])
{
	struct wr w = wr_of(out, WIRE_FRAME_HEAD);

	wr_put(&w, magic_frame, sizeof magic_frame);
	put_id16(&w, &f->fed_id);
	put_id32(&w, &f->sender);
	wr_u32(&w, f->key_seq);
	put_id32(&w, &f->recipient);
	put_inc(&w, &f->my_inc);
	put_inc(&w, &f->your_inc);
	wr_u64(&w, f->first_seq);
	wr_u64(&w, f->got_upto);
	wr_u64(&w, f->held);
	wr_u64(&w, f->time_ms);
	wr_u64(&w, f->roster_seq);
	put_id32(&w, &f->roster_head);
	wr_u16(&w, f->part_count);
	require(!w.over && w.len == WIRE_FRAME_HEAD);
}

bool wire_frame_head_get(const uint8_t head[WIRE_FRAME_HEAD], struct wire_frame *f)
{
	struct rd r = rd_of(span_of(head, WIRE_FRAME_HEAD));

	if (!magic_is(&r, magic_frame, sizeof magic_frame))
		return false;
	f->fed_id = rd_id16(&r);
	f->sender = rd_id32(&r);
	f->key_seq = rd_u32(&r);
	f->recipient = rd_id32(&r);
	f->my_inc = get_inc(&r);
	f->your_inc = get_inc(&r);
	f->first_seq = rd_u64(&r);
	f->got_upto = rd_u64(&r);
	f->held = rd_u64(&r);
	f->time_ms = rd_u64(&r);
	f->roster_seq = rd_u64(&r);
	f->roster_head = rd_id32(&r);
	f->part_count = rd_u16(&r);
	/* incarnations count from 1: a zero here is a frame that was never filled in */
	return rd_done(&r) && f->part_count <= LIMIT_FRAME_PARTS && f->my_inc.no != 0;
}

/* The opened envelope: head, as many parts as the head counts, signature, zeros to the class length.  The zeros are
 * checked because they are the sender's to choose: other bytes there would be a channel that nothing covers. */
enum err wire_frame_get(struct span inner, struct wire_frame_view *v)
{
	struct rd r = rd_of(inner), parts;
	struct wire_part p;

	v->head_bytes = span_of(rd_take(&r, WIRE_FRAME_HEAD), WIRE_FRAME_HEAD);
	if (r.bad || !wire_frame_head_get(v->head_bytes.p, &v->head))
		return ERR_MALFORMED;
	/* once through, to find where the signature begins; the caller reads the parts again after it was verified */
	parts = r;
	for (unsigned i = 0; i < v->head.part_count; i++)
		if (!wire_part_next(&r, &p))
			return ERR_MALFORMED;
	v->parts = span_of(parts.p, (size_t)(r.p - parts.p));
	v->sig = rd_take(&r, WIRE_SIG);
	return r.bad || !bytes_zero(r.p, r.left) ? ERR_MALFORMED : ERR_OK;
}

void wire_part_put(struct wr *w, uint8_t type, struct span bytes)
{
	wr_u8(w, type);
	wr_u8(w, 0);
	wr_u32(w, (uint32_t)bytes.len);
	wr_put(w, bytes.p, bytes.len);
}

/* Types and flags that are not known are given to the caller, which passes over them: parts may be added to the
 * protocol without breaking a frame for a node that does not know them. */
bool wire_part_next(struct rd *r, struct wire_part *p)
{
	if (r->left == 0)
		return false;
	p->type = rd_u8(r);
	p->flags = rd_u8(r);
	p->bytes.len = rd_u32(r);
	/* A length past the end makes the reader bad, and the walk over the parts ends with it. */
	p->bytes.p = rd_take(r, p->bytes.len);
	return !r->bad;
}

static bool letter_or_digit(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* It is shown on screens and in what other programs read, so nothing is in it that means something there. */
bool wire_version_get(struct span s, char out[WIRE_VERSION_MAX + 1])
{
	require(out != NULL);
	out[0] = '\0';
	if (s.len == 0 || s.len > WIRE_VERSION_MAX || !letter_or_digit(s.p[0]))
		return false;
	for (size_t i = 1; i < s.len; i++)
		if (s.p[i] == '\0' || (!letter_or_digit(s.p[i]) && strchr(".+~-", s.p[i]) == NULL))
			return false;
	memcpy(out, s.p, s.len);
	out[s.len] = '\0';
	return true;
}

const char *wire_verdict_text(uint16_t code)
{
	/* clang-format off */
	switch (code) {
#define WIRE_VERDICT_TEXT(name, no, text) case (no): return (text);
	WIRE_VERDICTS(WIRE_VERDICT_TEXT)
#undef WIRE_VERDICT_TEXT
	default:
		return "unknown";
	}
	/* clang-format on */
}

/* ---- documents ---- */
void wire_verdict_put(struct wr *w, const struct wire_verdict *v)
{
	put_id32(w, &v->doc_hash);
	wr_u16(w, v->code);
	wr_u64(w, v->stored_ms);
}

struct wire_verdict wire_verdict_get(struct rd *r)
{
	struct wire_verdict v;

	v.doc_hash = rd_id32(r);
	v.code = rd_u16(r);
	v.stored_ms = rd_u64(r);
	return v;
}

/* These bytes are what is signed, and they are kept as received: a signature is checked over them and never over a
 * head that was written again from its fields. */
void wire_head_put(const struct wire_head *h, uint8_t out[WIRE_DOC_HEAD])
{
	struct wr w = wr_of(out, WIRE_DOC_HEAD);

	wr_put(&w, magic_doc, sizeof magic_doc);
	put_id16(&w, &h->fed_id);
	put_id32(&w, &h->sender);
	wr_u32(&w, h->key_seq);
	put_id32(&w, &h->recipient);
	put_id16(&w, &h->msg_id);
	wr_u16(&w, h->type);
	wr_u16(&w, h->flags);
	wr_u64(&w, h->created_ms);
	wr_u64(&w, h->expires_ms);
	put_id16(&w, &h->thread_id);
	wr_u32(&w, h->thread_no);
	put_id32(&w, &h->prev_hash);
	wr_u32(&w, h->seen_no);
	put_id32(&w, &h->seen_hash);
	put_id16(&w, &h->grant_id);
	wr_u8(&w, h->basis);
	wr_u8(&w, h->table_version);
	wr_u16(&w, 0);
	wr_u64(&w, h->cats);
	wr_u32(&w, h->origin_inc);
	require(!w.over && w.len == WIRE_DOC_HEAD);
}

enum err wire_head_get(struct span s, struct wire_head *h)
{
	struct rd r = rd_of(s);
	uint16_t zero;

	if (s.len != WIRE_DOC_HEAD || !magic_is(&r, magic_doc, sizeof magic_doc))
		return ERR_MALFORMED;
	h->fed_id = rd_id16(&r);
	h->sender = rd_id32(&r);
	h->key_seq = rd_u32(&r);
	h->recipient = rd_id32(&r);
	h->msg_id = rd_id16(&r);
	h->type = rd_u16(&r);
	h->flags = rd_u16(&r);
	h->created_ms = rd_u64(&r);
	h->expires_ms = rd_u64(&r);
	h->thread_id = rd_id16(&r);
	h->thread_no = rd_u32(&r);
	h->prev_hash = rd_id32(&r);
	h->seen_no = rd_u32(&r);
	h->seen_hash = rd_id32(&r);
	h->grant_id = rd_id16(&r);
	h->basis = rd_u8(&r);
	h->table_version = rd_u8(&r);
	zero = rd_u16(&r);
	h->cats = rd_u64(&r);
	h->origin_inc = rd_u32(&r);
	/* places in a log count from 1; 0 is "nothing before" in prev and seen */
	return rd_done(&r) && zero == 0 && h->thread_no != 0 ? ERR_OK : ERR_MALFORMED;
}

void wire_sigblock_put(struct wr *w, const struct wire_sigblock *s)
{
	wr_u16(w, s->count);
	wr_u16(w, s->index);
	wr_u8(w, s->depth);
	wr_put(w, s->path, (size_t)32 * s->depth);
	wr_put(w, s->sig, WIRE_SIG);
}

/* One signature may cover a burst of documents: it is over the root of a tree of hashes, and each document carries
 * its path to the root.  Depth 6 is the tree of LIMIT_BURST leaves. */
enum err wire_sigblock_get(struct rd *r, struct wire_sigblock *s)
{
	s->count = rd_u16(r);
	s->index = rd_u16(r);
	s->depth = rd_u8(r);
	if (r->bad || s->count == 0 || s->count > LIMIT_BURST || s->index >= s->count ||
	    s->depth > 6)
		return ERR_MALFORMED;
	s->path = rd_take(r, (size_t)32 * s->depth);
	s->sig = rd_take(r, WIRE_SIG);
	return r->bad ? ERR_MALFORMED : ERR_OK;
}

/* Whole: salt and body, from which the commitment in the signed hash is computed.  Hollow: the commitment alone, with the
 * reason why the content is not there; the signature holds for both forms, so a log has no gap where something was erased. */
void wire_doc_put(struct wr *w, const struct wire_doc *d)
{
	wr_put(w, d->head_bytes.p, d->head_bytes.len);
	wr_u8(w, d->form);
	if (d->form == WIRE_WHOLE) {
		wr_put(w, d->salt, 32);
		wr_u32(w, (uint32_t)d->body.len);
		wr_put(w, d->body.p, d->body.len);
	} else {
		put_id32(w, &d->body_commit);
		wr_u16(w, d->reason);
	}
	wire_sigblock_put(w, &d->sig);
}

enum err wire_doc_get(struct span s, struct wire_doc *d)
{
	struct rd r = rd_of(s);
	enum err rc;

	d->head_bytes = span_of(rd_take(&r, WIRE_DOC_HEAD), WIRE_DOC_HEAD);
	if (r.bad)
		return ERR_MALFORMED;
	rc = wire_head_get(d->head_bytes, &d->head);
	if (rc != ERR_OK)
		return rc;
	d->form = rd_u8(&r);
	d->salt = NULL;
	d->body = span_of(NULL, 0);
	d->reason = 0;
	if (d->form == WIRE_WHOLE) {
		d->salt = rd_take(&r, 32);
		d->body.len = rd_u32(&r);
		/* A limit of its own error: the partner is told that the document is too large, and
		 * not that it lies. */
		if (d->body.len > LIMIT_BODY)
			return ERR_LIMIT;
		d->body.p = rd_take(&r, d->body.len);
	} else if (d->form == WIRE_HOLLOW) {
		d->body_commit = rd_id32(&r);
		d->reason = rd_u16(&r);
	} else {
		return ERR_MALFORMED;
	}
	rc = wire_sigblock_get(&r, &d->sig);
	if (rc != ERR_OK)
		return rc;
	return rd_done(&r) ? ERR_OK : ERR_MALFORMED;
}

void wire_checkpoint_signed(const struct wire_checkpoint *c, uint8_t out[WIRE_CHECKPOINT_SIGNED])
{
	struct wr w = wr_of(out, WIRE_CHECKPOINT_SIGNED);

	wr_put(&w, c->node.b, 32);
	wr_u32(&w, c->inc_no);
	wr_u64(&w, c->seq);
	wr_put(&w, c->hash.b, 32);
	wr_u64(&w, c->time_s);
	require(!w.over && w.len == WIRE_CHECKPOINT_SIGNED);
}

/* kind u8 (0 checkpoint, 1 cosignature) | signed 84 | sig 64 | [cosigner 32 | sig 64] */
void wire_checkpoint_put(struct wr *w, const struct wire_checkpoint *c)
{
	uint8_t b[WIRE_CHECKPOINT_SIGNED];

	wire_checkpoint_signed(c, b);
	wr_u8(w, c->cosig != NULL);
	wr_put(w, b, sizeof b);
	wr_put(w, c->sig, WIRE_SIG);
	if (c->cosig == NULL)
		return;
	wr_put(w, c->cosigner.b, 32);
	wr_put(w, c->cosig, WIRE_SIG);
}

enum err wire_checkpoint_get(struct span s, struct wire_checkpoint *c)
{
	struct rd r = rd_of(s);
	const uint8_t kind = rd_u8(&r);

	c->node = rd_id32(&r);
	c->inc_no = rd_u32(&r);
	c->seq = rd_u64(&r);
	c->hash = rd_id32(&r);
	c->time_s = rd_u64(&r);
	c->sig = rd_take(&r, WIRE_SIG);
	c->cosig = NULL;
	if (kind == 1) {
		c->cosigner = rd_id32(&r);
		c->cosig = rd_take(&r, WIRE_SIG);
	}
	return rd_done(&r) && kind <= 1 ? ERR_OK : ERR_MALFORMED;
}
