/* SPDX-License-Identifier: EUPL-1.2 */
/* One line a partner: what keeps it from us, and whose it is to mend.  Of several causes the first one counts in which nothing
 * further can work: what the roster says, the network, the handshake, the clock. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "client/doctor/look.h"
#include "client/doctor/probe.h"

/* The clock row of that partner; NULL: its clock is right, or ours is wrong, which a line of its own says. */
static const struct msg *clock_of(const struct msg *status, const char *partner)
{
	for (size_t i = 0; i < msg_count(status, STATUS_CLOCKS); i++) {
		const struct msg *r = msg_at(status, STATUS_CLOCKS, i);

		if (strcmp(msg_text(r, CLOCK_ROW_PARTNER), partner) == 0 &&
		    strcmp(msg_text(r, CLOCK_ROW_WHO), "us") != 0)
			return r;
	}
	return NULL;
}

/* Why a partner is not connected, by what its address answered.
 *
 *   answer      whose it is to mend
 *   open        theirs: another program, other keys, a locked node; or the handshake is just going on
 *   refused     theirs: kringd does not run, or listens elsewhere
 *   silent      theirs or the network's: a machine that is off, a firewall, a router without the port
 *   no route    ours: this machine has no way there, or not that family of addresses
 */
static const char *away(enum probe said)
{
	switch (said) {
	case PROBE_UNTRIED:
		return "partner-away";
	case PROBE_OPEN:
		return "partner-no-key";
	case PROBE_REFUSED:
		return "partner-refused";
	case PROBE_SILENT:
		return "partner-no-answer";
	case PROBE_NO_ROUTE:
		break;
	}
	return "partner-no-route";
}

/* A partner may be away and its clock be wrong: each has its own remedy, so each has its own line. */
static void partner(struct findings *f, const struct msg *row, enum probe said,
		    const struct msg *status)
{
	const char *name = msg_text(row, PARTNER_ROW_NAME),
		   *standing = msg_text(row, PARTNER_ROW_STANDING);
	const struct msg *clock = clock_of(status, name);
	const bool left = strcmp(standing, "removed") == 0;
	const char *phone = msg_text(row, PARTNER_ROW_PHONE);
	char since[WORDS_SHORT] = "-", off[WORDS_SHORT] = "";
	const struct fill *values;

	if (msg_u64(row, PARTNER_ROW_SILENT_SINCE_MS) != 0)
		(void)words_clock(f->c->lang, msg_u64(row, PARTNER_ROW_SILENT_SINCE_MS), since);
	if (clock != NULL)
		(void)words_length(f->c->lang, msg_u64(clock, CLOCK_ROW_OFF_S), off);
	values = FILL({"partner", name, 0}, {"address", msg_text(row, PARTNER_ROW_ENDPOINT), 0},
		      {"since", since, 0},
		      {"phone", phone[0] == '\0' ? words_of(f->c->lang, "no-number") : phone, 0},
		      {"owed", NULL, msg_u64(row, PARTNER_ROW_OWED)}, {"d", off, 0},
		      {"what", list_text(LIST_STANDINGS, f->c->lang, standing), 0});
	/* of one that left there is nothing to do */
	if (standing[0] != '\0')
		finding_add(f, left ? FINDING_OK : FINDING_WARNING, "partner", "partner-standing",
			    values);
	if (msg_u64(row, PARTNER_ROW_CONNECTED) == 0 && !left)
		finding_add(f, FINDING_WARNING, "partner", away(said), values);
	else if (clock == NULL && standing[0] == '\0')
		finding_add(f, FINDING_OK, "partner", "partner-ok", values);
	if (clock != NULL)
		finding_add(f, FINDING_WARNING, "partner",
			    msg_u64(clock, CLOCK_ROW_AHEAD) != 0 ? "partner-ahead"
								 : "partner-behind",
			    values);
}

/* For whoever asks why one of them does not understand: two versions side by side. */
static void version(struct findings *f, const struct msg *row)
{
	require(f->tell);
	finding_add(f, FINDING_OK, "partner",
		    msg_has(row, PARTNER_ROW_VERSION) ? "partner-version" : "partner-no-version",
		    FILL({"partner", msg_text(row, PARTNER_ROW_NAME), 0},
			 {"version", msg_text(row, PARTNER_ROW_VERSION), 0},
			 {"ours", KRING_VERSION, 0}));
}

