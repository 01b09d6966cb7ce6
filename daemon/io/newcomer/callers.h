/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * callers - who is connected where newcomers may speak, and how much each of them may.
 *
 * Layer:    io (base only); calls nothing of the system.
 * Owns:     one place for each connection.
 * Threads:  the loop's.
 * Time:     milliseconds of the monotonic clock, given by the caller.
 * Durable:  nothing.
 * Privacy:  addresses of machines, in memory alone.
 *
 * Whoever proved an invite stays before whoever did not; of those from one address the newest stay.  So one that holds many
 * connections, or makes many, ends its own.
 */
#ifndef KRING_IO_NEWCOMER_CALLERS_H
#define KRING_IO_NEWCOMER_CALLERS_H

#include "base/bytes.h"
#include "base/limits.h"

enum { CALLERS_ROUTE = 16 };

/** An address as it is counted: IPv4 whole, IPv6 by its /64. */
struct caller_from {
	uint8_t b[9];
};

/** Of one connection; fd -1: a free place. */
struct caller {
	int fd;
	uint8_t door; /* which of the addresses it came to */
	uint8_t life; /* of this place, never 0: an answer to who had it before is nobody's */
	bool asked;   /* a question waits for its answer */
	struct caller_from from;
	struct id16 session; /* that it proved; zeros: none */
	uint64_t since_ms, last_ms, end_ms;
	uint8_t route[CALLERS_ROUTE];
	size_t route_len;
};

/** Questions of one address in one second. */
struct caller_rate {
	struct caller_from from;
	uint64_t second;
	uint32_t count;
};

struct callers {
	struct caller all[LIMIT_ONBOARD_CALLERS];
	struct caller_rate rates[LIMIT_ONBOARD_CALLERS];
	uint64_t second;
	uint32_t count; /* of all, in that second */
};

void callers_init(struct callers *c);
/** A connection came.  -1, or the one that has to end for it: perhaps itself.  That one is in no place any more. */
int callers_came(struct callers *c, int fd, uint8_t door, const struct caller_from *from,
		 uint64_t now_ms);
/** It ended; one that is in no place is passed over. */
void callers_went(struct callers *c, int fd);
/** NULL: it is in no place. */
struct caller *callers_of(struct callers *c, int fd);
/** A number for its place and life, and back; NULL: it is gone. */
uint16_t callers_line(const struct callers *c, const struct caller *who);
struct caller *callers_at(struct callers *c, uint16_t line);

enum callers_may { CALLERS_ASK, CALLERS_WAIT, CALLERS_IGNORE };
/** It asks something.  WAIT: tell it to ask again.  IGNORE: its last question has no answer yet. */
enum callers_may callers_ask(struct callers *c, struct caller *who, uint64_t now_ms);
/** Its question was answered in this session; NULL: in none.  -1, or a connection that has to end. */
int callers_answered(struct callers *c, struct caller *who, const struct id16 *session,
		     uint64_t now_ms);
/** It said goodbye. */
void callers_bye(struct caller *who, uint64_t now_ms);
/** One whose time is over; it is in no place any more.  -1: none. */
int callers_late(struct callers *c, uint64_t now_ms);
bool callers_any(const struct callers *c);

#endif /* KRING_IO_NEWCOMER_CALLERS_H */
