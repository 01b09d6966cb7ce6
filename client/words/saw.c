/* SPDX-License-Identifier: EUPL-1.2 */
/* One sentence for each kind of event, and one for all others: a log of a later version is still read. */
#include "client/words/saw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/fill.h"
#include "client/words/words.h"

enum { NAME = 1024, KEY = 64 };

/* A code of the log, an act, a state of a referral, or a name. */
const char *saw_detail(enum list_lang lang, const char *event, const char *code)
{
	require(event != NULL && code != NULL);
	static const enum list_id lists[] = {LIST_AUDIT, LIST_ACTS, LIST_STATES};

	/* what went or came is an act: its note is another one than that of a case */
	if ((strcmp(event, "send") == 0 || strcmp(event, "receive") == 0) &&
	    list_has(LIST_ACTS, code))
		return list_text(LIST_ACTS, lang, code);

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		if (list_has(lists[i], code))
			return list_text(lists[i], lang, code);
	return code;
}

/* A person by name; who is not named is a number of the system; for whom, where a second person confirmed it. */
static void actor(enum list_lang lang, const struct msg *a, char out[NAME])
{
	const char *who = msg_text(a, AUDIT_ROW_ACTOR);
	const bool named = msg_text(a, AUDIT_ROW_STAFF)[0] != '\0';
	const char *number = !named && strncmp(who, "uid ", 4) == 0 ? who + 4 : NULL;
	char asked[NAME / 2] = "";

	if (msg_text(a, AUDIT_ROW_ON_BEHALF)[0] != '\0')
		(void)fill_text(asked, sizeof asked, list_text(LIST_SAY, lang, "audit-asked"),
				FILL({"name", msg_text(a, AUDIT_ROW_ON_BEHALF), 0}),
				words_plural(lang));
	if (number != NULL)
		(void)snprintf(out, NAME, "%s %llu%s", list_text(LIST_AUDIT, lang, "uid"),
			       strtoull(number, NULL, 16), asked);
	else
		(void)snprintf(out, NAME, "%.400s%s",
			       named ? who : list_text(LIST_AUDIT, lang, who), asked);
}

/* What went to a partner or came from one needs the partner's name; without it the general sentence is right. */
char *saw_here(enum list_lang lang, const struct msg *row, char out[SAW_LEN])
{
	const char *event = msg_text(row, AUDIT_ROW_EVENT),
		   *partner = msg_text(row, AUDIT_ROW_PARTNER);
	char when[WORDS_SHORT], name[NAME], key[KEY];
	bool own;

	require(msg_kind_of(row) == MSG_AUDIT_ROW);
	actor(lang, row, name);
	(void)snprintf(key, sizeof key, "who-%.40s", event);
	own = list_has(LIST_PAPER, key) &&
	      (partner[0] != '\0' || (strcmp(event, "send") != 0 && strcmp(event, "receive") != 0));
	return fill_text(
		out, SAW_LEN, list_text(LIST_PAPER, lang, own ? key : "who-looked"),
		FILL({"when", words_moment(lang, msg_u64(row, AUDIT_ROW_AT_MS), when), 0},
		     {"who", name, 0}, {"partner", partner, 0},
		     {"what", list_text(LIST_AUDIT, lang, event), 0},
		     {"detail", saw_detail(lang, event, msg_text(row, AUDIT_ROW_DETAIL)), 0}),
		words_plural(lang));
}
