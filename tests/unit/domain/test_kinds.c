/* SPDX-License-Identifier: EUPL-1.2 */
/* Each kind of thread has its row of rules, and a first document finds it. */
#include "test.h"

#include "domain/exchange/hooks.h"
#include "domain/node.h"

static void every_kind_has_its_rules(void **state)
{
	const struct node_identity who = {.key_seq = 1, .incarnation_no = 1};
	struct node *n;

	(void)state;
	assert_int_equal(node_create(&n, &who, 0), ERR_OK);
	for (unsigned kind = 0; kind < n->hooks->kind_count; kind++) {
		const struct thread th = {.kind = (uint8_t)kind};
		const struct kind_rules *rules;

		if (!kind_known(kind)) {
			assert_null(n->hooks->kinds[kind]);
			continue;
		}
		rules = hooks_rules(n, &th);
		assert_non_null(rules->judge);
		assert_non_null(rules->stored);
		assert_non_null(rules->recovered);
		assert_non_null(rules->returned);
	}
	assert_false(kind_known((unsigned)n->hooks->kind_count));
	node_free(n);
}

/* Only the documents that open another kind do; every other first document begins a referral. */
static void a_first_document_opens_one_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < act_count; i++) {
		const uint16_t type = act_table[i].number;
		const enum thread_kind kind = kind_opened_by(type);

		assert_true(kind_known(kind));
		assert_int_equal(kind, type == DOC_CONSENT   ? THREAD_CONSENT
				       : type == DOC_REPORT  ? THREAD_REPORT
				       : type == DOC_PROPOSE ? THREAD_HANDOVER
							     : THREAD_REFERRAL);
	}
}

/* What speaks of a person goes to members alone; what people read to each other over the phone is a referral. */
static void kinds_say_who_may_have_them(void **state)
{
	(void)state;
	assert_true(kind_has(THREAD_REFERRAL, KIND_OF_A_PERSON));
	assert_true(kind_has(THREAD_CONSENT, KIND_OF_A_PERSON));
	assert_false(kind_has(THREAD_REPORT, KIND_OF_A_PERSON));
	assert_true(kind_has(THREAD_REPORT, KIND_ALONE));
	assert_true(kind_has(THREAD_REFERRAL, KIND_LISTED));
	assert_false(kind_has(THREAD_CONSENT, KIND_LISTED));
	assert_false(kind_has(0, KIND_OF_A_PERSON));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_its_rules),
		cmocka_unit_test(a_first_document_opens_one_kind),
		cmocka_unit_test(kinds_say_who_may_have_them),
	};

	return cmocka_run_group_tests_name("kinds", tests, NULL, NULL);
}
