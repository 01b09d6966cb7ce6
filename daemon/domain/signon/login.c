/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A sign-in that fails is answered as a reply and not as a refusal, which would undo the turn and with it the count of failures and
 * the entry of the log.
 */
#include "domain/signon/login.h"

#include <string.h>

#include "base/check.h"
#include "base/origin.h"
#include "base/text.h"
#include "crypto/foreign.h"
#include "domain/admin/staff.h"
#include "domain/evidence/audit.h"
#include "domain/signin/webauthn.h"

enum { MINUTE_MS = 60000, META_FAILED = 18 };

/* What a browser says of a passkey that it used. */
static const char get_type[] = "webauthn.get", create_type[] = "webauthn.create";

enum err login_note(struct turn *t, enum err outcome, const char *detail)
{
	return audit_add(t, &(struct audit_entry){
				    .event = AUDIT_SIGN_IN, .outcome = outcome, .detail = detail});
}

/* Passkeys are bound to an address: without one nothing of this means anything. */
enum err login_screens(struct turn *t)
{
	return t->node->web.origin[0] != '\0' ? ERR_OK
					      : turn_refuse(t, ERR_STATE, REFUSAL_SCREENS_OFF);
}

/* What anybody may see who opens the first page. */
enum err admin_public_status(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct node *n = t->node;
	const struct peer *self = state_peer_by_id(t->node, &n->node_id);
	struct msg *m = msg_sub(t->arena, reply, REPLY_PUBLIC);

	(void)req;
	if (self != NULL)
		msg_set_text(t->arena, m, PUBLIC_STATUS_ORG, self->org);
	if (n->web.origin[0] == '\0')
		return ERR_OK;
	msg_set_text(t->arena, m, PUBLIC_STATUS_ORIGIN, n->web.origin);
	msg_add_text(t->arena, m, PUBLIC_STATUS_LOGIN, "passkey");
	if (n->web.passphrase)
		msg_add_text(t->arena, m, PUBLIC_STATUS_LOGIN, "passphrase");
	msg_set_u64(m, PUBLIC_STATUS_IDLE_MINUTES, n->web.idle_ms / MINUTE_MS);
	return ERR_OK;
}

/* ---- challenges ---- */

enum err login_ask(struct turn *t, enum challenge_use use, const struct staff *s,
		   const struct signin *in, struct msg *reply)
{
	static const struct id16 nobody = {{0}};
	struct msg *m;
	char host[LIMIT_ORIGIN + 1];
	uint8_t challenge[32];
	enum err rc = login_screens(t);

	require((s == NULL) == (in == NULL));
	if (rc != ERR_OK)
		return rc;
	m = msg_sub(t->arena, reply, REPLY_ASK);
	challenge_make(t, use, s == NULL ? &nobody : &s->id, challenge);
	origin_host(t->node->web.origin, host, sizeof host);
	msg_set_bytes(t->arena, m, LOGIN_ASK_CHALLENGE, span_of(challenge, sizeof challenge));
	msg_set_text(t->arena, m, LOGIN_ASK_RP_ID, host);
	msg_set_text(t->arena, m, LOGIN_ASK_ORIGIN, t->node->web.origin);
	msg_set_u64(m, LOGIN_ASK_UNTIL_MS, t->wall_ms + LIMIT_CHALLENGE_MS);
	if (s == NULL)
		return ERR_OK;
	for (size_t i = 0; i < in->count; i++)
		msg_add_bytes(t->arena, m, LOGIN_ASK_CRED_IDS, in->keys[i].cred_id);
	msg_set_bytes(t->arena, m, LOGIN_ASK_USER_ID, span_of(s->id.b, sizeof s->id.b));
	msg_set_text(t->arena, m, LOGIN_ASK_USER_NAME, s->name);
	return ERR_OK;
}

/* ---- in ---- */

/* Who did, under which token and until when. */
static enum err put_session(struct turn *t, const struct staff *s, const uint8_t *token,
			    struct msg *reply)
{
	const struct session *now;
	struct id32 key;

	msg_set_bytes(t->arena, reply, REPLY_SESSION, span_of(token, SESSION_TOKEN));
	require(session_key(span_of(token, SESSION_TOKEN), &key));
	now = session_find(t->node, &key, t->wall_ms, t->mono_ms);
	if (now != NULL)
		msg_set_u64(reply, REPLY_SESSION_UNTIL_MS, session_until(t->node, now));
	return admin_staff_row(t, s, reply);
}

/* Under a new token, whatever the browser had before. */
enum err login_let_in(struct turn *t, struct staff *s, struct signin *in, const struct session *as,
		      const char *detail, struct msg *reply)
{
	uint8_t token[SESSION_TOKEN];
	struct session first = *as;
	enum err rc;

	t->staff = s->id;
	/* the roles of now: with others it is over */
	first.staff = s->id;
	first.roles = s->roles;
	in->last_ms = t->wall_ms;
	rc = signin_save(t, s, in);
	if (rc == ERR_OK)
		rc = login_note(t, ERR_OK, detail);
	if (rc != ERR_OK)
		return rc;
	failing_forget(t, &s->id);
	session_begin(t, &first, token);
	rc = put_session(t, s, token, reply);
	explicit_bzero(token, sizeof token);
	return rc;
}

