/* SPDX-License-Identifier: EUPL-1.2 */
/* exchange/quota, exchange/unstored and page by themselves: what one partner may make this node keep, and how much of a list it fills. */
#include "test.h"

#include "base/date.h"
#include "bedcase.h"
#include "domain/care/erase.h"
#include "domain/consent/alone.h"
#include "domain/consent/bodies.h"
#include "domain/consent/casefile.h"
#include "domain/desk/cases.h"
#include "domain/exchange/quota.h"
#include "domain/exchange/unstored.h"
#include "domain/oversight/alarms.h"
#include "domain/page.h"
#include "domain/views/cases.h"

static struct thread referral(uint8_t id, uint8_t role)
{
	return (struct thread){.id = bed_id(id),
			       .case_id = bed_id((uint8_t)(0x70 + id)),
			       .peer = BED_PARTNER,
			       .kind = THREAD_REFERRAL,
			       .role = role};
}

static const struct pair *pair_of(struct bed *b)
{
	struct pair *p;

	assert_int_equal(pair_get(&b->t, BED_PARTNER, &p), ERR_OK);
	return p;
}

static enum quota thread_over(struct bed *b, enum thread_kind kind)
{
	enum quota over;

	assert_int_equal(quota_thread(&b->t, BED_PARTNER, kind, &over), ERR_OK);
	return over;
}

/* Of many partners, each of which met each limit: what has more rows than a reply may have is read by nobody. */
static void more_alarms_than_a_reply_has_are_left_out(void **state)
{
	struct bed *b = *state;
	struct msg *status = msg_new(b->t.arena, MSG_STATUS);

	for (unsigned i = 0; i < 2 * LIMIT_REPLY_REPEATED; i++)
		view_alarm(&b->t, status, "limit-reached", "Kwaad", b->now_ms);
	assert_int_equal(msg_count(status, STATUS_ALARMS), LIMIT_REPLY_REPEATED);
	for (unsigned i = 0; i < LIMIT_REPLY_REPEATED; i++)
		assert_string_equal(msg_text(msg_at(status, STATUS_ALARMS, i), ALARM_ROW_WHAT),
				    i + 1 == LIMIT_REPLY_REPEATED ? "more-alarms"
								  : "limit-reached");
}

/* The same word twice counts once, and an end that was none counts nothing. */
static void what_is_open_is_counted_once(void **state)
{
	struct bed *b = *state;
	const struct thread one = referral(1, THREAD_RECEIVER), two = referral(2, THREAD_RECEIVER),
			    ours = referral(3, THREAD_SENDER);
	struct quota_place at = {.case_id = {{0}}};
	bool yes;

	assert_int_equal(quota_open(&b->t, &one, true), ERR_OK);
	assert_int_equal(pair_of(b)->open_theirs, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(quota_began(&b->t, &one), ERR_OK);
		assert_int_equal(quota_open(&b->t, &one, false), ERR_OK);
		assert_int_equal(quota_open(&b->t, &two, false), ERR_OK);
		assert_int_equal(quota_open(&b->t, &ours, false), ERR_OK);
	}
	(void)bed_turn(b); /* it is on disk */
	assert_int_equal(pair_of(b)->open_theirs, 2);
	assert_int_equal(pair_of(b)->open_ours, 1);
	assert_int_equal(quota_next_open(&b->t, BED_PARTNER, THREAD_RECEIVER, &at), ERR_OK);
	assert_true(id16_equal(&at.thread, &one.id));
	assert_int_equal(quota_next_open(&b->t, BED_PARTNER, THREAD_RECEIVER, &at), ERR_OK);
	assert_true(id16_equal(&at.thread, &two.id));
	assert_int_equal(quota_next_open(&b->t, BED_PARTNER, THREAD_RECEIVER, &at), ERR_NOTFOUND);
	assert_int_equal(quota_open(&b->t, &one, true), ERR_OK);
	assert_int_equal(quota_open(&b->t, &one, true), ERR_OK);
	assert_int_equal(pair_of(b)->open_theirs, 1);
	assert_int_equal(quota_open_in(&b->t, BED_PARTNER, THREAD_RECEIVER, &one.case_id, &yes),
			 ERR_OK);
	assert_false(yes);
	assert_int_equal(quota_open_in(&b->t, BED_PARTNER, THREAD_RECEIVER, &two.case_id, &yes),
			 ERR_OK);
	assert_true(yes);
	assert_int_equal(quota_open_in(&b->t, BED_PARTNER, THREAD_SENDER, &two.case_id, &yes),
			 ERR_OK);
	assert_false(yes);
}

