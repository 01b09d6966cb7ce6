/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rootfile - files that go to the machine of a root and come back: a roster, a proposal.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  as client/disk/newfile.h.
 * Privacy:  organisations only.
 *
 * Each is entries of the roster, one after the other: length u32, then that many bytes.
 */
#ifndef KRING_CLIENT_ROOTS_ROOTFILE_H
#define KRING_CLIENT_ROOTS_ROOTFILE_H

#include "client/cli/cli.h"
#include "client/disk/newfile.h"

/** The whole file, less than cap bytes.  False: it cannot be read (errno), or is longer (EFBIG). */
bool rootfile_read(const char *path, uint8_t *to, size_t cap, size_t *len);
/** The code, after errno was said. */
int rootfile_unread(const struct cli *c, const char *path);
/** One entry more.  False: errno. */
bool rootfile_add(const struct newfile *f, struct span entry);

#endif /* KRING_CLIENT_ROOTS_ROOTFILE_H */
