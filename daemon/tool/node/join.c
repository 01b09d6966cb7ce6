/* SPDX-License-Identifier: EUPL-1.2 */
/* kring join: from an invite to a node that waits for approval.  proto/PROTOCOL.md 3a, the newcomer's end.
 * The invite names a federation and the transport key of one member.  What the member sends is believed only as far as it
 * fits: the roster must begin with the federation of the invite and must have that member in it.  Whether somebody stands
 * in between is told by the digits that both ends compute from all that was exchanged, compared by telephone; the newcomer
 * is bound to its random number (commitment) before it sees the other one, so digits cannot be steered.
 * Once the digits are shown the line is let go: the newcomer comes back to ask, so that many can wait at a time.
 * A second call goes on where the first one stopped: with its keys, which may be known to the roots already, and its digits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cause.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "core/disk/rosterfile.h"
#include "core/disk/unlock.h"
#include "crypto/files/keyfile.h"
#include "roles/config.h"
#include "roles/nodefiles.h"
#include "tool/cli/fail.h"
#include "tool/cli/say.h"
#include "tool/node/joining.h"
#include "tool/node/nodedir.h"
#include "tool/node/tools.h"

enum {
	PATH_LEN = CONFIG_PATH_MAX + 32,
	SILENCE_MS = 15000, /* nobody is there */
	OFTEN_MS = 60000,   /* in the first minute the newcomer asks every second ... */
	ASK_MS = 1000,
	ASK_LATER_MS = 3000, /* ... and then every three */
	WAIT_S = 600,
	TOKEN_LINE = 1024
};

static_assert((int)TOKEN_LINE > (int)WIRE_TOKEN_MAX && SILENCE_MS < WAIT_S * 1000,
	      "a token fits its line");

/* Fetches the roster into DIR/roster, then lets rosterfile check all of it. */
static enum err fetch_roster(struct joining *j, const char *path, struct rosterfile *f,
			     struct err_text *why)
{
	uint8_t *all = malloc(ROSTERFILE_MAX);
	struct wr out = wr_of(all, ROSTERFILE_MAX);
	enum err rc = all == NULL ? ERR_NOMEM : ERR_OK;

	require(path != NULL && j->buf != NULL);
	/* The number of entries is the member's word: what is too much ends in out.over, and never
	 * in memory. */
	for (uint64_t seq = 0; rc == ERR_OK && seq < j->entries && !out.over; seq++) {
		rc = joining_entry(j, seq);
		if (rc != ERR_OK)
			break;
		wr_u32(&out, (uint32_t)(j->len - 1));
		wr_put(&out, j->buf + 1, j->len - 1);
	}
	if (rc == ERR_OK)
		rc = out.over ? ERR_LIMIT : keyfile_write_file(path, wr_span(&out));
	free(all);
	return rc == ERR_OK ? rosterfile_read(path, f, why) : rc;
}

/* Is this the federation of the invite, and is the one we speak to a member of it? */
static enum err check_roster(struct joining *j, const struct rosterfile *f, struct err_text *why)
{
	size_t at = 0;
	struct span carried;
	bool found = false;

	while (rosterfile_next(f, &at, &carried)) {
		struct wire_roster e;
		struct wire_add add;
		struct wire_node node;

		if (wire_roster_get(carried, &e) != ERR_OK)
			return ERR_MALFORMED;
		if (e.op == WIRE_ROSTER_GENESIS) /* its hash is the federation */
			j->words.genesis_hash = chain_hash(&e);
		if (e.op != WIRE_ROSTER_ADD || wire_add_get(e.payload, &add) != ERR_OK ||
		    wire_node_get(add.node, &node) != ERR_OK ||
		    !id32_equal(&node.tk_pub, &j->invite.tk_pub))
			continue;
		j->words.introducer = node.node; /* of whom the digits speak */
		found = true;
		say_line("invited-by",
			 FILL({"org", add.org, 0}, {"federation", f->chain.genesis.name, 0},
			      {"members", NULL, f->members}));
	}
	if (!id32_equal(&j->words.genesis_hash, &j->invite.genesis_hash))
		return cause_set(why, ERR_CRYPTO, "federation-other", FILL_NONE);
	return found ? ERR_OK : cause_set(why, ERR_CRYPTO, "introducer-none", FILL_NONE);
}

/* "10 minutes", "20 seconds" */
static char *span(unsigned s, char out[SAY_LEN])
{
	return s >= 120 ? say_into(out, "minutes", FILL({"n", NULL, s / 60}))
			: say_into(out, "seconds", FILL({"n", NULL, s}));
}

/* In this machine's time, as a person here reads it. */
static void say_until(const struct joining *j)
{
	const time_t at = (time_t)j->invite.expiry_s;
	struct tm tm;
	char day[32];

	if (localtime_r(&at, &tm) == NULL || strftime(day, sizeof day, "%Y-%m-%d %H:%M", &tm) == 0)
		return;
	say_line("invite-until", FILL({"until", day, 0}));
}

