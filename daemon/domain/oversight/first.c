/* SPDX-License-Identifier: EUPL-1.2 */
/* An entry of the audit log is written in the turn of what it describes, so both have one moment.  It was just now: whoever is refused looked
 * at the page a while ago at most, and the log is read from its end. */
#include "domain/oversight/first.h"

#include "base/check.h"
#include "domain/evidence/audit.h"
#include "domain/staff/staff.h"

/* Of several entries of one moment a person's counts: the node did its part for that person. */
static enum err find(struct turn *t, const struct id16 *case_id, uint64_t at_ms,
		     struct audit_row *found, bool *yes)
{
	struct audit_row row = {.at_ms = UINT64_MAX};
	struct id32 hash;
	uint64_t seq = 0;
	enum err rc = audit_head(t, &seq, &hash);

	*yes = false;
	for (size_t i = 0; rc == ERR_OK && i < FIRST_LOOKED && seq > 0; i++, seq--) {
		const size_t mark = t->arena->used;

		rc = audit_get(t, seq, &row);
		if (rc != ERR_OK || row.at_ms < at_ms)
			return rc;
		arena_rewind(t->arena, mark);
		if (row.at_ms != at_ms || !row.known || !id16_equal(&row.case_id, case_id) ||
		    (*yes && found->worker))
			continue;
		*found = row;
		*yes = true;
	}
	return rc;
}

enum err first_who(struct turn *t, const struct id16 *case_id, uint64_t at_ms, struct say *who)
{
	struct audit_row row = {.worker = true};
	char name[STAFF_NAME + 1] = "", *kept;
	bool found;
	enum err rc = find(t, case_id, at_ms, &row, &found);

	require(case_id != NULL && who != NULL);
	*who = say_code("who", LIST_AUDIT, row.worker ? "colleague" : "machine");
	if (rc != ERR_OK || !found || bytes_zero(row.staff.b, sizeof row.staff.b))
		return rc;
	rc = staff_name(t, &row.staff, name);
	kept = rc == ERR_OK && name[0] != '\0' ? arena_text(t->arena, name) : NULL;
	if (kept != NULL)
		*who = say_text("who", kept);
	return rc;
}
