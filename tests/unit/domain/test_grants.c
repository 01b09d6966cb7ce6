/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/care/grants.c by itself: how a consent ends at either end, and what ends with it. */
#include "test.h"

#include "base/date.h"
#include "bedcase.h"
#include "domain/care/acts.h"
#include "domain/care/erase.h"
#include "domain/care/recover.h"
#include "domain/care/revoke.h"
#include "domain/consent/casefile.h"
#include "domain/documents/grantkey.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/pair.h"
#include "domain/grant/erasure.h"
#include "domain/grant/grantdocs.h"
#include "domain/grant/grantends.h"
#include "domain/loss/compare.h"
#include "domain/referral/deadline.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"
#include "domain/slices/slices.h"
#include "domain/told.h"
#include "domain/views/history.h"

enum { HOUR_MS = 3600000, ROOM = 4, WISH_ERASE = 2 };

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

static struct consent_scope scope(struct bed *b, uint16_t peer, const struct id16 *case_id,
				  bool received)
{
	const struct consent_scope s = {&b->node->peers[peer - 1], *case_id, received};

	return s;
}

static struct msg *record_of(struct bed *b, const struct id16 *grant)
{
	struct msg *m;

	assert_int_equal(consent_record(&b->t, grant, &m), ERR_OK);
	return m;
}

static uint64_t withdrawn_ms(struct bed *b, const struct id16 *grant)
{
	return msg_u64(record_of(b, grant), GRANT_RECORD_WITHDRAWN_MS);
}

static uint8_t state_of(struct bed *b, const struct id16 *thread)
{
	return bedcase_thread(b, thread).state;
}

static uint64_t timer_of(struct bed *b, const struct id16 *thread)
{
	return bedcase_thread(b, thread).timer_ms;
}

static struct pair *pair_of(struct bed *b, uint16_t peer)
{
	struct pair *pr;

	assert_int_equal(pair_get(&b->t, peer, &pr), ERR_OK);
	return pr;
}

/* A loss of state: no thread is written before it was compared. */
static void compare_again(struct bed *b, uint16_t peer)
{
	pair_of(b, peer)->uncompared = true;
	pair_of(b, peer)->era++;
}

static void compared(struct bed *b, struct thread *th)
{
	pair_of(b, th->peer)->uncompared = false;
	th->era = pair_of(b, th->peer)->era;
}

static void end_long_ago(struct bed *b, const struct thread *consent)
{
	struct msg *m = record_of(b, &consent->id);

	msg_set_u64(m, GRANT_RECORD_WITHDRAWN_MS, 1);
	assert_int_equal(consent_save(&b->t, &consent->id, &consent->case_id, m), ERR_OK);
}

/* One of our cases, referred to the partner under one consent; both lie in the store, signed. */
struct sent {
	struct id16 case_id, grant;
	struct thread th;
};

static struct sent sent(struct bed *b)
{
	struct sent s;

	s.case_id = bedcase_open(b);
	s.grant = bedcase_consent(b, &s.case_id, BED_PARTNER, 90);
	s.th = bedcase_refer(b, &s.case_id, BED_PARTNER);
	(void)bed_turn(b);
	return s;
}

/* The same of a partner. */
struct came {
	struct thread consent, th;
};

static struct came came(struct bed *b, uint8_t first)
{
	struct came c;

	c.consent = bedcase_consent_came(b, BED_PARTNER, first, 90);
	c.th = bedcase_offer_came(b, &c.consent, (uint8_t)(first + 1));
	(void)bed_turn(b);
	return c;
}

static bool body_is_here(struct bed *b, const struct thread *th)
{
	return !bedcase_document(b, th, false, 1).hollow;
}

static const char *shown_name(struct bed *b, const struct id16 *case_id)
{
	struct msg *record, *person;

	assert_int_equal(casefile_load(&b->t, case_id, &record), ERR_OK);
	assert_int_equal(casefile_person(&b->t, case_id, record, &person), ERR_OK);
	return msg_text(person, PERSON_NAME);
}

static uint64_t wish_of(struct bed *b, const struct id16 *grant)
{
	const struct thread th = bedcase_thread(b, grant);
	const struct document d = bedcase_document(b, &th, true, th.my_no);
	struct msg *m;

	assert_int_equal(document_body(&b->t, &d, &m), ERR_OK);
	assert_int_equal(msg_u64(m, WITHDRAWAL_EFFECTIVE_MS), b->t.wall_ms);
	return msg_u64(m, WITHDRAWAL_WISH);
}

/* ---- our own word ---- */

/* A document that came in this turn is at hand in it, and no longer than its rows and keys are there. */
static void what_came_just_now_can_go_at_once(void **state)
{
	struct bed *b = *state;
	const struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x50, 90);
	const struct thread th = bedcase_offer_came(b, &consent, 0x51);
	struct document d = bedcase_document(b, &th, false, 1);
	bool had;

	assert_false(d.hollow);
	assert_int_equal(grantkey_drop(&b->t, &consent.id, &had), ERR_OK);
	assert_true(had);
	d = bedcase_document(b, &th, false, 1);
	assert_true(d.hollow && d.gone);
}

/* A turn reads a consent once, and again as soon as it, its key or its case is another: whoever asks hears what holds in that
 * moment.  What a caller does to its copy is nobody else's. */
static void what_was_read_counts_until_it_changes(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct came c = came(b, 0x40);
	const uint64_t looked = (record_of(b, &s.grant), store_looked(b->t.txn));
	struct msg *m = record_of(b, &s.grant);
	bool gone;

	assert_int_equal(store_looked(b->t.txn), looked);
	msg_set_u64(m, GRANT_RECORD_WITHDRAWN_MS, 1);
	assert_int_equal(withdrawn_ms(b, &s.grant), 0);
	assert_int_equal(consent_save(&b->t, &s.grant, &s.case_id, m), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), 1);
	assert_int_equal(consent_gone(&b->t, &s.grant, &gone), ERR_OK);
	assert_true(gone);
	/* a partner's: with its key, and with its case */
	assert_int_equal(consent_record(&b->t, &c.consent.id, &m), ERR_OK);
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(c.consent.case_id.b, 16)),
			 ERR_OK);
	assert_int_equal(consent_record(&b->t, &c.consent.id, &m), ERR_NOTFOUND);
}

/* A body that comes under a consent asks between whom that is; whoever read it in this turn has said so. */
static void whose_a_consent_is_counts_until_it_changes(void **state)
{
	struct bed *b = *state;
	const struct came c = came(b, 0x42);
	struct msg *m = record_of(b, &c.consent.id);
	const uint64_t looked = store_looked(b->t.txn);
	bool yes;

	assert_int_equal(grantkey_holds(&b->t, BED_PARTNER, DOC_OFFER, &c.consent.id, &yes),
			 ERR_OK);
	assert_true(yes);
	assert_int_equal(store_looked(b->t.txn) - looked,
			 2); /* whether its key lives, and is open */
	assert_int_equal(grantkey_holds(&b->t, BED_OTHER, DOC_OFFER, &c.consent.id, &yes), ERR_OK);
	assert_false(yes);
	msg_set_u64(m, GRANT_RECORD_PEER, BED_OTHER);
	assert_int_equal(consent_save(&b->t, &c.consent.id, &c.consent.case_id, m), ERR_OK);
	assert_int_equal(grantkey_holds(&b->t, BED_PARTNER, DOC_OFFER, &c.consent.id, &yes),
			 ERR_OK);
	assert_false(yes);
	assert_int_equal(grantkey_holds(&b->t, BED_OTHER, DOC_OFFER, &c.consent.id, &yes), ERR_OK);
	assert_true(yes);
}

static uint32_t heard(struct bed *b, const struct id16 *case_id, const char *name,
		      const char *phone)
{
	struct msg *person = msg_new(b->t.arena, MSG_PERSON);
	const uint32_t before = store_changes(b->t.txn, STORE_CASES);

	if (name != NULL)
		msg_set_text(b->t.arena, person, PERSON_NAME, name);
	if (phone != NULL)
		msg_set_text(b->t.arena, person, PERSON_PHONE, phone);
	assert_int_equal(casefile_hear(&b->t, case_id, person), ERR_OK);
	return store_changes(b->t.txn, STORE_CASES) - before;
}

static void what_is_said_again_is_not_written_again(void **state)
{
	struct bed *b = *state;
	const struct came c = came(b, 0x44);
	const struct id16 *id = &c.consent.case_id;

	assert_int_equal(heard(b, id, "Verzonnen Anders", "000-1"), 1);
	assert_int_equal(heard(b, id, "Verzonnen Anders", "000-1"), 0);
	assert_int_equal(heard(b, id, NULL, "000-1"), 0); /* and the name stays */
	assert_int_equal(heard(b, id, NULL, "000-2"), 1);
	assert_string_equal(shown_name(b, id), "Verzonnen Anders");
}

