/* SPDX-License-Identifier: EUPL-1.2 */
#include "test.h"

#include "base/arena.h"
#include "base/endpoint.h"
#include "base/err.h"
#include "base/fill.h"
#include "base/limits.h"
#include "base/origin.h"
#include "base/text.h"

static void a_sentence_is_filled_in_and_counts_as_its_language_does(void **state)
{
	char out[64], small[8];
	const char *row = "{n} {n:document;documents} for {who}{odd}";
	const struct fill *one = FILL({"n", NULL, 1}, {"who", "{n}", 0});
	const struct fill *none = FILL({"n", NULL, 0}, {"who", "x", 0});

	(void)state;
	assert_string_equal(fill_text(out, sizeof out, row, one, FILL_ONE_IS_ONE),
			    "1 document for {n}{odd}");
	assert_string_equal(fill_text(out, sizeof out, row, none, FILL_ONE_IS_ONE),
			    "0 documents for x{odd}");
	assert_string_equal(fill_text(out, sizeof out, row, none, FILL_ZERO_IS_ONE_TOO),
			    "0 document for x{odd}");
	assert_string_equal(fill_text(out, sizeof out, "{ {n", one, FILL_ONE_IS_ONE), "{ {n");
	/* cut between characters, never inside of one */
	assert_string_equal(fill_text(small, sizeof small, "abcdefé", FILL_NONE, FILL_ONE_IS_ONE),
			    "abcdef");
	assert_string_equal(fill_text(small, sizeof small, "abcdeé", FILL_NONE, FILL_ONE_IS_ONE),
			    "abcdeé");
}

static void bytes_reader_stops_at_the_end(void **state)
{
	const uint8_t b[] = {1, 2, 3};
	struct rd r = rd_of(span_of(b, sizeof b));

	(void)state;
	assert_int_equal(rd_u16(&r), 0x0102);
	assert_int_equal(rd_u32(&r), 0);
	assert_true(r.bad);
	assert_false(rd_done(&r));
}

static void bytes_writer_never_passes_its_cap(void **state)
{
	uint8_t b[5] = {9, 9, 9, 9, 9};
	struct wr w = wr_of(b, 4);

	(void)state;
	wr_u32(&w, 0x01020304);
	wr_u8(&w, 5);
	assert_true(w.over);
	assert_int_equal(b[4], 9);
	assert_int_equal(be32_get(b), 0x01020304);
}

static void hex_there_and_back(void **state)
{
	uint8_t out[3];
	char hex[7];

	(void)state;
	bytes_hex(hex, "\x00\xab\xff", 3);
	assert_string_equal(hex, "00abff");
	assert_true(bytes_unhex(out, 3, hex));
	assert_memory_equal(out, "\x00\xab\xff", 3);
	assert_false(bytes_unhex(out, 3, "00abf"));
	assert_false(bytes_unhex(out, 3, "00abfg"));
}

static void text_lets_in_plain_utf8_only(void **state)
{
	static const struct {
		const char *s;
		size_t n;
		bool ok;
	} cases[] = {
		{"Jos\xc3\xa9 \xe2\x82\xac\n", 10, true},
		{"a\0b", 3, false},		/* NUL: C would read another name */
		{"\xc0\xaf", 2, false},		/* not the shortest form */
		{"\xed\xa0\x80", 3, false},	/* surrogate */
		{"\xf4\x90\x80\x80", 4, false}, /* past U+10FFFF */
		{"\xe2\x82", 2, false},		/* cut */
		{"a\x1b[31m", 6, false},	/* terminal escape */
		{"abc\xe2\x80\xae"
		 "def",
		 9, false}, /* turns the writing direction */
	};
	size_t at = 0;

	(void)state;
	assert_null(text_fault(TEXT_LINE, span_of("a b", 3), NULL));
	assert_string_equal(text_fault(TEXT_LINE, span_of("ab\n", 3), &at), "has one line");
	assert_int_equal(at, 2);
	assert_string_equal(text_fault(TEXT_LINE, span_of("a\tb", 3), &at), "has one line");
	assert_null(text_fault(TEXT_LINES, span_of("a\n\tb", 4), NULL));
	assert_null(text_fault(TEXT_CODE, span_of("no-capacity", 11), NULL));
	assert_string_equal(text_fault(TEXT_CODE, span_of("no capacity", 11), &at), "is no code");
	assert_null(text_fault(TEXT_LINE, span_of("\xd9\x85\xe2\x80\x8c\xd8\xae", 7), &at));
	assert_non_null(text_fault(TEXT_LINE, span_of("a\xe2\x80\x8c", 4), &at));
	/* joiners and shapes behind letters that need none: two names that look the same */
	assert_non_null(text_fault(TEXT_LINE, span_of("\xe1\xba\xbf\xe2\x80\x8d", 6), &at));
	assert_non_null(text_fault(TEXT_LINE, span_of("\xc3\xa9\xef\xb8\x8f", 5), &at));
	assert_non_null(text_fault(TEXT_LINE, span_of("\xd0\xb0\xef\xb8\x8f", 5), &at));
	assert_null(text_fault(TEXT_LINE,
			       span_of("\xe2\x9d\xa4\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x94\xa5", 13),
			       &at));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(text_valid(span_of(cases[i].s, cases[i].n)), cases[i].ok);
	assert_true(text_code("income-debt"));
	assert_false(text_code("-x"));
	assert_false(text_code("a--b"));
	assert_false(text_code("A"));
}

