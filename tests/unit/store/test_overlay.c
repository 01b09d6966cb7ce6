/* SPDX-License-Identifier: EUPL-1.2 */
/* A log above LMDB against a plain list of what must be there: random work with snapshots that are held, opened again after a
 * clean and an unclean end, and killed at each of its writes. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake_crypto.h"
#include "store/backend.h"
#include "store/keyorder.h"
#include "store/log/journal.h"
#include "store/log/rowlist.h"
#include "store/record.h"

enum { KEYS = 400, TABLES = 3, HELD = 6, LOG_BYTES = 128 * 1024, VALUE_MAX = 2000, PATH = 128 };
static const enum store_table tables[TABLES] = {STORE_WORK, STORE_THREAD, STORE_TIMER};

/* ---- die at the n-th write or sync ---- */

static struct {
	uint64_t left; /* 0: never */
	uint64_t acknowledged;
	uint64_t counted;
} * box;

static void count_down(void)
{
	if (box == NULL)
		return;
	box->counted++;
	if (box->left > 0 && --box->left == 0)
		_exit(77);
}

/* A disk that has no room for the thread beside the loop; what the loop writes has its place in the log. */
static atomic_bool no_room;

static bool refused(void)
{
	if (!no_room || syscall(SYS_gettid) == getpid())
		return false;
	errno = ENOSPC;
	return true;
}

/* In the place of the C library's, for LMDB too. */
#define HERE __attribute__((visibility("default")))

HERE ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t offset)
{
	count_down();
	if (refused())
		return -1;
	return syscall(SYS_pwrite64, fd, buf, n, offset);
}

HERE ssize_t pwrite(int fd, const void *buf, size_t n, off_t offset)
{
	count_down();
	if (refused())
		return -1;
	return syscall(SYS_pwrite64, fd, buf, n, offset);
}

HERE ssize_t pwritev(int fd, const struct iovec *iovec, int count, off_t offset)
{
	count_down();
	if (refused())
		return -1;
	return syscall(SYS_pwritev, fd, iovec, count, offset, 0);
}

HERE ssize_t writev(int fd, const struct iovec *iovec, int count)
{
	count_down();
	if (refused())
		return -1;
	return syscall(SYS_writev, fd, iovec, count);
}

HERE int fdatasync(int fildes)
{
	count_down();
	return (int)syscall(SYS_fdatasync, fildes);
}

/* Of the wall clock: it will be set back by a year.  The other one is told late, so that nobody has to wait ten seconds. */
static atomic_bool clock_set_back;

HERE int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
	const int rc = (int)syscall(SYS_clock_gettime, clock_id, tp);

	if (rc == 0 && clock_set_back)
		tp->tv_sec += clock_id == CLOCK_REALTIME ? 365 * 86400 : -10;
	return rc;
}

/* ---- the plain list ---- */

/* A row's value says which write it was; 0: it is not there.  many: that of all rows of a table of its own, of which a
 * checkpoint makes several slices. */
struct list {
	uint32_t rows[TABLES][KEYS];
	uint32_t many;
};

static uint32_t next(uint32_t *dice)
{
	*dice = *dice * 1664525u + 1013904223u;
	return *dice >> 8;
}

/* In the order of their numbers, and of different lengths. */
static struct span key_of(unsigned k, uint8_t b[24])
{
	memset(b, 'k', 24);
	be16_put(b, (uint16_t)k);
	return span_of(b, k % 3 == 0 ? 2 : k % 3 == 1 ? 18 : 24);
}

static struct span value_of(uint32_t stamp)
{
	static uint8_t b[VALUE_MAX + 4];

	memset(b, (int)(stamp & 0xff), sizeof b);
	be32_put(b, stamp);
	return span_of(b, 4 + stamp % VALUE_MAX);
}

