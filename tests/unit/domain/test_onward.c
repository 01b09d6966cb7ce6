/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/onward by itself: what is written when a partner's person goes on. */
#include "test.h"

#include "bedcase.h"
#include "domain/care/acts.h"
#include "domain/consent/grant.h"
#include "domain/documents/grantkey.h"
#include "domain/grant/grantdocs.h"
#include "domain/onward/passed.h"
#include "domain/onward/rows.h"

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

/* Who has the person under this consent: how many, and the last of them. */
static size_t holders(struct bed *b, const struct id16 *grant, struct id16 *child, uint16_t *peer)
{
	struct store_walk w = {.rc = ERR_OK};
	size_t n = 0;

	while (onward_each(&b->t, grant, &w, child, peer))
		n++;
	assert_int_equal(w.rc, ERR_OK);
	return n;
}

/* The consent as it left, in the first document of its thread. */
static struct msg *left(struct bed *b, const struct id16 *grant)
{
	const struct thread th = bedcase_thread(b, grant);
	const struct document d = bedcase_document(b, &th, true, 1);
	struct msg *body;

	assert_int_equal(document_body(&b->t, &d, &body), ERR_OK);
	return body;
}

static void a_persons_way_is_kept(void **state)
{
	struct bed *b = *state;
	const struct thread theirs = bedcase_consent_came(b, BED_PARTNER, 0x11, 90);
	const struct thread came = bedcase_offer_came(b, &theirs, 0x12);
	struct id16 ours, child;
	struct span parent;
	uint16_t peer = 0;

	assert_int_equal(holders(b, &theirs.id, &child, &peer), 0);
	ours = bedcase_consent(b, &came.case_id, BED_OTHER, 30);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 0); /* nothing went yet */
	(void)bedcase_refer(b, &came.case_id, BED_OTHER);
	(void)bed_turn(b);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 1);
	assert_memory_equal(child.b, ours.b, 16);
	assert_int_equal(peer, BED_OTHER);
	parent = msg_bytes(left(b, &ours), CONSENT_GRANT_PARENT_GRANT);
	assert_int_equal(parent.len, 16);
	assert_memory_equal(parent.p, theirs.id.b, 16);
	assert_int_equal(onward_drop(&b->t, &theirs.id, &child), ERR_OK);
	assert_int_equal(onward_drop(&b->t, &theirs.id, &child), ERR_OK);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 0);
}

/* Our own person goes; and who answers a partner passes nothing on. */
static void nothing_is_kept_of_others(void **state)
{
	struct bed *b = *state;
	const struct id16 mine = bedcase_open(b);
	const struct id16 given = bedcase_consent(b, &mine, BED_OTHER, 30);
	const struct thread theirs = bedcase_consent_came(b, BED_PARTNER, 0x21, 90);
	struct thread came = bedcase_offer_came(b, &theirs, 0x22);
	struct msg *body = msg_new(b->t.arena, MSG_ACT);
	struct id16 child;
	uint16_t peer;

	(void)bedcase_refer(b, &mine, BED_OTHER);
	msg_set_text(b->t.arena, body, ACT_REASON, "appointment");
	msg_set_text(b->t.arena, body, ACT_TEXT, "verzonnen");
	assert_int_equal(acts_sign(&b->t, &came, DOC_ACCEPT, msg_new(b->t.arena, MSG_ACT)), ERR_OK);
	assert_int_equal(acts_sign(&b->t, &came, DOC_NOTE, body), ERR_OK);
	(void)bed_turn(b);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 0);
	assert_int_equal(holders(b, &given, &child, &peer), 0);
	assert_false(msg_has(left(b, &given), CONSENT_GRANT_PARENT_GRANT));
}

/* A consent that the partner gives later covers what goes from then on. */
static void a_later_consent_counts_too(void **state)
{
	struct bed *b = *state;
	const struct thread theirs = bedcase_consent_came(b, BED_PARTNER, 0x31, 90);
	const struct thread came = bedcase_offer_came(b, &theirs, 0x32);
	const struct id16 later = bed_id(0x33);
	struct id16 ours, child;
	struct thread th;
	struct msg *m;
	uint16_t peer;

	ours = bedcase_consent(b, &came.case_id, BED_OTHER, 30);
	th = bedcase_refer(b, &came.case_id, BED_OTHER);
	(void)bed_turn(b);
	assert_int_equal(consent_record(&b->t, &theirs.id, &m), ERR_OK);
	assert_int_equal(grantkey_make(&b->t, &later), ERR_OK);
	assert_int_equal(consent_save(&b->t, &later, &came.case_id, m), ERR_OK);
	assert_int_equal(holders(b, &later, &child, &peer), 0);
	assert_int_equal(passed_on(&b->t, &th.case_id, &ours, BED_OTHER, 1), ERR_OK);
	assert_int_equal(holders(b, &later, &child, &peer), 1);
	assert_int_equal(passed_on(&b->t, &th.case_id, &theirs.id, BED_PARTNER, 1), ERR_OK);
	assert_int_equal(holders(b, &later, &child, &peer),
			 1); /* under a partner's own consent nothing is passed on */
}

/* Given back after a loss, the consent says itself where the person came from. */
static void it_comes_back_with_its_document(void **state)
{
	struct bed *b = *state;
	const struct thread theirs = bedcase_consent_came(b, BED_PARTNER, 0x41, 90);
	const struct thread came = bedcase_offer_came(b, &theirs, 0x42);
	const struct id16 ours = bedcase_consent(b, &came.case_id, BED_OTHER, 30);
	struct thread th;
	struct id16 child;
	uint16_t peer;

	(void)bedcase_refer(b, &came.case_id, BED_OTHER);
	(void)bed_turn(b);
	assert_int_equal(onward_drop(&b->t, &theirs.id, &ours), ERR_OK);
	th = bedcase_thread(b, &ours);
	assert_int_equal(grantdocs_recover(&b->t, &th, left(b, &ours)), ERR_OK);
	assert_int_equal(holders(b, &theirs.id, &child, &peer), 1);
	assert_int_equal(peer, BED_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_persons_way_is_kept, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_kept_of_others, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(a_later_consent_counts_too, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(it_comes_back_with_its_document, setup,
						bed_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
