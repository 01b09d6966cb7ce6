/* SPDX-License-Identifier: EUPL-1.2 */
/* One conformance test for all implementations of the ordered map: every case runs with each. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_crypto.h"
#include "store/backend.h"
#include "store/datafile.h"
#include "store/record.h"

struct world {
	struct store *s;
	struct store_options opt;
	struct record_cipher cipher;
	char dir[64];
	bool lmdb, log; /* log: above LMDB */
};

enum { LOG_BYTES = 256 * 1024 };

static void open_world(struct world *w)
{
	w->opt = (struct store_options){.path = w->lmdb ? w->dir : NULL,
					.cipher = &w->cipher,
					.log_bytes = w->log ? LOG_BYTES : 0};
	assert_int_equal(store_open(&w->s, &w->opt), ERR_OK);
}

static struct world *make(bool lmdb, bool log)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->lmdb = lmdb;
	w->log = log;
	fake_cipher(&w->cipher);
	(void)snprintf(w->dir, sizeof w->dir, "/tmp/kring-store-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	open_world(w);
	return w;
}

static int setup_mem(void **state)
{
	*state = make(false, false);
	return 0;
}

static int setup_lmdb(void **state)
{
	*state = make(true, false);
	return 0;
}

static int setup_log(void **state)
{
	*state = make(true, true);
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	static const char *const files[] = {"data.mdb", "lock.mdb", "log0", "log1"};
	char path[128];

	store_close(w->s);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", w->dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(w->dir);
	free(w);
	return 0;
}

static struct store_txn *begin(struct world *w, bool write)
{
	struct store_txn *t;

	assert_int_equal(store_begin(w->s, write, &t), ERR_OK);
	return t;
}

static struct span text(const char *s)
{
	return span_of(s, strlen(s));
}

static void assert_value(struct store_txn *t, const char *key, const char *want)
{
	struct span v;

	assert_int_equal(store_get(t, STORE_TIMER, text(key), &v), ERR_OK);
	assert_int_equal(v.len, strlen(want));
	assert_memory_equal(v.p, want, v.len);
}

static void commit_keeps_and_abort_forgets(void **state)
{
	struct world *w = *state;
	struct store_txn *t = begin(w, true);
	struct span v;

	assert_int_equal(store_put(t, STORE_TIMER, text("a"), text("1")), ERR_OK);
	assert_int_equal(store_put(t, STORE_TIMER, text("b"), text("2")), ERR_OK);
	assert_value(t, "a", "1"); /* reads its own writes */
	assert_int_equal(store_commit(t), ERR_OK);
	t = begin(w, true);
	assert_int_equal(store_put(t, STORE_TIMER, text("a"), text("changed")), ERR_OK);
	assert_int_equal(store_del(t, STORE_TIMER, text("b")), ERR_OK);
	assert_int_equal(store_put(t, STORE_TIMER, text("c"), text("3")), ERR_OK);
	store_abort(t);
	t = begin(w, false);
	assert_value(t, "a", "1");
	assert_value(t, "b", "2");
	assert_int_equal(store_get(t, STORE_TIMER, text("c"), &v), ERR_NOTFOUND);
	store_abort(t);
}

static void order_is_by_bytes_and_seeks_are_exact(void **state)
{
	static const char *const keys[] = {"b", "a\x01", "ab", "a", "\xff", "b\x01"};
	static const char *const sorted[] = {"a", "a\x01", "ab", "b", "b\x01", "\xff"};
	struct world *w = *state;
	struct store_txn *t = begin(w, true);
	struct store_walk all = {.rc = ERR_OK};
	struct store_row row;
	size_t n = 0;

	for (size_t i = 0; i < 6; i++)
		assert_int_equal(store_put(t, STORE_TIMER, text(keys[i]), text("v")), ERR_OK);
	while (store_each(t, STORE_TIMER, span_of(NULL, 0), &all)) {
		assert_int_equal(all.row.key.len, strlen(sorted[n]));
		assert_memory_equal(all.row.key.p, sorted[n], all.row.key.len);
		n++;
	}
	assert_int_equal(n, 6);
	assert_int_equal(store_count(t, STORE_TIMER), 6);
	assert_int_equal(store_seek(t, STORE_TIMER, text("aa"), &row), ERR_OK);
	assert_memory_equal(row.key.p, "ab", 2);
	assert_int_equal(store_seek_back(t, STORE_TIMER, text("ab"), &row), ERR_OK);
	assert_memory_equal(row.key.p, "a\x01", 2);
	assert_int_equal(store_seek_back(t, STORE_TIMER, text("a"), &row), ERR_NOTFOUND);
	assert_int_equal(store_last_prefix(t, STORE_TIMER, text("a"), &row), ERR_OK);
	assert_memory_equal(row.key.p, "ab", 2);
	assert_int_equal(store_last_prefix(t, STORE_TIMER, span_of(NULL, 0), &row), ERR_OK);
	assert_int_equal(row.key.p[0], 0xff);
	store_abort(t);
}

