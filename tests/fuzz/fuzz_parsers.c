/* SPDX-License-Identifier: EUPL-1.2 */
/* Every parser that reads foreign bytes.  The first byte chooses the parser, so one corpus serves all.
 * Beside crashes it checks one promise: what the walker lets through, protobuf-c unpacks in the arena. */
#include <stdlib.h>
#include <strings.h>

#include "base/check.h"
#include "domain/flow/report.h"
#include "io/ipc.h"
#include "proto/msg.h"
#include "proto/walk.h"
#include "proto/wire_roster.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse_roster(struct span s)
{
	struct wire_roster e;
	struct wire_genesis g;
	struct wire_add a;
	struct wire_node n;

	if (wire_roster_get(s, &e) == ERR_OK) {
		(void)!wire_genesis_get(e.payload, &g);
		if (wire_add_get(e.payload, &a) == ERR_OK)
			(void)!wire_node_get(a.node, &n);
	}
	(void)!wire_genesis_get(s, &g);
	(void)!wire_add_get(s, &a);
	(void)!wire_node_get(s, &n);
}

/* Small layouts of membership and audit, one after the other over the same bytes. */
static void parse_words(struct span s)
{
	struct wire_witness w;
	struct wire_remove r;
	struct wire_genesis g = {.m = 1};
	struct wire_checkpoint c;
	struct wire_node_carried n;

	(void)!wire_witness_get(s, &w);
	(void)!wire_remove_get(s, &r);
	(void)!wire_roots_get(s, &g);
	(void)!wire_checkpoint_get(s, &c);
	(void)!wire_node_carried_get(s, &n);
}

/* An invite as somebody pasted it; what is read back must be what a writer would write. */
static void parse_token(struct span s)
{
	char text[WIRE_TOKEN_MAX + 64] = "", again[WIRE_TOKEN_MAX + 1];
	struct wire_invite v;

	memcpy(text, s.p, s.len < sizeof text - 1 ? s.len : sizeof text - 1);
	if (wire_token_get(text, &v) == ERR_OK)
		require(wire_token_put(&v, again) == ERR_OK && strcasecmp(again, text) == 0);
}

/* What the other process says, as it lies in the read buffer: records one after the other. */
static void parse_ipc(struct span s)
{
	struct ipc_record rec;
	size_t used = 1, sum = 0;

	while (used != 0 && ipc_next(s, &rec, &used) == ERR_OK) {
		for (size_t i = 0; used != 0 && i < rec.bytes.len; i++)
			sum += rec.bytes.p[i]; /* every byte that is handed out may be read */
		s = span_of(s.p + used, s.len - used);
	}
	__asm__ volatile("" ::"r"(sum));
}

/* A partner's quarterly figures: whatever is let through could have been made by our own rules. */
/* One for all inputs, wiped after each: to make one costs more than most of them. */
static struct arena *memory(void)
{
	static struct arena a;

	if (a.base == NULL)
		require(arena_create(&a, 8u << 20) == ERR_OK);
	return &a;
}

static void parse_report(struct span s)
{
	static struct peer peers[3] = {
		{.no = 1, .added_seq = 1}, {.no = 2, .added_seq = 2}, {.no = 3, .added_seq = 9}};
	struct node n = {.peers = peers, .peer_count = 3};
	struct report r;
	struct turn t = {.node = &n, .arena = memory()};

	if (report_parse(&t, s, &r) == ERR_OK)
		for (size_t i = 0; i < 3 * (size_t)COUNT_CELLS; i++) {
			const uint32_t v = r.figures.flow[i / COUNT_CELLS][i % COUNT_CELLS];

			require(v == 0 || (v >= LIMIT_FLOW_K && v % LIMIT_FLOW_STEP == 0));
		}
	arena_reset(t.arena);
}

static void parse_frame(struct span s)
{
	struct wire_frame_view v;
	struct wire_part p;
	struct wire_doc d;
	struct rd r;

	if (wire_frame_get(s, &v) != ERR_OK)
		return;
	r = rd_of(v.parts);
	while (wire_part_next(&r, &p))
		if (p.type == WIRE_PART_DOCUMENT)
			(void)!wire_doc_get(p.bytes, &d);
		else if (p.type == WIRE_PART_ROSTER || p.type == WIRE_PART_PROPOSAL)
			parse_roster(p.bytes);
}

static void parse_message(enum msg_kind kind, struct span s)
{
	struct err_text why;
	struct arena *a = memory();
	struct msg *m;

	if (walk_check(kind, s, &why) != ERR_OK)
		return;
	require(msg_parse(a, kind, s, &m, &why) == ERR_OK);
	(void)msg_cats(m);
	arena_reset(a);
}

/* KRING_FUZZ_ONLY=N: this parser alone, for a long run of its own. */
static int only(void)
{
	const char *v = getenv("KRING_FUZZ_ONLY");

	return v == NULL ? -1 : (int)strtol(v, NULL, 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s;
	struct wire_envelope e;
	struct wire_prekey k;
	struct wire_doc d;

	if (size < 1 || size > 70000)
		return 0;
	s = span_of(data + 1, size - 1);
	switch (only() < 0 ? data[0] : only()) {
	case 0:
		(void)!wire_envelope_get(s, &e);
		break;
	case 1:
		(void)!wire_prekey_get(s, &k);
		break;
	case 2:
		parse_frame(s);
		break;
	case 3:
		(void)!wire_doc_get(s, &d);
		break;
	case 4:
		parse_roster(s);
		break;
	case 252:
		parse_report(s);
		break;
	case 253:
		parse_ipc(s);
		break;
	case 254:
		parse_words(s);
		break;
	case 255:
		parse_token(s);
		break;
	default: /* 5 to 251: a kind of message; alone, the first byte still chooses which */
		parse_message(
			(enum msg_kind)((data[0] + 5 * MSG_KIND_COUNT_ - 5) % MSG_KIND_COUNT_), s);
		break;
	}
	return 0;
}
