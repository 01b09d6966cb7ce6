/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "domain/consent/grant.h"
#include "domain/documents/thread.h"
#include "domain/documents/words.h"
#include "domain/membership/members.h"
#include "domain/referral/referral.h"

static const struct consent_view whole = {
	.granted = true,
	.cats = 0xffff,
	.purpose_cats = 0xffff,
	.from_ms = 100,
	.until_ms = 200,
	.agreed = true,
	.agreement_cats = 0xffff,
	.holds_cases = true,
};

/* Each condition alone closes the gate; nothing opens it but all together. */
static void consent_is_denied_by_default(void **state)
{
	struct consent_view v = whole;

	(void)state;
	assert_int_equal(consent_check(&v, 1, 150), WIRE_VERDICT_OK);
	assert_int_equal(consent_check(&(struct consent_view){.granted = false}, 1, 150),
			 WIRE_VERDICT_NO_GRANT);
	assert_int_equal(consent_check(&(struct consent_view){.granted = false}, 0, 150),
			 WIRE_VERDICT_OK); /* nothing personal in it */
	assert_int_equal(consent_check(&v, 1, 99), WIRE_VERDICT_EXPIRED);
	assert_int_equal(consent_check(&v, 1, 200), WIRE_VERDICT_EXPIRED);
	v.withdrawn_ms = 1;
	assert_int_equal(consent_check(&v, 1, 150), WIRE_VERDICT_WITHDRAWN);
	v = whole;
	v.cats = 2;
	assert_int_equal(consent_check(&v, 3, 150), WIRE_VERDICT_SCOPE);
	v = whole;
	v.agreed = false;
	assert_int_equal(consent_check(&v, 1, 150), WIRE_VERDICT_NO_AGREEMENT);
	v = whole;
	v.agreement_cats = 2;
	assert_int_equal(consent_check(&v, 1, 150), WIRE_VERDICT_AGREEMENT);
	v = whole;
	v.agreement_until_ms = 120;
	assert_int_equal(consent_check(&v, 1, 150), WIRE_VERDICT_AGREEMENT_ENDED);
	v = whole;
	v.purpose_cats = 2;
	assert_int_equal(consent_check(&v, 1, 150), WIRE_VERDICT_PURPOSE);
	v = whole;
	v.holds_cases = false; /* an observer */
	assert_int_equal(consent_check(&v, 1, 150), WIRE_VERDICT_SCOPE);
	assert_int_equal(consent_purpose_cats("nonsense"), 0);
	assert_int_equal(consent_purpose_cats("refer") >> 19 & 1, 0); /* national number: never */
}

/* The gate over random triples: what passes is inside every mask. */
static void consent_never_passes_outside_the_intersection(void **state)
{
	uint64_t dice = 42;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct consent_view v = whole;
		uint64_t cats;

		dice = dice * 6364136223846793005u + 1442695040888963407u;
		v.cats = dice >> 8 & 0xfffff;
		v.purpose_cats = dice >> 20 & 0xfffff;
		v.agreement_cats = dice >> 32 & 0xfffff;
		cats = (dice >> 40 & 0xfff) | (dice >> 12 & 0xff000);
		if (consent_check(&v, cats, 150) == WIRE_VERDICT_OK)
			assert_int_equal(cats & ~(v.cats & v.purpose_cats & v.agreement_cats), 0);
		else
			assert_int_not_equal(cats & ~(v.cats & v.purpose_cats & v.agreement_cats),
					     0);
	}
}

static bool says(enum msg_kind kind, uint16_t type, unsigned field, const char *text)
{
	struct arena a;
	struct node n = {.peer_count = 0};
	struct turn t = {.node = &n};
	struct words_fault fault;
	struct msg *m, *part;
	bool ok;

	assert_int_equal(arena_create(&a, 65536), ERR_OK);
	m = part = msg_new(&a, kind);
	if (kind == MSG_REPORT) /* its only words stand one level lower */
		part = msg_add(&a, m, REPORT_NEEDS);
	msg_set_text(&a, part, field, text);
	ok = words_check(&t, type, m, &fault);
	arena_free(&a);
	return ok;
}

