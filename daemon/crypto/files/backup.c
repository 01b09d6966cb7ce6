/* SPDX-License-Identifier: EUPL-1.2 */
/* A backup is a stream of items, sealed to the recovery sheet's public key: a node makes one without knowing what opens it.
 * Chunks are chained and the last one is marked, rows are counted: one that was cut short, joined from two or changed does
 * not pass.  Case keys travel unwrapped inside, because the wrap keys of a node are drawn again when it is restored.
 * Reading trusts nothing: the head is in clear, items have lengths from outside, and whoever wrote the file may have had
 * the public key.
 * Invariant of both: at <= len <= BUFFER. */
#include "crypto/files/backup.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "base/rng.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/signed_bytes.h"

enum {
	MAGIC_LEN = 8,
	ITEM_HEAD = 5,
	ITEM_MAX = LIMIT_RECORD + 1024 + 512,
	BUFFER = BACKUP_CHUNK + 2 * ITEM_MAX,
	IDENTITY_LEN = 32 + 32 + 4 + IDENTITY_INCEPTION_LEN + 32 + 4 + 8 + 32 + 32,
	NAME_MAX_LEN = 32,
};

static const char magic[] = "KRG1bak";
static_assert(sizeof magic == MAGIC_LEN, "8 bytes with its NUL");
static_assert(crypto_secretstream_xchacha20poly1305_ABYTES == 17 &&
		      crypto_secretstream_xchacha20poly1305_HEADERBYTES == 24 &&
		      crypto_box_SEALBYTES + 32 == 80,
	      "lengths of the format");

/* ---- items ---- */

enum err backup_item_get(uint8_t type, struct span bytes, struct backup_item *item)
{
	struct rd r = rd_of(bytes);
	uint16_t key_len;

	*item = (struct backup_item){.type = (enum backup_type)type};
	switch (type) {
	case BACKUP_IDENTITY:
		/* Only the length is looked at here: the parts are read once, by take_identity,
		 * which the restore needs anyway. */
		item->val = bytes;
		return bytes.len == IDENTITY_LEN ? ERR_OK : ERR_MALFORMED;
	case BACKUP_ROW:
		item->table = rd_u8(&r);
		key_len = rd_u16(&r);
		if (key_len == 0 || key_len > LIMIT_KEY)
			return ERR_MALFORMED;
		item->key = span_of(rd_take(&r, key_len), key_len);
		item->val = span_of(r.p, r.left);
		/* A value of the store is a record with its head and its seal, so it may be a
		 * little longer than a record. */
		return r.bad || r.left > LIMIT_RECORD + 512 ? ERR_MALFORMED : ERR_OK;
	case BACKUP_KEY:
		item->cls = (enum keybox_class)rd_u8(&r);
		item->case_id = rd_id16(&r);
		item->key32 = rd_take(&r, 32);
		/* META has no key of its own: a file that names one was not made by us. */
		return rd_done(&r) && item->cls != KEYBOX_META && item->cls <= KEYBOX_GRANT
			       ? ERR_OK
			       : ERR_MALFORMED;
	case BACKUP_FILE:
		key_len = rd_u8(&r);
		item->key = span_of(rd_take(&r, key_len), key_len);
		item->val = span_of(r.p, r.left);
		return r.bad || key_len == 0 || key_len > NAME_MAX_LEN ? ERR_MALFORMED : ERR_OK;
	case BACKUP_END:
		item->rows = rd_u64(&r);
		return rd_done(&r) ? ERR_OK : ERR_MALFORMED;
	default:
		return ERR_MALFORMED;
	}
}

/* ---- writing ---- */

struct backup_out {
	const struct keyfile *keys; /* borrowed */
	struct secret mem;	    /* buffer: plain items that wait */
	size_t len;
	uint64_t rows;
	bool head_taken, ended;
	uint8_t head[BACKUP_HEAD];
	crypto_secretstream_xchacha20poly1305_state stream;
};

/* Room was tested by backup_out_room before the caller read the row, so nothing can fail here and
 * no row is left out in silence. */
