/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What everybody has: passkeys, sessions, a language.  What changes a way in comes behind a fresh proof, so each of those pages is reached
 * through /step-up, and a form that took too long goes there again.
 *
 *	from /me		over		to a page		and its form
 *	"one more"		/step-up	/me/add			/me/begin by the script, then /me/add
 *	"remove" of a row	/step-up	/me/remove/PASSKEY	the same address
 *	"everywhere"		-		-			/me/signout
 *	"language"		-		-			/me/language
 *
 * Rights are core's: a form that comes without the page before it, or with the id of somebody else's passkey, gets the same refusal as on
 * any other way.  What is shown of a passkey is what its owner called it; its own name never leaves core but in a question to the browser.
 */
#include "web/signin/signin.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/words.h"
#include "web/page.h"

enum { OK = 200, NO_ANSWER = 503, ADDRESS = 128 };

/* One that nobody gave a name is called by what it is. */
static const char *name_of(struct visit *v, const struct msg *row)
{
	const char *name = msg_text(row, PASSKEY_ROW_NAME);

	return visit_keep(v, name[0] != '\0' ? name : list_text(LIST_WEB, v->lang, "passkey"));
}

/* A day is enough to tell one that nobody uses any more from those in use. */
static const char *day_of(struct visit *v, uint64_t ms)
{
	char out[WORDS_SHORT];

	return ms == 0 ? list_text(LIST_WEB, v->lang, "never")
		       : visit_keep(v, words_day_of(v->lang, ms, out));
}

/* Of a session it is the hour that people remember. */
static const char *moment_of(struct visit *v, uint64_t ms)
{
	char out[WORDS_SHORT];

	return visit_keep(v, words_moment(v->lang, ms, out));
}

/* ---- /me ---- */

/* The first of two answers: what it gives waits in the arena for the second, because a page is written once. */
static void put_passkeys(struct visit *v, struct msg *reply)
{
	const size_t n = msg_count(reply, REPLY_PASSKEYS);
	struct page_me_passkeys *rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);
	struct page_me *p = v->own;

	for (size_t i = 0; rows != NULL && i < n; i++) {
		const struct msg *row = msg_at(reply, REPLY_PASSKEYS, i);

		rows[p->passkeys_count++] = (struct page_me_passkeys){
			.name = name_of(v, row),
			.id = visit_keep(v, msg_text(row, PASSKEY_ROW_ID)),
			.made = day_of(v, msg_u64(row, PASSKEY_ROW_CREATED_MS)),
			.used = day_of(v, msg_u64(row, PASSKEY_ROW_USED_MS)),
			.own = msg_u64(row, PASSKEY_ROW_OWN) != 0};
	}
	p->passkeys = rows;
}

/* One's own alone: core shows those of others to an administrator only. */
static void put_sessions(struct visit *v, struct msg *reply)
{
	const size_t n = msg_count(reply, REPLY_SESSIONS);
	struct page_me_sessions *rows = arena_alloc(&v->a, (n + 1) * sizeof *rows);
	struct page_me *p = v->own;

	for (size_t i = 0; rows != NULL && i < n; i++) {
		const struct msg *row = msg_at(reply, REPLY_SESSIONS, i);
		const char *how = msg_text(row, SESSION_ROW_HOW);

		rows[p->sessions_count++] = (struct page_me_sessions){
			.since = moment_of(v, msg_u64(row, SESSION_ROW_CREATED_MS)),
			.seen = moment_of(v, msg_u64(row, SESSION_ROW_SEEN_MS)),
			.how = list_text(LIST_WEB, v->lang,
					 strcmp(how, "passkey") == 0 ? "passkey" : "passphrase"),
			.own = msg_u64(row, SESSION_ROW_OWN) != 0};
	}
	p->sessions = rows;
}

/* Each in its own words, so that whoever landed in a foreign language finds the way out. */
static void put_languages(struct visit *v)
{
	static const char *const names[LIST_LANGS] = {"Nederlands", "Français", "English",
						      "Deutsch"};
	struct page_me_languages *rows = arena_alloc(&v->a, LIST_LANGS * sizeof *rows);
	struct page_me *p = v->own;

	for (size_t i = 0; rows != NULL && i < LIST_LANGS; i++)
		rows[p->languages_count++] = (struct page_me_languages){
			.code = list_langs[i], .name = names[i], .now = i == (size_t)v->lang};
	p->languages = rows;
}

static void told_sessions(struct visit *v, struct msg *reply)
{
	struct page_me *p = v->own;

	if (page_refused(v, reply))
		return;
	v->f.title = list_text(LIST_WEB, v->lang, "me");
	p->f = &v->f;
	p->out_k = visit_k(v, "/me/signout");
	p->language_k = visit_k(v, "/me/language");
	put_sessions(v, reply);
	put_languages(v);
	signin_show_refusal(v);
	page_me(&v->page, v->lang, p);
	visit_show(v, OK);
}

static void told_passkeys(struct visit *v, struct msg *reply)
{
	struct msg *m = visit_request(v);

	if (page_refused(v, reply))
		return;
	put_passkeys(v, reply);
	(void)msg_sub(&v->a, m, REQUEST_SESSION_LIST);
	visit_ask(v, m, told_sessions);
}

static void ask_passkeys(struct visit *v, visit_told told)
{
	struct msg *m = visit_request(v);

	(void)msg_sub(&v->a, m, REQUEST_PASSKEY_LIST);
	visit_ask(v, m, told);
}

