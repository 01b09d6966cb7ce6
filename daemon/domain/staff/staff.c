/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A person is a row, also after the work here ended: then the row gives no right and only its name, which entries of the log
 * lead to.  The name of a unix user is kept for people to read; a right follows the number, which the kernel vouches for.
 */
#include "domain/staff/staff.h"

#include <string.h>

#include "base/check.h"
#include "domain/staff/role.h"

static_assert(STAFF_NAME + STAFF_USER + STAFF_LANGUAGES + 128 < LIMIT_RECORD,
	      "a row fits a record");

static void take(char *out, size_t cap, const char *text)
{
	size_t n = strlen(text);

	n = n < cap ? n
		    : cap - 1; /* rows are written by staff_put alone, which has no longer one */
	memcpy(out, text, n);
	out[n] = '\0';
}

/* No role, or one that there is not, is damage: it must not become a right. */
static enum err read_row(struct turn *t, const struct id16 *id, struct staff *s)
{
	const struct store_key k = turn_key_id(id);
	struct msg *m;
	enum err rc = turn_get_msg(t, STORE_STAFF, &k, MSG_STAFF_RECORD, &m);

	if (rc != ERR_OK)
		return rc;
	*s = (struct staff){.id = *id,
			    .uid = (uint32_t)msg_u64(m, STAFF_RECORD_UID),
			    .roles = (uint8_t)(msg_u64(m, STAFF_RECORD_ROLES) & ROLE_ALL),
			    .added_ms = msg_u64(m, STAFF_RECORD_ADDED_MS),
			    .until_ms = msg_u64(m, STAFF_RECORD_UNTIL_MS),
			    .ended_ms = msg_u64(m, STAFF_RECORD_ENDED_MS),
			    .incarnation = (uint32_t)msg_u64(m, STAFF_RECORD_INCARNATION),
			    .signin = msg_bytes(m, STAFF_RECORD_SIGNIN)};
	if (msg_bytes(m, STAFF_RECORD_DEPUTY).len == sizeof s->deputy.b) {
		memcpy(s->deputy.b, msg_bytes(m, STAFF_RECORD_DEPUTY).p, sizeof s->deputy.b);
		s->deputy_until_ms = msg_u64(m, STAFF_RECORD_DEPUTY_UNTIL_MS);
	}
	take(s->name, sizeof s->name, msg_text(m, STAFF_RECORD_NAME));
	take(s->user, sizeof s->user, msg_text(m, STAFF_RECORD_USER));
	take(s->languages, sizeof s->languages, msg_text(m, STAFF_RECORD_LANGUAGES));
	return msg_u64(m, STAFF_RECORD_ROLES) == s->roles && s->roles != 0 ? ERR_OK : ERR_CORRUPT;
}

enum err staff_put(struct turn *t, struct staff *s)
{
	struct msg *m = msg_new(t->arena, MSG_STAFF_RECORD);
	struct store_key k;
	struct span v;
	enum err rc;

	require(s->roles != 0 && s->name[0] != '\0');
	if (bytes_zero(s->id.b, sizeof s->id.b)) {
		if (store_count(t->txn, STORE_STAFF) >= LIMIT_STAFF)
			return ERR_FULL;
		s->id = turn_id(t);
		s->added_ms = t->wall_ms;
	}
	msg_set_text(t->arena, m, STAFF_RECORD_NAME, s->name);
	msg_set_text(t->arena, m, STAFF_RECORD_USER, s->user);
	msg_set_text(t->arena, m, STAFF_RECORD_LANGUAGES, s->languages);
	msg_set_u64(m, STAFF_RECORD_UID, s->uid);
	msg_set_u64(m, STAFF_RECORD_ROLES, s->roles);
	msg_set_u64(m, STAFF_RECORD_ADDED_MS, s->added_ms);
	msg_set_u64(m, STAFF_RECORD_UNTIL_MS, s->until_ms);
	msg_set_u64(m, STAFF_RECORD_ENDED_MS, s->ended_ms);
	msg_set_u64(m, STAFF_RECORD_INCARNATION, s->incarnation);
	if (s->deputy_until_ms != 0) {
		msg_set_bytes(t->arena, m, STAFF_RECORD_DEPUTY,
			      span_of(s->deputy.b, sizeof s->deputy.b));
		msg_set_u64(m, STAFF_RECORD_DEPUTY_UNTIL_MS, s->deputy_until_ms);
	}
	if (s->signin.len != 0)
		msg_set_bytes(t->arena, m, STAFF_RECORD_SIGNIN, s->signin);
	rc = msg_pack(t->arena, m, &v);
	if (rc != ERR_OK)
		return rc;
	k = turn_key_id(&s->id);
	return turn_put(t, STORE_STAFF, &k, v);
}

enum err staff_get(struct turn *t, const struct id16 *id, struct staff *s)
{
	return read_row(t, id, s);
}

bool staff_each(struct turn *t, struct store_walk *w, struct staff *s)
{
	struct id16 id;

	w->key_len = sizeof id.b;
	if (!store_each(t->txn, STORE_STAFF, span_of(NULL, 0), w))
		return false;
	memcpy(id.b, w->row.key.p, sizeof id.b);
	w->rc = read_row(t, &id, s);
	if (w->rc == ERR_CORRUPT) { /* one row that cannot be read shuts nobody else out */
		*s = (struct staff){.id = id};
		w->rc = ERR_OK;
	}
	return w->rc == ERR_OK;
}

bool staff_works(const struct staff *s, uint64_t now_ms)
{
	return s->roles != 0 && s->ended_ms == 0 && (s->until_ms == 0 || now_ms <= s->until_ms);
}

/* A partner's word never comes so far: whoever plays an old proof again must not shut a node for its own people. */
bool staff_came_back(const struct staff *s, uint32_t older_no)
{
	require(s != NULL);
	return s->ended_ms == 0 && s->incarnation < older_no;
}

enum err staff_name(struct turn *t, const struct id16 *id, char out[STAFF_NAME + 1])
{
	struct staff s;
	enum err rc = read_row(t, id, &s);

	out[0] = '\0';
	if (rc == ERR_OK)
		memcpy(out, s.name, sizeof s.name);
	return rc == ERR_NOTFOUND || rc == ERR_CORRUPT ? ERR_OK : rc;
}
