/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What people do with a referral.  A new one is checked in the order of what costs least to mend: the need, the partner, its
 * calendar, its standing, the pair; then it is packed once to see whether consent covers it, and only then anything is
 * written.  An act is refused here, before it is signed: what the table allows, what the act's row needs, what was seen when
 * the person decided.  The reader applies none of these again.
 */
#include "domain/desk/refer.h"

#include "base/check.h"
#include "base/text.h"

#include <string.h>

#include "domain/care/acts.h"
#include "domain/care/revoke.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/consent/pack.h"
#include "domain/desk/done.h"
#include "domain/desk/message.h"
#include "domain/documents/pseudonym.h"
#include "domain/documents/words.h"
#include "domain/grant/grantdocs.h"
#include "domain/handover/rows.h"
#include "domain/loss/settled.h"
#include "domain/membership/members.h"
#include "domain/membership/names.h"
#include "domain/near/near.h"
#include "domain/oversight/first.h"
#include "domain/papers/together.h"
#include "domain/referral/deadline.h"
#include "domain/referral/fold.h"
#include "domain/referring/places.h"
#include "domain/referring/way.h"
#include "domain/staff/worker.h"
#include "domain/views/consents.h"
#include "domain/views/find.h"
#include "domain/views/may.h"
#include "domain/views/referrals.h"
#include "proto/acts.h"
#include "proto/lists.h"

enum { ENTER_URGENT = 2, SHOWN_ACTS = 3 };
static_assert(DEADLINE_TERM_DAYS + DEADLINE_GRACE_DAYS < (int)LIMIT_TERM_DAYS &&
		      DEADLINE_URGENT_DAYS + DEADLINE_URGENT_GRACE < (int)LIMIT_TERM_DAYS,
	      "our own terms are within what a reader takes (offer.c)");

/* The fields of a person that fall into these categories. */
static struct msg *select_fields(struct turn *t, const struct msg *person, uint64_t cats)
{
	struct msg *out = msg_new(t->arena, MSG_PERSON);

	if (out == NULL)
		return NULL;
	if (person != NULL)
		msg_copy_fields(out, person);
	consent_blank(out, cats);
	return out;
}

/* Says whom to phone: one member that was away can hold up a newcomer. */
static enum err refuse_unwitnessed(struct turn *t, const struct peer *p)
{
	struct members_wait wait;
	const struct peer *absent;
	struct err_text whom;
	enum err rc;

	require(!p->activated);
	rc = members_waiting(t, p, &wait);
	if (rc != ERR_OK)
		return rc;
	if (!p->active)
		return turn_refuse_with(t, ERR_DENIED, REFUSAL_PARTNER_SUSPENDED,
					say_text("partner", p->org));
	if (t->node->fork_seq != 0 && p->added_seq >= t->node->fork_seq)
		return turn_refuse_with(t, ERR_DENIED, REFUSAL_PARTNER_AFTER_FORK,
					say_text("partner", p->org));
	absent = state_peer(t->node, wait.absent);
	if (absent == NULL)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_PARTNER_UNWITNESSED_ROOTS,
					say_text("partner", p->org), say_number("have", wait.have),
					say_number("wanted", wait.wanted));
	text_format(whom.text, sizeof whom.text, "%s %s", absent->org, absent->phone);
	return turn_refuse_with(t, ERR_STATE, REFUSAL_PARTNER_UNWITNESSED,
				say_text("partner", p->org), say_number("have", wait.have),
				say_number("wanted", wait.wanted), say_text("absent", whom.text));
}

