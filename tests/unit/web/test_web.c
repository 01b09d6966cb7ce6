/* SPDX-License-Identifier: EUPL-1.2 */
/* What a browser sends is read strictly, and what it gets is escaped for where it stands. */
#include "test.h"

#include <stdio.h>

#include "base/limits/door.h"
#include "base/limits_screens.h"
#include "web/cookie.h"
#include "web/csrf.h"
#include "web/form.h"
#include "web/kept/formkept.h"
#include "web/out.h"
#include "web/pages.h"
#include "web/route.h"
#include "web/signin/tries.h"

/* ---- escaping ---- */

static void expect_out(struct out *o, const char *want)
{
	out_raw(o, "", 1);
	assert_false(o->failed);
	assert_string_equal((const char *)o->p, want);
	out_free(o);
	assert_null(o->p);
}

static void test_a_text_stays_a_text(void **state)
{
	struct out o = {.p = NULL};

	(void)state;
	out_text(&o, "<script>alert(\"x\" + 'y')</script> & é\n");
	out_text(&o, NULL);
	expect_out(&o, "&lt;script&gt;alert(&quot;x&quot; + &#39;y&#39;)&lt;/script&gt; &amp; é\n");
	/* a control character, half a character, and one that was written too long */
	out_text(&o, "a\x01"
		     "b\x7f"
		     "c\xc3(\xc0\xaf\x1b[0m");
	expect_out(&o, "a\xef\xbf\xbd"
		       "b\xef\xbf\xbd"
		       "c\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd[0m");
	/* where a line ends a number goes with its neighbour, and with nothing else */
	out_prose(&o, "uiterlijk vr 27 nov. 2026 (nog 10 werkdagen) x y");
	out_prose(&o, "Di. 8. Dez. 2026 um 9 <b>, 08-12-2026 14:02 hier");
	out_prose(&o, " ");
	out_text(&o, "27 nov.");
	expect_out(&o, "uiterlijk vr\xc2\xa0"
		       "27\xc2\xa0nov.\xc2\xa0"
		       "2026 (nog\xc2\xa0"
		       "10\xc2\xa0werkdagen) x y"
		       "Di.\xc2\xa0"
		       "8.\xc2\xa0"
		       "Dez.\xc2\xa0"
		       "2026 um\xc2\xa0"
		       "9 &lt;b&gt;,\xc2\xa0"
		       "08-12-2026\xc2\xa0"
		       "14:02\xc2\xa0hier 27 nov.");
}

static void test_a_segment_leads_nowhere_else(void **state)
{
	struct out o = {.p = NULL};

	(void)state;
	out_segment(&o, "javascript:alert(1)//é \"'<>&?#%\\");
	expect_out(&o, "javascript%3Aalert%281%29%2F%2F%C3%A9%20%22%27%3C%3E%26%3F%23%25%5C");
	out_segment(&o, "TBG4-6JSA-Q_.~9");
	expect_out(&o, "TBG4-6JSA-Q_.~9");
	out_raw(&o, "[", 1);
	out_segment(&o, "..");
	out_segment(&o, ".");
	out_segment(&o, NULL);
	out_segment(&o, "..a");
	expect_out(&o, "[..a");
}

static void test_a_page_has_an_end(void **state)
{
	static char much[65536];
	struct out o = {.p = NULL};

	(void)state;
	memset(much, 'x', sizeof much);
	for (int i = 0; i < 7; i++)
		out_raw(&o, much, sizeof much);
	assert_false(o.failed);
	for (int i = 0; i < 2; i++)
		out_raw(&o, much, sizeof much);
	assert_true(o.failed);
	out_text(&o, "x"); /* it stays failed */
	assert_true(o.failed);
	out_free(&o);
}

