/* SPDX-License-Identifier: EUPL-1.2 */
/* The digits of a newcomer, as an administrator heard them.  Digits that are wrong end the handshake that they were compared
 * with: whoever sits between gets no second guess at it.  When several newcomers wait, nobody can tell whose the wrong digits were,
 * and one who reads out nonsense must not undo what the others did: then nothing ends, and from then on each of them is
 * confirmed by its name alone, so that no digits are compared more than twice. */
#include "domain/admin/invites.h"

#include "base/check.h"
#include "base/text.h"
#include "domain/membership/names.h"
#include "domain/membership/paircheck.h"
#include "domain/membership/proposal.h"
#include "domain/newcomer/invite.h"
#include "domain/newcomer/onboard.h"

static_assert(sizeof "digits, not stated" <= sizeof((struct wire_add *)NULL)->verified_by,
	      "how digits were compared is signed whole");

/* The roots sign this for ever: only what an administrator stated, and "not stated" where nobody did. */
static bool way_known(const char *how)
{
	static const char *const ways[] = {"", "in-person", "video", "telephone"};

	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (strcmp(ways[i], how) == 0)
			return true;
	return false;
}

/* Of this invite: may these digits be its newcomer's? */
static bool meant(const struct turn *t, const struct msg *req, const struct msg *m)
{
	const char *org = msg_text(req, CONFIRM_DIGITS_ORG);

	return invite_is(m, INVITE_OPEN) && invite_in_time(t, m) &&
	       (org[0] == '\0' || names_same(org, msg_text(m, INVITE_RECORD_ORG)));
}

/* Invites with somebody who waits for digits to be confirmed. */
static enum err count_waiting(struct turn *t, const struct msg *req, size_t *count)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;

	*count = 0;
	while (invite_each(t, &w, &id, &m)) {
		bool waits = false;

		for (size_t i = 0; i < LIMIT_ONBOARD_ATTEMPTS; i++)
			waits = waits || invite_try_waits(m, invite_try(t, m, i));
		*count += waits && meant(t, req, m);
	}
	return w.rc;
}

/* The digits agreed: an entry for the roster, with name and class as the inviting administrator gave them. */
static enum err propose(struct turn *t, const struct id16 *invite, struct msg *m,
			const struct msg *try, const char *how, struct id16 *id)
{
	const struct span hash = msg_bytes(try, INVITE_TRY_SAS_HASH);
	const char *org = msg_text(m, INVITE_RECORD_ORG);
	struct wr w = arena_wr(t->arena, WIRE_ADD_MAX);
	struct wire_add add;
	struct err_text by = {""};

	require(invite_try_waits(m, try) && how != NULL && id != NULL);
	if (wire_add_get(msg_bytes(try, INVITE_TRY_JOIN), &add) != ERR_OK || hash.len != 32 ||
	    strlen(org) > LIMIT_ORG_NAME)
		return ERR_CORRUPT;
	memcpy(add.sas_hash.b, hash.p, 32);
	/* Name and class are those the inviting administrator typed, never the newcomer's. */
	memcpy(add.org, org, strlen(org) + 1);
	add.classes = WIRE_MEMBER;
	text_format(by.text, sizeof by.text, "digits, %s", how[0] == '\0' ? "not stated" : how);
	memcpy(add.verified_by, by.text, sizeof add.verified_by - 1);
	add.verified_by[sizeof add.verified_by - 1] = '\0';
	wire_add_put(&w, &add);
	if (w.over)
		return ERR_NOMEM;
	/* in the same turn as the proposal: digits that were used are used up */
	msg_set_text(t->arena, m, INVITE_RECORD_STATE, INVITE_CONFIRMED);
	return proposal_make(t, WIRE_ROSTER_ADD, wr_span(&w), invite, id);
}

/* The invite's name holds.  Whoever wrote it is told when the newcomer calls itself otherwise, before a root signs: a slip of the pen
 * stays in the roster for ever. */
static void named_otherwise(struct turn *t, const struct msg *m, const struct msg *try,
			    struct msg *reply)
{
	const char *org = msg_text(m, INVITE_RECORD_ORG);
	struct wire_add add;
	struct msg *row;

	if (wire_add_get(msg_bytes(try, INVITE_TRY_JOIN), &add) != ERR_OK ||
	    strcmp(add.org, org) == 0)
		return;
	row = msg_add(t->arena, reply, REPLY_INVITES);
	msg_set_text(t->arena, row, INVITE_ROW_ORG, org);
	msg_set_text(t->arena, row, INVITE_ROW_CALLS_ITSELF, add.org);
}

