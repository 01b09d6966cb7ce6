/* SPDX-License-Identifier: EUPL-1.2 */
/* The memory of a busy hour is given back, and the next start has little to read.  A node at rest has no timer for it. */
#include "core/disk/resting.h"

#include "base/check.h"
#include "base/log/log.h"

enum { QUIET_MS = 30000, AGAIN_MS = 1000 };

static void arm(struct resting *r, uint64_t version, uint64_t ms)
{
	r->version = version;
	if (version != 0)
		loop_timer_start(r->timer, ms);
}

static void on_timer(void *ctx)
{
	struct resting *r = ctx;
	const uint64_t before = r->version, now = store_waits(r->store);
	bool more = false;

	require(r->store != NULL);
	if (now != before) {
		arm(r, now, QUIET_MS); /* it was written to meanwhile */
		return;
	}
	r->version = 0;
	if (store_rest(r->store, &more) != ERR_OK) {
		log_write(LOG_ERROR, LOG_FAILED, "step=rest");
		r->broken(r->ctx);
		return;
	}
	if (more)
		arm(r, store_waits(r->store), AGAIN_MS);
}

enum err resting_create(struct resting *r, struct loop *l)
{
	require(r->broken != NULL);
	return loop_timer_create(l, &r->timer, on_timer, r);
}

void resting_turn(struct resting *r)
{
	require(r->timer != NULL);
	if (r->store != NULL && r->version == 0)
		arm(r, store_waits(r->store), QUIET_MS);
}
