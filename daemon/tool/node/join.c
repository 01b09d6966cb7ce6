/* SPDX-License-Identifier: EUPL-1.2 */
/* kring join: from an invite to a node that waits for approval.  proto/PROTOCOL.md 3a, the newcomer's end.
 * The invite names a federation and the transport key of one member.  What the member sends is believed only as far as it
 * fits: the roster must begin with the federation of the invite and must have that member in it.  Whether somebody stands
 * in between is told by the digits that both ends compute from all that was exchanged, compared by telephone; the newcomer
 * is bound to its random number (commitment) before it sees the other one, so digits cannot be steered.
 * A second try goes on with the keys of the first: they may be known to the roots already. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "base/rng.h"
#include "core/disk/rosterfile.h"
#include "core/disk/unlock.h"
#include "crypto/files/keyfile.h"
#include "domain/newcomer/onboard.h"
#include "io/newcomer/joinline.h"
#include "roles/config.h"
#include "roles/nodefiles.h"
#include "tool/cli/fail.h"
#include "tool/node/nodedir.h"
#include "tool/node/tools.h"

enum {
	PATH_LEN = CONFIG_PATH_MAX + 32,
	ANSWER_MS = 15000,
	ASK_EVERY_NS = 500000000,
	WAIT_S = 600,
	TOKEN_LINE = 1024
};

static_assert((int)TOKEN_LINE > (int)WIRE_TOKEN_MAX && ANSWER_MS < WAIT_S * 1000,
	      "a token fits its line");
static_assert(1 + 32 + 32 + NODEDIR_JOIN_MAX <= LIMIT_ONBOARD_MESSAGE, "the longest question");

/* What is known so far.  The words are what both ends make the digits of. */
struct joining {
	struct joinline *line;
	int answer_ms; /* how long to wait for one; no longer than the person waits */
	struct wire_invite invite;
	uint8_t join[NODEDIR_JOIN_MAX];
	size_t join_len;
	struct id32 r_c;
	struct id16 session;
	uint32_t entries;
	struct onboard_words words;
	uint8_t *buf; /* LIMIT_ONBOARD_MESSAGE */
	size_t len;
};

/* One question and its answer.  ERR_BUSY: none in time.  ERR_DENIED: the invite is over.  ERR_MALFORMED: the answer to
 * another question. */
static enum err ask(struct joining *j, struct span question, uint8_t expect)
{
	enum err rc;

	require(j->line != NULL && question.len > 0);
	rc = joinline_send(j->line, question);
	if (rc == ERR_OK)
		rc = joinline_receive(j->line, j->buf, LIMIT_ONBOARD_MESSAGE, j->answer_ms,
				      &j->len);
	if (rc != ERR_OK)
		return rc;
	/* Any question may be answered by this: the member ended the invite, and no other answer
	 * will come. */
	if (j->len == 2 && j->buf[0] == WIRE_ONB_STATE && j->buf[1] == WIRE_ONB_DEAD)
		return ERR_DENIED;
	return j->len > 0 && j->buf[0] == expect ? ERR_OK : ERR_MALFORMED;
}

/* The join request under the secret of the invite.  The line is sealed to the key that the invite names, so that nobody
 * between reads it. */
static enum err hello(struct joining *j)
{
	const struct span join = span_of(j->join, j->join_len);
	uint8_t b[1 + 32 + 32 + NODEDIR_JOIN_MAX];
	struct wr w = wr_of(b, sizeof b);
	struct id32 commit, mac;
	struct rd r;
	enum err rc;

	/* Sent as a hash only: the member draws its number without having seen ours, and we cannot
	 * change ours after. */
	rng_fill(j->r_c.b, sizeof j->r_c.b);
	commit = onboard_commit(&j->r_c, join);
	/* Proves that we have the secret of the invite; without it the member answers nobody. */
	mac = onboard_mac(&j->invite.secret, join);
	wr_u8(&w, WIRE_ONB_HELLO);
	wr_put(&w, commit.b, 32);
	wr_put(&w, mac.b, 32);
	wr_put(&w, join.p, join.len);
	require(!w.over);
	rc = ask(j, wr_span(&w), WIRE_ONB_CHALLENGE);
	if (rc != ERR_OK)
		return rc;
	r = rd_of(span_of(j->buf + 1, j->len - 1));
	j->session = rd_id16(&r);
	j->words.r_i = rd_id32(&r);
	j->entries = rd_u32(&r);
	return rd_done(&r) ? ERR_OK : ERR_MALFORMED;
}

/* Fetches the roster into DIR/roster, then lets rosterfile check all of it. */
static enum err fetch_roster(struct joining *j, const char *path, struct rosterfile *f,
			     struct err_text *why)
{
	uint8_t *all = malloc(ROSTERFILE_MAX), b[1 + 16 + 8];
	struct wr out = wr_of(all, ROSTERFILE_MAX);
	enum err rc = all == NULL ? ERR_NOMEM : ERR_OK;

