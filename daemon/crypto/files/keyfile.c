/* SPDX-License-Identifier: EUPL-1.2 */
/* Three files open a node.  `slots` holds the master key once for each way of unlocking it, `identity` what the node is,
 * under the master key, and `keyroot` what can be destroyed.  Files are written whole beside the old one and renamed; the
 * order of writing is such that after a crash either the old state opens or the new one.
 * Whatever a slot says (cost of the passphrase's hash, lengths) is held against limits before memory is taken for it.
 * Invariant: count <= KEYFILE_SLOTS_MAX; one slot is the recovery code's, and one at least is none. */
#include "crypto/files/keyfile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "base/rng.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

enum {
	MAGIC_LEN = SLOTS_MAGIC_LEN,
	SLOT_LEN = SLOTS_SLOT_LEN,
	ARGON_OPS = 3,
	ARGON_KIB = 256 * 1024,
	ARGON_KIB_MAX = 1024 * 1024,
	/* NK seed | TK | key_seq | digest of next | recovery key | its time */
	IDENTITY_PLAIN = 64 + 4 + 32 + 32 + 8,
	IDENTITY_LEN = MAGIC_LEN + IDENTITY_INCEPTION_LEN + 24 + IDENTITY_PLAIN + 16,
};

static const char slots_magic[] = SLOTS_MAGIC;
static const char identity_magic[] = "KRG1idn";

static_assert(sizeof slots_magic == MAGIC_LEN && sizeof identity_magic == MAGIC_LEN,
	      "magics are 8 bytes with their NUL");

static bool path_of(char out[PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);

	return n > 0 && n < PATH_MAX;
}

/* The kernel may take less than it is given, on a full disk or after a signal; only the loop knows
 * that all of it was taken. */
static enum err write_all(int fd, struct span s)
{
	while (s.len > 0) {
		ssize_t n = write(fd, s.p, s.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		s.p += n;
		s.len -= (size_t)n;
	}
	return ERR_OK;
}

static bool parent_of(const char *path, char dir[PATH_MAX])
{
	const char *slash = strrchr(path, '/'), *from = slash == NULL ? "." : path;
	const size_t n = slash == NULL ? 1 : (size_t)(slash - path) + 1;

	if (n >= PATH_MAX)
		return false;
	memcpy(dir, from, n);
	dir[n] = '\0';
	return true;
}

/* A name that was made lasts only when its directory is on disk too. */
static enum err sync_parent(const char *path)
{
	char dir[PATH_MAX];
	int fd, bad;

	if (!parent_of(path, dir))
		return ERR_LIMIT;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ERR_IO;
	bad = fsync(fd);
	(void)close(fd);
	return bad == 0 ? ERR_OK : ERR_IO;
}

/* A tool that root runs must not take a file away from the daemon. */
static enum err keep_owner(const char *path, int fd)
{
	char dir[PATH_MAX];
	struct stat sb;

	if (geteuid() != 0)
		return ERR_OK;
	/* The owner of the file that is replaced; where there is none, the owner of its directory.
	 * lstat, because a link is not followed. */
	if (lstat(path, &sb) != 0 && (!parent_of(path, dir) || stat(dir, &sb) != 0))
		return ERR_IO;
	return fchown(fd, sb.st_uid, sb.st_gid) == 0 ? ERR_OK : ERR_IO;
}

/* Beside path, whole and on disk; only_new: nothing may have that name. */
static enum err write_beside(const char *path, const char *tmp, struct span bytes, bool only_new)
{
	struct stat sb;
	enum err rc;
	int fd;

