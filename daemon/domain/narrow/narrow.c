/* SPDX-License-Identifier: EUPL-1.2 */
/* Who collected a consent asks the person again, so only that end makes it narrower; the other end can end all of it. */
#include "domain/narrow/narrow.h"

#include "base/check.h"

#include <string.h>

#include "domain/care/acts.h"
#include "domain/consent/casefile.h"
#include "domain/documents/grantkey.h"
#include "domain/documents/message.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/clockwatch.h"
#include "domain/grant/grantdocs.h"
#include "domain/loss/settled.h"

enum { ROOM = 4 }; /* documents of a turn kept for what else follows */

/* What is said again has to be signed now: after a loss of state both ends agree first. */
static enum err all_writable(struct turn *t, const struct consent_scope *s)
{
	struct bodies_walk w = bodies_walk_of(s);
	struct thread th;
	bool may = true;

	while (may && bodies_each(t, &w, &th))
		if (!bodies_ended(&th))
			w.rows.rc = settled_writable(t, &th, &may);
	if (w.rows.rc != ERR_OK)
		return w.rows.rc;
	return may ? ERR_OK : turn_refuse(t, ERR_BUSY, REFUSAL_NARROW_COMPARED);
}

/* As the old one in all but what it covers; the person says so today. */
static enum err make_next(struct turn *t, const struct consent_scope *s, const struct id16 *old,
			  struct msg *record, uint64_t cats, struct id16 *next)
{
	struct msg *m, *g;
	const struct store_key k = turn_key_id(old);
	const struct id16 nonce = turn_id(t);
	uint8_t in[6 + 16 + 16];
	/* read again: what consent_record() gives shares the consent itself with whoever asks next in this turn */
	enum err rc = turn_get_msg(t, STORE_GRANT, &k, MSG_GRANT_RECORD, &m);

	if (rc != ERR_OK)
		return rc;
	g = msg_sub(t->arena, m, GRANT_RECORD_GRANT);
	if (g == NULL)
		return ERR_NOMEM;
	msg_clear(m, GRANT_RECORD_SENT);
	memcpy(in, "narrow", 6);
	memcpy(in + 6, old->b, 16);
	memcpy(in + 22, nonce.b, 16);
	rc = record_derive(t->txn, &s->case_id, span_of(in, sizeof in), next);
	if (rc != ERR_OK)
		return rc;
	msg_set_bytes(t->arena, g, CONSENT_GRANT_GRANT_ID, span_of(next->b, 16));
	msg_set_u64(g, CONSENT_GRANT_VERSION, msg_u64(g, CONSENT_GRANT_VERSION) + 1);
	msg_set_bytes(t->arena, g, CONSENT_GRANT_SUPERSEDES, span_of(old->b, 16));
	msg_set_u64(g, CONSENT_GRANT_COLLECTED_MS, t->wall_ms);
	msg_set_u64(g, CONSENT_GRANT_VALID_FROM_MS,
		    clockwatch_begins_ms(t, s->p, msg_u64(g, CONSENT_GRANT_EXPIRES_MS)));
	msg_set_u64(g, CONSENT_GRANT_CATS, cats);
	rc = grantkey_make(t, next);
	if (rc == ERR_OK)
		rc = consent_save(t, next, &s->case_id, m);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_CONSENT,
							.peer = s->p->no,
							.case_id = &s->case_id,
							.grant = next,
							.detail = "given"});
	if (rc == ERR_OK)
		rc = casefile_entry(t, &s->case_id, "consent-given", s->p->org, NULL);
	msg_set_bytes(t->arena, record, GRANT_RECORD_SUCCESSOR, span_of(next->b, 16));
	return rc == ERR_OK ? consent_save(t, old, &s->case_id, record) : rc;
}

