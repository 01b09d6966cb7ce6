/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an administrator has to see first: alarms that last, and what this node waits for after a loss of state.  None of it goes
 * away by being looked at, and what is about a partner names it, because somebody has to phone there.
 */
#include "domain/oversight/alarms.h"

#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "domain/exchange/pair.h"
#include "domain/loss/alarm.h"
#include "domain/loss/quarantine.h"
#include "domain/membership/roster.h"
#include "domain/page.h"
#include "domain/staff/staff.h"
#include "domain/state.h"

void view_alarm(struct turn *t, struct msg *status, const char *what, const char *partner,
		uint64_t at_ms)
{
	const size_t count = msg_count(status, STATUS_ALARMS);
	struct msg *m;

	/* a page with more is read by nobody: then those are missing that came last, which its last row says, and each shows as others end */
	if (count == LIMIT_REPLY_REPEATED)
		return;
	if (count == LIMIT_REPLY_REPEATED - 1) {
		what = "more-alarms";
		partner = NULL;
	}
	m = msg_add(t->arena, status, STATUS_ALARMS);
	msg_set_text(t->arena, m, ALARM_ROW_WHAT, what);
	msg_set_text(t->arena, m, ALARM_ROW_PARTNER, partner);
	msg_set_u64(m, ALARM_ROW_AT_MS, at_ms);
}

/* For what is there since the start that found it. */
static uint64_t since_start(const struct turn *t)
{
	return t->wall_ms - (t->mono_ms - t->node->start_mono_ms);
}

/* Who has to be heard before older cases go on: named, because an administrator phones them. */
static enum err waiting_for(struct turn *t, struct msg *status)
{
	for (size_t i = 0; t->node->quarantine && i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		struct pair *pr;
		enum err rc;

		if (!quarantine_counts(p))
			continue;
		require(p->no != 0);
		rc = pair_get(t, p->no, &pr);
		if (rc != ERR_OK)
			return rc;
		if (pr->unheard)
			msg_add_text(t->arena, status, STATUS_WAITING_FOR, p->org);
	}
	return ERR_OK;
}

/* Partners whose row could not be read at start. */
static void broken(struct turn *t, struct msg *status)
{
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];

		if (p->broken && p->active) /* since the start that found it */
			view_alarm(t, status, "pair-damaged", p->org, since_start(t));
	}
}

void view_limit_alarms(struct turn *t, struct msg *status)
{
	for (size_t i = 0; i < msg_count(status, STATUS_LIMITS); i++) {
		const struct msg *row = msg_at(status, STATUS_LIMITS, i);
		const bool over = msg_u64(row, LIMIT_ROW_REFUSED) != 0;

		view_alarm(t, status, over ? "limit-reached" : "limit-near",
			   msg_text(row, LIMIT_ROW_PARTNER),
			   over ? msg_u64(row, LIMIT_ROW_LAST_MS) : t->wall_ms);
	}
	/* of limits that are near, quota_status() lists no more */
	if (msg_count(status, STATUS_LIMITS) >= LIMIT_LIST_ROWS)
		view_alarm(t, status, "more-alarms", NULL, t->wall_ms);
}

/* Since the roots removed this node; the entry is one of the last, because nobody told it of many more.  Else since the newest one. */
static enum err removed_since(struct turn *t, const struct peer *self, uint64_t *at_ms)
{
	enum { BACK = 64 };
	struct wire_roster e = {.sig_count = 0};
	struct wire_remove r;
	struct span carried;
	struct chain c;
	enum err rc = roster_chain(t, &c);

	*at_ms = rc == ERR_OK ? c.time_s * 1000 : 0;
	for (uint64_t seq = c.seq; rc == ERR_OK && seq > 0 && seq + BACK > c.seq; seq--) {
		rc = roster_entry(t, seq, &carried);
		if (rc != ERR_OK || wire_roster_get(carried, &e) != ERR_OK ||
		    e.op != WIRE_ROSTER_REMOVE || wire_remove_get(e.payload, &r) != ERR_OK ||
		    !id32_equal(&r.node, &self->node_id))
			continue;
		*at_ms = (r.effective_s > e.time_s ? r.effective_s : e.time_s) * 1000;
		break;
	}
	return rc;
}

/* Whom the roots send away is told, too: its partners answer no more, and nobody there would know why. */
static enum err own_standing(struct turn *t, struct msg *status)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	uint64_t at_ms;
	enum err rc = ERR_OK;

	if (self != NULL && self->removed) {
		rc = removed_since(t, self, &at_ms);
		if (rc == ERR_OK)
			view_alarm(t, status, "we-were-removed", NULL, at_ms);
	} else if (self != NULL && self->leaves_s != 0) {
		view_alarm(t, status, "we-leave", NULL, self->leaves_s * 1000);
	}
	return rc;
}

/* What is new for them waits, and their referrals stand still here, for as long as they do not say what they hold: they are off, run
 * something too old, or answer anything else.  Nothing else waits for them after some days, so nobody would notice. */
static enum err not_compared(struct turn *t, struct msg *status)
{
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		struct pair *pr;
		enum err rc;

