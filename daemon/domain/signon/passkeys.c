/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A passkey that is taken away ends what was begun with it.  What an administrator may do about somebody else's is to shut: a way in
 * is a link, and where there was one before, two people give it.
 */
#include "domain/signon/passkeys.h"

#include <string.h>

#include "base/check.h"
#include "domain/admin/staff.h"
#include "domain/admin/wayin.h"
#include "domain/page.h"
#include "domain/people/fits.h"
#include "domain/signon/login.h"

/* ---- one's own ---- */

/* The row, and how its person signs in; a session is always of somebody who stands in the table. */
/* Read anew for each command: what another session of the same person changed counts. */
static enum err own(struct turn *t, struct staff *s, struct signin *in)
{
	enum err rc = staff_get(t, &t->staff, s);

	require(t->session != NULL);
	return rc == ERR_OK ? signin_read(t, s, in) : rc;
}

enum err admin_passkey_begin(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct signin in;
	struct staff s;
	enum err rc = own(t, &s, &in);

	(void)req;
	return rc == ERR_OK ? login_ask(t, CHALLENGE_ADD, &s, &in, reply) : rc;
}

/* What sessions and rows name it by. */
static void put_passkeys(struct turn *t, const struct signin *in, struct msg *reply)
{
	require(in->count <= LIMIT_PASSKEYS);
	for (size_t i = 0; i < in->count; i++) {
		const struct passkey *k = &in->keys[i];
		const struct id16 id = passkey_id(k->cred_id);
		struct msg *row = msg_add(t->arena, reply, REPLY_PASSKEYS);
		char hex[33];

		bytes_hex(hex, id.b, sizeof id.b);
		msg_set_text(t->arena, row, PASSKEY_ROW_ID, hex);
		msg_set_text(t->arena, row, PASSKEY_ROW_NAME, k->name);
		msg_set_u64(row, PASSKEY_ROW_CREATED_MS, k->created_ms);
		if (k->used_ms != 0)
			msg_set_u64(row, PASSKEY_ROW_USED_MS, k->used_ms);
		if (id16_equal(&id, &t->session->passkey))
			msg_set_u64(row, PASSKEY_ROW_OWN, 1);
	}
}

/* For the page on which a person looks after them. */
enum err admin_passkey_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct signin in;
	struct staff s;
	enum err rc = own(t, &s, &in);

	(void)req;
	if (rc == ERR_OK)
		put_passkeys(t, &in, reply);
	return rc;
}

/* One more, for another device, so that one that is lost shuts nobody out. */
enum err admin_passkey_add(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct signin in;
	struct staff s;
	enum err rc = own(t, &s, &in);

	require(msg_kind_of(req) == MSG_PASSKEY_NEW);
	if (rc == ERR_OK && t->node->web.origin[0] == '\0')
		return turn_refuse(t, ERR_STATE, REFUSAL_SCREENS_OFF);
	if (rc == ERR_OK)
		rc = login_take_passkey(t, &s, req, &in);
	if (rc == ERR_OK)
		rc = signin_save(t, &s, &in);
	if (rc != ERR_OK)
		return rc;
	put_passkeys(t, &in, reply);
	return login_note(t, ERR_OK, "passkey-added");
}

/* Also the last one: it may be in another's hands. */
enum err admin_passkey_remove(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *text = msg_text(req, BY_ID_ID);
	struct fits f = {0};
	struct signin in;
	struct staff s;
	enum err rc = own(t, &s, &in);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < in.count; i++) {
		const struct id16 id = passkey_id(in.keys[i].cred_id);

		fits_try(&f, &id, text);
	}
	if (f.count != 1)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_PASSKEY_UNKNOWN);
	for (size_t i = 0; i < in.count; i++) {
		const struct id16 id = passkey_id(in.keys[i].cred_id);

		if (!id16_equal(&id, &f.first))
			continue;
		memmove(&in.keys[i], &in.keys[i + 1], (in.count - i - 1) * sizeof in.keys[0]);
		in.count--;
		break;
	}
	rc = signin_save(t, &s, &in);
	if (rc != ERR_OK)
		return rc;
	put_passkeys(t, &in, reply);
	(void)session_end_of(t, &s.id, &f.first);
	return login_note(t, ERR_OK, "passkey-removed");
}