static size_t walked(struct store_txn *t, const char *prefix, struct store_walk *w, enum err third)
{
	size_t n = 0;

	while (store_each(t, STORE_TIMER, text(prefix), w))
		if (++n == 3)
			w->rc = third;
	return n;
}

static void a_walk_ends_with_the_rows_or_the_first_error(void **state)
{
	static const char *const keys[] = {"a1", "a2", "a3", "a4", "b1"};
	struct world *w = *state;
	struct store_txn *t = begin(w, true);
	struct store_walk whole = {.key_len = 2}, other = {.key_len = 2}, none = {.val_len = 1};
	struct store_walk stopped = {.key_len = 2}, odd = {.key_len = 2}, gone = {.rc = ERR_OK};

	for (size_t i = 0; i < 5; i++)
		assert_int_equal(store_put(t, STORE_TIMER, text(keys[i]), text("v")), ERR_OK);
	assert_int_equal(walked(t, "a", &whole, ERR_OK), 4);
	assert_int_equal(whole.rc, ERR_OK); /* the end is no error */
	assert_int_equal(walked(t, "", &other, ERR_OK), 5);
	assert_int_equal(walked(t, "c", &none, ERR_OK), 0);
	assert_int_equal(none.rc, ERR_OK);
	assert_int_equal(walked(t, "a", &stopped, ERR_NOTFOUND), 3);
	assert_int_equal(stopped.rc,
			 ERR_NOTFOUND); /* what the loop met is not the end of the rows */
	assert_int_equal(store_put(t, STORE_TIMER, text("a22"), text("v")), ERR_OK);
	assert_int_equal(walked(t, "a", &odd, ERR_OK), 2);
	assert_int_equal(odd.rc, ERR_CORRUPT);
	while (store_each(t, STORE_TIMER, text("a"), &gone)) {
		struct store_key k = {.len = 0};

		key_put(&k, gone.row.key.p, gone.row.key.len);
		gone.rc = store_del(t, STORE_TIMER, key_span(&k)); /* in between */
	}
	assert_int_equal(gone.rc, ERR_OK);
	assert_int_equal(store_count(t, STORE_TIMER), 1);
	store_abort(t);
}

static void random_commands_agree_with_a_plain_list(void **state)
{
	enum { KEYS = 200, ROUNDS = 4000 };
	struct world *w = *state;
	struct store_txn *t = begin(w, true);
	bool there[KEYS] = {false}, shadow[KEYS];
	unsigned dice = 12345;

	memcpy(shadow, there, sizeof there);
	for (int i = 0; i < ROUNDS; i++) {
		const unsigned k = (dice = dice * 1103515245 + 12345) >> 8 & 0xffff;
		const unsigned key = k % KEYS, op = dice >> 28;
		uint8_t kb[2];
		struct span v;

		be16_put(kb, (uint16_t)key);
		if (op < 7) {
			assert_int_equal(store_put(t, STORE_WORK, span_of(kb, 2), span_of(kb, 2)),
					 ERR_OK);
			there[key] = true;
		} else if (op < 12) {
			assert_int_equal(store_del(t, STORE_WORK, span_of(kb, 2)),
					 there[key] ? ERR_OK : ERR_NOTFOUND);
			there[key] = false;
		} else if (op == 12) {
			assert_int_equal(store_commit(t), ERR_OK);
			memcpy(shadow, there, sizeof there);
			t = begin(w, true);
		} else if (op == 13) {
			store_abort(t);
			memcpy(there, shadow, sizeof there);
			t = begin(w, true);
		} else {
			assert_int_equal(store_get(t, STORE_WORK, span_of(kb, 2), &v),
					 there[key] ? ERR_OK : ERR_NOTFOUND);
		}
	}
	store_abort(t);
}

