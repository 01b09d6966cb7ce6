/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * sim - a federation of 2 to 8 nodes in one process over the real domain and store code.
 *
 * Layer:    tests.
 * Owns:     every node, its store in memory, and the bag of words on their way.
 * Threads:  one; a seed replays exactly.
 * Time:     simulated; a step is about half a minute.
 * Durable:  the memory store: a crash keeps what was committed and nothing else.
 * Privacy:  invented data only.
 */
#ifndef KRING_TESTS_SIM_H
#define KRING_TESTS_SIM_H

#include "domain/documents/thread.h"
#include "domain/node.h"
#include "domain/owner/handover.h"

enum {
	SIM_NODES_MAX = 8,
	SIM_INSTANCES = SIM_NODES_MAX + 1,
	SIM_BACKUPS = 5,
	SIM_ARENA = 24 * 1024 * 1024,
	SIM_CATS = (1 << 0) | (1 << 1) | (1 << 5) | (1 << 15) | (1 << 16), /* what people share */
	SIM_MESSAGE = 1 << 20
};

struct sim_profile {
	const char *name;
	double loss, dup, reset, part, crash; /* the last three: per step */
	bool any_order;
	double backup, restore, rollback, clone; /* per step */
	double life;  /* of what people do: erasing, renewing, taking back, referring again */
	double night; /* per step: hours or days in which nobody works */
	double move; /* ... and of moving cases: handing them over, passing people on, files, narrower consent */
	bool story;  /* nothing happens by chance: sim_story.c says what */
	bool leaves; /* at the end one member goes, on a day that is known before */
	bool two; /* people have names: what takes two of them is asked by one and confirmed by another */
	bool hostile; /* words come from anywhere: to refuse them is right */
};

struct sim_msg {
	struct sim_msg *next; /* unused in the bag; keeps freed ones */
	int dst, src;	      /* instances */
	uint64_t conn;
	enum event_type type;
	size_t len;
	uint8_t *bytes;
};

/* A disk as it was: the store, and the number that lay outside it. */
struct sim_disk {
	struct store *store;
	uint32_t inc_no;
};

/* One process with its disk.  Number SIM_NODES_MAX is a copy of another: the same identity, run twice. */
struct sim_node {
	int no, key; /* whose identity; which instance */
	bool up;
	bool unaware; /* its disk went back, and nobody showed it yet */
	struct sim_disk backups[SIM_BACKUPS];
	size_t backup_count;
	uint64_t changed_ms; /* last loss of state: real ones of one node are days apart */
	bool doubled;	     /* ran twice once: what the other one did it may never have heard of */
	struct store *store;
	struct node *node;
	struct arena arena;
	struct node_identity who;
	uint64_t conn[SIM_NODES_MAX]; /* by node number; 0: none */
	int conn_to[SIM_NODES_MAX];   /* instance at the other end */
	struct id16 *cases;
	size_t case_count;
	uint64_t prekey_ms;
};

struct sim_mark {
	int node;
	struct id16 id;
};

struct sim_set {
	struct sim_mark *marks;
	size_t len, cap;
};

/* What happened of the things that a run must have had to prove anything. */
struct sim_life {
	uint64_t erased_own, erased_theirs, revoked, withdrawn, withdrawn_there, renewed, again;
	uint64_t expired, escalated, forgotten, late; /* at rest: counted in logs */
	uint64_t said, told, recalled, too_late; /* messages; how to reach the person; referrals */
	uint64_t corrected;			 /* notes and outcomes */
	uint64_t reopened;			 /* cases that were closed before */
	uint64_t days, idle, present;
};

/* The same of cases that move. */
struct sim_moves {
	uint64_t proposed, agreed, refused, sent, aborted, ceded, taken; /* handovers, by people */
	uint64_t notes, added, files, lent, onward, asked, redirected, followed, narrowed;
	uint64_t owners, answered, children; /* seen by the judge */
};

struct sim_thread {
	char ref[16];
	int from, to;
};

struct sim {
	struct sim_profile profile;
	uint64_t rng, now_ms, next_conn, pair_keys;
	int n;
	bool quiet, speak_first;
	uint32_t uid;	    /* of whoever asks */
	uint64_t reclaimed; /* cases taken back, by people */
	struct sim_node nodes[SIM_INSTANCES];
	struct arena look; /* of what the judge looks up between turns; empty again after it */
	int clone_of;	   /* -1: nobody runs twice */
	int leaves;	   /* who leaves; -1: nobody */
	uint64_t leaves_ms;
	bool clone_found;
	bool blocked[SIM_NODES_MAX][SIM_NODES_MAX];
	uint64_t send_cats[SIM_NODES_MAX][SIM_NODES_MAX], take_cats[SIM_NODES_MAX][SIM_NODES_MAX];
	struct record_cipher cipher;
	struct sim_msg **bag;
	size_t bag_len, bag_cap;
	struct sim_thread *threads;
	size_t thread_count;
	uint8_t *left; /* by a request that goes on; NULL: none does */
	size_t left_len;
	char reply_id[64], reply_token[WIRE_TOKEN_MAX + 1];
	bool reply_error;
	uint8_t onboard[17 + 16]; /* session and first bytes of what a newcomer was last answered */
	struct sim_set kept,
		lostable; /* documents that some disk still held; that none did, at a loss */
	struct sim_set withdrawn; /* on a disk that went: node, id of the withdrawal */
	struct sim_set forgotten; /* with a disk: node, case */
	/* counted */
	uint64_t restores, rollbacks, clones, clones_found, alarms, shelved, lost;
	uint64_t events, frames, crashes, docs, hollow, refused;
	struct sim_life life;
	struct sim_moves moves;
	char failed[512];
	/* of the roster, as make_federation left it */
	struct id16 fed_id;
	struct id32 roster_root, roster_head;
	/* NULL, or called before each turn with the very event: it must leave the node as it was. */
	void (*each)(struct sim *s, struct sim_node *n, const struct event *ev);
};

