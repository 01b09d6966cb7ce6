/* SPDX-License-Identifier: EUPL-1.2 */
/* What an erasure does with handovers of its case, and when there is none. */
#include "test.h"

#include "base/date.h"
#include "bedcase.h"
#include "domain/attach/attach.h"
#include "domain/care/erase.h"
#include "domain/closing/closing.h"
#include "domain/consent/casefile.h"
#include "domain/exchange/outbox.h"
#include "domain/handing/shown.h"
#include "domain/handover/rows.h"
#include "domain/handover/steps.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

static struct id16 new_case(struct bed *b)
{
	struct msg *m = msg_new(b->t.arena, MSG_CASE_RECORD);
	struct id16 id;

	assert_int_equal(casefile_create(&b->t, &id, m), ERR_OK);
	return id;
}

/* One of the case, with this file (NULL: none), at this turn of its epoch. */
static struct thread handed(struct bed *b, const struct id16 *case_id, uint8_t no, uint8_t role,
			    uint8_t state, uint32_t turns, const struct id32 *blob)
{
	struct thread th = {.id = {{0x70, no}},
			    .case_id = *case_id,
			    .peer = BED_PARTNER,
			    .kind = THREAD_HANDOVER,
			    .role = role,
			    .state = state,
			    .table_version = HANDOVER_TABLE_VERSION,
			    .created_ms = b->now_ms,
			    .changed_ms = b->now_ms};
	struct msg *m = msg_new(b->t.arena, MSG_HANDOVER_RECORD);

	if (turns != 0) {
		msg_set_u64(m, HANDOVER_RECORD_DATED, 1);
		msg_set_u64(m, HANDOVER_RECORD_TURNS, turns);
	}
	if (blob != NULL)
		msg_set_bytes(b->t.arena, m, HANDOVER_RECORD_BLOB,
			      span_of(blob->b, sizeof blob->b));
	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	assert_int_equal(rows_save(&b->t, &th, m), ERR_OK);
	return th;
}

/* The row of the handover names the file: without it nobody would ever let it go, nor stop asking its partner for it. */
static void an_erased_case_takes_the_files_of_its_handovers_along(void **state)
{
	struct bed *b = *state;
	const struct id32 file = {{0x5a}}, along = {{0x5b}}, behind = {{0x5c}};
	const uint8_t listed[BLOB_LISTED] = {0x5b, [BLOB_LISTED - 1] = 50};
	const uint8_t added[BLOB_LISTED] = {0x5c, [BLOB_LISTED - 1] = 50};
	const struct id16 grant = {{0x61}}, id = new_case(b);
	const struct thread th = handed(b, &id, 1, THREAD_RECEIVER, HANDOVER_REFUSED, 0, &file);
	const struct blob_ref ref = {.need = BLOB_FOR_THREAD, .id = th.id};
	struct blob blob;
	struct msg *m;
	bool gone;

	assert_int_equal(rows_load(&b->t, &th, &m), ERR_OK);
	msg_set_bytes(b->t.arena, m, HANDOVER_RECORD_FILES, span_of(listed, sizeof listed));
	msg_set_bytes(b->t.arena, m, HANDOVER_RECORD_ADDED_FILES, span_of(added, sizeof added));
	assert_int_equal(rows_save(&b->t, &th, m), ERR_OK);
	assert_int_equal(blob_want(&b->t, BED_PARTNER, &behind, 50, &grant, &ref), ERR_OK);
	assert_int_equal(blob_want(&b->t, BED_PARTNER, &file, 100, &grant, &ref), ERR_OK);
	assert_int_equal(blob_want(&b->t, BED_PARTNER, &along, 50, &grant, &ref), ERR_OK);
	(void)bed_turn(b);
	assert_int_equal(blob_load(&b->t, &file, &blob), ERR_OK);
	assert_int_equal(blob_load(&b->t, &along, &blob), ERR_OK);
	assert_int_equal(erase_case(&b->t, &id, &gone), ERR_OK);
	assert_true(gone);
	assert_int_equal(store_count(b->t.txn, STORE_HANDOVER), 0);
	assert_int_equal(blob_load(&b->t, &file, &blob), ERR_NOTFOUND);
	assert_int_equal(blob_load(&b->t, &along, &blob), ERR_NOTFOUND);
	assert_int_equal(blob_load(&b->t, &behind, &blob), ERR_NOTFOUND);
}

