/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A body that a partner sent stays as long as a consent covers it, and not a turn longer: what has to go is replaced by
 * its signed head, which still proves that it was said.  The person shown is put together from the bodies that remain,
 * the newest word first, so that what is released in one referral does not live on in the file.
 */
#include "domain/consent/bodies.h"

#include "base/check.h"

#include <string.h>

#include "base/plant.h"
#include "domain/consent/bylaw.h"
#include "domain/consent/casefile.h"
#include "domain/documents/grantkey.h"
#include "domain/exchange/quota.h"
#include "domain/news/erased.h"
#include "domain/referral/fold.h"
#include "domain/referral/referral.h"

enum {
	BODIES_MAX = 2048,
	WALKED_MAX = 256, /* referrals of a case that are all looked at */
	LOOK_BACK = 4096  /* entries of its timeline, where there are more */
};
static_assert(WALKED_MAX * THREAD_LOG_MAX < 1 << 20, "a walk over a whole case takes a moment");

struct bodies_walk bodies_walk_of(const struct consent_scope *s)
{
	return (struct bodies_walk){
		s->p, &s->case_id, s->received ? THREAD_RECEIVER : THREAD_SENDER, {.rc = ERR_OK}};
}

bool bodies_each(struct turn *t, struct bodies_walk *w, struct thread *th)
{
	const struct store_key prefix = turn_key_id(w->case_id);

	require(w->role == THREAD_SENDER || w->role == THREAD_RECEIVER);
	w->rows.key_len = 32;
	while (store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w->rows)) {
		const size_t mark = t->arena->used;
		struct id16 id;
		enum err rc;

		memcpy(id.b, w->rows.row.key.p + 16, 16);
		rc = thread_load(t, &id, th);
		arena_rewind(t->arena, mark); /* a case may have more of them than fit a turn */
		w->rows.rc = rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (rc == ERR_OK && th->kind == THREAD_REFERRAL && th->role == w->role &&
		    (w->p == NULL || th->peer == w->p->no))
			return true;
	}
	return false;
}

bool bodies_ended(const struct thread *th)
{
	return referral_terminal((enum referral_state)th->state);
}

enum err bodies_running(struct turn *t, const struct peer *p, const struct id16 *case_id,
			uint8_t role, bool *yes)
{
	require(p != NULL);
	require(role == THREAD_SENDER || role == THREAD_RECEIVER);
	return quota_open_in(t, p->no, role, case_id, yes);
}

/* What goes when its consent does: at the receiver all that the sender said of the person; of messages both sides' words, at both
 * ends.  What else we said ourselves stays ours. */
static bool goes(const struct thread *th, bool mine, uint16_t type)
{
	return type == DOC_MESSAGE || (!mine && th->role == THREAD_RECEIVER);
}

/* What another consent still covers, or a law lets nobody destroy. */
static enum err outlives(struct turn *t, const struct thread *th, const struct document *d,
			 const struct consent_view *v, bool binds, bool *stays)
{
	const enum err rc = !d->hollow && d->head.cats != 0 && v != NULL
				    ? bodies_stands(t, d, v, stays)
				    : ERR_OK;

	*stays = *stays || bylaw_keeps(t, th, d, binds);
	return rc;
}

/* The bodies of one log that go; v NULL: all of them, else those that it does not cover any more. */
static enum err hollow_log(struct turn *t, const struct thread *th, bool mine,
			   const struct consent_view *v, uint16_t reason)
{
	bool binds;
	const enum err law = bylaw_binds(t, th, reason, &binds);

	if (law != ERR_OK)
		return law;
	for (uint32_t no = 1; no <= (mine ? th->my_no : th->their_no); no++) {
		const size_t mark = t->arena->used;
		struct log_entry e;
		struct document d;
		bool stays = false;
		enum err rc = thread_entry(t, th, mine, no, &e);

		if (rc == ERR_OK && !goes(th, mine, e.type))
			continue;
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc == ERR_OK && reason != WIRE_VERDICT_HOLLOW)
			rc = outlives(t, th, &d, v, binds, &stays);
		if (rc == ERR_OK && (!d.hollow || d.gone) && (d.head.cats != 0 || d.gone) && !stays)
			rc = document_hollow(t, &e.doc, reason);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		arena_rewind(t->arena, mark);
	}
	return ERR_OK;
}

