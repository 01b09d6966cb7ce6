/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What holds now is asked again each time, of all grants between this person and this partner: a renewal serves what runs
 * already, and a withdrawn one counts for nothing from that moment.  Each grant counts within its own purpose only: two
 * grants never add up to something that neither of them allows.  Only when none holds does the newest say why.
 */
#include "domain/consent/grant.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/memory.h"
#include "domain/documents/grantkey.h"
#include "domain/referral/worklist.h"

uint64_t consent_grant_cats(const struct msg *record)
{
	const struct msg *g = msg_get(record, GRANT_RECORD_GRANT);

	return (msg_u64(g, CONSENT_GRANT_CATS) | GATE_BIT(GATE_MESSAGE)) &
	       consent_purpose_cats(msg_text(g, CONSENT_GRANT_PURPOSE));
}

enum consent_state consent_grant_state(const struct msg *record, uint64_t now_ms)
{
	const struct msg *g = msg_get(record, GRANT_RECORD_GRANT);

	if (msg_has(record, GRANT_RECORD_WITHDRAWN_MS) || msg_has(record, GRANT_RECORD_SAID_MS))
		return CONSENT_WITHDRAWN;
	if (now_ms < msg_u64(g, CONSENT_GRANT_VALID_FROM_MS))
		return CONSENT_NOT_YET;
	return now_ms < msg_u64(g, CONSENT_GRANT_EXPIRES_MS) ? CONSENT_LIVING : CONSENT_ENDED;
}

/* What is left of a partner's consent that is over: nothing that it allowed, and nobody's pseudonym. */
static void cut_down(struct turn *t, struct msg *record)
{
	struct msg *g = msg_new(t->arena, MSG_CONSENT_GRANT);
	const struct msg *whole = msg_get(record, GRANT_RECORD_GRANT);

	if (g == NULL)
		return; /* the turn fails: turn_whole */
	msg_set_bytes(t->arena, g, CONSENT_GRANT_GRANT_ID,
		      msg_bytes(whole, CONSENT_GRANT_GRANT_ID));
	msg_set_u64(g, CONSENT_GRANT_COLLECTED_MS, msg_u64(whole, CONSENT_GRANT_COLLECTED_MS));
	msg_set_u64(g, CONSENT_GRANT_EXPIRES_MS, msg_u64(whole, CONSENT_GRANT_EXPIRES_MS));
	msg_clear(record, GRANT_RECORD_GRANT);
	msg_put_sub(record, GRANT_RECORD_GRANT, g);
}

/* A restore withheld its key, because a list of erasures names it: its thread still says between whom it was. */
static enum err withheld(struct turn *t, const struct id16 *grant, struct msg **record)
{
	struct msg *m = msg_new(t->arena, MSG_GRANT_RECORD), *g;
	struct thread th;
	enum err rc = thread_load(t, grant, &th);

	if (rc != ERR_OK || turn_case_erased(t, &th.case_id))
		return rc == ERR_OK ? ERR_NOTFOUND : rc;
	if (m == NULL)
		return ERR_NOMEM;
	g = msg_sub(t->arena, m, GRANT_RECORD_GRANT);
	if (g == NULL)
		return ERR_NOMEM;
	msg_set_bytes(t->arena, g, CONSENT_GRANT_GRANT_ID, span_of(grant->b, 16));
	msg_set_u64(g, CONSENT_GRANT_COLLECTED_MS, th.created_ms);
	msg_set_bytes(t->arena, m, GRANT_RECORD_CASE_ID, span_of(th.case_id.b, 16));
	msg_set_u64(m, GRANT_RECORD_RECEIVED, 1);
	msg_set_u64(m, GRANT_RECORD_PEER, th.peer);
	msg_set_u64(m, GRANT_RECORD_SAID_MS, 1); /* until it is written down (care/grants.c) */
	*record = m;
	return ERR_OK;
}

/* One of a partner opens without the case's key: it is gone with the case all the same. */
static bool of_erased_case(struct turn *t, const struct msg *record)
{
	const struct span c = msg_bytes(record, GRANT_RECORD_CASE_ID);
	struct id16 id;

	if (c.len != sizeof id.b)
		return false;
	memcpy(id.b, c.p, sizeof id.b);
	return turn_case_erased(t, &id);
}

enum err consent_record(struct turn *t, const struct id16 *grant, struct msg **record)
{
	const struct store_key k = turn_key_id(grant);
	enum err rc;

