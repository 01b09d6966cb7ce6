/* SPDX-License-Identifier: EUPL-1.2 */
/* One row a file, under its case.  Of one that came the row only says in which document it stands: the list is put together from
 * the bodies that are still here, so that what was taken back is not even named any more. */
#include "domain/attach/attach.h"

#include <string.h>

#include "base/check.h"
#include "domain/exchange/quota.h"
#include "proto/acts.h"

enum {
	WRITING = 32 + CHUNKS_STATE + CHUNKS_HEADER + 4,
	SHORT_MIN = 4,
	PEER_AT = 16,
	ID_AT = PEER_AT + 2,
	KEY_LEN = ID_AT + 16
};

/* A partner chooses the ids of its documents, and no one's but its own.  Its files stand behind those of this node, so that nothing
 * that it sends gives another number to one that a person is about to send. */
static struct store_key row_key(const struct id16 *case_id, const struct id16 *id, uint16_t peer)
{
	struct store_key k = turn_key_id(case_id);

	key_u16(&k, peer);
	key_put(&k, id->b, sizeof id->b);
	return k;
}

/* Sealed under the case, also of one that came: that a partner sent a file says something about the person. */
static enum err save(struct turn *t, const struct id16 *case_id, const struct id16 *id,
		     const struct msg *record)
{
	const uint16_t peer = (uint16_t)msg_u64(record, ATTACHMENT_RECORD_PEER);
	const struct store_key k = row_key(case_id, id, peer);
	struct span v;
	enum err rc = msg_pack(t->arena, record, &v);

	return rc == ERR_OK ? turn_put_case(t, STORE_ATTACHMENT, &k, RECORD_CASE, case_id, v) : rc;
}

/* ---- added here ---- */

/* What goes on with the next request: it lies with the key, under the case, so that an erased case is written no further.  The key is
 * a field of its own, because it stays when the file is whole. */
static void put_writer(struct turn *t, struct msg *record, const struct blob_writer *bw)
{
	uint8_t b[WRITING];
	struct wr w = wr_of(b, sizeof b);

	wr_put(&w, bw->place.b, sizeof bw->place.b);
	wr_put(&w, bw->stream.state, sizeof bw->stream.state);
	wr_put(&w, bw->header, sizeof bw->header);
	wr_u32(&w, bw->next);
	require(!w.over);
	msg_set_bytes(t->arena, record, ATTACHMENT_RECORD_WRITING, wr_span(&w));
}

static enum err get_writer(const struct msg *record, struct blob_writer *bw)
{
	const struct span key = msg_bytes(record, ATTACHMENT_RECORD_KEY);
	struct rd r = rd_of(msg_bytes(record, ATTACHMENT_RECORD_WRITING));

	*bw = (struct blob_writer){.place = rd_id32(&r),
				   .size = msg_u64(record, ATTACHMENT_RECORD_SIZE)};
	rd_copy(&r, bw->stream.state, sizeof bw->stream.state);
	rd_copy(&r, bw->header, sizeof bw->header);
	bw->next = rd_u32(&r);
	if (!rd_done(&r) || key.len != sizeof bw->key)
		return ERR_CORRUPT;
	memcpy(bw->key, key.p, key.len);
	return ERR_OK;
}

/* Those of partners have a share of their own: they keep nobody here from adding one. */
static enum err too_many(struct turn *t, const struct id16 *case_id, bool theirs, bool *yes)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = KEY_LEN};
	unsigned n = 0;

	while (store_each(t->txn, STORE_ATTACHMENT, key_span(&prefix), &w))
		n += (be16_get(w.row.key.p + PEER_AT) != 0) == theirs;
	*yes = n >= (theirs ? LIMIT_CASE_FILES_CAME : LIMIT_CASE_FILES);
	return w.rc;
}

/* The row is there from the first request on, so that what is half added is shown as such and goes with the case. */
enum err attach_begin(struct turn *t, const struct id16 *case_id, const struct attachment *what,
		      struct id16 *id)
{
	struct msg *record = msg_new(t->arena, MSG_ATTACHMENT_RECORD);
	struct blob_writer bw;
	bool many = false;
	enum err rc = too_many(t, case_id, false, &many);

