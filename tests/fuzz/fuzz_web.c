/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What `web` reads from browsers.  The first byte chooses; the rest is
 *
 *	VISIT	a whole request, through every page: two bytes (flags, what core answers), then a line each for the address, Cookie,
 *		Sec-Fetch-Site, Origin and Accept-Language, then the body
 *	FORM	a body or a query		PATH	an address
 *	COOKIE	a Cookie header			HEADERS	what tells where a form was, and from where it came
 *	PASSKEY	what a browser says of a passkey: five pieces, each with its length in front
 *
 * Beside crashes it checks what is promised: a page is tags of ours and text; an address that a browser is sent to is within these pages; what
 * is let through could have been written by a browser in that way alone.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits_screens.h"
#include "base/text.h"
#include "crypto/foreign.h"
#include "crypto/secret.h"
#include "domain/signin/webauthn.h"
#include "io/http/http.h"
#include "io/http/webline.h"
#include "proto/acts.h"
#include "web/events.h"
#include "web/files/files.h"
#include "web/kept/lost.h"
#include "web/kept/typed.h"
#include "web/site.h"
#include "web/visit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VISIT, FORM, PATH, COOKIE, HEADERS, PASSKEY, CHOICES };

/* A visit has an arena of its own, which costs more than most visits (linked with --wrap).  They come one after the other: this one goes from each
 * to the next, wiped. */
enum err __real_arena_create(struct arena *a, size_t cap);
enum err __wrap_arena_create(struct arena *a, size_t cap);
void __wrap_arena_free(struct arena *a);

static struct arena kept;

enum err __wrap_arena_create(struct arena *a, size_t cap)
{
	if (kept.base == NULL)
		return __real_arena_create(a, cap);
	require(kept.cap == cap);
	*a = kept;
	kept = (struct arena){.base = NULL};
	return ERR_OK;
}

void __wrap_arena_free(struct arena *a)
{
	require(a != NULL && kept.base == NULL);
	arena_reset(a);
	kept = *a;
	a->base = NULL;
}

/* One for all inputs, wiped after each: to make one costs more than most of them. */
static struct arena *memory(void)
{
	static struct arena a;

	if (a.base == NULL)
		require(__real_arena_create(&a, 4u << 20) == ERR_OK);
	return &a;
}

/* Of exactly that size, so that one byte too far is seen. */
static char *text_of(struct span s)
{
	char *text = malloc(s.len + 1);

	require(text != NULL);
	if (s.len != 0)
		memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	return text;
}

/* ---- what a browser gets ---- */

static const char *expect(const char *p, const char *end, bool holds)
{
	require(holds && p < end);
	return p;
}

/* Within these pages: neither another host nor a scheme. */
static bool leads_here(const char *p, size_t n)
{
	if (n == 0 || p[0] == '#')
		return true;
	return p[0] == '/' && (n == 1 || (p[1] != '/' && p[1] != '\\'));
}

/* name="value", behind a blank. */
static const char *pass_attribute(const char *p, const char *end)
{
	const char *name = p, *value, *close;
	size_t n = 0;

	while (p < end && (islower(*p) || *p == '-'))
		p++;
	n = (size_t)(p - name);
	expect(p, end, n > 0 && strncmp(name, "on", 2) != 0 && strncmp(name, "style", 5) != 0);
	if (*p != '=')
		return p;
	expect(p + 1, end, p[1] == '"');
	value = p + 2;
	close = memchr(value, '"', (size_t)(end - value));
	require(close != NULL && memchr(value, '<', (size_t)(close - value)) == NULL);
	if ((n == 4 && strncmp(name, "href", n) == 0) || (n == 3 && strncmp(name, "src", n) == 0) ||
	    (n == 6 && strncmp(name, "action", n) == 0))
		require(leads_here(value, (size_t)(close - value)));
	return close + 1;
}

static const char *pass_tag(const char *p, const char *end)
{
	if (p < end && (*p == '/' || *p == '!'))
		p++;
	expect(p, end, isalpha(*p));
	while (p < end && isalnum(*p))
		p++;
	while (*expect(p, end, true) != '>') {
		if (isspace(*p))
			p++;
		else
			p = pass_attribute(p, end);
	}
	return p + 1;
}

