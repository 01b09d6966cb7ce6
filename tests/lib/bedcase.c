/* SPDX-License-Identifier: EUPL-1.2 */
#include "bedcase.h"

#include <stdio.h>

#include "base/check.h"
#include "base/date.h"
#include "domain/admin/agree.h"
#include "domain/desk/cases.h"
#include "domain/desk/consent.h"
#include "domain/desk/refer.h"
#include "domain/exchange/pair.h"
#include "domain/handover/steps.h"
#include "domain/loss/settled.h"
#include "domain/referral/referral.h"

/* identity, contact, goals, needs, story */
#define SHARED ((uint64_t)((1 << 0) | (1 << 1) | (1 << 5) | (1 << 15) | (1 << 16)))

/* What the command said when it refused, so that a test that breaks says why. */
static void did(const struct bed *b, enum err rc)
{
	if (rc != ERR_OK)
		(void)fprintf(stderr, "bedcase: %s: %s\n", err_text(rc),
			      list_refusal_codes[b->t.refusal.code]);
	require(rc == ERR_OK);
}

static const char *name_of(uint16_t peer)
{
	return peer == BED_PARTNER ? "partner" : "other";
}

static void agree(struct bed *b, uint16_t peer, bool receive)
{
	struct msg *req = msg_new(b->t.arena, MSG_PARTNER_AGREE);

	msg_set_text(b->t.arena, req, PARTNER_AGREE_PARTNER, name_of(peer));
	msg_set_u64(req, PARTNER_AGREE_CATS, SHARED);
	msg_set_u64(req, PARTNER_AGREE_RECEIVE, receive);
	did(b, admin_agree(&b->t, req, msg_new(b->t.arena, MSG_REPLY)));
}

void bedcase_setup(struct bed *b)
{
	b->node->hooks = b->product;
	b->node->clock_confirmed = true;
	for (unsigned i = BED_PARTNER; i <= BED_OTHER; i++) {
		const uint16_t no = (uint16_t)i;
		struct peer *p = &b->node->peers[no - 1];
		struct pair *pr;

		memcpy(p->org, name_of(no), strlen(name_of(no)) + 1);
		memcpy(p->slug, name_of(no), strlen(name_of(no)) + 1);
		memcpy(p->country, "NL", 3);
		p->conn.heard = true;
		require(pair_get(&b->t, no, &pr) == ERR_OK);
		pr->yours = (struct incarnation){1, {{0xfe}}};
		agree(b, no, false);
		agree(b, no, true);
	}
}

struct id16 bedcase_open(struct bed *b)
{
	struct msg *req = msg_new(b->t.arena, MSG_CASE_NEW),
		   *p = msg_sub(b->t.arena, req, CASE_NEW_PERSON),
		   *reply = msg_new(b->t.arena, MSG_REPLY);
	struct id16 id;

	msg_set_text(b->t.arena, p, PERSON_NAME, "Testpersoon Verzonnen");
	did(b, desk_case_new(&b->t, req, reply));
	require(bytes_unhex(id.b, 16, msg_text(reply, REPLY_ID)));
	return id;
}

struct id16 bedcase_consent(struct bed *b, const struct id16 *case_id, uint16_t peer, unsigned days)
{
	struct msg *req = msg_new(b->t.arena, MSG_CONSENT_GIVE),
		   *reply = msg_new(b->t.arena, MSG_REPLY);
	struct id16 id;
	char hex[33];

	bytes_hex(hex, case_id->b, 16);
	msg_set_text(b->t.arena, req, CONSENT_GIVE_CASE_ID, hex);
	msg_set_text(b->t.arena, req, CONSENT_GIVE_PARTNER, name_of(peer));
	msg_set_text(b->t.arena, req, CONSENT_GIVE_PURPOSE, "refer");
	msg_set_text(b->t.arena, req, CONSENT_GIVE_HOW, "written");
	msg_set_u64(req, CONSENT_GIVE_CATS, SHARED);
	msg_set_u64(req, CONSENT_GIVE_UNTIL_MS, b->t.wall_ms + (uint64_t)days * DAY_MS);
	did(b, desk_consent_give(&b->t, req, reply));
	require(bytes_unhex(id.b, 16, msg_text(reply, REPLY_ID)));
	return id;
}

struct thread bedcase_refer(struct bed *b, const struct id16 *case_id, uint16_t peer)
{
	struct msg *req = msg_new(b->t.arena, MSG_REFER_NEW),
		   *reply = msg_new(b->t.arena, MSG_REPLY);
	struct thread th;
	char hex[33];
	struct thread_fits fits;

	bytes_hex(hex, case_id->b, 16);
	msg_set_text(b->t.arena, req, REFER_NEW_CASE_ID, hex);
	msg_set_text(b->t.arena, req, REFER_NEW_PARTNER, name_of(peer));
	msg_set_text(b->t.arena, req, REFER_NEW_NEED, "income-debt");
	msg_set_u64(req, REFER_NEW_URGENCY, 1);
	msg_set_u64(req, REFER_NEW_AGAIN, 1);
	did(b, desk_refer(&b->t, req, reply));
	require(thread_find(&b->t, msg_text(reply, REPLY_ID), &th, &fits) == ERR_OK);
	return th;
}

