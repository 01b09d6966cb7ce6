/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * turn - one transaction's worth of work: what came in, what it may change, what leaves afterwards.
 *
 * Layer:    domain (base, proto, store).  Every room takes a struct turn and nothing else of the world.
 * Owns:     nothing; arena, transaction and effects belong to the caller (core/core.c, simulator).
 * Threads:  core process, event-loop thread only.
 * Time:     wall_ms since 1970 and mono_ms, both supplied; never read here.
 * Durable:  changes are in txn; effects are released by the caller only after its commit returned.
 * Privacy:  the arena holds personal data for the length of the turn.
 */
#ifndef KRING_DOMAIN_TURN_H
#define KRING_DOMAIN_TURN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "domain/own.h"
#include "domain/place.h"
#include "domain/say.h"
#include "proto/msg.h"
#include "proto/refusals.h"
#include "proto/wire.h"
#include "store/record.h"

struct node;
struct faults;
struct session;

enum event_type {
	EVENT_REQUEST, /* bytes: a packed Request from client */
	EVENT_PEER_UP, /* a connection with peer is authenticated */
	EVENT_PEER_DOWN,
	EVENT_PREKEY,	/* bytes: a bare prekey record */
	EVENT_FRAME,	/* bytes: the opened, padded inner of an envelope */
	EVENT_UNOPENED, /* bytes: 16, the prekey id of an envelope that did not open */
	EVENT_TICK,
	EVENT_WITNESS,	  /* bytes: our cosignature of the present head, to be passed on */
	EVENT_RECORD,	  /* bytes: our own node record, carried; perhaps new */
	EVENT_CHECKPOINT, /* bytes: our own, signed: keep it and show it to two partners */
	EVENT_COSIGNED,	  /* peer; bytes: our cosignature of its checkpoint */
	EVENT_ONBOARD,	  /* peer: line of the onboarding socket; bytes: what it said */
	EVENT_ROSTER,	  /* bytes: one carried entry out of our own directory */
};

struct event {
	enum event_type type;
	uint16_t peer;
	uint64_t client; /* opaque to the domain */
	uint32_t uid;	 /* of the client's process, for the audit log */
	bool screens; /* brought by the process of the screens, for somebody who is signed in or signs in there */
	struct span bytes;
	struct id32 seed; /* all randomness of this event */
	struct span
		worked; /* of a request that was worked on outside a turn (EFFECT_HASH): what came of it; else empty */
	struct span so_far; /* of a request that goes on: what its last turn left (EFFECT_AGAIN) */
};

enum effect_type {
	EFFECT_REPLY, /* bytes: a packed Reply to client */
	EFFECT_AGAIN, /* the request in ev goes on in a turn of its own, with bytes as its so_far */
	EFFECT_FRAME, /* bytes: frame head and parts, to be signed, sealed to prekey and sent */
	EFFECT_PREKEY,	/* send our own bare prekey record to peer */
	EFFECT_DIAL,	/* dial peer now; client 1: its line is silent, hang up first */
	EFFECT_ONBOARD, /* peer: line of the onboarding socket; bytes: our answer */
	EFFECT_MEMBERS, /* the roster changed: reload peers, tell net */
	EFFECT_SHRED,	/* destroy the wrap key of erased cases now */
	EFFECT_ERASED,	/* bytes: the case, for the ledger beside the store */
	EFFECT_BACKUP,	/* take a snapshot for whoever asks next */
	EFFECT_HASH, /* bytes: a job (signin/words.h) of the request in ev, which comes again with its result */
	EFFECT_LOCK,	    /* forget the keys */
	EFFECT_PANIC,	    /* suspend ourselves, destroy prekeys, forget the keys */
	EFFECT_ADDRESS,	    /* bytes: where partners reach us from now on; "" nowhere */
	EFFECT_CHECKPOINT,  /* sign how far our audit log goes */
	EFFECT_COSIGN,	    /* peer; bytes: its checkpoint, to be signed by us */
	EFFECT_INCARNATION, /* we drew a new one: keep its number outside the database */
	EFFECT_ALARM,	    /* peer; client: which */
	EFFECT_PEER_INC,    /* an incarnation of ours or theirs changed (log) */
	EFFECT_CHANGED,	    /* a thread changed; client: our side of it (watchers, log) */
};

