/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A request is answered once: the same id again gives the same answer, for a day, and nothing happens twice.  On a full disk
 * what takes in something new is refused; answers, withdrawals and erasure always work.  Which function answers a command, who may
 * give it, whether it writes and what it takes of the store stand in one row, so that no handler asks any of it again: a new
 * command without its row does not exist.
 */
#include "domain/desk/table.h"

#include "base/check.h"
#include "domain/admin/agree.h"
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
#include "domain/asker/asker.h"
#include "domain/asker/replies.h"
#include "domain/day/waits.h"
#include "domain/day/worklist.h"
#include "domain/desk/cases.h"
#include "domain/desk/consent.h"
#include "domain/desk/done.h"
#include "domain/desk/draft.h"
#include "domain/desk/refer.h"
#include "domain/evidence/audit.h"
#include "domain/files/files.h"
#include "domain/handing/handing.h"
#include "domain/handing/shown.h"
#include "domain/officer/open.h"
#include "domain/oversight/agreement.h"
#include "domain/oversight/audit.h"
#include "domain/oversight/figures.h"
#include "domain/oversight/health.h"
#include "domain/oversight/outbox.h"
#include "domain/oversight/partners.h"
#include "domain/oversight/roster.h"
#include "domain/oversight/status.h"
#include "domain/papers/paper.h"
#include "domain/papers/together.h"
#include "domain/papers/who.h"
#include "domain/room.h"
#include "domain/signin/session.h"
#include "domain/signon/link.h"
#include "domain/signon/login.h"
#include "domain/signon/passkeys.h"
#include "domain/signon/phrase.h"
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

/* Core's own: whoever is told of changes.  What comes as far as here was no request of that form. */
static enum err by_core(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	return turn_refuse(t, ERR_INVAL, REFUSAL_REQUEST_NOT_ONE);
}

/* A screen is told of changes by core, and asks with each of them whether it still may, and what waits: each reply in a session says so. */
static enum err watched(struct turn *t, const struct msg *req, struct msg *reply)
{
	return t->ev->screens ? ERR_OK : by_core(t, req, reply);
}

static enum err pending_list(struct turn *t, const struct msg *req, struct msg *reply);
static enum err pending_confirm(struct turn *t, const struct msg *req, struct msg *reply);
static enum err pending_refuse(struct turn *t, const struct msg *req, struct msg *reply);
static enum err today(struct turn *t, const struct msg *req, struct msg *reply);

/* FRESH: who signed in at a screen shows the passkey again.  A terminal has the account of its user, and asks instead. */
/* An act writes and does not grow, although it makes a document: somebody waits for it, also when the disk is full.  Who looks
 * after the node has no right to a row that shows a person.  Whoever reads cases has no drafts, and hears just that where the day begins. */
