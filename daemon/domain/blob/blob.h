/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * blob - a file as ciphertext, named by its hash: written here, or fetched from a partner, and who needs it.
 *
 * Layer:    domain/blob (base, proto, store; crypto/chunks, hash; lower rooms).
 * Owns:     tables BLOB and CHUNK, META rows 16 | peer | blob (still to be fetched) and 17 | place (chunks to be removed), and
 *           the count of bytes in the rows of PAIR.
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  ciphertext, sizes and ids.  Keys lie where the content may be read: in a document, under a case's key.
 *
 * One interface for all that is larger than a document: attachments, and what a case takes along.
 *
 *   to give    blob_begin, blob_append for each LIMIT_CHUNK bytes, blob_finish: the id.  Then blob_hold for who needs it here
 *              and blob_lend for who may fetch it.  id and key travel in a document.
 *   to get     blob_want with what the document says; the chunks come by themselves (fetch.h).  blob_load says how far.
 *   to read    blob_open, then blob_next for each chunk.
 *   to let go  blob_release; with the last one the ciphertext goes, and nobody gets it from here any more.
 */
#ifndef KRING_DOMAIN_BLOB_BLOB_H
#define KRING_DOMAIN_BLOB_BLOB_H

#include "base/limits/files.h"
#include "crypto/chunks.h"
#include "domain/exchange/pair.h"

enum blob_state {
	BLOB_WAITS =
		1,   /* there is no room for all of it: nothing was asked for, nothing is counted */
	BLOB_WANTED, /* it is being fetched, and counts as a whole */
	BLOB_WHOLE,  /* all of it is here, and its name was proven */
	BLOB_SPOILED, /* so often it was not what its name says that it is not asked for any more */
};

/** A row of BLOB.  have <= chunks; chunks is that of size; only a whole one has no from, or all chunks. */
struct blob {
	struct id32 id;
	struct id32 place; /* its rows of CHUNK */
	struct id16 grant; /* under which it came */
	uint64_t size;	   /* plain bytes */
	uint64_t since_ms; /* when it was written, or first wanted */
	uint32_t chunks, have;
	uint16_t from; /* the partner that has it; 0: it was made here */
	uint8_t state; /* enum blob_state */
	uint8_t spoilt;
};

/** Why it is kept. */
enum blob_need {
	BLOB_FOR_DOCUMENT = 1, /* id, peer: a document that names it */
	BLOB_FOR_CASE,	       /* id: a case that somebody added it to */
	BLOB_FOR_THREAD,       /* id: a handover */
	BLOB_LENT =
		16, /* not kept for it: a partner that may fetch it; id: the grant, or a thread */
};
struct blob_ref {
	enum blob_need need;
	struct id16 id;
	uint16_t peer; /* of a document: its sender, 0 this node */
};

enum { BLOB_LISTED = 32 + 4 };

/* A file that is being written; whoever writes it keeps this between two turns under a key that dies with the content. */
struct blob_writer {
	struct id32 place;
	uint64_t size;
	uint32_t next; /* chunk */
	struct chunks stream;
	uint8_t key[CHUNKS_KEY], header[CHUNKS_HEADER];
};

struct blob_reader {
	struct blob blob;
	uint32_t next; /* chunk */
	struct chunks stream;
};

/** Chunks of so many bytes; an empty file has one. */
uint32_t blob_chunks(uint64_t size);
/** Of a chunk as it travels and lies here; the first one begins with the header of the stream. */
size_t blob_chunk_len(uint64_t size, uint32_t no);
/** Bytes of all of it. */
uint64_t blob_bytes(uint64_t size);

/** Draws key and place.  ERR_LIMIT: larger than LIMIT_FILE.  ERR_FULL: there is no room for all of it.  ERR_BUSY: too many
 *  others are being written.  What is not finished within a day is removed. */
MUST_CHECK enum err blob_begin(struct turn *t, uint64_t size, struct blob_writer *w);
/** The next chunk: LIMIT_CHUNK bytes, the last one what is left.  ERR_INVAL: another length.  ERR_FULL. */
MUST_CHECK enum err blob_append(struct turn *t, struct blob_writer *w, struct span plain);
/** Is the last chunk in it? */
bool blob_complete(const struct blob_writer *w);
/** Its name, and the row.  Needed by nobody yet: blob_hold in the same turn.  ERR_INVAL: not complete. */
MUST_CHECK enum err blob_finish(struct turn *t, const struct blob_writer *w, struct blob *b);
/** What was written so far goes. */
MUST_CHECK enum err blob_abandon(struct turn *t, const struct blob_writer *w);

/** ERR_NOTFOUND: not here, and not wanted. */
MUST_CHECK enum err blob_load(struct turn *t, const struct id32 *id, struct blob *b);
/** A partner's document names it: it is needed from now on for ref, and fetched from there if it is not here.  ERR_LIMIT: no file
 *  is that large. */
MUST_CHECK enum err blob_want(struct turn *t, uint16_t peer, const struct id32 *id, uint64_t size,
			      const struct id16 *grant, const struct blob_ref *ref);
/** Needed from now on; twice is once.  ERR_NOTFOUND: it is not here. */
MUST_CHECK enum err blob_hold(struct turn *t, const struct id32 *id, const struct blob_ref *ref);
/** Not needed for this any more; with the last need it goes.  What is not here is fine. */
MUST_CHECK enum err blob_release(struct turn *t, const struct id32 *id, const struct blob_ref *ref);
/** The same of each of a list: BLOB_LISTED bytes for each, id 32 and plain bytes u32. */
MUST_CHECK enum err blob_release_list(struct turn *t, struct span list, const struct blob_ref *ref);
/** The same where nobody knows any more which file it was: all of them are looked at. */
MUST_CHECK enum err blob_release_all(struct turn *t, const struct blob_ref *ref);
/** It is this node's own from now on, and counts in no partner's share.  ERR_STATE: not whole. */
MUST_CHECK enum err blob_own(struct turn *t, const struct id32 *id);
/** This partner may fetch it: while the grant allows it (hooks->lends), and, where until_ms is not 0, until then whatever the grant
 *  says by then. */
MUST_CHECK enum err blob_lend(struct turn *t, const struct id32 *id, uint16_t peer,
			      const struct id16 *grant, uint64_t until_ms);

/** From chunk no on.  ERR_STATE: not whole.  ERR_NOTFOUND.  ERR_CORRUPT: a chunk is missing. */
MUST_CHECK enum err blob_open(struct turn *t, const struct id32 *id, const uint8_t key[CHUNKS_KEY],
			      uint32_t no, struct blob_reader *r);
/** The next chunk, in the arena; empty behind the last one.  ERR_CRYPTO: another key. */
MUST_CHECK enum err blob_next(struct turn *t, struct blob_reader *r, struct span *plain);

/** All of it in one turn.  key: what opens it.  As blob_begin and blob_finish. */
MUST_CHECK enum err blob_write(struct turn *t, struct span plain, uint8_t key[CHUNKS_KEY],
			       struct blob *b);
/** All of it, in the arena.  ERR_MALFORMED: more than most bytes.  Else as blob_open and blob_next. */
MUST_CHECK enum err blob_read(struct turn *t, const struct id32 *id, const uint8_t key[CHUNKS_KEY],
			      uint64_t most, struct span *plain);

/** When something has to be removed next; UINT64_MAX: nothing. */
MUST_CHECK enum err blob_due(struct turn *t, uint64_t *wall_ms);
/** Removes what is due, one file in a turn. */
MUST_CHECK enum err blob_tick(struct turn *t);

#endif /* KRING_DOMAIN_BLOB_BLOB_H */
