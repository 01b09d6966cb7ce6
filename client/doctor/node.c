/* SPDX-License-Identifier: EUPL-1.2 */
/* What a running node says of itself.  Its first line counts what the others say, so that a program that asks for that line alone
 * learns whether somebody must look. */
#include "client/doctor/look.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "client/cli/ctlclient.h"
#include "client/print/print.h"
#include "client/words/refusal.h"

enum { NAMES_MAX = 512 };

static const char *word(const struct findings *f, enum list_id list, const char *code)
{
	return list_text(list, f->c->lang, code);
}

/* Somebody has to act today; the others can wait for tomorrow. */
static bool presses(const char *code)
{
	static const char *const now[] = {
		"restored",	"staff-came-back", "staff-all-left", "no-backup",
		"rolled-back",	"ran-elsewhere",   "runs-twice",     "told-runs-twice",
		"pair-damaged", "keys-not-locked", "forked",	     "expired",
		"we-leave",	"we-were-removed", "old-key",	     "keys-damaged"};

	for (size_t i = 0; i < sizeof now / sizeof now[0]; i++)
		if (strcmp(code, now[i]) == 0)
			return true;
	return false;
}

static enum finding_level level_of(const char *code)
{
	return presses(code) ? FINDING_CRITICAL : FINDING_WARNING;
}

/* What the list of alarms says has its remedy in it. */
static void about(struct findings *f, enum finding_level level, const char *topic,
		  const char *partner, const char *what)
{
	finding_add(f, level, topic, partner[0] == '\0' ? "said" : "said-of",
		    FILL({"partner", partner, 0}, {"what", what, 0}));
}

/* Until when it is good is said also when all is well: it runs out without anybody having done anything. */
static void roster(struct findings *f, const struct msg *s)
{
	const char *standing = msg_text(s, STATUS_ROSTER_STANDING);
	char day[WORDS_SHORT];

	(void)words_day_of(f->c->lang, msg_u64(s, STATUS_ROSTER_UNTIL_S) * 1000, day);
	if (standing[0] == '\0')
		finding_add(f, FINDING_OK, "roster", "roster-ok", FILL({"day", day, 0}));
	else
		finding_add(f, level_of(standing), "roster", "roster-bad",
			    FILL({"day", day, 0}, {"what", word(f, LIST_STANDINGS, standing), 0}));
}

/* Somebody works on it, so nobody else needs to be woken: it is told, and does not count. */
static bool seen(const struct msg *s, const char *what, const char *partner)
{
	for (size_t i = 0; i < msg_count(s, STATUS_ALARMS); i++) {
		const struct msg *a = msg_at(s, STATUS_ALARMS, i);

		if (strcmp(msg_text(a, ALARM_ROW_WHAT), what) == 0 &&
		    strcmp(msg_text(a, ALARM_ROW_PARTNER), partner) == 0)
			return msg_u64(a, ALARM_ROW_SEEN_MS) != 0;
	}
	return false;
}

/* An address of the other kind leads nowhere unless something in between turns one into the other. */
static void listening(struct findings *f, const struct msg *s)
{
	const char *listen = msg_text(s, STATUS_LISTEN), *told = msg_text(s, STATUS_ADDRESS);
	const char *error = msg_text(s, STATUS_LISTEN_ERROR);
	const bool six = strncmp(listen, "tcp://[", 7) == 0,
		   told_six = strncmp(told, "tcp://[", 7) == 0;
	const struct fill *values = FILL({"listen", listen, 0}, {"told", told, 0});
	char remedy[64];

	if (error[0] != '\0') {
		(void)snprintf(remedy, sizeof remedy, "do-%s", error);
		finding_add(f, seen(s, "not-listening", "") ? FINDING_OK : FINDING_CRITICAL, "port",
			    "not-listening",
			    FILL({"listen", listen, 0}, {"what", word(f, LIST_LINE, error), 0},
				 {"remedy", word(f, LIST_LINE, remedy), 0}));
	}
	if (listen[0] == '\0' || told[0] == '\0')
		return;
	if (six != told_six && strncmp(listen, "tcp://[::]:", 11) != 0)
		finding_add(f, FINDING_WARNING, "address", "other-family", values);
	else if (!f->mute)
		finding_add(f, FINDING_OK, "address", "address-told", values);
}

/* One that is too old, and a check that is, are among the alarms. */
static void backed_up(struct findings *f, const struct msg *s)
{
	const uint64_t at_ms = msg_u64(s, STATUS_BACKUP_MS),
		       checked_ms = msg_u64(s, STATUS_BACKUP_CHECKED_MS);
	char when[WORDS_SHORT];

	if (f->mute)
		return;
	if (at_ms == 0) {
		finding_add(f, FINDING_OK, "backup", "backup-never", FILL_NONE);
		return;
	}
	finding_add(f, FINDING_OK, "backup", "backup-last",
		    FILL({"when", words_moment(f->c->lang, at_ms, when), 0}));
	if (checked_ms == 0)
		finding_add(f, FINDING_OK, "backup", "backup-not-checked", FILL_NONE);
	else
		finding_add(f, FINDING_OK, "backup", "backup-checked",
			    FILL({"when", words_moment(f->c->lang, checked_ms, when), 0}));
}

