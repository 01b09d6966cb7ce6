/* SPDX-License-Identifier: EUPL-1.2 */
/**
 * load - what the load generators of two brokers share: arguments, a clock, receipts, results.
 *
 * peer_amqp|peer_nats MODE COUNT SIZE WINDOW PORT_A PORT_B; A takes messages and hands them to B.
 *   setup   queues at both ends
 *   flow    COUNT messages, at most WINDOW unconfirmed: "accepted/s arrived/s"
 *   one     one message at a time, each until B's consumer has it: "p50 ms p99 ms"
 *   send    producer alone: "accepted/s" (the other end is away)
 *   take    consumer alone, until COUNT came: "ok"
 *   slow    one message at a time as long as there is standard input: "p50 ms p99 ms", of A's confirmation
 */
#ifndef KRING_PEERS_LOAD_H
#define KRING_PEERS_LOAD_H

#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load {
	const char *mode;
	size_t count, size, window;
	int port_a, port_b;
	char *body; /* size bytes of text */
	sem_t came; /* posted for each message at B's consumer */
};

/** Arguments as above; ends the program with a line of help when they are wrong. */
void load_open(struct load *l, int argc, char **argv);
void load_close(struct load *l);
bool load_is(const struct load *l, const char *mode);
/** Waits for the receipt of one more message; ends the program when none came for five minutes. */
void load_wait(struct load *l);
/** Prints p50 and p99 of so many times, in ms. */
void load_print_times(uint64_t *took_ns, size_t count);
/** Prints messages a second until they were accepted, and (arrived_ns != 0) until they arrived. */
void load_print_rates(const struct load *l, uint64_t accepted_ns, uint64_t arrived_ns);
/** Is there more standard input, that is: does whoever started us still measure? */
bool load_wanted(void);
/** Ends the program with a reason. */
_Noreturn void load_fail(const char *what, const char *why);

#endif /* KRING_PEERS_LOAD_H */
