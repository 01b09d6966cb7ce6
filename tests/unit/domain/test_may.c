/* SPDX-License-Identifier: EUPL-1.2 */
/* What is offered is let through, and nothing else is: for every state, side and act. */
#include "test.h"

#include "base/date.h"
#include "bedcase.h"
#include "domain/desk/refer.h"
#include "domain/exchange/outbox.h"
#include "domain/referral/fold.h"
#include "domain/referral/referral.h"
#include "domain/views/may.h"
#include "domain/views/referrals.h"
#include "domain/views/show.h"

static struct bed *b;

static int setup(void **state)
{
	const int rc = bed_setup(state);

	b = *state;
	bedcase_setup(b);
	return rc;
}

/* One referral that we made, and one that came; as each side has it. */
static struct thread referral_of(bool ours)
{
	struct thread consent;

	if (ours) {
		const struct id16 id = bedcase_open(b);

		(void)bedcase_consent(b, &id, BED_PARTNER, 30);
		return bedcase_refer(b, &id, BED_PARTNER);
	}
	consent = bedcase_consent_came(b, BED_PARTNER, 0x21, 30);
	return bedcase_offer_came(b, &consent, 0x31);
}

/* The offered row of that act, or NULL. */
static const struct msg *offered(const struct thread *th, const char *act)
{
	struct msg *reply = msg_new(b->t.arena, MSG_REPLY);
	const struct msg *row;

	assert_int_equal(view_referral_row(&b->t, th, reply, true), ERR_OK);
	row = msg_at(reply, REPLY_REFERRALS, 0);
	for (size_t i = 0; i < msg_count(row, REFERRAL_ROW_MAY); i++)
		if (strcmp(msg_text(msg_at(row, REFERRAL_ROW_MAY, i), MAY_ROW_ACT), act) == 0)
			return msg_at(row, REFERRAL_ROW_MAY, i);
	return NULL;
}

/* Asks for it with all that it can need, and nothing of it is written. */
static enum err ask(const struct thread *th, const struct act *a)
{
	struct msg *req = msg_new(b->t.arena, MSG_ACT_NEW), *reply = msg_new(b->t.arena, MSG_REPLY);
	char hex[33];

	bytes_hex(hex, th->id.b, 16);
	msg_set_text(b->t.arena, req, ACT_NEW_REF, hex);
	msg_set_u64(req, ACT_NEW_TYPE, a->number);
	if ((a->needs & ACT_WITH_REASON) != 0)
		msg_set_text(b->t.arena, req, ACT_NEW_REASON,
			     a->number == DOC_DECLINE
				     ? "no-capacity"
				     : list_code((enum list_id)a->reasons,
						 a->reasons == LIST_REASONS ? a->code : "", 0));
	if (act_has(a, ACT_WITH_REVIEW))
		msg_set_u64(req, ACT_NEW_DATE_MS, b->t.wall_ms + DAY_MS);
	if (act_has(a, ACT_WITH_ALTERNATIVE))
		msg_set_text(b->t.arena, req, ACT_NEW_ALTERNATIVE, "none");
	if (act_has(a, ACT_WITH_TARGET))
		msg_add_text(b->t.arena, req, ACT_NEW_TARGETS, "other");
	if (act_has(a, ACT_WITH_SHARE))
		msg_set_u64(req, ACT_NEW_SHARE, 1);
	if (act_has(a, ACT_WITH_WORDS))
		msg_set_text(b->t.arena, req, ACT_NEW_TEXT, "tot vrijdag");
	msg_set_u64(req, ACT_NEW_EXPECT, (uint64_t)th->my_no + th->their_no + 1);
	msg_set_u64(req, ACT_NEW_DRY_RUN, 1);
	b->t.refusal = (struct refused){.uncovered = 0};
	return desk_act(&b->t, req, reply);
}

/* Every state, as the row says it; the table of states is what both are held against. */
static void try_all(struct thread *th)
{
	for (enum referral_state s = REFERRAL_OFFERED; s < REFERRAL_STATE_COUNT; s++) {
		th->state = (uint8_t)s;
		assert_int_equal(thread_save(&b->t, th), ERR_OK);
		for (size_t i = 0; i < act_count; i++) {
			const struct act *a = &act_table[i];
			const struct msg *row = offered(th, a->code);
			/* an INFO that nobody asked for goes with a file (files/send.c); and in these logs nobody asks for the case */
			const bool may = a->command != NULL &&
					 referral_may(s, fold_our_side(th), a->number) &&
					 (a->number != DOC_INFO || s == REFERRAL_NEEDS_INFO) &&
					 a->number != DOC_REQUEST_ANSWER;
			enum err rc;

			if ((row != NULL) != may)
				fail_msg("%s in %s", a->code, referral_state_name(s));
			if (a->command == NULL)
				continue;
			rc = ask(th, a);
			/* a second outcome names the first, which these logs do not have */
			if (s == REFERRAL_OUTCOME && a->number == DOC_OUTCOME && may) {
				assert_int_equal(rc, ERR_INVAL);
				assert_int_equal(msg_u64(row, MAY_ROW_NEEDS),
						 a->needs | (unsigned)ACT_WITH_CORRECTS);
				continue;
			}
			if (rc != (may ? ERR_OK : ERR_STATE))
				fail_msg("%s in %s: %s %s", a->code, referral_state_name(s),
					 err_text(rc), list_refusal_codes[b->t.refusal.code]);
			if (row != NULL)
				assert_int_equal(msg_u64(row, MAY_ROW_NEEDS), a->needs);
		}
	}
}

