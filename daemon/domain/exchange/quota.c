/* SPDX-License-Identifier: EUPL-1.2 */
/* What one partner may cost is bounded per partner and per case, so that one that sends without end harms nobody else: its
 * own documents wait, and everything that is done here over the rows of one partner or one case is small.
 *
 *   it brings                                 | bounded by
 *   a referral                                | open ones, threads, the timeline of its case
 *   a consent for a person who is here        | threads, consents of its case: a renewal gets in when the open referrals are many
 *   a consent or a referral for a new person  | also by cases; and by open referrals, since a case is for one
 *   a consent for a new person                | LIMIT_ALONE that wait for their referral
 *   any document of a thread that is here     | THREAD_LOG_MAX
 *   a report of figures                       | LIMIT_PARTNER_REPORTS
 *   a lost act                                | LIMIT_THREAD_LOST
 *   words added to a case that went on from here | a row of the handover by which it did (domain/handover)
 *   a file                                    | LIMIT_BLOBS_PARTNER; one beyond it waits here (domain/blob)
 *   anything                                  | documents and MiB of a day
 *
 * The counts are right at any time: the simulator's judge holds them against the rows. */
#include "domain/exchange/quota.h"

#include "base/check.h"
#include "base/date.h"
#include "base/limits/files.h"
#include "domain/running/running.h"

enum { SHOWN_MS = DAY_MS, MIB = 20 };

/* clang-format off */
static const char *const codes[] = {
#define QUOTA_CODE(name, text) [QUOTA_##name] = (text),
	QUOTAS(QUOTA_CODE)
#undef QUOTA_CODE
};
/* clang-format on */

const char *quota_code(enum quota what)
{
	return (size_t)what < sizeof codes / sizeof codes[0] ? codes[what] : "";
}

uint64_t quota_limit(const struct node *n, enum quota what)
{
	switch (what) {
	case QUOTA_OPEN:
		return n->quota.open_referrals;
	case QUOTA_CASES:
		return n->quota.cases;
	case QUOTA_ALONE:
		return LIMIT_ALONE;
	case QUOTA_THREADS:
		return n->quota.threads;
	case QUOTA_CASE:
		return LIMIT_CASE_ENTRIES;
	case QUOTA_REPORTS:
		return LIMIT_PARTNER_REPORTS;
	case QUOTA_LOST:
		return LIMIT_THREAD_LOST;
	case QUOTA_DAY_DOCUMENTS:
		return n->day_documents;
	case QUOTA_DAY_MIB:
		return n->day_bytes >> MIB;
	case QUOTA_UNSTORED:
		return LIMIT_UNSTORED;
	case QUOTA_GONE:
		return LIMIT_GONE;
	case QUOTA_KEYS:
		return LIMIT_KEYS;
	case QUOTA_MEMBERS:
		return LIMIT_PEERS;
	case QUOTA_BLOBS:
		return LIMIT_BLOBS_PARTNER >> MIB;
	case QUOTA_HANDOVERS:
		return LIMIT_HANDOVERS;
	case QUOTA_STORE: /* store_usage() knows */
	case QUOTA_NONE:
		break;
	}
	return 0;
}

/* Of one partner, as it stands now. */
static uint64_t counted(const struct turn *t, const struct pair *pr, enum quota what)
{
	const struct peer *p = state_peer(t->node, pr->peer);
	const bool today = pr->day == t->wall_ms / DAY_MS;

	switch (what) {
	case QUOTA_OPEN:
		return pr->open_theirs;
	case QUOTA_CASES:
		return pr->cases;
	case QUOTA_ALONE:
		return pr->alone;
	case QUOTA_THREADS:
		return pr->threads;
	case QUOTA_REPORTS:
		return pr->reports;
	case QUOTA_DAY_DOCUMENTS:
		return today ? pr->day_documents : 0;
	case QUOTA_DAY_MIB:
		return today ? pr->day_bytes >> MIB : 0;
	case QUOTA_UNSTORED:
		return pr->unstored;
	case QUOTA_GONE:
		return pr->gone;
	case QUOTA_KEYS:
		return p == NULL ? 0 : p->key_seq;
	case QUOTA_BLOBS:
		return pr->blobs >> MIB;
	case QUOTA_HANDOVERS: /* what is over leaves no count */
	case QUOTA_CASE:
	case QUOTA_LOST:
	case QUOTA_MEMBERS:
	case QUOTA_STORE:
	case QUOTA_NONE:
		break;
	}
	return 0; /* in whole; or of one case or thread: which one it was does not matter a day later */
}

enum err quota_thread(struct turn *t, uint16_t peer, enum thread_kind kind, enum quota *over)
{
	struct pair *pr;
	enum err rc = pair_get(t, peer, &pr);

