/* SPDX-License-Identifier: EUPL-1.2 */
/* After a loss of state this node may have forgotten a withdrawal, or an erasure.  Only who could remember it is waited
 * for: a partner for its own threads (nothing is numbered for it before it was heard: number.c); for a case that came
 * from it, because its consent may have ended; and one of the two that keep our erasures, for every older case.  So a
 * partner that stays silent binds what is its own, and that not for ever: older cases go on after some days, and a
 * worker who cannot wait lets a single case go on, with a name in the audit log. */
#include "domain/loss/quarantine.h"

#include "base/check.h"
#include "base/date.h"
#include "base/plant.h"
#include "domain/documents/thread.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/keeper.h"
#include "domain/exchange/pair.h"
#include "domain/loss/incarnation.h"
#include "domain/membership/members.h"

enum { THREADS_MAX = 256, LOOK_MS = 60000 };

uint64_t quarantine_until_ms(const struct node *n)
{
	return n->quarantine ? n->restored_ms + (uint64_t)LIMIT_QUARANTINE_DAYS * DAY_MS
			     : UINT64_MAX;
}

static enum err is_unheard(struct turn *t, uint16_t peer, bool *yes)
{
	const struct peer *p = state_peer(t->node, peer);
	struct pair *pr;
	enum err rc;

	*yes = p != NULL && p->broken; /* its row cannot be read, and it cannot be heard */
	if (*yes)
		return ERR_OK;
	rc = pair_get(t, peer, &pr);
	*yes = rc == ERR_OK && pr->unheard;
	return rc;
}

/* Two partners keep the list of what we erased.  One that was heard gave it back; where nobody keeps it, nobody can. */
static enum err erasures_missing(struct turn *t, bool *yes)
{
	bool kept = false;

	require(t->node->quarantine);
	*yes = false;
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		bool unheard;
		enum err rc;

		if (!keeper_is(t, p))
			continue;
		rc = is_unheard(t, p->no, &unheard);
		if (rc != ERR_OK || !unheard)
			return rc;
		kept = true;
	}
	*yes = kept;
	return ERR_OK;
}

/* The first partner that was not heard, NULL: there is none.  Of observers and evaluators nothing about a case can come: they
 * are not waited for. */
static enum err first_unheard(struct turn *t, const struct peer **who)
{
	const struct node *n = t->node;

	*who = NULL;
	for (size_t i = 0; *who == NULL && i < n->peer_count; i++) {
		bool unheard;
		enum err rc;

		if (!quarantine_counts(&n->peers[i]))
			continue;
		rc = is_unheard(t, n->peers[i].no, &unheard);
		if (rc != ERR_OK)
			return rc;
		*who = unheard ? &n->peers[i] : NULL;
	}
	return ERR_OK;
}

/* Did part of this case come from a partner that was not heard?  Of very many threads the rest counts as such. */
static enum err from_unheard(struct turn *t, const struct id16 *case_id, bool *yes)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = 32};
	unsigned n = 0;
	enum err rc;

	require(t->node->quarantine);
	*yes = false;
	while (store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		const struct peer *p;
		struct thread th;
		struct id16 id;

		*yes = n++ >= THREADS_MAX;
		if (*yes)
			return ERR_OK;
		memcpy(id.b, w.row.key.p + 16, 16);
		rc = thread_load(t, &id, &th);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		p = state_peer(t->node, th.peer);
		if (th.role != THREAD_RECEIVER || p == NULL || !quarantine_counts(p))
			continue;
		rc = is_unheard(t, th.peer, yes);
		if (rc != ERR_OK || *yes)
			return rc;
	}
	return w.rc;
}

/* A case that was begun after the loss has no past that anybody could remember better. */
static bool has_past(const struct turn *t, const struct id16 *case_id)
{
	uint64_t born = 0;

	for (size_t i = 0; i < 6;
	     i++) /* an id begins with 48 bits of milliseconds: when it was drawn */
		born = born << 8 | case_id->b[i];
	return born < t->node->restored_ms;
}

static bool is_released(struct turn *t, const struct id16 *case_id)
{
	return record_exists(t->txn, STORE_RELEASED, span_of(case_id->b, 16));
}

enum err quarantine_holds(struct turn *t, const struct id16 *case_id, bool *yes)
{
	enum err rc;

	*yes = false;
	if (!t->node->quarantine || !has_past(t, case_id) || is_released(t, case_id))
		return ERR_OK;
	rc = erasures_missing(t, yes);
	return rc != ERR_OK || *yes ? rc : from_unheard(t, case_id, yes);
}

