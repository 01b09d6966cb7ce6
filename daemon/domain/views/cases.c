/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Cases as people look at them.  Only the rows that are shown are opened, and in a search the partners' persons that may fit; it
 * is audited.  A case of many years still opens: its oldest entries are left out, and the reply says so.
 */
#include "domain/views/cases.h"

#include "base/check.h"

#include <string.h>

#include "domain/consent/alone.h"
#include "domain/consent/casefile.h"
#include "domain/consent/grant.h"
#include "domain/consent/origin.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/pair.h"
#include "domain/page.h"
#include "domain/people/known.h"
#include "domain/people/query.h"
#include "domain/people/same.h"
#include "domain/staff/staff.h"
#include "domain/staff/worker.h"
#include "domain/views/caserow.h"
#include "domain/views/consents.h"
#include "domain/views/disclosures.h"
#include "domain/views/find.h"
#include "domain/views/referrals.h"

static_assert(LIMIT_RECORD <= LIMIT_CONTROL / 4, "the newest entry of a case always fits its page");

/* ---- lists ---- */

/* What is asked of the list of cases. */
struct sought {
	const char *text;  /* "": all */
	struct id16 below; /* of one that is leafed through: its rows are older than this */
	bool one;	   /* of one partner alone: this */
	uint16_t only;
	struct query query; /* out of text */
};

/* The newest first: ids begin with the time.  As the key of its row on the page, and back. */
static struct id16 mirrored(const uint8_t id[16])
{
	struct id16 out;

	for (size_t i = 0; i < sizeof out.b; i++)
		out.b[i] = (uint8_t)~id[i];
	return out;
}

/* How well the person fits, as far as it may be seen now. */
static enum err fit_of(struct turn *t, const struct sought *s, const struct id16 *id,
		       enum query_fit *fit)
{
	struct index_entry e;
	struct msg *m, *person;
	enum err rc = casefile_load(t, id, &m);

	*fit = QUERY_NOT;
	if (rc == ERR_OK)
		rc = casefile_person(t, id, m, &person);
	if (rc != ERR_OK)
		return rc;
	known_person(id, 0, person, &e);
	*fit = query_fits(&s->query, &e);
	return ERR_OK;
}

/* One that waits for its referral is no case yet; of a search it has to fit. */
static enum err offer(struct turn *t, const struct sought *s, uint16_t origin,
		      const struct id16 *id, struct page *p, struct msg *reply)
{
	const size_t mark = t->arena->used;
	struct page_item one = {.peer = page_part_of(p, origin)};
	const struct id16 key = mirrored(id->b);
	enum query_fit fit = QUERY_EXACT;
	enum err rc = ERR_OK;

	require(one.peer <= t->node->peer_count);
	if (alone_is(t, id))
		return ERR_OK;
	if (s->text[0] != '\0') {
		rc = fit_of(t, s, id, &fit);
		arena_rewind(t->arena, mark);
	}
	if (page_damaged(t, rc, STORE_CASES, span_of(id->b, 16), reply))
		return ERR_OK;
	key_put(&one.key, key.b, sizeof key.b);
	one.rank = fit;
	if (fit != QUERY_NOT)
		page_offer_of(p, &one);
	return rc;
}

/* Of one origin, the newest first: leafing through them as many as a page holds, and one more, which says that there are more; a
 * search goes on to the end, because it says how many fit. */
static enum err offer_origin(struct turn *t, const struct sought *s, uint16_t origin,
			     struct page *p, struct msg *reply)
{
	const bool search = s->text[0] != '\0';
	struct id16 id = s->below;

	require(p->at.len == 0 || (search && p->at.len == sizeof id.b));
	if (search)
		memset(&id, 0xff, sizeof id);
	if (p->at.len == sizeof id.b)
		memcpy(id.b, p->at.b, sizeof id.b);
	p->at.len = 0;
	for (size_t n = 0; search || n <= p->limit; n++) {
		enum err rc = origin_before(t, origin, &id);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_OK : rc;
		rc = offer(t, s, origin, &id, p, reply);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (!search || !turn_enough(t))
			continue;
		key_put(&p->at, id.b, sizeof id.b);
		return page_rest(t, p);
	}
	return ERR_OK;
}

/* What the index does not know is looked up.  Of very many few names are read: mostly the rest of the row says no. */
static enum query_fit known_fit(struct turn *t, const struct sought *s, uint32_t place,
				struct index_entry *e)
{
	if (s->one && s->only != e->origin)
		return QUERY_NOT;
	if (e->damaged || e->nameless)
		return QUERY_EXACT;
	if (!query_may(&s->query, e))
		return QUERY_NOT;
	index_name(t->node->index, place, e);
	return query_fits(&s->query, e);
}

