/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a form leads to, and where that begins, so that whoever reads with a keyboard or by ear is there at once:
 *
 *	core said		the browser goes to			and is at
 *	no			the form, by its own address		#wrong: what, why and what to do
 *	yes			the page that again_go() names		#main: it may say what was done
 *	when a second one says yes	the page of what was asked		#main: who is asked now
 *	nothing in time		nowhere: visit.c says so		the text is still in the form one page back
 *
 * Each is an address that a browser asks for by itself, also when its page is loaded anew or gone back to: nothing is done by
 * asking for it, and after KEPT_MS it is the same page without what was typed.
 */
#include "web/again.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "web/kept/typed.h"

enum { ADDRESS = KEPT_PATH + 64, NO_ANSWER = 503 };

/* Of one that web itself did not take there is no word of core (lost.c). */
static const struct {
	const char *code, *why, *remedy;
} typed_rows[] = {
	{"typed-over", "typed-over-why", "typed-over-do"},
	{"typed-unheard", "typed-unheard-why", "typed-unheard-do"},
	{"typed-odd", "typed-odd-why", "typed-odd-do"},
	{"born-unknown", "born-why", "born-hint"},
	{"born-none", "born-why", "born-hint"},
	{"born-year", "born-why", "born-hint"},
	{"born-to-come", "born-why", "born-hint"},
};
enum { TYPED_ROWS = sizeof typed_rows / sizeof typed_rows[0] };

static void say(struct visit *v, struct msg *reply, const struct form *typed)
{
	const char *code = msg_text(reply, REPLY_CODE), *once;
	size_t i = 0;

	while (i < TYPED_ROWS && strcmp(typed_rows[i].code, code) != 0)
		i++;
	if (i == TYPED_ROWS) {
		visit_wrong(v, reply);
		return;
	}
	v->f.wrong = visit_say(v, LIST_WEB, code,
			       FILL({"field", typed_label(v, msg_text(reply, REPLY_WHAT)), 0}));
	v->f.why = list_text(LIST_WEB, v->lang, typed_rows[i].why);
	v->f.remedy = list_text(LIST_WEB, v->lang, typed_rows[i].remedy);
	once = typed->fields == NULL ? "" : form_value(typed, "i");
	/* core may have done it all the same, and knows it by its number */
	if (strcmp(code, "typed-unheard") == 0 && once[0] != '\0')
		v->once = once;
}

/* The class of a refusal is there whenever it is one; its code and values say which. */
static bool is_refusal(struct msg *reply)
{
	return msg_text(reply, REPLY_ERROR)[0] != '\0';
}

/* The reply is copied: it is filled in with words, and what is kept may be shown once more in another language. */
struct msg *again_open(struct visit *v, const struct form_field *fields, size_t count,
		       struct form *typed)
{
	struct span body, packed;
	struct err_text why;
	struct msg *reply;

	require(v->route->who == ROUTE_SIGNED_IN && !v->route->post);
	*typed = (struct form){.fields = fields, .count = count};
	if (form_value(&v->form, "e")[0] == '\0' ||
	    !formkept_find(v->site->kept, v->token, v->seen->path, form_value(&v->form, "e"), &body,
			   &packed))
		return NULL;
	packed = arena_copy(&v->a, packed);
	if (msg_parse(&v->a, MSG_REPLY, packed, &reply, &why) != ERR_OK)
		return NULL;
	/* of another form, or no text: nothing of it is shown */
	if (!visit_typed(v, typed, fields, count, body)) {
		if (typed->count == count) /* no memory for its table, which has k and i too */
			return NULL;
		memset(typed->values, 0, sizeof typed->values);
	}
	if (is_refusal(reply))
		say(v, reply, typed);
	/* in the fields of that form, and not above them as well */
	if (count != 0)
		v->f.typed = NULL;
	return reply;
}

/* The form that is sent to the address of this page. */
bool again_form(struct visit *v, struct form *typed)
{
	const struct route *form;
	bool other;

	form = route_find(v->site->routes, v->site->count, true, &v->path, &other);
	return form != NULL && again_open(v, form->fields, form->field_count, typed) != NULL &&
	       form_value(typed, "k")[0] != '\0';
}

/* Under which the page of that address finds both. */
static enum err keep(struct visit *v, struct msg *reply, struct span body, const char *to,
		     char id[KEPT_ID + 1])
{
	struct span packed;
	enum err rc = msg_pack(&v->a, reply, &packed);

	require(v->route->who == ROUTE_SIGNED_IN && v->route->post);
	if (rc == ERR_OK)
		rc = formkept_put(v->site->kept, v->token, &(struct kept_form){to, body, packed},
				  id);
	return rc;
}

/* Both as they came: what was read out of them is made again when it is looked at. */
void again_go(struct visit *v, struct msg *reply, const char *to)
{
	const bool refused = is_refusal(reply);
	char id[KEPT_ID + 1], address[ADDRESS];

	if (keep(v, reply, v->seen->body, to, id) !=
	    ERR_OK) { /* what was done stays done, and the page says how it stands */
		visit_notice(v, NO_ANSWER, "silent");
		return;
	}
	(void)snprintf(address, sizeof address, "%s?e=%s#%s", to, id, refused ? "wrong" : "main");
	visit_go(v, address);
}

/* What was typed is where it should be, and is not kept here any more; without the line the page still says how things are. */
void again_done(struct visit *v, const char *key, const char *to)
{
	struct msg *done = msg_new(&v->a, MSG_REPLY);
	char id[KEPT_ID + 1], address[ADDRESS];

	require(list_has(LIST_WEB, key) || list_has(LIST_SAID, key));
	msg_set_text(&v->a, done, REPLY_WHAT, key);
	if (keep(v, done, span_of("", 0), to, id) != ERR_OK)
		(void)snprintf(address, sizeof address, "%s#main", to);
	else
		(void)snprintf(address, sizeof address, "%s?e=%s#main", to, id);
	visit_go(v, address);
}

void again_did(struct visit *v, const struct msg *before, const char *partner, const char *ref)
{
	const char *key = before == NULL || msg_text(before, REPLY_ERROR)[0] != '\0'
				  ? ""
				  : msg_text(before, REPLY_WHAT);
	const enum list_id list = list_has(LIST_WEB, key) ? LIST_WEB : LIST_SAID;

	require(v->f.done == NULL);
	if (list_has(list, key))
		v->f.done = visit_capital(
			v, visit_say(v, list, key, FILL({"partner", partner, 0}, {"ref", ref, 0})));
}

/* The address of a form and the one that it is sent to are the same, so that nothing has to say where it stood. */
bool again_refused(struct visit *v, struct msg *reply)
{
	char to[ADDRESS];

	if (!is_refusal(reply))
		return false;
	if (strcmp(msg_text(reply, REPLY_CODE), "second-person") == 0) {
		text_format(to, sizeof to, "/second/%.32s", msg_text(reply, REPLY_ID));
		again_done(v, "did-second-ask", to);
		return true;
	}
	again_go(v, reply, v->seen->path);
	return true;
}
