/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * wire - fixed layouts: envelope, prekey, frame, parts, document (wire_roster.h has membership).
 *
 * Layer:    proto (base only).  Hashes and signatures are domain's and crypto's.
 * Owns:     nothing; parsed structs borrow from the bytes they were read from.
 * Threads:  any.
 * Time:     *_s unix seconds, *_ms unix milliseconds.
 * Durable:  nothing.
 * Privacy:  layouts only.  PROTOCOL.md has the same tables for other implementations.
 */
#ifndef KRING_PROTO_WIRE_H
#define KRING_PROTO_WIRE_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"

enum {
	WIRE_ENVELOPE_HEAD = 112,
	WIRE_ENVELOPE_EXTRA = 112 + 32 + 16, /* suite 1 */
	WIRE_PREKEY_LEN = 222,
	WIRE_PREKEY_SIGNED = 222 - 64,
	WIRE_FRAME_HEAD = 206,
	WIRE_FRAME_EXTRA = 206 + 64,
	WIRE_PART_HEAD = 6,
	WIRE_DOC_HEAD = 248,
	WIRE_SIG = 64,
	WIRE_SUITE_1 = 1,
	WIRE_CLASSES = 3,
	WIRE_VERDICT_ROW = 42,
};

/** Plain length of a class; 0 for no such class. */
uint32_t wire_class_len(uint8_t class_no);

/* ---- envelope: all that net parses ---- */
struct wire_envelope {
	uint8_t suite, class_no;
	struct id16 fed_id, prekey;
	struct id32 recipient;
	uint64_t not_after_s;
	uint32_t inner_len;
};
void wire_envelope_put(const struct wire_envelope *e, uint8_t head[WIRE_ENVELOPE_HEAD]);
/** ERR_MALFORMED unless magic, version, suite, class, flags and exact length fit. */
MUST_CHECK enum err wire_envelope_get(struct span s, struct wire_envelope *e);

/* ---- prekey record ---- */
enum { WIRE_PREKEY_EPOCH = 0, WIRE_PREKEY_PAIR = 1 };
struct wire_prekey {
	struct id16 fed_id, id;
	struct id32 node, peer, pub;
	uint32_t key_seq;
	uint8_t kind, suite;
	uint64_t time_ms,
		not_after_s; /* PAIR keys change with every frame: seconds are too coarse */
	const uint8_t *sig;
};
void wire_prekey_put(const struct wire_prekey *p, uint8_t out[WIRE_PREKEY_SIGNED]);
MUST_CHECK enum err wire_prekey_get(struct span s, struct wire_prekey *p);

/* ---- frame ---- */
struct incarnation {
	uint32_t no; /* 0: unknown */
	struct id16 id;
};
static inline bool incarnation_equal(const struct incarnation *a, const struct incarnation *b)
{
	return a->no == b->no && id16_equal(&a->id, &b->id);
}
struct wire_frame {
	struct id16 fed_id;
	struct id32 sender, recipient, roster_head;
	uint32_t key_seq;
	struct incarnation my_inc, your_inc;
	uint64_t first_seq, got_upto, held, time_ms, roster_seq;
	uint16_t part_count;
};
struct wire_frame_view {
	struct wire_frame head;
	struct span head_bytes, parts;
	const uint8_t *sig;
};
void wire_frame_put(const struct wire_frame *f, uint8_t out[WIRE_FRAME_HEAD]);
/** A head alone, as a receipt carries it. */
bool wire_frame_head_get(const uint8_t head[WIRE_FRAME_HEAD], struct wire_frame *f);
/** inner: the opened, padded plaintext.  ERR_MALFORMED: lengths, part count or padding. */
MUST_CHECK enum err wire_frame_get(struct span inner, struct wire_frame_view *v);

/* clang-format off */
#define WIRE_PARTS(X)                                                                     \
	X(DOCUMENT, 1) X(RETURNED, 2) X(VERDICTS, 3) X(WANT_VERDICTS, 4) X(REFUSED, 5)    \
	X(ROLLED_BACK, 6) X(RELAY_PULL, 7) X(RELAY_ACK, 8) X(OFFER_IDS, 9) X(WANT_IDS, 10) \
	X(THREAD_HEADS, 11) X(PREKEYS, 12) X(UNOPENED, 13) X(NODE_RECORD, 14) X(ROSTER, 15) \
	X(WITNESS, 16) X(AUDIT_HEAD, 17) X(PING, 18) X(CHUNK_REQ, 19) X(CHUNK, 20) X(COVER, 21) \
	X(LEDGER, 22) X(PROPOSAL, 23) X(VERSION, 24)
enum wire_part_type {
#define WIRE_PART_ENUM(name, no) WIRE_PART_##name = (no),
	WIRE_PARTS(WIRE_PART_ENUM)
#undef WIRE_PART_ENUM
};
/* clang-format on */
enum { WIRE_PART_CRITICAL = 1 };
struct wire_part {
	uint8_t type, flags;
	struct span bytes;
};
void wire_part_put(struct wr *w, uint8_t type, struct span bytes);
/** False at the end or on a bad length (then r->bad). */
bool wire_part_next(struct rd *r, struct wire_part *p);

/* ---- VERSION: what its sender says that it runs ---- */
enum { WIRE_VERSION_MAX = 32 };
/** False, and out is "": it is empty, too long, or not of letters, digits and . + ~ - behind a letter or digit. */
bool wire_version_get(struct span s, char out[WIRE_VERSION_MAX + 1]);