/* By the index.  Our own words are as it has them; a person of a partner's is opened, because what may be seen of it depends on
 * consents and on the day. */
static enum err offer_known(struct turn *t, const struct sought *s, struct page *p,
			    struct msg *reply)
{
	uint32_t place = p->at.len == sizeof place ? be32_get(p->at.b) : 0;
	struct index_entry e;

	while (index_each(t->node->index, &place, &s->query.want, &e)) {
		const enum query_fit fit = known_fit(t, s, place, &e);
		const struct id16 key = mirrored(e.id.b);
		enum err rc;

		if (fit == QUERY_NOT)
			continue;
		if (e.origin == 0 && !e.damaged) {
			page_offer(p, fit, span_of(key.b, sizeof key.b));
			continue;
		}
		rc = offer(t, s, e.origin, &e.id, p, reply);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (!turn_enough(t))
			continue;
		p->at.len = 0;
		key_u32(&p->at, place);
		return page_rest(t, p);
	}
	return ERR_OK;
}

/* A walk goes on as it began: the places of an index are no ids. */
static bool by_index(const struct turn *t, const struct sought *s, const struct page *p)
{
	return s->text[0] != '\0' && known_whole(t->node) &&
	       (!p->begun || p->at.len == sizeof(uint32_t));
}

/* Our own first, then one partner's after the other. */
static enum err offer_all(struct turn *t, const struct sought *s, struct page *p, struct msg *reply)
{
	enum err rc = ERR_OK;

	require(!s->one || s->only != 0);
	if (by_index(t, s, p))
		return offer_known(t, s, p, reply);
	if (p->at.len == sizeof(uint32_t)) /* it was given up meanwhile */
		return ERR_BUSY;
	for (; rc == ERR_OK && !t->again && p->peer <= t->node->peer_count; p->peer++) {
		const uint16_t origin = (uint16_t)p->peer;

		if (s->one && s->only != origin)
			continue;
		if (p->peer > 0 && p->at.len == 0 && turn_enough(t))
			return page_rest(t, p);
		rc = offer_origin(t, s, origin, p, reply);
	}
	return rc;
}

/* How many there are, and how many of each partner: leafing through them the walk ended with the page, but both are counted. */
static enum err count_all(struct turn *t, const struct sought *s, struct page *p)
{
	require(s->text[0] == '\0');
	p->total = store_count(t->txn, STORE_CASES) - store_count(t->txn, STORE_ALONE);
	for (size_t i = 0; i < t->node->peer_count; i++) {
		const struct peer *from = &t->node->peers[i];
		const uint16_t part = page_part_of(p, from->no);
		struct pair *pr;
		enum err rc = from->self ? ERR_CORRUPT : pair_get(t, from->no, &pr);

		if (rc == ERR_CORRUPT)
			continue; /* of a pair that is damaged nothing is counted */
		if (rc != ERR_OK)
			return rc;
		if (p->parts != NULL && part != 0 && pr->cases >= pr->alone + p->parts[part].kept)
			p->parts[part].offered = (uint32_t)(pr->cases - pr->alone);
		if (s->one && s->only == from->no)
			p->total = pr->cases >= pr->alone ? pr->cases - pr->alone : 0;
	}
	return ERR_OK;
}

/* One may have been erased in the turns between. */
static enum err rows_of(struct turn *t, const struct page *p, char last[9], struct msg *reply)
{
	const size_t whole = page_whole(p);

	require(p->count <= p->limit && whole <= p->count);
	for (size_t i = 0; i < p->count; i++) {
		struct msg *m, *person;
		const struct id16 id = mirrored(p->items[i].key.b);
		enum err rc;

		rc = casefile_load(t, &id, &m);
		if (rc == ERR_OK)
			rc = casefile_person(t, &id, m, &person);
		if (rc == ERR_OK)
			rc = caserow_add(t, &id, m, person, reply);
		if (rc != ERR_OK && rc != ERR_NOTFOUND &&
		    !page_damaged(t, rc, STORE_CASES, span_of(id.b, 16), reply))
			return rc;
		if (i < whole)
			casefile_short(&id, last);
	}
	return ERR_OK;
}

static enum err ask_of(struct turn *t, const struct msg *req, struct sought *s, struct page *p)
{
	const char *after = msg_text(req, CASE_SEARCH_AFTER),
		   *from = msg_text(req, CASE_SEARCH_FROM);
	struct peer *peer;
	enum err rc = page_begin(t, p, msg_u64(req, CASE_SEARCH_LIMIT));

