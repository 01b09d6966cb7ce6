/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * folder - backups that lie in one directory, each under the moment it was made.
 *
 * Layer:    client (base).
 * Owns:     files of its own names there, and no other.
 * Threads:  one.
 * Time:     the caller's, seconds of the wall clock.
 * Durable:  removes.
 * Privacy:  names say when, and nothing else.
 */
#ifndef KRING_CLIENT_BACKUP_FOLDER_H
#define KRING_CLIENT_BACKUP_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** DIR/kring-2026-11-24-020000, in UTC; makes DIR for its owner alone where it is missing.  False: errno says why. */
bool folder_path(const char *dir, uint64_t now_s, char *out, size_t cap);
/** The newest one in DIR, by its name: DIR/kring-2026-11-24-020000; "": there is none.  False: errno says why. */
bool folder_newest(const char *dir, char *out, size_t cap);
/** Removes backups of before that moment with what lies beside them, and pieces that a day ago nobody finished.
 *  False: errno says why; what was removed until then is counted in *removed (backups). */
bool folder_thin(const char *dir, uint64_t before_s, uint64_t now_s, uint64_t *removed);

#endif /* KRING_CLIENT_BACKUP_FOLDER_H */