/* A case that comes twice has each of its files once. */
static void a_file_that_a_case_has_is_not_added_again(void **state)
{
	static const uint8_t plain[50];
	struct bed *b = *state;
	const struct id16 id = new_case(b);
	struct attachment a = {.size = sizeof plain, .mime = "", .name = "letter"}, one = {.no = 0};
	struct store_walk w = {.rc = ERR_OK};
	struct blob_writer writer;
	struct blob blob;

	assert_int_equal(blob_begin(&b->t, sizeof plain, &writer), ERR_OK);
	assert_int_equal(blob_append(&b->t, &writer, span_of(plain, sizeof plain)), ERR_OK);
	assert_int_equal(blob_finish(&b->t, &writer, &blob), ERR_OK);
	a.blob = blob.id;
	memcpy(a.key, writer.key, sizeof a.key);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(attach_keep(&b->t, &id, &a), ERR_OK);
	assert_true(attach_each(&b->t, &id, &w, &one));
	assert_string_equal(one.name, "letter");
	assert_int_equal(one.state, BLOB_WHOLE);
	assert_false(attach_each(&b->t, &id, &w, &one));
	assert_int_equal(w.rc, ERR_OK);
}

/* It moved away and came back: the end of the first move is not the end of the case. */
static void what_came_back_outlives_the_term_of_its_going(void **state)
{
	struct bed *b = *state;
	const struct id16 id = new_case(b);
	struct thread went = handed(b, &id, 1, THREAD_SENDER, HANDOVER_TAKEN, 1, NULL);

	(void)handed(b, &id, 2, THREAD_RECEIVER, HANDOVER_TAKEN, 2, NULL);
	went.due_ms = b->now_ms + DAY_MS;
	assert_int_equal(thread_save(&b->t, &went), ERR_OK);
	b->now_ms += 2ull * DAY_MS;
	(void)bed_turn(b);
	assert_int_equal(steps_rang(&b->t, &went), ERR_OK);
	assert_false(turn_case_erased(&b->t, &id));
}

static void what_did_not_come_back_goes_with_its_term(void **state)
{
	struct bed *b = *state;
	const struct id16 id = new_case(b);
	struct thread went = handed(b, &id, 1, THREAD_SENDER, HANDOVER_TAKEN, 1, NULL);

	went.due_ms = b->now_ms + DAY_MS;
	assert_int_equal(thread_save(&b->t, &went), ERR_OK);
	b->now_ms += 2ull * DAY_MS;
	(void)bed_turn(b);
	assert_int_equal(steps_rang(&b->t, &went), ERR_OK);
	assert_true(turn_case_erased(&b->t, &id));
}

/* Whoever had the case from us can propose and abort without end: that gives us nothing back, and hides nothing. */
static void many_that_came_to_nothing_hide_no_move(void **state)
{
	struct bed *b = *state;
	const struct id16 id = new_case(b);
	struct owner o;
	bool given_back;

	for (uint8_t no = 1; no <= 100; no++)
		(void)handed(b, &id, no, THREAD_RECEIVER, HANDOVER_ABORTED, 0, NULL);
	assert_int_equal(rows_owner(&b->t, &id, &o, &given_back), ERR_OK);
	assert_int_equal(o.who, OWNER_US);
	(void)handed(b, &id, 200, THREAD_SENDER, HANDOVER_TAKEN, 1, NULL);
	assert_int_equal(rows_owner(&b->t, &id, &o, &given_back), ERR_OK);
	assert_int_equal(o.who, OWNER_THEM);
}

