/* SPDX-License-Identifier: EUPL-1.2 */
/* The speaking half of stream.h: connections, questions, frames out. */
#include "domain/stream/connect.h"

#include "base/check.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/prekeys.h"
#include "domain/loss/compare.h"
#include "domain/loss/proof.h"
#include "domain/stream/checkpoint.h"
#include "domain/stream/deposit.h"
#include "domain/stream/spread.h"

enum {
	ANSWER_PARTS = 12288,
	FRAMES_PER_TURN = 8,
	FILL_PERCENT = 70,
	SPEAKING = 0xffff /* no document type: the frame as such */
};
static_assert(LIMIT_TURN_ARENA / 4 > 4 * (LIMIT_CLASS_2 + LIMIT_BODY),
	      "after three quarters there is room for a frame and what it is made of");

/* What one frame of this turn is made of. */
struct speaking {
	struct turn *t;
	struct peer *p;
	struct conn *c;
	struct pair *pair;
	struct answer *a; /* NULL: nothing owed but documents */
	struct wr *frame; /* where the parts of every frame of this turn are put together */
};

struct answer *answer_of(struct turn *t, uint16_t peer)
{
	struct answer *a;

	for (a = t->answers; a != NULL; a = a->next)
		if (a->peer == peer)
			return a;
	a = arena_keep(t->arena, sizeof *a);
	if (a == NULL)
		return NULL;
	a->peer = peer;
	a->arena = t->arena;
	a->next = t->answers;
	t->answers = a;
	return a;
}

void answer_part(struct answer *a, uint8_t type, struct span bytes)
{
	struct wr before;

	if (a->parts.cap == 0) /* most turns owe a partner no part at all */
		a->parts = arena_wr(a->arena, ANSWER_PARTS);
	before = a->parts;
	wire_part_put(&a->parts, type, bytes);
	if (a->parts.over)
		a->parts = before; /* no room this time: the question comes again */
	else
		a->part_count++;
}

enum err stream_up(struct turn *t, struct peer *p)
{
	struct conn *c = state_conn(t->node, p);
	struct effect *e = turn_effect(t, EFFECT_PREKEY);
	struct pair *pr;
	enum err rc = outbox_pair(t, p->no, &pr);

	if (rc != ERR_OK || e == NULL)
		return rc == ERR_OK ? ERR_NOMEM : rc;
	e->peer = p->no;
	pr->recheck = pr->recheck || pr->waiting > 0; /* what they could not store: perhaps now */
	*c = (struct conn){
		.up = true,
		.up_ms = t->wall_ms,
		.greeted = true,
		.question = c->question,
		.wait_mono_ms = t->mono_ms,
		.hangups = c->hangups,
		.clock_record_ms = c->clock_record_ms,
		.clock_theirs_ms = c->clock_theirs_ms,
		.clock_mono_ms = c->clock_mono_ms,
		.ask_mono_ms = t->mono_ms + LIMIT_ASK_MS,
		.ask_wait_ms = LIMIT_ASK_MS,
		.base = pr->acked,
	};
	return ERR_OK;
}

/* Whoever has something to say dials, whoever's turn it is. */
static enum err dial(struct turn *t, struct peer *p, bool silent)
{
	struct conn *c = state_conn(t->node, p);
	struct effect *e = turn_effect(t, EFFECT_DIAL);

	if (e == NULL)
		return ERR_NOMEM;
	e->peer = p->no;
	e->client = silent;
	c->dialled = true;
	return ERR_OK;
}

enum err stream_down(struct turn *t, struct peer *p)
{
	struct conn *c = state_conn(t->node, p);

	c->up = c->heard = c->greeted = c->asked = c->have_key = c->dialled = false;
	c->sent = c->wait_mono_ms = 0;
	return p->owes && p->active ? dial(t, p, false) : ERR_OK;
}

