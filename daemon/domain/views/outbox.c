/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/desk.h"

#include <string.h>

#include "base/endpoint.h"
#include "crypto/identity.h"
#include "domain/care/cases.h"
#include "domain/care/consent.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/clockwatch.h"
#include "domain/exchange/loss.h"
#include "domain/exchange/prekeys.h"
#include "domain/exchange/stream.h"
#include "domain/exchange/unstored.h"
#include "domain/membership/members.h"
#include "domain/membership/names.h"
#include "domain/page.h"
#include "proto/lists.h"

enum { NOT_TAKEN_MS = 600000 };

static const char *class_name(uint8_t classes)
{
	if ((classes & WIRE_MEMBER) != 0)
		return "member";
	if ((classes & WIRE_COORDINATOR) != 0)
		return "coordinator";
	if ((classes & WIRE_OBSERVER) != 0)
		return "observer";
	return (classes & WIRE_EVALUATOR) != 0 ? "evaluator" : "relay";
}

static enum err owed_to(struct turn *t, uint16_t peer, uint64_t *owed)
{
	struct pair *p;
	enum err rc = outbox_pair(t, peer, &p);

	if (rc == ERR_OK)
		*owed = outbox_owed(p);
	return rc;
}

static enum err owed_or_named(struct turn *t, const struct peer *p, uint64_t *owed,
			      struct msg *reply)
{
	const struct store_key k = turn_key_u16(p->no);
	enum err rc;

	*owed = 0;
	rc = owed_to(t, p->no, owed);
	return page_damaged(t, rc, STORE_PAIR, key_span(&k), reply) ? ERR_OK : rc;
}

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
	struct msg *alarm;

	msg_set_text(t->arena, s, STATUS_LISTEN, n->listen);
	if (n->listen[0] == '\0' || n->listen_since_ms == 0)
		return;
	msg_set_u64(s, STATUS_LISTEN_SINCE_MS, n->listen_since_ms);
	if (n->listen_error == 0)
		return;
	msg_set_text(t->arena, s, STATUS_LISTEN_ERROR, endpoint_trouble(n->listen_error)->code);
	msg_set_u64(s, STATUS_LISTEN_ERRNO, n->listen_error > 0 ? (uint64_t)n->listen_error : 0);
	alarm = msg_add(t->arena, s, STATUS_ALARMS);
	msg_set_text(t->arena, alarm, ALARM_ROW_WHAT, "not-listening");
	msg_set_u64(alarm, ALARM_ROW_AT_MS, n->listen_since_ms);
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

enum err desk_status(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct msg *s = msg_sub(t->arena, reply, REPLY_STATUS);
	const struct node *n = t->node;
	uint64_t owed = 0, connected = 0, members = 0, one;
	enum err rc;
	char hex[65], print[IDENTITY_FINGERPRINT_LEN];
	bool member = false;

	(void)req;
	for (size_t i = 0; i < n->peer_count; i++) {
		const struct peer *p = &n->peers[i];
		rc = owed_or_named(t, p, &one, reply);
		if (rc != ERR_OK)
			return rc;
		owed += one;
		members++;
		connected += stream_connected(t, p);
		if (p->self) {
			member = true;
			msg_set_text(t->arena, s, STATUS_ORG, p->org);
			msg_set_text(t->arena, s, STATUS_ADDRESS, p->endpoint);
		}
	}
	bytes_hex(hex, n->node_id.b, 32);
	identity_fingerprint(print, &n->node_id);
	msg_set_text(t->arena, s, STATUS_NODE_ID, hex);
	msg_set_text(t->arena, s, STATUS_FINGERPRINT, print);
	bytes_hex(hex, n->roster_head.b, 32);
	msg_set_u64(s, STATUS_ROSTER_SEQ, n->roster_seq);
	msg_set_text(t->arena, s, STATUS_ROSTER_HEAD, hex);
	msg_set_u64(s, STATUS_MEMBERS, members);
	msg_set_u64(s, STATUS_CONNECTED, connected);
	msg_set_u64(s, STATUS_OWED, owed);
	msg_set_u64(s, STATUS_MEMBER, member);
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
	clockwatch_rows(t, s, STATUS_CLOCKS);
	own_clock(s);
	listening(t, s);
	fault_status(t, s);
	rc = unstored_status(t, s);
	return rc == ERR_OK ? loss_status(t, s) : rc;
}

