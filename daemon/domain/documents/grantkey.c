/* SPDX-License-Identifier: EUPL-1.2 */
/* Which key a body lies under is decided once, when it is written, by the consent that its signed head names: so it can be
 * destroyed with that consent while everything else of the case lives on. */
#include "domain/documents/grantkey.h"

#include "base/check.h"
#include "domain/documents/shut.h"
#include "proto/acts.h"

static struct span id_span(const struct id16 *id)
{
	return span_of(id->b, sizeof id->b);
}

bool grantkey_lives(struct turn *t, const struct id16 *grant)
{
	return record_key_exists(t->txn, RECORD_GRANT, grant);
}

enum err grantkey_make(struct turn *t, const struct id16 *grant)
{
	enum err rc;

	require(!bytes_zero(grant->b, sizeof grant->b));
	if (record_exists(t->txn, STORE_ERASED, id_span(grant)))
		return ERR_OK;
	rc = record_grant_key(t->txn, grant);
	return rc == ERR_EXISTS ? ERR_OK : rc;
}

enum err grantkey_drop(struct turn *t, const struct id16 *grant, bool *had)
{
	enum err rc = store_del(t->txn, STORE_GRANTKEY, id_span(grant));

	*had = rc == ERR_OK;
	return rc == ERR_OK || rc == ERR_NOTFOUND ? shut_drop(t, grant) : rc;
}

/* Between whom the consent is that was looked at last. */
struct grant_parties {
	struct id16 id;
	uint64_t stamp; /* what must be unchanged */
	uint16_t peer;
	bool received;
};

/* A record, and what it lies under. */
static uint64_t stamp_of(const struct turn *t)
{
	return (uint64_t)store_changes(t->txn, STORE_GRANT) +
	       store_changes(t->txn, STORE_GRANTKEY) + store_changes(t->txn, STORE_SHUT) +
	       store_changes(t->txn, STORE_CASEKEY);
}

void grantkey_know(struct turn *t, const struct id16 *grant, const struct msg *record)
{
	require(msg_kind_of(record) == MSG_GRANT_RECORD);
	if (t->parties == NULL)
		t->parties = arena_keep(t->arena, sizeof *t->parties);
	if (t->parties == NULL)
		return; /* the turn fails: turn_whole */
	*t->parties = (struct grant_parties){*grant, stamp_of(t),
					     (uint16_t)msg_u64(record, GRANT_RECORD_PEER),
					     msg_u64(record, GRANT_RECORD_RECEIVED) != 0};
}

/* ERR_NOTFOUND: there is none, or its key is gone. */
static enum err look(struct turn *t, const struct id16 *grant, const struct grant_parties **out)
{
	const struct store_key k = turn_key_id(grant);
	struct msg *m;
	enum err rc = ERR_OK;

	if (t->parties == NULL || t->parties->stamp != stamp_of(t) ||
	    !id16_equal(&t->parties->id, grant)) {
		rc = turn_get_msg(t, STORE_GRANT, &k, MSG_GRANT_RECORD, &m);
		if (rc == ERR_OK)
			grantkey_know(t, grant, m);
	}
	*out = t->parties;
	return rc == ERR_OK && *out == NULL ? ERR_NOMEM : rc;
}

/* A partner's head names what it likes: only a consent of these two counts, and of what a partner said only one that it
 * collected itself.
 *
 *	type      who said it   consent collected by   goes with it
 *	MESSAGE   either        either                 yes
 *	other     the partner   the partner            yes, the consent itself too
 *	other     the partner   us                     no: our partner's word about its work for our person
 *	other     we            either                 no */
enum err grantkey_holds(struct turn *t, uint16_t sender, uint16_t type, const struct id16 *grant,
			bool *yes)
{
	const struct grant_parties *of;
	enum err rc;

	*yes = false;
	if (bytes_zero(grant->b, sizeof grant->b) || !grantkey_lives(t, grant))
		return ERR_OK;
	if (sender == 0) {
		*yes = type == DOC_MESSAGE;
		return ERR_OK;
	}
	rc = look(t, grant, &of);
	if (rc == ERR_OK)
		*yes = of->peer == sender && (type == DOC_MESSAGE || of->received);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}