/* The tool measures the disk; this is what the node does about it. */
static void room(struct findings *f, const struct msg *s)
{
	static const struct {
		unsigned field;
		const char *name;
	} rooms[] = {{STATUS_DISK, "disk"}, {STATUS_STORE, "store"}};

	for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
		const char *state = msg_text(s, rooms[i].field);
		char code[32];

		(void)snprintf(code, sizeof code, "%s-%s", rooms[i].name, state);
		if (state[0] != '\0')
			about(f, strcmp(state, "low") == 0 ? FINDING_WARNING : FINDING_CRITICAL,
			      "disk", "", word(f, LIST_ALARMS, code));
	}
}

/* Behind what it is about, with its code and since when. */
static void acknowledged(struct findings *f, const struct msg *a)
{
	const char *partner = msg_text(a, ALARM_ROW_PARTNER);
	const uint64_t at_ms = msg_u64(a, ALARM_ROW_SEEN_MS);
	char who[WORDS_SHORT], when[WORDS_SHORT];

	if (at_ms != 0 && !f->mute)
		finding_add(f, FINDING_OK, "alarm", partner[0] == '\0' ? "seen" : "seen-of",
			    FILL({"partner", partner, 0}, {"what", msg_text(a, ALARM_ROW_WHAT), 0},
				 {"who", print_alarm_who(f->c, a, who), 0},
				 {"when", words_moment(f->c->lang, at_ms, when), 0}));
}

/* Alarms last until somebody acts, faults until it goes well, held until a day passed: for whoever watches they are one kind. */
static void alarms(struct findings *f, const struct msg *s)
{
	for (size_t i = 0; i < msg_count(s, STATUS_ALARMS); i++) {
		const struct msg *a = msg_at(s, STATUS_ALARMS, i);
		const char *what = msg_text(a, ALARM_ROW_WHAT);

		if (strcmp(what, "not-listening") != 0 && strncmp(what, "limit-", 6) != 0)
			about(f,
			      /* somebody works on it */
			      msg_u64(a, ALARM_ROW_SEEN_MS) != 0 ? FINDING_OK : level_of(what),
			      "alarm", msg_text(a, ALARM_ROW_PARTNER), word(f, LIST_ALARMS, what));
		acknowledged(f, a);
	}
	for (size_t i = 0; i < msg_count(s, STATUS_FAULTS); i++) {
		const struct msg *r = msg_at(s, STATUS_FAULTS, i);

		if (msg_u64(r, FAULT_ROW_ALARM) != 0)
			about(f, FINDING_WARNING, "alarm", msg_text(r, FAULT_ROW_PARTNER),
			      word(f, LIST_ALARMS, msg_text(r, FAULT_ROW_WHAT)));
	}
	for (size_t i = 0; i < msg_count(s, STATUS_HELD); i++) {
		const struct msg *r = msg_at(s, STATUS_HELD, i);

		about(f, FINDING_WARNING, "alarm", msg_text(r, HELD_ROW_PARTNER),
		      word(f, LIST_ALARMS, msg_text(r, HELD_ROW_CAUSE)));
	}
}

/* Which partner brings more than is kept of one: its documents wait until people here ended something, or more is allowed. */
static void limits(struct findings *f, const struct msg *s)
{
	for (size_t i = 0; i < msg_count(s, STATUS_LIMITS); i++) {
		const struct msg *r = msg_at(s, STATUS_LIMITS, i);
		const char *what = msg_text(r, LIMIT_ROW_WHAT),
			   *partner = msg_text(r, LIMIT_ROW_PARTNER);
		const bool known = seen(s, "limit-reached", partner);
		const enum finding_level level = known ? FINDING_OK : FINDING_WARNING;
		char helps[32];

		if (strcmp(what, "store-mib") == 0)
			continue; /* room() has it */
		(void)snprintf(helps, sizeof helps, "do-%s", what);
		finding_add(f, level, "quota", partner[0] == '\0' ? "quota" : "quota-of",
			    FILL({"partner", partner, 0}, {"what", word(f, LIST_LIMITS, what), 0},
				 {"count", NULL, msg_u64(r, LIMIT_ROW_COUNT)},
				 {"most", NULL, msg_u64(r, LIMIT_ROW_MOST)},
				 {"remedy", word(f, LIST_LIMITS, helps), 0}));
	}
}