/* Why a partner does not (yet) get persons; "" when it does. */
static enum err standing(struct turn *t, const struct peer *p, struct msg *row)
{
	const bool frozen = t->node->fork_seq != 0 && p->added_seq >= t->node->fork_seq;
	struct members_wait wait;
	const struct peer *absent;
	struct pair *pr;
	enum err rc;

	if (p->self)
		return ERR_OK;
	rc = outbox_pair(t, p->no, &pr);
	if (rc != ERR_OK)
		return rc;
	msg_set_text(t->arena, row, PARTNER_ROW_STANDING,
		     p->removed				  ? "removed"
		     : p->suspended			  ? "suspended"
		     : p->conflict			  ? "conflict"
		     : frozen				  ? "frozen"
		     : !p->activated			  ? "waiting"
		     : pr->stopped			  ? "runs-twice"
		     : pr->unconfirmed			  ? "came-back"
		     : p->recovered			  ? "recovered"
		     : t->node->pair_check && !p->checked ? "unchecked"
							  : "");
	if (p->activated || !p->active || frozen)
		return ERR_OK;
	rc = members_waiting(t, p, &wait);
	if (rc != ERR_OK)
		return rc;
	absent = state_peer(t->node, wait.absent);
	msg_set_u64(row, PARTNER_ROW_WITNESSES, wait.have);
	msg_set_u64(row, PARTNER_ROW_WITNESSES_WANTED, wait.wanted);
	msg_set_text(t->arena, row, PARTNER_ROW_TELEPHONE, absent == NULL ? "" : absent->org);
	return ERR_OK;
}

/* When one that is not there was last heard; nothing when it never was, or is there. */
static enum err silent_since(struct turn *t, const struct peer *p, struct msg *row, unsigned field)
{
	struct pair *pr;
	uint64_t at_ms = p->heard_ms;
	enum err rc = outbox_pair(t, p->no, &pr);

	if (rc == ERR_OK && pr->last_heard_ms > at_ms)
		at_ms = pr->last_heard_ms;
	if (rc == ERR_OK && !p->self && !stream_connected(t, p) && at_ms != 0)
		msg_set_u64(row, field, at_ms);
	return rc;
}

/* What the roots signed about how it was made sure that it is them. */
static enum err verified_row(struct turn *t, const struct peer *p, struct msg *row)
{
	const struct store_key k = turn_key_u64(p->added_seq);
	struct wire_roster e;
	struct wire_add add;
	struct span v;
	enum err rc = turn_get(t, STORE_ROSTER, &k, &v);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc; /* it is a member by that entry */
	if (wire_roster_get(v, &e) != ERR_OK || wire_add_get(e.payload, &add) != ERR_OK)
		return ERR_CORRUPT;
	msg_set_text(t->arena, row, PARTNER_ROW_VERIFIED, add.verified_by);
	return ERR_OK;
}

