/* SPDX-License-Identifier: EUPL-1.2 */
/* In words for the person, who telephones nobody: each who had it, with what that one said and when; then whether that is all. */
#include "client/words/receipt.h"

#include <string.h>

#include "base/check.h"
#include "client/words/words.h"

enum { TEXT_MAX = 2048 };

/* A row of paper.psv with its values, into out. */
static const char *filled(const struct letter_to *s, const char *key, const struct fill *values,
			  char out[TEXT_MAX])
{
	require(list_has(LIST_PAPER, key));
	return fill_text(out, TEXT_MAX, list_text(LIST_PAPER, s->lang, key), values,
			 words_plural(s->lang));
}

/* One that ran out is none: nobody took it back. */
static bool withdrawn(const struct msg *grant)
{
	const char *state = msg_text(grant, GRANT_ROW_STATE);

	require(msg_kind_of(grant) == MSG_GRANT_ROW);
	return strcmp(state, "withdrawn") == 0 || strcmp(state, "restricted") == 0;
}

/* A narrower one took its place: the person did not end it, and what still holds stands on another paper. */
static bool narrowed(const struct msg *grant)
{
	return msg_text(grant, GRANT_ROW_SUCCESSOR)[0] != '\0';
}

const char *receipt_title(const struct msg *grant)
{
	if (!withdrawn(grant))
		return "receipt-title";
	return narrowed(grant) ? "receipt-narrowed" : "receipt-withdrawn";
}

/* What one of them said.  A state of a later version says nothing better than that there is no answer. */
static void holder(const struct letter_to *s, const struct msg *h)
{
	static const struct {
		const char *state, *key;
	} words[] = {{"erased", "receipt-erased"},
		     {"never-held", "receipt-never"},
		     {"restricted", "receipt-kept"},
		     {"erasing", "receipt-erasing"},
		     {"unreachable", "receipt-unreachable"}};
	const char *key = "receipt-silent", *via = msg_text(h, HOLDER_ROW_VIA);
	const char *until = msg_text(h, HOLDER_ROW_KEPT_UNTIL);
	char name[TEXT_MAX], text[TEXT_MAX], day[WORDS_SHORT], last[WORDS_SHORT];
	struct fill values[] = {
		{"name", msg_text(h, HOLDER_ROW_NAME), 0},
		{"via", via, 0},
		{"day", words_day_of(s->lang, msg_u64(h, HOLDER_ROW_AT_MS), day), 0},
		{"m", NULL, msg_u64(h, HOLDER_ROW_MISSING)},
		{"until", words_date(s->lang, until, last), 0},
		{NULL, NULL, 0}};

	require(msg_kind_of(h) == MSG_HOLDER_ROW);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].state, msg_text(h, HOLDER_ROW_STATE)) == 0)
			key = words[i].key;
	if (until[0] != '\0')
		key = "receipt-kept-until";
	if (via[0] != '\0')
		values[0].text = filled(s, "receipt-via", values, name);
	s->point(s->ctx, filled(s, key, values, text));
	if (values[3].number != 0)
		s->point(s->ctx, filled(s, "receipt-missing", values, text));
}

/* What is left even where all is erased: copies that nobody opens, and what the other one wrote down itself. */
static void rest(const struct letter_to *s, const struct msg *grant)
{
	const uint64_t until = msg_u64(grant, GRANT_ROW_BACKUP_UNTIL_MS);
	char text[TEXT_MAX], day[WORDS_SHORT];
	const struct fill *values = FILL({"partner", msg_text(grant, GRANT_ROW_PARTNER), 0},
					 {"day", words_day_of(s->lang, until, day), 0});

	if (until != 0)
		s->text(s->ctx, filled(s, "receipt-backups", values, text));
	if (msg_u64(grant, GRANT_ROW_OWN_NOTES) != 0)
		s->text(s->ctx, filled(s, "receipt-notes", values, text));
}

/* At whoever asked for the consent.  One that went nowhere has no holder, and nothing to erase. */
static void what_became(const struct letter_to *s, const struct msg *grant)
{
	const size_t count = msg_count(grant, GRANT_ROW_HOLDERS);
	const bool whole = msg_u64(grant, GRANT_ROW_COMPLETE) != 0;
	const char *key = count == 0 && msg_u64(grant, GRANT_ROW_SENT) == 0 ? "receipt-nowhere"
			  : whole					    ? "receipt-whole"
									    : "receipt-open";
	char text[TEXT_MAX];

	s->head(s->ctx, list_text(LIST_PAPER, s->lang, "receipt-became"));
	for (size_t i = 0; i < count; i++)
		holder(s, msg_at(grant, GRANT_ROW_HOLDERS, i));
	s->text(s->ctx,
		filled(s, key, FILL({"org", msg_text(grant, GRANT_ROW_COLLECTED_BY), 0}), text));
	rest(s, grant);
}

/* A partner asked for it, and has the whole account: here only what was done here. */
static void what_we_did(const struct letter_to *s, const struct msg *grant)
{
	const uint64_t at_ms = msg_u64(grant, GRANT_ROW_ANSWERED_MS);
	const char *until = msg_text(grant, GRANT_ROW_KEPT_UNTIL);
	const char *key = until[0] != '\0'			    ? "receipt-here-kept"
			  : msg_u64(grant, GRANT_ROW_ANSWERED) != 0 ? "receipt-here"
								    : "receipt-soon";
	char text[TEXT_MAX], day[WORDS_SHORT], last[WORDS_SHORT];

	s->head(s->ctx, list_text(LIST_PAPER, s->lang, "receipt-became"));
	s->text(s->ctx, filled(s, key,
			       FILL({"day", words_day_of(s->lang, at_ms, day), 0},
				    {"until", words_date(s->lang, until, last), 0},
				    {"org", msg_text(grant, GRANT_ROW_COLLECTED_BY), 0}),
			       text));
}

/* Three papers: taken back and collected here, taken back and collected by a partner, still there. */
void receipt_write(const struct letter_to *s, const struct msg *grant)
{
	char text[TEXT_MAX];

	if (withdrawn(grant) && msg_u64(grant, GRANT_ROW_RECEIVED) == 0) {
		what_became(s, grant);
		return;
	}
	if (withdrawn(grant)) {
		what_we_did(s, grant);
		return;
	}
	s->head(s->ctx, list_text(LIST_PAPER, s->lang, "letter-back"));
	s->text(s->ctx, filled(s, "letter-how",
			       FILL({"org", msg_text(grant, GRANT_ROW_COLLECTED_BY), 0}), text));
	s->text(s->ctx, list_text(LIST_PAPER, s->lang, "letter-then"));
}
