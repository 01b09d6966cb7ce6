/* SPDX-License-Identifier: EUPL-1.2 */
/* Modules of daemon/domain/blob by themselves: two nodes, a file that goes from the one to the other, and all that a partner could
 * send instead. */
#include "test.h"

#include <stdlib.h>

#include "bed.h"
#include "domain/blob/fetch.h"
#include "domain/exchange/quota.h"

static const struct id16 grant = {{0x61}};
static const struct blob_ref document = {BLOB_FOR_DOCUMENT, {{0x62}}, BED_PARTNER};
static const struct blob_ref own = {BLOB_FOR_CASE, {{0x63}}, 0};

struct two {
	struct bed *gives, *gets;
	struct blob blob; /* as it lies at who gives */
	uint8_t key[CHUNKS_KEY];
	bool lends;
};
static struct two *world;

static enum err lends(struct turn *t, const struct peer *p, const struct id16 *id, bool *yes)
{
	(void)t;
	(void)p;
	*yes = world->lends && id16_equal(id, &grant);
	return ERR_OK;
}

static int setup(void **state)
{
	struct two *w = calloc(1, sizeof *w);
	void *bed = NULL;

	assert_non_null(w);
	assert_int_equal(bed_setup(&bed), 0);
	w->gives = bed;
	assert_int_equal(bed_setup(&bed), 0);
	w->gets = bed;
	w->lends = true;
	w->gives->hooks.lends = w->gets->hooks.lends = lends;
	world = w;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct two *w = *state;
	void *bed = w->gives;

	bed_teardown(&bed);
	bed = w->gets;
	bed_teardown(&bed);
	free(w);
	return 0;
}

static uint8_t byte_at(uint64_t at)
{
	return (uint8_t)(at * 31 + at / 251);
}

/* Written as a client would: a chunk a turn. */
static enum err give(struct two *w, uint64_t size)
{
	static uint8_t plain[LIMIT_CHUNK];
	struct blob_writer writer;
	enum err rc = blob_begin(&w->gives->t, size, &writer);

	for (uint64_t at = 0; rc == ERR_OK && !blob_complete(&writer); at += LIMIT_CHUNK) {
		const size_t n = size - at < LIMIT_CHUNK ? (size_t)(size - at) : LIMIT_CHUNK;

		for (size_t i = 0; i < n; i++)
			plain[i] = byte_at(at + i);
		rc = blob_append(bed_turn(w->gives), &writer, span_of(plain, n));
	}
	if (rc == ERR_OK)
		rc = blob_finish(&w->gives->t, &writer, &w->blob);
	if (rc != ERR_OK)
		return rc;
	memcpy(w->key, writer.key, sizeof w->key);
	assert_int_equal(blob_hold(&w->gives->t, &w->blob.id, &own), ERR_OK);
	assert_int_equal(blob_lend(&w->gives->t, &w->blob.id, BED_PARTNER, &grant, 0), ERR_OK);
	(void)bed_turn(w->gives);
	return ERR_OK;
}

static struct fetch_from line_to(struct bed *b, uint16_t peer)
{
	struct peer *p = &b->node->peers[peer - 1];
	struct pair *pr;

	assert_int_equal(pair_get(&b->t, peer, &pr), ERR_OK);
	p->conn.up = p->conn.heard = true;
	return (struct fetch_from){&b->t, p, &p->conn, pr, answer_of(&b->t, peer)};
}

static struct fetch_from line(struct bed *b)
{
	return line_to(b, BED_PARTNER);
}

static void want(struct two *w)
{
	assert_int_equal(
		blob_want(&w->gets->t, BED_PARTNER, &w->blob.id, w->blob.size, &grant, &document),
		ERR_OK);
	(void)bed_turn(w->gets);
}

/* What this partner is asked now; empty: nothing. */
static struct span question_to(struct two *w, uint16_t peer, bool timer)
{
	static uint8_t bytes[4096];
	struct wr parts = wr_of(bytes, sizeof bytes);
	const struct fetch_from f = line_to(w->gets, peer);
	struct wire_part p;
	struct rd r;
	uint16_t count = 0;

	assert_int_equal(fetch_ask(&f, timer, &parts, &count), ERR_OK);
	if (count == 0)
		return span_of(NULL, 0);
	r = rd_of(wr_span(&parts));
	assert_true(wire_part_next(&r, &p));
	assert_int_equal(p.type, WIRE_PART_CHUNK_REQ);
	return p.bytes;
}

