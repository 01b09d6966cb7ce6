/* SPDX-License-Identifier: EUPL-1.2 */
/* daemon/domain/people/fits.c: what people type of an id; and that a command does nothing when several fit. */
#include "test.h"

#include <string.h>

#include "bed.h"
#include "domain/admin/invites.h"
#include "domain/newcomer/invite.h"
#include "domain/people/fits.h"

static const struct id16 one = {{0x01, 0x9a, 0x00, 0x11, 0x22, 0x33, 0x7f, 0x3a, 0x91, 0xb2, 1, 2,
				 3, 4, 5, 6}},
			 other = {{0x01, 0x9a, 0x00, 0x11, 0x22, 0x34, 0x7f, 0x3a, 0x91, 0xc3, 1, 2,
				   3, 4, 5, 6}};

static void an_id_is_named_by_the_part_that_lists_show(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 20; n++) {
		char text[24] = "7f3a91b2010203040506";

		text[n] = '\0';
		assert_int_equal(fits_id(&one, text), n >= FITS_TYPED_MIN);
	}
	assert_true(fits_id(&one, "7F3A91B2"));
	assert_true(fits_id(&one, "019a001122337f3a91b2010203040506"));
	assert_true(fits_id(&one, "019A001122337F3A91B2010203040506"));
	/* not the time with which it begins, nor more than there is, nor something like it */
	assert_false(fits_id(&one, "019a0011"));
	assert_false(fits_id(&one, "7f3a91b20102030405060"));
	assert_false(fits_id(&one, "019a001122337f3a91b201020304050"));
	assert_false(fits_id(&one, "7f3a91b3"));
	assert_false(fits_id(&one, "7f3@"));
	assert_false(fits_id(&one, "g7f3"));
}

static void of_several_each_is_named_and_the_sentence_ends(void **state)
{
	struct fits f = {0};
	struct id16 id = one;

	(void)state;
	fits_try(&f, &other, "7f3a91b2");
	assert_int_equal(f.count, 0);
	for (unsigned i = 0; i < 9; i++) {
		id.b[15] = (uint8_t)i;
		fits_try(&f, &id, "7f3a91b2");
	}
	assert_int_equal(f.count, 9);
	assert_int_equal(f.first.b[15], 0);
	assert_non_null(strstr(f.ids, "019a001122337f3a91b2010203040503, ..."));
	assert_null(strstr(f.ids, "0504"));
}

static bool dead(struct bed *b, const struct id16 *id)
{
	struct msg *m;

	assert_int_equal(invite_load(&b->t, id, &m), ERR_OK);
	return invite_is(m, INVITE_DEAD);
}

static enum err cancel(struct bed *b, const char *text)
{
	struct msg *req = msg_new(b->t.arena, MSG_BY_ID), *reply = msg_new(b->t.arena, MSG_REPLY);

	msg_set_text(b->t.arena, req, BY_ID_ID, text);
	return admin_invite_cancel(&b->t, req, reply);
}

/* The first of two was cancelled, whichever was meant; and the whole id, as --json shows it, fitted none. */
static void an_invite_is_cancelled_when_it_is_clear_which(void **state)
{
	struct bed *b = *state;
	const struct id16 *ids[] = {&one, &other};

	for (size_t i = 0; i < 2; i++) {
		struct msg *m = msg_new(b->t.arena, MSG_INVITE_RECORD);

		msg_set_text(b->t.arena, m, INVITE_RECORD_STATE, INVITE_OPEN);
		assert_int_equal(invite_save(&b->t, ids[i], m), ERR_OK);
	}
	assert_int_equal(cancel(b, "7f3a"), ERR_NOTFOUND);
	assert_int_equal(b->t.refusal.code, REFUSAL_INVITE_SEVERAL);
	assert_int_equal(cancel(b, "7f3"), ERR_NOTFOUND);
	assert_int_equal(b->t.refusal.code, REFUSAL_INVITE_UNKNOWN);
	assert_int_equal(cancel(b, ""), ERR_NOTFOUND);
	assert_false(dead(b, &one) || dead(b, &other));
	assert_int_equal(cancel(b, "019a001122347f3a91c3010203040506"), ERR_OK);
	assert_true(dead(b, &other) && !dead(b, &one));
	assert_int_equal(cancel(b, "7f3a91B2"), ERR_OK);
	assert_true(dead(b, &one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_named_by_the_part_that_lists_show),
		cmocka_unit_test(of_several_each_is_named_and_the_sentence_ends),
		cmocka_unit_test_setup_teardown(an_invite_is_cancelled_when_it_is_clear_which,
						bed_setup, bed_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
