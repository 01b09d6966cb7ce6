/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A withdrawal is done when whoever held the person says so, signed.  A holder says it once, behind the shred, and again only when a
 * backup brought the content back and it went a second time.  A collector never ends its waiting by itself: after some days it is
 * work for a person, who telephones.
 */
#include "domain/grant/erasure.h"

#include "base/check.h"

#include <string.h>

#include "base/date.h"
#include "crypto/hash.h"
#include "domain/consent/bodies.h"
#include "domain/consent/bylaw.h"
#include "domain/consent/pack.h"
#include "domain/documents/shut.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/grant/tree.h"
#include "domain/grant/upward.h"
#include "domain/loss/quarantine.h"
#include "domain/loss/settled.h"
#include "domain/news/erased.h"
#include "domain/onward/rows.h"
#include "domain/referral/deadline.h"
#include "domain/referral/worklist.h"

enum {
	RETRY_MS = 600000, /* the shred is done at night, or at once */
	SEEN_MAX = 1024,   /* bodies that are counted one by one */
	SOON_DAYS = 30	   /* before a law lets go of what is kept */
};

/* ---- at the holder ---- */

static enum err later(struct turn *t, struct thread *th, uint64_t at_ms)
{
	require(th->withdrawn);
	th->owes_end = true;
	return deadline_timer_set(t, th, at_ms);
}

enum err erasure_owe(struct turn *t, struct thread *th)
{
	require(th->kind == THREAD_CONSENT && th->role == THREAD_RECEIVER);
	return later(t, th, t->wall_ms);
}

/* unsure: somebody to whom it went on may have been forgotten. */
static enum err owed(struct turn *t, const struct thread *th, bool unsure, bool *yes, bool *wait)
{
	struct erasure_told last;
	bool grew = false;
	uint64_t ms = 0;
	enum err rc = erasure_told(t, th, &last);

	if (rc == ERR_OK)
		rc = erased_ms(t, &th->id, &ms);
	if (rc == ERR_OK)
		rc = upward_grew(t, &th->id, &last, &grew);
	*wait = last.type == DOC_ERASING && unsure;
	*yes = last.type == 0 || (last.type == DOC_ERASING && !unsure) || last.at_ms < ms || grew;
	return rc;
}

/* What its heads still prove: which bodies came under this consent, and that they are gone. */
struct seen {
	struct id32 *commits;
	size_t count;
};

static enum err look_at(struct turn *t, const struct thread *th, const struct id16 *grant,
			struct seen *s)
{
	for (uint32_t no = 1; no <= th->their_no && s->count < SEEN_MAX; no++) {
		const size_t mark = t->arena->used;
		struct log_entry e;
		struct document d;
		enum err rc = thread_entry(t, th, false, no, &e);

		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (id16_equal(&d.head.grant_id, grant) && d.head.cats != 0)
			s->commits[s->count++] = d.commit;
		arena_rewind(t->arena, mark);
	}
	return ERR_OK;
}

static enum err count_bodies(struct turn *t, const struct thread *consent, struct msg *body)
{
	const struct consent_scope s = {state_peer(t->node, consent->peer), consent->case_id, true};
	struct seen seen = {arena_alloc(t->arena, SEEN_MAX * sizeof *seen.commits), 0};
	struct bodies_walk w = bodies_walk_of(&s);
	struct id32 hash;
	struct thread th;
	struct span all;

	if (seen.commits == NULL)
		return ERR_NOMEM;
	while (s.p != NULL && seen.count < SEEN_MAX && bodies_each(t, &w, &th))
		w.rows.rc = look_at(t, &th, &consent->id, &seen);
	if (w.rows.rc != ERR_OK || seen.count == SEEN_MAX)
		return w.rows.rc; /* too many to be named */
	all = span_of((const uint8_t *)seen.commits, seen.count * sizeof *seen.commits);
	hash_parts(HASH_BODIES, span_of(NULL, 0), &all, 1, hash.b, sizeof hash.b);
	msg_set_u64(body, ERASED_BODIES, seen.count);
	msg_set_bytes(t->arena, body, ERASED_BODIES_HASH, span_of(hash.b, sizeof hash.b));
	return ERR_OK;
}