static void item_put(struct backup_out *b, uint8_t type, const struct span *parts, size_t n)
{
	struct wr w = wr_of(b->mem.p + b->len, BUFFER - b->len);
	size_t len = 0;

	require(!b->ended && b->len <= BUFFER);
	for (size_t i = 0; i < n; i++)
		len += parts[i].len;
	wr_u8(&w, type);
	wr_u32(&w, (uint32_t)len);
	for (size_t i = 0; i < n; i++)
		wr_put(&w, parts[i].p, parts[i].len);
	require(!w.over);
	b->len += w.len;
	b->rows++;
}

/* Not MK, the wrap keys or the unlock key: whoever restores draws those again, so a backup opens no
 * disk. */
static void put_identity(struct backup_out *b)
{
	const struct keybox_roots *k = keybox_roots(b->keys->keybox);
	uint8_t plain[IDENTITY_LEN], inception[IDENTITY_INCEPTION_LEN];
	const struct span part = {plain, sizeof plain};
	struct wr w = wr_of(plain, sizeof plain);

	identity_inception_bytes(&k->inception, inception);
	wr_put(&w, k->nk_seed, 32);
	wr_put(&w, k->tk_sec, 32);
	wr_u32(&w, k->key_seq);
	wr_put(&w, inception, sizeof inception);
	wr_put(&w, k->next_digest.b, 32);
	wr_u32(&w, b->keys->state.incarnation_no);
	wr_u64(&w, b->keys->state.roster_seq_max);
	wr_put(&w, k->meta, 32);
	wr_put(&w, k->ledger, 32);
	require(!w.over && w.len == IDENTITY_LEN);
	item_put(b, BACKUP_IDENTITY, &part, 1);
	secret_wipe(plain, sizeof plain);
}

enum err backup_out_open(struct backup_out **out, const struct keyfile *k, uint64_t time_s)
{
	const struct keybox_roots *roots;
	struct backup_out *b;
	struct id32 node;
	uint8_t bk[32];
	struct wr w;

	require(k->keybox != NULL);
	roots = keybox_roots(k->keybox);
	/* Who made it, when, and which sheet opens it stand in clear: a person with ten files and
	 * three sheets can find the right pair. */
	node = keybox_node_id(k->keybox);
	b = calloc(1, sizeof *b);
	if (b == NULL)
		return ERR_NOMEM;
	if (secret_create(&b->mem, BUFFER) != ERR_OK) {
		free(b);
		return ERR_NOMEM;
	}
	b->keys = k;
	w = wr_of(b->head, sizeof b->head);
	wr_put(&w, magic, MAGIC_LEN);
	wr_u64(&w, time_s);
	wr_put(&w, node.b, sizeof node.b);
	wr_put(&w, roots->recovery_pub, 32);
	/* A new key for each backup, sealed to the public half of the sheet's code: the running
	 * node cannot open its own backups. */
	crypto_secretstream_xchacha20poly1305_keygen(bk);
	require(crypto_box_seal(b->head + w.len, bk, sizeof bk, roots->recovery_pub) == 0);
	w.len += 80;
	require(crypto_secretstream_xchacha20poly1305_init_push(&b->stream, b->head + w.len, bk) ==
		0);
	secret_wipe(bk, sizeof bk);
	put_identity(b);
	*out = b;
	return ERR_OK;
}

void backup_out_close(struct backup_out *b)
{
	if (b == NULL)
		return;
	secret_free(&b->mem);
	secret_wipe(&b->stream, sizeof b->stream);
	free(b);
}

bool backup_out_room(const struct backup_out *b)
{
	/* Two conditions: the largest item still fits, and what waits is less than a chunk, or the
	 * buffer would only grow. */
	return b->len + ITEM_MAX <= BUFFER && b->len < BACKUP_CHUNK;
}

void backup_out_row(struct backup_out *b, uint8_t table, struct span key, struct span val)
{
	uint8_t head[3] = {table};
	const struct span parts[] = {{head, sizeof head}, key, val};

	require(key.len > 0 && key.len <= LIMIT_KEY);
	be16_put(head + 1, (uint16_t)key.len);
	item_put(b, BACKUP_ROW, parts, 3);
}

/* The key itself and not its wrapped form: the wrap key of this node will not exist where it is
 * restored. */
