/* SPDX-License-Identifier: EUPL-1.2 */
/* What happened to people whose case was erased, as figures that name nobody: erasing a case changes no figure, before or after its
 * quarter is published.
 *
 * Rows are sums by quarter.  Each person's events are added twice: without a cap, for this node's own view, and capped as the policy
 * was on that day; a later policy with a lower cap cannot be applied to a sum, so rows are kept by cap and read up to the present
 * one.  A sum that one person alone stands in is still a figure of one: it never leaves without the noise of its report. */
#include "domain/count/tally.h"

#include "base/check.h"
#include "domain/count/quarter.h"
#include "domain/membership/roster.h"

enum {
	VERSION = 1,
	UNCAPPED = 0,
	FIXED = 1 + 4 * (COUNT_WORDS + COUNT_ENDS + COUNT_NEEDS * COUNT_REASONS)
};
static_assert(LIMIT_FLOW_CAP <= UINT8_MAX, "a cap is one byte of the key");

static struct store_key tally_key(uint32_t quarter, uint8_t cap)
{
	struct store_key k = {.len = 0};

	key_u32(&k, quarter);
	key_u8(&k, cap);
	return k;
}

static void add_cells(struct rd *r, uint32_t *cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cells[i] += rd_u32(r);
}

/* A row whose version or length is another is damage: a wrong sum would be published for ever. */
static enum err add_row(struct span v, struct count *c)
{
	struct rd r = rd_of(v);

	if (rd_u8(&r) != VERSION)
		return ERR_CORRUPT;
	add_cells(&r, c->words, COUNT_WORDS);
	add_cells(&r, c->ends, COUNT_ENDS);
	add_cells(&r, &c->needs[0][0], (size_t)COUNT_NEEDS * COUNT_REASONS);
	while (r.left > 0 && !r.bad) {
		const uint16_t peer = rd_u16(&r);

		if (peer == 0 || peer > c->rows)
			return ERR_CORRUPT;
		add_cells(&r, c->flow[peer - 1], COUNT_CELLS);
	}
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

static enum err read_row(struct turn *t, uint32_t quarter, uint8_t cap, struct count *c)
{
	const struct store_key k = tally_key(quarter, cap);
	struct span v;
	enum err rc = turn_get(t, STORE_TALLY, &k, &v);

	if (rc == ERR_NOTFOUND)
		return ERR_OK; /* nobody was erased who counted there */
	return rc == ERR_OK ? add_row(v, c) : rc;
}

static void put_cells(struct wr *w, const uint32_t *cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wr_u32(w, cells[i]);
}

/* Sums of partners that have some; peer numbers are those of the roster, which only grow. */
static enum err write_row(struct turn *t, uint32_t quarter, uint8_t cap, const struct count *c)
{
	static const uint32_t none[COUNT_CELLS];
	const struct store_key k = tally_key(quarter, cap);
	struct wr w = arena_wr(t->arena, FIXED + c->rows * (2 + sizeof none));

	require(c->rows <= t->node->peer_count);
	wr_u8(&w, VERSION);
	put_cells(&w, c->words, COUNT_WORDS);
	put_cells(&w, c->ends, COUNT_ENDS);
	put_cells(&w, &c->needs[0][0], (size_t)COUNT_NEEDS * COUNT_REASONS);
	for (size_t i = 0; i < c->rows; i++) {
		if (memcmp(c->flow[i], none, sizeof none) == 0)
			continue;
		wr_u16(&w, (uint16_t)(i + 1));
		put_cells(&w, c->flow[i], COUNT_CELLS);
	}
	return w.over ? ERR_NOMEM : turn_put(t, STORE_TALLY, &k, wr_span(&w));
}

/* Events of one person in one quarter, into one row. */
static enum err join(struct turn *t, uint32_t quarter, uint8_t cap, struct count_event *ev,
		     size_t n)
{
	const size_t mark = t->arena->used;
	struct count c;
	enum err rc = count_create(t->arena, t->node->peer_count, &c);

	require(n > 0 && n <= COUNT_EVENTS);
	if (rc == ERR_OK)
		rc = read_row(t, quarter, cap, &c);
	if (rc == ERR_OK) {
		count_person(&c, ev, n, cap == UNCAPPED ? UINT32_MAX : cap);
		rc = write_row(t, quarter, cap, &c);
	}
	arena_rewind(t->arena, mark);
	return rc;
}

/* Brings the events of one quarter to the front; how many there are. */
static size_t of_quarter(struct count_event *ev, size_t n, uint32_t quarter)
{
	size_t front = 0;

	require(n > 0);
	for (size_t i = 0; i < n; i++)
		if (quarter_of(ev[i].at_ms) == quarter) {
			const struct count_event e = ev[i];

			ev[i] = ev[front];
			ev[front++] = e;
		}
	return front;
}

/* In the turn that erases, before the keys go; also for the quarter that is still running. */
enum err tally_case(struct turn *t, const struct id16 *case_id)
{
	struct count_event *ev = arena_alloc(t->arena, COUNT_EVENTS * sizeof *ev);
	struct chain c;
	size_t n = 0;
	enum err rc = roster_chain(t, &c);

	if (ev == NULL)
		return ERR_NOMEM;
	if (rc == ERR_OK)
		rc = count_events(t, case_id, 0, t->wall_ms, ev, &n);
	while (rc == ERR_OK && n > 0) {
		const uint32_t quarter = quarter_of(ev[0].at_ms);
		const size_t these = of_quarter(ev, n, quarter);
		const uint8_t cap = c.begun ? c.policy.cap : wire_policy_default.cap;

		rc = join(t, quarter, UNCAPPED, ev, these);
		if (rc == ERR_OK)
			rc = join(t, quarter, cap, ev, these);
		ev += these;
		n -= these;
	}
	return rc;
}

/* The tallies of all lower caps count: each held back what its cap held back on its day. */
enum err tally_read(struct turn *t, uint32_t quarter, unsigned cap, struct count *c)
{
	enum err rc = ERR_OK;

	if (cap == UINT32_MAX)
		return read_row(t, quarter, UNCAPPED, c);
	for (unsigned i = 1; rc == ERR_OK && i <= cap && i <= UINT8_MAX; i++)
		rc = read_row(t, quarter, (uint8_t)i, c);
	return rc;
}
