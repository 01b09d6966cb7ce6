/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * err - the one error type of the daemon.
 *
 * Layer:    base (includes nothing of ours).
 * Owns:     nothing.
 * Threads:  any.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  texts are static and hold no data.
 *
 * Two lists of causes decide what a caller does, and stand here alone.  err_foreign: what somebody else said does not
 * hold; it is counted and passed over, and never stops a turn.  err_fatal: this machine cannot go on with what it was
 * doing; the turn is undone.  All others are answers: "not there", "not allowed now".
 */
#ifndef KRING_BASE_ERR_H
#define KRING_BASE_ERR_H

#include <stdbool.h>

/* clang-format off */
#define ERR_MAP(X)                                                      \
	X(ERR_NOMEM, "out of memory")                                   \
	X(ERR_INVAL, "invalid argument")                                \
	X(ERR_MALFORMED, "malformed input")                             \
	X(ERR_LIMIT, "limit exceeded")                                  \
	X(ERR_NOTFOUND, "not found")                                    \
	X(ERR_EXISTS, "already exists")                                 \
	X(ERR_DENIED, "refused by a rule")                              \
	X(ERR_STATE, "not possible in this state")                      \
	X(ERR_STALE, "conflicting or outdated version")                 \
	X(ERR_FULL, "storage or queue is full")                         \
	X(ERR_BUSY, "not now, try again")                               \
	X(ERR_CORRUPT, "stored data is damaged")                        \
	X(ERR_CRYPTO, "signature or decryption failed")                 \
	X(ERR_IO, "input/output error")

enum err {
	ERR_OK = 0,
#define ERR_ENUM(name, text) name,
	ERR_MAP(ERR_ENUM)
#undef ERR_ENUM
	ERR_COUNT_
};
/* clang-format on */

#define MUST_CHECK	  __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/** Static text, never NULL, no personal data. */
const char *err_text(enum err e);

/** Words from outside that do not hold: a bad signature, bad bytes, about nothing we know, older than what we know. */
bool err_foreign(enum err e);
/** Memory, disk or stored data fail us. */
bool err_fatal(enum err e);

/** A bounded text: a cause with its values (base/cause.h), or what its function says.  Callers zero it. */
struct err_text {
	char text[1024];
};

#endif /* KRING_BASE_ERR_H */
