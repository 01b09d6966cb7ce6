/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A withdrawal asks for erasure, and a law may forbid it.  Then the consent ends all the same, for everybody who works here: what
 * is kept is kept for the law, and erased on the day on which the law lets it go.
 */
#include "domain/consent/bylaw.h"

#include "base/check.h"
#include "base/date.h"
#include "base/limits/cases.h"
#include "domain/documents/grantkey.h"
#include "domain/documents/shut.h"
#include "domain/referral/calendar.h"
#include "domain/referral/referral.h"
#include "proto/lists.h"

enum { DAYS_OF_YEAR = 365, MONTHS_OF_YEAR = 12 };

/* Both or neither: a law without a time would keep for ever, and a time without a law is nobody's right.  Whoever writes the agreement
 * down anew without them goes back to erasing, for what ends from then on. */
enum err bylaw_agree(struct turn *t, const struct msg *asked, struct msg *agreement)
{
	const char *statute = msg_text(asked, PARTNER_AGREE_STATUTE);
	const uint64_t months = msg_u64(asked, PARTNER_AGREE_KEEP_MONTHS);

	require(msg_kind_of(agreement) == MSG_AGREEMENT);
	if (statute[0] == '\0' && months == 0)
		return ERR_OK;
	if (msg_u64(asked, PARTNER_AGREE_RECEIVE) == 0)
		return turn_refuse(t, ERR_INVAL, REFUSAL_KEEP_RECEIVE_ONLY);
	if (!list_takes(LIST_CODES, "statute", statute))
		return turn_refuse(t, ERR_INVAL, REFUSAL_STATUTE_UNKNOWN);
	if (months == 0 || months > LIMIT_KEEP_MONTHS)
		return turn_refuse_with(t, ERR_INVAL, REFUSAL_KEEP_MONTHS_MISSING,
					say_number("most", LIMIT_KEEP_MONTHS));
	msg_set_text(t->arena, agreement, AGREEMENT_STATUTE, statute);
	msg_set_u64(agreement, AGREEMENT_KEEP_MONTHS, months);
	return ERR_OK;
}

/* One that ended still binds: the law asks when something came, and not whether more may come. */
static enum err terms_of(struct turn *t, uint16_t peer, struct msg **agreement, bool *yes)
{
	const enum err rc = consent_agreement_record(t, peer, CONSENT_RECEIVE, agreement);

	*yes = rc == ERR_OK && msg_u64(*agreement, AGREEMENT_KEEP_MONTHS) != 0;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* The day is fixed here, so that a later agreement neither lets go of it nor keeps it longer. */
enum err bylaw_close(struct turn *t, const struct consent_scope *s, const struct id16 *grant,
		     bool *kept)
{
	struct msg *m, *terms;
	enum err rc;

	require(s->received && s->p != NULL);
	*kept = shut_has(t, grant);
	if (*kept || !grantkey_lives(t, grant))
		return ERR_OK;
	rc = terms_of(t, s->p->no, &m, kept);
	if (rc != ERR_OK || !*kept)
		return rc;
	terms = msg_new(t->arena, MSG_SHUT_RECORD);
	if (terms == NULL)
		return ERR_NOMEM;
	msg_set_text(t->arena, terms, SHUT_RECORD_STATUTE, msg_text(m, AGREEMENT_STATUTE));
	msg_set_u64(terms, SHUT_RECORD_UNTIL_MS,
		    t->wall_ms + msg_u64(m, AGREEMENT_KEEP_MONTHS) * DAYS_OF_YEAR * DAY_MS /
					 MONTHS_OF_YEAR);
	return shut_put(t, grant, terms);
}

/* What was a mistake was never theirs to keep. */
enum err bylaw_binds(struct turn *t, const struct thread *th, uint16_t reason, bool *yes)
{
	struct msg *m;

	*yes = false;
	return th->role == THREAD_RECEIVER && reason != WIRE_VERDICT_HOLLOW
		       ? terms_of(t, th->peer, &m, yes)
		       : ERR_OK;
}

/* A referral may be revoked before the word about its consent comes: what is only hidden then can still be shut. */
bool bylaw_keeps(struct turn *t, const struct thread *th, const struct document *d, bool binds)
{
	require(th->kind == THREAD_REFERRAL);
	return th->role == THREAD_RECEIVER && th->state != REFERRAL_ERROR &&
	       (shut_has(t, &d->head.grant_id) || (binds && grantkey_lives(t, &d->head.grant_id)));
}

enum err bylaw_until(struct turn *t, const struct id16 *grant, uint64_t *until_ms)
{
	struct msg *terms;
	const enum err rc = shut_get(t, grant, &terms);

	*until_ms = rc == ERR_OK ? msg_u64(terms, SHUT_RECORD_UNTIL_MS) : 0;
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Asked for rows of lists, where nothing of the person is left to show: only then are the consents of its case looked through. */
enum err bylaw_in(struct turn *t, const struct id16 *case_id, const struct peer *p, bool *yes)
{
	const size_t mark = t->arena->used;
	struct store_walk w = {.rc = ERR_OK};
	struct id16 id;
	struct msg *m;

	*yes = false;
	while (!*yes && consent_each(t, case_id, &w, &id, &m)) {
		*yes = shut_has(t, &id) && (p == NULL || consent_between(m, p->no, true));
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

enum err bylaw_refuse(struct turn *t, const struct id16 *case_id)
{
	bool kept;
	const enum err rc = bylaw_in(t, case_id, NULL, &kept);

	return rc == ERR_OK && kept ? turn_refuse(t, ERR_DENIED, REFUSAL_RESTRICTED) : rc;
}

/* The day on which it goes, and no last day on which it is here: by then a timer erases it, at some moment of that day. */
enum err bylaw_row(struct turn *t, const struct id16 *grant, struct msg *row)
{
	struct msg *terms;
	const enum err rc = shut_get(t, grant, &terms);
	char day[DATE_TEXT];

	require(msg_kind_of(row) == MSG_GRANT_ROW);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	date_text(calendar_day(t->node->country, msg_u64(terms, SHUT_RECORD_UNTIL_MS)), day);
	msg_set_text(t->arena, row, GRANT_ROW_STATE, "restricted");
	msg_set_text(t->arena, row, GRANT_ROW_STATUTE, msg_text(terms, SHUT_RECORD_STATUTE));
	msg_set_text(t->arena, row, GRANT_ROW_KEPT_UNTIL, day);
	return ERR_OK;
}
