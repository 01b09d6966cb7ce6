/* SPDX-License-Identifier: EUPL-1.2 */
/* What is published, and how it lies in its bytes; when and to whom: publish.c.
 *
 * A cell is left out (0) when the noisy figure is below k.  The threshold is applied after the noise: before it, a cell
 * that appears would tell that its true figure is at least k.  What is shown is rounded to steps of five, which costs readers less
 * than the noise does and keeps anybody from taking a figure for exact.  A reader takes nothing else (get_values): a partner's
 * report with a figure below its own threshold is no report. */
#include "domain/flow/report.h"

#include "base/check.h"

#include <string.h>

#include "domain/count/quarter.h"
#include "domain/documents/words.h"

enum {
	SENSITIVE_BIT = 14,
	VALUE_MAX = 65535 - 65535 % LIMIT_FLOW_STEP,
};
static_assert((int)COUNT_CELLS == (int)SENSITIVE_BIT, "the bits of a row");
static_assert(VALUE_MAX <= UINT16_MAX && VALUE_MAX % LIMIT_FLOW_STEP == 0,
	      "the largest figure is one that a reader takes");

const unsigned report_share_fields[WIRE_TABLES] = {
	[WIRE_TABLE_FLOW] = REPORT_SHARE_FLOW,
	[WIRE_TABLE_NEEDS] = REPORT_SHARE_NEEDS,
	[WIRE_TABLE_ANSWERS] = REPORT_SHARE_ANSWERS,
	[WIRE_TABLE_ENDS] = REPORT_SHARE_ENDS,
};

/* ---- noise, threshold, rounding ---- */

/* The one rule for a cell, also for those who compute backwards how far the truth may lie from it. */
uint32_t report_cell(uint32_t exact, int64_t noise, uint32_t k)
{
	const int64_t y = (int64_t)exact + noise;
	int64_t shown;

	require(k > 0);
	if (y < (int64_t)k)
		return 0;
	shown = (y + LIMIT_FLOW_STEP / 2) / LIMIT_FLOW_STEP * LIMIT_FLOW_STEP;
	if (shown < (int64_t)k) /* a threshold between two steps */
		shown += LIMIT_FLOW_STEP;
	require(shown % LIMIT_FLOW_STEP == 0);
	return shown > VALUE_MAX ? VALUE_MAX : (uint32_t)shown;
}

struct noising {
	const struct report_terms *terms;
	const struct noise *n;
	enum wire_table table;
	uint32_t k;
};

static void cells(const struct noising *z, uint32_t *out, const uint32_t *exact, size_t n)
{
	const uint32_t s = z->terms->share[z->table];

	for (size_t i = 0; i < n && s != 0; i++)
		out[i] = report_cell(exact[i], noise_laplace(z->n, s, 1000u * z->terms->cap), z->k);
}

/* Every cell that could be there gets noise, also an empty one: which cells are empty is part of the truth.  A row of a partner that
 * gets or sends special categories tells by itself what somebody needed, so it has the higher threshold. */
void report_noise(struct count *out, const struct count *exact, const struct report_terms *terms,
		  const bool *possible, const bool *sensitive, const struct noise *n)
{
	struct noising z = {terms, n, WIRE_TABLE_FLOW, terms->k};

	for (size_t i = 0; i < exact->rows; i++) {
		z.k = sensitive[i] ? terms->k_sensitive : terms->k;
		if (possible[i])
			cells(&z, out->flow[i], exact->flow[i], COUNT_CELLS);
	}
	z.k = terms->k;
	z.table = WIRE_TABLE_NEEDS;
	for (size_t i = 0; i < COUNT_NEEDS; i++)
		if (count_need_code(i) != NULL)
			cells(&z, out->needs[i], exact->needs[i], COUNT_REASONS);
	z.table = WIRE_TABLE_ANSWERS;
	cells(&z, out->words, exact->words, COUNT_WORDS);
	z.table = WIRE_TABLE_ENDS;
	cells(&z, out->ends, exact->ends, COUNT_ENDS);
}

/* ---- bytes ---- */

/* A row without any figure left is not written: its partner is not named at all. */
static void put_row(struct wr *w, uint64_t entry, const uint32_t *row, bool sensitive)
{
	uint16_t flags = (uint16_t)(sensitive ? 1u << SENSITIVE_BIT : 0);

	for (unsigned i = 0; i < COUNT_CELLS; i++)
		flags |= (uint16_t)((row[i] != 0 ? 1u : 0u) << i);
	if ((flags & ~(1u << SENSITIVE_BIT)) == 0)
		return;
	wr_u32(w, (uint32_t)entry);
	wr_u16(w, flags);
	for (unsigned i = 0; i < COUNT_CELLS; i++)
		if (row[i] != 0)
			wr_u16(w, (uint16_t)row[i]);
}

