/* SPDX-License-Identifier: EUPL-1.2 */
/* NATS JetStream: stream OUT at A; stream IN at B takes from OUT over a leaf node, and its consumer acknowledges each message.
 * Modes: load.h. */
#include <nats/nats.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "load.h"

enum { URL_LEN = 64, AGAIN_MS = 50, TRIES = 2400, ASK_MS = 3000, STALL_MS = 60000 };

static const char subject[] = "case.x";

static void must(natsStatus s, const char *what)
{
	if (s != NATS_OK)
		load_fail(what, natsStatus_GetText(s));
}

static natsConnection *dial(int port)
{
	natsConnection *line = NULL;
	char url[URL_LEN];
	natsStatus s = NATS_ERR;

	(void)snprintf(url, sizeof url, "nats://127.0.0.1:%d", port);
	for (int i = 0; i < TRIES && s != NATS_OK; i++) {
		s = natsConnection_ConnectTo(&line, url);
		if (s != NATS_OK)
			(void)poll(NULL, 0, AGAIN_MS);
	}
	must(s, "connect");
	return line;
}

static void ask(natsConnection *line, const char *what, const char *json)
{
	natsMsg *reply = NULL;
	natsStatus s = NATS_ERR;

	for (int i = 0; i < 20 && s != NATS_OK; i++) {
		s = natsConnection_RequestString(&reply, line, what, json, ASK_MS);
		if (s != NATS_OK)
			(void)poll(NULL, 0, 4 * AGAIN_MS);
	}
	must(s, what);
	if (strstr(natsMsg_GetData(reply), "\"error\"") != NULL)
		load_fail(what, natsMsg_GetData(reply));
	natsMsg_Destroy(reply);
}

static void setup(const struct load *l)
{
	natsConnection *a = dial(l->port_a), *b = dial(l->port_b);

	ask(a, "$JS.API.STREAM.CREATE.OUT",
	    "{\"name\":\"OUT\",\"subjects\":[\"case.>\"],\"retention\":\"limits\",\"storage\":"
	    "\"file\","
	    "\"num_replicas\":1,\"max_msgs\":-1,\"max_bytes\":-1,\"discard\":\"new\"}");
	ask(b, "$JS.API.STREAM.CREATE.IN",
	    "{\"name\":\"IN\",\"retention\":\"workqueue\",\"storage\":\"file\",\"num_replicas\":1,"
	    "\"max_msgs\":-1,\"max_bytes\":-1,\"discard\":\"new\",\"sources\":[{\"name\":\"OUT\","
	    "\"external\":{\"api\":\"$JS.A.API\",\"deliver\":\"\"}}]}");
	ask(b, "$JS.API.CONSUMER.DURABLE.CREATE.IN.C1",
	    "{\"stream_name\":\"IN\",\"config\":{\"durable_name\":\"C1\",\"deliver_subject\":\"to."
	    "c1\","
	    "\"deliver_policy\":\"all\",\"ack_policy\":\"explicit\",\"max_ack_pending\":2000,"
	    "\"ack_wait\":30000000000}}");
}

static void on_message(natsConnection *line, natsSubscription *sub, natsMsg *m, void *arg)
{
	struct load *l = arg;

	(void)line;
	(void)sub;
	(void)natsMsg_Ack(m, NULL);
	natsMsg_Destroy(m);
	(void)sem_post(&l->came);
}

static natsConnection *consume(struct load *l)
{
	natsConnection *line = dial(l->port_b);
	natsSubscription *sub = NULL;
	natsStatus s = NATS_ERR;
	jsSubOptions with;
	jsErrCode code = 0;
	jsCtx *js = NULL;

	must(natsConnection_JetStream(&js, line, NULL), "consumer");
	must(jsSubOptions_Init(&with), "consumer");
	with.Stream = "IN";
	with.Consumer = "C1";
	with.ManualAck = true;
	for (int i = 0; i < TRIES && s != NATS_OK; i++) {
		s = js_Subscribe(&sub, js, NULL, on_message, l, NULL, &with, &code);
		if (s != NATS_OK)
			(void)poll(NULL, 0, AGAIN_MS);
	}
	must(s, "subscribe");
	must(natsSubscription_SetPendingLimits(sub, -1, -1), "subscribe");
	return line;
}

static jsCtx *produce(const struct load *l)
{
	jsOptions with;
	jsCtx *js = NULL;

	must(jsOptions_Init(&with), "producer");
	with.PublishAsync.MaxPending = (int64_t)l->window;
	with.PublishAsync.StallWait = STALL_MS;
	must(natsConnection_JetStream(&js, dial(l->port_a), &with), "producer");
	return js;
}

static void flow(struct load *l, jsCtx *js)
{
	const bool arrives = load_is(l, "flow");
	const uint64_t since = clock_mono_ns();
	jsPubOptions with;
	uint64_t accepted;

	for (size_t i = 0; i < l->count; i++)
		must(js_PublishAsync(js, subject, l->body, (int)l->size, NULL), "publish");
	must(jsPubOptions_Init(&with), "publish");
	with.MaxWait = STALL_MS;
	must(js_PublishAsyncComplete(js, &with), "publish");
	accepted = clock_mono_ns() - since;
	for (size_t i = 0; arrives && i < l->count; i++)
		load_wait(l);
	load_print_rates(l, accepted, arrives ? clock_mono_ns() - since : 0);
}

/* arrives: each until B's consumer has it; else until A confirmed it, as long as it is wanted. */
static void one_by_one(struct load *l, jsCtx *js, bool arrives)
{
	uint64_t *took_ns = calloc(l->count, sizeof *took_ns);
	size_t n = 0;

	if (took_ns == NULL)
		load_fail("memory", "none");
	while (n < l->count && (arrives || load_wanted())) {
		const uint64_t since = clock_mono_ns();
		jsPubAck *ack = NULL;
		jsErrCode code = 0;

		must(js_Publish(&ack, js, subject, l->body, (int)l->size, NULL, &code), "publish");
		jsPubAck_Destroy(ack);
		if (arrives)
			load_wait(l);
		took_ns[n++] = clock_mono_ns() - since;
	}
	load_print_times(took_ns, n);
	free(took_ns);
}

int main(int argc, char **argv)
{
	natsConnection *consumer = NULL;
	struct load l;

	load_open(&l, argc, argv);
	if (load_is(&l, "setup")) {
		setup(&l);
		return 0;
	}
	if (load_is(&l, "flow") || load_is(&l, "one") || load_is(&l, "take"))
		consumer = consume(&l);
	if (load_is(&l, "take")) {
		for (size_t i = 0; i < l.count; i++)
			load_wait(&l);
		(void)printf("ok\n");
	} else if (load_is(&l, "flow") || load_is(&l, "send"))
		flow(&l, produce(&l));
	else
		one_by_one(&l, produce(&l), load_is(&l, "one"));
	if (consumer != NULL)
		(void)natsConnection_Flush(consumer); /* the last acknowledgements leave */
	exit(0);
}