/* Asked when it is signed and not when the word came: of what was kept the day may have come since.  So the answer is never better than
 * what is true at that moment, and a later one corrects it.
 * How it ended here: kept is not erased, whatever else is gone. */
static enum err put_outcome(struct turn *t, const struct thread *th, struct msg *body)
{
	struct msg *terms;
	uint64_t ms;
	enum err rc = shut_get(t, &th->id, &terms);

	require(msg_kind_of(body) == MSG_ERASED);
	if (rc == ERR_OK) {
		msg_set_u64(body, ERASED_OUTCOME, ERASURE_RESTRICTED);
		msg_set_text(t->arena, body, ERASED_STATUTE, msg_text(terms, SHUT_RECORD_STATUTE));
		msg_set_u64(body, ERASED_UNTIL_MS, msg_u64(terms, SHUT_RECORD_UNTIL_MS));
		return ERR_OK;
	}
	if (rc == ERR_NOTFOUND)
		rc = erased_ms(t, &th->id, &ms);
	if (rc == ERR_OK)
		msg_set_u64(body, ERASED_OUTCOME,
			    ms != 0 || turn_case_erased(t, &th->case_id) ? ERASURE_DONE
									 : ERASURE_NEVER_HELD);
	return rc;
}

static enum err fill(struct turn *t, const struct thread *th, struct msg *body)
{
	struct id32 head;
	uint64_t seq;
	enum err rc = put_outcome(t, th, body);

	if (rc == ERR_OK)
		rc = upward_list(t, &th->id, body);
	if (rc == ERR_OK)
		rc = audit_head(t, &seq, &head);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(body, ERASED_BACKUP_UNTIL_MS,
		    t->wall_ms + (uint64_t)LIMIT_RETAIN_DAYS * DAY_MS);
	msg_set_u64(body, ERASED_SHRED_EPOCH, t->node->shred_epoch);
	msg_set_u64(body, ERASED_AUDIT_SEQ, seq);
	msg_set_bytes(t->arena, body, ERASED_AUDIT_HASH, span_of(head.b, sizeof head.b));
	msg_set_u64(body, ERASED_OWN_NOTES, !turn_case_erased(t, &th->case_id));
	return count_bodies(t, th, body);
}

static enum err sign(struct turn *t, struct thread *th, uint16_t type)
{
	const struct consent_scope s = {state_peer(t->node, th->peer), th->case_id, true};
	struct document_spec spec = thread_next(th, type);
	struct msg *body = msg_new(t->arena, MSG_ERASED);
	const struct pending_doc *doc;
	enum err rc;

	if (s.p == NULL || body == NULL)
		return ERR_NOMEM;
	spec.grant_id = th->id;
	spec.expires_ms = UINT64_MAX;
	rc = fill(t, th, body);
	if (rc == ERR_OK)
		rc = consent_pack_body(t, &s, type, body, &spec.body, &spec.cats, &spec.grant_id);
	if (rc == ERR_OK)
		rc = document_make(t, &spec, &doc);
	if (rc == ERR_OK)
		rc = thread_append(t, th, true,
				   &(struct log_entry){doc->key, doc->hash, type, th->their_no,
						       t->wall_ms, 0});
	if (rc == ERR_OK)
		rc = outbox_put(t, th->peer, &doc->key, &doc->brief);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_SEND,
							.peer = th->peer,
							.case_id = &th->case_id,
							.grant = &th->id,
							.detail = document_type_name(type)});
	return rc == ERR_OK ? answer_owe(t, th->peer) : rc;
}

static bool shred_waits(struct turn *t)
{
	const uint8_t key[1] = {STORE_META_SHRED};

	return record_exists(t->txn, STORE_META, span_of(key, sizeof key));
}

/* Nothing is owed any more, and the timer waits for what comes next.  What is kept by law goes on its day, and is work some weeks
 * before, so that whoever still needs it reads of that; earlier where the timer rings for something else in those weeks. */