/* In the order of what costs a person least to mend; nothing is written before all of it holds.  record is the case's. */
static enum err check_refer(struct turn *t, const struct msg *req, const struct id16 *case_id,
			    const struct peer *p, struct msg **record)
{
	const char *need = msg_text(req, REFER_NEW_NEED);
	bool open = false;
	enum err rc = casefile_load(t, case_id, record);

	require(!p->self);
	if (rc != ERR_OK)
		return rc;
	/* nobody looks for work in a closed case, so its answer would be seen by nobody */
	if (msg_u64(*record, CASE_RECORD_CLOSED) != 0)
		return turn_refuse(t, ERR_STATE, REFUSAL_CASE_CLOSED);
	if (!list_has(LIST_NEEDS, need))
		return turn_refuse(t, ERR_INVAL, REFUSAL_NEED_MISSING);
	if ((p->classes & WIRE_MEMBER) == 0)
		return turn_refuse_with(t, ERR_DENIED, REFUSAL_PARTNER_HOLDS_NO_CASES,
					say_text("partner", p->org));
	if (!calendar_known(p->country))
		return turn_refuse_with(t, ERR_STATE, REFUSAL_PARTNER_NO_CALENDAR,
					say_text("partner", p->org),
					say_text("country", p->country));
	rc = members_stay(t, p);
	if (rc != ERR_OK)
		return rc;
	if (!p->activated)
		return refuse_unwitnessed(t, p);
	if (t->node->pair_check && !p->checked)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_PARTNER_UNCHECKED,
					say_text("partner", p->org));
	if (msg_u64(req, REFER_NEW_AGAIN) == 0)
		rc = view_open_referral(t, case_id, p->no, need, &open);
	if (rc == ERR_OK && open)
		return turn_refuse_with(t, ERR_EXISTS, REFUSAL_NEED_ALREADY_REFERRED,
					say_text("partner", p->org));
	return rc;
}

/* The id is derived from the first document under the case's key: after a loss whoever holds the case finds its
 * thread. */
static enum err make_thread(struct turn *t, const struct msg *req, const struct id16 *case_id,
			    const struct peer *p, struct thread *th)
{
	const bool urgent = msg_u64(req, REFER_NEW_URGENCY) == ENTER_URGENT;

	require(!p->self);
	*th = (struct thread){
		.case_id = *case_id,
		.grant_id = th->grant_id,
		.peer = p->no,
		.kind = THREAD_REFERRAL,
		.role = THREAD_SENDER,
		.table_version = REFERRAL_TABLE_VERSION,
		.urgency = urgent ? ENTER_URGENT : 1,
		.birth = turn_id(t),
		.created_ms = t->wall_ms,
		.changed_ms = t->wall_ms,
		.term_days = urgent ? DEADLINE_URGENT_DAYS + DEADLINE_URGENT_GRACE
				    : DEADLINE_TERM_DAYS + DEADLINE_GRACE_DAYS,
	};
	/* check_refer found it in our own list, whose codes are short */
	require(strlen(msg_text(req, REFER_NEW_NEED)) < sizeof th->need);
	memcpy(th->need, msg_text(req, REFER_NEW_NEED), strlen(msg_text(req, REFER_NEW_NEED)) + 1);
	return pseudonym_thread(t, case_id, p, &th->birth, &th->id);
}

/* All that the case has and consent covers, unless less was asked for; a partner's person may go on only within
 * its consent. */
static enum err make_offer(struct turn *t, const struct msg *req, const struct thread *th,
			   const struct msg *record, struct msg **out)
{
	const struct peer *p = state_peer(t->node, th->peer);
	struct msg *offer = msg_new(t->arena, MSG_OFFER), *person, *known;
	const char *service = msg_text(req, REFER_NEW_SERVICE);
	uint64_t share = msg_u64(req, REFER_NEW_SHARE);
	struct id16 subject;
	enum err rc;

	require(th->role == THREAD_SENDER);
	require(p != NULL && p->no == th->peer);
	/* 0: nothing was named, which means all */
	share = (share == 0 ? ~UINT64_C(0) : share) & ~msg_u64(req, REFER_NEW_WITHOUT);
	rc = casefile_person(t, &th->case_id, record, &known);
	if (rc == ERR_OK && msg_u64(record, CASE_RECORD_THEIRS) != 0 && msg_cats(known) == 0)
		return turn_refuse(t, ERR_DENIED, REFUSAL_NOTHING_TO_PASS_ON);
	person = select_fields(t, known, share);
	if (rc == ERR_OK)
		rc = casefile_subject(t, &th->case_id, record, p, &subject);
	if (rc != ERR_OK)
		return rc;
	msg_set_text(t->arena, offer, OFFER_NEED, th->need);
	if (service[0] != '\0')
		msg_set_text(t->arena, offer, OFFER_SERVICE, service);
	msg_set_u64(offer, OFFER_URGENCY, th->urgency);
	msg_set_u64(offer, OFFER_TERM_DAYS, th->term_days);
	msg_set_bytes(t->arena, offer, OFFER_SUBJECT_REF, span_of(subject.b, 16));
	if (person != NULL && msg_cats(person) != 0)
		msg_put_sub(offer, OFFER_PERSON, person);
	*out = offer;
	return ERR_OK;
}

