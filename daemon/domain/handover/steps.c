/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is folded is the truth; the row and the thread's state are put together again from both logs at each change, so that it does not
 * matter in which order documents come, or come back after a loss.  What a rule does by itself (STAGED when the file is whole, REFUSE
 * when it can never be opened, ABORT when there is nothing to give any more) is done here alone, and only in a thread that both ends
 * found the same: so each of it is done once.
 */
#include "domain/handover/steps.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/plant.h"
#include "domain/attach/along.h"
#include "domain/bundle/bundle.h"
#include "domain/care/erase.h"
#include "domain/closing/sealed.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/exchange/outbox.h"
#include "domain/handover/back.h"
#include "domain/handover/close.h"
#include "domain/handover/down.h"
#include "domain/handover/learn.h"
#include "domain/handover/pull.h"
#include "domain/handover/sign.h"
#include "domain/loss/settled.h"
#include "domain/moving/runs.h"
#include "domain/moving/tell.h"
#include "domain/referral/deadline.h"
#include "domain/referral/worklist.h"

enum {
	ANSWER_DAYS = 5,	/* working days that each step waits */
	SECOND_DAYS = 2,	/* ... after a reminder, and from one reminder to the next */
	LOOK_MS = 2000,		/* is the file whole by now?  At first ... */
	LOOK_SHARE = 8,		/* ... then after this part of the time that it is waited for ... */
	LOOK_MOST_MS = 3600000, /* ... and no later */
	CONSENT_MS = 30000,	/* does the consent still hold?  A withdrawal tells no handover */
	ROUNDS = 4		/* steps that follow from one another */
};

/* ---- the logs ---- */

static enum err load_log(struct turn *t, const struct thread *th, bool mine,
			 struct handover_event **out)
{
	const uint32_t n = mine ? th->my_no : th->their_no;
	struct handover_event *e = arena_alloc(t->arena, (n + 1u) * sizeof *e);

	*out = e;
	if (e == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct log_entry le;
		enum err rc = thread_entry(t, th, mine, i + 1, &le);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		e[i] = (struct handover_event){le.type, le.seen_no};
	}
	return ERR_OK;
}

static enum err fold(struct turn *t, const struct thread *th, struct handover_walked **steps,
		     size_t *count, enum handover_state *state)
{
	const bool from = th->role == THREAD_SENDER;
	const uint32_t nf = from ? th->my_no : th->their_no, nt = from ? th->their_no : th->my_no;
	struct handover_event *f, *to;
	enum err rc = load_log(t, th, from, &f);

	if (rc == ERR_OK)
		rc = load_log(t, th, !from, &to);
	if (rc != ERR_OK)
		return rc;
	*steps = arena_alloc(t->arena, (nf + nt + 1u) * sizeof **steps);
	if (*steps == NULL)
		return ERR_NOMEM;
	*state = handover_fold(f, nf, to, nt, *steps, count);
	return ERR_OK;
}

static bool has_key(const struct msg *record)
{
	return msg_bytes(record, HANDOVER_RECORD_BKEY).len == 32;
}

/* ---- until when ---- */

/* Whoever is asked to take over on Friday answers by Friday.  A day that was over when the state came, as after a loss, ends nothing. */
static uint64_t answer_by(const char *here, uint64_t from_ms, uint64_t agreed_ms)
{
	const uint64_t due = calendar_add(here, from_ms, ANSWER_DAYS);
	const uint64_t day = agreed_ms == 0 ? 0 : calendar_add_all(here, agreed_ms, 0);

	return day > from_ms && day < due ? day : due;
}

/*	state      until                                      then
 *	PROPOSED   5 working days, or the day agreed on      EXPIRE
 *	AGREED     5 working days after the day agreed on     a reminder, then EXPIRE
 *	BUNDLED    5 working days                             a reminder, then ABORT
 *	STAGED     the same
 *	CEDED      2 working days                             a reminder, again and again: it never ends by a timer
 *	TAKEN      35 days after it was closed here           what is kept of it is erased */