static enum err partner_row(struct turn *t, const struct peer *p, bool whole, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_PARTNERS);
	struct consent_view out = {.agreed = false}, in = {.agreed = false};
	char hex[65], print[IDENTITY_FINGERPRINT_LEN], typed[NAMES_TYPED_LEN];
	uint64_t owed = 0;
	const struct store_key k = turn_key_u16(p->no);
	enum err rc = owed_or_named(t, p, &owed, reply);

	if (rc == ERR_OK)
		rc = consent_agreement(t, p->no, CONSENT_SEND, &out);
	if (rc == ERR_OK)
		rc = consent_agreement(t, p->no, CONSENT_RECEIVE, &in);
	if (rc != ERR_OK && !page_damaged(t, rc, STORE_AGREEMENT, key_span(&k), reply))
		return rc;
	rc = standing(t, p, row);
	if (rc != ERR_OK && !page_damaged(t, rc, STORE_PAIR, key_span(&k), reply))
		return rc;
	bytes_hex(hex, p->node_id.b, 32);
	identity_fingerprint(print, &p->node_id);
	msg_set_text(t->arena, row, PARTNER_ROW_NAME, p->org);
	msg_set_text(t->arena, row, PARTNER_ROW_NODE_ID, hex);
	msg_set_text(t->arena, row, PARTNER_ROW_CLASS_NAME, class_name(p->classes));
	msg_set_text(t->arena, row, PARTNER_ROW_COUNTRY, p->country);
	msg_set_u64(row, PARTNER_ROW_CONNECTED, stream_connected(t, p));
	rc = silent_since(t, p, row, PARTNER_ROW_SILENT_SINCE_MS);
	if (rc != ERR_OK && !page_damaged(t, rc, STORE_PAIR, key_span(&k), reply))
		return rc;
	msg_set_u64(row, PARTNER_ROW_OWED, owed);
	msg_set_u64(row, PARTNER_ROW_MAY_SEND_CATS, out.agreement_cats);
	msg_set_u64(row, PARTNER_ROW_MAY_RECEIVE_CATS, in.agreement_cats);
	msg_set_text(t->arena, row, PARTNER_ROW_PHONE, p->phone);
	msg_set_text(t->arena, row, PARTNER_ROW_ENDPOINT, p->endpoint);
	msg_set_text(t->arena, row, PARTNER_ROW_FINGERPRINT, print);
	names_typed(t->node, p, typed);
	msg_set_text(t->arena, row, PARTNER_ROW_TYPED, typed);
	msg_set_u64(row, PARTNER_ROW_SELF, p->self);
	msg_set_u64(row, PARTNER_ROW_CHECKED, p->checked);
	if (!list_has_place(p->country))
		msg_set_u64(row, PARTNER_ROW_NO_CALENDAR, 1);
	return whole ? verified_row(t, p, row) : ERR_OK;
}

enum err desk_partner_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	enum err rc = ERR_OK;

	(void)req;
	for (size_t i = 0; i < t->node->peer_count && rc == ERR_OK; i++)
		rc = partner_row(t, &t->node->peers[i], false, reply);
	return rc;
}

enum err desk_partner_show(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct peer *p;
	enum err rc = cases_partner(t, msg_text(req, BY_ID_ID), &p);

	return rc == ERR_OK ? partner_row(t, p, true, reply) : rc;
}

/* Why is it not there yet, and what helps?  Codes; the client says them in its language. */
static enum err cause_of(struct turn *t, const struct peer *p, const struct outbox_row *row,
			 const struct id16 *thread, const char **cause, const char **remedy)
{
	const struct conn *c = &p->conn;
	const bool alone = c->refused == WIRE_REFUSED_CANNOT_STORE;
	struct pair *pr;
	enum err rc = outbox_pair(t, p->no, &pr);

	if (rc != ERR_OK)
		return rc;
	*cause = "in-flight";
	*remedy = "wait";
	if (row->state == OUTBOX_DROPPED) {
		*cause = "dropped";
		*remedy = "none";
		return ERR_OK;
	}
	if (!p->active) {
		*cause = "partner-removed";
		*remedy = "drop";
		return ERR_OK;
	}
	if (pr->stopped || pr->unconfirmed) {
		*cause = pr->stopped ? "partner-runs-twice" : "partner-lost-state";
		*remedy = "telephone-partner";
		return ERR_OK;
	}
	if (clockwatch_blocks(t, p) && (!stream_connected(t, p) || !prekeys_ready(t, p))) {
		*cause = "clock-off";
		*remedy = "set-clock";
		return ERR_OK;
	}
	if (row->verdict == WIRE_VERDICT_CANNOT_STORE ||
	    (alone && id16_equal(&c->refused_thread, thread))) {
		*cause = "partner-cannot-store";
		*remedy = "telephone-partner";
		return ERR_OK;
	}
	if (!p->conn.up) {
		*cause = p->endpoint[0] == '\0' ? "partner-has-no-address" : "partner-offline";
		*remedy = "telephone-partner";
		return ERR_OK;
	}
	if (!prekeys_ready(t, p)) {
		*cause = "no-prekey";
		*remedy = "wait";
		return ERR_OK;
	}
	if (pr->unheard || pr->unechoed || t->node->quarantine)
		*cause = "being-compared";
	else if (row->queued_ms + NOT_TAKEN_MS < t->wall_ms &&
		 c->up_ms + NOT_TAKEN_MS < t->wall_ms) {
		*cause = "not-taken"; /* on a living line, all this time */
		*remedy = "telephone-partner";
	}
	if (!stream_connected(t, p))
		*cause = "partner-silent";
	if (p->conn.refused == WIRE_REFUSED_BUSY)
		*cause = "partner-full";
	else if (p->conn.refused != 0 && !alone)
		*cause = "partner-refuses";
	if (p->conn.refused != 0 && !alone)
		*remedy = "telephone-partner";
	return ERR_OK;
}