		if (p->self || p->removed || p->broken)
			continue;
		rc = pair_get(t, p->no, &pr);
		if (rc == ERR_CORRUPT || rc == ERR_NOTFOUND)
			continue; /* kring verify names a row that is damaged */
		if (rc != ERR_OK)
			return rc;
		if (p->leaves_s != 0)
			view_alarm(t, status, "partner-leaves", p->org, p->leaves_s * 1000);
		if (pair_long_apart(pr, t->wall_ms))
			view_alarm(t, status, "not-compared", p->org, pr->apart_ms);
	}
	return ERR_OK;
}

/* Who came back with a backup, by name: an administrator looks whether one of them left since it was made.  And when everybody who was
 * named has left: root alone may name people, and nobody would know why the node refuses them. */
enum err view_people_alarms(struct turn *t, struct msg *status)
{
	struct store_walk w = {.rc = ERR_OK};
	bool named = false, left = true;
	struct staff s;

	while (staff_each(t, &w, &s)) {
		const bool works = staff_works(&s, t->wall_ms);

		named = true;
		left = left && !works;
		if (works && staff_came_back(&s, t->node->rights.older_no))
			msg_add_text(t->arena, status, STATUS_CAME_BACK, s.name);
	}
	if (named && left)
		view_alarm(t, status, "staff-all-left", NULL, t->wall_ms);
	if (msg_count(status, STATUS_CAME_BACK) > 0)
		view_alarm(t, status, "staff-came-back", NULL, t->node->restored_ms);
	return w.rc;
}

/* Rows of status name a partner as people know it, and what somebody saw is kept by number, which stays when the name changes.
 * Of this node where it names nobody. */
static uint16_t peer_of(const struct node *n, const char *org)
{
	for (size_t i = 0; org[0] != '\0' && i < n->peer_count; i++)
		if (strcmp(n->peers[i].org, org) == 0)
			return n->peers[i].no;
	return 0;
}

/* Colleagues ask whoever it is what is being done, so a name is worth more than a number; where nobody is named yet the number is all there
 * is.  A person who left keeps the row in STAFF, and so the name. */
static enum err seen_by(struct turn *t, const struct alarm_ack *a, struct msg *row)
{
	struct staff s;
	enum err rc;

	require(a->at_ms != 0);
	msg_set_u64(row, ALARM_ROW_SEEN_MS, a->at_ms);
	msg_set_u64(row, ALARM_ROW_SEEN_UID, a->uid);
	if (bytes_zero(a->staff.b, sizeof a->staff.b))
		return ERR_OK;
	rc = staff_get(t, &a->staff, &s);
	if (rc == ERR_OK)
		msg_set_text(t->arena, row, ALARM_ROW_SEEN_BY, s.name);
	return rc;
}

/* It is told with the alarm and not in place of it: what is seen is not mended.
 * An alarm says since when it is there.  One that ended and came back is later than what somebody saw, whatever raises it. */
enum err view_alarms_seen(struct turn *t, struct msg *status)
{
	enum err rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < msg_count(status, STATUS_ALARMS); i++) {
		struct msg *row = msg_edit(status, STATUS_ALARMS, i);
		struct alarm_ack a;

		if (msg_text(row, ALARM_ROW_WHAT)[0] == '\0')
			continue; /* there was no memory for it, and the reply will not go out */
		rc = alarm_acked(t, msg_text(row, ALARM_ROW_WHAT),
				 peer_of(t->node, msg_text(row, ALARM_ROW_PARTNER)), &a);
		if (rc == ERR_CORRUPT) { /* then nobody did */
			rc = ERR_OK;
			continue;
		}
		if (rc == ERR_OK && a.at_ms != 0 && msg_u64(row, ALARM_ROW_AT_MS) <= a.at_ms)
			rc = seen_by(t, &a, row);
	}
	return rc;
}

/* An alarm is a row until it ends or somebody settles it (alarm_clear), so it is shown after a restart too. */
enum err view_alarms(struct turn *t, struct msg *status, struct msg *reply)
{
	/* which alarm, one byte, and of which partner, two */
	struct store_walk w = {.key_len = 3};
	enum err rc;

	while (store_each(t->txn, STORE_ALARM, span_of(NULL, 0), &w)) {
		struct store_key k = {.len = 0};
		const struct peer *p;
		struct span v;

		key_put(&k, w.row.key.p, w.row.key.len);
		rc = turn_get(t, STORE_ALARM, &k, &v);
		if (rc == ERR_OK && v.len != 8)
			rc = ERR_CORRUPT;
		if (rc != ERR_OK && !page_damaged(t, rc, STORE_ALARM, key_span(&k), reply))
			return rc;
		p = state_peer(t->node, be16_get(k.b + 1));
		/* of one that left nothing but the alarm is known */
		/* its key says which it is: what is damaged is only since when */
		view_alarm(t, status, alarm_text(k.b[0]), p == NULL ? "" : p->org,
			   rc == ERR_OK ? be64_get(v.p) : since_start(t));
	}
	broken(t, status);
	if (w.rc == ERR_OK)
		w.rc = own_standing(t, status);
	if (w.rc == ERR_OK)
		w.rc = not_compared(t, status);
	return w.rc == ERR_OK ? waiting_for(t, status) : w.rc;
}
