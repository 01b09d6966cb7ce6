/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * After this turn nothing of the case can be read here: its key is deleted, and with it every row sealed under it, in
 * every copy of the database.  Threads stay, empty, so that the partner's log has an end to agree with and a late document
 * finds its place.  The audit entry is written first, while the commitment to the case can still be made.  A word about the
 * erasure is left with partners, so that a restored backup erases the case again.
 */
#include "domain/care/erase.h"

#include <limits.h>
#include <string.h>

#include "base/check.h"
#include "base/plant.h"
#include "domain/attach/attach.h"
#include "domain/blob/blob.h"
#include "domain/care/grants.h"
#include "domain/consent/alone.h"
#include "domain/consent/bylaw.h"
#include "domain/consent/casefile.h"
#include "domain/consent/drafts.h"
#include "domain/documents/grantkey.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/quota.h"
#include "domain/news/erased.h"
#include "domain/people/known.h"
#include "domain/people/same.h"
#include "domain/referral/deadline.h"
#include "domain/referral/worklist.h"
#include "domain/retain/retain.h"
#include "domain/staff/worker.h"
#include "domain/stream/connect.h"
#include "domain/told.h"

enum { SWEPT_ENTRIES = 2048, ALONE_SLICE = 16 };

static enum err gone(enum err rc)
{
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Is this document of ours still owed?  Too old for the outbox is not. */
static enum err owed(struct turn *t, const struct doc_key *doc, bool *yes)
{
	struct outbox_row row = {.state = OUTBOX_STORED};
	uint64_t place;
	uint16_t peer;
	enum err rc = outbox_find(t, &doc->msg, &peer, &place, &row);

	require(doc->sender == 0);
	*yes = rc == ERR_OK && row.state == OUTBOX_OWED;
	return gone(rc);
}

/* Of what is still owed the partner gets the codes: a decline says why.  They are in bodies that the case's key seals. */
static enum err outlive(struct turn *t, const struct thread *th)
{
	for (uint32_t no = 1; no <= th->my_no; no++) {
		struct log_entry e;
		bool yes = false;
		enum err rc = thread_entry(t, th, true, no, &e);

		if (rc == ERR_OK)
			rc = owed(t, &e.doc, &yes);
		/* a word about an end lies there already, or will with this turn: its consent ran out at the same tick */
		if (rc == ERR_OK && yes && !document_answers(e.type))
			rc = document_outlive(t, &e.doc);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* ... of one thread after the other, as many as most or as this turn looks at. */
static enum err outlive_some(struct turn *t, struct chore *c, unsigned most)
{
	const struct store_key prefix = turn_key_id(&c->case_id);
	struct store_walk w = {.key_len = 32};
	unsigned n = 0;

	require(c->kind == CHORE_OUTLIVE && most > 0);
	if (!bytes_zero(c->after.b, sizeof c->after.b))
		w.at = chores_behind(c);
	while (n < most && !(n > 0 && turn_enough(t)) &&
	       store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct thread th;

		memcpy(c->after.b, w.row.key.p + 16, 16);
		w.rc = thread_load(t, &c->after, &th);
		if (w.rc == ERR_OK)
			w.rc = outlive(t, &th);
		arena_rewind(t->arena, mark);
		n++;
	}
	c->over = w.rc == ERR_OK && n < most && !(n > 0 && turn_enough(t));
	return w.rc;
}

/* Of both logs: what we said about the person goes as well as what we heard; what is owed lies under another key by now. */
static enum err drop_bodies(struct turn *t, const struct thread *th)
{
	for (unsigned side = 0; side < 2; side++) {
		const uint32_t last = side == 0 ? th->my_no : th->their_no;

		for (uint32_t no = 1; no <= last; no++) {
			struct store_key k;
			struct log_entry e;
			bool stays = false;
			enum err rc = thread_entry(t, th, side == 0, no, &e);

			stays = document_answers(e.type); /* a word about an end holds for good */
			if (rc == ERR_OK && side == 0 && !stays)
				rc = owed(t, &e.doc, &stays);
			if (rc != ERR_OK)
				return rc;
			if (stays)
				continue;
			k = turn_key_id(&e.doc.msg);
			key_u16(&k, e.doc.sender);
			rc = gone(store_del(t->txn, STORE_DOCBODY, key_span(&k)));
			if (rc != ERR_OK)
				return rc;
		}
	}
	return ERR_OK;
}

/* Threads stay, empty: the partner's log is whole, and a late document still finds its place. */
static enum err empty_thread(struct turn *t, const struct id16 *id)
{
	struct thread th;
	enum err rc = thread_load(t, id, &th);

	if (rc == ERR_OK)
		rc = drop_bodies(t, &th);
	/* an answer to a withdrawal is owed whatever becomes of the case, and its timer is what says it */
	if (rc == ERR_OK && !planted(PLANT_TIMER_KEPT) &&
	    !(th.kind == THREAD_CONSENT && th.role == THREAD_RECEIVER && th.owes_end))
		rc = deadline_timer_stop(t, &th);
	if (rc == ERR_OK)
		rc = worklist_clear(t, &th);
	if (rc != ERR_OK)
		return rc;
	th.hidden = true;
	th.need[0] = '\0'; /* nor could it be sealed any more */
	return thread_save(t, &th);
}

/* Rows of the timeline, as many as one turn removes. */
static enum err drop_entries(struct turn *t, struct chore *c)
{
	const struct store_key prefix = turn_key_id(&c->case_id);
	struct store_walk w = {.rc = ERR_OK};
	unsigned n = 0;

	while (n < SWEPT_ENTRIES && store_each(t->txn, STORE_CASELOG, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};

		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = store_del(t->txn, STORE_CASELOG, key_span(&k));
		n++;
	}
	c->over = n < SWEPT_ENTRIES;
	return w.rc;
}

enum err erase_sweep(struct turn *t, struct chore *c)
{
	const struct store_key prefix = turn_key_id(&c->case_id);
	struct store_walk w = {.key_len = 32};
	unsigned n = 0;

	require(c->kind == CHORE_SWEEP);
	if (!bytes_zero(c->after.b, sizeof c->after.b))
		w.at = chores_behind(c);
	while (n < CHORE_SLICE && store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;

		memcpy(c->after.b, w.row.key.p + 16, 16);
		w.rc = empty_thread(t, &c->after);
		n++;
		arena_rewind(t->arena, mark);
	}
	return w.rc == ERR_OK && n < CHORE_SLICE ? drop_entries(t, c) : w.rc;
}

/* The threads of the consents stay, so that a late word finds them; what they allowed is gone. */
static enum err drop_grants(struct turn *t, const struct id16 *case_id)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = 32};

