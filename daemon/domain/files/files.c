/* SPDX-License-Identifier: EUPL-1.2 */
/* A file goes in a chunk a request and comes out some chunks an answer, so that no request is larger than any other.  The first
 * answer of one that is taken out is written down as an export, and the others are given only to who shows that entry.  So a person is
 * asked for a fresh proof once for each file: what began with one goes on, for an hour at most, in the session in which it began. */
#include "domain/files/files.h"

#include <string.h>

#include "base/check.h"
#include "domain/asker/asker.h"
#include "domain/consent/casefile.h"
#include "domain/consent/gate.h"
#include "domain/consent/grant.h"
#include "domain/evidence/audit.h"
#include "domain/handing/handing.h"
#include "domain/handover/rows.h"
#include "domain/papers/attached.h"
#include "domain/room.h"
#include "domain/signin/session.h"
#include "domain/views/find.h"

enum { READ_CHUNKS = 12, TICKET_MS = 3600000, MIB = 20 };
static_assert(READ_CHUNKS * LIMIT_CHUNK + 4096 < LIMIT_CONTROL, "an answer fits its frame");

/* Each in words: what a person can do about it differs. */
static enum err refuse_begin(struct turn *t, enum err e)
{
	if (e == ERR_LIMIT)
		return turn_refuse_with(t, e, REFUSAL_FILE_TOO_LARGE,
					say_number("most", LIMIT_FILE >> MIB));
	if (e == ERR_FULL)
		return room_refuse(t);
	if (e == ERR_EXISTS)
		return turn_refuse_with(t, ERR_LIMIT, REFUSAL_FILES_MANY,
					say_number("most", LIMIT_CASE_FILES));
	return e == ERR_BUSY ? turn_refuse(t, e, REFUSAL_FILES_BUSY) : e;
}

/* Its name without the way to it: where it lay says something about whoever added it. */
enum err desk_file_new(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct attachment a = {.size = msg_u64(req, FILE_NEW_SIZE),
			       .mime = attach_mime(msg_text(req, FILE_NEW_MIME))};
	struct id16 case_id, id;
	char hex[33];
	enum err rc = find_case(t, msg_text(req, FILE_NEW_CASE_ID), &case_id);

	attach_name(msg_text(req, FILE_NEW_NAME), a.name);
	if (rc == ERR_OK)
		rc = handing_file_may(t, &case_id, &a);
	if (rc != ERR_OK)
		return rc;
	rc = attach_begin(t, &case_id, &a, &id);
	if (rc != ERR_OK)
		return refuse_begin(t, rc);
	bytes_hex(hex, id.b, sizeof id.b);
	msg_set_text(t->arena, reply, REPLY_ID, hex);
	return audit_add(t, &(struct audit_entry){.event = AUDIT_CHANGE,
						  .case_id = &case_id,
						  .detail = "file-added"});
}

/* A file that changed while it was read would get a name that proves something nobody has: it is begun anew.  Whose case it is by then
 * is asked when the last chunk is in. */
enum err desk_file_more(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct attachment a = {.no = 0};
	struct id16 case_id, id;
	uint32_t next = 0;
	enum err rc = find_case(t, msg_text(req, FILE_MORE_CASE_ID), &case_id);

	if (rc != ERR_OK)
		return rc;
	if (!bytes_unhex(id.b, sizeof id.b, msg_text(req, FILE_MORE_FILE)))
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_FILE_UNKNOWN);
	rc = attach_more(t, &case_id, &id, (uint32_t)msg_u64(req, FILE_MORE_NO),
			 msg_bytes(req, FILE_MORE_BYTES), &next);
	if (rc == ERR_FULL)
		return room_refuse(t);
	if (rc == ERR_NOTFOUND)
		return turn_refuse(t, ERR_NOTFOUND, REFUSAL_FILE_UNKNOWN);
	if (rc == ERR_STATE || rc == ERR_INVAL)
		return turn_refuse(t, rc, REFUSAL_FILE_CHANGED);
	msg_set_u64(reply, REPLY_COUNT, next);
	if (rc == ERR_OK)
		rc = attach_own(t, &case_id, &id, &a);
	/* what was not whole when the case went was no part of it: whoever has the case gets it now */
	return rc == ERR_OK && !a.writing ? handing_file(t, &case_id, &a, reply) : rc;
}

/* Who lists them has looked at the person: a name alone says much. */
enum err view_file_list(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct id16 case_id;
	enum err rc = find_case(t, msg_text(req, BY_ID_ID), &case_id);

	if (rc == ERR_OK)
		rc = rows_readable(t, &case_id);
	if (rc == ERR_OK)
		rc = attached_rows(t, &case_id, reply);
	return rc == ERR_OK ? audit_look(t, &(struct audit_entry){.event = AUDIT_VIEW,
								  .case_id = &case_id,
								  .detail = "files"})
			    : rc;
}

/* A guess would send, or show, the paper of another matter. */
enum err files_find(struct turn *t, const struct id16 *case_id, const char *text,
		    struct attachment *a)
{
	const enum err rc = attach_find(t, case_id, text, a);

	if (rc == ERR_NOTFOUND)
		return turn_refuse(t, rc, REFUSAL_FILE_UNKNOWN);
	return rc == ERR_EXISTS ? turn_refuse(t, ERR_INVAL, REFUSAL_FILE_SEVERAL) : rc;
}

