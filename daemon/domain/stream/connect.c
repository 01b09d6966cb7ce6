/* SPDX-License-Identifier: EUPL-1.2 */
/* A line to a partner.  Nothing is known of the other end before its prekey came; nothing is believed before a frame was
 * read on this very line (heard).  One question is outstanding at a time and only its answer rewinds; a line that stays
 * silent is hung up and dialled again, later each time, because a partner may be overworked rather than gone. */
#include "domain/stream/connect.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/blob/rows.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/prekeys.h"

enum { PRUNED = 64, TOGETHER = 64, APART_MS = 1000 };

static_assert(LIMIT_PEERS / TOGETHER * APART_MS < LIMIT_PING_MS,
	      "the moments of one node lie close to each other");

const char *connect_flaw(const struct conn *c, const struct pair *pr)
{
#define RULE(holds)                                                                                \
	if (!(holds))                                                                              \
		return "line: " #holds;

	RULE(c->sent <= pr->num_last)
	RULE(c->base <= pr->num_last)
	RULE(c->question != 0 || !c->asked)
	RULE(c->heads.agreed <= c->heads.differed || !c->heads.probing)
	RULE(c->hangups <= LIMIT_HANGUPS)
#undef RULE
	return NULL;
}

enum err connect_pair(struct turn *t, uint16_t peer, const struct conn *c, struct pair **out)
{
	enum err rc = pair_get(t, peer, out);

	return rc == ERR_OK && connect_flaw(c, *out) != NULL ? ERR_CORRUPT : rc;
}

/* A new key of ours for this partner, drawn once the turn is committed. */
static enum err draw_prekey(struct turn *t, const struct peer *p)
{
	struct effect *e = turn_effect(t, EFFECT_PREKEY);

	if (e == NULL)
		return ERR_NOMEM;
	e->peer = p->no;
	return ERR_OK;
}

enum err connect_up(struct turn *t, struct peer *p)
{
	struct conn *c = state_conn(t->node, p);
	struct pair *pr;
	enum err rc = pair_get(t, p->no, &pr);

	require(!p->self);
	if (rc == ERR_OK)
		rc = draw_prekey(t, p);
	if (rc != ERR_OK)
		return rc;
	pr->recheck = pr->recheck ||
		      pr->waiting > 0; /* what they could not store, perhaps they can now */
	/* all else of the line before is gone with it; the clock and the count of silent lines are of the partner */
	*c = (struct conn){
		.up = true,
		.up_ms = t->wall_ms,
		.greeted = true,
		.question = c->question,
		.wait_mono_ms = t->mono_ms,
		.hangups = c->hangups,
		.said = c->said,
		.records = c->records,
		.kept = c->kept,
		.records_mono_ms = c->records_mono_ms,
		.proposals = c->proposals,
		.proposals_mono_ms = c->proposals_mono_ms,
		.clock_record_ms = c->clock_record_ms,
		.clock_theirs_ms = c->clock_theirs_ms,
		.clock_mono_ms = c->clock_mono_ms,
		.ask_mono_ms = t->mono_ms + LIMIT_ASK_MS,
		.ask_wait_ms = LIMIT_ASK_MS,
		.base = pr->acked,
	};
	return ERR_OK;
}

/* Whoever has something to say dials, whoever's turn it is. */
enum err connect_dial(struct turn *t, struct peer *p, bool silent)
{
	struct conn *c = state_conn(t->node, p);
	struct effect *e = turn_effect(t, EFFECT_DIAL);

	require(!p->self && p->no != 0);
	if (e == NULL)
		return ERR_NOMEM;
	e->peer = p->no;
	e->client = silent;
	c->dialled = true;
	return ERR_OK;
}

/* Who still owes something dials again; who does not waits for the other end. */
enum err connect_down(struct turn *t, struct peer *p)
{
	struct conn *c = state_conn(t->node, p);

	c->up = c->heard = c->greeted = c->asked = c->have_key = c->dialled = c->hung_up = false;
	c->sent = c->wait_mono_ms = 0;
	return p->owes && p->active ? connect_dial(t, p, false) : ERR_OK;
}

/* Whoever is owed something is dialled at start.  A row that cannot be read keeps one partner waiting, and nobody else:
 * what stands in it is known here alone, so only a backup helps. */
enum err connect_load(struct turn *t)
{
	enum err rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < t->node->peer_count; i++) {
		struct peer *p = &t->node->peers[i];
		struct pair *pr;

		rc = pair_get(t, p->no, &pr);
		p->broken = rc == ERR_CORRUPT;
		p->owes = rc == ERR_OK && pair_owed(pr) > 0;
		if (p->broken)
			rc = ERR_OK;
	}
	t->pairs = NULL; /* read, not changed */
	return rc;
}