struct effect {
	struct effect *next;
	enum effect_type type;
	uint16_t peer;
	uint64_t client;
	struct span bytes;
	const struct event *ev; /* of AGAIN, HASH */
	bool owed; /* of AGAIN: more than the reply is left to do, whoever waits for it */
	struct id16 prekey_id;
	struct id32 prekey_pub;
	uint64_t not_after_s;
};

struct effects {
	struct effect *first, **last;
};

/** Why a request was refused: what a client puts into words. */
struct refused {
	enum refusal code;
	struct say values[SAY_VALUES]; /* their texts stand in text, so this is never copied */
	char text[SAY_VALUES][SAY_TEXT_MAX + 1];
	uint64_t uncovered, covered;
	uint64_t current; /* ERR_STALE: what the client has to send as expect ... */
	char id[33];	  /* ... for this case or referral */
};

struct pair;   /* exchange/pair: the durable state of one partner */
struct answer; /* exchange/answer: what this turn owes a peer */

/* A document that may have named a file, and whose body went in this turn: with it went the key. */
struct turn_emptied {
	struct turn_emptied *next;
	struct id16 msg, case_id;
	uint16_t sender;
};

struct turn_peer {
	struct turn_peer *next;
	uint16_t peer;
};

struct turn {
	struct node *node;
	struct faults *faults; /* the node's: what failed lately */
	struct store_txn *txn;
	struct arena *arena;
	struct effects *fx;
	uint64_t wall_ms, mono_ms;
	struct id32 seed;
	uint64_t draws;
	const struct event *ev;
	struct id16
		staff; /* who asks, by the table STAFF; zeros: somebody who does not stand there */
	struct id16
		on_behalf; /* for whom: who asked before, and had to be confirmed; zeros: nobody else */
	uint8_t roles;	   /* of whoever asks: enum role */
	const struct session *session; /* of whoever asks; NULL: by their user, at the socket */
	struct pair *pairs;	       /* read in this turn; written back at its end */
	struct answer *answers;
	struct consent_memory *consents; /* what this turn read (consent/memory); or NULL */
	struct recall_memory *recalls;	 /* likewise (documents/recall) */
	struct grant_parties *parties;	 /* likewise (documents/grantkey) */
	struct document *taken; /* the document that came last, as it was stored, or NULL ... */
	uint64_t taken_stamp;	/* ... and what must be unchanged (documents/document.c) */
	struct turn_own own;
	struct turn_log log; /* written back at its end (audit_settle) */
	struct pending_doc *docs, **docs_last;
	size_t doc_count;
	struct turn_peer *gone, *leaving; /* followed up when the event is through (node.c) */
	struct turn_emptied *emptied;
	bool unsettled; /* somebody may have enough witnesses now */
	bool bare_too;	/* the command is done also when nothing can be written */
	/* A request over more rows than one turn looks at (turn_enough, turn_again). */
	struct span left;   /* by its turn before; empty at its first */
	struct span leaves; /* for its next one ... */
	bool again;	    /* ... if there is one */
	bool elsewhere;	    /* the request is worked on outside a turn, and not answered yet */
	bool dry_run; /* somebody asks what would follow: of this turn only the answer is given, nothing is kept */
	struct refused refusal;
	struct fault_place doing; /* what fails if the turn fails now */
};

void effects_init(struct effects *fx);
/** NULL when the arena is full (the turn then fails as a whole). */
struct effect *turn_effect(struct turn *t, enum effect_type type);
/** One that says nothing but its type.  ERR_NOMEM. */
MUST_CHECK enum err turn_do(struct turn *t, enum effect_type type);
/** Did this transaction look at so many rows that a request leaves the rest to its next turn?  Asked behind a row, so that each turn
 *  gets one further. */
bool turn_enough(const struct turn *t);
/** The request at hand goes on in another turn, with the reply as it is by then and these bytes in t->left (never none: NULL is
 *  ERR_NOMEM); the handler returns at once.  Others are served between, so what was read before may have changed. */
enum err turn_again(struct turn *t, struct span leaves);
/** A partner was removed, or is from a day on: what follows is done when the event is through.  ERR_NOMEM. */
MUST_CHECK enum err turn_gone(struct turn *t, uint16_t peer);
MUST_CHECK enum err turn_leaves(struct turn *t, uint16_t peer);
/** What is taken from the turn's memory is not tested at each place: a message without its text, an answer without its
 *  part.  Nor is each "is it there?".  Both here, before anything of it counts: ERR_NOMEM instead of ERR_OK when there
 *  was too little memory anywhere, and the store's own error when it failed anywhere, whatever rc is. */
