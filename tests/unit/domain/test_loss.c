/* SPDX-License-Identifier: EUPL-1.2 */
/* Modules of daemon/domain/loss by themselves: what proves that we lost state, and what a comparison leads to. */
#include "test.h"

#include "base/date.h"
#include "bed.h"
#include "domain/care/recover.h"
#include "domain/consent/casefile.h"
#include "domain/documents/pseudonym.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/clone.h"
#include "domain/loss/compare.h"
#include "domain/loss/incarnation.h"
#include "domain/loss/proof.h"
#include "domain/loss/quarantine.h"
#include "domain/loss/returned.h"
#include "domain/loss/settled.h"

enum {
	BLOCKED_MS = LIMIT_BLOCKED_MIN * 60000,
	CLAIM_DOCUMENT = 1,
	CLAIM_RECEIPT = 2,
	ANSWER = 1,
	PRESENT = 2
};

static const struct id16 thread_id = {{0x51}};

/* Our incarnation is the second one, the partner's the first; both directions are at the start. */
static struct pair *meet(struct bed *b)
{
	struct pair *p;

	b->node->inc.no = PRESENT;
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	p->yours = (struct incarnation){1, {{0xfe}}};
	return p;
}

static struct thread thread_new(struct bed *b)
{
	struct thread th = {.id = thread_id,
			    .case_id = thread_id,
			    .peer = BED_PARTNER,
			    .kind = THREAD_REFERRAL,
			    .role = THREAD_SENDER};

	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	return th;
}

/* A document of ours at the next place of our log, with its head and hash. */
static struct span write_own(struct bed *b, struct thread *th, uint32_t origin, struct id32 *hash,
			     bool in_log)
{
	struct wire_head h = bed_head(b, BED_SELF, BED_PARTNER, th->id, th->my_no + 1);
	struct span bytes;

	h.origin_inc = origin;
	h.prev_hash = th->my_hash;
	bytes = bed_document(b, &h, hash);
	if (in_log) {
		const struct doc_key key = {h.msg_id, 0};
		const struct doc_brief brief = document_brief(&h, hash);

		assert_int_equal(thread_append(&b->t, th, true,
					       &(struct log_entry){.doc = key, .hash = *hash}),
				 ERR_OK);
		assert_int_equal(thread_save(&b->t, th), ERR_OK);
		assert_int_equal(outbox_put(&b->t, BED_PARTNER, &key, &brief), ERR_OK);
	}
	return bytes;
}

static bool proves(struct bed *b, struct pair *p, uint8_t kind, struct span shown)
{
	struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};
	const struct proof_claim c = {.t = &b->t,
				      .p = &b->node->peers[BED_PARTNER - 1],
				      .pr = p,
				      .a = &a,
				      .current = true};
	struct wr w = arena_wr(&b->arena, shown.len + 1);
	bool begun = false;

	wr_u8(&w, kind);
	wr_put(&w, shown.p, shown.len);
	assert_int_equal(proof_part(&c, wr_span(&w), &begun), ERR_OK);
	assert_true(begun ? b->node->inc.no > PRESENT : b->node->inc.no == PRESENT);
	return begun;
}

/* The table of proof.c, row by row, and whatever the partner says of its receipts: it showed the document in an earlier
 * pair of incarnations, and may say any number. */
