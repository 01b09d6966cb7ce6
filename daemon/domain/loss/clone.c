/* SPDX-License-Identifier: EUPL-1.2 */
/* A frame of an older incarnation than the one we know can be two things: a partner that was put back from a backup and
 * does not know it yet, or a copy of its disk that runs beside it.  The first happens once and heals: our receipt proves
 * to it that it lost state.  The second comes back, and the present one speaks in between.  So the first is an alarm,
 * and a second one within a day, after the present one was heard, stops the pair until an administrator has phoned:
 * two nodes with one identity would answer for the same people. */
#include "domain/loss/clone.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/prekeys.h"
#include "domain/loss/alarm.h"
#include "domain/loss/proof.h"

void clone_farewell(struct turn *t, const struct peer *p, struct answer *a)
{
	struct conn *c = state_conn(t->node, state_peer(t->node, p->no));
	uint8_t b[2 + 4 + 16] = {0};

	if (c->told || !prekeys_ready(t, p))
		return; /* once on each connection, as soon as there is a key to seal it to */
	c->told = true;
	be16_put(b, WIRE_REFUSED_CLONE);
	answer_part(a, WIRE_PART_REFUSED, span_of(b, sizeof b));
	a->reply = a->farewell = true;
}

enum err clone_past(struct turn *t, const struct peer *p, struct pair *pr, struct answer *a)
{
	struct conn *c = state_conn(t->node, state_peer(t->node, p->no));
	const bool first = !c->met;
	enum err rc;

	require(!pr->stopped && !p->self);
	c->met = true;
	proof_show_receipt(t, pr, a);
	if (!first) /* one connection is one sighting, however many frames it brings */
		return ERR_OK;
	if (pr->strike_ms == 0 || t->wall_ms > pr->strike_ms + DAY_MS) {
		pr->strike_ms = t->wall_ms;
		pr->since_strike = false;
		return alarm_set(t, ALARM_PAST, p->no);
	}
	if (!pr->since_strike)
		return ERR_OK;	     /* the same one, which our answer did not reach */
	require(pr->strike_ms != 0); /* the first sighting is on record */
	pr->stopped = true;
	clone_farewell(t, p, a);
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS,
						.peer = p->no,
						.detail = alarm_text(ALARM_CLONE)});
	return rc == ERR_OK ? alarm_set(t, ALARM_CLONE, p->no) : rc;
}