	s->text = msg_text(req, CASE_SEARCH_TEXT);
	query_of(&s->query, s->text);
	memset(&s->below, 0xff, sizeof s->below);
	if (rc == ERR_OK && from[0] != '\0') {
		rc = find_partner(t, from, &peer);
		s->one = true;
		s->only = rc == ERR_OK ? peer->no : 0;
	}
	if (rc == ERR_OK && p->begun &&
	    p->behind) /* found once is enough: what is typed is looked for among all */
		s->below = mirrored(p->after.key.b);
	else if (rc == ERR_OK && after[0] != '\0')
		rc = find_case(t, after, &s->below);
	if (rc != ERR_OK || p->begun)
		return rc;
	if (after[0] != '\0') {
		const struct id16 key = mirrored(s->below.b);
		enum query_fit fit = QUERY_EXACT;

		if (s->text[0] != '\0')
			rc = fit_of(t, s, &s->below, &fit);
		page_after(p, fit, span_of(key.b, sizeof key.b));
	} else if (!s->one) {
		rc = page_share(t, p);
	}
	return rc;
}

/* Who searches looks among all, so it is audited; leafing through them is not. */
enum err view_case_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct sought s = {.text = ""};
	char last[9] = "";
	struct page p;
	enum err rc = ask_of(t, req, &s, &p);

	if (rc == ERR_OK)
		rc = offer_all(t, &s, &p, reply);
	if (rc != ERR_OK || t->again)
		return rc;
	if (s.text[0] == '\0')
		rc = count_all(t, &s, &p);
	if (rc == ERR_OK)
		rc = rows_of(t, &p, last, reply);
	if (rc != ERR_OK)
		return rc;
	page_end(t, &p, reply, last);
	if (s.text[0] == '\0')
		return ERR_OK;
	return audit_look(t, &(struct audit_entry){.event = AUDIT_SEARCH, .detail = "case"});
}

/* How many of the oldest entries do not fit: a case of many years still has to open. */
static enum err entries_over(struct turn *t, const struct id16 *id, size_t *over)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_walk all = {.rc = ERR_OK}, oldest = {.rc = ERR_OK};
	size_t count = 0, bytes = 0;

	require(over != NULL);
	while (store_each(t->txn, STORE_CASELOG, key_span(&prefix), &all)) {
		count++;
		bytes += all.row.val.len;
	}
	if (all.rc != ERR_OK)
		return all.rc;
	*over = 0;
	/* half of a reply: the other half is for all else on the page of a case */
	while ((count - *over > LIMIT_LIST_ROWS || bytes > LIMIT_CONTROL / 2) &&
	       store_each(t->txn, STORE_CASELOG, key_span(&prefix), &oldest)) {
		(*over)++;
		bytes -= oldest.row.val.len;
	}
	return oldest.rc;
}

/* The newest entries; each stands by itself, so a damaged one is named and the rest shown. */
static enum err entries(struct turn *t, const struct id16 *id, struct msg *reply)
{
	const struct store_key prefix = turn_key_id(id);
	struct store_walk w = {.rc = ERR_OK};
	size_t over;
	enum err rc = entries_over(t, id, &over);

	if (rc != ERR_OK)
		return rc;
	if (over > 0)
		msg_set_u64(reply, REPLY_TRUNCATED, 1);
	while (store_each(t->txn, STORE_CASELOG, key_span(&prefix), &w)) {
		struct store_key k = {.len = 0};
		struct span thread;
		struct msg *m, *out;
		char ref[THREAD_REF_LEN + 1];

		if (over > 0) {
			over--;
			continue;
		}
		key_put(&k, w.row.key.p, w.row.key.len);
		rc = turn_get_msg(t, STORE_CASELOG, &k, MSG_CASE_ENTRY, &m);
		if (page_damaged(t, rc, STORE_CASELOG, key_span(&k), reply))
			continue;
		if (rc != ERR_OK)
			return rc;
		out = msg_add(t->arena, reply, REPLY_ENTRIES);
		msg_set_u64(out, ENTRY_ROW_AT_MS, msg_u64(m, CASE_ENTRY_AT_MS));
		msg_set_text(t->arena, out, ENTRY_ROW_WHAT, msg_text(m, CASE_ENTRY_WHAT));
		msg_set_text(t->arena, out, ENTRY_ROW_TEXT, msg_text(m, CASE_ENTRY_TEXT));
		thread = msg_bytes(m, CASE_ENTRY_THREAD);
		if (thread.len == 16) {
			struct id16 tid;

			memcpy(tid.b, thread.p, 16);
			thread_reference(t, &tid, ref);
			msg_set_text(t->arena, out, ENTRY_ROW_REF, ref);
		}
	}
	return w.rc;
}

/* What it is now goes back, so that the same worker may go on. */
void view_case_version(struct turn *t, const struct id16 *id, uint64_t version, struct msg *reply)
{
	char hex[33];

	bytes_hex(hex, id->b, 16);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	msg_set_u64(reply, REPLY_CURRENT, version);
}

