/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * slots - the shape of the file slots in a node's directory: the ways in which its keys are unlocked.
 *
 * Layer:    base.
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  SLOTS_MAGIC | count u8 | count times SLOTS_SLOT_LEN bytes, each beginning with its kind (daemon/store/FORMAT.md).
 * Privacy:  kinds alone say nothing of a key.
 *
 * keyfile.c writes the file; kring status looks at the kinds, to name a key that lies beside the data without need.
 */
#ifndef KRING_BASE_SLOTS_H
#define KRING_BASE_SLOTS_H

#define SLOTS_MAGIC "KRG1slt"
enum {
	SLOTS_MAGIC_LEN = sizeof SLOTS_MAGIC,
	SLOTS_MAX = 8,
	SLOTS_SLOT_LEN = 1 + 4 + 4 + 16 + 24 +
			 48 /* kind | ops | mem KiB | salt | nonce | MK + tag */
};
enum slots_kind {
	SLOTS_PASSPHRASE = 1,
	SLOTS_CREDENTIAL = 2, /* a key that systemd hands over (systemd-creds, TPM) */
	SLOTS_KEY = 3,
	SLOTS_RECOVERY = 4
};

#endif /* KRING_BASE_SLOTS_H */