/* Hidden for both ends. */
enum err bodies_let_go(struct turn *t, struct thread *th, uint16_t reason)
{
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	require(reason != WIRE_VERDICT_OK);
	th->hidden = true;
	rc = hollow_log(t, th, false, NULL, reason);
	if (rc == ERR_OK)
		rc = hollow_log(t, th, true, NULL, reason);
	if (rc != ERR_OK || th->role != THREAD_RECEIVER)
		return rc;
	rc = thread_save(t, th);
	return rc == ERR_OK ? bodies_person(t, &th->case_id) : rc;
}

/* Does a personal document still rest on consent: its own grant was not withdrawn, and what holds now covers
 * all of it?  (Its own may have run out: then a renewal carries it.) */
enum err bodies_stands(struct turn *t, const struct document *d, const struct consent_view *v,
		       bool *yes)
{
	bool gone;
	enum err rc = consent_gone(t, &d->head.grant_id, &gone);

	*yes = rc == ERR_OK && !gone && v->living && (d->head.cats & ~v->cats) == 0;
	return rc;
}

enum err bodies_hollow_uncovered(struct turn *t, const struct thread *th,
				 const struct consent_view *v, uint16_t reason)
{
	enum err rc;

	require(v != NULL);
	require(reason != WIRE_VERDICT_OK);
	rc = hollow_log(t, th, false, v, reason);
	return rc == ERR_OK ? hollow_log(t, th, true, v, reason) : rc;
}

/* The consent as its collector wrote it: what it allowed, and the name by which these two knew the person. */
static enum err drop_own_body(struct turn *t, const struct id16 *grant)
{
	struct log_entry e;
	struct thread th;
	enum err rc = thread_load(t, grant, &th);

	if (rc != ERR_OK || th.role != THREAD_RECEIVER || th.their_no == 0)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = thread_entry(t, &th, false, 1, &e);
	if (rc == ERR_OK && e.type == DOC_CONSENT)
		rc = document_hollow(t, &e.doc, WIRE_VERDICT_WITHDRAWN);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* Of one handover, additions alone: the rest of it names no file, and what it brought is of the case that was taken over. */
static enum err drop_additions_of(struct turn *t, const struct thread *th)
{
	enum err rc = ERR_OK;

	for (uint32_t no = 1; rc == ERR_OK && no <= th->their_no; no++) {
		struct log_entry e;

		rc = thread_entry(t, th, false, no, &e);
		if (rc == ERR_OK && e.type == DOC_ADDENDUM)
			rc = document_hollow(t, &e.doc, WIRE_VERDICT_WITHDRAWN);
	}
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* What was added to a case that came here opens no more; whoever keeps files of it hears that from each of its documents. */
static enum err drop_additions(struct turn *t, const struct consent_scope *s,
			       const struct id16 *grant)
{
	const struct store_key prefix = turn_key_id(&s->case_id);
	struct store_walk w = {.key_len = 32};

	while (store_each(t->txn, STORE_HANDOVER, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct thread th;
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, sizeof id.b);
		w.rc = thread_load(t, &id, &th);
		arena_rewind(t->arena, mark);
		if (w.rc == ERR_OK && th.role == THREAD_RECEIVER && id16_equal(&th.grant_id, grant))
			w.rc = drop_additions_of(t, &th);
	}
	return w.rc == ERR_NOTFOUND ? ERR_CORRUPT : w.rc;
}

enum err bodies_let_grant_go(struct turn *t, const struct consent_scope *s,
			     const struct id16 *grant)
{
	const bool told = record_exists(t->txn, STORE_ERASED, span_of(grant->b, sizeof grant->b));
	bool had;
	enum err rc = grantkey_drop(t, grant, &had);

	/* without a key and not in the list: a restore withheld it, or it was over before it came */
	if (rc != ERR_OK || (!had && told))
		return rc;
	rc = s->received ? casefile_untell(t, &s->case_id) : ERR_OK;
	if (rc == ERR_OK && s->received)
		rc = drop_additions(t, s, grant);
	if (rc == ERR_OK)
		rc = drop_own_body(t, grant);
	return rc == ERR_OK ? erased_word(t, grant) : rc;
}

/* Kept by law it is gone for everybody who works here all the same. */
enum err bodies_drop_grant(struct turn *t, const struct consent_scope *s, const struct id16 *grant)
{
	bool kept = false;
	enum err rc = s->received ? bylaw_close(t, s, grant, &kept) : ERR_OK;

