/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * ownrecord - this node's own record, signed again: a new address, or that it suspends itself.
 *
 * Layer:    core.
 * Owns:     the descriptor of the file `record`, opened before the sandbox.
 * Threads:  core process, event-loop thread only.
 * Time:     the caller's.
 * Durable:  the record commits with its turn; the file beside the store follows and is caught up at start.
 * Privacy:  organisations and addresses.
 */
#ifndef KRING_CORE_OWNRECORD_H
#define KRING_CORE_OWNRECORD_H

#include "core/engine.h"
#include "crypto/keybox.h"
#include "proto/wire_roster.h"

/** The file `record`: our newest record, and before it those that the store was not told yet, oldest first. */
enum { OWNRECORD_FILE_MAX = 8 * WIRE_NODE_CARRIED_MAX };

struct ownrecord_change {
	const char *endpoint; /* NULL: as it was */
	bool suspend;
};

/** Before the sandbox; *fd -1 when there is no such file.  ERR_IO. */
MUST_CHECK enum err ownrecord_open(const char *dir, int *fd);
/** For tools: the newest one in the file; it points into buf.  ERR_BUSY: no room for one more until kringd ran. */
MUST_CHECK enum err ownrecord_newest(const char *dir, uint8_t buf[OWNRECORD_FILE_MAX], size_t *len,
				     struct wire_node_carried *newest);
/** For tools: one more, published when kringd runs.  Those before it stay: a key proves itself by the one before. */
MUST_CHECK enum err ownrecord_add(const char *dir, struct span carried);
/** Sign and tell the next record.  ERR_OK too when this node is no member: there is nobody to tell. */
MUST_CHECK enum err ownrecord_say(struct engine *e, const struct keybox *kb,
				  const struct ownrecord_change *change,
				  const struct node_time *now);
/** The file gets what the store has, once nothing in it is newer: offline tools read the file.  ERR_IO. */
MUST_CHECK enum err ownrecord_keep(struct engine *e, int fd);

#endif /* KRING_CORE_OWNRECORD_H */
