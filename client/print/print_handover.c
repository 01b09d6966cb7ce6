/* SPDX-License-Identifier: EUPL-1.2 */
/* Where a case is on its way from one node to another, and who holds its pen. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/print/print.h"
#include "client/words/whose.h"

enum { PARTNER_LEN = 256 };

/* What ran elsewhere when the case came here: to be referred again, or done. */
static void runs(const struct cli *c, const struct msg *r)
{
	for (size_t i = 0; i < msg_count(r, HANDOVER_ROW_RUNS); i++) {
		const struct msg *run = msg_at(r, HANDOVER_ROW_RUNS, i);
		const char *need = msg_text(run, RUN_ROW_NEED);

		(void)fputs("  ", stdout);
		print_say_line(
			c, msg_u64(run, RUN_ROW_GOES_ON) != 0 ? "handover-run-on" : "handover-run",
			FILL({"partner", msg_text(run, RUN_ROW_PARTNER), 0},
			     {"need", need[0] == '\0' ? "-" : list_text(LIST_NEEDS, c->lang, need),
			      0},
			     {"case", print_short(msg_text(r, HANDOVER_ROW_CASE_ID)), 0}));
	}
}

/* Of a case that moved away no name is shown, so its number stands there: that is what the former owner still calls it by. */
void print_handovers(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_HANDOVERS); i++) {
		const struct msg *r = msg_at(reply, REPLY_HANDOVERS, i);
		const char *name = msg_text(r, HANDOVER_ROW_NAME);
		char day[WORDS_SHORT], whose[WHOSE_LEN];

		print_cell(msg_text(r, HANDOVER_ROW_REF), 11);
		print_cell(msg_u64(r, HANDOVER_ROW_MINE) != 0 ? "\xe2\x86\x92" /* → */
							      : "\xe2\x86\x90" /* ← */,
			   1);
		print_cell(msg_text(r, HANDOVER_ROW_PARTNER), 20);
		print_cell(name[0] != '\0' ? name : print_short(msg_text(r, HANDOVER_ROW_CASE_ID)),
			   20);
		print_cell(list_text(LIST_STATES, c->lang, msg_text(r, HANDOVER_ROW_STATE)), 20);
		if (msg_has(r, HANDOVER_ROW_TAKEOVER_DAY))
			print_cell(words_day(c->lang, msg_text(r, HANDOVER_ROW_TAKEOVER_DAY), day),
				   14);
		text_print(stdout, whose_handover(c->lang, r, whose));
		(void)putchar('\n');
		runs(c, r);
	}
}

/* A node that is newer than this program may know a code more: then nobody writes before people looked. */
static const char *owner_key(const char *who)
{
	static const char *const keys[][2] = {
		{"us", "owner-us"},
		{"partner", "owner-partner"},
		{"on-its-way", "owner-on-its-way"},
		{"elsewhere", "owner-elsewhere"},
		{"being-compared", "owner-being-compared"},
		{"being-given-back", "owner-being-given-back"},
	};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(keys[i][0], who) == 0)
			return keys[i][1];
	return "owner-nobody";
}

/* First of all of a case: may what is typed here be the file?  A partner is named with its number: who wonders phones. */
void print_owner(const struct cli *c, const struct msg *reply)
{
	const struct msg *o = msg_get(reply, REPLY_OWNER);
	const char *phone = msg_text(o, OWNER_ROW_PHONE);
	char partner[PARTNER_LEN];

	require(c != NULL && reply != NULL);
	if (o == NULL)
		return;
	(void)snprintf(partner, sizeof partner, "%s%s%s%s", msg_text(o, OWNER_ROW_PARTNER),
		       phone[0] == '\0' ? "" : " (", phone, phone[0] == '\0' ? "" : ")");
	print_say_line(c, owner_key(msg_text(o, OWNER_ROW_WHO)), FILL({"partner", partner, 0}));
}
