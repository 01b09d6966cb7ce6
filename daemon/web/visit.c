/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * In this order: is it a request of ours, of which page, from a form of ours, does the form fit, is anybody signed in.  Only then is
 * core asked, which decides all else.
 *
 *	what core says				what the browser gets
 *	nothing, or too late			503: the node does not answer
 *	node-locked				503: locked
 *	session-over, session-missing		to /login, and its cookie is gone
 *	staff-no-right				404, as if the page were not there
 *	anything else				the page's own answer
 */
#include "web/visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits_screens.h"
#include "base/rng.h"
#include "client/words/refusal.h"
#include "client/words/words.h"
#include "crypto/hash.h"

enum {
	ARENA = 4 * 1024 * 1024,
	TEXT = 2048,
	KEY = 64,
	HERE = 200, /* as much as the field of the page behind it takes */
	ONCE = 16,  /* bytes of what core knows a request by, and of its text in a form */
	ONCE_TEXT = 2 * ONCE,
	OK = 200,
	NOTHING = 204, /* to a script: it does not come again */
	SEE_OTHER = 303,
	BAD_REQUEST = 400,
	FORBIDDEN = 403,
	NOT_FOUND = 404,
	NOT_ALLOWED = 405,
	TOO_LARGE = 413,
	NO_ANSWER = 503,
	SECOND_MS = 1000,
	MOST = 99,
	/* the letters from "à" to "þ", as UTF-8 has them */
	LATIN = 0xc3,
	LATIN_FIRST = 0xa0,
	LATIN_LAST = 0xbe,
	LATIN_SIGN = 0xb7 /* between them: no letter */
};

static_assert(ARENA >= 2 * LIMIT_CONTROL, "a reply and what is made of it");

static bool is(const char *code, const char *other)
{
	return strcmp(code, other) == 0;
}

/* ---- answers ---- */

/* A line of a cookie that was written, or no header. */
static const char *set(const char *line)
{
	return line[0] == '\0' ? NULL : line;
}

static void wipe(struct visit *v)
{
	out_free(&v->page);
	arena_free(&v->a);
	explicit_bzero(v, sizeof *v);
	free(v);
}

/* The end of every visit: answered, wiped, gone. */
static void finish(struct visit *v, struct http_reply *r)
{
	r->cookie = set(v->cookie);
	r->cookie_too = set(v->cookie_too);
	http_answer(v->ask, r);
	wipe(v);
}

/* Half a page is no page: when it did not fit, or a text of it did not, there is an empty answer. */
static void show(struct visit *v, unsigned status, const char *type)
{
	struct http_reply r = {.status = status, .type = type};

	r.body = span_of(v->page.p, v->page.len);
	if (v->page.failed || v->a.failed)
		r = (struct http_reply){.status = NO_ANSWER, .type = NULL};
	finish(v, &r);
}

void visit_show(struct visit *v, unsigned status)
{
	show(v, status, "text/html; charset=utf-8");
}

void visit_text(struct visit *v, unsigned status)
{
	show(v, status, "text/plain; charset=utf-8");
}

void visit_go(struct visit *v, const char *to)
{
	require(to[0] == '/');
	finish(v, &(struct http_reply){.status = SEE_OTHER, .location = to});
}

void visit_word(struct visit *v, unsigned status, const char *word)
{
	finish(v, &(struct http_reply){.status = status,
				       .type = "text/plain; charset=utf-8",
				       .body = span_of(word, strlen(word))});
}

struct http_stream *visit_stream(struct visit *v, const struct http_reply *r,
				 const struct http_flow *flow)
{
	return http_stream(v->ask, r, flow);
}

void visit_left(struct visit *v)
{
	wipe(v);
}

enum list_lang visit_speaks(const struct visit *v, const char *tag)
{
	for (unsigned i = 0; i < LIST_LANGS; i++)
		if (strncmp(tag, list_langs[i], 2) == 0 && (tag[2] == '\0' || tag[2] == '-'))
			return (enum list_lang)i;
	return v->lang;
}