	while (store_each(t->txn, STORE_GRANTCASE, key_span(&prefix), &w)) {
		struct id16 id;
		bool had;

		memcpy(id.b, w.row.key.p + 16, 16);
		const struct store_key k = turn_key_id(&id);

		w.rc = gone(store_del(t->txn, STORE_GRANT, key_span(&k)));
		if (w.rc == ERR_OK)
			w.rc = grantkey_drop(t, &id, &had);
	}
	if (w.rc == ERR_OK)
		w.rc = turn_drop_prefix(t, STORE_GRANTOPEN, &prefix);
	return w.rc == ERR_OK ? turn_drop_prefix(t, STORE_GRANTCASE, &prefix) : w.rc;
}

/* With their files: the row alone knows which one it is, and what nobody lets go of would lie here for ever. */
static enum err drop_handovers(struct turn *t, const struct id16 *case_id)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = 32};

	while (store_each(t->txn, STORE_HANDOVER, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct blob_ref ref = {.need = BLOB_FOR_THREAD};
		struct store_key k = {.len = 0};
		struct id32 blob;
		struct msg *m;

		memcpy(ref.id.b, w.row.key.p + 16, sizeof ref.id.b);
		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = turn_get_msg(t, STORE_HANDOVER, &k, MSG_HANDOVER_RECORD, &m);
		for (size_t i = 0; w.rc == ERR_OK && i < 2; i++) {
			const struct span s = msg_bytes(m, i == 0 ? HANDOVER_RECORD_BLOB
								  : HANDOVER_RECORD_ADDED);

			if (s.len != sizeof blob.b)
				continue;
			memcpy(blob.b, s.p, sizeof blob.b);
			w.rc = blob_release(t, &blob, &ref);
		}
		if (w.rc == ERR_OK)
			w.rc = blob_release_list(t, msg_bytes(m, HANDOVER_RECORD_FILES), &ref);
		if (w.rc == ERR_OK)
			w.rc = blob_release_list(t, msg_bytes(m, HANDOVER_RECORD_ADDED_FILES),
						 &ref);
		else if (w.rc == ERR_NOTFOUND) /* a restore has the row and not its key */
			w.rc = blob_release_all(t, &ref);
		arena_rewind(t->arena, mark);
	}
	return w.rc == ERR_OK ? turn_drop_prefix(t, STORE_HANDOVER, &prefix) : w.rc;
}

/* The key last: whatever fails before it undoes the turn, and nothing is half erased. */
static enum err drop_case(struct turn *t, const struct id16 *case_id)
{
	const struct store_key k = turn_key_id(case_id);
	struct chore c = {.kind = CHORE_SWEEP, .case_id = *case_id};
	enum err rc = erase_sweep(t,
				  &c); /* mostly that is all; the rest opens for nobody any more */

