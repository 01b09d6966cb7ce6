/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * ipc - framed records between core and net over one socketpair.
 *
 * Layer:    io (base only).
 * Owns:     its descriptor and buffers; free only after the loop ended.
 * Threads:  the loop's.
 * Time:     none.
 * Durable:  nothing.
 * Privacy:  sealed envelopes; NetSetup once carries the transport key, so what was read or written is wiped.
 */
#ifndef KRING_IO_IPC_H
#define KRING_IO_IPC_H

#include "base/bytes.h"
#include "io/loop.h"

struct ipc;

enum { IPC_CHARGE_MIN = 2048 };

/* record := len u32 (of what follows) | type u8 | peer u16 | bytes */
enum ipc_type {
	IPC_PEER_UP = 1,
	IPC_PEER_DOWN = 2,
	IPC_MESSAGE = 3,
	IPC_ONBOARD = 4,   /* peer: a line of the onboarding socket */
	IPC_LISTENING = 5, /* bytes: u32, 0 or why it does not (base/endpoint.h) */
	IPC_DOOR =
		6, /* where newcomers speak: u32 as above; u32 words of strangers, connections ended,
				questions told to wait, since it was opened; its address */
	IPC_REFUSED = 7,   /* bytes: enum ipc_cause u8, count u32; peer 0: nobody's */
	IPC_SWAPPABLE = 8, /* net's memory, with the transport key, may be written to the swap */
	IPC_SETUP = 10,
	IPC_SEND = 11,
	IPC_CREDIT = 12, /* peer: whose; bytes: u32, the charges of what was read */
	IPC_ONBOARD_SEND =
		13,    /* peer: the line; bytes: session 16 or zeros (in none), the answer */
	IPC_DIAL = 14, /* bytes: u8, 1: the line is silent, hang up first */
	/* between core and the process of the screens; peer: the tag of a question */
	IPC_ASK = 20, /* bytes: a packed Request */
	IPC_ANSWER_PART =
		21,	  /* the beginning of a packed Reply that is too long for one record ... */
	IPC_ANSWER = 22,  /* ... and the last of it, or the whole */
	IPC_CHANGED = 23, /* bytes: u32, kinds of what changed (Change of control.proto) */
};

/* Why net refused something. */
enum ipc_cause {
	IPC_CAUSE_LINES,     /* connects again and again */
	IPC_CAUSE_STRANGERS, /* connections of nobody known */
	IPC_CAUSE_SHARE,     /* more than its share waits for core already */
	IPC_CAUSE_CROWD,     /* the same, but nobody has much there: many speak at once */
	IPC_CAUSE_FORM,	     /* no envelope for this node, or out of date */
	IPC_CAUSE_SHUT,	     /* it does not let us in: our key is no member's to it */
	IPC_CAUSES
};

/** What a message counts as while it waits: small ones cost time too. */
static inline uint32_t ipc_charge(size_t len)
{
	return len < IPC_CHARGE_MIN ? IPC_CHARGE_MIN : (uint32_t)len;
}

struct ipc_record {
	uint8_t type;
	uint16_t peer;
	struct span bytes; /* lies in the bytes read */
};

/** The record at the start of in.  ERR_LIMIT: too long or too short ever to be one; used is 0 while more must come. */
MUST_CHECK enum err ipc_next(struct span in, struct ipc_record *rec, size_t *used);

struct ipc_calls {
	void (*record)(void *ctx, uint8_t type, uint16_t peer, struct span bytes);
	void (*gone)(void *ctx); /* the other process ended, or spoke nonsense */
	void *ctx;
};

MUST_CHECK enum err ipc_open(struct loop *l, struct ipc **out, int fd,
			     const struct ipc_calls *calls);
/** Queued; leaves with ipc_flush, one write per turn. */
MUST_CHECK enum err ipc_put(struct ipc *i, uint8_t type, uint16_t peer, struct span bytes);
void ipc_flush(struct ipc *i);
/** Closes; memory is freed by the loop. */
void ipc_close(struct ipc *i);

#endif /* KRING_IO_IPC_H */
