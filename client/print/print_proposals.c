/* SPDX-License-Identifier: EUPL-1.2 */
/* What the roots are asked to sign: whose entry it is, what it does, and how many signed so far.  The same rows stand in the list of
 * kring approve and on the worklist of an administrator.  Two organisations may be
 * called alike on a screen: their fingerprints differ, so that these are never left out. */
#include <stdio.h>

#include "base/check.h"
#include "client/print/print.h"

/* Fingerprint and the way it was verified: what a root has to know before signing. */
void print_proposals(const struct cli *c, const struct msg *reply)
{
	char how[WORDS_SHORT * 4], day[WORDS_SHORT];

	require(c != NULL && reply != NULL);
	/* in the order in which they were made; each says how many signatures it lacks */
	for (size_t i = 0; i < msg_count(reply, REPLY_PROPOSALS); i++) {
		const struct msg *r = msg_at(reply, REPLY_PROPOSALS, i);
		const char *id = msg_text(r, PROPOSAL_ROW_ID);

		print_id(id);
		print_say_line(
			c,
			msg_u64(r, PROPOSAL_ROW_NEW_NEEDED) != 0 ? "proposal-row-roots"
								 : "proposal-row",
			FILL({"entry", NULL, msg_u64(r, PROPOSAL_ROW_SEQ)},
			     {"op", list_text(LIST_AUDIT, c->lang, msg_text(r, PROPOSAL_ROW_OP)),
			      0},
			     {"subject", msg_text(r, PROPOSAL_ROW_SUBJECT), 0},
			     {"fingerprint", msg_text(r, PROPOSAL_ROW_FINGERPRINT), 0},
			     {"n", NULL, msg_u64(r, PROPOSAL_ROW_SIGNATURES)},
			     {"needed", NULL, msg_u64(r, PROPOSAL_ROW_NEEDED)},
			     {"new", NULL, msg_u64(r, PROPOSAL_ROW_NEW_SIGNATURES)},
			     {"of", NULL, msg_u64(r, PROPOSAL_ROW_NEW_NEEDED)}));
		if (msg_text(r, PROPOSAL_ROW_FROM_DAY)[0] != '\0') {
			(void)printf("          ");
			print_say_line(
				c, "proposal-from",
				FILL({"day",
				      words_day(c->lang, msg_text(r, PROPOSAL_ROW_FROM_DAY), day),
				      0}));
		}
		if (msg_text(r, PROPOSAL_ROW_VERIFIED)[0] != '\0') {
			print_codes(c, LIST_CODES, msg_text(r, PROPOSAL_ROW_VERIFIED), how,
				    sizeof how);
			(void)printf("          ");
			print_say_line(c, "proposal-verified", FILL({"how", how, 0}));
		}
	}
}
