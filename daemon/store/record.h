/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * record - values as they lie in the store: a header, sealed, padded (FORMAT.md).
 *
 * Layer:    store (base only).  The keys are behind record_cipher, filled in by core/.
 * Owns:     tables CASEKEY, AUDITKEY and GRANTKEY.
 * Threads:  as store.h.
 * Time:     none.
 * Durable:  with the transaction.
 * Privacy:  nothing reaches store_put unsealed but wrapped keys; deleting a wrapped key makes
 *           every record of its case unreadable at once.
 */
#ifndef KRING_STORE_RECORD_H
#define KRING_STORE_RECORD_H

#include "base/arena.h"
#include "store/store.h"

/** Which key a value is under.  Of GRANT the id is that of a consent, or of the case whose person partners tell (told.h). */
enum record_class { RECORD_META, RECORD_CASE, RECORD_AUDIT, RECORD_GRANT };

enum { RECORD_WRAPPED_LEN = 76, RECORD_SEAL_EXTRA = 40 };

struct record_cipher {
	enum err (*key_new)(void *ctx, enum record_class cls, const struct id16 *case_id,
			    uint8_t wrapped[RECORD_WRAPPED_LEN]);
	/* wrapped NULL: of a key that is held.  io: associated data, input; out holds input + RECORD_SEAL_EXTRA (seal) or less (open) */
	enum err (*seal)(void *ctx, enum record_class cls, const struct id16 *case_id,
			 const uint8_t *wrapped, const struct span io[2], uint8_t *out);
	enum err (*open)(void *ctx, enum record_class cls, const struct id16 *case_id,
			 const uint8_t *wrapped, const struct span io[2], uint8_t *out);
	/* case_id NULL: under the node-wide key */
	enum err (*derive)(void *ctx, const struct id16 *case_id, const uint8_t *wrapped,
			   struct span input, struct id16 *out);
	void *ctx;
	/* A key that a write transaction uses is unwrapped once and held until its end; let_go wipes all of them.  NULL: each use
	 * unwraps. */
	bool (*holds)(void *ctx, enum record_class cls, const struct id16 *case_id);
	enum err (*hold)(void *ctx, enum record_class cls, const struct id16 *case_id,
			 const uint8_t *wrapped);
	void (*let_go)(void *ctx);
};

struct record_place {
	enum store_table table;
	enum record_class cls;
	struct id16 case_id; /* zero for RECORD_META; the grant for RECORD_GRANT */
};

/** Both keys of a new case.  ERR_EXISTS when it has them. */
MUST_CHECK enum err record_case_keys(struct store_txn *txn, const struct id16 *case_id);
/** The key of what goes when this consent does.  ERR_EXISTS. */
MUST_CHECK enum err record_grant_key(struct store_txn *txn, const struct id16 *grant);
/** Another key in the place of the case's own: what lies under the one before opens no more.  Its audit key stays.  ERR_NOTFOUND: erased. */
MUST_CHECK enum err record_case_rekey(struct store_txn *txn, const struct id16 *case_id);
/** A value only this case can name again (pseudonym, thread id). ERR_NOTFOUND: erased. */
MUST_CHECK enum err record_derive(struct store_txn *txn, const struct id16 *case_id,
				  struct span input, struct id16 *out);
/** Stands for a case in the audit chain after its keys are gone. */
MUST_CHECK enum err record_commit(struct store_txn *txn, const struct id16 *case_id,
				  struct id16 *out);
/** A secret drawn from this input under the node-wide key: the same for ever, and nobody else's. */
MUST_CHECK enum err record_secret(struct store_txn *txn, struct span input, struct id32 *out);

/** Seal or open a detail that lies inside another record, under the case's key or its audit key: it dies
 *  with that key although the record around it lives on.  ERR_NOTFOUND: the key is gone. */
MUST_CHECK enum err record_detail_seal(struct store_txn *txn, struct arena *a,
				       const struct record_place *place, struct span plain,
				       struct span *sealed);
MUST_CHECK enum err record_detail_open(struct store_txn *txn, struct arena *a,
				       const struct record_place *place, struct span sealed,
				       struct span *plain);
/** record_put(txn, arena, place, key, plain): arena lends scratch memory.
 *  ERR_NOTFOUND: the case's key is gone (erased).  ERR_LIMIT: plain over LIMIT_RECORD. */
MUST_CHECK enum err record_put(struct store_txn *txn, struct arena *a,
			       const struct record_place *place, struct span key,
			       struct span plain);
/** record_get(txn, arena, table, key, &plain): a copy in the arena.  ERR_NOTFOUND: no such record,
 *  or its case was erased.  ERR_CORRUPT: not what was written here. */
MUST_CHECK enum err record_get(struct store_txn *txn, struct arena *a, enum store_table table,
			       struct span key, struct span *plain);
/** As record_get, also telling whose case it is (zero for META). */
MUST_CHECK enum err record_get_place(struct store_txn *txn, struct arena *a, enum store_table table,
				     struct span key, struct record_place *place,
				     struct span *plain);
/** Open a row that an iteration found. */
MUST_CHECK enum err record_open(struct store_txn *txn, struct arena *a, enum store_table table,
				const struct store_row *row, struct record_place *place,
				struct span *plain);
/** Does this row lie under that case's key?  By its head alone, which is bound to what it opens to. */
bool record_of_case(const struct store_row *row, const struct id16 *case_id);
/** Does the key of this class exist?  As record_exists. */
bool record_key_exists(struct store_txn *txn, enum record_class cls, const struct id16 *case_id);
/** A transaction that could not look says false, and keeps nothing any more (store_failed). */
bool record_exists(struct store_txn *txn, enum store_table table, struct span key);

#endif /* KRING_STORE_RECORD_H */
