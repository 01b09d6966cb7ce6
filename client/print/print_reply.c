/* SPDX-License-Identifier: EUPL-1.2 */
/* What a reply looks like: JSON by the schema, or tables for people. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "base/limits.h"
#include "client/cli/cli.h"
#include "proto/person_kind.h"

enum { DAMAGE_SHOWN = 5 };

static json_t *json_of(const struct msg *m);

static json_t *json_value(const struct msg *m, const struct msg_field *f)
{
	switch (f->type) {
	case MSG_TYPE_NUMBER:
		return json_integer((json_int_t)msg_u64(m, f->number));
	case MSG_TYPE_BOOL:
		return json_boolean(msg_u64(m, f->number) != 0);
	case MSG_TYPE_ENUM:
		return json_string(msg_enum_name(m, f->number));
	case MSG_TYPE_TEXT:
		return json_string(msg_text(m, f->number));
	case MSG_TYPE_SUB:
		return json_of(msg_get(m, f->number));
	case MSG_TYPE_BYTES:
		break;
	}
	return json_null(); /* replies hold no raw bytes */
}

/* Schemas are not recursive. */
static json_t *json_of(const struct msg *m) /* NOLINT(misc-no-recursion) */
{
	json_t *o = json_object();
	struct msg_field f;

	for (size_t i = 0; msg_field_at(m, i, &f); i++) {
		json_t *v;

		if (f.repeated) {
			v = json_array();
			for (size_t j = 0; j < msg_count(m, f.number); j++)
				(void)json_array_append_new(
					v, f.type == MSG_TYPE_SUB
						   ? json_of(msg_at(m, f.number, j))
						   : json_string(msg_text_at(m, f.number, j)));
			/* an empty list says so; but a reply has lists of every command */
			if (json_array_size(v) == 0 && msg_kind_of(m) == MSG_REPLY) {
				json_decref(v);
				continue;
			}
		} else if (msg_has(m, f.number)) {
			v = json_value(m, &f);
		} else {
			continue;
		}
		(void)json_object_set_new(o, f.name, v);
	}
	return o;
}

/* The lists that a command answers with: there also when they are empty. */
static const struct {
	unsigned request, list;
} lists[] = {
	{REQUEST_PARTNER_LIST, REPLY_PARTNERS},
	{REQUEST_PARTNER_SHOW, REPLY_PARTNERS},
	{REQUEST_CASE_LIST, REPLY_CASES},
	{REQUEST_CASE_SHOW, REPLY_CASES},
	{REQUEST_CASE_SHOW, REPLY_ENTRIES},
	{REQUEST_CASE_SHOW, REPLY_REFERRALS},
	{REQUEST_CASE_SHOW, REPLY_GRANTS},
	{REQUEST_CASE_SHOW, REPLY_DISCLOSURES},
	{REQUEST_CONSENT_LIST, REPLY_GRANTS},
	{REQUEST_INBOX, REPLY_REFERRALS},
	{REQUEST_SENT, REPLY_REFERRALS},
	{REQUEST_SHOW, REPLY_REFERRALS},
	{REQUEST_SHOW, REPLY_LOG},
	{REQUEST_WORKLIST, REPLY_WORK},
	{REQUEST_OUTBOX_LIST, REPLY_OUTBOX},
	{REQUEST_OUTBOX_WHY, REPLY_OUTBOX},
	{REQUEST_AUDIT_LIST, REPLY_AUDIT},
	{REQUEST_ROSTER_SHOW, REPLY_ROSTER},
	{REQUEST_INVITE_LIST, REPLY_INVITES},
	{REQUEST_APPROVE_LIST, REPLY_PROPOSALS},
	{REQUEST_AUDIT_EXPORT, REPLY_CHECKPOINTS},
};

static void empty_lists(json_t *o, const struct msg *request, const struct msg *reply)
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(reply, i, &f); i++)
		for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
			if (lists[k].list == f.number && msg_has(request, lists[k].request) &&
			    json_object_get(o, f.name) == NULL)
				(void)json_object_set_new(o, f.name, json_array());
}

