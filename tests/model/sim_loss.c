/* SPDX-License-Identifier: EUPL-1.2 */
/* Disks that go back in time: restores from old backups, snapshots rolled back, copies that run beside the
 * original; and what the judge must know about them. */
#include <stdlib.h>

#include "base/check.h"
#include "base/date.h"
#include "domain/exchange/pair.h"
#include "domain/loss/alarm.h"
#include "sim.h"

enum { APART_MS = DAY_MS + DAY_MS / 6, CLONE_MS = DAY_MS };

void sim_set_add(struct sim_set *set, int node, const struct id16 *id)
{
	if (sim_set_has(set, node, id))
		return;
	if (set->len == set->cap) {
		set->cap = set->cap == 0 ? 64 : 2 * set->cap;
		set->marks = realloc(set->marks, set->cap * sizeof *set->marks);
		require(set->marks != NULL);
	}
	set->marks[set->len++] = (struct sim_mark){node, *id};
}

bool sim_set_has(const struct sim_set *set, int node, const struct id16 *id)
{
	for (size_t i = 0; i < set->len; i++)
		if (set->marks[i].node == node && id16_equal(&set->marks[i].id, id))
			return true;
	return false;
}

static bool has_any(const struct sim_set *set, int node)
{
	for (size_t i = 0; i < set->len; i++)
		if (set->marks[i].node == node)
			return true;
	return false;
}

static struct store *copy_of(struct sim *s, struct store *from)
{
	const struct store_options o = {.cipher = &s->cipher};
	struct store *to;
	struct store_txn *in, *out;

	require(store_open(&to, &o) == ERR_OK);
	require(store_begin(from, false, &in) == ERR_OK && store_begin(to, true, &out) == ERR_OK);
	for (int t = 0; t < STORE_TABLE_COUNT; t++) {
		struct store_walk w = {.rc = ERR_OK};

		while (store_each(in, (enum store_table)t, span_of(NULL, 0), &w))
			require(store_put(out, (enum store_table)t, w.row.key, w.row.val) ==
				ERR_OK);
	}
	store_abort(in);
	require(store_commit(out) == ERR_OK);
	return to;
}

/* Does this disk hold the document in a log, or on its shelf? */
static bool holds(struct sim *s, int node, struct store *disk, const struct id16 *thread,
		  const struct id16 *msg)
{
	struct sim_node *n = &s->nodes[node];
	struct effects fx;
	struct turn t = {.arena = &n->arena, .fx = &fx};
	const struct node_time now = {s->now_ms, s->now_ms};
	const struct store_key shelf = turn_key_ids(thread, msg);
	struct store_row row;
	struct thread th;
	bool found = false;

	effects_init(&fx);
	node_turn_begin(n->node, &t, &now);
	require(store_begin(disk, false, &t.txn) == ERR_OK);
	if (thread_load(&t, thread, &th) == ERR_OK)
		for (uint32_t side = 0; side < 2 && !found; side++)
			for (uint32_t no = 1; no <= (side == 0 ? th.my_no : th.their_no) && !found;
			     no++) {
				struct log_entry e;

				require(thread_entry(&t, &th, side == 0, no, &e) == ERR_OK);
				found = id16_equal(&e.doc.msg, msg);
			}
	found = found || (store_seek(t.txn, STORE_SHELF, key_span(&shelf), &row) == ERR_OK &&
			  row.key.len == 34 && memcmp(row.key.p, shelf.b, 32) == 0);
	store_abort(t.txn);
	arena_reset(&n->arena);
	return found;
}

/* The judge notes which documents of this thread no disk holds any more, and what was withdrawn. */
static void note_thread(struct sim *s, const struct sim_node *n, struct turn *t,
			const struct thread *th, struct store *after)
{
	const int peer = th->peer - 1;

	for (uint32_t side = 0; side < 2; side++)
		for (uint32_t no = 1; no <= (side == 0 ? th->my_no : th->their_no); no++) {
			struct log_entry e;
			bool kept;

			require(thread_entry(t, th, side == 0, no, &e) == ERR_OK);
			if (e.type == DOC_REVOKE)
				sim_set_add(&s->withdrawn, n->no, &e.doc.msg);
			kept = holds(s, peer, s->nodes[peer].store, &th->id, &e.doc.msg) ||
			       (after != NULL && holds(s, peer, after, &th->id, &e.doc.msg)) ||
			       (n->key != n->no &&
				holds(s, peer, s->nodes[n->no].store, &th->id, &e.doc.msg));
			sim_set_add(kept ? &s->kept : &s->lostable, 0, &e.doc.msg);
		}
}