/* ---- AUDIT_HEAD: how far a node's audit log goes, over its signature; and a partner's beside it ---- */
struct wire_checkpoint {
	struct id32 node, hash;
	uint32_t inc_no;
	uint64_t seq, time_s;
	const uint8_t *sig;
	struct id32 cosigner;
	const uint8_t *cosig; /* NULL: a checkpoint; else a cosignature of it */
};
enum { WIRE_CHECKPOINT_SIGNED = 32 + 4 + 8 + 32 + 8, WIRE_CHECKPOINT_MAX = 1 + 84 + 64 + 32 + 64 };
void wire_checkpoint_signed(const struct wire_checkpoint *c, uint8_t out[WIRE_CHECKPOINT_SIGNED]);
void wire_checkpoint_put(struct wr *w, const struct wire_checkpoint *c);
MUST_CHECK enum err wire_checkpoint_get(struct span s, struct wire_checkpoint *c);

/* ---- verdicts ---- */
/* clang-format off */
#define WIRE_VERDICTS(X)                                                   \
	X(OK, 0, "ok")			 /* stored whole */               \
	X(HOLLOW, 1, "hollow")		 /* stored hollow, sent hollow */ \
	X(SCOPE, 2, "scope")		 /* over consent or agreement */  \
	X(NO_GRANT, 3, "no-grant")	 /* no consent known */           \
	X(EXPIRED, 4, "consent-expired")                                   \
	X(WITHDRAWN, 5, "consent-withdrawn")                               \
	X(MALFORMED, 6, "malformed")                                       \
	X(LOST_ACT, 7, "lost-act")                                         \
	X(PURPOSE, 8, "purpose")                                           \
	X(DROPPED, 9, "dropped")	 /* by the sender's operator */   \
	X(ERASED_HERE, 10, "erased-here") /* its case was erased at the receiver */ \
	X(NO_AGREEMENT, 11, "no-agreement") /* of the two partners */     \
	X(AGREEMENT, 12, "agreement-narrow")                               \
	X(AGREEMENT_ENDED, 13, "agreement-ended")                          \
	X(CANNOT_STORE, 14, "cannot-store") /* not stored: it is asked again later */ \
	X(TOO_MANY, 15, "too-many") /* nor was this: the receiver keeps no more of this sender */ \
	X(RECALLED, 16, "recalled") /* taken back before it left: its end is right behind it */ \
	X(UNPROVEN, 17, "unproven") /* an answer handed on: not signed by whom it names */ \
	X(ASTRAY, 18, "astray") /* ... not of this consent, or of no holder behind its sender */ \
	X(REPEATED, 19, "repeated") /* ... was handed on before */ \
	X(TOO_DEEP, 20, "too-deep") /* ... one more than a consent may have, or from too deep */
enum wire_verdict_code {
#define WIRE_VERDICT_ENUM(name, no, text) WIRE_VERDICT_##name = (no),
	WIRE_VERDICTS(WIRE_VERDICT_ENUM)
#undef WIRE_VERDICT_ENUM
};
/* clang-format on */
const char *wire_verdict_text(uint16_t code);
/** Not stored, and asked again: its sender keeps it. */
static inline bool wire_verdict_waits(uint16_t code)
{
	return code == WIRE_VERDICT_CANNOT_STORE || code == WIRE_VERDICT_TOO_MANY;
}
struct wire_verdict {
	struct id32 doc_hash;
	uint16_t code;
	uint64_t stored_ms;
};
void wire_verdict_put(struct wr *w, const struct wire_verdict *v);
struct wire_verdict wire_verdict_get(struct rd *r);

/** REFUSED: a reason that acts before acceptance and consumes no number. */
enum {
	WIRE_REFUSED_RESYNC = 1,
	WIRE_REFUSED_BUSY = 2,
	WIRE_REFUSED_SIGNATURE = 3,
	WIRE_REFUSED_ORDER = 4,
	WIRE_REFUSED_CLASS = 5,	      /* a class without cases on a document about a person */
	WIRE_REFUSED_CLONE = 6,	      /* your identity runs twice: the pair stops */
	WIRE_REFUSED_CANNOT_STORE = 7 /* a document of this thread fails here by itself */
};

/* ---- document ---- */
struct wire_head {
	struct id16 fed_id, msg_id, thread_id, grant_id;
	struct id32 sender, recipient, prev_hash, seen_hash;
	uint32_t key_seq, thread_no, seen_no, origin_inc;
	uint16_t type, flags;
	uint64_t created_ms, expires_ms, cats;
	uint8_t basis, table_version;
};
enum { WIRE_WHOLE = 0, WIRE_HOLLOW = 1 };
enum { WIRE_BASIS_CONSENT = 1, WIRE_BASIS_NONE = 0 };
struct wire_sigblock {
	uint16_t count, index;
	uint8_t depth;
	const uint8_t *path; /* depth * 32 */
	const uint8_t *sig;
};
struct wire_doc {
	struct span head_bytes;
	struct wire_head head;
	uint8_t form;
	uint16_t reason;	 /* hollow */
	struct id32 body_commit; /* hollow only; whole: computed by domain/documents/document */
	const uint8_t *salt;	 /* whole */
	struct span body;	 /* whole */
	struct wire_sigblock sig;
};
void wire_head_put(const struct wire_head *h, uint8_t out[WIRE_DOC_HEAD]);
MUST_CHECK enum err wire_head_get(struct span s, struct wire_head *h);
void wire_sigblock_put(struct wr *w, const struct wire_sigblock *s);
MUST_CHECK enum err wire_sigblock_get(struct rd *r, struct wire_sigblock *s);
void wire_doc_put(struct wr *w, const struct wire_doc *d);
MUST_CHECK enum err wire_doc_get(struct span s, struct wire_doc *d);

#endif /* KRING_PROTO_WIRE_H */
