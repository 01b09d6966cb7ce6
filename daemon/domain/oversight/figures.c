/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reports of all members as people read them: cells, sums, shares, trends; and a node's own exact figures.  All of it is
 * computed from published cells, so nothing of it can tell more than they do.  What is unsure is counted, not shown, and a
 * trend is one only when the two ranges do not touch: a coordinator must not act on noise.
 */
#include "domain/oversight/figures.h"

#include "base/check.h"
#include "domain/count/exact.h"
#include "domain/count/quarter.h"
#include "domain/flow/figures.h"
#include "domain/flow/kept.h"

enum { PAGE_ROWS = 700 };

/* Only where both quarters are sure. */
static void put_trend(struct turn *t, struct msg *m, const struct figures_value *now,
		      const struct figures_value *before)
{
	const bool more = now->low > before->high, less = now->high < before->low;

	/* Apart only if their ranges are: cautious, so that no quarter is called better by chance. */
	msg_set_text(t->arena, m, FLOW_FIGURE_TREND, more ? "more" : less ? "less" : "same");
	msg_set_u64(m, FLOW_FIGURE_BEFORE, before->v);
}

/* Too unsure is counted, not shown: a range that is wider than the figure misleads. */
static void put_figure(struct turn *t, struct msg *flow, const struct figure *f,
		       const struct figure *before, const char *need)
{
	struct figures_value v = figures_value(f), b;
	struct msg *m;

	if (!figures_there(f))
		return;
	if (!figures_sure(f, &v)) {
		msg_set_u64(flow, FLOW_UNSURE, msg_u64(flow, FLOW_UNSURE) + 1);
		return;
	}
	m = msg_add(t->arena, flow, FLOW_FIGURES);
	msg_set_text(t->arena, m, FLOW_FIGURE_CODE, f->code);
	msg_set_text(t->arena, m, FLOW_FIGURE_UNIT, f->percent ? "percent" : "count");
	msg_set_u64(m, FLOW_FIGURE_VALUE, v.v);
	msg_set_u64(m, FLOW_FIGURE_LOW, v.low);
	msg_set_u64(m, FLOW_FIGURE_HIGH, v.high);
	if (f->percent)
		msg_set_u64(m, FLOW_FIGURE_OF, v.of);
	if (need != NULL)
		msg_set_text(t->arena, m, FLOW_FIGURE_NEED, need);
	if (before == NULL || !figures_there(before))
		return;
	b = figures_value(before);
	if (figures_sure(before, &b))
		put_trend(t, m, &v, &b);
}

/* The figures of the list; then the needs that nobody could meet, the largest first. */
static void put_figures(struct turn *t, struct msg *flow, const struct figures_sums *now,
			const struct figures_sums *before)
{
	struct figure f[FIGURES_COUNT], b[FIGURES_COUNT];
	bool done[COUNT_NEEDS] = {false};

	figures_of(now, f);
	figures_of(before, b);
	for (size_t i = 0; i < FIGURES_COUNT; i++)
		put_figure(t, flow, &f[i], before->reports > 0 ? &b[i] : NULL, NULL);
	for (size_t n = 0; n < COUNT_NEEDS; n++) { /* the largest first */
		size_t best = COUNT_NEEDS;
		struct figure u, ub;

		for (size_t i = 0; i < COUNT_NEEDS; i++)
			if (!done[i] && figures_low(&now->unmet[i]) > 0 && /* more than chance */
			    (best == COUNT_NEEDS || now->unmet[i].v > now->unmet[best].v))
				best = i;
		if (best == COUNT_NEEDS)
			break;
		done[best] = true;
		u = (struct figure){.code = "unmet", .part = now->unmet[best]};
		ub = (struct figure){.code = "unmet", .part = before->unmet[best]};
		put_figure(t, flow, &u, before->reports > 0 ? &ub : NULL, count_need_code(best));
	}
}

/* ---- rows ---- */

static const unsigned answer_fields[COUNT_ANSWER_COUNT] = {
	FLOW_PAIR_ACCEPTED,   FLOW_PAIR_DECLINED,    FLOW_PAIR_REDIRECTED, FLOW_PAIR_WITHDRAWN,
	FLOW_PAIR_UNANSWERED, FLOW_PAIR_UNDELIVERED, FLOW_PAIR_LATE};

/* One node's figures on their way to a reader. */
struct rows {
	struct turn *t;
	struct msg *flow;
	const struct peer *who;
	bool exact; /* its own: a nought is a nought */
};

