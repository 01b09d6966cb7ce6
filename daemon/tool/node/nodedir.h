/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * nodedir - a new node's directory: keys, settings, join request, own record, recovery sheet.
 *
 * Layer:    tool/node.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     record times are the wall clock's seconds.
 * Durable:  files are written whole and synced; `identity` last of the keys.
 * Privacy:  the recovery sheet holds the pre-committed signing key and the recovery code: it is to be
 *           printed and deleted.
 */
#ifndef KRING_TOOL_NODE_NODEDIR_H
#define KRING_TOOL_NODE_NODEDIR_H

#include "crypto/files/keyfile.h"
#include "proto/wire_roster.h"
#include "tool/cli/args.h"

enum { NODEDIR_JOIN_MAX = 1024 };
#define NODEDIR_SHEET "recovery-sheet.txt"

/** 0, or the exit code after telling why: arguments of node init and join. */
int nodedir_check(struct tool_args *a);
/** 0, or the exit code after telling what is wrong with the name of an organisation or a federation (text_name_fault). */
int nodedir_name(const char *option, const char *name);
/** Says which countries have a calendar of working days; the exit code. */
int nodedir_refuse_place(const char *place);
/** Make the node in a->dir for this federation; join receives the request (as the file `join`).  Where that fails nothing of it stays:
 *  what is left of a node would keep it from being made again. */
int nodedir_make(const struct tool_args *a, const struct id16 *fed_id,
		 uint8_t join[NODEDIR_JOIN_MAX], size_t *join_len);
/** All that nodedir_make made goes; made: the directory, too. */
void nodedir_unmake(const char *dir, bool made);
/** The organisation as roster or join request have it; "this node" where neither is there. */
void nodedir_org(const char *dir, const struct id32 *node, char out[LIMIT_ORG_NAME + 1]);
/** Settings at path, which config_path() gave for dir; those of whom dir belongs. */
MUST_CHECK enum err nodedir_settings(const char *dir, const char *path, struct span bytes);
/** A whole recovery sheet, under a name of its own first: once the keys are those of the sheet it is placed.
 *  A crash between the two leaves both sheets. */
MUST_CHECK enum err nodedir_sheet_prepare(const char *dir, const char *org,
					  const struct keyfile_sheet *s);
/** The keys did not become those of the prepared sheet. */
void nodedir_sheet_discard(const char *dir);
/** A sheet that still lies there is kept beside it, under its number: it opens the backups of before. */
MUST_CHECK enum err nodedir_sheet_place(const char *dir, const uint8_t before[32]);
/** The file `record` holds another promise of the next key, at the present one's place in the row of keys. */
MUST_CHECK enum err nodedir_promise(const char *dir, const struct keybox *kb,
				    const struct id32 *next_digest);
/** The next record of the node in dir, unsigned: nk_pub signs from now on, next_digest is promised.  ERR_BUSY: partners must have
 *  the older ones first.  ERR_LIMIT: there are no more keys. */
MUST_CHECK enum err nodedir_successor(const char *dir, const struct id32 *nk_pub,
				      const struct id32 *next_digest, uint8_t bytes[WIRE_NODE_MAX],
				      size_t *len);
/** Text of a sheet or what was typed of it; "-" is standard input.  The caller wipes out[SHEET_READ_MAX]. */
MUST_CHECK enum err nodedir_sheet_read(const char *file, uint8_t *out, size_t *len);
/** For tools: 0 and the lock in *fd, or the exit code after telling why there is none. */
int nodedir_lock_or_tell(const char *dir, int *fd);

#endif /* KRING_TOOL_NODE_NODEDIR_H */
