/* SPDX-License-Identifier: EUPL-1.2 */
/* Whatever a partner made this node keep, no turn looks at more rows than LIMIT_TURN_ROWS and those of one step: what people ask
 * goes on in the next turn, between which everybody is served.  Rows are counted and no time is taken, so that a slow machine
 * says the same. */
#include "test.h"

#include <limits.h>
#include <stdlib.h>

#include "bedcase.h"
#include "domain/care/erase.h"
#include "domain/consent/casefile.h"
#include "domain/count/exact.h"
#include "domain/count/quarter.h"
#include "domain/count/underway.h"
#include "domain/desk/table.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/quota.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"
#include "domain/slices/slices.h"
#include "domain/stream/number.h"

enum { MANY = ROWS_MANY, CASES = 200, CLIENT = 7 };

/* A turn is over at its first row behind LIMIT_TURN_ROWS; what a page of 500 rows opens, and what one step takes, comes on top. */
enum { ROWS_MOST = LIMIT_TURN_ROWS + 500 * 12 };

static struct id16 huge; /* one case of very many referrals, all of them over */

static struct span copy(struct span s)
{
	uint8_t *p = malloc(s.len + 1);

	assert_non_null(p);
	if (s.len != 0)
		memcpy(p, s.p, s.len);
	return span_of(p, s.len);
}

/* Spans show bytes that nobody writes; these are ours. */
static void drop(struct span s)
{
	void *p;

	memcpy(&p, &s.p, sizeof p);
	free(p);
}

struct asked {
	unsigned turns;
	uint64_t rows; /* of the turn that looked at most */
	struct msg *reply;
};

/* The effect of the request that ends this turn of it. */
static const struct effect *said(const struct bed *b)
{
	const struct effect *found = NULL;

	for (const struct effect *e = b->fx.first; e != NULL; e = e->next)
		if (e->type == EFFECT_REPLY || e->type == EFFECT_AGAIN) {
			assert_null(found);
			found = e;
		}
	assert_non_null(found);
	return found;
}

/* As core does: turn after turn, until there is a reply; or the process ends after so many. */
static struct asked ask_until(struct bed *b, struct msg *request, unsigned most)
{
	struct asked a = {.turns = 0};
	struct span bytes, so_far = {NULL, 0};
	struct err_text why;
	bool more = true;

	msg_set_u64(request, REQUEST_VERSION, 1);
	assert_int_equal(msg_pack(b->t.arena, request, &bytes), ERR_OK);
	bytes = copy(bytes);
	while (more && a.turns < most) {
		const struct effect *e;
		struct turn *t = bed_turn(b);
		struct event ev = {
			.type = EVENT_REQUEST, .client = CLIENT, .bytes = bytes, .so_far = so_far};
		uint64_t rows;

		be64_put(ev.seed.b, ++b->turns);
		assert_int_equal(node_step(t, &ev), ERR_OK);
		rows = store_looked(t->txn);
		a.rows = rows > a.rows ? rows : a.rows;
		a.turns++;
		e = said(b);
		more = e->type == EFFECT_AGAIN;
		drop(so_far);
		so_far = copy(e->bytes);
		assert_true(a.turns < 1000);
	}
	if (!more)
		assert_int_equal(msg_parse(b->t.arena, MSG_REPLY, so_far, &a.reply, &why), ERR_OK);
	drop(so_far);
	drop(bytes);
	return a;
}

static struct asked ask(struct bed *b, struct msg *request)
{
	struct asked a = ask_until(b, request, 1000);

	assert_non_null(a.reply);
	return a;
}

static struct msg *request(struct bed *b, unsigned field, struct msg **sub)
{
	struct msg *m = msg_new(bed_turn(b)->arena, MSG_REQUEST);

	*sub = msg_sub(b->t.arena, m, field);
	return m;
}

static struct id16 numbered(uint8_t kind, unsigned i)
{
	struct id16 id = {{0}};

	be32_put(id.b, i * 2654435761u); /* in no order of time */
	be32_put(id.b + 4, i);
	id.b[15] = kind;
	return id;
}

/* Referrals of a partner, as they lie after years of them: the state row, its indexes, and the work it makes. */
static void fill(struct bed *b, uint16_t peer, unsigned from, unsigned count, bool over)
{
	for (unsigned i = from; i < from + count; i++) {
		struct turn *t = i % 500 == 0 ? bed_turn(b) : &b->t;
		struct thread th = {.id = numbered(1, i),
				    .case_id = over ? huge : numbered(2, i % CASES),
				    .peer = peer,
				    .kind = THREAD_REFERRAL,
				    .role = THREAD_RECEIVER,
				    .table_version = 1,
				    .state = over ? REFERRAL_DECLINED : REFERRAL_OFFERED,
				    .created_ms = b->now_ms - i,
				    .stored_ms = b->now_ms - i,
				    .changed_ms = b->now_ms};

		if (!over && !record_exists(t->txn, STORE_CASEKEY, span_of(th.case_id.b, 16)))
			assert_int_equal(record_case_keys(t->txn, &th.case_id), ERR_OK);
		assert_int_equal(thread_create(t, &th), ERR_OK);
		assert_int_equal(quota_began(t, &th), ERR_OK);
		assert_int_equal(quota_open(t, &th, over), ERR_OK);
		assert_int_equal(worklist_add(t, &th, over ? WORK_AGREEMENT : WORK_ANSWER, ""),
				 ERR_OK);
	}
}

