/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who asks is known before anything is done: the user whom the kernel vouches for, or the person of a session.
 */
#include "domain/asker/asker.h"

#include "base/check.h"
#include "domain/signin/session.h"
#include "domain/staff/staff.h"
#include "domain/state.h"

/* A session counts for what its person may, whoever brings it; and it is brought by the process of the screens, which runs as this
 * node's own user, or by root, who could read them anyway.
 *
 *	session		the command		who asks
 *	none		of a session alone	nobody
 *	none		for signing in		the node's own user, root
 *	none		any other		the user, but of a screen nobody
 *	one		for signing in		the node's own user, root: the session says nothing
 *	one		any other		the session's person, brought by those two */
static enum err find_asker(struct turn *t, uint8_t how, const struct msg *request,
			   struct rights_asker *who)
{
	const bool keeper = rights_keeper(&t->node->rights, t->ev->uid);
	const bool brought = msg_has(request, REQUEST_SESSION);
	struct id32 key;

	rights_of(&t->node->rights, t->ev->uid, t->wall_ms, who);
	/* its process runs as the node's own user, whose rights are not for whoever takes it over */
	if (t->ev->screens && !brought && (how & ASKER_OPEN) == 0)
		return turn_refuse(t, ERR_STATE, REFUSAL_SESSION_MISSING);
	if (who->roles == 0)
		return ERR_OK; /* is told that nobody knows that user, whatever it asks */
	if ((brought || (how & ASKER_OPEN) != 0) && !keeper)
		return turn_refuse(t, ERR_DENIED, REFUSAL_SESSION_BROUGHT);
	if (!brought || (how & ASKER_OPEN) != 0)
		return brought || (how & ASKER_OWN) == 0
			       ? ERR_OK
			       : turn_refuse(t, ERR_STATE, REFUSAL_SESSION_MISSING);
	*who = (struct rights_asker){.roles = 0};
	if (session_key(msg_bytes(request, REQUEST_SESSION), &key))
		t->session = session_find(t->node, &key, t->wall_ms, t->mono_ms);
	if (t->session == NULL)
		return turn_refuse(t, ERR_STATE, REFUSAL_SESSION_OVER);
	rights_of_staff(&t->node->rights, &t->session->staff, t->wall_ms, who);
	if ((how & ASKER_UNSEEN) == 0)
		session_seen(t, t->session);
	return ERR_OK;
}

enum err asker_fresh(struct turn *t)
{
	if (t->session == NULL || session_fresh(t, t->session))
		return ERR_OK;
	return turn_refuse(t, ERR_STATE,
			   t->session->how == SESSION_PASSKEY ? REFUSAL_STEP_UP_NEEDED
							      : REFUSAL_STEP_UP_PASSKEY);
}

/* Nobody is named: everybody may (rights_of).  A user who is not named reads what to tell the administrator; one who is, which
 * role it takes. */
enum err asker_check(struct turn *t, const struct msg *request, uint8_t want, uint8_t how)
{
	struct rights_asker who;
	char needs[64], has[64];
	enum err rc = rights_load(t, &t->node->rights);

	require(t->ev != NULL && want != 0);

	if (rc == ERR_OK)
		rc = find_asker(t, how, request, &who);
	if (rc != ERR_OK)
		return rc;
	t->staff = who.id;
	t->roles = who.roles;
	if ((how & ASKER_OPEN) != 0 && who.roles != 0)
		return ERR_OK; /* nobody is signed in yet: an entry names whoever does */
	if ((t->session == NULL && !t->node->rights.named) || (who.roles & want) != 0)
		return (how & ASKER_FRESH) != 0 ? asker_fresh(t) : ERR_OK;
	if (who.came_back)
		return turn_refuse(t, ERR_DENIED, REFUSAL_STAFF_CAME_BACK);
	if (who.roles == 0)
		return turn_refuse_with(t, ERR_DENIED, REFUSAL_STAFF_UNKNOWN,
					say_number("uid", t->ev->uid));
	rights_codes(want, needs);
	rights_codes(who.roles, has);
	return turn_refuse_with(t, ERR_DENIED, REFUSAL_STAFF_NO_RIGHT,
				say_code("roles", LIST_ROLES, needs),
				say_code("own", LIST_ROLES, has));
}

/* The first ones of a day are named; then the log says how many there were, each time ten times as many. */
static const char *worth_an_entry(uint32_t count)
{
	if (count <= LIMIT_REFUSED_DAY)
		return "no-right";
	switch (count) {
	case 100:
		return "no-right-100";
	case 1000:
		return "no-right-1000";
	case 10000:
		return "no-right-10000";
	default:
		return NULL;
	}
}
static_assert(LIMIT_REFUSED_DAY < 100, "what is counted comes behind what is named");

const char *asker_trace(struct turn *t)
{
	/* of a session it is its person who is counted: no user has such a number */
	const uint32_t whom = t->session == NULL
				      ? t->ev->uid
				      : be32_get(t->session->staff.b + 12) | UINT32_C(1) << 31;
	return worth_an_entry(rights_refused(&t->node->rights, whom, t->wall_ms));
}

enum err asker_shown(struct turn *t, struct msg *reply)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	struct staff s;
	char id[33];
	enum err rc;

	if (t->session == NULL)
		return ERR_OK;
	rc = staff_get(t, &t->staff, &s);
	if (rc != ERR_OK)
		return rc;
	bytes_hex(id, s.id.b, sizeof s.id.b);
	msg_set_text(t->arena, reply, REPLY_SIGNED_IN, s.name);
	msg_set_text(t->arena, reply, REPLY_SIGNED_IN_ID, id);
	if (self != NULL)
		msg_set_text(t->arena, reply, REPLY_OWN_ORG, self->org);
	if ((t->roles & (ROLE_READER | ROLE_CASEWORKER)) == ROLE_READER)
		msg_set_u64(reply, REPLY_READS_ONLY, 1);
	msg_set_u64(reply, REPLY_SESSION_UNTIL_MS, session_until(t->node, t->session));
	return ERR_OK;
}
