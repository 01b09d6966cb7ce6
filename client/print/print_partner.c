/* SPDX-License-Identifier: EUPL-1.2 */
/* Partners, and what has not been delivered to them.  A name that has to be typed again is never cut. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/print/print.h"
#include "client/words/seek.h"

/* Why nobody may be referred to this partner yet, or no longer; and what helps. */
static void standing(const struct cli *c, const struct msg *r)
{
	char day[WORDS_SHORT];
	const char *s = msg_text(r, PARTNER_ROW_STANDING);

	if (s[0] == '\0')
		return;
	(void)printf("%s", list_text(LIST_STANDINGS, c->lang, s));
	if (strcmp(s, "waiting") == 0) {
		(void)putchar(' ');
		print_say(c,
			  msg_text(r, PARTNER_ROW_TELEPHONE)[0] == '\0' ? "partner-witnessed"
									: "partner-witnesses",
			  FILL({"seen", NULL, msg_u64(r, PARTNER_ROW_WITNESSES)},
			       {"wanted", NULL, msg_u64(r, PARTNER_ROW_WITNESSES_WANTED)},
			       {"phone", msg_text(r, PARTNER_ROW_TELEPHONE), 0}));
	}
	if (msg_text(r, PARTNER_ROW_LEAVES_DAY)[0] != '\0')
		(void)printf(" (%s)", words_day(c->lang, msg_text(r, PARTNER_ROW_LEAVES_DAY), day));
	(void)fputs(words_semicolon(c->lang), stdout);
}

/* In show alone, where the roots' word is: whom to telephone, and where its node is. */
static void reached(const struct cli *c, const struct msg *r)
{
	static const struct {
		unsigned field;
		const char *key, *name;
	} lines[] = {{PARTNER_ROW_PHONE, "partner-phone", "phone"},
		     {PARTNER_ROW_ENDPOINT, "partner-address", "address"},
		     {PARTNER_ROW_NODE_ID, "partner-id", "id"},
		     {PARTNER_ROW_VERSION, "partner-runs", "version"}};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (msg_text(r, PARTNER_ROW_VERIFIED)[0] == '\0' ||
		    msg_text(r, lines[i].field)[0] == '\0')
			continue;
		(void)printf("  ");
		print_say_line(c, lines[i].key,
			       FILL({lines[i].name, msg_text(r, lines[i].field), 0}));
	}
}

/* What stands in the way of exchange comes before what is owed, because it explains it. */
void print_partners(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_PARTNERS); i++) {
		const struct msg *r = msg_at(reply, REPLY_PARTNERS, i);
		char how[WORDS_SHORT * 4];

		print_cell(msg_text(r, PARTNER_ROW_NAME), 34);
		(void)printf("%-24s  ",
			     msg_text(r, PARTNER_ROW_TYPED)); /* never cut: it is typed */
		print_cell(msg_text(r, PARTNER_ROW_COUNTRY), 6);
		print_cell(list_text(LIST_AUDIT, c->lang, msg_text(r, PARTNER_ROW_CLASS_NAME)), 11);
		print_cell(msg_u64(r, PARTNER_ROW_SELF) != 0
				   ? list_text(LIST_UI, c->lang, "this-node")
			   : msg_u64(r, PARTNER_ROW_CONNECTED) != 0
				   ? list_text(LIST_LINE, c->lang, "connected")
				   : list_text(LIST_LINE, c->lang, "not-connected"),
			   13);
		print_line_silent(c, msg_u64(r, PARTNER_ROW_SILENT_SINCE_MS));
		standing(c, r);
		if (msg_u64(r, PARTNER_ROW_NO_CALENDAR) != 0)
			(void)printf("%s%s", list_text(LIST_UI, c->lang, "no-calendar"),
				     words_semicolon(c->lang));
		(void)printf("%s %llu, %s%s", list_text(LIST_UI, c->lang, "owed"),
			     (unsigned long long)msg_u64(r, PARTNER_ROW_OWED),
			     list_text(LIST_UI, c->lang, "may-see"), words_colon(c->lang));
		print_cats(c, msg_u64(r, PARTNER_ROW_MAY_SEND_CATS));
		(void)putchar('\n');
		reached(c, r);
		/* The roots' word on how the member was checked, shown with the fingerprint that a
		 * person can compare. */
		if (msg_text(r, PARTNER_ROW_VERIFIED)[0] != '\0') {
			print_codes(c, LIST_CODES, msg_text(r, PARTNER_ROW_VERIFIED), how,
				    sizeof how);
			(void)printf("  ");
			print_say_line(
				c, "partner-verified",
				FILL({"fingerprint", msg_text(r, PARTNER_ROW_FINGERPRINT), 0},
				     {"how", how, 0}));
		}
	}
}

/* Why it waits was said; whether the line, the clock or the partner is the reason is for the doctor to find, who looks at all of them
 * at once.  The daemon does not guess which command helps: that is data of the client. */
void print_seek(const struct cli *c, const char *code, const char *partner)
{
	char line[WORDS_LONG];

	require(c != NULL && code != NULL && partner != NULL);
	if (seek_line(c->lang, code, partner, line)[0] == '\0')
		return;
	(void)fputs("  ", stdout);
	text_print(stdout, line);
	(void)putchar('\n');
}

/* Cause and remedy are codes of the node: it decides, here they are only put into words. */
void print_outbox(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_OUTBOX); i++) {
		const struct msg *r = msg_at(reply, REPLY_OUTBOX, i);
		const char *id = msg_text(r, OUTBOX_ROW_ID);

		print_id(id);
		print_cell(msg_text(r, OUTBOX_ROW_PARTNER), 24);
		print_cell(list_text(LIST_ACTS, c->lang, msg_text(r, OUTBOX_ROW_ACT)), 26);
		print_cell(list_text(LIST_OUTBOX, c->lang, msg_text(r, OUTBOX_ROW_STATE)), 12);
		print_line_silent(c, msg_u64(r, OUTBOX_ROW_SILENT_SINCE_MS));
		(void)printf("%s%s%s%s%s%s%s\n", list_text(LIST_UI, c->lang, "because"),
			     words_colon(c->lang),
			     list_text(LIST_OUTBOX, c->lang, msg_text(r, OUTBOX_ROW_CAUSE)),
			     words_semicolon(c->lang), list_text(LIST_UI, c->lang, "what-helps"),
			     words_colon(c->lang),
			     list_text(LIST_OUTBOX, c->lang, msg_text(r, OUTBOX_ROW_REMEDY)));
		if (c->cmd->field == REQUEST_OUTBOX_WHY)
			print_seek(c, msg_text(r, OUTBOX_ROW_CAUSE),
				   msg_text(r, OUTBOX_ROW_PARTNER));
		if (msg_has(r, OUTBOX_ROW_CLOCK))
			print_line_clock(c, msg_get(r, OUTBOX_ROW_CLOCK),
					 msg_text(r, OUTBOX_ROW_PARTNER));
	}
}
