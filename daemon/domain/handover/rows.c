/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A case that was never handed over has no row here, and is ours.  Of one that has, every question is answered by the logs of all of
 * its handovers: a row is what they say, put together again at each change, and what this node did beside them.
 */
#include "domain/handover/rows.h"

#include <string.h>

#include "base/check.h"
#include "base/limits/files.h"
#include "domain/consent/bylaw.h"
#include "domain/loss/quarantine.h"
#include "domain/loss/settled.h"
#include "domain/referral/deadline.h"

/* Of one case, those that count: each of them took an act of a person here, so that a partner cannot fill them up. */
enum { ROWS_MOST = 64 };

static struct store_key row_key(const struct thread *th)
{
	return turn_key_ids(&th->case_id, &th->id);
}

enum err rows_load(struct turn *t, const struct thread *th, struct msg **record)
{
	const struct store_key k = row_key(th);
	enum err rc = turn_get_msg(t, STORE_HANDOVER, &k, MSG_HANDOVER_RECORD, record);

	require(th->kind == THREAD_HANDOVER);
	if (rc != ERR_NOTFOUND)
		return rc;
	*record = msg_new(t->arena, MSG_HANDOVER_RECORD);
	return *record == NULL ? ERR_NOMEM : ERR_OK;
}

enum err rows_save(struct turn *t, const struct thread *th, const struct msg *record)
{
	const struct store_key k = row_key(th);
	struct span v;
	enum err rc = msg_pack(t->arena, record, &v);

	require(th->kind == THREAD_HANDOVER);
	return rc == ERR_OK ? turn_put_case(t, STORE_HANDOVER, &k, RECORD_CASE, &th->case_id, v)
			    : rc;
}

void rows_date(struct msg *record, uint64_t reclaims, uint64_t turns)
{
	const struct epoch was = {(uint32_t)msg_u64(record, HANDOVER_RECORD_RECLAIMS),
				  (uint32_t)msg_u64(record, HANDOVER_RECORD_TURNS)};
	const struct epoch now = {(uint32_t)reclaims, (uint32_t)turns};

	require(record != NULL);
	if (reclaims > EPOCH_MOST || turns > EPOCH_MOST)
		return;
	if (msg_u64(record, HANDOVER_RECORD_DATED) != 0 && epoch_compare(now, was) < 0)
		return;
	msg_set_u64(record, HANDOVER_RECORD_DATED, 1);
	msg_set_u64(record, HANDOVER_RECORD_RECLAIMS, reclaims);
	msg_set_u64(record, HANDOVER_RECORD_TURNS, turns);
}

bool rows_each(struct turn *t, const struct id16 *case_id, struct store_walk *w, struct thread *th,
	       struct msg **record)
{
	struct store_key prefix = {.len = 0};

	if (case_id != NULL)
		prefix = turn_key_id(case_id);
	w->key_len = 32;
	while (store_each(t->txn, STORE_HANDOVER, key_span(&prefix), w)) {
		struct id16 id;

		memcpy(id.b, w->row.key.p + 16, 16);
		w->rc = thread_load(t, &id, th);
		if (w->rc == ERR_OK && turn_case_erased(t, &th->case_id))
			continue; /* its row goes with the rest of it */
		if (w->rc == ERR_OK)
			w->rc = rows_load(t, th, record);
		if (w->rc == ERR_NOTFOUND)
			w->rc = ERR_CORRUPT;
		return w->rc == ERR_OK;
	}
	return false;
}

/* ---- who holds the pen ---- */

/* When we last said in it that the case goes, comes, or came back. */
static enum err act_ms(struct turn *t, const struct thread *th, uint64_t *ms)
{
	*ms = 0;
	for (uint32_t no = th->my_no; *ms == 0 && no > 0; no--) {
		struct log_entry e;
		const enum err rc = thread_entry(t, th, true, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (e.type == DOC_CEDE || e.type == DOC_TAKE || e.type == DOC_RECLAIM ||
		    e.type == DOC_SUPERSEDED)
			*ms = e.created_ms;
	}
	return ERR_OK;
}

static enum err all_of(struct turn *t, const struct id16 *case_id, struct owner_thread *v,
		       size_t *n, bool *given_back)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread th;
	struct msg *m;
	bool doubt =
		false; /* one that does not count was not compared: it stands for all of these */

	*n = 0;
	*given_back = false;
	while (rows_each(t, case_id, &w, &th, &m)) {
		struct owner_thread one;
		struct pair *pr;

		w.rc = pair_get(t, th.peer, &pr);
		if (w.rc != ERR_OK)
			break;
		one = (struct owner_thread){
			.we = rows_side(&th),
			.state = (enum handover_state)th.state,
			.dated = msg_u64(m, HANDOVER_RECORD_DATED) != 0,
			.epoch = {(uint32_t)msg_u64(m, HANDOVER_RECORD_RECLAIMS),
				  (uint32_t)msg_u64(m, HANDOVER_RECORD_TURNS)},
			.settled = settled_is(&th, pr),
			.peer = th.peer,
			.id = th.id,
		};
		if (rows_undone(&th, m)) { /* any word that moved it since is newer */
			one.state = HANDOVER_RECLAIMED;
			one.dated = true;
			one.epoch = (struct epoch){0, 0};
		}
		*given_back = *given_back ||
			      (th.role == THREAD_RECEIVER && th.state == HANDOVER_TAKEN &&
			       msg_u64(m, HANDOVER_RECORD_TAKEN) == 0);
		if (!owner_counts(&one) && (one.settled || doubt))
			continue;
		doubt = doubt || !owner_counts(&one);
		if (*n == ROWS_MOST)
			return ERR_LIMIT;
		w.rc = act_ms(t, &th, &one.act_ms);
		v[(*n)++] = one;
	}
	if (w.rc == ERR_OK)
		owner_date(v, *n);
	return w.rc;
}