	if (rc != ERR_OK || many)
		return rc == ERR_OK ? ERR_EXISTS : rc;
	rc = blob_begin(t, what->size, &bw);
	if (rc != ERR_OK)
		return rc;
	if (record == NULL)
		return ERR_NOMEM;
	*id = turn_id(t);
	msg_set_u64(record, ATTACHMENT_RECORD_SIZE, what->size);
	msg_set_u64(record, ATTACHMENT_RECORD_ADDED_MS, t->wall_ms);
	msg_set_text(t->arena, record, ATTACHMENT_RECORD_NAME, what->name);
	msg_set_text(t->arena, record, ATTACHMENT_RECORD_MIME, what->mime);
	msg_set_bytes(t->arena, record, ATTACHMENT_RECORD_KEY, span_of(bw.key, sizeof bw.key));
	put_writer(t, record, &bw);
	return save(t, case_id, id, record);
}

/* One file is kept for one attachment: its key was drawn for it, so no two have the same ciphertext. */
static struct blob_ref own_ref(const struct id16 *id)
{
	return (struct blob_ref){BLOB_FOR_CASE, *id, 0};
}

/* The last chunk is in: it has a name, and no state of a writer any more. */
static enum err finish(struct turn *t, const struct id16 *id, const struct blob_writer *bw,
		       struct msg *record)
{
	const struct blob_ref ref = own_ref(id);
	struct blob b;
	enum err rc = blob_finish(t, bw, &b);

	msg_clear(record, ATTACHMENT_RECORD_WRITING);
	msg_set_bytes(t->arena, record, ATTACHMENT_RECORD_BLOB, span_of(b.id.b, sizeof b.id.b));
	return rc == ERR_OK ? blob_hold(t, &b.id, &ref) : rc;
}

/* In order, each once: an answer that was lost makes the client ask again, and the stream of the cipher cannot go back. */
enum err attach_more(struct turn *t, const struct id16 *case_id, const struct id16 *id, uint32_t no,
		     struct span bytes, uint32_t *next)
{
	const struct store_key k = row_key(case_id, id, 0);
	struct msg *record;
	struct blob_writer bw;
	enum err rc = turn_get_msg(t, STORE_ATTACHMENT, &k, MSG_ATTACHMENT_RECORD, &record);

	if (rc == ERR_OK && !msg_has(record, ATTACHMENT_RECORD_WRITING))
		return ERR_NOTFOUND;
	if (rc == ERR_OK)
		rc = get_writer(record, &bw);
	if (rc != ERR_OK)
		return rc;
	*next = bw.next;
	if (no < bw.next)
		return ERR_OK; /* asked again: it is in */
	if (no != bw.next)
		return ERR_STATE;
	rc = blob_append(t, &bw, bytes);
	*next = bw.next;
	if (rc == ERR_OK)
		rc = msg_reopen(t->arena, record);
	if (rc != ERR_OK)
		return rc;
	put_writer(t, record, &bw);
	if (blob_complete(&bw))
		rc = finish(t, id, &bw, record);
	return rc == ERR_OK ? save(t, case_id, id, record) : rc;
}

