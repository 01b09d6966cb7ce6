/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A consent travels as a document of its own, before the first document that needs it, and is its own thread: its id is the
 * grant's.  One that arrives is kept only when it says that this partner collected it for us, for a time that a grant may
 * last; anything else is stored as malformed, so that the sender learns of it, and covers nothing.
 */
#include "domain/grant/grantdocs.h"

#include "base/check.h"

#include <string.h>

#include "base/date.h"
#include "domain/consent/bodies.h"
#include "domain/consent/casefile.h"
#include "domain/consent/ledger.h"
#include "domain/consent/pack.h"
#include "domain/documents/grantkey.h"
#include "domain/documents/words.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/outbox.h"
#include "domain/grant/grantends.h"
#include "domain/loss/settled.h"
#include "domain/onward/passed.h"

/* Was it given before a loss of ours?  Then we may have sent it in the life that we forgot, and the partner has it. */
static bool before_loss(const struct turn *t, const struct msg *grant)
{
	return t->node->restored_ms != 0 &&
	       msg_u64(grant, CONSENT_GRANT_COLLECTED_MS) <= t->node->restored_ms;
}

/* Sent once; the record says so, and after a loss the thread that came back says so too. */
static enum err send_one(struct turn *t, const struct peer *p, const struct id16 *grant,
			 struct msg *m)
{
	struct document_spec spec = {.thread_id = *grant, .peer = p->no, .type = DOC_CONSENT};
	struct thread th = {.id = *grant, .peer = p->no, .kind = THREAD_CONSENT};
	struct consent_scope s = {.p = p};
	struct msg *g = msg_sub(t->arena, m, GRANT_RECORD_GRANT);
	const struct pending_doc *doc;
	const struct span case_bytes = msg_bytes(m, GRANT_RECORD_CASE_ID);
	enum err rc;

	require(!p->self);
	if (g == NULL || case_bytes.len != 16)
		return g == NULL ? ERR_NOMEM : ERR_CORRUPT;
	memcpy(th.case_id.b, case_bytes.p, 16);
	spec.case_id = s.case_id = th.case_id;
	spec.grant_id = th.grant_id = *grant;
	spec.thread_no = 1;
	spec.expires_ms = t->wall_ms + (uint64_t)LIMIT_TTL_DAYS * DAY_MS;
	th.created_ms = t->wall_ms;
	rc = msg_has(g, CONSENT_GRANT_PARENT_GRANT) ? ERR_OK : passed_parent(t, &th.case_id, g);
	if (rc == ERR_OK)
		rc = consent_pack_body(t, &s, DOC_CONSENT, g, &spec.body, &spec.cats,
				       &spec.grant_id);
	if (rc != ERR_OK)
		return rc;
	rc = document_make(t, &spec, &doc);
	if (rc != ERR_OK)
		return rc;
	rc = settled_begin(t, &th, !before_loss(t, g));
	if (rc != ERR_OK)
		return rc;
	rc = thread_append(t, &th, true,
			   &(struct log_entry){doc->key, doc->hash, DOC_CONSENT, 0, t->wall_ms, 0});
	if (rc != ERR_OK)
		return rc;
	rc = grantends_watch(t, &th, m);
	if (rc != ERR_OK)
		return rc;
	rc = outbox_put(t, p->no, &doc->key, &doc->brief);
	if (rc != ERR_OK)
		return rc;
	rc = ledger_add(t, grant, &doc->key.msg, p->no, DOC_CONSENT, 0);
	msg_set_u64(m, GRANT_RECORD_SENT, 1);
	if (rc == ERR_OK)
		rc = consent_save(t, grant, &th.case_id, m);
	return rc == ERR_OK ? passed_on(t, &th.case_id, grant, p->no, 0) : rc;
}

/* Those that hold now and did not leave yet; one that ended before it left never leaves. */
enum err grantdocs_send(struct turn *t, const struct peer *p, const struct id16 *case_id)
{
	struct store_walk w = {.rc = ERR_OK};
	bool any = false;
	struct id16 id;
	struct msg *m;

	require(p != NULL);
	while (consent_each_open(t, case_id, &w, &id, &m))
		if (consent_between(m, p->no, false) && !consent_sent(t, &id, m) &&
		    consent_grant_state(m, t->wall_ms) == CONSENT_LIVING) {
			any = true;
			w.rc = send_one(t, p, &id, m);
		}
	if (w.rc != ERR_OK || !any) /* nothing more than before can end */
		return w.rc;
	return grantends_changed(t, p, case_id, false);
}

/* No grant holds longer than one may, whatever it says of its own beginning. */
static bool grant_times(const struct turn *t, const struct msg *g)
{
	const uint64_t from = msg_u64(g, CONSENT_GRANT_VALID_FROM_MS);
	const uint64_t until = msg_u64(g, CONSENT_GRANT_EXPIRES_MS);
	const uint64_t most = (uint64_t)LIMIT_GRANT_DAYS * DAY_MS;

	return from <= until && until - from <= most && until <= t->wall_ms + most + DAY_MS;
}

