/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * datafile - is LMDB's file long enough for what its header refers to?  Asked before it is mapped.
 *
 * Layer:    store (base only).
 * Owns:     nothing.
 * Threads:  before the store is opened.
 * Time:     none.
 * Durable:  reads only.
 * Privacy:  page numbers; values are not looked at.
 *
 * A page past the end of a mapped file ends the process with SIGBUS, and the next one, for ever.  Pages that are
 * free may lie past the end and do no harm; so where the file is shorter than its last page number says, the
 * trees are walked, and that alone is taken for damage which would be read.
 */
#ifndef KRING_STORE_DATAFILE_H
#define KRING_STORE_DATAFILE_H

#include "base/err.h"

/** ERR_NOTFOUND: not there, or empty.  ERR_IO: errno says why.  ERR_CORRUPT: no such file, or cut short. */
MUST_CHECK enum err datafile_check(const char *path);

#endif /* KRING_STORE_DATAFILE_H */
