/* SPDX-License-Identifier: EUPL-1.2 */
/* kring watch: today, drawn again whenever something changed.  The node says that something did and never what, so each drawing is
 * a question like any other.  Without a terminal a line for each change, with JSON a document.  It ends at Ctrl-C, and waits for a
 * node that starts again. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "client/cli/ctlclient.h"
#include "client/cli/out.h"
#include "client/commands/cmd.h"
#include "client/draft/draft.h"
#include "client/print/print.h"
#include "client/words/refusal.h"

enum { AGAIN_MS = 2000, REDRAW_MS = 60000, KINDS = 7, ALL_KINDS = (1 << KINDS) - 1 };

static const char *const kinds[KINDS] = {"work",    "inbox",  "sent", "case",
					 "partner", "outbox", "node"};

/* Ctrl-C is read like anything else, so that nothing ends in the middle of a line. */
static int open_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Drawn for a person, or a line for each change. */
static bool on_screen(const struct cli *c)
{
	return !c->json && isatty(STDOUT_FILENO) == 1;
}

static void put_change(const struct cli *c, const struct msg *change, uint64_t bits)
{
	char key[32];
	bool first = true;

	if (c->json)
		(void)printf("{\"change\": %llu, \"kinds\": [",
			     (unsigned long long)msg_u64(change, CHANGE_CHANGE));
	for (unsigned i = 0; i < KINDS; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		(void)snprintf(key, sizeof key, "kind-%s", kinds[i]);
		(void)printf(c->json ? "%s\"%s\"" : "%s%s", first ? "" : ", ",
			     c->json ? kinds[i] : list_text(LIST_TODAY, c->lang, key));
		first = false;
	}
	(void)printf(c->json ? "]}\n" : "\n");
	(void)fflush(stdout);
}

/* From the top of an empty screen; the arena is given back, or a day of changes would fill it. */
static int draw(struct cli *c)
{
	const size_t mark = c->arena.used;
	struct msg *reply;
	const int code = cmd_today_ask(c, &reply);

	if (code == CLI_DONE) {
		(void)fputs("\033[H\033[2J", stdout);
		print_today(c, reply);
		draft_mention(c);
		(void)fflush(stdout);
	}
	arena_rewind(&c->arena, mark);
	return code;
}

/* What came; false: the line ended.  A node that begins again is not ready at once: whoever watched it before waits. */
static bool hear(struct cli *c, int fd, bool again, int *code)
{
	const size_t mark = c->arena.used;
	const bool screen = on_screen(c);
	const struct msg *change;
	struct msg *reply;
	uint64_t bits;

	if (ctlclient_next(&c->arena, fd, &reply) != ERR_OK)
		return false;
	if (msg_has(reply, REPLY_ERROR) && again)
		return false;
	/* the first answer is a refusal: said as that of every other command, with the same exit code */
	if (msg_has(reply, REPLY_ERROR)) {
		*code = out_exit(msg_text(reply, REPLY_ERROR));
		refusal_words(c->lang, c->country, &c->arena, reply);
		if (c->json)
			out_json(c, NULL, reply);
		else
			cli_refused(c, reply);
	}
	change = msg_get(reply, REPLY_CHANGED);
	bits = msg_u64(change, CHANGE_KINDS);
	if (bits == 0 && again) /* back on the line: anything may have changed meanwhile */
		bits = ALL_KINDS;
	if (*code == CLI_DONE && !screen && bits != 0)
		put_change(c, change, bits);
	arena_rewind(&c->arena, mark);
	if (*code == CLI_DONE && screen)
		*code = draw(c);
	return true;
}

/* As long as the line holds; true: the reader has seen enough, or was refused. */
static bool stay(struct cli *c, int fd, int signals, bool again, int *code)
{
	for (;;) {
		struct pollfd p[] = {{.fd = signals, .events = POLLIN},
				     {.fd = fd, .events = POLLIN}};
		const int n = poll(p, 2, REDRAW_MS);

		if (n < 0 || p[0].revents != 0)
			return true;
		if (n == 0 && on_screen(c))
			(void)draw(c); /* a new day, or a term that passed */
		if (p[1].revents == 0)
			continue;
		if (!hear(c, fd, again, code))
			return false;
		if (*code != CLI_DONE)
			return true;
	}
}

int cmd_watch(struct cli *c)
{
	const int signals = open_signals();
	int code = CLI_DONE;
	bool over = signals < 0, once = false;

	while (!over) {
		struct pollfd p = {.fd = signals, .events = POLLIN};
		const size_t mark = c->arena.used;
		struct msg *sub, *req = cli_request(c, REQUEST_WATCH, &sub);
		int fd = -1;
		const enum err rc = ctlclient_watch(&c->arena, c->socket, req, &fd);

		if (rc != ERR_OK && !once)
			return cmd_today_ask(c, &req); /* which says what is wrong */
		if (rc == ERR_OK) {
			over = stay(c, fd, signals, once, &code);
			(void)close(fd);
		}
		arena_rewind(&c->arena, mark); /* of refusals too: it may wait for days */
		once = true;
		if (!over)
			over = poll(&p, 1, AGAIN_MS) != 0;
	}
	return code;
}