/* Being heard is one whole pass; what this node forgot comes back behind it.  It is waited for no longer than for a word. */
enum err quarantine_unsure(struct turn *t, bool *yes)
{
	const struct node *n = t->node;

	*yes = n->quarantine && !planted(PLANT_NO_FIRM);
	if (planted(PLANT_NO_FIRM) ||
	    t->wall_ms >= n->restored_ms + (uint64_t)LIMIT_QUARANTINE_DAYS * DAY_MS)
		return ERR_OK;
	for (size_t i = 0; i < n->peer_count && !*yes; i++) {
		struct pair *pr;
		enum err rc;

		if (!quarantine_counts(&n->peers[i]))
			continue;
		rc = pair_get(t, n->peers[i].no, &pr);
		if (rc != ERR_OK)
			return rc;
		*yes = pr->uncompared;
	}
	return ERR_OK;
}

/* What is sent waits for few, as above.  Whoever writes in a case waits for all: any of them may have taken it over, and what was signed
 * about that may have gone with the disk. */
enum err quarantine_waits(struct turn *t, const struct id16 *case_id, const struct peer **who,
			  bool *released)
{
	const struct node *n = t->node;

	*who = NULL;
	*released = false;
	if (!n->quarantine || !has_past(t, case_id))
		return ERR_OK;
	*released = is_released(t, case_id);
	return *released ? ERR_OK : first_unheard(t, who);
}

enum err quarantine_binds(struct turn *t, const struct id16 *case_id, bool *yes)
{
	const struct peer *who = NULL;
	bool released = false;
	enum err rc = quarantine_holds(t, case_id, yes);

	if (rc == ERR_OK && !*yes)
		rc = quarantine_waits(t, case_id, &who, &released);
	*yes = *yes || who != NULL;
	return rc;
}

/* What waits for any partner is looked at again: number.c asks quarantine_holds() of each document. */
static enum err recheck_all(struct turn *t)
{
	enum err rc = ERR_OK;

	for (uint16_t no = 1; rc == ERR_OK && no <= t->node->peer_count; no++) {
		struct pair *pr;

		if (t->node->peers[no - 1].broken)
			continue;
		rc = pair_get(t, no, &pr);
		if (rc != ERR_OK || pr->waiting == 0)
			continue;
		pr->recheck = true;
		rc = answer_owe(t, no);
	}
	return rc;
}

/* By a person, for one case: its documents go before every partner was heard. */
enum err quarantine_release(struct turn *t, const struct id16 *case_id)
{
	const struct store_key k = turn_key_id(case_id);
	const uint8_t one = 1;
	enum err rc = turn_put(t, STORE_RELEASED, &k, span_of(&one, 1));

	return rc == ERR_OK ? recheck_all(t) : rc;
}

bool quarantine_counts(const struct peer *p)
{
	return !p->self && !p->broken && members_hold_cases(p);
}

static enum err end(struct turn *t, const char *why)
{
	struct node *n = t->node;
	enum err rc;

	require(n->quarantine && why != NULL);
	n->quarantine = false;
	rc = incarnation_write(t);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_LOSS, .detail = why});
	return rc == ERR_OK ? recheck_all(t) : rc;
}

enum err quarantine_heard(struct turn *t)
{
	const struct peer *who;
	enum err rc;

	if (!t->node->quarantine)
		return ERR_OK;
	rc = first_unheard(t, &who);
	if (rc != ERR_OK)
		return rc;
	/* what waited for this one alone goes on */
	return who == NULL ? end(t, "all-heard") : recheck_all(t);
}

/* A partner may also be removed, or stay silent for ever. */
enum err quarantine_tick(struct turn *t)
{
	struct node *n = t->node;
	const struct peer *who;
	enum err rc;

	if (!n->quarantine)
		return ERR_OK;
	/* The clock ran ahead when the loss was noticed, and was set right: three days begin now, and not then. */
	if (n->restored_ms > t->wall_ms) {
		n->restored_ms = t->wall_ms;
		rc = incarnation_write(t);
		if (rc != ERR_OK)
			return rc;
	}
	if (t->wall_ms >= quarantine_until_ms(n))
		return end(t, "waited-long-enough");
	if (t->mono_ms < n->quarantine_mono_ms)
		return ERR_OK;
	n->quarantine_mono_ms = t->mono_ms +
				LOOK_MS; /* a hint in memory: an undone turn does no harm */
	rc = first_unheard(t, &who);
	return rc == ERR_OK && who == NULL ? end(t, "all-heard") : rc;
}
