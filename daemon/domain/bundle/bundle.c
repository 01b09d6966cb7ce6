/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The content is one message, held against its schema and its lists like every body from outside, and against the categories that its
 * document named.  The case that takes it in is the one that this partner's person has here already; it becomes our own, and what the
 * partner said before gives way to what it handed over.
 *
 * A note keeps the moment at which it was written, wherever that was, beside its words:
 *
 *	its way                                 what it brings
 *	bundle, or what a former owner keeps    HandoverNote: text, at_ms
 *	an addition, up or down a chain         ADDENDUM: text, at_ms
 *	timeline                                what is shown (the day before it), and said_ms
 *
 * so that one which comes in two ways, as behind a loss of state, is the same note and stands once.
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
#include "domain/consent/grant.h"
#include "domain/documents/dates.h"
#include "domain/documents/words.h"
#include "domain/exchange/quota.h"
#include "domain/referral/deadline.h"

static_assert(LIMIT_TURN_ARENA > 4 * LIMIT_BUNDLE, "a turn opens a bundle, and reads it");

static struct id32 digest_of(struct span salt, struct span plain)
{
	struct id32 d;

	hash_parts(HASH_BUNDLE, salt, &plain, 1, d.b, sizeof d.b);
	return d;
}

/* ---- notes ---- */

/* The day that stands before a note: on which it was written, as far as that can be, and at the latest when it was put down here. */
static void day_before(const struct turn *t, uint64_t said, uint64_t put, char day[DATE_TEXT])
{
	const uint64_t then = dates_past(put, said);

	deadline_day(t->node->country, then < put ? then : put, day);
}

const char *bundle_words(const struct turn *t, const struct msg *entry)
{
	const uint64_t said = msg_u64(entry, CASE_ENTRY_SAID_MS);
	const char *text = msg_text(entry, CASE_ENTRY_TEXT);
	char day[DATE_TEXT];
	size_t n;

	if (said == 0)
		return text;
	day_before(t, said, msg_u64(entry, CASE_ENTRY_AT_MS), day);
	n = strlen(day);
	return strncmp(text, day, n) == 0 && strncmp(text + n, ": ", 2) == 0 ? text + n + 2 : text;
}

bool bundle_names_time(struct span all, uint64_t at_ms)
{
	for (size_t i = 0; i + 8 <= all.len; i += 8)
		if (be64_get(all.p + i) == at_ms)
			return true;
	return false;
}

/* A note of our own was written when it was put down. */
static uint64_t said_ms(const struct msg *entry)
{
	return msg_has(entry, CASE_ENTRY_SAID_MS) ? msg_u64(entry, CASE_ENTRY_SAID_MS)
						  : msg_u64(entry, CASE_ENTRY_AT_MS);
}

/* Where the newest LIMIT_TURN_ROWS of a timeline begin: a partner's words cost no more than that, however long it is. */
static enum err newest(struct turn *t, const struct store_key *prefix, struct store_key *at)
{
	struct store_row row;
	const enum err rc = store_last_prefix(t->txn, STORE_CASELOG, key_span(prefix), &row);
	uint64_t seq;

	if (rc != ERR_OK || row.key.len != 24)
		return rc == ERR_OK ? ERR_CORRUPT : rc;
	seq = be64_get(row.key.p + 16);
	*at = *prefix;
	key_u64(at, seq > LIMIT_TURN_ROWS ? seq - LIMIT_TURN_ROWS : 0);
	return ERR_OK;
}

bool bundle_note_each(struct turn *t, const struct id16 *case_id, struct store_walk *w,
		      struct bundle_note *note)
{
	const struct store_key prefix = turn_key_id(case_id);

	w->key_len = 24;
	if (w->at.len == 0)
		w->rc = newest(t, &prefix, &w->at);
	if (w->rc == ERR_NOTFOUND) {
		w->rc = ERR_OK;
		return false;
	}
	while (store_each(t->txn, STORE_CASELOG, key_span(&prefix), w)) {
		struct store_key row = {.len = 0};
		struct msg *m;

		key_put(&row, w->row.key.p, w->row.key.len);
		w->rc = turn_get_msg(t, STORE_CASELOG, &row, MSG_CASE_ENTRY, &m);
		if (w->rc != ERR_OK || strcmp(msg_text(m, CASE_ENTRY_WHAT), "note") != 0)
			continue;
		*note = (struct bundle_note){said_ms(m), bundle_words(t, m),
					     msg_u64(m, CASE_ENTRY_CAME) != 0, false};
		return true;
	}
	return false;
}