static uint64_t sooner(uint64_t at, uint64_t other)
{
	return other != 0 && other < at ? other : at;
}

/* When something is asked of the partner: of the line, once more for a file, or how far its roster goes. */
static uint64_t asks_at(const struct conn *c)
{
	return sooner(sooner(c->ask_mono_ms, c->fetch.again_mono_ms), c->behind_mono_ms);
}

/* When this line counts as silent; each silent line before it doubles the time. */
static uint64_t silent_at(const struct conn *c)
{
	return c->wait_mono_ms == 0 ? UINT64_MAX
				    : c->wait_mono_ms + ((uint64_t)LIMIT_SILENT_MS << c->hangups);
}

bool connect_alive(const struct turn *t, const struct peer *p)
{
	return p->conn.up && p->conn.heard && !p->conn.hung_up && t->mono_ms < silent_at(&p->conn);
}

void connect_answered(const struct turn *t, const struct pair *pr, struct conn *c)
{
	require_sound(pair_flaw(pr));
	c->hung_up = false;
	c->hangups = 0;
	c->wait_mono_ms = c->sent > pr->acked ? t->mono_ms : 0;
}

/* Nothing is under way, kept back, compared or fetched, and no member waits for words of others, which travel with questions. */
static enum err at_rest(struct turn *t, const struct peer *p, const struct pair *pr,
			const struct conn *c, bool *rest)
{
	struct id32 first = {{0}};
	enum err rc;

	*rest = false;
	if (t->node->rest_ms == 0 || pair_pending(pr, c) || pr->waiting != 0 ||
	    c->retry_wait_ms != 0)
		return ERR_OK;
	for (size_t i = 0; i < t->node->peer_count; i++)
		if (t->node->peers[i].active && !t->node->peers[i].activated)
			return ERR_OK;
	rc = blob_next_wanted(t, p->no, &first);
	*rest = rc == ERR_NOTFOUND;
	return *rest ? ERR_OK : rc;
}

/* Lines at rest have one moment together, so that a node wakes once for all of them, in parts that a turn can hold.  It differs from
 * node to node, or a region would ask all at once.  Half the time at least lies between: whoever of two ends asked is the one
 * that asks again, and the other, whose moment comes within that half, does not. */
static uint64_t rest_at(const struct turn *t, const struct peer *p)
{
	const uint64_t every = t->node->rest_ms, first = t->mono_ms + every / 2;
	const uint64_t mine = be64_get(t->node->node_id.b) % every +
			      (uint64_t)(p->no / TOGETHER) * APART_MS;

	require(every != 0);
	return first + (mine % every + every - first % every) % every;
}

/* Whoever said something asks once more within a minute before it rests: the key that opens what was said ends with that. */
enum err connect_next_question(struct turn *t, const struct peer *p, const struct pair *pr,
			       struct conn *c)
{
	bool rest;
	enum err rc = at_rest(t, p, pr, c, &rest);

	c->ask_mono_ms = rest && !c->spoke ? rest_at(t, p)
					   : t->mono_ms + (pair_pending(pr, c) ? LIMIT_ASK_MS
									       : LIMIT_PING_MS);
	if (rest)
		c->spoke = false;
	return rc;
}

/* What its own question would have said and done is said with the answer and done now. */
enum err connect_was_asked(struct turn *t, const struct peer *p, struct pair *pr, struct conn *c,
			   struct answer *a)
{
	bool rest;
	uint64_t at;
	enum err rc = at_rest(t, p, pr, c, &rest);

	if (rc != ERR_OK || !rest || c->asked || c->spoke)
		return rc;
	at = rest_at(t, p);
	c->ask_mono_ms = at > c->ask_mono_ms ? at : c->ask_mono_ms;
	a->deposit = true;
	return outbox_prune(t, pr, PRUNED);
}

/* Their key is the first thing on a line.  A fresh one means that they may not have heard us: answer. */
enum err connect_prekey(struct turn *t, struct peer *p, struct span record)
{
	struct answer *a;
	bool fresh;
	enum err rc = prekeys_take(t, p, record, true, &fresh);

	if (err_foreign(rc))
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	/* After a long sleep of both, theirs is fresh and ours has expired: an answer would carry a key they cannot use. */
	if (fresh && !prekeys_ours_good(t, p))
		rc = draw_prekey(t, p);
	if (rc != ERR_OK)
		return rc;
	a = answer_of(t, p->no);
	if (a == NULL)
		return ERR_NOMEM;
	a->reply = a->reply || fresh || !p->conn.heard;
	return ERR_OK;
}