/* Cases that only the disk that goes has: what stood in them is nowhere any more, whatever comes back of their referrals. */
static void note_cases(struct sim *s, const struct sim_node *n, struct store_txn *old,
		       struct store *after)
{
	struct store_walk w = {.rc = ERR_OK};
	struct store_txn *now = NULL;

	if (after != NULL)
		require(store_begin(after, false, &now) == ERR_OK);
	while (store_each(old, STORE_CASES, span_of(NULL, 0), &w)) {
		struct id16 id;

		memcpy(id.b, w.row.key.p, 16);
		if (now == NULL || !record_exists(now, STORE_CASES, w.row.key))
			sim_set_add(&s->forgotten, n->no, &id);
	}
	if (now != NULL)
		store_abort(now);
}

static void disk_goes(struct sim *s, struct sim_node *n, struct store *after)
{
	struct effects fx;
	struct turn t = {.arena = &s->look, .fx = &fx};
	const struct node_time now = {s->now_ms, s->now_ms};
	struct store_walk w = {.rc = ERR_OK};

	effects_init(&fx);
	node_turn_begin(n->node, &t, &now);
	require(store_begin(n->store, false, &t.txn) == ERR_OK);
	while (store_each(t.txn, STORE_THREAD, span_of(NULL, 0), &w)) {
		struct id16 id;
		struct thread th;

		memcpy(id.b, w.row.key.p, 16);
		require(thread_load(&t, &id, &th) == ERR_OK);
		note_thread(s, n, &t, &th, after);
		arena_reset(&s->look);
	}
	w = (struct store_walk){.rc = ERR_OK};
	while (store_each(t.txn, STORE_SHELF, span_of(NULL, 0), &w)) {
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, 16);
		sim_set_add(&s->lostable, 0, &id);
	}
	note_cases(s, n, t.txn, after);
	store_abort(t.txn);
	arena_reset(&s->look);
}

void sim_back_up(struct sim *s, struct sim_node *n)
{
	if (n->backup_count == SIM_BACKUPS) {
		store_close(n->backups[0].store);
		memmove(n->backups, n->backups + 1, (SIM_BACKUPS - 1) * sizeof n->backups[0]);
		n->backup_count--;
	}
	n->backups[n->backup_count++] = (struct sim_disk){copy_of(s, n->store), n->node->inc.no};
}

static const struct sim_disk *some_backup(struct sim *s, const struct sim_node *n)
{
	return &n->backups[sim_below(s, n->backup_count)];
}

static bool due(const struct sim *s, const struct sim_node *n)
{
	return n->backup_count > 0 && s->clone_of < 0 && s->now_ms > n->changed_ms + APART_MS;
}

void sim_go_back(struct sim *s, struct sim_node *n, bool restore)
{
	const struct sim_disk *d = some_backup(s, n);
	struct store *disk = copy_of(s, d->store);
	const bool counter_survived = sim_chance(s) < .5;

	n->changed_ms = s->now_ms;
	disk_goes(s, n, disk);
	sim_down(s, n);
	store_close(n->store);
	n->store = disk;
	if (restore) { /* as kring restore does: one above whatever is known */
		if (!counter_survived || n->who.incarnation_no < d->inc_no)
			n->who.incarnation_no = d->inc_no;
		n->who.incarnation_no++;
		s->restores++;
	} else {
		n->who.incarnation_no = d->inc_no;
		n->unaware = true;
		s->rollbacks++;
	}
	sim_boot(s, n);
}

static void begin_clone(struct sim *s, struct sim_node *n)
{
	struct sim_node *c = &s->nodes[SIM_NODES_MAX];
	const bool restored = sim_chance(s) < .5;
	const struct sim_disk *d = some_backup(s, n);

	*c = (struct sim_node){
		.no = n->no, .key = SIM_NODES_MAX, .who = n->who, .changed_ms = s->now_ms};
	require(arena_create(&c->arena, SIM_ARENA) == ERR_OK);
	n->changed_ms = s->now_ms;
	c->store = copy_of(s, restored ? d->store : n->store);
	if (restored)
		c->who.incarnation_no = d->inc_no + 1;
	n->unaware = c->unaware = !restored;
	n->doubled = true;
	s->clone_of = n->no;
	s->clone_found = false;
	s->clones++;
	sim_boot(s, c);
}

void sim_end_clone(struct sim *s)
{
	struct sim_node *c = &s->nodes[SIM_NODES_MAX];

	if (s->clone_of < 0)
		return;
	disk_goes(s, c, NULL);
	sim_down(s, c);
	node_free(c->node);
	store_close(c->store);
	arena_free(&c->arena);
	free(c->cases);
	s->nodes[s->clone_of].changed_ms = s->now_ms;
	*c = (struct sim_node){.no = 0};
	s->clone_of = -1;
}

