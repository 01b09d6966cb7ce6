/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * keyfile - slots and identity: the files beside the store that open it (FORMAT.md).
 *
 * Layer:    crypto (base only).
 * Owns:     files slots and identity of a node's directory, all mode 0600.
 * Threads:  before the loop starts (Argon2id takes half a second), and tools.
 * Time:     none.
 * Durable:  each file is written to a temporary name, synced, renamed, and the directory synced.
 * Privacy:  slots wrap the master key; everything else lies under the master key.
 */
#ifndef KRING_CRYPTO_FILES_KEYFILE_H
#define KRING_CRYPTO_FILES_KEYFILE_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/slots.h"
#include "crypto/files/keyroot.h"

/** One way to the master key. */
enum keyfile_slot {
	KEYFILE_PASSPHRASE = SLOTS_PASSPHRASE,
	KEYFILE_CREDENTIAL = SLOTS_CREDENTIAL,
	KEYFILE_KEY = SLOTS_KEY,
	KEYFILE_RECOVERY = SLOTS_RECOVERY
};
enum { KEYFILE_RECOVERY_LEN = 20 };

struct keyfile_unlock {
	enum keyfile_slot kind;
	struct span secret; /* the passphrase; the key's 32 bytes; the recovery code's 20 */
};

struct keyfile_new {
	struct id16 fed_id;
	struct id16 org_uuid;
	struct span passphrase;		/* empty: no passphrase slot */
	struct span key;		/* empty: no key-file slot */
	struct span recovery;		/* KEYFILE_RECOVERY_LEN random bytes; never empty */
	uint64_t time_s;		/* when its sheet is made */
	const struct id32 *next_digest; /* keyfile_restore: the promise; NULL: as it was */
	const uint8_t *
		nk_seed; /* keyfile_restore: the key promised before, which signs from now on; NULL: as it was */
};

/** keyfile_create(dir, spec, next_seed): draws all keys; next_seed (32 bytes) is the seed of the
 *  pre-committed next signing key, for a recovery sheet; it is not kept here.
 *  ERR_EXISTS: dir already holds keys of a node. */
MUST_CHECK enum err keyfile_create(const char *dir, const struct keyfile_new *spec,
				   uint8_t next_seed[32]);
/** A node out of its backup: identity, signing and transport key, node-wide and ledger key are those of
 *  from; master key and wrap keys are drawn.  ERR_EXISTS. */
MUST_CHECK enum err keyfile_restore(const char *dir, const struct keyfile_new *spec,
				    const struct keybox_roots *from,
				    const struct keyfile_state *st);
/** Whether seed is of the key that was promised; its public half, either way. */
bool keyfile_promised(const struct id32 *promised, const uint8_t seed[32], struct id32 *nk_pub);
/** The key pair a recovery code stands for; the caller wipes sec. */
void keyfile_recovery_pair(const uint8_t code[KEYFILE_RECOVERY_LEN], uint8_t pub[32],
			   uint8_t sec[32]);
/** An opened node. */
struct keyfile {
	struct keybox *keybox;
	struct keyroot *root;
	struct keyfile_state state;
	const char *bad; /* after a failure: the file that was to blame, or NULL */
};
/** ERR_CRYPTO: no slot opens with this secret.  ERR_CORRUPT: a damaged file.  ERR_NOTFOUND, ERR_IO: it is
 *  not there, or cannot be read. */
MUST_CHECK enum err keyfile_open(const char *dir, const struct keyfile_unlock *how,
				 struct keyfile *out);
void keyfile_close(struct keyfile *f);
/** Whose node lies in dir, as it says in clear: nothing is opened, so nothing is proven.  False: none that can be read. */
bool keyfile_whose(const char *dir, struct id32 *node);
/** One more way to the master key.  ERR_FULL. */
MUST_CHECK enum err keyfile_slot_add(const char *dir, struct keybox *kb,
				     const struct keyfile_unlock *how);
/** Take away the index-th slot (from 0).  ERR_NOTFOUND.  ERR_STATE: never the recovery slot, nor the
 *  last other one. */
MUST_CHECK enum err keyfile_slot_remove(const char *dir, unsigned index);
enum { KEYFILE_SLOTS_MAX = SLOTS_MAX };
/** Kinds of the slots there are, in order; returns how many. */
unsigned keyfile_slots(const char *dir, uint8_t kinds[KEYFILE_SLOTS_MAX]);
/** A new recovery sheet: the code backups are sealed to from now on, one more slot for it, and the promise of
 *  the signing key that comes next.  The code of the sheet before still opens the node until the new one was
 *  confirmed; one that was never confirmed is forgotten. */
struct keyfile_sheet {
	uint8_t code[KEYFILE_RECOVERY_LEN], next_seed[32];
	struct id32 next_digest; /* of next_seed */
	uint64_t time_s;
};
/** Draws the code; with seed (of the sheet before) the promise stays, else it is drawn too.
 *  ERR_CRYPTO: this seed is not the one that was promised. */
MUST_CHECK enum err keyfile_sheet_draw(const struct keybox *kb, const uint8_t *seed,
				       uint64_t time_s, struct keyfile_sheet *out);
/** The same without an open node; true: its next key is the one promised. */
bool keyfile_sheet_new(const struct id32 *promised, const uint8_t *seed, uint64_t time_s,
		       struct keyfile_sheet *out);
MUST_CHECK enum err keyfile_sheet_take(const char *dir, const struct keybox *kb,
				       const struct keyfile_sheet *s);
/** Whoever typed this code has the present sheet: no other code opens the node any more.
 *  ERR_CRYPTO: it opens nothing here.  ERR_STALE: it is the sheet before. */
MUST_CHECK enum err keyfile_sheet_confirm(const char *dir,
					  const uint8_t code[KEYFILE_RECOVERY_LEN]);

/** The signing key that was pre-committed takes over: seed from the recovery sheet.  sheet is drawn for the
 *  new one.  keyfile_rotation says what the new record must name; keyfile_rotate makes it so.
 *  ERR_CRYPTO: this seed is not the one that was promised. */
struct keyfile_rotation {
	uint8_t seed[32];
	struct id32 nk_pub;
	struct keyfile_sheet sheet;
};
MUST_CHECK enum err keyfile_rotation(const struct keybox *kb, uint64_t time_s,
				     struct keyfile_rotation *r);
MUST_CHECK enum err keyfile_rotate(const char *dir, const struct keybox *kb,
				   const struct keyfile_rotation *r);
/** Write path atomically: temporary name, fsync, rename, fsync of the directory; mode 0600.  What root writes
 *  belongs to whom the file belonged to, or else the directory. */
MUST_CHECK enum err keyfile_write_file(const char *path, struct span bytes);
/** The same under a name that nothing has; ERR_EXISTS, and what lies there stays.  ERR_IO: errno says why, of both. */
MUST_CHECK enum err keyfile_new_file(const char *path, struct span bytes);
/** Read at most cap bytes; ERR_LIMIT when longer, ERR_NOTFOUND when absent. */
MUST_CHECK enum err keyfile_read_file(const char *path, uint8_t *buf, size_t cap, size_t *len);

#endif /* KRING_CRYPTO_FILES_KEYFILE_H */
