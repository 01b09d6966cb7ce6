/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * digest - the checksum beside a file that was made: kring has no cryptography of its own.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  FILE.sha256.
 * Privacy:  none.
 */
#ifndef KRING_CLIENT_DISK_DIGEST_H
#define KRING_CLIENT_DISK_DIGEST_H

#include "client/cli/cli.h"

/** FILE.sha256 beside it, as sha256sum -c reads it; the exit code, after the tool said what is wrong. */
int digest_beside(const struct cli *c, const char *path);
/** kringd's tool beside this process, as tool_beside(), in the language of c: its exit code.  With --json an error alone is passed
 *  on, because whoever called gives the answer. */
int digest_tool(const struct cli *c, char **argv);

#endif /* KRING_CLIENT_DISK_DIGEST_H */
