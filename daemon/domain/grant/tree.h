/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * tree - all who had a person under one consent of ours, out of their signed answers.
 *
 * Layer:    domain/grant (base, proto, store; lower rooms).
 * Owns:     nothing: it is read out of the log of the consent's thread each time.
 * Threads:  core process, event-loop thread only.
 * Time:     wall-clock milliseconds, as the authors' clocks said.
 * Durable:  nothing.
 * Privacy:  names nodes to whoever collected the consent, and to nobody else.
 *
 * The first holder is the partner of the thread.  Another one hangs under a holder whose answer lists the other's consent, and
 * which the other's answer names as the one that it had the person from.  An answer that hangs nowhere counts for nothing.
 */
#ifndef KRING_DOMAIN_GRANT_TREE_H
#define KRING_DOMAIN_GRANT_TREE_H

#include "domain/grant/proof.h"
#include "domain/grant/told.h"

enum { TREE_CHILD = 6 }; /* bytes of an id in Erased.children */

struct holder {
	struct id16 grant; /* its consent, and the thread in which it answered */
	struct id32 node;
	uint32_t depth; /* from 1 */
	uint32_t
		above; /* its place in the list: who passed the person on to it; of the first its own */
	uint32_t no;	  /* entry of their log that has its answer; 0: none */
	struct id32 hash; /* of that answer, as its author signed it */
	struct erasure_told told;
	uint32_t missing; /* consents that it lists and nobody answered for */
	bool deeper;	  /* ... because they lie deeper than LIMIT_ONWARD_DEPTH */
};
struct tree {
	struct holder *list; /* parents before their children */
	size_t count;
	uint32_t astray, refused; /* answers that hang nowhere; that were not taken */
};

/** Of th, a consent that this node collected and that was withdrawn. */
MUST_CHECK enum err tree_of(struct turn *t, const struct thread *th, struct tree *out);
/** Does every holder say that it is erased there, and is each of those that they passed it on to among them? */
bool tree_whole(const struct tree *tr);
/** Did every holder answer for good, and those that they passed it on to?  *until_ms: the last day on which one of them keeps it by
 *  law, as it says; 0: nobody does. */
bool tree_answered(const struct tree *tr, uint64_t *until_ms);
/** Before an ONWARD_ANSWER is stored: is it one of this thread at all?  Sets *verdict. */
MUST_CHECK enum err tree_judge(struct turn *t, const struct thread *th, const struct msg *body,
			       uint16_t *verdict);

#endif /* KRING_DOMAIN_GRANT_TREE_H */
