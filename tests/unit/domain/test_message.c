/* SPDX-License-Identifier: EUPL-1.2 */
/* What two workers say to each other beside the acts, and a referral that is taken back minutes after it went. */
#include "test.h"

#include "bedcase.h"
#include "domain/care/grants.h"
#include "domain/care/intake.h"
#include "domain/consent/casefile.h"
#include "domain/consent/ledger.h"
#include "domain/desk/refer.h"
#include "domain/documents/message.h"
#include "domain/documents/words.h"
#include "domain/referral/message.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"
#include "domain/views/referrals.h"

#include <stdlib.h>

enum { MESSAGE = 1 << 20 };

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

/* One of our cases, referred to the partner; and one that the partner referred to us. */
static struct thread sent(struct bed *b)
{
	const struct id16 case_id = bedcase_open(b);
	struct thread th;

	(void)bedcase_consent(b, &case_id, BED_PARTNER, 90);
	th = bedcase_refer(b, &case_id, BED_PARTNER);
	(void)bed_turn(b);
	return bedcase_thread(b, &th.id);
}

static struct thread came(struct bed *b, struct id16 *grant)
{
	const struct thread consent = bedcase_consent_came(b, BED_PARTNER, 0x21, 90);
	const struct thread th = bedcase_offer_came(b, &consent, 0x22);

	*grant = consent.id;
	(void)bed_turn(b);
	return bedcase_thread(b, &th.id);
}

static struct msg *act(struct bed *b, const struct thread *th, uint16_t type)
{
	struct msg *req = msg_new(b->t.arena, MSG_ACT_NEW);
	char hex[33];

	bytes_hex(hex, th->id.b, 16);
	msg_set_text(b->t.arena, req, ACT_NEW_REF, hex);
	msg_set_u64(req, ACT_NEW_TYPE, type);
	return req;
}

static enum err done(struct bed *b, struct msg *req)
{
	return desk_act(&b->t, req, msg_new(b->t.arena, MSG_REPLY));
}

static struct msg *say(struct bed *b, const struct thread *th, const char *text)
{
	struct msg *req = act(b, th, DOC_MESSAGE);

	msg_set_text(b->t.arena, req, ACT_NEW_TEXT, text);
	return req;
}

static struct msg *body_of(struct bed *b, const char *text, const char *phone, uint64_t date_ms)
{
	struct msg *m = msg_new(b->t.arena, MSG_MESSAGE);

	if (text != NULL)
		msg_set_text(b->t.arena, m, MESSAGE_TEXT, text);
	if (phone != NULL)
		msg_set_text(b->t.arena, msg_sub(b->t.arena, m, MESSAGE_PERSON), PERSON_PHONE,
			     phone);
	if (date_ms != 0)
		msg_set_u64(m, MESSAGE_DATE_MS, date_ms);
	return m;
}

static bool work_is(struct bed *b, const struct thread *th, enum work_kind kind)
{
	const struct store_key k = worklist_key(th, kind);

	return record_exists(b->t.txn, STORE_WORK, key_span(&k));
}

/* So many characters of two bytes each. */
static char *characters(size_t n)
{
	char *s = malloc(2 * n + 1);

	assert_non_null(s);
	for (size_t i = 0; i < n; i++)
		memcpy(s + 2 * i, "\xc3\xa9", 2);
	s[2 * n] = '\0';
	return s;
}

static void a_message_is_short_and_of_work(void **state)
{
	struct bed *b = *state;
	struct msg *m = body_of(b, "Kan dinsdag?", NULL, 0);
	char *most = characters(LIMIT_MESSAGE), *more = characters(LIMIT_MESSAGE + 1),
	     *place = characters(LIMIT_MESSAGE_PLACE + 1);
	const char *field;

	assert_int_equal(message_flaw(m, &field), MESSAGE_SOUND);
	msg_set_text(b->t.arena, m, MESSAGE_TEXT, most);
	assert_int_equal(message_flaw(m, &field), MESSAGE_SOUND);
	msg_set_text(b->t.arena, m, MESSAGE_TEXT, more);
	assert_int_equal(message_flaw(m, &field), MESSAGE_TEXT_LONG);
	assert_string_equal(field, "text");
	msg_set_text(b->t.arena, m, MESSAGE_TEXT, "ja");
	msg_set_text(b->t.arena, m, MESSAGE_PLACE, place);
	assert_int_equal(message_flaw(m, &field), MESSAGE_PLACE_LONG);
	msg_clear(m, MESSAGE_PLACE);
	msg_set_text(b->t.arena, msg_sub(b->t.arena, m, MESSAGE_PERSON), PERSON_STORY, "een leven");
	assert_int_equal(message_flaw(m, &field), MESSAGE_OF_PERSON);
	assert_string_equal(field, "story");
	free(most);
	free(more);
	free(place);
}

