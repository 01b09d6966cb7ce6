/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * ownrecord - what this node says of itself, said anew: its address, or that it suspends itself.
 *
 * Layer:    roles.
 * Owns:     the descriptor of the file `record`, opened before the sandbox.
 * Threads:  core process, event-loop thread only.
 * Time:     the caller's.
 * Durable:  the record commits with its turn; the file beside the store follows and is caught up at start.
 * Privacy:  organisations and addresses.
 */
#ifndef KRING_ROLES_OWNRECORD_H
#define KRING_ROLES_OWNRECORD_H

#include "crypto/keybox.h"
#include "roles/engine.h"

struct ownrecord_change {
	const char *endpoint; /* NULL: as it was */
	bool suspend;
};

/** Before the sandbox; *fd -1 when there is no such file.  ERR_IO. */
MUST_CHECK enum err ownrecord_open(const char *dir, int *fd);
/** Sign and tell the next record.  ERR_OK too when this node is no member: there is nobody to tell. */
MUST_CHECK enum err ownrecord_say(struct engine *e, const struct keybox *kb,
				  const struct ownrecord_change *change,
				  const struct node_time *now);
/** The file gets what the store has, if that is newer: offline tools read the file.  ERR_IO. */
MUST_CHECK enum err ownrecord_keep(struct engine *e, int fd);

#endif /* KRING_ROLES_OWNRECORD_H */