static void names_are_typed_without_accents(void **state)
{
	static const char *const pairs[][2] = {
		{"SMWO", "smwo"},
		{"Gemeente Goes (Goes Bezig)", "gemeente-goes-goes-bezig"},
		{"OCMW Oud-Turnhout", "ocmw-oud-turnhout"},
		{"ocmw  oud turnhout ", "ocmw-oud-turnhout"},
		{"\u00c9\u00e9n Thuis", "een-thuis"},
		{"E\u0301e\u0301n Thuis", "een-thuis"}, /* accents beside their letters */
		{"M\u00fcnchen Stra\u00dfe \u0152uvre", "munchen-strasse-oeuvre"},
		{"\u0130\u0131\u011f\u015f \u0141\u00f3d\u017a \u021a\u0103ri \u1ebfm",
		 "iigs-lodz-tari-em"},
		{"\u0141", "l"},
		{"\u0395\u03bb\u03bb\u03ac\u03c2", ""}, /* another script */
		{"--", ""},
		{"", ""},
	};
	char slug[64];

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		assert_true(text_slug(slug, sizeof slug, pairs[i][0]));
		assert_string_equal(slug, pairs[i][1]);
		assert_true(strlen(slug) <= strlen(pairs[i][0]));
	}
	assert_false(text_slug(slug, 6, "abcdef"));
	assert_string_equal(slug, "");
}

static void blank_is_what_nobody_sees(void **state)
{
	static const char *const blank[] = {"", " ", " \t\n ", "\u00a0", "\u2003\u200b", "\u3000"};
	static const char *const seen[] = {"0", " a", "-", "\u00e9", "\u05de", "\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++)
		assert_true(text_blank(blank[i]));
	for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
		assert_false(text_blank(seen[i]));
	assert_int_equal(text_distance("ggd-zeelnad", "ggd-zeeland"), 2);
	assert_int_equal(text_distance("", "abc"), 3);
	assert_int_equal(text_distance("same", "same"), 0);
}

static void endpoints_are_numbers(void **state)
{
	static const char *const both[] = {"", "tcp://127.0.0.1:1", "tcp://192.0.2.1:65535",
					   "tcp://[2001:db8::1]:7001", "tcp://[::1]:7001"},
				 *const listen_only[] = {"tcp://0.0.0.0:7001", "tcp://[::]:7001",
							 "tcp://[0:0:0:0:0:0:0:0]:7001"};

	(void)state;
	for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
		assert_null(endpoint_flaw(both[i], ENDPOINT_LISTEN, NULL));
		assert_null(endpoint_flaw(both[i], ENDPOINT_PUBLISH, NULL));
	}
	for (size_t i = 0; i < sizeof listen_only / sizeof listen_only[0]; i++) {
		assert_null(endpoint_flaw(listen_only[i], ENDPOINT_LISTEN, NULL));
		assert_non_null(strstr(endpoint_flaw(listen_only[i], ENDPOINT_PUBLISH, NULL),
				       "every address"));
	}
}

