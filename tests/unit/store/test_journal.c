/* SPDX-License-Identifier: EUPL-1.2 */
/* The log alone: what a crash may leave, and what only damage can. */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/log/checksum.h"
#include "store/log/journal.h"

enum { FILE_LEN = 64 * JOURNAL_BLOCK, RECORDS = 20, TURN_AFTER = 12, HEAD = 40, PATH = 96 };

struct bed {
	char dir[64];
	/* of each record: its file, where it begins, how long it is without its zeros */
	unsigned file[RECORDS + 1];
	uint64_t at[RECORDS + 1], len[RECORDS + 1];
};

static void path_of(const struct bed *b, unsigned file, char path[PATH])
{
	(void)snprintf(path, PATH, "%s/log%u", b->dir, file);
}

/* ---- what replay tells ---- */

struct told {
	uint64_t first, last;
	unsigned turns, rows;
	bool open;
};

static enum err on_begin(void *ctx, uint64_t version)
{
	struct told *t = ctx;

	assert_false(t->open);
	t->open = true;
	if (t->first == 0)
		t->first = version;
	else
		assert_int_equal(version, t->last + 1);
	t->last = version;
	return ERR_OK;
}

/* Record v has its own rows: v puts of v and a delete. */
static enum err on_row(void *ctx, const struct journal_row *row)
{
	struct told *t = ctx;

	assert_true(t->open);
	assert_int_equal(row->key.len, 4);
	assert_int_equal(be32_get(row->key.p), t->last);
	assert_int_equal(row->gone ? 0 : 100 * t->last, row->val.len);
	t->rows++;
	return ERR_OK;
}

static enum err on_end(void *ctx)
{
	struct told *t = ctx;

	assert_true(t->open);
	t->open = false;
	return ERR_OK;
}

static enum err on_turn(void *ctx)
{
	((struct told *)ctx)->turns++;
	return ERR_OK;
}

/* As a start does it: the error of opening or of reading. */
static enum err read_log(const struct bed *b, uint64_t applied, struct journal **out,
			 struct told *t)
{
	const struct journal_calls calls = {on_begin, on_row, on_end, on_turn, t};
	struct journal *j;
	enum err rc = journal_open(&j, b->dir, FILE_LEN);

	*t = (struct told){.first = 0};
	*out = NULL;
	if (rc != ERR_OK)
		return rc;
	rc = journal_replay(j, applied, 0, &calls);
	if (rc == ERR_OK)
		*out = j;
	else
		journal_close(j);
	return rc;
}

static void write_one(struct journal *j, uint64_t version)
{
	static const uint8_t value[100 * 2 * RECORDS];
	uint8_t key[4];

	be32_put(key, (uint32_t)version);
	journal_begin(j, version);
	assert_int_equal(journal_row(j, &(struct journal_row){STORE_WORK, false, span_of(key, 4),
							      span_of(value, 100 * version)}),
			 ERR_OK);
	assert_int_equal(
		journal_row(j,
			    &(struct journal_row){STORE_TIMER, true, span_of(key, 4), {NULL, 0}}),
		ERR_OK);
	assert_int_equal(journal_write(j), ERR_OK);
}

