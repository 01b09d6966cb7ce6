/* SPDX-License-Identifier: EUPL-1.2 */
/* Which parts an act needs stands in its row (proto/acts.h); here each has its question.  A question has a row of its own for an act
 * that asks it in other words: "act-why-outcome" before "act-why". */
#include "client/dialogue/act.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/day.h"
#include "client/words/words.h"

enum { KEY_LEN = 64 };

/* "Andere (toelichten)" asks for words: here none are asked for, and without them it is the plain word, which the node takes as well. */
static const char *called(const struct cli *c, enum list_id list, const char *code)
{
	return (list == LIST_REASONS || list == LIST_DECLINE) && strcmp(code, "other") == 0
		       ? talk_of(c, "act-other")
		       : list_text(list, c->lang, code);
}

static enum talk pick_code(const struct cli *c, const char *head, enum list_id list,
			   const char *use, const char **code)
{
	struct talk_item items[TALK_ITEMS];
	size_t count = 0, chosen;
	enum talk said;

	for (const char *one; count < TALK_ITEMS && (one = list_code(list, use, count)) != NULL;
	     count++)
		items[count] = (struct talk_item){called(c, list, one), NULL};
	require(count > 0);
	talk_head(c, head, FILL_NONE);
	said = talk_pick(c, items, count, TALK_NONE, &chosen);
	*code = said == TALK_OK ? list_code(list, use, chosen) : NULL;
	return said;
}

/* In words of its own where the list has them. */
static const char *question(const char *key, const struct act *act, char out[KEY_LEN])
{
	(void)snprintf(out, KEY_LEN, "%s-%s", key, act->code);
	if (!list_has(LIST_DIALOGUE, out))
		(void)snprintf(out, KEY_LEN, "%s", key);
	return out;
}

static enum talk ask_reason(struct cli *c, const struct act *act, struct msg *body)
{
	const char *code;
	char key[KEY_LEN];
	const enum talk said = pick_code(c, question("act-why", act, key),
					 (enum list_id)act->reasons, act->code, &code);

	if (said == TALK_OK)
		msg_set_text(&c->arena, body, ACT_NEW_REASON, code);
	return said;
}

static enum talk ask_day(struct cli *c, const struct act *act, struct msg *body)
{
	char line[TALK_LINE], key[KEY_LEN];
	const int64_t today = day_today();
	int64_t day;

	talk_head(c, question("act-until", act, key), FILL_NONE);
	for (;;) {
		const enum talk said = talk_line(c, NULL, line);
		enum day_fault fault;

		if (said != TALK_OK)
			return said;
		fault = day_read(line, c->lang, today, &day);
		if (fault == DAY_OK)
			break;
		talk_say(c, "until-fault",
			 FILL({"typed", line, 0}, {"why", day_fault_text(fault, c->lang), 0},
			      {"like", list_text(LIST_DAYS, c->lang, "day-like"), 0}));
	}
	msg_set_u64(body, ACT_NEW_DATE_MS, (uint64_t)day * DAY_MS + DAY_MS / 2);
	return TALK_OK;
}

/* Enter alone: nobody is known, which is an answer of its own. */
static enum talk ask_place(struct cli *c, const struct act *act, struct msg *body, bool needed)
{
	char line[TALK_LINE], key[KEY_LEN];
	enum talk said;

	talk_head(c, question("act-place", act, key), FILL_NONE);
	do
		said = talk_line(c, NULL, line);
	while (said == TALK_OK && needed && line[0] == '\0');
	if (said != TALK_OK)
		return said;
	if (needed)
		msg_add_text(&c->arena, body, ACT_NEW_TARGETS, line);
	else
		msg_set_text(&c->arena, body, ACT_NEW_ALTERNATIVE, line[0] == '\0' ? "none" : line);
	return TALK_OK;
}

/* From the case, by category: what it holds of them goes, and the node names what no consent covers. */
static enum talk ask_share(struct cli *c, struct msg *body)
{
	struct talk_item items[TALK_ITEMS];
	size_t count = 0;
	uint64_t cats;
	struct msg *sub, *reply;
	enum talk said;

	/* nothing was asked yet: then it is known what a national number is called there */
	if (c->country[0] == '\0')
		(void)cli_look(c, cli_request(c, REQUEST_STATUS, &sub), &reply);
	for (; count < TALK_ITEMS && msg_cat_name((unsigned)count) != NULL; count++)
		items[count] = (struct talk_item){
			cli_called(c, c->lang, LIST_CATEGORIES, msg_cat_name((unsigned)count)),
			strcmp(msg_cat_name((unsigned)count), "national-number") == 0
				? talk_of(c, "never-sent")
				: NULL};
	talk_head(c, "act-share", FILL_NONE);
	said = talk_pick_some(c, items, count, 0, &cats);
	if (said == TALK_OK && cats != 0)
		msg_set_u64(body, ACT_NEW_SHARE, cats);
	return said;
}

static enum talk ask_all(struct cli *c, const struct act *act, struct msg *body)
{
	enum talk said = TALK_OK;

	if ((act->needs & ACT_WITH_REASON) != 0 && msg_text(body, ACT_NEW_REASON)[0] == '\0')
		said = ask_reason(c, act, body);
	if (said == TALK_OK && (act->needs & ACT_WITH_REVIEW) != 0 &&
	    !msg_has(body, ACT_NEW_DATE_MS))
		said = ask_day(c, act, body);
	if (said == TALK_OK && (act->needs & ACT_WITH_ALTERNATIVE) != 0 &&
	    msg_text(body, ACT_NEW_ALTERNATIVE)[0] == '\0')
		said = ask_place(c, act, body, false);
	if (said == TALK_OK && (act->needs & ACT_WITH_TARGET) != 0 &&
	    msg_count(body, ACT_NEW_TARGETS) == 0)
		said = ask_place(c, act, body, true);
	if (said == TALK_OK && (act->needs & ACT_WITH_ANSWER) != 0 &&
	    !msg_has(body, ACT_NEW_SHARE) && msg_text(body, ACT_NEW_TEXT)[0] == '\0')
		said = ask_share(c, body);
	return said;
}

static void stopped(const struct cli *c)
{
	talk_say(c, "act-stopped", FILL_NONE);
}

bool dialogue_act(struct cli *c, const struct act *act, struct msg *body)
{
	require(c != NULL && act != NULL && body != NULL);
	if (!talk_possible(c) || ask_all(c, act, body) == TALK_OK)
		return true;
	stopped(c);
	return false;
}

const char *dialogue_code(const struct cli *c, const char *head, enum list_id list, const char *use)
{
	const char *code = NULL;

	require(c != NULL && head != NULL);
	if (pick_code(c, head, list, use, &code) != TALK_OK)
		stopped(c);
	return code;
}