	*record = memory_grant(t, grant);
	if (*record != NULL) {
		grantkey_know(t, grant, *record);
		return ERR_OK;
	}
	rc = turn_get_msg(t, STORE_GRANT, &k, MSG_GRANT_RECORD, record);
	if (rc == ERR_NOTFOUND && record_exists(t->txn, STORE_GRANT, key_span(&k)))
		return withheld(t, grant, record);
	if (rc == ERR_OK && msg_u64(*record, GRANT_RECORD_RECEIVED) != 0 &&
	    of_erased_case(t, *record))
		return ERR_NOTFOUND;
	if (rc == ERR_OK) {
		memory_keep_grant(t, grant, *record);
		grantkey_know(t, grant, *record);
	}
	return rc;
}

/* The flag of its thread outlives the record, so that an erased case cannot revive a consent. */
enum err consent_gone(struct turn *t, const struct id16 *grant, bool *yes)
{
	struct thread th;
	struct msg *m;
	enum err rc = consent_record(t, grant, &m);

	*yes = rc == ERR_OK && consent_grant_state(m, t->wall_ms) == CONSENT_WITHDRAWN;
	if (rc == ERR_NOTFOUND) { /* its own row went with an erased case */
		rc = thread_load(t, grant, &th);
		*yes = rc == ERR_OK && th.withdrawn;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err consent_carried(struct turn *t, const struct id16 *grant, bool *yes)
{
	struct id16 id = *grant;

	*yes = false;
	/* each is narrower than the one before, so no chain is longer than there are categories */
	for (unsigned i = 0; i <= GATE_MESSAGE; i++) {
		struct msg *m;
		struct span next;
		enum err rc = consent_record(t, &id, &m);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_OK : rc;
		next = msg_bytes(m, GRANT_RECORD_SUCCESSOR);
		*yes = i > 0 && consent_grant_state(m, t->wall_ms) == CONSENT_LIVING;
		if (*yes || next.len != sizeof id.b)
			return ERR_OK;
		memcpy(id.b, next.p, sizeof id.b);
	}
	return ERR_OK;
}

static bool each_in(struct turn *t, enum store_table index, const struct id16 *case_id,
		    struct store_walk *w, struct id16 *grant, struct msg **record)
{
	const struct store_key prefix = turn_key_id(case_id);
	enum err rc;

	require(index == STORE_GRANTCASE || index == STORE_GRANTOPEN);
	w->key_len = 32;
	if (!store_each(t->txn, index, key_span(&prefix), w))
		return false;
	memcpy(grant->b, w->row.key.p + 16, 16);
	rc = consent_record(t, grant, record);
	w->rc = rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	return rc == ERR_OK;
}

bool consent_each(struct turn *t, const struct id16 *case_id, struct store_walk *w,
		  struct id16 *grant, struct msg **record)
{
	return each_in(t, STORE_GRANTCASE, case_id, w, grant, record);
}

bool consent_each_open(struct turn *t, const struct id16 *case_id, struct store_walk *w,
		       struct id16 *grant, struct msg **record)
{
	return each_in(t, STORE_GRANTOPEN, case_id, w, grant, record);
}

enum err consent_room(struct turn *t, const struct peer *p, const struct id16 *case_id, bool *full)
{
	const size_t mark = t->arena->used;
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;
	size_t n = 0;

	require(p != NULL && p->no != 0);
	while (n < LIMIT_OPEN_GRANTS && consent_each_open(t, case_id, &w, &id, &m)) {
		n += consent_between(m, p->no, true) ? 1 : 0;
		arena_rewind(t->arena, mark);
	}
	*full = n == LIMIT_OPEN_GRANTS;
	return w.rc;
}

bool consent_between(const struct msg *record, uint16_t peer, bool received)
{
	require(peer != 0);
	return msg_u64(record, GRANT_RECORD_PEER) == peer &&
	       (msg_u64(record, GRANT_RECORD_RECEIVED) != 0) == received;
}

/* Words between workers go with every consent: nobody can agree about a person without them. */
static void view_of(const struct msg *record, struct consent_view *v)
{
	const struct msg *g = msg_get(record, GRANT_RECORD_GRANT);

	v->granted = true;
	v->cats = msg_u64(g, CONSENT_GRANT_CATS) | GATE_BIT(GATE_MESSAGE);
	v->purpose_cats = consent_purpose_cats(msg_text(g, CONSENT_GRANT_PURPOSE));
	v->from_ms = msg_u64(g, CONSENT_GRANT_VALID_FROM_MS);
	v->until_ms = msg_u64(g, CONSENT_GRANT_EXPIRES_MS);
	v->withdrawn_ms = msg_has(record, GRANT_RECORD_WITHDRAWN_MS)
				  ? msg_u64(record, GRANT_RECORD_WITHDRAWN_MS)
				  : msg_u64(record, GRANT_RECORD_SAID_MS);
}

/* One living grant joins: each field may pass under any of them, within that one's purpose. */
static void view_join(const struct msg *record, struct consent_view *v)
{
	const struct msg *g = msg_get(record, GRANT_RECORD_GRANT);
	const uint64_t until = msg_u64(g, CONSENT_GRANT_EXPIRES_MS);

	v->living = true;
	v->cats |= consent_grant_cats(record);
	v->purpose_cats |= consent_purpose_cats(msg_text(g, CONSENT_GRANT_PURPOSE));
	v->until_ms = until > v->until_ms ? until : v->until_ms;
}

enum err consent_load(struct turn *t, const struct peer *p, const struct id16 *grant,
		      enum consent_way way, struct consent_view *v)
{
	struct msg *m;
	enum err rc;

	require(p != NULL && p->no != 0);
	*v = (struct consent_view){.holds_cases = p->active && (p->classes & WIRE_MEMBER) != 0};
	rc = consent_agreement(t, p->no, way, v);
	if (rc == ERR_OK)
		rc = consent_record(t, grant, &m);
	if (rc == ERR_OK && msg_u64(m, GRANT_RECORD_PEER) == p->no)
		view_of(m, v); /* somebody else's grant covers nothing here */
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Which grant a document names: the newest living one that covers all of it, else the newest that covers some of it. */
struct naming {
	uint64_t cats; /* of the document; 0: nobody asks */
	struct id16 *grant;
	uint64_t best_ms;
	bool best_all, found;
};

static void name_of(const struct msg *m, const struct id16 *id, uint64_t ms, struct naming *n)
{
	const uint64_t part = consent_grant_cats(m) & n->cats;
	const bool all = part == n->cats;

	if (part == 0 ||
	    (n->found && !(all && !n->best_all) && !(all == n->best_all && ms >= n->best_ms)))
		return;
	n->found = true;
	n->best_all = all;
	n->best_ms = ms;
	*n->grant = *id;
}

static uint64_t collected_of(const struct msg *record)
{
	return msg_u64(msg_get(record, GRANT_RECORD_GRANT), CONSENT_GRANT_COLLECTED_MS);
}

/* None holds: the newest of all says why not, also of those that are over. */
static enum err view_newest(struct turn *t, const struct consent_scope *s, struct consent_view *v)
{
	const size_t mark = t->arena->used;
	struct store_walk w = {.rc = ERR_OK};
	uint64_t newest_ms = 0;
	struct id16 id;
	struct msg *m;

	require(!v->living);
	while (consent_each(t, &s->case_id, &w, &id, &m)) {
		if (consent_between(m, s->p->no, s->received) &&
		    (!v->granted || collected_of(m) >= newest_ms)) {
			view_of(m, v);
			newest_ms = collected_of(m);
		}
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

/* The union of what each allows within its own purpose. */
static enum err view_all(struct turn *t, const struct consent_scope *s, struct naming *n,
			 struct consent_view *v)
{
	const size_t mark = t->arena->used;
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;

	require(s->p != NULL && s->p->no != 0);
	*v = (struct consent_view){.holds_cases = s->p->active &&
						  (s->p->classes & WIRE_MEMBER) != 0};
	while (consent_each_open(t, &s->case_id, &w, &id, &m)) {
		if (consent_between(m, s->p->no, s->received) &&
		    consent_grant_state(m, t->wall_ms) == CONSENT_LIVING) {
			v->granted = true;
			view_join(m, v);
			name_of(m, &id, collected_of(m), n);
		}
		arena_rewind(t->arena, mark);
	}
	if (w.rc != ERR_OK || v->living)
		return w.rc;
	return view_newest(t, s, v);
}

enum err consent_living(struct turn *t, const struct consent_scope *s, enum consent_way way,
			struct consent_view *v)
{
	struct naming nobody = {.cats = 0};
	enum err rc = view_all(t, s, &nobody, v);

	return rc == ERR_OK ? consent_agreement(t, s->p->no, way, v) : rc;
}

enum err consent_for(struct turn *t, const struct consent_scope *s, uint64_t cats,
		     struct consent_view *v, struct id16 *grant)
{
	struct naming n = {.cats = cats, .grant = grant};
	enum err rc = view_all(t, s, &n, v);

	require(cats != 0);
	return rc == ERR_OK ? consent_agreement(t, s->p->no, CONSENT_SEND, v) : rc;
}

/* Per partner, since each has its own agreement; a field told by two may be seen under either. */
enum err consent_received_cats(struct turn *t, const struct id16 *case_id, uint64_t *cats)
{
	const size_t mark = t->arena->used;
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;

	*cats = 0;
	while (consent_each_open(t, case_id, &w, &id, &m)) {
		const struct peer *p = state_peer(t->node, (uint16_t)msg_u64(m, GRANT_RECORD_PEER));
		struct consent_view v = {.granted = false};

		if (p != NULL && msg_u64(m, GRANT_RECORD_RECEIVED) != 0) {
			view_of(m, &v);
			v.holds_cases = p->active && (p->classes & WIRE_MEMBER) != 0;
			w.rc = consent_agreement(t, p->no, CONSENT_RECEIVE, &v);
			if (w.rc == ERR_OK)
				*cats |= consent_covered(&v, t->wall_ms);
		}
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

/* What is over lies in no walk of those that may hold, and is nobody's work: whoever looks for the work of a consent that
 * ends walks these alone, and would not find it any more. */
static enum err keep_open(struct turn *t, const struct id16 *id, const struct id16 *case_id,
			  const struct msg *record)
{
	const struct store_key k = turn_key_ids(case_id, id);
	const struct thread th = {.id = *id, .case_id = *case_id, .kind = THREAD_CONSENT};
	enum err rc;

	if (consent_grant_state(record, t->wall_ms) != CONSENT_WITHDRAWN)
		return turn_put(t, STORE_GRANTOPEN, &k, span_of(id->b, 1));
	rc = store_del(t->txn, STORE_GRANTOPEN, key_span(&k));
	return rc == ERR_OK || rc == ERR_NOTFOUND ? worklist_done(t, &th, WORK_CONSENT) : rc;
}

enum err consent_save(struct turn *t, const struct id16 *id, const struct id16 *case_id,
		      struct msg *record)
{
	const struct store_key k = turn_key_id(id), ck = turn_key_ids(case_id, id);
	const bool theirs = msg_u64(record, GRANT_RECORD_RECEIVED) != 0;
	const bool lives = theirs && grantkey_lives(t, id);
	struct span v;
	enum err rc;

	if (turn_case_erased(t, case_id))
		return ERR_NOTFOUND;
	if (theirs && !lives)
		cut_down(t, record);
	rc = msg_pack(t->arena, record, &v);
	if (rc == ERR_OK && theirs && !lives)
		rc = turn_put(t, STORE_GRANT, &k, v);
	else if (rc == ERR_OK)
		rc = turn_put_case(t, STORE_GRANT, &k, theirs ? RECORD_GRANT : RECORD_CASE,
				   theirs ? id : case_id, v);
	if (rc == ERR_OK)
		rc = turn_put(t, STORE_GRANTCASE, &ck, span_of(id->b, 1));
	return rc == ERR_OK ? keep_open(t, id, case_id, record) : rc;
}

/* A consent that was erased with its case covers nothing any more; what comes under it belongs to what is gone. */
enum err consent_erased_with(struct turn *t, const struct peer *p, const struct wire_head *h,
			     struct id16 *case_id, bool *erased)
{
	struct thread consent;
	enum err rc;

	require(p != NULL);
	require(erased != NULL);
	*erased = false;
	if (bytes_zero(h->grant_id.b, 16) || id16_equal(&h->grant_id, &h->thread_id))
		return ERR_OK;
	rc = thread_load(t, &h->grant_id, &consent);
	if (rc == ERR_NOTFOUND) /* of a consent that never came */
		return ERR_OK;
	if (rc != ERR_OK || consent.peer != p->no || !turn_case_erased(t, &consent.case_id))
		return rc;
	*case_id = consent.case_id;
	*erased = true;
	return ERR_OK;
}

uint64_t consent_until(const struct msg *record)
{
	return msg_u64(msg_get(record, GRANT_RECORD_GRANT), CONSENT_GRANT_EXPIRES_MS);
}

bool consent_sent(struct turn *t, const struct id16 *grant, const struct msg *record)
{
	const struct store_key k = turn_key_id(grant);

	return msg_has(record, GRANT_RECORD_SENT) ||
	       record_exists(t->txn, STORE_THREAD, key_span(&k));
}