/* ---- sessions ---- */

static enum err put_session(struct turn *t, const struct session *s, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_SESSIONS);
	char name[STAFF_NAME + 1];
	enum err rc = staff_name(t, &s->staff, name);

	if (rc != ERR_OK)
		return rc;
	msg_set_text(t->arena, row, SESSION_ROW_NAME, name);
	msg_set_u64(row, SESSION_ROW_CREATED_MS, s->created_ms);
	msg_set_u64(row, SESSION_ROW_SEEN_MS, s->seen_ms);
	msg_set_u64(row, SESSION_ROW_UNTIL_MS, session_until(t->node, s));
	msg_set_text(t->arena, row, SESSION_ROW_HOW,
		     s->how == SESSION_PASSKEY ? "passkey" : "passphrase");
	if (s == t->session)
		msg_set_u64(row, SESSION_ROW_OWN, 1);
	return ERR_OK;
}

/* of NULL: everybody's. */
static enum err list(struct turn *t, const struct id16 *of, struct msg *reply)
{
	const struct session *s;
	size_t place = 0;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && (s = session_each(t, &place)) != NULL)
		if (of == NULL || id16_equal(&s->staff, of))
			rc = put_session(t, s, reply);
	return rc;
}

enum err admin_session_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	require(t->session != NULL);
	return list(t, &t->staff, reply);
}

/* Everywhere: for whoever left a screen open somewhere. */
enum err admin_session_end(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	require(t->session != NULL);
	t->session = NULL;
	msg_set_u64(reply, REPLY_COUNT, session_end_of(t, &t->staff, NULL));
	return login_note(t, ERR_OK, "signed-out");
}

/* ---- an administrator's ---- */

enum err admin_staff_link(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct staff s;
	enum err rc = admin_staff_find(t, msg_text(req, BY_ID_ID), &s);

	if (rc == ERR_OK && t->node->web.origin[0] == '\0')
		return turn_refuse(t, ERR_STATE, REFUSAL_SCREENS_OFF);
	if (rc == ERR_OK)
		rc = wayin_link(t, &s, reply);
	if (rc == ERR_OK)
		rc = admin_staff_row(t, &s, reply);
	return rc == ERR_OK ? login_note(t, ERR_OK, "link-made") : rc;
}

enum err admin_staff_sessions(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	return list(t, NULL, reply);
}

/* For a device that was lost: at once, by one administrator alone; another way in takes two. */
enum err admin_staff_signout(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct staff s;
	struct signin none = {.passphrase = ""};
	struct signin in;
	enum err rc = admin_staff_find(t, msg_text(req, STAFF_SIGNOUT_WHO), &s);

	if (rc == ERR_OK && msg_u64(req, STAFF_SIGNOUT_PASSKEYS) != 0) {
		/* that there were some is kept: another link takes a second person all the same */
		none.last_ms = signin_read(t, &s, &in) == ERR_OK && in.last_ms != 0 ? in.last_ms
										    : t->wall_ms;
		rc = signin_save(t, &s, &none);
	}
	if (rc != ERR_OK)
		return rc;
	if (t->session != NULL && id16_equal(&s.id, &t->staff))
		t->session = NULL;
	msg_set_u64(reply, REPLY_COUNT, session_end_of(t, &s.id, NULL));
	rc = admin_staff_row(t, &s, reply);
	return rc == ERR_OK ? login_note(t, ERR_OK,
					 msg_u64(req, STAFF_SIGNOUT_PASSKEYS) != 0
						 ? "passkeys-taken"
						 : "signed-out-by-other")
			    : rc;
}
