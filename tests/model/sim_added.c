/* SPDX-License-Identifier: EUPL-1.2 */
/* Somebody adds words to a case that went, and then a disk goes with them: whoever has the case has them once when all is compared again.
 * What was given is sealed meanwhile where it was, so its words come back in another way than they came. */
#include "base/check.h"
#include "base/date.h"
#include "domain/consent/casefile.h"
#include "domain/handover/rows.h"
#include "sim.h"

enum { LINES = 5, COMPARED = 20, SILENT_DAYS = 16 };

static void back_from(struct sim *s, int node)
{
	sim_go_back(s, &s->nodes[node], true);
	sim_minutes(s, LINES);
	for (int i = 0; i < s->n; i++)
		sim_confirm(s, &s->nodes[i]);
	sim_minutes(s, COMPARED);
}

static void add(struct sim *s, struct arena *a, int node, const struct id16 *id, const char *text)
{
	sim_note(s, &s->nodes[node], a, id, text);
	arena_reset(a);
	if (s->reply_error)
		sim_fail(s, "node %d may not add: %s", node, text);
}

/* The case of whoever has it says it once. */
static void has_once(struct sim *s, int node, const struct id16 *id, const char *text)
{
	struct sim_view v;
	unsigned times;

	sim_view_open(s, &v, &s->nodes[node]);
	times = sim_told(&v, id, text);
	sim_view_close(&v);
	if (times != 1)
		sim_fail(s, "node %d has \"%s\" %u times", node, text, times);
}

/* The case at each end of what is between these two. */
static struct id16 case_at(struct sim *s, int node, int other)
{
	struct thread th = {.id = {{0}}};

	require(sim_between(s, node, other, &th) && th.state == HANDOVER_CEDED);
	return th.case_id;
}

/* A person takes it over, who may not have read what was added. */
static void take(struct sim *s, struct arena *a, int node, int other)
{
	struct thread th;

	require(sim_between(s, node, other, &th) && th.state == HANDOVER_CEDED);
	sim_bring_on(s, &s->nodes[node], a, &th);
	arena_reset(a);
}

/* Does nothing of it open here any more? */
static bool sealed(struct sim *s, int node, const struct id16 *id)
{
	struct store_walk w = {.rc = ERR_OK};
	struct sim_view v;
	struct thread th;
	struct msg *m;
	bool yes = false;

	sim_view_open(s, &v, &s->nodes[node]);
	while (rows_each(&v.t, id, &w, &th, &m))
		yes = yes || msg_u64(m, HANDOVER_RECORD_SEALED) != 0;
	require(w.rc == ERR_OK);
	sim_view_close(&v);
	return yes;
}

/* Behind it nothing opens where the case was. */
static void seals(struct sim *s, int node, const struct id16 *id)
{
	sim_minutes(s, COMPARED);
	if (!sealed(s, node, id))
		sim_fail(s, "node %d did not seal what it gave", node);
}

/* It comes behind the taking, of which whoever adds it has not heard, and behind the backup. */
void sim_added_before_close(struct sim *s, struct arena *a)
{
	struct id16 from, to;

	sim_cede_new(s, a, 0, 1);
	from = case_at(s, 0, 1);
	to = case_at(s, 1, 0);
	take(s, a, 1, 0);
	sim_back_up(s, &s->nodes[1]);
	add(s, a, 0, &from, "not knowing that it was taken");
	sim_to_one_alone(s, 0, 1);
	seals(s, 0, &from);
	has_once(s, 1, &to, "not knowing that it was taken");
	back_from(s, 1);
	has_once(s, 1, &to, "not knowing that it was taken");
}

/* What is kept was said already, and nothing is sealed yet. */
void sim_added_while_sealing(struct sim *s, struct arena *a)
{
	struct id16 from, to;

	sim_cede_new(s, a, 0, 1);
	from = case_at(s, 0, 1);
	to = case_at(s, 1, 0);
	take(s, a, 1, 0);
	sim_to_one_alone(s, 1, 0);
	sim_back_up(s, &s->nodes[1]);
	add(s, a, 0, &from, "while it is sealed");
	seals(s, 0, &from);
	has_once(s, 1, &to, "while it is sealed");
	back_from(s, 1);
	has_once(s, 1, &to, "while it is sealed");
}

