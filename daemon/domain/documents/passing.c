/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How a person came is said in four fields that belong together, and all of them are the partner's word: a number that is
 * shown to people, and salted ids that are compared one by one.  So they are few, and they fit each other, or the offer is
 * malformed.  An offer without any of them came from nobody else, or from a node that does not say.
 */
#include "domain/documents/passing.h"

static bool offer_sound(const struct msg *offer, const char **field)
{
	const size_t handlers = msg_count(offer, OFFER_HANDLED_BY);
	const bool chain = msg_has(offer, OFFER_CHAIN_ID);

	*field = "chain_salt";
	if (chain != msg_has(offer, OFFER_CHAIN_SALT))
		return false;
	*field = "handled_by";
	if (handlers > PASSING_HANDLERS || (handlers > 0) != chain)
		return false;
	*field = "hops";
	return msg_u64(offer, OFFER_HOPS) + (chain ? 1 : 0) == handlers;
}

bool passing_sound(const struct msg *body, const char **field)
{
	*field = "targets";
	if (msg_kind_of(body) == MSG_ACT)
		return msg_count(body, ACT_TARGET_IDS) <= PASSING_TARGETS;
	return msg_kind_of(body) != MSG_OFFER || offer_sound(body, field);
}
