/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * nodedir - a new node's directory: keys, settings, join request, own record, recovery sheet.
 *
 * Layer:    roles.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     record times are the wall clock's seconds.
 * Durable:  files are written whole and synced; `identity` last of the keys.
 * Privacy:  the recovery sheet holds the pre-committed signing key and the recovery code: it is to be
 *           printed and deleted.
 */
#ifndef KRING_ROLES_NODEDIR_H
#define KRING_ROLES_NODEDIR_H

#include "crypto/keybox.h"
#include "roles/tool.h"

enum { NODEDIR_JOIN_MAX = 1024 };

/** 0, or the exit code after telling why: arguments of node init and join. */
int nodedir_check(struct tool_args *a);
/** Make the node in a->dir for this federation; join receives the request (as the file `join`). */
int nodedir_make(const struct tool_args *a, const struct id16 *fed_id,
		 uint8_t join[NODEDIR_JOIN_MAX], size_t *join_len);
/** DIR/name.  False: too long. */
bool nodedir_path(char *out, size_t cap, const char *dir, const char *name);
/** Write the recovery sheet; recovery NULL: only the next signing key changed; next_seed NULL: only the code. */
MUST_CHECK enum err nodedir_sheet(const char *dir, const char *org, const uint8_t *recovery,
				  const uint8_t *next_seed);
/** Nobody else runs or changes this node while we do: flock on DIR/lock, waiting a little; -1. */
int nodedir_lock(const char *dir);

#endif /* KRING_ROLES_NODEDIR_H */