static void a_withdrawal_ends_what_rests_on_it(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);
	struct grants_ended ended = {.first = NULL};
	const char *reason;

	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, &ended), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), b->t.wall_ms);
	assert_true(bedcase_thread(b, &s.grant).withdrawn);
	/* whoever asked is shown both, the consent first */
	assert_non_null(ended.first);
	assert_false(ended.first->referral);
	assert_memory_equal(ended.first->id.b, s.grant.b, 16);
	assert_ptr_equal(ended.first->next, ended.last);
	assert_true(ended.last->referral);
	assert_memory_equal(ended.last->id.b, s.th.id.b, 16);
	/* and both ends are told, in the grant's own thread and in the referral's */
	assert_int_equal(bedcase_said(b, &s.th.id, &reason), DOC_REVOKE);
	assert_string_equal(reason, "consent-withdrawn");
	assert_int_equal(bedcase_said(b, &s.grant, &reason), DOC_WITHDRAWAL);
	assert_int_equal(wish_of(b, &s.grant), WISH_ERASE);
	assert_int_equal(state_of(b, &s.th.id), REFERRAL_REVOKED);
	/* an answer is waited for */
	assert_int_equal(timer_of(b, &s.grant),
			 b->t.wall_ms + (uint64_t)ERASURE_REMIND_DAYS * DAY_MS);
	assert_int_equal(pair_owed(pair_of(b, BED_PARTNER)), 4);
}

/* The newest entry of that referral, as its page has it: does it say that no person did it? */
static bool shown_automatic(struct bed *b, const struct thread *th)
{
	struct thread now = bedcase_thread(b, &th->id);
	struct msg *reply = msg_new(b->t.arena, MSG_REPLY);
	struct fold_step *steps;
	enum referral_state state;
	const struct msg *last;
	size_t n;

	assert_int_equal(fold_thread(&b->t, &now, &steps, &n, &state), ERR_OK);
	assert_true(n > 0);
	assert_int_equal(view_history_row(&b->t, &now, &steps[n - 1], 0, reply), ERR_OK);
	last = msg_at(reply, REPLY_LOG, 0);
	assert_string_equal(msg_text(last, LOG_ROW_ACT), "revoke");
	return msg_u64(last, LOG_ROW_AUTOMATIC) != 0;
}

/* The node signs the end of a referral either way: who wanted it is told by the consent. */
static void an_end_is_automatic_where_the_consent_ran_out(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);
	struct msg *m = record_of(b, &s.grant);

	msg_set_u64(m, GRANT_RECORD_AUTOMATIC, 1);
	assert_int_equal(consent_save(&b->t, &s.grant, &s.case_id, m), ERR_OK);
	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	(void)bed_turn(b);
	assert_true(shown_automatic(b, &s.th));
}

static void an_end_is_a_person_s_where_it_was_taken_back(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);

	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	(void)bed_turn(b);
	assert_false(shown_automatic(b, &s.th));
}

/* Both at one tick: what the turn signs lies nowhere yet, and goes out all the same. */
static void a_case_goes_in_the_turn_that_takes_its_consent_back(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);
	struct thread th = bedcase_thread(b, &s.th.id);
	bool gone;

	bedcase_came(b, &th, DOC_DECLINE, &s.grant, NULL);
	(void)bed_turn(b);
	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	assert_int_equal(b->t.doc_count, 1);
	assert_int_equal(erase_case(&b->t, &s.case_id, &gone), ERR_OK);
	assert_true(gone);
	(void)bed_turn(b);
	th = bedcase_thread(b, &s.grant);
	assert_int_equal(bedcase_document(b, &th, true, th.my_no).head.type, DOC_WITHDRAWAL);
}

static void the_case_and_the_audit_log_say_so(void **state)
{
	struct bed *b = *state;
	const struct id16 case_id = bedcase_open(b),
			  grant = bedcase_consent(b, &case_id, BED_PARTNER, 90);
	const struct consent_scope of = scope(b, BED_PARTNER, &case_id, false);
	const uint64_t lines = store_count(b->t.txn, STORE_CASELOG), entries = b->node->audit_seq;

	assert_int_equal(grants_withdraw(&b->t, &of, &grant, NULL), ERR_OK);
	assert_int_equal(store_count(b->t.txn, STORE_CASELOG), lines + 1);
	assert_int_equal(b->node->audit_seq, entries + 1);
	assert_int_equal(b->t.doc_count, 0); /* it never left: nobody has to hear of it */
}

/* Each of them for itself: who else has a consent of this person keeps it, and so does the other direction. */
static void nothing_else_ends(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct id16 other = bedcase_consent(b, &s.case_id, BED_OTHER, 90),
			  second = bedcase_consent(b, &s.case_id, BED_PARTNER, 80);
	const struct thread elsewhere = bedcase_refer(b, &s.case_id, BED_OTHER);
	struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, true);

	(void)bed_turn(b);
	assert_int_equal(grants_withdraw(&b->t, &of, NULL, NULL),
			 ERR_OK); /* of the partner's: none */
	of.received = false;
	assert_int_equal(grants_withdraw(&b->t, &of, &second, NULL), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), 0);
	assert_int_equal(withdrawn_ms(b, &other), 0);
	assert_int_equal(withdrawn_ms(b, &second), b->t.wall_ms);
	assert_int_equal(state_of(b, &s.th.id), REFERRAL_OFFERED); /* it rests on the first */
	assert_int_equal(grants_withdraw(&b->t, &of, NULL, NULL), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), b->t.wall_ms);
	assert_int_equal(withdrawn_ms(b, &other), 0);
	assert_int_equal(state_of(b, &s.th.id), REFERRAL_REVOKED);
	assert_int_equal(state_of(b, &elsewhere.id), REFERRAL_OFFERED);
}

/* All of a scope are those that hold; one that is named may have run out. */
static void one_that_ran_out_is_withdrawn_by_name(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);

	b->t.wall_ms += (uint64_t)100 * DAY_MS;
	assert_int_equal(grants_withdraw(&b->t, &of, NULL, NULL), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), 0);
	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), b->t.wall_ms);
}

static void a_second_time_says_nothing(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);
	const uint64_t first_ms = b->t.wall_ms;
	uint32_t said, revoked;

	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	said = bedcase_thread(b, &s.grant).my_no;
	revoked = bedcase_thread(b, &s.th.id).my_no;
	assert_int_equal(grants_withdraw(&b->t, &of, NULL, NULL), ERR_OK); /* this millisecond */
	b->now_ms++;
	(void)bed_turn(b);
	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), first_ms);
	assert_int_equal(bedcase_thread(b, &s.grant).my_no, said);
	assert_int_equal(bedcase_thread(b, &s.th.id).my_no, revoked);
}

/* What cannot be signed in this turn counts at once, and is owed. */
static void assert_owed(struct bed *b, const struct sent *s)
{
	const struct thread th = bedcase_thread(b, &s->th.id), grant = bedcase_thread(b, &s->grant);

	assert_int_equal(withdrawn_ms(b, &s->grant), b->t.wall_ms);
	assert_int_equal(th.my_no, 1);
	assert_true(th.hidden && th.owes_end);
	assert_int_equal(th.timer_ms, b->t.wall_ms);
	assert_int_equal(grant.my_no, 1);
	assert_true(grant.withdrawn && grant.owes_end);
	assert_int_equal(grant.timer_ms, b->t.wall_ms);
}

static void what_is_being_compared_is_owed(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);
	struct grants_ended ended = {.first = NULL};

	compare_again(b, BED_PARTNER);
	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	assert_owed(b, &s);
	/* owed is owed: what hangs on it already is told of once */
	assert_int_equal(grants_withdraw(&b->t, &of, NULL, &ended), ERR_OK);
	assert_null(ended.first);
}

static void what_has_no_room_in_this_turn_is_owed(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);

	b->t.doc_count = LIMIT_BURST - 1;
	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	assert_owed(b, &s);
	b->t.doc_count = 0;
}

/* The withdrawal itself needs less room than a referral that is revoked: what follows from that is kept free. */
static void a_few_places_are_kept_for_what_follows(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);

	b->t.doc_count = LIMIT_BURST - 2;
	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	assert_true(bedcase_thread(b, &s.th.id).owes_end);
	assert_false(bedcase_thread(b, &s.grant).owes_end);
	assert_int_equal(b->t.doc_count, LIMIT_BURST - 1);
	b->t.doc_count = 1;
}

static void a_revoke_takes_the_last_place_but_those(void **state)
{
	struct bed *b = *state;
	const struct sent one = sent(b), two = sent(b);
	const struct consent_scope of_one = scope(b, BED_PARTNER, &one.case_id, false),
				   of_two = scope(b, BED_PARTNER, &two.case_id, false);

	b->t.doc_count = LIMIT_BURST - ROOM - 1;
	assert_int_equal(grants_withdraw(&b->t, &of_one, &one.grant, NULL), ERR_OK);
	assert_false(bedcase_thread(b, &one.th.id).owes_end);
	b->t.doc_count = LIMIT_BURST - ROOM;
	assert_int_equal(grants_withdraw(&b->t, &of_two, &two.grant, NULL), ERR_OK);
	assert_true(bedcase_thread(b, &two.th.id).owes_end);
	b->t.doc_count = 0;
}