enum err stream_load(struct turn *t)
{
	enum err rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < t->node->peer_count; i++) {
		struct peer *p = &t->node->peers[i];
		struct pair *pr;

		rc = outbox_pair(t, p->no, &pr);
		if (rc == ERR_OK)
			p->owes = outbox_owed(pr) > 0;
	}
	t->pairs = NULL; /* read, not changed */
	return rc;
}

/* One that nobody answers for is left more time: it may be overworked. */
static uint64_t silent_at(const struct conn *c)
{
	return c->wait_mono_ms == 0 ? UINT64_MAX
				    : c->wait_mono_ms + ((uint64_t)LIMIT_SILENT_MS << c->hangups);
}

bool stream_connected(const struct turn *t, const struct peer *p)
{
	return p->conn.up && p->conn.heard && t->mono_ms < silent_at(&p->conn);
}

void stream_answered(const struct turn *t, const struct pair *pr, struct conn *c)
{
	c->hangups = 0;
	c->wait_mono_ms = c->sent > pr->acked ? t->mono_ms : 0;
}

enum err stream_prekey(struct turn *t, struct peer *p, struct span record)
{
	struct answer *a;
	struct effect *e;
	bool fresh;
	enum err rc = prekeys_take(t, p, record, true, &fresh);

	if (rc == ERR_MALFORMED || rc == ERR_CRYPTO)
		return ERR_OK;
	if (rc != ERR_OK)
		return rc;
	/* After a long sleep of both, theirs is fresh and ours is not: the answer would carry one they cannot use. */
	if (fresh && !prekeys_ours_good(t, p)) {
		e = turn_effect(t, EFFECT_PREKEY);
		if (e == NULL)
			return ERR_NOMEM;
		e->peer = p->no;
	}
	a = answer_of(t, p->no);
	if (a == NULL)
		return ERR_NOMEM;
	a->reply = a->reply || fresh || !p->conn.heard;
	return ERR_OK;
}

enum err stream_unopened(struct turn *t, struct peer *p, struct span prekey_id)
{
	struct answer *a = answer_of(t, p->no);

	if (a == NULL)
		return ERR_NOMEM;
	answer_part(a, WIRE_PART_UNOPENED, prekey_id);
	a->reply = true; /* every frame carries our newest prekey */
	return ERR_OK;
}

enum err stream_owe(struct turn *t, uint16_t peer)
{
	return answer_of(t, peer) == NULL ? ERR_NOMEM : ERR_OK;
}

bool stream_pending(const struct pair *pr, const struct conn *c)
{
	return !c->heard || pr->yours.no == 0 || pr->unheard || pr->unechoed ||
	       pr->off_from < pr->off_to || pr->acked < pr->num_last || pr->verdicts < pr->acked ||
	       pr->tail < pr->out_last;
}

enum err stream_tick(struct turn *t, struct peer *p)
{
	struct conn *c = state_conn(t->node, p);
	struct answer *a;
	struct pair *pr;
	struct effect *e;
	enum err rc;

	if (c->up && t->mono_ms >= silent_at(c)) {
		c->hangups += c->hangups < LIMIT_HANGUPS;
		c->wait_mono_ms = 0; /* the end of the line comes from net */
		return dial(t, p, true);
	}
	if (!c->up || t->mono_ms < c->ask_mono_ms)
		return ERR_OK;
	rc = outbox_pair(t, p->no, &pr);
	if (rc != ERR_OK)
		return rc;
	pr->recheck = pr->recheck || (c->retry_wait_ms != 0 && t->mono_ms >= c->retry_mono_ms);
	if (!stream_pending(pr, c)) /* idle: is the line still there? */
		c->ask_wait_ms = LIMIT_PING_MS;
	/* The first words may have been lost, or both sides' keys grew too old for a frame. */
	if (!c->heard || !prekeys_ready(t, p) || !prekeys_ours_good(t, p)) {
		e = turn_effect(t, EFFECT_PREKEY);
		if (e == NULL)
			return ERR_NOMEM;
		e->peer = p->no;
	}
	a = answer_of(t, p->no);
	if (a == NULL)
		return ERR_NOMEM;
	a->ping = a->reply = true;
	c->question++;
	c->asked = true;
	c->ask_mono_ms = t->mono_ms + c->ask_wait_ms;
	c->ask_wait_ms = c->ask_wait_ms * 2 > LIMIT_ASK_MAX_MS ? LIMIT_ASK_MAX_MS
							       : c->ask_wait_ms * 2;
	return outbox_prune(t, pr, 64);
}

