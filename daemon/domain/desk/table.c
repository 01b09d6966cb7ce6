/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A request is answered once: the same id again gives the same answer, for a day, and nothing happens twice.  On a full disk
 * what takes in something new is refused; answers, withdrawals and erasure always work.  Which function answers a command, who may
 * give it, whether it writes and what it takes of the store stand in one row, so that no handler asks any of it again: a new
 * command without its row does not exist.
 */
#include "domain/desk/table.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/admin/approve.h"
#include "domain/admin/invites.h"
#include "domain/admin/outbox.h"
#include "domain/admin/paircheck.h"
#include "domain/admin/publish.h"
#include "domain/admin/restored.h"
#include "domain/admin/roster.h"
#include "domain/admin/second.h"
#include "domain/admin/self.h"
#include "domain/admin/staff.h"
#include "domain/day/today.h"
#include "domain/day/worklist.h"
#include "domain/desk/cases.h"
#include "domain/desk/consent.h"
#include "domain/desk/done.h"
#include "domain/desk/draft.h"
#include "domain/desk/refer.h"
#include "domain/evidence/audit.h"
#include "domain/oversight/agreement.h"
#include "domain/oversight/audit.h"
#include "domain/oversight/figures.h"
#include "domain/oversight/health.h"
#include "domain/oversight/outbox.h"
#include "domain/oversight/partners.h"
#include "domain/oversight/roster.h"
#include "domain/oversight/status.h"
#include "domain/papers/paper.h"
#include "domain/papers/who.h"
#include "domain/room.h"
#include "domain/views/cases.h"
#include "domain/views/consents.h"
#include "domain/views/referrals.h"
#include "domain/views/show.h"

enum { CONTROL_VERSION = 1 };

/* Roles, as the column has them: whoever works with cases, whoever looks after the node, whoever looks after both. */
enum {
	WORKER = ROLE_CASEWORKER,
	CASES = ROLE_CASEWORKER | ROLE_READER,
	ADMIN = ROLE_ADMINISTRATOR,
	OFFICER = ROLE_PRIVACY,
	ALL = ROLE_ALL
};

static_assert(LIMIT_REQUEST_DAYS >= 1, "a client may ask again within a day");

/* Keys of REQUEST: the id that the client chose, and its user; in REQUESTAGE behind the time. */
enum { REQUEST_ID = 16, REQUEST_KEY = REQUEST_ID + 4 };

/* Core's own: its snapshot, and whoever is told of changes.  What comes as far as here was no request of that form. */
static enum err by_core(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	return turn_refuse(t, ERR_INVAL, REFUSAL_REQUEST_NOT_ONE);
}

static enum err pending_list(struct turn *t, const struct msg *req, struct msg *reply);
static enum err pending_confirm(struct turn *t, const struct msg *req, struct msg *reply);
static enum err pending_refuse(struct turn *t, const struct msg *req, struct msg *reply);

/* An act writes and does not grow, although it makes a document: somebody waits for it, also when the disk is full.  Who looks
 * after the node has no right to a row that shows a person. */