void out_json(const struct msg *request, const struct msg *reply)
{
	json_t *o = json_of(reply);

	if (request != NULL && !msg_has(reply, REPLY_ERROR))
		empty_lists(o, request, reply);
	(void)json_dumpf(o, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	(void)putchar('\n');
	json_decref(o);
}

void out_error(int code, const char *what, const char *why, const char *remedy)
{
	static const char *const names[] = {"",		 "refused", "usage",
					    "not-found", "not-now", "damaged"};
	json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "error",
			      names[code > 0 && code <= CLI_DAMAGED ? code : CLI_REFUSED], "what",
			      what, "why", why, "remedy", remedy);

	if (o == NULL) /* something in it is not UTF-8 */
		o = json_pack("{s:s, s:s}", "error", "usage", "what", "this cannot be read");
	(void)json_dumpf(o, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	(void)putchar('\n');
	json_decref(o);
}

/* What a list could not show; the rest of it was shown. */
int out_damage(const struct cli *c, const struct msg *reply)
{
	static const char *const kinds[][2] = {
		{"thread", "referral"},	    {"cases", "case"},	   {"caselog", "note"},
		{"work", "task"},	    {"grant", "consent"},  {"outplace", "document"},
		{"agreement", "agreement"}, {"ledger", "consent"}, {"pair", "connection"}};
	const size_t count = msg_count(reply, REPLY_DAMAGE);

	if (c->json)
		return CLI_DAMAGED; /* they are in the reply */
	(void)fprintf(stderr, "! %s: %zu", list_text(LIST_UI, c->lang, "damaged"), count);
	for (size_t i = 0; i < count && i < DAMAGE_SHOWN; i++) {
		const struct msg *r = msg_at(reply, REPLY_DAMAGE, i);
		const char *kind = msg_text(r, DAMAGE_ROW_TABLE);

		for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
			if (strcmp(kinds[k][0], kind) == 0)
				kind = kinds[k][1];
		(void)fprintf(stderr, "%s %s %s", i == 0 ? " -" : ",",
			      list_text(LIST_UI, c->lang, kind), msg_text(r, DAMAGE_ROW_NAME));
	}
	(void)fprintf(stderr, "%s\n  %s: kring verify\n", count > DAMAGE_SHOWN ? ", ..." : "",
		      list_text(LIST_UI, c->lang, "see"));
	return CLI_DAMAGED;
}

static json_t *json_command(const struct command *k)
{
	const char *at = k->options;
	char name[32], type[32], accepts[1024];
	json_t *options = json_array();
	bool many, empty;

	while (cli_spec_next(&at, name, type, &many, &empty)) {
		(void)cli_accepts(k, type, accepts, sizeof accepts);
		(void)json_array_append_new(options,
					    json_pack("{s:s, s:s, s:s, s:b, s:b}", "name", name,
						      "type", type, "accepts", accepts, "many",
						      many ? 1 : 0, "empty", empty ? 1 : 0));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "noun", k->noun, "verb",
			 k->verb == NULL ? "" : k->verb, "words", k->words, "help", k->help,
			 "options", options);
}

/* The whole table, for completion and for tests. */
void out_commands(void)
{
	json_t *all = json_array(), *o = json_pack("{s:o}", "commands", all);

	for (size_t i = 0; i < cli_command_count; i++)
		(void)json_array_append_new(all, json_command(&cli_commands[i]));
	(void)json_dumpf(o, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	(void)putchar('\n');
	json_decref(o);
}

static void print_time(uint64_t ms)
{
	const time_t s = (time_t)(ms / 1000);
	struct tm tm;
	char text[32] = "-";

	if (ms != 0 && localtime_r(&s, &tm) != NULL)
		(void)strftime(text, sizeof text, "%d/%m %H:%M:%S", &tm);
	(void)printf("%s", text);
}

/* "2026-11-27" as people write it: vr 27 nov 2026.  Not a day: as it came. */
static void print_day(const struct cli *c, const char *text)
{
	static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
					     "jul", "aug", "sep", "oct", "nov", "dec"};
	struct date d;
	int64_t day;

	if (!date_parse(text, &day)) {
		(void)printf("%s", text[0] == '\0' ? "-" : text);
		return;
	}
	d = date_of(day);
	(void)printf("%s %02d%s %s %d", list_text(LIST_DATES, c->lang, days[date_weekday(day)]),
		     d.day, c->lang == LIST_DE ? "." : "",
		     list_text(LIST_DATES, c->lang, months[d.month - 1]), d.year);
}

/* The day of a moment, by the clock of whoever reads. */
static void print_day_of(const struct cli *c, uint64_t ms)
{
	const time_t s = (time_t)(ms / 1000);
	char text[DATE_TEXT] = "";
	struct tm tm;

	if (ms != 0 && localtime_r(&s, &tm) != NULL)
		date_text(date_day(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday), text);
	print_day(c, text);
}

/* A deadline is the last day, as the daemon says it: it knows where the term runs. */
static void print_due(const struct cli *c, const struct msg *r, unsigned day, unsigned overdue)
{
	if (!msg_has(r, day))
		return;
	(void)printf("%s ", list_text(LIST_UI, c->lang, "due"));
	print_day(c, msg_text(r, day));
	if (msg_u64(r, overdue) != 0)
		(void)printf(" (%s)", list_text(LIST_UI, c->lang, "overdue"));
}

static void print_cats(const struct cli *c, uint64_t cats)
{
	bool first = true;

	for (unsigned bit = 0; msg_cat_name(bit) != NULL; bit++)
		if (cats >> bit & 1) {
			(void)printf("%s%s", first ? "" : ", ",
				     list_text(LIST_CATEGORIES, c->lang, msg_cat_name(bit)));
			first = false;
		}
	if (first)
		(void)printf("-");
}

enum { CELL_MAX = LIMIT_ORG_NAME };

/* At least width characters, counted in code points.  A column gives way before a name is cut: two may differ at
 * their ends only.  What is cut all the same says so. */
void out_cell(const char *s, int width)
{
	int n = 0;

	for (; *s != '\0'; s++) {
		if (((unsigned char)*s & 0xc0) != 0x80 && n++ == CELL_MAX) {
			(void)printf("…");
			break;
		}
		(void)putchar(*s);
	}
	for (; n < width; n++)
		(void)putchar(' ');
	(void)printf("  ");
}

static void urgent(const struct cli *c, const char *urgency)
{
	if (strcmp(urgency, "urgent") == 0)
		(void)printf("%s  ", list_text(LIST_UI, c->lang, "urgent"));
}

/* Why a row shows no person. */
static const char *why_words(const struct cli *c, const char *code)
{
	return list_text(list_has(LIST_UI, code) ? LIST_UI : LIST_VERDICTS, c->lang, code);
}

static void referrals(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_REFERRALS); i++) {
		const struct msg *r = msg_at(reply, REPLY_REFERRALS, i);
		const char *delivery = msg_text(r, REFERRAL_ROW_DELIVERY);

		out_cell(msg_text(r, REFERRAL_ROW_REF), 9);
		(void)printf("%s ", msg_u64(r, REFERRAL_ROW_MINE) != 0 ? "->" : "<-");
		out_cell(msg_text(r, REFERRAL_ROW_PARTNER), 24);
		out_cell(msg_text(r, REFERRAL_ROW_NAME), 20);
		out_cell(list_text(LIST_NEEDS, c->lang, msg_text(r, REFERRAL_ROW_NEED)), 22);
		urgent(c, msg_text(r, REFERRAL_ROW_URGENCY));
		(void)printf(
			"%s%s", list_text(LIST_STATES, c->lang, msg_text(r, REFERRAL_ROW_STATE)),
			msg_u64(r, REFERRAL_ROW_PROVISIONAL) != 0 ? " (not yet confirmed)" : "");
		if (delivery[0] != '\0')
			(void)printf(", %s", delivery);
		if (strcmp(msg_text(r, REFERRAL_ROW_NEXT), "nobody") != 0)
			(void)printf(", next: %s",
				     list_text(LIST_UI, c->lang, msg_text(r, REFERRAL_ROW_NEXT)));
		if (msg_has(r, REFERRAL_ROW_DUE_DAY) &&
		    strcmp(msg_text(r, REFERRAL_ROW_NEXT), "nobody") != 0) {
			(void)printf(", ");
			print_due(c, r, REFERRAL_ROW_DUE_DAY, REFERRAL_ROW_OVERDUE);
		}
		if (msg_text(r, REFERRAL_ROW_HOLLOW)[0] != '\0')
			(void)printf(" (%s)", why_words(c, msg_text(r, REFERRAL_ROW_HOLLOW)));
		if (msg_u64(r, REFERRAL_ROW_NO_CALENDAR) != 0)
			(void)printf(", %s", list_text(LIST_UI, c->lang, "no-calendar"));
		(void)putchar('\n');
	}
}

