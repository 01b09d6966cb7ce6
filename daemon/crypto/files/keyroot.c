/* SPDX-License-Identifier: EUPL-1.2 */
/* The one file that is overwritten in place, because what it held must be gone.  Two halves are written in turn, each with
 * a counter: a half that a crash tore does not open, and the other one counts.  keyroot_write replaces the older half;
 * keyroot_settle writes both, after which nothing of before can be read.
 * Invariant: ctr[i] is 0 while half i may be torn; the half with the higher counter is the newer one. */
#include "crypto/files/keyroot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/rng.h"
#include "crypto/secret.h"

enum {
	MAGIC_LEN = 8,
	HALF = 4096,
	/* case epoch, W, next epoch, next W, audit epoch, audit wrap, V, next V (u8 there), meta key,
	 * ledger key, incarnation, roster */
	PLAIN = 4 + 32 + 4 + 32 + 4 + 32 + 32 + 1 + 32 + 32 + 32 + 4 + 8,
	SEALED = 24 + PLAIN + crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

static const char magic[] = "KRG1rot";
static_assert(sizeof magic == MAGIC_LEN && MAGIC_LEN + 8 + SEALED <= HALF, "a half holds it all");

struct keyroot {
	int fd;
	uint64_t ctr[2];
};

static void plain_put(uint8_t out[PLAIN], const struct keybox_roots *k,
		      const struct keyfile_state *st)
{
	struct wr w = wr_of(out, PLAIN);

	wr_u32(&w, k->case_epoch);
	wr_put(&w, k->case_wrap, 32);
	wr_u32(&w, k->case_epoch_next);
	wr_put(&w, k->case_wrap_next, 32);
	wr_u32(&w, k->audit_epoch);
	wr_put(&w, k->audit_wrap, 32);
	wr_put(&w, k->prekey_wrap, 32);
	wr_u8(&w, k->prekey_next);
	wr_put(&w, k->prekey_wrap_next, 32);
	wr_put(&w, k->meta, 32);
	wr_put(&w, k->ledger, 32);
	wr_u32(&w, st->incarnation_no);
	wr_u64(&w, st->roster_seq_max);
	require(!w.over && w.len == PLAIN);
}

static void plain_get(const uint8_t in[PLAIN], struct keybox_roots *k, struct keyfile_state *st)
{
	struct rd r = rd_of(span_of(in, PLAIN));

	k->case_epoch = rd_u32(&r);
	rd_copy(&r, k->case_wrap, 32);
	k->case_epoch_next = rd_u32(&r);
	rd_copy(&r, k->case_wrap_next, 32);
	k->audit_epoch = rd_u32(&r);
	rd_copy(&r, k->audit_wrap, 32);
	rd_copy(&r, k->prekey_wrap, 32);
	k->prekey_next = rd_u8(&r) != 0;
	rd_copy(&r, k->prekey_wrap_next, 32);
	rd_copy(&r, k->meta, 32);
	rd_copy(&r, k->ledger, 32);
	st->incarnation_no = rd_u32(&r);
	st->roster_seq_max = rd_u64(&r);
	require(rd_done(&r));
}

static void half_make(uint8_t half[HALF], uint64_t ctr, const struct keybox_roots *k,
		      const struct keyfile_state *st)
{
	uint8_t plain[PLAIN], *sealed = half + MAGIC_LEN + 8;

	/* A whole page of the disk each, so that writing one half does not touch the sector of the
	 * other. */
	memset(half, 0, HALF);
	memcpy(half, magic, MAGIC_LEN);
	be64_put(half + MAGIC_LEN, ctr);
	require(ctr != 0); /* 0 says that a half is torn */
	plain_put(plain, k, st);
	rng_fill(sealed, 24);
	require(crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + 24, NULL, plain, PLAIN, half,
							   MAGIC_LEN + 8, NULL, sealed,
							   k->mk) == 0);
	secret_wipe(plain, sizeof plain);
}