/* clang-format off */
#define ROWS(X) \
	X(STATUS, view_status, READS, ALL) \
	X(WATCH, by_core, READS, ALL) \
	X(ROSTER_IMPORT, admin_roster_import, FREES, ADMIN) \
	X(ROSTER_SHOW, view_roster, READS, ADMIN | OFFICER) \
	X(ROSTER_COSIGN, admin_roster_cosign, WRITES, ADMIN) \
	X(PARTNER_LIST, view_partner_list, READS, ALL) \
	X(PARTNER_SHOW, view_partner_show, READS, ALL) \
	X(PARTNER_AGREE, desk_agree, WRITES, ADMIN) \
	X(PARTNER_AGREEMENT, view_agreement, READS, ALL) \
	X(CASE_NEW, desk_case_new, GROWS, WORKER) \
	X(CASE_NEAR, desk_case_near, READS, WORKER) \
	X(CASE_LIST, view_case_list, READS, CASES) \
	X(CASE_SHOW, view_case_show, READS, CASES) \
	X(CASE_NOTE, desk_case_note, GROWS, WORKER) \
	X(CASE_EDIT, desk_case_edit, GROWS, WORKER) \
	X(CASE_TAKE, desk_case_take, WRITES, WORKER) \
	X(CASE_CLOSE, desk_case_close, FREES, WORKER) \
	X(CASE_REOPEN, desk_case_reopen, WRITES, WORKER) \
	X(CASE_ERASE, desk_case_erase, FREES, WORKER) \
	X(CONSENT_GIVE, desk_consent_give, GROWS, WORKER) \
	X(CONSENT_LIST, view_consent_list, READS, CASES) \
	X(CONSENT_SHOW, view_consent_show, READS, CASES) \
	X(CONSENT_WITHDRAW, desk_consent_withdraw, FREES, WORKER) \
	X(CASE_WHO, view_who, READS, CASES | OFFICER) \
	X(CASE_LETTER, view_case_letter, READS, CASES) \
	X(REF_LETTER, view_ref_letter, READS, CASES) \
	X(CASE_EXPORT, view_case_export, READS, CASES | OFFICER) \
	X(REFER, desk_refer, GROWS, WORKER) \
	X(ACT, desk_act, WRITES, WORKER) \
	X(DONE, desk_done, FREES, WORKER) \
	X(REF_ERASE, desk_ref_erase, FREES, WORKER) \
	X(DRAFT_PUT, desk_draft_put, GROWS, WORKER) \
	X(DRAFT_GET, desk_draft_get, READS, WORKER) \
	X(DRAFT_DROP, desk_draft_drop, FREES, WORKER) \
	X(DRAFT_LIST, desk_draft_list, READS, WORKER) \
	X(INBOX, view_inbox, READS, CASES) \
	X(SENT, view_sent, READS, CASES) \
	X(SHOW, view_show, READS, CASES) \
	X(WORKLIST, view_worklist, READS, CASES) \
	X(TODAY, view_today, READS, CASES) \
	X(OUTBOX_LIST, view_outbox_list, READS, ADMIN | OFFICER) \
	X(OUTBOX_WHY, view_outbox_why, READS, ADMIN | OFFICER) \
	X(OUTBOX_RETRY, admin_outbox_retry, WRITES, ADMIN) \
	X(OUTBOX_DROP, admin_outbox_drop, FREES, ADMIN) \
	X(AUDIT_LIST, view_audit_list, READS, OFFICER) \
	X(AUDIT_VERIFY, view_audit_verify, READS, ADMIN | OFFICER) \
	X(AUDIT_CHECKPOINT, admin_checkpoint, WRITES, ADMIN) \
	X(AUDIT_EXPORT, view_audit_export, READS, OFFICER) \
	X(CLOCK_CONFIRM, admin_clock_confirm, WRITES, ADMIN) \
	X(VERIFY, view_verify, READS, ADMIN | OFFICER) \
	X(PARTNER_RESTORED, admin_restored, FREES, ADMIN) \
	X(PARTNER_CHECK, admin_partner_check, WRITES, ADMIN) \
	X(CASE_RELEASE, desk_case_release, WRITES, WORKER) \
	X(BACKUP, admin_backup, BARE, ADMIN) \
	X(BACKUP_NEXT, by_core, READS, ADMIN) \
	X(LOCK, admin_lock, BARE, ADMIN) \
	X(PANIC, admin_panic, BARE, ADMIN) \
	X(ADDRESS, admin_address, FREES, ADMIN) \
	X(INVITE, admin_invite, GROWS, ADMIN) \
	X(INVITE_LIST, admin_invite_list, READS, ADMIN | OFFICER) \
	X(INVITE_CANCEL, admin_invite_cancel, FREES, ADMIN) \
	X(CONFIRM, admin_confirm, WRITES, ADMIN) \
	X(APPROVE_LIST, admin_approve_list, READS, ADMIN | OFFICER) \
	X(APPROVE_GET, admin_approve_get, FREES, ADMIN) \
	X(APPROVE_SIGN, admin_approve_sign, FREES, ADMIN) \
	X(PROPOSE, admin_propose, FREES, ADMIN) \
	X(FLOW, view_figures, READS, ALL) \
	X(FLOW_PUBLISH, admin_publish, WRITES, OFFICER) \
	X(STAFF_ADD, admin_staff_add, WRITES, ADMIN) \
	X(STAFF_LIST, admin_staff_list, READS, ADMIN | OFFICER) \
	X(STAFF_ROLE, admin_staff_role, WRITES, ADMIN) \
	X(STAFF_CONFIRM, admin_staff_confirm, WRITES, ADMIN) \
	X(STAFF_END, admin_staff_end, FREES, ADMIN) \
	X(CASE_WORKER, admin_case_worker, WRITES, WORKER) \
	X(HAND, admin_hand, WRITES, WORKER) \
	X(PENDING_LIST, pending_list, READS, WORKER | ADMIN) \
	X(PENDING_CONFIRM, pending_confirm, FREES, WORKER | ADMIN) \
	X(PENDING_REFUSE, pending_refuse, FREES, WORKER | ADMIN)