static void records_die_with_their_case_key(void **state)
{
	struct world *w = *state;
	struct store_txn *t = begin(w, true);
	const struct id16 id = {{4}};
	const struct record_place place = {STORE_CASES, RECORD_CASE, id};
	const struct span key = span_of(id.b, 16);
	struct arena a;
	struct span v;

	assert_int_equal(arena_create(&a, 65536), ERR_OK);
	assert_int_equal(record_put(t, &a, &place, key, text("early")), ERR_NOTFOUND);
	assert_int_equal(record_case_keys(t, &id), ERR_OK);
	assert_int_equal(record_case_keys(t, &id), ERR_EXISTS);
	assert_int_equal(record_put(t, &a, &place, key, text("a story")), ERR_OK);
	assert_int_equal(record_get(t, &a, STORE_CASES, key, &v), ERR_OK);
	assert_int_equal(v.len, 7);
	assert_memory_equal(v.p, "a story", 7);
	assert_int_equal(store_get(t, STORE_CASES, key, &v), ERR_OK);
	assert_int_equal((v.len - 26 - RECORD_SEAL_EXTRA) % 256, 0); /* its length says nothing */
	assert_int_equal(store_del(t, STORE_CASEKEY, key), ERR_OK);
	assert_int_equal(record_get(t, &a, STORE_CASES, key, &v), ERR_NOTFOUND);
	store_abort(t);
	arena_free(&a);
}

/* A key box that holds one key. */
struct holder {
	struct record_cipher inner;
	struct id16 id;
	bool held;
	unsigned unwrapped;
};

static bool holder_holds(void *ctx, enum record_class cls, const struct id16 *case_id)
{
	const struct holder *h = ctx;

	return h->held && cls == RECORD_CASE && id16_equal(&h->id, case_id);
}

static enum err holder_hold(void *ctx, enum record_class cls, const struct id16 *case_id,
			    const uint8_t *wrapped)
{
	struct holder *h = ctx;

	assert_non_null(wrapped);
	assert_int_equal(cls, RECORD_CASE);
	h->id = *case_id;
	h->held = true;
	h->unwrapped++;
	return ERR_OK;
}

static void holder_let_go(void *ctx)
{
	((struct holder *)ctx)->held = false;
}

/* What is not held comes wrapped, and counts. */
static void count_wrapped(struct holder *h, const struct id16 *case_id, const uint8_t *wrapped,
			  uint8_t room[RECORD_WRAPPED_LEN])
{
	assert_true(wrapped != NULL || h->held);
	h->unwrapped += wrapped != NULL;
	memset(room, 0, RECORD_WRAPPED_LEN);
	memcpy(room, case_id->b, 16);
}

static enum err holder_seal(void *ctx, enum record_class cls, const struct id16 *case_id,
			    const uint8_t *wrapped, const struct span io[2], uint8_t *out)
{
	struct holder *h = ctx;
	uint8_t room[RECORD_WRAPPED_LEN];

	count_wrapped(h, case_id, wrapped, room);
	return h->inner.seal(NULL, cls, case_id, room, io, out);
}

static enum err holder_open(void *ctx, enum record_class cls, const struct id16 *case_id,
			    const uint8_t *wrapped, const struct span io[2], uint8_t *out)
{
	struct holder *h = ctx;
	uint8_t room[RECORD_WRAPPED_LEN];

	count_wrapped(h, case_id, wrapped, room);
	return h->inner.open(NULL, cls, case_id, room, io, out);
}

/* A writer unwraps the key of a case once; it has it no more when the row of the key is gone, or when it ends, whichever way.  A
 * reader holds nothing, so what it sees of an older day is at nobody's hand. */
