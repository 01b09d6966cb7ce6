/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * settings - what kring.conf means for the process with the keys, at its start and at every SIGHUP.
 *
 * Layer:    core.
 * Owns:     the copy of the file that a backup takes along.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  none.
 *
 * Core may open no file once its sandbox is closed, so the supervisor, who was signalled, hands it the settings as an
 * open descriptor.  They are taken whole or not at all: one fault, and everything stays as it was.
 */
#ifndef KRING_CORE_DISK_SETTINGS_H
#define KRING_CORE_DISK_SETTINGS_H

#include "core/disk/backup.h"
#include "domain/node.h"
#include "roles/config.h"

/** For node_create and node_set_settings. */
struct node_settings settings_of(const struct config *c);
/** fd (borrowed) holds the new text.  c gets every setting that may change while the process runs, files (see
 *  backup_begin; NULL: not read yet) the new text, *later how many settings wait for the next start (left alone when the text is at
 *  fault).  False: the text is at fault, which is logged, or the same holds. */
bool settings_take(struct config *c, int fd, struct backup_files *files, unsigned *later);

#endif /* KRING_CORE_DISK_SETTINGS_H */