/* Where nothing personal was said there is nothing that a consent would have to cover. */
static void a_referral_without_personal_words_stays(void **state)
{
	struct bed *b = *state;
	const struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x41, 90);
	const struct consent_scope of = scope(b, BED_PARTNER, &consent.case_id, true);
	struct thread th = {.id = bed_id(0x42),
			    .peer = BED_PARTNER,
			    .kind = THREAD_REFERRAL,
			    .role = THREAD_RECEIVER};
	struct msg *offer = msg_new(&b->arena, MSG_OFFER);
	struct id16 subject = consent.id;

	subject.b[15] = 0x5b;
	msg_set_u64(offer, OFFER_TERM_DAYS, 7);
	msg_set_bytes(&b->arena, offer, OFFER_SUBJECT_REF, span_of(subject.b, 16));
	bedcase_came(b, &th, DOC_OFFER, &consent.id, offer);
	assert_memory_equal(th.case_id.b, consent.case_id.b, 16);
	(void)bed_turn(b);
	assert_int_equal(grants_withdraw(&b->t, &of, NULL, NULL), ERR_OK);
	assert_int_equal(state_of(b, &th.id), REFERRAL_OFFERED);
}

/* Ended is ended, and what never was an offer is no referral. */
static void what_ended_is_not_ended_again(void **state)
{
	struct bed *b = *state;
	struct sent s = sent(b);
	struct thread draft = bedcase_refer(b, &s.case_id, BED_PARTNER);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);
	struct grants_ended ended = {.first = NULL};

	(void)bed_turn(b);
	s.th.state = REFERRAL_CLOSED;
	draft.state = REFERRAL_DRAFT;
	assert_int_equal(thread_save(&b->t, &s.th), ERR_OK);
	assert_int_equal(thread_save(&b->t, &draft), ERR_OK);
	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, &ended), ERR_OK);
	assert_ptr_equal(ended.first, ended.last); /* the consent alone */
	assert_int_equal(state_of(b, &s.th.id), REFERRAL_CLOSED);
	assert_int_equal(bedcase_thread(b, &s.th.id).my_no, 1);
	assert_int_equal(bedcase_thread(b, &draft.id).my_no, 1);
}

/* We collected nothing, and the person says it to us: what the partner told goes, and the partner hears of it. */
static void the_receivers_person_withdraws(void **state)
{
	struct bed *b = *state;
	const struct came c = came(b, 0x41), stays = came(b, 0x61);
	const struct consent_scope of = scope(b, BED_PARTNER, &c.consent.case_id, true);
	struct document d;

	assert_string_equal(shown_name(b, &c.th.case_id), "Testpersoon Ontvangen");
	assert_int_equal(grants_withdraw(&b->t, &of, NULL, NULL), ERR_OK);
	(void)bed_turn(b);
	d = bedcase_document(b, &c.th, false, 1);
	assert_true(d.hollow);
	assert_int_equal(d.reason, WIRE_VERDICT_WITHDRAWN);
	assert_string_equal(shown_name(b, &c.th.case_id), "");
	assert_int_equal(state_of(b, &c.th.id), REFERRAL_REVOKED);
	assert_int_equal(bedcase_thread(b, &c.consent.id).my_no, 1);
	assert_true(body_is_here(b, &stays.th)); /* another person */
}

/* ---- said of a referral, meant of the person ---- */

static void a_revoke_takes_back_every_consent_of_these_two(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct id16 second = bedcase_consent(b, &s.case_id, BED_PARTNER, 80),
			  other = bedcase_consent(b, &s.case_id, BED_OTHER, 80);
	struct grants_ended ended = {.first = NULL};

	assert_int_equal(grants_revoke(&b->t, &s.th, &ended), ERR_OK);
	assert_non_null(ended.first);
	assert_int_equal(withdrawn_ms(b, &s.grant), b->t.wall_ms);
	assert_int_equal(withdrawn_ms(b, &second), b->t.wall_ms);
	assert_int_equal(withdrawn_ms(b, &other), 0);
}

/* Behind a loss the person lies here twice: the referral came back without its content, the consent in a case of its own. */
static void a_revoke_reaches_a_consent_in_another_case(void **state)
{
	struct bed *b = *state;
	struct sent s = sent(b);
	const struct sent beside = sent(b);
	const struct id16 again = bedcase_open(b);
	struct grants_ended ended = {.first = NULL};

	s.th.case_id = again;
	assert_int_equal(thread_save(&b->t, &s.th), ERR_OK);
	assert_int_equal(grants_revoke(&b->t, &s.th, NULL), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), 0);
	assert_int_equal(revoke_all(&b->t, &s.th, &ended), ERR_OK);
	assert_non_null(ended.first);
	assert_int_equal(withdrawn_ms(b, &s.grant), b->t.wall_ms);
	assert_int_equal(withdrawn_ms(b, &beside.grant), 0); /* another person */
}

/* That case was erased here since: nothing of it is left to take back, and its other end has it still. */
static void also_where_that_case_is_erased(void **state)
{
	struct bed *b = *state;
	struct sent s = sent(b);
	const char *reason;

	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(s.case_id.b, 16)), ERR_OK);
	s.th.case_id = bedcase_open(b);
	assert_int_equal(thread_save(&b->t, &s.th), ERR_OK);
	assert_int_equal(revoke_all(&b->t, &s.th, NULL), ERR_OK);
	assert_true(bedcase_thread(b, &s.grant).withdrawn);
	assert_int_equal(bedcase_said(b, &s.grant, &reason), DOC_WITHDRAWAL);
}

/* The copy was made between giving the consent and sending it: record and key are there, and the partner knows that it is over. */
static void a_consent_of_before_it_was_sent_comes_back_over(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	struct thread consent = bedcase_thread(b, &s.grant);
	struct msg *g = msg_sub(b->t.arena, record_of(b, &s.grant), GRANT_RECORD_GRANT);

	consent.withdrawn = true;
	assert_true(grantkey_lives(&b->t, &s.grant));
	assert_int_equal(grantdocs_recover(&b->t, &consent, g), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), b->t.wall_ms);
	assert_false(grantkey_lives(&b->t, &s.grant));
}

/* The records went with the case; the heads still name the consents, and those threads are still to be ended. */
static void a_revoke_of_an_erased_case_ends_what_its_documents_name(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const char *reason;

	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(s.case_id.b, 16)), ERR_OK);
	assert_int_equal(grants_revoke(&b->t, &s.th, NULL), ERR_OK);
	assert_true(bedcase_thread(b, &s.grant).withdrawn);
	assert_int_equal(bedcase_said(b, &s.grant, &reason), DOC_WITHDRAWAL);
}

/* Said at the holder: whoever it passed the person on to hears of it, though both cases' records are gone. */
static void a_revoke_of_an_erased_case_reaches_whom_it_passed_the_person_on_to(void **state)
{
	struct bed *b = *state;
	const struct came c = came(b, 0x41);
	const struct id16 ours = bedcase_consent(b, &c.th.case_id, BED_OTHER, 30);
	const char *reason;

	(void)bedcase_refer(b, &c.th.case_id, BED_OTHER);
	(void)bed_turn(b);
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(c.th.case_id.b, 16)), ERR_OK);
	assert_int_equal(grants_revoke(&b->t, &c.th, NULL), ERR_OK);
	assert_true(bedcase_thread(b, &c.consent.id).withdrawn);
	assert_true(bedcase_thread(b, &ours).withdrawn);
	assert_int_equal(bedcase_said(b, &ours, &reason), DOC_WITHDRAWAL);
}

/* A REVOKE names nothing, and the one of this very turn is not stored yet. */
static void the_revoke_itself_names_no_consent(void **state)
{
	struct bed *b = *state;
	struct sent s = sent(b);

	assert_int_equal(thread_append(&b->t, &s.th, true,
				       &(struct log_entry){.doc = {bed_id(0x99), 0},
							   .hash = {{1}},
							   .type = DOC_REVOKE}),
			 ERR_OK);
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(s.case_id.b, 16)), ERR_OK);
	assert_int_equal(grants_revoke(&b->t, &s.th, NULL), ERR_OK);
	assert_true(bedcase_thread(b, &s.grant).withdrawn);
}

/* The consent's own case was begun again, so that its record is readable: it says so, too. */
static void a_record_that_came_back_is_ended(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct id16 again = bedcase_open(b);
	struct thread consent = bedcase_thread(b, &s.grant);

	assert_int_equal(consent_save(&b->t, &s.grant, &again, record_of(b, &s.grant)), ERR_OK);
	consent.case_id = again;
	assert_int_equal(thread_save(&b->t, &consent), ERR_OK);
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(s.case_id.b, 16)), ERR_OK);
	assert_int_equal(grants_revoke(&b->t, &s.th, NULL), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), b->t.wall_ms);
}

