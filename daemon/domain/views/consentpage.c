/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A consent as its document has it, field by field: what one side wrote down, the other side and the person can read.  A list of
 * consents shows the few fields by which one is told from another; here none is left out.
 */
#include "domain/views/consentpage.h"

#include "base/check.h"

#include <string.h>

#include "domain/documents/dates.h"
#include "domain/documents/document.h"
#include "domain/documents/thread.h"
#include "domain/grant/holders.h"

enum { WISH_STOP = 1, WISH_ERASE = 2, HEX_MAX = 32 };

/* Fields of the document that the row has as they are. */
static const struct {
	unsigned of, to;
} same[] = {{CONSENT_GRANT_PLACE, GRANT_ROW_PLACE},
	    {CONSENT_GRANT_AGE_BAND, GRANT_ROW_AGE_BAND},
	    {CONSENT_GRANT_GDPR_BASIS, GRANT_ROW_GDPR_BASIS},
	    {CONSENT_GRANT_ART9, GRANT_ROW_ART9},
	    {CONSENT_GRANT_SECRECY_BASIS, GRANT_ROW_SECRECY_BASIS},
	    {CONSENT_GRANT_NOTICE_LANGUAGE, GRANT_ROW_NOTICE_LANGUAGE}},
  ids[] = {{CONSENT_GRANT_WITNESS, GRANT_ROW_WITNESS},
	   {CONSENT_GRANT_EVIDENCE_HASH, GRANT_ROW_EVIDENCE_HASH},
	   {CONSENT_GRANT_SUPERSEDES, GRANT_ROW_SUPERSEDES},
	   {CONSENT_GRANT_PARENT_GRANT, GRANT_ROW_PARENT_GRANT},
	   {CONSENT_GRANT_SUBJECT_REF, GRANT_ROW_SUBJECT_REF}},
  numbers[] = {{CONSENT_GRANT_VALID_FROM_MS, GRANT_ROW_VALID_FROM_MS},
	       {CONSENT_GRANT_WITHDRAWAL_EXPLAINED, GRANT_ROW_WITHDRAWAL_EXPLAINED},
	       {CONSENT_GRANT_VERSION, GRANT_ROW_VERSION}},
  members[] = {{CONSENT_GRANT_COLLECTED_BY, GRANT_ROW_COLLECTED_BY},
	       {CONSENT_GRANT_RECIPIENT, GRANT_ROW_RECIPIENT}};

/* Bytes as people compare them. */
static void put_hex(struct turn *t, struct msg *row, unsigned field, struct span bytes)
{
	char hex[2 * HEX_MAX + 1];

	if (bytes.len == 0 || bytes.len > HEX_MAX)
		return;
	bytes_hex(hex, bytes.p, bytes.len);
	msg_set_text(t->arena, row, field, hex);
}

/* Two nodes are named in it; one that this node does not know stays an id. */
static void put_member(struct turn *t, struct msg *row, unsigned field, struct span id)
{
	const struct node *n = t->node;

	for (size_t i = 0; i < n->peer_count; i++)
		if (id.len == 32 && memcmp(n->peers[i].node_id.b, id.p, 32) == 0) {
			msg_set_text(t->arena, row, field, n->peers[i].org);
			return;
		}
	put_hex(t, row, field, id);
}

static void put_document(struct turn *t, const struct msg *g, struct msg *row)
{
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		if (msg_text(g, same[i].of)[0] != '\0')
			msg_set_text(t->arena, row, same[i].to, msg_text(g, same[i].of));
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		put_hex(t, row, ids[i].to, msg_bytes(g, ids[i].of));
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (msg_has(g, numbers[i].of))
			msg_set_u64(row, numbers[i].to, msg_u64(g, numbers[i].of));
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		put_member(t, row, members[i].to, msg_bytes(g, members[i].of));
	for (size_t i = 0; i < msg_count(g, CONSENT_GRANT_EXCLUSIONS); i++)
		msg_add_text(t->arena, row, GRANT_ROW_EXCLUSIONS,
			     msg_text_at(g, CONSENT_GRANT_EXCLUSIONS, i));
}

static void put_withdrawal(struct turn *t, const struct msg *w, struct msg *row)
{
	const uint64_t wish = msg_u64(w, WITHDRAWAL_WISH);

	if (msg_has(w, WITHDRAWAL_EFFECTIVE_MS))
		msg_set_u64(row, GRANT_ROW_EFFECTIVE_MS,
			    dates_past(t->wall_ms, msg_u64(w, WITHDRAWAL_EFFECTIVE_MS)));
	if (wish == WISH_STOP || wish == WISH_ERASE)
		msg_set_text(t->arena, row, GRANT_ROW_WISH, wish == WISH_STOP ? "stop" : "erase");
	put_hex(t, row, GRANT_ROW_SUCCESSOR, msg_bytes(w, WITHDRAWAL_SUCCESSOR));
	if (msg_u64(w, WITHDRAWAL_AUTOMATIC) != 0)
		msg_set_u64(row, GRANT_ROW_AUTOMATIC, 1);
}

/* At the collector all holders, at a holder its own answer. */
static enum err answer(struct turn *t, const struct thread *th, const struct msg *m,
		       struct msg *row)
{
	struct erasure_told told;
	enum err rc;

	require(th->withdrawn);
	if (th->role == THREAD_SENDER)
		return holders_put(t, th, msg_u64(m, GRANT_RECORD_WITHDRAWN_MS), row);
	rc = erasure_told(t, th, &told);
	if (rc != ERR_OK)
		return rc;
	holders_told(t, &told, msg_u64(m, GRANT_RECORD_WITHDRAWN_MS), row);
	msg_set_u64(row, GRANT_ROW_ANSWERED, told.type == DOC_ERASED);
	msg_set_u64(row, GRANT_ROW_ERASING, told.type == DOC_ERASING);
	msg_set_u64(row, GRANT_ROW_SILENT, told.type == 0);
	return ERR_OK;
}

/* Either side may have written it; a consent that never left has no thread. */
enum err view_consent_withdrawal(struct turn *t, const struct id16 *id, const struct msg *m,
				 struct msg *row)
{
	struct thread th;
	enum err rc = thread_load(t, id, &th);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	for (unsigned side = 0; side < 2; side++)
		for (uint32_t no = 1; no <= (side == 0 ? th.my_no : th.their_no); no++) {
			struct log_entry e;
			struct document d;
			struct msg *body;

			rc = thread_entry(t, &th, side == 0, no, &e);
			if (rc == ERR_OK && e.type == DOC_WITHDRAWAL)
				rc = document_load(t, &e.doc, &d);
			if (rc != ERR_OK)
				return rc;
			/* what it said may have gone with the consent: that it was said stands in the state */
			if (e.type == DOC_WITHDRAWAL && document_body(t, &d, &body) == ERR_OK)
				put_withdrawal(t, body, row);
		}
	return th.withdrawn ? answer(t, &th, m, row) : ERR_OK;
}

enum err view_consent_page(struct turn *t, const struct id16 *id, const struct msg *m,
			   struct msg *row)
{
	require(msg_kind_of(m) == MSG_GRANT_RECORD && msg_kind_of(row) == MSG_GRANT_ROW);
	put_document(t, msg_get(m, GRANT_RECORD_GRANT), row);
	return view_consent_withdrawal(t, id, m, row);
}