static void cells(const struct rows *r, struct msg *m, const uint32_t *v, const unsigned *fields,
		  size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] != 0 || r->exact)
			msg_set_u64(m, fields[i], v[i]);
}

/* A row of noughts is not shown: after noise and threshold it says nothing. */
static bool any(const uint32_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] != 0)
			return true;
	return false;
}

/* Both directions to one partner, each in a row of its own: who sent, who received, and who says so. */
static void pair_rows(const struct rows *r, const struct peer *p, const struct count *c, uint32_t k)
{
	require(r->who != NULL);
	for (size_t side = 0; side < COUNT_SIDES; side++) {
		const uint32_t *v = &c->flow[p->no - 1][side * COUNT_ANSWER_COUNT];
		struct msg *m;

		if (!any(v, COUNT_ANSWER_COUNT) ||
		    msg_count(r->flow, FLOW_PAIRS) >= LIMIT_REPLY_REPEATED)
			continue;
		m = msg_add(r->t->arena, r->flow, FLOW_PAIRS);
		msg_set_text(r->t->arena, m, FLOW_PAIR_REPORTER, r->who->org);
		msg_set_text(r->t->arena, m, FLOW_PAIR_SENDER,
			     side == COUNT_SENT ? r->who->org : p->org);
		msg_set_text(r->t->arena, m, FLOW_PAIR_RECEIVER,
			     side == COUNT_SENT ? p->org : r->who->org);
		if (!r->exact)
			msg_set_u64(m, FLOW_PAIR_K, k);
		cells(r, m, v, answer_fields, COUNT_ANSWER_COUNT);
	}
}

/* What concerns no pair: how soon people had an answer, how it ended, and which needs nobody could meet. */
static void node_row(const struct rows *r, const struct count *c)
{
	static const unsigned words[COUNT_WORDS] = {
		FLOW_NODE_ACCEPTED_1,	 FLOW_NODE_ACCEPTED_2,	  FLOW_NODE_ACCEPTED_5,
		FLOW_NODE_ACCEPTED_10,	 FLOW_NODE_ACCEPTED_MORE, FLOW_NODE_DECLINED_2,
		FLOW_NODE_DECLINED_MORE, FLOW_NODE_REDIRECTED,	  FLOW_NODE_WITHDRAWN,
		FLOW_NODE_UNANSWERED,	 FLOW_NODE_LATE};
	static const unsigned ends[COUNT_ENDS] = {
		FLOW_NODE_HELPED,	   FLOW_NODE_PARTLY,	    FLOW_NODE_NOT_REACHED,
		FLOW_NODE_PERSON_DECLINED, FLOW_NODE_NOT_COMPLETED, FLOW_NODE_MOVED_ON,
		FLOW_NODE_TAKEN_BACK,	   FLOW_NODE_REVOKED};
	static const unsigned reasons[COUNT_REASONS] = {FLOW_NEED_NO_CAPACITY, FLOW_NEED_UNSUITABLE,
							FLOW_NEED_OTHER};
	struct msg *m;

	require(r->who != NULL);
	if (any(c->words, COUNT_WORDS) || any(c->ends, COUNT_ENDS) || r->exact) {
		m = msg_add(r->t->arena, r->flow, FLOW_NODES);
		msg_set_text(r->t->arena, m, FLOW_NODE_REPORTER, r->who->org);
		cells(r, m, c->words, words, COUNT_WORDS);
		cells(r, m, c->ends, ends, COUNT_ENDS);
	}
	for (size_t i = 0; i < COUNT_NEEDS; i++) {
		if (!any(c->needs[i], COUNT_REASONS) ||
		    msg_count(r->flow, FLOW_NEEDS) >= LIMIT_REPLY_REPEATED)
			continue;
		m = msg_add(r->t->arena, r->flow, FLOW_NEEDS);
		msg_set_text(r->t->arena, m, FLOW_NEED_REPORTER, r->who->org);
		msg_set_text(r->t->arena, m, FLOW_NEED_NEED, count_need_code(i));
		cells(r, m, c->needs[i], reasons, COUNT_REASONS);
	}
}

/* Beside each row the threshold below which it would not be there: sensitive partners have a higher one. */
static void report_rows(const struct rows *r, const struct count *c, const struct report *rep)
{
	for (size_t i = 0; i < c->rows; i++) {
		const bool sens = rep != NULL && rep->sensitive[i];

		pair_rows(r, &r->t->node->peers[i], c,
			  rep == NULL ? 0
			  : sens      ? rep->terms.k_sensitive
				      : rep->terms.k);
	}
	node_row(r, c);
}