static int setup(void **state)
{
	struct bed *b = calloc(1, sizeof *b);
	struct journal *j;
	struct told t;
	unsigned file = 0;

	assert_non_null(b);
	(void)snprintf(b->dir, sizeof b->dir, "/tmp/kring-journal-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	assert_int_equal(journal_create(b->dir, FILE_LEN), ERR_OK);
	assert_int_equal(read_log(b, 0, &j, &t), ERR_OK);
	assert_int_equal(t.last, 0);
	for (unsigned v = 1; v <= RECORDS; v++) {
		if (v == TURN_AFTER + 1) {
			assert_int_equal(journal_turn(j), ERR_OK);
			file = 1;
		}
		b->file[v] = file;
		b->at[v] = journal_used(j);
		b->len[v] = HEAD + 8 + 4 + 100 * v + 8 + 4;
		write_one(j, v);
	}
	journal_close(j);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;
	char path[PATH];

	for (unsigned i = 0; i < JOURNAL_FILES; i++) {
		path_of(b, i, path);
		(void)unlink(path);
	}
	(void)rmdir(b->dir);
	free(b);
	return 0;
}

static void what_was_written_is_read(void **state)
{
	struct bed *b = *state;
	struct journal *j;
	struct told t;

	for (uint64_t applied = 0; applied <= RECORDS; applied++) {
		assert_int_equal(read_log(b, applied, &j, &t), ERR_OK);
		assert_int_equal(t.first, applied == RECORDS ? 0 : applied + 1);
		assert_int_equal(t.last, applied == RECORDS ? 0 : RECORDS);
		assert_int_equal(t.turns, applied < TURN_AFTER ? 1 : 0);
		assert_int_equal(t.rows, 2 * (RECORDS - applied));
		/* it goes on behind the last record, or anew */
		assert_int_equal(journal_used(j) > 0, applied < RECORDS);
		assert_int_equal(journal_generation(j), applied < RECORDS ? 2 : 3);
		journal_close(j);
	}
	/* a gap: the database lost something, or is another one; one that is ahead needs nothing */
	assert_int_equal(read_log(b, RECORDS + 5, &j, &t), ERR_OK);
	assert_int_equal(t.last, 0);
	journal_close(j);
}

static void flip(const struct bed *b, unsigned file, uint64_t at)
{
	char path[PATH];
	uint8_t byte;
	int fd;

	path_of(b, file, path);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	(void)close(fd);
}

/* Each byte of each record: damage, except in the last one, which nobody can tell from one that was being written. */
static void a_flipped_byte_is_damage_or_the_end(void **state)
{
	struct bed *b = *state;
	unsigned refused = 0, shorter = 0;
	struct journal *j;
	struct told t;

	for (unsigned v = 1; v <= RECORDS; v++)
		for (uint64_t i = 0; i < b->len[v]; i += i < HEAD + 32 ? 1 : 29) {
			enum err rc;

			flip(b, b->file[v], b->at[v] + i);
			rc = read_log(b, 0, &j, &t);
			assert_int_equal(rc, v == RECORDS ? ERR_OK : ERR_CORRUPT);
			refused += rc == ERR_CORRUPT;
			shorter += rc == ERR_OK && t.last == RECORDS - 1;
			assert_true(rc != ERR_OK || t.last == RECORDS - 1);
			journal_close(j);
			flip(b, b->file[v], b->at[v] + i);
		}
	assert_true(refused > 1000 && shorter > 50);
	/* zeros behind a record mean nothing */
	flip(b, 0, b->at[1] + b->len[1] + 3);
	assert_int_equal(read_log(b, 0, &j, &t), ERR_OK);
	assert_int_equal(t.last, RECORDS);
	journal_close(j);
}

/* The rest of a record that was torn away is the same, wherever it was cut. */
static void a_torn_last_record_is_written_over(void **state)
{
	struct bed *b = *state;
	char path[PATH];
	struct journal *j;
	struct told t;

	path_of(b, 1, path);
	for (uint64_t kept = 0; kept < b->len[RECORDS]; kept += 37) {
		static uint8_t zeros[3 * JOURNAL_BLOCK];
		const int fd = open(path, O_RDWR);

		assert_int_equal(
			pwrite(fd, zeros, b->len[RECORDS] - kept, (off_t)(b->at[RECORDS] + kept)),
			b->len[RECORDS] - kept);
		(void)close(fd);
		assert_int_equal(read_log(b, 0, &j, &t), ERR_OK);
		assert_int_equal(t.last, RECORDS - 1);
		assert_int_equal(journal_used(j), b->at[RECORDS]);
		write_one(j, RECORDS);
		journal_close(j);
		assert_int_equal(read_log(b, 0, &j, &t), ERR_OK);
		assert_int_equal(t.last, RECORDS);
		journal_close(j);
	}
}

static void a_shorter_or_missing_file_is_damage(void **state)
{
	struct bed *b = *state;
	struct journal *j;
	struct told t;
	char path[PATH];

	for (unsigned i = 0; i < JOURNAL_FILES; i++) {
		path_of(b, i, path);
		assert_int_equal(truncate(path, FILE_LEN + JOURNAL_BLOCK), 0); /* a long record */
		assert_int_equal(read_log(b, 0, &j, &t), ERR_OK);
		assert_int_equal(t.last, RECORDS);
		journal_close(j);
		assert_int_equal(truncate(path, FILE_LEN - 1), 0);
		assert_int_equal(read_log(b, RECORDS, &j, &t), ERR_CORRUPT);
		assert_int_equal(truncate(path, FILE_LEN), 0);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(read_log(b, RECORDS, &j, &t), ERR_CORRUPT);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(read_log(b, RECORDS, &j, &t), ERR_IO);
	assert_int_equal(rmdir(path), 0);
}

static void copy(const char *from, const char *to)
{
	static uint8_t bytes[FILE_LEN];
	int fd = open(from, O_RDONLY);

	assert_int_equal(read(fd, bytes, sizeof bytes), sizeof bytes);
	(void)close(fd);
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
	(void)close(fd);
}

/* The first file is used again once the database has what was in it.  Torn in its first record it holds old ones only. */
static void a_file_that_is_used_again(void **state)
{
	struct bed *b = *state;
	char first[PATH], second[PATH], kept[PATH + 8];
	struct stat sb;
	struct journal *j;
	struct told t;

	path_of(b, 0, first);
	path_of(b, 1, second);
	(void)snprintf(kept, sizeof kept, "%s.kept", second);
	copy(second, kept);
	assert_int_equal(read_log(b, 0, &j, &t), ERR_OK);
	write_one(j, RECORDS + 1);
	assert_int_equal(truncate(first, FILE_LEN + JOURNAL_BLOCK), 0);
	assert_int_equal(journal_turn(j), ERR_OK); /* and cuts it back to its size */
	assert_int_equal(stat(first, &sb), 0);
	assert_int_equal(sb.st_size, FILE_LEN);
	write_one(j, RECORDS + 2);
	journal_close(j);
	assert_int_equal(read_log(b, TURN_AFTER, &j, &t), ERR_OK);
	assert_int_equal(t.last, RECORDS + 2);
	assert_int_equal(t.turns, 1);
	journal_close(j);
	/* what the database has not, and the file had */
	assert_int_equal(read_log(b, 3, &j, &t), ERR_CORRUPT);
	/* an older copy of one of the files */
	copy(kept, second);
	assert_int_equal(read_log(b, TURN_AFTER, &j, &t), ERR_CORRUPT);
	/* a copy of one in the place of the other */
	copy(kept, first);
	assert_int_equal(read_log(b, TURN_AFTER, &j, &t), ERR_CORRUPT);
	(void)unlink(kept);
}

/* Each record holds, and one is missing between them. */
static void a_version_that_was_left_out_is_damage(void **state)
{
	struct bed *b = *state;
	struct journal *j;
	struct told t;

	assert_int_equal(read_log(b, 0, &j, &t), ERR_OK);
	write_one(j, RECORDS + 2);
	journal_close(j);
	assert_int_equal(read_log(b, 0, &j, &t), ERR_CORRUPT);
}

static void the_sum_is_the_published_one(void **state)
{
	/* of the authors: key 00 .. 0f, input 00 01 .. */
	static const uint64_t want[] = {0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a};
	uint8_t key[CHECKSUM_KEY], in[15];

	(void)state;
	for (unsigned i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)i;
	for (unsigned i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)i;
	for (size_t n = 0; n < sizeof want / sizeof want[0]; n++)
		assert_true(checksum_of(key, in, n) == want[n]);
	assert_true(checksum_of(key, in, 15) == 0xa129ca6149be45e5);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_was_written_is_read),
		CASE(a_flipped_byte_is_damage_or_the_end),
		CASE(a_torn_last_record_is_written_over),
		CASE(a_shorter_or_missing_file_is_damage),
		CASE(a_file_that_is_used_again),
		CASE(a_version_that_was_left_out_is_damage),
		cmocka_unit_test(the_sum_is_the_published_one),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
