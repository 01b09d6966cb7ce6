/* SPDX-License-Identifier: EUPL-1.2 */
/* A newcomer: invited, its digits confirmed by voice; partners compared by voice.  The digits are what keeps an
 * attacker out who sits on the line: no command takes them from a file or the clipboard of the other end, a person
 * hears and types them. */
#include <qrencode.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/limits.h"
#include "client/cli/out.h"
#include "client/cli/tool.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"
#include "proto/lists.h"

/* Two modules a character: the upper half block is dark above, the lower dark below. */
static void print_qr(const char *token)
{
	QRcode *qr = QRcode_encodeString8bit(token, 0, QR_ECLEVEL_L);
	const int margin = 2; /* readers need a light border */

	if (qr == NULL)
		return;
	for (int y = -margin; y < qr->width + margin; y += 2) {
		for (int x = -margin; x < qr->width + margin; x++) {
			bool dark[2]; /* upper and lower half of this character */

			for (int k = 0; k < 2; k++) {
				const int row = y + k;
				const bool in = x >= 0 && x < qr->width && row >= 0 &&
						row < qr->width;

				dark[k] = in && (qr->data[row * qr->width + x] & 1) != 0;
			}
			(void)fputs(dark[0]   ? dark[1] ? " " : "\u2584"
				    : dark[1] ? "\u2580"
					      : "\u2588",
				    stdout);
		}
		(void)putchar('\n');
	}
	QRcode_free(qr);
}

/* A picture only for a terminal: in a file or a pipe the token alone is wanted. */
static void say_invite(struct cli *c, const struct msg *reply)
{
	const char *token = msg_text(reply, REPLY_TOKEN);

	if (isatty(STDOUT_FILENO))
		print_qr(token);
	(void)printf("%s\n\n", token);
	print_say_line(c, "invite-send", FILL({"org", cli_option(c, "org"), 0}));
	print_say_line(c, "invite-they-run", FILL_NONE);
	print_say_line(c, "invite-then", FILL_NONE);
}

/* The row of an invite, once the node knows whether it listens there; NULL when it does not say so within two seconds. */
static const struct msg *await_door(struct cli *c, const char *id)
{
	const struct timespec pause = {.tv_nsec = 50000000};

	for (unsigned tries = 0; tries < 40; tries++) {
		struct msg *sub, *reply;

		if (cli_call(c, cli_request(c, REQUEST_INVITE_LIST, &sub), &reply) != CLI_DONE)
			return NULL;
		for (size_t i = 0; i < msg_count(reply, REPLY_INVITES); i++) {
			const struct msg *r = msg_at(reply, REPLY_INVITES, i);

			if (strcmp(msg_text(r, INVITE_ROW_ID), id) == 0 &&
			    msg_has(r, INVITE_ROW_LISTENING))
				return r;
		}
		(void)nanosleep(&pause, NULL);
	}
	return NULL;
}

/* A door that does not open is no invite: it is taken back before anybody gets it. */
static int check_door(struct cli *c, const struct msg *invite)
{
	const struct msg *row = await_door(c, msg_text(invite, REPLY_ID));
	struct msg *sub, *req, *reply;

	if (row == NULL || msg_u64(row, INVITE_ROW_LISTENING) != 0)
		return CLI_DONE;
	req = cli_request(c, REQUEST_INVITE_CANCEL, &sub);
	msg_set_text(&c->arena, sub, BY_ID_ID, msg_text(invite, REPLY_ID));
	(void)cli_call(c, req, &reply);
	return cli_refuse(
		c, CLI_NOT_NOW, "cannot-listen",
		FILL({"address", msg_text(row, INVITE_ROW_LISTEN), 0},
		     {"cause",
		      list_text(LIST_LINE, c->lang, msg_text(row, INVITE_ROW_LISTEN_ERROR)), 0}));
}

