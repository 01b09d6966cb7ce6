/* SPDX-License-Identifier: EUPL-1.2 */
/* Modules of daemon/domain/exchange by themselves: what lies on disk of a pair and a thread, and what is owed. */
#include "test.h"

#include "base/bytes.h"
#include "base/date.h"
#include "bed.h"
#include "crypto/hash.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/inbox.h"
#include "domain/exchange/keeper.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/compare.h"
#include "domain/news/deposit.h"
#include "domain/oversight/health.h"
#include "domain/stream/connect.h"
#include "domain/stream/receive.h"
#include "domain/stream/speak.h"

static struct pair some_pair(void)
{
	return (struct pair){.peer = BED_PARTNER,
			     .mine = {3, {{0xa1}}},
			     .yours = {4, {{0xb2}}},
			     .out_last = 90,
			     .tail = 80,
			     .off_from = 10,
			     .off_to = 20,
			     .num_last = 70,
			     .acked = 60,
			     .verdicts = 50,
			     .got = 40,
			     .kept_from = 5,
			     .last_frame_ms = 1001,
			     .last_heard_ms = 1002,
			     .their_key_ms = 1003,
			     .day = 1004,
			     .day_documents = 1005,
			     .day_bytes = 1006,
			     .era = 7,
			     .unheard = true,
			     .uncompared = true,
			     .have_receipt = true,
			     .since_strike = true,
			     .strike_ms = 2001,
			     .weak_ms = 2002,
			     .blocked_ms = 2003,
			     .waiting = 6,
			     .open_ours = 3001,
			     .open_theirs = 3002,
			     .threads = 3003,
			     .cases = 3000,
			     .unstored = 301,
			     .over = 3006,
			     .reports = 3007,
			     .over_ms = 3008,
			     .over_what = 9,
			     .lives_day = 4001,
			     .lives = 4002,
			     .gone = 4003,
			     .alone = 2999,
			     .apart_ms = 4004,
			     .resets = 4005,
			     .blobs = 4006};
}

static const char pair_bytes[] =
	"00000003a100000000000000000000000000000000000004b2000000000000000000000000000000"
	"000000000000005a0000000000000050000000000000000a00000000000000140000000000000046"
	"000000000000003c00000000000000320000000000000028000000000000000500000000000003e9"
	"00000000000003ea00000000000003eb00000000000003ec00000000000003ed00000000000003ee"
	"000000076300000000000007d100000000000007d200000000000007d30000000000000006"
	"0000000000000bb90000000000000bba0000000000000bbb0000000000000bb8000000000000012d"
	"0000000000000bbe0000000000000bbf0000000000000bc009"
	"0000000000000fa10000000000000fa20000000000000fa30000000000000bb7"
	"0000000000000fa40000000000000fa50000000000000fa6";

/* The format of a row of PAIR (daemon/store/FORMAT.md): a change of it is a new store format. */
static void a_pair_lies_on_disk_in_these_bytes(void **state)
{
	const struct pair p = some_pair();
	struct pair back = {.peer = BED_PARTNER};
	uint8_t row[1024], want[318];
	struct wr w = wr_of(row, sizeof row);

	(void)state;
	assert_true(bytes_unhex(want, sizeof want, pair_bytes));
	pair_pack(&p, &w);
	assert_int_equal(w.len, sizeof want + 2 * PAIR_RECEIPT_LEN);
	assert_memory_equal(row, want, sizeof want);
	assert_int_equal(pair_unpack(wr_span(&w), &back), ERR_OK);
	back.stored = p.stored;
	assert_memory_equal(&back.mine, &p.mine, sizeof p.mine);
	assert_int_equal(back.waiting, p.waiting);
	assert_true(back.unheard && back.uncompared && back.have_receipt && back.since_strike);
	assert_false(back.unconfirmed || back.stopped || back.recheck);
	w.len--;
	assert_int_equal(pair_unpack(wr_span(&w), &back), ERR_CORRUPT);
}

static void assert_damage(const struct pair *p)
{
	struct pair back = {.peer = BED_PARTNER};
	uint8_t row[1024];
	struct wr w = wr_of(row, sizeof row);

	assert_non_null(pair_flaw(p));
	pair_pack(p, &w);
	assert_int_equal(pair_unpack(wr_span(&w), &back), ERR_CORRUPT);
}

