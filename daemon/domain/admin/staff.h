/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * staff - commands about the people of this node: named, listed, given other roles, ended.
 *
 * Layer:    domain/admin (base, proto, store; lower rooms).
 * Owns:     nothing; rows are staff/staff.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds of the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  names of workers.
 */
#ifndef KRING_DOMAIN_ADMIN_STAFF_H
#define KRING_DOMAIN_ADMIN_STAFF_H

#include "domain/staff/staff.h"

/* The commands `kring staff add`, `staff list`, `staff role`, `staff end`, `staff confirm`; and `kring hand`, with which one's own list goes to a
 * colleague and comes back. */
MUST_CHECK enum err admin_staff_add(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_staff_list(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_staff_role(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_staff_confirm(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_staff_end(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err admin_hand(struct turn *t, const struct msg *req, struct msg *reply);
/** The command `kring case worker`: who works with a case from now on. */
MUST_CHECK enum err admin_case_worker(struct turn *t, const struct msg *req, struct msg *reply);

/** What would be refused of such a command now, and nothing done: whoever asks for what a second person has to confirm hears it at
 *  once, and not a day later. */
MUST_CHECK enum err admin_staff_judge_add(struct turn *t, const struct msg *req);
MUST_CHECK enum err admin_staff_judge_role(struct turn *t, const struct msg *req);

/** One row of a reply. */
MUST_CHECK enum err admin_staff_row(struct turn *t, const struct staff *s, struct msg *reply);
/** The one who works here now and is called so: by name, by unix user, or by the beginning of the id.  ERR_NOTFOUND, explained:
 *  nobody, or several. */
MUST_CHECK enum err admin_staff_find(struct turn *t, const char *who, struct staff *s);

#endif /* KRING_DOMAIN_ADMIN_STAFF_H */