/* Most partners agree that it is this machine; whose clock else differs, the lines of the partners say. */
static void own_clock(struct findings *f, const struct msg *s)
{
	char difference[WORDS_SHORT];

	if (msg_u64(s, STATUS_CLOCK_OFF_S) == 0)
		return;
	(void)words_length(f->c->lang, msg_u64(s, STATUS_CLOCK_OFF_S), difference);
	finding_add(
		f, FINDING_CRITICAL, "clock", "clock-ours",
		FILL({"d", difference, 0},
		     {"way",
		      word(f, LIST_LINE, msg_u64(s, STATUS_CLOCK_AHEAD) != 0 ? "ahead" : "behind"),
		      0}));
}

void look_standing(struct findings *f, const struct msg *s)
{
	require(f != NULL && s != NULL);
	roster(f, s);
	backed_up(f, s);
}

void look_status(struct findings *f, const struct msg *s)
{
	require(f != NULL && s != NULL);
	require(msg_kind_of(s) == MSG_STATUS);
	roster(f, s);
	listening(f, s);
	room(f, s);
	own_clock(f, s);
	backed_up(f, s);
	alarms(f, s);
	limits(f, s);
	for (size_t i = 0; i < msg_count(s, STATUS_WAITING_FOR); i++)
		finding_add(f, FINDING_WARNING, "alarm", "waits",
			    FILL({"partner", msg_text_at(s, STATUS_WAITING_FOR, i), 0}));
	/* every small node begins so: no program is woken up for it */
	if (msg_u64(s, STATUS_OPEN_TO_ALL) != 0 && !f->mute)
		finding_add(f, FINDING_WARNING, "staff", "open-to-all", FILL_NONE);
}

/* How it is in whole: the worst that its lines say, and how many say something.  A partner that is away is no trouble of this node,
 * and has its line in kring doctor; when all of them are, it is this node that is away. */
static struct findings counted_of(const struct cli *c, const struct msg *s)
{
	struct findings counted = {.c = c, .mute = true};

	look_status(&counted, s);
	if (msg_u64(s, STATUS_MEMBERS) > 1 && msg_u64(s, STATUS_CONNECTED) == 0 &&
	    counted.worst == FINDING_OK) {
		counted.worst = FINDING_WARNING;
		counted.troubles = 1;
	}
	return counted;
}

enum finding_level look_level(const struct cli *c, const struct msg *status)
{
	require(c != NULL && status != NULL);
	return counted_of(c, status).worst;
}

static void whole(struct findings *f, const struct msg *s)
{
	const struct findings counted = counted_of(f->c, s);
	const uint64_t members = msg_u64(s, STATUS_MEMBERS),
		       connected = msg_u64(s, STATUS_CONNECTED);
	const char *org = msg_text(s, STATUS_ORG);
	const struct fill *values;

	/* before there is a roster nobody has written down whose it is */
	if (org[0] == '\0')
		org = words_of(f->c->lang, "no-org");
	values = FILL({"org", org, 0}, {"connected", NULL, connected},
		      {"others", NULL, members - (msg_u64(s, STATUS_MEMBER) != 0)},
		      {"n", NULL, counted.troubles});
	finding_add(f, counted.worst, "node", counted.troubles == 0 ? "node-ok" : "node-troubled",
		    values);
}

/* Asked without the usual errors: a node that does not answer is a finding here, not a failure. */
const struct msg *look_node(struct findings *f, struct cli *c)
{
	struct msg *sub, *reply = NULL;
	const enum err rc = ctlclient_call(&c->arena, c->socket,
					   cli_request(c, REQUEST_STATUS, &sub), &reply);
	const struct fill *where = FILL(
		{"socket", c->socket, 0},
		{"cause", list_text(LIST_ERRORS, c->lang, err_text(rc)), 0});

	require(f != NULL);
	if (rc != ERR_OK) {
		finding_add(f, FINDING_CRITICAL, "node",
			    rc == ERR_BUSY     ? "node-silent"
			    : rc == ERR_DENIED ? "node-denied"
					       : "node-no-answer",
			    where);
		return NULL;
	}
	if (msg_has(reply, REPLY_ERROR)) {
		refusal_words(c->lang, "", &c->arena, reply);
		finding_add(f, FINDING_CRITICAL, "node", "node-refuses",
			    FILL({"what", msg_text(reply, REPLY_WHAT), 0},
				 {"remedy", msg_text(reply, REPLY_REMEDY), 0}));
		return NULL;
	}
	if (msg_u64(msg_get(reply, REPLY_STATUS), STATUS_LOCKED) != 0) {
		finding_add(f, FINDING_CRITICAL, "node", "node-locked", FILL_NONE);
		return NULL;
	}
	whole(f, msg_get(reply, REPLY_STATUS));
	return msg_get(reply, REPLY_STATUS);
}
