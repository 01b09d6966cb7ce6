/* SPDX-License-Identifier: EUPL-1.2 */
/* msg: a field is asked for by its own message's constant, as its own type; every other call ends the
 * process.  Each such call runs in a child, which must end by SIGABRT. */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/msg.h"

static struct arena a;
static struct msg *offer, *act, *person, *report, *row; /* row: of the report's table */

static int setup(void **state)
{
	(void)state;
	if (arena_create(&a, 1024 * 1024) != ERR_OK)
		return -1;
	offer = msg_new(&a, MSG_OFFER);
	act = msg_new(&a, MSG_ACT);
	report = msg_new(&a, MSG_REPORT);
	person = msg_sub(&a, offer, OFFER_PERSON);
	row = msg_add(&a, report, REPORT_NEEDS);
	msg_set_text(&a, offer, OFFER_NEED, "housing");
	msg_set_u64(offer, OFFER_URGENCY, 2);
	msg_set_text(&a, act, ACT_REASON, "place-now");
	msg_add_text(&a, act, ACT_OUTSIDE, "Huis van de Wijk");
	msg_set_text(&a, person, PERSON_NAME, "Verzonnen Persoon");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

static bool ends(void (*call)(void))
{
	const pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		const struct rlimit none = {0, 0};
		const int null = open("/dev/null", O_WRONLY);

		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGABRT, SIG_DFL);
		(void)dup2(null, STDERR_FILENO);
		call();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* Constant and message belong together; the one that is wrong has the same number and type in both, so
 * that nothing but the message it carries can tell it from the right one. */
static void get_right(void)
{
	(void)msg_text(offer, OFFER_NEED);
}
static void get_wrong(void)
{
	(void)msg_text(offer, ACT_REASON);
}
static void get_wrong_of_an_empty_message(void)
{
	(void)msg_text(msg_new(&a, MSG_OFFER), ACT_REASON);
}
static void get_number(void)
{
	(void)msg_text(offer, 1);
}
static void set_right(void)
{
	msg_set_text(&a, act, ACT_REASON, "x");
}
static void set_wrong(void)
{
	msg_set_text(&a, act, OFFER_NEED, "x");
}
static void set_number(void)
{
	msg_set_text(&a, person, 1,
		     "x"); /* Person is the first kind: 1 is no constant of it either */
}
static void set_u64_wrong(void)
{
	msg_set_u64(person, OFFER_URGENCY, 1);
}
static void set_bytes_wrong(void)
{
	msg_set_bytes(&a, act, OFFER_SUBJECT_REF, span_of("x", 1));
}
static void clear_wrong(void)
{
	msg_clear(act, OFFER_NEED);
}
static void has_right(void)
{
	(void)msg_has(person, PERSON_NAME);
}
static void has_wrong(void)
{
	(void)msg_has(person, ACT_REASON);
}
static void nested_right(void)
{
	(void)msg_text(msg_get(offer, OFFER_PERSON), PERSON_NAME);
}
static void nested_wrong(void)
{
	(void)msg_text(msg_get(offer, OFFER_PERSON), OFFER_NEED);
}
static void nested_of_another(void)
{
	(void)msg_get(act, OFFER_PERSON);
}
static void nested_made_in_another(void)
{
	(void)msg_sub(&a, act, OFFER_PERSON);
}
static void nested_put_of_another_kind(void)
{
	msg_put_sub(offer, OFFER_PERSON, act);
}
static void repeated_right(void)
{
	(void)msg_text_at(act, ACT_OUTSIDE, 0);
	(void)msg_text(msg_at(report, REPORT_NEEDS, 0), REPORT_NEED_NEED);
}
static void repeated_wrong(void)
{
	(void)msg_count(act, OFFER_HANDLED_BY);
}
static void repeated_element_wrong(void)
{
	(void)msg_at(act, REPORT_NEEDS, 0);
}
static void repeated_added_wrong(void)
{
	(void)msg_add(&a, offer, REPORT_NEEDS);
}
static void repeated_text_added_wrong(void)
{
	msg_add_text(&a, offer, ACT_OUTSIDE, "x");
}
static void field_of_the_list_in_its_row(void)
{
	(void)msg_has(row, REPORT_NEEDS);
}
static void row_field_in_the_list(void)
{
	(void)msg_text(report, REPORT_NEED_NEED);
}
static void past_the_end(void)
{
	(void)msg_text_at(act, ACT_OUTSIDE, 1);
}
static void single_read_as_list(void)
{
	(void)msg_count(offer, OFFER_NEED);
}
static void list_read_as_single(void)
{
	(void)msg_text(act, ACT_OUTSIDE);
}
static void text_read_as_number(void)
{
	(void)msg_u64(person, PERSON_STORY); /* absent: the type counts all the same */
}
static void number_read_as_text(void)
{
	(void)msg_text(offer, OFFER_URGENCY);
}
static void text_read_as_enumerator(void)
{
	(void)msg_enum_name(offer, OFFER_NEED);
}

static void another_messages_constant_ends_the_process(void **state)
{
	static void (*const right[])(void) = {get_right, set_right, has_right, nested_right,
					      repeated_right};
	static const struct {
		const char *name;
		void (*call)(void);
	} wrong[] = {
#define CALL(f) {#f, f}
		CALL(get_wrong),
		CALL(get_wrong_of_an_empty_message),
		CALL(get_number),
		CALL(set_wrong),
		CALL(set_number),
		CALL(set_u64_wrong),
		CALL(set_bytes_wrong),
		CALL(clear_wrong),
		CALL(has_wrong),
		CALL(nested_wrong),
		CALL(nested_of_another),
		CALL(nested_made_in_another),
		CALL(nested_put_of_another_kind),
		CALL(repeated_wrong),
		CALL(repeated_element_wrong),
		CALL(repeated_added_wrong),
		CALL(repeated_text_added_wrong),
		CALL(field_of_the_list_in_its_row),
		CALL(row_field_in_the_list),
		CALL(past_the_end),
		CALL(single_read_as_list),
		CALL(list_read_as_single),
		CALL(text_read_as_number),
		CALL(number_read_as_text),
		CALL(text_read_as_enumerator),
#undef CALL
	};

	bool all = true;

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
		assert_false(ends(right[i]));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (!ends(wrong[i].call)) {
			print_error("%s went on\n", wrong[i].name);
			all = false;
		}
	assert_true(all);
}

static void nothing_is_asked_of_no_message(void **state)
{
	(void)state;
	assert_string_equal(msg_text(NULL, ACT_REASON), "");
	assert_int_equal(msg_u64(NULL, OFFER_URGENCY), 0);
	assert_int_equal(msg_count(NULL, ACT_OUTSIDE), 0);
	assert_null(msg_get(NULL, OFFER_PERSON));
	assert_false(msg_has(NULL, OFFER_NEED));
	msg_set_text(&a, NULL, OFFER_NEED, "x");
}

/* Every field of every message has its own constant, and msg_field_at gives exactly that. */
static void every_field_is_found_by_its_constant(void **state)
{
	struct msg_field f;
	unsigned fields = 0;

	(void)state;
	for (unsigned k = 0; k < MSG_KIND_COUNT_; k++) {
		struct msg *m = msg_new(&a, (enum msg_kind)k);

		for (size_t i = 0; msg_field_at(m, i, &f); i++, fields++) {
			assert_int_equal(f.number >> MSG_FIELD_BITS, k + 1);
			assert_false(msg_has(m, f.number));
			if (f.type == MSG_TYPE_SUB)
				assert_int_equal(
					f.sub, msg_kind_of(f.repeated ? msg_add(&a, m, f.number)
								      : msg_sub(&a, m, f.number)));
			else
				assert_int_equal(f.sub, MSG_KIND_COUNT_);
		}
	}
	assert_true(fields > 400);
	assert_true(msg_field_at(person, 0, &f));
	assert_int_equal(f.number, PERSON_NAME);
}

/* A list that was read has room for no more, so one more of it is written somewhere else. */
static void a_message_that_was_read_is_written_on(void **state)
{
	static const char *const words[] = {"a", "b", "c", "d", "e", "f", "g"};
	struct msg *m = msg_new(&a, MSG_ACT), *read;
	struct err_text why;
	struct span packed;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		msg_add_text(&a, m, ACT_OUTSIDE, words[i]);
	assert_int_equal(msg_pack(&a, m, &packed), ERR_OK);
	assert_int_equal(msg_parse(&a, MSG_ACT, packed, &read, &why), ERR_OK);
	assert_int_equal(msg_reopen(&a, read), ERR_OK);
	msg_add_text(&a, read, ACT_OUTSIDE, words[6]);
	assert_int_equal(msg_count(read, ACT_OUTSIDE), 7);
	for (size_t i = 0; i < 7; i++)
		assert_string_equal(msg_text_at(read, ACT_OUTSIDE, i), words[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_that_was_read_is_written_on),
		cmocka_unit_test(another_messages_constant_ends_the_process),
		cmocka_unit_test(nothing_is_asked_of_no_message),
		cmocka_unit_test(every_field_is_found_by_its_constant),
	};

	return cmocka_run_group_tests_name("msg", tests, setup, teardown);
}