static void test_a_page_escapes_what_it_shows(void **state)
{
	static const char bad[] = "\"><script>alert(1)</script><q title='";
	const struct page_frame f = {.lang = "nl",
				     .title = bad,
				     .who = bad,
				     .org_line = bad,
				     .out_k = bad,
				     .wrong = bad};
	const struct page_referrals_rows row = {.who = bad,
						.need = bad,
						.partner = bad,
						.ref = bad,
						.state = bad,
						.mark = bad,
						.urgent = bad,
						.quiet = bad};
	const struct page_referrals p = {.f = &f,
					 .rows = &row,
					 .rows_count = 1,
					 .received = true,
					 .next = bad,
					 .updated = bad};
	struct out o = {.p = NULL};
	const char *at;

	(void)state;
	page_referrals(&o, LIST_NL, &p);
	out_raw(&o, "", 1);
	assert_false(o.failed);
	assert_null(strstr((char *)o.p, "<script>"));
	assert_null(strstr((char *)o.p, "<q"));
	assert_non_null(strstr((char *)o.p, "&quot;&gt;&lt;script&gt;alert(1)"));
	at = strstr((char *)o.p, "/in?after=");
	assert_non_null(at);
	assert_true(strncmp(at, "/in?after=%22%3E%3Cscript", 25) == 0);
	out_free(&o);
	/* nobody is signed in: no menu, no form to sign out */
	page_referrals(
		&o, LIST_NL,
		&(struct page_referrals){.f = &(struct page_frame){.lang = "nl", .title = "x"}});
	out_raw(&o, "", 1);
	assert_null(strstr((char *)o.p, "<nav"));
	assert_null(strstr((char *)o.p, "<form"));
	assert_null(strstr((char *)o.p, "<table"));
	out_free(&o);
}

/* ---- forms ---- */

static const struct form_field fields[] = {
	{"name", FORM_LINE, 20, true},
	{"story", FORM_LINES, 40, false},
	{"kind", FORM_CODE, 10, false},
	{"n", FORM_NUMBER, 4, false},
};

static const struct {
	const char *body;
	const char *flaw; /* NULL: it is read */
	const char *name, *story;
} bodies[] = {
	{"name=Anna", NULL, "Anna", ""},
	{"name=", NULL, "", ""},
	{"name", NULL, "", ""},
	{"name=Anna+de+Vries%26", NULL, "Anna de Vries&", ""},
	{"name=%c3%A9%C3%89", NULL, "éÉ", ""},
	{"story=a%0D%0Ab%0A&name=x", NULL, "x", "a\nb\n"},
	{"n=12&kind=a-b_c.9&name=x", NULL, "x", ""},
	{"", "name", "", ""},		   /* it is needed */
	{"name=x&name=y", "name", "", ""}, /* twice */
	{"name=x&other=1", "", "", ""},	   /* of no table */
	{"name=x&", NULL, "x", ""},	   /* browsers do not, and it says nothing */
	{"name=x&&n=1", "", "", ""},
	{"&name=x", "", "", ""},
	{"=x", "", "", ""},
	{"name=x%00y", "name", "", ""},
	{"name=%", "name", "", ""},
	{"name=%4", "name", "", ""},
	{"name=%4g", "name", "", ""},
	{"name=%C3", "name", "", ""},	 /* half a character */
	{"name=%C0%80", "name", "", ""}, /* NUL, written too long */
	{"name=a%0Ab", "name", "", ""},	 /* one line */
	/* what nobody sees, and a blank of a table: copied along, and left out or made one of a form */
	{"name=a%E2%80%AEb%E2%80%8B%EF%BB%BF", NULL, "ab", ""},
	{"name=a%09b", NULL, "a b", ""},
	{"name=x&story=a%0Bb%E2%80%8Bc%09d", NULL, "x", "a\nbc\td"},
	{"name=x&story=%F0%9F%91%A9%E2%80%8D%F0%9F%91%A9", NULL, "x",
	 "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9"}, /* this joiner is seen */
	{"name=x&story=a%1B%E2%80%8B", "story", "", ""},
	{"name=x&kind=a%E2%80%8B", "kind", "", ""},
	{"name=<b>", "name", "", ""}, /* no browser sends it so */
	{"name=a b", "name", "", ""},
	{"name=a\x80", "name", "", ""},
	{"name=x&n=1x", "n", "", ""},
	{"name=x&n=-1", "n", "", ""},
	{"name=x&n=12345", "n", "", ""},
	{"name=x&kind=a%2Fb", "kind", "", ""},
	{"name=123456789012345678901", "name", "", ""},
	{"n%61me=x", NULL, "x", ""},
	{"name%00=x", "", "", ""},
};

