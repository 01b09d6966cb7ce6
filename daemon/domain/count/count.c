/* SPDX-License-Identifier: EUPL-1.2 */
/* What happened in one quarter, exactly, and how much of it is one person's.
 *
 * A figure that leaves has noise for the most that one person can change in a quarter.  So the cap is applied here, person by
 * person, before anything is added: of each one the first so many answers and the first so many ends count, in the order
 * of time, however many referrals there were.  What is counted is decided by the log alone, never by what people call a state.
 *
 *   answer   the first thing that answered an offer; none within fourteen days is an answer of its own, at that moment, so
 *            that a quarter can be closed while referrals are still open.  What comes later counts as late, besides.
 *            What goes on after its case moved is no second one.
 *   end      of an accepted referral, seen from the receiver: the first thing that ended it
 *
 * An event belongs to the quarter in which this node kept it, not to the one in which somebody says that it happened: a closed
 * quarter does not change any more. */
#include "domain/count/count.h"

#include "base/check.h"

#include <string.h>

#include "base/date.h"
#include "domain/documents/document.h"
#include "domain/documents/thread.h"
#include "domain/news/erased.h"
#include "domain/referral/calendar.h"
#include "domain/referral/fold.h"
#include "domain/referral/referral.h"
#include "domain/referral/states.h"
#include "proto/lists.h"

enum {
	PATIENCE_MS = 14 * DAY_MS,
	NEED_OTHER = COUNT_NEEDS - 1,
	COUNT_MOVES = 16 /* how often one referral is followed back to where its case was before */
};
static_assert(PATIENCE_MS / DAY_MS <= LIMIT_FLOW_WAIT_DAYS,
	      "no report before the last offers of its quarter count");
static_assert(COUNT_CELLS < COUNT_NOTHING && COUNT_WORDS < COUNT_NOTHING &&
		      COUNT_REASONS < COUNT_NOTHING,
	      "no cell is called nothing");

enum err count_create(struct arena *a, size_t rows, struct count *c)
{
	*c = (struct count){.rows = rows};
	c->flow = arena_alloc(a, (rows + 1) * sizeof *c->flow);
	return c->flow == NULL ? ERR_NOMEM : ERR_OK;
}

/* A code of a newer list is counted as another one: figures of two nodes must have the same places. */
size_t count_need(const char *code)
{
	const size_t i = list_place(LIST_NEEDS, code);

	return i < NEED_OTHER && list_has(LIST_NEEDS, code) ? i : NEED_OTHER;
}

const char *count_need_code(size_t place)
{
	require(place < COUNT_NEEDS);
	return place == NEED_OTHER ? "other" : list_code(LIST_NEEDS, "", place);
}

/* ---- one person ---- */

/* Few events, mostly in order. */
static void sort(struct count_event *ev, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct count_event e = ev[i];
		size_t j = i;

		for (; j > 0 && ev[j - 1].at_ms > e.at_ms; j--)
			ev[j] = ev[j - 1];
		ev[j] = e;
	}
}

/* The cap in force: what lies beyond it is not counted at all, and shows nowhere. */
void count_person(struct count *c, struct count_event *ev, size_t n, unsigned cap)
{
	unsigned answers = 0, ends = 0;

	require(cap > 0);
	require(n <= COUNT_EVENTS);
	sort(ev, n);
	for (size_t i = 0; i < n; i++) {
		const struct count_event *e = &ev[i];

		if (e->cell == COUNT_NOTHING) {
			if (ends++ < cap)
				c->ends[e->end]++;
			continue;
		}
		if (answers++ >= cap)
			continue;
		c->flow[e->peer - 1][e->cell]++;
		if (e->word != COUNT_NOTHING)
			c->words[e->word]++;
		if (e->reason != COUNT_NOTHING)
			c->needs[e->need][e->reason]++;
	}
}

/* ---- one referral ---- */