/* A date has no category: alone it would pass where words are closed. */
static void a_message_says_something(void **state)
{
	struct bed *b = *state;
	struct msg *m = body_of(b, NULL, NULL, 1000);
	struct words_fault fault;
	const char *field;

	assert_int_equal(message_flaw(m, &field), MESSAGE_SAYS_NOTHING);
	assert_false(words_check(&b->t, DOC_MESSAGE, m, &fault));
	msg_set_text(b->t.arena, m, MESSAGE_TEXT, " \n ");
	assert_int_equal(message_flaw(m, &field), MESSAGE_SAYS_NOTHING);
	msg_set_text(b->t.arena, m, MESSAGE_PLACE, "de balie");
	assert_int_equal(message_flaw(m, &field), MESSAGE_SOUND);
	assert_int_equal(msg_cats(m), MESSAGE);
	assert_int_equal(msg_cats(body_of(b, "ja", "000", 0)), MESSAGE | 1 << 1);
}

/* Either side, as long as it is not over; and everywhere it moves nothing. */
static void the_table_lets_both_sides_say_it(void **state)
{
	(void)state;
	for (enum referral_state s = REFERRAL_DRAFT; s < REFERRAL_STATE_COUNT; s++)
		for (unsigned who = REFERRAL_BY_SENDER; who <= REFERRAL_BY_RECEIVER; who++) {
			const bool living = s != REFERRAL_DRAFT && !referral_terminal(s);
			bool note;

			assert_int_equal(referral_may(s, (enum referral_actor)who, DOC_MESSAGE),
					 living);
			assert_int_equal(
				referral_step(s, (enum referral_actor)who, DOC_MESSAGE, &note), s);
			assert_int_equal(note, !living);
		}
}

static void assert_unmoved(const struct thread *was, const struct thread *is)
{
	assert_int_equal(is->state, was->state);
	assert_int_equal(is->changed_ms, was->changed_ms);
	assert_int_equal(is->due_ms, was->due_ms);
	assert_int_equal(is->review_ms, was->review_ms);
	assert_int_equal(is->pause_days, was->pause_days);
	assert_int_equal(is->escalated, was->escalated);
}

/* Said a day after the referral began to wait, and escalated meanwhile: all of that stays. */
static void a_message_moves_nothing_at_either_end(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b), before;

	th.escalated = true;
	assert_int_equal(thread_save(&b->t, &th), ERR_OK);
	b->now_ms += DAY_MS;
	(void)bed_turn(b);
	before = bedcase_thread(b, &th.id);
	assert_int_equal(done(b, say(b, &th, "Belt u haar?")), ERR_OK);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(th.my_no, before.my_no + 1);
	assert_unmoved(&before, &th);
	before = th;
	b->now_ms += DAY_MS;
	(void)bed_turn(b);
	bedcase_came(b, &th, DOC_MESSAGE, &th.grant_id, body_of(b, "Ja, vrijdag.", NULL, 0));
	th = bedcase_thread(b, &before.id);
	assert_int_equal(th.their_no, before.their_no + 1);
	assert_unmoved(&before, &th);
}

static unsigned disclosed(struct bed *b, const struct id16 *grant, uint16_t type)
{
	struct store_walk w = {.rc = ERR_OK};
	struct ledger_row row;
	enum err damage;
	unsigned n = 0;

	while (ledger_each(&b->t, grant, &w, &row, &damage))
		n += row.type == type && (row.cats & MESSAGE) != 0;
	return n;
}

static void words_are_disclosed_and_no_part_of_the_case(void **state)
{
	struct bed *b = *state;
	const struct thread th = sent(b);
	struct msg *before, *after;

	assert_int_equal(casefile_load(&b->t, &th.case_id, &before), ERR_OK);
	assert_int_equal(done(b, say(b, &th, "Belt u haar?")), ERR_OK);
	assert_int_equal(casefile_load(&b->t, &th.case_id, &after), ERR_OK);
	assert_int_equal(msg_u64(after, CASE_RECORD_VERSION), msg_u64(before, CASE_RECORD_VERSION));
	assert_int_equal(disclosed(b, &th.grant_id, DOC_MESSAGE), 1);
}

