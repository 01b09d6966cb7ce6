/* SPDX-License-Identifier: EUPL-1.2 */
/* Which cases were erased, beside the store: a restore brings the store back from before, this file is what keeps an erased
 * case away.  It only grows; entries are sealed, because a case's id in clear would say that the case existed.
 * Invariant: ids lie in order, count <= cap. */
#include "crypto/files/erasures.h"

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

enum { AHEAD = 1024 };

struct erasures {
	int fd;
	struct secret key;
	struct id16 *ids; /* in order of id */
	size_t count, cap;
};

/* Where it stands, or would.
 * By halves: the list is asked for every case of a backup, and a node that erases for years has
 * many entries. */
static size_t place_of(const struct erasures *l, const struct id16 *id)
{
	size_t lo = 0, hi = l->count;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;

		if (memcmp(l->ids[mid].b, id->b, sizeof id->b) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static enum err remember(struct erasures *l, const struct id16 *id)
{
	const size_t at = place_of(l, id);

	require(at <= l->count && l->count <= l->cap);
	if (l->count == l->cap) {
		/* Ids of cases are no secrets in memory: the store has them in its keys as well.
		 * Only the file is sealed. */
		const size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
		struct id16 *ids = realloc(l->ids, cap * sizeof *ids);

		if (ids == NULL)
			return ERR_NOMEM;
		l->ids = ids;
		l->cap = cap;
	}
	memmove(l->ids + at + 1, l->ids + at, (l->count - at) * sizeof *l->ids);
	l->ids[at] = *id;
	l->count++;
	return ERR_OK;
}

/* An entry that does not open ends it: what a crash left half-written; the next one takes its place. */
static enum err read_all(struct erasures *l)
{
	uint8_t e[ERASURES_ENTRY];
	enum err rc = ERR_OK;

	while (rc == ERR_OK) {
		const off_t at = (off_t)(l->count * ERASURES_ENTRY);
		struct id16 id;

		if (pread(l->fd, e, sizeof e, at) != (ssize_t)sizeof e ||
		    crypto_aead_xchacha20poly1305_ietf_decrypt(
			    id.b, NULL, NULL, e + 24, sizeof e - 24, NULL, 0, e, l->key.p) != 0)
			return ERR_OK;
		rc = remember(l, &id);
	}
	return rc;
}

/* Blocks for the next ones, so that a full disk keeps nobody from erasing; a file system that cannot is as it was. */
static void keep_blocks(const struct erasures *l)
{
	(void)fallocate(l->fd, FALLOC_FL_KEEP_SIZE, (off_t)(l->count * ERASURES_ENTRY),
			(off_t)AHEAD * ERASURES_ENTRY);
}

enum err erasures_open(struct erasures **out, const char *dir, const uint8_t key[32])
{
	struct erasures *l = calloc(1, sizeof *l);
	/* O_NOFOLLOW below: a link of this name would let the list grow in a file that somebody
	 * else chose. */
	char path[PATH_MAX];
	const int n = snprintf(path, sizeof path, "%s/ledger", dir);
	enum err rc = l == NULL || n < 0 || n >= (int)sizeof path ? ERR_NOMEM : ERR_OK;

	if (rc == ERR_OK)
		rc = secret_create(&l->key, 32);
	if (rc != ERR_OK) {
		free(l);
		return rc;
	}
	require(key != NULL);
	memcpy(l->key.p, key, 32);
	l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	rc = l->fd < 0 ? ERR_IO : read_all(l);
	if (rc == ERR_OK)
		keep_blocks(l);
	if (rc != ERR_OK) {
		erasures_close(l);
		return rc;
	}
	*out = l;
	return ERR_OK;
}

void erasures_close(struct erasures *l)
{
	if (l == NULL)
		return;
	if (l->fd >= 0)
		(void)close(l->fd);
	secret_free(&l->key);
	free(l->ids);
	free(l);
}

enum err erasures_add(struct erasures *l, const struct id16 *case_id)
{
	uint8_t e[ERASURES_ENTRY];
	const off_t at = (off_t)(l->count * ERASURES_ENTRY);

	/* Told twice after a crash, it is written once. */
	if (erasures_has(l, case_id))
		return ERR_OK;
	/* Drawn and not counted: a counter would be set back together with a file that was put
	 * back, and one nonce would serve twice. */
	require(l->fd >= 0);
	if (l->count % (AHEAD / 2) == 0)
		keep_blocks(l);
	rng_fill(e, 24);
	require(crypto_aead_xchacha20poly1305_ietf_encrypt(e + 24, NULL, case_id->b, 16, NULL, 0,
							   NULL, e, l->key.p) == 0);
	if (pwrite(l->fd, e, sizeof e, at) != (ssize_t)sizeof e)
		return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
	/* on disk before it counts: the case's keys are destroyed next */
	if (fdatasync(l->fd) != 0)
		return ERR_IO;
	return remember(l, case_id);
}

bool erasures_has(const struct erasures *l, const struct id16 *case_id)
{
	const size_t at = place_of(l, case_id);

	return at < l->count && id16_equal(&l->ids[at], case_id);
}

const struct id16 *erasures_at(const struct erasures *l, size_t i)
{
	return i < l->count ? &l->ids[i] : NULL;
}