/* What a partner sent is shown as it is; a field of one line stays one. */
static void person_text(unsigned field, const char *s)
{
	for (; *s != '\0'; s++)
		(void)putchar(!person_lines(field) && strchr("\n\r\t", *s) != NULL ? ' ' : *s);
}

static void person(const struct cli *c, const struct msg *p)
{
	struct msg_field f;

	for (size_t i = 0; p != NULL && msg_field_at(p, i, &f); i++) {
		if (!msg_has(p, f.number))
			continue;
		(void)printf("  ");
		out_cell(f.name, 16);
		if (f.type == MSG_TYPE_TEXT)
			person_text(f.number, msg_text(p, f.number));
		else
			(void)printf("%s", msg_u64(p, f.number) != 0 ? "yes" : "no");
		(void)printf("   [%s]\n", list_text(LIST_CATEGORIES, c->lang, msg_cat_name(f.cat)));
	}
}

/* Codes are said in the reader's language; each act has its own list. */
static const char *reason_words(const struct cli *c, const struct msg *r)
{
	const char *act = msg_text(r, LOG_ROW_ACT), *code = msg_text(r, LOG_ROW_REASON);

	return list_text(strcmp(act, "offer") == 0     ? LIST_NEEDS
			 : strcmp(act, "decline") == 0 ? LIST_DECLINE
			 : strcmp(act, "outcome") == 0 ? LIST_OUTCOMES
						       : LIST_REASONS,
			 c->lang, code);
}

