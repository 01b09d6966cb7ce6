/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A message says what two workers need from each other: a question, an appointment, a changed telephone.  It moves nothing, so
 * it is never refused because the referral changed meanwhile.  How to reach the person is typed once: it goes to the partner and
 * stands in our own file.
 *
 * A recall is an ERROR whose author says that it was sent by mistake.  That is only true when nobody can have begun to work on
 * it:
 *
 *	the partner said something | ten minutes passed | the referral is over | recall
 *	yes                        | -                  | -                    | refused, already-acted
 *	no                         | yes                | -                    | refused, too-late
 *	no                         | no                 | yes                  | the table refuses it
 *	no                         | no                 | no                   | an ERROR like any other
 */
#include "domain/desk/message.h"

#include "base/check.h"
#include "base/plant.h"
#include "base/text.h"

#include <string.h>

#include "domain/consent/casefile.h"
#include "domain/desk/typed.h"
#include "domain/documents/message.h"
#include "domain/referral/calendar.h"
#include "domain/referral/fold.h"
#include "domain/referral/message.h"

static const char *partner_of(const struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);

	return p == NULL ? "" : p->org;
}

enum err desk_recall_check(struct turn *t, const struct thread *th, const struct msg *req)
{
	if (msg_u64(req, ACT_NEW_TYPE) != DOC_ERROR || th->role != THREAD_SENDER ||
	    strcmp(msg_text(req, ACT_NEW_REASON), "sent-by-mistake") != 0)
		return ERR_OK;
	if (th->their_no > 0 && !planted(PLANT_RECALL_LATE))
		return turn_refuse_with(t, ERR_STATE, REFUSAL_RECALL_ALREADY_ACTED,
					say_text("partner", partner_of(t, th)));
	if (t->wall_ms > th->created_ms + LIMIT_RECALL_MS)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_RECALL_TOO_LATE,
					say_moment("when", th->created_ms));
	return ERR_OK;
}

/* In the words of whoever typed it: which field, and how long it may be. */
static enum err refuse_flaw(struct turn *t, const struct msg *body, enum message_flaw flaw,
			    const char *field)
{
	switch (flaw) {
	case MESSAGE_SOUND:
		break;
	case MESSAGE_SAYS_NOTHING:
		return turn_refuse(t, ERR_INVAL, REFUSAL_MESSAGE_EMPTY);
	case MESSAGE_TEXT_LONG:
		return turn_refuse_with(
			t, ERR_LIMIT, REFUSAL_MESSAGE_LONG,
			say_number("count", message_length(msg_text(body, MESSAGE_TEXT))),
			say_number("most", LIMIT_MESSAGE));
	case MESSAGE_PLACE_LONG:
		return turn_refuse_with(t, ERR_LIMIT, REFUSAL_MESSAGE_PLACE_LONG,
					say_number("most", LIMIT_MESSAGE_PLACE));
	case MESSAGE_OF_PERSON:
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_MESSAGE_OF_PERSON,
					say_code("field", LIST_PERSON, field));
	}
	return ERR_OK;
}

/* A day that is still to come, at noon, so that it is the same day where it is read; and an entry that is there. */
static enum err put_day(struct turn *t, const struct thread *th, const struct msg *req,
			struct msg *m)
{
	const char *here = t->node->country;
	const uint64_t date_ms = msg_u64(req, ACT_NEW_DATE_MS);
	const uint64_t answers = msg_u64(req, ACT_NEW_ANSWERS);

	if (date_ms != 0 && calendar_day(here, date_ms) < calendar_day(here, t->wall_ms))
		return turn_refuse(t, ERR_INVAL, REFUSAL_MESSAGE_DAY_PAST);
	if (date_ms != 0)
		msg_set_u64(m, MESSAGE_DATE_MS, calendar_noon(here, date_ms));
	if (answers > th->their_no || (msg_has(req, ACT_NEW_ANSWERS) && answers == 0))
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_MESSAGE_ANSWERS_NOTHING,
					say_text("partner", partner_of(t, th)),
					say_number("number", answers),
					say_number("count", th->their_no));
	if (answers != 0)
		msg_set_u64(m, MESSAGE_ANSWERS, answers);
	return ERR_OK;
}

enum err desk_message_make(struct turn *t, const struct thread *th, const struct msg *req,
			   struct msg **body)
{
	struct msg *m = msg_new(t->arena, MSG_MESSAGE), *person = msg_new(t->arena, MSG_PERSON);
	const char *field;
	enum message_flaw flaw;
	enum err rc;

	require(msg_kind_of(req) == MSG_ACT_NEW);
	*body = m;
	if (m == NULL || person == NULL)
		return ERR_NOMEM;
	if (!text_blank(msg_text(req, ACT_NEW_TEXT)))
		msg_set_text(t->arena, m, MESSAGE_TEXT, msg_text(req, ACT_NEW_TEXT));
	if (!text_blank(msg_text(req, ACT_NEW_PLACE)))
		msg_set_text(t->arena, m, MESSAGE_PLACE, msg_text(req, ACT_NEW_PLACE));
	if (msg_has(req, ACT_NEW_PERSON))
		msg_copy_fields(person, msg_get(req, ACT_NEW_PERSON));
	msg_drop_empty(person);
	if (msg_cats(person) != 0)
		msg_put_sub(m, MESSAGE_PERSON, person);
	flaw = message_flaw(m, &field);
	if (flaw != MESSAGE_SOUND)
		return refuse_flaw(t, m, flaw, field);
	rc = typed_person(t, person);
	return rc == ERR_OK ? put_day(t, th, req, m) : rc;
}

enum err desk_message_own(struct turn *t, struct thread *th, const struct msg *body)
{
	const struct msg *person = msg_get(body, MESSAGE_PERSON);
	enum err rc;

	require(msg_kind_of(body) == MSG_MESSAGE);
	rc = message_heard(t, th, true, th->my_no + 1, th->their_no, body);

	if (rc != ERR_OK || person == NULL || msg_cats(person) == 0)
		return rc;
	rc = casefile_amend(t, &th->case_id, person);
	return rc == ERR_OK ? casefile_entry(t, &th->case_id, "case-edited", NULL, &th->id) : rc;
}
