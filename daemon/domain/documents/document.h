/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * document - one signed statement: made, stored once, verified, hollowed (proto/PROTOCOL.md 7).
 *
 * Layer:    domain/documents (base, proto, store; crypto/hash, verify; lower rooms).
 * Owns:     tables DOCHEAD (head, commitment, signature; audit-detail key) and DOCBODY (salt, body;
 *           case key), both under msg_id 16 | sender u16 (0: this node).
 * Threads:  core process, event-loop thread only.
 * Time:     created and expires are wall-clock milliseconds.
 * Durable:  with the turn's transaction; signed before it commits.
 * Privacy:  bodies are personal; erasing the case key leaves a verifiable head without content.
 */
#ifndef KRING_DOMAIN_DOCUMENTS_DOCUMENT_H
#define KRING_DOMAIN_DOCUMENTS_DOCUMENT_H

#include "domain/state.h"
#include "proto/acts.h"

const char *document_type_name(uint16_t type); /* "unknown" for others */
bool document_type_known(uint16_t type);
enum msg_kind document_body_kind(uint16_t type); /* known types only */

struct doc_key {
	struct id16 msg;
	uint16_t sender; /* peer number, 0 this node */
};

struct document {
	struct doc_key key;
	struct id16 case_id;
	struct span head_bytes;
	struct wire_head head;
	struct id32 commit, hash;
	bool hollow; /* here; its body is not kept or not to be sent */
	bool gone;   /* ... because the key that it lay under is; its head does not say so yet */
	uint16_t reason;
	struct wire_sigblock sig;
	const uint8_t *salt; /* NULL when hollow or erased */
	struct span body;
};

/** What a new document says; links and ids are filled in by document_make. */
struct document_spec {
	struct id16 thread_id, grant_id, case_id;
	struct id16 msg_id; /* zero: drawn */
	uint16_t peer, type;
	uint8_t basis, table_version;
	uint64_t cats, expires_ms;
	uint32_t thread_no, seen_no;
	struct id32 prev_hash, seen_hash;
	struct span body; /* packed by consent_pack_body and by nothing else */
};

/** What is asked of a document of ours when its receipt comes, without opening it. */
struct doc_brief {
	struct id32 hash;
	struct id16 thread;
	uint16_t type;
	uint32_t thread_no;
	uint64_t cats;
};

struct doc_brief document_brief(const struct wire_head *h, const struct id32 *hash);

/** One that this turn made: its bytes live as long as the turn. */
struct pending_doc {
	struct pending_doc *next;
	struct doc_key key;
	struct id16 case_id;
	struct span head_bytes, salted; /* salted: salt 32, body */
	struct wire_head head;
	struct id32 commit, hash;
	struct doc_brief brief;
	struct wire_sigblock sig; /* once it is signed */
};

struct id32 document_commit(const uint8_t salt[32], struct span body);
struct id32 document_hash(struct span head_bytes, const struct id32 *commit);
/** Root of the signature block folds to, checked against pub; roots already checked in this frame
 *  are remembered in *last (zero at first). */
bool document_verify(const struct wire_sigblock *sig, const struct id32 *hash,
		     const struct id32 *pub, struct id32 *last);

/** Make one of ours: head drawn, body stored, queued for the turn's one signature. */
MUST_CHECK enum err document_make(struct turn *t, const struct document_spec *spec,
				  const struct pending_doc **out);
/** document_sign_request(t, root, count): Merkle root of all documents made in this turn; count 0:
 *  nothing to sign.  At most LIMIT_BURST. */
void document_sign_request(const struct turn *t, struct id32 *root, uint16_t *count);
/** Store them with that signature (SIGN_DOC over count u16 | root). */
MUST_CHECK enum err document_signed(struct turn *t, const uint8_t sig[WIRE_SIG]);

/** Store a received one, verified by the caller; verdict other than OK keeps no body. */
MUST_CHECK enum err document_keep(struct turn *t, const struct doc_key *key,
				  const struct wire_doc *d, const struct id16 *case_id,
				  uint16_t verdict);
/** ERR_NOTFOUND: never seen, or the audit key of its case is gone. */
MUST_CHECK enum err document_load(struct turn *t, const struct doc_key *key, struct document *d);
/** The same, also of one that this turn made and did not sign yet: it has no signature then. */
MUST_CHECK enum err document_look(struct turn *t, const struct doc_key *key, struct document *d);
/** As document_load, without the body: d says hollow only of one that came or was kept so. */
MUST_CHECK enum err document_load_head(struct turn *t, const struct doc_key *key,
				       struct document *d);
bool document_known(struct turn *t, const struct doc_key *key);
/** A word about an end, of codes and numbers: it lies where no erasure takes it away, so that it is never owed in vain. */
bool document_answers(uint16_t type);
/** Drop the body for good: by the operator, or when the payload must go. */
MUST_CHECK enum err document_hollow(struct turn *t, const struct doc_key *key, uint16_t reason);
/** Its case is being erased and it is still owed: an act of codes and numbers is kept, anything else is
 *  dropped. */
MUST_CHECK enum err document_outlive(struct turn *t, const struct doc_key *key);
/** Its body names nobody, and no longer goes with the key of its case.  ERR_NOTFOUND: it has none. */
MUST_CHECK enum err document_stay(struct turn *t, const struct doc_key *key);
/** As it travels; reason other than 0 sends it hollow. */
void document_carry(struct wr *w, const struct document *d, uint16_t reason);
/** Parse the kept body.  ERR_NOTFOUND when hollow. */
MUST_CHECK enum err document_body(struct turn *t, const struct document *d, struct msg **out);

#endif /* KRING_DOMAIN_DOCUMENTS_DOCUMENT_H */
