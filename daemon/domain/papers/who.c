/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Complete, a page at a time: what does not fit is on the next one, and none is passed over.  Entries of the audit log are found by
 * a walk over the whole of it, some in each turn.
 */
#include "domain/papers/who.h"

#include "base/check.h"
#include "base/text.h"

#include <string.h>

#include "domain/consent/grant.h"
#include "domain/evidence/audit.h"
#include "domain/oversight/audit.h"
#include "domain/page.h"
#include "domain/papers/paper.h"
#include "domain/papers/together.h"
#include "domain/papers/told.h"
#include "domain/views/caserow.h"
#include "domain/views/consentpage.h"
#include "domain/views/consents.h"
#include "domain/views/find.h"
#include "domain/views/newest.h"

enum { PAGE_ROWS = 200, LOOKED_AT = 2000, HOLDERS = 1024 };
static_assert(PAGE_ROWS <= LIMIT_LIST_ROWS, "a page is a list");

/* Where a page begins: the ledger, so many rows on; then the audit log, below this entry. */
struct place {
	bool log;
	uint64_t at;
};

static bool place_read(const char *after, struct place *p)
{
	const size_t n = strlen(after);

	*p = (struct place){.log = false};
	if (n == 0)
		return true;
	p->log = after[0] == 'a';
	if ((after[0] != 'a' && after[0] != 'd') || n == 1 || n > 18)
		return false;
	for (size_t i = 1; i < n; i++) {
		if (after[i] < '0' || after[i] > '9')
			return false;
		p->at = p->at * 10 + (uint64_t)(after[i] - '0');
	}
	return true;
}

static void place_next(struct turn *t, char kind, uint64_t at, struct msg *reply)
{
	char text[24];

	text_format(text, sizeof text, "%c%llu", kind, (unsigned long long)at);
	msg_set_u64(reply, REPLY_TRUNCATED, 1);
	msg_set_text(t->arena, reply, REPLY_NEXT, text);
}

/* Entries of these cases below *seq, the newest first; *seq: where it stopped. */
static enum err looked(struct turn *t, const struct same *of, uint64_t *seq, bool *rests,
		       struct msg *reply)
{
	unsigned n = 0;