/* clang-format off */
#define ROWS(X) \
	X(STATUS, view_status, READS, ALL, PLAIN) \
	X(WATCH, watched, READS, ALL, UNSEEN) \
	X(ROSTER_IMPORT, admin_roster_import, FREES, ADMIN, FRESH) \
	X(ROSTER_EXPORT, admin_roster_export, READS, ADMIN | OFFICER, PLAIN) \
	X(ROSTER_SHOW, view_roster, READS, ADMIN | OFFICER, PLAIN) \
	X(ROSTER_COSIGN, admin_roster_cosign, WRITES, ADMIN, FRESH) \
	X(PARTNER_LIST, view_partner_list, READS, ALL, PLAIN) \
	X(PARTNER_SHOW, view_partner_show, READS, ALL, PLAIN) \
	X(PARTNER_AGREE, admin_agree, WRITES, ADMIN, FRESH) \
	X(PARTNER_AGREEMENT, view_agreement, READS, ALL, PLAIN) \
	X(CASE_NEW, desk_case_new, GROWS, WORKER, PLAIN) \
	X(CASE_SAME, together_say, WRITES, WORKER, PLAIN) \
	X(CASE_NEAR, desk_case_near, READS, WORKER, PLAIN) \
	X(CASE_LIST, shown_cases, READS, CASES, PLAIN) \
	X(CASE_SHOW, shown_case, READS, CASES, PLAIN) \
	X(CASE_NOTE, desk_case_note, GROWS, WORKER, PLAIN) \
	X(CASE_EDIT, desk_case_edit, GROWS, WORKER, PLAIN) \
	X(CASE_TAKE, desk_case_take, WRITES, WORKER, PLAIN) \
	X(CASE_CLOSE, desk_case_close, FREES, WORKER, PLAIN) \
	X(CASE_REOPEN, desk_case_reopen, WRITES, WORKER, PLAIN) \
	X(CASE_ERASE, desk_case_erase, FREES, WORKER, FRESH) \
	X(CONSENT_GIVE, desk_consent_give, GROWS, WORKER, PLAIN) \
	X(CONSENT_LIST, view_consent_list, READS, CASES, PLAIN) \
	X(CONSENT_SHOW, view_consent_show, READS, CASES, PLAIN) \
	X(CONSENT_WITHDRAW, desk_consent_withdraw, FREES, WORKER, PLAIN) \
	X(CONSENT_OPEN, officer_open, READS, OFFICER, FRESH) \
	X(CASE_WHO, view_who, READS, CASES | OFFICER, PLAIN) \
	X(CASE_LETTER, view_case_letter, READS, CASES, PLAIN) \
	X(REF_LETTER, view_ref_letter, READS, CASES, PLAIN) \
	X(CASE_EXPORT, view_case_export, READS, CASES | OFFICER, FRESH) \
	X(FILE_NEW, desk_file_new, GROWS, WORKER, PLAIN) \
	X(FILE_MORE, desk_file_more, GROWS, WORKER, PLAIN) \
	X(FILE_LIST, view_file_list, READS, CASES, PLAIN) \
	X(FILE_READ, view_file_read, READS, CASES, BEGINS_FRESH) \
	X(FILE_SEND, desk_file_send, GROWS, WORKER, PLAIN) \
	X(REFER, desk_refer, GROWS, WORKER, PLAIN) \
	X(ACT, desk_act, WRITES, WORKER, PLAIN) \
	X(DONE, desk_done, FREES, WORKER, PLAIN) \
	X(REF_ERASE, desk_ref_erase, FREES, WORKER, PLAIN) \
	X(DRAFT_PUT, desk_draft_put, GROWS, WORKER, PLAIN) \
	X(DRAFT_GET, desk_draft_get, READS, WORKER, PLAIN) \
	X(DRAFT_DROP, desk_draft_drop, FREES, WORKER, PLAIN) \
	X(DRAFT_LIST, desk_draft_list, READS, CASES, PLAIN) \
	X(INBOX, view_inbox, READS, CASES, PLAIN) \
	X(SENT, view_sent, READS, CASES, PLAIN) \
	X(SHOW, view_show, READS, CASES, PLAIN) \
	X(WORKLIST, view_worklist, READS, CASES, PLAIN) \
	X(TODAY, today, READS, CASES, PLAIN) \
	X(OUTBOX_LIST, view_outbox_list, READS, ADMIN | OFFICER, PLAIN) \
	X(OUTBOX_WHY, view_outbox_why, READS, ADMIN | OFFICER, PLAIN) \
	X(OUTBOX_RETRY, admin_outbox_retry, WRITES, ADMIN, FRESH) \
	X(OUTBOX_DROP, admin_outbox_drop, FREES, ADMIN, FRESH) \
	X(AUDIT_LIST, view_audit_list, READS, OFFICER, PLAIN) \
	X(AUDIT_VERIFY, view_audit_verify, READS, ADMIN | OFFICER, PLAIN) \
	X(AUDIT_CHECKPOINT, admin_checkpoint, WRITES, ADMIN, FRESH) \
	X(AUDIT_EXPORT, view_audit_export, READS, OFFICER, PLAIN) \
	X(ALARM_ACK, admin_alarm_ack, FREES, ADMIN, FRESH) \
	X(CLOCK_CONFIRM, admin_clock_confirm, WRITES, ADMIN, FRESH) \
	X(VERIFY, view_verify, READS, ADMIN | OFFICER, PLAIN) \
	X(PARTNER_RESTORED, admin_restored, FREES, ADMIN, FRESH) \
	X(PARTNER_CHECK, admin_partner_check, WRITES, ADMIN, FRESH) \
	X(CASE_RELEASE, desk_case_release, WRITES, WORKER, FRESH) \
	X(BACKUP, admin_backup, BARE, ADMIN, FRESH) \
	X(BACKUP_NEXT, admin_backup_kept, FREES, ADMIN, FRESH) \
	X(LOCK, admin_lock, BARE, ADMIN, FRESH) \
	X(PANIC, admin_panic, BARE, ADMIN, FRESH) \
	X(ADDRESS, admin_address, FREES, ADMIN, FRESH) \
	X(INVITE, admin_invite, GROWS, ADMIN, FRESH) \
	X(INVITE_LIST, admin_invite_list, READS, ADMIN | OFFICER, PLAIN) \
	X(INVITE_CANCEL, admin_invite_cancel, FREES, ADMIN, FRESH) \
	X(CONFIRM, admin_confirm, WRITES, ADMIN, FRESH) \
	X(APPROVE_LIST, admin_approve_list, READS, ADMIN | OFFICER, PLAIN) \
	X(APPROVE_GET, admin_approve_get, FREES, ADMIN, PLAIN) \
	X(APPROVE_SIGN, admin_approve_sign, FREES, ADMIN, FRESH) \
	X(PROPOSE, admin_propose, FREES, ADMIN, FRESH) \
	X(FLOW, view_figures, READS, ALL, PLAIN) \
	X(FLOW_PUBLISH, admin_publish, WRITES, OFFICER, FRESH) \
	X(STAFF_ADD, admin_staff_add, WRITES, ADMIN, FRESH) \
	X(STAFF_LIST, admin_staff_list, READS, ADMIN | OFFICER, PLAIN) \
	X(STAFF_ROLE, admin_staff_role, WRITES, ADMIN, FRESH) \
	X(STAFF_CONFIRM, admin_staff_confirm, WRITES, ADMIN, FRESH) \
	X(STAFF_END, admin_staff_end, FREES, ADMIN, FRESH) \
	X(CASE_WORKER, admin_case_worker, WRITES, WORKER, PLAIN) \
	X(HAND, admin_hand, WRITES, WORKER, PLAIN) \
	X(PENDING_LIST, pending_list, READS, WORKER | ADMIN, PLAIN) \
	X(PENDING_CONFIRM, pending_confirm, FREES, WORKER | ADMIN, FRESH) \
	X(PENDING_REFUSE, pending_refuse, FREES, WORKER | ADMIN, PLAIN) \
	X(STAFF_LINK, admin_staff_link, WRITES, ADMIN, FRESH) \
	X(STAFF_SESSIONS, admin_staff_sessions, READS, ADMIN | OFFICER, PLAIN) \
	X(STAFF_SIGNOUT, admin_staff_signout, FREES, ADMIN, FRESH) \
	X(PUBLIC_STATUS, admin_public_status, READS, ALL, OPEN) \
	X(LOGIN_BEGIN, admin_login_begin, READS, ALL, OPEN) \
	X(LOGIN_PASSKEY, admin_login_passkey, FREES, ALL, OPEN) \
	X(LOGIN_LINK, admin_login_link, FREES, ALL, OPEN) \
	X(LOGIN_PASSPHRASE, admin_login_passphrase, FREES, ALL, OPEN) \
	X(LOGOUT, admin_logout, FREES, ALL, OWN) \
	X(STEP_UP_BEGIN, admin_step_up_begin, READS, ALL, OWN) \
	X(STEP_UP, admin_step_up, FREES, ALL, OWN) \
	X(PASSKEY_BEGIN, admin_passkey_begin, READS, ALL, OWN) \
	X(PASSKEY_ADD, admin_passkey_add, WRITES, ALL, OWN_FRESH) \
	X(PASSKEY_LIST, admin_passkey_list, READS, ALL, OWN) \
	X(PASSKEY_REMOVE, admin_passkey_remove, FREES, ALL, OWN_FRESH) \
	X(SESSION_LIST, admin_session_list, READS, ALL, OWN) \
	X(SESSION_END, admin_session_end, FREES, ALL, OWN) \
	X(HANDOVER_PROPOSE, handing_propose, GROWS, WORKER, PLAIN) \
	X(HANDOVER_STEP, handing_step, WRITES, WORKER, FRESH) \
	X(HANDOVER_LIST, shown_list, READS, CASES, PLAIN) \
	X(HANDOVER_SHOW, shown_one, READS, CASES, PLAIN)

