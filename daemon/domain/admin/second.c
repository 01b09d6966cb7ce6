/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One person asks, another one confirms, and then it is done in the turn of the second: what was checked a day before counts for
 * nothing.  What was typed becomes whole ids when it is asked, so that the second person confirms what the first one meant.
 */
#include "domain/admin/second.h"

#include <string.h>

#include "base/check.h"
#include "domain/admin/staff.h"
#include "domain/admin/wayin.h"
#include "domain/consent/casefile.h"
#include "domain/documents/thread.h"
#include "domain/evidence/audit.h"
#include "domain/handover/rows.h"
#include "domain/membership/names.h"
#include "domain/page.h"
#include "domain/people/fits.h"
#include "domain/state.h"
#include "domain/views/find.h"

enum { HOURS = LIMIT_PENDING_MS / 3600000 };
static_assert(HOURS == 24, "the sentences say a day");

/* ---- which acts ---- */

/* More than the person had: to take a role away needs nobody else. */
static enum err gives_more(struct turn *t, const struct msg *req, bool *yes)
{
	uint8_t roles = 0;
	struct staff s;
	enum err rc = admin_staff_find(t, msg_text(req, STAFF_ROLE_WHO), &s);

	for (size_t i = 0; i < msg_count(req, STAFF_ROLE_ROLES); i++)
		roles |= rights_role(msg_text_at(req, STAFF_ROLE_ROLES, i));
	*yes = rc == ERR_OK && (roles & ~(unsigned)s.roles) != 0;
	return rc;
}

/* Ending somebody and naming the same user anew is another way to give other roles. */
static enum err was_here(struct turn *t, const struct msg *req, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct staff s;

	bool left = false, here = false;

	while (staff_each(t, &w, &s)) {
		const bool works = staff_works(&s, t->wall_ms);

		/* without a user of this machine it is the name that tells who is meant */
		const bool same = msg_has(req, STAFF_ADD_UID)
					  ? s.uid == msg_u64(req, STAFF_ADD_UID)
					  : names_same(s.name, msg_text(req, STAFF_ADD_NAME));

		if (s.roles == 0 || !same)
			continue;
		left = left || !works;
		here = here || works; /* which admin_staff_add refuses */
	}
	*yes = left && !here;
	return w.rc;
}

/* Another way in for somebody who has one, at a screen or at a terminal: else an administrator alone could be anybody, and read
 * cases, or confirm what they asked for themselves.  Who works at a terminal and asks for their own link gains no right by it. */
static enum err has_one(struct turn *t, const struct msg *req, bool *yes)
{
	struct staff s;
	enum err rc = admin_staff_find(t, msg_text(req, BY_ID_ID), &s);

	if (rc != ERR_OK || t->node->web.origin[0] == '\0')
		return rc; /* which admin_staff_link refuses */
	rc = wayin_any(t, &s, yes);
	*yes = *yes || (s.uid != RIGHTS_UID_NONE && !id16_equal(&s.id, &t->staff));
	return rc;
}

/* Of the steps of a handover one overrules the partner. */
static bool takes_back(unsigned field, const struct msg *req)
{
	return field == REQUEST_HANDOVER_STEP &&
	       strcmp(msg_text(req, HANDOVER_STEP_STEP), "reclaim") == 0;
}

enum err second_needed(struct turn *t, unsigned field, const struct msg *req, bool *yes)
{
	*yes = false;
	if (!t->node->rights.named)
		return ERR_OK;
	if (field == REQUEST_STAFF_ROLE)
		return gives_more(t, req, yes);
	if (field == REQUEST_STAFF_ADD)
		return was_here(t, req, yes);
	if (field == REQUEST_STAFF_LINK)
		return has_one(t, req, yes);
	*yes = field == REQUEST_CASE_RELEASE || takes_back(field, req) ||
	       (field == REQUEST_CASE_ERASE && msg_u64(req, CASE_ERASE_NOW) != 0);
	return ERR_OK;
}

/* ---- asked ---- */