static uint64_t due_of(const struct turn *t, const struct thread *th, const struct msg *record)
{
	const char *here = t->node->country;
	const uint64_t agreed = msg_u64(record, HANDOVER_RECORD_TAKEOVER_MS);
	uint64_t from = th->changed_ms;

	switch ((enum handover_state)th->state) {
	case HANDOVER_PROPOSED:
		return answer_by(here, from, agreed);
	case HANDOVER_AGREED:
		from = agreed > from ? agreed : from;
		return calendar_add(here, from, ANSWER_DAYS + (th->escalated ? SECOND_DAYS : 0));
	case HANDOVER_BUNDLED:
	case HANDOVER_STAGED:
		return calendar_add(here, from, ANSWER_DAYS + (th->escalated ? SECOND_DAYS : 0));
	case HANDOVER_CEDED:
		return calendar_add(here, th->review_ms > from ? th->review_ms : from, SECOND_DAYS);
	case HANDOVER_TAKEN:
		return th->role == THREAD_SENDER ? msg_u64(record, HANDOVER_RECORD_CLOSED_UNTIL_MS)
						 : 0;
	case HANDOVER_NONE:
	case HANDOVER_REFUSED:
	case HANDOVER_EXPIRED:
	case HANDOVER_ABORTED:
	case HANDOVER_RECLAIMED:
	case HANDOVER_SUPERSEDED:
	case HANDOVER_STATE_COUNT:
		break;
	}
	return 0;
}

static bool ended(const struct thread *th)
{
	return th->role == THREAD_RECEIVER && handover_over((enum handover_state)th->state);
}

/* The receiver of a file looks again soon: chunks come in by themselves, and tell nobody.  A file that did not come for long may never
 * come, and is looked for ever more seldom. */
static bool looks(const struct thread *th, const struct msg *record)
{
	return th->role == THREAD_RECEIVER &&
	       (th->state == HANDOVER_BUNDLED ||
		(th->state == HANDOVER_TAKEN &&
		 (msg_u64(record, HANDOVER_RECORD_TAKEN) == 0 ||
		  msg_u64(record, HANDOVER_RECORD_FILES_COME) != 0)));
}

static uint64_t look_after(const struct turn *t, const struct thread *th, uint64_t since_ms)
{
	const uint64_t most = th->state >= HANDOVER_TAKEN ? LOOK_MOST_MS : CONSENT_MS;
	const uint64_t age = t->wall_ms > since_ms ? t->wall_ms - since_ms : 0;
	const uint64_t ms = age / LOOK_SHARE > LOOK_MS ? age / LOOK_SHARE : LOOK_MS;

	return ms < most ? ms : most;
}

static enum err retime(struct turn *t, struct thread *th, const struct msg *record)
{
	const uint64_t coming_ms = th->role == THREAD_SENDER
					   ? msg_u64(record, HANDOVER_RECORD_COMING_MS)
					   : 0;
	uint64_t next;

	th->due_ms = due_of(t, th, record);
	if (looks(th, record))
		return deadline_timer_set(t, th, t->wall_ms + look_after(t, th, th->changed_ms));
	if (rows_lost(th) || (ended(th) && rows_undone(th, record))) /* is all given back by now? */
		return deadline_timer_set(t, th,
					  msg_u64(record, HANDOVER_RECORD_TAKEN) == 0
						  ? 0
						  : t->wall_ms + look_after(t, th, th->changed_ms));
	if (th->role == THREAD_RECEIVER && th->state != HANDOVER_TAKEN)
		return deadline_timer_set(t, th,
					  handover_over((enum handover_state)th->state)
						  ? 0
						  : t->wall_ms + CONSENT_MS);
	next = deadline_next(t, th);
	if (th->role == THREAD_SENDER && next > t->wall_ms + CONSENT_MS &&
	    (th->state <= HANDOVER_STAGED || msg_u64(record, HANDOVER_RECORD_MOVING) != 0))
		next = t->wall_ms + CONSENT_MS;
	if (coming_ms != 0 && (next == 0 || next > t->wall_ms + look_after(t, th, coming_ms)))
		next = t->wall_ms + look_after(t, th, coming_ms);
	return deadline_timer_set(t, th, next);
}

/* ---- what is to be done ---- */