static struct span values(struct arena *a, const uint32_t *v, size_t n)
{
	struct wr w = arena_wr(a, 2 * n);

	for (size_t i = 0; i < n; i++)
		wr_u16(&w, (uint16_t)v[i]);
	return wr_span(&w);
}

static bool any(const uint32_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] != 0)
			return true;
	return false;
}

static void put_tables(struct turn *t, const struct report *r, struct msg *m)
{
	const struct count *c = &r->figures;
	struct wr w = arena_wr(t->arena, c->rows * (6 + 2 * COUNT_CELLS));

	for (size_t i = 0; i < c->rows; i++) /* peers are numbered as they were let in */
		put_row(&w, t->node->peers[i].added_seq, c->flow[i], r->sensitive[i]);
	if (r->terms.share[WIRE_TABLE_FLOW] != 0)
		msg_set_bytes(t->arena, m, REPORT_FLOW, wr_span(&w));
	if (r->terms.share[WIRE_TABLE_ANSWERS] != 0)
		msg_set_bytes(t->arena, m, REPORT_ANSWERS, values(t->arena, c->words, COUNT_WORDS));
	if (r->terms.share[WIRE_TABLE_ENDS] != 0)
		msg_set_bytes(t->arena, m, REPORT_ENDS, values(t->arena, c->ends, COUNT_ENDS));
	for (size_t i = 0; i < COUNT_NEEDS; i++) {
		struct msg *row;

		if (!any(c->needs[i], COUNT_REASONS))
			continue;
		row = msg_add(t->arena, m, REPORT_NEEDS);
		msg_set_text(t->arena, row, REPORT_NEED_NEED, count_need_code(i));
		msg_set_bytes(t->arena, row, REPORT_NEED_DECLINED,
			      values(t->arena, c->needs[i], COUNT_REASONS));
	}
}

/* Rows of zeros are left out; the reader puts them back. */
enum err report_pack(struct turn *t, struct report *r)
{
	struct msg *m = msg_new(t->arena, MSG_REPORT);

	require(r->refused != NULL);
	msg_set_u64(m, REPORT_PERIOD, r->period);
	if (r->refused[0] != '\0') {
		msg_set_text(t->arena, m, REPORT_REFUSED, r->refused);
		return msg_pack(t->arena, m, &r->bytes);
	}
	for (size_t i = 0; i < WIRE_TABLES; i++)
		if (report_share_fields[i] != 0 && r->terms.share[i] != 0)
			msg_set_u64(m, report_share_fields[i], r->terms.share[i]);
	msg_set_u64(m, REPORT_CAP, r->terms.cap);
	msg_set_u64(m, REPORT_K, r->terms.k);
	msg_set_u64(m, REPORT_K_SENSITIVE, r->terms.k_sensitive);
	put_tables(t, r, m);
	return msg_pack(t->arena, m, &r->bytes);
}

/* ---- reading ---- */

/* Only what report_cell can give: nothing below k, whoever wrote it. */
static bool get_values(struct rd *r, uint32_t *out, size_t n, uint32_t k)
{
	for (size_t i = 0; i < n; i++) {
		out[i] = rd_u16(r);
		if (out[i] != 0 && (out[i] < k || out[i] % LIMIT_FLOW_STEP != 0))
			return false;
	}
	return !r->bad;
}

static size_t row_of(const struct node *n, uint32_t entry)
{
	for (size_t i = 0; i < n->peer_count; i++)
		if (n->peers[i].added_seq == entry)
			return i;
	return n->peer_count; /* a newer roster than ours: the spare row */
}

/* Rows ascend and none is empty: there is one way to write a report, so equal figures are equal bytes. */
static enum err get_flow(struct turn *t, struct span s, struct report *r, bool *sensitive)
{
	struct rd in = rd_of(s);
	uint64_t last = 0;

	while (in.left > 0) {
		const uint32_t entry = rd_u32(&in);
		const uint16_t flags = rd_u16(&in);
		const bool sens = (flags >> SENSITIVE_BIT & 1) != 0;
		const uint32_t k = sens ? r->terms.k_sensitive : r->terms.k;
		const size_t row = row_of(t->node, entry);

		if (entry <= last || flags >> (SENSITIVE_BIT + 1) != 0 ||
		    (flags & ~(1u << SENSITIVE_BIT)) == 0)
			return ERR_MALFORMED;
		last = entry;
		sensitive[row] = sens;
		memset(r->figures.flow[row], 0, sizeof r->figures.flow[row]);
		for (unsigned i = 0; i < COUNT_CELLS; i++)
			if ((flags >> i & 1) != 0 &&
			    (!get_values(&in, &r->figures.flow[row][i], 1, k) ||
			     r->figures.flow[row][i] == 0))
				return ERR_MALFORMED;
	}
	return in.bad ? ERR_MALFORMED : ERR_OK;
}

