/* SPDX-License-Identifier: EUPL-1.2 */
/* Of one handover at most LIMIT_REF_FILES: whoever signs says so before, and whoever reads keeps no more. */
#include "domain/attach/added.h"

#include <string.h>

#include "base/check.h"
#include "domain/exchange/quota.h"
#include "proto/acts.h"

static_assert(LIMIT_REF_FILES * (uint64_t)BLOB_LISTED < LIMIT_RECORD / 8,
	      "the list of them fits a row with what else it says");

static struct blob_ref ref_of(const struct thread *th)
{
	return (struct blob_ref){.need = BLOB_FOR_THREAD, .id = th->id};
}

static struct span list_of(const struct msg *record)
{
	return msg_bytes(record, HANDOVER_RECORD_ADDED_FILES);
}

/* Whoever signs asks it before the first chunk is typed, whoever reads before the first one is asked for. */
bool added_room(const struct msg *record)
{
	return list_of(record).len / BLOB_LISTED < LIMIT_REF_FILES;
}

/* By its name: two additions may bring the same file, and it is kept, counted and given back once. */
static bool listed(const struct msg *record, const struct id32 *blob)
{
	const struct span all = list_of(record);

	for (size_t i = 0; i + BLOB_LISTED <= all.len; i += BLOB_LISTED)
		if (memcmp(all.p + i, blob->b, sizeof blob->b) == 0)
			return true;
	return false;
}

static enum err list_it(struct turn *t, struct msg *record, const struct attachment *a)
{
	const struct span all = list_of(record);
	struct wr w = arena_wr(t->arena, all.len + BLOB_LISTED);

	require(a->size <= LIMIT_FILE);
	if (listed(record, &a->blob))
		return ERR_OK;
	wr_put(&w, all.p, all.len);
	wr_put(&w, a->blob.b, sizeof a->blob.b);
	wr_u32(&w, (uint32_t)a->size);
	if (w.over)
		return ERR_NOMEM;
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_ADDED_FILES, wr_span(&w));
	return ERR_OK;
}

/* Words go in an addition of their own: people type them at another moment than they add a file. */
struct msg *added_body(struct turn *t, const struct attachment *a, uint64_t at_ms)
{
	struct msg *body = msg_new(t->arena, MSG_HANDOVER_ADDENDUM);

	if (body == NULL)
		return NULL;
	msg_set_u64(body, HANDOVER_ADDENDUM_AT_MS, at_ms);
	attach_put(t, a, DOC_ADDENDUM, body);
	return body;
}

/* Held for the handover, beside the need of the case: where the case closes, the file stays until the partner's time for it is over.  Lent
 * without a day: the end of the consent ends it at once, in the middle of its chunks. */
enum err added_lend(struct turn *t, const struct thread *th, struct msg *record,
		    const struct attachment *a)
{
	const struct blob_ref ref = ref_of(th);
	enum err rc = blob_hold(t, &a->blob, &ref);

	if (rc == ERR_OK)
		rc = blob_lend(t, &a->blob, th->peer, &th->grant_id, 0);
	return rc == ERR_OK ? list_it(t, record, a) : rc;
}

/* At once, so that it lies there when the case is taken; and for the handover alone, so that nothing of it stays when that comes to
 * nothing.  What a partner sends beyond the limit is counted and shown (kring status), as everything that is passed over. */
enum err added_want(struct turn *t, const struct thread *th, struct msg *record,
		    const struct msg *body)
{
	const struct blob_ref ref = ref_of(th);
	struct attachment a = {.no = 0};
	enum err rc;

	if (!attach_names(DOC_ADDENDUM, body))
		return ERR_OK;
	attach_read(DOC_ADDENDUM, body, &a);
	if (!added_room(record))
		return quota_passed_over(t, th->peer, QUOTA_CASE);
	rc = blob_want(t, th->peer, &a.blob, a.size, &th->grant_id, &ref);
	return rc == ERR_OK ? list_it(t, record, &a) : rc;
}

/* A restore has the document and, where the disk was the same one, the file; that it was lent stood in a row that went. */
enum err added_returned(struct turn *t, const struct thread *th, struct msg *record,
			const struct doc_key *key)
{
	struct attachment a;
	enum err rc = attach_of(t, key, &a);

	require(key->sender == 0);
	if (rc == ERR_OK)
		rc = added_lend(t, th, record, &a);
	return rc == ERR_NOTFOUND ? ERR_OK : rc; /* no file, or it went with the disk */
}

/* With the last need of each its ciphertext goes; one that became a file of a case is needed by that. */
enum err added_release(struct turn *t, const struct thread *th, struct msg *record)
{
	const struct blob_ref ref = ref_of(th);
	const enum err rc = blob_release_list(t, list_of(record), &ref);

	msg_clear(record, HANDOVER_RECORD_ADDED_FILES);
	return rc;
}

/* One that is still on its way is given when it is here: whoever asks for the next one asks again. */
static bool to_give(const struct thread *th, const struct msg *record, const struct attachment *a,
		    uint64_t since_ms)
{
	return (a->peer == 0 || (a->added && a->peer != th->peer)) && !a->writing && !a->missing &&
	       a->state == BLOB_WHOLE && a->added_ms >= since_ms && !listed(record, &a->blob);
}

enum err added_since(struct turn *t, const struct thread *th, const struct msg *record,
		     uint64_t since_ms, struct attachment *a)
{
	struct store_walk w = {.rc = ERR_OK};

	*a = (struct attachment){.no = 0};
	while (added_room(record) && attach_each(t, &th->case_id, &w, a))
		if (to_give(th, record, a, since_ms))
			return ERR_OK;
	return w.rc == ERR_OK ? ERR_NOTFOUND : w.rc;
}

enum err added_skip(struct turn *t, struct msg *record, const struct attachment *a)
{
	return list_it(t, record, a);
}

/* The same ciphertext under the same key: nothing is sealed anew, and nothing goes on of which the partner could not get all. */
enum err added_pass(struct turn *t, const struct thread *th, struct msg *record,
		    const struct msg *came, struct msg *body, bool *waits)
{
	struct attachment a = {.no = 0};
	struct blob b = {.state = BLOB_SPOILED};
	enum err rc;

	*waits = false;
	if (!attach_names(DOC_ADDENDUM, came))
		return ERR_OK;
	attach_read(DOC_ADDENDUM, came, &a);
	rc = blob_load(t, &a.blob, &b);
	*waits = rc == ERR_OK && (b.state == BLOB_WAITS || b.state == BLOB_WANTED);
	if (rc == ERR_OK && b.state == BLOB_WHOLE && added_room(record)) {
		attach_put(t, &a, DOC_ADDENDUM, body);
		rc = added_lend(t, th, record, &a);
	}
	return rc == ERR_NOTFOUND ? ERR_OK : rc;
}
