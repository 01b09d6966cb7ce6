/* SPDX-License-Identifier: EUPL-1.2 */
/* Only for a person: a script has its answer as soon as the node has it. */
#include "client/dialogue/arrived.h"

#include <string.h>
#include <time.h>

#include "base/check.h"
#include "client/dialogue/referral.h"

/* all that one command sends are among the newest */
enum { TRIES = 10, STEP_NS = 100000000, NEWEST = REFERRAL_TO_MAX + 4 };

/* The row of that id among the newest that were sent, once the partner has it. */
static const struct msg *stored(const struct msg *reply, const char *id)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_REFERRALS); i++) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);

		if (strcmp(msg_text(r, REFERRAL_ROW_ID), id) == 0 &&
		    msg_has(r, REFERRAL_ROW_STORED_MS))
			return r;
	}
	return NULL;
}

/* A second is long for a line, and short for whoever typed the command.  The list is asked, which leaves no entry of a reading
 * behind; and nobody saw what else stands in it. */
const struct msg *arrived(struct cli *c, const struct msg *reply)
{
	const struct timespec step = {0, STEP_NS};
	const struct msg *row, *now = NULL;

	require(c != NULL && reply != NULL);
	if (c->json || msg_u64(reply, REPLY_DRY_RUN) != 0 || msg_count(reply, REPLY_REFERRALS) != 1)
		return NULL;
	row = msg_at(reply, REPLY_REFERRALS, 0);
	for (unsigned i = 0; now == NULL && i < TRIES && msg_u64(row, REFERRAL_ROW_AWAY) == 0 &&
			     msg_u64(row, REFERRAL_ROW_GONE) == 0;
	     i++) {
		struct msg *sub, *req = cli_request(c, REQUEST_SENT, &sub), *list;

		(void)nanosleep(&step, NULL);
		msg_set_u64(sub, LIST_ASK_LIMIT, NEWEST);
		if (cli_look(c, req, &list) != CLI_DONE)
			break;
		now = stored(list, msg_text(row, REFERRAL_ROW_ID));
	}
	return now;
}