static int setup(void **state)
{
	const int rc = bed_setup(state);

	if (rc == 0) {
		struct bed *b = *state;

		bedcase_setup(b);
		b->node->quota.open_referrals = LIMIT_OPEN_REFERRALS;
		fill(b, BED_PARTNER, 0, MANY, false);
		fill(b, BED_OTHER, MANY, 10, false);
	}
	return rc;
}

/* The whole list was walked, in turns none of which is long, and both partners are on its first page. */
static void whole(const struct asked *a, unsigned rows_field)
{
	assert_true(a->turns > MANY / LIMIT_TURN_ROWS);
	assert_true(a->rows <= ROWS_MOST);
	assert_int_equal(msg_u64(a->reply, REPLY_TOTAL), MANY + 10);
	assert_int_equal(msg_count(a->reply, rows_field), LIMIT_LIST_ROWS);
	assert_int_equal(msg_count(a->reply, REPLY_LEFT_OUT), 1);
	assert_int_equal(msg_u64(msg_at(a->reply, REPLY_LEFT_OUT, 0), LEFT_OUT_ROW_COUNT),
			 MANY + 10 - LIMIT_LIST_ROWS);
}

static void a_long_inbox_goes_on_in_turns(void **state)
{
	struct bed *b = *state;
	struct msg *sub;
	struct asked a = ask(b, request(b, REQUEST_INBOX, &sub));
	struct msg *all;

	whole(&a, REPLY_REFERRALS);
	all = request(b, REQUEST_INBOX, &sub);
	msg_set_u64(sub, LIST_ASK_ALL, 1);
	a = ask(b, all);
	whole(&a, REPLY_REFERRALS);
}

/* Its second page begins behind the first, whatever turns it takes. */
static void the_next_page_goes_on_in_turns_too(void **state)
{
	struct bed *b = *state;
	struct msg *sub, *next;
	struct asked a = ask(b, request(b, REQUEST_INBOX, &sub));
	char after[64];

	assert_true(strlen(msg_text(a.reply, REPLY_NEXT)) < sizeof after);
	strcpy(after, msg_text(a.reply, REPLY_NEXT));
	next = request(b, REQUEST_INBOX, &sub);
	msg_set_text(b->t.arena, sub, LIST_ASK_AFTER, after);
	a = ask(b, next);
	assert_true(a.turns > 1 && a.rows <= ROWS_MOST);
	assert_int_equal(msg_count(a.reply, REPLY_REFERRALS), LIMIT_LIST_ROWS);
	assert_string_not_equal(msg_text(a.reply, REPLY_NEXT), after);
}

static void a_long_worklist_goes_on_in_turns(void **state)
{
	struct bed *b = *state;
	struct msg *sub;
	const struct asked a = ask(b, request(b, REQUEST_WORKLIST, &sub));

	whole(&a, REPLY_WORK);
}

/* Each person is looked at once, and the figures are those of one long turn. */
static void the_figures_of_a_quarter_are_counted_in_turns(void **state)
{
	struct bed *b = *state;
	const uint32_t quarter = quarter_of(b->now_ms);
	struct count *one = calloc(1, sizeof *one), *all = calloc(1, sizeof *all);
	struct msg *sub, *m = request(b, REQUEST_FLOW, &sub);
	struct exact_walk at = {.begun = false};
	uint32_t flow[16][COUNT_CELLS] = {{0}};
	unsigned turns = 0;
	bool over = false, anew = false;
	struct asked a;

	msg_set_u64(sub, FLOW_ASK_OWN, 1);
	a = ask(b, m);
	assert_true(a.turns > MANY / LIMIT_TURN_ROWS && a.rows <= ROWS_MOST);
	assert_int_equal(msg_u64(msg_get(a.reply, REPLY_FLOW), FLOW_OWN), 1);
	while (!at.over) {
		struct turn *t = bed_turn(b);

		one->flow = flow; /* a turn's memory is gone after it */
		assert_int_equal(exact_some(t, quarter, UINT32_MAX, &at, one), ERR_OK);
		assert_true(one->rows < 16);
		memcpy(flow, one->flow, one->rows * sizeof flow[0]);
		turns++;
	}
	assert_int_equal(turns, a.turns);
	for (turns = 0; !over && turns < 1000; turns++) {
		struct turn *t = bed_turn(b); /* nothing of the turn before but its rows */

		memset(all, 0xa5, sizeof *all);
		assert_int_equal(underway_count(t, quarter, UINT32_MAX, all, &over), ERR_OK);
		assert_true(store_looked(t->txn) <= ROWS_MOST);
		if (turns == 2 && !anew) {
			assert_int_equal(underway_anew(t), ERR_OK); /* somebody is erased */
			anew = true;
			turns = UINT_MAX;
		}
	}
	assert_int_equal(turns, a.turns);
	assert_memory_equal(flow, all->flow, all->rows * sizeof flow[0]);
	assert_memory_equal(one->needs, all->needs, sizeof all->needs);
	assert_memory_equal(one->words, all->words, sizeof all->words);
	free(one);
	free(all);
}

