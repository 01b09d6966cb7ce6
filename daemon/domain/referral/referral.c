/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The table is the rule: an act moves the state where a row says so, and is a note everywhere else.  "may" is narrower
 * than "applies" where the author's node refuses what the reader must still understand, because the two ends can differ by
 * what is on its way.  Both columns are sets of states as bits; the same table stands in proto/PROTOCOL.md.
 */
#include "domain/referral/referral.h"

#include "base/check.h"

/* clang-format off */
#define S(name) (1u << REFERRAL_##name)
#define OPEN (S(OFFERED) | S(NEEDS_INFO))
#define WORK (S(ACCEPTED) | S(ON_HOLD) | S(ACTIVE))
#define LIVE (OPEN | WORK | S(WITHDRAW_PENDING) | S(OUTCOME) | S(REOPEN_PENDING))
#define ENDED                                                                              \
	(S(CLOSED) | S(DECLINED) | S(REDIRECTED) | S(WITHDRAWN) | S(EXPIRED) | S(ERROR) | S(MOVED))
#define STAY REFERRAL_STATE_COUNT

const struct transition referral_table[] = {
	{"T01", DOC_OFFER, S(DRAFT), S(DRAFT), REFERRAL_OFFERED},
	{"T02", DOC_ASK, S(OFFERED), S(OFFERED), REFERRAL_NEEDS_INFO},
	{"T03", DOC_INFO, S(NEEDS_INFO), S(NEEDS_INFO), REFERRAL_OFFERED},
	/* not asked for: a file (files/send.c); and, by a rule and never by hand, what a narrower consent still covers (narrow/narrow.c) */
	{"T03b", DOC_INFO, LIVE & ~S(NEEDS_INFO), LIVE & ~S(NEEDS_INFO), STAY},
	{"T04", DOC_ACCEPT, OPEN, OPEN, REFERRAL_ACCEPTED},
	{"T05", DOC_DECLINE, OPEN | S(ACCEPTED) | S(ON_HOLD),
	 OPEN | S(ACCEPTED) | S(ON_HOLD), REFERRAL_DECLINED},
	{"T06", DOC_REDIRECT, OPEN, OPEN, REFERRAL_REDIRECTED},
	{"T07", DOC_EXPIRE, OPEN, OPEN, REFERRAL_EXPIRED},
	{"T08", DOC_HOLD, S(ACCEPTED) | S(ACTIVE), S(ACCEPTED) | S(ACTIVE), REFERRAL_ON_HOLD},
	{"T09", DOC_START, S(ACCEPTED) | S(ON_HOLD) | S(REOPEN_PENDING),
	 S(ACCEPTED) | S(ON_HOLD) | S(REOPEN_PENDING), REFERRAL_ACTIVE},
	{"T10", DOC_NOTE, WORK | S(WITHDRAW_PENDING), WORK | S(WITHDRAW_PENDING), STAY},
	{"T11", DOC_OUTCOME, WORK | S(WITHDRAW_PENDING) | S(REOPEN_PENDING),
	 WORK | S(WITHDRAW_PENDING) | S(REOPEN_PENDING), REFERRAL_OUTCOME},
	/* one that was wrong is said again, and names what it replaces (may.h) */
	{"T11b", DOC_OUTCOME, S(OUTCOME), S(OUTCOME), STAY},
	{"T12", DOC_ACK, S(OUTCOME) | S(REOPEN_PENDING), S(OUTCOME) | S(REOPEN_PENDING),
	 REFERRAL_CLOSED},
	{"T13", DOC_REOPEN, S(OUTCOME), S(OUTCOME), REFERRAL_REOPEN_PENDING},
	{"T14", DOC_WITHDRAW, OPEN, OPEN, REFERRAL_WITHDRAWN},
	{"T14", DOC_WITHDRAW, WORK, WORK, REFERRAL_WITHDRAW_PENDING},
	{"T15", DOC_WD_OK, S(WITHDRAW_PENDING), S(WITHDRAW_PENDING), REFERRAL_WITHDRAWN},
	{"T16", DOC_WD_TIMEOUT, S(WITHDRAW_PENDING), S(WITHDRAW_PENDING), REFERRAL_WITHDRAWN},
	{"T17", DOC_REVOKE, LIVE | ENDED, LIVE | ENDED | S(REVOKED), REFERRAL_REVOKED},
	{"T18", DOC_ERROR, OPEN, LIVE, REFERRAL_ERROR},
	{"T19", DOC_ESCALATE, LIVE, LIVE, STAY},
	{"T21", DOC_MESSAGE, LIVE, LIVE, STAY},
	/* the case itself is asked for; of a question that waits already, and of an answer that nobody waits for, the author's node
	 * knows (request.h) */
	{"T23", DOC_REQUEST, WORK, LIVE, STAY},
	{"T24", DOC_REQUEST_ANSWER, LIVE, LIVE, STAY},
	/* its case was taken over: by a rule, once nobody can stop that any more (moving/tell.h) */
	{"T22", DOC_MOVED, 0, LIVE, REFERRAL_MOVED},
};
/* clang-format on */
const size_t referral_table_len = sizeof referral_table / sizeof referral_table[0];

