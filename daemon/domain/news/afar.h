/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * afar - roots sign at nodes of their own: a proposal goes to every member until enough of them did.
 *
 * Layer:    domain/news (base, proto, store; crypto/verify; lower rooms).
 * Owns:     rows of PROPOSAL that came from partners; the rules by which they come and go.
 * Threads:  core process, event-loop thread only.
 * Time:     what one partner may cost is counted on mono_ms.
 * Durable:  with the turn's transaction; the complete entry joins the roster in the same one.
 * Privacy:  organisations only.
 *
 * A proposal is a carried entry (proto/PROTOCOL.md 3) that may be the next one of the chain.  It says nothing by itself: the signature
 * of a root lets it wait here, and as many as the roster asks for make it an entry.
 */
#ifndef KRING_DOMAIN_NEWS_AFAR_H
#define KRING_DOMAIN_NEWS_AFAR_H

#include "domain/exchange/answer.h"

/** What became of one that was taken. */
struct afar_taken {
	bool news;	   /* it is new here, or has signatures that were not */
	bool complete;	   /* ... and is an entry of the roster now */
	struct id16 id;	   /* by which it is known here */
	struct span whole; /* all that is known of it, carried; in the turn's arena */
};

/** A proposal from anywhere.  Refused, and nothing of it is kept:
 *  ERR_MALFORMED: no entry.  ERR_STALE: not the next one.  ERR_DENIED: of another federation, or signed by no present root, or by one
 *  that there is not.  ERR_EXISTS: one root twice.  ERR_CRYPTO: a signature is wrong.  ERR_LIMIT: there are enough.  ERR_INVAL: an
 *  operation of a later version. */
MUST_CHECK enum err afar_take(struct turn *t, struct span carried, struct afar_taken *out);
/** A PROPOSAL part.  What is refused is counted, and of one partner so much is looked into within a minute. */
MUST_CHECK enum err afar_part(struct turn *t, struct peer *from, struct span carried,
			      struct afar_taken *out);
/** For a question: one of the proposals that the roots signed here, each in its turn. */
MUST_CHECK enum err afar_say(struct turn *t, uint32_t said, struct wr *parts, uint16_t *count);
/** May this one go to partners: signed, in its place still, one of those that have a place there? */
MUST_CHECK enum err afar_says(struct turn *t, const struct id16 *id, bool *yes);
/** After entries joined the roster (t->unsettled): proposals that are among them go, and their newcomers are answered; one of a partner
 *  whose place is taken falls away. */
MUST_CHECK enum err afar_settle(struct turn *t);
/** How many wait for signatures. */
MUST_CHECK enum err afar_waiting(struct turn *t, unsigned *count);

#endif /* KRING_DOMAIN_NEWS_AFAR_H */