static void a_document_of_ours_proves_a_loss_as_the_table_says(void **state)
{
	static const struct {
		bool in_log, shelved, present, numbered, proof;
	} table[] = {
		{false, false, true, false, true},  {false, false, false, false, false},
		{false, true, true, false, false},  {false, true, false, false, false},
		{true, false, true, false, false},  {true, false, true, true, false},
		{true, false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		void *fresh;
		struct bed *b;
		struct pair *p;
		struct thread th;
		struct wire_doc d;
		struct id32 hash;
		struct span doc;

		assert_int_equal(bed_setup(&fresh), 0);
		b = fresh;
		p = meet(b);
		th = thread_new(b);
		doc = write_own(b, &th, table[i].present ? PRESENT : 1, &hash, table[i].in_log);
		if (table[i].shelved) {
			assert_int_equal(wire_doc_get(doc, &d), ERR_OK);
			assert_int_equal(document_keep(&b->t,
						       &(struct doc_key){.msg = d.head.msg_id}, &d,
						       &th.case_id, WIRE_VERDICT_OK),
					 ERR_OK);
		}
		if (table[i].numbered)
			assert_int_equal(outbox_number(&b->t, p, ++p->tail), ERR_OK);
		for (int again = 0; again < 2; again++) {
			if (proves(b, p, CLAIM_DOCUMENT, doc) != table[i].proof)
				fail_msg("row %zu of the table", i);
			if (table[i].proof)
				break;
			b->t.wall_ms += 2 * (uint64_t)DAY_MS;
		}
		assert_int_equal(bed_teardown(&fresh), 0);
	}
}

/* How far our frame said that we were in this pair of incarnations, and how far we are. */
static void only_our_own_head_says_how_far_we_were(void **state)
{
	static const struct {
		uint64_t first, got, held;
		uint32_t mine, yours;
		bool forged, proof;
	} table[] = {
		{3, 5, 3, PRESENT, 1, false, false},	 /* as far as we are */
		{4, 0, 0, PRESENT, 1, false, true},	 /* numbered further */
		{0, 6, 0, PRESENT, 1, false, true},	 /* received more */
		{0, 0, 4, PRESENT, 1, false, true},	 /* receipted more */
		{4, 6, 4, PRESENT, 1, true, false},	 /* not signed by us */
		{9, 9, 9, PRESENT - 1, 1, false, false}, /* in a life that we know is over */
		{9, 9, 9, PRESENT, 7, false, false},	 /* to another life of theirs */
		{0, 0, 0, PRESENT + 3, 1, false, true},	 /* in a later life of ours */
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct wire_frame f;
		uint8_t shown[PAIR_RECEIPT_LEN] = {0};
		const struct span parts[] = {{shown, WIRE_FRAME_HEAD},
					     {shown + WIRE_FRAME_HEAD, 32}};
		void *fresh;
		struct bed *b;
		struct pair *p;

		assert_int_equal(bed_setup(&fresh), 0);
		b = fresh;
		p = meet(b);
		p->mine = b->node->inc;
		p->num_last = 3;
		p->got = 5;
		f = (struct wire_frame){.fed_id = b->node->fed_id,
					.sender = b->node->node_id,
					.recipient = b->node->peers[BED_PARTNER - 1].node_id,
					.key_seq = b->node->key_seq,
					.my_inc = {table[i].mine, b->node->inc.id},
					.your_inc = {table[i].yours, p->yours.id},
					.first_seq = table[i].first,
					.got_upto = table[i].got,
					.held = table[i].held};
		wire_frame_put(&f, shown);
		fake_sign(SIGN_FRAME, parts, 2, &b->node->nk_pub, shown + WIRE_FRAME_HEAD + 32);
		if (table[i].forged)
			shown[PAIR_RECEIPT_LEN - 1] ^= 1;
		if (proves(b, p, CLAIM_RECEIPT, span_of(shown, sizeof shown)) != table[i].proof)
			fail_msg("row %zu of the table", i);
		assert_int_equal(bed_teardown(&fresh), 0);
	}
}

/* Who can show only what others signed proves nothing. */
static void what_we_did_not_sign_proves_nothing(void **state)
{
	struct bed *b = *state;
	struct pair *p = meet(b);
	struct wire_head h = bed_head(b, BED_PARTNER, BED_SELF, thread_id, 1);
	struct id32 hash;
	struct span doc;
	uint8_t *forged;

	assert_false(proves(b, p, CLAIM_DOCUMENT, bed_document(b, &h, &hash)));
	h = bed_head(b, BED_SELF, BED_OTHER, thread_id, 1);
	h.origin_inc = PRESENT; /* not written to this partner */
	assert_false(proves(b, p, CLAIM_DOCUMENT, bed_document(b, &h, &hash)));
	h = bed_head(b, BED_SELF, BED_PARTNER, thread_id, 1);
	h.origin_inc = PRESENT;
	doc = bed_document(b, &h, &hash);
	forged = arena_keep(&b->arena, doc.len);
	assert_non_null(forged);
	memcpy(forged, doc.p, doc.len);
	forged[doc.len - 1] ^= 1;
	assert_false(proves(b, p, CLAIM_DOCUMENT, span_of(forged, doc.len)));
	assert_true(proves(b, p, CLAIM_DOCUMENT, doc));
}

/* The table of proof_blocked(): what a document that cannot be placed leads to, and when.  Whatever it is, we begin no
 * new incarnation, and compare the pair once a day. */
static void a_gap_is_compared_once_a_day_and_passed_over(void **state)
{
	struct bed *b = *state;
	struct pair *p = meet(b);
	const uint32_t era = p->era;
	const uint64_t start = b->now_ms;
	bool over;

	for (uint64_t ms = 0; ms < BLOCKED_MS; ms += BLOCKED_MS / 2) {
		b->t.wall_ms = start + ms;
		assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
		assert_false(over || p->uncompared); /* it may be on its way */
	}
	for (unsigned n = 0; n < 100; n++) { /* a member that does nothing else */
		b->t.wall_ms = start + BLOCKED_MS + n * UINT64_C(800000);
		assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
		assert_true(over);
		p->blocked_ms = 0; /* its stream goes on: here is another one */
		assert_int_equal(p->era, era + 1);
	}
	p->uncompared = false;
	b->t.wall_ms = start + BLOCKED_MS + DAY_MS;
	assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
	assert_false(over);
	b->t.wall_ms += BLOCKED_MS;
	assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
	assert_true(over && p->uncompared);
	assert_int_equal(p->era, era + 2);
	assert_int_equal(b->node->inc.no, PRESENT);
}

/* The clock was a year ahead when it began: the partner's stream does not stand still for that year. */
static void a_gap_outlasts_no_clock_that_was_put_back(void **state)
{
	struct bed *b = *state;
	struct pair *p = meet(b);
	bool over;

	b->t.wall_ms = b->now_ms + 365 * (uint64_t)DAY_MS;
	assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
	b->t.wall_ms = b->now_ms;
	assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
	assert_false(over);
	b->t.wall_ms = b->now_ms + BLOCKED_MS;
	assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
	assert_true(over && p->uncompared);
	/* nor is the next one left without a look */
	p->uncompared = false;
	p->blocked_ms = 0;
	p->weak_ms += 365 * (uint64_t)DAY_MS;
	assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
	assert_false(over);
	b->t.wall_ms += BLOCKED_MS;
	assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
	assert_true(over && p->uncompared);
}

/* While the pair is compared after a loss the same: what they owe us comes with that, and nothing is begun again. */
static void a_gap_after_a_loss_begins_nothing(void **state)
{
	struct bed *b = *state;
	struct pair *p = meet(b);
	uint32_t era;
	bool over;

	assert_int_equal(pair_reset(&b->t, p, true), ERR_OK);
	era = p->era;
	assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
	assert_false(over);
	for (unsigned n = 0; n < 30; n++) {
		b->t.wall_ms = b->now_ms + BLOCKED_MS + n * (uint64_t)(DAY_MS + BLOCKED_MS);
		assert_int_equal(proof_blocked(&b->t, p, &over), ERR_OK);
	}
	assert_true(over && p->uncompared);
	assert_int_equal(p->era, era);
	assert_int_equal(b->node->inc.no, PRESENT);
}

static uint64_t kept_upto(const struct pair *p)
{
	struct wire_frame f;

	assert_true(wire_frame_head_get(p->receipt, &f));
	return f.got_upto;
}

static void keep(struct bed *b, struct pair *p, struct incarnation of_us, uint64_t upto)
{
	const struct wire_frame f = {.fed_id = b->node->fed_id,
				     .sender = b->node->peers[BED_PARTNER - 1].node_id,
				     .my_inc = p->yours,
				     .your_inc = of_us,
				     .got_upto = upto};
	static const uint8_t sig[WIRE_SIG];
	uint8_t head[WIRE_FRAME_HEAD];
	struct wire_frame_view v = {.head = f, .sig = sig, .parts = {head, 0}};

	wire_frame_put(&f, head);
	v.head_bytes = span_of(head, sizeof head);
	proof_keep_receipt(p, &v);
}

/* Of two receipts the one that goes furthest in our present incarnation is kept. */
static void the_receipt_that_goes_furthest_is_kept(void **state)
{
	struct bed *b = *state;
	struct pair *p;
	const struct incarnation old = {1, {{0xaa}}};

	p = meet(b);
	p->mine = b->node->inc;
	keep(b, p, old, 90);
	assert_int_equal(kept_upto(p), 90);
	keep(b, p, p->mine, 5);
	assert_int_equal(kept_upto(p), 5);
	keep(b, p, old, 95);
	assert_int_equal(kept_upto(p), 5);
	keep(b, p, p->mine, 4);
	assert_int_equal(kept_upto(p), 5);
	keep(b, p, p->mine, 6);
	assert_int_equal(kept_upto(p), 6);
}

/* What one turn numbered says with it how far the numbers were. */
static void frames_never_mix_numbers_of_two_turns(void **state)
{
	static const uint64_t with[] = {1, 1, 3, 4, 4};
	struct bed *b = *state;
	struct thread th;
	struct id32 hash;
	struct pair *p;
	uint64_t place, first;

	p = meet(b);
	p->mine = b->node->inc;
	th = thread_new(b);
	for (int i = 0; i < 5; i++) {
		if (i == 2 || i == 3) {
			(void)bed_turn(b);
			assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
		}
		(void)write_own(b, &th, PRESENT, &hash, true);
		assert_int_equal(outbox_number(&b->t, p, ++p->tail), ERR_OK);
	}
	for (uint64_t no = 1; no <= 5; no++) {
		assert_int_equal(outbox_numbered(&b->t, BED_PARTNER, no, &place, &first), ERR_OK);
		assert_int_equal(first, with[no - 1]);
	}
}

/* ---- comparison ---- */

/* The pair after a loss: nothing was heard, nothing is compared. */
static struct pair *lose(struct bed *b)
{
	struct pair *p = meet(b);

	assert_int_equal(pair_reset(&b->t, p, true), ERR_OK);
	return p;
}

/* The partner's answer about our one thread, for the whole pass. */
static void answered(struct bed *b, struct pair *p, uint32_t no, const struct id32 *hash,
		     bool known)
{
	struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};
	uint8_t bytes[1 + 33 + 53];
	struct wr w = wr_of(bytes, sizeof bytes);

	wr_u8(&w, ANSWER);
	wr_zero(&w, 16);
	for (int i = 0; i < 16; i++)
		wr_u8(&w, 255);
	wr_u8(&w, known ? 1 : 0);
	if (known) {
		wr_put(&w, thread_id.b, 16);
		wr_u32(&w, no);
		wr_put(&w, hash->b, 32);
		wr_u8(&w, 0);
	}
	assert_int_equal(compare_heads(&b->t, &b->node->peers[BED_PARTNER - 1], p, &a, wr_span(&w)),
			 ERR_OK);
}

