/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * prekeys - our own EPOCH prekeys: drawn daily, kept, then destroyed (proto/PROTOCOL.md 4).
 *
 * Layer:    core/disk (joins the prekeys store and the keybox).
 * Owns:     table OWNKEY of the prekeys environment, key time_s u64 | id 16; never backed up.
 * Threads:  core process, event-loop thread only.
 * Time:     unix seconds, supplied.
 * Durable:  a prekey is on disk before it is announced.
 * Privacy:  secret halves lie sealed under V.
 */
#ifndef KRING_CORE_DISK_PREKEYS_H
#define KRING_CORE_DISK_PREKEYS_H

#include "crypto/files/keyfile.h"
#include "proto/wire.h"
#include "store/store.h"

/** Load all, destroy the old, draw a new one when the newest is a day old; newest into record.  On a full disk what lives is
 *  loaded, and that is all; *have: there is one to announce. */
MUST_CHECK enum err prekeys_start(struct store *s, struct keyfile *k, uint64_t now_s,
				  uint8_t record[WIRE_PREKEY_LEN], bool *have);
/** Hourly. *changed tells that record is a new one. */
MUST_CHECK enum err prekeys_turn_over(struct store *s, struct keyfile *k, uint64_t now_s,
				      uint8_t record[WIRE_PREKEY_LEN], bool *changed);
/** Compromise: all of them, now. */
MUST_CHECK enum err prekeys_destroy_all(struct store *s, struct keyfile *k);

#endif /* KRING_CORE_DISK_PREKEYS_H */