/* What our own program puts outside the categories is in the lists, and nothing else is. */
static void words_are_codes(void **state)
{
	(void)state;
	assert_true(says(MSG_REPORT, DOC_REPORT, REPORT_NEED_NEED, "other")); /* of no list */
	assert_true(says(MSG_REPORT, DOC_REPORT, REPORT_NEED_NEED, "housing"));
	assert_false(says(MSG_REPORT, DOC_REPORT, REPORT_NEED_NEED, "Piet heeft schulden"));
	assert_false(says(MSG_REPORT, DOC_REPORT, REPORT_NEED_NEED, "+other"));
	assert_true(says(MSG_ACT, DOC_ACCEPT, ACT_REASON, "place-now"));
	assert_false(says(MSG_ACT, DOC_ACCEPT, ACT_REASON, "place"));
	assert_false(says(MSG_ACT, DOC_NOTE, ACT_REASON, "place-now")); /* of another act */
	assert_true(says(MSG_ACT, DOC_DECLINE, ACT_ALTERNATIVE, "outside"));
	assert_false(says(MSG_ACT, DOC_DECLINE, ACT_ALTERNATIVE, "GGD Zeeland")); /* no member */
	assert_true(words_place("Sint-Jozef, Wuustwezel") == false && words_place("St. Jozef"));
	assert_false(words_place("") || words_place("  ") || words_place("-") ||
		     words_place("\u00a0"));
	assert_true(words_place("3") && words_place("\u00c9\u00e9n Thuis"));
}

/* From every state that is not an end, the sender alone gets to an end: a silent partner traps nobody. */
static void no_state_is_a_trap(void **state)
{
	static const uint16_t by_timer[] = {DOC_EXPIRE, DOC_WITHDRAW, DOC_WD_TIMEOUT, DOC_ACK};

	(void)state;
	for (unsigned s = REFERRAL_OFFERED; s < REFERRAL_STATE_COUNT; s++) {
		enum referral_state at = (enum referral_state)s;

		for (int hops = 0; hops < 4 && !referral_terminal(at); hops++)
			for (size_t i = 0; i < 4; i++) {
				bool note;

				if (referral_may(at, REFERRAL_BY_SENDER, by_timer[i])) {
					at = referral_step(at, REFERRAL_BY_SENDER, by_timer[i],
							   &note);
					break;
				}
			}
		assert_true(referral_terminal(at));
	}
}

static void crossing_withdraw_never_undoes_an_accept(void **state)
{
	/* S: OFFER, WITHDRAW (saw nothing); R: ACCEPT (saw the OFFER) */
	const struct fold_event s[] = {{DOC_OFFER, 0}, {DOC_WITHDRAW, 0}};
	const struct fold_event r[] = {{DOC_ACCEPT, 1}};
	struct fold_step steps[3];
	size_t done;

	(void)state;
	assert_int_equal(referral_fold(s, 2, r, 0, NULL, &done), REFERRAL_WITHDRAWN);
	assert_int_equal(referral_fold(s, 2, r, 1, steps, &done), REFERRAL_WITHDRAW_PENDING);
	assert_int_equal(done, 3);
	assert_int_equal(steps[1].who, REFERRAL_BY_RECEIVER); /* ties: the receiver first */
}

static void an_event_without_a_row_is_a_note(void **state)
{
	const struct fold_event s[] = {{DOC_OFFER, 0}, {999, 0}}, r[] = {{DOC_ASK, 1}};
	struct fold_step steps[3];
	size_t done;

	(void)state;
	assert_int_equal(referral_fold(s, 2, r, 1, steps, &done), REFERRAL_NEEDS_INFO);
	assert_true(steps[2].note);
}

static void a_majority_of_members_must_witness(void **state)
{
	static const unsigned table[] = {0, 1, 2, 2, 3, 3, 4, 4, 5};

	(void)state;
	for (unsigned b = 0; b < sizeof table / sizeof table[0]; b++)
		assert_int_equal(members_witnesses_needed(b), table[b]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_majority_of_members_must_witness),
		cmocka_unit_test(consent_is_denied_by_default),
		cmocka_unit_test(consent_never_passes_outside_the_intersection),
		cmocka_unit_test(words_are_codes),
		cmocka_unit_test(no_state_is_a_trap),
		cmocka_unit_test(crossing_withdraw_never_undoes_an_accept),
		cmocka_unit_test(an_event_without_a_row_is_a_note),
	};

	return cmocka_run_group_tests_name("domain", tests, NULL, NULL);
}
