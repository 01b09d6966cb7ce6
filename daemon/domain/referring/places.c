/* SPDX-License-Identifier: EUPL-1.2 */
/* What stands outside consent and agreement is never free words: so a place is a member, by the name that the roster has, or it is
 * "outside", and its name goes as a message. */
#include "domain/referring/places.h"

#include "base/check.h"

#include <string.h>

#include "domain/documents/passing.h"
#include "domain/documents/words.h"
#include "domain/membership/names.h"

struct place {
	const char *word;	   /* as the body has it */
	const struct peer *member; /* NULL: none, or outside */
};

/* A better place: none, a member, as the roster writes it, or a place outside the federation.  The name of the
 * last goes as a message, within consent and agreement: what stands outside both is never free words. */
static enum err place(struct turn *t, const struct thread *th, const struct msg *req,
		      const char *typed, struct msg *m, struct place *out)
{
	const struct peer *p = NULL;
	enum err rc;

	require(typed != NULL);
	*out = (struct place){typed, NULL};
	if (names_same(typed, "none") && msg_count(req, ACT_NEW_TARGETS) == 0) {
		out->word = "none";
		return ERR_OK;
	}
	if (strcmp(typed, "outside") == 0 && msg_text(req, ACT_NEW_TEXT)[0] != '\0')
		return ERR_OK; /* the text says where */
	rc = names_member(t, typed, &p);
	if (rc != ERR_OK)
		return rc;
	if (p != NULL && p->self)
		return turn_refuse(t, ERR_INVAL, REFUSAL_PLACE_IS_THIS_NODE);
	if (p != NULL && p->no == th->peer)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_PLACE_IS_THE_SENDER,
					say_text("partner", p->org));
	if (p != NULL && (p->classes & WIRE_MEMBER) == 0)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_PLACE_HOLDS_NO_CASES,
					say_text("partner", p->org));
	if (p == NULL &&
	    (names_same(typed, "none") || strcmp(typed, "outside") == 0 || !words_place(typed)))
		return turn_refuse(t, ERR_INVAL, REFUSAL_PLACE_UNCLEAR);
	/* as the roster writes it and not as it was typed: the reader finds the member by it */
	*out = (struct place){p != NULL ? p->org : "outside", p};
	if (p == NULL)
		msg_add_text(t->arena, m, ACT_OUTSIDE, typed);
	return ERR_OK;
}

/* A better place for the person: a member by the name the roster has, or outside in words under consent. */
enum err referring_places(struct turn *t, const struct thread *th, const struct msg *req,
			  struct msg *m)
{
	const char *alternative = msg_text(req, ACT_NEW_ALTERNATIVE);
	struct place to = {"", NULL};
	enum err rc = ERR_OK;

	if (msg_count(req, ACT_NEW_TARGETS) > PASSING_TARGETS) /* more is no sound redirect */
		return turn_refuse_with(t, ERR_LIMIT, REFUSAL_PLACES_MANY,
					say_number("most", PASSING_TARGETS));
	if (alternative[0] != '\0') {
		rc = place(t, th, req, alternative, m, &to);
		msg_set_text(t->arena, m, ACT_ALTERNATIVE, to.word);
	}
	for (size_t i = 0; rc == ERR_OK && i < msg_count(req, ACT_NEW_TARGETS); i++) {
		rc = place(t, th, req, msg_text_at(req, ACT_NEW_TARGETS, i), m, &to);
		if (rc != ERR_OK)
			break;
		msg_add_text(t->arena, m, ACT_TARGETS, to.word);
		/* a name may change and stand for another one: by the id the sender's node goes there */
		if (to.member != NULL)
			msg_add_bytes(t->arena, m, ACT_TARGET_IDS,
				      span_of(to.member->node_id.b, 32));
	}
	return rc;
}