/* A partner chooses which consent its document names: neither another partner's nor our own ends by that. */
static void a_head_that_names_a_foreign_consent_ends_nothing(void **state)
{
	struct bed *b = *state;
	const struct sent ours = sent(b);
	const struct thread other = bedcase_consent_came(b, BED_OTHER, 0x61, 90);
	struct came c = came(b, 0x41);

	bedcase_came(b, &c.th, DOC_NOTE, &ours.grant, NULL);
	bedcase_came(b, &c.th, DOC_NOTE, &other.id, NULL);
	(void)bed_turn(b);
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(c.th.case_id.b, 16)), ERR_OK);
	assert_int_equal(grants_revoke(&b->t, &c.th, NULL), ERR_OK);
	assert_true(bedcase_thread(b, &c.consent.id).withdrawn);
	assert_false(bedcase_thread(b, &ours.grant).withdrawn);
	assert_int_equal(withdrawn_ms(b, &ours.grant), 0);
	assert_false(bedcase_thread(b, &other.id).withdrawn);
	assert_int_equal(withdrawn_ms(b, &other.id), 0);
}

/* ---- the partner's word ---- */

static void a_partners_withdrawal_ends_what_it_sent(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);

	bedcase_came(b, &c.consent, DOC_WITHDRAWAL, &c.consent.id, NULL);
	assert_true(c.consent.withdrawn);
	assert_true(c.consent.owes_end); /* the answer, behind the shred */
	assert_int_equal(c.consent.timer_ms, b->t.wall_ms);
	assert_int_equal(withdrawn_ms(b, &c.consent.id), b->t.wall_ms);
	assert_false(body_is_here(b, &c.th));
	assert_string_equal(shown_name(b, &c.th.case_id), "");
	/* its REVOKE comes with it: the holder says nothing of its own */
	assert_int_equal(bedcase_thread(b, &c.th.id).my_no, 0);
	assert_int_equal(b->t.doc_count, 0);
}

/* The person told the partner; what we offered rests on nothing any more, and it is ours to revoke. */
static void a_partner_may_withdraw_what_we_collected(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	struct thread consent = bedcase_thread(b, &s.grant);
	const char *reason;

	bedcase_came(b, &consent, DOC_WITHDRAWAL, &s.grant, NULL);
	assert_int_equal(withdrawn_ms(b, &s.grant), b->t.wall_ms);
	assert_int_equal(bedcase_thread(b, &s.grant).my_no, 1); /* theirs is enough */
	assert_int_equal(bedcase_said(b, &s.th.id, &reason), DOC_REVOKE);
}

/* A thief with an old disk must not be able to destroy: nothing is shown, nothing goes before a person confirmed, or
 * three days are over. */
static struct came unsure(struct bed *b)
{
	struct came c = came(b, 0x41);

	pair_of(b, BED_PARTNER)->unconfirmed = true;
	bedcase_came(b, &c.consent, DOC_WITHDRAWAL, &c.consent.id, NULL);
	assert_false(c.consent.withdrawn);
	assert_int_equal(withdrawn_ms(b, &c.consent.id), 0);
	assert_int_equal(msg_u64(record_of(b, &c.consent.id), GRANT_RECORD_SAID_MS), b->t.wall_ms);
	assert_int_equal(c.consent.timer_ms,
			 b->t.wall_ms + (uint64_t)GRANTENDS_UNSURE_HOURS * HOUR_MS);
	assert_true(body_is_here(b, &c.th));
	return c;
}

static void assert_heard(struct bed *b, const struct came *c)
{
	assert_true(bedcase_thread(b, &c->consent.id).withdrawn);
	assert_int_equal(withdrawn_ms(b, &c->consent.id), b->t.wall_ms);
	assert_false(msg_has(record_of(b, &c->consent.id), GRANT_RECORD_SAID_MS));
	assert_false(body_is_here(b, &c->th));
}

static void an_unconfirmed_word_counts_when_time_is_over(void **state)
{
	struct bed *b = *state;
	struct came c = unsure(b);
	const uint64_t said_ms = b->t.wall_ms;

	b->t.wall_ms += HOUR_MS; /* a second time does not begin the wait again */
	bedcase_came(b, &c.consent, DOC_WITHDRAWAL, &c.consent.id, NULL);
	assert_int_equal(msg_u64(record_of(b, &c.consent.id), GRANT_RECORD_SAID_MS), said_ms);
	b->t.wall_ms = c.consent.timer_ms;
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_heard(b, &c);
}

/* An administrator's word, and the ticks that follow. */
static void believe(struct bed *b, uint16_t peer)
{
	bool more = true;

	assert_int_equal(slices_believe(&b->t, peer), ERR_OK);
	while (more) {
		assert_int_equal(slices_tick(&b->t), ERR_OK);
		assert_int_equal(chores_any(&b->t, &more), ERR_OK);
	}
}

static void an_unconfirmed_word_counts_when_a_person_confirmed(void **state)
{
	struct bed *b = *state;
	const struct came c = unsure(b);

	believe(b, BED_OTHER);
	assert_true(body_is_here(b, &c.th));
	believe(b, BED_PARTNER);
	assert_heard(b, &c);
}

/* The row of one consent cannot be read: what follows for its partner waits, and an erasure is swept all the same. */
static void a_chore_that_fails_holds_up_no_other(void **state)
{
	struct bed *b = *state;
	const struct came c = unsure(b);
	const struct store_key k = turn_key_id(&c.consent.id);
	const struct chore sick = {.kind = CHORE_BELIEVED, .peer = BED_PARTNER},
			   well = {.kind = CHORE_SWEEP, .case_id = bed_id(0x77)};
	struct chore next;
	bool more;

	assert_int_equal(turn_put(&b->t, STORE_GRANT, &k, span_of("?", 1)), ERR_OK);
	assert_int_equal(chores_save(&b->t, &sick), ERR_OK);
	assert_int_equal(chores_save(&b->t, &well), ERR_OK);
	assert_int_equal(slices_tick(&b->t), ERR_CORRUPT);
	assert_true(b->t.doing.part == FAULT_CHORE && b->t.doing.peer == BED_PARTNER);
	assert_true(fault_note(&b->t, ERR_CORRUPT));
	assert_int_equal(slices_tick(&b->t), ERR_OK);
	assert_int_equal(chores_any(&b->t, &more), ERR_OK);
	assert_false(more); /* one is left, and it is not its time */
	b->node->faults.event++;
	b->t.mono_ms += HOUR_MS;
	assert_int_equal(chores_first(&b->t, &next), ERR_OK);
	assert_true(next.kind == CHORE_BELIEVED && next.peer == BED_PARTNER);
}

/* Only what somebody said: a consent whose timer waits for its end is none of that. */
static void confirming_ends_no_other_consent(void **state)
{
	struct bed *b = *state;
	const struct came c = came(b, 0x41);

	assert_true(timer_of(b, &c.consent.id) != 0);
	believe(b, BED_PARTNER);
	assert_int_equal(withdrawn_ms(b, &c.consent.id), 0);
	assert_true(body_is_here(b, &c.th));
}

/* A consent that comes back although it was withdrawn: the partner may have forgotten it, so it is written again. */
static void a_withdrawn_consent_that_comes_back_is_withdrawn_again(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);

	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_CONSENT), ERR_OK);
	assert_false(bedcase_thread(b, &c.consent.id).owes_end);
	c.consent.withdrawn = true;
	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_CONSENT), ERR_OK);
	assert_true(bedcase_thread(b, &c.consent.id).owes_end);
	assert_int_equal(timer_of(b, &c.consent.id), b->t.wall_ms);

	/* of an erased case it is written when the thread is whole; no timer waits for that */
	assert_int_equal(deadline_timer_set(&b->t, &c.consent, 0), ERR_OK);
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(c.consent.case_id.b, 16)),
			 ERR_OK);
	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_CONSENT), ERR_OK);
	assert_int_equal(timer_of(b, &c.consent.id), 0);
}

/* Our consent for a person whom a loss took from us, as the partner gives it back. */
static struct thread gave_back(struct bed *b, uint8_t first)
{
	static const uint8_t salt[32] = {3};
	const struct id16 id = bed_id(first);
	struct thread th = {.id = id, .peer = BED_PARTNER, .kind = THREAD_CONSENT};
	struct wire_doc d = {.form = WIRE_WHOLE, .salt = salt};
	struct msg *g = msg_new(b->t.arena, MSG_CONSENT_GRANT);

