/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/desk/done.c: work that is ticked off where it stands, and one referral's content that goes while the case stays. */
#include "test.h"

#include <string.h>

#include "bedcase.h"
#include "domain/care/acts.h"
#include "domain/consent/casefile.h"
#include "domain/day/worklist.h"
#include "domain/desk/done.h"
#include "domain/desk/refer.h"
#include "domain/evidence/audit.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

/* The kinds of work there are, with blanks between. */
static const char *work(struct bed *b)
{
	struct msg *reply = msg_new(b->t.arena, MSG_REPLY);
	char *out = arena_alloc(b->t.arena, 200);

	assert_int_equal(view_worklist(&b->t, msg_new(b->t.arena, MSG_LIST_ASK), reply), ERR_OK);
	for (size_t i = 0; i < msg_count(reply, REPLY_WORK); i++) {
		strcat(out, i == 0 ? "" : " ");
		strcat(out, msg_text(msg_at(reply, REPLY_WORK, i), WORK_ROW_KIND));
	}
	return out;
}

static enum err done(struct bed *b, const struct thread *th, const char *way, uint64_t expect)
{
	struct msg *req = msg_new(b->t.arena, MSG_DONE_NEW);
	char hex[33];

	bytes_hex(hex, th->id.b, 16);
	msg_set_text(b->t.arena, req, DONE_NEW_REF, hex);
	msg_set_text(b->t.arena, req, DONE_NEW_WAY, way);
	msg_set_text(b->t.arena, req, DONE_NEW_TEXT, "belt zelf met het wijkteam");
	msg_set_u64(req, DONE_NEW_EXPECT, expect);
	return desk_done(&b->t, req, msg_new(b->t.arena, MSG_REPLY));
}

static enum err erase(struct bed *b, const struct thread *th)
{
	struct msg *req = msg_new(b->t.arena, MSG_BY_ID);
	char hex[33];

	bytes_hex(hex, th->id.b, 16);
	msg_set_text(b->t.arena, req, BY_ID_ID, hex);
	return desk_ref_erase(&b->t, req, msg_new(b->t.arena, MSG_REPLY));
}

/* The newest entry of the timeline. */
static const struct msg *entry(struct bed *b, const struct id16 *case_id)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_key k = {.len = 0};
	struct store_row row;
	struct msg *m;

	assert_int_equal(store_last_prefix(b->t.txn, STORE_CASELOG, key_span(&prefix), &row),
			 ERR_OK);
	key_put(&k, row.key.p, row.key.len);
	assert_int_equal(turn_get_msg(&b->t, STORE_CASELOG, &k, MSG_CASE_ENTRY, &m), ERR_OK);
	return m;
}

static const char *last_event(struct bed *b)
{
	struct audit_row row;
	struct id32 hash;
	uint64_t seq;

	assert_int_equal(audit_head(&b->t, &seq, &hash), ERR_OK);
	assert_int_equal(audit_get(&b->t, seq, &row), ERR_OK);
	return row.event;
}

static struct msg *act(struct bed *b, const char *reason)
{
	struct msg *m = msg_new(b->t.arena, MSG_ACT);

	msg_set_text(b->t.arena, m, ACT_REASON, reason);
	return m;
}

/* A referral of ours that the partner declined. */
static struct thread declined(struct bed *b)
{
	const struct id16 none = {{0}};
	struct id16 who = bedcase_open(b);
	struct thread th;
	struct msg *body;

	(void)bedcase_consent(b, &who, BED_PARTNER, 100);
	th = bedcase_refer(b, &who, BED_PARTNER);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	body = act(b, "no-capacity");
	msg_set_text(b->t.arena, body, ACT_ALTERNATIVE, "none");
	bedcase_came(b, &th, DOC_DECLINE, &none, body);
	return bedcase_thread(b, &th.id);
}

static void what_was_seen_to_is_off_the_list(void **state)
{
	struct bed *b = *state;
	struct thread th = declined(b);

	assert_string_equal(work(b), "follow-up");
	assert_int_equal(done(b, &th, "sometime", 0), ERR_INVAL);
	/* a word came since: it may be what was waited for */
	assert_int_equal(done(b, &th, "told", (uint64_t)th.my_no + th.their_no), ERR_STALE);
	assert_string_equal(work(b), "follow-up");
	assert_int_equal(done(b, &th, "told", (uint64_t)th.my_no + th.their_no + 1), ERR_OK);
	assert_string_equal(work(b), "");
	assert_string_equal(msg_text(entry(b, &th.case_id), CASE_ENTRY_WHAT), "done-told");
	assert_string_equal(msg_text(entry(b, &th.case_id), CASE_ENTRY_TEXT),
			    "belt zelf met het wijkteam");
	assert_string_equal(last_event(b), "change");
	/* what is computed anew from the state does not bring it back */
	th = bedcase_thread(b, &th.id);
	assert_int_equal(acts_changed(&b->t, &th, ""), ERR_OK);
	assert_string_equal(work(b), "");
	assert_int_equal(done(b, &th, "told", 0), ERR_STATE);
	/* another state is other work */
	th = bedcase_thread(b, &th.id);
	bedcase_came(b, &th, DOC_REVOKE, &(struct id16){{0}}, act(b, "person-stopped"));
	assert_string_equal(work(b), "consent-taken-back");
	assert_int_equal(done(b, &th, "closed", 0), ERR_OK);
	assert_string_equal(work(b), "");
}