static void a_key_is_held_as_long_as_its_writer(void **state)
{
	struct world *w = *state;
	struct holder h = {.inner = w->cipher};
	const struct id16 id = {{7}};
	const struct record_place place = {STORE_CASES, RECORD_CASE, id};
	const struct span key = span_of(id.b, sizeof id.b);
	struct store_txn *t, *old;
	struct arena a;
	struct span v;

	w->cipher = (struct record_cipher){.key_new = w->cipher.key_new,
					   .seal = holder_seal,
					   .open = holder_open,
					   .derive = w->cipher.derive,
					   .ctx = &h,
					   .holds = holder_holds,
					   .hold = holder_hold,
					   .let_go = holder_let_go};
	assert_int_equal(arena_create(&a, 65536), ERR_OK);
	t = begin(w, true);
	assert_int_equal(record_case_keys(t, &id), ERR_OK);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(record_put(t, &a, &place, key, text("a story")), ERR_OK);
		assert_int_equal(record_get(t, &a, STORE_CASES, key, &v), ERR_OK);
	}
	assert_int_equal(h.unwrapped, 1);
	assert_true(h.held && record_key_exists(t, RECORD_CASE, &id));
	assert_int_equal(store_commit(t), ERR_OK);
	assert_false(h.held);
	old = begin(w, false);
	assert_int_equal(record_get(old, &a, STORE_CASES, key, &v), ERR_OK);
	assert_false(h.held);
	t = begin(w, true);
	assert_int_equal(record_get(t, &a, STORE_CASES, key, &v), ERR_OK);
	assert_true(h.held);
	assert_int_equal(store_del(t, STORE_CASEKEY, key), ERR_OK);
	assert_false(h.held);
	assert_false(record_key_exists(t, RECORD_CASE, &id));
	assert_int_equal(record_get(t, &a, STORE_CASES, key, &v), ERR_NOTFOUND);
	assert_int_equal(record_put(t, &a, &place, key, text("late")), ERR_NOTFOUND);
	assert_int_equal(store_commit(t), ERR_OK);
	/* who still reads the day before does not bring it back for the next writer (memory keeps no day before) */
	assert_int_equal(record_get(old, &a, STORE_CASES, key, &v),
			 w->lmdb ? ERR_OK : ERR_NOTFOUND);
	t = begin(w, true);
	assert_int_equal(record_put(t, &a, &place, key, text("late")), ERR_NOTFOUND);
	assert_int_equal(store_del(t, STORE_AUDITKEY, key), ERR_OK);
	assert_int_equal(record_case_keys(t, &id), ERR_OK);
	assert_int_equal(record_put(t, &a, &place, key, text("new")), ERR_OK);
	assert_true(h.held);
	store_abort(t);
	assert_false(h.held);
	store_abort(old);
	arena_free(&a);
}

static void another_format_is_refused(void **state)
{
	struct world *w = *state;
	const uint8_t key[1] = {0}, formats[] = {99, STORE_FORMAT - 1, STORE_FORMAT};

	if (!w->lmdb)
		return; /* a memory store is born new each time */
	for (size_t i = 0; i < sizeof formats; i++) {
		uint8_t row[12] = {'K', 'R', 'G', '1', 's', 't', 'o', 0, 0, 0, 0, formats[i]};
		struct store_options raw = w->opt;
		struct store_txn *t;

		store_close(w->s);
		assert_int_equal(lmdb_open(&w->s, &raw), ERR_OK);
		t = begin(w, true);
		assert_int_equal(store_put(t, STORE_META, span_of(key, 1), span_of(row, 12)),
				 ERR_OK);
		assert_int_equal(store_commit(t), ERR_OK);
		store_close(w->s);
		w->s = NULL;
		assert_int_equal(store_open(&w->s, &w->opt),
				 formats[i] == STORE_FORMAT ? ERR_OK : ERR_STALE);
	}
}

static void a_full_map_changes_nothing(void **state)
{
	struct world *w = *state;
	struct store_txn *t;
	static uint8_t big[8192];
	struct span v;
	enum err rc = ERR_OK;

	if (!w->lmdb)
		return;
	store_close(w->s);
	w->opt.map_start = w->opt.map_max = 1024 * 1024;
	w->opt.map_kept = 1024 * 1024;
	assert_int_equal(store_open(&w->s, &w->opt), ERR_OK);
	t = begin(w, true);
	for (uint32_t i = 0; i < 1000 && rc == ERR_OK; i++) {
		uint8_t k[4];

		be32_put(k, i);
		rc = store_put(t, STORE_WORK, span_of(k, 4), span_of(big, sizeof big));
	}
	assert_int_equal(rc, ERR_FULL);
	store_abort(t);
	t = begin(w, true);
	assert_int_equal(store_get(t, STORE_WORK, span_of("\0\0\0\0", 4), &v), ERR_NOTFOUND);
	assert_int_equal(store_put(t, STORE_WORK, text("small"), text("fits")), ERR_OK);
	assert_int_equal(store_commit(t), ERR_OK);
}

