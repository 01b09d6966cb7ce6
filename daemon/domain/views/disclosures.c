/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * "Who was told what", as the person may ask it: each document that left with something about them, also under a
 * consent that ended.  A row says which categories went and when, never what stood in them.  Found by the grants of the case:
 * the rows themselves name no case.
 */
#include "domain/views/disclosures.h"

#include "domain/consent/ledger.h"
#include "domain/documents/document.h"
#include "domain/page.h"
#include "domain/views/newest.h"

/* The act is called after the document that carried the data. */
static void list_row(struct turn *t, const struct id16 *grant, const struct ledger_row *r,
		     struct msg *reply)
{
	const struct peer *p = state_peer(t->node, r->peer);
	struct msg *m = msg_add(t->arena, reply, REPLY_DISCLOSURES);
	char hex[33];

	bytes_hex(hex, grant->b, 16);
	msg_set_text(t->arena, m, DISCLOSURE_ROW_PARTNER, p == NULL ? "" : p->org);
	msg_set_u64(m, DISCLOSURE_ROW_AT_MS, r->at_ms);
	msg_set_u64(m, DISCLOSURE_ROW_CATS, r->cats);
	msg_set_text(t->arena, m, DISCLOSURE_ROW_BASIS, "consent");
	msg_set_text(t->arena, m, DISCLOSURE_ROW_GRANT, hex);
	msg_set_text(t->arena, m, DISCLOSURE_ROW_ACT, document_type_name(r->type));
}

/* A row that is damaged is named, and the others are shown: an answer to the person that lacks one is better than none. */
static enum err list_grant(struct turn *t, const struct id16 *grant, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	struct ledger_row row;
	enum err damage;

	while (ledger_each(t, grant, &w, &row, &damage)) {
		if (page_damaged(t, damage, STORE_LEDGER, w.row.key, reply))
			continue;
		if (damage != ERR_OK)
			return damage;
		if (!turn_room(reply, REPLY_DISCLOSURES))
			return ERR_OK;
		list_row(t, grant, &row, reply);
	}
	return w.rc;
}

/* Also under consents that ended: what was disclosed under them stays disclosed. */
enum err view_disclosures(struct turn *t, const struct id16 *case_id, struct msg *reply)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.rc = ERR_OK};

	while (store_each(t->txn, STORE_GRANTCASE, key_span(&prefix), &w)) {
		struct id16 grant;

		memcpy(grant.b, w.row.key.p + 16, 16);
		w.rc = list_grant(t, &grant, reply);
	}
	view_newest_first(reply, REPLY_DISCLOSURES, DISCLOSURE_ROW_AT_MS, DISCLOSURE_ROW_PARTNER,
			  DISCLOSURE_ROW_GRANT);
	return w.rc;
}
