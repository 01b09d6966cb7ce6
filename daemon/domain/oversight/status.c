/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The state of this node on one page.  Everything is read from memory or from one row for each partner: the command answers
 * also on a node that is in trouble.
 */
#include "domain/oversight/status.h"

#include <string.h>

#include "base/date.h"
#include "base/endpoint.h"
#include "crypto/identity.h"
#include "domain/documents/thread.h"
#include "domain/evidence/kept.h"
#include "domain/exchange/clockwatch.h"
#include "domain/exchange/quota.h"
#include "domain/exchange/unstored.h"
#include "domain/fault.h"
#include "domain/membership/chain.h"
#include "domain/news/afar.h"
#include "domain/oversight/alarms.h"
#include "domain/oversight/partners.h"
#include "domain/people/index.h"
#include "domain/stream/connect.h"

enum { SHOWN_MS = DAY_MS };
static_assert(LIMIT_ROSTER_STALE_DAYS * 86400 < CHAIN_VALID_S,
	      "a roster is called stale before it expires");
static_assert(FAULTS_MAX <= LIMIT_REPLY_REPEATED, "all that failed fits the page");

/* The first thing that is wrong with the roster, the worst first. */
static const char *roster_standing(const struct node *n, bool member, uint64_t now_s)
{
	const uint64_t stale_s = (uint64_t)LIMIT_ROSTER_STALE_DAYS * 86400;

	if (n->fork_seq != 0)
		return "forked";
	if (n->roster_seq < n->roster_floor)
		return "rolled-back";
	if (n->roster_until_s < now_s)
		return "expired";
	if (n->cosign_manual && member && n->cosign_seq < n->roster_seq)
		return "to-cosign";
	return n->roster_until_s < now_s + CHAIN_VALID_S - stale_s ? "stale" : "";
}

/* Where net should listen, and whether it does. */
static void listening(struct turn *t, struct msg *s)
{
	const struct node *n = t->node;

	msg_set_text(t->arena, s, STATUS_LISTEN, n->listen);
	if (n->listen[0] == '\0' || n->listen_since_ms == 0)
		return;
	msg_set_u64(s, STATUS_LISTEN_SINCE_MS, n->listen_since_ms);
	if (n->listen_error == 0)
		return;
	msg_set_text(t->arena, s, STATUS_LISTEN_ERROR, endpoint_trouble(n->listen_error)->code);
	msg_set_u64(s, STATUS_LISTEN_ERRNO, n->listen_error > 0 ? (uint64_t)n->listen_error : 0);
	/* an alarm too: a node that nobody can reach looks well from inside */
	view_alarm(t, s, "not-listening", NULL, n->listen_since_ms);
}

/* Where newcomers may speak now, and who did without being invited. */
static void doors(struct turn *t, struct msg *s)
{
	const struct node *n = t->node;

	for (size_t i = 0; i < n->door_count; i++) {
		const struct node_door *d = &n->doors[i];
		struct msg *row = msg_add(t->arena, s, STATUS_DOORS);

		msg_set_text(t->arena, row, DOOR_ROW_LISTEN, d->at);
		msg_set_u64(row, DOOR_ROW_INVITES, d->invites);
		if (d->said && d->error != 0)
			msg_set_text(t->arena, row, DOOR_ROW_ERROR,
				     endpoint_trouble(d->error)->code);
		msg_set_u64(row, DOOR_ROW_STRANGERS, d->strangers);
		msg_set_u64(row, DOOR_ROW_TURNED_AWAY, d->turned_away);
		msg_set_u64(row, DOOR_ROW_TOLD_TO_WAIT, d->told_to_wait);
	}
}

