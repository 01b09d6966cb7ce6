/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * audit - the audit log as people read it; reading it is an entry too.
 *
 * Layer:    domain/oversight (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  nothing.
 * Privacy:  ids and kinds; never content.
 */
#ifndef KRING_DOMAIN_OVERSIGHT_AUDIT_H
#define KRING_DOMAIN_OVERSIGHT_AUDIT_H

#include "domain/evidence/audit.h"
#include "domain/state.h"

/** One AuditRow into reply. */
MUST_CHECK enum err view_audit_row(struct turn *t, const struct audit_row *r, struct msg *reply);
MUST_CHECK enum err view_audit_list(struct turn *t, const struct msg *req, struct msg *reply);
/** `kring audit export`: what we keep of a partner's log, to be taken to that partner. */
MUST_CHECK enum err view_audit_export(struct turn *t, const struct msg *req, struct msg *reply);
/** `kring audit verify [--with]`: our log, and what partners kept of it. */
MUST_CHECK enum err view_audit_verify(struct turn *t, const struct msg *req, struct msg *reply);

#endif /* KRING_DOMAIN_OVERSIGHT_AUDIT_H */
