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
#include "domain/consent/casefile.h"
#include "domain/referral/fold.h"
#include "domain/referral/referral.h"

enum { BODIES_MAX = 2048 };

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
		struct id16 id;
		enum err rc;

		memcpy(id.b, w->rows.row.key.p + 16, 16);
		rc = thread_load(t, &id, th);
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
	struct bodies_walk w = {p, case_id, role, {.rc = ERR_OK}};
	struct thread th;

	require(p != NULL);
	require(role == THREAD_SENDER || role == THREAD_RECEIVER);
	*yes = false;
	while (!*yes && bodies_each(t, &w, &th))
		*yes = !bodies_ended(&th);
	return w.rows.rc;
}

/* Hidden for both ends; bodies go at the receiver alone, the sender's own words stay its own. */
enum err bodies_let_go(struct turn *t, struct thread *th, uint16_t reason)
{
	enum err rc = ERR_OK;

	require(th->kind == THREAD_REFERRAL);
	require(reason != WIRE_VERDICT_OK);
	th->hidden = true;
	if (th->role != THREAD_RECEIVER)
		return ERR_OK;
	for (uint32_t no = 1; no <= th->their_no && rc == ERR_OK; no++) {
		struct log_entry e;
		struct document d;

		rc = thread_entry(t, th, false, no, &e);
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc == ERR_OK && d.head.cats != 0 && !d.hollow)
			rc = document_hollow(t, &e.doc, reason);
	}
	if (rc == ERR_OK)
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

/* Bodies that no living grant covers go; grants that only ran out a moment ago still count. */
enum err bodies_hollow_uncovered(struct turn *t, const struct consent_scope *s, uint16_t reason)
{
	struct bodies_walk w = bodies_walk_of(s);
	struct consent_view v;
	struct thread th;
	enum err rc = consent_living(t, s, CONSENT_RECEIVE, &v);

	require(s->received);
	require(reason != WIRE_VERDICT_OK);
	if (rc != ERR_OK)
		return rc;
	while (bodies_each(t, &w, &th))
		for (uint32_t no = 1; no <= th.their_no; no++) {
			const size_t mark = t->arena->used;
			struct log_entry e;
			struct document d;
			bool yes;

			rc = thread_entry(t, &th, false, no, &e);
			if (rc == ERR_OK)
				rc = document_load(t, &e.doc, &d);
			if (rc == ERR_OK && !d.hollow && d.head.cats != 0)
				rc = bodies_stands(t, &d, &v, &yes);
			if (rc == ERR_OK && !d.hollow && d.head.cats != 0 && !yes)
				rc = document_hollow(t, &e.doc, reason);
			if (rc != ERR_OK)
				return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
			arena_rewind(t->arena, mark);
		}
	return w.rows.rc == ERR_OK ? bodies_person(t, &s->case_id) : w.rows.rc;
}

struct told {
	uint64_t kept_ms;
	struct doc_key doc;
};

/* A sorted list of the newest; what is beyond BODIES_MAX is older than anything that can still show. */
static enum err gather(struct turn *t, const struct thread *th, struct told *out, size_t *count)
{
	require(*count <= BODIES_MAX);
	for (uint32_t no = 1; no <= th->their_no; no++) {
		struct log_entry e;
		bool may = false;
		size_t i;
		enum err rc = thread_entry(t, th, false, no, &e);

		if (rc == ERR_OK && (e.type == DOC_OFFER || e.type == DOC_INFO))
			rc = fold_allowed(t, th, no, &may);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (!may || (*count == BODIES_MAX && e.kept_ms <= out[BODIES_MAX - 1].kept_ms))
			continue;
		for (i = *count < BODIES_MAX ? (*count)++ : BODIES_MAX - 1;
		     i > 0 && out[i - 1].kept_ms < e.kept_ms; i--)
			out[i] = out[i - 1];
		out[i] = (struct told){e.kept_ms, e.doc};
	}
	return ERR_OK;
}

/* Fields that no newer body had. */
static enum err add_older(struct turn *t, const struct doc_key *key, struct msg *person)
{
	struct document d;
	struct msg *body, *both;
	enum err rc = document_load(t, key, &d);

	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* gone */
	both = msg_new(t->arena, MSG_PERSON);
	if (both == NULL)
		return ERR_NOMEM;
	if (msg_get(body, d.head.type == DOC_OFFER ? OFFER_PERSON : INFO_PERSON) != NULL)
		msg_copy_fields(
			both, msg_get(body, d.head.type == DOC_OFFER ? OFFER_PERSON : INFO_PERSON));
	msg_copy_fields(both, person);
	msg_copy_fields(person, both);
	return ERR_OK;
}

/* From scratch each time: that is how a body that went takes its fields along. */
enum err bodies_person(struct turn *t, const struct id16 *case_id)
{
	const size_t mark = t->arena->used;
	struct bodies_walk w = {NULL, case_id, THREAD_RECEIVER, {.rc = ERR_OK}};
	struct told *all = arena_alloc(t->arena, BODIES_MAX * sizeof *all);
	struct msg *person = msg_new(t->arena, MSG_PERSON);
	size_t count = 0;
	struct thread th;
	enum err rc;

	if (all == NULL || person == NULL)
		return ERR_NOMEM;
	while (bodies_each(t, &w, &th))
		if (!th.hidden)
			w.rows.rc = gather(t, &th, all, &count);
	rc = w.rows.rc;
	count = planted(PLANT_FORGET_CASE) ? 0 : count;
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = add_older(t, &all[i].doc, person);
	if (rc == ERR_OK)
		rc = casefile_tell(t, case_id, person);
	arena_rewind(t->arena, mark);
	return rc;
}
