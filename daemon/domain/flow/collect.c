/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/flow/collect.h"

#include "domain/care/intake.h"
#include "domain/evidence/audit.h"
#include "domain/flow/kept.h"
#include "domain/flow/report.h"
#include "domain/flow/tally.h"

static bool ours(const struct thread *th, uint16_t type)
{
	return th->kind == THREAD_REPORT || (th->kind == 0 && type == DOC_REPORT);
}

static enum err begin(struct turn *t, struct thread *th, uint8_t role, uint64_t created_ms)
{
	th->kind = THREAD_REPORT;
	th->role = role;
	th->created_ms = created_ms;
	th->stored_ms = th->changed_ms = t->wall_ms;
	return kept_case(t, &th->case_id);
}

static enum err judge(struct turn *t, const struct peer *p, const struct wire_doc *d,
		      struct thread *th, uint16_t *verdict)
{
	const bool fresh = th->my_no + th->their_no == 0;
	struct err_text why;
	struct report r;
	enum err rc = ERR_OK;

	if (!ours(th, d->head.type)) {
		rc = intake_hooks.judge(t, p, d, th, verdict);
		if (d->head.type == DOC_REPORT) /* figures are no part of a person's thread */
			*verdict = WIRE_VERDICT_MALFORMED;
		return rc;
	}
	if (fresh)
		rc = begin(t, th, THREAD_RECEIVER, d->head.created_ms);
	if (rc != ERR_OK || d->form != WIRE_WHOLE)
		return rc;
	if (!fresh || d->head.type != DOC_REPORT)
		rc = ERR_MALFORMED; /* one document, and no more */
	else
		rc = report_parse(t, d->body, &r, &why);
	if (rc == ERR_MALFORMED || rc == ERR_LIMIT) {
		*verdict = WIRE_VERDICT_MALFORMED;
		rc = ERR_OK;
	}
	return rc;
}

/* The report in a document, ours or a partner's, kept under its reporter. */
static enum err keep(struct turn *t, const struct doc_key *key, uint16_t peer)
{
	struct err_text why;
	struct document d;
	struct report r;
	enum err rc = document_load(t, key, &d);

	if (rc != ERR_OK || d.hollow || d.head.type != DOC_REPORT)
		return rc;
	rc = report_parse(t, d.body, &r, &why);
	return rc == ERR_OK ? kept_put(t, peer, &r) : rc == ERR_NOMEM ? rc : ERR_OK;
}

static enum err stored(struct turn *t, const struct peer *p, struct thread *th,
		       const struct doc_key *key, uint16_t verdict)
{
	enum err rc;

	if (!ours(th, 0))
		return intake_hooks.stored(t, p, th, key, verdict);
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_REPORT,
						.peer = p->no,
						.outcome = verdict == 0 ? ERR_OK : ERR_MALFORMED,
						.detail = "received"});
	if (rc == ERR_OK && verdict == 0)
		rc = keep(t, key, p->no);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

static enum err leaving(struct turn *t, const struct peer *p, const struct document *d,
			uint16_t *reason)
{
	return intake_hooks.leaving(t, p, d, reason);
}

static enum err receipted(struct turn *t, const struct peer *p, const struct document *d,
			  const struct wire_verdict *v)
{
	return intake_hooks.receipted(t, p, d, v);
}

static enum err settled(struct turn *t, struct thread *th)
{
	return ours(th, 0) ? ERR_OK : intake_hooks.settled(t, th);
}

static enum err recovered(struct turn *t, const struct peer *p, const struct wire_doc *d,
			  struct thread *th)
{
	return ours(th, d->head.type) ? begin(t, th, THREAD_SENDER, d->head.created_ms)
				      : intake_hooks.recovered(t, p, d, th);
}

/* Ours, out of a collector's hands: the report as it was published stays the report of that quarter. */
static enum err returned(struct turn *t, const struct peer *p, struct thread *th,
			 const struct doc_key *key)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	enum err rc;

	if (!ours(th, 0))
		return intake_hooks.returned(t, p, th, key);
	rc = self == NULL ? ERR_OK : keep(t, key, self->no);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

static enum err shelved(struct turn *t, struct thread *th, const struct doc_key *key, uint16_t type)
{
	return ours(th, 0) ? thread_save(t, th) : intake_hooks.shelved(t, th, key, type);
}

static enum err erased(struct turn *t, const struct id16 *case_id)
{
	return intake_hooks.erased(t, case_id);
}

static enum err flagged(struct turn *t, struct thread *th, uint8_t flags)
{
	return ours(th, 0) ? ERR_OK : intake_hooks.flagged(t, th, flags);
}

static enum err confirmed(struct turn *t, uint16_t peer)
{
	return intake_hooks.confirmed(t, peer);
}

const struct exchange_hooks collect_hooks = {
	.erasing = tally_case,
	.judge = judge,
	.stored = stored,
	.leaving = leaving,
	.receipted = receipted,
	.settled = settled,
	.recovered = recovered,
	.returned = returned,
	.shelved = shelved,
	.erased = erased,
	.flagged = flagged,
	.confirmed = confirmed,
};
