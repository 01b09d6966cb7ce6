/* SPDX-License-Identifier: EUPL-1.2 */
/* The judge of cases that change hands: one pen at most at every moment, exactly one at rest and its content opens, no addition is
 * lost on the way, nothing that lies at the other end opens before it was given, and one person of a partner is one case. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits/files.h"
#include "domain/attach/attach.h"
#include "domain/blob/blob.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/exchange/outbox.h"
#include "domain/handover/rows.h"
#include "sim.h"

enum { ENDS = 4096 };

/* One end of a handover, as its node has it. */
struct end {
	int node;
	struct thread th;
	size_t pen; /* its case */
};

/* A case at a node that was ever handed over; group: all cases that are one by what was taken over. */
struct pen {
	int node;
	struct id16 id;
	size_t group;
	bool writes; /* what is typed there is the file */
	bool moves;  /* in a group with others */
	bool way;    /* it was sent, and not taken or given up */
	bool back;   /* it was taken back here */
	bool gone;   /* whoever took it from here, or back, erased it */
	bool awaits; /* it is theirs who write, and its content did not come back yet */
	bool left;   /* what came with a handover lies here, and the handover came to nothing */
};

static struct {
	struct end ends[ENDS];
	struct pen pens[ENDS];
	size_t end_count, pen_count;
} all;

static size_t group_of(size_t i)
{
	while (all.pens[i].group != i)
		i = all.pens[i].group;
	return i;
}

static size_t pen_at(int node, const struct id16 *id)
{
	for (size_t i = 0; i < all.pen_count; i++)
		if (all.pens[i].node == node && id16_equal(&all.pens[i].id, id))
			return i;
	require(all.pen_count < ENDS);
	all.pens[all.pen_count] = (struct pen){.node = node, .id = *id, .group = all.pen_count};
	return all.pen_count++;
}

static bool came_to_nothing(const struct thread *th)
{
	return th->state == HANDOVER_REFUSED || th->state == HANDOVER_EXPIRED ||
	       th->state == HANDOVER_ABORTED;
}

static void gather_node(struct sim *s, struct sim_node *n)
{
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;
	struct thread th;
	struct msg *m;

	sim_view_alone(s, &v, n);
	while (rows_each(&v.t, NULL, &w, &th, &m)) {
		const size_t mark = v.t.arena->used;
		struct pen *pen;
		struct case_pen case_pen;

		require(all.end_count < ENDS);
		all.ends[all.end_count] = (struct end){n->no, th, pen_at(n->no, &th.case_id)};
		pen = &all.pens[all.ends[all.end_count++].pen];
		require(rows_pen(&v.t, &th.case_id, &case_pen) == ERR_OK);
		pen->writes = case_pen.writes;
		pen->awaits = case_pen.given_back && case_pen.owner.who == OWNER_US;
		pen->back = pen->back ||
			    (th.role == THREAD_SENDER && th.state == HANDOVER_RECLAIMED);
		pen->way = pen->way || (th.role == THREAD_SENDER && th.state >= HANDOVER_BUNDLED &&
					th.state <= HANDOVER_CEDED);
		pen->left = pen->left || (th.role == THREAD_RECEIVER && came_to_nothing(&th) &&
					  msg_u64(m, HANDOVER_RECORD_TAKEN) != 0);
		arena_rewind(v.t.arena, mark);
	}
	require(w.rc == ERR_OK);
	sim_view_close(&v);
}

static const struct end *other_end(const struct end *e)
{
	for (size_t i = 0; i < all.end_count; i++)
		if (all.ends[i].node == e->th.peer - 1 && id16_equal(&all.ends[i].th.id, &e->th.id))
			return &all.ends[i];
	return NULL;
}

static bool taken_back(const struct thread *th)
{
	return th->state == HANDOVER_RECLAIMED || th->state == HANDOVER_SUPERSEDED;
}

/* The case at the other end is this one, once it was taken there. */
static bool took(const struct thread *th)
{
	return th->state == HANDOVER_TAKEN || taken_back(th);
}

