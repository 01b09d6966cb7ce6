/* SPDX-License-Identifier: EUPL-1.2 */
/* An administrator invites a newcomer, sees how far it came, and may take the invite back.  The name is the administrator's
 * word, never the newcomer's. */
#include "domain/admin/invites.h"

#include "base/check.h"
#include "base/date.h"
#include "base/endpoint.h"
#include "base/text.h"
#include "domain/evidence/audit.h"
#include "domain/membership/names.h"
#include "domain/newcomer/door.h"
#include "domain/newcomer/invite.h"
#include "domain/page.h"
#include "domain/people/fits.h"
#include "proto/lists.h"

static_assert(LIMIT_INVITES <= LIMIT_LIST_ROWS, "every open invite fits the list");
static_assert(sizeof((struct wire_add *)NULL)->org == LIMIT_ORG_NAME + 1,
	      "a name that is taken here fits its entry");
static_assert(sizeof((struct wire_invite *)NULL)->address == LIMIT_ENDPOINT + 1,
	      "an address fits its token");

/* net opens and closes the onboarding socket by what the invites say, and hears of it after the commit. */
static enum err changed(struct turn *t)
{
	return turn_do(t, EFFECT_MEMBERS);
}

/* One that looks like a partner's would be mistaken for it: the partner is named, for the reader sees no difference. */
static enum err check_name(struct turn *t, const char *org)
{
	uint32_t at;
	const char *flaw = text_name_fault(org, &at);
	char code[16] = "";

	if (text_blank(org))
		return turn_refuse(t, ERR_INVAL, REFUSAL_INVITE_ORG_MISSING);
	if (at != 0)
		text_format(code, sizeof code, " (U+%04X)", at);
	if (flaw != NULL)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_INVITE_ORG_WRONG,
					say_code("flaw", LIST_ERRORS, flaw),
					say_text("character", code));
	for (size_t i = 0; i < t->node->peer_count; i++)
		if (!t->node->peers[i].removed && names_same(t->node->peers[i].org, org))
			return turn_refuse_with(t, ERR_EXISTS, REFUSAL_INVITE_ORG_IS_MEMBER,
						say_text("partner", t->node->peers[i].org));
	return ERR_OK;
}

/* Two partners of one name would be mistaken for each other, so a name that is taken is refused here, before anybody
 * is told anything. */
static enum err check_invite(struct turn *t, const struct msg *req, const struct peer *self)
{
	const char *listen = msg_text(req, INVITE_NEW_LISTEN);
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;
	size_t open = 0;
	const char *flaw;
	enum err rc;

	if (self == NULL || !self->active)
		return turn_refuse(t, ERR_STATE, REFUSAL_INVITE_BY_MEMBERS_ONLY);
	rc = check_name(t, msg_text(req, INVITE_NEW_ORG));
	if (rc != ERR_OK)
		return rc;
	if (msg_text(req, INVITE_NEW_ADDRESS)[0] == '\0')
		return turn_refuse(t, ERR_INVAL, REFUSAL_INVITE_ADDRESS_MISSING);
	flaw = endpoint_flaw(msg_text(req, INVITE_NEW_ADDRESS), ENDPOINT_PUBLISH, NULL);
	if (flaw != NULL)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_ADDRESS_WRONG,
					say_code("option", LIST_OPTIONS, "--at"),
					say_code("flaw", LIST_ERRORS, flaw));
	flaw = endpoint_flaw(listen, ENDPOINT_LISTEN, NULL);
	if (flaw != NULL)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_ADDRESS_WRONG,
					say_code("option", LIST_OPTIONS, "--listen"),
					say_code("flaw", LIST_ERRORS, flaw));
	/* a damaged one opens no door (invite_each), so it takes no place either */
	while (invite_each(t, &w, &id, &m))
		open += invite_usable(t, m);
	if (w.rc != ERR_OK)
		return w.rc;
	if (open >= LIMIT_INVITES ||
	    !door_room(t->node, listen[0] == '\0' ? msg_text(req, INVITE_NEW_ADDRESS) : listen))
		return turn_refuse(t, ERR_FULL, REFUSAL_INVITE_TOO_MANY);
	return invite_forget(t);
}

