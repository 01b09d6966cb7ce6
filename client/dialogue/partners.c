/* SPDX-License-Identifier: EUPL-1.2 */
/* To whom.  Partners to which nobody can be referred now stand in the list with the reason, so that nobody looks for them
 * elsewhere; the node judges again when it is asked to send. */
#include "client/dialogue/dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/words/words.h"

enum { LIST_MOST = 40, LABEL = 400 };

struct choice {
	struct talk_item items[LIST_MOST];
	const struct msg *rows[LIST_MOST];
	size_t count;
};

/* NULL: one may be referred there. */
static const char *why_not(const struct cli *c, const struct msg *row)
{
	const char *standing = msg_text(row, PARTNER_ROW_STANDING);
	char key[64];

	if (strcmp(msg_text(row, PARTNER_ROW_CLASS_NAME), "member") != 0)
		return talk_of(c, "off-class");
	(void)snprintf(key, sizeof key, "off-%.40s", standing);
	if (standing[0] != '\0' && list_has(LIST_DIALOGUE, key))
		return talk_of(c, key);
	if (msg_u64(row, PARTNER_ROW_NO_CALENDAR) != 0)
		return talk_of(c, "off-calendar");
	return msg_u64(row, PARTNER_ROW_MAY_SEND_CATS) == 0 ? talk_of(c, "off-agreement") : NULL;
}

/* The reference of an open referral for the same need, or "". */
static const char *open_there(const struct referral *r, const char *name)
{
	static const char *const over[] = {"closed",  "declined", "redirected", "withdrawn",
					   "expired", "revoked",  "error"};

	for (size_t i = 0; r->shown != NULL && i < msg_count(r->shown, REPLY_REFERRALS); i++) {
		const struct msg *row = msg_at(r->shown, REPLY_REFERRALS, i);
		bool open = msg_u64(row, REFERRAL_ROW_MINE) != 0;

		for (size_t k = 0; k < sizeof over / sizeof over[0]; k++)
			open = open && strcmp(msg_text(row, REFERRAL_ROW_STATE), over[k]) != 0;
		if (open && strcmp(msg_text(row, REFERRAL_ROW_PARTNER), name) == 0 &&
		    strcmp(msg_text(row, REFERRAL_ROW_NEED), r->need) == 0)
			return msg_text(row, REFERRAL_ROW_REF);
	}
	return "";
}

static const char *label_of(struct cli *c, const struct referral *r, const struct msg *row)
{
	const char *name = msg_text(row, PARTNER_ROW_NAME), *ref = open_there(r, name);
	char text[LABEL];

	if (ref[0] == '\0')
		return name;
	return arena_text(&c->arena, fill_text(text, sizeof text, talk_of(c, "partner-open"),
					       FILL({"partner", name, 0}, {"ref", ref, 0}),
					       words_plural(c->lang)));
}

/* By the words of its name, wherever they stand in it; "": every name. */
static bool fits(const struct msg *row, const char *slug)
{
	char name[LABEL];

	return slug[0] == '\0' || (text_slug(name, sizeof name, msg_text(row, PARTNER_ROW_NAME)) &&
				   strstr(name, slug) != NULL);
}

/* Those that can be chosen first.  False: there are more than a list should have. */
static bool gather(struct cli *c, const struct referral *r, const char *typed, struct choice *out)
{
	char slug[TALK_LINE];

	out->count = 0;
	if (!text_slug(slug, sizeof slug, typed))
		slug[0] = '\0';
	for (int off = 0; off < 2; off++)
		for (size_t i = 0; i < msg_count(r->partners, REPLY_PARTNERS); i++) {
			const struct msg *row = msg_at(r->partners, REPLY_PARTNERS, i);
			const char *why;

			if (msg_u64(row, PARTNER_ROW_SELF) != 0 || !fits(row, slug) ||
			    strcmp(msg_text(row, PARTNER_ROW_STANDING), "removed") == 0)
				continue;
			why = why_not(c, row);
			if ((why != NULL) != (off == 1))
				continue;
			if (out->count == LIST_MOST)
				return false;
			out->rows[out->count] = row;
			out->items[out->count++] = (struct talk_item){
				why == NULL ? label_of(c, r, row) : msg_text(row, PARTNER_ROW_NAME),
				why};
		}
	return true;
}

/* As it was typed, or as a list prints it. */
static bool named(const char *typed, const struct msg *row)
{
	char a[LABEL], b[LABEL];

	return strcmp(typed, msg_text(row, PARTNER_ROW_TYPED)) == 0 ||
	       (text_slug(a, sizeof a, typed) && a[0] != '\0' &&
		text_slug(b, sizeof b, msg_text(row, PARTNER_ROW_NAME)) && strcmp(a, b) == 0);
}

