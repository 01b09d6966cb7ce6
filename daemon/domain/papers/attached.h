/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * attached - files of a case as rows of a reply.
 *
 * Layer:    domain/papers (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     none.
 * Durable:  nothing; whoever lists them writes the audit entry.
 * Privacy:  names of files; of one that a partner sent only while a consent covers it.
 */
#ifndef KRING_DOMAIN_PAPERS_ATTACHED_H
#define KRING_DOMAIN_PAPERS_ATTACHED_H

#include "domain/attach/attach.h"

/** May this one be named and opened? */
MUST_CHECK enum err attached_shown(struct turn *t, const struct id16 *case_id,
				   const struct attachment *a, bool *yes);
/** FileRow; shown: with its name. */
void attached_row(struct turn *t, const struct attachment *a, bool shown, struct msg *reply);
/** All of a case. */
MUST_CHECK enum err attached_rows(struct turn *t, const struct id16 *case_id, struct msg *reply);

#endif /* KRING_DOMAIN_PAPERS_ATTACHED_H */