static void check_all(struct store_txn *t, const struct list *l)
{
	for (unsigned i = 0; i < TABLES; i++) {
		struct store_walk w = {.rc = ERR_OK};
		uint64_t n = 0;

		for (unsigned k = 0; k < KEYS; k++) {
			uint8_t kb[24];
			const struct span key = key_of(k, kb);

			if (l->rows[i][k] == 0)
				continue;
			assert_true(store_each(t, tables[i], span_of(NULL, 0), &w));
			assert_int_equal(w.row.key.len, key.len);
			assert_memory_equal(w.row.key.p, key.p, key.len);
			assert_int_equal(w.row.val.len, 4 + l->rows[i][k] % VALUE_MAX);
			assert_int_equal(be32_get(w.row.val.p), l->rows[i][k]);
			n++;
		}
		assert_false(store_each(t, tables[i], span_of(NULL, 0), &w));
		assert_int_equal(w.rc, ERR_OK);
		assert_int_equal(store_count(t, tables[i]), n);
	}
}

static void check_one(struct store_txn *t, const struct list *l, uint32_t *dice)
{
	const unsigned i = next(dice) % TABLES, k = next(dice) % KEYS;
	unsigned at;
	uint8_t kb[24];
	const struct span key = key_of(k, kb);
	struct store_row row;
	struct span v;

	assert_int_equal(store_get(t, tables[i], key, &v),
			 l->rows[i][k] == 0 ? ERR_NOTFOUND : ERR_OK);
	assert_true(l->rows[i][k] == 0 || be32_get(v.p) == l->rows[i][k]);
	for (at = k; at < KEYS && l->rows[i][at] == 0;)
		at++;
	assert_int_equal(store_seek(t, tables[i], key, &row), at == KEYS ? ERR_NOTFOUND : ERR_OK);
	assert_true(at == KEYS || be16_get(row.key.p) == at);
	for (at = k; at > 0 && l->rows[i][at - 1] == 0;)
		at--;
	assert_int_equal(store_seek_back(t, tables[i], key, &row), at == 0 ? ERR_NOTFOUND : ERR_OK);
	assert_true(at == 0 || be16_get(row.key.p) == at - 1);
}

/* t NULL: in the list alone. */
static void change_one(struct store_txn *t, struct list *l, uint32_t *dice)
{
	/* some keys are written again and again, and deleted soon */
	const unsigned i = next(dice) % TABLES,
		       k = next(dice) % 3 == 0 ? next(dice) % 10 : next(dice) % KEYS;
	const uint32_t was = l->rows[i][k], is = next(dice) % 3 == 0 ? 0 : next(dice) + 1;
	uint8_t kb[24];
	const struct span key = key_of(k, kb);

	l->rows[i][k] = is;
	if (t == NULL)
		return;
	if (is == 0)
		assert_int_equal(store_del(t, tables[i], key), was == 0 ? ERR_NOTFOUND : ERR_OK);
	else
		assert_int_equal(store_put(t, tables[i], key, value_of(is)), ERR_OK);
}

/* ---- the store ---- */

struct world {
	struct store *s;
	struct record_cipher cipher;
	char dir[64];
};

static const char *const files[] = {"data.mdb", "log0", "log1", "lock.mdb"};

