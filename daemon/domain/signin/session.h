/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * session - who is signed in at a screen, what was tried in vain, and which challenges were answered.
 *
 * Layer:    domain/signin (base, crypto/hash; staff, state.h, turn.h).
 * Owns:     struct sessions, in memory that its maker hands in (locked, and wiped when it is given back).
 * Threads:  core process, event-loop thread only.
 * Time:     wall clock and monotonic clock of the turn: whichever says first that a session is over.
 * Durable:  nothing: a node that was locked, or starts, knows no session.
 * Privacy:  ids of workers.  Of a token only its hash is kept, so that memory that was read signs nobody in.
 *
 * A turn that is undone leaves all of it as it was; when somebody was seen is kept all the same.
 */
#ifndef KRING_DOMAIN_SIGNIN_SESSION_H
#define KRING_DOMAIN_SIGNIN_SESSION_H

#include "base/limits/files.h"
#include "domain/people/index.h"
#include "domain/state.h"
#include "domain/turn.h"

enum { SESSION_TOKEN = 32 };
enum session_how { SESSION_PASSKEY = 1, SESSION_PASSPHRASE };

struct session {
	struct id32 key; /* what its token hashes to; zeros: a free place */
	struct id16 staff;
	struct id16 passkey; /* with which it began (passkey.h); zeros: without one */
	uint8_t roles;	     /* with others it is over */
	uint8_t how;
	uint64_t created_ms, created_mono_ms;
	uint64_t seen_ms, seen_mono_ms;
	uint64_t proof_ms,
		proof_mono_ms; /* of the last fresh proof that was asked for; 0: none was */
	uint64_t saves
		[LIMIT_SAVES_BEGUN]; /* of the log: files that began to be taken out in it, the newest first; 0: none */
};

struct sessions;

/** memory->take NULL, or without any that is locked: in memory like any other.  ERR_NOMEM. */
MUST_CHECK enum err sessions_create(struct sessions **out, const struct index_memory *memory);
void sessions_free(struct sessions *s);
/** The turn is kept, or one begins.  NULL, as in the next two: there is nobody to sign in. */
void sessions_settle(struct sessions *s);
/** The turn was undone. */
void sessions_put_back(struct sessions *s);
/** Between turns: nobody is signed in any more. */
void sessions_clear(struct sessions *s);

/** What a token is known by.  False: it is none, by its length. */
bool session_key(struct span token, struct id32 *key);
/** The one with this key, if it is not over, and its person has the roles with which it began; else NULL.  After rights_load;
 *  borrowed until one begins or ends. */
const struct session *session_find(const struct node *n, const struct id32 *key, uint64_t wall_ms,
				   uint64_t mono_ms);
/** Of the turn at hand: its person did something. */
void session_seen(struct turn *t, const struct session *s);
/** Was a fresh proof given in it, as short ago as LIMIT_STEP_UP_MS? */
bool session_fresh(const struct turn *t, const struct session *s);
/** A file began to be taken out in it, under that entry of the log; of more than LIMIT_SAVES_BEGUN the oldest does not go on. */
void session_saves(struct turn *t, const struct session *s, uint64_t seq);
/** Did that one begin in it? */
bool session_saving(const struct session *s, uint64_t seq);
/** A new one of this person (staff, passkey, roles, how; proof_ms not 0: a fresh proof was just given), and its token.  Of one person
 *  the oldest gives way, and where all places are taken the oldest one of whoever holds most. */
void session_begin(struct turn *t, const struct session *as, uint8_t token[SESSION_TOKEN]);
/** The same session under another token, with a fresh proof. */
void session_renew(struct turn *t, const struct session *s, uint8_t token[SESSION_TOKEN]);
void session_end(struct turn *t, const struct session *s);
/** Of this person; passkey not NULL: those that began with it.  How many. */
size_t session_end_of(struct turn *t, const struct id16 *staff, const struct id16 *passkey);
/** All of all people. */
void session_end_all(struct turn *t);
/** Those that are not over, one by one from *place = 0; NULL past the last.  After rights_load. */
const struct session *session_each(const struct turn *t, size_t *place);
/** Until when it lasts if nobody does anything in it. */
uint64_t session_until(const struct node *n, const struct session *s);

/** Is the door shut for this person, because sign-ins failed? */
bool failing_shut(const struct turn *t, const struct id16 *staff);
/** One more failed.  True: with this one it is shut. */
bool failing_note(struct turn *t, const struct id16 *staff);
/** This person signed in. */
void failing_forget(struct turn *t, const struct id16 *staff);

/** 32 bytes for a browser to sign.  For what: a label of the caller's; for whom: zeros, whoever it is. */
enum challenge_use { CHALLENGE_SIGN_IN = 1, CHALLENGE_STEP_UP, CHALLENGE_ADD };
void challenge_make(struct turn *t, enum challenge_use use, const struct id16 *whom,
		    uint8_t out[32]);
/** Is it one of ours, for this, and not too old?  It stays so until it is used. */
bool challenge_holds(const struct turn *t, enum challenge_use use, const struct id16 *whom,
		     const uint8_t challenge[32]);
/** This person answered it: it holds no more.  False: it was answered before, or too many of this person, or of all, were. */
bool challenge_use_up(struct turn *t, const struct id16 *staff, const uint8_t challenge[32]);

#endif /* KRING_DOMAIN_SIGNIN_SESSION_H */
