/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rosterfile - a roster on disk: len u32 | carried entry, again and again; and proposals, one entry.
 *
 * Layer:    core/disk.
 * Owns:     the bytes of a read file.
 * Threads:  any.
 * Time:     none.
 * Durable:  files are written to a temporary name, synced, renamed.
 * Privacy:  organisations only.
 */
#ifndef KRING_CORE_DISK_ROSTERFILE_H
#define KRING_CORE_DISK_ROSTERFILE_H

#include "domain/membership/chain.h"

enum { ROSTERFILE_MAX = 4 * 1024 * 1024 };

struct rosterfile {
	uint8_t *bytes;
	size_t len;
	struct chain chain;
	size_t members;
};

/** Every entry is checked.  Free with rosterfile_free, also after an error. */
MUST_CHECK enum err rosterfile_read(const char *path, struct rosterfile *f, struct err_text *why);
void rosterfile_free(struct rosterfile *f);
/** Walk the entries: at starts at 0.  False at the end. */
bool rosterfile_next(const struct rosterfile *f, size_t *at, struct span *carried);
/** Write before's entries (NULL: none) and e. */
MUST_CHECK enum err rosterfile_write(const char *path, const struct rosterfile *before,
				     const struct wire_roster *e);

#endif /* KRING_CORE_DISK_ROSTERFILE_H */
