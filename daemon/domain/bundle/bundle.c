/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The content is one message, held against its schema and its lists like every body from outside, and against the categories that its
 * document named.  The case that takes it in is the one that this partner's person has here already; it becomes our own, and what the
 * partner said before gives way to what it handed over.
 */
#include "domain/bundle/bundle.h"

#include <string.h>

#include "base/check.h"
#include "base/plant.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "domain/attach/along.h"
#include "domain/attach/attach.h"
#include "domain/consent/alone.h"
#include "domain/consent/casefile.h"
#include "domain/consent/gate.h"
#include "domain/documents/words.h"
#include "domain/referral/deadline.h"

static_assert(LIMIT_TURN_ARENA > 4 * LIMIT_BUNDLE, "a turn opens a bundle, and reads it");

static struct id32 digest_of(struct span salt, struct span plain)
{
	struct id32 d;

	hash_parts(HASH_BUNDLE, salt, &plain, 1, d.b, sizeof d.b);
	return d;
}

/* ---- giving ---- */

/* The newest ones; what else stands in the timeline is this node's own history. */
static enum err add_notes(struct turn *t, const struct id16 *case_id, struct msg *content)
{
	const struct store_key prefix = turn_key_id(case_id);
	struct store_walk w = {.rc = ERR_OK};
	size_t all = 0, n = 0;
	struct msg *m;

	while (store_each(t->txn, STORE_CASELOG, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		const struct store_key k = {.len = 0};
		struct store_key row = k;

		key_put(&row, w.row.key.p, w.row.key.len);
		w.rc = turn_get_msg(t, STORE_CASELOG, &row, MSG_CASE_ENTRY, &m);
		all += w.rc == ERR_OK && strcmp(msg_text(m, CASE_ENTRY_WHAT), "note") == 0;
		arena_rewind(t->arena, mark);
	}
	if (w.rc != ERR_OK)
		return w.rc;
	w = (struct store_walk){.rc = ERR_OK};
	while (store_each(t->txn, STORE_CASELOG, key_span(&prefix), &w)) {
		const size_t mark = t->arena->used;
		struct store_key row = {.len = 0};
		struct msg *note;

		key_put(&row, w.row.key.p, w.row.key.len);
		w.rc = turn_get_msg(t, STORE_CASELOG, &row, MSG_CASE_ENTRY, &m);
		if (w.rc != ERR_OK)
			break;
		/* what stays here takes no room: a timeline may be larger than a turn's memory */
		if (strcmp(msg_text(m, CASE_ENTRY_WHAT), "note") != 0 || all - n++ > BUNDLE_NOTES) {
			arena_rewind(t->arena, mark);
			continue;
		}
		note = msg_add(t->arena, content, HANDOVER_CONTENT_NOTES);
		msg_set_text(t->arena, note, HANDOVER_NOTE_TEXT, msg_text(m, CASE_ENTRY_TEXT));
		msg_set_u64(note, HANDOVER_NOTE_AT_MS, msg_u64(m, CASE_ENTRY_AT_MS));
	}
	return w.rc;
}

enum err bundle_content(struct turn *t, const struct id16 *case_id, uint64_t without, bool notes,
			struct msg **content)
{
	struct msg *record, *person;
	enum err rc = casefile_load(t, case_id, &record);

	*content = msg_new(t->arena, MSG_HANDOVER_CONTENT);
	if (rc == ERR_OK)
		rc = casefile_person(t, case_id, record, &person);
	if (rc != ERR_OK)
		return rc;
	consent_blank(person, ~without);
	if (msg_cats(person) != 0)
		msg_put_sub(*content, HANDOVER_CONTENT_PERSON, person);
	rc = notes ? add_notes(t, case_id, *content) : ERR_OK;
	if (rc == ERR_OK && (without & GATE_BIT(GATE_ATTACHMENTS)) == 0)
		rc = along_list(t, case_id, *content);
	return rc;
}

enum err bundle_file(struct turn *t, const struct thread *th, const struct msg *content,
		     uint8_t key[CHUNKS_KEY], struct blob *b)
{
	const struct blob_ref ref = {.need = BLOB_FOR_THREAD, .id = th->id};
	struct span plain;
	enum err rc = msg_pack(t->arena, content, &plain);

	if (rc == ERR_OK && plain.len > LIMIT_BUNDLE)
		rc = ERR_LIMIT;
	if (rc == ERR_OK)
		rc = blob_write(t, plain, key, b);
	return rc == ERR_OK ? blob_hold(t, &b->id, &ref) : rc;
}

static void say_it(struct turn *t, const struct blob *b, const struct msg *record, struct msg *body)
{
	msg_set_bytes(t->arena, body, HANDOVER_BUNDLE_BLOB, span_of(b->id.b, sizeof b->id.b));
	msg_set_u64(body, HANDOVER_BUNDLE_LENGTH, b->size);
	msg_set_u64(body, HANDOVER_BUNDLE_CHUNKS, b->chunks);
	msg_set_bytes(t->arena, body, HANDOVER_BUNDLE_SALT,
		      msg_bytes(record, HANDOVER_RECORD_SALT));
	msg_set_bytes(t->arena, body, HANDOVER_BUNDLE_DIGEST,
		      msg_bytes(record, HANDOVER_RECORD_DIGEST));
	msg_set_u64(body, HANDOVER_BUNDLE_CATS, msg_u64(record, HANDOVER_RECORD_CATS));
}

enum err bundle_write(struct turn *t, const struct thread *th, const struct msg *content,
		      struct msg *record, struct msg **body)
{
	uint8_t key[CHUNKS_KEY];
	struct blob b;
	struct span plain;
	struct id32 salt, digest;
	enum err rc = bundle_file(t, th, content, key, &b);

