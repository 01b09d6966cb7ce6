/* SPDX-License-Identifier: EUPL-1.2 */
/* A document finds the rules of its thread here, and nowhere else: no room asks what kind a thread is to know what to
 * do with it. */
#include "domain/exchange/hooks.h"

#include "base/check.h"

const struct kind_rules *hooks_rules(const struct node *n, const struct thread *th)
{
	require(th->kind < n->hooks->kind_count);
	require(n->hooks->kinds[th->kind] != NULL);
	return n->hooks->kinds[th->kind];
}

/* The first document decides the kind.  A kind that stands alone may not join a thread of another, whose rules would judge it. */
enum err hooks_judge(struct turn *t, const struct peer *p, const struct wire_doc *d,
		     struct thread *th, uint16_t *verdict, enum quota *over)
{
	const enum thread_kind opens = kind_opened_by(d->head.type);
	enum err rc;

	require(th->kind != 0 || th->my_no + th->their_no == 0);
	if (th->kind == 0)
		th->kind = (uint8_t)opens;
	rc = hooks_rules(t->node, th)->judge(t, p, d, th, verdict, over);
	if (th->kind != opens && kind_has(opens, KIND_ALONE))
		*verdict = WIRE_VERDICT_MALFORMED;
	return rc;
}

enum err hooks_recovered(struct turn *t, const struct peer *p, const struct wire_doc *d,
			 struct thread *th)
{
	require(th->my_no + th->their_no == 0);
	th->kind = (uint8_t)kind_opened_by(d->head.type);
	return hooks_rules(t->node, th)->recovered(t, p, d, th);
}

static enum err thread_of(struct turn *t, const struct doc_brief *d, struct thread *th,
			  const struct kind_rules **rules)
{
	enum err rc = thread_load(t, &d->thread, th);

	if (rc == ERR_OK)
		*rules = hooks_rules(t->node, th);
	return rc;
}

/* Here and below: a kind without a hook has nothing to do at that point, so most rows of kinds are short. */
enum err hooks_receipted(struct turn *t, const struct doc_brief *d, const struct wire_verdict *v)
{
	const struct kind_rules *rules;
	struct thread th;
	enum err rc = thread_of(t, d, &th, &rules);

	return rc != ERR_OK || rules->receipted == NULL ? rc : rules->receipted(t, &th, d, v);
}

enum err hooks_not_taken(struct turn *t, const struct doc_brief *d, uint16_t code)
{
	const struct kind_rules *rules;
	struct thread th;
	enum err rc = thread_of(t, d, &th, &rules);

	return rc != ERR_OK || rules->not_taken == NULL ? rc : rules->not_taken(t, &th, d, code);
}

enum err hooks_shelved(struct turn *t, struct thread *th, const struct doc_key *key, uint16_t type)
{
	const struct kind_rules *rules = hooks_rules(t->node, th);

	return rules->shelved == NULL ? thread_save(t, th) : rules->shelved(t, th, key, type);
}

enum err hooks_settled(struct turn *t, struct thread *th)
{
	const struct kind_rules *rules = hooks_rules(t->node, th);

	return rules->settled == NULL ? ERR_OK : rules->settled(t, th);
}

enum err hooks_flagged(struct turn *t, struct thread *th, uint8_t flags)
{
	const struct kind_rules *rules = hooks_rules(t->node, th);

	return rules->flagged == NULL ? ERR_OK : rules->flagged(t, th, flags);
}
