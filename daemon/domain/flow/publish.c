/* SPDX-License-Identifier: EUPL-1.2 */
/* When a report is made and who gets it.
 *
 *  - Fourteen days after its quarter, once, and never again: what was published is what it is.
 *  - Only under a clock that a partner agrees with; a wrong date would close a quarter that still runs, with half its figures.
 *  - Not in quarantine: what was published before a loss may be about to come back.
 *  - To members that collect (coordinators, observers, evaluators), and to nobody else; as documents, through the same gate and
 *    outbox as all others, so that a report is receipted and comes back after a loss like them. */
#include "domain/flow/publish.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/consent/grant.h"
#include "domain/consent/pack.h"
#include "domain/count/quarter.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/pair.h"
#include "domain/flow/draft.h"
#include "domain/flow/kept.h"
#include "domain/flow/report.h"
#include "domain/loss/settled.h"
#include "domain/membership/members.h"
#include "domain/membership/roster.h"
#include "domain/stream/connect.h"

enum { RETRY_MS = 600000, PAST = 4, SENDS_PER_TURN = 16 };
static_assert(SENDS_PER_TURN >= 4, "a turn makes one report at least");

/* The thread of one report: derived, so that a restored node finds the one that it had. */
static enum err thread_of(struct turn *t, const struct peer *p, uint32_t quarter,
			  struct id16 *case_id, struct id16 *id)
{
	uint8_t in[6 + 4 + 32] = "report";
	enum err rc = kept_case(t, case_id);

	be32_put(in + 6, quarter);
	memcpy(in + 10, p->node_id.b, 32);
	return rc == ERR_OK ? record_derive(t->txn, case_id, span_of(in, sizeof in), id) : rc;
}

/* A thread of one document whose id both ends can derive: a report sent twice is the same thread. */
static enum err send_to(struct turn *t, const struct peer *p, const struct report *r)
{
	struct thread th = {.peer = p->no,
			    .kind = THREAD_REPORT,
			    .role = THREAD_SENDER,
			    .created_ms = t->wall_ms,
			    .changed_ms = t->wall_ms};
	const struct consent_scope s = {.p = p};
	struct document_spec spec = {
		.peer = p->no,
		.type = DOC_REPORT,
		.basis = WIRE_BASIS_NONE,
		.expires_ms = t->wall_ms + (uint64_t)LIMIT_TTL_DAYS * DAY_MS,
		.thread_no = 1,
	};
	const struct pending_doc *doc;
	struct err_text why;
	struct msg *body;
	enum err rc;

	require(!p->self && members_collect(p));
	require(r->bytes.len > 0);
	rc = thread_of(t, p, r->period, &th.case_id, &th.id);
	if (rc != ERR_OK)
		return rc;
	rc = msg_parse(t->arena, MSG_REPORT, r->bytes, &body, &why);
	if (rc != ERR_OK)
		return rc;
	/* the one gate, although nothing in it is personal */
	rc = consent_pack_body(t, &s, DOC_REPORT, body, &spec.body, &spec.cats, &spec.grant_id);
	spec.thread_id = th.id;
	spec.case_id = th.case_id;
	if (rc != ERR_OK)
		return rc;
	rc = document_make(t, &spec, &doc);
	if (rc != ERR_OK)
		return rc;
	rc = settled_begin(t, &th, true);
	if (rc != ERR_OK)
		return rc;
	rc = thread_append(t, &th, true,
			   &(struct log_entry){.doc = doc->key,
					       .hash = doc->hash,
					       .type = DOC_REPORT,
					       .created_ms = t->wall_ms});
	if (rc != ERR_OK)
		return rc;
	rc = thread_save(t, &th);
	if (rc != ERR_OK)
		return rc;
	rc = outbox_put(t, p->no, &doc->key, &doc->brief);
	if (rc != ERR_OK)
		return rc;
	rc = kept_mark(t, r->period, p->no, REPORT_WENT);
	if (rc != ERR_OK)
		return rc;
	rc = audit_add(
		t, &(struct audit_entry){.event = AUDIT_REPORT, .peer = p->no, .detail = "sent"});
	if (rc != ERR_OK)
		return rc;
	return answer_owe(t, p->no);
}

/* Not while the two ends are being compared: what is missing here may come back from there. */
static enum err may_send(struct turn *t, const struct peer *p, uint32_t quarter, bool *yes)
{
	struct id16 case_id, id;
	struct pair *pr;
	enum err rc;

	*yes = false;
	if (p->broken)
		return ERR_OK; /* the others get theirs */
	rc = pair_get(t, p->no, &pr);
	if (rc != ERR_OK || pr->uncompared)
		return rc;
	rc = thread_of(t, p, quarter, &case_id, &id);
	if (rc != ERR_OK)
		return rc;
	*yes = !record_exists(t->txn, STORE_THREAD, span_of(id.b, 16));
	return *yes ? ERR_OK : kept_mark(t, quarter, p->no, REPORT_WENT);
}

