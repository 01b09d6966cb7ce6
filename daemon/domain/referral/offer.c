/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an offer says about its own referral is read in one place, whether the offer just came or came back after a loss:
 * the term that it asks for (never longer than the limit, whatever it says), how urgent it is, and the need, which is a
 * code.  A need that is too long for its field is left out; the referral goes on without it.
 */
#include "domain/referral/offer.h"

#include "base/check.h"

#include <string.h>

#include "domain/documents/passing.h"

void offer_read(struct thread *th, const struct msg *body)
{
	const struct span continues = msg_bytes(body, OFFER_CONTINUES);
	uint64_t days;
	const char *need;

	require(th != NULL && body != NULL);
	require(th->kind == THREAD_REFERRAL);
	days = msg_u64(body, OFFER_TERM_DAYS);
	need = msg_text(body, OFFER_NEED);
	if (days > 0)
		th->term_days = days < LIMIT_TERM_DAYS ? (uint32_t)days : LIMIT_TERM_DAYS;
	th->urgency = (uint8_t)msg_u64(body, OFFER_URGENCY);
	/* a body that was let in says no more (documents/passing.c) */
	th->hops = (uint8_t)(msg_u64(body, OFFER_HOPS) < PASSING_HANDLERS
				     ? msg_u64(body, OFFER_HOPS)
				     : PASSING_HANDLERS - 1);
	/* of theirs it counts once it was found true (moving/came.c) */
	if (th->role == THREAD_SENDER && continues.len == sizeof th->continues.b)
		memcpy(th->continues.b, continues.p, continues.len);
	if (strlen(need) < sizeof th->need)
		memcpy(th->need, need, strlen(need) + 1);
}
