/* SPDX-License-Identifier: EUPL-1.2 */
/* What an administrator does: inviting, confirming, approving; the roster; keys. */
#include <errno.h>
#include <fcntl.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "client/cli/cli.h"
#include "client/cli/ctlclient.h"

enum { LOCK_STEPS = 200, LOCK_STEP_NS = 50000000 };
enum {
	TOOL_PATH = 4096,
	TEMP_PATH = 64,
	SIGNED_LEN = 96,
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
	(void)fprintf(stderr, "\r%u entries%s", done, last ? "\n" : "");
}

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
			return cli_fail(c, CLI_DAMAGED, "this is not a roster file", c->words[0],
					"");
		/* known entries change nothing, so that a file can be imported again */
		rc = r.left > 0 ? cli_call(c, req, &reply) : cli_finish(c, req);
		done += count;
		import_progress(c, done, rc != CLI_DONE || r.left == 0);
	}
	return rc;
}

/* The whole file, at most cap bytes.  False: it cannot be read (errno), or is longer (EFBIG). */
static bool read_file(const char *path, uint8_t *to, size_t cap, size_t *len)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 0;

	for (*len = 0; fd >= 0 && *len < cap && (n = read(fd, to + *len, cap - *len)) > 0;)
		*len += (size_t)n;
	if (fd >= 0)
		(void)close(fd);
	if (n >= 0 && *len == cap) {
		errno = EFBIG;
		return false;
	}
	return n >= 0;
}

int admin_roster_import(struct cli *c)
{
	uint8_t *file = malloc(IMPORT_FILE);
	size_t len = 0;
	int rc;

	if (file == NULL)
		return cli_fail(c, CLI_NOT_NOW, "there is too little memory", "", "");
	if (!read_file(c->words[0], file, IMPORT_FILE, &len))
		rc = cli_fail(c, CLI_NOT_FOUND, "the roster cannot be read", strerror(errno),
			      c->words[0]);
	else if (len == 0)
		rc = cli_fail(c, CLI_DAMAGED, "this is not a roster file", "it is empty",
			      c->words[0]);
	else
		rc = import_entries(c, span_of(file, len));
	free(file);
	return rc;
}

/* ---- onboarding ---- */

/* Two modules a character: the upper half block is dark above, the lower dark below. */
static void print_qr(const char *token)
{
	QRcode *qr = QRcode_encodeString8bit(token, 0, QR_ECLEVEL_L);
	const int margin = 2;

	if (qr == NULL)
		return;
	for (int y = -margin; y < qr->width + margin; y += 2) {
		for (int x = -margin; x < qr->width + margin; x++) {
			bool dark[2];

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

static void say_invite(struct cli *c, const struct msg *reply)
{
	const char *token = msg_text(reply, REPLY_TOKEN);

	if (isatty(STDOUT_FILENO))
		print_qr(token);
	(void)printf("%s\n\n"
		     "Send this to %s by any channel; it works once, for seven days.\n"
		     "They run:  kring join TOKEN --dir DIR --org NAME --country NL --listen "
		     "tcp://HOST:PORT\n"
		     "Then they read eight digits to you on the telephone, on a number you know, "
		     "and you "
		     "run:  kring confirm DIGITS\n",
		     token, cli_option(c, "org"));
}

int admin_invite(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_INVITE, &sub), *reply;
	int code;

	if (cli_option(c, "org") == NULL || cli_option(c, "at") == NULL)
		return cli_fail(c, CLI_USAGE, "something is missing",
				"--org NAME --at tcp://HOST:PORT", c->cmd->example);
	msg_set_text(&c->arena, sub, INVITE_NEW_ORG, cli_option(c, "org"));
	msg_set_text(&c->arena, sub, INVITE_NEW_ADDRESS, cli_option(c, "at"));
	msg_set_text(&c->arena, sub, INVITE_NEW_LISTEN, cli_option(c, "listen"));
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		say_invite(c, reply);
	return code;
}

/* "1234 5678" is two words. */
static int digits_of(const struct cli *c, size_t from, char out[64])
{
	out[0] = '\0';
	for (size_t i = from; i < c->word_count; i++) {
		if (strlen(out) + strlen(c->words[i]) + 1 > 64)
			return cli_fail(c, CLI_USAGE, "these are too many digits", "",
					c->cmd->example);
		memcpy(out + strlen(out), c->words[i], strlen(c->words[i]) + 1);
	}
	return CLI_DONE;
}

int admin_confirm(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CONFIRM, &sub), *reply;
	char digits[64];
	int code = digits_of(c, 0, digits);

	if (code != CLI_DONE)
		return code;
	msg_set_text(&c->arena, sub, CONFIRM_DIGITS_DIGITS, digits);
	msg_set_text(&c->arena, sub, CONFIRM_DIGITS_HOW, cli_option(c, "how"));
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		(void)printf("the digits agree: nobody stands in between\n"
			     "next: the roots sign, each on a machine that reaches this node:\n"
			     "  kring approve %s --key root1.key\n",
			     msg_text(reply, REPLY_PROPOSAL));
	return code;
}

int admin_partner_check(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_PARTNER_CHECK, &sub), *reply;
	char digits[64];
	int code = digits_of(c, 1, digits);

	if (code != CLI_DONE)
		return code;
	msg_set_text(&c->arena, sub, PARTNER_CHECK_PARTNER, c->words[0]);
	msg_set_text(&c->arena, sub, PARTNER_CHECK_DIGITS, digits);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	if (digits[0] != '\0')
		(void)printf("the digits agree: you mean each other\n"
			     "they check too, with your half:  %s\n",
			     msg_text(reply, REPLY_READ_ALOUD));
	else
		(void)printf(
			"call a number you knew before (the roster says %s), and read to them:\n"
			"  %s\n"
			"they run kring partner check too, and read their half to you\n"
			"next: kring partner check %s THEIR DIGITS\n",
			msg_text(reply, REPLY_TELEPHONE)[0] == '\0'
				? "none"
				: msg_text(reply, REPLY_TELEPHONE),
			msg_text(reply, REPLY_READ_ALOUD), c->words[0]);
	return CLI_DONE;
}