/* How full the store is, and why nothing new comes in; and old copies that could not be shredded yet. */
static void room(struct turn *t, struct msg *s)
{
	const struct store_usage u = store_usage(t->txn);
	const bool low = u.used >= u.cap / 100 * LIMIT_NEAR_PERCENT;

	msg_set_u64(s, STATUS_STORE_USED, u.used);
	msg_set_u64(s, STATUS_STORE_CAP, u.cap);
	msg_set_text(t->arena, s, STATUS_STORE,
		     u.no_blocks			? "no-blocks"
		     : u.used > u.cap			? "over"
		     : !store_room(t->txn, STORE_TAKES) ? "full"
		     : low				? "low"
							: "");
	if (t->node->shred_ms != 0)
		view_alarm(t, s, "shred-waits", NULL, t->node->shred_ms);
	if (t->node->keys_damaged != 0)
		view_alarm(t, s, "keys-damaged", NULL,
			   t->wall_ms - (t->mono_ms - t->node->start_mono_ms));
}

/* Since the keys came into memory: from then on the system may have written them to its disk.  The start is known by a clock
 * that nobody can put back, so the time of the day follows from how long ago it was. */
static void swappable(struct turn *t, struct msg *s)
{
	if (t->node->swappable)
		view_alarm(t, s, "keys-not-locked", NULL,
			   t->wall_ms - (t->mono_ms - t->node->start_mono_ms));
	/* it would not start with them, which is found out at night otherwise */
	if (t->node->settings_refused_ms != 0)
		view_alarm(t, s, "settings-refused", NULL, t->node->settings_refused_ms);
	/* whoever wrote it takes it for done */
	if (t->node->settings_wait_ms != 0)
		view_alarm(t, s, "settings-wait", NULL, t->node->settings_wait_ms);
}

/* People are found all the same, in the store, which takes a second and more where they are many. */
static void searching(struct turn *t, struct msg *s)
{
	static const char *const codes[] = {[INDEX_FILLS] = "",
					    [INDEX_WHOLE] = "",
					    [INDEX_FULL] = "search-slow-many",
					    [INDEX_UNLOCKED] = "search-slow-memory",
					    [INDEX_DAMAGED] = "search-slow-damage"};
	const char *code = t->node->index == NULL ? "" : codes[index_state(t->node->index)];

	if (code[0] != '\0')
		view_alarm(t, s, code, NULL, t->wall_ms - (t->mono_ms - t->node->start_mono_ms));
	/* whose people alone are slow to be found */
	for (size_t i = 0; t->node->index != NULL && i < t->node->peer_count; i++)
		if (index_names_out(t->node->index, t->node->peers[i].no))
			view_alarm(t, s, "search-slow-partner", t->node->peers[i].org,
				   t->wall_ms - (t->mono_ms - t->node->start_mono_ms));
}

/* When most agree that it is this machine, its own difference stands by itself. */
static void own_clock(struct msg *s)
{
	for (size_t i = 0; i < msg_count(s, STATUS_CLOCKS); i++) {
		const struct msg *row = msg_at(s, STATUS_CLOCKS, i);

		if (strcmp(msg_text(row, CLOCK_ROW_WHO), "us") != 0)
			continue;
		msg_set_u64(s, STATUS_CLOCK_OFF_S, msg_u64(row, CLOCK_ROW_OFF_S));
		msg_set_u64(s, STATUS_CLOCK_AHEAD, msg_u64(row, CLOCK_ROW_AHEAD) == 0);
	}
}

