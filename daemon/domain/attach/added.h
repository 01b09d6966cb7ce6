/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * added - files that are added to a case behind its bundle: named by an ADDENDUM, and kept for its handover.
 *
 * Layer:    domain/attach (base, proto, store; lower rooms).
 * Owns:     nothing; the ciphertext is files of domain/blob, the list of them a field of the handover's row.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  name and key stand in the ADDENDUM; the list has ids and lengths.
 *
 * Whoever adds one keeps it for the handover, because its own case may be closed before the partner has all of it.  Who is to have
 * the case fetches it for the handover, too, until the case is taken: then it is a file of the case, of its document (attach_came).
 */
#ifndef KRING_DOMAIN_ATTACH_ADDED_H
#define KRING_DOMAIN_ATTACH_ADDED_H

#include "domain/attach/attach.h"

/** Is there room for one more? */
bool added_room(const struct msg *record);
/** A body of ADDENDUM that names it; NULL: no memory. */
struct msg *added_body(struct turn *t, const struct attachment *a, uint64_t at_ms);
/** One that this node adds: the partner may fetch it while the consent of this handover holds.  ERR_NOTFOUND: its ciphertext is not here. */
MUST_CHECK enum err added_lend(struct turn *t, const struct thread *th, struct msg *record,
			       const struct attachment *a);
/** One that an ADDENDUM of the partner names, whose case is not taken yet; one for which there is no room is passed over. */
MUST_CHECK enum err added_want(struct turn *t, const struct thread *th, struct msg *record,
			       const struct msg *body);
/** An ADDENDUM of ours that came back after a loss of state, or any other document: its file may be fetched as before, if it is here. */
MUST_CHECK enum err added_returned(struct turn *t, const struct thread *th, struct msg *record,
				   const struct doc_key *key);
/** This handover needs them no longer. */
MUST_CHECK enum err added_release(struct turn *t, const struct thread *th, struct msg *record);

/** The next file of the case that was added since then, and that is not on the list.  ERR_NOTFOUND: none.  Files that the partner of
 *  this handover sent itself are not given back to it. */
MUST_CHECK enum err added_since(struct turn *t, const struct thread *th, const struct msg *record,
				uint64_t since_ms, struct attachment *a);
/** It stays here: it is on the list, and nobody fetches it. */
MUST_CHECK enum err added_skip(struct turn *t, struct msg *record, const struct attachment *a);
/** The file that came (an ADDENDUM of somebody else) goes on in this handover: into body, and lent.  *waits: not all of it is here. */
MUST_CHECK enum err added_pass(struct turn *t, const struct thread *th, struct msg *record,
			       const struct msg *came, struct msg *body, bool *waits);

#endif /* KRING_DOMAIN_ATTACH_ADDED_H */