	msg_set_bytes(b->t.arena, g, CONSENT_GRANT_GRANT_ID, span_of(id.b, 16));
	msg_set_bytes(b->t.arena, g, CONSENT_GRANT_SUBJECT_REF, span_of(id.b, 16));
	msg_set_u64(g, CONSENT_GRANT_VALID_FROM_MS, b->t.wall_ms);
	msg_set_u64(g, CONSENT_GRANT_EXPIRES_MS, b->t.wall_ms + 90ull * DAY_MS);
	d.head = bed_head(b, BED_SELF, BED_PARTNER, id, 1);
	d.head.type = DOC_CONSENT;
	d.head.grant_id = id;
	assert_int_equal(msg_pack(b->t.arena, g, &d.body), ERR_OK);
	assert_int_equal(recover_consent(&b->t, &b->node->peers[BED_PARTNER - 1], &d, &th), ERR_OK);
	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
	for (; b->t.leaving != NULL; b->t.leaving = b->t.leaving->next) /* as node.c does */
		assert_int_equal(slices_leaves(&b->t, b->t.leaving->peer), ERR_OK);
	(void)bed_turn(b);
	assert_int_equal(slices_tick(&b->t), ERR_OK);
	return bedcase_thread(b, &id);
}

/* The roots told the day of its going while this one was forgotten: it is taken back like all the others. */
static void a_forgotten_consent_of_whoever_leaves_ends_when_it_comes_back(void **state)
{
	struct bed *b = *state;
	struct thread stays = gave_back(b, 0x41), leaves;

	assert_false(stays.withdrawn);
	b->node->peers[BED_PARTNER - 1].leaves_s = b->now_ms / 1000 + 60ull * 86400;
	leaves = gave_back(b, 0x42);
	assert_true(leaves.withdrawn);
	assert_int_not_equal(withdrawn_ms(b, &leaves.id), 0);
	assert_true(bedcase_thread(b, &stays.id).withdrawn);
}

/* It was known to be over before it came; what went under it meanwhile ends with it. */
static void what_came_back_late_takes_along_what_was_passed_on(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41), unsure = came(b, 0x51);
	const struct id16 ours = bedcase_consent(b, &c.th.case_id, BED_OTHER, 30),
			  last = bedcase_consent(b, &unsure.th.case_id, BED_OTHER, 30);

	(void)bedcase_refer(b, &c.th.case_id, BED_OTHER);
	(void)bedcase_refer(b, &unsure.th.case_id, BED_OTHER);
	(void)bed_turn(b);
	c.consent.withdrawn = unsure.consent.withdrawn = true;
	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_CONSENT), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &c.consent.id), b->t.wall_ms);
	assert_int_equal(withdrawn_ms(b, &ours), b->t.wall_ms);

	/* from a partner whose loss nobody confirmed, once somebody did */
	pair_of(b, BED_PARTNER)->unconfirmed = true;
	assert_int_equal(grants_stored(&b->t, &unsure.consent, DOC_CONSENT), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &last), 0);
	pair_of(b, BED_PARTNER)->unconfirmed = false;
	assert_int_equal(grants_believe(&b->t, &unsure.consent.id), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &unsure.consent.id), b->t.wall_ms);
	assert_int_equal(withdrawn_ms(b, &last), b->t.wall_ms);
}

/* Whoever tells that it is over tells so before the consent itself comes: then its record says it from the first moment, and one that
 * came without its words has none.  What went on under it in a life before waits for the same person's word. */
static void so_does_one_that_comes_as_over(void **state)
{
	struct bed *b = *state;
	struct came said = came(b, 0x41), bare = came(b, 0x51);
	const struct id16 ours = bedcase_consent(b, &said.th.case_id, BED_OTHER, 30),
			  last = bedcase_consent(b, &bare.th.case_id, BED_OTHER, 30);
	const struct store_key k = turn_key_id(&bare.consent.id),
			       in_case = turn_key_ids(&bare.consent.case_id, &bare.consent.id);

	(void)bedcase_refer(b, &said.th.case_id, BED_OTHER);
	(void)bedcase_refer(b, &bare.th.case_id, BED_OTHER);
	(void)bed_turn(b);
	end_long_ago(b, &said.consent);
	assert_int_equal(store_del(b->t.txn, STORE_GRANT, key_span(&k)), ERR_OK);
	assert_int_equal(store_del(b->t.txn, STORE_GRANTCASE, key_span(&in_case)), ERR_OK);
	assert_int_equal(store_del(b->t.txn, STORE_GRANTOPEN, key_span(&in_case)), ERR_OK);
	said.consent.withdrawn = bare.consent.withdrawn = true;
	pair_of(b, BED_PARTNER)->unconfirmed = true;
	assert_int_equal(grants_stored(&b->t, &said.consent, DOC_CONSENT), ERR_OK);
	assert_int_equal(grants_stored(&b->t, &bare.consent, DOC_CONSENT), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &ours), 0);
	assert_int_equal(withdrawn_ms(b, &last), 0);
	pair_of(b, BED_PARTNER)->unconfirmed = false;
	assert_int_equal(grants_believe(&b->t, &said.consent.id), ERR_OK);
	assert_int_equal(grants_believe(&b->t, &bare.consent.id), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &ours), b->t.wall_ms);
	assert_int_equal(withdrawn_ms(b, &last), b->t.wall_ms);
}

/* Its record is gone or says so already: the thread remembers it all the same, and the first time stays. */
static void a_withdrawal_of_what_is_over_changes_the_flag_alone(void **state)
{
	struct bed *b = *state;
	struct came gone = came(b, 0x41), ended = came(b, 0x61), doubted = came(b, 0x71);
	const struct store_key k = turn_key_id(&gone.consent.id);

	assert_int_equal(store_del(b->t.txn, STORE_GRANT, key_span(&k)), ERR_OK);
	assert_int_equal(grants_stored(&b->t, &gone.consent, DOC_WITHDRAWAL), ERR_OK);
	assert_true(bedcase_thread(b, &gone.consent.id).withdrawn);

	end_long_ago(b, &ended.consent);
	assert_int_equal(grants_stored(&b->t, &ended.consent, DOC_WITHDRAWAL), ERR_OK);
	assert_true(bedcase_thread(b, &ended.consent.id).withdrawn);
	assert_int_equal(withdrawn_ms(b, &ended.consent.id), 1);

	end_long_ago(b, &doubted.consent);
	pair_of(b, BED_PARTNER)->unconfirmed = true;
	assert_int_equal(grants_stored(&b->t, &doubted.consent, DOC_WITHDRAWAL), ERR_OK);
	assert_false(msg_has(record_of(b, &doubted.consent.id), GRANT_RECORD_SAID_MS));
}

/* ---- what a comparison says ---- */

static void a_flag_counts_as_its_document(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);

	assert_int_equal(grants_flagged(&b->t, &c.consent, COMPARE_HIDDEN), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &c.consent.id), 0);
	assert_int_equal(grants_flagged(&b->t, &c.consent, COMPARE_WITHDRAWN), ERR_OK);
	assert_heard(b, &c);
	/* whoever says it may forget it before its document comes: written down here, too */
	assert_true(bedcase_thread(b, &c.consent.id).owes_end);
	c.consent.owes_end = false;
	assert_int_equal(grants_flagged(&b->t, &c.consent, COMPARE_WITHDRAWN), ERR_OK);
	assert_false(c.consent.owes_end); /* once */
}

static void an_unconfirmed_flag_waits_as_well(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);

	pair_of(b, BED_PARTNER)->unconfirmed = true;
	assert_int_equal(grants_flagged(&b->t, &c.consent, COMPARE_WITHDRAWN), ERR_OK);
	assert_false(c.consent.withdrawn || c.consent.owes_end);
	assert_true(body_is_here(b, &c.th));
	assert_int_equal(msg_u64(record_of(b, &c.consent.id), GRANT_RECORD_SAID_MS), b->t.wall_ms);
}

static void nor_does_it_stop_the_answer_that_is_owed(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);

	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_WITHDRAWAL), ERR_OK);
	assert_true(c.consent.owes_end);
	pair_of(b, BED_PARTNER)->unconfirmed = true;
	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_WITHDRAWAL), ERR_OK);
	c.consent = bedcase_thread(b, &c.consent.id);
	assert_true(c.consent.owes_end);
	assert_int_equal(c.consent.timer_ms, b->t.wall_ms);
}

static void nor_does_erasing_the_case(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);
	struct log_entry said;

	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_WITHDRAWAL), ERR_OK);
	assert_int_equal(erase_again(&b->t, &c.consent.case_id), ERR_OK);
	assert_true(turn_case_erased(&b->t, &c.consent.case_id));
	c.consent = bedcase_thread(b, &c.consent.id);
	assert_true(c.consent.owes_end && c.consent.timer_ms != 0);
	assert_int_equal(
		store_del(b->t.txn, STORE_META, span_of((const uint8_t[]){STORE_META_SHRED}, 1)),
		ERR_OK); /* the night of it came */
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_int_equal(thread_entry(&b->t, &c.consent, true, c.consent.my_no, &said), ERR_OK);
	assert_int_equal(said.type, DOC_ERASED);
	assert_false(bedcase_thread(b, &c.consent.id).owes_end);
}