static void open_world(struct world *w)
{
	const struct store_options o = {.path = w->dir,
					.cipher = &w->cipher,
					.map_max = (uint64_t)256 << 20,
					.log_bytes = LOG_BYTES};

	assert_int_equal(store_open(&w->s, &o), ERR_OK);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	fake_cipher(&w->cipher);
	(void)snprintf(w->dir, sizeof w->dir, "/tmp/kring-overlay-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	open_world(w);
	*state = w;
	return 0;
}

static void clear(const char *dir)
{
	char path[PATH];

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
}

static int teardown(void **state)
{
	struct world *w = *state;

	store_close(w->s);
	clear(w->dir);
	(void)rmdir(w->dir);
	free(w);
	return 0;
}

/* As a crash leaves them. */
static void copy_files(const char *from, const char *to)
{
	static uint8_t bytes[1 << 16];

	clear(to);
	for (size_t i = 0; i < 3; i++) {
		char path[PATH];
		ssize_t n;
		int in, out;

		(void)snprintf(path, sizeof path, "%s/%s", from, files[i]);
		in = open(path, O_RDONLY);
		(void)snprintf(path, sizeof path, "%s/%s", to, files[i]);
		out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_true(in >= 0 && out >= 0);
		while ((n = read(in, bytes, sizeof bytes)) > 0)
			assert_int_equal(write(out, bytes, (size_t)n), n);
		assert_int_equal(n, 0);
		(void)close(in);
		(void)close(out);
	}
}

static struct store_txn *begin(struct world *w, bool write)
{
	struct store_txn *t;

	assert_int_equal(store_begin(w->s, write, &t), ERR_OK);
	return t;
}

struct held {
	struct store_txn *t;
	struct list l;
};

static void end_held(struct held *h)
{
	if (h->t == NULL)
		return;
	check_all(h->t, &h->l);
	store_abort(h->t);
	h->t = NULL;
}

/* Opened again elsewhere, from what lies on the disk now. */
static void check_crash(const struct world *w, const struct list *l)
{
	struct world other = {.cipher = w->cipher};
	struct store_txn *t;

	(void)snprintf(other.dir, sizeof other.dir, "/tmp/kring-overlay-XXXXXX");
	assert_non_null(mkdtemp(other.dir));
	for (unsigned i = 0; i < 2; i++) { /* and once more: a start changes nothing */
		copy_files(w->dir, other.dir);
		open_world(&other);
		t = begin(&other, false);
		check_all(t, l);
		store_abort(t);
		store_close(other.s);
	}
	clear(other.dir);
	(void)rmdir(other.dir);
}

static void live(struct world *w, uint32_t seed, bool threaded)
{
	static struct held held[HELD];
	static struct list now, then;
	uint32_t dice = seed;
	uint64_t version = 0;

	memset(&now, 0, sizeof now);
	if (threaded)
		assert_int_equal(store_thread(w->s), ERR_OK);
	for (unsigned round = 0; round < 1500; round++) {
		struct store_txn *t = begin(w, true);
		const unsigned what = next(&dice) % 64;

		assert_true(store_version(t) > version);
		then = now;
		for (unsigned i = next(&dice) % 12; i > 0; i--)
			change_one(t, &now, &dice);
		check_one(t, &now, &dice);
		if (what < 10) {
			store_abort(t);
			now = then;
		} else {
			version = memcmp(&now, &then, sizeof now) == 0 ? version : store_version(t);
			assert_int_equal(store_commit(t), ERR_OK);
		}
		if (what < 16) {
			struct held *h = &held[next(&dice) % HELD];

			end_held(h);
			*h = (struct held){begin(w, false), now};
		}
		if (what == 20 && !threaded)
			check_crash(w, &now);
		if (what == 21) {
			for (unsigned i = 0; i < HELD; i++)
				end_held(&held[i]);
			store_close(w->s);
			open_world(w);
			if (threaded)
				assert_int_equal(store_thread(w->s), ERR_OK);
		}
		if (what == 22) {
			bool more;

			assert_int_equal(store_rest(w->s, &more), ERR_OK);
		}
	}
	for (unsigned i = 0; i < HELD; i++)
		end_held(&held[i]);
	store_close(w->s);
	open_world(w);
	{
		struct store_txn *t = begin(w, false);

		check_all(t, &now);
		store_abort(t);
	}
}

static void random_work_agrees_with_a_plain_list(void **state)
{
	live(*state, 1, false);
}

static void the_same_with_its_thread(void **state)
{
	live(*state, 2, true);
}

/* FNV-1a of the first so many bytes of a file of the store. */
static uint64_t sum_of(const struct world *w, const char *file, size_t most)
{
	static uint8_t bytes[1 << 16];
	uint64_t sum = 14695981039346656037u;
	char path[PATH];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", w->dir, file);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	while (most > 0 && (n = read(fd, bytes, most < sizeof bytes ? most : sizeof bytes)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			sum = (sum ^ bytes[i]) * 1099511628211u;
		most -= (size_t)n;
	}
	(void)close(fd);
	return sum;
}

