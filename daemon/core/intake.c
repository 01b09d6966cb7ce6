/* SPDX-License-Identifier: EUPL-1.2 */
/* Partners' words wait here, each partner's in its own queue, and the time that they take is counted.  Served is whoever
 * took least: a partner that sends what is dear to read makes itself wait, and nobody else.  Who was quiet for a while
 * begins level with the one that is served just now: silence earns no right to a long turn later.
 * Invariant: waiting names the queues that are not empty, each once; bytes is the sum of their charges. */
#include "core/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/limits.h"
#include "io/ipc.h"

enum { FIRST_US = 1000, NEWCOMERS = 0, SERVED_MAX = 64 };

/* net keeps to its credit, and a message more of each partner; between two messages a line changes once.  A net that was
 * taken over keeps to nothing: also what is empty takes room. */
#define BYTES_MAX                                                                                  \
	(2 * (size_t)LIMIT_IPC_CREDIT +                                                            \
	 (size_t)LIMIT_PEERS * (LIMIT_IPC_RECORD + 2 * IPC_CHARGE_MIN))

struct kept {
	struct intake_item item; /* first: intake_done gets it back */
	struct kept *next;
	uint64_t put_us; /* what its queue had taken by then */
	uint8_t bytes[];
};

struct queue {
	struct kept *first, *last;
	uint64_t taken_us;  /* time, as it counts for its turn ... */
	uint64_t ahead_us;  /* ... and what its items that are served now will probably take */
	uint64_t expect_us; /* for one item, as they were lately */
};

struct intake {
	struct queue of[LIMIT_PEERS + 1]; /* NEWCOMERS: of all of them */
	uint16_t waiting[LIMIT_PEERS + 1];
	size_t count;
	size_t bytes;		     /* as ipc_charge counts */
	uint64_t level_us;	     /* of who was served last */
	uint16_t served[SERVED_MAX]; /* since intake_settle */
	size_t served_count;
};

enum err intake_create(struct intake **out)
{
	*out = calloc(1, sizeof **out);
	return *out == NULL ? ERR_NOMEM : ERR_OK;
}

void intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	intake_clear(in);
	free(in);
}

static size_t queue_of(uint8_t type, uint16_t peer)
{
	return type == IPC_ONBOARD || peer > LIMIT_PEERS ? NEWCOMERS : peer;
}

/* A line that came and went before anybody looked is one change: its last state is what counts, and that it was away. */
static bool merged(struct queue *q, const struct intake_item *item)
{
	struct kept *k = q->last;
	const bool up = item->type == IPC_PEER_UP;

	if (k == NULL || (!up && item->type != IPC_PEER_DOWN) ||
	    (k->item.type != IPC_PEER_UP && k->item.type != IPC_PEER_DOWN))
		return false;
	if (!up)
		k->item.type = IPC_PEER_DOWN;
	k->item.then_up = up && k->item.type == IPC_PEER_DOWN;
	return true;
}

enum err intake_put(struct intake *in, const struct intake_item *item)
{
	const size_t no = queue_of(item->type, item->peer);
	struct queue *q = &in->of[no];
	struct kept *k;

	if (merged(q, item))
		return ERR_OK;
	if (in->bytes + ipc_charge(item->bytes.len) > BYTES_MAX)
		return ERR_FULL;
	k = malloc(sizeof *k + item->bytes.len);
	if (k == NULL)
		return ERR_NOMEM;
	k->item = *item;
	k->next = NULL;
	if (item->bytes.len != 0)
		memcpy(k->bytes, item->bytes.p, item->bytes.len);
	k->item.bytes = span_of(k->bytes, item->bytes.len);
	in->bytes += ipc_charge(item->bytes.len);
	k->put_us = q->taken_us;
	if (q->first != NULL) {
		q->last = q->last->next = k;
		return ERR_OK;
	}
	require(in->count <= LIMIT_PEERS);
	q->first = q->last = k;
	in->waiting[in->count++] = (uint16_t)no;
	if (q->taken_us < in->level_us)
		k->put_us = q->taken_us = in->level_us;
	if (q->expect_us == 0)
		q->expect_us = FIRST_US;
	return ERR_OK;
}

static uint64_t turn_of(const struct intake *in, size_t waiting)
{
	const struct queue *q = &in->of[in->waiting[waiting]];

	return q->taken_us + q->ahead_us;
}

struct intake_item *intake_next(struct intake *in)
{
	size_t least = 0;
	struct queue *q;
	struct kept *k;

	require(in->count <= LIMIT_PEERS + 1);
	if (in->count == 0 || in->served_count == SERVED_MAX)
		return NULL;
	for (size_t i = 1; i < in->count; i++)
		if (turn_of(in, i) < turn_of(in, least))
			least = i;
	q = &in->of[in->waiting[least]];
	in->served[in->served_count++] = in->waiting[least];
	k = q->first;
	q->first = k->next;
	if (q->first == NULL) {
		q->last = NULL;
		in->waiting[least] = in->waiting[--in->count];
	}
	in->level_us = q->taken_us;
	q->ahead_us += q->expect_us;
	k->item.own_us = q->taken_us - k->put_us;
	require(in->bytes >= ipc_charge(k->item.bytes.len));
	in->bytes -= ipc_charge(k->item.bytes.len);
	return &k->item;
}

void intake_done(struct intake_item *item)
{
	free(item);
}

uint64_t intake_expect_us(const struct intake *in, const struct intake_item *item)
{
	return in->of[queue_of(item->type, item->peer)].expect_us;
}

/* A quarter of the new and three of the old: one item that took long does not bar a partner for good. */
void intake_spent(struct intake *in, uint8_t type, uint16_t peer, uint64_t us, bool whole)
{
	struct queue *q = &in->of[queue_of(type, peer)];

	q->taken_us += us;
	if (whole)
		q->expect_us = (3 * q->expect_us + us) / 4 + 1;
}

void intake_settle(struct intake *in)
{
	require(in->served_count <= SERVED_MAX);
	for (size_t i = 0; i < in->served_count; i++)
		in->of[in->served[i]].ahead_us = 0;
	in->served_count = 0;
}

bool intake_waits(const struct intake *in)
{
	return in->count > 0;
}

void intake_clear(struct intake *in)
{
	struct intake_item *item;

	for (intake_settle(in); (item = intake_next(in)) != NULL; intake_settle(in))
		intake_done(item);
}