/* Stored as stream/arrive does, without the frame and the signature around it. */
static void keep(struct bed *b, struct thread *th, const struct wire_doc *d)
{
	const struct peer *p = &b->node->peers[th->peer - 1];
	const struct doc_key key = {d->head.msg_id, th->peer};
	const struct id32 commit = document_commit(d->salt, d->body);
	const struct log_entry e = {.doc = key,
				    .hash = document_hash(d->head_bytes, &commit),
				    .type = d->head.type,
				    .seen_no = d->head.seen_no,
				    .created_ms = d->head.created_ms};
	const bool fresh = th->my_no + th->their_no == 0;
	uint16_t verdict = WIRE_VERDICT_OK;
	enum quota over = QUOTA_NONE;

	did(b, hooks_judge(&b->t, p, d, th, &verdict, &over));
	require(over == QUOTA_NONE);
	if (fresh)
		did(b, quota_began(&b->t, th));
	require(!fresh || settled_birth(&b->t, th, true) == ERR_OK);
	did(b, document_keep(&b->t, &key, d, &th->case_id, verdict));
	require(!fresh || thread_create(&b->t, th) == ERR_OK);
	did(b, thread_append(&b->t, th, false, &e));
	did(b, hooks_rules(b->node, th)->stored(&b->t, p, th, &key, verdict));
}

void bedcase_came(struct bed *b, struct thread *th, uint16_t type, const struct id16 *grant,
		  struct msg *body)
{
	bedcase_crossed(b, th, type, grant, body, th->my_no);
}

void bedcase_crossed(struct bed *b, struct thread *th, uint16_t type, const struct id16 *grant,
		     struct msg *body, uint32_t seen_no)
{
	struct log_entry seen = {.type = 0};
	static const uint8_t salt[32] = {3}, sig[WIRE_SIG] = {4};
	uint8_t *head = arena_keep(b->t.arena, WIRE_DOC_HEAD);
	struct wire_doc d = {.form = WIRE_WHOLE, .salt = salt};

	d.head = bed_head(b, th->peer, BED_SELF, th->id, th->their_no + 1);
	d.head.msg_id.b[1] = th->id.b[0];
	d.head.type = type;
	d.head.grant_id = *grant;
	d.head.basis = WIRE_BASIS_CONSENT;
	d.head.cats = body == NULL ? 0 : msg_cats(body);
	d.head.prev_hash = th->their_hash;
	require(seen_no == 0 || seen_no == th->my_no ||
		thread_entry(&b->t, th, true, seen_no, &seen) == ERR_OK);
	d.head.seen_no = seen_no;
	d.head.seen_hash = seen_no == th->my_no ? th->my_hash : seen.hash;
	d.head.expires_ms = b->now_ms + DAY_MS;
	require(head != NULL);
	wire_head_put(&d.head, head);
	d.head_bytes = span_of(head, WIRE_DOC_HEAD);
	d.sig = (struct wire_sigblock){.count = 1, .sig = sig};
	require(body == NULL || msg_pack(b->t.arena, body, &d.body) == ERR_OK);
	keep(b, th, &d);
}

static struct id16 subject_of(const struct thread *consent)
{
	struct id16 id = consent->id;

	id.b[15] = 0x5b;
	return id;
}

struct thread bedcase_consent_came(struct bed *b, uint16_t peer, uint8_t first, unsigned days)
{
	struct arena *a = b->t.arena;
	struct thread th = {
		.id = bed_id(first), .peer = peer, .kind = THREAD_CONSENT, .role = THREAD_RECEIVER};
	const struct id16 subject = subject_of(&th);
	struct msg *g = msg_new(a, MSG_CONSENT_GRANT);

	msg_set_bytes(a, g, CONSENT_GRANT_GRANT_ID, span_of(th.id.b, 16));
	msg_set_u64(g, CONSENT_GRANT_VERSION, 1);
	msg_set_text(a, g, CONSENT_GRANT_GIVEN_BY, "self");
	msg_set_bytes(a, g, CONSENT_GRANT_SUBJECT_REF, span_of(subject.b, 16));
	msg_set_bytes(a, g, CONSENT_GRANT_COLLECTED_BY,
		      span_of(b->node->peers[peer - 1].node_id.b, 32));
	msg_set_bytes(a, g, CONSENT_GRANT_RECIPIENT, span_of(b->node->node_id.b, 32));
	msg_set_text(a, g, CONSENT_GRANT_PURPOSE, "refer");
	msg_set_u64(g, CONSENT_GRANT_CATS, SHARED);
	msg_set_text(a, g, CONSENT_GRANT_HOW, "written");
	msg_set_u64(g, CONSENT_GRANT_VALID_FROM_MS, b->t.wall_ms);
	msg_set_u64(g, CONSENT_GRANT_EXPIRES_MS, b->t.wall_ms + (uint64_t)days * DAY_MS);
	bedcase_came(b, &th, DOC_CONSENT, &th.id, g);
	return th;
}