/* One rule of pair.h after the other is broken; what was read from a disk is damage then, never taken. */
static void a_pair_that_contradicts_itself_is_damage(void **state)
{
	struct pair p = some_pair();

	(void)state;
	assert_null(pair_flaw(&p));
	p.off_from = p.off_to + 1;
	assert_damage(&p);
	p = some_pair();
	p.off_to = p.tail + 1;
	assert_damage(&p);
	p = some_pair();
	p.tail = p.out_last + 1;
	assert_damage(&p);
	p = some_pair();
	p.kept_from = p.out_last + 1;
	assert_damage(&p);
	p = some_pair();
	p.kept_from = 0;
	assert_damage(&p);
	p = some_pair();
	p.acked = p.num_last + 1;
	assert_damage(&p);
	p = some_pair();
	p.verdicts = p.acked + 1;
	assert_damage(&p);
	p = some_pair();
	p.waiting = p.out_last + 1;
	assert_damage(&p);
	p = some_pair();
	p.yours.no = 0;
	assert_damage(&p);
	p = some_pair();
	p.uncompared = false;
	assert_damage(&p);
	p = some_pair();
	p.strike_ms = 0;
	assert_damage(&p);
}

static struct thread some_thread(void)
{
	return (struct thread){.id = {{0xc0}},
			       .case_id = {{0xc1}},
			       .grant_id = {{0xc2}},
			       .peer = BED_PARTNER,
			       .kind = THREAD_REFERRAL,
			       .role = THREAD_RECEIVER,
			       .state = 5,
			       .table_version = 3,
			       .urgency = 2,
			       .hidden = true,
			       .owes_end = true,
			       .withdrawn = true,
			       .era = 9,
			       .my_no = 4,
			       .their_no = 6,
			       .their_seen = 4,
			       .my_hash = {{0xd1}},
			       .their_hash = {{0xd2}},
			       .created_ms = 3001,
			       .stored_ms = 3002,
			       .changed_ms = 3003,
			       .due_ms = 3004,
			       .timer_ms = 3005,
			       .deliver_ms = 3006,
			       .review_ms = 3007,
			       .since_ms = 3008,
			       .term_days = 5,
			       .pause_days = 2,
			       .meet_ms = 3009,
			       .meet_no = 3,
			       .meet_ours = true,
			       .unread = 6,
			       .handled = 3,
			       .hops = 2,
			       .continues = {{0xc3}}};
}

static const char thread_bytes[] =
	"c1000000000000000000000000000000c20000000000000000000000000000000002010105030271"
	"00000009000000040000000600000004d10000000000000000000000000000000000000000000000"
	"0000000000000000d200000000000000000000000000000000000000000000000000000000000000"
	"0000000000000bb90000000000000bba0000000000000bbb0000000000000bbc0000000000000bbd"
	"0000000000000bbe0000000000000bbf0000000000000bc000000005000000020000000000000bc1"
	"0000000300000006000000000000000302c300000000000000000000000000000000";

static void a_thread_lies_on_disk_in_these_bytes(void **state)
{
	struct bed *b = *state;
	struct turn *t = &b->t;
	const struct thread th = some_thread();
	const struct store_key k = turn_key_id(&th.id);
	uint8_t want[(sizeof thread_bytes - 1) / 2], damaged[sizeof want];
	struct thread back;
	struct span v;

	assert_true(bytes_unhex(want, sizeof want, thread_bytes));
	assert_int_equal(thread_save(t, &th), ERR_OK);
	assert_int_equal(turn_get(t, STORE_THREAD, &k, &v), ERR_OK);
	assert_int_equal(v.len, sizeof want);
	assert_memory_equal(v.p, want, sizeof want);
	t = bed_turn(b); /* which has to read it */
	assert_int_equal(thread_load(t, &th.id, &back), ERR_OK);
	assert_int_equal(back.their_seen, th.their_seen);
	assert_int_equal(back.pause_days, th.pause_days);
	assert_int_equal(back.handled, th.handled);
	assert_int_equal(back.meet_ms, th.meet_ms);
	assert_int_equal(back.unread, th.unread);
	assert_true(id16_equal(&back.continues, &th.continues));
	assert_true(back.meet_ours && back.hidden && back.owes_end && back.withdrawn);
	assert_false(back.provisional || back.escalated);

	/* a bit that no field has, and a log that was seen further than it goes: damage */
	memcpy(damaged, want, sizeof want);
	damaged[39] |= 0x80;
	assert_int_equal(turn_put(t, STORE_THREAD, &k, span_of(damaged, sizeof damaged)), ERR_OK);
	assert_int_equal(thread_load(t, &th.id, &back), ERR_CORRUPT);
	memcpy(damaged, want, sizeof want);
	damaged[55] = 5;
	assert_int_equal(turn_put(t, STORE_THREAD, &k, span_of(damaged, sizeof damaged)), ERR_OK);
	assert_int_equal(thread_load(t, &th.id, &back), ERR_CORRUPT);
}

