/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Commands about this node itself.  Each leaves an audit entry in the turn that asks, and an effect that the process carries
 * out after the commit: what is not committed is not done.
 */
#include "domain/admin/self.h"

#include "base/check.h"

#include <string.h>

#include "base/endpoint.h"
#include "base/text.h"
#include "domain/evidence/audit.h"
#include "domain/evidence/kept.h"
#include "domain/loss/alarm.h"
#include "domain/membership/names.h"
#include "domain/oversight/status.h"
#include "domain/say.h"
#include "domain/signin/session.h"
#include "domain/stream/connect.h"

/* Until a partner or a person agrees with this clock no quarter is reported (flow/publish.c): a wrong date would close one that
 * still runs. */
enum err admin_clock_confirm(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	t->node->clock_confirmed =
		true; /* true however the turn ends: a person looked at a clock */
	return audit_add(t, &(struct audit_entry){.event = AUDIT_CLOCK, .detail = "confirmed"});
}

/* The one that is meant among those there now: of that partner, where one is typed.  What is true just while it is looked at (at_ms is
 * now) has no moment by which it could be told that it came back; it ends by itself. */
static const struct msg *alarm_meant(const struct turn *t, const struct msg *status,
				     const char *what, const struct peer *partner)
{
	const struct msg *found = NULL;

	require(status != NULL);
	for (size_t i = 0; i < msg_count(status, STATUS_ALARMS); i++) {
		const struct msg *row = msg_at(status, STATUS_ALARMS, i);

		if (strcmp(msg_text(row, ALARM_ROW_WHAT), what) == 0 &&
		    msg_u64(row, ALARM_ROW_AT_MS) < t->wall_ms &&
		    (partner == NULL ||
		     strcmp(msg_text(row, ALARM_ROW_PARTNER), partner->org) == 0) &&
		    (found == NULL || msg_u64(row, ALARM_ROW_SEEN_MS) == 0))
			found = row;
	}
	return found;
}

/* Whoever phones one partner works on that one alone, so the others stay as they are: it is asked which one was meant.  Names that do
 * not fit in are left out: the list of alarms has all of them. */
static enum err refuse_several(struct turn *t, const struct msg *status, const char *what)
{
	char names[SAY_TEXT_MAX] = "";
	size_t len = 0, open = 0;

	require(status != NULL);
	for (size_t i = 0; i < msg_count(status, STATUS_ALARMS); i++) {
		const struct msg *row = msg_at(status, STATUS_ALARMS, i);
		const char *org = msg_text(row, ALARM_ROW_PARTNER);

		if (strcmp(msg_text(row, ALARM_ROW_WHAT), what) != 0 || org[0] == '\0' ||
		    msg_u64(row, ALARM_ROW_SEEN_MS) != 0)
			continue;
		if (len + sizeof ", " + strlen(org) <= sizeof names) {
			text_format(names + len, sizeof names - len, "%s%s", len == 0 ? "" : ", ",
				    org);
			len = strlen(names);
		}
		open++;
	}
	return open < 2 ? ERR_OK
			: turn_refuse_with(t, ERR_EXISTS, REFUSAL_ALARM_SEVERAL,
					   say_text("list", names), say_text("typed", what));
}

/* Only of what is there: whoever acknowledges in advance would never see it. */
enum err admin_alarm_ack(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *what = msg_text(req, ALARM_ACK_WHAT), *typed = msg_text(req, ALARM_ACK_PARTNER);
	struct msg *now = msg_new(t->arena, MSG_REPLY);
	struct peer *partner = NULL;
	const struct msg *row = NULL;
	enum err rc = typed[0] == '\0' ? ERR_OK : names_find(t, typed, &partner);

	(void)reply;
	if (rc == ERR_OK)
		rc = view_status(t, req, now);
	if (rc == ERR_OK && partner == NULL)
		rc = refuse_several(t, msg_get(now, REPLY_STATUS), what);
	if (rc != ERR_OK)
		return rc;
	row = alarm_meant(t, msg_get(now, REPLY_STATUS), what, partner);
	if (row == NULL)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_ALARM_NOT_THERE);
	if (partner == NULL && msg_text(row, ALARM_ROW_PARTNER)[0] != '\0')
		rc = names_find(t, msg_text(row, ALARM_ROW_PARTNER), &partner);
	if (rc == ERR_OK)
		rc = alarm_ack(t, msg_text(row, ALARM_ROW_WHAT), partner == NULL ? 0 : partner->no);
	if (rc != ERR_OK)
		return rc;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_ALARM,
						  .peer = partner == NULL ? 0 : partner->no,
						  .detail = "acknowledged"});
}

