/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * state - what a node keeps in memory: who it is, its partners, its connections.
 *
 * Layer:    domain.
 * Owns:     the arrays below; node.c makes and frees them.
 * Threads:  core process, event-loop thread only.
 * Time:     *_mono_ms monotonic, *_ms wall clock, supplied by the turn.
 * Durable:  nothing; rebuilt from the store at start.
 * Privacy:  organisations and keys, nobody's data.
 *
 * Peers change only between turns (node_reload).  Connections change within a turn; node_turn_abort
 * puts back what an aborted turn had touched.
 */
#ifndef KRING_DOMAIN_STATE_H
#define KRING_DOMAIN_STATE_H

#include "domain/fault.h"
#include "domain/held.h"
#include "domain/screens.h"
#include "domain/staff/rights.h"
#include "domain/turn.h"
#include "proto/wire_roster.h"

struct exchange_hooks;
struct index;
struct known_note;
struct sessions;

/* One pass over all threads of a pair, a page at a time; memory only, a new connection begins again. */
struct heads_cursor {
	struct id16 after; /* compared up to here */
	bool differs;	   /* some thread of this pass is not the same at both ends */
	bool progress;	   /* something moved since the last pass */
	uint32_t lacked;   /* rows of this pass about threads that we lack */
	/* Where two logs part is found by halving, one thread at a time.  One that cannot go on before something else
	 * arrived lets those behind it go first: that may be what they wait for. */
	struct id16 probe, parked; /* parked: up to here it was somebody's turn; zero: nobody's */
	bool probing;
	uint32_t agreed, differed;
	uint8_t erased_pages, erased_got; /* of our erasures: it keeps so many, so many came back */
};

/* What was asked of a partner's files; memory only, a new connection asks again. */
struct fetch {
	struct id32 blob, after; /* while on ...; files have their turn in order of their names */
	uint32_t from;		 /* ... chunks from here ... */
	uint8_t count;		 /* ... so many */
	bool on;
	uint8_t tries;		/* asked so often without an answer: the pause grows */
	uint64_t again_mono_ms; /* one that was not to be had is asked for then; 0: there is none */
};

struct conn {
	bool up;
	bool heard; /* a frame was read on this connection, in our present incarnation ... */
	uint64_t heard_mono_ms;	    /* ... first at */
	bool greeted;		    /* our prekey record went out on it */
	uint64_t up_ms;		    /* since when it is up */
	struct id16 refused_thread; /* that their last REFUSED named */
	uint64_t retry_mono_ms;	    /* what they could not store goes again then, ... */
	uint32_t retry_wait_ms;	    /* ... and after a growing pause; 0: at once */
	uint16_t refused; /* code of their last REFUSED, 0 none since something was receipted */
	char version[WIRE_VERSION_MAX + 1]; /* what it says that it runs; "": not yet */
	bool introduced;		    /* our node record and witness words went out on it */
	uint64_t pushed_ms, pushed_seq; /* entries were last pushed or asked for; its last then */
	uint64_t behind_mono_ms, behind_seq; /* 0, or it was too soon: asked then, once of each */
	bool have_key; /* their PAIR key for this connection; nothing leaves before it came */
	struct id16 key_id;
	struct id32 key_pub;
	uint64_t key_until_s;
	uint64_t sent; /* highest stream number sent on it */
	bool passing;  /* what waits is looked at, a part in each turn: from this place on ... */
	uint64_t pass_place, pass_waiting; /* ... of so many that waited when it began */
	uint64_t question;		   /* number of the last question asked; 0 none */
	bool asked, spoke;    /* it is outstanding; documents left since one was answered */
	uint64_t ask_mono_ms; /* when to ask (again) */
	uint32_t ask_wait_ms;
	uint64_t base;		/* receipted when it came up: what they then held of ours */
	bool told;		/* that the pair is stopped */
	bool dialled, hung_up;	/* net was asked for a line; to end this one, for its silence */
	uint64_t wait_mono_ms;	/* since when what we said is unanswered; 0: nothing is */
	uint32_t hangups, said; /* silent lines in a row; introductions.  Both over connections */
	uint64_t clock_record_ms, clock_theirs_ms; /* what their clock said ... */
	uint64_t clock_mono_ms;	    /* ... and when we heard so; 0: never.  Over connections too */
	uint64_t records_mono_ms;   /* since when its node records are counted, ... */
	uint32_t records;	    /* ... and how many were new.  Over connections too */
	uint64_t proposals_mono_ms; /* since when its proposals are counted, ... */
	uint32_t proposals;	    /* ... and how many were looked into.  Over connections too */
	uint64_t again_mono_ms;	    /* what could not be opened is not sent again before */
	uint64_t proof_mono_ms;	    /* when to ask for proof of a roll-back again */
	uint64_t shown_mono_ms;	    /* ... and when to show what they signed again */
	bool met;		    /* a frame of theirs was read, of whatever incarnation */
	uint64_t kept; /* bytes kept back that its documents took; over connections too */
	bool ends_wait; /* behind what there is no room for stands a word that ends something of ours */
	struct heads_cursor heads; /* while their copy of our threads is compared */
	struct fetch fetch;	   /* of its files */
};