static void say_places(const struct cli *c, const struct msg *r)
{
	const char *alternative = msg_text(r, LOG_ROW_ALTERNATIVE);
	size_t outside = 0;

	if (strcmp(alternative, "outside") != 0 && alternative[0] != '\0')
		(void)printf("; %s: %s", list_text(LIST_UI, c->lang, "better-place"),
			     strcmp(alternative, "none") == 0
				     ? list_text(LIST_UI, c->lang, "nobody")
				     : alternative);
	for (size_t i = 0; i < msg_count(r, LOG_ROW_TARGETS); i++)
		if (strcmp(msg_text_at(r, LOG_ROW_TARGETS, i), "outside") != 0)
			(void)printf("; %s: %s", list_text(LIST_UI, c->lang, "better-place"),
				     msg_text_at(r, LOG_ROW_TARGETS, i));
	for (; outside < msg_count(r, LOG_ROW_OUTSIDE); outside++)
		(void)printf("; %s: %s (%s)", list_text(LIST_UI, c->lang, "better-place"),
			     msg_text_at(r, LOG_ROW_OUTSIDE, outside),
			     list_text(LIST_UI, c->lang, "outside"));
}

static void say_more(const struct cli *c, const struct msg *r)
{
	say_places(c, r);
	if (msg_has(r, LOG_ROW_DATE_MS)) {
		(void)printf("; %s ", list_text(LIST_UI, c->lang, "on"));
		print_day_of(c, msg_u64(r, LOG_ROW_DATE_MS));
	}
	if (msg_has(r, LOG_ROW_SERVICE))
		(void)printf("; %s", msg_text(r, LOG_ROW_SERVICE));
	if (strcmp(msg_text(r, LOG_ROW_URGENCY), "urgent") == 0)
		(void)printf("; %s", list_text(LIST_UI, c->lang, "urgent"));
	if (msg_has(r, LOG_ROW_TERM_DAYS))
		(void)printf("; %s: %llu", list_text(LIST_UI, c->lang, "working-days"),
			     (unsigned long long)msg_u64(r, LOG_ROW_TERM_DAYS));
	if (msg_has(r, LOG_ROW_AUTOMATIC))
		(void)printf(" (%s)", list_text(LIST_UI, c->lang, "automatic"));
}

static void history(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_LOG); i++) {
		const struct msg *r = msg_at(reply, REPLY_LOG, i);
		char hash[9] = "";

		memcpy(hash, msg_text(r, LOG_ROW_HASH),
		       strlen(msg_text(r, LOG_ROW_HASH)) >= 8 ? 8 : 0);
		(void)printf("  ");
		print_time(msg_u64(r, LOG_ROW_CREATED_MS));
		(void)printf("  ");
		out_cell(msg_text(r, LOG_ROW_SIDE), 8);
		(void)printf("%2llu  ", (unsigned long long)msg_u64(r, LOG_ROW_NO));
		out_cell(list_text(LIST_ACTS, c->lang, msg_text(r, LOG_ROW_ACT)), 22);
		out_cell(list_text(LIST_STATES, c->lang, msg_text(r, LOG_ROW_STATE)), 22);
		(void)printf("%s  %s%s%s", hash, reason_words(c, r),
			     msg_has(r, LOG_ROW_TEXT) ? " - " : "", msg_text(r, LOG_ROW_TEXT));
		say_more(c, r);
		(void)printf("%s%s\n",
			     msg_u64(r, LOG_ROW_HOLLOW) != 0 ? " (content not shared)" : "",
			     msg_has(r, LOG_ROW_DELIVERY) &&
					     strcmp(msg_text(r, LOG_ROW_DELIVERY), "stored") != 0
				     ? " (not yet delivered)"
				     : "");
	}
}