const char *visit_keep(struct visit *v, const char *text)
{
	const char *kept = arena_text(&v->a, text);

	return kept == NULL ? "" : kept;
}

const char *visit_say(struct visit *v, enum list_id list, const char *code,
		      const struct fill *values)
{
	char text[TEXT];

	require(list_has(list, code));
	return visit_keep(v, fill_text(text, sizeof text, list_text(list, v->lang, code), values,
				       words_plural(v->lang)));
}

static void show_notice(struct visit *v)
{
	char title[KEY];

	(void)snprintf(title, sizeof title, "%s-title", v->key);
	v->f.title = list_text(LIST_WEB, v->lang, title);
	page_notice(
		&v->page, v->lang,
		&(struct page_notice){&v->f, list_text(LIST_WEB, v->lang, v->key),
				      list_text(LIST_WEB, v->lang,
						v->status == NO_ANSWER ? "again" : "to-start")});
	visit_show(v, v->status);
}

/* Also what is said to whoever is not signed in.  Where core does not answer, or is not to be asked, there is no menu either. */
void visit_notice(struct visit *v, unsigned status, const char *key)
{
	v->status = status;
	v->key = key;
	if (status == NO_ANSWER || (v->seen->refused != 0 && status != TOO_LARGE))
		show_notice(v);
	else
		visit_framed(v, show_notice);
}

const char *visit_capital(struct visit *v, const char *text)
{
	char *s = arena_text(&v->a, text);

	if (s == NULL)
		return "";
	if (s[0] >= 'a' && s[0] <= 'z')
		s[0] = (char)(s[0] - 'a' + 'A');
	/* "état", "öffnen": two bytes */
	if ((uint8_t)s[0] == LATIN && (uint8_t)s[1] >= LATIN_FIRST && (uint8_t)s[1] <= LATIN_LAST &&
	    (uint8_t)s[1] != LATIN_SIGN)
		s[1] = (char)(s[1] - ('a' - 'A'));
	return s;
}

/* A row of refusals begins with a small letter and has no point, because the command line puts words around it. */
static const char *sentence(struct visit *v, const char *text)
{
	const size_t n = strlen(text);
	char out[TEXT];

	if (n == 0)
		return "";
	(void)snprintf(out, sizeof out, "%s%s", text,
		       strchr(".?!", text[n - 1]) == NULL ? "." : "");
	return visit_capital(v, out);
}

void visit_wrong(struct visit *v, struct msg *reply)
{
	char here[HERE];

	refusal_screen(v->lang, msg_text(reply, REPLY_COUNTRY), &v->a, reply);
	v->f.wrong = visit_capital(v, msg_text(reply, REPLY_WHAT));
	v->f.why = sentence(v, msg_text(reply, REPLY_WHY));
	v->f.remedy = sentence(v, msg_text(reply, REPLY_REMEDY));
	if (is(msg_text(reply, REPLY_CODE), "step-up-needed")) {
		(void)snprintf(here, sizeof here, "%.120s%s%.60s", v->seen->path,
			       v->seen->query[0] == '\0' ? "" : "?", v->seen->query);
		v->f.proof = visit_keep(v, here);
	}
	v->f.no_passkey = is(msg_text(reply, REPLY_CODE), "step-up-passkey");
}

/* Drawn here, because it says nothing of anybody: only that form and cookie came from the same page. */
const char *visit_before(struct visit *v, const char *path)
{
	char k[CSRF_TEXT + 1];

	if (!v->has_before) {
		rng_fill(v->before, sizeof v->before);
		v->has_before = true;
		cookie_line(v->cookie_too, COOKIE_BEFORE, v->before);
	}
	csrf_make(v->before, path, k);
	return visit_keep(v, k);
}

const char *visit_k(struct visit *v, const char *path)
{
	char k[CSRF_K + 1], whose[CSRF_TEXT + 1];

	require(v->route->who != ROUTE_OPEN);
	csrf_make(v->token, path, k);
	if (v->staff != NULL && v->staff[0] != '\0') {
		csrf_whose(v->staff, whose);
		csrf_page_of(whose, path, k + CSRF_TEXT);
	}
	return visit_keep(v, k);
}