/* At the limit no referral begins; a consent still does, for a person who is here, and none for a new one. */
static void at_its_limit_a_partner_brings_nobody_new(void **state)
{
	struct bed *b = *state;
	enum quota over;

	b->node->quota.open_referrals = 2;
	for (uint8_t i = 1; i <= 2; i++) {
		const struct thread th = referral(i, THREAD_RECEIVER);

		assert_int_equal(thread_over(b, THREAD_REFERRAL), QUOTA_NONE);
		assert_int_equal(quota_began(&b->t, &th), ERR_OK);
		assert_int_equal(quota_open(&b->t, &th, false), ERR_OK);
	}
	assert_int_equal(thread_over(b, THREAD_REFERRAL), QUOTA_OPEN);
	assert_int_equal(thread_over(b, THREAD_CONSENT), QUOTA_NONE);
	assert_int_equal(quota_new_case(&b->t, BED_PARTNER, &over), ERR_OK);
	assert_int_equal(over, QUOTA_OPEN);
	assert_int_equal(quota_new_case(&b->t, BED_OTHER, &over), ERR_OK);
	assert_int_equal(over, QUOTA_NONE);
	b->node->quota.threads = 2;
	assert_int_equal(thread_over(b, THREAD_CONSENT), QUOTA_THREADS);
}

static void cases_that_are_gone_make_room(void **state)
{
	struct bed *b = *state;
	const struct thread th = referral(1, THREAD_RECEIVER);
	enum quota over;

	b->node->quota.cases = 1;
	assert_int_equal(quota_began(&b->t, &th), ERR_OK);
	assert_int_equal(quota_case(&b->t, BED_PARTNER, true), ERR_OK);
	assert_int_equal(quota_new_case(&b->t, BED_PARTNER, &over), ERR_OK);
	assert_int_equal(over, QUOTA_CASES);
	assert_int_equal(quota_case(&b->t, BED_PARTNER, false), ERR_OK);
	assert_int_equal(quota_new_case(&b->t, BED_PARTNER, &over), ERR_OK);
	assert_int_equal(over, QUOTA_NONE);
	assert_int_equal(quota_case(&b->t, BED_PARTNER, false),
			 ERR_OK); /* keeps nobody from erasing */
	assert_int_equal(pair_of(b)->cases, 0);
}

/* What was passed over is remembered up to a number; beyond it, what is missing tells. */
static void what_is_passed_over_is_remembered_so_far(void **state)
{
	struct bed *b = *state;
	struct id16 id = bed_id(9);
	enum err why;

	for (uint32_t i = 0; i <= LIMIT_UNSTORED; i++) {
		be32_put(id.b + 8, i);
		assert_int_equal(unstored_add(&b->t, BED_PARTNER, &id, DOC_OFFER, ERR_BUSY),
				 ERR_OK);
		if (i + 1 < LIMIT_UNSTORED) {
			be32_put(id.b + 8, i + 1);
			assert_int_equal(unstored_lacks(&b->t, BED_PARTNER, &id, &why), ERR_OK);
			assert_int_equal(why, ERR_OK);
		}
	}
	assert_int_equal(pair_of(b)->unstored, LIMIT_UNSTORED);
	assert_int_equal(unstored_lacks(&b->t, BED_PARTNER, &id, &why), ERR_OK);
	assert_int_equal(why, ERR_BUSY); /* has no row, and no thread */
	assert_int_equal(unstored_lacks(&b->t, BED_OTHER, &id, &why), ERR_OK);
	assert_int_equal(why, ERR_OK);
	be32_put(id.b + 8, 0);
	assert_int_equal(unstored_over(&b->t, BED_PARTNER, &id), ERR_OK);
	assert_int_equal(pair_of(b)->unstored, LIMIT_UNSTORED - 1);
	assert_int_equal(unstored_lacks(&b->t, BED_PARTNER, &id, &why), ERR_OK);
	assert_int_equal(why, ERR_OK);
}

