/* SPDX-License-Identifier: EUPL-1.2 */
/* A file as a document names it: INFO in a referral, ADDENDUM behind a case that moved.  The two say the same in fields of other numbers. */
#include "domain/attach/attach.h"

#include <string.h>

#include "base/check.h"
#include "proto/acts.h"

struct names {
	unsigned blob, size, key, name, mime;
};
static const struct names of_info = {INFO_BLOB, INFO_FILE_SIZE, INFO_BKEY, INFO_FILE_NAME,
				     INFO_MIME};
static const struct names of_addition = {HANDOVER_ADDENDUM_BLOB, HANDOVER_ADDENDUM_LENGTH,
					 HANDOVER_ADDENDUM_BKEY, HANDOVER_ADDENDUM_FILE_NAME,
					 HANDOVER_ADDENDUM_MIME};

static const struct names *names_of(uint16_t type)
{
	require(type == DOC_INFO || type == DOC_ADDENDUM);
	return type == DOC_INFO ? &of_info : &of_addition;
}

/* A file without its key, or without its length, would be fetched and never be opened; a name without a file is a word that stands
 * nowhere else. */
bool attach_sound(uint16_t type, const struct msg *body)
{
	const struct names *n = names_of(type);
	const bool named = msg_has(body, n->blob);

	if (named != msg_has(body, n->size) || named != msg_has(body, n->key) ||
	    (!named && (msg_has(body, n->mime) || msg_has(body, n->name))))
		return false;
	return !named ||
	       (msg_bytes(body, n->blob).len == 32 && msg_bytes(body, n->key).len == CHUNKS_KEY &&
		msg_u64(body, n->size) <= LIMIT_FILE);
}

/* Most bodies name none: an INFO answers a question, an ADDENDUM has words. */
bool attach_names(uint16_t type, const struct msg *body)
{
	return msg_has(body, names_of(type)->blob);
}

/* Out of a body that attach_sound let through, as every body of a partner is asked on its way in; name and kind are made harmless here,
 * so that nobody shows them as they came. */
void attach_read(uint16_t type, const struct msg *body, struct attachment *a)
{
	const struct names *n = names_of(type);
	const struct span blob = msg_bytes(body, n->blob), key = msg_bytes(body, n->key);

	require(blob.len == sizeof a->blob.b && key.len == sizeof a->key);
	memcpy(a->blob.b, blob.p, blob.len);
	memcpy(a->key, key.p, key.len);
	a->size = msg_u64(body, n->size);
	a->mime = attach_mime(msg_text(body, n->mime));
	attach_name(msg_text(body, n->name), a->name);
}

/* What the schema calls name and kind is under the consent like the key: a name alone tells what the paper is about. */
void attach_put(struct turn *t, const struct attachment *a, uint16_t type, struct msg *body)
{
	const struct names *n = names_of(type);

	msg_set_bytes(t->arena, body, n->blob, span_of(a->blob.b, sizeof a->blob.b));
	msg_set_u64(body, n->size, a->size);
	msg_set_bytes(t->arena, body, n->key, span_of(a->key, sizeof a->key));
	msg_set_text(t->arena, body, n->mime, a->mime);
	msg_set_text(t->arena, body, n->name, a->name);
}