static void origins_are_as_browsers_write_them(void **state)
{
	static const char *const good[] = {"",
					   "https://kring.goes.example",
					   "https://a",
					   "https://x-1.example:8443",
					   "http://localhost",
					   "http://localhost:8780",
					   "http://goes.localhost:7780",
					   "https://1.example",
					   "https://localhost"};
	static const char *const bad[] = {"http://kring.goes.example",
					  "https://",
					  "https://kring.goes.example/",
					  "https://Kring.example",
					  "https://kring.example:443",
					  "http://localhost:80",
					  "https://192.0.2.1",
					  "https://[2001:db8::1]",
					  "https://a..b",
					  "https://-a.example",
					  "https://a-.example",
					  "https://a.",
					  "https://.a",
					  "https://a:0",
					  "https://a:08",
					  "https://a:65536",
					  "https://a:1x",
					  "https://u@a",
					  "https://a?b",
					  "https://a#b",
					  "tcp://a",
					  "http://localhost.evil.example",
					  "http://evillocalhost",
					  "http://.localhost",
					  "http://goes_.localhost",
					  "http://goes.localhost:80",
					  "https://a b",
					  "https://caf\xc3\xa9.example",
					  "null"};
	char host[32];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_null(origin_flaw(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (origin_flaw(bad[i]) == NULL)
			fail_msg("%s", bad[i]);
	origin_host("https://x-1.example:8443", host, sizeof host);
	assert_string_equal(host, "x-1.example");
	origin_host("http://localhost", host, sizeof host);
	assert_string_equal(host, "localhost");
	origin_host("", host, sizeof host);
	assert_string_equal(host, "");
}

static void a_bad_endpoint_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char *s, *why;
	} bad[] = {
		{"tcp://localhost:9", "no name"},
		{"tcp://kring.example:9", "no name"},
		{"tcp://*:9", "no name"},
		{"tcp://eth0:9", "no name"},
		{"tcp://1.2.3:9", "no name"},
		{"tcp://127.0.0.1:0", "1 to 65535"},
		{"tcp://127.0.0.1:65536", "1 to 65535"},
		{"tcp://[::1]:0", "1 to 65535"},
		{"tcp://[::1]:70000", "1 to 65535"},
		{"tcp://127.0.0.1:+9", "1 to 65535"},
		{"tcp://127.0.0.1:9x", "1 to 65535"},
		{"tcp://127.0.0.1:", "1 to 65535"},
		{"tcp://127.0.0.1:99999999999999999999", "1 to 65535"},
		{"tcp://127.0.0.1", "port is missing"},
		{"tcp://[::1]", "port is missing"},
		{"tcp://[::1]7001", "port is missing"},
		{"tcp://:9", "address is missing"},
		{"tcp://", "address is missing"},
		{"tcp://[::1:9", "bracket ]"},
		{"tcp://::1]:9", "bracket ["},
		{"tcp://::1:9", "in brackets"},
		{"tcp://2001:db8::1:7001", "in brackets"},
		{"tcp://[]:9", "no IPv6"},
		{"tcp://[127.0.0.1]:9", "no IPv6"},
		{"tcp://[::g]:9", "no IPv6"},
		{"tcp://[fe80::1%eth0]:9", "zone"},
		{"tcp://[2001:db8::1%2]:9", "zone"},
		{"tcp://[fe80::1]:9", "link-local"},
		{"tcp://[febf::1]:9", "link-local"},
		{"tcp://169.254.1.1:9", "link-local"},
		{"tcp://[::ffff:192.0.2.1]:9", "IPv4 address"},
		{"tcp://[::ffff:0:0]:9", "IPv4 address"},
		{"tcp://[::192.0.2.1]:9", "no address of one machine"},
		{"tcp://[ff02::1]:9", "no address of one machine"},
		{"tcp://224.0.0.1:9", "no address of one machine"},
		{"tcp://255.255.255.255:9", "no address of one machine"},
		{"tcp://0.0.0.1:9", "no address of one machine"},
		{"tcp://192.0.2.1:1;192.0.2.2:9", "brackets"},
		{"ipc:///tmp/x", "tcp://"},
		{"inproc://x", "tcp://"},
		{"udp://127.0.0.1:9", "tcp://"},
		{"tcp:/", "tcp://"},
		{"t", "tcp://"},
		{" tcp://127.0.0.1:9", "tcp://"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		for (int use = ENDPOINT_LISTEN; use <= ENDPOINT_PUBLISH; use++) {
			const char *flaw = endpoint_flaw(bad[i].s, (enum endpoint_use)use, NULL);

			if (flaw == NULL || strstr(flaw, bad[i].why) == NULL)
				fail_msg("%s: %s", bad[i].s, flaw == NULL ? "taken" : flaw);
		}
}

static void arena_is_bounded_and_wiped(void **state)
{
	struct arena a;
	uint8_t *p;

	(void)state;
	assert_int_equal(arena_create(&a, 64), ERR_OK);
	p = arena_alloc(&a, 32);
	assert_non_null(p);
	memset(p, 0xaa, 32);
	assert_null(arena_alloc(&a, 64));
	assert_true(a.failed);
	arena_reset(&a);
	assert_false(a.failed);
	assert_int_equal(p[0], 0);
	arena_free(&a);
}

static void arena_gives_back_what_a_walk_took(void **state)
{
	struct arena a;
	uint8_t *kept, *after;
	size_t mark;

	(void)state;
	assert_int_equal(arena_create(&a, 256), ERR_OK);
	mark = a.used;
	memset(arena_alloc(&a, 32), 'x', 32);
	arena_rewind(&a, mark);
	assert_int_equal(a.used, mark);
	assert_int_equal(a.base[0] | a.base[31], 0);
	kept = arena_keep(&a, 16);
	memset(kept, 'k', 16);
	memset(arena_alloc(&a, 64), 'y', 64);
	arena_rewind(&a, mark); /* began before what is kept */
	assert_int_equal(kept[15], 'k');
	after = arena_alloc(&a, 16);
	assert_ptr_equal(after, kept + 16);
	assert_int_equal(a.base[40], 0);
	assert_null(arena_keep(&a, 512));
	arena_reset(&a);
	assert_int_equal(a.base[0], 0);
	assert_ptr_equal(arena_alloc(&a, 16), a.base);
	arena_free(&a);
}

static void an_error_is_ours_or_somebody_elses(void **state)
{
	static const enum err foreign[] = {ERR_MALFORMED, ERR_CRYPTO, ERR_NOTFOUND, ERR_STALE};
	static const enum err fatal[] = {ERR_NOMEM, ERR_IO, ERR_CORRUPT, ERR_FULL};
	unsigned theirs = 0, ours = 0;

	(void)state;
	for (int e = ERR_OK; e < ERR_COUNT_; e++) {
		assert_false(err_foreign((enum err)e) && err_fatal((enum err)e));
		theirs += err_foreign((enum err)e);
		ours += err_fatal((enum err)e);
	}
	for (size_t i = 0; i < 4; i++) {
		assert_true(err_foreign(foreign[i]));
		assert_true(err_fatal(fatal[i]));
	}
	assert_int_equal(theirs, 4);
	assert_int_equal(ours, 4);
}

static void what_is_printed_is_one_line_that_is_seen(void **state)
{
	static const char *const rows[][2] = {
		{"Zo\xc3\xab's caf\xc3\xa9", "Zo\xc3\xab's caf\xc3\xa9"},
		{"a\nb\x1b[2J", "a?b?[2J"},
		{"a\xe2\x80\xae"
		 "b\xe2\x80\x8b",
		 "a?b?"},
		{"\xc3", "?"},
		{"\xff\xfe"
		 "a",
		 "??a"},
	};
	char got[64];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		FILE *f = fmemopen(got, sizeof got, "w");

		assert_non_null(f);
		text_print(f, rows[i][0]);
		assert_int_equal(fclose(f), 0);
		assert_string_equal(got, rows[i][1]);
	}
	assert_int_equal(text_blank_len("a "), 0);
	assert_int_equal(text_blank_len(""), 0);
	assert_int_equal(text_blank_len(" a"), 1);
	assert_int_equal(text_blank_len("\xe2\x80\x83"), 3);
	assert_int_equal(text_blank_len("\xe2\xa0\x80"), 3);
}

/* Each is refused for one character, which is named; what real organisations are called is let in. */
static void a_name_looks_like_one_name(void **state)
{
	static const struct {
		const char *name, *fault;
		uint32_t at;
	} bad[] = {
		{"", "is empty", 0},
		{" \t", "is empty", 0},
		{"\u3000\u00a0", "is empty", 0},
		{" Goes", "has a blank too many", ' '},
		{"Goes ", "has a blank too many", ' '},
		{"Een  Thuis", "has a blank too many", ' '},
		{"Een\u3000Thuis", "has a blank that is no common one", 0x3000},
		{"Een\u00a0Thuis", "has a blank that is no common one", 0xa0},
		{"G\u043ees", "mixes the letters of two scripts in one word", 0x43e},
		{"SMW\u039f", "mixes the letters of two scripts in one word", 0x39f},
		{"\u0421MWO", "mixes the letters of two scripts in one word", 'M'},
		{"OCMW G\u043eed Wonen", "mixes the letters of two scripts in one word", 0x43e},
		{"o\u0301\u0302\u0303", "has too many marks on a letter", 0x303},
		{"\u0301Goes", "has too many marks on a letter", 0x301},
		{"\uff27oes", "has a letter in disguise", 0xff27},
		{"\U0001d406oes", "has a letter in disguise", 0x1d406},
		{"Goes\u202e", "contains an invisible character", 0x202e},
		{"Go\u200bes", "contains an invisible character", 0x200b},
		{"Goes\n", "has one line", '\n'},
		{"\xff", "is not valid UTF-8", 0},
	};
	static const char *const good[] = {"SMWO",
					   "Gemeente Goes",
					   "CPAS d\u2019Ixelles / OCMW Elsene",
					   "\u00c9\u00e9n Thuis (Zeeland) \u2013 Noord & Zuid",
					   "Cafe\u0301 Nguye\u0302\u0303n",
					   "\u0426\u0435\u043d\u0442\u0440 Rotterdam",
					   "\u0395\u03bb\u03bb\u03ac\u03b4\u03b1",
					   "\u6771\u4eac",
					   "3e Huis 10"};
	char longest[LIMIT_ORG_NAME + 2] = "";
	uint32_t at;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const char *fault = text_name_fault(bad[i].name, &at);

		if (fault == NULL || strcmp(fault, bad[i].fault) != 0 || at != bad[i].at)
			fail_msg("%zu: %s, U+%04X", i, fault == NULL ? "taken" : fault, at);
	}
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (text_name_fault(good[i], &at) != NULL || at != 0)
			fail_msg("%s: %s", good[i], text_name_fault(good[i], &at));
	memset(longest, 'x', LIMIT_ORG_NAME + 1);
	assert_string_equal(text_name_fault(longest, &at), "is too long for a name");
	longest[LIMIT_ORG_NAME] = '\0';
	assert_null(text_name_fault(longest, &at));
}

