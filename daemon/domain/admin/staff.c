/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Naming the first person shuts the node for everybody else but root: so a mistake here is met by root, who can always name
 * people.  Rows of people who left stay, and a unix user that they had may be another's later.
 */
#include "domain/admin/staff.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/text.h"
#include "domain/admin/wayin.h"
#include "domain/consent/drafts.h"
#include "domain/evidence/audit.h"
#include "domain/handover/rows.h"
#include "domain/membership/names.h"
#include "domain/page.h"
#include "domain/people/fits.h"
#include "domain/referral/calendar.h"
#include "domain/signin/session.h"
#include "domain/staff/worker.h"
#include "domain/state.h"
#include "domain/views/find.h"

enum { SMALL = 4 }; /* with so many people, who looks after the node need not work with cases too */

/* Into a field of fixed length; false: it does not fit, and nothing is cut. */
static bool take(char *out, size_t cap, const char *text)
{
	const size_t n = strlen(text);

	if (n >= cap)
		return false;
	memcpy(out, text, n + 1);
	return true;
}

/* What was typed, without the blanks around it, which nobody sees: "Anna " is not another colleague than "Anna".
 * False: nothing is left, or more than fits. */
static bool take_name(char out[STAFF_NAME + 1], const char *text)
{
	size_t blank, seen = 0;

	require(text != NULL);
	while ((blank = text_blank_len(text)) != 0)
		text += blank;
	for (size_t i = 0; text[i] != '\0'; i += blank) {
		blank = text_blank_len(text + i);
		if (blank == 0) {
			blank = 1;
			seen = i + 1;
		}
	}
	if (seen > STAFF_NAME)
		return false;
	memcpy(out, text, seen);
	out[seen] = '\0';
	return seen > 0;
}

/* By a name that reads the same: capitals, accents and blanks are not what tells two colleagues apart.  One, or nobody is meant. */
static enum err find_alike(struct turn *t, const char *who, struct staff *s)
{
	struct store_walk w = {.rc = ERR_OK};
	struct staff one;
	size_t alike = 0;

	while (staff_each(t, &w, &one)) {
		if (!staff_works(&one, t->wall_ms) || !names_same(one.name, who))
			continue;
		alike++;
		*s = one;
	}
	if (w.rc != ERR_OK || alike == 1)
		return w.rc;
	return turn_refuse_with(t, ERR_NOTFOUND,
				alike == 0 ? REFUSAL_STAFF_NOT_FOUND : REFUSAL_STAFF_SEVERAL,
				say_text("who", who));
}

enum err admin_staff_find(struct turn *t, const char *who, struct staff *s)
{
	struct store_walk w = {.rc = ERR_OK};
	struct fits f = {0};
	struct staff one;
	size_t named = 0;

	require(who != NULL && s != NULL);
	while (staff_each(t, &w, &one)) {
		if (!staff_works(&one, t->wall_ms))
			continue;
		if (strcmp(one.name, who) == 0 || (who[0] != '\0' && strcmp(one.user, who) == 0)) {
			named++;
			*s = one;
		}
		fits_try(&f, &one.id, who);
	}
	if (w.rc != ERR_OK)
		return w.rc;
	/* a whole id is nobody's name, whoever was named so: what waits for a second person says by it who is meant */
	if (f.count == 1 && strlen(who) == 2 * sizeof one.id.b)
		return staff_get(t, &f.first, s);
	if (named == 1)
		return ERR_OK;
	if (named == 0 && f.count == 1)
		return staff_get(t, &f.first, s);
	if (named + f.count > 1)
		return turn_refuse_with(t, ERR_NOTFOUND, REFUSAL_STAFF_SEVERAL,
					say_text("who", who));
	return find_alike(t, who, s);
}

