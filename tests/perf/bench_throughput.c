/* SPDX-License-Identifier: EUPL-1.2 */
/* bench_throughput SOCKET CASES PARTNER CLIENTS COUNT: so many referrals from so many clients, each with one request under
 * way; the time until the last one is accepted, and until nothing is owed any more.  With "send" behind it: accepted alone.
 * bench_throughput one SOCKET CASES PARTNER COUNT: one referral at a time, each until its receipt is back.
 * bench_throughput bare DIR COUNT: what the machine can do in the same run: LMDB commits one by one, and signatures. */
#include <lmdb.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/rng.h"
#include "proto/msg.h"

enum {
	CLIENTS_MAX = 256,
	COUNT_MAX = 1000000,
	TMPFS = 0x01021994,
	SCRATCH = 1 << 20,
	REPLY_MAX = 1 << 16,
	ID_LEN = 20, /* of a case, as people see it */
	VALUE_LEN = 2048,
	SHARED = 1 << 0 | 1 << 15 /* of the person: identity and needs, as its consent has them */
};

struct caller {
	int fd;
	size_t got;
	uint64_t asked_ns;
	uint8_t reply[REPLY_MAX];
};

struct load {
	struct arena arena;
	const char *cases, *partner;
	size_t case_count, asked, answered, count;
	uint64_t *took_ns;
};

static int compare(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

static int dial(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	require(strlen(path) < sizeof at.sun_path);
	memcpy(at.sun_path, path, strlen(path) + 1);
	require(fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0);
	return fd;
}

static void tell(struct load *l, struct caller *c, struct msg *req)
{
	struct span packed;
	uint8_t head[4];

	msg_set_u64(req, REQUEST_VERSION, 1);
	require(msg_pack(&l->arena, req, &packed) == ERR_OK);
	be32_put(head, (uint32_t)packed.len);
	c->asked_ns = clock_mono_ns();
	require(send(c->fd, head, sizeof head, MSG_MORE) == (ssize_t)sizeof head);
	require(send(c->fd, packed.p, packed.len, 0) == (ssize_t)packed.len);
}

static void ask(struct load *l, struct caller *c)
{
	struct msg *req, *m;
	char case_id[ID_LEN + 1] = {0};
	uint8_t id[16];

	arena_reset(&l->arena);
	req = msg_new(&l->arena, MSG_REQUEST);
	m = msg_sub(&l->arena, req, REQUEST_REFER);
	memcpy(case_id, l->cases + (ID_LEN + 1) * (l->asked % l->case_count), ID_LEN);
	rng_fill(id, sizeof id);
	msg_set_bytes(&l->arena, req, REQUEST_REQUEST_ID, span_of(id, sizeof id));
	msg_set_text(&l->arena, m, REFER_NEW_CASE_ID, case_id);
	msg_set_text(&l->arena, m, REFER_NEW_PARTNER, l->partner);
	msg_set_text(&l->arena, m, REFER_NEW_NEED, "housing");
	msg_set_u64(m, REFER_NEW_URGENCY, 1);
	msg_set_u64(m, REFER_NEW_SHARE, SHARED);
	msg_set_u64(m, REFER_NEW_AGAIN, 1);
	tell(l, c, req);
	l->asked++;
}

/* A reply; NULL as long as it is not whole. */
static struct msg *reply_of(struct load *l, struct caller *c)
{
	const ssize_t n = recv(c->fd, c->reply + c->got, sizeof c->reply - c->got, 0);
	struct err_text why;
	struct msg *reply;

	require(n > 0);
	c->got += (size_t)n;
	if (c->got < 4 || c->got < 4 + (size_t)be32_get(c->reply))
		return NULL;
	arena_reset(&l->arena);
	require(msg_parse(&l->arena, MSG_REPLY, span_of(c->reply + 4, c->got - 4), &reply, &why) ==
		ERR_OK);
	if (msg_has(reply, REPLY_ERROR)) {
		(void)fprintf(stderr, "bench_throughput: refused: %s\n",
			      msg_text(reply, REPLY_CODE));
		exit(1);
	}
	c->got = 0;
	return reply;
}

static void hear(struct load *l, struct caller *c)
{
	if (reply_of(l, c) == NULL)
		return;
	l->took_ns[l->answered++] = clock_mono_ns() - c->asked_ns;
	if (l->asked < l->count)
		ask(l, c);
}

/* Over a line that stays: one that is opened for each question costs the node more than its answer. */
static bool owes(struct load *l, struct caller *c)
{
	struct msg *req, *reply;

	arena_reset(&l->arena);
	req = msg_new(&l->arena, MSG_REQUEST);
	(void)msg_sub(&l->arena, req, REQUEST_STATUS);
	tell(l, c, req);
	do
		reply = reply_of(l, c);
	while (reply == NULL);
	return msg_u64(msg_get(reply, REPLY_STATUS), STATUS_OWED) > 0;
}

/* Referrals one by one: from the request until the receipt is back. */
static int one_by_one(char **argv)
{
	struct caller c = {.fd = dial(argv[2])}, looks = {.fd = dial(argv[2])};
	struct load l = {.cases = argv[3],
			 .partner = argv[4],
			 .case_count = (strlen(argv[3]) + 1) / (ID_LEN + 1)};
	const size_t count = strtoul(argv[5], NULL, 10);

	require(count > 0 && count <= COUNT_MAX && l.case_count > 0);
	l.took_ns = calloc(count, sizeof *l.took_ns);
	require(l.took_ns != NULL && arena_create(&l.arena, SCRATCH) == ERR_OK);
	for (size_t i = 0; i < count; i++) {
		l.count = l.asked; /* hear() asks for no other one */
		ask(&l, &c);
		while (l.answered <= i)
			hear(&l, &c);
		while (owes(&l, &looks))
			(void)nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
		l.took_ns[i] = clock_mono_ns() - c.asked_ns;
	}
	qsort(l.took_ns, count, sizeof *l.took_ns, compare);
	(void)printf("%.3f %.3f\n", (double)l.took_ns[count / 2] / 1e6,
		     (double)l.took_ns[count * 99 / 100] / 1e6);
	(void)close(c.fd);
	(void)close(looks.fd);
	arena_free(&l.arena);
	free(l.took_ns);
	return 0;
}

static int load(char **argv, bool until_receipted)
{
	const size_t clients = strtoul(argv[4], NULL, 10), count = strtoul(argv[5], NULL, 10);
	struct caller *callers = calloc(CLIENTS_MAX, sizeof *callers);
	struct caller looks = {.fd = -1};
	struct pollfd polls[CLIENTS_MAX];
	struct load l = {.cases = argv[2],
			 .partner = argv[3],
			 .case_count = (strlen(argv[2]) + 1) / (ID_LEN + 1),
			 .count = count};
	uint64_t since, accepted, over;

	require(callers != NULL && clients > 0 && clients <= CLIENTS_MAX && count >= clients &&
		count <= COUNT_MAX && l.case_count > 0);
	l.took_ns = calloc(count, sizeof *l.took_ns);
	require(l.took_ns != NULL && arena_create(&l.arena, SCRATCH) == ERR_OK);
	for (size_t i = 0; i < clients; i++) {
		callers[i].fd = dial(argv[1]);
		polls[i] = (struct pollfd){.fd = callers[i].fd, .events = POLLIN};
	}
	since = clock_mono_ns();
	for (size_t i = 0; i < clients; i++)
		ask(&l, &callers[i]);
	while (l.answered < count) {
		require(poll(polls, clients, 30000) > 0);
		for (size_t i = 0; i < clients; i++)
			if (polls[i].revents != 0)
				hear(&l, &callers[i]);
	}
	accepted = clock_mono_ns() - since;
	looks.fd = dial(argv[1]); /* now: a line on which nothing is asked gives way to others */
	while (until_receipted && owes(&l, &looks))
		(void)poll(NULL, 0, 2);
	over = clock_mono_ns() - since;
	qsort(l.took_ns, count, sizeof *l.took_ns, compare);
	(void)printf("%zu %.1f %.1f %.3f %.3f\n", clients, (double)count * 1e9 / (double)accepted,
		     (double)count * 1e9 / (double)over, (double)l.took_ns[count / 2] / 1e6,
		     (double)l.took_ns[count * 99 / 100] / 1e6);
	for (size_t i = 0; i < clients; i++)
		(void)close(callers[i].fd);
	(void)close(looks.fd);
	arena_free(&l.arena);
	free(l.took_ns);
	free(callers);
	return 0;
}

/* One row of 2 KiB in each transaction, synced. */
static double commits_per_s(const char *dir, uint32_t count)
{
	static uint8_t value[VALUE_LEN];
	uint64_t since;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	require(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, 1u << 30) == 0);
	require(mdb_env_open(env, dir, MDB_NOTLS, 0600) == 0);
	require(mdb_txn_begin(env, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, NULL, 0, &dbi) == 0);
	require(mdb_txn_commit(txn) == 0);
	since = clock_mono_ns();
	for (uint32_t i = 0; i < count; i++) {
		uint8_t key[4];
		MDB_val k = {sizeof key, key}, v = {sizeof value, value};

		be32_put(key, i);
		require(mdb_txn_begin(env, NULL, 0, &txn) == 0);
		require(mdb_put(txn, dbi, &k, &v, 0) == 0 && mdb_txn_commit(txn) == 0);
	}
	since = clock_mono_ns() - since;
	mdb_env_close(env);
	return (double)count * 1e9 / (double)since;
}

