/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What weighs heavily takes a fresh proof.  Afterwards the session has another token, and the browser is back where it came from; a file
 * that it saves meanwhile goes on.
 *
 * The address behind ?to= comes from a page of ours, or from anybody who makes somebody follow a link; so it is read as any other address
 * and leads to a page of ours or to the first one.  Forms that were open in other windows before carry what belonged to the old token:
 * they are refused as foreign, which costs a click and lets no stolen page act.
 */
#include "web/signin/signin.h"

#include <string.h>

#include "base/check.h"
#include "web/files/files.h"
#include "web/page.h"

enum { OK = 200 };

/* Only within these pages: a path that begins with two slashes, or with one and a \, is another host to a browser. */
static const char *where_to(struct visit *v)
{
	const char *to = form_value(&v->form, "to");
	struct form_path path;
	char *bare = arena_text(&v->a, to);

	for (const char *p = to; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("#\\\"<>", *p) != NULL)
			return "/";
	if (bare != NULL)
		bare[strcspn(bare, "?")] = '\0';
	return bare != NULL && form_path(&path, bare) ? to : "/";
}

/* Whoever has no passkey is told what to do instead, and gets no button. */
static void told_open(struct visit *v, struct msg *reply)
{
	struct page_stepup p = {.f = &v->f, .to = where_to(v)};

	if (page_refused(v, reply))
		return;
	v->f.title = list_text(LIST_WEB, v->lang, "step-up");
	p.k = visit_k(v, "/step-up");
	p.begin_k = visit_k(v, "/step-up/begin");
	signin_show_refusal(v);
	page_stepup(&v->page, v->lang, &p);
	visit_show(v, OK);
}

static void begin(struct visit *v, visit_told told)
{
	struct msg *m = visit_request(v);

	(void)msg_sub(&v->a, m, REQUEST_STEP_UP_BEGIN);
	visit_ask(v, m, told);
}

/* Asked already here, because whoever signed in by a passphrase cannot, and is told so at once. */
void signin_again_open(struct visit *v)
{
	begin(v, told_open);
}

/* Of the passkeys of whoever is signed in, and no other: another person's would be refused after the finger. */
void signin_again_begin(struct visit *v)
{
	begin(v, signin_told_ask);
}

/* Whatever of the address a browser would read otherwise is written in its own way again. */
static void back_to_form(struct visit *v, const char *code)
{
	struct out o = {.p = NULL};

	out_raw(&o, "/step-up?to=", 12);
	out_segment(&o, where_to(v));
	out_raw(&o, "", 1);
	signin_back(v, o.failed ? "/step-up" : visit_keep(v, (const char *)o.p), code);
	out_free(&o);
}

/* A proof that does not hold counts as a sign-in that failed, so that nobody tries on a screen that was left alone. */
static void told_try(struct visit *v, struct msg *reply)
{
	const struct span session = msg_bytes(reply, REPLY_SESSION);

	require(v->route->who == ROUTE_SIGNED_IN);
	if (session.len != COOKIE_TOKEN) {
		back_to_form(v, msg_text(reply, REPLY_CODE));
		return;
	}
	signin_known(v, reply);
	saves_renew(v->site->saves, v->token, session.p);
	cookie_line(v->cookie, COOKIE_SESSION, session.p);
	visit_go(v, where_to(v));
}

void signin_again_try(struct visit *v)
{
	struct msg *m = visit_request(v);

	signin_put_proof(v, msg_sub(&v->a, m, REQUEST_STEP_UP));
	visit_ask(v, m, told_try);
}

/* A page that is open and looked at: for core it is work like any other, and the browser is told until when. */
static void told_still(struct visit *v, struct msg *reply)
{
	require(reply != NULL);
	if (v->f.ends != NULL) /* an answer in which core names nobody says no time */
		out_raw(&v->page, v->f.ends, strlen(v->f.ends));
	visit_text(v, OK);
}

void signin_still(struct visit *v)
{
	struct msg *m = visit_request(v);

	(void)msg_sub(&v->a, m, REQUEST_SESSION_LIST);
	visit_ask(v, m, told_still);
}
