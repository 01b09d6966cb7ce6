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
#ifndef KRING_CRYPTO_KEYFILE_H
#define KRING_CRYPTO_KEYFILE_H

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/keyroot.h"

/** One way to the master key. */
enum keyfile_slot {
	KEYFILE_PASSPHRASE = 1,
	KEYFILE_CREDENTIAL = 2, /* a key that systemd hands over (systemd-creds, TPM) */
	KEYFILE_KEY = 3,
	KEYFILE_RECOVERY = 4
};
enum { KEYFILE_RECOVERY_LEN = 20, KEYFILE_RECOVERY_TEXT = 32 + 7 };

struct keyfile_unlock {
	enum keyfile_slot kind;
	struct span secret; /* the passphrase; the key's 32 bytes; the recovery code's 20 */
};

struct keyfile_new {
	struct id16 fed_id;
	struct id16 org_uuid;
	struct span passphrase; /* empty: no passphrase slot */
	struct span key;	/* empty: no key-file slot */
	struct span recovery;	/* KEYFILE_RECOVERY_LEN random bytes; never empty */
};

/** keyfile_create(dir, spec, next_seed): draws all keys; next_seed (32 bytes) is the seed of the
 *  pre-committed next signing key, for a recovery sheet; it is not kept here.
 *  ERR_EXISTS: dir already holds a node. */
MUST_CHECK enum err keyfile_create(const char *dir, const struct keyfile_new *spec,
				   uint8_t next_seed[32]);
/** A node out of its backup: identity, signing and transport key, node-wide and ledger key are those of
 *  from; master key and wrap keys are drawn.  ERR_EXISTS. */
MUST_CHECK enum err keyfile_restore(const char *dir, const struct keyfile_new *spec,
				    const struct keybox_roots *from,
				    const struct keyfile_state *st);
/** The key pair a recovery code stands for; the caller wipes sec. */
void keyfile_recovery_pair(const uint8_t code[KEYFILE_RECOVERY_LEN], uint8_t pub[32],
			   uint8_t sec[32]);
/** An opened node. */
struct keyfile {
	struct keybox *keybox;
	struct keyroot *root;
	struct keyfile_state state;
};
/** ERR_CRYPTO: no slot opens with this secret.  ERR_CORRUPT: damaged files.  ERR_NOTFOUND: no node. */
MUST_CHECK enum err keyfile_open(const char *dir, const struct keyfile_unlock *how,
				 struct keyfile *out);
void keyfile_close(struct keyfile *f);
/** One more way to the master key.  ERR_FULL. */
MUST_CHECK enum err keyfile_slot_add(const char *dir, struct keybox *kb,
				     const struct keyfile_unlock *how);
/** Take away the index-th slot (from 0).  ERR_NOTFOUND.  ERR_STATE: never the recovery slot, nor the
 *  last other one. */
MUST_CHECK enum err keyfile_slot_remove(const char *dir, unsigned index);
/** Kinds of the slots there are, in order; returns how many. */
unsigned keyfile_slots(const char *dir, uint8_t kinds[8]);
/** Groups of four from a 32-letter alphabet without look-alikes, and back (spaces, hyphens and case
 *  do not matter).  False: not 32 letters of it. */
void keyfile_recovery_text(const uint8_t code[KEYFILE_RECOVERY_LEN],
			   char out[KEYFILE_RECOVERY_TEXT + 1]);
bool keyfile_recovery_parse(const char *text, uint8_t code[KEYFILE_RECOVERY_LEN]);

/** The signing key that was pre-committed takes over: seed from the recovery sheet; next_seed is drawn
 *  for the new sheet.  keyfile_rotation says what the new record must name; keyfile_rotate makes it so.
 *  ERR_CRYPTO: this seed is not the one that was promised. */
struct keyfile_rotation {
	uint8_t seed[32], next_seed[32];
	struct id32 nk_pub, next_digest;
};
MUST_CHECK enum err keyfile_rotation(const struct keybox *kb, struct keyfile_rotation *r);
MUST_CHECK enum err keyfile_rotate(const char *dir, const struct keybox *kb,
				   const struct keyfile_rotation *r);
/** Write path atomically: temporary name, fsync, rename, fsync of the directory; mode 0600. */
MUST_CHECK enum err keyfile_write_file(const char *path, struct span bytes);
/** Read at most cap bytes; ERR_LIMIT when longer, ERR_NOTFOUND when absent. */
MUST_CHECK enum err keyfile_read_file(const char *path, uint8_t *buf, size_t cap, size_t *len);

#endif /* KRING_CRYPTO_KEYFILE_H */
