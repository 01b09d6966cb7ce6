/* SPDX-License-Identifier: EUPL-1.2 */
/* A partner that is away: said wherever something waits for it. */
#include "domain/views/silence.h"

#include "base/check.h"
#include "domain/exchange/pair.h"
#include "domain/stream/connect.h"

/* The row is written once an hour (pair.c), memory knows nothing after a restart: the later one. */
enum err view_heard(struct turn *t, const struct peer *p, uint64_t *at_ms)
{
	struct pair *pr;
	const enum err rc = pair_get(t, p->no, &pr);

	require(p->no != 0);
	*at_ms = p->heard_ms;
	if (rc == ERR_OK && pr->last_heard_ms > *at_ms)
		*at_ms = pr->last_heard_ms;
	return rc;
}

/* Since when a partner is silent; nothing when it is connected, or never was. */
enum err view_silent_since(struct turn *t, const struct peer *p, struct msg *row, unsigned field)
{
	uint64_t at_ms;
	const enum err rc = view_heard(t, p, &at_ms);

	require(field != 0);
	if (rc == ERR_OK && !p->self && !connect_alive(t, p) && at_ms != 0)
		msg_set_u64(row, field, at_ms);
	return rc;
}
