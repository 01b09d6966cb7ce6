/* SPDX-License-Identifier: EUPL-1.2 */
/* Evidence: the audit log, checkpoints that partners keep for each other, and the store as a whole.  A chain that was
 * cut and signed again is intact in itself; only a checkpoint from elsewhere shows it, which is what --with is for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/disk/infile.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"

int cmd_audit_list(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_AUDIT_LIST, &sub);

	require(c->word_count <= 1);
	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, AUDIT_ASK_CASE_ID, c->words[0]);
	cmd_put_number(c, sub, "limit", AUDIT_ASK_LIMIT);
	cmd_put_number(c, sub, "after", AUDIT_ASK_AFTER);
	return cmd_finish(c, req);
}

/* One line a checkpoint, in hexadecimal: it survives mail and paper. */
int cmd_audit_export(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_AUDIT_EXPORT, &sub), *reply;
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	for (size_t i = 0; i < msg_count(reply, REPLY_CHECKPOINTS); i++) {
		const struct span b = msg_bytes_at(reply, REPLY_CHECKPOINTS, i);
		char hex[2 * 256 + 1];

		if (b.len > 256) /* a checkpoint has a fixed length: this is none */
			continue;
		bytes_hex(hex, b.p, b.len);
		(void)puts(hex);
	}
	return code;
}

/* One a line, as audit export prints them.  None at all is no comparison, and must not look like one that went well. */
static int add_checkpoints(struct cli *c, FILE *f, const char *with, struct msg *sub)
{
	char line[1024];
	bool any = false;

	errno = 0;
	while (fgets(line, sizeof line, f) != NULL) {
		uint8_t b[256];
		const size_t n = strcspn(line, "\r\n");

		line[n] = '\0';
		if (n == 0)
			continue;
		if (n % 2 != 0 || n / 2 > sizeof b || !bytes_unhex(b, n / 2, line))
			return cli_refuse(c, CLI_USAGE, "not-checkpoints", FILL({"path", with, 0}));
		msg_add_bytes(&c->arena, sub, AUDIT_VERIFY_CHECKPOINTS, span_of(b, n / 2));
		any = true;
	}
	if (ferror(f) != 0)
		return cli_refuse(
			c, CLI_NOT_FOUND, "no-checkpoints",
			FILL({"path", with, 0}, {"cause", words_errno(c->lang, errno), 0}));
	return any ? CLI_DONE
		   : cli_refuse(c, CLI_USAGE, "not-checkpoints", FILL({"path", with, 0}));
}

static int with_checkpoints(struct cli *c, const char *with, struct msg *sub)
{
	FILE *f;
	int code;

	require(with != NULL && sub != NULL);
	f = strcmp(with, "-") == 0 ? stdin : infile_stream(with);
	if (f == NULL)
		return cli_refuse(
			c, CLI_NOT_FOUND, "no-checkpoints",
			FILL({"path", with, 0}, {"cause", words_errno(c->lang, errno), 0}));
	code = add_checkpoints(c, f, with, sub);
	if (f != stdin)
		(void)fclose(f);
	return code;
}

int cmd_audit_verify(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_AUDIT_VERIFY, &sub), *reply;
	const char *with = cli_option(c, "with");
	int code;

	require(c->cmd->run == cmd_audit_verify || c->cmd->run == cmd_verify);
	code = with == NULL ? CLI_DONE : with_checkpoints(c, with, sub);
	if (code == CLI_DONE)
		code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	print_say_line(c, "audit-intact", FILL({"n", NULL, msg_u64(reply, REPLY_COUNT)}));
	if (msg_u64(reply, REPLY_COSIGNED_SEQ) != 0)
		print_say_line(c, "audit-cosigned",
			       FILL({"entry", NULL, msg_u64(reply, REPLY_COSIGNED_SEQ)},
				    {"n", NULL, msg_u64(reply, REPLY_COSIGNERS)}));
	return code;
}

/* Page by page, so that the node works on between; then the chains. */
int cmd_verify(struct cli *c)
{
	uint64_t records = 0, damage = 0, table = 0;
	struct store_place { /* a key of the store, as long as keys can be */
		uint8_t b[80];
		size_t len;
	} at = {.len = 0};
	bool more = true;

	require(c->cmd->run == cmd_verify);
	/* the node names the place where the next page begins; it keeps nothing between two pages */
	while (more) {
		struct msg *sub, *req, *reply;
		struct span next;
		int code;

		arena_reset(&c->arena);
		req = cli_request(c, REQUEST_VERIFY, &sub);
		msg_set_u64(sub, VERIFY_ASK_TABLE, table);
		msg_set_bytes(&c->arena, sub, VERIFY_ASK_AFTER, span_of(at.b, at.len));
		code = cli_call(c, req, &reply);
		if (code != CLI_DONE)
			return code;
		records += msg_u64(reply, REPLY_COUNT);
		damage += msg_count(reply, REPLY_DAMAGE);
		for (size_t i = 0; i < msg_count(reply, REPLY_DAMAGE) && !c->json; i++) {
			const struct msg *r = msg_at(reply, REPLY_DAMAGE, i);

			words_say(c->lang, stderr, "verify-damaged",
				  FILL({"table", msg_text(r, DAMAGE_ROW_TABLE), 0},
				       {"key", msg_text(r, DAMAGE_ROW_KEY), 0}));
			(void)fputc('\n', stderr);
		}
		more = msg_u64(reply, REPLY_MORE) != 0;
		table = msg_u64(reply, REPLY_NEXT_TABLE);
		next = msg_bytes(reply, REPLY_BLOB);
		at.len = next.len <= sizeof at.b ? next.len : 0;
		if (at.len > 0)
			memcpy(at.b, next.p, at.len);
		if (isatty(STDERR_FILENO)) {
			(void)fputc('\r', stderr);
			words_say(c->lang, stderr, "verify-progress", FILL({"n", NULL, records}));
		}
	}
	if (damage > 0)
		return cli_refuse(c, CLI_DAMAGED, "records-damaged", FILL_NONE);
	if (!c->json)
		print_say_line(c, "verify-readable", FILL({"n", NULL, records}));
	arena_reset(&c->arena);
	return cmd_audit_verify(c); /* its count is what --json shows: one document, not two */
}