/* By both: people write the same short words on many days. */
static bool same(const struct bundle_note *a, const struct bundle_note *b)
{
	return a->at_ms == b->at_ms && strcmp(a->text, b->text) == 0;
}

/* What may come in more than one way, as behind a loss, stands in the timeline once. */
static enum err find_notes(struct turn *t, const struct id16 *case_id, struct bundle_note *notes,
			   size_t count)
{
	struct store_walk w = {.rc = ERR_OK};
	size_t mark = t->arena->used;
	struct bundle_note one;

	while (bundle_note_each(t, case_id, &w, &one)) {
		for (size_t i = 0; i < count; i++)
			notes[i].there = notes[i].there || same(&notes[i], &one);
		arena_rewind(t->arena, mark);
	}
	return w.rc;
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
		msg_set_text(t->arena, note, HANDOVER_NOTE_TEXT, bundle_words(t, m));
		msg_set_u64(note, HANDOVER_NOTE_AT_MS, said_ms(m));
	}
	return w.rc;
}

static enum err content_of(struct turn *t, const struct id16 *case_id, const struct msg *record,
			   uint64_t without, bool notes, struct msg **content)
{
	struct msg *person;
	enum err rc = casefile_person(t, case_id, record, &person);

	*content = msg_new(t->arena, MSG_HANDOVER_CONTENT);
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

enum err bundle_content(struct turn *t, const struct id16 *case_id, uint64_t without, bool notes,
			struct msg **content)
{
	struct msg *record;
	enum err rc = casefile_load(t, case_id, &record);

	return rc == ERR_OK ? content_of(t, case_id, record, without, notes, content) : rc;
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

/* What our bundle named, which its head says too; 0: there is none. */
static enum err named_cats(struct turn *t, const struct thread *th, uint64_t *cats)
{
	*cats = 0;
	for (uint32_t no = 1; no <= th->my_no; no++) {
		struct log_entry e;
		struct document d;
		enum err rc = thread_entry(t, th, true, no, &e);

		if (rc == ERR_OK && e.type != DOC_BUNDLE)
			continue;
		if (rc == ERR_OK)
			rc = document_load_head(t, &e.doc, &d);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		*cats = d.head.cats;
	}
	return ERR_OK;
}

enum err bundle_again(struct turn *t, const struct thread *th, const struct msg *record,
		      struct msg **content)
{
	struct msg *file;
	uint64_t cats;
	bool gone = false;
	enum err rc = named_cats(t, th, &cats);

	require(th->role == THREAD_SENDER);
	if (rc == ERR_OK)
		rc = consent_gone(t, &th->grant_id, &gone);
	if (rc == ERR_OK)
		rc = gone ? ERR_NOTFOUND : casefile_load(t, &th->case_id, &file);
	if (rc != ERR_OK)
		return rc;
	msg_clear(file,
		  CASE_RECORD_MOVED); /* it is hidden from people by now, and not sealed yet */
	rc = content_of(t, &th->case_id, file, ~cats | GATE_BIT(GATE_ATTACHMENTS),
			(cats & GATE_BIT(GATE_STORY)) != 0, content);
	if (rc == ERR_OK)
		rc = along_list_again(t, &th->case_id, record, *content);
	return rc == ERR_OK && msg_get(*content, HANDOVER_CONTENT_PERSON) == NULL ? ERR_NOTFOUND
										  : rc;
}

/* ---- taking ---- */

/* A content with more is none of ours. */
static bool few(const struct msg *content)
{
	return msg_count(content, HANDOVER_CONTENT_NOTES) <= THREAD_LOG_MAX;
}

bool bundle_opens(struct turn *t, const struct msg *record)
{
	const struct span s = msg_bytes(record, HANDOVER_RECORD_BLOB);
	struct id32 id;
	struct blob b;

	if (s.len != sizeof id.b || msg_bytes(record, HANDOVER_RECORD_BKEY).len != CHUNKS_KEY)
		return false;
	memcpy(id.b, s.p, sizeof id.b);
	return blob_load(t, &id, &b) == ERR_OK && b.state == BLOB_WHOLE;
}

bool bundle_is_kept(const struct msg *record)
{
	const struct span key = msg_bytes(record, HANDOVER_RECORD_BKEY);

	return key.len == CHUNKS_KEY && bytes_zero(key.p, key.len);
}

/* May the partner speak of what happened?  By its consent, or because it spoke of it while that was wider: each of its documents says what it
 * speaks of, also one whose words were sealed since. */
static enum err may_tell(struct turn *t, const struct thread *th, bool *yes)
{
	struct msg *consent;
	const enum err found = consent_record(t, &th->grant_id, &consent);

	if (found != ERR_OK && found != ERR_NOTFOUND)
		return found;
	*yes = found == ERR_OK && (consent_grant_cats(consent) & GATE_BIT(GATE_STORY)) != 0;
	for (uint32_t no = 1; !*yes && no <= th->their_no; no++) {
		struct log_entry e;
		struct document d;
		enum err rc = thread_entry(t, th, false, no, &e);

		if (rc == ERR_OK && e.type != DOC_BUNDLE && e.type != DOC_ADDENDUM)
			continue;
		if (rc == ERR_OK)
			rc = document_load_head(t, &e.doc, &d);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		*yes = (d.head.cats & GATE_BIT(GATE_STORY)) != 0;
	}
	return ERR_OK;
}

/* Notes of one that named none are left where they are. */
static enum err open_kept(struct turn *t, const struct thread *th, const struct msg *record,
			  struct msg **content)
{
	const struct span key = msg_bytes(record, HANDOVER_RECORD_ADDED_KEY);
	const struct span blob = msg_bytes(record, HANDOVER_RECORD_ADDED);
	struct id32 id;
	struct span plain;
	bool tells;
	enum err rc;

	if (key.len != CHUNKS_KEY || blob.len != sizeof id.b)
		return ERR_MALFORMED;
	memcpy(id.b, blob.p, sizeof id.b);
	rc = blob_read(t, &id, key.p, LIMIT_BUNDLE, &plain);
	if (rc == ERR_OK)
		rc = words_parse_content(t, plain, content);
	if (rc == ERR_OK)
		rc = may_tell(t, th, &tells);
	if (rc != ERR_OK)
		return rc;
	if (!tells)
		msg_clear(*content, HANDOVER_CONTENT_NOTES);
	return few(*content) ? ERR_OK : ERR_MALFORMED;
}

/* Whoever seals it says so by a key that opens no file, and of what it lies in no digest was said before.  Its files come with those that
 * were added (bundle_added). */
static enum err open_all(struct turn *t, const struct thread *th, const struct msg *record,
			 struct msg **content)
{
	const uint64_t named = msg_u64(record, HANDOVER_RECORD_CATS);
	const enum err rc = open_kept(t, th, record, content);
	const struct msg *person;

	if (rc != ERR_OK)
		return rc;
	person = msg_get(*content, HANDOVER_CONTENT_PERSON);
	msg_clear(*content, HANDOVER_CONTENT_FILES);
	msg_clear(*content, HANDOVER_CONTENT_RUNS);
	return person != NULL && (msg_cats(person) & ~named) != 0 ? ERR_MALFORMED : ERR_OK;
}

enum err bundle_open(struct turn *t, const struct thread *th, const struct msg *record,
		     struct msg **content)
{
	const struct span key = msg_bytes(record, HANDOVER_RECORD_BKEY);
	const struct span blob = msg_bytes(record, HANDOVER_RECORD_BLOB);
	const struct span salt = msg_bytes(record, HANDOVER_RECORD_SALT);
	const struct span said = msg_bytes(record, HANDOVER_RECORD_DIGEST);
	struct id32 id, digest;
	struct span plain;
	enum err rc;

	if (bundle_is_kept(record))
		return open_all(t, th, record, content);
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
	if (rc == ERR_OK &&
	    (!few(*content) || (msg_cats(*content) & ~msg_u64(record, HANDOVER_RECORD_CATS)) != 0 ||
	     !along_named(*content, record)))
		return ERR_MALFORMED; /* its document has to own up to what it holds */
	return rc;
}

/* Another's words are marked: whoever loses the case again gives none of them back but what was added (back.c). */
static enum err put_entry(struct turn *t, const struct thread *th, bool came, const char *text,
			  uint64_t at_ms)
{
	struct msg *m = msg_new(t->arena, MSG_CASE_ENTRY);

	msg_set_text(t->arena, m, CASE_ENTRY_WHAT, "note");
	msg_set_text(t->arena, m, CASE_ENTRY_TEXT, text);
	if (came)
		msg_set_u64(m, CASE_ENTRY_CAME, 1);
	if (at_ms != 0)
		msg_set_u64(m, CASE_ENTRY_SAID_MS, at_ms);
	return m == NULL ? ERR_NOMEM : casefile_put_entry(t, &th->case_id, m);
}

/* With the day on which it was written: the timeline here begins today.  Without the handover: a note of a referral is another thing. */
static enum err put_note(struct turn *t, const struct thread *th, const struct bundle_note *note)
{
	const char *const text = note->text;
	const uint64_t at_ms = note->at_ms;
	const size_t room = strlen(text) + DATE_TEXT + 4;
	char day[DATE_TEXT], *out = arena_alloc(t->arena, room);
	size_t n;

	if (out == NULL)
		return ERR_NOMEM;
	if (text_blank(text))
		return ERR_OK;
	day_before(t, at_ms, t->wall_ms, day);
	n = strlen(day);
	if (n + 2 + strlen(text) > LIMIT_PB_STRING) { /* as one text it could not be read again */
		const enum err rc = put_entry(t, th, note->came, day, 0);

		return rc == ERR_OK ? put_entry(t, th, note->came, text, at_ms) : rc;
	}
	memcpy(out, day, n);
	memcpy(out + n, ": ", 2);
	memcpy(out + n + 2, text, strlen(text) + 1);
	return put_entry(t, th, note->came, out, at_ms);
}

/* Those that the case does not have yet, each once, and at most so many; the others are left where they are, and counted. */
static enum err put_notes(struct turn *t, const struct thread *th, struct bundle_note *notes,
			  size_t count, size_t most)
{
	const bool looks = count > 0 && !planted(PLANT_NOTE_TWICE);
	enum err rc = looks ? find_notes(t, &th->case_id, notes, count) : ERR_OK;
	bool over = false;

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		for (size_t k = 0; k < i && looks && !notes[i].there; k++)
			notes[i].there = same(&notes[k], &notes[i]);
		if (notes[i].there)
			continue;
		notes[i].there = most == 0;
		over = over || most == 0;
		if (most > 0)
			rc = put_note(t, th, &notes[i]);
		most -= most > 0;
	}
	return rc == ERR_OK && over ? quota_passed_over(t, th->peer, QUOTA_CASE) : rc;
}

/* Room for the notes of a content and some more, and those of the content in it. */
static struct bundle_note *notes_of(struct turn *t, const struct msg *content, size_t more)
{
	const size_t count = msg_count(content, HANDOVER_CONTENT_NOTES);
	struct bundle_note *notes = arena_alloc(t->arena, (count + more + 1) * sizeof *notes);

	require(few(content));
	for (size_t i = 0; notes != NULL && i < count; i++) {
		const struct msg *note = msg_at(content, HANDOVER_CONTENT_NOTES, i);

		notes[i] = (struct bundle_note){msg_u64(note, HANDOVER_NOTE_AT_MS),
						msg_text(note, HANDOVER_NOTE_TEXT), true, false};
	}
	return notes;
}

/* What one addition says, but its note.  ERR_NOTFOUND: it came without its words. */
static enum err read_added(struct turn *t, const struct thread *th, const struct doc_key *key,
			   struct msg **body, struct bundle_note *note)
{
	struct document d;
	enum err rc = document_load(t, key, &d);

	if (rc == ERR_OK)
		rc = document_body(t, &d, body);
	if (rc != ERR_OK)
		return rc;
	*note = (struct bundle_note){msg_u64(*body, HANDOVER_ADDENDUM_AT_MS),
				     msg_text(*body, HANDOVER_ADDENDUM_TEXT), true, false};
	return attach_came(t, th, &d, *body);
}

enum err bundle_add(struct turn *t, const struct thread *th, const struct doc_key *key)
{
	struct bundle_note note;
	struct msg *body;
	enum err rc = read_added(t, th, key, &body, &note);

	if (rc == ERR_OK)
		rc = put_notes(t, th, &note, 1, 1);
	if (rc != ERR_OK)
		return rc == ERR_NOTFOUND ? ERR_OK : rc;
	/* only whoever takes a case back reads a person in it: everybody else changes the person itself */
	if (th->role == THREAD_SENDER)
		rc = casefile_back(t, &th->case_id, msg_get(body, HANDOVER_ADDENDUM_PERSON));
	return rc == ERR_LIMIT ? quota_passed_over(t, th->peer, QUOTA_CASE) : rc;
}

enum err bundle_stays(struct turn *t, const struct thread *th, bool *any)
{
	struct bundle_note *notes = arena_alloc(t->arena, (th->my_no + 1u) * sizeof *notes);
	size_t count = 0;
	enum err rc = notes == NULL ? ERR_NOMEM : ERR_OK;

	require(th->role == THREAD_SENDER);
	for (uint32_t no = 1; rc == ERR_OK && no <= th->my_no; no++) {
		struct log_entry e;
		struct document d;
		struct msg *body;

		rc = thread_entry(t, th, true, no, &e);
		if (rc != ERR_OK)
			return rc == ERR_NOTFOUND ? ERR_CORRUPT : rc;
		if (e.type != DOC_ADDENDUM)
			continue;
		rc = document_load(t, &e.doc, &d);
		if (rc == ERR_OK)
			rc = document_body(t, &d, &body);
		if (rc == ERR_OK && msg_text(body, HANDOVER_ADDENDUM_TEXT)[0] != '\0')
			notes[count++] = (struct bundle_note){
				msg_u64(body, HANDOVER_ADDENDUM_AT_MS),
				msg_text(body, HANDOVER_ADDENDUM_TEXT), false, false};
		if (rc == ERR_NOTFOUND)
			rc = ERR_OK; /* its words went with the case that was given */
	}
	if (rc == ERR_OK)
		rc = put_notes(t, th, notes, count, count);
	for (size_t i = 0; i < count; i++)
		*any = *any || !notes[i].there;
	return rc;
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
	struct bundle_note *notes = notes_of(t, content, th->their_no);
	size_t count = msg_count(content, HANDOVER_CONTENT_NOTES);
	enum err rc = notes == NULL ? ERR_NOMEM
				    : own_person(t, &th->case_id,
						 msg_get(content, HANDOVER_CONTENT_PERSON));

	require(th->role == THREAD_RECEIVER);
	if (rc == ERR_OK)
		rc = along_import(t, &th->case_id, content);
	for (uint32_t no = 1; rc == ERR_OK && no <= th->their_no; no++) {
		struct log_entry e;
		struct msg *body;

		rc = thread_entry(t, th, false, no, &e);
		if (rc != ERR_OK || e.type != DOC_ADDENDUM)
			continue;
		rc = read_added(t, th, &e.doc, &body, &notes[count]);
		count += rc == ERR_OK;
		if (rc == ERR_NOTFOUND)
			rc = ERR_OK;
	}
	return rc == ERR_OK ? put_notes(t, th, notes, count, count) : rc;
}

/* Where the case went on from here they go after it (down.c). */
static enum err say_put(struct turn *t, struct msg *record, const struct bundle_note *notes,
			size_t count)
{
	const struct span was = msg_bytes(record, HANDOVER_RECORD_WORDS_PUT);
	struct wr w = arena_wr(t->arena, was.len + 8 * count);

	require(count <= THREAD_LOG_MAX);
	wr_put(&w, was.p, was.len);
	for (size_t i = 0; i < count; i++)
		if (!notes[i].there)
			wr_u64(&w, notes[i].at_ms);
	if (w.over)
		return ERR_NOMEM;
	if (w.len > 0)
		msg_set_bytes(t->arena, record, HANDOVER_RECORD_WORDS_PUT, wr_span(&w));
	return ERR_OK;
}

/* What a former owner keeps it says as often as its log has room, each time with other words: of one handover no more of them come
 * than it could have added one by one. */
static size_t room_put(const struct msg *record)
{
	const size_t put = msg_bytes(record, HANDOVER_RECORD_WORDS_PUT).len / 8;

	return put < THREAD_LOG_MAX ? THREAD_LOG_MAX - put : 0;
}

enum err bundle_added(struct turn *t, const struct thread *th, struct msg *record)
{
	struct bundle_note *notes;
	struct msg *content;
	enum err rc;

	require(th->role == THREAD_RECEIVER);
	rc = open_kept(t, th, record, &content);
	msg_clear(record, HANDOVER_RECORD_ADDED_KEY);
	if (rc != ERR_OK) /* nothing that opens: the case does without it */
		return rc == ERR_NOMEM || store_failed(t->txn) != ERR_OK ? rc : ERR_OK;
	rc = along_late(t, th, content);
	notes = notes_of(t, content, 0);
	if (rc == ERR_OK && notes == NULL)
		rc = ERR_NOMEM;
	if (rc == ERR_OK)
		rc = put_notes(t, th, notes, msg_count(content, HANDOVER_CONTENT_NOTES),
			       room_put(record));
	return rc == ERR_OK ? say_put(t, record, notes, msg_count(content, HANDOVER_CONTENT_NOTES))
			    : rc;
}
