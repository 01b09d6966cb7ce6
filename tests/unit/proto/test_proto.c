/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "proto/acts.h"
#include "proto/lists.h"
#include "proto/msg.h"
#include "proto/walk.h"
#include "proto/wire_roster.h"

static struct arena a;

static int setup(void **state)
{
	(void)state;
	return arena_create(&a, 8 * 1024 * 1024) == ERR_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

static void messages_there_and_back(void **state)
{
	struct msg *m = msg_new(&a, MSG_OFFER), *p = msg_sub(&a, m, OFFER_PERSON), *back;
	struct err_text why;
	struct span s;

	(void)state;
	msg_set_text(&a, m, OFFER_NEED, "income-debt");
	msg_set_u64(m, OFFER_URGENCY, 2);
	msg_set_text(&a, p, PERSON_NAME, "Verzonnen Persoon");
	msg_set_text(&a, p, PERSON_STORY, "een verhaal");
	for (int i = 0; i < 5; i++)
		msg_add_bytes(&a, m, OFFER_HANDLED_BY, span_of("0123456789abcdef", 16));
	assert_int_equal(msg_cats(m), 1u << 0 | 1u << 15 | 1u << 16);
	assert_int_equal(msg_pack(&a, m, &s), ERR_OK);
	assert_int_equal(msg_parse(&a, MSG_OFFER, s, &back, &why), ERR_OK);
	assert_string_equal(msg_text(back, OFFER_NEED), "income-debt");
	assert_int_equal(msg_count(back, OFFER_HANDLED_BY), 5);
	assert_string_equal(msg_text(msg_get(back, OFFER_PERSON), PERSON_STORY), "een verhaal");
	assert_string_equal(msg_enum_name(back, OFFER_URGENCY), "URGENT");
	assert_string_equal(msg_text(back, OFFER_SERVICE), "");
}

static void bad(const char *name, enum msg_kind kind, const char *bytes, size_t n, enum err want)
{
	struct err_text why = {""};

	assert_int_equal(walk_check(kind, span_of(bytes, n), &why), want);
	assert_true(want == ERR_OK || why.text[0] != '\0'); /* it says which field */
	(void)name;
}

static void walker_names_what_is_wrong(void **state)
{
	static char deep[40000];

	(void)state;
	bad("plain", MSG_ACT, "\x0a\x01x", 3, ERR_OK);
	bad("unknown field", MSG_ACT, "\x7a\x01x", 3, ERR_MALFORMED);
	bad("field zero", MSG_ACT, "\x02\x01x", 3, ERR_MALFORMED);
	bad("wrong wire type", MSG_ACT, "\x08\x01", 2, ERR_MALFORMED);
	bad("twice", MSG_ACT, "\x0a\x01x\x0a\x01y", 6, ERR_MALFORMED);
	bad("embedded NUL", MSG_ACT, "\x0a\x03x\0y", 5, ERR_MALFORMED);
	bad("not UTF-8", MSG_ACT, "\x0a\x01\xff", 3, ERR_MALFORMED);
	bad("two lines where one belongs", MSG_ACT, "\x1a\x03x\ny", 5, ERR_MALFORMED);
	bad("many lines", MSG_ACT, "\x12\x03x\ny", 5, ERR_OK);
	bad("words for a code", MSG_ACT, "\x0a\x03x y", 5, ERR_MALFORMED);
	bad("what nobody sees", MSG_ACT, "\x12\x05x\xe2\x80\x8by", 7, ERR_MALFORMED);
	bad("two lines that somebody typed", MSG_REQUEST, "\x8a\x01\x05\x0a\x03x\ny", 8, ERR_INVAL);
	bad("length past the end", MSG_ACT, "\x0a\x7fx", 3, ERR_MALFORMED);
	bad("varint without end", MSG_ACT, "\x20\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11,
	    ERR_MALFORMED);
	bad("unknown enumerator", MSG_OFFER, "\x18\x63", 2, ERR_MALFORMED);
	bad("group", MSG_ACT, "\x0b", 1, ERR_MALFORMED);
	bad("bool of two", MSG_ACT, "\x28\x02", 2, ERR_MALFORMED);
	for (size_t i = 0; i + 1 < sizeof deep; i += 2) {
		deep[i] = 0x32; /* OFFER.person again and again: no such field inside Person */
		deep[i + 1] = 0x7f;
	}
	bad("nesting bomb", MSG_OFFER, deep, sizeof deep, ERR_MALFORMED);
	for (size_t i = 0; i < 2 * 300; i += 2)
		memcpy(deep + i, "\x32\x00", 2);
	bad("too many elements", MSG_ACT, deep, 2 * 300, ERR_LIMIT);
	/* a bytes field of exactly the limit, and one more */
	for (int over = 0; over < 2; over++) {
		static char long_one[LIMIT_PB_BYTES + 8];
		const unsigned n = LIMIT_PB_BYTES + (unsigned)over;

		long_one[0] = 0x2a; /* OFFER.subject_ref */
		long_one[1] = (char)(n | 0x80);
		long_one[2] = (char)(n >> 7 | 0x80);
		long_one[3] = (char)(n >> 14);
		bad("bytes of the limit", MSG_OFFER, long_one, n + 4,
		    over == 0 ? ERR_OK : ERR_LIMIT);
	}
}

static void every_truncation_of_a_frame_is_refused(void **state)
{
	uint8_t inner[LIMIT_CLASS_0] = {0};
	struct wire_frame f = {.my_inc = {.no = 1}, .part_count = 2};
	struct wire_frame_view v;
	struct wr w = wr_of(inner, sizeof inner);

	(void)state;
	wire_frame_put(&f, inner);
	w.len = WIRE_FRAME_HEAD;
	wire_part_put(&w, WIRE_PART_PING, span_of("123456789", 9));
	wire_part_put(&w, WIRE_PART_COVER, span_of("", 0));
	memset(inner + w.len, 0xee, WIRE_SIG);
	assert_int_equal(wire_frame_get(span_of(inner, sizeof inner), &v), ERR_OK);
	assert_int_equal(v.parts.len, 6 + 9 + 6);
	for (size_t n = 0; n < w.len + WIRE_SIG; n++)
		assert_int_equal(wire_frame_get(span_of(inner, n), &v), ERR_MALFORMED);
	inner[sizeof inner - 1] = 1; /* padding must be zero */
	assert_int_equal(wire_frame_get(span_of(inner, sizeof inner), &v), ERR_MALFORMED);
}

static void every_truncation_of_a_document_is_refused(void **state)
{
	uint8_t head[WIRE_DOC_HEAD], salt[32] = {1}, sig[64] = {2}, out[1024];
	struct wire_head h = {.thread_no = 1, .type = 1, .cats = 3, .origin_inc = 7};
	struct wire_doc d = {.head_bytes = {head, sizeof head},
			     .form = WIRE_WHOLE,
			     .salt = salt,
			     .body = {(const uint8_t *)"body", 4},
			     .sig = {1, 0, 0, NULL, sig}},
			got;
	struct wr w = wr_of(out, sizeof out);

	(void)state;
	wire_head_put(&h, head);
	wire_doc_put(&w, &d);
	assert_int_equal(wire_doc_get(wr_span(&w), &got), ERR_OK);
	assert_int_equal(got.head.cats, 3);
	assert_int_equal(got.body.len, 4);
	for (size_t n = 0; n < w.len; n++)
		assert_int_not_equal(wire_doc_get(span_of(out, n), &got), ERR_OK);
	out[w.len] = 0;
	assert_int_not_equal(wire_doc_get(span_of(out, w.len + 1), &got), ERR_OK);
}

/* The rows from which daemon, client and simulator work fit each other and the lists. */
static void acts_are_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < act_count; i++) {
		const struct act *r = &act_table[i];
		const bool reason = act_has(r, ACT_WITH_REASON);

		assert_ptr_equal(act_of(r->number), r);
		assert_true(list_has(LIST_ACTS, r->code));
		assert_int_equal(r->needs & r->takes, 0);
		if (i > 0)
			assert_true(r->number > act_table[i - 1].number);
		if (r->command == NULL) {
			assert_int_equal(r->needs | r->takes, 0);
			continue;
		}
		assert_true(r->who != 0);
		assert_int_equal(reason, r->reasons != MSG_HOLDS_ANY);
		if (reason)
			assert_non_null(list_code((enum list_id)r->reasons, r->code, 0));
	}
	assert_null(act_of(0));
	assert_null(act_of(UINT16_MAX));
}

