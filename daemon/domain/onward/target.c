/* SPDX-License-Identifier: EUPL-1.2 */
/* By the id and never by the name: a partner chooses what it writes, and a command that is copied goes where it says. */
#include "domain/onward/target.h"

#include "base/check.h"

#include <string.h>

/* Whom the id names, if the person could go there. */
static const struct peer *fits(const struct turn *t, const struct thread *th, struct span id)
{
	for (size_t i = 0; id.len == 32 && i < t->node->peer_count; i++) {
		const struct peer *p = &t->node->peers[i];

		if (memcmp(p->node_id.b, id.p, 32) == 0)
			return p->self || p->no == th->peer || !p->active ||
					       (p->classes & WIRE_MEMBER) == 0
				       ? NULL
				       : p;
	}
	return NULL;
}

/* A later redirect is a note, but it may be the one that knows better. */
static enum err newest(struct turn *t, const struct thread *th, struct document *d)
{
	struct log_entry e = {.type = 0};
	enum err rc = ERR_OK;

	for (uint32_t no = th->their_no; rc == ERR_OK && no >= 1 && e.type != DOC_REDIRECT; no--)
		rc = thread_entry(t, th, false, no, &e);
	if (rc == ERR_OK && e.type != DOC_REDIRECT)
		return ERR_NOTFOUND;
	return rc == ERR_OK ? document_load(t, &e.doc, d) : rc;
}

enum err target_of(struct turn *t, const struct thread *th, const struct peer **p)
{
	struct document d;
	struct msg *body;
	enum err rc = newest(t, th, &d);

	require(th->kind == THREAD_REFERRAL && th->role == THREAD_SENDER);
	*p = NULL;
	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	for (size_t i = 0; rc == ERR_OK && *p == NULL && i < msg_count(body, ACT_TARGET_IDS); i++)
		*p = fits(t, th, msg_bytes_at(body, ACT_TARGET_IDS, i));
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}