static void gather(struct sim *s, bool here)
{
	all.end_count = all.pen_count = 0;
	for (int i = 0; i < s->n; i++)
		if (!here || (s->nodes[i].up && !s->nodes[i].unaware && s->clone_of != i))
			gather_node(s, &s->nodes[i]);
	for (size_t i = 0; i < all.end_count; i++) {
		const struct end *from = &all.ends[i], *to = other_end(from);

		if (from->th.role != THREAD_SENDER) {
			all.pens[from->pen].gone = all.pens[from->pen].gone ||
						   (to == NULL && taken_back(&from->th));
		} else if (to == NULL) {
			all.pens[from->pen].gone = all.pens[from->pen].gone || took(&from->th);
		} else if (took(&to->th) || took(&from->th)) {
			all.pens[from->pen].moves = all.pens[to->pen].moves = true;
			all.pens[group_of(to->pen)].group = group_of(from->pen);
		}
	}
}

/* ---- at every moment ---- */

/* It lost the case, and did not say so yet to whoever has it from there: that follows with its next tick. */
static bool says_it_next(const struct end *lost)
{
	for (size_t i = 0; i < all.end_count; i++) {
		const struct end *on = &all.ends[i];

		if (on->pen == lost->pen && on->th.role == THREAD_SENDER &&
		    (on->th.state == HANDOVER_CEDED || on->th.state == HANDOVER_TAKEN))
			return true;
	}
	return false;
}

/* Whoever takes a case back writes at once; who had it does so until it hears of that, which may take several hands. */
static bool being_taken_back(size_t group)
{
	for (size_t i = 0; i < all.end_count; i++) {
		const struct end *e = &all.ends[i], *to = other_end(e);

		if (group_of(e->pen) != group || !taken_back(&e->th))
			continue;
		if (e->th.role == THREAD_SENDER ? to == NULL || to->th.state != e->th.state
						: says_it_next(e))
			return true;
	}
	return false;
}

static void check_one_pen(struct sim *s, bool rest)
{
	for (size_t i = 0; i < all.pen_count; i++)
		for (size_t k = i + 1; k < all.pen_count; k++)
			if (all.pens[i].writes && all.pens[k].writes &&
			    group_of(i) == group_of(k) && (rest || !being_taken_back(group_of(i))))
				sim_fail(s, "node %d and node %d write in one case",
					 all.pens[i].node, all.pens[k].node);
}

/* With nothing that its holder has. */
static void check_sealed(struct sim *s, struct sim_view *v, const struct thread *th)
{
	static const unsigned fields[] = {HANDOVER_RECORD_BKEY, HANDOVER_RECORD_SALT,
					  HANDOVER_RECORD_DIGEST};
	struct msg *m;
	struct span id, plain;
	struct id32 blob;

	require(rows_load(&v->t, th, &m) == ERR_OK);
	id = msg_bytes(m, HANDOVER_RECORD_BLOB);
	if (id.len != sizeof blob.b)
		return;
	memcpy(blob.b, id.p, sizeof blob.b);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const struct span key = msg_bytes(m, fields[i]);
		struct blob_reader r;

		if (key.len == CHUNKS_KEY && blob_open(&v->t, &blob, key.p, 0, &r) == ERR_OK &&
		    blob_next(&v->t, &r, &plain) == ERR_OK)
			sim_fail(s, "node %d: what was sent opens before it was ceded", v->n->no);
	}
}

void sim_watch_moves(struct sim *s)
{
	struct sim_view v;

	gather(s, true);
	check_one_pen(s, false);
	for (size_t i = 0; i < all.end_count; i++) {
		const struct end *e = &all.ends[i];

		if (e->th.role != THREAD_RECEIVER ||
		    (e->th.state != HANDOVER_BUNDLED && e->th.state != HANDOVER_STAGED))
			continue;
		sim_view_open(s, &v, &s->nodes[e->node]);
		check_sealed(s, &v, &e->th);
		sim_view_close(&v);
	}
	sim_check_ended(s, false);
}

/* ---- at rest ---- */

/* A disk went with what stood in it: it begins again with what the partner gives back. */
static bool forgotten(const struct sim *s, size_t group)
{
	for (size_t i = 0; i < s->forgotten.len; i++)
		for (size_t k = 0; k < all.pen_count; k++)
			if (group_of(k) == group && all.pens[k].node == s->forgotten.marks[i].node)
				return true;
	return false;
}