static void test_a_form_is_its_table(void **state)
{
	struct arena a;

	(void)state;
	assert_int_equal(arena_create(&a, 65536), ERR_OK);
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		struct form f;
		const enum err rc = form_read(&f, fields, 4,
					      span_of(bodies[i].body, strlen(bodies[i].body)), &a);

		if ((rc == ERR_OK) != (bodies[i].flaw == NULL))
			fail_msg("%s: %s", bodies[i].body, f.flaw == NULL ? "read" : f.flaw);
		if (bodies[i].flaw != NULL) {
			assert_int_equal(rc, ERR_MALFORMED);
			assert_string_equal(f.flaw, bodies[i].flaw);
			continue;
		}
		assert_string_equal(form_value(&f, "name"), bodies[i].name);
		assert_string_equal(form_value(&f, "story"), bodies[i].story);
	}
	arena_free(&a);
}

static void test_a_form_over_its_arena_is_refused(void **state)
{
	struct arena a;
	struct form f;

	(void)state;
	assert_int_equal(arena_create(&a, 8), ERR_OK);
	assert_int_equal(form_read(&f, fields, 4, span_of("name=0123456789", 15), &a), ERR_NOMEM);
	arena_free(&a);
}

static void test_a_path_is_decoded_once(void **state)
{
	static const char *const no[] = {
		"",	      "x",	 "//",	    "/a/",  "/a//b",	 "/%00",
		"/a%00b",     "/%2F",	 "/a%2fb",  "/%",   "/%4",	 "/%zz",
		"/a b",	      "/a\x01",	 "/%0a",    "/%7f", "/\xc3\xa9", "/%c3",
		"/..",	      "/a/../b", "/%2e%2E", "/.",   "/a\\b",	 "/a%E2%80%AE",
		"/a/b/c/d/e", "/a|b",	 "*",	    "/a#b", "/\"",	 "/<"};
	struct form_path p;

	(void)state;
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		if (form_path(&p, no[i]))
			fail_msg("taken: %s", no[i]);
	assert_true(form_path(&p, "/"));
	assert_int_equal(p.count, 0);
	assert_true(form_path(&p, "/r/TBG4-6JSA-Q/letter"));
	assert_int_equal(p.count, 3);
	assert_string_equal(p.segment[1], "TBG4-6JSA-Q");
	assert_true(form_path(&p, "/%72/%2541"));
	assert_string_equal(p.segment[0], "r");
	assert_string_equal(p.segment[1], "%41");
}

/* ---- cookies ---- */