struct story {
	struct turn *t;
	const struct thread *th;
	uint64_t begin_ms, end_ms;
	struct count_event *ev;
	size_t n;
};

static void add(struct story *s, const struct count_event *e)
{
	require(e->cell == COUNT_NOTHING || e->cell < COUNT_CELLS);
	require(e->peer != 0);
	if (e->at_ms >= s->begin_ms && e->at_ms < s->end_ms && s->n < COUNT_EVENTS)
		s->ev[s->n++] = *e;
}

static enum err entry_of(struct story *s, const struct fold_step *step, struct log_entry *e)
{
	require(step->no >= 1);
	return thread_entry(s->t, s->th, step->who == fold_our_side(s->th), step->no, e);
}

/* The code in a document of ours, or of theirs that still has its body; NULL: it cannot be read any more. */
static enum err reason_of(struct turn *t, const struct doc_key *key, const char **code)
{
	struct document d;
	struct msg *body;
	enum err rc = document_load(t, key, &d);

	*code = NULL;
	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	if (rc == ERR_OK && msg_kind_of(body) == MSG_ACT)
		*code = msg_text(body, ACT_REASON);
	return rc == ERR_NOTFOUND || rc == ERR_INVAL ? ERR_OK : rc;
}

/* Three classes are all that leaves of twenty reasons: a rare one would name its person. */
static uint8_t reason_class(const char *code)
{
	static const char *const unsuitable[] = {"out-of-area", "not-eligible", "wrong-service"};

	if (strcmp(code, "no-capacity") == 0)
		return COUNT_NO_CAPACITY;
	for (size_t i = 0; i < sizeof unsuitable / sizeof unsuitable[0]; i++)
		if (strcmp(unsuitable[i], code) == 0)
			return COUNT_UNSUITABLE;
	return COUNT_OTHER;
}

static uint8_t outcome_class(const char *code)
{
	const size_t i = list_place(LIST_OUTCOMES, code);

	return i < COUNT_TAKEN_BACK && list_has(LIST_OUTCOMES, code) ? (uint8_t)i
								     : COUNT_NOT_COMPLETED;
}

/* Cell of the table of answers. */
static uint8_t word_of(enum count_answer a, uint32_t days)
{
	require(a < COUNT_ANSWER_COUNT);
	switch (a) {
	case COUNT_ACCEPTED:
		return days <= 1    ? COUNT_ACCEPTED_1
		       : days == 2  ? COUNT_ACCEPTED_2
		       : days <= 5  ? COUNT_ACCEPTED_5
		       : days <= 10 ? COUNT_ACCEPTED_10
				    : COUNT_ACCEPTED_MORE;
	case COUNT_DECLINED:
		return days <= 2 ? COUNT_DECLINED_2 : COUNT_DECLINED_MORE;
	case COUNT_REDIRECTED:
		return COUNT_PASSED_ON;
	case COUNT_WITHDRAWN:
		return COUNT_WITHDRAWN_FIRST;
	case COUNT_UNANSWERED:
	case COUNT_UNDELIVERED:
		return COUNT_NO_ANSWER;
	case COUNT_LATE:
		return COUNT_LATE_ANSWER;
	case COUNT_ANSWER_COUNT:
		break;
	}
	return COUNT_NOTHING;
}

static_assert((int)STATE_ACCEPTED == (int)COUNT_ACCEPTED &&
		      (int)STATE_DECLINED == (int)COUNT_DECLINED &&
		      (int)STATE_REDIRECTED == (int)COUNT_REDIRECTED &&
		      (int)STATE_TAKEN_BACK == (int)COUNT_WITHDRAWN &&
		      (int)STATE_UNANSWERED == (int)COUNT_UNANSWERED,
	      "the rows of states answer in the cells of reports");

/* COUNT_ANSWER_COUNT: still open. */
static enum count_answer answer_of(enum referral_state s)
{
	const enum state_answer a = state_row(s)->answer;

