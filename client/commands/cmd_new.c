/* SPDX-License-Identifier: EUPL-1.2 */
/* A new referral, from options or from a dialogue.  With all that it needs on the command line it asks nothing, so that a
 * script never hangs; on a terminal what is missing is asked for. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "client/cli/out.h"
#include "client/cli/page.h"
#include "client/commands/cmd.h"
#include "client/dialogue/arrived.h"
#include "client/dialogue/dialogue.h"
#include "client/print/print.h"
#include "client/print/said.h"
#include "client/words/day.h"

/* A value that is too long for a code or a name is none that the node has: it says so. */
static void take(char *out, size_t cap, const char *value)
{
	(void)snprintf(out, cap, "%s", cli_or_none(value));
}

/* What the options say.  Nothing said of what is shared means all of it, less what is named after --without. */
static void from_options(struct cli *c, struct referral *r)
{
	const bool shares = cli_option(c, "share") != NULL || cli_option(c, "without") != NULL;
	const char *to;

	take(r->case_id, sizeof r->case_id, c->word_count > 0 ? c->words[0] : "");
	take(r->need, sizeof r->need, cli_option(c, "need"));
	take(r->service, sizeof r->service, cli_option(c, "service"));
	take(r->witness, sizeof r->witness, cli_option(c, "witness"));
	take(r->given_by, sizeof r->given_by, cli_option(c, "given-by"));
	r->urgent = cli_option_number(c, "urgency") == 2;
	r->today = day_today();
	r->speaks = c->lang;
	r->knowing = cli_option(c, "knowing");
	r->until = (int64_t)(cli_option_number(c, "until") / 86400000);
	for (size_t i = 0; (to = cli_option_at(c, "to", i)) != NULL && i < REFERRAL_TO_MAX; i++) {
		struct referral_to *p = &r->to[r->to_count++];

		take(p->typed, sizeof p->typed, to);
		take(p->name, sizeof p->name, to);
		p->again = cli_option(c, "again") != NULL;
		p->chosen = shares;
		p->share = (cli_option(c, "share") != NULL ? cli_option_number(c, "share")
							   : ~UINT64_C(0)) &
			   ~cli_option_number(c, "without");
		if (cli_option(c, "give-consent") != NULL)
			take(p->how, sizeof p->how, cli_option(c, "how"));
	}
}

/* What belongs to a consent is said with one, or it would be dropped in silence. */
static int consent_options(const struct cli *c)
{
	static const char *const parts[] = {"how", "witness", "until", "given-by"};
	const bool gives = cli_option(c, "give-consent") != NULL;
	const char *missing = !gives			       ? NULL
			      : cli_option(c, "how") == NULL   ? "--how"
			      : cli_option(c, "share") == NULL ? "--share"
							       : NULL;

	for (size_t i = 0; !gives && missing == NULL && i < sizeof parts / sizeof parts[0]; i++)
		if (cli_option(c, parts[i]) != NULL)
			missing = "--give-consent";
	return missing == NULL
		       ? CLI_DONE
		       : cli_refuse(c, CLI_USAGE, "option-missing", FILL({"option", missing, 0}));
}

static void put_why(struct cli *c, struct msg *all, const struct msg *why)
{
	static const unsigned said[] = {REPLY_ERROR, REPLY_CODE, REPLY_WHAT, REPLY_WHY,
					REPLY_REMEDY};

	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		if (msg_has(why, said[i]))
			msg_set_text(&c->arena, all, said[i], msg_text(why, said[i]));
	if (msg_u64(why, REPLY_UNCOVERED) != 0)
		msg_set_u64(all, REPLY_UNCOVERED, msg_u64(why, REPLY_UNCOVERED));
}

/* One document: the referrals that were made, and why there are not more. */
static void show(struct cli *c, const struct referral *r, const struct referral_to *bad,
		 bool dry_run)
{
	struct msg *all = msg_new(&c->arena, MSG_REPLY);
	size_t n = 0;

	require(r->to_count > 0 && r->to_count <= REFERRAL_TO_MAX);
	if (bad != NULL && bad->reply != NULL)
		put_why(c, all, bad->reply);
	for (size_t i = 0; i < r->to_count; i++) {
		const struct msg *one = r->to[i].reply;

		if (r->to[i].part == PART_SENT && msg_count(one, REPLY_REFERRALS) > 0 &&
		    msg_add(&c->arena, all, REPLY_REFERRALS) != NULL)
			msg_replace(all, REPLY_REFERRALS, n++, msg_at(one, REPLY_REFERRALS, 0));
	}
	if (dry_run && bad == NULL)
		msg_set_u64(all, REPLY_DRY_RUN, 1);
	if (c->json) {
		out_json(c, NULL, all);
		return;
	}
	if (dry_run)
		print_reply(c, all);
	/* one sentence each, as when there is one */
	page_begin(c);
	for (size_t i = 0; !dry_run && i < r->to_count; i++)
		if (r->to[i].part == PART_SENT)
			(void)said_done(c, r->to[i].reply, arrived(c, r->to[i].reply));
	page_end(c);
	for (size_t i = 0; bad != NULL && i < r->to_count; i++)
		if (r->to[i].part != PART_SENT)
			talk_say(c, "not-sent", FILL({"partners", r->to[i].name, 0}));
	if (bad != NULL && bad->reply != NULL && msg_has(bad->reply, REPLY_ERROR))
		cli_refused(c, bad->reply);
}