enum err backup_out_key(struct backup_out *b, enum keybox_class cls, const struct id16 *case_id,
			const uint8_t *wrapped)
{
	uint8_t plain[1 + 16 + 32] = {(uint8_t)cls};
	const struct span part = {plain, sizeof plain};
	enum err rc = keybox_unwrap(b->keys->keybox, cls, case_id, wrapped, plain + 17);

	/* What lies under a damaged key is damaged there too, and not erased: a key that opens nothing stands in its place. */
	if (rc == ERR_CORRUPT) {
		rng_fill(plain + 17, 32);
		rc = ERR_OK;
	}
	memcpy(plain + 1, case_id->b, 16);
	if (rc == ERR_OK)
		item_put(b, BACKUP_KEY, &part, 1);
	secret_wipe(plain, sizeof plain);
	return rc;
}

void backup_out_file(struct backup_out *b, const char *name, struct span bytes)
{
	const size_t n = strlen(name);
	const uint8_t len = (uint8_t)n;
	const struct span parts[] = {{&len, 1}, {(const uint8_t *)name, len}, bytes};

	require(n <= NAME_MAX_LEN);
	/* A roster file that became longer is left out: its entries are rows of the store as well. */
	if (bytes.len <= LIMIT_RECORD)
		item_put(b, BACKUP_FILE, parts, 3);
}

void backup_out_end(struct backup_out *b)
{
	uint8_t rows[8];
	const struct span part = {rows, sizeof rows};

	/* The number of items in front of this one: a row that was taken out between two chunks
	 * would be missed here. */
	be64_put(rows, b->rows);
	item_put(b, BACKUP_END, &part, 1);
	b->ended = true;
}

size_t backup_out_take(struct backup_out *b, uint8_t *out, bool *last)
{
	const size_t n = b->len < BACKUP_CHUNK ? b->len : BACKUP_CHUNK;
	unsigned long long len = 0;

	*last = false;
	if (!b->head_taken) {
		b->head_taken = true;
		memcpy(out, b->head, sizeof b->head);
		return sizeof b->head;
	}
	/* Chunks are full but for the last one, so their lengths tell nothing of the rows in them. */
	if (n < BACKUP_CHUNK && !b->ended)
		return 0;
	*last = b->ended && n == b->len;
	/* the head's first bytes are bound to every chunk: a stream belongs to its node and time */
	require(crypto_secretstream_xchacha20poly1305_push(
			&b->stream, out + 4, &len, b->mem.p, n, b->head, MAGIC_LEN + 8 + 32,
			*last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0) == 0);
	be32_put(out, (uint32_t)len);
	memmove(b->mem.p, b->mem.p + n, b->len - n);
	b->len -= n;
	/* The tail holds a second copy of what was moved to the front; it has no further use. */
	secret_wipe(b->mem.p + b->len, n);
	return 4 + (size_t)len;
}

/* ---- reading ---- */

struct backup_in {
	FILE *file;
	struct secret mem;
	size_t at, len; /* of the plain text in mem */
	uint64_t rows;
	bool final, done, have_identity;
	uint8_t head[BACKUP_HEAD];
	crypto_secretstream_xchacha20poly1305_state stream;
	struct keybox_roots roots; /* out of the identity; wiped at the end */
	struct keyfile_state state;
};

static enum err read_head(struct backup_in *in, const char *path, struct backup_about *about)
{
	struct rd r = rd_of(span_of(in->head, sizeof in->head));

	in->file = infile_stream(path);
	if (in->file == NULL)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	if (fread(in->head, 1, sizeof in->head, in->file) != sizeof in->head)
		return ferror(in->file) ? ERR_IO : ERR_MALFORMED;
	if (memcmp(in->head, magic, MAGIC_LEN) != 0)
		return ERR_MALFORMED;
	(void)rd_take(&r, MAGIC_LEN);
	about->time_s = rd_u64(&r);
	about->node_id = rd_id32(&r);
	rd_copy(&r, about->recovery_pub, sizeof about->recovery_pub);
	return ERR_OK;
}

