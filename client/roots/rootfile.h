/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * rootfile - files that go to the machine of a root and come back: a roster, a proposal.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  a file is there whole, or not at all; none is ever written over.
 * Privacy:  organisations only.
 *
 * Each is entries of the roster, one after the other: length u32, then that many bytes.
 */
#ifndef KRING_CLIENT_ROOTS_ROOTFILE_H
#define KRING_CLIENT_ROOTS_ROOTFILE_H

#include "client/cli/cli.h"

/** The whole file, less than cap bytes.  False: it cannot be read (errno), or is longer (EFBIG). */
bool rootfile_read(const char *path, uint8_t *to, size_t cap, size_t *len);
/** A new file.  -1: *code is how the command ends, and that was said. */
int rootfile_new(const struct cli *c, const char *path, int *code);
/** One entry more.  False: errno. */
bool rootfile_add(int fd, struct span entry);
/** Closes it: on disk when code is CLI_DONE, else it goes.  code, or what became of it. */
int rootfile_end(const struct cli *c, const char *path, int fd, int code);
/** Says that error with path and errno. */
int rootfile_refuse(const struct cli *c, const char *path, const char *what);

#endif /* KRING_CLIENT_ROOTS_ROOTFILE_H */