/* Not one of them is an error of this node: each says whose turn it is. */
enum err files_whole(struct turn *t, const struct attachment *a)
{
	if (a->writing || a->missing)
		return turn_refuse(t, ERR_STATE, REFUSAL_FILE_MISSING);
	if (a->state == BLOB_WAITS || a->state == BLOB_WANTED)
		return turn_refuse_with(t, ERR_BUSY, REFUSAL_FILE_COMING,
					say_number("have", a->have),
					say_number("wanted", a->chunks));
	return a->state == BLOB_WHOLE ? ERR_OK : turn_refuse(t, ERR_CRYPTO, REFUSAL_UNREADABLE);
}

/* The entry of its export, by its number: of this person and this session, this file of this case, and of this hour.  The number is the
 * client's word: one beyond the log is no entry, and no damage. */
static enum err ticket_holds(struct turn *t, const struct id16 *case_id, const struct id16 *file,
			     uint64_t seq, bool *yes)
{
	struct audit_row row;
	struct id32 head;
	uint64_t last;
	enum err rc = audit_head(t, &last, &head);

	*yes = false;
	if (rc != ERR_OK || seq == 0 || seq > last)
		return rc;
	rc = audit_get(t, seq, &row);
	*yes = rc == ERR_OK && strcmp(row.event, "export") == 0 && row.worker &&
	       id16_equal(&row.about, file) && id16_equal(&row.case_id, case_id) &&
	       id16_equal(&row.staff, &t->staff) &&
	       (row.uid == t->ev->uid || !bytes_zero(row.staff.b, sizeof row.staff.b)) &&
	       (t->session == NULL || session_saving(t->session, seq)) &&
	       row.at_ms + TICKET_MS > t->wall_ms;
	return rc;
}

/* Whoever begins shows who it is, also where the number of an entry is shown that is none; and that it goes out is written before the
 * first byte leaves. */
static enum err begin(struct turn *t, const struct id16 *case_id, const struct id16 *file)
{
	enum err rc = asker_fresh(t);

	if (rc == ERR_OK)
		rc = audit_look(t, &(struct audit_entry){.event = AUDIT_EXPORT,
							 .case_id = case_id,
							 .grant = file,
							 .detail = "file"});
	if (rc == ERR_OK && t->session != NULL)
		session_saves(t, t->session, t->node->audit_seq);
	return rc;
}

/* Whoever asks for a later piece without the entry begins, and gets an entry of its own. */
static enum err exported(struct turn *t, const struct msg *req, const struct id16 *case_id,
			 const struct id16 *file, struct msg *reply)
{
	bool before = false;
	enum err rc = ERR_OK;

	if (msg_u64(req, FILE_READ_FROM) != 0)
		rc = ticket_holds(t, case_id, file, msg_u64(req, FILE_READ_SEQ), &before);
	if (rc == ERR_OK && !before)
		rc = begin(t, case_id, file);
	msg_set_u64(reply, REPLY_CURRENT,
		    before ? msg_u64(req, FILE_READ_SEQ) : t->node->audit_seq);
	return rc;
}

/* Each chunk opens in its place alone, so nothing is given out that was changed on the disk.  What opens with no key is the word of
 * whoever sent it, and no damage here. */
static enum err put_chunks(struct turn *t, const struct attachment *a, uint32_t from,
			   struct msg *reply)
{
	struct blob_reader r;
	struct span plain;
	enum err rc = blob_open(t, &a->blob, a->key, from, &r);

	for (unsigned i = 0; rc == ERR_OK && i < READ_CHUNKS && r.next < r.blob.chunks; i++) {
		rc = blob_next(t, &r, &plain);
		if (rc == ERR_OK)
			msg_add_bytes(t->arena, reply, REPLY_CONTENTS, plain);
	}
	if (rc == ERR_CRYPTO)
		return turn_refuse(t, rc, REFUSAL_UNREADABLE);
	if (rc == ERR_OK && r.next < r.blob.chunks)
		msg_set_u64(reply, REPLY_MORE, 1);
	return rc;
}

/* Asked again for each answer, not for the first alone: a consent may end while a large file is taken out.  Who takes the first
 * piece shows who it is before it is said whether there is such a case or file. */
enum err view_file_read(struct turn *t, const struct msg *req, struct msg *reply)
{
	struct attachment a = {.no = 0};
	struct id16 case_id;
	bool shown = false;
	enum err rc = msg_u64(req, FILE_READ_FROM) == 0 ? asker_fresh(t) : ERR_OK;

	if (rc == ERR_OK)
		rc = find_case(t, msg_text(req, FILE_READ_CASE_ID), &case_id);
	if (rc == ERR_OK)
		rc = rows_readable(t, &case_id);
	if (rc == ERR_OK)
		rc = files_find(t, &case_id, msg_text(req, FILE_READ_FILE), &a);
	if (rc == ERR_OK)
		rc = attached_shown(t, &case_id, &a, &shown);
	if (rc != ERR_OK)
		return rc;
	if (!shown)
		return turn_refuse(t, ERR_DENIED, REFUSAL_FILE_NOT_COVERED);
	rc = files_whole(t, &a);
	if (rc == ERR_OK)
		rc = exported(t, req, &case_id, &a.id, reply);
	if (rc != ERR_OK)
		return rc;
	attached_row(t, &a, true, reply);
	return put_chunks(t, &a, (uint32_t)msg_u64(req, FILE_READ_FROM), reply);
}
