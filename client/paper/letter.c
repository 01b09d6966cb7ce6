/* SPDX-License-Identifier: EUPL-1.2 */
/* The letter: what was told to whom and why, until when; what was not told; how to take it back; whom to telephone.  In the words of
 * the person, and of nothing that stood in the file. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/out.h"
#include "client/commands/cmd.h"
#include "client/paper/paper.h"
#include "client/words/words.h"

enum { NOT_OF_A_PERSON = 20 }; /* category message: words between two workers */

/* What of the person is at that partner by this row: bits of categories. */
static uint64_t told_to(const struct msg *reply, const char *partner)
{
	uint64_t cats = 0;

	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *d = msg_at(reply, REPLY_DISCLOSURES, i);

		if (strcmp(msg_text(d, DISCLOSURE_ROW_PARTNER), partner) == 0)
			cats |= msg_u64(d, DISCLOSURE_ROW_CATS);
	}
	return cats;
}

/* Categories as the person calls them; paper_cats() has what workers call them. */
static const char *your_cats(const struct sheet *s, uint64_t cats, char out[PAPER_LIST])
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++) {
		char key[64], word[160];

		if ((cats >> bit & 1) == 0)
			continue;
		(void)snprintf(key, sizeof key, "you-%.40s", msg_cat_name(bit));
		(void)fill_text(
			word, sizeof word, list_text(LIST_DIALOGUE, s->lang, key),
			FILL({"number",
			      cli_called(s->c, s->lang, LIST_CATEGORIES, "national-number"), 0}),
			words_plural(s->lang));
		if (n + strlen(word) + 3 > PAPER_LIST)
			continue;
		n += (size_t)snprintf(out + n, PAPER_LIST - n, "%s%s",
				      n == 0 ? "" : words_semicolon(s->lang), word);
	}
	return out;
}

/* One point for each document: when, what, in which referral, and whether it is there; what was a mistake or was taken back says so
 * in a sentence. */
static void what_went(struct sheet *s, const struct msg *reply, const char *partner)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *d = msg_at(reply, REPLY_DISCLOSURES, i);
		const char *fate = paper_fate(d);
		char cats[PAPER_LIST], when[WORDS_SHORT], key[64];

		if (strcmp(msg_text(d, DISCLOSURE_ROW_PARTNER), partner) != 0 ||
		    msg_u64(d, DISCLOSURE_ROW_CATS) == 0)
			continue;
		(void)snprintf(key, sizeof key, "letter-%s", fate);
		sheet_point(s, list_has(LIST_PAPER, key) ? key : "letter-went",
			    FILL({"when",
				  words_day_of(s->lang, msg_u64(d, DISCLOSURE_ROW_AT_MS), when), 0},
				 {"cats", your_cats(s, msg_u64(d, DISCLOSURE_ROW_CATS), cats), 0},
				 {"partner", partner, 0},
				 {"ref", msg_text(d, DISCLOSURE_ROW_REF), 0},
				 {"fate", list_text(LIST_PAPER, s->lang, fate), 0}));
	}
}

/* Something went under it, and all of that was a mistake or was taken back: then nothing rests on it any more. */
static bool rests_nothing(const struct msg *reply, const char *grant)
{
	bool any = false;

	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *d = msg_at(reply, REPLY_DISCLOSURES, i);

		if (strcmp(msg_text(d, DISCLOSURE_ROW_GRANT), grant) != 0 ||
		    msg_u64(d, DISCLOSURE_ROW_CATS) == 0)
			continue;
		/* one that stands is enough: then the consent is what allows it */
		if (msg_text(d, DISCLOSURE_ROW_TAKEN_BACK)[0] == '\0')
			return false;
		any = true;
	}
	return any;
}

/* On which ground: each consent for this partner, until when, or that it is over. */
static void grounds(struct sheet *s, const struct msg *reply, const char *partner)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		const struct msg *g = msg_at(reply, REPLY_GRANTS, i);
		const char *state = msg_text(g, GRANT_ROW_STATE);
		char cats[PAPER_LIST], given[WORDS_SHORT], until[WORDS_SHORT], purpose[64];

		if (strcmp(msg_text(g, GRANT_ROW_PARTNER), partner) != 0 ||
		    msg_u64(g, GRANT_ROW_RECEIVED) != 0)
			continue;
		(void)snprintf(purpose, sizeof purpose, "your-%.40s",
			       msg_text(g, GRANT_ROW_PURPOSE));
		sheet_say(
			s,
			strcmp(state, "living") == 0 &&
					rests_nothing(reply, msg_text(g, GRANT_ROW_ID))
				? "letter-ground-unused"
			: strcmp(state, "living") == 0	  ? "letter-ground"
			: msg_has(g, GRANT_ROW_SUCCESSOR) ? "letter-ground-narrowed"
			: strcmp(state, "withdrawn") == 0 ? "letter-ground-withdrawn"
							  : "letter-ground-over",
			FILL({"given", words_day_of(s->lang, msg_u64(g, GRANT_ROW_GIVEN_MS), given),
			      0},
			     {"how", list_text(LIST_CODES, s->lang, msg_text(g, GRANT_ROW_HOW)), 0},
			     {"purpose", list_text(LIST_PAPER, s->lang, purpose), 0},
			     {"cats", your_cats(s, msg_u64(g, GRANT_ROW_CATS), cats), 0},
			     {"until", words_date(s->lang, msg_text(g, GRANT_ROW_LAST_DAY), until),
			      0}));
	}
}