/* The token carries all that the newcomer needs to find us and to know that it speaks to us. */
enum err admin_invite(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const char *at = msg_text(req, INVITE_NEW_ADDRESS),
		   *listen = msg_text(req, INVITE_NEW_LISTEN);
	struct msg *m = msg_new(t->arena, MSG_INVITE_RECORD);
	struct node_door *door = door_at(t->node, listen[0] == '\0' ? at : listen);
	struct id16 id = turn_id(t);
	struct wire_invite v = {.fed_id = t->node->fed_id};
	char token[WIRE_TOKEN_MAX + 1], hex[33];
	uint64_t expires_ms = t->wall_ms + (uint64_t)LIMIT_INVITE_DAYS * DAY_MS;
	enum err rc = check_invite(t, req, self);

	if (rc == ERR_OK)
		rc = invite_genesis(t, &v.genesis_hash);
	if (rc != ERR_OK)
		return rc;
	v.tk_pub = self->tk_pub;
	v.expiry_s = (uint32_t)(expires_ms / 1000);
	turn_random(t, v.secret.b, sizeof v.secret.b);
	memcpy(v.address, at, strlen(at) + 1);
	rc = wire_token_put(&v, token);
	if (rc != ERR_OK)
		return rc;
	msg_set_bytes(t->arena, m, INVITE_RECORD_SECRET, span_of(v.secret.b, 16));
	msg_set_text(t->arena, m, INVITE_RECORD_ORG, msg_text(req, INVITE_NEW_ORG));
	/* where net can listen may be another address than the one outside of a router */
	msg_set_text(t->arena, m, INVITE_RECORD_LISTEN, listen[0] == '\0' ? at : listen);
	msg_set_u64(m, INVITE_RECORD_EXPIRES_MS, expires_ms);
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_OPEN);
	bytes_hex(hex, id.b, sizeof id.b);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	msg_set_text(t->arena, reply, REPLY_TOKEN, token);
	if (door != NULL && door->error != 0)
		door->said = false; /* net tries again, and says anew */
	msg_set_u64(reply, REPLY_EXPIRES_MS, expires_ms);
	rc = invite_save(t, &id, m);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER, .detail = "invite"});
	return rc == ERR_OK ? changed(t) : rc;
}

/* Does net listen where this invite says, and who came there?  Nothing as long as it did not answer. */
static void put_door(struct turn *t, const struct msg *m, struct msg *row)
{
	const char *at = msg_text(m, INVITE_RECORD_LISTEN);
	const struct node_door *d = door_at(t->node, at);

	msg_set_text(t->arena, row, INVITE_ROW_LISTEN, at);
	if (!invite_alive(t, m, NULL) || d == NULL || !d->said)
		return;
	msg_set_u64(row, INVITE_ROW_LISTENING, d->error == 0);
	if (d->error != 0)
		msg_set_text(t->arena, row, INVITE_ROW_LISTEN_ERROR,
			     endpoint_trouble(d->error)->code);
	msg_set_u64(row, INVITE_ROW_STRANGERS, d->strangers);
	msg_set_u64(row, INVITE_ROW_TURNED_AWAY, d->turned_away);
	msg_set_u64(row, INVITE_ROW_TOLD_TO_WAIT, d->told_to_wait);
}

/* Dead ones too, as long as their rows are there: who invited wants to know why nobody came. */
enum err admin_invite_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id = {{0}};
	struct msg *m;

	(void)req;
	while (invite_any(t, &w, &id, &m)) {
		struct msg *r;
		char hex[33];

		if (m == NULL) {
			(void)page_damaged(t, ERR_CORRUPT, STORE_INVITE, span_of(id.b, 16), reply);
			continue;
		}
		r = msg_add(t->arena, reply, REPLY_INVITES);
		bytes_hex(hex, id.b, 16);
		msg_set_text(t->arena, r, INVITE_ROW_ID, hex);
		msg_set_text(t->arena, r, INVITE_ROW_ORG, msg_text(m, INVITE_RECORD_ORG));
		msg_set_text(t->arena, r, INVITE_ROW_STATE, invite_stage(t, m));
		msg_set_u64(r, INVITE_ROW_EXPIRES_MS, msg_u64(m, INVITE_RECORD_EXPIRES_MS));
		msg_set_u64(r, INVITE_ROW_ATTEMPTS, msg_u64(m, INVITE_RECORD_ATTEMPTS));
		put_door(t, m, r);
	}
	return w.rc;
}

/* By the digits of its id that the list shows; the secret is worth nothing from then on. */
enum err admin_invite_cancel(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *text = msg_text(req, BY_ID_ID);
	struct store_walk w = {.rc = ERR_OK};
	struct fits f = {0};
	struct id16 id;
	struct msg *m;
	enum err rc;

	(void)reply;
	/* all are looked at: whether it is clear which one is meant shows only at the end */
	while (invite_any(t, &w, &id, &m))
		fits_try(&f, &id, text);
	if (w.rc != ERR_OK)
		return w.rc;
	if (f.count > 1)
		return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_INVITE_SEVERAL,
					say_text("ids", f.ids));
	if (f.count == 0)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_INVITE_UNKNOWN);
	rc = invite_load(t, &f.first, &m);
	if (rc != ERR_OK)
		return rc;
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_DEAD);
	rc = invite_save(t, &f.first, m);
	return rc == ERR_OK ? changed(t) : rc;
}