/* Typed once: it goes to the partner and stands in our file. */
static void a_telephone_is_typed_once(void **state)
{
	struct bed *b = *state;
	const struct thread th = sent(b);
	struct msg *req = act(b, &th, DOC_MESSAGE), *record, *person;

	msg_set_text(b->t.arena, msg_sub(b->t.arena, req, ACT_NEW_PERSON), PERSON_PHONE, "0113-1");
	assert_int_equal(done(b, req), ERR_OK);
	assert_int_equal(casefile_load(&b->t, &th.case_id, &record), ERR_OK);
	assert_int_equal(casefile_person(&b->t, &th.case_id, record, &person), ERR_OK);
	assert_string_equal(msg_text(person, PERSON_PHONE), "0113-1");
	assert_string_equal(msg_text(person, PERSON_NAME), "Testpersoon Verzonnen");
}

/* The partner's telephone number shows where the partner referred, and goes with its message. */
static void a_told_telephone_goes_with_its_consent(void **state)
{
	struct bed *b = *state;
	struct id16 grant;
	struct thread th = came(b, &grant);
	const struct consent_scope s = {&b->node->peers[BED_PARTNER - 1], th.case_id, true};
	struct msg *record, *person;

	bedcase_came(b, &th, DOC_MESSAGE, &grant, body_of(b, NULL, "0113-2", 0));
	assert_int_equal(casefile_load(&b->t, &th.case_id, &record), ERR_OK);
	assert_int_equal(casefile_person(&b->t, &th.case_id, record, &person), ERR_OK);
	assert_string_equal(msg_text(person, PERSON_PHONE), "0113-2");
	(void)bed_turn(b);
	assert_int_equal(grants_withdraw(&b->t, &s, NULL, NULL), ERR_OK);
	assert_int_equal(casefile_load(&b->t, &th.case_id, &record), ERR_OK);
	assert_false(msg_has(record, CASE_RECORD_TOLD));
}

/* At both ends the words of both sides go with the consent, the collector's own too. */
static void words_go_with_their_consent(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);
	const struct consent_scope s = {&b->node->peers[BED_PARTNER - 1], th.case_id, false};

	assert_int_equal(done(b, say(b, &th, "Belt u haar?")), ERR_OK);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	bedcase_came(b, &th, DOC_MESSAGE, &th.grant_id, body_of(b, "Ja, vrijdag.", NULL, 0));
	(void)bed_turn(b);
	assert_false(bedcase_document(b, &th, true, 2).hollow);
	assert_false(bedcase_document(b, &th, false, 1).hollow);
	assert_int_equal(grants_withdraw(&b->t, &s, NULL, NULL), ERR_OK);
	(void)bed_turn(b);
	assert_true(bedcase_document(b, &th, true, 2).hollow);
	assert_true(bedcase_document(b, &th, false, 1).hollow);
	assert_false(bedcase_document(b, &th, true, 1).hollow); /* our own offer is evidence */
}

static void both_sides_words_go_at_the_receiver(void **state)
{
	struct bed *b = *state;
	struct id16 grant;
	struct thread th = came(b, &grant);
	const struct consent_scope s = {&b->node->peers[BED_PARTNER - 1], th.case_id, true};

	assert_int_equal(done(b, say(b, &th, "Wij bellen haar.")), ERR_OK);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	bedcase_came(b, &th, DOC_MESSAGE, &grant, body_of(b, "Goed.", NULL, 0));
	(void)bed_turn(b);
	assert_int_equal(grants_withdraw(&b->t, &s, NULL, NULL), ERR_OK);
	(void)bed_turn(b);
	assert_true(bedcase_document(b, &th, true, 1).hollow);
	assert_true(bedcase_document(b, &th, false, 2).hollow);
}