int admin_roster_cosign(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_ROSTER_COSIGN, &sub), *reply;
	int code;

	msg_set_u64(sub, ROSTER_COSIGN_SEQ, strtoull(c->words[0], NULL, 10));
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		(void)printf("this node vouches for the roster up to entry %s\n", c->words[0]);
	return code;
}

int admin_address(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_ADDRESS, &sub), *reply;
	int code;

	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		(void)printf(
			"partners learn it by themselves\n"
			"next: if this machine listens elsewhere now, set Listen= in kring.conf "
			"and restart kringd\n");
	return code;
}

/* ---- approval ---- */

static void say_proposals(const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_PROPOSALS); i++) {
		const struct msg *r = msg_at(reply, REPLY_PROPOSALS, i);
		const char *id = msg_text(r, PROPOSAL_ROW_ID);

		(void)printf("%.8s  entry %-4llu %-12s %-30s %s  %llu of %llu signatures\n",
			     strlen(id) == 32 ? id + 12 : id,
			     (unsigned long long)msg_u64(r, PROPOSAL_ROW_SEQ),
			     msg_text(r, PROPOSAL_ROW_OP), msg_text(r, PROPOSAL_ROW_SUBJECT),
			     msg_text(r, PROPOSAL_ROW_FINGERPRINT),
			     (unsigned long long)msg_u64(r, PROPOSAL_ROW_SIGNATURES),
			     (unsigned long long)msg_u64(r, PROPOSAL_ROW_NEEDED));
		if (msg_text(r, PROPOSAL_ROW_VERIFIED)[0] != '\0')
			(void)printf("          verified: %s\n",
				     msg_text(r, PROPOSAL_ROW_VERIFIED));
	}
	if (msg_count(reply, REPLY_PROPOSALS) == 0)
		(void)puts("nothing waits for signatures");
}

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
	if (!cli_daemon_path(tool))
		return cli_fail(c, CLI_NOT_NOW, "kringd cannot be found", "", "");
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (c->json) /* the tool's words would spoil the JSON */
			(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		(void)execl(tool, tool, "tool", "root-sign", "--proposal", proposal, "--key", key,
			    "--out", signed_at, (char *)NULL);
		_exit(CLI_NOT_NOW);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return cli_fail(c, CLI_NOT_NOW, "kringd cannot be run", tool, "");
	if (WEXITSTATUS(status) != 0 && c->json)
		return cli_fail(c, WEXITSTATUS(status), "this was not signed", key,
				"standard error has the reason");
	if (WEXITSTATUS(status) != 0)
		return WEXITSTATUS(status);
	fd = open(signed_at, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, out, SIGNED_LEN);
		(void)close(fd);
	}
	(void)unlink(signed_at);
	return n == SIGNED_LEN ? CLI_DONE
			       : cli_fail(c, CLI_NOT_NOW, "the signature got lost", "", "");
}