static struct span question(struct two *w, bool timer)
{
	return question_to(w, BED_PARTNER, timer);
}

static enum blob_state state_of(struct two *w, uint32_t *have)
{
	struct blob b;

	if (blob_load(&w->gets->t, &w->blob.id, &b) != ERR_OK)
		return 0;
	if (have != NULL)
		*have = b.have;
	return (enum blob_state)b.state;
}

typedef void (*spoil)(uint8_t *bytes, size_t len);

/* One question and all chunks that answer it; how many came. */
static unsigned once(struct two *w, bool timer, spoil change)
{
	const struct span q = question(w, timer);
	struct fetch_from f = line(w->gives);
	unsigned n = 0;

	if (q.len == 0)
		return 0;
	assert_int_equal(fetch_asked(&f, q), ERR_OK);
	for (;;) {
		uint8_t *copy;
		struct span part;
		struct fetch_from to;

		assert_int_equal(fetch_serve(&w->gives->t, f.a, &part), ERR_OK);
		if (part.len == 0)
			break;
		copy = malloc(part.len);
		assert_non_null(copy);
		memcpy(copy, part.p, part.len);
		if (change != NULL)
			change(copy, part.len);
		to = line(w->gets);
		assert_int_equal(fetch_chunk(&to, span_of(copy, part.len)), ERR_OK);
		free(copy);
		n += part.len > 36;
		assert_true(n <= LIMIT_CHUNKS_ASKED);
		(void)bed_turn(w->gets);
	}
	(void)bed_turn(w->gives);
	return n;
}

static void whole(struct two *w)
{
	for (unsigned i = 0; state_of(w, NULL) == BLOB_WANTED || i == 0; i++) {
		assert_true(i < LIMIT_FILE_CHUNKS);
		assert_true(once(w, true, NULL) > 0);
	}
	assert_int_equal(state_of(w, NULL), BLOB_WHOLE);
}

/* From this chunk on it opens to what was written. */
static void opens_from(struct two *w, uint32_t no)
{
	uint64_t at = (uint64_t)no * LIMIT_CHUNK;
	struct blob_reader r;
	struct span plain;

	assert_int_equal(blob_open(&w->gets->t, &w->blob.id, w->key, no, &r), ERR_OK);
	do {
		assert_int_equal(blob_next(&w->gets->t, &r, &plain), ERR_OK);
		for (size_t i = 0; i < plain.len; i++)
			assert_int_equal(plain.p[i], byte_at(at + i));
		at += plain.len;
	} while (plain.len > 0);
	assert_int_equal(at, w->blob.size);
}

static uint64_t counted(struct two *w)
{
	return line(w->gets).pair->blobs;
}

static uint64_t strange(const struct two *w)
{
	const struct held *h = &w->gets->node->held;
	uint64_t n = 0;

	for (size_t i = 0; i < h->count; i++)
		if (h->row[i].cause == HELD_CHUNKS && h->row[i].peer == BED_PARTNER)
			n += h->row[i].count;
	return n;
}

static void files_of_all_lengths_come_over_whole(void **state)
{
	static const uint64_t sizes[] = {
		0, 1, LIMIT_CHUNK - 1, LIMIT_CHUNK, LIMIT_CHUNK + 1, 6 * (uint64_t)LIMIT_CHUNK + 5};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		void *one = NULL;
		struct two *w;

		(void)setup(&one);
		w = one;
		assert_int_equal(give(w, sizes[i]), ERR_OK);
		want(w);
		assert_int_equal(state_of(w, NULL), BLOB_WAITS); /* nothing is promised yet */
		assert_int_equal(counted(w), 0);
		whole(w);
		assert_int_equal(counted(w), blob_bytes(sizes[i]));
		for (uint32_t no = 0; no < blob_chunks(sizes[i]); no++)
			if (sizes[i] > 0)
				opens_from(w, no);
		assert_int_equal(strange(w), 0);
		assert_int_equal(question(w, true).len, 0);
		(void)teardown(&one);
	}
}

static void another_key_opens_nothing(void **state)
{
	struct two *w = *state;
	struct blob_reader r;
	struct span plain;

	assert_int_equal(give(w, 100), ERR_OK);
	want(w);
	whole(w);
	w->key[31] ^= 1;
	assert_int_equal(blob_open(&w->gets->t, &w->blob.id, w->key, 0, &r), ERR_OK);
	assert_int_equal(blob_next(&w->gets->t, &r, &plain), ERR_CRYPTO);
}

