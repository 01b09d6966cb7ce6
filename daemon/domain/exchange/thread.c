/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/exchange/thread.h"

#include "crypto/hash.h"

enum { ROW_MAX = 384, REF_BYTES = 5, MINE = 0, THEIRS = 1 };

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

static enum err need_seal(struct turn *t, const struct thread *th, struct span *sealed)
{
	const struct record_place place = {.cls = RECORD_CASE, .case_id = th->case_id};

	*sealed = span_of(NULL, 0);
	if (th->need[0] == '\0' || turn_case_erased(t, &th->case_id))
		return ERR_OK;
	return record_detail_seal(t->txn, t->arena, &place, span_of(th->need, strlen(th->need)),
				  sealed);
}

enum err thread_load(struct turn *t, const struct id16 *id, struct thread *th)
{
	const struct store_key k = turn_key_id(id);
	struct span v, need;
	struct rd r;
	uint8_t bits;
	enum err rc = turn_get(t, STORE_THREAD, &k, &v);

	if (rc != ERR_OK)
		return rc;
	*th = (struct thread){.id = *id};
	r = rd_of(v);
	th->case_id = rd_id16(&r);
	th->grant_id = rd_id16(&r);
	th->peer = rd_u16(&r);
	th->kind = rd_u8(&r);
	th->role = rd_u8(&r);
	th->state = rd_u8(&r);
	th->table_version = rd_u8(&r);
	th->urgency = rd_u8(&r);
	bits = rd_u8(&r);
	th->hidden = (bits & 1) != 0;
	th->provisional = (bits & 2) != 0;
	th->paused_once = (bits & 4) != 0;
	th->escalated = (bits & 8) != 0;
	th->owes_end = (bits & 16) != 0;
	th->withdrawn = (bits & 64) != 0;
	th->era = rd_u32(&r);
	th->my_no = rd_u32(&r);
	th->their_no = rd_u32(&r);
	th->their_seen = rd_u32(&r);
	th->my_hash = rd_id32(&r);
	th->their_hash = rd_id32(&r);
	th->created_ms = rd_u64(&r);
	th->stored_ms = rd_u64(&r);
	th->changed_ms = rd_u64(&r);
	th->due_ms = rd_u64(&r);
	th->timer_ms = rd_u64(&r);
	th->deliver_ms = rd_u64(&r);
	th->review_ms = rd_u64(&r);
	th->paused_ms = rd_u64(&r);
	th->term_days = rd_u32(&r);
	th->pause_days = rd_u32(&r);
	need.len = rd_u8(&r);
	need.p = rd_take(&r, need.len);
	return rd_done(&r) ? need_open(t, th, need) : ERR_CORRUPT;
}

enum err thread_save(struct turn *t, const struct thread *th)
{
	const struct store_key k = turn_key_id(&th->id);
	uint8_t row[ROW_MAX];
	struct wr w = wr_of(row, sizeof row);
	struct span need;
	enum err rc = need_seal(t, th, &need);

	if (rc != ERR_OK)
		return rc;
	wr_put(&w, th->case_id.b, 16);
	wr_put(&w, th->grant_id.b, 16);
	wr_u16(&w, th->peer);
	wr_u8(&w, th->kind);
	wr_u8(&w, th->role);
	wr_u8(&w, th->state);
	wr_u8(&w, th->table_version);
	wr_u8(&w, th->urgency);
	wr_u8(&w, (uint8_t)(th->hidden | th->provisional << 1 | th->paused_once << 2 |
			    th->escalated << 3 | th->owes_end << 4 | th->withdrawn << 6));
	wr_u32(&w, th->era);
	wr_u32(&w, th->my_no);
	wr_u32(&w, th->their_no);
	wr_u32(&w, th->their_seen);
	wr_put(&w, th->my_hash.b, 32);
	wr_put(&w, th->their_hash.b, 32);
	wr_u64(&w, th->created_ms);
	wr_u64(&w, th->stored_ms);
	wr_u64(&w, th->changed_ms);
	wr_u64(&w, th->due_ms);
	wr_u64(&w, th->timer_ms);
	wr_u64(&w, th->deliver_ms);
	wr_u64(&w, th->review_ms);
	wr_u64(&w, th->paused_ms);
	wr_u32(&w, th->term_days);
	wr_u32(&w, th->pause_days);
	wr_u8(&w, (uint8_t)need.len);
	wr_put(&w, need.p, need.len);
	return w.over ? ERR_NOMEM : turn_put(t, STORE_THREAD, &k, wr_span(&w));
}

static void ref_bytes(const struct id16 *id, uint8_t out[REF_BYTES])
{
	const struct span part = {id->b, sizeof id->b};
	struct id32 h = hash_one(HASH_THREADREF, part);

	memcpy(out, h.b, REF_BYTES);
}