const char *referral_state_name(enum referral_state s)
{
	/* clang-format off */
	static const char *const names[] = {
#define REFERRAL_NAME(name, text) [REFERRAL_##name] = (text),
		REFERRAL_STATES(REFERRAL_NAME)
#undef REFERRAL_NAME
	};
	/* clang-format on */

	return s < REFERRAL_STATE_COUNT ? names[s] : "unknown";
}

/* Who signs an act is a column of its row; what is no act of a referral is signed by neither side. */
static bool signs(enum referral_actor who, uint16_t type)
{
	const struct act *a = act_of(type);

	return a != NULL && (a->who & who) != 0;
}

bool referral_may(enum referral_state s, enum referral_actor who, uint16_t type)
{
	require(s < REFERRAL_STATE_COUNT);
	require(who == REFERRAL_BY_SENDER || who == REFERRAL_BY_RECEIVER);
	if (!signs(who, type))
		return false;
	for (size_t i = 0; i < referral_table_len; i++) {
		const struct transition *tr = &referral_table[i];

		if (tr->type == type && (tr->may & 1u << s) != 0)
			return true;
	}
	return false;
}

bool referral_takes(enum referral_state s, enum referral_actor who, uint16_t type)
{
	for (size_t i = 0; i < referral_table_len; i++) {
		const struct transition *tr = &referral_table[i];

		if (tr->type == type && tr->may == 0 && (tr->applies & 1u << s) != 0)
			return signs(who, type);
	}
	return referral_may(s, who, type);
}

enum referral_state referral_step(enum referral_state s, enum referral_actor who, uint16_t type,
				  bool *note)
{
	require(s < REFERRAL_STATE_COUNT);
	require(who == REFERRAL_BY_SENDER || who == REFERRAL_BY_RECEIVER);
	for (size_t i = 0; i < referral_table_len && signs(who, type); i++) {
		const struct transition *tr = &referral_table[i];

		if (tr->type != type || (tr->applies & 1u << s) == 0)
			continue;
		*note = false;
		return tr->to == STAY ? s : (enum referral_state)tr->to;
	}
	*note = true;
	return s;
}

/* Each turn of the loop takes one entry whose author had seen what lies before it.  An entry that waits for one that is not here
 * ends the fold, and counts when that one came. */
enum referral_state referral_fold(const struct fold_event *s, size_t ns, const struct fold_event *r,
				  size_t nr, struct fold_step *steps, size_t *done)
{
	enum referral_state state = REFERRAL_DRAFT;
	size_t i = 0, j = 0;

	for (;;) {
		const bool receiver = j < nr && r[j].seen <= i;
		const bool sender = !receiver && i < ns && s[i].seen <= j;
		const enum referral_actor who = receiver ? REFERRAL_BY_RECEIVER
							 : REFERRAL_BY_SENDER;
		bool note = false;

		if (!receiver && !sender)
			break;
		state = referral_step(state, who, receiver ? r[j].type : s[i].type, &note);
		if (steps != NULL)
			steps[i + j] = (struct fold_step){who, (uint32_t)(receiver ? j + 1 : i + 1),
							  state, note,
							  receiver ? r[j].type : s[i].type};
		if (receiver)
			j++;
		else
			i++;
	}
	require(i <= ns && j <= nr);
	require(state < REFERRAL_STATE_COUNT);
	*done = i + j;
	return state;
}
