/* SPDX-License-Identifier: EUPL-1.2 */
/* The answer names no number: that its author had read the question says the log.  One that crossed a question answers an older one. */
#include "domain/referral/request.h"

#include "base/check.h"
#include "base/limits/cases.h"
#include "domain/referral/referral.h"

/* The last word of this type in one log, and how many there are; no 0: none.  Of questions the first LIMIT_REQUESTS can be the last. */
static enum err last_of(struct turn *t, const struct thread *th, bool mine, uint16_t type,
			struct log_entry *last, struct request *r)
{
	const uint32_t n = mine ? th->my_no : th->their_no;
	const uint32_t most = type == DOC_REQUEST ? LIMIT_REQUESTS : n;

	r->no = r->count = 0;
	for (uint32_t no = 1; no <= n; no++) {
		struct log_entry e;
		enum err rc = thread_entry(t, th, mine, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (e.type != type || r->count++ >= most)
			continue;
		*last = e;
		r->no = no;
	}
	return ERR_OK;
}

enum err request_read(struct turn *t, const struct thread *th, struct request *r)
{
	const bool receiver = th->role == THREAD_RECEIVER;
	struct log_entry asked = {.type = 0}, said = {.type = 0};
	struct request answer;
	enum err rc;

	require(th->kind == THREAD_REFERRAL);
	rc = last_of(t, th, receiver, DOC_REQUEST, &asked, r);
	if (rc != ERR_OK || r->no == 0)
		return rc;
	r->doc = asked.doc;
	r->kept_ms = asked.kept_ms;
	rc = last_of(t, th, !receiver, DOC_REQUEST_ANSWER, &said, &answer);
	if (rc != ERR_OK)
		return rc;
	require(r->no <= THREAD_LOG_MAX && r->count >= 1);
	if (referral_terminal((enum referral_state)th->state) ||
	    (answer.no != 0 && said.seen_no >= r->no))
		r->no = 0;
	return ERR_OK;
}