static void test_a_token_is_written_one_way(void **state)
{
	uint8_t token[COOKIE_TOKEN], again[COOKIE_TOKEN];
	char text[COOKIE_CODED + 1], header[400], line[COOKIE_LINE];

	(void)state;
	for (size_t i = 0; i < sizeof token; i++)
		token[i] = (uint8_t)(i * 37 + 200);
	cookie_encode(text, token, sizeof token);
	assert_int_equal(strlen(text), COOKIE_CODED);
	assert_true(cookie_decode(again, sizeof again, text));
	assert_memory_equal(token, again, sizeof token);
	(void)snprintf(header, sizeof header, "a=b; __Host-kring=%s; __Host-kring-pre=x", text);
	assert_true(cookie_token(header, COOKIE_SESSION, again));
	assert_memory_equal(token, again, sizeof token);
	assert_false(cookie_token(header, COOKIE_BEFORE, again));
	(void)snprintf(header, sizeof header, "__Host-kring=%s; __Host-kring=%s", text, text);
	assert_false(cookie_token(header, COOKIE_SESSION, again)); /* two are none */
	(void)snprintf(header, sizeof header, "__Host-kring=%s=", text);
	assert_false(cookie_token(header, COOKIE_SESSION, again));
	(void)snprintf(header, sizeof header, "x__Host-kring=%s", text);
	assert_false(cookie_token(header, COOKIE_SESSION, again));
	assert_false(cookie_token(NULL, COOKIE_SESSION, again));
	assert_false(cookie_token("", COOKIE_SESSION, again));
	text[COOKIE_CODED - 1]++; /* bits behind the last byte */
	assert_false(cookie_decode(again, sizeof again, text));
	text[COOKIE_CODED - 1] = '+';
	assert_false(cookie_decode(again, sizeof again, text));
	cookie_line(line, COOKIE_SESSION, token);
	assert_non_null(strstr(line, "; Path=/; Secure; HttpOnly; SameSite=Strict"));
	cookie_line(line, COOKIE_SESSION, NULL);
	assert_non_null(strstr(line, "Max-Age=0"));
}

static void test_a_form_is_of_a_person_and_an_address(void **state)
{
	uint8_t token[COOKIE_TOKEN] = {1}, other[COOKIE_TOKEN] = {2};
	char k[CSRF_K + 1];

	(void)state;
	csrf_make(token, "/login", k);
	assert_int_equal(strlen(k), CSRF_TEXT);
	assert_true(csrf_holds(token, "/login", k));
	assert_false(csrf_holds(other, "/login", k));
	assert_false(csrf_holds(token, "/logout", k));
	assert_false(csrf_holds(token, "/login", ""));
	assert_string_equal(csrf_says(k), "");
	csrf_whose("Anna", k + CSRF_TEXT);
	assert_true(csrf_holds(token, "/login", k));
	assert_false(csrf_holds(other, "/login", k));
	assert_string_equal(csrf_says(k), k + CSRF_TEXT);
	k[CSRF_K - 1] = '\0';
	assert_false(csrf_holds(token, "/login", k));
	k[CSRF_TEXT] = '\0';
	k[0] = k[0] == 'A' ? 'B' : 'A';
	assert_false(csrf_holds(token, "/login", k));
}

static void test_a_form_came_from_here(void **state)
{
	static const char own[] = "https://kring.goes.example";

	(void)state;
	assert_true(csrf_same_site("same-origin", NULL, own));
	assert_true(csrf_same_site("same-origin", "null", own));
	assert_false(csrf_same_site("same-site", own, own));
	assert_false(csrf_same_site("cross-site", own, own));
	assert_false(csrf_same_site("none", own, own));
	assert_false(csrf_same_site("", own, own));
	assert_true(csrf_same_site(NULL, own, own));
	assert_false(csrf_same_site(NULL, "null", own));
	assert_false(csrf_same_site(NULL, "https://kring.goes.example.evil", own));
	assert_false(csrf_same_site(NULL, NULL, own));
	assert_false(csrf_same_site(NULL, "", ""));
}

/* ---- routes ---- */

static void opened(struct visit *v)
{
	(void)v;
}

static const struct route table[] = {
	{false, "/", ROUTE_SIGNED_IN, NULL, 0, opened},
	{false, "/login", ROUTE_OPEN, NULL, 0, opened},
	{true, "/login", ROUTE_OPEN, NULL, 0, opened},
	{false, "/r/REF", ROUTE_SIGNED_IN, NULL, 0, opened},
	{true, "/r/REF/ACT", ROUTE_SIGNED_IN, NULL, 0, opened},
};

