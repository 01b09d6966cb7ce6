/* SPDX-License-Identifier: EUPL-1.2 */
/* Counted for each page, so it has to cost next to nothing: by keys alone, and no further than anybody wants to know. */
#include "domain/day/waits.h"

#include <string.h>

#include "base/check.h"
#include "domain/day/worklist.h"
#include "domain/referral/work.h"
#include "domain/staff/staff.h"

enum { MOST = 100, THREAD_KEY = 32 };

static bool counts(struct turn *t, struct span key)
{
	const size_t mark = t->arena->used;
	struct view_work one;
	const struct page none = {.count = 0};
	bool shown;

	/* only an appointment is there and not shown; a row that cannot be read is told by the list */
	if (key.p[key.len - 1] != WORK_APPOINTMENT)
		return true;
	shown = view_work_item(t, &none, key, &one) != ERR_OK || !one.passed;
	arena_rewind(t->arena, mark);
	return shown;
}

enum err waits_shown(struct turn *t, struct msg *reply)
{
	struct store_walk w = {.key_len = VIEW_WORK_KEY};
	uint8_t last[THREAD_KEY] = {0};
	uint64_t lines = 0, answers = 0;

	if (t->session == NULL || (t->roles & (ROLE_CASEWORKER | ROLE_READER)) == 0)
		return ERR_OK;
	while (lines < MOST && store_each(t->txn, STORE_WORK, span_of(NULL, 0), &w)) {
		const uint8_t *key = w.row.key.p;

		require(w.row.key.len == VIEW_WORK_KEY);
		if (key[THREAD_KEY] == WORK_ANSWER)
			answers++; /* a referral has one row of a kind */
		if ((lines != 0 && memcmp(last, key, THREAD_KEY) == 0) || !counts(t, w.row.key))
			continue;
		memcpy(last, key, THREAD_KEY);
		lines++;
	}
	msg_set_u64(reply, REPLY_WAITS, lines);
	msg_set_u64(reply, REPLY_WAITS_ANSWER, answers);
	return w.rc == ERR_CORRUPT ? ERR_OK : w.rc;
}
