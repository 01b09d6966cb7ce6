/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * first - who was first: of two colleagues the second one is told by whom a case or a referral was changed.
 *
 * Layer:    domain/oversight (base, proto; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, as the audit log has them.
 * Durable:  nothing: the log knows it already, and no case keeps it a second time.
 * Privacy:  a colleague's name, for colleagues; it leaves this node with nothing.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_FIRST_H
#define KRING_DOMAIN_OVERSIGHT_FIRST_H

#include "domain/turn.h"

/** What changed in that case at that moment, in milliseconds: the value {who} of a refusal.  A name, or a code of audit.psv: the node, or a
 *  colleague, where nobody is named or it is too many entries ago (FIRST_LOOKED).  Borrowed from the turn. */
enum { FIRST_LOOKED = 500 };
MUST_CHECK enum err first_who(struct turn *t, const struct id16 *case_id, uint64_t at_ms,
			      struct say *who);

#endif /* KRING_DOMAIN_OVERSIGHT_FIRST_H */
