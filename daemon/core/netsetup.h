/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * netsetup - what core tells net: where to listen, who may come in, whom to dial.
 *
 * Layer:    core.
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  the first message carries the transport key.
 */
#ifndef KRING_CORE_NETSETUP_H
#define KRING_CORE_NETSETUP_H

#include "core/engine.h"
#include "io/ipc.h"

struct netsetup {
	struct ipc *net;
	struct engine *engine;
	const struct keybox *first; /* of a net that knows nothing yet; else NULL */
	const char *listen;
};

/** Every partner, in as many messages as it takes. */
MUST_CHECK enum err netsetup_send(const struct netsetup *s);

/** What net says of one address where newcomers may speak: listening or not, and who was turned away there.  False: it is no such
 *  record. */
bool netsetup_door(struct span bytes, struct node_door *out);

#endif /* KRING_CORE_NETSETUP_H */
