/* SPDX-License-Identifier: EUPL-1.2 */
/* Whatever a partner made this node keep, no turn looks at more rows than LIMIT_TURN_ROWS and those of one step: what people ask
 * goes on in the next turn, between which everybody is served.  Rows are counted and no time is taken, so that a slow machine
 * says the same. */
#include "test.h"

#include <stdlib.h>

#include "bedcase.h"
#include "domain/desk/table.h"
#include "domain/exchange/quota.h"
#include "domain/referral/worklist.h"

enum { MANY = 20000, CASES = 200, CLIENT = 7 };

/* A turn is over at its first row behind LIMIT_TURN_ROWS; what a page of 500 rows opens, and what one step takes, comes on top. */
enum { ROWS_MOST = LIMIT_TURN_ROWS + 500 * 12 };

static struct span copy(struct span s)
{
	uint8_t *p = malloc(s.len + 1);

	assert_non_null(p);
	if (s.len != 0)
		memcpy(p, s.p, s.len);
	return span_of(p, s.len);
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

/* As core does: turn after turn, until there is a reply. */
static struct asked ask(struct bed *b, struct msg *request)
{
	struct asked a = {.turns = 0};
	struct span bytes, so_far = {NULL, 0};
	struct err_text why;
	bool more = true;

	msg_set_u64(request, REQUEST_VERSION, 1);
	assert_int_equal(msg_pack(b->t.arena, request, &bytes), ERR_OK);
	bytes = copy(bytes);
	while (more) {
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
		free((void *)(uintptr_t)so_far.p);
		so_far = copy(e->bytes);
		assert_true(a.turns < 1000);
	}
	assert_int_equal(msg_parse(b->t.arena, MSG_REPLY, so_far, &a.reply, &why), ERR_OK);
	free((void *)(uintptr_t)so_far.p);
	free((void *)(uintptr_t)bytes.p);
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
static void fill(struct bed *b, uint16_t peer, unsigned from, unsigned count)
{
	for (unsigned i = from; i < from + count; i++) {
		struct turn *t = i % 500 == 0 ? bed_turn(b) : &b->t;
		struct thread th = {.id = numbered(1, i),
				    .case_id = numbered(2, i % CASES),
				    .peer = peer,
				    .kind = THREAD_REFERRAL,
				    .role = THREAD_RECEIVER,
				    .table_version = 1,
				    .created_ms = b->now_ms - i,
				    .stored_ms = b->now_ms - i,
				    .changed_ms = b->now_ms};

		if (!record_exists(t->txn, STORE_CASEKEY, span_of(th.case_id.b, 16)))
			assert_int_equal(record_case_keys(t->txn, &th.case_id), ERR_OK);
		assert_int_equal(thread_create(t, &th), ERR_OK);
		assert_int_equal(quota_began(t, &th), ERR_OK);
		assert_int_equal(quota_open(t, &th, false), ERR_OK);
		assert_int_equal(worklist_add(t, &th, WORK_ANSWER, ""), ERR_OK);
	}
}

static int setup(void **state)
{
	const int rc = bed_setup(state);

	if (rc == 0) {
		struct bed *b = *state;

		bedcase_setup(b);
		b->node->quota.open_referrals = LIMIT_OPEN_REFERRALS;
		fill(b, BED_PARTNER, 0, MANY);
		fill(b, BED_OTHER, MANY, 10);
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_inbox_goes_on_in_turns),
		cmocka_unit_test(the_next_page_goes_on_in_turns_too),
		cmocka_unit_test(a_long_worklist_goes_on_in_turns),
	};

	return cmocka_run_group_tests(tests, setup, bed_teardown);
}