/* A row without roles is no row: it does not build. */
#define RIGHT(field, run, kind, roles) static_assert((roles) != 0 && ((roles) & ~ROLE_ALL) == 0, #field " names who may");
ROWS(RIGHT)
#undef RIGHT
#define ROW(field, run, kind, roles) {REQUEST_##field, run, TABLE_##kind, (roles)},
static const struct table_row rows[] = {ROWS(ROW)};
#undef ROW
/* clang-format on */

const struct table_row *table_row(size_t i)
{
	if (i >= sizeof rows / sizeof rows[0])
		return NULL;
	require(rows[i].field != 0 && rows[i].run != NULL && rows[i].roles != 0);
	return &rows[i];
}

/* The command of a request, and how many it has: one is right. */
static const struct table_row *row_of(const struct msg *request, size_t *present)
{
	const struct table_row *found = NULL;

	*present = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (msg_has(request, rows[i].field)) {
			found = &rows[i];
			(*present)++;
		}
	return found;
}

/* ---- a second person ---- */

static uint8_t right_of(unsigned field)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].field == field)
			return rows[i].roles;
	return 0;
}

static enum err pending_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	require(msg_kind_of(req) == MSG_NOTHING);
	return second_list(t, right_of, reply);
}

/* Done now, by the row of the command, as if whoever confirms had asked; a request of several turns is confirmed when it is through. */
static enum err pending_confirm(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct second s = {.alone = false};
	enum err rc = second_open(t, req, right_of, &s);

	require(!t->again);
	for (size_t i = 0; rc == ERR_OK && i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].field == s.field) {
			rc = rows[i].run(t, msg_get(s.request, s.field), reply);
			return rc == ERR_OK && !t->again ? second_close(t, &s) : rc;
		}
	return rc == ERR_OK ? ERR_CORRUPT : rc;
}

static enum err pending_refuse(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)reply;
	require(msg_kind_of(req) == MSG_BY_ID);
	return second_refuse(t, req, right_of);
}

/* Of an act its type says it: revoking must work where a note need not. */
static enum store_use use_of(const struct table_row *c, const struct msg *request)
{
	switch (c->kind) {
	case TABLE_GROWS:
		return STORE_TAKES;
	case TABLE_WRITES:
		return c->field != REQUEST_ACT
			       ? STORE_OWES
			       : room_of_document((uint16_t)msg_u64(msg_get(request, c->field),
								    ACT_NEW_TYPE),
						  true, true);
	case TABLE_READS:
	case TABLE_FREES:
	case TABLE_BARE:
		break;
	}
	return STORE_FREES;
}

/* An effect: the client hears of it after the commit, so no answer is ever taken back. */
static enum err reply_with(struct turn *t, struct span bytes)
{
	struct effect *e = turn_effect(t, EFFECT_REPLY);

	require(t->ev != NULL && t->ev->type == EVENT_REQUEST);
	if (e == NULL)
		return ERR_NOMEM;
	e->client = t->ev->client;
	e->bytes = bytes;
	return ERR_OK;
}

/* ---- a request of several turns ---- */

/* What its next turn gets: what the handler left, its length in front, and the reply so far. */
static enum err go_on(struct turn *t, const struct table_row *c, const struct msg *reply)
{
	struct effect *e = turn_effect(t, EFFECT_AGAIN);
	struct span packed;
	struct wr w;
	enum err rc = msg_pack(t->arena, reply, &packed);

