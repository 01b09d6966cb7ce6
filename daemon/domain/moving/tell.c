/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Told is signed once nobody can take the handover back any more, so that no partner is ever told of a move that was none.  What the
 * index of open referrals names is asked partner by partner: it is by case, so this costs two looks for each of them.
 */
#include "domain/moving/tell.h"

#include <string.h>

#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/consent/gate.h"
#include "domain/exchange/quota.h"
#include "domain/loss/settled.h"
#include "domain/referral/referral.h"

/* Over the referrals of one case that we sent and that run. */
struct running {
	size_t peer; /* index of the partner that is looked at */
	struct quota_place at;
	enum err rc;
};

/* The index is by partner and case: each partner is asked where it stands for this case, then for the next one as long as that
 * is of this case, too.  A place of zeros: the next partner, from its first. */
static bool next(struct turn *t, const struct id16 *case_id, struct running *w, struct thread *th)
{
	for (; w->rc == ERR_OK && w->peer < t->node->peer_count; w->peer++) {
		if (!id16_equal(&w->at.case_id, case_id))
			w->at = (struct quota_place){.case_id = *case_id};
		w->rc = quota_next_open(t, t->node->peers[w->peer].no, THREAD_SENDER, &w->at);
		if (w->rc == ERR_OK && id16_equal(&w->at.case_id, case_id)) {
			w->rc = thread_load(t, &w->at.thread, th);
			return w->rc == ERR_OK;
		}
		if (w->rc == ERR_NOTFOUND)
			w->rc = ERR_OK;
		w->at = (struct quota_place){.case_id = {{0}}};
	}
	return false;
}

/* What a partner referred here is a thread of its own: it alone can say that its case went. */
enum err tell_ready(struct turn *t, const struct id16 *case_id, bool *yes)
{
	struct running w = {.rc = ERR_OK};
	struct thread th;
	size_t n = 0;
	bool theirs = false;

	while (n <= TELL_MOST && next(t, case_id, &w, &th))
		n++;
	for (size_t i = 0; w.rc == ERR_OK && !theirs && i < t->node->peer_count; i++)
		w.rc = quota_open_in(t, t->node->peers[i].no, THREAD_RECEIVER, case_id, &theirs);
	*yes = n <= TELL_MOST && !theirs;
	return w.rc;
}

/* Not what whoever takes the case does for the person itself: that is the case then.  Nor what ends by itself, because its
 * withdrawal was asked for. */
enum err tell_list(struct turn *t, const struct id16 *case_id, uint16_t to, uint64_t without,
		   struct msg *content)
{
	struct running w = {.rc = ERR_OK};
	struct thread th;

	while (msg_count(content, HANDOVER_CONTENT_RUNS) < TELL_MOST && next(t, case_id, &w, &th)) {
		const struct peer *p = state_peer(t->node, th.peer);
		struct msg *run;

		if (th.peer == to || p == NULL || th.state == REFERRAL_WITHDRAW_PENDING)
			continue;
		run = msg_add(t->arena, content, HANDOVER_CONTENT_RUNS);
		msg_set_bytes(t->arena, run, HANDOVER_RUN_THREAD, span_of(th.id.b, 16));
		msg_set_bytes(t->arena, run, HANDOVER_RUN_NODE, span_of(p->node_id.b, 32));
		if ((without & GATE_BIT(GATE_NEEDS)) == 0 && th.need[0] != '\0')
			msg_set_text(t->arena, run, HANDOVER_RUN_NEED, th.need);
	}
	return w.rc;
}

/* Zeros, where the new owner named none: whoever works for the person finds the case by itself then. */
static struct id16 name_of(const struct thread *th, struct span names)
{
	struct id16 name = {{0}};

	for (size_t i = 0; i + TELL_NAME <= names.len; i += TELL_NAME)
		if (memcmp(names.p + i, th->id.b, sizeof th->id.b) == 0)
			memcpy(name.b, names.p + i + sizeof th->id.b, sizeof name.b);
	return name;
}

static enum err tell(struct turn *t, struct thread *th, const struct peer *to, struct span names)
{
	struct msg *body = msg_new(t->arena, MSG_MOVED);
	const struct id16 name = name_of(th, names);

	if (th->state == REFERRAL_WITHDRAW_PENDING) /* it was to end anyway, and does */
		return acts_automatic(t, th, DOC_WD_TIMEOUT, "no-answer");
	msg_set_bytes(t->arena, body, MOVED_TO, span_of(to->node_id.b, 32));
	if (!bytes_zero(name.b, sizeof name.b))
		msg_set_bytes(t->arena, body, MOVED_SUBJECT_REF, span_of(name.b, 16));
	return body == NULL ? ERR_NOMEM : acts_sign(t, th, DOC_MOVED, body);
}

/* What cannot be told in this turn stays open and is found again: the row of the handover says that some are left, and its timer
 * looks after half a minute (handover/steps.c). */
enum err tell_all(struct turn *t, const struct id16 *case_id, uint16_t to, struct span names,
		  bool *done)
{
	const struct peer *owner = state_peer(t->node, to);
	struct running w = {.rc = ERR_OK};
	struct thread th;

	*done = true;
	require(owner != NULL && !owner->self);
	while (next(t, case_id, &w, &th)) {
		const struct peer *p = state_peer(t->node, th.peer);
		bool may;

		if (p == NULL || p->removed)
			continue; /* nobody is left there to be told */
		w.rc = settled_writable(t, &th, &may);
		/* a REVOKE that is owed comes first: the person took it back */
		if (w.rc == ERR_OK && (!may || th.owes_end || t->doc_count + 2 >= LIMIT_BURST))
			*done = false;
		else if (w.rc == ERR_OK)
			w.rc = tell(t, &th, owner, names);
	}
	return w.rc;
}
