/* SPDX-License-Identifier: EUPL-1.2 */
/* The same sentences as on the command line, out of the same lists: who reads a page and who types beside them talk about the same. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/whose.h"
#include "client/words/words.h"
#include "proto/acts.h"
#include "web/referral/referral.h"

enum { KEY = 64, LIST = 1024 };

/*
 *	next	our last word there	sign
 *	us	either			a pointer: somebody here acts
 *	partner	either			a ring: we wait
 *	nobody	no, or nobody is there	a ring: nothing is done there before it arrives
 *	nobody	yes			a tick
 */
const char *referral_mark(const struct msg *row)
{
	const char *next = msg_text(row, REFERRAL_ROW_NEXT);

	require(msg_kind_of(row) == MSG_REFERRAL_ROW);
	if (strcmp(next, "us") == 0)
		return "▶";
	return strcmp(next, "partner") == 0 || msg_u64(row, REFERRAL_ROW_UNDELIVERED) != 0 ||
			       msg_u64(row, REFERRAL_ROW_GONE) != 0 ||
			       msg_u64(row, REFERRAL_ROW_PROVISIONAL) != 0
		       ? "○"
		       : "✔";
}

/* A page about a referral is one of those that were received, or sent. */
void referral_in_menu(struct visit *v, const struct msg *row)
{
	require(msg_kind_of(row) == MSG_REFERRAL_ROW);
	v->f.at_out = msg_u64(row, REFERRAL_ROW_MINE) != 0;
	v->f.at_in = !v->f.at_out;
}

/* What must not be overlooked stands above whose move it is, each on a line of its own. */
void referral_head(struct visit *v, struct msg *reply, struct referral_head *out)
{
	const struct msg *row = msg_at(reply, REPLY_REFERRALS, 0);
	const char *safety = msg_text(reply, REPLY_SAFETY);
	char move[WHOSE_LEN];

	referral_in_menu(v, row);
	*out = (struct referral_head){.mark = referral_mark(row)};
	out->move = visit_keep(v, whose_move(v->lang, row, move));
	if (strcmp(msg_text(row, REFERRAL_ROW_URGENCY), "urgent") == 0)
		out->urgent = list_text(LIST_SAID, v->lang, "urgent-first");
	if (msg_u64(row, REFERRAL_ROW_DO_NOT_CONTACT) != 0)
		out->quiet = list_text(LIST_SAID, v->lang, "do-not-contact");
	if (safety[0] != '\0')
		out->safety = visit_say(v, LIST_SAID, "safety-first", FILL({"text", safety, 0}));
}

/* Values are of the row, so that a sentence is about this referral whatever a form said. */
const char *referral_said(struct visit *v, const char *key, const struct msg *row)
{
	require(list_has(LIST_SAID, key));
	return visit_capital(v, visit_say(v, LIST_SAID, key,
					  FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0},
					       {"ref", msg_text(row, REFERRAL_ROW_REF), 0})));
}

/* In the order of their bits; what has no room is left out, and all of them have. */
const char *referral_cats(struct visit *v, const struct msg *reply, uint64_t cats)
{
	char out[LIST] = "";
	size_t n = 0;

	require(reply != NULL);
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++) {
		const char *word = words_called(v->lang, msg_text(reply, REPLY_COUNTRY),
						LIST_CATEGORIES, msg_cat_name(bit));

		if ((cats >> bit & 1) != 0 && n + strlen(word) + 3 < sizeof out)
			n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", n == 0 ? "" : ", ",
					      word);
	}
	return visit_keep(v, out);
}

/* What a sentence of the command line leaves to its other words, a button says itself.  A command that has no sentence comes from a newer
 * node: it is called as the act is. */
const char *referral_can(struct visit *v, const char *command)
{
	char key[KEY];

	require(command != NULL && command[0] != '\0');
	(void)snprintf(key, sizeof key, "can-%.40s", command);
	if (list_has(LIST_WEB, key))
		return list_text(LIST_WEB, v->lang, key);
	return visit_capital(v, list_has(LIST_SAID, key) ? list_text(LIST_SAID, v->lang, key)
							 : list_text(LIST_ACTS, v->lang, command));
}