/* The table of compare.c: what the partner's copy of our log says, and whether the thread is settled by it. */
static void a_thread_is_settled_when_both_copies_are_the_same(void **state)
{
	static const struct {
		bool known;
		uint32_t no;
		bool ours, settled;
	} table[] = {
		{false, 0, false, true}, /* they have no such thread: it will be offered */
		{true, 0, false, true},	 /* nor anything of ours in it */
		{true, 2, true, true},	 /* the same */
		{true, 1, true, true},	 /* less, but the same as far as it goes */
		{true, 2, false, false}, /* another document at our place */
		{true, 3, false, false}, /* more than we have: it comes back */
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct id32 other = {{0x99}};
		struct id32 hash[3];
		struct thread th;
		struct pair *p;
		struct bed *b;
		void *fresh;

		assert_int_equal(bed_setup(&fresh), 0);
		b = fresh;
		(void)meet(b);
		th = thread_new(b);
		(void)write_own(b, &th, 1, &hash[1], true);
		(void)write_own(b, &th, 1, &hash[2], true);
		p = lose(b);
		assert_false(settled_is(&th, p));
		answered(b, p, table[i].no, table[i].ours ? &hash[table[i].no] : &other,
			 table[i].known);
		assert_int_equal(thread_load(&b->t, &thread_id, &th), ERR_OK);
		if ((th.era == p->era) != table[i].settled ||
		    (bed_calls.settled == 1) != table[i].settled ||
		    p->uncompared == table[i].settled)
			fail_msg("row %zu of the table", i);
		assert_false(p->unheard); /* a whole pass was answered */
		assert_int_equal(bed_teardown(&fresh), 0);
	}
}

/* The partner has another document at the first place of all our threads. */
static void all_differ(struct bed *b, struct pair *p, const struct id16 *ids, unsigned n)
{
	struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};
	uint8_t bytes[1 + 33 + 2 * 53];
	struct wr w = wr_of(bytes, sizeof bytes);

	wr_u8(&w, ANSWER);
	wr_zero(&w, 16);
	for (int i = 0; i < 16; i++)
		wr_u8(&w, 255);
	wr_u8(&w, (uint8_t)n);
	for (unsigned i = 0; i < n; i++) {
		wr_put(&w, ids[i].b, 16);
		wr_u32(&w, 1);
		wr_put(&w, ids[n - 1 - i].b, 16);
		wr_zero(&w, 16 + 1);
	}
	assert_int_equal(compare_heads(&b->t, &b->node->peers[BED_PARTNER - 1], p, &a, wr_span(&w)),
			 ERR_OK);
}

