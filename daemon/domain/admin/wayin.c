/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The first way in is a link: whoever is given it adds a passkey by it, once.  A link for somebody who has a way in already, at
 * a screen or as a user of this machine, is given by two people (admin/second.c), or an administrator alone could be anybody.
 */
#include "domain/admin/wayin.h"

#include <string.h>

#include "base/check.h"
#include "domain/signin/passkey.h"
#include "domain/signin/session.h"
#include "domain/signin/webauthn.h"

enum { LINK_TEXT = LIMIT_ORIGIN + WEBAUTHN_BASE64 + 16 };

/* What cannot be read was one, too. */
enum err wayin_any(struct turn *t, const struct staff *s, bool *yes)
{
	struct signin in;
	enum err rc = signin_read(t, s, &in);

	*yes = rc == ERR_CORRUPT || in.count > 0 || in.passphrase[0] != '\0' || in.last_ms != 0;
	return rc == ERR_CORRUPT ? ERR_OK : rc;
}

/* Not said where there is nothing to say, so that a node without screens shows none of it. */
enum err wayin_row(struct turn *t, const struct staff *s, struct msg *row)
{
	const struct session *one;
	struct signin in;
	size_t place = 0, open = 0;
	enum err rc = signin_read(t, s, &in);

	if (rc != ERR_OK)
		return rc == ERR_CORRUPT ? ERR_OK : rc;
	rc = rights_load(t, &t->node->rights); /* perhaps this turn changed them */
	if (rc != ERR_OK)
		return rc;
	while ((one = session_each(t, &place)) != NULL)
		open += id16_equal(&one->staff, &s->id);
	if (in.count > 0)
		msg_set_u64(row, STAFF_ROW_PASSKEYS, in.count);
	if (in.last_ms != 0)
		msg_set_u64(row, STAFF_ROW_LAST_MS, in.last_ms);
	if (open > 0)
		msg_set_u64(row, STAFF_ROW_SESSIONS, open);
	return ERR_OK;
}

/* The name stays, for the log; what it signed in with does not. */
void wayin_end(struct turn *t, struct staff *s)
{
	s->signin = span_of(NULL, 0);
	(void)session_end_of(t, &s->id, NULL);
}

/* The secret stands behind the #, which browsers send to nobody: so it is in no log. */
enum err wayin_link(struct turn *t, struct staff *s, struct msg *reply)
{
	uint8_t secret[32];
	char text[LINK_TEXT], coded[WEBAUTHN_BASE64 + 1];
	const char *origin = t->node->web.origin;
	static const char path[] = "/login#";
	struct signin in;
	enum err rc = signin_read(t, s, &in);

	if (origin[0] == '\0')
		return ERR_OK;
	if (rc == ERR_CORRUPT) /* what cannot be read is replaced by what begins anew */
		in = (struct signin){.passphrase = ""};
	else if (rc != ERR_OK)
		return rc;
	signin_link(t, &in, secret);
	webauthn_base64(secret, coded);
	memcpy(text, origin, strlen(origin));
	memcpy(text + strlen(origin), path, sizeof path - 1);
	memcpy(text + strlen(origin) + sizeof path - 1, coded, sizeof coded);
	rc = signin_save(t, s, &in);
	msg_set_text(t->arena, reply, REPLY_LINK, text);
	msg_set_u64(reply, REPLY_EXPIRES_MS, in.link_until_ms);
	explicit_bzero(secret, sizeof secret);
	explicit_bzero(coded, sizeof coded);
	explicit_bzero(text, sizeof text);
	return rc;
}
