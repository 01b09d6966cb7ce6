/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/documents/recall.c: what a turn read once it does not read again, and whatever changed is read again. */
#include "test.h"

#include <string.h>

#include "bed.h"
#include "bedcase.h"
#include "domain/documents/thread.h"
#include "domain/exchange/outbox.h"
#include "domain/referral/referral.h"

static struct thread made(struct bed *b, uint8_t first)
{
	struct thread th = {.id = bed_id(first),
			    .case_id = bed_id((uint8_t)(first + 1)),
			    .birth = bed_id(0x77),
			    .peer = BED_PARTNER,
			    .kind = THREAD_REFERRAL,
			    .role = THREAD_SENDER,
			    .state = REFERRAL_OFFERED,
			    .need = "housing"};

	th.id.b[15] = first; /* another place than that of others */
	assert_int_equal(record_case_keys(b->t.txn, &th.case_id), ERR_OK);
	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	return th;
}

static struct log_entry said(uint8_t first)
{
	return (struct log_entry){.doc = {.msg = bed_id(first)}, .hash = {{first}}, .type = first};
}

/* Rows that were asked for while it was loaded. */
static uint64_t load(struct bed *b, const struct id16 *id, struct thread *th)
{
	const uint64_t before = store_looked(b->t.txn);

	assert_int_equal(thread_load(&b->t, id, th), ERR_OK);
	return store_looked(b->t.txn) - before;
}

static void a_thread_is_read_once_in_a_turn(void **state)
{
	struct bed *b = *state;
	const struct thread th = made(b, 0x31), other = made(b, 0x52);
	struct thread back, again;

	(void)bed_turn(b);
	assert_true(load(b, &th.id, &back) > 0);
	assert_int_equal(load(b, &th.id, &again), 0);
	assert_memory_equal(&back, &again, sizeof back);
	assert_true(load(b, &other.id, &again) > 0);
	back.state = REFERRAL_ACCEPTED;
	assert_int_equal(thread_save(&b->t, &back), ERR_OK);
	assert_int_equal(load(b, &th.id, &again), 0);
	assert_int_equal(again.state, REFERRAL_ACCEPTED);
	assert_int_equal(load(b, &other.id, &again), 0); /* what was saved is another one */
	(void)bed_turn(b);
	assert_true(load(b, &th.id, &again) > 0);
	assert_memory_equal(&again, &back, sizeof back);
}

/* As it is read from the disk, and not as its writer had it. */
static void what_is_not_kept_is_not_remembered(void **state)
{
	struct bed *b = *state;
	struct thread th = made(b, 0x31), back;

	assert_int_equal(load(b, &th.id, &back), 0);
	assert_true(bytes_zero(back.birth.b, sizeof back.birth.b));
	assert_string_equal(back.need, "housing");
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(th.case_id.b, 16)), ERR_OK);
	assert_int_equal(thread_load(&b->t, &th.id, &back), ERR_OK);
	assert_string_equal(back.need, ""); /* its key went in this very turn */
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	assert_int_equal(thread_load(&b->t, &th.id, &back), ERR_OK);
	assert_string_equal(back.need, "");
}

static void a_row_that_somebody_else_wrote_is_read_again(void **state)
{
	struct bed *b = *state;
	const struct thread th = made(b, 0x31), other = made(b, 0x52);
	const struct store_key k = turn_key_id(&th.id);
	struct thread back;

	(void)load(b, &th.id, &back);
	(void)load(b, &other.id, &back);
	assert_int_equal(store_del(b->t.txn, STORE_THREAD, key_span(&k)), ERR_OK);
	assert_int_equal(thread_load(&b->t, &th.id, &back), ERR_NOTFOUND);
	assert_true(load(b, &other.id, &back) > 0);
	/* a change in between is not forgiven by one of our own behind it */
	(void)load(b, &other.id, &back);
	assert_int_equal(turn_put(&b->t, STORE_THREAD, &k, span_of("damage", 6)), ERR_OK);
	assert_int_equal(thread_save(&b->t, &other), ERR_OK);
	assert_int_equal(thread_load(&b->t, &th.id, &back), ERR_CORRUPT);
}

