/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * backup - the file a node comes back from: one encrypted stream of its keys and its rows (FORMAT.md).
 *
 * Layer:    crypto (base only).
 * Owns:     the stream's state and a buffer in locked memory.
 * Threads:  core process (writing), a tool (reading).
 * Time:     unix seconds, supplied; a backup older than LIMIT_RETAIN_DAYS is not restored.
 * Durable:  nothing by itself.
 * Privacy:  the stream's key is sealed to a public key that only the recovery code can answer; case keys lie
 *           in it unwrapped, so whoever has code and file has everything that was not erased before.
 */
#ifndef KRING_CRYPTO_FILES_BACKUP_H
#define KRING_CRYPTO_FILES_BACKUP_H

#include "crypto/files/keyfile.h"
#include "crypto/sign_label.h"

/* clang-format off */
enum {
	BACKUP_HEAD = 8 + 8 + 32 + 32 + 80 + 24, /* magic | time | node id | recovery key | sealed key | stream */
	BACKUP_CHUNK = 32768,			 /* of plain text; the last one may be shorter */
	BACKUP_PIECE_MAX = 4 + BACKUP_CHUNK + 17 /* length | ciphertext, tag byte, tag */
};
/* clang-format on */

/** What a backup is made of, in this order: one identity, files and rows, one end. */
enum backup_type {
	BACKUP_IDENTITY = 1,
	BACKUP_ROW = 2,	 /* a sealed record, as it lies in the store */
	BACKUP_KEY = 3,	 /* the key of a case, or its audit key */
	BACKUP_FILE = 4, /* record, roster, kring.conf, join */
	BACKUP_END = 5
};
struct backup_item {
	enum backup_type type;
	uint8_t table; /* row */
	enum keybox_class cls;
	struct id16 case_id;
	const uint8_t *key32; /* borrowed until the next item */
	struct span key, val; /* row; file: name and bytes */
	uint64_t rows;	      /* end: how many items stood before it */
};
/** One item out of its bytes.  ERR_MALFORMED: type, length or limit. */
MUST_CHECK enum err backup_item_get(uint8_t type, struct span bytes, struct backup_item *item);

struct backup_out;
MUST_CHECK enum err backup_out_open(struct backup_out **out, const struct keyfile *k,
				    uint64_t time_s);
void backup_out_close(struct backup_out *b);
/** Room for one more item? */
bool backup_out_room(const struct backup_out *b);
void backup_out_row(struct backup_out *b, uint8_t table, struct span key, struct span val);
/** A wrapped key of the store, unwrapped inside.  ERR_CORRUPT. */
MUST_CHECK enum err backup_out_key(struct backup_out *b, enum keybox_class cls,
				   const struct id16 *case_id, const uint8_t *wrapped);
void backup_out_file(struct backup_out *b, const char *name, struct span bytes);
void backup_out_end(struct backup_out *b);
/** The next piece of the file into out[BACKUP_PIECE_MAX]: the head first, then full chunks, after
 *  backup_out_end the rest.  0: feed it first.  *last: nothing comes after this one. */
size_t backup_out_take(struct backup_out *b, uint8_t *out, bool *last);

struct backup_in;
struct backup_about {
	uint64_t time_s;
	struct id32 node_id;
	uint8_t recovery_pub[32]; /* names the sheet that opens it: sheet_number() */
};
/** What a backup tells without any key.  ERR_MALFORMED: no backup.  ERR_NOTFOUND, ERR_IO. */
MUST_CHECK enum err backup_in_about(const char *path, struct backup_about *about);
/** ERR_CRYPTO: it belongs to another sheet; about is filled.  ERR_CORRUPT: to this one, and is damaged.  ERR_MALFORMED: no backup.  ERR_NOTFOUND, ERR_IO. */
MUST_CHECK enum err backup_in_open(struct backup_in **in, const char *path,
				   const uint8_t code[KEYFILE_RECOVERY_LEN],
				   struct backup_about *about);
void backup_in_close(struct backup_in *in);
/** ERR_NOTFOUND after a proper end.  ERR_CORRUPT: changed, cut short, or not made of items. */
MUST_CHECK enum err backup_in_next(struct backup_in *in, struct backup_item *item);
/** After the identity was read: a new node in dir from it, with a new master key and new wrap keys.
 *  how says its slots; above: an incarnation number known from elsewhere, 0 none. */
MUST_CHECK enum err backup_in_node(const struct backup_in *in, const char *dir,
				   const struct keyfile_new *how, uint32_t above);
/** After the identity was read: a new sheet.  seed: the next signing key of the sheet at hand, or NULL; *anew:
 *  it is not the one that was promised, so another is. */
void backup_in_sheet(const struct backup_in *in, const uint8_t *seed, uint64_t time_s,
		     struct keyfile_sheet *out, bool *anew);
/** After the identity was read: the place of its signing key in the row of keys, and the promise of the next one. */
uint32_t backup_in_key_seq(const struct backup_in *in);
const struct id32 *backup_in_next_digest(const struct backup_in *in);
/** After the identity was read: sign with the key that it holds, as this node did when the backup was made. */
void backup_in_sign(const struct backup_in *in, enum sign_label label, struct span part,
		    uint8_t sig[SIGN_LEN]);
/** The key of the erasure ledger, which lies beside the store. */
const uint8_t *backup_in_ledger_key(const struct backup_in *in);

#endif /* KRING_CRYPTO_FILES_BACKUP_H */