void sim_added_after(struct sim *s, struct arena *a)
{
	struct id16 from, to;

	sim_cede_new(s, a, 0, 1);
	from = case_at(s, 0, 1);
	to = case_at(s, 1, 0);
	sim_back_up(s, &s->nodes[1]);
	take(s, a, 1, 0);
	seals(s, 0, &from);
	add(s, a, 0, &from, "after all was sealed");
	sim_minutes(s, 3);
	has_once(s, 1, &to, "after all was sealed");
	back_from(s, 1);
	has_once(s, 1, &to, "after all was sealed");
}

/* The case goes on, as far as CEDE; where it is there then. */
static struct id16 give_on(struct sim *s, struct arena *a, int from, int to, const struct id16 *id)
{
	sim_propose(s, &s->nodes[from], a, id, to);
	arena_reset(a);
	sim_hand(s, a, from, to, HANDOVER_CEDED);
	return case_at(s, to, from);
}

/* A chain of three: the first one adds, and the last one goes back to before that. */
void sim_added_below(struct sim *s, struct arena *a)
{
	struct id16 at[3];

	sim_cede_new(s, a, 0, 1);
	at[0] = case_at(s, 0, 1);
	at[1] = case_at(s, 1, 0);
	take(s, a, 1, 0);
	sim_minutes(s, 1);
	at[2] = give_on(s, a, 1, 2, &at[1]);
	take(s, a, 2, 1);
	sim_minutes(s, COMPARED);
	sim_back_up(s, &s->nodes[2]);
	add(s, a, 0, &at[0], "handed down");
	sim_minutes(s, 5);
	has_once(s, 2, &at[2], "handed down");
	back_from(s, 2);
	has_once(s, 2, &at[2], "handed down");
}

/* A chain of three: what the bundle took down already comes again to whoever gave it on. */
void sim_added_bundled(struct sim *s, struct arena *a)
{
	struct id16 at[3];

	sim_cede_new(s, a, 0, 1);
	at[0] = case_at(s, 0, 1);
	at[1] = case_at(s, 1, 0);
	take(s, a, 1, 0);
	seals(s, 0, &at[0]);
	sim_back_up(s, &s->nodes[1]);
	add(s, a, 0, &at[0], "gone down already");
	sim_minutes(s, 3);
	at[2] = give_on(s, a, 1, 2, &at[1]);
	take(s, a, 2, 1);
	sim_minutes(s, 5);
	has_once(s, 2, &at[2], "gone down already");
	back_from(s, 1);
	has_once(s, 2, &at[2], "gone down already");
}

/* A chain of three: what the one between them has not handed on yet goes with its disk, and is sealed where it was said. */
void sim_added_stuck(struct sim *s, struct arena *a)
{
	struct id16 at[3];

	sim_cede_new(s, a, 0, 1);
	at[0] = case_at(s, 0, 1);
	at[1] = case_at(s, 1, 0);
	take(s, a, 1, 0);
	sim_apart(s, 0, 1, true);
	at[2] = give_on(s, a, 1, 2, &at[1]);
	take(s, a, 2, 1);
	sim_minutes(s, 5);
	sim_back_up(s, &s->nodes[1]);
	sim_apart(s, 1, 2, true);
	add(s, a, 0, &at[0], "not handed on yet");
	sim_apart(s, 0, 1, false);
	seals(s, 0, &at[0]);
	sim_go_back(s, &s->nodes[1], true);
	sim_minutes(s, LINES);
	sim_apart(s, 1, 2, false);
	for (int i = 0; i < s->n; i++)
		sim_confirm(s, &s->nodes[i]);
	sim_minutes(s, COMPARED);
	has_once(s, 2, &at[2], "not handed on yet");
}