static bool on_the_list(struct bed *b, const struct thread *th)
{
	const struct store_key k = worklist_key(th, WORK_OUTCOME);

	return record_exists(b->t.txn, STORE_WORK, key_span(&k));
}

/* Nobody here could close the case any more: what is left to be done of a referral that is over goes, and of one that runs stays. */
static void a_case_that_moved_leaves_no_work_of_what_is_over(void **state)
{
	struct bed *b = *state;
	const struct id16 id = bedcase_open(b);
	struct thread over, runs;

	(void)bedcase_consent(b, &id, BED_PARTNER, 60);
	(void)bedcase_consent(b, &id, BED_OTHER, 60);
	over = bedcase_refer(b, &id, BED_PARTNER);
	runs = bedcase_refer(b, &id, BED_OTHER);
	(void)bed_turn(b);
	over = bedcase_thread(b, &over.id);
	over.state = REFERRAL_CLOSED;
	assert_int_equal(thread_save(&b->t, &over), ERR_OK);
	assert_int_equal(worklist_add(&b->t, &over, WORK_OUTCOME, ""), ERR_OK);
	assert_int_equal(worklist_add(&b->t, &runs, WORK_OUTCOME, ""), ERR_OK);
	assert_int_equal(closing_drop(&b->t, &id), ERR_OK);
	assert_false(on_the_list(b, &over));
	assert_true(on_the_list(b, &runs));
}

/* Proposed to a partner, which does not answer in time; the word that says so is signed with this turn. */
static struct thread run_out(struct bed *b)
{
	struct thread th = {.id = {{0x71}},
			    .case_id = bedcase_open(b),
			    .peer = BED_PARTNER,
			    .kind = THREAD_HANDOVER,
			    .role = THREAD_SENDER,
			    .table_version = HANDOVER_TABLE_VERSION,
			    .created_ms = b->now_ms};

	th.grant_id = bedcase_consent(b, &th.case_id, BED_PARTNER, 60);
	assert_int_equal(
		steps_sign(&b->t, &th, DOC_PROPOSE, msg_new(b->t.arena, MSG_HANDOVER_PROPOSE)),
		ERR_OK);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(steps_automatic(&b->t, &th, DOC_EXPIRE, "no-answer"), ERR_OK);
	return th;
}

static void assert_said(struct bed *b, const struct thread *th)
{
	const char *reason;

	assert_int_equal(bedcase_said(b, &th->id, &reason), DOC_EXPIRE);
	assert_string_equal(reason, "no-answer");
}

/* Not under the key that is gone. */
static void assert_lies_apart(struct bed *b, const struct thread *th)
{
	const struct document d = bedcase_document(b, th, true, th->my_no);
	struct store_key k = turn_key_id(&d.key.msg);
	struct record_place place;
	struct span v;

	key_u16(&k, d.key.sender);
	assert_int_equal(
		record_get_place(b->t.txn, b->t.arena, STORE_DOCBODY, key_span(&k), &place, &v),
		ERR_OK);
	assert_false(id16_equal(&place.case_id, &th->case_id));
}

/* After some days without power terms run out at the tick that erases. */
static void what_a_case_says_as_it_is_erased_arrives(void **state)
{
	struct bed *b = *state;
	const struct thread th = run_out(b);
	bool gone;

	assert_int_equal(erase_case(&b->t, &th.case_id, &gone), ERR_OK);
	assert_true(gone);
	assert_said(b, &th);
	assert_lies_apart(b, &th);
}

static void also_as_another_node_gets_it(void **state)
{
	struct bed *b = *state;
	const struct thread th = run_out(b);

	assert_int_equal(closing_drop(&b->t, &th.case_id), ERR_OK);
	assert_said(b, &th);
	assert_lies_apart(b, &th);
}

