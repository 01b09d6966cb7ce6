/* SPDX-License-Identifier: EUPL-1.2 */
/* kring status: in capitals what a person must act upon, with what to do; in small letters what is merely so. The
 * order is fixed: identity, line, disk, alarms, so that a row that is missing is noticed. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/print/print.h"

/* What fails here by itself: with whom, which document, why, how often. */
static void fault(const struct cli *c, const struct msg *f)
{
	const char *who[] = {msg_text(f, FAULT_ROW_PARTNER),
			     list_text(LIST_ACTS, c->lang, msg_text(f, FAULT_ROW_ACT)),
			     msg_text(f, FAULT_ROW_REF)};

	print_label(c, msg_u64(f, FAULT_ROW_ALARM) != 0 ? "label-alarm" : "label-failed");
	print_time(c, msg_u64(f, FAULT_ROW_LAST_MS));
	(void)printf(" ");
	for (size_t i = 0; i < sizeof who / sizeof who[0]; i++)
		(void)printf("%s%s", who[i][0] == '\0' ? "" : " ", who[i]);
	(void)fputs(words_colon(c->lang), stdout);
	print_say_line(
		c, "status-fault",
		FILL({"what", list_text(LIST_ALARMS, c->lang, msg_text(f, FAULT_ROW_WHAT)), 0},
		     {"cause", list_text(LIST_ERRORS, c->lang, msg_text(f, FAULT_ROW_CAUSE)), 0},
		     {"n", NULL, msg_u64(f, FAULT_ROW_COUNT)}));
}

/* A partner that takes more than its share: what of it was refused, or waited, and how often. */
static void held(const struct cli *c, const struct msg *h)
{
	const char *partner = msg_text(h, HELD_ROW_PARTNER);

	print_label(c, "label-limited");
	print_time(c, msg_u64(h, HELD_ROW_LAST_MS));
	(void)printf("%s%s%s%s (%llu)\n", partner[0] == '\0' ? "" : " ", partner,
		     words_colon(c->lang),
		     list_text(LIST_ALARMS, c->lang, msg_text(h, HELD_ROW_CAUSE)),
		     (unsigned long long)msg_u64(h, HELD_ROW_COUNT));
}

/* Who this is, where it listens, and how much it still has to deliver. */
static void identity(const struct cli *c, const struct msg *s)
{
	const char *listen = msg_text(s, STATUS_LISTEN), *address = msg_text(s, STATUS_ADDRESS);
	const char *none = words_of(c->lang, "status-none");

	if (msg_text(s, STATUS_LISTEN_ERROR)[0] != '\0')
		listen = "-"; /* print_line_status says where, and why it does not */
	else if (listen[0] == '\0')
		listen = none;
	/* one that was removed still has its name */
	(void)printf("%s\n", msg_text(s, STATUS_ORG)[0] != '\0'
				     ? msg_text(s, STATUS_ORG)
				     : words_of(c->lang, "status-not-member"));
	print_row(c, "label-fingerprint", msg_text(s, STATUS_FINGERPRINT));
	print_row(c, "label-listens", listen);
	print_row(c, "label-address", address[0] == '\0' ? none : address);
	print_label(c, "label-members");
	print_say_line(c, "status-roster",
		       FILL({"entry", NULL, msg_u64(s, STATUS_ROSTER_SEQ)},
			    {"members", NULL, msg_u64(s, STATUS_MEMBERS)}));
	print_label(c, "label-connected");
	(void)printf("%llu\n", (unsigned long long)msg_u64(s, STATUS_CONNECTED));
	print_label(c, "label-owed");
	print_say_line(c, "status-owed", FILL({"n", NULL, msg_u64(s, STATUS_OWED)}));
}

/* Which sheet in the safe is the right one, and what else would open this node. */
static void keys(const struct cli *c, const struct msg *s)
{
	char since[WORDS_SHORT];

	if (msg_text(s, STATUS_SHEET)[0] != '\0') {
		print_label(c, "label-own-sheet");
		print_say_line(
			c, "status-sheet",
			FILL({"sheet", msg_text(s, STATUS_SHEET), 0},
			     {"since",
			      words_moment(c->lang, msg_u64(s, STATUS_SHEET_S) * 1000, since), 0}));
	}
	print_beside(c);
}