/* Every code is a role, there is one, and none may be another's on one account. */
static enum err read_roles(struct turn *t, const struct msg *req, unsigned field, uint8_t *roles)
{
	require(roles != NULL);
	*roles = 0;
	for (size_t i = 0; i < msg_count(req, field); i++) {
		const uint8_t one = rights_role(msg_text_at(req, field, i));

		if (one == 0)
			return turn_refuse_with(t, ERR_INVAL, REFUSAL_STAFF_ROLE_UNKNOWN,
						say_text("role", msg_text_at(req, field, i)));
		*roles |= one;
	}
	if (*roles == 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_STAFF_ROLE_MISSING);
	return rights_together(*roles) ? ERR_OK
				       : turn_refuse(t, ERR_INVAL, REFUSAL_STAFF_ROLES_APART);
}

/* In a small house one person does both; in a larger one nobody has to. */
static enum err check_both(struct turn *t, const struct id16 *self, uint8_t roles)
{
	require((roles & ~(unsigned)ROLE_ALL) == 0);
	const size_t others = rights_others(&t->node->rights, self, ROLE_ALL, t->wall_ms);

	if ((roles & ROLE_ADMINISTRATOR) == 0 || (roles & (ROLE_CASEWORKER | ROLE_READER)) == 0 ||
	    others + 1 < SMALL)
		return ERR_OK;
	return turn_refuse_with(t, ERR_INVAL, REFUSAL_STAFF_ADMINISTRATOR_APART,
				say_number("count", SMALL));
}

/* Who signs in at a screen needs no user of this machine.  A user stands for one person: neither root, nor the node itself, nor what the kernel shows of users that it cannot name. */
static enum err check_user(struct turn *t, const struct msg *req, const struct staff *s)
{
	struct store_walk w = {.rc = ERR_OK};
	struct staff one;

	const bool none = !msg_has(req, STAFF_ADD_UID) && t->node->web.origin[0] != '\0';

	if (!none && !msg_has(req, STAFF_ADD_UID))
		return turn_refuse(t, ERR_INVAL, REFUSAL_STAFF_USER_MISSING);
	if (!none && (s->uid == RIGHTS_UID_NOBODY || s->uid == RIGHTS_UID_NONE))
		return turn_refuse(t, ERR_INVAL, REFUSAL_STAFF_USER_NOBODY);
	if (!none && rights_keeper(&t->node->rights, s->uid))
		return turn_refuse(t, ERR_INVAL, REFUSAL_STAFF_USER_OF_NODE);
	while (staff_each(t, &w, &one))
		if (staff_works(&one, t->wall_ms) &&
		    ((!none && one.uid == s->uid) || names_same(one.name, s->name)))
			return turn_refuse_with(t, ERR_EXISTS,
						!none && one.uid == s->uid
							? REFUSAL_STAFF_USER_TAKEN
							: REFUSAL_STAFF_NAME_TAKEN,
						say_text("name", one.name));
	return w.rc;
}

static enum err read_languages(struct turn *t, const struct msg *req, struct staff *s)
{
	const size_t count = msg_count(req, STAFF_ADD_LANGUAGES);
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const char *code = msg_text_at(req, STAFF_ADD_LANGUAGES, i);
		bool known = false;

		for (size_t k = 0; k < LIST_LANGS; k++)
			known = known || strcmp(list_langs[k], code) == 0;
		if (!known || n + 4 > sizeof s->languages)
			return turn_refuse_with(t, ERR_INVAL, REFUSAL_STAFF_LANGUAGE_UNKNOWN,
						say_text("language", code));
		n += n == 0 ? 0 : 1;
		if (n > 0)
			s->languages[n - 1] = ' ';
		memcpy(s->languages + n, code, 3);
		n += 2;
	}
	return ERR_OK;
}

static enum err read_person(struct turn *t, const struct msg *req, struct staff *s)
{
	const char *here = t->node->country;
	const uint64_t until = msg_u64(req, STAFF_ADD_UNTIL_MS);

