/* SPDX-License-Identifier: EUPL-1.2 */
/* The same sentences on every screen.  None says that all is erased unless core does: whoever reads it tells the person so. */
#include "client/words/withdrawn.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/fill.h"
#include "client/words/words.h"

/* A law that a newer node has and this one does not is shown as it came. */
static const char *law_of(enum list_lang lang, const struct msg *h)
{
	return list_text(LIST_CODES, lang, msg_text(h, HOLDER_ROW_STATUTE));
}

static bool dated(const struct msg *h)
{
	return msg_text(h, HOLDER_ROW_KEPT_UNTIL)[0] != '\0';
}

/* What became of it at the partner itself. */
static const char *key_of(const struct msg *row, const struct msg *first)
{
	const char *state = msg_text(first, HOLDER_ROW_STATE);

	if (strcmp(state, "unreachable") == 0 || strcmp(state, "erasing") == 0)
		return state[0] == 'u' ? "withdrawn-unreachable" : "withdrawn-erasing";
	if (strcmp(state, "silent") == 0)
		return "withdrawn-silent";
	if (strcmp(state, "restricted") == 0)
		return dated(first) ? "withdrawn-kept-until" : "withdrawn-kept";
	if (msg_u64(first, HOLDER_ROW_PASSED_ON) == 0)
		return "withdrawn-answered";
	return msg_u64(first, HOLDER_ROW_MISSING) != 0 ? "withdrawn-passed-on"
	       : msg_u64(row, GRANT_ROW_COMPLETE) != 0 ? "withdrawn-everywhere"
						       : "withdrawn-further";
}

/* A row of said.psv. */
static void say(enum list_lang lang, bool first, const char *key, const struct fill *values,
		withdrawn_line line, void *ctx)
{
	char text[WITHDRAWN_LEN];

	require(list_has(LIST_SAID, key));
	line(ctx, first,
	     fill_text(text, sizeof text, list_text(LIST_SAID, lang, key), values,
		       words_plural(lang)));
}

/* Those behind the first one, each with what it said of itself. */
static void holder(enum list_lang lang, const struct msg *h, withdrawn_line line, void *ctx)
{
	static const struct {
		const char *state, *key;
	} words[] = {{"erased", "holder-erased"},
		     {"never-held", "holder-erased"},
		     {"restricted", "holder-kept"},
		     {"erasing", "holder-erasing"},
		     {"unreachable", "holder-unreachable"}};
	const char *state = msg_text(h, HOLDER_ROW_STATE), *name = msg_text(h, HOLDER_ROW_NAME);
	const uint64_t missing = msg_u64(h, HOLDER_ROW_MISSING);
	char day[WORDS_SHORT], until[WORDS_SHORT];

	require(msg_kind_of(h) == MSG_HOLDER_ROW);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (msg_u64(h, HOLDER_ROW_DEPTH) >= 2 && strcmp(words[i].state, state) == 0)
			say(lang, false, dated(h) ? "holder-kept-until" : words[i].key,
			    FILL({"name", name, 0}, {"via", msg_text(h, HOLDER_ROW_VIA), 0},
				 {"law", law_of(lang, h), 0},
				 {"until",
				  words_date(lang, msg_text(h, HOLDER_ROW_KEPT_UNTIL), until), 0},
				 {"day", words_day_of(lang, msg_u64(h, HOLDER_ROW_AT_MS), day), 0}),
			    line, ctx);
	if (missing == 0 ||
	    (msg_u64(h, HOLDER_ROW_DEPTH) < 2 && msg_u64(h, HOLDER_ROW_DEEPER) == 0))
		return;
	say(lang, false, msg_u64(h, HOLDER_ROW_DEEPER) != 0 ? "holder-deeper" : "holder-missing",
	    FILL({"name", name, 0}, {"m", NULL, missing}), line, ctx);
}

