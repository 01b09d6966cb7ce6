/* SPDX-License-Identifier: EUPL-1.2 */
/* A thread is two append-only logs, ours and the partner's, and one row that says how far both go.  Each document names
 * its place in its author's log, the hash of the one before it and how far its author had read the other's log; so both
 * ends fold the same history, whatever order the network brings.  Entries are taken away again in one case only: a
 * comparison after a loss (loss/returned.c) found that another document has that place. */
#include "domain/documents/thread.h"

#include "base/check.h"
#include "base/pack.h"
#include "base/plant.h"
#include "crypto/hash.h"
#include "domain/documents/passing.h"
#include "domain/documents/recall.h"
#include "domain/running/running.h"
#include "domain/state.h"

enum { ROW_MAX = 384, ENTRY_MAX = 128, MINE = 0, THEIRS = 1 };
/* Of a reference: what is indexed, digits before the check and of the longest form, in groups; the least that is tried. */
enum { REF_BYTES = 5, REF_SHORT = 8, REF_GROUP = 4, REF_DIGITS = 20, REF_LEAST = 4 };
static_assert(REF_SHORT * 5 == REF_BYTES * 8, "the index has what the short form says");
static_assert(THREAD_REF_LEN ==
		      REF_SHORT + 1 + (REF_DIGITS - REF_SHORT) / REF_GROUP * (REF_GROUP + 1),
	      "the longest form fits");

static_assert(sizeof(struct thread) <= RECALL_MAX && sizeof(struct log_entry) <= RECALL_MAX,
	      "a turn remembers both");

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* What the person needs is about the person: it lies under the case's key inside the row, and is gone
 * with it, from freed pages too. */
static enum err need_open(struct turn *t, struct thread *th, struct span sealed)
{
	const struct record_place place = {.cls = RECORD_CASE, .case_id = th->case_id};
	struct span plain;
	enum err rc;

	if (sealed.len == 0)
		return ERR_OK;
	rc = record_detail_open(t->txn, t->arena, &place, sealed, &plain);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* erased */
	if (plain.len >= sizeof th->need)
		return ERR_CORRUPT;
	memcpy(th->need, plain.p, plain.len);
	th->need[plain.len] = '\0';
	return ERR_OK;
}

/* Of an erased case nothing is written: its key is gone, and the words with it. */
static enum err need_seal(struct turn *t, const struct thread *th, struct span *sealed)
{
	const struct record_place place = {.cls = RECORD_CASE, .case_id = th->case_id};

	*sealed = span_of(NULL, 0);
	if (th->need[0] == '\0' || turn_case_erased(t, &th->case_id))
		return ERR_OK;
	return record_detail_seal(t->txn, t->arena, &place, span_of(th->need, strlen(th->need)),
				  sealed);
}