static void what_is_offered_is_what_the_table_allows(void **state)
{
	struct thread ours, theirs;

	(void)state;
	ours = referral_of(true);
	theirs = referral_of(false);
	try_all(&ours);
	try_all(&theirs);
}

/* The row says that it has to be said, and without it the desk refuses. */
static void after_the_term_an_acceptance_says_so(void **state)
{
	struct thread th = referral_of(false);
	const struct act *accept = act_of(DOC_ACCEPT);

	(void)state;
	assert_int_equal(may_needs(&b->t, &th, accept) & ACT_WITH_LATE, 0);
	th.due_ms = b->t.wall_ms - 1;
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	assert_int_equal(msg_u64(offered(&th, "accept"), MAY_ROW_NEEDS), ACT_WITH_LATE);
	assert_int_equal(ask(&th, accept), ERR_STATE);
	assert_int_equal(msg_u64(offered(&th, "decline"), MAY_ROW_NEEDS),
			 act_of(DOC_DECLINE)->needs);
}

/* Reopening is once, notes leave room for what ends a referral, and a log has an end. */
static void what_a_table_of_states_cannot_know(void **state)
{
	struct thread th = referral_of(true), theirs = referral_of(false);
	enum may may;

	(void)state;
	th.state = REFERRAL_OUTCOME;
	assert_int_equal(may_do(&b->t, &th, act_of(DOC_REOPEN), &may), ERR_OK);
	assert_int_equal(may, MAY_DO);
	assert_int_equal(thread_append(&b->t, &th, true,
				       &(struct log_entry){.doc = {.msg = bed_id(0x77)},
							   .hash = {{1}},
							   .type = DOC_REOPEN}),
			 ERR_OK);
	assert_int_equal(may_do(&b->t, &th, act_of(DOC_REOPEN), &may), ERR_OK);
	assert_int_equal(may, MAY_ONCE);
	theirs.state = REFERRAL_ACTIVE;
	theirs.my_no = THREAD_LOG_MAX - 32;
	assert_int_equal(may_do(&b->t, &theirs, act_of(DOC_NOTE), &may), ERR_OK);
	assert_int_equal(may, MAY_NO_ROOM);
	theirs.my_no = THREAD_LOG_MAX;
	assert_int_equal(may_do(&b->t, &theirs, act_of(DOC_OUTCOME), &may), ERR_OK);
	assert_int_equal(may, MAY_NO_ROOM);
}

/* Somebody else's client may send any number. */
static void a_type_that_is_no_act_is_refused(void **state)
{
	static const uint64_t types[] = {0, 1, 7, 12, 999, 65535, 65540, UINT32_MAX};
	const struct thread th = referral_of(true);

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		struct msg *req = msg_new(b->t.arena, MSG_ACT_NEW);
		char hex[33];

		bytes_hex(hex, th.id.b, 16);
		msg_set_text(b->t.arena, req, ACT_NEW_REF, hex);
		msg_set_u64(req, ACT_NEW_TYPE, types[i]);
		assert_int_equal(desk_act(&b->t, req, msg_new(b->t.arena, MSG_REPLY)), ERR_INVAL);
	}
}

static const char *delivered(const struct thread *th)
{
	struct msg *req = msg_new(b->t.arena, MSG_BY_ID), *reply = msg_new(b->t.arena, MSG_REPLY);
	char hex[33];

	bytes_hex(hex, th->id.b, 16);
	msg_set_text(b->t.arena, req, BY_ID_ID, hex);
	assert_int_equal(view_show(&b->t, req, reply), ERR_OK);
	assert_int_equal(msg_count(reply, REPLY_DISCLOSURES), 1);
	return msg_text(msg_at(reply, REPLY_DISCLOSURES, 0), DISCLOSURE_ROW_DELIVERY);
}

/* What a partner has is said as it arrives, and is not taken back when the outbox forgets it after its weeks. */
static void what_arrived_long_ago_is_there(void **state)
{
	const struct thread th = referral_of(true);
	struct store_key k;
	struct log_entry e;

	(void)state;
	(void)bed_turn(b);
	assert_int_equal(thread_entry(&b->t, &th, true, 1, &e), ERR_OK);
	assert_string_equal(delivered(&th), "queued");
	assert_int_equal(outbox_mark(&b->t, &e.doc.msg, OUTBOX_STORED), ERR_OK);
	assert_string_equal(delivered(&th), "stored");
	k = turn_key_id(&e.doc.msg);
	assert_int_equal(store_del(b->t.txn, STORE_OUTID, key_span(&k)), ERR_OK);
	(void)bed_turn(b);
	assert_string_equal(delivered(&th), "stored");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_offered_is_what_the_table_allows, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(after_the_term_an_acceptance_says_so, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_a_table_of_states_cannot_know, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_type_that_is_no_act_is_refused, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(what_arrived_long_ago_is_there, setup,
						bed_teardown),
	};

	return cmocka_run_group_tests_name("may", tests, NULL, NULL);
}
