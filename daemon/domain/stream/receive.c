/* SPDX-License-Identifier: EUPL-1.2 */
/* One frame of a partner.  It is authentic before a field of it is believed, and misbehaviour is counted, never an error:
 * whatever a partner sends, this node goes on.  Then: who speaks to whom (incarnations), does either of us remember more
 * than the other says (memories), and only then the parts, each by itself.  What a part changes and the answer to it
 * commit together, so a receipt never says more than this disk holds (proto/PROTOCOL.md 6). */
#include "domain/stream/receive.h"

#include "base/check.h"
#include "base/date.h"
#include "base/plant.h"
#include "crypto/hash.h"
#include "crypto/verify.h"
#include "domain/blob/fetch.h"
#include "domain/exchange/clockwatch.h"
#include "domain/exchange/pair.h"
#include "domain/exchange/prekeys.h"
#include "domain/loss/alarm.h"
#include "domain/loss/clone.h"
#include "domain/loss/compare.h"
#include "domain/loss/incarnation.h"
#include "domain/loss/proof.h"
#include "domain/loss/returned.h"
#include "domain/membership/noderecord.h"
#include "domain/news/checkpoint.h"
#include "domain/news/deposit.h"
#include "domain/news/spread.h"
#include "domain/stream/arrive.h"
#include "domain/stream/connect.h"
#include "domain/stream/reading.h"
#include "domain/stream/resync.h"

/* Sender, recipient and signature: what must hold before a single field is believed. */
static bool signed_with(const struct reading *r, const struct id32 *nk_pub)
{
	const struct wire_frame *f = &r->v.head;
	struct id32 parts_hash = hash_one(HASH_FRAMEPART, r->v.parts);
	const struct span signed_parts[] = {r->v.head_bytes, {parts_hash.b, 32}};

	return r->p->active && id16_equal(&f->fed_id, &r->t->node->fed_id) &&
	       id32_equal(&f->sender, &r->p->node_id) &&
	       id32_equal(&f->recipient, &r->t->node->node_id) &&
	       verify_sig(SIGN_FRAME, signed_parts, 2, nk_pub, r->v.sig);
}

static bool authentic(const struct reading *r)
{
	return r->v.head.key_seq == r->p->key_seq && signed_with(r, &r->p->nk_pub);
}

/* Signed, after the key was replaced, with one of before: a node that came back from a backup of before its rotation says
 * nothing that anybody takes, and neither side would know why; or somebody has that old key. */
static enum err old_key(struct reading *r)
{
	const struct wire_frame *f = &r->v.head;
	struct wire_node_carried now;
	struct id32 then;
	struct span v;
	enum err rc;

	if (f->key_seq >= r->p->key_seq)
		return ERR_OK;
	rc = noderecord_get(r->t, r->p->no, r->p->key_seq, &v);
	if (rc == ERR_OK && wire_node_carried_get(v, &now) != ERR_OK)
		rc = ERR_CORRUPT;
	if (rc != ERR_OK || f->time_ms / 1000 <= now.rec.time_s) /* it was under way */
		return rc;
	rc = noderecord_key(r->t, r->p, f->key_seq, &then);
	if (rc == ERR_OK && signed_with(r, &then))
		rc = alarm_set(r->t, ALARM_OLD_KEY, r->p->no);
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* The partner runs in another incarnation than the one we know: numbers begin again at 1.  When we knew another one of
 * it, it lost state: its threads wait until they are compared, and an administrator has to phone. */
static enum err new_partner(struct reading *r)
{
	const bool known = r->pair->yours.no != 0;
	struct effect *e;
	enum err rc = pair_reset(r->t, r->pair, known);

