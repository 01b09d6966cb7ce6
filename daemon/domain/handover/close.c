/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sealed are two keys: that of the bundle, and that of one more file with what was added behind it, because those words lie under the
 * key of the case here, which goes.  What is said of both is a document: a new owner that was restored hears it again like any other.
 * It is said again while nothing went yet and something was added behind it: the last word names a file that has all of it, and
 * the file of before goes.
 */
#include "domain/handover/close.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/plant.h"
#include "domain/attach/along.h"
#include "domain/blob/blob.h"
#include "domain/bundle/bundle.h"
#include "domain/closing/closing.h"
#include "domain/closing/sealed.h"
#include "domain/consent/casefile.h"

enum {
	CLOSED_DAYS = 35 /* a backup of the new owner may be so old, and need what is kept here */
};

bool close_keeps(const struct turn *t, const struct thread *th)
{
	const struct peer *p = state_peer(t->node, th->peer);

	return p != NULL && !p->removed &&
	       t->wall_ms < th->changed_ms + (uint64_t)CLOSED_DAYS * DAY_MS;
}

bool close_serves(const struct turn *t, const struct msg *record)
{
	return msg_bytes(record, HANDOVER_RECORD_ADDED_FILES).len > 0 &&
	       t->wall_ms < msg_u64(record, HANDOVER_RECORD_CLOSED_UNTIL_MS);
}

enum err close_hide(struct turn *t, const struct thread *th, struct msg *record, bool *first)
{
	struct msg *m;
	enum err rc;

	*first = msg_u64(record, HANDOVER_RECORD_CLOSED_UNTIL_MS) == 0;
	if (!*first)
		return ERR_OK;
	msg_set_u64(record, HANDOVER_RECORD_CLOSED_UNTIL_MS,
		    t->wall_ms + (uint64_t)CLOSED_DAYS * DAY_MS);
	rc = casefile_load(t, &th->case_id, &m);
	if (rc != ERR_OK)
		return rc;
	msg_set_u64(m, CASE_RECORD_MOVED, 1);
	return casefile_save(t, &th->case_id, m);
}

enum err close_lend(struct turn *t, const struct thread *th, struct msg *record)
{
	const struct blob_ref ref = {.need = BLOB_FOR_THREAD, .id = th->id};
	const uint64_t until_ms = msg_u64(record, HANDOVER_RECORD_CLOSED_UNTIL_MS);
	static const unsigned files[] = {HANDOVER_RECORD_BLOB, HANDOVER_RECORD_ADDED};
	enum err rc = along_hold(t, record, &ref);

	for (size_t i = 0; rc == ERR_OK && i < sizeof files / sizeof files[0]; i++) {
		const struct span s = msg_bytes(record, files[i]);
		struct id32 id;

		if (s.len != sizeof id.b)
			continue;
		memcpy(id.b, s.p, sizeof id.b);
		rc = blob_lend(t, &id, th->peer, &th->grant_id, until_ms);
		if (rc == ERR_NOTFOUND)
			rc = ERR_OK; /* it went with the disk */
	}
	return rc == ERR_OK ? along_lend(t, th, record, until_ms) : rc;
}

/* Words of ours that came behind the bundle, as notes with their day, and files. */
static enum err added(struct turn *t, const struct thread *th, struct msg *content)
{
	for (uint32_t no = 1; no <= th->my_no; no++) {
		struct log_entry e;
		struct document d;
		struct attachment file;
		struct msg *body, *note;
		enum err rc = thread_entry(t, th, true, no, &e);

		if (rc == ERR_OK && e.type != DOC_ADDENDUM)
			continue;
		if (rc == ERR_OK)
			rc = document_load(t, &e.doc, &d);
		if (rc == ERR_OK)
			rc = document_body(t, &d, &body);
		if (rc == ERR_NOTFOUND)
			continue; /* its words are gone here: they went with a loss */
		if (rc != ERR_OK)
			return rc;
		rc = attach_of(t, &e.doc, &file);
		if (rc == ERR_OK)
			along_add(t, &file, content);
		else if (rc != ERR_NOTFOUND)
			return rc;
		if (msg_text(body, HANDOVER_ADDENDUM_TEXT)[0] == '\0')
			continue;
		note = msg_add(t->arena, content, HANDOVER_CONTENT_NOTES);
		msg_set_text(t->arena, note, HANDOVER_NOTE_TEXT,
			     msg_text(body, HANDOVER_ADDENDUM_TEXT));
		msg_set_u64(note, HANDOVER_NOTE_AT_MS, msg_u64(body, HANDOVER_ADDENDUM_AT_MS));
	}
	return ERR_OK;
}