/* A sender that gave up asks no more: its rows go, one partner after the other, and what is asked for stays. */
static void what_nobody_asks_for_is_forgotten(void **state)
{
	struct bed *b = *state;
	struct id16 id = bed_id(9);
	enum err why;

	for (uint32_t i = 0; i < LIMIT_UNSTORED; i++) {
		be32_put(id.b + 8, i);
		assert_int_equal(unstored_add(&b->t, BED_PARTNER, &id, DOC_OFFER, ERR_BUSY),
				 ERR_OK);
	}
	b->t.wall_ms += (uint64_t)LIMIT_RETAIN_DAYS * DAY_MS;
	be32_put(id.b + 8, 7);
	assert_int_equal(unstored_add(&b->t, BED_PARTNER, &id, DOC_OFFER, ERR_BUSY), ERR_OK);
	for (size_t i = 0; i < b->node->peer_count; i++) {
		assert_int_equal(unstored_tick(&b->t), ERR_OK);
		assert_int_equal(unstored_tick(&b->t), ERR_OK); /* not at once again */
		b->t.mono_ms += 60000;
	}
	assert_int_equal(pair_of(b)->unstored, 1);
	assert_int_equal(unstored_lacks(&b->t, BED_PARTNER, &id, &why), ERR_OK);
	assert_int_equal(why, ERR_BUSY);
	be32_put(id.b + 8, 8);
	assert_int_equal(unstored_lacks(&b->t, BED_PARTNER, &id, &why), ERR_OK);
	assert_int_equal(why, ERR_OK);
}

static void offer(struct page *p, uint16_t peer, uint64_t rank, bool urgent)
{
	struct page_item one = {.rank = rank, .peer = peer, .urgent = urgent};

	key_u64(&one.key, rank);
	page_offer_of(p, &one);
}

/* Rows 0 to 99 are of one partner, 200 to 202 of another, the last of them urgent. */
static void one_partner_does_not_fill_the_page(void **state)
{
	struct bed *b = *state;
	struct msg *reply = msg_new(&b->arena, MSG_REPLY);
	struct page p;
	uint32_t others = 0;

	assert_int_equal(page_begin(&b->t, &p, 10), ERR_OK);
	assert_int_equal(page_share(&b->t, &p), ERR_OK);
	for (uint64_t i = 0; i < 100; i++)
		offer(&p, BED_PARTNER, i, i % 2 == 0);
	for (uint64_t i = 200; i < 203; i++)
		offer(&p, BED_OTHER, i, false);
	assert_int_equal(p.count, 10);
	for (size_t i = 0; i < p.count; i++)
		others += p.items[i].peer == BED_OTHER;
	assert_int_equal(others, 3);
	page_end(&b->t, &p, reply, "x");
	assert_int_equal(msg_u64(reply, REPLY_TOTAL), 103);
	assert_int_equal(msg_count(reply, REPLY_LEFT_OUT), 1);
	assert_int_equal(msg_u64(msg_at(reply, REPLY_LEFT_OUT, 0), LEFT_OUT_ROW_COUNT), 93);
}

/* What gives way first is not urgent; the next page begins before the first row that gave way. */
static void urgent_rows_give_way_last(void **state)
{
	struct bed *b = *state;
	struct page p;

	assert_int_equal(page_begin(&b->t, &p, 4), ERR_OK);
	assert_int_equal(page_share(&b->t, &p), ERR_OK);
	offer(&p, BED_OTHER, 1, false);
	for (uint64_t i = 2; i < 20; i++)
		offer(&p, BED_PARTNER, i, i == 19);
	assert_int_equal(p.count, 4);
	assert_int_equal(p.items[3].rank, 19);
	assert_int_equal(page_whole(&p), 3);
}

/* With one partner, or after the first page, the order alone decides. */
static void pages_of_one_partner_go_on_in_order(void **state)
{
	struct bed *b = *state;
	struct page p;

	assert_int_equal(page_begin(&b->t, &p, 4), ERR_OK);
	for (uint64_t i = 20; i-- > 0;)
		offer(&p, 0, i, i == 19);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(p.items[i].rank, i);
	assert_int_equal(page_whole(&p), 4);
}

/* The partner names one of its people, in a document without a consent. */
static enum err spoken_of(struct bed *b, const struct peer *p, const struct id16 *subject,
			  struct id16 *id, enum quota *over)
{
	const struct wire_doc d = {.head = {.type = DOC_OFFER}};

	return casefile_of_document(&b->t, p, &d, span_of(subject->b, 16), id, over);
}

