/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A quarter is published by itself when its time has come; here a person looks first, or does it now.
 */
#include "domain/admin/publish.h"

#include "domain/count/quarter.h"
#include "domain/flow/draft.h"
#include "domain/flow/kept.h"
#include "domain/flow/publish.h"
#include "domain/membership/roster.h"
#include "domain/oversight/figures.h"

/* What is left of the year is what a person looks at before publishing once more. */
static enum err put_budget(struct turn *t, struct msg *flow, const struct report *r)
{
	struct chain c;
	uint32_t spent, sum = 0;
	enum err rc = roster_chain(t, &c);

	if (rc == ERR_OK)
		rc = kept_spent(t, r->period, &spent);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < WIRE_TABLES && r->refused[0] == '\0'; i++)
		sum += r->terms.share[i];
	spent += sum;
	msg_set_u64(flow, FLOW_SPENT, spent);
	msg_set_u64(flow, FLOW_LEFT, c.policy.year > spent ? c.policy.year - spent : 0);
	return ERR_OK;
}

/* A dry run shows what would leave, computed or kept, and spends nothing. */
enum err admin_publish(struct turn *t, const struct msg *req, struct msg *reply)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const bool dry = msg_u64(req, FLOW_ASK_DRY_RUN) != 0;
	uint32_t quarter;
	struct report r;
	struct msg *flow;
	const char *state = "published";
	bool over = true;
	enum err rc = view_figures_quarter(t, req, quarter_of(t->wall_ms) - 1, &quarter);

	if (rc != ERR_OK)
		return rc;
	if (self == NULL)
		return turn_refuse(t, ERR_STATE, REFUSAL_NOT_A_MEMBER_YET);
	if (!dry)
		rc = publish_quarter(t, quarter, &r, &over);
	else
		rc = kept_load(t, quarter, self->no, &r);
	if (dry && rc == ERR_NOTFOUND) {
		state = t->wall_ms < quarter_ready_ms(quarter) ? "too-early" : "ready";
		rc = draft_report(t, quarter, &r, &over);
	}
	if (rc != ERR_OK)
		return rc;
	if (!over) /* how far it came stands in the store */
		return turn_again(t, arena_copy(t->arena, span_of("", 1)));
	flow = view_figures_of(t, reply, quarter);
	msg_set_text(t->arena, flow, FLOW_STATE, state);
	msg_set_text(t->arena, flow, FLOW_REFUSED, r.refused);
	if (r.refused[0] == '\0') {
		view_figures_terms(t, flow, &r.terms, 1);
		view_figures_report(t, flow, self, &r);
	}
	if (dry)
		msg_set_u64(reply, REPLY_DRY_RUN, 1);
	return put_budget(t, flow, &r);
}
