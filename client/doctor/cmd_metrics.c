/* SPDX-License-Identifier: EUPL-1.2 */
/* kring metrics: what kring status answers as numbers, for a program that watches many machines and draws them over weeks.  A node
 * that is down is a number too: kring_up is 0, and that is no failure of this command.
 *
 * Names follow the rules of Prometheus: base units (seconds, bytes), moments and not ages, because an age grows between two looks,
 * and _total for what only rises and begins anew with each start.  A partner is labelled by what one types for it, which stays the
 * same when its key or its address changes.  Nothing of a person is asked for, so nothing of a person can be told. */
#include <string.h>
#include <sys/statvfs.h>

#include "base/check.h"
#include "client/cli/ctlclient.h"
#include "client/commands/cmd.h"
#include "client/doctor/exposition.h"
#include "client/doctor/look.h"

/* What was seen; what was not is NULL. */
struct seen {
	const struct cli *c;
	const struct msg *status;   /* of a node that is unlocked */
	const struct msg *partners; /* reply with a row for each */
	bool up, locked;
	enum finding_level level;
};

/* ---- one number of the node: false, it is not known ---- */

/* The first thing that a rule of an alert asks.  All others are absent of a node that is down: numbers of before would look like
 * numbers of now, and a rule that watches one of them would say nothing. */
static bool up(const struct seen *s, int64_t *v)
{
	*v = s->up;
	return true;
}

/* A locked node answers nothing else, but it is there: whoever is woken by it brings the passphrase, not a spare machine. */
static bool locked(const struct seen *s, int64_t *v)
{
	*v = s->locked;
	return s->up;
}

/* One number that is enough where nobody wants to write rules: it is judged here as a person would be told. */
static bool level(const struct seen *s, int64_t *v)
{
	*v = (int64_t)s->level;
	return true;
}

/* What the node's own user may still write, and asked of the disk itself: it is known of a node that is down because of it, too. */
static bool disk_free(const struct seen *s, int64_t *v)
{
	struct statvfs fs;

	if (statvfs(s->c->dir, &fs) != 0)
		return false;
	*v = (int64_t)(fs.f_bavail * fs.f_frsize);
	return true;
}

static bool of_status(const struct seen *s, unsigned field, int64_t *v)
{
	if (s->status != NULL)
		*v = (int64_t)msg_u64(s->status, field);
	return s->status != NULL;
}

/* 0 of a node that has none: whoever asks for its age is alarmed, as it should be. */
static bool moment_of(const struct seen *s, unsigned field_ms, int64_t *v)
{
	const bool known = of_status(s, field_ms, v);

	*v = known ? *v / 1000 : 0;
	return known;
}

static bool backup_at(const struct seen *s, int64_t *v)
{
	return moment_of(s, STATUS_BACKUP_MS, v);
}

static bool backup_check_at(const struct seen *s, int64_t *v)
{
	return moment_of(s, STATUS_BACKUP_CHECKED_MS, v);
}

/* A node that only dials does not listen, and need not. */
static bool listening(const struct seen *s, int64_t *v)
{
	if (s->status == NULL || msg_text(s->status, STATUS_LISTEN)[0] == '\0')
		return false;
	*v = msg_text(s->status, STATUS_LISTEN_ERROR)[0] == '\0';
	return true;
}

/* Of this machine, when most partners agree that it is wrong; they are right more often than one clock is. */
static bool clock_offset(const struct seen *s, int64_t *v)
{
	if (!of_status(s, STATUS_CLOCK_OFF_S, v))
		return false;
	*v = msg_u64(s->status, STATUS_CLOCK_AHEAD) != 0 ? *v : -*v;
	return true;
}

/* ---- one number of each partner ---- */

/* As the list of partners says it: it answered lately, on a line that is there. */
static bool connected(const struct seen *s, const struct msg *row, int64_t *v)
{
	(void)s;
	*v = msg_u64(row, PARTNER_ROW_CONNECTED) != 0;
	return true;
}

/* Also of one that is connected: "alive" means heard, and a line may stand open to a machine that hangs. */
static bool heard_at(const struct seen *s, const struct msg *row, int64_t *v)
{
	(void)s;
	*v = (int64_t)(msg_u64(row, PARTNER_ROW_HEARD_MS) / 1000);
	return *v != 0;
}

/* All that is owed, whyever it waits: kring outbox why says it of each. */
static bool waiting(const struct seen *s, const struct msg *row, int64_t *v)
{
	(void)s;
	*v = (int64_t)msg_u64(row, PARTNER_ROW_OWED);
	return true;
}

