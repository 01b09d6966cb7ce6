/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing in and out.  Every form is answered with another address, also when it was refused: a browser that comes back to a page
 * keeps nothing of what was typed, and asks nobody whether to send it again. */
#include "web/page.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/limits_screens.h"

enum { OK = 200, NO_ANSWER = 503, WORDS_LEAST = 4, MINUTE_MS = 60000, LINK = 32, ADDRESS = 96 };

static_assert((int)LINK == (int)COOKIE_TOKEN, "a link and a token are written alike");

/* What may stand behind ?e=; its values, as core fills them in. */
static const struct {
	const char *code, *first, *second;
	uint64_t values[2];
} told_codes[] = {
	{"sign-in-failed", "most", "minutes", {LIMIT_FAILURES, LIMIT_FAILURES_MS / MINUTE_MS}},
	{"passphrase-short", "count", "most", {WORDS_LEAST, LIMIT_PASSPHRASE}},
	{"passphrase-role", NULL, NULL, {0}},
	{"passphrases-off", NULL, NULL, {0}},
	{"screens-off", NULL, NULL, {0}},
	{"link-over", NULL, NULL, {0}},
	{"session-over", NULL, NULL, {0}},
	{"too-much-waiting", NULL, NULL, {0}},
};

static void add_value(struct visit *v, struct msg *reply, const char *name, uint64_t number)
{
	struct msg *value = name == NULL ? NULL : msg_add(&v->a, reply, REPLY_VALUES);

	msg_set_text(&v->a, value, VALUE_NAME, name);
	if (value != NULL)
		msg_set_u64(value, VALUE_NUMBER, number);
}

/* The words of what was refused before; a code that is none of ours says nothing. */
static void show_refusal(struct visit *v)
{
	const char *code = form_value(&v->form, "e");
	struct msg *reply = msg_new(&v->a, MSG_REPLY);

	for (size_t i = 0; i < sizeof told_codes / sizeof told_codes[0]; i++)
		if (strcmp(told_codes[i].code, code) == 0 && reply != NULL) {
			msg_set_text(&v->a, reply, REPLY_CODE, code);
			add_value(v, reply, told_codes[i].first, told_codes[i].values[0]);
			add_value(v, reply, told_codes[i].second, told_codes[i].values[1]);
			visit_wrong(v, reply);
		}
}

/* Where the settings allow none there is no field for one. */
static bool takes_phrases(struct msg *reply)
{
	const struct msg *status = msg_get(reply, REPLY_PUBLIC);

	for (size_t i = 0; i < msg_count(status, PUBLIC_STATUS_LOGIN); i++)
		if (strcmp(msg_text_at(status, PUBLIC_STATUS_LOGIN, i), "passphrase") == 0)
			return true;
	return false;
}

static void ask_public(struct visit *v, visit_told told)
{
	struct msg *m = visit_request(v);

	(void)msg_sub(&v->a, m, REQUEST_PUBLIC_STATUS);
	visit_ask(v, m, told);
}

