/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * backup - a snapshot of the running node, handed out piece by piece to whoever asked for it.
 *
 * Layer:    core/disk (joins store and crypto/files/backup).
 * Owns:     one read transaction and the stream's state, for the length of a backup.
 * Threads:  core process, event-loop thread only: each piece is a request, so the node goes on beside it.
 * Time:     given by the caller.
 * Durable:  nothing here; the client writes the file.
 * Privacy:  pieces leave encrypted; only the recovery code opens them.
 */
#ifndef KRING_CORE_DISK_BACKUP_H
#define KRING_CORE_DISK_BACKUP_H

#include "base/arena.h"
#include "crypto/files/backup.h"
#include "store/store.h"

struct backup;

/** files: name and bytes of what lies beside the store, ended by an empty name. */
struct backup_files {
	const char *name;
	struct span bytes;
};
MUST_CHECK enum err backup_begin(struct backup **out, struct store *s, const struct keyfile *k,
				 const struct backup_files *files, uint64_t time_s);
void backup_end(struct backup *b);
/** The answer to a request for the next piece, packed in a; b may be NULL.  False: the request is another.
 *  *over: that was the last one, or the backup is broken off. */
bool backup_answer(struct backup *b, struct store *s, struct arena *a, struct span request,
		   struct span *reply, bool *over);

#endif /* KRING_CORE_DISK_BACKUP_H */