/* Who is helped by somebody else for the same need is not looked for any more. */
static void a_new_referral_for_the_same_need_sees_to_the_old_one(void **state)
{
	struct bed *b = *state;
	struct thread th = declined(b), newer = th, now;

	(void)snprintf(newer.need, sizeof newer.need, "%s", "legal");
	assert_int_equal(desk_referred_on(&b->t, &newer), ERR_OK);
	assert_string_equal(work(b), "follow-up");
	memcpy(newer.need, th.need, sizeof newer.need);
	assert_int_equal(desk_referred_on(&b->t, &newer), ERR_OK);
	assert_string_equal(work(b), "");
	assert_string_equal(msg_text(entry(b, &th.case_id), CASE_ENTRY_WHAT), "done-referred-on");
	/* what is computed anew from the state does not bring it back */
	now = bedcase_thread(b, &th.id);
	assert_int_equal(acts_changed(&b->t, &now, ""), ERR_OK);
	assert_string_equal(work(b), "");
}

/* What a partner waits for is answered by an act, and not ticked off. */
static void what_somebody_waits_for_stays(void **state)
{
	struct bed *b = *state;
	struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x41, 100);
	struct thread th = bedcase_offer_came(b, &consent, 0x42);

	assert_int_equal(done(b, &th, "told", 0), ERR_STATE);
	assert_string_equal(work(b), "answer-due");
	assert_int_equal(erase(b, &th), ERR_STATE);
	assert_false(bedcase_document(b, &th, false, 1).hollow);
}

static void decline(struct bed *b, const struct thread *th)
{
	struct msg *req = msg_new(b->t.arena, MSG_ACT_NEW);
	char hex[33];

	bytes_hex(hex, th->id.b, 16);
	msg_set_text(b->t.arena, req, ACT_NEW_REF, hex);
	msg_set_u64(req, ACT_NEW_TYPE, DOC_DECLINE);
	msg_set_text(b->t.arena, req, ACT_NEW_REASON, "no-capacity");
	msg_set_text(b->t.arena, req, ACT_NEW_ALTERNATIVE, "none");
	assert_int_equal(desk_act(&b->t, req, msg_new(b->t.arena, MSG_REPLY)), ERR_OK);
	(void)bed_turn(b);
}

static void one_referral_is_erased_and_the_case_stays(void **state)
{
	struct bed *b = *state;
	struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x41, 100);
	struct thread one = bedcase_offer_came(b, &consent, 0x42),
		      other = bedcase_offer_came(b, &consent, 0x43);
	struct msg *record, *person;

	assert_true(id16_equal(&one.case_id, &other.case_id));
	decline(b, &one);
	assert_int_equal(erase(b, &one), ERR_OK);
	assert_string_equal(last_event(b), "erase");
	assert_string_equal(msg_text(entry(b, &one.case_id), CASE_ENTRY_WHAT), "payload-erased");
	one = bedcase_thread(b, &one.id);
	assert_true(one.hidden);
	assert_true(bedcase_document(b, &one, false, 1).hollow);
	/* the other one, and the person as it tells them */
	other = bedcase_thread(b, &other.id);
	assert_false(other.hidden || bedcase_document(b, &other, false, 1).hollow);
	assert_int_equal(casefile_load(&b->t, &one.case_id, &record), ERR_OK);
	assert_int_equal(casefile_person(&b->t, &one.case_id, record, &person), ERR_OK);
	assert_string_equal(msg_text(person, PERSON_NAME), "Testpersoon Ontvangen");
	assert_int_equal(erase(b, &one), ERR_STATE); /* once */
	/* the last that told of the person takes the person along; the case is there */
	decline(b, &other);
	assert_int_equal(erase(b, &other), ERR_OK);
	assert_int_equal(casefile_load(&b->t, &one.case_id, &record), ERR_OK);
	assert_int_equal(casefile_person(&b->t, &one.case_id, record, &person), ERR_OK);
	assert_string_equal(msg_text(person, PERSON_NAME), "");
}

static void what_was_taken_back_is_work_until_erased(void **state)
{
	struct bed *b = *state;
	struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x41, 100);
	struct thread th = bedcase_offer_came(b, &consent, 0x42);

	bedcase_came(b, &th, DOC_REVOKE, &(struct id16){{0}}, act(b, "person-stopped"));
	assert_string_equal(work(b), "erase-due");
	assert_int_equal(done(b, &th, "told", 0), ERR_STATE);
	assert_int_equal(erase(b, &th), ERR_OK);
	assert_string_equal(work(b), "");
	th = bedcase_thread(b, &th.id);
	assert_int_equal(acts_changed(&b->t, &th, ""), ERR_OK);
	assert_string_equal(work(b), "");
	/* what is ours to send lies at the partner */
	th = declined(b);
	assert_int_equal(erase(b, &th), ERR_STATE);
	assert_string_equal(work(b), "follow-up");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_was_seen_to_is_off_the_list),
		T(a_new_referral_for_the_same_need_sees_to_the_old_one),
		T(what_somebody_waits_for_stays),
		T(one_referral_is_erased_and_the_case_stays),
		T(what_was_taken_back_is_work_until_erased),
	};

	return cmocka_run_group_tests_name("done", tests, NULL, NULL);
}
