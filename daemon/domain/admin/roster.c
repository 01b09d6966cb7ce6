/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Roster entries that a person brings, in order.  A fork is refused, and its proof is kept: so such a turn ends well.
 */
#include "domain/admin/roster.h"

#include "base/check.h"
#include "domain/membership/roster.h"

/* The first bad entry stops the rest: each is the successor of the one before. */
enum err admin_roster_import(struct turn *t, const struct msg *req, struct msg *reply)
{
	const size_t count = msg_count(req, ROSTER_IMPORT_ENTRIES);
	bool fork = false;
	enum err rc = ERR_OK;

	if (count == 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_ROSTER_ENTRY_MISSING);
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = roster_apply(t, msg_bytes_at(req, ROSTER_IMPORT_ENTRIES, i), &fork);
	if (!fork)
		return rc;
	require(rc != ERR_OK); /* the other half of a fork is never taken in */
	/* refused, but the proof stays: so the turn ends well */
	turn_refused_into(t, rc, reply);
	return ERR_OK;
}

enum err admin_roster_cosign(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)reply;
	return roster_cosign(t, msg_u64(req, ROSTER_COSIGN_SEQ));
}
