/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing in and out.  Every form is answered with another address, also when it was refused: a browser that comes back to a page
 * keeps nothing of what was typed, and asks nobody whether to send it again. */
#include "web/events.h"
#include "web/signin/signin.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/limits_screens.h"

enum { OK = 200, NO_ANSWER = 503, LINK = 32, ADDRESS = KEPT_PATH + 64 };

static_assert((int)LINK == (int)COOKIE_TOKEN, "a link and a token are written alike");

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
	p.passkey_k = visit_before(v, "/login/passkey");
	p.begin_k = visit_before(v, "/login/begin");
	p.kept = form_value(&v->form, "f");
	signin_show_refusal(v);
	if (p.kept[0] != '\0')
		v->f.remedy = list_text(LIST_WEB, v->lang, "typed-kept");
	page_login(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void signin_open(struct visit *v)
{
	ask_public(v, told_login);
}

/* By a passphrase where they are allowed, unless somebody would rather have a passkey: some have to. */
static void told_first(struct visit *v, struct msg *reply)
{
	const bool passkey = form_value(&v->form, "with")[0] != '\0';
	struct page_first p = {.f = &v->f, .phrase = takes_phrases(reply) && !passkey};

	v->f.title = list_text(LIST_WEB, v->lang, "first-title");
	v->f.org_line = visit_keep(v, msg_text(msg_get(reply, REPLY_PUBLIC), PUBLIC_STATUS_ORG));
	p.k = visit_before(v, "/login/first");
	p.begin_k = visit_before(v, "/login/begin");
	signin_show_refusal(v);
	page_first(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void signin_first_open(struct visit *v)
{
	ask_public(v, told_first);
}

/* What this person typed before the session ended, filled in and not sent; else the day. */
static void go_on(struct visit *v, const uint8_t *token, const char *kept)
{
	const char *path = kept[0] == '\0' ? NULL : formkept_path(v->site->kept, token, kept);
	char to[ADDRESS];

	if (path == NULL) {
		visit_go(v, "/");
		return;
	}
	(void)snprintf(to, sizeof to, "%.*s?e=%.*s#wrong", KEPT_PATH, path, KEPT_ID, kept);
	visit_go(v, to);
}

/* A token that core just made, under the cookie of whoever is signed in; the one of before has done its work. */
static void let_in(struct visit *v, const struct msg *reply, const char *path, const char *kept)
{
	const struct span session = msg_bytes(reply, REPLY_SESSION);

	if (session.len != COOKIE_TOKEN) {
		tries_note(v->site->tries, &v->seen->from, clock_mono_ms());
		signin_back(v, path, msg_text(reply, REPLY_CODE));
		return;
	}
	signin_known(v, reply);
	formkept_claim(v->site->kept, v->before, session.p, kept);
	cookie_line(v->cookie, COOKIE_SESSION, session.p);
	cookie_line(v->cookie_too, COOKIE_BEFORE, NULL);
	go_on(v, session.p, kept);
}

/* Whose token it is, for what was typed before. */
void signin_known(struct visit *v, const struct msg *reply)
{
	const struct span session = msg_bytes(reply, REPLY_SESSION);

	require(session.len == COOKIE_TOKEN);
	if (msg_count(reply, REPLY_STAFF) == 1)
		formkept_signed_in(v->site->kept, session.p,
				   msg_text(msg_at(reply, REPLY_STAFF, 0), STAFF_ROW_ID));
}

/* Also after a sign-in that failed what waits behind it is known. */
static void told_try(struct visit *v, struct msg *reply)
{
	const char *kept = form_value(&v->form, "f");
	char path[ADDRESS];

	(void)snprintf(path, sizeof path, "/login%s%.*s", kept[0] == '\0' ? "" : "?f=", KEPT_ID,
		       kept);
	let_in(v, reply, path, kept);
}

/* Core is not asked: nobody's pause grows by it.  True: the visit is over. */
static bool tried_often(struct visit *v, const char *path)
{
	if (!tries_shut(v->site->tries, &v->seen->from, clock_mono_ms()))
		return false;
	signin_back(v, path, "tries-many");
	return true;
}

/* Who it is and whether it was right is core's to say, in one time for all (signon/phrase.c). */
void signin_phrase_try(struct visit *v)
{
	struct msg *m, *in;

	if (tried_often(v, "/login"))
		return;
	m = visit_request(v);
	in = msg_sub(&v->a, m, REQUEST_LOGIN_PASSPHRASE);
	msg_set_text(&v->a, in, LOGIN_PASSPHRASE_NAME, form_value(&v->form, "name"));
	msg_set_text(&v->a, in, LOGIN_PASSPHRASE_PASSPHRASE, form_value(&v->form, "phrase"));
	visit_ask(v, m, told_try);
}

/* By whichever passkey it is: it says itself whose (told_try). */
void signin_passkey_try(struct visit *v)
{
	struct msg *m;

	if (tried_often(v, "/login"))
		return;
	m = visit_request(v);
	signin_put_proof(v, msg_sub(&v->a, m, REQUEST_LOGIN_PASSKEY));
	visit_ask(v, m, told_try);
}

/* The whole address, or what stands behind its #.  False: it is no link. */
static bool link_of(struct visit *v, uint8_t link[LINK])
{
	const char *typed = form_value(&v->form, "link"), *mark = strrchr(typed, '#');
	const char *secret = mark == NULL ? typed : mark + 1;
	char text[COOKIE_CODED + 1] = "";

	if (strcspn(secret, " ") == COOKIE_CODED)
		memcpy(text, secret, COOKIE_CODED);
	return cookie_decode(link, LINK, text);
}

/* Without a link for somebody who has a passkey already. */
void signin_begin(struct visit *v)
{
	struct msg *m = visit_request(v), *in = msg_sub(&v->a, m, REQUEST_LOGIN_BEGIN);
	uint8_t link[LINK] = {0};

	/* what is no link is nobody's: core says so */
	if (form_value(&v->form, "link")[0] != '\0') {
		(void)link_of(v, link);
		msg_set_bytes(&v->a, in, LOGIN_BEGIN_LINK, span_of(link, sizeof link));
	}
	explicit_bzero(link, sizeof link);
	visit_ask(v, m, signin_told_ask);
}

static bool by_passkey(const struct visit *v)
{
	return form_value(&v->form, "phrase")[0] == '\0';
}

static void told_first_try(struct visit *v, struct msg *reply)
{
	let_in(v, reply, by_passkey(v) ? "/login/first?with=passkey" : "/login/first", "");
}

void signin_first_try(struct visit *v)
{
	uint8_t link[LINK];
	struct msg *m, *in;

	if (tried_often(v, "/login/first"))
		return;
	if (!link_of(v, link)) {
		signin_back(v, "/login/first", "link-over");
		return;
	}
	m = visit_request(v);
	in = msg_sub(&v->a, m, REQUEST_LOGIN_LINK);
	msg_set_bytes(&v->a, in, LOGIN_LINK_LINK, span_of(link, sizeof link));
	explicit_bzero(link, sizeof link);
	if (by_passkey(v))
		signin_put_new(v, msg_sub(&v->a, in, LOGIN_LINK_PASSKEY));
	else
		msg_set_text(&v->a, in, LOGIN_LINK_PASSPHRASE, form_value(&v->form, "phrase"));
	visit_ask(v, m, told_first_try);
}

/* Also when core knew no such session any more: the browser forgets it in any case. */
static void told_logout(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	formkept_drop(v->site->kept, v->token);
	aside_forget(v->site->aside, v->token);
	events_look(v->site->events, v->token);
	cookie_line(v->cookie, COOKIE_SESSION, NULL);
	visit_go(v, "/login");
}

void signin_out_try(struct visit *v)
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

void signin_healthz_open(struct visit *v)
{
	ask_public(v, told_healthz);
}