/* Whose move it is, and what each side's people have to do.  Of what a rule does by itself nobody has work. */
static const struct {
	enum handover_side next;
	enum work_kind from, to;
} work[HANDOVER_TAKEN] = {
	[HANDOVER_NONE] = {HANDOVER_BY_FROM, WORK_KIND_COUNT, WORK_KIND_COUNT},
	[HANDOVER_PROPOSED] = {HANDOVER_BY_TO, WORK_KIND_COUNT, WORK_HANDOVER_ANSWER},
	[HANDOVER_AGREED] = {HANDOVER_BY_FROM, WORK_HANDOVER_SEND, WORK_KIND_COUNT},
	[HANDOVER_BUNDLED] = {HANDOVER_BY_TO, WORK_KIND_COUNT, WORK_KIND_COUNT},
	[HANDOVER_STAGED] = {HANDOVER_BY_FROM, WORK_HANDOVER_CEDE, WORK_KIND_COUNT},
	[HANDOVER_CEDED] = {HANDOVER_BY_TO, WORK_KIND_COUNT, WORK_HANDOVER_TAKE},
};

const char *steps_next(const struct thread *th)
{
	if (th->state >= HANDOVER_TAKEN)
		return "nobody";
	return work[th->state].next == rows_side(th) ? "us" : "partner";
}

static enum work_kind work_of(const struct thread *th)
{
	if (th->state >= HANDOVER_TAKEN)
		return WORK_KIND_COUNT;
	return th->role == THREAD_SENDER ? work[th->state].from : work[th->state].to;
}

static enum err refresh_work(struct turn *t, const struct thread *th, const struct msg *record)
{
	const enum work_kind kind = work_of(th);
	bool waits = false;
	enum err rc = worklist_clear(t, th);

	if (rc == ERR_OK && th->role == THREAD_RECEIVER && th->state == HANDOVER_TAKEN)
		rc = runs_wait(t, &th->case_id, record, &waits);
	if (rc == ERR_OK && waits)
		rc = worklist_add(t, th, WORK_GO_ON, "");
	if (rc == ERR_OK && kind != WORK_KIND_COUNT)
		rc = worklist_add(t, th, kind, "");
	if (rc == ERR_OK && th->escalated && th->role == THREAD_SENDER)
		rc = worklist_add(t, th, WORK_HANDOVER_SLOW, "");
	return rc == ERR_OK ? worklist_delivery(t, th) : rc;
}

/* ---- what follows by rule ---- */

/* Has the new owner all that we signed? */
static enum err heard(struct turn *t, const struct thread *th, bool *yes)
{
	struct outbox_row row;
	struct log_entry e;
	uint64_t place;
	uint16_t peer;
	enum err rc = thread_entry(t, th, true, th->my_no, &e);

	*yes = false;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	rc = outbox_find(t, &e.doc.msg, &peer, &place, &row);
	*yes = rc == ERR_NOTFOUND;
	if (rc == ERR_OK)
		*yes = row.state != OUTBOX_OWED;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* The new owner has it, and whoever works for the person is told.  The file stays for as long as a backup of the new owner may come
 * back without it, sealed to it; what is known of the person goes once it heard that. */
static enum err close_here(struct turn *t, struct thread *th, struct msg *record, bool *more)
{
	struct msg *body;
	bool first, done, stale;
	enum err rc = close_hide(t, th, record, &first);

	if (rc == ERR_OK && first)
		rc = close_lend(t, th, record);
	if (rc == ERR_OK)
		rc = tell_all(t, &th->case_id, th->peer, msg_bytes(record, HANDOVER_RECORD_NAMES),
			      &done);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(record, HANDOVER_RECORD_MOVING, !done);
	if (!done)
		return ERR_OK;
	rc = close_stale(t, th, record, &stale);
	if (rc == ERR_OK)
		rc = stale ? close_kept(t, th, record, &body) : ERR_NOTFOUND;
	if (rc == ERR_OK) {
		msg_set_bytes(t->arena, record, HANDOVER_RECORD_KEPT,
			      msg_bytes(body, HANDOVER_KEPT_KEYS));
		*more = true;
		rc = close_lend(t, th, record);
		return rc == ERR_OK ? sign_act(t, th, DOC_KEPT, body) : rc;
	}
	done = false;
	if (rc == ERR_NOTFOUND)
		rc = msg_u64(record, HANDOVER_RECORD_SEALED) != 0 ? ERR_OK : heard(t, th, &done);
	return rc == ERR_OK && done ? close_seal(t, th, record) : rc;
}

/* The case was taken back from us: whoever has it from us, or is to have it, hears that. */
static enum err pass_down(struct turn *t, struct thread *th, struct epoch e)
{
	struct msg *body = msg_new(t->arena, MSG_HANDOVER_RECLAIM);

