/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rows - rows of BLOB, CHUNK and their indexes, for the files of this room.
 *
 * Layer:    domain/blob (base, proto, store; lower rooms).
 * Owns:     as blob.h.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  with the turn's transaction.
 * Privacy:  ids, sizes, ciphertext.
 */
#ifndef KRING_DOMAIN_BLOB_ROWS_H
#define KRING_DOMAIN_BLOB_ROWS_H

#include "domain/blob/blob.h"

MUST_CHECK enum err blob_save(struct turn *t, const struct blob *b);
/** The row of a chunk: borrowed until the next write.  ERR_NOTFOUND. */
MUST_CHECK enum err blob_chunk(struct turn *t, const struct blob *b, uint32_t no,
			       struct span *sealed);
MUST_CHECK enum err blob_put_chunk(struct turn *t, const struct id32 *place, uint32_t no,
				   struct span sealed);
/** The name of what lies in this place.  ERR_CORRUPT: a chunk is missing, or has another length. */
MUST_CHECK enum err blob_hash(struct turn *t, const struct id32 *place, uint64_t size,
			      struct id32 *id);
/** Its rows of CHUNK go now. */
MUST_CHECK enum err blob_drop_chunks(struct turn *t, const struct blob *b);
/** ... or in a tick after at_ms; blob_keep_chunks takes that back. */
MUST_CHECK enum err blob_drop_later(struct turn *t, const struct id32 *place, uint64_t at_ms);
MUST_CHECK enum err blob_keep_chunks(struct turn *t, const struct id32 *place);
/** Files that people are adding now. */
MUST_CHECK enum err blob_open_count(struct turn *t, uint64_t *count);
/** Is there room for so many bytes more? */
bool blob_room(const struct turn *t, uint64_t bytes);
/** The index of what is still to be fetched follows b->state. */
MUST_CHECK enum err blob_index(struct turn *t, const struct blob *b);
/** The next one to be fetched from this partner after *id, which becomes its id.  ERR_NOTFOUND: none. */
MUST_CHECK enum err blob_next_wanted(struct turn *t, uint16_t peer, struct id32 *id);
/** Bytes of this partner's files: more or fewer by that of b. */
MUST_CHECK enum err blob_count(struct turn *t, const struct blob *b, bool here);
/** May this partner have it now? */
MUST_CHECK enum err blob_lent(struct turn *t, const struct id32 *id, const struct peer *p,
			      bool *yes);

#endif /* KRING_DOMAIN_BLOB_ROWS_H */