struct thread bedcase_offer_came(struct bed *b, const struct thread *consent, uint8_t first)
{
	struct thread th = {.id = bed_id(first),
			    .peer = consent->peer,
			    .kind = THREAD_REFERRAL,
			    .role = THREAD_RECEIVER};

	bedcase_offer_again(b, consent, &th);
	return th;
}

void bedcase_offer_again(struct bed *b, const struct thread *consent, struct thread *th)
{
	struct arena *a = b->t.arena;
	const struct id16 subject = subject_of(consent);
	struct msg *o = msg_new(a, MSG_OFFER);

	msg_set_text(a, o, OFFER_NEED, "income-debt");
	msg_set_u64(o, OFFER_URGENCY, 1);
	msg_set_u64(o, OFFER_TERM_DAYS, 7);
	msg_set_bytes(a, o, OFFER_SUBJECT_REF, span_of(subject.b, 16));
	msg_set_text(a, msg_sub(a, o, OFFER_PERSON), PERSON_NAME, "Testpersoon Ontvangen");
	bedcase_came(b, th, DOC_OFFER, &consent->id, o);
}

struct thread bedcase_proposed(struct bed *b, uint64_t day_ms)
{
	const struct thread consent = bedcase_consent_came(b, BED_PARTNER, 1, 60);
	struct thread th = {.id = bed_id(0x70),
			    .case_id = consent.case_id,
			    .peer = BED_PARTNER,
			    .kind = THREAD_HANDOVER,
			    .role = THREAD_RECEIVER,
			    .table_version = HANDOVER_TABLE_VERSION,
			    .grant_id = consent.id,
			    .created_ms = b->now_ms};
	struct msg *body = msg_new(b->t.arena, MSG_HANDOVER_PROPOSE);

	msg_set_u64(body, HANDOVER_PROPOSE_TAKEOVER_MS, day_ms);
	bedcase_came(b, &th, DOC_PROPOSE, &consent.id, body);
	did(b, steps_changed(&b->t, &th, ""));
	require(th.state == HANDOVER_PROPOSED);
	return th;
}

/* Of the partner. */
static void step(struct bed *b, struct thread *th, uint16_t type, struct msg *body,
		 enum handover_state state)
{
	bedcase_came(b, th, type, &th->grant_id, body);
	did(b, steps_changed(&b->t, th, ""));
	require(th->state == state);
}

/* Of ours. */
static void answer(struct bed *b, struct thread *th, uint16_t type, enum handover_state state)
{
	did(b, steps_sign(&b->t, th, type, msg_new(b->t.arena, document_body_kind(type))));
	require(th->state == state);
}

struct thread bedcase_bundled(struct bed *b)
{
	static const uint8_t file[32] = {7};
	struct thread th = bedcase_proposed(b, 0);
	struct msg *body = msg_new(b->t.arena, MSG_HANDOVER_BUNDLE);

	answer(b, &th, DOC_AGREE, HANDOVER_AGREED);
	msg_set_bytes(b->t.arena, body, HANDOVER_BUNDLE_BLOB, span_of(file, sizeof file));
	msg_set_u64(body, HANDOVER_BUNDLE_LENGTH, 10000);
	step(b, &th, DOC_BUNDLE, body, HANDOVER_BUNDLED);
	return th;
}

struct thread bedcase_taken(struct bed *b, uint32_t turns)
{
	static const uint8_t key[32] = {9};
	struct thread th = bedcase_bundled(b);
	struct msg *body = msg_new(b->t.arena, MSG_HANDOVER_CEDE);

	answer(b, &th, DOC_STAGED, HANDOVER_STAGED);
	msg_set_bytes(b->t.arena, body, HANDOVER_CEDE_BKEY, span_of(key, sizeof key));
	msg_set_u64(body, HANDOVER_CEDE_TURNS, turns);
	step(b, &th, DOC_CEDE, body, HANDOVER_CEDED);
	answer(b, &th, DOC_TAKE, HANDOVER_TAKEN);
	return th;
}

struct document bedcase_document(struct bed *b, const struct thread *th, bool mine, uint32_t no)
{
	struct log_entry e;
	struct document d;

	require(thread_entry(&b->t, th, mine, no, &e) == ERR_OK);
	require(document_load(&b->t, &e.doc, &d) == ERR_OK);
	return d;
}

/* A document has a head once it is signed, which the end of the turn does. */
uint16_t bedcase_said(struct bed *b, const struct id16 *thread, const char **reason)
{
	struct thread th;
	struct document d;
	struct msg *m = NULL;

	(void)bed_turn(b);
	th = bedcase_thread(b, thread);
	d = bedcase_document(b, &th, true, th.my_no);
	*reason = "";
	if (document_body(&b->t, &d, &m) == ERR_OK && document_body_kind(d.head.type) == MSG_ACT)
		*reason = msg_text(m, ACT_REASON);
	else if (m != NULL && document_body_kind(d.head.type) == MSG_ASK)
		*reason = msg_text(m, ASK_QUESTION);
	return d.head.type;
}

struct thread bedcase_thread(struct bed *b, const struct id16 *id)
{
	struct thread th;

	require(thread_load(&b->t, id, &th) == ERR_OK);
	return th;
}