/* What failed by itself and is passed over for now. */
static void failed_places(struct turn *t, struct msg *status)
{
	const struct faults *all = t->faults;

	msg_set_u64(status, STATUS_FAILED_TURNS, all->total);
	for (size_t i = 0; i < all->count; i++) {
		const struct fault *f = &all->row[i];
		const struct peer *p = state_peer(t->node, f->at.peer);
		char ref[THREAD_REF_LEN + 1];
		struct msg *row;

		if (f->at.part == FAULT_DOCUMENT)
			continue; /* unstored_status, which outlives a restart */
		if (f->at.part == FAULT_EVENT && f->last_ms + SHOWN_MS < t->wall_ms)
			continue; /* nothing tells when that is over */
		row = msg_add(t->arena, status, STATUS_FAULTS);
		msg_set_text(t->arena, row, FAULT_ROW_WHAT, fault_part_name(f->at.part));
		msg_set_text(t->arena, row, FAULT_ROW_PARTNER, p == NULL ? "" : p->org);
		if (f->at.part == FAULT_SENDING && f->at.type != 0)
			msg_set_text(t->arena, row, FAULT_ROW_ACT, document_type_name(f->at.type));
		if (f->at.part == FAULT_TIMER) {
			thread_reference(t, &f->at.id, ref);
			msg_set_text(t->arena, row, FAULT_ROW_REF, ref);
		}
		msg_set_text(t->arena, row, FAULT_ROW_CAUSE, err_text(f->why));
		msg_set_u64(row, FAULT_ROW_COUNT, f->count);
		msg_set_u64(row, FAULT_ROW_SINCE_MS, f->first_ms);
		msg_set_u64(row, FAULT_ROW_LAST_MS, f->last_ms);
		msg_set_u64(row, FAULT_ROW_ALARM, f->count >= FAULT_ALARM);
	}
}

/* Partners that take more than their share, within a day. */
static void held_rows(struct turn *t, struct msg *status)
{
	const struct held *h = &t->node->held;

	for (size_t i = 0; i < h->count; i++) {
		const struct held_row *r = &h->row[i];
		const struct peer *p = state_peer(t->node, r->peer);
		struct msg *row;

		if (!held_shown(r, p != NULL && p->conn.up, t->wall_ms))
			continue;
		row = msg_add(t->arena, status, STATUS_HELD);
		msg_set_text(t->arena, row, HELD_ROW_PARTNER, p == NULL ? "" : p->org);
		msg_set_text(t->arena, row, HELD_ROW_CAUSE, held_cause_name(r->cause));
		msg_set_u64(row, HELD_ROW_COUNT, r->count);
		msg_set_u64(row, HELD_ROW_SINCE_MS, r->since_ms);
		msg_set_u64(row, HELD_ROW_LAST_MS, r->last_ms);
	}
}

/* One row a partner is read for what is owed. */
static enum err members(struct turn *t, struct msg *s, struct msg *reply, bool *member)
{
	const struct node *n = t->node;
	uint64_t owed = 0, connected = 0, count = 0, one;

	for (size_t i = 0; i < n->peer_count; i++) {
		const struct peer *p = &n->peers[i];
		const enum err rc = view_owed(t, p, &one, reply);

		if (rc != ERR_OK)
			return rc;
		owed += one;
		count += !p->removed;
		connected += connect_alive(t, p);
		if (p->self) {
			*member = !p->removed;
			msg_set_text(t->arena, s, STATUS_ORG, p->org);
			msg_set_text(t->arena, s, STATUS_ADDRESS, p->endpoint);
		}
	}
	msg_set_u64(s, STATUS_MEMBERS, count);
	msg_set_u64(s, STATUS_CONNECTED, connected);
	msg_set_u64(s, STATUS_OWED, owed);
	msg_set_u64(s, STATUS_MEMBER, *member);
	return ERR_OK;
}

/* Asked of the sheet where there was none: a node is as old as its first one, and a new sheet opens no older backup.
 * Whoever makes none is told that alone, since what would be checked is too old.  After LIMIT_RETAIN_DAYS every backup of
 * before the last check is gone, and of those there are now nobody knows whether they can be read. */
static enum err backed_up(struct turn *t, struct msg *s)
{
	const uint64_t sheet_ms = t->node->sheet.since_s * 1000;
	uint64_t at_ms, checked_ms = 0, since_ms;
	enum err rc = kept_when(t, KEPT_ON_DISK, &at_ms);