const char *visit_many(uint64_t n, char out[VISIT_MANY])
{
	out[0] = '\0';
	if (n != 0)
		(void)snprintf(out, VISIT_MANY, "%u%s", n > MOST ? MOST : (unsigned)n,
			       n > MOST ? "+" : "");
	return out;
}

const char *visit_once(struct visit *v)
{
	uint8_t number[ONCE];
	char text[ONCE_TEXT + 1];

	if (v->once != NULL)
		return v->once;
	rng_fill(number, sizeof number);
	bytes_hex(text, number, sizeof number);
	return visit_keep(v, text);
}

/* ---- core ---- */

/* The number that the page was drawn with, together with all that is sent: the same form twice is one act, and another text in a form
 * that a browser kept is another act and not taken for the first.  A page whose number is not known is none of ours, and counts each time. */
static void put_once(struct visit *v, struct msg *m)
{
	struct id32 number = {{0}}, once;

	static_assert(ONCE <= sizeof number.b, "the number is the key");
	if (!v->route->post || v->route->who == ROUTE_OPEN ||
	    !bytes_unhex(number.b, ONCE, form_value(&v->form, "i")))
		return;
	hash_mac(&number, v->seen->body, &once);
	msg_set_bytes(&v->a, m, REQUEST_REQUEST_ID, span_of(once.b, ONCE));
}

/* The token goes with every question, and core looks at it anew each time. */
struct msg *visit_request(struct visit *v)
{
	struct msg *m = msg_new(&v->a, MSG_REQUEST);

	msg_set_u64(m, REQUEST_VERSION, 1);
	if (v->route->who != ROUTE_OPEN)
		msg_set_bytes(&v->a, m, REQUEST_SESSION, span_of(v->token, sizeof v->token));
	put_once(v, m);
	return m;
}

/* Seconds, so that the clock of whoever reads it does not count; "": nobody is signed in. */
static const char *ends(struct visit *v, const struct msg *reply)
{
	const uint64_t until = msg_u64(reply, REPLY_SESSION_UNTIL_MS), now = clock_wall_ms();
	char text[24];

	if (until <= now)
		return "";
	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)((until - now) / SECOND_MS));
	return visit_keep(v, text);
}

/* By its first answer: what the others say is as new, or newer. */
static const char *now(struct visit *v)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)*v->site->now);
	return visit_keep(v, text);
}

/* Who it is stands on each page, and how long still. */
static void fill_frame(struct visit *v, const struct msg *reply)
{
	char n[VISIT_MANY];

	/* once some of a page was not readable the page says so, whichever of its questions that was */
	v->f.damaged = v->f.damaged || msg_count(reply, REPLY_DAMAGE) != 0;
	/* a refusal names nobody; who it is was said before */
	if (msg_text(reply, REPLY_SIGNED_IN)[0] == '\0')
		return;
	if (v->route->who == ROUTE_OPEN)
		return;
	/* with the first answer: a page that has a field for the words takes them from there afterwards */
	if (v->f.who == NULL) {
		v->f.now = now(v);
		v->site->typed(v);
	}
	v->f.ends = ends(v, reply);
	v->f.who = visit_keep(v, msg_text(reply, REPLY_SIGNED_IN));
	v->staff = visit_keep(v, msg_text(reply, REPLY_SIGNED_IN_ID));
	if (formkept_person(v->site->kept, v->token)[0] == '\0')
		formkept_signed_in(v->site->kept, v->token, v->staff);
	if (msg_text(reply, REPLY_OWN_ORG)[0] != '\0')
		v->f.org_line = visit_say(v, LIST_WEB, "works-for",
					  FILL({"org", msg_text(reply, REPLY_OWN_ORG), 0}));
	v->f.out_k = visit_k(v, "/logout");
	v->f.waits = visit_keep(v, visit_many(msg_u64(reply, REPLY_WAITS), n));
	v->f.waits_answer = visit_keep(v, visit_many(msg_u64(reply, REPLY_WAITS_ANSWER), n));
	v->f.reads = msg_u64(reply, REPLY_READS_ONLY) != 0;
	/* core counts for whoever sees cases: to all others no address of the menu leads anywhere */
	v->f.apart = !msg_has(reply, REPLY_WAITS);
}