	if (th->state <= HANDOVER_STAGED)
		return sign_code(t, th, DOC_ABORT, "no-longer-needed");
	msg_set_u64(body, HANDOVER_RECLAIM_RECLAIMS, e.reclaims);
	msg_set_u64(body, HANDOVER_RECLAIM_TURNS, e.turns);
	return sign_act(t, th, DOC_SUPERSEDED, body);
}

/* Nothing is left to give: the consent ended, or another one has the case by a handover that was forgotten and came back. */
static enum err nothing_to_give(struct turn *t, const struct thread *th, const struct msg *record,
				const char **why)
{
	struct owner o;
	bool gone, given_back;
	enum err rc = consent_gone(t, &th->grant_id, &gone);

	if (rc == ERR_OK)
		rc = rows_owner(t, &th->case_id, &o, &given_back);
	*why = NULL;
	if (rc != ERR_OK)
		return rc;
	if (gone)
		*why = "consent-withdrawn";
	else if (o.compared && owner_moved(&o))
		*why = "no-longer-needed";
	else if (!has_key(record) && th->state > HANDOVER_AGREED)
		*why = "content-missing";
	return ERR_OK;
}

static enum err follow_from(struct turn *t, struct thread *th, struct msg *record, bool *more)
{
	const char *why;
	struct epoch e;
	enum err rc = ERR_OK;

	if (th->state >= HANDOVER_PROPOSED && th->state <= HANDOVER_TAKEN)
		rc = back_above(t, th, &e, more);
	if (rc != ERR_OK || *more)
		return rc == ERR_OK ? pass_down(t, th, e) : rc;
	if (th->state >= HANDOVER_BUNDLED && th->state <= HANDOVER_TAKEN)
		rc = down_pass(t, th, record, more);
	if (rc != ERR_OK || *more)
		return rc;
	switch (th->state) {
	case HANDOVER_PROPOSED:
	case HANDOVER_AGREED:
	case HANDOVER_BUNDLED:
	case HANDOVER_STAGED:
		rc = nothing_to_give(t, th, record, &why);
		if (rc != ERR_OK || why == NULL)
			return rc;
		*more = true;
		return sign_code(t, th, DOC_ABORT, why);
	case HANDOVER_TAKEN:
		return close_here(t, th, record, more);
	case HANDOVER_REFUSED:
	case HANDOVER_EXPIRED:
	case HANDOVER_ABORTED:
	case HANDOVER_RECLAIMED:
	case HANDOVER_SUPERSEDED:
		rc = back_stays(t, th, more);
		return rc == ERR_OK ? pull_let_go(t, th, record) : rc;
	default:
		return ERR_OK;
	}
}

/* After a loss of state.  The case is there at once; what was added behind it and a file of it that is still on its way come to it later,
 * or not at all: they may have gone with both disks. */
static enum err take_again(struct turn *t, struct thread *th, struct msg *record,
			   const struct fetched *f)
{
	struct msg *content;
	enum err rc = bundle_open(t, th, record, &content);

	if (rc == ERR_OK && msg_u64(record, HANDOVER_RECORD_TAKEN) == 0)
		runs_keep(t, content, record);
	if (rc == ERR_OK)
		rc = msg_u64(record, HANDOVER_RECORD_TAKEN) != 0
			     ? along_import(t, &th->case_id, content)
			     : bundle_import(t, th, content);
	if (rc == ERR_OK && f->added)
		rc = bundle_added(t, th, record);
	if (rc == ERR_OK && msg_has(record, HANDOVER_RECORD_WORDS_PUT))
		rc = back_wake(t, th);
	if (rc != ERR_OK)
		return rc == ERR_NOMEM || store_failed(t->txn) != ERR_OK ? rc : ERR_OK;
	msg_set_u64(record, HANDOVER_RECORD_TAKEN, 1);
	msg_set_u64(record, HANDOVER_RECORD_FILES_COME, !f->whole);
	return f->whole ? pull_let_go(t, th, record) : ERR_OK;
}

/* The case goes on with what is here; its timeline says that something is missing. */
static enum err without_content(struct turn *t, const struct thread *th, struct msg *record)
{
	const struct msg *nothing = msg_new(t->arena, MSG_HANDOVER_CONTENT);
	enum err rc = nothing == NULL ? ERR_NOMEM : bundle_import(t, th, nothing);

