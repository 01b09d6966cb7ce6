/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * check - a backup that lies on a disk is read through, without the sheet.
 *
 * Layer:    client (base, proto).
 * Owns:     nothing.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the file is sealed, and stays so.
 */
#ifndef KRING_CLIENT_BACKUP_CHECK_H
#define KRING_CLIENT_BACKUP_CHECK_H

#include "client/cli/cli.h"

/** The one that was typed, or the newest in the directory of --into; its path to path.  CLI_DONE: it is what was written, by the
 *  checksum beside it, and of this node.  Else the code, after an error was printed. */
int check_backup(struct cli *c, char *path, size_t cap);

#endif /* KRING_CLIENT_BACKUP_CHECK_H */