	r->pair->lives += known;
	require(!incarnation_equal(&r->v.head.my_inc, &r->pair->yours));
	if (rc != ERR_OK)
		return rc;
	r->pair->yours = r->v.head.my_inc;
	r->pair->have_receipt = r->pair->have_sent = false;
	r->c->sent = r->c->base = 0;
	r->c->heads = (struct heads_cursor){.differs = false};
	/* once: what is retained is offered now, not at the next question */
	r->a->reply = true;
	r->c->ask_mono_ms = r->t->mono_ms + LIMIT_ASK_MS;
	r->c->ask_wait_ms = LIMIT_ASK_MS;
	e = turn_effect(r->t, EFFECT_PEER_INC);
	if (e == NULL)
		return ERR_NOMEM;
	e->peer = r->p->no;
	if (!known)
		return ERR_OK;
	r->pair->unconfirmed = true;
	rc = deposit_forgotten(r->t, r->p);
	return rc == ERR_OK ? alarm_set(r->t, ALARM_NEW, r->p->no) : rc;
}

/* Counts, not state: they stay if the turn is undone. */
static void frame_refused(struct turn *t, const struct peer *p)
{
	t->node->frames_refused++;
	held_note(&t->node->held, p->no, HELD_UNREADABLE, 1, t->wall_ms);
}

/* A new incarnation makes both ends compare all they share.  A partner may begin some on one day; what it says in a
 * further one is not read before the next day. */
static bool too_many_lives(const struct reading *r)
{
	const uint64_t today = r->t->wall_ms / DAY_MS;

	if (r->pair->lives_day != today) {
		r->pair->lives_day = today;
		r->pair->lives = 0;
	}
	return r->pair->yours.no != 0 && r->pair->lives >= LIMIT_LIVES_DAY;
}

/* ROLLED_BACK parts alone: they say what we forgot.  r->begun: one was proof, and we began a new incarnation.
 * current: the frame is of both present incarnations. */
static enum err read_claims(struct reading *r, bool current)
{
	const struct proof_claim c = {
		.t = r->t, .p = r->p, .pr = r->pair, .a = r->a, .current = current};
	struct rd parts = rd_of(r->v.parts);
	struct wire_part p;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && !r->begun && wire_part_next(&parts, &p))
		if (p.type == WIRE_PART_ROLLED_BACK && p.bytes.len > 0 &&
		    portion_take(&r->portion, p.type))
			rc = proof_part(&c, p.bytes, &r->begun);
	return rc;
}

/* Roll-back check: both ends name the same incarnations, but does one count what the other does not know of?
 *
 *   they receipt more than we numbered     | we forgot what we sent, or they lie: ask for proof
 *   they hold more receipts than we gave   | we forgot what we received: ask for proof
 *   they receipt less than when this line  | they forgot: show what they signed
 *   came up                                |
 *   else                                   | r->numbers: what the frame counts may be read */
static enum err memories(struct reading *r)
{
	const struct wire_frame *f = &r->v.head;
	enum err rc = read_claims(r, true);

	require(incarnation_equal(&r->v.head.my_inc, &r->pair->yours));
	if (rc != ERR_OK || r->begun)
		return rc;
	if (f->got_upto > r->pair->num_last)
		proof_ask(r->t, r->c, r->a, NULL, f->got_upto);
	else if (f->held > r->pair->got)
		proof_ask(r->t, r->c, r->a, NULL, 0);
	else if (f->got_upto < r->c->base)
		proof_show_receipt(r->t, r->pair, r->a);
	else
		r->numbers = true;
	return ERR_OK;
}

/* A frame names the incarnation of its sender, and the one of ours that the sender knows.
 *
 *   sender's      | ours, as it knows it | what counts of the frame
 *   older, a twin | any                  | claims of a loss, and news; it is shown that it is of the past (clone.c)
 *   a newer one   | any                  | first begin again with it, then as in the next rows; of one day not
 *                 |                      | more than LIMIT_LIVES_DAY: then news of membership alone
 *   as we know it | not our present      | claims of a loss, and news: our answer says who we are now
 *   as we know it | our present          | everything, if neither forgot anything (memories) */
static enum err incarnations(struct reading *r)
{
	const struct wire_frame *f = &r->v.head;
	struct pair *pr = r->pair;
	enum err rc = ERR_OK;