static int send_signature(struct cli *c, const char *id, const uint8_t signed_by[SIGNED_LEN])
{
	struct msg *sub, *req = cli_request(c, REQUEST_APPROVE_SIGN, &sub), *reply;
	const struct msg *row;
	int code;

	msg_set_text(&c->arena, sub, APPROVE_SIGN_ID, id);
	msg_set_bytes(&c->arena, sub, APPROVE_SIGN_KEY, span_of(signed_by, 32));
	msg_set_bytes(&c->arena, sub, APPROVE_SIGN_SIG, span_of(signed_by + 32, 64));
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	row = msg_at(reply, REPLY_PROPOSALS, 0);
	if (msg_u64(reply, REPLY_COUNT) != 0)
		(void)printf("complete: entry %llu joined the roster; partners hear of it by "
			     "themselves\n",
			     (unsigned long long)msg_u64(row, PROPOSAL_ROW_SEQ));
	else
		(void)printf("%llu of %llu signatures: another root signs next\n",
			     (unsigned long long)msg_u64(row, PROPOSAL_ROW_SIGNATURES),
			     (unsigned long long)msg_u64(row, PROPOSAL_ROW_NEEDED));
	return code;
}

int admin_approve(struct cli *c)
{
	const char *key = cli_option(c, "key");
	struct msg *sub, *req, *reply;
	uint8_t signed_by[SIGNED_LEN];
	char proposal[TEMP_PATH];
	bool json = c->json;
	int code;

	req = cli_request(c, c->word_count == 0 ? REQUEST_APPROVE_LIST : REQUEST_APPROVE_GET, &sub);
	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	if (c->word_count == 0 && key != NULL)
		return cli_fail(c, CLI_USAGE, "which proposal?", "", c->cmd->example);
	c->json = json && key == NULL;
	code = cli_ask(c, req, &reply);
	c->json = json;
	if (code != CLI_DONE || key == NULL) {
		if (code == CLI_DONE && !json)
			say_proposals(reply);
		return code;
	}
	if (!write_temp(proposal, msg_bytes(reply, REPLY_BLOB)))
		return cli_fail(c, CLI_NOT_NOW, "no room for a temporary file", "/tmp", "");
	code = sign_with(c, proposal, key, signed_by);
	(void)unlink(proposal);
	return code == CLI_DONE ? send_signature(c, c->words[0], signed_by) : code;
}

/* kring partner suspend|lift|remove PARTNER, kring roster renew: a proposal for the roots. */
int admin_propose(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_PROPOSE, &sub), *reply;
	int code;

	msg_set_text(&c->arena, sub, PROPOSE_OP, c->cmd->verb);
	if (c->word_count > 0)
		msg_set_text(&c->arena, sub, PROPOSE_PARTNER, c->words[0]);
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		(void)printf("proposal %s is made; %s\n"
			     "next: kring approve %s --key root1.key\n",
			     msg_text(reply, REPLY_PROPOSAL),
			     strcmp(c->cmd->verb, "suspend") == 0
				     ? "one root can suspend for 14 days, enough roots for longer"
				     : "enough roots must sign it",
			     msg_text(reply, REPLY_PROPOSAL));
	return code;
}

int admin_join(struct cli *c)
{
	cli_add_option(c, "token", c->words[0], 0);
	return cli_tool(c, "join");
}

/* ---- keys ---- */

static bool read_secret(char *out, size_t cap)
{
	struct termios before, quiet;
	const bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	bool got;

	if (terminal) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)fputs("passphrase or recovery code: ", stderr);
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	}
	got = fgets(out, (int)cap, stdin) != NULL;
	if (terminal) {
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		(void)fputc('\n', stderr);
	}
	out[got ? strcspn(out, "\n") : 0] = '\0';
	return got && out[0] != '\0';
}

/* The node answers before its keys are gone: the process that knew them ends, and another one waits.  What is said
 * here is true when it is said. */
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
				out_json(req, reply);
			return CLI_DONE;
		}
		(void)nanosleep(&step, NULL);
	}
	return cli_fail(c, CLI_NOT_NOW, "the node does not say that its keys are gone", "",
			"see: kring status; to be sure: stop kringd");
}

int admin_lock(struct cli *c)
{
	struct msg *sub, *reply;
	int code = cli_call(c, cli_request(c, REQUEST_LOCK, &sub), &reply);

	if (code == CLI_DONE)
		code = until_locked(c);
	if (code == CLI_DONE && !c->json)
		(void)puts("locked: the keys left memory; the way back: kring unlock");
	return code;
}

int admin_unlock(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_UNLOCK, &sub), *reply;
	char secret[1024];
	int code;

	if (!read_secret(secret, sizeof secret))
		return cli_fail(c, CLI_USAGE, "nothing was typed", "", c->cmd->example);
	msg_set_text(&c->arena, sub, UNLOCK_SECRET, secret);
	explicit_bzero(secret, sizeof secret);
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		(void)puts("unlocked");
	return code;
}