	if (rc != ERR_OK || !kept)
		return rc == ERR_OK ? bodies_let_grant_go(t, s, grant) : rc;
	rc = casefile_untell(t, &s->case_id);
	return rc == ERR_OK ? casefile_entry(t, &s->case_id, "consent-restricted", s->p->org, NULL)
			    : rc;
}

struct told {
	uint64_t kept_ms;
	struct doc_key doc;
};

/* A sorted list of the newest; what is beyond BODIES_MAX is older than anything that can still show. */
struct told_list {
	struct told *all;
	size_t count;
};

static void put_told(struct told_list *l, const struct log_entry *e)
{
	size_t i;

	require(l->count <= BODIES_MAX);
	if (l->count == BODIES_MAX && e->kept_ms <= l->all[BODIES_MAX - 1].kept_ms)
		return;
	for (i = l->count < BODIES_MAX ? l->count++ : BODIES_MAX - 1;
	     i > 0 && l->all[i - 1].kept_ms < e->kept_ms; i--)
		l->all[i] = l->all[i - 1];
	l->all[i] = (struct told){e->kept_ms, e->doc};
}

unsigned bodies_person_field(uint16_t type)
{
	return type == DOC_OFFER     ? OFFER_PERSON
	       : type == DOC_INFO    ? INFO_PERSON
	       : type == DOC_MESSAGE ? MESSAGE_PERSON
				     : 0;
}

/* What the partner told in this referral, as far as the table let it. */
static enum err gather(struct turn *t, const struct thread *th, struct told_list *l)
{
	const size_t mark = t->arena->used;
	struct fold_logs logs;
	enum err rc = fold_load(t, th, &logs);

	for (uint32_t no = 1; rc == ERR_OK && no <= th->their_no; no++) {
		struct log_entry e;

		rc = thread_entry(t, th, false, no, &e);
		if (rc == ERR_OK && bodies_person_field(e.type) != 0 && fold_may(th, &logs, no))
			put_told(l, &e);
	}
	arena_rewind(t->arena, mark);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* Fields that no newer body had, unless that were more than so many bytes. */
static enum err add_older(struct turn *t, const struct doc_key *key, size_t most,
			  struct msg *person)
{
	struct document d;
	struct span packed;
	struct msg *body, *both;
	enum err rc = document_load(t, key, &d);

	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* gone */
	both = msg_new(t->arena, MSG_PERSON);
	if (both == NULL)
		return ERR_NOMEM;
	if (msg_get(body, bodies_person_field(d.head.type)) != NULL)
		msg_copy_fields(both, msg_get(body, bodies_person_field(d.head.type)));
	msg_copy_fields(both, person);
	rc = msg_pack(t->arena, both, &packed);
	if (rc == ERR_OK && packed.len <= most)
		msg_copy_fields(person, both);
	return rc;
}

/* Newest first: when memory gets short, what is left out is what is oldest.  When the case does, it is the longest: one partner's long
 * words take nobody else's away. */
static enum err tell(struct turn *t, const struct id16 *case_id, const struct told_list *l,
		     size_t most)
{
	struct msg *person = msg_new(t->arena, MSG_PERSON);
	enum err rc = person == NULL ? ERR_NOMEM : ERR_OK;

	for (size_t i = 0; i < l->count && rc == ERR_OK && t->arena->used < t->arena->cap / 2; i++)
		rc = add_older(t, &l->all[i].doc, most, person);
	return rc == ERR_OK ? casefile_tell(t, case_id, person) : rc;
}

/* All referrals of the case. */
static enum err from_all(struct turn *t, const struct id16 *case_id, struct told_list *l)
{
	struct bodies_walk w = {NULL, case_id, THREAD_RECEIVER, {.rc = ERR_OK}};
	struct thread th;

	while (bodies_each(t, &w, &th))
		if (!th.hidden)
			w.rows.rc = gather(t, &th, l);
	return w.rows.rc;
}

/* The thread in which an entry of the timeline says that something was told.  ERR_NOTFOUND: it says something else, or
 * cannot be read. */
static enum err told_in(struct turn *t, const struct store_key *k, struct thread *th)
{
	const size_t mark = t->arena->used;
	struct msg *m;
	struct id16 id;
	bool told;
	enum err rc = turn_get_msg(t, STORE_CASELOG, k, MSG_CASE_ENTRY, &m);

