/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * nodefiles - the files of a node's directory: which there are, what is wrong with one, whose they are.
 *
 * Layer:    roles.
 * Owns:     nothing.
 * Threads:  before the loop starts, and tools.
 * Time:     none.
 * Durable:  nothing is written here; only owners are set right.
 * Privacy:  names and sizes of files, no content.
 *
 * Every sentence names the file, what the system said of it, and a remedy that destroys nothing: a new node is
 * suggested in an empty directory alone, because its keys would take the place of somebody's.
 */
#ifndef KRING_ROLES_NODEFILES_H
#define KRING_ROLES_NODEFILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/** The first file of a node that dir holds (a literal), or NULL. */
const char *nodefiles_any(const char *dir);
/** Are the files that open the node there, readable and of their size?  ERR_NOTFOUND: no node at all.
 *  ERR_CORRUPT, ERR_IO: one is missing or cut short; cannot be read. */
MUST_CHECK enum err nodefiles_check(const char *dir, struct err_text *why);
/** The sentence for one file that failed with rc and errno no (0: what it holds is wrong); returns the error. */
enum err nodefiles_explain(struct err_text *why, enum err rc, const char *dir, const char *file,
			   int no);
/** Run by root: what root made in dir belongs to whom dir belongs. */
void nodefiles_own(const char *dir);
/** DIR/name.  False: too long. */
bool nodefiles_path(char *out, size_t cap, const char *dir, const char *name);
/** Nobody else runs or changes this node while we do: flock on DIR/lock, waiting a little; -1. */
int nodefiles_lock(const char *dir);

#endif /* KRING_ROLES_NODEFILES_H */