/* ---- what is owed ---- */

static struct pair *owe(struct bed *b, unsigned count)
{
	struct pair *p;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	p->yours = (struct incarnation){1, {{0xfe}}};
	for (unsigned i = 1; i <= count; i++) {
		const struct doc_key key = {bed_id((uint8_t)i), 0};

		assert_int_equal(outbox_put(&b->t, BED_PARTNER, &key,
					    &(struct doc_brief){.type = DOC_OFFER}),
				 ERR_OK);
	}
	return p;
}

static void number_all(struct bed *b, struct pair *p)
{
	while (p->tail < p->out_last)
		assert_int_equal(outbox_number(&b->t, p, ++p->tail), ERR_OK);
}

static void what_is_written_is_owed_until_it_is_receipted(void **state)
{
	struct bed *b = *state;
	struct pair *p = owe(b, 3);
	struct outbox_row row;
	uint64_t place;
	uint16_t peer;
	const struct id16 second = bed_id(2);

	assert_int_equal(pair_owed(p), 3);
	number_all(b, p);
	assert_int_equal(pair_owed(p), 3);
	assert_int_equal(outbox_place_of(&b->t, BED_PARTNER, 2, &place), ERR_OK);
	assert_int_equal(place, 2);
	assert_int_equal(outbox_find(&b->t, &second, &peer, &place, &row), ERR_OK);
	assert_int_equal(peer, BED_PARTNER);
	assert_int_equal(place, 2);
	p->acked = 2;
	assert_int_equal(pair_owed(p), 1);
	(void)bed_turn(b); /* and it is the same in the next turn */
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_int_equal(pair_owed(p), 1);
	assert_int_equal(p->num_last, 3);
}

static void to_wait_twice_is_to_wait_once(void **state)
{
	struct bed *b = *state;
	struct pair *p = owe(b, 3);
	uint64_t place = 0;

	number_all(b, p);
	assert_int_equal(outbox_wait(&b->t, p, 2), ERR_OK);
	assert_int_equal(outbox_wait(&b->t, p, 2), ERR_OK);
	assert_int_equal(p->waiting, 1);
	assert_int_equal(outbox_waiting(&b->t, p, &place), ERR_OK);
	assert_int_equal(place, 2);
	assert_int_equal(outbox_unwait(&b->t, p, 2), ERR_OK);
	assert_int_equal(p->waiting, 0);
	place = 0;
	assert_int_equal(outbox_waiting(&b->t, p, &place), ERR_NOTFOUND);
}

/* After a loss of state numbers begin again and what is retained is offered by id, from the first place kept. */
static void a_reset_offers_what_is_retained(void **state)
{
	struct bed *b = *state;
	struct pair *p = owe(b, 5);
	const uint32_t era = p->era;
	uint64_t place = 0;

	number_all(b, p);
	p->acked = p->verdicts = 2;
	p->got = 7;
	assert_int_equal(outbox_wait(&b->t, p, 4), ERR_OK);
	assert_int_equal(pair_reset(&b->t, p, true), ERR_OK);
	assert_null(pair_flaw(p));
	assert_int_equal(p->off_from, 0);
	assert_int_equal(p->off_to, 5);
	assert_int_equal(p->num_last + p->acked + p->verdicts + p->got + p->waiting, 0);
	assert_int_equal(outbox_waiting(&b->t, p, &place), ERR_NOTFOUND);
	assert_int_equal(p->era, era + 1);
	assert_true(p->unheard && p->uncompared);
}

static void settle(struct bed *b, uint64_t place, const struct wire_verdict *v)
{
	struct outbox_row row;

	assert_int_equal(outbox_get(&b->t, BED_PARTNER, place, &row), ERR_OK);
	assert_int_equal(outbox_settle(&b->t, BED_PARTNER, place, &row, v), ERR_OK);
}

/* After a loss a partner receipts anew what it had already.  A term runs from the first time: else the next act, a message even, would
 * move the date that people go by. */
