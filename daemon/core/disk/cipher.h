/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * cipher - the record_cipher of the store, filled with keybox functions.
 *
 * Layer:    core/disk.
 * Owns:     nothing; the keybox is borrowed.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the seam between the store, which sees ciphertext, and the keys.
 */
#ifndef KRING_CORE_DISK_CIPHER_H
#define KRING_CORE_DISK_CIPHER_H

#include "crypto/keybox.h"
#include "store/record.h"

void cipher_fill(struct record_cipher *c, struct keybox *kb);

#endif /* KRING_CORE_DISK_CIPHER_H */