uint64_t sim_rand(struct sim *s);
double sim_chance(struct sim *s);
uint64_t sim_below(struct sim *s, uint64_t n);
void sim_fail(struct sim *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* sim.c */
void sim_open(struct sim *s, uint64_t seed, const struct sim_profile *p, bool speak_first);
void sim_close(struct sim *s);
/** Since the beginning. */
uint64_t sim_days(const struct sim *s);
/** The step and the end of a turn that began, with the signature between them. */
MUST_CHECK enum err sim_try(struct sim *s, const struct sim_node *n, struct turn *t,
			    const struct event *ev);
/** One event at one node: turn, commit, release; with the crashes of the profile. */
void sim_turn(struct sim *s, struct sim_node *n, const struct event *ev);
void sim_step(struct sim *s);
void sim_deliver_one(struct sim *s);
/** The next roster entry, as a file carries it: this node is removed from then on.  Valid until the next entry is made. */
struct span sim_removal(struct sim *s, int node, uint64_t from_ms);
/** The oldest word on its way is lost. */
void sim_drop_one(struct sim *s);
/** Everybody's clock is looked at, lines are up, everything said arrives. */
void sim_round(struct sim *s);
/** Is anything owed anywhere?  left: how many documents have still to be offered, numbered, receipted or judged, in all.  why: the
 *  run fails and says what it is. */
bool sim_busy(struct sim *s, bool why, uint64_t *left);
void sim_settle(struct sim *s);
void sim_connect(struct sim *s, int a, int b);
void sim_cut(struct sim *s, int a, int b);

/** A process starts over its disk. */
void sim_boot(struct sim *s, struct sim_node *n);
void sim_down(struct sim *s, struct sim_node *n);

/* sim_loss.c: disks that go back in time */
void sim_loss(struct sim *s);
/** The copy is switched off. */
void sim_end_clone(struct sim *s);
void sim_back_up(struct sim *s, struct sim_node *n);
/** To one of its backups, as kring restore does it, or unaware. */
void sim_go_back(struct sim *s, struct sim_node *n, bool restore);
void sim_set_add(struct sim_set *set, int node, const struct id16 *id);
bool sim_set_has(const struct sim_set *set, int node, const struct id16 *id);
/** A frame leaves: is its receipt true, does it resurrect what was withdrawn? */
void sim_watch_frame(struct sim *s, struct sim_node *n, int to, struct span frame);
void sim_alarm(struct sim *s, const struct sim_node *n, uint16_t peer, uint8_t kind);

/* sim_index.c: people are found as the store has them */
struct index_memory sim_memory(void);
/** After each turn: fills, and looks from time to time. */
void sim_index(struct sim *s, struct sim_node *n);
void sim_check_index(struct sim *s, struct sim_node *n);

/* sim_people.c */
/** Somebody telephoned: the partner's loss of state is true. */
void sim_confirm(struct sim *s, struct sim_node *n);

void sim_agreements(struct sim *s);
enum { SIM_WORKER = 1001, SIM_SECOND = 1002 }; /* uids of two who work at each node */
/** Both of them get a name, and from then on the first one asks. */
void sim_staff(struct sim *s);
void sim_act(struct sim *s, struct sim_node *n);

/** A person comes: a case of this node's own, the last of n->cases unless it was refused. */
void sim_open_case(struct sim *s, struct sim_node *n, struct arena *a);

struct arena;
struct msg;
/** One request of a person; s->reply_error, s->reply_id. */
void sim_ask(struct sim *s, struct sim_node *n, struct arena *a, struct msg *req);
void sim_give(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *case_id,
	      int to, uint64_t cats, uint64_t days);
void sim_refer(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *case_id,
	       int to);
/** The referral as this node sees it. */
bool sim_look(struct sim *s, struct sim_node *n, const char *ref, struct thread *th);

/* sim_life.c */
/* A case at this node, and what the choice depends on. */
struct sim_case {
	struct id16 id;
	bool theirs, open, referred, work;
};
/** Some of all cases, at most cap. */
size_t sim_cases(struct sim *s, struct sim_node *n, struct sim_case *out, size_t cap);
void sim_live(struct sim *s, struct sim_node *n, struct arena *a);
void sim_night(struct sim *s);

/* sim_move.c: cases change hands, people are passed on, files go along */
enum { SIM_FILES = 1 << 17 };
void sim_move(struct sim *s, struct sim_node *n, struct arena *a);
/** Handovers of this node that are not over: at most cap of them, how many. */
size_t sim_under_way(struct sim *s, struct sim_node *n, struct thread *out, size_t cap);
/** The person agrees, and the partner is asked to take the case over. */
void sim_propose(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *id, int to);
/** A note in this case: the file where the pen is here, and an addition to it where it is not. */
void sim_note(struct sim *s, struct sim_node *n, struct arena *a, const struct id16 *id,
	      const char *text);
/** The next step of it, where it is this node's. */
void sim_bring_on(struct sim *s, struct sim_node *n, struct arena *a, const struct thread *th);
/** Taken back, once its partner was silent for long enough. */
void sim_reclaim(struct sim *s, struct sim_node *n, struct arena *a, const struct thread *th);
/** At rest: what is on its way comes to its end, one step of each; last: what nobody begins any more ends. */
void sim_finish(struct sim *s, bool last);
/** A case that was ceded, and whose file went with the disks of both, is given back when nobody waits for it any longer. */
void sim_wait_for_files(struct sim *s);

/* sim_story.c: what chance hardly ever brings about, told on purpose */
void sim_story(struct sim *s, uint64_t seed);
/** So many minutes go by. */
void sim_minutes(struct sim *s, unsigned n);
/** The line between these two is down, or up again. */
void sim_apart(struct sim *s, int a, int b, bool yes);
/** What is said to the one arrives there; whatever goes the other way is lost. */
void sim_to_one_alone(struct sim *s, int from, int to);
/** A case of a new person, given as far as CEDE. */
void sim_cede_new(struct sim *s, struct arena *a, int from, int to);
/** The case is given by one node to the other, as far as this state. */
void sim_hand(struct sim *s, struct arena *a, int from, int to, enum handover_state until);
/** The handover of these two that is not over, as that node has it. */
bool sim_between(struct sim *s, int node, int other, struct thread *out);

/* sim_added.c: what somebody adds to a case that moved, and whose disk goes then */
typedef void sim_told_story(struct sim *s, struct arena *a);
sim_told_story sim_added_before_close, sim_added_while_sealing, sim_added_after, sim_added_below,
	sim_added_between, sim_added_bundled, sim_added_stuck, sim_added_and_taken_back,
	sim_added_and_not_given, sim_kept_without_its_file;

/* sim_owner.c: who holds the pen of a case that moved */
/** After a turn now and then: at most one node writes, and what is staged opens nowhere. */
void sim_watch_moves(struct sim *s);
struct sim_view;
/** How often the timeline of this case says it. */
unsigned sim_told(struct sim_view *v, const struct id16 *case_id, const char *text);
/** At rest. */
void sim_check_moves(struct sim *s);
/** Cases that from may not propose yet, because to has as many of it on their way as it takes: they wait until people there act. */
uint64_t sim_held_up(struct sim *s, int from, int to);

/* sim_ended.c: consents that were taken back, at rest or now and then */
void sim_check_ended(struct sim *s, bool rest);
/** Does somebody still owe a word about one, of a case that is there? */
bool sim_answers_owed(struct sim *s);

/* sim_judge.c */
/** A look into a node's store beside its turns. */
struct sim_view {
	struct effects fx;
	struct turn t;
	struct sim_node *n;
};
void sim_view_open(struct sim *s, struct sim_view *v, struct sim_node *n);
/** While another one of the same node may be open. */
void sim_view_beside(struct sim *s, struct sim_view *v, struct sim_node *n);
/** Of a pair of before this incarnation what is asked is forgotten: what that writes is never committed. */
void sim_view_alone(struct sim *s, struct sim_view *v, struct sim_node *n);
void sim_view_close(struct sim_view *v);
void sim_judge(struct sim *s);
/** Of a node whose turn failed, and of all at rest. */
void sim_check_names(struct sim *s, struct sim_node *n);

/* sim_words.c: messages of this referral, and whether it was sent by mistake; other is the view of its partner. */
void sim_check_words(struct sim *s, struct sim_view *v, const struct thread *th,
		     struct sim_view *other);

/** An open case of this node: is what its referrals leave to do on the lists? */
void sim_check_case(struct sim *s, struct sim_node *n, const struct id16 *id);

/* sim_leave.c: the roots remove a member from a day on */
/** Every node hears of it: each takes back what that member knows of its people. */
void sim_leave(struct sim *s);
/** At rest before the day: nobody lets it know anything, and nobody begins anything with it; then the day comes. */
void sim_check_left(struct sim *s);

/* sim_rest.c: days go by in which nobody does anything; then minutes */
void sim_rest(struct sim *s);
/* The bytes of s mixed into h: two stores that differ in a row differ in this number. */
uint64_t sim_mixed(uint64_t h, struct span s);

#endif /* KRING_TESTS_SIM_H */