static int setup_huge(void **state)
{
	const int rc = bed_setup(state);

	if (rc == 0) {
		struct bed *b = *state;

		bedcase_setup(b);
		huge = bedcase_open(b);
		fill(b, BED_PARTNER, 0, MANY, true);
	}
	return rc;
}

static uint64_t rows_of(struct bed *b, enum store_table table)
{
	return store_count(bed_turn(b)->txn, table);
}

static struct msg *of_huge(struct bed *b, unsigned field, unsigned id)
{
	struct msg *sub, *m = request(b, field, &sub);
	char hex[33];

	bytes_hex(hex, huge.b, sizeof huge.b);
	msg_set_text(b->t.arena, sub, id, hex);
	return m;
}

/* What asked for the agreement goes, and only that. */
static void an_agreement_ends_its_work_in_turns(void **state)
{
	struct bed *b = *state;
	struct msg *sub, *m;
	struct asked a;

	assert_int_equal(rows_of(b, STORE_WORK), MANY);
	m = request(b, REQUEST_PARTNER_AGREE, &sub);
	msg_set_text(b->t.arena, sub, PARTNER_AGREE_PARTNER, "partner");
	msg_set_u64(sub, PARTNER_AGREE_CATS, 1);
	msg_set_u64(sub, PARTNER_AGREE_RECEIVE, 1);
	a = ask(b, m);
	assert_true(a.turns > MANY / LIMIT_TURN_ROWS && a.rows <= ROWS_MOST);
	assert_int_equal(rows_of(b, STORE_WORK), 0);
}

static void a_case_with_much_work_is_closed_in_turns(void **state)
{
	struct bed *b = *state;
	struct asked a = ask(b, of_huge(b, REQUEST_CASE_CLOSE, BY_ID_ID));

	assert_true(a.turns > MANY / LIMIT_TURN_ROWS && a.rows <= ROWS_MOST);
	assert_string_not_equal(msg_text(a.reply, REPLY_ID), "");
	assert_int_equal(rows_of(b, STORE_WORK), 0);
}

/* What is owed by now, as the ticks of a node do it. */
static void tick_all(struct bed *b)
{
	bool more = true;

	for (unsigned i = 0; more && i < 1000; i++) {
		assert_int_equal(slices_tick(bed_turn(b)), ERR_OK);
		assert_true(store_looked(b->t.txn) <= ROWS_MOST);
		assert_int_equal(chores_any(&b->t, &more), ERR_OK);
	}
	assert_false(more);
}

static void work_again(struct bed *b)
{
	for (unsigned i = 0; i < MANY; i++) {
		struct turn *t = i % 500 == 0 ? bed_turn(b) : &b->t;
		const struct id16 id = numbered(1, i);
		struct thread th;

		assert_int_equal(thread_load(t, &id, &th), ERR_OK);
		assert_int_equal(worklist_add(t, &th, WORK_AGREEMENT, ""), ERR_OK);
	}
}

/* Whichever turn is the last one of this process: nothing of a closed case is on a list for ever. */
static void a_closing_that_was_cut_off_goes_on_by_itself(void **state)
{
	struct bed *b = *state;

	for (unsigned turns = 1; turns < MANY / LIMIT_TURN_ROWS; turns++) {
		(void)ask_until(b, of_huge(b, REQUEST_CASE_CLOSE, BY_ID_ID), turns);
		assert_true(rows_of(b, STORE_WORK) > 0);
		tick_all(b);
		assert_int_equal(rows_of(b, STORE_WORK), 0);
		work_again(b);
	}
}

/* A colleague opens it again while it is being closed: what is on the lists then stays there. */
static void a_case_that_is_opened_again_in_the_middle_keeps_its_work(void **state)
{
	struct bed *b = *state;
	uint64_t left;

	(void)ask_until(b, of_huge(b, REQUEST_CASE_CLOSE, BY_ID_ID), 1);
	left = rows_of(b, STORE_WORK);
	(void)ask(b, of_huge(b, REQUEST_CASE_REOPEN, BY_ID_ID));
	tick_all(b);
	assert_true(left > 0);
	assert_int_equal(rows_of(b, STORE_WORK), left);
}