/* A partner gives us a case, and we take it; what it brings is here. */
static struct thread taken(struct bed *b)
{
	struct thread th = bedcase_taken(b, 1);
	struct msg *record, *m;

	assert_int_equal(rows_load(&b->t, &th, &record), ERR_OK);
	msg_set_u64(record, HANDOVER_RECORD_TAKEN, 1);
	assert_int_equal(rows_save(&b->t, &th, record), ERR_OK);
	assert_int_equal(casefile_load(&b->t, &th.case_id, &m), ERR_OK);
	msg_clear(m, CASE_RECORD_THEIRS);
	msg_set_text(b->t.arena, msg_sub(b->t.arena, m, CASE_RECORD_PERSON), PERSON_NAME,
		     "Testpersoon Verzonnen");
	assert_int_equal(casefile_save(&b->t, &th.case_id, m), ERR_OK);
	return th;
}

/* The word that took it loses its place. */
static void forget_take(struct bed *b, struct thread *th)
{
	assert_int_equal(thread_truncate(&b->t, th, true, th->my_no), ERR_OK);
	assert_int_equal(steps_changed(&b->t, th, ""), ERR_OK);
	assert_int_equal(th->state, HANDOVER_CEDED);
}

static bool writes(struct bed *b, const struct thread *th)
{
	struct case_pen pen;

	assert_int_equal(rows_pen(&b->t, &th->case_id, &pen), ERR_OK);
	return pen.writes;
}

/* A disk of a life in which it was taken comes back, and the partner knows of another one, in which it was refused: the case is the
 * partner's, so nobody writes here or looks into what is left, and it goes as soon as that word arrived. */
static void a_case_that_was_not_taken_after_all_goes(void **state)
{
	struct bed *b = *state;
	struct thread th = taken(b);
	struct document d;
	struct msg *m;

	assert_true(writes(b, &th));
	forget_take(b, &th);
	assert_int_equal(steps_automatic(&b->t, &th, DOC_REFUSE, "unreadable"), ERR_OK);
	assert_int_equal(th.state, HANDOVER_REFUSED);
	assert_false(writes(b, &th));
	assert_int_equal(casefile_load(&b->t, &th.case_id, &m), ERR_OK);
	assert_int_equal(msg_u64(m, CASE_RECORD_MOVED), 1);
	assert_int_not_equal(th.timer_ms, 0);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(steps_rang(&b->t, &th), ERR_OK);
	assert_false(turn_case_erased(&b->t, &th.case_id)); /* the word is still owed */
	d = bedcase_document(b, &th, true, th.my_no);
	assert_int_equal(outbox_mark(&b->t, &d.key.msg, OUTBOX_STORED), ERR_OK);
	assert_int_equal(steps_rang(&b->t, &th), ERR_OK);
	assert_true(turn_case_erased(&b->t, &th.case_id));
}

/* ... but not where another handover brought it, too. */
static void unless_another_handover_brought_it(void **state)
{
	struct bed *b = *state;
	struct thread th = taken(b);
	struct thread again = handed(b, &th.case_id, 1, THREAD_RECEIVER, HANDOVER_TAKEN, 2, NULL);
	struct msg *record;

	assert_int_equal(rows_load(&b->t, &again, &record), ERR_OK);
	msg_set_u64(record, HANDOVER_RECORD_TAKEN, 1);
	assert_int_equal(rows_save(&b->t, &again, record), ERR_OK);
	forget_take(b, &th);
	assert_int_equal(steps_automatic(&b->t, &th, DOC_REFUSE, "unreadable"), ERR_OK);
	assert_int_equal(rows_load(&b->t, &th, &record), ERR_OK);
	assert_false(msg_has(record, HANDOVER_RECORD_TAKEN));
	assert_true(writes(b, &th));
}