/* A row without roles is no row: it does not build. */
#define RIGHT(field, run, kind, roles, how) static_assert((roles) != 0 && ((roles) & ~ROLE_ALL) == 0, #field " names who may");
ROWS(RIGHT)
#undef RIGHT
#define ROW(field, run, kind, roles, how) {REQUEST_##field, run, TABLE_##kind, (roles), ASKER_##how},
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

/* What a colleague asked for waits on whoever could confirm it; on a page behind the first it stood there already. */
static enum err today(struct turn *t, const struct msg *req, struct msg *reply)
{
	const enum err rc = shown_today(t, req, reply);

	return rc == ERR_OK && !t->again && msg_text(req, LIST_ASK_AFTER)[0] == '\0' &&
			       (t->roles & WORKER) != 0
		       ? second_list(t, right_of, reply)
		       : rc;
}

/* What the second person would be refused is refused to the first one. */
static enum err ask_second(struct turn *t, const struct table_row *c, const struct msg *req,
			   struct msg *reply)
{
	const enum err rc = c->field == REQUEST_HANDOVER_STEP ? handing_judge(t, req) : ERR_OK;

	return rc == ERR_OK ? second_ask(t, c->field, req, c->roles, reply) : rc;
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

	t->again = t->elsewhere = false;
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

/* The same request id again: the same answer, and nothing happens twice. */
static enum err cached_reply(struct turn *t, const struct store_key *k, bool *hit)
{
	struct msg *reply;
	struct span v;
	enum err rc = replies_find(t, k, &reply);