void sim_loss(struct sim *s)
{
	struct sim_node *n = &s->nodes[sim_below(s, (uint64_t)s->n)];

	if (s->profile.backup == 0 || s->quiet)
		return;
	if (s->clone_of >= 0 && s->now_ms > s->nodes[SIM_NODES_MAX].changed_ms + CLONE_MS)
		sim_end_clone(s);
	if (n->up && sim_chance(s) < s->profile.backup)
		sim_back_up(s, n);
	if (n->up && due(s, n) && sim_chance(s) < s->profile.restore)
		sim_go_back(s, n, true);
	if (n->up && due(s, n) && sim_chance(s) < s->profile.rollback)
		sim_go_back(s, n, false);
	if (n->up && due(s, n) && sim_chance(s) < s->profile.clone)
		begin_clone(s, n);
}

void sim_alarm(struct sim *s, const struct sim_node *n, uint16_t peer, uint8_t kind)
{
	s->alarms++;
	if (kind == ALARM_CLONE && peer - 1 != s->clone_of &&
	    s->now_ms > s->nodes[peer - 1].changed_ms + APART_MS)
		sim_fail(s, "node %d says that %d runs twice, which it does not", n->no, peer - 1);
	if (kind == ALARM_CLONE && peer - 1 == s->clone_of && !s->clone_found) {
		s->clone_found = true;
		s->clones_found++;
	}
}

/* Does the partner's disk hold a withdrawal that this node once knew?  One that nobody else heard of went
 * with its disk. */
static bool withdrawn_at(struct sim *s, int node, int knew, const struct id16 *thread)
{
	struct effects fx;
	struct turn t = {.arena = &s->look, .fx = &fx};
	const struct node_time now = {s->now_ms, s->now_ms};
	struct thread th;
	bool found = false;

	if (!has_any(&s->withdrawn, knew))
		return false;
	effects_init(&fx);
	node_turn_begin(s->nodes[node].node, &t, &now);
	require(store_begin(s->nodes[node].store, false, &t.txn) == ERR_OK);
	if (thread_load(&t, thread, &th) == ERR_OK)
		for (uint32_t side = 0; side < 2; side++)
			for (uint32_t no = 1; no <= (side == 0 ? th.my_no : th.their_no); no++) {
				struct log_entry e;

				require(thread_entry(&t, &th, side == 0, no, &e) == ERR_OK);
				found = found || (e.type == DOC_REVOKE &&
						  sim_set_has(&s->withdrawn, knew, &e.doc.msg));
			}
	store_abort(t.txn);
	arena_reset(&s->look);
	return found;
}

/* A receipt that leaves must be true of the disk at this moment. */
static void check_receipt(struct sim *s, struct sim_node *n, int to, const uint8_t *head)
{
	struct effects fx;
	struct turn t = {.arena = &s->look, .fx = &fx};
	const struct node_time now = {s->now_ms, s->now_ms};
	struct wire_frame f;
	struct pair *pr;

	require(wire_frame_head_get(head, &f));
	effects_init(&fx);
	node_turn_begin(n->node, &t, &now);
	require(store_begin(n->store, false, &t.txn) == ERR_OK);
	require(pair_get(&t, (uint16_t)(to + 1), &pr) == ERR_OK);
	if (incarnation_equal(&f.my_inc, &pr->mine) && incarnation_equal(&f.your_inc, &pr->yours) &&
	    f.got_upto > pr->got)
		sim_fail(s, "node %d receipts %llu of %d, its disk has %llu", n->no,
			 (unsigned long long)f.got_upto, to, (unsigned long long)pr->got);
	store_abort(t.txn);
	arena_reset(&s->look);
}

void sim_watch_frame(struct sim *s, struct sim_node *n, int to, struct span frame)
{
	struct rd r = rd_of(span_of(frame.p + WIRE_FRAME_HEAD, frame.len - WIRE_FRAME_HEAD));
	struct wire_part p;

	check_receipt(s, n, to, frame.p);

	while (!n->unaware && s->clone_of < 0 && wire_part_next(&r, &p)) {
		struct wire_doc d;

		if (p.type != WIRE_PART_DOCUMENT || wire_doc_get(p.bytes, &d) != ERR_OK)
			continue;
		if (d.form == WIRE_WHOLE && d.head.cats != 0 &&
		    withdrawn_at(s, to, n->no, &d.head.thread_id))
			sim_fail(s, "node %d sends to %d what it once knew to be withdrawn", n->no,
				 to);
	}
}
