/* SPDX-License-Identifier: EUPL-1.2 */
/* Labels are those of the paper that the command line writes. */
#include "web/papers/facts.h"

#include <string.h>

#include "base/check.h"
#include "client/words/words.h"
#include "web/cases/parts.h"

/* A label and what stands behind it; nothing where there is nothing. */
static size_t put(struct visit *v, enum list_lang lang, struct fact *out, const char *label,
		  const char *value)
{
	require(list_has(LIST_PAPER, label));
	if (value[0] == '\0')
		return 0;
	*out = (struct fact){visit_capital(v, list_text(LIST_PAPER, lang, label)),
			     visit_keep(v, value)};
	return 1;
}

/* A field that holds a code of a list. */
static const char *code_of(struct visit *v, enum list_lang lang, const struct msg *g,
			   unsigned field)
{
	const char *code = msg_text(g, field);

	require(msg_kind_of(g) == MSG_GRANT_ROW);
	return code[0] == '\0' ? "" : visit_capital(v, list_text(LIST_CODES, lang, code));
}

/* Whoever gave it reads "yourself" on the paper. */
static const char *giver_of(struct visit *v, enum facts_reader reader, enum list_lang lang,
			    const struct msg *g)
{
	if (reader == FACTS_PERSON && strcmp(msg_text(g, GRANT_ROW_GIVEN_BY), "self") == 0)
		return visit_capital(v, list_text(LIST_PAPER, lang, "consent-yourself"));
	return code_of(v, lang, g, GRANT_ROW_GIVEN_BY);
}

size_t facts_of(struct visit *v, enum facts_reader reader, enum list_lang lang, const char *country,
		const struct msg *g, struct fact out[FACTS])
{
	const char *state = msg_text(g, GRANT_ROW_STATE), *day = msg_text(g, GRANT_ROW_LAST_DAY);
	const uint64_t back_ms = msg_u64(g, GRANT_ROW_WITHDRAWN_MS);
	char when[WORDS_SHORT];
	size_t n = 0;

	require(state[0] != '\0');
	n += put(v, lang, &out[n], "consent-collected-by", msg_text(g, GRANT_ROW_COLLECTED_BY));
	n += put(v, lang, &out[n], "consent-recipient", msg_text(g, GRANT_ROW_RECIPIENT));
	n += put(v, lang, &out[n], "consent-purpose", code_of(v, lang, g, GRANT_ROW_PURPOSE));
	n += put(v, lang, &out[n], "consent-cats",
		 visit_capital(v, parts_cats_in(v, lang, country, msg_u64(g, GRANT_ROW_CATS))));
	n += put(v, lang, &out[n], "consent-given-by", giver_of(v, reader, lang, g));
	n += put(v, lang, &out[n], "consent-how", code_of(v, lang, g, GRANT_ROW_HOW));
	n += put(v, lang, &out[n], "consent-onward", code_of(v, lang, g, GRANT_ROW_ONWARD));
	n += put(v, lang, &out[n], "consent-given",
		 words_moment(lang, msg_u64(g, GRANT_ROW_GIVEN_MS), when));
	n += put(v, lang, &out[n], "consent-until",
		 day[0] == '\0' ? "" : words_day(lang, day, when));
	n += put(v, lang, &out[n], "consent-state",
		 visit_capital(v, list_text(LIST_UI, lang, state)));
	if (back_ms != 0)
		n += put(v, lang, &out[n], "consent-withdrawn", words_moment(lang, back_ms, when));
	require(n <= FACTS);
	return n;
}
