/* SPDX-License-Identifier: EUPL-1.2 */
/* An invite is a row until it expired: how far its joining came, how often it was tried, and what both sides said.  It is
 * found by a session id that the newcomer learns in the handshake; the secret in it opens one joining. */
#include "domain/newcomer/invite.h"

#include "base/check.h"
#include "domain/membership/roster.h"

enum err invite_save(struct turn *t, const struct id16 *session, const struct msg *m)
{
	const struct store_key k = turn_key_id(session);
	struct span v;
	enum err rc = msg_pack(t->arena, m, &v);

	return rc == ERR_OK ? turn_put(t, STORE_INVITE, &k, v) : rc;
}

enum err invite_load(struct turn *t, const struct id16 *session, struct msg **m)
{
	const struct store_key k = turn_key_id(session);

	return turn_get_msg(t, STORE_INVITE, &k, MSG_INVITE_RECORD, m);
}

/* Damaged ones too: session comes from the key, so that a list can name them. */
enum err invite_any(struct turn *t, struct store_key *at, struct id16 *session, struct msg **m)
{
	struct store_row row;
	enum err rc = store_next_prefix(t->txn, STORE_INVITE, span_of(NULL, 0), at, &row);

	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 16)
		return ERR_CORRUPT;
	memcpy(session->b, row.key.p, 16);
	rc = invite_load(t, session, m);
	if (rc != ERR_CORRUPT)
		return rc;
	*m = NULL;
	return ERR_OK;
}

/* One that is damaged opens no door; the list of invites names it. */
enum err invite_next(struct turn *t, struct store_key *at, struct id16 *session, struct msg **m)
{
	enum err rc;

	do
		rc = invite_any(t, at, session, m);
	while (rc == ERR_OK && *m == NULL);
	return rc;
}

bool invite_is(const struct msg *m, const char *state)
{
	return strcmp(msg_text(m, INVITE_RECORD_STATE), state) == 0;
}

bool invite_in_time(const struct turn *t, const struct msg *m)
{
	return msg_u64(m, INVITE_RECORD_EXPIRES_MS) > t->wall_ms;
}

/* May its token still begin a handshake?  Each one begun is a try, and tries are few: so are guesses. */
bool invite_usable(const struct turn *t, const struct msg *m)
{
	return (invite_is(m, INVITE_OPEN) || invite_is(m, INVITE_MET) ||
		invite_is(m, INVITE_REVEALED)) &&
	       invite_in_time(t, m) && msg_u64(m, INVITE_RECORD_ATTEMPTS) < LIMIT_ONBOARD_ATTEMPTS;
}

/* May somebody still ask about it? */
bool invite_alive(const struct turn *t, const struct msg *m)
{
	return invite_usable(t, m) ||
	       (invite_in_time(t, m) &&
		(invite_is(m, INVITE_MET) || invite_is(m, INVITE_REVEALED) ||
		 invite_is(m, INVITE_CONFIRMED) || invite_is(m, INVITE_APPROVED)));
}

/* For the token: by the hash of its first entry a newcomer knows the federation that it was invited to. */
enum err invite_genesis(struct turn *t, struct id32 *out)
{
	struct wire_roster e;
	struct span v;
	enum err rc = roster_entry(t, 0, &v);

	if (rc != ERR_OK)
		return rc;
	if (wire_roster_get(v, &e) != ERR_OK)
		return ERR_CORRUPT;
	*out = chain_hash(&e);
	return ERR_OK;
}