	require(th->state == HANDOVER_TAKEN && msg_u64(record, HANDOVER_RECORD_TAKEN) == 0);
	if (rc == ERR_OK)
		rc = casefile_entry(t, &th->case_id, "content-lost", NULL, &th->id);
	if (rc != ERR_OK)
		return rc;
	/* as if it had come: nothing waits any more, and a file that comes after all is let go */
	msg_set_u64(record, HANDOVER_RECORD_TAKEN, 1);
	return pull_let_go(t, th, record);
}

/* Another handover may have brought the case as well. */
static enum err undo(struct turn *t, struct thread *th, struct msg *record)
{
	struct owner o;
	bool first, given_back;
	enum err rc = thread_save(t, th); /* whose it is, is said by what is stored */

	if (rc == ERR_OK)
		rc = rows_owner(t, &th->case_id, &o, &given_back);
	if (rc != ERR_OK)
		return rc;
	if (o.who != OWNER_US)
		return close_hide(t, th, record, &first);
	msg_clear(record, HANDOVER_RECORD_TAKEN);
	return ERR_OK;
}

/* It was taken back: from whoever gave it to us, or further up; or it never was ours. */
static enum err lose(struct turn *t, struct thread *th, struct msg *record)
{
	bool first;
	enum err rc = pull_let_go(t, th, record);

	if (rc == ERR_OK)
		rc = back_wake(t, th);
	if (rc != ERR_OK || msg_u64(record, HANDOVER_RECORD_TAKEN) == 0)
		return rc;
	if (rows_undone(th, record))
		return undo(t, th, record);
	/* nobody looks into the copy here any more; what was written in it goes back, and then it is erased */
	rc = close_hide(t, th, record, &first);
	return rc == ERR_OK ? back_notes(t, th, record) : rc;
}

/* After a loss of state it is given back, for as long as whoever gave it keeps it. */
static enum err given_back(struct turn *t, struct thread *th, struct msg *record)
{
	const bool in = msg_u64(record, HANDOVER_RECORD_TAKEN) != 0;
	struct fetched f;
	enum err rc = in ? close_words(t, th, record) : ERR_OK;

	if (rc != ERR_OK || (in && msg_u64(record, HANDOVER_RECORD_FILES_COME) == 0))
		return rc;
	rc = sealed_open(t, th, record);
	if (rc == ERR_OK)
		rc = pull_fetch(t, th, record, &f);
	if (rc == ERR_OK && f.opens && (!in || f.whole))
		rc = take_again(t, th, record, &f);
	if (rc != ERR_OK || (close_keeps(t, th) && pull_can_come(record)))
		return rc;
	if (msg_u64(record, HANDOVER_RECORD_TAKEN) == 0)
		return without_content(t, th, record);
	msg_set_u64(record, HANDOVER_RECORD_FILES_COME, 0); /* the case goes on without them */
	return pull_let_go(t, th, record);
}

/* What was here whole went with a disk of ours.  Whoever gives the case may have lost it too: then no chunk ever comes. */
static bool never_comes(struct turn *t, struct msg *record, bool whole)
{
	uint64_t since_ms = msg_u64(record, HANDOVER_RECORD_COMING_MS);

	if (whole) {
		msg_clear(record, HANDOVER_RECORD_COMING_MS);
		return false;
	}
	since_ms = since_ms == 0 ? t->wall_ms : since_ms;
	msg_set_u64(record, HANDOVER_RECORD_COMING_MS, since_ms);
	return t->wall_ms >= calendar_add(t->node->country, since_ms, ANSWER_DAYS);
}

static enum err follow_to(struct turn *t, struct thread *th, struct msg *record, bool *more)
{
	const char *why = "unreadable";
	struct fetched f;
	bool gone;
	enum err rc = consent_gone(t, &th->grant_id, &gone);