/* On the way or lost on it; what is not among them waits here, for its turn or for people. */
static bool unreceipted(const struct seen *s, const struct msg *row, int64_t *v)
{
	(void)s;
	*v = (int64_t)msg_u64(row, PARTNER_ROW_UNRECEIPTED);
	return true;
}

/* The node says of a clock only that it is off by minutes. */
static bool partner_offset(const struct seen *s, const struct msg *row, int64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < msg_count(s->status, STATUS_CLOCKS); i++) {
		const struct msg *r = msg_at(s->status, STATUS_CLOCKS, i);
		const int64_t off = (int64_t)msg_u64(r, CLOCK_ROW_OFF_S);

		if (strcmp(msg_text(r, CLOCK_ROW_PARTNER), msg_text(row, PARTNER_ROW_NAME)) == 0)
			*v = msg_u64(r, CLOCK_ROW_AHEAD) != 0 ? off : -off;
	}
	return true;
}

/* ---- alarms ---- */

/* The i-th thing that somebody should look at, or that somebody looks at already (seen), by its code in alarms.psv; "": that one does not
 * count; NULL: there are no more. */
static const char *open_alarm(const struct msg *s, size_t i, bool seen)
{
	if (i < msg_count(s, STATUS_ALARMS)) {
		const struct msg *a = msg_at(s, STATUS_ALARMS, i);

		return (msg_u64(a, ALARM_ROW_SEEN_MS) != 0) == seen ? msg_text(a, ALARM_ROW_WHAT)
								    : "";
	}
	if (seen)
		return NULL;
	i -= msg_count(s, STATUS_ALARMS);
	if (i < msg_count(s, STATUS_FAULTS)) {
		const struct msg *f = msg_at(s, STATUS_FAULTS, i);

		return msg_u64(f, FAULT_ROW_ALARM) != 0 ? msg_text(f, FAULT_ROW_WHAT) : "";
	}
	i -= msg_count(s, STATUS_FAULTS);
	if (i < msg_count(s, STATUS_HELD))
		return msg_text(msg_at(s, STATUS_HELD, i), HELD_ROW_CAUSE);
	return NULL;
}

/* Each code once, with how often it is open: of how many partners, for most. */
static void alarms(struct exposition *e, const struct seen *s, bool seen)
{
	const char *code, *other;

	exposition_family(e, seen ? "kring_alarms_seen" : "kring_alarms", "gauge");
	for (size_t i = 0; s->status != NULL && (code = open_alarm(s->status, i, seen)) != NULL;
	     i++) {
		int64_t count = 0;
		bool first = code[0] != '\0';

		for (size_t j = 0; (other = open_alarm(s->status, j, seen)) != NULL; j++) {
			first = first && (j >= i || strcmp(code, other) != 0);
			count += strcmp(code, other) == 0;
		}
		if (first)
			exposition_put(e, &(struct exposition_label){"code", code}, 1, count);
	}
}

/* ---- all of them ---- */

/* In the order in which somebody asks who was woken by one of them. */
static void node(struct exposition *e, const struct seen *s)
{
	/* field of Status, or a function where it takes more than that */
	static const struct {
		const char *name, *type;
		bool (*number)(const struct seen *s, int64_t *v);
		unsigned field;
	} all[] = {{"kring_up", "gauge", up, 0},
		   {"kring_locked", "gauge", locked, 0},
		   {"kring_check_status", "gauge", level, 0},
		   {"kring_listening", "gauge", listening, 0},
		   {"kring_disk_free_bytes", "gauge", disk_free, 0},
		   {"kring_store_used_bytes", "gauge", NULL, STATUS_STORE_USED},
		   {"kring_store_limit_bytes", "gauge", NULL, STATUS_STORE_CAP},
		   {"kring_backup_timestamp_seconds", "gauge", backup_at, 0},
		   {"kring_backup_check_timestamp_seconds", "gauge", backup_check_at, 0},
		   {"kring_roster_entry", "gauge", NULL, STATUS_ROSTER_SEQ},
		   {"kring_roster_valid_until_timestamp_seconds", "gauge", NULL,
		    STATUS_ROSTER_UNTIL_S},
		   {"kring_clock_offset_seconds", "gauge", clock_offset, 0},
		   {"kring_frames_refused_total", "counter", NULL, STATUS_FRAMES_REFUSED},
		   {"kring_turns_failed_total", "counter", NULL, STATUS_FAILED_TURNS}};
	int64_t v = 0;

	exposition_family(e, "kring_build_info", "gauge");
	exposition_put(e, &(struct exposition_label){"version", KRING_VERSION}, 1, 1);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		exposition_family(e, all[i].name, all[i].type);
		if (all[i].number != NULL ? all[i].number(s, &v) : of_status(s, all[i].field, &v))
			exposition_put(e, NULL, 0, v);
	}
}