/* n rows of a kilobyte, from this number on; the error that ended it. */
static enum err put_many(struct store_txn *t, uint32_t from, uint32_t n)
{
	static uint8_t kilobyte[1000];
	enum err rc = ERR_OK;

	for (uint32_t i = from; i < from + n && rc == ERR_OK; i++) {
		uint8_t k[4];

		be32_put(k, i);
		rc = store_put(t, STORE_WORK, span_of(k, 4), span_of(kilobyte, sizeof kilobyte));
	}
	return rc;
}

/* In small transactions until one is refused; how many rows. */
static uint32_t fill_up(struct world *w, enum store_use use, uint32_t from)
{
	for (uint32_t i = from;; i += 16) {
		struct store_txn *t = begin(w, true);
		enum err rc;

		store_use(t, use);
		rc = put_many(t, i, 16);
		if (rc == ERR_OK) {
			rc = store_commit(t);
			if (rc == ERR_OK)
				continue;
			/* at the very end LMDB's own list of pages finds no room */
			assert_true(rc == ERR_FULL && use == STORE_FREES);
			return i - from;
		}
		assert_int_equal(rc, ERR_FULL);
		/* nothing more is done in it, and nothing of it is kept */
		assert_int_equal(store_put(t, STORE_WORK, text("x"), text("y")), ERR_FULL);
		assert_int_equal(store_commit(t), ERR_FULL);
		return i - from;
	}
}

static void small_map(struct world *w)
{
	store_close(w->s);
	w->opt.map_start = w->opt.map_max = (uint64_t)3 << 20;
	w->opt.map_kept = (uint64_t)2 << 20;
	assert_int_equal(store_open(&w->s, &w->opt), ERR_OK);
}

static bool has_room(struct world *w, enum store_use use)
{
	struct store_txn *t = begin(w, true);
	const bool room = store_room(t, use);

	store_abort(t);
	return room;
}

/* Each use stops where the next one still goes on; deleting works at the very end, and gives all of it back. */
static void what_is_kept_back_is_kept_for_what_frees(void **state)
{
	struct world *w = *state;
	uint32_t taken, owed, freed;
	struct store_txn *t;

	small_map(w);
	taken = fill_up(w, STORE_TAKES, 0);
	assert_in_range(taken, 1000, 3200);
	assert_int_equal(fill_up(w, STORE_TAKES, 2000000), 0);
	assert_true(has_room(w, STORE_OWES));
	owed = fill_up(w, STORE_OWES, taken);
	assert_in_range(owed, 400, 1200);
	assert_int_equal(fill_up(w, STORE_OWES, 2000000), 0);
	assert_true(has_room(w, STORE_FREES));
	/* a shred at that point: every row again, in slices */
	for (uint32_t i = 0; i + 64 <= taken; i += 64) {
		t = begin(w, true);
		store_use(t, STORE_FREES);
		assert_int_equal(put_many(t, i, 64), ERR_OK);
		assert_int_equal(store_commit(t), ERR_OK);
	}
	freed = fill_up(w, STORE_FREES, taken + owed);
	assert_true(freed > 100);
	for (uint32_t i = 0; i < taken; i++) {
		uint8_t k[4];

		be32_put(k, i);
		t = begin(w, true);
		assert_int_equal(store_del(t, STORE_WORK, span_of(k, 4)), ERR_OK);
		assert_int_equal(store_commit(t), ERR_OK);
	}
	assert_true(has_room(w, STORE_TAKES));
	assert_true(fill_up(w, STORE_TAKES, 1000000) > taken / 4);
}

/* Opened again with a lower setting: what is there is read and deleted, and nothing comes in. */
static void a_lower_setting_takes_nothing_in(void **state)
{
	struct world *w = *state;
	struct store_usage u;
	struct store_txn *t;

	if (!w->lmdb)
		return;
	t = begin(w, true);
	assert_int_equal(put_many(t, 0, 9000), ERR_OK);
	assert_int_equal(store_commit(t), ERR_OK);
	small_map(w);
	t = begin(w, true);
	u = store_usage(t);
	assert_true(u.cap == w->opt.map_max && u.over > 0 && u.used > u.cap);
	assert_false(store_room(t, STORE_TAKES));
	assert_true(store_room(t, STORE_OWES));
	assert_int_equal(store_del(t, STORE_WORK, span_of("\0\0\0\1", 4)), ERR_OK);
	assert_int_equal(store_commit(t), ERR_OK);
}