static void answer_ref(struct turn *t, const struct thread *th, struct msg *reply)
{
	char ref[THREAD_REF_LEN + 1];

	thread_reference(t, &th->id, ref);
	msg_set_text(t->arena, reply, REPLY_ID, ref);
}

/* All of it was checked; round: the partner had the person before, and whoever asks knows it. */
static enum err send_offer(struct turn *t, const struct msg *req, struct thread *th,
			   const struct document_spec *packed, bool round, struct msg *reply)
{
	const struct peer *p = state_peer(t->node, th->peer);
	enum err rc;

	require(p != NULL && !p->self);
	/* the consent first: the offer that follows it on the stream rests on it */
	rc = grantdocs_send(t, p, &th->case_id);
	if (rc != ERR_OK)
		return rc;
	rc = acts_sign_packed(t, th, packed);
	if (rc == ERR_OK)
		rc = way_went(t, req, th, round);
	if (rc == ERR_OK)
		rc = desk_referred_on(t, th);
	if (rc != ERR_OK)
		return rc;
	return view_referral_row(t, th, reply, false);
}

/* The first packing is the question "is all of this covered"; a dry run ends there. */
enum err desk_refer(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 case_id;
	struct thread th = {.role = THREAD_SENDER};
	struct peer *p;
	struct msg *record, *offer = NULL;
	struct document_spec packed;
	bool round = false, made = false;
	enum err rc = find_case(t, msg_text(req, REFER_NEW_CASE_ID), &case_id);

	if (rc != ERR_OK)
		return rc;
	rc = find_partner(t, msg_text(req, REFER_NEW_PARTNER), &p);
	if (rc == ERR_OK)
		rc = rows_writable(t, &case_id);
	if (rc != ERR_OK)
		return rc;
	rc = check_refer(t, req, &case_id, p, &record);
	if (rc != ERR_OK)
		return rc;
	rc = make_thread(t, req, &case_id, p, &th);
	if (rc != ERR_OK)
		return rc;
	rc = make_offer(t, req, &th, record, &offer);
	if (rc == ERR_OK)
		rc = way_chain(t, req, &th, p, offer, &round);
	if (rc == ERR_OK)
		rc = way_allowed(t, record, &case_id, p, &made);
	if (rc != ERR_OK)
		return rc;
	th.hops = (uint8_t)msg_u64(offer, OFFER_HOPS);
	/* the check before anything is written */
	rc = acts_pack(t, &th, DOC_OFFER, offer, &packed);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(reply, REPLY_COVERED, packed.cats);
	answer_ref(t, &th, reply);
	if (msg_u64(req, REFER_NEW_DRY_RUN) != 0) {
		msg_set_u64(reply, REPLY_DRY_RUN, 1);
		t->dry_run = t->dry_run || made; /* of what was only tried no consent stays */
		return ERR_OK;
	}
	return send_offer(t, req, &th, &packed, round, reply);
}

/* ---- acts ---- */

/* A code of the act's own list. */
static enum err check_reason(struct turn *t, const struct act *a, const char *code)
{
	const struct words w = words_of_act(a->number);
	const bool needed = (a->needs & ACT_WITH_REASON) != 0;
	char codes[200];

	require(code != NULL);
	require(!needed || a->reason_option != NULL);
	if (code[0] == '\0' ? !needed : words_take(&w, code))
		return ERR_OK;
	words_list(&w, codes, sizeof codes);
	if (codes[0] == '\0')
		return turn_refuse(t, ERR_INVAL, REFUSAL_ACT_TAKES_NO_REASON);
	return turn_refuse_with(
		t, ERR_INVAL, code[0] == '\0' ? REFUSAL_REASON_MISSING : REFUSAL_REASON_UNKNOWN,
		say_text("option", a->reason_option == NULL ? "reason" : a->reason_option),
		words_codes(&w, codes, sizeof codes));
}