/* The field that says who or what is meant. */
static unsigned naming(unsigned field)
{
	switch (field) {
	case REQUEST_CASE_ERASE:
		return CASE_ERASE_ID;
	case REQUEST_CASE_RELEASE:
	case REQUEST_STAFF_LINK:
		return BY_ID_ID;
	case REQUEST_STAFF_ROLE:
		return STAFF_ROLE_WHO;
	case REQUEST_HANDOVER_STEP:
		return HANDOVER_STEP_REF;
	default:
		return 0;
	}
}

/* Its case is what it is about; the request names the handover. */
static enum err find_handover(struct turn *t, const char *text, struct id16 *thread,
			      struct id16 *case_id)
{
	struct thread_fits fits;
	struct thread th;
	enum err rc = thread_find(t, text, &th, &fits);

	if (rc == ERR_NOTFOUND || (rc == ERR_OK && th.kind != THREAD_HANDOVER))
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_HANDOVER_UNKNOWN);
	*thread = th.id;
	*case_id = th.case_id;
	return rc;
}

/* The same request with a whole id in it. */
static enum err pin(struct turn *t, unsigned field, const struct msg *req, struct pending *p)
{
	const unsigned name = naming(field);
	struct msg *whole;
	struct err_text why;
	struct staff s;
	struct id16 named;
	char hex[33];
	enum err rc = msg_parse(t->arena, MSG_REQUEST, t->ev->bytes, &whole, &why);

	require(t->ev->type == EVENT_REQUEST);
	if (rc != ERR_OK)
		return rc; /* it was understood before: only memory can be short */
	if (field == REQUEST_STAFF_ROLE || field == REQUEST_STAFF_LINK) {
		rc = admin_staff_find(t, msg_text(req, name), &s);
		named = p->about = s.id;
	} else if (field == REQUEST_HANDOVER_STEP) {
		rc = find_handover(t, msg_text(req, name), &named, &p->about);
	} else if (name != 0) {
		rc = find_case(t, msg_text(req, name), &p->about);
		named = p->about;
	}
	if (rc != ERR_OK)
		return rc;
	if (name != 0)
		bytes_hex(hex, named.b, sizeof named.b);
	if (name != 0)
		msg_set_text(t->arena, msg_sub(t->arena, whole, field), name, hex);
	msg_clear(whole, REQUEST_REQUEST_ID); /* asked again it is the same act */
	msg_clear(whole, REQUEST_SESSION);    /* a secret, and over before long */
	return msg_pack(t->arena, whole, &p->request);
}

/* What the log says of it: of a case where it is about one, which the row of the log then leads to. */
static enum err note(struct turn *t, const struct pending *p, unsigned field, const char *detail)
{
	const bool of_case = field == REQUEST_CASE_ERASE || field == REQUEST_CASE_RELEASE ||
			     field == REQUEST_HANDOVER_STEP;

	return audit_add(t, &(struct audit_entry){.event = AUDIT_SECOND,
						  .case_id = of_case ? &p->about : NULL,
						  .detail = detail});
}

/* What the second person would be refused is refused to the first one. */
static enum err judge_now(struct turn *t, unsigned field, const struct msg *req)
{
	return field == REQUEST_STAFF_ADD    ? admin_staff_judge_add(t, req)
	       : field == REQUEST_STAFF_ROLE ? admin_staff_judge_role(t, req)
					     : ERR_OK;
}

/* Written as a reply: a refusal would undo the turn, and nobody could confirm it. */
enum err second_ask(struct turn *t, unsigned field, const struct msg *req, uint8_t roles,
		    struct msg *reply)
{
	struct pending p = {.asker = t->staff, .incarnation = t->node->inc.no};
	static const struct id16 root = {{0}};
	char hex[33];
	enum err rc = judge_now(t, field, req);