/* What we said of the person in this referral.  *ended: some of it under that consent. */
static enum err said(struct turn *t, const struct thread *th, const struct id16 *grant,
		     struct msg *person, bool *ended)
{
	*ended = false;
	for (uint32_t no = 1; no <= th->my_no; no++) {
		struct log_entry e;
		struct document d;
		struct msg *body;
		enum err rc = thread_entry(t, th, true, no, &e);

		if (rc == ERR_OK && bodies_person_field(e.type) == 0)
			continue;
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		*ended = *ended || id16_equal(&d.head.grant_id, grant);
		rc = document_body(t, &d, &body);
		if (rc == ERR_OK && msg_get(body, bodies_person_field(e.type)) != NULL)
			msg_copy_fields(person, msg_get(body, bodies_person_field(e.type)));
		if (rc != ERR_OK && rc != ERR_NOTFOUND)
			return rc; /* not found: a message that went with its consent */
	}
	return ERR_OK;
}

/* Another address or number than this partner was told: who trusts it less than before may be hiding the new one from it, so people send
 * that themselves.  A wish not to be visited is no such word. */
static bool moved_since(const struct msg_field *f, const struct msg *told, const struct msg *now)
{
	return f->cat == MESSAGE_CONTACT && f->type == MSG_TYPE_TEXT &&
	       strcmp(msg_text(told, f->number), msg_text(now, f->number)) != 0;
}

/* What the partner was told of, in the words that hold now: a detail that was corrected since is not said wrong again, one that was
 * taken out of the case is not said, and one that the partner never had is none of them. */
static enum err as_now(struct turn *t, const struct thread *th, struct msg **person)
{
	struct msg *record, *now;
	struct msg_field f;
	enum err rc = casefile_load(t, &th->case_id, &record);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	if (msg_u64(record, CASE_RECORD_MOVED) != 0)
		return ERR_OK; /* another node has the case: nothing newer is known here */
	rc = casefile_person(t, &th->case_id, record, &now);
	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; msg_field_at(now, i, &f); i++)
		if (!msg_has(*person, f.number) || moved_since(&f, *person, now))
			msg_clear(now, f.number);
	*person = now;
	return ERR_OK;
}

static enum err say_again(struct turn *t, struct thread *th, const struct id16 *old, uint64_t cats)
{
	struct msg *person = msg_new(t->arena, MSG_PERSON), *body = msg_new(t->arena, MSG_INFO);
	bool ended;
	enum err rc;

	require(th->role == THREAD_SENDER);
	if (person == NULL || body == NULL)
		return ERR_NOMEM;
	rc = said(t, th, old, person, &ended);
	if (rc != ERR_OK || !ended)
		return rc;
	rc = as_now(t, th, &person);
	if (rc != ERR_OK)
		return rc;
	consent_blank(person, cats);
	if (msg_cats(person) == 0)
		return ERR_OK; /* nothing is left that could be said: the referral itself goes on */
	msg_put_sub(body, INFO_PERSON, person);
	return acts_sign(t, th, DOC_INFO, body);
}

/* What the consent that took its place covers; 0: there is none any more. */
static enum err left_of(struct turn *t, const struct id16 *old, uint64_t *cats)
{
	struct id16 next;
	struct span s;
	struct msg *m;
	enum err rc = consent_record(t, old, &m);

	*cats = 0;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* erased with its case */
	s = msg_bytes(m, GRANT_RECORD_SUCCESSOR);
	if (s.len != sizeof next.b)
		return ERR_OK;
	memcpy(next.b, s.p, sizeof next.b);
	rc = consent_record(t, &next, &m);
	if (rc == ERR_OK)
		*cats = consent_grant_cats(m);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* In one referral.  Where a loss of state was found since then both ends agree first, and the worker says it by hand. */
static enum err say_in(struct turn *t, struct thread *th, const struct id16 *old, uint64_t cats)
{
	bool may = false;
	enum err rc = ERR_OK;

	if (!bodies_ended(th) && !th->hidden && th->my_no < THREAD_LOG_MAX)
		rc = settled_writable(t, th, &may);
	return rc == ERR_OK && may ? say_again(t, th, old, cats) : rc;
}

/* In each referral that goes on, as many as one turn signs.  What both allow now: the person, and the agreement of the two partners. */
enum err narrow_say(struct turn *t, struct chore *c)
{
	const struct consent_scope s = {state_peer(t->node, c->peer), c->case_id, false};
	struct bodies_walk w = bodies_walk_of(&s);
	struct consent_view v;
	struct thread th;
	uint64_t cats = 0;
	bool more = true;
	unsigned n = 0;

