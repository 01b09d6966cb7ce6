/* SPDX-License-Identifier: EUPL-1.2 */
/* A clock that is wrong makes a node refuse everybody, and nobody says why.  So what partners' signed times say is
 * remembered, also of frames that are refused for it, and compared: the larger company of those that agree is right.
 * With two that differ nobody can say who is wrong; then both are named. */
#include "domain/exchange/clockwatch.h"

#include "base/check.h"
#include "base/date.h"
#include "proto/msg.h"

enum { OLD_MS = 3600000 }; /* what was said longer ago proves nothing, unless the line is there */

/* No two clocks are further apart: differences of what partners say stay within a number. */
static const int64_t far_ms = INT64_C(1) << 60;

void clockwatch_frame(const struct turn *t, struct conn *c, uint64_t theirs_ms)
{
	require(c->clock_mono_ms <= t->mono_ms);
	c->clock_theirs_ms = theirs_ms;
	c->clock_mono_ms = t->mono_ms;
}

/* A prekey is announced again with every line, also after hours: only a new one says what time it is there now. */
void clockwatch_record(const struct turn *t, struct conn *c, uint64_t theirs_ms)
{
	if (c->clock_record_ms == theirs_ms)
		return;
	c->clock_record_ms = theirs_ms;
	clockwatch_frame(t, c, theirs_ms);
}

/* By now their clock goes at ours plus this much, if it went on as ours did. */
static bool difference(const struct turn *t, const struct peer *p, int64_t *off_ms)
{
	const struct conn *c = &p->conn;
	const uint64_t since = t->mono_ms - c->clock_mono_ms;

	*off_ms = (int64_t)(c->clock_theirs_ms + since - t->wall_ms);
	if (*off_ms > far_ms || *off_ms < -far_ms)
		*off_ms = *off_ms < 0 ? -far_ms : far_ms;
	return !p->self && p->active && c->clock_theirs_ms != 0 && (c->up || since < OLD_MS);
}

static bool alike(int64_t a, int64_t b)
{
	return a - b <= LIMIT_CLOCK_NOTE_MS && b - a <= LIMIT_CLOCK_NOTE_MS;
}

/* Each partner that was heard lately counts for the time it shows; so one wrong clock among many names itself. */
enum clock_who clockwatch_who(const struct turn *t, const struct peer *p, int64_t *off_ms)
{
	const struct node *n = t->node;
	size_t with_us = 1,
	       with_them = 0; /* we agree with ourselves; they count themselves in the loop */
	int64_t other;

	if (!difference(t, p, off_ms) || alike(*off_ms, 0))
		return CLOCK_FINE;
	for (size_t i = 0; i < n->peer_count; i++) {
		if (!difference(t, &n->peers[i], &other))
			continue;
		with_us += alike(other, 0);
		with_them += alike(other, *off_ms);
	}
	return with_us > with_them   ? CLOCK_THEIRS
	       : with_us < with_them ? CLOCK_OURS
				     : CLOCK_UNCLEAR;
}

void clockwatch_row(const struct turn *t, const struct peer *p, struct msg *row)
{
	static const char *const names[] = {"", "partner", "us", "unclear"};
	int64_t off_ms;
	const enum clock_who who = clockwatch_who(t, p, &off_ms);
	const uint64_t size = (uint64_t)(off_ms < 0 ? -off_ms : off_ms);

	require((size_t)who < sizeof names / sizeof names[0]);

	msg_set_text(t->arena, row, CLOCK_ROW_PARTNER, p->org);
	msg_set_u64(row, CLOCK_ROW_OFF_S, size / 1000);
	msg_set_u64(row, CLOCK_ROW_AHEAD, off_ms > 0);
	msg_set_text(t->arena, row, CLOCK_ROW_WHO, names[who]);
}

void clockwatch_rows(const struct turn *t, struct msg *into, unsigned field)
{
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		int64_t off_ms;

		if (clockwatch_who(t, p, &off_ms) != CLOCK_FINE)
			clockwatch_row(t, p, msg_add(t->arena, into, field));
	}
}

/* How far ours may be ahead of a clock that is known. */
static uint64_t ahead_of(const struct turn *t, const struct peer *p)
{
	int64_t off_ms;
	const enum clock_who who = clockwatch_who(t, p, &off_ms);

	return off_ms < 0 && (who == CLOCK_OURS || who == CLOCK_UNCLEAR) ? (uint64_t)-off_ms : 0;
}

/* A partner that was not heard lately has its clock as the others have theirs. */
static uint64_t ahead_of_some(const struct turn *t)
{
	uint64_t most = 0;
	int64_t off_ms;

	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		const uint64_t ahead = difference(t, p, &off_ms) ? ahead_of(t, p) : 0;

		most = ahead > most ? ahead : most;
	}
	return most;
}

uint64_t clockwatch_begins_ms(const struct turn *t, const struct peer *p, uint64_t until_ms)
{
	const uint64_t most_ms = (uint64_t)LIMIT_GRANT_DAYS * DAY_MS;
	int64_t off_ms;
	const uint64_t ahead = difference(t, p, &off_ms) ? ahead_of(t, p) : ahead_of_some(t);
	const uint64_t from = ahead > t->wall_ms ? t->wall_ms : t->wall_ms - ahead;

	require(!p->self);
	/* none holds longer than one may */
	return until_ms > most_ms && from < until_ms - most_ms ? until_ms - most_ms : from;
}

/* Beyond LIMIT_CLOCK_SKEW_S each end takes the other's keys and frames for expired or not yet made. */
bool clockwatch_blocks(const struct turn *t, const struct peer *p)
{
	const int64_t skew_ms = INT64_C(1000) * LIMIT_CLOCK_SKEW_S;
	int64_t off_ms;

	return difference(t, p, &off_ms) && (off_ms > skew_ms || off_ms < -skew_ms);
}