	return a == STATE_OPEN || a == STATE_ELSEWHERE ? COUNT_ANSWER_COUNT : (enum count_answer)a;
}

struct first {
	uint64_t word_ms;   /* a question or an answer of the receiver */
	uint64_t answer_ms; /* UINT64_MAX: none */
	enum count_answer answer;
	struct log_entry entry; /* that answered */
	uint64_t moved_ms;	/* its case went before anything did; UINT64_MAX: it did not */
	size_t step;
};

/* When the receiver first reacted, and what answered the offer: the first step that leaves the open states. */
static enum err first_of(struct story *s, const struct fold_step *steps, size_t n, struct first *f)
{
	*f = (struct first){UINT64_MAX, UINT64_MAX, COUNT_ANSWER_COUNT, {.type = 0}, UINT64_MAX, n};
	for (size_t i = 0; i < n; i++) {
		struct log_entry e;
		enum err rc = entry_of(s, &steps[i], &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (steps[i].who == REFERRAL_BY_RECEIVER && f->word_ms == UINT64_MAX)
			f->word_ms = e.kept_ms;
		if (steps[i].state == REFERRAL_MOVED && f->moved_ms == UINT64_MAX)
			f->moved_ms = e.kept_ms;
		f->answer = answer_of(steps[i].state);
		if (f->answer == COUNT_ANSWER_COUNT)
			continue;
		f->answer_ms = e.kept_ms;
		f->entry = e;
		f->step = i;
		return ERR_OK;
	}
	return ERR_OK;
}

/* What the receiving side alone knows: how soon, and which need was declined for what. */
static enum err receiver_part(struct story *s, const struct first *f, enum count_answer a,
			      struct count_event *e)
{
	const uint64_t word_ms = f->word_ms < e->at_ms ? f->word_ms : e->at_ms;
	const char *code;
	enum err rc;