/* Of what was signed in this turn the words are read from the next one on, and nothing is closed meanwhile. */
static enum err fresh(struct turn *t, const struct thread *th, bool *yes)
{
	struct log_entry e;
	enum err rc = thread_entry(t, th, true, th->my_no, &e);

	*yes = rc == ERR_OK && !document_known(t, &e.doc);
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

enum err close_stale(struct turn *t, const struct thread *th, const struct msg *record, bool *yes)
{
	struct log_entry e = {.type = 0};
	enum err rc = fresh(t, th, yes);

	require(th->role == THREAD_SENDER && th->state == HANDOVER_TAKEN);
	if (rc != ERR_OK || *yes) {
		*yes = false;
		return rc;
	}
	/* a log that is full takes no further word: what was said last is what is kept */
	*yes = !msg_has(record, HANDOVER_RECORD_KEPT);
	if (*yes || th->my_no + 1 >= THREAD_LOG_MAX || planted(PLANT_KEPT_ONCE))
		return ERR_OK;
	for (uint32_t no = th->my_no; rc == ERR_OK && no > 0; no--) {
		rc = thread_entry(t, th, true, no, &e);
		if (e.type == DOC_KEPT ||
		    (e.type == DOC_ADDENDUM && msg_u64(record, HANDOVER_RECORD_SEALED) == 0))
			break;
	}
	/* neither: what we said lost its place in our log, and the new owner has nothing of it */
	*yes = e.type != DOC_KEPT;
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}

/* The file of before, if there was one, has no use any more. */
static enum err drop_added(struct turn *t, const struct thread *th, const struct msg *record)
{
	const struct blob_ref ref = {.need = BLOB_FOR_THREAD, .id = th->id};
	const struct span was = msg_bytes(record, HANDOVER_RECORD_ADDED);
	struct id32 id;

	if (was.len != sizeof id.b)
		return ERR_OK;
	memcpy(id.b, was.p, sizeof id.b);
	return blob_release(t, &id, &ref);
}

/* A file of them, if there are any, and of the case itself where nothing else opens it; key: what opens it. */
static enum err write_added(struct turn *t, const struct thread *th, struct msg *record, bool all,
			    uint8_t key[CHUNKS_KEY])
{
	struct msg *content = msg_new(t->arena, MSG_HANDOVER_CONTENT);
	enum err rc = all		? bundle_again(t, th, record, &content)
		      : content == NULL ? ERR_NOMEM
					: ERR_OK;
	struct blob b;

	if (rc == ERR_OK)
		rc = added(t, th, content);
	if (rc != ERR_OK || (!all && msg_count(content, HANDOVER_CONTENT_NOTES) == 0 &&
			     msg_count(content, HANDOVER_CONTENT_FILES) == 0))
		return rc;
	rc = bundle_file(t, th, content, key, &b);
	if (rc == ERR_OK)
		rc = drop_added(t, th, record);
	if (rc != ERR_OK)
		return rc;
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_ADDED, span_of(b.id.b, sizeof b.id.b));
	msg_set_u64(record, HANDOVER_RECORD_ADDED_SIZE, b.size);
	return ERR_OK;
}

/* What was sealed already is the same again, and opens nowhere here.  A restore from before the bundle has neither its file nor its key:
 * then all of it is written once more. */
static enum err keep_keys(struct turn *t, const struct thread *th, struct msg *record,
			  struct msg *body)
{
	const struct span bkey = msg_bytes(record, HANDOVER_RECORD_BKEY),
			  sealed = msg_bytes(record, HANDOVER_RECORD_KEPT);
	uint8_t keys[SEALED_KEYS] = {0};
	enum err rc = ERR_NOTFOUND;

