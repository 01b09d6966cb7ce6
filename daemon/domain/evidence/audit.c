/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The chain of audit entries.  An entry is never changed and never taken away, also not when its case is erased: then its
 * detail cannot be opened any more and its commitment leads to nobody, and the chain still holds.
 */
#include "domain/evidence/audit.h"

#include "base/check.h"
#include "crypto/hash.h"
#include "domain/state.h"

/* entry := seq u64 | time_ms u64 | event u16 | outcome u8 | role u8 | who | case_commit 16
 *          | grant 16 | peer u16
 *          | detail_len u16 | detail sealed under the case's audit key
 * who := uid u32, or, with bit 7 of role set, staff 16 | on_behalf 16: ids of the table STAFF */
enum {
	ENTRY_FIXED = 8 + 8 + 2 + 1 + 1 + 32 + 16 + 16 + 2 + 2,
	ROLE_MACHINE = 0,
	ROLE_WORKER = 1,
	ROLE_NAMED = 0x80
};
static_assert((int)ERR_COUNT_ <= UINT8_MAX, "an outcome is one byte");
static_assert(sizeof(struct id16) == 16 && sizeof(struct id32) == 32,
	      "the widths of an entry and of the head row");

static struct store_key head_key(void)
{
	struct store_key k = {.len = 0};

	key_u8(&k, 1);
	return k;
}

/* Which case a commitment stands for, while the case lives: erasure deletes this row, never the entry. */
static struct store_key commit_key(const struct id16 *commit)
{
	struct store_key k = {.len = 0};

	key_u8(&k, 2);
	key_put(&k, commit->b, sizeof commit->b);
	return k;
}

/* An erased case is named by a value that nobody can turn back into its id. */
static enum err commit_remember(struct turn *t, const struct id16 *case_id, struct id16 *commit)
{
	struct store_key k;
	enum err rc = record_commit(t->txn, case_id, commit);

	if (rc != ERR_OK)
		return rc;
	k = commit_key(commit);
	if (record_exists(t->txn, STORE_META, key_span(&k)) || turn_case_erased(t, case_id))
		return ERR_OK; /* the entry stands for nobody any more */
	return turn_put(t, STORE_META, &k, span_of(case_id->b, sizeof case_id->b));
}

/* The value that leads back to the case goes with it. */
enum err audit_forget(struct turn *t, const struct id16 *case_id)
{
	struct id16 commit;
	struct store_key k;
	enum err rc = record_commit(t->txn, case_id, &commit);

	if (rc != ERR_OK)
		return rc;
	k = commit_key(&commit);
	rc = store_del(t->txn, STORE_META, key_span(&k));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}

static bool commit_lookup(struct turn *t, const struct id16 *commit, struct id16 *case_id)
{
	const struct store_key k = commit_key(commit);
	struct span v;

	if (bytes_zero(commit->b, 16) || turn_get(t, STORE_META, &k, &v) != ERR_OK || v.len != 16)
		return false;
	memcpy(case_id->b, v.p, 16);
	return true;
}

/* No row yet is an empty chain: its first entry follows a hash of noughts. */
static enum err read_head(struct turn *t)
{
	const struct store_key k = head_key();
	struct span v;
	enum err rc = turn_get(t, STORE_META, &k, &v);
	struct rd r;

	t->log = (struct turn_log){.known = rc == ERR_OK || rc == ERR_NOTFOUND};
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	r = rd_of(v);
	t->log.seq = rd_u64(&r);
	t->log.hash = rd_id32(&r);
	t->log.known = rd_done(&r);
	return t->log.known ? ERR_OK : ERR_CORRUPT;
}

enum err audit_head(struct turn *t, uint64_t *seq, struct id32 *hash)
{
	enum err rc = t->log.known ? ERR_OK : read_head(t);

	require(seq != NULL && hash != NULL);
	*seq = t->log.seq;
	*hash = t->log.hash;
	return rc;
}

/* Entries are written as they come, and their end once: they commit together or not at all. */
enum err audit_settle(struct turn *t)
{
	const struct store_key k = head_key();
	uint8_t head[40];
	struct wr w = wr_of(head, sizeof head);