static enum err open_head(struct backup_in *in, const uint8_t code[KEYFILE_RECOVERY_LEN],
			  const struct backup_about *about)
{
	const uint8_t *sealed = in->head + MAGIC_LEN + 8 + 32 + 32, *stream = sealed + 80;
	uint8_t pub[32], sec[32], bk[32];
	enum err rc = ERR_OK;

	/* The public half first: it tells a code of another sheet from a damaged file before
	 * anything is opened. */
	keyfile_recovery_pair(code, pub, sec);
	if (memcmp(about->recovery_pub, pub, sizeof pub) != 0)
		rc = ERR_CRYPTO;
	else if (crypto_box_seal_open(bk, sealed, 80, pub, sec) != 0 ||
		 crypto_secretstream_xchacha20poly1305_init_pull(&in->stream, stream, bk) != 0)
		rc = ERR_CORRUPT;
	secret_wipe(sec, sizeof sec);
	secret_wipe(bk, sizeof bk);
	return rc;
}

enum err backup_in_about(const char *path, struct backup_about *about)
{
	struct backup_in *in = calloc(1, sizeof *in);
	const enum err rc = in == NULL ? ERR_NOMEM : read_head(in, path, about);

	backup_in_close(in);
	return rc;
}

enum err backup_in_open(struct backup_in **out, const char *path,
			const uint8_t code[KEYFILE_RECOVERY_LEN], struct backup_about *about)
{
	struct backup_in *in = calloc(1, sizeof *in);
	enum err rc = in == NULL ? ERR_NOMEM : secret_create(&in->mem, BUFFER);

	if (rc == ERR_OK)
		rc = read_head(in, path, about);
	if (rc == ERR_OK)
		rc = open_head(in, code, about);
	if (rc != ERR_OK) {
		backup_in_close(in);
		return rc;
	}
	*out = in;
	return ERR_OK;
}

void backup_in_close(struct backup_in *in)
{
	if (in == NULL)
		return;
	if (in->file != NULL)
		(void)fclose(in->file);
	secret_free(&in->mem);
	/* The whole struct: the roots in it hold the signing seed. */
	secret_wipe(in, sizeof *in);
	free(in);
}

/* One more chunk behind what is left of the one before. */
static enum err pull(struct backup_in *in)
{
	uint8_t head[4], sealed[BACKUP_PIECE_MAX], tag = 0;
	unsigned long long len = 0;
	size_t n;

	require(in->at <= in->len && in->len <= BUFFER);
	if (in->final)
		return ERR_CORRUPT;
	/* An item may lie across two chunks, so what is left of the last one moves to the front. */
	memmove(in->mem.p, in->mem.p + in->at, in->len - in->at);
	in->len -= in->at;
	in->at = 0;
	if (fread(head, 1, sizeof head, in->file) != sizeof head)
		return ERR_CORRUPT; /* cut short */
	n = be32_get(head);
	/* 17 is what a sealed chunk has besides its text; less would wrap around in the next line. */
	if (n < 17 || n > BACKUP_PIECE_MAX - 4 || fread(sealed, 1, n, in->file) != n ||
	    in->len + n - 17 > BUFFER ||
	    crypto_secretstream_xchacha20poly1305_pull(&in->stream, in->mem.p + in->len, &len, &tag,
						       sealed, n, in->head,
						       MAGIC_LEN + 8 + 32) != 0)
		return ERR_CORRUPT;
	in->len += (size_t)len;
	in->final = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
	return ERR_OK;
}

static enum err need(struct backup_in *in, size_t n)
{
	enum err rc = ERR_OK;

	while (rc == ERR_OK && in->len - in->at < n)
		rc = pull(in);
	return rc;
}

static enum err take_identity(struct backup_in *in, struct span bytes)
{
	struct keybox_roots *k = &in->roots;
	struct rd r = rd_of(bytes);

