/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a form leads to, and where that begins, so that whoever reads with a keyboard or by ear is there at once:
 *
 *	core said		the browser goes to			and is at
 *	no			the form, by its own address		#wrong: what, why and what to do
 *	yes			the page that again_go() names		#main: it may say what was done
 *	nothing in time		nowhere: visit.c says so		the text is still in the form one page back
 *
 * Each is an address that a browser asks for by itself, also when its page is loaded anew or gone back to: nothing is done by
 * asking for it, and after KEPT_MS it is the same page without what was typed.
 */
#include "web/again.h"

#include <stdio.h>

#include "base/check.h"

enum { ADDRESS = KEPT_PATH + 64, NO_ANSWER = 503 };

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
	(void)visit_form(v, typed, fields, count, body); /* it was read before */
	if (is_refusal(reply))
		visit_wrong(v, reply);
	return reply;
}

/* Both as they came: what was read out of them is made again when it is looked at. */
void again_go(struct visit *v, struct msg *reply, const char *to)
{
	const bool refused = is_refusal(reply);
	char id[KEPT_ID + 1], address[ADDRESS];
	struct span packed;
	enum err rc = msg_pack(&v->a, reply, &packed);

	require(v->route->who == ROUTE_SIGNED_IN && v->route->post);
	if (rc == ERR_OK)
		rc = formkept_put(v->site->kept, v->token, to, v->seen->body, packed, id);
	if (rc != ERR_OK) { /* what was done stays done, and the page says how it stands */
		visit_notice(v, NO_ANSWER, "silent");
		return;
	}
	(void)snprintf(address, sizeof address, "%s?e=%s#%s", to, id, refused ? "wrong" : "main");
	visit_go(v, address);
}

/* The address of a form and the one that it is sent to are the same, so that nothing has to say where it stood. */
bool again_refused(struct visit *v, struct msg *reply)
{
	if (!is_refusal(reply))
		return false;
	again_go(v, reply, v->seen->path);
	return true;
}