	if (rc != ERR_OK)
		return rc == ERR_CORRUPT ? ERR_NOTFOUND : rc;
	told = act_named(msg_text(m, CASE_ENTRY_WHAT)) != NULL &&
	       bodies_person_field(act_named(msg_text(m, CASE_ENTRY_WHAT))->number) != 0 &&
	       msg_bytes(m, CASE_ENTRY_THREAD).len == sizeof id.b;
	if (told)
		memcpy(id.b, msg_bytes(m, CASE_ENTRY_THREAD).p, sizeof id.b);
	arena_rewind(t->arena, mark);
	return told ? thread_load(t, &id, th) : ERR_NOTFOUND;
}

/* Of a case with very many referrals the newest: out of the end of its timeline, the newest first, each thread once. */
static enum err from_newest(struct turn *t, const struct id16 *case_id, struct told_list *l)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct id16 *seen = arena_alloc(t->arena, WALKED_MAX * sizeof *seen);
	struct store_row row;
	size_t threads = 0;
	uint64_t last, no;
	enum err rc = store_last_prefix(t->txn, STORE_CASELOG, key_span(&prefix), &row);

	if (seen == NULL)
		return ERR_NOMEM;
	if (rc != ERR_OK || row.key.len != 24)
		return rc == ERR_OK ? ERR_CORRUPT : rc == ERR_NOTFOUND ? ERR_OK : rc;
	last = no = be64_get(row.key.p + 16);
	for (; no > 0 && last - no < LOOK_BACK && threads < WALKED_MAX && l->count < BODIES_MAX;
	     no--) {
		const size_t mark = t->arena->used;
		struct store_key k = prefix;
		struct thread th;
		size_t i = 0;

		key_u64(&k, no);
		rc = told_in(t, &k, &th);
		while (rc == ERR_OK && i < threads && !id16_equal(&seen[i], &th.id))
			i++;
		if (rc == ERR_OK && i == threads && th.kind == THREAD_REFERRAL &&
		    th.role == THREAD_RECEIVER && !th.hidden) {
			seen[threads++] = th.id;
			rc = gather(t, &th, l);
		}
		if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc;
		arena_rewind(t->arena, mark);
	}
	return ERR_OK;
}

/* From scratch each time: that is how a body that went takes its fields along. */
static enum err tell_again(struct turn *t, const struct id16 *case_id,
			   enum err (*from)(struct turn *, const struct id16 *, struct told_list *))
{
	const size_t mark = t->arena->used;
	struct told_list l = {arena_alloc(t->arena, BODIES_MAX * sizeof *l.all), 0};
	enum err rc = l.all == NULL ? ERR_NOMEM : from(t, case_id, &l);
	const size_t listed = t->arena->used;

	l.count = planted(PLANT_FORGET_CASE) ? 0 : l.count;
	rc = rc == ERR_OK ? tell(t, case_id, &l, LIMIT_RECORD) : rc;
	for (size_t most = LIMIT_RECORD / 2; rc == ERR_LIMIT && most > 0; most /= 2) {
		arena_rewind(t->arena, listed);
		rc = tell(t, case_id, &l, most);
	}
	arena_rewind(t->arena, mark);
	return rc;
}

/* Of a case with very many referrals nothing is shown until the next tick, in which it is put together once for all that
 * happened till then. */
enum err bodies_person(struct turn *t, const struct id16 *case_id)
{
	const struct store_key prefix = turn_key_id(case_id);
	const size_t mark = t->arena->used;
	bool many;
	enum err rc = turn_as_many(t, STORE_THREADCASE, &prefix, WALKED_MAX, &many);

	if (rc == ERR_OK && !many)
		return tell_again(t, case_id, from_all);
	if (rc == ERR_OK)
		rc = casefile_tell(t, case_id, msg_new(t->arena, MSG_PERSON));
	arena_rewind(t->arena, mark);
	return rc == ERR_OK
		       ? chores_save(t, &(struct chore){.kind = CHORE_PERSON, .case_id = *case_id})
		       : rc;
}

enum err bodies_person_later(struct turn *t, struct chore *c)
{
	require(c->kind == CHORE_PERSON);
	c->over = true;
	return turn_case_erased(t, &c->case_id) ? ERR_OK : tell_again(t, &c->case_id, from_newest);
}
