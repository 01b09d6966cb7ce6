/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/near/near.c: whoever may be the same person is shown, among however many others. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "bedcase.h"
#include "domain/care/erase.h"
#include "domain/consent/casefile.h"
#include "domain/desk/cases.h"
#include "domain/exchange/chores.h"
#include "domain/people/index.h"
#include "domain/people/same.h"

enum { CROWD = 3000, OF_A_PARTNER = 200 };

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

static void *take(void *ctx, size_t len)
{
	(void)ctx;
	return calloc(1, len);
}

static void give(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

static struct id16 person(struct bed *b, const char *name)
{
	struct msg *m = msg_new(b->t.arena, MSG_CASE_RECORD);
	struct id16 id;

	msg_set_text(b->t.arena, msg_sub(b->t.arena, m, CASE_RECORD_PERSON), PERSON_NAME, name);
	assert_int_equal(casefile_create(&b->t, &id, m), ERR_OK);
	return id;
}

/* The only one of this name who is shown is that one. */
static void is_near(struct bed *b, const char *name, const struct id16 *id)
{
	struct msg *req = msg_new(b->t.arena, MSG_CASE_NEW),
		   *reply = msg_new(b->t.arena, MSG_REPLY);
	char hex[33];

	msg_set_text(b->t.arena, msg_sub(b->t.arena, req, CASE_NEW_PERSON), PERSON_NAME, name);
	assert_int_equal(desk_case_near(&b->t, req, reply), ERR_OK);
	assert_int_equal(msg_count(reply, REPLY_NEAR), 1);
	bytes_hex(hex, id->b, sizeof id->b);
	assert_string_equal(msg_text(msg_at(reply, REPLY_NEAR, 0), NEAR_ROW_ID), hex);
	assert_string_equal(msg_text(msg_at(reply, REPLY_NEAR, 0), NEAR_ROW_SAME), "name");
}

/* One turn does not look at all of them; the newest are among those that it looks at, whatever they have in common. */
static void without_an_index_the_newest_are_looked_at(void **state)
{
	struct bed *b = *state;
	struct id16 id;

	for (unsigned i = 0; i < CROWD; i++)
		(void)person(b, "Massa Verzonnen");
	b->now_ms += 1000;
	(void)bed_turn(b);
	id = person(b, "Jan Bedacht");
	(void)bed_turn(b);
	is_near(b, "Bedacht, Jan", &id);
}

/* Such as those whose consents ended: they are in the index, and of none of them anything may be shown. */
static void a_partner_with_many_of_one_name_hides_nobody_of_ours(void **state)
{
	const struct index_memory memory = {take, give, NULL};
	struct bed *b = *state;
	struct index_entry e = {.origin = BED_PARTNER};
	struct id16 id;

	assert_null(b->node->index);
	assert_int_equal(index_create(&b->node->index, &memory), ERR_OK);
	id = person(b, "Jan Bedacht");
	(void)bed_turn(b);
	(void)fold_name(e.name, "Jan Bedacht");
	e.hash = fold_hash(e.name);
	for (unsigned i = 0; i < OF_A_PARTNER; i++) {
		e.id = bed_id((uint8_t)i);
		index_put(b->node->index, &e);
	}
	index_whole(b->node->index);
	is_near(b, "Jan Bedacht", &id);
}

/* One that a partner brought, of whom its consent shows the name. */
static struct id16 brought(struct bed *b, uint16_t from, uint8_t first, const char *name)
{
	const struct thread consent = bedcase_consent_came(b, from, first, 30);
	struct msg *told = msg_new(b->t.arena, MSG_PERSON);

	(void)bedcase_offer_came(b, &consent, (uint8_t)(first + 1));
	msg_set_text(b->t.arena, told, PERSON_NAME, name);
	assert_int_equal(casefile_tell(&b->t, &consent.case_id, told), ERR_OK);
	(void)bed_turn(b);
	return consent.case_id;
}

/* However many of one name a partner brings, and whenever: of another partner's the newest is among the lines. */
static void a_partner_with_many_of_one_name_hides_nobody_of_another(void **state)
{
	enum { MANY = 40 };
	const struct index_memory memory = {take, give, NULL};
	struct bed *b = *state;
	struct msg *req, *reply;
	struct id16 id;
	bool there = false;
	char hex[33];

	assert_int_equal(index_create(&b->node->index, &memory), ERR_OK);
	id = brought(b, BED_OTHER, 1, "Jan Bedacht");
	for (unsigned i = 0; i < MANY; i++)
		(void)brought(b, BED_PARTNER, (uint8_t)(10 + 2 * i), "Jan Bedacht");
	index_whole(b->node->index);
	req = msg_new(b->t.arena, MSG_CASE_NEW);
	reply = msg_new(b->t.arena, MSG_REPLY);
	msg_set_text(b->t.arena, msg_sub(b->t.arena, req, CASE_NEW_PERSON), PERSON_NAME,
		     "Jan Bedacht");
	assert_int_equal(desk_case_near(&b->t, req, reply), ERR_OK);
	assert_int_equal(msg_count(reply, REPLY_NEAR), 5);
	bytes_hex(hex, id.b, sizeof id.b);
	for (size_t i = 0; i < 5; i++)
		there = there ||
			strcmp(msg_text(msg_at(reply, REPLY_NEAR, i), NEAR_ROW_ID), hex) == 0;
	assert_true(there);
}

/* Whoever is written down here stands before whoever partners brought, however new those are: our own case is where one goes on. */
static void ours_stand_before_partners(void **state)
{
	const struct index_memory memory = {take, give, NULL};
	struct bed *b = *state;
	struct msg *req, *reply;
	struct id16 id;
	char hex[33];

	assert_int_equal(index_create(&b->node->index, &memory), ERR_OK);
	id = person(b, "Jan Bedacht");
	(void)bed_turn(b);
	(void)brought(b, BED_PARTNER, 10, "Jan Bedacht");
	(void)brought(b, BED_OTHER, 20, "Jan Bedacht");
	index_whole(b->node->index);
	req = msg_new(b->t.arena, MSG_CASE_NEW);
	reply = msg_new(b->t.arena, MSG_REPLY);
	msg_set_text(b->t.arena, msg_sub(b->t.arena, req, CASE_NEW_PERSON), PERSON_NAME,
		     "Jan Bedacht");
	assert_int_equal(desk_case_near(&b->t, req, reply), ERR_OK);
	assert_int_equal(msg_count(reply, REPLY_NEAR), 3);
	bytes_hex(hex, id.b, sizeof id.b);
	assert_string_equal(msg_text(msg_at(reply, REPLY_NEAR, 0), NEAR_ROW_ID), hex);
}

/* Of a case with more referrals than one turn looks at: whoever was found by a partner's words is not found by them from the turn on that
 * hears of the withdrawal, and they are in no memory. */
static void withdrawn_words_leave_the_index_at_once(void **state)
{
	enum { REFERRALS = CHORE_SLICE + 20 };
	const struct index_memory memory = {take, give, NULL};
	struct bed *b = *state;
	struct thread consent;
	struct index_entry e;
	struct msg *told;
	bool more;

	assert_int_equal(index_create(&b->node->index, &memory), ERR_OK);
	index_whole(b->node->index);
	consent = bedcase_consent_came(b, BED_PARTNER, 1, 30);
	for (unsigned i = 0; i < REFERRALS; i++) {
		(void)bedcase_offer_came(b, &consent, (uint8_t)(10 + i));
		if (i % 10 == 9)
			(void)bed_turn(b);
	}
	told = msg_new(b->t.arena, MSG_PERSON);
	msg_set_text(b->t.arena, told, PERSON_NAME, "Jan Bedacht");
	assert_int_equal(casefile_tell(&b->t, &consent.case_id, told), ERR_OK);
	(void)bed_turn(b);
	assert_true(index_get(b->node->index, &consent.case_id, &e));
	assert_string_equal(e.name, "jan bedacht");
	bedcase_came(b, &consent, DOC_WITHDRAWAL, &consent.id, NULL);
	(void)bed_turn(b);
	assert_int_equal(chores_any(&b->t, &more), ERR_OK);
	assert_true(more); /* not all of its referrals were looked at yet */
	assert_true(index_get(b->node->index, &consent.case_id, &e));
	assert_string_equal(e.name, "");
}

static size_t same_as(struct bed *b, const struct id16 *id)
{
	struct same all;

	assert_int_equal(same_of(&b->t, id, &all), ERR_OK);
	assert_true(same_has(&all, id));
	return all.count;
}

/* Whoever is the same as one is the same as all of them; whoever is taken out leaves the others together, and an erased case nothing. */
static void cases_of_one_person_are_all_the_same(void **state)
{
	struct bed *b = *state;
	struct id16 id[SAME_MOST + 1];
	bool gone;

	for (size_t i = 0; i <= SAME_MOST; i++)
		id[i] = person(b, "Jan Bedacht");
	for (size_t i = 0; i + 1 < SAME_MOST; i += 2)
		assert_int_equal(same_join(&b->t, &id[i], &id[i + 1]), ERR_OK);
	assert_int_equal(same_as(b, &id[1]), 2);
	for (size_t i = 2; i < SAME_MOST; i += 2)
		assert_int_equal(same_join(&b->t, &id[1], &id[i]), ERR_OK);
	for (size_t i = 0; i < SAME_MOST; i++)
		assert_int_equal(same_as(b, &id[i]), SAME_MOST);
	assert_int_equal(same_join(&b->t, &id[SAME_MOST], &id[3]), ERR_LIMIT);
	assert_int_equal(same_join(&b->t, &id[0], &id[3]), ERR_OK); /* as it was */
	assert_int_equal(same_part(&b->t, &id[3]), ERR_OK);
	assert_int_equal(same_as(b, &id[3]), 1);
	assert_int_equal(same_as(b, &id[2]), SAME_MOST - 1);
	assert_int_equal(erase_case(&b->t, &id[2], &gone), ERR_OK);
	assert_true(gone);
	assert_int_equal(same_as(b, &id[0]), SAME_MOST - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_an_index_the_newest_are_looked_at, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(
			a_partner_with_many_of_one_name_hides_nobody_of_ours, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(
			a_partner_with_many_of_one_name_hides_nobody_of_another, setup,
			bed_teardown),
		cmocka_unit_test_setup_teardown(withdrawn_words_leave_the_index_at_once, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(ours_stand_before_partners, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(cases_of_one_person_are_all_the_same, setup,
						bed_teardown),
	};

	return cmocka_run_group_tests_name("near", tests, NULL, NULL);
}