static void the_log_is_read_once_and_cut_off_for_good(void **state)
{
	struct bed *b = *state;
	struct thread th = made(b, 0x31);
	struct log_entry e;
	const struct log_entry first = said(1), second = said(2), theirs = said(3);
	uint64_t before;

	assert_int_equal(thread_append(&b->t, &th, true, &first), ERR_OK);
	assert_int_equal(thread_append(&b->t, &th, true, &second), ERR_OK);
	assert_int_equal(thread_append(&b->t, &th, false, &theirs), ERR_OK);
	before = store_looked(b->t.txn);
	for (unsigned i = 0; i < 3; i++) {
		const bool mine = i < 2;

		assert_int_equal(thread_entry(&b->t, &th, mine, mine ? i + 1 : 1, &e), ERR_OK);
		assert_int_equal(e.type, i + 1);
		assert_int_equal(e.kept_ms, b->now_ms);
	}
	assert_int_equal(store_looked(b->t.txn), before);
	assert_int_equal(thread_entry(&b->t, &th, false, 2, &e), ERR_NOTFOUND);
	assert_int_equal(thread_truncate(&b->t, &th, true, 2), ERR_OK);
	assert_int_equal(thread_entry(&b->t, &th, true, 2, &e), ERR_NOTFOUND);
	assert_int_equal(thread_entry(&b->t, &th, true, 1, &e), ERR_OK);
	assert_int_equal(e.type, 1);
	(void)bed_turn(b);
	before = store_looked(b->t.txn);
	assert_int_equal(thread_entry(&b->t, &th, true, 1, &e), ERR_OK);
	assert_true(store_looked(b->t.txn) > before);
}

static bool same(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

/* Field by field: between them lies what nobody set. */
static void assert_same_row(const struct outbox_row *a, const struct outbox_row *b)
{
	assert_true(id16_equal(&a->doc.msg, &b->doc.msg));
	assert_int_equal(a->doc.sender, b->doc.sender);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->verdict, b->verdict);
	assert_int_equal(a->queued_ms, b->queued_ms);
	assert_int_equal(a->stored_ms, b->stored_ms);
	assert_true(id32_equal(&a->brief.hash, &b->brief.hash));
	assert_true(id16_equal(&a->brief.thread, &b->brief.thread));
	assert_int_equal(a->brief.type, b->brief.type);
	assert_int_equal(a->brief.thread_no, b->brief.thread_no);
	assert_int_equal(a->brief.cats, b->brief.cats);
}

/* What a turn makes leaves at its end: by then it is at hand, as it will be read by every later one. */
static void what_this_turn_made_is_read_from_nowhere(void **state)
{
	const uint8_t sig[WIRE_SIG] = {1};
	struct bed *b = *state;
	struct thread th;
	struct id16 case_id;
	struct log_entry e;
	struct document d, again;
	struct outbox_row row, back;
	uint64_t before, place, number_place;
	uint16_t peer;
	struct pair *p;

	bedcase_setup(b);
	case_id = bedcase_open(b);
	(void)bedcase_consent(b, &case_id, BED_PARTNER, 90);
	(void)bed_turn(b);
	th = bedcase_refer(b, &case_id, BED_PARTNER);
	assert_int_equal(thread_entry(&b->t, &th, true, 1, &e), ERR_OK);
	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	p->yours = (struct incarnation){1, {{0xfe}}};
	p->tail = p->out_last;
	assert_int_equal(document_signed(&b->t, sig), ERR_OK);
	before = store_looked(b->t.txn);
	assert_int_equal(document_load(&b->t, &e.doc, &d), ERR_OK);
	assert_int_equal(outbox_find(&b->t, &e.doc.msg, &peer, &place, &row), ERR_OK);
	assert_int_equal(outbox_get(&b->t, peer, place, &back), ERR_OK);
	assert_int_equal(store_looked(b->t.txn), before);
	assert_same_row(&row, &back);
	assert_int_equal(outbox_number(&b->t, p, place), ERR_OK);
	before = store_looked(b->t.txn);
	assert_int_equal(outbox_place_of(&b->t, peer, p->num_last, &number_place), ERR_OK);
	assert_int_equal(number_place, place);
	assert_int_equal(store_looked(b->t.txn), before);
	assert_int_equal(outbox_drop(&b->t, peer, place), ERR_OK); /* and changed, in this turn */
	assert_int_equal(outbox_get(&b->t, peer, place, &back), ERR_OK);
	assert_int_equal(back.state, OUTBOX_DROPPED);
	assert_int_equal(document_load(&b->t, &e.doc, &again), ERR_OK);
	assert_true(again.hollow && !d.hollow);
	(void)bed_turn(b);
	assert_int_equal(outbox_find(&b->t, &e.doc.msg, &peer, &number_place, &row), ERR_OK);
	assert_same_row(&row, &back);
	assert_int_equal(number_place, place);
}