static void flip(uint8_t *bytes, size_t len)
{
	bytes[len - 1] ^= 1;
}

/* What its name does not prove is never opened, and not asked for without end. */
static void wrong_bytes_are_given_up(void **state)
{
	struct two *w = *state;
	struct blob_reader r;

	assert_int_equal(give(w, 2 * (uint64_t)LIMIT_CHUNK), ERR_OK);
	want(w);
	for (unsigned i = 1; i <= LIMIT_BLOB_SPOILED; i++) {
		assert_int_equal(once(w, true, flip), 2);
		assert_int_equal(strange(w), i);
	}
	assert_int_equal(state_of(w, NULL), BLOB_SPOILED);
	assert_int_equal(counted(w), 0);
	assert_int_equal(store_count(w->gets->t.txn, STORE_CHUNK), 0);
	assert_int_equal(question(w, true).len, 0);
	assert_int_equal(blob_open(&w->gets->t, &w->blob.id, w->key, 0, &r), ERR_STATE);
	/* the document comes again, from a node that is honest: nothing is left of it */
	assert_int_equal(blob_release(&w->gets->t, &w->blob.id, &document), ERR_OK);
	want(w);
	whole(w);
}

/* Once wrong, then right: a bad line is no crime. */
static void a_file_that_was_spoilt_once_comes_again(void **state)
{
	struct two *w = *state;

	assert_int_equal(give(w, 2 * (uint64_t)LIMIT_CHUNK), ERR_OK);
	want(w);
	assert_int_equal(once(w, true, flip), 2);
	whole(w);
	opens_from(w, 0);
}

static void send_from(struct two *w, uint16_t peer, const struct id32 *id, uint32_t no, size_t len)
{
	static uint8_t bytes[36 + LIMIT_CHUNK + 100];
	struct wr p = wr_of(bytes, sizeof bytes);
	const struct fetch_from f = line_to(w->gets, peer);

	wr_put(&p, id->b, sizeof id->b);
	wr_u32(&p, no);
	wr_zero(&p, len);
	assert_false(p.over);
	assert_int_equal(fetch_chunk(&f, wr_span(&p)), ERR_OK);
	(void)bed_turn(w->gets);
}

static void send(struct two *w, const struct id32 *id, uint32_t no, size_t len)
{
	send_from(w, BED_PARTNER, id, no, len);
}

static void what_was_not_asked_for_is_counted_and_kept_nowhere(void **state)
{
	struct two *w = *state;
	const struct id32 other = {{1}};
	const size_t first = CHUNKS_HEADER + LIMIT_CHUNK + CHUNKS_EXTRA;
	const struct fetch_from f = line(w->gets);
	uint32_t have = 9;

	assert_int_equal(give(w, 6 * (uint64_t)LIMIT_CHUNK), ERR_OK);
	send(w, &w->blob.id, 0, first); /* it is not even known */
	want(w);
	send(w, &w->blob.id, 0, first); /* nothing was asked */
	assert_int_equal(strange(w), 2);
	assert_true(question(w, true).len > 0);
	send(w, &other, 0, first);
	send(w, &w->blob.id, 4, first);	 /* asked were 0 to 3 */
	send(w, &w->blob.id, 99, first); /* too many */
	assert_int_equal(fetch_chunk(&f, span_of(other.b, 31)), ERR_OK);
	assert_int_equal(strange(w), 6);
	send(w, &w->blob.id, 1, first - CHUNKS_HEADER); /* one before was lost */
	assert_int_equal(strange(w), 6);
	send(w, &w->blob.id, 0, first + 1);
	assert_int_equal(strange(w), 7);
	assert_int_equal(state_of(w, &have), BLOB_WANTED);
	assert_int_equal(have, 0);
	assert_int_equal(store_count(w->gets->t.txn, STORE_CHUNK), 0);
	whole(w); /* and an honest line goes on */
	opens_from(w, 0);
}

