/* SPDX-License-Identifier: EUPL-1.2 */
/* One question after another, each of which may be asked again: a line that breaks, a member that restarts or is busy with
 * other newcomers costs time and nothing else.  Whoever waits is told what for, once. */
#include "tool/node/joining.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/rng.h"
#include "crypto/files/keyfile.h"
#include "proto/joinfile.h"
#include "roles/config.h"
#include "roles/nodefiles.h"
#include "tool/cli/say.h"

enum {
	PATH_LEN = CONFIG_PATH_MAX + 32,
	ANSWER_MS = 5000, /* after that it is asked again, on another line */
	LAST_MS = 1000,	  /* the last question of all has as much */
	PAUSE_MS = 200,	  /* ... and then up to sixteen times that */
	PAUSES = 4
};

static_assert((int)ANSWER_MS < (int)LIMIT_ONBOARD_IDLE_MS, "the member did not hang up before");

/* ---- what outlives a process ---- */

static struct id32 mac_of(const struct joining *j)
{
	return onboard_mac(&j->invite.secret, span_of(j->join, j->join_len));
}

/* The mac says which invite and which keys the number belongs to. */
static enum err keep(const struct joining *j, const char *dir)
{
	const struct id32 mac = mac_of(j);
	char path[PATH_LEN];
	uint8_t b[JOINFILE_LEN];
	struct wr w = wr_of(b, sizeof b);

	wr_put(&w, mac.b, 32);
	wr_put(&w, j->r_c.b, 32);
	wr_u8(&w, j->confirmed);
	require(!w.over);
	return nodefiles_path(path, sizeof path, dir, "joining")
		       ? keyfile_write_file(path, wr_span(&w))
		       : ERR_LIMIT;
}

enum err joining_again(struct joining *j, const char *dir)
{
	require(j->join_len > 0 && j->join_len <= sizeof j->join);
	j->resumed = j->confirmed = false;
	rng_fill(j->r_c.b, sizeof j->r_c.b);
	return keep(j, dir);
}

/* A file of another invite, or of other keys, is no number of ours. */
enum err joining_begin(struct joining *j, const char *dir)
{
	const struct id32 mac = mac_of(j);
	char path[PATH_LEN];
	uint8_t b[JOINFILE_LEN + 1];
	size_t len = 0;

	if (!nodefiles_path(path, sizeof path, dir, "joining") ||
	    keyfile_read_file(path, b, sizeof b, &len) != ERR_OK || len != JOINFILE_LEN ||
	    memcmp(b, mac.b, 32) != 0)
		return joining_again(j, dir);
	memcpy(j->r_c.b, b + 32, 32);
	j->confirmed = b[JOINFILE_CONFIRMED] != 0;
	j->resumed = true;
	return ERR_OK;
}

void joining_over(struct joining *j, const char *dir, bool confirmed)
{
	char path[PATH_LEN];

	j->confirmed = confirmed;
	if (confirmed && keep(j, dir) == ERR_OK)
		return;
	if (nodefiles_path(path, sizeof path, dir, "joining"))
		(void)unlink(path);
}

/* ---- questions ---- */

void joining_let_go(struct joining *j)
{
	joinline_close(j->line);
	j->line = NULL;
}

/* Once for each reason: a person who waits an hour does not want to read it a thousand times. */
static void tell(struct joining *j, enum joining_told what)
{
	if (j->told == what)
		return;
	j->told = what;
	if (what == JOINING_BUSY)
		say_to(stderr, "told-busy", FILL_NONE);
	else if (what == JOINING_SILENT)
		say_to(stderr, "told-silent", FILL({"address", j->invite.address, 0}));
	if (what == JOINING_BUSY || what == JOINING_SILENT)
		(void)fputc('\n', stderr);
}