static const struct route *found(bool post, const char *path, bool *other)
{
	struct form_path p;

	assert_true(form_path(&p, path));
	return route_find(table, sizeof table / sizeof table[0], post, &p, other);
}

static void test_an_address_has_one_row(void **state)
{
	struct form_path p;
	bool other;

	(void)state;
	assert_ptr_equal(found(false, "/", &other), &table[0]);
	assert_ptr_equal(found(true, "/login", &other), &table[2]);
	assert_ptr_equal(found(false, "/r/X", &other), &table[3]);
	assert_ptr_equal(found(true, "/r/X/accept", &other), &table[4]);
	assert_null(found(true, "/", &other));
	assert_true(other);
	assert_null(found(false, "/logi", &other));
	assert_false(other);
	assert_null(found(false, "/login/x", &other));
	assert_null(found(false, "/r", &other));
	assert_true(form_path(&p, "/r/ABC/accept"));
	assert_string_equal(route_word(&table[4], &p, "REF"), "ABC");
	assert_string_equal(route_word(&table[4], &p, "ACT"), "accept");
	assert_string_equal(route_word(&table[4], &p, "NO"), "");
}

/* ---- what is kept between a form and the page after it ---- */

static bool is_kept(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *path,
		    const char *id, const char *want)
{
	struct span body, reply;

	return formkept_find(k, token, path, id, &body, &reply) && body.len == strlen(want) &&
	       memcmp(body.p, want, body.len) == 0 && reply.len == 2 && reply.p[0] == 'r';
}

static const char *keep(struct formkept *k, const uint8_t token[COOKIE_TOKEN], const char *path,
			const char *body, char id[KEPT_ID + 1])
{
	assert_int_equal(formkept_put(k, token,
				      &(struct kept_form){path, span_of(body, strlen(body)),
							  span_of("rr", 2)},
				      id),
			 ERR_OK);
	return id;
}

static void test_a_form_comes_back_to_its_session(void **state)
{
	static const uint8_t one[COOKIE_TOKEN] = {1}, two[COOKIE_TOKEN] = {2};
	char id[KEPT_ID + 1], own[KEPT_OWN + 1][KEPT_ID + 1], path[KEPT_PATH + 1];
	struct formkept *k;

	(void)state;
	assert_int_equal(formkept_create(&k), ERR_OK);
	keep(k, one, "/r/A/ask", "text=a", id);
	assert_true(is_kept(k, one, "/r/A/ask", id, "text=a"));
	assert_true(is_kept(k, one, "/r/A/ask", id, "text=a"));
	assert_false(is_kept(k, two, "/r/A/ask", id, "text=a"));
	assert_false(is_kept(k, one, "/r/B/ask", id, "text=a"));
	assert_false(is_kept(k, one, "/r/A/ask", "0000000000000000", "text=a"));
	/* its own oldest gives way, and nobody else's */
	for (size_t i = 0; i <= KEPT_OWN; i++)
		keep(k, two, "/r/A/ask", "text=b", own[i]);
	assert_true(is_kept(k, one, "/r/A/ask", id, "text=a"));
	assert_false(is_kept(k, two, "/r/A/ask", own[0], "text=b"));
	for (size_t i = 1; i <= KEPT_OWN; i++)
		assert_true(is_kept(k, two, "/r/A/ask", own[i], "text=b"));
	formkept_drop(k, two);
	assert_false(is_kept(k, two, "/r/A/ask", own[KEPT_OWN], "text=b"));
	assert_true(is_kept(k, one, "/r/A/ask", id, "text=a"));
	/* when all places are taken the oldest of all goes */
	for (int i = 0; i < KEPT_FORMS; i++) {
		const uint8_t other[COOKIE_TOKEN] = {3, (uint8_t)i};

		keep(k, other, "/r/A/ask", "text=c", own[0]);
		assert_true(is_kept(k, other, "/r/A/ask", own[0], "text=c"));
	}
	assert_false(is_kept(k, one, "/r/A/ask", id, "text=a"));
	memset(path, 'a', sizeof path - 1);
	path[KEPT_PATH] = '\0';
	path[0] = '/';
	assert_int_equal(formkept_put(k, one,
				      &(struct kept_form){path, span_of("a", 1), span_of("rr", 2)},
				      id),
			 ERR_LIMIT);
	formkept_free(k);
}

