/* SPDX-License-Identifier: EUPL-1.2 */
/* The whole domain behind foreign bytes: parts of a frame, roster entries, node records, onboarding,
 * control requests, prekeys.  Signatures count as good (fake_crypto, KRING_FUZZ_TRUST), so that what lies
 * behind them is reached; the store is the one in memory, and damage found in it ends the run.
 *
 * One federation lives through many inputs, so the last one alone shows nothing: all of them since it began are written to
 * fuzz_domain.run, and that file, given as the one input, plays them again. */
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "crypto/identity.h"
#include "domain/newcomer/onboard.h"
#include "sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FRESH_EVERY = 2000, STEPS = 200, NEWCOMER = 255, RUN_BYTES = 64 << 20 };
#define RUN_MAGIC "kring fuzz run\n"

static struct sim sim;
static unsigned runs;
static uint8_t
	played[RUN_BYTES]; /* each input of this federation behind its length (4, big-endian) */
static size_t played_len;
static struct wire_invite invite;
static uint8_t session[16]; /* of the last CHALLENGE */

static void fresh(void)
{
	static const struct sim_profile calm = {.name = "fuzz", .hostile = true};

	if (runs > 0)
		sim_close(&sim);
	sim_open(&sim, 1, &calm, false); /* three nodes */
	memset(&invite, 0, sizeof invite);
	sim_connect(&sim, 0, 1);
	for (int i = 0; i < 20; i++)
		sim_step(&sim);
	runs = 0;
	played_len = 0;
}

static void keep(const uint8_t *data, size_t size)
{
	require(size <= sizeof played - 4 - played_len);
	be32_put(played + played_len, (uint32_t)size);
	memcpy(played + played_len + 4, data, size);
	played_len += 4 + size;
}

static void write_run(void)
{
	FILE *f = fopen("fuzz_domain.run", "wb");

	if (f == NULL)
		return;
	(void)fwrite(RUN_MAGIC, 1, sizeof RUN_MAGIC - 1, f);
	(void)fwrite(played, 1, played_len, f);
	(void)fclose(f);
}

static void feed(enum event_type type, uint16_t peer, struct span bytes)
{
	sim_turn(&sim, &sim.nodes[0], &(struct event){.type = type, .peer = peer, .bytes = bytes});
}

/* With an address of its own, so that addresses open and close as well. */
static void make_invite(void)
{
	struct sim_node *n = &sim.nodes[0];
	struct msg *req = msg_new(&n->arena, MSG_REQUEST), *sub;
	struct span bytes;
	char at[64];

	(void)snprintf(at, sizeof at, "tcp://192.0.2.1:%u", 7000 + runs % 100);
	msg_set_u64(req, REQUEST_VERSION, 1);
	sub = msg_sub(&n->arena, req, REQUEST_INVITE);
	msg_set_text(&n->arena, sub, INVITE_NEW_ORG, "Nieuw");
	msg_set_text(&n->arena, sub, INVITE_NEW_ADDRESS, at);
	if (msg_pack(&n->arena, req, &bytes) == ERR_OK)
		feed(EVENT_REQUEST, 0, bytes);
	if (wire_token_get(sim.reply_token, &invite) != ERR_OK)
		memset(&invite, 0, sizeof invite);
}

/* Of this federation, and the id is that of the keys. */
static void fix_join(uint8_t *join, size_t len)
{
	enum { RECORD = 96 + 2, NODE = RECORD + 8 + 16 };
	struct inception in;
	struct id32 id;

	if (len < NODE + 32)
		return;
	in.fed_id = sim.nodes[0].node->fed_id;
	memcpy(join, in.fed_id.b, 16);
	memcpy(join + RECORD + 8, in.fed_id.b, 16);
	memcpy(in.nk_pub.b, join + 16, 32);
	memcpy(in.next_digest.b, join + 48, 32);
	memcpy(in.org_uuid.b, join + 80, 16);
	id = identity_node_id(&in);
	memcpy(join + NODE, id.b, 32);
}

/* A question of somebody with an invite: the mac, the commitment to zeros and the session are right, the rest is as it came. */
static void feed_newcomer(struct span s)
{
	static uint8_t b[LIMIT_ONBOARD_MESSAGE];
	const struct id32 zero = {{0}};
	const struct span join = span_of(b + 65, s.len < 65 ? 0 : s.len - 65);
	struct id32 mac, commit;

	if (s.len < 17 || s.len > sizeof b)
		return;
	if (invite.expiry_s == 0)
		make_invite();
	memcpy(b, s.p, s.len);
	if (b[0] == WIRE_ONB_HELLO && s.len > 65) {
		fix_join(b + 65, join.len);
		mac = onboard_mac(&invite.secret, join);
		commit = onboard_commit(&zero, join);
		memcpy(b + 1, commit.b, 32);
		memcpy(b + 33, mac.b, 32);
	} else {
		memcpy(b + 1, session, 16);
	}
	memset(sim.onboard, 0, sizeof sim.onboard);
	feed(EVENT_ONBOARD, 2, span_of(b, s.len));
	if (sim.onboard[16] == WIRE_ONB_CHALLENGE)
		memcpy(session, sim.onboard + 17, 16);
	if (b[0] == WIRE_ONB_HELLO && sim.onboard[16] == WIRE_ONB_STATE)
		make_invite(); /* used up */
}