/* What a partner brought beside it is not looked at: damage there is no obstacle, also when only the rows are left. */
static void an_erasure_looks_at_its_own_names(void **state)
{
	struct bed *b = *state;
	const struct peer *p = state_peer(b->node, BED_PARTNER);
	const struct id16 one = bed_id(0x51), other = bed_id(0x52);
	struct store_key damaged = {.len = 0};
	struct id16 id[2], again;
	enum quota over;

	for (int keyless = 0; keyless < 2; keyless++) {
		assert_int_equal(spoken_of(b, p, &one, &id[0], &over), ERR_OK);
		if (keyless == 0)
			assert_int_equal(spoken_of(b, p, &other, &id[1], &over), ERR_OK);
		damaged.len = 0;
		key_u8(&damaged, 8); /* a name: store/FORMAT.md */
		key_u16(&damaged, BED_PARTNER);
		key_put(&damaged, other.b, sizeof other.b);
		assert_int_equal(
			store_put(b->t.txn, STORE_META, key_span(&damaged), span_of(other.b, 5)),
			ERR_OK);
		if (keyless == 1)
			assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(id[0].b, 16)),
					 ERR_OK);
		assert_int_equal(casefile_forget_subject(&b->t, &id[0]), ERR_OK);
		assert_int_equal(casefile_of_subject(&b->t, p, &one, true, &again), ERR_NOTFOUND);
		assert_int_equal(casefile_forget_subject(&b->t, &id[0]), ERR_OK);
	}
}

/* The same name leads to a later case: the end of the earlier one takes nothing from it. */
static void a_name_that_leads_on_is_kept(void **state)
{
	struct bed *b = *state;
	const struct peer *p = state_peer(b->node, BED_PARTNER);
	const struct id16 one = bed_id(0x51);
	struct id16 first, second, found;
	enum quota over;

	assert_int_equal(spoken_of(b, p, &one, &first, &over), ERR_OK);
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(first.b, 16)), ERR_OK);
	assert_int_equal(spoken_of(b, p, &one, &second, &over), ERR_OK);
	assert_false(id16_equal(&first, &second));
	assert_int_equal(casefile_forget_subject(&b->t, &first), ERR_OK);
	assert_int_equal(casefile_of_subject(&b->t, p, &one, true, &found), ERR_OK);
	assert_true(id16_equal(&found, &second));
	assert_int_equal(casefile_forget_subject(&b->t, &second), ERR_OK);
	assert_int_equal(casefile_of_subject(&b->t, p, &one, true, &found), ERR_NOTFOUND);
}

static uint64_t cases_shown(struct bed *b)
{
	struct msg *reply = msg_new(&b->arena, MSG_REPLY);

	assert_int_equal(view_case_list(&b->t, msg_new(&b->arena, MSG_CASE_SEARCH), reply), ERR_OK);
	assert_int_equal(msg_u64(reply, REPLY_TOTAL), msg_count(reply, REPLY_CASES));
	return msg_u64(reply, REPLY_TOTAL);
}

/* A consent alone is nobody yet: no list shows it; with its referral it is a case like any other. */
static void a_consent_waits_for_its_referral(void **state)
{
	struct bed *b = *state;
	struct thread consent;

	bedcase_setup(b);
	consent = bedcase_consent_came(b, BED_PARTNER, 0x21, 30);
	assert_int_equal(pair_of(b)->alone, 1);
	assert_int_equal(pair_of(b)->cases, 1);
	assert_int_equal(cases_shown(b), 0);
	(void)bedcase_offer_came(b, &consent, 0x22);
	assert_int_equal(pair_of(b)->alone, 0);
	assert_int_equal(cases_shown(b), 1);
	(void)bedcase_consent_came(b, BED_OTHER, 0x23, 30);
	assert_int_equal(cases_shown(b), 1);
}

/* So many may wait, of each partner; and those of a person who is here never do. */
static void so_many_consents_wait(void **state)
{
	struct bed *b = *state;
	const struct id16 subject = bed_id(0x31);
	struct id16 id, again;
	enum quota over = QUOTA_NONE;
	const struct peer *p = &b->node->peers[BED_PARTNER - 1];
	struct thread th = referral(1, THREAD_RECEIVER);

	assert_int_equal(quota_began(&b->t, &th), ERR_OK);
	assert_int_equal(casefile_receive_consent(&b->t, p, &subject, &id, &over), ERR_OK);
	assert_int_equal(over, QUOTA_NONE);
	{
		struct pair *pr;

		assert_int_equal(pair_get(&b->t, BED_PARTNER, &pr), ERR_OK);
		pr->alone = pr->cases = pr->threads = LIMIT_ALONE;
	}
	assert_int_equal(casefile_receive_consent(&b->t, p, &subject, &again, &over), ERR_OK);
	assert_int_equal(over, QUOTA_NONE);
	assert_true(id16_equal(&id, &again));
	assert_int_equal(casefile_receive_consent(&b->t, p, &th.id, &again, &over), ERR_OK);
	assert_int_equal(over, QUOTA_ALONE);
	over = QUOTA_NONE;
	assert_int_equal(casefile_receive_consent(&b->t, &b->node->peers[BED_OTHER - 1], &th.id,
						  &again, &over),
			 ERR_OK);
	assert_int_equal(over, QUOTA_NONE);
}

