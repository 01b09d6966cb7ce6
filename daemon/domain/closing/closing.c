/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A case that another node has now is not erased here: whom it told what stays, and figures stay what they were.  So what names
 * nobody is lifted from under the key of the case, the key is drawn anew, and everything else is left under the one that is gone.
 */
#include "domain/closing/closing.h"

#include <string.h>

#include "base/check.h"
#include "domain/attach/attach.h"
#include "domain/consent/casefile.h"
#include "domain/consent/drafts.h"
#include "domain/consent/grant.h"
#include "domain/documents/grantkey.h"
#include "domain/documents/thread.h"
#include "domain/news/erased.h"
#include "domain/people/known.h"
#include "domain/referral/referral.h"
#include "domain/referral/worklist.h"

/* Codes and numbers alone: what names categories speaks of the person.  A bundle names some, but says only which file it is: whoever has
 * the case may hear ours again. */
static bool says_nobody(const struct document *d)
{
	return d->head.cats == 0 || d->head.type == DOC_BUNDLE;
}

/* A partner's bundle lies under its consent, and goes with that: in another place it would outlive it. */
static enum err theirs(struct turn *t, const struct document *d, bool *yes)
{
	*yes = false;
	return d->head.type == DOC_BUNDLE
		       ? grantkey_holds(t, d->key.sender, DOC_BUNDLE, &d->head.grant_id, yes)
		       : ERR_OK;
}

static enum err close_body(struct turn *t, const struct doc_key *key)
{
	struct store_key k = turn_key_id(&key->msg);
	struct document d;
	bool stays;
	enum err rc = document_look(t, key, &d);

	if (rc != ERR_OK || d.hollow || d.salt == NULL)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = theirs(t, &d, &stays);
	if (rc != ERR_OK || stays)
		return rc;
	if (says_nobody(&d))
		return document_stay(t, key);
	key_u16(&k, key->sender);
	rc = store_del(t->txn, STORE_DOCBODY, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Of what is over nothing is left to be done by whoever has the case no more, and nobody could close it to say so. */
static enum err close_work(struct turn *t, const struct thread *th)
{
	return th->kind == THREAD_REFERRAL && referral_terminal((enum referral_state)th->state)
		       ? worklist_clear(t, th)
		       : ERR_OK;
}

/* Both logs, and the need, which is of the person too: a thread of ours counts in no figure by its need. */
static enum err close_thread(struct turn *t, const struct id16 *id)
{
	struct thread th;
	enum err rc = thread_load(t, id, &th);

	if (rc == ERR_OK)
		rc = close_work(t, &th);
	for (unsigned side = 0; rc == ERR_OK && side < 2; side++) {
		const uint32_t last = side == 0 ? th.my_no : th.their_no;

		for (uint32_t no = 1; rc == ERR_OK && no <= last; no++) {
			struct log_entry e;

			rc = thread_entry(t, &th, side == 0, no, &e);
			if (rc == ERR_OK)
				rc = close_body(t, &e.doc);
		}
	}
	if (rc != ERR_OK)
		return rc;
	th.need[0] = '\0';
	return thread_save(t, &th);
}

static enum err close_threads(struct turn *t, const struct id16 *case_id)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = 32};

	while (store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, sizeof id.b);
		w.rc = close_thread(t, &id);
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

/* ---- what stays, under the next key ---- */

enum { MOST_GRANTS = 256 }; /* of one case: each took an act of a person */

struct stays {
	struct msg *record;
	struct msg *grant[MOST_GRANTS];
	struct id16 id[MOST_GRANTS];
	size_t n;
};

/* Read while the key is there. */
static enum err lift(struct turn *t, const struct id16 *case_id, struct stays *s)
{
	struct store_walk w = {.rc = ERR_OK};
	struct msg *m;

	w.rc = casefile_load(t, case_id, &m);
	if (w.rc != ERR_OK)
		return w.rc;
	s->record = msg_new(t->arena, MSG_CASE_RECORD);
	msg_set_u64(s->record, CASE_RECORD_CREATED_MS, msg_u64(m, CASE_RECORD_CREATED_MS));
	msg_set_u64(s->record, CASE_RECORD_VERSION, msg_u64(m, CASE_RECORD_VERSION));
	msg_set_u64(s->record, CASE_RECORD_MOVED, 1);
	s->n = 0;
	while (s->n < MOST_GRANTS && consent_each(t, case_id, &w, &s->id[s->n], &s->grant[s->n]))
		s->n += msg_u64(s->grant[s->n], GRANT_RECORD_RECEIVED) == 0;
	if (w.rc == ERR_OK && s->n == MOST_GRANTS)
		return ERR_LIMIT;
	return w.rc;
}

/* Written again under the next one. */
static enum err lay(struct turn *t, const struct id16 *case_id, const struct stays *s)
{
	enum err rc = casefile_save(t, case_id, s->record);

	for (size_t i = 0; rc == ERR_OK && i < s->n; i++)
		rc = consent_save(t, &s->id[i], case_id, s->grant[i]);
	return rc;
}

/*	what                                        under the key of the case       afterwards
 *	person, timeline, drafts, names of files    yes                             gone with the key
 *	bodies that name categories                 yes, or that of a consent       deleted
 *	bodies of codes and numbers                 yes                             under the stand-in "answers"
 *	bundles of partners                         no, under that of a consent     as they were
 *	consents of ours, the stub of the case      yes                             under the next key
 *	consents of partners, the ledger, audit     no                              as they were
 *
 * The order matters in one place alone: what is to stay has to be read while its key is there. */
enum err closing_drop(struct turn *t, const struct id16 *case_id)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct stays *s = arena_alloc(t->arena, sizeof *s);
	enum err rc = s == NULL ? ERR_NOMEM : lift(t, case_id, s);

	require(!turn_case_erased(t, case_id));
	if (rc == ERR_OK)
		rc = close_threads(t, case_id);
	if (rc == ERR_OK)
		rc = attach_drop_case(t, case_id);
	if (rc == ERR_OK)
		rc = drafts_erase(t, case_id);
	if (rc == ERR_OK)
		rc = turn_drop_prefix(t, STORE_CASELOG, &prefix);
	if (rc == ERR_OK)
		rc = known_drop(t, case_id);
	if (rc == ERR_OK)
		rc = record_case_rekey(t->txn, case_id);
	if (rc == ERR_OK)
		rc = lay(t, case_id, s);
	return rc == ERR_OK ? erased_shred(t) : rc;
}