/* Words go with every consent, and carry no referral: one that rests on nothing else ends. */
static void words_carry_no_referral(void **state)
{
	struct bed *b = *state;
	const struct thread th = sent(b);
	const struct consent_scope s = {&b->node->peers[BED_PARTNER - 1], th.case_id, false};
	struct msg *m;
	struct id16 first = th.grant_id, second;

	b->now_ms += 1000;
	(void)bed_turn(b);
	second = bedcase_consent(b, &th.case_id, BED_PARTNER, 90);
	assert_int_equal(consent_record(&b->t, &second, &m), ERR_OK);
	/* about needs alone: it covers the message, and not the person of the offer */
	msg_set_u64(msg_sub(b->t.arena, m, GRANT_RECORD_GRANT), CONSENT_GRANT_CATS, 1 << 15);
	assert_int_equal(consent_save(&b->t, &second, &th.case_id, m), ERR_OK);
	assert_int_equal(done(b, say(b, &th, "Belt u haar?")), ERR_OK);
	(void)bed_turn(b);
	assert_memory_equal(bedcase_document(b, &th, true, 2).head.grant_id.b, second.b, 16);
	assert_int_equal(grants_withdraw(&b->t, &s, &first, NULL), ERR_OK);
	assert_int_equal(bedcase_thread(b, &th.id).state, REFERRAL_REVOKED);
}

static void an_appointment_stands_until_its_day_is_over(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);
	struct msg *req = say(b, &th, "Om tien uur.");

	msg_set_u64(req, ACT_NEW_DATE_MS, b->t.wall_ms + 3 * (uint64_t)DAY_MS);
	msg_set_text(b->t.arena, req, ACT_NEW_PLACE, "de balie, Stationsstraat 1");
	assert_int_equal(done(b, req), ERR_OK);
	th = bedcase_thread(b, &th.id);
	assert_true(work_is(b, &th, WORK_APPOINTMENT));
	assert_true(message_appointed(&b->t, &th));
	b->now_ms += 4 * (uint64_t)DAY_MS;
	(void)bed_turn(b);
	assert_false(message_appointed(&b->t, &th));
	req = say(b, &th, "Gisteren.");
	msg_set_u64(req, ACT_NEW_DATE_MS, b->t.wall_ms - DAY_MS);
	assert_int_equal(done(b, req), ERR_INVAL);
}

/* Both ends show the one that is later in the logs; of two that crossed the sender's. */
static void of_two_appointments_the_later_one_stands(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);
	const uint64_t first = b->t.wall_ms + DAY_MS, second = b->t.wall_ms + 2 * (uint64_t)DAY_MS;
	struct msg *req = say(b, &th, "Morgen?");

	msg_set_u64(req, ACT_NEW_DATE_MS, first);
	assert_int_equal(done(b, req), ERR_OK);
	th = bedcase_thread(b, &th.id);
	/* written before it read ours: ours stands, since we are the sender */
	assert_int_equal(message_heard(&b->t, &th, false, 1, 1, body_of(b, "x", NULL, second)),
			 ERR_OK);
	assert_true(th.meet_ours);
	/* it had read ours */
	assert_int_equal(message_heard(&b->t, &th, false, 1, 2, body_of(b, "x", NULL, second)),
			 ERR_OK);
	assert_false(th.meet_ours);
	assert_int_equal(th.meet_ms, second);
	/* without a date it takes none away */
	assert_int_equal(message_heard(&b->t, &th, false, 2, 2, body_of(b, "x", NULL, 0)), ERR_OK);
	assert_int_equal(th.meet_ms, second);
}

static void a_date_is_within_a_year(void **state)
{
	struct bed *b = *state;
	struct id16 grant;
	struct thread th = came(b, &grant);

	bedcase_came(b, &th, DOC_MESSAGE, &grant, body_of(b, "ooit", NULL, UINT64_MAX / 2));
	th = bedcase_thread(b, &th.id);
	assert_true(th.meet_ms <= b->t.wall_ms + (uint64_t)LIMIT_DATE_DAYS * DAY_MS);
}

