/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports of partners as they come in, and our own out of a collector's hands: a thread of one document, kept under whoever
 * wrote it.  What is no report as report.h can make one is refused whole. */
#include "base/check.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/hooks.h"
#include "domain/flow/kept.h"
#include "domain/flow/report.h"

static enum err begin(struct turn *t, struct thread *th, uint8_t role, uint64_t created_ms)
{
	require(th->kind == THREAD_REPORT);
	th->role = role;
	th->created_ms = created_ms;
	th->stored_ms = th->changed_ms = t->wall_ms;
	return kept_case(t, &th->case_id);
}

/* A report has one document, and bytes that these rules could have made; anything else of its kind is malformed. */
static enum err
judge(struct turn *t, const struct peer *p, const struct wire_doc *d,
      /* NOLINTNEXTLINE(readability-non-const-parameter): every kind's judge is asked so */
      struct thread *th, uint16_t *verdict, enum quota *over)
{
	const bool fresh = th->my_no + th->their_no == 0;
	struct report r;
	enum err rc = ERR_OK;

	(void)p;
	(void)over; /* quota_thread counts reports */
	if (fresh)
		rc = begin(t, th, THREAD_RECEIVER, d->head.created_ms);
	if (rc != ERR_OK || d->form != WIRE_WHOLE)
		return rc;
	if (!fresh || d->head.type != DOC_REPORT)
		rc = ERR_MALFORMED; /* one document, and no more */
	else
		rc = report_parse(t, d->body, &r);
	if (rc == ERR_MALFORMED || rc == ERR_LIMIT) {
		*verdict = WIRE_VERDICT_MALFORMED;
		rc = ERR_OK;
	}
	return rc;
}

/* The report in a document, ours or a partner's, kept under its reporter. */
static enum err keep(struct turn *t, const struct doc_key *key, uint16_t peer)
{
	struct document d;
	struct report r;
	enum err rc = document_load(t, key, &d);

	require(peer != 0);
	if (rc != ERR_OK || d.hollow || d.head.type != DOC_REPORT)
		return rc;
	rc = report_parse(t, d.body, &r);
	return rc == ERR_OK ? kept_put(t, peer, &r) : rc == ERR_NOMEM ? rc : ERR_OK;
}

static enum err stored(struct turn *t, const struct peer *p, struct thread *th,
		       const struct doc_key *key, uint16_t verdict)
{
	enum err rc;

	require(th->kind == THREAD_REPORT);
	require(th->peer == p->no);
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_REPORT,
						.peer = p->no,
						.outcome = verdict == 0 ? ERR_OK : ERR_MALFORMED,
						.detail = "received"});
	if (rc == ERR_OK && verdict == 0)
		rc = keep(t, key, p->no);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* What a partner gives back after a loss was ours: so we are its sender again. */
static enum err recovered(struct turn *t, const struct peer *p, const struct wire_doc *d,
			  struct thread *th)
{
	(void)p;
	return begin(t, th, THREAD_SENDER, d->head.created_ms);
}

/* Ours, out of a collector's hands: the report as it was published stays the report of that quarter. */
static enum err returned(struct turn *t, const struct peer *p, struct thread *th,
			 const struct doc_key *key)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	enum err rc;

	require(th->kind == THREAD_REPORT);
	(void)p;
	rc = self == NULL ? ERR_OK : keep(t, key, self->no);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* Nothing of a report waits, ends or is hidden: the empty rules do. */
const struct kind_rules kind_report = {
	.judge = judge,
	.stored = stored,
	.recovered = recovered,
	.returned = returned,
};