static void look_at_page(struct span page)
{
	const char *p = (const char *)page.p, *end = p + page.len;
	uint32_t c = 0;

	for (size_t i = 0, n; i < page.len; i += n) {
		n = text_next(page.p + i, page.len - i, &c);
		require(n != 0 && (c >= ' ' || c == '\n' || c == '\t') && c != 0x7f);
	}
	while (p < end)
		if (*p == '<') {
			p = pass_tag(p + 1, end);
		} else {
			require(*p != '>');
			p++;
		}
}

/* Where the browser goes next, without what stands behind #. */
static char next_address[LIMIT_URI + 256];
static unsigned answers;

static void look_at_header(const char *value)
{
	for (; value != NULL && *value != '\0'; value++)
		require((uint8_t)*value > 0x1f && *value != 0x7f);
}

void http_answer(struct http_ask *a, const struct http_reply *r)
{
	const char *to = r->location;

	require(a != NULL && r->status >= 200 && r->status < 600);
	answers++;
	look_at_header(r->cookie);
	look_at_header(r->cookie_too);
	next_address[0] = '\0';
	require((r->status == 303) == (to != NULL));
	if (to != NULL) {
		require(to[0] == '/' && leads_here(to, strlen(to)));
		for (const char *p = to; *p != '\0'; p++)
			require(*p > ' ' && *p != '"' && *p != '<');
		(void)snprintf(next_address, sizeof next_address, "%.*s", (int)strcspn(to, "#"),
			       to);
	}
	if (r->type != NULL && strncmp(r->type, "text/html", 9) == 0)
		look_at_page(r->body);
}

/* The line is hung up at once. */
struct http_stream *http_stream(struct http_ask *a, const struct http_reply *r,
				const struct http_flow *flow)
{
	require(a != NULL && r->location == NULL && flow->ended != NULL && flow->ctx != NULL);
	answers++;
	return NULL;
}

bool http_stream_put(struct http_stream *s, struct span bytes)
{
	require(s != NULL && bytes.p != NULL);
	return false;
}

void http_stream_end(struct http_stream *s)
{
	require(s != NULL);
}

void http_stream_fail(struct http_stream *s)
{
	require(s != NULL);
}

/* ---- core ---- */

static struct {
	webline_done done; /* NULL: nothing was asked */
	void *ctx;
	bool dry_run;
} question;
static uint8_t choice;

enum err webline_ask(struct webline *w, struct span request, webline_done done, void *ctx)
{
	struct err_text why;
	struct msg *m;

	require(w != NULL && question.done == NULL);
	/* core ends a line on which something else is said */
	require(msg_parse(memory(), MSG_REQUEST, request, &m, &why) == ERR_OK);
	question.dry_run = msg_u64(m, REQUEST_DRY_RUN) != 0;
	arena_reset(memory());
	question.done = done;
	question.ctx = ctx;
	return ERR_OK;
}

void webline_listen(struct webline *w, webline_changed changed, void *ctx)
{
	require(w != NULL && changed != NULL && ctx != NULL);
}

static const char case_id[] = "0123456789abcdef0123456789abcdef";
static const char hostile[] = "<b onclick=\"x()\" href='javascript:x()'>&amp;//\\ é";
static const uint8_t token[COOKIE_TOKEN] = "who is signed in", before[COOKIE_TOKEN] = "who is not";

static void add_referral(struct arena *a, struct msg *reply)
{
	struct msg *row = msg_add(a, reply, REPLY_REFERRALS), *may;

	msg_set_text(a, row, REFERRAL_ROW_REF, "TBG4-6JSA-Q");
	msg_set_text(a, row, REFERRAL_ROW_CASE_ID, case_id);
	msg_set_text(a, row, REFERRAL_ROW_PARTNER, hostile);
	msg_set_text(a, row, REFERRAL_ROW_NAME, hostile);
	msg_set_text(a, row, REFERRAL_ROW_NEED, "budget");
	msg_set_text(a, row, REFERRAL_ROW_STATE, "offered");
	msg_set_text(a, row, REFERRAL_ROW_NEXT, "us");
	for (unsigned i = 1; i < 64; i++) {
		const struct act *act = act_of((uint16_t)i);

		if (act == NULL || act->command == NULL)
			continue;
		may = msg_add(a, row, REFERRAL_ROW_MAY);
		msg_set_text(a, may, MAY_ROW_ACT, act->code);
		msg_set_text(a, may, MAY_ROW_COMMAND, act->command);
		msg_set_u64(may, MAY_ROW_TAKES, 0xffff);
	}
}