	require(!r->numbers && !r->begun);
	if (!incarnation_equal(&f->my_inc, &pr->yours)) {
		if (pr->yours.no != 0 && f->my_inc.no <= pr->yours.no) {
			rc = clone_past(r->t, r->p, pr, r->a);
			/* each may be of the past to the other: what we signed counts whoever shows it */
			return rc != ERR_OK || pr->stopped ? rc : read_claims(r, false);
		}
		if (too_many_lives(r)) {
			frame_refused(r->t, r->p);
			return alarm_set(r->t, ALARM_OFTEN, r->p->no);
		}
		rc = new_partner(r);
	}
	if (rc != ERR_OK)
		return rc;
	pr->since_strike = pr->strike_ms != 0; /* the present one spoke after one of the past did */
	proof_keep_receipt(pr, &r->v);
	if (incarnation_equal(&f->your_inc, &r->t->node->inc))
		return memories(r);
	r->a->reply = true;
	return read_claims(r, false);
}

/* Why they did not take something: for people who ask; nothing is sent again because of it. */
static enum err on_refused(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const uint16_t code = rd_u16(&in);

	(void)rd_u32(&in);
	if (!in.bad)
		r->c->refused_thread = rd_id16(&in);
	if (!in.bad)
		r->c->refused = code; /* for whoever asks why; it never triggers a resend */
	return in.bad || code != WIRE_REFUSED_CLONE ? ERR_OK
						    : alarm_set(r->t, ALARM_TOLD, r->p->no);
}

/* A question, or the answer to ours: whatever was sent and is not receipted by now was lost on the way. */
static enum err on_ping(struct reading *r, struct span bytes)
{
	struct rd in = rd_of(bytes);
	const uint64_t nonce = rd_u64(&in);
	const uint8_t answer = rd_u8(&in);
	uint8_t b[9];
	struct wr w = wr_of(b, sizeof b);

	require(r->numbers);
	if (!rd_done(&in))
		return ERR_OK;
	if (answer == 0) {
		wr_u64(&w, nonce);
		wr_u8(&w, 1);
		answer_part(r->a, WIRE_PART_PING, wr_span(&w));
		r->a->reply = true;
		return connect_was_asked(r->t, r->p, r->pair, r->c, r->a);
	} else if (r->c->asked && nonce == r->c->question) {
		/* only the answer to the latest question rewinds: what is under way is not sent twice */
		r->c->asked = false;
		r->c->sent = r->pair->acked;
		connect_answered(r->t, r->pair, r->c);
		r->c->ask_wait_ms = LIMIT_ASK_MS;
		return connect_next_question(r->t, r->p, r->pair, r->c);
	}
	return ERR_OK;
}

/* Sealed to a key that died: sent again.  Once in a while, for a word of a few bytes has a window of documents sent; what
 * was lost meanwhile is found by the next question. */
static enum err on_unopened(struct reading *r)
{
	if (r->t->mono_ms < r->c->again_mono_ms)
		return ERR_OK;
	r->c->again_mono_ms = r->t->mono_ms + LIMIT_AGAIN_MS;
	r->c->sent = r->pair->acked;
	return ERR_OK;
}

/* A document of ours comes back; one that we signed in this life and forgot says that we were rolled back. */
static enum err on_returned(struct reading *r, struct span bytes)
{
	bool forgot;
	enum err rc = returned_document(r->t, r->p, r->pair, bytes, &forgot);

	require(!r->begun);
	if (rc != ERR_OK || !forgot)
		return rc;
	r->begun = true;
	return incarnation_begin(r->t, 0, ALARM_ROLLED_BACK);
}

/* A page of what we keep for them: one a turn, for that is what an answer has room for. */
static enum err show_ledger(struct reading *r, uint8_t page)
{
	if (r->a->ledger_shown)
		return ERR_OK;
	r->a->ledger_shown = r->a->reply = true;
	compare_room(r->a);
	return deposit_return(r->t, r->p, page, &r->a->more, &r->a->more_count);
}

static enum err on_ledger(struct reading *r, struct span bytes)
{
	uint8_t page;

	require(r->a != NULL);
	return deposit_asked(bytes, &page) ? show_ledger(r, page)
					   : deposit_part(r->t, r->p, r->a, bytes);
}

/* What we keep for them goes before the heads: nothing of an erased case may leave. */
static enum err on_heads(struct reading *r, struct span bytes)
{
	enum err rc = ERR_OK;