/* A case that comes back finds its own files; any: those that came count, too. */
static enum err has_it(struct turn *t, const struct id16 *case_id, const struct id32 *blob,
		       bool any, bool *yes)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = KEY_LEN};

	*yes = false;
	while (!*yes && store_each(t->txn, STORE_ATTACHMENT, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct store_key k = {.len = 0};
		struct msg *record;

		key_put(&k, w.row.key.p, w.row.key.len);
		if (!any && be16_get(w.row.key.p + PEER_AT) != 0)
			continue;
		w.rc = turn_get_msg(t, STORE_ATTACHMENT, &k, MSG_ATTACHMENT_RECORD, &record);
		*yes = w.rc == ERR_OK &&
		       msg_bytes(record, ATTACHMENT_RECORD_BLOB).len == sizeof blob->b &&
		       memcmp(msg_bytes(record, ATTACHMENT_RECORD_BLOB).p, blob->b,
			      sizeof blob->b) == 0;
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

/* Name, key and kind are in the record from here on, as of one that was added here: no document carries them. */
static enum err put_own(struct turn *t, const struct id16 *case_id, const struct id16 *id,
			const struct attachment *what)
{
	struct msg *record = msg_new(t->arena, MSG_ATTACHMENT_RECORD);

	if (record == NULL)
		return ERR_NOMEM;
	msg_set_bytes(t->arena, record, ATTACHMENT_RECORD_BLOB,
		      span_of(what->blob.b, sizeof what->blob.b));
	msg_set_u64(record, ATTACHMENT_RECORD_SIZE, what->size);
	msg_set_u64(record, ATTACHMENT_RECORD_ADDED_MS, what->added_ms);
	msg_set_text(t->arena, record, ATTACHMENT_RECORD_NAME, what->name);
	msg_set_text(t->arena, record, ATTACHMENT_RECORD_MIME, what->mime);
	msg_set_bytes(t->arena, record, ATTACHMENT_RECORD_KEY,
		      span_of(what->key, sizeof what->key));
	return save(t, case_id, id, record);
}

enum err attach_keep(struct turn *t, const struct id16 *case_id, const struct attachment *what)
{
	const struct id16 id = turn_id(t);
	const struct blob_ref ref = own_ref(&id);
	bool there;
	enum err rc = has_it(t, case_id, &what->blob, false, &there);

	if (rc != ERR_OK || there)
		return rc;
	rc = blob_own(t, &what->blob);
	if (rc == ERR_OK)
		rc = blob_hold(t, &what->blob, &ref);
	return rc == ERR_OK ? put_own(t, case_id, &id, what) : rc;
}

/* Its row is there before its bytes, so that people see what is still to come, and how much of it. */
enum err attach_late(struct turn *t, const struct id16 *case_id, uint16_t peer,
		     const struct id16 *grant, const struct attachment *what)
{
	const struct id16 id = turn_id(t);
	const struct blob_ref ref = own_ref(&id);
	bool there;
	enum err rc = has_it(t, case_id, &what->blob, true, &there);

	if (rc != ERR_OK || there)
		return rc;
	rc = blob_want(t, peer, &what->blob, what->size, grant, &ref);
	return rc == ERR_OK ? put_own(t, case_id, &id, what) : rc;
}

/* ---- of a partner ---- */

/* Two documents may name one file: it stays until both bodies went. */
static struct blob_ref ref_of(const struct id16 *msg, uint16_t sender)
{
	return (struct blob_ref){BLOB_FOR_DOCUMENT, *msg, sender};
}

/* Only noted and wanted: when it is fetched, and whether there is room for it, is decided where chunks are asked for. */
enum err attach_came(struct turn *t, const struct thread *th, const struct document *d,
		     const struct msg *body)
{
	const struct blob_ref ref = ref_of(&d->key.msg, d->key.sender);
	struct msg *record = msg_new(t->arena, MSG_ATTACHMENT_RECORD);
	struct attachment a = {.no = 0};
	bool many = false, there = false;
	enum err rc = ERR_OK;

	if (!attach_sound(d->head.type, body) || !attach_names(d->head.type, body) ||
	    turn_case_erased(t, &th->case_id))
		return ERR_OK;
	attach_read(d->head.type, body, &a);
	if (d->head.type == DOC_ADDENDUM)
		rc = has_it(t, &th->case_id, &a.blob, false, &there);
	if (rc == ERR_OK && !there)
		rc = too_many(t, &th->case_id, true, &many);
	if (rc == ERR_OK && many)
		rc = quota_passed_over(t, th->peer, QUOTA_CASE);
	if (rc != ERR_OK || there || many || record == NULL)
		return rc == ERR_OK && !there && !many ? ERR_NOMEM : rc;
	msg_set_bytes(t->arena, record, ATTACHMENT_RECORD_BLOB, span_of(a.blob.b, sizeof a.blob.b));
	msg_set_u64(record, ATTACHMENT_RECORD_SIZE, a.size);
	msg_set_u64(record, ATTACHMENT_RECORD_ADDED_MS, t->wall_ms);
	msg_set_u64(record, ATTACHMENT_RECORD_PEER, d->key.sender);
	rc = blob_want(t, d->key.sender, &a.blob, a.size, &d->head.grant_id, &ref);
	return rc == ERR_OK ? save(t, &th->case_id, &d->key.msg, record) : rc;
}

/* What may be fetched stands in a row of its own, which a backup from before the document does not have. */
enum err attach_returned(struct turn *t, const struct thread *th, const struct document *d,
			 const struct msg *info)
{
	struct id32 blob;
	enum err rc;

	require(d->key.sender == 0);
	if (!msg_has(info, INFO_BLOB) || !attach_sound(DOC_INFO, info))
		return ERR_OK;
	memcpy(blob.b, msg_bytes(info, INFO_BLOB).p, sizeof blob.b);
	rc = blob_lend(t, &blob, th->peer, &d->head.grant_id, 0);
	return rc == ERR_NOTFOUND ? ERR_OK : rc; /* it went with the disk */
}

/* What is still written has no name yet: its chunks are found by their place.  With the last need of a file its ciphertext goes; the
 * partner's share of it is free again, and whoever it was lent to gets no more of it. */
static enum err let_go(struct turn *t, const struct id16 *id, const struct msg *record)
{
	const uint16_t peer = (uint16_t)msg_u64(record, ATTACHMENT_RECORD_PEER);
	const struct blob_ref ref = peer == 0 ? own_ref(id) : ref_of(id, peer);
	const struct span blob = msg_bytes(record, ATTACHMENT_RECORD_BLOB);
	struct blob_writer bw;
	struct id32 name;
	enum err rc;

	if (blob.len != sizeof name.b) {
		rc = get_writer(record, &bw);
		return rc == ERR_OK ? blob_abandon(t, &bw) : rc;
	}
	memcpy(name.b, blob.p, sizeof name.b);
	return blob_release(t, &name, &ref);
}

/* Ours are still in their case; and most documents name no file. */
static enum err emptied(struct turn *t, const struct turn_emptied *e)
{
	const struct store_key k = row_key(&e->case_id, &e->msg, e->sender);
	struct msg *record;
	enum err rc = e->sender == 0 ? ERR_NOTFOUND
				     : turn_get_msg(t, STORE_ATTACHMENT, &k, MSG_ATTACHMENT_RECORD,
						    &record);

	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	rc = let_go(t, &e->msg, record);
	return rc == ERR_OK ? store_del(t->txn, STORE_ATTACHMENT, key_span(&k)) : rc;
}

/* At the end of the event, because whoever takes a body away stands below this room and knows nothing of files. */
enum err attach_emptied(struct turn *t)
{
	enum err rc = ERR_OK;

	for (const struct turn_emptied *e = t->emptied; rc == ERR_OK && e != NULL; e = e->next)
		rc = emptied(t, e);
	t->emptied = NULL;
	return rc;
}

/* ---- of a case ---- */

/* A restore has the row of an erased case and not its key: whose file it was, nobody can say. */
static enum err let_go_unread(struct turn *t, const struct id16 *id, uint16_t peer)
{
	const struct blob_ref ref = peer == 0 ? own_ref(id) : ref_of(id, peer);

	return blob_release_all(t, &ref);
}

/* Before the keys go: the rows say which ciphertext it was, and nobody could read them afterwards. */
enum err attach_drop_case(struct turn *t, const struct id16 *case_id)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.key_len = KEY_LEN};

	while (store_each(t->txn, STORE_ATTACHMENT, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct store_key k = {.len = 0};
		struct id16 id;
		struct msg *record;

		memcpy(id.b, w.row.key.p + ID_AT, sizeof id.b);
		key_put(&k, w.row.key.p, w.row.key.len);
		w.rc = turn_get_msg(t, STORE_ATTACHMENT, &k, MSG_ATTACHMENT_RECORD, &record);
		if (w.rc == ERR_OK)
			w.rc = let_go(t, &id, record);
		else if (w.rc == ERR_NOTFOUND)
			w.rc = let_go_unread(t, &id, be16_get(k.b + PEER_AT));
		if (w.rc == ERR_OK)
			w.rc = store_del(t->txn, STORE_ATTACHMENT, key_span(&k));
		arena_rewind(t->arena, mark);
	}
	return w.rc;
}

/* ---- looked at ---- */

/* Where the body went, nothing of the file is known any more but its name as ciphertext; other documents name none. */
static enum err named(struct turn *t, const struct doc_key *doc, struct attachment *a)
{
	struct document d;
	struct msg *body;
	enum err rc = document_load(t, doc, &d);

	if (rc == ERR_OK && d.head.type != DOC_INFO && d.head.type != DOC_ADDENDUM)
		rc = ERR_NOTFOUND;
	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	if (rc == ERR_OK && (!attach_sound(d.head.type, body) || !attach_names(d.head.type, body)))
		rc = ERR_NOTFOUND;
	if (rc != ERR_OK)
		return rc;
	a->added = d.head.type == DOC_ADDENDUM;
	attach_read(d.head.type, body, a);
	return ERR_OK;
}

/* Name, kind and key, out of the record or out of the document. */
static enum err content(struct turn *t, const struct msg *record, struct attachment *a)
{
	const struct doc_key doc = {a->id, a->peer};
	const struct span key = msg_bytes(record, ATTACHMENT_RECORD_KEY);

	if (a->peer != 0)
		return named(t, &doc, a);
	if (key.len != sizeof a->key)
		return ERR_CORRUPT;
	memcpy(a->key, key.p, key.len);
	attach_name(msg_text(record, ATTACHMENT_RECORD_NAME), a->name);
	a->mime = attach_mime(msg_text(record, ATTACHMENT_RECORD_MIME));
	return ERR_OK;
}

/* A file is shown also while it comes in, and when its ciphertext is lost: a person has to know whom to ask. */
static enum err fill(struct turn *t, const struct msg *record, struct attachment *a)
{
	const struct span name = msg_bytes(record, ATTACHMENT_RECORD_BLOB);
	struct blob b = {.state = 0};
	enum err rc;

	a->size = msg_u64(record, ATTACHMENT_RECORD_SIZE);
	a->added_ms = msg_u64(record, ATTACHMENT_RECORD_ADDED_MS);
	a->peer = (uint16_t)msg_u64(record, ATTACHMENT_RECORD_PEER);
	a->writing = msg_has(record, ATTACHMENT_RECORD_WRITING);
	if (a->size > LIMIT_FILE || (name.len != sizeof a->blob.b && !a->writing))
		return ERR_CORRUPT;
	a->chunks = blob_chunks(a->size);
	rc = content(t, record, a);
	if (rc == ERR_OK && !a->writing) {
		memcpy(a->blob.b, name.p, sizeof a->blob.b);
		rc = blob_load(t, &a->blob, &b);
		a->state = (enum blob_state)b.state;
		a->have = b.have;
	}
	a->missing = rc == ERR_NOTFOUND;
	return a->missing ? ERR_OK : rc;
}

enum err attach_own(struct turn *t, const struct id16 *case_id, const struct id16 *id,
		    struct attachment *a)
{
	const struct store_key k = row_key(case_id, id, 0);
	struct msg *record;
	enum err rc = turn_get_msg(t, STORE_ATTACHMENT, &k, MSG_ATTACHMENT_RECORD, &record);

	*a = (struct attachment){.id = *id, .mime = ""};
	return rc == ERR_OK ? fill(t, record, a) : rc;
}

/* Not in the list of its case: before that is taken, and where it moved away, there is no such list. */
enum err attach_of(struct turn *t, const struct doc_key *key, struct attachment *a)
{
	struct blob b;
	enum err rc;

	*a = (struct attachment){.id = key->msg, .peer = key->sender, .mime = ""};
	rc = named(t, key, a);
	if (rc != ERR_OK)
		return rc;
	a->chunks = blob_chunks(a->size);
	rc = blob_load(t, &a->blob, &b);
	a->missing = rc == ERR_NOTFOUND;
	if (rc == ERR_OK) {
		a->state = (enum blob_state)b.state;
		a->have = b.have;
	}
	return a->missing ? ERR_OK : rc;
}

/* Their numbers are counted while they are walked; ids begin with the time, so one that was added here keeps its number. */
bool attach_each(struct turn *t, const struct id16 *case_id, struct store_walk *w,
		 struct attachment *a)
{
	const struct store_key prefix = turn_key_id(case_id);
	const uint32_t before = w->at.len == 0 ? 0 : a->no;
	struct store_key k = {.len = 0};
	struct msg *record;

	w->key_len = KEY_LEN;
	if (!store_each(t->txn, STORE_ATTACHMENT, key_span(&prefix), w))
		return false;
	*a = (struct attachment){.no = before + 1, .mime = ""};
	memcpy(a->id.b, w->row.key.p + ID_AT, sizeof a->id.b);
	key_put(&k, w->row.key.p, w->row.key.len);
	w->rc = turn_get_msg(t, STORE_ATTACHMENT, &k, MSG_ATTACHMENT_RECORD, &record);
	if (w->rc == ERR_OK)
		w->rc = fill(t, record, a);
	return w->rc == ERR_OK;
}

/* A short number is a place in the list; a longer text is a name, or the beginning of an id as it was shown. */
static bool is_called(const struct attachment *a, const char *text)
{
	const size_t n = strlen(text);
	char hex[33];
	uint32_t no = 0;

	bytes_hex(hex, a->id.b, sizeof a->id.b);
	for (const char *p = text; *p >= '0' && *p <= '9' && no < LIMIT_LIST_ROWS; p++)
		no = no * 10 + (uint32_t)(*p - '0');
	if (n < SHORT_MIN && strspn(text, "0123456789") == n && n > 0)
		return no == a->no;
	return (!a->missing && strcmp(a->name, text) == 0) ||
	       (n >= SHORT_MIN && n <= 32 && strncmp(hex, text, n) == 0);
}

/* All of them are looked at: that two are called so has to be said, and not guessed. */
enum err attach_find(struct turn *t, const struct id16 *case_id, const char *text,
		     struct attachment *a)
{
	struct store_walk w = {.rc = ERR_OK};
	struct attachment one = {.no = 0};
	unsigned found = 0;

	while (attach_each(t, case_id, &w, &one))
		if (is_called(&one, text) && found++ == 0)
			*a = one;
	if (w.rc != ERR_OK)
		return w.rc;
	return found == 0 ? ERR_NOTFOUND : found > 1 ? ERR_EXISTS : ERR_OK;
}