	require(c->kind == CHORE_NARROW);
	if (s.p != NULL && !turn_case_erased(t, &c->case_id))
		w.rows.rc = left_of(t, &c->after_case, &cats);
	if (w.rows.rc == ERR_OK && cats != 0)
		w.rows.rc = consent_living(t, &s, CONSENT_SEND, &v);
	if (w.rows.rc != ERR_OK || cats == 0) {
		c->over = w.rows.rc == ERR_OK;
		return w.rows.rc;
	}
	if (!bytes_zero(c->after.b, sizeof c->after.b))
		w.rows.at = chores_behind(c);
	while (n++ < CHORE_SLICE && t->doc_count + ROOM < LIMIT_BURST &&
	       (more = bodies_each(t, &w, &th))) {
		const size_t mark = t->arena->used, signed_before = t->doc_count;

		c->after = th.id;
		w.rows.rc = say_in(t, &th, &c->after_case, cats & consent_covered(&v, t->wall_ms));
		if (t->doc_count == signed_before)
			arena_rewind(t->arena, mark);
	}
	c->over = !more;
	return w.rows.rc;
}

/* Mostly this turn says it all.  What is left of one that came before is not disturbed: each has a row of its own. */
static enum err say_all_again(struct turn *t, const struct consent_scope *s, const struct id16 *old)
{
	struct chore c = {
		.kind = CHORE_NARROW, .peer = s->p->no, .case_id = s->case_id, .after_case = *old};
	struct chore row = c;
	enum err rc = narrow_say(t, &c);

	if (rc != ERR_OK || c.over)
		return rc;
	while ((rc = chores_load(t, &row)) == ERR_OK)
		if (row.part++ == UINT8_MAX)
			return ERR_LIMIT;
	c.part = row.part;
	return rc == ERR_NOTFOUND ? chores_save(t, &c) : rc;
}

static enum err check(struct turn *t, const struct consent_scope *s, const struct msg *record,
		      uint64_t cats)
{
	const uint64_t had = msg_u64(msg_get(record, GRANT_RECORD_GRANT), CONSENT_GRANT_CATS);
	char names[200];

	if (s->received)
		return turn_refuse_with(t, ERR_DENIED, REFUSAL_NARROW_THEIRS,
					say_text("partner", s->p->org));
	if ((cats & had) != 0)
		return ERR_OK;
	if (cats == 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_NARROW_WHAT);
	consent_names(cats, names, sizeof names);
	return turn_refuse_with(t, ERR_INVAL, REFUSAL_NARROW_NOTHING,
				say_code("cats", LIST_CATEGORIES, names));
}

enum err narrow_consent(struct turn *t, const struct consent_scope *s, const struct id16 *grant,
			uint64_t cats, struct id16 *next, struct grants_ended *out)
{
	struct msg *record;
	uint64_t left;
	enum err rc = consent_record(t, grant, &record);

	*next = (struct id16){{0}};
	if (rc == ERR_OK)
		rc = check(t, s, record, cats);
	if (rc != ERR_OK)
		return rc;
	left = msg_u64(msg_get(record, GRANT_RECORD_GRANT), CONSENT_GRANT_CATS) & ~cats;
	if (left == 0 || consent_grant_state(record, t->wall_ms) != CONSENT_LIVING)
		return grants_withdraw(t, s, grant, out);
	rc = all_writable(t, s);
	if (rc == ERR_OK)
		rc = make_next(t, s, grant, record, left, next);
	if (rc == ERR_OK && consent_sent(t, grant, record))
		rc = grantdocs_send(t, s->p, &s->case_id);
	if (rc == ERR_OK)
		rc = grants_withdraw(t, s, grant, out);
	if (rc == ERR_OK)
		rc = say_all_again(t, s, grant);
	return rc == ERR_OK ? answer_owe(t, s->p->no) : rc;
}
