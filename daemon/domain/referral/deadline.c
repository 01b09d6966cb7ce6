/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A wait ends on a day, at the place where the work is done, and not at an hour: people on both sides read the same date.
 * A term that the other side has to meet begins when the document lay there, so that a slow line costs nobody their time; a
 * document that never arrives lets the term end with its own lifetime, so that no wait is without an end.  A term that one
 * side gave itself, and the pause for a question, run from the moment at which that document was dated: both ends have it.  The thread has
 * one timer row, keyed by the time at which it looks next; moving it deletes the row before.
 */
#include "domain/referral/deadline.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/documents/dates.h"
#include "domain/exchange/outbox.h"
#include "domain/referral/states.h"
#include "domain/referral/work.h"

enum {
	URGENT = 2,
	SECOND_CHANCE_DAYS = 5,
	DELIVERY_DAYS = 3,
	DELIVERY_URGENT_DAYS = 1,
};

const char *deadline_place(const struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);

	require(th->peer != 0);
	return th->role == THREAD_RECEIVER || p == NULL ? t->node->country : p->country;
}

/* Nobody waits longer than documents are offered. */
static uint64_t lifetime_end(uint64_t signed_ms)
{
	return signed_ms + (uint64_t)LIMIT_TTL_DAYS * DAY_MS;
}

/* So many days, every day counted; on a day off nobody is there to be told, so that the next working day is the last one. */
static uint64_t all_days(const char *place, uint64_t from_ms, uint32_t days)
{
	const uint64_t end = calendar_add_all(place, from_ms, days);

	return calendar_is_working(place, calendar_day(place, end)) ? end
								    : calendar_add(place, end, 1);
}

struct word {
	bool there;
	uint64_t signed_ms;
	uint64_t stored_ms; /* at the other node; 0: not yet */
};

/* The newest document of this type, and since when it lies at the side that did not write it. */
static enum err word_of(struct turn *t, const struct thread *th, uint16_t type, struct word *w)
{
	const bool by_sender = (act_of(type)->who & ACT_BY_SENDER) != 0;
	const bool mine = by_sender == (th->role == THREAD_SENDER);
	struct outbox_row row;
	struct log_entry e;
	uint16_t peer;
	uint64_t place;
	enum err rc;

	*w = (struct word){.there = false};
	for (uint32_t no = mine ? th->my_no : th->their_no; no > 0; no--) {
		rc = thread_entry(t, th, mine, no, &e);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (e.type != type)
			continue;
		*w = (struct word){true, e.kept_ms, mine ? 0 : e.kept_ms};
		if (!mine)
			return ERR_OK;
		rc = outbox_find(t, &e.doc.msg, &peer, &place, &row);
		if (rc == ERR_OK)
			w->stored_ms = row.state == OUTBOX_STORED ? row.stored_ms : 0;
		else if (rc == ERR_NOTFOUND) /* so old that it is no longer retained */
			w->stored_ms = e.kept_ms;
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	}
	return ERR_OK;
}

/* What one side asked with a document of this type is due so many days after it lay at the other. */
static enum err asked(struct turn *t, const struct thread *th, uint16_t type, uint32_t days,
		      bool working, uint64_t *due_ms)
{
	const char *place = deadline_place(t, th);
	struct word w;
	enum err rc;

	require(days > 0);
	require(*due_ms == 0);
	rc = word_of(t, th, type, &w);
	if (rc != ERR_OK)
		return rc;
	if (!w.there) /* taken out of the log after a loss of state */
		w.stored_ms = th->changed_ms;
	if (w.stored_ms == 0 && working)
		*due_ms = lifetime_end(w.signed_ms);
	else if (w.stored_ms == 0) /* as long as documents are offered, and no day off */
		*due_ms = all_days(place, w.signed_ms, LIMIT_TTL_DAYS);
	else
		*due_ms = working ? calendar_add(place, w.stored_ms, days)
				  : all_days(place, w.stored_ms, days);
	return ERR_OK;
}

enum err deadline_of(struct turn *t, const struct thread *th, uint64_t *due_ms)
{
	const char *place = deadline_place(t, th);
	const uint64_t since = th->since_ms;
	const struct state_row *row;

