/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/consent/grant.h"

#include <string.h>

#include "base/text.h"
#include "domain/care/grants.h"
#include "domain/consent/casefile.h"
#include "domain/consent/ledger.h"
#include "domain/evidence/audit.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/words.h"
#include "domain/loss/settled.h"
#include "domain/membership/names.h"
#include "domain/referral/calendar.h"
#include "domain/referral/worklist.h"

#define BIT(c)		(UINT64_C(1) << (c))
#define ALL_CATS	(BIT(20) - 1)
#define CAT_ATTACHMENTS 17
#define CAT_NATIONAL	19
#define CAT_MESSAGE	20

enum { MONTHS_6_DAYS = 182, DAY_MS = 86400000 };

/* Words between two workers are part of every purpose. */
uint64_t consent_purpose_cats(const char *purpose)
{
	if (strcmp(purpose, "refer") == 0 || strcmp(purpose, "coordinate") == 0)
		return (ALL_CATS & ~(BIT(CAT_NATIONAL) | BIT(CAT_ATTACHMENTS))) | BIT(CAT_MESSAGE);
	if (strcmp(purpose, "follow-up") == 0)
		return BIT(0) | BIT(1) | BIT(15) | BIT(CAT_MESSAGE);
	if (strcmp(purpose, "evaluate") == 0)
		return BIT(14) | BIT(15) | BIT(CAT_MESSAGE);
	return 0;
}

uint64_t consent_covered(const struct consent_view *v, uint64_t now_ms)
{
	if (!v->granted || !v->agreed || !v->holds_cases || v->withdrawn_ms != 0 ||
	    now_ms < v->from_ms || now_ms >= v->until_ms ||
	    (v->agreement_until_ms != 0 && now_ms >= v->agreement_until_ms))
		return 0;
	return v->cats & v->purpose_cats & v->agreement_cats;
}

void consent_blank(struct msg *person, uint64_t cats)
{
	struct msg_field f;

	for (size_t i = 0; msg_field_at(person, i, &f); i++)
		if (f.cat == MSG_CAT_OPEN || (cats >> f.cat & 1) == 0)
			msg_clear(person, f.number);
}

/* The partners' own agreement, which no word of the person can stand in for. */
static enum wire_verdict_code agreement_check(const struct consent_view *v, uint64_t cats,
					      uint64_t now_ms)
{
	if (!v->agreed)
		return WIRE_VERDICT_NO_AGREEMENT;
	if (v->agreement_until_ms != 0 && now_ms >= v->agreement_until_ms)
		return WIRE_VERDICT_AGREEMENT_ENDED;
	return (cats & ~v->agreement_cats) == 0 ? WIRE_VERDICT_OK : WIRE_VERDICT_AGREEMENT;
}

enum wire_verdict_code consent_check(const struct consent_view *v, uint64_t cats, uint64_t now_ms)
{
	if (cats == 0)
		return WIRE_VERDICT_OK; /* codes and times: nothing personal in it */
	if (!v->granted)
		return WIRE_VERDICT_NO_GRANT;
	if (v->withdrawn_ms != 0)
		return WIRE_VERDICT_WITHDRAWN;
	if (now_ms < v->from_ms || now_ms >= v->until_ms)
		return WIRE_VERDICT_EXPIRED;
	if (v->purpose_cats == 0 || (cats & ~v->purpose_cats) != 0)
		return WIRE_VERDICT_PURPOSE;
	if (!v->holds_cases || (cats & ~v->cats) != 0)
		return WIRE_VERDICT_SCOPE;
	return agreement_check(v, cats, now_ms);
}

void consent_names(uint64_t cats, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned bit = 0; bit <= CAT_MESSAGE; bit++) {
		const char *name = msg_cat_name(bit);
		size_t n = strlen(name);

		if ((cats & BIT(bit)) == 0 || len + n + 3 > cap)
			continue;
		if (len > 0) {
			memcpy(out + len, ", ", 2);
			len += 2;
		}
		memcpy(out + len, name, n + 1);
		len += n;
	}
}

static struct store_key agreement_key(uint16_t peer, enum consent_way way)
{
	struct store_key k = turn_key_u16(peer);

	key_u8(&k, (uint8_t)way);
	return k;
}

enum err consent_agreement(struct turn *t, uint16_t peer, enum consent_way way,
			   struct consent_view *v)
{
	const struct store_key k = agreement_key(peer, way);
	struct msg *m;
	enum err rc = turn_get_msg(t, STORE_AGREEMENT, &k, MSG_AGREEMENT, &m);

	v->agreed = rc == ERR_OK;
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	v->agreement_cats = msg_u64(m, AGREEMENT_CATS); /* with MESSAGE, unless it was closed */
	v->agreement_until_ms = msg_u64(m, AGREEMENT_UNTIL_MS);
	return ERR_OK;
}