static enum err outbox_row_msg(struct turn *t, const struct peer *p, uint64_t place,
			       const struct outbox_row *row, struct msg *reply)
{
	struct msg *m = msg_add(t->arena, reply, REPLY_OUTBOX);
	char hex[33], ref[THREAD_REF_LEN + 1];
	const char *cause, *remedy;
	struct document d = {.hollow = true};
	struct pair *pr;
	enum err rc = document_load(t, &row->doc, &d);
	const bool damaged = rc == ERR_CORRUPT || rc == ERR_NOTFOUND;

	if (damaged) /* the other rows are still worth reading */
		rc = ERR_OK;
	if (rc == ERR_OK)
		rc = cause_of(t, p, row, &d.head.thread_id, &cause, &remedy);
	if (rc == ERR_OK)
		rc = outbox_pair(t, p->no, &pr);
	if (rc != ERR_OK)
		return rc;
	if (damaged) {
		cause = "damaged-here";
		remedy = "restore";
	}
	bytes_hex(hex, row->doc.msg.b, 16);
	thread_reference(&d.head.thread_id, ref);
	msg_set_text(t->arena, m, OUTBOX_ROW_ID, hex);
	msg_set_text(t->arena, m, OUTBOX_ROW_PARTNER, p->org);
	msg_set_text(t->arena, m, OUTBOX_ROW_ACT, document_type_name(d.head.type));
	msg_set_text(t->arena, m, OUTBOX_ROW_REF, ref);
	msg_set_u64(m, OUTBOX_ROW_SINCE_MS, row->queued_ms);
	msg_set_text(t->arena, m, OUTBOX_ROW_STATE,
		     p->conn.up && place <= pr->tail ? "handed" : "queued");
	msg_set_text(t->arena, m, OUTBOX_ROW_CAUSE, cause);
	msg_set_text(t->arena, m, OUTBOX_ROW_REMEDY, remedy);
	if (strcmp(cause, "clock-off") == 0)
		clockwatch_row(t, p, msg_sub(t->arena, m, OUTBOX_ROW_CLOCK));
	return silent_since(t, p, m, OUTBOX_ROW_SILENT_SINCE_MS);
}

static bool still_owed(struct turn *t, const struct outbox_row *row, struct span key)
{
	return row->state != OUTBOX_SHELVED &&
	       (row->state != OUTBOX_STORED || record_exists(t->txn, STORE_WAITING, key));
}

static enum err outbox_of(struct turn *t, const struct peer *p, struct page *page,
			  struct msg *reply)
{
	const struct store_key prefix = turn_key_u16(p->no);
	struct store_key at = {.len = 0};
	struct store_row found;
	struct pair *pr;
	enum err rc = outbox_pair(t, p->no, &pr);