/* Core would refuse what is sent from there, when all of it is typed. */
bool visit_only_reads(struct visit *v)
{
	require(v->route->who == ROUTE_SIGNED_IN && v->page.len == 0);
	if (!v->f.reads)
		return false;
	v->f = (struct page_frame){.lang = v->f.lang};
	visit_notice(v, NOT_FOUND, "missing");
	return true;
}

/* What was typed is not lost with the answer. */
static void unheard(struct visit *v, const char *notice)
{
	if (v->route->post && v->site->lost(v, VISIT_UNHEARD))
		return;
	visit_notice(v, NO_ANSWER, notice);
}

static void over(struct visit *v)
{
	cookie_line(v->cookie, COOKIE_SESSION, NULL);
	if (!v->site->lost(v, VISIT_OVER)) /* of a form with fields it is said that it is gone */
		visit_go(v, v->route->post && v->route->field_count != 0 ? "/login?e=typed-lost"
									 : "/login?e=session-over");
}

/* By the table above; whatever is not in it is the page's own affair. */
static void on_reply(void *ctx, enum err rc, struct span bytes)
{
	struct visit *v = ctx;
	struct err_text why = {""};
	struct msg *reply = NULL;
	const char *code;

	if (rc == ERR_OK)
		rc = msg_parse(&v->a, MSG_REPLY, bytes, &reply, &why);
	if (v->route->who == ROUTE_SCRIPT &&
	    (rc != ERR_OK || msg_text(reply, REPLY_CODE)[0] != '\0')) {
		visit_word(v, NOTHING, "");
		return;
	}
	if (rc != ERR_OK) {
		unheard(v, "silent");
		return;
	}
	code = msg_text(reply, REPLY_CODE);
	if (is(code, "node-locked")) {
		unheard(v, "locked");
	} else if (v->route->who != ROUTE_OPEN &&
		   (is(code, "session-over") || is(code, "session-missing"))) {
		aside_forget(v->site->aside, v->token);
		over(v);
	} else if (is(code, "staff-no-right")) {
		visit_notice(v, NOT_FOUND, "missing");
	} else {
		fill_frame(v, reply);
		v->told(v, reply);
	}
}

void visit_ask(struct visit *v, struct msg *request, visit_told told)
{
	struct span packed = span_of(NULL, 0);
	enum err rc = request == NULL ? ERR_NOMEM : msg_pack(&v->a, request, &packed);

	require(told != NULL);
	v->told = told;
	if (rc == ERR_OK)
		rc = webline_ask(v->site->line, packed, on_reply, v);
	if (rc != ERR_OK)
		unheard(v, "silent");
}

/* Of an answer that says nobody, none is taken. */
static void on_framed(void *ctx, enum err rc, struct span bytes)
{
	struct visit *v = ctx;
	struct err_text why = {""};
	struct msg *reply;

	if (rc == ERR_OK && msg_parse(&v->a, MSG_REPLY, bytes, &reply, &why) == ERR_OK)
		fill_frame(v, reply);
	v->then(v);
}

/* Core is asked the least that it says to everybody who is signed in.  What was refused may have been a form: its number is not for this. */
void visit_framed(struct visit *v, void (*then)(struct visit *v))
{
	static const struct route words = {.pattern = "", .who = ROUTE_SIGNED_IN};
	struct span packed = span_of(NULL, 0);
	struct msg *m;
	enum err rc;

	require(then != NULL && v->page.len == 0);
	v->then = then;
	if (!v->signed_in || (v->f.who != NULL && v->f.who[0] != '\0')) {
		then(v);
		return;
	}
	v->route = &words;
	m = visit_request(v);
	(void)msg_sub(&v->a, m, REQUEST_SESSION_LIST);
	rc = m == NULL ? ERR_NOMEM : msg_pack(&v->a, m, &packed);
	if (rc == ERR_OK)
		rc = webline_ask(v->site->line, packed, on_framed, v);
	if (rc != ERR_OK)
		then(v);
}