static struct referral_to *already(struct referral *r, const struct msg *row)
{
	for (size_t i = 0; i < r->to_count; i++)
		if (named(r->to[i].typed, row))
			return &r->to[i];
	return NULL;
}

static void name_one(struct referral_to *to, const struct msg *row)
{
	(void)snprintf(to->typed, sizeof to->typed, "%s", msg_text(row, PARTNER_ROW_TYPED));
	(void)snprintf(to->name, sizeof to->name, "%s", msg_text(row, PARTNER_ROW_NAME));
	to->may = msg_u64(row, PARTNER_ROW_MAY_SEND_CATS);
}

/* What was chosen of it before stays, when it is chosen again. */
static void put_chosen(struct referral *r, const struct choice *from, uint64_t marks)
{
	struct referral_to now[REFERRAL_TO_MAX];
	size_t n = 0;

	for (size_t i = 0; i < from->count && n < REFERRAL_TO_MAX; i++) {
		const struct referral_to *had = already(r, from->rows[i]);

		if ((marks >> i & 1) == 0)
			continue;
		now[n] = had != NULL ? *had : (struct referral_to){.may = 0};
		name_one(&now[n], from->rows[i]);
		n++;
	}
	memcpy(r->to, now, n * sizeof now[0]);
	r->to_count = n;
}

/* A second referral for the same need is rarely meant: it is asked for by name. */
static enum talk ask_again(struct cli *c, struct referral *r)
{
	for (size_t i = 0; i < r->to_count; i++) {
		const char *ref = open_there(r, r->to[i].name);
		bool yes = r->to[i].again;
		enum talk t;

		if (ref[0] == '\0')
			continue;
		talk_say(c, "again", FILL({"partner", r->to[i].name, 0}, {"ref", ref, 0}));
		t = talk_yes(c, false, &yes);
		if (t != TALK_OK)
			return t;
		r->to[i].again = yes;
		if (yes)
			continue;
		memmove(&r->to[i], &r->to[i + 1], (r->to_count - i - 1) * sizeof r->to[0]);
		r->to_count--;
		i--;
	}
	return r->to_count > 0 ? TALK_OK : TALK_BACK;
}

int dialogue_partner_list(struct cli *c, struct referral *r)
{
	struct msg *sub, *reply;
	const int code = cli_call(c, cli_request(c, REQUEST_PARTNER_LIST, &sub), &reply);

	if (code != CLI_DONE)
		return code;
	r->partners = reply;
	/* those of a draft, or of the command line */
	for (size_t i = 0; i < msg_count(reply, REPLY_PARTNERS); i++) {
		const struct msg *row = msg_at(reply, REPLY_PARTNERS, i);
		struct referral_to *to = already(r, row);

		if (to != NULL)
			name_one(to, row);
	}
	return CLI_DONE;
}

/* As many as one referral may go to. */
static enum talk pick_few(const struct cli *c, const struct choice *from, uint64_t usual,
			  uint64_t *marks)
{
	for (;;) {
		const enum talk t = talk_pick_some(c, from->items, from->count, usual, marks);
		uint64_t n = 0;

		for (size_t i = 0; i < from->count; i++)
			n += *marks >> i & 1;
		if (t != TALK_OK || n <= REFERRAL_TO_MAX)
			return t;
		talk_say(c, "partners-most", FILL({"most", NULL, REFERRAL_TO_MAX}));
	}
}

enum talk dialogue_partners(struct cli *c, struct referral *r)
{
	struct choice *all = arena_alloc(&c->arena, sizeof *all);
	char line[TALK_LINE] = "";
	uint64_t usual = 0, marks;
	enum talk t;

	if (all == NULL)
		return TALK_STOP;
	talk_head(c, "partners-head", FILL_NONE);
	while (!gather(c, r, line, all) || all->count == 0) {
		if (all->count == 0 && line[0] == '\0') {
			talk_say(c, "partners-none", FILL_NONE);
			return TALK_BACK;
		}
		talk_say(c, all->count == 0 ? "partners-no-such" : "partners-many", FILL_NONE);
		t = talk_line(c, NULL, line);
		if (t != TALK_OK)
			return t;
	}
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].off == NULL && already(r, all->rows[i]) != NULL)
			usual |= UINT64_C(1) << i;
	talk_say(c, "partners-how", FILL_NONE);
	t = pick_few(c, all, usual, &marks);
	if (t != TALK_OK)
		return t;
	put_chosen(r, all, marks);
	return ask_again(c, r);
}