/* What came too late is its person's, whichever session asks, and nobody else's. */
static void test_a_form_comes_back_to_its_person(void **state)
{
	static const uint8_t over[COOKIE_TOKEN] = {1}, anew[COOKIE_TOKEN] = {2},
			     other[COOKIE_TOKEN] = {3};
	static const uint8_t unknown[COOKIE_TOKEN] = {4};
	const struct kept_form form = {"/c/A/note", span_of("text=a", 6), span_of("rr", 2)};
	char id[KEPT_ID + 1], k_of[CSRF_TEXT + 1], anna[KEPT_PERSON], dirk[KEPT_PERSON];
	struct formkept *k;

	(void)state;
	csrf_whose("anna", anna);
	csrf_whose("dirk", dirk);
	assert_int_equal(formkept_create(&k), ERR_OK);
	formkept_signed_in(k, over, "anna");
	formkept_signed_in(k, other, "dirk");
	formkept_signed_in(k, unknown, "");
	assert_string_equal(formkept_person(k, over), anna);
	assert_string_equal(formkept_person(k, unknown), "");
	csrf_make(over, "/c/A/note", k_of);
	assert_string_equal(formkept_whose(k, "/c/A/note", k_of), anna);
	assert_string_equal(formkept_whose(k, "/c/B/note", k_of), "");
	csrf_make(unknown, "/c/A/note", k_of);
	assert_string_equal(formkept_whose(k, "/c/A/note", k_of), "");
	assert_int_equal(formkept_put_for(k, anna, &form, id), ERR_OK);
	formkept_signed_in(k, anew, "anna");
	assert_true(is_kept(k, anew, "/c/A/note", id, "text=a"));
	assert_true(is_kept(k, over, "/c/A/note", id, "text=a"));
	assert_false(is_kept(k, other, "/c/A/note", id, "text=a"));
	assert_false(is_kept(k, unknown, "/c/A/note", id, "text=a"));
	assert_string_equal(formkept_path(k, anew, id), "/c/A/note");
	assert_null(formkept_path(k, other, id));
	assert_null(formkept_path(k, anew, "0000000000000000"));
	/* forms that came too late are counted by their person: another one's never give way to them */
	for (unsigned i = 0; i < KEPT_OWN + 2; i++) {
		char late[KEPT_ID + 1];

		assert_int_equal(formkept_put_for(k, dirk, &form, late), ERR_OK);
	}
	assert_true(is_kept(k, anew, "/c/A/note", id, "text=a"));
	/* whoever signed in longest ago is forgotten */
	for (unsigned i = 0; i < LIMIT_SESSIONS - 1; i++) {
		const uint8_t more[COOKIE_TOKEN] = {5, (uint8_t)i};

		formkept_signed_in(k, more, "bea");
	}
	assert_string_equal(formkept_person(k, over), "");
	assert_string_equal(formkept_person(k, other), "");
	assert_string_equal(formkept_person(k, anew), anna);
	formkept_free(k);
}

