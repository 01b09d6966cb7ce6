/* SPDX-License-Identifier: EUPL-1.2 */
/* The ledger first, then the shred: a case whose keys are gone, and which a backup could bring back, must stand in it. */
#include "core/disk/erasing.h"

#include "base/check.h"
#include "base/log/log.h"

enum {
	EVERY_MS = 20 * 3600000, /* once a day, however the hours fall */
	LOOK_MS = 50		 /* between two slices */
};

/* Full is no reason to end, and none to be silent. */
static enum err full(struct erasing *e, enum err rc, const char *step, uint64_t wall_ms)
{
	if (rc == ERR_FULL && e->waits_ms == 0)
		e->waits_ms = wall_ms == 0 ? 1 : wall_ms; /* 0 says that nothing waits */
	if (rc == ERR_FULL)
		log_write(LOG_ERROR, LOG_DISK, "waits=%s", step);
	if (rc == ERR_OK)
		e->waits_ms = 0;
	return rc;
}

enum err erasing_add(struct erasing *e, const struct id16 *case_id)
{
	enum err rc;

	require(e->ledger != NULL);
	rc = erasures_add(e->ledger, case_id);
	e->untold = e->untold || rc == ERR_FULL;
	return rc == ERR_FULL ? ERR_OK : rc;
}

enum err erasing_now(struct erasing *e, uint64_t wall_ms)
{
	enum err rc;

	require(e->store != NULL && e->keys != NULL && e->ledger != NULL);
	rc = e->untold ? shred_told(e->store, e->ledger) : ERR_OK;
	if (rc != ERR_OK)
		return full(e, rc, "ledger", wall_ms);
	e->untold = false;
	return full(e, shred_run(e->store, e->keys, &e->damaged), "shred", wall_ms);
}

enum err erasing_start(struct erasing *e, uint64_t wall_ms)
{
	enum err rc;

	require(e->store != NULL && e->ledger != NULL);
	e->untold = true; /* a crash may have come between row and ledger */
	if (shred_waiting(e->store, e->keys)) {
		rc = erasing_now(e, wall_ms);
	} else {
		rc = full(e, shred_told(e->store, e->ledger), "ledger", wall_ms);
		e->untold = rc != ERR_OK;
		/* or between the two halves of keyroot: nothing of before may stay readable */
		if (rc == ERR_OK)
			rc = full(e,
				  keyroot_settle(e->keys->root, keybox_roots(e->keys->keybox),
						 &e->keys->state),
				  "keyroot", wall_ms);
	}
	return rc == ERR_FULL ? ERR_OK : rc;
}

/* Their number grows with the store, and a node that starts is waited for: so it answers first. */
static void on_look(void *ctx)
{
	struct erasing *e = ctx;
	bool more;
	const enum err rc = shred_look(e->store, e->keys, &e->look, &more);

	require(e->node != NULL);
	if (rc != ERR_OK) {
		log_write(LOG_ERROR, LOG_FAILED, "step=keys err=\"%s\"", err_text(rc));
		return;
	}
	if (more) {
		loop_timer_start(e->timer, LOOK_MS);
		return;
	}
	e->damaged = e->look.damaged;
	if (e->damaged != 0)
		log_write(LOG_ERROR, LOG_DISK, "keys_damaged=%llu", (unsigned long long)e->damaged);
	node_set_shred(e->node, e->waits_ms, e->damaged);
}

void erasing_look(struct erasing *e, struct loop *loop, struct node *node)
{
	require(e->timer == NULL && node != NULL);
	e->node = node;
	e->look = (struct shred_look){.table = 0};
	if (loop_timer_create(loop, &e->timer, on_look, e) == ERR_OK)
		loop_timer_start(e->timer, LOOK_MS);
	else
		log_write(LOG_ERROR, LOG_FAILED, "step=keys err=\"%s\"", err_text(ERR_NOMEM));
}

/* One that found no room does not wait for the night: somebody may have made some. */
bool erasing_due(struct erasing *e, uint64_t mono_ms)
{
	require(e->store != NULL && e->keys != NULL);
	if (e->waits_ms == 0 && mono_ms < e->after_mono_ms)
		return false;
	if (e->waits_ms == 0 && !shred_waiting(e->store, e->keys))
		return false;
	e->after_mono_ms = mono_ms + EVERY_MS;
	return true;
}