static void backed_up(const struct cli *c, const struct msg *s)
{
	const uint64_t at_ms = msg_u64(s, STATUS_BACKUP_MS);
	const uint64_t checked_ms = msg_u64(s, STATUS_BACKUP_CHECKED_MS);
	char when[WORDS_SHORT], checked[WORDS_SHORT] = "";

	if (at_ms == 0) {
		print_row(c, "label-backup", words_of(c->lang, "status-no-backup"));
		return;
	}
	if (checked_ms != 0)
		(void)words_moment(c->lang, checked_ms, checked);
	print_label(c, "label-backup");
	print_say_line(
		c, checked_ms != 0 ? "status-backup-checked" : "status-backup-unchecked",
		FILL({"when", words_moment(c->lang, at_ms, when), 0}, {"checked", checked, 0}));
}

/* What is full, in words that say what to do. */
static void full(const struct cli *c, const char *where, const char *state)
{
	char code[32];

	(void)snprintf(code, sizeof code, "%s-%s", where, state);
	(void)puts(list_text(LIST_ALARMS, c->lang, code));
}

static void disk(const struct cli *c, const struct msg *s)
{
	const char *state = msg_text(s, STATUS_DISK), *store = msg_text(s, STATUS_STORE);
	const uint64_t cap = msg_u64(s, STATUS_STORE_CAP), used = msg_u64(s, STATUS_STORE_USED);

	if (state[0] != '\0') {
		print_label(c, "label-disk");
		full(c, "disk", state);
	}
	if (store[0] == '\0')
		return;
	print_label(c, "label-store");
	(void)printf("%llu/%llu MiB: ", (unsigned long long)(used >> 20),
		     (unsigned long long)(cap >> 20));
	full(c, "store", store);
}

/* What happened to this node or to a partner, each with its moment. */
static void alarms(const struct cli *c, const struct msg *s)
{
	for (size_t i = 0; i < msg_count(s, STATUS_ALARMS); i++) {
		const struct msg *a = msg_at(s, STATUS_ALARMS, i);

		if (strcmp(msg_text(a, ALARM_ROW_WHAT), "not-listening") == 0 ||
		    strncmp(msg_text(a, ALARM_ROW_WHAT), "limit-", 6) == 0)
			continue; /* shown by print_line_status, and by limits(), with its cause */
		print_label(c, "label-alarm");
		print_time(c, msg_u64(a, ALARM_ROW_AT_MS));
		(void)printf("  %s%s%s", msg_text(a, ALARM_ROW_PARTNER),
			     msg_text(a, ALARM_ROW_PARTNER)[0] == '\0' ? "" : words_colon(c->lang),
			     list_text(LIST_ALARMS, c->lang, msg_text(a, ALARM_ROW_WHAT)));
		print_alarm_seen(c, a);
		(void)putchar('\n');
	}
}

/* A colleague asks for a name; who acknowledged it before anybody was named here is the user of the system, and nothing is made up. */
const char *print_alarm_who(const struct cli *c, const struct msg *alarm, char out[WORDS_SHORT])
{
	const char *name = msg_text(alarm, ALARM_ROW_SEEN_BY);

	require(c != NULL && alarm != NULL);
	(void)snprintf(out, WORDS_SHORT, "%s %llu", list_text(LIST_AUDIT, c->lang, "uid"),
		       (unsigned long long)msg_u64(alarm, ALARM_ROW_SEEN_UID));
	return name[0] != '\0' ? name : out;
}

void print_alarm_seen(const struct cli *c, const struct msg *alarm)
{
	const uint64_t at_ms = msg_u64(alarm, ALARM_ROW_SEEN_MS);
	char when[WORDS_SHORT], who[WORDS_SHORT];

	require(c != NULL && alarm != NULL);
	if (at_ms == 0)
		return;
	(void)printf("%s", words_semicolon(c->lang));
	print_say(c, "alarm-seen",
		  FILL({"who", print_alarm_who(c, alarm, who), 0},
		       {"when", words_moment(c->lang, at_ms, when), 0}));
}