	require(path != NULL && j->buf != NULL);
	/* The number of entries is the member's word: what is too much ends in out.over, and never
	 * in memory. */
	for (uint64_t seq = 0; rc == ERR_OK && seq < j->entries; seq++) {
		struct wr w = wr_of(b, sizeof b);

		wr_u8(&w, WIRE_ONB_WANT_ENTRY);
		wr_put(&w, j->session.b, 16);
		wr_u64(&w, seq);
		require(!w.over);
		rc = ask(j, wr_span(&w), WIRE_ONB_ENTRY);
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
		(void)printf("invited by %s (%s), %zu member%s\n", add.org, f->chain.genesis.name,
			     f->members, f->members == 1 ? "" : "s");
	}
	if (!id32_equal(&j->words.genesis_hash, &j->invite.genesis_hash))
		return err_explain(why, ERR_CRYPTO, "this is not the federation of the invite");
	return found ? ERR_OK
		     : err_explain(why, ERR_CRYPTO,
				   "the node that answered is not a member of the federation");
}

/* Only after the roster held: digits are worth comparing only with a member of the federation of the invite. */
static enum err reveal(struct joining *j)
{
	uint8_t b[1 + 16 + 32];
	struct wr w = wr_of(b, sizeof b);

	wr_u8(&w, WIRE_ONB_REVEAL);
	wr_put(&w, j->session.b, 16);
	wr_put(&w, j->r_c.b, 32);
	require(!w.over);
	return ask(j, wr_span(&w), WIRE_ONB_STATE); /* our number, once theirs is known */
}

/* Over all that was exchanged: whoever changed something between the two ends makes their digits differ. */
static void show_digits(struct joining *j)
{
	char digits[ONBOARD_DIGITS + 1];
	struct id32 hash;

	require(j->join_len > 0 && j->join_len <= sizeof j->join);
	j->words.r_c = j->r_c;
	j->words.join = span_of(j->join, j->join_len);
	onboard_digits(&j->words, digits, &hash);
	(void)printf("\n  digits: %.4s %s\n\n"
		     "Phone the administrator who invited you, on a number you know, and read them "
		     "aloud.\nIf they are refused, somebody may be intercepting the connection: "
		     "run kring join "
		     "again.\n",
		     digits, digits + 4);
	(void)fflush(stdout); /* the person reads it while we wait */
}

/* Until the digits were typed at the other end, or the time is up: nothing is lost by stopping. */
static enum wire_onboard_state wait_confirmed(struct joining *j, unsigned wait_s, bool *silent)
{
	uint8_t b[1 + 16];
	struct wr w = wr_of(b, sizeof b);
	const uint64_t end = clock_mono_ms() + (uint64_t)wait_s * 1000;
	const struct timespec pause = {0, ASK_EVERY_NS};
	uint8_t state = WIRE_ONB_WAITING;

	wr_u8(&w, WIRE_ONB_ASK);
	wr_put(&w, j->session.b, 16);
	require(!w.over);
	while (state == WIRE_ONB_WAITING && clock_mono_ms() < end) {
		const enum err rc = ask(j, wr_span(&w), WIRE_ONB_STATE);

		/* Silence is no answer: the line may be back in a moment, and only the end of the
		 * waiting decides. */
		require(j->line != NULL);
		*silent = rc == ERR_BUSY;
		if (rc == ERR_DENIED)
			return WIRE_ONB_DEAD;
		if (rc == ERR_OK && j->len == 2)
			state = j->buf[1];
		if (state == WIRE_ONB_WAITING)
			(void)nanosleep(&pause, NULL);
	}
	return (enum wire_onboard_state)state;
}

/* What a person does next differs: look at the line, ask for another invite, or show somebody the reason. */
static int fail_step(const char *step, enum err rc, const struct err_text *why)
{
	if (rc == ERR_BUSY)
		return tool_fail(TOOL_NOT_NOW, "nobody answers at the address of the invite",
				 "is the inviting node on, and its onboarding port open?");
	if (rc == ERR_DENIED)
		return tool_fail(TOOL_RULE, "this invite is used up or too old",
				 "ask for a new one: kring invite");
	return tool_fail(TOOL_RULE, step, why->text[0] != '\0' ? why->text : err_text(rc));
}