/* While somebody reads an old state, what is freed is held; that is told before what is kept back is gone. */
static void a_snapshot_is_told_to_end_in_time(void **state)
{
	struct world *w = *state;
	struct store_txn *reader;
	unsigned rounds = 0;

	if (!w->lmdb)
		return;
	small_map(w);
	(void)fill_up(w, STORE_TAKES, 0);
	reader = begin(w, false);
	while (!store_crowded(w->s)) {
		struct store_txn *t = begin(w, true);

		store_use(t, STORE_FREES);
		assert_int_equal(put_many(t, 16 * (rounds % 32), 16), ERR_OK);
		assert_int_equal(store_commit(t), ERR_OK);
		assert_true(++rounds < 10000);
	}
	assert_true(rounds > 8);
	store_abort(reader);
	for (unsigned i = 0; i < 64; i++) {
		struct store_txn *t = begin(w, true);

		store_use(t, STORE_FREES);
		assert_int_equal(put_many(t, 16 * (i % 32), 16), ERR_OK);
		assert_int_equal(store_commit(t), ERR_OK);
	}
	assert_false(store_crowded(w->s));
}

static void put_or_drop(struct world *w, uint32_t n)
{
	static const uint8_t value[20000] = {1};
	struct store_txn *t = begin(w, true);
	uint8_t k[4];
	enum err rc;

	for (uint32_t i = 0; i < 20; i++) {
		n = n * 1664525u + 1013904223u;
		be32_put(k, n >> 25);
		if ((n >> 8) % 3 == 0) {
			rc = store_del(t, STORE_WORK, span_of(k, 4));
			assert_true(rc == ERR_OK || rc == ERR_NOTFOUND);
		} else {
			assert_int_equal(store_put(t, STORE_WORK, span_of(k, 4),
						   span_of(value, (n >> 10) % sizeof value)),
					 ERR_OK);
		}
	}
	assert_int_equal(store_commit(t), ERR_OK);
}