/* A chain of three: the one between them goes back to before it took the case. */
void sim_added_between(struct sim *s, struct arena *a)
{
	struct id16 at[3];

	sim_cede_new(s, a, 0, 1);
	at[0] = case_at(s, 0, 1);
	at[1] = case_at(s, 1, 0);
	sim_back_up(s, &s->nodes[1]);
	take(s, a, 1, 0);
	sim_minutes(s, 1);
	at[2] = give_on(s, a, 1, 2, &at[1]);
	add(s, a, 0, &at[0], "on its way down");
	sim_minutes(s, 5);
	take(s, a, 2, 1);
	sim_minutes(s, 5);
	has_once(s, 2, &at[2], "on its way down");
	back_from(s, 1);
	has_once(s, 2, &at[2], "on its way down");
}

/* A chain of three: the first one hears nothing and takes it back; what the one between them added, and sealed, is with the last alone. */
void sim_added_and_taken_back(struct sim *s, struct arena *a)
{
	struct id16 at[2];
	struct thread th;

	sim_cede_new(s, a, 0, 1);
	at[0] = case_at(s, 0, 1);
	at[1] = case_at(s, 1, 0);
	add(s, a, 0, &at[0], "of the first");
	sim_minutes(s, 3);
	sim_apart(s, 0, 1, true);
	take(s, a, 1, 0);
	sim_minutes(s, 1);
	(void)give_on(s, a, 1, 2, &at[1]);
	add(s, a, 1, &at[1], "before it was taken");
	sim_minutes(s, 3);
	take(s, a, 2, 1);
	seals(s, 1, &at[1]);
	add(s, a, 1, &at[1], "after it was sealed");
	sim_minutes(s, 3);
	s->now_ms += SILENT_DAYS * (uint64_t)DAY_MS;
	require(sim_between(s, 0, 1, &th) && th.state == HANDOVER_CEDED);
	sim_reclaim(s, &s->nodes[0], a, &th);
	arena_reset(a);
	sim_apart(s, 0, 1, false);
	sim_minutes(s, COMPARED);
	has_once(s, 0, &at[0], "before it was taken");
	has_once(s, 0, &at[0], "after it was sealed");
}

/* Nobody takes it: what was added on its way is said in the case, where it stays. */
void sim_added_and_not_given(struct sim *s, struct arena *a)
{
	struct sim_node *n = &s->nodes[0];
	struct id16 id;

	sim_open_case(s, n, a);
	require(n->case_count > 0);
	id = n->cases[n->case_count - 1];
	sim_propose(s, n, a, &id, 1);
	arena_reset(a);
	sim_hand(s, a, 0, 1, HANDOVER_STAGED);
	add(s, a, 0, &id, "on a way that ends");
	for (unsigned i = 0; i < 2; i++) { /* a reminder, then its end */
		s->now_ms += SILENT_DAYS * (uint64_t)DAY_MS;
		sim_minutes(s, LINES);
	}
	has_once(s, 0, &id, "on a way that ends");
}

/* Whoever gave it forgets the file, hears that it was taken, and seals it; then whoever took it forgets that. */
void sim_kept_without_its_file(struct sim *s, struct arena *a)
{
	struct sim_node *n = &s->nodes[0];
	struct msg *m, *person;
	struct id16 from, to;
	struct sim_view v;

	sim_open_case(s, n, a);
	require(n->case_count > 0);
	add(s, a, 0, &n->cases[n->case_count - 1], "in the case before it went");
	sim_propose(s, n, a, &n->cases[n->case_count - 1], 1);
	arena_reset(a);
	sim_hand(s, a, 0, 1, HANDOVER_AGREED);
	sim_back_up(s, n);
	sim_back_up(s, &s->nodes[1]);
	sim_hand(s, a, 0, 1, HANDOVER_CEDED);
	from = case_at(s, 0, 1);
	to = case_at(s, 1, 0);
	back_from(s, 0);
	take(s, a, 1, 0);
	seals(s, 0, &from);
	back_from(s, 1);
	sim_view_open(s, &v, &s->nodes[1]);
	if (casefile_load(&v.t, &to, &m) != ERR_OK ||
	    casefile_person(&v.t, &to, m, &person) != ERR_OK ||
	    msg_text(person, PERSON_NAME)[0] == '\0')
		sim_fail(s, "node 1 took a case, and lost its content with a disk");
	sim_view_close(&v);
	has_once(s, 1, &to, "in the case before it went");
}