/* Over all that was exchanged: whoever changed something between the two ends makes their digits differ. */
static void show_digits(struct joining *j, unsigned wait_s)
{
	char digits[ONBOARD_DIGITS + 1], shown[ONBOARD_DIGITS + 2], text[SAY_LEN];
	struct wire_add add;
	struct id32 hash;

	require(j->join_len > 0 && j->join_len <= sizeof j->join);
	j->words.r_c = j->r_c;
	j->words.join = span_of(j->join, j->join_len);
	onboard_digits(&j->words, digits, &hash);
	(void)snprintf(shown, sizeof shown, "%.4s %s", digits, digits + 4);
	(void)printf("\n  ");
	say_line("digits", FILL({"digits", shown, 0}));
	(void)putchar('\n');
	say_line("digits-phone", FILL_NONE);
	if (wire_add_get(j->words.join, &add) == ERR_OK)
		say_line("digits-name", FILL({"org", add.org, 0}));
	say_line("digits-if-refused", FILL_NONE);
	say_line("digits-waiting", FILL({"span", span(wait_s, text), 0}));
	(void)fflush(stdout); /* the person reads it while we wait */
}

/* Until the digits were typed at the other end, or the time is up: nothing is lost by stopping.  Each time on a line of its
 * own, so that others who wait have one, too.  Silence is no answer: the member may restart. */
static enum err wait_confirmed(struct joining *j, unsigned wait_s, enum wire_onboard_state *state)
{
	const uint64_t begin = clock_mono_ms();
	enum err rc = ERR_OK;

	require(j->line == NULL); /* others wait as well */
	j->end_mono_ms = begin + (uint64_t)wait_s * 1000;
	j->silence_ms = 0;
	while (*state == WIRE_ONB_WAITING && rc != ERR_DENIED && clock_mono_ms() < j->end_mono_ms) {
		const uint64_t now = clock_mono_ms();
		const uint64_t often = now < begin + OFTEN_MS ? ASK_MS : ASK_LATER_MS;
		const uint64_t left = j->end_mono_ms - now, ms = often < left ? often : left;
		const struct timespec pause = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

		(void)nanosleep(&pause, NULL);
		rc = joining_ask(j, state);
		joining_let_go(j);
	}
	return rc;
}

static int fail_step(enum err rc, const struct err_text *why)
{
	if (rc == ERR_BUSY)
		return tool_fail(TOOL_NOT_NOW, "inviter-silent", "inviter-silent-why");
	if (rc == ERR_FULL)
		return tool_fail(TOOL_NOT_NOW, "inviter-busy", "inviter-busy-why");
	if (rc == ERR_DENIED)
		return tool_fail(TOOL_RULE, "invite-used", "invite-used-why");
	return tool_fail_cause(TOOL_RULE, "joining", rc, why);
}

/* A number that a call before used may be of a handshake that is over: then once more with another. */
static enum err hello(struct joining *j, const char *dir)
{
	enum err rc = joining_hello(j);

	if (rc != ERR_DENIED || !j->resumed)
		return rc;
	rc = joining_again(j, dir);
	return rc == ERR_OK ? joining_hello(j) : rc;
}

/* Handshake and roster; 0 when the digits can be shown. */
static int meet(struct joining *j, const struct tool_args *a, unsigned wait_s,
		enum wire_onboard_state *state)
{
	struct err_text why = {""};
	struct rosterfile f = {.bytes = NULL};
	char path[PATH_LEN], place[PATH_LEN];
	enum err rc = nodefiles_path(path, sizeof path, a->dir, "roster.fetched") &&
				      nodefiles_path(place, sizeof place, a->dir, "roster")
			      ? ERR_OK
			      : ERR_LIMIT;

	j->end_mono_ms = clock_mono_ms() + (uint64_t)(wait_s == 0 ? 1 : wait_s) * 1000;
	j->silence_ms = SILENCE_MS;
	if (rc == ERR_OK)
		rc = hello(j, a->dir);
	if (rc == ERR_OK)
		rc = fetch_roster(j, path, &f, &why);
	if (rc == ERR_OK)
		rc = check_roster(j, &f, &why);
	rosterfile_free(&f);
	if (rc == ERR_OK)
		rc = joining_reveal(j, state);
	joining_let_go(j);
	/* Into its place at the very end: a roster that did not hold never lies where the daemon
	 * would read it. */
	if (rc == ERR_OK && rename(path, place) != 0)
		rc = ERR_IO;
	if (rc == ERR_OK)
		return 0;
	(void)unlink(path); /* what was there before stays */
	return fail_step(rc, &why);
}