	if (page_damaged(t, rc, STORE_PAIR, key_span(&prefix), reply))
		return ERR_OK;
	if (rc != ERR_OK || pr->kept_from == 0)
		return rc;
	key_u16(&at, p->no);
	key_u64(&at, pr->kept_from);
	while ((rc = store_next_prefix(t->txn, STORE_OUTPLACE, key_span(&prefix), &at, &found)) ==
	       ERR_OK) {
		const struct store_key k = turn_key_u16_u64(p->no, be64_get(found.key.p + 2));
		const size_t mark = t->arena->used;
		struct outbox_row row;

		rc = outbox_get(t, p->no, be64_get(k.b + 2), &row);
		if (page_damaged(t, rc, STORE_OUTPLACE, key_span(&k), reply))
			continue;
		if (rc != ERR_OK)
			return rc;
		if (still_owed(t, &row, key_span(&k)))
			page_offer(page, PAGE_NEWEST(row.queued_ms), key_span(&k));
		arena_rewind(t->arena, mark);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err find_owed(struct turn *t, const char *text, uint16_t *peer, uint64_t *place,
			  struct outbox_row *row);

static enum err outbox_after(struct turn *t, const char *id, struct page *page)
{
	struct outbox_row row;
	struct store_key k;
	uint16_t peer = 0;
	uint64_t place = 0;
	enum err rc = id[0] == '\0' ? ERR_OK : find_owed(t, id, &peer, &place, &row);

	if (rc != ERR_OK || id[0] == '\0')
		return rc;
	k = turn_key_u16_u64(peer, place);
	page_after(page, PAGE_NEWEST(row.queued_ms), key_span(&k));
	return ERR_OK;
}

enum err desk_outbox_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct page page;
	const char *last = "";
	enum err rc = page_begin(t, &page, msg_u64(req, LIST_ASK_LIMIT));

	if (rc == ERR_OK)
		rc = outbox_after(t, msg_text(req, LIST_ASK_AFTER), &page);
	for (size_t i = 0; i < t->node->peer_count && rc == ERR_OK; i++)
		if (!t->node->peers[i].self)
			rc = outbox_of(t, &t->node->peers[i], &page, reply);
	for (size_t i = 0; i < page.count && rc == ERR_OK; i++) {
		const uint16_t no = be16_get(page.items[i].key.b);
		const uint64_t place = be64_get(page.items[i].key.b + 2);
		const struct peer *p = state_peer(t->node, no);
		struct outbox_row row;

		rc = p == NULL ? ERR_CORRUPT : outbox_get(t, no, place, &row);
		if (rc == ERR_OK)
			rc = outbox_row_msg(t, p, place, &row, reply);
	}
	if (rc == ERR_OK && page.count > 0)
		last = msg_text(msg_at(reply, REPLY_OUTBOX, page.count - 1), OUTBOX_ROW_ID);
	if (rc == ERR_OK)
		page_end(t, &page, reply, strlen(last) == 32 ? last + 12 : last);
	return rc;
}

/* By full document id, or a unique prefix of its random part. */
static enum err find_owed(struct turn *t, const char *text, uint16_t *peer, uint64_t *place,
			  struct outbox_row *row)
{
	struct store_key at = {.len = 0};
	struct store_row found;
	struct id16 msg;
	size_t hits = 0;
	char hex[21];
	enum err rc;

