/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two cases never become one: what a partner told lies under keys of its own and goes when its consent does, and what is ours must not
 * go with it.  So people say that both are of one person, and every page about the person has both.  Whoever was mistaken takes it back,
 * and nothing is left of it.
 */
#include "domain/papers/together.h"

#include "base/check.h"

#include "domain/consent/casefile.h"
#include "domain/evidence/audit.h"
#include "domain/handover/rows.h"
#include "domain/views/find.h"

static enum err closed(struct turn *t, const struct id16 *id, bool *yes)
{
	uint64_t until_ms;
	enum err rc = rows_closed(t, id, &until_ms, NULL);

	*yes = rc != ERR_OK || until_ms != 0;
	return rc;
}

enum err together_of(struct turn *t, const struct id16 *id, struct same *out)
{
	struct same all;
	enum err rc = same_of(t, id, &all);

	*out = (struct same){.id = {*id}, .count = 1};
	for (size_t i = 1; rc == ERR_OK && i < all.count; i++) {
		bool no;

		rc = closed(t, &all.id[i], &no);
		if (rc == ERR_OK && !no)
			out->id[out->count++] = all.id[i];
	}
	require(out->count <= SAME_MOST);
	return rc;
}

static enum err row_of(struct turn *t, const struct id16 *id, struct msg *reply)
{
	const struct peer *from;
	struct msg *m, *person, *row;
	char hex[33];
	bool no;
	enum err rc = closed(t, id, &no);

	if (rc == ERR_OK)
		rc = casefile_load(t, id, &m);
	if (rc == ERR_OK)
		rc = casefile_person(t, id, m, &person);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	row = msg_add(t->arena, reply, REPLY_SAME);
	bytes_hex(hex, id->b, sizeof id->b);
	msg_set_text(t->arena, row, CASE_ROW_ID, hex);
	/* its number is on old letters of ours: whoever asks for it learns that it is of this person, and where it is from its page */
	if (no)
		return ERR_OK;
	from = state_peer(t->node, (uint16_t)msg_u64(m, CASE_RECORD_FROM));
	msg_set_text(t->arena, row, CASE_ROW_NAME, turn_short(t, msg_text(person, PERSON_NAME)));
	msg_set_u64(row, CASE_ROW_CREATED_MS, msg_u64(m, CASE_RECORD_CREATED_MS));
	msg_set_u64(row, CASE_ROW_CLOSED, msg_u64(m, CASE_RECORD_CLOSED));
	msg_set_u64(row, CASE_ROW_THEIRS, msg_u64(m, CASE_RECORD_THEIRS));
	if (msg_u64(m, CASE_RECORD_THEIRS) != 0 && from != NULL)
		msg_set_text(t->arena, row, CASE_ROW_PARTNER, from->org);
	return ERR_OK;
}

enum err together_rows(struct turn *t, const struct id16 *id, struct msg *reply)
{
	struct same all;
	enum err rc = same_of(t, id, &all);

	for (size_t i = 1; rc == ERR_OK && i < all.count; i++)
		rc = row_of(t, &all.id[i], reply);
	return rc;
}

/* In the log of both: who said so is asked when it was wrong. */
static enum err said(struct turn *t, const struct id16 *id, const char *detail)
{
	return audit_add(
		t, &(struct audit_entry){.event = AUDIT_CHANGE, .case_id = id, .detail = detail});
}

enum err together_join(struct turn *t, const struct id16 *id, const char *other, struct msg *reply)
{
	struct id16 o;
	enum err rc = find_case(t, other, &o);

	if (rc == ERR_OK && id16_equal(id, &o))
		return turn_refuse(t, ERR_INVAL, REFUSAL_CASE_SAME_ITSELF);
	if (rc == ERR_OK)
		rc = rows_readable(t, id);
	if (rc == ERR_OK)
		rc = rows_readable(t, &o);
	if (rc == ERR_OK)
		rc = same_join(t, id, &o);
	if (rc == ERR_LIMIT)
		return turn_refuse_with(t, rc, REFUSAL_CASE_SAME_MANY,
					say_number("most", SAME_MOST));
	if (rc == ERR_OK)
		rc = said(t, id, "same");
	if (rc == ERR_OK)
		rc = said(t, &o, "same");
	return rc == ERR_OK ? together_rows(t, id, reply) : rc;
}

/* Nothing to take back is fine: it is as it was wanted. */
static enum err part(struct turn *t, const struct id16 *id)
{
	struct same all;
	enum err rc = same_of(t, id, &all);

	for (size_t i = 0; rc == ERR_OK && i < all.count; i++)
		rc = said(t, &all.id[i], "apart");
	return rc == ERR_OK ? same_part(t, id) : rc;
}

enum err together_say(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	char hex[33];
	enum err rc = find_case(t, msg_text(req, CASE_SAME_ID), &id);

	if (rc != ERR_OK)
		return rc;
	bytes_hex(hex, id.b, sizeof id.b);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	/* one command says it and another takes it back: to the node it is one question, with or without another case */
	if (msg_text(req, CASE_SAME_OTHER)[0] == '\0')
		return part(t, &id);
	return together_join(t, &id, msg_text(req, CASE_SAME_OTHER), reply);
}