/* One that goes on is theirs until it is taken again. */
static void nor_does_anybody_write_before_it_is_taken_again(void **state)
{
	struct bed *b = *state;
	struct thread th = taken(b);

	forget_take(b, &th);
	assert_int_equal(thread_truncate(&b->t, &th, false, th.their_no), ERR_OK);
	assert_int_equal(steps_changed(&b->t, &th, ""), ERR_OK);
	assert_int_equal(th.state, HANDOVER_STAGED);
	assert_false(writes(b, &th));
	assert_false(turn_case_erased(&b->t, &th.case_id));
}

/* Somebody took a number out of the case before it was taken back: of what is not there nothing goes back. */
static void what_was_taken_out_does_not_go_back(void **state)
{
	struct bed *b = *state;
	struct thread th = taken(b);
	struct msg *reclaim;
	struct document d;

	assert_int_equal(casefile_entry(&b->t, &th.case_id, "case-edited", "phone", NULL), ERR_OK);
	(void)bed_turn(b);
	reclaim = msg_new(b->t.arena, MSG_HANDOVER_RECLAIM);
	msg_set_u64(reclaim, HANDOVER_RECLAIM_RECLAIMS, 1);
	bedcase_came(b, &th, DOC_RECLAIM, &th.grant_id, reclaim);
	assert_int_equal(steps_changed(&b->t, &th, ""), ERR_OK);
	assert_int_equal(th.state, HANDOVER_RECLAIMED);
	d = bedcase_document(b, &th, true, th.my_no);
	assert_int_equal(d.head.type, DOC_TAKE);
}

/* How many of these rows say so of their case. */
static size_t on_their_way(const struct msg *reply)
{
	size_t n = 0;

	for (size_t i = 0; i < msg_count(reply, REPLY_CASES); i++)
		n += strcmp(msg_text(msg_at(reply, REPLY_CASES, i), CASE_ROW_OWNER),
			    "on-its-way") == 0;
	return n;
}

/* Of the cases that are listed one cannot say where it goes: it is named, and the others are there. */
static void a_damaged_handover_keeps_no_case_out_of_the_list(void **state)
{
	struct bed *b = *state;
	const struct id16 one = bedcase_open(b);
	const struct thread th = handed(b, &one, 1, THREAD_SENDER, HANDOVER_CEDED, 1, NULL);
	const struct store_key k = turn_key_ids(&one, &th.id);
	struct msg *req = msg_new(b->t.arena, MSG_CASE_SEARCH),
		   *reply = msg_new(b->t.arena, MSG_REPLY);

	(void)bedcase_open(b);
	assert_int_equal(shown_cases(&b->t, req, reply), ERR_OK);
	assert_int_equal(on_their_way(reply), 1);
	assert_int_equal(msg_count(reply, REPLY_DAMAGE), 0);
	assert_int_equal(turn_put(&b->t, STORE_HANDOVER, &k, span_of("?", 1)), ERR_OK);
	reply = msg_new(b->t.arena, MSG_REPLY);
	assert_int_equal(shown_cases(&b->t, req, reply), ERR_OK);
	assert_int_equal(msg_count(reply, REPLY_CASES), 2);
	assert_int_equal(msg_count(reply, REPLY_DAMAGE), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_erased_case_takes_the_files_of_its_handovers_along, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_file_that_a_case_has_is_not_added_again, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_came_back_outlives_the_term_of_its_going,
						setup, bed_teardown),
		cmocka_unit_test_setup_teardown(what_did_not_come_back_goes_with_its_term, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(many_that_came_to_nothing_hide_no_move, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_case_that_moved_leaves_no_work_of_what_is_over,
						setup, bed_teardown),
		cmocka_unit_test_setup_teardown(what_a_case_says_as_it_is_erased_arrives, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(also_as_another_node_gets_it, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_case_that_was_not_taken_after_all_goes, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(unless_another_handover_brought_it, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_was_taken_out_does_not_go_back, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_damaged_handover_keeps_no_case_out_of_the_list,
						setup, bed_teardown),
		cmocka_unit_test_setup_teardown(nor_does_anybody_write_before_it_is_taken_again,
						setup, bed_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