/* reports: how many there are on the page, so that what one in a thousand cells shows by chance is not read as a fact. */
void view_figures_terms(struct turn *t, struct msg *flow, const struct report_terms *terms,
			size_t reports)
{
	const struct {
		enum wire_table table;
		const char *name;
		size_t cells;
	} tables[] = {{WIRE_TABLE_FLOW, "flow", t->node->peer_count * COUNT_CELLS},
		      {WIRE_TABLE_NEEDS, "needs", (size_t)COUNT_NEEDS * COUNT_REASONS},
		      {WIRE_TABLE_ANSWERS, "answers", COUNT_WORDS},
		      {WIRE_TABLE_ENDS, "ends", COUNT_ENDS}};

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		const uint16_t share = terms->share[tables[i].table];
		struct msg *m;

		if (share == 0)
			continue;
		m = msg_add(t->arena, flow, FLOW_SHARES);
		msg_set_text(t->arena, m, FLOW_SHARE_TABLE, tables[i].name);
		msg_set_u64(m, FLOW_SHARE_SHARE, share);
		msg_set_u64(m, FLOW_SHARE_ERROR,
			    noise_width95(share, 1000u * terms->cap) + LIMIT_FLOW_STEP / 2);
		msg_set_u64(m, FLOW_SHARE_FLOOR,
			    noise_floor(share, 1000u * terms->cap, tables[i].cells * reports));
	}
	msg_set_u64(flow, FLOW_K, terms->k);
	msg_set_u64(flow, FLOW_K_SENSITIVE, terms->k_sensitive);
}

/* ---- all reports of a quarter ---- */

/* The same thing reported by both ends: accepted referrals, by sender and by receiver. */
struct matrix {
	size_t n;
	uint16_t *by_sender, *by_receiver; /* [sender * n + receiver] */
};

/* Both sides say how much passed between two members: kept apart, so that it shows where they do not agree. */
static enum err matrix_create(struct turn *t, struct matrix *m)
{
	static_assert((size_t)LIMIT_PEERS * LIMIT_PEERS * 4 < LIMIT_TURN_ARENA,
		      "both sides of the matrix fit a turn");
	m->n = t->node->peer_count;
	m->by_sender = arena_alloc(t->arena, 2 * m->n * m->n + 2);
	m->by_receiver = arena_alloc(t->arena, 2 * m->n * m->n + 2);
	return m->by_sender == NULL || m->by_receiver == NULL ? ERR_NOMEM : ERR_OK;
}

/* What one node says of each partner: as the sender in its own row, as the receiver in the partner's. */
static void matrix_add(struct matrix *m, size_t who, const struct count *c)
{
	for (size_t i = 0; i < m->n; i++) {
		m->by_sender[who * m->n + i] = (uint16_t)c->flow[i][COUNT_ACCEPTED];
		m->by_receiver[i * m->n + who] =
			(uint16_t)c->flow[i][COUNT_ANSWER_COUNT + COUNT_ACCEPTED];
	}
}

/* What both ends published of the same referrals, where chance alone does not explain the difference. */
static void put_differs(struct turn *t, struct msg *flow, const struct matrix *m,
			const struct report_terms *terms)
{
	const uint32_t error = figures_apart(terms);

	for (size_t i = 0; i < m->n * m->n; i++) {
		const uint32_t a = m->by_sender[i], b = m->by_receiver[i];
		struct msg *row;

		if (a == 0 || b == 0 || (a > b ? a - b : b - a) <= error ||
		    msg_count(flow, FLOW_DIFFERS) >= PAGE_ROWS)
			continue; /* too small to be shown: nothing follows from it */
		row = msg_add(t->arena, flow, FLOW_DIFFERS);
		msg_set_text(t->arena, row, FLOW_DIFFERS_SENDER, t->node->peers[i / m->n].org);
		msg_set_text(t->arena, row, FLOW_DIFFERS_RECEIVER, t->node->peers[i % m->n].org);
		msg_set_u64(row, FLOW_DIFFERS_SENT, a);
		msg_set_u64(row, FLOW_DIFFERS_RECEIVED, b);
		msg_set_u64(row, FLOW_DIFFERS_ERROR, error);
	}
}

struct pass {
	struct figures_sums sums;
	struct matrix *matrix;	   /* NULL: not wanted */
	struct report_terms terms; /* of the one that tells least, so that errors hold for all */
	bool *in;		   /* by peer: its report is there and has figures */
};