/* The one that writes in this group; *gone: whoever had it erased it. */
static const struct pen *writer(size_t group, bool *gone)
{
	const struct pen *found = NULL;

	*gone = false;
	for (size_t i = 0; i < all.pen_count; i++) {
		if (group_of(i) != group)
			continue;
		*gone = *gone || all.pens[i].gone;
		found = all.pens[i].writes ? &all.pens[i] : found;
	}
	return found;
}

static void check_content(struct sim *s, const struct pen *pen)
{
	struct msg *record, *person;
	struct sim_view v;

	sim_view_open(s, &v, &s->nodes[pen->node]);
	if (casefile_load(&v.t, &pen->id, &record) != ERR_OK ||
	    casefile_person(&v.t, &pen->id, record, &person) != ERR_OK ||
	    msg_u64(record, CASE_RECORD_THEIRS) != 0 || msg_text(person, PERSON_NAME)[0] == '\0')
		sim_fail(s, "node %d has the pen of a case, and not its content", pen->node);
	sim_view_close(&v);
}

/* What one end has of the file in which the case went: the file itself, and what opens it, plain or sealed to its new owner. */
static void look_for(struct sim *s, const struct end *e, bool *file, bool *key)
{
	struct sim_view v;
	struct span id;
	struct blob b;
	struct id32 blob;
	struct msg *m;

	if (e == NULL)
		return;
	sim_view_open(s, &v, &s->nodes[e->node]);
	require(rows_load(&v.t, &e->th, &m) == ERR_OK);
	id = msg_bytes(m, HANDOVER_RECORD_BLOB);
	if (id.len == sizeof blob.b) {
		memcpy(blob.b, id.p, sizeof blob.b);
		*file = *file || (blob_load(&v.t, &blob, &b) == ERR_OK && b.state == BLOB_WHOLE);
	}
	*key = *key || msg_has(m, HANDOVER_RECORD_BKEY) || msg_has(m, HANDOVER_RECORD_KEPT);
	sim_view_close(&v);
}

/* Is the file of this case still there, and what opens it? */
static bool kept(struct sim *s, size_t group)
{
	bool whole = false;

	for (size_t i = 0; i < all.end_count && !whole; i++) {
		const struct end *e = &all.ends[i];
		bool file = false, key = false;

		if (group_of(e->pen) != group)
			continue;
		look_for(s, e, &file, &key);
		look_for(s, other_end(e), &file, &key);
		whole = file && key;
	}
	return whole;
}

/* It went with the disks of both: its owner goes on without it when no copy can come any more, or when somebody decides so. */
static bool lost(struct sim *s, size_t group)
{
	bool awaits = false;

	for (size_t i = 0; i < all.pen_count; i++)
		awaits = awaits || (group_of(i) == group && all.pens[i].awaits);
	return awaits && !kept(s, group);
}

static void check_pens(struct sim *s)
{
	for (size_t i = 0; i < all.pen_count; i++) {
		const struct pen *pen = &all.pens[i], *w;
		bool gone;

		if (pen->way)
			sim_fail(s, "node %d: a case is on its way for ever", pen->node);
		if (pen->left)
			sim_fail(s, "node %d kept a case that it was not given", pen->node);
		if (group_of(i) != i)
			continue;
		w = writer(i, &gone);
		if (w == NULL && !gone && !lost(s, i))
			sim_fail(s, "node %d: nobody has the pen of its case", pen->node);
		if (w == NULL || (!w->moves && !w->back))
			continue;
		s->moves.owners++;
		if (!forgotten(s, i))
			check_content(s, w);
	}
}

unsigned sim_told(struct sim_view *v, const struct id16 *case_id, const char *text)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.rc = ERR_OK};
	unsigned n = 0;

	while (store_each(v->t.txn, STORE_CASELOG, key_span(&prefix), &w)) {
		const size_t mark = v->t.arena->used;
		struct store_key k = {.len = 0};
		struct msg *m;

		key_put(&k, w.row.key.p, w.row.key.len);
		require(turn_get_msg(&v->t, STORE_CASELOG, &k, MSG_CASE_ENTRY, &m) == ERR_OK);
		n += strstr(msg_text(m, CASE_ENTRY_TEXT), text) != NULL;
		arena_rewind(v->t.arena, mark);
	}
	return n;
}