/* The one whose digits these are is in; all others of its invite never were. */
static enum err confirm(struct turn *t, const struct id16 *invite, struct msg *m,
			const struct msg *right, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	char hex[33];
	enum err rc = propose(t, invite, m, right, msg_text(req, CONFIRM_DIGITS_HOW), &id);

	for (size_t i = 0; i < LIMIT_ONBOARD_ATTEMPTS; i++) {
		struct msg *try = invite_try(t, m, i);

		if (try != NULL && try != right)
			msg_set_u64(try, INVITE_TRY_OVER, 1);
	}
	if (rc == ERR_OK)
		rc = invite_save(t, invite, m);
	if (rc != ERR_OK)
		return rc;
	named_otherwise(t, m, right, reply);
	bytes_hex(hex, id.b, 16);
	hex[20] = '\0';
	msg_set_text(t->arena, reply, REPLY_PROPOSAL, hex + 12);
	return turn_do(t, EFFECT_MEMBERS);
}

/* Of one that is known to be meant: over.  Of several: by name from now on. */
static enum err mark_wrong(struct turn *t, const struct msg *req, bool over)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;

	while (invite_each(t, &w, &id, &m)) {
		bool any = false;

		if (!meant(t, req, m))
			continue;
		for (size_t i = 0; i < LIMIT_ONBOARD_ATTEMPTS; i++) {
			struct msg *try = invite_try(t, m, i);

			if (!invite_try_waits(m, try))
				continue;
			any = true;
			msg_set_u64(try, over ? INVITE_TRY_OVER : INVITE_TRY_BY_NAME, 1);
		}
		if (any)
			w.rc = invite_save(t, &id, m);
	}
	return w.rc;
}

/*	who waits	named		what follows
 *	nobody		-		nothing
 *	one		-		over
 *	several		no		by name from now on
 *	several		yes		those of that name: over */
static enum err wrong_digits(struct turn *t, const struct msg *req, struct msg *reply,
			     size_t waiting)
{
	const bool named = msg_text(req, CONFIRM_DIGITS_ORG)[0] != '\0';
	const bool over = waiting == 1 || named;
	enum err rc = waiting == 0 ? ERR_OK : mark_wrong(t, req, over);

	/* written as a reply: a refusal would undo the turn, and the handshakes would go on waiting */
	(void)turn_refuse(t, ERR_DENIED,
			  waiting == 0 ? REFUSAL_NOBODY_WAITS_FOR_DIGITS
			  : over       ? REFUSAL_DIGITS_DIFFER
				       : REFUSAL_DIGITS_OF_WHOM);
	turn_refused_into(t, ERR_DENIED, reply);
	if (waiting == 0)
		return rc;
	return rc == ERR_OK ? turn_do(t, EFFECT_MEMBERS) : rc;
}

/* Digits fit one handshake or none: what they are compared with is not shown. */
enum err admin_confirm(struct turn *t, const struct msg *req, struct msg *reply)
{
	const bool named = msg_text(req, CONFIRM_DIGITS_ORG)[0] != '\0';
	struct store_walk w = {.rc = ERR_OK};
	size_t waiting;
	struct id16 id;
	struct msg *m;
	enum err rc;

	if (!way_known(msg_text(req, CONFIRM_DIGITS_HOW)))
		return turn_refuse(t, ERR_INVAL, REFUSAL_HOW_UNKNOWN);
	rc = count_waiting(t, req, &waiting);
	if (rc != ERR_OK)
		return rc;
	while (invite_each(t, &w, &id, &m)) {
		if (!meant(t, req, m))
			continue;
		for (size_t i = 0; i < LIMIT_ONBOARD_ATTEMPTS; i++) {
			const struct msg *try = invite_try(t, m, i);

			if (invite_try_waits(m, try) &&
			    (named || waiting == 1 || msg_u64(try, INVITE_TRY_BY_NAME) == 0) &&
			    paircheck_same_digits(msg_text(req, CONFIRM_DIGITS_DIGITS),
						  msg_text(try, INVITE_TRY_DIGITS)))
				return confirm(t, &id, m, try, req, reply);
		}
	}
	return w.rc == ERR_OK ? wrong_digits(t, req, reply, waiting) : w.rc;
}