static void what_is_hidden_there_is_hidden_here(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);

	assert_int_equal(grants_referral_flagged(&b->t, &c.th, COMPARE_WITHDRAWN), ERR_OK);
	assert_false(c.th.hidden);
	assert_int_equal(grants_referral_flagged(&b->t, &c.th, COMPARE_HIDDEN), ERR_OK);
	assert_true(bedcase_thread(b, &c.th.id).hidden);
	assert_string_equal(shown_name(b, &c.th.case_id), "");
}

/* ---- what was put off, and the timer ---- */

static void what_was_owed_is_written_once(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	const struct consent_scope of = scope(b, BED_PARTNER, &s.case_id, false);
	struct thread consent;
	const char *reason;

	compare_again(b, BED_PARTNER);
	assert_int_equal(grants_withdraw(&b->t, &of, &s.grant, NULL), ERR_OK);
	consent = bedcase_thread(b, &s.grant);
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	assert_int_equal(bedcase_thread(b, &s.grant).my_no, 1); /* not yet the same at both ends */
	assert_true(bedcase_thread(b, &s.grant).owes_end);
	compared(b, &consent);
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	assert_false(bedcase_thread(b, &s.grant).owes_end);
	assert_int_equal(timer_of(b, &s.grant),
			 b->t.wall_ms + (uint64_t)ERASURE_REMIND_DAYS * DAY_MS);
	assert_non_null(b->t.answers); /* and it leaves with this turn */
	assert_int_equal(bedcase_said(b, &s.grant, &reason), DOC_WITHDRAWAL);
	consent = bedcase_thread(b, &s.grant);
	consent.owes_end = true; /* a comparison owes it again: our own log holds it */
	assert_int_equal(grants_catch_up(&b->t, &consent), ERR_OK);
	assert_int_equal(consent.my_no, 2);
	assert_false(consent.owes_end);
}

static void who_owes_nothing_writes_nothing(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	struct thread consent = bedcase_thread(b, &s.grant);

	assert_int_equal(grants_catch_up(&b->t, &consent), ERR_OK);
	assert_int_equal(consent.my_no, 1);
	assert_int_equal(timer_of(b, &s.grant), consent.timer_ms);
	assert_true(consent.timer_ms != 0);
}

/* The person is gone from here, and the partner is told all the same. */
static void what_is_owed_outlives_the_case(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	struct thread consent = bedcase_thread(b, &s.grant);

	consent.withdrawn = consent.owes_end = true;
	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(s.case_id.b, 16)), ERR_OK);
	assert_int_equal(grants_catch_up(&b->t, &consent), ERR_OK);
	assert_int_equal(bedcase_thread(b, &s.grant).my_no, 2);
	assert_int_equal(state_of(b, &s.th.id), REFERRAL_OFFERED); /* erasure ends that itself */
}

/* The partner was first: its document says it all. */
static void what_a_log_holds_is_not_written_again(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);

	bedcase_came(b, &c.consent, DOC_WITHDRAWAL, &c.consent.id, NULL);
	(void)bed_turn(b);
	c.consent.owes_end = true;
	assert_int_equal(grants_catch_up(&b->t, &c.consent), ERR_OK);
	assert_int_equal(c.consent.my_no, 0); /* the shred is not done: no answer either */
	assert_true(bedcase_thread(b, &c.consent.id).owes_end);
}

/* Whoever collected it waits for the answer then, as if the word were its own; one that came already ends the waiting. */
static void who_was_told_first_waits_for_the_answer(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	struct thread consent = bedcase_thread(b, &s.grant);

	bedcase_came(b, &consent, DOC_WITHDRAWAL, &s.grant, NULL);
	(void)bed_turn(b);
	consent.withdrawn = consent.owes_end = true;
	assert_int_equal(deadline_timer_set(&b->t, &consent, b->t.wall_ms), ERR_OK);
	/* heard once more before it was written down: it is due as it was */
	assert_int_equal(grants_stored(&b->t, &consent, DOC_WITHDRAWAL), ERR_OK);
	assert_int_equal(timer_of(b, &s.grant), b->t.wall_ms);
	assert_true(consent.owes_end);
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	assert_false(bedcase_thread(b, &s.grant).owes_end);
	assert_int_equal(consent.my_no, 1);
	assert_int_equal(timer_of(b, &s.grant),
			 b->t.wall_ms + (uint64_t)ERASURE_REMIND_DAYS * DAY_MS);
}

/* What ran under it in the meantime ends with it, when it is written at last. */
static void what_is_caught_up_takes_its_referrals_along(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	struct thread consent = bedcase_thread(b, &s.grant);
	struct msg *m = record_of(b, &s.grant);

	msg_set_u64(m, GRANT_RECORD_WITHDRAWN_MS, b->t.wall_ms);
	assert_int_equal(consent_save(&b->t, &s.grant, &s.case_id, m), ERR_OK);
	consent.withdrawn = consent.owes_end = true;
	assert_int_equal(grants_catch_up(&b->t, &consent), ERR_OK);
	assert_int_equal(state_of(b, &s.th.id), REFERRAL_REVOKED);
}

/* Seven days for a renewal that is on its way; then what it let us hold goes. */
static void what_ran_out_goes_after_the_grace(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);
	const uint64_t until = b->t.wall_ms + (uint64_t)90 * DAY_MS;
	struct document d;

	b->t.wall_ms = until + (uint64_t)GRANTENDS_GRACE_DAYS * DAY_MS - 1;
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_true(body_is_here(b, &c.th));
	assert_int_equal(c.consent.timer_ms, b->t.wall_ms + 1);
	b->t.wall_ms++;
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	d = bedcase_document(b, &c.th, false, 1);
	assert_true(d.hollow);
	assert_int_equal(d.reason, WIRE_VERDICT_EXPIRED);
	assert_int_equal(c.consent.timer_ms, 0);
}

static void our_own_that_ran_out_takes_nothing(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	struct thread consent = bedcase_thread(b, &s.grant);

	b->t.wall_ms += (uint64_t)200 * DAY_MS;
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	assert_false(bedcase_document(b, &s.th, true, 1).hollow);
	assert_int_equal(state_of(b, &s.th.id), REFERRAL_OFFERED);
	/* a referral runs: a person decides, and tomorrow it is looked at again */
	assert_int_equal(consent.timer_ms, b->t.wall_ms + DAY_MS);
	assert_int_equal(bedcase_thread(b, &s.grant).my_no, 1);
	assert_false(bedcase_thread(b, &s.grant).withdrawn);
}

/* Without a referral that runs nobody has to decide: its end is said, once, and erasure asked for. */
static void our_own_that_ran_out_ends_in_writing(void **state)
{
	struct bed *b = *state;
	struct sent s = sent(b);
	struct thread consent = bedcase_thread(b, &s.grant);

	assert_int_equal(acts_automatic(&b->t, &s.th, DOC_WITHDRAW, "no-longer-needed"), ERR_OK);
	(void)bed_turn(b);
	b->t.wall_ms = consent_until(record_of(b, &s.grant)) +
		       (uint64_t)GRANTENDS_GRACE_DAYS * DAY_MS - 1;
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	assert_int_equal(bedcase_thread(b, &s.grant).my_no, 1); /* a renewal may be on its way */
	b->now_ms = b->t.wall_ms + 1;
	(void)bed_turn(b);
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	(void)bed_turn(b);
	assert_int_equal(wish_of(b, &s.grant), WISH_ERASE);
	assert_int_equal(msg_u64(record_of(b, &s.grant), GRANT_RECORD_AUTOMATIC), 1);
	assert_int_equal(consent.my_no, 2);
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	assert_int_equal(bedcase_thread(b, &s.grant).my_no, 2);
}

/* Its collector says that it ran out: true, once our own copy says so too. */
static void what_did_not_run_out_was_taken_back(void **state)
{
	struct bed *b = *state;

	for (unsigned over = 0; over < 2; over++) {
		struct came c = came(b, (uint8_t)(0x41 + over * 0x10));
		struct msg *w = msg_new(b->t.arena, MSG_WITHDRAWAL);

		msg_set_u64(w, WITHDRAWAL_AUTOMATIC, 1);
		b->t.wall_ms += over * (uint64_t)90 * DAY_MS;
		bedcase_came(b, &c.consent, DOC_WITHDRAWAL, &c.consent.id, w);
		assert_int_equal(withdrawn_ms(b, &c.consent.id), b->t.wall_ms);
		assert_int_equal(msg_u64(record_of(b, &c.consent.id), GRANT_RECORD_AUTOMATIC),
				 over);
		(void)bed_turn(b);
	}
}

/* Nothing is left to do about one that is withdrawn, or that went with its case. */
static void a_timer_without_a_consent_stops(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41), gone = came(b, 0x61);
	const struct store_key k = turn_key_id(&gone.consent.id);

	end_long_ago(b, &c.consent);
	c.consent.withdrawn = true;
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_int_equal(timer_of(b, &c.consent.id), 0);
	assert_true(body_is_here(b, &c.th));
	assert_int_equal(store_del(b->t.txn, STORE_GRANT, key_span(&k)), ERR_OK);
	assert_int_equal(grants_timer(&b->t, &gone.consent), ERR_OK);
	assert_int_equal(timer_of(b, &gone.consent.id), 0);
}

