/* SPDX-License-Identifier: EUPL-1.2 */
/* Lock, unlock, panic.  Only what is true when it is printed is printed: the node answers before its keys are gone, so
 * both commands ask until a node without keys answers. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "client/cli/ctlclient.h"
#include "client/cli/out.h"
#include "client/cli/typed.h"
#include "client/commands/cmd.h"
#include "client/commands/sure.h"
#include "client/print/print.h"

enum { LOCK_STEPS = 200, LOCK_STEP_NS = 50000000 };

/* The node answers before its keys are gone: the process that knew them ends, and another one waits for an unlock. */
static int until_locked(struct cli *c)
{
	const struct timespec step = {0, LOCK_STEP_NS};

	for (unsigned i = 0; i < LOCK_STEPS; i++) {
		struct msg *sub, *req, *reply;

		arena_reset(&c->arena);
		req = cli_request(c, REQUEST_STATUS, &sub);
		if (ctlclient_call(&c->arena, c->socket, req, &reply) == ERR_OK &&
		    msg_u64(msg_get(reply, REPLY_STATUS), STATUS_LOCKED) != 0) {
			if (c->json)
				out_json(c, req, reply);
			return CLI_DONE;
		}
		(void)nanosleep(&step, NULL);
	}
	return cli_refuse(c, CLI_NOT_NOW, "lock-unconfirmed", FILL_NONE);
}

int cmd_lock(struct cli *c)
{
	struct msg *sub, *reply;
	int code = cli_call(c, cli_request(c, REQUEST_LOCK, &sub), &reply);

	require(c->cmd->run == cmd_lock);
	if (code == CLI_DONE)
		code = until_locked(c);
	if (code == CLI_DONE && !c->json)
		print_say_line(c, "locked", FILL_NONE);
	return code;
}

/* The copy on the stack is wiped; the one in the arena is wiped with it at the end. */
int cmd_unlock(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_UNLOCK, &sub), *reply;
	char secret[1024];
	bool got;
	int code;

	require(c->cmd->run == cmd_unlock);
	got = typed_unseen(stderr, words_of(c->lang, "ask-secret"), secret, sizeof secret);
	if (!got || secret[0] == '\0')
		return cli_refuse(c, CLI_USAGE, "nothing-entered", FILL_NONE);
	msg_set_text(&c->arena, sub, UNLOCK_SECRET, secret);
	explicit_bzero(secret, sizeof secret);
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		print_say_line(c, "unlocked", FILL_NONE);
	return code;
}

/* A suspension of oneself ends only with the recovery sheet. */
int cmd_panic(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_PANIC, &sub), *reply;
	int code;

	require(c->cmd->run == cmd_panic);
	if (!sure(c, req, &code))
		return code;
	code = cli_call(c, req, &reply);
	if (code == CLI_DONE)
		code = until_locked(c);
	if (code != CLI_DONE || c->json)
		return code;
	print_say_line(c, "panicked", FILL_NONE);
	print_say_line(c, "panicked-next", FILL_NONE);
	return code;
}
