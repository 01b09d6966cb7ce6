/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * place - what a turn is doing at this moment: where it failed, if it fails now (fault.h).
 *
 * Layer:    domain.
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  ids and codes only.
 */
#ifndef KRING_DOMAIN_PLACE_H
#define KRING_DOMAIN_PLACE_H

#include "base/bytes.h"

/* clang-format off */
#define FAULT_PARTS(X)                                                              \
	X(EVENT, "event")	/* none of the below; type: enum event_type */       \
	X(PART, "frame")	/* peer; type: enum wire_part_type */                \
	X(DOCUMENT, "document") /* peer; type: document type; id: thread */          \
	X(SENDING, "sending")	/* peer; type: document type or 0; id: message */    \
	X(TIMER, "timer")	/* id: thread */                                     \
	X(QUESTION, "question") /* peer */                                           \
	X(REPORT, "report")                                                          \
	X(CLEANING, "cleaning")                                                      \
	X(CHORE, "chore")
enum fault_part {
#define FAULT_ENUM(name, text) FAULT_##name,
	FAULT_PARTS(FAULT_ENUM)
#undef FAULT_ENUM
};
/* clang-format on */

struct fault_place {
	enum fault_part part;
	uint16_t peer, type;
	struct id16 id;
};

#endif /* KRING_DOMAIN_PLACE_H */