/* It names itself, us and whoever sent it: a consent collected by a third party covers nothing here. */
static bool grant_to_us(const struct turn *t, const struct peer *p, const struct wire_doc *d,
			const struct msg *g)
{
	const struct span id = msg_bytes(g, CONSENT_GRANT_GRANT_ID);
	const struct span to = msg_bytes(g, CONSENT_GRANT_RECIPIENT);
	const struct span by = msg_bytes(g, CONSENT_GRANT_COLLECTED_BY);

	return id.len == 16 && memcmp(id.p, d->head.thread_id.b, 16) == 0 && to.len == 32 &&
	       memcmp(to.p, t->node->node_id.b, 32) == 0 && by.len == 32 &&
	       memcmp(by.p, p->node_id.b, 32) == 0 &&
	       msg_bytes(g, CONSENT_GRANT_SUBJECT_REF).len == 16 && grant_times(t, g);
}

enum err grantdocs_recover(struct turn *t, const struct thread *th, struct msg *g)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id, false};
	struct msg *m;
	enum err rc = consent_record(t, &th->id, &m);

	require(th->kind == THREAD_CONSENT);
	if (rc == ERR_NOTFOUND)
		m = msg_new(t->arena, MSG_GRANT_RECORD);
	else if (rc != ERR_OK)
		return rc;
	if (!msg_has(m, GRANT_RECORD_GRANT))
		msg_put_sub(m, GRANT_RECORD_GRANT, g);
	msg_set_bytes(t->arena, m, GRANT_RECORD_CASE_ID, span_of(th->case_id.b, 16));
	msg_set_u64(m, GRANT_RECORD_SENT, 1);
	msg_set_u64(m, GRANT_RECORD_PEER, th->peer);
	if (th->withdrawn) /* what we forgot; the partner that gives it back says so */
		msg_set_u64(m, GRANT_RECORD_WITHDRAWN_MS, t->wall_ms);
	/* A backup that was made between giving and sending it has its key, and nothing knows there that it is over. */
	rc = th->withdrawn ? bodies_let_grant_go(t, &s, &th->id) : grantkey_make(t, &th->id);
	if (rc != ERR_OK)
		return rc;
	rc = consent_save(t, &th->id, &th->case_id, m);
	return rc == ERR_OK ? passed_again(t, &th->id, th->peer, g) : rc;
}

/* A malformed one still has a thread and a case under its own id: its sender gets a verdict. */
enum err grantdocs_receive(struct turn *t, const struct peer *p, const struct wire_doc *d,
			   struct thread *th, uint16_t *verdict, enum quota *over)
{
	struct id16 subject = d->head.thread_id;
	struct msg *g = NULL, *m;
	bool good, full = false;
	enum err rc = ERR_MALFORMED;

	require(th->kind == THREAD_CONSENT);
	if (d->form == WIRE_WHOLE)
		rc = words_parse(t, DOC_CONSENT, d->body, &g);
	if (rc == ERR_NOMEM)
		return rc;
	good = rc == ERR_OK && grant_to_us(t, p, d, g);
	if (good)
		memcpy(subject.b, msg_bytes(g, CONSENT_GRANT_SUBJECT_REF).p, 16);
	rc = bytes_zero(th->case_id.b, 16)
		     ? casefile_receive_consent(t, p, &subject, &th->case_id, over)
		     : ERR_OK;
	if (rc == ERR_OK && *over == QUOTA_NONE)
		rc = quota_in_case(t, &th->case_id, THREAD_CONSENT, over);
	if (rc == ERR_OK && *over == QUOTA_NONE)
		rc = consent_room(t, p, &th->case_id, &full);
	if (full)
		*over = QUOTA_CASE;
	if (rc != ERR_OK || *over != QUOTA_NONE)
		return rc;
	if (!good) {
		if (d->form == WIRE_WHOLE)
			*verdict = WIRE_VERDICT_MALFORMED;
		return ERR_OK;
	}
	m = msg_new(t->arena, MSG_GRANT_RECORD);
	msg_put_sub(m, GRANT_RECORD_GRANT, g);
	msg_set_bytes(t->arena, m, GRANT_RECORD_CASE_ID, span_of(th->case_id.b, 16));
	msg_set_u64(m, GRANT_RECORD_RECEIVED, 1);
	msg_set_u64(m, GRANT_RECORD_PEER, p->no);
	if (th->withdrawn)
		msg_set_u64(m, GRANT_RECORD_WITHDRAWN_MS, t->wall_ms);
	else
		rc = grantkey_make(t, &th->id);
	if (rc == ERR_OK)
		rc = consent_save(t, &th->id, &th->case_id, m);
	if (rc != ERR_OK)
		return rc;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_CONSENT,
						  .peer = p->no,
						  .case_id = &th->case_id,
						  .grant = &d->head.thread_id,
						  .detail = "received"});
}