/* The terms of the noisiest report decide how sure a sum of all can be. */
static enum err pass_over(struct turn *t, uint32_t quarter, struct pass *out)
{
	const size_t mark = t->arena->used;

	for (size_t i = 0; i < t->node->peer_count; i++) {
		struct report r;
		enum err rc = kept_load(t, quarter, t->node->peers[i].no, &r);

		if (rc == ERR_OK && r.refused[0] == '\0') {
			if (out->sums.reports == 0 ||
			    r.terms.share[WIRE_TABLE_FLOW] < out->terms.share[WIRE_TABLE_FLOW])
				out->terms = r.terms;
			figures_sum_report(&out->sums, &r);
			if (out->matrix != NULL)
				matrix_add(out->matrix, i, &r.figures);
			if (out->in != NULL)
				out->in[i] = true;
		}
		arena_rewind(t->arena, mark);
		if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc;
	}
	return ERR_OK;
}

static void gap(struct turn *t, struct msg *flow, const struct peer *p, const char *why)
{
	struct msg *m = msg_add(t->arena, flow, FLOW_GAPS);

	msg_set_text(t->arena, m, FLOW_GAP_REPORTER, p->org);
	msg_set_text(t->arena, m, FLOW_GAP_WHY, why);
}

/* Whose report is missing, and whose two reports differ. */
static enum err put_gaps(struct turn *t, struct msg *flow, uint32_t quarter, const bool *in)
{
	size_t reporters = 0;

	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		struct report r;
		enum err rc;

		if ((p->classes & WIRE_MEMBER) == 0 || p->removed)
			continue;
		reporters++;
		if ((kept_marks(t, quarter, p->no) & REPORT_CONTRADICTS) != 0)
			gap(t, flow, p, "contradicts");
		if (in[i])
			continue;
		rc = kept_load(t, quarter, p->no, &r);
		if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc;
		gap(t, flow, p, rc == ERR_OK ? r.refused : "not-reported");
	}
	msg_set_u64(flow, FLOW_REPORTERS, reporters);
	return ERR_OK;
}

/* The rows of each reporter after the last one that the client has. */
static enum err put_page(struct turn *t, struct msg *flow, uint32_t quarter, uint64_t after)
{
	for (size_t i = (size_t)after; i < t->node->peer_count; i++) {
		const struct rows rows = {t, flow, &t->node->peers[i], false};
		struct report r;
		enum err rc = kept_load(t, quarter, t->node->peers[i].no, &r);

		if (rc == ERR_OK && r.refused[0] == '\0')
			report_rows(&rows, &r.figures, &r);
		else if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc;
		if (msg_count(flow, FLOW_PAIRS) + msg_count(flow, FLOW_NEEDS) >= PAGE_ROWS &&
		    i + 1 < t->node->peer_count) {
			msg_set_u64(flow, FLOW_NEXT_AFTER, i + 1);
			break;
		}
	}
	return ERR_OK;
}

/* All reports of a quarter added up, with how many members are in it. */
static enum err put_overview(struct turn *t, struct msg *flow, uint32_t quarter)
{
	struct matrix matrix;
	struct pass now = {.matrix = &matrix}, before = {.matrix = NULL};
	enum err rc = matrix_create(t, &matrix);

	now.in = arena_alloc(t->arena, t->node->peer_count + 1);
	if (rc != ERR_OK || now.in == NULL)
		return ERR_NOMEM;
	rc = pass_over(t, quarter, &now);
	if (rc == ERR_OK)
		rc = pass_over(t, quarter - 1, &before);
	if (rc == ERR_OK)
		rc = put_gaps(t, flow, quarter, now.in);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(flow, FLOW_REPORTS, now.sums.reports);
	if (now.sums.reports == 0)
		return ERR_OK;
	view_figures_terms(t, flow, &now.terms, now.sums.reports);
	put_figures(t, flow, &now.sums, &before.sums);
	if (now.terms.share[WIRE_TABLE_FLOW] != 0)
		put_differs(t, flow, &matrix, &now.terms);
	return ERR_OK;
}

/* Two years back and no further: who wants an older quarter names it. */
static enum err newest(struct turn *t, uint32_t *quarter)
{
	*quarter = quarter_of(t->wall_ms) - 1;
	for (uint32_t back = 0; back < 8; back++) {
		struct store_walk w = {.rc = ERR_OK};
		struct store_key k = {.len = 0};

		key_u32(&k, *quarter - back);
		if (store_each(t->txn, STORE_REPORT, key_span(&k), &w)) {
			*quarter -= back;
			return ERR_OK;
		}
		if (w.rc != ERR_OK)
			return w.rc;
	}
	return ERR_OK;
}

