/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The row that shuts it is taken away and put back within one transaction: nobody else reads meanwhile, and a turn that fails in
 * between never happened.  Who looked and why is written first.
 */
#include "domain/officer/open.h"

#include "base/check.h"

#include <string.h>

#include "base/limits/cases.h"
#include "base/text.h"
#include "domain/consent/bodies.h"
#include "domain/consent/bylaw.h"
#include "domain/documents/shut.h"
#include "domain/evidence/audit.h"
#include "domain/page.h"
#include "domain/referral/fold.h"
#include "domain/views/consents.h"
#include "domain/views/find.h"
#include "domain/views/history.h"

enum { REASON_MIN = 10, TOLD_MAX = 256 };

/* What its documents told of the person, the oldest first: of two words about one thing the newer one is shown. */
struct told {
	uint64_t at_ms[TOLD_MAX];
	const struct msg *person[TOLD_MAX];
	size_t count;
};

static void tell(struct told *told, uint64_t at_ms, const struct msg *person)
{
	size_t i = told->count;

	if (person == NULL || i == TOLD_MAX)
		return;
	for (; i > 0 && told->at_ms[i - 1] > at_ms; i--) {
		told->at_ms[i] = told->at_ms[i - 1];
		told->person[i] = told->person[i - 1];
	}
	told->at_ms[i] = at_ms;
	told->person[i] = person;
	told->count++;
}

/* Of one referral what came under this consent, and nothing else of it. */
static enum err open_thread(struct turn *t, const struct thread *th, const struct id16 *grant,
			    struct told *told, struct msg *reply)
{
	struct fold_step *steps;
	enum referral_state state;
	size_t count;
	enum err rc = fold_thread(t, th, &steps, &count, &state);

	for (size_t i = 0; rc == ERR_OK && i < count && turn_room(reply, REPLY_LOG); i++) {
		struct log_entry e;
		struct document d;
		struct msg *body;

		rc = thread_entry(t, th, steps[i].who == fold_our_side(th), steps[i].no, &e);
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc != ERR_OK)
			break;
		if (d.hollow || !id16_equal(&d.head.grant_id, grant))
			continue;
		rc = view_history_row(t, th, &steps[i], ~UINT64_C(0), reply);
		if (rc == ERR_OK && bodies_person_field(e.type) != 0)
			rc = document_body(t, &d, &body);
		if (rc == ERR_OK && bodies_person_field(e.type) != 0)
			tell(told, e.created_ms, msg_get(body, bodies_person_field(e.type)));
	}
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* Of the person as of a living referral: one file, out of all that was told.  No audit entry of a single document: all of them are one look. */
static enum err open_all(struct turn *t, const struct consent_scope *s, const struct id16 *grant,
			 struct msg *reply)
{
	struct told *told = arena_alloc(t->arena, sizeof *told);
	struct bodies_walk w = bodies_walk_of(s);
	struct msg *person = msg_sub(t->arena, reply, REPLY_PERSON);
	struct thread th;

	require(s->received);
	if (told == NULL || person == NULL)
		return ERR_NOMEM;
	told->count = 0;
	while (bodies_each(t, &w, &th))
		w.rows.rc = open_thread(t, &th, grant, told, reply);
	for (size_t i = 0; i < told->count; i++)
		msg_copy_fields(person, told->person[i]);
	return w.rows.rc;
}

/* What the person had agreed to stands in the document alone: of its record only the end is left. */
static enum err open_terms(struct turn *t, const struct id16 *grant, const struct msg *m,
			   struct msg *reply)
{
	struct log_entry e;
	struct document d;
	struct thread th;
	struct msg *said, *row;
	enum err rc = thread_load(t, grant, &th);

	if (rc == ERR_OK)
		rc = thread_entry(t, &th, false, 1, &e);
	if (rc == ERR_OK)
		rc = document_load(t, &e.doc, &d);
	view_grant_row(t, m, reply);
	if (rc != ERR_OK || msg_count(reply, REPLY_GRANTS) != 1)
		return rc == ERR_OK ? ERR_NOMEM : rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	row = msg_edit(reply, REPLY_GRANTS, 0);
	if (e.type != DOC_CONSENT || d.hollow) /* a restore has its end alone */
		return ERR_OK;
	rc = document_body(t, &d, &said);
	if (rc != ERR_OK)
		return rc;
	msg_set_text(t->arena, row, GRANT_ROW_PURPOSE, msg_text(said, CONSENT_GRANT_PURPOSE));
	msg_set_u64(row, GRANT_ROW_CATS, msg_u64(said, CONSENT_GRANT_CATS));
	msg_set_text(t->arena, row, GRANT_ROW_HOW, msg_text(said, CONSENT_GRANT_HOW));
	msg_set_text(t->arena, row, GRANT_ROW_GIVEN_BY, msg_text(said, CONSENT_GRANT_GIVEN_BY));
	msg_set_text(t->arena, row, GRANT_ROW_ONWARD, msg_text(said, CONSENT_GRANT_ONWARD));
	return ERR_OK;
}

static enum err looked(struct turn *t, const struct consent_scope *s, const struct id16 *grant,
		       const char *reason)
{
	return audit_look(t, &(struct audit_entry){.event = AUDIT_BREAK_GLASS,
						   .peer = s->p == NULL ? 0 : s->p->no,
						   .case_id = &s->case_id,
						   .grant = grant,
						   .detail = reason});
}

/* One consent at a time, so that the entry says exactly what was seen.  The reason is asked for where there is something to see: who types
 * a wrong id is told that, and writes nothing into the log. */
enum err officer_open(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *reason = msg_text(req, CONSENT_OPEN_REASON);
	struct consent_scope s = {.received = true};
	struct msg *terms, *m;
	struct id16 id;
	enum err rc = find_grant(t, msg_text(req, CONSENT_OPEN_ID), &id);

	if (rc != ERR_OK)
		return rc;
	rc = shut_get(t, &id, &terms);
	if (rc == ERR_NOTFOUND)
		return turn_refuse(t, ERR_STATE, REFUSAL_NOT_RESTRICTED);
	if (rc != ERR_OK)
		return rc;
	if (text_blank(reason) || strlen(reason) < REASON_MIN || strlen(reason) > LIMIT_OPEN_REASON)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_OPEN_REASON,
					say_number("least", REASON_MIN),
					say_number("most", LIMIT_OPEN_REASON));
	rc = consent_record(t, &id, &m);
	if (rc != ERR_OK || msg_bytes(m, GRANT_RECORD_CASE_ID).len != sizeof s.case_id.b)
		return rc == ERR_OK ? ERR_CORRUPT : rc;
	s.p = state_peer(t->node, (uint16_t)msg_u64(m, GRANT_RECORD_PEER));
	memcpy(s.case_id.b, msg_bytes(m, GRANT_RECORD_CASE_ID).p, sizeof s.case_id.b);
	rc = looked(t, &s, &id, reason);
	if (rc == ERR_OK)
		rc = shut_drop(t, &id);
	if (rc == ERR_OK)
		rc = open_terms(t, &id, m, reply);
	if (rc == ERR_OK)
		rc = open_all(t, &s, &id, reply);
	if (rc == ERR_OK)
		rc = shut_put(t, &id, terms);
	return rc == ERR_OK ? bylaw_row(t, &id, msg_edit(reply, REPLY_GRANTS, 0)) : rc;
}
