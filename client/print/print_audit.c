/* SPDX-License-Identifier: EUPL-1.2 */
/* What can be proved: who was shown what, who did what, which roster entries were signed, which invitations are out. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/print/print.h"

/* The ledger: what left this node, on which act.  It outlives the consent, because the person may ask. */
static void disclosures(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *r = msg_at(reply, REPLY_DISCLOSURES, i);

		(void)printf("  ");
		print_time(c, msg_u64(r, DISCLOSURE_ROW_AT_MS));
		(void)printf("  %s %s (%s): ", list_text(LIST_UI, c->lang, "shown-to"),
			     msg_text(r, DISCLOSURE_ROW_PARTNER),
			     list_text(LIST_ACTS, c->lang, msg_text(r, DISCLOSURE_ROW_ACT)));
		print_cats(c, msg_u64(r, DISCLOSURE_ROW_CATS));
		(void)putchar('\n');
	}
}

/* Numbers have no gaps, unless only the entries of one case were asked for. */
static void audit(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_AUDIT); i++) {
		const struct msg *r = msg_at(reply, REPLY_AUDIT, i);

		(void)printf("%6llu  ", (unsigned long long)msg_u64(r, AUDIT_ROW_SEQ));
		print_time(c, msg_u64(r, AUDIT_ROW_AT_MS));
		(void)printf("  ");
		print_cell(msg_text(r, AUDIT_ROW_EVENT), 11);
		print_cell(msg_text(r, AUDIT_ROW_ACTOR), 14);
		(void)printf("%s %s\n", msg_text(r, AUDIT_ROW_OUTCOME),
			     msg_text(r, AUDIT_ROW_DETAIL));
	}
}

/* A fork stands at its entry: whoever came in from there on gets nobody's data. */
static void roster(const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_ROSTER); i++) {
		const struct msg *r = msg_at(reply, REPLY_ROSTER, i);

		(void)printf("%4llu  ", (unsigned long long)msg_u64(r, ROSTER_ROW_SEQ));
		print_cell(msg_text(r, ROSTER_ROW_OP), 12);
		print_cell(msg_text(r, ROSTER_ROW_SUBJECT), 34);
		(void)printf("%llu signature%s%s\n",
			     (unsigned long long)msg_u64(r, ROSTER_ROW_SIGNATURES),
			     msg_u64(r, ROSTER_ROW_SIGNATURES) == 1 ? "" : "s",
			     msg_u64(r, ROSTER_ROW_FORKED) == 0
				     ? ""
				     : "  FORK: the roots also signed another entry with this "
				       "number");
	}
}

void print_evidence(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	disclosures(c, reply);
	audit(c, reply);
	roster(reply);
	print_invites(c, reply);
}
