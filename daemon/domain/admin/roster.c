/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Roster entries that a person brings, in order.  A fork is refused, and its proof is kept: so such a turn ends well.
 */
#include "domain/admin/roster.h"

#include "base/check.h"
#include "domain/membership/roster.h"

enum { EXPORT_ENTRIES = 64, EXPORT_BYTES = 256 * 1024 };

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

/* Public as it is: every partner has it.  A turn stays short, and a reply within what a client takes. */
enum err admin_roster_export(struct turn *t, const struct msg *req, struct msg *reply)
{
	const uint64_t from = msg_u64(req, ROSTER_EXPORT_FROM);
	struct span carried;
	struct chain c;
	size_t bytes = 0;
	enum err rc = roster_chain(t, &c);

	if (rc == ERR_OK && !c.begun)
		return turn_refuse(t, ERR_STATE, REFUSAL_ROSTER_MISSING);
	for (uint64_t seq = from;
	     rc == ERR_OK && seq <= c.seq && seq < from + EXPORT_ENTRIES && bytes < EXPORT_BYTES;
	     seq++) {
		rc = roster_entry(t, seq, &carried);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc; /* the chain has it */
		msg_add_bytes(t->arena, reply, REPLY_ROSTER_ENTRIES, carried);
		bytes += carried.len;
	}
	return rc;
}

enum err admin_roster_cosign(struct turn *t, const struct msg *req, struct msg *reply)
{
	(void)reply;
	return roster_cosign(t, msg_u64(req, ROSTER_COSIGN_SEQ));
}