/* The same words for showing and for publishing: a quarter is typed the same way everywhere. */
enum err view_figures_quarter(struct turn *t, const struct msg *req, uint32_t absent,
			      uint32_t *quarter)
{
	const char *text = msg_text(req, FLOW_ASK_QUARTER);

	*quarter = absent;
	if (text[0] == '\0')
		return ERR_OK;
	if (quarter_parse(text, quarter) != ERR_OK)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_QUARTER_WRONG,
					say_text("given", text));
	return ERR_OK;
}

struct msg *view_figures_of(struct turn *t, struct msg *reply, uint32_t quarter)
{
	struct msg *flow = msg_sub(t->arena, reply, REPLY_FLOW);
	char text[QUARTER_TEXT];

	quarter_text(quarter, text);
	msg_set_text(t->arena, flow, FLOW_QUARTER, text);
	return flow;
}

/* What one turn of counting leaves to the next one; behind it lie the rows of partners. */
struct counted {
	struct exact_walk at;
	uint32_t quarter; /* the one that is asked for, were it the last second of another one */
	struct count c;
};

static enum err leave_counted(struct turn *t, const struct counted *k)
{
	const size_t flow = (k->c.rows + 1) * sizeof *k->c.flow;
	struct wr w = arena_wr(t->arena, sizeof *k + flow);

	wr_put(&w, k, sizeof *k);
	wr_put(&w, k->c.flow, flow);
	return w.over ? ERR_NOMEM : turn_again(t, wr_span(&w));
}

static enum err take_up_counted(struct turn *t, struct counted *k)
{
	const size_t head = sizeof *k;
	size_t flow;

	if (t->left.len == 0)
		return ERR_OK;
	require(t->left.len > head);
	memcpy(k, t->left.p, head);
	flow = (k->c.rows + 1) * sizeof *k->c.flow;
	require(t->left.len == head + flow);
	k->c.flow = arena_alloc(t->arena, flow);
	if (k->c.flow == NULL)
		return ERR_NOMEM;
	memcpy(k->c.flow, t->left.p + head, flow);
	return ERR_OK;
}

/* Exact, for the people of this node alone: there is no command by which another node could ask.  All of them are looked at, in
 * turns. */
static enum err show_own(struct turn *t, uint32_t quarter, struct msg *reply)
{
	struct counted k = {.quarter = quarter};
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	struct rows rows = {t, NULL, self, true};
	enum err rc;

	if (self == NULL)
		return turn_refuse(t, ERR_STATE, REFUSAL_NOT_A_MEMBER_YET);
	rc = take_up_counted(t, &k);
	if (rc == ERR_OK)
		rc = exact_some(t, k.quarter, UINT32_MAX, &k.at, &k.c);
	if (rc != ERR_OK)
		return rc;
	if (!k.at.over)
		return leave_counted(t, &k);
	rows.flow = view_figures_of(t, reply, k.quarter);
	msg_set_u64(rows.flow, FLOW_OWN, 1);
	report_rows(&rows, &k.c, NULL);
	return ERR_OK;
}

/* The newest quarter that anybody published, unless one is named: an empty page helps nobody. */
enum err view_figures(struct turn *t, const struct msg *req, struct msg *reply)
{
	const uint64_t after = msg_u64(req, FLOW_ASK_AFTER);
	const bool own = msg_u64(req, FLOW_ASK_OWN) != 0;
	uint32_t quarter, absent = quarter_of(t->wall_ms);
	struct msg *flow;
	enum err rc = own ? ERR_OK : newest(t, &absent);

	if (rc == ERR_OK)
		rc = view_figures_quarter(t, req, absent, &quarter);
	if (rc != ERR_OK)
		return rc;
	if (own)
		return show_own(t, quarter, reply);
	flow = view_figures_of(t, reply, quarter);
	if (after == 0)
		rc = put_overview(t, flow, quarter);
	return rc == ERR_OK ? put_page(t, flow, quarter, after) : rc;
}

void view_figures_report(struct turn *t, struct msg *flow, const struct peer *who,
			 const struct report *r)
{
	const struct rows rows = {t, flow, who, false};

	report_rows(&rows, &r->figures, r);
}