/* Every byte of every row, in a process of its own: 0, or the signal that ended it. */
static int read_all(struct world *w)
{
	int status = 0;
	const pid_t pid = fork();

	if (pid == 0) {
		struct store_txn *t = begin(w, false);
		volatile uint8_t sum = 0;

		for (int table = 0; table < STORE_TABLE_COUNT; table++) {
			struct store_walk rows = {.rc = ERR_OK};

			while (store_each(t, (enum store_table)table, span_of(NULL, 0), &rows))
				for (size_t i = 0; i < rows.row.val.len; i++)
					sum = (uint8_t)(sum + rows.row.val.p[i]);
		}
		store_abort(t);
		store_close(w->s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* Random work; then the file cut off before each of its pages: refused, or every row can still be read. */
static void a_file_cut_short_is_noticed_before_it_is_mapped(void **state)
{
	struct world *w = *state;
	char path[128];
	struct stat sb;
	unsigned refused = 0;

	if (!w->lmdb)
		return;
	(void)snprintf(path, sizeof path, "%s/data.mdb", w->dir);
	for (uint32_t i = 0; i < 150; i++) {
		put_or_drop(w, i);
		assert_int_equal(datafile_check(path),
				 ERR_OK); /* free pages at the end are no damage */
	}
	store_close(w->s);
	w->s = NULL;
	assert_int_equal(stat(path, &sb), 0);
	for (off_t size = sb.st_size - 1000; size > 0; size -= 4096) {
		enum err rc;

		assert_int_equal(truncate(path, size), 0);
		rc = datafile_check(path);
		refused += rc == ERR_CORRUPT;
		assert_true(rc == ERR_CORRUPT || (rc == ERR_OK && refused == 0));
		if (rc == ERR_OK) {
			open_world(w);
			assert_int_equal(read_all(w), 0);
			store_close(w->s);
			w->s = NULL;
		}
	}
	assert_true(refused > 10);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(datafile_check(path), ERR_NOTFOUND);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(datafile_check(path), ERR_NOTFOUND);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(datafile_check(path), ERR_IO);
	assert_int_equal(rmdir(path), 0);
}

static const struct store_ops *sound;
static unsigned failures; /* so many reads fail before one answers */

static enum err failing_get(struct store_txn *txn, enum store_table t, struct span key,
			    struct span *val)
{
	return failures > 0 && failures-- > 0 ? ERR_IO : sound->get(txn, t, key, val);
}

/* "Is it there?" answered with an error once is never "no": the transaction knows no more answers, and keeps nothing. */
static void what_could_not_be_read_is_not_absent(void **state)
{
	struct world *w = *state;
	struct store_ops failing;
	struct store_txn *t;
	struct store_row row;
	struct span v;

	sound = w->s->ops;
	failing = *sound;
	failing.get = failing_get;
	assert_int_equal(store_begin(w->s, true, &t), ERR_OK);
	assert_int_equal(store_put(t, STORE_TIMER, text("there"), text("1")), ERR_OK);
	assert_int_equal(store_commit(t), ERR_OK);

	w->s->ops = &failing;
	failures = 1;
	assert_int_equal(store_begin(w->s, true, &t), ERR_OK);
	assert_int_equal(store_put(t, STORE_TIMER, text("new"), text("2")), ERR_OK);
	assert_int_equal(store_failed(t), ERR_OK);
	assert_false(record_exists(t, STORE_TIMER, text("there")));
	assert_int_equal(store_failed(t), ERR_IO);
	assert_int_equal(store_get(t, STORE_TIMER, text("there"), &v), ERR_IO);
	assert_int_equal(store_seek(t, STORE_TIMER, span_of(NULL, 0), &row), ERR_IO);
	assert_int_equal(store_put(t, STORE_TIMER, text("new"), text("3")), ERR_IO);
	assert_int_equal(store_del(t, STORE_TIMER, text("there")), ERR_IO);
	assert_int_equal(store_count(t, STORE_TIMER), 0);
	assert_int_equal(store_commit(t), ERR_IO);
	w->s->ops = sound;

	assert_int_equal(store_begin(w->s, true, &t), ERR_OK);
	assert_value(t, "there", "1");
	assert_int_equal(store_get(t, STORE_TIMER, text("new"), &v), ERR_NOTFOUND);
	assert_int_equal(store_failed(t), ERR_OK); /* that was an answer */
	store_abort(t);
}

/* A key on disk is not vouched for by what its row is sealed with: one that no key of ours could be is damage, and no
 * reason to end. */
static void a_key_that_is_too_long_is_damage(void **state)
{
	struct world *w = *state;
	struct store_txn *t = begin(w, true);
	struct store_walk rows = {.rc = ERR_OK};
	struct store_row row;
	uint8_t key[sizeof rows.at.b];

	memset(key, 'k', sizeof key);
	assert_int_equal(store_put(t, STORE_TIMER, span_of(key, sizeof key - 1), text("v")),
			 ERR_OK);
	assert_true(store_each(t, STORE_TIMER, span_of(NULL, 0), &rows));
	assert_int_equal(store_put(t, STORE_TIMER, span_of(key, sizeof key), text("v")), ERR_OK);
	assert_false(store_each(t, STORE_TIMER, span_of(NULL, 0), &rows));
	assert_int_equal(rows.rc, ERR_CORRUPT);
	assert_int_equal(store_last_prefix(t, STORE_TIMER, span_of(NULL, 0), &row), ERR_CORRUPT);
	store_abort(t);
}

#define ALL(f)                                                                                     \
	cmocka_unit_test_setup_teardown(f, setup_mem, teardown),                                   \
		cmocka_unit_test_setup_teardown(f, setup_lmdb, teardown),                          \
		cmocka_unit_test_setup_teardown(f, setup_log, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALL(commit_keeps_and_abort_forgets),
		ALL(order_is_by_bytes_and_seeks_are_exact),
		ALL(a_walk_ends_with_the_rows_or_the_first_error),
		ALL(a_key_that_is_too_long_is_damage),
		ALL(what_could_not_be_read_is_not_absent),
		ALL(random_commands_agree_with_a_plain_list),
		ALL(records_die_with_their_case_key),
		ALL(a_key_is_held_as_long_as_its_writer),
		ALL(another_format_is_refused),
		ALL(a_full_map_changes_nothing),
		ALL(what_is_kept_back_is_kept_for_what_frees),
		ALL(a_lower_setting_takes_nothing_in),
		ALL(a_snapshot_is_told_to_end_in_time),
		ALL(a_file_cut_short_is_noticed_before_it_is_mapped),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