/* Is this partner named before this row already? */
static bool seen_before(const struct msg *reply, unsigned rows, unsigned field, size_t n)
{
	const char *name = msg_text(msg_at(reply, rows, n), field);

	for (size_t i = 0; i < n; i++)
		if (strcmp(msg_text(msg_at(reply, rows, i), field), name) == 0)
			return true;
	return false;
}

/* What is kept back is as much a promise as what was told. */
static void one_partner(struct sheet *s, const struct msg *reply, const char *name)
{
	const uint64_t told = told_to(reply, name);
	const struct msg *p = paper_partner(reply, name);
	char cats[PAPER_LIST];
	uint64_t all = 0;

	sheet_head(s, name);
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		all |= bit == NOT_OF_A_PERSON ? 0 : UINT64_C(1) << bit;
	if (told == 0)
		sheet_say(s, "letter-nothing", FILL({"partner", name, 0}));
	else
		what_went(s, reply, name);
	grounds(s, reply, name);
	sheet_say(s, "letter-not",
		  FILL({"partner", name, 0}, {"cats", your_cats(s, all & ~told, cats), 0}));
	if (msg_text(p, PARTNER_ROW_PHONE)[0] != '\0')
		sheet_say(s, "letter-phone",
			  FILL({"partner", name, 0}, {"phone", msg_text(p, PARTNER_ROW_PHONE), 0}));
}

static void brought(struct sheet *s, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		const struct msg *g = msg_at(reply, REPLY_GRANTS, i);
		const bool may = strcmp(msg_text(g, GRANT_ROW_STATE), "living") == 0;
		char cats[PAPER_LIST], until[WORDS_SHORT];

		if (msg_u64(g, GRANT_ROW_RECEIVED) != 0)
			sheet_say(s, may ? "letter-brought" : "letter-brought-over",
				  FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0},
				       {"cats", your_cats(s, msg_u64(g, GRANT_ROW_CATS), cats), 0},
				       {"until",
					words_date(s->lang, msg_text(g, GRANT_ROW_LAST_DAY), until),
					0}));
	}
}

static void partners(struct sheet *s, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++)
		if (!seen_before(reply, REPLY_DISCLOSURES, DISCLOSURE_ROW_PARTNER, i))
			one_partner(s, reply,
				    msg_text(msg_at(reply, REPLY_DISCLOSURES, i),
					     DISCLOSURE_ROW_PARTNER));
}

static void letter(struct sheet *s, const struct msg *reply)
{
	const struct msg *self = paper_self(reply), *ref = NULL;
	const char *name = msg_text(msg_get(reply, REPLY_PERSON), PERSON_NAME);
	const char *phone = msg_text(self, PARTNER_ROW_PHONE);

	if (msg_count(reply, REPLY_REFERRALS) == 1)
		ref = msg_at(reply, REPLY_REFERRALS, 0);
	sheet_begin(s, list_text(LIST_PAPER, s->lang, "letter-title"));
	paper_from(s, reply);
	sheet_say(s, name[0] == '\0' ? "letter-dear-nobody" : "letter-dear",
		  FILL({"name", name, 0}));
	/* what came, and whose consent is over, says no need any more */
	if (ref != NULL && msg_text(ref, REFERRAL_ROW_NEED)[0] != '\0')
		sheet_say(
			s,
			msg_u64(ref, REFERRAL_ROW_MINE) != 0 ? "letter-about"
							     : "letter-about-theirs",
			FILL({"ref", msg_text(ref, REFERRAL_ROW_REF), 0},
			     {"need",
			      list_text(LIST_NEEDS, s->lang, msg_text(ref, REFERRAL_ROW_NEED)), 0},
			     {"partner", msg_text(ref, REFERRAL_ROW_PARTNER), 0}));
	sheet_say(s, msg_count(reply, REPLY_DISCLOSURES) == 0 ? "letter-none" : "letter-begin",
		  FILL_NONE);
	brought(s, reply);
	partners(s, reply);
	sheet_head(s, list_text(LIST_PAPER, s->lang, "letter-back"));
	sheet_say(s, phone[0] == '\0' ? "letter-how" : "letter-how-phone",
		  FILL({"org", msg_text(self, PARTNER_ROW_NAME), 0}, {"phone", phone, 0}));
	sheet_say(s, "letter-then", FILL_NONE);
	sheet_say(s, "letter-rights", FILL({"org", msg_text(self, PARTNER_ROW_NAME), 0}));
}

/* A reference names a referral, anything else a case: the node knows both, and the shorter letter is tried first. */
int cmd_letter(struct cli *c)
{
	struct msg *sub, *reply, *req = cli_request(c, REQUEST_REF_LETTER, &sub);
	struct sheet s;
	int code;

	require(c->word_count > 0);
	msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
	code = cli_try(c, req, &reply);
	if (code == CLI_NOT_FOUND) {
		req = cli_request(c, REQUEST_CASE_LETTER, &sub);
		msg_set_text(&c->arena, sub, BY_ID_ID, c->words[0]);
		code = cli_try(c, req, &reply);
	}
	if (code == CLI_DONE && c->json)
		return paper_json(c, req, reply);
	if (reply != NULL && c->json)
		out_json(c, req, reply);
	else if (reply != NULL && code != CLI_DONE)
		cli_refused(c, reply);
	if (code != CLI_DONE || !paper_open(c, &s, paper_language(c, reply), &code))
		return code;
	letter(&s, reply);
	return paper_close(c, &s, reply);
}