/* Written by every failure: known or not, with an entry in the log or without, each waits for the disk once. */
static enum err failed_now(struct turn *t)
{
	struct store_key k = {.len = 0};
	uint8_t at[8];

	key_u8(&k, META_FAILED);
	be64_put(at, t->wall_ms);
	return turn_put(t, STORE_META, &k, span_of(at, sizeof at));
}

/* The same answer for all, and as late.  s NULL: nobody is known by it, and so nobody's door is shut; the first ones of a day are in
 * the log, or it would be filled from outside. */
enum err login_fail(struct turn *t, const struct staff *s, const char *detail, struct msg *reply)
{
	const bool shut = s != NULL && failing_shut(t, &s->id);
	enum err rc = failed_now(t);

	(void)turn_refuse_with(t, ERR_DENIED, REFUSAL_SIGN_IN_FAILED,
			       say_number("most", LIMIT_FAILURES),
			       say_number("minutes", LIMIT_FAILURES_MS / MINUTE_MS));
	turn_refused_into(t, ERR_DENIED, reply);
	if (rc != ERR_OK || shut)
		return rc; /* the entry that shut it stands in the log */
	if (s == NULL)
		return rights_refused(&t->node->rights, RIGHTS_UID_NONE, t->wall_ms) <=
				       LIMIT_REFUSED_DAY
			       ? login_note(t, ERR_DENIED, "sign-in-unknown")
			       : ERR_OK;
	t->staff = s->id;
	return login_note(t, ERR_DENIED, failing_note(t, &s->id) ? "door-shut" : detail);
}

/* What was asked, and of whom. */
struct asked {
	enum challenge_use use;
	struct id16 whom;
};

/* Checked in whole for whoever it is: spki is nobody's when the passkey is not known. */
static bool proof_holds(struct turn *t, const struct msg *req, const struct asked *a,
			struct span spki, uint32_t *counter, uint8_t challenge[32])
{
	const struct webauthn_proof p = {msg_bytes(req, PASSKEY_PROOF_AUTHENTICATOR_DATA),
					 msg_bytes(req, PASSKEY_PROOF_CLIENT_DATA),
					 msg_bytes(req, PASSKEY_PROOF_SIGNATURE)};
	char host[LIMIT_ORIGIN + 1];
	bool signed_by, ours;

	origin_host(t->node->web.origin, host, sizeof host);
	signed_by = webauthn_proof_holds(&p, spki, host, counter);
	ours = webauthn_client(p.client, get_type, t->node->web.origin, challenge) &&
	       challenge_holds(t, a->use, &a->whom, challenge);
	return signed_by && ours;
}

/* A passkey that counts and did not count on was copied, or this is an old word of it. */
static bool counts_on(const struct passkey *k, uint32_t counter)
{
	return counter > k->counter || (counter == 0 && k->counter == 0);
}

/* All rows and the whole proof, known or not: so that the answer comes as late for both. */
enum err admin_login_passkey(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct signin in = {.count = 0};
	struct staff s;
	uint8_t challenge[32];
	uint32_t counter;
	size_t at;
	bool known, ok;
	enum err rc = login_screens(t);

	require(msg_kind_of(req) == MSG_PASSKEY_PROOF);
	if (rc == ERR_OK)
		rc = signin_by_cred(t, msg_bytes(req, PASSKEY_PROOF_CRED_ID), &s, &in, &at);
	if (rc != ERR_OK)
		return rc;
	known = at < in.count;
	ok = proof_holds(t, req, &(struct asked){.use = CHALLENGE_SIGN_IN},
			 known ? in.keys[at].spki : foreign_nobody(), &counter, challenge);
	if (!known || !ok || failing_shut(t, &s.id))
		return login_fail(t, known ? &s : NULL, "sign-in-failed", reply);
	if (!counts_on(&in.keys[at], counter))
		return login_fail(t, &s, "passkey-copied", reply);
	if (!challenge_use_up(t, &s.id, challenge))
		return login_fail(t, &s, "sign-in-failed", reply);
	in.keys[at].counter = counter;
	in.keys[at].used_ms = t->wall_ms;
	return login_let_in(t, &s, &in,
			    &(struct session){.passkey = passkey_id(in.keys[at].cred_id),
					      .how = SESSION_PASSKEY},
			    "signed-in", reply);
}

/* ---- a new passkey ---- */

/* By the name of the field, so that whoever writes a page finds what is wrong. */
static enum err unfit(struct turn *t, const char *field)
{
	return turn_refuse_with(t, ERR_INVAL, REFUSAL_PASSKEY_UNFIT, say_text("field", field));
}

