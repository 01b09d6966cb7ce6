/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * unlock - the master key by passphrase or key file, at start.
 *
 * Layer:    roles.
 * Owns:     nothing.
 * Threads:  before the loop starts (Argon2id takes half a second).
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the passphrase is read, used and wiped; it is never an argument.
 */
#ifndef KRING_ROLES_UNLOCK_H
#define KRING_ROLES_UNLOCK_H

#include "crypto/keyfile.h"
#include "roles/config.h"

/** passphrase_file: "-" standard input, NULL the key file of the settings. */
MUST_CHECK enum err unlock_open(const struct config *c, const char *passphrase_file,
				struct keybox **out, struct keyfile_state *state,
				struct err_text *why);
/** First line of a file (or standard input), without its newline; caller wipes buf. */
MUST_CHECK enum err unlock_read_line(const char *file, char *buf, size_t cap, size_t *len);

#endif /* KRING_ROLES_UNLOCK_H */