/* Something of all that pages show, whatever was asked. */
static void fill_reply(struct arena *a, struct msg *reply)
{
	struct msg *sub;

	msg_set_text(a, reply, REPLY_SIGNED_IN, hostile);
	msg_set_text(a, reply, REPLY_OWN_ORG, hostile);
	msg_set_text(a, reply, REPLY_ID, case_id);
	if (question.dry_run)
		msg_set_u64(reply, REPLY_DRY_RUN, 1);
	sub = msg_add(a, reply, REPLY_CASES);
	msg_set_text(a, sub, CASE_ROW_ID, case_id);
	msg_set_text(a, sub, CASE_ROW_NAME, hostile);
	msg_set_text(a, msg_sub(a, reply, REPLY_PERSON), PERSON_NAME, hostile);
	sub = msg_add(a, reply, REPLY_PARTNERS);
	msg_set_text(a, sub, PARTNER_ROW_NAME, hostile);
	sub = msg_add(a, reply, REPLY_GRANTS);
	msg_set_text(a, sub, GRANT_ROW_ID, case_id);
	msg_set_text(a, sub, GRANT_ROW_PARTNER, hostile);
	msg_set_text(a, sub, GRANT_ROW_STATE, "living");
	msg_set_u64(sub, GRANT_ROW_CATS, 0x1f);
	sub = msg_add(a, reply, REPLY_DRAFTS);
	msg_set_text(a, sub, DRAFT_ROW_ID, case_id);
	msg_set_text(a, sub, DRAFT_ROW_CASE_ID, case_id);
	msg_set_text(a, sub, DRAFT_ROW_LABEL, hostile);
	msg_set_text(a, sub, DRAFT_ROW_BODY, "need budget\ntext <b>\nshare 8\nto p");
	sub = msg_add(a, reply, REPLY_STAFF);
	msg_set_text(a, sub, STAFF_ROW_NAME, "p1");
	add_referral(a, reply);
}

static void refuse(struct arena *a, struct msg *reply, const char *error, const char *code)
{
	msg_set_text(a, reply, REPLY_ERROR, error);
	msg_set_text(a, reply, REPLY_CODE, code);
}

/* What was asked is answered, in one of the ways in which core answers. */
static void let_core_answer(void)
{
	struct arena *a = memory();
	struct msg *reply = msg_new(a, MSG_REPLY);
	struct span packed;
	const webline_done done = question.done;
	void *ctx = question.ctx;

	question.done = NULL;
	switch (choice & 7) {
	case 0:
		arena_reset(a);
		done(ctx, ERR_BUSY, span_of(NULL, 0));
		return;
	case 1:
		refuse(a, reply, "refused", "session-over");
		break;
	case 2:
		refuse(a, reply, "refused", "node-locked");
		break;
	case 3:
		refuse(a, reply, "refused", "staff-no-right");
		break;
	case 4:
		refuse(a, reply, "refused", "step-up-needed");
		break;
	case 5:
		msg_set_bytes(a, reply, REPLY_SESSION, span_of(token, sizeof token));
		fill_reply(a, reply);
		break;
	default:
		fill_reply(a, reply);
		break;
	}
	choice = (uint8_t)(choice >> 3 | 0xe0); /* the third time and later: all is well */
	require(msg_pack(a, reply, &packed) == ERR_OK);
	packed = span_of(text_of(packed), packed.len);
	arena_reset(a);
	done(ctx, ERR_OK, packed);
	free((void *)(uintptr_t)packed.p);
}

/* ---- whole requests ---- */

enum { POST = 1, COOKIES = 2, SIGNED = 4, K_FIELD = 3 + CSRF_TEXT };

