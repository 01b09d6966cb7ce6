/* SPDX-License-Identifier: EUPL-1.2 */
/* The roster: entries from a file, a signature as witness, proposals for the roots.  The node checks every entry; here
 * a file is only cut into requests.  A roster is imported in pages because a node takes one request in one turn, and a
 * turn must stay short. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/limits.h"
#include "client/cli/out.h"
#include "client/commands/cmd.h"
#include "client/commands/sure.h"
#include "client/print/print.h"
#include "client/roots/rootfile.h"

enum {
	IMPORT_ENTRIES = 64, /* of a roster in one request, and so in one turn */
	IMPORT_BYTES = 256 * 1024,
	IMPORT_FILE = 64 * 1024 * 1024,
};

/* The next entries of a roster file as one request; they stay in order.  False: this is no roster file. */
static bool import_page(struct rd *file, struct arena *a, struct msg *sub, unsigned *count)
{
	size_t bytes = 0;

	for (*count = 0; *count < IMPORT_ENTRIES && bytes < IMPORT_BYTES && file->left > 0;
	     (*count)++) {
		const size_t n = rd_u32(file);
		const uint8_t *p = rd_take(file, n);

		if (p == NULL || n > LIMIT_ROSTER_CARRIED)
			return false;
		msg_add_bytes(a, sub, ROSTER_IMPORT_ENTRIES, span_of(p, n));
		bytes += n;
	}
	return true;
}

/* A long roster takes a moment: whoever waits at a terminal sees how far it is. */
static void import_progress(const struct cli *c, unsigned done, bool last)
{
	if (c->json || isatty(STDERR_FILENO) == 0 || (last && done <= IMPORT_ENTRIES))
		return;
	(void)fputc('\r', stderr);
	words_say(c->lang, stderr, "roster-progress", FILL({"n", NULL, done}));
	(void)fputs(last ? "\n" : "", stderr);
}

/* Entries that are known change nothing, so that a file can be imported again after a failure. */
static int import_entries(struct cli *c, struct span file)
{
	struct rd r = rd_of(file);
	unsigned done = 0, count;
	int rc = CLI_DONE;

	while (rc == CLI_DONE && r.left > 0) {
		struct msg *sub, *req, *reply;

		arena_reset(&c->arena);
		req = cli_request(c, REQUEST_ROSTER_IMPORT, &sub);
		if (!import_page(&r, &c->arena, sub, &count))
			return cli_refuse(c, CLI_DAMAGED, "not-a-roster",
					  FILL({"path", c->words[0], 0}));
		/* known entries change nothing, so that a file can be imported again */
		rc = r.left > 0 ? cli_call(c, req, &reply) : cmd_finish(c, req);
		done += count;
		import_progress(c, done, rc != CLI_DONE || r.left == 0);
	}
	return rc;
}

int cmd_roster_import(struct cli *c)
{
	uint8_t *file = malloc(IMPORT_FILE);
	size_t len = 0;
	int rc;

	require(c->word_count > 0);
	if (file == NULL)
		return cli_refuse(c, CLI_NOT_NOW, "no-memory", FILL_NONE);
	if (!rootfile_read(c->words[0], file, IMPORT_FILE, &len))
		rc = rootfile_unread(c, c->words[0]);
	else if (len == 0)
		rc = cli_refuse(c, CLI_DAMAGED, "not-a-roster", FILL({"path", c->words[0], 0}));
	else
		rc = import_entries(c, span_of(file, len));
	free(file);
	return rc;
}

/* All entries, from the first on, page by page; the node gives none when there are no more. */
static int export_entries(struct cli *c, const struct newfile *f, uint64_t *done, struct msg **req,
			  struct msg **reply)
{
	size_t count;

	require(f != NULL && done != NULL);
	*done = 0;
	do {
		struct msg *sub;
		int code;

		arena_reset(&c->arena);
		*req = cli_request(c, REQUEST_ROSTER_EXPORT, &sub);
		msg_set_u64(sub, ROSTER_EXPORT_FROM, *done);
		code = cli_call(c, *req, reply);
		if (code != CLI_DONE)
			return code;
		count = msg_count(*reply, REPLY_ROSTER_ENTRIES);
		for (size_t i = 0; i < count; i++)
			if (!rootfile_add(f, msg_bytes_at(*reply, REPLY_ROSTER_ENTRIES, i)))
				return newfile_unwritten(c, f);
		*done += count;
	} while (count > 0);
	return CLI_DONE;
}

/* For a machine that no node runs on: kring roster sign looks there whether a proposal is the next entry. */
int cmd_roster_export(struct cli *c)
{
	struct msg *req = NULL, *reply = NULL;
	struct newfile f;
	uint64_t done = 0;
	int code;

	require(c->word_count > 0);
	code = newfile_begin(c, &f, c->words[0]);
	if (code == CLI_DONE)
		code = export_entries(c, &f, &done, &req, &reply);
	code = newfile_end(c, &f, code);
	if (code != CLI_DONE)
		return code;
	msg_set_u64(reply, REPLY_COUNT, done);
	if (c->json)
		out_json(c, req, reply);
	else
		print_say_line(c, "roster-exported",
			       FILL({"path", c->words[0], 0}, {"n", NULL, done}));
	return code;
}

/* By number, so that nobody signs an entry that came after the one they looked at. */
int cmd_roster_cosign(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_ROSTER_COSIGN, &sub), *reply;
	int code;

	require(c->word_count > 0);
	msg_set_u64(sub, ROSTER_COSIGN_SEQ, strtoull(c->words[0], NULL, 10));
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		print_say_line(c, "roster-cosigned", FILL({"entry", c->words[0], 0}));
	return code;
}

/* kring partner suspend|lift|remove PARTNER, kring roster renew: the verb is the operation. */
int cmd_propose(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_PROPOSE, &sub), *reply;
	const char *id;
	int code;

	require(c->cmd->verb != NULL);
	msg_set_text(&c->arena, sub, PROPOSE_OP, c->cmd->verb);
	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, PROPOSE_PARTNER, c->words[0]);
	cmd_put_number(c, sub, "date", PROPOSE_DATE_MS);
	if (!sure(c, req, &code))
		return code;
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	id = msg_text(reply, REPLY_PROPOSAL);
	print_say_line(c,
		       strcmp(c->cmd->verb, "suspend") == 0 ? "proposal-suspend" : "proposal-ready",
		       FILL({"id", id, 0}));
	print_say_line(c, "proposal-next", FILL({"id", id, 0}));
	return code;
}