static void what_is_receipted_again_was_there_from_the_first_time_on(void **state)
{
	struct bed *b = *state;
	struct pair *p = owe(b, 1);
	struct wire_verdict v = {.code = WIRE_VERDICT_OK, .stored_ms = b->now_ms};
	const uint64_t first_ms = b->now_ms;
	struct outbox_row row;

	number_all(b, p);
	settle(b, 1, &v);
	v = (struct wire_verdict){.code = WIRE_VERDICT_WITHDRAWN,
				  .stored_ms = first_ms + 5 * DAY_MS};
	settle(b, 1, &v);
	assert_int_equal(outbox_get(&b->t, BED_PARTNER, 1, &row), ERR_OK);
	assert_int_equal(row.stored_ms, first_ms);
	assert_int_equal(row.verdict, WIRE_VERDICT_WITHDRAWN);
}

/* What a partner receipted is kept LIMIT_RETAIN_DAYS longer, because a backup of its may be older than the receipt. */
static void rows_are_kept_as_long_as_a_backup_may_ask_for_them(void **state)
{
	struct bed *b = *state;
	struct pair *p = owe(b, 2);
	const struct wire_verdict v = {.code = WIRE_VERDICT_OK, .stored_ms = b->now_ms};
	struct outbox_row row;

	number_all(b, p);
	p->acked = p->verdicts = 2;
	settle(b, 1, &v);
	settle(b, 2, &v);
	b->now_ms += (uint64_t)LIMIT_RETAIN_DAYS * DAY_MS - 1;
	(void)bed_turn(b);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_int_equal(outbox_prune(&b->t, p, 64), ERR_OK);
	assert_int_equal(p->kept_from, 1);
	b->now_ms += 2;
	(void)bed_turn(b);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_int_equal(outbox_prune(&b->t, p, 64), ERR_OK);
	assert_int_equal(p->kept_from, 2);
	assert_int_equal(outbox_get(&b->t, BED_PARTNER, 1, &row), ERR_NOTFOUND);
	assert_int_equal(outbox_get(&b->t, BED_PARTNER, 2, &row), ERR_OK);
	assert_null(pair_flaw(p));
}

/* A verdict that it could not be stored settles nothing: the document stays owed and waits. */
static void what_could_not_be_stored_stays_owed(void **state)
{
	struct bed *b = *state;
	struct pair *p = owe(b, 1);
	struct outbox_row row;

	number_all(b, p);
	p->acked = p->verdicts = 1;
	assert_int_equal(outbox_not_taken(&b->t, p, 1, WIRE_VERDICT_CANNOT_STORE), ERR_OK);
	assert_int_equal(pair_owed(p), 1);
	assert_int_equal(outbox_get(&b->t, BED_PARTNER, 1, &row), ERR_OK);
	assert_int_equal(row.state, OUTBOX_OWED);
	assert_int_equal(row.verdict, WIRE_VERDICT_CANNOT_STORE);
}

/* The partner had it, lost it, asked for it again, and had no room then: it waits like any other, and goes once there is some. */
static void what_was_stored_once_waits_too(void **state)
{
	struct bed *b = *state;
	struct pair *p = owe(b, 1);
	const struct wire_verdict v = {.code = WIRE_VERDICT_OK, .stored_ms = b->now_ms};
	struct outbox_row row;
	bool waits = false;

	number_all(b, p);
	p->acked = p->verdicts = 1;
	settle(b, 1, &v);
	assert_int_equal(outbox_number(&b->t, p, 1), ERR_OK);
	p->acked = p->verdicts = 2;
	assert_int_equal(outbox_not_taken(&b->t, p, 1, WIRE_VERDICT_TOO_MANY), ERR_OK);
	assert_int_equal(outbox_waits(&b->t, p, 1, &waits), ERR_OK);
	assert_true(waits);
	assert_int_equal(outbox_get(&b->t, BED_PARTNER, 1, &row), ERR_OK);
	assert_int_equal(row.verdict, WIRE_VERDICT_TOO_MANY);
}