/* What no page keeps is made once; what people typed before is not there for the next input. */
static struct visit_site *site(void)
{
	static char line;
	static struct loop *loop;
	static struct visit_site s;
	static const uint64_t now = 1;

	if (loop == NULL) {
		require(secret_init() == ERR_OK && loop_create(&loop) == ERR_OK);
		s.line = (struct webline *)(void *)&line; /* never looked into */
		s.origin = "https://kring.goes.example";
		s.lost = lost_form;
		s.typed = typed_words;
		s.now = &now;
		s.routes = site_routes(&s.count);
		require(events_create(loop, s.line, &s.events) == ERR_OK &&
			saves_create(s.line, &s.saves) == ERR_OK);
	}
	formkept_free(s.kept);
	tries_free(s.tries);
	aside_free(s.aside);
	require(formkept_create(&s.kept) == ERR_OK && tries_create(&s.tries) == ERR_OK &&
		aside_create(&s.aside) == ERR_OK);
	formkept_signed_in(s.kept, token, "p1");
	return &s;
}

static void visit(struct visit_site *s, struct http_seen *seen, const char *uri)
{
	char *path = text_of(span_of(uri, strlen(uri)));
	char *mark = strchr(path, '?');
	char nobody;

	seen->path = path;
	seen->query = mark == NULL ? "" : mark + 1;
	if (mark != NULL)
		*mark = '\0';
	seen->from = door_from(true, "192.0.2.7");
	answers = 0;
	visit_begin(s, (struct http_ask *)(void *)&nobody, seen);
	while (question.done != NULL) {
		require(answers == 0);
		let_core_answer();
	}
	require(answers == 1);
	free(path);
}

/* A copy of the body, with what a form of that page carries when it is to be one. */
static struct span sign(struct span body, const char *uri, uint8_t flags)
{
	const uint8_t *by = strncmp(uri, "/login", 6) == 0 ? before : token;
	char k[CSRF_TEXT + 1] = "", *path = text_of(span_of(uri, strcspn(uri, "?")));
	char *out = malloc(body.len + K_FIELD + 1);
	int n = 0;

	require(out != NULL);
	if (body.len != 0)
		memcpy(out, body.p, body.len);
	csrf_make(by, path, k);
	if ((flags & SIGNED) != 0)
		n = snprintf(out + body.len, K_FIELD + 1, "%sk=%s", body.len == 0 ? "" : "&", k);
	free(path);
	body.len += (size_t)n;
	out = realloc(out,
		      body.len + (body.len == 0)); /* nothing behind it that could be read unseen */
	require(out != NULL);
	return span_of(out, body.len);
}

static char *line_of(char **rest)
{
	char *line = strsep(rest, "\n");

	return line == NULL || *line == '\0' ? NULL : line;
}

/* The library lets no blank, end of a line or NUL into an address. */
static bool could_come(const char *uri)
{
	return uri != NULL && uri[0] == '/' && strlen(uri) < LIMIT_URI &&
	       strpbrk(uri, " \r") == NULL;
}

/* The header as it was sent, or of whoever is signed in and was on the page. */
static void set_head(struct http_seen *seen, uint8_t flags, char cookies[2 * COOKIE_LINE],
		     char **rest)
{
	char coded[2][COOKIE_CODED + 1];

	seen->cookie = line_of(rest);
	seen->fetch_site = line_of(rest);
	seen->origin = line_of(rest);
	seen->language = line_of(rest);
	cookie_encode(coded[0], token, sizeof token);
	cookie_encode(coded[1], before, sizeof before);
	(void)snprintf(cookies, (size_t)2 * COOKIE_LINE, COOKIE_SESSION "=%s; " COOKIE_BEFORE "=%s",
		       coded[0], coded[1]);
	if ((flags & COOKIES) != 0)
		seen->cookie = cookies;
	if ((flags & SIGNED) != 0)
		seen->fetch_site = "same-origin";
}