	require(roles != 0);
	if (rc == ERR_OK && id16_equal(&t->staff, &root) &&
	    rights_others(&t->node->rights, &root, roles, t->wall_ms) > 0)
		rc = turn_refuse(t, ERR_DENIED, REFUSAL_SECOND_ROOT);
	if (rc == ERR_OK)
		rc = pin(t, field, req, &p);
	if (rc == ERR_OK)
		rc = pending_put(t, &p);
	if (rc == ERR_FULL && store_failed(t->txn) == ERR_OK)
		return turn_refuse_with(t, ERR_STATE, REFUSAL_PENDING_TOO_MANY,
					say_number("most", LIMIT_PENDING_OWN));
	if (rc == ERR_OK)
		rc = note(t, &p, field, "asked");
	if (rc != ERR_OK)
		return rc;
	bytes_hex(hex, p.id.b, sizeof p.id.b);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	(void)turn_refuse_with(t, ERR_DENIED, REFUSAL_SECOND_PERSON, say_text("id", hex + 12));
	turn_refused_into(t, ERR_DENIED, reply);
	return ERR_OK;
}

/* ---- confirmed, refused ---- */

/* Which command it is: one that could not be asked is damage. */
static enum err read_request(struct turn *t, const struct pending *p, struct msg **request,
			     unsigned *field)
{
	static const unsigned fields[] = {REQUEST_CASE_ERASE, REQUEST_CASE_RELEASE,
					  REQUEST_STAFF_ROLE, REQUEST_STAFF_ADD,
					  REQUEST_STAFF_LINK, REQUEST_HANDOVER_STEP};
	struct err_text why;

	*field = 0;
	if (p->request.len == 0 ||
	    msg_parse(t->arena, MSG_REQUEST, p->request, request, &why) != ERR_OK)
		return ERR_CORRUPT;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (msg_has(*request, fields[i]))
			*field = fields[i];
	return *field == 0 ? ERR_CORRUPT : ERR_OK;
}

/* Several that fit are nobody's: another digit tells them apart. */
static enum err find(struct turn *t, const char *text, struct pending *p)
{
	struct store_walk w = {.rc = ERR_OK};
	struct fits f = {0};

	while (pending_each(t, &w, p))
		fits_try(&f, &p->id, text);
	if (w.rc != ERR_OK)
		return w.rc;
	if (f.count != 1)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_PENDING_UNKNOWN);
	return pending_get(t, &f.first, p);
}

static enum err judge(struct turn *t, const struct pending *p, uint8_t roles, bool *alone)
{
	const enum pending_stage stage = pending_stage(t, &t->node->rights, p, roles,
						       t->node->inc.no);

	*alone = stage == PENDING_ALONE;
	switch (stage) {
	case PENDING_OPEN:
	case PENDING_ALONE:
		return ERR_OK;
	case PENDING_OWN:
		return turn_refuse(t, ERR_DENIED, REFUSAL_PENDING_OWN);
	case PENDING_EARLY:
		return turn_refuse_with(t, ERR_STATE, REFUSAL_PENDING_EARLY,
					say_moment("when", p->at_ms + LIMIT_PENDING_MS));
	case PENDING_LATE:
		return turn_refuse(t, ERR_STATE, REFUSAL_PENDING_LATE);
	case PENDING_BEFORE:
		return turn_refuse(t, ERR_STATE, REFUSAL_PENDING_BEFORE);
	case PENDING_LEFT:
		return turn_refuse(t, ERR_STATE, REFUSAL_PENDING_LEFT);
	case PENDING_ROOT:
		return turn_refuse(t, ERR_DENIED, REFUSAL_SECOND_ROOT);
	case PENDING_NOBODY:
		break;
	}
	return turn_refuse(t, ERR_DENIED, REFUSAL_PENDING_NOBODY);
}

enum err second_open(struct turn *t, const struct msg *req, second_roles roles_of, struct second *s)
{
	enum err rc = find(t, msg_text(req, BY_ID_ID), &s->p);

	if (rc == ERR_OK)
		rc = read_request(t, &s->p, &s->request, &s->field);
	if (rc != ERR_OK)
		return rc;
	/* one whom it is none of is told what one is told who asks for nothing */
	if ((t->roles & roles_of(s->field)) == 0)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_PENDING_UNKNOWN);
	rc = judge(t, &s->p, roles_of(s->field), &s->alone);
	if (rc == ERR_OK && !s->alone)
		t->on_behalf = s->p.asker;
	return rc;
}