	require(r->a != NULL);
	if (compare_begins(bytes))
		rc = show_ledger(r, 0);
	return rc == ERR_OK ? compare_heads(r->t, r->p, r->pair, r->a, bytes) : rc;
}

static enum err on_chunks(struct reading *r, const struct wire_part *p)
{
	const struct fetch_from f = {r->t, r->p, r->c, r->pair, r->a};

	return p->type == WIRE_PART_CHUNK ? fetch_chunk(&f, p->bytes) : fetch_asked(&f, p->bytes);
}

/* Each part stands for itself; what this version does not know is passed over. */
static enum err on_part(struct reading *r, const struct wire_part *p)
{
	bool fresh;
	enum err rc;

	switch (p->type) {
	case WIRE_PART_DOCUMENT:
		return arrive_document(r, p->bytes);
	case WIRE_PART_VERDICTS:
		return resync_verdicts(r, p->bytes);
	case WIRE_PART_WANT_VERDICTS:
		return resync_want_verdicts(r, p->bytes);
	case WIRE_PART_OFFER_IDS:
		return resync_offer(r, p->bytes);
	case WIRE_PART_WANT_IDS:
		return resync_want(r, p->bytes);
	case WIRE_PART_PING:
		return on_ping(r, p->bytes);
	case WIRE_PART_RETURNED:
		return on_returned(r, p->bytes);
	case WIRE_PART_THREAD_HEADS:
		return on_heads(r, p->bytes);
	case WIRE_PART_PREKEYS:
		rc = prekeys_take(r->t, r->p, p->bytes, false, &fresh);
		return err_foreign(rc) ? ERR_OK : rc;
	case WIRE_PART_ROSTER:
	case WIRE_PART_WITNESS:
	case WIRE_PART_NODE_RECORD:
	case WIRE_PART_PROPOSAL:
		return spread_part(r->t, r->p, p, r->a);
	case WIRE_PART_REFUSED:
		return on_refused(r, p->bytes);
	case WIRE_PART_LEDGER:
		return on_ledger(r, p->bytes);
	case WIRE_PART_AUDIT_HEAD:
		return checkpoint_part(r->t, r->p, p->bytes);
	case WIRE_PART_UNOPENED:
		return on_unopened(r);
	case WIRE_PART_CHUNK_REQ:
	case WIRE_PART_CHUNK:
		return on_chunks(r, p);
	case WIRE_PART_VERSION: /* nothing is decided by it, so whatever is no version is none */
		(void)wire_version_get(p->bytes, r->c->version);
		return ERR_OK;
	default:
		return ERR_OK; /* of a later version: what is not known is passed over */
	}
}

/* A part that failed by itself earlier pauses alone: the rest of the frame counts. */
static enum err read_parts(struct reading *r)
{
	struct rd parts = rd_of(r->v.parts);
	struct wire_part p;
	enum err rc = ERR_OK;

	require(r->numbers); /* decided by memories() */
	r->next_no = r->v.head.first_seq;
	while (rc == ERR_OK && !r->begun && wire_part_next(&parts, &p)) {
		const struct fault_place at = {
			.part = FAULT_PART, .peer = r->p->no, .type = p.type};

		if (!portion_take(&r->portion, p.type) || fault_paused(r->t, &at))
			continue; /* this kind of part failed lately; what else is in the frame counts */
		fault_doing(r->t, &at);
		rc = on_part(r, &p);
		if (r->t->doing.part == FAULT_PART)
			rc = fault_over(r->t, rc);
	}
	return rc;
}

/* What counts whatever the incarnations are: who is a member, who says so, keys, and that we run twice. */
static enum err read_news(struct reading *r)
{
	struct rd parts = rd_of(r->v.parts);
	struct wire_part p;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && wire_part_next(&parts, &p))
		if (portion_take(&r->portion, p.type))
			rc = p.type == WIRE_PART_REFUSED ? on_refused(r, p.bytes)
							 : spread_part(r->t, r->p, &p, r->a);
	return rc;
}