/* What a partner says otherwise than our own file, and how its word is taken over. */
static void told(const struct cli *c, const struct msg *reply)
{
	if (!msg_has(reply, REPLY_TOLD))
		return;
	(void)puts("a partner says otherwise (to take its word over: kring case take CASE FIELD):");
	person(c, msg_get(reply, REPLY_TOLD));
}

/* Why a partner does not get persons yet, or no more; and what helps. */
static void standing(const struct cli *c, const struct msg *r)
{
	const char *s = msg_text(r, PARTNER_ROW_STANDING);

	if (s[0] == '\0')
		return;
	(void)printf("%s", list_text(LIST_STANDINGS, c->lang, s));
	if (strcmp(s, "waiting") == 0)
		(void)printf(" (%llu of %llu; telephone %s)",
			     (unsigned long long)msg_u64(r, PARTNER_ROW_WITNESSES),
			     (unsigned long long)msg_u64(r, PARTNER_ROW_WITNESSES_WANTED),
			     msg_text(r, PARTNER_ROW_TELEPHONE));
	(void)printf("; ");
}

static void partners(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_PARTNERS); i++) {
		const struct msg *r = msg_at(reply, REPLY_PARTNERS, i);

		out_cell(msg_text(r, PARTNER_ROW_NAME), 34);
		(void)printf("%-24s  ",
			     msg_text(r, PARTNER_ROW_TYPED)); /* never cut: it is typed */
		out_cell(msg_text(r, PARTNER_ROW_COUNTRY), 6);
		out_cell(msg_text(r, PARTNER_ROW_CLASS_NAME), 11);
		out_cell(msg_u64(r, PARTNER_ROW_SELF) != 0 ? "this node"
			 : msg_u64(r, PARTNER_ROW_CONNECTED) != 0
				 ? list_text(LIST_LINE, c->lang, "connected")
				 : list_text(LIST_LINE, c->lang, "not-connected"),
			 13);
		out_silent(c, msg_u64(r, PARTNER_ROW_SILENT_SINCE_MS));
		standing(c, r);
		if (msg_u64(r, PARTNER_ROW_NO_CALENDAR) != 0)
			(void)printf("%s; ", list_text(LIST_UI, c->lang, "no-calendar"));
		(void)printf("owed %llu, may see: ",
			     (unsigned long long)msg_u64(r, PARTNER_ROW_OWED));
		print_cats(c, msg_u64(r, PARTNER_ROW_MAY_SEND_CATS));
		(void)putchar('\n');
		if (msg_text(r, PARTNER_ROW_VERIFIED)[0] != '\0')
			(void)printf("  fingerprint %s; the roots say it was verified: %s\n",
				     msg_text(r, PARTNER_ROW_FINGERPRINT),
				     msg_text(r, PARTNER_ROW_VERIFIED));
	}
}

static void cases(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_CASES); i++) {
		const struct msg *r = msg_at(reply, REPLY_CASES, i);
		const char *id = msg_text(r, CASE_ROW_ID);

		out_cell(strlen(id) == 32 ? id + 12 : id, 8);
		out_cell(msg_text(r, CASE_ROW_NAME), 30);
		print_day_of(c, msg_u64(r, CASE_ROW_CREATED_MS));
		(void)printf("%s%s\n", msg_u64(r, CASE_ROW_THEIRS) != 0 ? "  referred to us" : "",
			     msg_u64(r, CASE_ROW_CLOSED) != 0 ? "  closed" : "");
	}
}