/* More wait than was ever written: rows that were counted are gone.  The row says so, and the node goes on. */
static void rows_that_are_gone_are_damage(void **state)
{
	struct bed *b = *state;
	struct pair *p = owe(b, 2);

	assert_int_equal(outbox_wait(&b->t, p, 1), ERR_OK);
	p->waiting = 2;
	assert_int_equal(outbox_wait(&b->t, p, 2), ERR_CORRUPT);
	assert_null(pair_flaw(p));
	assert_int_equal(answer_owe(&b->t, BED_OTHER + 1), ERR_CORRUPT);
	assert_int_equal(answer_owe(&b->t, BED_OTHER), ERR_OK);
}

/* The line counts what was sent, the row of the pair went back behind that: the frame fails, the node does not end. */
static void a_pair_that_went_back_fails_by_itself(void **state)
{
	struct bed *b = *state;
	struct peer *p = &b->node->peers[BED_PARTNER - 1];

	p->conn = (struct conn){.up = true, .have_key = true, .key_until_s = UINT64_MAX, .sent = 5};
	assert_int_equal(answer_owe(&b->t, BED_PARTNER), ERR_OK);
	assert_int_equal(speak_all(&b->t), ERR_CORRUPT);
}

/* A list goes on in turns that only read: what begins again there is answered from what it will be, and written by the next turn that
 * writes. */
static void who_only_looks_begins_nothing_again(void **state)
{
	struct bed *b = *state;
	struct pair *p;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	p->out_last = p->tail = 3;
	p->kept_from = 1;
	p->waiting = 1;
	(void)bed_turn(b);
	b->node->inc.no++;
	store_abort(b->t.txn);
	assert_int_equal(store_begin(b->store, false, &b->t.txn), ERR_OK);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_true(p->uncompared);
	assert_int_equal(p->waiting, 0);
	store_abort(b->t.txn);
	b->t.pairs = NULL;
	assert_int_equal(store_begin(b->store, true, &b->t.txn), ERR_OK);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_true(p->uncompared);
	assert_int_equal(p->waiting, 0);
}

/* A frame of the partner without parts, in both present incarnations, as it comes out of its envelope. */
static struct span empty_frame(struct bed *b, const struct pair *pr)
{
	const struct node *n = b->node;
	const struct peer *p = &n->peers[BED_PARTNER - 1];
	const struct wire_frame f = {.fed_id = n->fed_id,
				     .sender = p->node_id,
				     .recipient = n->node_id,
				     .key_seq = p->key_seq,
				     .my_inc = pr->yours,
				     .your_inc = n->inc,
				     .time_ms = b->now_ms};
	const struct id32 none = hash_one(HASH_FRAMEPART, span_of(NULL, 0));
	struct wr w = arena_wr(b->t.arena, LIMIT_CLASS_0);

	memset(w.p, 0, w.cap);
	wire_frame_put(&f, w.p);
	fake_sign(SIGN_FRAME,
		  (const struct span[]){{w.p, WIRE_FRAME_HEAD}, {none.b, sizeof none.b}}, 2,
		  &p->nk_pub, w.p + WIRE_FRAME_HEAD);
	return span_of(w.p, w.cap);
}

/* ... and so does a frame that comes in on such a line; on one that fits the row the same frame is read. */
static void what_comes_in_on_such_a_line_fails_by_itself(void **state)
{
	struct bed *b = *state;
	struct peer *p = &b->node->peers[BED_PARTNER - 1];
	struct pair *pr;
	struct span frame;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->yours = (struct incarnation){4, {{0xb2}}};
	frame = empty_frame(b, pr);
	p->conn = (struct conn){.up = true, .heard = true, .sent = 5};
	assert_int_equal(receive_frame(&b->t, p, frame), ERR_CORRUPT);
	assert_false(p->conn.met);
	p->conn = (struct conn){.up = true, .heard = true};
	assert_int_equal(receive_frame(&b->t, p, frame), ERR_OK);
	assert_true(p->conn.met);
}

/* A partner that does not answer is not connected: not before the line is hung up, and not until net says that it ended. */
static void a_line_that_is_hung_up_is_not_called_connected(void **state)
{
	struct bed *b = *state;
	struct peer *p = &b->node->peers[BED_PARTNER - 1];

	p->conn = (struct conn){.up = true,
				.heard = true,
				.have_key = true,
				.wait_mono_ms = b->t.mono_ms,
				.ask_mono_ms = UINT64_MAX};
	assert_true(connect_alive(&b->t, p));
	b->t.mono_ms += LIMIT_SILENT_MS;
	assert_false(connect_alive(&b->t, p));
	assert_int_equal(connect_tick(&b->t, p), ERR_OK);
	assert_int_equal(p->conn.hangups, 1);
	assert_false(connect_alive(&b->t, p));
}