void signin_me_open(struct visit *v)
{
	struct page_me *p = arena_alloc(&v->a, sizeof *p);

	if (p == NULL) {
		visit_notice(v, NO_ANSWER, "silent");
		return;
	}
	*p = (struct page_me){.f = NULL};
	v->own = p;
	ask_passkeys(v, told_passkeys);
}

/* ---- one more ---- */

/* The list is asked for and not shown: it is the question that says who is signed in, and that nothing is locked. */
static void told_add(struct visit *v, struct msg *reply)
{
	struct page_meadd p = {.f = &v->f};

	if (page_refused(v, reply))
		return;
	v->f.title = list_text(LIST_WEB, v->lang, "passkey-more");
	p.k = visit_k(v, "/me/add");
	p.begin_k = visit_k(v, "/me/begin");
	signin_show_refusal(v);
	page_meadd(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void signin_add_open(struct visit *v)
{
	ask_passkeys(v, told_add);
}

/* Not behind a fresh proof, since it gives nothing but a number; what is made of it is. */
void signin_add_begin(struct visit *v)
{
	struct msg *m = visit_request(v);

	(void)msg_sub(&v->a, m, REQUEST_PASSKEY_BEGIN);
	visit_ask(v, m, signin_told_ask);
}

/* Two minutes went by since the proof: it is asked for again, and nothing else is lost. */
static bool proof_again(struct visit *v, struct msg *reply, const char *to)
{
	if (strcmp(msg_text(reply, REPLY_CODE), "step-up-needed") != 0)
		return false;
	visit_go(v, to);
	return true;
}

static void told_added(struct visit *v, struct msg *reply)
{
	const char *code = msg_text(reply, REPLY_CODE);

	if (proof_again(v, reply, "/step-up?to=%2Fme%2Fadd"))
		return;
	if (code[0] != '\0')
		signin_back(v, "/me/add", code);
	else
		visit_go(v, "/me");
}

/* The name of the device goes along as it was typed; core has its limit. */
void signin_add_try(struct visit *v)
{
	struct msg *m = visit_request(v);

	signin_put_new(v, msg_sub(&v->a, m, REQUEST_PASSKEY_ADD));
	visit_ask(v, m, told_added);
}

/* ---- one less ---- */

/* As it stands in the address: the id of a row, never the passkey's own name. */
static const char *passkey_of(const struct visit *v)
{
	return route_word(v->route, &v->path, "PASSKEY");
}

/* What it is called, and what there is afterwards. */
static void told_remove(struct visit *v, struct msg *reply)
{
	struct page_meremove p = {.f = &v->f};
	char path[ADDRESS];

	if (page_refused(v, reply))
		return;
	for (size_t i = 0; i < msg_count(reply, REPLY_PASSKEYS); i++) {
		const struct msg *row = msg_at(reply, REPLY_PASSKEYS, i);

		if (strcmp(msg_text(row, PASSKEY_ROW_ID), passkey_of(v)) != 0)
			continue;
		p.name = name_of(v, row);
		p.own = msg_u64(row, PASSKEY_ROW_OWN) != 0;
	}
	if (p.name == NULL) {
		signin_back(v, "/me", "passkey-unknown");
		return;
	}
	(void)snprintf(path, sizeof path, "/me/remove/%.40s", passkey_of(v));
	v->f.title = list_text(LIST_WEB, v->lang, "passkey-remove-title");
	p.id = passkey_of(v);
	p.k = visit_k(v, path);
	p.last = msg_count(reply, REPLY_PASSKEYS) == 1;
	page_meremove(&v->page, v->lang, &p);
	visit_show(v, OK);
}

void signin_remove_open(struct visit *v)
{
	ask_passkeys(v, told_remove);
}

/* What began with it is over: then the next page asks who it is. */
static void told_removed(struct visit *v, struct msg *reply)
{
	const char *code = msg_text(reply, REPLY_CODE);
	char to[ADDRESS];

	(void)snprintf(to, sizeof to, "/step-up?to=%%2Fme%%2Fremove%%2F%.40s", passkey_of(v));
	if (proof_again(v, reply, to))
		return;
	if (code[0] != '\0')
		signin_back(v, "/me", code);
	else
		visit_go(v, "/me");
}

/* By the whole id: a beginning that fits two would take away the wrong one. */
void signin_remove_try(struct visit *v)
{
	struct msg *m = visit_request(v);

	msg_set_text(&v->a, msg_sub(&v->a, m, REQUEST_PASSKEY_REMOVE), BY_ID_ID, passkey_of(v));
	visit_ask(v, m, told_removed);
}

/* ---- everywhere; language ---- */

/* This browser is among them, so it forgets its cookie, and what was typed in this session and not sent goes, too. */
static void told_signed_out(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	formkept_drop(v->site->kept, v->token);
	aside_forget(v->site->aside, v->token);
	cookie_line(v->cookie, COOKIE_SESSION, NULL);
	visit_go(v, "/login");
}

void signin_everywhere_try(struct visit *v)
{
	struct msg *m = visit_request(v);

	(void)msg_sub(&v->a, m, REQUEST_SESSION_END);
	visit_ask(v, m, told_signed_out);
}

/* Of this browser: pages before signing in are in it, too. */
void signin_language_try(struct visit *v)
{
	const char *lang = form_value(&v->form, "lang");

	for (size_t i = 0; i < LIST_LANGS; i++)
		if (strcmp(list_langs[i], lang) == 0)
			cookie_language_line(v->cookie, list_langs[i]);
	visit_go(v, "/me");
}