/* Before anybody is signed in a page shows the organisation and nothing else of the node. */
static void told_login(struct visit *v, struct msg *reply)
{
	struct page_login p = {.f = &v->f, .phrase = takes_phrases(reply)};
	const char *org = msg_text(msg_get(reply, REPLY_PUBLIC), PUBLIC_STATUS_ORG);

	require(v->route->who == ROUTE_OPEN);
	v->f.title = list_text(LIST_WEB, v->lang, "sign-in");
	v->f.org_line = visit_keep(v, org);
	p.k = visit_before(v, "/login");
	show_refusal(v);
	page_login(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void page_login_open(struct visit *v)
{
	ask_public(v, told_login);
}

static void told_first(struct visit *v, struct msg *reply)
{
	struct page_first p = {.f = &v->f};

	v->f.title = list_text(LIST_WEB, v->lang, "first-title");
	v->f.org_line = visit_keep(v, msg_text(msg_get(reply, REPLY_PUBLIC), PUBLIC_STATUS_ORG));
	p.k = visit_before(v, "/login/first");
	show_refusal(v);
	page_first(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void page_first_open(struct visit *v)
{
	ask_public(v, told_first);
}

/* Back to the form, with the code alone: what was typed is gone. */
static void back(struct visit *v, const char *path, const char *code)
{
	char to[ADDRESS];

	(void)snprintf(to, sizeof to, "%s?e=%.40s", path, code);
	visit_go(v, to);
}

/* A token that core just made, under the cookie of whoever is signed in; the one of before has done its work. */
static void let_in(struct visit *v, const struct msg *reply, const char *path)
{
	const struct span session = msg_bytes(reply, REPLY_SESSION);

	if (session.len != COOKIE_TOKEN) {
		back(v, path, msg_text(reply, REPLY_CODE));
		return;
	}
	cookie_line(v->cookie, COOKIE_SESSION, session.p);
	cookie_line(v->cookie_too, COOKIE_BEFORE, NULL);
	visit_go(v, "/");
}

static void told_try(struct visit *v, struct msg *reply)
{
	let_in(v, reply, "/login");
}

/* Who it is and whether it was right is core's to say, in one time for all (signon/phrase.c). */
void page_login_try(struct visit *v)
{
	struct msg *m = visit_request(v), *in = msg_sub(&v->a, m, REQUEST_LOGIN_PASSPHRASE);

	msg_set_text(&v->a, in, LOGIN_PASSPHRASE_NAME, form_value(&v->form, "name"));
	msg_set_text(&v->a, in, LOGIN_PASSPHRASE_PASSPHRASE, form_value(&v->form, "phrase"));
	visit_ask(v, m, told_try);
}

static void told_first_try(struct visit *v, struct msg *reply)
{
	let_in(v, reply, "/login/first");
}

/* The whole address, or what stands behind its #. */
void page_first_try(struct visit *v)
{
	const char *typed = form_value(&v->form, "link"), *mark = strrchr(typed, '#');
	const char *secret = mark == NULL ? typed : mark + 1;
	char text[COOKIE_CODED + 1] = "";
	uint8_t link[LINK];
	struct msg *m, *in;

	if (strcspn(secret, " ") == COOKIE_CODED)
		memcpy(text, secret, COOKIE_CODED);
	if (!cookie_decode(link, sizeof link, text)) {
		back(v, "/login/first", "link-over");
		return;
	}
	m = visit_request(v);
	in = msg_sub(&v->a, m, REQUEST_LOGIN_LINK);
	msg_set_bytes(&v->a, in, LOGIN_LINK_LINK, span_of(link, sizeof link));
	msg_set_text(&v->a, in, LOGIN_LINK_PASSPHRASE, form_value(&v->form, "phrase"));
	explicit_bzero(link, sizeof link);
	visit_ask(v, m, told_first_try);
}

/* Also when core knew no such session any more: the browser forgets it in any case. */
static void told_logout(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	formkept_drop(v->site->kept, v->token);
	aside_forget(v->site->aside, v->token);
	cookie_line(v->cookie, COOKIE_SESSION, NULL);
	visit_go(v, "/login");
}

void page_logout_try(struct visit *v)
{
	struct msg *m = visit_request(v);

	(void)msg_sub(&v->a, m, REQUEST_LOGOUT);
	visit_ask(v, m, told_logout);
}

/* For whoever watches over machines: whether pages can be had, and nothing else. */
static void told_healthz(struct visit *v, struct msg *reply)
{
	const bool ok = msg_has(reply, REPLY_PUBLIC);

	visit_word(v, ok ? OK : NO_ANSWER, ok ? "ok\n" : "waiting\n");
}

void page_healthz_open(struct visit *v)
{
	ask_public(v, told_healthz);
}