	if (rc != ERR_OK)
		return rc;
	/* the person takes it back before it was taken over: it stays where it is */
	if (gone && th->state >= HANDOVER_PROPOSED && th->state <= HANDOVER_CEDED) {
		*more = true;
		return sign_code(t, th, DOC_REFUSE, "consent-withdrawn");
	}
	switch (th->state) {
	case HANDOVER_BUNDLED:
		if (!pull_can_come(record)) {
			*more = true;
			return sign_code(t, th, DOC_REFUSE, "unreadable");
		}
		rc = pull_fetch(t, th, record, &f);
		if (rc != ERR_OK || !f.whole)
			return rc;
		*more = true;
		return sign_code(t, th, DOC_STAGED, "");
	case HANDOVER_STAGED: /* it was whole; a restore may have lost it since */
		return pull_fetch(t, th, record, &f);
	case HANDOVER_CEDED:
		if (has_key(record)) {
			rc = pull_fetch(t, th, record, &f);
			if (rc != ERR_OK || !never_comes(t, record, f.whole))
				return rc;
			why = "content-missing";
		}
		*more = true;
		return sign_code(t, th, DOC_REFUSE, why);
	case HANDOVER_TAKEN:
		return given_back(t, th, record);
	case HANDOVER_REFUSED:
	case HANDOVER_EXPIRED:
	case HANDOVER_ABORTED:
	case HANDOVER_RECLAIMED:
	case HANDOVER_SUPERSEDED:
		return lose(t, th, record);
	default:
		return ERR_OK;
	}
}

/* Only in a thread that may be written: else it would be done on what is not the whole log. */
static enum err follow(struct turn *t, struct thread *th, struct msg *record, bool *more)
{
	bool writable;
	enum err rc = settled_writable(t, th, &writable);

	*more = rc == ERR_OK && writable && t->doc_count + 1 >= LIMIT_BURST;
	if (rc == ERR_OK && !writable && planted(PLANT_SEAL_UNSETTLED) &&
	    th->role == THREAD_SENDER && th->state == HANDOVER_TAKEN)
		return close_seal(t, th, record);
	if (rc != ERR_OK || !writable || *more)
		return rc; /* with the next turn, where there is no room in this one */
	return th->role == THREAD_SENDER ? follow_from(t, th, record, more)
					 : follow_to(t, th, record, more);
}

/* ---- a changed log ---- */

/* Its case is gone here: nobody is left who could answer, and without a word the other end would wait for ever. */
static enum err answer_erased(struct turn *t, struct thread *th, bool *more)
{
	const uint16_t type = th->role == THREAD_SENDER ? DOC_ABORT : DOC_REFUSE;
	bool writable;
	enum err rc = settled_writable(t, th, &writable);

	require(turn_case_erased(t, &th->case_id));
	if (rc != ERR_OK || !writable || t->doc_count + 1 >= LIMIT_BURST ||
	    !handover_may((enum handover_state)th->state, rows_side(th), type))
		return rc;
	*more = true;
	return sign_code(t, th, type, "content-missing");
}

/* State, row, timer, work; *more: a rule signed something, and it begins again. */
static enum err settle(struct turn *t, struct thread *th, bool *more)
{
	struct handover_walked *steps;
	enum handover_state now;
	struct msg *record;
	size_t count;
	enum err rc = fold(t, th, &steps, &count, &now);

