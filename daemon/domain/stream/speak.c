/* SPDX-License-Identifier: EUPL-1.2 */
/* At the end of a turn, for each partner that is owed something: gather what a frame says besides documents, collect
 * documents, fit both into the smallest size class that is well filled (so that a length on the line says little), take
 * them out of what is owed, emit.  Documents are asked once more whether they may leave, at the very moment they do.
 * Frames are effects: they leave after this turn committed, so what they say is on disk. */
#include "domain/stream/speak.h"

#include "base/check.h"
#include "base/plant.h"
#include "domain/blob/fetch.h"
#include "domain/exchange/answer.h"
#include "domain/exchange/hooks.h"
#include "domain/exchange/inbox.h"
#include "domain/exchange/outbox.h"
#include "domain/exchange/prekeys.h"
#include "domain/loss/compare.h"
#include "domain/news/afar.h"
#include "domain/news/checkpoint.h"
#include "domain/news/deposit.h"
#include "domain/news/spread.h"
#include "domain/stream/connect.h"
#include "domain/stream/number.h"

enum {
	FRAMES_PER_TURN = 8,
	FILL_PERCENT = 40,
	VERDICTS_PAGE = 64,
	VERDICTS_LEN = 8 + 1 + VERDICTS_PAGE * WIRE_VERDICT_ROW,
	SPEAKING = 0xffff /* no document type: the frame as such */
};
/* All that stands before the documents, as news_parts says it: the parts of everything, and the bytes of what does not wait for
 * a frame with room. */
enum { STATE_PARTS = 5, AUDIT_HEAD = 1, PROPOSAL = 1, LEDGER = 1, VERDICTS = 1, VERSION = 1 };
enum {
	STATE_BYTES = 4 * WIRE_PART_HEAD + WIRE_PREKEY_LEN + 9 + 8 + 17 + 16 * LIMIT_OFFER_PAGE +
		      FETCH_PART
};
static_assert(STATE_BYTES + WIRE_PART_HEAD + 32 + 4 + CHUNKS_HEADER + LIMIT_CHUNK + CHUNKS_EXTRA <=
		      LIMIT_CLASS_2 - WIRE_FRAME_EXTRA,
	      "a chunk fits a frame with what every frame says");
static_assert(VERSION + SPREAD_PARTS + AUDIT_HEAD + PROPOSAL + LEDGER + STATE_PARTS +
			      COMPARE_PARTS + ANSWER_COUNT + VERDICTS <=
		      (int)LIMIT_FRAME_PARTS,
	      "no frame is refused for the number of its parts");
static_assert(sizeof KRING_VERSION <= WIRE_VERSION_MAX + 1, "a partner takes it");
static_assert(WIRE_PART_HEAD + WIRE_VERSION_MAX + SPREAD_BYTES + WIRE_PART_HEAD +
			      WIRE_CHECKPOINT_MAX + STATE_BYTES + COMPARE_BYTES <=
		      (int)LIMIT_CLASS_2 - WIRE_FRAME_EXTRA,
	      "what is given back after a loss fits a frame with all that is said in it besides");
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