/* One thread is searched at a time.  What is stuck must not keep the others waiting: its documents may wait for one that
 * the partner can only send when another thread is found out. */
static void every_thread_that_differs_has_its_turn(void **state)
{
	struct bed *b = *state;
	const struct id16 ids[] = {{{0x51}}, {{0x52}}};
	const struct heads_cursor *h;
	unsigned turns[2] = {0, 0};
	struct pair *p;

	(void)meet(b);
	for (size_t i = 0; i < 2; i++) {
		struct thread th = {.id = ids[i],
				    .case_id = ids[i],
				    .peer = BED_PARTNER,
				    .kind = THREAD_REFERRAL,
				    .role = THREAD_SENDER};
		struct id32 hash;

		assert_int_equal(thread_create(&b->t, &th), ERR_OK);
		(void)write_own(b, &th, 1, &hash, true);
	}
	p = lose(b);
	h = &b->node->peers[BED_PARTNER - 1].conn.heads;
	for (int pass = 0; pass < 20; pass++) {
		all_differ(b, p, ids, 2);
		for (size_t i = 0; i < 2; i++)
			turns[i] += h->probing && id16_equal(&h->probe, &ids[i]);
	}
	assert_true(p->uncompared);
	if (turns[0] < 3 || turns[1] < 3)
		fail_msg("of twenty passes %u and %u", turns[0], turns[1]);
}

/* A document of the partner at the next place of its log. */
static void keep_theirs(struct bed *b, struct thread *th)
{
	struct wire_head h = bed_head(b, BED_PARTNER, BED_SELF, th->id, th->their_no + 1);
	const struct doc_key key = {h.msg_id, BED_PARTNER};
	struct wire_doc d;
	struct id32 hash;

	h.prev_hash = th->their_hash;
	assert_int_equal(wire_doc_get(bed_document(b, &h, &hash), &d), ERR_OK);
	assert_int_equal(document_keep(&b->t, &key, &d, &th->case_id, WIRE_VERDICT_OK), ERR_OK);
	assert_int_equal(
		thread_append(&b->t, th, false, &(struct log_entry){.doc = key, .hash = hash}),
		ERR_OK);
	assert_int_equal(thread_save(&b->t, th), ERR_OK);
}

/* One question of a partner that has nothing any more: how many documents come back, up to which thread? */
static unsigned given_back(struct bed *b, struct pair *p, struct id16 *after)
{
	struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};
	uint8_t ask[34] = {0};
	struct wire_part part;
	struct rd parts;
	unsigned n = 0;

	memcpy(ask + 1, after->b, 16);
	memset(ask + 17, 255, 16);
	assert_int_equal(compare_heads(&b->t, &b->node->peers[BED_PARTNER - 1], p, &a,
				       span_of(ask, sizeof ask)),
			 ERR_OK);
	parts = rd_of(wr_span(&a.more));
	while (wire_part_next(&parts, &part)) {
		n += part.type == WIRE_PART_RETURNED;
		if (part.type == WIRE_PART_THREAD_HEADS)
			memcpy(after->b, part.bytes.p + 17, 16);
	}
	return n;
}

/* More than fits one answer: the next question goes on behind it.  Given first again and again, what cannot be used yet
 * would keep the rest waiting, and the rest may be what it waits for. */
static void everything_comes_back_in_one_pass(void **state)
{
	enum { THREADS = 60, EACH_HAS = 3 };
	struct bed *b = *state;
	struct pair *p = meet(b);
	struct id16 after = {{0}}, last;
	unsigned got = 0;

	for (unsigned i = 0; i < THREADS; i++) {
		struct thread th = {.id = {{(uint8_t)(i + 1)}},
				    .case_id = {{(uint8_t)(i + 1)}},
				    .peer = BED_PARTNER,
				    .kind = THREAD_REFERRAL,
				    .role = THREAD_RECEIVER};

		assert_int_equal(thread_create(&b->t, &th), ERR_OK);
		for (int k = 0; k < EACH_HAS; k++)
			keep_theirs(b, &th);
	}
	memset(last.b, 255, sizeof last.b);
	for (int questions = 0; questions < 10 && !id16_equal(&after, &last); questions++)
		got += given_back(b, p, &after);
	assert_true(id16_equal(&after, &last));
	assert_int_equal(got, THREADS * EACH_HAS);
}

/* A question may claim any number: it is answered, and nothing breaks here. */
static void a_question_may_claim_any_number(void **state)
{
	struct bed *b = *state;
	struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};
	uint8_t bytes[1 + 33 + 56];
	struct wr w = wr_of(bytes, sizeof bytes);
	struct id32 hash;
	struct thread th;
	struct pair *p;

	p = meet(b);
	th = thread_new(b);
	(void)write_own(b, &th, 1, &hash, true);
	wr_u8(&w, 0);
	wr_zero(&w, 16);
	for (int i = 0; i < 16; i++)
		wr_u8(&w, 255);
	wr_u8(&w, 1);
	wr_put(&w, thread_id.b, 16);
	wr_u32(&w, UINT32_MAX);
	wr_put(&w, hash.b, 32);
	wr_u32(&w, UINT32_MAX);
	p->tail = p->out_last; /* nothing is on its way */
	assert_int_equal(compare_heads(&b->t, &b->node->peers[BED_PARTNER - 1], p, &a, wr_span(&w)),
			 ERR_OK);
	assert_int_equal(a.more_count, 1);
}

/* ---- documents that come back ---- */

static bool comes_back(struct bed *b, struct pair *p, struct span doc)
{
	bool forgot;

	assert_int_equal(
		returned_document(&b->t, &b->node->peers[BED_PARTNER - 1], p, doc, &forgot),
		ERR_OK);
	return forgot;
}

