/* SPDX-License-Identifier: EUPL-1.2 */
/* A slice is as long as nobody notices (CHORE_SLICE threads), whatever lies in them; where it ended is written in the same turn
 * as what it did, so that a crash repeats nothing and forgets nothing. */
#include "domain/slices/slices.h"

#include <string.h>

#include "base/check.h"
#include "base/plant.h"
#include "domain/care/erase.h"
#include "domain/care/grants.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/quota.h"
#include "domain/narrow/narrow.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"
#include "domain/retain/retain.h"

enum { LEAVES_ROOM = 16 }; /* documents that the end of one consent may take at once */

/* Nobody answers any more; only a person can find another way, so each open referral is work. */
static enum err gone(struct turn *t, struct chore *c)
{
	struct quota_place at = {c->after_case, c->after};
	struct thread th;
	enum err rc = quota_next_open(t, c->peer, c->side, &at);

	c->after_case = at.case_id;
	c->after = at.thread;
	if (rc == ERR_NOTFOUND && c->side == THREAD_SENDER) {
		c->side = THREAD_RECEIVER; /* ours are done: now its own */
		c->after_case = c->after = (struct id16){{0}};
		return ERR_OK;
	}
	if (rc != ERR_OK) {
		c->over = rc == ERR_NOTFOUND;
		return c->over ? ERR_OK : rc;
	}
	rc = thread_load(t, &c->after, &th);
	if (rc == ERR_CORRUPT || rc == ERR_NOTFOUND)
		return ERR_OK; /* one that cannot be read keeps the others from nothing: lists and kring verify name it */
	/* what was to be done with that partner is not to be done any more */
	if (rc == ERR_OK && th.kind == THREAD_REFERRAL)
		rc = worklist_clear(t, &th);
	return rc == ERR_OK ? worklist_add(t, &th, WORK_GONE, "") : rc;
}

/* Each consent that it got from here is taken back; what rests on it ends with it (grants_withdraw).  It begins with thread 0, and goes on
 * behind the last one: what a person gives after that is refused. */
static enum err leaves(struct turn *t, struct chore *c)
{
	struct consent_scope s = {state_peer(t->node, c->peer), {{0}}, false};
	struct thread th;
	enum err rc = thread_next_of_peer(t, c->peer, &c->after);

	c->over = rc == ERR_NOTFOUND || s.p == NULL || s.p->removed;
	if (c->over)
		return ERR_OK;
	if (rc == ERR_OK)
		rc = thread_load(t, &c->after, &th);
	if (rc == ERR_CORRUPT || rc == ERR_NOTFOUND)
		return ERR_OK; /* as above */
	if (rc != ERR_OK || th.kind != THREAD_CONSENT || th.role != THREAD_SENDER || th.withdrawn ||
	    turn_case_erased(t, &th.case_id))
		return rc;
	s.case_id = th.case_id;
	return grants_withdraw(t, &s, &th.id, NULL);
}

/* What is signed here goes out with this turn: as many as one signature covers. */
static enum err each_leaves(struct turn *t, struct chore *c)
{
	enum err rc = ERR_OK;

	for (unsigned i = 0; rc == ERR_OK && !c->over && i < CHORE_SLICE &&
			     t->doc_count + LEAVES_ROOM < LIMIT_BURST;
	     i++)
		rc = leaves(t, c);
	return rc;
}

static enum err believed(struct turn *t, struct chore *c)
{
	struct thread th;
	enum err rc = thread_next_of_peer(t, c->peer, &c->after);

	if (rc == ERR_NOTFOUND) {
		c->over = true;
		return ERR_OK;
	}
	if (rc == ERR_OK)
		rc = thread_load(t, &c->after, &th);
	if (rc == ERR_CORRUPT || rc == ERR_NOTFOUND)
		return ERR_OK; /* as above */
	return rc == ERR_OK ? grants_believe(t, &c->after) : rc;
}

/* Of one thread after the other. */
static enum err each(struct turn *t, struct chore *c,
		     enum err (*one)(struct turn *, struct chore *))
{
	enum err rc = ERR_OK;

	for (unsigned i = 0; rc == ERR_OK && !c->over && i < CHORE_SLICE; i++) {
		const size_t mark = t->arena->used;

		rc = one(t, c);
		arena_rewind(t->arena, mark);
	}
	return rc;
}

/* The first slice in the turn that decides: mostly that is all. */
static enum err begin(struct turn *t, struct chore *c,
		      enum err (*one)(struct turn *, struct chore *))
{
	enum err rc = each(t, c, one);

