/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * handing - what people do to hand a case over, and how handovers are shown to them.
 *
 * Layer:    domain/handing (base, proto, store; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, given with the turn.
 * Durable:  with the turn's transaction.
 * Privacy:  a row has the name of the person, as every list has, as far as it may be shown here.
 */
#ifndef KRING_DOMAIN_HANDING_HANDING_H
#define KRING_DOMAIN_HANDING_HANDING_H

#include "domain/attach/attach.h"

/** Handlers of domain/desk/table.c. */
MUST_CHECK enum err handing_propose(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err handing_step(struct turn *t, const struct msg *req, struct msg *reply);
/** To take a case back, asked of a second person: refuses for a person what would be refused to that one. */
MUST_CHECK enum err handing_judge(struct turn *t, const struct msg *req);
/** A note on a case that is not ours to write in goes as an addition to whoever has it, or is to have it: *passed, and the
 *  reply has its row of REPLY_HANDOVERS, so that nobody believes it stayed here.  Else nothing is done.  Refuses for a person. */
MUST_CHECK enum err handing_note(struct turn *t, const struct id16 *id, const char *text,
				 struct msg *reply, bool *passed);
/** May a file be added to this case?  Refuses for a person who could not send one of this name on; in a case of our own it may. */
MUST_CHECK enum err handing_file_may(struct turn *t, const struct id16 *id,
				     const struct attachment *a);
/** A file that was added to a case goes to whoever has it, or is to have it, as a note does; in a case of our own it stays. */
MUST_CHECK enum err handing_file(struct turn *t, const struct id16 *id, const struct attachment *a,
				 struct msg *reply);

#endif /* KRING_DOMAIN_HANDING_HANDING_H */