/* A date that lies too far ahead would leave a referral without anybody who looks at it. */
static enum err check_date(struct turn *t, const struct msg *req)
{
	const char *here = t->node->country;
	const uint64_t date_ms = msg_u64(req, ACT_NEW_DATE_MS);
	const int64_t today = calendar_day(here, t->wall_ms), day = calendar_day(here, date_ms);

	if (act_reviews((uint16_t)msg_u64(req, ACT_NEW_TYPE)) && (date_ms == 0 || day < today))
		return turn_refuse(t, ERR_INVAL, REFUSAL_REVIEW_DATE_MISSING);
	if (date_ms != 0 && day > today + LIMIT_DATE_DAYS)
		return turn_refuse(t, ERR_INVAL, REFUSAL_DATE_TOO_FAR);
	return ERR_OK;
}

/* What three acts ask for beyond their row in proto/acts.h. */
static enum err check_own(struct turn *t, const struct thread *th, const struct act *a,
			  const struct msg *req)
{
	require(a->command != NULL);
	if (a->number == DOC_DECLINE && strcmp(msg_text(req, ACT_NEW_REASON), "info-missing") == 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_ASK_INSTEAD_OF_DECLINING);
	if ((may_needs(t, th, a) & ACT_WITH_LATE) != 0 && msg_u64(req, ACT_NEW_LATE) == 0)
		return turn_refuse(t, ERR_STATE, REFUSAL_ANSWER_TERM_OVER);
	return ERR_OK;
}

/* Names the entry that is meant, most probably: the newest outcome. */
static enum err refuse_second(struct turn *t, const struct thread *th)
{
	struct log_entry e = {.type = 0};
	uint32_t no = th->my_no + 1;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && e.type != DOC_OUTCOME && no > 1)
		rc = thread_entry(t, th, true, --no, &e);
	return rc == ERR_OK ? turn_refuse_with(t, ERR_INVAL, REFUSAL_OUTCOME_IS_THERE,
					       say_number("no", no))
			    : rc;
}

/* A second outcome, and a note that takes one back, name what was wrong; both ends show the new one and mark the old. */
static enum err check_corrects(struct turn *t, const struct thread *th, const struct act *a,
			       const struct msg *req)
{
	const uint64_t no = msg_u64(req, ACT_NEW_CORRECTS);
	bool yes = false;
	enum err rc;

	if (no == 0 && (may_needs(t, th, a) & ACT_WITH_CORRECTS) == 0)
		return ERR_OK;
	if (no == 0)
		return refuse_second(t, th);
	if (!act_has(a, ACT_WITH_CORRECTS))
		return turn_refuse(t, ERR_INVAL, REFUSAL_NOT_CORRECTED);
	rc = may_correct(t, th, a->number, no, &yes);
	return rc == ERR_OK && !yes ? turn_refuse_with(t, ERR_INVAL, REFUSAL_NOTHING_TO_CORRECT,
						       say_number("no", no))
				    : rc;
}

/* What binds the author before signing.  The reader never checks it again: what is signed counts by the table alone. */
static enum err guard(struct turn *t, const struct thread *th, const struct msg *req)
{
	const struct act *a = act_of((uint16_t)msg_u64(req, ACT_NEW_TYPE));
	enum err rc = check_own(t, th, a, req);

	if (rc == ERR_OK)
		rc = check_corrects(t, th, a, req);
	if (rc != ERR_OK)
		return rc;
	if ((a->needs & ACT_WITH_ALTERNATIVE) != 0 && msg_text(req, ACT_NEW_ALTERNATIVE)[0] == '\0')
		return turn_refuse(t, ERR_INVAL, REFUSAL_ALTERNATIVE_MISSING);
	if ((a->needs & ACT_WITH_TARGET) != 0 && msg_count(req, ACT_NEW_TARGETS) == 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_TARGET_MISSING);
	return check_reason(t, a, msg_text(req, ACT_NEW_REASON));
}

/* An answer from the case: the categories that were named, and nothing that the case does not have. */
static enum err make_info(struct turn *t, const struct thread *th, const struct msg *req,
			  struct msg **out)
{
	struct msg *record, *m = msg_new(t->arena, MSG_INFO), *person, *known;
	const uint64_t share = msg_u64(req, ACT_NEW_SHARE);
	enum err rc = casefile_load(t, &th->case_id, &record);

