/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/loss/clone.h"

#include "domain/evidence/audit.h"
#include "domain/exchange/prekeys.h"
#include "domain/loss/alarm.h"
#include "domain/loss/proof.h"

enum { DAY_MS = 86400000 };

void clone_farewell(struct turn *t, const struct peer *p, struct answer *a)
{
	struct conn *c = state_conn(t->node, state_peer(t->node, p->no));
	uint8_t b[2 + 4 + 16] = {0};

	if (c->told || !prekeys_ready(t, p))
		return; /* once on each connection, when there is a key to say it to */
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

	c->met = true;
	proof_show_receipt(pr, a);
	a->reply = true;
	if (!first)
		return ERR_OK;
	if (pr->strike_ms == 0 || t->wall_ms > pr->strike_ms + DAY_MS) {
		pr->strike_ms = t->wall_ms;
		pr->since_strike = false;
		return alarm_set(t, ALARM_PAST, p->no);
	}
	if (!pr->since_strike)
		return ERR_OK; /* the same one, which our answer did not reach */
	pr->stopped = true;
	clone_farewell(t, p, a);
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS,
						.peer = p->no,
						.detail = alarm_text(ALARM_CLONE)});
	return rc == ERR_OK ? alarm_set(t, ALARM_CLONE, p->no) : rc;
}
