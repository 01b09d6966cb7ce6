/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A file that came from a partner does not go along: the person let that partner show it to us, and nobody pass it on.  What came as
 * an addition to a case that is ours by now is the case's own, and does.  One that is still being added does not either; from the bundle on nobody adds to the case any more.
 */
#include "domain/attach/along.h"

#include <string.h>

#include "base/check.h"

static_assert(LIMIT_BUNDLE_FILES * (uint64_t)BLOB_LISTED < LIMIT_RECORD / 2,
	      "the list of them fits a row with what else it says");
static_assert(LIMIT_BUNDLE_BYTES + LIMIT_BUNDLE < LIMIT_BLOBS_PARTNER,
	      "who takes a case over has room for it in the share of who gives it");

static struct blob_ref ref_of(const struct thread *th)
{
	return (struct blob_ref){.need = BLOB_FOR_THREAD, .id = th->id};
}

/* ---- giving ---- */

/* Its key stands in the content alone, and that opens with the key that CEDE brings. */
void along_add(struct turn *t, const struct attachment *a, struct msg *content)
{
	struct msg *f = msg_add(t->arena, content, HANDOVER_CONTENT_FILES);

	msg_set_bytes(t->arena, f, HANDOVER_FILE_BLOB, span_of(a->blob.b, sizeof a->blob.b));
	msg_set_u64(f, HANDOVER_FILE_LENGTH, a->size);
	msg_set_bytes(t->arena, f, HANDOVER_FILE_BKEY, span_of(a->key, sizeof a->key));
	msg_set_text(t->arena, f, HANDOVER_FILE_FILE_NAME, a->name);
	msg_set_text(t->arena, f, HANDOVER_FILE_MIME, a->mime);
	msg_set_u64(f, HANDOVER_FILE_AT_MS, a->added_ms);
}

enum err along_list(struct turn *t, const struct id16 *case_id, struct msg *content)
{
	struct attachment a = {.no = 0};
	struct store_walk w = {.rc = ERR_OK};
	uint64_t bytes = 0;

	while (attach_each(t, case_id, &w, &a)) {
		if ((a.peer != 0 && !a.added) || a.writing || a.missing || a.state != BLOB_WHOLE)
			continue;
		bytes += blob_bytes(a.size);
		if (msg_count(content, HANDOVER_CONTENT_FILES) == LIMIT_BUNDLE_FILES ||
		    bytes > LIMIT_BUNDLE_BYTES)
			return ERR_FULL;
		along_add(t, &a, content);
	}
	return w.rc;
}

void along_say(struct turn *t, const struct msg *content, struct msg *body)
{
	for (size_t i = 0; i < msg_count(content, HANDOVER_CONTENT_FILES); i++) {
		const struct msg *f = msg_at(content, HANDOVER_CONTENT_FILES, i);
		uint8_t length[4];

		be32_put(length, (uint32_t)msg_u64(f, HANDOVER_FILE_LENGTH));
		msg_add_bytes(t->arena, body, HANDOVER_BUNDLE_BLOBS,
			      msg_bytes(f, HANDOVER_FILE_BLOB));
		msg_add_bytes(t->arena, body, HANDOVER_BUNDLE_LENGTHS,
			      span_of(length, sizeof length));
	}
}

/* ---- the row ---- */

/* All of what a partner promises is held against the limits before anything of it is asked for. */
bool along_sound(const struct msg *body)
{
	const size_t n = msg_count(body, HANDOVER_BUNDLE_BLOBS);
	uint64_t bytes = 0;

	if (n > LIMIT_BUNDLE_FILES || n != msg_count(body, HANDOVER_BUNDLE_LENGTHS))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct span length = msg_bytes_at(body, HANDOVER_BUNDLE_LENGTHS, i);

		if (msg_bytes_at(body, HANDOVER_BUNDLE_BLOBS, i).len != 32 || length.len != 4 ||
		    be32_get(length.p) > LIMIT_FILE)
			return false;
		bytes += blob_bytes(be32_get(length.p));
	}
	return bytes <= LIMIT_BUNDLE_BYTES;
}

