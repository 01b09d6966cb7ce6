/* SPDX-License-Identifier: EUPL-1.2 */
/* Name, user, what the person does, and until when.  Who left is shown with the day, because the log still names that person. */
#include "client/staff/print_staff.h"

#include <stdio.h>

#include "base/check.h"
#include "client/print/print.h"

/* At a screen: when last, with how many passkeys, and whether now. */
static void signs_in(const struct cli *c, const struct msg *r)
{
	char when[WORDS_SHORT];

	if (msg_has(r, STAFF_ROW_PASSKEYS))
		print_say(c, "staff-passkeys", FILL({"n", NULL, msg_u64(r, STAFF_ROW_PASSKEYS)}));
	if (msg_has(r, STAFF_ROW_LAST_MS))
		print_say(c, "staff-last",
			  FILL({"when", words_moment(c->lang, msg_u64(r, STAFF_ROW_LAST_MS), when),
				0}));
	if (msg_has(r, STAFF_ROW_SESSIONS))
		print_say(c, "staff-signed-in", FILL({"n", NULL, msg_u64(r, STAFF_ROW_SESSIONS)}));
}

static void person(const struct cli *c, const struct msg *r)
{
	print_id(msg_text(r, STAFF_ROW_ID));
	print_cell(msg_text(r, STAFF_ROW_NAME), 24);
	print_cell(msg_text(r, STAFF_ROW_USER), 12);
	for (size_t i = 0; i < msg_count(r, STAFF_ROW_ROLES); i++)
		(void)printf("%s%s", i == 0 ? "" : ", ",
			     list_text(LIST_ROLES, c->lang, msg_text_at(r, STAFF_ROW_ROLES, i)));
	(void)fputs("  ", stdout);
	if (msg_has(r, STAFF_ROW_ENDED_MS)) {
		char when[WORDS_SHORT];

		print_say(c, "staff-ended",
			  FILL({"when", words_moment(c->lang, msg_u64(r, STAFF_ROW_ENDED_MS), when),
				0}));
	} else if (msg_has(r, STAFF_ROW_LAST_DAY)) {
		char day[WORDS_SHORT];

		print_say(
			c, "staff-until",
			FILL({"day", words_day(c->lang, msg_text(r, STAFF_ROW_LAST_DAY), day), 0}));
	}
	if (msg_has(r, STAFF_ROW_CAME_BACK)) {
		if (msg_has(r, STAFF_ROW_LAST_DAY))
			(void)fputs("  ", stdout);
		print_say(c, "staff-came-back", FILL_NONE);
	}
	if (msg_has(r, STAFF_ROW_DEPUTY)) {
		char day[WORDS_SHORT];

		print_say(
			c, "staff-deputy",
			FILL({"day", words_day(c->lang, msg_text(r, STAFF_ROW_DEPUTY_DAY), day), 0},
			     {"name", msg_text(r, STAFF_ROW_DEPUTY), 0}));
	}
	signs_in(c, r);
	(void)putchar('\n');
}

/* An address that is a secret until it is used, so that nothing else shows it again. */
static void link_line(const struct cli *c, const struct msg *reply)
{
	char when[WORDS_SHORT];

	if (!msg_has(reply, REPLY_LINK))
		return;
	print_say_line(
		c, "staff-link",
		FILL({"when", words_moment(c->lang, msg_u64(reply, REPLY_EXPIRES_MS), when), 0}));
	(void)printf("%s\n", msg_text(reply, REPLY_LINK));
}

/* What was done with one person; lists and links say enough by their rows. */
static void done(const struct cli *c, const struct msg *reply)
{
	char key[64], id[9];

	(void)snprintf(key, sizeof key, "did-%s-%s%s", c->cmd->noun, cli_or_none(c->cmd->verb),
		       cli_option(c, "passkeys") == NULL ? "" : "-passkeys");
	/* what waits for a second person has no row, and was not done yet */
	if (msg_count(reply, REPLY_STAFF) != 1 || !list_has(LIST_SAID, key))
		return;
	(void)snprintf(id, sizeof id, "%.8s", c->word_count == 0 ? "" : print_short(c->words[0]));
	fill_print(stdout, list_text(LIST_SAID, c->lang, key),
		   FILL({"name", msg_text(msg_at(reply, REPLY_STAFF, 0), STAFF_ROW_NAME), 0},
			{"id", id, 0}),
		   words_plural(c->lang));
	(void)putchar('\n');
}

void print_staff(const struct cli *c, const struct msg *reply)
{
	const bool open = msg_u64(reply, REPLY_OPEN_TO_ALL) != 0;

	require(c != NULL && reply != NULL);
	done(c, reply);
	for (size_t i = 0; i < msg_count(reply, REPLY_STAFF); i++)
		person(c, msg_at(reply, REPLY_STAFF, i));
	link_line(c, reply);
	if (open && msg_count(reply, REPLY_STAFF) == 0)
		print_say_line(c, "staff-nobody", FILL_NONE);
	else if (open)
		print_say_line(c, "staff-first", FILL_NONE);
}

void print_sessions(const struct cli *c, const struct msg *reply)
{
	const size_t count = msg_count(reply, REPLY_SESSIONS);
	char since[WORDS_SHORT], seen[WORDS_SHORT];

	require(c != NULL);
	for (size_t i = 0; i < count; i++) {
		const struct msg *r = msg_at(reply, REPLY_SESSIONS, i);

		print_cell(msg_text(r, SESSION_ROW_NAME), 24);
		print_say_line(
			c, "session-row",
			FILL({"since",
			      words_moment(c->lang, msg_u64(r, SESSION_ROW_CREATED_MS), since), 0},
			     {"seen", words_moment(c->lang, msg_u64(r, SESSION_ROW_SEEN_MS), seen),
			      0}));
	}
	if (count == 0)
		print_say_line(c, "session-none", FILL_NONE);
}

/* What, about whom, who asked and until when; and the command that does it. */
static void waiting(const struct cli *c, const struct msg *r)
{
	const char *by = msg_text(r, PENDING_ROW_ASKED_BY), *id = msg_text(r, PENDING_ROW_CASE_ID);
	char when[WORDS_SHORT];

	print_id(msg_text(r, PENDING_ROW_ID));
	print_cell(list_text(LIST_AUDIT, c->lang, msg_text(r, PENDING_ROW_ACT)), 24);
	print_cell(id[0] != '\0' ? print_short(id) : msg_text(r, PENDING_ROW_NAME), 20);
	if (msg_has(r, PENDING_ROW_UID)) {
		print_say(c, "pending-user", FILL({"uid", NULL, msg_u64(r, PENDING_ROW_UID)}));
		(void)fputs("  ", stdout);
	}
	for (size_t i = 0; i < msg_count(r, PENDING_ROW_ROLES); i++)
		(void)printf("%s%s", i == 0 ? "" : ", ",
			     list_text(LIST_ROLES, c->lang, msg_text_at(r, PENDING_ROW_ROLES, i)));
	(void)fputs(msg_count(r, PENDING_ROW_ROLES) > 0 ? "  " : "", stdout);
	print_say_line(
		c, "pending-row",
		FILL({"name", by[0] == '\0' ? "root" : by, 0},
		     {"when", words_moment(c->lang, msg_u64(r, PENDING_ROW_UNTIL_MS), when), 0}));
}

void print_pending(const struct cli *c, const struct msg *reply)
{
	const size_t count = msg_count(reply, REPLY_PENDING);

	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < count; i++)
		waiting(c, msg_at(reply, REPLY_PENDING, i));
	print_say_line(c, count == 0 ? "pending-none" : "pending-how", FILL_NONE);
}
