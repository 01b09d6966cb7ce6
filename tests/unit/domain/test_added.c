/* SPDX-License-Identifier: EUPL-1.2 */
/* A file as INFO and ADDENDUM name it, and those that are kept for one handover. */
#include "test.h"

#include <string.h>

#include "bedcase.h"
#include "domain/attach/added.h"
#include "domain/blob/rows.h"
#include "proto/acts.h"

static int setup(void **state)
{
	if (bed_setup(state) != 0)
		return -1;
	bedcase_setup(*state);
	return 0;
}

static const uint16_t types[] = {DOC_INFO, DOC_ADDENDUM};
static const enum msg_kind kinds[] = {MSG_INFO, MSG_HANDOVER_ADDENDUM};
enum { TYPES = sizeof types / sizeof types[0] };

static struct attachment letter(uint8_t no)
{
	struct attachment a = {.size = 100, .mime = "application/pdf", .name = "letter.pdf"};

	a.blob = (struct id32){{0x5a, no}};
	memset(a.key, 0x6b, sizeof a.key);
	return a;
}

static struct msg *named(struct bed *b, size_t i, const struct attachment *a)
{
	struct msg *body = msg_new(b->t.arena, kinds[i]);

	attach_put(&b->t, a, types[i], body);
	return body;
}

static void what_a_body_names_is_read_from_its_bytes(void **state)
{
	struct bed *b = *state;
	const struct attachment a = letter(1);

	for (size_t i = 0; i < TYPES; i++) {
		struct attachment back = {.no = 0};
		struct msg *body = named(b, i, &a), *read;
		struct err_text why;
		struct span bytes;

		assert_int_equal(msg_pack(b->t.arena, body, &bytes), ERR_OK);
		assert_int_equal(msg_parse(b->t.arena, kinds[i], bytes, &read, &why), ERR_OK);
		assert_true(attach_sound(types[i], read) && attach_names(types[i], read));
		/* key, name and kind are under the consent of category 17 */
		assert_int_equal(msg_cats(read), UINT64_C(1) << 17);
		attach_read(types[i], read, &back);
		assert_memory_equal(back.blob.b, a.blob.b, sizeof a.blob.b);
		assert_memory_equal(back.key, a.key, sizeof a.key);
		assert_int_equal(back.size, 100);
		assert_string_equal(back.name, "letter.pdf");
		assert_string_equal(back.mime, "application/pdf");
	}
	{
		struct msg *words = msg_new(b->t.arena, MSG_HANDOVER_ADDENDUM);

		msg_set_text(b->t.arena, words, HANDOVER_ADDENDUM_TEXT, "She called.");
		assert_true(attach_sound(DOC_ADDENDUM, words));
		assert_false(attach_names(DOC_ADDENDUM, words));
	}
}

/* Each of them would be fetched in vain, or fill the store. */
static void half_a_name_and_a_file_that_is_too_large_are_malformed(void **state)
{
	static const unsigned needed[] = {HANDOVER_ADDENDUM_BLOB, HANDOVER_ADDENDUM_LENGTH,
					  HANDOVER_ADDENDUM_BKEY};
	static const uint8_t shorter[31];
	struct bed *b = *state;
	struct attachment a = letter(1);
	struct msg *body;

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
		body = named(b, 1, &a);
		msg_clear(body, needed[i]);
		assert_false(attach_sound(DOC_ADDENDUM, body));
	}
	body = msg_new(b->t.arena, MSG_HANDOVER_ADDENDUM);
	msg_set_text(b->t.arena, body, HANDOVER_ADDENDUM_FILE_NAME, "letter.pdf");
	assert_false(attach_sound(DOC_ADDENDUM, body));
	for (size_t i = 0; i < 2; i++) {
		body = named(b, 1, &a);
		msg_set_bytes(b->t.arena, body,
			      i == 0 ? HANDOVER_ADDENDUM_BLOB : HANDOVER_ADDENDUM_BKEY,
			      span_of(shorter, sizeof shorter));
		assert_false(attach_sound(DOC_ADDENDUM, body));
	}
	a.size = LIMIT_FILE;
	assert_true(attach_sound(DOC_ADDENDUM, named(b, 1, &a)));
	a.size = LIMIT_FILE + 1;
	assert_false(attach_sound(DOC_ADDENDUM, named(b, 1, &a)));
}

/* A name that would lead elsewhere is harmless in this document, too. */
static void a_name_leads_nowhere(void **state)
{
	struct bed *b = *state;
	struct attachment a = letter(1);

	memcpy(a.name, "../../etc/passwd", sizeof "../../etc/passwd");
	attach_read(DOC_ADDENDUM, named(b, 1, &a), &a);
	assert_string_equal(a.name, "passwd");
}

/* As many as one handover has, each once; what is let go of is asked for no more. */
static void of_one_handover_so_many_are_kept_and_all_let_go(void **state)
{
	struct bed *b = *state;
	const struct thread th = {.id = {{0x70}}, .peer = BED_PARTNER, .grant_id = {{0x61}}};
	struct msg *record = msg_new(b->t.arena, MSG_HANDOVER_RECORD);
	struct blob blob;

	for (unsigned i = 0; i <= LIMIT_REF_FILES; i++) {
		const struct attachment a = letter((uint8_t)i);

		assert_int_equal(added_room(record), i < LIMIT_REF_FILES);
		for (unsigned twice = 0; twice < 2; twice++)
			assert_int_equal(added_want(&b->t, &th, record, named(b, 1, &a)), ERR_OK);
		assert_int_equal(blob_load(&b->t, &a.blob, &blob),
				 i < LIMIT_REF_FILES ? ERR_OK : ERR_NOTFOUND);
	}
	assert_int_equal(msg_bytes(record, HANDOVER_RECORD_ADDED_FILES).len,
			 LIMIT_REF_FILES * BLOB_LISTED);
	assert_int_equal(added_release(&b->t, &th, record), ERR_OK);
	for (unsigned i = 0; i < LIMIT_REF_FILES; i++) {
		const struct id32 id = letter((uint8_t)i).blob;

		assert_int_equal(blob_load(&b->t, &id, &blob), ERR_NOTFOUND);
	}
	assert_false(msg_has(record, HANDOVER_RECORD_ADDED_FILES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_a_body_names_is_read_from_its_bytes, setup,
						bed_teardown),
		cmocka_unit_test_setup_teardown(
			half_a_name_and_a_file_that_is_too_large_are_malformed, setup,
			bed_teardown),
		cmocka_unit_test_setup_teardown(a_name_leads_nowhere, setup, bed_teardown),
		cmocka_unit_test_setup_teardown(of_one_handover_so_many_are_kept_and_all_let_go,
						setup, bed_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