/* The same partner twice would be sent to once and then refused. */
static const char *twice(const struct referral *r)
{
	char a[REFERRAL_NAME], b[REFERRAL_NAME];

	for (size_t i = 0; i < r->to_count; i++)
		for (size_t k = 0; k < i; k++)
			if (text_slug(a, sizeof a, r->to[i].typed) && a[0] != '\0' &&
			    text_slug(b, sizeof b, r->to[k].typed) && strcmp(a, b) == 0)
				return r->to[i].typed;
	return NULL;
}

/* All or nothing, as far as it can be known before the first is sent. */
static int several(struct cli *c, struct referral *r)
{
	const bool dry_run = cli_option(c, "dry-run") != NULL;
	struct referral_to *bad = NULL;
	int code;

	require(r->to_count > 0);
	if (twice(r) != NULL)
		return cli_refuse(c, CLI_USAGE, "given-twice", FILL({"option", twice(r), 0}));
	if (!dry_run) {
		code = referral_send(c, r, &bad);
	} else {
		code = referral_check(c, r, &bad);
		for (size_t i = 0; bad == NULL && i < r->to_count; i++)
			if (!r->to[i].covered && r->to[i].how[0] == '\0')
				bad = &r->to[i]; /* no consent is there, and none is given */
		if (code == CLI_DONE && bad != NULL)
			code = bad->code;
	}
	if (code == CLI_DONE || (bad != NULL && bad->reply != NULL))
		show(c, r, bad, dry_run);
	return code;
}

/* As one request, with the answer that the node gives. */
static int one(struct cli *c)
{
	struct msg *sub, *req = cli_request(c, REQUEST_REFER, &sub);

	require(c->word_count > 0); /* cmd_refer asked */
	msg_set_text(&c->arena, sub, REFER_NEW_CASE_ID, c->words[0]);
	msg_set_text(&c->arena, sub, REFER_NEW_PARTNER, cli_option(c, "to"));
	msg_set_text(&c->arena, sub, REFER_NEW_NEED, cli_option(c, "need"));
	msg_set_text(&c->arena, sub, REFER_NEW_SERVICE, cli_option(c, "service"));
	msg_set_u64(sub, REFER_NEW_URGENCY, 1);
	/* routine, urgent: the place of the code is the number of enum Urgency */
	cmd_put_number(c, sub, "urgency", REFER_NEW_URGENCY);
	cmd_put_number(c, sub, "share", REFER_NEW_SHARE);
	cmd_put_number(c, sub, "without", REFER_NEW_WITHOUT);
	cmd_put_flag(c, sub, "again", REFER_NEW_AGAIN);
	msg_set_text(&c->arena, sub, REFER_NEW_KNOWING, cli_option(c, "knowing"));
	cmd_put_flag(c, sub, "dry-run", REFER_NEW_DRY_RUN);
	return cmd_finish(c, req);
}

/* What does not fit is refused by name: half of it would be somebody else's word, and a partner too many would get nothing. */
static int too_much(const struct cli *c)
{
	static const char *const texts[] = {"service", "witness"};
	char what[16], fault[WORDS_SHORT * 2];

	if (cli_option_at(c, "to", REFERRAL_TO_MAX) != NULL)
		return cli_refuse(c, CLI_USAGE, "too-many-options", FILL({"option", "--to", 0}));
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (strlen(cli_or_none(cli_option(c, texts[i]))) < REFERRAL_NAME)
			continue;
		(void)snprintf(what, sizeof what, "--%s", texts[i]);
		(void)snprintf(fault, sizeof fault, "%s %d %s",
			       list_text(LIST_ERRORS, c->lang, "is longer than"), REFERRAL_NAME - 1,
			       list_text(LIST_ERRORS, c->lang, "characters"));
		return cli_refuse(c, CLI_USAGE, "wrong-text",
				  FILL({"option", what, 0}, {"fault", fault, 0}));
	}
	return CLI_DONE;
}

/* A dialogue is begun by what is missing, never by an option of its own: whoever types less is asked more.  --dry-run is of
 * scripts, which are never asked. */
int cmd_refer(struct cli *c)
{
	struct referral r = {.case_id = ""};
	const bool whole = c->word_count > 0 && cli_option(c, "to") != NULL &&
			   cli_option(c, "need") != NULL;
	char words[WORDS_SHORT];
	int bad = consent_options(c);

	if (bad == CLI_DONE)
		bad = too_much(c);
	if (bad != CLI_DONE)
		return bad;
	from_options(c, &r);
	if (!whole && talk_possible(c) && cli_option(c, "dry-run") == NULL)
		return dialogue_refer(c, &r);
	words_arguments(c->lang, "CASE", words, sizeof words);
	if (c->word_count == 0)
		return cli_refuse(c, CLI_USAGE, "missing-argument",
				  FILL({"words", words, 0}, {"lists", "kring case list", 0}));
	return r.to_count > 1 || cli_option(c, "give-consent") != NULL ? several(c, &r) : one(c);
}
