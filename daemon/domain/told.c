/* SPDX-License-Identifier: EUPL-1.2 */
/* The record of a case lies under the case's key, which lives on when one consent ends; what consents brought must not. */
#include "domain/told.h"

#include "base/check.h"

static struct record_place place_of(const struct id16 *case_id)
{
	return (struct record_place){.cls = RECORD_GRANT, .case_id = *case_id};
}

enum err told_open(struct turn *t, const struct id16 *case_id, struct msg *record)
{
	const struct record_place place = place_of(case_id);
	const struct span sealed = msg_bytes(record, CASE_RECORD_TOLD_SEALED);
	struct err_text why;
	struct span plain;
	struct msg *person;
	enum err rc;

	require(msg_kind_of(record) == MSG_CASE_RECORD);
	if (sealed.len == 0)
		return ERR_OK;
	rc = record_detail_open(t->txn, t->arena, &place, sealed, &plain);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = msg_parse(t->arena, MSG_PERSON, plain, &person, &why);
	if (rc != ERR_OK)
		return rc == ERR_NOMEM ? rc : ERR_CORRUPT;
	msg_put_sub(record, CASE_RECORD_TOLD, person);
	return ERR_OK;
}

enum err told_seal(struct turn *t, const struct id16 *case_id, struct msg *record)
{
	const struct record_place place = place_of(case_id);
	struct span plain, sealed;
	enum err rc;

	require(msg_kind_of(record) == MSG_CASE_RECORD);
	msg_clear(record, CASE_RECORD_TOLD_SEALED);
	if (!msg_has(record, CASE_RECORD_TOLD))
		return ERR_OK;
	rc = msg_pack(t->arena, msg_get(record, CASE_RECORD_TOLD), &plain);
	msg_clear(record, CASE_RECORD_TOLD);
	if (rc == ERR_OK && plain.len + RECORD_SEAL_EXTRA > LIMIT_PB_BYTES)
		rc = ERR_LIMIT;
	if (rc == ERR_OK)
		rc = record_grant_key(t->txn, case_id);
	if (rc == ERR_OK || rc == ERR_EXISTS)
		rc = record_detail_seal(t->txn, t->arena, &place, plain, &sealed);
	if (rc == ERR_OK)
		msg_set_bytes(t->arena, record, CASE_RECORD_TOLD_SEALED, sealed);
	return rc;
}

enum err told_forget(struct turn *t, const struct id16 *case_id)
{
	enum err rc = store_del(t->txn, STORE_GRANTKEY, span_of(case_id->b, sizeof case_id->b));

	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}
