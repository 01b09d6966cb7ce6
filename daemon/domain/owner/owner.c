/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A handover that ended without a move changes nothing, and one that is being prepared only stops the pen from the bundle on.  Of
 * those in which the case moved, the newest epoch counts; two that claim the same one cannot both be true, and then nobody
 * writes before people looked.
 *
 *	as FROM                              as TO
 *	NONE PROPOSED AGREED       ours      what is here is our own file of the person, or none
 *	BUNDLED STAGED             nobody's  the same
 *	CEDED                      nobody's  the same
 *	TAKEN                      theirs    ours
 *	REFUSED EXPIRED ABORTED    as if it had never been proposed, on both sides
 *	RECLAIMED                  ours      theirs
 *	SUPERSEDED                 elsewhere elsewhere
 */
#include "domain/owner/owner.h"

#include "base/check.h"
#include "base/plant.h"

int epoch_compare(struct epoch a, struct epoch b)
{
	if (a.reclaims != b.reclaims)
		return a.reclaims < b.reclaims ? -1 : 1;
	return a.turns == b.turns ? 0 : a.turns < b.turns ? -1 : 1;
}

struct epoch epoch_ceded(struct epoch e)
{
	e.turns += e.turns < UINT32_MAX;
	return e;
}

struct epoch epoch_reclaimed(struct epoch e)
{
	if (planted(PLANT_EPOCH_PLUS_TWO))
		return epoch_ceded(epoch_ceded(e));
	return (struct epoch){e.reclaims + (e.reclaims < UINT32_MAX), 0};
}

enum owner_who owner_of_thread(enum handover_side we, enum handover_state s)
{
	const bool from = we == HANDOVER_BY_FROM;

	require(from || we == HANDOVER_BY_TO);
	switch (s) {
	case HANDOVER_NONE:
	case HANDOVER_PROPOSED:
	case HANDOVER_AGREED:
	case HANDOVER_REFUSED:
	case HANDOVER_EXPIRED:
	case HANDOVER_ABORTED:
	case HANDOVER_RECLAIMED:
		return from ? OWNER_US : OWNER_THEM;
	case HANDOVER_BUNDLED:
	case HANDOVER_STAGED:
	case HANDOVER_CEDED:
		return OWNER_NOBODY;
	case HANDOVER_TAKEN:
		return from ? OWNER_THEM : OWNER_US;
	case HANDOVER_SUPERSEDED:
		return OWNER_ELSEWHERE;
	case HANDOVER_STATE_COUNT:
		break;
	}
	return OWNER_NOBODY;
}

/* Where nothing moved yet, or nothing came of it, the case is whose it was.  What TO holds of it before it took the case is its own
 * file of the person, if it has one. */
static bool went(const struct owner_thread *th)
{
	return th->state == HANDOVER_TAKEN || th->state == HANDOVER_RECLAIMED ||
	       th->state == HANDOVER_SUPERSEDED ||
	       (th->state == HANDOVER_CEDED && th->we == HANDOVER_BY_FROM);
}

static bool moved(const struct owner_thread *th)
{
	return th->dated && went(th);
}

/* We hold it back ourselves from the bundle to the act that moves it. */
static bool held_back(const struct owner_thread *th)
{
	return th->we == HANDOVER_BY_FROM && owner_of_thread(th->we, th->state) == OWNER_NOBODY;
}

bool owner_counts(const struct owner_thread *th)
{
	return th->dated || went(th) || held_back(th);
}

/* The newest one of before that word, as far as it is known. */
static struct epoch epoch_before(const struct owner_thread *v, size_t n, uint64_t act_ms)
{
	struct epoch e = {0, 0};

	for (size_t i = 0; i < n; i++)
		if (v[i].dated && v[i].act_ms != 0 && v[i].act_ms <= act_ms &&
		    epoch_compare(v[i].epoch, e) > 0)
			e = v[i].epoch;
	return e;
}

/* A word that moved the case may come back without its body: its consent ended meanwhile.  That it moved the case is as true as before;
 * left out, the case would count as ours at both ends. */
void owner_date(struct owner_thread *v, size_t n)
{
	for (size_t done = 0; done < n; done++) {
		struct owner_thread *first = NULL;
		struct epoch e;

		for (size_t i = 0; i < n; i++)
			if (!v[i].dated && went(&v[i]) &&
			    (first == NULL || v[i].act_ms < first->act_ms))
				first = &v[i];
		if (first == NULL)
			return;
		e = epoch_before(v, n, first->act_ms);
		first->dated = true;
		first->epoch = first->state == HANDOVER_CEDED || first->state == HANDOVER_TAKEN
				       ? epoch_ceded(e)
				       : epoch_reclaimed(e);
	}
}

/* SUPERSEDED passes on an epoch that was said in another thread: where that one is here too, it says more. */
static bool says_more(const struct owner_thread *a, const struct owner_thread *b)
{
	return b->state == HANDOVER_SUPERSEDED && a->state != HANDOVER_SUPERSEDED;
}

struct owner owner_fold(const struct owner_thread *v, size_t n)
{
	const struct owner_thread *best = NULL;
	struct owner o = {OWNER_US, 0, true};
	bool twice = false, back = false;

	for (size_t i = 0; i < n; i++) {
		int newer;

		o.compared = o.compared && v[i].settled;
		back = back || held_back(&v[i]);
		if (!moved(&v[i]))
			continue;
		newer = best == NULL ? 1 : epoch_compare(v[i].epoch, best->epoch);
		if (newer > 0 || (newer == 0 && says_more(&v[i], best))) {
			twice = false;
			best = &v[i];
		} else if (newer == 0 && !says_more(best, &v[i])) {
			twice = true;
		}
	}
	if (best != NULL) {
		o.who = twice ? OWNER_NOBODY : owner_of_thread(best->we, best->state);
		o.peer = best->peer;
	}
	if (o.who == OWNER_US && back)
		o.who = OWNER_NOBODY;
	return o;
}

/*	who     compared  held  released  writable
 *	other   -         -     -         no
 *	us      no        -     no        no, perhaps it is no longer ours
 *	us      yes       yes   no        no
 *	us      -         -     yes       yes, until it was compared
 *	us      yes       no    -         yes */
bool owner_writable(const struct owner *o, bool held, bool released)
{
	require(o != NULL);
	if (o->who != OWNER_US)
		return false;
	return released || (o->compared && !held);
}

struct epoch owner_epoch(const struct owner_thread *v, size_t n)
{
	struct epoch e = {0, 0};

	for (size_t i = 0; i < n; i++)
		if (v[i].dated && epoch_compare(v[i].epoch, e) > 0)
			e = v[i].epoch;
	return e;
}
