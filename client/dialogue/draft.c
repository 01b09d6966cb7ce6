/* SPDX-License-Identifier: EUPL-1.2 */
/* A referral as lines of a draft: "name value".  Whoever reads one takes the lines that it knows; a draft of another release
 * is worth what can be read of it. */
#include "client/dialogue/referral.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"

enum { LINE = 512 };

/* A line; one that would not fit is left out, which the assertion below rules out. */
static void put(char *out, size_t *n, const char *name, const char *value)
{
	const size_t a = strlen(name), b = strlen(value);

	if (b == 0 || *n + a + b + 3 > LIMIT_DRAFT)
		return;
	memcpy(out + *n, name, a);
	out[*n + a] = ' ';
	memcpy(out + *n + a + 1, value, b);
	*n += a + b + 2;
	out[*n - 1] = '\n';
	out[*n] = '\0';
}

static void put_number(char *out, size_t *n, const char *name, uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRIu64, value);
	if (value != 0)
		put(out, n, name, text);
}

/* What was sent already is left out: whoever goes on sends the rest. */
static void put_partner(char *out, size_t *n, const struct referral_to *to)
{
	if (to->part == PART_SENT)
		return;
	put(out, n, "to", to->typed);
	put_number(out, n, "share", to->chosen ? to->share + 1 : 0);
	put_number(out, n, "again", to->again ? 1 : 0);
}

static void write_lines(const struct referral *r, char *out)
{
	size_t n = 0;

	out[0] = '\0';
	put_number(out, &n, "step", r->step);
	put(out, &n, "case", r->case_id);
	put(out, &n, "need", r->need);
	put(out, &n, "service", r->service);
	put_number(out, &n, "urgent", r->urgent ? 1 : 0);
	put_number(out, &n, "until", (uint64_t)r->until);
	put(out, &n, "witness", r->witness);
	for (size_t i = 0; i < r->to_count; i++)
		put_partner(out, &n, &r->to[i]);
	require(n < LIMIT_DRAFT);
}
static_assert(REFERRAL_TO_MAX * (REFERRAL_NAME + 160) + 4 * REFERRAL_NAME < LIMIT_DRAFT,
	      "every referral fits a draft");

void referral_keep(struct cli *c, struct referral *r, const char *label)
{
	char *text = arena_alloc(&c->arena, LIMIT_DRAFT);

	require(r->case_id[0] != '\0');
	if (text == NULL)
		return;
	write_lines(r, text);
	draft_keep(c, r->draft, "refer", label, r->case_id, text);
}

void draft_keep(struct cli *c, char id[DRAFT_ID], const char *form, const char *label,
		const char *case_id, const char *text)
{
	struct msg *sub, *req = cli_request(c, REQUEST_DRAFT_PUT, &sub), *reply;

	require(id != NULL && form != NULL && text != NULL);
	if (id[0] != '\0')
		msg_set_text(&c->arena, sub, DRAFT_PUT_ID, id);
	msg_set_text(&c->arena, sub, DRAFT_PUT_FORM, form);
	msg_set_text(&c->arena, sub, DRAFT_PUT_LABEL, label);
	msg_set_text(&c->arena, sub, DRAFT_PUT_BODY, text);
	msg_set_text(&c->arena, sub, DRAFT_PUT_CASE_ID, case_id);
	if (cli_try(c, req, &reply) == CLI_DONE)
		(void)snprintf(id, DRAFT_ID, "%s", msg_text(reply, REPLY_ID));
}

void draft_forget(struct cli *c, char id[DRAFT_ID])
{
	struct msg *sub, *req, *reply;

	require(id != NULL);
	if (id[0] == '\0')
		return;
	req = cli_request(c, REQUEST_DRAFT_DROP, &sub);
	msg_set_text(&c->arena, sub, BY_ID_ID, id);
	(void)cli_try(c, req, &reply);
	id[0] = '\0';
}

static void take(char *out, size_t cap, const char *value)
{
	(void)snprintf(out, cap, "%s", value);
}

/* Called as it was typed, until the list of partners says how it is called. */
static void take_partner(struct referral *r, const char *value)
{
	struct referral_to *to = &r->to[r->to_count++];

	take(to->typed, sizeof to->typed, value);
	take(to->name, sizeof to->name, value);
}

/* Of the partner that the last "to" named. */
static void take_part(struct referral *r, const char *name, const char *value)
{
	struct referral_to *to = r->to_count == 0 ? NULL : &r->to[r->to_count - 1];

	if (to == NULL)
		return;
	if (strcmp(name, "share") == 0) {
		to->share = strtoull(value, NULL, 10);
		to->chosen = to->share != 0;
		to->share -= to->chosen ? 1 : 0;
	} else if (strcmp(name, "again") == 0) {
		to->again = true;
	}
}

static void take_line(struct referral *r, const char *name, const char *value)
{
	if (strcmp(name, "step") == 0)
		r->step = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(name, "case") == 0)
		take(r->case_id, sizeof r->case_id, value);
	else if (strcmp(name, "need") == 0)
		take(r->need, sizeof r->need, value);
	else if (strcmp(name, "service") == 0)
		take(r->service, sizeof r->service, value);
	else if (strcmp(name, "urgent") == 0)
		r->urgent = true;
	else if (strcmp(name, "until") == 0)
		r->until = (int64_t)strtoll(value, NULL, 10);
	else if (strcmp(name, "witness") == 0)
		take(r->witness, sizeof r->witness, value);
	else if (strcmp(name, "to") == 0 && r->to_count < REFERRAL_TO_MAX)
		take_partner(r, value);
	else
		take_part(r, name, value);
}

bool referral_recall(struct referral *r, const char *text)
{
	char line[LINE];

	require(r != NULL && text != NULL);
	while (*text != '\0') {
		const size_t n = strcspn(text, "\n"), k = n < sizeof line ? n : sizeof line - 1;
		char *blank;

		memcpy(line, text, k);
		line[k] = '\0';
		text += n + (text[n] == '\n' ? 1 : 0);
		blank = strchr(line, ' ');
		if (blank == NULL)
			continue;
		*blank = '\0';
		take_line(r, line, blank + 1);
	}
	return r->case_id[0] != '\0';
}
