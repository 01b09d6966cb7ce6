/* SPDX-License-Identifier: EUPL-1.2 */
/* A row of the table for each field of a consent, in the order in which a person asks: who said so, to what, for how long, and how
 * it ended.  What is left out of the table stands in lists already, or is for programs. */
#include "client/paper/consent.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/page.h"
#include "client/commands/cmd.h"
#include "client/print/print.h"
#include "client/print/said.h"
#include "client/words/words.h"

enum kind { CODE, WORD, TEXT, MOMENT, DAY, FLAG, NUMBER, CATS, NEEDS };

static const struct line {
	unsigned field;
	const char *label; /* of paper.psv */
	enum kind kind;
} lines[] = {
	{GRANT_ROW_ID, "consent-id", TEXT},
	{GRANT_ROW_COLLECTED_BY, "consent-collected-by", TEXT},
	{GRANT_ROW_RECIPIENT, "consent-recipient", TEXT},
	{GRANT_ROW_PURPOSE, "consent-purpose", CODE},
	{GRANT_ROW_CATS, "consent-cats", CATS},
	{GRANT_ROW_EXCLUSIONS, "consent-exclusions", NEEDS},
	{GRANT_ROW_ONWARD, "consent-onward", CODE},
	{GRANT_ROW_GIVEN_BY, "consent-given-by", CODE},
	{GRANT_ROW_AGE_BAND, "consent-age", CODE},
	{GRANT_ROW_GIVEN_MS, "consent-given", MOMENT},
	{GRANT_ROW_PLACE, "consent-place", CODE},
	{GRANT_ROW_NOTICE_LANGUAGE, "consent-language", CODE},
	{GRANT_ROW_HOW, "consent-how", CODE},
	{GRANT_ROW_WITNESS, "consent-witness", TEXT},
	{GRANT_ROW_EVIDENCE_HASH, "consent-evidence", TEXT},
	{GRANT_ROW_WITHDRAWAL_EXPLAINED, "consent-explained", FLAG},
	{GRANT_ROW_GDPR_BASIS, "consent-basis", CODE},
	{GRANT_ROW_ART9, "consent-art9", CODE},
	{GRANT_ROW_SECRECY_BASIS, "consent-secrecy", CODE},
	{GRANT_ROW_VALID_FROM_MS, "consent-from", MOMENT},
	{GRANT_ROW_LAST_DAY, "consent-until", DAY},
	{GRANT_ROW_STATE, "consent-state", WORD},
	{GRANT_ROW_EFFECTIVE_MS, "consent-withdrawn", MOMENT},
	{GRANT_ROW_WISH, "consent-wish", WORD},
	{GRANT_ROW_AUTOMATIC, "consent-ran-out", FLAG},
	{GRANT_ROW_SUCCESSOR, "consent-successor", TEXT},
	{GRANT_ROW_OUTCOME, "consent-outcome", WORD},
	{GRANT_ROW_STATUTE, "consent-statute", CODE},
	{GRANT_ROW_KEPT_UNTIL, "consent-kept-until", DAY},
	{GRANT_ROW_ANSWERED_MS, "consent-answered", MOMENT},
	{GRANT_ROW_SILENT_SINCE_MS, "consent-silent", MOMENT},
	{GRANT_ROW_BODIES, "consent-bodies", NUMBER},
	{GRANT_ROW_PASSED_ON, "consent-passed-on", NUMBER},
	{GRANT_ROW_BACKUP_UNTIL_MS, "consent-backups", MOMENT},
	{GRANT_ROW_OWN_NOTES, "consent-own-notes", FLAG},
	{GRANT_ROW_COMPLETE, "consent-complete", FLAG},
	{GRANT_ROW_VERSION, "consent-version", NUMBER},
	{GRANT_ROW_SUPERSEDES, "consent-supersedes", TEXT},
	{GRANT_ROW_PARENT_GRANT, "consent-parent", TEXT},
	{GRANT_ROW_SUBJECT_REF, "consent-subject", TEXT},
};