	if (rc == ERR_OK)
		rc = kept_when(t, KEPT_CHECKED, &checked_ms);
	if (rc != ERR_OK)
		return rc;
	if (at_ms != 0)
		msg_set_u64(s, STATUS_BACKUP_MS, at_ms);
	if (checked_ms != 0)
		msg_set_u64(s, STATUS_BACKUP_CHECKED_MS, checked_ms);
	since_ms = at_ms != 0 ? at_ms : sheet_ms;
	if (since_ms + (uint64_t)KEPT_DAYS * DAY_MS < t->wall_ms) {
		view_alarm(t, s, "no-backup", NULL, since_ms);
		return ERR_OK;
	}
	since_ms = checked_ms != 0 ? checked_ms : sheet_ms;
	if (at_ms != 0 && since_ms + (uint64_t)LIMIT_RETAIN_DAYS * DAY_MS < t->wall_ms)
		view_alarm(t, s, "backup-unchecked", NULL, since_ms);
	return ERR_OK;
}

/* What waits until enough roots signed it; a root may be at this very node. */
static enum err to_sign(struct turn *t, struct msg *s)
{
	unsigned count;
	const enum err rc = afar_waiting(t, &count);

	if (rc == ERR_OK)
		msg_set_u64(s, STATUS_PROPOSALS, count);
	return rc;
}

/* Beside the members, proposals, and the moment of the last backup, all is in memory. */
enum err view_status(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct msg *s = msg_sub(t->arena, reply, REPLY_STATUS);
	const struct node *n = t->node;
	char hex[65], print[IDENTITY_FINGERPRINT_LEN];
	bool member = false;
	enum err rc = members(t, s, reply, &member);

	(void)req;
	if (rc != ERR_OK)
		return rc;
	bytes_hex(hex, n->node_id.b, 32);
	identity_fingerprint(print, &n->node_id);
	msg_set_text(t->arena, s, STATUS_NODE_ID, hex);
	msg_set_text(t->arena, s, STATUS_FINGERPRINT, print);
	bytes_hex(hex, n->roster_head.b, 32);
	msg_set_u64(s, STATUS_ROSTER_SEQ, n->roster_seq);
	msg_set_text(t->arena, s, STATUS_ROSTER_HEAD, hex);
	msg_set_u64(s, STATUS_FRAMES_REFUSED, n->frames_refused);
	msg_set_text(t->arena, s, STATUS_ROSTER_STANDING,
		     roster_standing(n, member, t->wall_ms / 1000));
	msg_set_u64(s, STATUS_ROSTER_UNTIL_S, n->roster_until_s);
	msg_set_text(t->arena, s, STATUS_DISK,
		     n->disk == NODE_DISK_STOP	 ? "full"
		     : n->disk == NODE_DISK_WARN ? "low"
						 : "");
	msg_set_u64(s, STATUS_INCARNATION, n->inc.no);
	msg_set_text(t->arena, s, STATUS_SHEET, n->sheet.number);
	msg_set_u64(s, STATUS_SHEET_S, n->sheet.since_s);
	if (!n->rights.named)
		msg_set_u64(s, STATUS_OPEN_TO_ALL, 1);
	if ((t->roles & (ROLE_CASEWORKER | ROLE_READER)) == 0)
		msg_set_u64(s, STATUS_NO_DAY, 1);
	clockwatch_rows(t, s, STATUS_CLOCKS);
	/* behind the rows, out of which it reads ours */
	own_clock(s);
	listening(t, s);
	doors(t, s);
	swappable(t, s);
	searching(t, s);
	room(t, s);
	failed_places(t, s);
	held_rows(t, s);
	rc = backed_up(t, s);
	if (rc == ERR_OK)
		rc = to_sign(t, s);
	if (rc == ERR_OK)
		rc = view_people_alarms(t, s);
	if (rc == ERR_OK)
		rc = unstored_status(t, s);
	if (rc == ERR_OK)
		rc = quota_status(t, s);
	if (rc == ERR_OK)
		rc = view_alarms(t, s, reply);
	/* behind what tells of a loss: of these, partners bring about as many as there are limits */
	if (rc == ERR_OK)
		view_limit_alarms(t, s);
	return rc == ERR_OK ? view_alarms_seen(t, s) : rc;
}