	if (!t->log.moved)
		return ERR_OK;
	t->log.moved = false;
	wr_u64(&w, t->log.seq);
	wr_put(&w, t->log.hash.b, sizeof t->log.hash.b);
	require(!w.over);
	return turn_put(t, STORE_META, &k, wr_span(&w));
}

/* Each entry hashes the one before: to change one, all later ones have to be changed, and partners keep some of them. */
static struct id32 chain(const struct id32 *before, struct span entry)
{
	const struct span parts[] = {{before->b, sizeof before->b}, entry};
	struct id32 out;

	hash_parts(HASH_AUDIT, span_of(NULL, 0), parts, 2, out.b, sizeof out.b);
	return out;
}

static enum err detail_of(struct turn *t, const struct audit_entry *e, struct span *sealed)
{
	const struct span plain = span_of(e->detail, e->detail == NULL ? 0 : strlen(e->detail));

	*sealed = span_of(NULL, 0);
	if (plain.len == 0)
		return ERR_OK;
	if (e->case_id != NULL) {
		struct record_place place = {.cls = RECORD_AUDIT, .case_id = *e->case_id};
		enum err rc = turn_audit_case(t, &place.case_id);

		return rc == ERR_OK ? record_detail_seal(t->txn, t->arena, &place, plain, sealed)
				    : rc;
	}
	*sealed = plain; /* no case: codes about the node itself */
	return ERR_OK;
}

/* A person who is named here by the id, which leads to a name also when the person left; anybody else by the number that the system
 * has for the user. */
static void put_who(struct turn *t, struct wr *w)
{
	const bool worker = t->ev != NULL && t->ev->type == EVENT_REQUEST;
	const bool named = worker && !bytes_zero(t->staff.b, sizeof t->staff.b);

	wr_u8(w, (uint8_t)((worker ? ROLE_WORKER : ROLE_MACHINE) | (named ? ROLE_NAMED : 0)));
	if (!named) {
		wr_u32(w, worker ? t->ev->uid : 0);
		return;
	}
	wr_put(w, t->staff.b, sizeof t->staff.b);
	wr_put(w, t->on_behalf.b, sizeof t->on_behalf.b);
}

/* Who did what and when, with ids and codes; the detail is sealed under the case, so that erasing takes it along while
 * the chain still holds. */
enum err audit_add(struct turn *t, const struct audit_entry *e)
{
	struct id16 commit = {{0}}, none = {{0}};
	struct id32 hash;
	struct store_key k;
	struct span detail;
	struct wr w;
	uint64_t seq;
	enum err rc;

	require(e->event != 0 && e->outcome < ERR_COUNT_);
	if (t->node->bare)
		return ERR_OK; /* there was no room for it, and the command is done all the same */
	rc = audit_head(t, &seq, &hash);
	if (rc == ERR_OK && e->case_id != NULL)
		rc = commit_remember(t, e->case_id, &commit);
	if (rc == ERR_OK)
		rc = detail_of(t, e, &detail);
	if (rc != ERR_OK)
		return rc;
	w = arena_wr(t->arena, ENTRY_FIXED + detail.len);
	wr_u64(&w, ++seq);
	wr_u64(&w, t->wall_ms);
	wr_u16(&w, (uint16_t)e->event);
	wr_u8(&w, (uint8_t)e->outcome);
	put_who(t, &w);
	wr_put(&w, commit.b, sizeof commit.b);
	wr_put(&w, e->grant == NULL ? none.b : e->grant->b, 16);
	wr_u16(&w, e->peer);
	require(detail.len <= UINT16_MAX);
	wr_u16(&w, (uint16_t)detail.len);
	wr_put(&w, detail.p, detail.len);
	if (w.over)
		return ERR_NOMEM;
	k = turn_key_u64(seq);
	rc = turn_put(t, STORE_AUDIT, &k, wr_span(&w));
	if (rc != ERR_OK)
		return rc;
	t->log = (struct turn_log){true, true, seq, chain(&hash, wr_span(&w))};
	t->node->audit_seq = seq; /* a hint: when a checkpoint is due */
	return ERR_OK;
}

