/* SPDX-License-Identifier: EUPL-1.2 */
/* An administrator invites, compares digits with the newcomer by voice, and confirms.  Name and class are the administrator's
 * words, never the newcomer's; how the digits were compared is signed by the roots for ever, so it is one of four words. */
#include "domain/admin/invites.h"

#include "base/check.h"
#include "base/endpoint.h"
#include "domain/evidence/audit.h"
#include "domain/membership/names.h"
#include "domain/membership/paircheck.h"
#include "domain/membership/proposal.h"
#include "domain/newcomer/invite.h"
#include "domain/newcomer/onboard.h"
#include "domain/page.h"
#include "proto/lists.h"

static_assert(LIMIT_INVITES <= LIMIT_LIST_ROWS, "every open invite fits the list");
static_assert(sizeof((struct wire_add *)NULL)->org == LIMIT_ORG_NAME + 1,
	      "a name that is taken here fits its entry");
static_assert(sizeof((struct wire_invite *)NULL)->address == LIMIT_ENDPOINT + 1,
	      "an address fits its token");
static_assert(sizeof "digits, not stated" <= sizeof((struct wire_add *)NULL)->verified_by,
	      "how digits were compared is signed whole");

/* net opens and closes the onboarding socket by what the invites say, and hears of it after the commit. */
static enum err changed(struct turn *t)
{
	return turn_effect(t, EFFECT_MEMBERS) == NULL ? ERR_NOMEM : ERR_OK;
}

/* Two partners of one name would be mistaken for each other, so a name that is taken is refused here, before anybody
 * is told anything. */
static enum err check_invite(struct turn *t, const struct msg *req, const struct peer *self)
{
	struct store_key at = {.len = 0};
	struct id16 session;
	struct msg *m;
	size_t open = 0;
	const char *flaw;
	enum err rc;

	if (self == NULL || !self->active)
		return turn_refuse(t, ERR_STATE, "this node is not a member itself", "",
				   "only members invite");
	if (msg_text(req, INVITE_NEW_ORG)[0] == '\0' ||
	    strlen(msg_text(req, INVITE_NEW_ORG)) > LIMIT_ORG_NAME)
		return turn_refuse(t, ERR_INVAL, "name the organisation", "",
				   "kring invite --org NAME");
	for (size_t i = 0; i < t->node->peer_count; i++)
		if (!t->node->peers[i].removed &&
		    names_same(t->node->peers[i].org, msg_text(req, INVITE_NEW_ORG)))
			return turn_refuse(t, ERR_EXISTS,
					   "a partner of this name is a member already",
					   "two of one name would be mistaken for each other",
					   "see: kring partner list");
	if (msg_text(req, INVITE_NEW_ADDRESS)[0] == '\0' ||
	    strlen(msg_text(req, INVITE_NEW_ADDRESS)) > LIMIT_ENDPOINT ||
	    strlen(msg_text(req, INVITE_NEW_LISTEN)) > LIMIT_ENDPOINT)
		return turn_refuse(
			t, ERR_INVAL, "name the address where the new partner reaches this node",
			"the onboarding socket has a port of its own and is off until now",
			"kring invite --org NAME --at tcp://192.0.2.1:7800");
	flaw = endpoint_flaw(msg_text(req, INVITE_NEW_ADDRESS), ENDPOINT_PUBLISH, NULL);
	if (flaw != NULL)
		return turn_refuse(t, ERR_INVAL, "--at is no address", flaw,
				   "kring invite --org NAME --at tcp://192.0.2.1:7800");
	flaw = endpoint_flaw(msg_text(req, INVITE_NEW_LISTEN), ENDPOINT_LISTEN, NULL);
	if (flaw != NULL)
		return turn_refuse(t, ERR_INVAL, "--listen is no address", flaw,
				   "kring invite --org NAME --at tcp://192.0.2.1:7800");
	/* a damaged one opens no door (invite_next), so it takes no place either */
	while ((rc = invite_next(t, &at, &session, &m)) == ERR_OK)
		open += invite_usable(t, m);
	if (rc != ERR_NOTFOUND)
		return rc;
	return open < LIMIT_INVITES ? ERR_OK
				    : turn_refuse(t, ERR_FULL, "too many open invites", "",
						  "see: kring invites list");
}

