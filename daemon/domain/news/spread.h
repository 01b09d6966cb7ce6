/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * spread - membership news in frames: who we are, how far our roster goes, what we witnessed.
 *
 * Layer:    domain/news (base, proto, store; lower rooms).
 * Owns:     nothing; rows are members.h's and roster.h's.
 * Threads:  core process, event-loop thread only.
 * Time:     pushes are spaced on mono_ms.
 * Durable:  what is taken commits with the frame that brought it.
 * Privacy:  organisations only.
 *
 * Every frame names (roster_seq, roster_head) of its sender.  Lower than ours: we push entries; higher:
 * we answer, so that it pushes; equal with another head: both push their last entries, and each keeps
 * the other's as transferable proof.
 */
#ifndef KRING_DOMAIN_NEWS_SPREAD_H
#define KRING_DOMAIN_NEWS_SPREAD_H

#include "domain/exchange/answer.h"

/** Of an introduction, at most. */
enum { SPREAD_PARTS = 19, SPREAD_BYTES = 6144 };

/** Parts of our first frame on a connection, and of questions: our records, our word as witness, and
 *  some words of others. */
MUST_CHECK enum err spread_introduce(struct turn *t, uint32_t said, struct wr *parts,
				     uint16_t *count);
/** A frame told how far its sender's roster goes. */
MUST_CHECK enum err spread_heard(struct turn *t, struct peer *p, const struct wire_frame *f,
				 struct answer *a);
/** A ROSTER, PROPOSAL, NODE_RECORD or WITNESS part.  Foreign misbehaviour is counted, not an error. */
MUST_CHECK enum err spread_part(struct turn *t, struct peer *p, const struct wire_part *part,
				struct answer *a);
/** A proposal that a root signed here: to everybody connected.  Questions repeat it (afar_say). */
MUST_CHECK enum err spread_proposal(struct turn *t, struct span carried);
/** A partner that this turn removed: the last frame to it says so, as long as the line is there. */
MUST_CHECK enum err spread_farewell(struct turn *t, uint16_t peer);
/** The sender's own newer record, read before its frame is judged: *rotated says that the frame is
 *  of a key we learn only now and comes again. */
MUST_CHECK enum err spread_own_record(struct turn *t, struct peer *p, struct span parts,
				      bool *rotated);
/** EVENT_WITNESS, EVENT_RECORD: what we say of ourselves changed; tell everybody connected. */
MUST_CHECK enum err spread_witness(struct turn *t, struct span witness);
MUST_CHECK enum err spread_record(struct turn *t, struct span carried);

#endif /* KRING_DOMAIN_NEWS_SPREAD_H */