static void write_some(struct world *w, struct list *l, uint32_t *dice)
{
	struct store_txn *t = begin(w, true);

	check_all(t, l);
	for (unsigned i = 0; i < 12; i++)
		change_one(t, l, dice);
	assert_int_equal(store_commit(t), ERR_OK);
}

/* Behind a crash one file of the log is full and the other one begun: whoever waits for an answer does not wait until LMDB
 * has the first. */
static void a_start_leaves_a_full_generation_to_its_thread(void **state)
{
	const struct timespec ms = {0, 1000000};
	static struct list now;
	struct world *w = *state, other = {.cipher = w->cipher};
	const uint64_t unused = sum_of(w, "log1", JOURNAL_BLOCK);
	uint32_t dice = 4;
	uint64_t database;
	bool more = true;

	memset(&now, 0, sizeof now);
	while (sum_of(w, "log1", JOURNAL_BLOCK) == unused)
		write_some(w, &now, &dice);
	(void)snprintf(other.dir, sizeof other.dir, "/tmp/kring-overlay-XXXXXX");
	assert_non_null(mkdtemp(other.dir));
	copy_files(w->dir, other.dir);
	database = sum_of(&other, "data.mdb", SIZE_MAX);
	open_world(&other);
	write_some(&other, &now, &dice);
	assert_int_equal(sum_of(&other, "data.mdb", SIZE_MAX), database);
	assert_int_equal(store_thread(other.s), ERR_OK);
	while (more) {
		(void)nanosleep(&ms, NULL);
		assert_int_equal(store_rest(other.s, &more), ERR_OK);
	}
	assert_int_not_equal(sum_of(&other, "data.mdb", SIZE_MAX), database);
	write_some(&other, &now, &dice);
	store_close(other.s);
	open_world(&other);
	write_some(&other, &now, &dice);
	store_close(other.s);
	clear(other.dir);
	(void)rmdir(other.dir);
}

/* It says that there is no room, or has none left itself. */
static bool stuck(struct world *w)
{
	struct store_txn *t;
	const enum err rc = store_begin(w->s, true, &t);
	bool is;

	assert_true(rc == ERR_OK || rc == ERR_FULL);
	if (rc == ERR_FULL)
		return true;
	is = store_usage(t).no_blocks;
	store_abort(t);
	return is;
}

/* One row, while the thread may find at any moment that there is no room. */
static void write_if_it_can(struct world *w, uint32_t *dice)
{
	uint8_t kb[24];
	struct store_txn *t;
	enum err rc = store_begin(w->s, true, &t);

	if (rc == ERR_OK) {
		const struct span key = key_of(next(dice) % KEYS, kb);

		rc = store_put(t, tables[0], key, value_of(next(dice) + 1));
		if (rc == ERR_OK)
			rc = store_commit(t);
		else
			store_abort(t);
	}
	assert_true(rc == ERR_OK || rc == ERR_FULL);
}

/* It waits for room, whatever the wall clock does meanwhile. */
static void a_clock_that_is_set_back_keeps_nobody_waiting(void **state)
{
	const struct timespec ms = {0, 1000000};
	struct world *w = *state;
	uint32_t dice = 3;
	unsigned left = 5000;

	assert_int_equal(store_thread(w->s), ERR_OK);
	no_room = true;
	clock_set_back = true;
	while (!stuck(w))
		write_if_it_can(w, &dice);
	no_room = false;
	while (stuck(w) && left > 0) {
		left--;
		(void)nanosleep(&ms, NULL);
	}
	clock_set_back = false;
	assert_true(left > 0);
}