	*over = QUOTA_NONE;
	if (rc != ERR_OK)
		return rc;
	if (pr->threads >= t->node->quota.threads)
		*over = QUOTA_THREADS;
	else if (kind == THREAD_REPORT && pr->reports >= LIMIT_PARTNER_REPORTS)
		*over = QUOTA_REPORTS;
	else if (kind == THREAD_REFERRAL && pr->open_theirs >= t->node->quota.open_referrals)
		*over = QUOTA_OPEN;
	return ERR_OK;
}

enum err quota_new_case(struct turn *t, uint16_t peer, enum quota *over)
{
	struct pair *pr;
	enum err rc = pair_get(t, peer, &pr);

	*over = QUOTA_NONE;
	if (rc != ERR_OK)
		return rc;
	if (pr->cases >= t->node->quota.cases)
		*over = QUOTA_CASES;
	else if (pr->open_theirs >= t->node->quota.open_referrals)
		*over = QUOTA_OPEN;
	return ERR_OK;
}

/* Everything that arrives about a person is an entry of the timeline, and those are numbered. */
enum err quota_in_case(struct turn *t, const struct id16 *case_id, enum thread_kind kind,
		       enum quota *over)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_row row;
	bool full = false;
	enum err rc = store_last_prefix(t->txn, STORE_CASELOG, key_span(&prefix), &row);

	if (rc == ERR_OK && row.key.len == 24)
		full = be64_get(row.key.p + 16) >= LIMIT_CASE_ENTRIES;
	if (rc == ERR_NOTFOUND)
		rc = ERR_OK; /* nothing yet */
	if (rc == ERR_OK && !full && kind == THREAD_CONSENT)
		rc = turn_as_many(t, STORE_GRANTCASE, &prefix, LIMIT_CASE_GRANTS, &full);
	*over = full ? QUOTA_CASE : QUOTA_NONE;
	return rc;
}

enum err quota_lost(struct turn *t, const struct id16 *thread, enum quota *over)
{
	const struct store_key prefix = turn_key_id(thread);
	bool full;
	enum err rc = turn_as_many(t, STORE_SHELF, &prefix, LIMIT_THREAD_LOST, &full);

	*over = full ? QUOTA_LOST : QUOTA_NONE;
	return rc;
}

enum err quota_began(struct turn *t, const struct thread *th)
{
	struct pair *pr;
	enum err rc = pair_get(t, th->peer, &pr);

	require(th->role == THREAD_RECEIVER);
	if (rc != ERR_OK)
		return rc;
	pr->threads++;
	pr->reports += th->kind == THREAD_REPORT;
	return ERR_OK;
}

enum err quota_case(struct turn *t, uint16_t peer, bool here)
{
	struct pair *pr;
	enum err rc = pair_get(t, peer, &pr);

	if (rc != ERR_OK)
		return rc;
	if (here)
		pr->cases++;
	else if (pr->cases > 0) /* a count that is wrong keeps nobody from erasing */
		pr->cases--;
	return ERR_OK;
}

static struct store_key open_key(uint16_t peer, uint8_t role, const struct quota_place *at)
{
	struct store_key k = turn_key_u16(peer);

	key_u8(&k, role);
	key_put(&k, at->case_id.b, sizeof at->case_id.b);
	key_put(&k, at->thread.b, sizeof at->thread.b);
	return k;
}

/* Whether the row is there decides, not the state before: the same word twice counts once. */
enum err quota_open(struct turn *t, const struct thread *th, bool over)
{
	const struct quota_place at = {th->case_id, th->id};
	const struct store_key k = open_key(th->peer, th->role, &at);
	const bool there = quota_is_open(t, th->peer, th->role, &at);
	struct pair *pr;
	uint64_t *count;
	enum err rc;

	require(kind_has(th->kind, KIND_LISTED));
	if (there != over)
		return ERR_OK; /* nothing changed */
	rc = pair_get(t, th->peer, &pr);
	if (rc != ERR_OK)
		return rc;
	running_touch(t->node->running, &th->case_id, &th->id);
	count = th->role == THREAD_RECEIVER ? &pr->open_theirs : &pr->open_ours;
	if (!over)
		++*count;
	else if (*count > 0) /* a count that is wrong keeps nothing from ending */
		--*count;
	return over ? store_del(t->txn, STORE_OPEN, key_span(&k))
		    : turn_put(t, STORE_OPEN, &k, span_of(&th->kind, 1));
}

bool quota_is_open(struct turn *t, uint16_t peer, uint8_t role, const struct quota_place *at)
{
	const struct store_key k = open_key(peer, role, at);

	require(peer != 0);
	return record_exists(t->txn, STORE_OPEN, key_span(&k));
}

enum err quota_next_open(struct turn *t, uint16_t peer, uint8_t role, struct quota_place *place)
{
	struct store_key at = open_key(peer, role, place);
	struct store_row row;
	enum err rc;

	key_u8(&at, 0); /* just above it */
	rc = store_seek(t->txn, STORE_OPEN, key_span(&at), &row);
	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 2 + 1 + 16 + 16)
		return ERR_CORRUPT;
	if (be16_get(row.key.p) != peer || row.key.p[2] != role)
		return ERR_NOTFOUND;
	memcpy(place->case_id.b, row.key.p + 3, 16);
	memcpy(place->thread.b, row.key.p + 19, 16);
	return ERR_OK;
}