	if (!take_name(s->name, msg_text(req, STAFF_ADD_NAME)))
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_STAFF_NAME_MISSING,
					say_number("most", STAFF_NAME));
	if (!take(s->user, sizeof s->user, msg_text(req, STAFF_ADD_USER)))
		return turn_refuse(t, ERR_INVAL, REFUSAL_STAFF_USER_MISSING);
	s->uid = msg_has(req, STAFF_ADD_UID) ? (uint32_t)msg_u64(req, STAFF_ADD_UID)
					     : RIGHTS_UID_NONE;
	s->until_ms = until == 0 ? 0 : calendar_end(here, calendar_day(here, until));
	if (until != 0 && s->until_ms <= t->wall_ms)
		return turn_refuse(t, ERR_INVAL, REFUSAL_STAFF_UNTIL_PAST);
	return read_languages(t, req, s);
}

/* What the reply and the list say of one. */
enum err admin_staff_row(struct turn *t, const struct staff *s, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_STAFF);
	char hex[33], day[DATE_TEXT], name[STAFF_NAME + 1];

	bytes_hex(hex, s->id.b, sizeof s->id.b);
	msg_set_text(t->arena, row, STAFF_ROW_ID, hex);
	msg_set_text(t->arena, row, STAFF_ROW_NAME, s->name);
	msg_set_text(t->arena, row, STAFF_ROW_USER, s->user);
	msg_set_u64(row, STAFF_ROW_UID, s->uid);
	for (unsigned bit = 0; (1u << bit) <= ROLE_ALL; bit++)
		if ((s->roles >> bit & 1) != 0)
			msg_add_text(t->arena, row, STAFF_ROW_ROLES,
				     list_code(LIST_ROLES, "", bit));
	for (size_t i = 0; s->languages[i] != '\0'; i += s->languages[i + 2] == ' ' ? 3 : 2) {
		const char code[3] = {s->languages[i], s->languages[i + 1], '\0'};

		msg_add_text(t->arena, row, STAFF_ROW_LANGUAGES, code);
	}
	msg_set_u64(row, STAFF_ROW_ADDED_MS, s->added_ms);
	if (s->until_ms != 0) {
		date_text(calendar_day(t->node->country, s->until_ms), day);
		msg_set_text(t->arena, row, STAFF_ROW_LAST_DAY, day);
	}
	if (s->ended_ms != 0)
		msg_set_u64(row, STAFF_ROW_ENDED_MS, s->ended_ms);
	if (staff_came_back(s, t->node->rights.older_no))
		msg_set_u64(row, STAFF_ROW_CAME_BACK, 1);
	if (s->deputy_until_ms >= t->wall_ms && staff_name(t, &s->deputy, name) == ERR_OK) {
		date_text(calendar_day(t->node->country, s->deputy_until_ms), day);
		msg_set_text(t->arena, row, STAFF_ROW_DEPUTY, name);
		msg_set_text(t->arena, row, STAFF_ROW_DEPUTY_DAY, day);
	}
	return wayin_row(t, s, row);
}

/* Rights follow the row at once. */
static enum err save(struct turn *t, struct staff *s, struct msg *reply)
{
	enum err rc;

	require(s->roles != 0 && rights_together(s->roles));
	rc = staff_put(t, s);
	if (rc != ERR_OK)
		return rc;
	rights_changed(&t->node->rights);
	return admin_staff_row(t, s, reply);
}

/* A new row, as it would be saved. */
static enum err read_added(struct turn *t, const struct msg *req, struct staff *s)
{
	enum err rc;

	*s = (struct staff){.incarnation = t->node->inc.no};
	rc = read_person(t, req, s);
	if (rc == ERR_OK)
		rc = read_roles(t, req, STAFF_ADD_ROLES, &s->roles);
	if (rc == ERR_OK)
		rc = check_user(t, req, s);
	return rc == ERR_OK ? check_both(t, &s->id, s->roles) : rc;
}

enum err admin_staff_judge_add(struct turn *t, const struct msg *req)
{
	struct staff s;