	if (bytes_unhex(msg.b, 16, text)) {
		hits = 1;
	} else {
		while ((rc = store_next_prefix(t->txn, STORE_OUTID, span_of(NULL, 0), &at,
					       &found)) == ERR_OK) {
			bytes_hex(hex, found.key.p + 6, 10);
			if (strlen(text) >= 4 && strncmp(hex, text, strlen(text)) == 0 &&
			    hits++ == 0)
				memcpy(msg.b, found.key.p, 16);
		}
		if (rc != ERR_NOTFOUND)
			return rc;
	}
	rc = hits == 1 ? outbox_find(t, &msg, peer, place, row) : ERR_NOTFOUND;
	if (rc == ERR_NOTFOUND)
		return turn_refuse(t, rc, hits > 1 ? "several documents fit" : "no such document",
				   "", "see: kring outbox list");
	return rc;
}

enum err desk_outbox_why(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct outbox_row row;
	const struct peer *p;
	uint16_t peer = 0;
	uint64_t place = 0;
	enum err rc = find_owed(t, msg_text(req, BY_ID_ID), &peer, &place, &row);

	if (rc != ERR_OK)
		return rc;
	p = state_peer(t->node, peer);
	return p == NULL ? ERR_CORRUPT : outbox_row_msg(t, p, place, &row, reply);
}

enum err desk_outbox_retry(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct outbox_row row;
	struct peer *p;
	uint16_t peer = 0;
	uint64_t place = 0;
	enum err rc = find_owed(t, msg_text(req, BY_ID_ID), &peer, &place, &row);

	if (rc != ERR_OK)
		return rc;
	p = state_peer(t->node, peer);
	if (p == NULL)
		return ERR_CORRUPT;
	state_conn(t->node, p)->ask_mono_ms = t->mono_ms; /* ask now; the answer rewinds */
	state_conn(t->node, p)->retry_mono_ms = t->mono_ms;
	rc = stream_tick(t, p);
	return rc == ERR_OK ? outbox_row_msg(t, p, place, &row, reply) : rc;
}

enum err desk_outbox_drop(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct outbox_row row;
	uint16_t peer = 0;
	uint64_t place = 0;
	enum err rc = find_owed(t, msg_text(req, OUTBOX_DROP_ID), &peer, &place, &row);

	(void)reply;
	if (rc == ERR_OK)
		rc = outbox_drop(t, peer, place);
	if (rc == ERR_STATE)
		return turn_refuse(t, rc, "this document arrived already", "",
				   "withdraw the referral instead: kring withdraw REF");
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_DROP, .peer = peer})
			    : rc;
}

enum err desk_audit_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *text = msg_text(req, AUDIT_ASK_CASE_ID);
	struct id16 case_id;
	enum err rc = ERR_OK;

	if (text[0] != '\0')
		rc = cases_find(t, text, &case_id);
	if (rc == ERR_OK)
		rc = audit_list(t, reply, msg_u64(req, AUDIT_ASK_AFTER),
				msg_u64(req, AUDIT_ASK_LIMIT), text[0] == '\0' ? NULL : &case_id);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_LOG_ACCESS}) : rc;
}

enum err desk_clock_confirm(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	t->node->clock_confirmed =
		true; /* true however the turn ends: a person looked at a clock */
	return audit_add(t, &(struct audit_entry){.event = AUDIT_CLOCK, .detail = "confirmed"});
}

static enum err keys_away(struct turn *t, enum effect_type what, const char *detail)
{
	if (turn_effect(t, what) == NULL)
		return ERR_NOMEM;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_LOCK, .detail = detail});
}

enum err desk_backup(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	if (turn_effect(t, EFFECT_BACKUP) == NULL)
		return ERR_NOMEM;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_BACKUP, .detail = "taken"});
}

enum err desk_lock(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	return keys_away(t, EFFECT_LOCK, "lock");
}

enum err desk_panic(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	return keys_away(t, EFFECT_PANIC, "panic");
}

enum err desk_address(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const char *said = msg_text(req, BY_ID_ID), *at = strcmp(said, "none") == 0 ? "" : said;
	const char *flaw = said[0] == '\0' ? "name the address"
					   : endpoint_flaw(at, ENDPOINT_PUBLISH, NULL);
	struct effect *e;

	(void)reply;
	if (flaw != NULL)
		return turn_refuse(t, ERR_INVAL, "partners do not reach this node there", flaw,
				   "kring address tcp://192.0.2.1:7001, or: kring address none");
	if (self == NULL || !self->active)
		return turn_refuse(t, ERR_STATE, "this node is no member, or it is suspended", "",
				   "see: kring status");
	e = turn_effect(t, EFFECT_ADDRESS);
	if (e == NULL)
		return ERR_NOMEM;
	e->bytes = arena_copy(t->arena, span_of((const uint8_t *)at, strlen(at)));
	return audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER, .detail = "address"});
}