void visit_ask_id(struct visit *v, unsigned command, const char *id, visit_told told)
{
	struct msg *m = visit_request(v);

	require(id != NULL);
	msg_set_text(&v->a, msg_sub(&v->a, m, command), BY_ID_ID, id);
	visit_ask(v, m, told);
}

/* ---- the request ---- */

/* The first of the browser's languages that there is; Dutch for all others. */
static enum list_lang language_of(const char *header)
{
	for (const char *p = header; p != NULL && *p != '\0';) {
		p += strspn(p, " ,");
		for (unsigned i = 0; i < LIST_LANGS; i++)
			if (strncmp(p, list_langs[i], 2) == 0 && strchr("-,; ", p[2]) != NULL)
				return (enum list_lang)i;
		p += strcspn(p, ",");
	}
	return LIST_NL;
}

/* Of our own making, so that a name that is not there was never on a page. */
static void give_file(struct visit *v)
{
	for (size_t i = 0; i < PAGE_ASSETS; i++)
		if (is(v->path.segment[1], page_assets[i].name)) {
			finish(v, &(struct http_reply){
					  .status = OK,
					  .type = page_assets[i].type,
					  .body = span_of(page_assets[i].bytes, page_assets[i].len),
					  .forever = true,
					  .gzip = true});
			return;
		}
	visit_notice(v, NOT_FOUND, "missing");
}

typedef enum err (*form_reader)(struct form *f, const struct form_field *fields, size_t count,
				struct span body, struct arena *a);