enum err quota_open_in(struct turn *t, uint16_t peer, uint8_t role, const struct id16 *case_id,
		       bool *yes)
{
	struct quota_place at = {.case_id = *case_id};
	enum err rc = quota_next_open(t, peer, role, &at);

	*yes = rc == ERR_OK && id16_equal(&at.case_id, case_id);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* Two looks for each partner, however many referrals the case had.  With one that was removed nothing ends any more, and nobody waits. */
enum err quota_any_open(struct turn *t, const struct id16 *case_id, bool *yes)
{
	enum err rc = ERR_OK;

	*yes = false;
	for (size_t i = 0; rc == ERR_OK && !*yes && i < t->node->peer_count; i++) {
		const uint16_t no = t->node->peers[i].no;

		if (t->node->peers[i].removed)
			continue;
		rc = quota_open_in(t, no, THREAD_SENDER, case_id, yes);
		if (rc == ERR_OK && !*yes)
			rc = quota_open_in(t, no, THREAD_RECEIVER, case_id, yes);
	}
	return rc;
}

enum err quota_passed_over(struct turn *t, uint16_t peer, enum quota what)
{
	struct pair *pr;
	enum err rc = pair_get(t, peer, &pr);

	require(what != QUOTA_NONE);
	if (rc != ERR_OK)
		return rc;
	pr->over++;
	pr->over_ms = t->wall_ms;
	pr->over_what = (uint8_t)what;
	return ERR_OK;
}

static struct msg *limit_row(struct turn *t, struct msg *status, const char *partner,
			     enum quota what, uint64_t count, uint64_t most)
{
	struct msg *row = msg_count(status, STATUS_LIMITS) == LIMIT_REPLY_REPEATED
				  ? NULL
				  : msg_add(t->arena, status, STATUS_LIMITS);

	if (row == NULL)
		return NULL;
	msg_set_text(t->arena, row, LIMIT_ROW_PARTNER, partner);
	msg_set_text(t->arena, row, LIMIT_ROW_WHAT, quota_code(what));
	msg_set_u64(row, LIMIT_ROW_COUNT, count);
	msg_set_u64(row, LIMIT_ROW_MOST, most);
	return row;
}

/* Said before it happens: whoever hears that nothing more comes in has people who wait already. */
static void near_row(struct turn *t, struct msg *status, const char *partner, enum quota what,
		     uint64_t count, uint64_t most)
{
	if (most == 0 || count * 100 < most * LIMIT_NEAR_PERCENT ||
	    msg_count(status, STATUS_LIMITS) >= LIMIT_LIST_ROWS)
		return;
	(void)limit_row(t, status, partner, what, count, most);
}

/* What of this partner was passed over in the last day, and all that is nearly full. */
static void rows_of(struct turn *t, struct msg *status, const struct peer *p, const struct pair *pr)
{
	const bool lately = pr->over != 0 && pr->over_ms + SHOWN_MS >= t->wall_ms;
	const enum quota over = lately ? (enum quota)pr->over_what : QUOTA_NONE;

	if (lately) {
		struct msg *row = limit_row(t, status, p->org, over, counted(t, pr, over),
					    quota_limit(t->node, over));

		msg_set_u64(row, LIMIT_ROW_REFUSED, pr->over);
		msg_set_u64(row, LIMIT_ROW_LAST_MS, pr->over_ms);
	}
	for (size_t i = QUOTA_NONE + 1; i < sizeof codes / sizeof codes[0]; i++)
		if ((enum quota)i != over)
			near_row(t, status, p->org, (enum quota)i, counted(t, pr, (enum quota)i),
				 quota_limit(t->node, (enum quota)i));
}

/* Who must act: the administrator talks to the partner, or allows more (deploy/settings.md). */
enum err quota_status(struct turn *t, struct msg *status)
{
	const struct store_usage u = store_usage(t->txn);

	/* in bytes: of a small store some MiB are all of it */
	if (u.used >= u.cap / 100 * LIMIT_NEAR_PERCENT || !store_room(t->txn, STORE_TAKES))
		(void)limit_row(t, status, "", QUOTA_STORE, u.used >> MIB, u.cap >> MIB);
	near_row(t, status, "", QUOTA_MEMBERS, t->node->peer_count,
		 quota_limit(t->node, QUOTA_MEMBERS));
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];
		struct pair *pr;
		enum err rc = p->self ? ERR_NOTFOUND : pair_get(t, p->no, &pr);

		if (rc == ERR_CORRUPT || rc == ERR_NOTFOUND)
			continue; /* kring verify names a row that is damaged */
		if (rc != ERR_OK)
			return rc;
		rows_of(t, status, p, pr);
	}
	return ERR_OK;
}