	require(t->ev != NULL && t->ev->type == EVENT_REQUEST);
	if (rc != ERR_OK || e == NULL)
		return rc == ERR_OK ? ERR_NOMEM : rc;
	w = arena_wr(t->arena, 4 + t->leaves.len + packed.len);
	wr_u32(&w, (uint32_t)t->leaves.len);
	wr_put(&w, t->leaves.p, t->leaves.len);
	wr_put(&w, packed.p, packed.len);
	e->ev = t->ev;
	e->bytes = wr_span(&w);
	e->owed = c->kind != TABLE_READS;
	return w.over ? ERR_NOMEM : ERR_OK;
}

/* The reply as the turn before left it, and what the handler left: our own bytes, of this process. */
static enum err take_up(struct turn *t, struct msg **reply)
{
	const struct span all = t->ev->so_far;
	struct err_text why;
	enum err rc;
	size_t len;

	t->again = false;
	t->left = t->leaves = span_of(NULL, 0);
	if (all.len == 0) {
		*reply = msg_new(t->arena, MSG_REPLY);
		return *reply == NULL ? ERR_NOMEM : ERR_OK;
	}
	len = be32_get(all.p);
	require(all.len >= 4 && len <= all.len - 4);
	t->left = span_of(all.p + 4, len);
	rc = msg_parse(t->arena, MSG_REPLY, span_of(all.p + 4 + len, all.len - 4 - len), reply,
		       &why);
	return rc == ERR_OK ? msg_reopen(t->arena, *reply) : rc;
}

/* The same request id again: the same answer, and nothing happens twice.  An id of another user leads to nothing of theirs. */
static enum err cached_reply(struct turn *t, const struct store_key *k, bool *hit)
{
	struct msg *reply;
	struct span v;
	enum err rc;

	require(k->len == REQUEST_KEY);
	rc = turn_get_msg(t, STORE_REQUEST, k, MSG_REPLY, &reply);
	*hit = rc == ERR_OK;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	msg_set_u64(reply, REPLY_REPEATED, 1);
	rc = msg_pack(t->arena, reply, &v);
	return rc == ERR_OK ? reply_with(t, v) : rc;
}

/* Two rows: the reply under the id of its request, and the id under its time, so that table_forget finds the oldest ones without
 * reading all. */
static enum err remember_reply(struct turn *t, const struct store_key *k, struct span reply)
{
	struct store_key age = turn_key_u64(t->wall_ms);
	enum err rc;

	require(k->len == REQUEST_KEY);
	if (t->dry_run)
		return ERR_OK; /* the same id may still do it */
	if (t->node->bare)     /* asked again, it is done again: a backup, a lock */
		return ERR_OK;
	rc = turn_put(t, STORE_REQUEST, k, reply);
	key_put(&age, k->b, k->len);
	return rc == ERR_OK ? turn_put(t, STORE_REQUESTAGE, &age, span_of(k->b, 1)) : rc;
}

/* The handler, whose error undoes the turn; and its reply, or its next turn.  What a turn before the last one wrote stays, as it does
 * after a crash: a handler that goes on writes nothing which its end alone makes true. */
static enum err run(struct turn *t, const struct table_row *c, const struct msg *request,
		    const struct store_key *k)
{
	struct msg *reply;
	struct span packed;
	bool second = false;
	enum err rc = take_up(t, &reply);

	require(c->run != NULL);
	t->dry_run = c->kind != TABLE_READS && msg_u64(request, REQUEST_DRY_RUN) != 0;
	if (rc == ERR_OK && !t->dry_run)
		rc = second_needed(t, c->field, msg_get(request, c->field), &second);
	if (rc == ERR_OK)
		rc = second ? second_ask(t, c->field, msg_get(request, c->field), c->roles, reply)
			    : c->run(t, msg_get(request, c->field), reply);
	if (rc != ERR_OK)
		return rc;
	/* what would follow is known from the first of several turns: the others only do the rest of it */
	if (t->dry_run) {
		t->again = false;
		msg_set_u64(reply, REPLY_DRY_RUN, 1);
	}
	if (t->again)
		return go_on(t, c, reply);
	msg_set_text(t->arena, reply, REPLY_COUNTRY, t->node->country);
	rc = msg_pack(t->arena, reply, &packed);
	if (rc == ERR_OK)
		rc = reply_with(t, packed);
	/* of others than the person at hand nothing is kept */
	if (rc == ERR_OK && msg_count(reply, REPLY_NEAR) > 0) {
		msg_clear(reply, REPLY_NEAR);
		rc = msg_pack(t->arena, reply, &packed);
	}
	/* with what was done, in one transaction: after a crash both are there or neither */
	return rc == ERR_OK && k->len != 0 ? remember_reply(t, k, packed) : rc;
}

