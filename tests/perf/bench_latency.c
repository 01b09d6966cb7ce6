/* SPDX-License-Identifier: EUPL-1.2 */
/* bench_latency SOCKET CASE PARTNER COUNT DIR
 * One referral at a time: control request -> the partner's receipt and verdict in hand, beside two bare
 * LMDB sync commits on the same file system, taken in turns so that both see the same weather. */
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/rng.h"
#include "client/cli/ctlclient.h"

enum { COUNT_MAX = 5000, TMPFS = 0x01021994, SCRATCH = 4 * 1024 * 1024 };

static int compare(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

static uint64_t two_commits(MDB_env *env, MDB_dbi dbi, uint32_t no)
{
	const uint64_t t0 = clock_mono_ns();
	static uint8_t value[2048];

	for (uint32_t i = 0; i < 2; i++) {
		uint32_t key = no * 2 + i;
		MDB_val k = {sizeof key, &key}, v = {sizeof value, value};
		MDB_txn *txn;

		require(mdb_txn_begin(env, NULL, 0, &txn) == 0);
		require(mdb_put(txn, dbi, &k, &v, 0) == 0 && mdb_txn_commit(txn) == 0);
	}
	return clock_mono_ns() - t0;
}

static struct msg *call(struct arena *a, const char *socket, struct msg *req)
{
	struct msg *reply = NULL;
	uint8_t id[16];

	rng_fill(id, sizeof id);
	msg_set_u64(req, REQUEST_VERSION, 1);
	msg_set_bytes(a, req, REQUEST_REQUEST_ID, span_of(id, sizeof id));
	require(ctlclient_call(a, socket, req, &reply) == ERR_OK);
	require(!msg_has(reply, REPLY_ERROR));
	return reply;
}

static uint64_t one_referral(struct arena *a, char **argv, const char *case_id)
{
	struct msg *req = msg_new(a, MSG_REQUEST), *m = msg_sub(a, req, REQUEST_REFER);
	const uint64_t t0 = clock_mono_ns();
	uint64_t owed;

	msg_set_text(a, m, REFER_NEW_CASE_ID, case_id);
	msg_set_text(a, m, REFER_NEW_PARTNER, argv[3]);
	msg_set_text(a, m, REFER_NEW_NEED, "housing");
	msg_set_u64(m, REFER_NEW_AGAIN, 1);
	(void)call(a, argv[1], req);
	do {
		req = msg_new(a, MSG_REQUEST);
		(void)msg_sub(a, req, REQUEST_STATUS);
		owed = msg_u64(msg_get(call(a, argv[1], req), REPLY_STATUS), STATUS_OWED);
	} while (owed > 0);
	return clock_mono_ns() - t0;
}

/* CASE is one id, or several of 20 digits joined by commas, taken in turns. */
static const char *case_of(const char *list, size_t i)
{
	static char id[21];
	const size_t count = (strlen(list) + 1) / 21;

	memcpy(id, list + 21 * (i % count), 20);
	return id;
}

static void print(const char *what, uint64_t *ns, size_t n)
{
	qsort(ns, n, sizeof *ns, compare);
	(void)printf("%-44s p50 %8.3f ms   p99 %8.3f ms\n", what, (double)ns[n / 2] / 1e6,
		     (double)ns[n * 99 / 100] / 1e6);
}

int main(int argc, char **argv)
{
	static uint64_t ours[COUNT_MAX], bare[COUNT_MAX];
	const size_t n = argc == 6 ? strtoul(argv[4], NULL, 10) : 0;
	struct statfs fs;
	struct arena a;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	if (n < 10 || n > COUNT_MAX || statfs(argv[5], &fs) != 0 || fs.f_type == TMPFS) {
		(void)fprintf(stderr,
			      "bench_latency SOCKET CASE PARTNER COUNT DIR; DIR on a real disk\n");
		return 2;
	}
	require(arena_create(&a, SCRATCH) == ERR_OK);
	require(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, 64u << 20) == 0);
	require(mdb_env_open(env, argv[5], MDB_NOTLS, 0600) == 0);
	require(mdb_txn_begin(env, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, NULL, 0, &dbi) == 0);
	require(mdb_txn_commit(txn) == 0);
	for (size_t i = 0; i < n; i++) {
		bare[i] = two_commits(env, dbi, (uint32_t)i);
		ours[i] = one_referral(&a, argv, case_of(argv[2], i));
		arena_reset(&a);
	}
	print("referral, request to receipt and verdict", ours, n);
	print("two bare LMDB sync commits", bare, n);
	(void)printf("%-44s p50 %8.2f x    p99 %8.2f x\n", "ratio",
		     (double)ours[n / 2] / (double)bare[n / 2],
		     (double)ours[n * 99 / 100] / (double)bare[n * 99 / 100]);
	mdb_env_close(env);
	arena_free(&a);
	return 0;
}
