/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * connect - a partner's line: up, down, keys, questions.
 *
 * Layer:    domain/stream (base, proto, store; lower rooms).
 * Owns:     the connections in struct peer.
 * Threads:  core process, event-loop thread only.
 * Time:     questions run on mono_ms.
 * Durable:  nothing.
 * Privacy:  ids, times and codes only.
 *
 * tests/model/stream_model.py is the executable form of these rules.  State rides along in every
 * frame and never by itself causes one; one question is outstanding per connection, and only its
 * answer rewinds.
 */
#ifndef KRING_DOMAIN_STREAM_CONNECT_H
#define KRING_DOMAIN_STREAM_CONNECT_H

#include "domain/exchange/pair.h"

/** A line's own rules (struct conn, state.h); the one that it breaks, for require_sound(); NULL: none.
 *   sent <= num_last, base <= num_last    no number leaves, or was receipted, before it was given
 *   asked: question != 0                  a question has a number
 *   probing: agreed <= differed           the search for where two logs part narrows
 *   hangups <= LIMIT_HANGUPS */
const char *connect_flaw(const struct conn *c, const struct pair *pr);
/** The pair of this line.  The line is of memory, the pair of the disk: ERR_CORRUPT when its row went back behind the line. */
MUST_CHECK enum err connect_pair(struct turn *t, uint16_t peer, const struct conn *c,
				 struct pair **out);
MUST_CHECK enum err connect_up(struct turn *t, struct peer *p);
MUST_CHECK enum err connect_down(struct turn *t, struct peer *p);
/** At start: who is owed something. */
MUST_CHECK enum err connect_load(struct turn *t);
/** Was it heard, and does it still answer? */
bool connect_alive(const struct turn *t, const struct peer *p);
/** Its line gave an answer: nothing is waited for but what is still under way. */
void connect_answered(const struct turn *t, const struct pair *pr, struct conn *c);
/** Our question was answered just now: when the next one is due. */
MUST_CHECK enum err connect_next_question(struct turn *t, const struct peer *p,
					  const struct pair *pr, struct conn *c);
/** The partner asked, and gets this answer: of two ends at rest one asks. */
MUST_CHECK enum err connect_was_asked(struct turn *t, const struct peer *p, struct pair *pr,
				      struct conn *c, struct answer *a);
MUST_CHECK enum err connect_prekey(struct turn *t, struct peer *p, struct span record);
/** An envelope for a prekey we no longer hold: tell the sender, with a fresh one. */
MUST_CHECK enum err connect_unopened(struct turn *t, struct peer *p, struct span prekey_id);
MUST_CHECK enum err connect_tick(struct turn *t, struct peer *p);
/** Is our clock confirmed: by a partner heard lately, or by an administrator? */
MUST_CHECK enum err connect_clock_agreed(struct turn *t, uint16_t peer, bool *agreed);
/** ... by any partner: what follows from a date alone, of nobody in particular, waits for that. */
MUST_CHECK enum err connect_clock_sure(struct turn *t, bool *sure);
/** Monotonic time of the next question, UINT64_MAX none. */
uint64_t connect_next_mono_ms(const struct node *n);
/** Whoever has something to say dials, whoever's turn it is.  silent: hang up first. */
MUST_CHECK enum err connect_dial(struct turn *t, struct peer *p, bool silent);

#endif /* KRING_DOMAIN_STREAM_CONNECT_H */
