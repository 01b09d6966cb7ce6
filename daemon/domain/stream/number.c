/* SPDX-License-Identifier: EUPL-1.2 */
/* Which documents may leave now.  The order of a thread is the order in which people acted, so what has to wait holds
 * back what follows it in its thread, and a consent holds back what rests on it; nothing else waits.  A number is
 * durable: after a crash the same document leaves under the same number, and the receiver sees that it has it. */
#include "domain/stream/number.h"

#include "base/check.h"
#include "domain/documents/thread.h"
#include "domain/exchange/chores.h"
#include "domain/exchange/outbox.h"
#include "domain/loss/quarantine.h"
#include "domain/loss/settled.h"

/* Whose documents are numbered. */
struct numbering {
	struct turn *t;
	struct conn *c;
	struct pair *pair;
	unsigned left; /* rows that this turn still looks at */
};

enum { NUMBER_ROWS = 512 }; /* each may have to be read whole: some hundredths of a second */

/* Does entry no of our log of this thread still wait?  What follows it waits too. */
static enum err still_waits(struct numbering *s, const struct thread *th, uint32_t no, bool *waits)
{
	struct outbox_row row;
	struct log_entry e;
	struct pair *of;
	uint64_t place;
	uint16_t peer;
	enum err rc = thread_entry(s->t, th, true, no, &e);

	require(no >= 1);
	if (rc == ERR_OK)
		rc = outbox_find(s->t, &e.doc.msg, &peer, &place, &row);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = pair_get(s->t, peer, &of);
	return rc != ERR_OK || *waits ? rc : outbox_waits(s->t, of, place, waits);
}

/* May this document of ours get a number now?  It waits while
 *   the partner could not store it, for a growing pause;
 *   it came from the partner, and nobody has confirmed yet that the partner's loss of state is true;
 *   its thread was not compared since a loss, or its case is on hold after a loss of ours;
 *   one before it in its thread, or the consent it rests on, waits. */
static enum err may_go(struct numbering *s, const struct outbox_row *row, bool *yes)
{
	const struct pair *pr = s->pair;
	struct document d;
	struct thread th, consent;
	const bool paused = wire_verdict_waits(row->verdict) && s->t->mono_ms < s->c->retry_mono_ms;
	bool waits = paused || (row->state == OUTBOX_STORED && pr->unconfirmed);
	enum err rc;

	require(row->doc.sender == 0);
	*yes = !waits;
	if (waits || (!pr->uncompared && pr->waiting == 0 && !s->t->node->quarantine))
		return ERR_OK; /* the usual case: nothing waits anywhere, so no document has to be read */
	rc = document_load(s->t, &row->doc, &d);
	if (rc == ERR_OK)
		rc = thread_load(s->t, &d.head.thread_id, &th);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	waits = !settled_is(&th, pr);
	if (!waits)
		rc = quarantine_holds(s->t, &th.case_id, &waits);
	if (rc == ERR_OK && !waits && d.head.thread_no > 1)
		rc = still_waits(s, &th, d.head.thread_no - 1, &waits);
	if (rc == ERR_OK && !waits && !bytes_zero(d.head.grant_id.b, 16) &&
	    !id16_equal(&d.head.grant_id, &d.head.thread_id)) {
		rc = thread_load(s->t, &d.head.grant_id, &consent);
		if (rc == ERR_OK)
			rc = still_waits(s, &consent, 1, &waits);
		else if (rc == ERR_NOTFOUND)
			rc = ERR_OK;
	}
	*yes = !waits;
	return rc;
}

/* All that waits, in order of place, from where the turn before left off; ends at the first error.  *through: that was all. */
static enum err one_pass(struct numbering *s, bool *through)
{
	struct pair *pr = s->pair;
	uint64_t *place = &s->c->pass_place;
	enum err rc = ERR_OK;

	require(!s->pair->unheard);
	*through = false;
	while (s->left > 0 && (rc = outbox_waiting(s->t, pr, place)) == ERR_OK) {
		struct outbox_row row;
		bool yes = false;

		s->left--;
		rc = outbox_get(s->t, pr->peer, *place, &row);
		if (rc == ERR_OK && row.state != OUTBOX_SHELVED)
			rc = may_go(s, &row, &yes);
		if (rc == ERR_OK && yes)
			rc = outbox_number(s->t, pr, *place);
		if (rc == ERR_NOTFOUND || (rc == ERR_OK && (yes || row.state == OUTBOX_SHELVED)))
			rc = outbox_unwait(s->t, pr, *place);
		if (rc != ERR_OK)
			return rc;
		++*place;
	}
	*through = rc == ERR_NOTFOUND;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static void begin_pass(struct numbering *s)
{
	s->c->passing = true;
	s->c->pass_place = 0;
	s->c->pass_waiting = s->pair->waiting;
}

/* What was put aside goes before what is new, so that every thread keeps its order; what came back after a
 * loss may have its place behind what follows it, so a pass in which some went is followed by another.  Where one of them ends is
 * memory: a new line begins with the first (connect_up). */
static enum err number_waiting(struct numbering *s)
{
	enum err rc = ERR_OK;

	if (s->pair->recheck)
		begin_pass(s);
	s->pair->recheck = false;
	while (rc == ERR_OK && s->c->passing && s->left > 0) {
		bool through;

		rc = one_pass(s, &through);
		if (rc != ERR_OK || !through)
			continue;
		if (s->pair->waiting > 0 && s->pair->waiting < s->c->pass_waiting)
			begin_pass(s);
		else
			s->c->passing = false;
	}
	return rc;
}

/* Those behind the last one that was looked at. */
static enum err number_new(struct numbering *s)
{
	struct pair *pr = s->pair;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && pr->tail < pr->out_last && s->left > 0) {
		struct outbox_row row;
		bool yes;

		s->left--;
		rc = outbox_get(s->t, pr->peer, ++pr->tail, &row);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (row.state == OUTBOX_STORED || row.state == OUTBOX_SHELVED)
			continue; /* it came from there, or is a lost act: it keeps its place, without a number */
		rc = may_go(s, &row, &yes);
		if (rc == ERR_OK)
			rc = yes ? outbox_number(s->t, pr, pr->tail)
				 : outbox_wait(s->t, pr, pr->tail);
	}
	return rc;
}

/* Give stream numbers to what may go now; durable, so a restart repeats the same numbers.  A turn looks at so many, and the rest
 * has turns of its own, between which everybody is served: after a long absence very many may wait. */
enum err number_tail(struct turn *t, struct conn *c, struct pair *pr)
{
	struct numbering s = {.t = t, .c = c, .pair = pr, .left = NUMBER_ROWS};
	bool swept = false;
	enum err rc = ERR_OK;

	require(pr->yours.no != 0); /* numbers live within a pair of incarnations */
	if (pr->off_from < pr->off_to || pr->unheard)
		return ERR_OK; /* what is retained is offered by id first; and who was not heard gets nothing */
	if (pr->recheck || c->passing)
		rc = outbox_swept(t, pr->peer, &swept);
	if (rc == ERR_OK && swept)
		rc = number_waiting(&s);
	if (rc == ERR_OK)
		rc = number_new(&s);
	if (rc != ERR_OK || s.left > 0)
		return rc;
	return chores_save(t, &(struct chore){.kind = CHORE_NUMBERED, .peer = pr->peer});
}