static bool half_open(const uint8_t half[HALF], const uint8_t mk[32], uint64_t *ctr,
		      uint8_t plain[PLAIN])
{
	const uint8_t *sealed = half + MAGIC_LEN + 8;

	if (memcmp(half, magic, MAGIC_LEN) != 0)
		return false;
	/* Read before it is known to be good: the counter is authenticated with the rest, and the
	 * caller drops it when that fails. */
	*ctr = be64_get(half + MAGIC_LEN);
	return crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed + 24,
							  SEALED - 24, half, MAGIC_LEN + 8, sealed,
							  mk) == 0;
}

static enum err write_at(int fd, const uint8_t *p, size_t n, off_t at)
{
	while (n > 0) {
		const ssize_t done = pwrite(fd, p, n, at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
		p += done;
		n -= (size_t)done;
		at += done;
	}
	return ERR_OK;
}

enum err keyroot_write(struct keyroot *r, const struct keybox_roots *k,
		       const struct keyfile_state *st)
{
	/* The half with the lower counter is older, or torn (0): it is the one that may be lost. */
	const size_t at = r->ctr[0] <= r->ctr[1] ? 0 : 1;
	const uint64_t ctr = 1 + (r->ctr[0] > r->ctr[1] ? r->ctr[0] : r->ctr[1]);
	uint8_t half[HALF];
	enum err rc;

	require(r->ctr[at] < ctr && ctr != 0);
	half_make(half, ctr, k, st);
	r->ctr[at] = 0; /* until it is whole again */
	rc = write_at(r->fd, half, sizeof half, (off_t)(at * HALF));
	/* It flushes the bytes, and the length where that changed; the file's times may be lost. */
	if (rc == ERR_OK && fdatasync(r->fd) != 0)
		rc = ERR_IO;
	if (rc == ERR_OK)
		r->ctr[at] = ctr;
	return rc;
}

/* Each write replaces one half, so after two of them neither holds the keys of before. */
enum err keyroot_settle(struct keyroot *r, const struct keybox_roots *k,
			const struct keyfile_state *st)
{
	enum err rc = keyroot_write(r, k, st);

	return rc == ERR_OK ? keyroot_write(r, k, st) : rc;
}

static enum err open_file(struct keyroot **out, const char *dir, int flags)
{
	char path[PATH_MAX];
	struct keyroot *r = calloc(1, sizeof *r);
	const int n = snprintf(path, sizeof path, "%s/keyroot", dir);

	if (r == NULL || n < 0 || n >= (int)sizeof path) {
		free(r);
		return ERR_NOMEM;
	}
	r->fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	if (r->fd < 0) {
		free(r);
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	}
	*out = r;
	return ERR_OK;
}

enum err keyroot_create(const char *dir, const struct keybox_roots *k,
			const struct keyfile_state *st)
{
	struct keyroot *r;
	enum err rc = open_file(&r, dir, O_CREAT);

	if (rc != ERR_OK)
		return rc;
	rc = keyroot_settle(r, k, st);
	keyroot_close(r);
	return rc;
}

enum err keyroot_open(struct keyroot **out, const char *dir, struct keybox_roots *k,
		      struct keyfile_state *st)
{
	uint8_t file[2 * HALF], plain[2][PLAIN];
	struct keyroot *r;
	enum err rc = open_file(&r, dir, 0);

	if (rc != ERR_OK)
		return rc;
	/* A file that was cut short is read as far as it goes: the zeros behind are a half that
	 * does not open. */
	memset(file, 0, sizeof file);
	if (pread(r->fd, file, sizeof file, 0) < 0)
		rc = ERR_IO;
	for (size_t i = 0; rc == ERR_OK && i < 2; i++)
		if (!half_open(file + i * HALF, k->mk, &r->ctr[i], plain[i]))
			r->ctr[i] = 0;
	if (rc == ERR_OK && r->ctr[0] == 0 && r->ctr[1] == 0)
		rc = ERR_CORRUPT;
	if (rc == ERR_OK)
		/* Two halves with one counter cannot be: a write takes one more than the higher of
		 * both. */
		plain_get(plain[r->ctr[0] > r->ctr[1] ? 0 : 1], k, st);
	secret_wipe(plain, sizeof plain);
	if (rc != ERR_OK) {
		keyroot_close(r);
		return rc;
	}
	*out = r;
	return ERR_OK;
}

void keyroot_close(struct keyroot *r)
{
	if (r == NULL)
		return;
	(void)close(r->fd);
	free(r);
}
