/* SPDX-License-Identifier: EUPL-1.2 */
/* The table says what leads where; beside it stand the few things that a table of states cannot know: that something is done
 * once, that a log is full, that both copies are still being compared. */
#include "domain/views/may.h"

#include <assert.h>

#include "base/check.h"
#include "base/limits/cases.h"
#include "domain/loss/settled.h"
#include "domain/referral/fold.h"
#include "domain/referral/message.h"
#include "domain/referral/referral.h"
#include "domain/referral/request.h"

enum { FOR_OTHER_ACTS = 32 };
static_assert(FOR_OTHER_ACTS < (int)THREAD_LOG_MAX,
	      "notes leave room for the acts that end a referral");
static_assert(LIMIT_MESSAGES <= (int)THREAD_LOG_MAX / 2,
	      "messages leave room in a log for all other acts");

/* In our own log alone: the reader's node refuses nothing of this, so nobody else counts it. */
static enum err already(struct turn *t, const struct thread *th, uint16_t type, bool *yes)
{
	struct log_entry e;
	enum err rc = ERR_OK;

	*yes = false;
	for (uint32_t no = 1; rc == ERR_OK && no <= th->my_no && !*yes; no++) {
		rc = thread_entry(t, th, true, no, &e);
		*yes = rc == ERR_OK && e.type == type;
	}
	return rc;
}

/* One question at a time, and an answer only to one. */
static enum err asking(struct turn *t, const struct thread *th, uint16_t type, enum may *out)
{
	struct request r;
	enum err rc;

	require(type == DOC_REQUEST || type == DOC_REQUEST_ANSWER);
	rc = request_read(t, th, &r);
	if (rc != ERR_OK)
		return rc;
	if (type == DOC_REQUEST_ANSWER)
		*out = r.no == 0 ? MAY_UNASKED : MAY_DO;
	else
		*out = r.no != 0 ? MAY_ASKED : r.count >= LIMIT_REQUESTS ? MAY_NO_ROOM : MAY_DO;
	return ERR_OK;
}

/* What the table and the log say, apart from a loss of state. */
static enum err by_table(struct turn *t, const struct thread *th, const struct act *a,
			 enum may *out)
{
	const enum referral_actor us = fold_our_side(th);
	bool once = false;
	uint32_t said = 0;
	enum err rc = ERR_OK;

	require(a->command != NULL);
	require(us == REFERRAL_BY_SENDER || us == REFERRAL_BY_RECEIVER);
	if ((a->who & us) == 0) {
		*out = MAY_OTHER_SIDE;
	} else if (!referral_may((enum referral_state)th->state, us, a->number) ||
		   (a->number == DOC_INFO && th->state != REFERRAL_NEEDS_INFO)) {
		/* what nobody asked for goes with a file (files/send.c) */
		*out = MAY_OTHER_STATE;
	} else if (th->my_no >= THREAD_LOG_MAX - (a->number == DOC_NOTE ? FOR_OTHER_ACTS : 0)) {
		*out = MAY_NO_ROOM;
	} else if (a->number == DOC_REQUEST || a->number == DOC_REQUEST_ANSWER) {
		rc = asking(t, th, a->number, out);
	} else {
		if (a->number == DOC_REOPEN)
			rc = already(t, th, a->number, &once);
		/* a log that is shorter is not read for it */
		if (a->number == DOC_MESSAGE && th->my_no >= LIMIT_MESSAGES)
			rc = message_count(t, th, &said);
		*out = once ? MAY_ONCE : said >= LIMIT_MESSAGES ? MAY_NO_ROOM : MAY_DO;
	}
	return rc;
}

/* The person's own word is always taken: it is signed when the copies are the same. */
static enum may after_loss(const struct act *a, bool writable)
{
	return writable || a->number == DOC_REVOKE ? MAY_DO : MAY_COMPARED_FIRST;
}

/* The loss of state is asked last, because it passes: what the table forbids stays forbidden. */
enum err may_do(struct turn *t, const struct thread *th, const struct act *a, enum may *out)
{
	bool writable;
	enum err rc = by_table(t, th, a, out);

	require(kind_has(th->kind, KIND_LISTED));
	if (rc != ERR_OK || *out != MAY_DO)
		return rc;
	rc = settled_writable(t, th, &writable);
	*out = after_loss(a, writable);
	return rc;
}

