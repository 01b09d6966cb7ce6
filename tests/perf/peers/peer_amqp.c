/* SPDX-License-Identifier: EUPL-1.2 */
/* AMQP 0-9-1 (RabbitMQ): confirmed, persistent messages into A's quorum queue "out"; a shovel hands them to B's quorum queue
 * "in", whose consumer acknowledges each.  Modes: load.h. */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "load.h"

enum {
	CHANNEL = 1,
	FRAME_MAX = 131072,
	PREFETCH = 1000,
	AGAIN_MS = 50,
	TRIES = 2400 /* two minutes: a broker starts slowly */
};

struct producer {
	amqp_connection_state_t line;
	size_t acked;
};

static bool fine(amqp_connection_state_t line)
{
	return amqp_get_rpc_reply(line).reply_type == AMQP_RESPONSE_NORMAL;
}

static amqp_connection_state_t try_line(int port)
{
	amqp_connection_state_t line = amqp_new_connection();
	amqp_socket_t *s = amqp_tcp_socket_new(line);

	if (s != NULL && amqp_socket_open(s, "127.0.0.1", port) == AMQP_STATUS_OK &&
	    amqp_login(line, "/", 0, FRAME_MAX, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest")
			    .reply_type == AMQP_RESPONSE_NORMAL) {
		(void)amqp_channel_open(line, CHANNEL);
		if (fine(line))
			return line;
	}
	(void)amqp_destroy_connection(line);
	return NULL;
}

static amqp_connection_state_t dial(int port)
{
	for (int i = 0; i < TRIES; i++) {
		amqp_connection_state_t line = try_line(port);

		if (line != NULL)
			return line;
		(void)poll(NULL, 0, AGAIN_MS);
	}
	load_fail("connect", "the broker does not answer");
}

static bool declare(amqp_connection_state_t line, const char *queue)
{
	amqp_table_entry_t kind = {.key = amqp_cstring_bytes("x-queue-type")};
	amqp_table_t with = {1, &kind};

	kind.value.kind = AMQP_FIELD_KIND_UTF8;
	kind.value.value.bytes = amqp_cstring_bytes("quorum");
	(void)amqp_queue_declare(line, CHANNEL, amqp_cstring_bytes(queue), 0, 1, 0, 0, with);
	return fine(line);
}

/* B's consumer.  It comes back by itself: in "take" B starts while it waits. */
static void *consume(void *arg)
{
	struct load *l = arg;

	for (;;) {
		amqp_connection_state_t line = dial(l->port_b);

		if (declare(line, "in")) {
			(void)amqp_basic_qos(line, CHANNEL, 0, PREFETCH, 0);
			(void)amqp_basic_consume(line, CHANNEL, amqp_cstring_bytes("in"),
						 amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
		}
		while (fine(line)) {
			amqp_envelope_t e;

			amqp_maybe_release_buffers(line);
			if (amqp_consume_message(line, &e, NULL, 0).reply_type !=
			    AMQP_RESPONSE_NORMAL)
				break;
			(void)amqp_basic_ack(line, CHANNEL, e.delivery_tag, 0);
			amqp_destroy_envelope(&e);
			(void)sem_post(&l->came);
		}
		(void)amqp_destroy_connection(line);
		(void)poll(NULL, 0, AGAIN_MS);
	}
	return NULL;
}

/* One frame of A, if it is there or wait: a confirmation. */
static void hear(struct producer *p, bool wait)
{
	struct timeval none = {0, 0};
	amqp_frame_t f;
	int rc;

	amqp_maybe_release_buffers(p->line);
	rc = wait ? amqp_simple_wait_frame(p->line, &f)
		  : amqp_simple_wait_frame_noblock(p->line, &f, &none);
	if (rc == AMQP_STATUS_TIMEOUT)
		return;
	if (rc != AMQP_STATUS_OK)
		load_fail("confirmation", amqp_error_string2(rc));
	if (f.frame_type != AMQP_FRAME_METHOD)
		return;
	if (f.payload.method.id == AMQP_BASIC_NACK_METHOD)
		load_fail("confirmation", "refused");
	if (f.payload.method.id == AMQP_BASIC_ACK_METHOD) {
		const amqp_basic_ack_t *ack = f.payload.method.decoded;

		p->acked = ack->multiple ? ack->delivery_tag : p->acked + 1;
	}
}

static void publish(struct load *l, struct producer *p)
{
	const amqp_basic_properties_t durable = {._flags = AMQP_BASIC_DELIVERY_MODE_FLAG,
						 .delivery_mode = 2};

	if (amqp_basic_publish(p->line, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes("out"), 0, 0,
			       &durable, (amqp_bytes_t){l->size, l->body}) != AMQP_STATUS_OK)
		load_fail("publish", "the line ended");
}

static void flow(struct load *l, struct producer *p)
{
	const bool arrives = load_is(l, "flow");
	const uint64_t since = clock_mono_ns();
	uint64_t accepted;

	for (size_t i = 0; i < l->count; i++) {
		while (i - p->acked >= l->window)
			hear(p, true);
		publish(l, p);
		if (i % 16 == 0)
			hear(p, false);
	}
	while (p->acked < l->count)
		hear(p, true);
	accepted = clock_mono_ns() - since;
	for (size_t i = 0; arrives && i < l->count; i++)
		load_wait(l);
	load_print_rates(l, accepted, arrives ? clock_mono_ns() - since : 0);
}

/* arrives: each until B's consumer has it; else until A confirmed it, as long as it is wanted. */
static void one_by_one(struct load *l, struct producer *p, bool arrives)
{
	uint64_t *took_ns = calloc(l->count, sizeof *took_ns);
	size_t n = 0;

	if (took_ns == NULL)
		load_fail("memory", "none");
	while (n < l->count && (arrives || load_wanted())) {
		const uint64_t since = clock_mono_ns();

		publish(l, p);
		while (p->acked < n + 1)
			hear(p, true);
		if (arrives)
			load_wait(l);
		took_ns[n++] = clock_mono_ns() - since;
	}
	load_print_times(took_ns, n);
	free(took_ns);
}

int main(int argc, char **argv)
{
	struct producer p = {.acked = 0};
	struct load l;
	pthread_t consumer;

	load_open(&l, argc, argv);
	if (load_is(&l, "setup")) {
		if (!declare(dial(l.port_a), "out") || !declare(dial(l.port_b), "in"))
			load_fail("queue", "not declared");
		return 0;
	}
	if ((load_is(&l, "flow") || load_is(&l, "one") || load_is(&l, "take")) &&
	    pthread_create(&consumer, NULL, consume, &l) != 0)
		load_fail("consumer", "no thread");
	if (load_is(&l, "take")) {
		for (size_t i = 0; i < l.count; i++)
			load_wait(&l);
		(void)printf("ok\n");
	} else {
		p.line = dial(l.port_a);
		(void)amqp_confirm_select(p.line, CHANNEL);
		if (load_is(&l, "flow") || load_is(&l, "send"))
			flow(&l, &p);
		else
			one_by_one(&l, &p, load_is(&l, "one"));
	}
	(void)poll(NULL, 0, 2 * AGAIN_MS); /* the last acknowledgements leave */
	exit(0);
}
