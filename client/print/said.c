/* SPDX-License-Identifier: EUPL-1.2 */
/* One set of values for every sentence: what the reply has, by the names that the rows of said.psv use. */
#include "client/print/said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/cli/terminal.h"
#include "client/print/move.h"
#include "client/print/print.h"
#include "client/words/withdrawn.h"
#include "proto/acts.h"

enum { KEY_LEN = 64, LIST_LEN = 1024, VALUES = 10, ID_LEN = 9 };

struct about {
	char partners[LIST_LEN], cats[LIST_LEN], day[WORDS_SHORT], id[33];
	struct fill values[VALUES + 1];
};

/* One row of said.psv with its values, and nothing behind it. */
static void put(const struct cli *c, FILE *to, const char *key, const struct fill *values)
{
	fill_print(to, list_text(LIST_SAID, c->lang, key), values, words_plural(c->lang));
}

/* ---- values ---- */

/* Each name once, in the order in which they came; one that does not fit is left out, with a sign that it is. */
static void add_name(char list[LIST_LEN], const char *name)
{
	const size_t used = strlen(list), n = strlen(name);
	const char *at = list;

	while (n > 0 && (at = strstr(at, name)) != NULL) {
		if ((at == list || at[-1] == ' ') && (at[n] == '\0' || at[n] == ','))
			return;
		at += n;
	}
	if (n > 0 && used + n + sizeof ", ..." < LIST_LEN)
		(void)snprintf(list + used, LIST_LEN - used, "%s%s", used == 0 ? "" : ", ", name);
}

/* The field of every row of one list. */
static void add_names(char list[LIST_LEN], const struct msg *reply, unsigned rows, unsigned field)
{
	for (size_t i = 0; i < msg_count(reply, rows); i++)
		add_name(list, msg_text(msg_at(reply, rows, i), field));
}

/* Whoever was told something of the person and has it still: it arrived there, and was not let go of since. */
static void add_holders(char list[LIST_LEN], const struct msg *reply)
{
	static const char *const nowhere[] = {"queued", "dropped", "lost-act"};

	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *d = msg_at(reply, REPLY_DISCLOSURES, i);
		/* a consent by itself tells nothing of the person but that there is one */
		bool there = msg_u64(d, DISCLOSURE_ROW_CATS) != 0 &&
			     msg_u64(d, DISCLOSURE_ROW_LET_GO) == 0;

		for (size_t k = 0; k < sizeof nowhere / sizeof nowhere[0]; k++)
			there = there &&
				strcmp(msg_text(d, DISCLOSURE_ROW_DELIVERY), nowhere[k]) != 0;
		if (there)
			add_name(list, msg_text(d, DISCLOSURE_ROW_PARTNER));
	}
}

/* As the reader calls them, in the order of their bits; "-" for none. */
static void cats_text(const struct cli *c, uint64_t cats, char out[LIST_LEN])
{
	out[0] = '\0';
	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		if (cats >> bit & 1)
			add_name(out, cli_called(c, c->lang, LIST_CATEGORIES, msg_cat_name(bit)));
	if (out[0] == '\0')
		memcpy(out, "-", 2);
}

/* As much of an id as people type; what was typed may be shorter. */
static void short_id(const char *id, char out[33])
{
	const char *s = print_short(id);

	(void)snprintf(out, 33, "%.*s", s == id ? 32 : ID_LEN - 1, s);
}

static const struct msg *first(const struct msg *reply, unsigned rows)
{
	return msg_count(reply, rows) == 0 ? NULL : msg_at(reply, rows, 0);
}