/* A second try goes on with the node that the first one made. */
static int node_for(struct joining *j, struct tool_args *a)
{
	char path[PATH_LEN];
	struct wire_add add;
	struct wire_node node;
	struct err_text why;
	int bad;

	require(a->dir != NULL); /* read_token said so */
	if (nodefiles_path(path, sizeof path, a->dir, "join") &&
	    keyfile_read_file(path, j->join, sizeof j->join, &j->join_len) == ERR_OK) {
		const enum err rc = nodefiles_check(a->dir, &why);

		if (rc != ERR_OK)
			return tool_fail_why("node-does-not-open", rc, &why);
		/* Its own signature is checked too: a file of another node here would bring
		 * somebody else's keys to the roots. */
		if (wire_add_get(span_of(j->join, j->join_len), &add) == ERR_OK &&
		    chain_check_node(&add, &j->invite.fed_id, &node, &why) == ERR_OK)
			return 0;
		return tool_fail(TOOL_RULE, "other-federation", a->dir);
	}
	bad = nodedir_check(a);
	return bad != 0 ? bad : nodedir_make(a, &j->invite.fed_id, j->join, &j->join_len);
}

/* All that can be wrong with what was typed is said before keys are made and before anybody is dialled. */
static int read_token(const struct tool_args *a, struct wire_invite *v)
{
	char line[TOKEN_LINE];
	const char *flaw;
	size_t len = 0;
	enum err rc;

	if (a->token == NULL || a->dir == NULL)
		return tool_fail(TOOL_USAGE, "needs-invite", "needs-invite-why");
	if (strcmp(a->token, "-") == 0) {
		if (unlock_read_line("-", line, sizeof line, &len) != ERR_OK)
			return tool_fail(TOOL_USAGE, "no-invite-read", "");
		rc = wire_token_get(line, v);
	} else {
		rc = wire_token_get(a->token, v);
	}
	if (rc == ERR_CRYPTO)
		return tool_fail(TOOL_USAGE, "invite-mistyped", "invite-mistyped-why");
	if (rc != ERR_OK)
		return tool_fail(TOOL_USAGE, "not-an-invite", "not-an-invite-why");
	if (v->expiry_s < clock_wall_ms() / 1000)
		return tool_fail(TOOL_RULE, "invite-expired", "ask-new-invite");
	if (v->address[0] == '\0')
		return tool_fail(TOOL_RULE, "invite-address", "invite-address-missing");
	flaw = endpoint_flaw(v->address, ENDPOINT_PUBLISH, NULL);
	if (flaw != NULL)
		return tool_fail(TOOL_RULE, "invite-address", say_flaw(flaw));
	return 0;
}

/* What is left to do here; the roots do the rest. */
static int say_confirmed(const struct tool_args *a, const char *how)
{
	say_line(how, FILL_NONE);
	say_line("sheet-print", FILL({"dir", a->dir, 0}));
	say_line("join-next", FILL({"dir", a->dir, 0}));
	return 0;
}

/* What came of the waiting, in words. */
static int end_of(struct joining *j, const struct tool_args *a, unsigned wait_s, enum err rc,
		  enum wire_onboard_state state)
{
	const bool late = j->invite.expiry_s < clock_wall_ms() / 1000;
	char text[SAY_LEN];

	require(j->line == NULL && state <= WIRE_ONB_APPROVED);
	if (state == WIRE_ONB_CONFIRMED || state == WIRE_ONB_APPROVED) {
		joining_over(j, a->dir, true);
		return say_confirmed(a, "join-confirmed");
	}
	if (late)
		return tool_fail(TOOL_RULE, "invite-expired-first", "ask-new-invite");
	if (rc == ERR_DENIED) {
		joining_over(j, a->dir, false);
		return tool_fail(TOOL_RULE, "digits-refused", "join-again");
	}
	if (rc == ERR_BUSY)
		return tool_fail(TOOL_NOT_NOW, "inviter-gone", "inviter-gone-why");
	say_line("join-late", FILL({"span", span(wait_s, text), 0}));
	say_until(j);
	return say_confirmed(a, "join-meanwhile");
}

/* With a directory and an invite that are right. */
static int join(struct joining *j, const struct tool_args *a, unsigned wait_s)
{
	enum wire_onboard_state state = WIRE_ONB_WAITING;
	enum err rc = joining_begin(j, a->dir);
	int bad;

	require(j->join_len > 0 && j->buf != NULL);
	if (rc != ERR_OK)
		return tool_fail_err("joining-file", rc);
	if (j->confirmed)
		return say_confirmed(a, "join-before");
	bad = meet(j, a, wait_s, &state);
	if (bad != 0)
		return bad;
	if (j->resumed)
		say_line("join-resumed", FILL_NONE);
	show_digits(j, wait_s);
	if (state == WIRE_ONB_WAITING)
		rc = wait_confirmed(j, wait_s, &state);
	return end_of(j, a, wait_s, rc, state);
}

int tool_join(struct tool_args *a)
{
	struct joining j = {.buf = malloc(LIMIT_ONBOARD_MESSAGE)};
	const unsigned wait_s = a->wait == NULL ? WAIT_S : (unsigned)strtoul(a->wait, NULL, 10);
	int bad = j.buf == NULL ? tool_fail_err("memory", ERR_NOMEM) : read_token(a, &j.invite);

	if (bad == 0)
		bad = node_for(&j, a);
	if (bad == 0)
		bad = join(&j, a, wait_s);
	if (a->dir != NULL)
		nodefiles_own(a->dir);
	joining_let_go(&j);
	free(j.buf);
	return bad;
}