/* They sealed to a key that we destroyed: they learn which one, and with the answer our newest. */
enum err connect_unopened(struct turn *t, struct peer *p, struct span prekey_id)
{
	struct answer *a = answer_of(t, p->no);

	if (a == NULL)
		return ERR_NOMEM;
	answer_part(a, WIRE_PART_UNOPENED, prekey_id);
	a->reply = true; /* every frame carries our newest prekey */
	return ERR_OK;
}

/* Asked at growing intervals while something is pending, and at rest now and then: is the line still there? */
enum err connect_tick(struct turn *t, struct peer *p)
{
	struct conn *c = state_conn(t->node, p);
	struct answer *a;
	struct pair *pr;
	enum err rc;

	require(!p->self && p->active);
	if (c->up && t->mono_ms >= silent_at(c)) {
		c->hangups += c->hangups < LIMIT_HANGUPS;
		c->wait_mono_ms = 0;
		c->hung_up = true; /* the end of the line comes from net */
		return connect_dial(t, p, true);
	}
	if (!c->up || t->mono_ms < asks_at(c))
		return ERR_OK;
	c->fetch.again_mono_ms = c->behind_mono_ms = 0;
	rc = pair_get(t, p->no, &pr);
	if (rc != ERR_OK)
		return rc;
	pr->recheck = pr->recheck || (c->retry_wait_ms != 0 && t->mono_ms >= c->retry_mono_ms);
	if (!pair_pending(pr, c)) /* idle: is the line still there? */
		c->ask_wait_ms = LIMIT_PING_MS;
	/* The first prekey may have been lost, or keys of either side expired: no frame can be sealed without one. */
	if (!c->heard || !prekeys_ready(t, p) || !prekeys_ours_good(t, p))
		rc = draw_prekey(t, p);
	if (rc != ERR_OK)
		return rc;
	a = answer_of(t, p->no);
	if (a == NULL)
		return ERR_NOMEM;
	a->ping = a->reply = true;
	c->question++;
	c->asked = true;
	require(c->ask_wait_ms > 0);
	c->ask_mono_ms = t->mono_ms + c->ask_wait_ms;
	c->ask_wait_ms = c->ask_wait_ms * 2 > LIMIT_ASK_MAX_MS ? LIMIT_ASK_MAX_MS
							       : c->ask_wait_ms * 2;
	return outbox_prune(t, pr, PRUNED);
}

uint64_t connect_next_mono_ms(const struct node *n)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < n->peer_count; i++) {
		const struct conn *c = &n->peers[i].conn;

		if (!c->up || !n->peers[i].active)
			continue;
		next = asks_at(c) < next ? asks_at(c) : next;
		next = silent_at(c) < next ? silent_at(c) : next;
	}
	return next;
}

/* Deadlines are not fired by a clock that nobody confirms: a partner that was heard shows the same time, or an
 * administrator looked at it; and a node that has run for a day alone may trust its own. */
enum err connect_clock_agreed(struct turn *t, uint16_t peer, bool *agreed)
{
	const uint64_t day_ms = DAY_MS, skew_ms = UINT64_C(1000) * LIMIT_CLOCK_SKEW_S;
	const struct peer *p = state_peer(t->node, peer);
	struct pair *pr;
	uint64_t off;
	enum err rc;

	*agreed = false;
	if (p != NULL && p->broken)
		return ERR_OK; /* what it showed cannot be read */
	rc = pair_get(t, peer, &pr);
	if (rc != ERR_OK)
		return rc;
	/* our clock and theirs differed by this much when they were last heard */
	off = pr->last_frame_ms > pr->last_heard_ms ? pr->last_frame_ms - pr->last_heard_ms
						    : pr->last_heard_ms - pr->last_frame_ms;
	if (!t->node->clock_confirmed && (pr->last_heard_ms == 0 || off > skew_ms))
		return ERR_OK;
	*agreed = (p != NULL && p->conn.heard) || t->mono_ms >= t->node->start_mono_ms + day_ms;
	return ERR_OK;
}

enum err connect_clock_sure(struct turn *t, bool *sure)
{
	*sure = t->node->clock_confirmed;
	for (size_t i = 0; i < t->node->peer_count && !*sure; i++) {
		const struct peer *p = &t->node->peers[i];
		enum err rc = p->self ? ERR_OK : connect_clock_agreed(t, p->no, sure);

		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}