static bool read_by(struct visit *v, form_reader read, struct form *out,
		    const struct form_field *fields, size_t count, struct span body)
{
	struct form_field *all = arena_alloc(&v->a, (count + 2) * sizeof *all);

	require(count + 2 <= FORM_FIELDS);
	if (all == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		all[i] = fields[i];
	all[count] = (struct form_field){"k", FORM_CODE, CSRF_K, true};
	all[count + 1] = (struct form_field){"i", FORM_CODE, ONCE_TEXT, false};
	return read(out, all, count + 2, body, &v->a) == ERR_OK;
}

bool visit_typed(struct visit *v, struct form *out, const struct form_field *fields, size_t count,
		 struct span body)
{
	return read_by(v, form_typed, out, fields, count, body);
}

/* The fields of the page; of a form also k, which is whose and where it was, and i, which one of several equal ones. */
static bool read_form(struct visit *v)
{
	const struct route *r = v->route;
	const struct span query = span_of(v->seen->query, strlen(v->seen->query));

	if (r->post)
		return read_by(v, form_read, &v->form, r->fields, r->field_count, v->seen->body);
	return form_read(&v->form, r->fields, r->field_count, query, &v->a) == ERR_OK;
}

/* What people type; the others are of the page.  A number that has a name for people is theirs. */
static bool is_typed(const struct route *r, const char *field)
{
	char key[KEY];

	(void)snprintf(key, sizeof key, "field-%.40s", field);
	for (size_t i = 0; i < r->field_count; i++)
		if (is(r->fields[i].name, field))
			return r->fields[i].kind == FORM_NUMBER ? list_has(LIST_WEB, key)
								: r->fields[i].kind != FORM_CODE;
	return false;
}

/* A form with all its fields, of which one holds what it may not: somebody pasted it, and cannot see it. */
static bool read_odd(struct visit *v)
{
	const struct route *r = v->route;
	const char *flaw = v->form.flaw;

	if (!r->post || flaw == NULL || !is_typed(r, flaw) ||
	    !visit_typed(v, &v->form, r->fields, r->field_count, v->seen->body))
		return false;
	v->odd = flaw;
	return true;
}

/* Before anybody is signed in a form belongs to the cookie of its page, afterwards to the session. */
static bool of_token(const struct visit *v)
{
	const bool open = v->route->who == ROUTE_OPEN;
	const uint8_t *token = open ? v->before : v->token;

	return (open ? v->has_before : v->signed_in) &&
	       csrf_holds(token, v->seen->path, form_value(&v->form, "k"));
}

/* Of another session, or of nobody's. */
static void not_ours(struct visit *v, bool same_site)
{
	if (v->route->who == ROUTE_SIGNED_IN && (!v->route->post || same_site) &&
	    v->site->lost(v, VISIT_EARLIER))
		return;
	if (v->route->who == ROUTE_SIGNED_IN && !v->signed_in)
		visit_go(v, "/login");
	else
		visit_notice(v, FORBIDDEN, same_site ? "other" : "foreign");
}

/* Whether it may be acted on; if not, the visit is over. */
static bool ours(struct visit *v)
{
	const bool same_site = csrf_same_site(v->seen->fetch_site, v->seen->origin,
					      v->site->origin);
	const bool in = v->route->who == ROUTE_OPEN || v->signed_in;

	if (in && (!v->route->post || (same_site && of_token(v))))
		return true;
	not_ours(v, same_site);
	return false;
}

/* One with an odd field is not acted on: it comes back, or is none of a page. */
static void open_ours(struct visit *v)
{
	if (v->odd == NULL)
		v->route->open(v);
	else if (!v->site->lost(v, VISIT_ODD))
		visit_notice(v, BAD_REQUEST, "refused");
}

/* The form is read before it is known to be ours, because it holds what shows that; nothing of it is used until then. */
static void open_page(struct visit *v)
{
	bool other = false;

	v->route = route_find(v->site->routes, v->site->count, v->seen->post, &v->path, &other);
	if (v->route == NULL)
		visit_notice(v, other ? NOT_ALLOWED : NOT_FOUND, other ? "refused" : "missing");
	else if (!read_form(v) && !read_odd(v))
		visit_notice(v, BAD_REQUEST, "refused");
	else if (v->route->who == ROUTE_SCRIPT && !v->signed_in)
		visit_word(v, NOTHING, "");
	else if (ours(v))
		open_ours(v);
}

/* What people meet has words of its own; all else comes from programs. */
static const char *refused_for(unsigned status)
{
	static const struct {
		unsigned status;
		const char *key;
	} words[] = {{413, "large"}, {421, "misdirected"}, {429, "crowded"}};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].status == status)
			return words[i].key;
	return "refused";
}

/* Each refusal ends the visit, so that nothing behind it can be reached by a request that is wrong in front. */
void visit_begin(void *ctx, struct http_ask *ask, const struct http_seen *seen)
{
	struct visit *v = calloc(1, sizeof *v);
	char lang[COOKIE_LANG + 1];

	if (v == NULL || arena_create(&v->a, ARENA) != ERR_OK) {
		free(v);
		http_answer(ask, &(struct http_reply){.status = NO_ANSWER});
		return;
	}
	v->site = ctx;
	v->ask = ask;
	v->seen = seen;
	v->lang = language_of(seen->language);
	cookie_language(seen->cookie, lang);
	for (unsigned i = 0; i < LIST_LANGS; i++)
		if (is(lang, list_langs[i]))
			v->lang = (enum list_lang)i;
	v->f.lang = list_langs[v->lang];
	v->signed_in = cookie_token(seen->cookie, COOKIE_SESSION, v->token);
	v->has_before = cookie_token(seen->cookie, COOKIE_BEFORE, v->before);
	if (seen->refused != 0)
		visit_notice(v, seen->refused, refused_for(seen->refused));
	else if (!form_path(&v->path, seen->path))
		visit_notice(v, NOT_FOUND, "missing");
	else if (v->path.count == 2 && is(v->path.segment[0], "a") && !seen->post)
		give_file(v);
	else
		open_page(v);
}