	if (s->th->role != THREAD_RECEIVER)
		return ERR_OK;
	/* the person waited since the first one, of which this node may know no day any more */
	if (bytes_zero(s->th->continues.b, sizeof s->th->continues.b))
		e->word = word_of(a,
				  calendar_between(s->t->node->country, s->th->stored_ms, word_ms));
	if (a != COUNT_DECLINED)
		return ERR_OK;
	rc = reason_of(s->t, &f->entry.doc, &code);
	if (rc != ERR_OK || code == NULL || s->th->need[0] == '\0')
		return rc; /* what it was about never came, or is gone */
	e->need = (uint8_t)count_need(s->th->need);
	e->reason = reason_class(code);
	return ERR_OK;
}

/* The receiving side knows how fast it answered and why it declined; the sending side only what came of it. */
static enum err put_answer(struct story *s, const struct first *f, enum count_answer a,
			   uint64_t at_ms)
{
	const unsigned side = s->th->role == THREAD_SENDER ? COUNT_SENT : COUNT_RECEIVED;
	struct count_event e = {.peer = s->th->peer,
				.cell = (uint8_t)(side * COUNT_ANSWER_COUNT + (unsigned)a),
				.word = COUNT_NOTHING,
				.reason = COUNT_NOTHING,
				.at_ms = at_ms};
	enum err rc;

	require(a < COUNT_ANSWER_COUNT);
	rc = receiver_part(s, f, a, &e);
	if (rc == ERR_OK)
		add(s, &e);
	return rc;
}

/* What was answered before its case moved is answered again by rule, and one whose case moved before that is answered where it goes on:
 * of both together one is counted. */
static enum err counted_elsewhere(struct story *s, const struct first *f, uint64_t due_ms,
				  bool *yes)
{
	struct document d;
	struct msg *body;
	enum err rc;

	*yes = f->moved_ms < due_ms;
	if (*yes || f->answer == COUNT_ANSWER_COUNT ||
	    bytes_zero(s->th->continues.b, sizeof s->th->continues.b))
		return ERR_OK;
	rc = document_load(s->t, &f->entry.doc, &d);
	if (rc == ERR_OK)
		rc = document_body(s->t, &d, &body);
	/* of what cannot be read any more nobody can say that a person did it */
	*yes = rc != ERR_OK || msg_kind_of(body) != MSG_ACT || msg_u64(body, ACT_AUTOMATIC) != 0;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Answered in time, or fourteen days passed and that is an event of its own; an answer after that is one more,
 * since the quarter before may have been published. */
static enum err answer_events(struct story *s, const struct first *f)
{
	const struct thread *th = s->th;
	/* delivered after it was counted as undelivered: that quarter's figures may have left since */
	const bool delivered = th->role == THREAD_RECEIVER ||
			       (th->stored_ms != 0 &&
				th->stored_ms < th->created_ms + (uint64_t)PATIENCE_MS);
	const uint64_t from = delivered ? th->stored_ms : th->created_ms;
	const uint64_t due = from + (uint64_t)PATIENCE_MS;
	const bool in_time = f->answer_ms < due;
	enum count_answer a = in_time ? f->answer : COUNT_UNANSWERED;
	bool elsewhere;
	enum err rc = counted_elsewhere(s, f, due, &elsewhere);

	if (rc != ERR_OK || elsewhere)
		return rc;
	if (a == COUNT_UNANSWERED && !delivered)
		a = COUNT_UNDELIVERED;
	rc = put_answer(s, f, a, in_time ? f->answer_ms : due);
	if (rc != ERR_OK || in_time || f->answer_ms == UINT64_MAX ||
	    (f->answer != COUNT_ACCEPTED && f->answer != COUNT_DECLINED &&
	     f->answer != COUNT_REDIRECTED))
		return rc;
	return put_answer(s, f, COUNT_LATE, f->answer_ms);
}

/* The code of an outcome, or of the newest that replaced it before anything else ended it: a slip of the pen is not counted,
 * and a referral that was reopened was ended by what ended it first. */
static enum err outcome_of(struct story *s, const struct log_entry *first,
			   const struct fold_step *steps, size_t n, const char **code)
{
	enum err rc = reason_of(s->t, &first->doc, code);

	for (size_t i = 1; rc == ERR_OK && i < n && steps[i].state == REFERRAL_OUTCOME; i++) {
		const char *newer = NULL;
		struct log_entry e;

		rc = entry_of(s, &steps[i], &e);
		if (rc == ERR_OK && e.type == DOC_OUTCOME && !steps[i].note)
			rc = reason_of(s->t, &e.doc, &newer);
		if (newer != NULL && newer[0] != '\0')
			*code = newer;
	}
	return rc;
}

/* Did the one that this goes on with end before its case moved?  Then that end was counted. */
static enum err ended_before(struct story *s, bool *yes)
{
	struct id16 id = s->th->continues;
	enum err rc = ERR_OK;

	*yes = false;
	for (unsigned i = 0; rc == ERR_OK && !*yes && i < COUNT_MOVES && !bytes_zero(id.b, 16);
	     i++) {
		struct fold_step *steps;
		enum referral_state state;
		struct thread th;
		size_t n = 0;

		rc = thread_load(s->t, &id, &th);
		if (rc == ERR_OK)
			rc = fold_thread(s->t, &th, &steps, &n, &state);
		for (size_t j = 0; rc == ERR_OK && j < n; j++)
			*yes = *yes || state_row(steps[j].state)->end != STATE_GOES_ON;
		id = th.continues;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* After it was accepted: the first thing that ended it, as the receiver sees it. */
static enum err end_event(struct story *s, const struct first *f, const struct fold_step *steps,
			  size_t n)
{
	struct count_event e = {.peer = s->th->peer,
				.cell = COUNT_NOTHING,
				.word = COUNT_NOTHING,
				.reason = COUNT_NOTHING};
	struct log_entry entry;
	const char *code = "";
	bool before = false;
	enum err rc;

	require(f->step <= n);
	if (s->th->role != THREAD_RECEIVER || f->answer != COUNT_ACCEPTED)
		return ERR_OK;
	rc = ended_before(s, &before);
	if (rc != ERR_OK || before)
		return rc;
	for (size_t i = f->step; i < n; i++) {
		const enum state_end end = state_row(steps[i].state)->end;

		if (end == STATE_GOES_ON)
			continue;
		rc = entry_of(s, &steps[i], &entry);
		if (rc == ERR_OK && end == STATE_END_OUTCOME)
			rc = outcome_of(s, &entry, steps + i, n - i, &code);
		if (rc != ERR_OK || code == NULL)
			return rc;
		e.at_ms = entry.kept_ms;
		e.end = end == STATE_END_BACK	   ? COUNT_TAKEN_BACK
			: end == STATE_END_REVOKED ? COUNT_REVOKED
			: end == STATE_END_CUT	   ? COUNT_NOT_COMPLETED
						   : outcome_class(code);
		add(s, &e);
		return ERR_OK;
	}
	return ERR_OK;
}

/* Can anything of it have happened in this quarter? */
static bool touches(const struct story *s)
{
	const struct thread *th = s->th;
	const uint64_t from = th->stored_ms > th->created_ms ? th->stored_ms : th->created_ms;

	return th->kind == THREAD_REFERRAL && th->created_ms < s->end_ms &&
	       (th->changed_ms >= s->begin_ms || from + (uint64_t)PATIENCE_MS >= s->begin_ms);
}

static enum err referral_events(struct story *s)
{
	struct fold_step *steps;
	enum referral_state state;
	struct first f;
	size_t n;
	enum err rc;

	if (!touches(s))
		return ERR_OK;
	rc = fold_thread(s->t, s->th, &steps, &n, &state);
	if (rc == ERR_OK)
		rc = first_of(s, steps, n, &f);
	if (rc == ERR_OK)
		rc = answer_events(s, &f);
	return rc == ERR_OK ? end_event(s, &f, steps, n) : rc;
}

/* What happened before a case was erased stands in its tally.  Who is referred under it later comes as another person,
 * and is answered by rule.  *since_ms 0: it is not erased. */
static enum err erased_since(struct turn *t, const struct id16 *case_id, uint64_t *since_ms)
{
	const struct store_key k = turn_key_id(case_id);
	enum err rc;

	*since_ms = 0;
	if (record_exists(t->txn, STORE_CASES, key_span(&k)))
		return ERR_OK;
	rc = erased_ms(t, case_id, since_ms);
	if (rc == ERR_OK && *since_ms == 0)
		*since_ms = UINT64_MAX;
	return rc;
}

/* Of what came under an erased case only what came since: the rest was added up when it was erased. */
enum err count_events(struct turn *t, const struct id16 *case_id, uint64_t begin_ms,
		      uint64_t end_ms, struct count_event ev[COUNT_EVENTS], size_t *n)
{
	const struct store_key prefix = turn_key_id(case_id);
	const size_t mark = t->arena->used;
	struct thread th;
	struct story s = {.t = t, .begin_ms = begin_ms, .end_ms = end_ms, .ev = ev, .th = &th};
	struct store_walk w = {.key_len = 32};
	uint64_t since_ms;
	enum err rc = erased_since(t, case_id, &since_ms);

	*n = 0;
	if (rc != ERR_OK)
		return rc;
	for (unsigned looked = 0; looked < COUNT_THREADS && s.n < COUNT_EVENTS &&
				  store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w);
	     looked++) {
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, 16);
		rc = thread_load(t, &id, &th);
		if (rc == ERR_OK && th.peer >= 1 && th.peer <= t->node->peer_count &&
		    (since_ms == 0 || (th.role == THREAD_RECEIVER && th.stored_ms >= since_ms)))
			rc = referral_events(&s);
		arena_rewind(t->arena, mark);
		w.rc = rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	}
	*n = s.n;
	return w.rc;
}
