/* SPDX-License-Identifier: EUPL-1.2 */
/* What was said before the end is a note: somebody let go of a person by itself, and may have got that person again since. */
#include "domain/grant/told.h"

#include "base/check.h"

/* The first moment of the last day that can be written: a partner says which day it likes, and a timer must stay a number. */
static const uint64_t until_end_ms = UINT64_C(253402214400000);

static bool answers(uint16_t type)
{
	return type == DOC_ERASED || type == DOC_ERASING;
}

/* The place of the collector's own WITHDRAWAL; 0: the holder wrote it, or nobody yet. */
static enum err withdrawn_at(struct turn *t, const struct thread *th, uint32_t *at)
{
	const bool ours = th->role == THREAD_SENDER;

	*at = 0;
	for (uint32_t no = 1; no <= (ours ? th->my_no : th->their_no) && *at == 0; no++) {
		struct log_entry e;
		enum err rc = thread_entry(t, th, ours, no, &e);

		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		*at = e.type == DOC_WITHDRAWAL ? no : 0;
	}
	return ERR_OK;
}

enum err told_last(struct turn *t, const struct thread *th, struct log_entry *last)
{
	const bool ours = th->role == THREAD_RECEIVER;
	bool knew = false;
	uint32_t at;
	enum err rc = withdrawn_at(t, th, &at);

	require(th->kind == THREAD_CONSENT);
	*last = (struct log_entry){.type = 0};
	for (uint32_t no = 1; rc == ERR_OK && no <= (ours ? th->my_no : th->their_no); no++) {
		struct log_entry e;

		rc = thread_entry(t, th, ours, no, &e);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		knew = knew || e.type == DOC_WITHDRAWAL || (at != 0 && e.seen_no >= at);
		if (knew && answers(e.type))
			*last = e;
	}
	return rc;
}

/* Nobody will be there to ask: no day at all. */
static uint64_t day(const struct msg *said, unsigned field)
{
	const uint64_t ms = msg_u64(said, field);

	return ms < until_end_ms ? ms : 0;
}

void erasure_read(const struct msg *said, struct erasure_told *out)
{
	require(msg_kind_of(said) == MSG_ERASED);
	out->whole = true;
	out->outcome = msg_u64(said, ERASED_OUTCOME);
	out->backup_until_ms = day(said, ERASED_BACKUP_UNTIL_MS);
	out->bodies = msg_u64(said, ERASED_BODIES);
	out->onward = msg_u64(said, ERASED_ONWARD);
	out->own_notes = msg_u64(said, ERASED_OWN_NOTES) != 0;
	out->children = msg_bytes(said, ERASED_CHILDREN);
	out->statute = msg_text(said, ERASED_STATUTE);
	out->until_ms = day(said, ERASED_UNTIL_MS);
}

enum err erasure_told(struct turn *t, const struct thread *th, struct erasure_told *out)
{
	struct log_entry e;
	struct document d;
	struct msg *body;
	enum err rc = told_last(t, th, &e);

	require(th->kind == THREAD_CONSENT);
	*out = (struct erasure_told){
		.type = e.type, .at_ms = e.created_ms, .hash = e.hash, .statute = ""};
	if (rc != ERR_OK || e.type == 0)
		return rc;
	rc = document_load(t, &e.doc, &d);
	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	if (rc != ERR_OK) /* it came without its body: that it was said is signed all the same */
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	erasure_read(body, out);
	return ERR_OK;
}

enum err told_over(struct turn *t, const struct thread *th, bool *yes)
{
	*yes = false;
	for (uint32_t side = 0; side < 2 && !*yes; side++)
		for (uint32_t no = 1; no <= (side == 0 ? th->my_no : th->their_no) && !*yes; no++) {
			struct log_entry e;
			enum err rc = thread_entry(t, th, side == 0, no, &e);

			if (rc != ERR_OK)
				return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
			*yes = e.type == DOC_WITHDRAWAL;
		}
	return ERR_OK;
}
