/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * It lies in the person's own row, so that it goes where the row goes.  A row that is damaged signs nobody in and hides nobody else.
 */
#include "domain/signin/passkey.h"

#include "base/check.h"
#include "crypto/hash.h"
#include "domain/state.h"

enum err signin_read(struct turn *t, const struct staff *s, struct signin *out)
{
	struct err_text why;
	struct msg *m;
	enum err rc;

	*out = (struct signin){.passphrase = ""};
	if (s->signin.len == 0)
		return ERR_OK;
	rc = msg_parse(t->arena, MSG_SIGNIN_RECORD, s->signin, &m, &why);
	if (rc != ERR_OK)
		return rc == ERR_NOMEM ? rc : ERR_CORRUPT;
	out->count = msg_count(m, SIGNIN_RECORD_PASSKEYS);
	if (out->count > LIMIT_PASSKEYS) {
		out->count = 0;
		return ERR_CORRUPT;
	}
	for (size_t i = 0; i < out->count; i++) {
		const struct msg *k = msg_at(m, SIGNIN_RECORD_PASSKEYS, i);

		out->keys[i] = (struct passkey){
			.cred_id = msg_bytes(k, PASSKEY_RECORD_CRED_ID),
			.spki = msg_bytes(k, PASSKEY_RECORD_SPKI),
			.name = msg_text(k, PASSKEY_RECORD_NAME),
			.counter = (uint32_t)msg_u64(k, PASSKEY_RECORD_COUNTER),
			.created_ms = msg_u64(k, PASSKEY_RECORD_CREATED_MS),
			.used_ms = msg_u64(k, PASSKEY_RECORD_USED_MS)};
	}
	if (msg_bytes(m, SIGNIN_RECORD_LINK).len == sizeof out->link.b) {
		memcpy(out->link.b, msg_bytes(m, SIGNIN_RECORD_LINK).p, sizeof out->link.b);
		out->link_until_ms = msg_u64(m, SIGNIN_RECORD_LINK_UNTIL_MS);
	}
	out->passphrase = msg_text(m, SIGNIN_RECORD_PASSPHRASE);
	out->last_ms = msg_u64(m, SIGNIN_RECORD_LAST_MS);
	return ERR_OK;
}

enum err signin_save(struct turn *t, struct staff *s, const struct signin *in)
{
	struct msg *m = msg_new(t->arena, MSG_SIGNIN_RECORD);
	enum err rc;

	require(in->count <= LIMIT_PASSKEYS);
	for (size_t i = 0; i < in->count; i++) {
		const struct passkey *k = &in->keys[i];
		struct msg *row = msg_add(t->arena, m, SIGNIN_RECORD_PASSKEYS);

		msg_set_bytes(t->arena, row, PASSKEY_RECORD_CRED_ID, k->cred_id);
		msg_set_bytes(t->arena, row, PASSKEY_RECORD_SPKI, k->spki);
		msg_set_text(t->arena, row, PASSKEY_RECORD_NAME, k->name);
		msg_set_u64(row, PASSKEY_RECORD_COUNTER, k->counter);
		msg_set_u64(row, PASSKEY_RECORD_CREATED_MS, k->created_ms);
		msg_set_u64(row, PASSKEY_RECORD_USED_MS, k->used_ms);
	}
	if (!bytes_zero(in->link.b, sizeof in->link.b)) {
		msg_set_bytes(t->arena, m, SIGNIN_RECORD_LINK,
			      span_of(in->link.b, sizeof in->link.b));
		msg_set_u64(m, SIGNIN_RECORD_LINK_UNTIL_MS, in->link_until_ms);
	}
	msg_set_text(t->arena, m, SIGNIN_RECORD_PASSPHRASE, in->passphrase);
	if (in->last_ms != 0)
		msg_set_u64(m, SIGNIN_RECORD_LAST_MS, in->last_ms);
	rc = msg_pack(t->arena, m, &s->signin);
	return rc == ERR_OK ? staff_put(t, s) : rc;
}

struct id16 passkey_id(struct span cred_id)
{
	const struct id32 h = hash_one(HASH_PASSKEY, cred_id);
	struct id16 id;

	memcpy(id.b, h.b, sizeof id.b);
	return id;
}

/* One who came back with a backup waits to be confirmed: perhaps that person left since. */
static bool works(const struct turn *t, const struct staff *s)
{
	return s->roles != 0 && staff_works(s, t->wall_ms) &&
	       !staff_came_back(s, t->node->rights.older_no);
}

/* Those of one person; LIMIT_PASSKEYS: none of them. */
static size_t place_of(const struct signin *in, struct span cred_id)
{
	size_t place = LIMIT_PASSKEYS;

	for (size_t i = 0; i < in->count; i++)
		if (in->keys[i].cred_id.len == cred_id.len && cred_id.len > 0 &&
		    memcmp(in->keys[i].cred_id.p, cred_id.p, cred_id.len) == 0)
			place = i;
	return place;
}

enum err signin_by_cred(struct turn *t, struct span cred_id, struct staff *s, struct signin *in,
			size_t *place)
{
	struct store_walk w = {.rc = ERR_OK};
	struct signin one;
	struct staff row;

	size_t mark = t->arena->used;

	*place = LIMIT_PASSKEYS;
	for (; staff_each(t, &w, &row); mark = t->arena->used) {
		const enum err rc = signin_read(t, &row, &one);
		const size_t at = place_of(&one, cred_id);

		if (rc == ERR_NOMEM)
			return rc;
		if (rc != ERR_OK || !works(t, &row) || at == LIMIT_PASSKEYS) {
			arena_rewind(t->arena, mark);
			continue;
		}
		*s = row;
		*in = one;
		*place = at;
	}
	return w.rc;
}

enum err signin_by_link(struct turn *t, struct span link, struct staff *s, struct signin *in,
			bool *found)
{
	const struct id32 hash = hash_one(HASH_LINK, link);
	struct store_walk w = {.rc = ERR_OK};
	struct signin one;
	struct staff row;

	size_t mark = t->arena->used;

	*found = false;
	for (; link.len == 32 && staff_each(t, &w, &row); mark = t->arena->used) {
		const enum err rc = signin_read(t, &row, &one);

		if (rc == ERR_NOMEM)
			return rc;
		if (rc != ERR_OK || !works(t, &row) ||
		    !bytes_equal_ct(one.link.b, hash.b, sizeof hash.b) ||
		    t->wall_ms > one.link_until_ms) {
			arena_rewind(t->arena, mark);
			continue;
		}
		*s = row;
		*in = one;
		*found = true;
	}
	return w.rc;
}

void signin_link(struct turn *t, struct signin *in, uint8_t secret[32])
{
	turn_random(t, secret, 32);
	in->link = hash_one(HASH_LINK, span_of(secret, 32));
	in->link_until_ms = t->wall_ms + LIMIT_LINK_MS;
}
