/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * "May be passed on to another member" is a word that the person said once, for
 * all members: it becomes a consent for one of them when somebody needs it.
 * That consent says no more than the one it comes from, ends with it, and does
 * not let itself be passed on: whoever gets the person this way asks the
 * person.
 */
#include "domain/onward/child.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/casefile.h"
#include "domain/documents/grantkey.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/clockwatch.h"

/* What the consents of a case say about referring it to one partner. */
struct seen {
	bool ours, refused, onward;
	struct id16
		parent; /* onward: the newest one that lets itself be passed on, and when it was collected */
	uint64_t parent_ms;
};

static void see(const struct turn *t, const struct peer *p, const struct id16 *id,
		const struct msg *record, struct seen *s)
{
	const struct msg *g = msg_get(record, GRANT_RECORD_GRANT);
	const enum consent_state state = consent_grant_state(record, t->wall_ms);
	const uint64_t ms = msg_u64(g, CONSENT_GRANT_COLLECTED_MS);

	if (consent_between(record, p->no, false)) {
		s->ours = s->ours || state == CONSENT_LIVING;
		s->refused = s->refused || state == CONSENT_WITHDRAWN;
	}
	if (msg_u64(record, GRANT_RECORD_RECEIVED) == 0 || state != CONSENT_LIVING ||
	    strcmp(msg_text(g, CONSENT_GRANT_ONWARD), "member") != 0 ||
	    (s->onward && ms < s->parent_ms))
		return;
	s->onward = true;
	s->parent = *id;
	s->parent_ms = ms;
}

/* As the person gave it; who collected it, for whom and from whom it comes are
 * of here. */
static void fill(struct turn *t, const struct peer *p, const struct id16 *parent,
		 const struct msg *from, struct msg *g)
{
	static const unsigned same[] = {
		CONSENT_GRANT_GIVEN_BY,	  CONSENT_GRANT_AGE_BAND, CONSENT_GRANT_PURPOSE,
		CONSENT_GRANT_GDPR_BASIS, CONSENT_GRANT_ART9,	  CONSENT_GRANT_SECRECY_BASIS,
		CONSENT_GRANT_HOW,	  CONSENT_GRANT_PLACE,	  CONSENT_GRANT_NOTICE_LANGUAGE};

	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		if (msg_has(from, same[i]))
			msg_set_text(t->arena, g, same[i], msg_text(from, same[i]));
	for (size_t i = 0; i < msg_count(from, CONSENT_GRANT_EXCLUSIONS); i++)
		msg_add_text(t->arena, g, CONSENT_GRANT_EXCLUSIONS,
			     msg_text_at(from, CONSENT_GRANT_EXCLUSIONS, i));
	msg_set_u64(g, CONSENT_GRANT_VERSION, 1);
	msg_set_text(t->arena, g, CONSENT_GRANT_ONWARD, "none");
	msg_set_bytes(t->arena, g, CONSENT_GRANT_PARENT_GRANT, span_of(parent->b, 16));
	msg_set_bytes(t->arena, g, CONSENT_GRANT_COLLECTED_BY, span_of(t->node->node_id.b, 32));
	msg_set_u64(g, CONSENT_GRANT_COLLECTED_MS, t->wall_ms);
	msg_set_bytes(t->arena, g, CONSENT_GRANT_RECIPIENT, span_of(p->node_id.b, 32));
	msg_set_u64(g, CONSENT_GRANT_CATS, msg_u64(from, CONSENT_GRANT_CATS) & GATE_ALL);
	msg_set_u64(g, CONSENT_GRANT_EXPIRES_MS, msg_u64(from, CONSENT_GRANT_EXPIRES_MS));
	msg_set_u64(g, CONSENT_GRANT_VALID_FROM_MS,
		    clockwatch_begins_ms(t, p, msg_u64(g, CONSENT_GRANT_EXPIRES_MS)));
	msg_set_u64(g, CONSENT_GRANT_WITHDRAWAL_EXPLAINED,
		    msg_u64(from, CONSENT_GRANT_WITHDRAWAL_EXPLAINED));
}

/* Derived under the key of the case, as every consent of ours is. */
static enum err name_it(struct turn *t, const struct id16 *case_id, const struct peer *p,
			struct msg *g, struct id16 *id)
{
	const struct id16 nonce = turn_id(t);
	uint8_t in[6 + 32 + 16];
	struct id16 subject;
	enum err rc;

	memcpy(in, "grant\0", 6);
	memcpy(in + 6, p->node_id.b, 32);
	memcpy(in + 38, nonce.b, 16);
	rc = record_derive(t->txn, case_id, span_of(in, sizeof in), id);
	if (rc == ERR_OK)
		rc = casefile_subject(t, case_id, NULL, p, &subject);
	if (rc != ERR_OK)
		return rc;
	msg_set_bytes(t->arena, g, CONSENT_GRANT_GRANT_ID, span_of(id->b, 16));
	msg_set_bytes(t->arena, g, CONSENT_GRANT_SUBJECT_REF, span_of(subject.b, 16));
	return ERR_OK;
}

static enum err make(struct turn *t, const struct id16 *case_id, const struct peer *p,
		     const struct id16 *parent)
{
	struct msg *from, *m = msg_new(t->arena, MSG_GRANT_RECORD), *g;
	struct id16 id;
	enum err rc = consent_record(t, parent, &from);

	require(!p->self);
	if (rc != ERR_OK)
		return rc;
	g = m == NULL ? NULL : msg_sub(t->arena, m, GRANT_RECORD_GRANT);
	if (g == NULL)
		return ERR_NOMEM;
	fill(t, p, parent, msg_get(from, GRANT_RECORD_GRANT), g);
	rc = name_it(t, case_id, p, g, &id);
	msg_set_bytes(t->arena, m, GRANT_RECORD_CASE_ID, span_of(case_id->b, 16));
	msg_set_u64(m, GRANT_RECORD_PEER, p->no);
	if (rc == ERR_OK)
		rc = grantkey_make(t, &id);
	if (rc == ERR_OK)
		rc = consent_save(t, &id, case_id, m);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_CONSENT,
							.peer = p->no,
							.case_id = case_id,
							.grant = &id,
							.detail = "onward"});
	return rc == ERR_OK ? casefile_entry(t, case_id, "consent-onward", p->org, NULL) : rc;
}

enum err child_find(struct turn *t, const struct id16 *case_id, const struct peer *p,
		    enum child_found *found)
{
	struct store_walk w = {.rc = ERR_OK};
	const size_t mark = t->arena->used;
	struct seen s = {.onward = false};
	struct id16 id;
	struct msg *m;

	while (consent_each(t, case_id, &w, &id, &m)) {
		see(t, p, &id, m, &s);
		arena_rewind(t->arena, mark);
	}
	*found = s.ours ? CHILD_OURS : s.onward && !s.refused ? CHILD_MADE : CHILD_NONE;
	return w.rc == ERR_OK && *found == CHILD_MADE ? make(t, case_id, p, &s.parent) : w.rc;
}
