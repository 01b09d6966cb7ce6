/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * unlock - the master key by passphrase or key file, at start.
 *
 * Layer:    core/disk.
 * Owns:     nothing.
 * Threads:  before the loop starts (Argon2id takes half a second).
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the passphrase is read, used and wiped; it is never an argument.
 */
#ifndef KRING_CORE_DISK_UNLOCK_H
#define KRING_CORE_DISK_UNLOCK_H

#include "crypto/files/keyfile.h"
#include "proto/refusals.h"
#include "roles/config.h"

/** passphrase_file: "-" standard input; NULL: the key that systemd hands over
 *  ($CREDENTIALS_DIRECTORY/kring.key), else the key file of the settings.
 *  ERR_NOTFOUND: there is none, or no node: why tells. */
MUST_CHECK enum err unlock_open(const struct config *c, const char *passphrase_file,
				struct keyfile *out, struct err_text *why);
/** With what a person typed: the passphrase, or the recovery code.  ERR_CRYPTO: neither, and code tells which
 *  mistake it may be; of any other error why tells. */
MUST_CHECK enum err unlock_typed(const struct config *c, const char *secret, struct keyfile *out,
				 enum refusal *code, struct err_text *why);
/** Is there a key that needs no person? */
bool unlock_unattended(const struct config *c);
/** First line of a file (or standard input), without its newline; caller wipes buf. */
MUST_CHECK enum err unlock_read_line(const char *file, char *buf, size_t cap, size_t *len);

#endif /* KRING_CORE_DISK_UNLOCK_H */
