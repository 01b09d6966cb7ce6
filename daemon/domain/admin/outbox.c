/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an administrator does with a document that is owed: ask the partner again now, or give it up.  One that arrived
 * cannot be given up; it is withdrawn instead.
 */
#include "domain/admin/outbox.h"

#include "domain/evidence/audit.h"
#include "domain/exchange/outbox.h"
#include "domain/oversight/outbox.h"
#include "domain/stream/connect.h"

/* Nothing is sent twice by this: the partner is asked how far it is, and its answer says what to send. */
enum err admin_outbox_retry(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct outbox_row row;
	struct peer *p;
	uint64_t place = 0;
	enum err rc = view_find_owed(t, msg_text(req, BY_ID_ID), &p, &place, &row);

	if (rc != ERR_OK)
		return rc;
	state_conn(t->node, p)->ask_mono_ms = t->mono_ms; /* ask now; the answer rewinds */
	state_conn(t->node, p)->retry_mono_ms = t->mono_ms;
	rc = connect_tick(t, p);
	return rc == ERR_OK ? view_outbox_row(t, p, place, &row, reply) : rc;
}

/* What arrived cannot be taken off a partner's disk by forgetting it here. */
enum err admin_outbox_drop(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct outbox_row row;
	struct document d;
	struct peer *p;
	uint64_t place = 0;
	enum err rc = view_find_owed(t, msg_text(req, OUTBOX_DROP_ID), &p, &place, &row);

	/* which document it is, as it was found: who is asked first wants to see it */
	if (rc == ERR_OK)
		rc = view_outbox_row(t, p, place, &row, reply);
	if (rc == ERR_OK)
		rc = document_load(t, &row.doc, &d);
	if (rc == ERR_OK && document_answers(d.head.type))
		return turn_refuse_with(t, ERR_STATE, REFUSAL_WITHDRAWAL_IS_OWED,
					say_text("partner", p->org));
	if (rc == ERR_OK)
		rc = outbox_drop(t, p->no, place);
	if (rc == ERR_STATE)
		return turn_refuse(t, rc, REFUSAL_DOCUMENT_ARRIVED);
	return rc == ERR_OK
		       ? audit_add(t, &(struct audit_entry){.event = AUDIT_DROP, .peer = p->no})
		       : rc;
}