/* We forgot the whole thread: its documents come back in order, and only in order. */
static void what_we_forgot_joins_its_log_in_order(void **state)
{
	struct bed *b = *state;
	struct pair *p = lose(b);
	struct thread th = {.id = thread_id}, back;
	struct wire_head h[3];
	struct span doc[3];
	struct id32 hash = {{0}};
	struct outbox_row row;
	uint64_t place;
	uint16_t peer;

	for (uint32_t no = 1; no <= 2; no++) {
		h[no] = bed_head(b, BED_SELF, BED_PARTNER, thread_id, no);
		h[no].prev_hash = hash;
		doc[no] = bed_document(b, &h[no], &hash);
	}
	assert_false(comes_back(b, p, doc[2]));
	assert_int_equal(thread_load(&b->t, &th.id, &back), ERR_NOTFOUND);
	assert_false(comes_back(b, p, doc[1]));
	assert_false(comes_back(b, p, doc[2]));
	assert_int_equal(thread_load(&b->t, &th.id, &back), ERR_OK);
	assert_int_equal(back.my_no, 2);
	assert_memory_equal(&back.my_hash, &hash, sizeof hash);
	assert_int_equal(bed_calls.recovered, 1);
	assert_int_equal(bed_calls.returned, 2);
	assert_false(settled_is(&back, p)); /* the next pass says so */
	assert_int_equal(outbox_find(&b->t, &h[2].msg_id, &peer, &place, &row), ERR_OK);
	assert_int_equal(row.state, OUTBOX_STORED); /* their copy is where it came from */
	h[0] = bed_head(b, BED_SELF, BED_PARTNER, thread_id, 3); /* continues another log */
	assert_false(comes_back(b, p, bed_document(b, &h[0], &hash)));
	assert_int_equal(thread_load(&b->t, &th.id, &back), ERR_OK);
	assert_int_equal(back.my_no, 2);
}

/* What the partner holds wins: ours of that place goes to the shelf of lost acts, and whoever signed in this very
 * incarnation what it does not know lost state again. */
static void what_they_hold_takes_its_place(void **state)
{
	struct bed *b = *state;
	struct id32 hash, theirs;
	struct wire_head h;
	struct thread th;
	struct span doc;
	struct pair *p;

	(void)meet(b);
	th = thread_new(b);
	(void)write_own(b, &th, PRESENT, &hash, true);
	p = lose(b);
	h = bed_head(b, BED_SELF, BED_PARTNER, thread_id, 1);
	h.msg_id = bed_id(0x77);
	doc = bed_document(b, &h, &theirs);
	assert_false(comes_back(b, p, doc));
	assert_int_equal(thread_load(&b->t, &thread_id, &th), ERR_OK);
	assert_int_equal(th.my_no, 1);
	assert_memory_equal(&th.my_hash, &theirs, sizeof theirs);
	assert_int_equal(bed_calls.shelved, 1);
	h.msg_id = bed_id(0x78);
	h.origin_inc = PRESENT;
	assert_true(comes_back(b, p, bed_document(b, &h, &theirs)));
}

/* What was given back before both copies were found the same comes late, and rests on what is there no more: it moves nothing that was
 * written since.  What the partner has there now takes the place, as ever. */
static void what_comes_back_late_moves_nothing(void **state)
{
	struct bed *b = *state;
	struct id32 hash, theirs;
	struct wire_head h = bed_head(b, BED_SELF, BED_PARTNER, thread_id, 1);
	struct thread th;
	struct pair *p;

	(void)meet(b);
	th = thread_new(b);
	p = lose(b);
	th.era = p->era;
	assert_true(p->uncompared);
	(void)write_own(b, &th, PRESENT, &hash, true);
	h.msg_id = bed_id(0x77);
	h.seen_no = 1;
	h.seen_hash.b[0] = 1;
	assert_false(comes_back(b, p, bed_document(b, &h, &theirs)));
	assert_int_equal(thread_load(&b->t, &thread_id, &th), ERR_OK);
	assert_int_equal(th.my_no, 1);
	assert_memory_equal(&th.my_hash, &hash, sizeof hash);
	assert_int_equal(bed_calls.shelved, 0);

	h.seen_no = 0;
	h.seen_hash.b[0] = 0;
	assert_false(comes_back(b, p, bed_document(b, &h, &theirs)));
	assert_int_equal(thread_load(&b->t, &thread_id, &th), ERR_OK);
	assert_memory_equal(&th.my_hash, &theirs, sizeof theirs);
	assert_int_equal(bed_calls.shelved, 1);
}

/* A partner that holds two documents of ours for one place gives them back in turns: each comes once. */
static void two_that_lay_on_one_place_do_not_change_about(void **state)
{
	struct bed *b = *state;
	struct id32 hash[2], other;
	struct wire_head h = bed_head(b, BED_SELF, BED_PARTNER, thread_id, 1);
	struct span doc[2];
	struct thread th;
	struct pair *p;

	(void)meet(b);
	b->node->inc.no = PRESENT + 1;
	th = thread_new(b);
	(void)write_own(b, &th, PRESENT + 1, &other, true);
	p = lose(b);
	b->node->inc.no = PRESENT + 1;
	for (uint8_t i = 0; i < 2; i++) {
		h.msg_id = bed_id((uint8_t)(0x71 + i));
		h.origin_inc = i + 1u;
		doc[i] = bed_document(b, &h, &hash[i]);
	}
	for (int n = 0; n < 10; n++)
		for (int i = 0; i < 2; i++)
			(void)comes_back(b, p, doc[i]);
	assert_int_equal(bed_calls.shelved, 2); /* ours, and the first of the two */
	assert_int_equal(thread_load(&b->t, &thread_id, &th), ERR_OK);
	assert_memory_equal(&th.my_hash, &hash[1], sizeof hash[1]);
}

