/* SPDX-License-Identifier: EUPL-1.2 */
/* Who it is about: from the newest cases, or by a part of the name, the telephone number, the birth date or the case's number.
 * People of the same name are told apart by what the list shows beside it. */
#include "client/dialogue/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/day.h"
#include "client/words/words.h"

enum { SHOWN = 9 };

/* Cases that fit a text, the newest first; "": all. */
static int find(struct cli *c, const char *text, struct msg **reply)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_LIST, &sub);
	char born[DATE_TEXT];

	if (text[0] != '\0' && day_birth(text, c->lang, day_today(), born) == DAY_OK &&
	    strlen(born) > 4)
		text = born;
	if (text[0] != '\0')
		msg_set_text(&c->arena, sub, CASE_SEARCH_TEXT, text);
	msg_set_u64(sub, CASE_SEARCH_LIMIT, SHOWN);
	return cli_call(c, req, reply);
}

int dialogue_show_case(struct cli *c, struct referral *r)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_SHOW, &sub), *reply;
	int code;

	msg_set_text(&c->arena, sub, BY_ID_ID, r->case_id);
	code = cli_call(c, req, &reply);
	if (code != CLI_DONE)
		return code;
	r->shown = reply;
	r->person = msg_has(reply, REPLY_PERSON) ? msg_get(reply, REPLY_PERSON) : NULL;
	if (msg_count(reply, REPLY_CASES) > 0)
		(void)snprintf(r->case_id, sizeof r->case_id, "%s",
			       msg_text(msg_at(reply, REPLY_CASES, 0), CASE_ROW_ID));
	return CLI_DONE;
}

/* A closed case is nobody's to look at: it is opened again first, or not referred. */
enum talk dialogue_open_again(struct cli *c, const struct referral *r)
{
	const struct msg *row = msg_count(r->shown, REPLY_CASES) == 0
					? NULL
					: msg_at(r->shown, REPLY_CASES, 0);
	struct msg *sub, *req, *reply;
	bool yes;
	enum talk t;

	if (msg_u64(row, CASE_ROW_CLOSED) == 0)
		return TALK_OK;
	talk_head(c, "open-again", FILL_NONE);
	t = talk_yes(c, true, &yes);
	if (t != TALK_OK || !yes)
		return t == TALK_OK ? TALK_STOP : t;
	req = cli_request(c, REQUEST_CASE_REOPEN, &sub);
	msg_set_text(&c->arena, sub, BY_ID_ID, r->case_id);
	if (cli_call(c, req, &reply) != CLI_DONE)
		return TALK_STOP;
	talk_say(c, "opened-again", FILL_NONE);
	return TALK_OK;
}

/* A number of the list. */
static bool number_of(const char *line, size_t count, size_t *out)
{
	if (strlen(line) != 1 && !(strlen(line) == 2 && line[0] == '1' && line[1] == '0'))
		return false;
	*out = (size_t)(line[0] - '1') + (line[1] == '0' ? 9 : 0);
	return line[0] >= '1' && line[0] <= '9' && *out <= count;
}

/* Found is chosen at once when it is the only one: the next heading names it, and "<" goes back. */
static enum talk chosen(struct cli *c, struct referral *r, const struct msg *reply, size_t i)
{
	if (i == msg_count(reply, REPLY_CASES)) {
		char id[sizeof r->case_id];

		if (dialogue_case_new(c, id) != CLI_DONE || id[0] == '\0')
			return TALK_STOP;
		memcpy(r->case_id, id, sizeof id);
	} else {
		(void)snprintf(r->case_id, sizeof r->case_id, "%s",
			       msg_text(msg_at(reply, REPLY_CASES, i), CASE_ROW_ID));
	}
	return dialogue_show_case(c, r) == CLI_DONE ? dialogue_open_again(c, r) : TALK_STOP;
}

enum talk dialogue_person(struct cli *c, struct referral *r)
{
	struct msg *reply, *found;
	struct talk_item items[SHOWN + 1];
	char line[TALK_LINE];
	enum talk t;
	size_t n, i;

	if (find(c, "", &reply) != CLI_DONE)
		return TALK_STOP;
	talk_head(c, "person-head", FILL_NONE);
	for (;;) {
		n = dialogue_case_items(c, reply, SHOWN, items);
		items[n] = (struct talk_item){talk_of(c, "new-case"), NULL};
		talk_items(c, items, n + 1, NULL);
		talk_say(c, "person-how", FILL_NONE);
		t = talk_line(c, NULL, line);
		if (t != TALK_OK)
			return t;
		if (line[0] == '\0')
			continue;
		if (number_of(line, n, &i))
			return chosen(c, r, reply, i);
		if (find(c, line, &found) != CLI_DONE)
			return TALK_STOP;
		if (msg_count(found, REPLY_CASES) == 1)
			return chosen(c, r, found, 0);
		if (msg_count(found, REPLY_CASES) == 0) {
			talk_say(c, "person-none", FILL({"typed", line, 0}));
			continue;
		}
		reply = found;
		talk_say(c,
			 msg_u64(found, REPLY_TRUNCATED) != 0 ||
					 msg_text(found, REPLY_NEXT)[0] != '\0'
				 ? "person-more"
				 : "person-several",
			 FILL_NONE);
	}
}