	return read_added(t, req, &s);
}

enum err admin_staff_add(struct turn *t, const struct msg *req, struct msg *reply)
{
	const bool first = !t->node->rights.named;
	struct staff s;
	enum err rc = read_added(t, req, &s);

	if (rc != ERR_OK)
		return rc;
	rc = save(t, &s, reply);
	if (rc == ERR_FULL && store_failed(t->txn) == ERR_OK)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_STAFF_TOO_MANY,
					say_number("most", LIMIT_STAFF));
	if (rc == ERR_OK)
		rc = wayin_link(t, &s, reply);
	if (rc != ERR_OK)
		return rc;
	if (first)
		msg_set_u64(reply, REPLY_OPEN_TO_ALL, 1); /* until now */
	return audit_add(t, &(struct audit_entry){.event = AUDIT_ROLE, .detail = "staff-added"});
}

/* Those who left, too: the log names them, and whoever looks for a name that is in nobody's mind any more finds it here with
 * the day on which it ended. */
enum err admin_staff_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct staff s;

	(void)req;
	while (staff_each(t, &w, &s))
		if (!page_damaged(t, s.roles == 0 ? ERR_CORRUPT : ERR_OK, STORE_STAFF,
				  span_of(s.id.b, sizeof s.id.b), reply))
			w.rc = admin_staff_row(t, &s, reply);
	if (!t->node->rights.named)
		msg_set_u64(reply, REPLY_OPEN_TO_ALL, 1);
	return w.rc;
}

/* The row with its other roles, as it would be saved. */
static enum err read_role(struct turn *t, const struct msg *req, struct staff *s)
{
	uint8_t roles = 0;
	enum err rc = read_roles(t, req, STAFF_ROLE_ROLES, &roles);

	if (rc == ERR_OK)
		rc = admin_staff_find(t, msg_text(req, STAFF_ROLE_WHO), s);
	if (rc == ERR_OK)
		rc = check_both(t, &s->id, roles);
	s->roles = roles;
	s->incarnation = t->node->inc.no;
	return rc;
}

enum err admin_staff_judge_role(struct turn *t, const struct msg *req)
{
	struct staff s;

	return read_role(t, req, &s);
}

enum err admin_staff_role(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct rights_asker before;
	struct staff s;
	enum err rc = read_role(t, req, &s);

	if (rc != ERR_OK)
		return rc;
	rights_of_staff(&t->node->rights, &s.id, t->wall_ms, &before);
	if (s.roles != before.roles) /* whoever is signed in was let in with others */
		(void)session_end_of(t, &s.id, NULL);
	rc = save(t, &s, reply);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_ROLE,
								 .detail = "staff-role"})
			    : rc;
}

/* ---- after a restore ---- */

/* Everybody who stood in the backup and did not leave before it was made: who left later is among them.  One of them, or all. */
static enum err confirm_all(struct turn *t, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct staff s;

	while (staff_each(t, &w, &s)) {
		if (s.roles == 0 || !staff_came_back(&s, t->node->rights.older_no))
			continue;
		s.incarnation = t->node->inc.no;
		w.rc = save(t, &s, reply);
	}
	return w.rc;
}

static enum err confirm_one(struct turn *t, const char *who, struct msg *reply)
{
	struct staff s;
	enum err rc = admin_staff_find(t, who, &s);

	if (rc != ERR_OK || !staff_came_back(&s, t->node->rights.older_no))
		return rc;
	s.incarnation = t->node->inc.no;
	return save(t, &s, reply);
}