/* Again at each change of the log: what the row said before gives way. */
void along_learn(struct turn *t, const struct msg *body, struct msg *record)
{
	const size_t n = msg_count(body, HANDOVER_BUNDLE_BLOBS);
	struct wr w = arena_wr(t->arena, n * BLOB_LISTED);

	msg_clear(record, HANDOVER_RECORD_FILES);
	if (n == 0 || !along_sound(body))
		return;
	for (size_t i = 0; i < n; i++) {
		const struct span id = msg_bytes_at(body, HANDOVER_BUNDLE_BLOBS, i);
		const struct span length = msg_bytes_at(body, HANDOVER_BUNDLE_LENGTHS, i);

		wr_put(&w, id.p, id.len);
		wr_put(&w, length.p, length.len);
	}
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_FILES, wr_span(&w));
}

/* One after the other; false at the end. */
static bool next(struct rd *r, struct id32 *id, uint64_t *size)
{
	if (r->left < BLOB_LISTED)
		return false;
	*id = rd_id32(r);
	*size = rd_u32(r);
	return true;
}

static bool listed(const struct msg *record, const struct id32 *blob)
{
	struct rd r = rd_of(msg_bytes(record, HANDOVER_RECORD_FILES));
	struct id32 id;
	uint64_t size;
	bool yes = false;

	while (!yes && next(&r, &id, &size))
		yes = id32_equal(&id, blob);
	return yes;
}

enum err along_list_again(struct turn *t, const struct id16 *case_id, const struct msg *record,
			  struct msg *content)
{
	struct attachment a = {.no = 0};
	struct store_walk w = {.rc = ERR_OK};

	while (attach_each(t, case_id, &w, &a))
		if (!a.writing && !a.missing && a.state == BLOB_WHOLE && listed(record, &a.blob))
			along_add(t, &a, content);
	return w.rc;
}

/* A content with one more would name a file that nobody fetched, and the case would be taken without it. */
bool along_named(const struct msg *content, const struct msg *record)
{
	struct rd r = rd_of(msg_bytes(record, HANDOVER_RECORD_FILES));
	struct id32 id;
	uint64_t size;
	size_t n = 0;

	while (next(&r, &id, &size)) {
		const struct msg *f = n < msg_count(content, HANDOVER_CONTENT_FILES)
					      ? msg_at(content, HANDOVER_CONTENT_FILES, n)
					      : NULL;
		const struct span named = msg_bytes(f, HANDOVER_FILE_BLOB);

		if (named.len != sizeof id.b || memcmp(named.p, id.b, sizeof id.b) != 0 ||
		    msg_u64(f, HANDOVER_FILE_LENGTH) != size ||
		    msg_bytes(f, HANDOVER_FILE_BKEY).len != CHUNKS_KEY)
			return false;
		n++;
	}
	return n == msg_count(content, HANDOVER_CONTENT_FILES);
}

/* ---- the files ---- */

enum err along_lend(struct turn *t, const struct thread *th, const struct msg *record,
		    uint64_t until_ms)
{
	struct rd r = rd_of(msg_bytes(record, HANDOVER_RECORD_FILES));
	struct id32 id;
	uint64_t size;
	enum err rc = ERR_OK;

	require(th->role == THREAD_SENDER);
	while (rc == ERR_OK && next(&r, &id, &size)) {
		rc = blob_lend(t, &id, th->peer, &th->grant_id, until_ms);
		if (rc == ERR_NOTFOUND)
			rc = ERR_OK; /* it went with the disk: the partner hears that it is not to be had */
	}
	return rc;
}

enum err along_hold(struct turn *t, const struct msg *record, const struct blob_ref *ref)
{
	struct rd r = rd_of(msg_bytes(record, HANDOVER_RECORD_FILES));
	struct id32 id;
	uint64_t size;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && next(&r, &id, &size)) {
		rc = blob_hold(t, &id, ref);
		if (rc == ERR_NOTFOUND)
			rc = ERR_OK; /* it went with the disk */
	}
	return rc;
}

