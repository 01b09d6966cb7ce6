/* SPDX-License-Identifier: EUPL-1.2 */
/* Nothing here is decided: what a document says goes into the row, so that a step needs no log to know which file opens with which key. */
#include "domain/handover/learn.h"

#include <string.h>

#include "base/check.h"
#include "domain/attach/along.h"
#include "domain/blob/blob.h"
#include "domain/documents/dates.h"
#include "domain/moving/runs.h"

static void copy_bytes(struct turn *t, struct msg *to, unsigned field, struct span s, size_t len)
{
	if (s.len == len)
		msg_set_bytes(t->arena, to, field, s);
}

/* What opens one bundle, and what was added behind it. */
static void forget_keys(struct msg *record)
{
	static const unsigned of_one[] = {HANDOVER_RECORD_BKEY, HANDOVER_RECORD_KEPT,
					  HANDOVER_RECORD_ADDED, HANDOVER_RECORD_ADDED_SIZE,
					  HANDOVER_RECORD_ADDED_KEY};

	for (size_t i = 0; i < sizeof of_one / sizeof of_one[0]; i++)
		msg_clear(record, of_one[i]);
}

/* After a loss another bundle may stand in the place of one, signed in a life that one side forgot: what was known of the one before
 * opens nothing in it, and would hide what does. */
static void learn_bundle(struct turn *t, const struct msg *body, struct msg *record)
{
	const struct span was = msg_bytes(record, HANDOVER_RECORD_BLOB);
	const struct span now = msg_bytes(body, HANDOVER_BUNDLE_BLOB);
	const bool other = was.len == 32 && now.len == 32 && memcmp(was.p, now.p, 32) != 0;

	if (other)
		forget_keys(record);
	copy_bytes(t, record, HANDOVER_RECORD_BLOB, now, 32);
	copy_bytes(t, record, HANDOVER_RECORD_SALT, msg_bytes(body, HANDOVER_BUNDLE_SALT), 32);
	copy_bytes(t, record, HANDOVER_RECORD_DIGEST, msg_bytes(body, HANDOVER_BUNDLE_DIGEST), 32);
	msg_set_u64(record, HANDOVER_RECORD_SIZE, msg_u64(body, HANDOVER_BUNDLE_LENGTH));
	msg_set_u64(record, HANDOVER_RECORD_CATS, msg_u64(body, HANDOVER_BUNDLE_CATS));
	along_learn(t, body, record);
}

/* What one body that counts adds to the row. */
static void learn_body(struct turn *t, const struct log_entry *e, const struct msg *body,
		       struct msg *record)
{
	switch (e->type) {
	case DOC_PROPOSE:
		msg_set_u64(record, HANDOVER_RECORD_TAKEOVER_MS,
			    dates_ahead(e->kept_ms, msg_u64(body, HANDOVER_PROPOSE_TAKEOVER_MS)));
		return;
	case DOC_BUNDLE:
		learn_bundle(t, body, record);
		return;
	case DOC_CEDE:
		copy_bytes(t, record, HANDOVER_RECORD_BKEY, msg_bytes(body, HANDOVER_CEDE_BKEY),
			   32);
		rows_date(record, msg_u64(body, HANDOVER_CEDE_RECLAIMS),
			  msg_u64(body, HANDOVER_CEDE_TURNS));
		return;
	case DOC_TAKE:
		copy_bytes(t, record, HANDOVER_RECORD_KEEP_PUB,
			   msg_bytes(body, HANDOVER_TAKE_KEEP_PUB), 32);
		runs_learn(t, body, record);
		return;
	case DOC_KEPT:
		copy_bytes(t, record, HANDOVER_RECORD_KEPT, msg_bytes(body, HANDOVER_KEPT_KEYS),
			   112);
		copy_bytes(t, record, HANDOVER_RECORD_ADDED, msg_bytes(body, HANDOVER_KEPT_BLOB),
			   32);
		msg_set_u64(record, HANDOVER_RECORD_ADDED_SIZE,
			    msg_u64(body, HANDOVER_KEPT_LENGTH));
		/* every word that gave it away counted one turn more: without one this says no date */
		if (msg_u64(body, HANDOVER_KEPT_TURNS) != 0)
			rows_date(record, msg_u64(body, HANDOVER_KEPT_RECLAIMS),
				  msg_u64(body, HANDOVER_KEPT_TURNS));
		return;
	case DOC_RECLAIM:
	case DOC_SUPERSEDED:
		rows_date(record, msg_u64(body, HANDOVER_RECLAIM_RECLAIMS),
			  msg_u64(body, HANDOVER_RECLAIM_TURNS));
		return;
	default:
		return;
	}
}

/* A later word of the former owner names another file: nobody fetches the one of before any more. */
static enum err let_go(struct turn *t, const struct thread *th, struct span was, struct span now)
{
	const struct blob_ref ref = {.need = BLOB_FOR_THREAD, .id = th->id};
	struct id32 id;

	if (th->role != THREAD_RECEIVER || was.len != sizeof id.b ||
	    (now.len == was.len && memcmp(now.p, was.p, was.len) == 0))
		return ERR_OK;
	memcpy(id.b, was.p, sizeof id.b);
	return blob_release(t, &id, &ref);
}

/* The word that gave the case lost its place, as in a life that both sides forgot and one of them found again: the file may still be
 * called back, and until it is given once more nothing here opens it.  Its giver has the key of its own. */
static bool not_given(const struct thread *th)
{
	return th->role == THREAD_RECEIVER && th->state < HANDOVER_CEDED;
}

/* Of each entry that moved something; what came without its body teaches nothing. */
enum err learn_row(struct turn *t, const struct thread *th, const struct handover_walked *steps,
		   size_t count, struct msg *record)
{
	const struct span was = msg_bytes(record, HANDOVER_RECORD_ADDED);

	require(th->kind == THREAD_HANDOVER && record != NULL);
	if (not_given(th))
		forget_keys(record);
	for (size_t i = 0; i < count; i++) {
		const bool mine = steps[i].who == rows_side(th);
		struct log_entry e;
		struct document d;
		struct msg *body;
		enum err rc;

		if (steps[i].note)
			continue;
		rc = thread_entry(t, th, mine, steps[i].no, &e);
		if (rc == ERR_OK && (e.type == DOC_ADDENDUM || e.type == DOC_ESCALATE))
			continue;
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc == ERR_OK)
			rc = document_body(t, &d, &body);
		if (rc == ERR_OK)
			learn_body(t, &e, body, record);
		else if (rc != ERR_NOTFOUND)
			return rc;
	}
	return let_go(t, th, was, msg_bytes(record, HANDOVER_RECORD_ADDED));
}
