/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/documents/thread.c: what people type of a referral, when a partner chose an id to be taken for another. */
#include "test.h"

#include <string.h>

#include "bedcase.h"
#include "domain/referral/referral.h"
#include "domain/views/referrals.h"

/* Found by trying a few million: the first forty bits of what their references are made of are the same. */
static const struct id16 ours = {{0xe5, 0x16, 0x42, 0x9e, 0x70, 0x17, 0x20, 0xfb, 0x67, 0xa2, 0x42,
				  0xf8, 0x00, 0x15, 0x13, 0xf6}},
			 twin = {{0xe5, 0x16, 0x42, 0x9e, 0x70, 0x17, 0x20, 0xfb, 0x67, 0xa2, 0x42,
				  0xf8, 0x00, 0x07, 0x1e, 0x72}};

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

static void make(struct bed *b, const struct id16 *id, uint8_t role)
{
	struct thread th = {.id = *id,
			    .case_id = *id,
			    .peer = BED_PARTNER,
			    .kind = THREAD_REFERRAL,
			    .role = role,
			    .state = REFERRAL_OFFERED,
			    .created_ms = b->now_ms,
			    .changed_ms = b->now_ms};

	assert_int_equal(record_case_keys(b->t.txn, &th.case_id), ERR_OK);
	assert_int_equal(thread_create(&b->t, &th), ERR_OK);
}

static void finds(struct bed *b, const char *text, const struct id16 *id)
{
	struct thread th;

	assert_int_equal(view_find_referral(&b->t, text, REFUSAL_REFERRAL_UNKNOWN, &th), ERR_OK);
	assert_memory_equal(th.id.b, id->b, sizeof id->b);
}

static void finds_none(struct bed *b, const char *text)
{
	struct thread th;

	assert_int_equal(view_find_referral(&b->t, text, REFUSAL_REFERRAL_UNKNOWN, &th),
			 ERR_NOTFOUND);
}

static void references_carry_a_check_character(void **state)
{
	const struct id16 one = {{1, 2, 3}}, other = {{1, 2, 4}};
	struct bed *b = *state;
	char x[THREAD_REF_LEN + 1], y[THREAD_REF_LEN + 1];

	thread_reference(&b->t, &one, x);
	thread_reference(&b->t, &other, y);
	assert_int_equal(strlen(x), 9);
	assert_string_not_equal(x, y);
	assert_null(strpbrk(x, "ILO")); /* letters that a telephone confuses */
}

/* Ours was there first and a partner's comes, or the other way round: neither is taken for the other. */
static void one_we_sent_can_still_be_named(void **state)
{
	struct bed *b = *state;
	char alone[THREAD_REF_LEN + 1], sent[THREAD_REF_LEN + 1], came[THREAD_REF_LEN + 1];

	make(b, &ours, THREAD_SENDER);
	thread_reference(&b->t, &ours, alone);
	assert_int_equal(strlen(alone), 9);
	finds(b, alone, &ours);
	make(b, &twin, THREAD_RECEIVER);
	finds_none(b, alone);
	assert_int_equal(b->t.refusal.code, REFUSAL_REFERRAL_SEVERAL);
	thread_reference(&b->t, &ours, sent);
	thread_reference(&b->t, &twin, came);
	assert_int_equal(strlen(sent), THREAD_REF_LEN);
	assert_memory_equal(sent, alone, 9);
	assert_memory_equal(came, alone, 9);
	assert_non_null(strstr(b->t.refusal.text[0], sent));
	assert_non_null(strstr(b->t.refusal.text[0], came));
	finds(b, sent, &ours);
	finds(b, came, &twin);
}

/* What is nearly a reference is none: a slip finds nobody else. */
static void a_slip_finds_none(void **state)
{
	struct bed *b = *state;
	char ref[THREAD_REF_LEN + 1], typed[2 * THREAD_REF_LEN];

	make(b, &ours, THREAD_SENDER);
	make(b, &twin, THREAD_RECEIVER);
	thread_reference(&b->t, &ours, ref);
	for (size_t i = 0; i < THREAD_REF_LEN; i++) {
		if (ref[i] == '-')
			continue;
		memcpy(typed, ref, sizeof ref);
		typed[i] = ref[i] == '7' ? '8' : '7';
		finds_none(b, typed);
		typed[i] = 'U'; /* no digit */
		finds_none(b, typed);
	}
	memcpy(typed, ref, THREAD_REF_LEN);
	memcpy(typed + THREAD_REF_LEN, "0", 2); /* longer than the longest */
	finds_none(b, typed);
	finds_none(b, "");
	finds_none(b, "---- ----");
	memcpy(typed, ref, 3);
	typed[3] = '\0';
	finds_none(b, typed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(references_carry_a_check_character, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(one_we_sent_can_still_be_named, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(a_slip_finds_none, setup, bed_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