	/* The same name each time: what a crash left half-written goes and does not pile up.  Not written over: a pipe, or a file that
	 * somebody made here beforehand, would hand a key to whoever holds its other end. */
	(void)unlink(tmp);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_IO;
	rc = write_all(fd, bytes);
	if (rc == ERR_OK)
		rc = keep_owner(path, fd);
	/* Before the rename: otherwise a power cut could leave the new name with a file that is empty. */
	if (rc == ERR_OK && fsync(fd) != 0)
		rc = ERR_IO;
	if (close(fd) != 0 && rc == ERR_OK)
		rc = ERR_IO;
	if (rc != ERR_OK || !only_new)
		return rc == ERR_OK && rename(tmp, path) != 0 ? ERR_IO : rc;
	/* a link and not a rename, which takes the place of what lies there; a stick that has no links is looked at */
	if (link(tmp, path) == 0)
		return ERR_OK;
	if (errno == EEXIST || lstat(path, &sb) == 0)
		return ERR_EXISTS;
	return rename(tmp, path) == 0 ? ERR_OK : ERR_IO;
}

static enum err write_file(const char *path, struct span bytes, bool only_new)
{
	char tmp[PATH_MAX];
	enum err rc;
	int no, n;

	require(path != NULL);
	n = snprintf(tmp, sizeof tmp, "%s.new", path);
	if (n < 0 || n >= (int)sizeof tmp)
		return ERR_LIMIT;
	rc = write_beside(path, tmp, bytes, only_new);
	no = errno; /* of what failed; callers say it */
	(void)unlink(tmp);
	errno = no;
	return rc == ERR_OK ? sync_parent(path) : rc;
}

enum err keyfile_write_file(const char *path, struct span bytes)
{
	return write_file(path, bytes, false);
}

enum err keyfile_new_file(const char *path, struct span bytes)
{
	return write_file(path, bytes, true);
}

enum err keyfile_read_file(const char *path, uint8_t *buf, size_t cap, size_t *len)
{
	int fd = infile_open(path);
	enum err rc = ERR_OK;
	uint8_t extra;

