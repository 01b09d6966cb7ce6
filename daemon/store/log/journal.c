/* SPDX-License-Identifier: EUPL-1.2 */
/* A record begins on a block of its own, so that no block with an acknowledged record is ever written again, and a cut of the
 * power while one is written can only tear that one, which nobody was told of.  So a record that does not hold is the end
 * only when nothing newer stands anywhere: else a record in between was damaged, and what it held is missing. */
#include "store/log/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "store/log/checksum.h"

/* magic 8 | checksum 8 | generation 8 | version 8 | length 4 | rows 4 | rows | zeros; numbers little-endian.
 * row: table 1 | flags 1 | key length 2 | value length 4 | key | value */
enum {
	AT_SUM = 8,
	AT_GENERATION = 16,
	AT_VERSION = 24,
	AT_LEN = 32,
	AT_ROWS = 36,
	HEAD = 40,
	ROW_HEAD = 8,
	ROW_GONE = 1,
	ROOM_FIRST = 64 * 1024,
	ROOM_KEPT = 1024 * 1024,
	WINDOW = 256 * 1024 /* a part of a file that is read at once */
};
static const uint8_t magic[8] = {'K', 'R', 'G', '1', 'l', 'o', 'g', 0};
static const char *const names[JOURNAL_FILES] = {"log0", "log1"};
static const uint64_t record_max = UINT32_MAX - HEAD - JOURNAL_BLOCK;

/* Invariant: end is a multiple of the block; records from 0 to end are whole, of this generation, and of the versions from
 * first to last; end 0: it holds none. */
struct part {
	int fd;
	uint64_t end, generation, first, last;
};

struct journal {
	struct part parts[JOURNAL_FILES];
	unsigned active; /* the file that is written to */
	uint64_t file_len, generation;
	uint8_t *room; /* the record that is built */
	size_t len, cap;
	uint32_t rows;
	enum err failed;
};

