/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reading the audit log is an act that the log records too.
 */
#include "domain/oversight/audit.h"

#include "domain/evidence/audit.h"
#include "domain/views/find.h"

/* The entry about the reading comes after the rows, so that a list never shows its own reading. */
enum err view_audit_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *text = msg_text(req, AUDIT_ASK_CASE_ID);
	struct id16 case_id;
	enum err rc = ERR_OK;

	if (text[0] != '\0')
		rc = find_case(t, text, &case_id);
	if (rc == ERR_OK)
		rc = audit_list(t, reply, msg_u64(req, AUDIT_ASK_AFTER),
				msg_u64(req, AUDIT_ASK_LIMIT), text[0] == '\0' ? NULL : &case_id);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_LOG_ACCESS}) : rc;
}