	*len = 0;
	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	while (rc == ERR_OK) {
		/* One byte more is asked for when the buffer is full: a file that is too long is an
		 * error, and is not cut in silence. */
		bool full = *len == cap;
		ssize_t n = read(fd, full ? &extra : buf + *len, full ? 1 : cap - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			break;
		if (n < 0)
			rc = ERR_IO;
		else if (full)
			rc = ERR_LIMIT;
		else
			*len += (size_t)n;
	}
	(void)close(fd);
	return rc;
}

static void seal_with(uint8_t *out, struct span ad, struct span plain, const uint8_t key[32])
{
	/* Random nonces of 24 bytes need no counter, which a restore would set back. */
	rng_fill(out, 24);
	require(crypto_aead_xchacha20poly1305_ietf_encrypt(out + 24, NULL, plain.p, plain.len, ad.p,
							   ad.len, NULL, out, key) == 0);
}

static bool open_with(uint8_t *out, struct span ad, struct span sealed, const uint8_t key[32])
{
	return crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.p + 24,
							  sealed.len - 24, ad.p, ad.len, sealed.p,
							  key) == 0;
}

/* The key that wraps MK in one slot. */
static enum err slot_key(uint8_t out[32], const struct keyfile_unlock *how, uint32_t ops,
			 uint32_t kib, const uint8_t salt[16])
{
	const struct span part = {salt, 16};

	if (how->kind != KEYFILE_PASSPHRASE) { /* these have the strength of a key themselves */
		if (how->secret.len != (how->kind == KEYFILE_RECOVERY ? KEYFILE_RECOVERY_LEN : 32))
			return ERR_CRYPTO;
		hash_parts(HASH_SLOTFILE, how->secret, &part, 1, out, 32);
		return ERR_OK;
	}
	/* The file may have been changed: a cost of terabytes would end this process, and a cost of
	 * nothing would weaken the slot. */
	if (ops == 0 || ops > 16 || kib < 8 || kib > ARGON_KIB_MAX)
		return ERR_CORRUPT;
	return crypto_pwhash(out, 32, (const char *)how->secret.p, how->secret.len, salt, ops,
			     (size_t)kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0
		       ? ERR_OK
		       : ERR_NOMEM;
}

static enum err slot_write(struct wr *w, const struct keyfile_unlock *how, const uint8_t mk[32])
{
	uint8_t key[32], salt[16], sealed[24 + 48];
	const uint8_t kind = (uint8_t)how->kind;
	uint32_t ops = how->kind == KEYFILE_PASSPHRASE ? ARGON_OPS : 0;
	uint32_t kib = how->kind == KEYFILE_PASSPHRASE ? ARGON_KIB : 0;
	enum err rc;

	/* A salt for each slot, so that one passphrase in two slots or two nodes has two keys. */
	rng_fill(salt, sizeof salt);
	rc = slot_key(key, how, ops, kib, salt);
	if (rc != ERR_OK)
		return rc;
	/* The kind is authenticated: a slot for a key file cannot be shown as one for the recovery
	 * code. */
	seal_with(sealed, span_of(&kind, 1), span_of(mk, 32), key);
	wr_u8(w, kind);
	wr_u32(w, ops);
	wr_u32(w, kib);
	wr_put(w, salt, sizeof salt);
	wr_put(w, sealed, sizeof sealed);
	secret_wipe(key, sizeof key);
	return ERR_OK;
}

/* The file as it is: magic | count u8 | slots. */
struct slots {
	uint8_t buf[MAGIC_LEN + 1 + KEYFILE_SLOTS_MAX * SLOT_LEN];
	unsigned count;
};

static const uint8_t *slot_at(const struct slots *s, unsigned i)
{
	return s->buf + MAGIC_LEN + 1 + (size_t)i * SLOT_LEN;
}

static enum err slots_read(const char *dir, struct slots *s)
{
	size_t len = 0;
	char path[PATH_MAX];
	enum err rc = path_of(path, dir, "slots")
			      ? keyfile_read_file(path, s->buf, sizeof s->buf, &len)
			      : ERR_LIMIT;

	if (rc != ERR_OK)
		return rc;
	if (len < MAGIC_LEN + 1 || memcmp(s->buf, slots_magic, MAGIC_LEN) != 0)
		return ERR_CORRUPT;
	s->count = s->buf[MAGIC_LEN];
	return s->count <= KEYFILE_SLOTS_MAX && len == MAGIC_LEN + 1 + (size_t)s->count * SLOT_LEN
		       ? ERR_OK
		       : ERR_CORRUPT;
}

static enum err slots_save(const char *dir, struct slots *s)
{
	char path[PATH_MAX];

	/* A file without any slot would lock everybody out for ever; no caller may ask for it. */
	require(s->count > 0 && s->count <= KEYFILE_SLOTS_MAX);
	if (!path_of(path, dir, "slots"))
		return ERR_LIMIT;
	memcpy(s->buf, slots_magic, MAGIC_LEN);
	s->buf[MAGIC_LEN] = (uint8_t)s->count;
	return keyfile_write_file(path, span_of(s->buf, MAGIC_LEN + 1 + s->count * SLOT_LEN));
}

static enum err slot_append(struct slots *s, const struct keyfile_unlock *how, const uint8_t mk[32])
{
	struct wr w = wr_of(s->buf + MAGIC_LEN + 1 + (size_t)s->count * SLOT_LEN, SLOT_LEN);
	enum err rc = s->count == KEYFILE_SLOTS_MAX ? ERR_FULL : slot_write(&w, how, mk);

	if (rc == ERR_OK)
		s->count++;
	return rc;
}

static void slots_drop(struct slots *s, unsigned index)
{
	require(index < s->count && s->count <= KEYFILE_SLOTS_MAX);
	memmove(s->buf + MAGIC_LEN + 1 + index * (size_t)SLOT_LEN, slot_at(s, index + 1),
		(s->count - index - 1) * (size_t)SLOT_LEN);
	s->count--;
}

/* Without a recovery code, or with nothing else than it, a node is not made: somebody would lose
 * all of it later. */
static enum err slots_create(const char *dir, const struct keyfile_new *spec, const uint8_t mk[32])
{
	const struct keyfile_unlock ways[] = {{KEYFILE_PASSPHRASE, spec->passphrase},
					      {KEYFILE_KEY, spec->key},
					      {KEYFILE_RECOVERY, spec->recovery}};
	struct slots s = {.count = 0};
	enum err rc = ERR_OK;

	if (spec->recovery.len != KEYFILE_RECOVERY_LEN || spec->passphrase.len + spec->key.len == 0)
		return ERR_INVAL;
	for (size_t i = 0; i < 3 && rc == ERR_OK; i++)
		if (ways[i].secret.len != 0)
			rc = slot_append(&s, &ways[i], mk);
	return rc == ERR_OK ? slots_save(dir, &s) : rc;
}

/* ERR_CRYPTO: of another kind, or it does not open. */
static enum err slot_open(const struct slots *s, unsigned i, const struct keyfile_unlock *how,
			  uint8_t mk[32])
{
	struct rd r = rd_of(span_of(slot_at(s, i), SLOT_LEN));
	const uint8_t kind = rd_u8(&r);
	const uint32_t ops = rd_u32(&r), kib = rd_u32(&r);
	const uint8_t *salt = rd_take(&r, 16), *sealed = rd_take(&r, 24 + 48);
	uint8_t key[32];
	enum err rc;

	if (kind != (uint8_t)how->kind)
		return ERR_CRYPTO;
	rc = slot_key(key, how, ops, kib, salt);
	if (rc == ERR_OK && !open_with(mk, span_of(&kind, 1), span_of(sealed, 72), key))
		rc = ERR_CRYPTO;
	secret_wipe(key, sizeof key);
	return rc;
}

/* All slots of the kind are tried: there may be two passphrases, and the file does not say whose is
 * whose. */
static enum err slots_open(const char *dir, const struct keyfile_unlock *how, uint8_t mk[32])
{
	struct slots s;
	enum err rc = slots_read(dir, &s);

	if (rc != ERR_OK)
		return rc;
	rc = ERR_CRYPTO;
	for (unsigned i = 0; i < s.count && rc != ERR_OK; i++) {
		const enum err one = slot_open(&s, i, how, mk);

		/* what one slot lacked (memory, a sane cost) is not hidden by the kind of the next */
		if (one != ERR_CRYPTO || rc == ERR_CRYPTO)
			rc = one;
	}
	return rc;
}

enum err keyfile_slot_add(const char *dir, struct keybox *kb, const struct keyfile_unlock *how)
{
	struct slots s;
	enum err rc = slots_read(dir, &s);

	if (rc == ERR_OK)
		rc = slot_append(&s, how, keybox_roots(kb)->mk);
	return rc == ERR_OK ? slots_save(dir, &s) : rc;
}

enum err keyfile_slot_remove(const char *dir, unsigned index)
{
	struct slots s;
	unsigned others = 0;
	enum err rc = slots_read(dir, &s);

	if (rc != ERR_OK)
		return rc;
	for (unsigned i = 0; i < s.count; i++)
		/* Counted before the index is judged: what matters is what is left afterwards. */
		others += i != index && *slot_at(&s, i) != KEYFILE_RECOVERY;
	if (index >= s.count)
		return ERR_NOTFOUND;
	if (*slot_at(&s, index) == KEYFILE_RECOVERY || others == 0)
		return ERR_STATE;
	slots_drop(&s, index);
	return slots_save(dir, &s);
}

unsigned keyfile_slots(const char *dir, uint8_t kinds[KEYFILE_SLOTS_MAX])
{
	struct slots s;

	if (slots_read(dir, &s) != ERR_OK)
		return 0;
	for (unsigned i = 0; i < s.count; i++)
		kinds[i] = *slot_at(&s, i);
	return s.count;
}

static enum err identity_write(const char *dir, const struct keybox_roots *k)
{
	uint8_t buf[IDENTITY_LEN], plain[IDENTITY_PLAIN];
	struct wr w = wr_of(buf, sizeof buf), p = wr_of(plain, sizeof plain);
	char path[PATH_MAX];

	if (!path_of(path, dir, "identity"))
		return ERR_LIMIT;
	wr_put(&w, identity_magic, MAGIC_LEN);
	/* In clear, because a node's id is public; and authenticated with the rest, so it cannot be
	 * changed without being noticed. */
	identity_inception_bytes(&k->inception, buf + w.len);
	w.len += IDENTITY_INCEPTION_LEN;
	wr_put(&p, k->nk_seed, 32);
	wr_put(&p, k->tk_sec, 32);
	wr_u32(&p, k->key_seq);
	wr_put(&p, k->next_digest.b, 32);
	wr_put(&p, k->recovery_pub, 32);
	wr_u64(&p, k->sheet_s);
	require(!p.over && p.len == IDENTITY_PLAIN);
	seal_with(buf + w.len, span_of(buf, w.len), span_of(plain, sizeof plain), k->mk);
	secret_wipe(plain, sizeof plain);
	return keyfile_write_file(path, span_of(buf, sizeof buf));
}

static void public_of(const uint8_t seed[32], struct id32 *pub)
{
	uint8_t sk[crypto_sign_SECRETKEYBYTES];

	require(crypto_sign_seed_keypair(pub->b, sk, seed) == 0);
	secret_wipe(sk, sizeof sk);
}

static void inception_of(const uint8_t file[IDENTITY_LEN], struct inception *in)
{
	struct rd r = rd_of(span_of(file + MAGIC_LEN, IDENTITY_INCEPTION_LEN));

	in->fed_id = rd_id16(&r);
	in->nk_pub = rd_id32(&r);
	in->next_digest = rd_id32(&r);
	in->org_uuid = rd_id16(&r);
	require(rd_done(&r));
}

bool keyfile_whose(const char *dir, struct id32 *node)
{
	uint8_t buf[IDENTITY_LEN];
	struct inception in;
	char path[PATH_MAX];
	size_t len = 0;

	require(node != NULL);
	if (!path_of(path, dir, "identity") ||
	    keyfile_read_file(path, buf, sizeof buf, &len) != ERR_OK || len != sizeof buf ||
	    memcmp(buf, identity_magic, MAGIC_LEN) != 0)
		return false;
	inception_of(buf, &in);
	*node = identity_node_id(&in);
	return true;
}

static enum err identity_read(const char *dir, struct keybox_roots *k)
{
	uint8_t buf[IDENTITY_LEN], plain[IDENTITY_PLAIN];
	const size_t head = MAGIC_LEN + IDENTITY_INCEPTION_LEN;
	size_t len = 0;
	struct rd r;
	char path[PATH_MAX];
	enum err rc = path_of(path, dir, "identity")
			      ? keyfile_read_file(path, buf, sizeof buf, &len)
			      : ERR_LIMIT;

	if (rc != ERR_OK)
		return rc;
	if (len != sizeof buf || memcmp(buf, identity_magic, MAGIC_LEN) != 0 ||
	    !open_with(plain, span_of(buf, head), span_of(buf + head, len - head), k->mk))
		return ERR_CORRUPT;
	inception_of(buf, &k->inception);
	/* sealed by us: its parts need no check beyond their lengths, which are fixed */
	r = rd_of(span_of(plain, sizeof plain));
	rd_copy(&r, k->nk_seed, 32);
	rd_copy(&r, k->tk_sec, 32);
	k->key_seq = rd_u32(&r);
	k->next_digest = rd_id32(&r);
	rd_copy(&r, k->recovery_pub, 32);
	k->sheet_s = rd_u64(&r);
	require(rd_done(&r));
	public_of(k->nk_seed, &k->nk_pub);
	secret_wipe(plain, sizeof plain);
	return ERR_OK;
}

/* ---- sheets ---- */

bool keyfile_sheet_new(const struct id32 *promised, const uint8_t *seed, uint64_t time_s,
		       struct keyfile_sheet *out)
{
	struct id32 next;

	*out = (struct keyfile_sheet){.time_s = time_s};
	rng_fill(out->code, sizeof out->code);
	if (seed != NULL)
		memcpy(out->next_seed, seed, sizeof out->next_seed);
	else
		rng_fill(out->next_seed, sizeof out->next_seed);
	public_of(out->next_seed, &next);
	/* Only the digest is published: the key behind it is seen for the first time when it takes
	 * over. */
	out->next_digest = identity_next_digest(&next);
	return id32_equal(&out->next_digest, promised);
}

enum err keyfile_sheet_draw(const struct keybox *kb, const uint8_t *seed, uint64_t time_s,
			    struct keyfile_sheet *out)
{
	const bool kept = keyfile_sheet_new(&keybox_roots(kb)->next_digest, seed, time_s, out);

	return seed == NULL || kept ? ERR_OK : ERR_CRYPTO;
}

/* The oldest code stays beside the new one: those between were never confirmed. */
static enum err slots_new_code(const char *dir, const struct keybox_roots *k,
			       const uint8_t code[KEYFILE_RECOVERY_LEN])
{
	const struct keyfile_unlock how = {KEYFILE_RECOVERY, {code, KEYFILE_RECOVERY_LEN}};
	unsigned codes = 0;
	struct slots s;
	enum err rc = slots_read(dir, &s);

	for (unsigned i = 0; rc == ERR_OK && i < s.count;) {
		/* The index stays where it is after a slot was dropped: the next one has moved into
		 * its place. */
		if (*slot_at(&s, i) == KEYFILE_RECOVERY && codes++ > 0)
			slots_drop(&s, i);
		else
			i++;
	}
	if (rc == ERR_OK)
		rc = slot_append(&s, &how, k->mk);
	return rc == ERR_OK ? slots_save(dir, &s) : rc;
}

/* The slot first: after a crash between the two both codes open the node, and the old one the backups. */
static enum err sheet_take(const char *dir, struct keybox_roots *k, const struct keyfile_sheet *s)
{
	uint8_t sec[32];
	enum err rc = slots_new_code(dir, k, s->code);

	keyfile_recovery_pair(s->code, k->recovery_pub, sec);
	secret_wipe(sec, sizeof sec);
	k->sheet_s = s->time_s;
	k->next_digest = s->next_digest;
	return rc == ERR_OK ? identity_write(dir, k) : rc;
}

enum err keyfile_sheet_take(const char *dir, const struct keybox *kb, const struct keyfile_sheet *s)
{
	struct keybox_roots k = *keybox_roots(kb);
	const enum err rc = sheet_take(dir, &k, s);

	secret_wipe(&k, sizeof k);
	return rc;
}

enum err keyfile_sheet_confirm(const char *dir, const uint8_t code[KEYFILE_RECOVERY_LEN])
{
	const struct keyfile_unlock how = {KEYFILE_RECOVERY, {code, KEYFILE_RECOVERY_LEN}};
	uint8_t pub[32], sec[32], mk[32];
	struct keybox_roots k = {.case_epoch = 0};
	struct slots s;
	unsigned codes = 0;
	enum err rc = slots_open(dir, &how, k.mk);

	if (rc == ERR_OK)
		rc = identity_read(dir, &k);
	keyfile_recovery_pair(code, pub, sec);
	if (rc == ERR_OK && memcmp(pub, k.recovery_pub, sizeof pub) != 0)
		/* It opens a slot but is not the newest: to confirm the old sheet would throw the
		 * new one's code away. */
		rc = ERR_STALE;
	if (rc == ERR_OK)
		rc = slots_read(dir, &s);
	for (unsigned i = 0; rc == ERR_OK && i < s.count;) {
		if (*slot_at(&s, i) == KEYFILE_RECOVERY && slot_open(&s, i, &how, mk) != ERR_OK)
			slots_drop(&s, i);
		else
			codes += *slot_at(&s, i++) == KEYFILE_RECOVERY;
	}
	secret_wipe(&k, sizeof k);
	secret_wipe(sec, sizeof sec);
	secret_wipe(mk, sizeof mk);
	/* Cannot be unless the file changed meanwhile; then nothing is written. */
	if (rc == ERR_OK && codes == 0)
		rc = ERR_CORRUPT;
	return rc == ERR_OK ? slots_save(dir, &s) : rc;
}

bool keyfile_promised(const struct id32 *promised, const uint8_t seed[32], struct id32 *nk_pub)
{
	struct id32 digest;

	public_of(seed, nk_pub);
	digest = identity_next_digest(nk_pub);
	return id32_equal(&digest, promised);
}

enum err keyfile_rotation(const struct keybox *kb, uint64_t time_s, struct keyfile_rotation *r)
{
	/* Partners would refuse a key that nobody promised, so the rotation does not even begin. */
	if (!keyfile_promised(&keybox_roots(kb)->next_digest, r->seed, &r->nk_pub))
		return ERR_CRYPTO;
	return keyfile_sheet_draw(kb, NULL, time_s, &r->sheet);
}

enum err keyfile_rotate(const char *dir, const struct keybox *kb, const struct keyfile_rotation *r)
{
	struct keybox_roots k;
	enum err rc;

	if (keybox_roots(kb)->key_seq == UINT32_MAX)
		return ERR_CORRUPT; /* as a restored backup says; nobody got there by counting */
	k = *keybox_roots(kb);
	memcpy(k.nk_seed, r->seed, 32);
	k.nk_pub = r->nk_pub;
	k.key_seq++;
	rc = sheet_take(dir, &k, &r->sheet);
	secret_wipe(&k, sizeof k);
	return rc;
}

void keyfile_recovery_pair(const uint8_t code[KEYFILE_RECOVERY_LEN], uint8_t pub[32],
			   uint8_t sec[32])
{
	const struct id32 seed = hash_one(HASH_RECOVERY, span_of(code, KEYFILE_RECOVERY_LEN));

	require(crypto_box_seed_keypair(pub, sec, seed.b) == 0);
}

/* What a disk's theft would take: a restore draws all of it again. */
static void draw_wraps(struct keybox_roots *k, const struct keyfile_new *spec)
{
	uint8_t sec[32];

	rng_fill(k->mk, 32);
	rng_fill(k->case_wrap, 32);
	rng_fill(k->audit_wrap, 32);
	rng_fill(k->prekey_wrap, 32);
	k->case_epoch = k->audit_epoch = 1;
	keyfile_recovery_pair(spec->recovery.p, k->recovery_pub, sec);
	k->sheet_s = spec->time_s;
	secret_wipe(sec, sizeof sec);
}

/* The recovery sheet's key signs next; only its digest is kept, inside the node id. */
static void draw_keys(struct keybox_roots *k, const struct keyfile_new *spec, uint8_t next_seed[32])
{
	struct id32 next;

	draw_wraps(k, spec);
	/* meta and ledger seal what a restore brings back, so they are drawn once and kept in the
	 * backup. */
	rng_fill(k->meta, 32);
	rng_fill(k->ledger, 32);
	rng_fill(k->nk_seed, 32);
	rng_fill(k->tk_sec, 32);
	rng_fill(next_seed, 32);
	k->inception.fed_id = spec->fed_id;
	k->inception.org_uuid = spec->org_uuid;
	public_of(k->nk_seed, &k->nk_pub);
	public_of(next_seed, &next);
	k->key_seq = 1;
	k->inception.nk_pub = k->nk_pub;
	k->inception.next_digest = k->next_digest = identity_next_digest(&next);
}

/* Any of its keys: half a node is somebody's node. */
static bool has_node(const char *dir)
{
	static const char *const files[] = {"identity", "slots", "keyroot"};
	struct stat sb;
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		/* An error other than "not there" counts as present: what cannot be seen must not
		 * be written over. */
		if (path_of(path, dir, files[i]) && (lstat(path, &sb) == 0 || errno != ENOENT))
			return true;
	return false;
}

static enum err write_node(const char *dir, const struct keyfile_new *spec,
			   const struct keybox_roots *k, const struct keyfile_state *st)
{
	enum err rc = slots_create(dir, spec, k->mk);

	if (rc == ERR_OK)
		rc = keyroot_create(dir, k, st);
	return rc == ERR_OK ? identity_write(dir, k) : rc; /* last: it says the node is complete */
}

enum err keyfile_create(const char *dir, const struct keyfile_new *spec, uint8_t next_seed[32])
{
	struct keybox_roots k = {.case_epoch = 1};
	const struct keyfile_state st = {.incarnation_no = 1};
	enum err rc;

	if (has_node(dir))
		return ERR_EXISTS;
	if (spec->recovery.len != KEYFILE_RECOVERY_LEN)
		return ERR_INVAL;
	draw_keys(&k, spec, next_seed);
	rc = write_node(dir, spec, &k, &st);
	secret_wipe(&k, sizeof k);
	return rc;
}

enum err keyfile_restore(const char *dir, const struct keyfile_new *spec,
			 const struct keybox_roots *from, const struct keyfile_state *st)
{
	/* A copy on the stack, wiped at the end: the caller's has the keys of the backup and stays
	 * as it is. */
	struct keybox_roots k = *from;
	enum err rc;

	if (has_node(dir))
		return ERR_EXISTS;
	if (spec->recovery.len != KEYFILE_RECOVERY_LEN)
		return ERR_INVAL;
	draw_wraps(&k, spec);
	if (spec->next_digest != NULL)
		k.next_digest = *spec->next_digest;
	if (spec->nk_seed != NULL) {
		memcpy(k.nk_seed, spec->nk_seed, 32);
		k.key_seq++;
	}
	public_of(k.nk_seed, &k.nk_pub);
	rc = write_node(dir, spec, &k, st);
	secret_wipe(&k, sizeof k);
	return rc;
}

enum err keyfile_open(const char *dir, const struct keyfile_unlock *how, struct keyfile *out)
{
	struct keybox_roots k = {.case_epoch = 0};
	const char *step = "slots";
	enum err rc;

	require(dir != NULL && how != NULL);
	rc = slots_open(dir, how, k.mk);
	*out = (struct keyfile){.keybox = NULL};
	if (rc == ERR_OK) {
		/* Both of the other files lie under the MK that the slot gave; the file that does
		 * not open is the one that is named. */
		step = "keyroot";
		rc = keyroot_open(&out->root, dir, &k, &out->state);
	}
	if (rc == ERR_OK) {
		step = "identity";
		rc = identity_read(dir, &k);
	}
	if (rc == ERR_OK) {
		step = NULL;
		rc = keybox_create(&out->keybox, &k);
	}
	secret_wipe(&k, sizeof k);
	if (rc != ERR_OK) {
		keyfile_close(out);
		/* A wrong secret is nobody's damage: no file is to blame then. */
		out->bad = rc == ERR_CRYPTO ? NULL : step;
	}
	return rc;
}

void keyfile_close(struct keyfile *f)
{
	keybox_free(f->keybox);
	keyroot_close(f->root);
	*f = (struct keyfile){.keybox = NULL};
}