uint64_t stream_next_mono_ms(const struct node *n)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < n->peer_count; i++) {
		const struct conn *c = &n->peers[i].conn;

		if (!c->up || !n->peers[i].active)
			continue;
		next = c->ask_mono_ms < next ? c->ask_mono_ms : next;
		next = silent_at(c) < next ? silent_at(c) : next;
	}
	return next;
}

/* Does entry no of our log of this thread still wait?  What follows it waits too. */
static enum err still_waits(struct speaking *s, const struct thread *th, uint32_t no, bool *waits)
{
	struct outbox_row row;
	struct store_key k;
	struct log_entry e;
	uint64_t place;
	uint16_t peer;
	enum err rc = thread_entry(s->t, th, true, no, &e);

	if (rc == ERR_OK)
		rc = outbox_find(s->t, &e.doc.msg, &peer, &place, &row);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	k = turn_key_u16_u64(peer, place);
	*waits = *waits || record_exists(s->t->txn, STORE_WAITING, key_span(&k));
	return ERR_OK;
}

/* A document of a thread that differs, or of a case that waits for partners, keeps its place; so does what
 * comes after it, and what rests on a consent that waits. */
static enum err may_go(struct speaking *s, const struct outbox_row *row, bool *yes)
{
	const struct pair *pr = s->pair;
	struct document d;
	struct thread th, consent;
	/* they could not store it: again after a pause */
	const bool paused = row->verdict == WIRE_VERDICT_CANNOT_STORE &&
			    s->t->mono_ms < s->c->retry_mono_ms;
	bool waits = paused || (row->state == OUTBOX_STORED && pr->unconfirmed);
	enum err rc;

	*yes = !waits;
	if (waits || (!pr->unechoed && pr->waiting == 0 && !s->t->node->quarantine))
		return ERR_OK;
	rc = document_load(s->t, &row->doc, &d);
	if (rc == ERR_OK)
		rc = thread_load(s->t, &d.head.thread_id, &th);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	waits = !echo_settled(&th, pr) || loss_quarantined(s->t, &th.case_id);
	if (!waits && d.head.thread_no > 1)
		rc = still_waits(s, &th, d.head.thread_no - 1, &waits);
	if (rc == ERR_OK && !waits && !bytes_zero(d.head.grant_id.b, 16) &&
	    !id16_equal(&d.head.grant_id, &d.head.thread_id) &&
	    thread_load(s->t, &d.head.grant_id, &consent) == ERR_OK)
		rc = still_waits(s, &consent, 1, &waits);
	*yes = !waits;
	return rc;
}

static enum err one_pass(struct speaking *s)
{
	struct pair *pr = s->pair;
	uint64_t place = 0;
	enum err rc;