	if (rc == ERR_OK && !c.over)
		rc = chores_save(t, &c);
	if (rc != ERR_OK)
		return rc;
	rc = drop_grants(t, case_id);
	if (rc == ERR_OK)
		rc = drop_handovers(t, case_id);
	if (rc != ERR_OK)
		return rc;
	rc = attach_drop_case(t, case_id);
	if (rc == ERR_OK)
		rc = retain_forget(t, case_id);
	/* what somebody was typing about this person */
	if (rc == ERR_OK)
		rc = drafts_erase(t, case_id);
	if (rc == ERR_OK)
		rc = worker_set(t, case_id, &(struct id16){{0}});
	if (rc == ERR_OK)
		rc = same_part(t, case_id);
	if (rc != ERR_OK)
		return rc;
	if (!planted(PLANT_NAME_KEPT))
		rc = casefile_forget_subject(t, case_id);
	if (rc != ERR_OK)
		return rc;
	rc = gone(store_del(t->txn, STORE_CASES, key_span(&k)));
	if (rc == ERR_OK)
		rc = known_drop(t, case_id);
	if (rc == ERR_OK)
		rc = told_forget(t, case_id);
	if (rc != ERR_OK)
		return rc;
	return gone(store_del(t->txn, STORE_CASEKEY, key_span(&k)));
}

/* The audit entry, the figures, the rows, the commitment's own key, the word to partners. */
static enum err erase_now(struct turn *t, const struct id16 *id)
{
	/* while the commitment can still be made to stand for it */
	enum err rc = audit_add(t, &(struct audit_entry){.event = AUDIT_ERASE, .case_id = id});

	if (rc == ERR_OK) /* a helped person stays a helped person in the quarter's figures */
		rc = t->node->hooks->erasing(t, id);
	if (rc == ERR_OK)
		rc = drop_case(t, id);
	if (rc == ERR_OK)
		rc = audit_forget(t, id);
	return rc == ERR_OK ? erased_word(t, id) : rc;
}

/* What keeps a case here, whoever wants it erased: somebody works for the person, or a law has some of it kept until its day. */
static enum err stays(struct turn *t, const struct id16 *case_id, bool *yes)
{
	enum err rc = quota_any_open(t, case_id, yes);

	return rc == ERR_OK && !*yes ? bylaw_in(t, case_id, NULL, yes) : rc;
}

/* What this turn could do of it, and the erasure itself behind the last thread.  Who waited for others' turns meanwhile may have
 * begun a referral. */
static enum err go_on(struct turn *t, struct chore *c, unsigned most)
{
	enum err rc = outlive_some(t, c, most);
	bool kept = false;

	if (rc != ERR_OK || !c->over)
		return rc;
	if (c->side == 0)
		rc = stays(t, &c->case_id, &kept);
	if (rc != ERR_OK || kept)
		return rc == ERR_OK ? ERR_STATE : rc;
	return erase_now(t, &c->case_id);
}

static enum err begin(struct turn *t, const struct id16 *id, bool whatever, bool *done)
{
	struct chore c = {.kind = CHORE_OUTLIVE, .case_id = *id};
	enum err rc = chores_load(t, &c);
	const bool owed = rc == ERR_OK;

	*done = false;
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	if (whatever)
		c.side = 1;
	rc = go_on(t, &c, UINT_MAX);
	if (rc == ERR_OK && (owed || !c.over))
		rc = chores_save(t, &c);
	*done = rc == ERR_OK && c.over;
	return rc;
}

enum err erase_case(struct turn *t, const struct id16 *id, bool *done)
{
	return begin(t, id, false, done);
}

enum err erase_outlive(struct turn *t, struct chore *c)
{
	enum err rc = go_on(t, c, CHORE_SLICE);

	return rc == ERR_STATE ? ERR_OK : rc; /* c is over: it stays, and whoever asked is told */
}

/* Not by a clock that nobody agrees with: a wrong date would take the consents of referrals that are under way.  The rest in
 * the next tick: each is an erasure like any other, with a word to partners. */
enum err erase_alone(struct turn *t)
{
	struct id16 id;
	bool due, sure = false;
	enum err rc = alone_due(t, &id, &due);

	if (rc == ERR_OK && due)
		rc = connect_clock_sure(t, &sure);
	for (unsigned n = 0; rc == ERR_OK && due && sure && n < ALONE_SLICE; n++) {
		bool done;

		rc = begin(t, &id, true, &done);
		due = done;
		if (rc == ERR_OK && done)
			rc = alone_due(t, &id, &due);
	}
	return rc;
}

enum err erase_again(struct turn *t, const struct id16 *id)
{
	const struct store_key k = turn_key_id(id);
	bool done;

	return record_exists(t->txn, STORE_CASES, key_span(&k)) ? begin(t, id, true, &done)
								: grants_erased_before(t, id);
}
