/* SPDX-License-Identifier: EUPL-1.2 */
/* The people who work here: named, listed, given other roles, ended.  The name of a unix user is looked up here and not by the
 * node, which may open no file of the system; what goes along is the number that the kernel will vouch for. */
#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/page.h"
#include "client/cli/value.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"
#include "client/staff/print_staff.h"

/* "caseworker,reader", and the option again: each becomes one code. */
static void put_codes(struct cli *c, struct msg *m, const char *option, unsigned field)
{
	const char *text;

	require(option != NULL && field != 0);
	for (size_t i = 0; (text = cli_option_at(c, option, i)) != NULL; i++)
		for (text += strspn(text, ", "); *text != '\0'; text += strspn(text, ", ")) {
			char code[32] = "";
			const size_t n = strcspn(text, ", ");

			memcpy(code, text, n < sizeof code ? n : sizeof code - 1);
			msg_add_text(&c->arena, m, field, code);
			text += n;
		}
}

/* A name that this machine knows, or a number that it need not know: of a directory that is not reached now. */
static int put_user(struct cli *c, struct msg *m, const char *user)
{
	const struct passwd *found;
	uint64_t number = 0;

	errno = 0;
	found = getpwnam(user);
	if (found != NULL)
		number = found->pw_uid;
	else if (!value_whole(user, &number) || number >= UINT32_MAX)
		return cli_refuse(c, CLI_NOT_FOUND, "no-unix-user", FILL({"user", user, 0}));
	msg_set_text(&c->arena, m, STAFF_ADD_USER, user);
	msg_set_u64(m, STAFF_ADD_UID, number);
	return CLI_DONE;
}

static int show(struct cli *c, struct msg *req)
{
	struct msg *reply;
	const int code = cli_ask(c, req, &reply);

	if (code != CLI_DONE || c->json)
		return code;
	page_begin(c);
	print_staff(c, reply);
	page_end(c);
	return msg_count(reply, REPLY_DAMAGE) > 0 ? print_damage(c, reply) : code;
}

int cmd_staff_add(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_STAFF_ADD, &sub);
	const char *user = cli_option(c, "user");
	int code = CLI_DONE;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, STAFF_ADD_NAME, c->words[0]);
	put_codes(c, sub, "role", STAFF_ADD_ROLES);
	put_codes(c, sub, "language", STAFF_ADD_LANGUAGES);
	cmd_put_number(c, sub, "until", STAFF_ADD_UNTIL_MS);
	if (user != NULL)
		code = put_user(c, sub, user);
	return code == CLI_DONE ? show(c, req) : code;
}

int cmd_staff_list(struct cli *c)
{
	struct msg *sub;

	return show(c, cli_request(c, REQUEST_STAFF_LIST, &sub));
}

int cmd_staff_role(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_STAFF_ROLE, &sub);

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, STAFF_ROLE_WHO, c->words[0]);
	put_codes(c, sub, "role", STAFF_ROLE_ROLES);
	return show(c, req);
}

int cmd_staff_by_id(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, c->cmd->field, &sub);

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	return show(c, req);
}

int cmd_staff_confirm(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_STAFF_CONFIRM, &sub);

	require(c->word_count <= 1);
	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, STAFF_CONFIRM_WHO, c->words[0]);
	if (cli_option(c, "all") != NULL)
		msg_set_u64(sub, STAFF_CONFIRM_ALL, 1);
	return show(c, req);
}

int cmd_staff_sessions(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_STAFF_SESSIONS, &sub);
	const int code = cli_ask(c, req, &reply);

	if (code != CLI_DONE || c->json)
		return code;
	page_begin(c);
	print_sessions(c, reply);
	page_end(c);
	return code;
}

int cmd_staff_signout(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_STAFF_SIGNOUT, &sub);

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, STAFF_SIGNOUT_WHO, c->words[0]);
	if (cli_option(c, "passkeys") != NULL)
		msg_set_u64(sub, STAFF_SIGNOUT_PASSKEYS, 1);
	return show(c, req);
}

int cmd_case_worker(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_WORKER, &sub);

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, CASE_WORKER_ID, c->words[0]);
	if (c->word_count > 1)
		msg_set_text(&c->arena, sub, CASE_WORKER_WHO, c->words[1]);
	return show(c, req);
}

/* Without a name the list comes back. */
int cmd_hand(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_HAND, &sub);

	require(c->word_count <= 1);
	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, HAND_LIST_WHO, c->words[0]);
	cmd_put_number(c, sub, "until", HAND_LIST_UNTIL_MS);
	return show(c, req);
}