/* Each of these is asked at the very moment at which a chunk leaves. */
static void it_goes_to_who_it_was_lent_alone(void **state)
{
	struct two *w = *state;
	struct fetch_from f;
	struct span part;

	assert_int_equal(give(w, 100), ERR_OK);
	want(w);
	w->lends = false; /* the consent was withdrawn */
	assert_int_equal(once(w, true, NULL), 0);
	w->lends = true;
	line(w->gives).pair->unconfirmed = true;
	assert_int_equal(once(w, true, NULL), 0);
	line(w->gives).pair->unconfirmed = false;
	w->gives->node->peers[BED_PARTNER - 1].activated = false;
	assert_int_equal(once(w, true, NULL), 0);
	w->gives->node->peers[BED_PARTNER - 1].activated = true;
	/* another partner asks for it by its name */
	f = line(w->gives);
	f.a = answer_of(&w->gives->t, BED_OTHER);
	f.a->serve = w->blob.id;
	f.a->serve_count = 1;
	assert_int_equal(fetch_serve(&w->gives->t, f.a, &part), ERR_OK);
	assert_int_equal(part.len, 36);
	assert_int_equal(strange(w), 0);
	whole(w);
}

/* It is asked for more of it than there is. */
static void behind_the_last_chunk_comes_nothing(void **state)
{
	struct two *w = *state;
	struct fetch_from f;
	struct span part;

	assert_int_equal(give(w, 100), ERR_OK);
	f = line(w->gives);
	f.a->serve = w->blob.id;
	f.a->serve_count = LIMIT_CHUNKS_ASKED;
	assert_int_equal(fetch_serve(&w->gives->t, f.a, &part), ERR_OK);
	assert_int_equal(part.len, 36 + blob_chunk_len(100, 0));
	assert_int_equal(fetch_serve(&w->gives->t, f.a, &part), ERR_OK);
	assert_int_equal(part.len, 0);
}

/* It said that it had it, and was asked; then one that has it names it, too. */
static void who_never_had_it_stands_in_no_way(void **state)
{
	const struct blob_ref theirs = {BLOB_FOR_DOCUMENT, {{0x64}}, BED_OTHER};
	struct two *w = *state;
	uint32_t have = 9;

	assert_int_equal(give(w, LIMIT_CHUNK + 1), ERR_OK);
	assert_int_equal(
		blob_want(&w->gets->t, BED_OTHER, &w->blob.id, w->blob.size, &grant, &theirs),
		ERR_OK);
	(void)bed_turn(w->gets);
	assert_true(question_to(w, BED_OTHER, true).len > 0);
	assert_true(line_to(w->gets, BED_OTHER).pair->blobs > 0);
	want(w);
	assert_int_equal(line_to(w->gets, BED_OTHER).pair->blobs, 0);
	assert_true(question(w, true).len > 0);
	/* what was under way comes from there no more */
	send_from(w, BED_OTHER, &w->blob.id, 0, blob_chunk_len(w->blob.size, 0));
	assert_int_equal(question_to(w, BED_OTHER, true).len, 0);
	assert_int_equal(state_of(w, &have), BLOB_WANTED);
	assert_int_equal(have, 0);
	whole(w);
	opens_from(w, 0);
}

/* One that is not to be had does not keep the others from coming, nor is it asked for in a circle. */
static void a_file_that_is_missing_holds_up_no_other(void **state)
{
	struct two *w = *state;
	const struct id32 missing = {{0, 1}}, last = {{0xff, 0xff}};

	assert_int_equal(give(w, 100), ERR_OK);
	assert_int_equal(blob_want(&w->gets->t, BED_PARTNER, &missing, 5, &grant, &document),
			 ERR_OK);
	assert_int_equal(blob_want(&w->gets->t, BED_PARTNER, &last, 5, &grant, &document), ERR_OK);
	want(w);
	assert_int_equal(once(w, true, NULL), 0);
	assert_int_equal(once(w, false, NULL), 1);
	assert_int_equal(state_of(w, NULL), BLOB_WHOLE);
	assert_int_equal(once(w, false, NULL), 0);
	assert_int_equal(question(w, false).len, 0); /* until the timer rings */
	assert_true(question(w, true).len > 0);
}

/* Soon, then ever more seldom: it may be there by now.  As soon as its document says so once more. */
static void what_is_not_to_be_had_is_asked_for_again(void **state)
{
	struct two *w = *state;
	const struct fetch *q = &line(w->gets).c->fetch;
	uint64_t wait = 0;

	assert_int_equal(give(w, 100), ERR_OK);
	want(w);
	w->lends = false;
	assert_int_equal(q->again_mono_ms, 0);
	for (unsigned i = 0; i < 9; i++) {
		assert_int_equal(once(w, true, NULL), 0);
		assert_true(q->again_mono_ms > w->gets->t.mono_ms);
		assert_true(q->again_mono_ms - w->gets->t.mono_ms >= wait);
		wait = q->again_mono_ms - w->gets->t.mono_ms;
		assert_true(i > 0 || wait <= 2 * LIMIT_ASK_MS);
	}
	assert_int_equal(wait, LIMIT_ASK_MAX_MS);
	want(w);
	assert_int_equal(q->again_mono_ms, w->gets->t.mono_ms);
	w->lends = true;
	whole(w);
}

