/* SPDX-License-Identifier: EUPL-1.2 */
/*
 *	why			whose it is		the browser goes to
 *	VISIT_ODD		its session's person	the form, with the field named
 *	VISIT_UNHEARD		the same		the form: once core answers, it stands there again
 *	VISIT_OVER		its session's person	/login, and from there the form
 *	VISIT_EARLIER		by k, which is whose	the form, when that person is signed in again;
 *				page it was		/login, when nobody is; else it is another person's
 *
 * Nothing is done by any of them.  Of a session of before a restart nobody knows here whose it was.  Its form says whose page it was, which
 * anybody could write: whoever is signed in and is that person gets it back, since the browser said that it came from a page of ours; where
 * nobody is signed in it waits in a place of its own for that person and that browser, which gets a cookie for it.
 */
#include "web/kept/lost.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "web/kept/formkept.h"
#include "web/kept/typed.h"

enum { ADDRESS = KEPT_PATH + 64 };

static const char *const codes[] = {[VISIT_OVER] = "typed-over",
				    [VISIT_EARLIER] = "typed-over",
				    [VISIT_UNHEARD] = "typed-unheard",
				    [VISIT_ODD] = "typed-odd"};

/* What is said above it, in the shape of what core says of a form: again.c has the words. */
static struct span said(struct visit *v, enum visit_lost why)
{
	struct msg *reply = msg_new(&v->a, MSG_REPLY);
	struct span packed = span_of(NULL, 0);

	if (reply == NULL)
		return packed;
	msg_set_text(&v->a, reply, REPLY_ERROR, "typed");
	msg_set_text(&v->a, reply, REPLY_CODE, codes[why]);
	if (v->odd != NULL)
		msg_set_text(&v->a, reply, REPLY_WHAT, v->odd);
	return msg_pack(&v->a, reply, &packed) == ERR_OK ? packed : span_of(NULL, 0);
}

/* Before anybody is signed in nothing is kept: the field alone is named. */
static bool say_field(struct visit *v)
{
	char to[ADDRESS];

	require(v->route->who == ROUTE_OPEN && v->odd != NULL);
	(void)snprintf(to, sizeof to, "%.*s?e=odd-%.30s#wrong", KEPT_PATH, v->seen->path, v->odd);
	visit_go(v, to);
	return true;
}

/* Its person, "": nobody who is known here, or another one than whoever is signed in now. */
static const char *person_of(const struct visit *v, enum visit_lost why)
{
	struct formkept *kept = v->site->kept;
	const char *now = formkept_person(kept, v->token), *k = form_value(&v->form, "k"), *whose;
	char ours[CSRF_TEXT + 1] = "";

	if (why != VISIT_EARLIER)
		return now;
	whose = formkept_whose(kept, v->seen->path, k);
	if (!v->signed_in || now[0] == '\0')
		return v->signed_in ? "" : whose;
	csrf_page_of(now, v->seen->path, ours);
	return strcmp(now, whose) == 0 || (whose[0] == '\0' && strcmp(ours, csrf_says(k)) == 0)
		       ? now
		       : "";
}

/* As keep(), of a session that is not known here. */
static bool keep_unknown(struct visit *v, enum visit_lost why, const struct kept_form *form,
			 char id[KEPT_ID + 1])
{
	const char *person = csrf_says(form_value(&v->form, "k"));

	if (person[0] == '\0' || !(why == VISIT_OVER || !v->signed_in))
		return false;
	(void)visit_before(v, "/login");
	return formkept_put_unknown(v->site->kept, v->before, person, form, id) == ERR_OK;
}

static bool keep(struct visit *v, enum visit_lost why, char id[KEPT_ID + 1])
{
	struct kept_form form = {v->seen->path, v->seen->body, said(v, why)};
	const char *person = person_of(v, why);

	if (form.reply.len == 0)
		return false;
	return person[0] == '\0' ? keep_unknown(v, why, &form, id)
				 : formkept_put_for(v->site->kept, person, &form, id) == ERR_OK;
}

/* A page that was asked for with what was typed before: it is shown behind the door, too. */
static bool page_waits(struct visit *v)
{
	char to[ADDRESS];

	for (size_t i = 0; i < v->form.count; i++)
		if (strcmp(v->form.fields[i].name, "e") == 0 && v->form.values[i] != NULL &&
		    strlen(v->form.values[i]) == KEPT_ID) {
			(void)snprintf(to, sizeof to, "/login?e=session-over&f=%s",
				       v->form.values[i]);
			visit_go(v, to);
			return true;
		}
	return false;
}

bool lost_form(struct visit *v, enum visit_lost why)
{
	char id[KEPT_ID + 1], to[ADDRESS];

	require(v->route != NULL);
	if (!v->route->post)
		return why != VISIT_UNHEARD && page_waits(v);
	if (!typed_has_page(v))
		return false;
	if (v->route->who == ROUTE_OPEN)
		return v->odd != NULL && say_field(v);
	if (!keep(v, why, id))
		return false;
	if (why == VISIT_OVER || !v->signed_in)
		(void)snprintf(to, sizeof to, "/login?e=session-over&f=%s", id);
	else
		(void)snprintf(to, sizeof to, "%.*s?e=%s#wrong", KEPT_PATH, v->seen->path, id);
	visit_go(v, to);
	return true;
}
