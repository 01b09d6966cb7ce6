/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/views/caserow.h"

#include "base/check.h"
#include "domain/consent/alone.h"
#include "domain/consent/casefile.h"
#include "domain/people/same.h"

enum err caserow_add(struct turn *t, const struct id16 *id, const struct msg *m,
		     const struct msg *person, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_CASES);
	char hex[33];
	enum err rc = casefile_nameless(t, id, m, person, row, CASE_ROW_HOLLOW);

	require(m != NULL);
	bytes_hex(hex, id->b, 16);
	msg_set_text(t->arena, row, CASE_ROW_ID, hex);
	msg_set_text(t->arena, row, CASE_ROW_NAME, turn_short(t, msg_text(person, PERSON_NAME)));
	msg_set_u64(row, CASE_ROW_CREATED_MS, msg_u64(m, CASE_RECORD_CREATED_MS));
	msg_set_u64(row, CASE_ROW_CLOSED, msg_u64(m, CASE_RECORD_CLOSED));
	msg_set_u64(row, CASE_ROW_THEIRS, msg_u64(m, CASE_RECORD_THEIRS));
	return rc == ERR_OK ? same_mark(t, id, row, CASE_ROW_SAME) : rc;
}

enum err caserow_whose(struct turn *t, const struct id16 *id, struct msg *reply)
{
	struct msg *m, *person;
	enum err rc;

	require(msg_count(reply, REPLY_CASES) == 0);
	if (alone_is(t, id))
		return ERR_OK;
	rc = casefile_load(t, id, &m);
	if (rc == ERR_NOTFOUND) /* what was agreed outlives the case */
		return ERR_OK;
	if (rc == ERR_OK)
		rc = casefile_person(t, id, m, &person);
	return rc == ERR_OK ? caserow_add(t, id, m, person, reply) : rc;
}
