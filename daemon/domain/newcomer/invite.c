/* SPDX-License-Identifier: EUPL-1.2 */
/* An invite is a row until some days after it expired: how far its joining came, and the handshakes that were begun with it,
 * with what both sides said.  A handshake is found by a session id that its newcomer learns; the secret in the row opens one
 * joining. */
#include "domain/newcomer/invite.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/membership/roster.h"

static const unsigned tries[] = {INVITE_RECORD_TRY1, INVITE_RECORD_TRY2, INVITE_RECORD_TRY3};
static_assert(sizeof tries / sizeof tries[0] == LIMIT_ONBOARD_ATTEMPTS, "a place for every try");

enum err invite_save(struct turn *t, const struct id16 *id, const struct msg *m)
{
	const struct store_key k = turn_key_id(id);
	struct span v;
	enum err rc = msg_pack(t->arena, m, &v);

	return rc == ERR_OK ? turn_put(t, STORE_INVITE, &k, v) : rc;
}

enum err invite_load(struct turn *t, const struct id16 *id, struct msg **m)
{
	const struct store_key k = turn_key_id(id);

	return turn_get_msg(t, STORE_INVITE, &k, MSG_INVITE_RECORD, m);
}

/* Damaged ones too: id comes from the key, so that a list can name them. */
bool invite_any(struct turn *t, struct store_walk *w, struct id16 *id, struct msg **m)
{
	w->key_len = 16;
	if (!store_each(t->txn, STORE_INVITE, span_of(NULL, 0), w))
		return false;
	memcpy(id->b, w->row.key.p, 16);
	w->rc = invite_load(t, id, m);
	if (w->rc == ERR_CORRUPT) {
		w->rc = ERR_OK;
		*m = NULL;
	}
	return w->rc == ERR_OK;
}

/* One that is damaged opens no door; the list of invites names it. */
bool invite_each(struct turn *t, struct store_walk *w, struct id16 *id, struct msg **m)
{
	while (invite_any(t, w, id, m))
		if (*m != NULL)
			return true;
	return false;
}

enum err invite_forget(struct turn *t)
{
	const uint64_t kept_ms = (uint64_t)LIMIT_INVITES_KEPT_DAYS * DAY_MS;
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;

	while (invite_each(t, &w, &id, &m)) {
		const struct store_key k = turn_key_id(&id);

		if (msg_u64(m, INVITE_RECORD_EXPIRES_MS) + kept_ms <= t->wall_ms)
			w.rc = store_del(t->txn, STORE_INVITE, key_span(&k));
	}
	return w.rc;
}

bool invite_is(const struct msg *m, const char *state)
{
	return strcmp(msg_text(m, INVITE_RECORD_STATE), state) == 0;
}

bool invite_in_time(const struct turn *t, const struct msg *m)
{
	return msg_u64(m, INVITE_RECORD_EXPIRES_MS) > t->wall_ms;
}

/* Each handshake begun is a try, and tries are few: so are guesses. */
bool invite_usable(const struct turn *t, const struct msg *m)
{
	return invite_is(m, INVITE_OPEN) && invite_in_time(t, m) &&
	       msg_u64(m, INVITE_RECORD_ATTEMPTS) < LIMIT_ONBOARD_ATTEMPTS;
}

struct msg *invite_try(struct turn *t, struct msg *m, size_t i)
{
	require(i < LIMIT_ONBOARD_ATTEMPTS);
	return msg_has(m, tries[i]) ? msg_sub(t->arena, m, tries[i]) : NULL;
}

struct msg *invite_try_new(struct turn *t, struct msg *m)
{
	const uint64_t n = msg_u64(m, INVITE_RECORD_ATTEMPTS);

	require(invite_usable(t, m) && n < LIMIT_ONBOARD_ATTEMPTS);
	msg_set_u64(m, INVITE_RECORD_ATTEMPTS, n + 1);
	return msg_sub(t->arena, m, tries[n]);
}

bool invite_try_waits(const struct msg *m, const struct msg *try)
{
	return invite_is(m, INVITE_OPEN) && try != NULL && msg_u64(try, INVITE_TRY_OVER) == 0 &&
	       msg_text(try, INVITE_TRY_DIGITS)[0] != '\0';
}

/* Handshakes of it that may go on: with digits, or all. */
static size_t going(const struct msg *m, bool with_digits)
{
	size_t n = 0;

	for (size_t i = 0; i < LIMIT_ONBOARD_ATTEMPTS; i++) {
		const struct msg *try = msg_get(m, tries[i]);

		n += try != NULL && msg_u64(try, INVITE_TRY_OVER) == 0 &&
		     (!with_digits || invite_try_waits(m, try));
	}
	return n;
}

const char *invite_stage(const struct turn *t, const struct msg *m)
{
	if (invite_is(m, INVITE_APPROVED))
		return INVITE_APPROVED;
	if (!invite_in_time(t, m) || invite_is(m, INVITE_DEAD))
		return INVITE_DEAD;
	if (invite_is(m, INVITE_CONFIRMED))
		return INVITE_CONFIRMED;
	return going(m, true) != 0    ? INVITE_REVEALED
	       : going(m, false) != 0 ? INVITE_MET
	       : invite_usable(t, m)  ? INVITE_OPEN
				      : INVITE_DEAD;
}

/*	state		asked about until
 *	open		it expires, as long as it has tries left or a handshake that goes on
 *	confirmed	... its newcomer heard that, and a moment longer
 *	approved	... the same; one that did not hear it has some minutes
 *	dead		never */
bool invite_alive(const struct turn *t, const struct msg *m, uint64_t *until_ms)
{
	const uint64_t told_ms = msg_u64(m, INVITE_RECORD_TOLD_MS);
	uint64_t until = msg_u64(m, INVITE_RECORD_EXPIRES_MS), ends = UINT64_MAX;

	if (invite_is(m, INVITE_OPEN))
		ends = invite_usable(t, m) || going(m, false) != 0 ? UINT64_MAX : 0;
	else if (!invite_is(m, INVITE_CONFIRMED) && !invite_is(m, INVITE_APPROVED))
		ends = 0;
	else if (told_ms != 0)
		ends = told_ms + LIMIT_ONBOARD_TOLD_MS;
	else if (invite_is(m, INVITE_APPROVED))
		ends = msg_u64(m, INVITE_RECORD_APPROVED_MS) + LIMIT_ONBOARD_UNTOLD_MS;
	until = ends < until ? ends : until;
	if (until_ms != NULL)
		*until_ms = until;
	return until > t->wall_ms;
}

/* Compared in constant time: the id is what a stranger has to know. */
enum err invite_session(struct turn *t, const struct id16 *session, struct id16 *id, struct msg **m,
			struct msg **try)
{
	struct store_walk w = {.rc = ERR_OK};

	while (invite_each(t, &w, id, m)) {
		if (!invite_alive(t, *m, NULL))
			continue;
		for (size_t i = 0; i < LIMIT_ONBOARD_ATTEMPTS; i++) {
			struct span own;

			*try = invite_try(t, *m, i);
			own = msg_bytes(*try, INVITE_TRY_SESSION);
			if (*try != NULL && msg_u64(*try, INVITE_TRY_OVER) == 0 && own.len == 16 &&
			    bytes_equal_ct(own.p, session->b, 16))
				return ERR_OK;
		}
	}
	return w.rc == ERR_OK ? ERR_NOTFOUND : w.rc;
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