/* Each of these referrals leaves somebody something to do, whatever becomes of the case. */
static void revoke_all(struct bed *b)
{
	for (unsigned i = 0; i < MANY; i++) {
		struct turn *t = i % 500 == 0 ? bed_turn(b) : &b->t;
		const struct id16 id = numbered(1, i);
		struct thread th;

		assert_int_equal(thread_load(t, &id, &th), ERR_OK);
		th.state = REFERRAL_REVOKED;
		assert_int_equal(thread_save(t, &th), ERR_OK);
	}
}

/* Whichever turn is the last one of this process: nothing of a case that is open again stays off the lists. */
static void a_reopening_that_was_cut_off_goes_on_by_itself(void **state)
{
	struct bed *b = *state;

	revoke_all(b);
	for (unsigned turns = 1; turns < MANY / LIMIT_TURN_ROWS; turns++) {
		(void)ask(b, of_huge(b, REQUEST_CASE_CLOSE, BY_ID_ID));
		assert_int_equal(rows_of(b, STORE_WORK), 0);
		(void)ask_until(b, of_huge(b, REQUEST_CASE_REOPEN, BY_ID_ID), turns);
		assert_in_range(rows_of(b, STORE_WORK), 1, MANY - 1);
		tick_all(b);
		assert_int_equal(rows_of(b, STORE_WORK), MANY);
	}
}

/* ... and of one that a colleague closes in the middle, nothing comes back, although the first request goes on. */
static void a_case_that_is_closed_again_in_the_middle_has_no_work(void **state)
{
	struct bed *b = *state;
	bool over;

	revoke_all(b);
	(void)ask(b, of_huge(b, REQUEST_CASE_CLOSE, BY_ID_ID));
	(void)ask_until(b, of_huge(b, REQUEST_CASE_REOPEN, BY_ID_ID), 1);
	assert_in_range(rows_of(b, STORE_WORK), 1, MANY - 1);
	(void)ask(b, of_huge(b, REQUEST_CASE_CLOSE, BY_ID_ID));
	assert_int_equal(slices_case_on(bed_turn(b), CHORE_REOPENED, &huge, &over), ERR_OK);
	assert_true(over);
	tick_all(b);
	assert_int_equal(rows_of(b, STORE_WORK), 0);
}

/* It is gone when the reply comes; what no key opens any more follows in ticks, and no list shows it meanwhile. */
static void a_case_of_very_many_referrals_is_erased_in_turns(void **state)
{
	struct bed *b = *state;
	struct asked a = ask(b, of_huge(b, REQUEST_CASE_ERASE, CASE_ERASE_ID));
	struct msg *sub;
	unsigned ticks = 0;
	bool more = true;

	assert_true(a.turns > MANY / LIMIT_TURN_ROWS && a.rows <= ROWS_MOST);
	assert_false(record_exists(bed_turn(b)->txn, STORE_CASEKEY, span_of(huge.b, 16)));
	a = ask(b, request(b, REQUEST_WORKLIST, &sub));
	assert_int_equal(msg_count(a.reply, REPLY_WORK), 0);
	while (more && ticks < 1000) {
		struct turn *t = bed_turn(b);

		assert_int_equal(slices_tick(t), ERR_OK);
		assert_true(store_looked(t->txn) <= ROWS_MOST);
		assert_int_equal(chores_any(t, &more), ERR_OK);
		ticks++;
	}
	assert_true(ticks >= MANY / CHORE_SLICE - 1);
	assert_int_equal(rows_of(b, STORE_WORK), 0);
}

enum { PLACES = 20000 };

/* As after years in which a partner could store nothing: each document for it waits. */
static struct pair *all_wait(struct bed *b)
{
	struct pair *p;

	for (unsigned i = 1; i <= PLACES; i++) {
		struct turn *t = i % 500 == 1 ? bed_turn(b) : &b->t;

		assert_int_equal(pair_get(t, BED_PARTNER, &p), ERR_OK);
		if (i == 1) {
			p->kept_from = 1;
			p->out_last = p->tail = PLACES;
		}
		assert_int_equal(outbox_wait(t, p, i), ERR_OK);
	}
	assert_int_equal(p->waiting, PLACES);
	assert_int_equal(pair_get(bed_turn(b), BED_PARTNER, &p), ERR_OK);
	return p;
}

static struct pair *waits_are(struct bed *b, unsigned count, unsigned rows)
{
	uint64_t place = 0;
	unsigned seen = 0;
	struct pair *p;

