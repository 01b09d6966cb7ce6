/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * onboard - the addresses where newcomers with an invite may speak (proto/PROTOCOL.md 3a).
 *
 * Layer:    io/newcomer (base only).
 * Owns:     one ROUTER for each address, bound only while an invite is open there.
 * Threads:  the loop's.
 * Time:     a connection may speak for LIMIT_ONBOARD_MS, and say nothing for LIMIT_ONBOARD_IDLE_MS, monotonic.
 * Durable:  nothing.
 * Privacy:  the ZAP domain is "onb": any key may connect, so nothing here is believed; it is core that
 *           checks the invite.
 */
#ifndef KRING_IO_NEWCOMER_ONBOARD_H
#define KRING_IO_NEWCOMER_ONBOARD_H

#include "io/partners/transport.h"

struct onboard;

/* What net itself answers; roles/net.c sees to it that they are the bytes of proto/wire_roster.h. */
enum { ONBOARD_STATE = 5, ONBOARD_DEAD = 3, ONBOARD_BUSY = 4 };

/** What became of a question. */
enum onboard_taken {
	ONBOARD_TAKEN,
	ONBOARD_LATER,	  /* there is no room for it: whoever asks is told to wait */
	ONBOARD_NONSENSE, /* it is no question */
};

/** One address: does it listen (error 0, or why not: base/endpoint.h), and since it was opened: words without a valid
 *  invite, connections that were ended, questions that were told to wait. */
struct onboard_door {
	const char *at;
	int error;
	uint32_t strangers, turned_away, told_to_wait;
};

struct onboard_calls {
	/** line: for onboard_answer, once. */
	enum onboard_taken (*question)(void *ctx, uint16_t line, struct span bytes);
	void (*door)(void *ctx, const struct onboard_door *d);
	void *ctx;
};

MUST_CHECK enum err onboard_create(struct loop *l, struct transport *t, struct onboard **out,
				   const struct onboard_calls *calls);
/** All addresses where newcomers may speak from now on (valid ones; borrowed).  Each that was not open is reported. */
void onboard_set(struct onboard *o, const char *const *at, size_t count);
/** The answer to the question of this line; a line that is gone is no error.  session: in which it was asked; NULL:
 *  in none. */
void onboard_answer(struct onboard *o, uint16_t line, const struct id16 *session,
		    struct span bytes);
void onboard_free(struct onboard *o);

#endif /* KRING_IO_NEWCOMER_ONBOARD_H */