enum err rows_owner(struct turn *t, const struct id16 *case_id, struct owner *o, bool *given_back)
{
	struct owner_thread v[ROWS_MOST];
	size_t n;
	enum err rc = all_of(t, case_id, v, &n, given_back);

	*o = owner_fold(v, rc == ERR_OK ? n : 0);
	return rc;
}

enum err rows_epoch(struct turn *t, const struct id16 *case_id, struct epoch *e)
{
	struct owner_thread v[ROWS_MOST];
	bool given_back;
	size_t n;
	enum err rc = all_of(t, case_id, v, &n, &given_back);

	*e = owner_epoch(v, rc == ERR_OK ? n : 0);
	return rc;
}

enum err rows_epoch_of(struct turn *t, const struct thread *th, struct epoch *e)
{
	struct owner_thread v[ROWS_MOST];
	bool given_back;
	size_t n;
	enum err rc = all_of(t, &th->case_id, v, &n, &given_back);

	*e = (struct epoch){0, 0};
	for (size_t i = 0; rc == ERR_OK && i < n; i++)
		if (id16_equal(&v[i].id, &th->id) && v[i].dated)
			*e = v[i].epoch;
	return rc;
}

enum err rows_pen(struct turn *t, const struct id16 *case_id, struct case_pen *pen)
{
	enum err rc = rows_owner(t, case_id, &pen->owner, &pen->given_back);

	if (rc == ERR_OK)
		rc = quarantine_waits(t, case_id, &pen->waits_for, &pen->released);
	pen->writes = rc == ERR_OK && !pen->given_back &&
		      owner_writable(&pen->owner, pen->waits_for != NULL, pen->released);
	return rc;
}

enum err rows_open(struct turn *t, const struct id16 *case_id, struct thread *th)
{
	struct store_walk w = {.rc = ERR_OK};
	struct msg *m;

	while (rows_each(t, case_id, &w, th, &m))
		if (!handover_over((enum handover_state)th->state))
			return ERR_OK;
	return w.rc == ERR_OK ? ERR_NOTFOUND : w.rc;
}

enum err rows_way(struct turn *t, const struct id16 *case_id, struct thread *th)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread one;
	bool found = false;
	struct msg *m;

	while (rows_each(t, case_id, &w, &one, &m))
		if (handover_may((enum handover_state)one.state, rows_side(&one), DOC_ADDENDUM) &&
		    owner_of_thread(rows_side(&one), (enum handover_state)one.state) != OWNER_US &&
		    (!found || one.created_ms >= th->created_ms)) {
			found = true;
			*th = one;
		}
	if (w.rc != ERR_OK)
		return w.rc;
	return found ? ERR_OK : ERR_NOTFOUND;
}

enum err rows_closed(struct turn *t, const struct id16 *case_id, uint64_t *until_ms,
		     struct thread *by)
{
	struct owner o;
	struct store_walk w = {.rc = ERR_OK};
	struct thread th;
	struct msg *m;
	bool given_back;
	enum err rc = rows_owner(t, case_id, &o, &given_back);

	*until_ms = 0;
	if (rc != ERR_OK || o.who == OWNER_US)
		return rc;
	while (rows_each(t, case_id, &w, &th, &m))
		if ((rows_lost(&th) || (th.role == THREAD_SENDER && th.state == HANDOVER_TAKEN)) &&
		    msg_u64(m, HANDOVER_RECORD_CLOSED_UNTIL_MS) > *until_ms) {
			*until_ms = msg_u64(m, HANDOVER_RECORD_CLOSED_UNTIL_MS);
			if (by != NULL)
				*by = th;
		}
	return w.rc;
}

/* ---- what a person may do with it ---- */

static const char *org_of(const struct turn *t, uint16_t peer)
{
	const struct peer *p = state_peer(t->node, peer);

	return p == NULL ? "" : p->org;
}

static enum err refuse_on_its_way(struct turn *t, const struct id16 *case_id)
{
	struct thread th;
	enum err rc = rows_open(t, case_id, &th);