	assert_int_equal(rows_of(b, STORE_WAITING), rows);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_int_equal(p->waiting, count);
	for (; outbox_waiting(&b->t, p, &place) == ERR_OK; place++)
		seen++;
	assert_int_equal(seen, count);
	return p;
}

/* Numbers that begin again make no long turn, and whichever turn is the last one of this process, the rest goes by itself: the
 * row that says so is in the store from the turn of the reset on.  What waits anew meanwhile stays. */
static void what_waited_before_a_loss_goes_in_turns(void **state)
{
	struct bed *b = *state;
	struct pair *p = all_wait(b);
	bool waits, swept;

	assert_int_equal(pair_reset(&b->t, p, true), ERR_OK);
	assert_true(store_looked(b->t.txn) <= ROWS_MOST);
	assert_int_equal(p->waiting, 0);
	assert_int_equal(pair_get(bed_turn(b), BED_PARTNER, &p), ERR_OK);
	assert_int_equal(outbox_waits(&b->t, p, 7, &waits), ERR_OK);
	assert_false(waits);
	assert_int_equal(outbox_wait(&b->t, p, PLACES / 2), ERR_OK);
	assert_int_equal(slices_tick(&b->t), ERR_OK);
	assert_int_equal(outbox_swept(bed_turn(b), BED_PARTNER, &swept), ERR_OK);
	assert_false(swept);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_int_equal(outbox_wait(&b->t, p, 3), ERR_OK); /* where it was swept already */
	tick_all(b);
	(void)waits_are(b, 2, 2);
	assert_int_equal(outbox_swept(&b->t, BED_PARTNER, &swept), ERR_OK);
	assert_true(swept);
}

/* It loses its state again in the middle: what waited between is from before, too. */
static void two_losses_leave_no_rows(void **state)
{
	struct bed *b = *state;
	struct pair *p = all_wait(b);

	assert_int_equal(pair_reset(&b->t, p, true), ERR_OK);
	assert_int_equal(slices_tick(bed_turn(b)), ERR_OK);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_int_equal(outbox_wait(&b->t, p, 1), ERR_OK);
	assert_int_equal(pair_reset(&b->t, p, true), ERR_OK);
	tick_all(b);
	(void)waits_are(b, 0, 0);
}

/* The turns before the erasure are not the only way on: the process may end, and then its ticks go on. */
static void an_erasure_that_was_cut_off_goes_on_by_itself(void **state)
{
	struct bed *b = *state;
	bool gone;

	assert_int_equal(erase_case(bed_turn(b), &huge, &gone), ERR_OK);
	assert_false(gone);
	for (unsigned i = 0; i < 2 * MANY / CHORE_SLICE + 10; i++)
		assert_int_equal(slices_tick(bed_turn(b)), ERR_OK);
	assert_false(record_exists(bed_turn(b)->txn, STORE_CASEKEY, span_of(huge.b, 16)));
	assert_int_equal(rows_of(b, STORE_WORK), 0);
}

static void begin_one(struct bed *b)
{
	const struct thread th = {.id = numbered(9, 1),
				  .case_id = huge,
				  .peer = BED_PARTNER,
				  .kind = THREAD_REFERRAL,
				  .role = THREAD_RECEIVER,
				  .table_version = 1};

	assert_int_equal(quota_began(bed_turn(b), &th), ERR_OK);
	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	assert_int_equal(quota_open(&b->t, &th, false), ERR_OK);
}

/* A referral that begins meanwhile is somebody's work, and the case stays. */
static void a_referral_in_the_middle_keeps_the_case(void **state)
{
	struct bed *b = *state;
	bool gone, more = true;

	assert_int_equal(erase_case(bed_turn(b), &huge, &gone), ERR_OK);
	assert_false(gone);
	begin_one(b);
	for (unsigned i = 0; more && i < 1000; i++) {
		assert_int_equal(slices_tick(bed_turn(b)), ERR_OK);
		assert_int_equal(chores_any(&b->t, &more), ERR_OK);
	}
	assert_false(more);
	assert_true(record_exists(bed_turn(b)->txn, STORE_CASEKEY, span_of(huge.b, 16)));
	assert_int_equal(erase_case(&b->t, &huge, &gone), ERR_OK); /* and is asked anew */
}

/* ... unless it was erased before, and a backup brought it back in the middle of that. */
static void what_was_erased_before_goes_whatever_began(void **state)
{
	struct bed *b = *state;
	bool gone, more = true;

	assert_int_equal(erase_case(bed_turn(b), &huge, &gone), ERR_OK);
	assert_false(gone);
	begin_one(b);
	assert_int_equal(erase_again(bed_turn(b), &huge), ERR_OK);
	for (unsigned i = 0; more && i < 1000; i++) {
		assert_int_equal(slices_tick(bed_turn(b)), ERR_OK);
		assert_int_equal(chores_any(&b->t, &more), ERR_OK);
	}
	assert_false(record_exists(bed_turn(b)->txn, STORE_CASEKEY, span_of(huge.b, 16)));
}

