/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports as they are kept, ours and others', one for each quarter and reporter.  The first one stands: another that says something
 * else is noted as a contradiction and thrown away, for two reports of one truth could be subtracted.  One exception: our own
 * report that said "lost with the disk" gives way to the one that was published before the loss, when a reader returns it. */
#include "domain/flow/kept.h"

#include "base/check.h"

#include <string.h>

#include "domain/evidence/audit.h"
#include "domain/flow/report.h"

struct store_key kept_key(uint32_t quarter, uint16_t peer)
{
	struct store_key k = {.len = 0};

	require(peer != 0);
	key_u32(&k, quarter);
	key_u16(&k, peer);
	return k;
}

enum err kept_case(struct turn *t, struct id16 *case_id)
{
	return turn_stand_in(t, "flow reports\0\0\0", case_id);
}

/* Our own bytes are read by the same strict reader as foreign ones. */
enum err kept_load(struct turn *t, uint32_t quarter, uint16_t peer, struct report *r)
{
	const struct store_key k = kept_key(quarter, peer);
	struct span v;
	enum err rc = turn_get(t, STORE_REPORT, &k, &v);

	if (rc != ERR_OK)
		return rc;
	rc = report_parse(t, v, r);
	return rc == ERR_OK || err_fatal(rc) ? rc : ERR_CORRUPT;
}

/* A row that cannot be read marks nothing: may_send finds the thread all the same, so no report goes twice. */
uint8_t kept_marks(struct turn *t, uint32_t quarter, uint16_t peer)
{
	const struct store_key k = kept_key(quarter, peer);
	struct span v;

	return turn_get(t, STORE_REPORTED, &k, &v) == ERR_OK && v.len == 1 ? v.p[0] : 0;
}

enum err kept_mark(struct turn *t, uint32_t quarter, uint16_t peer, enum report_mark m)
{
	const struct store_key k = kept_key(quarter, peer);
	const uint8_t v = (uint8_t)(kept_marks(t, quarter, peer) | m);

	require(m == REPORT_WENT || m == REPORT_CONTRADICTS);
	return turn_put(t, STORE_REPORTED, &k, span_of(&v, 1));
}

static bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

static bool replaceable(struct turn *t, uint16_t peer, struct span before)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	struct report old;

	return self != NULL && self->no == peer && report_parse(t, before, &old) == ERR_OK &&
	       old.refused[0] != '\0';
}

/* The same bytes again are no contradiction; other bytes are, and the first stay. */
enum err kept_put(struct turn *t, uint16_t peer, const struct report *r)
{
	const struct store_key k = kept_key(r->period, peer);
	struct span before;
	enum err rc = turn_get(t, STORE_REPORT, &k, &before);

	require(r->bytes.len > 0);
	if (rc == ERR_NOTFOUND)
		return turn_put(t, STORE_REPORT, &k, r->bytes);
	if (rc != ERR_OK || span_equal(before, r->bytes))
		return rc;
	/* until now it was published as "lost with the disk" */
	if (replaceable(t, peer, before))
		return turn_put(t, STORE_REPORT, &k, r->bytes);
	rc = audit_add(t, &(struct audit_entry){.event = AUDIT_REPORT,
						.outcome = ERR_DENIED,
						.peer = peer,
						.detail = "contradicts"});
	return rc == ERR_OK ? kept_mark(t, r->period, peer, REPORT_CONTRADICTS) : rc;
}

/* Thousandths of epsilon that the other quarters of this calendar year told.  A budget is per year because a person's stay is. */
enum err kept_spent(struct turn *t, uint32_t quarter, uint32_t *spent)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	const uint32_t first = quarter / 4 * 4;

	*spent = 0;
	for (uint32_t q = first; self != NULL && q < first + 4; q++) {
		struct report r;
		enum err rc = q == quarter ? ERR_NOTFOUND : kept_load(t, q, self->no, &r);

		if (rc == ERR_NOTFOUND)
			continue;
		if (rc != ERR_OK)
			return rc;
		for (size_t i = 0; i < WIRE_TABLES; i++)
			*spent += r.terms.share[i];
	}
	return ERR_OK;
}