static void every_code_has_four_languages(void **state)
{
	(void)state;
	for (unsigned l = 0; l < LIST_COUNT; l++) {
		const char *code = list_code((enum list_id)l, "", 0);

		assert_non_null(code);
		for (size_t i = 0; (code = list_code((enum list_id)l, "", i)) != NULL; i++) {
			assert_int_equal(list_place((enum list_id)l, code), i);
			for (int k = 0; k < LIST_LANGS; k++)
				assert_true(list_text((enum list_id)l, (enum list_lang)k,
						      code)[0] != '\0');
		}
		assert_false(list_has((enum list_id)l, "from-the-future"));
	}
	assert_string_equal(list_text(LIST_NEEDS, LIST_NL, "income-debt"), "inkomen en schulden");
	assert_string_equal(list_text(LIST_NEEDS, LIST_NL, "from-the-future"), "from-the-future");
}

static void a_padded_length_is_no_length(void **state)
{
	static const uint8_t padded[] = {0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00};
	static const uint8_t plain[] = {0x0a, 0x80, 0x80, 0x80, 0x80, 0x00};
	struct err_text why;

	(void)state;
	assert_int_equal(walk_check(MSG_BY_ID, span_of(padded, sizeof padded), &why),
			 ERR_MALFORMED);
	assert_int_equal(walk_check(MSG_BY_ID, span_of(plain, sizeof plain), &why), ERR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_padded_length_is_no_length),
		cmocka_unit_test(messages_there_and_back),
		cmocka_unit_test(walker_names_what_is_wrong),
		cmocka_unit_test(every_truncation_of_a_frame_is_refused),
		cmocka_unit_test(every_truncation_of_a_document_is_refused),
		cmocka_unit_test(acts_are_complete),
		cmocka_unit_test(every_code_has_four_languages),
	};

	return cmocka_run_group_tests_name("proto", tests, setup, teardown);
}
