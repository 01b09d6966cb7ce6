/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * portion - how much of each kind one frame may bring.
 *
 * Layer:    domain/stream.
 * Owns:     nothing; counts lie with the frame that is read.
 * Threads:  one.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  types of parts only.
 */
#ifndef KRING_DOMAIN_STREAM_PORTION_H
#define KRING_DOMAIN_STREAM_PORTION_H

#include "proto/wire.h"

/* Of one frame; begins as zeros. */
struct portion {
	uint8_t seen[WIRE_PART_VERSION + 1];
};

/** May this part be read?  Counts it. */
bool portion_take(struct portion *p, uint8_t type);

#endif /* KRING_DOMAIN_STREAM_PORTION_H */