/* A browser goes where it is sent to: what was typed stands there again. */
static void browse(struct span s)
{
	char cookies[2 * COOKIE_LINE], *to;
	char *text = s.len < 2 ? NULL : text_of(span_of(s.p + 2, s.len - 2)), *rest = text;
	struct http_seen seen = {.post = false};
	struct visit_site *own = site();
	const char *uri = line_of(&rest);
	struct span body = span_of(NULL, 0);
	const uint8_t flags = s.len < 2 ? 0 : s.p[0];

	if (could_come(uri)) {
		choice = s.p[1];
		seen.post = (flags & POST) != 0;
		set_head(&seen, flags, cookies, &rest);
		if (seen.post && rest != NULL)
			body = span_of(rest, s.len - 2 - (size_t)(rest - text));
		body.len = body.len > LIMIT_FORM - K_FIELD ? LIMIT_FORM - K_FIELD : body.len;
		seen.body = body = sign(body, uri, flags);
		visit(own, &seen, uri);
		for (unsigned i = 0; i < 3 && next_address[0] != '\0'; i++) {
			to = text_of(span_of(next_address, strlen(next_address)));
			seen = (struct http_seen){.cookie = seen.cookie, .language = seen.language};
			visit(own, &seen, to);
			free(to);
		}
		free((void *)(uintptr_t)body.p);
	}
	free(text);
}

/* ---- the parsers alone ---- */

static const struct form_field fields[] = {{"a", FORM_LINE, 500, false},
					   {"b", FORM_LINES, 60000, false},
					   {"c", FORM_CODE, 40, false},
					   {"n", FORM_NUMBER, 8, false},
					   {"s", FORM_SECRET, 500, true}};
enum { FIELDS = sizeof fields / sizeof fields[0] };

/* The same by another way: whatever form.c lets through as it stands is this. */
static bool decoded(struct span s, const char *want)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++, n++) {
		const char hex[3] = {i + 2 < s.len ? (char)s.p[i + 1] : 'x',
				     i + 2 < s.len ? (char)s.p[i + 2] : 'x', '\0'};
		const int c = s.p[i] == '%'   ? (int)strtol(hex, NULL, 16)
			      : s.p[i] == '+' ? ' '
					      : s.p[i];

		if (want[n] == '\0' || (uint8_t)want[n] != c)
			return false;
		i += s.p[i] == '%' ? 2 : 0;
	}
	return want[n] == '\0';
}

static void look_at_secret(struct span body, const char *secret)
{
	struct span pair = body;
	const uint8_t *end;

	while (pair.len < 2 || memcmp(pair.p, "s=", 2) != 0) {
		end = pair.len == 0 ? NULL : memchr(pair.p, '&', pair.len);
		if (end == NULL) /* none, or its name was written in another way */
			return;
		pair = span_of(end + 1, pair.len - (size_t)(end + 1 - pair.p));
	}
	end = memchr(pair.p, '&', pair.len);
	pair.len = end == NULL ? pair.len : (size_t)(end - pair.p);
	require(decoded(span_of(pair.p + 2, pair.len - 2), secret));
}

/* What is taken is shown again as it is. */
static void read_form(struct span s)
{
	struct form f, again;
	const enum err rc = form_read(&f, fields, FIELDS, s, memory());

	if (rc != ERR_OK)
		require(rc == ERR_MALFORMED && f.flaw != NULL);
	if (form_typed(&again, fields, FIELDS, s, memory()) == ERR_OK)
		for (size_t i = 0; i < FIELDS; i++) {
			const enum text_class class = fields[i].kind == FORM_LINES ? TEXT_LINES
										   : TEXT_LINE;
			const char *v = form_value(&again, fields[i].name);

			require(text_fault(class, span_of(v, strlen(v)), NULL) == NULL);
			require(rc != ERR_OK || strcmp(v, form_value(&f, fields[i].name)) == 0);
		}
	else
		require(rc != ERR_OK);
	for (size_t i = 0; rc == ERR_OK && i < FIELDS; i++)
		require(strlen(form_value(&f, fields[i].name)) <= fields[i].max);
	if (rc == ERR_OK)
		look_at_secret(s, form_value(&f, "s"));
	arena_reset(memory());
}