/* A person's fields are texts and numbers; a field of another type would be compared as a number, and never be the same. */
static bool same_field(const struct msg *a, const struct msg *b, const struct msg_field *f)
{
	require(f->number != 0);
	if (f->type == MSG_TYPE_TEXT)
		return strcmp(msg_text(a, f->number), msg_text(b, f->number)) == 0;
	return msg_u64(a, f->number) == msg_u64(b, f->number);
}

/* What a partner says otherwise than our own words: never in their place, but beside them. */
enum err view_case_differences(struct turn *t, const struct id16 *id, const struct msg *m,
			       struct msg *reply)
{
	const struct msg *ours = msg_get(m, CASE_RECORD_PERSON);
	struct msg *told = msg_new(t->arena, MSG_PERSON);
	struct msg_field f;
	uint64_t cats;
	enum err rc = consent_received_cats(t, id, &cats);

	if (rc != ERR_OK || ours == NULL)
		return rc;
	if (told == NULL)
		return ERR_NOMEM;
	if (msg_has(m, CASE_RECORD_TOLD))
		msg_copy_fields(told, msg_get(m, CASE_RECORD_TOLD));
	/* what a partner told is shown as long as its consent lives, and no longer */
	consent_blank(told, cats);
	for (size_t i = 0; msg_field_at(told, i, &f); i++)
		if (!msg_has(ours, f.number))
			msg_clear(told, f.number);
	/* a case that we took back is ours: what was changed elsewhere counts also where we had nothing */
	if (msg_has(m, CASE_RECORD_BACK))
		msg_copy_fields(told, msg_get(m, CASE_RECORD_BACK));
	for (size_t i = 0; msg_field_at(told, i, &f); i++)
		if (msg_has(ours, f.number) && same_field(ours, told, &f))
			msg_clear(told, f.number);
	if (msg_cats(told) != 0)
		msg_put_sub(reply, REPLY_TOLD, told);
	return ERR_OK;
}

/* Whose list it is on; of nobody's nothing is said. */
static enum err put_worker(struct turn *t, const struct id16 *id, struct msg *reply)
{
	char name[STAFF_NAME + 1], hex[33];
	struct id16 worker;
	struct msg *row;
	enum err rc = worker_get(t, id, &worker);

	if (msg_count(reply, REPLY_CASES) == 0)
		return ERR_NOMEM; /* for its own row there was no memory */
	row = msg_edit(reply, REPLY_CASES, 0);
	if (page_damaged(t, rc, STORE_WORKER, span_of(id->b, sizeof id->b), reply))
		return ERR_OK;
	if (rc != ERR_OK || bytes_zero(worker.b, sizeof worker.b))
		return rc;
	rc = staff_name(t, &worker, name);
	if (rc != ERR_OK)
		return rc;
	bytes_hex(hex, worker.b, sizeof worker.b);
	msg_set_text(t->arena, row, CASE_ROW_WORKER, name);
	msg_set_text(t->arena, row, CASE_ROW_WORKER_ID, hex);
	return ERR_OK;
}

/* Everything about one person on one page: the file, what partners say otherwise, the timeline, referrals,
 * disclosures, consents. */
enum err view_case_show(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 id;
	struct msg *m, *person;
	enum err rc = find_case(t, msg_text(req, BY_ID_ID), &id);

	if (rc != ERR_OK)
		return rc;
	rc = casefile_load(t, &id, &m);
	if (rc != ERR_OK)
		return rc;
	rc = casefile_person(t, &id, m, &person);
	if (rc != ERR_OK)
		return rc;
	rc = caserow_add(t, &id, m, person, reply);
	if (rc == ERR_OK)
		rc = put_worker(t, &id, reply);
	if (rc != ERR_OK)
		return rc;
	view_case_version(t, &id, msg_u64(m, CASE_RECORD_VERSION), reply);
	if (msg_cats(person) != 0)
		msg_put_sub(reply, REPLY_PERSON, person);
	rc = view_case_differences(t, &id, m, reply);
	if (rc != ERR_OK)
		return rc;
	rc = entries(t, &id, reply);
	if (rc != ERR_OK)
		return rc;
	rc = view_referrals_of_case(t, &id, reply);
	if (rc != ERR_OK)
		return rc;
	rc = view_disclosures(t, &id, reply);
	/* the consents last, and then the entry: a page that failed was seen by nobody */
	if (rc != ERR_OK)
		return rc;
	rc = view_consent_list(t, req, reply);
	if (rc != ERR_OK)
		return rc;
	return audit_look(
		t, &(struct audit_entry){.event = AUDIT_VIEW, .case_id = &id, .detail = "case"});
}