/* A row without holders is of a consent that holds, or of one that a partner collected. */
void withdrawn_say(enum list_lang lang, const struct msg *row, withdrawn_line line, void *ctx)
{
	const size_t count = msg_count(row, GRANT_ROW_HOLDERS);
	const struct msg *one = count == 0 ? NULL : msg_at(row, GRANT_ROW_HOLDERS, 0);
	char day[WORDS_SHORT], until[WORDS_SHORT];

	require(line != NULL && msg_kind_of(row) == MSG_GRANT_ROW);
	if (one == NULL)
		return;
	say(lang, true, key_of(row, one),
	    FILL({"partner", msg_text(row, GRANT_ROW_PARTNER), 0}, {"law", law_of(lang, one), 0},
		 {"until", words_date(lang, msg_text(one, HOLDER_ROW_KEPT_UNTIL), until), 0},
		 {"day", words_day_of(lang, msg_u64(one, HOLDER_ROW_AT_MS), day), 0},
		 {"n", NULL, msg_u64(one, HOLDER_ROW_PASSED_ON)},
		 {"m", NULL, msg_u64(one, HOLDER_ROW_MISSING)}),
	    line, ctx);
	for (size_t i = 0; i < count; i++)
		holder(lang, msg_at(row, GRANT_ROW_HOLDERS, i), line, ctx);
	if (msg_u64(row, GRANT_ROW_REFUSED) != 0)
		say(lang, false, "holder-refused",
		    FILL({"m", NULL, msg_u64(row, GRANT_ROW_REFUSED)}), line, ctx);
}

uint64_t withdrawn_there(const struct msg *reply, const char *grant)
{
	uint64_t cats = 0;

	require(grant != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *d = msg_at(reply, REPLY_DISCLOSURES, i);

		if (strcmp(msg_text(d, DISCLOSURE_ROW_GRANT), grant) == 0 &&
		    strcmp(msg_text(d, DISCLOSURE_ROW_DELIVERY), "stored") == 0)
			cats |= msg_u64(d, DISCLOSURE_ROW_CATS);
	}
	return cats;
}

uint64_t withdrawn_back(enum list_lang lang, const struct msg *reply, withdrawn_line line,
			void *ctx)
{
	uint64_t all = 0;

	require(line != NULL && msg_kind_of(reply) == MSG_REPLY);
	for (size_t i = 0; i < msg_count(reply, REPLY_TAKEN_BACK); i++) {
		const struct msg *row = msg_at(reply, REPLY_TAKEN_BACK, i);
		const uint64_t cats = msg_u64(row, DISCLOSURE_ROW_CATS);
		char day[WORDS_SHORT], names[WITHDRAWN_LEN / 2] = "";
		size_t n = 0;

		for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++) {
			const char *word = words_called(lang, msg_text(reply, REPLY_COUNTRY),
							LIST_CATEGORIES, msg_cat_name(bit));

			if ((cats >> bit & 1) != 0 && n + strlen(word) + 3 < sizeof names)
				n += (size_t)snprintf(names + n, sizeof names - n, "%s%s",
						      n == 0 ? "" : ", ", word);
		}
		if (cats != 0)
			say(lang, true, "taken-back",
			    FILL({"cats", names, 0},
				 {"day",
				  words_day_of(lang, msg_u64(row, DISCLOSURE_ROW_AT_MS), day), 0}),
			    line, ctx);
		all |= cats;
	}
	return all;
}

bool withdrawn_coming(const struct msg *reply)
{
	const size_t count = msg_count(reply, REPLY_DISCLOSURES);

	require(reply != NULL);
	for (size_t i = 0; i < count; i++)
		if (strcmp(msg_text(msg_at(reply, REPLY_DISCLOSURES, i), DISCLOSURE_ROW_DELIVERY),
			   "stored") == 0)
			return false;
	return count != 0;
}

/* What ends it is an entry of ours: until that one lies at the partner, those before it are as they were. */
const char *withdrawn_nothing(const struct msg *reply)
{
	bool there = false, told = true;

	require(reply != NULL);
	if (withdrawn_coming(reply))
		return "they-hold-coming";
	for (size_t i = 0; i < msg_count(reply, REPLY_LOG); i++) {
		const struct msg *r = msg_at(reply, REPLY_LOG, i);
		const bool stored = strcmp(msg_text(r, LOG_ROW_DELIVERY), "stored") == 0;

		if (strcmp(msg_text(r, LOG_ROW_SIDE), "sender") != 0 ||
		    !msg_has(r, LOG_ROW_DELIVERY))
			continue;
		told = stored;
		there = there || stored;
	}
	return there && !told ? "they-hold-untold" : "they-hold-nothing";
}
