/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * shares - how much of what core still has to read is whose; and what was refused to whom.
 *
 * Layer:    roles (base, io).
 * Owns:     counts, one row a partner.
 * Threads:  net process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  numbers of partners and counts.
 */
#ifndef KRING_ROLES_SHARES_H
#define KRING_ROLES_SHARES_H

#include "base/limits.h"
#include "io/ipc.h"

/* Row 0 is nobody's: newcomers, strangers. */
struct shares {
	uint64_t unread;	      /* bytes handed to core and not read there yet ... */
	uint64_t of[LIMIT_PEERS + 1]; /* ... of whom */
	uint32_t refused[LIMIT_PEERS + 1][IPC_CAUSES]; /* and not told core yet */
	bool any;
};

/** May core get so many bytes of this partner?  Then they count as its own until shares_back. */
bool shares_take(struct shares *s, uint16_t peer, size_t len);
/** Why not: its sender floods, or all come at once. */
enum ipc_cause shares_cause(const struct shares *s, uint16_t peer);
/** core read so much. */
void shares_back(struct shares *s, uint16_t peer, uint32_t charge);
void shares_refused(struct shares *s, uint16_t peer, enum ipc_cause cause);
/** What was refused since the last time, one record for each; ERR_NOMEM. */
MUST_CHECK enum err shares_tell(struct shares *s, struct ipc *core);

#endif /* KRING_ROLES_SHARES_H */
