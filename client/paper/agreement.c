/* SPDX-License-Identifier: EUPL-1.2 */
/* What was agreed with a partner, for whoever asks: what may go, what may come, what for and since when; and what is missing, with
 * the command or the number that helps.  The node says what is missing in codes; how one types the remedy is said here. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/fill.h"
#include "client/cli/out.h"
#include "client/commands/cmd.h"
#include "client/paper/paper.h"
#include "client/print/print.h"
#include "client/words/words.h"

enum { COMMAND_LEN = 320, KEY = 48 };

/* "..." stands where a person has to choose; what is not here is ended by telephone. */
static const struct {
	const char *code, *command;
} commands[] = {
	{"send-none", "kring partner agree {partner} --share ..."},
	{"send-ended", "kring partner agree {partner} --share {cats}"},
	{"receive-none", "kring partner agree {partner} --receive --share ..."},
	{"receive-ended", "kring partner agree {partner} --receive --share {cats}"},
	{"receive-asked", "kring partner agree {partner} --receive --share {cats}"},
	{"unchecked", "kring partner check {partner}"},
	{"recovered", "kring partner check {partner}"},
	{"came-back", "kring partner restored {partner}"},
	{"suspended", "kring roster show"},
	{"removed", "kring roster show"},
	{"leaving", "kring roster show"},
	{"frozen", "kring roster show"},
};

/* Names as a command takes them. */
static void typed_cats(uint64_t cats, char out[COMMAND_LEN])
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++) {
		const char *name = msg_cat_name(bit);
		const size_t len = strlen(name);

		if ((cats >> bit & 1) == 0 || n + len + 2 > COMMAND_LEN)
			continue;
		if (n > 0)
			out[n++] = ',';
		memcpy(out + n, name, len + 1);
		n += len;
	}
}

/* What holds already is named, too: an agreement is written whole. */
static uint64_t with_present(const struct msg *reply, const struct msg *lack)
{
	const bool receive = strncmp(msg_text(lack, LACK_ROW_CODE), "receive", 7) == 0;
	uint64_t cats = msg_u64(lack, LACK_ROW_CATS);

	for (size_t i = 0; i < msg_count(reply, REPLY_AGREEMENTS); i++) {
		const struct msg *a = msg_at(reply, REPLY_AGREEMENTS, i);

		if ((msg_u64(a, AGREEMENT_ROW_RECEIVE) != 0) == receive)
			cats |= msg_u64(a, AGREEMENT_ROW_CATS);
	}
	return cats;
}

static void fill_commands(struct cli *c, struct msg *reply)
{
	const struct msg *p = msg_at(reply, REPLY_PARTNERS, 0);

	for (size_t i = 0; i < msg_count(reply, REPLY_LACKS); i++) {
		struct msg *row = msg_edit(reply, REPLY_LACKS, i);
		char line[2 * COMMAND_LEN], cats[COMMAND_LEN];

		typed_cats(with_present(reply, row), cats);
		for (size_t k = 0; k < sizeof commands / sizeof commands[0]; k++) {
			if (strcmp(commands[k].code, msg_text(row, LACK_ROW_CODE)) != 0)
				continue;
			(void)fill_text(line, sizeof line, commands[k].command,
					FILL({"partner", msg_text(p, PARTNER_ROW_TYPED), 0},
					     {"cats", cats, 0}),
					FILL_ONE_IS_ONE);
			msg_set_text(&c->arena, row, LACK_ROW_COMMAND, line);
		}
	}
}

static const char *label(const struct sheet *s, const char *key)
{
	return list_text(LIST_PAPER, s->lang, key);
}