/* A node that just began another life and has no room at all: who speaks to it hears so, and no row is changed. */
static void a_new_life_without_room_is_answered(void **state)
{
	struct bed *b = *state;
	struct peer *p = &b->node->peers[BED_PARTNER - 1];
	struct pair *pr;
	struct answer *a;
	struct span frame;
	uint32_t era;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->yours = (struct incarnation){4, {{0xb2}}};
	pr->num_last = pr->acked = 3;
	pr->last_heard_ms = b->now_ms;
	era = pr->era;
	(void)bed_turn(b); /* it is on disk, of the life before */
	b->node->inc = (struct incarnation){b->node->inc.no + 1, {{0xcc}}};
	b->node->bare = true;
	p->conn = (struct conn){.up = true};
	frame = empty_frame(b, &(struct pair){.yours = {4, {{0xb2}}}});
	assert_int_equal(receive_frame(&b->t, p, frame), ERR_OK);
	a = answer_of(&b->t, BED_PARTNER);
	assert_true(a != NULL && a->reply);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	assert_int_equal(pr->num_last, 0); /* as it is answered from */
	(void)bed_turn(b);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	assert_int_equal(pr->era, era + 1); /* and what is on disk counts once */
	b->node->bare = false;
}

/* A keeper that lost its state lost what it kept for us, too: the list of erasures goes there again, though it did not change. */
static void a_keeper_that_forgot_gets_the_list_again(void **state)
{
	struct bed *b = *state;
	struct peer *p = &b->node->peers[BED_PARTNER - 1];
	const struct store_key whose = turn_key_u16(BED_PARTNER);
	struct wr parts = arena_wr(b->t.arena, LIMIT_CLASS_2);
	uint8_t has[4 + 1 + 1 + 16] = {0, 0, 0, 1, 1, 1}; /* version 1, its only page */
	struct pair *pr;
	struct span frame;
	uint16_t count = 0;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
	pr->yours = (struct incarnation){4, {{0xb2}}};
	pr->last_heard_ms = b->now_ms;
	assert_int_equal(deposit_changed(&b->t), ERR_OK);
	assert_int_equal(turn_put(&b->t, STORE_DEPOSITED, &whose, span_of(has, sizeof has)),
			 ERR_OK);
	assert_int_equal(deposit_introduce(&b->t, p, &parts, &count), ERR_OK);
	assert_int_equal(count, 0);
	p->conn = (struct conn){.up = true, .heard = true};
	frame = empty_frame(b, &(struct pair){.yours = {5, {{0xb3}}}});
	assert_int_equal(receive_frame(&b->t, p, frame), ERR_OK);
	pr->unheard = false; /* what it keeps for us came back */
	assert_int_equal(deposit_introduce(&b->t, p, &parts, &count), ERR_OK);
	assert_int_equal(count, 1);
}

/* Which of five members keep for the one with this place, as digits. */
static int keepers_of(struct bed *b, struct peer *peers, unsigned self)
{
	int kept = 0;

	for (unsigned i = 0; i < 5; i++)
		peers[i].self = i == self - 1;
	b->node->node_id = peers[self - 1].node_id;
	for (unsigned i = 0; i < 5; i++)
		if (keeper_is(&b->t, &peers[i]))
			kept = kept * 10 + (int)i + 1;
	return kept;
}

/* In order of node id, as on a ring, the two active members that follow; the order of peers is another. */
static void two_partners_keep_for_each_node(void **state)
{
	static const uint8_t ids[] = {40, 10, 50, 30, 20};
	struct bed *b = *state;
	struct peer peers[5], *const own = b->node->peers;
	const size_t count = b->node->peer_count;
	int of_10, of_20, of_40, of_50, without_20;

	for (unsigned i = 0; i < 5; i++)
		peers[i] = (struct peer){.active = true, .node_id = {{ids[i]}}};
	b->node->peers = peers;
	b->node->peer_count = 5;
	of_10 = keepers_of(b, peers, 2);
	of_20 = keepers_of(b, peers, 5);
	of_40 = keepers_of(b, peers, 1);
	of_50 = keepers_of(b, peers, 3);
	peers[4].active = false;
	without_20 = keepers_of(b, peers, 2);
	b->node->peers = own;
	b->node->peer_count = count;
	assert_int_equal(of_10, 45);	  /* 20 and 30 */
	assert_int_equal(of_20, 14);	  /* 30 and 40 */
	assert_int_equal(of_40, 23);	  /* 50, and on with 10 */
	assert_int_equal(of_50, 25);	  /* 10 and 20 */
	assert_int_equal(without_20, 14); /* of 10: 30 and 40 */
}