/* Asked again every few seconds while one is missing: what is wanted already is not written down once more. */
enum err along_fetch(struct turn *t, const struct thread *th, const struct msg *record, bool *whole)
{
	const struct blob_ref ref = ref_of(th);
	struct rd r = rd_of(msg_bytes(record, HANDOVER_RECORD_FILES));
	struct blob b = {.state = BLOB_WANTED};
	struct id32 id;
	uint64_t size;
	enum err rc = ERR_OK;

	*whole = true;
	while (rc == ERR_OK && next(&r, &id, &size)) {
		rc = blob_want(t, th->peer, &id, size, &th->grant_id, &ref);
		if (rc == ERR_OK)
			rc = blob_load(t, &id, &b);
		*whole = *whole && rc == ERR_OK && b.state == BLOB_WHOLE;
	}
	return rc;
}

enum err along_release(struct turn *t, const struct thread *th, const struct msg *record)
{
	const struct blob_ref ref = ref_of(th);

	return blob_release_list(t, msg_bytes(record, HANDOVER_RECORD_FILES), &ref);
}

/* Name and kind are what a partner wrote: they are made harmless as those of any file. */
static bool read_one(const struct msg *f, struct attachment *a)
{
	const struct span blob = msg_bytes(f, HANDOVER_FILE_BLOB);
	const struct span key = msg_bytes(f, HANDOVER_FILE_BKEY);

	*a = (struct attachment){.size = msg_u64(f, HANDOVER_FILE_LENGTH),
				 .added_ms = msg_u64(f, HANDOVER_FILE_AT_MS),
				 .mime = attach_mime(msg_text(f, HANDOVER_FILE_MIME))};
	if (blob.len != sizeof a->blob.b || key.len != sizeof a->key || a->size > LIMIT_FILE)
		return false;
	memcpy(a->blob.b, blob.p, blob.len);
	memcpy(a->key, key.p, key.len);
	attach_name(msg_text(f, HANDOVER_FILE_FILE_NAME), a->name);
	return true;
}

enum err along_import(struct turn *t, const struct id16 *case_id, const struct msg *content)
{
	enum err rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < msg_count(content, HANDOVER_CONTENT_FILES); i++) {
		struct attachment a;
		struct blob b;
		const bool sound = read_one(msg_at(content, HANDOVER_CONTENT_FILES, i), &a);

		require(sound); /* along_named */
		rc = blob_load(t, &a.blob, &b);
		if (rc == ERR_OK && b.state == BLOB_WHOLE)
			rc = attach_keep(t, case_id, &a);
		if (rc == ERR_NOTFOUND)
			rc = ERR_OK; /* after a loss it may come later, or not at all */
	}
	return rc;
}

/* Words that came behind the bundle are in the timeline by then; of the files none is here. */
enum err along_late(struct turn *t, const struct thread *th, const struct msg *content)
{
	enum err rc = ERR_OK;

	require(th->role == THREAD_RECEIVER);
	for (size_t i = 0; rc == ERR_OK && i < msg_count(content, HANDOVER_CONTENT_FILES); i++) {
		struct attachment a;

		if (i < LIMIT_REF_FILES && read_one(msg_at(content, HANDOVER_CONTENT_FILES, i), &a))
			rc = attach_late(t, &th->case_id, th->peer, &th->grant_id, &a);
	}
	return rc;
}

enum err along_count(struct turn *t, const struct msg *record, uint64_t *chunks, uint64_t *have)
{
	struct rd r = rd_of(msg_bytes(record, HANDOVER_RECORD_FILES));
	struct id32 id;
	uint64_t size;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && next(&r, &id, &size)) {
		struct blob b;

		rc = blob_load(t, &id, &b);
		*chunks += blob_chunks(size);
		*have += rc == ERR_OK ? b.have : 0;
		if (rc == ERR_NOTFOUND)
			rc = ERR_OK; /* let go, or not asked for yet */
	}
	return rc;
}