/* Handshake and roster; 0 when the digits are on the screen. */
static int meet(struct joining *j, const struct tool_args *a)
{
	struct err_text why = {""};
	struct rosterfile f = {.bytes = NULL};
	char path[PATH_LEN], place[PATH_LEN];
	enum err rc = nodefiles_path(path, sizeof path, a->dir, "roster.fetched") &&
				      nodefiles_path(place, sizeof place, a->dir, "roster")
			      ? joinline_open(&j->line, j->invite.address, &j->invite.tk_pub)
			      : ERR_LIMIT;

	if (rc == ERR_OK)
		rc = hello(j);
	if (rc == ERR_OK)
		rc = fetch_roster(j, path, &f, &why);
	if (rc == ERR_OK)
		rc = check_roster(j, &f, &why);
	rosterfile_free(&f);
	if (rc == ERR_OK)
		rc = reveal(j);
	/* Into its place at the very end: a roster that did not hold never lies where the daemon
	 * would read it. */
	if (rc == ERR_OK && rename(path, place) != 0)
		rc = ERR_IO;
	if (rc != ERR_OK) {
		(void)unlink(path); /* what was there before stays */
		return fail_step("joining", rc, &why);
	}
	show_digits(j);
	return 0;
}

/* A second try goes on with the node that the first one made. */
static int node_for(struct joining *j, struct tool_args *a)
{
	char path[PATH_LEN];
	struct wire_add add;
	struct wire_node node;
	struct err_text why;
	int bad;

	if (nodefiles_path(path, sizeof path, a->dir, "join") &&
	    keyfile_read_file(path, j->join, sizeof j->join, &j->join_len) == ERR_OK) {
		const enum err rc = nodefiles_check(a->dir, &why);

		if (rc != ERR_OK)
			return tool_fail_why("this node does not open", rc, &why);
		/* Its own signature is checked too: a file of another node here would bring
		 * somebody else's keys to the roots. */
		if (wire_add_get(span_of(j->join, j->join_len), &add) == ERR_OK &&
		    chain_check_node(&add, &j->invite.fed_id, &node, &why) == ERR_OK)
			return 0;
		return tool_fail(TOOL_RULE, "this directory holds a node of another federation",
				 a->dir);
	}
	require(a->dir != NULL);
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
		return tool_fail(TOOL_USAGE, "needs the invite",
				 "kring join TOKEN, or - to read it");
	if (strcmp(a->token, "-") == 0) {
		if (unlock_read_line("-", line, sizeof line, &len) != ERR_OK)
			return tool_fail(TOOL_USAGE, "no invite on standard input", "");
		rc = wire_token_get(line, v);
	} else {
		rc = wire_token_get(a->token, v);
	}
	if (rc == ERR_CRYPTO)
		return tool_fail(TOOL_USAGE, "a character of the invite is wrong or missing",
				 "copy it again, all of it");
	if (rc != ERR_OK)
		return tool_fail(TOOL_USAGE, "this is not an invite", "it begins with kring1");
	if (v->expiry_s < clock_wall_ms() / 1000)
		return tool_fail(TOOL_RULE, "this invite has expired", "ask for a new one");
	flaw = v->address[0] == '\0' ? "it is missing"
				     : endpoint_flaw(v->address, ENDPOINT_PUBLISH, NULL);
	if (flaw != NULL)
		return tool_fail(TOOL_RULE, "the address in this invite", flaw);
	return 0;
}

/* Whoever stops half-way loses nothing: the node that was made is used again, and the roots may sign although nobody waits. */
int tool_join(struct tool_args *a)
{
	struct joining j = {.buf = malloc(LIMIT_ONBOARD_MESSAGE)};
	const unsigned wait_s = a->wait == NULL ? WAIT_S : (unsigned)strtoul(a->wait, NULL, 10);
	enum wire_onboard_state state;
	bool silent = false;
	int bad = j.buf == NULL ? tool_fail_err("memory", ERR_NOMEM) : read_token(a, &j.invite);

	j.answer_ms = wait_s < ANSWER_MS / 1000 ? 1000 * (int)(wait_s == 0 ? 1 : wait_s)
						: ANSWER_MS;
	if (bad == 0)
		bad = node_for(&j, a);
	if (bad == 0)
		bad = meet(&j, a);
	if (a->dir != NULL)
		nodefiles_own(a->dir);
	if (bad != 0) {
		joinline_close(j.line);
		free(j.buf);
		return bad;
	}
	state = wait_confirmed(&j, wait_s, &silent);
	joinline_close(j.line);
	free(j.buf);
	if (state == WIRE_ONB_DEAD)
		return tool_fail(TOOL_RULE, "the digits were refused", "run kring join again");
	if (state == WIRE_ONB_WAITING && silent)
		return tool_fail(TOOL_NOT_NOW, "the inviting node answers no more",
				 "if the digits were refused, ask for a new invite; else run kring "
				 "join again");
	(void)printf("%s\n"
		     "print %s/recovery-sheet.txt and delete it\n"
		     "next: kringd --dir %s   (it connects by itself once the roots have signed)\n",
		     state == WIRE_ONB_WAITING
			     ? "the digits were not confirmed yet; that may still come"
			     : "confirmed: now the roots of the federation sign",
		     a->dir, a->dir);
	return 0;
}
