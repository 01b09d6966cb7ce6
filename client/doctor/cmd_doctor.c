/* SPDX-License-Identifier: EUPL-1.2 */
/* kring doctor, and its first line alone: kring status --check.  They end with 0, 1 or 2 as programs that watch a machine expect it;
 * a line that is wrong ends with what helps. */
#include <time.h>

#include "base/check.h"
#include "client/cli/ctlclient.h"
#include "client/cli/out.h"
#include "client/commands/cmd.h"
#include "client/doctor/look.h"
#include "client/print/print.h"

/* Three seconds in all: a node that has not said it by then has another trouble, and its line says which. */
enum { PORT_TRIES = 15, PORT_NS = 200000000 };

/* The node says how it is; what lies in its directory is seen from here. */
int cmd_status(struct cli *c)
{
	struct msg *sub, *reply, *req;
	struct findings f;
	int code;

	require(c->cmd->field == REQUEST_STATUS);
	if (cli_option(c, "check") != NULL) {
		finding_begin(&f, c);
		(void)look_node(&f, c);
		return finding_end(&f);
	}
	req = cli_request(c, REQUEST_STATUS, &sub);
	code = cli_call(c, req, &reply);
	if (code != CLI_DONE)
		return code;
	if (msg_has(reply, REPLY_STATUS))
		print_beside_note(c, msg_sub(&c->arena, reply, REPLY_STATUS));
	if (c->json)
		out_json(c, req, reply);
	else
		print_reply(c, reply);
	return CLI_DONE;
}

/* A node that was just started, or let in, takes its port in a moment: what would be said of the port before that is untrue. */
static const struct msg *await_port(struct cli *c, const struct msg *s)
{
	const struct timespec pause = {.tv_nsec = PORT_NS};

	require(s != NULL);
	for (unsigned i = 0; i < PORT_TRIES; i++) {
		struct msg *sub, *reply = NULL;

		/* without an address it dials only, and before it is a member it does neither */
		if (msg_text(s, STATUS_ADDRESS)[0] == '\0' || msg_u64(s, STATUS_MEMBERS) == 0 ||
		    msg_u64(s, STATUS_LISTEN_SINCE_MS) != 0)
			break;
		(void)nanosleep(&pause, NULL);
		if (ctlclient_call(&c->arena, c->socket, cli_request(c, REQUEST_STATUS, &sub),
				   &reply) != ERR_OK ||
		    msg_has(reply, REPLY_ERROR))
			break;
		s = msg_get(reply, REPLY_STATUS);
	}
	return s;
}

/* The machine before the node: a port that somebody else has explains why partners are silent.  Whoever asks about one partner
 * of a node that answers is told of that one. */
int cmd_doctor(struct cli *c)
{
	const char *partner = c->word_count > 0 ? c->words[0] : NULL;
	const struct msg *status;
	struct findings f;
	int code = CLI_DONE;

	require(c->cmd->run == cmd_doctor);
	finding_begin(&f, c);
	f.tell = partner != NULL;
	status = look_node(&f, c);
	if (status != NULL)
		status = await_port(c, status);
	if (partner == NULL || status == NULL)
		look_machine(&f, c);
	if (partner == NULL && status != NULL)
		look_status(&f, status);
	if (partner != NULL && status != NULL)
		look_standing(&f, status);
	if (status != NULL)
		code = look_partners(&f, c, partner, status);
	return code == CLI_DONE ? finding_end(&f) : code;
}