static void what_nobody_read_is_news(void **state)
{
	struct bed *b = *state;
	struct id16 grant;
	struct thread th = came(b, &grant);
	struct msg *req = msg_new(b->t.arena, MSG_BY_ID), *reply = msg_new(b->t.arena, MSG_REPLY);
	char hex[33];

	bytes_hex(hex, th.id.b, 16);
	msg_set_text(b->t.arena, req, BY_ID_ID, hex);
	bedcase_came(b, &th, DOC_MESSAGE, &grant, body_of(b, "Belt u haar?", NULL, 0));
	th = bedcase_thread(b, &th.id);
	assert_true(work_is(b, &th, WORK_MESSAGE));
	assert_int_equal(view_referral_row(&b->t, &th, reply, false), ERR_OK);
	assert_int_equal(msg_u64(msg_at(reply, REPLY_REFERRALS, 0), REFERRAL_ROW_UNREAD), 1);
	assert_int_equal(view_referral_show(&b->t, req, msg_new(b->t.arena, MSG_REPLY)), ERR_OK);
	th = bedcase_thread(b, &th.id);
	assert_false(work_is(b, &th, WORK_MESSAGE));
	assert_int_equal(th.unread, 0);
	/* our own word is no news */
	assert_int_equal(done(b, say(b, &th, "Ja.")), ERR_OK);
	assert_false(work_is(b, &th, WORK_MESSAGE));
}

/* As a partner of another make may send it: what breaks a rule comes without its body. */
static void what_breaks_a_rule_is_hollow(void **state)
{
	struct bed *b = *state;
	struct id16 grant;
	struct thread th = came(b, &grant);
	char *more = characters(LIMIT_MESSAGE + 1);
	struct msg *bad[6] = {
		body_of(b, more, NULL, 0),  body_of(b, NULL, NULL, 1000),
		body_of(b, "ja", NULL, 0), /* of an entry that its author cannot have read */
		body_of(b, "ja", "000", 0), body_of(b, "ja", NULL, 0),
		body_of(b, "ja", NULL, 0)};

	msg_set_u64(bad[2], MESSAGE_ANSWERS, th.my_no + 1);
	msg_set_text(b->t.arena, msg_sub(b->t.arena, bad[3], MESSAGE_PERSON), PERSON_NAME, "Naam");
	msg_set_text(b->t.arena, msg_sub(b->t.arena, bad[4], MESSAGE_PERSON), PERSON_HEALTH,
		     "ziek");
	msg_set_u64(bad[5], MESSAGE_ANSWERS, 0); /* there is no such entry */
	for (size_t i = 0; i < 6; i++) {
		struct document d;

		bedcase_came(b, &th, DOC_MESSAGE, &grant, bad[i]);
		d = bedcase_document(b, &th, false, th.their_no);
		assert_true(d.hollow);
		assert_int_equal(d.reason, WIRE_VERDICT_MALFORMED);
		assert_int_equal(th.unread, 0);
	}
	free(more);
}

/* Messages leave room for the acts that end a referral. */
static void messages_of_one_side_are_bounded(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);
	enum err rc = ERR_OK;

	for (unsigned i = 0; i < LIMIT_MESSAGES && rc == ERR_OK; i++) {
		rc = done(b, say(b, &th, "en nog iets"));
		(void)bed_turn(b);
	}
	assert_int_equal(rc, ERR_OK);
	assert_int_equal(done(b, say(b, &th, "te veel")), ERR_FULL);
	(void)bed_turn(b);
	rc = done(b, act(b, &th, DOC_ERROR));
	assert_int_equal(rc, ERR_OK);
}

static struct msg *recall(struct bed *b, const struct thread *th)
{
	struct msg *req = act(b, th, DOC_ERROR);

	msg_set_text(b->t.arena, req, ACT_NEW_REASON, "sent-by-mistake");
	return req;
}

static void a_mistake_is_recalled_in_time(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);
	const char *reason;

	b->now_ms += LIMIT_RECALL_MS;
	(void)bed_turn(b);
	assert_int_equal(done(b, recall(b, &th)), ERR_OK);
	assert_int_equal(bedcase_said(b, &th.id, &reason), DOC_ERROR);
	assert_string_equal(reason, "sent-by-mistake");
	assert_int_equal(bedcase_thread(b, &th.id).state, REFERRAL_ERROR);
	assert_int_equal(disclosed(b, &th.grant_id, DOC_OFFER), 0); /* no words: a person */
}

static void a_recall_is_refused_when_it_is_too_late(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);

	b->now_ms += LIMIT_RECALL_MS + 1;
	(void)bed_turn(b);
	assert_int_equal(done(b, recall(b, &th)), ERR_STATE);
	assert_int_equal(bedcase_thread(b, &th.id).state, REFERRAL_OFFERED);
}