uint64_t consent_grant_cats(const struct msg *record)
{
	const struct msg *g = msg_get(record, GRANT_RECORD_GRANT);

	return (msg_u64(g, CONSENT_GRANT_CATS) | BIT(CAT_MESSAGE)) &
	       consent_purpose_cats(msg_text(g, CONSENT_GRANT_PURPOSE));
}

enum consent_state consent_grant_state(const struct msg *record, uint64_t now_ms)
{
	const struct msg *g = msg_get(record, GRANT_RECORD_GRANT);

	if (msg_has(record, GRANT_RECORD_WITHDRAWN_MS) || msg_has(record, GRANT_RECORD_SAID_MS))
		return CONSENT_WITHDRAWN;
	if (now_ms < msg_u64(g, CONSENT_GRANT_VALID_FROM_MS))
		return CONSENT_NOT_YET;
	return now_ms < msg_u64(g, CONSENT_GRANT_EXPIRES_MS) ? CONSENT_LIVING : CONSENT_ENDED;
}

enum err consent_record(struct turn *t, const struct id16 *grant, struct msg **record)
{
	const struct store_key k = turn_key_id(grant);

	return turn_get_msg(t, STORE_GRANT, &k, MSG_GRANT_RECORD, record);
}

enum err consent_gone(struct turn *t, const struct id16 *grant, bool *yes)
{
	struct thread th;
	struct msg *m;
	enum err rc = consent_record(t, grant, &m);

	*yes = rc == ERR_OK && consent_grant_state(m, t->wall_ms) == CONSENT_WITHDRAWN;
	if (rc == ERR_NOTFOUND) { /* its own row went with an erased case */
		rc = thread_load(t, grant, &th);
		*yes = rc == ERR_OK && th.withdrawn;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err consent_next(struct turn *t, const struct id16 *case_id, struct store_key *at,
		      struct id16 *grant, struct msg **record)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_row row;
	enum err rc = store_next_prefix(t->txn, STORE_GRANTCASE, key_span(&prefix), at, &row);

	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 32)
		return ERR_CORRUPT;
	memcpy(grant->b, row.key.p + 16, 16);
	rc = consent_record(t, grant, record);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

bool consent_between(const struct msg *record, uint16_t peer, bool received)
{
	return msg_u64(record, GRANT_RECORD_PEER) == peer &&
	       (msg_u64(record, GRANT_RECORD_RECEIVED) != 0) == received;
}

static void view_of(const struct msg *record, struct consent_view *v)
{
	const struct msg *g = msg_get(record, GRANT_RECORD_GRANT);

	v->granted = true;
	v->cats = msg_u64(g, CONSENT_GRANT_CATS) | BIT(CAT_MESSAGE);
	v->purpose_cats = consent_purpose_cats(msg_text(g, CONSENT_GRANT_PURPOSE));
	v->from_ms = msg_u64(g, CONSENT_GRANT_VALID_FROM_MS);
	v->until_ms = msg_u64(g, CONSENT_GRANT_EXPIRES_MS);
	v->withdrawn_ms = msg_has(record, GRANT_RECORD_WITHDRAWN_MS)
				  ? msg_u64(record, GRANT_RECORD_WITHDRAWN_MS)
				  : msg_u64(record, GRANT_RECORD_SAID_MS);
}

/* One living grant joins: each field may pass under any of them, within that one's purpose. */
static void view_join(const struct msg *record, struct consent_view *v)
{
	const struct msg *g = msg_get(record, GRANT_RECORD_GRANT);
	const uint64_t until = msg_u64(g, CONSENT_GRANT_EXPIRES_MS);

	v->living = true;
	v->cats |= consent_grant_cats(record);
	v->purpose_cats |= consent_purpose_cats(msg_text(g, CONSENT_GRANT_PURPOSE));
	v->until_ms = until > v->until_ms ? until : v->until_ms;
}

enum err consent_load(struct turn *t, const struct peer *p, const struct id16 *grant,
		      enum consent_way way, struct consent_view *v)
{
	struct msg *m;
	enum err rc;

	*v = (struct consent_view){.holds_cases = p->active && (p->classes & WIRE_MEMBER) != 0};
	rc = consent_agreement(t, p->no, way, v);
	if (rc == ERR_OK)
		rc = consent_record(t, grant, &m);
	if (rc == ERR_OK && msg_u64(m, GRANT_RECORD_PEER) == p->no)
		view_of(m, v); /* somebody else's grant covers nothing here */
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err consent_living(struct turn *t, const struct consent_scope *s, enum consent_way way,
			struct consent_view *v)
{
	const size_t mark = t->arena->used;
	struct consent_view newest = {.granted = false};
	struct store_key at = {.len = 0};
	uint64_t newest_ms = 0;
	struct id16 id;
	struct msg *m;
	enum err rc;