/* A restart, a new line, a backup: it goes on at the first chunk that is missing. */
static void it_goes_on_where_it_was(void **state)
{
	struct two *w = *state;
	uint32_t have = 0;

	assert_int_equal(give(w, 9 * (uint64_t)LIMIT_CHUNK), ERR_OK);
	want(w);
	assert_int_equal(once(w, true, NULL), 4);
	w->gets->node->peers[BED_PARTNER - 1].conn = (struct conn){.up = false};
	assert_int_equal(once(w, true, NULL), 4);
	assert_int_equal(state_of(w, &have), BLOB_WANTED);
	assert_int_equal(have, 8);
	whole(w);
	opens_from(w, 3);
}

static void no_room_is_no_promise(void **state)
{
	struct two *w = *state;
	struct blob_writer writer;

	w->gives->node->disk = NODE_DISK_STOP;
	assert_int_equal(give(w, 100), ERR_FULL);
	w->gives->node->disk = NODE_DISK_OK;
	assert_int_equal(blob_begin(&w->gives->t, LIMIT_FILE + 1, &writer), ERR_LIMIT);
	assert_int_equal(give(w, 100), ERR_OK);
	w->gets->node->disk = NODE_DISK_STOP;
	want(w);
	assert_int_equal(question(w, true).len, 0);
	assert_int_equal(state_of(w, NULL), BLOB_WAITS);
	w->gets->node->disk = NODE_DISK_OK;
	assert_true(question(w, true).len > 0);
	w->gets->node
		->disk = NODE_DISK_STOP; /* full in the middle: what comes is asked for again */
	assert_int_equal(once(w, true, NULL), 1);
	assert_int_equal(state_of(w, NULL), BLOB_WANTED);
	w->gets->node->disk = NODE_DISK_OK;
	whole(w);
}

static void one_partner_has_its_share(void **state)
{
	struct two *w = *state;

	assert_int_equal(give(w, 100), ERR_OK);
	want(w);
	line(w->gets).pair->blobs = LIMIT_BLOBS_PARTNER - 100;
	assert_int_equal(question(w, true).len, 0);
	assert_int_equal(line(w->gets).pair->over_what, QUOTA_BLOBS);
	line(w->gets).pair->blobs = 0;
	whole(w);
	/* with its document it goes, and so does what it counted */
	assert_int_equal(blob_release(&w->gets->t, &w->blob.id, &document), ERR_OK);
	assert_int_equal(counted(w), 0);
	assert_int_equal(
		blob_want(&w->gets->t, BED_PARTNER, &w->blob.id, LIMIT_FILE + 1, &grant, &document),
		ERR_LIMIT);
}

static void with_the_last_need_it_goes(void **state)
{
	struct two *w = *state;
	uint64_t due;
	struct blob b;

	assert_int_equal(give(w, 100), ERR_OK);
	want(w);
	assert_int_equal(blob_hold(&w->gets->t, &w->blob.id, &own), ERR_OK);
	whole(w);
	assert_int_equal(blob_release(&w->gets->t, &w->blob.id, &document), ERR_OK);
	assert_int_equal(state_of(w, NULL), BLOB_WHOLE);
	assert_int_equal(blob_release(&w->gets->t, &w->blob.id, &document), ERR_OK);
	assert_int_equal(state_of(w, NULL), BLOB_WHOLE);
	assert_int_equal(blob_release(&w->gets->t, &w->blob.id, &own), ERR_OK);
	assert_int_equal(blob_load(&w->gets->t, &w->blob.id, &b), ERR_NOTFOUND);
	assert_int_equal(blob_hold(&w->gets->t, &w->blob.id, &own), ERR_NOTFOUND);
	assert_int_equal(store_count(w->gets->t.txn, STORE_BLOB), 0);
	assert_int_equal(blob_due(&w->gets->t, &due), ERR_OK);
	assert_true(due <= w->gets->now_ms);
	assert_int_equal(blob_tick(&w->gets->t), ERR_OK);
	assert_int_equal(store_count(w->gets->t.txn, STORE_CHUNK), 0);
	assert_int_equal(blob_due(&w->gets->t, &due), ERR_OK);
	assert_true(due == UINT64_MAX);
	assert_int_equal(once(w, true, NULL), 0);
	/* that a partner may fetch it is no need */
	assert_int_equal(blob_release(&w->gives->t, &w->blob.id, &own), ERR_OK);
	assert_int_equal(blob_load(&w->gives->t, &w->blob.id, &b), ERR_NOTFOUND);
}

