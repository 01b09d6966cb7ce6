/* SPDX-License-Identifier: EUPL-1.2 */
/* The letter: what was told to whom and why, until when; what was not told; how to take it back; whom to telephone.  In the words of
 * the person, and of nothing that stood in the file. */
#include "client/words/letter.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/words/words.h"

enum {
	NOT_OF_A_PERSON = 20,
	LETTER_LIST = 1024,
	TEXT_MAX = 8192
}; /* category message: words between two workers */

const struct msg *letter_self(const struct msg *reply)
{
	require(msg_kind_of(reply) == MSG_REPLY);
	for (size_t i = 0; i < msg_count(reply, REPLY_PARTNERS); i++)
		if (msg_u64(msg_at(reply, REPLY_PARTNERS, i), PARTNER_ROW_SELF) != 0)
			return msg_at(reply, REPLY_PARTNERS, i);
	return NULL;
}

const struct msg *letter_partner(const struct msg *reply, const char *name)
{
	require(msg_kind_of(reply) == MSG_REPLY && name != NULL);
	for (size_t i = 0; i < msg_count(reply, REPLY_PARTNERS); i++)
		if (strcmp(msg_text(msg_at(reply, REPLY_PARTNERS, i), PARTNER_ROW_NAME), name) == 0)
			return msg_at(reply, REPLY_PARTNERS, i);
	return NULL;
}

const char *letter_fate(const struct msg *d)
{
	const char *delivery = msg_text(d, DISCLOSURE_ROW_DELIVERY),
		   *back = msg_text(d, DISCLOSURE_ROW_TAKEN_BACK);
	const bool gone = msg_u64(d, DISCLOSURE_ROW_LET_GO) != 0;

	require(msg_kind_of(d) == MSG_DISCLOSURE_ROW);
	if (msg_u64(d, DISCLOSURE_ROW_KEPT) != 0)
		return "fate-kept";
	if (back[0] != '\0' && strcmp(delivery, "queued") == 0)
		return "fate-not-left";
	if (back[0] != '\0' && (delivery[0] == '\0' || strcmp(delivery, "stored") == 0 ||
				strcmp(delivery, "handed") == 0))
		return strcmp(back, "mistake") == 0 ? gone ? "fate-mistake" : "fate-mistake-soon"
		       : gone			    ? "fate-revoked"
						    : "fate-revoked-soon";
	if (delivery[0] == '\0' || strcmp(delivery, "stored") == 0)
		return "fate-there";
	if (strcmp(delivery, "queued") == 0 || strcmp(delivery, "handed") == 0)
		return "fate-on-its-way";
	return "fate-not-there";
}

static const char *filled(const struct letter_to *s, const char *key, const struct fill *values,
			  char out[TEXT_MAX])
{
	return fill_text(out, TEXT_MAX, list_text(LIST_PAPER, s->lang, key), values,
			 words_plural(s->lang));
}

/* A row of paper.psv as a paragraph ... */
static void say(const struct letter_to *s, const char *key, const struct fill *values)
{
	char text[TEXT_MAX];

	require(list_has(LIST_PAPER, key));
	s->text(s->ctx, filled(s, key, values, text));
}

/* ... or as one point of a list. */
static void point(const struct letter_to *s, const char *key, const struct fill *values)
{
	char text[TEXT_MAX];

	require(list_has(LIST_PAPER, key));
	s->point(s->ctx, filled(s, key, values, text));
}

/* Who gives it, and when. */
static void from(const struct letter_to *s, const struct msg *reply)
{
	const struct msg *self = letter_self(reply);
	char day[WORDS_SHORT];

	if (self != NULL)
		say(s, "letter-from",
		    FILL({"org", msg_text(self, PARTNER_ROW_NAME), 0},
			 {"day", words_date(s->lang, msg_text(reply, REPLY_DAY), day), 0}));
}

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
static const char *your_cats(const struct letter_to *s, uint64_t cats, char out[LETTER_LIST])
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
			      words_called(s->lang, s->country, LIST_CATEGORIES, "national-number"),
			      0}),
			words_plural(s->lang));
		if (n + strlen(word) + 3 > LETTER_LIST)
			continue;
		n += (size_t)snprintf(out + n, LETTER_LIST - n, "%s%s",
				      n == 0 ? "" : words_semicolon(s->lang), word);
	}
	return out;
}

/* One point for each document: when, what, in which referral, and whether it is there; what was a mistake or was taken back says so
 * in a sentence. */
