/* SPDX-License-Identifier: EUPL-1.2 */
/* Newcomers, for people: which invitations are out, where they come, and who knocked there without one.  Words stand in
 * config/lists/line.psv: {p} is the address, {d} a number, {w} a cause. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/print/print.h"
#include "proto/lists.h"

static void sentence(const struct cli *c, const char *code, const char *at, uint64_t number,
		     const char *cause)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
	print_sentence(c, list_text(LIST_LINE, c->lang, code), at, text,
		       cause[0] == '\0' ? "" : list_text(LIST_LINE, c->lang, cause));
}

/* Many mean that somebody tries the port: it closes with the last invite there. */
static void knocks(const struct cli *c, const char *at, uint64_t strangers, uint64_t turned_away,
		   uint64_t told_to_wait)
{
	const struct {
		const char *code;
		uint64_t count;
	} rows[] = {{"strangers", strangers},
		    {"turned-away", turned_away},
		    {"told-to-wait", told_to_wait}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].count == 0)
			continue;
		(void)printf("               ");
		sentence(c, rows[i].code, at, rows[i].count, "");
	}
}

void print_doors(const struct cli *c, const struct msg *s)
{
	require(c != NULL && s != NULL);
	for (size_t i = 0; i < msg_count(s, STATUS_DOORS); i++) {
		const struct msg *d = msg_at(s, STATUS_DOORS, i);
		const char *at = msg_text(d, DOOR_ROW_LISTEN), *error = msg_text(d, DOOR_ROW_ERROR);

		print_label(c, error[0] == '\0' ? "label-newcomers" : "label-alarm");
		sentence(c, error[0] == '\0' ? "newcomers" : "no-newcomers", at,
			 msg_u64(d, DOOR_ROW_INVITES), error);
		knocks(c, at, msg_u64(d, DOOR_ROW_STRANGERS), msg_u64(d, DOOR_ROW_TURNED_AWAY),
		       msg_u64(d, DOOR_ROW_TOLD_TO_WAIT));
	}
}

/* Many tries on one invitation mean that somebody has its token and guesses digits. */
void print_invites(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_INVITES); i++) {
		const struct msg *r = msg_at(reply, REPLY_INVITES, i);
		const char *at = msg_text(r, INVITE_ROW_LISTEN),
			   *error = msg_text(r, INVITE_ROW_LISTEN_ERROR);
		char state[48];

		print_id(msg_text(r, INVITE_ROW_ID));
		print_cell(msg_text(r, INVITE_ROW_ORG), 34);
		(void)snprintf(state, sizeof state, "invite-%s", msg_text(r, INVITE_ROW_STATE));
		print_cell(list_text(LIST_LINE, c->lang, state), 20);
		print_day_of(c, msg_u64(r, INVITE_ROW_EXPIRES_MS));
		(void)printf("  ");
		sentence(c, "tries", at, msg_u64(r, INVITE_ROW_ATTEMPTS), "");
		if (error[0] != '\0') {
			(void)printf("               ");
			sentence(c, "no-newcomers", at, 0, error);
		}
		knocks(c, at, msg_u64(r, INVITE_ROW_STRANGERS), msg_u64(r, INVITE_ROW_TURNED_AWAY),
		       msg_u64(r, INVITE_ROW_TOLD_TO_WAIT));
	}
}