/* Written in our way it is the same path, and of the same page. */
static void read_path(const char *raw)
{
	struct out o = {.p = NULL};
	struct form_path path, again;
	size_t count;
	const struct route *table = site_routes(&count), *r;
	bool other;

	if (!form_path(&path, raw))
		return;
	for (size_t i = 0; i < path.count; i++) {
		require(path.segment[i][0] != '\0' && strchr(path.segment[i], '/') == NULL);
		out_raw(&o, "/", 1);
		out_segment(&o, path.segment[i]);
	}
	out_raw(&o, "/", path.count == 0 ? 1 : 0);
	out_raw(&o, "", 1);
	require(!o.failed && form_path(&again, (const char *)o.p) && again.count == path.count);
	for (size_t i = 0; i < path.count; i++)
		require(strcmp(path.segment[i], again.segment[i]) == 0);
	r = route_find(table, count, false, &path, &other);
	require(r == NULL || !r->post);
	out_free(&o);
}

/* A token has one text, and that stands in the header. */
static void read_cookie(const char *header)
{
	char coded[COOKIE_CODED + 1], lang[COOKIE_LANG + 1];
	uint8_t got[COOKIE_TOKEN];

	if (cookie_token(header, COOKIE_SESSION, got)) {
		cookie_encode(coded, got, sizeof got);
		require(strstr(header, coded) != NULL);
	}
	if (cookie_decode(got, 5, header)) {
		cookie_encode(coded, got, 5);
		require(strcmp(coded, header) == 0);
	}
	cookie_language(header, lang);
	require(lang[0] == '\0' || strlen(lang) == COOKIE_LANG);
}

static void read_headers(char *text)
{
	static const char own[] = "https://kring.goes.example";
	const char *site_line = line_of(&text), *origin = line_of(&text), *from = line_of(&text);
	const struct door_from door = door_from(true, from), again = door_from(true, from);

	if (csrf_same_site(site_line, origin, own))
		require(strcmp(site_line == NULL ? origin : site_line,
			       site_line == NULL ? own : "same-origin") == 0);
	require(door.known && door_same(&door, &again) && !door_from(false, from).known);
}

/* Nothing that is let through has another challenge, or another host, than it is said to have. */
static void read_passkey(struct span s)
{
	static const char origin[] = "https://kring.goes.example", host[] = "kring.goes.example";
	struct rd r = rd_of(s);
	struct span parts[5];
	uint8_t challenge[32];
	char coded[WEBAUTHN_BASE64 + 1];
	uint32_t counter = 0;

	for (size_t i = 0; i < 5; i++) {
		const size_t want = rd_u16(&r), len = want < r.left ? want : r.left;

		parts[i] = span_of(rd_take(&r, len), len);
		if (parts[i].p == NULL)
			return;
	}
	if (webauthn_client(parts[1], "webauthn.get", origin, challenge)) {
		webauthn_base64(challenge, coded);
		require(parts[1].len > 40 + WEBAUTHN_BASE64 &&
			memcmp(parts[1].p + 36, coded, WEBAUTHN_BASE64) == 0);
	}
	(void)webauthn_proof_holds(&(struct webauthn_proof){parts[0], parts[1], parts[2]}, parts[3],
				   host, &counter);
	if (webauthn_made_flaw(&(struct webauthn_made){parts[4], parts[0], parts[1], parts[3]},
			       host, &counter) == NULL)
		require(foreign_key(parts[3]) && parts[4].len <= LIMIT_CRED_ID &&
			parts[0].len > parts[4].len);
}

/* KRING_FUZZ_ONLY=N: this one alone, for a long run of its own. */
static int only(void)
{
	const char *v = getenv("KRING_FUZZ_ONLY");

	return v == NULL ? -1 : (int)strtol(v, NULL, 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s;
	char *text;

	if (size < 1 || size > 70000)
		return 0;
	s = span_of(data + 1, size - 1);
	text = text_of(s);
	switch (only() < 0 ? data[0] % CHOICES : only()) {
	case VISIT:
		browse(s);
		break;
	case FORM:
		read_form(s);
		break;
	case PATH:
		read_path(text);
		break;
	case COOKIE:
		read_cookie(text);
		break;
	case HEADERS:
		read_headers(text);
		break;
	default:
		read_passkey(s);
		break;
	}
	free(text);
	return 0;
}