/* Documents are of whom they must be; everything else in them is as it came. */
static void fix_documents(uint8_t *parts, size_t len, const struct node *self,
			  const struct node *from)
{
	for (size_t at = 0; at + WIRE_PART_HEAD <= len;) {
		const uint8_t type = parts[at];
		const size_t n = be32_get(parts + at + 2);
		const bool ours = type == WIRE_PART_RETURNED || type == WIRE_PART_ROLLED_BACK;
		uint8_t *doc = parts + at + WIRE_PART_HEAD + (type == WIRE_PART_ROLLED_BACK);

		if (n > len - at - WIRE_PART_HEAD)
			return;
		if ((ours || type == WIRE_PART_DOCUMENT) && n > WIRE_DOC_HEAD) {
			memcpy(doc + 8, self->fed_id.b, 16);
			memcpy(doc + 24, (ours ? self : from)->node_id.b, 32);
			be32_put(doc + 56, 1);
			memcpy(doc + 60, (ours ? from : self)->node_id.b, 32);
		}
		at += WIRE_PART_HEAD + n;
	}
}

/* A frame of node 1 that is right in everything but its parts. */
static void feed_frame(struct span s)
{
	static uint8_t inner[LIMIT_CLASS_2];
	const struct node *n = sim.nodes[0].node, *from = sim.nodes[1].node;
	struct wire_frame f = {.fed_id = n->fed_id,
			       .sender = from->node_id,
			       .recipient = n->node_id,
			       .key_seq = 1,
			       .my_inc = from->inc,
			       .your_inc = n->inc};
	struct rd r = rd_of(s);

	f.first_seq = rd_u8(&r);
	f.got_upto = rd_u8(&r);
	f.held = rd_u8(&r);
	f.roster_seq = rd_u8(&r);
	f.my_inc.no += rd_u8(&r) == 1;
	f.part_count = rd_u8(&r) % 8;
	if (r.bad || r.left > sizeof inner - WIRE_FRAME_EXTRA)
		return;
	memset(inner, 0, sizeof inner);
	wire_frame_put(&f, inner);
	memcpy(inner + WIRE_FRAME_HEAD, r.p, r.left);
	fix_documents(inner + WIRE_FRAME_HEAD, r.left, n, from);
	feed(EVENT_FRAME, 2, span_of(inner, WIRE_FRAME_HEAD + r.left + WIRE_SIG));
}

static void one(const uint8_t *data, size_t size)
{
	static const enum event_type types[] = {EVENT_REQUEST, EVENT_PREKEY,	 EVENT_ROSTER,
						EVENT_RECORD,  EVENT_ONBOARD,	 EVENT_UNOPENED,
						EVENT_WITNESS, EVENT_CHECKPOINT, EVENT_FRAME};
	struct span s;

	if (size < 1 || size > LIMIT_CLASS_2 - 1024)
		return;
	if (runs == 0 || runs++ > FRESH_EVERY || played_len + 4 + size > sizeof played) {
		fresh();
		runs = 1;
	}
	keep(data, size);
	s = span_of(data + 1, size - 1);
	if (data[0] % 2 == 0)
		feed_frame(s);
	else if (data[0] == NEWCOMER)
		feed_newcomer(s);
	else
		feed(types[data[0] / 2 % (sizeof types / sizeof types[0])], 2, s);
	for (unsigned i = 0; sim.bag_len > 64 && i < STEPS;
	     i++) /* words on their way: some arrive */
		sim_step(&sim);
	if (sim.bag_len > 64)
		runs = FRESH_EVERY + 1;
	if (sim.failed[0] != '\0') {
		write_run();
		(void)fprintf(stderr, "fuzz_domain: %s\n", sim.failed);
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t magic = sizeof RUN_MAGIC - 1;

	if (size < magic || memcmp(data, RUN_MAGIC, magic) != 0) {
		one(data, size);
		return 0;
	}
	for (size_t at = magic; size - at >= 4;) {
		const size_t len = be32_get(data + at);

		if (len > size - at - 4)
			break;
		one(data + at + 4, len);
		at += 4 + len;
	}
	return 0;
}