	*more = false;
	if (rc != ERR_OK)
		return rc;
	if (now != (enum handover_state)th->state) {
		th->changed_ms = t->wall_ms;
		th->escalated = false;
		th->review_ms = 0;
		th->handled = 0;
	}
	th->state = (uint8_t)now;
	if (th->their_seen == th->my_no)
		th->deliver_ms = 0;
	rc = rows_index(t, th);
	if (rc == ERR_OK && turn_case_erased(t, &th->case_id)) {
		rc = deadline_timer_stop(t, th);
		if (rc == ERR_OK)
			rc = answer_erased(t, th, more);
		return rc == ERR_OK ? thread_save(t, th) : rc;
	}
	if (rc == ERR_OK)
		rc = rows_load(t, th, &record);
	if (rc == ERR_OK)
		rc = learn_row(t, th, steps, count, record);
	if (rc == ERR_OK)
		rc = follow(t, th, record, more);
	if (rc == ERR_OK)
		rc = rows_save(t, th, record);
	if (rc == ERR_OK)
		rc = retime(t, th, record);
	if (rc == ERR_OK)
		rc = refresh_work(t, th, record);
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

enum err steps_changed(struct turn *t, struct thread *th, const char *detail)
{
	struct effect *e;
	bool more = true;
	enum err rc = ERR_OK;

	require(th->kind == THREAD_HANDOVER && detail != NULL);
	for (unsigned n = 0; rc == ERR_OK && more && n < ROUNDS; n++)
		rc = settle(t, th, &more);
	if (rc == ERR_OK && more && !turn_case_erased(t, &th->case_id)) {
		rc = deadline_timer_set(t, th, t->wall_ms + 1);
		if (rc == ERR_OK)
			rc = thread_save(t, th);
	}
	if (rc != ERR_OK)
		return rc;
	e = turn_effect(t, EFFECT_CHANGED);
	if (e == NULL)
		return ERR_NOMEM;
	e->peer = th->peer;
	e->client = th->role;
	return rc;
}

enum err steps_sign(struct turn *t, struct thread *th, uint16_t type, const struct msg *body)
{
	enum err rc = sign_act(t, th, type, body);

	return rc == ERR_OK ? steps_changed(t, th, document_type_name(type)) : rc;
}

enum err steps_automatic(struct turn *t, struct thread *th, uint16_t type, const char *reason)
{
	enum err rc = sign_code(t, th, type, reason);

	return rc == ERR_OK ? steps_changed(t, th, document_type_name(type)) : rc;
}

/* ---- time ---- */

static enum err remind(struct turn *t, struct thread *th)
{
	th->escalated = true;
	th->review_ms = t->wall_ms; /* the next one is counted from here */
	return steps_automatic(t, th, DOC_ESCALATE, "no-progress");
}

/* Its end came: what was kept of the case goes for good.  Not where the case came back to us since then. */
static enum err tombstone(struct turn *t, struct thread *th)
{
	struct owner o;
	bool done, given_back;
	enum err rc = rows_owner(t, &th->case_id, &o, &given_back);

	if (rc == ERR_OK && o.who == OWNER_US) {
		rc = deadline_timer_set(t, th, 0);
		return rc == ERR_OK ? thread_save(t, th) : rc;
	}
	if (rc == ERR_OK)
		rc = erase_case(t, &th->case_id, &done);
	if (rc == ERR_OK)
		return ERR_OK; /* the thread stays, empty, and is saved by it */
	if (rc != ERR_STATE)
		return rc;
	rc = deadline_timer_set(t, th,
				t->wall_ms + DAY_MS); /* somebody still works for the person */
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

static enum err ring_from(struct turn *t, struct thread *th)
{
	switch (th->state) {
	case HANDOVER_PROPOSED:
		return steps_automatic(t, th, DOC_EXPIRE, "no-answer");
	case HANDOVER_AGREED:
		return th->escalated ? steps_automatic(t, th, DOC_EXPIRE, "no-answer")
				     : remind(t, th);
	case HANDOVER_BUNDLED:
	case HANDOVER_STAGED:
		return th->escalated ? steps_automatic(t, th, DOC_ABORT, "no-answer")
				     : remind(t, th);
	case HANDOVER_CEDED:
		return remind(t, th);
	case HANDOVER_TAKEN:
		return tombstone(t, th);
	default:
		return steps_changed(t, th, "");
	}
}

/* First what may still be written to the other end; behind that nothing of the case is needed here. */
static enum err ring_lost(struct turn *t, struct thread *th)
{
	struct msg *record;
	bool done;
	enum err rc = steps_changed(t, th, "");