/* Of a session that is not known here: only who signs in at that browser and is that person finds it, and the places of others stay. */
static void test_a_form_of_an_unknown_session_waits_for_its_browser(void **state)
{
	static const uint8_t browser[COOKIE_TOKEN] = {1}, other[COOKIE_TOKEN] = {2},
			     anew[COOKIE_TOKEN] = {3}, dirks[COOKIE_TOKEN] = {4};
	const struct kept_form form = {"/c/A/note", span_of("text=a", 6), span_of("rr", 2)};
	char id[KEPT_ID + 1], known[KEPT_ID + 1], more[KEPT_ID + 1];
	char anna[KEPT_PERSON], says[KEPT_PERSON];
	struct formkept *k;

	(void)state;
	csrf_whose("anna", anna);
	csrf_page_of(anna, "/c/B/note", says); /* of another form: it is not shown here */
	assert_int_equal(formkept_create(&k), ERR_OK);
	formkept_signed_in(k, anew, "anna");
	assert_int_equal(formkept_put_unknown(k, browser, says, &form, id), ERR_OK);
	formkept_claim(k, browser, anew, id);
	assert_null(formkept_path(k, anew, id));
	formkept_free(k);
	csrf_page_of(anna, "/c/A/note", says);
	assert_int_equal(formkept_create(&k), ERR_OK);
	formkept_signed_in(k, anew, "anna");
	formkept_signed_in(k, dirks, "dirk");
	assert_int_equal(formkept_put_for(k, anna, &form, known), ERR_OK);
	assert_int_equal(formkept_put_unknown(k, browser, says, &form, id), ERR_OK);
	assert_false(is_kept(k, anew, "/c/A/note", id, "text=a"));
	assert_false(is_kept(k, browser, "/c/A/note", id, "text=a"));
	formkept_claim(k, other, anew, id);
	assert_null(formkept_path(k, anew, id));
	formkept_claim(k, browser, dirks, id);
	assert_null(formkept_path(k, dirks, id));
	assert_null(formkept_path(k, anew, id));
	formkept_claim(k, browser, anew, id);
	assert_true(is_kept(k, anew, "/c/A/note", id, "text=a"));
	assert_false(is_kept(k, dirks, "/c/A/note", id, "text=a"));
	for (unsigned i = 0; i < 2 * KEPT_FORMS; i++)
		assert_int_equal(formkept_put_unknown(k, other, says, &form, more), ERR_OK);
	assert_true(is_kept(k, anew, "/c/A/note", id, "text=a"));
	assert_true(is_kept(k, anew, "/c/A/note", known, "text=a"));
	formkept_claim(k, other, anew, more);
	assert_true(is_kept(k, anew, "/c/A/note", more, "text=a"));
	formkept_free(k);
}

/* Signs that may not stand in a text are left out, a text that is too long stays, and what is no field is still none. */
static void test_what_was_typed_can_be_shown_again(void **state)
{
	static const struct {
		const char *body, *name, *story;
	} all[] = {
		{"name=a%01b%E2%80%AEc", "abc", ""},
		{"name=%01%02%7F", "", ""},
		{"name=a%FFb%0A", "ab", ""},
		{"name=123456789012345678901", "123456789012345678901", ""},
		{"name=x&story=een%0D%0Atwee%01%00", NULL, NULL},
		{"name=x&story=een%0D%0Atwee%01.", "x", "een\ntwee."},
		{"name=x&other=y", NULL, NULL},
		{"name=x&name=y", NULL, NULL},
		{"name=x&n=1x", "x", ""},
	};
	struct arena a;

	(void)state;
	assert_int_equal(arena_create(&a, 65536), ERR_OK);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct form f;
		const enum err rc = form_typed(&f, fields, 4,
					       span_of(all[i].body, strlen(all[i].body)), &a);

		assert_int_equal(rc, all[i].name == NULL ? ERR_MALFORMED : ERR_OK);
		if (rc != ERR_OK)
			continue;
		assert_string_equal(form_value(&f, "name"), all[i].name);
		assert_string_equal(form_value(&f, "story"), all[i].story);
		assert_string_equal(form_value(&f, "n"), "");
	}
	arena_free(&a);
}

/* ---- addresses ---- */