/* The database and its log belong together, whichever of them is of another day. */
static void half_a_store_is_refused(void **state)
{
	struct world *w = *state;
	struct store_options o = {
		.path = w->dir, .cipher = &w->cipher, .map_max = (uint64_t)64 << 20};
	char path[PATH];

	store_close(w->s);
	w->s = NULL;
	(void)snprintf(path, sizeof path, "%s/log1", w->dir);
	assert_int_equal(unlink(path), 0);
	o.log_bytes = LOG_BYTES;
	assert_int_equal(store_open(&w->s, &o), ERR_CORRUPT);
	/* without a mark, but with rows */
	clear(w->dir);
	o.log_bytes = 0;
	assert_int_equal(store_open(&w->s, &o), ERR_OK);
	store_close(w->s);
	w->s = NULL;
	o.log_bytes = LOG_BYTES;
	assert_int_equal(store_open(&w->s, &o), ERR_CORRUPT);
	clear(w->dir);
	open_world(w);
}

/* ---- killed ---- */

enum { STEPS = 60, MANY = 3500 };

static void change_many(struct store_txn *t, struct list *l, uint32_t to)
{
	l->many = to;
	for (uint32_t i = 0; t != NULL && i < MANY; i++) {
		uint8_t key[4], val[4];

		be32_put(key, i);
		be32_put(val, to);
		assert_int_equal(store_put(t, STORE_OPEN, span_of(key, 4), span_of(val, 4)),
				 ERR_OK);
	}
}

static bool same_many(struct store_txn *t, uint32_t want)
{
	struct store_walk w = {.key_len = 4, .val_len = 4};
	uint32_t n = 0;

	while (store_each(t, STORE_OPEN, span_of(NULL, 0), &w))
		if (be32_get(w.row.val.p) != want || be32_get(w.row.key.p) != n++)
			return false;
	return w.rc == ERR_OK && n == (want == 0 ? 0 : MANY);
}

/* What step does is always the same. */
static void one_step(struct store_txn *t, struct list *l, unsigned step)
{
	uint32_t dice = 1000 + step;

	for (unsigned i = 0; i < 8; i++)
		change_one(t, l, &dice);
	if (step % 12 == 5)
		change_many(t, l, step);
}

static void work_until_dead(const char *dir)
{
	struct world w = {.s = NULL};
	static struct list l;

	fake_cipher(&w.cipher);
	(void)snprintf(w.dir, sizeof w.dir, "%s", dir);
	open_world(&w);
	memset(&l, 0, sizeof l);
	for (unsigned i = 0; i < STEPS; i++) {
		struct store_txn *t = begin(&w, true);

		one_step(t, &l, i);
		assert_int_equal(store_commit(t), ERR_OK);
		box->acknowledged = i + 1;
	}
	store_close(w.s);
	_exit(0);
}

static bool same(struct store_txn *t, const struct list *l)
{
	for (unsigned i = 0; i < TABLES; i++)
		for (unsigned k = 0; k < KEYS; k++) {
			uint8_t kb[24];
			struct span v;
			const enum err rc = store_get(t, tables[i], key_of(k, kb), &v);

			if ((rc == ERR_OK) != (l->rows[i][k] != 0) ||
			    (rc == ERR_OK && be32_get(v.p) != l->rows[i][k]))
				return false;
		}
	return same_many(t, l->many);
}