/* The log of a year: each entry of it is read, in turns, while others are served and the log grows. */
static void a_long_log_is_verified_in_turns(void **state)
{
	struct bed *b = *state;
	struct msg *sub;
	struct asked a;
	struct audit_walk at = {.seq = 0};
	struct store_key changed = {.len = 8};
	uint64_t before;
	enum err rc = ERR_OK;

	for (unsigned i = 0; i < MANY; i++) {
		struct turn *t = i % 500 == 0 ? bed_turn(b) : &b->t;

		assert_int_equal(
			audit_add(t, &(struct audit_entry){.event = AUDIT_VIEW,
							   .case_id = i == 7 ? &huge : NULL,
							   .detail = "case"}),
			ERR_OK);
	}
	before = rows_of(b, STORE_AUDIT);
	a = ask(b, request(b, REQUEST_AUDIT_VERIFY, &sub));
	assert_true(a.turns > MANY / LIMIT_TURN_ROWS && a.rows <= ROWS_MOST);
	assert_int_equal(msg_u64(a.reply, REPLY_COUNT), before);
	a = ask(b, of_huge(b, REQUEST_AUDIT_LIST, AUDIT_ASK_CASE_ID));
	assert_true(a.turns > MANY / LIMIT_TURN_ROWS && a.rows <= ROWS_MOST);
	assert_true(msg_count(a.reply, REPLY_AUDIT) >= 1 && msg_count(a.reply, REPLY_AUDIT) < 10);
	/* an entry that was changed is found, in whichever turn */
	be64_put(changed.b, MANY - LIMIT_TURN_ROWS / 2);
	assert_int_equal(store_del(bed_turn(b)->txn, STORE_AUDIT, key_span(&changed)), ERR_OK);
	while (rc == ERR_OK && !at.over)
		rc = audit_verify(bed_turn(b), &at, NULL);
	assert_int_equal(rc, ERR_CORRUPT);
	assert_int_equal(at.seq, be64_get(changed.b));
}

static int setup_cases(void **state)
{
	const int rc = bed_setup(state);
	struct bed *b;

	if (rc != 0)
		return rc;
	b = *state;
	bedcase_setup(b);
	b->node->quota.open_referrals = LIMIT_OPEN_REFERRALS;
	b->node->quota.cases = LIMIT_PARTNER_CASES;
	(void)bed_turn(b);
	for (unsigned i = 0; i < 10; i++)
		(void)bedcase_open(b);
	for (unsigned i = 0; i < MANY + 10; i++) {
		const uint16_t no = i < 10 ? BED_OTHER : BED_PARTNER;
		struct turn *t = i % 500 == 0 ? bed_turn(b) : &b->t;
		const struct id16 subject = numbered(3, i);
		struct id16 id;

		const struct thread consent = {
			.peer = no, .kind = THREAD_CONSENT, .role = THREAD_RECEIVER};

		b->t.wall_ms++; /* the partner's are the newest */
		assert_int_equal(quota_began(t, &consent), ERR_OK);
		assert_int_equal(casefile_open(t, &b->node->peers[no - 1], &subject, true, &id),
				 ERR_OK);
	}
	return 0;
}

static unsigned rows_of_partner(const struct msg *reply, const char *name)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_LEFT_OUT); i++)
		if (strcmp(msg_text(msg_at(reply, REPLY_LEFT_OUT, i), LEFT_OUT_ROW_PARTNER),
			   name) == 0)
			return (unsigned)msg_u64(msg_at(reply, REPLY_LEFT_OUT, i),
						 LEFT_OUT_ROW_COUNT);
	return 0;
}

/* One that brings very many cases hides its own, and neither ours nor another's. */
static void the_list_of_cases_is_shared_out(void **state)
{
	struct bed *b = *state;
	struct msg *sub, *m = request(b, REQUEST_CASE_LIST, &sub);
	struct asked a = ask(b, m);
	unsigned ours = 0;

	assert_true(a.rows <= ROWS_MOST);
	assert_int_equal(msg_count(a.reply, REPLY_CASES), LIMIT_LIST_ROWS);
	assert_int_equal(msg_u64(a.reply, REPLY_TOTAL), MANY + 20);
	for (size_t i = 0; i < LIMIT_LIST_ROWS; i++)
		ours += msg_u64(msg_at(a.reply, REPLY_CASES, i), CASE_ROW_THEIRS) == 0;
	assert_int_equal(ours, 10);
	assert_int_equal(msg_count(a.reply, REPLY_LEFT_OUT), 1);
	assert_int_equal(rows_of_partner(a.reply, "partner"), MANY - (LIMIT_LIST_ROWS - 20));
	m = request(b, REQUEST_CASE_LIST, &sub);
	msg_set_text(b->t.arena, sub, CASE_SEARCH_FROM, "other");
	a = ask(b, m);
	assert_int_equal(msg_count(a.reply, REPLY_CASES), 10);
	assert_int_equal(msg_u64(a.reply, REPLY_TOTAL), 10);
	assert_false(msg_has(a.reply, REPLY_NEXT));
}