static double signatures_per_s(uint32_t count)
{
	uint8_t pub[crypto_sign_PUBLICKEYBYTES], sec[crypto_sign_SECRETKEYBYTES];
	uint8_t text[248] = {0}, sig[crypto_sign_BYTES];
	uint64_t since;

	require(sodium_init() >= 0 && crypto_sign_keypair(pub, sec) == 0);
	since = clock_mono_ns();
	for (uint32_t i = 0; i < count; i++) {
		be32_put(text, i);
		require(crypto_sign_detached(sig, NULL, text, sizeof text, sec) == 0);
	}
	return (double)count * 1e9 / (double)(clock_mono_ns() - since);
}

int main(int argc, char **argv)
{
	struct statfs fs;

	if (argc == 4 && strcmp(argv[1], "bare") == 0 && statfs(argv[2], &fs) == 0 &&
	    fs.f_type != TMPFS) {
		const uint32_t count = (uint32_t)strtoul(argv[3], NULL, 10);

		(void)printf("%.1f %.1f\n", commits_per_s(argv[2], count), signatures_per_s(count));
		return 0;
	}
	if (argc == 6 && strcmp(argv[1], "one") == 0)
		return one_by_one(argv);
	if (argc == 6 || (argc == 7 && strcmp(argv[6], "send") == 0))
		return load(argv, argc == 6);
	(void)fprintf(stderr,
		      "bench_throughput SOCKET CASES PARTNER CLIENTS COUNT [send], one SOCKET "
		      "CASES PARTNER COUNT, or bare DIR COUNT; DIR on a real disk\n");
	return 2;
}
