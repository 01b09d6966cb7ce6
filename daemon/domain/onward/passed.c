/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is written when a partner's person goes on.  The rows are made from what holds in that moment: a consent that came
 * since counts too, so they are written with each document and not only with the first.  Nobody is asked here whether it may.
 */
#include "domain/onward/passed.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/casefile.h"
#include "domain/consent/origin.h"
#include "domain/onward/rows.h"

/* A consent of a partner that holds now, and covers any of this; 0: whatever it covers. */
static bool came_under(const struct turn *t, const struct msg *record, uint64_t cats)
{
	return msg_u64(record, GRANT_RECORD_RECEIVED) != 0 &&
	       consent_grant_state(record, t->wall_ms) == CONSENT_LIVING &&
	       (cats == 0 || (consent_grant_cats(record) & cats) != 0);
}

/* Is the child one of ours at all?  Who answers its partner names that partner's own consent. */
static enum err is_ours(struct turn *t, const struct id16 *child, bool *yes)
{
	const size_t mark = t->arena->used;
	struct msg *m;
	const enum err rc = bytes_zero(child->b, sizeof child->b) ? ERR_NOTFOUND
								  : consent_record(t, child, &m);

	*yes = rc == ERR_OK && msg_u64(m, GRANT_RECORD_RECEIVED) == 0;
	arena_rewind(t->arena, mark);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err passed_on(struct turn *t, const struct id16 *case_id, const struct id16 *child,
		   uint16_t peer, uint64_t cats)
{
	struct store_walk w = {.rc = ERR_OK};
	const size_t mark = t->arena->used;
	struct id16 id;
	struct msg *m;
	bool ours;
	enum err rc;

	require(peer != 0);
	if (origin_ours(t, case_id))
		return ERR_OK;
	rc = is_ours(t, child, &ours);
	if (rc != ERR_OK || !ours)
		return rc;
	while (consent_each_open(t, case_id, &w, &id, &m)) {
		if (came_under(t, m, cats))
			w.rc = onward_put(t, &id, child, peer);
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

/* Of several the newest: that is the one that a partner speaks of. */
enum err passed_parent(struct turn *t, const struct id16 *case_id, struct msg *grant)
{
	struct store_walk w = {.rc = ERR_OK};
	const size_t mark = t->arena->used;
	uint64_t newest_ms = 0;
	struct id16 id, parent;
	bool found = false;
	struct msg *m;

	require(msg_kind_of(grant) == MSG_CONSENT_GRANT);
	if (origin_ours(t, case_id))
		return ERR_OK;
	while (consent_each_open(t, case_id, &w, &id, &m)) {
		const uint64_t ms = msg_u64(msg_get(m, GRANT_RECORD_GRANT),
					    CONSENT_GRANT_COLLECTED_MS);

		if (came_under(t, m, 0) && (!found || ms >= newest_ms)) {
			found = true;
			newest_ms = ms;
			parent = id;
		}
		arena_rewind(t->arena, mark);
	}
	if (w.rc == ERR_OK && found)
		msg_set_bytes(t->arena, grant, CONSENT_GRANT_PARENT_GRANT, span_of(parent.b, 16));
	return w.rc;
}

enum err passed_again(struct turn *t, const struct id16 *child, uint16_t peer,
		      const struct msg *grant)
{
	const struct span parent = msg_bytes(grant, CONSENT_GRANT_PARENT_GRANT);
	struct id16 id;

	if (parent.len != sizeof id.b)
		return ERR_OK;
	memcpy(id.b, parent.p, sizeof id.b);
	/* signed by this node, but of a life that it forgot */
	return id16_equal(&id, child) ? ERR_OK : onward_put(t, &id, child, peer);
}

enum err passed_is_over(struct turn *t, const struct thread *child, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 grant;

	*yes = false;
	while (child->role == THREAD_SENDER && !*yes && onward_above(t, &child->id, &w, &grant))
		w.rc = consent_gone(t, &grant, yes);
	return w.rc;
}

/* One of ours that was taken back, and names a partner's. */
static enum err taken_back(struct turn *t, const struct id16 *id, const struct msg *record,
			   bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 parent;

	*yes = msg_u64(record, GRANT_RECORD_RECEIVED) == 0 &&
	       consent_grant_state(record, t->wall_ms) == CONSENT_WITHDRAWN &&
	       onward_above(t, id, &w, &parent);
	return w.rc;
}

enum err passed_alone(struct turn *t, const struct id16 *case_id, bool *yes)
{
	const size_t mark = t->arena->used;
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;
	size_t n = 0;
	enum err rc = casefile_load(t, case_id, &m);

	*yes = rc == ERR_OK && msg_u64(m, CASE_RECORD_RETURNED) != 0;
	arena_rewind(t->arena, mark);
	for (; *yes && consent_each(t, case_id, &w, &id, &m); n++) {
		w.rc = taken_back(t, &id, m, yes);
		arena_rewind(t->arena, mark);
	}
	*yes = *yes && n > 0;
	return rc == ERR_OK ? w.rc : rc;
}
