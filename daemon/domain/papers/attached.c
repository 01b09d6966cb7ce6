/* SPDX-License-Identifier: EUPL-1.2 */
/* For the list on a screen, and for all that is held of a person: one reading of the same rows. */
#include "domain/papers/attached.h"

#include "domain/consent/gate.h"
#include "domain/consent/grant.h"
#include "domain/page.h"

/* Codes, for the client to put into words. */
static const char *state_of(const struct attachment *a)
{
	if (a->writing)
		return "writing";
	if (a->missing)
		return "missing";
	switch (a->state) {
	case BLOB_WAITS:
		return "waiting";
	case BLOB_WANTED:
		return "coming";
	case BLOB_WHOLE:
		return "whole";
	case BLOB_SPOILED:
		break;
	}
	return "wrong";
}

/* What a partner sent is named while its consent covers attachments; of what was added here, or to a case that is ours by now, the case's
 * own people decide. */
enum err attached_shown(struct turn *t, const struct id16 *case_id, const struct attachment *a,
			bool *yes)
{
	uint64_t cats = GATE_BIT(GATE_ATTACHMENTS);
	enum err rc = a->peer == 0 || a->added ? ERR_OK : consent_received_cats(t, case_id, &cats);

	*yes = (cats & GATE_BIT(GATE_ATTACHMENTS)) != 0;
	return rc;
}

/* What is missing has no name to be shown: it stood in a body that went. */
void attached_row(struct turn *t, const struct attachment *a, bool shown, struct msg *reply)
{
	struct msg *row = msg_add(t->arena, reply, REPLY_FILES);
	const struct peer *p = a->peer == 0 ? NULL : state_peer(t->node, a->peer);
	char hex[33];

	bytes_hex(hex, a->id.b, sizeof a->id.b);
	if (a->no != 0)
		msg_set_u64(row, FILE_ROW_NO, a->no);
	msg_set_text(t->arena, row, FILE_ROW_ID, hex);
	if (shown && !a->missing) {
		msg_set_text(t->arena, row, FILE_ROW_NAME, a->name);
		msg_set_text(t->arena, row, FILE_ROW_MIME, a->mime);
	}
	msg_set_u64(row, FILE_ROW_SIZE, a->size);
	msg_set_u64(row, FILE_ROW_ADDED_MS, a->added_ms);
	if (p != NULL)
		msg_set_text(t->arena, row, FILE_ROW_FROM, p->org);
	msg_set_text(t->arena, row, FILE_ROW_STATE, state_of(a));
	msg_set_u64(row, FILE_ROW_CHUNKS, a->chunks);
	msg_set_u64(row, FILE_ROW_HAVE, a->have);
}

/* Their numbers are those by which people call them: one that is damaged keeps its own. */
enum err attached_rows(struct turn *t, const struct id16 *case_id, struct msg *reply)
{
	struct attachment a = {.no = 0};
	struct store_walk w = {.rc = ERR_OK};

	for (;;) {
		const struct store_key from = w.at;
		bool shown;

		if (!attach_each(t, case_id, &w, &a)) {
			if (page_past(t, &w, &from, STORE_ATTACHMENT, reply))
				continue;
			break;
		}
		if (!turn_room(reply, REPLY_FILES))
			break;
		w.rc = attached_shown(t, case_id, &a, &shown);
		if (page_past(t, &w, &from, STORE_ATTACHMENT, reply))
			continue;
		if (w.rc != ERR_OK)
			break;
		attached_row(t, &a, shown, reply);
	}
	return w.rc;
}