/* So much of so much; and what was refused, if anything was. */
static void limit(const struct cli *c, const struct msg *r)
{
	const char *what = msg_text(r, LIMIT_ROW_WHAT), *partner = msg_text(r, LIMIT_ROW_PARTNER);
	const bool refused = msg_u64(r, LIMIT_ROW_REFUSED) != 0;
	char helps[32];

	(void)snprintf(helps, sizeof helps, "do-%s", what);
	print_label(c, refused ? "label-limit" : "label-nearly-full");
	(void)printf("%s%s%s", partner, partner[0] == '\0' ? "" : words_colon(c->lang),
		     list_text(LIST_LIMITS, c->lang, what));
	if (msg_u64(r, LIMIT_ROW_COUNT) != 0)
		(void)printf(", %llu %s %llu", (unsigned long long)msg_u64(r, LIMIT_ROW_COUNT),
			     list_text(LIST_UI, c->lang, "of-at-most"),
			     (unsigned long long)msg_u64(r, LIMIT_ROW_MOST));
	if (refused) {
		(void)printf("%s%llu %s, %s ", words_semicolon(c->lang),
			     (unsigned long long)msg_u64(r, LIMIT_ROW_REFUSED),
			     list_text(LIST_UI, c->lang, "limit-refused"),
			     list_text(LIST_UI, c->lang, "limit-last"));
		print_time(c, msg_u64(r, LIMIT_ROW_LAST_MS));
	}
	(void)printf("%s%s%s%s\n", words_semicolon(c->lang),
		     list_text(LIST_UI, c->lang, "what-helps"), words_colon(c->lang),
		     list_text(LIST_LIMITS, c->lang, helps));
}

/* Which partner sent more than this node keeps of one, or nearly so: documents wait there until people here ended something, or
 * an administrator allows more. */
static void limits(const struct cli *c, const struct msg *s)
{
	for (size_t i = 0; i < msg_count(s, STATUS_LIMITS); i++)
		if (strcmp(msg_text(msg_at(s, STATUS_LIMITS, i), LIMIT_ROW_WHAT), "store-mib") != 0)
			limit(c, msg_at(s, STATUS_LIMITS, i)); /* disk() says it of the store */
}

/* A locked node cannot read its own store: it says nothing but that. */
void print_status(const struct cli *c, const struct msg *reply)
{
	require(c != NULL && reply != NULL);
	const struct msg *s = msg_get(reply, REPLY_STATUS);

	if (s == NULL)
		return;
	if (msg_u64(s, STATUS_LOCKED) != 0) {
		print_say_line(c, "status-locked", FILL_NONE);
		return;
	}
	identity(c, s);
	keys(c, s);
	backed_up(c, s);
	disk(c, s);
	print_line_status(c, s);
	print_doors(c, s);
	alarms(c, s);
	for (size_t i = 0; i < msg_count(s, STATUS_FAULTS); i++)
		fault(c, msg_at(s, STATUS_FAULTS, i));
	for (size_t i = 0; i < msg_count(s, STATUS_HELD); i++)
		held(c, msg_at(s, STATUS_HELD, i));
	limits(c, s);
	for (size_t i = 0; i < msg_count(s, STATUS_WAITING_FOR); i++) {
		print_label(c, "label-waiting-for");
		print_say_line(c, "status-waiting-for",
			       FILL({"partner", msg_text_at(s, STATUS_WAITING_FOR, i), 0}));
	}
	if (msg_text(s, STATUS_ROSTER_STANDING)[0] != '\0')
		print_row(c, "label-roster",
			  list_text(LIST_STANDINGS, c->lang, msg_text(s, STATUS_ROSTER_STANDING)));
	if (msg_u64(s, STATUS_PROPOSALS) != 0) {
		print_label(c, "label-to-sign");
		print_say_line(c, "status-proposals",
			       FILL({"n", NULL, msg_u64(s, STATUS_PROPOSALS)}));
	}
	for (size_t i = 0; i < msg_count(s, STATUS_CAME_BACK); i++)
		print_row(c, "label-to-confirm", msg_text_at(s, STATUS_CAME_BACK, i));
	if (msg_u64(s, STATUS_OPEN_TO_ALL) != 0)
		print_row(c, "label-staff", words_of(c->lang, "status-open"));
}