	*body = msg_new(t->arena, MSG_HANDOVER_BUNDLE);
	if (rc == ERR_OK)
		rc = msg_pack(t->arena, content, &plain);
	if (rc == ERR_OK)
		rc = blob_lend(t, &b.id, th->peer, &th->grant_id, 0);
	if (rc != ERR_OK)
		return rc;
	turn_random(t, salt.b, sizeof salt.b);
	if (planted(PLANT_KEY_IN_BUNDLE))
		memcpy(salt.b, key, sizeof salt.b);
	digest = digest_of(span_of(salt.b, sizeof salt.b), plain);
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_BLOB, span_of(b.id.b, sizeof b.id.b));
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_BKEY, span_of(key, sizeof key));
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_SALT, span_of(salt.b, sizeof salt.b));
	msg_set_bytes(t->arena, record, HANDOVER_RECORD_DIGEST, span_of(digest.b, sizeof digest.b));
	msg_set_u64(record, HANDOVER_RECORD_CATS, msg_cats(content));
	if (*body == NULL)
		return ERR_NOMEM;
	say_it(t, &b, record, *body);
	along_say(t, content, *body);
	along_learn(t, *body, record);
	return along_lend(t, th, record, 0);
}

/* ---- taking ---- */

enum err bundle_open(struct turn *t, const struct msg *record, struct msg **content)
{
	const struct span key = msg_bytes(record, HANDOVER_RECORD_BKEY);
	const struct span blob = msg_bytes(record, HANDOVER_RECORD_BLOB);
	const struct span salt = msg_bytes(record, HANDOVER_RECORD_SALT);
	const struct span said = msg_bytes(record, HANDOVER_RECORD_DIGEST);
	struct id32 id, digest;
	struct span plain;
	enum err rc;

	if (key.len != 32 || blob.len != 32 || salt.len != 32 || said.len != 32)
		return ERR_MALFORMED;
	memcpy(id.b, blob.p, sizeof id.b);
	rc = blob_read(t, &id, key.p, LIMIT_BUNDLE, &plain);
	if (rc != ERR_OK)
		return rc;
	digest = digest_of(salt, plain);
	if (memcmp(digest.b, said.p, sizeof digest.b) != 0)
		return ERR_CRYPTO;
	rc = words_parse_content(t, plain, content);
	if (rc == ERR_OK && ((msg_cats(*content) & ~msg_u64(record, HANDOVER_RECORD_CATS)) != 0 ||
			     !along_named(*content, record)))
		return ERR_MALFORMED; /* its document has to own up to what it holds */
	return rc;
}

/* Marked as another's words: whoever loses the case again gives back its own alone. */
static enum err put_entry(struct turn *t, const struct thread *th, const char *text)
{
	struct msg *m = msg_new(t->arena, MSG_CASE_ENTRY);

	msg_set_text(t->arena, m, CASE_ENTRY_WHAT, "note");
	msg_set_text(t->arena, m, CASE_ENTRY_TEXT, text);
	msg_set_u64(m, CASE_ENTRY_CAME, 1);
	return m == NULL ? ERR_NOMEM : casefile_put_entry(t, &th->case_id, m);
}

/* With the day on which it was written: the timeline here begins today.  Without the handover: a note of a referral is another thing. */
static enum err put_note(struct turn *t, const struct thread *th, const char *text, uint64_t at_ms)
{
	const size_t room = strlen(text) + DATE_TEXT + 4;
	char day[DATE_TEXT], *out = arena_alloc(t->arena, room);
	size_t n;