/* Who was removed is no partner any more, and would be silent for ever. */
static bool counts(const struct msg *row)
{
	return msg_u64(row, PARTNER_ROW_SELF) == 0 &&
	       strcmp(msg_text(row, PARTNER_ROW_STANDING), "removed") != 0;
}

static struct exposition_label partner_label(const struct msg *row)
{
	return (struct exposition_label){"partner", msg_text(row, PARTNER_ROW_TYPED)};
}

/* Nobody adds versions up: the number is 1, and what it is of is the text.  Of a partner that did not say there is none. */
static void versions(struct exposition *e, const struct seen *s)
{
	exposition_family(e, "kring_partner_version_info", "gauge");
	for (size_t i = 0; i < msg_count(s->partners, REPLY_PARTNERS); i++) {
		const struct msg *row = msg_at(s->partners, REPLY_PARTNERS, i);
		const struct exposition_label labels[] = {
			partner_label(row), {"version", msg_text(row, PARTNER_ROW_VERSION)}};

		require(labels[0].of != NULL);
		if (counts(row) && msg_has(row, PARTNER_ROW_VERSION))
			exposition_put(e, labels, 2, 1);
	}
}

static void partners(struct exposition *e, const struct seen *s)
{
	static const struct {
		const char *name;
		bool (*number)(const struct seen *s, const struct msg *row, int64_t *v);
	} all[] = {{"kring_partner_connected", connected},
		   {"kring_partner_heard_timestamp_seconds", heard_at},
		   {"kring_partner_waiting_documents", waiting},
		   {"kring_partner_unreceipted_documents", unreceipted},
		   {"kring_partner_clock_offset_seconds", partner_offset}};
	int64_t v = 0;

	require(s->partners != NULL && s->status != NULL);
	for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
		exposition_family(e, all[k].name, "gauge");
		for (size_t i = 0; i < msg_count(s->partners, REPLY_PARTNERS); i++) {
			const struct msg *row = msg_at(s->partners, REPLY_PARTNERS, i);

			if (counts(row) && all[k].number(s, row, &v))
				exposition_put(
					e, (const struct exposition_label[]){partner_label(row)}, 1,
					v);
		}
	}
	versions(e, s);
}

/* Nobody there, or silent although there: both are down for people.  Whoever may not ask learns nothing of that, and is told so. */
static int look(struct cli *c, struct seen *s)
{
	struct msg *sub, *reply, *request = cli_request(c, REQUEST_STATUS, &sub);
	const enum err rc = ctlclient_call(&c->arena, c->socket, request, &reply);
	int code;

	s->up = rc == ERR_OK;
	if (rc != ERR_OK && rc != ERR_DENIED)
		return CLI_DONE;
	if (rc != ERR_OK || msg_has(reply, REPLY_ERROR))
		return cli_call(c, request, &reply); /* which says why */
	s->locked = msg_u64(msg_get(reply, REPLY_STATUS), STATUS_LOCKED) != 0;
	if (s->locked)
		return CLI_DONE;
	s->status = msg_get(reply, REPLY_STATUS);
	s->level = look_level(c, s->status);
	code = cli_call(c, cli_request(c, REQUEST_PARTNER_LIST, &sub), &reply);
	s->partners = reply;
	return code;
}

/* Looked at first and written then: between the first number and the last nothing is asked any more, so they belong together, and a
 * question that fails leaves the file of before as it was. */
int cmd_metrics(struct cli *c)
{
	struct seen s = {.c = c, .level = FINDING_CRITICAL};
	struct exposition e;
	const int code = look(c, &s);

	require(c->cmd->run == cmd_metrics);
	if (code != CLI_DONE)
		return code;
	if (!exposition_begin(&e, c))
		return CLI_NOT_NOW;
	node(&e, &s);
	alarms(&e, &s, false);
	alarms(&e, &s, true);
	if (s.partners != NULL)
		partners(&e, &s);
	return exposition_end(&e, cli_option(c, "into"));
}