static void what_went(const struct letter_to *s, const struct msg *reply, const char *partner)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *d = msg_at(reply, REPLY_DISCLOSURES, i);
		const char *fate = letter_fate(d);
		char cats[LETTER_LIST], when[WORDS_SHORT], key[64];

		if (strcmp(msg_text(d, DISCLOSURE_ROW_PARTNER), partner) != 0 ||
		    msg_u64(d, DISCLOSURE_ROW_CATS) == 0)
			continue;
		(void)snprintf(key, sizeof key, "letter-%s", fate);
		point(s, list_has(LIST_PAPER, key) ? key : "letter-went",
		      FILL({"when", words_day_of(s->lang, msg_u64(d, DISCLOSURE_ROW_AT_MS), when),
			    0},
			   {"cats", your_cats(s, msg_u64(d, DISCLOSURE_ROW_CATS), cats), 0},
			   {"partner", partner, 0}, {"ref", msg_text(d, DISCLOSURE_ROW_REF), 0},
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
static void grounds(const struct letter_to *s, const struct msg *reply, const char *partner)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		const struct msg *g = msg_at(reply, REPLY_GRANTS, i);
		const char *state = msg_text(g, GRANT_ROW_STATE);
		char cats[LETTER_LIST], given[WORDS_SHORT], until[WORDS_SHORT], purpose[64];

		if (strcmp(msg_text(g, GRANT_ROW_PARTNER), partner) != 0 ||
		    msg_u64(g, GRANT_ROW_RECEIVED) != 0)
			continue;
		(void)snprintf(purpose, sizeof purpose, "your-%.40s",
			       msg_text(g, GRANT_ROW_PURPOSE));
		say(s,
		    strcmp(state, "living") == 0 && rests_nothing(reply, msg_text(g, GRANT_ROW_ID))
			    ? "letter-ground-unused"
		    : strcmp(state, "living") == 0    ? "letter-ground"
		    : msg_has(g, GRANT_ROW_SUCCESSOR) ? "letter-ground-narrowed"
		    : strcmp(state, "withdrawn") == 0 ? "letter-ground-withdrawn"
						      : "letter-ground-over",
		    FILL({"given", words_day_of(s->lang, msg_u64(g, GRANT_ROW_GIVEN_MS), given), 0},
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
static void one_partner(const struct letter_to *s, const struct msg *reply, const char *name)
{
	const uint64_t told = told_to(reply, name);
	const struct msg *p = letter_partner(reply, name);
	char cats[LETTER_LIST];
	uint64_t all = 0;

	s->head(s->ctx, name);
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		all |= bit == NOT_OF_A_PERSON ? 0 : UINT64_C(1) << bit;
	if (told == 0)
		say(s, "letter-nothing", FILL({"partner", name, 0}));
	else
		what_went(s, reply, name);
	grounds(s, reply, name);
	say(s, "letter-not",
	    FILL({"partner", name, 0}, {"cats", your_cats(s, all & ~told, cats), 0}));
	if (msg_text(p, PARTNER_ROW_PHONE)[0] != '\0')
		say(s, "letter-phone",
		    FILL({"partner", name, 0}, {"phone", msg_text(p, PARTNER_ROW_PHONE), 0}));
}

/* One that came by mistake, and was taken back: nothing of it is here, whatever its consent would allow. */
static bool came_by_mistake(const struct msg *ref)
{
	return ref != NULL && msg_u64(ref, REFERRAL_ROW_MINE) == 0 &&
	       strcmp(msg_text(ref, REFERRAL_ROW_STATE), "error") == 0;
}

static void brought(const struct letter_to *s, const struct msg *reply, const struct msg *ref)
{
	if (came_by_mistake(ref)) {
		say(s, "letter-brought-mistake",
		    FILL({"partner", msg_text(ref, REFERRAL_ROW_PARTNER), 0}));
		return;
	}
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		const struct msg *g = msg_at(reply, REPLY_GRANTS, i);
		const bool may = strcmp(msg_text(g, GRANT_ROW_STATE), "living") == 0;
		char cats[LETTER_LIST], until[WORDS_SHORT];

		if (msg_u64(g, GRANT_ROW_RECEIVED) != 0)
			say(s, may ? "letter-brought" : "letter-brought-over",
			    FILL({"partner", msg_text(g, GRANT_ROW_PARTNER), 0},
				 {"cats", your_cats(s, msg_u64(g, GRANT_ROW_CATS), cats), 0},
				 {"until",
				  words_date(s->lang, msg_text(g, GRANT_ROW_LAST_DAY), until), 0}));
	}
}

static void partners(const struct letter_to *s, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++)
		if (!seen_before(reply, REPLY_DISCLOSURES, DISCLOSURE_ROW_PARTNER, i))
			one_partner(s, reply,
				    msg_text(msg_at(reply, REPLY_DISCLOSURES, i),
					     DISCLOSURE_ROW_PARTNER));
}

void letter_write(const struct letter_to *s, const struct msg *reply)
{
	const struct msg *self = letter_self(reply), *ref = NULL;
	const char *name = msg_text(msg_get(reply, REPLY_PERSON), PERSON_NAME);
	const char *phone = msg_text(self, PARTNER_ROW_PHONE);

	if (msg_count(reply, REPLY_REFERRALS) == 1)
		ref = msg_at(reply, REPLY_REFERRALS, 0);
	require(s->head != NULL && s->text != NULL && s->point != NULL);
	from(s, reply);
	say(s, name[0] == '\0' ? "letter-dear-nobody" : "letter-dear", FILL({"name", name, 0}));
	/* what came, and whose consent is over, says no need any more */
	if (ref != NULL && msg_text(ref, REFERRAL_ROW_NEED)[0] != '\0')
		say(s,
		    msg_u64(ref, REFERRAL_ROW_MINE) != 0 ? "letter-about" : "letter-about-theirs",
		    FILL({"ref", msg_text(ref, REFERRAL_ROW_REF), 0},
			 {"need", list_text(LIST_NEEDS, s->lang, msg_text(ref, REFERRAL_ROW_NEED)),
			  0},
			 {"partner", msg_text(ref, REFERRAL_ROW_PARTNER), 0}));
	say(s, msg_count(reply, REPLY_DISCLOSURES) == 0 ? "letter-none" : "letter-begin",
	    FILL_NONE);
	brought(s, reply, ref);
	partners(s, reply);
	s->head(s->ctx, list_text(LIST_PAPER, s->lang, "letter-back"));
	say(s, phone[0] == '\0' ? "letter-how" : "letter-how-phone",
	    FILL({"org", msg_text(self, PARTNER_ROW_NAME), 0}, {"phone", phone, 0}));
	say(s, "letter-then", FILL_NONE);
	say(s, "letter-rights", FILL({"org", msg_text(self, PARTNER_ROW_NAME), 0}));
}