/* Words behind each other, as long as they fit. */
static void add(char out[CONSENT_VALUE], const char *word)
{
	const size_t n = strlen(out), len = strlen(word);

	if (n + len + 3 > CONSENT_VALUE)
		return;
	memcpy(out + n, ", ", 3);
	memcpy(out + (n == 0 ? 0 : n + 2), word, len + 1);
}

static void value_of(const struct cli *c, enum list_lang lang, const struct msg *row,
		     const struct line *l, char out[CONSENT_VALUE])
{
	const char *text = l->kind == CODE || l->kind == WORD || l->kind == TEXT || l->kind == DAY
				   ? msg_text(row, l->field)
				   : "";
	char part[WORDS_SHORT];

	out[0] = '\0';
	switch (l->kind) {
	case CODE:
		add(out, list_text(LIST_CODES, lang, text));
		return;
	case WORD:
		add(out, list_text(list_has(LIST_PAPER, text) ? LIST_PAPER : LIST_UI, lang, text));
		return;
	case TEXT:
		add(out, text);
		return;
	case MOMENT:
		add(out, words_moment(lang, msg_u64(row, l->field), part));
		return;
	case DAY:
		add(out, words_date(lang, text, part));
		return;
	case FLAG:
		add(out, list_text(LIST_UI, lang, msg_u64(row, l->field) != 0 ? "yes" : "no"));
		return;
	case NUMBER:
		(void)snprintf(out, CONSENT_VALUE, "%llu",
			       (unsigned long long)msg_u64(row, l->field));
		return;
	case CATS:
		(void)paper_cats(c, lang, msg_u64(row, l->field), out);
		return;
	case NEEDS:
		for (size_t i = 0; i < msg_count(row, l->field); i++)
			add(out, list_text(LIST_NEEDS, lang, msg_text_at(row, l->field, i)));
		return;
	}
}

/* Whoever gave it reads "yourself" on the paper. */
static bool by_reader(const struct line *l, const struct msg *row)
{
	return l->field == GRANT_ROW_GIVEN_BY && strcmp(msg_text(row, l->field), "self") == 0;
}

bool consent_line(const struct consent_reader *to, const struct msg *row, size_t *i,
		  const char **label, char value[CONSENT_VALUE])
{
	require(msg_kind_of(row) == MSG_GRANT_ROW && i != NULL);
	for (; *i < sizeof lines / sizeof lines[0]; (*i)++) {
		const struct line *l = &lines[*i];

		if (l->kind == NEEDS ? msg_count(row, l->field) == 0 : !msg_has(row, l->field))
			continue;
		value_of(to->c, to->lang, row, l, value);
		if (to->person && by_reader(l, row))
			(void)snprintf(value, CONSENT_VALUE, "%s",
				       list_text(LIST_PAPER, to->lang, "consent-yourself"));
		if (value[0] == '\0')
			continue;
		*label = list_text(LIST_PAPER, to->lang, l->label);
		(*i)++;
		return true;
	}
	return false;
}

/* The consent, then the referrals that would end with it. */
int cmd_consent_show(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_CONSENT_SHOW, &sub);
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_ask(c, req, &reply);
	if (code != CLI_DONE || c->json)
		return code;
	page_begin(c);
	print_grants(c, reply);
	if (msg_count(reply, REPLY_GRANTS) > 0)
		said_withdrawn(c, msg_at(reply, REPLY_GRANTS, 0));
	for (size_t i = 0, k = 0; i < msg_count(reply, REPLY_GRANTS); i++, k = 0) {
		const char *label;
		char value[CONSENT_VALUE];

		while (consent_line(&(struct consent_reader){c, c->lang, false},
				    msg_at(reply, REPLY_GRANTS, i), &k, &label, value)) {
			(void)printf("    ");
			print_cell(label, 24);
			(void)printf("%s\n", value);
		}
	}
	print_referrals(c, reply);
	page_end(c);
	return msg_count(reply, REPLY_DAMAGE) > 0 ? print_damage(c, reply) : code;
}