int admin_panic(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_PANIC, &sub), *reply;
	int code;

	if (cli_option(c, "yes") == NULL)
		return cli_fail(c, CLI_USAGE, "this suspends the node at every partner",
				"the way back is kring rotate with the recovery sheet",
				"if it was stolen: kring panic --yes");
	code = cli_call(c, req, &reply);
	if (code == CLI_DONE)
		code = until_locked(c);
	if (code == CLI_DONE && !c->json)
		(void)puts(
			"suspended at every partner that is connected; prekeys destroyed; locked\n"
			"next: telephone the roots; then, with the recovery sheet: kring rotate");
	return code;
}

int admin_erase(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_CASE_ERASE, &sub), *reply;
	int code;

	msg_set_text(&c->arena, sub, CASE_ERASE_ID, c->words[0]);
	if (cli_option(c, "now") != NULL)
		msg_set_u64(sub, CASE_ERASE_NOW, 1);
	code = cli_ask(c, req, &reply);
	if (code == CLI_DONE && !c->json)
		(void)printf("erased: nothing of this case can be shown any more\n%s",
			     cli_option(c, "now") != NULL
				     ? "the key is destroyed\n"
				     : "the key is destroyed with tonight's batch; another time "
				       "--now does it at once\n");
	return code;
}

/* ---- audit ---- */

int admin_audit_export(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_AUDIT_EXPORT, &sub), *reply;
	int code;

	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	for (size_t i = 0; i < msg_count(reply, REPLY_CHECKPOINTS); i++) {
		const struct span b = msg_bytes_at(reply, REPLY_CHECKPOINTS, i);
		char hex[2 * 256 + 1];

		if (b.len > 256)
			continue;
		bytes_hex(hex, b.p, b.len);
		(void)puts(hex);
	}
	return code;
}

int admin_audit_verify(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_AUDIT_VERIFY, &sub), *reply;
	const char *with = cli_option(c, "with");
	FILE *f = with == NULL ? NULL : strcmp(with, "-") == 0 ? stdin : fopen(with, "re");
	char line[1024];
	int code;

	if (with != NULL && f == NULL)
		return cli_fail(c, CLI_NOT_FOUND, "that file cannot be read", with,
				"it is what a partner prints: kring audit export NAME");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		uint8_t b[256];
		const size_t n = strcspn(line, "\r\n");

		line[n] = '\0';
		if (n % 2 != 0 || n / 2 > sizeof b || !bytes_unhex(b, n / 2, line)) {
			code = cli_fail(c, CLI_USAGE, "this is not a file of checkpoints", with,
					"");
			(void)fclose(f);
			return code;
		}
		msg_add_bytes(&c->arena, sub, AUDIT_VERIFY_CHECKPOINTS, span_of(b, n / 2));
	}
	if (f != NULL && f != stdin)
		(void)fclose(f);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	(void)printf("%llu entries, the chain holds\n",
		     (unsigned long long)msg_u64(reply, REPLY_COUNT));
	if (msg_u64(reply, REPLY_COSIGNED_SEQ) != 0)
		(void)printf("up to entry %llu it was cosigned by %llu partners\n",
			     (unsigned long long)msg_u64(reply, REPLY_COSIGNED_SEQ),
			     (unsigned long long)msg_u64(reply, REPLY_COSIGNERS));
	return code;
}

/* Page by page, so that the node works on between; then the chains. */
int admin_verify(struct cli *c)
{
	uint64_t records = 0, damage = 0, table = 0;
	struct store_place {
		uint8_t b[80];
		size_t len;
	} at = {.len = 0};
	bool more = true;

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

			(void)fprintf(stderr, "! damaged: %s %s\n", msg_text(r, DAMAGE_ROW_TABLE),
				      msg_text(r, DAMAGE_ROW_KEY));
		}
		more = msg_u64(reply, REPLY_MORE) != 0;
		table = msg_u64(reply, REPLY_NEXT_TABLE);
		next = msg_bytes(reply, REPLY_BLOB);
		at.len = next.len <= sizeof at.b ? next.len : 0;
		if (at.len > 0)
			memcpy(at.b, next.p, at.len);
		if (isatty(STDERR_FILENO))
			(void)fprintf(stderr, "\r%llu records", (unsigned long long)records);
	}
	if (damage > 0)
		return cli_fail(c, CLI_DAMAGED, "records are damaged",
				"they are not what was written there",
				"stop the node and keep its directory as evidence");
	if (!c->json)
		(void)printf("%llu records, every one opens\n", (unsigned long long)records);
	arena_reset(&c->arena);
	return admin_audit_verify(c); /* its count is what --json shows: one document, not two */
}