static void grants(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_GRANTS); i++) {
		const struct msg *r = msg_at(reply, REPLY_GRANTS, i);
		const char *id = msg_text(r, GRANT_ROW_ID);

		(void)printf("  ");
		out_cell(strlen(id) == 32 ? id + 12 : id, 8);
		(void)printf(msg_u64(r, GRANT_ROW_RECEIVED) != 0 ? "we may see, from %s: "
								 : "%s may see: ",
			     msg_text(r, GRANT_ROW_PARTNER));
		print_cats(c, msg_u64(r, GRANT_ROW_CATS));
		(void)printf("; for %s, %s, until ", msg_text(r, GRANT_ROW_PURPOSE),
			     msg_text(r, GRANT_ROW_HOW));
		print_day(c, msg_text(r, GRANT_ROW_LAST_DAY));
		(void)printf("; %s",
			     list_text(LIST_CODES, c->lang, msg_text(r, GRANT_ROW_GIVEN_BY)));
		(void)printf(", %s\n", list_text(LIST_UI, c->lang, msg_text(r, GRANT_ROW_STATE)));
	}
}

static void work(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_WORK); i++) {
		const struct msg *r = msg_at(reply, REPLY_WORK, i);

		out_cell(msg_text(r, WORK_ROW_REF), 9);
		out_cell(list_text(LIST_WORK, c->lang, msg_text(r, WORK_ROW_KIND)), 26);
		out_cell(msg_text(r, WORK_ROW_PARTNER), 24);
		urgent(c, msg_text(r, WORK_ROW_URGENCY));
		print_due(c, r, WORK_ROW_DUE_DAY, WORK_ROW_OVERDUE);
		(void)putchar('\n');
		if (msg_has(r, WORK_ROW_COMMAND))
			(void)printf("           %s\n", msg_text(r, WORK_ROW_COMMAND));
	}
}

static void outbox(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_OUTBOX); i++) {
		const struct msg *r = msg_at(reply, REPLY_OUTBOX, i);
		const char *id = msg_text(r, OUTBOX_ROW_ID);

		out_cell(strlen(id) == 32 ? id + 12 : id, 8);
		out_cell(msg_text(r, OUTBOX_ROW_PARTNER), 24);
		out_cell(list_text(LIST_ACTS, c->lang, msg_text(r, OUTBOX_ROW_ACT)), 16);
		out_cell(list_text(LIST_OUTBOX, c->lang, msg_text(r, OUTBOX_ROW_STATE)), 12);
		out_silent(c, msg_u64(r, OUTBOX_ROW_SILENT_SINCE_MS));
		(void)printf("because: %s; what helps: %s\n",
			     list_text(LIST_OUTBOX, c->lang, msg_text(r, OUTBOX_ROW_CAUSE)),
			     list_text(LIST_OUTBOX, c->lang, msg_text(r, OUTBOX_ROW_REMEDY)));
		if (msg_has(r, OUTBOX_ROW_CLOCK))
			out_clock(c, msg_get(r, OUTBOX_ROW_CLOCK), msg_text(r, OUTBOX_ROW_PARTNER));
	}
}

static void evidence(const struct cli *c, const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_DISCLOSURES); i++) {
		const struct msg *r = msg_at(reply, REPLY_DISCLOSURES, i);

		(void)printf("  ");
		print_time(msg_u64(r, DISCLOSURE_ROW_AT_MS));
		(void)printf("  shown to %s (%s): ", msg_text(r, DISCLOSURE_ROW_PARTNER),
			     msg_text(r, DISCLOSURE_ROW_ACT));
		print_cats(c, msg_u64(r, DISCLOSURE_ROW_CATS));
		(void)putchar('\n');
	}
	for (size_t i = 0; i < msg_count(reply, REPLY_AUDIT); i++) {
		const struct msg *r = msg_at(reply, REPLY_AUDIT, i);

		(void)printf("%6llu  ", (unsigned long long)msg_u64(r, AUDIT_ROW_SEQ));
		print_time(msg_u64(r, AUDIT_ROW_AT_MS));
		(void)printf("  ");
		out_cell(msg_text(r, AUDIT_ROW_EVENT), 11);
		out_cell(msg_text(r, AUDIT_ROW_ACTOR), 14);
		(void)printf("%s %s\n", msg_text(r, AUDIT_ROW_OUTCOME),
			     msg_text(r, AUDIT_ROW_DETAIL));
	}
	for (size_t i = 0; i < msg_count(reply, REPLY_ROSTER); i++) {
		const struct msg *r = msg_at(reply, REPLY_ROSTER, i);

		(void)printf("%4llu  ", (unsigned long long)msg_u64(r, ROSTER_ROW_SEQ));
		out_cell(msg_text(r, ROSTER_ROW_OP), 9);
		out_cell(msg_text(r, ROSTER_ROW_SUBJECT), 34);
		(void)printf("%llu signatures%s\n",
			     (unsigned long long)msg_u64(r, ROSTER_ROW_SIGNATURES),
			     msg_u64(r, ROSTER_ROW_FORKED) != 0
				     ? "  FORK: the roots signed another entry for this place too"
				     : "");
	}
	for (size_t i = 0; i < msg_count(reply, REPLY_INVITES); i++) {
		const struct msg *r = msg_at(reply, REPLY_INVITES, i);
		const char *id = msg_text(r, INVITE_ROW_ID);

		out_cell(strlen(id) == 32 ? id + 12 : id, 8);
		out_cell(msg_text(r, INVITE_ROW_ORG), 34);
		out_cell(msg_text(r, INVITE_ROW_STATE), 10);
		print_day_of(c, msg_u64(r, INVITE_ROW_EXPIRES_MS));
		(void)printf("  %llu tries\n", (unsigned long long)msg_u64(r, INVITE_ROW_ATTEMPTS));
	}
}