static void test_an_address_is_what_the_proxy_wrote(void **state)
{
	static const struct {
		const char *one, *other;
		bool same;
	} all[] = {
		{"10.0.0.1", "10.0.0.1", true},
		{"10.0.0.1", "10.0.0.2", false},
		{"10.0.0.2, 10.0.0.1", "10.0.0.1", true},
		{"10.0.0.2,10.0.0.1 ", "10.0.0.1", true},
		{"2001:db8:1:2::9", "2001:db8:1:2:ffff::1", true},
		{"2001:db8:1:2::9", "2001:db8:1:3::9", false},
		{"10.0.0.1", "::ffff:10.0.0.1", false},
		{"", NULL, true},
		{"unknown", "10.0.0.1:80", true},
		{"10.0.0.1, x y", "10.0.0.1, ", true},
		{"10.0.0.1, 00000000000000000000000000000000000000000000000000000000", "_hidden",
		 true},
	};
	const struct door_from none = door_from(false, "10.0.0.1");

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		const struct door_from one = door_from(true, all[i].one);
		const struct door_from other = door_from(true, all[i].other);

		assert_int_equal(door_same(&one, &other), all[i].same);
		assert_false(door_same(&none, &one));
	}
	assert_false(door_same(&none, &none));
}

static void test_an_address_is_shut_for_a_minute(void **state)
{
	const struct door_from one = door_from(true, "10.0.0.1"),
			       other = door_from(true, "10.0.0.2");
	const struct door_from none = door_from(false, NULL);
	struct tries *t;
	uint64_t now = 5000;

	(void)state;
	assert_int_equal(tries_create(&t), ERR_OK);
	for (unsigned i = 0; i < LIMIT_TRIES; i++, now += 1000) {
		assert_false(tries_shut(t, &one, now));
		tries_note(t, &one, now);
		tries_note(t, &none, now);
	}
	assert_true(tries_shut(t, &one, now));
	assert_false(tries_shut(t, &other, now));
	assert_false(tries_shut(t, &none, now));
	/* until the first of them is a minute old */
	assert_true(tries_shut(t, &one, 5000 + LIMIT_TRIES_MS - 1));
	assert_false(tries_shut(t, &one, 5000 + LIMIT_TRIES_MS));
	tries_note(t, &one, 5000 + LIMIT_TRIES_MS);
	assert_true(tries_shut(t, &one, 5000 + LIMIT_TRIES_MS));
	/* the address that failed longest ago gives way */
	for (unsigned i = 0; i < LIMIT_TRIES_KNOWN; i++) {
		char text[32];
		struct door_from from;

		(void)snprintf(text, sizeof text, "10.1.%u.%u", i / 200, i % 200);
		from = door_from(true, text);
		tries_note(t, &from, 100000 + i);
	}
	assert_false(tries_shut(t, &one, 5000 + LIMIT_TRIES_MS));
	tries_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_text_stays_a_text),
		cmocka_unit_test(test_a_segment_leads_nowhere_else),
		cmocka_unit_test(test_a_page_has_an_end),
		cmocka_unit_test(test_a_form_comes_back_to_its_session),
		cmocka_unit_test(test_a_form_comes_back_to_its_person),
		cmocka_unit_test(test_a_form_of_an_unknown_session_waits_for_its_browser),
		cmocka_unit_test(test_what_was_typed_can_be_shown_again),
		cmocka_unit_test(test_an_address_is_what_the_proxy_wrote),
		cmocka_unit_test(test_an_address_is_shut_for_a_minute),
		cmocka_unit_test(test_a_page_escapes_what_it_shows),
		cmocka_unit_test(test_a_form_is_its_table),
		cmocka_unit_test(test_a_form_over_its_arena_is_refused),
		cmocka_unit_test(test_a_path_is_decoded_once),
		cmocka_unit_test(test_a_token_is_written_one_way),
		cmocka_unit_test(test_a_form_is_of_a_person_and_an_address),
		cmocka_unit_test(test_a_form_came_from_here),
		cmocka_unit_test(test_an_address_has_one_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