/* A table that cannot be walked to its end is no table without damage, whatever the tables behind it say. */
static void a_table_that_breaks_off_is_not_whole(void **state)
{
	struct bed *b = *state;
	struct turn *t = bed_turn(b);
	struct msg *reply = msg_new(t->arena, MSG_REPLY);
	uint8_t key[STORE_KEY_MAX + 1];

	assert_int_equal(view_verify(t, NULL, reply), ERR_OK);
	memset(key, 'k', sizeof key);
	assert_int_equal(store_put(t->txn, STORE_SHELF, span_of(key, sizeof key), span_of(key, 1)),
			 ERR_OK);
	assert_int_equal(view_verify(t, NULL, reply), ERR_CORRUPT);
}

/* A frame of more parts than its reader takes would be refused whole, and made again as it was. */
static void many_small_answers_leave_room_in_a_frame(void **state)
{
	struct bed *b = *state;
	struct answer *a = answer_of(&b->t, BED_PARTNER);

	assert_non_null(a);
	for (unsigned i = 0; i < 2 * LIMIT_FRAME_PARTS; i++)
		answer_part(a, WIRE_PART_PING, span_of("123456789", 9));
	assert_in_range(a->part_count, 1, LIMIT_FRAME_PARTS / 4);
	b->t.answers = NULL;
}

/* What partners choose may be as long as its own limit, all of it at once: what one frame has no room for goes with the next. */
static void long_answers_go_in_two_frames(void **state)
{
	static uint8_t page[LIMIT_CLASS_2];
	struct bed *b = *state;
	struct peer *p = &b->node->peers[BED_PARTNER - 1];
	struct answer *a = answer_of(&b->t, BED_PARTNER);
	unsigned frames = 0;

	assert_non_null(a);
	p->conn = (struct conn){.up = true, .have_key = true, .key_until_s = UINT64_MAX};
	a->reply = true;
	compare_room(a);
	wire_part_put(&a->more, WIRE_PART_LEDGER, span_of(page, a->more.cap - WIRE_PART_HEAD));
	a->more_count = 1;
	assert_false(a->more.over);
	for (unsigned i = 0; i < 12; i++)
		answer_part(a, WIRE_PART_ROSTER, span_of(page, 1000));
	assert_int_equal(a->part_count, 12);
	for (unsigned i = 0; i < 14; i++)
		answer_part(a, WIRE_PART_PING, span_of(page, 9));
	/* and what stands in it besides */
	a->ping = p->have_prekey = b->node->have_prekey = b->node->have_witness = true;
	assert_int_equal(speak_all(&b->t), ERR_OK);
	for (const struct effect *e = b->fx.first; e != NULL; e = e->next)
		frames += e->type == EFFECT_FRAME;
	assert_int_equal(frames, 2);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		EACH(a_pair_lies_on_disk_in_these_bytes),
		EACH(a_pair_that_contradicts_itself_is_damage),
		EACH(a_thread_lies_on_disk_in_these_bytes),
		EACH(what_is_written_is_owed_until_it_is_receipted),
		EACH(to_wait_twice_is_to_wait_once),
		EACH(a_reset_offers_what_is_retained),
		EACH(what_is_receipted_again_was_there_from_the_first_time_on),
		EACH(rows_are_kept_as_long_as_a_backup_may_ask_for_them),
		EACH(what_could_not_be_stored_stays_owed),
		EACH(what_was_stored_once_waits_too),
		EACH(rows_that_are_gone_are_damage),
		EACH(a_pair_that_went_back_fails_by_itself),
		EACH(who_only_looks_begins_nothing_again),
		EACH(what_comes_in_on_such_a_line_fails_by_itself),
		EACH(a_line_that_is_hung_up_is_not_called_connected),
		EACH(a_new_life_without_room_is_answered),
		EACH(a_keeper_that_forgot_gets_the_list_again),
		EACH(many_small_answers_leave_room_in_a_frame),
		EACH(long_answers_go_in_two_frames),
		EACH(two_partners_keep_for_each_node),
		EACH(a_table_that_breaks_off_is_not_whole),
	};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