static void a_recall_is_refused_after_the_partner_acted(void **state)
{
	struct bed *b = *state;
	struct thread th = sent(b);

	bedcase_came(b, &th, DOC_MESSAGE, &th.grant_id, body_of(b, "Wij bellen.", NULL, 0));
	(void)bed_turn(b);
	assert_int_equal(done(b, recall(b, &th)), ERR_STATE);
	assert_int_equal(bedcase_thread(b, &th.id).state, REFERRAL_OFFERED);
}

/* What did not leave yet goes without its content, and says why. */
static void what_is_recalled_does_not_leave(void **state)
{
	struct bed *b = *state;
	const struct thread th = sent(b);
	struct document d;
	uint16_t reason;

	assert_int_equal(done(b, recall(b, &th)), ERR_OK);
	(void)bed_turn(b);
	d = bedcase_document(b, &th, true, 1);
	assert_int_equal(intake_leaving(&b->t, &b->node->peers[BED_PARTNER - 1], &d, &reason),
			 ERR_OK);
	assert_int_equal(reason, WIRE_VERDICT_RECALLED);
}

/* Also where its end crosses one of ours: our decline stands, and nothing of the person stays. */
static void what_crossed_a_mistake_goes_too(void **state)
{
	struct bed *b = *state;
	struct id16 grant;
	struct thread th = came(b, &grant);
	struct msg *req = act(b, &th, DOC_DECLINE), *error;
	const struct id16 none = {{0}};

	msg_set_text(b->t.arena, req, ACT_NEW_REASON, "no-capacity");
	msg_set_text(b->t.arena, req, ACT_NEW_ALTERNATIVE, "none");
	assert_int_equal(done(b, req), ERR_OK);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(th.state, REFERRAL_DECLINED);
	assert_string_equal(th.need, "income-debt");
	assert_false(bedcase_document(b, &th, false, 1).hollow);
	error = msg_new(b->t.arena, MSG_ACT);
	msg_set_text(b->t.arena, error, ACT_REASON, "sent-by-mistake");
	bedcase_crossed(b, &th, DOC_ERROR, &none, error, 0);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(th.state, REFERRAL_DECLINED);
	assert_true(bedcase_document(b, &th, false, 1).hollow);
	assert_string_equal(th.need, "");
}

/* It ends a referral that we work on, and takes the words of both sides along. */
static void a_mistake_takes_the_words_of_both_sides_along(void **state)
{
	struct bed *b = *state;
	struct id16 grant;
	const struct id16 none = {{0}};
	struct thread th = came(b, &grant);

	assert_int_equal(done(b, act(b, &th, DOC_ACCEPT)), ERR_OK);
	(void)bed_turn(b);
	assert_int_equal(done(b, say(b, &th, "Wij bellen haar.")), ERR_OK);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	bedcase_came(b, &th, DOC_MESSAGE, &grant, body_of(b, "Goed.", NULL, 0));
	(void)bed_turn(b);
	bedcase_crossed(b, &th, DOC_ERROR, &none, msg_new(b->t.arena, MSG_ACT), 0);
	(void)bed_turn(b);
	th = bedcase_thread(b, &th.id);
	assert_int_equal(th.state, REFERRAL_ERROR); /* in error is in error, wherever it stands */
	assert_true(bedcase_document(b, &th, true, 2).hollow);
	assert_true(bedcase_document(b, &th, false, 2).hollow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, bed_teardown)
		T(a_message_is_short_and_of_work),
		T(a_message_says_something),
		T(the_table_lets_both_sides_say_it),
		T(a_message_moves_nothing_at_either_end),
		T(words_are_disclosed_and_no_part_of_the_case),
		T(a_telephone_is_typed_once),
		T(a_told_telephone_goes_with_its_consent),
		T(words_go_with_their_consent),
		T(both_sides_words_go_at_the_receiver),
		T(words_carry_no_referral),
		T(an_appointment_stands_until_its_day_is_over),
		T(of_two_appointments_the_later_one_stands),
		T(a_date_is_within_a_year),
		T(what_nobody_read_is_news),
		T(what_breaks_a_rule_is_hollow),
		T(messages_of_one_side_are_bounded),
		T(a_mistake_is_recalled_in_time),
		T(a_recall_is_refused_when_it_is_too_late),
		T(a_recall_is_refused_after_the_partner_acted),
		T(what_is_recalled_does_not_leave),
		T(what_crossed_a_mistake_goes_too),
		T(a_mistake_takes_the_words_of_both_sides_along),
#undef T
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
