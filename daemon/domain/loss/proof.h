/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * loss - what happens when our past is not what partners remember, or theirs not what we do
 *        (SECURITY.md 5.7): incarnations, proof of a roll-back, quarantine, clones.
 *
 * Layer:    domain/exchange (base, proto, store; crypto/hash, verify; lower rooms).
 * Owns:     META row 3 (our incarnation), tables RELEASED, ALARM (kind u8 | peer u16).
 * Threads:  core process, event-loop thread only.
 * Time:     *_ms wall-clock milliseconds.
 * Durable:  with the turn's transaction; the number of the incarnation also outside the database
 *           (EFFECT_INCARNATION), so that an older database is noticed.
 * Privacy:  ids, hashes, times.
 *
 * Nobody's bare word makes us begin anew: a partner shows what we signed, or it is not believed.
 */
#ifndef KRING_DOMAIN_EXCHANGE_LOSS_H
#define KRING_DOMAIN_EXCHANGE_LOSS_H

#include "domain/exchange/answer.h"

/* clang-format off */
#define LOSS_ALARMS(X)                                                                           \
	X(RESTORED, 1, "restored")	  /* we came back from a backup, or the database is older */ \
	X(ROLLED_BACK, 2, "rolled-back")  /* a partner proved that we forgot what we had signed */   \
	X(SECOND, 3, "ran-elsewhere")	  /* a partner showed a later incarnation of ours */         \
	X(PAST, 4, "older-incarnation")	  /* a partner's past connected: rolled back, or a copy */   \
	X(CLONE, 5, "runs-twice")	  /* again within a day: nothing is exchanged with it */     \
	X(TOLD, 6, "told-runs-twice")	  /* a partner says so of us */                              \
	X(NEW, 7, "came-back")		  /* a partner lost state: telephone it */
enum loss_alarm {
#define LOSS_ENUM(name, no, text) LOSS_##name = (no),
	LOSS_ALARMS(LOSS_ENUM)
#undef LOSS_ENUM
};
/* clang-format on */
const char *loss_alarm_text(uint8_t kind);

/** Our incarnation out of the store; a new one when the database is new, or older than the number that
 *  n->inc.no brings from outside it. */
MUST_CHECK enum err loss_load(struct turn *t, struct node *n);
/** Draw an incarnation above ours and above this number: both directions of every pair begin anew, threads
 *  wait for their echo, cases for every partner. */
MUST_CHECK enum err loss_begin(struct turn *t, uint32_t above, enum loss_alarm why);
MUST_CHECK enum err loss_alarm_set(struct turn *t, enum loss_alarm kind, uint16_t peer);

/** Does this case wait until every partner was heard? */
bool loss_quarantined(struct turn *t, const struct id16 *case_id);
/** Let it out before that; the caller keeps the audit. */
MUST_CHECK enum err loss_release(struct turn *t, const struct id16 *case_id);
/** A partner was heard: was it the last one? */
MUST_CHECK enum err loss_heard(struct turn *t);

/** Keep their signed word on how far they are. */
void loss_keep_receipt(struct pair *pr, const struct wire_frame_view *v);
/** Ask for proof: of their number no (thread NULL), or of entry no in our log of that thread. */
void loss_ask(struct turn *t, struct conn *c, struct answer *a, const struct id16 *thread,
	      uint64_t no);
/** Show them what they signed: the document we hold at this place of their log, and the receipt. */
MUST_CHECK enum err loss_show(struct turn *t, const struct pair *pr, struct answer *a,
			      const struct doc_key *key);
void loss_show_receipt(const struct pair *pr, struct answer *a);
/** A ROLLED_BACK part.  overtaken: their receipt exceeds our numbers.  *anew: it was proof, and we began a
 *  new incarnation. */
struct loss_claim {
	struct turn *t;
	const struct peer *p;
	struct pair *pr;
	struct answer *a;
	bool current;	/* both incarnations are */
	bool overtaken; /* they receipt more than we numbered */
};
MUST_CHECK enum err loss_part(const struct loss_claim *c, struct span bytes, bool *anew);
/** Their stream goes on from a document of theirs that we never got, though they believe we said so: after
 *  a while we were rolled back into the middle of a comparison.  Once a day, and only while the pair is
 *  compared: else any member could make us begin anew. */
MUST_CHECK enum err loss_blocked(struct turn *t, struct pair *pr, bool *anew);
/** One of our own documents, shown by a partner: signed by us? */
MUST_CHECK enum err loss_own_document(struct turn *t, const struct peer *p,
				      const struct wire_doc *d, struct id32 *hash, bool *ours);

/** A frame of an incarnation before the one we know, first on its connection: again within a day, and the
 *  present one spoke in between, its identity runs twice, and the pair stops. */
MUST_CHECK enum err loss_past(struct turn *t, const struct peer *p, struct pair *pr,
			      struct answer *a);
void loss_farewell(struct turn *t, const struct peer *p, struct answer *a);

/* control commands */
MUST_CHECK enum err loss_confirm(struct turn *t, const struct msg *req, struct msg *reply);
MUST_CHECK enum err loss_status(struct turn *t, struct msg *status);

#endif /* KRING_DOMAIN_EXCHANGE_LOSS_H */
