/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sim - a federation of 2 to 8 nodes in one process over the real domain and store code.
 *
 * Layer:    tests.
 * Owns:     every node, its store in memory, and the bag of words on their way.
 * Threads:  one; a seed replays exactly.
 * Time:     simulated; a step is about half a minute.
 * Durable:  the memory store: a crash keeps what was committed and nothing else.
 * Privacy:  invented data only.
 */
#ifndef KRING_TESTS_SIM_H
#define KRING_TESTS_SIM_H

#include "domain/node.h"

enum { SIM_NODES_MAX = 8, SIM_ARENA = 24 * 1024 * 1024 };

struct sim_profile {
	const char *name;
	double loss, dup, reset, part, crash; /* the last three: per step */
	bool any_order;
};

struct sim_msg {
	struct sim_msg *next; /* unused in the bag; keeps freed ones */
	int dst, src;
	uint64_t conn;
	enum event_type type;
	size_t len;
	uint8_t *bytes;
};

struct sim_node {
	int no;
	bool up;
	struct store *store;
	struct node *node;
	struct arena arena;
	struct node_identity who;
	uint64_t conn[SIM_NODES_MAX]; /* 0: none */
	struct id16 *cases;
	size_t case_count;
	uint64_t prekey_ms;
};

struct sim_thread {
	char ref[16];
	int from, to;
};

struct sim {
	struct sim_profile profile;
	uint64_t rng, now_ms, next_conn, pair_keys;
	int n;
	bool quiet, speak_first;
	struct sim_node nodes[SIM_NODES_MAX];
	bool blocked[SIM_NODES_MAX][SIM_NODES_MAX];
	uint64_t send_cats[SIM_NODES_MAX][SIM_NODES_MAX], take_cats[SIM_NODES_MAX][SIM_NODES_MAX];
	struct record_cipher cipher;
	struct sim_msg **bag;
	size_t bag_len, bag_cap;
	struct sim_thread *threads;
	size_t thread_count;
	char reply_id[64];
	bool reply_error;
	/* counted */
	uint64_t events, frames, crashes, docs, hollow, refused;
	char failed[256];
};

uint64_t sim_rand(struct sim *s);
double sim_chance(struct sim *s);
uint64_t sim_below(struct sim *s, uint64_t n);
void sim_fail(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* sim.c */
void sim_open(struct sim *s, uint64_t seed, const struct sim_profile *p, bool speak_first);
void sim_close(struct sim *s);
/** One event at one node: turn, commit, release; with the crashes of the profile. */
void sim_turn(struct sim *s, struct sim_node *n, const struct event *ev);
void sim_step(struct sim *s);
void sim_settle(struct sim *s);
void sim_connect(struct sim *s, int a, int b);
void sim_cut(struct sim *s, int a, int b);

/* sim_people.c */
void sim_agreements(struct sim *s);
void sim_act(struct sim *s, struct sim_node *n);

/* sim_judge.c */
void sim_judge(struct sim *s);

#endif /* KRING_TESTS_SIM_H */
