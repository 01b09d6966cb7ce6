/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * close - a case that was taken over: sealed at its former owner, given back to a new owner that lost it.
 *
 * Layer:    domain/handover (base, proto, store; crypto/keep; lower rooms).
 * Owns:     nothing.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds.
 * Durable:  with the turn's transaction.
 * Privacy:  the keys of what is kept are sealed to the new owner before anything is let go: the former owner opens nothing of it.
 *
 * Only in a settled thread, in this order: nobody looks into it any more (close_hide), the new owner is told what is kept for it
 * (close_kept), and when it has that, the content goes (close_seal).
 */
#ifndef KRING_DOMAIN_HANDOVER_CLOSE_H
#define KRING_DOMAIN_HANDOVER_CLOSE_H

#include "domain/handover/rows.h"

/** Whoever had the case keeps the file so long after it was taken over, and is gone for good when the roster has it no more. */
bool close_keeps(const struct turn *t, const struct thread *th);
/** Files that were given back, for as long as a former owner keeps anything. */
bool close_serves(const struct turn *t, const struct msg *record);
/** No one here looks into it from now on; *first: it was open until now. */
MUST_CHECK enum err close_hide(struct turn *t, const struct thread *th, struct msg *record,
			       bool *first);
/** The file, and those that go along, are kept and may be fetched by the new owner until then. */
MUST_CHECK enum err close_lend(struct turn *t, const struct thread *th, struct msg *record);
/** KEPT was not said yet, or it lost its place, or something was added behind it: it is to be said (again) before anything goes. */
MUST_CHECK enum err close_stale(struct turn *t, const struct thread *th, const struct msg *record,
				bool *yes);
/** The body of KEPT.  ERR_NOTFOUND: there is nothing to keep, or nobody to seal it to. */
MUST_CHECK enum err close_kept(struct turn *t, const struct thread *th, struct msg *record,
			       struct msg **body);
/** Behind it nothing of the person opens here; record is the row of th, which the caller saves. */
MUST_CHECK enum err close_seal(struct turn *t, const struct thread *th, struct msg *record);

/** Words that a loss took here, of a case that is in, lie in what the former owner keeps.  Once it said so behind them the row says that
 *  something is still to come, and it is fetched like files that are on their way. */
MUST_CHECK enum err close_words(struct turn *t, const struct thread *th, struct msg *record);

#endif /* KRING_DOMAIN_HANDOVER_CLOSE_H */