	if (out == NULL)
		return ERR_NOMEM;
	if (text_blank(text))
		return ERR_OK;
	deadline_day(t->node->country, at_ms < t->wall_ms ? at_ms : t->wall_ms, day);
	n = strlen(day);
	if (n + 2 + strlen(text) > LIMIT_PB_STRING) { /* as one text it could not be read again */
		const enum err rc = put_entry(t, th, day);

		return rc == ERR_OK ? put_entry(t, th, text) : rc;
	}
	memcpy(out, day, n);
	memcpy(out + n, ": ", 2);
	memcpy(out + n + 2, text, strlen(text) + 1);
	return put_entry(t, th, out);
}

enum err bundle_add(struct turn *t, const struct thread *th, const struct doc_key *key)
{
	struct document d;
	struct msg *body;
	enum err rc = document_load(t, key, &d);

	if (rc == ERR_OK)
		rc = document_body(t, &d, &body);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc; /* it came without its words */
	rc = put_note(t, th, msg_text(body, HANDOVER_ADDENDUM_TEXT),
		      msg_u64(body, HANDOVER_ADDENDUM_AT_MS));
	if (rc == ERR_OK)
		rc = attach_came(t, th, &d, body);
	/* only whoever takes a case back reads a person in it: everybody else changes the person itself */
	return rc == ERR_OK && th->role == THREAD_SENDER
		       ? casefile_back(t, &th->case_id, msg_get(body, HANDOVER_ADDENDUM_PERSON))
		       : rc;
}

/* Our own from here on: its words are ours, and no consent of the partner bounds them any more. */
static enum err own_person(struct turn *t, const struct id16 *case_id, const struct msg *person)
{
	struct msg *m;
	enum err rc = casefile_load(t, case_id, &m);

	if (rc != ERR_OK)
		return rc;
	msg_clear(m, CASE_RECORD_THEIRS);
	msg_clear(m, CASE_RECORD_TOLD);
	msg_clear(m, CASE_RECORD_BACK);
	msg_clear(m, CASE_RECORD_MOVED);
	msg_clear(m, CASE_RECORD_CLOSED);
	msg_clear(m, CASE_RECORD_CLOSED_MS);
	msg_clear(m, CASE_RECORD_KEEP_UNTIL_MS);
	if (person != NULL)
		msg_copy_fields(msg_sub(t->arena, m, CASE_RECORD_PERSON), person);
	rc = casefile_save(t, case_id, m);
	return rc == ERR_OK ? alone_over(t, case_id) : rc;
}

enum err bundle_import(struct turn *t, const struct thread *th, const struct msg *content)
{
	enum err rc = own_person(t, &th->case_id, msg_get(content, HANDOVER_CONTENT_PERSON));

	require(th->role == THREAD_RECEIVER);
	if (rc == ERR_OK)
		rc = along_import(t, &th->case_id, content);
	for (size_t i = 0; rc == ERR_OK && i < msg_count(content, HANDOVER_CONTENT_NOTES); i++) {
		const struct msg *note = msg_at(content, HANDOVER_CONTENT_NOTES, i);

		rc = put_note(t, th, msg_text(note, HANDOVER_NOTE_TEXT),
			      msg_u64(note, HANDOVER_NOTE_AT_MS));
	}
	for (uint32_t no = 1; rc == ERR_OK && no <= th->their_no; no++) {
		struct log_entry e;

		rc = thread_entry(t, th, false, no, &e);
		if (rc == ERR_OK && e.type == DOC_ADDENDUM)
			rc = bundle_add(t, th, &e.doc);
	}
	return rc;
}

enum err bundle_added(struct turn *t, const struct thread *th, struct msg *record)
{
	const struct span blob = msg_bytes(record, HANDOVER_RECORD_ADDED);
	const struct span key = msg_bytes(record, HANDOVER_RECORD_ADDED_KEY);
	struct msg *content;
	struct id32 id;
	struct span plain;
	enum err rc;

	require(th->role == THREAD_RECEIVER);
	if (blob.len != sizeof id.b || key.len != CHUNKS_KEY)
		return ERR_OK;
	memcpy(id.b, blob.p, sizeof id.b);
	rc = blob_read(t, &id, key.p, LIMIT_BUNDLE, &plain);
	if (rc == ERR_OK)
		rc = words_parse_content(t, plain, &content);
	msg_clear(record, HANDOVER_RECORD_ADDED_KEY);
	if (rc != ERR_OK) /* nothing that opens: the case does without it */
		return rc == ERR_NOMEM || store_failed(t->txn) != ERR_OK ? rc : ERR_OK;
	rc = along_late(t, th, content);
	for (size_t i = 0; rc == ERR_OK && i < msg_count(content, HANDOVER_CONTENT_NOTES); i++) {
		const struct msg *note = msg_at(content, HANDOVER_CONTENT_NOTES, i);

		rc = put_note(t, th, msg_text(note, HANDOVER_NOTE_TEXT),
			      msg_u64(note, HANDOVER_NOTE_AT_MS));
	}
	return rc;
}
