/* SPDX-License-Identifier: EUPL-1.2 */
#include "domain/exchange/answer.h"

enum { ANSWER_PARTS = 12288 };

struct answer *answer_of(struct turn *t, uint16_t peer)
{
	struct answer *a;

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

void answer_part(struct answer *a, uint8_t type, struct span bytes)
{
	struct wr before;

	if (a->parts.cap == 0) /* most turns owe a partner no part at all */
		a->parts = arena_wr(a->arena, ANSWER_PARTS);
	before = a->parts;
	wire_part_put(&a->parts, type, bytes);
	if (a->parts.over)
		a->parts = before; /* no room this time: the question comes again */
	else
		a->part_count++;
}

enum err answer_owe(struct turn *t, uint16_t peer)
{
	return answer_of(t, peer) == NULL ? ERR_NOMEM : ERR_OK;
}