	if (msg_u64(record, HANDOVER_RECORD_SEALED) != 0 && sealed.len == SEALED_LEN) {
		msg_set_bytes(t->arena, body, HANDOVER_KEPT_KEYS, sealed);
		return ERR_OK;
	}
	if (msg_u64(record, HANDOVER_RECORD_SEALED) != 0 ||
	    msg_bytes(record, HANDOVER_RECORD_KEEP_PUB).len != 32)
		return ERR_NOTFOUND;
	if (!bundle_opens(t, record))
		rc = write_added(t, th, record, true, keys + CHUNKS_KEY);
	rc = rc == ERR_LIMIT ? ERR_NOTFOUND : rc; /* it grew since then */
	if (rc == ERR_NOTFOUND && bkey.len == CHUNKS_KEY) {
		memcpy(keys, bkey.p, CHUNKS_KEY);
		rc = write_added(t, th, record, false, keys + CHUNKS_KEY);
	}
	return rc == ERR_OK ? sealed_put(t, record, keys, body) : rc;
}

enum err close_kept(struct turn *t, const struct thread *th, struct msg *record, struct msg **body)
{
	enum err rc;

	require(th->role == THREAD_SENDER && th->state == HANDOVER_TAKEN);
	*body = msg_new(t->arena, MSG_HANDOVER_KEPT);
	rc = keep_keys(t, th, record, *body);
	if (rc != ERR_OK)
		return rc;
	if (msg_has(record, HANDOVER_RECORD_ADDED)) {
		msg_set_bytes(t->arena, *body, HANDOVER_KEPT_BLOB,
			      msg_bytes(record, HANDOVER_RECORD_ADDED));
		msg_set_u64(*body, HANDOVER_KEPT_LENGTH,
			    msg_u64(record, HANDOVER_RECORD_ADDED_SIZE));
	}
	msg_set_u64(*body, HANDOVER_KEPT_RECLAIMS, msg_u64(record, HANDOVER_RECORD_RECLAIMS));
	msg_set_u64(*body, HANDOVER_KEPT_TURNS, msg_u64(record, HANDOVER_RECORD_TURNS));
	return ERR_OK;
}

/* The rows of its handovers lie under the key that goes, too; nothing of those that came to nothing is needed any more. */
enum err close_seal(struct turn *t, const struct thread *th, struct msg *record)
{
	enum { MOST = 64 };
	struct store_walk w = {.rc = ERR_OK};
	struct thread one[MOST];
	struct msg *m[MOST];
	size_t n = 0;

	require(rows_lost(th) || (th->role == THREAD_SENDER && th->state == HANDOVER_TAKEN));
	while (n < MOST && rows_each(t, &th->case_id, &w, &one[n], &m[n]))
		n++;
	if (w.rc == ERR_OK && n == MOST)
		return ERR_LIMIT;
	if (w.rc == ERR_OK)
		w.rc = thread_save(t, th); /* what came in this very turn is in its log, too */
	if (w.rc == ERR_OK)
		w.rc = closing_drop(t, &th->case_id);
	for (size_t i = 0; w.rc == ERR_OK && i < n; i++) {
		msg_clear(m[i], HANDOVER_RECORD_BKEY);
		w.rc = rows_save(t, &one[i], m[i]);
	}
	msg_clear(record, HANDOVER_RECORD_BKEY);
	msg_set_u64(record, HANDOVER_RECORD_SEALED, 1);
	return w.rc == ERR_OK && !rows_lost(th)
		       ? casefile_entry(t, &th->case_id, "handed-over", NULL, &th->id)
		       : w.rc;
}

/* ---- at the new owner ---- */

/* Only what was said behind the newest of them has it too: an earlier file would be opened, and nobody would look again. */
enum err close_words(struct turn *t, const struct thread *th, struct msg *record)
{
	const uint64_t newest = msg_u64(record, HANDOVER_RECORD_WORDS_COME);
	struct log_entry e = {.type = 0};
	enum err rc = ERR_OK;

	for (uint32_t no = th->their_no; rc == ERR_OK && no > newest && newest != 0; no--) {
		rc = thread_entry(t, th, false, no, &e);
		if (rc != ERR_OK || e.type != DOC_KEPT)
			continue;
		msg_clear(record, HANDOVER_RECORD_WORDS_COME);
		msg_set_u64(record, HANDOVER_RECORD_FILES_COME, 1);
		break;
	}
	return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
}