/* Dead at its n-th write or sync: what was acknowledged is there, and at most the transaction that was being written. */
static void killed_at_each_write_and_sync(void **state)
{
	struct world *w = *state;
	const unsigned each = getenv("KRING_LONG") != NULL ? 1 : 5;
	char dir[] = "/tmp/kring-overlay-XXXXXX";
	static struct list l, more;
	unsigned deaths = 0, whole = 0;
	int status = 0;

	store_close(w->s);
	w->s = NULL;
	assert_non_null(mkdtemp(dir));
	box = mmap(NULL, sizeof *box, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(box != MAP_FAILED);
	for (unsigned n = 1;; n += each) {
		struct world after = {.cipher = w->cipher};
		struct store_txn *t;
		pid_t pid;

		copy_files(w->dir, dir);
		box->acknowledged = 0;
		box->left = n;
		pid = fork();
		if (pid == 0)
			work_until_dead(dir);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		box->left = 0;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			break;
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 77);
		deaths++;
		memset(&l, 0, sizeof l);
		for (unsigned i = 0; i < box->acknowledged; i++)
			one_step(NULL, &l, i);
		more = l;
		one_step(NULL, &more, (unsigned)box->acknowledged);
		(void)snprintf(after.dir, sizeof after.dir, "%s", dir);
		open_world(&after);
		t = begin(&after, false);
		if (!same(t, &l)) {
			assert_true(same(t, &more));
			whole++;
		}
		store_abort(t);
		store_close(after.s);
	}
	assert_int_equal(box->acknowledged, STEPS);
	assert_true(deaths > 100 / each && whole > 0);
	(void)munmap(box, sizeof *box);
	box = NULL;
	clear(dir);
	(void)rmdir(dir);
	open_world(w);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Rows come and go in any order, and many begin with the same eight bytes. */
static void rows_keep_their_order(void **state)
{
	enum { ROWS = 2000, CHANGES = 40000, KEY = 10 };
	static uint8_t keys[ROWS][KEY];
	static struct row rows[ROWS];
	static bool in[ROWS];
	struct rowlist l = {.first = NULL};
	uint64_t dice = 12345;

	(void)state;
	for (size_t i = 0; i < ROWS; i++) { /* in order: head, then two bytes more */
		be64_put(keys[i], i / 300);
		be16_put(keys[i] + 8, (uint16_t)i);
		rows[i].key = span_of(keys[i], i % 300 == 0 ? 8 : KEY);
		rows[i].head = key_head(rows[i].key);
	}
	for (unsigned step = 0; step < CHANGES; step++) {
		size_t i, below, above;

		dice = dice * 6364136223846793005u + 1442695040888963407u;
		i = step < ROWS ? step
				: (size_t)(dice >> 33) % ROWS; /* at first they are appended */
		if (!in[i])
			assert_true(rowlist_add(&l, &rows[i]));
		else
			rowlist_remove(&l, &rows[i]);
		in[i] = !in[i];
		for (below = i; below > 0 && !in[below - 1]; below--)
			;
		for (above = i; above < ROWS && !in[above]; above++)
			;
		assert_ptr_equal(rowlist_seek_back(&l, rows[i].key),
				 below == 0 ? NULL : &rows[below - 1]);
		assert_ptr_equal(rowlist_seek(&l, rows[i].key),
				 above == ROWS ? NULL : &rows[above]);
	}
	for (const struct row *r = l.first; r != NULL && r->next != NULL; r = r->next)
		assert_true(r < r->next);
	for (size_t i = 0; i < ROWS; i++)
		if (in[i])
			rowlist_remove(&l, &rows[i]);
	assert_null(l.first);
	assert_null(rowlist_seek(&l, rows[7].key));
	assert_null(rowlist_seek_back(&l, rows[7].key));
	assert_int_equal(l.count, 0);
	rowlist_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(random_work_agrees_with_a_plain_list),
		CASE(the_same_with_its_thread),
		CASE(a_clock_that_is_set_back_keeps_nobody_waiting),
		CASE(a_start_leaves_a_full_generation_to_its_thread),
		CASE(half_a_store_is_refused),
		CASE(killed_at_each_write_and_sync),
		cmocka_unit_test(rows_keep_their_order),
	};

	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