enum err login_take_passkey(struct turn *t, const struct staff *s, const struct msg *made,
			    struct signin *in)
{
	const struct webauthn_made m = {msg_bytes(made, PASSKEY_NEW_CRED_ID),
					msg_bytes(made, PASSKEY_NEW_AUTHENTICATOR_DATA),
					msg_bytes(made, PASSKEY_NEW_CLIENT_DATA),
					msg_bytes(made, PASSKEY_NEW_SPKI)};
	const char *name = msg_text(made, PASSKEY_NEW_NAME), *flaw;
	char host[LIMIT_ORIGIN + 1];
	uint8_t challenge[32];
	struct passkey k = {.cred_id = m.cred_id, .spki = m.spki, .created_ms = t->wall_ms};
	struct signin other;
	struct staff whose;
	size_t at;
	enum err rc;

	require(s->roles != 0);
	origin_host(t->node->web.origin, host, sizeof host);
	if (!webauthn_client(m.client, create_type, t->node->web.origin, challenge))
		return unfit(t, "client_data");
	flaw = webauthn_made_flaw(&m, host, &k.counter);
	if (flaw != NULL)
		return unfit(t, flaw);
	if (strlen(name) > (size_t)LIMIT_PASSKEY_NAME * 4)
		return unfit(t, "name");
	k.name = name;
	rc = signin_by_cred(t, m.cred_id, &whose, &other, &at);
	if (rc == ERR_OK && at != LIMIT_PASSKEYS)
		return turn_refuse(t, ERR_EXISTS, REFUSAL_PASSKEY_KNOWN);
	if (rc == ERR_OK && in->count == LIMIT_PASSKEYS)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_PASSKEYS_MANY,
					say_number("most", LIMIT_PASSKEYS));
	if (rc != ERR_OK)
		return rc;
	if (!challenge_holds(t, CHALLENGE_ADD, &s->id, challenge) ||
	    !challenge_use_up(t, &s->id, challenge))
		return turn_refuse(t, ERR_STATE, REFUSAL_CHALLENGE_OVER);
	in->keys[in->count++] = k;
	return ERR_OK;
}

/* ---- in it ---- */

/* The browser forgets its cookie; what counts is that nobody knows the token any more. */

enum err admin_logout(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	require(t->session != NULL);
	session_end(t, t->session);
	t->session = NULL;
	return login_note(t, ERR_OK, "signed-out");
}

/* Of whoever asks. */
static enum err own(struct turn *t, struct staff *s, struct signin *in)
{
	enum err rc = staff_get(t, &t->staff, s);

	require(t->session != NULL);
	return rc == ERR_OK ? signin_read(t, s, in) : rc;
}

/* A passphrase is no fresh proof of a person: somebody may have looked on. */
enum err admin_step_up_begin(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct signin in;
	struct staff s;
	enum err rc = own(t, &s, &in);

	(void)req;
	if (rc == ERR_OK && t->session->how != SESSION_PASSKEY)
		return turn_refuse(t, ERR_STATE, REFUSAL_STEP_UP_PASSKEY);
	return rc == ERR_OK ? login_ask(t, CHALLENGE_STEP_UP, &s, &in, reply) : rc;
}

/* By any passkey of this person.  The token that was known before is good for nothing from now on. */
enum err admin_step_up(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct span cred_id = msg_bytes(req, PASSKEY_PROOF_CRED_ID);
	uint8_t challenge[32], token[SESSION_TOKEN];
	struct signin in, all;
	struct staff s, whose;
	uint32_t counter;
	size_t at;
	bool known, ok;
	enum err rc = login_screens(t);

	if (rc == ERR_OK)
		rc = own(t, &s, &in);
	if (rc == ERR_OK && t->session->how != SESSION_PASSKEY)
		return turn_refuse(t, ERR_STATE, REFUSAL_STEP_UP_PASSKEY);
	if (rc == ERR_OK)
		rc = signin_by_cred(t, cred_id, &whose, &all, &at);
	if (rc != ERR_OK)
		return rc;
	known = at < all.count && id16_equal(&whose.id, &s.id);
	ok = proof_holds(t, req, &(struct asked){CHALLENGE_STEP_UP, s.id},
			 known ? in.keys[at].spki : foreign_nobody(), &counter, challenge);
	if (!ok || !known || failing_shut(t, &s.id))
		return login_fail(t, &s, "step-up-failed", reply);
	if (!counts_on(&in.keys[at], counter))
		return login_fail(t, &s, "passkey-copied", reply);
	if (!challenge_use_up(t, &s.id, challenge))
		return login_fail(t, &s, "step-up-failed", reply);
	in.keys[at].counter = counter;
	in.keys[at].used_ms = t->wall_ms;
	rc = signin_save(t, &s, &in);
	if (rc == ERR_OK)
		rc = login_note(t, ERR_OK, "step-up");
	if (rc != ERR_OK)
		return rc;
	failing_forget(t, &s.id);
	session_renew(t, t->session, token);
	rc = put_session(t, &s, token, reply);
	explicit_bzero(token, sizeof token);
	return rc;
}