struct peer {
	uint16_t no;
	uint8_t classes;
	bool admitted;	/* may connect: a member that no root suspended */
	bool active;	/* and may speak: it did not suspend itself, nor contradict itself */
	bool activated; /* enough witnesses: personal data may go there (proto/PROTOCOL.md 3) */
	bool self;
	bool removed, suspended, conflict, recovered; /* why not active; then: compare digits */
	uint64_t leaves_s, heard_ms; /* removed from then on; last heard, 0: not since start */
	uint64_t key_ms;	     /* time of its newest PAIR record; 0: as its row says */
	bool owes;		     /* documents wait for it: whoever has some dials */
	bool broken;	    /* its row of PAIR cannot be read: nothing is exchanged with it */
	bool checked;	    /* digits were compared under this signing key, or one before */
	uint64_t added_seq; /* roster entry that let it in */
	struct id32 node_id, nk_pub, tk_pub;
	uint32_t key_seq;
	char org[LIMIT_ORG_NAME + 1];
	char slug[LIMIT_ORG_NAME + 3]; /* of org (text_slug); "" in another script */
	char endpoint[LIMIT_ENDPOINT + 1];
	char country[7];
	char phone[32];
	uint8_t prekey[WIRE_PREKEY_LEN]; /* our newest PAIR record for it */
	bool have_prekey, prekey_used;	 /* used: it has it, and is told no more */
	struct conn conn;
	/* Saved in this turn, as it was before: what only this turn may say of it. */
	bool saved, owes_before;
	struct conn before;
	uint64_t heard_before, key_before;
};

/** How full is the disk?  STOP: nothing new is taken in, from partners or from here. */
enum node_disk { NODE_DISK_OK, NODE_DISK_WARN, NODE_DISK_STOP };

/** A node may tell less than the roster's policy lets it, never more. */
struct node_flow {
	uint8_t k;	 /* at least; LIMIT_FLOW_K */
	uint8_t percent; /* of every share */
	bool manual;	 /* a person publishes each report */
};

/** What one partner may make this node keep (exchange/quota.h). */
struct node_quota {
	uint64_t open_referrals, cases, threads;
};

/* The recovery sheet in force: its number, and since when backups are made under it. */
struct node_sheet {
	char number[16];
	uint64_t since_s;
};

/* When to look at what was passed over (exchange/unstored.h), of the next partner after this one. */
struct node_look {
	uint64_t mono_ms;
	uint16_t peer;
};

/* As it was when this turn began: what a turn changes of the node and no row of the store says.  Put back when it fails. */
struct node_before {
	uint64_t audit_seq, cosign_seq;
	int64_t clock_gap_ms;
	bool clock_confirmed;
	struct node_look look;
	struct incarnation inc;
	uint64_t restored_ms, flow_due_ms;
	uint32_t older_no;
	bool quarantine;
};

/* An address where newcomers may speak, and what net said of it. */
struct node_door {
	char at[LIMIT_ENDPOINT + 1];
	uint32_t invites;			       /* that are open there */
	bool said;				       /* net told whether it listens there: */
	int error;				       /* 0, or why not (base/endpoint.h) */
	uint64_t strangers, turned_away, told_to_wait; /* since it was opened */
};

