/* SPDX-License-Identifier: EUPL-1.2 */
/* Whoever reads a frame, or writes a document, only notes here what a partner is owed; speak.c says it once at the end of
 * the turn.  So ten reasons to answer make one frame.  What finds no room is left out: an answer may always be lost on
 * the way, so whoever asked asks again. */
#include "domain/exchange/answer.h"

#include "base/check.h"

enum { ANSWER_PARTS = 12288 };
static_assert(ANSWER_PARTS < LIMIT_CLASS_2 / 4, "answers leave room for documents in a frame");

/* One for each partner and turn, made when it is first owed something. */
struct answer *answer_of(struct turn *t, uint16_t peer)
{
	struct answer *a;

	require(peer != 0 && state_peer(t->node, peer) != NULL);
	for (a = t->answers; a != NULL; a = a->next)
		if (a->peer == peer)
			return a;
	a = arena_keep(t->arena, sizeof *a);
	if (a == NULL)
		return NULL;
	a->peer = peer;
	a->arena = t->arena;
	a->next = t->answers;
	t->answers = a;
	return a;
}

/* Ready-made: what it says was true when the frame was read, and is on disk when it leaves. */
void answer_part(struct answer *a, uint8_t type, struct span bytes)
{
	struct wr before;

	if (a->part_count == ANSWER_COUNT)
		return;	       /* no room this time: the question comes again */
	if (a->parts.cap == 0) /* most turns owe a partner no part at all */
		a->parts = arena_wr(a->arena, ANSWER_PARTS);
	before = a->parts;
	wire_part_put(&a->parts, type, bytes);
	if (a->parts.over)
		a->parts = before; /* nor this time */
	else
		a->part_count++;
}

enum err answer_owe(struct turn *t, uint16_t peer)
{
	if (state_peer(t->node, peer) == NULL)
		return ERR_CORRUPT; /* of a row of a thread, and no member has this number */
	return answer_of(t, peer) == NULL ? ERR_NOMEM : ERR_OK;
}