static enum err rest(struct turn *t, struct thread *th, uint64_t at_ms)
{
	const uint64_t before = (uint64_t)SOON_DAYS * DAY_MS;
	struct thread row = *th;
	uint64_t until, soon;
	enum err rc = bylaw_until(t, &th->id, &until);

	require(!th->owes_end);
	soon = until > before ? until - before : 0;
	if (rc != ERR_OK || until == 0)
		return rc == ERR_OK ? deadline_timer_set(t, th, at_ms) : rc;
	if (t->wall_ms < soon && at_ms <= soon)
		return deadline_timer_set(t, th, at_ms == 0 ? soon : at_ms);
	row.due_ms = until;
	rc = worklist_add(t, &row, WORK_KEPT, "");
	return rc == ERR_OK ? deadline_timer_set(t, th, at_ms == 0 || until < at_ms ? until : at_ms)
			    : rc;
}

/* The answers of those behind it, once its own lists them. */
static enum err hand_on(struct turn *t, struct thread *th, bool wait)
{
	bool more = false, over = false;
	enum err rc = upward_pass(t, th, &more);

	require(!th->owes_end || th->withdrawn);
	if (rc == ERR_OK && more)
		return later(t, th, t->wall_ms + 1);
	if (rc == ERR_OK && wait)
		return later(t, th, t->wall_ms + RETRY_MS);
	if (rc == ERR_OK)
		rc = upward_over(t, &th->id, &over);
	/* a backup of one of them may still bring it back, and then it is answered once more */
	return rc == ERR_OK
		       ? rest(t, th, over ? t->wall_ms + (uint64_t)LIMIT_RETAIN_DAYS * DAY_MS : 0)
		       : rc;
}

/* Whether it is said now.
 *
 *	the two ends are being compared             when they agree
 *	said already, and nothing went since        no; what those behind it answered is handed on
 *	ERASING said, members not compared yet      the same, and it is looked at again
 *	a shred waits                               later: today a copy of the disk would still open it
 *	no room in this turn's signature            at once, in the next one
 *	else                                        ERASED; while members are not compared ERASING, and again later */
enum err erasure_say(struct turn *t, struct thread *th)
{
	bool yes, wait, may = false, unsure;
	enum err rc = quarantine_unsure(t, &unsure);

	require(th->kind == THREAD_CONSENT && th->role == THREAD_RECEIVER && th->withdrawn);
	if (rc == ERR_OK)
		rc = owed(t, th, unsure, &yes, &wait);
	if (rc == ERR_OK)
		rc = settled_writable(t, th, &may);
	if (rc != ERR_OK)
		return rc;
	th->owes_end = false;
	if (!may)
		return later(t, th, t->wall_ms + RETRY_MS);
	if (!yes)
		return hand_on(t, th, wait);
	if (shred_waits(t))
		return later(t, th, t->wall_ms + RETRY_MS);
	if (t->doc_count + 1 >= LIMIT_BURST || th->my_no >= THREAD_LOG_MAX)
		return later(t, th, t->wall_ms + 1);
	if (unsure) {
		rc = sign(t, th, DOC_ERASING);
		return rc == ERR_OK ? later(t, th, t->wall_ms + RETRY_MS) : rc;
	}
	rc = sign(t, th, DOC_ERASED);
	return rc == ERR_OK ? hand_on(t, th, false) : rc;
}

/* A person may have come under several consents of partners: each of their collectors gets to see the answer. */
enum err erasure_heard(struct turn *t, const struct id16 *child)
{
	struct store_walk w = {.rc = ERR_OK};
	struct id16 above;

	while (onward_above(t, child, &w, &above)) {
		struct thread th;

		w.rc = thread_load(t, &above, &th);
		if (w.rc == ERR_OK && th.kind == THREAD_CONSENT && th.role == THREAD_RECEIVER &&
		    th.withdrawn) {
			w.rc = erasure_owe(t, &th);
			if (w.rc == ERR_OK)
				w.rc = thread_save(t, &th);
		}
		if (w.rc ==
		    ERR_NOTFOUND) /* a consent that the loss of state took: it comes again */
			w.rc = ERR_OK;
	}
	return w.rc;
}