struct node {
	struct id16 fed_id;
	struct id32 node_id, nk_pub;
	uint32_t key_seq;
	struct incarnation inc;
	uint64_t settings_refused_ms, settings_wait_ms, restored_ms; /* 0: not so */
	bool quarantine;	     /* older cases wait for partners that may remember more */
	uint64_t quarantine_mono_ms; /* when to look again whether that is over */
	struct node_look look;
	char country[7];		 /* whose working days count here: "NL", "BE-VLG" */
	uint8_t prekey[WIRE_PREKEY_LEN]; /* our newest EPOCH record, to announce */
	bool have_prekey;

	struct peer *peers; /* in order of no; index no - 1 */
	size_t peer_count;
	uint64_t roster_seq;
	uint64_t roster_floor; /* highest ever seen, from outside the store; below: rolled back */
	uint64_t roster_until_s;
	uint64_t fork_seq; /* 0: none; members added there or later are frozen */
	struct id32 roster_head;
	uint8_t witness[WIRE_WITNESS_LEN]; /* our own cosignature of the present head */
	bool have_witness;
	struct node_door doors[LIMIT_ONBOARD_DOORS]; /* where newcomers may speak */
	size_t door_count;
	uint64_t doors_due_ms; /* wall clock: when one of them closes by itself; 0: none does */

	struct node_sheet sheet;
	bool swappable;	 /* its keys could not be locked in memory */
	bool pair_check; /* no person leaves before digits were compared */
	uint32_t retain_months;
	bool cosign_manual;  /* a person looks at each entry before this node vouches for it */
	uint64_t cosign_seq; /* the newest entry that we cosigned, or were told to */
	uint64_t day_documents, day_bytes; /* what one partner may send in a day */
	struct node_quota quota;	   /* ... and make this node keep */
	enum node_disk disk;		   /* as the caller last looked */
	char listen[LIMIT_ENDPOINT + 1];   /* where net should listen; "" nowhere */
	int listen_error;		   /* why it does not (base/endpoint.h); 0: it does */
	uint64_t listen_since_ms;	   /* wall clock */

	struct node_flow flow; /* what this node adds to the roster's policy */
	uint64_t flow_due_ms;  /* wall clock: when to look after reports again; 0 now */

	int64_t clock_gap_ms; /* wall clock less monotonic, as last seen */

	uint64_t start_mono_ms, rest_ms; /* node_set_rest() */
	uint64_t audit_seq;		 /* of the newest entry */
	struct rights rights;		 /* who may do what at the control socket */
	struct sessions *sessions;	 /* who is signed in at a screen (signin/session.h) */
	struct node_web web;
	struct faults faults;	 /* what failed by itself */
	struct held held;	 /* partners that take more than their share */
	uint64_t frames_refused; /* opened, but not authentic; since start */
	bool clock_confirmed;	 /* by an administrator, this run */
	struct node_before before;
	bool bare; /* this event writes nothing, for there is no room; it is answered all the same */
	uint64_t shred_ms, keys_damaged;  /* since when it waits for room, or 0; how many */
	uint32_t shred_epoch, shred_seen; /* of today's key; as the last tick saw it */
	struct index *index;		  /* people (people/known.h); NULL: looked for row by row */
	struct id16 indexed;		  /* up to here, since the start */
	struct known_note *notes, **notes_last;
	struct running *running;	    /* of what is to be done (standing/follow.h); or NULL */
	const struct exchange_hooks *hooks; /* what care does with documents */
};

/** NULL when there is no such active or past member. */
struct peer *state_peer(struct node *n, uint16_t no);
struct peer *state_peer_by_id(struct node *n, const struct id32 *node_id);
/** The connection of a peer, remembered with the rest of what a turn changes so that an aborted one can put it back. */
struct conn *state_conn(struct node *n, struct peer *p);
/** The turn was undone. */
void state_put_back(struct peer *p);

#endif /* KRING_DOMAIN_STATE_H */