/* A frame that both ends count alike: the line is alive. */
static void line_heard(struct reading *r)
{
	r->c->met = true;
	if (r->c->heard)
		return;
	r->c->heard = true;
	connect_answered(r->t, r->pair, r->c);
	r->c->heard_mono_ms = r->t->mono_ms;
	r->c->sent = r->pair->acked;
	r->a->reply = true;
}

/* Nothing can be written, not even what is kept back for it.  Its sender hears so: documents are busy, a question is
 * answered.  All else of the frame comes again, since nothing of it was receipted. */
static enum err read_unwritten(struct reading *r)
{
	const struct wire_frame *f = &r->v.head;
	struct rd parts = rd_of(r->v.parts);
	struct wire_part p;
	bool fresh;
	enum err rc = ERR_OK;

	r->a->reply = true;
	r->numbers = incarnation_equal(&f->my_inc, &r->pair->yours) &&
		     incarnation_equal(&f->your_inc, &r->t->node->inc) &&
		     f->got_upto <= r->pair->num_last && f->got_upto >= r->c->base &&
		     f->held <= r->pair->got;
	r->next_no = f->first_seq;
	if (r->numbers)
		line_heard(r);
	while (rc == ERR_OK && wire_part_next(&parts, &p)) {
		if (!portion_take(&r->portion, p.type))
			continue;
		if (p.type == WIRE_PART_PREKEYS)
			rc = prekeys_take(r->t, r->p, p.bytes, false, &fresh);
		else if (p.type == WIRE_PART_PING && r->numbers)
			rc = on_ping(r, p.bytes);
		else if (p.type == WIRE_PART_DOCUMENT)
			arrive_busy(r, p.bytes);
		rc = err_foreign(rc) ? ERR_OK : rc;
	}
	return rc;
}

/* In the order in which each thing may be believed: layout, a newer key, signature, incarnation, counts, parts. */
/* NOLINTNEXTLINE(readability-function-size): a frame from its head to its answer, in order */
enum err receive_frame(struct turn *t, struct peer *p, struct span inner)
{
	struct reading r = {.t = t, .p = p};
	bool rotated = false;
	enum err rc;

	if (wire_frame_get(inner, &r.v) != ERR_OK) {
		frame_refused(t, p);
		return ERR_OK;
	}
	rc = t->node->bare ? ERR_OK : spread_own_record(t, p, r.v.parts, &rotated);
	if (rc != ERR_OK || rotated)
		return rc; /* signed with a key that we learned just now: the frame comes again */
	if (!authentic(&r)) {
		if (t->node->bare)
			return ERR_OK; /* perhaps of a key that there was no room for */
		frame_refused(t, p);
		return old_key(&r);
	}
	r.c = state_conn(t->node, p);
	clockwatch_frame(t, r.c, r.v.head.time_ms);
	r.a = answer_of(t, p->no);
	if (r.a == NULL)
		return ERR_NOMEM;
	rc = connect_pair(t, p->no, r.c, &r.pair);
	if (rc == ERR_OK && r.pair->stopped) {
		clone_farewell(t, p, r.a);
		return ERR_OK;
	}
	if (rc == ERR_OK && t->node->bare)
		return read_unwritten(&r);
	if (rc == ERR_OK)
		rc = incarnations(&r);
	if (rc != ERR_OK || r.pair->stopped)
		return rc;
	r.pair->last_frame_ms = r.v.head.time_ms;
	r.pair->last_heard_ms = t->wall_ms;
	rc = spread_heard(t, p, &r.v.head, r.a);
	if (rc != ERR_OK)
		return rc;
	if (!r.numbers)
		return read_news(&r);
	line_heard(&r);
	if (r.v.head.got_upto > r.pair->acked) {
		r.pair->acked = r.v.head.got_upto + planted(PLANT_BREAK_PAIR);
		r.c->refused = 0;
		connect_answered(t, r.pair, r.c);
		/* it answers: the next question can wait as long as the first one did */
		r.c->ask_mono_ms = t->mono_ms + LIMIT_ASK_MS;
		r.c->ask_wait_ms = LIMIT_ASK_MS;
	}
	rc = read_parts(&r);
	if (rc == ERR_OK) /* else the turn is undone, and the line with it */
		require_sound(connect_flaw(r.c, r.pair));
	return rc;
}