	if (rc == ERR_OK && th.role == THREAD_SENDER &&
	    owner_of_thread(HANDOVER_BY_FROM, (enum handover_state)th.state) == OWNER_NOBODY)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_CASE_ON_ITS_WAY,
					say_text("partner", org_of(t, th.peer)));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err refuse_uncompared(struct turn *t, const struct case_pen *pen)
{
	if (pen->released)
		return ERR_OK;
	if (pen->waits_for != NULL)
		return turn_refuse_with(t, ERR_BUSY, REFUSAL_CASE_PERHAPS_MOVED,
					say_text("partner", pen->waits_for->org),
					say_moment("when", quarantine_until_ms(t->node)));
	return pen->owner.compared ? ERR_OK : turn_refuse(t, ERR_BUSY, REFUSAL_BEING_COMPARED);
}

/* Another one by which it is on its way already: begun in a life that one of us forgot. */
static enum err other_way(struct turn *t, const struct thread *th, const char **org, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct thread one;
	struct msg *m;

	*yes = false;
	while (!*yes && rows_each(t, &th->case_id, &w, &one, &m)) {
		*yes = one.role == THREAD_SENDER && !id16_equal(&one.id, &th->id) &&
		       owner_of_thread(HANDOVER_BY_FROM, (enum handover_state)one.state) ==
			       OWNER_NOBODY;
		*org = org_of(t, one.peer);
	}
	return w.rc;
}

enum err rows_gives(struct turn *t, const struct thread *th)
{
	const char *org = "";
	struct case_pen pen;
	bool way = false;
	enum err rc = rows_pen(t, &th->case_id, &pen);

	require(th->kind == THREAD_HANDOVER && th->role == THREAD_SENDER);
	if (rc == ERR_OK)
		rc = refuse_uncompared(t, &pen);
	if (rc == ERR_OK)
		rc = other_way(t, th, &org, &way);
	if (rc != ERR_OK)
		return rc;
	if (way)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_CASE_ON_ITS_WAY,
					say_text("partner", org));
	return owner_moved(&pen.owner)
		       ? turn_refuse_with(t, ERR_STATE, REFUSAL_NOT_OWNER,
					  say_text("partner", org_of(t, pen.owner.peer)))
		       : ERR_OK;
}

enum err rows_writable(struct turn *t, const struct id16 *case_id)
{
	struct case_pen pen;
	enum err rc = rows_pen(t, case_id, &pen);

	if (rc == ERR_OK)
		rc = refuse_on_its_way(t, case_id);
	if (rc != ERR_OK)
		return rc;
	if (pen.owner.who != OWNER_US)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_NOT_OWNER,
					say_text("partner", org_of(t, pen.owner.peer)));
	rc = refuse_uncompared(t, &pen);
	if (rc == ERR_OK && pen.given_back)
		rc = turn_refuse(t, ERR_BUSY, REFUSAL_BEING_GIVEN_BACK);
	require(rc != ERR_OK || pen.writes);
	return rc;
}

enum err rows_readable(struct turn *t, const struct id16 *case_id)
{
	char ref[THREAD_REF_LEN + 1], day[DATE_TEXT], since[DATE_TEXT];
	struct thread by;
	uint64_t until_ms;
	enum err rc = rows_closed(t, case_id, &until_ms, &by);

	if (rc != ERR_OK || until_ms == 0)
		return rc;
	thread_reference(t, &by.id, ref);
	deadline_day(t->node->country, until_ms, day);
	deadline_day(t->node->country, by.changed_ms, since);
	return turn_refuse_with(t, ERR_STATE, REFUSAL_SEALED, say_text("ref", ref),
				say_text("partner", org_of(t, by.peer)), say_day("day", day),
				say_day("since", since));
}

enum err rows_erasable(struct turn *t, const struct id16 *case_id)
{
	struct thread th;
	char ref[THREAD_REF_LEN + 1];
	enum err rc = refuse_on_its_way(t, case_id);

	if (rc == ERR_OK)
		rc = rows_readable(t, case_id);
	if (rc == ERR_OK)
		rc = bylaw_refuse(t, case_id);
	if (rc == ERR_OK)
		rc = rows_open(t, case_id, &th);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	thread_reference(t, &th.id, ref);
	return turn_refuse_with(t, ERR_STATE, REFUSAL_HANDOVER_THERE, say_text("ref", ref));
}

/* ---- how many ---- */

static struct store_key index_key(uint16_t peer, const struct id16 *id)
{
	struct store_key k = turn_key_u16(peer);

	key_put(&k, id->b, sizeof id->b);
	return k;
}

enum err rows_index(struct turn *t, const struct thread *th)
{
	const struct store_key k = index_key(th->peer, &th->id);
	enum err rc;

	if (th->role != THREAD_RECEIVER)
		return ERR_OK; /* what our own people begin is theirs to count */
	if (!handover_over((enum handover_state)th->state))
		return turn_put(t, STORE_HANDING, &k, span_of(&th->role, 1));
	if (planted(PLANT_PLACE_KEPT))
		return ERR_OK;
	rc = store_del(t->txn, STORE_HANDING, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err rows_room(struct turn *t, uint16_t peer, bool *yes)
{
	const struct store_key prefix = turn_key_u16(peer);
	bool full;
	enum err rc = turn_as_many(t, STORE_HANDING, &prefix, LIMIT_HANDOVERS, &full);

	*yes = rc == ERR_OK && !full;
	return rc;
}