	if (rc == ERR_OK)
		rc = back_done(t, th, &done);
	if (rc != ERR_OK || !done || turn_case_erased(t, &th->case_id))
		return rc;
	rc = rows_load(t, th, &record);
	if (rc == ERR_OK && !rows_lost(th) && !rows_undone(th, record))
		return ERR_OK; /* nothing came with it */
	if (rc != ERR_OK || !close_serves(t, record))
		return rc == ERR_OK ? tombstone(t, th) : rc;
	/* whoever has the case fetches what was given back: of the copy nothing else stays until then */
	if (msg_u64(record, HANDOVER_RECORD_SEALED) == 0) {
		rc = close_seal(t, th, record);
		if (rc == ERR_OK)
			rc = rows_save(t, th, record);
	}
	if (rc == ERR_OK)
		rc = deadline_timer_set(t, th, msg_u64(record, HANDOVER_RECORD_CLOSED_UNTIL_MS));
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

enum err steps_rang(struct turn *t, struct thread *th)
{
	require(th->kind == THREAD_HANDOVER);
	if (rows_lost(th) || ended(th))
		return ring_lost(t, th);
	if (th->role == THREAD_RECEIVER || th->due_ms == 0 || t->wall_ms <= th->due_ms)
		return steps_changed(t, th, "");
	return ring_from(t, th);
}

/* ---- the act that moves it ---- */

enum err steps_take(struct turn *t, struct thread *th)
{
	struct msg *record, *content, *body = msg_new(t->arena, MSG_HANDOVER_TAKE);
	struct fetched f;
	struct id32 pub;
	enum err rc = rows_load(t, th, &record);

	require(th->state == HANDOVER_CEDED && th->role == THREAD_RECEIVER);
	if (rc == ERR_OK)
		rc = pull_fetch(t, th, record, &f);
	if (rc == ERR_OK)
		rc = sealed_to(t, th, &pub);
	if (rc != ERR_OK)
		return rc;
	if (!f.whole)
		return turn_refuse(t, ERR_BUSY, REFUSAL_BLOB_MISSING);
	rc = bundle_open(t, th, record, &content);
	if (rc == ERR_CRYPTO || rc == ERR_MALFORMED)
		return steps_automatic(t, th, DOC_REFUSE, "unreadable");
	if (rc == ERR_OK)
		rc = bundle_import(t, th, content);
	if (rc != ERR_OK)
		return rc;
	msg_set_bytes(t->arena, body, HANDOVER_TAKE_KEEP_PUB, span_of(pub.b, sizeof pub.b));
	msg_set_u64(record, HANDOVER_RECORD_TAKEN, 1);
	msg_clear(record, HANDOVER_RECORD_COMING_MS);
	runs_keep(t, content, record);
	rc = runs_name(t, th, record, body);
	if (rc == ERR_OK)
		rc = pull_let_go(t, th, record);
	if (rc == ERR_OK)
		rc = rows_save(t, th, record);
	return rc == ERR_OK ? steps_sign(t, th, DOC_TAKE, body) : rc;
}

/* One that waits for its content. */
static enum err waits(struct turn *t, const struct id16 *case_id, struct thread *th, bool *yes)
{
	struct store_walk w = {.rc = ERR_OK};
	struct msg *m;

	*yes = false;
	while (!*yes && rows_each(t, case_id, &w, th, &m))
		*yes = th->role == THREAD_RECEIVER && th->state == HANDOVER_TAKEN &&
		       msg_u64(m, HANDOVER_RECORD_TAKEN) == 0;
	return w.rc;
}

enum err steps_wait_no_more(struct turn *t, const struct id16 *case_id, bool *any)
{
	struct thread th;
	struct msg *record;
	bool one;
	enum err rc = waits(t, case_id, &th, &one);

	for (*any = false; rc == ERR_OK && one; *any = true) {
		rc = rows_load(t, &th, &record);
		if (rc == ERR_OK)
			rc = without_content(t, &th, record);
		if (rc == ERR_OK)
			rc = rows_save(t, &th, record);
		if (rc == ERR_OK)
			rc = steps_changed(t, &th, "");
		if (rc == ERR_OK)
			rc = waits(t, case_id, &th, &one);
	}
	return rc;
}
