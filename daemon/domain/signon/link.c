/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/signon/link.h"

#include "base/check.h"
#include "domain/signon/login.h"
#include "domain/signon/phrase.h"

/* The person whose link it is. */
static enum err open_link(struct turn *t, struct span link, struct staff *s, struct signin *in)
{
	bool found;
	enum err rc = login_screens(t);

	if (rc == ERR_OK)
		rc = signin_by_link(t, link, s, in, &found);
	if (rc != ERR_OK || found)
		return rc;
	return turn_refuse(t, ERR_NOTFOUND, REFUSAL_LINK_OVER);
}

/* Without a link it is not said who signs in: whoever that is shows it by the passkey. */
enum err admin_login_begin(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct signin in;
	struct staff s;
	enum err rc;

	require(msg_kind_of(req) == MSG_LOGIN_BEGIN);
	if (!msg_has(req, LOGIN_BEGIN_LINK))
		return login_ask(t, CHALLENGE_SIGN_IN, NULL, NULL, reply);
	rc = open_link(t, msg_bytes(req, LOGIN_BEGIN_LINK), &s, &in);
	return rc == ERR_OK ? login_ask(t, CHALLENGE_ADD, &s, &in, reply) : rc;
}

/* A link begins anew: what was lost, or is in another's hands, signs nobody in from then on. */
enum err admin_login_link(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct signin in;
	struct staff s;
	const bool passkey = !msg_has(req, LOGIN_LINK_PASSPHRASE);
	struct session as = {.how = passkey ? SESSION_PASSKEY : SESSION_PASSPHRASE};
	enum err rc = open_link(t, msg_bytes(req, LOGIN_LINK_LINK), &s, &in);

	require(msg_kind_of(req) == MSG_LOGIN_LINK);
	if (rc != ERR_OK)
		return rc;
	in.count = 0;
	in.passphrase = "";
	rc = passkey ? login_take_passkey(t, &s, msg_get(req, LOGIN_LINK_PASSKEY), &in)
		     : phrase_take(t, &s, msg_text(req, LOGIN_LINK_PASSPHRASE), &in);
	if (rc != ERR_OK || t->elsewhere)
		return rc;
	in.link = (struct id32){{0}};
	in.link_until_ms = 0;
	/* they began with what holds no more */
	(void)session_end_of(t, &s.id, NULL);
	if (passkey) {
		in.keys[0].used_ms = t->wall_ms;
		as.passkey = passkey_id(in.keys[0].cred_id);
	}
	return login_let_in(t, &s, &in, &as, "link-used", reply);
}