/* A restore knows that something needed it, and not what it was called. */
static void it_goes_also_by_who_needed_it_alone(void **state)
{
	struct two *w = *state;
	const struct blob_ref other = {BLOB_FOR_CASE, {{0x64}}, 0};

	assert_int_equal(give(w, 100), ERR_OK);
	assert_int_equal(blob_release_all(&w->gives->t, &other), ERR_OK);
	assert_int_equal(store_count(w->gives->t.txn, STORE_BLOB), 3);
	assert_int_equal(blob_release_all(&w->gives->t, &own), ERR_OK);
	assert_int_equal(store_count(w->gives->t.txn, STORE_BLOB), 0);
}

/* What was taken over is this node's own: who handed it over may bring as much again. */
static void what_became_ours_counts_in_no_share(void **state)
{
	struct two *w = *state;

	assert_int_equal(give(w, 3 * (uint64_t)LIMIT_CHUNK), ERR_OK);
	want(w);
	assert_int_equal(blob_own(&w->gets->t, &w->blob.id), ERR_STATE);
	whole(w);
	assert_int_equal(counted(w), blob_bytes(w->blob.size));
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(blob_own(&w->gets->t, &w->blob.id), ERR_OK);
		(void)bed_turn(w->gets);
		assert_int_equal(counted(w), 0);
	}
	assert_int_equal(blob_release(&w->gets->t, &w->blob.id, &document), ERR_OK);
	(void)bed_turn(w->gets);
	assert_int_equal(counted(w), 0);
}

static void what_nobody_finished_is_removed_in_a_day(void **state)
{
	struct two *w = *state;
	const uint8_t plain[5] = {1};
	struct blob_writer one, many;
	struct blob b;
	enum err rc = ERR_OK;

	assert_int_equal(blob_begin(&w->gives->t, 5 + LIMIT_CHUNK, &one), ERR_OK);
	assert_int_equal(blob_append(&w->gives->t, &one, span_of(plain, 5)), ERR_INVAL);
	assert_int_equal(blob_finish(&w->gives->t, &one, &b), ERR_INVAL);
	one.size = 5;
	assert_int_equal(blob_append(&w->gives->t, &one, span_of(plain, 5)), ERR_OK);
	assert_int_equal(blob_append(&w->gives->t, &one, span_of(plain, 5)), ERR_INVAL);
	for (unsigned i = 1; i < LIMIT_BLOBS_OPEN; i++)
		assert_int_equal(blob_begin(&w->gives->t, 5, &many), ERR_OK);
	assert_int_equal(blob_begin(&w->gives->t, 5, &many), ERR_BUSY);
	w->gives->now_ms += LIMIT_BLOB_OPEN_MS;
	(void)bed_turn(w->gives);
	for (unsigned i = 0; rc == ERR_OK && i <= LIMIT_BLOBS_OPEN; i++)
		rc = blob_tick(&w->gives->t);
	assert_int_equal(rc, ERR_OK);
	assert_int_equal(store_count(w->gives->t.txn, STORE_CHUNK), 0);
	assert_int_equal(blob_finish(&w->gives->t, &one, &b), ERR_CORRUPT);
	assert_int_equal(blob_begin(&w->gives->t, 5, &many), ERR_OK);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_all_lengths_come_over_whole),
		EACH(another_key_opens_nothing),
		EACH(wrong_bytes_are_given_up),
		EACH(a_file_that_was_spoilt_once_comes_again),
		EACH(what_was_not_asked_for_is_counted_and_kept_nowhere),
		EACH(it_goes_to_who_it_was_lent_alone),
		EACH(behind_the_last_chunk_comes_nothing),
		EACH(who_never_had_it_stands_in_no_way),
		EACH(a_file_that_is_missing_holds_up_no_other),
		EACH(what_is_not_to_be_had_is_asked_for_again),
		EACH(it_goes_on_where_it_was),
		EACH(no_room_is_no_promise),
		EACH(one_partner_has_its_share),
		EACH(with_the_last_need_it_goes),
		EACH(it_goes_also_by_who_needed_it_alone),
		EACH(what_became_ours_counts_in_no_share),
		EACH(what_nobody_finished_is_removed_in_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