	/* A second identity could replace the keys after rows were taken in under the first one. */
	if (in->have_identity)
		return ERR_CORRUPT;
	rd_copy(&r, k->nk_seed, 32);
	rd_copy(&r, k->tk_sec, 32);
	k->key_seq = rd_u32(&r);
	k->inception.fed_id = rd_id16(&r);
	k->inception.nk_pub = rd_id32(&r);
	k->inception.next_digest = rd_id32(&r);
	k->inception.org_uuid = rd_id16(&r);
	k->next_digest = rd_id32(&r);
	in->state.incarnation_no = rd_u32(&r);
	in->state.roster_seq_max = rd_u64(&r);
	rd_copy(&r, k->meta, 32);
	rd_copy(&r, k->ledger, 32);
	in->have_identity = rd_done(&r);
	return in->have_identity ? ERR_OK : ERR_CORRUPT;
}

enum err backup_in_next(struct backup_in *in, struct backup_item *item)
{
	size_t len = 0;
	enum err rc;

	if (in->done)
		return ERR_NOTFOUND;
	/* At the end of the stream there is no item head: a backup without its END item is cut
	 * short, never complete. */
	rc = need(in, ITEM_HEAD);
	if (rc == ERR_OK) {
		len = be32_get(in->mem.p + in->at + 1);
		/* The length is tested before it is waited for: a false one would otherwise read
		 * the whole file into the buffer. */
		rc = len > ITEM_MAX ? ERR_CORRUPT : need(in, ITEM_HEAD + len);
	}
	if (rc == ERR_OK)
		rc = backup_item_get(in->mem.p[in->at],
				     span_of(in->mem.p + in->at + ITEM_HEAD, len), item);
	if (rc != ERR_OK)
		return ERR_CORRUPT;
	in->at += ITEM_HEAD + len;
	if (item->type == BACKUP_IDENTITY)
		rc = take_identity(in, item->val);
	else if (!in->have_identity)
		rc = ERR_CORRUPT;
	if (item->type == BACKUP_END) {
		/* END must be the last item, in the last chunk, and the count must fit: otherwise
		 * something was left out.  Behind it the file ends, too: of two that were joined
		 * the first one would come back, and it is the older one. */
		in->done = in->have_identity && in->final && in->at == in->len &&
			   item->rows == in->rows && fgetc(in->file) == EOF && !ferror(in->file);
		rc = in->done ? ERR_OK : ERR_CORRUPT;
	}
	in->rows++;
	return rc;
}

enum err backup_in_node(const struct backup_in *in, const char *dir, const struct keyfile_new *how,
			uint32_t above)
{
	struct keyfile_state st = in->state;

	require(in->have_identity);
	/* Higher than the old directory's as well as the backup's: partners must not take the
	 * restored node for a life that they know. */
	st.incarnation_no = 1 + (above > st.incarnation_no ? above : st.incarnation_no);
	return keyfile_restore(dir, how, &in->roots, &st);
}

void backup_in_sheet(const struct backup_in *in, const uint8_t *seed, uint64_t time_s,
		     struct keyfile_sheet *out, bool *anew)
{
	const struct id32 *promised = &in->roots.next_digest;

	require(in->have_identity);
	*anew = !keyfile_sheet_new(promised, seed, time_s, out);
	if (*anew) /* a key that nobody promised signs for nobody */
		(void)keyfile_sheet_new(promised, NULL, time_s, out);
}

uint32_t backup_in_key_seq(const struct backup_in *in)
{
	require(in->have_identity);
	return in->roots.key_seq;
}

const struct id32 *backup_in_next_digest(const struct backup_in *in)
{
	require(in->have_identity);
	return &in->roots.next_digest;
}

void backup_in_sign(const struct backup_in *in, enum sign_label label, struct span part,
		    uint8_t sig[SIGN_LEN])
{
	uint8_t pub[crypto_sign_PUBLICKEYBYTES], sk[crypto_sign_SECRETKEYBYTES];
	struct signed_bytes sb;

	require(in->have_identity);
	require(crypto_sign_seed_keypair(pub, sk, in->roots.nk_seed) == 0);
	require(signed_bytes_make(&sb, label, &part, 1));
	require(crypto_sign_detached(sig, NULL, sb.p, sb.len, sk) == 0);
	signed_bytes_free(&sb);
	secret_wipe(sk, sizeof sk);
}

const uint8_t *backup_in_ledger_key(const struct backup_in *in)
{
	return in->roots.ledger;
}