	while ((rc = outbox_waiting(s->t, pr, &place)) == ERR_OK) {
		struct outbox_row row;
		bool yes = false;

		rc = outbox_get(s->t, pr->peer, place, &row);
		if (rc == ERR_OK && row.state != OUTBOX_SHELVED)
			rc = may_go(s, &row, &yes);
		if (rc == ERR_OK && yes)
			rc = outbox_number(s->t, pr, place);
		if (rc == ERR_NOTFOUND || (rc == ERR_OK && (yes || row.state == OUTBOX_SHELVED)))
			rc = outbox_unwait(s->t, pr, place);
		if (rc != ERR_OK)
			return rc;
		place++;
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

/* What was put aside goes before what is new, so that every thread keeps its order; what came back after a
 * loss may have its place behind what follows it. */
static enum err number_waiting(struct speaking *s)
{
	uint64_t before;
	enum err rc;

	s->pair->recheck = false;
	do {
		before = s->pair->waiting;
		rc = one_pass(s);
	} while (rc == ERR_OK && s->pair->waiting > 0 && s->pair->waiting < before);
	return rc;
}

/* Give stream numbers to what may go now; durable, so a restart repeats the same numbers. */
static enum err number_tail(struct speaking *s)
{
	struct pair *pr = s->pair;
	enum err rc = ERR_OK;

	if (pr->off_from < pr->off_to || pr->unheard)
		return ERR_OK; /* what is retained is offered by id first, and they were not heard */
	if (pr->recheck)
		rc = number_waiting(s);
	while (rc == ERR_OK && pr->tail < pr->out_last) {
		struct outbox_row row;
		bool yes;

		rc = outbox_get(s->t, pr->peer, ++pr->tail, &row);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (row.state == OUTBOX_STORED || row.state == OUTBOX_SHELVED)
			continue; /* came from there, or is a lost act */
		rc = may_go(s, &row, &yes);
		if (rc == ERR_OK)
			rc = yes ? outbox_number(s->t, pr, pr->tail)
				 : outbox_wait(s->t, pr, pr->tail);
	}
	return rc;
}

static void state_parts(struct speaking *s, struct wr *w, uint16_t *count)
{
	struct pair *pr = s->pair;
	uint8_t b[9 + 8 + 16 * LIMIT_OFFER_PAGE];
	struct wr part = wr_of(b, sizeof b);

	/* Until it is used our newest key stands in every frame, so that one lost frame costs nothing. */
	if (s->p->have_prekey) {
		wire_part_put(w, WIRE_PART_PREKEYS, span_of(s->p->prekey, WIRE_PREKEY_LEN));
		(*count)++;
	}
	if (s->a != NULL && s->a->ping) {
		wr_u64(&part, s->c->question);
		wr_u8(&part, 0);
		wire_part_put(w, WIRE_PART_PING, wr_span(&part));
		(*count)++;
	}
	if (pr->yours.no == 0 || !s->c->heard)
		return;
	if (pr->verdicts < pr->acked) {
		part = wr_of(b, sizeof b);
		wr_u64(&part, pr->verdicts + 1);
		wire_part_put(w, WIRE_PART_WANT_VERDICTS, wr_span(&part));
		(*count)++;
	}
	if (pr->off_from < pr->off_to) {
		const uint64_t left = pr->off_to - pr->off_from;
		const unsigned n = left < LIMIT_OFFER_PAGE ? (unsigned)left : LIMIT_OFFER_PAGE;

		part = wr_of(b, sizeof b);
		wr_u64(&part, pr->off_from + 1);
		wr_u64(&part, pr->off_to);
		wr_u8(&part, (uint8_t)n);
		for (unsigned i = 1; i <= n; i++) {
			struct outbox_row row = {.state = 0};
			struct id16 gone = {{0}}; /* pruned rows keep their place, without an id */

			if (outbox_get(s->t, s->p->no, pr->off_from + i, &row) == ERR_OK &&
			    row.state != OUTBOX_SHELVED)
				gone = row.doc.msg;
			wr_put(&part, gone.b, 16);
		}
		wire_part_put(w, WIRE_PART_OFFER_IDS, wr_span(&part));
		(*count)++;
	}
}

static enum err verdict_part(struct speaking *s, struct wr *w, uint16_t *count)
{
	uint8_t b[9 + 64 * WIRE_VERDICT_ROW];
	struct wr part = wr_of(b, sizeof b);
	uint64_t no, from = s->a == NULL ? 0 : s->a->verdict_from;
	uint64_t n = from == 0 || from > s->pair->got ? 0 : s->pair->got - from + 1;

	if (n == 0)
		return ERR_OK;
	n = n > 64 ? 64 : n;
	wr_u64(&part, from);
	wr_u8(&part, (uint8_t)n);
	for (no = from; no < from + n; no++) {
		struct inbox_row row;
		enum err rc = inbox_get(s->t, s->p->no, no, &row);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		wire_verdict_put(&part, &row.verdict);
	}
	wire_part_put(w, WIRE_PART_VERDICTS, wr_span(&part));
	(*count)++;
	s->a->verdict_from = no <= s->pair->got ? no : 0;
	return ERR_OK;
}

/* One document as it travels, re-checked at this very moment. */
static enum err carry(struct speaking *s, uint64_t number, struct span *out)
{
	struct outbox_row row;
	struct document d;
	struct wr w;
	uint16_t reason = 0;
	uint64_t place;
	enum err rc = outbox_place_of(s->t, s->p->no, number, &place);

	if (rc == ERR_OK)
		rc = outbox_get(s->t, s->p->no, place, &row);
	if (rc == ERR_OK)
		rc = document_load(s->t, &row.doc, &d);
	if (rc == ERR_OK)
		rc = s->t->node->hooks->leaving(s->t, s->p, &d, &reason);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	w = arena_wr(s->t->arena, 700 + d.body.len);
	document_carry(&w, &d, reason);
	*out = wr_span(&w);
	return w.over ? ERR_NOMEM : ERR_OK;
}

/* The largest class filled to 70 % or more, else the smallest that holds what there is. */
static uint8_t choose_class(size_t want, size_t least)
{
	uint8_t cls = WIRE_CLASSES;

	while (cls-- > 1)
		if (least <= wire_class_len(cls) - WIRE_FRAME_EXTRA &&
		    want * 100 >= (wire_class_len(cls) - WIRE_FRAME_EXTRA) * (size_t)FILL_PERCENT)
			return cls;
	for (cls = 0; cls + 1u < WIRE_CLASSES; cls++)
		if (least <= wire_class_len(cls) - WIRE_FRAME_EXTRA)
			return cls;
	return WIRE_CLASSES - 1;
}

struct load {
	struct span docs[LIMIT_FRAME_DOCS];
	size_t count, bytes;
};

static enum err collect(struct speaking *s, size_t used, struct load *l)
{
	const size_t room = LIMIT_CLASS_2 - WIRE_FRAME_EXTRA;
	const size_t cap = used < room ? room - used : 0;
	struct pair *pr = s->pair;
	uint64_t no = s->c->sent > pr->acked ? s->c->sent : pr->acked;

	l->count = l->bytes = 0;
	if (pr->yours.no == 0 || !s->c->heard || !s->p->activated)
		return ERR_OK;
	while (no < pr->num_last && no < pr->acked + LIMIT_WINDOW && l->count < LIMIT_FRAME_DOCS) {
		const struct fault_place at = {.part = FAULT_SENDING, .peer = s->p->no};
		struct span *d = &l->docs[l->count];
		enum err rc;

		if (fault_paused(s->t, &at))
			break; /* a document of ours cannot be read: its place in the stream waits */
		fault_doing(s->t, &at);
		rc = carry(s, ++no, d);
		if (rc != ERR_OK)
			return rc;
		fault_over(s->t);
		if (l->bytes + WIRE_PART_HEAD + d->len > cap)
			break;
		l->bytes += WIRE_PART_HEAD + d->len;
		l->count++;
	}
	fault_doing(s->t, &(struct fault_place){
				  .part = FAULT_SENDING, .peer = s->p->no, .type = SPEAKING});
	return ERR_OK;
}

static enum err emit(struct speaking *s, struct span parts, uint16_t count, uint64_t first,
		     size_t inner_len)
{
	struct node *n = s->t->node;
	const struct wire_frame f = {
		.fed_id = n->fed_id,
		.sender = n->node_id,
		.recipient = s->p->node_id,
		.roster_head = n->roster_head,
		.key_seq = n->key_seq,
		.my_inc = n->inc,
		.your_inc = s->pair->yours,
		.first_seq = first,
		.got_upto = s->pair->got,
		.held = s->pair->acked,
		.time_ms = s->t->wall_ms,
		.roster_seq = n->roster_seq,
		.part_count = count,
	};
	struct effect *e = turn_effect(s->t, EFFECT_FRAME);
	struct wr w = arena_wr(s->t->arena, inner_len);

	if (e == NULL || w.cap == 0)
		return ERR_NOMEM;
	wire_frame_put(&f, w.p);
	w.len = WIRE_FRAME_HEAD;
	wr_put(&w, parts.p, parts.len);
	require(!w.over && w.len + WIRE_SIG <= inner_len);
	e->peer = s->p->no;
	e->bytes = span_of(w.p, w.len);
	e->prekey_id = s->c->key_id;
	e->prekey_pub = s->c->key_pub;
	e->not_after_s = s->t->wall_ms / 1000 + LIMIT_ENVELOPE_TTL_S;
	if (e->not_after_s > s->c->key_until_s)
		e->not_after_s = s->c->key_until_s;
	return ERR_OK;
}

/* All that a frame says besides documents. */
static enum err news_parts(struct speaking *s, struct wr *parts, uint16_t *count)
{
	enum err rc;

	if (!s->c->introduced || (s->a != NULL && (s->a->ping || s->a->deposit))) {
		if (s->a != NULL)
			s->a->deposit = false;
		rc = spread_introduce(s->t, parts, count);
		if (rc == ERR_OK)
			rc = checkpoint_introduce(s->t, s->p, parts, count);
		if (rc == ERR_OK && (s->a == NULL || s->a->more_count == 0)) /* there is room */
			rc = deposit_introduce(s->t, s->p, parts, count);
		if (rc != ERR_OK)
			return rc;
	}
	state_parts(s, parts, count);
	if (s->a != NULL && s->c->heard && (s->a->ping || s->a->again)) {
		s->a->again = false;
		rc = echo_ask(s->t, s->p, s->pair, parts, count);
		if (rc != ERR_OK)
			return rc;
	}
	if (s->a != NULL && s->a->more_count > 0) {
		wr_put(parts, s->a->more.p, s->a->more.len);
		*count = (uint16_t)(*count + s->a->more_count);
		s->a->more_count = 0;
		s->a->more.len = 0;
	}
	if (s->a != NULL && s->a->part_count > 0) {
		wr_put(parts, s->a->parts.p, s->a->parts.len);
		*count = (uint16_t)(*count + s->a->part_count);
		s->a->part_count = 0;
	}
	return verdict_part(s, parts, count);
}

/* One frame; *more says that documents are left for another. */
static enum err speak_once(struct speaking *s, bool due, bool *more)
{
	struct wr parts = wr_of(s->frame->p, s->frame->cap);
	struct load l;
	uint16_t count = 0;
	uint64_t first = 0;
	size_t taken = 0, cap;
	enum err rc;

	*more = false;
	rc = news_parts(s, &parts, &count);
	if (rc == ERR_OK)
		rc = collect(s, parts.len, &l);
	if (rc != ERR_OK || (!due && l.count == 0))
		return rc;
	cap = wire_class_len(
		choose_class(parts.len + l.bytes,
			     parts.len + (l.count == 0 ? 0 : WIRE_PART_HEAD + l.docs[0].len)));
	while (taken < l.count &&
	       parts.len + WIRE_PART_HEAD + l.docs[taken].len <= cap - WIRE_FRAME_EXTRA) {
		wire_part_put(&parts, WIRE_PART_DOCUMENT, l.docs[taken++]);
		count++;
	}
	if (parts.over || parts.len > cap - WIRE_FRAME_EXTRA)
		return ERR_NOMEM;
	if (taken > 0) {
		const uint64_t lo = s->c->sent > s->pair->acked ? s->c->sent : s->pair->acked;

		first = lo + 1;
		s->c->sent = lo + taken;
		if (s->c->ask_mono_ms > s->t->mono_ms + LIMIT_ASK_MS) {
			s->c->ask_mono_ms = s->t->mono_ms + LIMIT_ASK_MS;
			s->c->ask_wait_ms = LIMIT_ASK_MS;
		}
	}
	if ((taken > 0 || (s->a != NULL && s->a->ping)) && s->c->wait_mono_ms == 0)
		s->c->wait_mono_ms = s->t->mono_ms;
	s->c->introduced = true;
	*more = taken < l.count || l.count == LIMIT_FRAME_DOCS ||
		(s->a != NULL && s->a->verdict_from != 0);
	return emit(s, wr_span(&parts), count, first, cap);
}

/* Is there room for one more frame of the largest class, with what is collected for it? */
static bool has_room(const struct turn *t)
{
	return t->arena->used < t->arena->cap / 4 * 3;
}

static enum err speak_to(struct turn *t, struct peer *p, struct answer *a, struct wr *frame)
{
	struct speaking s = {.t = t, .p = p, .a = a, .frame = frame};
	bool due = a->reply, more = true;
	enum err rc;

	if (!p->active || p->self)
		return ERR_OK;
	if (!p->conn.up) {
		rc = outbox_pair(t, p->no, &s.pair);
		return rc == ERR_OK && !p->conn.dialled && outbox_owed(s.pair) > 0
			       ? dial(t, p, false)
			       : rc;
	}
	if (!prekeys_ready(t, p))
		return ERR_OK; /* their record comes first */
	s.c = state_conn(t->node, p);
	rc = outbox_pair(t, p->no, &s.pair);
	if (rc == ERR_OK && s.pair->stopped && !a->farewell)
		return ERR_OK;
	/* Before enough members witnessed it, and while a fork is open, nothing about a person leaves. */
	if (rc == ERR_OK && s.pair->yours.no != 0 && s.c->heard && p->activated)
		rc = number_tail(&s);
	for (unsigned i = 0; rc == ERR_OK && more && i < FRAMES_PER_TURN && has_room(t); i++) {
		rc = speak_once(&s, due, &more);
		due = more;
	}
	return rc;
}

enum err stream_speak(struct turn *t)
{
	struct wr frame = {.cap = 0};
	enum err rc = ERR_OK;

	if (t->answers != NULL)
		frame = arena_wr(t->arena, LIMIT_CLASS_2);
	if (t->answers != NULL && frame.cap == 0)
		return ERR_NOMEM;
	for (struct answer *a = t->answers; a != NULL && rc == ERR_OK; a = a->next) {
		const struct fault_place at = {
			.part = FAULT_SENDING, .peer = a->peer, .type = SPEAKING};
		struct peer *p = state_peer(t->node, a->peer);

		if (fault_paused(t, &at))
			continue;
		fault_doing(t, &at);
		if (has_room(t))
			rc = speak_to(t, p, a, &frame);
		else if (p->conn.up) /* more partners than one turn holds: the others in the next */
			state_conn(t->node, p)->ask_mono_ms = t->mono_ms;
		if (rc == ERR_OK)
			fault_over(t);
	}
	if (rc == ERR_OK)
		fault_doing(t, &(struct fault_place){.part = FAULT_EVENT});
	t->answers = NULL;
	return rc == ERR_OK ? outbox_flush(t) : rc;
}

enum err stream_clock_agreed(struct turn *t, uint16_t peer, bool *agreed)
{
	const uint64_t day_ms = 86400000, skew_ms = UINT64_C(1000) * LIMIT_CLOCK_SKEW_S;
	const struct peer *p = state_peer(t->node, peer);
	struct pair *pr;
	uint64_t off;
	enum err rc = outbox_pair(t, peer, &pr);

	*agreed = false;
	if (rc != ERR_OK)
		return rc;
	off = pr->last_frame_ms > pr->last_heard_ms ? pr->last_frame_ms - pr->last_heard_ms
						    : pr->last_heard_ms - pr->last_frame_ms;
	if (!t->node->clock_confirmed && (pr->last_heard_ms == 0 || off > skew_ms))
		return ERR_OK;
	*agreed = (p != NULL && p->conn.heard) || t->mono_ms >= t->node->start_mono_ms + day_ms;
	return ERR_OK;
}
