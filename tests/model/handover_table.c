/* SPDX-License-Identifier: EUPL-1.2 */
/* The real table of handovers, iterated exhaustively: every order of acts and deliveries, up to S acts of FROM and R of TO.
 * Prints what caselife_handover.py --table prints, to be compared; under it how often each pair of states was met. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "configs.h"
#include "domain/owner/owner.h"

enum { SIDE_MAX = 6, OPEN_STATES = HANDOVER_TAKEN };

struct config {
	struct handover_event f[SIDE_MAX], t[SIDE_MAX];
	uint8_t nf, nt, df, dt; /* written; delivered */
};

struct counts {
	unsigned long configs, delivered, divergent, rollbacks, stuck, reopened, two, two_free;
	unsigned long pairs[HANDOVER_STATE_COUNT][HANDOVER_STATE_COUNT];
};

static struct counts n;

static void visit(const struct config *c)
{
	configs_visit(c, sizeof *c);
}

static enum handover_state fold(const struct config *c, size_t nf, size_t nt)
{
	size_t done;
	const enum handover_state s = handover_fold(c->f, nf, c->t, nt, NULL, &done);

	require(done == nf + nt);
	return s;
}

/* A reminder moves nothing, nor does what is said of the copy that is kept, and the model has none of them. */
static bool allowed(enum handover_state s, enum handover_side who, uint16_t type)
{
	return type != DOC_ESCALATE && type != DOC_KEPT && handover_may(s, who, type);
}

static bool any_act(enum handover_state s)
{
	for (size_t i = 0; i < handover_table_len; i++)
		if (allowed(s, (enum handover_side)handover_table[i].who, handover_table[i].type))
			return true;
	return false;
}

static void act(const struct config *c, enum handover_side who, enum handover_state s,
		uint16_t type)
{
	struct config next;
	bool note;

	memcpy(&next, c, sizeof next);
	if (who == HANDOVER_BY_FROM) {
		next.f[next.nf].type = type;
		next.f[next.nf++].seen = c->dt;
	} else {
		next.t[next.nt].type = type;
		next.t[next.nt++].seen = c->df;
		n.rollbacks += fold(&next, c->df, next.nt) != handover_step(s, who, type, &note);
	}
	visit(&next);
}

static bool reclaimed(const struct config *c)
{
	for (size_t i = 0; i < c->nf; i++)
		if (c->f[i].type == DOC_RECLAIM)
			return true;
	return false;
}

static void count(const struct config *c, enum handover_state fv, enum handover_state tv)
{
	n.configs++;
	n.pairs[fv][tv]++;
	if (owner_of_thread(HANDOVER_BY_FROM, fv) == OWNER_US &&
	    owner_of_thread(HANDOVER_BY_TO, tv) == OWNER_US) {
		n.two++;
		n.two_free += !reclaimed(c);
	}
	if (c->df == c->nf && c->dt == c->nt) {
		n.delivered++;
		n.divergent += fv != tv;
		n.stuck += !handover_over(fv) && !any_act(fv);
	}
}

static void expand(const struct config *c, unsigned max_f, unsigned max_t)
{
	const enum handover_state fv = fold(c, c->nf, c->dt), tv = fold(c, c->df, c->nt);
	struct config next;

	count(c, fv, tv);
	for (size_t i = 0; i < handover_table_len; i++) {
		const struct handover_row *row = &handover_table[i];
		const bool from = row->who == HANDOVER_BY_FROM;

		if ((from ? c->nf < max_f : c->nt < max_t) &&
		    allowed(from ? fv : tv, (enum handover_side)row->who, row->type))
			act(c, (enum handover_side)row->who, from ? fv : tv, row->type);
	}
	memcpy(&next, c, sizeof next);
	if (c->df < c->nf) {
		next.df++;
		visit(&next);
		next.df--;
	}
	if (c->dt < c->nt) {
		next.dt++;
		n.reopened += handover_over(fv) && !handover_over(fold(c, c->nf, next.dt));
		visit(&next);
	}
}

int main(int argc, char **argv)
{
	const unsigned max_f = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 4;
	const unsigned max_t = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 3;
	struct config c;

	require(max_f <= SIDE_MAX && max_t <= SIDE_MAX);
	memset(&c, 0, sizeof c); /* compared byte by byte, with its gaps */
	visit(&c);
	while (configs_next(&c, sizeof c))
		expand(&c, max_f, max_t);
	(void)printf("maxS=%u maxR=%u configurations=%lu delivered=%lu divergent=%lu "
		     "to-rollbacks=%lu stuck=%lu reopened=%lu two-writers=%lu reclaim-free=%lu\n",
		     max_f, max_t, n.configs, n.delivered, n.divergent, n.rollbacks, n.stuck,
		     n.reopened, n.two, n.two_free);
	for (unsigned a = 0; a < HANDOVER_STATE_COUNT; a++)
		for (unsigned b = 0; b < HANDOVER_STATE_COUNT; b++)
			if (n.pairs[a][b] != 0)
				(void)printf("%u %u %lu\n", a, b, n.pairs[a][b]);
	return 0;
}