static int setup_bare(void **state)
{
	const int rc = bed_setup(state);

	if (rc == 0)
		bedcase_setup(*state);
	return rc;
}

/* Documents for a partner, the first of them delivered; numbered is how many have their number. */
static void owe(struct bed *b, unsigned count, unsigned numbered_to, unsigned delivered)
{
	struct pair *p = NULL;

	for (unsigned i = 1; i <= count; i++) {
		struct turn *t = i % 500 == 1 ? bed_turn(b) : &b->t;
		const struct doc_key key = {numbered(4, i), 0};
		const struct wire_verdict v = {.code = WIRE_VERDICT_OK, .stored_ms = b->now_ms};

		assert_int_equal(pair_get(t, BED_PARTNER, &p), ERR_OK);
		p->yours = (struct incarnation){1, {{0xfe}}};
		assert_int_equal(
			outbox_put(t, BED_PARTNER, &key, &(struct doc_brief){.type = DOC_OFFER}),
			ERR_OK);
		if (i <= numbered_to)
			assert_int_equal(outbox_number(t, p, ++p->tail), ERR_OK);
		if (i <= delivered) {
			struct outbox_row row;

			p->acked = p->verdicts = i;
			assert_int_equal(outbox_get(t, BED_PARTNER, i, &row), ERR_OK);
			assert_int_equal(outbox_settle(t, BED_PARTNER, i, &row, &v), ERR_OK);
		}
	}
	(void)bed_turn(b);
}

/* What was delivered is kept for weeks, and nobody who asks what is owed looks at it. */
static void what_is_owed_is_found_at_the_end(void **state)
{
	enum { DELIVERED = 5000, ON_THE_WAY = 4, NEW = 3, WAITS = 4000 };
	struct bed *b = *state;
	struct pair *p;
	struct msg *sub;
	struct asked a;

	owe(b, DELIVERED + ON_THE_WAY + NEW, DELIVERED + ON_THE_WAY, DELIVERED);
	a = ask(b, request(b, REQUEST_OUTBOX_LIST, &sub));
	assert_int_equal(a.turns, 1);
	assert_true(a.rows < 300);
	assert_int_equal(msg_u64(a.reply, REPLY_TOTAL), ON_THE_WAY + NEW);
	assert_int_equal(msg_count(a.reply, REPLY_OUTBOX), ON_THE_WAY + NEW);
	/* one that waits among those that were delivered is found, too, however far that is */
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_int_equal(outbox_wait(&b->t, p, DELIVERED - WAITS), ERR_OK);
	a = ask(b, request(b, REQUEST_OUTBOX_LIST, &sub));
	assert_true(a.turns > 1 && a.rows <= ROWS_MOST);
	assert_int_equal(msg_u64(a.reply, REPLY_TOTAL), ON_THE_WAY + NEW + 1);
	assert_int_equal(msg_count(a.reply, REPLY_OUTBOX), ON_THE_WAY + NEW + 1);
}

/* A partner that stays away has a long list: behind one page of it the rest is counted and not looked at. */
static void what_is_owed_for_long_is_counted(void **state)
{
	enum { OWED = 5000, PAGE = 10 };
	struct bed *b = *state;
	struct msg *sub, *m;
	struct asked a;

	owe(b, OWED, OWED / 2, 0);
	m = request(b, REQUEST_OUTBOX_LIST, &sub);
	msg_set_u64(sub, LIST_ASK_LIMIT, PAGE);
	a = ask(b, m);
	assert_int_equal(a.turns, 1);
	assert_true(a.rows < 400);
	assert_int_equal(msg_u64(a.reply, REPLY_TOTAL), OWED);
	assert_int_equal(msg_count(a.reply, REPLY_OUTBOX), PAGE);
	assert_int_equal(msg_u64(msg_at(a.reply, REPLY_LEFT_OUT, 0), LEFT_OUT_ROW_COUNT),
			 OWED - PAGE);
	assert_true(msg_u64(a.reply, REPLY_TRUNCATED) != 0);
}