	return rc == ERR_OK && !c->over ? chores_save(t, c) : rc;
}

enum err slices_gone(struct turn *t, uint16_t peer)
{
	struct chore c = {.kind = CHORE_GONE, .peer = peer, .side = THREAD_SENDER};

	require(peer != 0);
	return begin(t, &c, gone);
}

enum err slices_leaves(struct turn *t, uint16_t peer)
{
	struct chore c = {.kind = CHORE_LEAVES, .peer = peer};
	const struct peer *p = state_peer(t->node, peer);

	require(peer != 0);
	if ((p != NULL && p->self) || planted(PLANT_LEAVES_KEPT))
		return ERR_OK;	   /* we leave ourselves: what partners take back comes */
	return chores_save(t, &c); /* with the next turns: a partner may have thousands of people */
}

enum err slices_believe(struct turn *t, uint16_t peer)
{
	struct chore c = {.kind = CHORE_BELIEVED, .peer = peer};

	require(peer != 0);
	return begin(t, &c, believed);
}

static enum err closed(struct turn *t, struct chore *c)
{
	return worklist_clear_case(t, &c->case_id, &c->over);
}

static enum err reopened(struct turn *t, struct chore *c)
{
	struct store_key at = chores_behind(c);
	enum err rc = worklist_again(t, &c->case_id, &at, &c->over);

	memcpy(c->after.b, at.b + sizeof c->case_id.b, sizeof c->after.b);
	return rc;
}

static enum err of_case(struct turn *t, struct chore *c)
{
	require(c->kind == CHORE_CLOSED || c->kind == CHORE_REOPENED);
	return c->kind == CHORE_CLOSED ? closed(t, c) : reopened(t, c);
}

/* The later of both counts: what is left of the other one would undo it. */
enum err slices_case(struct turn *t, enum chore_kind kind, const struct id16 *case_id, bool *over)
{
	struct chore c = {.kind = kind, .case_id = *case_id}, other = c;
	enum err rc;

	other.kind = kind == CHORE_CLOSED ? CHORE_REOPENED : CHORE_CLOSED;
	rc = chores_load(t, &other);
	other.over = true;
	if (rc == ERR_OK)
		rc = chores_save(t, &other);
	if (rc == ERR_OK || rc == ERR_NOTFOUND)
		rc = of_case(t, &c);
	*over = c.over;
	return rc == ERR_OK && !c.over ? chores_save(t, &c) : rc;
}

enum err slices_case_on(struct turn *t, enum chore_kind kind, const struct id16 *case_id,
			bool *over)
{
	struct chore c = {.kind = kind, .case_id = *case_id};
	enum err rc = chores_load(t, &c);

	*over = rc == ERR_NOTFOUND;
	if (rc != ERR_OK)
		return *over ? ERR_OK : rc;
	rc = of_case(t, &c);
	*over = c.over;
	return rc == ERR_OK ? chores_save(t, &c) : rc;
}

enum err slices_tick(struct turn *t)
{
	struct chore c;
	enum err rc = chores_first(t, &c);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	switch (c.kind) {
	case CHORE_GONE:
		rc = each(t, &c, gone);
		break;
	case CHORE_BELIEVED:
		rc = each(t, &c, believed);
		break;
	case CHORE_FALL:
		rc = grants_fall(t, &c);
		break;
	case CHORE_SWEEP:
		rc = erase_sweep(t, &c);
		break;
	case CHORE_OUTLIVE: /* what this very turn signed lies nowhere yet, and could not be kept */
		rc = t->doc_count == 0 ? erase_outlive(t, &c) : ERR_OK;
		break;
	case CHORE_PERSON:
		rc = bodies_person_later(t, &c);
		break;
	case CHORE_CLOSED:
	case CHORE_REOPENED:
		rc = of_case(t, &c);
		break;
	case CHORE_WAITED:
		rc = outbox_sweep(t, &c);
		break;
	case CHORE_NUMBERED: /* at the end of this turn the partner is spoken to */
		c.over = true;
		rc = answer_owe(t, c.peer);
		break;
	case CHORE_RETAIN:
		rc = retain_slice(t, &c);
		break;
	case CHORE_NARROW:
		rc = narrow_say(t, &c);
		break;
	case CHORE_LEAVES:
		rc = each_leaves(t, &c);
		break;
	case CHORE_KINDS:
		break;
	}
	return fault_over(t, rc == ERR_OK ? chores_save(t, &c) : rc);
}