enum err admin_staff_confirm(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *who = msg_text(req, STAFF_CONFIRM_WHO);
	const bool all = msg_u64(req, STAFF_CONFIRM_ALL) != 0;
	enum err rc;

	require(msg_kind_of(req) == MSG_STAFF_CONFIRM);
	if (all == (who[0] != '\0'))
		return turn_refuse(t, ERR_INVAL, REFUSAL_STAFF_CONFIRM_WHOM);
	rc = all ? confirm_all(t, reply) : confirm_one(t, who, reply);
	if (rc == ERR_OK && msg_count(reply, REPLY_STAFF) == 0)
		return turn_refuse(t, ERR_STATE, REFUSAL_STAFF_NONE_CAME_BACK);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_ROLE,
								 .detail = "staff-confirmed"})
			    : rc;
}

/* From now on the person has no right here.  Root can name others, so that nobody is shut out by ending the last one. */
enum err admin_staff_end(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct staff s;
	enum err rc = admin_staff_find(t, msg_text(req, BY_ID_ID), &s);

	if (rc != ERR_OK)
		return rc;
	s.ended_ms = t->wall_ms;
	wayin_end(t, &s);
	rc = drafts_end(t, &s.id);
	if (rc == ERR_OK)
		rc = save(t, &s, reply);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_ROLE,
								 .detail = "staff-ended"})
			    : rc;
}

/* ---- whose list a case is on ---- */

/* A colleague who works with people, so that the list is of use there. */
static enum err find_worker(struct turn *t, const char *who, struct staff *s)
{
	enum err rc = admin_staff_find(t, who, s);

	require(who[0] != '\0');
	if (rc == ERR_OK && (s->roles & ROLE_CASEWORKER) == 0)
		rc = turn_refuse_with(t, ERR_INVAL, REFUSAL_STAFF_NO_CASES,
				      say_text("name", s->name));
	return rc;
}

/* Of whoever asks: without a name of its own no list is anybody's. */
static enum err own_row(struct turn *t, struct staff *s)
{
	if (bytes_zero(t->staff.b, sizeof t->staff.b))
		return turn_refuse(t, ERR_STATE, REFUSAL_STAFF_NO_LIST);
	return staff_get(t, &t->staff, s);
}

/* The whole list, for a time: each case stays whose it is. */
enum err admin_hand(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *who = msg_text(req, HAND_LIST_WHO), *here = t->node->country;
	const uint64_t until = msg_u64(req, HAND_LIST_UNTIL_MS);
	struct staff own, other;
	enum err rc = own_row(t, &own);

	require(msg_kind_of(req) == MSG_HAND_LIST);
	if (rc != ERR_OK)
		return rc;
	/* without a name it comes back, whoever has it */
	own.deputy = (struct id16){{0}};
	own.deputy_until_ms = 0;
	if (who[0] != '\0') {
		rc = find_worker(t, who, &other);
		if (rc != ERR_OK)
			return rc;
		own.deputy = other.id;
		own.deputy_until_ms = calendar_end(here, calendar_day(here, until));
		if (until == 0 || own.deputy_until_ms <= t->wall_ms)
			return turn_refuse(t, ERR_INVAL, REFUSAL_HAND_UNTIL);
	}
	rc = save(t, &own, reply);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_ROLE,
								 .detail = who[0] == '\0'
										   ? "list-back"
										   : "list-handed"})
			    : rc;
}

/* Without a name it is whoever asks. */
enum err admin_case_worker(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *who = msg_text(req, CASE_WORKER_WHO);
	struct staff s;
	struct id16 id;
	enum err rc = find_case(t, msg_text(req, CASE_WORKER_ID), &id);

	if (rc == ERR_OK)
		rc = rows_readable(t, &id);
	if (rc == ERR_OK)
		rc = who[0] == '\0' ? own_row(t, &s) : find_worker(t, who, &s);
	if (rc == ERR_OK)
		rc = worker_set(t, &id, &s.id);
	if (rc != ERR_OK)
		return rc;
	rc = admin_staff_row(t, &s, reply);
	if (rc != ERR_OK)
		return rc;
	return audit_add(t, &(struct audit_entry){
				    .event = AUDIT_CHANGE, .case_id = &id, .detail = "worker"});
}