/* ---- what goes with a consent lies under its key ---- */

static bool key_of(struct bed *b, const struct id16 *id)
{
	return record_exists(b->t.txn, STORE_GRANTKEY, span_of(id->b, 16));
}

static bool in_ledger(struct bed *b, const struct id16 *id)
{
	return record_exists(b->t.txn, STORE_ERASED, span_of(id->b, 16));
}

static void a_withdrawn_consent_takes_its_key_along_and_no_other(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41), other = came(b, 0x61);

	assert_true(key_of(b, &c.consent.id) && key_of(b, &other.consent.id));
	assert_false(bedcase_document(b, &c.consent, false, 1).hollow);
	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_WITHDRAWAL), ERR_OK);
	assert_false(key_of(b, &c.consent.id));
	assert_true(in_ledger(b, &c.consent.id));
	assert_false(body_is_here(b, &c.th));
	assert_true(bedcase_document(b, &c.consent, false, 1).hollow);
	assert_string_equal(shown_name(b, &c.th.case_id), "");

	assert_true(key_of(b, &other.consent.id));
	assert_false(in_ledger(b, &other.consent.id));
	assert_true(body_is_here(b, &other.th));

	/* nothing gives it a key again */
	assert_int_equal(grantkey_make(&b->t, &c.consent.id), ERR_OK);
	assert_false(key_of(b, &c.consent.id));
}

/* Between whom, until when, and that it is over: nothing that it allowed, and nobody's name. */
static void of_a_partners_consent_a_stub_is_left(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);
	const struct msg *g = msg_get(record_of(b, &c.consent.id), GRANT_RECORD_GRANT);
	const uint64_t until = msg_u64(g, CONSENT_GRANT_EXPIRES_MS);
	struct record_place place;
	struct span v;

	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_WITHDRAWAL), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &c.consent.id), b->t.wall_ms);
	g = msg_get(record_of(b, &c.consent.id), GRANT_RECORD_GRANT);
	assert_int_equal(msg_u64(g, CONSENT_GRANT_EXPIRES_MS), until);
	assert_false(msg_has(g, CONSENT_GRANT_CATS) || msg_has(g, CONSENT_GRANT_PURPOSE) ||
		     msg_has(g, CONSENT_GRANT_SUBJECT_REF));
	assert_int_equal(record_get_place(b->t.txn, b->t.arena, STORE_GRANT,
					  span_of(c.consent.id.b, 16), &place, &v),
			 ERR_OK);
	assert_int_equal(place.cls, RECORD_META);
}

/* Whoever collected it keeps what it wrote itself; of both sides' words the key goes. */
static void our_own_consent_stays_as_evidence(void **state)
{
	struct bed *b = *state;
	struct sent s = sent(b);
	const struct consent_scope sc = scope(b, BED_PARTNER, &s.case_id, false);

	assert_true(key_of(b, &s.grant));
	assert_int_equal(grants_withdraw(&b->t, &sc, &s.grant, NULL), ERR_OK);
	assert_false(key_of(b, &s.grant));
	assert_true(in_ledger(b, &s.grant));
	assert_false(bedcase_document(b, &s.th, true, 1).hollow);
	assert_true(
		msg_has(msg_get(record_of(b, &s.grant), GRANT_RECORD_GRANT), CONSENT_GRANT_CATS));
}

/* A restore that has the ledger writes no key of what stands in it; the rows of its backup open for nobody. */
static void what_a_ledger_names_is_over_from_the_first_moment(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);

	assert_int_equal(store_del(b->t.txn, STORE_GRANTKEY, span_of(c.consent.id.b, 16)), ERR_OK);
	assert_int_equal(consent_grant_state(record_of(b, &c.consent.id), b->t.wall_ms),
			 CONSENT_WITHDRAWN);
	assert_string_equal(shown_name(b, &c.th.case_id), ""); /* before anybody wrote it down */
	assert_int_equal(grants_erased_before(&b->t, &c.consent.id), ERR_OK);
	assert_true(bedcase_thread(b, &c.consent.id).withdrawn);
	assert_int_equal(withdrawn_ms(b, &c.consent.id), b->t.wall_ms);
	assert_false(body_is_here(b, &c.th));
	assert_int_equal(bedcase_document(b, &c.th, false, 1).reason, WIRE_VERDICT_WITHDRAWN);

	/* an id of nothing that is here */
	assert_int_equal(grants_erased_before(&b->t, &(struct id16){{0x77}}), ERR_OK);
}

/* Our own word went with the disk, before its document was at the holder: the ledger kept it, and the holder hears of it. */
static void what_a_ledger_names_is_said_to_its_holder(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	struct thread consent;
	const char *reason;

	assert_int_equal(grants_erased_before(&b->t, &s.grant), ERR_OK);
	assert_int_equal(withdrawn_ms(b, &s.grant), b->t.wall_ms);
	consent = bedcase_thread(b, &s.grant);
	assert_true(consent.withdrawn && consent.owes_end);
	assert_int_equal(consent.timer_ms, b->t.wall_ms);
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	assert_int_equal(bedcase_said(b, &s.grant, &reason), DOC_WITHDRAWAL);
	assert_false(bedcase_thread(b, &s.grant).owes_end);
}

/* ... also where its timer is the first to know whose it is, as after a restore that was done offline. */
static void nor_is_it_forgotten_until_its_timer_rings(void **state)
{
	struct bed *b = *state;
	const struct sent s = sent(b);
	struct thread consent = bedcase_thread(b, &s.grant);
	const char *reason;

	consent.withdrawn = true;
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	consent = bedcase_thread(b, &s.grant);
	assert_true(consent.owes_end);
	assert_int_equal(grants_timer(&b->t, &consent), ERR_OK);
	assert_int_equal(bedcase_said(b, &s.grant, &reason), DOC_WITHDRAWAL);
}

/* Two consents had a part in what is shown: what the second one brought is put together again, under another key. */
static void the_person_shown_lies_under_a_key_that_goes_with_each_consent(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);
	struct msg *record;
	const struct store_key k = turn_key_id(&c.th.case_id);

	assert_string_equal(shown_name(b, &c.th.case_id), "Testpersoon Ontvangen");
	assert_int_equal(turn_get_msg(&b->t, STORE_CASES, &k, MSG_CASE_RECORD, &record), ERR_OK);
	assert_false(msg_has(record, CASE_RECORD_TOLD));
	assert_true(msg_has(record, CASE_RECORD_TOLD_SEALED));
	assert_true(key_of(b, &c.th.case_id));
	assert_int_equal(told_forget(&b->t, &c.th.case_id), ERR_OK);
	assert_string_equal(shown_name(b, &c.th.case_id), "");
	assert_int_equal(bodies_person(&b->t, &c.th.case_id), ERR_OK);
	assert_string_equal(shown_name(b, &c.th.case_id), "Testpersoon Ontvangen");
}

/* ---- what a holder answers ---- */

static void shredded(struct bed *b)
{
	const uint8_t key[1] = {STORE_META_SHRED};

	assert_int_equal(store_del(b->t.txn, STORE_META, span_of(key, 1)), ERR_OK);
}

static struct msg *erased_said(struct bed *b, const struct thread *th)
{
	const struct document d = bedcase_document(b, th, true, th->my_no);
	struct msg *m;

	assert_int_equal(document_body(&b->t, &d, &m), ERR_OK);
	return m;
}

/* The shred first: before it a copy of the disk still has what it speaks of. */
static void a_holder_answers_behind_the_shred_and_once(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);
	struct erasure_told told;
	const struct msg *m;

	b->node->shred_epoch = 7;
	bedcase_came(b, &c.consent, DOC_WITHDRAWAL, &c.consent.id, NULL);
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_int_equal(c.consent.my_no, 0);
	assert_true(c.consent.owes_end && c.consent.timer_ms > b->t.wall_ms);
	assert_int_equal(erasure_told(&b->t, &c.consent, &told), ERR_OK);
	assert_int_equal(told.type, 0);

	shredded(b);
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_int_equal(c.consent.my_no, 1);
	assert_false(c.consent.owes_end);
	assert_int_equal(c.consent.timer_ms, 0);
	(void)bed_turn(b);
	m = erased_said(b, &c.consent);
	assert_int_equal(msg_u64(m, ERASED_OUTCOME), ERASURE_DONE);
	assert_int_equal(msg_u64(m, ERASED_SHRED_EPOCH), 7);
	assert_int_equal(msg_u64(m, ERASED_BODIES), 1);
	assert_int_equal(msg_bytes(m, ERASED_BODIES_HASH).len, 32);
	assert_int_equal(erasure_told(&b->t, &c.consent, &told), ERR_OK);
	assert_int_equal(told.type, DOC_ERASED);
	assert_true(told.own_notes);

	/* told again, it has said so already */
	assert_int_equal(grants_stored(&b->t, &c.consent, DOC_WITHDRAWAL), ERR_OK);
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_int_equal(c.consent.my_no, 1);
	assert_false(c.consent.owes_end);
}

