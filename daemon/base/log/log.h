/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * log - one line per event: level, event id, key=value.
 *
 * Layer:    base.
 * Owns:     the level and the role's name, set once at start; how many lines of each event there were lately.
 * Threads:  one of each process; one write(2) per line.
 * Time:     the journal stamps lines; LIMIT_LOG_MS of the monotonic clock for their number.
 * Durable:  nothing.
 * Privacy:  ids, counts and codes only.  No text from outside, no names, no case text.
 */
#ifndef KRING_BASE_LOG_LOG_H
#define KRING_BASE_LOG_LOG_H

#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

/* clang-format off */
#define LOG_EVENTS(X)                                                              \
	X(STARTED) X(STOPPED) X(FAILED) X(SELFTEST_FAILED) X(LISTENING)            \
	X(PEER_UP) X(PEER_DOWN) X(PEER_REFUSED) X(CHILD_DIED) X(CHILD_STARTED)     \
	X(ENVELOPE_DROPPED) X(FRAME_REFUSED) X(DOCUMENT_STORED) X(DOCUMENT_HOLLOW) \
	X(REQUEST_REFUSED) X(CLIENT_DROPPED) X(ROSTER_APPLIED)  \
	X(TURN_RETRIED) X(CREDIT_DROPPED) X(STATE_CHANGED) X(STREAM_RESET) X(ENVELOPE_IN) X(LOCKED) X(NO_LANDLOCK) X(DISK) X(STATE_LOSS) X(SIGNAL) X(SETTINGS) X(FAULT) X(NOT_LOCKED)

enum log_event {
#define LOG_ENUM(name) LOG_##name,
	LOG_EVENTS(LOG_ENUM)
#undef LOG_ENUM
	LOG_EVENT_COUNT_
};
/* clang-format on */

/** role is borrowed for ever (a literal). */
void log_init(const char *role, enum log_level level);
/** fmt yields "key=value key=value"; may be empty.  Of one event LIMIT_LOG_LINES are written within LIMIT_LOG_MS, whatever brings them about;
 *  how many more there were is a line of its own (left_out=N), before the next line behind that time. */
void log_write(enum log_level level, enum log_event event, const char *fmt, ...) PRINTF_LIKE(3, 4);
/** The same at once: where a process has time, so that it does not wait for another line. */
void log_tell(void);

#endif /* KRING_BASE_LOG_LOG_H */