/* What fails here by itself: with whom, which document, why, how often. */
static void fault(const struct cli *c, const struct msg *f)
{
	const char *who[] = {msg_text(f, FAULT_ROW_PARTNER), msg_text(f, FAULT_ROW_ACT),
			     msg_text(f, FAULT_ROW_REF)};

	(void)printf(msg_u64(f, FAULT_ROW_ALARM) != 0 ? "  ALARM        " : "  failed       ");
	print_time(msg_u64(f, FAULT_ROW_LAST_MS));
	(void)printf(" ");
	for (size_t i = 0; i < sizeof who / sizeof who[0]; i++)
		(void)printf("%s%s", who[i][0] == '\0' ? "" : " ", who[i]);
	(void)printf(": %s (%s, %llu times)\n",
		     list_text(LIST_ALARMS, c->lang, msg_text(f, FAULT_ROW_WHAT)),
		     msg_text(f, FAULT_ROW_CAUSE), (unsigned long long)msg_u64(f, FAULT_ROW_COUNT));
}

static void status(const struct cli *c, const struct msg *reply)
{
	const struct msg *s = msg_get(reply, REPLY_STATUS);

	if (s == NULL)
		return;
	if (msg_u64(s, STATUS_LOCKED) != 0) {
		(void)puts("locked: no keys, partners see it offline (kring unlock)");
		return;
	}
	(void)printf("%s\n  fingerprint  %s\n  listens on   %s\n  address      %s\n  roster       "
		     "entry %llu, %llu "
		     "members\n"
		     "  connected    %llu\n  owed         %llu documents\n",
		     msg_u64(s, STATUS_MEMBER) != 0 ? msg_text(s, STATUS_ORG)
						    : "not yet a member: import the roster",
		     msg_text(s, STATUS_FINGERPRINT),
		     msg_text(s, STATUS_LISTEN_ERROR)[0] != '\0' ? "-"
		     : msg_text(s, STATUS_LISTEN)[0] == '\0'	 ? "none"
								 : msg_text(s, STATUS_LISTEN),
		     msg_text(s, STATUS_ADDRESS)[0] == '\0' ? "none" : msg_text(s, STATUS_ADDRESS),
		     (unsigned long long)msg_u64(s, STATUS_ROSTER_SEQ),
		     (unsigned long long)msg_u64(s, STATUS_MEMBERS),
		     (unsigned long long)msg_u64(s, STATUS_CONNECTED),
		     (unsigned long long)msg_u64(s, STATUS_OWED));
	if (msg_text(s, STATUS_SHEET)[0] != '\0') {
		(void)printf("  sheet        %s opens this node, and alone the backups made since ",
			     msg_text(s, STATUS_SHEET));
		print_time(msg_u64(s, STATUS_SHEET_S) * 1000);
		(void)puts("; older ones open with the sheet before");
	}
	beside_status(c);
	if (msg_text(s, STATUS_DISK)[0] != '\0')
		(void)printf(
			"  DISK         %s\n",
			strcmp(msg_text(s, STATUS_DISK), "full") == 0
				? "almost full: nothing new is taken in, from partners or from here"
				: "less than a tenth is left: make room");
	out_line_status(c, s);
	for (size_t i = 0; i < msg_count(s, STATUS_ALARMS); i++) {
		const struct msg *a = msg_at(s, STATUS_ALARMS, i);

		if (strcmp(msg_text(a, ALARM_ROW_WHAT), "not-listening") == 0)
			continue; /* said already, with its cause */
		(void)printf("  ALARM        ");
		print_time(msg_u64(a, ALARM_ROW_AT_MS));
		(void)printf("  %s%s%s\n", msg_text(a, ALARM_ROW_PARTNER),
			     msg_text(a, ALARM_ROW_PARTNER)[0] == '\0' ? "" : ": ",
			     list_text(LIST_ALARMS, c->lang, msg_text(a, ALARM_ROW_WHAT)));
	}
	for (size_t i = 0; i < msg_count(s, STATUS_FAULTS); i++)
		fault(c, msg_at(s, STATUS_FAULTS, i));
	for (size_t i = 0; i < msg_count(s, STATUS_WAITING_FOR); i++)
		(void)printf("  waits for    %s (cases of before the loss stay here until it was "
			     "heard)\n",
			     msg_text_at(s, STATUS_WAITING_FOR, i));
	if (msg_text(s, STATUS_ROSTER_STANDING)[0] != '\0')
		(void)printf("  ROSTER       %s\n", list_text(LIST_STANDINGS, c->lang,
							      msg_text(s, STATUS_ROSTER_STANDING)));
}