void thread_reference(const struct id16 *id, char out[THREAD_REF_LEN + 1])
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t b[REF_BYTES];
	uint64_t v = 0;

	ref_bytes(id, b);
	for (size_t i = 0; i < REF_BYTES; i++)
		v = v << 8 | b[i];
	for (size_t i = 0; i < 8; i++)
		out[i] = digits[v >> (35 - 5 * i) & 31];
	out[8] = digits[v % 31]; /* prime, and no character that a shell or a telephone mangles */
	out[9] = '\0';
}

enum err thread_create(struct turn *t, const struct thread *th)
{
	const struct store_key ck = turn_key_ids(&th->case_id, &th->id);
	struct store_key rk = {.len = 0}, pk = turn_key_u16(th->peer);
	uint8_t ref[REF_BYTES];
	enum err rc;

	ref_bytes(&th->id, ref);
	key_put(&rk, ref, sizeof ref);
	key_put(&rk, th->id.b, sizeof th->id.b);
	key_put(&pk, th->id.b, sizeof th->id.b);
	rc = turn_put(t, STORE_THREADCASE, &ck, span_of(&th->kind, 1));
	if (rc == ERR_OK)
		rc = turn_put(t, STORE_THREADPEER, &pk, span_of(&th->kind, 1));
	if (rc == ERR_OK && th->kind == THREAD_REFERRAL)
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

enum err thread_append(struct turn *t, struct thread *th, bool mine, const struct log_entry *e)
{
	const uint32_t no = 1 + (mine ? th->my_no : th->their_no);
	const struct store_key k = log_key(&th->id, mine, no);
	uint8_t row[16 + 2 + 32 + 2 + 4 + 8 + 8];
	struct wr w = wr_of(row, sizeof row);

	wr_put(&w, e->doc.msg.b, 16);
	wr_u16(&w, e->doc.sender);
	wr_put(&w, e->hash.b, 32);
	wr_u16(&w, e->type);
	wr_u32(&w, e->seen_no);
	wr_u64(&w, e->created_ms);
	wr_u64(&w, t->wall_ms);
	if (mine) {
		th->my_no = no;
		th->my_hash = e->hash;
	} else {
		th->their_no = no;
		th->their_hash = e->hash;
		th->their_seen = e->seen_no;
	}
	return turn_put(t, STORE_THREADLOG, &k, wr_span(&w));
}

enum err thread_entry(struct turn *t, const struct thread *th, bool mine, uint32_t no,
		      struct log_entry *e)
{
	const struct store_key k = log_key(&th->id, mine, no);
	struct span v;
	struct rd r;
	enum err rc = turn_get(t, STORE_THREADLOG, &k, &v);

	if (rc != ERR_OK)
		return rc;
	r = rd_of(v);
	e->doc.msg = rd_id16(&r);
	e->doc.sender = rd_u16(&r);
	e->hash = rd_id32(&r);
	e->type = rd_u16(&r);
	e->seen_no = rd_u32(&r);
	e->created_ms = rd_u64(&r);
	e->kept_ms = rd_u64(&r);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

enum err thread_truncate(struct turn *t, struct thread *th, bool mine, uint32_t no)
{
	uint32_t *last = mine ? &th->my_no : &th->their_no;
	struct log_entry e = {.seen_no = 0};
	enum err rc = ERR_OK;

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
	}
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

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

/* O and I, L read as 0 and 1, as people hear them on the telephone. */
static int ref_digit(char c)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
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

/* Does the reference of this row begin with what was typed (hyphens and blanks ignored)? */
static bool ref_fits(const uint8_t *ref, const char *text)
{
	uint64_t v = 0;
	size_t n = 0;

	for (size_t i = 0; i < REF_BYTES; i++)
		v = v << 8 | ref[i];
	for (; *text != '\0'; text++) {
		if (*text == '-' || *text == ' ')
			continue;
		if (n == 8)
			return ref_digit(*text) == (int)(v % 31) && text[1] == '\0';
		if (ref_digit(*text) != (int)(v >> (35 - 5 * n) & 31))
			return false;
		n++;
	}
	return n >= 4;
}

enum err thread_find(struct turn *t, const char *text, struct thread *th, bool *many)
{
	struct store_key at = {.len = 0};
	struct store_row row;
	struct id16 found;
	size_t hits = 0;
	uint8_t id[16];
	enum err rc;

	*many = false;
	if (bytes_unhex(id, sizeof id, text)) {
		memcpy(found.b, id, sizeof id);
		return thread_load(t, &found, th);
	}
	while ((rc = store_next_prefix(t->txn, STORE_THREADREF, span_of(NULL, 0), &at, &row)) ==
	       ERR_OK) {
		if (row.key.len != REF_BYTES + 16)
			return ERR_CORRUPT;
		if (ref_fits(row.key.p, text) && hits++ == 0)
			memcpy(found.b, row.key.p + REF_BYTES, 16);
	}
	if (rc != ERR_NOTFOUND)
		return rc;
	*many = hits > 1;
	return hits == 1 ? thread_load(t, &found, th) : ERR_NOTFOUND;
}
