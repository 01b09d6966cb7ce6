/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * joining - the newcomer's end of the onboarding handshake, with all its waiting (proto/PROTOCOL.md 3a).
 *
 * Layer:    tool/node.
 * Owns:     the line, while there is one; the file "joining" in the node's directory.
 * Threads:  one.
 * Time:     monotonic; every question waits until the person's patience ends.
 * Durable:  the random number of the handshake, before it is used: a process that is killed goes on with the same digits.
 * Privacy:  an organisation's public keys; that number is nobody's secret once the digits were read aloud.
 */
#ifndef KRING_TOOL_NODE_JOINING_H
#define KRING_TOOL_NODE_JOINING_H

#include "domain/newcomer/onboard.h"
#include "io/newcomer/joinline.h"
#include "proto/wire_roster.h"
#include "tool/node/nodedir.h"

/** What was last said to the person who waits. */
enum joining_told { JOINING_NOTHING, JOINING_BUSY, JOINING_SILENT };

/* What is known so far.  The words are what both ends make the digits of. */
struct joining {
	struct joinline *line;
	struct wire_invite invite;
	uint8_t join[NODEDIR_JOIN_MAX];
	size_t join_len;
	struct id32 r_c; /* our number */
	struct id16 session;
	uint32_t entries; /* of the roster */
	struct onboard_words words;
	uint64_t end_mono_ms;	/* the person waits no longer */
	uint64_t heard_mono_ms; /* the last answer */
	unsigned silence_ms;	/* how long without one before it is given up; 0: until the end */
	enum joining_told told;
	bool resumed; /* it goes on with what a call before began */
	bool confirmed;
	uint8_t *buf; /* LIMIT_ONBOARD_MESSAGE */
	size_t len;
};

/** The number of a call before, with this invite and these keys, or a new one; written before it is used. */
MUST_CHECK enum err joining_begin(struct joining *j, const char *dir);
/** Another number: the handshake with the one before is over. */
MUST_CHECK enum err joining_again(struct joining *j, const char *dir);
/** The digits were confirmed, or (false) never will be. */
void joining_over(struct joining *j, const char *dir, bool confirmed);

/* Questions.  ERR_DENIED: the member knows no such handshake (any more).  ERR_BUSY: silence.  ERR_FULL: it is busy. */
MUST_CHECK enum err joining_hello(struct joining *j);
/** The carried entry is in buf + 1. */
MUST_CHECK enum err joining_entry(struct joining *j, uint64_t seq);
MUST_CHECK enum err joining_reveal(struct joining *j, enum wire_onboard_state *state);
MUST_CHECK enum err joining_ask(struct joining *j, enum wire_onboard_state *state);
/** The line is free for others; the next question dials again. */
void joining_let_go(struct joining *j);

#endif /* KRING_TOOL_NODE_JOINING_H */