/* The token carries all that the newcomer needs to find us and to know that it speaks to us. */
enum err admin_invite(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const char *at = msg_text(req, INVITE_NEW_ADDRESS),
		   *listen = msg_text(req, INVITE_NEW_LISTEN);
	struct msg *m = msg_new(t->arena, MSG_INVITE_RECORD);
	struct id16 session = turn_id(t);
	struct wire_invite v = {.fed_id = t->node->fed_id};
	char token[WIRE_TOKEN_MAX + 1], hex[33];
	uint64_t expires_ms = t->wall_ms + (uint64_t)LIMIT_INVITE_DAYS * 86400000u;
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
		return turn_refuse(t, ERR_INVAL, "this address is too long for an invite", at, "");
	msg_set_bytes(t->arena, m, INVITE_RECORD_SECRET, span_of(v.secret.b, 16));
	msg_set_text(t->arena, m, INVITE_RECORD_ORG, msg_text(req, INVITE_NEW_ORG));
	/* where net can listen may be another address than the one outside of a router */
	msg_set_text(t->arena, m, INVITE_RECORD_LISTEN, listen[0] == '\0' ? at : listen);
	msg_set_u64(m, INVITE_RECORD_EXPIRES_MS, expires_ms);
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_OPEN);
	bytes_hex(hex, session.b, sizeof session.b);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	msg_set_text(t->arena, reply, REPLY_TOKEN, token);
	if (t->node->door_error != 0)
		t->node->door_at[0] = '\0'; /* net tries again, and says anew */
	msg_set_u64(reply, REPLY_EXPIRES_MS, expires_ms);
	rc = invite_save(t, &session, m);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER, .detail = "invite"});
	return rc == ERR_OK ? changed(t) : rc;
}

/* Does net listen where this invite says?  Nothing as long as it did not answer. */
static void put_door(struct turn *t, const struct msg *m, struct msg *row)
{
	const struct node *n = t->node;
	const char *at = msg_text(m, INVITE_RECORD_LISTEN);

	msg_set_text(t->arena, row, INVITE_ROW_LISTEN, at);
	if (!invite_alive(t, m) || strcmp(at, n->door_at) != 0)
		return;
	msg_set_u64(row, INVITE_ROW_LISTENING, n->door_error == 0);
	if (n->door_error != 0)
		msg_set_text(t->arena, row, INVITE_ROW_LISTEN_ERROR,
			     endpoint_trouble(n->door_error)->code);
}

/* Dead ones too, as long as their rows are there: who invited wants to know why nobody came. */
enum err admin_invite_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_key at = {.len = 0};
	struct id16 session = {{0}};
	struct msg *m;
	enum err rc;

	(void)req;
	while ((rc = invite_any(t, &at, &session, &m)) == ERR_OK) {
		struct msg *r;
		char hex[33];

		if (m == NULL) {
			(void)page_damaged(t, ERR_CORRUPT, STORE_INVITE, span_of(session.b, 16),
					   reply);
			continue;
		}
		r = msg_add(t->arena, reply, REPLY_INVITES);
		bytes_hex(hex, session.b, 16);
		msg_set_text(t->arena, r, INVITE_ROW_ID, hex);
		msg_set_text(t->arena, r, INVITE_ROW_ORG, msg_text(m, INVITE_RECORD_ORG));
		msg_set_text(t->arena, r, INVITE_ROW_STATE,
			     invite_alive(t, m) || invite_is(m, INVITE_APPROVED)
				     ? msg_text(m, INVITE_RECORD_STATE)
				     : INVITE_DEAD);
		msg_set_u64(r, INVITE_ROW_EXPIRES_MS, msg_u64(m, INVITE_RECORD_EXPIRES_MS));
		msg_set_u64(r, INVITE_ROW_ATTEMPTS, msg_u64(m, INVITE_RECORD_ATTEMPTS));
		put_door(t, m, r);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* By the digits of its id that the list shows; the secret is worth nothing from then on. */
enum err admin_invite_cancel(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_key at = {.len = 0};
	struct id16 session;
	struct msg *m;
	enum err rc;

	(void)reply;
	while ((rc = invite_next(t, &at, &session, &m)) == ERR_OK) {
		char hex[33];

		bytes_hex(hex, session.b, 16);
		if (strlen(msg_text(req, BY_ID_ID)) < 4 ||
		    strncmp(hex + 12, msg_text(req, BY_ID_ID), strlen(msg_text(req, BY_ID_ID))) !=
			    0)
			continue;
		msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_DEAD);
		rc = invite_save(t, &session, m);
		return rc == ERR_OK ? changed(t) : rc;
	}
	return rc == ERR_NOTFOUND
		       ? turn_refuse(t, rc, "no such invite", "", "see: kring invites list")
		       : rc;
}