MUST_CHECK enum err turn_whole(struct turn *t, enum err rc);
/** Deterministic bytes from the event's seed. */
void turn_random(struct turn *t, uint8_t *out, size_t len);
/** 48-bit milliseconds and 80 random bits, so that indexes append. */
struct id16 turn_id(struct turn *t);
/** Why, for the person who asked: code is a row of config/lists/refusals.psv (see say.h).  Returns e, which is not ERR_OK;
 *  the last refusal of a turn counts. */
enum err turn_refuse(struct turn *t, enum err e, enum refusal code);
/** turn_refuse_with(t, e, code, say_text("partner", name), ...): the same with one to SAY_VALUES values. */
#define turn_refuse_with(t, e, code, ...)                                                          \
	turn_refuse_values(t, e, code, (const struct say[SAY_VALUES]){__VA_ARGS__})
enum err turn_refuse_values(struct turn *t, enum err e, enum refusal code,
			    const struct say values[SAY_VALUES]);
/** Into a reply: the code of e, and what was refused in t->refusal (if nothing was said, what e itself means). */
void turn_refused_into(struct turn *t, enum err e, struct msg *reply);

/** Before turn_refuse with ERR_STALE: the case or referral that changed since the worker looked, and the version that is there
 *  now, which the client sends as expect when the person goes on all the same. */
void turn_stale(struct turn *t, const struct id16 *id, uint64_t current);
/** The value "ago": how long that moment is past. */
struct say turn_ago(const struct turn *t, uint64_t at_ms);
/** A name as a list shows it: cut between characters after 120 bytes.  A long one must not hide the rest. */
const char *turn_short(struct turn *t, const char *text);
/** Is there room for one more row of this list?  If not, the reply says that there are more. */
bool turn_room(struct msg *reply, unsigned field);

/** The stable code of an error in replies. */
const char *turn_error_code(enum err e);
/** Node-wide records. */
MUST_CHECK enum err turn_put(struct turn *t, enum store_table table, const struct store_key *key,
			     struct span plain);
/** Under a case's key (RECORD_CASE; ERR_NOTFOUND: erased), a consent's (RECORD_GRANT; its id stands for the case's) or its audit key (RECORD_AUDIT; once that is gone
 *  too, under the one of the stand-in for all erased cases). */
MUST_CHECK enum err turn_put_case(struct turn *t, enum store_table table,
				  const struct store_key *key, enum record_class cls,
				  const struct id16 *case_id, struct span plain);
MUST_CHECK enum err turn_get(struct turn *t, enum store_table table, const struct store_key *key,
			     struct span *plain);
/** Every row whose key begins with prefix. */
MUST_CHECK enum err turn_drop_prefix(struct turn *t, enum store_table table,
				     const struct store_key *prefix);
/** Do as many rows as most begin so?  Never more of them are looked at. */
MUST_CHECK enum err turn_as_many(struct turn *t, enum store_table table,
				 const struct store_key *prefix, size_t most, bool *yes);
/** Parse a stored message; damage is ERR_CORRUPT. */
MUST_CHECK enum err turn_get_msg(struct turn *t, enum store_table table,
				 const struct store_key *key, enum msg_kind kind, struct msg **out);

/** Was this case erased?  Its key is gone; its audit key may live on. */
bool turn_case_erased(struct turn *t, const struct id16 *case_id);
/** Keys that stand for nobody: what outlives every case lies under them.  name: 16 bytes, zeros at the end. */
MUST_CHECK enum err turn_stand_in(struct turn *t, const char name[16], struct id16 *case_id);

/** Whose audit key a detail about this case lies under: its own, or the stand-in's for all erased cases. */
MUST_CHECK enum err turn_audit_case(struct turn *t, struct id16 *case_id);

struct store_key turn_key_u16(uint16_t v);
struct store_key turn_key_u64(uint64_t v);
struct store_key turn_key_id(const struct id16 *id);
struct store_key turn_key_u16_u64(uint16_t a, uint64_t b);
struct store_key turn_key_ids(const struct id16 *a, const struct id16 *b);

#endif /* KRING_DOMAIN_TURN_H */