/* After its time it goes, with its case, and makes room; one whose referral came stays.  An unsure clock ends nothing. */
static void what_waited_too_long_is_let_go(void **state)
{
	struct bed *b = *state;
	struct thread kept, lost;

	bedcase_setup(b);
	kept = bedcase_consent_came(b, BED_PARTNER, 0x41, 300);
	(void)bedcase_offer_came(b, &kept, 0x42);
	lost = bedcase_consent_came(b, BED_PARTNER, 0x43, 300);
	b->now_ms += (uint64_t)(LIMIT_ALONE_DAYS - 1) * DAY_MS;
	(void)bed_turn(b);
	assert_int_equal(erase_alone(&b->t), ERR_OK);
	assert_int_equal(pair_of(b)->alone, 1);
	b->now_ms += 2ull * DAY_MS;
	(void)bed_turn(b);
	b->node->clock_confirmed = false;
	assert_int_equal(erase_alone(&b->t), ERR_OK);
	assert_int_equal(pair_of(b)->alone, 1);
	b->node->clock_confirmed = true;
	assert_int_equal(erase_alone(&b->t), ERR_OK);
	assert_int_equal(pair_of(b)->alone, 0);
	assert_int_equal(pair_of(b)->cases, 1);
	assert_true(turn_case_erased(&b->t, &lost.case_id));
	assert_false(turn_case_erased(&b->t, &kept.case_id));
	assert_int_equal(cases_shown(b), 1);
}

/* A partner may bring more threads of one case than fit the memory of a turn: it can be looked through and erased all the same. */
static void many_threads_of_a_case_fit_a_turn(void **state)
{
	enum { THREADS = 300, LEFT = 48 << 10 };
	struct bed *b = *state;
	struct msg *req = msg_new(b->t.arena, MSG_CASE_ERASE),
		   *record = msg_new(b->t.arena, MSG_CASE_RECORD);
	struct thread th = referral(0, THREAD_RECEIVER);
	const size_t cap = b->t.arena->cap;
	struct consent_scope s = {.p = state_peer(b->node, BED_OTHER), .received = true};
	struct bodies_walk w;
	char hex[33];

	bedcase_setup(b);
	assert_int_equal(casefile_create(&b->t, &th.case_id, record), ERR_OK);
	for (unsigned i = 0; i < THREADS; i++) {
		const size_t mark = b->t.arena->used;

		be16_put(th.id.b, (uint16_t)(i + 1));
		th.kind = THREAD_CONSENT;
		assert_int_equal(thread_create(&b->t, &th), ERR_OK);
		arena_rewind(b->t.arena, mark);
	}
	s.case_id = th.case_id;
	bytes_hex(hex, th.case_id.b, sizeof th.case_id.b);
	msg_set_text(b->t.arena, req, CASE_ERASE_ID, hex);
	b->t.arena->cap = b->t.arena->used + LEFT;
	w = bodies_walk_of(&s);
	assert_false(bodies_each(&b->t, &w, &th));
	assert_int_equal(w.rows.rc, ERR_OK);
	assert_int_equal(desk_case_erase(&b->t, req, msg_new(b->t.arena, MSG_REPLY)), ERR_OK);
	assert_true(turn_case_erased(&b->t, &s.case_id));
	b->t.arena->cap = cap;
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		EACH(more_alarms_than_a_reply_has_are_left_out),
		cmocka_unit_test_setup_teardown(an_erasure_looks_at_its_own_names, bed_setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_name_that_leads_on_is_kept, bed_setup,
						bed_teardown),
		EACH(what_is_open_is_counted_once),
		EACH(at_its_limit_a_partner_brings_nobody_new),
		EACH(cases_that_are_gone_make_room),
		EACH(what_is_passed_over_is_remembered_so_far),
		EACH(what_nobody_asks_for_is_forgotten),
		EACH(a_consent_waits_for_its_referral),
		EACH(so_many_consents_wait),
		EACH(what_waited_too_long_is_let_go),
		EACH(one_partner_does_not_fill_the_page),
		EACH(urgent_rows_give_way_last),
		EACH(pages_of_one_partner_go_on_in_order),
		EACH(many_threads_of_a_case_fit_a_turn),
	};

	return cmocka_run_group_tests_name("quota", tests, NULL, NULL);
}