	require(t->ev != NULL && k->len == REPLIES_KEY);
	*hit = rc == ERR_OK && reply != NULL;
	if (!*hit)
		return rc;
	msg_set_u64(reply, REPLY_REPEATED, 1);
	rc = msg_pack(t->arena, reply, &v);
	return rc == ERR_OK ? reply_with(t, v) : rc;
}

/* Of what was only tried, the same id may still do it; and without a word on the disk it is done again: a backup, a lock. */
static enum err remember_reply(struct turn *t, const struct store_key *k, struct span reply)
{
	require(k->len == REPLIES_KEY);
	return t->dry_run || t->node->bare ? ERR_OK : replies_keep(t, k, reply);
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
	/* a sign-in that is only tried would be guessing that nobody counts */
	t->dry_run = c->kind != TABLE_READS && (c->how & (ASKER_OPEN | ASKER_OWN)) == 0 &&
		     msg_u64(request, REQUEST_DRY_RUN) != 0;
	if (rc == ERR_OK && !t->dry_run)
		rc = second_needed(t, c->field, msg_get(request, c->field), &second);
	if (rc == ERR_OK)
		rc = second ? ask_second(t, c, msg_get(request, c->field), reply)
			    : c->run(t, msg_get(request, c->field), reply);
	if (rc != ERR_OK || t->elsewhere)
		return rc;
	/* what would follow is known from the first of several turns: the others only do the rest of it */
	if (t->dry_run) {
		t->again = false;
		msg_set_u64(reply, REPLY_DRY_RUN, 1);
	}
	if (t->again)
		return go_on(t, c, reply);
	msg_set_text(t->arena, reply, REPLY_COUNTRY, t->node->country);
	rc = asker_shown(t, reply);
	if (rc == ERR_OK)
		rc = waits_shown(t, reply);
	if (rc == ERR_OK)
		rc = msg_pack(t->arena, reply, &packed);
	if (rc == ERR_OK)
		rc = reply_with(t, packed);
	/* of others than the person at hand nothing is kept, and no secret */
	if (rc == ERR_OK && (msg_count(reply, REPLY_NEAR) > 0 || msg_count(reply, REPLY_SAME) > 0 ||
			     msg_has(reply, REPLY_LINK))) {
		msg_clear(reply, REPLY_NEAR);
		msg_clear(reply, REPLY_SAME);
		msg_clear(reply, REPLY_LINK);
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

/* Who tries what is not theirs leaves a trace.  Written as a reply: a refusal would undo the turn, and the entry with it.  On a full
 * disk it is refused without one. */
static enum err refuse_right(struct turn *t)
{
	const char *detail = asker_trace(t);
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

bool table_allows_session(const struct node *n, const struct id32 *key, uint64_t wall_ms,
			  uint64_t mono_ms, unsigned field)
{
	const struct session *s = session_find(n, key, wall_ms, mono_ms);

	require(field != 0);
	return s != NULL && (s->roles & right_of(field)) != 0;
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
	require(t->txn != NULL);
	t->staff = t->on_behalf = (struct id16){{0}};
	t->roles = 0;
	t->session = NULL;
	if (rc == ERR_INVAL) /* a text */
		return turn_refuse_with(t, rc, REFUSAL_TEXT_REFUSED,
					say_field("field", why.text, field));
	if (rc != ERR_OK)
		return turn_refuse(t, rc, REFUSAL_REQUEST_NOT_UNDERSTOOD);
	if (msg_u64(request, REQUEST_VERSION) != CONTROL_VERSION)
		return turn_refuse(t, ERR_INVAL, REFUSAL_CLIENT_OF_ANOTHER_VERSION);
	c = row_of(request, &present);
	id = msg_bytes(request, REQUEST_REQUEST_ID);
	if (c == NULL || present != 1 || (id.len != 0 && id.len != REPLIES_ID))
		return turn_refuse(t, ERR_INVAL, REFUSAL_REQUEST_NOT_ONE);
	rc = asker_check(t, request, roles_of(c, request), c->how);
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
	if (c->kind != TABLE_READS && (c->how & (ASKER_OPEN | ASKER_OWN)) == 0 &&
	    id.len == REPLIES_ID) {
		replies_key(t, id, ev->uid, &k);
		rc = cached_reply(t, &k, &hit);
		if (rc != ERR_OK || hit)
			return rc;
	}
	return run(t, c, request, &k);
}