/* What a command was about: its answer says it, or else what was typed. */
static const struct fill *about(const struct cli *c, const struct msg *reply, struct about *a)
{
	const struct msg *ref = first(reply, REPLY_REFERRALS), *grant = first(reply, REPLY_GRANTS),
			 *owed = first(reply, REPLY_OUTBOX),
			 *partner = first(reply, REPLY_PARTNERS),
			 *handed = first(reply, REPLY_HANDOVERS);
	const char *id = msg_text(reply, REPLY_ID), *name = msg_text(ref, REFERRAL_ROW_PARTNER);
	const bool receive = msg_has(partner, PARTNER_ROW_MAY_RECEIVE_CATS);
	const uint64_t open = msg_has(partner, PARTNER_ROW_OPEN_REFERRALS)
				      ? msg_u64(partner, PARTNER_ROW_OPEN_REFERRALS)
				      : msg_u64(reply, REPLY_COUNT);
	const uint64_t grants = msg_count(reply, REPLY_GRANTS);

	*a = (struct about){.partners = ""};
	/* where the ledger was asked it says who has something; a referral alone says only who was asked */
	if (msg_count(reply, REPLY_DISCLOSURES) == 0) {
		add_names(a->partners, reply, REPLY_REFERRALS, REFERRAL_ROW_PARTNER);
		add_names(a->partners, reply, REPLY_GRANTS, GRANT_ROW_PARTNER);
	}
	add_holders(a->partners, reply);
	name = name[0] != '\0' ? name : msg_text(grant, GRANT_ROW_PARTNER);
	name = name[0] != '\0' ? name : msg_text(owed, OUTBOX_ROW_PARTNER);
	name = name[0] != '\0' ? name : msg_text(partner, PARTNER_ROW_NAME);
	name = name[0] != '\0' ? name : msg_text(handed, HANDOVER_ROW_PARTNER);
	cats_text(c,
		  grant != NULL ? msg_u64(grant, GRANT_ROW_CATS)
				: msg_u64(partner, receive ? PARTNER_ROW_MAY_RECEIVE_CATS
							   : PARTNER_ROW_MAY_SEND_CATS),
		  a->cats);
	(void)words_day(c->lang, msg_text(grant, GRANT_ROW_LAST_DAY), a->day);
	/* of a list the words are a number: referrals that end, or those that go with a case */
	a->values[0] = (struct fill){"ref",
				     ref != NULL      ? msg_text(ref, REFERRAL_ROW_REF)
				     : handed != NULL ? msg_text(handed, HANDOVER_ROW_REF)
						      : msg_text(owed, OUTBOX_ROW_REF),
				     0};
	a->values[1] = (struct fill){"partner", name, 0};
	short_id(id[0] != '\0' ? id : c->word_count > 0 ? c->words[0] : "", a->id);
	a->values[2] = (struct fill){"id", a->id, 0};
	a->values[3] = (struct fill){"cats", a->cats, 0};
	a->values[4] = (struct fill){"day", a->day, 0};
	a->values[5] = (struct fill){"n", NULL,
				     grants > 0	   ? grants
				     : ref != NULL ? msg_count(reply, REPLY_REFERRALS)
						   : open};
	a->values[6] = (struct fill){"m", NULL, msg_count(reply, REPLY_REFERRALS)};
	a->values[7] = (struct fill){"partners", a->partners[0] == '\0' ? "-" : a->partners, 0};
	a->values[8] = (struct fill){
		"act", list_text(LIST_ACTS, c->lang, msg_text(owed, OUTBOX_ROW_ACT)), 0};
	return a->values;
}

/* A handover that rests on what was taken back ends as well. */
static void ends_handovers(const struct cli *c, FILE *to, const struct msg *reply)
{
	for (size_t i = 0;
	     c->cmd->field == REQUEST_CONSENT_WITHDRAW && i < msg_count(reply, REPLY_HANDOVERS);
	     i++) {
		const struct msg *h = msg_at(reply, REPLY_HANDOVERS, i);

		(void)fputc(' ', to);
		put(c, to,
		    msg_u64(h, HANDOVER_ROW_MINE) != 0 ? "ends-handover" : "ends-handover-theirs",
		    FILL({"ref", msg_text(h, HANDOVER_ROW_REF), 0},
			 {"partner", msg_text(h, HANDOVER_ROW_PARTNER), 0}));
	}
}

/* ---- sentences ---- */

/* "did-accept", "did-case-close", "did-offer": before is "did" or "sure". */
static void key_of(const struct cli *c, const char *before, char out[KEY_LEN])
{
	const struct act *act = act_of(c->cmd->act);

	if (act != NULL)
		(void)snprintf(out, KEY_LEN, "%s-%s", before, act->code);
	else if (c->cmd->field == REQUEST_REFER)
		(void)snprintf(out, KEY_LEN, "%s-offer", before);
	else if (c->cmd->field == REQUEST_PARTNER_AGREE)
		(void)snprintf(out, KEY_LEN, "%s-agree-%s", before,
			       cli_option(c, "receive") == NULL ? "send" : "receive");
	else
		(void)snprintf(out, KEY_LEN, "%s-%s%s%s", before, c->cmd->noun,
			       c->cmd->verb == NULL ? "" : "-",
			       c->cmd->verb == NULL ? "" : c->cmd->verb);
}