/* So many files of that case are this one. */
static unsigned has_file(struct sim_view *v, const struct id16 *case_id, struct span blob)
{
	struct store_walk w = {.rc = ERR_OK};
	struct attachment a;
	unsigned n = 0;

	while (attach_each(&v->t, case_id, &w, &a))
		n += blob.len == sizeof a.blob.b && memcmp(a.blob.b, blob.p, blob.len) == 0;
	require(w.rc == ERR_OK);
	return n;
}

static bool consent_over(struct sim_view *v, const struct thread *th)
{
	struct msg *m;

	return consent_record(&v->t, &th->grant_id, &m) != ERR_OK ||
	       consent_grant_state(m, v->t.wall_ms) != CONSENT_LIVING;
}

static bool blob_named(const struct msg *body)
{
	return msg_bytes(body, HANDOVER_ADDENDUM_BLOB).len > 0;
}

/* Whoever got it gave the case on under a consent that is over: files that were added go with that, wherever the case is now.  Or to
 * one that takes no such words from there. */
static bool over_on_its_way(struct sim *s, const struct end *e, const struct pen *w, uint64_t cats)
{
	bool over = false;

	for (unsigned hands = 0; e != NULL && hands < SIM_NODES_MAX && !over; hands++) {
		const struct end *at = other_end(e);

		e = NULL;
		for (size_t i = 0; at != NULL && &all.pens[at->pen] != w && i < all.end_count; i++)
			if (all.ends[i].pen == at->pen && all.ends[i].th.role == THREAD_SENDER &&
			    all.ends[i].th.state == HANDOVER_TAKEN)
				e = &all.ends[i];
		if (e != NULL) {
			struct sim_view v;

			sim_view_beside(s, &v, &s->nodes[e->node]);
			over = consent_over(&v, &e->th) ||
			       (cats & ~s->take_cats[e->th.peer - 1][e->node]) != 0;
			sim_view_close(&v);
		}
	}
	return over;
}

static void check_added(struct sim *s, struct sim_view *v, const struct end *e, uint32_t no,
			const struct pen *w)
{
	struct sim_view there;
	struct log_entry entry;
	struct document d;
	struct msg *body;
	struct span blob;
	unsigned times = 1; /* neither words nor a file: a change of the person */
	char text[64];

	if (thread_entry(&v->t, &e->th, true, no, &entry) != ERR_OK || entry.type != DOC_ADDENDUM ||
	    document_load(&v->t, &entry.doc, &d) != ERR_OK ||
	    document_body(&v->t, &d, &body) != ERR_OK)
		return;
	(void)strncpy(text, msg_text(body, HANDOVER_ADDENDUM_TEXT), sizeof text - 1);
	text[sizeof text - 1] = '\0';
	if (w->node == e->node && id16_equal(&w->id, &e->th.case_id) &&
	    (blob_named(body) || e->th.state == HANDOVER_TAKEN))
		return; /* its own word: it went with the case and came back, or is a file of the case from the first moment on */
	if ((d.head.cats & ~s->take_cats[e->th.peer - 1][e->node]) != 0)
		return; /* whoever took the case over takes no such words from there */
	if (over_on_its_way(s, e, w, d.head.cats))
		return;
	s->moves.added++;
	blob = msg_bytes(body, HANDOVER_ADDENDUM_BLOB);
	sim_view_beside(s, &there, &s->nodes[w->node]);
	if (blob.len > 0)
		times = has_file(&there, &w->id, blob);
	else if (text[0] != '\0')
		times = sim_told(&there, &w->id, text);
	if (times != 1)
		sim_fail(s, "node %d added %s \"%s\" to a case, and node %d has it %u times",
			 e->node, blob.len > 0 ? "a file" : "words", text, w->node, times);
	sim_view_close(&there);
}

/* What somebody added is with whoever has the case now. */
static void check_additions(struct sim *s)
{
	for (size_t i = 0; i < all.end_count && s->failed[0] == '\0'; i++) {
		const struct end *e = &all.ends[i];
		bool gone;
		const struct pen *w = writer(group_of(e->pen), &gone);
		struct sim_view v;

		if (w == NULL || e->th.role != THREAD_SENDER)
			continue;
		sim_view_open(s, &v, &s->nodes[e->node]);
		for (uint32_t no = 1; no <= e->th.my_no && !consent_over(&v, &e->th); no++)
			check_added(s, &v, e, no, w);
		sim_view_close(&v);
	}
}

