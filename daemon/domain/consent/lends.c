/* SPDX-License-Identifier: EUPL-1.2 */
/* As for a document that leaves (care/intake.c): the very grant must stand, and it may have run out while another carries what it
 * let through. */
#include "domain/consent/lends.h"

#include "domain/consent/gate.h"

enum err consent_lends(struct turn *t, const struct peer *p, const struct id16 *grant, bool *yes)
{
	struct consent_scope s = {.p = p};
	struct consent_view v;
	struct msg *record;
	bool gone = false;
	enum err rc = consent_gone(t, grant, &gone);

	*yes = false;
	if (rc == ERR_OK && !gone)
		rc = consent_record(t, grant, &record);
	if (rc != ERR_OK || gone)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	s.received = msg_u64(record, GRANT_RECORD_RECEIVED) != 0;
	if (!consent_between(record, p->no, s.received) ||
	    msg_bytes(record, GRANT_RECORD_CASE_ID).len != sizeof s.case_id.b)
		return ERR_OK;
	memcpy(s.case_id.b, msg_bytes(record, GRANT_RECORD_CASE_ID).p, sizeof s.case_id.b);
	rc = consent_living(t, &s, CONSENT_SEND, &v);
	*yes = rc == ERR_OK && consent_covered(&v, t->wall_ms) != 0;
	return rc;
}
