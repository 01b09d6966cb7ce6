/* SPDX-License-Identifier: EUPL-1.2 */
/* Which room a step may take.
 *
 *   what                                    | use   | because
 *   a look at a person or at the log        | LOOKS | its audit entry; lists and the status leave none, and show the way out
 *   a new case, note, edit, consent, offer  | TAKES | it can wait, and who asks is told
 *   a partner's document                    | TAKES | it waits at its sender, which is told BUSY
 *   one that ends something that we have    | OWES  | it gives room back later; but no partner empties the last half
 *   an act of ours                          | OWES  | somebody waits for it
 *   an act of ours that ends something      | FREES | what hangs on it goes
 *   receipts, questions, lines, witnesses   | OWES  | the same rows again, and a partner that waits
 *   terms, removals, erasing, the roster,   | FREES | they must work whatever came in before
 *   our own record and report, keys, a start|       |
 *   invites, newcomers                      | TAKES | they can wait */
#include "domain/room.h"

#include "proto/acts.h"

enum store_use room_of_event(enum event_type type)
{
	switch (type) {
	case EVENT_ONBOARD:
		return STORE_TAKES;
	case EVENT_REQUEST:
	case EVENT_PEER_UP:
	case EVENT_PEER_DOWN:
	case EVENT_PREKEY:
	case EVENT_FRAME:
	case EVENT_UNOPENED:
	case EVENT_WITNESS:
	case EVENT_CHECKPOINT:
	case EVENT_COSIGNED:
		return STORE_OWES;
	case EVENT_TICK:
	case EVENT_RECORD:
	case EVENT_ROSTER:
		break;
	}
	return STORE_FREES;
}

/* After it the person's data may go, here or there. */
static bool ends(uint16_t type)
{
	switch (type) {
	case DOC_DECLINE:
	case DOC_EXPIRE:
	case DOC_WITHDRAWAL:
	case DOC_ERASED:
	case DOC_ERASING:
	case DOC_ONWARD_ANSWER:
	case DOC_OUTCOME:
	case DOC_ACK:
	case DOC_WITHDRAW:
	case DOC_WD_OK:
	case DOC_WD_TIMEOUT:
	case DOC_REVOKE:
	case DOC_ERROR:
		return true;
	default:
		return false;
	}
}

enum store_use room_of_document(uint16_t type, bool ours, bool known)
{
	if (ours)
		return ends(type) ? STORE_FREES : STORE_OWES;
	return ends(type) && known ? STORE_OWES : STORE_TAKES;
}

enum err room_refuse(struct turn *t)
{
	return turn_refuse(t, ERR_FULL, REFUSAL_STORE_FULL);
}
