/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * digest - the checksum of a file, in FILE.sha256 beside it, in the form of sha256sum.
 *
 * Layer:    tool.
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  reads; tool_digest() writes.
 * Privacy:  of backups, which are sealed, and of figures.
 */
#ifndef KRING_TOOL_CLI_DIGEST_H
#define KRING_TOOL_CLI_DIGEST_H

#include "base/err.h"

/** The checksum of the file, 64 hexadecimal digits.  ERR_IO: errno says why. */
MUST_CHECK enum err digest_of(const char *path, char hex[65]);
/** Is the file what FILE.sha256 says?  ERR_NOTFOUND: there is no such line beside it; ERR_CORRUPT: it is another. */
MUST_CHECK enum err digest_holds(const char *path);

#endif /* KRING_TOOL_CLI_DIGEST_H */