/* The digits agreed: an entry for the roster, with name and class as the inviting administrator gave them. */
static enum err propose(struct turn *t, const struct id16 *session, struct msg *m, const char *how,
			struct id16 *id)
{
	const struct span hash = msg_bytes(m, INVITE_RECORD_SAS_HASH);
	const char *org = msg_text(m, INVITE_RECORD_ORG);
	struct wr w = arena_wr(t->arena, WIRE_ADD_MAX);
	struct wire_add add;
	struct err_text by = {""};

	require(invite_is(m, INVITE_REVEALED));
	require(how != NULL && id != NULL);
	if (wire_add_get(msg_bytes(m, INVITE_RECORD_JOIN), &add) != ERR_OK || hash.len != 32 ||
	    strlen(org) > LIMIT_ORG_NAME)
		return ERR_CORRUPT;
	memcpy(add.sas_hash.b, hash.p, 32);
	/* Name and class are those the inviting administrator typed, never the newcomer's. */
	memcpy(add.org, org, strlen(org) + 1);
	add.classes = WIRE_MEMBER;
	(void)err_explain(&by, ERR_OK, "digits, %s", how[0] == '\0' ? "not stated" : how);
	memcpy(add.verified_by, by.text, sizeof add.verified_by - 1);
	add.verified_by[sizeof add.verified_by - 1] = '\0';
	wire_add_put(&w, &add);
	if (w.over)
		return ERR_NOMEM;
	/* in the same turn as the proposal: digits that were used are used up */
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_CONFIRMED);
	return proposal_make(t, WIRE_ROSTER_ADD, wr_span(&w), session, id);
}

/* Wrong digits end every handshake that waits for them: it may be somebody in between. */
static enum err wrong_digits(struct turn *t, struct msg *reply, bool any)
{
	struct store_key at = {.len = 0};
	struct id16 session;
	struct msg *m;
	enum err rc;

	while ((rc = invite_next(t, &at, &session, &m)) == ERR_OK) {
		if (!invite_is(m, INVITE_REVEALED))
			continue;
		/* open again while tries are left: a slip of the tongue costs no new invite */
		msg_set_text(t->arena, m, INVITE_RECORD_STATE,
			     invite_usable(t, m) ? INVITE_OPEN : INVITE_DEAD);
		rc = invite_save(t, &session, m);
		if (rc != ERR_OK)
			return rc;
	}
	/* written as a reply: a refusal would undo the turn, and the handshakes would go on waiting */
	msg_set_text(t->arena, reply, REPLY_ERROR, turn_error_code(ERR_DENIED));
	msg_set_text(t->arena, reply, REPLY_WHAT,
		     any ? "these are not the digits" : "nobody waits for digits");
	msg_set_text(t->arena, reply, REPLY_WHY,
		     any ? "a slip of the tongue, or somebody stands in between"
			 : "the new partner has not run kring join yet, or its invite is used up");
	msg_set_text(t->arena, reply, REPLY_REMEDY,
		     any ? "call the number you know; let them run kring join again and read the "
			   "new digits aloud"
			 : "see: kring invites list");
	return rc == ERR_NOTFOUND ? changed(t) : rc;
}

/* The roots sign this for ever: only what an administrator stated, and "not stated" where nobody did. */
static bool way_known(const char *how)
{
	static const char *const ways[] = {"", "in-person", "video", "telephone"};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (strcmp(ways[i], how) == 0)
			return true;
	return false;
}

/* Digits fit one handshake or none: what they are compared with is not shown. */
enum err admin_confirm(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_key at = {.len = 0};
	struct id16 session, id;
	struct msg *m;
	bool any = false;
	char hex[33];
	enum err rc;

	if (!way_known(msg_text(req, CONFIRM_DIGITS_HOW)))
		return turn_refuse(t, ERR_INVAL, "--how does not take this value",
				   "the roster keeps for ever how the digits were compared",
				   "in-person, video, telephone");
	while ((rc = invite_next(t, &at, &session, &m)) == ERR_OK) {
		if (!invite_is(m, INVITE_REVEALED) || !invite_in_time(t, m))
			continue;
		any = true;
		if (!paircheck_same_digits(msg_text(req, CONFIRM_DIGITS_DIGITS),
					   msg_text(m, INVITE_RECORD_DIGITS)))
			continue;
		rc = propose(t, &session, m, msg_text(req, CONFIRM_DIGITS_HOW), &id);
		if (rc == ERR_OK)
			rc = invite_save(t, &session, m);
		if (rc != ERR_OK)
			return rc;
		bytes_hex(hex, id.b, 16);
		hex[20] = '\0';
		msg_set_text(t->arena, reply, REPLY_PROPOSAL, hex + 12);
		return changed(t);
	}
	return rc == ERR_NOTFOUND ? wrong_digits(t, reply, any) : rc;
}