	if (rc != ERR_OK)
		return rc;
	rc = casefile_person(t, &th->case_id, record, &known);
	if (rc != ERR_OK)
		return rc;
	person = select_fields(t, known, share);
	if (person != NULL && msg_cats(person) != 0)
		msg_put_sub(m, INFO_PERSON, person);
	if (msg_text(req, ACT_NEW_TEXT)[0] != '\0')
		msg_set_text(t->arena, m, INFO_TEXT, msg_text(req, ACT_NEW_TEXT));
	if (m != NULL && msg_cats(m) == 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_ANSWER_EMPTY);
	*out = m;
	return m == NULL ? ERR_NOMEM : ERR_OK;
}

/* What the act carries comes from its row in proto/acts.h; places and the fields of a person have rules of their
 * own. */
static enum err make_body(struct turn *t, const struct thread *th, const struct msg *req,
			  struct msg **out)
{
	const char *reason = msg_text(req, ACT_NEW_REASON), *text = msg_text(req, ACT_NEW_TEXT);
	const uint16_t type = (uint16_t)msg_u64(req, ACT_NEW_TYPE);
	struct msg *m = msg_new(t->arena, document_body_kind(type));

	*out = m;
	if (m == NULL)
		return ERR_NOMEM;
	if (msg_kind_of(m) == MSG_INFO)
		return make_info(t, th, req, out);
	if (msg_kind_of(m) == MSG_MESSAGE)
		return desk_message_make(t, th, req, out);
	if (msg_kind_of(m) == MSG_ASK) {
		msg_set_text(t->arena, m, ASK_QUESTION, reason);
		if (text[0] != '\0')
			msg_set_text(t->arena, m, ASK_TEXT, text);
		return ERR_OK;
	}
	if (reason[0] != '\0')
		msg_set_text(t->arena, m, ACT_REASON, reason);
	if (text[0] != '\0')
		msg_set_text(t->arena, m, ACT_TEXT, text);
	if (msg_u64(req, ACT_NEW_CORRECTS) != 0)
		msg_set_u64(m, ACT_CORRECTS, msg_u64(req, ACT_NEW_CORRECTS));
	/* at noon, so that it is the same day where it is read */
	if (msg_u64(req, ACT_NEW_DATE_MS) != 0)
		msg_set_u64(m, ACT_DATE_MS,
			    calendar_noon(t->node->country, msg_u64(req, ACT_NEW_DATE_MS)));
	return referring_places(t, th, req, m);
}

/* Names the act and the state: perhaps another referral was meant. */
static enum err refuse_may(struct turn *t, const struct thread *th, const struct act *act,
			   enum may may)
{
	const struct peer *p = state_peer(t->node, th->peer);
	const char *org = p == NULL ? "-" : p->org; /* only of damage */

	require(act->command != NULL);
	switch (may) {
	case MAY_OTHER_SIDE:
		return turn_refuse_with(t, ERR_STATE,
					th->role == THREAD_SENDER ? REFUSAL_ACT_OF_THE_RECEIVER
								  : REFUSAL_ACT_OF_THE_SENDER,
					say_text("partner", org));
	case MAY_ONCE:
		return turn_refuse(t, ERR_STATE, REFUSAL_REOPENED_ONCE);
	case MAY_NO_ROOM:
		return turn_refuse(t, ERR_FULL, REFUSAL_REFERRAL_FULL);
	case MAY_ASKED:
		return turn_refuse_with(t, ERR_EXISTS, REFUSAL_CASE_REQUESTED,
					say_text("partner", org));
	case MAY_UNASKED:
		return turn_refuse_with(t, ERR_STATE, REFUSAL_CASE_NOT_REQUESTED,
					say_text("partner", org));
	case MAY_COMPARED_FIRST:
		return turn_refuse_with(t, ERR_STATE, REFUSAL_REFERRAL_COMPARED,
					say_text("partner", org));
	case MAY_OTHER_STATE:
	case MAY_DO:
		break;
	}
	return turn_refuse_with(t, ERR_STATE, REFUSAL_ACT_NOT_NOW,
				say_code("state", LIST_STATES,
					 referral_state_name((enum referral_state)th->state)));
}

/* A withdrawal counts at once, also while the copies are compared: nothing leaves any more, and its document is signed when
 * the thread is whole. */
