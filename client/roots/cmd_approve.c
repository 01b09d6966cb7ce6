/* SPDX-License-Identifier: EUPL-1.2 */
/* Approval by roots.  The key of a root never comes into kring: kringd's tool shows the proposal, signs it and writes
 * the signature to a file, which goes to the node.  The node is asked for the proposal each time, so that what is
 * shown is what is signed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "base/limits.h"
#include "client/cli/out.h"
#include "client/cli/page.h"
#include "client/cli/tool.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"
#include "client/roots/rootfile.h"

enum {
	TOOL_PATH = 4096,
	TEMP_PATH = 64,
	KEY_LEN = 32,
	SIG_LEN = 64,
	SIGNED_LEN = KEY_LEN + SIG_LEN
};

static void show(struct cli *c, const struct msg *reply)
{
	page_begin(c);
	print_proposals(c, reply);
	if (msg_count(reply, REPLY_PROPOSALS) == 0)
		print_say_line(c, "proposal-none", FILL_NONE);
	page_end(c);
}

/* As the tool reads a proposal: length u32, then the entry.  mkstemp: mode 0600, and no name that is known before. */
static bool write_temp(char path[TEMP_PATH], struct span entry)
{
	uint8_t len[4];
	int fd;

	(void)snprintf(path, TEMP_PATH, "/tmp/kring-proposal-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return false;
	be32_put(len, (uint32_t)entry.len);
	if (write(fd, len, sizeof len) == (ssize_t)sizeof len &&
	    write(fd, entry.p, entry.len) == (ssize_t)entry.len && close(fd) == 0)
		return true;
	(void)unlink(path);
	return false;
}

/* kringd's tool signs: this program never sees a key.  out: public key, signature. */
static int sign_with(const struct cli *c, const char *proposal, const char *key,
		     uint8_t out[SIGNED_LEN])
{
	char tool[TOOL_PATH], signed_at[TEMP_PATH + 8];
	int status = 0, fd;
	ssize_t n = -1;
	pid_t pid;

	(void)snprintf(signed_at, sizeof signed_at, "%s.sig", proposal);
	if (!tool_path(tool))
		return cli_refuse(c, CLI_NOT_NOW, "cannot-run-kringd", FILL({"path", "kringd", 0}));
	tool_language(c);
	(void)fflush(stdout); /* or the child would print it a second time */
	pid = fork();
	if (pid == 0) {
		char verb[] = "tool", name[] = "root-sign", in[] = "--proposal", by[] = "--key",
		     to[] = "--out", under[] = "--passphrase-file", yes[] = "--yes", given[] = "1";
		const char *pass = cli_option(c, "passphrase-file");
		char *argv[16] = {tool, verb,	     name, in,	     strdup(proposal),
				  by,	strdup(key), to,   signed_at};
		size_t args = 9;

		if (cli_option(c, "yes") != NULL) {
			argv[args++] = yes;
			argv[args++] = given;
		}
		if (pass != NULL) {
			argv[args++] = under;
			argv[args++] = strdup(pass);
		}

		if (c->json) /* the tool's words would spoil the JSON */
			(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		(void)tool_become(tool, argv);
		_exit(CLI_NOT_NOW);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return cli_refuse(c, CLI_NOT_NOW, "cannot-run-kringd", FILL({"path", tool, 0}));
	if (WEXITSTATUS(status) != 0 && c->json)
		return cli_refuse(c, WEXITSTATUS(status), "not-signed", FILL({"key", key, 0}));
	if (WEXITSTATUS(status) != 0)
		return WEXITSTATUS(status);
	fd = infile_open(signed_at);
	if (fd >= 0) {
		n = read(fd, out, SIGNED_LEN);
		(void)close(fd);
	}
	(void)unlink(signed_at);
	return n == SIGNED_LEN ? CLI_DONE : cli_refuse(c, CLI_NOT_NOW, "no-signature", FILL_NONE);
}

/* The node says whether it was the last signature that was needed. */
static int send_signed(struct cli *c, const struct msg *req)
{
	struct msg *reply;
	const struct msg *row;
	const int code = cli_ask(c, req, &reply);

	if (code != CLI_DONE || c->json)
		return code;
	row = msg_at(reply, REPLY_PROPOSALS, 0);
	print_say_line(c,
		       msg_u64(reply, REPLY_COUNT) != 0		    ? "proposal-complete"
		       : msg_u64(row, PROPOSAL_ROW_NEW_NEEDED) != 0 ? "proposal-more-new"
								    : "proposal-more",
		       FILL({"entry", NULL, msg_u64(row, PROPOSAL_ROW_SEQ)},
			    {"n", NULL, msg_u64(row, PROPOSAL_ROW_SIGNATURES)},
			    {"needed", NULL, msg_u64(row, PROPOSAL_ROW_NEEDED)},
			    {"new", NULL, msg_u64(row, PROPOSAL_ROW_NEW_SIGNATURES)},
			    {"of", NULL, msg_u64(row, PROPOSAL_ROW_NEW_NEEDED)}));
	return code;
}

static int send_signature(struct cli *c, const char *id, const uint8_t signed_by[SIGNED_LEN])
{
	struct msg *sub, *req = cli_request(c, REQUEST_APPROVE_SIGN, &sub);

	msg_set_text(&c->arena, sub, APPROVE_SIGN_ID, id);
	msg_set_bytes(&c->arena, sub, APPROVE_SIGN_KEY, span_of(signed_by, KEY_LEN));
	msg_set_bytes(&c->arena, sub, APPROVE_SIGN_SIG, span_of(signed_by + KEY_LEN, SIG_LEN));
	return send_signed(c, req);
}

/* --in: what kring roster sign made of a file of --out.  The node looks at every byte; here only whether it is one entry, so that
 * another file is told by its name. */
static int bring(struct cli *c, const char *path)
{
	static uint8_t file[4 + LIMIT_ROSTER_CARRIED + 1];
	struct msg *sub, *req;
	size_t len, said;

	if (!rootfile_read(path, file, sizeof file, &len))
		return rootfile_unread(c, path);
	said = len < 4 ? 0 : be32_get(file);
	if (len < 4 || said != len - 4)
		return cli_refuse(
			c, CLI_DAMAGED, "not-a-proposal",
			FILL({"path", path, 0}, {"said", NULL, said}, {"len", NULL, len}));
	req = cli_request(c, REQUEST_APPROVE_SIGN, &sub);
	msg_set_bytes(&c->arena, sub, APPROVE_SIGN_CARRIED, span_of(file + 4, len - 4));
	return send_signed(c, req);
}

/* --out: for kring roster sign on a machine that no node runs on. */
static int take_away(struct cli *c, const char *path, const struct msg *req, struct msg *reply)
{
	struct newfile f;
	int code = newfile_begin(c, &f, path);

	if (code == CLI_DONE && !rootfile_add(&f, msg_bytes(reply, REPLY_BLOB)))
		code = newfile_unwritten(c, &f);
	code = newfile_end(c, &f, code);
	msg_clear(reply, REPLY_BLOB);
	if (code != CLI_DONE)
		return code;
	if (c->json) {
		out_json(c, req, reply);
		return code;
	}
	print_proposals(c, reply);
	print_say_line(c, "proposal-written", FILL({"path", path, 0}));
	print_say_line(c, "proposal-sign-there", FILL({"path", path, 0}));
	print_say_line(c, "proposal-bring-back", FILL({"path", path, 0}));
	return code;
}

/* Without a key: a list, or one proposal.  With a key the reply is not the answer but what will be signed, so
 * --json waits for the reply to the signature. */
int cmd_approve(struct cli *c)
{
	const char *key = cli_option(c, "key"), *out = cli_option(c, "out"),
		   *in = cli_option(c, "in");
	struct msg *sub, *req, *reply;
	uint8_t signed_by[SIGNED_LEN];
	char proposal[TEMP_PATH];
	int code;

	require(c->word_count <= 1);
	if ((key != NULL) + (out != NULL) + (in != NULL) > 1 || (in != NULL && c->word_count > 0))
		return cli_refuse(c, CLI_USAGE, "approve-one-way", FILL_NONE);
	if (in != NULL)
		return bring(c, in);
	req = cli_request(c, c->word_count == 0 ? REQUEST_APPROVE_LIST : REQUEST_APPROVE_GET, &sub);
	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	if (c->word_count == 0 && (key != NULL || out != NULL))
		return cli_refuse(c, CLI_USAGE, "which-proposal", FILL_NONE);
	/* the entry that will be signed is not the answer of this command */
	code = key != NULL || out != NULL ? cli_call(c, req, &reply) : cli_ask(c, req, &reply);
	if (code == CLI_DONE && out != NULL)
		return take_away(c, out, req, reply);
	if (code != CLI_DONE || key == NULL) {
		if (code == CLI_DONE && !c->json)
			show(c, reply);
		return code;
	}
	/* a name beside the fingerprint that the tool reads out of the bytes: it knows no roster */
	if (!c->json)
		print_proposals(c, reply);
	if (!write_temp(proposal, msg_bytes(reply, REPLY_BLOB)))
		return cli_refuse(
			c, CLI_NOT_NOW, "cannot-write",
			FILL({"path", "/tmp", 0}, {"cause", words_errno(c->lang, errno), 0}));
	code = sign_with(c, proposal, key, signed_by);
	(void)unlink(proposal);
	return code == CLI_DONE ? send_signature(c, c->words[0], signed_by) : code;
}