/* A page of no thread, that ends just behind where the last one ended. */
static void an_answer_without_end_is_asked_for_at_our_pace(void **state)
{
	struct bed *b = *state;
	struct pair *p = lose(b);

	for (uint8_t n = 1; n < 40; n++) {
		struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};
		uint8_t bytes[34] = {ANSWER};

		bytes[1 + 15] = (uint8_t)(n - 1);
		bytes[17 + 15] = n;
		assert_int_equal(compare_heads(&b->t, &b->node->peers[BED_PARTNER - 1], p, &a,
					       span_of(bytes, sizeof bytes)),
				 ERR_OK);
		assert_false(a.again);
	}
	assert_true(p->unheard && p->uncompared);
}

/* However many questions a frame asks. */
static void one_page_a_frame_is_answered(void **state)
{
	struct bed *b = *state;
	struct pair *p = meet(b);
	struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};
	uint8_t ask[34] = {0};
	uint16_t parts;

	(void)thread_new(b);
	memset(ask + 17, 255, 16);
	assert_int_equal(compare_heads(&b->t, &b->node->peers[BED_PARTNER - 1], p, &a,
				       span_of(ask, sizeof ask)),
			 ERR_OK);
	parts = a.more_count;
	assert_int_not_equal(parts, 0);
	for (int n = 0; n < 127; n++)
		assert_int_equal(compare_heads(&b->t, &b->node->peers[BED_PARTNER - 1], p, &a,
					       span_of(ask, sizeof ask)),
				 ERR_OK);
	assert_int_equal(a.more_count, parts);
}

/* Their stream stands still at a document of ours whose predecessor they lost: the question says what they lack, and it is
 * owed again though something is under way. */
static void what_blocks_does_not_keep_back_what_it_waits_for(void **state)
{
	struct bed *b = *state;
	struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};
	uint8_t ask[34] = {0};
	struct pair *p = meet(b);
	struct thread th;
	struct id32 hash;

	p->mine = b->node->inc;
	th = thread_new(b);
	for (int i = 0; i < 3; i++) {
		(void)write_own(b, &th, PRESENT, &hash, true);
		assert_int_equal(outbox_number(&b->t, p, ++p->tail), ERR_OK);
	}
	p->acked = 2; /* they have two, they say; the third is under way */
	memset(ask + 17, 255, 16);
	assert_int_equal(compare_heads(&b->t, &b->node->peers[BED_PARTNER - 1], p, &a,
				       span_of(ask, sizeof ask)),
			 ERR_OK);
	assert_int_equal(p->waiting, 2);
	assert_true(p->recheck);
}

/* A question that finds the turn's memory full comes again; it ends nothing. */
static void a_question_may_find_no_memory(void **state)
{
	struct bed *b = *state;
	struct pair *p = meet(b);
	struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};
	uint8_t ask[1 + 16 + 16 + 1] = {0};
	const size_t cap = b->arena.cap;
	enum err rc;

	(void)thread_new(b);
	memset(ask + 17, 0xff, 16);
	b->arena.cap = b->arena.used + 8192; /* for the rows, not for an answer */
	rc = compare_heads(&b->t, &b->node->peers[BED_PARTNER - 1], p, &a,
			   span_of(ask, sizeof ask));
	b->arena.cap = cap;
	assert_int_equal(rc, ERR_NOMEM);
}

/* In the thread of a consent nothing but a withdrawal ends it, whatever of ours comes to the shelf there. */
static void a_lost_act_breaks_no_consent(void **state)
{
	struct bed *b = *state;
	struct thread th = {.id = thread_id,
			    .case_id = thread_id,
			    .peer = BED_PARTNER,
			    .kind = THREAD_CONSENT,
			    .role = THREAD_SENDER};
	const struct doc_key ours = {.msg = bed_id(0x61)};

	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	assert_int_equal(recover_shelved(&b->t, &th, &ours, DOC_REVOKE), ERR_OK);
	assert_false(th.owes_end);
	assert_int_equal(recover_shelved(&b->t, &th, &ours, DOC_WITHDRAWAL), ERR_OK);
	assert_true(th.owes_end);
}

/* ---- holds and copies ---- */

static struct id16 case_born(uint64_t ms)
{
	struct id16 id = {{0}};

	for (int i = 5; i >= 0; i--, ms >>= 8)
		id.b[i] = (uint8_t)ms;
	return id;
}

static bool held(struct bed *b, const struct id16 *case_id)
{
	bool yes;

	assert_int_equal(quarantine_holds(&b->t, case_id, &yes), ERR_OK);
	return yes;
}

/* A partner that stays silent holds up what came from it, and no case of others once one keeper of our erasures was
 * heard. */
static void who_stays_silent_holds_up_its_own(void **state)
{
	struct bed *b = *state;
	const struct id16 ours = case_born(b->now_ms - 1), newer = case_born(b->now_ms + 1),
			  theirs = case_born(b->now_ms - 2), sent = case_born(b->now_ms - 3);
	struct pair *p, *other;
	struct thread th = {.id = {{1}},
			    .case_id = theirs,
			    .peer = BED_OTHER,
			    .kind = THREAD_REFERRAL,
			    .role = THREAD_RECEIVER};

	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	th = (struct thread){.id = {{2}},
			     .case_id = sent,
			     .peer = BED_OTHER,
			     .kind = THREAD_REFERRAL,
			     .role = THREAD_SENDER};
	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	assert_false(held(b, &ours));
	assert_int_equal(incarnation_begin(&b->t, 0, ALARM_ROLLED_BACK), ERR_OK);
	assert_true(held(b, &ours) && held(b, &theirs) && held(b, &sent)); /* nobody was heard */
	assert_false(held(b, &newer));
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	assert_int_equal(pair_get(&b->t, BED_OTHER, &other), ERR_OK);
	p->unheard = false;
	assert_int_equal(quarantine_heard(&b->t), ERR_OK);
	assert_true(b->node->quarantine);
	assert_false(held(b, &ours));
	assert_false(held(b, &sent)); /* what it was sent binds nobody else */
	assert_true(held(b, &theirs));
	assert_int_equal(quarantine_release(&b->t, &theirs), ERR_OK);
	assert_false(held(b, &theirs));
	other->unheard = false;
	assert_int_equal(quarantine_heard(&b->t), ERR_OK);
	assert_false(b->node->quarantine);
}