static enum err put_off(struct turn *t, struct thread *th, uint16_t type, bool *yes)
{
	bool writable;
	enum err rc = settled_writable(t, th, &writable);

	*yes = rc == ERR_OK && type == DOC_REVOKE && !writable;
	if (!*yes)
		return rc;
	th->hidden = th->owes_end = true;
	rc = casefile_entry(t, &th->case_id, "revoke", "once-compared", &th->id);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* What came since: at most the last few acts, and who did the last of them when. */
struct since {
	char acts[96];
	bool mine;
	uint64_t at_ms;
};

static enum err acts_since(struct turn *t, const struct thread *th, size_t seen, struct since *out)
{
	struct fold_step *steps;
	enum referral_state state;
	size_t n = 0, len = 0;
	enum err rc = fold_thread(t, th, &steps, &n, &state);

	*out = (struct since){.at_ms = t->wall_ms};
	/* the newest ones: a sentence has no room for all, and the history has them */
	if (n > SHOWN_ACTS && seen + SHOWN_ACTS < n)
		seen = n - SHOWN_ACTS;
	for (size_t i = seen; rc == ERR_OK && i < n; i++) {
		struct log_entry e;
		const char *code;

		out->mine = steps[i].who == fold_our_side(th);
		rc = thread_entry(t, th, out->mine, steps[i].no, &e);
		if (rc != ERR_OK)
			break;
		code = document_type_name(e.type);
		require(len + 1 + strlen(code) < sizeof out->acts);
		if (len != 0)
			out->acts[len++] = ' ';
		memcpy(out->acts + len, code, strlen(code) + 1);
		len += strlen(code);
		out->at_ms = e.created_ms;
	}
	return rc;
}

/* An answer is given to what was seen.  Turning a person away after somebody took them on needs to have been seen
 * in any case.  What protects the person never waits. */
static enum err still_as_seen(struct turn *t, const struct thread *th, uint16_t type,
			      uint64_t expect)
{
	const uint64_t now = (uint64_t)th->my_no + th->their_no;
	const bool flips = type == DOC_DECLINE &&
			   (th->state == REFERRAL_ACCEPTED || th->state == REFERRAL_ON_HOLD);
	const struct peer *p = state_peer(t->node, th->peer);
	struct since s;
	struct say who = {.name = NULL};
	enum err rc;

	if (type == DOC_REVOKE || type == DOC_ERROR || type == DOC_MESSAGE ||
	    (expect == 0 && !flips) || (expect != 0 && expect - 1 == now))
		return ERR_OK;
	rc = acts_since(t, th, expect == 0 ? 1 : (size_t)expect - 1, &s);
	if (rc == ERR_OK && s.mine)
		rc = first_who(t, &th->case_id, s.at_ms, &who);
	if (rc != ERR_OK)
		return rc;
	turn_stale(t, &th->id, now);
	if (expect > now + 1)
		return turn_refuse_with(t, ERR_STALE, REFUSAL_REFERRAL_CAME_BACK,
					say_number("current", now));
	if (s.mine)
		return turn_refuse_with(t, ERR_STALE, REFUSAL_REFERRAL_CHANGED_HERE,
					say_code("acts", LIST_ACTS, s.acts), turn_ago(t, s.at_ms),
					who, say_number("current", now));
	return turn_refuse_with(t, ERR_STALE, REFUSAL_REFERRAL_CHANGED_THERE,
				say_code("acts", LIST_ACTS, s.acts), turn_ago(t, s.at_ms),
				say_text("partner", p == NULL ? "-" : p->org),
				say_number("current", now));
}

/* The person takes back a consent, not a referral: what else rests on it ends too. */
static enum err take_back(struct turn *t, const struct thread *th, struct msg *reply)
{
	struct grants_ended ended = {.first = NULL};
	enum err rc = revoke_all(t, th, &ended);

