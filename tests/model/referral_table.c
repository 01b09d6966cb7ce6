/* SPDX-License-Identifier: EUPL-1.2 */
/* The real table, iterated exhaustively: every order of acts and deliveries, up to S acts of the sender
 * and R of the receiver after the OFFER.  Prints what referral_model.py prints, to be compared. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "configs.h"
#include "domain/documents/document.h"
#include "domain/referral/referral.h"

enum { SIDE_MAX = 6 };

struct config {
	struct fold_event s[SIDE_MAX], r[SIDE_MAX];
	uint8_t ns, nr, ds, dr; /* written; delivered */
};

static void visit(const struct config *c)
{
	configs_visit(c, sizeof *c);
}

/* The OFFER is the sender's first event; seen counts of the model do not include it. */
static enum referral_state fold(const struct config *c, size_t ns, size_t nr)
{
	struct fold_event s[SIDE_MAX + 1] = {{DOC_OFFER, 0}}, r[SIDE_MAX];
	enum referral_state state;
	size_t done;

	for (size_t i = 0; i < ns; i++)
		s[i + 1] = c->s[i];
	for (size_t i = 0; i < nr; i++)
		r[i] = (struct fold_event){c->r[i].type, c->r[i].seen + 1};
	state = referral_fold(s, ns + 1, r, nr, NULL, &done);
	require(done == ns + 1 + nr);
	return state;
}

/* Without NOTE, MESSAGE, REQUEST and its answer, ESCALATE, INFO that nobody asked for and REVOKE on an ended referral, as the model. */
static bool allowed(enum referral_state st, enum referral_actor who, uint16_t type)
{
	if (type == DOC_NOTE || type == DOC_MESSAGE || type == DOC_ESCALATE || type == DOC_OFFER ||
	    type == DOC_REQUEST || type == DOC_REQUEST_ANSWER ||
	    (type == DOC_INFO && st != REFERRAL_NEEDS_INFO) ||
	    (type == DOC_REVOKE && referral_terminal(st)))
		return false;
	return referral_may(st, who, type);
}

struct counts {
	unsigned long configs, delivered, divergent, rollbacks, stuck, reopened;
};

static bool any_act(enum referral_state st)
{
	for (size_t i = 0; i < referral_table_len; i++)
		if (allowed(st, REFERRAL_BY_SENDER, referral_table[i].type) ||
		    allowed(st, REFERRAL_BY_RECEIVER, referral_table[i].type))
			return true;
	return false;
}

static void acts(const struct config *c, enum referral_actor who, enum referral_state st,
		 unsigned max, struct counts *n)
{
	uint64_t done = 0; /* types tried: the table has two rows for WITHDRAW */
	const bool sender = who == REFERRAL_BY_SENDER;

	if ((sender ? c->ns : c->nr) >= max)
		return;
	for (size_t i = 0; i < referral_table_len; i++) {
		const uint16_t type = referral_table[i].type;
		struct config next = *c;
		bool note;

		if ((done >> type & 1) != 0 || !allowed(st, who, type))
			continue;
		done |= UINT64_C(1) << type;
		if (sender) {
			next.s[next.ns++] = (struct fold_event){type, c->dr};
		} else {
			next.r[next.nr++] = (struct fold_event){type, c->ds};
			if (fold(&next, c->ds, next.nr) != referral_step(st, who, type, &note))
				n->rollbacks++;
		}
		visit(&next);
	}
}

static void expand(const struct config *c, unsigned max_s, unsigned max_r, struct counts *n)
{
	const enum referral_state sv = fold(c, c->ns, c->dr), rv = fold(c, c->ds, c->nr);
	struct config next = *c;

	n->configs++;
	if (c->ds == c->ns && c->dr == c->nr) {
		n->delivered++;
		n->divergent += sv != rv;
		n->stuck += !referral_terminal(sv) && !any_act(sv);
	}
	acts(c, REFERRAL_BY_SENDER, sv, max_s, n);
	acts(c, REFERRAL_BY_RECEIVER, rv, max_r, n);
	if (c->ds < c->ns) {
		next.ds++;
		visit(&next);
		next.ds--;
	}
	if (c->dr < c->nr) {
		next.dr++;
		n->reopened += referral_terminal(sv) && !referral_terminal(fold(c, c->ns, next.dr));
		visit(&next);
	}
}

int main(int argc, char **argv)
{
	const unsigned max_s = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 3;
	const unsigned max_r = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 4;
	struct config c;
	struct counts n = {.configs = 0};

	require(max_s <= SIDE_MAX && max_r <= SIDE_MAX);
	memset(&c, 0, sizeof c);
	visit(&c);
	while (configs_next(&c, sizeof c))
		expand(&c, max_s, max_r, &n);
	(void)printf("maxS=%u maxR=%u configurations=%lu fully-delivered=%lu divergent=%lu "
		     "receiver-rollbacks=%lu stuck=%lu sender-provisional-ends-reopened=%lu\n",
		     max_s, max_r, n.configs, n.delivered, n.divergent, n.rollbacks, n.stuck,
		     n.reopened);
	return 0;
}
