/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of control commands: each has one row, and each row a right. */
#include "test.h"

#include "domain/desk/table.h"

enum { ARENA = 1 << 16 };

/* What is no command, and the one that a node answers without its table: it is locked. */
static bool not_of_the_domain(unsigned field)
{
	return field == REQUEST_VERSION || field == REQUEST_REQUEST_ID ||
	       field == REQUEST_DRY_RUN || field == REQUEST_SESSION || field == REQUEST_UNLOCK;
}

static const struct table_row *only_row(unsigned field)
{
	const struct table_row *found = NULL, *r;

	for (size_t i = 0; (r = table_row(i)) != NULL; i++)
		if (r->field == field) {
			assert_null(found);
			found = r;
		}
	return found;
}

static void every_command_has_one_row(void **state)
{
	struct arena a;
	struct msg_field f;
	const struct msg *m;

	(void)state;
	assert_int_equal(arena_create(&a, ARENA), ERR_OK);
	m = msg_new(&a, MSG_REQUEST);
	assert_non_null(m);
	for (size_t i = 0; msg_field_at(m, i, &f); i++)
		if (not_of_the_domain(f.number))
			assert_null(only_row(f.number));
		else
			assert_non_null(only_row(f.number));
	arena_free(&a);
}

static void every_row_has_a_right(void **state)
{
	const struct table_row *r;

	(void)state;
	for (size_t i = 0; (r = table_row(i)) != NULL; i++) {
		assert_non_null(r->run);
		assert_true(r->roles != 0 && (r->roles & ~ROLE_ALL) == 0);
	}
}

/* Nobody who only reads may change anything, and who may see no person has no command that shows one. */
static void roles_keep_to_their_work(void **state)
{
	static const unsigned persons[] = {REQUEST_CASE_NEW,	 REQUEST_CASE_NEAR,
					   REQUEST_CASE_LIST,	 REQUEST_CASE_SHOW,
					   REQUEST_CASE_NOTE,	 REQUEST_CASE_EDIT,
					   REQUEST_CASE_TAKE,	 REQUEST_CASE_SAME,
					   REQUEST_CASE_CLOSE,	 REQUEST_CASE_ERASE,
					   REQUEST_CONSENT_GIVE, REQUEST_CONSENT_LIST,
					   REQUEST_CONSENT_SHOW, REQUEST_CONSENT_WITHDRAW,
					   REQUEST_REFER,	 REQUEST_ACT,
					   REQUEST_INBOX,	 REQUEST_SENT,
					   REQUEST_SHOW,	 REQUEST_WORKLIST,
					   REQUEST_TODAY};
	const struct table_row *r;

	(void)state;
	for (size_t i = 0; (r = table_row(i)) != NULL; i++)
		if (r->kind != TABLE_READS && (r->how & (ASKER_OPEN | ASKER_OWN)) == 0)
			assert_int_equal(r->roles & (ROLE_READER | ROLE_COORDINATOR), 0);
	for (size_t i = 0; i < sizeof persons / sizeof persons[0]; i++)
		assert_int_equal(
			only_row(persons[i])->roles & (ROLE_COORDINATOR | ROLE_ADMINISTRATOR), 0);
	assert_int_equal(only_row(REQUEST_PANIC)->roles, ROLE_ADMINISTRATOR);
	/* what an administrator changes takes a fresh proof at a screen */
	for (size_t i = 0; (r = table_row(i)) != NULL; i++)
		if (r->roles == ROLE_ADMINISTRATOR && r->kind != TABLE_READS &&
		    r->field != REQUEST_APPROVE_GET)
			assert_true((r->how & ASKER_FRESH) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_has_one_row),
		cmocka_unit_test(every_row_has_a_right),
		cmocka_unit_test(roles_keep_to_their_work),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