/* A row of THREAD, before the sealed need; store/FORMAT.md.  The order is the format. */
static const struct pack fields[] = {
	PACK_BYTES(struct thread, case_id),	   PACK_BYTES(struct thread, grant_id),
	PACK_NUMBER(struct thread, peer),	   PACK_NUMBER(struct thread, kind),
	PACK_NUMBER(struct thread, role),	   PACK_NUMBER(struct thread, state),
	PACK_NUMBER(struct thread, table_version), PACK_NUMBER(struct thread, urgency),
	PACK_FLAG(struct thread, hidden, 0),	   PACK_FLAG(struct thread, provisional, 1),
	PACK_FLAG(struct thread, escalated, 3),	   PACK_FLAG(struct thread, owes_end, 4),
	PACK_FLAG(struct thread, meet_ours, 5),	   PACK_FLAG(struct thread, withdrawn, 6),
	PACK_NUMBER(struct thread, era),	   PACK_NUMBER(struct thread, my_no),
	PACK_NUMBER(struct thread, their_no),	   PACK_NUMBER(struct thread, their_seen),
	PACK_BYTES(struct thread, my_hash),	   PACK_BYTES(struct thread, their_hash),
	PACK_NUMBER(struct thread, created_ms),	   PACK_NUMBER(struct thread, stored_ms),
	PACK_NUMBER(struct thread, changed_ms),	   PACK_NUMBER(struct thread, due_ms),
	PACK_NUMBER(struct thread, timer_ms),	   PACK_NUMBER(struct thread, deliver_ms),
	PACK_NUMBER(struct thread, review_ms),	   PACK_NUMBER(struct thread, since_ms),
	PACK_NUMBER(struct thread, term_days),	   PACK_NUMBER(struct thread, pause_days),
	PACK_NUMBER(struct thread, meet_ms),	   PACK_NUMBER(struct thread, meet_no),
	PACK_NUMBER(struct thread, unread),	   PACK_NUMBER(struct thread, handled),
	PACK_NUMBER(struct thread, hops),	   PACK_BYTES(struct thread, continues),
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

/* A row of THREADLOG. */
static const struct pack entry_fields[] = {
	PACK_BYTES(struct log_entry, doc.msg),	PACK_NUMBER(struct log_entry, doc.sender),
	PACK_BYTES(struct log_entry, hash),	PACK_NUMBER(struct log_entry, type),
	PACK_NUMBER(struct log_entry, seen_no), PACK_NUMBER(struct log_entry, created_ms),
	PACK_NUMBER(struct log_entry, kept_ms),
};
enum { ENTRY_FIELDS = sizeof entry_fields / sizeof entry_fields[0] };

/* What every reader counts on.  A row that breaks one of these is damage when it is read, and a fault of ours when it is
 * written: from here on nobody asks again. */
const char *thread_flaw(const struct thread *th)
{
#define RULE(holds)                                                                                \
	if (!(holds))                                                                              \
		return "thread: " #holds;

	RULE(th->peer != 0)
	RULE(kind_known(th->kind))
	RULE(th->role == THREAD_SENDER || th->role == THREAD_RECEIVER)
	RULE(th->their_seen <= th->my_no)
	RULE(th->kind != THREAD_CONSENT || !th->owes_end || th->withdrawn)
	RULE(th->their_no <= THREAD_LOG_MAX)
	RULE(th->meet_no <= THREAD_LOG_MAX)
	RULE(th->unread <= th->their_no)
	RULE(th->hops < PASSING_HANDLERS)
	RULE((th->my_no == 0) == bytes_zero(th->my_hash.b, 32))
	RULE((th->their_no == 0) == bytes_zero(th->their_hash.b, 32))
#undef RULE
	return NULL;
}

/* The need may be gone with its case; the thread lives on, because the partner still counts on its log. */
enum err thread_load(struct turn *t, const struct id16 *id, struct thread *th)
{
	const struct recall_place at = {RECALL_THREAD, 0, *id};
	const struct store_key k = turn_key_id(id);
	struct span v, need;
	struct rd r;
	enum err rc;

	if (recall_get(t, &at, th, sizeof *th))
		return ERR_OK;
	rc = turn_get(t, STORE_THREAD, &k, &v);
	if (rc != ERR_OK)
		return rc;
	*th = (struct thread){.id = *id};
	r = rd_of(v);
	pack_get(fields, FIELDS, &r, th);
	need.len = rd_u8(&r);
	need.p = rd_take(&r, need.len);
	if (!rd_done(&r) || thread_flaw(th) != NULL)
		return ERR_CORRUPT;
	rc = need_open(t, th, need);
	if (rc == ERR_OK)
		recall_keep(t, &at, th, sizeof *th, false);
	return rc;
}

/* The words of the need go under the key of the case, the rest of the row does not: see need_seal. */
enum err thread_save(struct turn *t, const struct thread *th)
{
	const struct recall_place at = {RECALL_THREAD, 0, th->id};
	const struct store_key k = turn_key_id(&th->id);
	uint8_t row[ROW_MAX];
	struct wr w = wr_of(row, sizeof row);
	struct span need;
	enum err rc = need_seal(t, th, &need);

	if (rc != ERR_OK)
		return rc;
	require_sound(thread_flaw(th));
	pack_put(fields, FIELDS, th, &w);
	wr_u8(&w, (uint8_t)need.len);
	wr_put(&w, need.p, need.len);
	if (w.over)
		return ERR_NOMEM;
	rc = turn_put(t, STORE_THREAD, &k, wr_span(&w));
	if (kind_has(th->kind, KIND_LISTED))
		running_touch(t->node->running, &th->case_id, &th->id);
	if (rc == ERR_OK) {
		struct thread kept = *th; /* as it is read again */

		kept.birth = (struct id16){{0}};
		if (need.len == 0)
			kept.need[0] = '\0';
		recall_keep(t, &at, &kept, sizeof kept, true);
	}
	return rc;
}

/* Of a hash of the id: the same at both ends, and nothing of the id shows.  Whoever begins a referral chooses its id, and can
 * search until the first forty bits, which people type, are those of another one; a hundred are out of reach. */
static struct id32 ref_hash(const struct id16 *id)
{
	return hash_one(HASH_THREADREF, span_of(id->b, sizeof id->b));
}

static void ref_digits(const struct id32 *h, char out[REF_DIGITS + 1])
{
	for (size_t i = 0; i < REF_DIGITS; i++) {
		const size_t bit = 5 * i;
		const unsigned two = (unsigned)h->b[bit / 8] << 8 | h->b[bit / 8 + 1];

		out[i] = digits[two >> (11 - bit % 8) & 31];
	}
	out[REF_DIGITS] = '\0';
}

/* Prime, and no character that a shell or a phone line mangles. */
static char ref_check(const uint8_t ref[REF_BYTES])
{
	uint64_t v = 0;

	for (size_t i = 0; i < REF_BYTES; i++)
		v = v << 8 | ref[i];
	return digits[v % 31];
}

/* Does another one here begin with the same?  An error says yes: the longer form is never wrong. */
static bool ref_shared(struct turn *t, const uint8_t ref[REF_BYTES])
{
	struct store_walk w = {.key_len = REF_BYTES + 16};
	size_t hits = 0;

	while (hits < 2 && store_each(t->txn, STORE_THREADREF, span_of(ref, REF_BYTES), &w))
		hits++;
	return hits > 1 || w.rc != ERR_OK;
}

/* People read it out: eight characters without look-alikes, and a ninth that catches a slip.  Of two that share these, each
 * goes on. */
void thread_reference(struct turn *t, const struct id16 *id, char out[THREAD_REF_LEN + 1])
{
	const struct id32 h = ref_hash(id);
	char all[REF_DIGITS + 1];
	size_t n = REF_SHORT + 1;
	bool shared;

	ref_digits(&h, all);
	shared = ref_shared(t, h.b);
	memcpy(out, all, REF_SHORT);
	out[REF_SHORT] = ref_check(h.b);
	for (size_t i = REF_SHORT; shared && i < REF_DIGITS; i += REF_GROUP) {
		out[n++] = '-';
		memcpy(out + n, all + i, REF_GROUP);
		n += REF_GROUP;
	}
	out[n] = '\0';
}

/* Three indexes: by case (what belongs to a person), by partner (comparison), by reference (what people type). */
enum err thread_create(struct turn *t, const struct thread *th)
{
	const struct store_key ck = turn_key_ids(&th->case_id, &th->id);
	const struct id32 ref = ref_hash(&th->id);
	struct store_key rk = {.len = 0}, pk = turn_key_u16(th->peer);
	enum err rc;

	require(th->my_no + th->their_no == 0);
	key_put(&rk, ref.b, REF_BYTES);
	key_put(&rk, th->id.b, sizeof th->id.b);
	key_put(&pk, th->id.b, sizeof th->id.b);
	rc = turn_put(t, STORE_THREADCASE, &ck, span_of(&th->kind, 1));
	if (rc == ERR_OK)
		rc = turn_put(t, STORE_THREADPEER, &pk, span_of(&th->kind, 1));
	if (rc == ERR_OK && (kind_has(th->kind, KIND_LISTED) || kind_has(th->kind, KIND_NAMED)))
		rc = turn_put(t, STORE_THREADREF, &rk, span_of(&th->role, 1));
	return rc == ERR_OK ? thread_save(t, th) : rc;
}

static struct store_key log_key(const struct id16 *id, bool mine, uint32_t no)
{
	struct store_key k = turn_key_id(id);

	key_u8(&k, mine ? MINE : THEIRS);
	key_u32(&k, no);
	return k;
}

static struct recall_place entry_place(const struct id16 *id, bool mine, uint32_t no)
{
	return (struct recall_place){RECALL_ENTRY, no << 1 | (mine ? 1 : 0), *id};
}

struct document_spec thread_next(const struct thread *th, uint16_t type)
{
	return (struct document_spec){
		.thread_id = th->id,
		.grant_id = th->grant_id,
		.case_id = th->case_id,
		.msg_id = th->birth,
		.peer = th->peer,
		.type = type,
		.thread_no = th->my_no + 1,
		.seen_no = th->their_no,
		.prev_hash = th->my_hash,
		.seen_hash = th->their_hash,
	};
}

/* The row of the thread is the caller's to save: a turn may write several documents of it. */
enum err thread_append(struct turn *t, struct thread *th, bool mine, const struct log_entry *e)
{
	const uint32_t no = 1 + (mine ? th->my_no : th->their_no); /* no gap, ever */
	const struct recall_place at = entry_place(&th->id, mine, no);
	const struct store_key k = log_key(&th->id, mine, no);
	struct log_entry kept = *e;
	uint8_t row[ENTRY_MAX];
	struct wr w = wr_of(row, sizeof row);
	enum err rc;

	require(no > 0 && !bytes_zero(e->hash.b, sizeof e->hash.b));
	kept.kept_ms = t->wall_ms;
	pack_put(entry_fields, ENTRY_FIELDS, &kept, &w);
	require(!w.over);
	if (mine) {
		th->my_no = no;
		th->my_hash = e->hash;
	} else {
		th->their_no = no;
		th->their_hash = e->hash;
		th->their_seen = e->seen_no + planted(PLANT_BREAK_THREAD);
	}
	rc = turn_put(t, STORE_THREADLOG, &k, wr_span(&w));
	if (rc == ERR_OK)
		recall_keep(t, &at, &kept, sizeof kept, true);
	return rc;
}

enum err thread_entry(struct turn *t, const struct thread *th, bool mine, uint32_t no,
		      struct log_entry *e)
{
	const struct recall_place at = entry_place(&th->id, mine, no);
	const struct store_key k = log_key(&th->id, mine, no);
	struct span v;
	struct rd r;
	enum err rc;

	require(th->peer != 0);
	if (recall_get(t, &at, e, sizeof *e))
		return ERR_OK;
	rc = turn_get(t, STORE_THREADLOG, &k, &v);
	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	pack_get(entry_fields, ENTRY_FIELDS, &r, e);
	if (!rd_done(&r))
		return ERR_CORRUPT;
	recall_keep(t, &at, e, sizeof *e, false);
	return ERR_OK;
}

/* From place no on.  The hash and the count of the last one that stays are read again from the log: the row must say what the
 * log says, or the next document would be refused at the other end. */
enum err thread_truncate(struct turn *t, struct thread *th, bool mine, uint32_t no)
{
	uint32_t *last = mine ? &th->my_no : &th->their_no;
	struct log_entry e = {.seen_no = 0};
	enum err rc = ERR_OK;

	require(no >= 1);

	for (uint32_t i = no; i <= *last && rc == ERR_OK; i++) {
		const struct store_key k = log_key(&th->id, mine, i);

		rc = store_del(t->txn, STORE_THREADLOG, key_span(&k));
	}
	*last = no - 1;
	if (rc == ERR_OK && no > 1)
		rc = thread_entry(t, th, mine, no - 1, &e);
	if (mine) {
		th->my_hash = e.hash;
	} else {
		th->their_hash = e.hash;
		th->their_seen = e.seen_no;
		th->unread = th->unread < no ? th->unread : 0;
	}
	if (th->meet_ours == mine && th->meet_no >= no)
		th->meet_ms = th->meet_no = 0; /* what named it is gone */
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* In order of thread id at both ends: that is what makes a comparison a walk over two sorted lists. */
enum err thread_next_of_peer(struct turn *t, uint16_t peer, struct id16 *id)
{
	struct store_key at = turn_key_u16(peer);
	const struct store_key prefix = at;
	struct store_row row;
	enum err rc;

	key_put(&at, id->b, 16);
	key_u8(&at, 0); /* just above it */
	rc = store_seek(t->txn, STORE_THREADPEER, key_span(&at), &row);
	if (rc != ERR_OK)
		return rc;
	if (row.key.len != 18)
		return ERR_CORRUPT;
	if (memcmp(row.key.p, prefix.b, prefix.len) != 0)
		return ERR_NOTFOUND;
	memcpy(id->b, row.key.p + 2, 16);
	return ERR_OK;
}

/* O and I, L read as 0 and 1, as people hear them on the phone. */
static int ref_digit(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

/* What was typed, without hyphens and blanks, as values of digits: how many, 0 when it is no reference.  Behind the eighth stands
 * the check, which is no part of the rest. */
static size_t ref_typed(const char *text, uint8_t out[REF_DIGITS], int *check)
{
	size_t n = 0;

	*check = -1;
	for (; *text != '\0'; text++) {
		const int d = ref_digit(*text);

		if (*text == '-' || *text == ' ')
			continue;
		if (d < 0 || n == REF_DIGITS)
			return 0;
		if (n == REF_SHORT && *check < 0)
			*check = d;
		else
			out[n++] = (uint8_t)d;
	}
	return n;
}

/* A beginning of four digits at least; of a row that begins so. */
static bool ref_fits(struct span key, const uint8_t *typed, size_t n, int check)
{
	char all[REF_DIGITS + 1];
	struct id16 id;
	struct id32 h;

	memcpy(id.b, key.p + REF_BYTES, sizeof id.b);
	h = ref_hash(&id);
	ref_digits(&h, all);
	for (size_t i = 0; i < n; i++)
		if (all[i] != digits[typed[i]])
			return false;
	return check < 0 || digits[check] == ref_check(key.p);
}

/* All that fit are named, so that one of them can be typed: a beginning that two share names neither, whoever came first. */
enum err thread_find(struct turn *t, const char *text, struct thread *th, struct thread_fits *fits)
{
	struct store_walk w = {.key_len = REF_BYTES + 16};
	uint8_t typed[REF_DIGITS], first[2];
	struct id16 id;
	size_t n;
	int check;

	fits->count = 0;
	if (bytes_unhex(id.b, sizeof id.b, text))
		return thread_load(t, &id, th);
	n = ref_typed(text, typed, &check);
	if (n < REF_LEAST)
		return ERR_NOTFOUND;
	/* four digits are twenty bits: the rows behind the first sixteen are few, whatever partners brought */
	be16_put(first, (uint16_t)(typed[0] << 11 | typed[1] << 6 | typed[2] << 1 | typed[3] >> 4));
	while (store_each(t->txn, STORE_THREADREF, span_of(first, sizeof first), &w)) {
		if (!ref_fits(w.row.key, typed, n, check))
			continue;
		if (fits->count < THREAD_FITS_MAX)
			memcpy(fits->id[fits->count].b, w.row.key.p + REF_BYTES, 16);
		fits->count++;
	}
	if (w.rc != ERR_OK)
		return w.rc;
	return fits->count == 1 ? thread_load(t, &fits->id[0], th) : ERR_NOTFOUND;
}