/* After a loss of state somebody may still give back what it passed on. */
static void a_holder_that_waits_for_members_says_that_it_is_at_it(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);
	struct erasure_told told;

	bedcase_came(b, &c.consent, DOC_WITHDRAWAL, &c.consent.id, NULL);
	shredded(b);
	b->node->quarantine = true;
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_true(c.consent.my_no == 1 && c.consent.owes_end);
	(void)bed_turn(b);
	assert_int_equal(erasure_told(&b->t, &c.consent, &told), ERR_OK);
	assert_int_equal(told.type, DOC_ERASING);
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK); /* and not a second time */
	assert_true(c.consent.my_no == 1 && c.consent.owes_end);
	b->node->quarantine = false;
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_true(c.consent.my_no == 2 && !c.consent.owes_end);
	(void)bed_turn(b);
	assert_int_equal(erasure_told(&b->t, &c.consent, &told), ERR_OK);
	assert_int_equal(told.type, DOC_ERASED);
}

/* It never had it: the withdrawal came first, or the case was erased long ago.  The collector must not wait for ever. */
static void who_erased_the_case_answers_too(void **state)
{
	struct bed *b = *state;
	struct came c = came(b, 0x41);

	assert_int_equal(store_del(b->t.txn, STORE_CASEKEY, span_of(c.consent.case_id.b, 16)),
			 ERR_OK);
	bedcase_came(b, &c.consent, DOC_WITHDRAWAL, &c.consent.id, NULL);
	assert_true(c.consent.owes_end && c.consent.timer_ms != 0);
	assert_int_equal(grants_timer(&b->t, &c.consent), ERR_OK);
	assert_int_equal(c.consent.my_no, 1);
	(void)bed_turn(b);
	assert_int_equal(msg_u64(erased_said(b, &c.consent), ERASED_OUTCOME), ERASURE_DONE);
	assert_false(msg_has(erased_said(b, &c.consent), ERASED_OWN_NOTES) &&
		     msg_u64(erased_said(b, &c.consent), ERASED_OWN_NOTES) != 0);
}

static bool work_waits(struct bed *b, const struct thread *th)
{
	const struct store_key k = worklist_key(th, WORK_UNANSWERED);

	return record_exists(b->t.txn, STORE_WORK, key_span(&k));
}

static void silence_is_work_until_the_answer_comes(void **state)
{
	struct bed *b = *state;
	struct sent s = sent(b);
	const struct consent_scope sc = scope(b, BED_PARTNER, &s.case_id, false);
	struct msg *answer = msg_new(b->t.arena, MSG_ERASED);
	struct erasure_told told;
	struct thread th = bedcase_thread(b, &s.grant);

	/* what it says before the end is a note */
	msg_set_u64(answer, ERASED_OUTCOME, ERASURE_DONE);
	bedcase_came(b, &th, DOC_ERASED, &s.grant, answer);
	assert_int_equal(erasure_told(&b->t, &th, &told), ERR_OK);
	assert_int_equal(told.type, 0);
	(void)bed_turn(b);

	assert_int_equal(grants_withdraw(&b->t, &sc, &s.grant, NULL), ERR_OK);
	(void)bed_turn(b);
	th = bedcase_thread(b, &s.grant);
	b->now_ms = th.timer_ms;
	(void)bed_turn(b);
	assert_false(work_waits(b, &th));
	assert_int_equal(grants_timer(&b->t, &th), ERR_OK);
	assert_true(work_waits(b, &th));

	answer = msg_new(b->t.arena, MSG_ERASED);
	msg_set_u64(answer, ERASED_OUTCOME, ERASURE_DONE);
	bedcase_came(b, &th, DOC_ERASING, &s.grant, answer);
	assert_true(work_waits(b, &th));
	answer = msg_new(b->t.arena, MSG_ERASED);
	msg_set_u64(answer, ERASED_OUTCOME, ERASURE_DONE);
	bedcase_came(b, &th, DOC_ERASED, &s.grant, answer);
	assert_false(work_waits(b, &th));
	assert_int_equal(th.timer_ms, 0);
	assert_int_equal(erasure_told(&b->t, &th, &told), ERR_OK);
	assert_int_equal(told.type, DOC_ERASED);
}

#define ON_BED(f) cmocka_unit_test_setup_teardown(f, setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BED(what_came_just_now_can_go_at_once),
		ON_BED(what_was_read_counts_until_it_changes),
		ON_BED(whose_a_consent_is_counts_until_it_changes),
		ON_BED(what_is_said_again_is_not_written_again),
		ON_BED(a_withdrawal_ends_what_rests_on_it),
		ON_BED(an_end_is_automatic_where_the_consent_ran_out),
		ON_BED(an_end_is_a_person_s_where_it_was_taken_back),
		ON_BED(the_case_and_the_audit_log_say_so),
		ON_BED(nothing_else_ends),
		ON_BED(one_that_ran_out_is_withdrawn_by_name),
		ON_BED(a_second_time_says_nothing),
		ON_BED(what_is_being_compared_is_owed),
		ON_BED(what_has_no_room_in_this_turn_is_owed),
		ON_BED(a_few_places_are_kept_for_what_follows),
		ON_BED(a_revoke_takes_the_last_place_but_those),
		ON_BED(a_referral_without_personal_words_stays),
		ON_BED(what_ended_is_not_ended_again),
		ON_BED(the_receivers_person_withdraws),
		ON_BED(a_revoke_takes_back_every_consent_of_these_two),
		ON_BED(a_revoke_reaches_a_consent_in_another_case),
		ON_BED(also_where_that_case_is_erased),
		ON_BED(a_consent_of_before_it_was_sent_comes_back_over),
		ON_BED(a_revoke_of_an_erased_case_ends_what_its_documents_name),
		ON_BED(a_revoke_of_an_erased_case_reaches_whom_it_passed_the_person_on_to),
		ON_BED(the_revoke_itself_names_no_consent),
		ON_BED(a_record_that_came_back_is_ended),
		ON_BED(a_head_that_names_a_foreign_consent_ends_nothing),
		ON_BED(a_partners_withdrawal_ends_what_it_sent),
		ON_BED(a_partner_may_withdraw_what_we_collected),
		ON_BED(an_unconfirmed_word_counts_when_time_is_over),
		ON_BED(an_unconfirmed_word_counts_when_a_person_confirmed),
		ON_BED(a_chore_that_fails_holds_up_no_other),
		ON_BED(confirming_ends_no_other_consent),
		ON_BED(a_withdrawn_consent_that_comes_back_is_withdrawn_again),
		ON_BED(what_came_back_late_takes_along_what_was_passed_on),
		ON_BED(so_does_one_that_comes_as_over),
		ON_BED(a_withdrawal_of_what_is_over_changes_the_flag_alone),
		ON_BED(a_flag_counts_as_its_document),
		ON_BED(an_unconfirmed_flag_waits_as_well),
		ON_BED(nor_does_it_stop_the_answer_that_is_owed),
		ON_BED(nor_does_erasing_the_case),
		ON_BED(what_is_hidden_there_is_hidden_here),
		ON_BED(what_was_owed_is_written_once),
		ON_BED(who_owes_nothing_writes_nothing),
		ON_BED(what_is_owed_outlives_the_case),
		ON_BED(a_case_goes_in_the_turn_that_takes_its_consent_back),
		ON_BED(what_a_log_holds_is_not_written_again),
		ON_BED(who_was_told_first_waits_for_the_answer),
		ON_BED(what_is_caught_up_takes_its_referrals_along),
		ON_BED(what_ran_out_goes_after_the_grace),
		ON_BED(our_own_that_ran_out_takes_nothing),
		ON_BED(our_own_that_ran_out_ends_in_writing),
		ON_BED(what_did_not_run_out_was_taken_back),
		ON_BED(a_timer_without_a_consent_stops),
		ON_BED(a_forgotten_consent_of_whoever_leaves_ends_when_it_comes_back),
		ON_BED(a_holder_answers_behind_the_shred_and_once),
		ON_BED(a_holder_that_waits_for_members_says_that_it_is_at_it),
		ON_BED(who_erased_the_case_answers_too),
		ON_BED(silence_is_work_until_the_answer_comes),
		ON_BED(a_withdrawn_consent_takes_its_key_along_and_no_other),
		ON_BED(of_a_partners_consent_a_stub_is_left),
		ON_BED(our_own_consent_stays_as_evidence),
		ON_BED(what_a_ledger_names_is_over_from_the_first_moment),
		ON_BED(what_a_ledger_names_is_said_to_its_holder),
		ON_BED(nor_is_it_forgotten_until_its_timer_rings),
		ON_BED(the_person_shown_lies_under_a_key_that_goes_with_each_consent),
	};

	return cmocka_run_group_tests_name("grants", tests, NULL, NULL);
}
