/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A document that lay on its way for days is known at one end long before the other.  Both ends promise people the same last day,
 * so they count from what both have: the moment at which its author dated it.
 */
#include "domain/referral/terms.h"

#include "base/check.h"
#include "base/limits.h"
#include "domain/referral/deadline.h"
#include "domain/referral/states.h"

/* As it is dated; but nobody gains days with a clock that is far ahead, or with a date from before the referral began. */
static enum err moment_of(struct turn *t, const struct thread *th, const struct fold_step *s,
			  uint64_t *ms)
{
	struct log_entry e;
	enum err rc = thread_entry(t, th, s->who == fold_our_side(th), s->no, &e);
	uint64_t last;

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	last = e.kept_ms + UINT64_C(1000) * LIMIT_CLOCK_SKEW_S;
	*ms = e.created_ms < last ? e.created_ms : last;
	*ms = *ms < th->created_ms ? th->created_ms : *ms;
	return ERR_OK;
}

static bool pauses(enum referral_state s)
{
	return (state_row(s)->does & STATE_PAUSES) != 0;
}

/* The first question stops the clock until its answer, for so many days at most; while it is open all of them count. */
static enum err read_pause(struct turn *t, struct thread *th, const struct fold_step *steps,
			   size_t count)
{
	uint64_t asked_ms, answered_ms;
	size_t ask = 0, answer;
	enum err rc;

	th->pause_days = 0;
	while (ask < count && !pauses(steps[ask].state))
		ask++;
	if (ask == count)
		return ERR_OK;
	for (answer = ask; answer < count && pauses(steps[answer].state);)
		answer++;
	th->pause_days = DEADLINE_PAUSE_DAYS;
	if (answer == count)
		return ERR_OK;
	rc = moment_of(t, th, &steps[ask], &asked_ms);
	if (rc == ERR_OK)
		rc = moment_of(t, th, &steps[answer], &answered_ms);
	if (rc == ERR_OK) {
		const uint32_t used = calendar_between(deadline_place(t, th), asked_ms,
						       answered_ms);

		th->pause_days = used < DEADLINE_PAUSE_DAYS ? used : DEADLINE_PAUSE_DAYS;
	}
	return rc;
}

/* Since the last act that moved the state, or the last news of the receiver, which says that somebody is at work. */
enum err terms_read(struct turn *t, struct thread *th, const struct fold_step *steps, size_t count)
{
	size_t i = count;
	enum err rc = ERR_OK;

	require(th->kind == THREAD_REFERRAL);
	while (i > 1 && steps[i - 1].state == steps[i - 2].state &&
	       (steps[i - 1].note || steps[i - 1].type != DOC_NOTE))
		i--;
	th->since_ms = th->created_ms;
	if (i > 0)
		rc = moment_of(t, th, &steps[i - 1], &th->since_ms);
	return rc == ERR_OK ? read_pause(t, th, steps, count) : rc;
}
