/* SPDX-License-Identifier: EUPL-1.2 */
/* What a partner will see, and what not.  Only categories of which the case holds something are asked about; of these the
 * agreement with that partner allows some.  What most referrals need is marked at first: who it is, how to reach the person,
 * the goals, and what the need itself is about.  Health and the like are marked by hand only. */
#include "client/dialogue/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/print/print.h"
#include "client/words/usual.h"
#include "client/words/words.h"

enum { FIELD_WIDTH = 23, CATS = 40, TEXT = 400 };

const char *dialogue_need(struct cli *c, enum list_lang lang, const char *code)
{
	char *text = arena_text(&c->arena, list_text(LIST_NEEDS, lang, code));
	char *bracket = text == NULL ? NULL : strstr(text, " (");

	if (bracket != NULL)
		*bracket = '\0';
	return text == NULL ? code : text;
}

/* The categories that the case holds, in the order of their bits, and whether this partner takes them. */
static size_t fill_items(const struct cli *c, const struct referral *r,
			 const struct referral_to *to, struct talk_item *items, uint64_t *bits)
{
	const uint64_t known = referral_known(r);
	size_t n = 0;

	for (unsigned bit = 0; msg_cat_name(bit) != NULL && n < CATS; bit++) {
		if ((known >> bit & 1) == 0)
			continue;
		bits[n] = UINT64_C(1) << bit;
		items[n++] = (struct talk_item){
			cli_called(c, c->lang, LIST_CATEGORIES, msg_cat_name(bit)),
			strcmp(msg_cat_name(bit), "national-number") == 0 ? talk_of(c, "never-sent")
			: (to->may >> bit & 1) != 0			  ? NULL
						    : talk_of(c, "not-agreed")};
	}
	return n;
}

/* One partner: what was chosen before it, or for the partner before, is marked already. */
static enum talk share_one(struct cli *c, struct referral *r, struct referral_to *to,
			   uint64_t first)
{
	struct talk_item items[CATS];
	uint64_t bits[CATS], marks = 0;
	size_t n = fill_items(c, r, to, items, bits);
	enum talk t = TALK_OK;

	talk_head(c, "share-head",
		  FILL({"partner", to->name, 0}, {"need", dialogue_need(c, c->lang, r->need), 0}));
	if (n == 0) {
		talk_say(c, "share-nothing", FILL_NONE);
	} else {
		for (size_t i = 0; i < n; i++)
			if (((to->chosen ? to->share : first) & bits[i] & to->may) != 0)
				marks |= UINT64_C(1) << i;
		t = talk_mark(c, items, n, &marks);
	}
	if (t != TALK_OK)
		return t;
	to->share = 0;
	for (size_t i = 0; i < n; i++)
		if ((marks >> i & 1) != 0)
			to->share |= bits[i];
	to->chosen = true;
	return TALK_OK;
}

enum talk dialogue_share(struct cli *c, struct referral *r)
{
	require(r->to_count > 0);
	for (size_t i = 0; i < r->to_count; i++) {
		const enum talk t = share_one(c, r, &r->to[i],
					      i == 0 ? usual_cats(r->need) : r->to[i - 1].share);

		if (t == TALK_STOP || (t == TALK_BACK && i == 0))
			return t;
		if (t == TALK_BACK)
			i -= 2; /* to the partner before */
	}
	return TALK_OK;
}

static void show_field(const struct cli *c, const struct msg *p, const struct msg_field *f)
{
	(void)printf("  ");
	print_cell(cli_called(c, c->lang, LIST_PERSON, f->name), FIELD_WIDTH);
	print_field(c, p, f);
	(void)putchar('\n');
}

/* Fields that are there and stay here, by their names alone. */
static void print_kept(const struct cli *c, const struct referral *r, const struct referral_to *to)
{
	char text[TEXT * 4], noted[WORDS_SHORT];
	struct msg_field f;
	size_t n = 0;

	for (size_t i = 0; r->person != NULL && msg_field_at(r->person, i, &f); i++)
		if (msg_has(r->person, f.number) && (to->share >> f.cat & 1) == 0 &&
		    n + TEXT < sizeof text)
			n += (size_t)snprintf(
				text + n, sizeof text - n, "%s%s", n == 0 ? "" : ", ",
				words_beside_need(c->lang,
						  cli_called(c, c->lang, LIST_PERSON, f.name),
						  r->need, noted));
	if (n > 0)
		talk_say(c, "preview-not", FILL({"fields", text, 0}));
	talk_say(c, "preview-never", FILL_NONE);
}

void dialogue_preview(const struct cli *c, const struct referral *r, const struct referral_to *to)
{
	struct msg_field f;

	talk_head(c, "preview-head", FILL({"partner", to->name, 0}));
	(void)printf("  ");
	print_cell(talk_of(c, "need"), FIELD_WIDTH);
	(void)printf("%s%s\n", list_text(LIST_NEEDS, c->lang, r->need),
		     r->urgent ? talk_of(c, "and-urgent") : "");
	if (r->service[0] != '\0') {
		(void)printf("  ");
		print_cell(talk_of(c, "service"), FIELD_WIDTH);
		print_lines(r->service);
		(void)putchar('\n');
	}
	for (size_t i = 0; r->person != NULL && msg_field_at(r->person, i, &f); i++)
		if (msg_has(r->person, f.number) && (to->share >> f.cat & 1) != 0)
			show_field(c, r->person, &f);
	print_kept(c, r, to);
}