	*v = (struct consent_view){.holds_cases = s->p->active &&
						  (s->p->classes & WIRE_MEMBER) != 0};
	while ((rc = consent_next(t, &s->case_id, &at, &id, &m)) == ERR_OK) {
		const uint64_t collected = msg_u64(msg_get(m, GRANT_RECORD_GRANT),
						   CONSENT_GRANT_COLLECTED_MS);

		if (consent_between(m, s->p->no, s->received)) {
			if (consent_grant_state(m, t->wall_ms) == CONSENT_LIVING)
				view_join(m, v);
			if (!newest.granted || collected >= newest_ms)
				view_of(m, &newest);
			newest_ms = collected > newest_ms ? collected : newest_ms;
		}
		arena_rewind(t->arena, mark);
	}
	if (rc != ERR_NOTFOUND)
		return rc;
	v->granted = newest.granted;
	if (!v->living) { /* none holds: the newest says why */
		v->cats = newest.cats;
		v->purpose_cats = newest.purpose_cats;
		v->from_ms = newest.from_ms;
		v->until_ms = newest.until_ms;
		v->withdrawn_ms = newest.withdrawn_ms;
	}
	return consent_agreement(t, s->p->no, way, v);
}

/* Which one a document names: the newest living grant that covers all of it, else the newest that covers
 * some of it. */
static enum err grant_for(struct turn *t, const struct consent_scope *s, uint64_t cats,
			  struct id16 *grant)
{
	const size_t mark = t->arena->used;
	uint64_t best_ms = 0;
	struct store_key at = {.len = 0};
	bool best_all = false, found = false;
	struct id16 id;
	struct msg *m;
	enum err rc;