/* What ended with it: by their rows, because each may be worth a phone call. */
static void ended(const struct cli *c, const struct msg *reply)
{
	print_referrals(c, reply);
	print_grants(c, reply);
}

/* Something that is called by its id from then on. */
static bool makes(const struct cli *c)
{
	return c->cmd->verb != NULL &&
	       (strcmp(c->cmd->verb, "new") == 0 || strcmp(c->cmd->verb, "give") == 0);
}

/* Only part of a consent was taken back: the reply names the one that took its place. */
static bool narrowed(const struct cli *c, const struct msg *reply)
{
	return c->cmd->field == REQUEST_CONSENT_WITHDRAW && msg_has(reply, REPLY_ID);
}

bool said_done(const struct cli *c, const struct msg *reply, const struct msg *newest)
{
	require(c != NULL && reply != NULL);
	const struct msg *row = newest != NULL ? newest : first(reply, REPLY_REFERRALS);
	/* one word is what somebody does with one referral: accept, refer, recall */
	const bool acted = c->cmd->verb == NULL && row != NULL && strcmp(c->cmd->noun, "done") != 0;
	struct about a;
	char key[KEY_LEN];

	key_of(c, "did", key);
	if (cli_option(c, "corrects") != NULL)
		memcpy(key, "did-correct", sizeof "did-correct");
	if (c->cmd->act == 0 && cli_option(c, "same-as") != NULL)
		memcpy(key, "did-case-added-to", sizeof "did-case-added-to");
	if (strcmp(key, "did-case-note") == 0 && msg_count(reply, REPLY_HANDOVERS) > 0)
		memcpy(key, "did-case-addition", sizeof "did-case-addition");
	if (narrowed(c, reply))
		memcpy(key, "did-consent-narrow", sizeof "did-consent-narrow");
	if (msg_u64(reply, REPLY_DRY_RUN) != 0 || !list_has(LIST_SAID, key))
		return false;
	/* a script takes the id of what was made from standard output, where a person reads the sentence */
	if (makes(c) && msg_has(reply, REPLY_ID) && !c->terminal) {
		(void)puts(print_short(msg_text(reply, REPLY_ID)));
		put(c, stderr, key, about(c, reply, &a));
		(void)fputc('\n', stderr);
		return true;
	}
	put(c, stdout, key, about(c, reply, &a));
	ends_handovers(c, stdout, reply);
	if (acted) {
		(void)putchar(' ');
		move_print(c, row);
	}
	(void)putchar('\n');
	if (acted && strcmp(msg_text(row, REFERRAL_ROW_NEXT), "us") == 0)
		move_can(c, row);
	/* a mistake was in what was sent, not in what the person agreed to */
	if (row != NULL && (strcmp(key, "did-recall") == 0 || strcmp(key, "did-error") == 0)) {
		short_id(msg_text(row, REFERRAL_ROW_CASE_ID), a.id);
		put(c, stdout, "consent-stays", FILL({"id", a.id, 0}));
		(void)putchar('\n');
	}
	if (c->cmd->field == REQUEST_CONSENT_WITHDRAW || c->cmd->act == DOC_REVOKE)
		ended(c, reply);
	else if (c->cmd->field == REQUEST_OUTBOX_RETRY)
		print_outbox(c, reply);
	return true;
}

/* What would follow, as one paragraph. */
static void would(const struct cli *c, FILE *to, const struct msg *reply)
{
	struct about a;
	char key[KEY_LEN], more[KEY_LEN + sizeof "-partners"];

	key_of(c, "sure", key);
	if (narrowed(c, reply))
		memcpy(key, "sure-consent-narrow", sizeof "sure-consent-narrow");
	put(c, to, key, about(c, reply, &a));
	ends_handovers(c, to, reply);
	(void)snprintf(more, sizeof more, "%s-partners", key);
	if (a.partners[0] != '\0' && list_has(LIST_SAID, more)) {
		(void)fputc(' ', to);
		put(c, to, more, a.values);
	}
	/* a suspension is lifted again; all else that asks has no way back */
	if (c->cmd->verb == NULL || strcmp(c->cmd->verb, "suspend") != 0) {
		(void)fputc(' ', to);
		put(c, to, "sure-no-way-back", FILL_NONE);
	}
}