static void le_put(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static uint64_t le_get(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = bytes; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

static uint64_t sum_of(const uint8_t *record, size_t len)
{
	uint8_t key[CHECKSUM_KEY];

	memcpy(key, magic, sizeof magic);
	memcpy(key + sizeof magic, magic, sizeof magic);
	require(len >= HEAD);
	return checksum_of(key, record + AT_GENERATION, len - AT_GENERATION);
}

static uint64_t rounded(uint64_t len)
{
	return (len + JOURNAL_BLOCK - 1) / JOURNAL_BLOCK * JOURNAL_BLOCK;
}

/* The build without it is the control of tests/fault/power_cut.py, which must lose. */
static int synced(int fd)
{
#ifdef KRING_NOSYNC
	(void)fd;
	return 0;
#else
	return fdatasync(fd);
#endif
}

static enum err write_all(int fd, const uint8_t *p, size_t len, uint64_t at)
{
	while (len > 0) {
		const ssize_t n = pwrite(fd, p, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && (errno == ENOSPC || errno == EDQUOT) ? ERR_FULL : ERR_IO;
		p += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return ERR_OK;
}

/* ---- files ---- */

static int open_file(int dir, unsigned i, int flags)
{
	require(i < JOURNAL_FILES);
	return openat(dir, names[i], O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
}

/* Written, not only made long: a block that the file system still has to find can fail, or move, in the middle of a record. */
static enum err fill_file(int fd, uint64_t len)
{
	static const uint8_t zeros[16 * JOURNAL_BLOCK];
	enum err rc = fd < 0 ? ERR_IO : ERR_OK;

	for (uint64_t at = 0; rc == ERR_OK && at < len;) {
		const size_t n = len - at < sizeof zeros ? (size_t)(len - at) : sizeof zeros;

		rc = write_all(fd, zeros, n, at);
		at += n;
	}
	if (rc == ERR_OK && fsync(fd) != 0)
		rc = ERR_IO;
	return rc;
}

enum err journal_create(const char *dir, uint64_t file_len)
{
	const int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err rc = at < 0 ? ERR_IO : ERR_OK;

	require(file_len > 0 && file_len % JOURNAL_BLOCK == 0);
	for (unsigned i = 0; i < JOURNAL_FILES && rc == ERR_OK; i++) {
		const int fd = open_file(at, i, O_CREAT | O_TRUNC);

		rc = fill_file(fd, file_len);
		if (fd >= 0)
			(void)close(fd);
	}
	if (rc == ERR_OK && fsync(at) != 0)
		rc = ERR_IO;
	if (at >= 0)
		(void)close(at);
	return rc;
}

enum err journal_open(struct journal **out, const char *dir, uint64_t file_len)
{
	const int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct journal *j = calloc(1, sizeof *j);
	enum err rc = j == NULL ? ERR_NOMEM : at < 0 ? ERR_IO : ERR_OK;

	for (unsigned i = 0; j != NULL && i < JOURNAL_FILES; i++)
		j->parts[i].fd = -1;
	for (unsigned i = 0; i < JOURNAL_FILES && rc == ERR_OK; i++) {
		struct stat sb;

		j->parts[i].fd = open_file(at, i, 0);
		if (j->parts[i].fd < 0)
			rc = errno == ENOENT ? ERR_CORRUPT : ERR_IO;
		else if (fstat(j->parts[i].fd, &sb) != 0)
			rc = ERR_IO;
		else if (!S_ISREG(sb.st_mode) || (uint64_t)sb.st_size < file_len)
			rc = ERR_CORRUPT;
	}
	if (at >= 0)
		(void)close(at);
	if (rc != ERR_OK) {
		journal_close(j);
		return rc;
	}
	j->file_len = file_len;
	*out = j;
	return ERR_OK;
}

void journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	for (unsigned i = 0; i < JOURNAL_FILES; i++)
		if (j->parts[i].fd >= 0)
			(void)close(j->parts[i].fd);
	free(j->room);
	free(j);
}

/* ---- replay ---- */

/* A file while it is read, from the front to the end, and once more.  A part of it is in memory, as large as the longest record: the
 * whole files would be forty megabytes that a start takes, locks and gives back.
 * Invariant: have <= cap, and at + have <= len as long as nothing failed. */
struct image {
	int fd;
	uint64_t len; /* of the file */
	uint8_t *p;   /* the part in memory, of the file from ... */
	uint64_t at;  /* ... here */
	uint64_t have, cap;
	enum err rc;
};

static enum err look_at(int fd, struct image *im)
{
	struct stat sb;

	*im = (struct image){.fd = fd};
	if (fstat(fd, &sb) != 0)
		im->rc = ERR_IO;
	else
		im->len = (uint64_t)sb.st_size;
	return im->rc;
}

/* From there so many bytes, and what is behind them as far as there is room.  A file that ends before its length is so long. */
static void fill(struct image *im, uint64_t at, uint64_t least)
{
	const uint64_t left = im->len - at, ahead = left < WINDOW ? left : WINDOW,
		       want = least > ahead ? least : ahead;

	require(least <= left);
	im->at = at;
	im->have = 0;
	if (want > im->cap) {
		free(im->p);
		im->p = malloc(want);
		im->cap = im->p == NULL ? 0 : want;
		if (im->p == NULL)
			im->rc = ERR_NOMEM;
	}
	while (im->rc == ERR_OK && im->have < want) {
		const ssize_t n = pread(im->fd, im->p + im->have, want - im->have,
					(off_t)(at + im->have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			im->rc = ERR_IO;
		if (n == 0)
			im->len = at + im->have;
		if (n <= 0)
			break;
		im->have += (uint64_t)n;
	}
}

/* Until the next one is asked for.  NULL: so much is not there, or cannot be read (rc). */
static const uint8_t *part_of(struct image *im, uint64_t at, uint64_t n)
{
	if (im->rc != ERR_OK || at > im->len || n > im->len - at)
		return NULL;
	if (at < im->at || at + n > im->at + im->have)
		fill(im, at, n);
	return im->rc == ERR_OK && at + n <= im->at + im->have ? im->p + (at - im->at) : NULL;
}

/* Bytes of the record that stands there; 0: none that holds. */
static uint64_t record_at(struct image *im, uint64_t at)
{
	const uint8_t *p = part_of(im, at, HEAD);
	uint64_t len;

	if (p == NULL || memcmp(p, magic, sizeof magic) != 0)
		return 0;
	len = HEAD + le_get(p + AT_LEN, 4);
	p = part_of(im, at, len);
	return p != NULL && le_get(p + AT_SUM, 8) == sum_of(p, len) ? len : 0;
}

/* From the front, as long as they hold, are of one generation, and count on. */
static void measure(struct image *im, struct part *part)
{
	uint64_t len;

	part->end = 0;
	while ((len = record_at(im, part->end)) != 0) {
		const uint8_t *p = part_of(im, part->end, len);
		const uint64_t version = le_get(p + AT_VERSION, 8);

		if (part->end == 0) {
			part->generation = le_get(p + AT_GENERATION, 8);
			part->first = version;
		} else if (le_get(p + AT_GENERATION, 8) != part->generation ||
			   version != part->last + 1) {
			break;
		}
		part->last = version;
		part->end += rounded(len);
	}
}

/* Does a record that is newer stand anywhere behind what was taken? */
static bool newer_behind(struct image *im, const struct part *part, uint64_t than)
{
	const uint8_t *p;

	for (uint64_t at = part->end; (p = part_of(im, at, HEAD)) != NULL; at += JOURNAL_BLOCK)
		if (memcmp(p, magic, sizeof magic) == 0 && le_get(p + AT_VERSION, 8) > than &&
		    record_at(im, at) != 0)
			return true;
	return false;
}

/* The checksum held, so what does not fit here was never written by this code. */
static enum err tell_rows(const uint8_t *p, const struct journal_calls *calls)
{
	uint64_t left = le_get(p + AT_LEN, 4);
	enum err rc = ERR_OK;

	p += HEAD;
	while (rc == ERR_OK && left > 0) {
		struct journal_row row;
		uint64_t key, val;

		if (left < ROW_HEAD)
			return ERR_CORRUPT;
		key = le_get(p + 2, 2);
		val = le_get(p + 4, 4);
		if (left - ROW_HEAD < key + val || p[0] >= STORE_TABLE_COUNT || key == 0 ||
		    key > LIMIT_KEY)
			return ERR_CORRUPT;
		row = (struct journal_row){(enum store_table)p[0], (p[1] & ROW_GONE) != 0,
					   span_of(p + ROW_HEAD, key),
					   span_of(p + ROW_HEAD + key, val)};
		rc = calls->row(calls->ctx, &row);
		p += ROW_HEAD + key + val;
		left -= ROW_HEAD + key + val;
	}
	return rc;
}

/* What the database has is passed over: a crash between its commit and the next generation leaves both. */
static enum err tell(struct image *im, const struct part *part, uint64_t applied,
		     const struct journal_calls *calls)
{
	enum err rc = ERR_OK;

	for (uint64_t at = 0, len, version; rc == ERR_OK && at < part->end; at += rounded(len)) {
		const uint8_t *p = part_of(im, at, HEAD);

		len = p == NULL ? 0 : HEAD + le_get(p + AT_LEN, 4);
		p = p == NULL ? NULL : part_of(im, at, len);
		if (p == NULL)
			return im->rc == ERR_OK ? ERR_CORRUPT : im->rc;
		version = le_get(p + AT_VERSION, 8);
		if (version <= applied)
			continue;
		rc = calls->begin(calls->ctx, version);
		if (rc == ERR_OK)
			rc = tell_rows(p, calls);
		if (rc == ERR_OK)
			rc = calls->end(calls->ctx);
	}
	return rc;
}

static bool holds(const struct part *part, uint64_t applied)
{
	return part->end > 0 && part->last > applied;
}

/* Without a gap, from what the database has to the last one. */
static enum err judge(const struct journal *j, struct image *im, uint64_t applied,
		      const unsigned order[JOURNAL_FILES])
{
	uint64_t last = applied;

	for (unsigned i = 0; i < JOURNAL_FILES; i++) {
		const struct part *part = &j->parts[order[i]];

		if (!holds(part, applied))
			continue;
		if (part->first > last + 1 || (last != applied && part->first != last + 1))
			return ERR_CORRUPT;
		last = part->last;
	}
	for (unsigned i = 0; i < JOURNAL_FILES; i++)
		if (newer_behind(&im[i], &j->parts[i], last))
			return ERR_CORRUPT;
	return im[0].rc == ERR_OK ? im[1].rc : im[0].rc;
}

/* The file with the newest records is gone on with; what the database has all of is begun anew. */
static enum err go_on(struct journal *j, uint64_t applied, uint64_t generation, unsigned newest)
{
	struct part *part = &j->parts[newest];

	for (unsigned i = 0; i < JOURNAL_FILES; i++) {
		if (j->parts[i].end > 0 && j->parts[i].generation > generation)
			generation = j->parts[i].generation;
		if (synced(j->parts[i].fd) != 0)
			return ERR_IO;
	}
	j->active = newest;
	j->generation = part->generation;
	if (!holds(part, applied)) {
		j->generation = generation + 1;
		part->end = 0;
	}
	return ERR_OK;
}

/* The older generation first.  Nothing is told before both files were judged: half a log is worse than a start that is refused. */
static enum err replay(struct journal *j, struct image *im, uint64_t applied,
		       const struct journal_calls *calls, unsigned *newest)
{
	const struct part *p = j->parts;
	const bool turned = p[0].end > 0 && p[1].end > 0 && p[0].generation > p[1].generation;
	const unsigned order[JOURNAL_FILES] = {turned ? 1 : 0, turned ? 0 : 1};
	enum err rc = judge(j, im, applied, order);

	*newest = holds(&p[order[1]], applied) ? order[1] : order[0];
	if (rc == ERR_OK && holds(&p[order[0]], applied))
		rc = tell(&im[order[0]], &p[order[0]], applied, calls);
	if (rc == ERR_OK && holds(&p[order[0]], applied) && holds(&p[order[1]], applied))
		rc = calls->turn(calls->ctx);
	if (rc == ERR_OK && holds(&p[order[1]], applied))
		rc = tell(&im[order[1]], &p[order[1]], applied, calls);
	return rc;
}

enum err journal_replay(struct journal *j, uint64_t applied, uint64_t generation,
			const struct journal_calls *calls)
{
	struct image im[JOURNAL_FILES] = {{.fd = -1}, {.fd = -1}};
	enum err rc = ERR_OK;
	unsigned newest = 0;

	for (unsigned i = 0; i < JOURNAL_FILES && rc == ERR_OK; i++) {
		rc = look_at(j->parts[i].fd, &im[i]);
		if (rc == ERR_OK)
			measure(&im[i], &j->parts[i]);
		rc = im[i].rc;
	}
	if (rc == ERR_OK)
		rc = replay(j, im, applied, calls, &newest);
	for (unsigned i = 0; i < JOURNAL_FILES; i++)
		free(im[i].p);
	return rc == ERR_OK ? go_on(j, applied, generation, newest) : rc;
}

/* ---- writing ---- */

static bool grow(struct journal *j, size_t more)
{
	size_t cap = j->cap == 0 ? ROOM_FIRST : j->cap;
	uint8_t *p;

	if (more > record_max - j->len)
		return false;
	while (cap < j->len + more)
		cap *= 2;
	if (cap == j->cap)
		return true;
	p = realloc(j->room, cap);
	if (p == NULL)
		return false;
	j->room = p;
	j->cap = cap;
	return true;
}

void journal_begin(struct journal *j, uint64_t version)
{
	j->len = 0;
	j->rows = 0;
	/* One that was very large is not kept for ever. */
	if (j->cap > ROOM_KEPT) {
		free(j->room);
		j->room = NULL;
		j->cap = 0;
	}
	j->failed = grow(j, HEAD) ? ERR_OK : ERR_NOMEM;
	if (j->failed != ERR_OK)
		return;
	memset(j->room, 0, HEAD);
	memcpy(j->room, magic, sizeof magic);
	le_put(j->room + AT_GENERATION, j->generation, 8);
	le_put(j->room + AT_VERSION, version, 8);
	j->len = HEAD;
}

enum err journal_row(struct journal *j, const struct journal_row *row)
{
	const size_t val_len = row->gone ? 0 : row->val.len,
		     all = ROW_HEAD + row->key.len + val_len;
	uint8_t *p;

	require(row->key.len > 0 && row->key.len <= LIMIT_KEY && row->table < STORE_TABLE_COUNT);
	if (j->failed == ERR_OK && (val_len > record_max || !grow(j, all)))
		j->failed = all > record_max - j->len ? ERR_LIMIT : ERR_NOMEM;
	if (j->failed != ERR_OK)
		return j->failed;
	p = j->room + j->len;
	p[0] = (uint8_t)row->table;
	p[1] = row->gone ? ROW_GONE : 0;
	le_put(p + 2, row->key.len, 2);
	le_put(p + 4, val_len, 4);
	memcpy(p + ROW_HEAD, row->key.p, row->key.len);
	if (val_len > 0)
		memcpy(p + ROW_HEAD + row->key.len, row->val.p, val_len);
	j->len += all;
	j->rows++;
	return ERR_OK;
}

enum err journal_write(struct journal *j)
{
	struct part *part = &j->parts[j->active];
	const size_t len = j->len, all = rounded(len);
	enum err rc = j->failed;

	if (rc == ERR_OK && !grow(j, all - len))
		rc = ERR_NOMEM;
	if (rc != ERR_OK)
		return rc;
	require(j->rows > 0 && part->end % JOURNAL_BLOCK == 0);
	memset(j->room + len, 0, all - len);
	le_put(j->room + AT_LEN, len - HEAD, 4);
	le_put(j->room + AT_ROWS, j->rows, 4);
	le_put(j->room + AT_SUM, sum_of(j->room, len), 8);
	rc = write_all(part->fd, j->room, all, part->end);
	/* After a sync that failed nobody knows what is on disk, and asking again would say that all is well. */
	if (rc == ERR_OK && synced(part->fd) != 0)
		rc = ERR_IO;
	if (rc != ERR_OK)
		return rc;
	part->last = le_get(j->room + AT_VERSION, 8);
	if (part->end == 0) {
		part->first = part->last;
		part->generation = j->generation;
	}
	part->end += all;
	return ERR_OK;
}

uint64_t journal_used(const struct journal *j)
{
	return j->parts[j->active].end;
}

uint64_t journal_generation(const struct journal *j)
{
	return j->generation;
}

/* A record beyond what the file was made for made it longer. */
enum err journal_turn(struct journal *j)
{
	struct part *part = &j->parts[!j->active];
	struct stat sb;

	if (fstat(part->fd, &sb) != 0 ||
	    ((uint64_t)sb.st_size > j->file_len && ftruncate(part->fd, (off_t)j->file_len) != 0))
		return ERR_IO;
	j->active = !j->active;
	j->generation++;
	part->end = 0;
	return ERR_OK;
}