enum err second_close(struct turn *t, const struct second *s)
{
	enum err rc = pending_drop(t, &s->p.id);

	require(s->field != 0);
	return rc == ERR_OK ? note(t, &s->p, s->field, s->alone ? "alone" : "confirmed") : rc;
}

enum err second_refuse(struct turn *t, const struct msg *req, second_roles roles_of)
{
	struct pending p;
	struct msg *request;
	unsigned field;
	enum err rc = find(t, msg_text(req, BY_ID_ID), &p);

	if (rc == ERR_OK)
		rc = read_request(t, &p, &request, &field);
	if (rc != ERR_OK)
		return rc;
	if ((t->roles & roles_of(field)) == 0)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_PENDING_UNKNOWN);
	rc = pending_drop(t, &p.id);
	return rc == ERR_OK ? note(t, &p, field, "not-wanted") : rc;
}

/* ---- the list ---- */

/* Rows of config/lists/audit.psv, which a client has words for. */
static const char *code_of(unsigned field)
{
	return field == REQUEST_CASE_ERASE	? "case-erase"
	       : field == REQUEST_CASE_RELEASE	? "case-release"
	       : field == REQUEST_STAFF_ROLE	? "staff-role"
	       : field == REQUEST_STAFF_LINK	? "staff-link"
	       : field == REQUEST_HANDOVER_STEP ? "handover-reclaim"
						: "staff-add";
}

/* As the list says it; an own one of which nobody else could be asked is early first, and alone a day later. */
static const char *stage_of(enum pending_stage stage)
{
	switch (stage) {
	case PENDING_OPEN:
		return "open";
	case PENDING_ALONE:
		return "alone";
	case PENDING_OWN:
		return "own";
	case PENDING_EARLY:
		return "early";
	case PENDING_LATE:
		return "late";
	case PENDING_LEFT:
		return "left";
	case PENDING_ROOT:
		return "root";
	case PENDING_BEFORE: /* which is on no list */
	case PENDING_NOBODY:
		break;
	}
	return "nobody";
}

/* Which handover is to be taken back, from whom and why. */
static enum err put_handover(struct turn *t, const struct msg *sub, struct msg *row)
{
	struct id16 thread, case_id;
	char ref[THREAD_REF_LEN + 1];
	const struct peer *peer;
	struct thread th;
	enum err rc = find_handover(t, msg_text(sub, HANDOVER_STEP_REF), &thread, &case_id);

	require(sub != NULL && msg_kind_of(row) == MSG_PENDING_ROW);
	if (rc == ERR_OK)
		rc = thread_load(t, &thread, &th);
	if (rc != ERR_OK)
		return rc;
	thread_reference(t, &thread, ref);
	msg_set_text(t->arena, row, PENDING_ROW_REF, ref);
	peer = state_peer(t->node, th.peer);
	msg_set_text(t->arena, row, PENDING_ROW_PARTNER, peer == NULL ? "" : peer->org);
	if (msg_text(sub, HANDOVER_STEP_REASON)[0] != '\0')
		msg_set_text(t->arena, row, PENDING_ROW_REASON,
			     msg_text(sub, HANDOVER_STEP_REASON));
	return ERR_OK;
}

/* Whose case it is; of one that moved away, or is gone, no name. */
static enum err put_case(struct turn *t, const struct id16 *case_id, struct msg *row)
{
	struct msg *m, *person;
	char hex[33];
	uint64_t until_ms;
	enum err rc = rows_closed(t, case_id, &until_ms, NULL);