/* On standard error: what is asked there is answered there, and standard output stays for what was done. */
void said_would(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	char *text = NULL;
	size_t len = 0;
	FILE *line = open_memstream(&text, &len);

	would(c, line != NULL ? line : stderr, reply);
	if (line != NULL && fclose(line) == 0)
		terminal_sentence(c, stderr, text, len);
	free(text);
}

/* Whoever looks at a screen would wait for rows that do not come; a script counts lines, and gets none. */
void said_none(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	const char *verb = cli_or_none(c->cmd->verb);
	struct msg_field f;
	char key[KEY_LEN];
	bool own;

	key_of(c, "none", key);
	own = list_has(LIST_SAID, key);
	if (!c->terminal || (!own && strcmp(verb, "list") != 0))
		return;
	for (size_t i = 0; msg_field_at(reply, i, &f); i++)
		if (f.repeated && msg_count(reply, f.number) > 0)
			return;
	/* the sentence of its own is about the whole list, not about a page or one partner's part */
	put(c, stdout, own && c->option_count == 0 ? key : "none-list", FILL_NONE);
	(void)putchar('\n');
}

/* ---- kring show ---- */

/* Under which consents, and until when. */
static void say_consents(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		const struct msg *g = msg_at(reply, REPLY_GRANTS, i);
		const char *id = msg_text(g, GRANT_ROW_ID), *state = msg_text(g, GRANT_ROW_STATE);
		char cats[LIST_LEN], day[WORDS_SHORT], short_form[33];
		const uint64_t went = withdrawn_there(reply, id);

		short_id(id, short_form);
		/* what is there, not what could have gone or is on its way */
		if (went == 0)
			continue;
		cats_text(c, went, cats);
		(void)printf("  ");
		put(c, stdout, strcmp(state, "living") == 0 ? "under-consent" : "under-ended",
		    FILL({"id", short_form, 0}, {"cats", cats, 0},
			 {"day", words_day(c->lang, msg_text(g, GRANT_ROW_LAST_DAY), day), 0},
			 {"state", list_text(LIST_UI, c->lang, state), 0}));
		(void)putchar('\n');
	}
}

/* Whoever is behind the partner is a line below it. */
static void withdrawn(void *ctx, bool first_one, const char *text)
{
	(void)ctx;
	(void)printf("%s", first_one ? "" : "  ");
	text_print(stdout, text);
	(void)putchar('\n');
}

void said_withdrawn(const struct cli *c, const struct msg *row)
{
	withdrawn_say(c->lang, row, withdrawn, NULL);
}

/* First what must not be overlooked, then the sentence that every other screen has for it, then the rest. */
void said_show(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	const struct msg *row = first(reply, REPLY_REFERRALS),
			 *person = msg_get(reply, REPLY_PERSON);
	const bool mine = msg_u64(row, REFERRAL_ROW_MINE) != 0,
		   coming = mine && withdrawn_coming(reply);

	if (row == NULL)
		return;
	move_heed(c, row, msg_text(reply, REPLY_SAFETY));
	move_print(c, row);
	(void)putchar('\n');
	print_referral_head(c, row);
	move_can(c, row);
	if (person != NULL || mine) {
		put(c, stdout,
		    coming || (person == NULL && msg_count(reply, REPLY_DISCLOSURES) == 0)
			    ? withdrawn_nothing(reply)
		    : mine ? "they-hold"
			   : "they-shared",
		    FILL({"partner", msg_text(row, REFERRAL_ROW_PARTNER), 0}));
		(void)putchar('\n');
	}
	if (!coming)
		print_person(c, person);
	if (mine)
		say_consents(c, reply);
	(void)withdrawn_back(c->lang, reply, withdrawn, NULL);
	print_history(c, reply);
}