/* To whoever collects now; one that joins later gets the quarters of the last year too. */
static enum err send_quarter(struct turn *t, uint32_t quarter, uint16_t self, unsigned *left)
{
	struct report r;
	bool yes;
	enum err rc = kept_load(t, quarter, self, &r);

	require(self != 0 && left != NULL);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	for (size_t i = 0; i < t->node->peer_count && rc == ERR_OK && *left > 0; i++) {
		const struct peer *p = &t->node->peers[i];

		if (p->self || !p->active || !members_collect(p) ||
		    (kept_marks(t, quarter, p->no) & REPORT_WENT) != 0)
			continue;
		rc = may_send(t, p, quarter, &yes);
		if (rc == ERR_OK && yes) {
			rc = send_to(t, p, &r);
			(*left)--;
		}
	}
	return rc;
}

/* ---- when ---- */

/* The first quarter that this node was a member in. */
static enum err first_quarter(struct turn *t, const struct peer *self, uint32_t *quarter)
{
	struct wire_roster e;
	struct span v;
	enum err rc = roster_entry(t, self->added_seq, &v);

	if (rc == ERR_OK)
		rc = wire_roster_get(v, &e);
	if (rc != ERR_OK)
		return err_fatal(rc) ? rc : ERR_CORRUPT;
	*quarter = quarter_of(e.time_s * 1000);
	return ERR_OK;
}

/* Those of the last year that are over, oldest first: from *first to before *end. */
static enum err quarters_due(struct turn *t, const struct peer *self, uint32_t *first,
			     uint32_t *end)
{
	enum err rc = first_quarter(t, self, first);

	*end = quarter_of(t->wall_ms);
	if (t->wall_ms < quarter_ready_ms(*end - 1))
		(*end)--;
	if (*first + PAST < *end)
		*first = *end - PAST;
	return rc;
}

/* Kept before it is sent: what left and what is kept can never differ. */
static enum err make(struct turn *t, uint32_t quarter, uint16_t self, struct report *r, bool *over)
{
	enum err rc = draft_report(t, quarter, r, over);

	require(self != 0);
	if (rc == ERR_OK && !*over)
		return ERR_OK;
	if (rc == ERR_OK)
		rc = kept_put(t, self, r);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_REPORT,
								 .detail = r->refused[0] == '\0'
										   ? "made"
										   : r->refused})
			    : rc;
}

/* The oldest quarter first, a few documents a turn; what is left waits for the next tick. */
static enum err work(struct turn *t, const struct peer *self, uint64_t *next_ms)
{
	unsigned left = SENDS_PER_TURN;
	uint32_t q = 0, end = 0;
	enum err rc = quarters_due(t, self, &q, &end);

	*next_ms = quarter_ready_ms(end);
	for (; rc == ERR_OK && q < end && left > 0; q++) {
		const struct store_key k = kept_key(q, self->no);
		struct report r;

		if (!t->node->flow.manual && !record_exists(t->txn, STORE_REPORT, key_span(&k))) {
			const size_t mark_at = t->arena->used;
			bool over;

			rc = make(t, q, self->no, &r, &over);
			arena_rewind(t->arena, mark_at);
			/* making one takes about as long as sending four; one that is still counted is all that a turn does */
			left = left < 4 || !over ? 0 : left - 4;
		}
		if (rc == ERR_OK)
			rc = send_quarter(t, q, self->no, &left);
	}
	if (left == 0)
		*next_ms = t->wall_ms;
	return rc;
}

/* When it has to look again is kept in memory and put back when the turn fails. */
enum err publish_tick(struct turn *t)
{
	struct node *n = t->node;
	const struct peer *self = state_peer_by_id(n, &n->node_id);
	uint64_t next_ms = t->wall_ms + RETRY_MS;
	bool sure = false;
	enum err rc = ERR_OK;

	if (t->wall_ms < n->flow_due_ms)
		return ERR_OK;
	if (self != NULL && members_hold_cases(self) && !n->quarantine)
		rc = connect_clock_sure(t, &sure);
	if (rc == ERR_OK && sure)
		rc = work(t, self, &next_ms);
	n->flow_due_ms = next_ms;
	if (rc != ERR_OK) /* of its own making: not at once again, whatever becomes of the turn */
		n->before.flow_due_ms = next_ms;
	return rc;
}

/* A person asks for one quarter before its time has come or again: too early is refused, again sends what is missing. */
enum err publish_quarter(struct turn *t, uint32_t quarter, struct report *r, bool *over)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	unsigned left = SENDS_PER_TURN;
	enum err rc;

	if (self == NULL || !members_hold_cases(self))
		return turn_refuse(t, ERR_DENIED, REFUSAL_NOTHING_TO_REPORT);
	if (t->wall_ms < quarter_ready_ms(quarter))
		return turn_refuse(t, ERR_STATE, REFUSAL_QUARTER_TOO_EARLY);
	*over = true;
	rc = kept_load(t, quarter, self->no, r); /* made once: then it is what it is */
	if (rc == ERR_NOTFOUND)
		rc = make(t, quarter, self->no, r, over);
	return rc == ERR_OK && *over ? send_quarter(t, quarter, self->no, &left) : rc;
}