	for (*rests = false; *seq > 1 && msg_count(reply, REPLY_AUDIT) < PAGE_ROWS; (*seq)--) {
		const struct store_key k = turn_key_u64(*seq - 1);
		const size_t mark = t->arena->used;
		struct audit_row r;
		enum err rc;

		*rests = n++ == LOOKED_AT;
		if (*rests)
			return ERR_OK;
		rc = audit_get(t, *seq - 1, &r);
		if (page_damaged(t, rc, STORE_AUDIT, key_span(&k), reply))
			continue;
		if (rc != ERR_OK)
			return rc;
		if (r.known && same_has(of, &r.case_id))
			rc = view_audit_row(t, &r, reply);
		else
			arena_rewind(t->arena, mark);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* Of one that was taken back: who answered.  Holders one by one as long as there is room for them; their numbers always. */
static enum err answers(struct turn *t, const struct id16 *id, const struct msg *m, size_t *holders,
			struct msg *reply)
{
	const size_t count = msg_count(reply, REPLY_GRANTS);
	struct msg *row = count == 0 ? NULL : msg_edit(reply, REPLY_GRANTS, count - 1);
	enum err rc = ERR_NOMEM;

	if (row != NULL)
		rc = msg_has(m, GRANT_RECORD_WITHDRAWN_MS) ? view_consent_withdrawal(t, id, m, row)
							   : ERR_OK;
	if (rc != ERR_OK)
		return rc;
	*holders += msg_count(row, GRANT_ROW_HOLDERS);
	if (*holders > HOLDERS)
		msg_clear(row, GRANT_ROW_HOLDERS);
	return ERR_OK;
}

/* The consents, so that whoever reads a row can say on which ground; both ways. */
static enum err grounds(struct turn *t, const struct same *of, struct msg *reply)
{
	struct store_walk w = {.rc = ERR_OK};
	size_t holders = 0;
	struct id16 id;
	struct msg *m;

	for (size_t i = 0; w.rc == ERR_OK && i < of->count; i++) {
		w = (struct store_walk){.rc = ERR_OK};
		while (consent_each(t, &of->id[i], &w, &id, &m) && turn_room(reply, REPLY_GRANTS)) {
			view_grant_row(t, m, reply);
			w.rc = answers(t, &id, m, &holders, reply);
		}
	}
	view_newest_first(reply, REPLY_GRANTS, GRANT_ROW_GIVEN_MS, GRANT_ROW_PARTNER, GRANT_ROW_ID);
	return w.rc;
}

static enum err ledger_page(struct turn *t, const struct same *of, struct place *p,
			    struct msg *reply)
{
	struct told told = {.skip = p->at, .most = PAGE_ROWS};
	struct id32 head;
	enum err rc = ERR_OK;

	if (p->at == 0)
		rc = grounds(t, of, reply);
	if (rc == ERR_OK)
		rc = told_rows(t, of, &told, reply);
	if (rc != ERR_OK)
		return rc;
	view_newest_first(reply, REPLY_DISCLOSURES, DISCLOSURE_ROW_AT_MS, DISCLOSURE_ROW_PARTNER,
			  DISCLOSURE_ROW_GRANT);
	p->at = told.skip;
	if (told.more) {
		place_next(t, 'd', p->at, reply);
		return ERR_OK;
	}
	p->log = true;
	rc = audit_head(t, &p->at, &head);
	p->at++;
	return rc;
}

/* On the first page, as on every paper: who gives it, and when. */
static void head(struct turn *t, struct msg *reply)
{
	const struct peer *self = state_peer_by_id(t->node, &t->node->node_id);
	struct msg *row = self == NULL ? NULL : msg_add(t->arena, reply, REPLY_PARTNERS);

	paper_day(t, reply);
	if (row == NULL)
		return;
	msg_set_text(t->arena, row, PARTNER_ROW_NAME, self->org);
	msg_set_u64(row, PARTNER_ROW_SELF, 1);
}

enum err view_who(struct turn *t, const struct msg *req, struct msg *reply)
{
	const char *after = msg_text(req, WHO_ASK_AFTER);
	struct place p = {.log = true};
	struct same of;
	struct id16 id;
	bool rests = false;
	enum err rc = find_case(t, msg_text(req, WHO_ASK_ID), &id);

	if (rc == ERR_OK)
		rc = together_of(t, &id, &of);
	if (rc != ERR_OK)
		return rc;
	if (t->left.len == sizeof p)
		memcpy(&p, t->left.p, sizeof p);
	else if (!place_read(after, &p))
		return turn_refuse(t, ERR_INVAL, REFUSAL_REQUEST_NOT_UNDERSTOOD);
	if (!p.log)
		rc = ledger_page(t, &of, &p, reply);
	if (rc != ERR_OK || !p.log)
		return rc;
	rc = looked(t, &of, &p.at, &rests, reply);
	if (rc == ERR_OK && rests)
		return turn_again(t, arena_copy(t->arena, span_of(&p, sizeof p)));
	if (rc == ERR_OK && p.at > 1)
		place_next(t, 'a', p.at, reply);
	if (rc != ERR_OK || after[0] != '\0')
		return rc;
	head(t, reply);
	rc = together_rows(t, &id, reply);
	/* who looks after what may be done with people's data knows a case by its number */
	if (rc == ERR_OK && (t->roles & (ROLE_CASEWORKER | ROLE_READER)) != 0)
		rc = caserow_whose(t, &id, reply);
	if (rc != ERR_OK)
		return rc;
	return audit_look(
		t, &(struct audit_entry){.event = AUDIT_VIEW, .case_id = &id, .detail = "who"});
}