static enum err get_needs(const struct msg *m, struct report *r)
{
	size_t last = 0;

	for (size_t i = 0; i < msg_count(m, REPORT_NEEDS); i++) {
		const struct msg *row = msg_at(m, REPORT_NEEDS, i);
		const struct span s = msg_bytes(row, REPORT_NEED_DECLINED);
		const size_t place = count_need(msg_text(row, REPORT_NEED_NEED));
		uint32_t v[COUNT_REASONS];
		struct rd in = rd_of(s);

		if (!get_values(&in, v, COUNT_REASONS, r->terms.k) || !rd_done(&in) ||
		    (i > 0 && place <= last && place != COUNT_NEEDS - 1))
			return ERR_MALFORMED;
		last = place;
		for (size_t j = 0; j < COUNT_REASONS; j++)
			r->figures.needs[place][j] += v[j];
	}
	return ERR_OK;
}

static enum err get_terms(const struct msg *m, struct report_terms *terms)
{
	const uint64_t cap = msg_u64(m, REPORT_CAP), k = msg_u64(m, REPORT_K);
	const uint64_t ks = msg_u64(m, REPORT_K_SENSITIVE);
	uint64_t sum = 0;

	for (size_t i = 0; i < WIRE_TABLES; i++) {
		const uint64_t v = report_share_fields[i] == 0 ? 0
							       : msg_u64(m, report_share_fields[i]);

		sum += v;
		terms->share[i] = (uint16_t)v;
		if (v > LIMIT_FLOW_YEAR)
			return ERR_MALFORMED;
	}
	if (4 * sum > LIMIT_FLOW_YEAR || cap < 1 || cap > LIMIT_FLOW_CAP || k < LIMIT_FLOW_K ||
	    k > UINT8_MAX || ks < LIMIT_FLOW_K_SENSITIVE || ks > UINT8_MAX || k > ks)
		return ERR_MALFORMED;
	terms->cap = (uint8_t)cap;
	terms->k = (uint8_t)k;
	terms->k_sensitive = (uint8_t)ks;
	return ERR_OK;
}

static enum err get_table(const struct msg *m, unsigned field, uint16_t share, uint32_t *out,
			  size_t n, uint32_t k)
{
	struct rd in = rd_of(msg_bytes(m, field));

	if (share == 0)
		return msg_has(m, field) ? ERR_MALFORMED : ERR_OK;
	return get_values(&in, out, n, k) && rd_done(&in) ? ERR_OK : ERR_MALFORMED;
}

/* Bounds first, then the tables that the shares announce, each to its last byte. */
enum err report_parse(struct turn *t, struct span bytes, struct report *r)
{
	bool *sensitive = arena_alloc(t->arena, t->node->peer_count + 1);
	struct msg *m;
	enum err rc = words_parse(t, DOC_REPORT, bytes, &m);

	if (rc == ERR_OK && sensitive == NULL)
		rc = ERR_NOMEM;
	if (rc != ERR_OK)
		return rc;
	*r = (struct report){.period = (uint32_t)msg_u64(m, REPORT_PERIOD),
			     .refused = msg_text(m, REPORT_REFUSED),
			     .sensitive = sensitive,
			     .bytes = bytes};
	if (r->period < QUARTER_MIN || r->period >= QUARTER_MAX || strlen(r->refused) > 20)
		return ERR_MALFORMED;
	rc = count_create(t->arena, t->node->peer_count, &r->figures);
	if (rc != ERR_OK || r->refused[0] != '\0')
		return rc;
	rc = get_terms(m, &r->terms);
	if (rc == ERR_OK && r->terms.share[WIRE_TABLE_FLOW] != 0)
		rc = get_flow(t, msg_bytes(m, REPORT_FLOW), r, sensitive);
	if (rc == ERR_OK && r->terms.share[WIRE_TABLE_NEEDS] != 0)
		rc = get_needs(m, r);
	if (rc == ERR_OK && (get_table(m, REPORT_ANSWERS, r->terms.share[WIRE_TABLE_ANSWERS],
				       r->figures.words, COUNT_WORDS, r->terms.k) != ERR_OK ||
			     get_table(m, REPORT_ENDS, r->terms.share[WIRE_TABLE_ENDS],
				       r->figures.ends, COUNT_ENDS, r->terms.k) != ERR_OK))
		rc = ERR_MALFORMED;
	return rc;
}