/* ---- who asks ---- */

/* Figures of all members are a coordinator's; what this node alone counted is everybody's. */
static uint8_t roles_of(const struct table_row *c, const struct msg *request)
{
	if (c->field == REQUEST_FLOW && msg_u64(msg_get(request, REQUEST_FLOW), FLOW_ASK_OWN) == 0)
		return ROLE_COORDINATOR | ROLE_PRIVACY;
	return c->roles;
}

/* Nobody is named: everybody may (rights_of).  A user who is not named reads what to tell the administrator; one who is, which
 * role it takes. */
static enum err check_right(struct turn *t, const struct table_row *c, const struct msg *request)
{
	const uint8_t want = roles_of(c, request);
	struct rights_asker who;
	char needs[64], has[64];
	enum err rc = rights_load(t, &t->node->rights);

	require(t->ev != NULL && want != 0);

	if (rc != ERR_OK)
		return rc;
	rights_of(&t->node->rights, t->ev->uid, t->wall_ms, &who);
	t->staff = who.id;
	t->roles = who.roles;
	if (!t->node->rights.named || (who.roles & want) != 0)
		return ERR_OK;
	if (who.came_back)
		return turn_refuse(t, ERR_DENIED, REFUSAL_STAFF_CAME_BACK);
	if (who.roles == 0)
		return turn_refuse_with(t, ERR_DENIED, REFUSAL_STAFF_UNKNOWN,
					say_number("uid", t->ev->uid));
	rights_codes(want, needs);
	rights_codes(who.roles, has);
	return turn_refuse_with(t, ERR_DENIED, REFUSAL_STAFF_NO_RIGHT,
				say_code("roles", LIST_ROLES, needs),
				say_code("own", LIST_ROLES, has));
}

/* The first ones of a day are named; then the log says how many there were, each time ten times as many. */
static const char *worth_an_entry(uint32_t count)
{
	if (count <= LIMIT_REFUSED_DAY)
		return "no-right";
	switch (count) {
	case 100:
		return "no-right-100";
	case 1000:
		return "no-right-1000";
	case 10000:
		return "no-right-10000";
	default:
		return NULL;
	}
}
static_assert(LIMIT_REFUSED_DAY < 100, "what is counted comes behind what is named");

/* Who tries what is not theirs leaves a trace.  Written as a reply: a refusal would undo the turn, and the entry with it.  On a full
 * disk it is refused without one. */
static enum err refuse_right(struct turn *t)
{
	const char *detail = worth_an_entry(
		rights_refused(&t->node->rights, t->ev->uid, t->wall_ms));
	struct msg *reply = msg_new(t->arena, MSG_REPLY);
	struct span packed;
	enum err rc;

	require(t->refusal.code != REFUSAL_NONE);
	store_use(t->txn, STORE_FREES);
	if (detail == NULL || reply == NULL || t->node->bare || !store_room(t->txn, STORE_LOOKS))
		return ERR_DENIED;
	t->dry_run = false;
	turn_refused_into(t, ERR_DENIED, reply);
	rc = audit_add(t, &(struct audit_entry){
				  .event = AUDIT_REFUSED, .outcome = ERR_DENIED, .detail = detail});
	if (rc == ERR_OK)
		rc = msg_pack(t->arena, reply, &packed);
	return rc == ERR_OK ? reply_with(t, packed) : rc;
}

bool table_allows(const struct rights *r, uint32_t uid, uint64_t wall_ms, unsigned field)
{
	struct rights_asker who;

	require(r != NULL && field != 0);
	if (!r->current)
		return false;
	rights_of(r, uid, wall_ms, &who);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].field == field)
			return (who.roles & rows[i].roles) != 0;
	return false;
}