/* The entry is written while the keys are still here; the effect comes after its commit. */
static enum err keys_away(struct turn *t, enum effect_type what, const char *detail)
{
	enum err rc;

	require(what == EFFECT_LOCK || what == EFFECT_PANIC);
	require(detail != NULL);
	session_end_all(t); /* also in the moment until the process ends */
	t->session = NULL;
	rc = turn_do(t, what);
	if (rc != ERR_OK)
		return rc;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_LOCK, .detail = detail});
}

/* The snapshot is taken after the commit, so its own entry is in it: after a restore one sees when it was taken. */
enum err admin_backup(struct turn *t, const struct msg *req, struct msg *reply)
{
	enum err rc = turn_do(t, EFFECT_BACKUP);

	(void)req;
	(void)reply;
	if (rc != ERR_OK)
		return rc;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_BACKUP, .detail = "taken"});
}

/* Its pieces are core's to give, which is why no other request for one comes as far as here. */
enum err admin_backup_kept(struct turn *t, const struct msg *req, struct msg *reply)
{
	const bool kept = msg_u64(req, BACKUP_NEXT_KEPT) != 0,
		   checked = msg_u64(req, BACKUP_NEXT_CHECKED) != 0;

	(void)reply;
	/* two moments of two files, and one of them would be the other's */
	if (kept == checked)
		return turn_refuse(t, ERR_INVAL, REFUSAL_REQUEST_NOT_ONE);
	return kept_now(t, kept ? KEPT_ON_DISK : KEPT_CHECKED);
}

/* Signed at the end of the round; with which entry, the engine knows. */
enum err admin_checkpoint(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	return turn_do(t, EFFECT_CHECKPOINT);
}

enum err admin_lock(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)req;
	(void)reply;
	return keys_away(t, EFFECT_LOCK, "lock");
}

enum err admin_panic(struct turn *t, const struct msg *req, struct msg *reply)
{
	uint64_t connected = 0;

	(void)req;
	for (size_t i = 0; i < t->node->peer_count; i++)
		connected += !t->node->peers[i].self && connect_alive(t, &t->node->peers[i]);
	msg_set_u64(reply, REPLY_COUNT, connected); /* who hear of it at once */
	return keys_away(t, EFFECT_PANIC, "panic");
}

/* Only a member publishes an address: it goes out in a signed record, which partners keep. */
enum err admin_address(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const char *said = msg_text(req, BY_ID_ID), *at = strcmp(said, "none") == 0 ? "" : said;
	const char *flaw = endpoint_flaw(at, ENDPOINT_PUBLISH, NULL);
	struct effect *e;

	(void)reply;
	if (said[0] == '\0')
		return turn_refuse(t, ERR_INVAL, REFUSAL_ADDRESS_MISSING);
	if (flaw != NULL)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_ADDRESS_UNREACHABLE,
					say_code("flaw", LIST_ERRORS, flaw));
	if (self == NULL || !self->active)
		return turn_refuse(t, ERR_STATE, REFUSAL_NOT_A_MEMBER_OR_SUSPENDED);
	e = turn_effect(t, EFFECT_ADDRESS);
	if (e == NULL)
		return ERR_NOMEM;
	e->bytes = arena_copy(t->arena, span_of((const uint8_t *)at, strlen(at)));
	return audit_add(t, &(struct audit_entry){.event = AUDIT_ROSTER, .detail = "address"});
}