	while ((rc = consent_next(t, &s->case_id, &at, &id, &m)) == ERR_OK) {
		const uint64_t ms = msg_u64(msg_get(m, GRANT_RECORD_GRANT),
					    CONSENT_GRANT_COLLECTED_MS);
		const uint64_t part = consent_grant_cats(m) & cats;
		const bool all = part == cats;

		if (consent_between(m, s->p->no, s->received) && part != 0 &&
		    consent_grant_state(m, t->wall_ms) == CONSENT_LIVING &&
		    (!found || (all && !best_all) || (all == best_all && ms >= best_ms))) {
			found = true;
			best_all = all;
			best_ms = ms;
			*grant = id;
		}
		arena_rewind(t->arena, mark);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err consent_received_cats(struct turn *t, const struct id16 *case_id, uint64_t *cats)
{
	const size_t mark = t->arena->used;
	struct store_key at = {.len = 0};
	struct id16 id;
	struct msg *m;
	enum err rc;

	*cats = 0;
	while ((rc = consent_next(t, case_id, &at, &id, &m)) == ERR_OK) {
		const struct peer *p = state_peer(t->node, (uint16_t)msg_u64(m, GRANT_RECORD_PEER));
		struct consent_view v = {.granted = false};

		if (p != NULL && msg_u64(m, GRANT_RECORD_RECEIVED) != 0) {
			view_of(m, &v);
			v.holds_cases = p->active && (p->classes & WIRE_MEMBER) != 0;
			rc = consent_agreement(t, p->no, CONSENT_RECEIVE, &v);
			if (rc != ERR_OK)
				return rc;
			*cats |= consent_covered(&v, t->wall_ms);
		}
		arena_rewind(t->arena, mark);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* What helps against each cause, before and after the partner as one types it.  The first one is for all
 * that the person has to be asked for. */
static const struct {
	enum wire_verdict_code code;
	const char *before, *after;
} remedies[] = {
	{WIRE_VERDICT_NO_GRANT, "ask the person, then: kring consent give CASE --to ",
	 " --share ..., or leave it out: --without ..."},
	{WIRE_VERDICT_NO_AGREEMENT, "make an agreement first: kring partner agree ",
	 " --share ..."},
	{WIRE_VERDICT_AGREEMENT, "widen the agreement: kring partner agree ",
	 " --share ..., or leave it out: --without ..."},
	{WIRE_VERDICT_AGREEMENT_ENDED, "the agreement ended; renew it: kring partner agree ",
	 " --share ..."},
	{WIRE_VERDICT_EXPIRED,
	 "the consent ended; ask the person again, then: kring consent give CASE --to ",
	 " --share ..."},
	{WIRE_VERDICT_WITHDRAWN,
	 "the person took this consent back; only a new one helps: kring consent give CASE --to ",
	 " --share ..."},
	{WIRE_VERDICT_PURPOSE,
	 "ask the person for this purpose too, then: kring consent give CASE --to ",
	 " --purpose refer --share ..., or leave it out: --without ..."},
};

static enum err refuse_scope(struct turn *t, const struct peer *p, const struct consent_view *v,
			     uint64_t cats, enum wire_verdict_code code)
{
	const uint64_t covered = consent_covered(v, t->wall_ms);
	/* asking the person is no use while the partners have no agreement */
	const enum wire_verdict_code cause = v->agreed ? code : WIRE_VERDICT_NO_AGREEMENT;
	char names[200], typed[NAMES_TYPED_LEN];
	size_t at = 0;
	struct err_text why;

	t->refusal.covered = covered;
	t->refusal.uncovered = cats & ~covered;
	consent_names(t->refusal.uncovered, names, sizeof names);
	(void)err_explain(&why, ERR_DENIED, "not covered (%s): %s",
			  wire_verdict_text((uint16_t)cause), names);
	(void)turn_refuse(t, ERR_DENIED, "", why.text, "");
	(void)err_explain(&why, ERR_DENIED, "%s may not see all of this", p->org);
	memcpy(t->refusal.what, why.text, sizeof t->refusal.what - 1);
	for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++)
		at = remedies[i].code == cause ? i : at;
	names_typed(t->node, p, typed);
	if (v->holds_cases)
		(void)err_explain(&why, ERR_DENIED, "%s%s%s", remedies[at].before, typed,
				  remedies[at].after);
	else
		(void)err_explain(&why, ERR_DENIED,
				  "%s takes no persons now; see: kring partner list", p->org);
	memcpy(t->refusal.remedy, why.text, sizeof t->refusal.remedy - 1);
	return ERR_DENIED;
}

enum err consent_pack_body(struct turn *t, const struct consent_scope *s, uint16_t type,
			   const struct msg *body, struct span *out, uint64_t *cats,
			   struct id16 *grant)
{
	struct words_fault fault;
	struct consent_view v;
	enum wire_verdict_code code;
	enum err rc = ERR_OK;

	if (body == NULL)
		return ERR_NOMEM;
	if (!words_check(t, type, body, &fault))
		return words_refuse(t, &fault);
	*cats = msg_cats(body);
	if (*cats != 0) {
		rc = consent_living(t, s, CONSENT_SEND, &v);
		if (rc != ERR_OK)
			return rc;
		code = consent_check(&v, *cats, t->wall_ms);
		if (code != WIRE_VERDICT_OK)
			return refuse_scope(t, s->p, &v, *cats, code);
		rc = grant_for(t, s, *cats, grant);
	}
	return rc == ERR_OK ? msg_pack(t->arena, body, out) : rc;
}

enum err consent_save(struct turn *t, const struct id16 *id, const struct id16 *case_id,
		      const struct msg *record)
{
	const struct store_key k = turn_key_id(id), ck = turn_key_ids(case_id, id);
	struct span v;
	enum err rc = msg_pack(t->arena, record, &v);

	if (rc == ERR_OK)
		rc = turn_put_case(t, STORE_GRANT, &k, RECORD_CASE, case_id, v);
	return rc == ERR_OK ? turn_put(t, STORE_GRANTCASE, &ck, span_of(id->b, 1)) : rc;
}

static enum err send_one(struct turn *t, const struct peer *p, const struct id16 *grant,
			 struct msg *m)
{
	struct document_spec spec = {.thread_id = *grant, .peer = p->no, .type = DOC_CONSENT};
	struct thread th = {.id = *grant, .peer = p->no, .kind = THREAD_CONSENT};
	struct consent_scope s = {.p = p};
	const struct msg *g = msg_get(m, GRANT_RECORD_GRANT);
	const struct pending_doc *doc;
	const struct span case_bytes = msg_bytes(m, GRANT_RECORD_CASE_ID);
	enum err rc;

	if (case_bytes.len != 16)
		return ERR_CORRUPT;
	memcpy(th.case_id.b, case_bytes.p, 16);
	spec.case_id = s.case_id = th.case_id;
	spec.grant_id = th.grant_id = *grant;
	spec.thread_no = 1;
	spec.expires_ms = t->wall_ms + (uint64_t)LIMIT_TTL_DAYS * DAY_MS;
	th.created_ms = t->wall_ms;
	rc = consent_pack_body(t, &s, DOC_CONSENT, g, &spec.body, &spec.cats, &spec.grant_id);
	if (rc == ERR_OK)
		rc = document_make(t, &spec, &doc);
	if (rc == ERR_OK)
		rc = settled_birth(t, &th, true);
	if (rc == ERR_OK)
		rc = thread_create(t, &th);
	if (rc == ERR_OK)
		rc = thread_append(
			t, &th, true,
			&(struct log_entry){doc->key, doc->hash, DOC_CONSENT, 0, t->wall_ms, 0});
	if (rc == ERR_OK)
		rc = grants_watch(t, &th, m);
	if (rc == ERR_OK)
		rc = outbox_put(t, p->no, &doc->key);
	if (rc == ERR_OK)
		rc = ledger_add(t, grant, &doc->key.msg, p->no, DOC_CONSENT, 0);
	msg_set_u64(m, GRANT_RECORD_SENT, 1);
	return rc == ERR_OK ? consent_save(t, grant, &th.case_id, m) : rc;
}

enum err consent_send(struct turn *t, const struct peer *p, const struct id16 *case_id)
{
	struct store_key at = {.len = 0};
	struct id16 id;
	struct msg *m;
	enum err rc;

	while ((rc = consent_next(t, case_id, &at, &id, &m)) == ERR_OK)
		if (consent_between(m, p->no, false) && !grants_sent(t, &id, m) &&
		    consent_grant_state(m, t->wall_ms) == CONSENT_LIVING) {
			rc = send_one(t, p, &id, m);
			if (rc != ERR_OK)
				return rc;
		}
	if (rc != ERR_NOTFOUND)
		return rc;
	return grants_changed(t, p, case_id, false);
}

/* No grant holds longer than one may, whatever it says of its own beginning. */
static bool grant_times(const struct turn *t, const struct msg *g)
{
	const uint64_t from = msg_u64(g, CONSENT_GRANT_VALID_FROM_MS);
	const uint64_t until = msg_u64(g, CONSENT_GRANT_EXPIRES_MS);
	const uint64_t most = (uint64_t)LIMIT_GRANT_DAYS * DAY_MS;

	return from <= until && until - from <= most && until <= t->wall_ms + most + DAY_MS;
}

static bool grant_to_us(const struct turn *t, const struct peer *p, const struct wire_doc *d,
			const struct msg *g)
{
	const struct span id = msg_bytes(g, CONSENT_GRANT_GRANT_ID);
	const struct span to = msg_bytes(g, CONSENT_GRANT_RECIPIENT);
	const struct span by = msg_bytes(g, CONSENT_GRANT_COLLECTED_BY);

	return id.len == 16 && memcmp(id.p, d->head.thread_id.b, 16) == 0 && to.len == 32 &&
	       memcmp(to.p, t->node->node_id.b, 32) == 0 && by.len == 32 &&
	       memcmp(by.p, p->node_id.b, 32) == 0 &&
	       msg_bytes(g, CONSENT_GRANT_SUBJECT_REF).len == 16 && grant_times(t, g);
}

enum err consent_recover(struct turn *t, const struct thread *th, struct msg *g)
{
	struct msg *m;
	enum err rc = consent_record(t, &th->id, &m);

	if (rc == ERR_NOTFOUND)
		m = msg_new(t->arena, MSG_GRANT_RECORD);
	else if (rc != ERR_OK)
		return rc;
	if (!msg_has(m, GRANT_RECORD_GRANT))
		msg_put_sub(m, GRANT_RECORD_GRANT, g);
	msg_set_bytes(t->arena, m, GRANT_RECORD_CASE_ID, span_of(th->case_id.b, 16));
	msg_set_u64(m, GRANT_RECORD_SENT, 1);
	msg_set_u64(m, GRANT_RECORD_PEER, th->peer);
	if (th->withdrawn) /* what we forgot; the partner that gives it back says so */
		msg_set_u64(m, GRANT_RECORD_WITHDRAWN_MS, t->wall_ms);
	return consent_save(t, &th->id, &th->case_id, m);
}

enum err consent_receive(struct turn *t, const struct peer *p, const struct wire_doc *d,
			 struct thread *th, uint16_t *verdict)
{
	struct id16 subject = {{0}};
	struct err_text why;
	struct msg *g = NULL, *m;
	enum err rc = ERR_MALFORMED;

	if (d->form == WIRE_WHOLE)
		rc = words_parse(t, DOC_CONSENT, d->body, &g, &why);
	if (rc == ERR_NOMEM)
		return rc;
	if (rc != ERR_OK || !grant_to_us(t, p, d, g)) {
		if (d->form == WIRE_WHOLE)
			*verdict = WIRE_VERDICT_MALFORMED;
		return cases_receive(t, p, &d->head.thread_id, &th->case_id);
	}
	memcpy(subject.b, msg_bytes(g, CONSENT_GRANT_SUBJECT_REF).p, 16);
	rc = cases_receive(t, p, &subject, &th->case_id);
	if (rc != ERR_OK)
		return rc;
	m = msg_new(t->arena, MSG_GRANT_RECORD);
	msg_put_sub(m, GRANT_RECORD_GRANT, g);
	msg_set_bytes(t->arena, m, GRANT_RECORD_CASE_ID, span_of(th->case_id.b, 16));
	msg_set_u64(m, GRANT_RECORD_RECEIVED, 1);
	msg_set_u64(m, GRANT_RECORD_PEER, p->no);
	if (th->withdrawn)
		msg_set_u64(m, GRANT_RECORD_WITHDRAWN_MS, t->wall_ms);
	rc = consent_save(t, &th->id, &th->case_id, m);
	if (rc != ERR_OK)
		return rc;
	return audit_add(t, &(struct audit_entry){.event = AUDIT_CONSENT,
						  .peer = p->no,
						  .case_id = &th->case_id,
						  .grant = &d->head.thread_id,
						  .detail = "received"});
}

/* Who names a date means the whole day, where this node is; 0 stays 0. */
static uint64_t whole_day(const struct turn *t, uint64_t ms)
{
	const char *here = t->node->country;

	return ms == 0 ? 0 : calendar_end(here, calendar_day(here, ms));
}

static enum err check_give(struct turn *t, const struct msg *req)
{
	const uint64_t until = whole_day(t, msg_u64(req, CONSENT_GIVE_UNTIL_MS));
	const char *how = msg_text(req, CONSENT_GIVE_HOW);

	if (msg_u64(req, CONSENT_GIVE_CATS) == 0 ||
	    (msg_u64(req, CONSENT_GIVE_CATS) & ~ALL_CATS) != 0)
		return turn_refuse(t, ERR_INVAL, "say what may be shared",
				   "--share names the categories the person agrees to",
				   "for example: --share identity,contact,needs");
	if (consent_purpose_cats(msg_text(req, CONSENT_GIVE_PURPOSE)) == 0)
		return turn_refuse(t, ERR_INVAL, "purpose not known", "",
				   "one of: refer, coordinate, follow-up, evaluate");
	if (strcmp(how, "oral") != 0 && strcmp(how, "written") != 0 &&
	    strcmp(how, "electronic") != 0)
		return turn_refuse(t, ERR_INVAL, "say how the person agreed", "",
				   "--how oral, written or electronic");
	if (strcmp(how, "oral") == 0 && text_blank(msg_text(req, CONSENT_GIVE_WITNESS)))
		return turn_refuse(t, ERR_INVAL, "spoken consent needs a witness", "",
				   "--witness NAME of the colleague who was present");
	if (until != 0 &&
	    (until <= t->wall_ms || until > t->wall_ms + (uint64_t)LIMIT_GRANT_DAYS * DAY_MS))
		return turn_refuse(t, ERR_INVAL,
				   until <= t->wall_ms ? "--until is a day of the past"
						       : "--until is too far ahead",
				   "consent holds at most twelve months",
				   "leave --until out for six months");
	return ERR_OK;
}

static void fill_grant(struct turn *t, const struct msg *req, const struct peer *p, struct msg *g)
{
	const uint64_t until = msg_u64(req, CONSENT_GIVE_UNTIL_MS);
	const uint64_t usual = t->wall_ms + (uint64_t)MONTHS_6_DAYS * DAY_MS;
	const char *onward = msg_text(req, CONSENT_GIVE_ONWARD);
	const char *given_by = msg_text(req, CONSENT_GIVE_GIVEN_BY);

	msg_set_u64(g, CONSENT_GRANT_VERSION, 1);
	msg_set_text(t->arena, g, CONSENT_GRANT_GIVEN_BY, given_by[0] == '\0' ? "self" : given_by);
	msg_set_bytes(t->arena, g, CONSENT_GRANT_COLLECTED_BY, span_of(t->node->node_id.b, 32));
	msg_set_u64(g, CONSENT_GRANT_COLLECTED_MS, t->wall_ms);
	msg_set_bytes(t->arena, g, CONSENT_GRANT_RECIPIENT, span_of(p->node_id.b, 32));
	msg_set_text(t->arena, g, CONSENT_GRANT_ONWARD, onward[0] == '\0' ? "none" : onward);
	msg_set_text(t->arena, g, CONSENT_GRANT_PURPOSE, msg_text(req, CONSENT_GIVE_PURPOSE));
	msg_set_u64(g, CONSENT_GRANT_CATS, msg_u64(req, CONSENT_GIVE_CATS));
	msg_set_text(t->arena, g, CONSENT_GRANT_GDPR_BASIS, "6-1-a");
	msg_set_text(t->arena, g, CONSENT_GRANT_ART9, "2a");
	msg_set_text(t->arena, g, CONSENT_GRANT_SECRECY_BASIS, "consent");
	msg_set_text(t->arena, g, CONSENT_GRANT_HOW, msg_text(req, CONSENT_GIVE_HOW));
	msg_set_text(t->arena, g, CONSENT_GRANT_NOTICE_LANGUAGE,
		     msg_text(req, CONSENT_GIVE_NOTICE_LANGUAGE));
	msg_set_u64(g, CONSENT_GRANT_VALID_FROM_MS, t->wall_ms);
	msg_set_u64(g, CONSENT_GRANT_EXPIRES_MS, whole_day(t, until != 0 ? until : usual));
	msg_set_u64(g, CONSENT_GRANT_WITHDRAWAL_EXPLAINED, 1);
}

/* Ids are derived under the case key: whoever holds the case can find its grants and threads again. */
static enum err derive_ids(struct turn *t, const struct id16 *case_id, const struct peer *p,
			   const char *witness, struct msg *g, struct id16 *id)
{
	struct id16 nonce = turn_id(t), subject, who;
	uint8_t in[6 + 32 + 16];
	enum err rc;

	memcpy(in, "grant\0", 6);
	memcpy(in + 6, p->node_id.b, 32);
	memcpy(in + 38, nonce.b, 16);
	rc = record_derive(t->txn, case_id, span_of(in, sizeof in), id);
	if (rc == ERR_OK) {
		memcpy(in, "person", 6);
		rc = record_derive(t->txn, case_id, span_of(in, 38), &subject);
	}
	if (rc == ERR_OK) /* the witness travels as a pseudonym */
		rc = record_derive(t->txn, case_id, span_of(witness, strlen(witness)), &who);
	if (rc != ERR_OK)
		return rc;
	msg_set_bytes(t->arena, g, CONSENT_GRANT_GRANT_ID, span_of(id->b, 16));
	msg_set_bytes(t->arena, g, CONSENT_GRANT_SUBJECT_REF, span_of(subject.b, 16));
	if (witness[0] != '\0')
		msg_set_bytes(t->arena, g, CONSENT_GRANT_WITNESS, span_of(who.b, 16));
	return ERR_OK;
}

enum err consent_give(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct msg *m = msg_new(t->arena, MSG_GRANT_RECORD), *g;
	const char *witness = msg_text(req, CONSENT_GIVE_WITNESS);
	struct words_fault fault;
	struct id16 case_id, id;
	struct peer *p;
	char hex[33];
	bool running;
	enum err rc = cases_find(t, msg_text(req, CONSENT_GIVE_CASE_ID), &case_id);

	if (rc == ERR_OK)
		rc = cases_partner(t, msg_text(req, CONSENT_GIVE_PARTNER), &p);
	if (rc == ERR_OK)
		rc = check_give(t, req);
	if (rc != ERR_OK)
		return rc;
	g = msg_sub(t->arena, m, GRANT_RECORD_GRANT);
	if (g == NULL)
		return ERR_NOMEM;
	fill_grant(t, req, p, g);
	rc = derive_ids(t, &case_id, p, witness, g, &id);
	if (rc == ERR_OK && !words_check(t, DOC_CONSENT, g, &fault))
		rc = words_refuse(t, &fault);
	if (rc != ERR_OK)
		return rc;
	msg_set_bytes(t->arena, m, GRANT_RECORD_CASE_ID, span_of(case_id.b, 16));
	msg_set_u64(m, GRANT_RECORD_PEER, p->no);
	rc = consent_save(t, &id, &case_id, m);
	if (rc == ERR_OK)
		rc = audit_add(t, &(struct audit_entry){.event = AUDIT_CONSENT,
							.peer = p->no,
							.case_id = &case_id,
							.grant = &id,
							.detail = "given"});
	if (rc == ERR_OK)
		rc = cases_entry(t, &case_id, "consent-given", witness, NULL);
	if (rc == ERR_OK)
		rc = grants_running(t, p, &case_id, THREAD_SENDER, &running);
	if (rc == ERR_OK &&
	    running) /* a renewal, or more than before: what is going on needs it now */
		rc = consent_send(t, p, &case_id);
	if (rc == ERR_OK && running)
		rc = answer_owe(t, p->no);
	bytes_hex(hex, id.b, 16);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	return rc;
}

void consent_row(struct turn *t, const struct msg *m, struct msg *reply)
{
	const struct msg *g = msg_get(m, GRANT_RECORD_GRANT);
	const struct peer *p = state_peer(t->node, (uint16_t)msg_u64(m, GRANT_RECORD_PEER));
	const struct span id = msg_bytes(g, CONSENT_GRANT_GRANT_ID);
	static const char *const states[] = {[CONSENT_LIVING] = "living",
					     [CONSENT_NOT_YET] = "not-yet",
					     [CONSENT_ENDED] = "ended",
					     [CONSENT_WITHDRAWN] = "withdrawn"};
	struct msg *row = msg_add(t->arena, reply, REPLY_GRANTS);
	char hex[33] = "", day[DATE_TEXT];

	if (id.len == 16)
		bytes_hex(hex, id.p, 16);
	msg_set_text(t->arena, row, GRANT_ROW_ID, hex);
	msg_set_text(t->arena, row, GRANT_ROW_PARTNER, p == NULL ? "" : p->org);
	msg_set_text(t->arena, row, GRANT_ROW_PURPOSE, msg_text(g, CONSENT_GRANT_PURPOSE));
	msg_set_u64(row, GRANT_ROW_CATS, msg_u64(g, CONSENT_GRANT_CATS));
	if (msg_u64(g, CONSENT_GRANT_EXPIRES_MS) != 0) {
		const char *here = t->node->country;

		date_text(calendar_day(here, msg_u64(g, CONSENT_GRANT_EXPIRES_MS) - 1), day);
		msg_set_text(t->arena, row, GRANT_ROW_LAST_DAY, day);
	}
	msg_set_u64(row, GRANT_ROW_EXPIRES_MS, msg_u64(g, CONSENT_GRANT_EXPIRES_MS));
	msg_set_text(t->arena, row, GRANT_ROW_HOW, msg_text(g, CONSENT_GRANT_HOW));
	msg_set_text(t->arena, row, GRANT_ROW_GIVEN_BY, msg_text(g, CONSENT_GRANT_GIVEN_BY));
	msg_set_text(t->arena, row, GRANT_ROW_ONWARD, msg_text(g, CONSENT_GRANT_ONWARD));
	msg_set_u64(row, GRANT_ROW_GIVEN_MS, msg_u64(g, CONSENT_GRANT_COLLECTED_MS));
	msg_set_u64(row, GRANT_ROW_RECEIVED, msg_u64(m, GRANT_RECORD_RECEIVED));
	msg_set_u64(row, GRANT_ROW_SENT, msg_u64(m, GRANT_RECORD_SENT));
	bytes_hex(hex, msg_bytes(m, GRANT_RECORD_CASE_ID).p,
		  msg_bytes(m, GRANT_RECORD_CASE_ID).len / 16 * 16);
	msg_set_text(t->arena, row, GRANT_ROW_CASE_ID, hex);
	msg_set_text(t->arena, row, GRANT_ROW_STATE, states[consent_grant_state(m, t->wall_ms)]);
	if (msg_has(m, GRANT_RECORD_WITHDRAWN_MS))
		msg_set_u64(row, GRANT_ROW_WITHDRAWN_MS, msg_u64(m, GRANT_RECORD_WITHDRAWN_MS));
}

enum err consent_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct store_key at = {.len = 0};
	struct id16 case_id, id;
	struct msg *m;
	enum err rc = cases_find(t, msg_text(req, BY_ID_ID), &case_id);

	if (rc != ERR_OK)
		return rc;
	while ((rc = consent_next(t, &case_id, &at, &id, &m)) == ERR_OK) {
		if (!turn_room(reply, REPLY_GRANTS))
			return ERR_OK;
		consent_row(t, m, reply);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

enum err consent_agree(struct turn *t, const struct msg *req, struct msg *reply)
{
	const enum consent_way way = msg_u64(req, PARTNER_AGREE_RECEIVE) != 0 ? CONSENT_RECEIVE
									      : CONSENT_SEND;
	const uint64_t until = whole_day(t, msg_u64(req, PARTNER_AGREE_UNTIL_MS));
	struct msg *m = msg_new(t->arena, MSG_AGREEMENT);
	struct store_key k;
	struct peer *p;
	struct span v;
	enum err rc = cases_partner(t, msg_text(req, PARTNER_AGREE_PARTNER), &p);

	(void)reply;
	if (rc != ERR_OK)
		return rc;
	if (!msg_has(req, PARTNER_AGREE_CATS))
		return turn_refuse(t, ERR_INVAL, "say what the agreement covers", "",
				   "--share NAMES: what is not named is closed; none closes it");
	if ((msg_u64(req, PARTNER_AGREE_CATS) & ~(ALL_CATS | BIT(CAT_MESSAGE))) != 0)
		return turn_refuse(t, ERR_INVAL, "unknown category", "", "see: kring help partner");
	if (until != 0 &&
	    (until <= t->wall_ms || until > t->wall_ms + (uint64_t)LIMIT_AGREEMENT_DAYS * DAY_MS))
		return turn_refuse(t, ERR_INVAL,
				   until <= t->wall_ms ? "--until is a day of the past"
						       : "--until is too far ahead",
				   "an agreement holds at most ten years",
				   "leave --until out: it holds until you change it");
	msg_set_u64(m, AGREEMENT_CATS,
		    (msg_u64(req, PARTNER_AGREE_CATS) | BIT(CAT_MESSAGE)) &
			    ~msg_u64(req, PARTNER_AGREE_WITHOUT));
	msg_set_text(t->arena, m, AGREEMENT_PURPOSE, msg_text(req, PARTNER_AGREE_PURPOSE));
	msg_set_u64(m, AGREEMENT_UNTIL_MS, until);
	rc = msg_pack(t->arena, m, &v);
	k = agreement_key(p->no, way);
	if (rc == ERR_OK)
		rc = turn_put(t, STORE_AGREEMENT, &k, v);
	if (rc == ERR_OK && way == CONSENT_RECEIVE)
		rc = worklist_agreed(t, p->no);
	return rc == ERR_OK ? audit_add(t, &(struct audit_entry){.event = AUDIT_AGREEMENT,
								 .peer = p->no,
								 .detail = way == CONSENT_SEND
										   ? "send"
										   : "receive"})
			    : rc;
}