/* ---- one person, one case ---- */

struct place {
	int peer;
	struct id16 theirs, ours;
};

/* The partner said who it is: where nothing of a referral came, its case stands for itself alone. */
static bool named(struct sim_view *v, const struct thread *th)
{
	struct span subject;
	struct thread none;
	struct id16 id;
	struct msg *m;

	if (casefile_load(&v->t, &th->case_id, &m) != ERR_OK)
		return false;
	subject = msg_bytes(m, CASE_RECORD_SUBJECT_REF);
	if (subject.len != sizeof id.b)
		return false;
	memcpy(id.b, subject.p, sizeof id.b);
	return thread_load(&v->t, &id, &none) != ERR_OK;
}

static void check_persons(struct sim *s, struct sim_node *n)
{
	static struct place places[ENDS];
	struct store_walk w = {.rc = ERR_OK};
	size_t count = 0;
	struct sim_view v, other;

	sim_view_open(s, &v, n);
	while (store_each(v.t.txn, STORE_THREAD, span_of(NULL, 0), &w)) {
		const size_t mark = v.t.arena->used;
		struct thread th, theirs;
		struct id16 id;
		bool there;

		memcpy(id.b, w.row.key.p, 16);
		require(thread_load(&v.t, &id, &th) == ERR_OK);
		there = th.role == THREAD_RECEIVER && th.kind != THREAD_CONSENT && named(&v, &th);
		arena_rewind(v.t.arena, mark);
		if (!there)
			continue;
		sim_view_beside(s, &other, &s->nodes[th.peer - 1]);
		there = thread_load(&other.t, &id, &theirs) == ERR_OK;
		sim_view_close(&other);
		if (!there)
			continue;
		for (size_t i = 0; i < count; i++)
			if (places[i].peer == th.peer &&
			    id16_equal(&places[i].theirs, &theirs.case_id) &&
			    !id16_equal(&places[i].ours, &th.case_id))
				sim_fail(s, "node %d: one person of node %d is two cases", n->no,
					 th.peer - 1);
		require(count < ENDS);
		places[count++] = (struct place){th.peer, theirs.case_id, th.case_id};
	}
	sim_view_close(&v);
}

/* ---- as many cases of one partner on their way as may be ---- */

/* By the threads themselves: the index that the node asks may be what is wrong. */
static unsigned on_their_way(struct sim *s, int from, int to)
{
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;
	struct thread th;
	struct msg *m;
	unsigned count = 0;

	sim_view_beside(s, &v, &s->nodes[to]);
	while (rows_each(&v.t, NULL, &w, &th, &m))
		count += th.peer == from + 1 && th.role == THREAD_RECEIVER &&
			 !handover_over((enum handover_state)th.state);
	require(w.rc == ERR_OK);
	sim_view_close(&v);
	return count;
}

uint64_t sim_held_up(struct sim *s, int from, int to)
{
	uint64_t place = 1, count = 0;
	struct sim_view v;
	struct pair *p;

	sim_view_alone(s, &v, &s->nodes[from]);
	require(pair_get(&v.t, (uint16_t)(to + 1), &p) == ERR_OK);
	for (; outbox_waiting(&v.t, p, &place) == ERR_OK; place++) {
		struct outbox_row row;
		struct document d;

		require(outbox_get(&v.t, p->peer, place, &row) == ERR_OK &&
			document_load(&v.t, &row.doc, &d) == ERR_OK);
		/* who gave up a proposal that waits says so behind it */
		count += row.verdict == WIRE_VERDICT_TOO_MANY &&
			 (d.head.type == DOC_PROPOSE || d.head.type == DOC_ABORT);
	}
	sim_view_close(&v);
	return count > 0 && on_their_way(s, from, to) >= LIMIT_HANDOVERS ? count : 0;
}

void sim_check_moves(struct sim *s)
{
	gather(s, false);
	check_one_pen(s, true);
	check_pens(s);
	check_additions(s);
	for (int i = 0; i < s->n && s->failed[0] == '\0'; i++)
		check_persons(s, &s->nodes[i]);
	sim_check_ended(s, true);
}
