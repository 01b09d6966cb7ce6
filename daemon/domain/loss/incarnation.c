/* SPDX-License-Identifier: EUPL-1.2 */
/* An incarnation is one life of this node's disk.  Its number also lies outside the database, so that a database put
 * back from a backup is noticed at the next start; a partner can prove the rest (proof.c).  A new one lets nothing of
 * the old numbers count: both directions of every pair begin at 1 again, what is retained is offered by id, and no
 * thread is written before it was compared with the partner's copy.  Numbers only rise, so that of two lives everybody
 * knows which is the later one. */
#include "domain/loss/incarnation.h"

#include "base/check.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/pair.h"
#include "domain/loss/alarm.h"

enum { META_INCARNATION = 3, ROW_LEN = 4 + 16 + 8 + 1 + 4 };

static struct store_key inc_key(void)
{
	struct store_key k = {.len = 0};

	key_u8(&k, META_INCARNATION);
	return k;
}

/* Number, id, since when, whether older cases are on hold, and which one began with an older database. */
enum err incarnation_write(struct turn *t)
{
	const struct store_key k = inc_key();
	const struct node *n = t->node;
	uint8_t row[ROW_LEN];
	struct wr w = wr_of(row, sizeof row);

	wr_u32(&w, n->inc.no);
	wr_put(&w, n->inc.id.b, 16);
	wr_u64(&w, n->restored_ms);
	wr_u8(&w, n->quarantine);
	wr_u32(&w, n->rights.older_no);
	require(!w.over);
	return turn_put(t, STORE_META, &k, wr_span(&w));
}

/* Memory and store change together: an aborted turn puts both back (node_turn_abort). */
enum err incarnation_begin(struct turn *t, uint32_t above, enum alarm why)
{
	struct node *n = t->node;
	const uint32_t most = above > n->inc.no ? above : n->inc.no;
	struct effect *e = turn_effect(t, EFFECT_INCARNATION);
	enum err rc;

	if (e == NULL)
		return ERR_NOMEM;
	if (most == UINT32_MAX)
		return ERR_LIMIT;
	n->inc.no = most + 1;
	require(n->inc.no > above);
	turn_random(t, n->inc.id.b, 16);
	n->restored_ms = t->wall_ms;
	if (why == ALARM_RESTORED)
		n->rights.older_no = n->inc.no;
	n->quarantine = true;
	rc = incarnation_write(t);
	if (rc == ERR_OK) /* whoever did not wait did not wait after an earlier loss */
		rc = turn_drop_prefix(t, STORE_RELEASED, &(struct store_key){.len = 0});
	for (struct pair *p = t->pairs; p != NULL && rc == ERR_OK; p = p->next)
		if (!incarnation_equal(&p->mine, &n->inc))
			rc = pair_reset(t, p, true);
	for (size_t i = 0; i < n->peer_count; i++) {
		struct conn *c = state_conn(n, &n->peers[i]);

		/* no frame of theirs speaks to this life yet */
		c->heard = false;
		c->sent = c->base = 0;
		c->heads = (struct heads_cursor){.differs = false};
	}
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS,
							.detail = alarm_text((uint8_t)why)});
	return rc == ERR_OK ? alarm_set(t, why, 0) : rc;
}

/* The number outside the database is higher than the one in it: this database is an older copy. */
enum err incarnation_load(struct turn *t, struct node *n)
{
	const struct store_key k = inc_key();
	const uint32_t outside = n->inc.no;
	struct span v;
	struct rd r;
	enum err rc = turn_get(t, STORE_META, &k, &v);

	if (rc == ERR_NOTFOUND) {
		turn_random(t, n->inc.id.b, 16);
		return incarnation_write(t);
	}
	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	n->inc.no = rd_u32(&r);
	n->inc.id = rd_id16(&r);
	n->restored_ms = rd_u64(&r);
	n->quarantine = rd_u8(&r) != 0;
	n->rights.older_no = rd_u32(&r);
	if (!rd_done(&r))
		return ERR_CORRUPT; /* a time of 0 is none: a clock may have begun there */
	return n->inc.no < outside ? incarnation_begin(t, outside, ALARM_RESTORED) : ERR_OK;
}