static void names_that_look_alike_are_the_same(void **state)
{
	static const char *const pairs[][2] = {{"\u0421\u041c\u0412\u041e", "CMBO"},
					       {"GO\u00cbS", "goes"},
					       {"Goe\u0301s", "Go\u00e9s"},
					       {"\u0391\u03a4\u0395", "ate"}};
	char one[LIMIT_ORG_NAME + 3], other[LIMIT_ORG_NAME + 3];

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		assert_true(text_name_looks(one, sizeof one, pairs[i][0]));
		assert_true(text_name_looks(other, sizeof other, pairs[i][1]));
		assert_string_equal(one, other);
		assert_true(one[0] != '\0');
	}
}

static void a_telephone_has_a_number(void **state)
{
	static const char *const good[] = {"",
					   "1",
					   "000-111",
					   "0113-123456",
					   "+31 (0)113 12.34.56",
					   "0114 23 45 67x12",
					   "0114 23 45 67 x 12",
					   "0114 234567 toestel 12",
					   "02/123.45.67 poste 3",
					   "030 123456 Durchwahl 7",
					   "0114 234567 ext. 12"};
	static const struct {
		const char *phone;
		uint32_t at;
	} bad[] = {{"0114 23 45 67x", 'x'},
		   {"0114 23 45 67 bellen na vijf", 'b'},
		   {"x12", 'x'},
		   {"0114 234567 x12 of x13", ' '},
		   {"0114\u2013234567", 0x2013},
		   {"O114 234567", 'O'},
		   {"\u0660\u0661\u0662 1", 0x660},
		   {"06 toestel", 't'}};
	uint32_t at;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (text_phone_fault(good[i], &at) != NULL)
			fail_msg("%s: U+%04X", good[i], at);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (text_phone_fault(bad[i].phone, &at) == NULL || at != bad[i].at)
			fail_msg("%s: U+%04X", bad[i].phone, at);
	assert_string_equal(text_phone_fault("morgen", &at), "has no digit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_one_line_that_is_seen),
		cmocka_unit_test(a_sentence_is_filled_in_and_counts_as_its_language_does),
		cmocka_unit_test(bytes_reader_stops_at_the_end),
		cmocka_unit_test(bytes_writer_never_passes_its_cap),
		cmocka_unit_test(an_error_is_ours_or_somebody_elses),
		cmocka_unit_test(hex_there_and_back),
		cmocka_unit_test(text_lets_in_plain_utf8_only),
		cmocka_unit_test(names_are_typed_without_accents),
		cmocka_unit_test(blank_is_what_nobody_sees),
		cmocka_unit_test(endpoints_are_numbers),
		cmocka_unit_test(origins_are_as_browsers_write_them),
		cmocka_unit_test(a_bad_endpoint_is_refused_with_its_reason),
		cmocka_unit_test(arena_is_bounded_and_wiped),
		cmocka_unit_test(arena_gives_back_what_a_walk_took),
		cmocka_unit_test(a_name_looks_like_one_name),
		cmocka_unit_test(names_that_look_alike_are_the_same),
		cmocka_unit_test(a_telephone_has_a_number),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