int cmd_invite(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_INVITE, &sub), *reply;
	int code;

	require(c->cmd->run == cmd_invite);
	if (cli_option(c, "org") == NULL || cli_option(c, "at") == NULL)
		return cli_refuse(
			c, CLI_USAGE, "missing-argument",
			FILL({"words", "--org, --at", 0}, {"lists", "kring help invite", 0}));
	msg_set_text(&c->arena, sub, INVITE_NEW_ORG, cli_option(c, "org"));
	msg_set_text(&c->arena, sub, INVITE_NEW_ADDRESS, cli_option(c, "at"));
	msg_set_text(&c->arena, sub, INVITE_NEW_LISTEN, cli_option(c, "listen"));
	code = cli_call(c, req, &reply);
	if (code == CLI_DONE)
		code = check_door(c, reply);
	if (code == CLI_DONE && c->json)
		out_json(c, req, reply);
	else if (code == CLI_DONE)
		say_invite(c, reply);
	return code;
}

/* "1234 5678" is two words. */
static int digits_of(const struct cli *c, size_t from, char out[64])
{
	out[0] = '\0';
	for (size_t i = from; i < c->word_count; i++) {
		if (strlen(out) + strlen(c->words[i]) + 1 > 64)
			return cli_refuse(c, CLI_USAGE, "too-many-digits", FILL_NONE);
		memcpy(out + strlen(out), c->words[i], strlen(c->words[i]) + 1);
	}
	return CLI_DONE;
}

static const char *invite_text(const struct msg *reply, unsigned field)
{
	return msg_text(msg_at(reply, REPLY_INVITES, 0), field);
}

/* The reply names the proposal that the roots sign next. */
int cmd_confirm(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CONFIRM, &sub), *reply;
	char digits[64];
	int code = digits_of(c, 0, digits);

	require(c->word_count > 0);
	if (code != CLI_DONE)
		return code;
	msg_set_text(&c->arena, sub, CONFIRM_DIGITS_DIGITS, digits);
	msg_set_text(&c->arena, sub, CONFIRM_DIGITS_HOW, cli_option(c, "how"));
	msg_set_text(&c->arena, sub, CONFIRM_DIGITS_ORG, cli_option(c, "org"));
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	print_say_line(c, "confirm-match", FILL_NONE);
	if (msg_count(reply, REPLY_INVITES) > 0)
		print_say_line(c, "confirm-name",
			       FILL({"org", invite_text(reply, INVITE_ROW_ORG), 0},
				    {"itself", invite_text(reply, INVITE_ROW_CALLS_ITSELF), 0}));
	print_say_line(c, "confirm-next", FILL_NONE);
	(void)printf("  kring approve %s --key root1.key\n", msg_text(reply, REPLY_PROPOSAL));
	return code;
}

/* Each side reads one half and types the other: whoever only listens can confirm nothing. */
int cmd_partner_check(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_PARTNER_CHECK, &sub), *reply;
	const char *half, *phone;
	char digits[64];
	int code = digits_of(c, 1, digits);

	require(c->word_count > 0);
	if (code != CLI_DONE)
		return code;
	msg_set_text(&c->arena, sub, PARTNER_CHECK_PARTNER, c->words[0]);
	msg_set_text(&c->arena, sub, PARTNER_CHECK_DIGITS, digits);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	half = msg_text(reply, REPLY_READ_ALOUD);
	phone = msg_text(reply, REPLY_TELEPHONE);
	if (digits[0] != '\0') {
		print_say_line(c, "check-match", FILL_NONE);
		print_say_line(c, "check-theirs", FILL({"digits", half, 0}));
		return CLI_DONE;
	}
	print_say_line(
		c, "check-call",
		FILL({"phone", phone[0] == '\0' ? words_of(c->lang, "no-number") : phone, 0}));
	(void)printf("  %s\n", half);
	print_say_line(c, "check-then", FILL_NONE);
	print_say_line(c, "check-next", FILL({"partner", c->words[0], 0}));
	return CLI_DONE;
}

int cmd_address(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_ADDRESS, &sub), *reply;
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	print_say_line(c, "address-told", FILL_NONE);
	print_say_line(c, "address-next", FILL_NONE);
	return code;
}

/* The tool makes the node, because it makes keys. */
int cmd_join(struct cli *c)
{
	require(c->word_count > 0);
	cli_add_option(c, "token", c->words[0], 0);
	return tool_run(c);
}
