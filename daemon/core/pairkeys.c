/* SPDX-License-Identifier: EUPL-1.2 */
/* A key that serves for one frame costs more than the frame: it is drawn, signed, verified at the other end.  So it serves for
 * some frames, or for a moment; whoever talks less than once a second gets a key for each frame, as what is said seldom is worth
 * most to whoever takes the memory later.  Nothing wakes for it: without a frame nobody could be told of the next one. */
#include "core/pairkeys.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/limits.h"
#include "proto/wire.h"

enum {
	LIFE_S = 9 * 86400, /* as long as a prekey */
	REDRAW_MS = 3600000 /* a silent line asks more often */
};

/* Of one partner.  Invariant: frames > 0 exactly when it is in serving. */
struct pairkey {
	uint64_t record_ms; /* wall clock, as its record says */
	uint64_t drawn_mono_ms;
	uint32_t frames; /* sealed to it */
};

struct pairkeys {
	struct node *node;
	struct keybox *keybox;
	struct pairkey of[KEYBOX_PEERS_MAX + 1];
	uint16_t serving[KEYBOX_PEERS_MAX];
	size_t count;
};

static_assert((int)KEYBOX_PEERS_MAX >= (int)LIMIT_PEERS, "every partner has a pair of keys");

enum err pairkeys_create(struct pairkeys **out, struct node *n, struct keybox *kb)
{
	struct pairkeys *k = calloc(1, sizeof *k);

	if (k == NULL)
		return ERR_NOMEM;
	k->node = n;
	k->keybox = kb;
	*out = k;
	return ERR_OK;
}

void pairkeys_free(struct pairkeys *k)
{
	free(k);
}

/* It serves no more, or not yet. */
static void unserve(struct pairkeys *k, uint16_t no)
{
	for (size_t i = 0; i < k->count && k->of[no].frames > 0; i++) {
		if (k->serving[i] != no)
			continue;
		k->serving[i] = k->serving[--k->count];
		k->of[no].frames = 0;
	}
	require(k->of[no].frames == 0);
}

void pairkeys_renew(struct pairkeys *k, uint16_t no, const struct node_time *now)
{
	const struct peer *p = state_peer(k->node, no);
	uint8_t record[WIRE_PREKEY_LEN];
	const struct span part = span_of(record, WIRE_PREKEY_SIGNED);
	struct wire_prekey w = {
		.fed_id = k->node->fed_id,
		.node = k->node->node_id,
		.key_seq = keybox_key_seq(k->keybox),
		.kind = WIRE_PREKEY_PAIR,
		.suite = WIRE_SUITE_1,
	};

	/* the number is net's word: one that is nobody's is passed over */
	if (p == NULL || p->self || keybox_pair_new(k->keybox, no, &w.id, &w.pub) != ERR_OK)
		return;
	require(no <= KEYBOX_PEERS_MAX);
	w.peer = p->node_id;
	/* A time that our clock never should have shown is no floor: partners refused what it dated. */
	if (k->of[no].record_ms > now->wall_ms + 1000ULL * LIMIT_CLOCK_SKEW_S)
		k->of[no].record_ms = 0;
	w.time_ms = now->wall_ms > k->of[no].record_ms ? now->wall_ms : k->of[no].record_ms + 1;
	w.not_after_s = w.time_ms / 1000 + LIFE_S;
	wire_prekey_put(&w, record);
	keybox_sign(k->keybox, SIGN_PREKEY, &part, 1, record + WIRE_PREKEY_SIGNED);
	unserve(k, no);
	k->of[no].record_ms = w.time_ms;
	k->of[no].drawn_mono_ms = now->mono_ms;
	node_set_pair_prekey(k->node, no, record);
}

static bool is_old(const struct pairkey *k, const struct node_time *now)
{
	return now->mono_ms >= k->drawn_mono_ms + PAIRKEYS_AGE_MS;
}

/* By the first frame the partner shows that it has it.  Until then the one before opens what is under way; from here on nothing
 * comes that was sealed to that, because a line keeps its order. */
void pairkeys_served(struct pairkeys *k, uint16_t no, const struct node_time *now)
{
	struct pairkey *of;

	require(no >= 1 && no <= KEYBOX_PEERS_MAX);
	of = &k->of[no];
	if (of->frames++ == 0) {
		require(k->count < KEYBOX_PEERS_MAX);
		k->serving[k->count++] = no;
		keybox_pair_settle(k->keybox, no);
		node_pair_prekey_used(k->node, no);
	}
	if (of->frames >= PAIRKEYS_FRAMES || is_old(of, now))
		pairkeys_renew(k, no, now);
}

/* A partner takes no record twice, also when it forgot the key: only a new one helps it.  One that nobody used yet is shown again,
 * because each new one takes the place of one that may be on its way. */
void pairkeys_asked(struct pairkeys *k, uint16_t no, const struct node_time *now)
{
	if (no >= 1 && no <= KEYBOX_PEERS_MAX &&
	    (k->of[no].frames > 0 || k->of[no].record_ms + REDRAW_MS < now->wall_ms))
		pairkeys_renew(k, no, now);
}

/* What was sealed to them and is still under way is sent again on the next line. */
void pairkeys_drop(struct pairkeys *k, uint16_t no)
{
	keybox_pair_drop(k->keybox, no);
	if (no >= 1 && no <= KEYBOX_PEERS_MAX)
		unserve(k, no);
}

/* From behind: a renewal takes its own place out of the row, and puts the last one there, which was looked at already. */
void pairkeys_look(struct pairkeys *k, const struct node_time *now)
{
	for (size_t i = k->count; i-- > 0;)
		if (is_old(&k->of[k->serving[i]], now))
			pairkeys_renew(k, k->serving[i], now);
}
