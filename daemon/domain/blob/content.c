/* SPDX-License-Identifier: EUPL-1.2 */
/* A file goes in and comes out chunk by chunk, because what people add is larger than a turn's memory: one chunk a request, each in a
 * turn of its own.  It gets its name, the hash of its ciphertext, when the last one is in. */
#include "domain/blob/rows.h"

#include "base/check.h"

enum { PLACES = 32 };

/* Those of which somebody may still send a chunk; what is to be removed at once is none of them. */
static enum err too_many(struct turn *t, bool *yes)
{
	uint64_t open;
	enum err rc = blob_open_count(t, &open);

	*yes = rc == ERR_OK && open >= LIMIT_BLOBS_OPEN;
	return rc;
}

enum err blob_begin(struct turn *t, uint64_t size, struct blob_writer *w)
{
	uint8_t header[CHUNKS_HEADER];
	bool many;
	enum err rc;

	*w = (struct blob_writer){.size = size};
	if (size > LIMIT_FILE)
		return ERR_LIMIT;
	if (!blob_room(t, blob_bytes(size)))
		return ERR_FULL;
	rc = too_many(t, &many);
	if (rc != ERR_OK || many)
		return rc == ERR_OK ? ERR_BUSY : rc;
	turn_random(t, w->place.b, PLACES);
	turn_random(t, w->key, sizeof w->key);
	turn_random(t, header, sizeof header);
	chunks_begin(&w->stream, w->key, header);
	/* the header goes before the first chunk, and is kept until that comes */
	memcpy(w->header, header, sizeof header);
	return blob_drop_later(t, &w->place, t->wall_ms + LIMIT_BLOB_OPEN_MS);
}

bool blob_complete(const struct blob_writer *w)
{
	return w->next == blob_chunks(w->size);
}

enum err blob_append(struct turn *t, struct blob_writer *w, struct span plain)
{
	const size_t mark = t->arena->used;
	const size_t head = w->next == 0 ? (size_t)CHUNKS_HEADER : 0;
	bool last;
	uint8_t *out;
	size_t len;
	enum err rc;

	if (w->size > LIMIT_FILE || w->next >= blob_chunks(w->size))
		return ERR_INVAL;
	len = blob_chunk_len(w->size, w->next);
	last = w->next + 1 == blob_chunks(w->size);
	if (plain.len != len - head - CHUNKS_EXTRA)
		return ERR_INVAL;
	if (!blob_room(t, len))
		return ERR_FULL;
	out = arena_alloc(t->arena, len);
	if (out == NULL)
		return ERR_NOMEM;
	memcpy(out, w->header, head);
	chunks_seal(&w->stream, plain, last, out + head);
	rc = blob_put_chunk(t, &w->place, w->next, span_of(out, len));
	w->next++;
	arena_rewind(t->arena, mark);
	return rc;
}

enum err blob_finish(struct turn *t, const struct blob_writer *w, struct blob *b)
{
	const uint32_t chunks = w->size <= LIMIT_FILE ? blob_chunks(w->size) : 0;
	enum err rc;

	if (chunks == 0 || w->next != chunks)
		return ERR_INVAL;
	*b = (struct blob){.place = w->place,
			   .size = w->size,
			   .since_ms = t->wall_ms,
			   .chunks = chunks,
			   .have = chunks,
			   .state = BLOB_WHOLE};
	rc = blob_hash(t, &w->place, w->size, &b->id);
	if (rc == ERR_OK)
		rc = blob_keep_chunks(t, &w->place);
	return rc == ERR_OK ? blob_save(t, b) : rc;
}

enum err blob_abandon(struct turn *t, const struct blob_writer *w)
{
	return blob_drop_later(t, &w->place, 0);
}

/* The chunks before it are not opened: what they leave in the state stands at their ends. */
enum err blob_open(struct turn *t, const struct id32 *id, const uint8_t key[CHUNKS_KEY],
		   uint32_t no, struct blob_reader *r)
{
	struct span sealed;
	enum err rc = blob_load(t, id, &r->blob);

	r->next = no;
	if (rc == ERR_OK && r->blob.state != BLOB_WHOLE)
		rc = ERR_STATE;
	if (rc == ERR_OK)
		rc = blob_chunk(t, &r->blob, 0, &sealed);
	if (rc != ERR_OK)
		return rc;
	chunks_begin(&r->stream, key, sealed.p);
	for (uint32_t i = 0; rc == ERR_OK && i < no && i < r->blob.chunks; i++) {
		rc = blob_chunk(t, &r->blob, i, &sealed);
		if (rc == ERR_OK)
			rc = chunks_skip(&r->stream, sealed);
	}
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

enum err blob_next(struct turn *t, struct blob_reader *r, struct span *plain)
{
	const size_t head = r->next == 0 ? (size_t)CHUNKS_HEADER : 0;
	struct span sealed;
	uint8_t *out;
	enum err rc;

	*plain = span_of(NULL, 0);
	if (r->next >= r->blob.chunks)
		return ERR_OK;
	rc = blob_chunk(t, &r->blob, r->next, &sealed);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
	sealed = span_of(sealed.p + head, sealed.len - head);
	out = arena_alloc(t->arena, sealed.len);
	if (out == NULL)
		return ERR_NOMEM;
	r->next++;
	*plain = span_of(out, sealed.len - CHUNKS_EXTRA);
	return chunks_open(&r->stream, sealed, r->next == r->blob.chunks, out);
}

/* What a rule makes is small, and nobody is there who could send it in pieces. */
enum err blob_write(struct turn *t, struct span plain, uint8_t key[CHUNKS_KEY], struct blob *b)
{
	struct blob_writer w;
	enum err rc = blob_begin(t, plain.len, &w);

	for (size_t at = 0; rc == ERR_OK && !blob_complete(&w); at += LIMIT_CHUNK)
		rc = blob_append(t, &w,
				 span_of(plain.p + at, plain.len - at < LIMIT_CHUNK ? plain.len - at
										    : LIMIT_CHUNK));
	if (rc == ERR_OK)
		rc = blob_finish(t, &w, b);
	if (rc == ERR_OK)
		memcpy(key, w.key, CHUNKS_KEY);
	return rc;
}

/* One chunk after the other, in the turn's memory; the size is what a partner said, and is bounded before anything is allocated. */
enum err blob_read(struct turn *t, const struct id32 *id, const uint8_t key[CHUNKS_KEY],
		   uint64_t most, struct span *plain)
{
	struct blob_reader r;
	struct span part;
	uint8_t *all;
	size_t len = 0;
	enum err rc = blob_open(t, id, key, 0, &r);

	if (rc != ERR_OK)
		return rc;
	if (r.blob.size > most)
		return ERR_MALFORMED;
	all = arena_alloc(t->arena, (size_t)r.blob.size + 1);
	if (all == NULL)
		return ERR_NOMEM;
	do {
		rc = blob_next(t, &r, &part);
		if (rc != ERR_OK)
			return rc;
		if (part.len > r.blob.size - len)
			return ERR_MALFORMED;
		if (part.len != 0)
			memcpy(all + len, part.p, part.len);
		len += part.len;
	} while (part.len > 0);
	*plain = span_of(all, len);
	return ERR_OK;
}