/* Before that day an answer may still be corrected, and afterwards nobody has anything that could come back. */
enum err erasure_over(struct turn *t, struct thread *th)
{
	bool over;
	enum err rc = upward_over(t, &th->id, &over);

	require(th->kind == THREAD_CONSENT && th->role == THREAD_RECEIVER && th->withdrawn);
	if (rc == ERR_OK && over && th->timer_ms != 0 && t->wall_ms >= th->timer_ms)
		rc = upward_forget(t, &th->id);
	if (rc == ERR_OK)
		rc = rest(t, th, 0);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

/* Those that wait look again within RETRY_MS: they stand in that part of the timers. */
enum err erasure_shredded(struct turn *t)
{
	struct store_walk w = {.at = turn_key_u64(t->wall_ms), .key_len = 8 + 16 + 1};
	const size_t mark = t->arena->used;

	while (store_each(t->txn, STORE_TIMER, span_of(NULL, 0), &w) && !turn_enough(t)) {
		struct thread th;
		struct id16 id;

		if (be64_get(w.row.key.p) > t->wall_ms + RETRY_MS)
			break;
		memcpy(id.b, w.row.key.p + 8, sizeof id.b);
		w.rc = thread_load(t, &id, &th);
		if (w.rc == ERR_OK && th.kind == THREAD_CONSENT && th.withdrawn && th.owes_end &&
		    th.role == THREAD_RECEIVER) {
			w.rc = deadline_timer_set(t, &th, t->wall_ms);
			if (w.rc == ERR_OK)
				w.rc = thread_save(t, &th);
		}
		/* one that cannot be read is the matter of its own timer */
		if (w.rc == ERR_NOTFOUND || w.rc == ERR_CORRUPT)
			w.rc = ERR_OK;
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

/* ---- at the collector ---- */

/* Of an erased case there is no work, and nothing to wait for here.  A word of ours that is owed comes first: its timer stays. */
enum err erasure_await(struct turn *t, struct thread *th)
{
	require(th->kind == THREAD_CONSENT && th->role == THREAD_SENDER);
	if (th->owes_end)
		return ERR_OK;
	return deadline_timer_set(t, th,
				  turn_case_erased(t, &th->case_id)
					  ? 0
					  : t->wall_ms + (uint64_t)ERASURE_REMIND_DAYS * DAY_MS);
}

/* The row says since when, and until when an answer would have been in time: from then on it is late. */
static enum err remind(struct turn *t, const struct thread *th)
{
	struct thread row = *th;
	struct msg *m;
	enum err rc = consent_record(t, &th->id, &m);

	if (rc !=
	    ERR_OK) /* its record went with its case, or never came: nobody here can telephone about it */
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	row.due_ms = msg_u64(m, GRANT_RECORD_WITHDRAWN_MS) + (uint64_t)ERASURE_DUE_DAYS * DAY_MS;
	return worklist_add(t, &row, WORK_UNANSWERED, "");
}

/* Who keeps it by law has answered, and answers once more when it let go: until some days after that there is nobody to telephone. */
enum err erasure_look(struct turn *t, struct thread *th)
{
	const bool rang = th->timer_ms != 0 && t->wall_ms >= th->timer_ms;
	const size_t mark = t->arena->used;
	struct tree tr;
	uint64_t until = 0;
	bool whole;
	enum err rc = tree_of(t, th, &tr);

	require(th->kind == THREAD_CONSENT && th->role == THREAD_SENDER);
	whole = rc == ERR_OK && tree_answered(&tr, &until);
	arena_rewind(t->arena, mark);
	if (until != 0)
		until += (uint64_t)ERASURE_DUE_DAYS * DAY_MS;
	whole = whole && (until == 0 || t->wall_ms < until);
	if (rc == ERR_OK && whole)
		rc = worklist_done(t, th, WORK_UNANSWERED);
	else if (rc == ERR_OK && rang)
		rc = remind(t, th);
	/* a word of ours that is owed keeps its timer: the answer may come back before it, after a loss */
	if (rc == ERR_OK && (whole || rang) && !th->owes_end)
		rc = deadline_timer_set(t, th, whole ? until : 0);
	if (rc == ERR_OK)
		rc = erasure_heard(t, &th->id);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}