static void what_this_turn_made_goes_with_its_key(void **state)
{
	const uint8_t sig[WIRE_SIG] = {1};
	uint8_t head[WIRE_DOC_HEAD];
	struct bed *b = *state;
	struct document d, again;
	struct thread th;
	struct id16 case_id;
	struct log_entry e;

	bedcase_setup(b);
	case_id = bedcase_open(b);
	(void)bedcase_consent(b, &case_id, BED_PARTNER, 90);
	(void)bed_turn(b);
	th = bedcase_refer(b, &case_id, BED_PARTNER);
	assert_int_equal(thread_entry(&b->t, &th, true, 1, &e), ERR_OK);
	assert_int_equal(document_signed(&b->t, sig), ERR_OK);
	assert_int_equal(document_load(&b->t, &e.doc, &d), ERR_OK);
	assert_false(d.hollow);
	assert_int_equal(thread_save(&b->t, &th), ERR_OK); /* rows of others change nothing of it */
	b->t.own.made_stamp++; /* ... so this is what the store says, which nothing vouches for but itself */
	assert_int_equal(document_load(&b->t, &e.doc, &again), ERR_OK);
	b->t.own.made_stamp--;
	assert_true(same(d.head_bytes, again.head_bytes) && same(d.body, again.body));
	assert_memory_equal(d.salt, again.salt, 32);
	assert_memory_equal(&d.hash, &again.hash, sizeof d.hash);
	assert_memory_equal(&d.commit, &again.commit, sizeof d.commit);
	assert_memory_equal(&d.case_id, &again.case_id, sizeof d.case_id);
	wire_head_put(&d.head, head);
	assert_memory_equal(head, again.head_bytes.p, sizeof head);
	assert_int_equal(d.sig.depth, again.sig.depth);
	assert_int_equal(d.sig.index, again.sig.index);
	assert_int_equal(d.sig.count, again.sig.count);
	assert_memory_equal(d.sig.sig, again.sig.sig, WIRE_SIG);
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(case_id.b, 16)), ERR_OK);
	assert_int_equal(document_load(&b->t, &e.doc, &again), ERR_OK);
	assert_true(again.hollow && again.gone);
}

#define ON_THE_BED(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

/* One struct for many turns, as a restore has it: nothing that lay in the memory of the turn before is looked at in the next one. */
static void a_turn_begins_with_nothing_of_the_one_before(void **state)
{
	struct bed *b = *state;
	const struct node_time now = {b->now_ms, b->now_ms};
	struct turn t;

	memset(&t, 0xff, sizeof t);
	t.arena = &b->arena;
	t.fx = &b->fx;
	t.txn = b->t.txn;
	node_turn_begin(b->node, &t, &now);
	assert_null(t.recalls);
	assert_null(t.consents);
	assert_null(t.pairs);
	assert_null(t.own.made);
	assert_ptr_equal(t.docs_last, &t.docs);
	assert_false(t.again || t.dry_run || t.elsewhere || t.unsettled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_THE_BED(a_thread_is_read_once_in_a_turn),
		ON_THE_BED(what_is_not_kept_is_not_remembered),
		ON_THE_BED(a_row_that_somebody_else_wrote_is_read_again),
		ON_THE_BED(the_log_is_read_once_and_cut_off_for_good),
		ON_THE_BED(what_this_turn_made_is_read_from_nowhere),
		ON_THE_BED(what_this_turn_made_goes_with_its_key),
		ON_THE_BED(a_turn_begins_with_nothing_of_the_one_before),
	};

	return cmocka_run_group_tests_name("recall", tests, NULL, NULL);
}