/* Late is something to be said only once the day has passed. */
unsigned may_needs(const struct turn *t, const struct thread *th, const struct act *a)
{
	const bool late = th->due_ms != 0 && t->wall_ms > th->due_ms;

	const bool again = a->number == DOC_OUTCOME && th->state == REFERRAL_OUTCOME;

	return a->needs | (late ? a->takes & (unsigned)ACT_WITH_LATE : 0u) |
	       (again ? a->takes & (unsigned)ACT_WITH_CORRECTS : 0u);
}

/* Which entry this one of ours says that it replaces; 0: none, or its words are gone. */
static enum err replaces(struct turn *t, const struct log_entry *e, uint64_t *no, bool *automatic)
{
	struct document d;
	struct msg *body;
	enum err rc = document_load(t, &e->doc, &d);

	*no = 0;
	*automatic = false;
	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	if (rc == ERR_OK && msg_kind_of(body) == MSG_ACT) {
		*no = msg_u64(body, ACT_CORRECTS);
		*automatic = msg_u64(body, ACT_AUTOMATIC) != 0;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Of outcomes the newest alone: after a referral was reopened an older one is history. */
enum err may_correct(struct turn *t, const struct thread *th, uint16_t type, uint64_t no, bool *yes)
{
	struct log_entry e;
	uint64_t other = 0;
	bool automatic = false;
	enum err rc = ERR_OK;

	*yes = no >= 1 && no <= th->my_no;
	for (uint64_t i = no; *yes && i <= th->my_no; i++) {
		const size_t mark = t->arena->used;

		rc = thread_entry(t, th, true, (uint32_t)i, &e);
		if (rc == ERR_OK && e.type == type)
			rc = replaces(t, &e, &other, &automatic);
		if (rc != ERR_OK)
			return rc;
		if (i == no)
			*yes = e.type == type && !automatic;
		else if (e.type == type && (other == no || type == DOC_OUTCOME))
			*yes = false;
		arena_rewind(t->arena, mark);
	}
	return ERR_OK;
}

/* What carries the referral on stands first, then words to the other side, then what ends it: of a list whoever is in a hurry reads the
 * beginning. */
static const uint16_t by_use[] = {
	DOC_ACCEPT,	    DOC_INFO,	 DOC_ACK,     DOC_WD_OK,    DOC_START,	  DOC_ASK,
	DOC_NOTE,	    DOC_MESSAGE, DOC_OUTCOME, DOC_HOLD,	    DOC_REDIRECT, DOC_DECLINE,
	DOC_REQUEST_ANSWER, DOC_REQUEST, DOC_REOPEN,  DOC_WITHDRAW, DOC_REVOKE,	  DOC_ERROR};
#define TYPED(...) +1 /* NOLINT(bugprone-macro-parentheses): a term of the sum below */
#define NOT_TYPED(...)
static_assert(sizeof by_use / sizeof by_use[0] == 0 ACTS(TYPED, NOT_TYPED),
	      "each act has its place");
#undef TYPED
#undef NOT_TYPED

/* What cannot be done has no row. */
enum err may_rows(struct turn *t, const struct thread *th, struct msg *row)
{
	bool writable;
	enum err rc = settled_writable(t, th, &writable);

	require(kind_has(th->kind, KIND_LISTED));
	for (size_t i = 0; rc == ERR_OK && i < sizeof by_use / sizeof by_use[0]; i++) {
		const struct act *a = act_of(by_use[i]);
		const unsigned needs = may_needs(t, th, a);
		enum may may = MAY_OTHER_SIDE;
		struct msg *m;

		require(a->command != NULL);
		rc = by_table(t, th, a, &may);
		if (rc != ERR_OK || may != MAY_DO || after_loss(a, writable) != MAY_DO)
			continue;
		m = msg_add(t->arena, row, REFERRAL_ROW_MAY);
		msg_set_text(t->arena, m, MAY_ROW_ACT, a->code);
		msg_set_text(t->arena, m, MAY_ROW_COMMAND, a->command);
		msg_set_u64(m, MAY_ROW_NEEDS, needs);
		msg_set_u64(m, MAY_ROW_TAKES, a->takes & ~needs & ~(unsigned)ACT_ASKS);
		if (act_has(a, ACT_ASKS))
			msg_set_u64(m, MAY_ROW_ASKS, 1);
	}
	return rc;
}
