/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The state of a referral is never stored as the truth: it is the fold over both logs as they lie here, and both ends that
 * hold the same two logs come to the same state.  thread.state is a copy for lists and timers, written by acts_changed
 * alone.  An entry counts only where its author had seen what it needs; the order is referral.h's.
 */
#include "domain/referral/fold.h"

#include "base/check.h"

static enum err load_side(struct turn *t, const struct thread *th, bool mine, uint32_t n,
			  struct fold_event **out)
{
	struct fold_event *e;

	require(n <= THREAD_LOG_MAX);
	e = arena_alloc(t->arena, (n + 1u) * sizeof *e);
	*out = e;
	if (e == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct log_entry le;
		enum err rc = thread_entry(t, th, mine, i + 1, &le);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		e[i] = (struct fold_event){le.type, le.seen_no};
	}
	return ERR_OK;
}

enum err fold_thread(struct turn *t, const struct thread *th, struct fold_step **steps,
		     size_t *count, enum referral_state *state)
{
	const bool sender = th->role == THREAD_SENDER;
	const uint32_t ns = sender ? th->my_no : th->their_no;
	const uint32_t nr = sender ? th->their_no : th->my_no;
	struct fold_event *s, *r;
	enum err rc;

	require(th->role == THREAD_SENDER || th->role == THREAD_RECEIVER);
	require(th->my_no <= THREAD_LOG_MAX && th->their_no <= THREAD_LOG_MAX);
	rc = load_side(t, th, sender, ns, &s);
	if (rc == ERR_OK)
		rc = load_side(t, th, !sender, nr, &r);
	if (rc != ERR_OK)
		return rc;
	*steps = arena_alloc(t->arena, (ns + nr + 1u) * sizeof **steps);
	if (*steps == NULL)
		return ERR_NOMEM;
	*state = referral_fold(s, ns, r, nr, *steps, count);
	return ERR_OK;
}

enum err fold_load(struct turn *t, const struct thread *th, struct fold_logs *logs)
{
	enum err rc = load_side(t, th, false, th->their_no, &logs->theirs);

	return rc == ERR_OK ? load_side(t, th, true, th->my_no, &logs->ours) : rc;
}

/* Judged by what its author had seen: what came from our side later is no reproach to them. */
bool fold_may(const struct thread *th, const struct fold_logs *logs, uint32_t no)
{
	const bool sender = th->role == THREAD_SENDER;
	const struct fold_event *theirs = logs->theirs, *ours = logs->ours;
	enum referral_state state;
	uint32_t seen;
	size_t n;

	require(no >= 1 && no <= th->their_no);
	require(th->role == THREAD_SENDER || th->role == THREAD_RECEIVER);
	seen = theirs[no - 1].seen < th->my_no ? theirs[no - 1].seen : th->my_no;
	state = sender ? referral_fold(ours, seen, theirs, no - 1, NULL, &n)
		       : referral_fold(theirs, no - 1, ours, seen, NULL, &n);
	return referral_takes(state, sender ? REFERRAL_BY_RECEIVER : REFERRAL_BY_SENDER,
			      theirs[no - 1].type);
}

enum err fold_allowed(struct turn *t, const struct thread *th, uint32_t no, bool *yes)
{
	const size_t mark = t->arena->used;
	struct fold_logs logs;
	enum err rc = fold_load(t, th, &logs);

	require(no >= 1 && no <= th->their_no);
	if (rc == ERR_OK)
		*yes = fold_may(th, &logs, no);
	arena_rewind(t->arena, mark); /* asked for many, in walks */
	return rc;
}