/* A part of the pause is chance: many who were told to wait do not come back all at once. */
static void nap(struct joining *j, unsigned pauses)
{
	const uint64_t now = clock_mono_ms();
	uint64_t ms = (uint64_t)PAUSE_MS << (pauses < PAUSES ? pauses : PAUSES);
	uint8_t chance;
	struct timespec pause;

	rng_fill(&chance, 1);
	ms = ms / 2 + ms * chance / 510;
	if (j->end_mono_ms <= now)
		return;
	ms = ms < j->end_mono_ms - now ? ms : j->end_mono_ms - now;
	pause = (struct timespec){(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
	(void)nanosleep(&pause, NULL);
}

/* One question and its answer.  ERR_BUSY: none in time.  ERR_DENIED: the handshake is over.  ERR_FULL: it was not looked at.
 * ERR_MALFORMED: the answer to another question. */
static enum err once(struct joining *j, struct span question, uint8_t expect, int wait_ms)
{
	enum err rc = ERR_OK;

	require(wait_ms > 0);
	if (j->line == NULL)
		rc = joinline_open(&j->line, j->invite.address, &j->invite.tk_pub);
	if (rc == ERR_OK)
		rc = joinline_send(j->line, question);
	if (rc == ERR_OK)
		rc = joinline_receive(j->line, j->buf, LIMIT_ONBOARD_MESSAGE, wait_ms, &j->len);
	if (rc != ERR_OK)
		return rc;
	/* Any question may be answered by these two: the member knows no such handshake, or it has no time for it. */
	if (j->len == 2 && j->buf[0] == WIRE_ONB_STATE && j->buf[1] == WIRE_ONB_DEAD)
		return ERR_DENIED;
	if (j->len == 2 && j->buf[0] == WIRE_ONB_STATE && j->buf[1] == WIRE_ONB_BUSY)
		return ERR_FULL;
	return j->len > 0 && j->buf[0] == expect ? ERR_OK : ERR_MALFORMED;
}

/* Until it is answered, or nobody was heard for as long as the caller has patience.  A line on which nothing came is given up: the
 * member may have restarted, and knows nothing of it. */
static enum err ask(struct joining *j, struct span question, uint8_t expect)
{
	require(question.len > 0 && j->buf != NULL);
	if (j->heard_mono_ms == 0)
		j->heard_mono_ms = clock_mono_ms();
	for (unsigned tries = 0;; tries++) {
		uint64_t now = clock_mono_ms();
		const uint64_t left = j->end_mono_ms > now + LAST_MS ? j->end_mono_ms - now
								     : LAST_MS;
		const enum err rc = once(j, question, expect,
					 left < ANSWER_MS ? (int)left : ANSWER_MS);

		now = clock_mono_ms();
		if (rc != ERR_BUSY)
			j->heard_mono_ms = now;
		if (rc != ERR_BUSY && rc != ERR_FULL)
			return rc;
		if (rc == ERR_BUSY)
			joining_let_go(j);
		if (now >= j->end_mono_ms ||
		    (j->silence_ms != 0 && now >= j->heard_mono_ms + j->silence_ms))
			return rc;
		tell(j, rc == ERR_FULL ? JOINING_BUSY : JOINING_SILENT);
		nap(j, tries);
	}
}

/* The join request under the secret of the invite.  The line is sealed to the key that the invite names, so that nobody
 * between reads it. */
enum err joining_hello(struct joining *j)
{
	const struct span join = span_of(j->join, j->join_len);
	uint8_t b[1 + 32 + 32 + NODEDIR_JOIN_MAX];
	struct wr w = wr_of(b, sizeof b);
	/* Sent as a hash only: the member draws its number without having seen ours, and we cannot
	 * change ours after. */
	const struct id32 commit = onboard_commit(&j->r_c, join);
	/* Proves that we have the secret of the invite; without it the member answers nobody. */
	const struct id32 mac = mac_of(j);
	struct rd r;
	enum err rc;

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

enum err joining_entry(struct joining *j, uint64_t seq)
{
	uint8_t b[1 + 16 + 8];
	struct wr w = wr_of(b, sizeof b);

	wr_u8(&w, WIRE_ONB_WANT_ENTRY);
	wr_put(&w, j->session.b, 16);
	wr_u64(&w, seq);
	require(!w.over);
	return ask(j, wr_span(&w), WIRE_ONB_ENTRY);
}

static enum err state_of(struct joining *j, struct span question, enum wire_onboard_state *state)
{
	const enum err rc = ask(j, question, WIRE_ONB_STATE);

	if (rc != ERR_OK)
		return rc;
	if (j->len != 2 || j->buf[1] > WIRE_ONB_APPROVED)
		return ERR_MALFORMED;
	*state = (enum wire_onboard_state)j->buf[1];
	return ERR_OK;
}

/* Only after the roster held: digits are worth comparing only with a member of the federation of the invite. */
enum err joining_reveal(struct joining *j, enum wire_onboard_state *state)
{
	uint8_t b[1 + 16 + 32];
	struct wr w = wr_of(b, sizeof b);

	wr_u8(&w, WIRE_ONB_REVEAL);
	wr_put(&w, j->session.b, 16);
	wr_put(&w, j->r_c.b, 32);
	require(!w.over);
	return state_of(j, wr_span(&w), state); /* our number, once theirs is known */
}

enum err joining_ask(struct joining *j, enum wire_onboard_state *state)
{
	uint8_t b[1 + 16];
	struct wr w = wr_of(b, sizeof b);

	wr_u8(&w, WIRE_ONB_ASK);
	wr_put(&w, j->session.b, 16);
	require(!w.over);
	return state_of(j, wr_span(&w), state);
}
