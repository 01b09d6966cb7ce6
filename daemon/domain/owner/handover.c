/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The table is the rule: an act moves the state where a row says so, and is a note everywhere else.  Only RECLAIM has a "may" that is
 * narrower than its "applies": its author does not know yet that TO took the case, and the reader must still understand it.
 * TO signs REFUSE or TAKE and never both, so that CEDED ends whenever TO can speak.
 */
#include "domain/owner/handover.h"

#include "base/check.h"

/* clang-format off */
#define S(name) (1u << HANDOVER_##name)
#define OPEN (S(PROPOSED) | S(AGREED) | S(BUNDLED) | S(STAGED))
#define STAY HANDOVER_STATE_COUNT
#define FROM HANDOVER_BY_FROM
#define TO HANDOVER_BY_TO

const struct handover_row handover_table[] = {
	{"H01", FROM, DOC_PROPOSE, S(NONE), S(NONE), HANDOVER_PROPOSED},
	{"H02", TO, DOC_AGREE, S(PROPOSED), S(PROPOSED), HANDOVER_AGREED},
	{"H02", TO, DOC_REFUSE, OPEN | S(CEDED), OPEN | S(CEDED), HANDOVER_REFUSED},
	{"H02", FROM, DOC_EXPIRE, S(PROPOSED) | S(AGREED), S(PROPOSED) | S(AGREED), HANDOVER_EXPIRED},
	{"H04", FROM, DOC_BUNDLE, S(AGREED), S(AGREED), HANDOVER_BUNDLED},
	{"H05", TO, DOC_STAGED, S(BUNDLED), S(BUNDLED), HANDOVER_STAGED},
	{"H06", FROM, DOC_ABORT, OPEN, OPEN, HANDOVER_ABORTED},
	{"H07", FROM, DOC_CEDE, S(STAGED), S(STAGED), HANDOVER_CEDED},
	{"H08", TO, DOC_TAKE, S(CEDED), S(CEDED), HANDOVER_TAKEN},
	{"H09", FROM, DOC_ADDENDUM, S(BUNDLED) | S(STAGED) | S(CEDED) | S(TAKEN),
	 S(BUNDLED) | S(STAGED) | S(CEDED) | S(TAKEN), STAY},
	{"H10", FROM, DOC_RECLAIM, S(CEDED), S(CEDED) | S(TAKEN), HANDOVER_RECLAIMED},
	{"H10", TO, DOC_ADDENDUM, S(TAKEN) | S(RECLAIMED) | S(SUPERSEDED),
	 S(TAKEN) | S(RECLAIMED) | S(SUPERSEDED), STAY},
	{"H11", FROM, DOC_SUPERSEDED, S(CEDED) | S(TAKEN), S(CEDED) | S(TAKEN), HANDOVER_SUPERSEDED},
	/* a reminder moves nothing, as in a referral */
	/* what is kept of it is said, and moves nothing either */
	{"H13", FROM, DOC_KEPT, S(TAKEN), S(TAKEN), STAY},
	{"H12", FROM, DOC_ESCALATE, OPEN | S(CEDED), OPEN | S(CEDED), STAY},
};
/* clang-format on */
const size_t handover_table_len = sizeof handover_table / sizeof handover_table[0];

const char *handover_state_name(enum handover_state s)
{
	/* clang-format off */
	static const char *const names[] = {
#define HANDOVER_NAME(name, text) [HANDOVER_##name] = (text),
		HANDOVER_STATES(HANDOVER_NAME)
#undef HANDOVER_NAME
	};
	/* clang-format on */

	return s < HANDOVER_STATE_COUNT ? names[s] : "unknown";
}

bool handover_may(enum handover_state s, enum handover_side who, uint16_t type)
{
	require(s < HANDOVER_STATE_COUNT);
	require(who == HANDOVER_BY_FROM || who == HANDOVER_BY_TO);
	for (size_t i = 0; i < handover_table_len; i++) {
		const struct handover_row *row = &handover_table[i];

		if (row->type == type && row->who == who && (row->may & 1u << s) != 0)
			return true;
	}
	return false;
}

enum handover_state handover_step(enum handover_state s, enum handover_side who, uint16_t type,
				  bool *note)
{
	require(s < HANDOVER_STATE_COUNT);
	require(who == HANDOVER_BY_FROM || who == HANDOVER_BY_TO);
	for (size_t i = 0; i < handover_table_len; i++) {
		const struct handover_row *row = &handover_table[i];

		if (row->type != type || row->who != who || (row->applies & 1u << s) == 0)
			continue;
		*note = false;
		return row->to == STAY ? s : (enum handover_state)row->to;
	}
	*note = true;
	return s;
}

/* Each turn of the loop takes one entry whose author had seen what lies before it.  An entry that waits for one that is not here
 * ends the fold, and counts when that one came. */
enum handover_state handover_fold(const struct handover_event *f, size_t nf,
				  const struct handover_event *t, size_t nt,
				  struct handover_walked *steps, size_t *done)
{
	enum handover_state state = HANDOVER_NONE;
	size_t i = 0, j = 0;

	for (;;) {
		const bool to = j < nt && t[j].seen <= i;
		const bool from = !to && i < nf && f[i].seen <= j;
		const enum handover_side who = to ? HANDOVER_BY_TO : HANDOVER_BY_FROM;
		bool note = false;

		if (!to && !from)
			break;
		state = handover_step(state, who, to ? t[j].type : f[i].type, &note);
		if (steps != NULL)
			steps[i + j] = (struct handover_walked){who, (uint32_t)(to ? j + 1 : i + 1),
								state, note};
		if (to)
			j++;
		else
			i++;
	}
	require(i <= nf && j <= nt);
	require(state < HANDOVER_STATE_COUNT);
	*done = i + j;
	return state;
}