	require(msg_kind_of(row) == MSG_PENDING_ROW);
	bytes_hex(hex, case_id->b, sizeof case_id->b);
	msg_set_text(t->arena, row, PENDING_ROW_CASE_ID, hex);
	if (rc != ERR_OK || until_ms != 0)
		return rc;
	rc = casefile_load(t, case_id, &m);
	if (rc == ERR_OK)
		rc = casefile_person(t, case_id, m, &person);
	if (rc == ERR_OK)
		msg_set_text(t->arena, row, PENDING_ROW_NAME, msg_text(person, PERSON_NAME));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static enum err put_row(struct turn *t, const struct pending *p, unsigned field,
			const struct msg *request, uint8_t roles, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_PENDING);
	const struct msg *sub = msg_get(request, field);
	char hex[33], name[STAFF_NAME + 1];
	enum err rc = staff_name(t, &p->asker, name);

	bytes_hex(hex, p->id.b, sizeof p->id.b);
	msg_set_text(t->arena, row, PENDING_ROW_ID, hex);
	msg_set_text(t->arena, row, PENDING_ROW_ACT, code_of(field));
	msg_set_text(t->arena, row, PENDING_ROW_ASKED_BY, name);
	msg_set_u64(row, PENDING_ROW_AT_MS, p->at_ms);
	msg_set_u64(row, PENDING_ROW_UNTIL_MS, p->at_ms + LIMIT_PENDING_MS);
	msg_set_u64(row, PENDING_ROW_OWN, id16_equal(&p->asker, &t->staff));
	msg_set_text(t->arena, row, PENDING_ROW_STAGE,
		     stage_of(pending_stage(t, &t->node->rights, p, roles, t->node->inc.no)));
	if ((field == REQUEST_STAFF_ROLE || field == REQUEST_STAFF_LINK) && rc == ERR_OK) {
		rc = staff_name(t, &p->about, name);
		msg_set_text(t->arena, row, PENDING_ROW_NAME, name);
	} else if (field == REQUEST_STAFF_ADD) {
		/* the right follows the number: who confirms a name alone may let in somebody else */
		msg_set_text(t->arena, row, PENDING_ROW_NAME, msg_text(sub, STAFF_ADD_NAME));
		if (msg_has(sub, STAFF_ADD_UID))
			msg_set_u64(row, PENDING_ROW_UID, msg_u64(sub, STAFF_ADD_UID));
	} else if (rc == ERR_OK) {
		rc = put_case(t, &p->about, row);
	}
	rc = page_damaged(t, rc, STORE_CASES, span_of(p->about.b, 16), reply) ? ERR_OK : rc;
	if (field == REQUEST_HANDOVER_STEP && rc == ERR_OK)
		rc = put_handover(t, sub, row);
	rc = page_damaged(t, rc, STORE_HANDOVER, span_of(p->about.b, 16), reply) ? ERR_OK : rc;
	for (size_t i = 0; field == REQUEST_STAFF_ROLE && i < msg_count(sub, STAFF_ROLE_ROLES); i++)
		msg_add_text(t->arena, row, PENDING_ROW_ROLES,
			     msg_text_at(sub, STAFF_ROLE_ROLES, i));
	for (size_t i = 0; field == REQUEST_STAFF_ADD && i < msg_count(sub, STAFF_ADD_ROLES); i++)
		msg_add_text(t->arena, row, PENDING_ROW_ROLES,
			     msg_text_at(sub, STAFF_ADD_ROLES, i));
	return rc;
}

/* Those that are in the asker's line of work; what nobody can confirm any more is not shown.  What one is about may be damaged: that one
 * is shown without it. */
enum err second_list(struct turn *t, second_roles roles_of, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct pending p;
	struct msg *request;
	unsigned field;

	while (pending_each(t, &w, &p)) {
		const enum err read = read_request(t, &p, &request, &field);
		const bool before = p.request.len > 0 && p.incarnation != t->node->inc.no;

		if (before || p.at_ms + 2ULL * LIMIT_PENDING_MS < t->wall_ms ||
		    page_damaged(t, read, STORE_PENDING, span_of(p.id.b, 16), reply))
			continue;
		if ((t->roles & roles_of(field)) != 0)
			w.rc = put_row(t, &p, field, request, roles_of(field), reply);
	}
	return w.rc;
}
