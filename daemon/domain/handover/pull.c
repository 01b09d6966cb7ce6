/* SPDX-License-Identifier: EUPL-1.2 */
/* What is wanted already is not written down once more, so it may be asked at each look. */
#include "domain/handover/pull.h"

#include <string.h>

#include "base/check.h"
#include "domain/attach/added.h"
#include "domain/attach/along.h"
#include "domain/blob/blob.h"
#include "domain/bundle/bundle.h"

static bool id_of(const struct msg *record, unsigned field, struct id32 *out)
{
	const struct span s = msg_bytes(record, field);

	if (s.len != sizeof out->b)
		return false;
	memcpy(out->b, s.p, sizeof out->b);
	return true;
}

static struct blob_ref ref_of(const struct thread *th)
{
	return (struct blob_ref){.need = BLOB_FOR_THREAD, .id = th->id};
}

bool pull_can_come(const struct msg *record)
{
	return msg_bytes(record, HANDOVER_RECORD_BLOB).len == sizeof(struct id32) &&
	       msg_u64(record, HANDOVER_RECORD_SIZE) <= LIMIT_FILE;
}

/* One file of this handover; *here: all of it is. */
static enum err fetch_one(struct turn *t, const struct thread *th, const struct msg *record,
			  unsigned field, unsigned size, bool *here)
{
	const struct blob_ref ref = ref_of(th);
	struct blob b = {.state = BLOB_WANTED};
	struct id32 id;
	enum err rc;

	*here = false;
	if (!id_of(record, field, &id))
		return ERR_NOTFOUND;
	rc = blob_want(t, th->peer, &id, msg_u64(record, size), &th->grant_id, &ref);
	if (rc == ERR_OK)
		rc = blob_load(t, &id, &b);
	*here = rc == ERR_OK && b.state == BLOB_WHOLE;
	return rc;
}

/* Asks for the file, and for those that go along. */
enum err pull_fetch(struct turn *t, const struct thread *th, const struct msg *record,
		    struct fetched *f)
{
	bool files = false;
	const bool kept = bundle_is_kept(record);
	enum err rc = kept ? ERR_OK
			   : fetch_one(t, th, record, HANDOVER_RECORD_BLOB, HANDOVER_RECORD_SIZE,
				       &f->opens);

	f->added = !msg_has(record, HANDOVER_RECORD_ADDED);
	if (rc == ERR_OK && !f->added)
		rc = fetch_one(t, th, record, HANDOVER_RECORD_ADDED, HANDOVER_RECORD_ADDED_SIZE,
			       &f->added);
	if (kept) /* the file of before is nowhere any more */
		f->opens = f->added;
	if (rc == ERR_OK)
		rc = along_fetch(t, th, record, &files);
	f->whole = rc == ERR_OK && f->opens && f->added && files;
	return rc == ERR_NOTFOUND || rc == ERR_LIMIT ? ERR_OK : rc;
}

enum err pull_let_go(struct turn *t, const struct thread *th, struct msg *record)
{
	const struct blob_ref ref = ref_of(th);
	const bool gives = rows_lost(th) && msg_u64(record, HANDOVER_RECORD_TAKEN) != 0;
	struct id32 id;
	enum err rc = gives ? ERR_OK : added_release(t, th, record);

	if (rc == ERR_OK && id_of(record, HANDOVER_RECORD_ADDED, &id))
		rc = blob_release(t, &id, &ref);
	msg_clear(record, HANDOVER_RECORD_ADDED_KEY);
	if (rc != ERR_OK || !id_of(record, HANDOVER_RECORD_BLOB, &id))
		return rc;
	msg_clear(record, HANDOVER_RECORD_BKEY);
	rc = blob_release(t, &id, &ref);
	return rc == ERR_OK ? along_release(t, th, record) : rc;
}