/* ... and that not for ever; nor does it when it is no member any more. */
static void a_quarantine_ends(void **state)
{
	struct bed *b = *state;
	const struct id16 older = case_born(b->now_ms - 1);
	const uint64_t days_ms = (uint64_t)LIMIT_QUARANTINE_DAYS * DAY_MS;

	assert_int_equal(quarantine_until_ms(b->node), UINT64_MAX);
	assert_int_equal(incarnation_begin(&b->t, 0, ALARM_ROLLED_BACK), ERR_OK);
	assert_int_equal(quarantine_until_ms(b->node), b->t.wall_ms + days_ms);
	b->t.wall_ms += days_ms - 1;
	assert_int_equal(quarantine_tick(&b->t), ERR_OK);
	assert_true(b->node->quarantine && held(b, &older));
	b->t.wall_ms += 1;
	assert_int_equal(quarantine_tick(&b->t), ERR_OK);
	assert_false(b->node->quarantine || held(b, &older));

	assert_int_equal(incarnation_begin(&b->t, 0, ALARM_ROLLED_BACK), ERR_OK);
	b->node->peers[BED_PARTNER - 1].active = b->node->peers[BED_OTHER - 1].active = false;
	b->t.mono_ms += 60001;
	assert_int_equal(quarantine_tick(&b->t), ERR_OK);
	assert_false(b->node->quarantine);
}

/* A loss that was noticed in a year to come, by a clock that was set right since, holds nothing up for that year. */
static void a_quarantine_of_the_future_begins_now(void **state)
{
	struct bed *b = *state;
	const uint64_t days_ms = (uint64_t)LIMIT_QUARANTINE_DAYS * DAY_MS, now = b->t.wall_ms;

	b->t.wall_ms += 400ull * DAY_MS;
	assert_int_equal(incarnation_begin(&b->t, 0, ALARM_ROLLED_BACK), ERR_OK);
	(void)bed_turn(b); /* at the time it really is */
	assert_int_equal(b->t.wall_ms, now);
	assert_int_equal(quarantine_tick(&b->t), ERR_OK);
	assert_int_equal(quarantine_until_ms(b->node), now + days_ms);
	b->node->restored_ms = 0; /* as the next start reads it */
	assert_int_equal(incarnation_load(&b->t, b->node), ERR_OK);
	assert_int_equal(quarantine_until_ms(b->node), now + days_ms);
	b->t.wall_ms += days_ms;
	assert_int_equal(quarantine_tick(&b->t), ERR_OK);
	assert_false(b->node->quarantine);
}

/* A partner that gives cause again and again fills no disk: the alarm is written once an hour. */
static void an_alarm_that_repeats_is_written_once_an_hour(void **state)
{
	struct bed *b = *state;
	unsigned said = 0;

	for (unsigned n = 0; n < 120; n++) {
		b->t.wall_ms = b->now_ms + n * UINT64_C(60000);
		assert_int_equal(alarm_set(&b->t, ALARM_TOLD, BED_PARTNER), ERR_OK);
	}
	for (const struct effect *e = b->fx.first; e != NULL; e = e->next)
		said += e->type == EFFECT_ALARM;
	assert_int_equal(said, 2);
	assert_true(alarm_is(&b->t, ALARM_TOLD, BED_PARTNER));
	assert_int_equal(alarm_clear(&b->t, ALARM_TOLD, BED_PARTNER), ERR_OK);
	assert_false(alarm_is(&b->t, ALARM_TOLD, BED_PARTNER));
}

/* Whoever saw it is asked again when it comes back, also within that hour; and once. */
static void an_alarm_that_comes_back_is_seen_by_nobody(void **state)
{
	struct bed *b = *state;
	const struct event asked = {.uid = 7};
	struct alarm_ack seen;
	unsigned said = 0;

	b->t.wall_ms = b->now_ms;
	assert_int_equal(alarm_set(&b->t, ALARM_TOLD, BED_PARTNER), ERR_OK);
	b->t.wall_ms += 60000;
	b->t.ev = &asked;
	assert_int_equal(alarm_ack(&b->t, alarm_text(ALARM_TOLD), BED_PARTNER), ERR_OK);
	assert_int_equal(alarm_acked(&b->t, alarm_text(ALARM_TOLD), BED_PARTNER, &seen), ERR_OK);
	assert_true(seen.at_ms == b->t.wall_ms && seen.uid == 7);
	assert_int_equal(alarm_acked(&b->t, alarm_text(ALARM_TOLD), 0, &seen), ERR_OK);
	assert_true(seen.at_ms == 0);
	for (unsigned n = 0; n < 3; n++) {
		b->t.wall_ms += 60000;
		assert_int_equal(alarm_set(&b->t, ALARM_TOLD, BED_PARTNER), ERR_OK);
	}
	for (const struct effect *e = b->fx.first; e != NULL; e = e->next)
		said += e->type == EFFECT_ALARM;
	assert_int_equal(said, 2);
}

/* One sighting of an older incarnation is a backup put back; a second one within a day, after the present one spoke, is
 * a copy. */
static void a_copy_is_known_by_coming_back(void **state)
{
	struct bed *b = *state;
	struct pair *p = meet(b);
	struct peer *partner = &b->node->peers[BED_PARTNER - 1];
	struct answer a = {.peer = BED_PARTNER, .arena = &b->arena};

	partner->conn = (struct conn){.up = true};
	assert_int_equal(clone_past(&b->t, partner, p, &a), ERR_OK);
	assert_false(p->stopped);
	partner->conn.met = false; /* the next connection, with nothing in between */
	assert_int_equal(clone_past(&b->t, partner, p, &a), ERR_OK);
	assert_false(p->stopped);
	p->since_strike = true; /* the present one was heard */
	partner->conn.met = false;
	assert_int_equal(clone_past(&b->t, partner, p, &a), ERR_OK);
	assert_true(p->stopped);
	assert_null(pair_flaw(p));
}