/* What one partner brought more of than is kept; of all of them look_status() says it. */
static void quotas(struct findings *f, const char *name, const struct msg *status)
{
	for (size_t i = 0; i < msg_count(status, STATUS_LIMITS); i++) {
		const struct msg *r = msg_at(status, STATUS_LIMITS, i);
		char helps[32];

		if (strcmp(msg_text(r, LIMIT_ROW_PARTNER), name) != 0)
			continue;
		(void)snprintf(helps, sizeof helps, "do-%s", msg_text(r, LIMIT_ROW_WHAT));
		finding_add(
			f, FINDING_WARNING, "quota", "quota-of",
			FILL({"partner", name, 0},
			     {"what",
			      list_text(LIST_LIMITS, f->c->lang, msg_text(r, LIMIT_ROW_WHAT)), 0},
			     {"count", NULL, msg_u64(r, LIMIT_ROW_COUNT)},
			     {"most", NULL, msg_u64(r, LIMIT_ROW_MOST)},
			     {"remedy", list_text(LIST_LIMITS, f->c->lang, helps), 0}));
	}
}

/* Nobody answers a node that the roots removed, and it would be sent to telephone all of them. */
static bool on_our_own(struct findings *f, const struct msg *status)
{
	static const char code[] = "we-were-removed";

	for (size_t i = 0; i < msg_count(status, STATUS_ALARMS); i++)
		if (strcmp(msg_text(msg_at(status, STATUS_ALARMS, i), ALARM_ROW_WHAT), code) == 0) {
			finding_add(f, FINDING_CRITICAL, "partner", "said",
				    FILL({"what", list_text(LIST_ALARMS, f->c->lang, code), 0}));
			return true;
		}
	return false;
}

/* Those that are away are tried at their address; one that is connected has proved it. */
int look_partners(struct findings *f, struct cli *c, const char *name, const struct msg *status)
{
	struct probe_at at[LIMIT_PEERS];
	size_t place[LIMIT_PEERS], asked = 0;
	struct msg *sub, *reply;
	struct msg *req = cli_request(c, name == NULL ? REQUEST_PARTNER_LIST : REQUEST_PARTNER_SHOW,
				      &sub);
	int code;

	require(f != NULL && status != NULL);
	if (on_our_own(f, status))
		return CLI_DONE;
	if (name != NULL)
		msg_set_text(&c->arena, sub, BY_ID_ID, name);
	code = cli_call(c, req, &reply);
	if (code != CLI_DONE)
		return code;
	require(msg_count(reply, REPLY_PARTNERS) <= LIMIT_PEERS);
	for (size_t i = 0; i < msg_count(reply, REPLY_PARTNERS); i++) {
		const struct msg *r = msg_at(reply, REPLY_PARTNERS, i);

		place[i] = LIMIT_PEERS;
		if (msg_u64(r, PARTNER_ROW_SELF) != 0 || msg_u64(r, PARTNER_ROW_CONNECTED) != 0 ||
		    strcmp(msg_text(r, PARTNER_ROW_STANDING), "removed") == 0)
			continue;
		at[asked] = (struct probe_at){.address = msg_text(r, PARTNER_ROW_ENDPOINT)};
		place[i] = asked++;
	}
	probe_all(at, asked);
	for (size_t i = 0; i < msg_count(reply, REPLY_PARTNERS); i++) {
		const struct msg *r = msg_at(reply, REPLY_PARTNERS, i);

		if (msg_u64(r, PARTNER_ROW_SELF) == 0)
			partner(f, r, place[i] == LIMIT_PEERS ? PROBE_UNTRIED : at[place[i]].said,
				status);
		if (name != NULL && msg_u64(r, PARTNER_ROW_SELF) == 0)
			version(f, r);
		if (name != NULL)
			quotas(f, msg_text(r, PARTNER_ROW_NAME), status);
	}
	return CLI_DONE;
}
