/* SPDX-License-Identifier: EUPL-1.2 */
/* The whole thread rests on the one consent that it began under, whoever signs in it. */
#include "domain/handover/sign.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/consent/casefile.h"
#include "domain/consent/ledger.h"
#include "domain/consent/pack.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/settled.h"
#include "domain/onward/passed.h"
#include "domain/referral/deadline.h"

static enum err make(struct turn *t, struct thread *th, uint16_t type, const struct msg *body,
		     const struct pending_doc **doc, uint64_t *cats)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id,
					th->role == THREAD_RECEIVER};
	struct document_spec spec = thread_next(th, type);
	struct id16 under = th->grant_id;
	enum err rc;

	if (s.p == NULL || th->my_no >= THREAD_LOG_MAX)
		return ERR_STATE;
	spec.basis = WIRE_BASIS_CONSENT;
	spec.table_version = HANDOVER_TABLE_VERSION;
	spec.expires_ms = t->wall_ms + (uint64_t)LIMIT_TTL_DAYS * DAY_MS;
	/* the whole thread rests on the one consent that it began under */
	rc = consent_pack_body(t, &s, type, body, &spec.body, &spec.cats, &under);
	*cats = spec.cats;
	return rc == ERR_OK ? document_make(t, &spec, doc) : rc;
}

/* The document, the log, the outbox, what was disclosed, the timeline, the audit log; what follows from it is the caller's. */
enum err sign_act(struct turn *t, struct thread *th, uint16_t type, const struct msg *body)
{
	const char *name = document_type_name(type);
	const struct pending_doc *doc = NULL;
	uint64_t cats = 0;
	enum err rc;

	require(handover_may((enum handover_state)th->state, rows_side(th), type));
	rc = make(t, th, type, body, &doc, &cats);
	if (rc == ERR_OK && th->my_no + th->their_no == 0) {
		rc = settled_begin(t, th, true);
		th->birth = (struct id16){{0}};
	}
	if (rc != ERR_OK)
		return rc;
	rc = thread_append(
		t, th, true,
		&(struct log_entry){doc->key, doc->hash, type, th->their_no, t->wall_ms, 0});
	if (th->deliver_ms == 0)
		th->deliver_ms = deadline_delivery(t, th);
	if (rc == ERR_OK)
		rc = outbox_put(t, th->peer, &doc->key, &doc->brief);
	if (rc == ERR_OK && cats != 0)
		rc = ledger_add(t, &th->grant_id, &doc->key.msg, th->peer, type, cats);
	if (rc == ERR_OK && cats != 0)
		rc = passed_on(t, &th->case_id, &th->grant_id, th->peer, cats);
	if (rc == ERR_OK)
		rc = casefile_entry(t, &th->case_id, name, NULL, &th->id);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_SEND,
							.peer = th->peer,
							.case_id = &th->case_id,
							.grant = &th->grant_id,
							.detail = name});
	return rc == ERR_OK ? answer_owe(t, th->peer) : rc;
}

enum err sign_code(struct turn *t, struct thread *th, uint16_t type, const char *reason)
{
	struct msg *body = msg_new(t->arena, MSG_ACT);

	if (reason[0] != '\0')
		msg_set_text(t->arena, body, ACT_REASON, reason);
	msg_set_u64(body, ACT_AUTOMATIC, 1);
	return sign_act(t, th, type, body);
}
