/* SPDX-License-Identifier: EUPL-1.2 */
/* What one partner can cost has limits, and whoever meets them is named: an administrator telephones, nobody else notices. */
#include "domain/held.h"

#include "base/check.h"
#include "base/limits.h"

static_assert(HELD_MAX <= LIMIT_REPLY_REPEATED, "every row fits the page");

static const char *const names[] = {
#define HELD_NAME(name, text) [HELD_##name] = (text),
	HELD_CAUSES(HELD_NAME)
#undef HELD_NAME
};

/* When all rows are taken: one of whoever has most of them, and of those the one that is longest over.  So a partner that finds ever more
 * ways to be noted pushes out itself, and hides nobody. */
static struct held_row *gives_way(struct held *h)
{
	struct held_row *r = &h->row[0];
	size_t most = 0;

	require(h->count == HELD_MAX);
	for (size_t i = 0; i < h->count; i++) {
		size_t n = 0;

		for (size_t k = 0; k < h->count; k++)
			n += h->row[k].peer == h->row[i].peer;
		if (n > most || (n == most && h->row[i].last_ms < r->last_ms)) {
			most = n;
			r = &h->row[i];
		}
	}
	return r;
}

void held_note(struct held *h, uint16_t peer, enum held_cause cause, uint64_t count,
	       uint64_t wall_ms)
{
	struct held_row *r = NULL;

	require(h->count <= HELD_MAX && (size_t)cause < sizeof names / sizeof names[0]);
	for (size_t i = 0; i < h->count; i++)
		if (h->row[i].peer == peer && h->row[i].cause == cause)
			r = &h->row[i];
	if (r == NULL) {
		r = h->count < HELD_MAX ? &h->row[h->count++] : gives_way(h);
		*r = (struct held_row){.peer = peer, .cause = cause};
	}
	if (r->count == 0 || r->last_ms + HELD_SHOWN_MS < wall_ms) {
		r->count = 0;
		r->since_ms = wall_ms;
	}
	r->count += count;
	r->last_ms = wall_ms;
}

/* A newcomer knocks before all have heard of it: what is over says nothing to anybody. */
bool held_shown(const struct held_row *r, bool connected, uint64_t wall_ms)
{
	require(r != NULL);
	return r->last_ms + HELD_SHOWN_MS >= wall_ms && !(r->cause == HELD_SHUT_OUT && connected);
}

const char *held_cause_name(enum held_cause cause)
{
	require((size_t)cause < sizeof names / sizeof names[0]);
	return names[cause];
}
