/* SPDX-License-Identifier: EUPL-1.2 */
/* What can be proved: who was shown what, who did what, which roster entries were signed, which invitations are out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "client/print/print.h"
#include "client/words/saw.h"

/* The ledger: what left this node, on which act.  It outlives the consent, because the person may ask. */
static void disclosures(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *r = msg_at(reply, REPLY_DISCLOSURES, i);

		/* a consent by itself shows nothing of the person */
		if (msg_u64(r, DISCLOSURE_ROW_CATS) == 0)
			continue;
		(void)printf("  ");
		print_time(c, msg_u64(r, DISCLOSURE_ROW_AT_MS));
		(void)printf("  %s %s (%s)%s", list_text(LIST_UI, c->lang, "shown-to"),
			     msg_text(r, DISCLOSURE_ROW_PARTNER),
			     list_text(LIST_ACTS, c->lang, msg_text(r, DISCLOSURE_ROW_ACT)),
			     words_colon(c->lang));
		print_cats(c, msg_u64(r, DISCLOSURE_ROW_CATS));
		(void)putchar('\n');
	}
}

/* A person by name; who is not named as "uid 000003e8", a user of the system. */
static void actor(const struct cli *c, const struct msg *r)
{
	const bool named = msg_has(r, AUDIT_ROW_STAFF);
	const char *who = msg_text(r, AUDIT_ROW_ACTOR), *number = named ? NULL : strchr(who, ' ');
	char out[WORDS_SHORT];

	if (number == NULL)
		(void)snprintf(out, WORDS_SHORT, "%s",
			       named ? who : list_text(LIST_AUDIT, c->lang, who));
	else
		(void)snprintf(out, WORDS_SHORT, "%s %llu", list_text(LIST_AUDIT, c->lang, "uid"),
			       strtoull(number, NULL, 16));
	print_cell(out, 16);
}

/* Numbers have no gaps, unless only the entries of one case were asked for. */
static void audit(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_AUDIT); i++) {
		const struct msg *r = msg_at(reply, REPLY_AUDIT, i);

		(void)printf("%6llu  ", (unsigned long long)msg_u64(r, AUDIT_ROW_SEQ));
		print_time(c, msg_u64(r, AUDIT_ROW_AT_MS));
		(void)printf("  ");
		print_cell(list_text(LIST_AUDIT, c->lang, msg_text(r, AUDIT_ROW_EVENT)), 16);
		actor(c, r);
		(void)printf("%s", saw_detail(c->lang, msg_text(r, AUDIT_ROW_EVENT),
					      msg_text(r, AUDIT_ROW_DETAIL)));
		if (msg_has(r, AUDIT_ROW_ON_BEHALF))
			print_say(c, "audit-asked",
				  FILL({"name", msg_text(r, AUDIT_ROW_ON_BEHALF), 0}));
		if (strcmp(msg_text(r, AUDIT_ROW_OUTCOME), "ok") != 0) /* else it needs no word */
			(void)printf("  (%s)", list_text(LIST_ERRORS, c->lang,
							 msg_text(r, AUDIT_ROW_OUTCOME)));
		(void)putchar('\n');
	}
}

/* A fork stands at its entry: whoever came in from there on gets nobody's data. */
static void roster(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_ROSTER); i++) {
		const struct msg *r = msg_at(reply, REPLY_ROSTER, i);

		(void)printf("%4llu  ", (unsigned long long)msg_u64(r, ROSTER_ROW_SEQ));
		print_cell(list_text(LIST_AUDIT, c->lang, msg_text(r, ROSTER_ROW_OP)), 24);
		print_cell(msg_text(r, ROSTER_ROW_SUBJECT), 28);
		print_say(c, "signatures", FILL({"n", NULL, msg_u64(r, ROSTER_ROW_SIGNATURES)}));
		if (msg_u64(r, ROSTER_ROW_FORKED) != 0)
			(void)printf("  %s", words_of(c->lang, "roster-fork"));
		(void)putchar('\n');
	}
}

void print_evidence(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	disclosures(c, reply);
	audit(c, reply);
	roster(c, reply);
	print_invites(c, reply);
}
