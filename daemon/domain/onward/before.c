/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A circle is looked for in everything that is known of the case, and not only
 * in the newest chain: a person may have come twice.  What a partner says of
 * the way is its own word.  That it had the person itself is not: it stands in
 * the thread, so a partner that leaves itself out is found all the same.
 */
#include "domain/onward/before.h"

#include "base/check.h"
#include "base/date.h"

#include <string.h>

#include "domain/exchange/quota.h"
#include "domain/referral/referral.h"

enum {
	LOOKED_MAX = 1024
}; /* threads of a case; a partner may have brought very many under one person */

/* One referral that says something of the way. */
struct said {
	struct hops hops;
	const struct peer *from; /* who had the person in it */
	uint64_t at_ms;		 /* when that partner had its last word */
	bool came;		 /* it is theirs, not one of ours that they redirected */
};

/* Drawn under the key of the case: only this node can tell to what it belongs,
 * and draws the same again after a loss. */
static enum err draw(struct turn *t, const struct thread *th, struct hops *out)
{
	uint8_t in[6 + 16];
	enum err rc;

	*out = (struct hops){.count = 0};
	memcpy(in, "chain\0", 6);
	memcpy(in + 6, th->id.b, 16);
	rc = record_derive(t->txn, &th->case_id, span_of(in, sizeof in), &out->id);
	memcpy(in, "salted", 6);
	return rc == ERR_OK
		       ? record_derive(t->txn, &th->case_id, span_of(in, sizeof in), &out->salt)
		       : rc;
}

/* Its offer may be hollow, or of a node that says nothing of the way. */
static enum err read_offer(struct turn *t, const struct thread *th, struct hops *out)
{
	const bool mine = th->role == THREAD_SENDER;
	struct log_entry e = {.type = 0};
	struct document d;
	struct msg *body = NULL;
	enum err rc = (mine ? th->my_no : th->their_no) == 0 ? ERR_NOTFOUND
							     : thread_entry(t, th, mine, 1, &e);

	if (rc == ERR_OK && e.type != DOC_OFFER)
		rc = ERR_NOTFOUND;
	if (rc == ERR_OK)
		rc = document_load(t, &e.doc, &d);
	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	if (rc == ERR_OK && hops_read(body, out))
		return ERR_OK;
	return rc == ERR_OK || rc == ERR_NOTFOUND ? draw(t, th, out) : rc;
}

/* Does it say anything of the way for this need?
 *
 *	came, and is a referral		yes
 *	came, sent by mistake		no: the person was never meant
 *	ours, redirected, same need	yes: the partner had the person, and
 *named another place
 *	ours, anything else		no: the person went, and came back to
 *nobody */
static bool says(const struct thread *th, const char *need)
{
	if (th->kind != THREAD_REFERRAL)
		return false;
	if (th->role == THREAD_RECEIVER)
		return th->state != REFERRAL_DRAFT && th->state != REFERRAL_ERROR;
	return th->state == REFERRAL_REDIRECTED && strcmp(th->need, need) == 0;
}

static enum err look(struct turn *t, const struct thread *th, struct said *out)
{
	enum err rc = read_offer(t, th, &out->hops);

	out->from = state_peer(t->node, th->peer);
	out->came = th->role == THREAD_RECEIVER;
	out->at_ms = out->came ? th->stored_ms : th->changed_ms;
	if (rc == ERR_OK && out->from != NULL &&
	    (!out->came || !hops_has(&out->hops, &out->from->node_id)))
		hops_add(&out->hops, &out->from->node_id);
	return rc;
}

/* Back to whoever it came from is meant well after some time; to anybody else
 * who had the person it is a circle at any time. */
static bool goes_round(const struct turn *t, const struct said *s, const struct peer *p)
{
	if (s->from == p)
		return t->wall_ms < s->at_ms + (uint64_t)BEFORE_PING_DAYS * DAY_MS;
	return hops_has(&s->hops, &p->node_id);
}

enum err before_chain(struct turn *t, const struct thread *th, const struct peer *p,
		      struct hops *chain, bool *circle)
{
	const struct store_key prefix = turn_key_id(&th->case_id);
	struct store_walk w = {.key_len = 32};
	const size_t mark = t->arena->used;
	struct said newest = {.at_ms = 0};
	unsigned looked = 0;
	enum err rc;

	require(th->kind == THREAD_REFERRAL && !p->self);
	*circle = false;
	while (looked++ < LOOKED_MAX &&
	       store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		struct said s = {.at_ms = 0};
		struct quota_place at = {.case_id = th->case_id};
		struct thread other;

		memcpy(at.thread.b, w.row.key.p + 16, 16);
		/* Of ours only what was redirected says something, and that is over.
		 * Most others went to the same partner: these need not be opened. */
		if (quota_is_open(t, p->no, THREAD_SENDER, &at))
			continue;
		w.rc = thread_load(t, &at.thread, &other);
		if (w.rc != ERR_OK || !says(&other, th->need))
			continue;
		w.rc = look(t, &other, &s);
		*circle = *circle || goes_round(t, &s, p);
		if (newest.hops.count == 0 || s.at_ms >= newest.at_ms)
			newest = s;
		arena_rewind(t->arena, mark);
	}
	*chain = newest.hops;
	rc = w.rc == ERR_OK && newest.hops.count == 0 ? draw(t, th, chain) : w.rc;
	/* of one that was redirected this node stands in it already, as its sender */
	if (rc == ERR_OK && (newest.came || chain->count == 0))
		hops_add(chain, &t->node->node_id);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}