/* A node that is no member looks at figures, and holds nobody.  What it held before can still be seen and erased. */
static enum err check_node(struct turn *t, const struct table_row *c)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const bool grows = c->kind == TABLE_GROWS || c->kind == TABLE_WRITES;

	if ((c->roles & ~(unsigned)CASES) != 0 || self == NULL ||
	    (self->classes & WIRE_MEMBER) != 0)
		return ERR_OK;
	if (!grows && store_count(t->txn, STORE_CASES) > 0)
		return ERR_OK;
	return turn_refuse(t, ERR_STATE, REFUSAL_NODE_HOLDS_NO_CASES);
}

/* Understood, allowed to whoever asks and on this disk, not answered already; then the handler. */
enum err table_request(struct turn *t, const struct event *ev)
{
	struct msg *request;
	const struct table_row *c;
	struct err_text why = {""};
	char field[SAY_FIELD];
	struct store_key k = {.len = 0};
	struct span id;
	enum store_use use;
	size_t present;
	bool hit = false;
	enum err rc = msg_parse(t->arena, MSG_REQUEST, ev->bytes, &request, &why);

	require(ev->type == EVENT_REQUEST);
	t->staff = t->on_behalf = (struct id16){{0}};
	t->roles = 0;
	if (rc == ERR_INVAL) /* a text */
		return turn_refuse_with(t, rc, REFUSAL_TEXT_REFUSED,
					say_field("field", why.text, field));
	if (rc != ERR_OK)
		return turn_refuse(t, rc, REFUSAL_REQUEST_NOT_UNDERSTOOD);
	if (msg_u64(request, REQUEST_VERSION) != CONTROL_VERSION)
		return turn_refuse(t, ERR_INVAL, REFUSAL_CLIENT_OF_ANOTHER_VERSION);
	c = row_of(request, &present);
	id = msg_bytes(request, REQUEST_REQUEST_ID);
	if (c == NULL || present != 1 || (id.len != 0 && id.len != REQUEST_ID))
		return turn_refuse(t, ERR_INVAL, REFUSAL_REQUEST_NOT_ONE);
	rc = check_right(t, c, request);
	if (rc == ERR_DENIED)
		return refuse_right(t);
	if (rc == ERR_OK)
		rc = check_node(t, c);
	if (rc != ERR_OK)
		return rc;
	use = use_of(c, request);
	store_use(t->txn, use);
	t->bare_too = c->kind == TABLE_BARE;
	if (c->kind == TABLE_GROWS && t->node->disk == NODE_DISK_STOP)
		return turn_refuse(t, ERR_FULL, REFUSAL_DISK_ALMOST_FULL);
	/* what must always work is tried: LMDB itself says when there is not a page */
	if (!t->bare_too && !store_room(t->txn, use))
		return room_refuse(t);
	/* a reading is not remembered: its answer shows people, and asking again does nothing twice */
	if (c->kind != TABLE_READS && id.len == REQUEST_ID) {
		key_put(&k, id.p, id.len);
		key_u32(&k, ev->uid);
		rc = cached_reply(t, &k, &hit);
		if (rc != ERR_OK || hit)
			return rc;
	}
	return run(t, c, request, &k);
}

/* A few at a time: a busy day must not make one tick long. */
enum err table_forget(struct turn *t)
{
	const uint64_t day_ms = (uint64_t)LIMIT_REQUEST_DAYS * DAY_MS;

	for (unsigned i = 0; i < 64; i++) {
		struct store_key age = {.len = 0};
		struct store_row row;
		enum err rc = store_seek(t->txn, STORE_REQUESTAGE, span_of(NULL, 0), &row);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_OK : rc;
		if (row.key.len != 8 + REQUEST_KEY || be64_get(row.key.p) + day_ms > t->wall_ms)
			return row.key.len == 8 + REQUEST_KEY ? ERR_OK : ERR_CORRUPT;
		key_put(&age, row.key.p, row.key.len);
		rc = store_del(t->txn, STORE_REQUEST, span_of(age.b + 8, REQUEST_KEY));
		/* also without its reply: a row of an age that stayed would be the oldest for ever */
		if (rc == ERR_OK || rc == ERR_NOTFOUND)
			rc = store_del(t->txn, STORE_REQUESTAGE, key_span(&age));
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}