static void timeline(const struct msg *reply)
{
	for (size_t i = 0; i < msg_count(reply, REPLY_ENTRIES); i++) {
		const struct msg *r = msg_at(reply, REPLY_ENTRIES, i);

		(void)printf("  ");
		print_time(msg_u64(r, ENTRY_ROW_AT_MS));
		(void)printf("  %s %s %s\n", msg_text(r, ENTRY_ROW_WHAT),
			     msg_text(r, ENTRY_ROW_REF), msg_text(r, ENTRY_ROW_TEXT));
	}
}

/* The first page is not the whole: how many there are, and what to type for the next. */
static void further(const struct cli *c, const struct msg *reply)
{
	static const unsigned pages[] = {REPLY_CASES, REPLY_REFERRALS, REPLY_WORK, REPLY_OUTBOX,
					 REPLY_AUDIT};
	unsigned long long shown = 0;

	if (msg_u64(reply, REPLY_TRUNCATED) == 0)
		return;
	if (msg_text(reply, REPLY_NEXT)[0] == '\0') {
		(void)printf("... and more than can be shown\n");
		return;
	}
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
		shown += msg_count(reply, pages[i]);
	(void)printf("%llu", shown);
	if (msg_has(reply, REPLY_TOTAL))
		(void)printf(" of %llu", (unsigned long long)msg_u64(reply, REPLY_TOTAL));
	(void)printf(" shown; next: kring %s%s%s", c->cmd->noun, c->cmd->verb == NULL ? "" : " ",
		     c->cmd->verb == NULL ? "" : c->cmd->verb);
	for (size_t i = 0; i < c->word_count; i++)
		(void)printf(strchr(c->words[i], ' ') == NULL ? " %s" : " \"%s\"", c->words[i]);
	for (size_t i = 0; i < c->option_count; i++)
		if (strcmp(c->options[i].name, "after") != 0)
			(void)printf(" --%s%s%s", c->options[i].name,
				     c->options[i].value[0] == '\0' ? "" : " ",
				     c->options[i].value);
	(void)printf(" --after %s\n", msg_text(reply, REPLY_NEXT));
}

void out_reply(struct cli *c, const struct msg *reply)
{
	status(c, reply);
	partners(c, reply);
	cases(c, reply);
	referrals(c, reply);
	person(c, msg_get(reply, REPLY_PERSON));
	told(c, reply);
	history(c, reply);
	grants(c, reply);
	work(c, reply);
	outbox(c, reply);
	evidence(c, reply);
	timeline(reply);
	further(c, reply);
	if (msg_u64(reply, REPLY_DRY_RUN) != 0)
		(void)printf("nothing was sent (--dry-run); it would be allowed\n");
	else if (msg_has(reply, REPLY_ID) && !msg_has(reply, REPLY_REFERRALS) &&
		 msg_count(reply, REPLY_CASES) == 0)
		(void)printf("%s\n", strlen(msg_text(reply, REPLY_ID)) == 32
					     ? msg_text(reply, REPLY_ID) + 12
					     : msg_text(reply, REPLY_ID));
}