/* A document of ours that a partner gives back, of a case that we forgot. */
static struct id16 case_that_came_back(struct bed *b, uint16_t type, uint8_t thread,
				       const struct msg *body)
{
	struct wire_doc d = {.form = WIRE_WHOLE,
			     .head = bed_head(b, BED_SELF, BED_PARTNER, bed_id(thread), 1)};
	struct id16 id = {{0}};

	d.head.type = type;
	assert_int_equal(msg_pack(b->t.arena, body, &d.body), ERR_OK);
	assert_int_equal(recover_case(&b->t, state_peer(b->node, BED_PARTNER), &d, &id), ERR_OK);
	return id;
}

/* Each names the person as we did: what comes back is one case, whatever it begins with. */
static void one_person_is_one_case_when_all_of_it_comes_back(void **state)
{
	struct bed *b = *state;
	const struct id16 person = bed_id(0x61);
	const struct span ref = span_of(person.b, sizeof person.b);
	struct msg *consent = msg_new(b->t.arena, MSG_CONSENT_GRANT);
	struct msg *offer = msg_new(b->t.arena, MSG_OFFER);
	struct msg *propose = msg_new(b->t.arena, MSG_HANDOVER_PROPOSE);
	struct id16 first, then;

	msg_set_bytes(b->t.arena, consent, CONSENT_GRANT_SUBJECT_REF, ref);
	msg_set_bytes(b->t.arena, offer, OFFER_SUBJECT_REF, ref);
	msg_set_bytes(b->t.arena, propose, HANDOVER_PROPOSE_SUBJECT_REF, ref);
	first = case_that_came_back(b, DOC_CONSENT, 0x62, consent);
	then = case_that_came_back(b, DOC_OFFER, 0x63, offer);
	assert_true(id16_equal(&first, &then));
	then = case_that_came_back(b, DOC_PROPOSE, 0x64, propose);
	assert_true(id16_equal(&first, &then));
}

/* The key of a case that began again derives another name than the partner knows: it is called as before, also when the name came
 * back last, and a case that was never lost is called as its key says. */
static void who_came_back_is_called_as_before(void **state)
{
	struct bed *b = *state;
	const struct peer *p = state_peer(b->node, BED_PARTNER);
	const struct id16 person = bed_id(0x71), first = bed_id(0x72);
	struct msg *propose = msg_new(b->t.arena, MSG_HANDOVER_PROPOSE);
	struct thread th = {.id = first, .peer = BED_PARTNER, .kind = THREAD_REFERRAL};
	struct id16 case_id, own, name, derived;

	case_id = case_that_came_back(b, DOC_ACCEPT, 0x72, msg_new(b->t.arena, MSG_ACT));
	assert_int_equal(casefile_subject(&b->t, &case_id, NULL, p, &name), ERR_OK);
	assert_true(id16_equal(&name, &first));
	assert_int_equal(casefile_named(&b->t, &case_id, p, &person), ERR_OK);
	th.case_id = case_id;
	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	assert_int_equal(casefile_subject(&b->t, &case_id, NULL, p, &name), ERR_OK);
	assert_true(id16_equal(&name, &person));
	msg_set_bytes(b->t.arena, propose, HANDOVER_PROPOSE_SUBJECT_REF,
		      span_of(person.b, sizeof person.b));
	own = case_that_came_back(b, DOC_PROPOSE, 0x73, propose);
	assert_true(id16_equal(&own, &case_id));

	assert_int_equal(casefile_create(&b->t, &own, msg_new(b->t.arena, MSG_CASE_RECORD)),
			 ERR_OK);
	assert_int_equal(pseudonym_subject(&b->t, &own, p, &derived), ERR_OK);
	assert_int_equal(casefile_named(&b->t, &own, p, &person), ERR_OK);
	assert_int_equal(casefile_subject(&b->t, &own, NULL, p, &name), ERR_OK);
	assert_true(id16_equal(&name, &derived));
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_of_ours_proves_a_loss_as_the_table_says),
		cmocka_unit_test(only_our_own_head_says_how_far_we_were),
		EACH(what_we_did_not_sign_proves_nothing),
		EACH(the_receipt_that_goes_furthest_is_kept),
		EACH(a_gap_is_compared_once_a_day_and_passed_over),
		EACH(a_gap_outlasts_no_clock_that_was_put_back),
		EACH(a_gap_after_a_loss_begins_nothing),
		EACH(frames_never_mix_numbers_of_two_turns),
		cmocka_unit_test(a_thread_is_settled_when_both_copies_are_the_same),
		EACH(every_thread_that_differs_has_its_turn),
		EACH(everything_comes_back_in_one_pass),
		EACH(a_question_may_claim_any_number),
		EACH(what_we_forgot_joins_its_log_in_order),
		EACH(what_they_hold_takes_its_place),
		EACH(a_question_may_find_no_memory),
		EACH(a_lost_act_breaks_no_consent),
		EACH(one_person_is_one_case_when_all_of_it_comes_back),
		EACH(who_came_back_is_called_as_before),
		EACH(who_stays_silent_holds_up_its_own),
		EACH(a_quarantine_ends),
		EACH(a_quarantine_of_the_future_begins_now),
		EACH(an_alarm_that_repeats_is_written_once_an_hour),
		EACH(an_alarm_that_comes_back_is_seen_by_nobody),
		EACH(what_comes_back_late_moves_nothing),
		EACH(two_that_lay_on_one_place_do_not_change_about),
		EACH(an_answer_without_end_is_asked_for_at_our_pace),
		EACH(one_page_a_frame_is_answered),
		EACH(what_blocks_does_not_keep_back_what_it_waits_for),
		EACH(a_copy_is_known_by_coming_back),
	};

	return cmocka_run_group_tests_name("loss", tests, NULL, NULL);
}