static void one_way(struct sheet *s, const struct msg *a, const char *partner)
{
	const bool receive = msg_u64(a, AGREEMENT_ROW_RECEIVE) != 0;
	const char *state = msg_text(a, AGREEMENT_ROW_STATE), *last;
	const uint64_t cats = msg_u64(a, AGREEMENT_ROW_CATS);
	char head[PAPER_LIST], list[PAPER_LIST], day[WORDS_SHORT];

	require(msg_kind_of(a) == MSG_AGREEMENT_ROW);
	sheet_head(s,
		   fill_text(head, sizeof head, label(s, receive ? "agree-receive" : "agree-send"),
			     FILL({"partner", partner, 0}), words_plural(s->lang)));
	if (strcmp(state, "none") == 0) {
		sheet_pair(s, label(s, "agree-cats"), label(s, "agree-none"));
		return;
	}
	if (strcmp(state, "ended") == 0) {
		sheet_pair(s, label(s, "agree-cats"), label(s, "agree-ended"));
		sheet_pair(s, label(s, "agree-was"), paper_cats(s->c, s->lang, cats, list));
	} else {
		sheet_pair(s, label(s, "agree-cats"),
			   cats == 0 ? label(s, "agree-closed")
				     : paper_cats(s->c, s->lang, cats, list));
	}
	sheet_pair(s, label(s, "agree-purpose"),
		   list_text(LIST_CODES, s->lang, msg_text(a, AGREEMENT_ROW_PURPOSE)));
	sheet_pair(s, label(s, "agree-since"),
		   words_day_of(s->lang, msg_u64(a, AGREEMENT_ROW_SINCE_MS), day));
	if (msg_u64(a, AGREEMENT_ROW_KEEP_MONTHS) != 0)
		sheet_pair(s, label(s, "agree-keep"),
			   fill_text(head, sizeof head, label(s, "agree-months"),
				     FILL({"law",
					   list_text(LIST_CODES, s->lang,
						     msg_text(a, AGREEMENT_ROW_STATUTE)),
					   0},
					  {"n", NULL, msg_u64(a, AGREEMENT_ROW_KEEP_MONTHS)}),
				     words_plural(s->lang)));
	last = msg_text(a, AGREEMENT_ROW_LAST_DAY);
	sheet_pair(s, label(s, "agree-until"),
		   last[0] == '\0' ? label(s, "agree-open") : words_date(s->lang, last, day));
}

/* What is missing, on whose side, and what helps. */
static void one_lack(struct sheet *s, const struct msg *l, const char *partner)
{
	const char *command = msg_text(l, LACK_ROW_COMMAND), *phone = msg_text(l, LACK_ROW_PHONE),
		   *who = msg_text(l, LACK_ROW_WHO);
	char key[KEY], cats[PAPER_LIST];

	(void)snprintf(key, sizeof key, "lack-%s", msg_text(l, LACK_ROW_CODE));
	sheet_point(s, key,
		    FILL({"partner", partner, 0},
			 {"cats", paper_cats(s->c, s->lang, msg_u64(l, LACK_ROW_CATS), cats), 0}));
	if (who[0] != '\0')
		sheet_point(s, phone[0] == '\0' ? "agree-call" : "agree-phone",
			    FILL({"who", who, 0}, {"phone", phone, 0}));
	if (command[0] != '\0')
		sheet_point(s, "agree-help", FILL({"command", command, 0}));
}

int cmd_partner_agreement(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_PARTNER_AGREEMENT, &sub);
	const char *partner;
	char title[PAPER_LIST];
	struct sheet s;
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_call(c, req, &reply);
	if (code != CLI_DONE)
		return code;
	fill_commands(c, reply);
	if (c->json)
		return paper_json(c, req, reply);
	if (!paper_open(c, &s, c->lang, &code))
		return code;
	partner = msg_text(msg_at(reply, REPLY_PARTNERS, 0), PARTNER_ROW_NAME);
	sheet_begin(&s, fill_text(title, sizeof title, label(&s, "agree-title"),
				  FILL({"partner", partner, 0}), words_plural(s.lang)));
	sheet_say(&s, "agree-person", FILL_NONE);
	for (size_t i = 0; i < msg_count(reply, REPLY_AGREEMENTS); i++)
		one_way(&s, msg_at(reply, REPLY_AGREEMENTS, i), partner);
	sheet_head(&s, label(&s, "agree-lacks"));
	if (msg_count(reply, REPLY_LACKS) == 0)
		sheet_say(&s, "agree-complete", FILL_NONE);
	for (size_t i = 0; i < msg_count(reply, REPLY_LACKS); i++)
		one_lack(&s, msg_at(reply, REPLY_LACKS, i), partner);
	return paper_close(c, &s, reply);
}