	require(th->role == THREAD_SENDER || th->role == THREAD_RECEIVER);
	require(th->state < REFERRAL_STATE_COUNT);
	row = state_row((enum referral_state)th->state);
	*due_ms = 0;
	if (row->fires == DOC_ESCALATE && th->escalated)
		return asked(t, th, DOC_ESCALATE, SECOND_CHANCE_DAYS, true, due_ms);
	if (row->asked != 0)
		return asked(t, th, row->asked, row->days, row->term == STATE_WORKING, due_ms);
	switch (row->term) {
	case STATE_FOREVER:
		return ERR_OK;
	case STATE_ANSWER_TERM: /* begins when the offer was delivered */
		*due_ms = th->stored_ms == 0 ? lifetime_end(th->created_ms)
					     : calendar_add(place, th->stored_ms,
							    th->term_days + th->pause_days);
		return ERR_OK;
	case STATE_WORKING:
		*due_ms = calendar_add(place, since, row->days);
		return ERR_OK;
	case STATE_ALL_DAYS:
		*due_ms = all_days(place, since, row->days);
		return ERR_OK;
	case STATE_REVIEW:
		*due_ms = calendar_add(place, th->review_ms > since ? th->review_ms : since, 0);
		return ERR_OK;
	case STATE_KEEPING: /* the receiver releases the payload, which it could read until then */
		if (th->role == THREAD_RECEIVER && !th->hidden)
			*due_ms = calendar_add_all(place, th->changed_ms, row->days);
		return ERR_OK;
	case STATE_FOLLOWED:
		if (th->role == THREAD_RECEIVER && (th->handled & work_bit(WORK_MOVED)) == 0)
			*due_ms = calendar_add(place, since, row->days);
		return ERR_OK;
	}
	return ERR_OK;
}

uint64_t deadline_delivery(const struct turn *t, const struct thread *th)
{
	return calendar_add(t->node->country, t->wall_ms,
			    th->urgency == URGENT ? DELIVERY_URGENT_DAYS : DELIVERY_DAYS);
}

bool deadline_undelivered(const struct turn *t, const struct thread *th)
{
	return th->deliver_ms != 0 && t->wall_ms > th->deliver_ms;
}

uint64_t deadline_next(const struct turn *t, const struct thread *th)
{
	const uint64_t due = th->due_ms == 0 ? 0 : th->due_ms + 1;

	if (th->deliver_ms == 0 || deadline_undelivered(t, th))
		return due;
	return due == 0 || th->deliver_ms < due ? th->deliver_ms + 1 : due;
}

uint64_t deadline_date(const struct turn *t, uint64_t date_ms)
{
	return dates_ahead(t->wall_ms, date_ms);
}

void deadline_day(const char *place, uint64_t ms, char out[DATE_TEXT])
{
	require(place != NULL);
	date_text(calendar_day(place, ms), out);
}

static struct store_key timer_key(const struct thread *th)
{
	struct store_key k = turn_key_u64(th->timer_ms);

	key_put(&k, th->id.b, 16);
	key_u8(&k, 0);
	return k;
}

enum err deadline_timer_set(struct turn *t, struct thread *th, uint64_t at_ms)
{
	struct store_key k = timer_key(th);
	enum err rc = ERR_OK;

	require(th->role == THREAD_SENDER || th->role == THREAD_RECEIVER);
	if (th->timer_ms == at_ms)
		return ERR_OK;
	if (th->timer_ms != 0)
		rc = store_del(t->txn, STORE_TIMER, key_span(&k));
	if (rc != ERR_OK && rc != ERR_NOTFOUND)
		return rc;
	th->timer_ms = at_ms;
	if (at_ms == 0)
		return ERR_OK;
	k = timer_key(th);
	return turn_put(t, STORE_TIMER, &k, span_of(&th->role, 1));
}

enum err deadline_timer_stop(struct turn *t, struct thread *th)
{
	th->due_ms = th->deliver_ms = 0;
	return deadline_timer_set(t, th, 0);
}