/* What repeats until it is answered: a lost frame loses nothing. */
static void state_parts(struct speaking *s, struct wr *w, uint16_t *count)
{
	struct pair *pr = s->pair;
	uint8_t b[9 + 8 + 16 * LIMIT_OFFER_PAGE];
	struct wr part = wr_of(b, sizeof b);

	/* Until it is used our newest key stands in every frame, so that one lost frame costs nothing. */
	if (s->p->have_prekey && !s->p->prekey_used) {
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

/* Is there room for so much more in the largest frame?  What is given back after a loss may fill one nearly by itself. */
static bool room_for(const struct wr *parts, size_t len)
{
	return parts->len + len <= LIMIT_CLASS_2 - WIRE_FRAME_EXTRA;
}

/* Verdicts that were not said yet, as one part holds; the rest goes with the next frame. */
static enum err verdict_part(struct speaking *s, struct wr *w, uint16_t *count)
{
	uint8_t b[VERDICTS_LEN];
	struct wr part = wr_of(b, sizeof b);
	uint64_t no, from = s->a == NULL ? 0 : s->a->verdict_from;
	uint64_t n = from == 0 || from > s->pair->got ? 0 : s->pair->got - from + 1;

	if (n == 0 || !room_for(w, WIRE_PART_HEAD + VERDICTS_LEN))
		return ERR_OK;
	n = n > VERDICTS_PAGE ? VERDICTS_PAGE : n;
	require(from >= 1 && n >= 1);
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
static enum err carry(struct speaking *s, uint64_t place, struct span *out)
{
	struct outbox_row row;
	struct document d;
	struct wr w;
	uint16_t reason = 0;
	enum err rc = outbox_get(s->t, s->p->no, place, &row);

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

static size_t room_of(uint8_t cls)
{
	return wire_class_len(cls) - WIRE_FRAME_EXTRA;
}

/* The smallest class that holds all of it: a frame costs more than its padding, from two documents on.  The largest one only where
 * it is well filled; what is too little for that goes in several of the one below, as long as that holds least. */
static uint8_t choose_class(size_t want, size_t least)
{
	const uint8_t largest = WIRE_CLASSES - 1, below = WIRE_CLASSES - 2;

	require(least <= want);
	if (want * 100 >= room_of(largest) * (size_t)FILL_PERCENT)
		return largest;
	for (uint8_t cls = 0; cls < largest; cls++)
		if (want <= room_of(cls))
			return cls;
	return least <= room_of(below) ? below : largest;
}

struct load {
	struct span docs[LIMIT_FRAME_DOCS];
	size_t count, bytes;
	bool later; /* the next ones have a frame of their own */
};

/* Documents from the first one that was not sent on this line, as many as the window and one frame hold. */
static enum err collect(struct speaking *s, size_t used, struct load *l)
{
	const size_t room = LIMIT_CLASS_2 - WIRE_FRAME_EXTRA;
	const size_t cap = used < room ? room - used : 0;
	struct pair *pr = s->pair;
	const struct fault_place speaking = {
		.part = FAULT_SENDING, .peer = s->p->no, .type = SPEAKING};
	uint64_t no = s->c->sent > pr->acked ? s->c->sent : pr->acked, first = 0;

	l->count = l->bytes = 0;
	l->later = false;
	if (pr->yours.no == 0 || !s->c->heard || !s->p->activated || s->t->node->bare)
		return ERR_OK;
	while (no < pr->num_last && no < pr->acked + LIMIT_WINDOW && l->count < LIMIT_FRAME_DOCS) {
		const struct fault_place at = {.part = FAULT_SENDING, .peer = s->p->no};
		struct span *d = &l->docs[l->count];
		uint64_t place, with = 0;
		enum err rc;

		if (fault_paused(s->t, &at))
			break; /* a document of ours cannot be read: the stream waits at its place */
		fault_doing(s->t, &at);
		rc = outbox_numbered(s->t, s->p->no, ++no, &place, &with);
		if (rc == ERR_OK && l->count == 0)
			first = no;
		if (rc == ERR_OK && with > first) {
			l->later = true;
			break; /* given a number later: its frame's first_seq says how far we were then */
		}
		rc = fault_over(s->t, rc == ERR_OK	   ? carry(s, place, d)
				      : rc == ERR_NOTFOUND ? ERR_CORRUPT
							   : rc);
		if (rc != ERR_OK)
			return rc;
		if (l->bytes + WIRE_PART_HEAD + d->len > cap)
			break;
		l->bytes += WIRE_PART_HEAD + d->len;
		l->count++;
	}
	fault_doing(s->t, &speaking);
	return ERR_OK;
}

/* The head says who, to whom, and how far each direction is; signing and sealing are the caller's. */
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

	require(inner_len <= LIMIT_CLASS_2 && (count > 0 || parts.len == 0));
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
	/* never longer than the key it is sealed to: who finds it later cannot be asked to open it */
	e->not_after_s = s->t->wall_ms / 1000 + LIMIT_ENVELOPE_TTL_S;
	if (e->not_after_s > s->c->key_until_s)
		e->not_after_s = s->c->key_until_s;
	return ERR_OK;
}

/* Who we are and what runs here, what we know of the roster, and what our partners keep for us: once a line, and when it is asked for. */
static enum err introduction(struct speaking *s, struct wr *parts, uint16_t *count)
{
	enum err rc;

	if (s->c->introduced && (s->a == NULL || !(s->a->ping || s->a->deposit)))
		return ERR_OK;
	if (s->a != NULL)
		s->a->deposit = false;
	wire_part_put(parts, WIRE_PART_VERSION, span_of(KRING_VERSION, sizeof KRING_VERSION - 1));
	(*count)++;
	rc = spread_introduce(s->t, s->c->said, parts, count);
	if (rc == ERR_OK)
		rc = checkpoint_introduce(s->t, s->p, parts, count);
	if (rc != ERR_OK || (s->a != NULL && s->a->more_count > 0))
		return rc;
	rc = afar_say(s->t, s->c->said++, parts, count); /* there is room */
	return rc == ERR_OK ? deposit_introduce(s->t, s->p, parts, count) : rc;
}

/* All that a frame says besides documents. */
static enum err news_parts(struct speaking *s, struct wr *parts, uint16_t *count)
{
	const bool introduced = s->c->introduced;
	enum err rc = introduction(s, parts, count);

	if (rc != ERR_OK)
		return rc;
	state_parts(s, parts, count);
	if (s->a != NULL && s->c->heard && s->pair->yours.no != 0 &&
	    (s->a->ping || s->a->fetch || !introduced)) {
		const struct fetch_from f = {s->t, s->p, s->c, s->pair, s->a};

		s->a->fetch = false;
		rc = fetch_ask(&f, s->a->ping || !introduced, parts, count);
		if (rc != ERR_OK)
			return rc;
	}
	if (s->a != NULL && s->c->heard && (s->a->ping || s->a->again)) {
		s->a->again = false;
		rc = compare_ask(s->t, s->p, s->pair, parts, count);
		if (rc != ERR_OK)
			return rc;
	}
	if (s->a != NULL && s->a->more_count > 0) {
		wr_put(parts, s->a->more.p, s->a->more.len);
		*count = (uint16_t)(*count + s->a->more_count);
		s->a->more_count = 0;
		s->a->more.len = 0;
	}
	if (s->a != NULL && s->a->part_count > 0 && room_for(parts, s->a->parts.len)) {
		wr_put(parts, s->a->parts.p, s->a->parts.len);
		*count = (uint16_t)(*count + s->a->part_count);
		s->a->part_count = 0;
	}
	return verdict_part(s, parts, count);
}

/* One frame while it is made. */
struct making {
	struct wr parts;
	uint16_t count;
	struct load l;	/* documents that could go */
	size_t taken;	/* of those, what fitted */
	size_t cap;	/* of the size class */
	uint64_t first; /* stream number of the first; 0: no document */
};

/* What it says besides documents comes first, because it is small and never waits; then documents, as far as one frame
 * of the largest class has room. */
static enum err gather(struct speaking *s, struct making *m)
{
	enum err rc = news_parts(s, &m->parts, &m->count);

	return rc == ERR_OK ? collect(s, m->parts.len, &m->l) : rc;
}

/* A class that the first document fits into, and all others where that is not too large, and then as many as fit; a frame of too
 * many parts is read by nobody. */
static enum err fit(struct making *m)
{
	const size_t one = m->l.count == 0 ? 0 : WIRE_PART_HEAD + m->l.docs[0].len;
	size_t room;

	require(m->taken == 0);
	m->cap = wire_class_len(choose_class(m->parts.len + m->l.bytes, m->parts.len + one));
	room = m->cap - WIRE_FRAME_EXTRA;
	while (m->taken < m->l.count && m->count < LIMIT_FRAME_PARTS &&
	       m->parts.len + WIRE_PART_HEAD + m->l.docs[m->taken].len <= room) {
		wire_part_put(&m->parts, WIRE_PART_DOCUMENT, m->l.docs[m->taken++]);
		m->count++;
	}
	return m->parts.over || m->parts.len > room ? ERR_NOMEM : ERR_OK;
}

/* They count as sent on this line, and an answer is waited for. */
static void take(struct speaking *s, struct making *m)
{
	struct conn *c = s->c;

	if (m->taken > 0) {
		const uint64_t lo = c->sent > s->pair->acked ? c->sent : s->pair->acked;

		require(lo + m->taken <= s->pair->num_last);
		m->first = lo + 1;
		c->sent = lo + m->taken + planted(PLANT_BREAK_LINE);
		c->spoke = true;
		if (c->ask_mono_ms > s->t->mono_ms + LIMIT_ASK_MS) {
			c->ask_mono_ms = s->t->mono_ms + LIMIT_ASK_MS;
			c->ask_wait_ms = LIMIT_ASK_MS;
		}
	}
	if ((m->taken > 0 || (s->a != NULL && s->a->ping)) && c->wait_mono_ms == 0)
		c->wait_mono_ms = s->t->mono_ms;
	c->introduced = true;
}

/* due: a frame is owed even without documents.  *more: documents or verdicts are left for another one. */
static enum err speak_once(struct speaking *s, bool due, bool *more)
{
	struct making m = {.parts = wr_of(s->frame->p, s->frame->cap)};
	enum err rc = gather(s, &m);

	*more = false;
	if (rc != ERR_OK || (!due && m.l.count == 0))
		return rc;
	rc = fit(&m);
	if (rc != ERR_OK)
		return rc;
	take(s, &m);
	*more = m.taken < m.l.count || m.l.count == LIMIT_FRAME_DOCS || m.l.later ||
		(s->a != NULL && (s->a->verdict_from != 0 || s->a->part_count > 0));
	return emit(s, wr_span(&m.parts), m.count, m.first, m.cap);
}

/* A chunk nearly fills a frame of the largest class; documents went before. */
static enum err speak_chunk(struct speaking *s)
{
	struct making m = {.parts = wr_of(s->frame->p, s->frame->cap)};
	struct span part;
	enum err rc = fetch_serve(s->t, s->a, &part);

	if (rc != ERR_OK || part.len == 0)
		return rc;
	state_parts(s, &m.parts, &m.count);
	wire_part_put(&m.parts, WIRE_PART_CHUNK, part);
	m.count++;
	if (m.parts.over || m.parts.len > LIMIT_CLASS_2 - WIRE_FRAME_EXTRA)
		return ERR_NOMEM;
	return emit(s, wr_span(&m.parts), m.count, 0,
		    wire_class_len(choose_class(m.parts.len, m.parts.len)));
}

/* Is there room for one more frame of the largest class, with what is collected for it? */
static bool has_room(const struct turn *t)
{
	return t->arena->used < t->arena->cap / 4 * 3;
}

/* Frames for one partner, as many as this turn has room for; who is not connected is dialled. */
static enum err speak_to(struct turn *t, struct peer *p, struct answer *a, struct wr *frame)
{
	struct speaking s = {.t = t, .p = p, .a = a, .frame = frame};
	bool due = a->reply, more = true;
	enum err rc;

	require(p->no == a->peer);
	if (!p->active || p->self || p->broken)
		return ERR_OK;
	if (!p->conn.up) {
		rc = pair_get(t, p->no, &s.pair);
		return rc == ERR_OK && !p->conn.dialled && pair_owed(s.pair) > 0
			       ? connect_dial(t, p, false)
			       : rc;
	}
	if (!prekeys_ready(t, p))
		return ERR_OK; /* their record comes first */
	s.c = state_conn(t->node, p);
	rc = connect_pair(t, p->no, s.c, &s.pair);
	if (rc == ERR_OK && s.pair->stopped && !a->farewell)
		return ERR_OK;
	/* Before enough members witnessed it, and while a fork is open, nothing about a person leaves. */
	/* Numbers are rows: without room for them what has none waits, and the answer goes. */
	if (rc == ERR_OK && s.pair->yours.no != 0 && s.c->heard && p->activated && !t->node->bare &&
	    store_room(t->txn, STORE_FREES))
		rc = number_tail(t, s.c, s.pair);
	for (unsigned i = 0; rc == ERR_OK && more && i < FRAMES_PER_TURN && has_room(t); i++) {
		rc = speak_once(&s, due, &more);
		due = more;
	}
	while (rc == ERR_OK && a->serve_count > 0 && s.c->heard && has_room(t) && !t->node->bare)
		rc = speak_chunk(&s);
	if (rc == ERR_OK)
		require_sound(connect_flaw(s.c, s.pair));
	return rc;
}

/* Partners that find no room in this turn are asked in the next: their state repeats, nothing is lost. */
enum err speak_all(struct turn *t)
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
		rc = fault_over(t, rc);
	}
	if (rc == ERR_OK)
		fault_doing(t, &(struct fault_place){.part = FAULT_EVENT});
	t->answers = NULL;
	return rc == ERR_OK ? pair_flush(t) : rc;
}