/* Page after page shows each case, in the order of the list. */
static void every_case_is_on_some_page(void **state)
{
	struct bed *b = *state;
	char after[16] = "", before[33];
	unsigned seen = 0, pages = 0;

	memset(before, 'f', 32);
	before[32] = '\0';
	do {
		struct msg *sub, *m = request(b, REQUEST_CASE_LIST, &sub);
		struct asked a;

		msg_set_text(b->t.arena, sub, CASE_SEARCH_AFTER, after);
		a = ask(b, m);
		assert_true(a.rows <=
			    ROWS_MOST + MANY +
				    20); /* a beginning of an id is looked for among all */
		for (size_t i = 0; pages > 0 && i < msg_count(a.reply, REPLY_CASES); i++) {
			const char *id = msg_text(msg_at(a.reply, REPLY_CASES, i), CASE_ROW_ID);

			assert_true(strcmp(id, before) < 0);
			memcpy(before, id, 33);
			seen++;
		}
		pages++;
		assert_true(strlen(msg_text(a.reply, REPLY_NEXT)) < sizeof after);
		strcpy(after, msg_text(a.reply, REPLY_NEXT));
	} while (after[0] != '\0');
	assert_true(seen >= MANY + 20 - LIMIT_LIST_ROWS && seen <= MANY + 20);
	assert_true(pages > MANY / LIMIT_LIST_ROWS);
}

static void a_search_goes_on_in_turns(void **state)
{
	struct bed *b = *state;
	struct msg *sub, *m = request(b, REQUEST_CASE_LIST, &sub);
	struct asked a;

	msg_set_text(b->t.arena, sub, CASE_SEARCH_TEXT, "verzonnen");
	a = ask(b, m);
	assert_true(a.turns > MANY / LIMIT_TURN_ROWS && a.rows <= ROWS_MOST);
	assert_int_equal(msg_u64(a.reply, REPLY_TOTAL), 10);
	assert_int_equal(msg_count(a.reply, REPLY_CASES), 10);
}

/* All of them may go at once, as when a partner that was away for years comes back: a turn looks at a part of them, so that others are
 * served between. */
static void what_waits_is_numbered_in_slices(void **state)
{
	struct bed *b = *state;
	struct pair *p = all_wait(b);
	unsigned ticks = 0;
	bool more = true;

	p->yours.no = 1;
	p->recheck = true;
	while (more && ticks < 1000) {
		struct turn *t = ticks == 0 ? &b->t : bed_turn(b);
		const uint64_t before = store_looked(t->txn);

		assert_int_equal(slices_tick(t), ERR_OK);
		assert_int_equal(pair_get(t, BED_PARTNER, &p), ERR_OK);
		assert_int_equal(number_tail(t, &b->node->peers[BED_PARTNER - 1].conn, p), ERR_OK);
		assert_true(store_looked(t->txn) - before <= ROWS_MOST);
		assert_int_equal(chores_any(t, &more), ERR_OK);
		ticks++;
	}
	assert_int_equal(p->waiting, 0);
	assert_true(ticks >= PLACES / 1024 && ticks < 1000);
	assert_false(p->recheck);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_inbox_goes_on_in_turns),
		cmocka_unit_test(the_next_page_goes_on_in_turns_too),
		cmocka_unit_test(a_long_worklist_goes_on_in_turns),
		cmocka_unit_test(the_figures_of_a_quarter_are_counted_in_turns),
	};

	static const struct CMUnitTest of_one_case[] = {
#define FRESH(f) cmocka_unit_test_setup_teardown(f, setup_huge, bed_teardown)
		FRESH(an_agreement_ends_its_work_in_turns),
		FRESH(a_case_with_much_work_is_closed_in_turns),
		FRESH(a_long_log_is_verified_in_turns),
		FRESH(a_closing_that_was_cut_off_goes_on_by_itself),
		FRESH(a_case_that_is_opened_again_in_the_middle_keeps_its_work),
		FRESH(a_reopening_that_was_cut_off_goes_on_by_itself),
		FRESH(a_case_that_is_closed_again_in_the_middle_has_no_work),
		FRESH(a_case_of_very_many_referrals_is_erased_in_turns),
		FRESH(an_erasure_that_was_cut_off_goes_on_by_itself),
		FRESH(a_referral_in_the_middle_keeps_the_case),
		FRESH(what_was_erased_before_goes_whatever_began),
		FRESH(what_waited_before_a_loss_goes_in_turns),
		FRESH(two_losses_leave_no_rows),
		cmocka_unit_test_setup_teardown(what_is_owed_is_found_at_the_end, setup_bare,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_is_owed_for_long_is_counted, setup_bare,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_waits_is_numbered_in_slices, setup,
						bed_teardown),
	};

	static const struct CMUnitTest of_cases[] = {
		cmocka_unit_test(the_list_of_cases_is_shared_out),
		cmocka_unit_test(every_case_is_on_some_page),
		cmocka_unit_test(a_search_goes_on_in_turns),
	};

	return cmocka_run_group_tests(tests, setup, bed_teardown) +
	       cmocka_run_group_tests(of_cases, setup_cases, bed_teardown) +
	       cmocka_run_group_tests(of_one_case, NULL, NULL);
}