/* Who looks leaves an entry, or does not see: the log says who saw whom.  So looking alone could use up a full store to the last page. */
enum err audit_look(struct turn *t, const struct audit_entry *e)
{
	if (!t->node->bare && !store_room(t->txn, STORE_LOOKS))
		return turn_refuse(t, ERR_FULL, REFUSAL_LOOKS_FULL);
	return audit_add(t, e);
}

/* From the first entry on; check is asked about each hash, by whoever knows one.  What is written while the walk goes on is left to the
 * next one: this one ends where the log ended. */
enum err audit_verify(struct turn *t, struct audit_walk *at, const struct audit_check *check)
{
	enum err rc = at->begun ? ERR_OK : audit_head(t, &at->last, &at->want);
	bool enough = false;

	require(at->seq <= at->last && !at->over && (check == NULL || check->agrees != NULL));
	at->begun = true;
	while (rc == ERR_OK && !enough && at->seq < at->last) {
		const uint64_t seq = ++at->seq;
		const struct store_key k = turn_key_u64(seq);
		const size_t mark = t->arena->used;
		struct span v;

		rc = turn_get(t, STORE_AUDIT, &k, &v);
		if (rc == ERR_NOTFOUND || (rc == ERR_OK && (v.len < 8 || be64_get(v.p) != seq)))
			rc = ERR_CORRUPT;
		if (rc == ERR_OK)
			at->hash = chain(&at->hash, v);
		if (rc == ERR_OK && check != NULL && !check->agrees(check->ctx, seq, &at->hash))
			rc = ERR_CORRUPT;
		arena_rewind(t->arena, mark); /* a long chain must not fill the turn's memory */
		enough = turn_enough(t);
	}
	at->over = rc != ERR_OK || at->seq == at->last;
	if (rc == ERR_OK && at->over && !id32_equal(&at->hash, &at->want))
		rc = ERR_CORRUPT;
	return rc;
}

static const char *event_name(unsigned no)
{
	/* clang-format off */
	switch (no) {
#define AUDIT_NAME(name, n, text) case (n): return (text);
	AUDIT_EVENTS(AUDIT_NAME)
#undef AUDIT_NAME
	default:
		return "unknown";
	}
	/* clang-format on */
}

enum err audit_get(struct turn *t, uint64_t seq, struct audit_row *row)
{
	const struct store_key k = turn_key_u64(seq);
	struct span v;
	struct rd r;
	unsigned role;
	enum err rc = turn_get(t, STORE_AUDIT, &k, &v);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	r = rd_of(v);
	*row = (struct audit_row){.seq = rd_u64(&r), .at_ms = rd_u64(&r)};
	row->event = event_name(rd_u16(&r));
	row->outcome = (enum err)rd_u8(&r);
	role = rd_u8(&r);
	row->worker = (role & ~(unsigned)ROLE_NAMED) == ROLE_WORKER;
	if ((role & ROLE_NAMED) != 0) {
		row->staff = rd_id16(&r);
		row->on_behalf = rd_id16(&r);
	} else {
		row->uid = rd_u32(&r);
	}
	row->commit = rd_id16(&r);
	row->known = commit_lookup(t, &row->commit, &row->case_id);
	row->about = rd_id16(&r);
	row->peer = rd_u16(&r);
	row->sealed.len = rd_u16(&r);
	row->sealed.p = rd_take(&r, row->sealed.len);
	return rd_done(&r) ? ERR_OK : ERR_CORRUPT;
}

bool audit_detail(struct turn *t, const struct audit_row *row, struct span *plain)
{
	*plain = row->sealed;
	if (bytes_zero(row->commit.b, sizeof row->commit.b) || row->sealed.len == 0)
		return true; /* no case: it was not sealed */
	return row->known && record_detail_open(t->txn, t->arena,
						&(struct record_place){.cls = RECORD_AUDIT,
								       .case_id = row->case_id},
						row->sealed, plain) == ERR_OK;
}
