/* SPDX-License-Identifier: EUPL-1.2 */
/* A proposal says yes, in the referral too: whoever asked there sees the answer there, and nobody is asked to say no any more. */
#include "domain/handing/asked.h"

#include <string.h>

#include "base/check.h"
#include "domain/care/acts.h"
#include "domain/loss/settled.h"

enum err asked_find(struct turn *t, const struct id16 *case_id, uint16_t peer, struct thread *th,
		    struct request *r)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.rc = ERR_OK};

	require(peer != 0);
	*r = (struct request){.no = 0};
	while (r->no == 0 && store_each(t->txn, STORE_THREADCASE, key_span(&prefix), &w)) {
		struct id16 id;

		memcpy(id.b, w.row.key.p + 16, sizeof id.b);
		w.rc = thread_load(t, &id, th);
		if (w.rc == ERR_OK && th->kind == THREAD_REFERRAL && th->role == THREAD_SENDER &&
		    th->peer == peer)
			w.rc = request_read(t, th, r);
	}
	return w.rc;
}

enum err asked_answer(struct turn *t, struct thread *th, const char *reason)
{
	bool writable;
	enum err rc = settled_writable(t, th, &writable);

	require(th->kind == THREAD_REFERRAL && th->role == THREAD_SENDER);
	return rc == ERR_OK && writable ? acts_automatic(t, th, DOC_REQUEST_ANSWER, reason) : rc;
}