	return rc == ERR_OK ? view_ended_rows(t, &ended, reply) : rc;
}

/* A referral that is over belongs to its case, and is answered where the case is.  What protects the person never waits; and one that a
 * partner sent since then is ours to answer, because nobody else has it. */
static enum err owned(struct turn *t, const struct thread *th, uint16_t type)
{
	if (!referral_terminal((enum referral_state)th->state) || type == DOC_REVOKE ||
	    type == DOC_ERROR)
		return ERR_OK;
	return rows_writable(t, &th->case_id);
}

/* By the table, by its row, and by the day it names. */
static enum err allowed(struct turn *t, const struct thread *th, const struct act *act,
			const struct msg *req)
{
	enum may may;
	enum err rc = owned(t, th, act->number);

	if (rc == ERR_OK)
		rc = desk_recall_check(t, th, req);
	if (rc == ERR_OK)
		rc = may_do(t, th, act, &may);
	if (rc != ERR_OK)
		return rc;
	if (may != MAY_DO)
		return refuse_may(t, th, act, may);
	rc = check_date(t, req);
	return rc == ERR_OK ? guard(t, th, req) : rc;
}

/* What would go, held against the consent; nothing is kept. */
static enum err only_tried(struct turn *t, struct thread *th, uint16_t type, struct msg *body,
			   struct msg *reply)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id,
					th->role == THREAD_RECEIVER};
	struct span packed;
	uint64_t cats;

	msg_set_u64(reply, REPLY_DRY_RUN, 1);
	return s.p == NULL ? ERR_STATE
			   : consent_pack_body(t, &s, type, body, &packed, &cats, &th->grant_id);
}

/* From now on we work for the person, perhaps twice. */
static enum err accepted(struct turn *t, const struct id16 *id, const char *same_as,
			 struct msg *reply)
{
	enum err rc = same_as[0] == '\0' ? ERR_OK : together_join(t, id, same_as, reply);

	return rc == ERR_OK ? view_near_case(t, id, reply) : rc;
}

/* Found, allowed by the table, fit by its row, compared with what was seen, then signed: each refusal says what
 * helps. */
enum err desk_act(struct turn *t, const struct msg *req, struct msg *reply)
{
	const uint16_t type = (uint16_t)msg_u64(req, ACT_NEW_TYPE);
	const struct act *act = msg_u64(req, ACT_NEW_TYPE) == type ? act_of(type) : NULL;
	const uint64_t expect = msg_u64(req, ACT_NEW_EXPECT);
	struct thread th;
	struct msg *body;
	bool waits = false;
	enum err rc = view_find_referral(t, msg_text(req, ACT_NEW_REF), REFUSAL_REFERRAL_UNKNOWN,
					 &th);

	if (rc != ERR_OK)
		return rc;
	if (act == NULL || act->command == NULL)
		return turn_refuse(t, ERR_INVAL, REFUSAL_ACT_UNKNOWN);
	rc = allowed(t, &th, act, req);
	if (rc == ERR_OK)
		rc = put_off(t, &th, type, &waits);
	if (rc == ERR_OK && waits) {
		rc = view_referral_row(t, &th, reply, false);
		return rc == ERR_OK ? take_back(t, &th, reply) : rc;
	}
	if (rc == ERR_OK)
		rc = still_as_seen(t, &th, type, expect);
	if (rc == ERR_OK)
		rc = make_body(t, &th, req, &body);
	if (rc != ERR_OK)
		return rc;
	answer_ref(t, &th, reply);
	if (msg_u64(req, ACT_NEW_DRY_RUN) != 0)
		return only_tried(t, &th, type, body, reply);
	/* behind the dry run: a question moves no date */
	if (act_reviews(type))
		th.review_ms = calendar_noon(t->node->country, msg_u64(req, ACT_NEW_DATE_MS));
	if (type == DOC_MESSAGE)
		rc = desk_message_own(t, &th, body);
	acts_heard(t, &th, type, true);
	if (rc == ERR_OK)
		rc = acts_sign(t, &th, type, body);
	if (rc == ERR_OK && type == DOC_ERROR && th.state == REFERRAL_ERROR)
		rc = desk_taken_back(t, &th);
	if (rc == ERR_OK) /* whoever answers first works with it from then on */
		rc = worker_take(t, &th.case_id);
	if (rc == ERR_OK)
		rc = view_referral_row(t, &th, reply, false);
	if (rc == ERR_OK && type == DOC_ACCEPT)
		rc = accepted(t, &th.case_id, msg_text(req, ACT_NEW_SAME_AS), reply);
	return rc == ERR_OK && type == DOC_REVOKE ? take_back(t, &th, reply) : rc;
}
